//! What the door checks of one letter: who signed it, whether this program understands it, whether it may wait.

use azalai_envelope::codec::DecodeError;
use azalai_envelope::envelope::Opened;
use azalai_envelope::{EnvelopeError, Kind, Statement, StatementError, StatementId, Verified};
use azalai_roster::introduced_key;
use azalai_store::{Disk, Store};

use crate::door::{Outcome, refused};
use crate::letters::letter_author;
use crate::limits::MAX_WAITING_LETTERS;
use crate::node::Node;

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Whether one more letter may wait whose keys nobody named, by an author who may give none as far as is known. Only
    /// those that wait since the last start are counted.
    pub(crate) fn may_wait(&mut self, id: &StatementId) -> bool {
        if self.idle_letters.len() < MAX_WAITING_LETTERS {
            self.idle_letters.insert(*id);
        }
        self.idle_letters.contains(id)
    }

    /// Finds the author's key, and checks the signature for the audience whose key opened the envelope.
    pub(crate) fn verify(&self, inside: Opened) -> Result<Verified<Statement>, Outcome> {
        let Opened { statement, audience } = inside;
        let kind = statement.claimed_kind();
        let candidates = self.authors.get(&statement.claimed_author()).cloned().unwrap_or_default();
        let checked = match kind {
            Kind::KEYS => statement.verify_introduced(&self.project, &audience, letter_author),
            Kind::REGISTRY if candidates.is_empty() => {
                match statement.verify_introduced(&self.project, &audience, introduced_key) {
                    // An act of someone whose own admission has not arrived.
                    Err(StatementError::NoIntroduction) => return Err(Outcome::Waits),
                    other => other,
                }
            }
            _ => {
                let mut last = Err(StatementError::NoIntroduction);
                for key in &candidates {
                    last = statement.clone().verify(&self.project, &audience, key);
                    if last.is_ok() {
                        break;
                    }
                }
                if candidates.is_empty() {
                    return Err(Outcome::Waits);
                }
                last
            }
        };
        checked.map_err(|error| refused(&error))
    }
}

pub(crate) fn newer_or_refused(error: &EnvelopeError) -> Outcome {
    match error {
        EnvelopeError::Statement(StatementError::Decode(DecodeError::UnknownVersion { .. })) => {
            Outcome::Newer(error.to_string())
        }
        other => refused(other),
    }
}
