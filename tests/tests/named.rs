//! Reports for named members (TLP:RED), and who can read what.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use azalai_envelope::{DocumentId, SigningPublic};
use azalai_model::{ReportFields, Tlp};
use azalai_node::{NodeError, ReadBy, ReportState, TakenAt, Unknowable};
use azalai_roster::{Circle, MemberState};
use azalai_testkit::Community;
use futures_lite::future::block_on;

fn key(community: &mut Community, name: &str) -> SigningPublic {
    community.who(name).node.device().signing
}

fn red(text: &str) -> ReportFields {
    ReportFields {
        category: Some("other".to_owned()),
        narrative: text.to_owned(),
        tlp: Some(Tlp::Red),
        ..ReportFields::default()
    }
}

/// Writes a RED report for these.
fn write(c: &mut Community, by: &str, text: &str, names: &[&str]) -> Result<Vec<DocumentId>, NodeError> {
    let named: Vec<SigningPublic> = names.iter().map(|name| key(c, name)).collect();
    let now_ms = c.now_ms;
    let node = &mut c.who(by).node;
    let readers = node.who_would_read(&red(text), None, &named)?;
    let nonce = node.random16();
    block_on(node.report_for(nonce, red(text), &readers.by, now_ms))
}

fn texts(c: &mut Community, who: &str) -> Vec<String> {
    let reports = block_on(c.who(who).node.reports()).unwrap();
    reports.iter().map(|view| view.row.fields.narrative.clone()).collect()
}

/// Guards against a report for named members that others read, that is widened, or that its author cannot correct
/// at all of them at once.
#[test]
fn a_red_report_reaches_those_who_are_named_and_nobody_else_and_is_corrected_and_taken_back_at_all_of_them() {
    let mut c = Community::whole();
    c.settle();
    let ids = write(&mut c, "swift", "A name that must not be known", &["egret", "acacia"]).unwrap();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 2);
    c.settle();
    for reader in ["egret", "acacia"] {
        assert_eq!(texts(&mut c, reader), ["A name that must not be known"], "{reader}");
        let view = block_on(c.who(reader).node.reports()).unwrap().remove(0);
        assert_eq!((view.tlp, view.area), (Tlp::Red, None));
    }
    for other in ["heron", "stork", "ibis", "dove", "lark"] {
        assert!(texts(&mut c, other).is_empty(), "{other}");
    }
    let own = block_on(c.who("swift").node.reports()).unwrap();
    assert!(own.iter().all(|view| view.state == ReportState::Opened), "a steward who is named answers for it too");

    let now_ms = c.now_ms;
    let change = |fields: &mut ReportFields| {
        fields.narrative = "Another name".to_owned();
        Ok(())
    };
    block_on(c.who("swift").node.amend(ids[0], change, now_ms)).unwrap();
    c.settle();
    assert_eq!((texts(&mut c, "egret"), texts(&mut c, "acacia")), (texts(&mut c, "acacia"), texts(&mut c, "egret")));
    assert_eq!(texts(&mut c, "egret"), ["Another name"]);
    let now_ms = c.now_ms;
    block_on(c.who("swift").node.retract(ids[1], "It was a rumour", now_ms)).unwrap();
    c.settle();
    for reader in ["egret", "acacia"] {
        let view = block_on(c.who(reader).node.reports()).unwrap().remove(0);
        assert_eq!(view.state, ReportState::Retracted, "{reader}");
    }
}

/// Guards against a name that reaches nobody, or that nobody could check.
#[test]
fn only_coordinators_and_stewards_can_be_named_and_only_in_a_red_report() {
    let mut c = Community::of(&["stork", "swift", "dove"]);
    c.settle();
    let said = |error: NodeError, words: &str| assert!(error.to_string().contains(words), "{error}");
    said(write(&mut c, "swift", "x", &[]).unwrap_err(), "for whom");
    said(write(&mut c, "swift", "x", &["dove"]).unwrap_err(), "coordinators and stewards");
    said(write(&mut c, "stork", "x", &["dove"]).unwrap_err(), "cannot be named");
    said(write(&mut c, "stork", "x", &["stork"]).unwrap_err(), "cannot be named");
    let stork = key(&mut c, "stork");
    let amber = ReportFields { tlp: Some(Tlp::Amber), ..red("x") };
    said(c.who("swift").node.who_would_read(&amber, None, &[stork]).unwrap_err(), "only TLP:RED");
    assert!(texts(&mut c, "swift").is_empty() && texts(&mut c, "stork").is_empty(), "nothing was saved");
}

/// Guards against a letter that is sealed to a phone in wrong hands after everybody knows that it is.
#[test]
fn what_is_for_a_member_who_was_removed_before_it_left_stays_on_the_device() {
    let mut c = Community::of(&["heron", "stork", "swift"]);
    c.settle();
    let stork = key(&mut c, "stork");
    write(&mut c, "swift", "For stork", &["stork"]).unwrap();
    let now_ms = c.now_ms;
    block_on(c.who("acacia").node.remove(&stork, TakenAt::Now, now_ms)).unwrap();
    // The monitor learns of the removal by a card, which takes nothing along.
    for name in ["acacia", "heron"] {
        c.visit(name).unwrap();
    }
    let (card, _) = block_on(c.who("heron").node.export_bundle(now_ms)).unwrap();
    block_on(c.who("swift").node.import_bundle(&card)).unwrap();
    let state = c.who("swift").node.roster().member(&stork).map(|member| member.state);
    assert_eq!(state, Some(MemberState::Removed), "the card brought the news");
    let exchanged = c.visit("swift").unwrap();
    assert!(exchanged.stay.iter().any(|why| why.to_string().contains("was removed")), "{:?}", exchanged.stay);
    assert_eq!(block_on(c.who("swift").node.reports()).unwrap()[0].state, ReportState::Local);
    // Nor later, and the phone in wrong hands finds nothing at the relay, whatever it still opens.
    assert!(!c.visit("swift").unwrap().stay.is_empty());
    for _ in 0..2 {
        let _ = c.visit("stork");
        assert!(texts(&mut c, "stork").is_empty());
    }
}

/// Guards against an answer to "who can read this?" that is too small, before saving or after.
#[test]
fn who_can_read_says_the_same_before_and_after_and_names_what_it_cannot_know() {
    let mut c = Community::whole();
    c.settle();
    let names = |readers: &azalai_node::Readers| -> Vec<String> {
        readers.known.iter().map(|reader| reader.pseudonym.clone()).collect()
    };
    let wide = ReportFields { tlp: Some(Tlp::Amber), ..red("Shots") };
    let before = c.who("swift").node.who_would_read(&wide, None, &[]).unwrap();
    assert_eq!(names(&before), ["heron", "ibis", "stork"]);
    assert_eq!(before.by, ReadBy::Circle(Circle::AreaAndAbove("valley".parse().unwrap())));
    let unknowable = [Unknowable::LaterMembers, Unknowable::Custody, Unknowable::TakenDevices, Unknowable::PassedOn];
    assert_eq!(before.unknowable, unknowable.into());
    let id = c.report("swift", "Shots", Tlp::Amber).unwrap();
    let here = block_on(c.who("swift").node.who_can_read(id)).unwrap();
    assert!(here.only_here && names(&here) == names(&before));
    let strict = ReportFields { tlp: Some(Tlp::AmberStrict), ..red("Shots") };
    assert_eq!(names(&c.who("swift").node.who_would_read(&strict, None, &[]).unwrap()), ["ibis", "stork"]);
    let green = ReportFields { tlp: Some(Tlp::Green), ..red("Shots") };
    let everyone = c.who("swift").node.who_would_read(&green, None, &[]).unwrap();
    assert_eq!(names(&everyone), ["acacia", "egret", "heron", "ibis", "stork"]);
    assert!(everyone.unknowable.contains(&Unknowable::Monitors), "a monitor's device has no list of monitors");
    let complaint = ReportFields { category: Some("bribe-demanded".to_owned()), ..green };
    let narrowed = c.who("swift").node.who_would_read(&complaint, None, &[]).unwrap();
    assert_eq!((narrowed.tlp, narrowed.asked, names(&narrowed)), (Some(Tlp::Amber), Some(Tlp::Green), names(&before)));

    c.settle();
    let stork = key(&mut c, "stork");
    let now_ms = c.now_ms;
    block_on(c.who("acacia").node.remove(&stork, TakenAt::Now, now_ms)).unwrap();
    for _ in 0..2 {
        c.visit("acacia").unwrap();
        c.visit("swift").unwrap();
    }
    let after = block_on(c.who("swift").node.who_can_read(id)).unwrap();
    assert!(!after.only_here);
    let removed: Vec<(&str, bool)> =
        after.known.iter().map(|reader| (reader.pseudonym.as_str(), reader.removed)).collect();
    assert_eq!(removed, [("heron", false), ("ibis", false), ("stork", true)], "who may have read it stays named");
    let next = c.who("swift").node.who_would_read(&wide, None, &[]).unwrap();
    assert_eq!(names(&next), ["heron", "ibis"]);
    let red = write(&mut c, "swift", "For two", &["heron", "egret"]).unwrap();
    let both = block_on(c.who("swift").node.who_can_read(red[0])).unwrap();
    assert_eq!(names(&both), ["egret", "heron"]);
}
