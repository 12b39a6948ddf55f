//! The end of a simulation: partitions heal, everybody exchanges until nothing moves, and the promises are checked on
//! every device.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::DocumentId;
use azalai_envelope::ids::derive;
use azalai_model::Tlp;
use azalai_node::{Fate, IncidentLine, ReportState};
use azalai_roster::{AreaCode, Role};
use futures_lite::future::block_on;
use rand_core::Rng as _;

use crate::relay::DirectLink;
use crate::world::{Device, MINUTE_MS, STEWARD, World};

/// Rounds in which everybody visits every relay, within which all must be quiet. A letter that answers a letter
/// (admission, keys, receipts of what the keys open) takes a round each.
const ROUNDS: usize = 12;

/// One document as each device has it: its canonical bytes, and something to compare beside them.
type Copies<T> = BTreeMap<usize, (Vec<u8>, T)>;

impl World {
    /// Everything works again, and everybody meets every relay until nothing moves.
    pub(crate) fn heal(&mut self) {
        self.note("everything heals".to_owned());
        for relay in 0..self.relays.len() {
            self.relays[relay].crash();
            self.relay_faulty[relay] = false;
        }
        for who in self.who(|device| device.faulty) {
            self.restart(who);
        }
        let everyone = self.who(|_| true);
        // What a relay held when somebody left it, and how often that one had moved anything by then: whoever would
        // find both as they were has nothing to do there.
        let mut left: BTreeMap<(usize, usize), (usize, usize)> = BTreeMap::new();
        let mut moves = vec![0; self.devices.len()];
        for round in 1..=ROUNDS {
            self.now_ms += MINUTE_MS;
            let proving = left.is_empty() && round > 1;
            let (mut visits, mut moved) = (0, 0);
            for who in &everyone {
                for relay in 0..self.relays.len() {
                    if left.get(&(*who, relay)) == Some(&(self.relays[relay].held(), moves[*who])) {
                        continue;
                    }
                    visits += 1;
                    let any = self.visit_well(*who, relay);
                    moves[*who] += usize::from(any);
                    moved += usize::from(any);
                    left.insert((*who, relay), (self.relays[relay].held(), moves[*who]));
                }
            }
            let admitted = self.admit(STEWARD);
            moves[STEWARD] += admitted;
            if proving {
                assert_eq!((moved, admitted), (0, 0), "something moves after all was quiet");
                return;
            }
            if visits + admitted == 0 {
                // The proof: everybody goes everywhere once more.
                left.clear();
            }
        }
        panic!("not quiet after {ROUNDS} rounds");
    }

    /// One visit over a good link. Says whether anything moved.
    pub(crate) fn visit_well(&mut self, who: usize, relay: usize) -> bool {
        let mut link = DirectLink::new(self.relays[relay].responder(), self.rng.next_u64(), self.now_ms);
        let now_ms = self.clock(who);
        let exchanged = self.devices[who].member.exchange(&mut link, now_ms);
        let summary = exchanged.as_ref().map(|exchanged| exchanged.summary).unwrap_or_default();
        self.exchanged(who, exchanged, false);
        summary.sent + summary.received > 0
    }

    /// Whether a device may read what `author` wrote with this label for this area.
    pub(crate) fn may_read(&self, device: &Device, author: Option<usize>, tlp: Tlp, area: Option<&AreaCode>) -> bool {
        let roster = self.devices[STEWARD].member.node.roster();
        let coordinator = device.role == Role::Coordinator;
        let held = device.area.as_ref();
        match tlp {
            // Sealed to everyone; a monitor cannot check another monitor's signature, and never shows it.
            Tlp::Green | Tlp::Clear => {
                let author = author.map(|author| self.devices[author].role);
                device.role != Role::Monitor || author != Some(Role::Monitor)
            }
            Tlp::Amber => coordinator && area.zip(held).is_some_and(|(area, held)| roster.is_within(area, held)),
            Tlp::AmberStrict => coordinator && held == area,
            Tlp::Red => false,
        }
    }

    /// All promises, on all devices.
    pub(crate) fn check(&mut self) {
        for who in self.who(|_| true) {
            let name = self.name(who);
            let node = &self.devices[who].member.node;
            assert!(node.is_admitted(), "{name} was admitted and has no keys");
            let status = block_on(node.status()).unwrap();
            assert_eq!(
                status.reports.iter().map(|(_, n)| n).sum::<usize>(),
                self.said_by(who),
                "own reports of {name}"
            );
        }
        self.check_logs();
        self.check_reports();
        self.check_incidents();
        self.check_storage();
    }

    /// At least as many as the author was told are saved; one that failed half way may be there too.
    fn said_by(&self, who: usize) -> usize {
        let node = &self.devices[who].member.node;
        let own = block_on(node.reports()).unwrap().into_iter().filter(|view| view.own);
        let own: BTreeSet<_> = own.map(|view| view.id).collect();
        for (id, _) in self.said.iter().filter(|(_, said)| said.author == who) {
            assert!(own.contains(id), "{} lost its own report {id}", self.name(who));
        }
        own.len()
    }

    /// Everybody who holds a log adds it up to the same.
    fn check_logs(&self) {
        let members = |who: usize| -> Vec<_> {
            let roster = self.devices[who].member.node.roster();
            assert!(roster.rejected().is_empty(), "{}: acts rejected: {:?}", self.name(who), roster.rejected());
            roster.members().cloned().collect()
        };
        let expected = members(STEWARD);
        for who in self.who(|device| device.role == Role::Coordinator) {
            assert_eq!(members(who), expected, "{} knows other members than the steward", self.name(who));
        }
        for who in self.who(|device| device.role == Role::Monitor) {
            let roster = self.devices[who].member.node.roster();
            let listed = roster.members().filter(|member| member.role == Role::Monitor).count();
            assert_eq!(listed, 0, "{} holds a list of monitors", self.name(who));
        }
    }

    fn check_reports(&mut self) {
        let mut held: BTreeMap<DocumentId, Copies<Vec<Fate>>> = BTreeMap::new();
        let mut about = BTreeMap::new();
        for who in self.who(|_| true) {
            let node = &self.devices[who].member.node;
            for view in block_on(node.reports()).unwrap() {
                let whole = block_on(node.whole(&view.id)).unwrap();
                let fates: Vec<Fate> = whole.history.into_iter().map(|entry| entry.fate).collect();
                assert!(
                    fates.iter().all(|fate| *fate == Fate::Applied),
                    "{} in {}: {fates:?}",
                    self.name(who),
                    view.id
                );
                held.entry(view.id).or_default().insert(who, (whole.canonical, fates));
                self.check_words(who, &view);
                about.insert(view.id, (view.author, view.tlp, view.area.clone()));
            }
        }
        for (id, said) in &self.said {
            let gone = said.may_be_gone && self.devices[said.author].lost;
            assert!(gone || held.contains_key(id), "report {id} of {} is gone", self.name(said.author));
        }
        for (id, by) in &held {
            let (author, tlp, area) = &about[id];
            // The author's own device reads green without an area; what was said is known.
            let area = self.said.get(id).map(|said| said.area.clone()).or_else(|| area.clone());
            let is_author = |who: usize| self.devices[who].member.node.device().signing == *author;
            for who in self.who(|_| true) {
                let device = &self.devices[who];
                let by_whom = (0..self.devices.len()).find(|who| is_author(*who));
                let may = self.may_read(device, by_whom, *tlp, area.as_ref());
                let expected = may || is_author(who);
                assert_eq!(by.contains_key(&who), expected, "{tlp} report {id} in {area:?} on {}", self.name(who));
            }
            let first = by.values().next().unwrap();
            assert!(by.values().all(|other| other == first), "report {id} differs between {:?}", by.keys());
            let words: Vec<&[u8]> = vec![&id.0, &first.0];
            self.tally.digest = derive("azalai testkit documents", &[&self.tally.digest, words[0], words[1]]);
        }
    }

    /// One report on one device: exactly its author's words, and for the author how far it got.
    fn check_words(&self, who: usize, view: &azalai_node::ReportView) {
        let Some(said) = self.said.get(&view.id) else { return };
        let (name, id) = (self.name(who), view.id);
        let words = &view.row.fields.narrative;
        // Of a device that is gone, an amendment that nobody had may be gone with it.
        if !self.devices[said.author].lost {
            assert!(said.words.contains(words), "{name} reads {words:?} in {id}, not {:?}", said.words);
            assert!(view.row.retracted.is_some() || !said.retracted, "{name} does not see {id} retracted");
        }
        assert!(view.row.retracted.is_none() || said.may_be_retracted, "{name} sees {id} retracted");
        assert!(!view.unconfirmed || self.devices[said.author].lost, "{name} takes {id} for unconfirmed");
        assert_eq!(view.tlp, said.tlp, "label of {id} on {name}");
        if view.own && view.state != ReportState::Retracted {
            let device = |who: usize| &self.devices[who];
            let readers = self.who(|device| device.role == Role::Coordinator);
            let read = readers.iter().any(|who| {
                *who != said.author && self.may_read(device(*who), Some(said.author), said.tlp, Some(&said.area))
            });
            let expected = match (read, said.linked) {
                (_, true) => ReportState::Acted,
                (true, false) => ReportState::Opened,
                (false, false) => ReportState::Relay,
            };
            // A link that failed half way may have been made, and be answered.
            let further = view.state == ReportState::Acted || expected == ReportState::Relay;
            assert!(view.state == expected || further, "{name}: {id} is {}, expected {expected}", view.state);
        }
    }

    fn check_incidents(&mut self) {
        let mut held: BTreeMap<DocumentId, Copies<IncidentLine>> = BTreeMap::new();
        let mut known: BTreeMap<usize, BTreeSet<DocumentId>> = BTreeMap::new();
        for who in self.who(|_| true) {
            let node = &self.devices[who].member.node;
            known.insert(who, block_on(node.reports()).unwrap().into_iter().map(|view| view.id).collect());
            for view in block_on(node.incidents()).unwrap() {
                assert_eq!(view.set_aside, 0, "honest changes set aside in {} on {}", view.id, self.name(who));
                let whole = block_on(node.whole(&view.id)).unwrap();
                let applied = whole.history.iter().all(|entry| entry.fate == Fate::Applied);
                assert!(applied, "{} on {}: {:?}", view.id, self.name(who), whole.history);
                held.entry(view.id).or_default().insert(who, (whole.canonical, view));
            }
        }
        for id in &self.incidents {
            assert!(held.contains_key(id), "incident {id} is gone");
        }
        for (id, by) in &held {
            let (first, (bytes, view)) = by.iter().next().unwrap();
            self.tally.conflicts += usize::from(!view.conflicts.is_empty());
            for who in self.who(|_| true) {
                let area = view.area.clone().unwrap();
                let may = self.may_read(&self.devices[who], None, view.tlp, Some(&area));
                assert_eq!(by.contains_key(&who), may, "{} incident {id} in {area} on {}", view.tlp, self.name(who));
            }
            let reads_all = |who: usize| view.reports.iter().all(|link| known[&who].contains(&link.report));
            for (who, (other_bytes, other)) in by {
                assert_eq!(other_bytes, bytes, "incident {id} differs between {first} and {who}");
                // Who wrote a report is known to those who may read it: the others count it as a source of its own.
                if reads_all(*who) && reads_all(*first) {
                    assert_eq!(other.independent_sources, view.independent_sources, "sources of {id}");
                }
                let conflicts = |view: &IncidentLine| format!("{:?}", view.conflicts);
                assert_eq!(conflicts(other), conflicts(view), "conflicts of {id}");
                assert_eq!((&other.title, other.status), (&view.title, view.status), "values of {id}");
            }
            self.tally.digest = derive("azalai testkit documents", &[&self.tally.digest, &id.0, bytes]);
        }
    }

    /// One device is killed once more and checks everything that it keeps.
    fn check_storage(&mut self) {
        let there = self.who(|_| true);
        let who = there[self.below(there.len())];
        let before = format!("{:?}", block_on(self.devices[who].member.node.reports()).unwrap());
        self.restart(who);
        let node = &mut self.devices[who].member.node;
        assert_eq!(format!("{:?}", block_on(node.reports()).unwrap()), before, "a restart changes what is read");
        for check in block_on(node.doctor()).unwrap() {
            assert!(check.is_well(), "{}: {:?}", self.devices[who].member.node.pseudonym(), check);
            assert_eq!(check.rebuilt, 0, "rebuilt: {check:?}");
        }
    }
}
