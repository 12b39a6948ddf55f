//! Adds up the registry: invites, claims, admissions, removals of monitors. Rights come from the authority log
//! alone; nothing here can change it.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{Day, DevicePublic, SigningPublic, StatementId};

use crate::act::{Act, InviteId, PersonId};
use crate::build::{Builder, plain_member};
use crate::circle::{AreaCode, Role};
use crate::cuts::Exclusion;
use crate::entry::proof_holds;
use crate::graph::{Entry, Log, Place};
use crate::info::{ClaimInfo, InviteInfo, InviteState, MemberState};
use crate::reason::Reason;

/// An invite by somebody who held the right at some time.
struct Invited<'g> {
    place: Place,
    id: InviteId,
    role: Role,
    area: Option<&'g AreaCode>,
    one_time: SigningPublic,
    expires: Day,
    person: Option<PersonId>,
    author: SigningPublic,
    /// Whether it counts now, or only lets an admission by somebody else go on counting.
    standing: bool,
    claims: BTreeMap<DevicePublic, ClaimInfo>,
    admitted: bool,
    revoked: bool,
}

/// An act with where it stands.
type At<'g> = (&'g Entry, Place, &'g Act);

impl<'g> Builder<'g> {
    /// Judges every act of the registry; gives the statements that count.
    pub(crate) fn registry(&mut self) -> BTreeSet<StatementId> {
        let live = self.registry_live();
        let mut counting: Vec<At<'g>> = Vec::new();
        let mut claims: Vec<At<'g>> = Vec::new();
        let mut invites: Vec<Invited<'g>> = Vec::new();
        let graph = self.graph;
        for at @ (entry, place, act) in graph.acts(Log::Registry) {
            let aside = self.set_aside(entry, live.contains(&entry.id));
            if aside == Some(Reason::Forked) {
                self.roster.forked.insert(entry.id);
            }
            match (act, aside) {
                (Act::Unknown { .. }, _) => self.reject(place, Reason::NeedsNewer),
                (Act::Claim { .. }, _) => claims.push(at),
                (Act::Invite { .. }, aside) => self.invite(at, aside, &mut invites),
                // As in the authority log: writing beside a removal does not undo it.
                (Act::Remove { .. }, Some(Reason::Forked)) => counting.push(at),
                (_, Some(reason)) => self.reject(place, reason),
                (Act::Admit { .. } | Act::Revoke { .. } | Act::Remove { .. } | Act::Adopt { .. }, None) => {
                    counting.push(at);
                }
                _ => self.reject(place, Reason::WrongLog),
            }
        }
        invites.sort_by_key(|invite| (invite.id, invite.place));
        for at in claims {
            if let Err(reason) = self.claim(at, &mut invites) {
                self.reject(at.1, reason);
            }
        }
        let mut admitted: BTreeMap<SigningPublic, Vec<Place>> = BTreeMap::new();
        for at in &counting {
            let result = match at.2 {
                Act::Admit { device, .. } => self.admit(*at, &mut invites).map(|()| {
                    admitted.entry(device.signing).or_default().push(at.1);
                }),
                Act::Revoke { invite } => self.revoke(&at.0.author, invite, &mut invites),
                Act::Adopt { statements } => self.adopt(&at.0.author, statements),
                _ => Ok(()),
            };
            if let Err(reason) = result {
                self.reject(at.1, reason);
            }
        }
        self.members(&admitted, &invites);
        for (entry, place, act) in counting {
            let Act::Remove { device, cuts } = act else { continue };
            let areas = self.admitted_to(admitted.get(device).into_iter().flatten());
            let right = self.roster.right_to_have_removed(&entry.author, device, &areas);
            match right {
                Ok(()) if self.roster.holdings.contains_key(device) => {
                    self.roster.overtaken.push((*device, cuts.clone()));
                    self.reject(place, Reason::WrongLog);
                }
                Ok(()) => {
                    self.roster.removals.add_registry(*device, cuts);
                    self.rotations.entry(entry.id).or_default().insert(*device);
                }
                Err(reason) => self.reject(place, reason),
            }
        }
        let removals = &self.roster.removals;
        self.roster.overtaken.retain(|(key, _)| !removals.removed.contains(key) && !removals.is_suspended(key));
        self.list_invites(invites);
        live
    }

    /// The areas that these admissions name.
    fn admitted_to<'p>(&self, places: impl Iterator<Item = &'p Place>) -> BTreeSet<&'g AreaCode> {
        let acts = places.filter_map(|(id, index)| self.graph.entries.get(id)?.acts.get(*index));
        acts.filter_map(|act| if let Act::Admit { area, .. } = act { area.as_ref() } else { None }).collect()
    }

    /// Registry statements that no cut excludes and no fork sets aside, or that a steward adopted.
    fn registry_live(&self) -> BTreeSet<StatementId> {
        let removals = &self.roster.removals;
        let mut adopted = removals.world.adopted.clone();
        loop {
            let live: BTreeSet<StatementId> = self
                .graph
                .of(Log::Registry)
                .filter(|entry| {
                    adopted.contains(&entry.id)
                        || removals.exclusion(&entry.author, entry.chain, entry.seq, entry.id) == Exclusion::No
                })
                .filter(|entry| self.graph.unforked(entry, &|id| adopted.contains(id) || removals.keeps(id)))
                .map(|entry| entry.id)
                .collect();
            let before = adopted.len();
            for (entry, _, act) in self.graph.acts(Log::Registry) {
                if let Act::Adopt { statements } = act
                    && live.contains(&entry.id)
                    && removals.world.stewards.contains(&entry.author)
                    && !self.graph.any_of(statements, &entry.author)
                {
                    adopted.extend(statements);
                }
            }
            if adopted.len() == before {
                return live;
            }
        }
    }

    fn invite(&mut self, (entry, place, act): At<'g>, aside: Option<Reason>, invites: &mut Vec<Invited<'g>>) {
        let Act::Invite { id, role, area, one_time, expires, person } = act else { return };
        let area = area.as_ref();
        let right = |holdings| self.roster.right_to_invite(holdings, &entry.author, *role, area);
        let now = aside.map_or_else(|| right(&self.roster.holdings), Err);
        if now.is_ok() || right(&self.roster.ever).is_ok() {
            invites.push(Invited {
                place,
                id: *id,
                role: *role,
                area,
                one_time: *one_time,
                expires: *expires,
                person: *person,
                author: entry.author,
                standing: now.is_ok(),
                claims: BTreeMap::new(),
                admitted: false,
                revoked: false,
            });
        }
        if let Err(reason) = now {
            self.reject(place, reason);
        }
    }

    /// A claim gives no right, so that neither cuts nor forks are asked about: it is shown to people, who decide.
    fn claim(&self, (entry, _, act): At<'g>, invites: &mut [Invited<'g>]) -> Result<(), Reason> {
        let Act::Claim { invite, device, pseudonym, proof } = act else { return Ok(()) };
        if entry.author != device.signing {
            return Err(Reason::ClaimForOther);
        }
        let mut result = Err(Reason::UnknownInvite);
        for invited in invites.iter_mut().filter(|invited| invited.id == *invite) {
            if !proof_holds(&invited.one_time, &self.roster.project, device, proof) {
                if result == Err(Reason::UnknownInvite) {
                    result = Err(Reason::BadProof);
                }
                continue;
            }
            if invited.standing {
                result = Ok(());
            } else if result.is_err() {
                result = Err(Reason::InviteSetAside);
            }
            let info = ClaimInfo { device: *device, pseudonym: pseudonym.clone(), statement: entry.id };
            // Statements come in order: of several claims of one device the first by id is shown.
            invited.claims.entry(*device).or_insert(info);
        }
        result
    }

    fn admit(&self, (entry, _, act): At<'g>, invites: &mut [Invited<'g>]) -> Result<(), Reason> {
        let Act::Admit { device, role, area, invite, .. } = act else { return Ok(()) };
        let holdings = &self.roster.holdings;
        self.roster.right_to_invite(holdings, &entry.author, *role, area.as_ref())?;
        let granted = holdings.get(&device.signing);
        let has_grant = match (role, area) {
            (Role::Monitor, _) => true,
            (Role::Steward, _) => granted.is_some_and(|holding| holding.steward),
            (Role::Coordinator, Some(area)) => granted.is_some_and(|holding| holding.areas.contains(area)),
            (Role::Coordinator, None) => false,
        };
        if !has_grant {
            return Err(Reason::NoGrant);
        }
        let by_grant = granted.and_then(|_| self.roster.members.get(&device.signing)).map(|member| member.device);
        let mut own =
            invites.iter().flat_map(|i| i.claims.keys()).filter(|own| own.signing == device.signing).peekable();
        let contradicted = own.peek().is_some() && !own.any(|own| own == device);
        if contradicted || by_grant.is_some_and(|own| own != *device) {
            return Err(Reason::OtherDevice);
        }
        let over = |invited: &Invited<'g>| {
            invited.id == *invite
                && self.roster.right_to_invite(holdings, &entry.author, invited.role, invited.area).is_ok()
        };
        let steward = holdings.get(&entry.author).is_some_and(|holding| holding.steward);
        // The device itself chose this invite: without that, a coordinator could draw monitors of others into its
        // own area and remove them there.
        if !steward && !invites.iter().any(|invited| over(invited) && invited.claims.contains_key(device)) {
            return Err(Reason::NoClaim);
        }
        for invited in invites.iter_mut().filter(|invited| over(invited)) {
            invited.admitted = true;
        }
        Ok(())
    }

    fn revoke(&self, author: &SigningPublic, id: &InviteId, invites: &mut [Invited<'g>]) -> Result<(), Reason> {
        let mut result = Err(Reason::UnknownInvite);
        for invited in invites.iter_mut().filter(|invited| invited.id == *id) {
            let right = self.roster.right_to_invite(&self.roster.holdings, author, invited.role, invited.area);
            if right.is_ok() {
                invited.revoked = true;
                result = Ok(());
            } else if result.is_err() {
                result = right;
            }
        }
        result
    }

    fn adopt(&mut self, author: &SigningPublic, statements: &[StatementId]) -> Result<(), Reason> {
        if !self.roster.holdings.contains_key(author) {
            return Err(Reason::UnknownAuthor);
        }
        if self.graph.any_of(statements, author) {
            return Err(Reason::OwnStatement);
        }
        // Whose statements they are is asked when they are met: most are in no log.
        for id in statements {
            self.roster.adopted.entry(*id).or_default().insert(*author);
        }
        Ok(())
    }

    /// Members that the registry adds to those of the authority log.
    fn members(&mut self, admitted: &BTreeMap<SigningPublic, Vec<Place>>, invites: &[Invited<'g>]) {
        for (key, places) in admitted {
            let Some(place) = self.graph.latest(places) else { continue };
            let Some(entry) = self.graph.entries.get(&place.0) else { continue };
            let Some(Act::Admit { device, pseudonym, area, person, invite, .. }) = entry.acts.get(place.1) else {
                continue;
            };
            let member = self.roster.members.entry(*key).or_insert_with(|| {
                let mut member = plain_member(*device, pseudonym, Role::Monitor, MemberState::Confirmed);
                member.area = area.clone();
                member.admitted_by = Some(entry.author);
                member
            });
            // What the authority log says of a device is not replaced by what the registry says.
            member.person = member.person.or(Some(*person));
            member.invite = Some(*invite);
        }
        for invited in invites.iter().filter(|invited| invited.standing) {
            for claim in invited.claims.values() {
                let member = self.roster.members.entry(claim.device.signing).or_insert_with(|| {
                    let mut member =
                        plain_member(claim.device, &claim.pseudonym, invited.role, MemberState::Unconfirmed);
                    member.area = invited.area.cloned();
                    member.person = invited.person;
                    member
                });
                member.invite = member.invite.or(Some(invited.id));
            }
        }
    }

    fn list_invites(&mut self, invites: Vec<Invited<'g>>) {
        let claimed = invites.iter().flat_map(|invited| invited.claims.keys());
        self.roster.claimed = claimed.map(|device| device.signing).collect();
        self.roster.invites = invites
            .into_iter()
            .filter(|invited| invited.standing)
            .map(|invited| InviteInfo {
                id: invited.id,
                role: invited.role,
                area: invited.area.cloned(),
                one_time: invited.one_time,
                expires: invited.expires,
                person: invited.person,
                author: invited.author,
                state: match (invited.admitted, invited.revoked, invited.claims.is_empty()) {
                    (true, ..) => InviteState::Admitted,
                    (false, true, _) => InviteState::Revoked,
                    (false, false, false) => InviteState::Claimed,
                    (false, false, true) => InviteState::Open,
                },
                claims: invited.claims.into_values().collect(),
            })
            .collect();
    }
}
