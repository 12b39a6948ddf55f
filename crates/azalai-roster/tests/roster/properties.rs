//! Properties over seeded random sets of acts: hundreds of worlds in which anybody writes anything.

use azalai_envelope::{SigningPublic, Statement, StatementId, Verified};
use azalai_roster::{Act, Circle, Cut, Log, MemberState, Role, Roster};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use crate::support::{Device, Project, admit, area, claim, generation, grant, invite, new_area, remove};

const SEEDS: u64 = 200;
const CODES: [&str; 4] = ["north", "gao", "south", "none"];

fn below(rng: &mut ChaCha8Rng, limit: usize) -> usize {
    rng.next_u32() as usize % limit
}

fn pick<T: Clone>(rng: &mut ChaCha8Rng, all: &[T]) -> T {
    all[below(rng, all.len())].clone()
}

/// Stewards 2 to 4, coordinators 5 to 7, monitors 8 to 10, strangers 11 to 13.
fn cast(project: &mut Project) -> Vec<Device> {
    let mut all: Vec<Device> = vec![project.root.clone()];
    all.extend((2..14).map(Device::new));
    let mut acts: Vec<Act> = all[1..4].iter().map(|device| grant(device, Role::Steward, None)).collect();
    acts.extend((4..7).map(|i| grant(&all[i], Role::Coordinator, Some(CODES[i - 4]))));
    project.by_root(acts);
    all[0] = project.root.clone();
    for i in 7..10 {
        let id = i as u8;
        let code = Some(CODES[i - 7]);
        let mut root = all[0].clone();
        project.says(&mut root, Log::Registry, vec![invite(id, Role::Monitor, code)]);
        let act = claim(&project.id, id, &all[i]);
        let mut monitor = all[i].clone();
        project.says(&mut monitor, Log::Registry, vec![act]);
        project.says(&mut root, Log::Registry, vec![admit(&monitor, Role::Monitor, code, [id; 16])]);
        all[0] = root.clone();
        all[i] = monitor;
        project.root = root;
    }
    all
}

fn random_cuts(rng: &mut ChaCha8Rng, set: &[Verified<Statement>], target: SigningPublic) -> Vec<Cut> {
    let mut cuts: Vec<Cut> = Vec::new();
    for statement in set.iter().filter(|statement| statement.author() == target) {
        if below(rng, 3) > 0 && !cuts.iter().any(|cut| cut.chain == statement.chain()) {
            cuts.push(Cut { chain: statement.chain(), seq: statement.seq(), id: statement.id() });
        }
    }
    cuts
}

fn random_act(rng: &mut ChaCha8Rng, project: &Project, cast: &[Device], author: &Device, removals: bool) -> (Log, Act) {
    let other = pick(rng, cast);
    let code = pick(rng, &CODES);
    let role = pick(rng, &[Role::Coordinator, Role::Steward]);
    let of = |role: Role| (role != Role::Steward).then_some(code);
    let id = below(rng, 14) as u8;
    let circle =
        pick(rng, &[Circle::Everyone, Circle::Staff, Circle::Area(area(code)), Circle::AreaAndAbove(area(code))]);
    let log = pick(rng, &[Log::Authority, Log::Registry]);
    match below(rng, if removals { 12 } else { 9 }) {
        0 => (Log::Authority, new_area(code, Some(pick(rng, &CODES)).filter(|parent| *parent != code))),
        1 | 2 => (Log::Authority, grant(&other, role, of(role))),
        3 => {
            let posting = circle == Circle::Everyone;
            (Log::Authority, generation(circle, rng.next_u32() % 50, rng.next_u32() as u8 | 128, posting))
        }
        4 => (Log::Registry, invite(id, Role::Monitor, Some(code))),
        5 => (Log::Registry, claim(&project.id, id, author)),
        6 => {
            let role = pick(rng, &[Role::Monitor, Role::Coordinator, Role::Steward]);
            (Log::Registry, admit(&other, role, of(role), [id; 16]))
        }
        7 => (Log::Registry, Act::Revoke { invite: [id; 16] }),
        8 => (log, Act::Adopt { statements: vec![pick(rng, &project.set).id()] }),
        _ => (log, remove(&other, random_cuts(rng, &project.set, other.key()))),
    }
}

fn scribble(
    rng: &mut ChaCha8Rng,
    project: &mut Project,
    cast: &mut [Device],
    authors: &[usize],
    count: usize,
    removals: bool,
) {
    for _ in 0..count {
        let index = pick(rng, authors);
        let mut author = cast[index].clone();
        let (log, act) = random_act(rng, project, cast, &author, removals);
        let after: Vec<StatementId> = (0..below(rng, 4)).map(|_| pick(rng, &project.set).id()).collect();
        if below(rng, 12) == 0 {
            author.restart(rng.next_u32() as u8);
        }
        project.says_after(&mut author, log, vec![act], after);
        // Now and then the place is taken twice: a fork.
        if below(rng, 8) > 0 {
            cast[index] = author;
        }
    }
}

fn world(seed: u64, removals: bool) -> (ChaCha8Rng, Project, Vec<Device>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut project = Project::founded();
    let mut cast = cast(&mut project);
    scribble(&mut rng, &mut project, &mut cast, &(0..13).collect::<Vec<_>>(), 25, removals);
    (rng, project, cast)
}

/// All that rights and keys follow from. Devices that nobody admitted are left out: anybody with an invite may ask.
fn rights(roster: &Roster) -> String {
    let members: Vec<_> = roster.members().filter(|member| member.state != MemberState::Unconfirmed).collect();
    let mut text = format!("{:?} {:?} {:?}", roster.name(), roster.areas().collect::<Vec<_>>(), roster.relays());
    for member in members {
        let key = member.device.signing;
        text += &format!(
            "\n{key} {:?} {:?} {:?} {:?} {:?} {:?}",
            member.role,
            member.area,
            member.state,
            member.device,
            roster.may_open(&key),
            roster.holds_in_custody(&key)
        );
    }
    for circle in roster.circles() {
        text += &format!("\n{circle} {:?} {:?}", roster.newest_key(circle), roster.generations(circle));
    }
    text + &format!("\n{:?} {:?}", roster.posting(), roster.posting_keys())
}

/// Guards against a state that depends on what a device happened to receive first, or twice.
#[test]
fn order_and_duplicates_make_no_difference() {
    for seed in 0..SEEDS {
        let (mut rng, project, _) = world(seed, true);
        let whole = format!("{:?}", project.roster());
        let mut set = project.set.clone();
        for _ in 0..3 {
            for i in (1..set.len()).rev() {
                set.swap(i, below(&mut rng, i + 1));
            }
            set.push(pick(&mut rng, &project.set));
            let again = Roster::from_statements(project.root.key(), &set);
            assert!(format!("{again:?}") == whole, "seed {seed}");
        }
    }
}

/// Guards against monitors' devices, which have no registry, seeing other rights than the staff do.
#[test]
fn the_authority_is_the_same_without_the_registry() {
    for seed in 0..SEEDS {
        let (_, project, _) = world(seed, true);
        let full = project.roster();
        let log = project.set.iter().filter(|statement| statement.kind() == Log::Authority.kind());
        let alone = Roster::from_statements(project.root.key(), log);
        assert_eq!(full.authority_head(), alone.authority_head(), "seed {seed}");
        assert_eq!(full.areas().collect::<Vec<_>>(), alone.areas().collect::<Vec<_>>(), "seed {seed}");
        for circle in full.circles() {
            assert_eq!(full.generations(circle), alone.generations(circle), "seed {seed}");
        }
        for member in full.members().filter(|member| member.role != Role::Monitor && member.admitted_by.is_some()) {
            let key = member.device.signing;
            let other = alone.member(&key).unwrap();
            assert_eq!(
                (member.role, member.state, &member.areas),
                (other.role, other.state, &other.areas),
                "seed {seed}"
            );
            assert_eq!(full.may_open(&key), alone.may_open(&key), "seed {seed}");
        }
    }
}

/// Guards against any way from a monitor, a stranger or an unconfirmed device to a right or a key.
#[test]
fn whoever_holds_no_grant_changes_no_right_and_no_circle() {
    for seed in 0..SEEDS {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut project = Project::founded();
        let mut cast = cast(&mut project);
        // Half of the worlds have a history of the staff.
        if seed % 2 == 0 {
            scribble(&mut rng, &mut project, &mut cast, &[0, 1, 2, 3, 4, 5, 6], 12, true);
        }
        let roster = project.roster();
        let outside: Vec<usize> =
            (0..13).filter(|i| roster.holds_in_custody(&cast[*i].key()).is_empty()).filter(|i| *i > 6).collect();
        if outside.is_empty() {
            continue;
        }
        let before = rights(&roster);
        scribble(&mut rng, &mut project, &mut cast, &outside, 25, true);
        let after = rights(&project.roster());
        assert!(before == after, "seed {seed}\n{before}\n\n{after}\n{:?}", project.roster().rejected());
    }
}

/// Guards against a removed device that comes back, or brings a key back into use, by writing more. A removed
/// steward may still remove others (nobody can tell before from after) and so suspend them, never gain by it.
#[test]
fn a_removed_device_never_comes_back() {
    for seed in 0..SEEDS {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut project = Project::founded();
        let mut cast = cast(&mut project);
        scribble(&mut rng, &mut project, &mut cast, &[1, 4], 8, false);
        let (mut steward, targets) = (cast[2].clone(), [1_usize, 4]);
        let removals = targets.iter().map(|i| remove(&cast[*i], cast[*i].cuts())).collect();
        project.says(&mut steward, Log::Authority, removals);
        let rotate = [
            generation(Circle::Everyone, 60, 90, true),
            generation(Circle::Staff, 60, 91, false),
            generation(Circle::AreaAndAbove(area("gao")), 60, 92, false),
        ];
        project.says(&mut steward, Log::Authority, rotate.to_vec());
        cast[2] = steward;
        let before = project.roster();
        assert_eq!(before.member(&cast[1].key()).unwrap().state, MemberState::Removed);
        assert_eq!(before.posting().unwrap().epoch, 60);

        // Without removals of its own nothing moves at all.
        scribble(&mut rng, &mut project, &mut cast, &targets, 15, false);
        let quiet = project.roster();
        assert!(rights(&before) == rights(&quiet), "seed {seed}\n{}\n\n{}", rights(&before), rights(&quiet));
        // With them others may be suspended, but nothing is gained.
        scribble(&mut rng, &mut project, &mut cast, &targets, 15, true);
        let loud = project.roster();
        for target in targets {
            let state = loud.member(&cast[target].key()).map(|member| member.state);
            assert!(!matches!(state, Some(MemberState::Confirmed)), "seed {seed}: {state:?}");
            assert!(loud.may_open(&cast[target].key()).is_empty(), "seed {seed}");
        }
        for circle in loud.circles() {
            let known = before.generations(circle);
            assert!(loud.generations(circle).iter().all(|key| known.contains(key)), "seed {seed}: {circle}");
        }
        for member in loud.members().filter(|member| member.state == MemberState::Confirmed) {
            let key = member.device.signing;
            let held = before.may_open(&key);
            assert!(loud.may_open(&key).iter().all(|circle| held.contains(circle)), "seed {seed}: {key}");
        }
    }
}

/// Guards against one side winning a mutual removal by the order of names or hashes.
#[test]
fn mutual_removal_is_symmetric() {
    for seed in 0..SEEDS {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut project = Project::founded();
        let mut cast = cast(&mut project);
        let heads = project.roster().heads();
        let pair = if below(&mut rng, 2) == 0 { [1, 2] } else { [2, 1] };
        for (from, to) in [(pair[0], pair[1]), (pair[1], pair[0])] {
            let act = remove(&cast[to], Vec::new());
            let mut author = cast[from].clone();
            project.says_after(&mut author, Log::Authority, vec![act], heads.clone());
            cast[from] = author;
        }
        scribble(&mut rng, &mut project, &mut cast, &[1, 2, 7, 8, 11], 8, false);
        let roster = project.roster();
        for index in pair {
            assert_eq!(roster.member(&cast[index].key()).unwrap().state, MemberState::Suspended, "seed {seed}");
        }
    }
}
