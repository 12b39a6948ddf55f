//! Clients that announce and do not send, ask and do not read, or hang up: what they hold is bounded, and given up.

use std::io::Read as _;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use azalai_envelope::{Lane, Verified};
use azalai_relay::Limits;
use azalai_store::{Batch, Cursor, MemoryStore, Page, Space, Store, StoreError};
use azalai_sync::capsule::{self, ReplyKey};
use azalai_sync::limits::{MAX_REPLY_BYTES, MAX_REQUEST_BYTES};
use azalai_sync::message::{Answer, Operation, Reply, Request};
use azalai_sync::{Exchange, Responder};
use futures_lite::future::block_on;

use crate::client::{Client, Server, head};
use crate::problems::detail;
use crate::support::{TODAY, World, put};

const NEVER: Duration = Duration::from_secs(3600);
const SOON: Duration = Duration::from_millis(40);

/// No limit but the one that a test is about.
fn limits() -> Limits {
    let limits = Limits { pace_window: NEVER, room_grace: NEVER, room_timeout: NEVER, ..Limits::default() };
    // At the end of a test nothing that hangs is waited for.
    Limits { stale_after: NEVER, drain_timeout: Duration::from_secs(1), ..limits }
}

/// Sends some hundred kilobytes in an exchange.
fn exchanges(server: &Server, world: &mut World) {
    let mine = world.carrier();
    let posting = world.posting.clone();
    put(&mine, (0..10).map(|_| world.envelope_of(&posting, Lane::Text, TODAY, 50_000)).collect());
    let config = world.config();
    let summary = server.connect().exchange(Exchange::new(config), &mine, world);
    assert_eq!((summary.sent, summary.settled), (10, true));
}

/// Guards against room that is taken by what clients announce: sixteen who send nothing would take all of it.
#[test]
fn a_body_that_was_only_announced_takes_no_room() {
    let mut world = World::new(1);
    let (relay, _) = world.relay();
    let server = Server::start_within(Limits { bodies_bytes: MAX_REQUEST_BYTES, ..limits() }, Arc::new(relay));
    let hostile: Vec<Client> = (0..50)
        .map(|_| {
            let mut client = server.connect();
            client.write(b"POST /azalai/1/exchange HTTP/1.1\r\nHost: r\r\nExpect: 100-continue\r\n");
            client.write(format!("Content-Length: {MAX_REQUEST_BYTES}\r\n\r\n").as_bytes());
            // From here on it is under way.
            assert_eq!(client.read().unwrap().status, 100);
            client
        })
        .collect();
    exchanges(&server, &mut world);
    drop(hostile);
}

/// Bodies that come to a stand after so many bytes.
fn stalling(server: &Server, bytes: usize) -> Vec<Client> {
    let hostile = (0..16).map(|_| {
        let mut client = server.connect();
        client.write(&head(MAX_REQUEST_BYTES));
        // The server may stop reading before all of it, or have ended this one for the next.
        client.0.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
        let _ = client.try_write(&vec![1; bytes]);
        client
    });
    hostile.collect()
}

/// Guards against half bodies that fill the memory and keep out everybody whose body comes.
#[test]
fn stalled_bodies_are_given_up_when_others_need_their_room() {
    let mut world = World::new(2);
    let (relay, _) = world.relay();
    let limits = Limits { bodies_bytes: MAX_REQUEST_BYTES, room_grace: SOON, ..limits() };
    let server = Server::start_within(limits, Arc::new(relay));
    let mut hostile = stalling(&server, MAX_REQUEST_BYTES / 4);
    exchanges(&server, &mut world);
    // Who held most for longest was told so: the first of them cannot be left.
    detail(&hostile[0].read().unwrap(), 503, "busy");
}

/// Guards against half bodies that are kept for as long as their connection, and against a phone that is not told why.
#[test]
fn stalled_bodies_are_given_up_for_their_slowness_and_told_so() {
    let mut world = World::new(3);
    let (relay, _) = world.relay();
    let limits = Limits { bodies_bytes: MAX_REQUEST_BYTES, pace_window: SOON, ..limits() };
    let server = Server::start_within(limits, Arc::new(relay));
    let mut slow = server.connect();
    slow.write(&head(500));
    slow.write(b"abc");
    assert!(detail(&slow.read().unwrap(), 408, "slow").contains("Smaller"));
    assert!(slow.read().is_none(), "closed");
    // Together exactly all room: none of them waits for more.
    let hostile = stalling(&server, MAX_REQUEST_BYTES / 16);
    exchanges(&server, &mut world);
    drop(hostile);
}

/// Guards against a floor under the speed that counts from the beginning: a long body over a slow link takes many
/// windows.
#[test]
fn a_slow_body_that_comes_on_is_read_to_its_end() {
    let world = World::new(4);
    let (relay, _) = world.relay();
    let limits = Limits { pace_window: Duration::from_millis(500), pace_bytes: 100, ..limits() };
    let server = Server::start_within(limits, Arc::new(relay));
    let mut slow = server.connect();
    slow.write(&head(2000));
    for _ in 0..20 {
        slow.write(&[9; 100]);
        std::thread::sleep(Duration::from_millis(50));
    }
    detail(&slow.read().unwrap(), 400, "capsule");
}

/// Letters in one reply, of 60 kB: more than what the system keeps for both ends of a connection.
const LETTERS: usize = 10;

/// A relay with letters, and a request for them that may be sent again and again.
fn full_relay(world: &mut World) -> (Responder<MemoryStore>, Vec<u8>, ReplyKey) {
    let (relay, theirs) = world.relay();
    let posting = world.posting.clone();
    let letters: Vec<Verified<_>> =
        (0..LETTERS).map(|_| world.envelope_of(&posting, Lane::Text, TODAY, 60_000)).collect();
    let ids = letters.iter().map(|it| it.id()).collect();
    put(&theirs, letters);
    let body = Request { salt: [0; 16], operations: vec![Operation::Fetch(ids)] }.encode();
    let keys = world.relay.public();
    let (request, key) = capsule::seal_request(&keys, &world.project, &posting, &body, &mut world.rng).unwrap();
    (relay, request, key)
}

/// Clients that ask for much, one after the other, and read nothing.
fn never_reading(server: &Server, request: &[u8]) -> Vec<Client> {
    let hostile = (0..4).map(|_| {
        let mut client = server.connect();
        client.write(&head(request.len()));
        client.write(request);
        // It has come so far that its reply is on the way.
        assert_eq!(client.0.peek(&mut [0]).unwrap(), 1);
        client
    });
    hostile.collect()
}

fn honest_reads_all(server: &Server, request: &[u8], key: &ReplyKey) {
    let reply = server.connect().post(request);
    assert_eq!(reply.status, 200, "{}", reply.head);
    let answers = Reply::decode(&key.open(&reply.body).unwrap()).unwrap().answers;
    let Answer::Envelopes { envelopes, .. } = &answers[0] else { panic!("another answer") };
    assert_eq!(envelopes.len(), LETTERS);
}

/// Guards against replies that nobody reads and that fill the memory, or keep others from theirs, as long as their
/// connection lasts.
#[test]
fn replies_that_nobody_reads_are_given_up_when_others_need_their_room() {
    let mut world = World::new(5);
    let (relay, request, key) = full_relay(&mut world);
    // One reply that is made, and one more that waits to be read.
    let replies_bytes = MAX_REPLY_BYTES + 1_000_000;
    let limits = Limits { replies_bytes, room_grace: Duration::from_secs(2), ..limits() };
    // What was read whole is over then, and not kept for a next request.
    let limits = Limits { header_timeout: Duration::from_secs(2), ..limits };
    let server = Server::start_within(limits, Arc::new(relay));
    let hostile = never_reading(&server, &request);
    honest_reads_all(&server, &request, &key);
    let whole = hostile.into_iter().map(|mut client| {
        let mut rest = Vec::new();
        let _ = client.0.read_to_end(&mut rest);
        rest.len() > 600_000
    });
    assert!(whole.filter(|whole| *whole).count() <= 2, "those that came last");
}

/// Guards against the same when nobody else needs the room at once.
#[test]
fn replies_that_nobody_reads_are_given_up_for_their_slowness() {
    let mut world = World::new(6);
    let (relay, request, key) = full_relay(&mut world);
    let limits = Limits { replies_bytes: MAX_REPLY_BYTES, pace_window: SOON, ..limits() };
    let server = Server::start_within(limits, Arc::new(relay));
    let hostile = never_reading(&server, &request);
    honest_reads_all(&server, &request, &key);
    drop(hostile);
}

/// Guards against a client that asks for small things by the thousand and reads none of the answers.
#[test]
fn a_flood_of_requests_whose_answers_nobody_reads_ends() {
    let world = World::new(7);
    let (relay, _) = world.relay();
    let server = Server::start_within(Limits { pace_window: SOON, ..limits() }, Arc::new(relay));
    let mut flood = server.connect();
    let requests = b"GET /health HTTP/1.1\r\nHost: r\r\n\r\n".repeat(1000);
    while flood.try_write(&requests).is_ok() {}
    assert_eq!(server.connect().get("/health").status, 200);
}

/// A store in which writing waits at a gate, and which counts who waits.
#[derive(Clone)]
struct Gated(MemoryStore, Arc<(Mutex<Gate>, Condvar)>);

#[derive(Default)]
struct Gate {
    closed: bool,
    inside: usize,
    most: usize,
}

impl Store for Gated {
    async fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(space, key).await
    }

    async fn scan(&self, space: Space, after: Option<&Cursor>, limit: usize) -> Result<Page, StoreError> {
        self.0.scan(space, after, limit).await
    }

    async fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        let (gate, changed) = &*self.1;
        {
            let mut gate = gate.lock().unwrap();
            gate.inside += 1;
            gate.most = gate.most.max(gate.inside);
            changed.notify_all();
            let mut gate = changed.wait_while(gate, |gate| gate.closed).unwrap();
            gate.inside -= 1;
        }
        self.0.apply(batch).await
    }
}

/// Guards against work that is no longer counted once its client has hung up: asking and hanging up, again and again,
/// would take a thread and its memory each time.
#[test]
fn work_whose_client_hung_up_still_counts() {
    let mut world = World::new(8);
    let gate = Arc::new((Mutex::new(Gate::default()), Condvar::new()));
    let store = Gated(MemoryStore::new(), Arc::clone(&gate));
    let relay = block_on(Responder::relay(world.relay.clone(), store, u64::MAX)).unwrap();
    block_on(relay.admit(&world.certificate(1, &world.posting))).unwrap();
    let server = Server::start_within(Limits { at_work: 1, ..limits() }, Arc::new(relay));
    gate.0.lock().unwrap().closed = true;
    for _ in 0..10 {
        let envelope = world.envelope(Lane::Text, TODAY).bytes().to_vec();
        let body = Request { salt: [0; 16], operations: vec![Operation::Put(vec![envelope])] }.encode();
        let (keys, posting) = (world.relay.public(), world.posting.clone());
        let (request, _) = capsule::seal_request(&keys, &world.project, &posting, &body, &mut world.rng).unwrap();
        let mut client = server.connect();
        client.write(&head(request.len()));
        client.write(&request);
        // One is at work; its client, and those that come after it, hang up.
        drop(gate.1.wait_while(gate.0.lock().unwrap(), |gate| gate.inside == 0).unwrap());
        drop(client);
        assert_eq!(server.connect().get("/health").status, 200);
    }
    gate.0.lock().unwrap().closed = false;
    gate.1.notify_all();
    exchanges(&server, &mut world);
    assert_eq!(gate.0.lock().unwrap().most, 1);
}
