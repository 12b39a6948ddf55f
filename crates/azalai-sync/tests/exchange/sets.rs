//! Sets: order, ranges, digests, and the same messages as the reconciliation crate's own storage.

use azalai_envelope::{Day, EnvelopeId};
use azalai_sync::{DayRange, IdSet};
use negentropy::{Id, Negentropy, NegentropyStorageBase, NegentropyStorageVector};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

fn random(rng: &mut ChaCha20Rng, days: u32) -> (Day, EnvelopeId) {
    let mut id = [0; 32];
    rng.fill_bytes(&mut id);
    (Day(u16::try_from(20_000 + rng.next_u32() % days).unwrap()), EnvelopeId(id))
}

fn vector(items: &[(Day, EnvelopeId)], range: DayRange) -> NegentropyStorageVector {
    let mut vector = NegentropyStorageVector::new();
    for (day, id) in items.iter().filter(|(day, _)| range.contains(*day)) {
        vector.insert(u64::from(day.0), Id::from_byte_array(id.0)).unwrap();
    }
    vector.seal().unwrap();
    vector
}

fn messages(one: &impl NegentropyStorageBase, other: &impl NegentropyStorageBase, limit: u64) -> Vec<Vec<u8>> {
    let mut asks = Negentropy::borrowed(one, limit).unwrap();
    let mut answers = Negentropy::borrowed(other, limit).unwrap();
    let mut said = vec![asks.initiate().unwrap()];
    loop {
        let reply = answers.reconcile(said.last().unwrap()).unwrap();
        said.push(reply.clone());
        match asks.reconcile_with_ids(&reply, &mut Vec::new(), &mut Vec::new()).unwrap() {
            Some(message) => said.push(message),
            None => return said,
        }
    }
}

/// Guards against a tree whose ranks, positions or ranges are off by one somewhere.
#[test]
fn a_view_of_any_range_of_days_reconciles_with_the_same_messages_as_a_sorted_list() {
    for seed in 0..12 {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let days = 1 + rng.next_u32() % 40;
        let count = 1 + rng.next_u32() % 6000;
        let shared: Vec<_> = (0..count).map(|_| random(&mut rng, days)).collect();
        let mut with = |more: u32| -> Vec<_> {
            shared.iter().copied().chain((0..more).map(|_| random(&mut rng, days)).collect::<Vec<_>>()).collect()
        };
        let (mine, theirs) = (with(37), with(91));
        let set_of = |items: &[(Day, EnvelopeId)]| {
            let mut set = IdSet::new();
            items.iter().for_each(|(day, id)| assert!(set.insert(*day, *id)));
            items.iter().take(10).for_each(|(day, id)| assert!(!set.insert(*day, *id), "it was there"));
            assert_eq!(set.len(), items.len());
            set
        };
        let (my_set, their_set) = (set_of(&mine), set_of(&theirs));
        for range in [DayRange::ALL, DayRange::since(Day(20_010)), DayRange::between(Day(20_003), Day(20_017))] {
            for limit in [0, 4096] {
                let from_lists = messages(&vector(&mine, range), &vector(&theirs, range), limit);
                let from_sets = messages(&my_set.view(range), &their_set.view(range), limit);
                assert!(from_lists == from_sets, "seed {seed}, {range:?}, limit {limit}");
            }
        }
    }
}

/// Guards against a digest that depends on how a set came about, or that misses a change.
#[test]
fn digests_follow_from_the_ids_alone_and_change_with_every_one() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let items: Vec<_> = (0..500).map(|_| random(&mut rng, 9)).collect();
    let (mut forwards, mut backwards) = (IdSet::new(), IdSet::new());
    for (day, id) in &items {
        forwards.insert(*day, *id);
    }
    for (day, id) in items.iter().rev() {
        backwards.insert(*day, *id);
        let _ = backwards.digest(DayRange::ALL);
    }
    assert_eq!(forwards.digest(DayRange::ALL), backwards.digest(DayRange::ALL));
    let (before, part) = (forwards.digest(DayRange::ALL), forwards.digest(DayRange::since(Day(20_005))));
    forwards.insert(Day(20_004), EnvelopeId([9; 32]));
    assert_ne!(forwards.digest(DayRange::ALL), before);
    assert_eq!(forwards.digest(DayRange::since(Day(20_005))), part, "another day's ids are none of its business");
    assert!(forwards.contains(Day(20_004), &EnvelopeId([9; 32])));
    assert!(!forwards.contains(Day(20_005), &EnvelopeId([9; 32])));
}

/// Guards against another program computing another digest of the same days: the bytes that `docs/spec` fixes.
#[test]
fn the_digest_of_two_days_is_fixed() {
    let mut set = IdSet::new();
    set.insert(Day(2), EnvelopeId([2; 32]));
    set.insert(Day(1), EnvelopeId([3; 32]));
    set.insert(Day(1), EnvelopeId([1; 32]));
    let day = |ids: &[[u8; 32]]| {
        let mut hasher = blake3::Hasher::new_derive_key("azalai 1 day of ids");
        for id in ids {
            hasher.update(id);
        }
        *hasher.finalize().as_bytes()
    };
    let mut hasher = blake3::Hasher::new_derive_key("azalai 1 days of ids");
    hasher.update(&[0, 1]).update(&day(&[[1; 32], [3; 32]])).update(&[0, 2]).update(&day(&[[2; 32]]));
    assert_eq!(set.digest(DayRange::ALL), *hasher.finalize().as_bytes());
    let hex = azalai_envelope::ids::to_hex(&set.digest(DayRange::ALL));
    assert_eq!(hex, "32372893f3f148eb84ef5a0d2a70b61466629ad8278cc2352ab7a24d9c8c141d");
}

/// Guards against the ends of the calendar: ranges that are empty, end before they begin, or hold the last day.
#[test]
fn ranges_at_the_ends_of_time_are_what_they_say() {
    let mut set = IdSet::new();
    set.insert(Day(0), EnvelopeId([0; 32]));
    set.insert(Day(u16::MAX), EnvelopeId([255; 32]));
    assert_eq!(set.view(DayRange::ALL).len(), 2);
    assert_eq!(set.view(DayRange::day(Day(u16::MAX))).len(), 1);
    assert_eq!(set.view(DayRange::between(Day(0), Day(u16::MAX))).len(), 1);
    let none = DayRange::between(Day(9), Day(3));
    assert!(none.is_empty() && set.view(none).is_empty() && set.days(none).next().is_none());
    assert_eq!(set.counts(DayRange::since(Day(1))).collect::<Vec<_>>(), [(Day(u16::MAX), 1)]);
    set.forget_before(Day(1));
    assert_eq!(set.len(), 1);
}

/// Guards against a peer whose bounds run backwards or lie outside of the view that is compared.
#[test]
fn perturbed_messages_are_answered_or_refused_and_never_panic() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let (mut mine, mut theirs) = (IdSet::new(), IdSet::new());
    for at in 0..900 {
        let (day, id) = random(&mut rng, 6);
        mine.insert(day, id);
        if at % 7 > 0 {
            theirs.insert(day, id);
        }
    }
    let range = DayRange::between(Day(20_001), Day(20_004));
    for message in messages(&mine.view(range), &theirs.view(range), 4096) {
        for _ in 0..300 {
            let mut message = message.clone();
            let place = rng.next_u32() as usize % message.len();
            message[place] ^= 1 << (rng.next_u32() % 8);
            message.truncate(message.len() - rng.next_u32() as usize % 3);
            let _ = Negentropy::owned(theirs.view(range), 4096).unwrap().reconcile(&message);
            let mut asks = Negentropy::owned(mine.view(range), 4096).unwrap();
            asks.set_initiator();
            let _ = asks.reconcile_with_ids(&message, &mut Vec::new(), &mut Vec::new());
        }
    }
}
