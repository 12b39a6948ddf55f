//! Places for connections: who gets one, and who gives it up when all are taken.
//!
//! Those who ask first do not keep others out: when all places are taken, the next connection gets the place of the one
//! that has stood still longest, where time counts as many times as its address has connections. So a flood from one
//! address takes places from itself. Addresses are no limit by themselves, since a whole village may share one; and
//! nobody who sends or reads gives way, whatever its address. No address is kept: a number stands for it that no other process, and not this one when started again, can
//! make from it.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use crate::limits::{Limits, READING_PATIENCE, STIR_BYTES};

pub(crate) struct Seats {
    places: usize,
    stale_after: Duration,
    numbers: RandomState,
    state: Mutex<State>,
    left: Notify,
}

#[derive(Default)]
struct State {
    next: u64,
    taken: BTreeMap<u64, Arc<Seat>>,
}

/// One connection's place, and whether it stands still.
pub(crate) struct Seat {
    /// What stands for its address.
    group: u64,
    /// Told when the connection is to end at once.
    pub(crate) cut: Arc<Notify>,
    pace: Mutex<Pace>,
}

struct Pace {
    /// The client has to do something: send or read.
    theirs: bool,
    /// What it has to do is to read.
    reading: bool,
    /// Bytes that moved since it last stirred.
    moved: usize,
    stirred: Instant,
    going: bool,
    /// A request's body was left unread.
    unread: bool,
    answers: u64,
}

impl Seat {
    fn new(group: u64) -> Self {
        let pace = Pace {
            theirs: true,
            reading: false,
            moved: 0,
            stirred: Instant::now(),
            going: false,
            unread: false,
            answers: 0,
        };
        Self { group, cut: Arc::default(), pace: Mutex::new(pace) }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many bytes were read or written.
    pub(crate) fn moved(&self, bytes: usize) {
        let mut pace = self.pace();
        pace.moved = pace.moved.saturating_add(bytes);
        if pace.moved >= STIR_BYTES {
            pace.moved = 0;
            pace.stirred = Instant::now();
        }
    }

    /// Whether it is the client's turn from now on.
    pub(crate) fn theirs(&self, theirs: bool) {
        self.pace().theirs = theirs;
    }

    /// Whether a part of an answer waits until the client has read what came before.
    pub(crate) fn reading(&self, reading: bool) {
        self.pace().reading = reading;
    }

    /// A request came: it is this program's turn.
    pub(crate) fn asked(&self) {
        self.theirs(false);
    }

    /// Its answer is there: from here on it may stand still as long as a new connection.
    pub(crate) fn answered(&self) {
        let mut pace = self.pace();
        pace.theirs = true;
        pace.moved = 0;
        pace.stirred = Instant::now();
        pace.answers = pace.answers.wrapping_add(1);
    }

    /// How many requests were answered.
    pub(crate) fn answers(&self) -> u64 {
        self.pace().answers
    }

    pub(crate) fn left_unread(&self) {
        self.pace().unread = true;
    }

    pub(crate) fn was_left_unread(&self) -> bool {
        self.pace().unread
    }
}

/// A place that is taken; dropped, it is free.
pub(crate) struct Seated {
    seats: Arc<Seats>,
    id: u64,
    pub(crate) seat: Arc<Seat>,
}

impl Seats {
    pub(crate) fn new(limits: &Limits) -> Arc<Self> {
        let numbers = RandomState::new();
        let (places, stale_after) = (limits.connections, limits.stale_after);
        Arc::new(Self { places, stale_after, numbers, state: Mutex::default(), left: Notify::new() })
    }

    /// Waits for a place, and makes one if somebody stands still.
    pub(crate) async fn take(self: &Arc<Self>, address: IpAddr) -> Seated {
        let group = self.group(address);
        let look_again = (self.stale_after / 4).max(Duration::from_millis(5));
        loop {
            let left = self.left.notified();
            if let Some(seated) = self.try_take(group) {
                return seated;
            }
            self.clear_one();
            let _ = timeout(look_again, left).await;
        }
    }

    /// IPv6 gives a household or a server a whole /64.
    fn group(&self, address: IpAddr) -> u64 {
        match address.to_canonical() {
            IpAddr::V4(address) => self.numbers.hash_one(address.to_bits()),
            IpAddr::V6(address) => self.numbers.hash_one(address.to_bits() >> 64),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_take(self: &Arc<Self>, group: u64) -> Option<Seated> {
        let mut state = self.state();
        if state.taken.len() >= self.places {
            return None;
        }
        let id = state.next;
        state.next = state.next.wrapping_add(1);
        let seat = Arc::new(Seat::new(group));
        state.taken.insert(id, Arc::clone(&seat));
        Some(Seated { seats: Arc::clone(self), id, seat })
    }

    /// Ends the connection that stands still longest for its address, unless one is ending already.
    fn clear_one(&self) {
        let state = self.state();
        let mut sizes: BTreeMap<u64, usize> = BTreeMap::new();
        for seat in state.taken.values() {
            *sizes.entry(seat.group).or_default() += 1;
        }
        let largest = sizes.values().copied().max().unwrap_or(0);
        let weight = |time: Duration, size: usize| time.as_millis().saturating_mul(size as u128);
        let now = Instant::now();
        let mut chosen: Option<(u128, &Arc<Seat>)> = None;
        for seat in state.taken.values() {
            let pace = seat.pace();
            if pace.going {
                return;
            }
            let patience = if pace.reading { READING_PATIENCE } else { 1 };
            let still = weight((now - pace.stirred) / patience, sizes.get(&seat.group).copied().unwrap_or(0));
            let worst = chosen.is_none_or(|(than, _)| still > than);
            if pace.theirs && still >= weight(self.stale_after, largest) && worst {
                chosen = Some((still, seat));
            }
        }
        if let Some((_, seat)) = chosen {
            seat.pace().going = true;
            seat.cut.notify_one();
        }
    }
}

impl Drop for Seated {
    fn drop(&mut self) {
        self.seats.state().taken.remove(&self.id);
        self.seats.left.notify_waiters();
    }
}
