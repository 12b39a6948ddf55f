//! A relay's receipt: "I hold these envelopes, durably." Signed with the relay's key, readable offline.

use crate::codec::{DecodeError, Reader, Writer};
use crate::ids::{EnvelopeId, ProjectId};
use crate::keys::{SigningPublic, SigningSecret};
use crate::limits::MAX_RECEIPT_IDS;
use crate::sign::{self, Domain, Signature, SignatureError, Verified};
use crate::time::Day;

/// The version that this program writes and reads.
pub const VERSION: u8 = 1;

/// Why bytes are no receipt of this relay.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// The bytes do not have the form.
    #[error("receipt: {0}")]
    Decode(#[from] DecodeError),
    /// The relay did not sign it.
    #[error("receipt: {0}")]
    Signature(#[from] SignatureError),
}

/// What a relay acknowledges to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayReceipt {
    /// For which project.
    pub project: ProjectId,
    /// On which day, by the relay's clock.
    pub day: Day,
    /// The envelopes, in the order in which they were put; at most [`MAX_RECEIPT_IDS`], or nobody reads it.
    pub envelopes: Vec<EnvelopeId>,
}

impl RelayReceipt {
    /// Signs it.
    #[must_use]
    pub fn issue(&self, relay: &SigningSecret) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).raw(&self.project.0).u16(self.day.0).varint(self.envelopes.len() as u64);
        for id in &self.envelopes {
            writer.raw(&id.0);
        }
        let mut bytes = writer.finish();
        let signature = sign::sign(relay, Domain::Receipt, &[&bytes]);
        bytes.extend_from_slice(&signature.0);
        bytes
    }

    /// Reads and checks a receipt of `relay`.
    ///
    /// # Errors
    /// [`ReceiptError`] if the form or the signature is wrong.
    pub fn parse(bytes: &[u8], relay: &SigningPublic) -> Result<Verified<Self>, ReceiptError> {
        let mut reader = Reader::new(bytes);
        let version = reader.u8("version")?;
        if version != VERSION {
            return Err(DecodeError::UnknownVersion { field: "receipt", got: version }.into());
        }
        let project = ProjectId(reader.array("project")?);
        let day = Day(reader.u16("day")?);
        let count = reader.length("envelope count", MAX_RECEIPT_IDS)?;
        let envelopes =
            (0..count).map(|_| Ok(EnvelopeId(reader.array("envelope")?))).collect::<Result<Vec<_>, DecodeError>>()?;
        let signature = Signature(reader.array("signature")?);
        reader.end("receipt")?;
        let unsigned = sign::unsigned(bytes);
        sign::check(relay, Domain::Receipt, &[unsigned], &signature)?;
        Ok(Verified::new(Self { project, day, envelopes }))
    }
}
