//! What an invite brings: the root key, the authority log, the posting key and the one-time key. No circle's secret
//! key is in it. Sealing it under words is done by the device; nothing here may be written unsealed.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::limits::MAX_ENVELOPE_BYTES;
use azalai_envelope::{Day, PostingKey, SigningPublic, SigningSecret};
use zeroize::Zeroizing;

use crate::act::InviteId;
use crate::circle::{AreaCode, Role};
use crate::letter::{read_posting, write_posting};
use crate::limits::{MAX_PACKAGE_BYTES, MAX_PACKAGE_STATEMENTS};

/// The version that this program writes and reads.
pub const VERSION: u8 = 1;

/// An invite as it is handed over, before it is sealed.
#[derive(Debug, Clone)]
pub struct InvitePackage {
    /// The project's root key: the only thing in it that is trusted as it is.
    pub root: SigningPublic,
    /// The authority log as the inviter knows it: authors with the bytes of their statements, to be verified.
    pub statements: Vec<(SigningPublic, Vec<u8>)>,
    /// The current posting key.
    pub posting: PostingKey,
    /// The invite's name.
    pub invite: InviteId,
    /// The key that claims are proven with.
    pub one_time: SigningSecret,
    /// As what.
    pub role: Role,
    /// For which area.
    pub area: Option<AreaCode>,
    /// The last day on which it should be used.
    pub expires: Day,
}

impl InvitePackage {
    /// Writes it; wiped from memory when dropped.
    ///
    /// # Errors
    /// [`DecodeError::TooLarge`] if the log does not fit into an invite.
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, DecodeError> {
        let mut w = Writer::new();
        w.u8(VERSION).raw(&self.root.0);
        w.varint(self.statements.len() as u64);
        for (author, bytes) in &self.statements {
            w.raw(&author.0).bytes(bytes);
        }
        write_posting(&mut w, &self.posting);
        w.raw(&self.invite).raw(&*Zeroizing::new(self.one_time.seed())).u8(self.role.to_byte());
        AreaCode::write_option(self.area.as_ref(), &mut w);
        w.u16(self.expires.0);
        let bytes = Zeroizing::new(w.finish());
        Self::decode(&bytes)?;
        Ok(bytes)
    }

    /// Reads it; at most 256 KiB.
    ///
    /// # Errors
    /// [`DecodeError`]; an unknown version as [`DecodeError::UnknownVersion`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > MAX_PACKAGE_BYTES {
            let (got, limit) = (bytes.len() as u64, MAX_PACKAGE_BYTES as u64);
            return Err(DecodeError::TooLarge { field: "invite", got, limit });
        }
        let mut r = Reader::new(bytes);
        let version = r.u8("version")?;
        if version != VERSION {
            return Err(DecodeError::UnknownVersion { field: "invite", got: version });
        }
        let root = SigningPublic(r.array("root key")?);
        let mut statements = Vec::new();
        for _ in 0..r.length("statements", MAX_PACKAGE_STATEMENTS)? {
            let author = SigningPublic(r.array("statement's author")?);
            statements.push((author, r.bytes("statement", MAX_ENVELOPE_BYTES)?.to_vec()));
        }
        let package = Self {
            root,
            statements,
            posting: read_posting(&mut r)?,
            invite: r.array("invite")?,
            one_time: SigningSecret::from_seed(&Zeroizing::new(r.array("one-time key")?)),
            role: Role::read(&mut r)?,
            area: AreaCode::read_option(&mut r)?,
            expires: Day(r.u16("expiry day")?),
        };
        r.end("invite")?;
        Ok(package)
    }
}
