//! What letters brought that a device took in.

use std::collections::BTreeSet;

use azalai_envelope::{DocumentId, EnvelopeId};

/// What a batch of envelopes brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Statements that are new on this device.
    pub statements: usize,
    /// Of these, statements of reports and incidents.
    pub of_documents: usize,
    /// Reports and incidents that they are of, and own reports that a coordinator confirmed.
    pub documents: BTreeSet<DocumentId>,
    /// Notices that are new on this device.
    pub notices: BTreeSet<DocumentId>,
    /// Envelopes that broke a rule, with the reason.
    pub refused: Vec<(EnvelopeId, String)>,
    /// Envelopes whose statement needs a newer program: kept, and looked at again by one.
    pub newer: usize,
    /// Envelopes of a version that this program does not know. Nothing shows who posted one, so it is not kept: it stays
    /// with whoever offered it, and a newer program takes it.
    pub left: usize,
}

impl TakenIn {
    pub(crate) fn add(&mut self, other: Self) {
        self.statements += other.statements;
        self.of_documents += other.of_documents;
        self.documents.extend(other.documents);
        self.notices.extend(other.notices);
        self.refused.extend(other.refused);
        self.newer += other.newer;
        self.left += other.left;
    }
}
