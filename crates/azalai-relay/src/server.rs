//! Serves a router over HTTP/1 with limits on time, heads and connections, until it is told to end.
//!
//! axum's own `serve` sets no limits; this is the same with them. What a client may do and how long is in
//! [`crate::limits`]; who loses its place when all are taken is in `seats.rs`. No address is kept or passed on.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use azalai_sync::Budget;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::limits::{
    Limits, MAX_BUFFER_BYTES, MAX_DRAINED_BYTES, MAX_HEADERS, RECEIVE_BUFFER_BYTES, SEND_BUFFER_BYTES,
};
use crate::pace::{PacedBody, PacedStream};
use crate::problem::Problem;
use crate::routes::Connection;
use crate::seats::{Seat, Seats};

/// How long accepting rests after it failed: most often too many files are open, and some will be closed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Serves until `shutdown` comes, then ends the idle connections and lets requests under way end, for a while. The
/// limits are what the constants say.
///
/// # Errors
/// None at present: a connection that cannot be accepted is left out.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), io::Error> {
    serve_within(Limits::default(), listener, router, shutdown).await
}

/// [`serve`] under other limits.
///
/// # Errors
/// None at present.
pub async fn serve_within(
    limits: Limits,
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), io::Error> {
    // What it accepts from here on inherits both. A system that refuses has its own bounds.
    let socket = socket2::SockRef::from(&listener);
    let _ = socket.set_send_buffer_size(SEND_BUFFER_BYTES);
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES);
    let limits = Arc::new(limits);
    let seats = Seats::new(&limits);
    let (end, ending) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, address)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let seated = tokio::select! {
            () = &mut shutdown => break,
            seated = seats.take(address.ip()) => seated,
        };
        let (limits, router, ending) = (Arc::clone(&limits), router.clone(), ending.clone());
        connections.spawn(async move {
            let seat = &seated.seat;
            tokio::select! {
                () = seat.cut.notified() => {}
                _ = timeout(limits.connection_timeout, connection(&limits, stream, seat, router, ending)) => {}
            }
        });
    }
    drop(listener);
    // No receiver means that no connection is open.
    let _ = end.send(true);
    let _ = timeout(limits.drain_timeout, async { while connections.join_next().await.is_some() {} }).await;
    connections.abort_all();
    Ok(())
}

async fn connection(
    limits: &Arc<Limits>,
    stream: TcpStream,
    seat: &Arc<Seat>,
    router: Router,
    mut ending: watch::Receiver<bool>,
) {
    // Replies are written whole: waiting to fill a packet only costs time.
    let _ = stream.set_nodelay(true);
    let of_requests = Connection { budget: Arc::new(Mutex::new(Budget::of_connection())), cut: Arc::clone(&seat.cut) };
    let service = router.layer(axum::Extension(of_requests));
    let service = hyper::service::service_fn(|request: hyper::Request<Incoming>| {
        seat.asked();
        let service = TowerToHyperService::new(service.clone());
        let request = request.map(|body| Body::new(PacedBody::new(body, limits, Arc::clone(seat))));
        Box::pin(async move {
            let response = hyper::service::Service::call(&service, request).await;
            seat.answered();
            Ok::<_, Infallible>(response.unwrap_or_else(|never| match never {}))
        })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(MAX_BUFFER_BYTES)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(PacedStream::new(stream, limits, Arc::clone(seat))), service);
    let ended = tokio::select! {
        ended = poll_fn(|context| connection.poll_without_shutdown(context)) => Some(ended),
        _ = ending.wait_for(|end| *end) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            Pin::new(&mut connection).graceful_shutdown();
            poll_fn(|context| connection.poll_without_shutdown(context)).await
        }
    };
    let mut stream = connection.into_parts().io.into_inner();
    let no_http = ended.is_err_and(|error| error.is_parse());
    let more_comes = no_http || seat.was_left_unread();
    // To this alone hyper says nothing.
    let http2 = no_http.then_some(StatusCode::HTTP_VERSION_NOT_SUPPORTED);
    if let Some(status) = stream.refused().or(http2) {
        let answer = Problem::head(status).on_the_wire();
        // Some hundred bytes: there is room for them, or nobody reads.
        let _ = poll_fn(|context| Pin::new(&mut stream).poll_write(context, answer.as_bytes())).await;
    }
    close(stream, if more_comes { limits.linger_timeout } else { Duration::ZERO }).await;
}

/// Closes a connection, and for a while drops what still comes in: otherwise the system would throw away what the
/// client has not read yet.
async fn close(mut stream: PacedStream, linger: Duration) {
    if poll_fn(|context| Pin::new(&mut stream).poll_shutdown(context)).await.is_err() {
        return;
    }
    let rest = async {
        let mut left = MAX_DRAINED_BYTES;
        let mut bytes = vec![0; MAX_BUFFER_BYTES];
        loop {
            let mut buf = ReadBuf::new(&mut bytes);
            let read = poll_fn(|context| Pin::new(&mut stream).poll_read(context, &mut buf)).await;
            match left.checked_sub(buf.filled().len()) {
                Some(rest) if read.is_ok() && !buf.filled().is_empty() => left = rest,
                _ => return,
            }
        }
    };
    let _ = timeout(linger, rest).await;
}
