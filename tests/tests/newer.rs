//! What a newer program says to an older one: kept, named, carried, and applied after the upgrade.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;

use azalai_envelope::{EnvelopeId, Kind, Lane};
use azalai_model::Tlp;
use azalai_node::NoticeTo;
use azalai_roster::{Act, Circle, Log};
use azalai_store::{Batch, Space, Store as _};
use azalai_testkit::Community;
use azalai_testkit::attacker::{Attacker, bundle};
use azalai_testkit::member::Member;
use futures_lite::future::block_on;

fn texts(member: &mut Member) -> Vec<String> {
    let views = block_on(member.node.reports()).unwrap();
    let mut texts: Vec<String> = views.into_iter().map(|view| view.row.fields.narrative).collect();
    texts.sort();
    texts
}

/// Guards against letters of a newer version that an older program keeps and nobody ever looks at again. The older
/// program is one that pretends not to know today's version; the newer one is today's.
#[test]
fn letters_of_a_newer_version_are_kept_carried_and_applied_after_an_upgrade() {
    let mut c = Community::of(&["stork", "swift"]);
    c.report("swift", "Before", Tlp::Amber).unwrap();
    c.settle();
    assert_eq!(texts(c.who("stork")), ["Before"]);
    block_on(c.who("stork").node.pretend_older(0)).unwrap();
    c.report("swift", "From a newer program", Tlp::Amber).unwrap();
    c.visit("swift").unwrap();
    let exchanged = c.visit("stork").unwrap();
    assert_eq!((exchanged.taken.newer, exchanged.taken.refused.len()), (1, 0), "{exchanged:?}");
    assert_eq!(block_on(c.who("stork").node.needs_newer()).unwrap(), 1);
    assert_eq!(texts(c.who("stork")), ["Before"]);
    // It is carried on all the same.
    let now_ms = c.now_ms;
    let (_, carried) = block_on(c.who("stork").node.export_bundle(now_ms)).unwrap();
    assert!(carried > 0);
    // The upgrade: no exchange is needed.
    c.who("stork").crash();
    assert_eq!(texts(c.who("stork")), ["Before", "From a newer program"]);
    assert_eq!(block_on(c.who("stork").node.needs_newer()).unwrap(), 0);
    c.who("stork").crash();
    assert_eq!(texts(c.who("stork")), ["Before", "From a newer program"]);
    // The author hears of it as of any other.
    c.settle();
    let views = block_on(c.who("swift").node.reports()).unwrap();
    assert!(views.iter().all(|view| format!("{:?}", view.state).contains("Opened")), "an author was not told");
}

fn notices(member: &mut Member) -> Vec<String> {
    block_on(member.node.notices()).unwrap().iter().map(|view| view.notice.text().to_owned()).collect()
}

fn notify(c: &mut Community, who: &str, text: &str) {
    let now_ms = c.now_ms;
    let to = NoticeTo::Circle(Circle::Everyone);
    block_on(c.who(who).node.notify((text, None), &to, None, Lane::Text, now_ms)).unwrap();
}

/// Guards against statements of a kind that an older program does not know, which it calls kept and nobody ever looks at
/// again. The older program is one that pretends to know no notices.
#[test]
fn a_statement_of_an_unknown_kind_is_kept_for_a_newer_program_and_shown_after_an_upgrade() {
    let mut c = Community::of(&["heron", "swift"]);
    c.settle();
    block_on(c.who("swift").node.pretend_without(Kind::NOTICE)).unwrap();
    notify(&mut c, "heron", "Stay away from the ford");
    c.visit("heron").unwrap();
    let exchanged = c.visit("swift").unwrap();
    assert_eq!((exchanged.taken.newer, exchanged.taken.statements), (1, 0), "{exchanged:?}");
    assert_eq!(block_on(c.who("swift").node.needs_newer()).unwrap(), 1);
    assert_eq!(block_on(c.who("swift").node.status()).unwrap().needs_newer, 1);
    assert!(notices(c.who("swift")).is_empty());
    c.who("swift").crash();
    assert_eq!(notices(c.who("swift")), ["Stay away from the ford"]);
    assert_eq!(block_on(c.who("swift").node.status()).unwrap().needs_newer, 0);
}

/// Guards against notices that a program from before there were notices took in as statements of any kind: its successor
/// has them, has no list that names them, and never shows them. And against a statement that it took in so and that its
/// successor does not know either, which the one after that would never see.
#[test]
fn what_an_older_program_took_in_without_understanding_it_is_shown_by_one_that_understands() {
    let mut c = Community::of(&["heron", "swift"]);
    c.settle();
    notify(&mut c, "heron", "Stay away from the ford");
    c.settle();
    assert_eq!(notices(c.who("swift")).len(), 1);
    block_on(c.who("swift").node.pretend_unlisted()).unwrap();
    assert!(notices(c.who("swift")).is_empty());
    c.who("swift").crash();
    assert_eq!(notices(c.who("swift")), ["Stay away from the ford"]);
    // A program that knows no notices finds one among what is kept: its letter waits for the next.
    block_on(c.who("swift").node.pretend_unlisted()).unwrap();
    block_on(c.who("swift").node.pretend_without(Kind::NOTICE)).unwrap();
    assert_eq!(block_on(c.who("swift").node.needs_newer()).unwrap(), 1);
    c.who("swift").crash();
    assert_eq!(notices(c.who("swift")), ["Stay away from the ford"]);
    // What this device wrote itself stays, whatever program opens it.
    block_on(c.who("heron").node.pretend_unlisted()).unwrap();
    block_on(c.who("heron").node.pretend_without(Kind::NOTICE)).unwrap();
    c.who("heron").crash();
    assert_eq!(notices(c.who("heron")), ["Stay away from the ford"]);
    assert_eq!(c.who("heron").node.open_report().put_back, 0);
}

/// Guards against an envelope of a newer version that an older program refuses for good: it stays with the relay, the
/// device says so and notes nothing, and the program after the upgrade takes it. Here the relay shows the bytes that the
/// newer program would read under another version, and after the upgrade as they are.
#[test]
fn an_envelope_of_a_newer_version_stays_with_the_relay_and_is_taken_after_an_upgrade() {
    let mut c = Community::of(&["stork", "swift"]);
    c.report("swift", "Before", Tlp::Amber).unwrap();
    c.settle();
    let held = |c: &Community| -> BTreeSet<EnvelopeId> {
        let carriers = c.relay.responder().carriers();
        carriers.iter().flat_map(|it| it.read(|index| index.iter().map(|(id, _)| *id).collect::<Vec<_>>())).collect()
    };
    let before = held(&c);
    c.report("swift", "In a newer envelope", Tlp::Amber).unwrap();
    c.visit("swift").unwrap();
    let new: Vec<EnvelopeId> = held(&c).difference(&before).copied().collect();
    assert_eq!(new.len(), 1);
    let place = [&c.who("stork").node.project().0[..], &new[0].0].concat();
    let whole = block_on(c.relay.store().get(Space(0x40), &place)).unwrap().unwrap();
    let show = |c: &Community, bytes: Vec<u8>| {
        let mut batch = Batch::new();
        batch.put(Space(0x40), place.clone(), bytes);
        block_on(c.relay.store().apply(batch)).unwrap();
    };
    show(&c, [&[9], &whole[1..]].concat());
    for _ in 0..2 {
        let exchanged = c.visit("stork").unwrap();
        assert!(exchanged.taken.left > 0 && exchanged.foreign == 0, "{exchanged:?}");
        assert_eq!(block_on(c.who("stork").node.needs_newer()).unwrap(), 0, "nothing shows that a member posted it");
        assert!(!c.who("stork").node.carrier().contains(&new[0]));
        assert_eq!(texts(c.who("stork")), ["Before"]);
    }
    c.who("stork").crash();
    show(&c, whole.clone());
    let exchanged = c.visit("stork").unwrap();
    assert_eq!(exchanged.taken.left, 0);
    assert_eq!(texts(c.who("stork")), ["Before", "In a newer envelope"]);
    // By a file: nothing of it is taken, it is counted, and the same file gives it after the upgrade.
    let mut other = Community::of(&["stork", "swift"]);
    other.settle();
    let strange = block_on(other.who("stork").node.import_bundle(&bundle(&[[&[9], &whole[1..]].concat()]))).unwrap();
    assert_eq!((strange.taken.left, strange.new, strange.foreign), (1, 0, 0));
    let taken = block_on(other.who("stork").node.import_bundle(&bundle(&[whole]))).unwrap();
    assert_eq!((taken.taken.left, taken.new), (0, 1), "{taken:?}");
}

/// Guards against letters for a newer program that are given up for room, because nobody on this device can say what they
/// are worth.
#[test]
fn letters_for_a_newer_program_are_not_given_up_for_room() {
    let mut c = Community::of(&["heron", "swift"]);
    c.settle();
    block_on(c.who("swift").node.pretend_without(Kind::NOTICE)).unwrap();
    notify(&mut c, "heron", "Stay away from the ford");
    c.visit("heron").unwrap();
    c.visit("swift").unwrap();
    let held: u64 = c.who("swift").node.carrier().read(|index| index.held().iter().map(|(_, it)| it.bytes).sum());
    block_on(c.who("swift").node.pretend_small(held + 4096)).unwrap();
    let mut flood = Attacker::invited(&mut c, 5);
    let mut letters = vec![flood.claim("wren")];
    for _ in 0..300 {
        let place = flood.new_place();
        let said = flood.acts(Log::Registry, vec![Act::Revoke { invite: flood.package.invite }], place);
        letters.push(flood.seal(&said));
    }
    let (count, before) = (letters.len(), c.who("swift").node.carrier().taken());
    block_on(c.who("swift").node.import_bundle(&bundle(&letters))).unwrap();
    let swift = &mut c.who("swift").node;
    assert!(swift.carrier().taken() > before, "{count} letters came");
    // Of urgent letters some were given up, which is done after all others are.
    let gone = swift.carrier().read(|index| {
        let gone = index.iter().filter(|(id, _)| !index.holds(id)).map(|(_, entry)| entry.lane);
        gone.collect::<Vec<Lane>>()
    });
    assert!(gone.contains(&Lane::Urgent), "{} were given up", gone.len());
    assert_eq!(block_on(swift.needs_newer()).unwrap(), 1);
    c.who("swift").crash();
    assert_eq!(notices(c.who("swift")), ["Stay away from the ford"]);
}
