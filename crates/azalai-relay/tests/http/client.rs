//! A server on a free port, and a client of a few lines that sees every byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use azalai_relay::{Host, Limits, router_within, serve_within};
use azalai_store::Store;
use azalai_sync::{Exchange, Responder, Step, Summary};
use tokio::sync::oneshot;

use crate::support::{MemoryCarrier, NOW, World, next, take};

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// What was logged.
    pub(crate) log: Arc<Mutex<Vec<String>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start<S: Store + Clone + 'static>(responder: Arc<Responder<S>>) -> Self {
        Self::start_within(Limits::default(), responder)
    }

    pub(crate) fn start_within<S: Store + Clone + 'static>(limits: Limits, responder: Arc<Responder<S>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&log);
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async {
                let host = Host::new(|| NOW, move |line| lines.lock().unwrap().push(line.to_owned()));
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let shutdown = async { drop(stopped.await) };
                let router = router_within(&limits, responder, host);
                serve_within(limits, listener, router, shutdown).await.unwrap();
            });
        });
        Self { address, log, stop: Some(stop), thread: Some(thread) }
    }

    /// Begins to end it.
    pub(crate) fn stop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
    }

    /// Waits until it has ended.
    pub(crate) fn ended(&mut self) {
        self.thread.take().unwrap().join().unwrap();
    }

    pub(crate) fn connect(&self) -> Client {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Client(stream)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
        if self.thread.is_some() {
            self.ended();
        }
    }
}

pub(crate) struct Client(pub(crate) TcpStream);

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    /// Writes as far as the other side lets it.
    pub(crate) fn try_write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.write_all(bytes)
    }

    /// Reads one response; `None` if the other side closed before it began.
    pub(crate) fn read(&mut self) -> Option<Response> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            match self.0.read(&mut byte) {
                Ok(1) => head.push(byte[0]),
                Ok(_) | Err(_) => return None,
            }
        }
        let head = String::from_utf8(head).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |len| len.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        Some(Response { status, head, body })
    }

    pub(crate) fn get(&mut self, path: &str) -> Response {
        self.write(format!("GET {path} HTTP/1.1\r\nHost: relay\r\n\r\n").as_bytes());
        self.read().unwrap()
    }

    pub(crate) fn post(&mut self, body: &[u8]) -> Response {
        self.write(&head(body.len()));
        self.write(body);
        self.read().unwrap()
    }

    /// A whole exchange over this connection.
    pub(crate) fn exchange(&mut self, mut exchange: Exchange, mine: &MemoryCarrier, world: &mut World) -> Summary {
        loop {
            match next(&mut exchange, mine, world).unwrap() {
                Step::Send(request) => {
                    let response = self.post(&request);
                    assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
                    let events = mine.read(|index| exchange.handle_reply(index, &response.body)).unwrap();
                    take(mine, world, &events);
                }
                Step::Done(summary) => return summary,
                Step::Load(_) => unreachable!(),
            }
        }
    }
}

/// The head of a post of `len` bytes.
pub(crate) fn head(len: usize) -> Vec<u8> {
    format!("POST /azalai/1/exchange HTTP/1.1\r\nHost: relay\r\nContent-Length: {len}\r\n\r\n").into_bytes()
}
