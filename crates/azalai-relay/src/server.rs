//! Serves a router over HTTP/1 with limits on time, heads and connections, until it is told to end.
//!
//! axum's own `serve` sets no time limits; this is the same with them. No address is kept or passed on.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use azalai_sync::Budget;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::limits::{
    CONNECTION_TIMEOUT, DRAIN_TIMEOUT, HEADER_TIMEOUT, MAX_BUFFER_BYTES, MAX_CONNECTIONS, MAX_HEADERS,
};
use crate::routes::ConnectionBudget;

/// How long accepting rests after it failed: most often too many files are open, and some will be closed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Serves until `shutdown` comes, then ends the idle connections and lets requests under way end, for a while.
///
/// # Errors
/// None at present: a connection that cannot be accepted is left out.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), io::Error> {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
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
        let (router, ending) = (router.clone(), ending.clone());
        connections.spawn(async move {
            let _place = place;
            let _ = tokio::time::timeout(CONNECTION_TIMEOUT, connection(stream, router, ending)).await;
        });
    }
    drop(listener);
    // No receiver means that no connection is open.
    let _ = end.send(true);
    let _ = tokio::time::timeout(DRAIN_TIMEOUT, async { while connections.join_next().await.is_some() {} }).await;
    connections.abort_all();
    Ok(())
}

async fn connection(stream: TcpStream, router: Router, mut ending: watch::Receiver<bool>) {
    // Replies are written whole: waiting to fill a packet only costs time.
    let _ = stream.set_nodelay(true);
    let budget: ConnectionBudget = Arc::new(Mutex::new(Budget::of_connection()));
    let service = router.layer(axum::Extension(budget));
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let service = TowerToHyperService::new(service.clone());
        async move {
            let response = hyper::service::Service::call(&service, request.map(Body::new)).await;
            Ok::<_, Infallible>(response.unwrap_or_else(|never| match never {}))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_BUFFER_BYTES)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        // A connection that breaks is no failure of ours.
        _ = connection.as_mut() => return,
        _ = ending.wait_for(|end| *end) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}
