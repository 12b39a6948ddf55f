//! A relay's key, its certificate, and running one.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use azalai_envelope::{Certificate, Day};
use azalai_relay::{Host, Relay, RelayError, Visits, relay_key, router, serve};
use azalai_roster::limits::MAX_NAME_BYTES;
use azalai_store::StoreError;
use azalai_sync::limits::DEFAULT_QUOTA_BYTES;
use azalai_web::keeper_router;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::keeper::Desk;
use super::people::check_text;
use super::{parse, read_file};
use crate::limits::{DELETE_OLD_EVERY, MAX_CERTIFICATE_BYTES};
use crate::out_file::OutFile;
use crate::output::{Failure, Output, why};
use crate::{home, host};

fn failed(folder: &Path) -> impl Fn(RelayError) -> Failure {
    move |error| match error {
        RelayError::Store(StoreError::InUse { .. }) => {
            Failure::failed(format!("{} is in use by another azalai process", folder.display()))
        }
        other => Failure::failed(other.to_string()),
    }
}

pub(crate) async fn key(home: Option<&Path>, out: &mut Output) -> Result<(), Failure> {
    let folder = home::named(home)?;
    let key = relay_key(&folder).await.map_err(failed(&folder))?;
    out.result(&json!({ "key": key.to_string() }), || key.to_string())
}

pub(crate) async fn certificate(
    home: Option<&Path>,
    relay: &str,
    label: &str,
    file: &Path,
    out: &mut Output,
) -> Result<(), Failure> {
    let relay = parse("--relay-key", relay)?;
    check_text("--label", label, MAX_NAME_BYTES)?;
    let target = OutFile::begin(file)?;
    let mut device = home::open(home).await?;
    let certificate = device.certify_relay(relay, label, host::now_ms()).await?;
    target.finish(&certificate)?;
    out.result(&json!({ "file": file.display().to_string(), "relay": relay.to_string() }), || {
        format!("Certificate written to {}. Give it to the relay's keeper: azalai relay --admit FILE", file.display())
    })
}

pub(crate) async fn run(
    home: Option<&Path>,
    listen: SocketAddr,
    keeper: Option<SocketAddr>,
    keep_days: Option<u16>,
    admit: &[PathBuf],
    out: &mut Output,
) -> Result<(), Failure> {
    keeper.map_or(Ok(()), super::keeper::check)?;
    let folder = home::named(home)?;
    let relay = match Relay::open(&folder, DEFAULT_QUOTA_BYTES).await {
        // There is a key, or that would be the error.
        Err(RelayError::Store(StoreError::ReadOnly { .. })) if folder.join("relay.key").exists() => {
            Relay::open_copy(&folder, &host::scratch()?, DEFAULT_QUOTA_BYTES).await
        }
        relay => relay,
    };
    let relay = relay.map_err(failed(&folder))?;
    if let Some(recovery) = relay.recovery() {
        host::say(&match &recovery.set_aside {
            Some(old) => format!(
                "azalai: the database was damaged. It was set aside as {}; {} items were saved into a new one. Devices bring \
                 again what is missing.",
                old.display(),
                recovery.salvaged
            ),
            None => home::REBUILT_WHOLE.to_owned(),
        });
    }
    if let Some(refuses) = relay.refuses() {
        host::say(match refuses {
            StoreError::ReadOnly { .. } => {
                "azalai: the disk can only be read. What is kept is given out; nothing new is taken until the disk can be \
                 written and the relay is started again."
            }
            _ => {
                "azalai: the disk is full. What is kept is given out; nothing new is taken until there is room and the relay \
                 is started again."
            }
        });
    }
    for file in admit {
        let certificate = read_file(file, MAX_CERTIFICATE_BYTES)?;
        let admitted = relay.admit(&certificate).await;
        admitted.map_err(|error| {
            let text = match Certificate::parse(&certificate) {
                Err(_) => "no certificate of `azalai relay-certificate`, or one that needs a newer Azalai".to_owned(),
                Ok(_) => error.to_string(),
            };
            Failure::failed(format!("{}: {text}", file.display()))
        })?;
    }
    if relay.responder().carriers().is_empty() {
        host::say("azalai: no project is admitted yet: start again with --admit CERTIFICATE");
    }
    // Before anybody is answered: what is said to be deleted is.
    delete_old(&relay, keep_days).await;
    let stop = Stop::new()?;
    // Bound before anybody is told of the relay: what cannot be served is said at once.
    let desk = match keeper {
        Some(keeper) => Some(bind(keeper).await?),
        None => None,
    };
    let listener = listen_on(listen, out).await?;
    let (relay, visits) = (Arc::new(relay), Visits::default());
    let routes = visits.count(router(relay.responder(), host_of_routes().keeping(keep_days)), host::now_ms);
    let (end, mut ending) = watch::channel(());
    let stopped = async move {
        stop.stopped().await;
        drop(end);
    };
    let keeping = {
        let relay = Arc::clone(&relay);
        tokio::spawn(async move {
            while keep_days.is_some() {
                tokio::time::sleep(DELETE_OLD_EVERY).await;
                delete_old(&relay, keep_days).await;
            }
        })
    };
    let Some((keepers, address)) = desk else {
        let served = serve(listener, routes, stopped).await;
        keeping.abort();
        return served.map_err(|error| Failure::failed(format!("the relay stopped: {error}")));
    };
    out.line(&format!("the keeper's page is on http://{address}"))?;
    let desk = Desk { relay, visits, counting_since: Day::of_ms(host::now_ms()), keep_days, folder };
    let page = keeper_router(desk, address.port());
    let until = async move {
        // It ends with the relay: then nobody holds the other half.
        let _ = ending.changed().await;
    };
    let (served, shown) = tokio::join!(serve(listener, routes, stopped), serve(keepers, page, until));
    keeping.abort();
    served.and(shown).map_err(|error| Failure::failed(format!("the relay stopped: {error}")))
}

/// Deletes what is older than its keeper wants it to keep. Where that fails it goes on carrying, and tries again.
async fn delete_old(relay: &Relay, keep_days: Option<u16>) {
    let Some(days) = keep_days else { return };
    if let Err(error) = relay.keep_days(days, host::now_ms()).await {
        host::say(&format!("azalai: letters older than {days} days could not be deleted, and are kept: {error}"));
    }
}

async fn bind(listen: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let cannot = |error: std::io::Error| Failure::failed(format!("cannot listen on {listen}: {}", why(&error)));
    let listener = TcpListener::bind(listen).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    Ok((listener, address))
}

/// Listens, and says so on a line of its own when requests are answered from now on.
pub(crate) async fn listen_on(listen: SocketAddr, out: &mut Output) -> Result<TcpListener, Failure> {
    let (listener, address) = bind(listen).await?;
    out.line(&format!("listening on http://{address}"))?;
    Ok(listener)
}

/// Clock and log for the routes.
pub(crate) fn host_of_routes() -> Host {
    Host::new(host::now_ms, |line| host::say(&format!("azalai: {line}")))
}

/// Waits for the first Ctrl-C or SIGTERM. Made before anybody is told that requests are answered: from then on a
/// signal stops the program in order.
pub(crate) struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    pub(crate) fn new() -> Result<Self, Failure> {
        let cannot = |error: std::io::Error| Failure::failed(format!("signals cannot be waited for: {error}"));
        let interrupt = signal(SignalKind::interrupt()).map_err(cannot)?;
        let terminate = signal(SignalKind::terminate()).map_err(cannot)?;
        Ok(Self { interrupt, terminate })
    }

    pub(crate) async fn stopped(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        host::say("azalai: stopping; requests under way are answered first");
    }
}
