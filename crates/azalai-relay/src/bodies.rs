//! Bodies of requests and replies of the exchange, held in a [`Room`] for as long as they take memory.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_sync::limits::MAX_REQUEST_BYTES;
use hyper::body::{Body as _, Frame, SizeHint};
use tokio::sync::Notify;

use crate::limits::{FIRST_BODY_BYTES, MAX_BUFFER_BYTES, MAX_DRAINED_BYTES};
use crate::pace::Stalled;
use crate::problem::Problem;
use crate::room::{Holding, Room};

/// Reads a body of which `length` bytes were announced. Room is taken as it arrives, at most twice what has arrived.
pub(crate) async fn read(body: Body, length: usize, bodies: &Arc<Room>) -> Result<(Vec<u8>, Holding), Problem> {
    let cut = Arc::new(Notify::new());
    let room = bodies.hold(Arc::clone(&cut));
    room.theirs(true);
    let bytes = tokio::select! {
        biased;
        () = cut.notified() => return Err(Problem::busy()),
        bytes = collect(body, length, &room) => bytes?,
    };
    room.theirs(false);
    Ok((bytes, room))
}

async fn collect(mut body: Body, length: usize, room: &Holding) -> Result<Vec<u8>, Problem> {
    let (mut bytes, mut taken) = (Vec::new(), 0_usize);
    while let Some(frame) = next(&mut body).await {
        let Ok(data) = frame.map_err(|error| broken(&error))?.into_data() else { continue };
        let needed = bytes.len().saturating_add(data.len());
        if needed > length {
            return Err(not_whole());
        }
        if needed > taken {
            let larger = needed.max(taken.saturating_mul(2)).max(FIRST_BODY_BYTES).min(length);
            room.grow(larger.saturating_sub(taken)).await.map_err(|_| Problem::busy())?;
            taken = larger;
            bytes.reserve_exact(taken.saturating_sub(bytes.len()));
        }
        bytes.extend_from_slice(&data);
    }
    if bytes.len() == length { Ok(bytes) } else { Err(not_whole()) }
}

async fn next(body: &mut Body) -> Option<Result<Frame<Bytes>, axum::Error>> {
    poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await
}

fn broken(error: &axum::Error) -> Problem {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<Stalled>() {
            let detail = "The request's body did not come on. Smaller requests get through on a slow link.";
            return Problem::new(StatusCode::REQUEST_TIMEOUT, "slow", "Too slow", detail);
        }
        cause = error.source();
    }
    not_whole()
}

fn not_whole() -> Problem {
    let detail = "The request's body ended before its Content-Length, or went past it.";
    Problem::new(StatusCode::BAD_REQUEST, "body", "The body is not whole", detail)
}

pub(crate) fn too_large(got: usize) -> Problem {
    let detail = format!("The request's body has {got} bytes; at most {MAX_REQUEST_BYTES} are possible.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The request is too large", detail)
}

/// Reads a body that is of no use, up to a point, and keeps none of it.
pub(crate) async fn drain(mut body: Body) {
    let mut left = MAX_DRAINED_BYTES;
    while let Some(Ok(frame)) = next(&mut body).await {
        match left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

/// A reply that is handed over piece by piece, and counted until the last piece is.
pub(crate) struct Reply {
    rest: Bytes,
    _room: Holding,
}

impl Reply {
    pub(crate) fn new(bytes: Vec<u8>, room: Holding) -> Self {
        room.shrink_to(bytes.len());
        room.theirs(true);
        Self { rest: bytes.into(), _room: room }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        Body::new(self).into_response()
    }
}

impl hyper::body::Body for Reply {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.rest.len().min(MAX_BUFFER_BYTES);
        let piece = self.rest.split_to(piece);
        Poll::Ready((!piece.is_empty()).then(|| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
