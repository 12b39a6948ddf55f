//! What a newer program says to an older one: kept, named, carried, and applied after the upgrade.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use azalai_model::Tlp;
use azalai_testkit::Community;
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
