//! Notices: who writes them, who reads them, in which order, and what a removed writer's are worth.
#![allow(clippy::unwrap_used)]

use azalai_envelope::Lane;
use azalai_model::Tlp;
use azalai_node::{NodeError, NoticeFor, NoticeTo, ReportState, TakenAt};
use azalai_roster::Circle;
use azalai_testkit::Community;
use azalai_testkit::attacker::{Attacker, bundle};
use azalai_testkit::member::TestNode;
use futures_lite::future::block_on;

const EVERYONE: NoticeTo = NoticeTo::Circle(Circle::Everyone);

fn notify(community: &mut Community, by: &str, text: &str, to: &NoticeTo) -> Result<(), NodeError> {
    community.now_ms += 1;
    let now_ms = community.now_ms;
    block_on(community.who(by).node.notify((text, None), to, None, Lane::Text, now_ms)).map(drop)
}

fn texts(community: &mut Community, who: &str) -> Vec<String> {
    let notices = block_on(community.who(who).node.notices()).unwrap();
    notices.iter().map(|view| view.notice.text().to_owned()).collect()
}

/// Guards against one invite by which whoever holds it makes a coordinator's device write without end: each claim with
/// another key is owed a notice.
#[test]
fn one_invite_that_is_claimed_by_many_keys_gets_sixteen_claim_notices_at_most() {
    let mut community = Community::of(&["heron"]);
    community.settle();
    let mut many = Attacker::invited(&mut community, 5);
    community.settle();
    let claims: Vec<Vec<u8>> = (0..20)
        .map(|number| {
            many.keys = many.stranger();
            many.claim(&format!("wren {number}"))
        })
        .collect();
    let now_ms = community.now_ms;
    let heron = &mut community.who("heron").node;
    assert_eq!(block_on(heron.import_bundle(&bundle(&claims))).unwrap().taken.statements, 20);
    let waits = |node: &TestNode| block_on(node.status()).unwrap().other_statements.only_here;
    let before = waits(heron);
    for _ in 0..2 {
        block_on(heron.get_ready(now_ms)).unwrap();
        assert_eq!(waits(heron), before + 16);
    }
    // Another invite has its own.
    let mut other = Attacker::invited(&mut community, 6);
    community.settle();
    let before = waits(&community.who("heron").node);
    let claims: Vec<Vec<u8>> = (0..2)
        .map(|_| {
            other.keys = other.stranger();
            other.claim("robin")
        })
        .collect();
    let heron = &mut community.who("heron").node;
    block_on(heron.import_bundle(&bundle(&claims))).unwrap();
    block_on(heron.get_ready(now_ms)).unwrap();
    assert_eq!(waits(heron), before + 2);
}

/// Guards against an answer that others read, or that its author does not find beside the report; and against alerts
/// that reach only some.
#[test]
fn a_notice_is_read_by_its_audience_and_an_answer_stands_with_the_report() {
    let mut community = Community::of(&["heron", "stork", "swift", "dove"]);
    community.settle();
    let report = community.report("swift", "Shots at the ford", Tlp::Amber).unwrap();
    community.settle();
    notify(&mut community, "stork", "Somebody went to look", &NoticeTo::AuthorOf(report)).unwrap();
    let area = NoticeTo::Circle(Circle::AreaAndAbove("valley".parse().unwrap()));
    notify(&mut community, "heron", "Meeting on Monday", &area).unwrap();
    notify(&mut community, "acacia", "Do not use the north road", &EVERYONE).unwrap();
    let own = block_on(community.who("stork").node.notices()).unwrap();
    assert_eq!(own[0].state, Some(ReportState::Local));
    community.settle();

    assert_eq!(texts(&mut community, "swift"), ["Somebody went to look", "Do not use the north road"]);
    assert_eq!(texts(&mut community, "dove"), ["Do not use the north road"]);
    assert_eq!(texts(&mut community, "acacia"), ["Do not use the north road"]);
    assert_eq!(texts(&mut community, "heron"), ["Meeting on Monday", "Do not use the north road"]);
    let replies = block_on(community.who("swift").node.replies()).unwrap();
    let reply = &replies[&report][0];
    assert_eq!((replies.len(), &reply.to, reply.pseudonym.as_deref()), (1, &NoticeFor::You, Some("stork")));
    let own = block_on(community.who("stork").node.replies()).unwrap();
    assert!(matches!(&own[&report][0].to, NoticeFor::Member(_, Some(name)) if name == "swift"));
    assert_eq!(own[&report][0].state, Some(ReportState::Relay));
    // Offline and after a restart.
    community.who("swift").crash();
    assert_eq!(texts(&mut community, "swift").len(), 2);
}

/// Guards against a monitor who gives alerts, and against a report that is named to people who may not know of it.
#[test]
fn who_may_not_write_a_notice_is_told_so_and_a_report_is_named_to_its_own_readers_only() {
    let mut community = Community::of(&["stork", "swift", "dove"]);
    community.settle();
    let report = community.report("swift", "Shots at the ford", Tlp::Amber).unwrap();
    let own = community.report("stork", "Quiet here", Tlp::Amber).unwrap();
    community.settle();
    let now_ms = community.now_ms;
    let said = |error: Result<(), NodeError>, words: &str| {
        let error = error.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    };
    said(notify(&mut community, "dove", "Flee", &EVERYONE), "coordinators and stewards");
    said(notify(&mut community, "stork", " ", &EVERYONE), "needs a text");
    said(notify(&mut community, "stork", "Thanks", &NoticeTo::AuthorOf(own)), "this device");
    let unknown = NoticeTo::Circle(Circle::Area("moon".parse().unwrap()));
    said(notify(&mut community, "stork", "Hello", &unknown), "area/moon");
    let mut about = |to: &NoticeTo| {
        block_on(community.who("stork").node.notify(("Seen", None), to, Some(report), Lane::Text, now_ms)).map(drop)
    };
    said(about(&EVERYONE), "nobody else");
    said(about(&NoticeTo::Circle(Circle::Area("valley".parse().unwrap()))), "nobody else");
    about(&NoticeTo::Circle(Circle::AreaAndAbove("valley".parse().unwrap()))).unwrap();
    about(&NoticeTo::AuthorOf(report)).unwrap();
    assert_eq!(block_on(community.who("stork").node.notices()).unwrap().len(), 2);
}

/// Guards against an order that hangs on arrival or on a wrong clock: an answer must not stand before what it answers.
#[test]
fn notices_stand_in_the_order_of_their_clocks_whatever_arrived_first() {
    let mut community = Community::of(&["heron", "stork", "swift"]);
    community.settle();
    for (by, text) in [("heron", "one"), ("stork", "two"), ("heron", "three")] {
        community.now_ms += 60_000;
        notify(&mut community, by, text, &EVERYONE).unwrap();
    }
    // What was written second reaches the monitor first.
    community.visit("stork").unwrap();
    community.visit("swift").unwrap();
    assert_eq!(texts(&mut community, "swift"), ["two"]);
    community.settle();
    assert_eq!(texts(&mut community, "swift"), ["one", "two", "three"]);

    let report = community.report("swift", "Shots", Tlp::Amber).unwrap();
    let written = community.now_ms;
    community.settle();
    // The coordinator's clock stands two hours behind.
    let late = written - 7_200_000;
    let to = NoticeTo::AuthorOf(report);
    block_on(community.who("stork").node.notify(("Thanks", None), &to, None, Lane::Text, late)).unwrap();
    community.settle();
    let reply = block_on(community.who("swift").node.replies()).unwrap().remove(&report).unwrap().remove(0);
    assert!(reply.at_ms >= written, "{} before {written}", reply.at_ms);
}

/// Guards against orders from a coordinator's phone that was taken.
#[test]
fn what_a_removed_coordinator_says_after_the_cut_is_in_the_quarantine_and_not_among_the_notices() {
    let mut community = Community::of(&["heron", "stork", "swift"]);
    community.settle();
    notify(&mut community, "stork", "Before", &EVERYONE).unwrap();
    community.settle();
    let now_ms = community.now_ms;
    let stork = community.who("stork").node.device().signing;
    block_on(community.who("acacia").node.remove(&stork, TakenAt::Now, now_ms)).unwrap();
    notify(&mut community, "stork", "Come to the bridge", &EVERYONE).unwrap();
    community.visit("stork").unwrap();
    community.visit("acacia").unwrap();
    community.visit("swift").unwrap();
    community.visit("acacia").unwrap();
    community.visit("swift").unwrap();
    assert_eq!(texts(&mut community, "swift"), ["Before"]);
    assert_eq!(texts(&mut community, "acacia"), ["Before"]);
    let aside = block_on(community.who("acacia").node.quarantine()).unwrap();
    assert!(aside.iter().any(|item| item.kind == azalai_envelope::Kind::NOTICE && item.author == stork));
}
