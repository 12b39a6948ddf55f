//! One document: the base change of its kind and the changes that were applied to it.
//!
//! It must never hold a change that waits for another inside Automerge, and a change that panics must never leave a
//! half-applied document: every change is applied to a copy.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use automerge::transaction::{CommitOptions, Transaction};
use automerge::{ActorId, Automerge, AutomergeError, Change, ChangeHash, LoadOptions, ReadDoc as _, TextEncoding};

use crate::actor::RESERVED_ACTOR;
use crate::base::{DocumentKind, base, base_hash};
use crate::carried;
use crate::counting::Past;
use crate::lint::Linted;

/// What applying a change did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It is in the document now.
    New,
    /// It was there already.
    Already,
}

/// Why a change was not applied; the document is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Changes that it builds on are not here yet: apply them first, then this one.
    #[error("the change builds on {} changes that are not here yet", .0.len())]
    Missing(Vec<[u8; 32]>),
    /// It builds on nothing, not even on the base change of its kind.
    #[error("the change does not build on the base change of its kind")]
    NoBase,
    /// It claims the actor that only base changes have.
    #[error("the change claims the reserved actor")]
    Reserved,
    /// Automerge cannot read it.
    #[error("the change cannot be read: {0}")]
    Malformed(String),
    /// Automerge does not take it, for example because its sequence number is taken.
    #[error("the change does not fit into the document: {0}")]
    Refused(String),
    /// Automerge panicked on it: keep it, carry it, never try it again with this version.
    #[error("the change made Automerge panic")]
    Poisoned,
}

/// Why a cached document was not loaded: rebuild it from its changes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// Automerge cannot read it.
    #[error("the cached document cannot be read: {0}")]
    Malformed(String),
    /// It is of another kind, or of another schema version.
    #[error("the cached document does not build on the base change of its kind")]
    OtherKind,
    /// Automerge panicked on it.
    #[error("the cached document made Automerge panic")]
    Poisoned,
}

/// A document of one kind.
#[derive(Debug, Clone)]
pub struct Document {
    kind: DocumentKind,
    doc: Automerge,
    /// Changes that are here because others build on them, and whose values do not count.
    aside: BTreeSet<[u8; 32]>,
    /// Looked up when first asked for; of the document as it is.
    past: OnceLock<Past>,
}

impl Document {
    /// An empty document: the base change and nothing else.
    #[must_use]
    pub fn new(kind: DocumentKind) -> Self {
        Self { kind, doc: base(kind).clone(), aside: BTreeSet::new(), past: OnceLock::new() }
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The Automerge document, to read what this crate has no name for.
    #[must_use]
    pub fn automerge(&self) -> &Automerge {
        &self.doc
    }

    /// The hashes of the changes that no other change builds on, ascending. Of an empty document, the base change's.
    #[must_use]
    pub fn heads(&self) -> Vec<[u8; 32]> {
        self.doc.get_heads().iter().map(|hash| hash.0).collect()
    }

    /// Whether a change is in the document.
    #[must_use]
    pub fn has(&self, change: &[u8; 32]) -> bool {
        self.doc.get_missing_deps(&[ChangeHash(*change)]).is_empty()
    }

    /// Applies a change that the linter passed.
    ///
    /// # Errors
    /// [`ApplyError`], one variant for each rule; the document is then as it was.
    pub fn apply(&mut self, change: &Linted<'_>) -> Result<Applied, ApplyError> {
        let (bytes, hash, deps) = (change.bytes(), change.hash(), change.deps());
        if self.has(&hash) {
            return Ok(Applied::Already);
        }
        if deps.is_empty() {
            return Err(ApplyError::NoBase);
        }
        let missing: Vec<_> = deps.iter().filter(|dep| !self.has(dep)).copied().collect();
        if !missing.is_empty() {
            return Err(ApplyError::Missing(missing));
        }
        // The copy is what a panic leaves half done. A report's first change copies a document of two operations.
        let mut copy = self.doc.clone();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let change = Change::try_from(bytes).map_err(|error| ApplyError::Malformed(error.to_string()))?;
            if change.actor_id().to_bytes() == RESERVED_ACTOR {
                return Err(ApplyError::Reserved);
            }
            copy.apply_changes([change]).map_err(|error| ApplyError::Refused(error.to_string()))?;
            if copy.get_missing_deps(&[ChangeHash(hash)]).is_empty()
                && copy.get_change_meta_by_hash(&ChangeHash(hash)).is_some()
            {
                Ok(copy)
            } else {
                Err(ApplyError::Refused("it was not taken up".to_owned()))
            }
        }));
        self.doc = outcome.unwrap_or(Err(ApplyError::Poisoned))?;
        self.past = OnceLock::new();
        Ok(Applied::New)
    }

    /// Sets a change aside: what it wrote is shown and does not count.
    pub fn set_aside(&mut self, change: [u8; 32]) {
        self.aside.insert(change);
    }

    pub(crate) fn has_asides(&self) -> bool {
        !self.aside.is_empty()
    }

    pub(crate) fn past(&self) -> &Past {
        self.past.get_or_init(|| self.look_back())
    }

    /// Whether a change is set aside.
    #[must_use]
    pub fn is_aside(&self, change: &[u8; 32]) -> bool {
        self.aside.contains(change)
    }

    /// Makes one change under `actor` by what `write` does, at time 0 and without a message, applies it and returns it
    /// as a statement carries it ([`carried`]). `None` if nothing was written.
    ///
    /// # Errors
    /// What `write` returns; the document is then as it was.
    pub fn edit<E>(
        &mut self,
        actor: &ActorId,
        write: impl FnOnce(&mut Transaction<'_>) -> Result<(), E>,
    ) -> Result<Option<Vec<u8>>, E> {
        let mut copy = self.doc.clone();
        copy.set_actor(actor.clone());
        let mut transaction = copy.transaction();
        write(&mut transaction)?;
        let (hash, _) = transaction.commit_with(CommitOptions::default().with_time(0));
        // `raw_bytes`, because `bytes` would compress what is over 256 bytes, and the linter takes no compressed change.
        let change = hash.and_then(|hash| copy.get_change_by_hash(&hash));
        let carried = change.and_then(|change| carried::strip(change.raw_bytes()));
        if carried.is_some() {
            self.doc = copy;
            self.past = OnceLock::new();
        }
        Ok(carried)
    }

    /// The changes after the base change, as statements carry them, in an order that depends on nothing but their set:
    /// each after all that it builds on, and of several that could come next the one with the lowest hash.
    #[must_use]
    pub fn changes(&self) -> Vec<Vec<u8>> {
        self.ordered().iter().filter_map(|change| carried::strip(change.raw_bytes())).collect()
    }

    fn ordered(&self) -> Vec<Change> {
        let base = ChangeHash(base_hash(self.kind));
        let mut waiting: BTreeMap<ChangeHash, Change> =
            self.doc.get_changes(&[base]).into_iter().map(|change| (change.hash(), change)).collect();
        let mut unmet: BTreeMap<ChangeHash, usize> = BTreeMap::new();
        let mut followers: BTreeMap<ChangeHash, Vec<ChangeHash>> = BTreeMap::new();
        for (hash, change) in &waiting {
            let inner: Vec<_> = change.deps().iter().filter(|dep| waiting.contains_key(dep)).collect();
            unmet.insert(*hash, inner.len());
            for dep in inner {
                followers.entry(*dep).or_default().push(*hash);
            }
        }
        let mut ready: BTreeSet<ChangeHash> =
            unmet.iter().filter(|(_, count)| **count == 0).map(|(hash, _)| *hash).collect();
        let mut ordered = Vec::with_capacity(waiting.len());
        while let Some(hash) = ready.pop_first() {
            for follower in followers.remove(&hash).unwrap_or_default() {
                if let Some(count) = unmet.get_mut(&follower) {
                    *count -= 1;
                    if *count == 0 {
                        ready.insert(follower);
                    }
                }
            }
            ordered.extend(waiting.remove(&hash));
        }
        ordered
    }

    /// The document's bytes, the same on every device that holds the same changes, whatever order they came in.
    /// Automerge's own [`Document::save`] depends on that order, so the document is built anew in the order of
    /// [`Document::changes`]. Costs as much as applying everything again: for comparing, not for every read.
    #[must_use]
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let mut copy = base(self.kind).clone();
        // These changes were applied once already; should Automerge not take them again, the bytes would be those of
        // the base alone and differ from everyone's, which is what a comparison should show.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let _ = copy.apply_changes(self.ordered());
            copy.save_nocompress()
        }));
        outcome.unwrap_or_default()
    }

    /// A cache of the document. Its bytes depend on the order in which changes came; drop it at any time.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        self.doc.save_nocompress()
    }

    /// Loads what [`Document::save`] wrote on this device. Never for bytes from outside: those go through the linter.
    ///
    /// # Errors
    /// [`LoadError`]; rebuild the document from its changes then.
    pub fn load(kind: DocumentKind, bytes: &[u8]) -> Result<Self, LoadError> {
        let options = || LoadOptions::new().text_encoding(TextEncoding::UnicodeCodePoint);
        let loaded = catch_unwind(AssertUnwindSafe(|| Automerge::load_with_options(bytes, options())));
        let doc = loaded.map_err(|_| LoadError::Poisoned)?.map_err(|error| LoadError::Malformed(error.to_string()))?;
        let document = Self { kind, doc, aside: BTreeSet::new(), past: OnceLock::new() };
        if document.has(&base_hash(kind)) { Ok(document) } else { Err(LoadError::OtherKind) }
    }
}

/// What goes wrong in Automerge while a change is made from checked values: a defect, shown and not hidden.
pub(crate) fn defect(error: AutomergeError) -> String {
    error.to_string()
}
