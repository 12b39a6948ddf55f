//! Finding what a person means by an id as the lists show it.

use azalai_envelope::{DocumentId, Kind};
use azalai_store::{Disk, Store};

use crate::error::NodeError;
use crate::limits::MIN_PREFIX;
use crate::node::Node;

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Finds the report, incident or notice that a person means by an id or the first digits of one.
    ///
    /// # Errors
    /// [`NodeError::Invalid`] for fewer than six digits or other characters, [`NodeError::NotFound`] if there is
    /// none or more than one.
    pub async fn find(&self, prefix: &str) -> Result<(DocumentId, Kind), NodeError> {
        let digits = prefix.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
        if !digits || prefix.len() < MIN_PREFIX || prefix.len() > 2 * DocumentId::LEN {
            return Err(NodeError::Invalid(format!(
                "{prefix:?} is no id: give {MIN_PREFIX} to 32 of the digits 0-9 and a-f, as the lists show them"
            )));
        }
        let mut found = Vec::new();
        for kind in [Kind::REPORT, Kind::INCIDENT] {
            let records = self.records(kind).await?;
            found.extend(records.into_keys().filter(|id| id.to_string().starts_with(prefix)).map(|id| (id, kind)));
        }
        let notices = self.notices().await?.into_iter().map(|view| (view.id, Kind::NOTICE));
        found.extend(notices.filter(|(id, _)| id.to_string().starts_with(prefix)));
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(NodeError::NotFound(format!("nothing on this device has an id that begins with {prefix}"))),
            several => {
                let ids: Vec<String> = several.iter().map(|(id, _)| id.to_string()).collect();
                Err(NodeError::NotFound(format!("several ids begin with {prefix}: {}", ids.join(", "))))
            }
        }
    }
}
