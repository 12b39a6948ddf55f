//! A responder's key document: what requests are sealed to, and whose keys these are.
//!
//! A relay's keys are known from the project's authority log. A neighbour's are made for the occasion, and proven by
//! a posting key that only members have: the document names no project, and only members can tell that it is theirs.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::sign::{self, Domain, Signature};
use azalai_envelope::{DevicePublic, PostingKey, PostingPublic, ProjectId};

use crate::limits::MAX_KEY_PROOFS;

/// The version that this program writes and reads.
pub const VERSION: u8 = 1;

/// What answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A relay, with keys of its own that last.
    Relay,
    /// A member's device, with keys for the occasion.
    Device,
}

impl Role {
    pub(crate) const fn to_byte(self) -> u8 {
        match self {
            Self::Relay => 1,
            Self::Device => 2,
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.u8("role")? {
            1 => Ok(Self::Relay),
            2 => Ok(Self::Device),
            _ => Err(reader.invalid("role", "not 1 relay or 2 device")),
        }
    }
}

/// Why a responder is not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes have another form.
    #[error("key document: {0}")]
    Decode(#[from] DecodeError),
    /// It is a relay, and none of the project's.
    #[error("key document: this relay is none of the project's")]
    ForeignRelay,
    /// It is a device, and shows no posting key that is known here.
    #[error("key document: no member of this project answers there")]
    NoMember,
}

/// A responder's keys, as it shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDocument {
    /// What it is.
    pub role: Role,
    /// Its keys.
    pub keys: DevicePublic,
    /// For a device: signatures over project and keys by posting keys, with their epochs.
    pub proofs: Vec<(u32, Signature)>,
}

impl KeyDocument {
    /// A relay's document.
    #[must_use]
    pub const fn relay(keys: DevicePublic) -> Self {
        Self { role: Role::Relay, keys, proofs: Vec::new() }
    }

    /// A device's document, proven by posting keys of the project, the newest first ([`MAX_KEY_PROOFS`] count).
    #[must_use]
    pub fn device(keys: DevicePublic, project: &ProjectId, postings: &[PostingKey]) -> Self {
        let prove = |posting: &PostingKey| {
            (posting.epoch, sign::sign(&posting.secret, Domain::Exchange, &[project.as_bytes(), &bytes_of(&keys)]))
        };
        Self { role: Role::Device, keys, proofs: postings.iter().take(MAX_KEY_PROOFS).map(prove).collect() }
    }

    /// Writes it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).u8(self.role.to_byte());
        self.keys.write(&mut writer);
        if self.role == Role::Device {
            writer.varint(self.proofs.len() as u64);
            for (epoch, signature) in &self.proofs {
                writer.u32(*epoch).raw(&signature.0);
            }
        }
        writer.finish()
    }

    /// Reads it. Nothing in it is proven until one of the `verify` functions says so.
    ///
    /// # Errors
    /// [`DecodeError`] if the bytes have another form.
    pub fn parse(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let version = reader.u8("version")?;
        if version != VERSION {
            return Err(DecodeError::UnknownVersion { field: "key document", got: version });
        }
        let role = Role::read(&mut reader)?;
        let keys = DevicePublic::read(&mut reader)?;
        let count = match role {
            Role::Relay => 0,
            Role::Device => reader.length("proofs", MAX_KEY_PROOFS)?,
        };
        let proof = |_| Ok((reader.u32("posting epoch")?, Signature(reader.array("proof")?)));
        let proofs = (0..count).map(proof).collect::<Result<_, DecodeError>>()?;
        reader.end("key document")?;
        Ok(Self { role, keys, proofs })
    }

    /// Checks that a requester may send to it: a relay must be among `relays`, a device must show one of `postings`.
    ///
    /// # Errors
    /// [`KeyError::ForeignRelay`] or [`KeyError::NoMember`].
    pub fn verify(
        &self,
        project: &ProjectId,
        relays: &[DevicePublic],
        postings: &[PostingPublic],
    ) -> Result<DevicePublic, KeyError> {
        match self.role {
            Role::Relay => relays.contains(&self.keys).then_some(self.keys).ok_or(KeyError::ForeignRelay),
            Role::Device => {
                let parts: [&[u8]; 2] = [project.as_bytes(), &bytes_of(&self.keys)];
                let holds = |(epoch, signature): &(u32, Signature)| {
                    postings.iter().any(|posting| {
                        posting.epoch == *epoch
                            && sign::check(&posting.key, Domain::Exchange, &parts, signature).is_ok()
                    })
                };
                self.proofs.iter().any(holds).then_some(self.keys).ok_or(KeyError::NoMember)
            }
        }
    }
}

fn bytes_of(keys: &DevicePublic) -> Vec<u8> {
    let mut writer = Writer::new();
    keys.write(&mut writer);
    writer.finish()
}
