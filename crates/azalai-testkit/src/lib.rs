//! Ready-made members, relays and a network in memory, for tests: no socket, no clock, no thread, and the same seed
//! gives the same run.
//!
//! Only tests depend on this crate. Failures here panic: a test has no better answer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod attacker;
pub mod community;
mod end;
pub mod member;
pub mod relay;
mod steps;
mod trust;
mod trust_end;
pub mod world;

pub use attacker::Attacker;
pub use community::Community;
pub use member::{Asleep, Member, NeighbourLink, TestNode, WORDLESS};
pub use relay::{DirectLink, Liar, Link, TestRelay};
pub use world::{Outcome, run_seed, run_trust_seed};
