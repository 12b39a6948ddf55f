//! Replays the vectors in `tests/vectors/`: what each file says that its bytes give, they give.
//!
//! It must never make bytes: `cargo xtask vectors` does, and a test of xtask insists that the files are its work.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../../xtask/src/vectors/judge.rs"]
mod judge;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use azalai_envelope::ids::from_hex;
use serde_json::{Value, json};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// Every vector of the three folders, with the file it is from.
fn vectors() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for kind in ["envelope", "exchange", "roster"] {
        for entry in std::fs::read_dir(folder().join(kind)).unwrap() {
            let path = entry.unwrap().path();
            let whole: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            let name = path.strip_prefix(folder()).unwrap().display().to_string();
            all.extend(whole["vectors"].as_array().unwrap().iter().map(|vector| (name.clone(), vector.clone())));
        }
    }
    all
}

/// Guards against bytes that were good and are refused, that were refused and are taken, or that mean something else.
#[test]
fn every_vector_gives_what_its_file_says() {
    let mut wrong = Vec::new();
    for (file, vector) in vectors() {
        let bytes = from_hex(vector["bytes"].as_str().unwrap()).unwrap();
        let with = vector.get("with").cloned().unwrap_or_else(|| json!({}));
        let said = match (vector.get("gives"), vector.get("error")) {
            (Some(gives), None) => Ok(gives.clone()),
            (None, Some(error)) => Err(error.as_str().unwrap().to_owned()),
            _ => panic!("{file}: {}: neither good nor bad", vector["name"]),
        };
        let gives = judge::judge(vector["read_as"].as_str().unwrap(), &with, &bytes);
        if gives != said {
            wrong.push(format!("{file}: {}: said {said:?}, gives {gives:?}", vector["name"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Guards against a replay that reads no file, and against a format with no bad bytes.
#[test]
fn every_format_has_good_and_bad_vectors() {
    let mut found: BTreeMap<String, BTreeSet<bool>> = BTreeMap::new();
    for (_, vector) in vectors() {
        let read_as = vector["read_as"].as_str().unwrap().to_owned();
        found.entry(read_as).or_default().insert(vector.get("gives").is_some());
    }
    // These read any bytes of the right length.
    for any in ["size", "project id", "author id", "member audience", "generation", "document id"] {
        assert_eq!(found.remove(any), Some([true].into()), "{any}");
    }
    let formats: Vec<&str> = found.keys().map(String::as_str).collect();
    let expected = [
        "body",
        "capsule",
        "capsule reply",
        "certificate",
        "envelope",
        "evidence",
        "introduction",
        "invite",
        "key document",
        "key letter",
        "log entry",
        "receipt",
        "relay receipt",
        "reply",
        "request",
        "statement",
        "varint",
    ];
    assert_eq!(formats, expected);
    assert!(found.values().all(|kinds| kinds.len() == 2), "{found:?}");
}

/// Guards against vectors that a careless reader passes: one changed bit in any good signed bytes is noticed.
#[test]
fn a_flipped_bit_in_a_good_vector_never_gives_the_same() {
    for (file, vector) in vectors() {
        let (Some(gives), Some("statement" | "envelope" | "certificate" | "relay receipt" | "introduction")) =
            (vector.get("gives"), vector["read_as"].as_str())
        else {
            continue;
        };
        let bytes = from_hex(vector["bytes"].as_str().unwrap()).unwrap();
        for at in (0..bytes.len()).step_by(13) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x10;
            let judged = judge::judge(vector["read_as"].as_str().unwrap(), &vector["with"], &flipped);
            assert!(judged.as_ref() != Ok(gives), "{file}: {}: byte {at}", vector["name"]);
        }
    }
}
