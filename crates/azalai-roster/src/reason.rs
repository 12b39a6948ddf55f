//! Why an act does not count, why a device may not, why there is no key: one variant for each rule.

use azalai_envelope::codec::DecodeError;
use azalai_envelope::{AudienceId, Kind, StatementId};

use crate::circle::{AreaCode, Circle};

/// Why an act (or a whole statement: act 0) does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A statement of another kind.
    #[error("not a statement of the authority or the registry")]
    NotALog,
    /// The audience or the document is not that of the log.
    #[error("not in the log's own document and audience")]
    ForeignDocument,
    /// The body cannot be read.
    #[error("malformed: {0}")]
    Malformed(String),
    /// A version or a tag that this program does not know: kept, applied after an upgrade.
    #[error("needs a newer Azalai")]
    NeedsNewer,
    /// The act belongs into the other log.
    #[error("this act belongs into the other log")]
    WrongLog,
    /// Its author never held a role, or claims nothing.
    #[error("its author is no member who may act")]
    UnknownAuthor,
    /// Its author's role does not cover it.
    #[error("its author may not do this")]
    NoRight,
    /// Another than the root founds.
    #[error("only the root founds")]
    NotRoot,
    /// The carrier is certified by another root.
    #[error("its carrier key is certified by another root")]
    ForeignCarrier,
    /// Another founding of the same root counts.
    #[error("the root founded twice; the other one counts")]
    FoundTwice,
    /// No such area.
    #[error("there is no area {0}")]
    UnknownArea(AreaCode),
    /// The role needs an area.
    #[error("this role needs an area")]
    AreaMissing,
    /// A steward has no area.
    #[error("a steward has no area")]
    AreaNotWanted,
    /// It is past a cut.
    #[error("its author is removed, and it is past the cut")]
    Quarantined,
    /// No cut names its chain.
    #[error("its author is removed, and no cut names its chain")]
    Doubtful,
    /// Two statements have one place in its chain, there or before.
    #[error("its chain is forked, and nobody adopted this branch")]
    Forked,
    /// A removal whose author is removed by one that stands.
    #[error("this removal is void: its author is removed, or lost the right that it used")]
    Void,
    /// Two removed each other; both are suspended until more stewards remove one of them.
    #[error("its author is removed by whom it removes: both are suspended until a majority of stewards settles it")]
    Undecided,
    /// The cuts take away what gives its author the right.
    #[error("its cuts take away the grant that its own author's right comes from")]
    CutsOwnRight,
    /// Nobody removes the device they write with.
    #[error("a device does not remove itself")]
    OwnDevice,
    /// Nobody known by that key.
    #[error("nobody is known by the key that it removes")]
    UnknownTarget,
    /// No such invite, or not one that its author could have made.
    #[error("there is no such invite")]
    UnknownInvite,
    /// The proof is not by the invite's one-time key.
    #[error("the claim's proof does not fit the invite")]
    BadProof,
    /// Only the new device itself claims.
    #[error("a claim is written by the device that it names")]
    ClaimForOther,
    /// The invite that was claimed is itself set aside.
    #[error("the invite that it claims is set aside")]
    InviteSetAside,
    /// A coordinator admits devices that claimed an invite for their area.
    #[error("the device has not claimed that invite")]
    NoClaim,
    /// The device claimed with another receiving key.
    #[error("the device itself named another receiving key")]
    OtherDevice,
    /// The authority log does not grant that role.
    #[error("the authority log does not grant this role")]
    NoGrant,
    /// A generation's number, or its posting epoch, leaves too many out.
    #[error("its number is too far above those before it")]
    NumberTooFar,
    /// Nobody adopts their own.
    #[error("nobody adopts what they wrote themselves")]
    OwnStatement,
}

impl From<DecodeError> for Reason {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::UnknownVersion { .. } => Self::NeedsNewer,
            other => Self::Malformed(other.to_string()),
        }
    }
}

/// Why a device may not do something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// No member has this key.
    #[error("no member has this key")]
    Unknown,
    /// Nobody admitted it yet.
    #[error("not admitted yet")]
    Unconfirmed,
    /// It is removed, or suspended.
    #[error("this device is removed or suspended")]
    Removed,
    /// Its role does not cover it.
    #[error("this role may not")]
    Role,
    /// Nothing of this kind goes to this audience.
    #[error("nothing of kind {} is written to audience {audience}", kind.0)]
    Audience {
        /// The kind.
        kind: Kind,
        /// The audience.
        audience: AudienceId,
    },
    /// A kind that this program does not know.
    #[error("kind {} needs a newer Azalai", .0.0)]
    UnknownKind(Kind),
    /// As an act of the log it would not count.
    #[error("{0}")]
    Act(#[from] Reason),
}

/// Why there is no key to seal to a circle with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// The circle has none yet.
    #[error("circle {0} has no key yet")]
    None(Circle),
    /// Somebody who could open it was removed since.
    #[error("circle {circle} needs a new key: {} removals are not followed by any", removals.len())]
    RotationNeeded {
        /// The circle.
        circle: Circle,
        /// The statements of the removals that a new key has to follow.
        removals: Vec<StatementId>,
    },
}

/// What a statement is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Its author may write it.
    Counts,
    /// Nobody admitted its author yet.
    Unconfirmed,
    /// It is past a cut, or on a branch of a fork: kept and shown until somebody adopts it.
    Quarantined,
    /// Its author is removed and no cut names its chain.
    Doubtful,
    /// Its author may not write it.
    Rejected(Denied),
}
