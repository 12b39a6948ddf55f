//! Reports that a coordinator set aside, and why. Documents have no place for it: it is this device's own business,
//! lies on its desk and tells nobody. What its author writes afterwards brings a report back.
//!
//! Version 1, when (milliseconds since 1970), how many statements the report had, why.

use std::collections::BTreeMap;

use azalai_envelope::DocumentId;
use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_model::limits::MAX_TEXT_BYTES;
use azalai_store::{Disk, Store};

use crate::error::NodeError;
use crate::node::Node;

const VERSION: u8 = 1;
const PREFIX: &str = "aside/";

/// Why a report was set aside here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// When: milliseconds since 1970.
    pub at_ms: u64,
    /// How many statements the report had.
    pub statements: u64,
    /// Why, in the words of whoever did it.
    pub why: String,
}

impl Aside {
    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).u64(self.at_ms).varint(self.statements).text(&self.why);
        writer.finish()
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        match reader.u8("aside")? {
            VERSION => {}
            got => return Err(DecodeError::UnknownVersion { field: "aside", got }),
        }
        let aside = Self {
            at_ms: reader.u64("when")?,
            statements: reader.varint("statements")?,
            why: reader.text("why", MAX_TEXT_BYTES)?,
        };
        reader.end("aside")?;
        Ok(aside)
    }
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Sets a report aside on this device.
    ///
    /// # Errors
    /// [`NodeError::NotFound`] for a report that is not on this device, [`NodeError::Invalid`] for a reason that is
    /// empty or over [`MAX_TEXT_BYTES`]; those of the storage.
    pub async fn set_aside(&mut self, report: DocumentId, why: &str, now_ms: u64) -> Result<(), NodeError> {
        if why.trim().is_empty() || why.len() > MAX_TEXT_BYTES {
            return Err(NodeError::Invalid("a reason is needed, in a few words".to_owned()));
        }
        let record = self.report_record(&report).await?;
        let aside = Aside { at_ms: now_ms, statements: record.entries.len() as u64, why: why.trim().to_owned() };
        self.desk_put(&format!("{PREFIX}{report}"), aside.encode()).await
    }

    /// Takes a report back that was set aside on this device.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn take_back_aside(&mut self, report: DocumentId) -> Result<(), NodeError> {
        self.desk_remove(&format!("{PREFIX}{report}")).await
    }

    /// What was set aside here. What cannot be read is not set aside.
    pub(crate) async fn asides(&self) -> Result<BTreeMap<DocumentId, Aside>, NodeError> {
        let kept = self.desk_all(PREFIX).await?.into_iter();
        Ok(kept.filter_map(|(id, bytes)| Some((id.parse().ok()?, Aside::decode(&bytes).ok()?))).collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// Guards against a kept reason that a newer program reads otherwise, and damaged ones that end the program.
    #[test]
    fn what_was_set_aside_has_fixed_bytes_and_damage_is_an_error() {
        let aside = Aside { at_ms: 258, statements: 2, why: "x".to_owned() };
        let bytes = aside.encode();
        assert_eq!(bytes, [1, 0, 0, 0, 0, 0, 0, 1, 2, 2, 1, b'x']);
        assert_eq!(Aside::decode(&bytes).unwrap(), aside);
        for cut in 0..bytes.len() {
            assert!(Aside::decode(&bytes[..cut]).is_err());
        }
        for at in 0..bytes.len() {
            for value in 0..=255 {
                let mut other = bytes.clone();
                other[at] = value;
                let _ = Aside::decode(&other);
            }
        }
    }
}
