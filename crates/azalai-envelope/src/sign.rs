//! Signing and the one place where signatures are checked.
//!
//! Everything signed starts with a named domain, so that a signature made for one purpose is none for another.
//! [`Verified`] has no public constructor: holding one is the proof that the check was made.

use core::fmt;
use core::ops::Deref;

use ed25519_dalek::{Signer, VerifyingKey};

use crate::keys::{SigningPublic, SigningSecret};

/// What a signature is for: a domain tag, part of the signed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// A device's statement.
    Statement,
    /// An envelope posted under the project's posting key.
    Posting,
    /// A carrier key, certified by the root.
    Carrier,
    /// A certificate that tells a relay whom to admit.
    Certificate,
    /// A relay's receipt.
    Receipt,
    /// Membership, shown to a responder inside an encapsulated request.
    Membership,
    /// A neighbour's exchange key, shown to a requester.
    Exchange,
    /// The claim of an invite, signed by its one-time key.
    Claim,
    /// A package of evidence, by the device that put it together.
    Evidence,
}

impl Domain {
    const fn tag(self) -> &'static [u8] {
        match self {
            Self::Statement => b"azalai/1/statement",
            Self::Posting => b"azalai/1/posting",
            Self::Carrier => b"azalai/1/carrier",
            Self::Certificate => b"azalai/1/certificate",
            Self::Receipt => b"azalai/1/receipt",
            Self::Membership => b"azalai/1/membership",
            Self::Exchange => b"azalai/1/exchange",
            Self::Claim => b"azalai/1/claim",
            Self::Evidence => b"azalai/1/evidence",
        }
    }
}

/// An Ed25519 signature, not yet checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

impl Signature {
    /// Length in bytes.
    pub const LEN: usize = 64;
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", crate::ids::to_hex(&self.0))
    }
}

/// A signature that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The public key is no point on the curve.
    #[error("the public key is not an Ed25519 key")]
    Key,
    /// The signature is not this key's over these bytes.
    #[error("the signature does not fit the key and the bytes")]
    Mismatch,
}

/// Something whose signature was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// Only this crate makes them, right after [`check`].
    pub(crate) const fn new(value: T) -> Self {
        Self(value)
    }

    /// Gives up the proof.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The signed bytes: length of the domain's tag, the tag, then the parts. All parts but the last are of fixed
/// length in every domain, so that the whole has one reading.
fn message(domain: Domain, parts: &[&[u8]]) -> Vec<u8> {
    let tag = domain.tag();
    let mut bytes = Vec::with_capacity(1 + tag.len() + parts.iter().map(|part| part.len()).sum::<usize>());
    bytes.push(tag.len() as u8);
    bytes.extend_from_slice(tag);
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

/// All but the signature at the end of `bytes`.
pub(crate) fn unsigned(bytes: &[u8]) -> &[u8] {
    bytes.get(..bytes.len().saturating_sub(Signature::LEN)).unwrap_or_default()
}

/// Signs parts under a domain.
#[must_use]
pub fn sign(secret: &SigningSecret, domain: Domain, parts: &[&[u8]]) -> Signature {
    Signature(secret.dalek().sign(&message(domain, parts)).to_bytes())
}

/// Checks a signature: the only call of `verify_strict` in the program. It refuses keys of small order and
/// signatures with more than one encoding.
///
/// # Errors
/// [`SignatureError`] if the key is none or the signature does not hold.
pub fn check(
    public: &SigningPublic,
    domain: Domain,
    parts: &[&[u8]],
    signature: &Signature,
) -> Result<(), SignatureError> {
    let key = VerifyingKey::from_bytes(&public.0).map_err(|_| SignatureError::Key)?;
    let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
    key.verify_strict(&message(domain, parts), &signature).map_err(|_| SignatureError::Mismatch)
}
