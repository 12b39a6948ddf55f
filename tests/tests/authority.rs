//! Promise 3: whatever a non-member or a monitor with a program of its own posts, no document that it may not write
//! changes, nothing moves to another audience, and the logs stay as they are. What the protocol keeps, it shows.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use azalai_envelope::ids::{derive, to_hex};
use azalai_envelope::{Day, DocumentId, Kind, PostingKey, ReceivingSecret, SigningSecret};
use azalai_model::carried::whole;
use azalai_model::lint::{Expect, lint};
use azalai_model::{Document, DocumentKind, IncidentEdit, Strangers, Tlp, actor_id};
use azalai_node::{Fate, ReportState};
use azalai_roster::{Act, Admission, Circle, KeyLetter, Log, MemberState, Receipt, Role, What};
use azalai_testkit::attacker::{Attacker, bundle};
use azalai_testkit::{Community, Member};
use futures_lite::future::block_on;

/// A community at work, with one monitor who is an attacker.
struct Scene {
    c: Community,
    viper: Attacker,
    /// An AMBER report of swift, which heron and stork read and linked.
    report: DocumentId,
    /// An incident of heron's.
    incident: DocumentId,
    /// What the circle of that report's readers is.
    readers: Circle,
}

impl Scene {
    fn new() -> Self {
        let mut c = Community::of(&["heron", "stork", "egret", "swift", "lark"]);
        let mut viper = Attacker::invited(&mut c, 666);
        let claim = viper.claim("viper");
        block_on(c.who("acacia").node.import_bundle(&bundle(&[claim]))).unwrap();
        let report = c.report("swift", "Three men at the well", Tlp::Amber).unwrap();
        c.report("swift", "For the valley alone", Tlp::AmberStrict).unwrap();
        c.report("lark", "Seen in the hills", Tlp::Amber).unwrap();
        c.settle();
        let now_ms = c.now_ms;
        let heron = &mut c.who("heron").node;
        let valley = Some("valley".parse().unwrap());
        let incident = block_on(heron.incident_new("At the well", valley, Tlp::Amber, None, now_ms)).unwrap();
        block_on(heron.incident_link(incident, report, None, now_ms)).unwrap();
        c.settle();
        let standing = c.who("heron").node.roster().member(&viper.keys.public().signing).unwrap().clone();
        assert_eq!((standing.role, standing.state), (Role::Monitor, MemberState::Confirmed), "viper is a member");
        Self { c, viper, report, incident, readers: Circle::AreaAndAbove("valley".parse().unwrap()) }
    }

    /// Hands letters to everybody, in this order on some devices and in the other on the rest, twice, and to the
    /// relay; gives what each device said about those that it refused.
    fn deliver(&mut self, letters: &[Vec<u8>]) -> Vec<String> {
        let mut turned = letters.to_vec();
        turned.reverse();
        let mut refused = Vec::new();
        for (number, member) in self.c.people.iter_mut().enumerate() {
            let order = if number % 2 == 0 { letters } else { &turned };
            for _ in 0..2 {
                for letter in order {
                    let imported = block_on(member.node.import_bundle(&bundle(std::slice::from_ref(letter)))).unwrap();
                    let name = member.node.pseudonym();
                    refused.extend(imported.taken.refused.iter().map(|(_, why)| format!("{name}: {why}")));
                }
            }
        }
        self.c.settle();
        for member in &mut self.c.people {
            member.crash();
        }
        refused
    }

    /// Delivers, and holds everybody to what they had before.
    fn nothing_changes(&mut self, letters: &[Vec<u8>]) -> Vec<String> {
        let before = self.state();
        let refused = self.deliver(letters);
        for (before, after) in before.iter().zip(self.state()) {
            let name = before.lines().next().unwrap();
            for (before, after) in before.lines().zip(after.lines()) {
                assert_eq!(before, after, "on {name}");
            }
            assert_eq!(before.lines().count(), after.lines().count(), "on {name}");
        }
        refused
    }

    fn state(&self) -> Vec<String> {
        self.c.people.iter().map(state_of).collect()
    }

    fn fates(&mut self, who: &str, document: DocumentId) -> Vec<Fate> {
        let viper = self.viper.keys.public().signing;
        let history = block_on(self.c.who(who).node.whole(&document)).unwrap().history;
        history.into_iter().filter(|past| past.author == viper).map(|past| past.fate).collect()
    }
}

/// Everything that a device shows or decides by, as text.
fn state_of(member: &Member) -> String {
    let node = &member.node;
    let roster = node.roster();
    let mut lines = vec![node.pseudonym().to_owned()];
    for view in block_on(node.reports()).unwrap() {
        let canonical = derive("azalai tests document", &[&block_on(node.whole(&view.id)).unwrap().canonical]);
        lines.push(format!("{view:?} {}", to_hex(&canonical)));
    }
    for mut view in block_on(node.incidents()).unwrap() {
        view.set_aside = 0;
        let canonical = derive("azalai tests document", &[&block_on(node.whole(&view.id)).unwrap().canonical]);
        lines.push(format!("{view:?} {}", to_hex(&canonical)));
    }
    lines.extend(roster.members().map(|member| format!("{member:?}")));
    lines.extend(roster.circles().map(|circle| format!("{circle} {:?}", roster.newest_key(circle))));
    lines.push(format!("{:?} {:?}", roster.areas().collect::<Vec<_>>(), roster.invites()));
    lines.push(format!("{:?} {:?} {:?}", roster.relays(), roster.posting_keys(), roster.carrier().is_some()));
    let status = block_on(node.status()).unwrap();
    lines.push(format!("{:?} {:?} {:?}", status.reports, status.own_reports, status.epoch));
    lines.push(format!("{} {:?} {:?}", status.admitted, status.readable.1, status.members));
    lines.join("\n")
}

/// Guards against words put into another's mouth: an amendment of somebody else's report, with the attacker's actor or
/// with a whole change that names the victim's. (Nobody can so much as say that they open another's document.)
#[test]
fn nobody_amends_anothers_report() {
    let mut s = Scene::new();
    let audience = s.viper.audience(&s.readers);
    let mut letters = Vec::new();
    let place = s.viper.new_place();
    let own = s.viper.actor(&s.report, place);
    let change = s.viper.report_change(&own, "Nobody was at the well");
    let amended = s.viper.say(Kind::REPORT, (s.report, None), audience, place, &change);
    letters.push(s.viper.seal(&amended));
    let swift = s.c.who("swift").node.device().signing;
    let place = s.viper.new_place();
    let victims = actor_id(&s.viper.project, &swift.0, &s.report, &place.0);
    let change = whole(&s.viper.report_change(&victims, "I made it up"), victims.to_bytes()).unwrap();
    let amended = s.viper.say(Kind::REPORT, (s.report, None), audience, place, &change);
    letters.push(s.viper.seal(&amended));
    s.nothing_changes(&letters);
    for name in ["heron", "stork"] {
        let fates = s.fates(name, s.report);
        assert_eq!(fates.len(), 2);
        for fate in fates {
            assert!(matches!(&fate, Fate::SetAside(why) if why.contains("only the device that made")), "{fate:?}");
        }
    }
}

/// Guards against a monitor's words counting as the coordinators': an incident of its own, and a change to theirs.
#[test]
fn a_monitor_writes_no_incident() {
    let mut s = Scene::new();
    let audience = s.viper.audience(&s.readers);
    let me = s.viper.keys.public().signing.author_id();
    let write = |document: DocumentId, actor: azalai_model::ActorId, title: &str| {
        let _ = document;
        let edits = [IncidentEdit::SetTitle(title.to_owned())];
        Document::new(DocumentKind::Incident).edit_incident(&actor, me, &Strangers, &edits).unwrap()
    };
    let (own, nonce) = s.viper.own_document(Kind::INCIDENT, audience);
    let place = s.viper.new_place();
    let body = write(own, s.viper.actor(&own, place), "All is well");
    let first = s.viper.say(Kind::INCIDENT, (own, Some(nonce)), audience, place, &body);
    let place = s.viper.new_place();
    let body = write(s.incident, s.viper.actor(&s.incident, place), "Nothing happened");
    let second = s.viper.say(Kind::INCIDENT, (s.incident, None), audience, place, &body);
    let letters = [s.viper.seal(&first), s.viper.seal(&second)];
    s.nothing_changes(&letters);
    for name in ["heron", "stork"] {
        assert!(block_on(s.c.who(name).node.incident(&own)).unwrap().is_none());
        let shown = block_on(s.c.who(name).node.incident(&s.incident)).unwrap().unwrap();
        assert_eq!(shown.set_aside, 1, "it is shown as set aside");
        assert!(matches!(s.fates(name, s.incident)[..], [Fate::SetAside(_)]));
    }
}

/// Guards against a statement that is sealed anew for others than its author meant: the attacker's own, and a
/// neighbour's.
#[test]
fn a_statement_moves_to_no_other_audience() {
    let mut s = Scene::new();
    let strict = s.viper.audience(&Circle::Area("valley".parse().unwrap()));
    let hills = s.viper.audience(&Circle::Area("hills".parse().unwrap()));
    let above = s.viper.audience(&s.readers);
    let everyone = s.viper.audience(&Circle::Everyone);
    let lark = s.c.who("lark").node.device().signing.audience();
    // Another member, honest, whose statement the attacker got hold of.
    let mut dupe = Attacker::invited(&mut s.c, 667);
    let claim = dupe.claim("finch");
    block_on(s.c.who("acacia").node.import_bundle(&bundle(&[claim]))).unwrap();
    s.c.settle();
    let mut letters = Vec::new();
    for author in [true, false] {
        let one = if author { &mut s.viper } else { &mut dupe };
        let (own, nonce) = one.own_document(Kind::REPORT, strict);
        let place = one.new_place();
        let change = one.report_change(&one.actor(&own, place), "For the coordinators of the valley");
        let statement = one.say(Kind::REPORT, (own, Some(nonce)), strict, place, &change);
        for other in [hills, above, everyone, lark] {
            let to = s.viper.recipient(other);
            letters.push(s.viper.seal_bytes(statement.bytes(), &to));
        }
    }
    let refused = s.nothing_changes(&letters);
    // Heron reads what goes to the valley and above; egret what goes to the hills; each also what goes to everyone.
    for name in ["heron", "stork", "egret"] {
        assert!(refused.iter().any(|line| line.starts_with(name)), "{name} says nothing: {refused:?}");
    }
}

/// Guards against rights that somebody takes: grants, admissions, removals, keys, relays, areas, adoptions by a
/// monitor, in either log.
#[test]
fn no_act_of_a_monitor_counts() {
    let mut s = Scene::new();
    let (me, stranger) = (s.viper.keys.public(), s.viper.stranger().public());
    let heron = s.c.who("heron").node.device().signing;
    let person = [9; 16];
    let area = Some("valley".parse().unwrap());
    let (pseudonym, label, name) = ("viper".to_owned(), "mine".to_owned(), "Mine".to_owned());
    let key = ReceivingSecret::from_bytes([3; 32]).public();
    let posting = PostingKey { epoch: 9, secret: SigningSecret::from_seed(&[4; 32]) }.public();
    let rotated = |circle: Circle, posting| Act::NewGeneration { circle, key, number: 7, posting };
    let one_time = SigningSecret::from_seed(&[5; 32]).public();
    let read = block_on(s.c.who("heron").node.whole(&s.report)).unwrap().history[0].statement;
    let grant = |role, area| Act::Grant { device: me, pseudonym: pseudonym.clone(), role, area, person };
    let authority = vec![
        grant(Role::Coordinator, area.clone()),
        grant(Role::Steward, None),
        Act::Area { code: "mine".parse().unwrap(), name, parent: None },
        Act::Relay { public: stranger, label },
        rotated(Circle::Everyone, Some(posting)),
        rotated(s.readers.clone(), None),
        Act::Remove { device: heron, cuts: Vec::new() },
        Act::Adopt { statements: vec![read] },
        Act::Admission { how: Admission::AtExchange },
    ];
    let pseudonym = "ghost".to_owned();
    let invite = s.viper.package.invite;
    let admit = |device, role, area| Act::Admit { device, pseudonym: pseudonym.clone(), role, area, person, invite };
    let registry = vec![
        admit(stranger, Role::Monitor, area.clone()),
        admit(me, Role::Coordinator, area.clone()),
        Act::Invite { id: [8; 16], role: Role::Monitor, area, one_time, expires: Day(40_000), person: None },
        Act::Revoke { invite },
        Act::Remove { device: s.c.who("swift").node.device().signing, cuts: Vec::new() },
        Act::Adopt { statements: vec![read] },
    ];
    let mut letters = Vec::new();
    let mut count = 0;
    for (log, acts) in [(Log::Authority, authority), (Log::Registry, registry)] {
        for act in acts {
            count += 1;
            let place = s.viper.new_place();
            let said = s.viper.acts(log, vec![act], place);
            letters.push(s.viper.seal(&said));
        }
    }
    s.nothing_changes(&letters);
    for name in ["acacia", "heron"] {
        let rejected = s.c.who(name).node.roster().rejected().len();
        assert_eq!(rejected, count, "{name} can show every act that does not count");
    }
}

/// Guards against one who says two things in one place and lets the order of arrival choose for each reader: both
/// branches are set aside on everyone's device alike.
#[test]
fn a_forked_chain_is_set_aside_from_the_fork_on_whatever_came_first() {
    let mut s = Scene::new();
    let audience = s.viper.audience(&s.readers);
    let (own, nonce) = s.viper.own_document(Kind::REPORT, audience);
    let place = s.viper.new_place();
    let change = s.viper.report_change(&s.viper.actor(&own, place), "First words");
    let first = s.viper.say(Kind::REPORT, (own, Some(nonce)), audience, place, &change);
    let opening = s.viper.seal(&first);
    s.deliver(&[opening]);
    let readers = ["heron", "stork"];
    let canonical = |s: &mut Scene, name: &str| block_on(s.c.who(name).node.whole(&own)).unwrap().canonical;
    let before = readers.map(|name| canonical(&mut s, name));
    assert_eq!(before[0], before[1]);
    let next = (place.0, 1, Some(first.id()));
    let mut letters = Vec::new();
    for words in ["To you I say this", "To you I say that"] {
        let actor = s.viper.actor(&own, place);
        let mut document = Document::new(DocumentKind::Report);
        let chunk = whole(&change, actor.to_bytes()).unwrap();
        let expect = Expect { actor: actor.to_bytes(), seq: Some(1), known_actors: &|_| true };
        document.apply(&lint(&chunk, &expect).unwrap()).unwrap();
        let mut fields = azalai_model::Report::read(&document).fields;
        fields.narrative = words.to_owned();
        let body = document.amend_report(&actor, &fields).unwrap();
        let said = s.viper.say(Kind::REPORT, (own, None), audience, next, &body);
        letters.push(s.viper.seal(&said));
    }
    s.nothing_changes(&letters);
    for (name, before) in readers.iter().zip(before) {
        assert_eq!(canonical(&mut s, name), before);
        let fates = s.fates(name, own);
        assert_eq!(fates.len(), 3);
        assert_eq!(fates[0], Fate::Applied);
        for fate in &fates[1..] {
            assert!(matches!(fate, Fate::SetAside(why) if why.contains("fork")), "{fate:?}");
        }
    }
}

/// Guards against a fork whose two branches are in two documents: each device would show the branch that it got first.
#[test]
fn a_fork_across_two_documents_sets_both_branches_aside_everywhere() {
    let mut s = Scene::new();
    let audience = s.viper.audience(&s.readers);
    let place = s.viper.new_place();
    let mut said = Vec::new();
    for words in ["In one report", "In another report"] {
        let (own, nonce) = s.viper.own_document(Kind::REPORT, audience);
        let change = s.viper.report_change(&s.viper.actor(&own, place), words);
        let statement = s.viper.say(Kind::REPORT, (own, Some(nonce)), audience, place, &change);
        said.push((own, s.viper.seal(&statement)));
    }
    let letters: Vec<_> = said.iter().map(|(_, letter)| letter.clone()).collect();
    s.deliver(&letters);
    let shown = ["heron", "stork"].map(|name| {
        let reports = block_on(s.c.who(name).node.reports()).unwrap();
        let of = reports.into_iter().filter(|view| said.iter().any(|(own, _)| *own == view.id));
        of.map(|view| (view.id, view.row.fields.narrative)).collect::<Vec<_>>()
    });
    assert_eq!(shown[0], shown[1]);
    assert!(shown[0].iter().all(|(_, words)| words.is_empty()), "{shown:?}");
    for (own, _) in said {
        assert!(matches!(s.fates("heron", own)[..], [Fate::SetAside(_)]));
    }
}

/// Guards against a change under another's actor in one's own document: arriving first, it would block the genuine
/// one for ever. A statement has no room for an actor; what brings one all the same, as a whole change, is refused.
#[test]
fn a_change_under_a_foreign_actor_is_refused() {
    let mut s = Scene::new();
    let audience = s.viper.audience(&s.readers);
    let swift = s.c.who("swift").node.device().signing;
    let (own, nonce) = s.viper.own_document(Kind::REPORT, audience);
    let place = s.viper.new_place();
    let foreign = actor_id(&s.viper.project, &swift.0, &own, &place.0);
    let body = whole(&s.viper.report_change(&foreign, "In swift's name"), foreign.to_bytes()).unwrap();
    let said = s.viper.say(Kind::REPORT, (own, Some(nonce)), audience, place, &body);
    let letter = s.viper.seal(&said);
    let before = s.state();
    s.deliver(&[letter]);
    for name in ["heron", "stork"] {
        let fates = s.fates(name, own);
        assert!(matches!(fates[..], [Fate::Refused(_)]), "{fates:?}");
        let reports = block_on(s.c.who(name).node.reports()).unwrap();
        let shown = reports.iter().find(|view| view.id == own).unwrap();
        assert_eq!(shown.row.fields.narrative, "", "nothing of it is applied");
    }
    for (before, after) in before.iter().zip(s.state()).filter(|(line, _)| !line.starts_with("heron")) {
        // Those who read it list an empty report; all others have what they had.
        assert!(*before == after || before.starts_with("stork"));
    }
}

/// Guards against keys and receipts from somebody who has none to give: no device takes foreign keys, seals under
/// them, or believes that its report was opened.
#[test]
fn a_monitors_key_letters_and_receipts_count_for_nothing() {
    let mut s = Scene::new();
    let fresh = s.c.report("swift", "Not sent yet", Tlp::Amber).unwrap();
    let own = block_on(s.c.who("swift").node.whole(&fresh)).unwrap().history[0].statement;
    let me = s.viper.keys.public().signing;
    let mut letters = Vec::new();
    for name in ["swift", "heron", "acacia"] {
        let audience = s.c.who(name).node.device().signing.audience();
        let wrong = |seed: u8| ReceivingSecret::from_bytes([seed; 32]);
        let letter = KeyLetter {
            circles: vec![(Circle::Everyone, wrong(1)), (Circle::Staff, wrong(2)), (s.readers.clone(), wrong(3))],
            posting: vec![PostingKey { epoch: 5, secret: SigningSecret::from_seed(&[6; 32]) }],
            carrier: Some(SigningSecret::from_seed(&[7; 32])),
        };
        let mut body = me.0.to_vec();
        body.extend_from_slice(&letter.encode().unwrap());
        for kind in [Kind::KEYS, Kind::RECEIPT] {
            let (document, nonce) = s.viper.own_document(kind, audience);
            let receipt = Receipt { what: What::ActedOn, statements: vec![own] }.encode().unwrap();
            let body = if kind == Kind::KEYS { &body } else { &receipt };
            let place = s.viper.new_place();
            let said = s.viper.say(kind, (document, Some(nonce)), audience, place, body);
            letters.push(s.viper.seal(&said));
        }
    }
    // Before swift meets anybody, so that nothing but the forged receipt could say that its report was opened.
    let before = state_of(s.c.who("swift"));
    for letter in &letters {
        block_on(s.c.who("swift").node.import_bundle(&bundle(std::slice::from_ref(letter)))).unwrap();
    }
    assert_eq!(state_of(s.c.who("swift")), before);
    let view = block_on(s.c.who("swift").node.reports()).unwrap();
    let view = view.iter().find(|view| view.id == fresh).unwrap();
    assert_eq!(view.state, ReportState::Local);
    s.c.settle();
    s.nothing_changes(&letters);
    let last = s.c.report("swift", "Sealed under the right keys", Tlp::Amber).unwrap();
    s.c.settle();
    assert!(block_on(s.c.who("heron").node.reports()).unwrap().iter().any(|view| view.id == last));
    let status = block_on(s.c.who("swift").node.status()).unwrap();
    assert_eq!(status.epoch, Some(1));
}

/// Guards against a way in for who is no member: without the posting key nothing is carried; with a stolen one it is
/// carried and shown to nobody; claimed and not admitted, it is shown as unconfirmed.
#[test]
fn a_non_members_letters_are_dropped_wait_or_show_as_unconfirmed() {
    let mut s = Scene::new();
    let mut stranger = Attacker::invited(&mut s.c, 668);
    s.c.settle();
    let audience = stranger.audience(&s.readers);
    let (own, nonce) = stranger.own_document(Kind::REPORT, audience);
    let place = stranger.new_place();
    let change = stranger.report_change(&stranger.actor(&own, place), "From outside");
    let said = stranger.say(Kind::REPORT, (own, Some(nonce)), audience, place, &change);
    let genuine = stranger.posting.clone();
    for (epoch, seed) in [(1, 50), (2, 51)] {
        stranger.posting = PostingKey { epoch, secret: SigningSecret::from_seed(&[seed; 32]) };
        let letter = stranger.seal(&said);
        for member in &mut s.c.people {
            let imported = block_on(member.node.import_bundle(&bundle(std::slice::from_ref(&letter)))).unwrap();
            assert_eq!((imported.foreign, imported.new), (1, 0));
        }
        s.nothing_changes(&[letter]);
    }
    stranger.posting = genuine;
    let letter = stranger.seal(&said);
    s.nothing_changes(std::slice::from_ref(&letter));
    // Now the registry hears of it; acacia does not admit it before the others have read.
    let claim = stranger.claim("viper");
    for name in ["heron", "stork"] {
        block_on(s.c.who(name).node.import_bundle(&bundle(std::slice::from_ref(&claim)))).unwrap();
        let reports = block_on(s.c.who(name).node.reports()).unwrap();
        let shown = reports.iter().find(|view| view.id == own).unwrap();
        assert!(shown.unconfirmed, "{name} shows it as what it is");
    }
}

/// Guards against old letters doing something twice: everything that was ever posted is posted again to everyone.
#[test]
fn a_replay_changes_nothing() {
    let mut s = Scene::new();
    let now_ms = s.c.now_ms;
    let (all, count) = block_on(s.c.who("heron").node.export_bundle(now_ms)).unwrap();
    assert!(count > 30);
    let before = s.state();
    for member in &mut s.c.people {
        let imported = block_on(member.node.import_bundle(&all)).unwrap();
        assert_eq!((imported.envelopes, imported.new, imported.foreign), (count, 0, 0));
    }
    s.c.settle();
    assert_eq!(s.state(), before);
    // The same statement in another envelope is the same statement.
    let audience = s.viper.audience(&s.readers);
    let (own, nonce) = s.viper.own_document(Kind::REPORT, audience);
    let place = s.viper.new_place();
    let change = s.viper.report_change(&s.viper.actor(&own, place), "Once");
    let said = s.viper.say(Kind::REPORT, (own, Some(nonce)), audience, place, &change);
    let letter = s.viper.seal(&said);
    s.deliver(&[letter]);
    let again = [s.viper.seal(&said), s.viper.seal(&said)];
    s.nothing_changes(&again);
    assert_eq!(s.fates("heron", own), [Fate::Applied]);
}
