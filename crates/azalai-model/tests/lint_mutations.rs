//! Damaged changes by the ten thousand: the linter never panics, and whatever it lets through Automerge takes.
//!
//! Deterministic: a failure names its seed. An input that Automerge cannot take although it was let through is a
//! hole in the linter; it is closed there and kept among the vectors.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod lint_support;

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::transaction::Transactable as _;
use automerge::{Automerge, AutomergeError, Change, ROOT, ReadDoc as _};
use azalai_model::lint::Ground;
use lint_support::drafts::{Draft, DraftKey, drafts, write};
use lint_support::scene::Scene;
use lint_support::*;
use rand_chacha::ChaCha8Rng;
use rand_core::Rng as _;

/// A change in the document that it came to.
struct Arrival {
    before: Automerge,
    ground: Ground,
    bytes: Vec<u8>,
    actor: Vec<u8>,
}

fn arrivals() -> Vec<Arrival> {
    let mut all = vec![];
    for seed in 0..6 {
        let mut doc = wild(500 + seed, 12);
        let (mut before, mut ground) = (Automerge::new(), Ground::new());
        for change in changes(&mut doc) {
            let (bytes, actor) = (change.raw_bytes().to_vec(), change.actor_id().to_bytes().to_vec());
            all.push(Arrival {
                before: before.clone(),
                ground: ground.clone(),
                bytes: bytes.clone(),
                actor: actor.clone(),
            });
            before.apply_changes([change]).unwrap();
            ground.add(&lint_in(&bytes, &actor, &ground).unwrap()).unwrap();
        }
    }
    let scene = Scene::new();
    let mut before = Automerge::new();
    before.apply_changes(scene.before).unwrap();
    all.push(Arrival { before, ground: scene.ground, bytes: scene.genuine, actor: ANNA.to_vec() });
    all
}

/// What was let through must go into Automerge, alone or with all others at once, be saved, come back the same, be
/// read and be written on.
fn automerge_takes(before: &Automerge, bytes: &[u8]) -> Result<(), String> {
    let attempt = || -> Result<(), String> {
        let change = Change::from_bytes(bytes.to_vec()).map_err(|error| format!("parse: {error}"))?;
        let hash = change.hash();
        let mut doc = before.clone();
        doc.apply_changes([change.clone()]).map_err(|error| format!("apply: {error}"))?;
        let mut at_once = Automerge::new();
        let whole = before.get_changes(&[]).into_iter().chain([change]).collect::<Vec<_>>();
        at_once.apply_changes(whole).map_err(|error| format!("apply at once: {error}"))?;
        // Not the saves: they hold the changes in the order in which they came.
        if at_once.get_heads() != doc.get_heads() || at_once.hydrate(None) != doc.hydrate(None) {
            return Err("applied at once, the document is another".into());
        }
        let again = Automerge::load(&doc.save()).map_err(|error| format!("load: {error}"))?;
        let kept = again.get_change_by_hash(&hash).ok_or("the change is not there after a reload")?;
        if kept.raw_bytes() != bytes || again.get_heads() != doc.get_heads() {
            return Err("the change comes back differently".into());
        }
        doc.transact::<_, _, AutomergeError>(|edit| {
            edit.put(ROOT, "grade/1", 1)?;
            if let Some((_, text)) = edit.get(ROOT, "text")? {
                let _ = edit.splice_text(text, 0, 1, "z");
            }
            Ok(())
        })
        .map_err(|failure| format!("edit: {}", failure.error))?;
        Ok(())
    };
    catch_unwind(AssertUnwindSafe(attempt)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(format!("panic: {}", text.or(panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()))
    })
}

/// Runs `mutate` over every arrival in turn; how many were let through although they are not the genuine change.
fn hold_against(name: &str, rounds: u64, mutate: impl Fn(&Arrival, &mut ChaCha8Rng) -> Vec<u8>) -> usize {
    let all = arrivals();
    let mut through = 0;
    for seed in 0..rounds {
        let mut rng = rng(seed);
        let arrival = &all[below(&mut rng, all.len())];
        let bytes = mutate(arrival, &mut rng);
        let Ok(linted) = lint_in(&bytes, &arrival.actor, &arrival.ground) else { continue };
        if arrival.ground.check(&linted).is_err() {
            continue;
        }
        through += usize::from(bytes != arrival.bytes);
        if let Err(problem) = automerge_takes(&arrival.before, &bytes) {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            panic!("{name}, seed {seed}: {problem}\n{linted:?}\n{hex}");
        }
    }
    through
}

fn spoil(bytes: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
    for _ in 0..=below(rng, 3) {
        let at = below(rng, bytes.len());
        let other = below(rng, bytes.len());
        let (from, to) = (at.min(other), at.max(other).min(at.min(other) + 12));
        match below(rng, 6) {
            _ if bytes.is_empty() => bytes.push(rng.next_u32() as u8),
            0 | 1 => bytes[at] ^= 1 << below(rng, 8),
            2 => bytes[at] = rng.next_u32() as u8,
            3 => drop(bytes.drain(from..to)),
            4 => {
                let piece = bytes[from..to].to_vec();
                let _ = bytes.splice(other..other, piece).count();
            }
            _ => bytes.insert(at, [0, 1, 0x7f, 0x80, 0xff][below(rng, 5)]),
        }
    }
}

/// Guards against damage anywhere in a change, with the checksum put right, as an attacker would.
#[test]
fn damaged_content_is_refused_or_taken_by_automerge() {
    let through = hold_against("content", 20_000, |arrival, rng| {
        let mut content = Parts::of(&arrival.bytes).content();
        spoil(&mut content, rng);
        chunk(1, &content)
    });
    assert!(through > 50, "only {through} damaged changes got as far as Automerge");
}

/// Guards against damage in the frame: nothing but the genuine bytes has the genuine checksum.
#[test]
fn damaged_chunks_are_refused() {
    let through = hold_against("chunk", 5_000, |arrival, rng| {
        let mut bytes = arrival.bytes.clone();
        spoil(&mut bytes, rng);
        bytes
    });
    assert_eq!(through, 0);
}

/// Guards against damage in one column with all lengths right, which random bytes seldom reach.
#[test]
fn damaged_columns_are_refused_or_taken_by_automerge() {
    let through = hold_against("columns", 10_000, |arrival, rng| {
        let mut parts = Parts::of(&arrival.bytes);
        let at = below(rng, parts.columns.len());
        match below(rng, 8) {
            0 => drop(parts.columns.remove(at)),
            1 => parts.start = parts.start.wrapping_add(rng.next_u64() % 3).wrapping_sub(1),
            2 => drop(parts.deps.pop()),
            3 => drop(parts.others.pop()),
            _ => spoil(&mut parts.columns[at].1, rng),
        }
        parts.build()
    });
    assert!(through > 50, "only {through} damaged changes got as far as Automerge");
}

/// Guards against well-formed changes that mean something Automerge cannot do: references anywhere, any action with
/// any key, operations doubled, dropped and in another order.
#[test]
fn changes_that_make_no_sense_are_refused_or_taken_by_automerge() {
    let through = hold_against("sense", 20_000, |arrival, rng| {
        let parts = Parts::of(&arrival.bytes);
        let linted = lint_in(&arrival.bytes, &arrival.actor, &arrival.ground).unwrap();
        let mut ops = drafts(&linted);
        for _ in 0..=below(rng, 2) {
            twist(&mut ops, &parts, rng);
        }
        write(&parts, &ops).build()
    });
    assert!(through > 500, "only {through} twisted changes got as far as Automerge");
}

fn twist(ops: &mut Vec<Draft>, parts: &Parts, rng: &mut ChaCha8Rng) {
    let reach = usize::try_from(parts.start).unwrap() + ops.len() + 1;
    let id = (below(rng, parts.others.len() + 1) as u64, below(rng, reach) as u64);
    let (at, other) = (below(rng, ops.len()), below(rng, ops.len()));
    let copy = ops[other].clone();
    match below(rng, 13) {
        0 => ops[at].object = Some(id),
        1 => ops[at].object = copy.object,
        2 => ops[at].key = DraftKey::Element(id.0, id.1),
        3 => ops[at].key = copy.key,
        4 => ops[at].insert = !ops[at].insert,
        5 => ops[at].action = below(rng, 6) as u64,
        6 => ops[at].preds.push(id),
        7 => ops[at].preds = copy.preds,
        8 => drop(ops[at].preds.pop()),
        9 => (ops[at].code, ops[at].body) = (copy.code, copy.body),
        10 => ops.insert(at, copy),
        11 if ops.len() > 1 => drop(ops.remove(at)),
        _ => ops.swap(at, other),
    }
}

/// Guards against the tests' own encoder being wrong, which would make all the above too easy.
#[test]
fn the_encoder_of_these_tests_writes_what_automerge_writes() {
    for arrival in arrivals() {
        let linted = lint_in(&arrival.bytes, &arrival.actor, &arrival.ground).unwrap();
        let parts = Parts::of(&arrival.bytes);
        assert_eq!(parts.build(), arrival.bytes);
        assert_eq!(write(&parts, &drafts(&linted)).build(), arrival.bytes);
        automerge_takes(&arrival.before, &arrival.bytes).unwrap();
    }
}
