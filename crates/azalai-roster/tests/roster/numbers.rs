//! Numbers of generations, and the keys of acts that are set aside.

use azalai_envelope::{PostingPublic, ReceivingPublic, SigningSecret, StatementId};
use azalai_roster::limits::MAX_NUMBER_STEP;
use azalai_roster::{Act, Circle, Log, Reason, Role, Roster};

use crate::support::{Device, Project, admit, area, claim, generation, grant, invite, remove};

fn reasons(roster: &Roster, id: StatementId) -> Vec<Reason> {
    roster.rejected().iter().filter(|(at, ..)| *at == id).map(|(.., reason)| reason.clone()).collect()
}

fn two() -> (Project, Device, Device) {
    let mut project = Project::founded();
    let (a, b) = (Device::new(2), Device::new(3));
    project.by_root([&a, &b].map(|device| grant(device, Role::Steward, None)).to_vec());
    (project, a, b)
}

/// Guards against one act that takes the last number: everybody's newest key would be one steward's for ever, and of two
/// at the end the lower hash would win, which can be ground.
#[test]
fn nobody_burns_the_numbers() {
    let (mut project, mut a, mut b) = two();
    let far = project.says(&mut a, Log::Authority, vec![generation(Circle::Everyone, u32::MAX, 110, true)]);
    assert_eq!(reasons(&project.roster(), far), [Reason::NumberTooFar]);
    // A number that was refused carries no other.
    let on_it = project.says(&mut a, Log::Authority, vec![generation(Circle::Everyone, u32::MAX, 111, true)]);
    assert_eq!(reasons(&project.roster(), on_it), [Reason::NumberTooFar]);
    let step = project.says(&mut b, Log::Authority, vec![generation(Circle::Everyone, MAX_NUMBER_STEP, 112, true)]);
    assert_eq!(reasons(&project.roster(), step), []);
    let over = generation(Circle::Everyone, 2 * MAX_NUMBER_STEP + 1, 113, true);
    let over = project.says(&mut b, Log::Authority, vec![over]);
    let roster = project.roster();
    assert_eq!(reasons(&roster, over), [Reason::NumberTooFar]);
    assert_eq!(roster.newest_key(&Circle::Everyone).unwrap().key.0, [112; 32]);
    assert_eq!(roster.next_number(&Circle::Everyone), MAX_NUMBER_STEP + 1);
    // Each circle has its own numbers.
    let staff = project.says(&mut b, Log::Authority, vec![generation(Circle::Staff, MAX_NUMBER_STEP + 1, 114, false)]);
    assert_eq!(reasons(&project.roster(), staff), [Reason::NumberTooFar]);
}

/// Guards against the same with posting epochs, of which a relay knows one key each.
#[test]
fn nobody_burns_the_epochs() {
    let (mut project, mut a, _) = two();
    let posting = PostingPublic { epoch: u32::MAX, key: SigningSecret::from_seed(&[7; 32]).public() };
    let (key, number) = (ReceivingPublic([7; 32]), 1);
    let act = Act::NewGeneration { circle: Circle::Everyone, key, number, posting: Some(posting) };
    let far = project.says(&mut a, Log::Authority, vec![act]);
    let roster = project.roster();
    assert_eq!(reasons(&roster, far), [Reason::NumberTooFar]);
    assert!(!roster.named_posting().contains(&posting));
}

/// Guards against letters that nobody reads since the act that names their keys was set aside before they came.
#[test]
fn keys_of_acts_that_are_set_aside_are_named_and_count_for_nothing_else() {
    let (mut project, mut a, mut b) = two();
    let heads = project.roster().heads();
    project.says_after(&mut b, Log::Authority, vec![remove(&a, a.cuts())], heads.clone());
    project.says_after(&mut a, Log::Authority, vec![generation(Circle::Everyone, 1, 120, true)], heads.clone());
    let mut coordinator = Device::new(10);
    project.says_after(&mut coordinator, Log::Authority, vec![generation(Circle::Everyone, 1, 121, true)], heads);
    let roster = project.roster();
    let named = |salt: u8| roster.names_key(&Circle::Everyone, &ReceivingPublic([salt; 32]));
    assert!(named(120) && named(100), "of one who was a steward");
    assert!(!named(121), "of one who never was");
    assert!(!roster.names_key(&Circle::Staff, &ReceivingPublic([120; 32])), "another circle's");
    let counts = roster.generations(&Circle::Everyone);
    assert!(!counts.iter().any(|key| key.0 == [120; 32]));
    let aside = SigningSecret::from_seed(&[120; 32]).public();
    assert!(roster.named_posting().iter().any(|posting| posting.key == aside));
    assert!(!roster.posting_keys().iter().any(|info| info.public.key == aside));
    // A coordinator's are those of its area alone.
    let mut keeper = Device::new(11);
    project.says(&mut b, Log::Authority, vec![grant(&keeper, Role::Coordinator, Some("gao"))]);
    let gao = Circle::AreaAndAbove(area("gao"));
    let both = vec![generation(gao.clone(), 1, 122, false), generation(Circle::Staff, 1, 123, false)];
    project.says(&mut keeper, Log::Authority, both);
    let roster = project.roster();
    assert!(roster.names_key(&gao, &ReceivingPublic([122; 32])));
    assert!(!roster.names_key(&Circle::Staff, &ReceivingPublic([123; 32])));
}

/// Guards against monitors' devices, which cannot see that the registry removes one of them, sealing for good to a key
/// that was given to it by somebody who had not heard of the removal either.
#[test]
fn who_knows_the_registry_sees_that_others_seal_to_a_key_that_does_not_follow_it() {
    let (mut project, mut a, mut b) = two();
    let mut monitor = Device::new(20);
    project.says(&mut a, Log::Registry, vec![invite(1, Role::Monitor, Some("gao"))]);
    let claimed = claim(&project.id, 1, &monitor);
    project.says(&mut monitor, Log::Registry, vec![claimed]);
    project.says(&mut a, Log::Registry, vec![admit(&monitor, Role::Monitor, Some("gao"), [1; 16])]);
    let heads = project.roster().heads();
    project.says(&mut a, Log::Registry, vec![remove(&monitor, monitor.cuts())]);
    project.says(&mut a, Log::Authority, vec![generation(Circle::Everyone, 1, 130, true)]);
    assert!(!project.roster().is_behind_registry(&Circle::Everyone));
    project.says_after(&mut b, Log::Authority, vec![generation(Circle::Everyone, 2, 131, true)], heads);
    let newest = |project: &Project, alone: bool| {
        let known = project.set.iter().filter(|it| !alone || it.kind() == Log::Authority.kind());
        Roster::from_statements(project.root.key(), known).newest_key(&Circle::Everyone).unwrap().key.0[0]
    };
    assert_eq!((newest(&project, false), newest(&project, true)), (130, 131));
    assert!(project.roster().is_behind_registry(&Circle::Everyone));
    project.says(&mut b, Log::Authority, vec![generation(Circle::Everyone, 3, 132, true)]);
    assert_eq!((newest(&project, false), newest(&project, true)), (132, 132));
    assert!(!project.roster().is_behind_registry(&Circle::Everyone));
}
