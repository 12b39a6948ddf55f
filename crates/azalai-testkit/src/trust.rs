//! Those who mean ill in the simulation, and what people do about them: devices are taken and used on, stewards who are
//! apart remove them with a cut, give new keys under suspicion and adopt; another program holds a monitor's keys, one
//! holds none; one of the relays lies and shows two pasts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use azalai_envelope::{DocumentId, Kind, ReceivingSecret, Recipient, StatementId};
use azalai_model::{IncidentEdit, ReportFields, Tlp};
use azalai_node::TakenAt;
use azalai_roster::{Act, AreaCode, Circle, KeyLetter, Log, MemberState, Receipt, Role, What};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

use crate::attacker::{Attacker, bundle};
use crate::community::Community;
use crate::member::Member;
use crate::relay::{DirectLink, TestRelay};
use crate::world::{Ready, STEWARD, World, ready};

/// The pseudonym of whoever runs another program.
pub(crate) const VIPER: &str = "viper";
/// What every text of a taken device or of another program begins with.
pub(crate) const ILL: &str = "Under a gun";
/// Stewards beside the founder, who joined later than the others.
const STEWARDS: [&str; 2] = ["adder", "kestrel"];
/// Letters of one flood.
const FLOOD: usize = 40;

/// A device in other hands.
pub(crate) struct Taken {
    /// Since when, by the world's clock.
    pub(crate) at_ms: u64,
    /// Reports of before that some removal counts; none before the first removal.
    pub(crate) counted: Option<BTreeSet<DocumentId>>,
    /// Documents of which some removal sets something aside.
    pub(crate) aside: BTreeSet<DocumentId>,
    /// Whom those of its reports were for that somebody who removed it had read: these chains are cut.
    pub(crate) cut: BTreeSet<String>,
    /// Reports that it wrote on: whom each is for, and whether it must not count. One that is dated back counts if it
    /// arrived before anybody who reads its chain removed the device.
    pub(crate) after: BTreeMap<DocumentId, (String, bool)>,
}

/// Who means ill.
pub(crate) struct Trust {
    pub(crate) taken: BTreeMap<usize, Taken>,
    viper: Attacker,
    outsider: Attacker,
    /// The first relay as it was before, which it shows to some.
    twin: Option<TestRelay>,
    pub(crate) lying: bool,
    /// What was adopted, by document.
    pub(crate) adopted: BTreeSet<DocumentId>,
}

/// Part of the community with three stewards, and with somebody who was admitted as a monitor and runs another program. A
/// coordinator and a monitor were not there yet.
fn besieged() -> &'static (Ready, Attacker) {
    static CELL: OnceLock<(Ready, Attacker)> = OnceLock::new();
    CELL.get_or_init(|| {
        let before = ready();
        let mut c = Community::of(&["heron", "stork", "swift", "dove"]);
        for (seed, name) in (50..).zip(STEWARDS) {
            let now_ms = c.now_ms;
            let steward = Member::join(c.who("acacia"), seed, Role::Steward, "north", name, now_ms);
            c.people.push(steward);
        }
        let mut viper = Attacker::invited(&mut c, 666);
        let claim = viper.claim(VIPER);
        block_on(c.who("acacia").node.import_bundle(&bundle(&[claim]))).unwrap();
        c.settle();
        let names = before.names.iter().copied().filter(|name| *name != "ibis");
        let names: Vec<&'static str> = names.chain(STEWARDS).collect();
        let here = |c: &mut Community, name: &str| c.who(name).asleep();
        let people = names.iter().map(|name| match before.names.iter().position(|known| known == name) {
            Some(index) if ["egret", "lark"].contains(name) => before.people[index].clone(),
            _ => here(&mut c, name),
        });
        let people = people.collect();
        let relays = vec![c.relay.copy(), before.relays[1].copy()];
        (Ready { names, people, relays }, viper)
    })
}

impl World {
    /// A world with enemies.
    pub(crate) fn with_enemies(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let (ready, viper) = besieged();
        let lying = rng.next_u32() % 2 == 0;
        let mut world = Self::of(ready, rng);
        // Who lies is one of two: nobody is heard through a relay that lets nobody through.
        if lying && world.relays.len() == 1 {
            world.relays.push(ready.relays[1].copy());
            world.relay_faulty.push(false);
        }
        let (viper, outsider) = (viper.clone(), viper.outsider());
        let (taken, adopted) = (BTreeMap::new(), BTreeSet::new());
        world.trust = Some(Trust { taken, viper, outsider, twin: None, lying, adopted });
        world
    }

    fn trust(&mut self) -> &mut Trust {
        self.trust.as_mut().expect("a world with enemies")
    }

    /// Whether a relay lies at this visit, and by which seed.
    pub(crate) fn lies(&mut self, relay: usize) -> Option<u64> {
        let lying = self.trust.as_ref().is_some_and(|trust| trust.lying) && relay == 0;
        if !lying || !self.chance(40) {
            return None;
        }
        self.tally.trust.lies += 1;
        Some(self.rng.next_u64())
    }

    /// One thing happens.
    pub(crate) fn press(&mut self) {
        match self.below(100) {
            0..=13 => self.write_report(),
            14..=16 => self.amend(),
            17..=19 => self.incident(),
            20..=24 => self.link(),
            25..=31 => self.edit(),
            32..=47 => self.visit_relay(),
            48..=53 => self.meet(),
            54..=56 => self.bundle(),
            57..=59 => self.crash_device(),
            60 => self.crash_relay(),
            61..=64 => self.cut_off(),
            65..=66 => self.admissions(),
            67..=70 => self.take(),
            71..=80 => self.use_taken(),
            81..=84 => self.remove(),
            85..=86 => self.suspect(),
            87..=91 => self.adopt(),
            92..=95 => self.forge(),
            _ => self.show_another_past(),
        }
    }

    /// Somebody's device is taken: never the founder's, and of the stewards one, so that some are left.
    fn take(&mut self) {
        let gone = (STEWARD + 1..self.devices.len()).any(|who| {
            let device = &self.devices[who];
            device.lost && device.role == Role::Steward
        });
        let there = self.who(|device| device.member.node.is_admitted() && (device.role != Role::Steward || !gone));
        let there: Vec<usize> = there.into_iter().filter(|who| *who != STEWARD).collect();
        if self.trust().taken.len() >= 3 {
            return;
        }
        let Some(who) = self.one(&there) else { return };
        self.note(format!("{} is taken", self.name(who)));
        self.devices[who].skew_ms = 0;
        let own = self.said.values_mut().filter(|said| said.author == who);
        // Until others have it, whoever has the device may keep it back.
        own.for_each(|said| said.may_be_gone = true);
        self.devices[who].lost = true;
        let (cut, aside, after) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
        let taken = Taken { at_ms: self.now_ms, counted: None, aside, cut, after };
        self.trust().taken.insert(who, taken);
        self.tally.trust.taken += 1;
    }

    /// Whoever has a taken device writes with it, exchanges, hands letters on, and edits incidents. A steward's gives no
    /// new keys, and removes nobody, which gives some: what honest people seal under a key that a later cut takes away is
    /// open to those alone who had it by then (`docs/spec/roster.md`), and the others would lack it at the end.
    fn use_taken(&mut self) {
        let all: Vec<usize> = self.trust().taken.keys().copied().collect();
        let Some(who) = self.one(&all) else { return };
        // It knows that the time counts, and sets its clock back now and then.
        let at_ms = self.trust().taken[&who].at_ms;
        let now_ms = if self.chance(25) { at_ms - 1 } else { self.now_ms };
        let choice = self.below(10);
        match (choice, self.devices[who].role) {
            (0..=3, _) => self.write_ill(who, now_ms),
            (4, Role::Coordinator) => {
                let known = block_on(self.devices[who].member.node.incidents()).unwrap();
                let known: Vec<_> = known.iter().map(|view| view.id).collect();
                let Some(id) = self.one(&known) else { return };
                let edit = [IncidentEdit::SetTitle(format!("{ILL}, a title"))];
                let done = block_on(self.devices[who].member.node.incident_edit(id, &edit, now_ms));
                self.note(format!("taken {} edits {id}: {}", self.name(who), done.is_ok()));
            }
            (6, _) => {
                let there = self.who(|_| true);
                let Some(to) = self.one(&there) else { return };
                let bundle = block_on(self.devices[who].member.node.export_bundle(now_ms));
                let Ok((bytes, _)) = bundle else { return };
                drop(block_on(self.devices[to].member.node.import_bundle(&bytes)));
            }
            _ => self.visit_taken(who, now_ms),
        }
    }

    fn write_ill(&mut self, who: usize, now_ms: u64) {
        let number = self.rng.next_u32();
        let tlp = if self.chance(30) { Tlp::Green } else { Tlp::Amber };
        let fields = ReportFields {
            category: Some("other".to_owned()),
            narrative: format!("{ILL} {number}"),
            tlp: Some(tlp),
            ..ReportFields::default()
        };
        let area = self.devices[who].area.clone().or_else(|| Some("valley".parse().unwrap()));
        let audience = audience(tlp, area.as_ref());
        let written = block_on(self.devices[who].member.node.report(fields, area, now_ms));
        self.note(format!("taken {} writes: {written:?}", self.name(who)));
        if let Ok(id) = written {
            let taken = self.trust().taken.get_mut(&who).expect("taken");
            let must_not = now_ms >= taken.at_ms || taken.cut.contains(&audience);
            taken.after.insert(id, (audience, must_not));
            self.tally.trust.after += 1;
        }
    }

    /// A taken device exchanges; whether it gets anywhere is not its owner's concern any more.
    pub(crate) fn visit_taken(&mut self, who: usize, now_ms: u64) {
        let relay = self.below(self.relays.len());
        let mut link = DirectLink::new(self.relays[relay].responder(), self.rng.next_u64(), self.now_ms);
        let done = self.devices[who].member.exchange(&mut link, now_ms);
        self.note(format!("taken {} visits relay {relay}: {}", self.name(who), done.is_ok()));
    }

    /// One of those who may removes one of those who were taken, with what it knows.
    fn remove(&mut self) {
        let all: Vec<usize> = self.trust().taken.keys().copied().collect();
        let Some(whom) = self.one(&all) else { return };
        let staff = self.who(|device| device.role != Role::Monitor);
        let Some(by) = self.one(&staff) else { return };
        self.remove_by(by, whom, false);
    }

    /// Removes one who was taken, at any rate from when it was if `exactly`, even if it is removed; of several cuts the
    /// lower holds.
    pub(crate) fn remove_by(&mut self, by: usize, whom: usize, exactly: bool) {
        let (key, now_ms) = (self.devices[whom].member.node.device().signing, self.clock(by));
        let node = &self.devices[by].member.node;
        let known = node.roster().member(&key).map(|member| member.state);
        if known.is_none() || (known == Some(MemberState::Removed) && !exactly) {
            return;
        }
        let read = block_on(node.reports()).unwrap().into_iter().filter(|view| view.author == key);
        let read: BTreeSet<DocumentId> = read.map(|view| view.id).collect();
        let at_ms = self.trust().taken[&whom].at_ms;
        let taken = if exactly || self.chance(60) { TakenAt::Ms(at_ms) } else { TakenAt::Now };
        let done = block_on(self.devices[by].member.node.remove(&key, taken, now_ms));
        let what = done.as_ref().map(|plan| (plan.counts, plan.set_aside.len()));
        self.note(format!("{} removes {} ({taken:?}): {what:?}", self.name(by), self.name(whom)));
        let Ok(plan) = done else { return };
        self.tally.trust.removals += 1;
        let aside: BTreeSet<DocumentId> = plan.set_aside.iter().map(|aside| aside.document).collect();
        let said = read.iter().filter_map(|id| self.said.get(id));
        let mut cut: BTreeSet<String> = said.map(|said| audience(said.tlp, Some(&said.area))).collect();
        let mut counted: BTreeSet<DocumentId> = read.difference(&aside).copied().collect();
        counted.retain(|id| self.said.contains_key(id));
        let taken = self.trust().taken.get_mut(&whom).expect("taken");
        cut.extend(read.iter().filter_map(|id| taken.after.get(id)).map(|(audience, _)| audience.clone()));
        taken.cut.extend(cut);
        // A chain that one who removes cannot read is cut by one who can; what any of them sets aside does not count.
        taken.aside.extend(aside);
        taken.counted.get_or_insert_default().extend(counted);
    }

    /// A steward gives new keys, since something seems wrong.
    fn suspect(&mut self) {
        let stewards = self.who(|device| device.role == Role::Steward);
        let Some(by) = self.one(&stewards) else { return };
        let circles = [Circle::Everyone, Circle::Staff, Circle::AreaAndAbove("valley".parse().unwrap())];
        let circle = circles[self.below(3)].clone();
        let now_ms = self.clock(by);
        let done = block_on(self.devices[by].member.node.rotate(std::slice::from_ref(&circle), now_ms));
        self.note(format!("{} gives {circle} a new key: {}", self.name(by), done.is_ok()));
        self.tally.trust.rotations += usize::from(done.is_ok());
    }

    /// Somebody looks at what is set aside, and takes one of it back in.
    fn adopt(&mut self) {
        let staff = self.who(|device| device.role == Role::Coordinator);
        let aside = |who: usize| block_on(self.devices[who].member.node.quarantine()).unwrap();
        let see: Vec<usize> = staff.into_iter().filter(|who| !aside(*who).is_empty()).collect();
        let Some(reader) = self.one(&see) else { return };
        let aside = block_on(self.devices[reader].member.node.quarantine()).unwrap();
        let item = aside[self.below(aside.len())].clone();
        // A coordinator who reads it tells a steward which, if it may not itself.
        let stewards = self.who(|device| device.role == Role::Steward);
        let Some(steward) = self.one(&stewards) else { return };
        for by in [reader, steward] {
            let now_ms = self.clock(by);
            let done = block_on(self.devices[by].member.node.adopt(&[item.statement], now_ms));
            self.note(format!("{} adopts {}: {}", self.name(by), item.statement, done.is_ok()));
            if done.is_ok() {
                self.tally.trust.adopted += 1;
                self.trust().adopted.insert(item.document);
                return;
            }
        }
    }

    /// Another program says what its author may not, floods, or has no key at all; some device carries it.
    fn forge(&mut self) {
        let there = self.who(|_| true);
        let Some(to) = self.one(&there) else { return };
        let choice = self.below(9);
        let reports: Vec<DocumentId> = self.said.keys().copied().collect();
        let victim = self.one(&reports);
        // One of those whom the other program knows: the founder and the first coordinators.
        let known = self.below(3);
        let person = self.devices[known].member.node.device();
        let noise = self.rng.next_u64();
        let trust = self.trust();
        let letters = if choice == 0 {
            letters(&mut trust.outsider, 1 + usize::try_from(noise % 4).unwrap(), victim, person.signing.audience())
        } else {
            letters(&mut trust.viper, choice, victim, person.signing.audience())
        };
        self.note(format!("another program ({choice}) hands {} letters to {}", letters.len(), self.name(to)));
        self.tally.trust.forged += letters.len();
        for part in letters.chunks(20) {
            drop(block_on(self.devices[to].member.node.import_bundle(&bundle(part))));
        }
    }

    /// The lying relay shows from now on what it held before, or again what it held since.
    fn show_another_past(&mut self) {
        if !self.trust().lying {
            return;
        }
        self.tally.trust.twins += 1;
        self.note("relay 0 shows another past".to_owned());
        let now = self.relays[0].copy();
        match self.trust().twin.replace(now) {
            Some(other) => self.relays[0] = other,
            // The first time it begins to remember.
            None => self.tally.trust.twins -= 1,
        }
    }
}

/// Whom a report is for: each audience is a chain of its author's.
fn audience(tlp: Tlp, area: Option<&AreaCode>) -> String {
    format!("{tlp} {area:?}")
}

/// Letters that say what a monitor may not.
fn letters(
    who: &mut Attacker,
    choice: usize,
    victim: Option<DocumentId>,
    to: azalai_envelope::AudienceId,
) -> Vec<Vec<u8>> {
    let valley = who.audience(&Circle::AreaAndAbove("valley".parse().unwrap()));
    let place = who.new_place();
    let me = who.keys.public();
    let grant = |role, area: Option<&str>| Act::Grant {
        device: me,
        pseudonym: VIPER.to_owned(),
        role,
        area: area.map(|area| area.parse().unwrap()),
        person: [6; 16],
    };
    let said = match choice {
        // Into somebody else's report.
        1 => {
            let Some(document) = victim else { return Vec::new() };
            let change = who.report_change(&who.actor(&document, place), ILL);
            vec![who.say(Kind::REPORT, (document, None), valley, place, &change)]
        }
        // What only coordinators write.
        2 => {
            let (own, nonce) = who.own_document(Kind::INCIDENT, valley);
            let change = who.report_change(&who.actor(&own, place), ILL);
            vec![who.say(Kind::INCIDENT, (own, Some(nonce)), valley, place, &change)]
        }
        // What only stewards do.
        3 => {
            let key = ReceivingSecret::from_bytes([9; 32]).public();
            let everyone = Act::NewGeneration { circle: Circle::Staff, key, number: 9_999, posting: None };
            vec![who.acts(Log::Authority, vec![grant(Role::Steward, None), everyone], place)]
        }
        // Keys that nobody named.
        4 => {
            let letter = KeyLetter {
                circles: vec![(Circle::Everyone, ReceivingSecret::from_bytes([9; 32]))],
                ..KeyLetter::default()
            };
            let body = [me.signing.0.as_slice(), &letter.encode().unwrap()].concat();
            let (own, nonce) = who.own_document(Kind::KEYS, to);
            vec![who.say(Kind::KEYS, (own, Some(nonce)), to, place, &body)]
        }
        // A receipt for anything.
        5 => {
            let named = StatementId(core::array::from_fn(|n| u8::try_from(n).unwrap()));
            let body = Receipt { what: What::ActedOn, statements: vec![named] }.encode().unwrap();
            let (own, nonce) = who.own_document(Kind::RECEIPT, to);
            vec![who.say(Kind::RECEIPT, (own, Some(nonce)), to, place, &body)]
        }
        // Two in one place.
        6 => ["left", "right"]
            .map(|side| {
                let (own, nonce) = who.own_document(Kind::REPORT, valley);
                let change = who.report_change(&who.actor(&own, place), &format!("{ILL} {side}"));
                who.say(Kind::REPORT, (own, Some(nonce)), valley, place, &change)
            })
            .into(),
        // It removes the founder.
        7 => {
            let founder = Act::Remove { device: who.package.root, cuts: Vec::new() };
            vec![who.acts(Log::Authority, vec![founder], place)]
        }
        // A flood of what nobody opens.
        _ => {
            let nobody = who.stranger().public();
            let to = Recipient { audience: nobody.signing.audience(), key: nobody.receiving };
            return (0..FLOOD).map(|n| who.seal_bytes(&vec![u8::try_from(n).unwrap(); 400], &to)).collect();
        }
    };
    let letters: Vec<Vec<u8>> = said.iter().map(|said| who.seal(said)).collect();
    // And everything twice.
    letters.iter().chain(&letters).cloned().collect()
}
