//! Makes requests out of what is to be found out, sent and fetched.

use azalai_envelope::{Day, EnvelopeId, Lane};
use negentropy::Negentropy;
use rand_core::CryptoRng;

use super::{Asked, Exchange, ExchangeError, Probe};
use crate::index::Index;
use crate::limits::{
    FRAME_RESERVE_BYTES, MAX_FETCH, MAX_OPERATIONS, MAX_PROBE_BYTES, MAX_PUT, MAX_RECONCILIATIONS, MAX_SHORTENED,
    RECONCILE_FRAME_BYTES,
};
use crate::message::{Operation, Request, short, short_key};
use crate::set::DayRange;

impl Exchange {
    /// What must be loaded before the next request can be made.
    pub(super) fn missing_bytes(&mut self, index: &Index) -> Option<Vec<EnvelopeId>> {
        if let Some(ids) = &self.loading {
            return Some(ids.clone());
        }
        if !self.loaded.is_empty() || self.puts.is_empty() {
            return None;
        }
        let mut room = self.max_request - FRAME_RESERVE_BYTES;
        let mut ids = Vec::new();
        let mut gone = Vec::new();
        for id in self.puts.iter() {
            let Some(entry) = index.entry(&id).filter(|_| index.holds(&id)) else {
                gone.push(id);
                continue;
            };
            let Some(left) = room.checked_sub(entry.len as usize + 4) else { break };
            if ids.len() == MAX_PUT {
                break;
            }
            room = left;
            ids.push(id);
        }
        gone.iter().for_each(|id| self.puts.drop(id));
        if ids.is_empty() {
            return None;
        }
        self.loading = Some(ids.clone());
        Some(ids)
    }

    /// Makes a request body, and notes what it asks.
    pub(super) fn assemble(
        &mut self,
        index: &Index,
        rng: &mut impl CryptoRng,
    ) -> Result<(Vec<u8>, Vec<Asked>), ExchangeError> {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let mut operations = Vec::new();
        let mut asked = Vec::new();
        if !self.greeted {
            let certificate = self.config.certificate.as_ref().map_or(0, |(number, _)| *number);
            operations.push(Operation::Hello { certificate });
            asked.push(Asked::Hello);
        }
        if let Some((_, bytes)) = self.config.certificate.as_ref().filter(|_| self.deliver) {
            operations.push(Operation::Certificate(bytes.clone()));
            asked.push(Asked::Certificate);
        }
        if let Some(after) = self.listing.question() {
            operations.push(Operation::GivenUp(after));
            asked.push(Asked::GivenUp(after, short_key(&salt)));
        }
        let probed = self.ask_probes(index, &salt, &mut operations, &mut asked)?;

        let puts: Vec<(EnvelopeId, Vec<u8>)> = core::mem::take(&mut self.loaded).into_iter().collect();
        if !puts.is_empty() {
            // In the order in which they travel, should the responder's room end.
            let mut puts: Vec<_> = puts.into_iter().map(|(id, bytes)| (self.puts.place(&id), id, bytes)).collect();
            puts.sort_by_key(|(place, id, _)| (place.map(|(lane, day)| (lane, core::cmp::Reverse(day))), *id));
            puts.iter().for_each(|(_, id, _)| self.puts.drop(id));
            asked.push(Asked::Put(puts.iter().map(|(_, id, _)| *id).collect()));
            operations.push(Operation::Put(puts.into_iter().map(|(_, _, bytes)| bytes).collect()));
        }
        let fetches: Vec<EnvelopeId> = self.fetches.iter().take(MAX_FETCH).collect();
        if !fetches.is_empty() {
            fetches.iter().for_each(|id| self.fetches.drop(id));
            operations.push(Operation::Fetch(fetches.clone()));
            asked.push(Asked::Fetch(fetches));
        }
        // Nothing else will be asked: see in the same round whether all is well.
        if !probed && self.nothing_to_ask() {
            for lane in Lane::ALL {
                let state = self.lanes.get(lane);
                if state.differed {
                    let probe = Probe::Verify(lane, DayRange::since(Day(state.floor)));
                    self.ask_digest(index, probe, &mut operations, &mut asked);
                }
            }
        }
        Ok((Request { salt, operations }.encode(), asked))
    }

    fn ask_digest(&self, index: &Index, probe: Probe, operations: &mut Vec<Operation>, asked: &mut Vec<Asked>) {
        if let Probe::Digest(lane, range) | Probe::Verify(lane, range) = probe {
            let digest = index.set(lane).digest(range);
            operations.push(Operation::Digest { lane, range, digest });
            asked.push(Asked::Probe(probe, digest));
        }
    }

    /// Asks as much as fits, in the order of the lanes; says whether an answer may bring more to ask.
    fn ask_probes(
        &mut self,
        index: &Index,
        salt: &[u8; 16],
        operations: &mut Vec<Operation>,
        asked: &mut Vec<Asked>,
    ) -> Result<bool, ExchangeError> {
        let key = short_key(salt);
        let mut bytes = MAX_PROBE_BYTES;
        let mut shortened = MAX_SHORTENED;
        let mut reconciliations = MAX_RECONCILIATIONS;
        let mut open = false;
        // Room for a put, a fetch and the last digests.
        while operations.len() + 9 < MAX_OPERATIONS {
            let Some(probe) = self.probes.pop_front() else { break };
            let cost = match &probe {
                Probe::Window(lane, range, theirs) => {
                    let mine = index.set(*lane).view(*range).len();
                    let fits = (mine.max(*theirs as usize)) <= shortened;
                    shortened = shortened.saturating_sub(mine.max(*theirs as usize));
                    if fits { mine * 8 + 16 } else { usize::MAX }
                }
                Probe::Reconcile(_, _, message) => {
                    let fits = reconciliations > 0;
                    reconciliations = reconciliations.saturating_sub(1);
                    if fits { message.as_ref().map_or(1024, Vec::len) } else { usize::MAX }
                }
                Probe::Digest(..) | Probe::Verify(..) | Probe::Days(..) => 64,
            };
            let first = bytes == MAX_PROBE_BYTES;
            match bytes.checked_sub(cost) {
                Some(left) => bytes = left,
                None if first => bytes = 0,
                None => {
                    self.probes.push_front(probe);
                    return Ok(true);
                }
            }
            open |= !matches!(probe, Probe::Verify(..));
            match probe {
                Probe::Digest(..) | Probe::Verify(..) => self.ask_digest(index, probe, operations, asked),
                Probe::Days(lane, range) => {
                    operations.push(Operation::Days { lane, range });
                    asked.push(Asked::Probe(probe, [0; 32]));
                }
                Probe::Window(lane, range, theirs) => {
                    let mut ids = Vec::new();
                    index.set(lane).view(range).for_each(|day, id| ids.push((day, id)));
                    let shorts = ids.iter().map(|(_, id)| short(&key, id)).collect();
                    operations.push(Operation::Window { lane, range, shorts });
                    asked.push(Asked::Window(lane, range, theirs, ids));
                }
                Probe::Reconcile(lane, range, message) => {
                    let message = match message {
                        Some(message) => message,
                        None => Negentropy::owned(index.set(lane).view(range), RECONCILE_FRAME_BYTES)
                            .and_then(|mut it| it.initiate())
                            .map_err(|_| ExchangeError::Reconciliation)?,
                    };
                    operations.push(Operation::Reconcile { lane, range, message: message.clone() });
                    asked.push(Asked::Probe(Probe::Reconcile(lane, range, Some(message)), [0; 32]));
                }
            }
        }
        Ok(open)
    }

    /// Puts back what was asked and not answered.
    pub(super) fn ask_again(&mut self, asked: Vec<Asked>, index: &Index) {
        for asked in asked.into_iter().rev() {
            match asked {
                // Asked anew when it is known what else is to be asked.
                Asked::Hello | Asked::Certificate | Asked::GivenUp(..) | Asked::Probe(Probe::Verify(..), _) => {}
                Asked::Probe(probe, _) => self.probes.push_front(probe),
                Asked::Window(lane, range, theirs, _) => self.probes.push_front(Probe::Window(lane, range, theirs)),
                Asked::Put(ids) => ids.into_iter().filter(|id| index.holds(id)).for_each(|id| self.puts.back(id)),
                Asked::Fetch(ids) => {
                    ids.into_iter().filter(|id| index.entry(id).is_none()).for_each(|id| self.fetches.back(id));
                }
            }
        }
    }
}
