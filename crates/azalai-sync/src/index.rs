//! What a carrier knows in memory of the envelopes of one project: for each id its lane, day, length and whether its
//! bytes are held; for each lane the set that is compared. Its records are kept apart from the envelopes' bytes.

use core::ops::Bound;
use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::{Day, EnvelopeId, Lane};

use crate::lanes::PerLane;
use crate::set::{DayRange, IdSet};

/// Version of an index record.
const VERSION: u8 = 1;

/// Why an id is kept without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Not wanted here, such as media by choice.
    Declined,
    /// Dropped by its device after others confirmed that they have it.
    Shed,
    /// Given up for room, here or at a responder that no longer had it.
    Evicted,
}

/// Whether the bytes are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// They are.
    Held,
    /// They are not.
    Gone(Why),
}

impl Why {
    /// As on the wire.
    #[must_use]
    pub const fn to_byte(self) -> u8 {
        match self {
            Self::Declined => 1,
            Self::Shed => 2,
            Self::Evicted => 3,
        }
    }

    pub(crate) const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Declined),
            2 => Some(Self::Shed),
            3 => Some(Self::Evicted),
            _ => None,
        }
    }
}

/// What is known of one envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its lane.
    pub lane: Lane,
    /// Its day.
    pub day: Day,
    /// Whether its bytes are held.
    pub state: State,
    /// Length in bytes; 0 if it was never seen.
    pub len: u32,
}

impl Entry {
    /// Writes a record: version, lane, day 2, state (0 held, 1 declined, 2 shed, 3 evicted), length 4.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        let state = match self.state {
            State::Held => 0,
            State::Gone(why) => why.to_byte(),
        };
        writer.u8(VERSION).u8(self.lane.to_byte()).u16(self.day.0).u8(state).u32(self.len);
        writer.finish()
    }

    /// Reads what [`Entry::encode`] wrote.
    ///
    /// # Errors
    /// [`DecodeError`] if it has another form.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let version = reader.u8("version")?;
        if version != VERSION {
            return Err(DecodeError::UnknownVersion { field: "index record", got: version });
        }
        let lane = Lane::read(&mut reader)?;
        let day = Day(reader.u16("day")?);
        let state = match reader.u8("state")? {
            0 => State::Held,
            byte => State::Gone(Why::from_byte(byte).ok_or_else(|| reader.invalid("state", "not 0 to 3"))?),
        };
        let len = reader.u32("length")?;
        reader.end("index record")?;
        Ok(Self { lane, day, state, len })
    }
}

/// How much is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amount {
    /// Envelopes.
    pub envelopes: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What a carrier knows of one project.
#[derive(Debug, Clone, Default)]
pub struct Index {
    entries: BTreeMap<EnvelopeId, Entry>,
    sets: PerLane<IdSet>,
    floors: PerLane<Day0>,
    held: PerLane<Amount>,
    /// The sum of the ids that were evicted, and how many they are.
    evicted: (u128, usize),
}

/// A floor: day 0 until it is raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Day0(Day);

impl Default for Day0 {
    fn default() -> Self {
        Self(Day(0))
    }
}

impl Index {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is known of an id.
    #[must_use]
    pub fn entry(&self, id: &EnvelopeId) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// Whether the bytes of an id are held.
    #[must_use]
    pub fn holds(&self, id: &EnvelopeId) -> bool {
        self.entries.get(id).is_some_and(|entry| entry.state == State::Held)
    }

    /// All that is known, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&EnvelopeId, &Entry)> {
        self.entries.iter()
    }

    /// A lane's set.
    #[must_use]
    pub const fn set(&self, lane: Lane) -> &IdSet {
        self.sets.get(lane)
    }

    /// The first day of a lane that is compared.
    #[must_use]
    pub const fn floor(&self, lane: Lane) -> Day {
        self.floors.get(lane).0
    }

    /// What is held in each lane.
    #[must_use]
    pub const fn held(&self) -> &PerLane<Amount> {
        &self.held
    }

    /// What is held of each day of a lane, oldest first.
    #[must_use]
    pub fn held_by_day(&self, lane: Lane) -> BTreeMap<Day, Amount> {
        let mut days: BTreeMap<Day, Amount> = BTreeMap::new();
        for entry in self.entries.values().filter(|entry| entry.lane == lane && entry.state == State::Held) {
            let day = days.entry(entry.day).or_default();
            day.envelopes += 1;
            day.bytes += u64::from(entry.len);
        }
        days
    }

    /// Adds an id, or changes what is known of it (its lane and day are part of it and never change).
    pub fn set_entry(&mut self, id: EnvelopeId, entry: Entry) {
        if let Some(old) = self.entries.insert(id, entry) {
            self.uncount(&id, old);
        }
        match entry.state {
            State::Held => {
                let held = self.held.get_mut(entry.lane);
                held.envelopes += 1;
                held.bytes += u64::from(entry.len);
            }
            State::Gone(Why::Evicted) => {
                self.evicted = (self.evicted.0.wrapping_add(weight_of(&id)), self.evicted.1 + 1);
            }
            State::Gone(_) => {}
        }
        self.sets.get_mut(entry.lane).insert(entry.day, id);
    }

    /// Takes out of the sums what an entry that is no longer there, or another now, brought into them.
    fn uncount(&mut self, id: &EnvelopeId, old: Entry) {
        match old.state {
            State::Held => {
                let held = self.held.get_mut(old.lane);
                held.envelopes = held.envelopes.saturating_sub(1);
                held.bytes = held.bytes.saturating_sub(u64::from(old.len));
            }
            State::Gone(Why::Evicted) => {
                self.evicted = (self.evicted.0.wrapping_sub(weight_of(id)), self.evicted.1.saturating_sub(1));
            }
            State::Gone(_) => {}
        }
    }

    /// The mark of what was given up: the sum of the first 16 bytes of its ids, 0 for none. Another one says that
    /// something was given up, taken again or forgotten.
    #[must_use]
    pub const fn given_up(&self) -> [u8; 16] {
        self.evicted.0.to_be_bytes()
    }

    /// What was given up, in order of ids from after `after` on: at most `count`, looking at no more than `steps` ids.
    /// Gives also after which id to go on, if that was not all.
    #[must_use]
    pub fn given_up_after(
        &self,
        after: &EnvelopeId,
        count: usize,
        steps: usize,
    ) -> (Vec<EnvelopeId>, Option<EnvelopeId>) {
        let mut found = Vec::new();
        if self.evicted.1 == 0 {
            return (found, None);
        }
        let mut last = *after;
        let later = (Bound::Excluded(*after), Bound::Unbounded);
        for (step, (id, entry)) in self.entries.range(later).enumerate() {
            if step >= steps || found.len() >= count {
                return (found, Some(last));
            }
            if entry.state == State::Gone(Why::Evicted) {
                found.push(*id);
            }
            last = *id;
        }
        (found, None)
    }

    /// The ids of a lane before `floor`.
    #[must_use]
    pub fn before(&self, lane: Lane, floor: Day) -> Vec<EnvelopeId> {
        self.set(lane).view(DayRange::between(Day(0), floor)).keys().into_iter().map(|(_, id)| id).collect()
    }

    /// Raises a lane's floor and drops all ids before it; a lower floor changes nothing.
    pub fn raise_floor(&mut self, lane: Lane, floor: Day) {
        if floor <= self.floor(lane) {
            return;
        }
        for id in self.before(lane, floor) {
            if let Some(old) = self.entries.remove(&id) {
                self.uncount(&id, old);
            }
        }
        self.sets.get_mut(lane).forget_before(floor);
        *self.floors.get_mut(lane) = Day0(floor);
    }

    /// Held envelopes to give up so that `bytes` become free: bulk first, urgent last, and in a lane always of the day
    /// that has most, the older of two alike. Whoever floods fills days, and loses of those; the few letters of an
    /// ordinary day outlast it, which "the oldest" would not. Within a day it begins at `start` and goes round: ids are
    /// hashes, so this takes of a day's letters in proportion to how many of them there are. Never one of `keep`.
    #[must_use]
    pub fn victims(&self, bytes: u64, start: EnvelopeId, keep: &BTreeSet<EnvelopeId>) -> Vec<EnvelopeId> {
        self.choose(bytes, start, |id, entry| match entry.state {
            State::Held if !keep.contains(id) => u64::from(entry.len),
            _ => 0,
        })
    }

    /// Ids of evicted envelopes to forget so that there are `count` fewer, of the days that have most of them.
    #[must_use]
    pub(crate) fn forgettable(&self, count: usize, start: EnvelopeId) -> BTreeSet<EnvelopeId> {
        let evicted = |_: &EnvelopeId, entry: &Entry| u64::from(entry.state == State::Gone(Why::Evicted));
        self.choose(count as u64, start, evicted).into_iter().collect()
    }

    fn choose(&self, amount: u64, start: EnvelopeId, weight: impl Fn(&EnvelopeId, &Entry) -> u64) -> Vec<EnvelopeId> {
        let mut left = amount;
        let mut chosen = Vec::new();
        for lane in Lane::ALL.into_iter().rev() {
            if left == 0 {
                break;
            }
            let mut days: BTreeMap<Day, u64> = BTreeMap::new();
            for (id, entry) in self.entries.iter().filter(|(_, entry)| entry.lane == lane) {
                *days.entry(entry.day).or_default() += weight(id, entry);
            }
            let level = level(days.values().copied(), left);
            for (day, has) in days {
                let mut over = has.saturating_sub(level).min(left);
                let mut take = |id: EnvelopeId| {
                    let weight = self.entries.get(&id).map_or(0, |entry| weight(&id, entry));
                    if weight > 0 && over > 0 {
                        over = over.saturating_sub(weight);
                        left = left.saturating_sub(weight);
                        chosen.push(id);
                    }
                    over > 0
                };
                let view = self.set(lane).view(DayRange::day(day));
                view.until(|_, id| id < start || take(id));
                view.until(|_, id| id < start && take(id));
            }
        }
        chosen
    }

    /// Forgets ids altogether, but for those that are held again.
    pub(crate) fn forget(&mut self, ids: &BTreeSet<EnvelopeId>) {
        if ids.is_empty() {
            return;
        }
        for id in ids {
            if let Some(old) = self.entries.get(id).copied().filter(|old| old.state != State::Held) {
                self.entries.remove(id);
                self.uncount(id, old);
            }
        }
        for lane in Lane::ALL {
            let entries = &self.entries;
            self.sets.get_mut(lane).retain(|id| entries.contains_key(id));
        }
    }

    /// How many ids are known, held or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no id is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// What an id adds to the mark of what was given up.
fn weight_of(id: &EnvelopeId) -> u128 {
    id.0.first_chunk::<16>().map_or(0, |bytes| u128::from_be_bytes(*bytes))
}

/// The highest level to which all days can be brought down so that `amount` is freed; 0 if there is not so much.
fn level(days: impl Iterator<Item = u64>, amount: u64) -> u64 {
    let mut days: Vec<u64> = days.collect();
    days.sort_unstable_by_key(|day| core::cmp::Reverse(*day));
    let (mut sum, mut count) = (0_u64, 0_u64);
    let mut lower = days.iter().skip(1).copied().chain([0]);
    for day in &days {
        (sum, count) = (sum.saturating_add(*day), count + 1);
        let next = lower.next().unwrap_or_default();
        // All days so far at the height of the next one.
        if sum.saturating_sub(next.saturating_mul(count)) >= amount {
            return sum.saturating_sub(amount) / count;
        }
    }
    0
}
