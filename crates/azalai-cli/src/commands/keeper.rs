//! The page of a relay's keeper: a listener of its own, for this machine alone, and the figures that it shows.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use azalai_envelope::Day;
use azalai_relay::{Relay, Visits};
use azalai_web::{Carried, Figures, Keeper};

use crate::output::Failure;
use crate::{disk, host};

/// A running relay, as its keeper sees it.
pub(crate) struct Desk {
    pub(crate) relay: Arc<Relay>,
    pub(crate) visits: Visits,
    pub(crate) counting_since: Day,
    pub(crate) keep_days: Option<u16>,
    pub(crate) folder: PathBuf,
}

/// Whether the page may be served there.
///
/// # Errors
/// Another machine could reach that address.
pub(crate) fn check(listen: SocketAddr) -> Result<(), Failure> {
    if listen.ip().is_loopback() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "--keeper {listen}: the keeper's page is for this machine alone; use an address such as 127.0.0.1:7651"
    )))
}

impl Keeper for Desk {
    async fn figures(&self) -> Result<Figures, String> {
        let (relay, folder, runtime) =
            (Arc::clone(&self.relay), self.folder.clone(), tokio::runtime::Handle::current());
        // Walking the index and the folder must not hold up those who exchange.
        let looked =
            tokio::task::spawn_blocking(move || (runtime.block_on(relay.holdings()), disk::taken_and_free(&folder)));
        let (holdings, disk) = looked.await.map_err(|error| error.to_string())?;
        let projects = holdings.map_err(|error| error.to_string())?.into_iter().map(|holding| Carried {
            project: holding.project,
            epoch: holding.epoch,
            certified: holding.certified,
            since: holding.since,
            held: holding.held,
        });
        let (projects, visits) = (projects.collect(), self.visits.by_day());
        Ok(Figures { projects, disk, visits, counting_since: self.counting_since, keep_days: self.keep_days })
    }

    fn log(&self, line: &str) {
        host::say(&format!("azalai: {line}"));
    }
}
