//! The one way this crate derives keys and seals bytes.
//!
//! A secret never shows in `Debug` and is wiped when dropped. No key ever seals twice under one salt: each sealing
//! has a key of its own, derived from a random salt, and therefore a fixed nonce.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit, Nonce};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::error::StoreError;

/// Begins everything that is hashed under a key here.
const DOMAIN: &[u8] = b"azalai 1 store";

/// Bytes of salt of a sealing: random ones never repeat.
pub(crate) const SALT: usize = 24;
/// Bytes of the tag that ends a sealing.
pub(crate) const TAG: usize = 16;

/// A 32-byte key.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Secret(pub(crate) [u8; 32]);

impl core::fmt::Debug for Secret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// A random key.
    pub(crate) fn random(rng: &mut impl rand_core::CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Keyed BLAKE3 over the name of this crate's formats, the label and the parts, each with its length before it.
    pub(crate) fn hash(&self, label: &'static str, parts: &[&[u8]]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for part in [DOMAIN, label.as_bytes()].iter().chain(parts) {
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        *hasher.finalize().as_bytes()
    }

    /// A key derived from this one.
    pub(crate) fn child(&self, label: &'static str, parts: &[&[u8]]) -> Self {
        Self(self.hash(label, parts))
    }

    fn cipher(&self, label: &'static str, salt: &[u8; SALT]) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(&Key::from(self.child(label, &[salt]).0))
    }

    /// Seals `plain` (ciphertext, then tag) under a key for this salt alone.
    pub(crate) fn seal(
        &self,
        label: &'static str,
        salt: &[u8; SALT],
        aad: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        self.cipher(label, salt)
            .encrypt(&Nonce::default(), Payload { msg: plain, aad })
            .map_err(|_| StoreError::ValueTooLarge { got: plain.len(), limit: crate::limits::VALUE_MAX_BYTES })
    }

    /// Opens what [`Secret::seal`] sealed; `None` for anything else.
    pub(crate) fn open(
        &self,
        label: &'static str,
        salt: &[u8; SALT],
        aad: &[u8],
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let plain = self.cipher(label, salt).decrypt(&Nonce::default(), Payload { msg: sealed, aad });
        plain.ok().map(Zeroizing::new)
    }
}

/// The key that opens one profile's keyring. It never leaves memory but in a slot.
#[derive(Clone, PartialEq, Eq)]
pub struct ProfileKey(pub(crate) Secret);

impl core::fmt::Debug for ProfileKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ProfileKey(..)")
    }
}

impl ProfileKey {
    /// A random key.
    #[must_use]
    pub fn random(rng: &mut impl rand_core::CryptoRng) -> Self {
        Self(Secret::random(rng))
    }

    /// A key of 32 bytes derived from this one for `purpose`, for what is sealed under the profile elsewhere.
    #[must_use]
    pub fn derive(&self, purpose: &[u8]) -> [u8; 32] {
        self.0.hash("profile purpose", &[purpose])
    }
}

/// Random bytes from a seed: each draw replaces the seed, so that a seized seed says nothing about earlier draws.
pub(crate) struct Draws(Secret);

impl core::fmt::Debug for Draws {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Draws(..)")
    }
}

impl Draws {
    pub(crate) fn new(rng: &mut impl rand_core::CryptoRng) -> Self {
        Self(Secret::random(rng))
    }

    pub(crate) fn key(&mut self) -> Secret {
        let drawn = self.0.child("draw", &[]);
        self.0 = self.0.child("next seed", &[]);
        drawn
    }

    pub(crate) fn salt(&mut self) -> [u8; SALT] {
        let Secret(bytes) = &self.key();
        core::array::from_fn(|i| bytes.get(i).copied().unwrap_or_default())
    }
}
