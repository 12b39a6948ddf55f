//! Promise 9 on the device: a device that was taken is removed with a cut. What it said before counts, what it says
//! afterwards does not, the same everywhere; the others get new keys, and who was out of reach loses nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use azalai_envelope::{DocumentId, SigningPublic, StatementId};
use azalai_model::{IncidentEdit, Status, Tlp};
use azalai_node::{Fate, NodeError, TakenAt};
use azalai_roster::{Circle, MemberState, Role};
use azalai_testkit::Community;
use futures_lite::future::block_on;

fn key(c: &mut Community, name: &str) -> SigningPublic {
    c.who(name).node.device().signing
}

fn remove(c: &mut Community, by: &str, whom: &str, taken: TakenAt) -> azalai_node::Removal {
    let (device, now_ms) = (key(c, whom), c.now_ms);
    block_on(c.who(by).node.remove(&device, taken, now_ms)).unwrap()
}

/// Rounds in which everybody but those removed exchanges.
fn rounds(c: &mut Community, but: &[&str]) {
    let names: Vec<String> = c.people.iter().map(|member| member.node.pseudonym().to_owned()).collect();
    for _ in 0..4 {
        for name in names.iter().filter(|name| !but.contains(&name.as_str())) {
            c.visit(name).unwrap();
        }
    }
}

fn texts(c: &mut Community, name: &str) -> Vec<String> {
    let views = block_on(c.who(name).node.reports()).unwrap();
    views.into_iter().map(|view| view.row.fields.narrative).collect()
}

fn title(c: &mut Community, name: &str, id: DocumentId) -> String {
    block_on(c.who(name).node.incident(&id)).unwrap().unwrap().title.clone()
}

/// Guards against the whole of promise 9 for a monitor: a taken phone that goes on speaking, or reading, or whose
/// removal takes its honest past or a neighbour's last month with it.
#[test]
fn a_monitor_who_is_removed_is_heard_up_to_the_cut_and_the_others_lose_nothing() {
    let mut c = Community::of(&["heron", "stork", "swift", "dove"]);
    c.settle();
    c.report("swift", "Before", Tlp::Amber).unwrap();
    c.settle();
    // Dove is out of reach for what follows, and knows nothing of it.
    c.report("dove", "From the hills, before", Tlp::Amber).unwrap();
    let epoch = c.who("acacia").node.roster().posting().unwrap().epoch;

    let plan = {
        let device = key(&mut c, "swift");
        let plan = block_on(c.who("heron").node.plan_removal(&device, TakenAt::Now)).unwrap();
        let before = c.who("heron").node.roster().member(&device).unwrap().state;
        assert_eq!(before, MemberState::Confirmed, "a plan changes nothing");
        plan
    };
    assert_eq!((plan.counts, plan.set_aside.len(), plan.circles.clone()), (1, 0, vec![Circle::Everyone]));
    assert!(plan.renewed.is_empty(), "a coordinator cannot give everyone a new key");

    // A coordinator removes; the steward's device gives the new keys by itself when it learns of it.
    remove(&mut c, "heron", "swift", TakenAt::Now);
    rounds(&mut c, &["swift", "dove"]);
    let roster = c.who("acacia").node.roster();
    assert_eq!(roster.posting().unwrap().epoch, epoch + 1);
    assert!(roster.newest_key(&Circle::Everyone).is_ok());

    // The taken phone speaks: to nobody who counts it. It reads nothing that is said from now on.
    c.report("swift", "After, under a gun", Tlp::Amber).unwrap();
    let _ = c.visit("swift");
    let now_ms = c.now_ms;
    let said = azalai_model::ReportFields {
        category: Some("other".to_owned()),
        narrative: "For every member but one".to_owned(),
        tlp: Some(Tlp::Green),
        ..Default::default()
    };
    block_on(c.who("stork").node.report(said, Some("valley".parse().unwrap()), now_ms)).unwrap();
    rounds(&mut c, &["swift", "dove"]);
    let _ = c.visit("swift");
    let _ = c.visit("swift");
    assert!(!texts(&mut c, "swift").iter().any(|text| text.contains("but one")), "it holds no key for this");
    // Dove comes back after all that, and is sent what it needs.
    c.report("dove", "From the hills, after", Tlp::Amber).unwrap();
    rounds(&mut c, &["swift"]);
    assert!(texts(&mut c, "dove").iter().any(|text| text.contains("but one")));

    for name in ["heron", "stork"] {
        let mut said = texts(&mut c, name);
        said.sort_unstable();
        assert_eq!(said, ["Before", "For every member but one", "From the hills, after", "From the hills, before"]);
        let views = block_on(c.who(name).node.reports()).unwrap();
        assert!(views.iter().all(|view| !view.unconfirmed), "a member said it, before the cut");
        let aside = block_on(c.who(name).node.quarantine()).unwrap();
        assert_eq!(aside.len(), 1, "{name}: {aside:?}");
        assert_eq!(aside[0].pseudonym.as_deref(), Some("swift"));
    }

    // Somebody looks at it and takes it back in: it counts for all, and the others do not.
    let (id, now_ms) = (block_on(c.who("heron").node.quarantine()).unwrap()[0].statement, c.now_ms);
    block_on(c.who("heron").node.adopt(&[id], now_ms)).unwrap();
    rounds(&mut c, &["swift"]);
    for name in ["heron", "stork"] {
        assert!(texts(&mut c, name).contains(&"After, under a gun".to_owned()), "{name}");
        assert!(block_on(c.who(name).node.quarantine()).unwrap().is_empty());
    }
}

/// Guards against an incident that is lost, or keeps a traitor's word, because honest people built on it.
#[test]
fn what_honest_people_built_on_a_removed_coordinators_words_stays_and_those_words_do_not_count() {
    let mut c = Community::of(&["heron", "stork", "ibis"]);
    c.settle();
    let valley = || Some("valley".parse().unwrap());
    let now_ms = c.now_ms;
    let id = block_on(c.who("stork").node.incident_new("At the well", valley(), Tlp::Amber, None, now_ms)).unwrap();
    c.settle();
    let taken_at = c.now_ms;
    c.now_ms += 60_000;
    let now_ms = c.now_ms;
    // The taken device calls it a quarrel and closes the matter; honest Ibis goes on from there.
    let edit = [IncidentEdit::SetTitle("A quarrel".to_owned()), IncidentEdit::SetStatus(Status::Reviewing)];
    block_on(c.who("stork").node.incident_edit(id, &edit, now_ms)).unwrap();
    c.settle();
    let now_ms = c.now_ms;
    block_on(c.who("ibis").node.incident_edit(id, &[IncidentEdit::SetCategory("other".to_owned())], now_ms)).unwrap();
    c.settle();
    assert_eq!(title(&mut c, "heron", id), "A quarrel");

    let plan = remove(&mut c, "acacia", "stork", TakenAt::Ms(taken_at));
    assert!(plan.renewed.contains(&Circle::Staff) && plan.keys_to.contains(&"heron".to_owned()), "{plan:?}");
    rounds(&mut c, &["stork"]);
    for name in ["heron", "ibis"] {
        let view = block_on(c.who(name).node.incident(&id)).unwrap().unwrap();
        assert_eq!(view.status, Status::New, "{name}");
        assert_eq!(view.incident.category.value.as_deref(), Some("other"), "{name}: honest work is there");
        let aside: Vec<&str> = view.incident.set_aside.iter().map(|aside| aside.field.as_str()).collect();
        assert!(aside.contains(&"title") && aside.contains(&"status"), "{name}: {aside:?}");
        let whole = block_on(c.who(name).node.whole(&id)).unwrap();
        assert!(whole.history.iter().any(|entry| matches!(entry.fate, Fate::Beneath(_))), "{name}");
    }
    let canonical = |c: &mut Community, name: &str| block_on(c.who(name).node.whole(&id)).unwrap().canonical;
    assert_eq!(canonical(&mut c, "heron"), canonical(&mut c, "ibis"));

    // A steward takes it back in by its number, which a coordinator who reads it gives; no coordinator can.
    let aside: Vec<StatementId> =
        block_on(c.who("heron").node.quarantine()).unwrap().iter().map(|aside| aside.statement).collect();
    let now_ms = c.now_ms;
    let refused = block_on(c.who("heron").node.adopt(&aside, now_ms));
    assert!(matches!(refused, Err(NodeError::Denied(_))), "{refused:?}");
    block_on(c.who("acacia").node.adopt(&aside, now_ms)).unwrap();
    rounds(&mut c, &["stork"]);
    for name in ["heron", "ibis"] {
        assert_eq!(title(&mut c, name, id), "A quarrel");
        assert!(block_on(c.who(name).node.quarantine()).unwrap().is_empty());
    }
}

/// Guards against a project that loses its last steward to a slip, and against those who may not removing anybody.
#[test]
fn nobody_removes_themselves_or_whom_they_may_not() {
    let mut c = Community::of(&["heron", "stork", "swift", "lark"]);
    c.settle();
    let now_ms = c.now_ms;
    for (by, whom) in
        [("acacia", "acacia"), ("heron", "acacia"), ("heron", "stork"), ("stork", "lark"), ("swift", "lark")]
    {
        let device = key(&mut c, whom);
        let refused = block_on(c.who(by).node.remove(&device, TakenAt::Now, now_ms));
        assert!(
            matches!(refused, Err(NodeError::Denied(_) | NodeError::NotFound(_))),
            "{by} removed {whom}: {refused:?}"
        );
        assert_eq!(c.who("acacia").node.roster().member(&device).unwrap().state, MemberState::Confirmed);
    }
    let role = c.who("acacia").node.roster().members().filter(|member| member.role == Role::Steward).count();
    assert_eq!(role, 1);
}
