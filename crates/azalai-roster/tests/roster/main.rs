//! What the two logs add up to, tried from outside: bytes, rights, removals, and properties over random sets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod apart;
mod bodies;
mod bytes;
mod members;
mod numbers;
mod properties;
mod removals;
mod rights;
mod sets;
mod support;
