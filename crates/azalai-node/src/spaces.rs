//! The one table of all key spaces that a device keeps in its vault, besides those of the carrier
//! (`azalai_sync`), which stand from 0x40 on.

use azalai_envelope::Kind;
use azalai_store::Space;

/// One item: who this device is. Key: empty.
pub(crate) const PROFILE: Space = Space(1);
/// Secret keys of circles, posting epochs and the carrier. Key: see `secrets.rs`.
pub(crate) const SECRETS: Space = Space(2);
/// Statements of the two logs, as received. Key: statement id.
pub(crate) const LOG: Space = Space(3);
/// Statements of documents, as received. Key: statement id.
pub(crate) const STATEMENTS: Space = Space(4);
/// What is known of each document, with its row. Key: document id.
pub(crate) const DOCUMENTS: Space = Space(5);
/// This device's own chains. Key: audience id.
pub(crate) const OWN_CHAINS: Space = Space(6);
/// Which statement has which place in a chain. Key: author key, audience, chain,
/// seq (big endian).
pub(crate) const PLACES_IN_CHAINS: Space = Space(7);
/// What came of each envelope that was looked at. Key: envelope id.
pub(crate) const OUTCOMES: Space = Space(8);
/// This device's own statements and how far they got. Key: statement id.
pub(crate) const OUTBOX: Space = Space(9);
/// Which own statement an envelope carries. Key: envelope id.
pub(crate) const SEALED: Space = Space(10);
/// Own receipts to write: opened statements of others. Key: statement id.
pub(crate) const OPENED: Space = Space(11);
/// Chains in which a fork was seen, with the lowest place of it. Key: author key, audience,
/// chain.
pub(crate) const FORKS: Space = Space(12);
/// Letters with keys that this device owes for a role that it grants. Key: the member's signing key; one byte, 1 for keys
/// to all of the past, 0 for those from now on.
pub(crate) const OWED: Space = Space(13);
/// Notices among the kept statements. Key: statement id; value: 1.
pub(crate) const NOTICES: Space = Space(14);
/// Claim notices among the kept statements, to this device and by it. Key: statement id; value: 1.
pub(crate) const CLAIM_NOTICES: Space = Space(15);
/// Marks of duress among the kept statements. Key: statement id; value: 1.
pub(crate) const MARKS: Space = Space(16);
/// Own reports whose words were forgotten. Key: document id.
pub(crate) const SHED: Space = Space(17);
/// Statements that were forgotten, so that they are not taken in again, with what is learnt of own ones. Key: statement
/// id.
pub(crate) const SHED_STATEMENTS: Space = Space(18);
/// What is being forgotten, until it is. Key: random.
pub(crate) const FORGETTING: Space = Space(19);
/// Since when an own report could be forgotten by itself. Key: document id.
pub(crate) const DUE: Space = Space(20);
/// Parts of packs among the kept statements. Key: statement id; value: 1.
pub(crate) const PACKS: Space = Space(28);
/// What the person at this device has begun and not said, and how they like things. Key: see `desk.rs`.
pub(crate) const DESK: Space = Space(0x20);
/// Places that somebody brought, besides those that ship. Key: the place's id.
pub(crate) const PLACES: Space = Space(0x21);
/// Letters of bundles that nobody of the project posted, as far as this device knows. Key: envelope id.
pub(crate) const UNPOSTED: Space = Space(0x2e);
/// To which key an own statement's letter is sealed. Key: statement id; value: the public key.
pub(crate) const SEALED_TO: Space = Space(0x2f);

/// Where the statements of a kind are kept: the acts of the two logs apart from all others.
pub(crate) fn space_of(kind: Kind) -> Space {
    match kind {
        Kind::AUTHORITY | Kind::REGISTRY => LOG,
        _ => STATEMENTS,
    }
}
