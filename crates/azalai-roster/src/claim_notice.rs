//! What holds a newcomer's claim up, told to that device alone: it cannot read the registry where it would see it. The
//! body of a statement of `Kind::CLAIM_NOTICE`. It gives and takes no right, and must say nothing of anybody else.

use core::fmt;

use azalai_envelope::codec::{DecodeError, Reader, Writer};

use crate::act::InviteId;

/// The version that this program writes and reads.
pub const VERSION: u8 = 1;

/// Why nobody admits a device without asking first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeldUp {
    /// Its invite was claimed by another device too.
    ClaimedTwice,
    /// Its invite has ended: it was revoked, or a device was admitted by it.
    InviteEnded,
}

impl fmt::Display for HeldUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClaimedTwice => "claimed-twice",
            Self::InviteEnded => "invite-ended",
        })
    }
}

/// A notice to one device about its claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimNotice {
    /// The invite that it claimed.
    pub invite: InviteId,
    /// What holds the claim up.
    pub why: HeldUp,
}

impl ClaimNotice {
    /// Writes the body: 18 bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let why = match self.why {
            HeldUp::ClaimedTwice => 1,
            HeldUp::InviteEnded => 2,
        };
        let mut w = Writer::new();
        w.u8(VERSION).raw(&self.invite).u8(why);
        w.finish()
    }

    /// Reads the body.
    ///
    /// # Errors
    /// [`DecodeError`]; an unknown version as [`DecodeError::UnknownVersion`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let version = r.u8("version")?;
        if version != VERSION {
            return Err(DecodeError::UnknownVersion { field: "claim notice", got: version });
        }
        let invite = r.array("invite")?;
        let why = match r.u8("why")? {
            1 => HeldUp::ClaimedTwice,
            2 => HeldUp::InviteEnded,
            _ => return Err(r.invalid("why", "neither 1 claimed twice nor 2 ended")),
        };
        r.end("claim notice")?;
        Ok(Self { invite, why })
    }
}
