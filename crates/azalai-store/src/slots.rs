//! The file "slots": four places where a passphrase may open a profile, of which no one can tell which are used.
//!
//! Opening costs one Argon2id run whatever happens, and tries its key on every slot even after a hit. Nothing here
//! may tell a wrong passphrase from an unused slot.

use argon2::{Algorithm, Argon2, Params, Version};
use azalai_envelope::codec::{DecodeError, Reader, Writer};
use zeroize::{Zeroize, Zeroizing};

use crate::argon::{ArgonParams, SlotsError};
use crate::limits::SLOTS;
use crate::opening::{DURESS, Duress, KEEPS, Opening, SIDE, Side};
use crate::secret::{ProfileKey, SALT, Secret, TAG};

/// Slots that hold a key alone: an invite's, and those of homes with one profile.
const PLAIN: u8 = 1;
/// Slots that also say where in a home the profile lies.
const PLACED: u8 = 2;
const LABEL: &str = "slot";
const DEVICE_SALT: usize = 16;

/// What a slot holds.
struct Content<'k> {
    key: &'k ProfileKey,
    side: Side,
    duress: Duress,
    mate: usize,
}

/// The content of the file "slots".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slots {
    version: u8,
    params: ArgonParams,
    salt: [u8; DEVICE_SALT],
    slots: [Vec<u8>; SLOTS],
}

/// Bytes of one slot.
const fn slot_len(version: u8) -> usize {
    SALT + 32 + TAG + if version == PLACED { 2 } else { 0 }
}

impl Slots {
    /// New plain slots, one of them (chosen at random) holding a new profile key under `passphrase`.
    ///
    /// # Errors
    /// [`SlotsError::EmptyPassphrase`], [`SlotsError::Argon`].
    pub fn create(
        rng: &mut impl rand_core::CryptoRng,
        params: ArgonParams,
        passphrase: &str,
    ) -> Result<(Self, ProfileKey), SlotsError> {
        Self::begin(rng, params, passphrase, PLAIN, Side::Whole).map(|(slots, opening)| (slots, opening.key))
    }

    /// The same for a home with two sides: the key is for the profile on `side`.
    ///
    /// # Errors
    /// As [`Slots::create`].
    pub fn create_on(
        rng: &mut impl rand_core::CryptoRng,
        params: ArgonParams,
        passphrase: &str,
        side: Side,
    ) -> Result<(Self, Opening), SlotsError> {
        Self::begin(rng, params, passphrase, PLACED, side)
    }

    fn begin(
        rng: &mut impl rand_core::CryptoRng,
        params: ArgonParams,
        passphrase: &str,
        version: u8,
        side: Side,
    ) -> Result<(Self, Opening), SlotsError> {
        let mut slots = Self { version, params, salt: [0; DEVICE_SALT], slots: Default::default() };
        rng.fill_bytes(&mut slots.salt);
        slots.slots.iter_mut().for_each(|slot| *slot = noise(rng, version));
        let mut below = |limit: usize| {
            let mut byte = [0; 1];
            rng.fill_bytes(&mut byte);
            let [byte] = byte;
            usize::from(byte) % limit
        };
        let slot = below(SLOTS);
        // One of the three others.
        let mate = if version == PLACED { (slot + 1 + below(SLOTS - 1)) % SLOTS } else { slot };
        let key = ProfileKey::random(rng);
        let stretched = slots.stretch(passphrase)?;
        slots.fill(rng, &stretched, slot, &Content { key: &key, side, duress: Duress::No, mate })?;
        Ok((slots, Opening { key, side, duress: Duress::No, slot, mate, stretched }))
    }

    /// The profile key that `passphrase` opens.
    ///
    /// # Errors
    /// [`SlotsError::WrongPassphrase`], [`SlotsError::EmptyPassphrase`], [`SlotsError::Argon`].
    pub fn open(&self, passphrase: &str) -> Result<ProfileKey, SlotsError> {
        self.look(passphrase).map(|opening| opening.key)
    }

    /// The slot that `passphrase` opens, with all that it says.
    ///
    /// # Errors
    /// As [`Slots::open`].
    pub fn look(&self, passphrase: &str) -> Result<Opening, SlotsError> {
        let key = self.stretch(passphrase)?;
        self.find(&key).ok_or(SlotsError::WrongPassphrase)
    }

    /// The slots with `new` in place of `old`; every other passphrase stays as it is. The profile key stays the
    /// same: who kept a copy of the old file and knows the old passphrase still opens the profile.
    ///
    /// # Errors
    /// As [`Slots::open`]; [`SlotsError::InUse`] if `new` opens another slot.
    pub fn change(&self, rng: &mut impl rand_core::CryptoRng, old: &str, new: &str) -> Result<Self, SlotsError> {
        let opening = self.look(old)?;
        let new = self.stretch(new)?;
        if self.find(&new).is_some_and(|other| other.slot != opening.slot) {
            return Err(SlotsError::InUse);
        }
        let Opening { key, side, duress, slot, mate, .. } = &opening;
        let mut changed = self.clone();
        changed.fill(rng, &new, *slot, &Content { key, side: *side, duress: *duress, mate: *mate })?;
        Ok(changed)
    }

    /// The slots with `passphrase` in slot `slot`, opening the profile of `key` on `side`, whose other slot is `mate`.
    /// What stood in the slot is gone.
    ///
    /// # Errors
    /// As [`Slots::create`]; [`SlotsError::InUse`] if the passphrase opens another slot.
    pub fn with(
        &self,
        rng: &mut impl rand_core::CryptoRng,
        (slot, mate): (usize, usize),
        passphrase: &str,
        (key, side, duress): (&ProfileKey, Side, Duress),
    ) -> Result<Self, SlotsError> {
        let stretched = self.stretch(passphrase)?;
        if self.find(&stretched).is_some_and(|other| other.slot != slot) {
            return Err(SlotsError::InUse);
        }
        let mut changed = self.clone();
        changed.fill(rng, &stretched, slot, &Content { key, side, duress, mate })?;
        Ok(changed)
    }

    /// The slots with noise in these.
    #[must_use]
    pub fn without(&self, rng: &mut impl rand_core::CryptoRng, slots: impl IntoIterator<Item = usize>) -> Self {
        let mut changed = self.clone();
        for index in slots {
            if let Some(slot) = changed.slots.get_mut(index) {
                *slot = noise(rng, self.version);
            }
        }
        changed
    }

    /// This copy of the file with what another was changed in: the slots in which `after` differs from `before`. All other
    /// slots stay as they are here, since nothing tells which of two copies is right in a slot that nobody opened. `None`
    /// if the copies stretch passphrases in different ways: then a slot of one says nothing in the other.
    #[must_use]
    pub fn changed_as(&self, before: &Self, after: &Self) -> Option<Self> {
        if self.head() != after.head() {
            return None;
        }
        let mut changed = self.clone();
        for ((slot, before), after) in changed.slots.iter_mut().zip(&before.slots).zip(&after.slots) {
            if before != after {
                slot.clone_from(after);
            }
        }
        Some(changed)
    }

    /// This copy of the file with the slot that opened in another, if its own opens too: then nothing tells which of the two
    /// is right in the other slots. `None` if it does not: it is older or damaged, and the other takes its place.
    #[must_use]
    pub fn with_opened(&self, other: &Self, opening: &Opening) -> Option<Self> {
        self.find(&opening.stretched).filter(|_| self.head() == other.head())?;
        let mut changed = self.clone();
        changed.slots.get_mut(opening.slot)?.clone_from(other.slots.get(opening.slot)?);
        Some(changed)
    }

    /// The slots with this opening's one asking for nothing else than to open. It costs no run of Argon2id.
    ///
    /// # Errors
    /// None but for a bug in sealing.
    pub fn at_rest(&self, rng: &mut impl rand_core::CryptoRng, opening: &Opening) -> Result<Self, SlotsError> {
        let mut changed = self.clone();
        let Opening { key, side, slot, mate, stretched, .. } = opening;
        changed.fill(rng, stretched, *slot, &Content { key, side: *side, duress: Duress::No, mate: *mate })?;
        Ok(changed)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`SlotsError::Decode`]; [`SlotsError::Memory`] and [`SlotsError::Passes`] if it asks for more than a device
    /// should give.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SlotsError> {
        let mut reader = Reader::new(bytes);
        let version = reader.u8("slots version")?;
        if !matches!(version, PLAIN | PLACED) {
            return Err(DecodeError::UnknownVersion { field: "slots", got: version }.into());
        }
        let params = ArgonParams::new(reader.u32("Argon2id memory")?, reader.u32("Argon2id passes")?)?;
        let salt = reader.array("device salt")?;
        let mut slots: [Vec<u8>; SLOTS] = Default::default();
        for slot in &mut slots {
            *slot = reader.take("slot", slot_len(version))?.to_vec();
        }
        reader.end("slots")?;
        Ok(Self { version, params, salt, slots })
    }

    /// The bytes of the file: 313 of plain slots, 321 of placed ones.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = self.begin_writing();
        for slot in &self.slots {
            writer.raw(slot);
        }
        writer.finish()
    }

    fn head(&self) -> (u8, ArgonParams, [u8; DEVICE_SALT]) {
        (self.version, self.params, self.salt)
    }

    fn begin_writing(&self) -> Writer {
        let mut writer = Writer::new();
        writer.u8(self.version).u32(self.params.m_kib).u32(self.params.t).raw(&self.salt);
        writer
    }

    /// What slot `index` authenticates besides its content: all before the slots, and its place.
    fn aad(&self, index: usize) -> Vec<u8> {
        let mut aad = self.begin_writing();
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
    fn find(&self, key: &Secret) -> Option<Opening> {
        let mut found = None;
        for (index, slot) in self.slots.iter().enumerate() {
            let Some((salt, sealed)) = slot.split_first_chunk::<SALT>() else { continue };
            let opened = key.open(LABEL, salt, &self.aad(index), sealed);
            if let Some(opening) = opened.and_then(|plain| self.read(index, &plain, key)) {
                found = Some(opening);
            }
        }
        found
    }

    fn read(&self, slot: usize, plain: &[u8], stretched: &Secret) -> Option<Opening> {
        let mut reader = Reader::new(plain);
        let (side, duress, mate) = if self.version == PLACED {
            let flags = reader.u8("flags").ok()?;
            let duress = match (flags & DURESS != 0, flags & KEEPS != 0) {
                (false, _) => Duress::No,
                (true, false) => Duress::Drops,
                (true, true) => Duress::Keeps,
            };
            let mate = usize::from(reader.u8("mate").ok()?);
            (Side::from_byte(flags & SIDE)?, duress, Some(mate).filter(|mate| *mate < SLOTS && *mate != slot)?)
        } else {
            (Side::Whole, Duress::No, slot)
        };
        let mut bytes: [u8; 32] = reader.array("profile key").ok()?;
        let key = ProfileKey(Secret(bytes));
        bytes.zeroize();
        reader.end("slot").ok()?;
        Some(Opening { key, side, duress, slot, mate, stretched: stretched.clone() })
    }

    fn fill(
        &mut self,
        rng: &mut impl rand_core::CryptoRng,
        stretched: &Secret,
        index: usize,
        content: &Content<'_>,
    ) -> Result<(), SlotsError> {
        let mut salt = [0; SALT];
        rng.fill_bytes(&mut salt);
        let mut plain = Writer::new();
        if self.version == PLACED {
            let duress = match content.duress {
                Duress::No => 0,
                Duress::Drops => DURESS,
                Duress::Keeps => DURESS | KEEPS,
            };
            plain.u8(content.side.to_byte() | duress).u8(content.mate as u8);
        }
        plain.raw(&content.key.0.0);
        let plain = Zeroizing::new(plain.finish());
        let sealed = stretched.seal(LABEL, &salt, &self.aad(index), &plain);
        let sealed = sealed.map_err(|error| SlotsError::Argon(error.to_string()))?;
        if let Some(slot) = self.slots.get_mut(index) {
            *slot = [&salt[..], &sealed].concat();
        }
        Ok(())
    }
}

/// What stands in a slot that nothing opens.
fn noise(rng: &mut impl rand_core::CryptoRng, version: u8) -> Vec<u8> {
    let mut bytes = vec![0; slot_len(version)];
    rng.fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use azalai_envelope::ids::to_hex;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::limits::ARGON_MIN_KIB;

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
        let index = slots.find(&key).unwrap().slot;
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
        assert!(matches!(with(0, &[3]), Err(SlotsError::Decode(DecodeError::UnknownVersion { got: 3, .. }))));
        assert!(matches!(with(1, &[0xff; 4]), Err(SlotsError::Memory { got: u32::MAX, .. })));
        assert!(matches!(with(1, &(ARGON_MIN_KIB - 1).to_be_bytes()), Err(SlotsError::Memory { .. })));
        assert!(matches!(with(5, &17_u32.to_be_bytes()), Err(SlotsError::Passes { got: 17, .. })));
        assert!(matches!(with(5, &[0; 4]), Err(SlotsError::Passes { got: 0, .. })));
        assert_ne!(with(100, &[1, 2, 3]).unwrap(), slots);
    }

    fn placed(seed: u64) -> (Slots, ProfileKey) {
        let params = ArgonParams::new(ARGON_MIN_KIB, 1).unwrap();
        let made = Slots::create_on(&mut ChaCha20Rng::seed_from_u64(seed), params, "real", Side::Two);
        made.map(|(slots, opening)| (slots, opening.key)).unwrap()
    }

    /// Guards against a change of the format that no old home opens with, and a size that tells what is in it.
    #[test]
    fn the_bytes_of_a_home_s_file_are_fixed() {
        let (slots, profile) = placed(5);
        let bytes = slots.to_bytes();
        assert_eq!(bytes.len(), 321);
        assert_eq!(to_hex(&bytes[..9]), "0200004c0000000001");
        assert_eq!(to_hex(&blake3::hash(&bytes).as_bytes()[..16]), "a05ab008ed16fd93c3735992fee634cb");
        let read = Slots::from_bytes(&bytes).unwrap();
        let opening = read.look("real").unwrap();
        assert_eq!((opening.key.clone(), opening.side, opening.duress), (profile, Side::Two, Duress::No));
        assert_ne!(opening.slot, opening.mate);
    }

    /// Guards against a second profile's passphrase that writes over the first one's, one that means two things, and a
    /// dropped passphrase that still opens.
    #[test]
    fn two_profiles_have_two_slots_each_and_dropping_one_leaves_the_other() {
        for seed in 0..12 {
            let mut rng = ChaCha20Rng::seed_from_u64(100 + seed);
            let (slots, real) = placed(seed);
            let first = slots.look("real").unwrap();
            let others: Vec<usize> = first.others().collect();
            let [a, b] = others[..] else { panic!("two slots are the other profile's") };
            let other = ProfileKey::random(&mut rng);
            let slots = slots.with(&mut rng, (a, b), "second", (&other, Side::One, Duress::No)).unwrap();
            let slots = slots.with(&mut rng, (b, a), "pressed", (&other, Side::One, Duress::Drops)).unwrap();
            let slots =
                slots.with(&mut rng, (first.mate, first.slot), "sheet", (&real, Side::Two, Duress::No)).unwrap();
            for taken in ["real", "second", "sheet"] {
                let again = slots.with(&mut rng, (b, a), taken, (&other, Side::One, Duress::No));
                assert_eq!(again, Err(SlotsError::InUse), "{taken}");
            }
            assert_eq!(slots.change(&mut rng, "real", "second"), Err(SlotsError::InUse));
            let pressed = slots.look("pressed").unwrap();
            assert_eq!((pressed.duress, pressed.side, &pressed.key), (Duress::Drops, Side::One, &other));
            let dropped = slots.without(&mut rng, pressed.others());
            assert_eq!(dropped.open("real"), Err(SlotsError::WrongPassphrase));
            assert_eq!(dropped.open("sheet"), Err(SlotsError::WrongPassphrase));
            assert_eq!(dropped.open("second").unwrap(), other);
            let rest = dropped.at_rest(&mut rng, &pressed).unwrap();
            assert_eq!(rest.look("pressed").unwrap().duress, Duress::No);
            assert_eq!(rest.to_bytes().len(), slots.to_bytes().len());
        }
    }
}
