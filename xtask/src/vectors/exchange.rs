//! Vectors of `docs/spec/exchange.md`: requests and replies, the capsules they travel in, key documents.

use azalai_envelope::ids::to_hex;
use azalai_envelope::{Day, EnvelopeId, Lane, RelayReceipt};
use azalai_sync::capsule::{open_request, seal_request};
use azalai_sync::index::Why;
use azalai_sync::key::{KeyDocument, Role};
use azalai_sync::message::{Answer, Operation, Reply, Request, short, short_key};
use azalai_sync::{DayRange, PerLane, Refusal};
use serde_json::json;

use super::keys::*;
use super::{File, Set, flipped, frame, with_byte};

const SALT: [u8; 16] = [0x91; 16];

pub(super) fn files() -> Result<Vec<File>, String> {
    [requests(), replies(), capsules()?, key_documents()].into_iter().map(Set::file).collect()
}

fn ids() -> [EnvelopeId; 2] {
    [EnvelopeId([0x51; 32]), EnvelopeId([0x52; 32])]
}

fn requests() -> Set {
    let mut set = Set::new("exchange/requests", "Request bodies: one of each operation, and what no reader takes.");
    let with = json!({});
    let range = DayRange::between(Day(20_700), Day(20_781));
    let shorts = ids().iter().map(|id| short(&short_key(&SALT), id)).collect();
    let all = vec![
        ("hello", Operation::Hello { certificate: 3 }),
        ("certificate", Operation::Certificate(vec![0xc1; 8])),
        ("digest", Operation::Digest { lane: Lane::Urgent, range, digest: [0xd1; 32] }),
        ("days", Operation::Days { lane: Lane::Text, range: DayRange::ALL }),
        ("window: ids shortened under the salt", Operation::Window { lane: Lane::Text, range, shorts }),
        ("reconcile", Operation::Reconcile { lane: Lane::Bulk, range, message: vec![0x61, 0, 0] }),
        ("put", Operation::Put(vec![vec![1; 8], vec![2; 9]])),
        ("fetch", Operation::Fetch(ids().to_vec())),
        ("given up: whether anything changed", Operation::GivenUp(None)),
        ("given up: those after an id", Operation::GivenUp(Some(EnvelopeId([0x51; 32])))),
    ];
    let request = |operations| Request { salt: SALT, operations }.encode();
    for (name, operation) in &all {
        set.good(name, "request", &with, &request(vec![operation.clone()]));
    }
    let good = request(all.into_iter().map(|(_, operation)| operation).collect());
    set.good("all of them", "request", &with, &good);
    set.good("none", "request", &with, &request(Vec::new()));
    frame(&mut set, "request", &with, &good);
    let raw = |operation: &[u8]| [&[1][..], &SALT, &[1], operation].concat();
    set.bad("an unknown operation", "request", &with, &raw(&[10]));
    set.bad("given up: neither 0 nor 1", "request", &with, &raw(&[9, 2]));
    set.bad("an unknown lane", "request", &with, &raw(&[4, 4, 0, 1]));
    set.bad("days that end before they begin", "request", &with, &raw(&[4, 1, 2, 1]));
    set.bad("a day that is none", "request", &with, &raw(&[4, 1, 0, 0x81, 0x80, 4]));
    set.bad("1025 operations announced", "request", &with, &[&[1][..], &SALT, &[0x81, 8]].concat());
    set.bad("4097 ids announced", "request", &with, &raw(&[8, 0x81, 0x20]));
    set.bad("65537 short ids announced", "request", &with, &raw(&[5, 1, 0, 1, 0x81, 0x80, 4]));
    set.bad("a message over the limit", "request", &with, &raw(&[6, 1, 0, 1, 0x81, 0x80, 0x20]));
    set
}

fn replies() -> Set {
    let mut set = Set::new("exchange/replies", "Reply bodies: one of each answer, and what no reader takes.");
    let with = json!({});
    let [first, second] = ids();
    let hello = |certificate| Answer::Hello {
        role: Role::Relay,
        day: DAY,
        floors: PerLane::from_fn(|lane| Day(20_000 + u16::from(lane.to_byte()))),
        max_request: 4 << 20,
        number: 3,
        certificate,
    };
    let receipt = RelayReceipt { project: project(), day: DAY, envelopes: vec![first] }.issue(&relay().signing);
    let refusals = [
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
    let refused = (1..).zip(refusals).collect();
    let missing = vec![(0, None), (1, Some(Why::Declined)), (2, Some(Why::Shed)), (3, Some(Why::Evicted))];
    let all = vec![
        ("too much", Answer::TooMuch),
        ("unreadable", Answer::Unreadable),
        ("hello", hello(None)),
        ("hello with a certificate", hello(Some(vec![0xc1; 8]))),
        ("certified", Answer::Certified),
        ("not certified", Answer::NotCertified),
        ("same", Answer::Same),
        ("differs", Answer::Differs { count: 300, digest: [0xd1; 32] }),
        ("days", Answer::Days(vec![(DAY, 2, [0xd2; 16])])),
        ("window", Answer::Window { lacking: vec![2], missing: vec![(DAY, second)], more: true }),
        ("reconcile", Answer::Reconcile(vec![0x61, 0, 0])),
        ("put: a receipt, and each reason to refuse", Answer::Put { receipt, refused }),
        ("envelopes, and each reason why not", Answer::Envelopes { envelopes: vec![vec![1; 8]], missing }),
        (
            "given up: a part of the list",
            Answer::GivenUp { mark: [0xe1; 16], full: true, shorts: vec![7, 8], next: Some(second) },
        ),
        ("given up: nothing changed", Answer::GivenUp { mark: [0; 16], full: false, shorts: Vec::new(), next: None }),
    ];
    let reply = |answers| Reply { answers }.encode();
    for (name, answer) in &all {
        set.good(name, "reply", &with, &reply(vec![answer.clone()]));
    }
    let good = reply(all.into_iter().map(|(_, answer)| answer).collect());
    set.good("all of them", "reply", &with, &good);
    frame(&mut set, "reply", &with, &good);
    let raw = |answer: &[u8]| [&[1, 1][..], answer].concat();
    set.bad("an unknown answer", "reply", &with, &raw(&[13]));
    set.bad("a role that is none", "reply", &with, &raw(&[2, 3]));
    set.bad("more: neither 0 nor 1", "reply", &with, &raw(&[8, 0, 0, 2]));
    set.bad("an unknown reason to refuse", "reply", &with, &raw(&[10, 0, 1, 0, 12]));
    set.bad("an unknown reason why not", "reply", &with, &raw(&[11, 0, 1, 0, 4]));
    set.bad("full: neither 0 nor 1", "reply", &with, &raw(&[&[12][..], &[0; 16], &[2, 0, 0]].concat()));
    let many = [&[12][..], &[0; 16], &[0, 0x81, 0x80, 1]].concat();
    set.bad("16385 short ids of what was given up announced", "reply", &with, &raw(&many));
    set.bad("4097 envelopes announced", "reply", &with, &raw(&[11, 0x81, 0x20]));
    set
}

fn capsules() -> Result<Set, String> {
    let text = |error: &dyn core::fmt::Display| error.to_string();
    let mut set = Set::new(
        "exchange/capsules",
        "A request sealed to the relay with randomness from seed 01, and its reply with randomness from seed 02. Keys \
         as in envelope/; responder_secret is the relay's signing seed and receiving secret.",
    );
    let with = but(only(&["epoch", "posting"]), "responder_secret", to_hex(&relay().to_bytes()));
    let body = Request { salt: SALT, operations: vec![Operation::Hello { certificate: 0 }] }.encode();
    let (good, reply_key) =
        seal_request(&relay().public(), &project(), &posting(), &body, &mut rng(1)).map_err(|error| text(&error))?;
    set.good("a request", "capsule", &with, &good);
    set.bad("a request of version 2", "capsule", &with, &with_byte(&good, 0, |_| 2));
    set.bad("a request cut short", "capsule", &with, good.get(..20).unwrap_or_default());
    set.bad("a request with another key", "capsule", &with, &flipped(&good, 1));
    set.bad("a request with another inside", "capsule", &with, &flipped(&good, -1));
    let elsewhere = but(with.clone(), "responder_secret", to_hex(&device().to_bytes()));
    set.bad("a request to another responder", "capsule", &elsewhere, &good);
    let stranger = but(with.clone(), "posting", to_hex(&stranger().public().0));
    set.bad("a request of no member", "capsule", &stranger, &good);

    let opened = open_request(&relay(), &good).map_err(|error| text(&error))?;
    let member = opened.verify(&relay().public(), &posting().public()).map_err(|error| text(&error))?;
    let answer = Reply { answers: vec![Answer::Same] }.encode();
    let reply = member.reply.seal(&answer, &mut rng(2)).map_err(|error| text(&error))?;
    if reply_key.open(&reply).ok().as_ref() != Some(&answer) {
        return Err("the requester does not open the reply".to_owned());
    }
    let with = but(with, "request", to_hex(&good));
    set.good("its reply", "capsule reply", &with, &reply);
    set.bad("a reply of version 2", "capsule reply", &with, &with_byte(&reply, 0, |_| 2));
    set.bad("a reply cut short", "capsule reply", &with, reply.get(..20).unwrap_or_default());
    set.bad("a reply with another inside", "capsule reply", &with, &flipped(&reply, -1));
    let (other, _) =
        seal_request(&relay().public(), &project(), &posting(), &body, &mut rng(3)).map_err(|error| text(&error))?;
    set.bad("the reply to another request", "capsule reply", &but(with, "request", to_hex(&other)), &reply);
    Ok(set)
}

fn key_documents() -> Set {
    let mut set = Set::new("exchange/key-documents", "What a responder shows. Keys as in envelope/.");
    let with = but(only(&["project", "epoch", "posting"]), "relay", relay().public().to_string());
    let of_relay = KeyDocument::relay(relay().public()).encode();
    set.good("of a relay", "key document", &with, &of_relay);
    let good = KeyDocument::device(device().public(), &project(), &[posting()]).encode();
    set.good("of a device", "key document", &with, &good);
    frame(&mut set, "key document", &with, &good);
    set.bad("a role that is none", "key document", &with, &with_byte(&good, 1, |_| 3));
    set.bad("17 proofs announced", "key document", &with, &with_byte(&good, 66, |_| 17));
    let foreign = KeyDocument::relay(device().public()).encode();
    set.bad("of a relay that is none of the project's", "key document", &with, &foreign);
    let other = KeyDocument::device(device().public(), &foreign_project(), &[posting()]).encode();
    set.bad("of a device of another project", "key document", &with, &other);
    set.bad("of a device with other keys than proven", "key document", &with, &flipped(&good, 2));
    let nobody = KeyDocument::device(device().public(), &project(), &[]).encode();
    set.bad("of a device without a proof", "key document", &with, &nobody);
    set
}
