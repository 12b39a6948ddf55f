//! The exchange as two parties see it: formats to the byte, sets, carriers, both state machines against each other and
//! against responders that lie. No socket, no clock: the same seed gives the same run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod carriers;
mod cost;
mod formats;
mod given_up;
mod liars;
mod parties;
mod responders;
mod sets;
mod support;
