//! A project with its keys, envelopes made at will, a relay, and what drives an exchange between the two.

use std::sync::Arc;

use azalai_envelope::certificate::project_id;
use azalai_envelope::statement::{Draft, Kind, document_id};
use azalai_envelope::{
    AudienceId, CarrierCertificate, Certificate, ChainId, Clock, Day, DeviceKeys, DevicePublic, Envelope, Lane,
    PostingKey, ProjectId, ReceivingPublic, Recipient, SigningSecret, Verified,
};
use azalai_store::MemoryStore;
use azalai_sync::{Budget, Carrier, Config, Event, Exchange, ExchangeError, Found, Responder, Step, Summary};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

/// A day in 2026.
pub(crate) const TODAY: u16 = 20_700;
pub(crate) const NOW: u64 = TODAY as u64 * 86_400_000 + 1;

pub(crate) type MemoryCarrier = Carrier<MemoryStore>;
pub(crate) type MemoryResponder = Responder<MemoryStore>;

pub(crate) struct World {
    pub(crate) rng: ChaCha20Rng,
    pub(crate) root: SigningSecret,
    pub(crate) carrier_key: SigningSecret,
    pub(crate) project: ProjectId,
    pub(crate) posting: PostingKey,
    pub(crate) relay: DeviceKeys,
    member: SigningSecret,
    recipient: Recipient,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let root = SigningSecret::generate(&mut rng);
        let circle = DeviceKeys::generate(&mut rng);
        let recipient = Recipient { audience: AudienceId([7; 16]), key: ReceivingPublic(circle.public().receiving.0) };
        Self {
            project: project_id(&root.public()),
            carrier_key: SigningSecret::generate(&mut rng),
            posting: PostingKey { epoch: 1, secret: SigningSecret::generate(&mut rng) },
            relay: DeviceKeys::generate(&mut rng),
            member: SigningSecret::generate(&mut rng),
            recipient,
            root,
            rng,
        }
    }

    pub(crate) fn next_epoch(&mut self) -> PostingKey {
        PostingKey { epoch: self.posting.epoch + 1, secret: SigningSecret::generate(&mut self.rng) }
    }

    pub(crate) fn certificate(&self, number: u32, posting: &PostingKey) -> Vec<u8> {
        self.certificate_for(self.relay.public(), number, posting)
    }

    pub(crate) fn certificate_for(&self, relay: DevicePublic, number: u32, posting: &PostingKey) -> Vec<u8> {
        let carrier = CarrierCertificate::issue(&self.root, &self.carrier_key.public());
        let certificate = Certificate { carrier, number, day: Day(TODAY), posting: posting.public(), relay };
        certificate.issue(&self.carrier_key)
    }

    /// A sealed statement of the smallest class, unlike any other.
    pub(crate) fn envelope(&mut self, lane: Lane, day: u16) -> Verified<Envelope> {
        let posting = self.posting.clone();
        self.envelope_of(&posting, lane, day, 100)
    }

    /// One under another posting key, with a body of `len` bytes.
    pub(crate) fn envelope_of(&mut self, posting: &PostingKey, lane: Lane, day: u16, len: usize) -> Verified<Envelope> {
        let (mut nonce, mut body) = ([0; 16], vec![0; len]);
        self.rng.fill_bytes(&mut nonce);
        self.rng.fill_bytes(&mut body);
        let audience = self.recipient.audience;
        let draft = Draft {
            kind: Kind::REPORT,
            document: document_id(&self.project, Kind::REPORT, &audience, &self.member.public(), &nonce),
            opens: Some(nonce),
            chain: ChainId([1; 8]),
            seq: 0,
            prev: None,
            authority: [0; 8],
            clock: Clock(1),
            body: &body,
        };
        let statement = draft.sign(&self.project, &audience, &self.member).unwrap();
        Envelope::seal(&statement, &self.project, &self.recipient, posting, lane, Day(day), &mut self.rng).unwrap()
    }

    pub(crate) fn envelopes(&mut self, count: usize, lane: Lane, day: u16) -> Vec<Verified<Envelope>> {
        (0..count).map(|_| self.envelope(lane, day)).collect()
    }

    pub(crate) fn carrier(&self) -> Arc<MemoryCarrier> {
        Arc::new(block_on(Carrier::open(MemoryStore::new(), self.project, u64::MAX)).unwrap())
    }

    /// A relay that has admitted the project, and its carrier.
    pub(crate) fn relay(&self) -> (MemoryResponder, Arc<MemoryCarrier>) {
        let relay = block_on(Responder::relay(self.relay.clone(), MemoryStore::new(), u64::MAX)).unwrap();
        block_on(relay.admit(&self.certificate(1, &self.posting))).unwrap();
        let carrier = relay.carriers().remove(0);
        (relay, carrier)
    }

    pub(crate) fn config(&self) -> Config {
        let mut config = Config::new(self.project, self.posting.clone(), self.relay.public());
        config.lanes.bulk = true;
        config
    }

    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        self.rng.next_u32() % limit
    }
}

pub(crate) fn put(carrier: &MemoryCarrier, envelopes: Vec<Verified<Envelope>>) {
    let count = envelopes.len();
    assert_eq!(block_on(carrier.put(envelopes)).unwrap().held.len(), count);
}

/// Does with a reply what a device does.
pub(crate) fn take(carrier: &MemoryCarrier, world: &World, events: &[Event]) {
    for event in events {
        if let Event::Received(bytes) = event {
            let envelope = azalai_envelope::envelope::UnverifiedEnvelope::parse(bytes.clone()).unwrap();
            put(carrier, vec![envelope.verify(&world.project, &world.posting.public()).unwrap()]);
        }
    }
}

/// The next request, with what must be loaded for it.
pub(crate) fn next(exchange: &mut Exchange, mine: &MemoryCarrier, world: &mut World) -> Result<Step, ExchangeError> {
    loop {
        match mine.read(|index| exchange.next(index, NOW, &mut world.rng))? {
            Step::Load(ids) => {
                let found = block_on(mine.get(&ids)).unwrap();
                let held = ids.into_iter().zip(found).filter_map(|(id, found)| match found {
                    Found::Held(bytes) => Some((id, bytes)),
                    Found::Gone(_) | Found::Unknown => None,
                });
                exchange.provide(held.collect());
            }
            step => return Ok(step),
        }
    }
}

pub(crate) fn respond(responder: &MemoryResponder, request: &[u8], world: &mut World) -> Vec<u8> {
    let mut budget = Budget::of_connection();
    block_on(responder.respond(request, NOW, &mut budget, &mut world.rng)).unwrap()
}

/// Runs an exchange to its end; gives its summary and all events.
pub(crate) fn run(
    mut exchange: Exchange,
    mine: &MemoryCarrier,
    responder: &MemoryResponder,
    world: &mut World,
) -> (Summary, Vec<Event>) {
    let mut all = Vec::new();
    loop {
        match next(&mut exchange, mine, world).unwrap() {
            Step::Send(request) => {
                let reply = respond(responder, &request, world);
                let events = mine.read(|index| exchange.handle_reply(index, &reply)).unwrap();
                take(mine, world, &events);
                all.extend(events);
            }
            Step::Done(summary) => return (summary, all),
            Step::Load(_) => unreachable!(),
        }
    }
}

/// The ids of what a carrier holds, sorted.
pub(crate) fn held(carrier: &MemoryCarrier) -> Vec<azalai_envelope::EnvelopeId> {
    carrier.read(|index| index.iter().map(|(id, _)| *id).filter(|id| index.holds(id)).collect())
}
