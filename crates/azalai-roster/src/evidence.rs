//! A package of evidence: statements with their signatures, and what is needed to check them with nothing else at hand.
//!
//! Only the form and the maker's signature are judged here; what the statements prove is for who checks each of them.
//! Nothing of a package may be shown before all of it was read. The bytes are in `docs/spec/evidence.md`.

use azalai_envelope::certificate::project_id;
use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::limits::MAX_ENVELOPE_BYTES;
use azalai_envelope::sign::{self, Domain};
use azalai_envelope::{
    AudienceId, DocumentId, Kind, ProjectId, Signature, SignatureError, SigningPublic, SigningSecret, Statement,
    Verified,
};

use crate::circle::Role;
use crate::info::MemberState;
use crate::limits::{MAX_EVIDENCE_AUTHORS, MAX_EVIDENCE_BYTES, MAX_EVIDENCE_STATEMENTS};

/// The version that this program writes and reads.
pub const VERSION: u8 = 1;

/// How every package begins.
pub const MAGIC: &[u8; 16] = b"azalai evidence\n";

/// Why bytes are no package of evidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// They do not begin as one.
    #[error("this is no package of evidence: it does not begin as one")]
    Magic,
    /// They do not have the form.
    #[error("package of evidence: {0}")]
    Decode(#[from] DecodeError),
    /// Its maker did not sign it so.
    #[error("package of evidence: it is not as its maker signed it: {0}")]
    Maker(SignatureError),
}

/// A statement as it was received, with what its signature needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Carried {
    /// Who signed it.
    pub author: SigningPublic,
    /// For whom it was signed.
    pub audience: AudienceId,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl From<&Verified<Statement>> for Carried {
    fn from(statement: &Verified<Statement>) -> Self {
        Self { author: statement.author(), audience: statement.audience(), bytes: statement.bytes().to_vec() }
    }
}

/// What the maker's device knows of an author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Vouched {
    /// The author.
    pub author: SigningPublic,
    /// How it stands; `None` if the maker does not know it.
    pub state: Option<MemberState>,
    /// As what; `None` if the maker does not know.
    pub role: Option<Role>,
}

/// A package of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidencePackage {
    /// The root key of the project.
    pub root: SigningPublic,
    /// The device that made it.
    pub maker: SigningPublic,
    /// When, by that device's clock: milliseconds since 1970.
    pub made_ms: u64,
    /// What it is about: [`Kind::REPORT`] or [`Kind::INCIDENT`].
    pub kind: Kind,
    /// Which one.
    pub document: DocumentId,
    /// The statements, ascending.
    pub statements: Vec<Carried>,
    /// What the maker says of authors, ascending.
    pub vouched: Vec<Vouched>,
}

impl EvidencePackage {
    /// The project.
    #[must_use]
    pub fn project(&self) -> ProjectId {
        project_id(&self.root)
    }

    /// Writes and signs it; statements and authors are put in order, and each is kept once.
    ///
    /// # Errors
    /// [`DecodeError`] for what no reader would take: too much, or another kind of subject.
    pub fn sign(mut self, secret: &SigningSecret) -> Result<Vec<u8>, DecodeError> {
        self.maker = secret.public();
        self.statements.sort_unstable();
        self.statements.dedup();
        self.vouched.sort_unstable();
        self.vouched.dedup_by_key(|vouched| vouched.author);
        let mut w = Writer::new();
        w.raw(MAGIC).u8(VERSION).raw(&self.root.0).raw(&self.maker.0).u64(self.made_ms);
        w.u8(self.kind.0).raw(&self.document.0).varint(self.statements.len() as u64);
        for carried in &self.statements {
            w.raw(&carried.author.0).raw(&carried.audience.0).bytes(&carried.bytes);
        }
        w.varint(self.vouched.len() as u64);
        for vouched in &self.vouched {
            w.raw(&vouched.author.0).u8(state_byte(vouched.state)).u8(vouched.role.map_or(0, Role::to_byte));
        }
        let mut bytes = w.finish();
        let signature = sign::sign(secret, Domain::Evidence, &[&self.project().0, &bytes]);
        bytes.extend_from_slice(&signature.0);
        decode(&bytes)?;
        Ok(bytes)
    }

    /// Reads a package, all of it, and checks that its maker signed it so. Its statements are not checked.
    ///
    /// # Errors
    /// [`EvidenceError`]; an unknown version as [`DecodeError::UnknownVersion`].
    pub fn open(bytes: &[u8]) -> Result<Self, EvidenceError> {
        if !bytes.starts_with(MAGIC) {
            return Err(EvidenceError::Magic);
        }
        let (package, signed, signature) = decode(bytes)?;
        let checked = sign::check(&package.maker, Domain::Evidence, &[&package.project().0, signed], &signature);
        checked.map_err(EvidenceError::Maker)?;
        Ok(package)
    }
}

/// The package, the bytes that its maker signed, and the signature.
fn decode(bytes: &[u8]) -> Result<(EvidencePackage, &[u8], Signature), DecodeError> {
    if bytes.len() > MAX_EVIDENCE_BYTES {
        let (got, limit) = (bytes.len() as u64, MAX_EVIDENCE_BYTES as u64);
        return Err(DecodeError::TooLarge { field: "package", got, limit });
    }
    let mut r = Reader::new(bytes);
    r.take("beginning", MAGIC.len())?;
    let version = r.u8("version")?;
    if version != VERSION {
        return Err(DecodeError::UnknownVersion { field: "package of evidence", got: version });
    }
    let root = SigningPublic(r.array("root key")?);
    let maker = SigningPublic(r.array("maker")?);
    let made_ms = r.u64("when it was made")?;
    let kind = Kind(r.u8("kind")?);
    if ![Kind::REPORT, Kind::INCIDENT].contains(&kind) {
        return Err(r.invalid("kind", "neither 1 report nor 2 incident"));
    }
    let document = DocumentId(r.array("document")?);
    let mut statements: Vec<Carried> = Vec::new();
    for _ in 0..r.length("statements", MAX_EVIDENCE_STATEMENTS)? {
        let author = SigningPublic(r.array("statement's author")?);
        let audience = AudienceId(r.array("statement's audience")?);
        let next = Carried { author, audience, bytes: r.bytes("statement", MAX_ENVELOPE_BYTES)?.to_vec() };
        if statements.last().is_some_and(|last| *last >= next) {
            return Err(r.invalid("statement", "not in ascending order"));
        }
        statements.push(next);
    }
    if statements.is_empty() {
        return Err(r.invalid("statements", "there are none"));
    }
    let mut vouched: Vec<Vouched> = Vec::new();
    for _ in 0..r.length("vouched authors", MAX_EVIDENCE_AUTHORS)? {
        let author = SigningPublic(r.array("author")?);
        let state = read_state(&mut r)?;
        let role = match r.u8("role")? {
            0 => None,
            1 => Some(Role::Monitor),
            2 => Some(Role::Coordinator),
            3 => Some(Role::Steward),
            _ => return Err(r.invalid("role", "not a role (0 not known, 1 monitor, 2 coordinator, 3 steward)")),
        };
        if vouched.last().is_some_and(|last| last.author >= author) {
            return Err(r.invalid("author", "not in ascending order"));
        }
        vouched.push(Vouched { author, state, role });
    }
    let signed = bytes.get(..r.offset()).unwrap_or_default();
    let signature = Signature(r.array("signature")?);
    r.end("package of evidence")?;
    Ok((EvidencePackage { root, maker, made_ms, kind, document, statements, vouched }, signed, signature))
}

const fn state_byte(state: Option<MemberState>) -> u8 {
    match state {
        Some(MemberState::Confirmed) => 1,
        Some(MemberState::Unconfirmed) => 2,
        Some(MemberState::Suspended) => 3,
        Some(MemberState::Removed) => 4,
        None => 5,
    }
}

fn read_state(r: &mut Reader<'_>) -> Result<Option<MemberState>, DecodeError> {
    let all = [MemberState::Confirmed, MemberState::Unconfirmed, MemberState::Suspended, MemberState::Removed];
    let byte = r.u8("state")?;
    let state = all.into_iter().map(Some).chain([None]).find(|state| state_byte(*state) == byte);
    state.ok_or_else(|| r.invalid("state", "not 1 to 5"))
}
