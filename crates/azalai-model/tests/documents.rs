//! Documents as such: they converge, they take nothing half, they keep what they do not know.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use automerge::ROOT;
use automerge::transaction::{CommitOptions, Transactable as _};
use azalai_model::carried::whole;
use azalai_model::lint::{Expect, lint};
use azalai_model::occurred::TimePrecision;
use azalai_model::{
    ActorId, Applied, ApplyError, Document, DocumentKind, Incident, IncidentEdit, Link, Occurred, Report, ReportFields,
    Status, Tlp,
};
use common::{Book, Replica, actor, device, report_id};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng as _};

/// Applies what a statement carries, past the linter but not past the ground: what only [`Document`] itself refuses.
fn apply(document: &mut Document, from: &ActorId, carried: &[u8]) -> Result<Applied, ApplyError> {
    let chunk = whole(carried, from.to_bytes()).unwrap();
    let expect = Expect { actor: from.to_bytes(), seq: None, known_actors: &|_| true };
    document.apply(&lint(&chunk, &expect).unwrap())
}

fn below(rng: &mut ChaCha8Rng, limit: usize) -> usize {
    (rng.next_u64() % limit as u64) as usize
}

fn some_edit(rng: &mut ChaCha8Rng, round: usize) -> IncidentEdit {
    match below(rng, 9) {
        0 => IncidentEdit::SetTitle(format!("title {round}")),
        1 => IncidentEdit::SetStatus(Status::Reviewing),
        2 => IncidentEdit::SetArea(format!("area-{}", below(rng, 3))),
        3 => IncidentEdit::AddNote { at: round as u64, text: format!("note {round}") },
        4 => IncidentEdit::Link { report: report_id(below(rng, 5) as u8), heads: vec![[9; 32]], rumour: None },
        5 => IncidentEdit::AddCode { list: "iccs".into(), code: format!("0{}", below(rng, 9)) },
        6 => IncidentEdit::SetOutcome(format!("outcome {round}")),
        7 => IncidentEdit::Assign(Some(device(below(rng, 4) as u8))),
        _ => IncidentEdit::SetCategory(format!("category-{}", below(rng, 4))),
    }
}

/// Guards against replicas that differ by the order in which changes came, which nobody would notice until two
/// coordinators act on two pictures.
#[test]
fn replicas_that_hold_the_same_changes_are_the_same_bytes_in_whatever_order_they_came() {
    for seed in 0..30 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut book = Book::default();
        let mut writers: Vec<Replica> = (0..4).map(|_| Replica::new(DocumentKind::Incident)).collect();
        let mut log: Vec<(u8, Vec<u8>)> = Vec::new();
        let mut notes = 0;
        for round in 0..40 {
            let number = below(&mut rng, 4);
            // Now and then a writer hears of something, in the order of the log, so that some edits are concurrent.
            let upto = below(&mut rng, log.len() + 1);
            for (from, bytes) in &log[..upto] {
                let _ = writers[number].receive(&actor(*from), bytes);
            }
            let edit = some_edit(&mut rng, round);
            let from = number as u8 + 1;
            let is_note = matches!(edit, IncidentEdit::AddNote { .. });
            if let Ok(bytes) = writers[number].edit(&mut book, from, &[edit]) {
                notes += usize::from(is_note);
                log.push((from, bytes));
            }
        }
        let mut expected = None;
        for _ in 0..6 {
            let mut replica = Replica::new(DocumentKind::Incident);
            let mut waiting = log.clone();
            while !waiting.is_empty() {
                let (from, bytes) = waiting.swap_remove(below(&mut rng, waiting.len()));
                match replica.receive(&actor(from), &bytes) {
                    Ok(applied) => assert_eq!(applied, Applied::New),
                    Err(ApplyError::Missing(_)) => waiting.push((from, bytes)),
                    Err(error) => panic!("seed {seed}: {error}"),
                }
                if below(&mut rng, 4) == 0 {
                    // A duplicate changes nothing.
                    let (from, bytes) = &log[below(&mut rng, log.len())];
                    let before = replica.document.heads();
                    match replica.receive(&actor(*from), bytes) {
                        Ok(Applied::New) => waiting.retain(|(_, other)| other != bytes),
                        Ok(Applied::Already) | Err(_) => assert_eq!(replica.document.heads(), before),
                    }
                }
            }
            let found = (replica.document.canonical_bytes(), Incident::read(&replica.document, &book));
            let loaded = Document::load(DocumentKind::Incident, &replica.document.save()).unwrap();
            assert_eq!(loaded.canonical_bytes(), found.0, "seed {seed}");
            assert!(&found == expected.get_or_insert(found.clone()), "seed {seed}");
        }
        let (_, incident) = expected.unwrap();
        assert!(incident.unreadable.is_empty() && incident.unknown.is_empty());
        assert_eq!(incident.notes.len(), notes, "seed {seed}: a note was lost");
    }
}

/// Guards against a change that waits inside Automerge, where nobody counts it and a save may lose it.
#[test]
fn a_change_whose_dependency_is_missing_is_handed_back_with_its_name() {
    let (mut writer, mut reader) = (Replica::new(DocumentKind::Report), Replica::new(DocumentKind::Report));
    let from = actor(1);
    let first = ReportFields { category: Some("kidnapping".into()), ..ReportFields::default() };
    let one = writer.document.write_report(&from, &first).unwrap();
    let hash = writer.own(&from, &one);
    let two = writer.document.retract_report(&from, 5, "it was a rumour").unwrap();
    writer.own(&from, &two);
    let before = reader.document.canonical_bytes();
    assert_eq!(reader.receive(&from, &two), Err(ApplyError::Missing(vec![hash])));
    assert_eq!(reader.document.canonical_bytes(), before);
    assert_eq!(reader.receive(&from, &one), Ok(Applied::New));
    assert_eq!(reader.receive(&from, &two), Ok(Applied::New));
    assert_eq!(reader.receive(&from, &two), Ok(Applied::Already));
    assert_eq!(reader.document.canonical_bytes(), writer.document.canonical_bytes());
    assert_eq!(reader.document.changes(), [one, two]);
}

/// Guards against a change that stands on nothing and would share no container with anybody.
#[test]
fn changes_that_do_not_build_on_the_base_and_documents_of_another_kind_are_refused() {
    let mut incident = Document::new(DocumentKind::Incident);
    let mut report = Document::new(DocumentKind::Report);
    let fields = ReportFields { category: Some("c".into()), ..ReportFields::default() };
    let change = report.write_report(&actor(1), &fields).unwrap();
    assert!(matches!(apply(&mut incident, &actor(1), &change), Err(ApplyError::Missing(_))));
    let mut loose = automerge::Automerge::new().with_actor(actor(2));
    let mut transaction = loose.transaction();
    transaction.put(ROOT, "c", "x").unwrap();
    transaction.commit_with(CommitOptions::default().with_time(0));
    let loose = loose.get_changes(&[]);
    let from = actor(2);
    let expect = Expect { actor: from.to_bytes(), seq: None, known_actors: &|_| true };
    assert_eq!(report.apply(&lint(loose[0].raw_bytes(), &expect).unwrap()), Err(ApplyError::NoBase));
    assert!(Document::load(DocumentKind::Incident, &report.save()).is_err());
    assert!(Document::load(DocumentKind::Report, b"garbage").is_err());
}

/// Guards against two changes in one place of a sequence: the second would make replicas differ by order of arrival.
#[test]
fn a_second_change_with_the_same_sequence_number_is_refused_and_changes_nothing() {
    let fields = |category: &str| ReportFields { category: Some(category.into()), ..ReportFields::default() };
    let one = Document::new(DocumentKind::Report).write_report(&actor(1), &fields("one")).unwrap();
    let two = Document::new(DocumentKind::Report).write_report(&actor(1), &fields("two")).unwrap();
    let mut document = Document::new(DocumentKind::Report);
    apply(&mut document, &actor(1), &one).unwrap();
    let before = document.canonical_bytes();
    assert!(matches!(apply(&mut document, &actor(1), &two), Err(ApplyError::Refused(_))));
    assert_eq!(document.canonical_bytes(), before);
}

/// Guards against an old program that loses what a newer one wrote, or that hides it.
#[test]
fn fields_of_a_newer_azalai_are_shown_and_survive_edits_by_an_older_one() {
    let mut replica = Replica::new(DocumentKind::Report);
    let from = actor(1);
    let fields = ReportFields { category: Some("theft".into()), ..ReportFields::default() };
    let change = replica.document.write_report(&from, &fields).unwrap();
    replica.own(&from, &change);
    let newer = replica.document.edit(&from, |out| {
        out.put(ROOT, "zz", "from tomorrow")?;
        out.put(ROOT, "o", automerge::ScalarValue::Bytes(vec![2, 1, 2, 3]))
    });
    replica.own(&from, &newer.unwrap().unwrap());
    let before = Report::read(&replica.document);
    assert_eq!(before.unknown["zz"], ["from tomorrow"]);
    assert_eq!((before.unreadable[0].field.as_str(), before.unreadable[0].raw.as_str()), ("occurred", "02010203"));
    assert!(before.unreadable[0].why.contains("newer"), "{}", before.unreadable[0].why);
    let amended = ReportFields { narrative: "Two goats.".into(), ..before.fields.clone() };
    let change = replica.document.amend_report(&from, &amended).unwrap();
    replica.own(&from, &change);
    let after = Report::read(&replica.document);
    assert_eq!((&after.unknown, &after.unreadable), (&before.unknown, &before.unreadable));
    assert_eq!(after.fields.narrative, "Two goats.");
}

/// Guards against hostile or damaged values: none may panic, vanish, or be taken for something else.
#[test]
fn perturbed_values_never_panic_and_are_shown_as_unreadable() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let keys = ["p", "c", "o", "l", "lo", "ld", "n", "g", "b", "a", "w", "i", "q/x", "m", "u", "d", "r", "t", "x"];
    let names = ["title", "status", "occurred", "place", "tlp", "assigned", "response/1", "note/1", "actor/a"];
    let link = format!("link/{}", report_id(1));
    let grade = format!("grade/{}/{}", report_id(1), device(1));
    for round in 0..600 {
        let kind = if round % 2 == 0 { DocumentKind::Report } else { DocumentKind::Incident };
        let mut document = Document::new(kind);
        let key = match kind {
            DocumentKind::Report => keys[below(&mut rng, keys.len())],
            DocumentKind::Incident => [&names[..], &[&link, &grade]].concat()[below(&mut rng, names.len() + 2)],
        };
        let mut bytes = vec![0; below(&mut rng, 40)];
        rng.fill_bytes(&mut bytes);
        if let Some(first) = bytes.first_mut() {
            *first = 1;
        }
        let written = document.edit(&actor(1), |out| out.put(ROOT, key, automerge::ScalarValue::Bytes(bytes.clone())));
        written.unwrap();
        let (unreadable, json) = match kind {
            DocumentKind::Report => {
                let report = Report::read(&document);
                (report.unreadable.len(), serde_json::to_string(&report).unwrap())
            }
            DocumentKind::Incident => {
                let incident = Incident::read(&document, &Book::default());
                (incident.unreadable.len(), format!("{incident:?}"))
            }
        };
        let shown = json.contains(&azalai_envelope::ids::to_hex(&bytes)) && unreadable == 1;
        // What is not shown as unreadable was one of the few byte strings that are a value.
        let readable = bytes.len() > 1 && unreadable == 0 && !["c", "g", "t", "b", "u"].contains(&key);
        assert!(shown || readable, "{key} {bytes:?}: {json}");
    }
}

/// Guards against a label that is forged or damaged and then opens a report to more people.
#[test]
fn a_label_that_cannot_be_read_counts_as_the_strictest() {
    let mut document = Document::new(DocumentKind::Report);
    assert_eq!(Report::read(&document).tlp(), Tlp::Red);
    document.edit(&actor(1), |out| out.put(ROOT, "t", 77_u64)).unwrap();
    assert_eq!(Report::read(&document).tlp(), Tlp::Red);
    let mut other = Document::new(DocumentKind::Report);
    let fields = ReportFields { category: Some("c".into()), tlp: Some(Tlp::Clear), ..ReportFields::default() };
    let change = other.write_report(&actor(2), &fields).unwrap();
    apply(&mut document, &actor(2), &change).unwrap();
    assert_eq!(Report::read(&document).tlp(), Tlp::Red);
}

/// Guards against a link or a time whose encoding drifts from what the specification says.
#[test]
fn values_in_documents_have_the_bytes_that_the_specification_fixes() {
    use azalai_model::scalar::{pack, unpack};
    let link = Link { heads: vec![[1; 32]], rumour: Some("well".into()) };
    let bytes = pack(&link);
    assert_eq!(bytes, [&[1, 1][..], &[1; 32], &[1, 4], b"well"].concat());
    assert_eq!(unpack::<Link>(&bytes).unwrap(), link);
    for at in 0..bytes.len() {
        assert!(unpack::<Link>(&bytes[..at]).is_err());
    }
    assert_eq!(pack(&Occurred::UNKNOWN), [1, TimePrecision::Unknown.code()]);
}
