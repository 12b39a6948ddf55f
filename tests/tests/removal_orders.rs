//! Promise 1 where trust is torn: two stewards who are apart remove each other, and what they and their neighbours say
//! comes to a third in files. Whatever came first, the same is known and the same is read.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use azalai_envelope::SigningPublic;
use azalai_model::Tlp;
use azalai_node::{Past, TakenAt};
use azalai_roster::{Circle, MemberState, Role};
use azalai_testkit::attacker::{bundle, unbundle};
use azalai_testkit::{Asleep, Community, Member};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

/// The stewards `acacia` and `heron`, who remove each other; `stork` and `swift`, who hear of one side each; `baobab`, a
/// third steward, and `dove`, a monitor, who hear of it later.
const WRITERS: [&str; 4] = ["acacia", "heron", "stork", "swift"];

fn key(c: &mut Community, name: &str) -> SigningPublic {
    c.who(name).node.device().signing
}

fn words(name: &str) -> String {
    format!("What {name} said when they were apart")
}

fn export(c: &mut Community, name: &str) -> Vec<u8> {
    let now_ms = c.now_ms;
    block_on(c.who(name).node.export_bundle(now_ms)).unwrap().0
}

fn hand(c: &mut Community, bytes: &[u8], to: &str) {
    let imported = block_on(c.who(to).node.import_bundle(bytes)).unwrap();
    assert!(imported.taken.refused.is_empty(), "{to}: {imported:?}");
}

/// What each of the four hands over once the two have removed each other.
fn torn() -> (Community, Vec<Vec<u8>>) {
    let mut c = Community::of(&["heron", "stork", "swift", "dove"]);
    c.settle();
    let (heron, now_ms) = (key(&mut c, "heron"), c.now_ms);
    block_on(c.who("acacia").node.grant(&heron, Role::Steward, None, Past::All, now_ms)).unwrap();
    let third = Member::join(c.who("acacia"), 91, Role::Steward, "north", "baobab", now_ms);
    c.people.push(third);
    c.settle();
    c.settle();
    let acacia = key(&mut c, "acacia");
    let now_ms = c.now_ms;
    for (by, whom, beside) in [("acacia", heron, "stork"), ("heron", acacia, "swift")] {
        block_on(c.who(by).node.remove(&whom, TakenAt::Now, now_ms)).unwrap();
        c.report(by, &words(by), Tlp::Green).unwrap();
        let bytes = export(&mut c, by);
        hand(&mut c, &bytes, beside);
        c.report(beside, &words(beside), Tlp::Green).unwrap();
    }
    let bundles = WRITERS.map(|name| export(&mut c, name)).to_vec();
    (c, bundles)
}

/// What a device knows: who is what, which keys are whose; and which of the four it can read.
fn known(member: &Member) -> (String, BTreeSet<String>) {
    let roster = member.node.roster();
    let mut text = format!("{:?} {:?} {:?}", roster.authority_head(), roster.posting(), roster.posting_keys());
    for member in roster.members() {
        text += &format!("\n{member:?}");
    }
    for circle in roster.circles() {
        text += &format!("\n{circle} {:?} {:?}", roster.newest_key(circle), roster.generations(circle));
    }
    (text, read(member))
}

/// Whose words a device has opened, whether they count or not.
fn read(member: &Member) -> BTreeSet<String> {
    let counts = block_on(member.node.reports()).unwrap().into_iter().map(|view| view.author);
    let aside = block_on(member.node.quarantine()).unwrap().into_iter().map(|item| item.author);
    counts.chain(aside).map(|author| member.node.roster().member(&author).unwrap().pseudonym.clone()).collect()
}

fn orders(of: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for next in 0..of {
        let longer = all
            .iter()
            .flat_map(|order: &Vec<usize>| (0..=order.len()).map(|at| [&order[..at], &[next], &order[at..]].concat()));
        all = longer.collect();
    }
    all
}

/// Guards against letters of the one who was heard last being taken for nobody's for good: their posting key is named by
/// an act that the first one's removal sets aside, and so the very act that removes the first is never read.
#[test]
fn two_who_removed_each_other_are_heard_alike_whoever_is_heard_first() {
    let (mut c, bundles) = torn();
    for name in ["baobab", "dove"] {
        let asleep: Asleep = c.who(name).asleep();
        let mut first: Option<(String, BTreeSet<String>)> = None;
        for order in orders(bundles.len()) {
            let mut copy = Member::wake(&asleep, 5);
            for index in &order {
                block_on(copy.node.import_bundle(&bundles[*index])).unwrap();
            }
            let state = known(&copy);
            // A monitor's device knows no other monitor, and so reads none.
            let mut all: BTreeSet<String> = WRITERS.iter().map(|name| (*name).to_owned()).collect();
            if name == "dove" {
                all.remove("swift");
            }
            assert_eq!(state.1, all, "{name} {order:?}");
            let same = first.get_or_insert_with(|| state.clone());
            assert_eq!(*same, state, "{name} {order:?}");
            for pair in ["acacia", "heron"] {
                let key = key(&mut c, pair);
                assert_eq!(copy.node.roster().member(&key).unwrap().state, MemberState::Suspended, "{name} {order:?}");
            }
        }
    }
}

/// Guards against the same where each letter is a file of its own: a letter under a posting key that is named only in
/// a letter that comes later.
#[test]
fn letters_one_by_one_in_any_order_come_to_the_same() {
    let (mut c, bundles) = torn();
    let letters: BTreeSet<Vec<u8>> = bundles.iter().flat_map(|bytes| unbundle(bytes)).collect();
    let mut letters: Vec<Vec<u8>> = letters.into_iter().collect();
    let asleep: Asleep = c.who("baobab").asleep();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let mut first: Option<(String, BTreeSet<String>)> = None;
    let mut unknown = 0;
    for order in 0..24 {
        let mut copy = Member::wake(&asleep, 5);
        for letter in &letters {
            unknown += block_on(copy.node.import_bundle(&bundle(std::slice::from_ref(letter)))).unwrap().foreign;
        }
        let state = known(&copy);
        assert_eq!(state.1.len(), WRITERS.len(), "{order}: {:?}", state.1);
        let same = first.get_or_insert_with(|| state.clone());
        assert_eq!(*same, state, "{order}");
        for at in (1..letters.len()).rev() {
            letters.swap(at, rng.next_u32() as usize % (at + 1));
        }
    }
    assert!(unknown > 0, "no letter came before its posting key");
}

/// Guards against what a device does between two files (it gives new keys, since somebody was removed) making it blind
/// for the second.
#[test]
fn who_acts_on_the_first_file_still_reads_the_second() {
    let (mut c, bundles) = torn();
    let (asleep, now_ms): (Asleep, u64) = (c.who("baobab").asleep(), c.now_ms);
    for order in orders(bundles.len()) {
        let mut copy = Member::wake(&asleep, 5);
        for index in &order {
            block_on(copy.node.import_bundle(&bundles[*index])).unwrap();
            block_on(copy.node.get_ready(now_ms)).unwrap();
        }
        assert_eq!(read(&copy).len(), WRITERS.len(), "{order:?}");
        for pair in ["acacia", "heron"] {
            let key = key(&mut c, pair);
            assert_eq!(copy.node.roster().member(&key).unwrap().state, MemberState::Suspended, "{order:?}");
        }
        assert!(copy.node.roster().newest_key(&Circle::Everyone).is_ok(), "{order:?}");
    }
}
