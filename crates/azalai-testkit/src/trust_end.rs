//! The end of a simulation with enemies: everybody who is honest meets an honest relay until nothing moves, and what
//! must hold about taken devices, other programs and relays that lied is checked on every device.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::DocumentId;
use azalai_envelope::ids::derive;
use azalai_model::{ReportFields, Tlp};
use azalai_node::{Fate, ReportState};
use azalai_roster::{MemberState, Role};
use futures_lite::future::block_on;
use rand_core::Rng as _;

use crate::relay::DirectLink;
use crate::trust::{ILL, VIPER};
use crate::world::{MINUTE_MS, STEWARD, World};

/// Rounds within which all must be quiet: new keys, what waited for them, and what these open take some each.
const ROUNDS: usize = 24;

/// What each device makes of a report: its bytes, and what became of each statement.
type Readings = BTreeMap<usize, (Vec<u8>, Vec<Fate>)>;

impl World {
    /// The relays are honest from now on, whoever was taken is removed, and everybody exchanges until nothing moves.
    /// Then two write who may, and everybody exchanges again.
    pub(crate) fn heal_trust(&mut self) {
        self.note("everything heals".to_owned());
        self.trust.as_mut().expect("a world with enemies").lying = false;
        for relay in 0..self.relays.len() {
            self.relays[relay].crash();
            self.relay_faulty[relay] = false;
        }
        let everyone = self.who(|_| true);
        everyone.iter().for_each(|who| self.devices[*who].skew_ms = 0);
        for _ in 0..2 {
            self.round(&everyone);
        }
        // All of the staff who may are told that a device was taken, and remove it, one of them after the other.
        let taken: Vec<usize> = self.trust.as_ref().expect("a world with enemies").taken.keys().copied().collect();
        for _ in 0..2 {
            for by in self.who(|device| device.role != Role::Monitor) {
                for whom in &taken {
                    self.remove_by(by, *whom, true);
                }
                self.visit_honest(by, 0);
            }
            self.round(&everyone);
        }
        self.quiet(&everyone);
        self.last_words();
        self.quiet(&everyone);
        for who in taken {
            (0..3).for_each(|_| self.visit_taken(who, self.now_ms));
        }
    }

    /// Everybody visits every relay, whoever has a taken device too, but for a steward's: with the carrier key that it
    /// keeps it certifies its own posting key again after every certificate of the others, and nothing is ever quiet.
    /// Says how much moved.
    fn round(&mut self, everyone: &[usize]) -> usize {
        self.now_ms += MINUTE_MS;
        let mut moved = 0;
        for who in everyone {
            for relay in 0..self.relays.len() {
                moved += usize::from(self.visit_honest(*who, relay));
            }
        }
        let taken: Vec<usize> = self.trust.as_ref().expect("a world with enemies").taken.keys().copied().collect();
        for who in taken.into_iter().filter(|who| self.devices[*who].role != Role::Steward).collect::<Vec<_>>() {
            self.visit_taken(who, self.now_ms);
        }
        moved + self.admit(STEWARD)
    }

    fn quiet(&mut self, everyone: &[usize]) {
        let moves: Vec<usize> = (0..ROUNDS).map(|_| self.round(everyone)).take_while(|moved| *moved > 0).collect();
        assert!(moves.len() < ROUNDS, "not quiet after {ROUNDS} rounds: {moves:?}");
    }

    /// One visit over a good link to an honest relay. Says whether anything moved.
    fn visit_honest(&mut self, who: usize, relay: usize) -> bool {
        let mut link = DirectLink::new(self.relays[relay].responder(), self.rng.next_u64(), self.now_ms);
        let now_ms = self.now_ms;
        match self.devices[who].member.exchange(&mut link, now_ms) {
            Ok(exchanged) => {
                let (sent, received) = (exchanged.summary.sent, exchanged.summary.received);
                if sent + received > 0 {
                    self.note(format!("{} at relay {relay}: sent {sent}, received {received}", self.name(who)));
                }
                sent + received > 0
            }
            Err(error) => panic!("{} cannot exchange with an honest relay {relay}: {error}", self.name(who)),
        }
    }

    /// A monitor and a coordinator each write for everybody and for their area: under keys that all who stay hold.
    fn last_words(&mut self) {
        for role in [Role::Monitor, Role::Coordinator] {
            let Some(who) = self.who(|device| device.role == role).first().copied() else { continue };
            for tlp in [Tlp::Green, Tlp::Amber] {
                let text = format!("At the end {tlp} {role:?}");
                let fields = ReportFields {
                    category: Some("other".to_owned()),
                    narrative: text.clone(),
                    tlp: Some(tlp),
                    ..ReportFields::default()
                };
                let area = self.devices[who].area.clone();
                let (now_ms, of) = (self.clock(who), area.clone().unwrap());
                let id = block_on(self.devices[who].member.node.report(fields, area, now_ms)).unwrap();
                self.heard(id, who, tlp, of, text);
            }
        }
    }

    /// All promises, on all devices.
    pub(crate) fn check_trust(&mut self) {
        self.check_one_state();
        self.check_taken();
        self.check_said();
        self.check_no_ill_words();
        self.check_built();
    }

    /// Everybody who holds a log adds it up to the same, and everybody has the same keys before them.
    fn check_one_state(&self) {
        let state = |who: usize| {
            let roster = self.devices[who].member.node.roster();
            let keys: Vec<_> = roster.circles().map(|circle| (circle, roster.newest_key(circle))).collect();
            let usable = keys.iter().all(|(circle, key)| key.is_ok() || roster.generations(circle).is_empty());
            assert!(usable, "{}: a circle has no key that may be used: {keys:?}", self.name(who));
            format!("{:?} {keys:?} {:?}", roster.authority_head(), roster.posting())
        };
        let members = |who: usize| self.devices[who].member.node.roster().members().cloned().collect::<Vec<_>>();
        for who in self.who(|_| true) {
            let name = self.name(who);
            assert!(self.devices[who].member.node.is_admitted(), "{name} was admitted and has no keys");
            assert_eq!(state(who), state(STEWARD), "{name} and the founder add the authority up differently");
            if self.devices[who].role != Role::Monitor {
                assert_eq!(members(who), members(STEWARD), "{name} knows other members than the founder");
            }
        }
        let roster = self.devices[STEWARD].member.node.roster();
        for who in 0..self.devices.len() {
            let member = roster.member(&self.devices[who].member.node.device().signing).unwrap();
            let expected = if self.devices[who].lost { MemberState::Removed } else { MemberState::Confirmed };
            assert_eq!((member.state, member.role), (expected, self.devices[who].role), "{}", self.name(who));
        }
        let viper = roster.members().find(|member| member.pseudonym == VIPER).unwrap();
        assert_eq!((viper.role, viper.state), (Role::Monitor, MemberState::Confirmed), "what another program is");
    }

    /// What every removal counted counts everywhere, what a device said after its removal counts nowhere.
    fn check_taken(&mut self) {
        let trust = self.trust.as_ref().expect("a world with enemies");
        for (who, taken) in &trust.taken {
            for reader in self.who(|device| device.role == Role::Coordinator) {
                let reports = block_on(self.devices[reader].member.node.reports()).unwrap();
                let shown: BTreeSet<DocumentId> = reports.iter().map(|view| view.id).collect();
                for id in taken.counted.iter().flatten().filter(|id| !taken.aside.contains(id)) {
                    let said = &self.said[id];
                    if !self.may_read(&self.devices[reader], Some(*who), said.tlp, Some(&said.area)) {
                        continue;
                    }
                    assert!(shown.contains(id), "{} has lost {id}, said before the cut", self.name(reader));
                    self.tally.trust.heard += 1;
                }
                for (id, (_, must_not)) in &taken.after {
                    let counts = shown.contains(id) && !trust.adopted.contains(id);
                    assert!(!must_not || !counts, "{} counts {id}, said after the taking", self.name(reader));
                }
                let aside = block_on(self.devices[reader].member.node.quarantine()).unwrap();
                self.tally.trust.aside += aside.iter().filter(|item| taken.after.contains_key(&item.document)).count();
            }
            let last: Vec<String> = block_on(self.devices[*who].member.node.reports())
                .unwrap()
                .into_iter()
                .map(|view| view.row.fields.narrative.clone())
                .filter(|text| text.starts_with("At the end"))
                .collect();
            assert!(last.is_empty(), "{} reads what was said after its removal: {last:?}", self.name(*who));
        }
    }

    /// Nothing that an honest person was told is saved is lost, and everybody who may reads it, the same.
    fn check_said(&mut self) {
        let mut held: BTreeMap<DocumentId, Readings> = BTreeMap::new();
        for who in self.who(|_| true) {
            let node = &self.devices[who].member.node;
            for view in block_on(node.reports()).unwrap() {
                let whole = block_on(node.whole(&view.id)).unwrap();
                let fates = whole.history.into_iter().map(|entry| entry.fate).collect();
                held.entry(view.id).or_default().insert(who, (whole.canonical, fates));
                let Some(said) = self.said.get(&view.id).filter(|said| !self.devices[said.author].lost) else {
                    continue;
                };
                let words = &view.row.fields.narrative;
                assert!(said.words.contains(words), "{} reads {words:?} in {}", self.name(who), view.id);
                assert!(!view.unconfirmed, "{} takes {} for unconfirmed", self.name(who), view.id);
                let waits = view.own && matches!(view.state, ReportState::Local);
                assert!(!waits, "{}: {} is still here alone", self.name(who), view.id);
            }
        }
        for (id, said) in self.said.iter().filter(|(_, said)| !self.devices[said.author].lost) {
            for who in self.who(|_| true) {
                let may = self.may_read(&self.devices[who], Some(said.author), said.tlp, Some(&said.area));
                let has = held.get(id).is_some_and(|by| by.contains_key(&who));
                assert_eq!(has, may || who == said.author, "{} report {id} on {}", said.tlp, self.name(who));
            }
        }
        for (id, by) in &held {
            let first = by.values().next().unwrap();
            assert!(by.values().all(|other| other.0 == first.0), "report {id} differs between {:?}", by.keys());
            // An author does not read what others write into its report for those who may.
            let applied = |fates: &[Fate]| fates.iter().filter(|fate| **fate == Fate::Applied).count();
            let alike = by.values().all(|other| applied(&other.1) == applied(&first.1));
            assert!(alike, "more of report {id} counts on one device than on another: {by:?}");
            self.tally.digest = derive("azalai testkit documents", &[&self.tally.digest, &id.0, &first.0]);
        }
    }

    /// Nobody reads what another program wrote into what is not its own.
    fn check_no_ill_words(&self) {
        for who in self.who(|_| true) {
            let node = &self.devices[who].member.node;
            for view in block_on(node.reports()).unwrap() {
                let honest = self.said.get(&view.id).is_some_and(|said| !self.devices[said.author].lost);
                assert!(!honest || !view.row.fields.narrative.starts_with(ILL), "{} in {}", self.name(who), view.id);
            }
            let known = block_on(node.incidents()).unwrap();
            let unknown = known.iter().find(|view| !self.incidents.contains(&view.id));
            assert!(unknown.is_none(), "{} has an incident of nobody: {unknown:?}", self.name(who));
        }
    }

    /// Incidents that several worked on, the taken among them, are the same for all who read them.
    fn check_built(&mut self) {
        let mut held: BTreeMap<DocumentId, (usize, String, Vec<u8>)> = BTreeMap::new();
        for who in self.who(|device| device.role == Role::Coordinator) {
            let node = &self.devices[who].member.node;
            for view in block_on(node.incidents()).unwrap() {
                let shown = format!("{:?} {:?} {:?}", view.title, view.status, view.set_aside);
                let whole = block_on(node.whole(&view.id)).unwrap().canonical;
                let (first, text, bytes) = held.entry(view.id).or_insert((who, shown.clone(), whole.clone()));
                let same = (&*text, &*bytes) == (&shown, &whole);
                assert!(same, "incident {} differs between {first} and {who}: {text} {shown}", view.id);
            }
        }
        for (id, (.., bytes)) in &held {
            self.tally.digest = derive("azalai testkit documents", &[&self.tally.digest, &id.0, bytes]);
        }
    }
}
