//! What people, networks and machines do in the simulation, one random step at a time.

use std::collections::BTreeSet;

use azalai_envelope::DocumentId;
use azalai_model::{Credibility, IncidentEdit, Keep, Reliability, ReportFields, Status, Tlp};
use azalai_node::{Exchanged, NodeError, ReportState, Transport};
use azalai_roster::{AreaCode, Role};
use azalai_store::{Fault, FaultWhen};
use futures_lite::future::block_on;
use rand_core::Rng as _;

use crate::relay::{DirectLink, Liar, Link};
use crate::world::{DAY_MS, Said, World};

/// Beginnings of reports. Each goes on with a number, so that no two say the same.
const WORDS: [&str; 5] = [
    "Hommes armés vus près du puits. Ils demandaient de l'eau.",
    "القافلة مرت ليلا. لم نعرف من كان معها.",
    "They closed the road at dawn. Nobody was hurt.",
    "Le marché est vide.",
    "",
];

impl World {
    /// One thing happens.
    pub(crate) fn step(&mut self) {
        match self.below(100) {
            0..=12 => self.write_report(),
            13..=17 => self.amend(),
            18..=19 => self.retract(),
            20..=23 => self.incident(),
            24..=37 => self.link(),
            38..=53 => self.edit(),
            54..=70 => self.visit_relay(),
            71..=77 => self.meet(),
            78..=81 => self.bundle(),
            82..=84 => self.crash_device(),
            85..=86 => self.crash_relay(),
            87..=91 => self.plan_device_fault(),
            92 => self.plan_relay_fault(),
            93..=94 => self.jump(),
            95 => self.cut_off(),
            96..=98 => self.admissions(),
            _ => self.lose(),
        }
    }

    /// A day on which those who are admitted begin to work, so that people who are apart later have something to
    /// differ about.
    pub(crate) fn begin(&mut self) {
        (0..3).for_each(|_| self.write_report());
        for who in (0..self.devices.len()).rev() {
            if self.chance(60) {
                self.visit_well(who, 0);
            }
        }
        (0..2).for_each(|_| self.incident());
        for who in self.who(|device| device.role == Role::Coordinator) {
            self.visit_well(who, 0);
        }
    }

    pub(crate) fn write_report(&mut self) {
        let Some(author) = self.author() else { return };
        let text = format!("{} N° {}.", WORDS[self.below(WORDS.len())], self.said.len());
        let tlp = [Tlp::Amber, Tlp::Amber, Tlp::Amber, Tlp::AmberStrict, Tlp::Green][self.below(5)];
        let elsewhere = self.chance(20);
        let area = if elsewhere {
            ["north", "valley", "hills"][self.below(3)].parse().unwrap()
        } else {
            self.devices[author].area.clone().unwrap()
        };
        let category = ["other", "road-ambush", "market-change", "peace-sign"][self.below(4)].to_owned();
        let fields = ReportFields {
            category: Some(category.clone()),
            narrative: text.clone(),
            tlp: Some(tlp),
            ..ReportFields::default()
        };
        let tlp = azalai_node::catalog::pack().unwrap().label(&category, Some(tlp));
        let now_ms = self.clock(author);
        let written = block_on(self.devices[author].member.node.report(fields, Some(area.clone()), now_ms));
        match written {
            Ok(id) => {
                self.note(format!("{} writes report {id} ({tlp} {area})", self.name(author)));
                self.tally.reports += 1;
                self.heard(id, author, tlp, area, text);
            }
            Err(error) => self.storage_failed(author, &error, "write a report"),
        }
    }

    /// An author was told that a report is saved.
    pub(crate) fn heard(&mut self, id: DocumentId, author: usize, tlp: Tlp, area: AreaCode, text: String) {
        let said = Said {
            author,
            tlp,
            area,
            words: BTreeSet::from([text]),
            may_be_retracted: false,
            retracted: false,
            may_be_gone: false,
            linked: false,
        };
        self.said.insert(id, said);
    }

    /// Monitors mostly.
    fn author(&mut self) -> Option<usize> {
        let monitors = self.who(|device| device.role == Role::Monitor);
        let coordinators = self.who(|device| device.role == Role::Coordinator);
        if self.chance(75) { self.one(&monitors) } else { self.one(&coordinators) }
    }

    fn own_report(&mut self) -> Option<(usize, DocumentId)> {
        let own = self.said.iter().filter(|(_, said)| !self.devices[said.author].lost);
        let own: Vec<_> = own.map(|(id, said)| (said.author, *id)).collect();
        self.one(&own)
    }

    pub(crate) fn amend(&mut self) {
        let Some((author, id)) = self.own_report() else { return };
        let text = format!("{} Corrigé {}.", WORDS[self.below(WORDS.len())], self.rng.next_u32());
        let change = |fields: &mut ReportFields| {
            fields.narrative = text.clone();
            Ok(())
        };
        let now_ms = self.clock(author);
        let amended = block_on(self.devices[author].member.node.amend(id, change, now_ms));
        self.note(format!("{} amends {id}: {}", self.name(author), amended.is_ok()));
        let said = self.said.get_mut(&id).unwrap();
        match amended {
            Ok(_) => said.words = BTreeSet::from([text]),
            Err(NodeError::Invalid(why) | NodeError::Unchanged(why)) => {
                assert!(said.may_be_retracted, "amending {id}: {why}")
            }
            Err(error) => {
                said.words.insert(text);
                self.storage_failed(author, &error, "amend a report");
            }
        }
    }

    fn retract(&mut self) {
        let Some((author, id)) = self.own_report() else { return };
        let now_ms = self.clock(author);
        let retracted = block_on(self.devices[author].member.node.retract(id, "a mistake", now_ms));
        self.note(format!("{} retracts {id}: {}", self.name(author), retracted.is_ok()));
        let said = self.said.get_mut(&id).unwrap();
        match retracted {
            Ok(_) => (said.retracted, said.may_be_retracted) = (true, true),
            Err(NodeError::Invalid(why) | NodeError::Unchanged(why)) => {
                assert!(said.may_be_retracted, "retracting {id}: {why}")
            }
            Err(error) => {
                said.may_be_retracted = true;
                self.storage_failed(author, &error, "retract a report");
            }
        }
    }

    fn coordinator(&mut self) -> Option<usize> {
        let coordinators = self.who(|device| device.role == Role::Coordinator);
        self.one(&coordinators)
    }

    pub(crate) fn incident(&mut self) {
        let Some(by) = self.coordinator() else { return };
        let tlp = if self.chance(25) { Tlp::AmberStrict } else { Tlp::Amber };
        let title = format!("Incident {}", self.rng.next_u32() % 1000);
        let (now_ms, area) = (self.clock(by), self.devices[by].area.clone());
        let made = block_on(self.devices[by].member.node.incident_new(&title, area, tlp, None, now_ms));
        match made {
            Ok(id) => {
                self.note(format!("{} makes incident {id} ({tlp})", self.name(by)));
                self.tally.incidents += 1;
                self.incidents.insert(id);
            }
            Err(NodeError::Denied(_)) => {}
            Err(error) => self.storage_failed(by, &error, "make an incident"),
        }
    }

    /// A coordinator and an incident that it knows.
    fn desk(&mut self) -> Option<(usize, DocumentId)> {
        let by = self.coordinator()?;
        let known = block_on(self.devices[by].member.node.incidents()).unwrap();
        let known: Vec<_> = known.iter().map(|view| view.id).collect();
        Some((by, self.one(&known)?))
    }

    pub(crate) fn link(&mut self) {
        let Some((by, incident)) = self.desk() else { return };
        let known = block_on(self.devices[by].member.node.reports()).unwrap();
        let known: Vec<_> = known.iter().map(|view| view.id).collect();
        let Some(report) = self.one(&known) else { return };
        let rumour = [None, Some("driver"), Some("market")][self.below(3)].map(str::to_owned);
        let now_ms = self.clock(by);
        let linked = block_on(self.devices[by].member.node.incident_link(incident, report, rumour, now_ms));
        self.note(format!("{} links {report} to {incident}: {}", self.name(by), linked.is_ok()));
        match linked {
            Ok(_) => {
                self.tally.links += 1;
                if let Some(said) = self.said.get_mut(&report) {
                    said.linked |= said.author != by;
                }
            }
            Err(NodeError::Denied(_) | NodeError::Invalid(_)) => {}
            Err(error) => self.storage_failed(by, &error, "link a report"),
        }
    }

    pub(crate) fn edit(&mut self) {
        let Some((by, id)) = self.desk() else { return };
        let view = block_on(self.devices[by].member.node.incident(&id)).unwrap().unwrap();
        let linked: Vec<_> = view.reports.iter().map(|link| link.report).collect();
        let report = self.one(&linked);
        let now_ms = self.clock(by);
        let number = self.rng.next_u32() % 1000;
        let choice = self.below(10);
        let next = self.one(&view.status.next()).unwrap_or(Status::New);
        let grade = (Reliability::ALL[self.below(6)], Credibility::ALL[self.below(6)]);
        let conflict = view.conflicts.first().cloned();
        let node = &mut self.devices[by].member.node;
        let done = match (choice, report, conflict) {
            (0 | 1, _, _) => {
                block_on(node.incident_edit(id, &[IncidentEdit::SetTitle(format!("Title {number}"))], now_ms))
            }
            (2, _, _) => block_on(node.incident_edit(id, &[IncidentEdit::SetStatus(next)], now_ms)),
            (3, _, _) => {
                let note = IncidentEdit::AddNote { at: now_ms, text: format!("Note {number}") };
                block_on(node.incident_edit(id, &[note], now_ms))
            }
            (4, Some(report), _) => block_on(node.incident_edit(id, &[IncidentEdit::Unlink { report }], now_ms)),
            (5 | 6, _, Some(conflict)) => {
                let value = &conflict.values[number as usize % conflict.values.len()];
                let change = azalai_envelope::ids::from_hex(&value.change).unwrap();
                let keep = Keep::Change(change.try_into().unwrap());
                block_on(node.incident_settle(id, &conflict.field, keep, now_ms))
            }
            (_, Some(report), _) => {
                block_on(node.incident_grade(id, report, grade.0, grade.1, "as we know them", now_ms))
            }
            (_, None, _) => {
                let outcome = IncidentEdit::SetOutcome(format!("Outcome {number}"));
                block_on(node.incident_edit(id, &[outcome], now_ms))
            }
        };
        self.note(format!("{} edits {id} ({choice}): {}", self.name(by), done.is_ok()));
        match done {
            // The model refuses what its table of moves, its rules of grading and settling do not allow.
            Ok(_) | Err(NodeError::Denied(_) | NodeError::Invalid(_)) => {}
            Err(error) => self.storage_failed(by, &error, "edit an incident"),
        }
    }

    pub(crate) fn traveller(&mut self) -> Option<usize> {
        let free = self.who(|device| !device.cut_off);
        self.one(&free)
    }

    /// How bad a connection is: lost requests, doubled requests, and after how many requests it ends.
    pub(crate) fn lossy<T: Transport>(&mut self, link: T) -> (Link<T>, bool) {
        let (loss, twice) = if self.chance(50) { (0, 0) } else { (self.below(30), self.below(30)) };
        let cut = if self.chance(25) { Some(self.rng.next_u32() % 12) } else { None };
        let seed = self.rng.next_u64();
        let (loss, twice) = (u32::try_from(loss).unwrap(), u32::try_from(twice).unwrap());
        (Link::new(link, seed, loss, twice, cut), loss > 0 || cut.is_some())
    }

    pub(crate) fn visit_relay(&mut self) {
        let Some(who) = self.traveller() else { return };
        let relay = self.below(self.relays.len());
        // The relay's clock is the world's.
        let link = DirectLink::new(self.relays[relay].responder(), self.rng.next_u64(), self.now_ms);
        let (mut link, bad) = self.lossy(link);
        let now_ms = self.clock(who);
        let lies = self.lies(relay);
        let exchanged = match lies {
            Some(seed) => self.devices[who].member.exchange(&mut Liar::new(link, seed), now_ms),
            None => self.devices[who].member.exchange(&mut link, now_ms),
        };
        let bad = bad || lies.is_some();
        self.note(format!("{} visits relay {relay} (bad: {bad}): {}", self.name(who), exchanged.is_ok()));
        let bad = bad || self.relay_faulty[relay];
        self.exchanged(who, exchanged, bad);
    }

    /// Holds an exchange to what no bad link, no restart and no clock may cause among honest devices.
    pub(crate) fn exchanged(&mut self, who: usize, exchanged: Result<Exchanged, NodeError>, bad: bool) {
        self.tally.exchanges += 1;
        let enemies = self.trust.is_some();
        match exchanged {
            // What others may not say is refused, dropped or set aside.
            Ok(_) if enemies => {}
            Ok(exchanged) => {
                assert!(exchanged.taken.refused.is_empty(), "honest letters refused: {:?}", exchanged.taken.refused);
                assert_eq!((exchanged.foreign, exchanged.taken.newer), (0, 0), "honest letters taken for foreign");
                assert!(exchanged.refused.is_empty(), "not taken by the other side: {:?}", exchanged.refused);
            }
            Err(NodeError::Exchange(why)) => assert!(bad, "{}, over a good link: {why}", self.name(who)),
            Err(error) => self.storage_failed(who, &error, "exchange"),
        }
    }

    fn pair(&mut self) -> Option<(usize, usize)> {
        let (left, right) = (self.traveller()?, self.traveller()?);
        (left != right).then_some((left, right))
    }

    pub(crate) fn meet(&mut self) {
        let Some((guest, host)) = self.pair() else { return };
        self.note(format!("{} meets {}", self.name(guest), self.name(host)));
        let (seed, host_ms, guest_ms) = (self.rng.next_u64(), self.clock(host), self.clock(guest));
        let link = match self.devices[host].member.offer(seed, host_ms) {
            Ok(link) => link,
            Err(error) => return self.storage_failed(host, &error, "offer an exchange"),
        };
        let (mut link, bad) = self.lossy(link);
        let exchanged = self.devices[guest].member.exchange(&mut link, guest_ms);
        let bad = bad || self.devices[host].faulty;
        self.exchanged(guest, exchanged, bad);
        let caught_up = block_on(self.devices[host].member.node.catch_up());
        match caught_up {
            Ok(taken) => {
                let honest = taken.refused.is_empty() || self.trust.is_some();
                assert!(honest, "honest letters refused: {:?}", taken.refused);
            }
            Err(error) => self.storage_failed(host, &error, "take in what was brought"),
        }
    }

    pub(crate) fn bundle(&mut self) {
        let Some((from, to)) = self.pair() else { return };
        let now_ms = self.clock(from);
        let (bytes, _) = match block_on(self.devices[from].member.node.export_bundle(now_ms)) {
            Ok(bundle) => bundle,
            Err(error) => return self.storage_failed(from, &error, "export a bundle"),
        };
        let end = if self.chance(25) { 1 + self.below(bytes.len()) } else { bytes.len() };
        self.note(format!("{} hands {} a bundle, {end} of {} bytes", self.name(from), self.name(to), bytes.len()));
        for _ in 0..1 + self.below(2) {
            match block_on(self.devices[to].member.node.import_bundle(&bytes[..end])) {
                Ok(_) if self.trust.is_some() => {}
                Ok(imported) => {
                    assert_eq!(imported.foreign, 0, "honest letters taken for foreign");
                    assert!(imported.taken.refused.is_empty(), "refused: {:?}", imported.taken.refused);
                }
                Err(error) => return self.storage_failed(to, &error, "import a bundle"),
            }
        }
    }

    pub(crate) fn crash_device(&mut self) {
        let there = self.who(|_| true);
        let Some(who) = self.one(&there) else { return };
        if self.chance(20) {
            // Waking up writes too, and may fail on the way: then it is started once more.
            let fault = self.fault(3);
            let (on_store, name) = (self.chance(50), self.name(who));
            let device = &mut self.devices[who];
            let woken =
                device.member.crash_and(|store, disk| if on_store { store.plan(fault) } else { disk.plan(fault) });
            assert!(woken.is_ok() || matches!(woken, Err(NodeError::Store(_))), "{name} does not wake: {woken:?}");
        }
        self.restart(who);
    }

    pub(crate) fn crash_relay(&mut self) {
        let relay = self.below(self.relays.len());
        self.note(format!("relay {relay} restarts"));
        self.relays[relay].crash();
        self.relay_faulty[relay] = false;
    }

    fn fault(&mut self, within: u32) -> Fault {
        let when = match self.below(4) {
            0 => FaultWhen::Before,
            1 => FaultWhen::After,
            2 => FaultWhen::Torn { keep: self.below(400) },
            _ => FaultWhen::Full,
        };
        Fault { after_writes: u64::from(self.rng.next_u32() % within), when }
    }

    fn plan_device_fault(&mut self) {
        let there = self.who(|_| true);
        let Some(who) = self.one(&there) else { return };
        let fault = self.fault(8);
        self.note(format!("{} will fail: {fault:?}", self.name(who)));
        self.devices[who].faulty = true;
        if self.chance(50) {
            self.devices[who].member.store().plan(fault);
        } else {
            self.devices[who].member.disk().plan(fault);
        }
    }

    fn plan_relay_fault(&mut self) {
        let relay = self.below(self.relays.len());
        let fault = self.fault(4);
        self.note(format!("relay {relay} will fail: {fault:?}"));
        self.relay_faulty[relay] = true;
        self.relays[relay].store().plan(fault);
    }

    fn jump(&mut self) {
        let there = self.who(|_| true);
        let Some(who) = self.one(&there) else { return };
        let day = i64::try_from(DAY_MS).unwrap();
        let to_1970 = -i64::try_from(self.now_ms).unwrap();
        let skew_ms = [to_1970, -400 * day, -day, 0, day, 70 * day, 3000 * day][self.below(7)];
        self.note(format!("the clock of {} is off by {skew_ms} ms", self.name(who)));
        self.devices[who].skew_ms = skew_ms;
    }

    pub(crate) fn cut_off(&mut self) {
        let there = self.who(|_| true);
        let Some(who) = self.one(&there) else { return };
        self.devices[who].cut_off = !self.devices[who].cut_off;
        self.note(format!("{} is cut off: {}", self.name(who), self.devices[who].cut_off));
    }

    pub(crate) fn admissions(&mut self) {
        let staff = self.who(|device| device.role != Role::Monitor);
        let Some(by) = self.one(&staff) else { return };
        self.admit(by);
    }

    /// Everyone whom `by` may admit. Says how many.
    pub(crate) fn admit(&mut self, by: usize) -> usize {
        let node = &mut self.devices[by].member.node;
        let waiting: Vec<_> = node.roster().waiting().iter().map(|waiting| waiting.claim.device.signing).collect();
        let mut admitted = 0;
        for key in waiting {
            let now_ms = self.clock(by);
            match block_on(self.devices[by].member.node.admit(&key, now_ms)) {
                Ok(member) => {
                    admitted += 1;
                    self.note(format!("{} admits {}", self.name(by), member.pseudonym));
                }
                Err(NodeError::Denied(_)) => {}
                Err(error) => {
                    self.storage_failed(by, &error, "admit");
                    return admitted;
                }
            }
        }
        admitted
    }

    /// A monitor's device is destroyed. What a relay said it holds must still arrive.
    fn lose(&mut self) {
        let monitors = self.who(|device| device.role == Role::Monitor);
        let Some(who) = self.one(&monitors) else { return };
        self.note(format!("{} is destroyed", self.name(who)));
        for view in block_on(self.devices[who].member.node.reports()).unwrap() {
            if let Some(said) = self.said.get_mut(&view.id).filter(|said| said.author == who) {
                // A retracted one does not say how far it got, and an amendment may be anywhere.
                said.may_be_gone = !matches!(view.state, ReportState::Relay | ReportState::Opened | ReportState::Acted);
            }
        }
        self.tally.lost += 1;
        self.devices[who].lost = true;
    }
}
