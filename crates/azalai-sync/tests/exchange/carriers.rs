//! Carriers: what is held is durable, ids outlive bytes, and room is made from the fullest days.

use std::collections::VecDeque;
use std::sync::Mutex;

use azalai_envelope::{Day, EnvelopeId, Lane};
use azalai_store::{Batch, Cursor, Fault, FaultWhen, MemoryStore, Page, Space, Store, StoreError};
use azalai_sync::carrier::ENVELOPES;
use azalai_sync::{Carrier, DayRange, Found, PutOutcome, Refusal, State, Why};
use futures_lite::future::{block_on, yield_now, zip};

use crate::support::{MemoryCarrier, TODAY, World, held, put};

fn open(store: MemoryStore, world: &World, quota: u64) -> MemoryCarrier {
    block_on(Carrier::open(store, world.project, quota)).unwrap()
}

/// Guards against an acknowledgement of what a crash takes away, and against an index that differs after a restart.
#[test]
fn what_a_put_says_is_held_is_there_after_a_crash_with_the_same_sets() {
    let mut world = World::new(1);
    let store = MemoryStore::new();
    let carrier = open(store.clone(), &world, u64::MAX);
    let envelopes: Vec<_> = (0..30).map(|at| world.envelope(Lane::ALL[at % 4], TODAY - (at as u16) % 3)).collect();
    put(&carrier, envelopes.clone());
    let ids: Vec<EnvelopeId> = envelopes.iter().map(|envelope| envelope.id()).collect();
    block_on(carrier.tombstone(&ids[..5], Why::Declined)).unwrap();
    block_on(carrier.note(&[(EnvelopeId([1; 32]), Lane::Text, Day(TODAY))], Why::Evicted)).unwrap();
    block_on(carrier.raise_floor(Lane::Bulk, Day(TODAY - 1))).unwrap();

    let again = open(store.crash(), &world, u64::MAX);
    assert_eq!(held(&again), held(&carrier));
    assert_eq!(again.damaged(), 0);
    for lane in Lane::ALL {
        let digest = |carrier: &MemoryCarrier| carrier.read(|index| index.set(lane).digest(DayRange::ALL));
        assert_eq!(digest(&again), digest(&carrier), "{lane}");
        assert_eq!(again.read(|index| index.floor(lane)), carrier.read(|index| index.floor(lane)));
        assert_eq!(again.read(|index| *index.held().get(lane)), carrier.read(|index| *index.held().get(lane)));
    }
    let found = block_on(again.get(&ids)).unwrap();
    for (at, (found, envelope)) in found.into_iter().zip(&envelopes).enumerate() {
        let gone = at < 5;
        let forgotten = envelope.lane() == Lane::Bulk && envelope.day() < Day(TODAY - 1);
        match found {
            Found::Held(bytes) => assert!(!gone && !forgotten && bytes == envelope.bytes()),
            Found::Gone(why) => assert!(gone && !forgotten && why == Why::Declined),
            Found::Unknown => assert!(forgotten),
        }
    }
}

/// Guards against a full or failing disk that is taken for success, and half a put that is kept.
#[test]
fn a_put_whose_batch_fails_holds_nothing_new() {
    let mut world = World::new(2);
    let store = MemoryStore::new();
    let carrier = open(store.clone(), &world, u64::MAX);
    let first = world.envelopes(2, Lane::Text, TODAY);
    put(&carrier, first);
    store.plan(Fault { after_writes: 0, when: FaultWhen::Full });
    let more = world.envelopes(3, Lane::Text, TODAY);
    assert!(matches!(block_on(carrier.put(more.clone())), Err(StoreError::Full { .. })));
    assert_eq!(held(&carrier).len(), 2);
    assert_eq!(held(&open(store.crash(), &world, u64::MAX)).len(), 2);
    put(&carrier, more);
    assert_eq!(held(&carrier).len(), 5);
}

/// A store in memory whose batches that delete something wait for so many turns, one number for each.
struct Slow {
    inner: MemoryStore,
    turns: Mutex<VecDeque<usize>>,
}

impl Store for Slow {
    async fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.get(space, key).await
    }

    async fn scan(&self, space: Space, after: Option<&Cursor>, limit: usize) -> Result<Page, StoreError> {
        self.inner.scan(space, after, limit).await
    }

    async fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        let deletes = batch.iter().any(|(_, _, value)| value.is_none());
        let turns = if deletes { self.turns.lock().unwrap().pop_front().unwrap_or(0) } else { 0 };
        for _ in 0..turns {
            yield_now().await;
        }
        self.inner.apply(batch).await
    }
}

/// Guards against a letter that two puts choose to give up, and the slower one drops after it was put again and
/// acknowledged.
#[test]
fn what_is_put_again_while_room_is_made_stays() {
    let mut world = World::new(12);
    let letters = world.envelopes(192, Lane::Text, TODAY);
    let quota = letters.iter().map(|letter| letter.bytes().len() as u64).sum();
    let store = Slow { inner: MemoryStore::new(), turns: Mutex::new(VecDeque::from([1, 60])) };
    let carrier = block_on(Carrier::open(store, world.project, quota)).unwrap();
    block_on(carrier.put(letters.clone())).unwrap();
    // The same letter, brought by two at once: both choose alike.
    let more = world.envelope(Lane::Text, TODAY);
    let again = async {
        loop {
            if let Some(gone) = letters.iter().find(|letter| !carrier.contains(&letter.id())) {
                let put = carrier.put(vec![gone.clone()]).await.unwrap();
                assert_eq!(put.held, [gone.id()]);
                return gone.clone();
            }
            yield_now().await;
        }
    };
    let both = zip(carrier.put(vec![more.clone()]), carrier.put(vec![more.clone()]));
    let (both, gone) = block_on(zip(both, again));
    assert_eq!((both.0.unwrap().held, both.1.unwrap().held), (vec![more.id()], vec![more.id()]));
    assert_eq!(block_on(carrier.get(&[gone.id()])).unwrap(), [Found::Held(gone.bytes().to_vec())]);
}

/// Guards against counting one letter twice, in one put or over several.
#[test]
fn duplicates_count_as_held_and_change_nothing() {
    let mut world = World::new(3);
    let carrier = world.carrier();
    let envelope = world.envelope(Lane::Text, TODAY);
    let id = envelope.id();
    let twice = block_on(carrier.put(vec![envelope.clone(), envelope.clone()])).unwrap();
    assert_eq!(twice, PutOutcome { held: vec![id], new: vec![id], refused: vec![] });
    let again = block_on(carrier.put(vec![envelope])).unwrap();
    assert_eq!(again, PutOutcome { held: vec![id], new: vec![], refused: vec![] });
    let amount = carrier.read(|index| *index.held().get(Lane::Text));
    assert_eq!((amount.envelopes, amount.bytes), (1, 640));
    assert_eq!(carrier.read(|index| index.held_by_day(Lane::Text))[&Day(TODAY)], amount);
}

/// Guards against shed letters that come back, and against bytes that stay on disk after they were dropped.
#[test]
fn a_tombstone_drops_the_bytes_keeps_the_id_and_refuses_what_was_declined_or_shed() {
    let mut world = World::new(4);
    let store = MemoryStore::new();
    let carrier = open(store.clone(), &world, u64::MAX);
    for (why, taken_again) in [(Why::Declined, false), (Why::Shed, false), (Why::Evicted, true)] {
        let envelope = world.envelope(Lane::Text, TODAY);
        let id = envelope.id();
        put(&carrier, vec![envelope.clone()]);
        block_on(carrier.tombstone(&[id], why)).unwrap();
        assert!(!carrier.contains(&id));
        assert!(carrier.read(|index| index.set(Lane::Text).contains(Day(TODAY), &id)));
        assert_eq!(block_on(carrier.get(&[id])).unwrap(), [Found::Gone(why)]);
        let key = [world.project.as_bytes().as_slice(), id.as_bytes()].concat();
        assert_eq!(block_on(store.get(ENVELOPES, &key)).unwrap(), None);
        let outcome = block_on(carrier.put(vec![envelope])).unwrap();
        assert_eq!(carrier.contains(&id), taken_again);
        let refused = if taken_again { vec![] } else { vec![(id, Refusal::Gone(why))] };
        assert_eq!(outcome.refused, refused);
    }
}

/// Guards against a relay that fills its disk, and against one that gives up urgent text to keep films.
#[test]
fn over_its_quota_a_carrier_gives_up_bulk_first_and_the_older_of_days_alike_and_keeps_their_ids() {
    let mut world = World::new(5);
    let carrier = open(MemoryStore::new(), &world, 10 * 640);
    let (urgent, text) = (world.envelope(Lane::Urgent, TODAY - 90), world.envelopes(5, Lane::Text, TODAY - 80));
    let bulk: Vec<_> = (0..4).map(|at| world.envelope(Lane::Bulk, TODAY - at)).collect();
    put(&carrier, vec![urgent.clone()]);
    put(&carrier, text);
    put(&carrier, bulk.clone());
    let new = world.envelopes(2, Lane::Text, TODAY);
    put(&carrier, new);
    let gone = |id| carrier.read(|index| index.entry(&id).unwrap().state == State::Gone(Why::Evicted));
    let evicted: Vec<bool> = bulk.iter().map(|envelope| gone(envelope.id())).collect();
    assert_eq!(evicted, [false, true, true, true], "the oldest of bulk, one more than is needed for two");
    assert_eq!(held(&carrier).len(), 9);
    let many = world.envelopes(7, Lane::Text, TODAY);
    put(&carrier, many);
    assert!(carrier.contains(&urgent.id()), "urgent goes last");
    assert_eq!(held(&carrier).len(), 9);
    // More at once than there is room for: as many as fit, and it says so of the rest.
    let too_many = world.envelopes(11, Lane::Urgent, TODAY);
    let outcome = block_on(carrier.put(too_many)).unwrap();
    assert_eq!((outcome.held.len(), outcome.refused.len()), (10, 1));
    assert!(outcome.refused.iter().all(|(_, refusal)| *refusal == Refusal::Full));
}

/// Guards against letters from before the floor coming back one by one.
#[test]
fn a_floor_forgets_what_lies_before_it_and_takes_no_more_of_it() {
    let mut world = World::new(6);
    let carrier = world.carrier();
    let (old, new) = (world.envelope(Lane::Text, TODAY - 9), world.envelope(Lane::Text, TODAY));
    put(&carrier, vec![old.clone(), new.clone()]);
    block_on(carrier.raise_floor(Lane::Text, Day(TODAY - 5))).unwrap();
    block_on(carrier.raise_floor(Lane::Text, Day(TODAY - 7))).unwrap();
    assert_eq!(carrier.read(|index| index.floor(Lane::Text)), Day(TODAY - 5), "a floor never sinks");
    assert_eq!((held(&carrier), carrier.read(|index| index.set(Lane::Text).len())), (vec![new.id()], 1));
    let outcome = block_on(carrier.put(vec![old.clone()])).unwrap();
    assert_eq!(outcome.refused, [(old.id(), Refusal::BelowFloor)]);
}

/// Guards against one project's letters showing in another that the same store carries.
#[test]
fn projects_in_one_store_do_not_mix() {
    let (mut one, mut other) = (World::new(7), World::new(8));
    let store = MemoryStore::new();
    let (ones, others) = (open(store.clone(), &one, u64::MAX), open(store.clone(), &other, u64::MAX));
    put(&ones, vec![one.envelope(Lane::Text, TODAY)]);
    put(&others, vec![other.envelope(Lane::Text, TODAY)]);
    assert_eq!(held(&open(store.clone(), &one, u64::MAX)), held(&ones));
    assert_eq!(held(&open(store, &other, u64::MAX)), held(&others));
    assert_ne!(held(&ones), held(&others));
}

/// Guards against bytes that rotted on disk being called held for ever.
#[test]
fn an_envelope_whose_bytes_are_lost_is_not_held_any_more_and_is_taken_again() {
    let mut world = World::new(9);
    let store = MemoryStore::new();
    let carrier = open(store.clone(), &world, u64::MAX);
    let envelope = world.envelope(Lane::Text, TODAY);
    let id = envelope.id();
    put(&carrier, vec![envelope.clone()]);
    let mut rot = Batch::new();
    rot.delete(ENVELOPES, [world.project.as_bytes().as_slice(), id.as_bytes()].concat());
    block_on(store.apply(rot)).unwrap();
    assert_eq!(block_on(carrier.get(&[id])).unwrap(), [Found::Unknown]);
    assert!(!carrier.contains(&id));
    assert!(!open(store.clone(), &world, u64::MAX).contains(&id), "nor after a restart");
    put(&carrier, vec![envelope.clone()]);
    assert_eq!(block_on(carrier.get(&[id])).unwrap(), [Found::Held(envelope.bytes().to_vec())]);
}

/// Guards against a receipt for bytes that rotted: the sender would let go of the last copy.
#[test]
fn a_put_of_what_is_noted_as_held_and_is_not_there_keeps_it_anew() {
    let mut world = World::new(10);
    let store = MemoryStore::new();
    let carrier = open(store.clone(), &world, u64::MAX);
    let envelope = world.envelope(Lane::Text, TODAY);
    let id = envelope.id();
    put(&carrier, vec![envelope.clone()]);
    let mut rot = Batch::new();
    rot.delete(ENVELOPES, [world.project.as_bytes().as_slice(), id.as_bytes()].concat());
    block_on(store.apply(rot)).unwrap();
    assert_eq!(block_on(carrier.put(vec![envelope.clone()])).unwrap().new, [id]);
    assert_eq!(block_on(carrier.get(&[id])).unwrap(), [Found::Held(envelope.bytes().to_vec())]);
}

/// Guards against a member who floods a relay until it has given up what everybody else brought.
#[test]
fn a_flood_on_some_days_pushes_out_its_own_days_and_no_older_letters() {
    let mut world = World::new(11);
    let carrier = open(MemoryStore::new(), &world, 60 * 640);
    let honest: Vec<_> = (0..20).map(|at| world.envelope(Lane::Text, TODAY - at)).collect();
    put(&carrier, honest.clone());
    for round in 0..20 {
        let flood = world.envelopes(20, Lane::Text, TODAY + 10 + round % 4);
        block_on(carrier.put(flood)).unwrap();
    }
    assert!(honest.iter().all(|envelope| carrier.contains(&envelope.id())));
    assert!(carrier.read(|index| index.held().get(Lane::Text).bytes) <= 60 * 640);
}

/// Guards against losing all of a day to whoever floods the same day: it loses in proportion.
#[test]
fn letters_of_the_day_that_is_flooded_are_given_up_in_proportion_and_not_first() {
    let mut world = World::new(12);
    let carrier = open(MemoryStore::new(), &world, 500 * 640);
    let honest = world.envelopes(50, Lane::Text, TODAY);
    put(&carrier, honest.clone());
    for _ in 0..20 {
        let flood = world.envelopes(30, Lane::Text, TODAY);
        block_on(carrier.put(flood)).unwrap();
    }
    let left = honest.iter().filter(|envelope| carrier.contains(&envelope.id())).count();
    assert!(left >= 25, "{left} of 50, where the flood itself lost about a quarter");
}

/// Guards against a device that gives up the only copy of its own report for a neighbour's letters.
#[test]
fn what_is_to_be_kept_is_never_given_up() {
    let mut world = World::new(13);
    let carrier = open(MemoryStore::new(), &world, 10 * 640);
    let own = world.envelopes(3, Lane::Bulk, TODAY - 200);
    put(&carrier, own.clone());
    carrier.keep(own.iter().map(|envelope| envelope.id()).collect());
    for _ in 0..5 {
        let others = world.envelopes(7, Lane::Urgent, TODAY);
        block_on(carrier.put(others)).unwrap();
    }
    assert!(own.iter().all(|envelope| carrier.contains(&envelope.id())));
    assert_eq!(held(&carrier).len(), 10);
}

/// Guards against a relay whose memory grows with everything that ever passed through it, and fails at every start.
#[test]
fn beyond_its_bound_a_carrier_forgets_ids_of_what_it_gave_up_and_holds_no_more_than_the_bound() {
    let mut world = World::new(14);
    let store = MemoryStore::new();
    let bounded = |quota| block_on(Carrier::open_bounded(store.clone(), world.project, quota, 64)).unwrap();
    let carrier = bounded(20 * 640);
    let few = bounded(u64::MAX);
    for _ in 0..30 {
        let flood = world.envelopes(10, Lane::Text, TODAY);
        assert_eq!(block_on(carrier.put(flood)).unwrap().refused, []);
        let ids = carrier.read(|index| (index.len(), index.set(Lane::Text).len()));
        assert!(ids.0 <= 64 && ids.0 == ids.1, "{ids:?}");
    }
    drop(carrier);
    let again = block_on(Carrier::open_bounded(store, world.project, 20 * 640, 64)).unwrap();
    assert!(again.read(azalai_sync::Index::len) <= 64);
    // Where all are held, some are given up.
    for _ in 0..10 {
        let letters = world.envelopes(10, Lane::Text, TODAY);
        assert_eq!(block_on(few.put(letters)).unwrap().refused, []);
        assert!(few.read(azalai_sync::Index::len) <= 64);
    }
}
