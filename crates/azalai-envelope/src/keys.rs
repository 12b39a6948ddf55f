//! The keys of devices, circles and relays.
//!
//! A device has an Ed25519 signing key and an X25519 receiving key; a circle's generation has a receiving key; a
//! relay has both. Secrets are wiped when dropped and never shown by `Debug`.

use core::fmt;

use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::codec::{DecodeError, Reader, Writer};
use crate::hpke;
use crate::ids::{AudienceId, AuthorId, GenerationId, IdParseError, derive8, derive16, from_hex, to_hex};

/// A public Ed25519 key, as bytes; whether they are a key is found when a signature is checked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SigningPublic(pub [u8; 32]);

impl SigningPublic {
    /// How statements name this key.
    #[must_use]
    pub fn author_id(&self) -> AuthorId {
        AuthorId(derive8("azalai 1 author", &[&self.0]))
    }

    /// The audience that is this one member.
    #[must_use]
    pub fn audience(&self) -> AudienceId {
        AudienceId(derive16("azalai 1 member audience", &[&self.0]))
    }
}

impl fmt::Display for SigningPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for SigningPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningPublic({self})")
    }
}

/// A secret Ed25519 key.
#[derive(Clone)]
pub struct SigningSecret(ed25519_dalek::SigningKey);

impl SigningSecret {
    /// Makes a new key from `rng`.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        let key = Self::from_seed(&seed);
        seed.zeroize();
        key
    }

    /// The key of a 32-byte seed (RFC 8032).
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The seed, for keeping under another key.
    #[must_use]
    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> SigningPublic {
        SigningPublic(self.0.verifying_key().to_bytes())
    }

    pub(crate) const fn dalek(&self) -> &ed25519_dalek::SigningKey {
        &self.0
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningSecret(of {})", self.public())
    }
}

/// A public X25519 key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceivingPublic(pub [u8; 32]);

impl ReceivingPublic {
    /// The generation that this key is for an audience.
    #[must_use]
    pub fn generation(&self, audience: &AudienceId) -> GenerationId {
        GenerationId(derive16("azalai 1 generation", &[audience.as_bytes(), &self.0]))
    }
}

impl fmt::Debug for ReceivingPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReceivingPublic({})", to_hex(&self.0))
    }
}

/// A secret X25519 key.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ReceivingSecret([u8; 32]);

impl ReceivingSecret {
    /// Makes a new key from `rng`.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The key of 32 bytes (RFC 7748 clamps them in use).
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for keeping under another key.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> ReceivingPublic {
        hpke::public_of(self)
    }
}

impl fmt::Debug for ReceivingSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReceivingSecret(…)")
    }
}

/// A device's (or relay's) pair of secret keys.
#[derive(Debug, Clone)]
pub struct DeviceKeys {
    /// What it signs with.
    pub signing: SigningSecret,
    /// What it receives with.
    pub receiving: ReceivingSecret,
}

impl DeviceKeys {
    /// Makes new keys from `rng`.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self { signing: SigningSecret::generate(rng), receiving: ReceivingSecret::generate(rng) }
    }

    /// The public halves.
    #[must_use]
    pub fn public(&self) -> DevicePublic {
        DevicePublic { signing: self.signing.public(), receiving: self.receiving.public() }
    }

    /// 64 secret bytes: signing seed, receiving key.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        let (head, tail) = bytes.split_at_mut(32);
        head.copy_from_slice(&self.signing.seed());
        tail.copy_from_slice(self.receiving.as_bytes());
        bytes
    }

    /// Reads what [`DeviceKeys::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`DecodeError`] if the length is another.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let signing = SigningSecret::from_seed(&reader.array("signing key")?);
        let receiving = ReceivingSecret::from_bytes(reader.array("receiving key")?);
        reader.end("device keys")?;
        Ok(Self { signing, receiving })
    }
}

/// A device's public keys. 64 bytes: signing, receiving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DevicePublic {
    /// Checks what it signs.
    pub signing: SigningPublic,
    /// Seals what it receives.
    pub receiving: ReceivingPublic,
}

impl DevicePublic {
    /// Writes 64 bytes.
    pub fn write(&self, writer: &mut Writer) {
        writer.raw(&self.signing.0).raw(&self.receiving.0);
    }

    /// Reads 64 bytes.
    ///
    /// # Errors
    /// [`DecodeError::Short`] if there are fewer.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            signing: SigningPublic(reader.array("public signing key")?),
            receiving: ReceivingPublic(reader.array("public receiving key")?),
        })
    }
}

impl fmt::Display for DevicePublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", to_hex(&self.signing.0), to_hex(&self.receiving.0))
    }
}

impl core::str::FromStr for DevicePublic {
    type Err = IdParseError;

    fn from_str(text: &str) -> Result<Self, IdParseError> {
        let wrong =
            |problem| IdParseError { kind: "pair of public keys", expected: 128, got: text.chars().count(), problem };
        let bytes = from_hex(text).ok_or_else(|| wrong(", not all of them such digits"))?;
        let mut reader = Reader::new(&bytes);
        let keys = Self::read(&mut reader).map_err(|_| wrong(""))?;
        reader.end("keys").map_err(|_| wrong(""))?;
        Ok(keys)
    }
}

/// A relay's public keys: it signs receipts with one, requests are encapsulated to the other.
pub type RelayPublic = DevicePublic;
