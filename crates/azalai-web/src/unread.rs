//! Which notices were shown on this device. Kept on the device's desk: nobody reads it without the passphrase, and it
//! never leaves the device, so that nobody learns who read what.
//!
//! Version 1, then the notices' ids in ascending order, 16 bytes each.

use std::collections::BTreeSet;

use azalai_envelope::DocumentId;
use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_node::{Node, NodeError, NoticeView};
use azalai_store::{Disk, Store};

const VERSION: u8 = 1;
const KEY: &str = "notices-shown";

/// The notices that were shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shown(BTreeSet<DocumentId>);

impl Shown {
    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION);
        for id in &self.0 {
            writer.raw(id.as_bytes());
        }
        writer.finish()
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        match reader.u8("notices shown")? {
            VERSION => {}
            got => return Err(DecodeError::UnknownVersion { field: "notices shown", got }),
        }
        let mut shown = BTreeSet::new();
        while reader.left() > 0 {
            let id = DocumentId(reader.array("notice")?);
            if shown.last().is_some_and(|last| *last >= id) {
                return Err(reader.invalid("notice", "not after the one before it"));
            }
            shown.insert(id);
        }
        Ok(Self(shown))
    }

    /// Those that were shown on this device; none where that cannot be read: then everything is new again.
    pub(crate) async fn load<S: Store, D: Disk + Clone>(device: &Node<S, D>) -> Result<Self, NodeError> {
        let kept = device.desk_get(KEY).await?;
        Ok(kept.and_then(|bytes| Self::decode(&bytes).ok()).unwrap_or_default())
    }

    /// Whether a notice is by somebody else and was not shown yet.
    pub(crate) fn is_new(&self, view: &NoticeView) -> bool {
        view.state.is_none() && !self.0.contains(&view.id)
    }

    /// How many of these were not shown yet.
    pub(crate) fn count(&self, all: &[NoticeView]) -> usize {
        all.iter().filter(|view| self.is_new(view)).count()
    }

    /// Keeps that these were shown, of all that there are; what is there no longer is forgotten.
    pub(crate) async fn mark<S: Store, D: Disk + Clone>(
        &mut self,
        device: &mut Node<S, D>,
        ids: impl IntoIterator<Item = DocumentId>,
        all: &[NoticeView],
    ) -> Result<(), NodeError> {
        let before = self.clone();
        self.0.extend(ids);
        if *self == before {
            return Ok(());
        }
        let there: BTreeSet<DocumentId> = all.iter().map(|view| view.id).collect();
        self.0.retain(|id| there.contains(id));
        device.desk_put(KEY, self.encode()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against bytes of an older program that a newer one reads otherwise.
    #[test]
    fn what_was_shown_has_fixed_bytes_and_survives_the_trip() {
        let shown = Shown([DocumentId([2; 16]), DocumentId([1; 16])].into());
        let bytes = shown.encode();
        assert_eq!(bytes, [&[1][..], &[1; 16], &[2; 16]].concat());
        assert_eq!(Shown::decode(&bytes).unwrap(), shown);
        assert_eq!(Shown::decode(&Shown::default().encode()).unwrap(), Shown::default());
    }

    /// Guards against damaged bytes that end the program, or are taken for ids.
    #[test]
    fn damaged_bytes_are_an_error() {
        let bytes = Shown([DocumentId([2; 16]), DocumentId([1; 16])].into()).encode();
        assert!((0..bytes.len()).filter(|cut| cut % 16 != 1).all(|cut| Shown::decode(&bytes[..cut]).is_err()));
        for at in 0..bytes.len() {
            for value in 0..=255 {
                let mut other = bytes.clone();
                other[at] = value;
                let _ = Shown::decode(&other);
            }
        }
        assert!(Shown::decode(&[2]).is_err());
        assert!(Shown::decode(&[&[1][..], &[2; 16], &[1; 16]].concat()).is_err());
    }
}
