//! A relay's routes over loopback, and a client that counts every byte it writes to and reads from its socket.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use azalai_node::{Transport, TransportError};
use azalai_relay::{Host, router, serve};
use azalai_store::Store;
use azalai_sync::Responder;

/// Serves until the process ends.
pub(crate) fn serve_on_loopback<S: Store + Clone + 'static>(
    responder: Arc<Responder<S>>,
    now_ms: Option<u64>,
) -> SocketAddr {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            let clock = move || {
                now_ms.unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64)
            };
            let host = Host::new(clock, |line| eprintln!("{line}"));
            serve(listener, router(responder, host), std::future::pending()).await.unwrap();
        });
    });
    told.recv().unwrap()
}

/// One connection, kept for all requests. Its heads name the host, the content type and the length and nothing more;
/// the client of the command line is another program, whose heads may be some bytes longer.
pub(crate) struct Counting {
    address: SocketAddr,
    /// None before the first request, and after the relay closed a connection on which nothing came for long.
    stream: Option<TcpStream>,
    /// Bytes both ways, heads included.
    pub(crate) bytes: u64,
    /// Requests, the key document's included.
    pub(crate) requests: u32,
}

impl Counting {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self { address, stream: None, bytes: 0, requests: 0 }
    }

    fn call(&mut self, head: &str, body: &[u8]) -> Result<Vec<u8>, TransportError> {
        let broken = |error: std::io::Error| TransportError::Connection(error.to_string());
        let mut request = head.as_bytes().to_vec();
        request.extend_from_slice(body);
        self.requests += 1;
        let (mut reply, mut part) = (Vec::new(), [0; 64 * 1024]);
        let kept = self.stream.take();
        let mut stream =
            match kept.map(|mut kept| kept.write_all(&request).and_then(|()| kept.peek(&mut [0])).map(|n| (kept, n))) {
                Some(Ok((kept, 1))) => kept,
                // A relay closes what was idle for long, as while a device files thousands of letters: nothing was lost.
                _ => {
                    let mut fresh = TcpStream::connect(self.address).map_err(broken)?;
                    fresh.set_nodelay(true).map_err(broken)?;
                    fresh.write_all(&request).map_err(broken)?;
                    fresh
                }
            };
        let (start, length) = loop {
            let got = stream.read(&mut part).map_err(broken)?;
            assert!(got > 0, "the relay closed the connection");
            reply.extend_from_slice(&part[..got]);
            if let Some(end) = reply.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&reply[..end]).to_lowercase();
                assert!(head.starts_with("http/1.1 200"), "{head}");
                let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).unwrap();
                break (end + 4, length.trim().parse::<usize>().unwrap());
            }
        };
        while reply.len() < start + length {
            let got = stream.read(&mut part).map_err(broken)?;
            assert!(got > 0, "the relay closed the connection");
            reply.extend_from_slice(&part[..got]);
        }
        self.stream = Some(stream);
        self.bytes += (request.len() + reply.len()) as u64;
        Ok(reply.split_off(start))
    }
}

impl Transport for Counting {
    async fn key_document(&mut self) -> Result<Vec<u8>, TransportError> {
        let head = format!("GET /azalai/1/key HTTP/1.1\r\nHost: {}\r\n\r\n", self.address);
        self.call(&head, &[])
    }

    async fn exchange(&mut self, request: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let head = format!(
            "POST /azalai/1/exchange HTTP/1.1\r\nHost: {}\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
            self.address,
            request.len()
        );
        self.call(&head, &request)
    }
}
