//! The invite file: a package sealed under six words. Without them it is noise of a length in 4 KiB steps.
//!
//! version 1 ‖ passphrase slots (`azalai_store::Slots`, one of them the words') ‖ nonce 12 ‖ ciphertext. The
//! plaintext is the package with its length before it, padded with zeros.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_roster::InvitePackage;
use azalai_store::{ArgonParams, Slots, SlotsError};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use rand_core::CryptoRng;

use crate::limits::{INVITE_STEP, MAX_INVITE_BYTES};
use crate::words::{self, WordsError};

const VERSION: u8 = 1;
const PURPOSE: &[u8] = b"azalai/1/invite";

/// Why a file is no invite that these words open.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The words cannot be the ones.
    #[error("the words: {0}")]
    Words(#[from] WordsError),
    /// It is no invite file, or a part of one.
    #[error("{}", not_read(.0))]
    Damaged(#[from] DecodeError),
    /// It is no invite file, or a part of one.
    #[error("the invite file is damaged or cut off: what was sealed does not fit together")]
    Broken,
    /// The words are words, but not the ones of this file.
    #[error("these are not the words of this invite")]
    WrongWords,
    /// Larger than any invite.
    #[error("the file has {0} bytes, an invite has at most {MAX_INVITE_BYTES}")]
    TooLarge(usize),
    /// The slots could not be made or read.
    #[error("the invite file: {0}")]
    Slots(SlotsError),
}

impl From<SlotsError> for InviteError {
    fn from(error: SlotsError) -> Self {
        match error {
            SlotsError::WrongPassphrase => Self::WrongWords,
            other => Self::Slots(other),
        }
    }
}

/// Seals a package under the words.
///
/// # Errors
/// [`InviteError::Words`] if they are none, [`InviteError::TooLarge`].
pub fn seal(
    package: &InvitePackage,
    words: &str,
    params: ArgonParams,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, InviteError> {
    let (slots, key) = Slots::create(rng, params, &words::normalise(words)?)?;
    let mut plaintext = Writer::new();
    plaintext.bytes(&package.encode()?);
    let mut plaintext = plaintext.finish();
    plaintext.resize(plaintext.len().next_multiple_of(INVITE_STEP), 0);
    let mut nonce = [0; 12];
    rng.fill_bytes(&mut nonce);
    let cipher = ChaCha20Poly1305::new(&key.derive(PURPOSE).into());
    let payload = Payload { msg: &plaintext, aad: &[VERSION] };
    let ciphertext = cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| InviteError::Broken)?;
    let mut file = Writer::new();
    file.u8(VERSION).bytes(&slots.to_bytes()).raw(&nonce).raw(&ciphertext);
    let file = file.finish();
    if file.len() > MAX_INVITE_BYTES {
        return Err(InviteError::TooLarge(file.len()));
    }
    Ok(file)
}

/// Opens an invite file with its words.
///
/// # Errors
/// [`InviteError`]: what is wrong with the words or with the file.
pub fn open(file: &[u8], words: &str) -> Result<InvitePackage, InviteError> {
    if file.len() > MAX_INVITE_BYTES {
        return Err(InviteError::TooLarge(file.len()));
    }
    let words = words::normalise(words)?;
    let mut reader = Reader::new(file);
    let version = reader.u8("invite")?;
    if version != VERSION {
        return Err(DecodeError::UnknownVersion { field: "invite", got: version }.into());
    }
    let slots = Slots::from_bytes(reader.bytes("words' slots", INVITE_STEP)?)?;
    let nonce: [u8; 12] = reader.array("nonce")?;
    let ciphertext = reader.take("sealed package", reader.left())?;
    if ciphertext.len() < 16 || ciphertext.len() % INVITE_STEP != 16 {
        return Err(InviteError::Broken);
    }
    let cipher = ChaCha20Poly1305::new(&slots.open(&words)?.derive(PURPOSE).into());
    let payload = Payload { msg: ciphertext, aad: &[VERSION] };
    let plaintext = cipher.decrypt(&Nonce::from(nonce), payload).map_err(|_| InviteError::Broken)?;
    let mut reader = Reader::new(&plaintext);
    let package = reader.bytes("package", MAX_INVITE_BYTES)?;
    Ok(InvitePackage::decode(package)?)
}

fn not_read(error: &DecodeError) -> String {
    match error {
        DecodeError::UnknownVersion { got, .. } => {
            format!("this is no invite, or one that needs a newer Azalai (version {got})")
        }
        _ => "the invite file is damaged or cut off: bring it again".to_owned(),
    }
}
