//! Incidents: what two coordinators do apart is kept, shown and settled; the rules hold where values enter, and what a
//! merge leaves behind is seen.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use automerge::ROOT;
use automerge::transaction::Transactable as _;
use azalai_model::incident_edit::Economy;
use azalai_model::{
    Credibility, DocumentKind, EditError, Grade, Incident, IncidentEdit, Keep, Occurred, Person, Place, Reliability,
    Response, ResponseKind, Status, Tlp,
};
use common::{Book, Replica, actor, device, report_id};

/// Two coordinators, devices 1 and 2, who hold one incident, and three reports of persons 11, 12 and 13.
fn scene() -> (Book, Replica, Replica) {
    let mut book = Book::default();
    for number in [1, 2, 3] {
        book.persons.insert(device(number), Person(device(number)));
        book.reporters.insert(report_id(number), Person(device(number + 10)));
    }
    let (mut one, mut two) = (Replica::new(DocumentKind::Incident), Replica::new(DocumentKind::Incident));
    let edits = [IncidentEdit::SetTitle("Lorry stopped".into()), IncidentEdit::SetTlp(Tlp::Amber)];
    let bytes = one.edit(&mut book, 1, &edits).unwrap();
    two.receive(&actor(1), &bytes).unwrap();
    (book, one, two)
}

fn link(number: u8, rumour: Option<&str>) -> IncidentEdit {
    IncidentEdit::Link { report: report_id(number), heads: vec![[number; 32]], rumour: rumour.map(str::to_owned) }
}

fn grade(number: u8, reliability: Reliability, credibility: Credibility) -> IncidentEdit {
    let grade = Grade { reliability, credibility, at: 5, why: String::new() };
    IncidentEdit::Grade { report: report_id(number), grade }
}

/// Guards against an edit that wins in silence: both titles must be seen with who wrote them, one tap settles it, and
/// the settlement travels like any other change.
#[test]
fn two_titles_set_apart_are_both_shown_until_one_of_them_is_kept() {
    let (mut book, mut one, mut two) = scene();
    let first = one.edit(&mut book, 1, &[IncidentEdit::SetTitle("Lorry robbed".into())]).unwrap();
    let second = two.edit(&mut book, 2, &[IncidentEdit::SetTitle("Bus robbed".into())]).unwrap();
    one.receive(&actor(2), &second).unwrap();
    two.receive(&actor(1), &first).unwrap();
    let (read, other) = (Incident::read(&one.document, &book), Incident::read(&two.document, &book));
    assert!(read == other && one.document.canonical_bytes() == two.document.canonical_bytes());
    let [conflict] = &read.conflicts[..] else { panic!("{:?}", read.conflicts) };
    assert_eq!((conflict.field.as_str(), conflict.values.len()), ("title", 2));
    assert_eq!(conflict.values.iter().filter(|value| value.counts).count(), 1);
    for alt in &read.title.alternatives {
        let author = if alt.cell.value().unwrap() == "Bus robbed" { 2 } else { 1 };
        assert_eq!(book.authors[&alt.change], device(author));
        assert_eq!(alt.actor, actor(author));
    }
    let lorry = read.title.alternatives.iter().find(|alt| alt.cell.value().unwrap() == "Lorry robbed").unwrap();
    let settle = |keep| IncidentEdit::Settle { field: "title".into(), keep };
    let wrong = two.edit(&mut book, 2, &[settle(Keep::Change([8; 32]))]);
    assert!(matches!(wrong, Err(EditError::NoSuchValue { .. })));
    let settled = two.edit(&mut book, 2, &[settle(Keep::Change(lorry.change))]).unwrap();
    one.receive(&actor(2), &settled).unwrap();
    let read = Incident::read(&one.document, &book);
    assert_eq!((read.title.value.as_deref(), read.conflicts.len()), (Some("Lorry robbed"), 0));
    assert_eq!(one.document.canonical_bytes(), two.document.canonical_bytes());
    let again = one.edit(&mut book, 1, &[settle(Keep::Value("x".into()))]);
    assert_eq!(again, Err(EditError::NothingToSettle("title".into())));
}

/// Guards against two coordinators who agree being asked to settle it.
#[test]
fn the_same_value_set_apart_is_no_conflict() {
    let (mut book, mut one, mut two) = scene();
    one.edit(&mut book, 1, &[IncidentEdit::SetArea("gao".into())]).unwrap();
    let same = two.edit(&mut book, 2, &[IncidentEdit::SetArea("gao".into())]).unwrap();
    one.receive(&actor(2), &same).unwrap();
    let read = Incident::read(&one.document, &book);
    assert_eq!((read.area.alternatives.len(), read.conflicts.len()), (2, 0));
}

/// Guards against lost work: whatever two people add apart, all of it is there afterwards, also what one of them took
/// away while the other went on with it.
#[test]
fn what_both_add_apart_is_all_there_and_a_link_used_by_one_outlives_its_removal_by_the_other() {
    let (mut book, mut one, mut two) = scene();
    let shared = one.edit(&mut book, 1, &[link(1, None), link(2, None)]).unwrap();
    two.receive(&actor(1), &shared).unwrap();
    let place: Place = serde_json::from_str(r#"{"name":"Gao"}"#).unwrap();
    let response = Response { kind: ResponseKind::Mediation, body: "elders".into(), at: 9, outcome: String::new() };
    let edits = [
        IncidentEdit::AddNote { at: 3, text: "same words".into() },
        IncidentEdit::AddNote { at: 3, text: "same words".into() },
        IncidentEdit::Unlink { report: report_id(1) },
        IncidentEdit::AddResponse(response),
        IncidentEdit::SetPlace(place.clone()),
        IncidentEdit::AddCode { list: "iccs".into(), code: "0401".into() },
    ];
    let left = one.edit(&mut book, 1, &edits).unwrap();
    let edits = [
        IncidentEdit::AddNote { at: 3, text: "same words".into() },
        link(1, Some("well")),
        link(3, None),
        IncidentEdit::Assign(Some(device(2))),
        IncidentEdit::SetRole { of: Economy::Market, id: "gao-fuel".into(), role: Some("destination".into()) },
    ];
    let right = two.edit(&mut book, 2, &edits).unwrap();
    one.receive(&actor(2), &right).unwrap();
    two.receive(&actor(1), &left).unwrap();
    let read = Incident::read(&one.document, &book);
    assert_eq!(read, Incident::read(&two.document, &book));
    assert_eq!((read.notes.len(), read.responses.len(), read.links.len()), (3, 1, 3));
    assert_eq!(read.links[&report_id(1)].value.as_ref().unwrap().rumour.as_deref(), Some("well"));
    assert_eq!(read.place.value, Some(place));
    assert_eq!(read.assigned.value.unwrap().0, device(2));
    assert_eq!(read.markets["gao-fuel"].value.as_deref(), Some("destination"));
    assert!(read.codes.contains(&("iccs".into(), "0401".into())));
    assert!(read.conflicts.is_empty() && read.unreadable.is_empty() && read.unknown.is_empty());
}

/// Guards against an incident that two people moved apart and that then stands as the bolder of them said.
#[test]
fn status_moves_along_its_table_and_of_two_set_apart_the_one_nearer_to_the_start_counts() {
    let (mut book, mut one, mut two) = scene();
    let jump = one.edit(&mut book, 1, &[IncidentEdit::SetStatus(Status::Confirmed)]);
    assert!(matches!(jump, Err(EditError::NoSuchMove { from: Status::New, to: Status::Confirmed, .. })));
    assert!(jump.unwrap_err().to_string().contains("reviewing or refuted"));
    let steps = [Status::Reviewing, Status::Corroborated].map(IncidentEdit::SetStatus);
    let bytes = one.edit(&mut book, 1, &steps).unwrap();
    two.receive(&actor(1), &bytes).unwrap();
    let confirmed = one.edit(&mut book, 1, &[IncidentEdit::SetStatus(Status::Confirmed)]).unwrap();
    let refuted = two.edit(&mut book, 2, &[IncidentEdit::SetStatus(Status::Refuted)]).unwrap();
    one.receive(&actor(2), &refuted).unwrap();
    two.receive(&actor(1), &confirmed).unwrap();
    let read = Incident::read(&one.document, &book);
    assert_eq!((read.status(), read.conflicts.len()), (Status::Refuted, 1));
    let settle = |value: &str| IncidentEdit::Settle { field: "status".into(), keep: Keep::Value(value.into()) };
    assert!(matches!(two.edit(&mut book, 2, &[settle("closed")]), Err(EditError::NoSuchMove { .. })));
    two.edit(&mut book, 2, &[settle("confirmed")]).unwrap();
    let read = Incident::read(&two.document, &book);
    assert_eq!((read.status(), read.conflicts.len()), (Status::Confirmed, 0));
}

/// Guards against grades by those who may not give them.
#[test]
fn a_grade_needs_a_link_and_another_persons_eyes_and_counts_only_by_its_graders_own_hand() {
    let (mut book, mut one, _) = scene();
    let good = grade(1, Reliability::B, Credibility::Probable);
    let unlinked = one.edit(&mut book, 1, std::slice::from_ref(&good));
    assert_eq!(unlinked, Err(EditError::NotLinked(report_id(1))));
    book.reporters.insert(report_id(2), Person(device(1)));
    one.edit(&mut book, 1, &[link(1, None), link(2, None)]).unwrap();
    let own = one.edit(&mut book, 1, &[grade(2, Reliability::A, Credibility::Probable)]);
    assert_eq!(own, Err(EditError::OwnReport(report_id(2))));
    let read = Incident::read(&one.document, &book);
    assert_eq!(read.grade_of(&report_id(1)), (Reliability::F, Credibility::Unjudged));
    one.edit(&mut book, 1, &[good]).unwrap();
    one.edit(&mut book, 2, &[grade(1, Reliability::C, Credibility::Unjudged)]).unwrap();
    let read = Incident::read(&one.document, &book);
    assert_eq!((read.grades.len(), read.grade_of(&report_id(1))), (2, (Reliability::C, Credibility::Probable)));
    // Device 3 writes a grade in the name of device 1: it is shown and does not count.
    let forged = azalai_model::scalar::pack(&Grade {
        reliability: Reliability::E,
        credibility: Credibility::Improbable,
        at: 6,
        why: String::new(),
    });
    let key = format!("grade/{}/{}", report_id(2), device(2));
    let written = one.document.edit(&actor(3), |out| out.put(ROOT, key.as_str(), forged));
    let hash = one.own(&actor(3), &written.unwrap().unwrap());
    book.authors.insert(hash, device(3));
    let read = Incident::read(&one.document, &book);
    let view = read.grades.iter().find(|view| view.report == report_id(2)).unwrap();
    assert!(!view.counts && view.grade.value.is_none() && view.grade.alternatives.len() == 1);
    assert_eq!(read.grade_of(&report_id(2)), (Reliability::F, Credibility::Unjudged));
}

/// Guards against "confirmed by other sources" where there are none: refused when it is entered, shown when a merge
/// takes the sources away.
#[test]
fn credibility_one_needs_two_independent_sources_and_shows_when_a_merge_takes_them_away() {
    let (mut book, mut one, mut two) = scene();
    let bytes = one.edit(&mut book, 1, &[link(1, Some("well")), link(2, Some("well"))]).unwrap();
    two.receive(&actor(1), &bytes).unwrap();
    let confirmed = grade(1, Reliability::B, Credibility::Confirmed);
    let refused = one.edit(&mut book, 1, std::slice::from_ref(&confirmed));
    assert_eq!(refused, Err(EditError::TooFewSources { got: 1 }));
    // In one change: the link that brings the second source, and the grade.
    let bytes = one.edit(&mut book, 1, &[link(3, None), confirmed]).unwrap();
    two.receive(&actor(1), &bytes).unwrap();
    let read = Incident::read(&one.document, &book);
    assert!(read.independent_sources == 2 && read.grades[0].counts && !read.grades[0].unsupported);
    let gone = two.edit(&mut book, 2, &[IncidentEdit::Unlink { report: report_id(3) }]).unwrap();
    one.receive(&actor(2), &gone).unwrap();
    let read = Incident::read(&one.document, &book);
    assert!(read.independent_sources == 1 && read.grades[0].unsupported);
}

/// Guards against "confirmed by other sources" that stays after a witness took the report back, and one that is entered
/// on the strength of it.
#[test]
fn a_report_that_was_taken_back_supports_no_grade() {
    let (mut book, mut one, _) = scene();
    one.edit(&mut book, 1, &[link(1, None), link(3, None), grade(1, Reliability::B, Credibility::Confirmed)]).unwrap();
    assert_eq!(Incident::read(&one.document, &book).independent_sources, 2);
    book.retracted.insert(report_id(3));
    let read = Incident::read(&one.document, &book);
    assert!(read.independent_sources == 1 && read.grades[0].unsupported && read.links.len() == 2);
    let again = one.edit(&mut book, 2, &[grade(1, Reliability::A, Credibility::Confirmed)]);
    assert_eq!(again, Err(EditError::TooFewSources { got: 1 }));
}

/// Guards against a half-written change: of several edits, one that is refused leaves nothing of the others.
#[test]
fn edits_are_one_change_whole_or_not_at_all() {
    let (mut book, mut one, _) = scene();
    let before = one.document.canonical_bytes();
    let edits = [IncidentEdit::SetTitle("other".into()), IncidentEdit::SetTlp(Tlp::Clear)];
    assert_eq!(one.edit(&mut book, 1, &edits), Err(EditError::LabelFixed));
    let long = IncidentEdit::SetTitle("x".repeat(401));
    assert!(one.edit(&mut book, 1, &[link(1, None), long]).unwrap_err().to_string().contains("title has 401 bytes"));
    assert_eq!(one.edit(&mut book, 1, &[]), Err(EditError::Nothing));
    assert_eq!(one.document.canonical_bytes(), before);
}

/// Guards against a settlement by hand that writes something else than the field holds.
#[test]
fn a_time_and_a_place_are_settled_by_value_and_others_by_choosing() {
    let (mut book, mut one, mut two) = scene();
    let at = |text: &str| IncidentEdit::SetOccurred(Occurred::parse_absolute(text).unwrap());
    let here = |name: &str| IncidentEdit::SetPlace(serde_json::from_str(&format!("{{\"name\":\"{name}\"}}")).unwrap());
    one.edit(&mut book, 1, &[at("2026-11-20"), here("Gao"), link(1, None)]).unwrap();
    let bytes = two.edit(&mut book, 2, &[at("2026-11-21"), here("Ansongo"), link(1, Some("well"))]).unwrap();
    one.receive(&actor(2), &bytes).unwrap();
    assert_eq!(Incident::read(&one.document, &book).conflicts.len(), 3);
    let settle =
        |field: &str, value: &str| IncidentEdit::Settle { field: field.into(), keep: Keep::Value(value.into()) };
    let link_field = format!("link/{}", report_id(1));
    let typed = one.edit(&mut book, 1, &[settle(&link_field, "well")]);
    assert_eq!(typed, Err(EditError::ChooseOne(link_field.clone())));
    let wrong = one.edit(&mut book, 1, &[settle("place", r#"{"lat":91,"lon":0}"#)]).unwrap_err().to_string();
    assert!(wrong.contains("91"), "{wrong}");
    let edits = [settle("occurred", "2026-11-20..2026-11-21"), settle("place", r#"{"name":"Bourem"}"#)];
    one.edit(&mut book, 1, &edits).unwrap();
    let read = Incident::read(&one.document, &book);
    assert_eq!(read.occurred.value.unwrap().to_string(), "2026-11-20..2026-11-21");
    assert_eq!(read.place.value.unwrap().name(), Some("Bourem"));
    let chosen = read.links[&report_id(1)].alternatives[0].change;
    one.edit(&mut book, 1, &[IncidentEdit::Settle { field: link_field, keep: Keep::Change(chosen) }]).unwrap();
    assert!(Incident::read(&one.document, &book).conflicts.is_empty());
}
