//! Serves the pages of a device: the listener, the home on disk, clock and randomness for them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use azalai_node::{Disks, NodeError, Transport, TransportError};
use azalai_relay::serve;
use azalai_store::{ArgonParams, FolderDisk, Side, SledStore};
use azalai_web::{App, Host, Piece, router};
use rand_core::{Rng as _, UnwrapErr};
use tokio::net::TcpListener;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::args::{Cover, Memory};
use crate::commands::relay::{Stop, listen_on};
use crate::home::Held;
use crate::http::Link;
use crate::limits::IDLE_CHECK_EVERY;
use crate::output::{Failure, Output, why};
use crate::{home, host, tls, tls_server};

/// The operator's own map in the home, if one was put there (`docs/operators/map.md`).
const GROUND_FILE: &str = "map.pmtiles";

/// This machine, for the pages.
struct Machine {
    /// Held for as long as the pages are served, so that no other process takes the home between two unlockings.
    held: Held,
    /// The databases that were opened since, which stay open.
    stores: Mutex<BTreeMap<Side, Arc<SledStore>>>,
    params: ArgonParams,
    /// Where the operator's own map would be.
    ground: PathBuf,
}

impl Host for Machine {
    type Store = Arc<SledStore>;
    type Disk = FolderDisk;
    type Link = Asked;

    fn now_ms(&self) -> u64 {
        host::now_ms()
    }

    fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        // The machine gave randomness when this process began; one that stops giving any must not go on.
        UnwrapErr(getrandom::SysRng).fill_bytes(&mut bytes);
        bytes
    }

    fn disks(&self) -> Disks<FolderDisk> {
        self.held.disks()
    }

    async fn store(&self, side: Side) -> Result<Arc<SledStore>, NodeError> {
        let mut stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = stores.get(&side) {
            return Ok(Arc::clone(open));
        }
        let store = Arc::new(self.held.store(side)?);
        stores.insert(side, Arc::clone(&store));
        Ok(store)
    }

    fn even_out(&self) {
        self.held.even_out();
    }

    fn params(&self) -> ArgonParams {
        self.params
    }

    fn link(&self, address: &str) -> Option<Asked> {
        Link::new(address, None).ok().map(|link| Asked(Arc::new(Mutex::new(link))))
    }

    async fn ground(&self, first: u64, length: usize) -> Option<Piece> {
        let file = self.ground.clone();
        let read = move || {
            let mut file = File::open(file).ok()?;
            let total = file.metadata().ok()?.len();
            file.seek(SeekFrom::Start(first)).ok()?;
            let mut bytes = Vec::new();
            file.take(length as u64).read_to_end(&mut bytes).ok()?;
            Some(Piece { bytes, total })
        };
        tokio::task::spawn_blocking(read).await.ok().flatten()
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(work);
    }

    fn log(&self, line: &str) {
        host::say(&format!("azalai: {line}"));
    }
}

/// A link for the pages. Its calls block, and must keep no page waiting: each has a thread of its own, which a question
/// that was given up leaves when its time is over.
struct Asked(Arc<Mutex<Link>>);

impl Asked {
    async fn ask(&self, request: Option<Vec<u8>>) -> Result<Vec<u8>, TransportError> {
        let (link, runtime) = (Arc::clone(&self.0), tokio::runtime::Handle::current());
        let (done, asking) = tokio::sync::oneshot::channel();
        // Not one of the runtime's own threads for this: the program's end would wait for a question nobody answers.
        std::thread::spawn(move || {
            let mut link = link.lock().unwrap_or_else(PoisonError::into_inner);
            let answer = runtime.block_on(async {
                match request {
                    None => link.key_document().await,
                    Some(request) => link.exchange(request).await,
                }
            });
            // Whoever asked may have stopped listening.
            let _ = done.send(answer);
        });
        asking.await.unwrap_or_else(|error| Err(TransportError::Connection(error.to_string())))
    }
}

impl Transport for Asked {
    async fn key_document(&mut self) -> Result<Vec<u8>, TransportError> {
        self.ask(None).await
    }

    async fn exchange(&mut self, request: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        self.ask(Some(request)).await
    }
}

pub(crate) async fn run(
    home: Option<&Path>,
    listen: SocketAddr,
    cover: &Cover,
    memory: &Memory,
    out: &mut Output,
) -> Result<(), Failure> {
    let names = names(listen, &cover.names)?;
    let acceptor = match (&cover.tls_certificate, &cover.tls_key) {
        (Some(certificate), Some(key)) => Some(tls::acceptor(certificate, key)?),
        _ if listen.ip().is_loopback() => None,
        _ => {
            return Err(Failure::usage(format!(
                "--listen {listen}: without TLS others would read the pages on the way; add --tls-certificate FILE and \
                 --tls-key FILE, or use an address of this machine alone such as 127.0.0.1:7711"
            )));
        }
    };
    if acceptor.is_some() && listen.ip().is_unspecified() && names.is_empty() {
        return Err(Failure::usage(format!(
            "--listen {listen}: say with --name by what name browsers call this device"
        )));
    }
    let params = home::params(memory)?;
    host::rng()?;
    let folder = home::named(home)?;
    let ground = folder.join(GROUND_FILE);
    let machine = Machine { held: Held::take(&folder)?, stores: Mutex::default(), params, ground };
    let stop = Stop::new()?;
    let Some(acceptor) = acceptor else {
        let listener = listen_on(listen, out).await?;
        let app = App::new(machine, port(&listener)?);
        return served(Arc::clone(&app), serve(listener, router(app), stop.stopped())).await;
    };
    let cannot = |error: std::io::Error| Failure::failed(format!("cannot listen on {listen}: {}", why(&error)));
    let listener = TcpListener::bind(listen).await.map_err(cannot)?;
    let port = port(&listener)?;
    if !listen.ip().is_loopback() {
        host::say(
            "azalai: these pages can be reached from the network. Whoever reaches them may guess at the passphrase, and \
             sees that this is Azalai. Stop this program when nobody needs it.",
        );
    }
    let shown = names.first().cloned().unwrap_or_else(|| authority(listen.ip()));
    let app = App::over_tls(machine, port, names);
    out.line(&format!("listening on https://{shown}:{port}"))?;
    served(Arc::clone(&app), tls_server::serve(listener, acceptor, router(app), stop.stopped())).await
}

fn port(listener: &TcpListener) -> Result<u16, Failure> {
    let address = listener.local_addr();
    Ok(address.map_err(|error| Failure::failed(format!("the listener has no address: {error}")))?.port())
}

/// Serves, and meanwhile ends what nobody uses.
async fn served(
    app: Arc<App<Machine>>,
    serving: impl Future<Output = Result<(), std::io::Error>>,
) -> Result<(), Failure> {
    let idle = tokio::spawn(async move {
        loop {
            tokio::time::sleep(IDLE_CHECK_EVERY).await;
            app.tick().await;
        }
    });
    let served = serving.await;
    idle.abort();
    served.map_err(|error| Failure::failed(format!("the pages stopped: {error}")))
}

/// An address as a browser writes it.
fn authority(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// By what a browser may call this device, besides this machine's own names: those given, and the address itself.
fn names(listen: SocketAddr, given: &[String]) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for name in given {
        let bare = name.trim_start_matches('[').trim_end_matches(']').to_lowercase();
        let good = ServerName::try_from(bare.as_str())
            .map_err(|_| Failure::usage(format!("--name {name:?} is no name or address of a host")))?;
        names.push(match good {
            ServerName::IpAddress(address) => authority(IpAddr::from(address)),
            _ => bare.clone(),
        });
    }
    if !listen.ip().is_loopback() && !listen.ip().is_unspecified() {
        names.push(authority(listen.ip()));
    }
    Ok(names)
}
