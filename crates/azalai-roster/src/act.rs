//! The acts of the two logs and their bytes (`docs/spec/roster.md`).
//!
//! Reading is strict: an act of a known tag has exactly one encoding, or the whole statement is malformed. An
//! unknown tag is kept as it came, so that a newer program's acts do not make the rest unreadable.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::limits::MAX_PSEUDONYM_BYTES;
use azalai_envelope::{
    CarrierCertificate, ChainId, Day, DevicePublic, PostingPublic, ReceivingPublic, RelayPublic, Signature,
    SigningPublic, StatementId,
};

use crate::circle::{AreaCode, Circle, Role};
use crate::limits::{MAX_ADOPTED, MAX_CUTS, MAX_NAME_BYTES};

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
            Self::Invite { .. } => tag::INVITE,
            Self::Claim { .. } => tag::CLAIM,
            Self::Admit { .. } => tag::ADMIT,
            Self::Revoke { .. } => tag::REVOKE,
            Self::Remove { .. } => tag::REMOVE,
            Self::Adopt { .. } => tag::ADOPT,
            Self::Unknown { tag, .. } => *tag,
        }
    }

    /// The act's bytes without tag and length. Cuts and statements are put in order here.
    pub(crate) fn payload(&self) -> Vec<u8> {
        let mut w = Writer::new();
        match self {
            Self::Found { name, carrier, founder, pseudonym } => {
                w.text(name);
                carrier.write(&mut w);
                founder.write(&mut w);
                w.text(pseudonym);
            }
            Self::Area { code, name, parent } => {
                code.write(&mut w);
                w.text(name);
                AreaCode::write_option(parent.as_ref(), &mut w);
            }
            Self::Grant { device, pseudonym, role, area, person } => {
                write_member(&mut w, device, pseudonym, *role, area.as_ref(), person);
            }
            Self::Relay { public, label } => {
                public.write(&mut w);
                w.text(label);
            }
            Self::NewGeneration { circle, key, number, posting } => {
                circle.write(&mut w);
                w.raw(&key.0).u32(*number).u8(u8::from(posting.is_some()));
                if let Some(posting) = posting {
                    w.u32(posting.epoch).raw(&posting.key.0);
                }
            }
            Self::Invite { id, role, area, one_time, expires, person } => {
                w.raw(id).u8(role.to_byte());
                AreaCode::write_option(area.as_ref(), &mut w);
                w.raw(&one_time.0).u16(expires.0).u8(u8::from(person.is_some()));
                if let Some(person) = person {
                    w.raw(person);
                }
            }
            Self::Claim { invite, device, pseudonym, proof } => {
                w.raw(invite);
                device.write(&mut w);
                w.text(pseudonym).raw(&proof.0);
            }
            Self::Admit { device, pseudonym, role, area, person, invite } => {
                write_member(&mut w, device, pseudonym, *role, area.as_ref(), person);
                w.raw(invite);
            }
            Self::Revoke { invite } => {
                w.raw(invite);
            }
            Self::Remove { device, cuts } => {
                let mut cuts = cuts.clone();
                cuts.sort_unstable();
                w.raw(&device.0).varint(cuts.len() as u64);
                for cut in &cuts {
                    w.raw(&cut.chain.0).varint(cut.seq).raw(&cut.id.0);
                }
            }
            Self::Adopt { statements } => write_ids(&mut w, statements),
            Self::Unknown { bytes, .. } => {
                w.raw(bytes);
            }
        }
        w.finish()
    }

    /// Reads the act of `tag` from exactly its bytes.
    pub(crate) fn read(tag: u8, bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let r = &mut reader;
        let act = match tag {
            tag::FOUND => {
                let name = read_name(r, "project name", MAX_NAME_BYTES)?;
                let carrier = CarrierCertificate::read(r)
                    .map_err(|_| r.invalid("carrier", "cut short, or not certified by the root it names"))?
                    .into_inner();
                let founder = DevicePublic::read(r)?;
                Self::Found { name, carrier, founder, pseudonym: read_name(r, "pseudonym", MAX_PSEUDONYM_BYTES)? }
            }
            tag::AREA => Self::Area {
                code: AreaCode::read(r)?,
                name: read_name(r, "area name", MAX_NAME_BYTES)?,
                parent: AreaCode::read_option(r)?,
            },
            tag::GRANT => {
                let (device, pseudonym, role, area, person) = read_member(r)?;
                if role == Role::Monitor {
                    return Err(r.invalid("granted role", "monitors are admitted in the registry"));
                }
                Self::Grant { device, pseudonym, role, area, person }
            }
            tag::RELAY => {
                Self::Relay { public: RelayPublic::read(r)?, label: read_name(r, "relay label", MAX_NAME_BYTES)? }
            }
            tag::NEW_GENERATION => {
                let circle = Circle::read(r)?;
                let key = ReceivingPublic(r.array("generation key")?);
                let number = r.u32("generation number")?;
                let posting = match (r.u8("posting flag")?, &circle) {
                    (0, _) => None,
                    (1, Circle::Everyone) => Some(PostingPublic {
                        epoch: r.u32("posting epoch")?,
                        key: SigningPublic(r.array("posting key")?),
                    }),
                    (1, _) => return Err(r.invalid("posting key", "only the circle of everyone has one")),
                    _ => return Err(r.invalid("posting flag", "neither 0 nor 1")),
                };
                Self::NewGeneration { circle, key, number, posting }
            }
            tag::INVITE => Self::Invite {
                id: r.array("invite")?,
                role: Role::read(r)?,
                area: AreaCode::read_option(r)?,
                one_time: SigningPublic(r.array("one-time key")?),
                expires: Day(r.u16("expiry day")?),
                person: match r.u8("person flag")? {
                    0 => None,
                    1 => Some(r.array("person")?),
                    _ => return Err(r.invalid("person flag", "neither 0 nor 1")),
                },
            },
            tag::CLAIM => Self::Claim {
                invite: r.array("invite")?,
                device: DevicePublic::read(r)?,
                pseudonym: read_name(r, "pseudonym", MAX_PSEUDONYM_BYTES)?,
                proof: Signature(r.array("proof")?),
            },
            tag::ADMIT => {
                let (device, pseudonym, role, area, person) = read_member(r)?;
                Self::Admit { device, pseudonym, role, area, person, invite: r.array("invite")? }
            }
            tag::REVOKE => Self::Revoke { invite: r.array("invite")? },
            tag::REMOVE => Self::Remove { device: SigningPublic(r.array("removed device")?), cuts: read_cuts(r)? },
            tag::ADOPT => Self::Adopt { statements: read_ids(r, "adopted statements", 1, MAX_ADOPTED)? },
            _ => return Ok(Self::Unknown { tag, bytes: bytes.to_vec() }),
        };
        reader.end("act")?;
        Ok(act)
    }
}

fn write_member(
    w: &mut Writer,
    device: &DevicePublic,
    pseudonym: &str,
    role: Role,
    area: Option<&AreaCode>,
    person: &PersonId,
) {
    device.write(w);
    w.text(pseudonym).u8(role.to_byte());
    AreaCode::write_option(area, w);
    w.raw(person);
}

type MemberFields = (DevicePublic, String, Role, Option<AreaCode>, PersonId);

fn read_member(r: &mut Reader<'_>) -> Result<MemberFields, DecodeError> {
    let device = DevicePublic::read(r)?;
    let pseudonym = read_name(r, "pseudonym", MAX_PSEUDONYM_BYTES)?;
    let role = Role::read(r)?;
    Ok((device, pseudonym, role, AreaCode::read_option(r)?, r.array("person")?))
}

/// A text for people: not empty, no control characters, which could forge lines on a screen.
pub(crate) fn read_name(r: &mut Reader<'_>, field: &'static str, limit: usize) -> Result<String, DecodeError> {
    let text = r.text(field, limit)?;
    if text.trim().is_empty() {
        return Err(r.invalid(field, "empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(r.invalid(field, "a control character"));
    }
    Ok(text)
}

fn read_cuts(r: &mut Reader<'_>) -> Result<Vec<Cut>, DecodeError> {
    let count = r.length("cuts", MAX_CUTS)?;
    let mut cuts: Vec<Cut> = Vec::with_capacity(count);
    for _ in 0..count {
        let chain = ChainId(r.array("cut chain")?);
        if cuts.last().is_some_and(|last| last.chain >= chain) {
            return Err(r.invalid("cuts", "not in order of chains, one for each"));
        }
        cuts.push(Cut { chain, seq: r.varint("cut place")?, id: StatementId(r.array("cut statement")?) });
    }
    Ok(cuts)
}

/// Statement ids in order, each once, with their number before them.
pub(crate) fn write_ids(w: &mut Writer, ids: &[StatementId]) {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    w.varint(ids.len() as u64);
    for id in &ids {
        w.raw(&id.0);
    }
}

/// Reads what [`write_ids`] wrote.
pub(crate) fn read_ids(
    r: &mut Reader<'_>,
    field: &'static str,
    least: usize,
    limit: usize,
) -> Result<Vec<StatementId>, DecodeError> {
    let count = r.length(field, limit)?;
    if count < least {
        return Err(r.invalid(field, "none"));
    }
    let mut ids: Vec<StatementId> = Vec::with_capacity(count);
    for _ in 0..count {
        let id = StatementId(r.array(field)?);
        if ids.last().is_some_and(|last| *last >= id) {
            return Err(r.invalid(field, "not in order, each once"));
        }
        ids.push(id);
    }
    Ok(ids)
}
