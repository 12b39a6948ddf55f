//! A floor under the speed of clients: bodies that stop coming and replies that nobody reads are given up.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::StatusCode;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use crate::limits::Limits;
use crate::seats::Seat;

/// A request's body did not come on.
#[derive(Debug, thiserror::Error)]
#[error("the body did not come on")]
pub(crate) struct Stalled;

/// Runs while the client has to do something, and ends unless it does enough of it in each window.
struct Pace {
    window: Duration,
    bytes: usize,
    moved: usize,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    const fn new(limits: &Limits) -> Self {
        Self { window: limits.pace_window, bytes: limits.pace_bytes, moved: 0, timer: None }
    }

    fn moved(&mut self, bytes: usize) {
        self.moved = self.moved.saturating_add(bytes);
        if self.moved >= self.bytes {
            self.begin_anew();
        }
    }

    fn begin_anew(&mut self) {
        self.moved = 0;
        self.timer = None;
    }

    /// Ready when too little moved for too long.
    fn poll_stalled(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let window = self.window;
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + window)));
        timer.as_mut().poll(context)
    }
}

/// The body of a request, with the floor under it.
pub(crate) struct PacedBody {
    inner: Incoming,
    ended: bool,
    pace: Pace,
    seat: Arc<Seat>,
}

impl PacedBody {
    pub(crate) const fn new(inner: Incoming, limits: &Limits, seat: Arc<Seat>) -> Self {
        Self { inner, ended: false, pace: Pace::new(limits), seat }
    }
}

impl Body for PacedBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(context) else {
            this.seat.theirs(true);
            ready!(this.pace.poll_stalled(context));
            return Poll::Ready(Some(Err(Stalled.into())));
        };
        this.seat.theirs(false);
        this.ended = frame.is_none();
        if let Some(Ok(frame)) = &frame {
            this.pace.moved(frame.data_ref().map_or(0, Bytes::len));
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for PacedBody {
    fn drop(&mut self) {
        if !self.ended && !self.inner.is_end_stream() {
            self.seat.left_unread();
        }
    }
}

/// A connection, with the floor under its reading side. It writes one buffer at a time, so that what was given to it
/// is copied and a reply is not kept whole for its last bytes.
pub(crate) struct PacedStream {
    inner: TcpStream,
    pace: Pace,
    seat: Arc<Seat>,
    /// Answers of which the beginning was written.
    begun: u64,
    refused: Option<StatusCode>,
}

impl PacedStream {
    pub(crate) const fn new(inner: TcpStream, limits: &Limits, seat: Arc<Seat>) -> Self {
        Self { inner, pace: Pace::new(limits), seat, begun: 0, refused: None }
    }

    /// The status of an answer that hyper wrote by itself, without a body, to a head that it could not read. It was
    /// held back: the client is to get a problem instead.
    pub(crate) const fn refused(&self) -> Option<StatusCode> {
        self.refused
    }

    /// Whether `bytes` are such an answer: no route gave one since the last, and it is no part of that either.
    fn hold_back(&mut self, bytes: &[u8]) -> bool {
        let answers = self.seat.answers();
        if answers != self.begun {
            self.begun = answers;
            return false;
        }
        let Ok(head) = std::str::from_utf8(bytes) else { return false };
        let Some(status) = head.strip_prefix("HTTP/1.1 4") else { return false };
        if !head.contains("\r\ncontent-length: 0\r\n") || !head.ends_with("\r\n\r\n") {
            return false;
        }
        let status = status.get(..2).and_then(|rest| format!("4{rest}").parse().ok());
        self.refused = Some(status.unwrap_or(StatusCode::BAD_REQUEST));
        true
    }
}

impl AsyncRead for PacedStream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(context, buf))?;
        self.seat.moved(buf.filled().len().saturating_sub(before));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for PacedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.hold_back(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
        let Poll::Ready(written) = Pin::new(&mut this.inner).poll_write(context, bytes) else {
            this.seat.reading(true);
            ready!(this.pace.poll_stalled(context));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        };
        let written = written?;
        this.seat.moved(written);
        this.pace.moved(written);
        Poll::Ready(Ok(written))
    }

    /// Reached when all that was to be written is with the system.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.inner).poll_flush(context))?;
        self.pace.begin_anew();
        self.seat.reading(false);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
