//! Invites, claims, admissions: who becomes a member, and what is only shown.

use azalai_envelope::{DevicePublic, Kind, ReceivingPublic, Signature};
use azalai_roster::{Act, Circle, InviteState, Log, MemberState, NoKey, Reason, Role, Standing};

use crate::support::{Device, Project, admit, area, claim, grant, invite, new_area, person, remove};

/// A coordinator of north, one of south, and an invite 1 for a monitor of gao by the first.
fn community() -> (Project, Device, Device) {
    let mut project = Project::founded();
    let (mut north, south) = (Device::new(5), Device::new(6));
    let grants = vec![grant(&north, Role::Coordinator, Some("north")), grant(&south, Role::Coordinator, Some("south"))];
    project.by_root(grants);
    project.says(&mut north, Log::Registry, vec![invite(1, Role::Monitor, Some("gao"))]);
    (project, north, south)
}

fn why(project: &Project, act: usize) -> Vec<Reason> {
    let last = project.set.last().unwrap().id();
    let roster = project.roster();
    roster.rejected().iter().filter(|(id, at, _)| *id == last && *at == act).map(|(.., r)| r.clone()).collect()
}

/// Guards against a device that is a member before anybody said so, or never.
#[test]
fn a_device_is_unconfirmed_by_its_claim_and_confirmed_by_an_admission() {
    let (mut project, mut north, _) = community();
    let mut monitor = Device::new(8);
    assert_eq!(project.roster().invites()[0].state, InviteState::Open);
    let act = claim(&project.id, 1, &monitor);
    project.says_after(&mut monitor, Log::Registry, vec![act], vec![]);
    let circle = Circle::AreaAndAbove(area("gao"));
    let report = project.other(&monitor, Kind::REPORT, &circle, (1, 0, None));
    let roster = project.roster();
    let member = roster.member(&monitor.key()).unwrap();
    assert_eq!((member.state, member.role), (MemberState::Unconfirmed, Role::Monitor));
    assert_eq!(member.area, Some(area("gao")));
    assert_eq!(roster.standing(&report), Standing::Unconfirmed);
    assert!(roster.may_open(&monitor.key()).is_empty());
    assert!(roster.may_write(&monitor.key(), Kind::REPORT, circle.audience(&project.id)).is_ok());
    assert_eq!(roster.authors(monitor.key().author_id()).collect::<Vec<_>>(), [monitor.key()]);
    let waiting = roster.waiting();
    assert_eq!((waiting.len(), waiting[0].claims, waiting[0].state), (1, 1, InviteState::Claimed));

    project.says(&mut north, Log::Registry, vec![admit(&monitor, Role::Monitor, Some("gao"), [1; 16])]);
    let roster = project.roster();
    let member = roster.member(&monitor.key()).unwrap();
    assert_eq!((member.state, member.person), (MemberState::Confirmed, Some(person(&monitor))));
    assert_eq!((member.admitted_by, member.invite), (Some(north.key()), Some([1; 16])));
    assert_eq!(roster.standing(&report), Standing::Counts);
    assert_eq!(roster.may_open(&monitor.key()), [Circle::Everyone]);
    assert!(roster.holds_in_custody(&monitor.key()).is_empty());
    assert!(roster.waiting().is_empty());
    assert_eq!(roster.invites()[0].state, InviteState::Admitted);
    assert!(roster.rejected().is_empty(), "{:?}", roster.rejected());
}

/// Guards against an order or a hash that chooses between two who hold one invite.
#[test]
fn two_claims_of_one_invite_are_both_shown_and_stay_unconfirmed() {
    let (mut project, mut north, _) = community();
    let mut both = [Device::new(8), Device::new(9)];
    for device in &mut both {
        let act = claim(&project.id, 1, device);
        project.says_after(device, Log::Registry, vec![act], vec![]);
    }
    let waiting = project.roster().waiting();
    assert_eq!(waiting.iter().map(|waiting| waiting.claims).collect::<Vec<_>>(), [2, 2]);
    project.says(&mut north, Log::Registry, vec![admit(&both[1], Role::Monitor, Some("gao"), [1; 16])]);
    let roster = project.roster();
    assert_eq!(roster.member(&both[0].key()).unwrap().state, MemberState::Unconfirmed);
    assert_eq!(roster.member(&both[1].key()).unwrap().state, MemberState::Confirmed);
    assert_eq!(roster.waiting().len(), 1, "the other is told and its reports are kept");
    assert_eq!(roster.waiting()[0].state, InviteState::Admitted);
}

/// Guards against somebody who joins without the invite's key, or in another's name.
#[test]
fn a_claim_needs_the_one_time_key_and_is_written_by_the_device_itself() {
    let (mut project, ..) = community();
    let (mut thief, other) = (Device::new(8), Device::new(9));
    let forged =
        Act::Claim { invite: [1; 16], device: thief.public(), pseudonym: "Thief".into(), proof: Signature([1; 64]) };
    let borrowed = Act::Claim {
        invite: [1; 16],
        device: thief.public(),
        pseudonym: "Thief".into(),
        proof: match claim(&project.id, 1, &other) {
            Act::Claim { proof, .. } => proof,
            _ => unreachable!(),
        },
    };
    let cases = [
        (forged, Reason::BadProof),
        (borrowed, Reason::BadProof),
        (claim(&project.id, 1, &other), Reason::ClaimForOther),
        (claim(&project.id, 2, &thief), Reason::UnknownInvite),
    ];
    for (act, reason) in cases {
        project.says(&mut thief, Log::Registry, vec![act]);
        assert_eq!(why(&project, 0), [reason]);
    }
    let roster = project.roster();
    assert!(roster.member(&thief.key()).is_none() && roster.member(&other.key()).is_none());
}

/// Guards against a coordinator who reaches beyond the area, by invite, admission or removal.
#[test]
fn a_coordinator_invites_admits_and_removes_in_its_area_alone() {
    let (mut project, mut north, mut south) = community();
    let mut monitor = Device::new(8);
    let act = claim(&project.id, 1, &monitor);
    project.says(&mut monitor, Log::Registry, vec![act]);
    let foreign = vec![
        invite(2, Role::Monitor, Some("gao")),
        invite(3, Role::Coordinator, Some("south")),
        admit(&monitor, Role::Monitor, Some("gao"), [1; 16]),
        admit(&monitor, Role::Monitor, Some("south"), [1; 16]),
        Act::Revoke { invite: [1; 16] },
        remove(&monitor, vec![]),
        admit(&Device::new(9), Role::Steward, None, [1; 16]),
        invite(4, Role::Monitor, Some("nowhere")),
        invite(4, Role::Monitor, None),
        invite(4, Role::Steward, Some("south")),
    ];
    project.says(&mut south, Log::Registry, foreign);
    let reasons: Vec<Reason> = (0..10).flat_map(|act| why(&project, act)).collect();
    let no = Reason::NoRight;
    let expected = [
        no.clone(),
        no.clone(),
        no.clone(),
        Reason::NoClaim,
        no.clone(),
        no.clone(),
        no,
        Reason::UnknownArea(area("nowhere")),
        Reason::AreaMissing,
        Reason::AreaNotWanted,
    ];
    assert_eq!(reasons, expected);
    assert_eq!(project.roster().member(&monitor.key()).unwrap().state, MemberState::Unconfirmed);
    project.says(&mut north, Log::Registry, vec![remove(&monitor, monitor.cuts())]);
    let roster = project.roster();
    assert_eq!(roster.member(&monitor.key()).unwrap().state, MemberState::Removed);
    assert!(roster.waiting().is_empty());
}

/// Guards against a coordinator who gives a monitor other keys than the device itself named, and reads its letters.
#[test]
fn an_admission_names_the_keys_that_the_device_named() {
    let (mut project, mut north, _) = community();
    let mut monitor = Device::new(8);
    let act = claim(&project.id, 1, &monitor);
    project.says(&mut monitor, Log::Registry, vec![act]);
    let swapped = Act::Admit {
        device: DevicePublic { receiving: ReceivingPublic([7; 32]), ..monitor.public() },
        pseudonym: "M".into(),
        role: Role::Monitor,
        area: Some(area("gao")),
        person: [0; 16],
        invite: [1; 16],
    };
    project.says(&mut north, Log::Registry, vec![swapped]);
    assert_eq!(why(&project, 0), [Reason::OtherDevice]);
    assert_eq!(project.roster().member(&monitor.key()).unwrap().state, MemberState::Unconfirmed);
}

/// Guards against staff that the registry alone would make.
#[test]
fn admitting_a_coordinator_counts_only_beside_a_grant() {
    let (mut project, ..) = community();
    let mut device = Device::new(8);
    let mut root = project.root.clone();
    let admission = admit(&device, Role::Coordinator, Some("gao"), [2; 16]);
    project.says(&mut root, Log::Registry, vec![invite(2, Role::Coordinator, Some("gao"))]);
    let act = claim(&project.id, 2, &device);
    project.says(&mut device, Log::Registry, vec![act]);
    project.says(&mut root, Log::Registry, vec![admission.clone()]);
    assert_eq!(why(&project, 0), [Reason::NoGrant]);
    assert!(project.roster().holds_in_custody(&device.key()).is_empty());
    project.says(&mut root, Log::Authority, vec![grant(&device, Role::Coordinator, Some("gao"))]);
    let roster = project.roster();
    assert!(roster.rejected().is_empty(), "{:?}", roster.rejected());
    assert_eq!(roster.member(&device.key()).unwrap().role, Role::Coordinator);
    assert_eq!(roster.member(&device.key()).unwrap().invite, Some([2; 16]));
}

/// Guards against a removed coordinator whose monitors fall with the invites, or who goes on inviting.
#[test]
fn an_admission_by_another_outlives_the_invite_of_a_removed_coordinator() {
    let (mut project, mut north, _) = community();
    let mut colleague = Device::new(7);
    project.by_root(vec![grant(&colleague, Role::Coordinator, Some("gao"))]);
    let (mut admitted, mut asking) = (Device::new(8), Device::new(9));
    for device in [&mut admitted, &mut asking] {
        let act = claim(&project.id, 1, device);
        project.says(device, Log::Registry, vec![act]);
    }
    project.says(&mut colleague, Log::Registry, vec![admit(&admitted, Role::Monitor, Some("gao"), [1; 16])]);
    project.by_root(vec![remove(&north, vec![])]);
    let roster = project.roster();
    assert_eq!(roster.member(&admitted.key()).unwrap().state, MemberState::Confirmed);
    assert!(roster.member(&asking.key()).is_none(), "the invite is set aside");
    assert!(roster.invites().is_empty());
    assert_eq!(roster.authors(asking.key().author_id()).count(), 1, "but what it wrote can be verified");
    project.says(&mut north, Log::Registry, vec![invite(5, Role::Monitor, Some("gao"))]);
    assert_eq!(why(&project, 0), [Reason::Doubtful]);
}

/// Guards against staff that cannot write to each other because one monitor was removed, and against letters to
/// everyone that this monitor still opens.
#[test]
fn removing_a_monitor_asks_for_a_new_key_of_everyone_only() {
    let (mut project, mut north, _) = community();
    let mut monitor = Device::new(8);
    let act = claim(&project.id, 1, &monitor);
    project.says(&mut monitor, Log::Registry, vec![act]);
    project.says(&mut north, Log::Registry, vec![admit(&monitor, Role::Monitor, Some("gao"), [1; 16])]);
    let removal = project.says(&mut north, Log::Registry, vec![remove(&monitor, monitor.cuts())]);
    let roster = project.roster();
    let needed = NoKey::RotationNeeded { circle: Circle::Everyone, removals: vec![removal] };
    assert_eq!(roster.newest_key(&Circle::Everyone), Err(needed));
    assert!(roster.newest_key(&Circle::Staff).is_ok());
    assert!(roster.newest_key(&Circle::AreaAndAbove(area("gao"))).is_ok());
    assert!(roster.posting().is_some(), "the rotation itself has to be posted");
    project.by_root(vec![crate::support::generation(Circle::Everyone, 1, 120, true)]);
    assert!(project.roster().newest_key(&Circle::Everyone).is_ok());
}

/// Guards against a removal of staff that monitors' devices, which have no registry, would not see.
#[test]
fn staff_is_removed_in_the_authority_log() {
    let (mut project, north, _) = community();
    let mut root = project.root.clone();
    project.says(&mut root, Log::Registry, vec![remove(&north, vec![])]);
    assert_eq!(why(&project, 0), [Reason::WrongLog]);
    assert_eq!(project.roster().member(&north.key()).unwrap().state, MemberState::Confirmed);
    project.says(&mut root, Log::Registry, vec![new_area("x", None)]);
    assert_eq!(why(&project, 0), [Reason::WrongLog]);
    project.says(&mut root, Log::Authority, vec![invite(9, Role::Monitor, Some("gao"))]);
    assert_eq!(why(&project, 0), [Reason::WrongLog]);
}
