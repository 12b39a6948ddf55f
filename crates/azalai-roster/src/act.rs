//! The acts of the two logs: what may be said there. Their bytes are in `act_bytes.rs`, their rules in
//! `docs/spec/roster.md`. Nothing here says whether an act counts.

use core::fmt;
use std::collections::BTreeSet;

use azalai_envelope::codec::{DecodeError, Reader};
use azalai_envelope::{
    CarrierCertificate, ChainId, Day, DevicePublic, PostingPublic, ReceivingPublic, RelayPublic, Signature,
    SigningPublic, StatementId,
};

use crate::body::BodyCode;
use crate::circle::{AreaCode, Circle, Role};

/// The name of an invite: random, 16 bytes.
pub type InviteId = [u8; 16];

/// The name of a person, who may have several devices: random, 16 bytes.
pub type PersonId = [u8; 16];

/// The last statement of one chain that still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cut {
    /// The chain.
    pub chain: ChainId,
    /// The place of the last one that counts.
    pub seq: u64,
    /// Which statement stands there.
    pub id: StatementId,
}

/// How those who claimed an invite are admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Admission {
    /// Somebody looks at each. So it is as long as nothing else is said.
    ByHand,
    /// A device that may admit does so by itself at an exchange, where nobody else claimed the invite.
    AtExchange,
}

impl Admission {
    /// As on the wire.
    #[must_use]
    pub const fn to_byte(self) -> u8 {
        match self {
            Self::ByHand => 1,
            Self::AtExchange => 2,
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.u8("admission")? {
            1 => Ok(Self::ByHand),
            2 => Ok(Self::AtExchange),
            _ => Err(reader.invalid("admission", "neither 1 by hand nor 2 at an exchange")),
        }
    }
}

impl fmt::Display for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ByHand => "by-hand",
            Self::AtExchange => "at-exchange",
        })
    }
}

/// One act of either log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Authority, by the root key alone: there is a project.
    Found {
        /// The project's name.
        name: String,
        /// The root's word for the key that signs relays' certificates.
        carrier: CarrierCertificate,
        /// The first steward's device.
        founder: DevicePublic,
        /// How the founder is called.
        pseudonym: String,
    },
    /// Authority: there is an area, or it has a new name or place.
    Area {
        /// Its code.
        code: AreaCode,
        /// Its name.
        name: String,
        /// The area that contains it.
        parent: Option<AreaCode>,
    },
    /// Authority: a device is a coordinator's or a steward's.
    Grant {
        /// The device.
        device: DevicePublic,
        /// How it is called.
        pseudonym: String,
        /// Coordinator or steward.
        role: Role,
        /// A coordinator's area; a steward has none.
        area: Option<AreaCode>,
        /// Whose device it is.
        person: PersonId,
    },
    /// Authority: a relay of the project.
    Relay {
        /// Its keys.
        public: RelayPublic,
        /// How it is called or reached.
        label: String,
    },
    /// Authority: a circle's next key.
    NewGeneration {
        /// The circle.
        circle: Circle,
        /// Its public key.
        key: ReceivingPublic,
        /// Higher than those it follows.
        number: u32,
        /// The next posting key; with the circle of everyone only.
        posting: Option<PostingPublic>,
    },
    /// Authority: how newcomers are admitted from now on.
    Admission {
        /// By hand, or at an exchange.
        how: Admission,
    },
    /// Authority: a relay's newest certificate, for any member to bring to it.
    Certificate {
        /// As `azalai_envelope::certificate` writes it.
        bytes: Vec<u8>,
    },
    /// Authority: the bodies that a member of the staff belongs to, from now on; none any more if it names none.
    Bodies {
        /// One of their devices; it holds for all of the person's.
        device: SigningPublic,
        /// Which.
        bodies: BTreeSet<BodyCode>,
    },
    /// Registry: somebody may join.
    Invite {
        /// Its random name.
        id: InviteId,
        /// As what.
        role: Role,
        /// For which area; none for a steward.
        area: Option<AreaCode>,
        /// The public half of the key that the invite carries.
        one_time: SigningPublic,
        /// The last day on which a device should use it; a local check only.
        expires: Day,
        /// The person, if it is another device of one already known.
        person: Option<PersonId>,
    },
    /// Registry, by the new device itself: it took up an invite.
    Claim {
        /// Which.
        invite: InviteId,
        /// Its keys.
        device: DevicePublic,
        /// How it wants to be called.
        pseudonym: String,
        /// By the one-time key, over project and device keys.
        proof: Signature,
    },
    /// Registry: a device is a member's.
    Admit {
        /// The device.
        device: DevicePublic,
        /// How it is called.
        pseudonym: String,
        /// As what.
        role: Role,
        /// For which area; none for a steward.
        area: Option<AreaCode>,
        /// Whose device it is.
        person: PersonId,
        /// The invite that it took up.
        invite: InviteId,
    },
    /// Registry: an invite has ended.
    Revoke {
        /// Which.
        invite: InviteId,
    },
    /// Either log: a device is a member's no more, and what it wrote counts up to the cuts. Final for this key.
    Remove {
        /// The device.
        device: SigningPublic,
        /// In order of chains, one for each; a chain that is not named is doubtful.
        cuts: Vec<Cut>,
    },
    /// Either log: these count although a cut or a fork had set them aside.
    Adopt {
        /// In order.
        statements: Vec<StatementId>,
    },
    /// An act that needs a newer program.
    Unknown {
        /// Its tag.
        tag: u8,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

/// The tags of the acts that this program knows.
pub mod tag {
    #![allow(missing_docs)]
    pub const FOUND: u8 = 1;
    pub const AREA: u8 = 2;
    pub const GRANT: u8 = 3;
    pub const RELAY: u8 = 4;
    pub const NEW_GENERATION: u8 = 5;
    pub const ADMISSION: u8 = 6;
    pub const CERTIFICATE: u8 = 7;
    pub const BODIES: u8 = 8;
    pub const INVITE: u8 = 17;
    pub const CLAIM: u8 = 18;
    pub const ADMIT: u8 = 19;
    pub const REVOKE: u8 = 20;
    pub const REMOVE: u8 = 32;
    pub const ADOPT: u8 = 33;
}

impl Act {
    /// The byte that names the act.
    #[must_use]
    pub const fn tag(&self) -> u8 {
        match self {
            Self::Found { .. } => tag::FOUND,
            Self::Area { .. } => tag::AREA,
            Self::Grant { .. } => tag::GRANT,
            Self::Relay { .. } => tag::RELAY,
            Self::NewGeneration { .. } => tag::NEW_GENERATION,
            Self::Admission { .. } => tag::ADMISSION,
            Self::Certificate { .. } => tag::CERTIFICATE,
            Self::Bodies { .. } => tag::BODIES,
            Self::Invite { .. } => tag::INVITE,
            Self::Claim { .. } => tag::CLAIM,
            Self::Admit { .. } => tag::ADMIT,
            Self::Revoke { .. } => tag::REVOKE,
            Self::Remove { .. } => tag::REMOVE,
            Self::Adopt { .. } => tag::ADOPT,
            Self::Unknown { tag, .. } => *tag,
        }
    }
}
