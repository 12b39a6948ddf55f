//! Who wrote what in a document, when, and whether it counts: every statement with its checked signature.

use std::collections::BTreeMap;

use azalai_envelope::{DocumentId, SigningPublic, StatementId};
use azalai_store::{Disk, Store};

use crate::documents::{Built, Fate};
use crate::error::NodeError;
use crate::node::Node;

/// One statement of a document.
#[derive(Debug, Clone)]
pub struct HistoryEntry {
    /// The statement; its signature was checked when this was read.
    pub statement: StatementId,
    /// Who signed it.
    pub author: SigningPublic,
    /// What that device calls itself.
    pub pseudonym: Option<String>,
    /// When, by its author's clock: milliseconds since 1970.
    pub at_ms: u64,
    /// Its place in its author's chain for this audience.
    pub seq: u64,
    /// The change that it brought, in hexadecimal.
    pub change: Option<String>,
    /// The fields that it set.
    pub what: Vec<String>,
    /// What became of it.
    pub fate: Fate,
}

/// What a document is to the person who looks at it: its canonical bytes and its history.
#[derive(Debug)]
pub struct Whole {
    /// The same on every device that holds the same changes.
    pub canonical: Vec<u8>,
    /// Its heads.
    pub heads: Vec<[u8; 32]>,
    /// All its statements, by their clocks.
    pub history: Vec<HistoryEntry>,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Everything about one document.
    ///
    /// # Errors
    /// [`NodeError::NotFound`], those of the storage.
    pub async fn whole(&self, id: &DocumentId) -> Result<Whole, NodeError> {
        if self.shed_report(id).await?.is_some() {
            let why = "its words were forgotten on this device; those who read it have them";
            return Err(NodeError::NotFound(format!("{id}: {why}")));
        }
        let record = self.record(id).await?;
        let record = record.ok_or_else(|| NodeError::NotFound(format!("there is no document {id} on this device")))?;
        let Built { document, history } = self.build(id, &record, &BTreeMap::new()).await?;
        let entries = history.into_iter().map(|past| {
            let author = past.statement.author();
            HistoryEntry {
                statement: past.statement.id(),
                author,
                pseudonym: self.pseudonym_of(&author),
                at_ms: past.statement.clock().ms(),
                seq: past.statement.seq(),
                change: past.change.map(|change| azalai_envelope::ids::to_hex(&change)),
                what: past.what,
                fate: past.fate,
            }
        });
        let history = entries.collect();
        Ok(Whole { canonical: document.canonical_bytes(), heads: document.heads(), history })
    }
}
