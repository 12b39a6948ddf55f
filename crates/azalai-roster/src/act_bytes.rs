//! The bytes of acts (`docs/spec/roster.md`).
//!
//! Reading is strict: an act of a known tag has exactly one encoding, or the whole statement is malformed. An
//! unknown tag is kept as it came, so that a newer program's acts do not make the rest unreadable.

use azalai_envelope::certificate::CERTIFICATE_LEN;
use azalai_envelope::codec::{DecodeError, Reader, Writer, is_unseen};
use azalai_envelope::limits::MAX_PSEUDONYM_BYTES;
use azalai_envelope::{
    CarrierCertificate, Certificate, ChainId, Day, DevicePublic, PostingPublic, ReceivingPublic, RelayPublic,
    Signature, SigningPublic, StatementId,
};

use crate::act::{Act, Admission, Cut, PersonId, tag};
use crate::body::{read_bodies, write_bodies};
use crate::circle::{AreaCode, Circle, Role};
use crate::limits::{MAX_ADOPTED, MAX_CUTS, MAX_NAME_BYTES};

impl Act {
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
            Self::Admission { how } => {
                w.u8(how.to_byte());
            }
            Self::Certificate { bytes } => {
                w.raw(bytes);
            }
            Self::Bodies { device, bodies } => {
                w.raw(&device.0);
                write_bodies(&mut w, bodies);
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
            tag::ADMISSION => Self::Admission { how: Admission::read(r)? },
            tag::CERTIFICATE => {
                let bytes: [u8; CERTIFICATE_LEN] = r.array("certificate")?;
                Certificate::parse(&bytes).map_err(|_| r.invalid("certificate", "not whole, or not signed"))?;
                Self::Certificate { bytes: bytes.to_vec() }
            }
            tag::BODIES => {
                Self::Bodies { device: SigningPublic(r.array("device of a body")?), bodies: read_bodies(r)? }
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

/// A text for people: not empty, nothing that cannot be seen and changes what stands beside it.
pub(crate) fn read_name(r: &mut Reader<'_>, field: &'static str, limit: usize) -> Result<String, DecodeError> {
    let text = r.text(field, limit)?;
    if text.trim().is_empty() {
        return Err(r.invalid(field, "empty"));
    }
    if text.chars().any(is_unseen) {
        return Err(r.invalid(field, "a sign that cannot be seen"));
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
