//! Adds up the logs: first the authority, which stands on itself, then the registry, which stands on it.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::certificate::project_id;
use azalai_envelope::ids::derive8;
use azalai_envelope::{Certificate, DevicePublic, PostingPublic, SigningPublic, Statement, StatementId, Verified};

use crate::act::{Act, Admission};
use crate::circle::{AreaCode, Circle, Role};
use crate::cuts::Exclusion;
use crate::graph::{Entry, Graph, Log, Place};
use crate::info::{AreaInfo, Member, MemberState, RelayInfo};
use crate::numbers::Named;
use crate::reason::Reason;
use crate::removal::{Label, Removals, World, solve};
use crate::rights::{Holdings, steward};
use crate::roster::{Generation, Roster};

/// Everything between the statements and the roster.
pub(crate) struct Builder<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) roster: Roster,
    pub(crate) rejected: BTreeMap<Place, Reason>,
    /// Statements that ask circles for new keys, with the devices they remove.
    pub(crate) rotations: BTreeMap<StatementId, BTreeSet<SigningPublic>>,
    /// Relays' certificates that count, by relay, with their numbers.
    certificates: BTreeMap<SigningPublic, BTreeSet<(u32, Vec<u8>)>>,
}

/// See [`Roster::from_statements`].
pub(crate) fn build<'a>(root: SigningPublic, statements: impl IntoIterator<Item = &'a Verified<Statement>>) -> Roster {
    let project = project_id(&root);
    let (graph, rejected) = Graph::collect(&root, &project, statements);
    let removals = solve(&graph, root);
    let circles = [Circle::Everyone, Circle::Staff];
    let roster = Roster {
        root,
        project,
        name: None,
        carrier: None,
        admission: Admission::ByHand,
        areas: BTreeMap::new(),
        circles: circles.into_iter().map(|circle| (circle.audience(&project), circle)).collect(),
        members: BTreeMap::new(),
        holdings: BTreeMap::new(),
        ever: BTreeMap::new(),
        parents: BTreeMap::new(),
        bodies: BTreeMap::new(),
        removals,
        generations: BTreeMap::new(),
        named: Named::default(),
        relays: Vec::new(),
        invites: Vec::new(),
        adopted: BTreeMap::new(),
        heads: BTreeMap::new(),
        asking: BTreeSet::new(),
        in_authority: BTreeSet::new(),
        authority_head: [0; 8],
        rejected: Vec::new(),
        forked: BTreeSet::new(),
        claimed: BTreeSet::new(),
        by_author: BTreeMap::new(),
        overtaken: Vec::new(),
    };
    let mut builder =
        Builder { graph: &graph, roster, rejected, rotations: BTreeMap::new(), certificates: BTreeMap::new() };
    builder.found();
    builder.areas();
    builder.holdings();
    builder.authority();
    builder.bodies();
    let live = builder.registry();
    builder.states();
    builder.generations();
    builder.certificates();
    builder.heads(&live);
    builder.finish()
}

impl<'g> Builder<'g> {
    pub(crate) fn reject(&mut self, place: Place, reason: Reason) {
        self.rejected.insert(place, reason);
    }

    fn found(&mut self) {
        let Some(place) = self.roster.removals.found else { return };
        let act = self.graph.entries.get(&place.0).and_then(|entry| entry.acts.get(place.1));
        if let Some(Act::Found { name, carrier, founder, pseudonym }) = act {
            self.roster.name = Some(name.clone());
            self.roster.carrier = Some(*carrier);
            let member = Member {
                device: *founder,
                pseudonym: pseudonym.clone(),
                role: Role::Steward,
                area: None,
                areas: BTreeSet::new(),
                state: MemberState::Confirmed,
                person: None,
                invite: None,
                admitted_by: Some(self.roster.root),
            };
            self.roster.members.insert(founder.signing, member);
        }
    }

    /// Acts of the authority log by stewards, in statements that count.
    fn stewards_acts<'w>(&self, world: &'w World) -> impl Iterator<Item = (&'g Entry, Place, &'g Act)> + use<'g, 'w> {
        let graph: &'g Graph = self.graph;
        graph
            .acts(Log::Authority)
            .filter(|(entry, ..)| world.live.contains(&entry.id) && world.stewards.contains(&entry.author))
    }

    /// Areas whose parents exist; of several acts about one code the latest.
    fn areas(&mut self) {
        let world = self.roster.removals.world.clone();
        let acts: Vec<(Place, &AreaCode, &String, Option<&AreaCode>)> = self
            .stewards_acts(&world)
            .filter_map(|(_, place, act)| match act {
                Act::Area { code, name, parent } => Some((place, code, name, parent.as_ref())),
                _ => None,
            })
            .collect();
        let mut accepted: BTreeMap<&AreaCode, BTreeMap<Place, (&String, Option<&AreaCode>)>> = BTreeMap::new();
        loop {
            let before: usize = accepted.values().map(BTreeMap::len).sum();
            for (place, code, name, parent) in &acts {
                if parent.is_none_or(|parent| parent != *code && accepted.contains_key(parent)) {
                    accepted.entry(code).or_default().insert(*place, (name, *parent));
                }
            }
            if accepted.values().map(BTreeMap::len).sum::<usize>() == before {
                break;
            }
        }
        for (place, code, _, parent) in &acts {
            if let Some(parent) = parent
                && !accepted.get(code).is_some_and(|places| places.contains_key(place))
            {
                self.reject(*place, Reason::UnknownArea((*parent).clone()));
            }
        }
        for (code, places) in accepted {
            let latest = self.graph.latest(&places.keys().copied().collect::<Vec<_>>());
            if let Some((name, parent)) = latest.and_then(|place| places.get(&place)) {
                let area = AreaInfo { name: (*name).clone(), parent: parent.cloned() };
                self.roster.areas.insert(code.clone(), area);
            }
            for circle in [Circle::Area(code.clone()), Circle::AreaAndAbove(code.clone())] {
                self.roster.circles.insert(circle.audience(&self.roster.project), circle);
            }
        }
    }

    /// Who holds what by the grants of a world.
    fn holdings_in(&self, world: &World) -> Holdings {
        let mut holdings = Holdings::new();
        for key in &world.stewards {
            holdings.entry(*key).or_default().steward = true;
        }
        for (_, _, act) in self.stewards_acts(world) {
            if let Act::Grant { device, role: Role::Coordinator, area: Some(area), .. } = act
                && self.roster.areas.contains_key(area)
            {
                holdings.entry(device.signing).or_default().areas.insert(area.clone());
            }
        }
        holdings
    }

    /// Rights, and the members that the authority log names.
    fn holdings(&mut self) {
        let Removals { world, ever, .. } = self.roster.removals.clone();
        self.roster.ever = self.holdings_in(&ever);
        for (_, _, act) in self.stewards_acts(&ever) {
            if let Act::Area { code, parent: Some(parent), .. } = act {
                self.roster.parents.entry(code.clone()).or_default().insert(parent.clone());
            }
        }
        self.roster.holdings = self.holdings_in(&world);
        let mut grants: BTreeMap<SigningPublic, Vec<Place>> = BTreeMap::new();
        for (_, place, act) in self.stewards_acts(&world) {
            if let Act::Grant { device, role, area, .. } = act {
                match self.roster.role_fits(*role, area.as_ref()) {
                    Ok(()) => grants.entry(device.signing).or_default().push(place),
                    Err(reason) => self.reject(place, reason),
                }
            }
        }
        for (key, places) in grants {
            let Some(holding) = self.roster.holdings.get(&key).cloned() else { continue };
            let Some(place) = self.graph.latest(&places) else { continue };
            let Some(entry) = self.graph.entries.get(&place.0) else { continue };
            let Some(Act::Grant { device, pseudonym, area, person, .. }) = entry.acts.get(place.1) else { continue };
            let founder = self.roster.members.get(&key).map(|member| member.device);
            let member = Member {
                // The root's own word for the founder's keys is not replaced by a later grant.
                device: founder.unwrap_or(*device),
                pseudonym: pseudonym.clone(),
                role: if holding.steward { Role::Steward } else { Role::Coordinator },
                area: if holding.steward { None } else { area.clone() },
                areas: holding.areas,
                state: MemberState::Confirmed,
                person: Some(*person),
                invite: None,
                admitted_by: Some(entry.author),
            };
            self.roster.members.insert(key, member);
        }
    }

    /// Why the statement counts nothing, whatever its acts are.
    pub(crate) fn set_aside(&self, entry: &Entry, live: bool) -> Option<Reason> {
        if live {
            return None;
        }
        Some(match self.roster.removals.exclusion(&entry.author, entry.chain, entry.seq, entry.id) {
            Exclusion::Past => Reason::Quarantined,
            Exclusion::Unnamed => Reason::Doubtful,
            Exclusion::No => Reason::Forked,
        })
    }

    /// Judges every act of the authority log, and keeps relays and removals.
    fn authority(&mut self) {
        let world = self.roster.removals.world.clone();
        let mut relays: BTreeMap<SigningPublic, Vec<Place>> = BTreeMap::new();
        let mut admissions: Vec<Place> = Vec::new();
        for (entry, place, act) in self.graph.acts(Log::Authority) {
            let aside = self.set_aside(entry, world.live.contains(&entry.id));
            if aside == Some(Reason::Forked) {
                self.roster.forked.insert(entry.id);
            }
            if let Err(reason) = self.judge(entry, place, act, aside) {
                self.rejected.entry(place).or_insert(reason);
                continue;
            }
            match act {
                Act::Relay { public, .. } => relays.entry(public.signing).or_default().push(place),
                Act::Admission { .. } => admissions.push(place),
                Act::Certificate { bytes } => {
                    if let Ok(certificate) = Certificate::parse(bytes) {
                        let of = self.certificates.entry(certificate.relay.signing).or_default();
                        of.insert((certificate.number, bytes.clone()));
                    }
                }
                Act::Adopt { statements } => {
                    for id in statements {
                        self.roster.adopted.entry(*id).or_default().insert(entry.author);
                    }
                }
                _ => {}
            }
        }
        for (place, label) in &self.roster.removals.labels {
            let act = self.graph.entries.get(&place.0).and_then(|entry| entry.acts.get(place.1));
            if let (Label::Stands | Label::Undecided, Some(Act::Remove { device, .. })) = (label, act) {
                self.rotations.entry(place.0).or_default().insert(*device);
            }
        }
        // Stewards who said different things apart: somebody looks, until they know of each other.
        let newest = self.graph.newest(&admissions);
        let at_exchange = newest.iter().all(|(id, index)| {
            let act = self.graph.entries.get(id).and_then(|entry| entry.acts.get(*index));
            matches!(act, Some(Act::Admission { how: Admission::AtExchange }))
        });
        if at_exchange && !newest.is_empty() {
            self.roster.admission = Admission::AtExchange;
        }
        for places in relays.values() {
            let act = self.graph.latest(places).and_then(|(id, index)| self.graph.entries.get(&id)?.acts.get(index));
            if let Some(Act::Relay { public, label }) = act {
                self.roster.relays.push(RelayInfo { public: *public, label: label.clone(), certificate: None });
            }
        }
    }

    /// The rules of the authority log, one by one.
    fn judge(&self, entry: &Entry, place: Place, act: &Act, aside: Option<Reason>) -> Result<(), Reason> {
        let holdings = &self.roster.holdings;
        if let Act::Found { carrier, .. } = act {
            // Not asked whether it is set aside: see `Removals::found`.
            return match self.roster.removals.found {
                _ if entry.author != self.roster.root => Err(Reason::NotRoot),
                _ if carrier.root != self.roster.root => Err(Reason::ForeignCarrier),
                Some(found) if found == place => Ok(()),
                _ => Err(aside.unwrap_or(Reason::FoundTwice)),
            };
        }
        if let Act::Unknown { .. } = act {
            return Err(Reason::NeedsNewer);
        }
        let removals = &self.roster.removals;
        if let Act::Remove { .. } = act {
            if let Some(reason) = removals.refused.get(&place) {
                return Err(reason.clone());
            }
            return match removals.labels.get(&place) {
                Some(Label::Stands) => Ok(()),
                Some(Label::Undecided) => Err(Reason::Undecided),
                _ => Err(Reason::Void),
            };
        }
        if let Some(reason) = aside {
            return Err(reason);
        }
        match act {
            Act::NewGeneration { circle, .. } => self.roster.right_to_rotate(&entry.author, circle),
            Act::Area { .. } | Act::Grant { .. } | Act::Relay { .. } | Act::Admission { .. } | Act::Bodies { .. } => {
                steward(holdings, &entry.author)
            }
            Act::Certificate { bytes } => {
                steward(holdings, &entry.author)?;
                let own = Certificate::parse(bytes).is_ok_and(|it| it.carrier.root == self.roster.root);
                if own { Ok(()) } else { Err(Reason::ForeignCarrier) }
            }
            Act::Adopt { statements } => {
                steward(holdings, &entry.author)?;
                if self.graph.any_of(statements, &entry.author) { Err(Reason::OwnStatement) } else { Ok(()) }
            }
            _ => Err(Reason::WrongLog),
        }
    }

    /// Removals last: they change how a device stands, not what is known of it.
    fn states(&mut self) {
        let removals = &self.roster.removals;
        for (key, member) in &mut self.roster.members {
            if removals.removed.contains(key) {
                member.state = MemberState::Removed;
            } else if removals.is_suspended(key) {
                member.state = MemberState::Suspended;
            }
        }
    }

    /// Each relay's certificate to be brought: of those for the project's current posting key, or else for an earlier
    /// one, that of the highest number; of two with one number, the same everywhere. One for a key that the log does
    /// not name would let its owner in and shut the members out.
    fn certificates(&mut self) {
        let named: BTreeSet<PostingPublic> = self.roster.posting_keys().into_iter().map(|info| info.public).collect();
        let current = self.roster.posting();
        for relay in &mut self.roster.relays {
            let all = self.certificates.get(&relay.public.signing).into_iter().flatten();
            let all = all.filter_map(|(number, bytes)| {
                let posting = Certificate::parse(bytes).ok()?.posting;
                named.contains(&posting).then_some((Some(posting) == current, *number, bytes))
            });
            relay.certificate = all.max().map(|(.., bytes)| bytes.clone());
        }
    }

    /// For each removed device the removals of it, of which a new key has to follow one: those of the authority log if
    /// there are any, which monitors' devices know too. Not all of them, or whoever may remove could, by removing the
    /// same device again and again, keep everybody busy with new keys.
    fn asks(&self) -> Vec<(BTreeSet<StatementId>, BTreeSet<Circle>)> {
        let mut of: BTreeMap<SigningPublic, BTreeMap<Log, BTreeSet<StatementId>>> = BTreeMap::new();
        for (id, devices) in &self.rotations {
            let Some(entry) = self.graph.entries.get(id) else { continue };
            for device in devices {
                of.entry(*device).or_default().entry(entry.log).or_default().insert(*id);
            }
        }
        let first = |logs: BTreeMap<Log, BTreeSet<StatementId>>| logs.into_values().next().unwrap_or_default();
        of.into_iter().map(|(device, logs)| (first(logs), self.roster.held(&device))).collect()
    }

    /// The generations that count, and for each which removals it does not follow. A removal asks only for new keys
    /// of circles that the removed device could open: otherwise removing one monitor would stop the staff's own
    /// letters until a steward came by.
    fn generations(&mut self) {
        let asks = self.asks();
        let mut all: BTreeMap<Circle, Vec<Generation>> = BTreeMap::new();
        for (entry, place, act, past) in self.numbered() {
            let Act::NewGeneration { circle, key, number, posting } = act else { continue };
            self.roster.named.add(circle, *key, *posting);
            if self.rejected.contains_key(&place) {
                continue;
            }
            let both = self.graph.past(entry.id, None);
            let follows = |id: &StatementId| match self.graph.entries.get(id).map(|removal| removal.log) {
                Some(Log::Authority) => past.contains(id),
                _ => both.contains(id),
            };
            let missing = asks.iter().filter(|(ids, circles)| circles.contains(circle) && !ids.iter().any(follows));
            let missing: BTreeSet<StatementId> = missing.flat_map(|(ids, _)| ids.iter().copied()).collect();
            all.entry(circle.clone()).or_default().push(Generation {
                key: *key,
                number: *number,
                statement: entry.id,
                author: entry.author,
                posting: *posting,
                missing: missing.into_iter().collect(),
            });
        }
        for generations in all.values_mut() {
            generations.sort_by_key(|generation| (core::cmp::Reverse(generation.number), generation.statement));
        }
        self.roster.generations = all;
    }

    /// Heads among statements of those who hold a grant: claims of devices that nobody admitted name none, so that
    /// no stranger can push removals out of a new statement's `after`. Removals that ask for a new key are among them
    /// even where their statement does not count, as of two that exclude each other: no key could follow them else.
    fn heads(&mut self, registry: &BTreeSet<StatementId>) {
        let holds = |id: &StatementId| {
            self.graph.entries.get(id).is_some_and(|entry| self.roster.holdings.contains_key(&entry.author))
        };
        let counting = |live: &BTreeSet<StatementId>| live.iter().copied().filter(holds).collect();
        let [authority, registry]: [BTreeSet<StatementId>; 2] =
            [&self.roster.removals.world.live, registry].map(counting);
        let shown = self.graph.heads(Log::Authority, &authority);
        let parts: Vec<&[u8]> = shown.iter().map(|id| id.as_bytes().as_slice()).collect();
        self.roster.authority_head = derive8("azalai 1 authority head", &parts);
        self.roster.asking = self.rotations.keys().copied().collect();
        self.roster.in_authority = self.graph.of(Log::Authority).map(|entry| entry.id).collect();
        self.roster.in_authority.retain(|id| self.roster.asking.contains(id));
        for (log, mut known) in [(Log::Authority, authority), (Log::Registry, registry)] {
            known.extend(&self.roster.asking);
            let (first, others): (Vec<_>, Vec<_>) =
                self.graph.heads(log, &known).into_iter().partition(|id| self.roster.asking.contains(id));
            self.roster.heads.insert(log, first.into_iter().chain(others).collect());
        }
    }

    fn finish(self) -> Roster {
        let mut roster = self.roster;
        // Also those whose grant or invite is set aside: what they wrote has to be verified before it can be shown
        // as set aside.
        let claimed = roster.claimed.iter().chain(roster.ever.keys()).chain(roster.members.keys());
        let keys: BTreeSet<SigningPublic> = claimed.copied().chain([roster.root]).collect();
        for key in keys {
            roster.by_author.entry(key.author_id()).or_default().push(key);
        }
        roster.rejected = self.rejected.into_iter().map(|((id, index), reason)| (id, index, reason)).collect();
        roster
    }
}

/// A device as a claim or an admission names it, before anything else is known of it.
pub(crate) fn plain_member(device: DevicePublic, pseudonym: &str, role: Role, state: MemberState) -> Member {
    Member {
        device,
        pseudonym: pseudonym.to_owned(),
        role,
        area: None,
        areas: BTreeSet::new(),
        state,
        person: None,
        invite: None,
        admitted_by: None,
    }
}
