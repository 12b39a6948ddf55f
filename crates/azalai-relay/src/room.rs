//! Room for bytes that clients make this process hold, shared by all of them.
//!
//! It is taken as bytes come into being, never by what somebody announces. When it runs out, whoever has taken most of
//! it for longest is given up first: many bytes held for a long time are what an attack looks like, and an honest
//! upload is only pushed out by somebody who keeps sending as much as all the room, again and again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use crate::limits::Limits;

/// There was no room in time.
#[derive(Debug)]
pub(crate) struct Full;

pub(crate) struct Room {
    wait: Duration,
    grace: Duration,
    state: Mutex<State>,
    freed: Notify,
}

struct State {
    free: usize,
    next: u64,
    holders: BTreeMap<u64, Holder>,
}

struct Holder {
    held: usize,
    /// Since when it is the client that takes its time; `None` while it is this program.
    theirs_since: Option<Instant>,
    /// Byte-milliseconds that the client's taking its time has cost, up to `counted_to`.
    cost: u64,
    counted_to: Instant,
    cut: Arc<Notify>,
    /// It was told to go and will free what it holds.
    going: bool,
}

impl Holder {
    fn count(&mut self, now: Instant) {
        if self.theirs_since.is_some() {
            let ms = u64::try_from((now - self.counted_to).as_millis()).unwrap_or(u64::MAX);
            self.cost = self.cost.saturating_add(ms.saturating_mul(self.held as u64));
        }
        self.counted_to = now;
    }
}

impl Room {
    pub(crate) fn new(bytes: usize, limits: &Limits) -> Arc<Self> {
        let state = Mutex::new(State { free: bytes, next: 0, holders: BTreeMap::new() });
        Arc::new(Self { wait: limits.room_timeout, grace: limits.room_grace, state, freed: Notify::new() })
    }

    /// Holds nothing yet, and waits for nobody. `cut` is told when it is to be given up for others.
    pub(crate) fn hold(self: &Arc<Self>, cut: Arc<Notify>) -> Holding {
        let mut state = self.state();
        let id = state.next;
        state.next = state.next.wrapping_add(1);
        let now = Instant::now();
        state.holders.insert(id, Holder { held: 0, theirs_since: None, cost: 0, counted_to: now, cut, going: false });
        Holding { room: Arc::clone(self), id }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes `bytes` for `id`, or else tells as many others to go as that needs.
    fn take(&self, id: u64, bytes: usize) -> bool {
        let mut state = self.state();
        let State { free, holders, .. } = &mut *state;
        let now = Instant::now();
        if let Some(rest) = free.checked_sub(bytes) {
            let Some(own) = holders.get_mut(&id) else { return false };
            own.count(now);
            own.held = own.held.saturating_add(bytes);
            *free = rest;
            return true;
        }
        for holder in holders.values_mut() {
            holder.count(now);
        }
        let cost = holders.get(&id).map_or(0, |own| own.cost);
        let mut coming = holders.values().filter(|it| it.going).fold(*free, |sum, it| sum.saturating_add(it.held));
        while coming < bytes {
            let may_go = |at: &u64, it: &Holder| {
                let aged = it.theirs_since.is_some_and(|since| now - since >= self.grace);
                aged && *at != id && !it.going && it.held > 0 && it.cost >= cost
            };
            let costliest = holders.iter_mut().filter(|(at, it)| may_go(at, it)).max_by_key(|(_, it)| it.cost);
            let Some((_, costliest)) = costliest else { return false };
            costliest.going = true;
            costliest.cut.notify_one();
            coming = coming.saturating_add(costliest.held);
        }
        false
    }
}

/// A part of a [`Room`]; dropped, it is free again.
pub(crate) struct Holding {
    room: Arc<Room>,
    id: u64,
}

impl Holding {
    /// Holds so many bytes more, as soon as there is room for them.
    pub(crate) async fn grow(&self, bytes: usize) -> Result<(), Full> {
        // Others come of age for being given up while this one waits.
        let look_again = (self.room.grace / 4).max(Duration::from_millis(5));
        let taken = async {
            loop {
                let freed = self.room.freed.notified();
                if self.room.take(self.id, bytes) {
                    return;
                }
                let _ = timeout(look_again, freed).await;
            }
        };
        timeout(self.room.wait, taken).await.map_err(|_| Full)
    }

    /// Gives back all but `bytes`.
    pub(crate) fn shrink_to(&self, bytes: usize) {
        let mut state = self.room.state();
        let State { free, holders, .. } = &mut *state;
        if let Some(own) = holders.get_mut(&self.id) {
            own.count(Instant::now());
            *free = free.saturating_add(own.held.saturating_sub(bytes));
            own.held = own.held.min(bytes);
        }
        drop(state);
        self.room.freed.notify_waiters();
    }

    /// Whether from now on the client takes its time (and may be given up for others), or this program.
    pub(crate) fn theirs(&self, theirs: bool) {
        if let Some(own) = self.room.state().holders.get_mut(&self.id) {
            let now = Instant::now();
            own.count(now);
            own.theirs_since = theirs.then_some(now);
        }
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        let mut state = self.room.state();
        if let Some(own) = state.holders.remove(&self.id) {
            state.free = state.free.saturating_add(own.held);
        }
        drop(state);
        self.room.freed.notify_waiters();
    }
}
