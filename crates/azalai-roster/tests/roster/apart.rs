//! Random histories of people who are apart: each writes by what its own device knows, through the same entries and
//! heads as a device does, and learns of the others only in part. Some devices are taken, and follow no rule.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{PostingPublic, ReceivingPublic, SigningPublic, SigningSecret, Statement, StatementId, Verified};
use azalai_roster::{Act, AreaCode, Circle, Cut, Log, LogEntry, MemberState, Role, Roster, Standing};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use crate::support::{Device, Project, admit, area, claim, grant, invite, new_area, remove};

pub(crate) const STEPS: usize = 75;
pub(crate) const CODES: [&str; 3] = ["north", "gao", "south"];
/// Founder, stewards, coordinators, monitors, and from there on those who are not members yet.
pub(crate) const STEWARDS: core::ops::Range<usize> = 1..4;
pub(crate) const COORDINATORS: core::ops::Range<usize> = 4..7;
pub(crate) const MONITORS: core::ops::Range<usize> = 7..9;
pub(crate) const PEOPLE: usize = 12;

/// A device, and the statements that it knows.
pub(crate) struct Person {
    pub(crate) device: Device,
    pub(crate) knows: BTreeSet<usize>,
    /// In other hands: it follows no rule, and forks its chains.
    pub(crate) taken: bool,
}

/// Which acts people do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    All,
    NoRemovals,
}

pub(crate) struct Apart {
    pub(crate) rng: ChaCha8Rng,
    pub(crate) project: Project,
    pub(crate) people: Vec<Person>,
    /// Each key of a circle, and to whom its maker's device would have handed it, by what it knew.
    pub(crate) went_to: BTreeMap<ReceivingPublic, BTreeSet<SigningPublic>>,
    pub(crate) counter: u64,
}

impl Apart {
    pub(crate) fn new(seed: u64) -> Self {
        let mut project = Project::founded();
        let mut devices = vec![project.root.clone()];
        devices.extend((2..2 + PEOPLE as u8 - 1).map(Device::new));
        let mut acts: Vec<Act> = STEWARDS.map(|i| grant(&devices[i], Role::Steward, None)).collect();
        acts.extend(COORDINATORS.map(|i| grant(&devices[i], Role::Coordinator, Some(CODES[i - COORDINATORS.start]))));
        project.by_root(acts);
        devices[0] = project.root.clone();
        for i in MONITORS {
            let (id, code) = (i as u8, Some("gao"));
            let mut root = devices[0].clone();
            project.says(&mut root, Log::Registry, vec![invite(id, Role::Monitor, code)]);
            let act = claim(&project.id, id, &devices[i]);
            let mut monitor = devices[i].clone();
            project.says(&mut monitor, Log::Registry, vec![act]);
            project.says(&mut root, Log::Registry, vec![admit(&monitor, Role::Monitor, code, [id; 16])]);
            (devices[0], devices[i]) = (root, monitor);
        }
        let knows: BTreeSet<usize> = (0..project.set.len()).collect();
        let person = |device| Person { device, knows: knows.clone(), taken: false };
        let people = devices.into_iter().map(person).collect();
        let (rng, went_to) = (ChaCha8Rng::seed_from_u64(seed), BTreeMap::new());
        Self { rng, project, people, went_to, counter: 0 }
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.rng.next_u32() as usize % limit
    }

    pub(crate) fn pick<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        if of.is_empty() { None } else { Some(of[self.below(of.len())].clone()) }
    }

    pub(crate) fn key(&self, who: usize) -> SigningPublic {
        self.people[who].device.key()
    }

    /// The roster by what one device knows.
    pub(crate) fn view(&self, who: usize) -> Roster {
        let known = self.people[who].knows.iter().map(|index| &self.project.set[*index]);
        Roster::from_statements(self.project.root.key(), known)
    }

    /// One learns from another: all, or whatever got through.
    pub(crate) fn meet(&mut self) {
        let (from, to) = (self.below(PEOPLE), self.below(PEOPLE));
        let part = if self.below(3) == 0 { 2 + self.below(6) } else { 0 };
        let known: Vec<usize> = self.people[from].knows.iter().copied().collect();
        for index in known {
            if part == 0 || self.below(8) < part {
                self.people[to].knows.insert(index);
            }
        }
    }

    /// Cuts at what a device knows of another: where each chain ends for it, or somewhere before.
    pub(crate) fn cuts(&mut self, who: usize, target: SigningPublic) -> Vec<Cut> {
        let low = self.below(2) == 0;
        let mut chains: BTreeMap<_, Vec<Cut>> = BTreeMap::new();
        for index in &self.people[who].knows {
            let said = &self.project.set[*index];
            if said.author() == target {
                let cut = Cut { chain: said.chain(), seq: said.seq(), id: said.id() };
                chains.entry(said.chain()).or_default().push(cut);
            }
        }
        let mut cuts = Vec::new();
        for (_, mut all) in chains {
            all.sort_unstable_by_key(|cut| cut.seq);
            let last = all.len() - 1;
            let at = if low { self.below(all.len() + 1) } else { last };
            cuts.extend(all.get(at).copied());
        }
        cuts
    }

    pub(crate) fn generation(&mut self, who: usize, view: &Roster, circle: Circle) -> Act {
        self.counter += 1;
        let mut bytes = [0xee; 32];
        bytes[..8].copy_from_slice(&self.counter.to_be_bytes());
        let key = ReceivingPublic(bytes);
        let gone = |state| matches!(state, MemberState::Removed | MemberState::Suspended);
        let holders = view.members().filter(|member| !gone(member.state)).map(|member| member.device.signing);
        let mut holders: BTreeSet<_> = holders.filter(|key| view.has_held(key).contains(&circle)).collect();
        holders.insert(self.key(who));
        self.went_to.insert(key, holders);
        let number = view.next_number(&circle);
        let posting = (circle == Circle::Everyone).then(|| PostingPublic {
            epoch: 1000 + self.counter as u32,
            key: SigningSecret::from_seed(&bytes).public(),
        });
        Act::NewGeneration { circle, key, number, posting }
    }

    /// Something that this device may do by what it knows; a taken one does not ask.
    pub(crate) fn act(&mut self, who: usize, view: &Roster, doing: Doing) -> Option<(Log, Act)> {
        let (me, taken) = (self.key(who), self.people[who].taken);
        let (other, code) = (self.below(PEOPLE), CODES[self.below(CODES.len())]);
        let (device, target) = (self.people[other].device.clone(), self.key(other));
        let may = |asked: bool| taken || asked;
        let kinds = if doing == Doing::All { 16 } else { 11 };
        let choice = if self.below(3) == 0 { 9 } else { self.below(kinds) };
        Some(match choice {
            0 => {
                // A new one, or one that moves.
                let name =
                    CODES.get(self.below(6)).map_or_else(|| format!("new-{}", self.counter), |it| (*it).to_owned());
                self.counter += 1;
                let allowed = may(name != code && view.may_keep_authority(&me).is_ok());
                allowed.then(|| (Log::Authority, new_area(&name, Some(code))))?
            }
            1 | 2 => {
                let role = if self.below(3) == 0 { Role::Steward } else { Role::Coordinator };
                let of = (role == Role::Coordinator).then_some(code);
                let named = of.map(area);
                let known = view.member(&target).is_some_and(|member| member.state == MemberState::Confirmed);
                let allowed = may(known && view.may_grant(&me, role, named.as_ref()).is_ok());
                allowed.then(|| (Log::Authority, grant(&device, role, of)))?
            }
            3 | 4 => {
                let all: Vec<Circle> = view.circles().cloned().collect();
                let mine: Vec<Circle> =
                    all.into_iter().filter(|circle| may(view.may_rotate(&me, circle).is_ok())).collect();
                let wanting: Vec<Circle> =
                    mine.iter().filter(|circle| view.newest_key(circle).is_err()).cloned().collect();
                let circle = self.pick(if wanting.is_empty() { &mine } else { &wanting })?;
                (Log::Authority, self.generation(who, view, circle))
            }
            5 => {
                let id = 100 + self.below(8) as u8;
                let allowed = may(view.may_invite(&me, Role::Monitor, Some(&area(code))).is_ok());
                allowed.then(|| (Log::Registry, invite(id, Role::Monitor, Some(code))))?
            }
            6 => {
                let id = self.pick(view.invites())?.id[0];
                let claims = taken || view.member(&me).is_none();
                claims.then(|| (Log::Registry, claim(&self.project.id, id, &self.people[who].device)))?
            }
            7 | 8 => {
                let waits = self.pick(&view.waiting())?;
                let allowed = may(view.may_admit(&me, waits.role, waits.area.as_ref()).is_ok());
                let asks = self.people.iter().find(|person| person.device.key() == waits.claim.device.signing)?;
                let code = waits.area.as_ref().map(AreaCode::as_str);
                allowed.then(|| (Log::Registry, admit(&asks.device, waits.role, code, waits.invite)))?
            }
            9 => {
                let aside = self.people[who].knows.iter().map(|index| &self.project.set[*index]);
                let aside =
                    aside.filter(|said| matches!(view.standing(said), Standing::Quarantined | Standing::Doubtful));
                let aside = aside.filter(|said| may(view.may_remove(&me, &said.author()).is_ok()));
                // To adopt a removal is to remove, and to adopt what makes somebody a steward gives theirs force.
                let removes = |said: &&Verified<Statement>| {
                    let acts = LogEntry::decode(&said.body().unwrap()).unwrap().acts;
                    let steward =
                        |act: &Act| matches!(act, Act::Remove { .. } | Act::Grant { role: Role::Steward, .. });
                    acts.iter().any(steward)
                };
                let aside = aside.filter(|said| doing == Doing::All || !removes(said));
                let aside: Vec<_> = aside.map(|said| said.id()).collect();
                let steward = may(view.may_keep_authority(&me).is_ok());
                let log = if steward { Log::Authority } else { Log::Registry };
                (log, Act::Adopt { statements: vec![self.pick(&aside)?] })
            }
            10 => {
                let id = self.pick(view.invites())?;
                let allowed = may(view.may_invite(&me, id.role, id.area.as_ref()).is_ok());
                allowed.then_some((Log::Registry, Act::Revoke { invite: id.id }))?
            }
            _ => {
                // Of those who have something to lose, mostly the same: concurrent cuts are what is looked for.
                let pressed = 1 + self.below(4);
                let other = if self.below(3) > 0 { pressed } else { other };
                let (device, target) = (self.people[other].device.clone(), self.key(other));
                if who == other || !may(view.may_remove(&me, &target).is_ok()) {
                    return None;
                }
                let granted = view.member(&target).is_some_and(|member| member.role != Role::Monitor);
                let cuts = self.cuts(who, target);
                (if granted { Log::Authority } else { Log::Registry }, remove(&device, cuts))
            }
        })
    }

    pub(crate) fn says(&mut self, who: usize, log: Log, acts: Vec<Act>, after: Vec<StatementId>) -> StatementId {
        let mut device = self.people[who].device.clone();
        let id = self.project.says_after(&mut device, log, acts, after);
        let fork = self.people[who].taken && self.below(6) == 0;
        if !fork {
            self.people[who].device = device;
        }
        self.people[who].knows.insert(self.project.set.len() - 1);
        id
    }

    pub(crate) fn step(&mut self, doing: Doing) {
        if self.below(100) < 35 {
            return self.meet();
        }
        let among = if self.below(2) == 0 { PEOPLE } else { MONITORS.start };
        let who = self.below(among);
        if doing == Doing::All && self.below(30) == 0 {
            self.people[who].taken = true;
        }
        let view = self.view(who);
        // What comes to mind first it often may not do.
        let Some((log, act)) = (0..4).find_map(|_| self.act(who, &view, doing)) else { return };
        // A taken device may say that it knew nothing.
        let after = if self.people[who].taken && self.below(2) == 0 { Vec::new() } else { view.heads() };
        self.says(who, log, vec![act], after);
    }

    /// Everybody learns everything, and devices do by themselves what they have to. Says whether a steward is there who
    /// can.
    pub(crate) fn settle(&mut self) -> bool {
        let all: BTreeSet<usize> = (0..self.project.set.len()).collect();
        self.people.iter_mut().for_each(|person| person.knows = all.clone());
        let whole = self.project.roster();
        let able = |who: &usize| !self.people[*who].taken && whole.may_keep_authority(&self.key(*who)).is_ok();
        let Some(steward) = (0..PEOPLE).find(able) else { return false };
        let me = self.key(steward);
        let again = whole.overtaken().iter().filter(|(key, _)| *key != me);
        let again: Vec<Act> = again.map(|(device, cuts)| Act::Remove { device: *device, cuts: cuts.clone() }).collect();
        if !again.is_empty() {
            self.says(steward, Log::Authority, again, whole.heads());
        }
        // Whoever handed the newest key to somebody who is removed gives another.
        let whole = self.project.roster();
        let gone = whole.members().filter(|member| member.state == MemberState::Removed);
        let gone: Vec<_> = gone.map(|member| member.device.signing).collect();
        for circle in whole.circles() {
            let Ok(newest) = whole.newest_key(circle) else { continue };
            let had = self.went_to.get(&newest.key);
            if had.is_some_and(|had| gone.iter().any(|key| had.contains(key) && whole.has_held(key).contains(circle))) {
                let act = self.generation(steward, &whole, circle.clone());
                self.says(steward, Log::Authority, vec![act], whole.heads());
            }
        }
        true
    }

    /// What a roster was made from; all of it without somebody who knows only a part.
    pub(crate) fn said(&self, who: Option<usize>) -> Vec<(&Verified<Statement>, Vec<Act>)> {
        let known = |index: &usize| who.is_none_or(|who| self.people[who].knows.contains(index));
        let said = (0..self.project.set.len()).filter(known).map(|index| &self.project.set[index]);
        said.map(|said| (said, LogEntry::decode(&said.body().unwrap()).unwrap().acts)).collect()
    }
}
