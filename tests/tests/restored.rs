//! Promise 1 for restores: a backup that is put back has forgotten what its device said since. It says the rest in
//! chains of its own, and nobody loses a word of what was said before.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use azalai_model::Tlp;
use azalai_node::NewArea;
use azalai_roster::{MemberState, Role};
use azalai_testkit::Community;
use azalai_testkit::member::Member;
use futures_lite::future::block_on;

fn texts(c: &mut Community, name: &str) -> Vec<String> {
    let views = block_on(c.who(name).node.reports()).unwrap();
    let mut texts: Vec<String> = views.into_iter().map(|view| view.row.fields.narrative).collect();
    texts.sort();
    texts
}

/// Guards against a phone that goes on where its backup stopped: what the coordinator had read turned blank, and all
/// that came later was set aside for ever.
#[test]
fn a_monitor_who_restores_a_backup_loses_nothing_with_the_coordinators() {
    let mut c = Community::of(&["stork", "swift"]);
    c.settle();
    c.report("swift", "Before the backup", Tlp::Amber).unwrap();
    c.settle();
    let backup = c.who("swift").asleep();
    c.report("swift", "After the backup", Tlp::Amber).unwrap();
    c.settle();
    c.who("swift").restore(&backup);
    c.report("swift", "After the restore", Tlp::Amber).unwrap();
    c.settle();
    assert_eq!(texts(&mut c, "stork"), ["After the backup", "After the restore", "Before the backup"]);
    // A restart is no restore: the new chain goes on.
    c.who("swift").crash();
    c.report("swift", "The day after", Tlp::Amber).unwrap();
    c.settle();
    let all = ["After the backup", "After the restore", "Before the backup", "The day after"];
    assert_eq!(texts(&mut c, "stork"), all);
}

/// Guards against the end of a project: acts of a steward's restored device were void for everybody, and it was told
/// that they were done.
#[test]
fn a_steward_who_restores_a_backup_goes_on_governing() {
    let mut c = Community::of(&["stork"]);
    c.settle();
    let backup = c.who("acacia").asleep();
    let area = |code: &str| NewArea { code: code.parse().unwrap(), name: format!("Area {code}"), parent: None };
    let now_ms = c.now_ms;
    block_on(c.who("acacia").node.add_area(area("kidal"), now_ms)).unwrap();
    c.settle();
    c.who("acacia").restore(&backup);
    let now_ms = c.now_ms + 1;
    block_on(c.who("acacia").node.add_area(area("menaka"), now_ms)).unwrap();
    c.settle();
    for name in ["acacia", "stork"] {
        let roster = c.who(name).node.roster();
        for code in ["kidal", "menaka"] {
            assert!(roster.area(&code.parse().unwrap()).is_some(), "{name} does not know {code}");
        }
    }
    let now_ms = c.now_ms;
    let second = Member::join(c.who("acacia"), 77, Role::Steward, "north", "second", now_ms);
    c.people.push(second);
    c.settle();
    let key = c.who("second").node.device().signing;
    let state = c.who("stork").node.roster().member(&key).unwrap().state;
    assert_eq!(state, MemberState::Confirmed, "nobody can be admitted any more");
}
