//! What bad input gets: a status, a problem that says what was wrong and where, and nothing of the inside.

use std::sync::Arc;

use azalai_envelope::PostingKey;
use azalai_store::{Batch, Cursor, Fault, FaultWhen, MemoryStore, Page, Space, Store, StoreError};
use azalai_sync::Responder;
use azalai_sync::capsule;
use azalai_sync::limits::MAX_REQUEST_BYTES;
use azalai_sync::message::{Operation, Request};
use futures_lite::future::block_on;
use serde_json::Value;

use crate::client::{Response, Server, head};
use crate::support::{TODAY, World};

/// Checks the form of a problem and gives its detail.
pub(crate) fn detail(response: &Response, status: u16, kind: &str) -> String {
    assert_eq!(response.status, status, "{}", String::from_utf8_lossy(&response.body));
    assert!(response.head.contains("content-type: application/problem+json\r\n"), "{}", response.head);
    let body: Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(body["type"], format!("urn:azalai:problem:{kind}"));
    assert_eq!(body["status"], status);
    assert!(!body["title"].as_str().unwrap().is_empty());
    body["detail"].as_str().unwrap().to_owned()
}

fn seal(world: &mut World, project: &World, posting: &PostingKey, body: &[u8]) -> Vec<u8> {
    capsule::seal_request(&world.relay.public(), &project.project, posting, body, &mut world.rng).unwrap().0
}

/// Guards against errors that do not say what to do, and connections that a bad request makes unusable.
#[test]
fn every_bad_request_gets_its_problem_and_the_connection_goes_on() {
    let mut world = World::new(1);
    let (relay, _) = world.relay();
    let server = Server::start(Arc::new(relay));
    let mut client = server.connect();
    assert!(detail(&client.get("/azalai/2/exchange"), 404, "not-found").contains("/azalai/2/exchange"));
    assert!(detail(&client.get("/azalai/1/exchange"), 405, "method").contains("GET"));
    assert!(detail(&client.post(b""), 400, "capsule").contains("version"));
    detail(&client.post(&[1; 500]), 400, "capsule");
    assert!(detail(&client.post(&[9; 500]), 400, "capsule").contains("version 9"));
    let stranger = World::new(2);
    let empty = Request { salt: [0; 16], operations: vec![] }.encode();
    let request = seal(&mut world, &stranger, &stranger.posting, &empty);
    detail(&client.post(&request), 404, "unknown-project");
    let own = World::new(1);
    let later = PostingKey { epoch: 5, secret: own.posting.secret.clone() };
    let request = seal(&mut world, &own, &later, &empty);
    assert!(detail(&client.post(&request), 403, "unknown-epoch").contains('5'));
    let request = seal(&mut world, &own, &stranger.posting, &empty);
    detail(&client.post(&request), 403, "not-member");
    let request = seal(&mut world, &own, &own.posting, b"nonsense");
    detail(&client.post(&request), 400, "request");
    let request = seal(&mut world, &own, &own.posting, &empty);
    assert_eq!(client.post(&request).status, 200);
    assert!(server.log.lock().unwrap().is_empty(), "what clients do wrong is not worth a line");
}

/// Guards against bodies that fill the memory, and against clients that never learn why they were turned away.
#[test]
fn bodies_over_the_limit_without_a_length_or_cut_short_are_refused() {
    let world = World::new(3);
    let (relay, _) = world.relay();
    let server = Server::start(Arc::new(relay));
    let large = vec![0; MAX_REQUEST_BYTES + 1];
    let said = detail(&server.connect().post(&large), 413, "too-large");
    assert!(said.contains(&large.len().to_string()) && said.contains(&MAX_REQUEST_BYTES.to_string()));
    let mut waits = server.connect();
    waits.write(
        b"POST /azalai/1/exchange HTTP/1.1\r\nHost: r\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n",
    );
    detail(&waits.read().unwrap(), 413, "too-large");
    let mut chunked = server.connect();
    chunked.write(
        b"POST /azalai/1/exchange HTTP/1.1\r\nHost: r\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    );
    detail(&chunked.read().unwrap(), 411, "length");
    let mut many = server.connect();
    let headers: String = (0..200).map(|at| format!("X-{at}: y\r\n")).collect();
    many.write(format!("GET /health HTTP/1.1\r\nHost: r\r\n{headers}\r\n").as_bytes());
    assert!(detail(&many.read().unwrap(), 431, "head").contains("headers"));
    let mut cut = server.connect();
    cut.write(&head(500));
    cut.write(b"abc");
    drop(cut);
    assert_eq!(server.connect().get("/health").status, 200);
}

/// Guards against the words of a failing disk reaching strangers.
#[test]
fn a_failing_store_is_told_to_the_log_and_not_to_the_client() {
    let mut world = World::new(4);
    let store = MemoryStore::new();
    let relay = block_on(Responder::relay(world.relay.clone(), store.clone(), u64::MAX)).unwrap();
    block_on(relay.admit(&world.certificate(1, &world.posting))).unwrap();
    let server = Server::start(Arc::new(relay));
    let envelope = world.envelope(azalai_envelope::Lane::Text, TODAY);
    let operations = vec![Operation::Put(vec![envelope.bytes().to_vec()])];
    let body = Request { salt: [0; 16], operations }.encode();
    let own = World::new(4);
    let request = seal(&mut world, &own, &own.posting, &body);
    store.plan(Fault { after_writes: 0, when: FaultWhen::Before });
    let mut client = server.connect();
    let said = detail(&client.post(&request), 500, "internal");
    assert!(!said.contains("planned"), "{said}");
    assert!(server.log.lock().unwrap()[0].contains("planned"));
    assert_eq!(client.post(&request).status, 200, "the same again, when the disk is well");
}

/// A store that panics when something is written.
#[derive(Clone)]
struct Panicking(MemoryStore);

impl Store for Panicking {
    async fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(space, key).await
    }

    async fn scan(&self, space: Space, after: Option<&Cursor>, limit: usize) -> Result<Page, StoreError> {
        self.0.scan(space, after, limit).await
    }

    async fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        assert!(batch.bytes() < 600, "an envelope");
        self.0.apply(batch).await
    }
}

/// Guards against one request that ends the process, or the connection of whoever sent it.
#[test]
fn a_panic_in_one_request_is_a_500_and_the_next_is_answered() {
    let mut world = World::new(5);
    let store = Panicking(MemoryStore::new());
    let relay = block_on(Responder::relay(world.relay.clone(), store, u64::MAX)).unwrap();
    block_on(relay.admit(&world.certificate(1, &world.posting))).unwrap();
    let server = Server::start(Arc::new(relay));
    let envelope = world.envelope(azalai_envelope::Lane::Text, TODAY);
    let own = World::new(5);
    let put = Request { salt: [0; 16], operations: vec![Operation::Put(vec![envelope.bytes().to_vec()])] }.encode();
    let put = seal(&mut world, &own, &own.posting, &put);
    let hello = Request { salt: [0; 16], operations: vec![Operation::Hello { certificate: 0 }] }.encode();
    let hello = seal(&mut world, &own, &own.posting, &hello);
    let mut client = server.connect();
    detail(&client.post(&put), 500, "internal");
    assert_eq!(client.post(&hello).status, 200);
    assert_eq!(server.log.lock().unwrap().len(), 1);
}
