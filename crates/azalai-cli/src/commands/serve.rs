//! Serves the pages of a device: the listener, the home on disk, clock and randomness for them.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use azalai_node::Home;
use azalai_relay::serve;
use azalai_store::{ArgonParams, FolderDisk, SledStore};
use azalai_web::{App, Host, router};
use rand_core::{Rng as _, UnwrapErr};

use crate::args::Memory;
use crate::commands::relay::{Stop, listen_on};
use crate::limits::IDLE_CHECK_EVERY;
use crate::output::{Failure, Output};
use crate::{home, host};

/// This machine, for the pages.
struct Machine {
    /// Open for as long as the pages are served, so that no other process takes the home between two unlockings.
    store: Arc<SledStore>,
    disk: FolderDisk,
    params: ArgonParams,
}

impl Host for Machine {
    type Store = Arc<SledStore>;
    type Disk = FolderDisk;

    fn now_ms(&self) -> u64 {
        host::now_ms()
    }

    fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        // The machine gave randomness when this process began; one that stops giving any must not go on.
        UnwrapErr(getrandom::SysRng).fill_bytes(&mut bytes);
        bytes
    }

    fn home(&self) -> Home<Self::Store, Self::Disk> {
        Home { store: Arc::clone(&self.store), disk: self.disk.clone() }
    }

    fn params(&self) -> ArgonParams {
        self.params
    }

    fn log(&self, line: &str) {
        host::say(&format!("azalai: {line}"));
    }
}

pub(crate) async fn run(
    home: Option<&Path>,
    listen: SocketAddr,
    memory: &Memory,
    out: &mut Output,
) -> Result<(), Failure> {
    if !listen.ip().is_loopback() {
        return Err(Failure::usage(format!(
            "--listen {listen}: pages are served to this machine alone for now, since others would read them on the way; \
             use an address such as 127.0.0.1:7711"
        )));
    }
    let params = home::params(memory)?;
    host::rng()?;
    let Home { store, disk } = home::parts(&home::named(home)?)?;
    let machine = Machine { store: Arc::new(store), disk, params };
    let stop = Stop::new()?;
    let listener = listen_on(listen, out).await?;
    let address =
        listener.local_addr().map_err(|error| Failure::failed(format!("cannot listen on {listen}: {error}")))?;
    let app = App::new(machine, address.port());
    let pages = router(Arc::clone(&app));
    let idle = tokio::spawn(async move {
        loop {
            tokio::time::sleep(IDLE_CHECK_EVERY).await;
            app.tick().await;
        }
    });
    let served = serve(listener, pages, stop.stopped()).await;
    idle.abort();
    served.map_err(|error| Failure::failed(format!("the pages stopped: {error}")))
}
