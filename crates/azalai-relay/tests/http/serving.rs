//! Serving: what the routes answer, what connections share, how it ends, and what stays behind.

use std::net::TcpStream;
use std::sync::Arc;

use azalai_envelope::Lane;
use azalai_store::{MemoryStore, Space, Store};
use azalai_sync::carrier::{CERTIFICATES, ENVELOPES, INDEX};
use azalai_sync::index::Entry;
use azalai_sync::limits::CONNECTION_CLOSED_PUT_BYTES;
use azalai_sync::message::{Answer, Operation, Reply, Request};
use azalai_sync::{Exchange, KeyDocument, Responder, capsule};
use futures_lite::future::block_on;

use crate::client::Server;
use crate::support::{TODAY, World, held, put};

/// Guards against a health page that says who is served, and a key that cannot be read.
#[test]
fn health_says_nothing_but_that_it_is_up_and_the_key_is_the_relays() {
    let world = World::new(1);
    let (relay, _) = world.relay();
    let server = Server::start(Arc::new(relay));
    let mut client = server.connect();
    let health = client.get("/health");
    assert_eq!((health.status, health.body.as_slice()), (200, br#"{"status":"ok"}"#.as_slice()));
    assert!(health.head.contains("content-type: application/json\r\n"));
    let key = client.get("/azalai/1/key");
    assert_eq!(KeyDocument::parse(&key.body).unwrap(), KeyDocument::relay(world.relay.public()));
}

/// Guards against differences between the exchange in memory and over a socket, many at once.
#[test]
fn several_devices_exchange_over_http_at_once_and_all_come_to_hold_the_same() {
    let world = World::new(2);
    let (relay, theirs) = world.relay();
    let server = Server::start(Arc::new(relay));
    let devices: Vec<_> = (0..4)
        .map(|at| {
            let mut own = World::new(2);
            // The same keys, other envelopes.
            own.rng = World::new(100 + at).rng;
            let mine = own.carrier();
            let envelopes = own.envelopes(40, Lane::Text, TODAY);
            put(&mine, envelopes);
            (own, mine)
        })
        .collect();
    std::thread::scope(|scope| {
        for (own, mine) in devices {
            let server = &server;
            scope.spawn(move || {
                let mut own = own;
                let config = own.config();
                let summary = server.connect().exchange(Exchange::new(config), &mine, &mut own);
                assert_eq!(summary.sent, 40);
            });
        }
    });
    assert_eq!(held(&theirs).len(), 160);
    let mut last = World::new(2);
    last.rng = World::new(200).rng;
    let mine = last.carrier();
    let config = last.config();
    let summary = server.connect().exchange(Exchange::new(config), &mine, &mut last);
    assert_eq!((summary.received, summary.settled, held(&mine)), (160, true, held(&theirs)));
}

/// Guards against a budget that every request has anew, and against one that all connections share.
#[test]
fn a_budget_belongs_to_one_connection() {
    let mut world = World::new(3);
    let (relay, _) = world.relay();
    let old = world.posting.clone();
    let new = world.next_epoch();
    block_on(relay.admit(&world.certificate(2, &new))).unwrap();
    let server = Server::start(Arc::new(relay));
    let envelope = world.envelope(Lane::Text, TODAY).bytes().to_vec();
    let half = usize::try_from(CONNECTION_CLOSED_PUT_BYTES / 640).unwrap() / 2 + 10;
    let body = Request { salt: [0; 16], operations: vec![Operation::Put(vec![envelope; half])] }.encode();
    let mut refused = |client: &mut crate::client::Client| {
        let keys = world.relay.public();
        let (request, key) = capsule::seal_request(&keys, &world.project, &old, &body, &mut world.rng).unwrap();
        let answers = Reply::decode(&key.open(&client.post(&request).body).unwrap()).unwrap().answers;
        let Answer::Put { refused, .. } = &answers[0] else { panic!("{answers:?}") };
        refused.len()
    };
    let (mut one, mut other) = (server.connect(), server.connect());
    assert_eq!(refused(&mut one), 0);
    assert!(refused(&mut one) > 0, "the second half is over the budget");
    assert_eq!(refused(&mut other), 0);
}

/// Guards against a restart that cuts off what is under way, or never comes to its end because somebody stays idle.
#[test]
fn ending_lets_the_request_under_way_end_and_closes_idle_connections() {
    let mut world = World::new(4);
    let (relay, theirs) = world.relay();
    let mut server = Server::start(Arc::new(relay));
    let envelope = world.envelope(Lane::Text, TODAY);
    let operations = vec![Operation::Put(vec![envelope.bytes().to_vec()])];
    let body = Request { salt: [0; 16], operations }.encode();
    let keys = world.relay.public();
    let (request, key) = capsule::seal_request(&keys, &world.project, &world.posting, &body, &mut world.rng).unwrap();
    let mut idle = server.connect();
    assert_eq!(idle.get("/health").status, 200);
    let mut busy = server.connect();
    // It is told to go on when its head was read: from here on the request is under way.
    let head = format!(
        "POST /azalai/1/exchange HTTP/1.1\r\nHost: relay\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        request.len()
    );
    busy.write(head.as_bytes());
    assert_eq!(busy.read().unwrap().status, 100);
    busy.write(&request[..100]);
    server.stop();
    assert!(idle.read().is_none(), "closed");
    busy.write(&request[100..]);
    let response = busy.read().unwrap();
    assert!(key.open(&response.body).is_ok());
    assert!(busy.read().is_none(), "and then closed too");
    server.ended();
    assert!(TcpStream::connect(server.address).is_err(), "nobody listens any more");
    assert!(theirs.contains(&envelope.id()));
}

/// Guards against a taken relay that tells who was there, when, and in which order letters came.
#[test]
fn the_whole_store_holds_envelopes_their_outsides_and_certificates_and_nothing_else() {
    let mut world = World::new(5);
    let store = MemoryStore::new();
    let relay = block_on(Responder::relay(world.relay.clone(), store.clone(), u64::MAX)).unwrap();
    let certificate = world.certificate(1, &world.posting);
    block_on(relay.admit(&certificate)).unwrap();
    let server = Server::start(Arc::new(relay));
    let mine = world.carrier();
    let envelopes = world.envelopes(5, Lane::Urgent, TODAY);
    put(&mine, envelopes.clone());
    let config = world.config();
    server.connect().exchange(Exchange::new(config), &mine, &mut world);
    for space in 0..=u8::MAX {
        let page = block_on(store.scan(Space(space), None, 4096)).unwrap();
        for (key, value) in page.items {
            let rest = key.strip_prefix(world.project.as_bytes().as_slice()).unwrap();
            match Space(space) {
                ENVELOPES => {
                    assert!(envelopes.iter().any(|it| it.id().as_bytes() == rest && it.bytes() == value));
                }
                INDEX => {
                    let of = envelopes.iter().find(|it| it.id().as_bytes() == rest).unwrap();
                    let entry = Entry::decode(&value).unwrap();
                    assert_eq!((entry.lane, entry.day, entry.len as usize), (of.lane(), of.day(), of.bytes().len()));
                }
                CERTIFICATES => assert_eq!((rest, value), ([0, 0, 0, 1].as_slice(), certificate.clone())),
                other => panic!("{other:?} has {key:?}"),
            }
        }
    }
}
