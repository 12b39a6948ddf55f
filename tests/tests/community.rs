//! The main job, end to end in one process: a community reports, carries, merges and answers.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use azalai_model::{Credibility, IncidentEdit, Keep, Reliability, ReportFields, Status, Tlp};
use azalai_node::{NodeError, ReportState};
use azalai_roster::{Admission, AreaCode, Role};
use azalai_testkit::member::cheap;
use azalai_testkit::{DirectLink, Member, TestRelay};
use futures_lite::future::block_on;

/// 2026-11-20, some time in the morning, in milliseconds since 1970.
const NOW: u64 = 1_795_000_000_000;
const MINUTE: u64 = 60_000;

fn said(text: &str, category: &str) -> ReportFields {
    ReportFields { category: Some(category.to_owned()), narrative: text.to_owned(), ..ReportFields::default() }
}

struct Community {
    relay: TestRelay,
    steward: Member,
    first: Member,
    second: Member,
    monitors: Vec<Member>,
}

impl Community {
    fn new() -> Self {
        let mut steward = Member::found(1, &[("north", None), ("valley", Some("north"))], NOW);
        let relay = TestRelay::new(2);
        let certificate = block_on(steward.node.certify_relay(relay.public(), "town", NOW)).unwrap();
        relay.admit(&certificate);
        let first = Member::join(&mut steward, 3, Role::Coordinator, "north", "heron", NOW);
        let second = Member::join(&mut steward, 4, Role::Coordinator, "valley", "stork", NOW);
        let monitors = [(5, "swift"), (6, "dove"), (7, "lark")]
            .map(|(seed, name)| Member::join(&mut steward, seed, Role::Monitor, "valley", name, NOW))
            .into();
        Self { relay, steward, first, second, monitors }
    }

    fn visit(&mut self, who: impl FnOnce(&mut Self) -> &mut Member, now_ms: u64) -> azalai_node::Exchanged {
        let mut link = DirectLink::new(self.relay.responder(), now_ms, now_ms);
        who(self).exchange(&mut link, now_ms).unwrap()
    }

    /// Everybody is admitted and has everything.
    fn settle(&mut self, now_ms: u64) {
        for round in 0..3 {
            let now_ms = now_ms + round * MINUTE;
            self.visit(|c| &mut c.first, now_ms);
            self.visit(|c| &mut c.second, now_ms);
            for index in 0..self.monitors.len() {
                self.visit(|c| &mut c.monitors[index], now_ms);
            }
            self.visit(|c| &mut c.steward, now_ms);
            self.steward.admit_all(now_ms);
            self.visit(|c| &mut c.steward, now_ms);
        }
    }
}

/// Guards the whole path of a letter: written offline by someone nobody has admitted yet, it reaches the coordinators
/// of its area and above, and nobody else; its author learns that.
#[test]
fn a_report_written_offline_reaches_its_coordinators_and_nobody_else() {
    let mut c = Community::new();
    let written = said("Hommes armés à motos près du puits", "other");
    let id = block_on(c.monitors[0].node.report(written, None, NOW)).unwrap();
    assert_eq!(block_on(c.monitors[0].node.reports()).unwrap()[0].state, ReportState::Local);
    c.visit(|c| &mut c.monitors[0], NOW + MINUTE);
    assert_eq!(block_on(c.monitors[0].node.reports()).unwrap()[0].state, ReportState::Relay);
    c.settle(NOW + 2 * MINUTE);
    for coordinator in [&c.first, &c.second] {
        let reports = block_on(coordinator.node.reports()).unwrap();
        assert_eq!(reports.len(), 1);
        assert_eq!(reports[0].id, id);
        assert_eq!(reports[0].pseudonym.as_deref(), Some("swift"));
        assert_eq!(reports[0].tlp, Tlp::Amber);
        assert!(!reports[0].unconfirmed);
    }
    for other in [&c.steward, &c.monitors[1], &c.monitors[2]] {
        assert!(block_on(other.node.reports()).unwrap().is_empty());
    }
    let own = block_on(c.monitors[0].node.reports()).unwrap();
    assert_eq!((own[0].state, own[0].unconfirmed), (ReportState::Opened, false));
    assert_eq!(own[0].row.fields.narrative, "Hommes armés à motos près du puits");
}

/// Guards the last mile: a monitor who never meets the relay hands its letters to a neighbour, who carries them on
/// without being able to open them.
#[test]
fn a_neighbour_carries_what_it_cannot_open() {
    let mut c = Community::new();
    c.settle(NOW);
    block_on(c.monitors[2].node.report(said("القافلة مرت ليلا", "other"), None, NOW + 10 * MINUTE)).unwrap();
    let (left, right) = c.monitors.split_at_mut(2);
    right[0].meet(&mut left[1], NOW + 11 * MINUTE).unwrap();
    assert!(block_on(left[1].node.reports()).unwrap().is_empty());
    assert_eq!(block_on(right[0].node.reports()).unwrap()[0].state, ReportState::Local);
    c.visit(|c| &mut c.monitors[1], NOW + 12 * MINUTE);
    c.visit(|c| &mut c.first, NOW + 13 * MINUTE);
    assert_eq!(block_on(c.first.node.reports()).unwrap().len(), 1);
    // The receipt goes the same way back.
    c.visit(|c| &mut c.monitors[1], NOW + 14 * MINUTE);
    let (left, right) = c.monitors.split_at_mut(2);
    right[0].meet(&mut left[1], NOW + 15 * MINUTE).unwrap();
    assert_eq!(block_on(right[0].node.reports()).unwrap()[0].state, ReportState::Opened);
}

/// Guards the merge: two coordinators who work on one incident apart end with the same bytes, both values shown with
/// who wrote them, and one settlement that both then have.
#[test]
fn two_coordinators_apart_end_with_the_same_bytes_and_settle_the_conflict() {
    let mut c = Community::new();
    c.settle(NOW);
    let mut reports = Vec::new();
    for monitor in &mut c.monitors {
        reports.push(block_on(monitor.node.report(said("An ambush on the road", "other"), None, NOW)).unwrap());
    }
    c.settle(NOW + 10 * MINUTE);
    let area = Some("valley".parse().unwrap());
    let id = block_on(c.first.node.incident_new("Ambush", area, Tlp::Amber, None, NOW + 20 * MINUTE)).unwrap();
    c.settle(NOW + 21 * MINUTE);
    for (coordinator, rumour, title) in [(0, Some("driver"), "Ambush at the ford"), (1, None, "Ambush on the road")] {
        let node = if coordinator == 0 { &mut c.first.node } else { &mut c.second.node };
        let report = reports[coordinator];
        block_on(node.incident_link(id, report, rumour.map(str::to_owned), NOW + 30 * MINUTE)).unwrap();
        let graded = node.incident_grade(id, report, Reliability::B, Credibility::Probable, "known", NOW + 31 * MINUTE);
        block_on(graded).unwrap();
        block_on(node.incident_edit(id, &[IncidentEdit::SetTitle(title.to_owned())], NOW + 32 * MINUTE)).unwrap();
    }
    c.settle(NOW + 40 * MINUTE);
    let bytes = |member: &Member| block_on(member.node.whole(&id)).unwrap().canonical;
    assert_eq!(bytes(&c.first), bytes(&c.second));
    let view = block_on(c.second.node.incident(&id)).unwrap().unwrap();
    assert_eq!((view.reports.len(), view.independent_sources, view.status), (2, 2, Status::New));
    assert_eq!(view.conflicts.len(), 1);
    let mut authors: Vec<_> = view.conflicts[0].values.iter().filter_map(|value| value.pseudonym.clone()).collect();
    authors.sort();
    assert_eq!(authors, ["heron", "stork"]);
    let keep = Keep::Value("Ambush at the ford".to_owned());
    block_on(c.second.node.incident_settle(id, "title", keep, NOW + 50 * MINUTE)).unwrap();
    c.settle(NOW + 51 * MINUTE);
    let view = block_on(c.first.node.incident(&id)).unwrap().unwrap();
    assert_eq!((view.title.as_str(), view.conflicts.len()), ("Ambush at the ford", 0));
    assert_eq!(bytes(&c.first), bytes(&c.second));
    let own = block_on(c.monitors[0].node.reports()).unwrap();
    assert_eq!(own[0].state, ReportState::Acted);
}

/// Guards "acknowledged means durable", on both ends: the relay and the device are killed, and what was said to be
/// there is there.
#[test]
fn what_was_acknowledged_is_there_after_a_crash() {
    let mut c = Community::new();
    let id = block_on(c.monitors[0].node.report(said("Bétail volé", "other"), None, NOW)).unwrap();
    c.monitors[0].crash();
    assert_eq!(block_on(c.monitors[0].node.reports()).unwrap()[0].id, id);
    c.visit(|c| &mut c.monitors[0], NOW + MINUTE);
    c.relay.crash();
    c.monitors[0].crash();
    assert_eq!(block_on(c.monitors[0].node.reports()).unwrap()[0].state, ReportState::Relay);
    c.settle(NOW + 2 * MINUTE);
    assert_eq!(block_on(c.first.node.reports()).unwrap().len(), 1);
}

/// Guards admission without a hand: whoever alone claimed a live invite is a member after two exchanges; whoever
/// shares an invite, comes after its last day or is beyond the visitor's right waits, and nobody is admitted before
/// the project says so.
#[test]
fn an_exchange_admits_who_alone_claimed_an_invite_and_leaves_the_others_to_a_person() {
    let mut c = Community::new();
    let valley: AreaCode = "valley".parse().unwrap();
    let shared = block_on(c.steward.node.invite(Role::Monitor, Some(valley), cheap(), NOW)).unwrap();
    c.monitors.push(Member::take_up(&shared, 20, "honest", NOW));
    c.monitors.push(Member::take_up(&shared, 21, "thief", NOW));
    for index in 0..c.monitors.len() {
        c.visit(|c| &mut c.monitors[index], NOW + MINUTE);
    }
    c.visit(|c| &mut c.first, NOW + MINUTE);
    c.visit(|c| &mut c.second, NOW + MINUTE);
    // By hand: nobody is admitted by an exchange.
    assert!(c.visit(|c| &mut c.steward, NOW + 2 * MINUTE).admitted.is_empty());
    assert_eq!(c.steward.node.roster().waiting().len(), 7);
    let denied = block_on(c.monitors[0].node.set_admission(Admission::AtExchange, NOW)).unwrap_err();
    assert!(matches!(denied, NodeError::Denied(_)), "{denied}");

    // One coordinator is let in by hand, learns of the setting from a card, and admits the monitors of its area.
    let stork = c.second.node.device().signing;
    block_on(c.steward.node.admit(&stork, NOW + 3 * MINUTE)).unwrap();
    c.visit(|c| &mut c.steward, NOW + 3 * MINUTE);
    assert!(c.visit(|c| &mut c.second, NOW + 4 * MINUTE).admitted.is_empty());
    block_on(c.steward.node.set_admission(Admission::AtExchange, NOW + 5 * MINUTE)).unwrap();
    let (card, _) = block_on(c.steward.node.export_bundle(NOW + 5 * MINUTE)).unwrap();
    block_on(c.second.node.import_bundle(&card)).unwrap();
    let first = c.visit(|c| &mut c.second, NOW + 6 * MINUTE).admitted;
    let names = |members: &[azalai_roster::Member]| {
        let mut names: Vec<String> = members.iter().map(|member| member.pseudonym.clone()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&first), ["dove", "lark", "swift"]);
    let waiting = c.second.node.roster().waiting();
    let mut waiting: Vec<_> = waiting.iter().map(|w| (w.claim.pseudonym.as_str(), w.claims)).collect();
    waiting.sort_unstable();
    assert_eq!(waiting, [("heron", 1), ("honest", 2), ("thief", 2)]);
    // What was admitted left in that very exchange, with its keys.
    c.visit(|c| &mut c.monitors[0], NOW + 9 * MINUTE);
    assert!(block_on(c.monitors[0].node.status()).unwrap().admitted);
    assert_eq!(block_on(c.monitors[0].node.status()).unwrap().admission, Admission::AtExchange);
    assert_eq!(names(&c.visit(|c| &mut c.steward, NOW + 10 * MINUTE).admitted), ["heron"]);

    // Past its last day an invite is good only for a hand; and a closed door is closed for all who exchange later.
    let late = NOW + 40 * 24 * 60 * MINUTE;
    let mut tardy = Member::join(&mut c.steward, 22, Role::Monitor, "valley", "tardy", NOW);
    c.visit(|c| &mut c.steward, NOW + 11 * MINUTE);
    let mut link = DirectLink::new(c.relay.responder(), 22, late);
    tardy.exchange(&mut link, late).unwrap();
    assert!(c.visit(|c| &mut c.steward, late).admitted.is_empty());
    let key = tardy.node.device().signing;
    assert_eq!(block_on(c.steward.node.admit(&key, late)).unwrap().pseudonym, "tardy");
    block_on(c.steward.node.set_admission(Admission::ByHand, late)).unwrap();
    let mut wren = Member::join(&mut c.steward, 23, Role::Monitor, "valley", "wren", late);
    let mut link = DirectLink::new(c.relay.responder(), 23, late);
    wren.exchange(&mut link, late).unwrap();
    assert!(c.visit(|c| &mut c.steward, late + MINUTE).admitted.is_empty());
    assert!(c.steward.node.roster().waiting().iter().any(|w| w.claim.pseudonym == "wren"));
}

/// Guards the door to the exchange: a relay that no certificate of this project names gets nothing.
#[test]
fn a_foreign_relay_is_told_nothing() {
    let mut c = Community::new();
    let foreign = TestRelay::new(99);
    let mut link = DirectLink::new(foreign.responder(), 1, NOW);
    let error = c.monitors[0].exchange(&mut link, NOW).unwrap_err();
    assert!(error.to_string().contains("exchange"), "{error}");
}

/// Guards against a history that reads backwards: a coordinator whose clock is slow answers what it has just read, and
/// its change stood before the one that it answers.
#[test]
fn a_change_stands_after_what_it_answers_whatever_its_writers_clock_says() {
    let mut c = Community::new();
    c.settle(NOW);
    let now_ms = NOW + 60 * MINUTE;
    let valley: AreaCode = "valley".parse().unwrap();
    let id = block_on(c.first.node.incident_new("At the well", Some(valley), Tlp::Amber, None, now_ms)).unwrap();
    c.visit(|c| &mut c.first, now_ms);
    c.visit(|c| &mut c.second, now_ms);
    let slow = now_ms - 30 * MINUTE;
    let edit = [IncidentEdit::SetTitle("At the old well".to_owned())];
    let answer = block_on(c.second.node.incident_edit(id, &edit, slow)).unwrap();
    let history = block_on(c.second.node.whole(&id)).unwrap().history;
    assert_eq!(history.last().unwrap().statement, answer);
    assert!(history.is_sorted_by_key(|entry| entry.at_ms));
    assert_eq!(history.len(), 2);
}
