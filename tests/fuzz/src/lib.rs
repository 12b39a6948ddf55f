//! Hostile bytes for everything that reads bytes from outside: fuzz targets for libFuzzer, and their replay in the
//! ordinary tests.
//!
//! A target is a name in [`TARGETS`] and a file in `fuzz_targets/`. All of them are run by [`check`], so that what
//! libFuzzer finds is found again without it: `corpus/` holds inputs that reach different code, `found/TARGET/`
//! those that broke something once. `cargo xtask fuzz` builds with coverage and searches; a target that is built in the
//! ordinary way reads the files that it is given.
//!
//! A finding is a panic, or an input that is taken in two forms, or a device that cannot be used afterwards.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::print_stderr, reason = "a target is a program for people")]

mod changes;
pub mod corpus;
mod decoders;
mod devices;
#[path = "../../../xtask/src/vectors/judge.rs"]
mod judge;

use std::process::ExitCode;

/// Every target: what it reads is said by the name as in `docs/spec/`, or here.
///
/// - `change`: a chain of changes of a document, each behind its length, from the linter through to Automerge;
/// - `compress`: a body to compress, and what came of it;
/// - `door`: a body, said and sealed by a steward's key, in a coordinator's device;
/// - `bundle`: a file that a device imports;
/// - `relay`: a member's request, opened, at a relay;
/// - `answers`: the replies of a relay, each behind its length, in a device that exchanges with it.
pub const TARGETS: [&str; 28] = [
    "answers",
    "body",
    "bundle",
    "capsule",
    "capsule-reply",
    "certificate",
    "change",
    "compress",
    "door",
    "envelope",
    "evidence",
    "introduction",
    "invite",
    "journal",
    "key-document",
    "key-letter",
    "keyring",
    "lint",
    "log-entry",
    "pack",
    "places",
    "receipt",
    "relay",
    "relay-receipt",
    "reply",
    "request",
    "slots",
    "statement",
];

/// Lets a target read `bytes`.
///
/// # Errors
/// What it does wrong beside panicking, in words.
///
/// # Panics
/// If there is no such target, or if what reads them does.
pub fn check(target: &str, bytes: &[u8]) -> Result<(), String> {
    match target {
        "answers" => devices::answers(bytes),
        "bundle" => devices::bundle(bytes),
        "door" => devices::door(bytes),
        "relay" => devices::relay(bytes),
        "change" => changes::check(bytes),
        other => decoders::check(other, bytes),
    }
}

/// What libFuzzer calls: every finding is a panic.
///
/// # Panics
/// As [`check`], and for each of its errors.
pub fn hold(target: &str, bytes: &[u8]) {
    check(target, bytes).unwrap_or_else(|wrong| panic!("{target}: {wrong}"));
}

/// Reads the files that the command line names.
#[must_use]
pub fn replay(target: &str) -> ExitCode {
    #[allow(clippy::disallowed_methods, reason = "a target is a program of its own; its arguments are read here only")]
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        eprintln!("{target}: name files to read; to search for more, `cargo xtask fuzz {target}`");
        return ExitCode::from(2);
    }
    for file in files {
        eprintln!("{target}: {file}");
        hold(target, &std::fs::read(file).expect("the file cannot be read"));
    }
    ExitCode::SUCCESS
}

/// The program of a target.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| $crate::hold($name, bytes));

        #[cfg(not(fuzzing))]
        fn main() -> std::process::ExitCode {
            $crate::replay($name)
        }
    };
}

/// The parts of an input that has several: a little-endian 16-bit length before each but the last.
pub(crate) fn parts(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let (part, after) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
        parts.push(part);
        bytes = after;
    }
    parts
}

/// An input of these parts.
///
/// # Panics
/// If one is too long for its length.
#[must_use]
pub fn whole<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&u16::try_from(part.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}
