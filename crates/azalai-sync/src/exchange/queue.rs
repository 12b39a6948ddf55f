//! Envelopes that wait to be sent or fetched, in the order in which they travel.

use core::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{Day, EnvelopeId, Lane};

use crate::limits::FAR_AHEAD_DAYS;

/// Urgent first; within a lane, days far ahead last and the newest of the others first.
type Priority = (Lane, bool, Reverse<Day>, EnvelopeId);

/// Ids in the order in which they travel. An id enters once in an exchange, and comes back only if it was not
/// answered for.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: BTreeSet<Priority>,
    known: BTreeMap<EnvelopeId, (Lane, Day)>,
    today: Day0,
}

#[derive(Debug, Default)]
struct Day0(u16);

impl Queue {
    pub(super) const fn today(&mut self, today: Day) {
        if self.today.0 == 0 {
            self.today = Day0(today.0);
        }
    }

    fn priority(&self, id: EnvelopeId, lane: Lane, day: Day) -> Priority {
        (lane, day.0 > self.today.0.saturating_add(FAR_AHEAD_DAYS), Reverse(day), id)
    }

    /// Adds an id; `false` if it was here before.
    pub(super) fn add(&mut self, id: EnvelopeId, lane: Lane, day: Day) -> bool {
        if self.known.contains_key(&id) {
            return false;
        }
        self.known.insert(id, (lane, day));
        self.waiting.insert(self.priority(id, lane, day))
    }

    /// Puts an id back that was taken out.
    pub(super) fn back(&mut self, id: EnvelopeId) {
        if let Some((lane, day)) = self.known.get(&id).copied() {
            self.waiting.insert(self.priority(id, lane, day));
        }
    }

    /// Takes an id out for good.
    pub(super) fn drop(&mut self, id: &EnvelopeId) {
        if let Some((lane, day)) = self.known.get(id).copied() {
            self.waiting.remove(&self.priority(*id, lane, day));
        }
    }

    /// The lane and day that an id was added with.
    pub(super) fn place(&self, id: &EnvelopeId) -> Option<(Lane, Day)> {
        self.known.get(id).copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = EnvelopeId> {
        self.waiting.iter().map(|(_, _, _, id)| *id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many ids there ever were.
    pub(super) fn ever(&self) -> usize {
        self.known.len()
    }
}
