//! Removals: cuts, cascades, mutual removal, forks, adoption, new keys.

use std::collections::BTreeSet;

use azalai_envelope::{Kind, StatementId};
use azalai_roster::{Act, Circle, Cut, Log, MemberState, NoKey, Reason, Role, Roster, Standing};

use crate::support::{Device, Project, admit, area, generation, grant, new_area, remove};

/// Root and three stewards.
fn council() -> (Project, Device, Device, Device) {
    let mut project = Project::founded();
    let (a, b, c) = (Device::new(2), Device::new(3), Device::new(4));
    let acts = [&a, &b, &c].map(|device| grant(device, Role::Steward, None));
    project.by_root(acts.to_vec());
    (project, a, b, c)
}

fn state(roster: &Roster, device: &Device) -> MemberState {
    roster.member(&device.key()).unwrap().state
}

fn reasons(roster: &Roster, id: StatementId) -> Vec<Reason> {
    roster.rejected().iter().filter(|(at, ..)| *at == id).map(|(.., reason)| reason.clone()).collect()
}

/// Guards against grants that outlive the right of whoever made them.
#[test]
fn what_is_past_the_cut_vanishes_with_all_that_hangs_on_it() {
    let (mut project, mut a, mut b, _) = council();
    let before = Device::new(10);
    project.says(&mut a, Log::Authority, vec![grant(&before, Role::Coordinator, Some("gao"))]);
    let cuts = a.cuts();
    let (mut accomplice, late) = (Device::new(11), Device::new(12));
    let past = project.says(&mut a, Log::Authority, vec![grant(&accomplice, Role::Steward, None)]);
    let hanging = project.says(&mut accomplice, Log::Authority, vec![grant(&late, Role::Coordinator, Some("gao"))]);
    assert_eq!(state(&project.roster(), &late), MemberState::Confirmed);

    project.says(&mut b, Log::Authority, vec![remove(&a, cuts)]);
    let roster = project.roster();
    assert_eq!(state(&roster, &a), MemberState::Removed);
    assert_eq!(state(&roster, &before), MemberState::Confirmed, "it is before the cut");
    assert!(roster.member(&accomplice.key()).is_none() && roster.member(&late.key()).is_none());
    assert_eq!(reasons(&roster, past), [Reason::Quarantined]);
    assert_eq!(reasons(&roster, hanging), [Reason::UnknownAuthor]);

    project.says(&mut b, Log::Authority, vec![Act::Adopt { statements: vec![past] }]);
    let roster = project.roster();
    assert_eq!(state(&roster, &late), MemberState::Confirmed, "adopted one by one");
    assert_eq!(reasons(&roster, past), []);
}

/// Guards against a removed device that goes on under a chain that nobody could name.
#[test]
fn a_chain_that_no_cut_names_is_doubtful_until_a_cut_names_it() {
    let (mut project, mut a, mut b, mut c) = council();
    project.says(&mut a, Log::Authority, vec![new_area("kidal", None)]);
    let cuts = a.cuts();
    a.restart(1);
    let hidden = project.says(&mut a, Log::Authority, vec![new_area("hidden", None)]);
    project.says(&mut b, Log::Authority, vec![remove(&a, cuts)]);
    let roster = project.roster();
    assert!(roster.area(&area("kidal")).is_some() && roster.area(&area("hidden")).is_none());
    assert_eq!(reasons(&roster, hidden), [Reason::Doubtful]);
    project.says(&mut c, Log::Authority, vec![remove(&a, a.cuts())]);
    let roster = project.roster();
    assert!(roster.area(&area("hidden")).is_some(), "{:?}", roster.rejected());
}

/// Guards against a higher cut that brings back what another removal excluded.
#[test]
fn of_two_cuts_on_one_chain_the_lower_holds() {
    let (mut project, mut a, mut b, mut c) = council();
    project.says(&mut a, Log::Authority, vec![new_area("one", None)]);
    let low = a.cuts();
    project.says(&mut a, Log::Authority, vec![new_area("two", None)]);
    let high = a.cuts();
    project.says(&mut b, Log::Authority, vec![remove(&a, high)]);
    assert!(project.roster().area(&area("two")).is_some());
    project.says(&mut c, Log::Authority, vec![remove(&a, low)]);
    let roster = project.roster();
    assert!(roster.area(&area("one")).is_some() && roster.area(&area("two")).is_none());
}

/// Guards against a winner by order of arrival or by hash: each sees the same, and neither acts on.
#[test]
fn two_who_remove_each_other_are_both_suspended_until_another_steward_settles_it() {
    let (mut project, mut a, mut b, mut c) = council();
    let (cuts_a, cuts_b, heads) = (a.cuts(), b.cuts(), project.roster().heads());
    let by_a = project.says_after(&mut a, Log::Authority, vec![remove(&b, cuts_b)], heads.clone());
    let by_b = project.says_after(&mut b, Log::Authority, vec![remove(&a, cuts_a.clone())], heads);
    let later = project.says(&mut a, Log::Authority, vec![new_area("later", None)]);
    let roster = project.roster();
    assert_eq!((state(&roster, &a), state(&roster, &b)), (MemberState::Suspended, MemberState::Suspended));
    assert_eq!(reasons(&roster, by_a), [Reason::Undecided]);
    assert_eq!(reasons(&roster, by_b), [Reason::Undecided]);
    assert_eq!(reasons(&roster, later), [Reason::Doubtful]);
    assert!(roster.may_open(&a.key()).is_empty() && roster.may_grant(&b.key(), Role::Steward, None).is_err());

    project.says(&mut c, Log::Authority, vec![remove(&a, cuts_a)]);
    let roster = project.roster();
    assert_eq!((state(&roster, &a), state(&roster, &b)), (MemberState::Removed, MemberState::Confirmed));
    assert_eq!(reasons(&roster, by_a), [Reason::Void]);
    assert_eq!(reasons(&roster, by_b), []);
}

/// Guards against one stolen steward's key that removes everybody and so can never be removed.
#[test]
fn a_majority_settles_it_against_one_who_removed_all_of_them() {
    let (mut project, mut a, mut b, mut c) = council();
    let grants = project.root.cuts();
    let heads = project.roster().heads();
    let all = vec![remove(&b, vec![]), remove(&c, vec![]), remove(&project.root, grants)];
    project.says_after(&mut a, Log::Authority, all, heads.clone());
    project.says_after(&mut b, Log::Authority, vec![remove(&a, vec![])], heads.clone());
    let roster = project.roster();
    assert_eq!(state(&roster, &a), MemberState::Suspended);
    assert_eq!(state(&roster, &b), MemberState::Suspended);
    project.says_after(&mut c, Log::Authority, vec![remove(&a, vec![])], heads);
    let roster = project.roster();
    assert_eq!(state(&roster, &a), MemberState::Removed, "{:?}", roster.rejected());
    for good in [&b, &c] {
        assert_eq!(state(&roster, good), MemberState::Confirmed);
    }
}

/// Guards against voters that the accused makes for the purpose.
#[test]
fn stewards_made_after_the_cut_do_not_vote() {
    let (mut project, mut a, mut b, _) = council();
    let heads = project.roster().heads();
    project.says_after(&mut b, Log::Authority, vec![remove(&a, a.cuts())], heads.clone());
    let mut puppets: Vec<Device> = (20..30).map(Device::new).collect();
    let grants = puppets.iter().map(|puppet| grant(puppet, Role::Steward, None)).collect();
    project.says_after(&mut a, Log::Authority, grants, heads.clone());
    for puppet in &mut puppets {
        project.says_after(puppet, Log::Authority, vec![remove(&b, vec![])], heads.clone());
    }
    let roster = project.roster();
    assert_ne!(state(&roster, &b), MemberState::Removed);
    assert_ne!(state(&roster, &a), MemberState::Confirmed);
    assert!(puppets.iter().all(|puppet| roster.member(&puppet.key()).is_none()));
}

/// Guards against one careless or hostile removal that undoes the whole project.
#[test]
fn nobody_cuts_the_grant_that_their_own_right_comes_from() {
    let (mut project, mut a, ..) = council();
    let root = project.root.clone();
    let acts = vec![remove(&root, vec![]), remove(&a, vec![])];
    let id = project.says(&mut a, Log::Authority, acts);
    let roster = project.roster();
    assert_eq!(reasons(&roster, id), [Reason::CutsOwnRight, Reason::OwnDevice]);
    assert_eq!(state(&roster, &root), MemberState::Confirmed);
}

/// Guards against a stolen root key that founds the project anew once it is removed.
#[test]
fn a_removed_root_founds_nothing_anew() {
    let (mut project, mut a, ..) = council();
    let root = project.root.clone();
    project.says(&mut a, Log::Authority, vec![remove(&root, root.cuts())]);
    for salt in 1..20 {
        let mut thief = root.clone();
        thief.restart(salt);
        let act = project.found(&format!("Taken {salt}"));
        project.says_after(&mut thief, Log::Authority, vec![act], vec![]);
    }
    let roster = project.roster();
    assert_eq!(roster.name(), Some("Vigilance"));
    assert_eq!(state(&roster, &root), MemberState::Removed);
}

/// Guards against two foundings of which one counts here and the other there, or unseen.
#[test]
fn of_two_foundings_one_counts_and_the_other_is_shown() {
    let mut project = Project::bare();
    let (first, second) = (project.found("One"), project.found("Two"));
    let mut ids = [project.by_root(vec![first]), project.by_root(vec![second])];
    ids.sort_unstable();
    let roster = project.roster();
    assert_eq!(roster.rejected(), [(ids[1], 0, Reason::FoundTwice)]);
}

/// Guards against a branch that wins because it came first or hashes lower.
#[test]
fn both_branches_of_a_fork_are_set_aside_until_one_is_adopted_by_name() {
    let (mut project, mut a, mut b, _) = council();
    project.says(&mut a, Log::Authority, vec![new_area("before", None)]);
    let mut clone = a.clone();
    let left = project.says(&mut a, Log::Authority, vec![new_area("left", None)]);
    let right = project.says(&mut clone, Log::Authority, vec![new_area("right", None)]);
    project.says(&mut a, Log::Authority, vec![new_area("left-on", None)]);
    let known = |project: &Project| {
        let roster = project.roster();
        ["before", "left", "left-on", "right"].map(|code| roster.area(&area(code)).is_some())
    };
    assert_eq!(known(&project), [true, false, false, false]);
    assert_eq!(reasons(&project.roster(), right), [Reason::Forked]);
    let statement = project.set.iter().find(|statement| statement.id() == left).unwrap();
    assert_eq!(project.roster().standing(statement), Standing::Quarantined);
    project.says(&mut b, Log::Authority, vec![Act::Adopt { statements: vec![left] }]);
    assert_eq!(known(&project), [true, true, true, false]);
}

/// Guards against a forked chain of a removed device whose named branch is lost with the other.
#[test]
fn a_cut_names_the_branch_that_counts() {
    let (mut project, mut a, mut b, _) = council();
    let mut clone = a.clone();
    project.says(&mut a, Log::Authority, vec![new_area("left", None)]);
    project.says(&mut clone, Log::Authority, vec![new_area("right", None)]);
    project.says(&mut b, Log::Authority, vec![remove(&a, a.cuts())]);
    let roster = project.roster();
    assert!(roster.area(&area("left")).is_some() && roster.area(&area("right")).is_none());
}

/// Guards against letters sealed to a key that a removed member holds.
#[test]
fn a_key_is_used_only_if_it_follows_every_removal() {
    let (mut project, mut a, mut b, mut c) = council();
    let heads = project.roster().heads();
    project.says(&mut a, Log::Authority, vec![generation(Circle::Everyone, 1, 110, true)]);
    assert_eq!(project.roster().posting().unwrap().epoch, 1);
    let removal = project.says(&mut b, Log::Authority, vec![remove(&a, a.cuts())]);
    let missing = |circle| NoKey::RotationNeeded { circle, removals: vec![removal] };
    for circle in [Circle::Everyone, Circle::Staff, Circle::AreaAndAbove(area("gao"))] {
        assert_eq!(project.roster().newest_key(&circle), Err(missing(circle)));
    }
    // Made apart: a higher number, but it does not follow the removal.
    project.says_after(&mut c, Log::Authority, vec![generation(Circle::Everyone, 9, 111, true)], heads);
    assert!(project.roster().newest_key(&Circle::Everyone).is_err());
    project.says(&mut b, Log::Authority, vec![generation(Circle::Everyone, 2, 112, true)]);
    let roster = project.roster();
    assert_eq!(roster.newest_key(&Circle::Everyone).unwrap().key.0, [112; 32]);
    assert_eq!(roster.posting().unwrap().epoch, 2);
    assert_eq!(roster.posting_keys().iter().filter(|key| key.open).count(), 1);
    // The removed one answers with the highest number there is, on its chain and on a new one.
    project.says(&mut a, Log::Authority, vec![generation(Circle::Everyone, u32::MAX, 113, true)]);
    a.restart(7);
    project.says(&mut a, Log::Authority, vec![generation(Circle::Everyone, u32::MAX, 114, true)]);
    let roster = project.roster();
    assert_eq!(roster.newest_key(&Circle::Everyone).unwrap().key.0, [112; 32]);
    assert_eq!(roster.posting().unwrap().epoch, 2);
    assert!(!roster.generations(&Circle::Everyone).iter().any(|key| key.0 == [113; 32] || key.0 == [114; 32]));
}

/// Guards against reports of a removed device that count by when they arrive.
#[test]
fn what_a_removed_device_wrote_stands_by_the_cuts() {
    let (mut project, a, mut b, _) = council();
    let mut coordinator = Device::new(10);
    project.says(&mut b, Log::Authority, vec![grant(&coordinator, Role::Coordinator, Some("gao"))]);
    let circle = Circle::AreaAndAbove(area("gao"));
    let first = project.other(&coordinator, Kind::REPORT, &circle, (1, 0, None));
    let second = project.other(&coordinator, Kind::REPORT, &circle, (1, 1, Some(first.id())));
    let elsewhere = project.other(&coordinator, Kind::REPORT, &circle, (2, 0, None));
    let all = |project: &Project| [&first, &second, &elsewhere].map(|s| project.roster().standing(s));
    assert_eq!(all(&project), [Standing::Counts, Standing::Counts, Standing::Counts]);
    let cut = Cut { chain: first.chain(), seq: 0, id: first.id() };
    project.says(&mut b, Log::Authority, vec![remove(&coordinator, vec![cut])]);
    assert_eq!(all(&project), [Standing::Counts, Standing::Quarantined, Standing::Doubtful]);
    // Its own adoption is none; a steward's is.
    project.says(&mut coordinator, Log::Registry, vec![Act::Adopt { statements: vec![elsewhere.id()] }]);
    assert_eq!(all(&project)[2], Standing::Doubtful);
    project.says(&mut b, Log::Registry, vec![Act::Adopt { statements: vec![second.id()] }]);
    assert_eq!(all(&project), [Standing::Counts, Standing::Counts, Standing::Doubtful]);
    drop(a);
}

/// Guards against the last two stewards, each a majority of the others, both losing the project.
#[test]
fn two_of_two_stewards_settle_nothing_by_their_own_votes() {
    let mut project = Project::founded();
    let mut a = Device::new(2);
    project.by_root(vec![grant(&a, Role::Steward, None)]);
    let (mut root, heads) = (project.root.clone(), project.roster().heads());
    let (of_root, of_a) = (remove(&root, root.cuts()), remove(&a, vec![]));
    project.says_after(&mut a, Log::Authority, vec![of_root], heads.clone());
    project.says_after(&mut root, Log::Authority, vec![of_a], heads);
    let roster = project.roster();
    assert_eq!((state(&roster, &a), state(&roster, &root)), (MemberState::Suspended, MemberState::Suspended));
    assert_eq!(roster.name(), Some("Vigilance"));
}

/// Guards against a fork at the very beginning of a chain, and against what follows a fork behind a gap.
#[test]
fn a_fork_at_the_first_place_sets_aside_what_follows_behind_a_gap_too() {
    let (mut project, mut a, ..) = council();
    let mut clone = a.clone();
    project.says(&mut a, Log::Authority, vec![new_area("left", None)]);
    project.says(&mut clone, Log::Authority, vec![new_area("right", None)]);
    project.says(&mut a, Log::Authority, vec![new_area("lost", None)]);
    project.set.pop();
    let last = project.says(&mut a, Log::Authority, vec![new_area("last", None)]);
    let roster = project.roster();
    assert!(["left", "right", "last"].iter().all(|code| roster.area(&area(code)).is_none()));
    assert_eq!(reasons(&roster, last), [Reason::Forked]);
}

/// Guards against a device that adopts, while it still may, what it means to bring out after its removal.
#[test]
fn nobody_adopts_their_own_statements_beforehand() {
    let (mut project, mut a, mut b, _) = council();
    let mut hidden = a.clone();
    hidden.restart(1);
    let kept_back = project.says(&mut hidden, Log::Authority, vec![new_area("hidden", None)]);
    let adoption = project.says(&mut a, Log::Authority, vec![Act::Adopt { statements: vec![kept_back] }]);
    project.says(&mut b, Log::Authority, vec![remove(&a, a.cuts())]);
    let roster = project.roster();
    assert!(roster.area(&area("hidden")).is_none());
    assert_eq!(reasons(&roster, kept_back), [Reason::Doubtful]);
    assert_eq!(reasons(&roster, adoption), [Reason::OwnStatement]);
}

/// Guards against a removed device that asks for new keys for ever: with a removal of its own, which nobody can settle,
/// no key followed all removals, and everybody's letters stayed where they were.
#[test]
fn a_key_can_follow_removals_that_exclude_each_other() {
    let (mut project, mut a, mut b, mut c) = council();
    let (of_a, of_b, heads) = (remove(&a, a.cuts()), remove(&b, b.cuts()), project.roster().heads());
    let by_a = project.says_after(&mut a, Log::Authority, vec![of_b], heads.clone());
    let by_b = project.says_after(&mut b, Log::Authority, vec![of_a], heads);
    let roster = project.roster();
    assert_eq!((state(&roster, &a), state(&roster, &b)), (MemberState::Suspended, MemberState::Suspended));
    assert!([by_a, by_b].iter().all(|id| roster.heads().contains(id)), "a writer names both");
    project.says(&mut c, Log::Authority, vec![generation(Circle::Everyone, 1, 120, true)]);
    assert_eq!(project.roster().newest_key(&Circle::Everyone).unwrap().key.0, [120; 32]);
}

/// Guards against an insider who writes more removals side by side than one statement can name.
#[test]
fn more_heads_than_one_statement_names_are_brought_together_before_a_new_key() {
    let (mut project, mut a, mut b, _) = council();
    let heads = project.roster().heads();
    for salt in 0..150 {
        a.restart(salt);
        let target = Device::new(20 + salt % 100);
        project.says_after(&mut a, Log::Authority, vec![remove(&target, vec![])], heads.clone());
    }
    let mut merged = 0;
    loop {
        let crowd = project.roster().crowded(Log::Authority);
        if crowd.is_empty() {
            break;
        }
        project.says_after(&mut b, Log::Authority, vec![], crowd);
        merged += 1;
    }
    assert_eq!(merged, 2, "each takes 63 away");
    project.says(&mut b, Log::Authority, vec![generation(Circle::Everyone, 1, 121, true)]);
    assert_eq!(project.roster().newest_key(&Circle::Everyone).unwrap().key.0, [121; 32]);
}

/// Guards against an insider who keeps everybody at work with new keys by removing one device again and again.
#[test]
fn a_device_that_is_removed_again_asks_for_no_further_key() {
    let (mut project, mut a, mut b, c) = council();
    project.says(&mut b, Log::Authority, vec![remove(&c, c.cuts())]);
    project.says(&mut b, Log::Authority, vec![generation(Circle::Everyone, 1, 122, true)]);
    let heads = project.roster().heads();
    for _ in 0..3 {
        project.says_after(&mut a, Log::Authority, vec![remove(&c, vec![])], heads.clone());
    }
    assert_eq!(project.roster().newest_key(&Circle::Everyone).unwrap().key.0, [122; 32]);
}

/// Guards against a rotation that is sealed to a key which a steward made before its removal and gave to nobody.
#[test]
fn what_a_new_key_takes_the_place_of_is_first_what_nobody_removed_made() {
    let (mut project, mut a, mut b, _) = council();
    project.says(&mut a, Log::Authority, vec![generation(Circle::Everyone, 50, 123, true)]);
    project.says(&mut b, Log::Authority, vec![remove(&a, a.cuts())]);
    project.says(&mut b, Log::Authority, vec![generation(Circle::Everyone, 51, 124, true)]);
    let (keys, postings) = project.roster().before_generation(&Circle::Everyone, Some(51), &BTreeSet::new());
    assert_eq!(keys.iter().map(|to| to.key.0[0]).collect::<Vec<_>>(), [100, 123]);
    assert_eq!(postings.iter().map(|posting| posting.epoch).collect::<Vec<_>>(), [0, 50]);
}

/// Guards against a key that its maker keeps after removal, since nobody knew that it had it: of a circle that it does
/// not open, or of an area that was moved away from it in the meantime.
#[test]
fn a_removal_asks_for_every_key_that_its_target_may_have_had() {
    let mut project = Project::founded();
    let mut north = Device::new(10);
    project.by_root(vec![grant(&north, Role::Coordinator, Some("north"))]);
    let strict = generation(Circle::Area(area("gao")), 1, 125, false);
    let id = project.says(&mut north, Log::Authority, vec![strict]);
    assert_eq!(reasons(&project.roster(), id), [Reason::NoRight], "it does not open the strict circle");
    let own = generation(Circle::Area(area("north")), 1, 126, false);
    let id = project.says(&mut north, Log::Authority, vec![own]);
    assert_eq!(reasons(&project.roster(), id), []);
    project.by_root(vec![new_area("gao", None)]);
    assert!(project.roster().has_held(&north.key()).contains(&Circle::AreaAndAbove(area("gao"))));
    project.by_root(vec![remove(&north, north.cuts())]);
    assert!(project.roster().newest_key(&Circle::AreaAndAbove(area("gao"))).is_err());
}

/// Guards against a copy of a steward's key that takes a removal back by writing beside it.
#[test]
fn a_fork_undoes_no_removal() {
    let (mut project, mut a, mut b, c) = council();
    let monitor = Device::new(20);
    let mut root = project.root.clone();
    project.says(&mut root, Log::Registry, vec![admit(&monitor, Role::Monitor, Some("gao"), [1; 16])]);
    let (copy_a, copy_b) = (a.clone(), b.clone());
    let by_a = project.says(&mut a, Log::Authority, vec![remove(&c, vec![]), new_area("beside", None)]);
    let by_b = project.says(&mut b, Log::Registry, vec![remove(&monitor, vec![])]);
    for (mut copy, log) in [(copy_a, Log::Authority), (copy_b, Log::Registry)] {
        project.says(&mut copy, log, vec![]);
    }
    let roster = project.roster();
    assert_eq!(reasons(&roster, by_a), [Reason::Forked], "all but the removal");
    assert_eq!((state(&roster, &c), state(&roster, &monitor)), (MemberState::Removed, MemberState::Removed));
    assert_eq!(reasons(&roster, by_b), []);
}

/// Guards against a taken phone that a grant made apart, by one who had not heard of its removal, brings back.
#[test]
fn a_removal_that_a_grant_overtook_is_to_be_said_again() {
    let (mut project, mut a, mut b, _) = council();
    let monitor = Device::new(20);
    let mut root = project.root.clone();
    project.says(&mut root, Log::Registry, vec![admit(&monitor, Role::Monitor, Some("gao"), [1; 16])]);
    let heads = project.roster().heads();
    project.says_after(&mut a, Log::Registry, vec![remove(&monitor, vec![])], heads.clone());
    project.says_after(&mut b, Log::Authority, vec![grant(&monitor, Role::Coordinator, Some("gao"))], heads);
    let roster = project.roster();
    assert_eq!(state(&roster, &monitor), MemberState::Confirmed, "the authority stands on itself");
    assert_eq!(roster.overtaken(), [(monitor.key(), vec![])]);
    project.says(&mut a, Log::Authority, vec![remove(&monitor, vec![])]);
    let roster = project.roster();
    assert_eq!((state(&roster, &monitor), roster.overtaken()), (MemberState::Removed, &[][..]));
}

/// Guards against removed monitors who come back since a steward, apart, put their area elsewhere.
#[test]
fn a_coordinators_removal_outlives_a_move_of_the_area() {
    let (mut project, mut a, ..) = council();
    let (mut north, monitor) = (Device::new(19), Device::new(20));
    project.says(&mut a, Log::Authority, vec![grant(&north, Role::Coordinator, Some("north"))]);
    let mut root = project.root.clone();
    project.says(&mut root, Log::Registry, vec![admit(&monitor, Role::Monitor, Some("gao"), [1; 16])]);
    project.says(&mut north, Log::Registry, vec![remove(&monitor, vec![])]);
    project.says(&mut a, Log::Authority, vec![new_area("gao", Some("south"))]);
    project.says(&mut a, Log::Registry, vec![admit(&monitor, Role::Monitor, Some("south"), [1; 16])]);
    let roster = project.roster();
    assert_eq!(state(&roster, &monitor), MemberState::Removed, "{:?}", roster.rejected());
    assert!(roster.may_remove(&north.key(), &monitor.key()).is_err(), "it could not do so now");
}
