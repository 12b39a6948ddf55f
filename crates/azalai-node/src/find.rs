//! What a person means by an id, or by the first digits of one. Commands look up one thing in a home of thousands: what
//! does not begin so is not read.

use azalai_envelope::{DocumentId, Kind};
use azalai_store::{Cursor, Disk, Store};

use crate::documents::Record;
use crate::error::NodeError;
use crate::limits::MIN_PREFIX;
use crate::node::{Node, SCAN_PAGE};
use crate::spaces::DOCUMENTS;

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
        if let Ok(id) = prefix.parse::<DocumentId>() {
            // A whole id names one thing: what has it is all there is, and nothing else is read.
            if let Some(record) = self.record(&id).await?.filter(|it| matches!(it.kind, Kind::REPORT | Kind::INCIDENT))
            {
                return Ok((id, record.kind));
            }
            if self.shed_report(&id).await?.is_some() {
                return Ok((id, Kind::REPORT));
            }
        } else {
            // Of what does not begin so nothing is read but the id.
            let mut after: Option<Cursor> = None;
            loop {
                let page = self.vault.scan(DOCUMENTS, after.as_ref(), SCAN_PAGE).await?;
                for (key, value) in page.items {
                    if let Some(id) = DocumentId::from_slice(&key).filter(|id| id.to_string().starts_with(prefix)) {
                        let kind = Record::decode(&value)?.kind;
                        if matches!(kind, Kind::REPORT | Kind::INCIDENT) {
                            found.push((id, kind));
                        }
                    }
                }
                match page.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
            found.sort_unstable();
            // Of what was forgotten here the ids are left.
            let shed = self.all_shed().await?.into_keys().filter(|id| id.to_string().starts_with(prefix));
            found.extend(shed.map(|id| (id, Kind::REPORT)));
        }
        found.extend(self.notices_beginning(prefix).await?.into_iter().map(|id| (id, Kind::NOTICE)));
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
