//! Who belongs to which body, and which circles a complaint of a body has to go round.

use azalai_roster::{Act, BodyCode, Circle, Log, Reason, Role, Roster};

use crate::support::{Device, Project, area, bodies, grant, marked, person, remove};

fn up(code: &str) -> Circle {
    Circle::AreaAndAbove(area(code))
}

fn own(code: &str) -> Circle {
    Circle::Area(area(code))
}

/// Coordinators of north, and of gao within it.
fn staffed() -> (Project, Device, Device) {
    let mut project = Project::founded();
    let (north, gao) = (Device::new(5), Device::new(6));
    project.by_root(vec![grant(&north, Role::Coordinator, Some("north")), grant(&gao, Role::Coordinator, Some("gao"))]);
    (project, north, gao)
}

fn holds(roster: &Roster, circle: &Circle, body: &str) -> usize {
    roster.of_bodies_in(circle, &bodies(&[body])).len()
}

/// Guards against a circle that is taken to be free of a body because its member was marked from above, or is marked for
/// another body besides.
#[test]
fn a_mark_counts_in_every_circle_whose_keys_the_device_may_hold_and_in_no_other() {
    let (mut project, north, gao) = staffed();
    project.by_root(vec![marked(&gao, &["police", "army"])]);
    let roster = project.roster();
    assert_eq!(roster.bodies_of(&gao.key()), bodies(&["army", "police"]));
    assert!(roster.bodies_of(&north.key()).is_empty());
    for (circle, police, customs) in [(own("gao"), 1, 0), (up("gao"), 1, 0), (own("north"), 0, 0), (up("north"), 0, 0)]
    {
        assert_eq!(
            (holds(&roster, &circle, "police"), holds(&roster, &circle, "customs")),
            (police, customs),
            "{circle}"
        );
    }
    project.by_root(vec![marked(&north, &["customs"])]);
    let roster = project.roster();
    assert_eq!((holds(&roster, &own("gao"), "customs"), holds(&roster, &up("gao"), "customs")), (0, 1));
    // A steward keeps the keys of every circle, even of those that its program does not read.
    let root = project.root.clone();
    project.by_root(vec![marked(&root, &["customs"])]);
    let roster = project.roster();
    assert!(roster.circles().all(|circle| holds(&roster, circle, "customs") > 0));
}

/// Guards against a mark by somebody who may not, or one that is taken away by whom it is about.
#[test]
fn only_stewards_mark_and_the_latest_mark_counts() {
    let (mut project, mut north, gao) = staffed();
    project.by_root(vec![marked(&gao, &["police"])]);
    let said = project.says(&mut north, Log::Authority, vec![marked(&gao, &[])]);
    let roster = project.roster();
    assert_eq!(roster.bodies_of(&gao.key()), bodies(&["police"]));
    assert!(roster.rejected().contains(&(said, 0, Reason::NoRight)));
    let said = project.says(&mut north, Log::Registry, vec![marked(&gao, &[])]);
    assert!(project.roster().rejected().contains(&(said, 0, Reason::WrongLog)));
    project.by_root(vec![marked(&gao, &["customs"])]);
    assert_eq!(project.roster().bodies_of(&gao.key()), bodies(&["customs"]));
    project.by_root(vec![marked(&gao, &[])]);
    assert!(project.roster().bodies_of(&gao.key()).is_empty());
}

/// Guards against an order of arrival, or a low id, that decides who is told of a complaint.
#[test]
fn what_two_stewards_say_apart_counts_together_until_one_knows_of_the_other() {
    let (mut project, _, gao) = staffed();
    let mut other = Device::new(7);
    project.by_root(vec![grant(&other, Role::Steward, None)]);
    let known = project.roster().heads();
    let mut root = project.root.clone();
    project.says_after(&mut root, Log::Authority, vec![marked(&gao, &["police"])], known.clone());
    project.says_after(&mut other, Log::Authority, vec![marked(&gao, &[])], known.clone());
    project.says_after(&mut other, Log::Authority, vec![marked(&gao, &["customs"])], known);
    assert_eq!(project.roster().bodies_of(&gao.key()), bodies(&["customs", "police"]));
    project.set.reverse();
    assert_eq!(project.roster().bodies_of(&gao.key()), bodies(&["customs", "police"]), "in whatever order it comes");
    project.says(&mut other, Log::Authority, vec![marked(&gao, &["army"])]);
    assert_eq!(project.roster().bodies_of(&gao.key()), bodies(&["army"]));
}

/// Guards against a complaint that reaches somebody through their second device, and against circles that stay closed to
/// complaints because of one who is gone.
#[test]
fn a_mark_holds_for_all_devices_of_a_person_and_ends_to_matter_with_removal() {
    let (mut project, _, gao) = staffed();
    let second = Device::new(8);
    let Act::Grant { device, pseudonym, .. } = grant(&second, Role::Coordinator, None) else { unreachable!() };
    let (role, of) = (Role::Coordinator, Some(area("north")));
    project.by_root(vec![
        marked(&gao, &["police"]),
        Act::Grant { device, pseudonym, role, area: of, person: person(&gao) },
    ]);
    let roster = project.roster();
    assert_eq!(roster.bodies_of(&second.key()), bodies(&["police"]));
    assert_eq!(holds(&roster, &own("north"), "police"), 1);
    project.by_root(vec![remove(&second, Vec::new())]);
    let roster = project.roster();
    assert_eq!((holds(&roster, &own("north"), "police"), holds(&roster, &own("gao"), "police")), (0, 1));
}

/// Guards against a code that is read in two ways, and against a list that has two forms.
#[test]
fn a_code_of_a_body_is_small_letters_digits_and_hyphens() {
    assert_eq!("local-authority".parse::<BodyCode>().unwrap().as_str(), "local-authority");
    for wrong in ["", "Police", "a b", "é", &"x".repeat(33)] {
        assert!(wrong.parse::<BodyCode>().is_err(), "{wrong}");
    }
}
