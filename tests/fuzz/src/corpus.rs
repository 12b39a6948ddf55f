//! What there is to begin from: the vectors and other good files of the tree, and the inputs that are kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use azalai_envelope::ids::from_hex;
use azalai_store::Disk as _;
use futures_lite::future::block_on;
use serde_json::{Value, json};

use crate::{TARGETS, changes, decoders, devices};

/// A vector: its bytes, the target that reads them, and what they are read with.
#[derive(Debug, Clone)]
pub struct Vector {
    /// The target.
    pub target: String,
    /// What the reader knows besides.
    pub with: Value,
    /// The bytes, good or bad.
    pub bytes: Vec<u8>,
}

fn tree(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// All vectors of formats that have a target.
///
/// # Panics
/// If a file is not as `cargo xtask vectors` writes it.
#[must_use]
pub fn vectors() -> Vec<Vector> {
    let mut all = Vec::new();
    for kind in ["envelope", "exchange", "roster"] {
        for entry in std::fs::read_dir(tree("tests/vectors").join(kind)).unwrap() {
            let whole: Value = serde_json::from_slice(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap();
            for vector in whole["vectors"].as_array().unwrap() {
                let target = vector["read_as"].as_str().unwrap().replace(' ', "-");
                let bytes = from_hex(vector["bytes"].as_str().unwrap()).unwrap();
                let with = vector.get("with").cloned().unwrap_or_else(|| json!({}));
                if TARGETS.contains(&target.as_str()) {
                    all.push(Vector { target, with, bytes });
                }
            }
        }
    }
    all
}

/// Inputs that every search begins from: the tree's own good and bad examples, by target.
///
/// # Panics
/// If one is missing.
#[must_use]
pub fn seeds() -> BTreeMap<&'static str, Vec<Vec<u8>>> {
    let mut all: BTreeMap<&'static str, Vec<Vec<u8>>> = TARGETS.iter().map(|target| (*target, Vec::new())).collect();
    let mut add = |target: &str, bytes: Vec<u8>| all.get_mut(target).unwrap().push(bytes);
    for vector in vectors() {
        match vector.target.as_str() {
            "log-entry" => {
                add("compress", vector.bytes.clone());
                add("door", devices::said(devices::Saying::Authority, &vector.bytes));
            }
            "key-letter" => add("door", devices::said(devices::Saying::Keys, &vector.bytes)),
            "receipt" => add("door", devices::said(devices::Saying::Receipt, &vector.bytes)),
            "request" => add("relay", vector.bytes.clone()),
            "reply" => add("answers", crate::whole([vector.bytes.as_slice()])),
            "envelope" => add("bundle", azalai_testkit::attacker::bundle(std::slice::from_ref(&vector.bytes))),
            _ => {}
        }
        add(&vector.target, vector.bytes);
    }
    for entry in std::fs::read_dir(tree("tests/vectors/lint")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "bin") {
            add("lint", std::fs::read(path).unwrap());
        }
    }
    for example in changes::examples() {
        add("compress", example.get(3..).unwrap_or_default().to_vec());
    }
    changes::examples().into_iter().for_each(|example| add("change", example));
    devices::examples().into_iter().for_each(|(target, example)| add(target, example));
    let places = b"name,alternates,lat,lon,admin\nBourem,\xd8\xa8\xd9\x88\xd8\xb1\xd9\x85|Burem,16.95,-0.35,Gao\n";
    add("places", places.to_vec());
    add("pack", std::fs::read(tree("seeds/packs/sahel/pack.json")).unwrap());
    let disk = decoders::device();
    for name in ["slots", "keyring", "journal"] {
        add(name, block_on(disk.read(name)).unwrap().unwrap());
    }
    all
}

fn own(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Where a target's corpus is: inputs behind each other, each behind its length.
#[must_use]
pub fn kept_in(target: &str) -> PathBuf {
    own("corpus").join(format!("{target}.bin"))
}

/// The fewest inputs that reach all code that searches reached.
#[must_use]
pub fn kept(target: &str) -> Vec<Vec<u8>> {
    // A target that nobody searched yet has no file.
    let bytes = std::fs::read(kept_in(target)).unwrap_or_default();
    crate::parts(&bytes).into_iter().map(<[u8]>::to_vec).collect()
}

/// What broke something once.
///
/// # Panics
/// If a file cannot be read.
#[must_use]
pub fn found(target: &str) -> Vec<Vec<u8>> {
    // Most targets have no such folder.
    let Ok(files) = std::fs::read_dir(own("found").join(target)) else { return Vec::new() };
    files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}
