//! What one guess of a passphrase costs, and why slots could not be used.

use azalai_envelope::codec::DecodeError;

use crate::limits::{ARGON_DEFAULT_KIB, ARGON_DEFAULT_PASSES, ARGON_MAX_KIB, ARGON_MAX_PASSES, ARGON_MIN_KIB};

/// Why slots could not be made, read or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlotsError {
    /// No slot opens with this passphrase.
    #[error("this passphrase opens nothing here")]
    WrongPassphrase,
    /// It opens something already: no passphrase may mean two things.
    #[error("this passphrase is in use here already: choose another")]
    InUse,
    /// A passphrase must have something in it.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    /// Memory outside [`ARGON_MIN_KIB`] to [`ARGON_MAX_KIB`].
    #[error("Argon2id with {got} KiB of memory: from {min} to {max} are possible")]
    Memory {
        /// What was asked for.
        got: u32,
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// Passes outside 1 to [`ARGON_MAX_PASSES`].
    #[error("Argon2id with {got} passes: from 1 to {max} are possible")]
    Passes {
        /// What was asked for.
        got: u32,
        /// The most.
        max: u32,
    },
    /// The file is damaged or of an unknown version.
    #[error("the file of passphrase slots cannot be read: {0}")]
    Decode(#[from] DecodeError),
    /// Argon2id refused to run.
    #[error("Argon2id: {0}")]
    Argon(String),
}

/// What one guess of a passphrase costs. One lane always: lanes only help who has many cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArgonParams {
    pub(crate) m_kib: u32,
    pub(crate) t: u32,
}

impl Default for ArgonParams {
    fn default() -> Self {
        Self { m_kib: ARGON_DEFAULT_KIB, t: ARGON_DEFAULT_PASSES }
    }
}

impl ArgonParams {
    /// `m_kib` of memory, gone over `t` times.
    ///
    /// # Errors
    /// [`SlotsError::Memory`] and [`SlotsError::Passes`] outside the limits.
    pub fn new(m_kib: u32, t: u32) -> Result<Self, SlotsError> {
        if !(ARGON_MIN_KIB..=ARGON_MAX_KIB).contains(&m_kib) {
            return Err(SlotsError::Memory { got: m_kib, min: ARGON_MIN_KIB, max: ARGON_MAX_KIB });
        }
        if !(1..=ARGON_MAX_PASSES).contains(&t) {
            return Err(SlotsError::Passes { got: t, max: ARGON_MAX_PASSES });
        }
        Ok(Self { m_kib, t })
    }
}
