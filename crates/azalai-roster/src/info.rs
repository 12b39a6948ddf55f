//! What a roster tells about areas, members, relays, posting keys and invites: plain values to read.

use std::collections::BTreeSet;

use azalai_envelope::{Day, DevicePublic, PostingPublic, RelayPublic, SigningPublic, StatementId};

use crate::act::{InviteId, PersonId};
use crate::circle::{AreaCode, Role};

/// How a device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemberState {
    /// Granted or admitted.
    Confirmed,
    /// It claimed an invite, and nobody admitted it.
    Unconfirmed,
    /// It and another removed each other, and no majority has settled it.
    Suspended,
    /// It is a member's no more.
    Removed,
}

/// A device that is or was a member's, or asks to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its keys.
    pub device: DevicePublic,
    /// How it is called.
    pub pseudonym: String,
    /// As what; for an unconfirmed one, as what it was invited.
    pub role: Role,
    /// Its area by the latest act; none for a steward.
    pub area: Option<AreaCode>,
    /// Every area that it is coordinator of; rights follow from all of them.
    pub areas: BTreeSet<AreaCode>,
    /// How it stands.
    pub state: MemberState,
    /// Whose device it is; unknown for the founder and, where no invite said so, for unconfirmed ones.
    pub person: Option<PersonId>,
    /// The invite that it took up, where the registry is known.
    pub invite: Option<InviteId>,
    /// Who granted or admitted it.
    pub admitted_by: Option<SigningPublic>,
}

/// An area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaInfo {
    /// Its name.
    pub name: String,
    /// The area that contains it.
    pub parent: Option<AreaCode>,
}

/// A relay of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayInfo {
    /// Its keys.
    pub public: RelayPublic,
    /// How it is called or reached.
    pub label: String,
    /// The certificate of the highest number that a steward made known; any member may bring it to the relay.
    pub certificate: Option<Vec<u8>>,
}

/// A posting key of the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostingInfo {
    /// The key and its epoch.
    pub public: PostingPublic,
    /// Whether members post with it now; a closed one still fetches and puts a little.
    pub open: bool,
}

/// Whether an invite may still be taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteState {
    /// Nobody claimed it.
    Open,
    /// Claimed, nobody admitted.
    Claimed,
    /// A device that claimed it is admitted.
    Admitted,
    /// Revoked.
    Revoked,
}

/// A device that claimed an invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimInfo {
    /// Its keys, by its own word.
    pub device: DevicePublic,
    /// How it wants to be called.
    pub pseudonym: String,
    /// The claim.
    pub statement: StatementId,
}

/// An invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteInfo {
    /// Its name.
    pub id: InviteId,
    /// As what.
    pub role: Role,
    /// For which area.
    pub area: Option<AreaCode>,
    /// The public half of the key that it carries.
    pub one_time: SigningPublic,
    /// The last day on which a device should use it.
    pub expires: Day,
    /// The person, if it is for another device of one already known.
    pub person: Option<PersonId>,
    /// Who made it.
    pub author: SigningPublic,
    /// Whether it may still be taken up.
    pub state: InviteState,
    /// Who claimed it, in order of statements; more than one is for people to look at.
    pub claims: Vec<ClaimInfo>,
}

/// A claim that nobody admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The claim.
    pub claim: ClaimInfo,
    /// The invite.
    pub invite: InviteId,
    /// As what it was invited.
    pub role: Role,
    /// For which area.
    pub area: Option<AreaCode>,
    /// Whose device the invite says it is.
    pub person: Option<PersonId>,
    /// How the invite stands: it may have ended by another's admission.
    pub state: InviteState,
    /// How many devices claimed the same invite, this one included.
    pub claims: usize,
}
