//! Asking a relay for letters that it says it holds: only the bytes themselves show that it does.
//!
//! What comes back is compared by its id, which is a hash over all but the posting signature; nothing of it is kept.
//! It must never take a receipt, or a word of the relay, for the bytes.

use azalai_envelope::EnvelopeId;
use azalai_envelope::envelope::UnverifiedEnvelope;
use rand_core::CryptoRng;

use crate::capsule::{self, CapsuleError, ReplyKey};
use crate::exchange::{Config, ExchangeError};
use crate::limits::MAX_PROOF_IDS;
use crate::message::{Answer, Operation, Reply, Request};

/// Letters that were asked for.
#[derive(Debug)]
pub struct Asking {
    ids: Vec<EnvelopeId>,
    key: ReplyKey,
}

/// A request for the bytes of at most [`MAX_PROOF_IDS`] of these letters, to be posted to the responder.
///
/// # Errors
/// [`CapsuleError`] if it cannot be sealed.
pub fn ask(config: &Config, ids: &[EnvelopeId], rng: &mut impl CryptoRng) -> Result<(Vec<u8>, Asking), CapsuleError> {
    let ids: Vec<EnvelopeId> = ids.iter().take(MAX_PROOF_IDS).copied().collect();
    let mut salt = [0; 16];
    rng.fill_bytes(&mut salt);
    let body = Request { salt, operations: vec![Operation::Fetch(ids.clone())] }.encode();
    let (request, key) = capsule::seal_request(&config.responder, &config.project, &config.posting, &body, rng)?;
    Ok((request, Asking { ids, key }))
}

impl Asking {
    /// Which of the letters came back whole.
    ///
    /// # Errors
    /// [`ExchangeError`] for a reply that is none to this request.
    pub fn returned(self, reply: &[u8]) -> Result<Vec<EnvelopeId>, ExchangeError> {
        let Reply { answers } = Reply::decode(&self.key.open(reply)?).map_err(ExchangeError::Reply)?;
        let got = answers.len();
        match <[Answer; 1]>::try_from(answers) {
            Ok([Answer::Envelopes { envelopes, .. }]) => {
                let came = envelopes.into_iter().filter_map(|bytes| UnverifiedEnvelope::parse(bytes).ok());
                Ok(came.map(|envelope| envelope.id()).filter(|id| self.ids.contains(id)).collect())
            }
            Ok([Answer::TooMuch]) => Ok(Vec::new()),
            Ok(_) => Err(ExchangeError::WrongAnswer { position: 0, question: "fetch" }),
            Err(_) => Err(ExchangeError::AnswerCount { asked: 1, got }),
        }
    }
}
