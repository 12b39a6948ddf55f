//! Keeps the envelopes of one project durably, and the [`Index`] of them in memory.
//!
//! An envelope counts as held only after its batch is durable: nothing that this answers may be undone by a crash.
//! It takes verified envelopes only, and never opens one.
//!
//! | space | key | value |
//! |---|---|---|
//! | [`ENVELOPES`] | project 32, id 32 | the envelope's bytes |
//! | [`INDEX`] | project 32, id 32 | an index record: [`Entry::encode`] |
//! | [`FLOORS`] | project 32, lane 1 | floor day 2 |
//! | [`CERTIFICATES`] | project 32, number 4 | a certificate, as received |

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use azalai_envelope::{Day, Envelope, EnvelopeId, Lane, ProjectId, Verified};
use azalai_store::{AsyncRwLock, Batch, Cursor, Space, Store, StoreError};

use crate::index::{Entry, Index, State, Why};
use crate::limits::{FULL_BELOW, MAX_IDS};

/// Envelopes' bytes.
pub const ENVELOPES: Space = Space(0x40);
/// Index records, apart from the bytes, so that opening reads no envelope.
pub const INDEX: Space = Space(0x41);
/// Floors of lanes.
pub const FLOORS: Space = Space(0x42);
/// Certificates.
pub const CERTIFICATES: Space = Space(0x43);

/// Items of one page while the index is loaded.
const PAGE_ITEMS: usize = 4096;

/// Why an envelope was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// The bytes have not the form of an envelope.
    Malformed,
    /// Its version is not known here.
    Version,
    /// Its posting epoch is not known here.
    Epoch,
    /// No member of its epoch posted it.
    NotPosted,
    /// Its day lies before the lane's floor.
    BelowFloor,
    /// Its day lies too far ahead of the responder's.
    Ahead,
    /// It was declined, shed or evicted here before.
    Gone(Why),
    /// There is no room, and nothing to give up for it.
    Full,
    /// This connection has put as much as it may.
    Budget,
}

/// What became of a put.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PutOutcome {
    /// Held durably, in the order given, those that were held before among them.
    pub held: Vec<EnvelopeId>,
    /// Those that were new.
    pub new: Vec<EnvelopeId>,
    /// Not taken, and why.
    pub refused: Vec<(EnvelopeId, Refusal)>,
}

/// What a carrier has under an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The envelope's bytes.
    Held(Vec<u8>),
    /// Only the id.
    Gone(Why),
    /// Nothing, or bytes that were damaged.
    Unknown,
}

/// The envelopes of one project.
#[derive(Debug)]
pub struct Carrier<S> {
    store: S,
    project: ProjectId,
    quota: u64,
    max_ids: usize,
    damaged: usize,
    index: RwLock<Index>,
    keep: RwLock<BTreeSet<EnvelopeId>>,
    taken: AtomicU64,
    /// Who drops bytes, from choosing them to the index, has this alone; those who put share it. So nobody drops what
    /// was put again after it was chosen.
    giving_up: AsyncRwLock<()>,
}

/// Deletes what is stored of these ids, after what `batch` says, in batches.
async fn delete<S: Store>(
    store: &S,
    project: &ProjectId,
    ids: &[EnvelopeId],
    mut batch: Batch,
) -> Result<(), StoreError> {
    for some in ids.chunks(PAGE_ITEMS) {
        for id in some {
            let key = key(project, id.as_bytes());
            batch.delete(ENVELOPES, key.clone());
            batch.delete(INDEX, key);
        }
        store.apply(core::mem::take(&mut batch)).await?;
    }
    // Also when there was nothing to delete.
    if batch.is_empty() { Ok(()) } else { store.apply(batch).await }
}

fn key(project: &ProjectId, rest: &[u8]) -> Vec<u8> {
    [project.as_bytes(), rest].concat()
}

impl<S: Store> Carrier<S> {
    /// Loads what the store has of a project. Over `quota` bytes of envelopes some are given up, bulk first
    /// ([`Index::victims`]); over [`MAX_IDS`] ids those of what was given up are forgotten.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub async fn open(store: S, project: ProjectId, quota: u64) -> Result<Self, StoreError> {
        Self::open_bounded(store, project, quota, MAX_IDS).await
    }

    /// As [`Carrier::open`], with another bound on ids than [`MAX_IDS`].
    ///
    /// # Errors
    /// Those of [`Carrier::open`].
    pub async fn open_bounded(store: S, project: ProjectId, quota: u64, max_ids: usize) -> Result<Self, StoreError> {
        // What a crash left visible may not be durable yet, and is acknowledged from here on.
        store.apply(Batch::new()).await?;
        let mut index = Index::new();
        let mut damaged = 0;
        let mut after: Option<Cursor> = None;
        loop {
            let page = store.scan(INDEX, after.as_ref(), PAGE_ITEMS).await?;
            damaged += page.damaged;
            for (key, value) in page.items {
                let Some(id) = key.strip_prefix(project.as_bytes()).and_then(EnvelopeId::from_slice) else { continue };
                match Entry::decode(&value) {
                    Ok(entry) => index.set_entry(id, entry),
                    Err(_) => damaged += 1,
                }
            }
            // Here nobody can put anything meanwhile: the records of what is forgotten go too.
            if index.len() > max_ids {
                let forget = index.forgettable(index.len() - max_ids + max_ids / 64, EnvelopeId([0; 32]));
                let mut batch = Batch::new();
                for id in &forget {
                    batch.delete(INDEX, key(&project, id.as_bytes()));
                }
                store.apply(batch).await?;
                index.forget(&forget);
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        for lane in Lane::ALL {
            if let Some(value) = store.get(FLOORS, &key(&project, &[lane.to_byte()])).await? {
                match <[u8; 2]>::try_from(value.as_slice()) {
                    Ok(day) => {
                        let floor = Day(u16::from_be_bytes(day));
                        // What a crash or a full disk left of raising it.
                        match delete(&store, &project, &index.before(lane, floor), Batch::new()).await {
                            Ok(()) | Err(StoreError::Full { .. } | StoreError::ReadOnly { .. }) => {}
                            Err(error) => return Err(error),
                        }
                        index.raise_floor(lane, floor);
                    }
                    Err(_) => damaged += 1,
                }
            }
        }
        let (keep, taken, giving_up) = (RwLock::default(), AtomicU64::new(0), AsyncRwLock::default());
        Ok(Self { store, project, quota, max_ids, damaged, index: RwLock::new(index), keep, taken, giving_up })
    }

    /// Names the envelopes that are never given up for room, in place of those named before: a device's own that
    /// nobody who can read them has yet.
    pub fn keep(&self, ids: BTreeSet<EnvelopeId>) {
        *self.keep.write().unwrap_or_else(PoisonError::into_inner) = ids;
    }

    /// Grows whenever something new is held: whoever found nothing new at a number need not look again at the same.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::Acquire)
    }

    /// The project.
    #[must_use]
    pub const fn project(&self) -> ProjectId {
        self.project
    }

    /// The store beneath.
    #[must_use]
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Index records that could not be read when it was opened. Their envelopes are offered again by others.
    #[must_use]
    pub const fn damaged(&self) -> usize {
        self.damaged
    }

    /// Looks at the index. `look` must not wait for anything.
    pub fn read<R>(&self, look: impl FnOnce(&Index) -> R) -> R {
        look(&self.index.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change<R>(&self, change: impl FnOnce(&mut Index) -> R) -> R {
        change(&mut self.index.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the bytes of an id are held.
    #[must_use]
    pub fn contains(&self, id: &EnvelopeId) -> bool {
        self.read(|index| index.holds(id))
    }

    /// Whether there is so little room that nothing that was given up is wanted back.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let (mut bytes, mut letters) = (0, 0);
        self.read(|index| {
            index.held().iter().for_each(|(_, amount)| {
                bytes += amount.bytes;
                letters += amount.envelopes;
            })
        });
        if matches!(self.store.refuses(), Some(StoreError::Full { .. } | StoreError::ReadOnly { .. })) {
            return true;
        }
        let free = |of: u64, used: u64| of.saturating_sub(used) >= of / FULL_BELOW;
        !(free(self.quota, bytes) && free(self.max_ids as u64, letters))
    }

    /// Keeps envelopes: one batch, durable when it returns. What is held already counts as held, if its bytes are
    /// there. What was evicted is taken again; what was declined or shed is not.
    ///
    /// # Errors
    /// [`StoreError`] if the batch failed; then nothing new is held.
    pub async fn put(&self, envelopes: Vec<Verified<Envelope>>) -> Result<PutOutcome, StoreError> {
        let mut outcome = PutOutcome::default();
        let mut fresh: BTreeMap<EnvelopeId, Entry> = BTreeMap::new();
        let mut batch = Batch::new();
        // Whoever acknowledges what is held must have the bytes, not only a note of them: those that are damaged are
        // lost here, and taken anew below.
        let known: Vec<EnvelopeId> = envelopes.iter().map(|envelope| envelope.id()).collect();
        for id in known.iter().filter(|id| self.contains(id)) {
            self.get(core::slice::from_ref(id)).await?;
        }
        // A store that takes no writes: what is held is acknowledged still, and whoever brings something new is told.
        let closed = matches!(self.store.refuses(), Some(StoreError::Full { .. } | StoreError::ReadOnly { .. }));
        let (mut room, mut places) = if closed { (0, 0) } else { self.make_room(&envelopes).await? };
        // From the look at what is there to the batch and the index nothing is given up: see `giving_up`.
        let _putting = self.giving_up.read().await;
        for envelope in envelopes {
            let id = envelope.id();
            let (known, floor) = self.read(|index| (index.entry(&id).copied(), index.floor(envelope.lane())));
            match known.map(|entry| entry.state) {
                Some(State::Held) => {
                    outcome.held.push(id);
                    continue;
                }
                Some(State::Gone(why @ (Why::Declined | Why::Shed))) => {
                    outcome.refused.push((id, Refusal::Gone(why)));
                    continue;
                }
                Some(State::Gone(Why::Evicted)) | None => {}
            }
            let len = envelope.bytes().len() as u64;
            if envelope.day() < floor {
                outcome.refused.push((id, Refusal::BelowFloor));
                continue;
            }
            // The second of two in one put is the first.
            let btree_map::Entry::Vacant(place) = fresh.entry(id) else { continue };
            let Some(left) = room.checked_sub(len) else {
                outcome.refused.push((id, Refusal::Full));
                continue;
            };
            if known.is_none() {
                let Some(left) = places.checked_sub(1) else {
                    outcome.refused.push((id, Refusal::Full));
                    continue;
                };
                places = left;
            }
            room = left;
            let len = u32::try_from(len).unwrap_or(u32::MAX);
            let entry = Entry { lane: envelope.lane(), day: envelope.day(), state: State::Held, len };
            let key = key(&self.project, id.as_bytes());
            batch.put(INDEX, key.clone(), entry.encode());
            batch.put(ENVELOPES, key, envelope.bytes());
            outcome.held.push(id);
            outcome.new.push(id);
            place.insert(entry);
        }
        if !batch.is_empty() {
            self.store.apply(batch).await?;
            self.change(|index| fresh.into_iter().for_each(|(id, entry)| index.set_entry(id, entry)));
            self.taken.fetch_add(1, Ordering::AcqRel);
        }
        Ok(outcome)
    }

    /// Gives up envelopes until these fit, and ids until they may be kept; returns the bytes and the ids that there is
    /// room for.
    async fn make_room(&self, envelopes: &[Verified<Envelope>]) -> Result<(u64, usize), StoreError> {
        let held = |index: &Index| index.held().iter().map(|(_, amount)| amount.bytes).sum::<u64>();
        // Where in a day giving up begins: nobody can choose it apart from the letters that ask for room.
        let mut hasher = blake3::Hasher::new_derive_key("azalai 1 giving up");
        for envelope in envelopes {
            hasher.update(&envelope.id().0);
        }
        let start = EnvelopeId(*hasher.finalize().as_bytes());
        let over = || {
            self.read(|index| {
                let new = envelopes.iter().filter(|envelope| !index.holds(&envelope.id()));
                let new: BTreeMap<_, _> = new.map(|envelope| (envelope.id(), envelope.bytes().len() as u64)).collect();
                let new_ids = new.keys().filter(|id| index.entry(id).is_none()).count();
                let ids = (index.len() + new_ids).saturating_sub(self.max_ids);
                (ids, (held(index) + new.values().sum::<u64>()).saturating_sub(self.quota))
            })
        };
        let room =
            || self.read(|index| (self.quota.saturating_sub(held(index)), self.max_ids.saturating_sub(index.len())));
        if over() == (0, 0) {
            return Ok(room());
        }
        // What another put gave up meanwhile counts, and what was put again since is not chosen for being old news.
        let _alone = self.giving_up.write().await;
        let (ids_over, bytes_over) = over();
        // A little more than is needed, since choosing walks over all of them.
        let bytes = if bytes_over > 0 { bytes_over + self.quota / 64 } else { 0 };
        let ids = if ids_over > 0 { ids_over + self.max_ids / 64 } else { 0 };
        if bytes > 0 {
            self.give_up(bytes, start).await?;
        }
        if ids > 0 {
            let mut forget = self.read(|index| index.forgettable(ids, start));
            if forget.len() < ids_over {
                // Nearly all that is known is held: as many of the mean size go as there are ids too many.
                let mean = self.read(|index| {
                    let letters: u64 = index.held().iter().map(|(_, amount)| amount.envelopes).sum();
                    held(index) / letters.max(1) + 1
                });
                self.give_up((ids - forget.len()) as u64 * mean, start).await?;
                forget = self.read(|index| index.forgettable(ids, start));
            }
            // In memory alone: a put under way may be writing one of them. Their records go at the next opening.
            self.change(|index| index.forget(&forget));
        }
        Ok(room())
    }

    /// The caller has `giving_up` for itself.
    async fn give_up(&self, bytes: u64, start: EnvelopeId) -> Result<(), StoreError> {
        let keep = self.keep.read().unwrap_or_else(PoisonError::into_inner).clone();
        let victims = self.read(|index| index.victims(bytes, start, &keep));
        self.bury(&victims, Why::Evicted).await
    }

    /// What is there under each id, in their order.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub async fn get(&self, ids: &[EnvelopeId]) -> Result<Vec<Found>, StoreError> {
        let states: Vec<Option<State>> =
            self.read(|index| ids.iter().map(|id| index.entry(id).map(|entry| entry.state)).collect());
        let mut found = Vec::with_capacity(ids.len());
        for (id, state) in ids.iter().zip(states) {
            found.push(match state {
                Some(State::Held) => match self.store.get(ENVELOPES, &key(&self.project, id.as_bytes())).await {
                    Ok(Some(bytes)) => Found::Held(bytes),
                    Ok(None) | Err(StoreError::Corrupt { .. }) => {
                        self.bury_damaged(id).await?;
                        Found::Unknown
                    }
                    Err(error) => return Err(error),
                },
                Some(State::Gone(why)) => Found::Gone(why),
                None => Found::Unknown,
            });
        }
        Ok(found)
    }

    /// Drops the bytes of ids and keeps the ids. Those that are not known are left out.
    ///
    /// # Errors
    /// [`StoreError`] if a batch failed.
    pub async fn tombstone(&self, ids: &[EnvelopeId], why: Why) -> Result<(), StoreError> {
        let _alone = self.giving_up.write().await;
        self.bury(ids, why).await
    }

    /// One whose bytes are damaged: from here on it is not held, also after a restart, and taken from whoever puts it;
    /// unless somebody did so, or it was given up, since it was looked at.
    async fn bury_damaged(&self, id: &EnvelopeId) -> Result<(), StoreError> {
        let _alone = self.giving_up.write().await;
        if !self.contains(id) {
            return Ok(());
        }
        match self.store.get(ENVELOPES, &key(&self.project, id.as_bytes())).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) | Err(StoreError::Corrupt { .. }) => {
                match self.bury(core::slice::from_ref(id), Why::Evicted).await {
                    // It is found out again, and not given out before.
                    Err(StoreError::Full { .. } | StoreError::ReadOnly { .. }) => Ok(()),
                    buried => buried,
                }
            }
            Err(error) => Err(error),
        }
    }

    /// As [`Carrier::tombstone`]; the caller has `giving_up` for itself.
    async fn bury(&self, ids: &[EnvelopeId], why: Why) -> Result<(), StoreError> {
        let changed: Vec<(EnvelopeId, Entry)> = self.read(|index| {
            let known = ids.iter().filter_map(|id| index.entry(id).map(|entry| (*id, *entry)));
            known.map(|(id, entry)| (id, Entry { state: State::Gone(why), ..entry })).collect()
        });
        self.write(changed).await
    }

    /// Where the store has an envelope's bytes: for whoever has to forget them.
    #[must_use]
    pub fn place_of(&self, id: &EnvelopeId) -> (Space, Vec<u8>) {
        (ENVELOPES, key(&self.project, id.as_bytes()))
    }

    /// Whose bytes a store has there; the reverse of [`Carrier::place_of`].
    #[must_use]
    pub fn at_place(&self, space: Space, key: &[u8]) -> Option<EnvelopeId> {
        let rest = key.strip_prefix(self.project.as_bytes()).filter(|_| space == ENVELOPES)?;
        EnvelopeId::from_slice(rest)
    }

    /// Keeps ids that were never held, with the lane and day that a responder named for them, so that they are not
    /// asked for again: declined here, or gone there. Those that are known are left as they are.
    ///
    /// # Errors
    /// [`StoreError`] if a batch failed.
    pub async fn note(&self, ids: &[(EnvelopeId, Lane, Day)], why: Why) -> Result<(), StoreError> {
        let _alone = self.giving_up.write().await;
        let new: Vec<(EnvelopeId, Entry)> = self.read(|index| {
            let unknown = ids.iter().filter(|(id, _, _)| index.entry(id).is_none());
            unknown
                .map(|(id, lane, day)| (*id, Entry { lane: *lane, day: *day, state: State::Gone(why), len: 0 }))
                .collect()
        });
        self.write(new).await
    }

    async fn write(&self, entries: Vec<(EnvelopeId, Entry)>) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::new();
        for (id, entry) in &entries {
            let key = key(&self.project, id.as_bytes());
            if entry.state != State::Held {
                batch.delete(ENVELOPES, key.clone());
            }
            batch.put(INDEX, key, entry.encode());
        }
        self.store.apply(batch).await?;
        self.change(|index| entries.into_iter().for_each(|(id, entry)| index.set_entry(id, entry)));
        Ok(())
    }

    /// Forgets everything of a lane before `floor`, ids too; a lower floor than there is changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] if a batch failed; then the floor may be raised and some of the old still stored, which the
    /// next opening deletes.
    pub async fn raise_floor(&self, lane: Lane, floor: Day) -> Result<(), StoreError> {
        let _alone = self.giving_up.write().await;
        let ids = self.read(|index| if floor > index.floor(lane) { Some(index.before(lane, floor)) } else { None });
        let Some(ids) = ids else { return Ok(()) };
        let mut batch = Batch::new();
        batch.put(FLOORS, key(&self.project, &[lane.to_byte()]), floor.0.to_be_bytes());
        delete(&self.store, &self.project, &ids, batch).await?;
        self.change(|index| index.raise_floor(lane, floor));
        Ok(())
    }
}
