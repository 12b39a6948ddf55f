//! A relay in memory, and links to it that can fail.

use std::sync::Arc;

use azalai_envelope::{DeviceKeys, PostingPublic, RelayPublic};
use azalai_node::{Transport, TransportError};
use azalai_store::{MemoryStore, Store};
use azalai_sync::{Budget, RespondError, Responder, capsule};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

/// Bytes that a test relay carries for a project: more than any test sends.
pub const QUOTA_BYTES: u64 = 1 << 30;

/// A relay whose disk survives its crashes.
pub struct TestRelay {
    keys: DeviceKeys,
    store: MemoryStore,
    responder: Arc<Responder<MemoryStore>>,
    quota: u64,
}

impl TestRelay {
    /// A relay that knows no project yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let keys = DeviceKeys::generate(&mut ChaCha20Rng::seed_from_u64(seed));
        let store = MemoryStore::new();
        let responder = Arc::new(block_on(Responder::relay(keys.clone(), store.clone(), QUOTA_BYTES)).unwrap());
        Self { keys, store, responder, quota: QUOTA_BYTES }
    }

    /// Another relay with the same keys and a copy of what is durable of this one.
    #[must_use]
    pub fn copy(&self) -> Self {
        let (keys, store, quota) = (self.keys.clone(), self.store.clone(), self.quota);
        let mut copy = Self { keys, store, responder: self.responder(), quota };
        copy.crash();
        copy
    }

    /// Starts it again with another room for a project, in bytes.
    pub fn restart_with(&mut self, quota: u64) {
        self.quota = quota;
        self.crash();
    }

    /// Its public keys, for a certificate.
    #[must_use]
    pub fn public(&self) -> RelayPublic {
        self.keys.public()
    }

    /// Admits a project.
    pub fn admit(&self, certificate: &[u8]) {
        block_on(self.responder.admit(certificate)).unwrap();
    }

    /// What it is made of now.
    #[must_use]
    pub fn responder(&self) -> Arc<Responder<MemoryStore>> {
        Arc::clone(&self.responder)
    }

    /// A reply with any body to a member's request, sealed as this relay seals its own: what a relay that lies sends.
    /// `None` if the request is none, or the body too large for a reply.
    #[must_use]
    pub fn answer(
        &self,
        request: &[u8],
        posting: &PostingPublic,
        body: &[u8],
        rng: &mut ChaCha20Rng,
    ) -> Option<Vec<u8>> {
        let open = capsule::open_request(&self.keys, request).ok()?;
        open.verify(&self.keys.public(), posting).ok()?.reply.seal(body, rng).ok()
    }

    /// How many envelopes it holds, of all projects.
    #[must_use]
    pub fn held(&self) -> usize {
        self.responder.carriers().iter().map(|carrier| carrier.read(|index| index.iter().count())).sum()
    }

    /// Its whole store, as somebody who seizes it finds it.
    #[must_use]
    pub fn store(&self) -> &MemoryStore {
        &self.store
    }

    /// Kills it and starts it again with what was durable.
    pub fn crash(&mut self) {
        self.store = self.store.crash();
        self.responder =
            Arc::new(block_on(Responder::relay(self.keys.clone(), self.store.clone(), self.quota)).unwrap());
    }
}

/// A link that always works.
pub struct DirectLink<S> {
    responder: Arc<Responder<S>>,
    rng: ChaCha20Rng,
    now_ms: u64,
}

impl<S: Store + Clone> DirectLink<S> {
    /// A link to `responder` at a time.
    #[must_use]
    pub fn new(responder: Arc<Responder<S>>, seed: u64, now_ms: u64) -> Self {
        Self { responder, rng: ChaCha20Rng::seed_from_u64(seed), now_ms }
    }
}

impl<S: Store + Clone + 'static> Transport for DirectLink<S> {
    async fn key_document(&mut self) -> Result<Vec<u8>, TransportError> {
        Ok(self.responder.key_document().encode())
    }

    async fn exchange(&mut self, request: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let mut budget = Budget::of_connection();
        let reply = self.responder.respond(&request, self.now_ms, &mut budget, &mut self.rng).await;
        reply.map_err(|error| {
            let kind = match error {
                RespondError::UnknownEpoch { .. } => "unknown-epoch",
                RespondError::NotMember(_) => "not-member",
                _ => "request",
            };
            TransportError::Refused { status: 400, kind: kind.to_owned(), detail: error.to_string() }
        })
    }
}

/// A link that loses requests, loses replies (the request has had its effect), and delivers requests twice.
pub struct Link<T> {
    inner: T,
    rng: ChaCha20Rng,
    /// Of 100 requests, how many are lost on the way, and how many replies on the way back.
    loss_percent: u32,
    /// Of 100 requests, how many arrive twice.
    twice_percent: u32,
    /// After this many requests the link is cut for good.
    cut_after: Option<u32>,
}

impl<T: Transport> Link<T> {
    /// Wraps a link.
    #[must_use]
    pub fn new(inner: T, seed: u64, loss_percent: u32, twice_percent: u32, cut_after: Option<u32>) -> Self {
        Self { inner, rng: ChaCha20Rng::seed_from_u64(seed), loss_percent, twice_percent, cut_after }
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.next_u32() % 100 < percent
    }
}

impl<T: Transport> Transport for Link<T> {
    async fn key_document(&mut self) -> Result<Vec<u8>, TransportError> {
        self.inner.key_document().await
    }

    async fn exchange(&mut self, request: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let lost = || TransportError::Connection("lost".to_owned());
        match &mut self.cut_after {
            Some(0) => return Err(lost()),
            Some(left) => *left -= 1,
            None => {}
        }
        if self.chance(self.loss_percent) {
            return Err(lost());
        }
        if self.chance(self.twice_percent) {
            let _ = self.inner.exchange(request.clone()).await;
        }
        let reply = self.inner.exchange(request).await;
        if self.chance(self.loss_percent) { Err(lost()) } else { reply }
    }
}

/// A link to a relay that lies: it withholds, answers with what it answered before, with damaged and halved replies and
/// with noise, and takes letters without having been asked twice.
pub struct Liar<T> {
    inner: T,
    rng: ChaCha20Rng,
    last: Vec<u8>,
}

impl<T: Transport> Liar<T> {
    /// Wraps an honest link.
    #[must_use]
    pub fn new(inner: T, seed: u64) -> Self {
        Self { inner, rng: ChaCha20Rng::seed_from_u64(seed), last: Vec::new() }
    }
}

impl<T: Transport> Transport for Liar<T> {
    async fn key_document(&mut self) -> Result<Vec<u8>, TransportError> {
        self.inner.key_document().await
    }

    async fn exchange(&mut self, request: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let old = self.last.clone();
        let choice = self.rng.next_u32() % 16;
        if choice == 0 {
            // It never passes the request on, and says something.
            return Ok(if old.is_empty() { vec![7; 64] } else { old });
        }
        let mut reply = self.inner.exchange(request).await?;
        self.last.clone_from(&reply);
        let at = self.rng.next_u32() as usize % reply.len().max(1);
        match choice {
            1 => return Ok(old),
            2 => reply.truncate(at),
            3 => reply[at] ^= 1,
            _ => {}
        }
        Ok(reply)
    }
}
