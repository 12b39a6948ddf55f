//! Founding, areas, grants, circles, and the table of who writes what.

use azalai_envelope::{CarrierCertificate, Kind, SigningSecret};
use azalai_roster::{Act, Admission, Circle, Denied, Log, NoKey, Reason, Role, Roster, Standing};

use crate::support::{Device, Project, area, certificate, generation, grant, new_area, remove};

fn up(code: &str) -> Circle {
    Circle::AreaAndAbove(area(code))
}

/// Coordinators of north and of gao within it.
fn staffed() -> (Project, Device, Device) {
    let mut project = Project::founded();
    let (north, gao) = (Device::new(5), Device::new(6));
    project.by_root(vec![grant(&north, Role::Coordinator, Some("north")), grant(&gao, Role::Coordinator, Some("gao"))]);
    (project, north, gao)
}

/// Guards against a project that anybody founds, or whose relays somebody else certifies.
#[test]
fn only_the_root_founds_and_certifies_the_carrier() {
    let mut project = Project::bare();
    assert_eq!(project.roster().name(), None);
    assert_eq!(project.roster().newest_key(&Circle::Everyone), Err(NoKey::None(Circle::Everyone)));
    let mut stranger = Device::new(9);
    let mine = project.found("Mine");
    project.says(&mut stranger, Log::Authority, vec![mine]);
    let other = CarrierCertificate::issue(&stranger.keys.signing, &SigningSecret::from_seed(&[9; 32]).public());
    let Act::Found { name, founder, pseudonym, .. } = project.found("Other") else { unreachable!() };
    project.by_root(vec![Act::Found { name, founder, pseudonym, carrier: other }]);
    let roster = project.roster();
    let mut reasons: Vec<String> = roster.rejected().iter().map(|(.., reason)| reason.to_string()).collect();
    reasons.sort();
    assert_eq!(reasons, [Reason::ForeignCarrier.to_string(), Reason::NotRoot.to_string()]);
    assert_eq!((roster.name(), roster.carrier(), roster.members().count()), (None, None, 0));
    let good = project.found("Vigilance");
    project.by_root(vec![good]);
    let roster = project.roster();
    assert_eq!((roster.name(), roster.carrier().unwrap().root), (Some("Vigilance"), project.root.key()));
}

/// Guards against areas above that a coordinator of an area below would not be under.
#[test]
fn areas_nest_and_a_later_act_renames() {
    let mut project = Project::founded();
    project.by_root(vec![new_area("bourem", Some("gao")), new_area("lost", Some("nowhere"))]);
    let roster = project.roster();
    assert_eq!(roster.ancestors(&area("bourem")), [&area("gao"), &area("north")]);
    assert!(roster.is_within(&area("bourem"), &area("north")) && !roster.is_within(&area("north"), &area("bourem")));
    assert!(roster.area(&area("lost")).is_none());
    assert_eq!(roster.rejected()[0].2, Reason::UnknownArea(area("nowhere")));
    let renamed = Act::Area { code: area("gao"), name: "Gao ville".into(), parent: Some(area("south")) };
    project.by_root(vec![renamed]);
    let roster = project.roster();
    assert_eq!(roster.area(&area("gao")).unwrap().name, "Gao ville");
    assert_eq!(roster.ancestors(&area("bourem")), [&area("gao"), &area("south")]);
    // Two stewards apart can close a ring: a walk ends.
    project.by_root(vec![new_area("south", Some("gao"))]);
    assert_eq!(project.roster().ancestors(&area("gao")), [&area("south")]);
}

/// Guards against a coordinator who opens a neighbour's letters, or a steward who opens an area's.
#[test]
fn each_opens_the_circles_of_its_role() {
    let (project, north, gao) = staffed();
    let roster = project.roster();
    let both = |more: &[Circle]| [&[Circle::Everyone, Circle::Staff], more].concat();
    assert_eq!(roster.may_open(&project.root.key()), both(&[]));
    assert_eq!(roster.may_open(&north.key()), both(&[Circle::Area(area("north")), up("gao"), up("north")]));
    assert_eq!(roster.may_open(&gao.key()), both(&[Circle::Area(area("gao")), up("gao")]));
    assert_eq!(roster.holds_in_custody(&north.key()), roster.may_open(&north.key()));
    assert_eq!(roster.holds_in_custody(&project.root.key()).len(), roster.circles().count());
    assert!(roster.may_open(&Device::new(9).key()).is_empty());
    for circle in roster.circles() {
        assert_eq!(roster.circle_of(circle.audience(&project.id)).as_ref(), Some(circle));
    }
}

/// Guards against acts of the authority log by anybody but stewards, but for an area's own keys.
#[test]
fn a_coordinator_gives_new_keys_to_its_own_area_and_nothing_else() {
    let (mut project, mut north, _) = staffed();
    let acts = vec![
        generation(up("gao"), 1, 120, false),
        generation(Circle::Area(area("north")), 0, 121, false),
        generation(up("south"), 1, 122, false),
        generation(Circle::Staff, 1, 123, false),
        generation(Circle::Everyone, 1, 124, true),
        grant(&Device::new(9), Role::Coordinator, Some("north")),
        new_area("more", None),
        Act::Relay { public: Device::new(9).public(), label: "relay".into() },
        remove(&project.root, vec![]),
        generation(up("nowhere"), 1, 125, false),
    ];
    let id = project.says(&mut north, Log::Authority, acts);
    let roster = project.roster();
    let mut expected: Vec<_> = (2..9).map(|act| (id, act, Reason::NoRight)).collect();
    expected.push((id, 9, Reason::UnknownArea(area("nowhere"))));
    assert_eq!(roster.rejected(), expected);
    assert_eq!(roster.newest_key(&up("gao")).unwrap().key.0, [120; 32]);
    assert_eq!(roster.generations(&up("gao")).len(), 2, "letters under the first are still read");
    assert_eq!(roster.next_number(&up("gao")), 2);
    assert_eq!(roster.posting().unwrap().epoch, 0);
    assert!(roster.relays().is_empty());
}

/// Guards against a member, a coordinator or a stranger who opens the project's door to whoever holds an invite.
#[test]
fn only_a_steward_says_how_newcomers_are_admitted() {
    let (mut project, mut north, _) = staffed();
    let mut monitor = Device::new(8);
    let open = || vec![Act::Admission { how: Admission::AtExchange }];
    let act = crate::support::invite(1, Role::Monitor, Some("gao"));
    project.says(&mut north, Log::Registry, vec![act]);
    let act = crate::support::claim(&project.id, 1, &monitor);
    project.says(&mut monitor, Log::Registry, vec![act]);
    let act = crate::support::admit(&monitor, Role::Monitor, Some("gao"), [1; 16]);
    project.says(&mut north, Log::Registry, vec![act]);
    assert_eq!(project.roster().admission(), Admission::ByHand, "as long as nobody says anything");
    for (device, reason) in [
        (&mut north, Reason::NoRight),
        (&mut monitor, Reason::UnknownAuthor),
        (&mut Device::new(9), Reason::UnknownAuthor),
    ] {
        let id = project.says(device, Log::Authority, open());
        let roster = project.roster();
        assert!(roster.rejected().contains(&(id, 0, reason)), "{:?}", roster.rejected());
        assert_eq!(roster.admission(), Admission::ByHand);
    }
    let mut root = project.root.clone();
    let id = project.says(&mut root, Log::Registry, open());
    assert!(project.roster().rejected().contains(&(id, 0, Reason::WrongLog)));
    assert_eq!(project.roster().admission(), Admission::ByHand);
    project.by_root(open());
    assert_eq!(project.roster().admission(), Admission::AtExchange);
}

/// Guards against a relay that is brought an older certificate, another project's, or one that no steward made known.
#[test]
fn the_newest_certificate_that_a_steward_made_known_is_what_members_bring() {
    let (mut project, mut north, _) = staffed();
    let relay = Device::new(7).public();
    let root = project.root.keys.signing.clone();
    let say = |bytes: &[u8]| vec![Act::Certificate { bytes: bytes.to_vec() }];
    project.by_root(vec![Act::Relay { public: relay, label: "town".into() }]);
    let kept = |project: &Project| project.roster().relays()[0].certificate.clone();
    assert_eq!(kept(&project), None);
    let [first, second] = [1, 2].map(|number| certificate(&root, &relay, number));
    project.by_root(say(&second));
    project.by_root(say(&first));
    assert_eq!(kept(&project), Some(second.clone()));
    let id = project.says(&mut north, Log::Authority, say(&certificate(&root, &relay, 9)));
    assert!(project.roster().rejected().contains(&(id, 0, Reason::NoRight)));
    project.by_root(say(&certificate(&SigningSecret::from_seed(&[77; 32]), &relay, 10)));
    assert!(project.roster().rejected().iter().any(|(_, _, reason)| *reason == Reason::ForeignCarrier));
    assert_eq!(kept(&project), Some(second));
}

/// Guards against a door that stays open after a steward closed it, or that one of two stewards opens while the
/// other, out of reach, keeps it closed.
#[test]
fn the_latest_word_on_admission_counts_and_of_words_said_apart_the_careful_one() {
    let say = |how| vec![Act::Admission { how }];
    let (hand, exchange) = (Admission::ByHand, Admission::AtExchange);
    let mut project = Project::founded();
    let mut steward = Device::new(5);
    project.by_root(vec![grant(&steward, Role::Steward, None)]);
    project.by_root([say(hand), say(exchange)].concat());
    assert_eq!(project.roster().admission(), exchange, "the last of one statement");
    project.says(&mut steward, Log::Authority, say(hand));
    assert_eq!(project.roster().admission(), hand);
    let heads = project.roster().heads();
    let mut root = project.root.clone();
    project.says_after(&mut root, Log::Authority, say(exchange), heads.clone());
    project.says_after(&mut steward, Log::Authority, say(hand), heads);
    assert_eq!(project.roster().admission(), hand, "apart: whichever id is lower");
    project.says(&mut root, Log::Authority, say(exchange));
    assert_eq!(project.roster().admission(), exchange, "who knows of both decides");
    let before = steward.cuts();
    project.says(&mut steward, Log::Authority, say(hand));
    assert_eq!(project.roster().admission(), hand);
    project.says(&mut root, Log::Authority, vec![remove(&steward, before)]);
    assert_eq!(project.roster().admission(), exchange, "what is past a cut says nothing");
}

/// Guards against rights that a screen offers and the log refuses, or the other way round.
#[test]
fn questions_before_an_act_answer_as_the_log_judges() {
    let (mut project, north, _) = staffed();
    let roster = project.roster();
    let (root, stranger) = (project.root.key(), Device::new(9).key());
    assert_eq!(roster.may_grant(&root, Role::Coordinator, Some(&area("gao"))), Ok(()));
    assert_eq!(roster.may_grant(&root, Role::Coordinator, None), Err(Reason::AreaMissing.into()));
    assert_eq!(roster.may_grant(&north.key(), Role::Steward, None), Err(Reason::NoRight.into()));
    assert_eq!(roster.may_grant(&stranger, Role::Steward, None), Err(Denied::Unknown));
    assert_eq!(roster.may_invite(&north.key(), Role::Monitor, Some(&area("gao"))), Ok(()));
    assert_eq!(roster.may_admit(&north.key(), Role::Monitor, Some(&area("south"))), Err(Reason::NoRight.into()));
    assert_eq!(roster.may_rotate(&north.key(), &up("gao")), Ok(()));
    assert_eq!(roster.may_rotate(&north.key(), &Circle::Everyone), Err(Reason::NoRight.into()));
    assert_eq!(roster.may_remove(&root, &north.key()), Ok(()));
    assert_eq!(roster.may_remove(&root, &root), Err(Reason::OwnDevice.into()));
    assert_eq!(roster.may_remove(&north.key(), &root), Err(Reason::NoRight.into()));
    assert_eq!(roster.may_keep_authority(&north.key()), Err(Reason::NoRight.into()));
    project.by_root(vec![remove(&north, vec![])]);
    let roster = project.roster();
    assert_eq!(roster.may_invite(&north.key(), Role::Monitor, Some(&area("gao"))), Err(Denied::Removed));
}

/// Guards against a document that one device applies and another refuses.
#[test]
fn each_kind_has_its_writers_and_its_audience() {
    let (project, north, gao) = staffed();
    let roster = project.roster();
    let root = project.root.key();
    let write = |key, kind, circle: Circle| roster.may_write(&key, kind, circle.audience(&project.id));
    let denied = |result: Result<(), Denied>| matches!(result, Err(Denied::Role | Denied::Audience { .. }));
    let (n, g) = (north.key(), gao.key());
    for (key, kind, circle) in [
        (n, Kind::REPORT, up("south")),
        (g, Kind::REPORT, Circle::Everyone),
        (n, Kind::INCIDENT, up("gao")),
        (g, Kind::INCIDENT, Circle::Area(area("gao"))),
        (g, Kind::ASSESSMENT, Circle::Everyone),
        (root, Kind::NOTICE, up("gao")),
        (root, Kind::PACK, Circle::Everyone),
        (g, Kind::PLACE, Circle::Everyone),
        (g, Kind::AUTHORITY, Circle::Everyone),
        (g, Kind::REGISTRY, Circle::Staff),
    ] {
        assert_eq!(write(key, kind, circle.clone()), Ok(()), "{kind:?} {circle}");
    }
    for (key, kind, circle) in [
        (n, Kind::REPORT, Circle::Staff),
        (g, Kind::INCIDENT, up("north")),
        (n, Kind::INCIDENT, Circle::Area(area("gao"))),
        (root, Kind::INCIDENT, Circle::Everyone),
        (n, Kind::PACK, Circle::Everyone),
        (n, Kind::AUTHORITY, Circle::Staff),
        (n, Kind::REGISTRY, Circle::Everyone),
        (n, Kind::KEYS, Circle::Everyone),
    ] {
        assert!(denied(write(key, kind, circle.clone())), "{kind:?} {circle}");
    }
    assert_eq!(roster.may_write(&n, Kind::RECEIPT, g.audience()), Ok(()));
    assert_eq!(roster.may_write(&n, Kind::REPORT, g.audience()), Ok(()), "RED names one member");
    assert_eq!(roster.may_write(&n, Kind::CLAIM_NOTICE, g.audience()), Ok(()));
    assert!(denied(write(n, Kind::CLAIM_NOTICE, Circle::Staff)));
    assert_eq!(write(n, Kind(99), Circle::Everyone), Err(Denied::UnknownKind(Kind(99))));
    let incident = project.other(&gao, Kind::INCIDENT, &up("north"), (1, 0, None));
    assert!(matches!(roster.standing(&incident), Standing::Rejected(Denied::Audience { .. })));
}

/// Guards against one act of a newer program that takes the rest of its statement with it.
#[test]
fn an_unknown_act_is_reported_and_the_rest_counts() {
    let mut project = Project::founded();
    let id = project.by_root(vec![Act::Unknown { tag: 77, bytes: vec![1] }, new_area("kidal", None)]);
    let roster = project.roster();
    assert_eq!(roster.rejected(), [(id, 0, Reason::NeedsNewer)]);
    assert!(roster.area(&area("kidal")).is_some());
}

/// Guards against statements of other kinds or projects that slip in.
#[test]
fn what_is_no_statement_of_the_log_is_reported() {
    let (mut project, north, _) = staffed();
    let report = project.other(&north, Kind::REPORT, &up("gao"), (1, 0, None));
    let astray = project.other(&north, Kind::AUTHORITY, &Circle::Everyone, (2, 0, None));
    project.set.extend([report.clone(), astray.clone()]);
    let mut expected = [(report.id(), 0, Reason::NotALog), (astray.id(), 0, Reason::ForeignDocument)];
    expected.sort_by_key(|(id, ..)| *id);
    assert_eq!(project.roster().rejected(), expected);
}

/// Guards against heads that a monitor's device cannot follow, or that strangers fill up.
#[test]
fn heads_name_the_newest_of_each_log_and_no_strangers() {
    let (mut project, mut north, _) = staffed();
    let authority = project.set.last().unwrap().id();
    let registry = project.says(&mut north, Log::Registry, vec![crate::support::invite(1, Role::Monitor, Some("gao"))]);
    let mut expected = vec![authority, registry];
    expected.sort_unstable();
    assert_eq!(project.roster().heads(), expected);
    let before: [u8; 8] = project.roster().authority_head();
    for number in 20..100 {
        let mut stranger = Device::new(number);
        let act = crate::support::claim(&project.id, 1, &stranger);
        project.says_after(&mut stranger, Log::Registry, vec![act], vec![]);
    }
    assert_eq!(project.roster().heads(), expected);
    assert_eq!(project.roster().authority_head(), before);
    project.by_root(vec![new_area("kidal", None)]);
    assert_ne!(project.roster().authority_head(), before);
    let empty = Roster::from_statements(project.root.key(), []);
    assert!(empty.heads().is_empty());
}
