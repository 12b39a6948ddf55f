//! HPKE in base mode (RFC 9180: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305), as this program
//! uses it: for envelopes and for encapsulated requests.

use ::hpke::aead::{AeadCtxR, AeadCtxS, ChaCha20Poly1305};
use ::hpke::kdf::HkdfSha256;
use ::hpke::kem::X25519HkdfSha256;
use ::hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable, setup_receiver, setup_sender_with_rng};
use rand_core::CryptoRng;

use crate::keys::{ReceivingPublic, ReceivingSecret};

/// Bytes that authenticate a ciphertext, at its end.
pub const TAG_LEN: usize = 16;
/// Bytes of an encapsulated key.
pub const ENCAPSULATED_LEN: usize = 32;

/// Why nothing could be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HpkeError {
    /// The key is all zeros or of small order.
    #[error("the receiving key is not a usable X25519 key")]
    Key,
    /// The ciphertext was not made for this key, this context and these outside bytes.
    #[error("this key does not open it")]
    Open,
}

/// The sending half of one encapsulation.
pub struct Sender {
    /// Goes in front of the ciphertext.
    pub encapsulated: [u8; ENCAPSULATED_LEN],
    context: AeadCtxS<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>,
}

/// The receiving half of one encapsulation.
pub struct Receiver {
    context: AeadCtxR<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>,
}

pub(crate) fn public_of(secret: &ReceivingSecret) -> ReceivingPublic {
    // Every 32 bytes are an X25519 secret key, so reading one cannot fail; zeros would be refused in use.
    <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(secret.as_bytes())
        .map_or(ReceivingPublic([0; 32]), |key| ReceivingPublic(X25519HkdfSha256::sk_to_pk(&key).to_bytes().into()))
}

/// Starts an encapsulation to `recipient`.
///
/// # Errors
/// [`HpkeError::Key`] if the recipient's key is unusable.
pub fn sender(recipient: &ReceivingPublic, info: &[u8], rng: &mut impl CryptoRng) -> Result<Sender, HpkeError> {
    let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&recipient.0).map_err(|_| HpkeError::Key)?;
    let (encapsulated, context) =
        setup_sender_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(&OpModeS::Base, &key, info, rng)
            .map_err(|_| HpkeError::Key)?;
    Ok(Sender { encapsulated: encapsulated.to_bytes().into(), context })
}

/// Takes up an encapsulation with one's secret key. Whether it was made for this key shows only in the exported
/// secrets or on opening.
///
/// # Errors
/// [`HpkeError::Key`] if the encapsulated key is unusable.
pub fn receiver(
    secret: &ReceivingSecret,
    encapsulated: &[u8; ENCAPSULATED_LEN],
    info: &[u8],
) -> Result<Receiver, HpkeError> {
    let key = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(secret.as_bytes()).map_err(|_| HpkeError::Key)?;
    let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated).map_err(|_| HpkeError::Key)?;
    let context = setup_receiver(&OpModeR::Base, &key, &encapsulated, info).map_err(|_| HpkeError::Key)?;
    Ok(Receiver { context })
}

impl Sender {
    /// Seals the next plaintext with authenticated outside bytes; [`TAG_LEN`] bytes longer.
    ///
    /// # Errors
    /// [`HpkeError::Key`] if the context has sealed too often.
    pub fn seal(&mut self, plaintext: &[u8], aad: &[u8]) -> Result<Vec<u8>, HpkeError> {
        self.context.seal(plaintext, aad).map_err(|_| HpkeError::Key)
    }

    /// A secret that only both ends know.
    #[must_use]
    pub fn export(&self, context: &[u8]) -> [u8; 32] {
        let mut secret = [0; 32];
        // Fails only for more than 255 hash lengths; the zeros then would match no receiver's.
        let _ = self.context.export(context, &mut secret);
        secret
    }
}

impl Receiver {
    /// Opens the next ciphertext.
    ///
    /// # Errors
    /// [`HpkeError::Open`] if it was not sealed so.
    pub fn open(&mut self, ciphertext: &[u8], aad: &[u8]) -> Result<Vec<u8>, HpkeError> {
        self.context.open(ciphertext, aad).map_err(|_| HpkeError::Open)
    }

    /// A secret that only both ends know.
    #[must_use]
    pub fn export(&self, context: &[u8]) -> [u8; 32] {
        let mut secret = [0; 32];
        let _ = self.context.export(context, &mut secret);
        secret
    }
}
