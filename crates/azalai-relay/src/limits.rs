//! Every number that limits what this crate takes, with its unit and its reason.

use std::time::Duration;

/// Connections at a time. Those that come on top wait in the system's queue.
pub const MAX_CONNECTIONS: usize = 512;

/// How long a connection may take to send the head of a request, and so also how long it may stay idle.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a body may take: 4 MiB at 35 KiB a second; what is slower sends smaller requests.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(120);

/// How long a connection may last: whoever reads no reply does not hold its place for ever.
pub const CONNECTION_TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// How long the requests under way may go on when it is to end.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);

/// Bytes of one connection's read buffer, and so of a request's head.
pub const MAX_BUFFER_BYTES: usize = 16 * 1024;

/// Headers of one request: ours have five, a browser's some twenty.
pub const MAX_HEADERS: usize = 64;

/// Bytes of all request bodies that are being read or worked on: bounds memory on a small board.
pub const MAX_BODIES_BYTES: usize = 64 * 1024 * 1024;

/// Bytes of a body over the limit that are read and dropped, so that its sender gets to read why.
pub const MAX_DRAINED_BYTES: usize = 16 * 1024 * 1024;

/// How long a request waits for room for its body.
pub const ROOM_TIMEOUT: Duration = Duration::from_secs(20);

/// Requests that are worked on at a time: each takes a thread, and up to 4 MiB for its reply.
pub const MAX_AT_WORK: usize = 16;
