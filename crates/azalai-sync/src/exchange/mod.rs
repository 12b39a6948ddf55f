//! One exchange with one responder, as a state machine: it says what to send, what to load and what came of a reply,
//! and does none of it itself.
//!
//! It goes so. First the newest part of each lane and the rest of it are compared by digest. Where the newest part
//! differs, all its ids are named in eight bytes each; where the rest does, its days are compared, and then the ids of
//! the days that differ: named, or by range-based reconciliation if a day has very many. What is found lacking on
//! either side travels with the requests that follow, urgent before text before previews before bulk, newest first.
//! With the last of it goes a digest of each lane that had differed; while they are not the same at the end, days are
//! compared again.
//!
//! It may be dropped at any point and begun anew: nothing depends on its coming to an end. It never trusts a
//! responder: whatever is answered, it ends, and it takes nothing for received that was not asked for.

mod ask;
mod given_up;
mod queue;
mod reply;

use std::collections::{BTreeMap, VecDeque};

use azalai_envelope::codec::DecodeError;
use azalai_envelope::receipt::ReceiptError;
use azalai_envelope::{Day, DevicePublic, EnvelopeId, Lane, PostingKey, ProjectId};
use rand_core::CryptoRng;

use crate::capsule::{self, CapsuleError, ReplyKey};
use crate::carrier::Refusal;
use crate::index::Index;
use crate::key::Role;
use crate::lanes::PerLane;
use crate::limits::{MAX_IDLE_ROUNDS, MAX_PASSES, MAX_ROUNDS, NEWEST_IDS, WINDOW_IDS};
use crate::set::DayRange;
use given_up::Listing;
pub use given_up::Told;
use queue::Queue;

/// What an exchange is about.
#[derive(Debug, Clone)]
pub struct Config {
    /// The project.
    pub project: ProjectId,
    /// The newest posting key.
    pub posting: PostingKey,
    /// The responder, proven by the authority log or by its key document.
    pub responder: DevicePublic,
    /// Which lanes are exchanged: bulk by choice.
    pub lanes: PerLane<bool>,
    /// The newest certificate for this responder with its number, if it is a relay.
    pub certificate: Option<(u32, Vec<u8>)>,
    /// Sends the certificate with the first request: after a relay answered that it does not know the epoch.
    pub introduce: bool,
    /// The floors that the responder announced last time: saves a round.
    pub floors: PerLane<Day>,
    /// A letter that [`Summary::sent`] does not count: its owner must not be seen to send it.
    pub uncounted: Option<EnvelopeId>,
    /// Asks a relay what it gave up: what it told before, and what it was given.
    pub told: Option<Told>,
}

impl Config {
    /// All lanes but bulk, no certificate, no known floors.
    #[must_use]
    pub fn new(project: ProjectId, posting: PostingKey, responder: DevicePublic) -> Self {
        Self {
            project,
            posting,
            responder,
            lanes: PerLane::from_fn(|lane| lane != Lane::Bulk),
            certificate: None,
            introduce: false,
            floors: PerLane::from_fn(|_| Day(0)),
            uncounted: None,
            told: None,
        }
    }
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Post these bytes to the responder, and give its answer to [`Exchange::handle_reply`]. If there is no answer,
    /// asking for the next step again gives a request that asks the same.
    Send(Vec<u8>),
    /// Give the bytes of these envelopes to [`Exchange::provide`].
    Load(Vec<EnvelopeId>),
    /// It is over.
    Done(Summary),
}

/// What came of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The responder introduced itself.
    Hello {
        /// What it is.
        role: Role,
        /// Its day.
        day: Day,
        /// Its floors: keep them for [`Config::floors`].
        floors: PerLane<Day>,
    },
    /// The responder's certificate, newer than the one in [`Config::certificate`]. Not checked.
    Certificate(Vec<u8>),
    /// An envelope that was asked for. Its posting signature is not checked: verify it and put it into the carrier
    /// before the next step.
    Received(Vec<u8>),
    /// The responder says that it holds these, and signed that: the receipt was checked.
    Acknowledged {
        /// Which envelopes.
        ids: Vec<EnvelopeId>,
        /// The receipt.
        receipt: Vec<u8>,
    },
    /// The responder did not take an envelope.
    Refused {
        /// Which.
        id: EnvelopeId,
        /// Why.
        reason: Refusal,
    },
    /// The relay answered what it gave up: one for each part of its list.
    GivenUp {
        /// Those of [`Told::held`] that it named: it does not hold them any more.
        ids: Vec<EnvelopeId>,
        /// Whether it has no room for them now.
        full: bool,
        /// With the last part: keep it for [`Told::mark`].
        mark: Option<[u8; 16]>,
    },
    /// An envelope of a version that this program does not know. It is not kept; it is offered again next time.
    Newer,
}

/// What an exchange came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Envelopes that the responder acknowledged.
    pub sent: u64,
    /// Envelopes that were received.
    pub received: u64,
    /// Envelopes that the responder did not take.
    pub refused: u64,
    /// Envelopes that the responder named but did not have.
    pub unavailable: u64,
    /// Requests that were answered.
    pub rounds: u32,
    /// Bytes of all request bodies.
    pub bytes_sent: u64,
    /// Bytes of all reply bodies.
    pub bytes_received: u64,
    /// Whether both sides' sets are the same now, as far as they were compared.
    pub settled: bool,
}

/// Why an exchange was given up. What was received and acknowledged before stays so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// The request could not be sealed, or the reply not opened.
    #[error("{0}")]
    Capsule(#[from] CapsuleError),
    /// The reply has another form.
    #[error("reply: {0}")]
    Reply(DecodeError),
    /// There was no request to reply to.
    #[error("reply: nothing was asked")]
    NothingAsked,
    /// There are more or fewer answers than questions.
    #[error("reply: {got} answers to {asked} questions")]
    AnswerCount {
        /// Questions.
        asked: usize,
        /// Answers.
        got: usize,
    },
    /// An answer is to another question.
    #[error("reply: the answer to question {position} ({question}) is to another question")]
    WrongAnswer {
        /// Which, from 0.
        position: usize,
        /// What was asked.
        question: &'static str,
    },
    /// The answer contradicts the question.
    #[error("reply: {0}")]
    Nonsense(&'static str),
    /// The receipt is not the responder's.
    #[error("reply: {0}")]
    Receipt(#[from] ReceiptError),
    /// An envelope that was not asked for, or bytes that are none.
    #[error("reply: an envelope that was not asked for")]
    NotAsked,
    /// The reconciliation message could not be read or made.
    #[error("reply: the reconciliation message is not readable")]
    Reconciliation,
    /// Round after round brought nothing.
    #[error("the responder answers, but {rounds} rounds in a row brought nothing")]
    NoProgress {
        /// How many.
        rounds: u32,
    },
    /// It took more rounds than any honest exchange.
    #[error("no end after {rounds} rounds")]
    TooLong {
        /// How many.
        rounds: u32,
    },
    /// The responder announced more letters than one can carry.
    #[error("the responder announces more than {limit} letters")]
    TooMany {
        /// How many may be announced.
        limit: usize,
    },
}

/// Something to find out.
#[derive(Debug, Clone)]
enum Probe {
    /// Whether a range is the same.
    Digest(Lane, DayRange),
    /// Whether a lane is the same now.
    Verify(Lane, DayRange),
    /// Which days of a range differ.
    Days(Lane, DayRange),
    /// Which ids of a range differ, by naming them; with about how many the responder has there.
    Window(Lane, DayRange, u32),
    /// Which ids of a range differ, by fingerprints; with the message, once there is one.
    Reconcile(Lane, DayRange, Option<Vec<u8>>),
}

/// What was asked, in the order of the operations.
#[derive(Debug)]
enum Asked {
    Hello,
    Certificate,
    Probe(Probe, [u8; 32]),
    Window(Lane, DayRange, u32, Vec<(Day, EnvelopeId)>),
    Put(Vec<EnvelopeId>),
    Fetch(Vec<EnvelopeId>),
    /// After which id, and under which key ids are shortened.
    GivenUp(Option<EnvelopeId>, [u8; 32]),
}

#[derive(Debug)]
struct Pending {
    asked: Vec<Asked>,
    key: ReplyKey,
}

/// What is known of a lane during the exchange.
#[derive(Debug, Clone, Copy, Default)]
struct LaneState {
    /// Its first day that is compared.
    floor: u16,
    /// Whether a difference was found.
    differed: bool,
    /// The responder's digest from `floor` on after everything was sent and fetched.
    theirs: Option<[u8; 32]>,
}

/// One exchange with one responder.
#[derive(Debug)]
pub struct Exchange {
    config: Config,
    planned: bool,
    greeted: bool,
    deliver: bool,
    today: Day,
    pass: u32,
    /// Ids that this pass found lacking on either side.
    found: u64,
    idle: u32,
    progress: bool,
    lanes: PerLane<LaneState>,
    probes: VecDeque<Probe>,
    puts: Queue,
    fetches: Queue,
    loading: Option<Vec<EnvelopeId>>,
    loaded: BTreeMap<EnvelopeId, Vec<u8>>,
    pending: Option<Pending>,
    max_request: usize,
    listing: Listing,
    summary: Summary,
}

impl Exchange {
    /// Begins one.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            deliver: config.introduce && config.certificate.is_some(),
            listing: Listing::new(config.told.is_some()),
            config,
            planned: false,
            greeted: false,
            today: Day(0),
            pass: 1,
            found: 0,
            idle: 0,
            progress: false,
            lanes: PerLane::default(),
            probes: VecDeque::new(),
            puts: Queue::default(),
            fetches: Queue::default(),
            loading: None,
            loaded: BTreeMap::new(),
            pending: None,
            max_request: crate::limits::MAX_REQUEST_BYTES,
            summary: Summary::default(),
        }
    }

    /// What it came to so far.
    #[must_use]
    pub const fn summary(&self) -> Summary {
        self.summary
    }

    /// Puts these, whether or not the responder lacks them. It answers with a receipt for what it held already as well:
    /// so whoever lost one gets it again. Before the first step.
    pub fn offer(&mut self, index: &Index, ids: &[EnvelopeId]) {
        for id in ids {
            if let Some(entry) = index.entry(id).filter(|_| index.holds(id)) {
                self.puts.add(*id, entry.lane, entry.day);
            }
        }
    }

    /// Sends the certificate with the next request: after the responder answered that it does not know the epoch. Says
    /// whether there is one; if not, another posting key is needed.
    #[must_use]
    pub const fn introduce(&mut self) -> bool {
        self.deliver = self.config.certificate.is_some();
        self.deliver
    }

    /// What to do next. `index`: the carrier's, with all that was received so far.
    ///
    /// # Errors
    /// [`ExchangeError::NoProgress`], [`ExchangeError::TooLong`], or that the request could not be made.
    pub fn next(&mut self, index: &Index, now_ms: u64, rng: &mut impl CryptoRng) -> Result<Step, ExchangeError> {
        self.today = Day::of_ms(now_ms);
        if let Some(pending) = self.pending.take() {
            self.ask_again(pending.asked, index);
        }
        if self.idle > MAX_IDLE_ROUNDS {
            return Err(ExchangeError::NoProgress { rounds: self.idle });
        }
        if self.summary.rounds >= MAX_ROUNDS {
            return Err(ExchangeError::TooLong { rounds: self.summary.rounds });
        }
        if !self.planned {
            self.planned = true;
            for lane in Lane::ALL {
                let floor = index.floor(lane).max(*self.config.floors.get(lane));
                self.lanes.get_mut(lane).floor = floor.0;
                self.plan(index, lane);
            }
        }
        if self.greeted
            && !self.deliver
            && self.listing.question().is_none()
            && self.nothing_to_ask()
            && !self.another_pass(index)
        {
            return Ok(Step::Done(self.summary));
        }
        if let Some(ids) = self.missing_bytes(index) {
            return Ok(Step::Load(ids));
        }
        let (body, asked) = self.assemble(index, rng)?;
        let (request, key) =
            capsule::seal_request(&self.config.responder, &self.config.project, &self.config.posting, &body, rng)?;
        self.summary.bytes_sent += request.len() as u64;
        self.pending = Some(Pending { asked, key });
        Ok(Step::Send(request))
    }

    /// Gives the bytes of envelopes that a [`Step::Load`] asked for. Those that are left out are not sent.
    pub fn provide(&mut self, envelopes: Vec<(EnvelopeId, Vec<u8>)>) {
        let Some(wanted) = self.loading.take() else { return };
        self.loaded = envelopes.into_iter().collect();
        for id in wanted.iter().filter(|id| !self.loaded.contains_key(id)) {
            self.puts.drop(id);
        }
    }

    fn nothing_to_ask(&self) -> bool {
        self.probes.is_empty() && self.puts.is_empty() && self.fetches.is_empty()
    }

    /// Says what of a lane is compared first: the newest part and the rest.
    fn plan(&mut self, index: &Index, lane: Lane) {
        if !*self.config.lanes.get(lane) {
            return;
        }
        let since = Day(self.lanes.get(lane).floor);
        let set = index.set(lane);
        let mut newest = 0;
        let mut from = None;
        for (day, count) in set.counts(DayRange::since(since)).rev() {
            // A newest day that is large by itself is still worth naming.
            let limit = if from.is_none() { WINDOW_IDS } else { NEWEST_IDS };
            if newest + count > limit {
                break;
            }
            newest += count;
            from = Some(day);
        }
        if newest == set.view(DayRange::since(since)).len() {
            self.probes.push_back(Probe::Digest(lane, DayRange::since(since)));
            return;
        }
        // If not even the newest day is small, nobody's is cut off.
        let from = from.unwrap_or(since);
        if from > since {
            self.probes.push_back(Probe::Digest(lane, DayRange::since(from)));
        }
        let rest = if from > since { DayRange::between(since, from) } else { DayRange::since(since) };
        self.probes.push_back(Probe::Digest(lane, rest));
    }

    /// At the end of a pass: whether there is something to do still.
    fn another_pass(&mut self, index: &Index) -> bool {
        let mut differ = Vec::new();
        for lane in Lane::ALL {
            let state = *self.lanes.get(lane);
            if !state.differed {
                continue;
            }
            let range = DayRange::since(Day(state.floor));
            match state.theirs {
                None => self.probes.push_back(Probe::Verify(lane, range)),
                Some(digest) if digest != index.set(lane).digest(range) => differ.push((lane, range)),
                Some(_) => {}
            }
        }
        if !self.probes.is_empty() {
            return true;
        }
        self.summary.settled = differ.is_empty();
        if differ.is_empty() || self.found == 0 && self.pass > 1 || self.pass >= MAX_PASSES {
            return false;
        }
        self.pass += 1;
        self.found = 0;
        for (lane, range) in differ {
            self.lanes.get_mut(lane).theirs = None;
            self.probes.push_back(Probe::Days(lane, range));
        }
        true
    }
}
