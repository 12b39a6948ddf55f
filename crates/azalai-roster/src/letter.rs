//! Key letters: the secret keys that one member gets from somebody of the staff. The body of a statement of
//! `Kind::KEYS` whose audience is that member.
//!
//! A letter proves nothing by itself: [`KeyLetter::accept`] keeps only keys whose public half the roster names.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::{PostingKey, ReceivingSecret, SigningSecret};
use zeroize::Zeroizing;

use crate::circle::Circle;
use crate::limits::{MAX_LETTER_KEYS, MAX_LETTER_POSTING};
use crate::roster::Roster;

/// The version that this program writes and reads.
pub const VERSION: u8 = 1;

/// Secret keys for one member.
#[derive(Debug, Clone, Default)]
pub struct KeyLetter {
    /// Generations of circles.
    pub circles: Vec<(Circle, ReceivingSecret)>,
    /// Posting keys.
    pub posting: Vec<PostingKey>,
    /// The carrier key, for those who may certify relays.
    pub carrier: Option<SigningSecret>,
}

impl KeyLetter {
    /// Writes the body; wiped from memory when dropped.
    ///
    /// # Errors
    /// [`DecodeError::TooLarge`] if there are more keys than a letter carries: write several.
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, DecodeError> {
        let too_many =
            |field, got: usize, limit: usize| DecodeError::TooLarge { field, got: got as u64, limit: limit as u64 };
        if self.circles.len() > MAX_LETTER_KEYS {
            return Err(too_many("circle keys", self.circles.len(), MAX_LETTER_KEYS));
        }
        if self.posting.len() > MAX_LETTER_POSTING {
            return Err(too_many("posting keys", self.posting.len(), MAX_LETTER_POSTING));
        }
        let mut w = Writer::new();
        w.u8(VERSION).varint(self.circles.len() as u64);
        for (circle, secret) in &self.circles {
            circle.write(&mut w);
            w.raw(secret.as_bytes());
        }
        w.varint(self.posting.len() as u64);
        for key in &self.posting {
            write_posting(&mut w, key);
        }
        w.u8(u8::from(self.carrier.is_some()));
        if let Some(carrier) = &self.carrier {
            w.raw(&*Zeroizing::new(carrier.seed()));
        }
        Ok(Zeroizing::new(w.finish()))
    }

    /// Reads the body.
    ///
    /// # Errors
    /// [`DecodeError`]; an unknown version as [`DecodeError::UnknownVersion`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let version = r.u8("version")?;
        if version != VERSION {
            return Err(DecodeError::UnknownVersion { field: "key letter", got: version });
        }
        let mut letter = Self::default();
        for _ in 0..r.length("circle keys", MAX_LETTER_KEYS)? {
            let circle = Circle::read(&mut r)?;
            letter.circles.push((circle, ReceivingSecret::from_bytes(r.array("circle key")?)));
        }
        for _ in 0..r.length("posting keys", MAX_LETTER_POSTING)? {
            letter.posting.push(read_posting(&mut r)?);
        }
        letter.carrier = match r.u8("carrier flag")? {
            0 => None,
            1 => Some(SigningSecret::from_seed(&Zeroizing::new(r.array("carrier key")?))),
            _ => return Err(r.invalid("carrier flag", "neither 0 nor 1")),
        };
        r.end("key letter")?;
        Ok(letter)
    }

    /// Keeps what the roster names: generations of the circle that the letter says, posting keys of their epoch,
    /// the carrier key that the root certified. The rest may be kept aside and asked again when the logs have grown. Keys
    /// of acts that are set aside are among them: with them is read what others said who did not know.
    #[must_use]
    pub fn accept(mut self, roster: &Roster) -> Self {
        self.circles.retain(|(circle, secret)| roster.names_key(circle, &secret.public()));
        self.posting.retain(|key| roster.named_posting().contains(&key.public()));
        self.carrier =
            self.carrier.filter(|key| roster.carrier().is_some_and(|carrier| carrier.carrier == key.public()));
        self
    }
}

pub(crate) fn write_posting(w: &mut Writer, key: &PostingKey) {
    w.u32(key.epoch).raw(&*Zeroizing::new(key.secret.seed()));
}

pub(crate) fn read_posting(r: &mut Reader<'_>) -> Result<PostingKey, DecodeError> {
    let epoch = r.u32("posting epoch")?;
    Ok(PostingKey { epoch, secret: SigningSecret::from_seed(&Zeroizing::new(r.array("posting key")?)) })
}
