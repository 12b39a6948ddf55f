//! Formats to the byte: fixed bytes, round trips, lengths, and perturbed input.

use azalai_envelope::codec::DecodeError;
use azalai_envelope::ids::to_hex;
use azalai_envelope::{Day, EnvelopeId, Lane, Signature};
use azalai_sync::capsule::{self, CapsuleError, REPLY_OVERHEAD, REQUEST_OVERHEAD};
use azalai_sync::index::Entry;
use azalai_sync::limits::{MAX_REPLY_BYTES, MAX_REQUEST_BYTES};
use azalai_sync::message::{Answer, Operation, Reply, Request, short, short_key};
use azalai_sync::{DayRange, KeyDocument, KeyError, PerLane, Refusal, Role, State, Why};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use crate::support::World;

fn request() -> Request {
    let (lane, range) = (Lane::Text, DayRange::between(Day(20_000), Day(20_007)));
    let id = EnvelopeId([5; 32]);
    Request {
        salt: [9; 16],
        operations: vec![
            Operation::Hello { certificate: 3 },
            Operation::Certificate(vec![1, 2, 3]),
            Operation::Digest { lane, range, digest: [4; 32] },
            Operation::Days { lane: Lane::Bulk, range: DayRange::ALL },
            Operation::Window { lane, range, shorts: vec![1, u64::MAX] },
            Operation::Reconcile { lane, range: DayRange::day(Day(u16::MAX)), message: vec![0x61, 0] },
            Operation::Put(vec![vec![7; 3], vec![]]),
            Operation::Fetch(vec![id, id]),
            Operation::GivenUp(None),
            Operation::GivenUp(Some(id)),
        ],
    }
}

fn reply() -> Reply {
    let floors = PerLane { urgent: Day(1), text: Day(2), preview: Day(3), bulk: Day(4) };
    let (role, day) = (Role::Device, Day(20_700));
    let every = [
        Refusal::Malformed,
        Refusal::Version,
        Refusal::Epoch,
        Refusal::NotPosted,
        Refusal::BelowFloor,
        Refusal::Gone(Why::Declined),
        Refusal::Gone(Why::Shed),
        Refusal::Gone(Why::Evicted),
        Refusal::Full,
        Refusal::Budget,
    ];
    Reply {
        answers: vec![
            Answer::TooMuch,
            Answer::Unreadable,
            Answer::Hello { role, day, floors, max_request: 5, number: 0, certificate: None },
            Answer::Hello { role: Role::Relay, day, floors, max_request: 5, number: 6, certificate: Some(vec![8]) },
            Answer::Certified,
            Answer::NotCertified,
            Answer::Same,
            Answer::Differs { count: 300, digest: [1; 32] },
            Answer::Days(vec![(Day(1), 2, [3; 16]), (Day(4), 500, [6; 16])]),
            Answer::Window { lacking: vec![3], missing: vec![(day, EnvelopeId([2; 32]))], more: true },
            Answer::Reconcile(vec![0x61]),
            Answer::Put { receipt: vec![1, 2], refused: (0..).zip(every).collect() },
            Answer::Envelopes { envelopes: vec![vec![1]], missing: vec![(0, None), (1, Some(Why::Shed))] },
            Answer::GivenUp { mark: [7; 16], full: true, shorts: vec![1, u64::MAX], next: Some(EnvelopeId([2; 32])) },
            Answer::GivenUp { mark: [0; 16], full: false, shorts: vec![], next: None },
        ],
    }
}

/// Guards against a change of the bytes that leaves devices unable to talk to each other.
#[test]
fn the_bytes_of_every_operation_and_answer_are_fixed() {
    assert_eq!(
        to_hex(&request().encode()),
        "01090909090909090909090909090909090a010000000302030102030301a09c01a79c0104040404040404040404040404040404040404040404040404040404040404040403008080040501a09c01a79c01020000000000000001ffffffffffffffff0601ffff0380800402610007020307070700080205050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505090009010505050505050505050505050505050505050505050505050505050505050505"
    );
    assert_eq!(
        to_hex(&reply().encode()),
        "010f0001020250dc0001000200030004000000050000000000020150dc00010002000300040000000500000006010803040506ac0201010101010101010101010101010101010101010101010101010101010101010702000102030303030303030303030303030303030004f403060606060606060606060606060606060801030150dc0202020202020202020202020202020202020202020202020202020202020202010901610a0201020a000101020203030404050506060707080809090a0b01010102000001020c0707070707070707070707070707070701020000000000000001ffffffffffffffff0102020202020202020202020202020202020202020202020202020202020202020c00000000000000000000000000000000000000"
    );
    let id = EnvelopeId([1; 32]);
    assert_eq!(format!("{:016x}", short(&short_key(&[9; 16]), &id)), "d139d9777c49ac19");
    let entry = Entry { lane: Lane::Bulk, day: Day(258), state: State::Gone(Why::Shed), len: 640 };
    assert_eq!(to_hex(&entry.encode()), "010301020200000280");
}

/// Guards against fields that are written and not read, or read in another order.
#[test]
fn every_operation_and_answer_comes_back_as_it_was() {
    assert_eq!(Request::decode(&request().encode()).unwrap(), request());
    assert_eq!(Reply::decode(&reply().encode()).unwrap(), reply());
    for state in [State::Held, State::Gone(Why::Declined), State::Gone(Why::Shed), State::Gone(Why::Evicted)] {
        let entry = Entry { lane: Lane::Urgent, day: Day(9), state, len: 1 };
        assert_eq!(Entry::decode(&entry.encode()).unwrap(), entry);
    }
}

/// Flips bits, cuts and lengthens `bytes`, and gives each result to `read`: `None` if it refused.
fn perturb(seed: u64, bytes: &[u8], read: impl Fn(&[u8]) -> Option<Vec<u8>>) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    assert_eq!(read(bytes).as_deref(), Some(bytes));
    for len in 0..bytes.len() {
        assert_eq!(read(&bytes[..len]), None, "cut at {len}");
    }
    assert_eq!(read(&[bytes, &[0]].concat()), None, "a byte more");
    for place in 0..bytes.len() * 8 {
        let mut other = bytes.to_vec();
        other[place / 8] ^= 1 << (place % 8);
        if let Some(again) = read(&other) {
            assert_eq!(again, other, "what is read has one encoding");
        }
    }
    for _ in 0..4000 {
        let mut other = bytes.to_vec();
        for _ in 0..1 + rng.next_u32() % 6 {
            let place = rng.next_u32() as usize % other.len();
            other[place] = (rng.next_u32() & 0xff) as u8;
        }
        if let Some(again) = read(&other) {
            assert_eq!(again, other, "what is read has one encoding");
        }
    }
}

/// Guards against hostile bytes that end the program, or that two programs read differently.
#[test]
fn perturbed_messages_records_and_key_documents_are_refused_or_have_one_encoding() {
    perturb(1, &request().encode(), |bytes| Request::decode(bytes).ok().map(|request| request.encode()));
    perturb(2, &reply().encode(), |bytes| Reply::decode(bytes).ok().map(|reply| reply.encode()));
    let entry = Entry { lane: Lane::Text, day: Day(258), state: State::Held, len: 640 };
    perturb(3, &entry.encode(), |bytes| Entry::decode(bytes).ok().map(|entry| entry.encode()));
    let world = World::new(1);
    let keys = world.relay.public();
    let device = KeyDocument::device(keys, &world.project, core::slice::from_ref(&world.posting));
    for document in [KeyDocument::relay(keys), device] {
        perturb(4, &document.encode(), |bytes| KeyDocument::parse(bytes).ok().map(|document| document.encode()));
    }
}

/// Guards against a few bytes that make a reader reserve gigabytes.
#[test]
fn a_count_over_its_limit_or_over_what_follows_is_refused() {
    let head = [[1_u8].as_slice(), &[0; 16]].concat();
    let huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
    for tail in [
        [huge.as_slice(), &[]].concat(),
        [[1, 5, 1, 0, 1].as_slice(), &huge].concat(),
        [[1, 8].as_slice(), &huge].concat(),
        [[1, 7].as_slice(), &huge].concat(),
    ] {
        let error = Request::decode(&[head.as_slice(), &tail].concat()).unwrap_err();
        assert!(matches!(error, DecodeError::TooLarge { .. }), "{error}");
    }
    assert!(matches!(Request::decode(&vec![1; MAX_REQUEST_BYTES + 1]), Err(DecodeError::TooLarge { .. })));
    assert!(matches!(Reply::decode(&vec![1; MAX_REPLY_BYTES + 1]), Err(DecodeError::TooLarge { .. })));
}

/// Guards against an old program that calls a newer format damaged.
#[test]
fn a_newer_version_is_named_as_such() {
    let newer = |mut bytes: Vec<u8>| {
        bytes[0] = 2;
        bytes
    };
    let unknown = |error| matches!(error, DecodeError::UnknownVersion { got: 2, .. });
    assert!(unknown(Request::decode(&newer(request().encode())).unwrap_err()));
    assert!(unknown(Reply::decode(&newer(reply().encode())).unwrap_err()));
    let world = World::new(2);
    assert!(unknown(KeyDocument::parse(&newer(KeyDocument::relay(world.relay.public()).encode())).unwrap_err()));
    let CapsuleError::Decode(error) = capsule::open_request(&world.relay, &[2; 200]).unwrap_err() else { panic!() };
    assert!(unknown(error));
}

/// Guards against a capsule that leaks its length classes, opens for another, or opens after a change.
#[test]
fn capsules_open_for_their_two_ends_unchanged_and_for_nobody_else() {
    let mut world = World::new(3);
    let relay = world.relay.public();
    let (request, key) =
        capsule::seal_request(&relay, &world.project, &world.posting, b"what?", &mut world.rng).unwrap();
    assert_eq!(request.len(), REQUEST_OVERHEAD + 5);
    let open = capsule::open_request(&world.relay, &request).unwrap();
    assert_eq!((open.tag, open.epoch), (capsule::project_tag(&relay, &world.project), 1));
    let member = open.clone().verify(&relay, &world.posting.public()).unwrap();
    assert_eq!(member.body, b"what?");
    let other = world.next_epoch();
    assert!(open.clone().verify(&relay, &other.public()).is_err(), "another posting key");
    let elsewhere = World::new(4).relay;
    assert!(open.verify(&elsewhere.public(), &world.posting.public()).is_err(), "made for another responder");
    assert!(matches!(capsule::open_request(&elsewhere, &request), Err(CapsuleError::Hpke(_))));

    let reply = member.reply.seal(b"that.", &mut world.rng).unwrap();
    assert_eq!(reply.len(), REPLY_OVERHEAD + 5);
    assert_eq!(key.open(&reply).unwrap(), b"that.");
    let (_, another) = capsule::seal_request(&relay, &world.project, &world.posting, b"what?", &mut world.rng).unwrap();
    assert_eq!(another.open(&reply), Err(CapsuleError::Reply), "a reply to another request");
    for place in 0..request.len() {
        let mut changed = request.clone();
        changed[place] ^= 1;
        assert!(capsule::open_request(&world.relay, &changed).is_err(), "byte {place} of the request");
        assert!(capsule::open_request(&world.relay, &request[..place]).is_err());
    }
    for place in 0..reply.len() {
        let mut changed = reply.clone();
        changed[place] ^= 1;
        assert!(key.open(&changed).is_err(), "byte {place} of the reply");
        assert!(key.open(&reply[..place]).is_err());
    }
}

/// Guards against requests and replies that a peer must hold in memory whole and cannot.
#[test]
fn capsules_over_the_limit_are_neither_made_nor_opened() {
    let mut world = World::new(5);
    let body = vec![0; MAX_REQUEST_BYTES - REQUEST_OVERHEAD + 1];
    let relay = world.relay.public();
    let sealed = capsule::seal_request(&relay, &world.project, &world.posting, &body, &mut world.rng);
    assert!(matches!(sealed, Err(CapsuleError::TooLarge { what: "request", .. })));
    let opened = capsule::open_request(&world.relay, &vec![1; MAX_REQUEST_BYTES + 1]);
    assert!(matches!(opened, Err(CapsuleError::TooLarge { what: "request", .. })));
    let (_, key) = capsule::seal_request(&relay, &world.project, &world.posting, &[], &mut world.rng).unwrap();
    let body = vec![0; MAX_REPLY_BYTES - REPLY_OVERHEAD + 1];
    assert!(matches!(key.seal(&body, &mut world.rng), Err(CapsuleError::TooLarge { what: "reply", .. })));
    assert!(matches!(key.open(&vec![1; MAX_REPLY_BYTES + 1]), Err(CapsuleError::TooLarge { what: "reply", .. })));
}

/// Guards against a stranger's hotspot being taken for a neighbour, or one relay for another.
#[test]
fn a_key_document_is_trusted_only_with_a_known_relay_or_a_known_posting_key() {
    let mut world = World::new(6);
    let keys = world.relay.public();
    let (project, posting) = (world.project, world.posting.public());
    let relay = KeyDocument::parse(&KeyDocument::relay(keys).encode()).unwrap();
    assert_eq!(relay.verify(&project, &[keys], &[]), Ok(keys));
    assert_eq!(relay.verify(&project, &[], &[posting]), Err(KeyError::ForeignRelay));

    let newer = world.next_epoch();
    let document = KeyDocument::device(keys, &project, &[newer, world.posting.clone()]);
    let device = KeyDocument::parse(&document.encode()).unwrap();
    assert_eq!(device.verify(&project, &[], &[posting]), Ok(keys), "an older epoch is enough");
    assert_eq!(device.verify(&project, &[keys], &[]), Err(KeyError::NoMember));
    assert_eq!(device.verify(&World::new(7).project, &[], &[posting]), Err(KeyError::NoMember));
    let mut forged = device.clone();
    forged.keys = World::new(8).relay.public();
    assert_eq!(forged.verify(&project, &[], &[posting]), Err(KeyError::NoMember), "proofs are bound to the keys");
    forged.proofs = vec![(1, Signature([0; 64])); 17];
    assert!(matches!(KeyDocument::parse(&forged.encode()), Err(DecodeError::TooLarge { .. })));
}
