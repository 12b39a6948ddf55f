//! What came of an envelope at the door, as it is kept: never what stood in it.

use azalai_envelope::StatementId;
use azalai_envelope::codec::{DecodeError, Reader, Writer};

use crate::limits::MAX_REASON_BYTES;

const VERSION: u8 = 1;

/// What came of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// None of this device's keys opens it.
    NotForUs,
    /// Its statement is kept.
    Kept(StatementId),
    /// Its author or its keys are not known yet.
    Waits,
    /// Its statement is of a newer version: kept sealed, looked at again by a newer program.
    Newer(String),
    /// It breaks a rule.
    Refused(String),
}

impl Outcome {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION);
        match self {
            Self::NotForUs => writer.u8(0),
            Self::Kept(id) => writer.u8(1).raw(&id.0),
            Self::Waits => writer.u8(2),
            Self::Newer(what) => writer.u8(3).text(what),
            Self::Refused(why) => writer.u8(4).text(why),
        };
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        match reader.u8("outcome")? {
            VERSION => {}
            got => return Err(DecodeError::UnknownVersion { field: "outcome", got }),
        }
        let outcome = match reader.u8("form of outcome")? {
            0 => Self::NotForUs,
            1 => Self::Kept(StatementId(reader.array("statement")?)),
            2 => Self::Waits,
            3 => Self::Newer(reader.text("what is newer", MAX_REASON_BYTES)?),
            4 => Self::Refused(reader.text("why refused", MAX_REASON_BYTES)?),
            _ => return Err(reader.invalid("form of outcome", "not 0 to 4")),
        };
        reader.end("outcome")?;
        Ok(outcome)
    }
}

pub(crate) fn refused(error: &dyn core::fmt::Display) -> Outcome {
    Outcome::Refused(error.to_string().chars().take(MAX_REASON_BYTES / 4).collect())
}
