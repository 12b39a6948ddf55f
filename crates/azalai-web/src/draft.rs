//! A draft: what was typed so far, word for word, whether it makes sense yet or not. On the device's desk, under
//! `draft/` and its id; the format is fixed in `docs/spec/drafts.md`.
//!
//! A draft that became a report stays for a while as a mark, so that a form that is sent twice makes one report.

use azalai_envelope::DocumentId;
use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::ids::{from_hex, to_hex};
use azalai_node::{Node, NodeError};
use azalai_store::{Disk, Store};

use crate::forms::{Fields, first};
use crate::limits::{MAX_DRAFTS, MAX_FIELD_BYTES, MAX_FIELD_NAME_BYTES, MAX_FORM_FIELDS, SENT_DRAFT_MS};

const VERSION: u8 = 1;
const PREFIX: &str = "draft/";

/// The id of a draft, which is also the nonce of the report that it becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DraftId(pub(crate) [u8; 16]);

impl DraftId {
    /// A new one, of half of these random bytes.
    pub(crate) fn new(random: [u8; 32]) -> Self {
        Self(azalai_envelope::ids::derive16("azalai 1 draft id", &[&random]))
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        from_hex(text).and_then(|bytes| bytes.try_into().ok()).map(Self)
    }
}

impl core::fmt::Display for DraftId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

/// A draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    /// When it was last changed: milliseconds since 1970.
    pub(crate) changed_ms: u64,
    /// What was typed.
    pub(crate) fields: Fields,
    /// The report that it became.
    pub(crate) became: Option<DocumentId>,
}

impl Draft {
    /// The first value of a field; empty if there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        first(&self.fields, name)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).u64(self.changed_ms);
        match &self.became {
            Some(id) => writer.u8(1).raw(&id.0),
            None => writer.u8(0),
        };
        let pairs = || self.fields.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        writer.varint(pairs().count() as u64);
        for (name, value) in pairs() {
            writer.text(name).text(value);
        }
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        match reader.u8("draft")? {
            VERSION => {}
            got => return Err(DecodeError::UnknownVersion { field: "draft", got }),
        }
        let changed_ms = reader.u64("draft time")?;
        let became = match reader.u8("draft mark")? {
            0 => None,
            1 => Some(DocumentId(reader.array("report id")?)),
            _ => return Err(reader.invalid("draft mark", "neither 0 nor 1")),
        };
        let mut fields = Fields::new();
        for _ in 0..reader.length("draft fields", MAX_FORM_FIELDS)? {
            let name = reader.text("field name", MAX_FIELD_NAME_BYTES)?;
            fields.entry(name).or_default().push(reader.text("field", MAX_FIELD_BYTES)?);
        }
        reader.end("draft")?;
        Ok(Self { changed_ms, fields, became })
    }

    pub(crate) async fn load<S: Store, D: Disk + Clone>(
        device: &Node<S, D>,
        id: DraftId,
    ) -> Result<Option<Self>, NodeError> {
        let kept = device.desk_get(&format!("{PREFIX}{id}")).await?;
        kept.map(|bytes| Self::decode(&bytes).map_err(NodeError::from)).transpose()
    }

    pub(crate) async fn save<S: Store, D: Disk + Clone>(
        &self,
        device: &mut Node<S, D>,
        id: DraftId,
    ) -> Result<(), NodeError> {
        device.desk_put(&format!("{PREFIX}{id}"), self.encode()).await
    }

    /// Puts a mark in the place of a draft, of which no word can be read from the disk afterwards.
    pub(crate) async fn replace<S: Store, D: Disk + Clone>(
        &self,
        device: &mut Node<S, D>,
        id: DraftId,
    ) -> Result<(), NodeError> {
        device.desk_replace(&format!("{PREFIX}{id}"), self.encode()).await
    }

    pub(crate) async fn remove<S: Store, D: Disk + Clone>(
        device: &mut Node<S, D>,
        id: DraftId,
    ) -> Result<(), NodeError> {
        device.desk_remove(&format!("{PREFIX}{id}")).await
    }

    /// The drafts that are no reports yet, the newest first. Marks that are old are taken away, and of too many
    /// drafts the oldest empty ones.
    pub(crate) async fn all<S: Store, D: Disk + Clone>(
        device: &mut Node<S, D>,
        now_ms: u64,
    ) -> Result<Vec<(DraftId, Self)>, NodeError> {
        let mut drafts = Vec::new();
        for (key, value) in device.desk_all(PREFIX).await? {
            // One that cannot be read is from a newer program: left where it is.
            let (Some(id), Ok(draft)) = (DraftId::read(&key), Self::decode(&value)) else { continue };
            if draft.became.is_none() {
                drafts.push((id, draft));
            } else if now_ms.saturating_sub(draft.changed_ms) > SENT_DRAFT_MS {
                Self::remove(device, id).await?;
            }
        }
        drafts.sort_by_key(|(id, draft)| (core::cmp::Reverse(draft.changed_ms), *id));
        while drafts.len() > MAX_DRAFTS
            && let Some(at) = drafts.iter().rposition(|(_, draft)| draft.fields.len() <= 1)
        {
            let (id, _) = drafts.remove(at);
            Self::remove(device, id).await?;
        }
        Ok(drafts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        let fields = [("category", vec!["theft"]), ("q-x", vec!["a", "b"])];
        let owned = |values: Vec<&str>| values.into_iter().map(str::to_owned).collect();
        Draft {
            changed_ms: 5,
            fields: fields.into_iter().map(|(name, values)| (name.to_owned(), owned(values))).collect(),
            became: None,
        }
    }

    /// Guards against drafts of an older program that a newer one reads otherwise.
    #[test]
    fn a_draft_has_fixed_bytes_and_survives_the_trip() {
        let bytes = draft().encode();
        let wanted = b"\x01\0\0\0\0\0\0\0\x05\0\x03\x08category\x05theft\x03q-x\x01a\x03q-x\x01b";
        assert_eq!(bytes, wanted);
        assert_eq!(Draft::decode(&bytes).unwrap(), draft());
        let sent = Draft { became: Some(DocumentId([7; 16])), ..draft() };
        assert_eq!(Draft::decode(&sent.encode()).unwrap(), sent);
    }

    /// Guards against damaged bytes that end the program.
    #[test]
    fn damaged_drafts_are_an_error_and_no_panic() {
        let bytes = draft().encode();
        for cut in 0..bytes.len() {
            assert!(Draft::decode(&bytes[..cut]).is_err());
        }
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut other = bytes.clone();
                other[at] ^= 1 << bit;
                let _ = Draft::decode(&other);
            }
        }
    }
}
