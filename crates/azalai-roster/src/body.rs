//! Bodies that members belong to (police, army, project staff …), and whom a complaint of one must go round.
//!
//! It rests on the authority log alone, so that a monitor's device, which has no list of members, comes to the same
//! answer as a steward's. It must never answer "nobody" where somebody of the body may hold the keys.

use core::fmt;
use core::str::FromStr;
use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::SigningPublic;
use azalai_envelope::codec::{DecodeError, Reader, Writer};

use crate::act::{Act, PersonId};
use crate::build::Builder;
use crate::circle::Circle;
use crate::graph::{Log, Place};
use crate::limits::{MAX_BODIES, MAX_BODY_CODE};
use crate::roster::Roster;

/// Why a text is no body's code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no body: expected 1 to {MAX_BODY_CODE} of a-z, 0-9 and -, such as police")]
pub struct BodyError(String);

/// The code of a body, as a pack names it: 1 to 32 of `a-z`, `0-9`, `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BodyCode(String);

impl BodyCode {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BodyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for BodyCode {
    type Err = BodyError;

    fn from_str(text: &str) -> Result<Self, BodyError> {
        let good = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if (1..=MAX_BODY_CODE).contains(&text.len()) && text.bytes().all(good) {
            return Ok(Self(text.to_owned()));
        }
        Err(BodyError(text.chars().take(60).collect()))
    }
}

/// Codes in order, each once, with their number before them.
pub(crate) fn write_bodies(w: &mut Writer, bodies: &BTreeSet<BodyCode>) {
    w.varint(bodies.len() as u64);
    for body in bodies {
        w.text(&body.0);
    }
}

/// Reads what [`write_bodies`] wrote.
pub(crate) fn read_bodies(r: &mut Reader<'_>) -> Result<BTreeSet<BodyCode>, DecodeError> {
    let count = r.length("bodies", MAX_BODIES)?;
    let mut bodies = BTreeSet::new();
    for _ in 0..count {
        let text = r.text("body", MAX_BODY_CODE)?;
        let body: BodyCode = text.parse().map_err(|_| r.invalid("body", "not 1 to 32 of a-z, 0-9 and -"))?;
        if bodies.last().is_some_and(|last| *last >= body) {
            return Err(r.invalid("bodies", "not in order, each once"));
        }
        bodies.insert(body);
    }
    Ok(bodies)
}

impl Builder<'_> {
    /// Who belongs to which bodies, by acts that count and persons that the authority log names. Stewards who said
    /// different things of one device apart are both believed: what one of them knows, a complaint goes round.
    pub(crate) fn bodies(&mut self) {
        let mut places: BTreeMap<SigningPublic, Vec<Place>> = BTreeMap::new();
        for (_, place, act) in self.graph.acts(Log::Authority) {
            if let Act::Bodies { device, .. } = act
                && !self.rejected.contains_key(&place)
            {
                places.entry(*device).or_default().push(place);
            }
        }
        let mut of: BTreeMap<SigningPublic, BTreeSet<BodyCode>> = BTreeMap::new();
        for (device, places) in places {
            for (id, index) in self.graph.newest(&places) {
                let act = self.graph.entries.get(&id).and_then(|entry| entry.acts.get(index));
                if let Some(Act::Bodies { bodies, .. }) = act {
                    of.entry(device).or_default().extend(bodies.iter().cloned());
                }
            }
        }
        // A person's other device is in the same hands.
        let mut persons: BTreeMap<PersonId, BTreeSet<BodyCode>> = BTreeMap::new();
        for (key, member) in &self.roster.members {
            if let (Some(person), Some(bodies)) = (member.person, of.get(key)) {
                persons.entry(person).or_default().extend(bodies.iter().cloned());
            }
        }
        for (key, member) in &self.roster.members {
            if let Some(bodies) = member.person.and_then(|person| persons.get(&person)) {
                of.entry(*key).or_default().extend(bodies.iter().cloned());
            }
        }
        of.retain(|_, bodies| !bodies.is_empty());
        self.roster.bodies = of;
    }
}

impl Roster {
    /// The bodies that a device's person belongs to, as far as stewards said.
    #[must_use]
    pub fn bodies_of(&self, key: &SigningPublic) -> BTreeSet<BodyCode> {
        self.bodies.get(key).cloned().unwrap_or_default()
    }

    /// Devices of these bodies' people that may hold the keys with which a circle's letters are opened from now on,
    /// also a steward's, which keeps them for others. A removed one is not among them: nothing is sealed to what it
    /// holds. A suspended one is, since it may be taken back.
    #[must_use]
    pub fn of_bodies_in(&self, circle: &Circle, bodies: &BTreeSet<BodyCode>) -> BTreeSet<SigningPublic> {
        let of_them = self.bodies.iter().filter(|(_, of)| !of.is_disjoint(bodies)).map(|(key, _)| *key);
        of_them.filter(|key| !self.removals.removed.contains(key) && self.held(key).contains(circle)).collect()
    }
}
