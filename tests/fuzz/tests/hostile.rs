//! Hostile bytes for every decoder and the linter: whatever is done to good bytes, a reader refuses or takes them, in one
//! form, and never panics.
//!
//! Begins from what is in the tree: all vectors, the pack, a list of places, a device's small files, and the inputs that
//! searches kept. `docs/security-tests.md` says how to let it run for long, and how to search with coverage.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};

use azalai_envelope::ids::to_hex;
use azalai_fuzz::{TARGETS, check, corpus};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng as _};

/// Inputs for each seed of the corpus in an ordinary run: some hundred thousand in all, a few seconds.
const SHORT: usize = 200;
/// In a long run.
const LONG: usize = 20_000;
/// Bytes that an input may grow to: larger ones are slow, and no decoder treats them differently but for its limit.
const LONGEST: usize = 16 * 1024;
/// Targets that are whole devices: an input costs them as much as a hundred decodings.
const DEVICES: [&str; 4] = ["answers", "bundle", "door", "relay"];

/// Numbers at the ends of what a field holds.
const ENDS: [&[u8]; 8] = [
    &[0],
    &[0x7f],
    &[0x80],
    &[0xff],
    &[0xff, 0xff],
    &[0x80, 0x80, 0x04],
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
];

/// One to six changes to `bytes`, some of them with parts of `other`.
fn mutate(bytes: &[u8], other: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let longest = LONGEST.max(bytes.len() + 64);
    let mut bytes = bytes.to_vec();
    for _ in 0..=rng.next_u32() % 6 {
        let below = |rng: &mut ChaCha8Rng, limit: usize| rng.next_u32() as usize % limit.max(1);
        let at = below(rng, bytes.len() + 1);
        let length = below(rng, 24) + 1;
        match rng.next_u32() % 9 {
            0 | 1 if at < bytes.len() => bytes[at] ^= 1 << (rng.next_u32() % 8),
            2 if at < bytes.len() => bytes[at] = rng.next_u32() as u8,
            3 => {
                let end = ENDS[below(rng, ENDS.len())];
                let to = (at + end.len()).min(bytes.len());
                bytes.splice(at..to, end.iter().copied());
            }
            4 => drop(bytes.drain(at..(at + length).min(bytes.len()))),
            5 => {
                let from = below(rng, bytes.len() + 1);
                let part = bytes[from..(from + length).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
            6 => {
                let from = below(rng, other.len() + 1);
                let part = other[from..(from + 4 * length).min(other.len())].to_vec();
                let to = (at + part.len()).min(bytes.len());
                bytes.splice(at..to, part);
            }
            7 => bytes.truncate(at),
            _ => {
                let more: Vec<u8> = (0..length).map(|_| rng.next_u32() as u8).collect();
                bytes.splice(at..at, more);
            }
        }
    }
    bytes.truncate(longest);
    bytes
}

/// What went wrong, if anything did.
fn broken(target: &str, bytes: &[u8]) -> Option<String> {
    match catch_unwind(AssertUnwindSafe(|| check(target, bytes))) {
        Ok(outcome) => outcome.err(),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or(panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default();
            Some(format!("panic: {text}"))
        }
    }
}

fn run(seed: u64, rounds: usize) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for (target, seeds) in corpus::seeds() {
        for one in &seeds {
            // A keyring costs as much as four hundred statements.
            let dear = one.len() > LONGEST || DEVICES.contains(&target);
            let rounds = if dear { rounds / 20 } else { rounds };
            for round in 0..rounds {
                let other = &seeds[rng.next_u32() as usize % seeds.len()];
                let bytes = mutate(one, other, &mut rng);
                if let Some(wrong) = broken(target, &bytes) {
                    let hex = to_hex(&bytes);
                    panic!(
                        "seed {seed}, round {round}, {target}: {wrong}\nkeep this in tests/fuzz/found/{target}/:\n{hex}"
                    );
                }
            }
        }
    }
}

/// Guards against a target that a search has nothing to begin with, and a target without a program.
#[test]
fn every_target_has_seeds_and_a_program() {
    let empty: Vec<_> =
        corpus::seeds().into_iter().filter(|(_, seeds)| seeds.is_empty()).map(|(name, _)| name).collect();
    assert!(empty.is_empty(), "nothing to begin with: {empty:?}");
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz_targets")).unwrap();
    let programs: BTreeSet<String> =
        folder.map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(programs, TARGETS.map(str::to_owned).into());
    for target in TARGETS {
        let program =
            std::fs::read_to_string(format!("{}/fuzz_targets/{target}.rs", env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert!(program.contains(&format!("target!(\"{target}\")")), "the program of {target} reads something else");
    }
}

/// Guards against a search that sees nothing: good bytes are taken, and most mutations change something.
#[test]
fn unchanged_inputs_are_read_and_most_mutations_change_something() {
    for (target, seeds) in corpus::seeds() {
        for seed in seeds {
            assert_eq!(broken(target, &seed), None, "{target}: {}", to_hex(&seed));
        }
    }
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let kept = (0..200).filter(|_| mutate(&[7; 64], &[9; 64], &mut rng) == [7; 64]).count();
    assert!(kept < 20, "{kept} of 200 inputs were not changed");
}

/// Guards against decoders that panic, or read two forms as one.
#[test]
fn hostile_bytes_are_refused_or_have_one_form_and_nothing_panics() {
    run(20_261_124, SHORT);
}

/// The same for long, from another seed each time.
#[test]
#[ignore = "runs for long: cargo test -p azalai-fuzz -- --ignored"]
fn hostile_bytes_for_long() {
    run(RandomState::new().build_hasher().finish(), LONG);
}

/// Guards against the return of what was mended, and against inputs that reached odd places and now break them.
#[test]
fn what_searches_kept_and_what_was_found_once_is_replayed() {
    let mut read = 0;
    for target in TARGETS {
        for bytes in corpus::found(target).into_iter().chain(corpus::kept(target)) {
            assert_eq!(broken(target, &bytes), None, "{target}: {}", to_hex(&bytes));
            read += 1;
        }
    }
    assert!(read > 1000, "only {read} inputs were kept");
}
