//! An exchange with a relay or a neighbour's device, over whatever transport the caller has.
//!
//! May be stopped at any point and begun anew: what was received is kept and what was acknowledged is noted reply by
//! reply, durably.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

use azalai_envelope::{Certificate, Day, DevicePublic, EnvelopeId, Lane, PostingKey, PostingPublic, SigningPublic};
use azalai_store::{Batch, Disk, Store, Vault};
use azalai_sync::exchange::{Config, Event, Exchange, Step, Summary};
use azalai_sync::{Carrier, Found, KeyDocument, Refusal, Responder, Why};

use crate::error::NodeError;
use crate::exchange_steps::Ask;
use crate::lost::denies;
use crate::node::Node;
use crate::spaces::PROFILE;
use crate::taken::TakenIn;

/// How bytes get to a responder and back.
pub trait Transport: Send {
    /// The responder's key document: `GET /azalai/1/key`.
    fn key_document(&mut self) -> impl Future<Output = Result<Vec<u8>, TransportError>> + Send;

    /// Posts an encapsulated request to `/azalai/1/exchange`, and gives the reply's body.
    fn exchange(&mut self, request: Vec<u8>) -> impl Future<Output = Result<Vec<u8>, TransportError>> + Send;
}

/// Why there was no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The responder refused: its status and what it said.
    #[error("the other side refused ({status}): {detail}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What kind of problem it says it is.
        kind: String,
        /// The problem's detail, in the responder's words.
        detail: String,
    },
    /// The connection failed.
    #[error("no connection: {0}")]
    Connection(String),
    /// There is a connection, and it is not with whom the address names, or nobody can tell.
    #[error("no connection: {0}")]
    Untrusted(String),
}

/// What an exchange came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchanged {
    /// What went over the wire.
    pub summary: Summary,
    /// What the received envelopes held for this device.
    pub taken: TakenIn,
    /// Newcomers whom this device admitted by itself, since the project says so.
    pub admitted: Vec<azalai_roster::Member>,
    /// Own statements that stay on this device, with the reason.
    pub stay: Vec<String>,
    /// Envelopes that the responder did not take, with the reason.
    pub refused: Vec<(EnvelopeId, String)>,
    /// Own statements of which the relay gave up the letters for room: they may be on this device only again.
    pub given_up: usize,
    /// Own statements that are older than the relay keeps letters: they leave again as letters of today.
    pub too_old: usize,
    /// The relay has no room for what it gave up: it is offered again when there is some.
    pub full: bool,
    /// Received envelopes that nobody of this project posted: dropped.
    pub foreign: usize,
    /// Own reports that were forgotten here, since they have safely arrived.
    pub shed: Vec<azalai_envelope::DocumentId>,
}

/// The carrier of a device.
pub type DeviceCarrier<S, D> = Carrier<Arc<Vault<S, D>>>;

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// What this device carries for others and itself.
    #[must_use]
    pub fn carrier(&self) -> Arc<DeviceCarrier<S, D>> {
        Arc::clone(&self.carrier)
    }

    /// Serves the routes of an exchange to neighbours, under keys made for the occasion.
    ///
    /// # Errors
    /// [`NodeError::NoKey`] if this device cannot show that it is a member's.
    pub fn responder(&mut self) -> Result<Responder<Arc<Vault<S, D>>>, NodeError> {
        let keys = azalai_envelope::DeviceKeys::generate(&mut self.rng);
        let mut postings = self.shown_postings()?;
        // A responder knows one key of each epoch: the current one of its own.
        let mut epochs = BTreeSet::new();
        postings.retain(|key| epochs.insert(key.epoch));
        Ok(Responder::device(keys, &postings, Arc::clone(&self.carrier)))
    }

    /// Gets ready: takes in what waits, writes the letters and receipts that are owed, seals what has not left yet.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn get_ready(&mut self, now_ms: u64) -> Result<(TakenIn, Vec<String>), NodeError> {
        self.settle().await?;
        let taken = self.catch_up().await?;
        self.rotate_where_needed(now_ms).await?;
        self.renew_shadowed(now_ms).await?;
        self.write_letters(now_ms).await?;
        self.write_receipts(now_ms).await?;
        self.write_claim_notices(now_ms).await?;
        let sealed = self.seal_pending(now_ms).await?;
        let stay: BTreeSet<String> = sealed.stay.into_iter().map(|(_, why)| why).collect();
        Ok((taken, stay.into_iter().collect()))
    }

    /// Exchanges with one responder until both carry the same, then once more if what was received made this device
    /// say something (a receipt, a letter with keys), or if a receipt for its own letters is missing. Who wants the
    /// device free while a request travels drives [`Node::step_exchange`] instead.
    ///
    /// # Errors
    /// [`NodeError::Exchange`] says what the other side did wrong; what arrived before it is kept.
    pub async fn exchange_with(&mut self, transport: &mut impl Transport, now_ms: u64) -> Result<Exchanged, NodeError> {
        let mut run = self.begin_exchange(now_ms).await?;
        let mut answer = None;
        loop {
            answer = Some(match self.step_exchange(&mut run, answer, now_ms).await? {
                Ask::KeyDocument => transport.key_document().await,
                Ask::Request(request) => transport.exchange(request).await,
                Ask::Nothing => return Ok(run.into_exchanged()),
            });
        }
    }

    /// The sealed letters of this device that this relay has given no receipt for, or, without a relay, that nobody
    /// has. Some may be there all the same: the reply that said so was lost.
    pub(crate) async fn unsent(&self, relay: Option<SigningPublic>) -> Result<BTreeSet<EnvelopeId>, NodeError> {
        let (outbox, _) = crate::node::scan_all(&self.vault, crate::spaces::OUTBOX).await?;
        let mut unsent = BTreeSet::new();
        for (_, value) in outbox {
            let outgoing = crate::stored::Outgoing::decode(&value)?;
            let there = match relay {
                Some(relay) => outgoing.relays.contains(&relay),
                None => outgoing.handed_on || !outgoing.relays.is_empty(),
            };
            unsent.extend(outgoing.envelope.filter(|_| !there));
        }
        Ok(unsent)
    }

    /// The relays that this device would believe: those that the project names, and this one if it showed its
    /// certificate before. One who is not admitted yet cannot read the act that names the relay: the certificate that
    /// it showed at an earlier exchange stands in for it.
    pub(crate) async fn believed(&self, document: &KeyDocument) -> Result<Vec<DevicePublic>, NodeError> {
        let mut relays: Vec<DevicePublic> = self.roster.relays().iter().map(|relay| relay.public).collect();
        relays.extend(self.certified(&document.keys).await?.map(|_| document.keys));
        Ok(relays)
    }

    /// Makes sure that the responder is a relay of this project or a member's device.
    pub(crate) async fn trust(&self, document: &KeyDocument) -> Result<DevicePublic, NodeError> {
        let relays = self.believed(document).await?;
        let postings: Vec<PostingPublic> = self.members_postings().into_iter().collect();
        document.verify(&self.project, &relays, &postings).map_err(failed)
    }

    /// The posting keys that count, and those that this device holds and whose act it has not read.
    fn counting_postings(&self) -> BTreeSet<PostingPublic> {
        let named = self.roster.named_posting();
        let held = self.secrets.all_posting().map(PostingKey::public).filter(|public| !named.contains(public));
        self.roster.posting_keys().into_iter().map(|info| info.public).chain(held).collect()
    }

    /// Keeps a relay's certificate of this project, if it is newer than the one that is kept. Says whether it is
    /// this project's.
    pub(crate) async fn learn_certificate(&mut self, bytes: &[u8]) -> Result<bool, NodeError> {
        let certificate = Certificate::parse(bytes).map_err(failed)?;
        if certificate.carrier.root != self.profile.root {
            return Ok(false);
        }
        let known = self.certificate(&certificate.relay.signing).await?;
        if known.is_none_or(|(number, _)| number < certificate.number) {
            let mut batch = Batch::new();
            batch.put(PROFILE, certificate_key(&certificate.relay.signing), bytes);
            self.vault.apply(batch).await?;
        }
        Ok(true)
    }

    /// The newest certificate of a relay: what it showed, or what a steward made known.
    async fn certificate(&self, relay: &SigningPublic) -> Result<Option<(u32, Vec<u8>)>, NodeError> {
        let shown = self.vault.get(PROFILE, &certificate_key(relay)).await?;
        let known = self.roster.relays().iter().find(|known| known.public.signing == *relay);
        let known = known.and_then(|known| known.certificate.clone());
        let numbered = |bytes: Vec<u8>| Some((Certificate::parse(&bytes).ok()?.number, bytes));
        Ok(shown.into_iter().chain(known).filter_map(numbered).max())
    }

    /// What this device brings to a relay: the certificate that a steward made known, or else what the relay itself
    /// showed, and only for a posting key that this device knows. One for another key would let its owner in and shut
    /// the members out.
    async fn brought(&self, relay: &SigningPublic) -> Result<Option<(u32, Vec<u8>)>, NodeError> {
        let known = self.roster.relays().iter().find(|known| known.public.signing == *relay);
        let known = known.and_then(|known| known.certificate.clone());
        let shown = self.vault.get(PROFILE, &certificate_key(relay)).await?;
        let (current, named) = (self.roster.posting(), self.counting_postings());
        let all = known.map(|bytes| (true, bytes)).into_iter().chain(shown.map(|bytes| (false, bytes)));
        let all = all.filter_map(|(by_steward, bytes)| {
            let certificate = Certificate::parse(&bytes).ok()?;
            let (number, posting) = (certificate.number, certificate.posting);
            named.contains(&posting).then_some((Some(posting) == current, by_steward, number, bytes))
        });
        Ok(all.max().map(|(.., number, bytes)| (number, bytes)))
    }

    /// What a relay itself showed last.
    pub(crate) async fn shown(&self, relay: &SigningPublic) -> Result<Option<Certificate>, NodeError> {
        let shown = self.vault.get(PROFILE, &certificate_key(relay)).await?;
        Ok(shown.and_then(|bytes| Certificate::parse(&bytes).ok()).map(azalai_envelope::Verified::into_inner))
    }

    /// The kept certificate for exactly these keys: one for another relay proves nothing about who shows it.
    async fn certified(&self, relay: &DevicePublic) -> Result<Option<(u32, Vec<u8>)>, NodeError> {
        let certificate = self.certificate(&relay.signing).await?;
        Ok(certificate
            .filter(|(_, bytes)| Certificate::parse(bytes).is_ok_and(|certificate| certificate.relay == *relay)))
    }

    /// The posting keys that this device can show to be a member's with, the one to begin with first: the current one,
    /// then older ones, since a relay may not have heard of the newest.
    pub(crate) fn shown_postings(&self) -> Result<Vec<PostingKey>, NodeError> {
        let current = self.secrets.posting(&self.roster).cloned();
        let current = current.ok_or_else(|| NodeError::NoKey("this device holds no posting key".to_owned()))?;
        let mut keys: Vec<PostingKey> = self.secrets.all_posting().cloned().collect();
        keys.retain(|key| key.public() != current.public());
        keys.push(current);
        keys.reverse();
        Ok(keys)
    }

    pub(crate) async fn config(&self, responder: DevicePublic, posting: PostingKey) -> Result<Config, NodeError> {
        let mut config = Config::new(self.project, posting, responder);
        config.certificate = self.brought(&responder.signing).await?;
        config.uncounted = self.quiet;
        Ok(config)
    }

    pub(crate) fn next(&mut self, exchange: &mut Exchange, now_ms: u64) -> Result<Step, NodeError> {
        let carrier = Arc::clone(&self.carrier);
        carrier.read(|index| exchange.next(index, now_ms, &mut self.rng)).map_err(failed)
    }

    pub(crate) fn handle(&self, exchange: &mut Exchange, reply: &[u8]) -> Result<Vec<Event>, NodeError> {
        self.carrier.read(|index| exchange.handle_reply(index, reply)).map_err(failed)
    }

    pub(crate) async fn apply_events(
        &mut self,
        events: Vec<Event>,
        relay: Option<SigningPublic>,
        today: Day,
        exchanged: &mut Exchanged,
    ) -> Result<(), NodeError> {
        let mut received: Vec<Vec<u8>> = Vec::new();
        for event in events {
            match event {
                Event::Hello { floors, .. } => {
                    if let Some(relay) = &relay {
                        exchanged.too_old += self.note_floors(relay, floors, today).await?;
                    }
                }
                Event::Certificate(bytes) => drop(self.learn_certificate(&bytes).await?),
                Event::Received(bytes) => received.push(bytes),
                Event::Acknowledged { ids, .. } => self.note_acknowledged(&ids, relay).await?,
                Event::Refused { id, reason: Refusal::Epoch | Refusal::NotPosted }
                    if self.leaves_anew(&id, relay).await? => {}
                Event::Refused { id, reason } => {
                    if let Some(relay) = relay.as_ref().filter(|_| denies(reason)) {
                        self.note_gone(&[id], relay).await?;
                    }
                    exchanged.refused.push((id, refusal(reason).to_owned()));
                }
                Event::GivenUp { ids, full, mark } => {
                    exchanged.full = full;
                    if let Some(relay) = &relay {
                        exchanged.given_up += self.note_gone(&ids, relay).await?;
                        if let Some(mark) = mark {
                            self.note_mark(relay, mark).await?;
                        }
                    }
                }
                Event::Newer => exchanged.taken.left += 1,
            }
        }
        // Those of nobody are not kept: the other side offers them again.
        let (taken, foreign) = self.take_in_bytes(received).await?;
        exchanged.taken.add(taken);
        exchanged.foreign += foreign.len();
        Ok(())
    }

    /// The envelopes of these ids that are held.
    pub(crate) async fn carried(&self, ids: &[EnvelopeId]) -> Result<Vec<Vec<u8>>, NodeError> {
        let found = self.carrier.get(ids).await?;
        let held =
            found.into_iter().filter_map(|found| if let Found::Held(bytes) = found { Some(bytes) } else { None });
        Ok(held.collect())
    }

    /// The ids of all envelopes that are held.
    pub(crate) fn held_ids(&self) -> Vec<EnvelopeId> {
        self.carrier.read(|index| index.iter().map(|(id, _)| *id).filter(|id| index.holds(id)).collect())
    }

    /// Envelopes and their bytes by lane, without the one that no count shows.
    pub(crate) fn carried_by_lane(&self) -> Vec<(Lane, u64, u64)> {
        self.carrier.read(|index| {
            let quiet = self.quiet.filter(|id| index.holds(id)).and_then(|id| index.entry(&id));
            let lanes = index.held().iter().map(|(lane, amount)| match quiet {
                Some(quiet) if quiet.lane == lane => {
                    (lane, amount.envelopes.saturating_sub(1), amount.bytes.saturating_sub(quiet.len.into()))
                }
                _ => (lane, amount.envelopes, amount.bytes),
            });
            lanes.collect()
        })
    }
}

fn certificate_key(relay: &SigningPublic) -> Vec<u8> {
    let mut key = b"certificate/".to_vec();
    key.extend_from_slice(&relay.0);
    key
}

/// Why a responder did not take an envelope, in words.
fn refusal(reason: Refusal) -> &'static str {
    match reason {
        Refusal::Malformed => "it is damaged",
        Refusal::Version => "the other side needs a newer Azalai",
        Refusal::Epoch => "the other side does not know its posting epoch",
        Refusal::NotPosted => "no member of its epoch posted it",
        Refusal::BelowFloor => "it is older than the other side keeps",
        Refusal::Ahead => "its day lies too far ahead: one of the two clocks is wrong",
        Refusal::Gone(Why::Declined) => "the other side does not want it",
        Refusal::Gone(Why::Shed) => "the other side shed it before",
        Refusal::Gone(Why::Evicted) => "the other side gave it up for room",
        Refusal::Full => "the other side is full",
        Refusal::Budget => "the other side takes no more in this connection: go on later",
    }
}

pub(crate) fn failed(error: impl core::fmt::Display) -> NodeError {
    NodeError::Exchange(error.to_string())
}

pub(crate) fn add(sum: &mut Summary, part: Summary) {
    sum.sent += part.sent;
    sum.received += part.received;
    sum.refused += part.refused;
    sum.unavailable += part.unavailable;
    sum.rounds += part.rounds;
    sum.bytes_sent += part.bytes_sent;
    sum.bytes_received += part.bytes_received;
    sum.settled = part.settled;
}
