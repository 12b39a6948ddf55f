//! Responders that lie: whatever they answer, the exchange ends, says what was wrong, and takes nothing for true that
//! was not shown.

use azalai_envelope::{Day, EnvelopeId, Lane, RelayReceipt, SigningSecret};
use azalai_sync::capsule::{self, CapsuleError};
use azalai_sync::limits::{MAX_REQUEST_BYTES, MAX_ROUNDS};
use azalai_sync::message::{Answer, Operation, Reply, Request};
use azalai_sync::{Event, Exchange, ExchangeError, PerLane, Refusal, Role, Step, Summary};
use rand_core::Rng;

use crate::support::{MemoryCarrier, TODAY, World, held, next, put, respond, take};

/// Answers each operation with `lie`, under the relay's true keys.
fn answer(world: &mut World, request: &[u8], mut lie: impl FnMut(&mut World, Operation) -> Answer) -> Vec<u8> {
    let open = capsule::open_request(&world.relay, request).unwrap();
    let member = open.verify(&world.relay.public(), &world.posting.public()).unwrap();
    let operations = Request::decode(&member.body).unwrap().operations;
    let answers = operations.into_iter().map(|operation| lie(world, operation)).collect();
    member.reply.seal(&Reply { answers }.encode(), &mut world.rng).unwrap()
}

pub(crate) fn hello() -> Answer {
    Answer::Hello {
        role: Role::Relay,
        day: Day(TODAY),
        floors: PerLane::from_fn(|_| Day(0)),
        max_request: MAX_REQUEST_BYTES as u32,
        number: 1,
        certificate: None,
    }
}

fn random_id(world: &mut World) -> EnvelopeId {
    let mut id = [0; 32];
    world.rng.fill_bytes(&mut id);
    EnvelopeId(id)
}

/// Runs against a liar to the end.
fn run(
    world: &mut World,
    mine: &MemoryCarrier,
    lie: impl FnMut(&mut World, Operation) -> Answer,
) -> Result<(Summary, Vec<Event>), ExchangeError> {
    run_with(Exchange::new(world.config()), world, mine, lie)
}

/// The same with an exchange that was begun otherwise.
pub(crate) fn run_with(
    mut exchange: Exchange,
    world: &mut World,
    mine: &MemoryCarrier,
    mut lie: impl FnMut(&mut World, Operation) -> Answer,
) -> Result<(Summary, Vec<Event>), ExchangeError> {
    let mut all = Vec::new();
    loop {
        assert!(exchange.summary().rounds <= MAX_ROUNDS);
        match next(&mut exchange, mine, world)? {
            Step::Send(request) => {
                let reply = answer(world, &request, &mut lie);
                let events = mine.read(|index| exchange.handle_reply(index, &reply))?;
                take(mine, world, &events);
                all.extend(events);
            }
            Step::Done(summary) => return Ok((summary, all)),
            Step::Load(_) => unreachable!(),
        }
    }
}

/// A carrier with three envelopes of today.
fn three(world: &mut World) -> std::sync::Arc<MemoryCarrier> {
    let mine = world.carrier();
    let envelopes = world.envelopes(3, Lane::Text, TODAY);
    put(&mine, envelopes);
    mine
}

/// Guards against garbage, a cut reply or an old one being taken for an answer, and against giving up because of it.
#[test]
fn garbage_half_a_reply_and_an_old_reply_are_refused_and_the_same_can_be_asked_again() {
    let mut world = World::new(1);
    let (relay, theirs) = world.relay();
    let mine = three(&mut world);
    let mut exchange = Exchange::new(world.config());
    let mut old: Option<Vec<u8>> = None;
    while let Step::Send(request) = next(&mut exchange, &mine, &mut world).unwrap() {
        let reply = respond(&relay, &request, &mut world);
        let mut wrong =
            vec![vec![], vec![1; 300], reply[..reply.len() / 2].to_vec(), reply[..reply.len() - 1].to_vec()];
        wrong.extend(old);
        for wrong in wrong {
            let error = mine.read(|index| exchange.handle_reply(index, &wrong)).unwrap_err();
            assert!(matches!(error, ExchangeError::Capsule(CapsuleError::Decode(_) | CapsuleError::Reply)), "{error}");
        }
        // After an error the next step asks anew; the answer to the request before it is none to this one.
        let Step::Send(request) = next(&mut exchange, &mine, &mut world).unwrap() else { panic!() };
        assert!(mine.read(|index| exchange.handle_reply(index, &reply)).is_err());
        let reply = respond(&relay, &request, &mut world);
        let events = mine.read(|index| exchange.handle_reply(index, &reply)).unwrap();
        take(&mine, &world, &events);
        assert_eq!(mine.read(|index| exchange.handle_reply(index, &reply)), Err(ExchangeError::NothingAsked));
        old = Some(reply);
    }
    assert_eq!(held(&mine), held(&theirs));
}

/// Guards against a reply that leaves questions out, and one that answers others.
#[test]
fn half_the_answers_or_answers_to_other_questions_end_the_exchange() {
    let mut world = World::new(2);
    let mine = three(&mut world);
    let mut exchange = Exchange::new(world.config());
    let Step::Send(request) = next(&mut exchange, &mine, &mut world).unwrap() else { panic!() };
    let open = capsule::open_request(&world.relay, &request).unwrap();
    let member = open.verify(&world.relay.public(), &world.posting.public()).unwrap();
    let reply = member.reply.seal(&Reply { answers: vec![hello()] }.encode(), &mut world.rng).unwrap();
    let error = mine.read(|index| exchange.handle_reply(index, &reply)).unwrap_err();
    assert_eq!(error, ExchangeError::AnswerCount { asked: 5, got: 1 });

    let error = run(&mut world, &mine, |_, _| Answer::Same).unwrap_err();
    assert_eq!(error, ExchangeError::WrongAnswer { position: 0, question: "hello" });
    let error = run(&mut world, &mine, |_, operation| match operation {
        Operation::Hello { .. } => hello(),
        _ => Answer::Certified,
    });
    assert_eq!(error.unwrap_err(), ExchangeError::WrongAnswer { position: 1, question: "digest" });
}

/// Guards against a responder that keeps one busy for ever with letters that do not exist.
#[test]
fn invented_letters_end_without_a_letter_and_are_told() {
    let mut world = World::new(3);
    let mine = three(&mut world);
    let (summary, events) = run(&mut world, &mine, |world, operation| match operation {
        Operation::Hello { .. } => hello(),
        Operation::Digest { .. } => Answer::Differs { count: 9, digest: [1; 32] },
        Operation::Days { range, .. } => Answer::Days(vec![(range.first().max(Day(TODAY)), 7, [2; 16])]),
        Operation::Window { shorts, .. } => Answer::Window {
            lacking: vec![0; shorts.len().div_ceil(8)],
            missing: (0..50).map(|_| (Day(TODAY), random_id(world))).collect(),
            more: false,
        },
        Operation::Fetch(ids) => {
            Answer::Envelopes { envelopes: vec![], missing: (0..).zip(ids.iter().map(|_| None)).collect() }
        }
        other => panic!("{other:?}"),
    })
    .unwrap();
    assert!(!summary.settled && summary.rounds < 20 && summary.unavailable > 0, "{summary:?}");
    assert_eq!((summary.received, held(&mine).len()), (0, 3));
    assert!(events.iter().all(|event| matches!(event, Event::Hello { .. })));
}

/// Guards against one that always has more to tell, never an end, and never anything new.
#[test]
fn the_same_answer_for_ever_ends_with_no_progress() {
    let mut world = World::new(4);
    let mine = three(&mut world);
    let error = run(&mut world, &mine, |_, operation| match operation {
        Operation::Hello { .. } => hello(),
        _ => Answer::TooMuch,
    });
    assert!(matches!(error, Err(ExchangeError::NoProgress { .. })), "{error:?}");
    // A fingerprint of all that never fits.
    let never = [[0x61, 0, 0, 1].as_slice(), &[5; 16]].concat();
    let error = run(&mut world, &mine, |_, operation| match operation {
        Operation::Hello { .. } => hello(),
        Operation::Digest { .. } => Answer::Differs { count: 1_000_000, digest: [1; 32] },
        Operation::Days { .. } => Answer::Days(vec![(Day(TODAY), 1_000_000, [2; 16])]),
        Operation::Reconcile { .. } => Answer::Reconcile(never.clone()),
        other => panic!("{other:?}"),
    });
    assert!(matches!(error, Err(ExchangeError::NoProgress { .. })), "{error:?}");
    // Letters that are always left out of the answer.
    let error = run(&mut world, &mine, |world, operation| match operation {
        Operation::Hello { .. } => hello(),
        Operation::Digest { .. } => Answer::Differs { count: 4, digest: [1; 32] },
        Operation::Window { .. } => {
            Answer::Window { lacking: vec![0], missing: vec![(Day(TODAY), random_id(world))], more: false }
        }
        Operation::Fetch(_) => Answer::Envelopes { envelopes: vec![], missing: vec![] },
        other => panic!("{other:?}"),
    });
    assert!(matches!(error, Err(ExchangeError::NoProgress { .. } | ExchangeError::Nonsense(_))), "{error:?}");
}

/// Guards against letters that were not asked for being put among those that were.
#[test]
fn an_envelope_that_was_not_asked_for_or_comes_twice_ends_the_exchange() {
    let mut world = World::new(5);
    let mine = world.carrier();
    let wanted = world.envelope(Lane::Text, TODAY);
    let other = world.envelope(Lane::Text, TODAY);
    for bytes in [vec![other.bytes().to_vec()], vec![wanted.bytes().to_vec(); 2], vec![vec![1; 640]], vec![vec![]]] {
        let error = run(&mut world, &mine, |_, operation| match operation {
            Operation::Hello { .. } => hello(),
            Operation::Digest { lane: Lane::Text, .. } => Answer::Differs { count: 1, digest: [1; 32] },
            Operation::Digest { .. } => Answer::Same,
            Operation::Window { .. } => {
                Answer::Window { lacking: vec![], missing: vec![(Day(TODAY), wanted.id())], more: false }
            }
            Operation::Fetch(_) => Answer::Envelopes { envelopes: bytes.clone(), missing: vec![] },
            other => panic!("{other:?}"),
        });
        assert_eq!(error.unwrap_err(), ExchangeError::NotAsked);
    }
    assert!(held(&mine).is_empty());
}

/// Guards against a screen that says "held by the relay" on the word of somebody else, or for another letter.
#[test]
fn only_the_responders_own_receipt_for_what_was_put_acknowledges() {
    let mut world = World::new(6);
    let mine = three(&mut world);
    let (relay, project) = (world.relay.signing.clone(), world.project);
    let stranger = SigningSecret::generate(&mut world.rng);
    let ids = held(&mine);
    let receipt = |key: &SigningSecret, ids: &[EnvelopeId], project| {
        RelayReceipt { project, day: Day(TODAY), envelopes: ids.to_vec() }.issue(key)
    };
    let foreign = World::new(7).project;
    let all: Vec<(u32, Refusal)> = (0..3).map(|place| (place, Refusal::Full)).collect();
    let cases = [
        (receipt(&stranger, &ids, project), vec![], false),
        (receipt(&relay, &ids, foreign), vec![], false),
        (receipt(&relay, &ids[..2], project), vec![], false),
        (receipt(&relay, &[ids[0], ids[0], ids[1]], project), vec![], false),
        (receipt(&relay, &[EnvelopeId([1; 32])], project), all.clone(), false),
        (receipt(&relay, &[], project), vec![(3, Refusal::Full)], false),
        (receipt(&relay, &[], project), all, true),
    ];
    for (at, (receipt, refused, good)) in cases.into_iter().enumerate() {
        let result = run(&mut world, &mine, |_, operation| match operation {
            Operation::Hello { .. } => hello(),
            Operation::Digest { lane: Lane::Text, .. } => Answer::Differs { count: 0, digest: [1; 32] },
            Operation::Digest { .. } => Answer::Same,
            Operation::Days { .. } => Answer::Days(vec![]),
            Operation::Put(_) => Answer::Put { receipt: receipt.clone(), refused: refused.clone() },
            other => panic!("{other:?}"),
        });
        match result {
            Ok((summary, events)) => {
                assert!(good, "case {at}");
                assert_eq!((summary.sent, summary.refused), (0, 3));
                assert!(events.iter().all(|event| !matches!(event, Event::Acknowledged { .. })));
            }
            Err(error) => {
                let known = matches!(error, ExchangeError::Receipt(_) | ExchangeError::Nonsense(_));
                assert!(!good && known, "case {at}: {error}");
            }
        }
    }
}

/// Guards against nonsense that fits no rule: bits that are too few, days that were not asked for, tiny limits.
#[test]
fn windows_and_greetings_that_make_no_sense_end_the_exchange() {
    let mut world = World::new(8);
    let mine = three(&mut world);
    let window = |lacking: Vec<u8>, day| {
        move |world: &mut World, operation| match operation {
            Operation::Hello { .. } => hello(),
            Operation::Digest { .. } => Answer::Differs { count: 4, digest: [1; 32] },
            Operation::Days { .. } => Answer::Days(vec![(Day(TODAY), 4, [0; 16])]),
            _ => Answer::Window { lacking: lacking.clone(), missing: vec![(day, random_id(world))], more: false },
        }
    };
    for bits in [vec![], vec![0, 0]] {
        let error = run(&mut world, &mine, window(bits, Day(TODAY)));
        assert!(matches!(error, Err(ExchangeError::Nonsense(_))), "{error:?}");
    }
    let mut config = world.config();
    config.floors = PerLane::from_fn(|_| Day(TODAY));
    let mut exchange = Exchange::new(config);
    let mut lie = window(vec![], Day(TODAY - 1));
    let error = loop {
        let Step::Send(request) = next(&mut exchange, &mine, &mut world).unwrap() else { panic!() };
        let reply = answer(&mut world, &request, &mut lie);
        if let Err(error) = mine.read(|index| exchange.handle_reply(index, &reply)) {
            break error;
        }
    };
    assert!(matches!(error, ExchangeError::Nonsense(_)), "{error}");
    let error = run(&mut world, &mine, |_, _| match hello() {
        Answer::Hello { role, day, floors, number, certificate, .. } => {
            Answer::Hello { role, day, floors, max_request: 1000, number, certificate }
        }
        other => other,
    });
    assert!(matches!(error, Err(ExchangeError::Nonsense(_))), "{error:?}");
}

/// Guards against a device that lets go of its own words because a relay said, in any way but with the bytes themselves,
/// that it holds them.
#[test]
fn only_the_bytes_themselves_prove_that_a_relay_holds_a_letter() {
    let mut world = World::new(1);
    let letters = world.envelopes(3, Lane::Text, TODAY);
    let ids: Vec<EnvelopeId> = letters.iter().map(|letter| letter.id()).collect();
    let bytes: Vec<Vec<u8>> = letters.iter().map(|letter| letter.bytes().to_vec()).collect();
    let other = world.envelopes(1, Lane::Text, TODAY)[0].bytes().to_vec();
    let mut changed = bytes[1].clone();
    changed[80] ^= 1;
    let mut asked = |answer_with: Answer| {
        let config = world.config();
        let (request, asking) = azalai_sync::proof::ask(&config, &ids, &mut world.rng).unwrap();
        let reply = answer(&mut world, &request, |_, operation| {
            assert!(matches!(operation, Operation::Fetch(of) if of == ids));
            answer_with.clone()
        });
        asking.returned(&reply)
    };
    let envelopes = |envelopes: Vec<Vec<u8>>| Answer::Envelopes { envelopes, missing: Vec::new() };
    assert_eq!(asked(envelopes(bytes.clone())), Ok(ids.clone()));
    assert_eq!(asked(envelopes(vec![bytes[0].clone(), changed, other, vec![7; 640]])), Ok(vec![ids[0]]));
    assert_eq!(asked(envelopes(Vec::new())), Ok(Vec::new()));
    assert_eq!(asked(Answer::TooMuch), Ok(Vec::new()));
    for lie in [Answer::Same, hello(), Answer::Put { receipt: vec![1; 200], refused: Vec::new() }] {
        assert!(matches!(asked(lie), Err(ExchangeError::WrongAnswer { .. })));
    }
    let (request, asking) = azalai_sync::proof::ask(&world.config(), &ids, &mut world.rng).unwrap();
    let mut reply = answer(&mut world, &request, |_, _| Answer::Same);
    *reply.last_mut().unwrap() ^= 1;
    assert!(matches!(asking.returned(&reply), Err(ExchangeError::Capsule(CapsuleError::Reply))));
}
