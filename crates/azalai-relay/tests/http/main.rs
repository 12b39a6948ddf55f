//! A relay over real sockets: routes, problems, limits, restarts, draining.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod client;
mod crowds;
mod folders;
mod heads;
mod hostile;
mod problems;
mod serving;

/// The project, envelopes and exchanges of the tests of `azalai-sync`.
#[path = "../../../azalai-sync/tests/exchange/support.rs"]
#[allow(dead_code, reason = "shared: each test program uses a part")]
mod support;
