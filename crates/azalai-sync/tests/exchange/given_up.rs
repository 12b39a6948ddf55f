//! What a relay gave up: whoever wrote it learns that, and a relay that lies about it gains nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use azalai_envelope::{Day, EnvelopeId, Lane};
use azalai_store::MemoryStore;
use azalai_sync::limits::MAX_GIVEN_UP_PARTS;
use azalai_sync::message::{Answer, Operation};
use azalai_sync::{Carrier, Event, Exchange, ExchangeError, Told, Why};
use futures_lite::future::block_on;
use rand_core::Rng as _;

use crate::liars::{hello, run_with as run_against};
use crate::support::{MemoryCarrier, TODAY, World, held, put, run};

/// What an exchange told: the own letters that are gone, whether the relay is full, and the mark to keep.
fn told(events: &[Event]) -> (BTreeSet<EnvelopeId>, bool, Option<[u8; 16]>) {
    let (mut gone, mut full, mut mark) = (BTreeSet::new(), false, None);
    for event in events {
        if let Event::GivenUp { ids, full: now, mark: last } = event {
            gone.extend(ids);
            full = *now;
            mark = mark.or(*last);
        }
    }
    (gone, full, mark)
}

fn asking(world: &World, mark: [u8; 16], held: &[EnvelopeId]) -> Exchange {
    let mut config = world.config();
    config.told = Some(Told { mark, held: held.iter().copied().collect() });
    Exchange::new(config)
}

/// Guards against a device that goes on saying that a relay holds what it gave up, and against a list that travels when
/// nothing changed.
#[test]
fn an_eviction_is_told_once_and_again_only_when_something_changed() {
    let mut world = World::new(1);
    let (relay, theirs) = world.relay();
    let mine = world.carrier();
    let letters = world.envelopes(6, Lane::Text, TODAY);
    let ids: Vec<EnvelopeId> = letters.iter().map(|letter| letter.id()).collect();
    put(&mine, letters.clone());
    put(&theirs, letters.clone());
    let (summary, events) = run(asking(&world, [0; 16], &ids[..4]), &mine, &relay, &mut world);
    assert_eq!((told(&events), summary.rounds), ((BTreeSet::new(), false, Some([0; 16])), 1));

    block_on(theirs.tombstone(&ids[2..], Why::Evicted)).unwrap();
    block_on(theirs.tombstone(&ids[..1], Why::Declined)).unwrap();
    let (summary, events) = run(asking(&world, [0; 16], &ids[..4]), &mine, &relay, &mut world);
    let (gone, _, mark) = told(&events);
    assert_eq!(gone, ids[2..4].iter().copied().collect(), "its own that were given up, and no other");
    assert_eq!(summary.rounds, 2);
    let mark = mark.unwrap();
    assert_ne!(mark, [0; 16]);
    let (summary, events) = run(asking(&world, mark, &ids[..4]), &mine, &relay, &mut world);
    assert_eq!((told(&events), summary.rounds), ((BTreeSet::new(), false, None), 1), "nothing changed");
    // One is taken again: the mark is another, and the rest is named.
    put(&theirs, vec![letters[2].clone()]);
    let (_, events) = run(asking(&world, mark, &ids[..4]), &mine, &relay, &mut world);
    assert_eq!(told(&events).0, BTreeSet::from([ids[3]]));
    assert_ne!(told(&events).2, Some(mark));
    put(&theirs, letters[3..].to_vec());
    let (_, events) = run(asking(&world, mark, &ids), &mine, &relay, &mut world);
    assert_eq!(told(&events), (BTreeSet::new(), false, Some([0; 16])), "all are there again");
}

/// Guards against a mark that a restart changes, or that forgets what was given up: every device would read the list.
#[test]
fn the_mark_rests_on_what_is_stored() {
    let mut world = World::new(2);
    let store = MemoryStore::new();
    let carrier = block_on(Carrier::open(store.clone(), world.project, u64::MAX)).unwrap();
    let letters = world.envelopes(9, Lane::Text, TODAY);
    let old = world.envelopes(3, Lane::Text, TODAY - 9);
    let ids: Vec<EnvelopeId> = letters.iter().chain(&old).map(|letter| letter.id()).collect();
    put(&carrier, [letters, old].concat());
    let mark = |carrier: &MemoryCarrier| carrier.read(|index| index.given_up());
    block_on(carrier.tombstone(&ids[5..], Why::Evicted)).unwrap();
    let all = mark(&carrier);
    block_on(carrier.tombstone(&ids[5..], Why::Evicted)).unwrap();
    assert_eq!(mark(&carrier), all, "given up twice is given up");
    let again = block_on(Carrier::open(store.crash(), world.project, u64::MAX)).unwrap();
    assert_eq!(mark(&again), all);
    block_on(again.raise_floor(Lane::Text, Day(TODAY - 5))).unwrap();
    assert_ne!(mark(&again), all, "below the floor nothing is named");
    block_on(again.tombstone(&ids[..9], Why::Shed)).unwrap();
    assert_eq!(mark(&again), [0; 16]);
}

/// Guards against a list that is too long for one answer, and against parts that leave some out or name them twice.
#[test]
fn a_long_list_comes_in_parts_and_each_is_named_once() {
    let mut world = World::new(3);
    let (relay, theirs) = world.relay();
    let mine = world.carrier();
    let mut gone = BTreeSet::new();
    while gone.len() < 40_000 {
        let mut id = [0; 32];
        world.rng.fill_bytes(&mut id);
        gone.insert(EnvelopeId(id));
    }
    let noted: Vec<_> = gone.iter().map(|id| (*id, Lane::Bulk, Day(TODAY))).collect();
    block_on(theirs.note(&noted, Why::Evicted)).unwrap();
    block_on(mine.note(&noted, Why::Declined)).unwrap();
    let own: Vec<EnvelopeId> = gone.iter().step_by(97).copied().collect();
    let (summary, events) = run(asking(&world, [0; 16], &own), &mine, &relay, &mut world);
    let named: Vec<EnvelopeId> = events
        .iter()
        .flat_map(|event| if let Event::GivenUp { ids, .. } = event { ids.clone() } else { Vec::new() })
        .collect();
    assert_eq!(named, own, "in order, none twice");
    assert_eq!(summary.rounds, 4, "the mark, and three parts");
    assert!(summary.bytes_received < 40_000 * 9, "{}", summary.bytes_received);
    // In steps that are bounded by what is looked at, too.
    let (mut after, mut found) = (EnvelopeId([0; 32]), Vec::new());
    loop {
        let (some, next) = theirs.read(|index| index.given_up_after(&after, 500, 300));
        assert!(some.len() <= 300);
        found.extend(some);
        match next {
            Some(next) => after = next,
            None => break,
        }
    }
    assert!(found.iter().eq(&gone));
}

/// Guards against devices that push out each other's letters for ever: a relay says when it has no room for what it gave
/// up, and that it is so is seen before everything is gone.
#[test]
fn a_relay_that_gave_up_for_room_says_that_it_is_full_until_there_is_room() {
    let mut world = World::new(4);
    let quota = 640 * 200;
    let carrier = block_on(Carrier::open(MemoryStore::new(), world.project, quota)).unwrap();
    assert!(!carrier.is_full());
    let letters = world.envelopes(230, Lane::Text, TODAY);
    for some in letters.chunks(10) {
        put(&carrier, some.to_vec());
    }
    assert!(held(&carrier).len() < 230);
    assert!(carrier.is_full(), "after giving up it is still full");
    let some: Vec<EnvelopeId> = held(&carrier).into_iter().take(20).collect();
    block_on(carrier.tombstone(&some, Why::Evicted)).unwrap();
    assert!(!carrier.is_full());
    let few = block_on(Carrier::open_bounded(MemoryStore::new(), world.project, u64::MAX, 100)).unwrap();
    put(&few, letters[..99].to_vec());
    assert!(few.is_full(), "so it is with ids");
}

/// Answers as a relay that has the same as whoever asks, but for what it says that it gave up.
fn lie(
    world: &mut World,
    mine: &Arc<MemoryCarrier>,
    own: &[EnvelopeId],
    mut given_up: impl FnMut(&mut World, Option<EnvelopeId>) -> Answer,
) -> Result<Vec<Event>, ExchangeError> {
    let exchange = asking(world, [0; 16], own);
    run_against(exchange, world, mine, |world, operation| match operation {
        Operation::Hello { .. } => hello(),
        Operation::Digest { .. } => Answer::Same,
        Operation::GivenUp(after) => given_up(world, after),
        other => panic!("{other:?}"),
    })
    .map(|(_, events)| events)
}

/// Guards against a relay that keeps a device busy with a list of what never was, or makes it take letters for lost, or
/// learns which are its own.
#[test]
fn a_list_of_lies_ends_and_names_nothing_of_ones_own() {
    let mut world = World::new(5);
    let mine = world.carrier();
    let letters = world.envelopes(3, Lane::Text, TODAY);
    let own: Vec<EnvelopeId> = letters.iter().map(|letter| letter.id()).collect();
    put(&mine, letters);
    let part =
        |shorts: Vec<u64>, next: Option<EnvelopeId>| Answer::GivenUp { mark: [9; 16], full: false, shorts, next };
    // Ids that nobody ever had.
    let events = lie(&mut world, &mine, &own, |world, after| {
        let shorts = if after.is_some() { (0..9000).map(|_| world.rng.next_u64()).collect() } else { vec![] };
        part(shorts, None)
    });
    assert_eq!(told(&events.unwrap()), (BTreeSet::new(), false, Some([9; 16])));
    // A list without an end, each part a little further.
    let mut asked = Vec::new();
    let error = lie(&mut world, &mine, &own, |_, after| {
        asked.push(after);
        let Some(EnvelopeId(mut id)) = after else { return part(vec![], None) };
        id[7] += 1;
        part(vec![1], Some(EnvelopeId(id)))
    });
    assert_eq!(error, Err(ExchangeError::Nonsense("a list without an end")));
    assert_eq!(asked.len(), 1 + MAX_GIVEN_UP_PARTS as usize);
    // One that goes round.
    for back in [[0; 32], [4; 32]] {
        let error = lie(&mut world, &mine, &own, |_, after| match after {
            None => part(vec![], None),
            Some(id) if id == EnvelopeId([0; 32]) && back != [0; 32] => part(vec![], Some(EnvelopeId([5; 32]))),
            Some(_) => part(vec![], Some(EnvelopeId(back))),
        });
        assert_eq!(error, Err(ExchangeError::Nonsense("a list that does not go on")));
    }
    // A list where only the mark was asked for.
    for (shorts, next) in [(vec![1], None), (vec![], Some(EnvelopeId([1; 32])))] {
        let error = lie(&mut world, &mine, &own, |_, _| part(shorts.clone(), next));
        assert_eq!(error, Err(ExchangeError::Nonsense("a list that was not asked for")));
    }
    let error = lie(&mut world, &mine, &own, |_, _| Answer::Same);
    assert!(matches!(error, Err(ExchangeError::WrongAnswer { question: "given up", .. })), "{error:?}");
    let error = lie(&mut world, &mine, &own, |_, _| Answer::TooMuch);
    assert!(matches!(error, Err(ExchangeError::NoProgress { .. })), "{error:?}");
    // A mark that goes back to an earlier one is as good as any other: the list is read.
    let mut parts = 0;
    let exchange = asking(&world, [200; 16], &own);
    let (_, events) = run_against(exchange, &mut world, &mine, |_, operation| match operation {
        Operation::Hello { .. } => hello(),
        Operation::GivenUp(after) => {
            parts += usize::from(after.is_some());
            part(vec![], None)
        }
        _ => Answer::Same,
    })
    .unwrap();
    assert_eq!((parts, told(&events).2), (1, Some([9; 16])));
}
