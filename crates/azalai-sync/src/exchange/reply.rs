//! Takes replies: what a responder may answer to what was asked, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::codec::DecodeError;
use azalai_envelope::envelope::UnverifiedEnvelope;
use azalai_envelope::{Day, EnvelopeError, EnvelopeId, Lane, RelayReceipt};
use negentropy::{Id, Negentropy};

use super::given_up::Part;
use super::{Asked, Event, Exchange, ExchangeError, Probe};
use crate::carrier::Refusal;
use crate::index::{Index, Why};
use crate::limits::{
    MAX_SHORTENED, MAX_WANTED, MAX_WINDOW, MAX_WINDOW_MISSING, MIN_REQUEST_BYTES, NEWEST_IDS, RECONCILE_FRAME_BYTES,
    WINDOW_IDS,
};
use crate::message::{Answer, Reply};
use crate::set::DayRange;

/// What a responder has of one day: how many ids, and a hash of them.
type TheirDay = (Day, u32, [u8; 16]);

impl Exchange {
    /// Takes the answer to the request that was sent last. `index`: the carrier's, as it was for that step.
    ///
    /// # Errors
    /// [`ExchangeError`], one variant for each rule that the reply breaks. The exchange is over then: what it brought
    /// before stays, the rest is for another one. Only [`ExchangeError::Capsule`] may have been an accident on the
    /// way: the next step asks the same again.
    pub fn handle_reply(&mut self, index: &Index, reply: &[u8]) -> Result<Vec<Event>, ExchangeError> {
        let pending = self.pending.as_ref().ok_or(ExchangeError::NothingAsked)?;
        let body = pending.key.open(reply)?;
        let answers = Reply::decode(&body).map_err(ExchangeError::Reply)?.answers;
        let asked = pending.asked.len();
        if answers.len() != asked {
            return Err(ExchangeError::AnswerCount { asked, got: answers.len() });
        }
        let Some(pending) = self.pending.take() else { return Err(ExchangeError::NothingAsked) };
        self.summary.rounds += 1;
        self.summary.bytes_received += reply.len() as u64;
        self.puts.today(self.today);
        self.fetches.today(self.today);
        self.progress = false;
        let mut events = Vec::new();
        for (position, (asked, answer)) in pending.asked.into_iter().zip(answers).enumerate() {
            self.take(index, position, asked, answer, &mut events)?;
        }
        self.idle = if self.progress { 0 } else { self.idle + 1 };
        if self.fetches.ever() > MAX_WANTED {
            return Err(ExchangeError::TooMany { limit: MAX_WANTED });
        }
        Ok(events)
    }

    fn take(
        &mut self,
        index: &Index,
        position: usize,
        asked: Asked,
        answer: Answer,
        events: &mut Vec<Event>,
    ) -> Result<(), ExchangeError> {
        let wrong = |question| Err(ExchangeError::WrongAnswer { position, question });
        match (asked, answer) {
            // It costs a round, and is asked again with less beside it.
            (asked, Answer::TooMuch) => self.ask_again(vec![asked], index),
            (Asked::Hello, Answer::Hello { role, day, floors, max_request, number, certificate }) => {
                if max_request < MIN_REQUEST_BYTES {
                    return Err(ExchangeError::Nonsense("the largest request that it takes is too small"));
                }
                self.max_request = self.max_request.min(max_request as usize);
                if !self.greeted {
                    self.progress = true;
                }
                self.greeted = true;
                // A device has no certificate and takes none.
                let own = self.config.certificate.as_ref().map_or(0, |(own, _)| *own);
                self.deliver |= role == crate::key::Role::Relay && number < own && !self.config.introduce;
                // Higher than last time, or lower: it may have begun anew.
                for (lane, floor) in floors.iter() {
                    let floor = index.floor(lane).max(*floor);
                    if floor.0 != self.lanes.get(lane).floor {
                        self.lanes.get_mut(lane).floor = floor.0;
                        self.plan(index, lane);
                    }
                }
                events.push(Event::Hello { role, day, floors });
                events.extend(certificate.map(Event::Certificate));
            }
            (Asked::Hello, _) => return wrong("hello"),
            (Asked::Certificate, Answer::Certified | Answer::NotCertified) => self.deliver = false,
            (Asked::Certificate, _) => return wrong("certificate"),
            (Asked::Probe(Probe::Digest(..), _), Answer::Same) => {}
            (Asked::Probe(Probe::Digest(lane, range), _), Answer::Differs { count, .. }) => {
                self.differs(index, lane, range, count);
            }
            (Asked::Probe(Probe::Digest(..), _), _) => return wrong("digest"),
            (Asked::Probe(Probe::Verify(lane, _), digest), Answer::Same) => {
                self.lanes.get_mut(lane).theirs = Some(digest);
            }
            (Asked::Probe(Probe::Verify(lane, _), _), Answer::Differs { digest, .. }) => {
                self.lanes.get_mut(lane).theirs = Some(digest);
            }
            (Asked::Probe(Probe::Verify(..), _), _) => return wrong("last digest"),
            (Asked::Probe(Probe::Days(lane, range), _), Answer::Days(days)) => self.days(index, lane, range, days),
            (Asked::Probe(Probe::Days(..), _), _) => return wrong("days"),
            (Asked::Probe(Probe::Reconcile(lane, range, _), _), Answer::Reconcile(message)) => {
                self.reconcile(index, lane, range, &message)?;
            }
            (Asked::Probe(..), Answer::Unreadable) => return Err(ExchangeError::Reconciliation),
            (Asked::Probe(..), _) => return wrong("reconciliation"),
            (Asked::Window(lane, range, _, ids), Answer::Window { lacking, missing, more }) => {
                self.window(index, lane, range, &ids, &lacking, &missing, more)?;
            }
            (Asked::Window(..), _) => return wrong("window"),
            (Asked::Put(ids), Answer::Put { receipt, refused }) => self.put(&ids, receipt, &refused, events)?,
            (Asked::Put(_), _) => return wrong("put"),
            (Asked::Fetch(ids), Answer::Envelopes { envelopes, missing }) => {
                self.fetched(&ids, envelopes, &missing, events)?;
            }
            (Asked::Fetch(_), _) => return wrong("fetch"),
            (Asked::GivenUp(after, key), Answer::GivenUp { mark, full, shorts, next }) => {
                self.given_up(after, &key, Part { mark, full, shorts, next }, events)?;
            }
            (Asked::GivenUp(..), _) => return wrong("given up"),
        }
        Ok(())
    }

    /// A range that differs: if one side has nothing there, the other's is all that is lacking; else it is named or
    /// divided.
    fn differs(&mut self, index: &Index, lane: Lane, range: DayRange, theirs: u32) {
        if range.first().0 < self.lanes.get(lane).floor {
            // Asked before the responder's floor was known; what lies above it is asked anew.
            return;
        }
        self.lanes.get_mut(lane).differed = true;
        let mine = index.set(lane).view(range).len();
        let newest = range.last() == DayRange::ALL.last();
        if theirs == 0 {
            self.lacks_all(index, lane, range);
        } else if mine <= (if newest { WINDOW_IDS } else { NEWEST_IDS }) && theirs as usize <= MAX_WINDOW {
            self.probes.push_back(Probe::Window(lane, range, theirs));
        } else {
            self.probes.push_back(Probe::Days(lane, range));
        }
    }

    /// The responder has nothing in this range.
    fn lacks_all(&mut self, index: &Index, lane: Lane, range: DayRange) {
        let mut ids = Vec::new();
        index.set(lane).view(range).for_each(|day, id| ids.push((day, id)));
        ids.into_iter().for_each(|(day, id)| self.queue_put(index, id, lane, day));
    }

    fn queue_put(&mut self, index: &Index, id: EnvelopeId, lane: Lane, day: Day) {
        if index.holds(&id) && self.puts.add(id, lane, day) {
            self.found += 1;
            self.progress = true;
        }
    }

    fn queue_fetch(&mut self, index: &Index, id: EnvelopeId, lane: Lane, day: Day) {
        if index.entry(&id).is_none() && self.fetches.add(id, lane, day) {
            self.found += 1;
            self.progress = true;
        }
    }

    /// Compares days, and names the ids of those that differ: neighbours together while they are few.
    fn days(&mut self, index: &Index, lane: Lane, range: DayRange, days: Vec<TheirDay>) {
        self.lanes.get_mut(lane).differed = true;
        let mut both: BTreeMap<Day, (usize, u32, bool)> = BTreeMap::new();
        let mut hashes: BTreeMap<Day, [u8; 16]> = BTreeMap::new();
        for (day, count, hash) in days.into_iter().filter(|(day, _, _)| range.contains(*day)) {
            both.insert(day, (0, count, false));
            hashes.insert(day, hash);
        }
        for (day, count, hash) in index.set(lane).days(range) {
            let theirs = both.get(&day).map_or(0, |(_, theirs, _)| *theirs);
            let same = hashes.get(&day).is_some_and(|theirs| hash.starts_with(theirs));
            both.insert(day, (count, theirs, same));
        }
        let mut open: Option<(DayRange, usize, usize)> = None;
        for (day, (mine, theirs, same)) in both {
            let one = DayRange::day(day);
            let theirs_count = theirs as usize;
            let large = mine > WINDOW_IDS || theirs_count > MAX_WINDOW_MISSING;
            if same || theirs == 0 || large {
                self.close(lane, open.take());
                if theirs == 0 {
                    self.lacks_all(index, lane, one);
                } else if !same && self.pass > 1 && mine <= MAX_WINDOW && theirs_count <= MAX_SHORTENED {
                    // Fingerprints may have been made to cancel: name the ids this time.
                    self.probes.push_back(Probe::Window(lane, one, theirs));
                } else if !same {
                    self.probes.push_back(Probe::Reconcile(lane, one, None));
                }
                continue;
            }
            open = match open {
                Some((days, own, other)) if own + mine <= WINDOW_IDS && other + theirs_count <= MAX_WINDOW_MISSING => {
                    Some((days.through(one), own + mine, other + theirs_count))
                }
                other => {
                    self.close(lane, other);
                    Some((one, mine, theirs_count))
                }
            };
        }
        self.close(lane, open);
    }

    fn close(&mut self, lane: Lane, open: Option<(DayRange, usize, usize)>) {
        if let Some((days, _, theirs)) = open {
            self.probes.push_back(Probe::Window(lane, days, u32::try_from(theirs).unwrap_or(u32::MAX)));
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the question and the answer, each field once")]
    fn window(
        &mut self,
        index: &Index,
        lane: Lane,
        range: DayRange,
        ids: &[(Day, EnvelopeId)],
        lacking: &[u8],
        missing: &[(Day, EnvelopeId)],
        more: bool,
    ) -> Result<(), ExchangeError> {
        if lacking.len() != ids.len().div_ceil(8) {
            return Err(ExchangeError::Nonsense("not one bit for each id that was named"));
        }
        for (bits, ids) in lacking.iter().zip(ids.chunks(8)) {
            for (bit, (day, id)) in ids.iter().enumerate() {
                if bits >> bit & 1 == 1 {
                    self.queue_put(index, *id, lane, *day);
                }
            }
        }
        for (day, id) in missing {
            if !range.contains(*day) {
                return Err(ExchangeError::Nonsense("an id of a day that was not asked for"));
            }
            self.queue_fetch(index, *id, lane, *day);
        }
        match missing.last() {
            Some((day, _)) if more && *day < range.last() => {
                let rest = DayRange::between(range.first(), Day(day.0 + 1));
                self.probes.push_back(Probe::Window(lane, rest, MAX_WINDOW as u32));
            }
            // So many that not even the last day's are all told.
            Some(_) if more => self.probes.push_back(Probe::Reconcile(lane, range, None)),
            None if more => self.probes.push_back(Probe::Window(lane, range, MAX_WINDOW as u32)),
            _ => {}
        }
        Ok(())
    }

    fn reconcile(&mut self, index: &Index, lane: Lane, range: DayRange, message: &[u8]) -> Result<(), ExchangeError> {
        let (mut have, mut need): (Vec<Id>, Vec<Id>) = (Vec::new(), Vec::new());
        let mut negentropy = Negentropy::owned(index.set(lane).view(range), RECONCILE_FRAME_BYTES)
            .map_err(|_| ExchangeError::Reconciliation)?;
        negentropy.set_initiator();
        let next =
            negentropy.reconcile_with_ids(message, &mut have, &mut need).map_err(|_| ExchangeError::Reconciliation)?;
        for id in have {
            let id = EnvelopeId(id.to_bytes());
            if let Some(entry) = index.entry(&id) {
                self.queue_put(index, id, lane, entry.day);
            }
        }
        // Their order comes from a hash table with a random seed.
        let need: BTreeSet<EnvelopeId> = need.into_iter().map(|id| EnvelopeId(id.to_bytes())).collect();
        need.into_iter().for_each(|id| self.queue_fetch(index, id, lane, range.first()));
        if let Some(next) = next {
            self.probes.push_back(Probe::Reconcile(lane, range, Some(next)));
        }
        Ok(())
    }

    fn put(
        &mut self,
        ids: &[EnvelopeId],
        receipt: Vec<u8>,
        refused: &[(u32, Refusal)],
        events: &mut Vec<Event>,
    ) -> Result<(), ExchangeError> {
        let parsed = RelayReceipt::parse(&receipt, &self.config.responder.signing)?;
        let mut open: BTreeSet<EnvelopeId> = ids.iter().copied().collect();
        if parsed.project != self.config.project || !parsed.envelopes.iter().all(|id| open.remove(id)) {
            return Err(ExchangeError::Nonsense("a receipt for what was not put"));
        }
        let mut refusals = Vec::with_capacity(refused.len());
        for (place, reason) in refused {
            let id = ids.get(*place as usize).filter(|id| open.remove(*id));
            let id = *id.ok_or(ExchangeError::Nonsense("a refusal of what was not put"))?;
            refusals.push(Event::Refused { id, reason: *reason });
        }
        if !open.is_empty() {
            return Err(ExchangeError::Nonsense("a put that is neither acknowledged nor refused"));
        }
        self.progress |= !ids.is_empty();
        let counted = parsed.envelopes.iter().filter(|id| Some(**id) != self.config.uncounted);
        self.summary.sent += counted.count() as u64;
        self.summary.refused += refusals.len() as u64;
        if !parsed.envelopes.is_empty() {
            events.push(Event::Acknowledged { ids: parsed.envelopes.clone(), receipt });
        }
        events.extend(refusals);
        Ok(())
    }

    fn fetched(
        &mut self,
        ids: &[EnvelopeId],
        envelopes: Vec<Vec<u8>>,
        missing: &[(u32, Option<Why>)],
        events: &mut Vec<Event>,
    ) -> Result<(), ExchangeError> {
        let mut open: BTreeSet<EnvelopeId> = ids.iter().copied().collect();
        let mut newer = false;
        for bytes in envelopes {
            match UnverifiedEnvelope::parse(bytes.clone()) {
                Ok(envelope) if open.remove(&envelope.id()) => {
                    self.progress = true;
                    self.summary.received += 1;
                    events.push(Event::Received(bytes));
                }
                Err(EnvelopeError::Decode(DecodeError::UnknownVersion { .. })) => {
                    newer = true;
                    events.push(Event::Newer);
                }
                Ok(_) | Err(_) => return Err(ExchangeError::NotAsked),
            }
        }
        // Nothing is noted of them: what a relay gave up, its author or a neighbour may bring.
        for (place, _) in missing {
            let named = ids.get(*place as usize).is_some_and(|id| open.remove(id));
            if !named {
                return Err(ExchangeError::Nonsense("something missing that was not asked for"));
            }
            self.progress = true;
            self.summary.unavailable += 1;
        }
        // What did not fit is asked again. Which of them are of a version that is not known cannot be told.
        if !newer {
            open.into_iter().for_each(|id| self.fetches.back(id));
        }
        Ok(())
    }
}
