//! The one base change of each kind of document: it makes the containers and names the schema version.
//!
//! It is the same on every device because it is built from the same calls under a reserved actor at time 0, so that
//! two devices never make one container twice. It is never sent; a test holds its bytes.

use std::sync::OnceLock;

use automerge::transaction::{CommitOptions, Transactable as _};
use automerge::{ActorId, Automerge, AutomergeError, ObjType, ROOT, TextEncoding};

use crate::actor::RESERVED_ACTOR;
use crate::lint::{self, Expect, Ground};
use crate::report_keys;

/// The schema version that this program writes, for every kind.
pub const SCHEMA_VERSION: u64 = 1;

/// The key under which every document names its schema version.
pub const SCHEMA_KEY: &str = "v";

/// The kinds that are Automerge documents here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKind {
    /// What one monitor saw or heard.
    Report,
    /// What coordinators believe happened.
    Incident,
}

/// What every document of a kind begins with: made once, since making it costs as much as a report.
#[derive(Debug, Default)]
struct Base {
    doc: Automerge,
    bytes: Vec<u8>,
    hash: [u8; 32],
    ground: Ground,
}

fn made(kind: DocumentKind) -> &'static Base {
    static REPORT: OnceLock<Base> = OnceLock::new();
    static INCIDENT: OnceLock<Base> = OnceLock::new();
    let cell = match kind {
        DocumentKind::Report => &REPORT,
        DocumentKind::Incident => &INCIDENT,
    };
    cell.get_or_init(|| {
        // Putting a value into the root of an empty document has no way to fail, and the fixed hash in the tests would
        // show if it did.
        let doc = build(kind).unwrap_or_default();
        let hash = doc.get_heads().first().map(|hash| hash.0).unwrap_or_default();
        let bytes: Vec<u8> = doc.get_changes(&[]).iter().flat_map(|change| change.raw_bytes().to_vec()).collect();
        let mut ground = Ground::new();
        let expect = Expect { actor: &RESERVED_ACTOR, seq: None, known_actors: &|_| false };
        // The base is this program's own; a test holds that the linter passes it.
        if let Ok(linted) = lint::lint(&bytes, &expect) {
            let _ = ground.add(&linted);
        }
        Base { doc, bytes, hash, ground }
    })
}

/// An empty document of a kind, with its base change applied.
pub(crate) fn base(kind: DocumentKind) -> &'static Automerge {
    &made(kind).doc
}

/// The hash of a kind's base change, on which the first change of every document depends.
#[must_use]
pub fn base_hash(kind: DocumentKind) -> [u8; 32] {
    made(kind).hash
}

/// The bytes of a kind's base change, for the specification and the tools that read our documents.
#[must_use]
pub fn base_bytes(kind: DocumentKind) -> &'static [u8] {
    &made(kind).bytes
}

/// What the first change of a document of this kind is checked against: the base change alone.
#[must_use]
pub fn base_ground(kind: DocumentKind) -> Ground {
    made(kind).ground.clone()
}

fn build(kind: DocumentKind) -> Result<Automerge, AutomergeError> {
    let mut doc =
        Automerge::new_with_encoding(TextEncoding::UnicodeCodePoint).with_actor(ActorId::from(RESERVED_ACTOR));
    let mut change = doc.transaction();
    change.put(ROOT, SCHEMA_KEY, SCHEMA_VERSION)?;
    match kind {
        DocumentKind::Report => {
            change.put_object(ROOT, report_keys::NARRATIVE, ObjType::Text)?;
        }
        DocumentKind::Incident => change.put(ROOT, "kind", "incident")?,
    }
    change.commit_with(CommitOptions::default().with_time(0));
    Ok(doc)
}

#[cfg(test)]
mod tests {
    use super::*;
    use azalai_envelope::ids::to_hex;

    /// Guards against a base change that differs between versions or machines: nothing written before would apply.
    #[test]
    fn the_base_changes_have_fixed_bytes_and_hashes() {
        assert_eq!(
            to_hex(base_bytes(DocumentKind::Report)),
            "856f4a83c995db8101330010000000000000000000000000000000000101000000061505340142035603570170027e0176016e027e01047e1300010200"
        );
        assert_eq!(
            to_hex(&base_hash(DocumentKind::Report)),
            "c995db81d6df82c2a80d210f4d732106e1ebb9efea2b85f5af554ca2909274a0"
        );
        assert_eq!(
            to_hex(base_bytes(DocumentKind::Incident)),
            "856f4a83d271624c013e0010000000000000000000000000000000000101000000061508340142025604570970027e0176046b696e640202017e13860101696e636964656e740200"
        );
        assert_eq!(
            to_hex(&base_hash(DocumentKind::Incident)),
            "d271624ca12ae781df7015c494c348e25af3733996803e67040a35dcd15f66be"
        );
    }

    /// Guards against a base change that this program's own linter refuses: no document could be built from its changes.
    #[test]
    fn the_ground_of_a_kind_is_its_base_change() {
        for kind in [DocumentKind::Report, DocumentKind::Incident] {
            assert!(base_ground(kind).has_change(&base_hash(kind)), "{kind:?}");
        }
    }
}
