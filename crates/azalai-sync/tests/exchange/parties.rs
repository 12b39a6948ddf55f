//! Two honest parties: whatever each of them has and whatever the way between them loses, in the end both have all.

use azalai_envelope::{Day, EnvelopeId, Lane};
use azalai_sync::{Event, Exchange, Step, Why};
use futures_lite::future::block_on;
use rand_core::Rng;

use crate::support::{MemoryCarrier, TODAY, World, held, next, put, respond, run, take};

/// Fills two carriers with envelopes of which each has some.
fn fill(world: &mut World, mine: &MemoryCarrier, theirs: &MemoryCarrier, count: usize) {
    for _ in 0..count {
        let lane = Lane::ALL[world.below(4) as usize];
        let day = TODAY - u16::try_from(world.below(60)).unwrap();
        let envelope = world.envelope(lane, day);
        match world.below(3) {
            0 => put(mine, vec![envelope]),
            1 => put(theirs, vec![envelope]),
            _ => {
                put(mine, vec![envelope.clone()]);
                put(theirs, vec![envelope]);
            }
        }
    }
}

/// Guards against envelopes that are lost, sent twice or never found, in any lane and on any day.
#[test]
fn two_parties_with_random_sets_come_to_hold_the_same() {
    for seed in 0..20 {
        let mut world = World::new(seed);
        let (relay, theirs) = world.relay();
        let mine = world.carrier();
        let count = world.below(150) as usize;
        fill(&mut world, &mine, &theirs, count);
        let (before_mine, before_theirs) = (held(&mine), held(&theirs));
        let exchange = Exchange::new(world.config());
        let (summary, events) = run(exchange, &mine, &relay, &mut world);
        assert_eq!(held(&mine), held(&theirs), "seed {seed}");
        assert!(summary.settled);
        let only = |a: &[EnvelopeId], b: &[EnvelopeId]| a.iter().filter(|id| !b.contains(id)).count() as u64;
        assert_eq!(summary.sent, only(&before_mine, &before_theirs), "seed {seed}: nothing is sent twice");
        assert_eq!(summary.received, only(&before_theirs, &before_mine), "seed {seed}: nothing is fetched twice");
        let receipts = events.iter().filter(|event| matches!(event, Event::Acknowledged { .. })).count();
        assert!(receipts > 0 || summary.sent == 0);
        let (again, _) = run(Exchange::new(world.config()), &mine, &relay, &mut world);
        assert_eq!((again.sent, again.received, again.rounds, again.settled), (0, 0, 1, true));
    }
}

/// Guards against a first exchange that asks for more than a reply holds, or names more days than a request may.
#[test]
fn a_new_device_gets_everything_and_a_new_relay_is_given_everything() {
    let mut world = World::new(100);
    let (relay, theirs) = world.relay();
    let mut all = Vec::new();
    for ago in 0..600 {
        all.push(world.envelope(Lane::ALL[usize::from(ago) % 2], TODAY - ago));
    }
    let posting = world.posting.clone();
    for ago in 0..120 {
        all.push(world.envelope_of(&posting, Lane::Bulk, TODAY - ago, 60_000));
    }
    all.chunks(50).for_each(|some| put(&theirs, some.to_vec()));
    let mine = world.carrier();
    let (summary, _) = run(Exchange::new(world.config()), &mine, &relay, &mut world);
    assert_eq!((held(&mine), summary.received, summary.settled), (held(&theirs), 720, true));
    assert!(summary.rounds >= 4, "eight megabytes in replies of four");
    let (empty, their_empty) = world.relay();
    let (summary, _) = run(Exchange::new(world.config()), &mine, &empty, &mut world);
    assert_eq!((held(&mine), summary.sent, summary.settled), (held(&their_empty), 720, true));
}

/// Guards against exchanges that only work when nothing goes wrong on the way.
#[test]
fn lost_requests_lost_replies_and_exchanges_given_up_cost_rounds_and_nothing_else() {
    for seed in 200..215 {
        let mut world = World::new(seed);
        let (relay, theirs) = world.relay();
        let mine = world.carrier();
        fill(&mut world, &mine, &theirs, 120);
        let mut exchange = Exchange::new(world.config());
        let mut steps = 0;
        loop {
            steps += 1;
            assert!(steps < 400, "seed {seed} has no end");
            match next(&mut exchange, &mine, &mut world).unwrap() {
                Step::Send(request) => match world.below(6) {
                    0 => {} // The request is lost.
                    1 => drop(respond(&relay, &request, &mut world)),
                    2 => {
                        drop(respond(&relay, &request, &mut world));
                        exchange = Exchange::new(world.config());
                    }
                    luck => {
                        if luck == 3 {
                            // It arrives twice: the second answer is taken.
                            drop(respond(&relay, &request, &mut world));
                        }
                        let reply = respond(&relay, &request, &mut world);
                        let events = mine.read(|index| exchange.handle_reply(index, &reply)).unwrap();
                        take(&mine, &world, &events);
                    }
                },
                Step::Done(summary) => {
                    assert!(summary.settled);
                    break;
                }
                Step::Load(_) => unreachable!(),
            }
        }
        assert_eq!(held(&mine), held(&theirs), "seed {seed}");
    }
}

/// Guards against losing what the other side, or this one, gets while an exchange is under way.
#[test]
fn what_is_written_during_an_exchange_is_found_by_the_same_or_the_next_one() {
    let mut world = World::new(300);
    let (relay, theirs) = world.relay();
    let mine = world.carrier();
    fill(&mut world, &mine, &theirs, 100);
    let mut exchange = Exchange::new(world.config());
    while let Step::Send(request) = next(&mut exchange, &mine, &mut world).unwrap() {
        let reply = respond(&relay, &request, &mut world);
        let events = mine.read(|index| exchange.handle_reply(index, &reply)).unwrap();
        take(&mine, &world, &events);
        let (one, other) = (world.envelope(Lane::Text, TODAY), world.envelope(Lane::Urgent, TODAY - 3));
        if exchange.summary().rounds < 6 {
            put(&mine, vec![one]);
            put(&theirs, vec![other]);
        }
    }
    let (summary, _) = run(Exchange::new(world.config()), &mine, &relay, &mut world);
    assert!(summary.settled);
    assert_eq!(held(&mine), held(&theirs));
}

/// Guards against a chat message waiting behind a film, and old letters travelling before new ones.
#[test]
fn urgent_goes_before_text_before_previews_before_bulk_and_the_newest_first() {
    let mut world = World::new(400);
    let (relay, theirs) = world.relay();
    let mine = world.carrier();
    for day in [TODAY - 9, TODAY, TODAY + 40, TODAY - 1] {
        for lane in [Lane::Bulk, Lane::Text, Lane::Urgent, Lane::Preview] {
            let envelope = world.envelope(lane, day);
            put(&theirs, vec![envelope]);
        }
    }
    let (_, events) = run(Exchange::new(world.config()), &mine, &relay, &mut world);
    let order: Vec<(Lane, u16)> = events
        .iter()
        .filter_map(|event| match event {
            Event::Received(bytes) => {
                let envelope = azalai_envelope::envelope::UnverifiedEnvelope::parse(bytes.clone()).unwrap();
                let envelope = envelope.verify(&world.project, &world.posting.public()).unwrap();
                Some((envelope.lane(), envelope.day().0))
            }
            _ => None,
        })
        .collect();
    // Days far ahead of today come last in their lane, whoever wrote them to be first.
    let days = [TODAY, TODAY - 1, TODAY - 9, TODAY + 40];
    let wanted: Vec<_> = Lane::ALL.iter().flat_map(|lane| days.map(|day| (*lane, day))).collect();
    assert_eq!(order, wanted);
}

/// Guards against bulk being carried by whoever did not choose it.
#[test]
fn a_lane_that_was_not_chosen_is_left_alone() {
    let mut world = World::new(500);
    let (relay, theirs) = world.relay();
    let mine = world.carrier();
    let envelopes = world.envelopes(3, Lane::Bulk, TODAY);
    put(&theirs, envelopes);
    let mut config = world.config();
    config.lanes.bulk = false;
    let (summary, _) = run(Exchange::new(config), &mine, &relay, &mut world);
    assert_eq!((summary.received, summary.settled, held(&mine).len()), (0, true, 0));
}

/// Guards against being offered for ever what was declined or shed, and against sending ids without bytes.
#[test]
fn what_was_declined_or_shed_is_neither_fetched_again_nor_sent() {
    let mut world = World::new(600);
    let (relay, theirs) = world.relay();
    let mine = world.carrier();
    let envelopes = world.envelopes(10, Lane::Text, TODAY);
    put(&mine, envelopes.clone());
    put(&theirs, envelopes.clone());
    let shed: Vec<_> = envelopes[..4].iter().map(|envelope| envelope.id()).collect();
    block_on(mine.tombstone(&shed, Why::Shed)).unwrap();
    let (summary, _) = run(Exchange::new(world.config()), &mine, &relay, &mut world);
    assert_eq!((summary.rounds, summary.received, summary.settled), (1, 0, true));
    // A relay that has none of it gets what is held, not what was shed.
    let (other, their_others) = world.relay();
    let (summary, _) = run(Exchange::new(world.config()), &mine, &other, &mut world);
    assert_eq!((summary.sent, held(&their_others).len()), (6, 6));
}

/// Guards against endless asking for what the other side has no bytes of.
#[test]
fn an_id_without_bytes_on_the_other_side_is_counted_once_and_can_be_noted() {
    let mut world = World::new(700);
    let (relay, theirs) = world.relay();
    let mine = world.carrier();
    let envelope = world.envelope(Lane::Text, TODAY - 2);
    let id = envelope.id();
    put(&theirs, vec![envelope]);
    block_on(theirs.tombstone(&[id], Why::Evicted)).unwrap();
    let (summary, _) = run(Exchange::new(world.config()), &mine, &relay, &mut world);
    assert_eq!((summary.unavailable, summary.settled), (1, false));
    block_on(mine.note(&[(id, Lane::Text, Day(TODAY - 2))], Why::Evicted)).unwrap();
    let (summary, _) = run(Exchange::new(world.config()), &mine, &relay, &mut world);
    assert_eq!((summary.rounds, summary.settled), (1, true));
}

/// Guards against megabytes of old ids travelling to whoever does not keep them.
#[test]
fn both_compare_above_the_higher_floor_only() {
    let mut world = World::new(800);
    let (relay, theirs) = world.relay();
    let mine = world.carrier();
    let (old, new) = (world.envelopes(20, Lane::Text, TODAY - 50), world.envelopes(5, Lane::Text, TODAY));
    put(&mine, old);
    put(&mine, new);
    block_on(theirs.raise_floor(Lane::Text, Day(TODAY - 10))).unwrap();
    let (summary, events) = run(Exchange::new(world.config()), &mine, &relay, &mut world);
    assert_eq!((summary.sent, summary.refused, summary.settled), (5, 0, true));
    let Some(Event::Hello { floors, .. }) = events.first() else { panic!("no hello") };
    let mut config = world.config();
    config.floors = *floors;
    let (summary, _) = run(Exchange::new(config), &mine, &relay, &mut world);
    assert_eq!((summary.rounds, summary.settled), (1, true), "known floors save a round");
}

/// Guards against an insider who makes ids whose sums cancel, so that fingerprints call different sets the same.
#[test]
fn a_cancelled_fingerprint_is_found_by_the_digest_and_undone() {
    let mut world = World::new(900);
    let (relay, theirs) = world.relay();
    let mine = world.carrier();
    // So many of one day that they are compared by fingerprints.
    let mut shared = Vec::new();
    for _ in 0..3000 {
        let mut id = [0; 32];
        world.rng.fill_bytes(&mut id);
        shared.push((EnvelopeId(id), Lane::Text, Day(TODAY)));
    }
    block_on(mine.note(&shared, Why::Shed)).unwrap();
    block_on(theirs.note(&shared, Why::Shed)).unwrap();
    let crafted = |last: u8| {
        let mut id = [0x42; 32];
        id[31] = last;
        (EnvelopeId(id), Lane::Text, Day(TODAY))
    };
    block_on(mine.note(&[crafted(0x10), crafted(0x20)], Why::Shed)).unwrap();
    block_on(theirs.note(&[crafted(0x11), crafted(0x1f)], Why::Shed)).unwrap();
    let (summary, _) = run(Exchange::new(world.config()), &mine, &relay, &mut world);
    assert_eq!(summary.unavailable, 2, "the two crafted ids, which alone this side lacks: {summary:?}");
}

/// Guards against days of very many letters, where naming all ids would cost more than finding the few that differ.
#[test]
fn a_dense_day_is_reconciled_by_fingerprints() {
    let mut world = World::new(1000);
    let (relay, theirs) = world.relay();
    let mine = world.carrier();
    let mut shared = Vec::new();
    for _ in 0..20_000 {
        let mut id = [0; 32];
        world.rng.fill_bytes(&mut id);
        shared.push((EnvelopeId(id), Lane::Text, Day(TODAY)));
    }
    block_on(mine.note(&shared, Why::Shed)).unwrap();
    block_on(theirs.note(&shared, Why::Shed)).unwrap();
    let (one, other) = (world.envelopes(5, Lane::Text, TODAY), world.envelopes(5, Lane::Text, TODAY));
    put(&mine, one);
    put(&theirs, other);
    let (summary, _) = run(Exchange::new(world.config()), &mine, &relay, &mut world);
    assert_eq!((summary.sent, summary.received, summary.settled), (5, 5, true));
    let overhead = summary.bytes_sent + summary.bytes_received - 10 * 640;
    assert!(overhead < 40_000, "naming them all would take 160,000 bytes: {overhead}");
    assert_eq!(mine.read(|index| index.set(Lane::Text).len()), 20_010);
}
