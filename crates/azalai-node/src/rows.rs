//! The rows of lists: what a list of reports shows without opening the documents. A cache, versioned, built again
//! whenever its document changes.

use azalai_model::parts::Retraction;
use azalai_model::{Report, ReportFields};
use serde::{Deserialize, Serialize};

/// What a list shows of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportRow {
    /// What it says.
    pub fields: ReportFields,
    /// When and why its author took it back.
    pub retracted: Option<Retraction>,
    /// Fields that hold several values, or one that cannot be read.
    pub odd: usize,
}

impl ReportRow {
    pub(crate) fn of(report: &Report) -> Self {
        let odd = report.conflicts.len() + report.unreadable.len();
        Self { fields: report.fields.clone(), retracted: report.retracted.clone(), odd }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        // Maps with text keys and finite numbers only: cannot fail; an empty row is built again.
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}
