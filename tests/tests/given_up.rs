//! What a relay gave up or no longer keeps: its author is told, and it travels again.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use azalai_envelope::{Day, EnvelopeId, Lane};
use azalai_model::Tlp;
use azalai_node::ReportState;
use azalai_sync::{State, Why};
use azalai_testkit::Community;
use futures_lite::future::block_on;

const DAY_MS: u64 = 86_400_000;

/// Ids of the letters that the relay holds.
fn held(c: &Community) -> BTreeSet<EnvelopeId> {
    let carriers = c.relay.responder().carriers();
    carriers[0].read(|index| index.iter().filter(|(_, entry)| entry.state == State::Held).map(|(id, _)| *id).collect())
}

fn bytes_held(c: &Community) -> u64 {
    c.relay.responder().carriers()[0].read(|index| index.held().iter().map(|(_, amount)| amount.bytes).sum())
}

fn give_up(c: &Community, ids: &BTreeSet<EnvelopeId>) {
    let ids: Vec<EnvelopeId> = ids.iter().copied().collect();
    block_on(c.relay.responder().carriers()[0].tombstone(&ids, Why::Evicted)).unwrap();
}

fn state(c: &mut Community, name: &str) -> ReportState {
    block_on(c.who(name).node.reports()).unwrap()[0].state
}

/// A monitor whose one report is in the relay and was read by nobody; with the report's letter.
fn one_report() -> (Community, BTreeSet<EnvelopeId>) {
    let mut c = Community::of(&["stork", "swift"]);
    c.settle();
    let before = held(&c);
    c.report("swift", "Men on motorcycles at the well", Tlp::Amber).unwrap();
    c.visit("swift").unwrap();
    assert_eq!(state(&mut c, "swift"), ReportState::Relay);
    let letters: BTreeSet<EnvelopeId> = held(&c).difference(&before).copied().collect();
    (c, letters)
}

/// Guards against an author who is told that a relay holds what it gave up, while nobody has it.
#[test]
fn what_a_relay_gave_up_is_brought_again_and_read() {
    let (mut c, letters) = one_report();
    give_up(&c, &letters);
    let exchanged = c.visit("swift").unwrap();
    assert_eq!((exchanged.given_up, exchanged.full), (letters.len(), false));
    assert!(letters.is_subset(&held(&c)));
    assert_eq!(state(&mut c, "swift"), ReportState::Relay);
    assert_eq!(c.visit("swift").unwrap().given_up, 0, "told once");
    c.settle();
    assert_eq!(block_on(c.who("stork").node.reports()).unwrap().len(), 1);
    assert_eq!(state(&mut c, "swift"), ReportState::Opened);
    // What was read needs no relay.
    give_up(&c, &letters);
    assert_eq!(c.visit("swift").unwrap().given_up, 0);
    assert_eq!(state(&mut c, "swift"), ReportState::Opened);
    assert!(!letters.is_subset(&held(&c)));
}

/// Guards against "in a relay" where it is not, and against devices that push out each other's letters without an end.
#[test]
fn a_full_relay_is_not_given_back_what_it_gave_up_until_there_is_room() {
    let (mut c, letters) = one_report();
    give_up(&c, &letters);
    c.relay.restart_with(bytes_held(&c) + 100);
    let before = held(&c);
    for visit in 0..3 {
        let exchanged = c.visit("swift").unwrap();
        assert!(exchanged.full);
        assert_eq!(exchanged.given_up, if visit == 0 { letters.len() } else { 0 });
        assert_eq!(state(&mut c, "swift"), ReportState::Local);
        assert_eq!(block_on(c.who("swift").node.status()).unwrap().own_reports.only_here, 1);
        assert_eq!(held(&c), before, "nothing was pushed out");
    }
    // Of a crash the device keeps it: it is in the journal and the outbox.
    c.who("swift").crash();
    assert_eq!(state(&mut c, "swift"), ReportState::Local);
    // New letters still go into a full relay.
    c.report("swift", "They came back", Tlp::Amber).unwrap();
    assert!(c.visit("swift").unwrap().summary.sent > 0);
    c.relay.restart_with(1 << 30);
    assert!(!c.visit("swift").unwrap().full);
    assert_eq!(block_on(c.who("swift").node.status()).unwrap().own_reports.only_here, 0);
    c.settle();
    assert_eq!(block_on(c.who("stork").node.reports()).unwrap().len(), 2);
}

/// Guards against the acts of a steward, who keeps no other copy of them in a journal, being lost with a relay's.
#[test]
fn acts_that_a_relay_gave_up_are_brought_again() {
    let mut c = Community::of(&["stork", "swift"]);
    c.settle();
    let all = held(&c);
    let only_here = |c: &mut Community| block_on(c.who("acacia").node.only_here()).unwrap().len();
    assert_eq!(only_here(&mut c), 0);
    give_up(&c, &all);
    assert!(c.visit("acacia").unwrap().given_up > 0);
    assert_eq!(only_here(&mut c), 0);
    c.settle();
    assert_eq!(held(&c), all, "what one gave up and others wrote is there again");
}

fn raise(c: &Community, floor: Day) {
    for lane in Lane::ALL {
        block_on(c.relay.responder().carriers()[0].raise_floor(lane, floor)).unwrap();
    }
}

/// Guards against a report that nobody ever reads, because the relay dropped it before a coordinator came.
#[test]
fn what_is_older_than_a_relay_keeps_leaves_anew_until_somebody_read_it() {
    let (mut c, letters) = one_report();
    c.now_ms += 50 * DAY_MS;
    raise(&c, Day::of_ms(c.now_ms - 40 * DAY_MS));
    assert!(held(&c).is_disjoint(&letters));
    let exchanged = c.visit("swift").unwrap();
    assert!(exchanged.too_old > 0);
    assert_eq!(state(&mut c, "swift"), ReportState::Relay);
    assert_eq!(c.visit("swift").unwrap().too_old, 0, "once");
    c.settle();
    assert_eq!(block_on(c.who("stork").node.reports()).unwrap().len(), 1, "once, not twice");
    assert_eq!(state(&mut c, "swift"), ReportState::Opened);
    c.now_ms += 50 * DAY_MS;
    raise(&c, Day::of_ms(c.now_ms - 40 * DAY_MS));
    c.visit("swift").unwrap();
    assert_eq!(state(&mut c, "swift"), ReportState::Opened, "what was read is not sent again");
}

/// Guards against a relay that makes a device seal all that it has at each visit, by a floor that lies in the future.
#[test]
fn a_floor_that_no_honest_relay_has_costs_nothing_but_that_relay() {
    let (mut c, _) = one_report();
    raise(&c, Day(u16::MAX));
    let carried = |c: &mut Community| c.who("swift").node.carrier().read(|index| index.len());
    let before = carried(&mut c);
    for _ in 0..4 {
        c.now_ms += DAY_MS;
        c.visit("swift").unwrap();
        assert_eq!(state(&mut c, "swift"), ReportState::Local, "it does not hold what lies below its floor");
    }
    assert_eq!(carried(&mut c), before);
}
