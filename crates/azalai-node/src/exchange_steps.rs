//! An exchange one step at a time: the device says what it wants to ask, somebody else does the asking.
//!
//! Between two steps the device is free for everything else; a request that takes minutes holds nothing up. An
//! exchange that is dropped half way loses nothing: what arrived is kept and what was acknowledged is noted.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{Day, DevicePublic, DocumentId, EnvelopeId, PostingKey, SigningPublic};
use azalai_store::{Disk, Store};
use azalai_sync::exchange::{Event, Exchange, Step, Summary};
use azalai_sync::proof::{self, Asking};
use azalai_sync::{Found, KeyDocument, PerLane, Role};

use crate::error::NodeError;
use crate::exchange::{Exchanged, TransportError, add, failed};
use crate::node::Node;

/// The kinds of problem by which a responder says that it knows no such posting epoch, or another key of that epoch: two
/// stewards who were apart can choose one.
const UNKNOWN_EPOCH: [&str; 2] = ["unknown-epoch", "not-member"];

/// The kind by which it says that a request has a form that it does not know.
const UNKNOWN_FORM: &str = "request";

/// What an exchange wants of the other side next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Its key document: `GET /azalai/1/key`.
    KeyDocument,
    /// A reply to this request: `POST /azalai/1/exchange`.
    Request(Vec<u8>),
    /// Nothing more: both carry the same, as far as they could.
    Nothing,
}

/// An exchange under way.
pub struct Exchanging {
    stage: Stage,
    exchanged: Exchanged,
}

enum Stage {
    /// Nothing was asked yet.
    Start,
    /// The key document was asked for.
    Key,
    /// A relay that this device does not know was asked for its certificate.
    Certificate(Box<Exchange>, KeyDocument, Vec<PostingKey>),
    /// Letters go to and fro.
    Letters(Box<Running>),
    /// A relay was asked for the letters of reports that could be forgotten here.
    Proof(Box<Asking>, SigningPublic, BTreeMap<DocumentId, BTreeSet<EnvelopeId>>),
    /// It has ended.
    Over,
}

struct Running {
    exchange: Exchange,
    responder: DevicePublic,
    /// What is left of the posting keys to show to the responder, the one in use first.
    postings: Vec<PostingKey>,
    /// What day the responder says it is.
    day: Option<Day>,
    /// Whose receipts count as a relay's; none if the responder is a member's device.
    relay: Option<SigningPublic>,
    introduced: bool,
    /// The second turn, for what the first made this device say.
    again: bool,
}

impl Exchanging {
    /// What went over the wire so far.
    #[must_use]
    pub fn progress(&self) -> Summary {
        let mut sum = self.exchanged.summary;
        if let Stage::Letters(running) = &self.stage {
            add(&mut sum, running.exchange.summary());
        }
        sum
    }

    /// What it came to.
    #[must_use]
    pub fn exchanged(&self) -> &Exchanged {
        &self.exchanged
    }

    pub(crate) fn into_exchanged(self) -> Exchanged {
        self.exchanged
    }
}

impl core::fmt::Debug for Exchanging {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Exchanging").field("exchanged", &self.exchanged).finish_non_exhaustive()
    }
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Gets ready for an exchange.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn begin_exchange(&mut self, now_ms: u64) -> Result<Exchanging, NodeError> {
        let (taken, stay) = self.get_ready(now_ms).await?;
        Ok(Exchanging { stage: Stage::Start, exchanged: Exchanged { taken, stay, ..Exchanged::default() } })
    }

    /// Takes the answer to what was asked last (none at first) and says what is to be asked next. After an error the
    /// exchange is over.
    ///
    /// # Errors
    /// [`NodeError::Exchange`] says what the other side did wrong; what arrived before it is kept.
    pub async fn step_exchange(
        &mut self,
        run: &mut Exchanging,
        answer: Option<Result<Vec<u8>, TransportError>>,
        now_ms: u64,
    ) -> Result<Ask, NodeError> {
        match core::mem::replace(&mut run.stage, Stage::Over) {
            Stage::Start => {
                run.stage = Stage::Key;
                Ok(Ask::KeyDocument)
            }
            Stage::Key => {
                let document = KeyDocument::parse(&answered(answer)?).map_err(failed)?;
                let postings = self.shown_postings()?;
                // Certified after this device's last exchange: the relay shows its certificate, and the root decides.
                if document.role == Role::Relay && !self.believed(&document).await?.contains(&document.keys) {
                    return self.ask_certificate(run, document, postings, now_ms).await;
                }
                self.begin_letters(run, &document, postings, now_ms).await
            }
            Stage::Certificate(_, document, mut postings)
                if is_unknown_epoch(answer.as_ref()) && postings.len() > 1 =>
            {
                postings.remove(0);
                self.ask_certificate(run, document, postings, now_ms).await
            }
            Stage::Certificate(mut exchange, document, postings) => {
                for event in self.handle(&mut exchange, &answered(answer)?)? {
                    if let Event::Certificate(bytes) = event {
                        self.learn_certificate(&bytes).await?;
                    }
                }
                self.begin_letters(run, &document, postings, now_ms).await
            }
            Stage::Letters(running) => self.go_on(run, *running, answer, now_ms).await,
            Stage::Proof(asking, relay, wanted) => {
                // Letters have gone to and fro: a relay that shows nothing now has only proved nothing.
                if let Some(Ok(reply)) = answer
                    && let Ok(returned) = asking.returned(&reply)
                {
                    // The device was free meanwhile: what was added to since is another report than was asked for.
                    let now = self.unproved(relay, now_ms).await.unwrap_or_default();
                    let proved = wanted.iter().filter(|(id, letters)| {
                        now.get(*id) == Some(*letters) && letters.iter().all(|it| returned.contains(it))
                    });
                    for (id, _) in proved {
                        if let Ok(forgotten) = self.forget(*id, false, now_ms).await {
                            run.exchanged.shed.extend(forgotten);
                        }
                    }
                }
                Ok(Ask::Nothing)
            }
            Stage::Over => Ok(Ask::Nothing),
        }
    }

    /// Asks a relay that this device does not know for its certificate, and for nothing else.
    async fn ask_certificate(
        &mut self,
        run: &mut Exchanging,
        document: KeyDocument,
        postings: Vec<PostingKey>,
        now_ms: u64,
    ) -> Result<Ask, NodeError> {
        let mut config = self.config(document.keys, first(&postings)?).await?;
        config.lanes = PerLane::from_fn(|_| false);
        let mut exchange = Exchange::new(config);
        match self.next(&mut exchange, now_ms)? {
            Step::Send(request) => {
                run.stage = Stage::Certificate(Box::new(exchange), document, postings);
                Ok(Ask::Request(request))
            }
            Step::Load(_) | Step::Done(_) => self.begin_letters(run, &document, postings, now_ms).await,
        }
    }

    /// Forgets what may be forgotten, and asks a relay for the bytes of what only one reader is known to have.
    async fn begin_proof(&mut self, run: &mut Exchanging, running: &Running, now_ms: u64) -> Result<Ask, NodeError> {
        // All letters have gone to and fro: what cannot be forgotten now is forgotten later.
        run.exchanged.shed.extend(self.shed_due(now_ms).await.unwrap_or_default());
        let Some(relay) = running.relay else { return Ok(Ask::Nothing) };
        let wanted = self.unproved(relay, now_ms).await.unwrap_or_default();
        let ids: Vec<EnvelopeId> = wanted.values().flatten().copied().collect();
        if ids.is_empty() {
            return Ok(Ask::Nothing);
        }
        let config = self.config(running.responder, first(&running.postings)?).await?;
        let (request, asking) = proof::ask(&config, &ids, &mut self.rng).map_err(failed)?;
        run.stage = Stage::Proof(Box::new(asking), relay, wanted);
        Ok(Ask::Request(request))
    }

    async fn begin_letters(
        &mut self,
        run: &mut Exchanging,
        document: &KeyDocument,
        postings: Vec<PostingKey>,
        now_ms: u64,
    ) -> Result<Ask, NodeError> {
        let responder = self.trust(document).await?;
        let relay = (document.role == Role::Relay).then_some(responder.signing);
        let mut config = self.config(responder, first(&postings)?).await?;
        if let Some(relay) = &relay {
            config.told = Some(self.told_by(relay).await?);
            config.floors = self.relay_told(relay).await?.floors;
        }
        let exchange = Exchange::new(config);
        let running = Running { exchange, responder, postings, day: None, relay, introduced: false, again: false };
        self.go_on(run, running, None, now_ms).await
    }

    /// Has the second turn put what this responder has given no receipt for. Says whether there is any.
    async fn offer_unsent(&self, running: &mut Running, exchanged: &Exchanged) -> Result<bool, NodeError> {
        let refused: BTreeSet<EnvelopeId> = exchanged.refused.iter().map(|(id, _)| *id).collect();
        let unsent: Vec<EnvelopeId> = self.unsent(running.relay).await?.difference(&refused).copied().collect();
        // Into a full relay go only letters that it never had. What it gave up would push out others' letters, whose
        // authors would bring them again.
        if !exchanged.full {
            self.carrier.read(|index| running.exchange.offer(index, &unsent));
        }
        Ok(!unsent.is_empty())
    }

    async fn go_on(
        &mut self,
        run: &mut Exchanging,
        mut running: Running,
        answer: Option<Result<Vec<u8>, TransportError>>,
        now_ms: u64,
    ) -> Result<Ask, NodeError> {
        match answer {
            None => {}
            Some(Ok(reply)) => {
                let events = self.handle(&mut running.exchange, &reply)?;
                let hello = events
                    .iter()
                    .find_map(|event| if let Event::Hello { day, .. } = event { Some(*day) } else { None });
                running.day = hello.or(running.day);
                let today = Day::of_ms(now_ms).clamped(self.certified_day());
                self.apply_events(events, running.relay, today, &mut run.exchanged).await?;
            }
            // A relay from before there was this question: the same without it.
            Some(Err(TransportError::Refused { kind, .. }))
                if kind == UNKNOWN_FORM && running.exchange.leave_out_given_up() => {}
            // The relay missed a rotation: any member brings it the newer certificate.
            unknown if is_unknown_epoch(unknown.as_ref()) && !running.introduced && running.exchange.introduce() => {
                running.introduced = true;
            }
            // This device has the key from a neighbour, and the certificate has not come yet: an older key opens too.
            unknown if is_unknown_epoch(unknown.as_ref()) && running.postings.len() > 1 => {
                running.postings.remove(0);
                add(&mut run.exchanged.summary, running.exchange.summary());
                let config = self.config(running.responder, first(&running.postings)?).await?;
                running.exchange = Exchange::new(config);
                if running.again {
                    self.offer_unsent(&mut running, &run.exchanged).await?;
                }
            }
            Some(Err(error)) => {
                add(&mut run.exchanged.summary, running.exchange.summary());
                return Err(failed(error));
            }
        }
        loop {
            match self.next(&mut running.exchange, now_ms)? {
                Step::Load(ids) => {
                    let found = self.carrier.get(&ids).await?;
                    let held = ids.into_iter().zip(found).filter_map(|(id, found)| match found {
                        Found::Held(bytes) => Some((id, bytes)),
                        _ => None,
                    });
                    running.exchange.provide(held.collect());
                }
                Step::Send(request) => {
                    run.stage = Stage::Letters(Box::new(running));
                    return Ok(Ask::Request(request));
                }
                Step::Done(summary) => {
                    add(&mut run.exchanged.summary, summary);
                    if !running.again {
                        run.exchanged.admitted = self.admit_at_exchange(now_ms).await?;
                        if let Some(day) = running.day.filter(|_| running.relay.is_some()) {
                            self.renew_aged(day, now_ms).await?;
                        }
                        let (again, stay) = self.get_ready(now_ms).await?;
                        run.exchanged.taken.add(again);
                        run.exchanged.stay = stay;
                        // A new key may be among what was said just now, and letters be posted with it.
                        running.postings = self.shown_postings()?;
                        let config = self.config(running.responder, first(&running.postings)?).await?;
                        running =
                            Running { exchange: Exchange::new(config), introduced: false, again: true, ..running };
                        if self.offer_unsent(&mut running, &run.exchanged).await? {
                            continue;
                        }
                    }
                    self.trim_journal().await?;
                    return self.begin_proof(run, &running, now_ms).await;
                }
            }
        }
    }
}

fn first(postings: &[PostingKey]) -> Result<PostingKey, NodeError> {
    postings.first().cloned().ok_or_else(|| NodeError::NoKey("this device holds no posting key".to_owned()))
}

/// Whether the responder says that it does not know the posting key.
fn is_unknown_epoch(answer: Option<&Result<Vec<u8>, TransportError>>) -> bool {
    matches!(answer, Some(Err(TransportError::Refused { kind, .. })) if UNKNOWN_EPOCH.contains(&kind.as_str()))
}

fn answered(answer: Option<Result<Vec<u8>, TransportError>>) -> Result<Vec<u8>, NodeError> {
    answer.unwrap_or_else(|| Err(TransportError::Connection("nothing was answered".to_owned()))).map_err(failed)
}
