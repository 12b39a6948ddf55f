//! Reports: every field goes in and comes out, amendments are as small as what they amend, bad values are refused.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use azalai_model::base::base_hash;
use azalai_model::carried::whole;
use azalai_model::{DocumentKind, Report, ReportError, ReportFields, Tlp};
use common::{Replica, actor};

/// A report that uses every field.
const FULL: &str = r#"{
    "pack": {"id": "sahel", "version": 1},
    "category": "kidnapping-ransom",
    "occurred": "2026-11-20T14:30Z",
    "place": {"lat": 16.2716, "lon": -0.0447, "accuracy_m": 20, "precision": "exact", "name": "Gao", "area": "gao"},
    "origin": {"name": "Kidal"},
    "destination": {"area": "timbuktu"},
    "text": "They came at noon. Four of them took the driver. The women walked home.",
    "language": "en",
    "basis": "heard-first-hand",
    "affected": {"abducted": {"total": 3, "women": 1}, "displaced": {"total": 40, "women": 15, "children": 20}},
    "actors": [{"description": "four men on two motorbikes", "role": "perpetrator"}],
    "items": [{"kind": "phones", "quantity": 12, "unit": "pieces", "unit_price": 25000.5, "currency": "XOF"}],
    "answers": {"still-held": "yes", "people-taken": 3, "seen": true, "ways": ["road", "river"],
                "since": {"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z", "precision": "day"},
                "towards": {"name": "Ansongo"}},
    "media": [{"mime": "image/jpeg", "bytes": 70000,
               "key": "0101010101010101010101010101010101010101010101010101010101010101",
               "chunks": ["0202020202020202020202020202020202020202020202020202020202020202"], "caption": "track"}],
    "urgency": "now",
    "danger_to_me": true,
    "wants_reply": true,
    "tlp": "amber+strict"
}"#;

fn written(fields: &ReportFields) -> Replica {
    let mut replica = Replica::new(DocumentKind::Report);
    let change = replica.document.write_report(&actor(1), fields).unwrap();
    replica.own(&actor(1), &change);
    replica
}

fn amended(replica: &mut Replica, change: impl FnOnce(&mut ReportFields)) -> Result<Vec<u8>, ReportError> {
    let mut fields = Report::read(&replica.document).fields;
    change(&mut fields);
    let bytes = replica.document.amend_report(&actor(1), &fields)?;
    replica.own(&actor(1), &bytes);
    Ok(bytes)
}

/// Guards against a field that is written and not read, or comes back as something else.
#[test]
fn every_field_goes_through_the_document_and_json_unchanged() {
    let fields: ReportFields = serde_json::from_str(FULL).unwrap();
    let report = Report::read(&written(&fields).document);
    assert_eq!(report.fields, fields);
    assert!(report.conflicts.is_empty() && report.unreadable.is_empty() && report.unknown.is_empty());
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<ReportFields>(&json).unwrap(), fields);
    let whole: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(whole["items"][0]["quantity"], 12);
    assert_eq!(whole["tlp"], "TLP:AMBER+STRICT");
}

/// Guards against a report that is lost because something is missing: the category alone is enough.
#[test]
fn a_report_of_a_category_alone_is_a_report_and_starts_at_amber() {
    let fields: ReportFields = serde_json::from_str(r#"{"category":"theft"}"#).unwrap();
    let report = Report::read(&written(&fields).document);
    assert_eq!((report.fields.category.as_deref(), report.tlp()), (Some("theft"), Tlp::Amber));
    let nothing = Replica::new(DocumentKind::Report).document.write_report(&actor(1), &ReportFields::default());
    assert_eq!(nothing, Err(ReportError::NoCategory));
}

/// Guards against misspelt fields that vanish, and against values that cannot be: the message has to name them.
#[test]
fn bad_input_is_refused_with_what_was_wrong() {
    for (json, named) in [
        (r#"{"category":"c","txet":"x"}"#, "txet"),
        (r#"{"category":"c","place":{"lat":95.5,"lon":2}}"#, "95.5"),
        (r#"{"category":"c","place":{"lat":112.5,"lon":20}}"#, "swapped"),
        (r#"{"category":"c","place":{"lat":20,"lon":181}}"#, "181"),
        (r#"{"category":"c","place":{"lat":20}}"#, "latitude"),
        (r#"{"category":"c","place":{"latitude":20}}"#, "latitude"),
        (r#"{"category":"c","place":{}}"#, "needs coordinates"),
        (r#"{"category":"c","place":{"name":"x","accuracy_m":5}}"#, "accuracy"),
        (r#"{"category":"c","occurred":"today"}"#, "today"),
        (r#"{"category":"c","occurred":"2026-02-30"}"#, "2026-02-30"),
        (r#"{"category":"c","basis":"guessed"}"#, "guessed"),
        (r#"{"category":"c","tlp":"purple"}"#, "purple"),
        (r#"{"category":"c","items":[{"kind":"x","quantity":-1}]}"#, "-1"),
        (r#"{"category":"c","affected":{"killed":{"total":1,"women":1,"children":1}}}"#, "killed"),
        (r#"{"category":"no spaces"}"#, "no spaces"),
        (r#"{"category":"c","actors":[{"description":" "}]}"#, "actors.description"),
        (r#"{"category":"c","answers":{"a b":1}}"#, "a b"),
    ] {
        let mut replica = Replica::new(DocumentKind::Report);
        let before = replica.document.canonical_bytes();
        let fields = serde_json::from_str::<ReportFields>(json).map_err(|error| error.to_string());
        let outcome = fields
            .and_then(|fields| replica.document.write_report(&actor(1), &fields).map_err(|error| error.to_string()));
        let error = outcome.unwrap_err();
        assert!(error.contains(named), "{json}: {error}");
        assert_eq!(replica.document.canonical_bytes(), before);
    }
    let long = ReportFields { category: Some("c".into()), narrative: "é".repeat(6_001), ..ReportFields::default() };
    let refused = Replica::new(DocumentKind::Report).document.write_report(&actor(1), &long);
    assert_eq!(refused, Err(ReportError::NarrativeTooLong { got: 6_001 }));
}

/// Guards against amendments that write everything again, and against texts that come out garbled.
#[test]
fn an_amendment_writes_only_what_differs_and_only_the_sentence_that_differs() {
    let fields: ReportFields = serde_json::from_str(FULL).unwrap();
    let mut replica = written(&fields);
    let bytes = amended(&mut replica, |fields| {
        fields.narrative = fields.narrative.replace("Four of them", "Five of them");
        fields.wants_reply = false;
        fields.origin = None;
        fields.answers.remove("ways");
    })
    .unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(text.contains("Five of them took the driver.") && !text.contains("noon") && !text.contains("walked"));
    let report = Report::read(&replica.document);
    assert_eq!(report.fields.narrative, "They came at noon. Five of them took the driver. The women walked home.");
    assert!(!report.fields.wants_reply && report.fields.origin.is_none() && report.fields.answers.len() == 5);
    assert_eq!(report.fields.items, fields.items);
    assert_eq!(amended(&mut replica, |_| ()), Err(ReportError::Nothing));
    let wider = amended(&mut replica, |fields| fields.tlp = Some(Tlp::Clear));
    assert!(matches!(wider, Err(ReportError::LabelFixed { was: Tlp::AmberStrict, .. })));
}

/// Guards against a splice that is off by a letter in scripts with letters of several bytes.
#[test]
fn any_narrative_can_become_any_other() {
    let texts = [
        "",
        "Un. Deux. Trois.",
        "Un. Trois.",
        "Deux. Un.  Quatre!",
        "أخذوا الهواتف. تركوا الجميع؟ نعم.",
        "أخذوا الهواتف. لم يصب أحد. نعم.",
        "😀😀. 😀.\n\nLine 16.5 km. e\u{301}",
        "no end",
        " leading. ",
    ];
    let mut replica = written(&ReportFields { category: Some("c".into()), ..ReportFields::default() });
    for first in texts {
        for second in texts {
            for text in [first, second] {
                let _ = amended(&mut replica, |fields| fields.narrative = text.to_owned());
                assert_eq!(Report::read(&replica.document).fields.narrative, text);
            }
        }
    }
    let mut reader = Replica::new(DocumentKind::Report);
    for change in replica.document.changes() {
        reader.receive(&actor(1), &change).unwrap();
    }
    assert_eq!(reader.document.canonical_bytes(), replica.document.canonical_bytes());
}

/// Guards against a report that can be taken back twice or amended afterwards, and against words that vanish with it.
#[test]
fn a_retracted_report_says_when_and_why_and_what_it_said() {
    let fields: ReportFields = serde_json::from_str(FULL).unwrap();
    let mut replica = written(&fields);
    assert!(matches!(replica.document.retract_report(&actor(1), 7, "  "), Err(ReportError::Empty { .. })));
    let bytes = replica.document.retract_report(&actor(1), 7, "it was a rumour").unwrap();
    replica.own(&actor(1), &bytes);
    let report = Report::read(&replica.document);
    let retraction = report.retracted.unwrap();
    assert_eq!((retraction.at, retraction.why.as_str()), (7, "it was a rumour"));
    assert_eq!(report.fields, fields);
    assert_eq!(replica.document.retract_report(&actor(1), 8, "again"), Err(ReportError::Retracted));
    assert_eq!(amended(&mut replica, |fields| fields.language = None), Err(ReportError::Retracted));
}

/// Guards against changes that reveal a clock or that other programs would compress: the linter takes neither.
#[test]
fn changes_are_plain_at_time_zero_and_without_a_message() {
    let mut fields: ReportFields = serde_json::from_str(FULL).unwrap();
    fields.narrative = "word ".repeat(400);
    let replica = written(&fields);
    let [change] =
        &replica.document.automerge().get_changes(&[automerge::ChangeHash(base_hash(DocumentKind::Report))])[..]
    else {
        panic!("one change")
    };
    assert_eq!((change.timestamp(), change.message().is_none(), change.raw_bytes()[8]), (0, true, 1));
    let [carried] = &replica.document.changes()[..] else { panic!("one change") };
    assert_eq!(whole(carried, actor(1).to_bytes()).unwrap(), change.raw_bytes());
    assert!(replica.document.automerge().text_encoding() == automerge::TextEncoding::UnicodeCodePoint);
}
