//! One decoder at a time, each with whatever its vectors are read with.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use azalai_envelope::compress::{compress, decompress};
use azalai_envelope::limits::MAX_BODY_BYTES;
use azalai_model::lint::{self, Expect, Ground};
use azalai_model::{Pack, places_file};
use azalai_node::evidence_check;
use azalai_store::{ArgonParams, Disk as _, Journal, Keys, MemoryDisk, ProfileKey, Slots};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use serde_json::Value;

use crate::corpus;
use crate::judge;

/// Lets the decoder of this name read `bytes`.
pub(crate) fn check(target: &str, bytes: &[u8]) -> Result<(), String> {
    match target {
        "lint" => {
            let actor = [0x50; 16];
            let expect = Expect { actor: &actor, seq: None, known_actors: &|_| true };
            if let Ok(linted) = lint::lint(bytes, &expect) {
                let _ = Ground::new().check(&linted);
            }
            Ok(())
        }
        "compress" => {
            let (coding, coded) = compress(bytes);
            let read = decompress(coding, &coded).map_err(|error| format!("{coding:?}: {error}"));
            // Whoever says more than a statement holds is told so.
            if bytes.len() > MAX_BODY_BYTES || read?.as_ref() == bytes {
                Ok(())
            } else {
                Err("another body".to_owned())
            }
        }
        "places" => {
            drop(places_file::read(bytes));
            Ok(())
        }
        "pack" => {
            drop(Pack::parse(bytes));
            Ok(())
        }
        "slots" => match Slots::from_bytes(bytes) {
            Ok(slots) if slots.to_bytes() != bytes => {
                Err("slots are written in another way than they were read".into())
            }
            _ => Ok(()),
        },
        "keyring" | "journal" => small_file(target, bytes),
        judged => {
            if judged == "evidence" {
                drop(evidence_check::check(bytes));
            }
            judge_it(judged, bytes)
        }
    }
}

/// What the vectors of each format are read with.
static CONTEXTS: LazyLock<BTreeMap<String, Vec<Value>>> = LazyLock::new(|| {
    let mut all: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for vector in corpus::vectors() {
        let known = all.entry(vector.target).or_default();
        if !known.contains(&vector.with) {
            known.push(vector.with);
        }
    }
    all
});

fn judge_it(target: &str, bytes: &[u8]) -> Result<(), String> {
    let contexts = CONTEXTS.get(target).unwrap_or_else(|| panic!("there is no target {target}"));
    for with in contexts {
        if let Err(error) = judge::judge(&target.replace('-', " "), with, bytes)
            && error.contains("is written in another way")
        {
            return Err(error);
        }
    }
    Ok(())
}

fn profile() -> ProfileKey {
    ProfileKey::random(&mut ChaCha20Rng::seed_from_u64(3))
}

/// A device's small files: slots, keyring, a journal of three records.
pub(crate) fn device() -> MemoryDisk {
    let disk = MemoryDisk::new();
    let mut rng = ChaCha20Rng::seed_from_u64(4);
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

fn small_file(name: &str, bytes: &[u8]) -> Result<(), String> {
    let disk = DEVICE.with(MemoryDisk::crash);
    block_on(disk.write_atomic(name, bytes)).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let Ok(keys) = block_on(Keys::open(disk, profile(), &mut rng)) else { return Ok(()) };
    let Ok((journal, _)) = block_on(Journal::open(Arc::new(keys))) else { return Ok(()) };
    let (entries, _) = block_on(journal.entries()).map_err(|error| error.to_string())?;
    if entries.iter().any(|entry| entry.id[0] > 2 || entry.bytes != [entry.id[0]; 200]) {
        return Err("the journal gives what nobody wrote".to_owned());
    }
    Ok(())
}
