//! Promise 9 among stewards who are apart: what one of them does without having heard of a removal brings nobody back.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use azalai_envelope::SigningPublic;
use azalai_model::Tlp;
use azalai_node::{Past, TakenAt};
use azalai_roster::{Circle, MemberState, Role};
use azalai_testkit::attacker::{bundle, unbundle};
use azalai_testkit::{Asleep, Community, Member};
use futures_lite::future::block_on;

fn key(c: &mut Community, name: &str) -> SigningPublic {
    c.who(name).node.device().signing
}

fn state(c: &mut Community, of: &str, by: &str) -> MemberState {
    let key = key(c, of);
    c.who(by).node.roster().member(&key).unwrap().state
}

/// The founder and a second steward.
fn two_stewards(names: &[&str]) -> Community {
    let mut c = Community::of(names);
    c.settle();
    let (second, now_ms) = (key(&mut c, "heron"), c.now_ms);
    block_on(c.who("acacia").node.grant(&second, Role::Steward, None, Past::All, now_ms)).unwrap();
    c.settle();
    c
}

fn rounds(c: &mut Community, names: &[&str]) {
    for _ in 0..4 {
        names.iter().for_each(|name| drop(c.visit(name).unwrap()));
    }
}

/// Guards against a taken phone that becomes a coordinator's, with the staff's keys, since the steward who granted the
/// role had not heard that another removed it.
#[test]
fn a_grant_made_apart_does_not_bring_a_removed_phone_back() {
    let mut c = two_stewards(&["heron", "stork", "swift"]);
    let (phone, now_ms) = (key(&mut c, "swift"), c.now_ms);
    block_on(c.who("heron").node.remove(&phone, TakenAt::Now, now_ms)).unwrap();
    let valley = Some("valley".parse().unwrap());
    block_on(c.who("acacia").node.grant(&phone, Role::Coordinator, valley, Past::All, now_ms)).unwrap();
    rounds(&mut c, &["heron", "acacia", "stork"]);
    for name in ["acacia", "heron", "stork"] {
        assert_eq!(state(&mut c, "swift", name), MemberState::Removed, "{name}");
        assert!(c.who(name).node.roster().overtaken().is_empty(), "{name}");
    }
    c.report("stork", "For the valley's coordinators", Tlp::AmberStrict).unwrap();
    c.report("stork", "For every member but one", Tlp::Green).unwrap();
    rounds(&mut c, &["stork", "heron", "acacia"]);
    for _ in 0..3 {
        let _ = c.visit("swift");
    }
    let read = block_on(c.who("swift").node.reports()).unwrap();
    assert_eq!(read.len(), 0, "it reads what was said after its removal: {read:?}");
}

/// Guards against a relay that withholds one letter, the removal, from a steward: the key that this one then gives goes
/// to the removed device too, and was everybody's newest afterwards, since by its past it follows the removal.
#[test]
fn a_key_given_while_the_removal_was_withheld_is_replaced() {
    let mut c = two_stewards(&["heron", "stork"]);
    let (device, now_ms) = (key(&mut c, "stork"), c.now_ms);
    block_on(c.who("heron").node.remove(&device, TakenAt::Now, now_ms)).unwrap();
    let (all, _) = block_on(c.who("heron").node.export_bundle(now_ms)).unwrap();
    let all = unbundle(&all);
    let before: Asleep = c.who("acacia").asleep();
    let epoch = |member: &Member| member.node.roster().posting().unwrap().epoch;
    let old = epoch(c.who("acacia"));
    // Which of them is the removal shows by what is learnt without it.
    let withheld = (0..all.len()).find(|out| {
        let mut copy = Member::wake(&before, 7);
        let rest: Vec<Vec<u8>> = (0..all.len()).filter(|index| index != out).map(|index| all[index].clone()).collect();
        block_on(copy.node.import_bundle(&bundle(&rest))).unwrap();
        let here = copy.node.roster().member(&device).unwrap().state == MemberState::Confirmed;
        here && epoch(&copy) > old
    });
    let withheld = withheld.unwrap();
    let rest: Vec<Vec<u8>> =
        (0..all.len()).filter(|index| *index != withheld).map(|index| all[index].clone()).collect();
    block_on(c.who("acacia").node.import_bundle(&bundle(&rest))).unwrap();
    block_on(c.who("acacia").node.rotate(&[Circle::Everyone, Circle::Staff], now_ms)).unwrap();
    let given = [Circle::Everyone, Circle::Staff].map(|of| c.who("acacia").node.roster().newest_key(&of).unwrap());

    block_on(c.who("acacia").node.import_bundle(&bundle(&all[withheld..=withheld]))).unwrap();
    assert_eq!(state(&mut c, "stork", "acacia"), MemberState::Removed);
    rounds(&mut c, &["heron", "acacia"]);
    for name in ["acacia", "heron"] {
        for (circle, given) in [Circle::Everyone, Circle::Staff].iter().zip(&given) {
            let newest = c.who(name).node.roster().newest_key(circle).unwrap();
            assert_ne!(newest.key, given.key, "{name}: {circle}'s newest key is one that the removed device was sent");
        }
    }
}

/// Guards against monitors' devices sealing to a key that a removed monitor was sent: they cannot see a removal in the
/// registry, and take a key for the newest that a steward gave who had not heard of it.
#[test]
fn monitors_get_a_key_that_follows_what_only_the_staff_can_see() {
    let mut c = two_stewards(&["heron", "stork", "swift", "dove"]);
    let (phone, now_ms) = (key(&mut c, "swift"), c.now_ms);
    block_on(c.who("heron").node.remove(&phone, TakenAt::Now, now_ms)).unwrap();
    for _ in 0..2 {
        block_on(c.who("acacia").node.rotate(&[Circle::Everyone], now_ms)).unwrap();
    }
    let given = c.who("acacia").node.roster().newest_key(&Circle::Everyone).unwrap();
    rounds(&mut c, &["heron", "acacia", "stork", "dove"]);
    let newest = ["heron", "acacia", "stork", "dove"]
        .map(|name| c.who(name).node.roster().newest_key(&Circle::Everyone).unwrap().key);
    assert!(newest.iter().all(|key| *key == newest[0]), "{newest:?}");
    assert_ne!(newest[3], given.key, "the removed phone has it");
    c.report("dove", "For every member but one", Tlp::Green).unwrap();
    rounds(&mut c, &["dove", "acacia"]);
    for _ in 0..3 {
        let _ = c.visit("swift");
    }
    assert!(block_on(c.who("swift").node.reports()).unwrap().is_empty());
}

/// Guards against letters that no relay takes any more: posted under the key of one steward, while the relay was certified
/// for that of another, which is everybody's by now.
#[test]
fn letters_under_a_posting_key_that_no_relay_learnt_leave_under_another() {
    let mut c = two_stewards(&["heron", "stork"]);
    let now_ms = c.now_ms;
    block_on(c.who("heron").node.rotate(&[Circle::Everyone], now_ms)).unwrap();
    c.report("heron", "Sealed before the two met", Tlp::Green).unwrap();
    block_on(c.who("heron").node.get_ready(now_ms)).unwrap();
    for _ in 0..2 {
        block_on(c.who("acacia").node.rotate(&[Circle::Everyone], now_ms + 60_000)).unwrap();
    }
    c.visit("acacia").unwrap();
    let first = c.visit("heron").unwrap();
    assert_eq!(first.refused, [], "{:?}", first.refused);
    for _ in 0..4 {
        for name in ["acacia", "heron", "stork"] {
            let exchanged = c.visit(name).unwrap();
            assert_eq!((exchanged.foreign, exchanged.refused), (0, Vec::new()), "{name}");
        }
    }
    let read = block_on(c.who("stork").node.reports()).unwrap();
    assert!(read.iter().any(|view| view.row.fields.narrative == "Sealed before the two met"), "{read:?}");
    let head = |c: &mut Community, name: &str| c.who(name).node.roster().authority_head();
    let heads = ["acacia", "heron", "stork"].map(|name| head(&mut c, name));
    assert!(heads.iter().all(|other| *other == heads[0]), "{heads:?}");
}

/// Guards against words that a later newcomer can never read, since they are sealed to a key of a steward who was in other
/// hands when the key was given, and which counts no more.
#[test]
fn what_was_sealed_to_a_key_that_counts_no_more_is_sealed_anew_by_its_author_once() {
    let mut c = two_stewards(&["heron", "stork", "swift"]);
    let taken_ms = c.now_ms;
    c.now_ms += 60_000;
    let now_ms = c.now_ms;
    let circle = Circle::Area("valley".parse().unwrap());
    block_on(c.who("heron").node.rotate(std::slice::from_ref(&circle), now_ms)).unwrap();
    rounds(&mut c, &["heron", "acacia", "stork"]);
    let given = c.who("stork").node.roster().newest_key(&circle).unwrap();
    c.report("stork", "Sealed to a key of a taken steward", Tlp::AmberStrict).unwrap();
    c.visit("stork").unwrap();
    let heron = key(&mut c, "heron");
    block_on(c.who("acacia").node.remove(&heron, TakenAt::Ms(taken_ms), now_ms)).unwrap();
    c.visit("acacia").unwrap();
    let carried = |c: &mut Community| {
        let node = &c.who("stork").node;
        node.carrier().read(|index| index.iter().filter(|(id, _)| index.holds(id)).count())
    };
    let own = |c: &mut Community| {
        let now_ms = c.now_ms;
        let before = carried(c);
        block_on(c.who("stork").node.get_ready(now_ms)).unwrap();
        carried(c) - before
    };
    c.visit("stork").unwrap();
    let newest = c.who("stork").node.roster().newest_key(&circle).unwrap();
    assert_ne!(newest.key, given.key);
    assert!(!c.who("stork").node.roster().generations(&circle).contains(&given.key), "it counts no more");
    assert_eq!(own(&mut c), 0, "once is enough");
    // A new coordinator gets the newest key alone.
    let (swift, now_ms) = (key(&mut c, "swift"), c.now_ms);
    let valley = Some("valley".parse().unwrap());
    block_on(c.who("acacia").node.grant(&swift, Role::Coordinator, valley, Past::FromNow, now_ms)).unwrap();
    rounds(&mut c, &["acacia", "stork", "swift"]);
    let read = block_on(c.who("swift").node.reports()).unwrap();
    assert!(read.iter().any(|view| view.row.fields.narrative.starts_with("Sealed to a key")), "{read:?}");
}
