//! Keys, statements and envelopes: what a device says, how it is signed, how it is sealed.
//!
//! Pure: no clock, no randomness of its own, no file, no socket. The bytes are fixed in `docs/spec/envelope.md`.
//! This crate must never hand out the content of a statement whose signature was not checked.

pub mod codec;
pub mod ids;
