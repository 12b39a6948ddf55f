//! Serves pages over TLS until told to end, with limits on handshakes, heads, connections and time.
//!
//! Apart from the relay's server, whose seats and pacing are made for a public port and read bytes off a plain
//! socket. No address is kept or passed on.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use azalai_relay::limits::{DRAIN_TIMEOUT, HEADER_TIMEOUT, MAX_BUFFER_BYTES, MAX_HEADERS};
use azalai_web::Pages;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::limits::{HANDSHAKE_TIMEOUT, MAX_TLS_CONNECTIONS, TLS_CONNECTION_TIMEOUT};

/// How long accepting rests after it failed: most often too many files are open, and some will be closed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Serves until `shutdown` comes, then lets requests under way end, for a while.
///
/// # Errors
/// None of a connection: one that fails is left out.
pub(crate) async fn serve(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    router: Pages,
    shutdown: impl Future<Output = ()>,
) -> Result<(), io::Error> {
    let places = Arc::new(Semaphore::new(MAX_TLS_CONNECTIONS));
    let (end, ending) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        while connections.try_join_next().is_some() {}
        let place = tokio::select! {
            () = &mut shutdown => break,
            place = Arc::clone(&places).acquire_owned() => place.map_err(io::Error::other)?,
        };
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (acceptor, router, ending) = (acceptor.clone(), router.clone(), ending.clone());
        connections.spawn(async move {
            let _place = place;
            let _ = timeout(TLS_CONNECTION_TIMEOUT, connection(stream, acceptor, router, ending)).await;
        });
    }
    drop(listener);
    // No receiver means that no connection is open.
    let _ = end.send(true);
    let _ = timeout(DRAIN_TIMEOUT, async { while connections.join_next().await.is_some() {} }).await;
    connections.abort_all();
    Ok(())
}

async fn connection(stream: TcpStream, acceptor: TlsAcceptor, router: Pages, mut ending: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    let shaken = tokio::select! {
        shaken = timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)) => shaken,
        _ = ending.wait_for(|end| *end) => return,
    };
    let Ok(Ok(stream)) = shaken else { return };
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .max_buf_size(MAX_BUFFER_BYTES)
            .max_headers(MAX_HEADERS)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
    );
    let ended = tokio::select! {
        _ = connection.as_mut() => true,
        _ = ending.wait_for(|end| *end) => false,
    };
    if !ended {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}
