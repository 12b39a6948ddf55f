//! What a newer program wrote: it is kept as it came, carried, and put through the door again by the first program that
//! may understand more.
//!
//! Nothing here decides what is understood: the door does, each time anew.

use azalai_envelope::EnvelopeId;
use azalai_envelope::codec::{DecodeError, Writer};
use azalai_envelope::statement::VERSION;
use azalai_store::{Batch, Disk, Store};

use crate::error::NodeError;
use crate::limits::ABSORB_BATCH;
use crate::node::{Node, scan_all};
use crate::outcome::Outcome;
use crate::spaces::{OUTCOMES, PROFILE};
use crate::taken::TakenIn;

/// Key in the profile's space: what the program understood that last looked at all that is kept as newer.
const UNDERSTOOD: &[u8] = b"understood";

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Puts the letters that an older program kept as newer through the door again, if this one is another than it was.
    /// One that this program does not understand either stays as it is. A crash in between does it again.
    pub(crate) async fn understand_more(&mut self) -> Result<TakenIn, NodeError> {
        let mut taken = TakenIn::default();
        let mine = self.understood();
        if self.vault.get(PROFILE, UNDERSTOOD).await?.as_deref() == Some(mine.as_slice()) {
            return Ok(taken);
        }
        let ids = self.newer().await?;
        for part in ids.chunks(ABSORB_BATCH) {
            self.look_at_carried(part, &mut taken).await?;
        }
        let mut batch = Batch::new();
        batch.put(PROFILE, UNDERSTOOD, mine);
        self.vault.stage(batch).await?;
        Ok(taken)
    }

    /// The letters that need a newer program, or whose outcome one wrote that this program cannot read.
    async fn newer(&self) -> Result<Vec<EnvelopeId>, NodeError> {
        let (outcomes, _) = scan_all(&self.vault, OUTCOMES).await?;
        let newer = outcomes.iter().filter(|(_, value)| {
            matches!(Outcome::decode(value), Ok(Outcome::Newer(_)) | Err(DecodeError::UnknownVersion { .. }))
        });
        Ok(newer.filter_map(|(key, _)| EnvelopeId::from_slice(key)).collect())
    }

    /// How many letters this device carries and keeps for a newer program.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn needs_newer(&self) -> Result<usize, NodeError> {
        Ok(self.newer().await?.len())
    }

    /// The highest version of statements, and the program: schemas and bodies have versions of their own.
    fn understood(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(self.understands).text(env!("CARGO_PKG_VERSION"));
        writer.finish()
    }

    pub(crate) fn understands_statements(&self) -> bool {
        self.understands >= VERSION
    }

    /// For tests: from now on, until it is opened again, this device understands statements up to `version` only, as an
    /// older program would.
    ///
    /// # Errors
    /// Those of the storage.
    #[doc(hidden)]
    pub async fn pretend_older(&mut self, version: u8) -> Result<(), NodeError> {
        self.understands = version;
        self.understand_more().await.map(drop)
    }
}
