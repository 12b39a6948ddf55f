//! Who a change says it is from: the Automerge actor, which every reader computes again.
//!
//! It must never be taken from the change itself. A forged change under another chain's actor that arrived first
//! would block the genuine one for ever.

use automerge::ActorId;
use azalai_envelope::ids::{ChainId, DocumentId, ProjectId, derive16};

/// The context under which actors are derived.
const CONTEXT: &str = "azalai 1 automerge actor";

/// The actor of base changes, which no author can have: a derivation with this result is as likely as a collision.
pub const RESERVED_ACTOR: [u8; 16] = [0; 16];

/// The actor under which the holder of `author` (an Ed25519 public key) writes into `document` by `chain`: the first
/// 16 bytes of BLAKE3 over project, author, document and chain.
#[must_use]
pub fn actor_id(project: &ProjectId, author: &[u8; 32], document: &DocumentId, chain: &ChainId) -> ActorId {
    let parts: [&[u8]; 4] = [project.as_bytes(), author, document.as_bytes(), chain.as_bytes()];
    ActorId::from(derive16(CONTEXT, &parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against an actor that some input does not reach: two chains under one actor cannot both be applied.
    #[test]
    fn every_input_changes_the_actor_and_the_bytes_are_fixed() {
        let (project, author) = (ProjectId([1; 32]), [2; 32]);
        let (document, chain) = (DocumentId([3; 16]), ChainId([4; 8]));
        let actor = actor_id(&project, &author, &document, &chain);
        assert_eq!(actor.to_hex_string(), "801c5d274b6f385d8b155b9607de70d6");
        assert_ne!(actor, actor_id(&ProjectId([9; 32]), &author, &document, &chain));
        assert_ne!(actor, actor_id(&project, &[9; 32], &document, &chain));
        assert_ne!(actor, actor_id(&project, &author, &DocumentId([9; 16]), &chain));
        assert_ne!(actor, actor_id(&project, &author, &document, &ChainId([9; 8])));
    }
}
