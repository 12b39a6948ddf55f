//! Who is known by which name, and since when somebody belongs, as far as the two logs tell: by the clocks of the devices that said so, which are for
//! people to look at and decide nothing. Pure: it reads what is in memory.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{AuthorId, SigningPublic};
use azalai_roster::{Act, LogEntry, Reason, Roster};
use azalai_store::{Disk, Store};

use crate::node::Node;

/// When something was said of a device, in milliseconds since 1970; `None` where nobody said it in an act that counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Since {
    /// When it was first admitted or granted a role, or founded the project, by the clock of whoever said so.
    pub admitted_ms: Option<u64>,
    /// When it first claimed an invite, by its own clock.
    pub claimed_ms: Option<u64>,
}

/// That somebody said of a device that it is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Removed {
    /// When, by the clock of whoever said so: milliseconds since 1970.
    pub at_ms: u64,
    /// Who.
    pub by: SigningPublic,
    /// It counts; else it waits until a majority of stewards settles who removes whom.
    pub stands: bool,
}

/// The known keys by the name that statements use.
pub(crate) fn authors_of(roster: &Roster) -> BTreeMap<AuthorId, Vec<SigningPublic>> {
    let mut authors: BTreeMap<AuthorId, Vec<SigningPublic>> = BTreeMap::new();
    for key in roster.members().map(|member| member.device.signing).chain([roster.root()]) {
        authors.entry(key.author_id()).or_default().push(key);
    }
    authors
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Who removed a device, the earliest first: the removals that stand, and those that are not settled.
    #[must_use]
    pub fn removals_of(&self, device: &SigningPublic) -> Vec<Removed> {
        let rejected = self.roster().rejected().iter().map(|(id, place, why)| ((*id, *place), why));
        let rejected: BTreeMap<_, _> = rejected.collect();
        let mut found = BTreeSet::new();
        for (id, statement) in &self.log {
            let Some(entry) = statement.body().ok().and_then(|body| LogEntry::decode(&body).ok()) else { continue };
            for (place, act) in entry.acts.iter().enumerate() {
                let named = matches!(act, Act::Remove { device: named, .. } if named == device);
                let stands = match rejected.get(&(*id, place)) {
                    None => true,
                    Some(Reason::Undecided) => false,
                    Some(_) => continue,
                };
                if named {
                    found.insert(Removed { at_ms: statement.clock().ms(), by: statement.author(), stands });
                }
            }
        }
        found.into_iter().collect()
    }

    /// Since when each device belongs, or waits. Acts that do not count are left out.
    #[must_use]
    pub fn since(&self) -> BTreeMap<SigningPublic, Since> {
        let rejected: BTreeSet<_> = self.roster().rejected().iter().map(|(id, place, _)| (*id, *place)).collect();
        let mut found: BTreeMap<SigningPublic, Since> = BTreeMap::new();
        for (id, statement) in &self.log {
            // What cannot be read counts for nothing, and `rejected` does not list it.
            let Some(entry) = statement.body().ok().and_then(|body| LogEntry::decode(&body).ok()) else { continue };
            let at_ms = statement.clock().ms();
            let earlier = |known: Option<u64>| Some(known.map_or(at_ms, |known| known.min(at_ms)));
            for (place, act) in entry.acts.iter().enumerate() {
                if rejected.contains(&(*id, place)) {
                    continue;
                }
                match act {
                    Act::Found { founder: device, .. } | Act::Grant { device, .. } | Act::Admit { device, .. } => {
                        let since = found.entry(device.signing).or_default();
                        since.admitted_ms = earlier(since.admitted_ms);
                    }
                    Act::Claim { device, .. } => {
                        let since = found.entry(device.signing).or_default();
                        since.claimed_ms = earlier(since.claimed_ms);
                    }
                    _ => {}
                }
            }
        }
        found
    }
}
