//! The ids that are carried in one lane of one project, in order of day and id, ready to be compared: by one
//! BLAKE3 for each day, by one over all days, and by range-based reconciliation (see [`View`]).
//!
//! A set holds every id that is or was carried: one that forgot what it declined, shed or gave up would be offered it
//! again at every exchange. Only beyond [`MAX_IDS`](crate::limits::MAX_IDS) is what was given up forgotten.

use core::ops::ControlFlow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::{Day, EnvelopeId};
use negentropy::{Bound, Id, Item, NegentropyStorageBase};

use crate::limits::MAX_DAYS;
use crate::tree::{Key, Node};

/// Days from `from` to before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayRange {
    from: u32,
    to: u32,
}

impl DayRange {
    /// All days.
    pub const ALL: Self = Self { from: 0, to: MAX_DAYS as u32 };

    /// From `from` to the last day there is.
    #[must_use]
    pub fn since(from: Day) -> Self {
        Self { from: u32::from(from.0), to: MAX_DAYS as u32 }
    }

    /// From `from` to before `to`; empty if `to` is not after `from`.
    #[must_use]
    pub fn between(from: Day, to: Day) -> Self {
        Self { from: u32::from(from.0), to: u32::from(to.0).max(u32::from(from.0)) }
    }

    /// One day.
    #[must_use]
    pub fn day(day: Day) -> Self {
        Self { from: u32::from(day.0), to: u32::from(day.0) + 1 }
    }

    /// The first day.
    #[must_use]
    pub fn first(self) -> Day {
        Day(u16::try_from(self.from).unwrap_or(u16::MAX))
    }

    /// The last day; the first if there is none.
    #[must_use]
    pub fn last(self) -> Day {
        Day(u16::try_from(self.to.saturating_sub(1).max(self.from)).unwrap_or(u16::MAX))
    }

    /// Whether it has no day.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.from >= self.to
    }

    /// Whether it has just one day.
    #[must_use]
    pub const fn is_one_day(self) -> bool {
        self.from + 1 == self.to
    }

    /// Whether `day` lies in it.
    #[must_use]
    pub fn contains(self, day: Day) -> bool {
        (self.from..self.to).contains(&u32::from(day.0))
    }

    /// From the first day of this to the last of `later`.
    #[must_use]
    pub const fn through(self, later: Self) -> Self {
        Self { from: self.from, to: later.to }
    }

    /// Writes two integers.
    pub fn write(self, writer: &mut Writer) {
        writer.varint(u64::from(self.from)).varint(u64::from(self.to));
    }

    /// Reads what [`DayRange::write`] wrote.
    ///
    /// # Errors
    /// [`DecodeError`] if an end is no day or the range ends before it begins.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let from = reader.length("first day", MAX_DAYS)? as u32;
        let to = reader.length("day after the last", MAX_DAYS)? as u32;
        if to < from {
            return Err(reader.invalid("day after the last", "before the first"));
        }
        Ok(Self { from, to })
    }
}

/// What is known of one day.
#[derive(Debug, Clone, Default)]
struct DayState {
    count: usize,
    /// Of the day's ids; computed when asked for, forgotten when one is added.
    hash: OnceLock<[u8; 32]>,
}

/// One lane's ids.
#[derive(Debug, Clone, Default)]
pub struct IdSet {
    root: Node,
    count: usize,
    days: BTreeMap<u16, DayState>,
}

impl IdSet {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many ids it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds an id; `false` if it was there. O(log n).
    pub fn insert(&mut self, day: Day, id: EnvelopeId) -> bool {
        let new = self.root.add((day.0, id));
        if new {
            self.count += 1;
            let state = self.days.entry(day.0).or_default();
            state.count += 1;
            state.hash = OnceLock::new();
        }
        new
    }

    /// Whether it has this id under this day. O(log n).
    #[must_use]
    pub fn contains(&self, day: Day, id: &EnvelopeId) -> bool {
        let key = (day.0, *id);
        self.root.at(self.root.rank(&key)) == Some(key)
    }

    /// The last day with an id.
    #[must_use]
    pub fn newest_day(&self) -> Option<Day> {
        self.days.last_key_value().map(|(day, _)| Day(*day))
    }

    /// Drops all ids before `floor`.
    pub fn forget_before(&mut self, floor: Day) {
        let kept: Vec<Key> = self.view(DayRange::since(floor)).keys();
        *self = Self::new();
        for (day, id) in kept {
            self.insert(Day(day), id);
        }
    }

    /// Drops the ids that `keep` does not ask for. O(n).
    pub(crate) fn retain(&mut self, keep: impl Fn(&EnvelopeId) -> bool) {
        let kept: Vec<Key> = self.view(DayRange::ALL).keys().into_iter().filter(|(_, id)| keep(id)).collect();
        *self = Self::new();
        for (day, id) in kept {
            self.insert(Day(day), id);
        }
    }

    /// The part that lies in `range`. O(log n).
    #[must_use]
    pub fn view(&self, range: DayRange) -> View<'_> {
        let index = |day: u32| match u16::try_from(day) {
            Ok(day) => self.root.rank(&(day, EnvelopeId([0; 32]))),
            Err(_) => self.count,
        };
        let begin = index(range.from);
        View { set: self, begin, end: index(range.to).max(begin) }
    }

    /// The days of `range` with ids: day, how many, and BLAKE3 (context "azalai 1 day of ids") of them in order.
    pub fn days(&self, range: DayRange) -> impl DoubleEndedIterator<Item = (Day, usize, [u8; 32])> {
        self.states(range).map(|(day, state)| (day, state.count, *state.hash.get_or_init(|| self.hash_day(day))))
    }

    /// How many ids each day of `range` has.
    pub fn counts(&self, range: DayRange) -> impl DoubleEndedIterator<Item = (Day, usize)> {
        self.states(range).map(|(day, state)| (day, state.count))
    }

    fn states(&self, range: DayRange) -> impl DoubleEndedIterator<Item = (Day, &DayState)> {
        // A range of days that ends before it begins would panic; an empty one is asked for as such.
        let range = if range.is_empty() { 0..0 } else { range.from..range.to };
        let from = u16::try_from(range.start).unwrap_or(u16::MAX);
        let last = range.end.checked_sub(1).map(|last| u16::try_from(last).unwrap_or(u16::MAX));
        last.into_iter().flat_map(move |last| self.days.range(from..=last)).map(|(day, state)| (Day(*day), state))
    }

    fn hash_day(&self, day: Day) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("azalai 1 day of ids");
        self.view(DayRange::day(day)).for_each(|_, id| {
            hasher.update(&id.0);
        });
        *hasher.finalize().as_bytes()
    }

    /// BLAKE3 (context "azalai 1 days of ids") over day and hash of each day of `range` with ids.
    #[must_use]
    pub fn digest(&self, range: DayRange) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("azalai 1 days of ids");
        for (day, _, hash) in self.days(range) {
            hasher.update(&day.0.to_be_bytes());
            hasher.update(&hash);
        }
        *hasher.finalize().as_bytes()
    }
}

/// The part of a set that lies in a range of days.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    set: &'a IdSet,
    begin: usize,
    end: usize,
}

impl View<'_> {
    /// How many ids it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.end - self.begin
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.begin == self.end
    }

    /// Visits all ids in order.
    pub fn for_each(&self, mut visit: impl FnMut(Day, EnvelopeId)) {
        let _ = self.set.root.visit(0, self.begin, self.end, &mut |_, (day, id)| {
            visit(Day(day), id);
            ControlFlow::<()>::Continue(())
        });
    }

    /// Visits ids in order until told to stop.
    pub fn until(&self, mut visit: impl FnMut(Day, EnvelopeId) -> bool) {
        let _ = self.set.root.visit(0, self.begin, self.end, &mut |_, (day, id)| {
            if visit(Day(day), id) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
    }

    pub(crate) fn keys(&self) -> Vec<Key> {
        let mut keys = Vec::with_capacity(self.len());
        self.for_each(|day, id| keys.push((day.0, id)));
        keys
    }

    fn range(&self, begin: usize, end: usize) -> Result<(usize, usize), negentropy::Error> {
        if begin > end || end > self.len() {
            return Err(negentropy::Error::BadRange);
        }
        Ok((self.begin + begin, self.begin + end))
    }
}

fn item((day, id): Key) -> Item {
    Item::with_timestamp_and_id(u64::from(day), Id::from_byte_array(id.0))
}

impl NegentropyStorageBase for View<'_> {
    fn size(&self) -> Result<usize, negentropy::Error> {
        Ok(self.len())
    }

    fn get_item(&self, index: usize) -> Result<Option<Item>, negentropy::Error> {
        Ok(if index < self.len() { self.set.root.at(self.begin + index).map(item) } else { None })
    }

    fn iterate(
        &self,
        begin: usize,
        end: usize,
        visit: &mut dyn FnMut(Item, usize) -> Result<bool, negentropy::Error>,
    ) -> Result<(), negentropy::Error> {
        let (from, to) = self.range(begin, end)?;
        let stopped = self.set.root.visit(0, from, to, &mut |index, key| match visit(item(key), index - self.begin) {
            Ok(true) => ControlFlow::Continue(()),
            Ok(false) => ControlFlow::Break(Ok(())),
            Err(error) => ControlFlow::Break(Err(error)),
        });
        match stopped {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(result) => result,
        }
    }

    fn find_lower_bound(&self, first: usize, last: usize, value: &Bound) -> usize {
        let index = match u16::try_from(value.item.timestamp) {
            Ok(day) => self.set.root.rank(&(day, EnvelopeId(value.item.id.to_bytes()))),
            Err(_) => self.end,
        };
        // A hostile peer's bounds may go backwards, and lie outside of the view.
        index.clamp(self.begin, self.end).saturating_sub(self.begin).min(last).max(first)
    }
}
