//! Responders: who is answered what, in which order it is checked, and what a relay takes.

use std::collections::BTreeSet;

use azalai_envelope::envelope::UnverifiedEnvelope;
use azalai_envelope::{Day, EnvelopeId, Lane, PostingKey, RelayReceipt};
use azalai_store::{Fault, FaultWhen, MemoryStore, Store};
use azalai_sync::capsule::{self, CapsuleError};
use azalai_sync::carrier::{ENVELOPES, INDEX};
use azalai_sync::limits::{CONNECTION_CLOSED_PUT_BYTES, MAX_REQUEST_BYTES};
use azalai_sync::message::{Answer, Operation, Reply, Request};
use azalai_sync::responder::AdmitError;
use azalai_sync::{Budget, Carrier, Event, Exchange, RespondError, Responder, Role, Why};
use futures_lite::future::block_on;

use crate::support::{MemoryCarrier, MemoryResponder, NOW, TODAY, World, held, put, run};

/// Asks operations as a member of `posting`'s epoch.
fn ask(
    world: &mut World,
    responder: &MemoryResponder,
    posting: &PostingKey,
    budget: &mut Budget,
    operations: Vec<Operation>,
) -> Result<Vec<Answer>, RespondError> {
    let keys = responder.key_document().keys;
    let body = Request { salt: [0; 16], operations }.encode();
    let (request, key) = capsule::seal_request(&keys, &world.project, posting, &body, &mut world.rng).unwrap();
    let reply = block_on(responder.respond(&request, NOW, budget, &mut world.rng))?;
    Ok(Reply::decode(&key.open(&reply).unwrap()).unwrap().answers)
}

fn ask_one(world: &mut World, responder: &MemoryResponder, operation: Operation) -> Answer {
    let posting = world.posting.clone();
    ask(world, responder, &posting, &mut Budget::of_connection(), vec![operation]).unwrap().remove(0)
}

/// Guards against work done for, or words said to, somebody who has not shown to be a member.
#[test]
fn requests_are_checked_for_size_capsule_project_epoch_membership_and_form_in_this_order() {
    let mut world = World::new(1);
    let (relay, _) = world.relay();
    let keys = world.relay.public();
    let respond = |request: &[u8]| {
        let mut rng = World::new(99).rng;
        block_on(relay.respond(request, NOW, &mut Budget::of_connection(), &mut rng)).unwrap_err()
    };
    let large = respond(&vec![1; MAX_REQUEST_BYTES + 1]);
    assert!(matches!(large, RespondError::Capsule(CapsuleError::TooLarge { .. })));
    assert!(matches!(respond(&[1; 200]), RespondError::Capsule(CapsuleError::Hpke(_))));
    assert!(matches!(respond(&[]), RespondError::Capsule(CapsuleError::Decode(_))));

    let stranger = World::new(2);
    let mut seal = |project, posting: &PostingKey, body: &[u8]| {
        capsule::seal_request(&keys, project, posting, body, &mut world.rng).unwrap().0
    };
    let good = Request { salt: [0; 16], operations: vec![] }.encode();
    assert_eq!(respond(&seal(&stranger.project, &stranger.posting, &good)), RespondError::UnknownProject);
    let newer = PostingKey { epoch: 7, secret: world.posting.secret.clone() };
    assert_eq!(respond(&seal(&world.project, &newer, &good)), RespondError::UnknownEpoch { epoch: 7 });
    assert!(matches!(respond(&seal(&world.project, &stranger.posting, &good)), RespondError::NotMember(_)));
    assert!(matches!(respond(&seal(&world.project, &world.posting, b"?")), RespondError::Body(_)));
}

/// Guards against one bad letter in a visit losing the good ones, and against an acknowledgement of the bad one.
#[test]
fn a_put_keeps_the_good_ones_refuses_the_others_and_signs_for_what_is_held() {
    use azalai_sync::Refusal;
    let mut world = World::new(3);
    let (relay, theirs) = world.relay();
    let good = world.envelopes(2, Lane::Text, TODAY);
    let unknown_epoch = PostingKey { epoch: 9, secret: world.posting.secret.clone() };
    let unknown = world.envelope_of(&unknown_epoch, Lane::Text, TODAY, 100);
    let mut forged = good[0].bytes().to_vec();
    forged[639] ^= 1;
    let mut changed = good[0].bytes().to_vec();
    changed[300] ^= 1;
    let mut newer = good[0].bytes().to_vec();
    newer[0] = 2;
    let answer = ask_one(
        &mut world,
        &relay,
        Operation::Put(vec![
            good[0].bytes().to_vec(),
            vec![1; 639],
            newer,
            unknown.bytes().to_vec(),
            changed,
            good[1].bytes().to_vec(),
            forged,
        ]),
    );
    let Answer::Put { receipt, refused } = answer else { panic!("{answer:?}") };
    let parsed = RelayReceipt::parse(&receipt, &world.relay.public().signing).unwrap();
    assert_eq!(parsed.envelopes, [good[0].id(), good[1].id()]);
    assert_eq!((parsed.project, parsed.day), (world.project, Day(TODAY)));
    let expected = [
        (1, Refusal::Malformed),
        (2, Refusal::Version),
        (3, Refusal::Epoch),
        (4, Refusal::NotPosted),
        (6, Refusal::NotPosted),
    ];
    assert_eq!(refused, expected);
    assert_eq!(held(&theirs).len(), 2);
}

/// Guards against a receipt for what a failing disk did not keep.
#[test]
fn a_put_whose_store_fails_is_no_reply_at_all() {
    let mut world = World::new(4);
    let store = MemoryStore::new();
    let relay = block_on(Responder::relay(world.relay.clone(), store.clone(), u64::MAX)).unwrap();
    block_on(relay.admit(&world.certificate(1, &world.posting))).unwrap();
    let envelope = world.envelope(Lane::Text, TODAY);
    store.plan(Fault { after_writes: 0, when: FaultWhen::Before });
    let posting = world.posting.clone();
    let operations = vec![Operation::Put(vec![envelope.bytes().to_vec()])];
    let error = ask(&mut world, &relay, &posting, &mut Budget::of_connection(), operations).unwrap_err();
    assert!(matches!(error, RespondError::Store(_)));
    assert!(held(&relay.carriers()[0]).is_empty());
}

/// Guards against a month offline costing somebody their last report, and against a taken phone filling a relay.
#[test]
fn a_closed_epoch_fetches_and_puts_under_a_small_budget() {
    use azalai_sync::Refusal;
    let mut world = World::new(5);
    let (relay, theirs) = world.relay();
    let old = world.posting.clone();
    let new = world.next_epoch();
    block_on(relay.admit(&world.certificate(2, &new))).unwrap();
    let mut budget = Budget::of_connection();
    let envelope = world.envelope_of(&old, Lane::Text, TODAY, 100);
    let bytes = envelope.bytes().to_vec();
    let put = |world: &mut World, posting: &PostingKey, budget: &mut Budget, copies: usize| {
        let answers = ask(world, &relay, posting, budget, vec![Operation::Put(vec![bytes.clone(); copies])]);
        let Answer::Put { refused, .. } = answers.unwrap().remove(0) else { panic!() };
        refused
    };
    assert!(put(&mut world, &old, &mut budget, 1).is_empty());
    assert!(theirs.contains(&envelope.id()), "it is held like all else");
    let fits = usize::try_from(CONNECTION_CLOSED_PUT_BYTES / 640).unwrap();
    let mut refused = Vec::new();
    for _ in 0..fits / 4000 + 1 {
        refused.extend(put(&mut world, &old, &mut budget, 4000));
    }
    assert!(!refused.is_empty() && refused.iter().all(|(_, refusal)| *refusal == Refusal::Budget));
    assert!(put(&mut world, &new, &mut budget, 1).is_empty(), "the current epoch has a budget of its own");
    assert!(put(&mut world, &old, &mut Budget::of_connection(), 1).is_empty(), "and so has another connection");
}

/// Guards against a relay that missed a rotation turning away everybody who did not.
#[test]
fn a_member_of_a_newer_epoch_brings_the_certificate_in_the_same_request() {
    let mut world = World::new(6);
    let (relay, theirs) = world.relay();
    let new = world.next_epoch();
    let certificate = world.certificate(2, &new);
    let mine = world.carrier();
    world.posting = new.clone();
    let envelopes = world.envelopes(2, Lane::Text, TODAY);
    put(&mine, envelopes);
    let refused = ask(&mut world, &relay, &new, &mut Budget::of_connection(), vec![]).unwrap_err();
    assert_eq!(refused, RespondError::UnknownEpoch { epoch: 2 });
    // A certificate for another relay introduces nobody.
    let elsewhere = world.certificate_for(World::new(7).relay.public(), 2, &new);
    let operations = vec![Operation::Certificate(elsewhere)];
    assert!(ask(&mut world, &relay, &new, &mut Budget::of_connection(), operations).is_err());
    let mut config = world.config();
    config.certificate = Some((2, certificate.clone()));
    config.introduce = true;
    let (summary, _) = run(Exchange::new(config), &mine, &relay, &mut world);
    assert_eq!((summary.sent, held(&theirs).len()), (2, 2));
    // The next one hears of it, if its own is older.
    let (_, events) = run(Exchange::new(world.config()), &mine, &relay, &mut world);
    assert!(events.contains(&Event::Certificate(certificate)));
}

/// Guards against a member with a newer certificate who keeps it to themselves.
#[test]
fn a_newer_certificate_is_delivered_once_it_shows_that_the_relay_has_an_older_one() {
    let mut world = World::new(8);
    let (relay, _) = world.relay();
    let mine = world.carrier();
    let newer = world.next_epoch();
    let mut config = world.config();
    config.certificate = Some((2, world.certificate(2, &newer)));
    let (summary, _) = run(Exchange::new(config), &mine, &relay, &mut world);
    assert_eq!(summary.rounds, 2);
    let Answer::Hello { number, certificate, role, .. } =
        ask_one(&mut world, &relay, Operation::Hello { certificate: 2 })
    else {
        panic!()
    };
    assert_eq!((number, certificate, role), (2, None, Role::Relay));
}

/// Guards against a relay that serves under another relay's certificate, or goes back to an older one.
#[test]
fn certificates_for_another_relay_are_refused_and_older_ones_change_nothing() {
    let mut world = World::new(9);
    let store = MemoryStore::new();
    let relay = block_on(Responder::relay(world.relay.clone(), store.clone(), u64::MAX)).unwrap();
    let second = world.next_epoch();
    let (first_bytes, second_bytes) = (world.certificate(1, &world.posting), world.certificate(2, &second));
    assert_eq!(block_on(relay.admit(&second_bytes)), Ok(world.project));
    assert_eq!(block_on(relay.admit(&first_bytes)), Ok(world.project));
    let foreign = world.certificate_for(World::new(10).relay.public(), 3, &second);
    let error = block_on(relay.admit(&foreign)).unwrap_err();
    assert!(
        matches!(&error, AdmitError::OtherRelay { own, .. } if *own == world.relay.public().to_string()),
        "{error}"
    );
    for place in 0..first_bytes.len() {
        let mut changed = first_bytes.clone();
        changed[place] ^= 1;
        assert!(matches!(block_on(relay.admit(&changed)), Err(AdmitError::Certificate(_))), "byte {place}");
    }
    // After a restart it is still the second.
    let again = block_on(Responder::relay(world.relay.clone(), store.crash(), u64::MAX)).unwrap();
    let posting = second.clone();
    let hello = vec![Operation::Hello { certificate: 0 }];
    let answers = ask(&mut world, &again, &posting, &mut Budget::of_connection(), hello).unwrap();
    assert!(matches!(&answers[0], Answer::Hello { number: 2, certificate: Some(bytes), .. } if *bytes == second_bytes));
}

/// Guards against one who keeps a carrier key after removal, and closes a relay to its project for good with the highest
/// number there is.
#[test]
fn a_brought_certificate_may_be_a_day_ahead_and_no_more() {
    let world = World::new(9);
    let relay = block_on(Responder::relay(world.relay.clone(), MemoryStore::new(), u64::MAX)).unwrap();
    let bring = |number, now_ms| block_on(relay.admit_brought(&world.certificate(number, &world.posting), now_ms));
    let (now_ms, allowed) = (1_795_000_000_000, 1_795_086_400);
    assert_eq!(bring(u32::MAX, now_ms), Err(AdmitError::Ahead { number: u32::MAX, allowed }));
    assert!(matches!(bring(allowed + 1, now_ms), Err(AdmitError::Ahead { .. })));
    assert_eq!(bring(allowed, now_ms), Ok(world.project));
}

/// Guards against one request that makes a responder compute or answer without bound.
#[test]
fn operations_that_ask_too_much_are_answered_so_and_the_others_are_done() {
    let mut world = World::new(11);
    let (relay, theirs) = world.relay();
    let envelope = world.envelope(Lane::Text, TODAY);
    put(&theirs, vec![envelope.clone()]);
    let range = azalai_sync::DayRange::ALL;
    let reconcile = Operation::Reconcile { lane: Lane::Text, range, message: vec![0x61] };
    let mut operations = vec![reconcile; 40];
    operations.push(Operation::Reconcile { lane: Lane::Text, range, message: vec![0x61, 9, 9, 9, 9] });
    operations.push(Operation::Hello { certificate: 0 });
    let posting = world.posting.clone();
    let answers = ask(&mut world, &relay, &posting, &mut Budget::of_connection(), operations).unwrap();
    assert_eq!(answers[0], Answer::Reconcile(vec![0x61]));
    assert_eq!(answers[39], Answer::TooMuch);
    assert_eq!(answers[40], Answer::TooMuch);
    assert!(matches!(answers[41], Answer::Hello { .. }));
    let unreadable = Operation::Reconcile { lane: Lane::Text, range, message: vec![0x61, 9, 9, 9, 9] };
    assert_eq!(ask_one(&mut world, &relay, unreadable), Answer::Unreadable);
}

/// Guards against neighbours that only talk to relays: a device answers the same, and carries what others gave it.
#[test]
fn a_device_serves_a_neighbour_as_a_relay_would() {
    let mut world = World::new(12);
    let theirs = world.carrier();
    let mine = world.carrier();
    let (one, other) = (world.envelopes(3, Lane::Text, TODAY), world.envelopes(4, Lane::Urgent, TODAY - 1));
    put(&mine, one);
    put(&theirs, other);
    let keys = world.relay.clone();
    let device = Responder::device(keys, core::slice::from_ref(&world.posting), theirs.clone());
    let document = device.key_document();
    let proven = document.verify(&world.project, &[], &[world.posting.public()]).unwrap();
    assert_eq!((document.role, proven), (Role::Device, world.relay.public()));
    let (summary, events) = run(Exchange::new(world.config()), &mine, &device, &mut world);
    assert_eq!((summary.sent, summary.received, held(&mine)), (3, 4, held(&theirs)));
    assert!(events.iter().any(|event| matches!(event, Event::Hello { role: Role::Device, .. })));
    let certificate = world.certificate(1, &world.posting);
    assert_eq!(block_on(device.admit(&certificate)), Err(AdmitError::Device));
    assert_eq!(ask_one(&mut world, &device, Operation::Certificate(certificate)), Answer::NotCertified);
    for bytes in events.iter().filter_map(|event| if let Event::Received(bytes) = event { Some(bytes) } else { None }) {
        assert!(UnverifiedEnvelope::parse(bytes.clone()).is_ok());
    }
}

/// Guards against letters of days that never come, which nobody fetches and which would outlast all others; and against
/// a box that starts in 1970 after a power cut and refuses everybody.
#[test]
fn letters_too_far_ahead_of_clock_and_certificate_are_refused_and_a_stopped_clock_refuses_no_honest_one() {
    let mut world = World::new(90);
    let (relay, carrier) = world.relay();
    let (last, ahead) = (world.envelope(Lane::Text, TODAY + 62), world.envelope(Lane::Text, TODAY + 63));
    let put = Operation::Put(vec![last.bytes().to_vec(), ahead.bytes().to_vec()]);
    for now in [NOW, 0] {
        let keys = relay.key_document().keys;
        let body = Request { salt: [0; 16], operations: vec![put.clone()] }.encode();
        let sealed = capsule::seal_request(&keys, &world.project, &world.posting, &body, &mut world.rng).unwrap();
        let budget = &mut Budget::of_connection();
        let reply = block_on(relay.respond(&sealed.0, now, budget, &mut world.rng)).unwrap();
        let answers = Reply::decode(&sealed.1.open(&reply).unwrap()).unwrap().answers;
        let [Answer::Put { refused, .. }] = answers.as_slice() else { panic!("{answers:?}") };
        assert_eq!(refused, &[(1, azalai_sync::Refusal::Ahead)], "the relay's clock stands at {now}");
    }
    assert_eq!(held(&carrier), [last.id()]);
}

/// Guards against a relay that keeps what it says that it deletes, or deletes more: by a clock that is years ahead, or a
/// number of days that is no month.
#[test]
fn a_relay_that_keeps_letters_for_days_deletes_older_ones_durably_and_no_others() {
    let mut world = World::new(70);
    let store = MemoryStore::new();
    let relay = block_on(Responder::relay(world.relay.clone(), store.clone(), u64::MAX)).unwrap();
    block_on(relay.admit(&world.certificate(1, &world.posting))).unwrap();
    let carrier = relay.carriers().remove(0);
    for ago in [0, 20, 99, 100, 101, 400] {
        let letters: Vec<_> = Lane::ALL.into_iter().map(|lane| world.envelope(lane, TODAY - ago)).collect();
        put(&carrier, letters);
    }
    let days = |carrier: &MemoryCarrier| -> Vec<u16> {
        carrier.read(|index| {
            let days: BTreeSet<u16> = index.iter().map(|(_, entry)| TODAY - entry.day.0).collect();
            days.into_iter().collect()
        })
    };
    block_on(relay.keep_days(400, NOW)).unwrap();
    assert_eq!(days(&carrier), [0, 20, 99, 100, 101, 400], "of that very day is not older");
    block_on(relay.keep_days(100, NOW)).unwrap();
    assert_eq!(days(&carrier), [0, 20, 99, 100]);
    let again = block_on(Responder::relay(world.relay.clone(), store.crash(), u64::MAX)).unwrap();
    let carrier = again.carriers().remove(0);
    assert_eq!(days(&carrier), [0, 20, 99, 100]);
    block_on(again.keep_days(400, NOW)).unwrap();
    assert_eq!(carrier.read(|index| index.floor(Lane::Text)), Day(TODAY - 100), "it never goes down");
    block_on(again.keep_days(3, NOW)).unwrap();
    assert_eq!(days(&carrier), [0, 20], "never less than a month");
    // A clock of the year 2100: the certificate says when this is at the latest.
    block_on(again.keep_days(100, 4_100_000_000_000)).unwrap();
    assert_eq!(days(&carrier), [0, 20]);
    block_on(again.keep_days(100, 0)).unwrap();
    assert_eq!(days(&carrier), [0, 20]);
}

/// Guards against letters that lie on the disk for ever, since a crash or a full disk stopped their deletion.
#[test]
fn a_deletion_that_was_interrupted_is_finished_at_the_next_opening() {
    let mut world = World::new(71);
    let store = MemoryStore::new();
    let open = |store| block_on(Carrier::open(store, world.project, u64::MAX)).unwrap();
    let carrier = open(store.clone());
    let old = (0..9).map(|_| world.envelope(Lane::Text, TODAY - 50)).collect();
    put(&carrier, old);
    // More than one batch has.
    let noted: Vec<_> = (0..5000_u32)
        .map(|n| {
            let mut id = [7; 32];
            id[..4].copy_from_slice(&n.to_be_bytes());
            (EnvelopeId(id), Lane::Text, Day(TODAY - 60))
        })
        .collect();
    block_on(carrier.note(&noted, Why::Evicted)).unwrap();
    store.plan(Fault { after_writes: 1, when: FaultWhen::Full });
    assert!(block_on(carrier.raise_floor(Lane::Text, Day(TODAY))).is_err());
    let left = |store: &MemoryStore, space| block_on(Store::scan(store, space, None, 10_000)).unwrap().items.len();
    let store = store.crash();
    assert!(left(&store, INDEX) > 0, "the test shows nothing");
    let again = block_on(Carrier::open(store.clone(), world.project, u64::MAX)).unwrap();
    assert!(again.read(|index| index.is_empty()));
    assert_eq!(left(&store, INDEX) + left(&store, ENVELOPES), 0);
}
