//! The program as people and other programs meet it: names, flags, exit status, what stands on stdout and on stderr.
//!
//! Drives the real binary, which `cargo xtask test` builds before it runs any test; by hand, run
//! `cargo build -p azalai-cli` first. Nothing here but `laboratory.rs` may look inside a home.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::string_slice, clippy::panic)]

mod community;
mod evidence;
mod keeper;
mod laboratory;
mod lies;
mod notices;
mod packs;
mod passphrase;
mod places;
mod refusals;
mod routing;
mod shape;
mod shed;
mod staff;
mod tls;
mod vault;

use azalai_tests::program::{PASSPHRASE, Place, ended, names, ran};
