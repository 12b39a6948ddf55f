//! Promise 9 on the device: a device that was taken is removed with a cut. What it said before counts, what it says
//! afterwards does not, the same everywhere; the others get new keys, and who was out of reach loses nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use azalai_envelope::{
    AudienceId, DocumentId, Kind, PostingKey, ReceivingSecret, SigningPublic, SigningSecret, StatementId,
};
use azalai_model::{IncidentEdit, Status, Tlp};
use azalai_node::limits::MAX_WAITING_LETTERS;
use azalai_node::{AsideWhy, Fate, NodeError, Past, Said, TakenAt};
use azalai_roster::{Act, Circle, KeyLetter, Log, MemberState, Role};
use azalai_store::{Fault, FaultWhen};
use azalai_testkit::Community;
use azalai_testkit::attacker::{Attacker, Place, bundle};
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
    assert!(roster.posting().unwrap().epoch > epoch);
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

/// Reports of an insider's, one after the other in one chain; each opens a document of its own.
fn chain_of(viper: &mut Attacker, audience: AudienceId, words: &[&str], mut place: Place) -> Vec<(Place, Vec<u8>)> {
    let mut letters = Vec::new();
    for words in words {
        let (own, nonce) = viper.own_document(Kind::REPORT, audience);
        let change = viper.report_change(&viper.actor(&own, place), words);
        let said = viper.say(Kind::REPORT, (own, Some(nonce)), audience, place, &change);
        place = (place.0, place.1 + 1, Some(said.id()));
        letters.push((place, viper.seal(&said)));
    }
    letters
}

fn bring(c: &mut Community, name: &str, letter: &[u8]) {
    let bundle = bundle(&[letter.to_vec()]);
    block_on(c.who(name).node.import_bundle(&bundle)).unwrap();
}

/// A community with an insider who is admitted as a monitor of valley, and what it says to those of valley and above.
fn with_insider(names: &[&str]) -> (Community, Attacker, AudienceId) {
    let mut c = Community::of(names);
    let mut viper = Attacker::invited(&mut c, 666);
    let claim = viper.claim("viper");
    bring(&mut c, "acacia", &claim);
    c.settle();
    let audience = viper.audience(&Circle::AreaAndAbove("valley".parse().unwrap()));
    (c, viper, audience)
}

/// Guards against devices that end with different documents because one of them got the later of two places first: a
/// fork was found only by looking back.
#[test]
fn a_fork_is_found_in_every_order_of_arrival() {
    let (mut c, mut viper, audience) = with_insider(&["heron", "stork", "ibis"]);
    let begin = viper.new_place();
    let first = chain_of(&mut viper, audience, &["One"], begin);
    let [left, right] = ["Left", "Right"].map(|words| chain_of(&mut viper, audience, &[words], first[0].0));
    // On the branch whose own beginning nobody is given.
    let on = chain_of(&mut viper, audience, &["On from the right"], right[0].0);
    let letters = [&first[0].1, &left[0].1, &on[0].1];
    for (name, order) in [("heron", [0, 1, 2]), ("stork", [0, 2, 1]), ("ibis", [2, 1, 0])] {
        order.iter().for_each(|index| bring(&mut c, name, letters[*index]));
        let mut said: Vec<String> = texts(&mut c, name);
        said.sort_unstable();
        said.retain(|words| !words.is_empty());
        assert_eq!(said, ["One"], "{name}");
        assert_eq!(block_on(c.who(name).node.quarantine()).unwrap().len(), 2, "{name}");
    }
}

/// Guards against a removed device that takes its own honest past out of what counts, by writing beside it.
#[test]
fn a_fork_below_the_cut_leaves_the_branch_that_the_cut_names() {
    let (mut c, mut viper, audience) = with_insider(&["heron", "stork"]);
    let begin = viper.new_place();
    let honest = chain_of(&mut viper, audience, &["One", "Two", "Three"], begin);
    let beside = chain_of(&mut viper, audience, &["Beside two", "Beside three"], honest[0].0);
    // Heron has all of the past; stork is without its middle when the other branch arrives.
    honest.iter().for_each(|(_, letter)| bring(&mut c, "heron", letter));
    [0, 2].iter().for_each(|index| bring(&mut c, "stork", &honest[*index].1));
    let (device, now_ms) = (viper.keys.public().signing, c.now_ms);
    block_on(c.who("heron").node.remove(&device, TakenAt::Now, now_ms)).unwrap();
    for name in ["heron", "stork"] {
        beside.iter().for_each(|(_, letter)| bring(&mut c, name, letter));
    }
    bring(&mut c, "stork", &honest[1].1);
    rounds(&mut c, &[]);
    for name in ["heron", "stork"] {
        let mut said = texts(&mut c, name);
        said.sort_unstable();
        said.retain(|words| !words.is_empty());
        assert_eq!(said, ["One", "Three", "Two"], "{name}");
    }
}

/// Guards against a steward who, before its removal, gives everyone a key that nobody else holds: the next key was
/// announced under it, to nobody, and no further one came.
#[test]
fn a_key_that_nobody_holds_stops_no_later_key() {
    let (mut c, mut viper, _) = with_insider(&["heron", "stork", "swift"]);
    let (device, now_ms) = (viper.keys.public().signing, c.now_ms);
    block_on(c.who("acacia").node.grant(&device, Role::Steward, None, Past::All, now_ms)).unwrap();
    c.settle();
    let dead = Act::NewGeneration {
        circle: Circle::Everyone,
        key: ReceivingSecret::from_bytes([3; 32]).public(),
        number: 50,
        posting: Some(PostingKey { epoch: 50, secret: SigningSecret::from_seed(&[4; 32]) }.public()),
    };
    let place = viper.new_place();
    let said = viper.acts(Log::Authority, vec![dead], place);
    let letter = viper.seal(&said);
    ["acacia", "heron", "stork", "swift"].iter().for_each(|name| bring(&mut c, name, &letter));
    block_on(c.who("acacia").node.remove(&device, TakenAt::Now, now_ms)).unwrap();
    rounds(&mut c, &[]);
    c.report("stork", "For everyone again", Tlp::Green).unwrap();
    rounds(&mut c, &[]);
    for name in ["heron", "stork", "swift"] {
        assert!(texts(&mut c, name).contains(&"For everyone again".to_owned()), "{name}");
        assert!(c.who(name).node.roster().posting().unwrap().epoch > 50, "{name}");
    }
}

/// Guards against a project that falls silent while its two stewards are suspended: coordinators go on giving their own
/// circles keys, so that monitors are heard, and nobody's device makes keys without end.
#[test]
fn while_stewards_exclude_each_other_reports_go_on_reaching_coordinators() {
    let mut c = Community::of(&["heron", "stork", "swift"]);
    c.settle();
    let (second, now_ms) = (key(&mut c, "heron"), c.now_ms);
    block_on(c.who("acacia").node.grant(&second, Role::Steward, None, Past::All, now_ms)).unwrap();
    c.settle();
    remove(&mut c, "acacia", "heron", TakenAt::Now);
    remove(&mut c, "heron", "acacia", TakenAt::Now);
    rounds(&mut c, &[]);
    for name in ["acacia", "heron"] {
        let device = key(&mut c, name);
        let state = c.who("stork").node.roster().member(&device).unwrap().state;
        assert_eq!(state, MemberState::Suspended, "{name}");
    }
    c.report("swift", "Still here", Tlp::Amber).unwrap();
    rounds(&mut c, &[]);
    assert!(texts(&mut c, "stork").contains(&"Still here".to_owned()));
    let valley = Circle::AreaAndAbove("valley".parse().unwrap());
    let keys = c.who("stork").node.roster().generations(&valley).len();
    rounds(&mut c, &[]);
    assert_eq!(c.who("stork").node.roster().generations(&valley).len(), keys, "enough is enough");
}

/// Guards against one who is granted an area and never gets its keys, since the granter's device failed in between.
#[test]
fn an_interrupted_grant_is_followed_by_its_letter() {
    let mut c = Community::of(&["stork", "lark"]);
    c.settle();
    let asleep: Vec<_> = c.people.iter().map(azalai_testkit::Member::asleep).collect();
    let mut granted = 0;
    for after_writes in 0..8 {
        let people = (10..).zip(&asleep).map(|(seed, asleep)| azalai_testkit::Member::wake(asleep, seed)).collect();
        let mut c = Community { people, relay: c.relay.copy(), now_ms: c.now_ms };
        let (device, now_ms) = (key(&mut c, "stork"), c.now_ms);
        c.who("acacia").store().plan(Fault { after_writes, when: FaultWhen::Before });
        let hills = Some("hills".parse().unwrap());
        let _ = block_on(c.who("acacia").node.grant(&device, Role::Coordinator, hills, Past::All, now_ms));
        c.who("acacia").crash();
        c.settle();
        let roster = c.who("acacia").node.roster();
        if roster.may_open(&device).contains(&Circle::Area("hills".parse().unwrap())) {
            granted += 1;
            c.report("lark", "For the hills alone", Tlp::AmberStrict).unwrap();
            c.settle();
            assert!(texts(&mut c, "stork").contains(&"For the hills alone".to_owned()), "after {after_writes} writes");
        }
    }
    assert!(granted > 1);
}

/// Guards against a newcomer who never gets a key that another steward made meanwhile and still has to hand on.
#[test]
fn who_made_a_key_hands_it_on_to_those_whom_another_admitted() {
    let mut c = Community::of(&["heron", "stork"]);
    c.settle();
    let (second, now_ms) = (key(&mut c, "heron"), c.now_ms);
    block_on(c.who("acacia").node.grant(&second, Role::Steward, None, Past::All, now_ms)).unwrap();
    c.settle();
    let finch = azalai_testkit::Member::join(c.who("acacia"), 99, Role::Monitor, "valley", "finch", now_ms);
    c.people.push(finch);
    c.visit("finch").unwrap();
    c.visit("acacia").unwrap();
    // Apart: one gives everyone a new key, the other admits.
    block_on(c.who("heron").node.rotate(&[Circle::Everyone], now_ms)).unwrap();
    c.who("acacia").admit_all(now_ms);
    rounds(&mut c, &[]);
    c.report("stork", "To every member", Tlp::Green).unwrap();
    rounds(&mut c, &[]);
    assert!(texts(&mut c, "finch").contains(&"To every member".to_owned()));
}

/// Guards against members who are shut out by two new keys in a row: the act that names the second was sealed under the
/// first, which came in a letter that was posted with the second.
#[test]
fn several_new_keys_between_two_exchanges_reach_everybody() {
    let mut c = Community::of(&["heron", "swift"]);
    c.settle();
    let now_ms = c.now_ms;
    for _ in 0..3 {
        block_on(c.who("acacia").node.rotate(&[Circle::Everyone], now_ms)).unwrap();
    }
    rounds(&mut c, &[]);
    let newest = c.who("acacia").node.roster().posting();
    for name in ["heron", "swift"] {
        assert_eq!(c.who(name).node.roster().posting(), newest);
    }
    c.report("heron", "Under the newest of many", Tlp::Green).unwrap();
    rounds(&mut c, &[]);
    assert_eq!(texts(&mut c, "swift"), ["Under the newest of many"]);
}

/// Guards against letters with keys that nobody named, which cost more with every new key the more of them wait.
#[test]
fn a_strangers_key_letters_wait_only_up_to_a_limit() {
    let (mut c, mut viper, _) = with_insider(&["heron", "swift"]);
    let audience = key(&mut c, "swift").audience();
    let me = viper.keys.public().signing;
    let mut letters = Vec::new();
    for n in 0..MAX_WAITING_LETTERS + 5 {
        let secret = ReceivingSecret::from_bytes([n as u8 | 1; 32]);
        let letter = KeyLetter { circles: vec![(Circle::Everyone, secret)], ..KeyLetter::default() };
        let body = [me.0.as_slice(), &letter.encode().unwrap()].concat();
        let (document, nonce) = viper.own_document(Kind::KEYS, audience);
        let place = viper.new_place();
        let said = viper.say(Kind::KEYS, (document, Some(nonce)), audience, place, &body);
        letters.push(viper.seal(&said));
    }
    let imported = block_on(c.who("swift").node.import_bundle(&bundle(&letters))).unwrap();
    assert_eq!(imported.taken.refused.len(), 5, "{:?}", imported.taken.refused.first());
    // Who may give keys is heard all the same.
    let now_ms = c.now_ms;
    block_on(c.who("acacia").node.rotate(&[Circle::Everyone], now_ms)).unwrap();
    rounds(&mut c, &[]);
    let newest = c.who("acacia").node.roster().posting();
    assert_eq!(c.who("swift").node.roster().posting(), newest);
}

/// Guards against a person who takes back in what they never read, against a look that lets something count, and
/// against a plan that is carried out although another one was shown.
#[test]
fn what_is_set_aside_is_looked_at_first_and_a_plan_is_known_by_its_digest() {
    let mut c = Community::of(&["heron", "stork", "swift"]);
    c.settle();
    let now_ms = c.now_ms;
    let id = block_on(c.who("stork").node.incident_new(
        "At the well",
        Some("valley".parse().unwrap()),
        Tlp::Amber,
        None,
        now_ms,
    ));
    let id = id.unwrap();
    c.report("swift", "Before", Tlp::Amber).unwrap();
    c.settle();
    let (monitor, coordinator, taken) = (key(&mut c, "swift"), key(&mut c, "stork"), c.now_ms);
    let digest =
        |c: &mut Community, taken| block_on(c.who("heron").node.plan_removal(&monitor, taken)).unwrap().digest();
    let first = digest(&mut c, TakenAt::Now);
    assert_eq!(digest(&mut c, TakenAt::Now), first);
    assert_ne!(digest(&mut c, TakenAt::Ms(1)), first);
    c.now_ms += 60_000;
    let now_ms = c.now_ms;
    block_on(c.who("stork").node.incident_edit(id, &[IncidentEdit::SetTitle("A quarrel".to_owned())], now_ms)).unwrap();
    c.report("swift", "After", Tlp::Amber).unwrap();
    c.settle();
    assert_ne!(digest(&mut c, TakenAt::Now), first, "something arrived");

    remove(&mut c, "heron", "swift", TakenAt::Ms(taken));
    remove(&mut c, "acacia", "stork", TakenAt::Ms(taken));
    rounds(&mut c, &["swift", "stork"]);
    let heron = &c.who("heron").node;
    let removals = heron.removals_of(&coordinator);
    assert!(removals.len() == 1 && removals[0].stands, "{removals:?}");
    assert!(heron.removals_of(&heron.device().signing).is_empty());
    let mut said = Vec::new();
    for aside in block_on(heron.quarantine()).unwrap() {
        let text = match block_on(heron.peek(&aside.statement)).unwrap().said {
            Said::Report(fields, None) => fields.narrative,
            Said::Incident(fields) => fields.into_iter().find(|(field, _)| field == "title").unwrap().1.to_string(),
            other => panic!("{other:?}"),
        };
        said.push((aside.why, text));
    }
    said.sort();
    // The steward who removed the coordinator does not read their chain, so no cut names it.
    let wanted =
        [(AsideWhy::PastCut, "After"), (AsideWhy::NoCut, "\"A quarrel\""), (AsideWhy::NoCut, "\"At the well\"")];
    assert_eq!(said, wanted.map(|(why, text)| (why, text.to_owned())));
    assert!(matches!(block_on(heron.peek(&StatementId([7; 32]))), Err(NodeError::NotFound(_))));
    assert_eq!(texts(&mut c, "heron"), ["Before"], "to look takes nothing in");
}
