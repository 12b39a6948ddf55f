//! Members' receipts: "I opened these", "I acted on these". The body of a statement of `Kind::RECEIPT` whose
//! audience is the author of what it names. It must never be taken for a relay's receipt, which says "I hold".

use azalai_envelope::StatementId;
use azalai_envelope::codec::{DecodeError, Reader, Writer};

use crate::act_bytes::{read_ids, write_ids};
use crate::limits::MAX_RECEIPT_IDS;

/// The version that this program writes and reads.
pub const VERSION: u8 = 1;

/// What a member of the staff did with statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// Opened them.
    Opened,
    /// Acted on them.
    ActedOn,
}

/// A receipt for one author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What was done.
    pub what: What,
    /// With which statements, in order; 1 to 256.
    pub statements: Vec<StatementId>,
}

impl Receipt {
    /// Writes the body; statements are put in order.
    ///
    /// # Errors
    /// [`DecodeError`] if there are none or too many: write several.
    pub fn encode(&self) -> Result<Vec<u8>, DecodeError> {
        let mut w = Writer::new();
        w.u8(VERSION).u8(match self.what {
            What::Opened => 1,
            What::ActedOn => 2,
        });
        write_ids(&mut w, &self.statements);
        let bytes = w.finish();
        Self::decode(&bytes)?;
        Ok(bytes)
    }

    /// Reads the body.
    ///
    /// # Errors
    /// [`DecodeError`]; an unknown version as [`DecodeError::UnknownVersion`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let version = r.u8("version")?;
        if version != VERSION {
            return Err(DecodeError::UnknownVersion { field: "receipt", got: version });
        }
        let what = match r.u8("what")? {
            1 => What::Opened,
            2 => What::ActedOn,
            _ => return Err(r.invalid("what", "neither 1 opened nor 2 acted on")),
        };
        let statements = read_ids(&mut r, "statements", 1, MAX_RECEIPT_IDS)?;
        r.end("receipt")?;
        Ok(Self { what, statements })
    }
}
