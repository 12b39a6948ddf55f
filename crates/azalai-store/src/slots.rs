//! The file "slots": four places where a passphrase may open a profile, of which no one can tell which are used.
//!
//! Opening costs one Argon2id run whatever happens, and tries its key on every slot even after a hit. Nothing here
//! may tell a wrong passphrase from an unused slot.

use argon2::{Algorithm, Argon2, Params, Version};
use azalai_envelope::codec::{DecodeError, Reader, Writer};
use zeroize::{Zeroize, Zeroizing};

use crate::limits::{ARGON_DEFAULT_KIB, ARGON_DEFAULT_PASSES, ARGON_MAX_KIB, ARGON_MAX_PASSES, ARGON_MIN_KIB, SLOTS};
use crate::secret::{ProfileKey, SALT, Secret, TAG};

const VERSION: u8 = 1;
const LABEL: &str = "slot";
const DEVICE_SALT: usize = 16;
const SLOT: usize = SALT + 32 + TAG;

/// Bytes of the file.
const FILE: usize = 1 + 4 + 4 + DEVICE_SALT + SLOTS * SLOT;

/// Why slots could not be made, read or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlotsError {
    /// No slot opens with this passphrase.
    #[error("this passphrase opens nothing here")]
    WrongPassphrase,
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
    m_kib: u32,
    t: u32,
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

/// The content of the file "slots".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slots {
    params: ArgonParams,
    salt: [u8; DEVICE_SALT],
    slots: [[u8; SLOT]; SLOTS],
}

impl Slots {
    /// New slots, one of them (chosen at random) holding a new profile key under `passphrase`.
    ///
    /// # Errors
    /// [`SlotsError::EmptyPassphrase`], [`SlotsError::Argon`].
    pub fn create(
        rng: &mut impl rand_core::CryptoRng,
        params: ArgonParams,
        passphrase: &str,
    ) -> Result<(Self, ProfileKey), SlotsError> {
        let mut slots = Self { params, salt: [0; DEVICE_SALT], slots: [[0; SLOT]; SLOTS] };
        rng.fill_bytes(&mut slots.salt);
        slots.slots.iter_mut().for_each(|slot| rng.fill_bytes(slot));
        let mut chosen = [0; 1];
        rng.fill_bytes(&mut chosen);
        let profile = ProfileKey::random(rng);
        let key = slots.stretch(passphrase)?;
        slots.fill(rng, &key, usize::from(chosen[0]) % SLOTS, &profile)?;
        Ok((slots, profile))
    }

    /// The profile key that `passphrase` opens.
    ///
    /// # Errors
    /// [`SlotsError::WrongPassphrase`], [`SlotsError::EmptyPassphrase`], [`SlotsError::Argon`].
    pub fn open(&self, passphrase: &str) -> Result<ProfileKey, SlotsError> {
        let key = self.stretch(passphrase)?;
        self.find(&key).map(|(_, profile)| profile).ok_or(SlotsError::WrongPassphrase)
    }

    /// The slots with `new` in place of `old`; every other passphrase stays as it is. The profile key stays the
    /// same: who kept a copy of the old file and knows the old passphrase still opens the profile.
    ///
    /// # Errors
    /// As [`Slots::open`].
    pub fn change(&self, rng: &mut impl rand_core::CryptoRng, old: &str, new: &str) -> Result<Self, SlotsError> {
        let old = self.stretch(old)?;
        let new = self.stretch(new)?;
        let (index, profile) = self.find(&old).ok_or(SlotsError::WrongPassphrase)?;
        let mut changed = self.clone();
        changed.fill(rng, &new, index, &profile)?;
        Ok(changed)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`SlotsError::Decode`]; [`SlotsError::Memory`] and [`SlotsError::Passes`] if it asks for more than a device
    /// should give.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SlotsError> {
        let mut reader = Reader::new(bytes);
        let got = reader.u8("slots version")?;
        if got != VERSION {
            return Err(DecodeError::UnknownVersion { field: "slots", got }.into());
        }
        let params = ArgonParams::new(reader.u32("Argon2id memory")?, reader.u32("Argon2id passes")?)?;
        let salt = reader.array("device salt")?;
        let mut slots = [[0; SLOT]; SLOTS];
        for slot in &mut slots {
            *slot = reader.array("slot")?;
        }
        reader.end("slots")?;
        Ok(Self { params, salt, slots })
    }

    /// The bytes of the file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = self.head();
        for slot in &self.slots {
            writer.raw(slot);
        }
        debug_assert_eq!(writer.len(), FILE);
        writer.finish()
    }

    fn head(&self) -> Writer {
        let mut writer = Writer::new();
        writer.u8(VERSION).u32(self.params.m_kib).u32(self.params.t).raw(&self.salt);
        writer
    }

    /// What slot `index` authenticates besides its content: all before the slots, and its place.
    fn aad(&self, index: usize) -> Vec<u8> {
        let mut aad = self.head();
        aad.varint(index as u64);
        aad.finish()
    }

    fn stretch(&self, passphrase: &str) -> Result<Secret, SlotsError> {
        if passphrase.is_empty() {
            return Err(SlotsError::EmptyPassphrase);
        }
        let params = Params::new(self.params.m_kib, self.params.t, 1, Some(32));
        let params = params.map_err(|error| SlotsError::Argon(error.to_string()))?;
        let mut key = Secret([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), &self.salt, &mut key.0)
            .map_err(|error| SlotsError::Argon(error.to_string()))?;
        Ok(key)
    }

    /// Tries every slot, also after a hit: how long it takes does not say which one opened.
    fn find(&self, key: &Secret) -> Option<(usize, ProfileKey)> {
        let mut found = None;
        for (index, slot) in self.slots.iter().enumerate() {
            let Some((salt, sealed)) = slot.split_first_chunk::<SALT>() else { continue };
            let opened = key.open(LABEL, salt, &self.aad(index), sealed);
            if let Some(mut bytes) = opened.and_then(|plain| <[u8; 32]>::try_from(plain.as_slice()).ok()) {
                found = Some((index, ProfileKey(Secret(bytes))));
                bytes.zeroize();
            }
        }
        found
    }

    fn fill(
        &mut self,
        rng: &mut impl rand_core::CryptoRng,
        key: &Secret,
        index: usize,
        profile: &ProfileKey,
    ) -> Result<(), SlotsError> {
        let mut salt = [0; SALT];
        rng.fill_bytes(&mut salt);
        let sealed = key.seal(LABEL, &salt, &self.aad(index), &profile.0.0);
        let sealed = Zeroizing::new(sealed.map_err(|error| SlotsError::Argon(error.to_string()))?);
        let bytes = salt.iter().chain(sealed.iter());
        if let Some(slot) = self.slots.get_mut(index) {
            slot.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use azalai_envelope::ids::to_hex;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn made() -> (Slots, ProfileKey) {
        let params = ArgonParams::new(ARGON_MIN_KIB, 1).unwrap();
        Slots::create(&mut ChaCha20Rng::seed_from_u64(5), params, "five words are quite enough").unwrap()
    }

    /// Guards against a change of the format that no old file opens with.
    #[test]
    fn the_bytes_of_a_file_are_fixed() {
        let (slots, profile) = made();
        let bytes = slots.to_bytes();
        assert_eq!(bytes.len(), 313);
        assert_eq!(to_hex(&bytes[..9]), "0100004c0000000001");
        assert_eq!(to_hex(&profile.derive(b"test")[..8]), "74e1913330139ba3");
        assert_eq!(to_hex(&blake3::hash(&bytes).as_bytes()[..16]), "8b2f0bd9a20004146d248f0ef653f1c7");
        let read = Slots::from_bytes(&bytes).unwrap();
        assert_eq!(read, slots);
        assert_eq!(read.open("five words are quite enough").unwrap(), profile);
    }

    /// Guards against a wrong passphrase that opens, and a changed one that locks the profile away.
    #[test]
    fn only_the_present_passphrase_opens() {
        let (slots, profile) = made();
        assert_eq!(slots.open("five words are quite enougH"), Err(SlotsError::WrongPassphrase));
        assert_eq!(slots.open(""), Err(SlotsError::EmptyPassphrase));
        let mut rng = ChaCha20Rng::seed_from_u64(6);
        assert_eq!(slots.change(&mut rng, "wrong", "new"), Err(SlotsError::WrongPassphrase));
        let changed = slots.change(&mut rng, "five words are quite enough", "new").unwrap();
        assert_eq!(changed.open("new").unwrap(), profile);
        assert_eq!(changed.open("five words are quite enough"), Err(SlotsError::WrongPassphrase));
        let differing = slots.slots.iter().zip(&changed.slots).filter(|(a, b)| a != b).count();
        assert_eq!(differing, 1, "another slot was touched");
    }

    /// Guards against a slot that opens in another's place or under other parameters.
    #[test]
    fn a_moved_slot_does_not_open() {
        let (mut slots, _) = made();
        let key = slots.stretch("five words are quite enough").unwrap();
        let (index, _) = slots.find(&key).unwrap();
        slots.slots.swap(index, (index + 1) % SLOTS);
        assert!(slots.find(&key).is_none());
        slots.slots.swap(index, (index + 1) % SLOTS);
        slots.params.t += 1;
        assert!(slots.find(&key).is_none());
    }

    /// Guards against a file that makes a device compute or allocate without bound, or panics.
    #[test]
    fn damaged_files_are_refused_or_hold_other_slots() {
        let (slots, _) = made();
        let bytes = slots.to_bytes();
        for cut in 0..bytes.len() {
            assert!(Slots::from_bytes(&bytes[..cut]).is_err());
        }
        assert!(matches!(Slots::from_bytes(&[&bytes[..], &[0]].concat()), Err(SlotsError::Decode(_))));
        let with = |place: usize, new: &[u8]| {
            let mut bytes = bytes.clone();
            bytes[place..place + new.len()].copy_from_slice(new);
            Slots::from_bytes(&bytes)
        };
        assert!(matches!(with(0, &[2]), Err(SlotsError::Decode(DecodeError::UnknownVersion { got: 2, .. }))));
        assert!(matches!(with(1, &[0xff; 4]), Err(SlotsError::Memory { got: u32::MAX, .. })));
        assert!(matches!(with(1, &(ARGON_MIN_KIB - 1).to_be_bytes()), Err(SlotsError::Memory { .. })));
        assert!(matches!(with(5, &17_u32.to_be_bytes()), Err(SlotsError::Passes { got: 17, .. })));
        assert!(matches!(with(5, &[0; 4]), Err(SlotsError::Passes { got: 0, .. })));
        assert_ne!(with(100, &[1, 2, 3]).unwrap(), slots);
    }
}
