//! How this device keeps statements and its own identity in the vault. Every form has a version byte.

use crate::limits::MAX_RECEIPTS;
use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::limits::{MAX_ENVELOPE_BYTES, MAX_PSEUDONYM_BYTES};
use azalai_envelope::{
    AudienceId, ChainId, DeviceKeys, DocumentId, EnvelopeId, Kind, Lane, ProjectId, SigningPublic, SigningSecret,
    Statement, StatementError, StatementId, UnverifiedStatement, Verified,
};
use azalai_roster::Role;

const VERSION: u8 = 1;

fn version(reader: &mut Reader<'_>, field: &'static str) -> Result<(), DecodeError> {
    match reader.u8(field)? {
        VERSION => Ok(()),
        got => Err(DecodeError::UnknownVersion { field, got }),
    }
}

/// A statement with what its signature needs: version, audience 16, author 32, the bytes as received.
pub(crate) fn encode_statement(statement: &Verified<Statement>) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.u8(VERSION).raw(&statement.audience().0).raw(&statement.author().0).raw(statement.bytes());
    writer.finish()
}

/// Reads a kept statement and checks its signature again: nothing on this device's own disk is trusted more than
/// what came over the air.
pub(crate) fn decode_statement(project: &ProjectId, bytes: &[u8]) -> Result<Verified<Statement>, StatementError> {
    let mut reader = Reader::new(bytes);
    version(&mut reader, "kept statement")?;
    let audience = AudienceId(reader.array("audience")?);
    let author = SigningPublic(reader.array("author")?);
    if reader.left() > MAX_ENVELOPE_BYTES {
        return Err(DecodeError::TooLarge {
            field: "kept statement",
            got: reader.left() as u64,
            limit: MAX_ENVELOPE_BYTES as u64,
        }
        .into());
    }
    let received = reader.take("statement", reader.left())?.to_vec();
    UnverifiedStatement::parse(received)?.verify(project, &audience, &author)
}

fn unverified(bytes: &[u8]) -> Option<(AudienceId, SigningPublic, UnverifiedStatement)> {
    let mut reader = Reader::new(bytes);
    version(&mut reader, "kept statement").ok()?;
    let (audience, author) = (reader.array("audience").ok()?, reader.array("author").ok()?);
    let statement = UnverifiedStatement::parse(reader.take("statement", reader.left()).ok()?.to_vec()).ok()?;
    Some((AudienceId(audience), SigningPublic(author), statement))
}

/// Of what kind a kept statement says that it is; its signature is not checked. `None` if it has another form.
pub(crate) fn kind_of(bytes: &[u8]) -> Option<Kind> {
    unverified(bytes).map(|(.., statement)| statement.claimed_kind())
}

/// Of which document a kept statement says that it is, likewise.
pub(crate) fn document_of(project: &ProjectId, bytes: &[u8]) -> Option<DocumentId> {
    let (audience, author, statement) = unverified(bytes)?;
    Some(statement.claimed_document(project, &audience, &author))
}

/// Whom a kept statement is for, and how long it is, as it was written here: for counting only, its signature is not
/// checked. `None` if it has another form.
pub(crate) fn measured(bytes: &[u8]) -> Option<(AudienceId, usize)> {
    let mut reader = Reader::new(bytes);
    version(&mut reader, "kept statement").ok()?;
    let audience = AudienceId(reader.array("audience").ok()?);
    let _: [u8; 32] = reader.array("author").ok()?;
    Some((audience, reader.left()))
}

/// Who this device is.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    /// The project's root key.
    pub(crate) root: SigningPublic,
    /// The root's secret: on the founder's device only.
    pub(crate) root_secret: Option<SigningSecret>,
    /// This device's keys.
    pub(crate) device: DeviceKeys,
    /// How this device wants to be called.
    pub(crate) pseudonym: String,
    /// As what it founded or was invited.
    pub(crate) role: Role,
    /// The area it was invited for.
    pub(crate) area: Option<String>,
}

impl Profile {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).raw(&self.root.0);
        match &self.root_secret {
            Some(secret) => writer.u8(1).raw(&secret.seed()),
            None => writer.u8(0),
        };
        writer.raw(&self.device.to_bytes()).text(&self.pseudonym).u8(role_byte(self.role));
        writer.text(self.area.as_deref().unwrap_or_default());
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        version(&mut reader, "profile")?;
        let root = SigningPublic(reader.array("root key")?);
        let root_secret = match reader.u8("root secret")? {
            0 => None,
            1 => Some(SigningSecret::from_seed(&reader.array("root secret")?)),
            _ => return Err(reader.invalid("root secret", "neither there nor not there")),
        };
        let device = DeviceKeys::from_bytes(reader.take("device keys", 64)?)?;
        let pseudonym = reader.text("pseudonym", MAX_PSEUDONYM_BYTES)?;
        let role = match reader.u8("role")? {
            1 => Role::Monitor,
            2 => Role::Coordinator,
            3 => Role::Steward,
            _ => return Err(reader.invalid("role", "not one of 1 monitor, 2 coordinator, 3 steward")),
        };
        let area = reader.text("area", 64)?;
        reader.end("profile")?;
        let area = (!area.is_empty()).then_some(area);
        Ok(Self { root, root_secret, device, pseudonym, role, area })
    }
}

const fn role_byte(role: Role) -> u8 {
    match role {
        Role::Monitor => 1,
        Role::Coordinator => 2,
        Role::Steward => 3,
    }
}

/// Where this device goes on in its chain for one audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OwnChain {
    /// The chain.
    pub(crate) chain: ChainId,
    /// The next place.
    pub(crate) seq: u64,
    /// The statement at the place before.
    pub(crate) prev: Option<StatementId>,
}

impl OwnChain {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).raw(&self.chain.0).varint(self.seq);
        if let Some(prev) = &self.prev {
            writer.raw(&prev.0);
        }
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        version(&mut reader, "own chain")?;
        let chain = ChainId(reader.array("chain")?);
        let seq = reader.varint("seq")?;
        let prev = if seq == 0 { None } else { Some(StatementId(reader.array("prev")?)) };
        reader.end("own chain")?;
        Ok(Self { chain, seq, prev })
    }
}

/// One of this device's own statements, and how far it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub(crate) kind: Kind,
    pub(crate) lane: Lane,
    /// The envelope that it went into, once sealed.
    pub(crate) envelope: Option<EnvelopeId>,
    /// Relays that said in a signed receipt that they hold it.
    pub(crate) relays: Vec<SigningPublic>,
    /// Neighbours' devices took it.
    pub(crate) handed_on: bool,
    /// Coordinators who said that they opened it.
    pub(crate) opened_by: Vec<SigningPublic>,
    /// Coordinators who said that they acted on it.
    pub(crate) acted_by: Vec<SigningPublic>,
}

impl Outgoing {
    pub(crate) fn new(kind: Kind, lane: Lane) -> Self {
        let (relays, opened_by, acted_by) = (Vec::new(), Vec::new(), Vec::new());
        Self { kind, lane, envelope: None, relays, handed_on: false, opened_by, acted_by }
    }

    /// Adds a key to a list that shows it once. Says whether it is new.
    pub(crate) fn note(list: &mut Vec<SigningPublic>, key: SigningPublic) -> bool {
        let new = !list.contains(&key) && list.len() < MAX_RECEIPTS;
        if new {
            list.push(key);
        }
        new
    }

    /// Whether anybody else is known to carry it.
    pub(crate) fn has_left(&self) -> bool {
        self.handed_on || !self.relays.is_empty()
    }

    /// Whether somebody else is known to hold it, so that the journal may let go of it: a coordinator opened a report,
    /// a relay has anything else.
    pub(crate) fn is_safe(&self) -> bool {
        let opened = !self.opened_by.is_empty() || !self.acted_by.is_empty();
        opened || (self.kind != Kind::REPORT && !self.relays.is_empty())
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).u8(self.kind.0).u8(self.lane.to_byte()).u8(u8::from(self.handed_on));
        writer.raw(&self.envelope.map_or([0; 32], |id| id.0));
        for list in [&self.relays, &self.opened_by, &self.acted_by] {
            writer.varint(list.len() as u64);
            for key in list {
                writer.raw(&key.0);
            }
        }
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        version(&mut reader, "outgoing statement")?;
        let kind = Kind(reader.u8("kind")?);
        let lane = Lane::read(&mut reader)?;
        let handed_on = reader.u8("handed on")? == 1;
        let envelope = Some(EnvelopeId(reader.array("envelope")?)).filter(|id| id.0 != [0; 32]);
        let relays = keys(&mut reader, "relays")?;
        let opened_by = keys(&mut reader, "opened by")?;
        let acted_by = keys(&mut reader, "acted by")?;
        reader.end("outgoing statement")?;
        Ok(Self { kind, lane, envelope, relays, handed_on, opened_by, acted_by })
    }
}

fn keys(reader: &mut Reader<'_>, field: &'static str) -> Result<Vec<SigningPublic>, DecodeError> {
    let count = reader.length(field, MAX_RECEIPTS)?;
    (0..count).map(|_| Ok(SigningPublic(reader.array(field)?))).collect()
}
