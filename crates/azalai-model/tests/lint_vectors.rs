//! The linter's vectors: one file for each way to attack with a change, and the rule that stops it.
//!
//! They lie in `tests/vectors/lint/`, with `index.json` beside them, so that another implementation can replay them.
//! They are made here, from nothing but this file, and a test insists that the files are what this makes. To write
//! them again: `cargo test -p azalai-model --test lint_vectors -- --ignored`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod lint_support;

use std::fs;
use std::path::PathBuf;

use lint_support::attack_bytes::{columns, frames, headers};
use lint_support::attack_ops::{operations, references};
use lint_support::scene::Scene;
use lint_support::*;
use serde_json::{Value, json};

/// A vector: its file, what it tries, the rule (as in `LintError` and `GroundError`) that stops it, its bytes.
struct Vector {
    file: String,
    tries: &'static str,
    rule: &'static str,
    bytes: Vec<u8>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/lint")
}

fn vectors(scene: &Scene) -> Vec<Vector> {
    let mut all = vec![];
    let mut add = |file: &str, rule, tries, bytes| all.push(Vector { file: format!("{file}.bin"), tries, rule, bytes });
    for (file, tries, rule, bytes) in frames(scene).into_iter().chain(headers(scene)) {
        add(file, rule, tries, bytes);
    }
    for (file, tries, rule, bytes) in columns(scene).into_iter().chain(operations(scene)).chain(references(scene)) {
        add(file, rule, tries, bytes);
    }
    all
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All files by name, the index among them.
fn files() -> Vec<(String, Vec<u8>)> {
    let scene = Scene::new();
    let mut files = vec![];
    let mut applied = vec![];
    for (at, change) in scene.before.iter().enumerate() {
        let file = format!("good-{}.bin", at + 1);
        applied
            .push(json!({ "file": file, "actor": hex(change.actor_id().to_bytes()), "hash": hex(&change.hash().0) }));
        files.push((file, change.raw_bytes().to_vec()));
    }
    let hash = hex(&scene.judge(&scene.genuine).unwrap().hash());
    applied.push(json!({ "file": "good-4.bin", "actor": hex(&ANNA), "hash": hash }));
    files.push(("good-4.bin".into(), scene.genuine.clone()));
    let mut refused: Vec<Value> = vec![];
    for vector in vectors(&scene) {
        let (by, _, error) = scene.judge(&vector.bytes).unwrap_err();
        let Vector { file, tries, rule, bytes } = vector;
        let rule = rule.trim_end_matches(" {").replace('(', ".");
        refused.push(json!({ "file": file, "tries": tries, "refused_by": by, "rule": rule, "error": error }));
        files.push((file, bytes));
    }
    let about =
        "Apply the good ones in order. Each of the others comes in place of the last good one, from its author.";
    let index = json!({ "about": about, "good": applied, "refused": refused });
    files.push(("index.json".into(), serde_json::to_vec_pretty(&index).unwrap()));
    files
}

/// Guards against an attack that is stopped by luck: each vector breaks the rule that it is meant to break.
#[test]
fn every_vector_is_refused_by_the_rule_it_is_made_for() {
    let scene = Scene::new();
    assert!(scene.judge(&scene.genuine).is_ok());
    let mut wrong = vec![];
    for Vector { file, rule, bytes, .. } in vectors(&scene) {
        match scene.judge(&bytes) {
            Err((_, error, _)) if error.starts_with(rule) => {}
            Err((_, error, _)) => wrong.push(format!("{file}: expected {rule}, got {error}")),
            Ok(_) => wrong.push(format!("{file}: let through")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Guards against a rule that nothing tests: every variant of both error types has a vector.
#[test]
fn every_rule_has_a_vector() {
    let source = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lint/error.rs")).unwrap();
    let scene = Scene::new();
    let tested: Vec<&str> = vectors(&scene).iter().map(|vector| vector.rule).collect();
    let variants = source.lines().filter_map(|line| line.strip_prefix("    "));
    let variants = variants.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
    let names = variants.map(|line| line.split(|c: char| !c.is_alphanumeric()).next().unwrap());
    // No offence, or out of reach where the linter is told the number that is due; another test has both.
    let elsewhere = ["Known", "SeqTaken"];
    let untested: Vec<&str> =
        names.filter(|name| !elsewhere.contains(name) && !tested.iter().any(|rule| rule.starts_with(name))).collect();
    assert!(untested.is_empty(), "{untested:?}");
}

/// Guards against files that have drifted from what makes them, and against strays.
#[test]
fn the_files_are_what_this_makes() {
    let made = files();
    for (file, bytes) in &made {
        let found = fs::read(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(found == *bytes, "{file} differs from what is made");
    }
    let mut there: Vec<String> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let mut names: Vec<String> = made.into_iter().map(|(file, _)| file).collect();
    there.sort();
    names.sort();
    assert_eq!(there, names);
}

/// Not a test: writes the files.
#[test]
#[ignore = "writes tests/vectors/lint"]
fn write_the_files() {
    let _ = fs::remove_dir_all(folder());
    fs::create_dir_all(folder()).unwrap();
    for (file, bytes) in files() {
        fs::write(folder().join(file), bytes).unwrap();
    }
}
