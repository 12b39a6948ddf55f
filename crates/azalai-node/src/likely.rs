//! What a report is likely of one event with: looked up among all reports that stand, by their marks, and compared with
//! the few that are near.
//!
//! It suggests and decides nothing. Texts are read from the vault when they are compared, and only what is made of them
//! for comparing stays in memory, within bounds.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use azalai_envelope::DocumentId;
use azalai_model::ReportFields;
use azalai_model::match_index::likeliest;
use azalai_model::matching::{Facts, Gist, Lexicon, Likeness, Mark};
use azalai_store::{Disk, Store};

use crate::catalog;
use crate::error::NodeError;
use crate::index::Index;
use crate::node::Node;
use crate::rows::{self, KeptReport, ReportRow};

/// The place names that ship, made ready once.
fn lexicon() -> Result<&'static Lexicon, NodeError> {
    static CELL: OnceLock<Lexicon> = OnceLock::new();
    let gazetteer = catalog::gazetteer()?;
    Ok(CELL.get_or_init(|| Lexicon::new(gazetteer)))
}

fn facts(fields: &ReportFields, written_ms: u64) -> Facts<'_> {
    Facts {
        category: fields.category.as_deref(),
        occurred: fields.occurred.as_ref(),
        written_ms,
        places: [fields.place.as_ref(), fields.origin.as_ref(), fields.destination.as_ref()],
        text: &fields.narrative,
    }
}

/// How a report is found among others; `None` for one that is like nothing.
pub(crate) fn mark(row: &ReportRow, written_ms: u64) -> Option<Mark> {
    let stands = row.retracted.is_none() && !row.aside;
    stands.then(|| Some(Mark::of(&facts(&row.fields, written_ms), lexicon().ok()?))).flatten()
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// What a report is likely the same as, of those that `fits`; with `known`, what was found for it before may be
    /// given again.
    pub(crate) async fn likely(
        &self,
        id: DocumentId,
        known: bool,
        fits: impl Fn(&Index, &DocumentId) -> bool,
    ) -> Result<Vec<(DocumentId, Likeness)>, NodeError> {
        let shared = self.index().await?;
        let (near, missing) = {
            let index = shared.lock();
            if let Some(found) = index.likely.get(&id).filter(|_| known) {
                return Ok(found.clone());
            }
            let Some(mark) = index.mark(&id) else { return Ok(Vec::new()) };
            let near = index.near.candidates(mark).into_iter().filter(|other| *other != id && fits(&index, other));
            let near: Vec<DocumentId> = near.collect();
            let missing: Vec<DocumentId> =
                near.iter().chain([&id]).filter(|id| !index.gists.contains_key(id)).copied().collect();
            (near, missing)
        };
        let mut gists: BTreeMap<DocumentId, Arc<Gist>> = BTreeMap::new();
        for other in missing {
            let Some(record) = self.record(&other).await? else { continue };
            let written_ms = record.entries.iter().find(|entry| entry.opens).map(|entry| entry.clock.ms());
            let (Some(written_ms), Some(kept)) = (written_ms, rows::decode::<KeptReport>(&record.row)) else {
                continue;
            };
            let gist = Gist::of(&facts(&kept.row.fields, written_ms), lexicon()?, self.packs.known());
            gists.insert(other, Arc::new(gist));
        }
        let mut index = shared.lock();
        for other in near.iter().chain([&id]) {
            if let Some(gist) = index.gists.get(other) {
                gists.entry(*other).or_insert_with(|| Arc::clone(gist));
            }
        }
        let Some(own) = gists.get(&id) else { return Ok(Vec::new()) };
        let found = likeliest(own, near.iter().filter_map(|other| Some((*other, gists.get(other)?.as_ref()))));
        index.keep_gists(gists);
        if known {
            index.keep_likely(id, found.clone());
        }
        Ok(found)
    }
}
