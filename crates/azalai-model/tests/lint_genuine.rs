//! Every change that Automerge makes for our documents passes, and is named as Automerge names it.
//!
//! Built on Automerge itself, so that an upgrade which writes changes differently fails here and not in the field.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod lint_support;

use automerge::marks::{ExpandMark, Mark};
use automerge::transaction::{CommitOptions, Transactable as _};
use automerge::{AutoCommit, ObjType, ROOT, ReadDoc as _, ScalarValue};
use azalai_model::limits;
use azalai_model::lint::{Action, Expect, Ground, GroundError, Key, LintError, Object, OpId, Value, lint};
use lint_support::*;

/// Guards against a rule that is stricter than the encoder: an honest report would be lost.
#[test]
fn whatever_three_writers_do_apart_and_together_passes() {
    for seed in 0..60 {
        let mut doc = wild(seed, 25);
        admit_all(&mut doc);
    }
}

/// Guards against trusting the in-memory encoder alone: after a restart Automerge builds changes anew from its save.
#[test]
fn changes_rebuilt_from_a_save_pass_and_have_the_same_bytes() {
    for seed in 100..115 {
        let mut doc = wild(seed, 25);
        let mut again = AutoCommit::load(&doc.save()).unwrap();
        let raw = |doc: &mut AutoCommit| changes(doc).iter().map(|c| c.raw_bytes().to_vec()).collect::<Vec<_>>();
        let (mut left, mut right) = (raw(&mut doc), raw(&mut again));
        left.sort();
        right.sort();
        assert_eq!(left, right);
        admit_all(&mut again);
    }
}

/// Guards against limits that a long report reaches.
#[test]
fn a_report_of_four_thousand_characters_and_its_rewriting_pass() {
    for words in ["a caravan at the well ", "وصلت القافلة إلى البئر ", "🐪🚚👳🏾‍♂️"] {
        let mut doc = base();
        let text = object(&doc, "text");
        let report: String = words.chars().cycle().take(4_000).collect();
        doc.splice_text(&text, 0, 0, &report).unwrap();
        commit(&mut doc);
        let length = isize::try_from(doc.length(&text)).unwrap();
        let rewritten: String = report.chars().rev().collect();
        doc.splice_text(&text, 0, length, &rewritten).unwrap();
        commit(&mut doc);
        let longest = changes(&mut doc).iter().map(|change| change.raw_bytes().len()).max().unwrap();
        assert!(longest < limits::CHANGE_BYTES / 2, "{longest} bytes");
        admit_all(&mut doc);
    }
}

/// Guards against an off-by-one in the bound: the largest change passes, one operation more does not.
#[test]
fn the_limit_of_operations_is_exact() {
    for (ops, fits) in [(limits::CHANGE_OPS, true), (limits::CHANGE_OPS + 1, false)] {
        let mut doc = base();
        let text = object(&doc, "text");
        doc.splice_text(&text, 0, 0, &"x".repeat(ops)).unwrap();
        commit(&mut doc);
        let all = changes(&mut doc);
        let result = lint(all[1].raw_bytes(), &Expect { actor: &BASE, seq: None, known_actors: &|_| false });
        assert_eq!(result.map(|linted| linted.ops().len()).ok(), fits.then_some(ops));
    }
}

/// Guards against dependencies or actors in another order than Automerge writes them.
#[test]
fn a_change_on_several_heads_passes_and_names_them_all() {
    let mut first = base();
    let mut anna = fork(&mut first, ANNA);
    for actor in 0..40_u8 {
        let mut other = fork(&mut first, [actor.wrapping_mul(77); 16]);
        other.put(ROOT, "status", i64::from(actor)).unwrap();
        commit(&mut other);
        anna.merge(&mut other).unwrap();
    }
    anna.put(ROOT, "status", "reviewing").unwrap();
    commit(&mut anna);
    let ground = admit_all(&mut anna);
    let last = anna.get_last_local_change().unwrap();
    let linted = lint(last.raw_bytes(), &Expect { actor: &ANNA, seq: Some(1), known_actors: &|a| ground.has_actor(a) });
    let linted = linted.unwrap();
    assert_eq!((linted.deps().len(), linted.other_actors().len(), linted.ops()[0].preds.len()), (40, 40, 40));
}

/// Guards against a decoder that accepts the bytes and reads something else out of them.
#[test]
fn what_is_read_is_what_was_written() {
    let mut first = base();
    let mut doc = fork(&mut first, ANNA);
    let (map, list) = (object(&doc, "map"), object(&doc, "list"));
    doc.put(&map, "grade", -5_i64).unwrap();
    doc.put(&map, "grade", "A").unwrap();
    doc.insert(&list, 0, ScalarValue::Timestamp(1_700_000_000_000)).unwrap();
    doc.delete(&list, 0).unwrap();
    doc.put_object(ROOT, "more", ObjType::Map).unwrap();
    commit(&mut doc);
    let change = doc.get_last_local_change().unwrap();
    let linted =
        lint(change.raw_bytes(), &Expect { actor: &ANNA, seq: Some(1), known_actors: &|a| a == BASE }).unwrap();
    let ops = linted.ops();
    let made = |counter| OpId { actor: 1, counter };
    let own = |counter| OpId { actor: 0, counter };
    assert_eq!((linted.actor(), linted.other_actors()), (&ANNA[..], &[&BASE[..]][..]));
    assert_eq!(ops.iter().map(|op| op.counter).collect::<Vec<_>>(), [4, 5, 6, 7, 8]);
    assert_eq!((ops[0].object, ops[0].key), (Object::Made(made(1)), Key::Map("grade")));
    assert_eq!((ops[0].action, &ops[0].preds[..]), (Action::Set(Value::Int(-5)), &[][..]));
    assert_eq!((ops[1].action, &ops[1].preds[..]), (Action::Set(Value::Text("A")), &[own(4)][..]));
    assert_eq!((ops[2].object, ops[2].key, ops[2].insert), (Object::Made(made(2)), Key::Head, true));
    assert_eq!(ops[2].action, Action::Set(Value::Timestamp(1_700_000_000_000)));
    assert_eq!((ops[3].key, ops[3].action, &ops[3].preds[..]), (Key::Element(own(6)), Action::Delete, &[own(6)][..]));
    assert_eq!((ops[4].object, ops[4].key, ops[4].action), (Object::Root, Key::Map("more"), Action::MakeMap));
}

/// Guards against features that no schema of ours has: their merge rules are not ours to check.
#[test]
fn counters_marks_times_messages_and_empty_changes_are_refused() {
    let refused = |edit: &dyn Fn(&mut AutoCommit), options: CommitOptions| {
        let mut doc = base();
        edit(&mut doc);
        if doc.commit_with(options).is_none() {
            doc.empty_change(CommitOptions::default().with_time(0));
        }
        let change = doc.get_last_local_change().unwrap();
        lint(change.raw_bytes(), &Expect { actor: &BASE, seq: None, known_actors: &|_| false }).unwrap_err()
    };
    let plain = || CommitOptions::default().with_time(0);
    let counter = |doc: &mut AutoCommit| doc.put(ROOT, "n", ScalarValue::counter(1)).unwrap();
    assert_eq!(refused(&counter, plain()), LintError::ValueType { row: 0, got: 8 });
    let increment = |doc: &mut AutoCommit| {
        doc.put(ROOT, "n", ScalarValue::counter(1)).unwrap();
        doc.commit();
        doc.increment(ROOT, "n", 2).unwrap();
    };
    assert_eq!(refused(&increment, plain()), LintError::Action { row: 0, got: 5 });
    let mark = |doc: &mut AutoCommit| {
        let text = object(doc, "text");
        doc.splice_text(&text, 0, 0, "abc").unwrap();
        doc.mark(&text, Mark::new("bold".into(), true, 0, 2), ExpandMark::After).unwrap();
    };
    assert!(matches!(refused(&mark, plain()), LintError::UnknownColumn { .. }));
    let put = |doc: &mut AutoCommit| doc.put(ROOT, "n", 1).unwrap();
    assert_eq!(refused(&put, CommitOptions::default().with_time(1)), LintError::Time);
    assert_eq!(refused(&put, plain().with_message("hello")), LintError::Message);
    assert_eq!(refused(&|_| (), plain()), LintError::MissingColumn { column: "action" });
}

/// Guards against order of arrival deciding anything: what is early is told apart from what is wrong.
#[test]
fn a_change_that_comes_early_or_twice_is_told_apart_from_a_wrong_one() {
    let mut doc = base();
    doc.put(ROOT, "a", 1).unwrap();
    commit(&mut doc);
    doc.put(ROOT, "b", 1).unwrap();
    commit(&mut doc);
    let all = changes(&mut doc);
    let read =
        |at: usize| lint(all[at].raw_bytes(), &Expect { actor: &BASE, seq: None, known_actors: &|_| true }).unwrap();
    let mut ground = Ground::new();
    ground.add(&read(0)).unwrap();
    assert_eq!(ground.check(&read(2)), Err(GroundError::MissingDep(all[1].hash().0)));
    ground.add(&read(1)).unwrap();
    assert_eq!(ground.add(&read(1)), Err(GroundError::Known));
    assert_eq!(ground.add(&read(2)), Ok(()));
    assert_eq!(ground.next_seq(&BASE), 4);
}

/// Guards against a restored device that writes on under its old actor: whichever change came second is refused here,
/// and the caller learns that it was this.
#[test]
fn a_second_change_with_the_same_place_in_a_sequence_is_refused() {
    let mut first = base();
    let (mut one, mut two) = (fork(&mut first, ANNA), fork(&mut first, ANNA));
    let mut ground = admit_all(&mut first);
    for (doc, title) in [(&mut one, "one"), (&mut two, "two")] {
        doc.put(ROOT, "title", title).unwrap();
        commit(doc);
    }
    let (one, two) = (one.get_last_local_change().unwrap(), two.get_last_local_change().unwrap());
    let expect = Expect { actor: &ANNA, seq: None, known_actors: &|actor| actor == BASE };
    ground.add(&lint(one.raw_bytes(), &expect).unwrap()).unwrap();
    assert_eq!(ground.add(&lint(two.raw_bytes(), &expect).unwrap()), Err(GroundError::SeqTaken { got: 1 }));
    let due = lint_in(two.raw_bytes(), &ANNA, &ground);
    assert_eq!(due.unwrap_err(), LintError::Seq { got: 1, expected: 2 });
}
