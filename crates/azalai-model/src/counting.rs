//! What counts in a document that holds changes which are set aside: what would stand there if they had written nothing.
//!
//! A change that is set aside may have overwritten or deleted what others wrote, and others may have gone on from it.
//! So a value counts if a change that counts wrote it and no later change that counts wrote under the same key: who
//! wrote later knew of it, or of what had covered it. In a document without changes that are set aside this is what
//! Automerge shows anyway, and Automerge is asked.

use std::collections::{BTreeMap, BTreeSet};

use automerge::legacy::{Key, ObjectId};
use automerge::{ChangeHash, ObjId, ROOT, ReadDoc as _, Value};

use crate::document::Document;

/// A value under a key of the root.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) value: Value<'static>,
    pub(crate) id: ObjId,
    /// The change that wrote it.
    pub(crate) change: [u8; 32],
}

/// Which change follows which, and which keys of the root each writes: only looked up where something is set aside.
/// One bit for each pair of changes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Past {
    hashes: Vec<[u8; 32]>,
    deps: Vec<Vec<ChangeHash>>,
    /// For each change a bit for itself and for each that it follows.
    follows: Vec<Vec<u64>>,
    writers: BTreeMap<String, BTreeSet<usize>>,
}

impl Past {
    fn of(document: &Document) -> Self {
        let changes = document.automerge().get_changes(&[]);
        let words = changes.len().div_ceil(64);
        let mut past = Self::default();
        let mut number: BTreeMap<ChangeHash, usize> = BTreeMap::new();
        for (at, change) in changes.iter().enumerate() {
            let mut follows = vec![0; words];
            set(&mut follows, at);
            for dep in change.deps().iter().filter_map(|dep| number.get(dep)) {
                let theirs = past.follows.get(*dep).cloned().unwrap_or_default();
                follows.iter_mut().zip(theirs).for_each(|(own, their)| *own |= their);
            }
            for op in change.decode().operations {
                if let (ObjectId::Root, Key::Map(key)) = (&op.obj, &op.key) {
                    past.writers.entry(key.to_string()).or_default().insert(at);
                }
            }
            number.insert(change.hash(), at);
            past.hashes.push(change.hash().0);
            past.deps.push(change.deps().to_vec());
            past.follows.push(follows);
        }
        past
    }

    /// Whether the first is, or follows, the second.
    fn is_past(&self, later: usize, earlier: usize) -> bool {
        let word = self.follows.get(later).and_then(|follows| follows.get(earlier / 64));
        word.is_some_and(|word| word >> (earlier % 64) & 1 == 1)
    }
}

fn set(bits: &mut [u64], at: usize) {
    if let Some(word) = bits.get_mut(at / 64) {
        *word |= 1 << (at % 64);
    }
}

/// Automerge's order of values.
fn order(id: &ObjId) -> (u64, Vec<u8>) {
    match id {
        ObjId::Root => (0, Vec::new()),
        ObjId::Id(counter, actor, _) => (*counter, actor.to_bytes().to_vec()),
    }
}

/// A character of a text, by its place in Automerge's order of operations.
type Element = ((u64, Vec<u8>), (String, [u8; 32]));

impl Document {
    /// The keys of the root under which something stands, or stood until a change that is set aside took it away.
    pub(crate) fn root_keys(&self) -> BTreeSet<String> {
        let mut keys: BTreeSet<String> = self.automerge().keys(ROOT).collect();
        if self.has_asides() {
            let gone = self.past().writers.keys().filter(|key| !keys.contains(*key));
            let back: Vec<String> = gone.filter(|key| !self.counting(key).is_empty()).cloned().collect();
            keys.extend(back);
        }
        keys
    }

    /// The values under a key: those that count, and those that stand there and are set aside. Each in Automerge's
    /// order, which is the same on every device.
    pub(crate) fn written(&self, key: &str) -> (Vec<Written>, Vec<Written>) {
        let shown = self.shown(key, None);
        if !self.has_asides() {
            return (shown, Vec::new());
        }
        let aside = shown.into_iter().filter(|written| self.is_aside(&written.change)).collect();
        (self.counting(key), aside)
    }

    fn shown(&self, key: &str, heads: Option<[u8; 32]>) -> Vec<Written> {
        let doc = self.automerge();
        let values = match heads {
            Some(head) => doc.get_all_at(ROOT, key, &[ChangeHash(head)]),
            None => doc.get_all(ROOT, key),
        };
        let values = values.unwrap_or_default().into_iter();
        values
            .filter_map(|(value, id)| {
                let change = doc.hash_for_opid(&id)?.0;
                Some(Written { value: value.into_owned(), id, change })
            })
            .collect()
    }

    fn counting(&self, key: &str) -> Vec<Written> {
        let past = self.past();
        let hash = |at: usize| past.hashes.get(at).copied().unwrap_or_default();
        let all = past.writers.get(key).into_iter().flatten().copied();
        let writers: Vec<usize> = all.filter(|at| !self.is_aside(&hash(*at))).collect();
        let last = writers.iter().filter(|at| !writers.iter().any(|later| later != *at && past.is_past(*later, **at)));
        let mut values: Vec<Written> = last
            .flat_map(|at| {
                let own = hash(*at);
                self.shown(key, Some(own)).into_iter().filter(move |written| written.change == own)
            })
            .collect();
        values.sort_by_cached_key(|written| order(&written.id));
        values
    }

    /// A text as those who count wrote it: without what was put in by changes that are set aside, and with what only
    /// those took out.
    pub(crate) fn counting_text(&self, id: &ObjId) -> String {
        if !self.has_asides() {
            return self.automerge().text(id).unwrap_or_default();
        }
        let past = self.past();
        let aside: Vec<usize> =
            (0..past.hashes.len()).filter(|at| self.is_aside(past.hashes.get(*at).unwrap_or(&[0; 32]))).collect();
        let below = |at: usize| aside.iter().any(|aside| past.is_past(at, *aside));
        // The document as it would be if nobody had gone on from what is set aside.
        let clean: Vec<usize> = (0..past.hashes.len()).filter(|at| !below(*at)).collect();
        let heads = clean.iter().filter(|at| !clean.iter().any(|later| later != *at && past.is_past(*later, **at)));
        let heads: Vec<ChangeHash> =
            heads.filter_map(|at| past.hashes.get(*at)).map(|hash| ChangeHash(*hash)).collect();
        let before = self.elements(id, &heads);
        let now = self.elements(id, &self.automerge().get_heads());
        let mut deleted: BTreeSet<(u64, Vec<u8>)> = BTreeSet::new();
        for at in (0..past.hashes.len()).filter(|at| below(*at) && !aside.contains(at)) {
            let (Some(deps), Some(own)) = (past.deps.get(at), past.hashes.get(at)) else { continue };
            let left: BTreeSet<_> =
                self.elements(id, &[ChangeHash(*own)]).into_iter().map(|(place, _)| place).collect();
            let were = self.elements(id, deps).into_iter().map(|(place, _)| place);
            deleted.extend(were.filter(|place| !left.contains(place)));
        }
        let known: BTreeSet<_> = now.iter().map(|(place, _)| place.clone()).collect();
        let old: BTreeSet<_> = before.iter().map(|(place, _)| place.clone()).collect();
        let mut text = String::new();
        let mut rest = before.iter();
        for (place, (piece, change)) in &now {
            if old.contains(place) {
                for (gone, (piece, _)) in rest.by_ref().take_while(|(earlier, _)| earlier != place) {
                    if !known.contains(gone) && !deleted.contains(gone) {
                        text.push_str(piece);
                    }
                }
            }
            if !self.is_aside(change) {
                text.push_str(piece);
            }
        }
        for (gone, (piece, _)) in rest {
            if !known.contains(gone) && !deleted.contains(gone) {
                text.push_str(piece);
            }
        }
        text
    }

    /// The characters of a text at some heads.
    fn elements(&self, id: &ObjId, heads: &[ChangeHash]) -> Vec<Element> {
        let doc = self.automerge();
        let at = |index: usize| {
            let (value, element) = doc.get_at(id, index, heads).ok()??;
            let change = doc.hash_for_opid(&element)?.0;
            Some((order(&element), (value.as_str().unwrap_or_default().to_owned(), change)))
        };
        (0..doc.length_at(id, heads)).filter_map(at).collect()
    }

    pub(crate) fn look_back(&self) -> Past {
        Past::of(self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use automerge::transaction::Transactable as _;
    use automerge::{ActorId, AutomergeError};

    use super::*;
    use crate::base::DocumentKind;
    use crate::field;
    use crate::report_keys as key;

    fn actor(number: u8) -> ActorId {
        ActorId::from([number; 16])
    }

    /// Writes, and gives the hash of the change.
    fn write(document: &mut Document, by: u8, title: Option<&str>) -> [u8; 32] {
        let before = document.automerge().get_heads();
        document
            .edit(&actor(by), |out| match title {
                Some(title) => out.put(ROOT, "title", title),
                None => out.delete(ROOT, "title"),
            })
            .unwrap()
            .unwrap();
        let new = document.automerge().get_changes(&before);
        new.last().unwrap().hash().0
    }

    fn titles(document: &Document) -> Vec<String> {
        field::read::<String>(document, "title").readable().cloned().collect()
    }

    /// Guards against a removed coordinator who destroys what honest people wrote by writing over it or deleting it.
    #[test]
    fn what_a_change_that_is_set_aside_wrote_over_or_deleted_counts_again() {
        for theirs in [Some("A quarrel"), None] {
            let mut document = Document::new(DocumentKind::Incident);
            write(&mut document, 1, Some("At the well"));
            let aside = write(&mut document, 2, theirs);
            document.set_aside(aside);
            assert_eq!(titles(&document), ["At the well"], "after {theirs:?}");
            assert!(document.root_keys().contains("title"));
            // Who writes later knows better than what was covered.
            write(&mut document, 3, Some("At the market"));
            assert_eq!(titles(&document), ["At the market"]);
        }
    }

    /// Guards against a value that comes back although somebody who counts took it away.
    #[test]
    fn what_was_overwritten_or_deleted_by_one_who_counts_stays_away() {
        let mut document = Document::new(DocumentKind::Incident);
        write(&mut document, 1, Some("First"));
        write(&mut document, 1, Some("Second"));
        let aside = write(&mut document, 2, Some("Theirs"));
        let twice = write(&mut document, 2, Some("Theirs again"));
        document.set_aside(aside);
        document.set_aside(twice);
        assert_eq!(titles(&document), ["Second"]);
        write(&mut document, 1, None);
        assert_eq!(titles(&document), Vec::<String>::new());
    }

    fn narrative(document: &Document) -> String {
        crate::Report::read(document).fields.narrative
    }

    fn splice(document: &mut Document, by: u8, at: usize, delete: isize, text: &str) -> [u8; 32] {
        let before = document.automerge().get_heads();
        document
            .edit(&actor(by), |out| {
                let (_, id) = out.get(ROOT, key::NARRATIVE)?.ok_or(AutomergeError::Fail)?;
                out.splice_text(&id, at, delete, text)
            })
            .unwrap()
            .unwrap();
        document.automerge().get_changes(&before).last().unwrap().hash().0
    }

    /// Guards against words of whoever holds a taken phone that stand in a report, and words of its author that are
    /// gone because that one struck them out.
    #[test]
    fn a_text_is_without_what_is_set_aside_put_in_and_with_what_only_that_took_out() {
        let mut document = Document::new(DocumentKind::Report);
        splice(&mut document, 1, 0, 0, "Five men came");
        let aside = splice(&mut document, 1, 0, 8, "Nobody");
        splice(&mut document, 1, 11, 0, " at dawn");
        assert_eq!(narrative(&document), "Nobody came at dawn");
        document.set_aside(aside);
        assert_eq!(narrative(&document), "Five men came at dawn");
    }
}
