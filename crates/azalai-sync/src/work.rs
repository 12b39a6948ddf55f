//! Carries out the operations of one request whose requester is a member.
//!
//! What one request may cost is counted here: bytes of the reply, ids that are shortened, the connection's budget.

use azalai_envelope::envelope::UnverifiedEnvelope;
use azalai_envelope::{Certificate, Day, Envelope, EnvelopeError, EnvelopeId, RelayReceipt, Verified};
use azalai_store::{Store, StoreError};
use negentropy::Negentropy;

use crate::budget::Budget;
use crate::capsule::REPLY_OVERHEAD;
use crate::carrier::{Found, Refusal};
use crate::lanes::PerLane;
use crate::limits::{
    MAX_OPERATIONS, MAX_PUT_DAYS_AHEAD, MAX_REPLY_BYTES, MAX_REQUEST_BYTES, MAX_SHORTENED, MAX_WINDOW_MISSING,
    RECONCILE_FRAME_BYTES,
};
use crate::message::{Answer, Operation, short, short_key};
use crate::responder::{AdmitError, Postings, Responder, Served};
use crate::set::View;

/// What one request has left.
pub(crate) struct Work<'a> {
    now_ms: u64,
    day: Day,
    closed: bool,
    key: [u8; 32],
    budget: &'a mut Budget,
    room: usize,
    shorten: usize,
}

/// Bytes of an answer beside its lists and texts, at most.
const FRAME: usize = 64;

impl<'a> Work<'a> {
    pub(crate) fn new(now_ms: u64, closed: bool, salt: &[u8; 16], budget: &'a mut Budget) -> Self {
        // Every answer's own frame is taken off beforehand, so that there is always room to say that there is none.
        let room = MAX_REPLY_BYTES - REPLY_OVERHEAD - 16 - MAX_OPERATIONS * FRAME;
        let day = Day::of_ms(now_ms);
        Self { now_ms, day, closed, key: short_key(salt), budget, room, shorten: MAX_SHORTENED }
    }

    /// Takes `bytes` of the reply, and says whether they were there.
    fn take(&mut self, bytes: usize) -> bool {
        let left = self.room.checked_sub(bytes);
        self.room = left.unwrap_or(self.room);
        left.is_some()
    }
}

pub(crate) async fn answer<S: Store + Clone>(
    responder: &Responder<S>,
    served: &Served<S>,
    work: &mut Work<'_>,
    operation: Operation,
) -> Result<Answer, StoreError> {
    let carrier = &served.carrier;
    Ok(match operation {
        Operation::Hello { certificate: known } => {
            let newest = served.postings().certificate;
            let number = newest.as_ref().map_or(0, |(number, _)| *number);
            let certificate = newest.filter(|(number, bytes)| *number > known && work.take(bytes.len()));
            Answer::Hello {
                role: responder.role(),
                day: work.day,
                floors: carrier.read(|index| PerLane::from_fn(|lane| index.floor(lane))),
                max_request: MAX_REQUEST_BYTES as u32,
                number,
                certificate: certificate.map(|(_, bytes)| bytes),
            }
        }
        Operation::Certificate(bytes) => {
            // Of another project than the one whose member asks: none of a member's business.
            if Certificate::parse(&bytes).is_ok_and(|it| it.project() == carrier.project()) {
                match responder.admit_brought(&bytes, work.now_ms).await {
                    Ok(_) => Answer::Certified,
                    Err(AdmitError::Store(error)) => return Err(error),
                    Err(_) => Answer::NotCertified,
                }
            } else {
                Answer::NotCertified
            }
        }
        Operation::Digest { lane, range, digest } => carrier.read(|index| {
            let set = index.set(lane);
            let own = set.digest(range);
            if own == digest {
                Answer::Same
            } else {
                Answer::Differs { count: u32::try_from(set.view(range).len()).unwrap_or(u32::MAX), digest: own }
            }
        }),
        Operation::Days { lane, range } => carrier.read(|index| {
            let set = index.set(lane);
            if !work.take(set.counts(range).count() * 24) {
                return Answer::TooMuch;
            }
            let days = set.days(range).map(|(day, count, hash)| {
                (day, u32::try_from(count).unwrap_or(u32::MAX), hash.first_chunk().copied().unwrap_or_default())
            });
            Answer::Days(days.collect())
        }),
        Operation::Window { lane, range, shorts } => {
            carrier.read(|index| window(work, &index.set(lane).view(range), &shorts))
        }
        Operation::Reconcile { lane, range, message } => {
            if !work.take(RECONCILE_FRAME_BYTES as usize) {
                return Ok(Answer::TooMuch);
            }
            let next = carrier.read(|index| {
                Negentropy::owned(index.set(lane).view(range), RECONCILE_FRAME_BYTES)?.reconcile(&message)
            });
            next.map_or(Answer::Unreadable, Answer::Reconcile)
        }
        Operation::Put(envelopes) => {
            if !work.take(envelopes.len() * (EnvelopeId::LEN + 6) + 256) {
                return Ok(Answer::TooMuch);
            }
            put(responder, served, work, envelopes).await?
        }
        Operation::Fetch(ids) => {
            if !work.take(ids.len() * 6) {
                return Ok(Answer::TooMuch);
            }
            fetch(served, work, &ids).await?
        }
        Operation::GivenUp(after) => given_up(served, work, after.as_ref()),
    })
}

/// What was given up: the mark and, if it was asked for, a part of the list. What a request may make a responder shorten
/// bounds also how many ids are looked at.
fn given_up<S: Store>(served: &Served<S>, work: &mut Work<'_>, after: Option<&EnvelopeId>) -> Answer {
    let full = served.carrier.is_full();
    let fits = (work.room / 8).min(MAX_WINDOW_MISSING);
    let steps = if after.is_some() { work.shorten } else { 0 };
    if after.is_some() && (fits == 0 || steps == 0) {
        return Answer::TooMuch;
    }
    work.shorten -= steps;
    let (mark, (ids, next)) = served.carrier.read(|index| {
        let listed = after.map(|after| index.given_up_after(after, fits, steps));
        (index.given_up(), listed.unwrap_or_default())
    });
    work.take(ids.len() * 8);
    Answer::GivenUp { mark, full, shorts: ids.iter().map(|id| short(&work.key, id)).collect(), next }
}

fn window(work: &mut Work<'_>, view: &View<'_>, shorts: &[u64]) -> Answer {
    let lacking_len = shorts.len().div_ceil(8);
    let Some(left) = work.shorten.checked_sub(view.len()) else { return Answer::TooMuch };
    if !work.take(lacking_len) {
        return Answer::TooMuch;
    }
    work.shorten = left;
    let mut theirs: Vec<u64> = shorts.to_vec();
    theirs.sort_unstable();
    let mut ours: Vec<u64> = Vec::with_capacity(view.len());
    let mut missing: Vec<(Day, EnvelopeId)> = Vec::new();
    view.for_each(|day, id| {
        let short = short(&work.key, &id);
        ours.push(short);
        if theirs.binary_search(&short).is_err() {
            missing.push((day, id));
        }
    });
    ours.sort_unstable();
    let mut lacking = vec![0_u8; lacking_len];
    for (bits, shorts) in lacking.iter_mut().zip(shorts.chunks(8)) {
        for (bit, short) in shorts.iter().enumerate() {
            *bits |= u8::from(ours.binary_search(short).is_err()) << bit;
        }
    }
    missing.reverse();
    let fits = (work.room / (2 + EnvelopeId::LEN)).min(MAX_WINDOW_MISSING);
    let more = missing.len() > fits;
    missing.truncate(fits);
    work.take(missing.len() * (2 + EnvelopeId::LEN));
    Answer::Window { lacking, missing, more }
}

/// All checks on one envelope but those that the carrier makes.
fn check<S: Store>(
    served: &Served<S>,
    postings: &Postings,
    work: &mut Work<'_>,
    bytes: Vec<u8>,
) -> Result<Verified<Envelope>, Refusal> {
    let envelope = UnverifiedEnvelope::parse(bytes).map_err(|error| match error {
        EnvelopeError::Decode(azalai_envelope::codec::DecodeError::UnknownVersion { .. }) => Refusal::Version,
        _ => Refusal::Malformed,
    })?;
    let posting = postings.get(envelope.epoch()).ok_or(Refusal::Epoch)?;
    let envelope = envelope.verify(&served.carrier.project(), &posting).map_err(|_| Refusal::NotPosted)?;
    // A box without a battery starts with an old clock; honest letters lie by the certificate's day in any case.
    let today = postings.day.map_or(work.day, |certified| certified.max(work.day));
    if envelope.day().0 > today.0.saturating_add(MAX_PUT_DAYS_AHEAD) {
        return Err(Refusal::Ahead);
    }
    if !work.budget.put(envelope.lane(), work.closed, envelope.bytes().len() as u64) {
        return Err(Refusal::Budget);
    }
    Ok(envelope)
}

async fn put<S: Store + Clone>(
    responder: &Responder<S>,
    served: &Served<S>,
    work: &mut Work<'_>,
    envelopes: Vec<Vec<u8>>,
) -> Result<Answer, StoreError> {
    let postings = served.postings();
    let mut good = Vec::with_capacity(envelopes.len());
    let mut places = Vec::with_capacity(envelopes.len());
    let mut refused = Vec::new();
    for (place, bytes) in (0_u32..).zip(envelopes) {
        match check(served, &postings, work, bytes) {
            Ok(envelope) => {
                places.push((envelope.id(), place));
                good.push(envelope);
            }
            Err(refusal) => refused.push((place, refusal)),
        }
    }
    let outcome = served.carrier.put(good).await?;
    for (id, refusal) in outcome.refused {
        refused.extend(places.iter().find(|(other, _)| *other == id).map(|(_, place)| (*place, refusal)));
    }
    let receipt = RelayReceipt { project: served.carrier.project(), day: work.day, envelopes: outcome.held };
    Ok(Answer::Put { receipt: receipt.issue(&responder.keys.signing), refused })
}

async fn fetch<S: Store>(served: &Served<S>, work: &mut Work<'_>, ids: &[EnvelopeId]) -> Result<Answer, StoreError> {
    let mut envelopes = Vec::new();
    let mut missing = Vec::new();
    for (place, id) in (0_u32..).zip(ids) {
        for found in served.carrier.get(core::slice::from_ref(id)).await? {
            match found {
                Found::Held(bytes) => {
                    // The first that does not fit ends the answer: what was asked for first comes first.
                    if bytes.len() + 4 > work.room || !work.budget.fetch(work.closed, bytes.len() as u64) {
                        return Ok(Answer::Envelopes { envelopes, missing });
                    }
                    work.take(bytes.len() + 4);
                    envelopes.push(bytes);
                }
                Found::Gone(why) => missing.push((place, Some(why))),
                Found::Unknown => missing.push((place, None)),
            }
        }
    }
    Ok(Answer::Envelopes { envelopes, missing })
}
