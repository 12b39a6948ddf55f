//! What complains of a body never reaches that body's people: where it goes instead, and what is refused.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use azalai_envelope::{DocumentId, SigningPublic};
use azalai_model::{IncidentEdit, ReportFields, Status, Tlp};
use azalai_node::{NodeError, Past, ReadBy, Readers, ReportState};
use azalai_roster::{AreaCode, BodyCode, Circle, Role};
use azalai_testkit::Community;
use futures_lite::future::block_on;

fn key(c: &mut Community, name: &str) -> SigningPublic {
    c.who(name).node.device().signing
}

fn police() -> BTreeSet<BodyCode> {
    BTreeSet::from(["police".parse().unwrap()])
}

fn area(code: &str) -> AreaCode {
    code.parse().unwrap()
}

fn complaint(text: &str) -> ReportFields {
    ReportFields { category: Some("security-abuse".to_owned()), narrative: text.to_owned(), ..ReportFields::default() }
}

/// The steward says that these belong to the police.
fn mark(c: &mut Community, names: &[&str]) {
    for name in names {
        let (device, now_ms) = (key(c, name), c.now_ms);
        block_on(c.who("acacia").node.set_bodies(&device, police(), now_ms)).unwrap();
    }
}

fn asked(c: &mut Community, who: &str, fields: &ReportFields) -> Result<Readers, NodeError> {
    c.who(who).node.who_would_read(fields, None, &[])
}

/// Writes a report as the command line and the pages do: for those whom the device showed.
fn write(c: &mut Community, who: &str, fields: ReportFields) -> Result<Vec<DocumentId>, NodeError> {
    let by = asked(c, who, &fields)?.by;
    let now_ms = c.now_ms;
    let node = &mut c.who(who).node;
    let nonce = node.random16();
    block_on(node.report_for(nonce, fields, &by, now_ms))
}

fn texts(c: &mut Community, who: &str) -> Vec<String> {
    let reports = block_on(c.who(who).node.reports()).unwrap();
    reports.iter().map(|view| view.row.fields.narrative.clone()).collect()
}

fn refused<T: std::fmt::Debug>(result: Result<T, NodeError>, words: &[&str]) {
    let error = result.unwrap_err();
    assert!(matches!(error, NodeError::OfBody(_)), "{error}");
    let text = error.to_string();
    assert!(words.iter().all(|word| text.contains(word)), "{text}");
}

fn names(readers: &[azalai_node::Reader]) -> Vec<&str> {
    readers.iter().map(|reader| reader.pseudonym.as_str()).collect()
}

/// Guards against a complaint about the police that a policeman reads because he coordinates the area, or one above it;
/// and against an author who is not told why it goes elsewhere.
#[test]
fn a_complaint_of_a_body_goes_to_the_first_circle_without_its_people_and_its_author_sees_why() {
    let mut c = Community::whole();
    c.settle();
    let before = asked(&mut c, "swift", &complaint("x")).unwrap();
    assert_eq!(before.by, ReadBy::Circle(Circle::AreaAndAbove(area("valley"))), "nobody is marked yet");
    assert_eq!((before.complains_of.contains(&"police".parse().unwrap()), before.left_out.len()), (true, 0));
    mark(&mut c, &["stork"]);
    c.settle();
    let readers = asked(&mut c, "swift", &complaint("x")).unwrap();
    assert_eq!(readers.by, ReadBy::Circle(Circle::AreaAndAbove(area("north"))));
    assert_eq!((names(&readers.known), names(&readers.left_out)), (vec!["heron"], vec!["stork"]));
    let green = ReportFields { tlp: Some(Tlp::Green), ..complaint("x") };
    let green = asked(&mut c, "swift", &green).unwrap();
    assert_eq!((green.by, green.asked), (readers.by, Some(Tlp::Green)), "not to all members, whatever is asked");
    // What complains of nobody goes where it went.
    let other = ReportFields { category: Some("other".to_owned()), ..complaint("x") };
    assert_eq!(asked(&mut c, "swift", &other).unwrap().by, before.by);

    let ids = write(&mut c, "swift", complaint("Beaten at the post")).unwrap();
    let shown = block_on(c.who("swift").node.who_can_read(ids[0])).unwrap();
    assert_eq!((shown.by, names(&shown.known)), (ReadBy::Circle(Circle::AreaAndAbove(area("north"))), vec!["heron"]));
    c.settle();
    assert_eq!(texts(&mut c, "heron"), ["Beaten at the post"]);
    let now_ms = c.now_ms;
    let change = |fields: &mut ReportFields| {
        fields.narrative = "Beaten at the second post".to_owned();
        Ok(())
    };
    block_on(c.who("swift").node.amend(ids[0], change, now_ms)).unwrap();
    c.settle();
    assert_eq!(texts(&mut c, "heron"), ["Beaten at the second post"], "a correction goes where the report went");
    for other in ["stork", "ibis", "egret", "acacia", "dove", "lark"] {
        assert!(texts(&mut c, other).is_empty(), "{other}");
    }
}

/// Guards against a complaint that falls back to a wider circle, or into nothing, when no circle is free of the body.
#[test]
fn where_no_circle_is_free_it_goes_to_those_who_are_named_and_at_last_it_is_refused() {
    let mut c = Community::whole();
    c.settle();
    mark(&mut c, &["stork", "heron"]);
    c.settle();
    let ibis = ReadBy::Named(BTreeSet::from([key(&mut c, "ibis")]));
    let readers = asked(&mut c, "swift", &complaint("x")).unwrap();
    assert_eq!((readers.by, readers.tlp), (ibis.clone(), Some(Tlp::Red)));
    assert_eq!(names(&readers.left_out).len(), 2);
    write(&mut c, "swift", complaint("To ibis alone")).unwrap();
    c.settle();
    assert_eq!(texts(&mut c, "ibis"), ["To ibis alone"]);
    for other in ["stork", "heron", "egret", "acacia"] {
        assert!(texts(&mut c, other).is_empty(), "{other}");
    }
    // One who is named is asked too.
    let red = ReportFields { tlp: Some(Tlp::Red), ..complaint("x") };
    let stork = key(&mut c, "stork");
    refused(c.who("swift").node.who_would_read(&red, None, &[stork]), &["stork belongs to the police", "name others"]);

    mark(&mut c, &["ibis"]);
    c.settle();
    let acacia = ReadBy::Named(BTreeSet::from([key(&mut c, "acacia")]));
    assert_eq!(asked(&mut c, "swift", &complaint("x")).unwrap().by, acacia);
    // Whoever asks for a circle that was free before gets no report saved.
    let now_ms = c.now_ms;
    let node = &mut c.who("swift").node;
    let nonce = node.random16();
    refused(block_on(node.report_for(nonce, complaint("x"), &ibis, now_ms)), &["ibis belongs to the police"]);
    mark(&mut c, &["acacia"]);
    c.settle();
    refused(write(&mut c, "swift", complaint("Nobody is left")), &["nobody else would read it", "egret"]);
    assert_eq!(texts(&mut c, "swift"), ["To ibis alone"]);
}

/// Guards against a steward of the body, whose device keeps every circle's keys for others.
#[test]
fn a_steward_of_the_body_closes_every_circle_to_what_complains_of_it() {
    let mut c = Community::of(&["heron", "stork", "ibis", "swift"]);
    c.settle();
    mark(&mut c, &["acacia"]);
    c.settle();
    let readers = asked(&mut c, "swift", &complaint("x")).unwrap();
    let three = ["heron", "stork", "ibis"].map(|name| key(&mut c, name));
    assert_eq!((readers.by, names(&readers.left_out)), (ReadBy::Named(three.into()), vec!["acacia"]));
}

/// Guards against a letter that goes out to somebody of whom the device learnt in between, and against a correction that
/// tells them more.
#[test]
fn a_mark_that_arrives_after_saving_keeps_the_report_here_and_refuses_corrections() {
    let mut c = Community::of(&["heron", "stork", "swift"]);
    c.settle();
    let sent = write(&mut c, "swift", complaint("Sent before")).unwrap();
    c.settle();
    let kept = write(&mut c, "swift", complaint("Saved before")).unwrap();
    mark(&mut c, &["stork"]);
    for name in ["acacia", "heron"] {
        c.visit(name).unwrap();
    }
    // The monitor learns of it by a card, which takes nothing along.
    let now_ms = c.now_ms;
    let (card, _) = block_on(c.who("heron").node.export_bundle(now_ms)).unwrap();
    block_on(c.who("swift").node.import_bundle(&card)).unwrap();
    let exchanged = c.visit("swift").unwrap();
    assert!(exchanged.stay.iter().any(|why| why.to_string().contains("stork belongs to the police")), "{exchanged:?}");
    c.settle();
    assert_eq!(texts(&mut c, "stork"), ["Sent before"], "what was sent before the mark cannot be unread");
    let view = block_on(c.who("swift").node.report_view(kept[0])).unwrap().unwrap();
    assert_eq!(view.state, ReportState::Local);
    let now_ms = c.now_ms;
    let more = |fields: &mut ReportFields| {
        fields.narrative = "And his name".to_owned();
        Ok(())
    };
    refused(block_on(c.who("swift").node.amend(sent[0], more, now_ms)), &["stork", "new report"]);
    // Taken back it may be, and written anew for others.
    block_on(c.who("swift").node.retract(sent[0], "Written anew", now_ms)).unwrap();
    write(&mut c, "swift", complaint("Written anew")).unwrap();
    c.settle();
    assert_eq!(texts(&mut c, "stork"), ["Sent before"]);
    let view = block_on(c.who("stork").node.report_view(sent[0])).unwrap().unwrap();
    assert_eq!(view.state, ReportState::Retracted);
    assert!(texts(&mut c, "heron").contains(&"Written anew".to_owned()));
}

/// Guards against coordinators who carry a complaint's words into an incident that the body's people read.
#[test]
fn an_incident_that_the_bodys_people_read_takes_no_complaint_of_it() {
    let mut c = Community::whole();
    c.settle();
    mark(&mut c, &["stork"]);
    c.settle();
    let report = write(&mut c, "swift", complaint("Beaten at the post")).unwrap()[0];
    c.settle();
    let now_ms = c.now_ms;
    let heron = &mut c.who("heron").node;
    let abuse = || Some("security-abuse".to_owned());
    let made = block_on(heron.incident_new("Abuse", Some(area("valley")), Tlp::Amber, abuse(), now_ms));
    refused(made, &["stork belongs to the police", "area/north"]);
    refused(block_on(heron.incident_new("Abuse", None, Tlp::Green, abuse(), now_ms)), &["Nothing was changed"]);
    let raid = block_on(heron.incident_new("Raid", Some(area("valley")), Tlp::Amber, None, now_ms)).unwrap();
    refused(block_on(heron.incident_link(raid, report, None, now_ms)), &["stork", "area/north/up"]);
    let category = IncidentEdit::SetCategory("security-abuse".to_owned());
    refused(block_on(heron.incident_edit(raid, &[category], now_ms)), &["stork"]);
    assert!(block_on(heron.incident(&raid)).unwrap().unwrap().reports.is_empty());
    let abuse = block_on(heron.incident_new("Abuse", Some(area("north")), Tlp::Amber, abuse(), now_ms)).unwrap();
    block_on(heron.incident_link(abuse, report, None, now_ms)).unwrap();
    c.settle();
    assert!(block_on(c.who("stork").node.incident(&abuse)).unwrap().is_none());
    // Marked later: no more words, and a way to end it.
    mark(&mut c, &["heron"]);
    c.settle();
    let now_ms = c.now_ms;
    let heron = &mut c.who("heron").node;
    let title = IncidentEdit::SetTitle("Abuse at the post".to_owned());
    refused(block_on(heron.incident_edit(abuse, &[title], now_ms)), &["heron"]);
    block_on(heron.incident_edit(abuse, &[IncidentEdit::SetStatus(Status::Reviewing)], now_ms)).unwrap();
}

/// Guards against a policeman who is made coordinator and is handed the keys to what was said of the police before.
#[test]
fn who_is_marked_when_granted_reads_nothing_that_was_said_before() {
    let mut c = Community::of(&["heron", "stork", "swift", "dove"]);
    c.settle();
    write(&mut c, "swift", complaint("Beaten at the post")).unwrap();
    c.settle();
    assert_eq!(texts(&mut c, "stork"), ["Beaten at the post"]);
    let (dove, now_ms) = (key(&mut c, "dove"), c.now_ms);
    let steward = &mut c.who("acacia").node;
    let monitor = block_on(steward.set_bodies(&dove, police(), now_ms)).unwrap_err();
    assert!(monitor.to_string().contains("is a monitor"), "{monitor}");
    let valley = Some(area("valley"));
    let bodies = police();
    block_on(steward.grant_of_bodies(&dove, Role::Coordinator, valley, Past::All, Some(&bodies), now_ms)).unwrap();
    c.settle();
    assert!(texts(&mut c, "dove").is_empty());
    c.report("swift", "Cattle on the road", Tlp::Amber).unwrap();
    write(&mut c, "swift", complaint("Beaten again")).unwrap();
    c.settle();
    assert_eq!(texts(&mut c, "dove"), ["Cattle on the road"], "it reads what is not about its body, from now on");
    assert_eq!(texts(&mut c, "stork").len(), 2, "{:?}", texts(&mut c, "stork"));
    assert!(texts(&mut c, "heron").contains(&"Beaten again".to_owned()));
    // Only stewards mark.
    let now_ms = c.now_ms;
    let denied = block_on(c.who("stork").node.set_bodies(&dove, BTreeSet::new(), now_ms)).unwrap_err();
    assert!(matches!(denied, NodeError::Denied(_)), "{denied}");
}
