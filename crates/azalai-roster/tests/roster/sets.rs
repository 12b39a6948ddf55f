//! Properties over random sets of acts by people who are apart. What is checked is worked out here a second time,
//! plainly, from the acts.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{Kind, SigningPublic, Statement, StatementId, Verified};
use azalai_roster::{Act, AreaCode, Circle, Cut, Log, MemberState, Roster, Standing};

use crate::apart::{Apart, Doing, PEOPLE, STEPS, STEWARDS};
use crate::support::remove;

const SEEDS: u64 = 80;

/// What happened over all seeds: a history in which nothing happens holds every property.
#[derive(Debug, Default)]
struct Sum {
    removed: usize,
    suspended: usize,
    rotated: usize,
    cut: usize,
    lower: usize,
    adopted: usize,
    rights: usize,
    overtaken: usize,
}

type Said<'a> = [(&'a Verified<Statement>, Vec<Act>)];

/// The cuts of removals that stand, by their target.
fn standing(said: &Said<'_>, roster: &Roster) -> BTreeMap<SigningPublic, Vec<Vec<Cut>>> {
    let rejected: BTreeSet<_> = roster.rejected().iter().map(|(id, index, _)| (*id, *index)).collect();
    let mut standing: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (said, acts) in said {
        for (index, act) in acts.iter().enumerate() {
            if let Act::Remove { device, cuts } = act
                && !rejected.contains(&(said.id(), index))
            {
                standing.entry(*device).or_default().push(cuts.clone());
            }
        }
    }
    standing
}

/// Whether one removal's cuts leave a statement out.
fn leaves_out(cuts: &[Cut], said: &Statement) -> bool {
    let cut = cuts.iter().find(|cut| cut.chain == said.chain());
    cut.is_some_and(|cut| said.seq() > cut.seq || (said.seq() == cut.seq && said.id() != cut.id))
}

/// Who could hold what at most: the least set from the root by grants that no standing cut leaves out or that a steward
/// among them adopted. Worked out without forks and without what is undecided, which only ever take away.
fn at_most(all: &Said<'_>, roster: &Roster) -> BTreeSet<(SigningPublic, Option<AreaCode>)> {
    let standing = standing(all, roster);
    let mut held = BTreeSet::from([(roster.root(), None)]);
    let mut adopted: BTreeSet<StatementId> = BTreeSet::new();
    loop {
        let before = (held.len(), adopted.len());
        for (said, acts) in all {
            let mut cuts = standing.get(&said.author()).into_iter().flatten();
            let out = cuts.any(|cuts| leaves_out(cuts, said)) && !adopted.contains(&said.id());
            if said.kind() != Kind::AUTHORITY || out || !held.contains(&(said.author(), None)) {
                continue;
            }
            for act in acts {
                match act {
                    Act::Grant { device, area, .. } => drop(held.insert((device.signing, area.clone()))),
                    Act::Adopt { statements } => adopted.extend(statements),
                    _ => {}
                }
            }
        }
        if before == (held.len(), adopted.len()) {
            return held;
        }
    }
}

fn no_escalation(all: &Said<'_>, roster: &Roster, seed: u64, sum: &mut Sum) {
    let most = at_most(all, roster);
    for member in roster.members().filter(|member| member.state == MemberState::Confirmed) {
        let key = member.device.signing;
        if roster.may_keep_authority(&key).is_ok() {
            assert!(most.contains(&(key, None)), "seed {seed}: nobody who could made {key} a steward");
            sum.rights += 1;
        }
        for code in &member.areas {
            assert!(most.contains(&(key, Some(code.clone()))), "seed {seed}: nobody who could gave {key} {code}");
            sum.rights += 1;
        }
    }
}

fn no_resurrection(world: &Apart, roster: &Roster, seed: u64, sum: &mut Sum) {
    let removed: Vec<_> = roster.members().filter(|member| member.state == MemberState::Removed).collect();
    for member in &removed {
        let key = member.device.signing;
        assert!(roster.may_open(&key).is_empty() && roster.holds_in_custody(&key).is_empty(), "seed {seed}: {key}");
        assert!(roster.may_keep_authority(&key).is_err(), "seed {seed}: {key}");
        let everyone = Circle::Everyone.audience(&roster.project());
        assert!(roster.may_write(&key, Kind::REPORT, everyone).is_err(), "seed {seed}: {key}");
        sum.removed += 1;
    }
    for circle in roster.circles() {
        let Ok(newest) = roster.newest_key(circle) else { continue };
        let Some(holders) = world.went_to.get(&newest.key) else { continue };
        sum.rotated += 1;
        for member in &removed {
            let gone = member.device.signing;
            let had = holders.contains(&gone) && roster.has_held(&gone).contains(circle);
            assert!(!had, "seed {seed}: the key of {circle} went to {gone}, who is removed");
        }
        if *circle == Circle::Everyone {
            let posting = roster.posting().unwrap();
            let named = world.said(None).iter().any(|(_, acts)| {
                acts.iter().any(|act| {
                    matches!(act, Act::NewGeneration { key, posting: Some(with), .. }
                    if *key == newest.key && *with == posting)
                })
            });
            assert!(named, "seed {seed}: letters are posted with another key than the newest");
        }
    }
}

/// Of all cuts on a chain that stand the lowest holds, and what is past it does nothing unless it is adopted.
fn the_lowest_cut_holds(world: &Apart, roster: &Roster, seed: u64, sum: &mut Sum) {
    let all = world.said(None);
    let standing = standing(&all, roster);
    for (said, acts) in all {
        let cuts = standing.get(&said.author()).into_iter().flatten();
        let out: Vec<bool> = cuts.map(|cuts| leaves_out(cuts, said)).collect();
        if !out.contains(&true) {
            continue;
        }
        sum.cut += 1;
        sum.lower += usize::from(out.contains(&false));
        if roster.is_adopted(&said.id(), &said.author()) {
            sum.adopted += 1;
            continue;
        }
        assert!(!matches!(roster.standing(said), Standing::Counts), "seed {seed}: {} counts", said.id());
        for (index, act) in acts.iter().enumerate() {
            // A founding is not undone, a settled vote stands, a claim asks for no right.
            if matches!(act, Act::Found { .. } | Act::Remove { .. } | Act::Claim { .. }) {
                continue;
            }
            let reason = roster.rejected().iter().find(|(id, at, _)| (*id, *at) == (said.id(), index));
            assert!(reason.is_some(), "seed {seed}: {act:?} counts past a cut");
        }
    }
}

fn history(seed: u64) -> Apart {
    let mut world = Apart::new(seed);
    (0..STEPS).for_each(|_| world.step(Doing::All));
    world
}

/// Guards against what people who were apart did together giving anybody more than one of them had to give, giving a
/// removed device anything back, or a higher cut winning over a lower.
#[test]
fn whatever_people_do_apart_nobody_gains_a_right_and_nobody_comes_back() {
    let mut sum = Sum::default();
    for seed in 0..SEEDS {
        let mut world = history(seed);
        // Everybody's own view holds it too, not only the whole.
        for who in (0..PEOPLE).map(Some).chain([None]) {
            let roster = who.map_or_else(|| world.project.roster(), |who| world.view(who));
            no_escalation(&world.said(who), &roster, seed, &mut sum);
            sum.suspended += roster.members().filter(|member| member.state == MemberState::Suspended).count();
        }
        let whole = world.project.roster();
        the_lowest_cut_holds(&world, &whole, seed, &mut sum);
        // And they go on, without further removals: who is removed stays so, once a steward's device has said again what
        // a grant made apart took out of force.
        let gone = |roster: &Roster, also: MemberState| -> BTreeSet<SigningPublic> {
            let members =
                roster.members().filter(|member| member.state == MemberState::Removed || member.state == also);
            members.map(|member| member.device.signing).collect()
        };
        let before = gone(&whole, MemberState::Removed);
        (0..STEPS / 2).for_each(|_| world.step(Doing::NoRemovals));
        let later = world.project.roster();
        let mut stay = gone(&later, MemberState::Suspended);
        stay.extend(later.overtaken().iter().map(|(key, _)| *key));
        let back: Vec<_> = before.difference(&stay).copied().collect();
        assert!(back.is_empty(), "seed {seed}: {back:?} came back");
        sum.overtaken += later.overtaken().len();
        if !world.settle() {
            continue;
        }
        let last = world.project.roster();
        let back: Vec<_> = before.difference(&gone(&last, MemberState::Suspended)).copied().collect();
        assert!(back.is_empty(), "seed {seed}: {back:?} came back");
        assert!(last.overtaken().is_empty(), "seed {seed}");
        no_escalation(&world.said(None), &last, seed, &mut sum);
        no_resurrection(&world, &last, seed, &mut sum);
        the_lowest_cut_holds(&world, &last, seed, &mut sum);
    }
    let seeds = SEEDS as usize;
    let least = [
        (sum.removed, seeds),
        (sum.suspended, seeds / 4),
        (sum.rotated, seeds / 2),
        (sum.cut, seeds / 2),
        (sum.lower, seeds / 5),
        (sum.adopted, seeds / 20),
        (sum.overtaken, seeds / 20),
        (sum.rights, 20 * seeds),
    ];
    assert!(least.iter().all(|(got, least)| got >= least), "too little happened: {sum:?}");
}

/// Guards against a state that depends on the order of delivery, on what came together, or on what was added up before
/// all of it had come.
#[test]
fn any_order_and_any_parts_of_what_people_said_apart_come_to_the_same() {
    for seed in 0..SEEDS {
        let mut world = history(seed);
        let whole = format!("{:?}", world.project.roster());
        for _ in 0..3 {
            let mut order: Vec<usize> = (0..world.project.set.len()).collect();
            for i in (1..order.len()).rev() {
                order.swap(i, world.below(i + 1));
            }
            // One who begins with nothing is handed a part at a time, and again some of what it has.
            let mut held: Vec<Verified<Statement>> = Vec::new();
            while !order.is_empty() {
                let part = 1 + world.below(order.len());
                held.extend(order.drain(..part).map(|index| world.project.set[index].clone()));
                held.push(held[world.below(held.len())].clone());
                let sofar = format!("{:?}", Roster::from_statements(world.project.root.key(), &held));
                assert!(!order.is_empty() || sofar == whole, "seed {seed}");
            }
        }
    }
}

/// Guards against one of two who remove each other apart winning by what anybody else does meanwhile, and against a
/// quorum that does not settle it.
#[test]
fn two_who_remove_each_other_apart_are_suspended_until_a_quorum_settles_it() {
    for seed in 0..SEEDS {
        let mut world = Apart::new(seed);
        // A history without removals first, of which the two know a part each.
        (0..15).for_each(|_| world.step(Doing::NoRemovals));
        let [a, b] = if world.below(2) == 0 { [1, 2] } else { [2, 1] };
        let (mut said, before) = (Vec::new(), world.project.set.len());
        for (who, target) in [(a, b), (b, a)] {
            let view = world.view(who);
            let (key, device) = (world.key(target), world.people[target].device.clone());
            let cuts = world.cuts(who, key);
            said.push((who, vec![remove(&device, cuts)], view.heads()));
        }
        for (who, acts, after) in said {
            world.says(who, Log::Authority, acts, after);
        }
        (0..15).for_each(|_| world.step(Doing::NoRemovals));
        let state = |roster: &Roster, key: SigningPublic| roster.member(&key).unwrap().state;
        let (keys, roster) = ([world.key(a), world.key(b)], world.project.roster());
        assert_eq!(keys.map(|key| state(&roster, key)), [MemberState::Suspended; 2], "seed {seed}");
        for key in keys {
            assert!(roster.may_open(&key).is_empty() && roster.may_keep_authority(&key).is_err(), "seed {seed}");
        }
        // A third one, whom nobody removed, removes one of them from before it removed the other.
        let (third, whom) = (if world.below(2) == 0 { 0 } else { 3 }, world.below(2));
        let device = world.people[[a, b][whom]].device.clone();
        world.people[third].knows = (0..before).collect();
        let cuts = world.cuts(third, keys[whom]);
        world.says(third, Log::Authority, vec![remove(&device, cuts)], roster.heads());
        let settled = world.project.roster();
        let states = [MemberState::Removed, MemberState::Confirmed];
        assert_eq!([keys[whom], keys[1 - whom]].map(|key| state(&settled, key)), states, "seed {seed}");
    }
}

/// Guards against one stolen key that removes all others first: more than half of them get rid of it, half do not.
#[test]
fn of_those_whom_one_removed_more_than_half_are_a_quorum() {
    for seed in 0..SEEDS {
        let mut world = Apart::new(seed);
        let thief = 1 + world.below(3);
        // Founder and stewards: three others, all of whom it removes, leaving the grants that made it one.
        let others: Vec<usize> = (0..STEWARDS.end).filter(|who| *who != thief).collect();
        let heads = world.project.roster().heads();
        let all: Vec<Act> =
            others.iter().map(|who| &world.people[*who].device).map(|it| remove(it, it.cuts())).collect();
        world.says(thief, Log::Authority, all, heads.clone());
        let device = world.people[thief].device.clone();
        let votes = world.below(others.len() + 1);
        let first = world.below(others.len());
        for n in 0..votes {
            let voter = others[(first + n) % others.len()];
            world.says(voter, Log::Authority, vec![remove(&device, Vec::new())], heads.clone());
        }
        let roster = world.project.roster();
        let state = roster.member(&device.key()).unwrap().state;
        let expected = match votes {
            0 => MemberState::Confirmed,
            1 => MemberState::Suspended,
            _ => MemberState::Removed,
        };
        assert_eq!(state, expected, "seed {seed}: {votes} of {}", others.len());
    }
}
