//! Hostile bytes for every decoder and the linter: whatever is done to good bytes, a reader refuses or takes them, in one
//! form, and never panics.
//!
//! The corpus is what is in the tree: all vectors, the pack, a list of places, a device's small files. What ever broke is
//! kept in `tests/fixtures/fuzz/` and replayed. `docs/security-tests.md` says how to let it run for long.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../../xtask/src/vectors/judge.rs"]
mod judge;

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use azalai_envelope::ids::{from_hex, to_hex};
use azalai_model::lint::{self, Expect, Ground};
use azalai_model::{Pack, carried, places_file};
use azalai_node::evidence_check;
use azalai_store::{ArgonParams, Disk as _, Journal, Keys, MemoryDisk, ProfileKey, Slots};
use futures_lite::future::block_on;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

/// Inputs for each seed of the corpus in an ordinary run: some hundred thousand in all, a few seconds.
const SHORT: usize = 200;
/// In a long run.
const LONG: usize = 20_000;
/// Bytes that an input may grow to: larger ones are slow, and no decoder treats them differently but for its limit.
const LONGEST: usize = 16 * 1024;

/// One good or bad input, and who reads it.
#[derive(Clone)]
struct Seed {
    target: String,
    with: Value,
    bytes: Vec<u8>,
}

fn tree(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn corpus() -> Vec<Seed> {
    let mut all = Vec::new();
    for kind in ["envelope", "exchange", "roster"] {
        for entry in std::fs::read_dir(tree("tests/vectors").join(kind)).unwrap() {
            let whole: Value = serde_json::from_slice(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap();
            for vector in whole["vectors"].as_array().unwrap() {
                let bytes = from_hex(vector["bytes"].as_str().unwrap()).unwrap();
                let with = vector.get("with").cloned().unwrap_or_else(|| json!({}));
                all.push(Seed { target: vector["read_as"].as_str().unwrap().to_owned(), with, bytes });
            }
        }
    }
    let mut add = |target: &str, bytes: Vec<u8>| all.push(Seed { target: target.to_owned(), with: json!({}), bytes });
    for entry in std::fs::read_dir(tree("tests/vectors/lint")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "bin") {
            let bytes = std::fs::read(path).unwrap();
            add("lint", bytes.clone());
            add("carried", bytes);
        }
    }
    let places = b"name,alternates,lat,lon,admin\nBourem,\xd8\xa8\xd9\x88\xd8\xb1\xd9\x85|Burem,16.95,-0.35,Gao\n";
    add("places", places.to_vec());
    add("pack", std::fs::read(tree("seeds/packs/sahel/pack.json")).unwrap());
    let disk = device();
    for name in ["slots", "keyring", "journal"] {
        add(name, block_on(disk.read(name)).unwrap().unwrap());
    }
    all
}

fn profile() -> ProfileKey {
    ProfileKey::random(&mut ChaCha20::seed_from_u64(3))
}

type ChaCha20 = rand_chacha::ChaCha20Rng;

/// A device's small files: slots, keyring, a journal of three records.
fn device() -> MemoryDisk {
    let disk = MemoryDisk::new();
    let mut rng = ChaCha20::seed_from_u64(4);
    let cheap = ArgonParams::new(19 * 1024, 1).unwrap();
    let (slots, _) = Slots::create(&mut rng, cheap, "five words are quite enough").unwrap();
    block_on(disk.write_atomic("slots", &slots.to_bytes())).unwrap();
    let keys = Arc::new(block_on(Keys::create(disk.clone(), profile(), &mut rng)).unwrap());
    let journal = block_on(Journal::open(keys)).unwrap().0;
    for n in 0..3 {
        block_on(journal.append(&[n; 32], &[n; 200])).unwrap();
    }
    disk
}

thread_local! {
    static DEVICE: MemoryDisk = device();
}

/// Lets a target read bytes. An error is what it does wrong beside panicking.
fn read(target: &str, with: &Value, bytes: &[u8]) -> Result<(), String> {
    match target {
        "lint" => {
            let ground = Ground::new();
            let actor = [0x50; 16];
            let expect = Expect { actor: &actor, seq: None, known_actors: &|_| true };
            if let Ok(linted) = lint::lint(bytes, &expect) {
                let _ = ground.check(&linted);
            }
        }
        "carried" => drop(carried::whole(bytes, &[0x50; 16])),
        "places" => drop(places_file::read(bytes)),
        "pack" => drop(Pack::parse(bytes)),
        "slots" => {
            if let Ok(slots) = Slots::from_bytes(bytes)
                && slots.to_bytes() != bytes
            {
                return Err("slots are written in another way than they were read".to_owned());
            }
        }
        "keyring" | "journal" => {
            let disk = DEVICE.with(MemoryDisk::crash);
            block_on(disk.write_atomic(target, bytes)).unwrap();
            let mut rng = ChaCha20::seed_from_u64(5);
            let Ok(keys) = block_on(Keys::open(disk, profile(), &mut rng)) else { return Ok(()) };
            let Ok((journal, _)) = block_on(Journal::open(Arc::new(keys))) else { return Ok(()) };
            let (entries, _) = block_on(journal.entries()).map_err(|error| error.to_string())?;
            if entries.iter().any(|entry| entry.id[0] > 2 || entry.bytes != [entry.id[0]; 200]) {
                return Err("the journal gives what nobody wrote".to_owned());
            }
        }
        judged => {
            if judged == "evidence" {
                drop(evidence_check::check(bytes));
            }
            if let Err(error) = judge::judge(judged, with, bytes)
                && error.contains("is written in another way")
            {
                return Err(error);
            }
        }
    }
    Ok(())
}

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

/// What went wrong, if anything did, as a file for `tests/fixtures/fuzz/`.
fn broken(target: &str, with: &Value, bytes: &[u8]) -> Option<String> {
    let run = catch_unwind(AssertUnwindSafe(|| read(target, with, bytes)));
    let why = match run {
        Ok(Ok(())) => return None,
        Ok(Err(why)) => why,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or(panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default();
            format!("panic: {text}")
        }
    };
    Some(json!({ "target": target, "with": with, "bytes": to_hex(bytes), "showed": why }).to_string())
}

fn run(seed: u64, rounds: usize) {
    let corpus = corpus();
    let mut by_target: BTreeMap<&str, Vec<&Seed>> = BTreeMap::new();
    for one in &corpus {
        by_target.entry(&one.target).or_default().push(one);
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for one in &corpus {
        let others = &by_target[one.target.as_str()];
        // A keyring costs as much as four hundred statements.
        let rounds = if one.bytes.len() > LONGEST { rounds / 10 } else { rounds };
        for round in 0..rounds {
            let other = &others[rng.next_u32() as usize % others.len()].bytes;
            let bytes = mutate(&one.bytes, other, &mut rng);
            if let Some(found) = broken(&one.target, &one.with, &bytes) {
                panic!("seed {seed}, round {round}: keep this as a file in tests/fixtures/fuzz/:\n{found}");
            }
        }
    }
}

/// Guards against a corpus that leaves a format out.
#[test]
fn every_decoder_has_a_corpus() {
    let mut targets: Vec<String> = corpus().into_iter().map(|seed| seed.target).collect();
    targets.sort();
    targets.dedup();
    for target in [
        "body",
        "capsule",
        "capsule reply",
        "carried",
        "certificate",
        "envelope",
        "evidence",
        "invite",
        "journal",
        "key document",
        "key letter",
        "keyring",
        "lint",
        "log entry",
        "pack",
        "places",
        "receipt",
        "relay receipt",
        "reply",
        "request",
        "slots",
        "statement",
    ] {
        assert!(targets.iter().any(|known| known == target), "{target} is not among {targets:?}");
    }
}

/// Guards against a mutation that no reader would ever see through: some of what comes out must still be taken.
#[test]
fn unchanged_inputs_are_read_and_the_search_sees_a_panic() {
    assert!(corpus().iter().all(|seed| broken(&seed.target, &seed.with, &seed.bytes).is_none()));
    let found = broken("no such reader", &json!({}), &[1, 2]);
    assert!(found.is_none(), "an unknown reader is an error and no finding: {found:?}");
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
#[ignore = "runs for long: cargo test -p azalai-tests --test fuzz -- --ignored"]
fn hostile_bytes_for_long() {
    run(RandomState::new().build_hasher().finish(), LONG);
}

/// Guards against the return of what was mended.
#[test]
fn what_was_found_once_is_replayed() {
    for entry in std::fs::read_dir(tree("tests/fixtures/fuzz")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let kept: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let bytes = from_hex(kept["bytes"].as_str().unwrap()).unwrap();
        let found = broken(kept["target"].as_str().unwrap(), &kept["with"], &bytes);
        assert_eq!(found, None, "{}", path.display());
    }
}
