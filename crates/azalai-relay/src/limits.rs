//! Every number that limits what this crate takes, with its unit and its reason.
//!
//! What clients can make a relay hold at most, as arithmetic over the numbers below:
//!
//! | what | bytes |
//! |---|---|
//! | connections: 512 × (16 KiB read buffer + 16 KiB last piece of a body + 64 KiB write buffer + 16 KiB head) | 56 MiB |
//! | request bodies, as far as they have arrived | 64 MiB |
//! | replies, until their last byte is written | 64 MiB |
//! | requests at work: 8 × (4 MiB opened + 4 MiB operations + 4 MiB reply before it is sealed) | 96 MiB |
//! | together in the process | **280 MiB** |
//! | in the system: 512 × (64 KiB to send + 128 KiB received), as Linux doubles what it is told | 96 MiB |
//!
//! On top come the store's cache, 64 MiB, and the ids of what is carried, at most 110 MiB for a project
//! ([`azalai_sync::limits::MAX_IDS`]): 660 MiB with two full projects. `deploy/systemd` gives all of it 768 MiB.

use std::time::Duration;

use azalai_sync::limits::MAX_REPLY_BYTES;

/// Connections at a time. When all are taken, the one that has stood still longest makes room for the next.
pub const MAX_CONNECTIONS: usize = 512;

/// How long a connection stands still before it may be ended for another: a phone on a slow link has sent the head of
/// its request by then, and one that sends 1 kB/s never stands still so long.
pub const STALE_AFTER: Duration = Duration::from_secs(4);

/// How many times as long it may stand still while it reads a reply: at 1 kB/s, the system tells only every 20 seconds
/// that something was read (see [`SEND_BUFFER_BYTES`]).
pub const READING_PATIENCE: u32 = 8;

/// Bytes that must have moved for a connection not to count as standing still: single bytes cost nothing.
pub const STIR_BYTES: usize = 512;

/// How long a connection may take to send the head of a request, and so also how long it may stay idle.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(20);

/// Time within which [`PACE_BYTES`] of a body or a reply must move. Long, for two reasons: a phone that changes cells
/// is silent for half a minute, and the system tells of room in its send buffer only when a third of it is free.
pub const PACE_WINDOW: Duration = Duration::from_secs(60);

/// Bytes of a body or a reply that must move in each [`PACE_WINDOW`]: a fifteenth of what a link of 1 kB/s carries.
pub const PACE_BYTES: usize = 4 * 1024;

/// How long a connection may last: 4 MiB at 1 kB/s take 70 minutes.
pub const CONNECTION_TIMEOUT: Duration = Duration::from_secs(2 * 60 * 60);

/// How long the requests under way may go on when it is to end.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);

/// How long what a client still writes is read and dropped after the last reply: if a connection is closed while
/// something comes in, the reply is lost with it.
pub const LINGER_TIMEOUT: Duration = Duration::from_secs(5);

/// Bytes of one connection's read buffer, and so of a request's head; also of what is written at a time.
pub const MAX_BUFFER_BYTES: usize = 16 * 1024;

/// Headers of one request: ours have five, a browser's some twenty.
pub const MAX_HEADERS: usize = 64;

/// Bytes that the system is told to keep for one connection to send. Small, so that what is written is soon read:
/// a third of it is what a reader at 1 kB/s takes in 20 seconds. It allows 200 kB/s at 300 ms to and fro.
pub const SEND_BUFFER_BYTES: usize = 32 * 1024;

/// Bytes that the system is told to keep for one connection of what arrived and was not read.
pub const RECEIVE_BUFFER_BYTES: usize = 64 * 1024;

/// Bytes of all request bodies that have arrived and are not yet answered: bounds memory on a small board.
pub const MAX_BODIES_BYTES: usize = 64 * 1024 * 1024;

/// Bytes that are taken for a body when its first byte arrives; doubled as it grows.
pub const FIRST_BODY_BYTES: usize = 8 * 1024;

/// Bytes of all replies that are being made or written: bounds memory on a small board.
pub const MAX_REPLIES_BYTES: usize = 16 * MAX_REPLY_BYTES;

/// Bytes of a body over the limit that are read and dropped, so that its sender gets to read why.
pub const MAX_DRAINED_BYTES: usize = 16 * 1024 * 1024;

/// How long a request waits for room for its body or its reply.
pub const ROOM_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a body or reply is under way before it may be given up for others: on most links it is done by then.
pub const ROOM_GRACE: Duration = Duration::from_secs(10);

/// Requests that are worked on at a time: each takes a thread, and three times 4 MiB beside its body and its reply.
pub const MAX_AT_WORK: usize = 8;

/// The limits that a program or a test may set otherwise. The default is what the constants say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// [`MAX_CONNECTIONS`].
    pub connections: usize,
    /// [`STALE_AFTER`].
    pub stale_after: Duration,
    /// [`HEADER_TIMEOUT`].
    pub header_timeout: Duration,
    /// [`PACE_WINDOW`].
    pub pace_window: Duration,
    /// [`PACE_BYTES`].
    pub pace_bytes: usize,
    /// [`CONNECTION_TIMEOUT`].
    pub connection_timeout: Duration,
    /// [`DRAIN_TIMEOUT`].
    pub drain_timeout: Duration,
    /// [`LINGER_TIMEOUT`].
    pub linger_timeout: Duration,
    /// [`MAX_BODIES_BYTES`]; less than one largest request, and that one is never taken.
    pub bodies_bytes: usize,
    /// [`MAX_REPLIES_BYTES`]; less than one largest reply, and no request is answered.
    pub replies_bytes: usize,
    /// [`ROOM_TIMEOUT`].
    pub room_timeout: Duration,
    /// [`ROOM_GRACE`].
    pub room_grace: Duration,
    /// [`MAX_AT_WORK`].
    pub at_work: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: MAX_CONNECTIONS,
            stale_after: STALE_AFTER,
            header_timeout: HEADER_TIMEOUT,
            pace_window: PACE_WINDOW,
            pace_bytes: PACE_BYTES,
            connection_timeout: CONNECTION_TIMEOUT,
            drain_timeout: DRAIN_TIMEOUT,
            linger_timeout: LINGER_TIMEOUT,
            bodies_bytes: MAX_BODIES_BYTES,
            replies_bytes: MAX_REPLIES_BYTES,
            room_timeout: ROOM_TIMEOUT,
            room_grace: ROOM_GRACE,
            at_work: MAX_AT_WORK,
        }
    }
}

/// Days whose visits are remembered.
pub const MAX_VISIT_DAYS: usize = 31;
