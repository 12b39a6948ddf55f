//! What the file "keyring" holds and how it is sealed: keys of segments, of the journal, and of a change under way.
//!
//! The file has one size for ever. A key that was replaced must be in no file that is written afterwards.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::limits::SEGMENTS;
use crate::secret::{Draws, ProfileKey, SALT, Secret, TAG};

const VERSION: u8 = 1;
const LABEL: &str = "keyring";
const BITMAP: usize = SEGMENTS / 8;
const PLAIN: usize = 1 + 32 + 32 + 32 + 32 + BITMAP + SEGMENTS * 32;

/// Bytes of the file.
pub(crate) const FILE: usize = 1 + SALT + PLAIN + TAG;

const ROTATING: u8 = 1;
const NEXT_JOURNAL: u8 = 2;

/// New keys for some segments, both old and new ones in use until every item is under the new ones.
#[derive(Debug, Clone)]
pub(crate) struct Rotation {
    seed: Secret,
    segments: [u8; BITMAP],
}

impl Rotation {
    pub(crate) fn new(seed: Secret, segments: impl IntoIterator<Item = Segment>) -> Self {
        let mut bits = [0; BITMAP];
        for segment in segments {
            if let Some(byte) = bits.get_mut(segment.index() / 8) {
                *byte |= 1 << (segment.index() % 8);
            }
        }
        Self { seed, segments: bits }
    }

    /// The new key of `segment`, if it gets one.
    pub(crate) fn key(&self, segment: Segment) -> Option<Secret> {
        let byte = self.segments.get(segment.index() / 8)?;
        let chosen = byte >> (segment.index() % 8) & 1 == 1;
        chosen.then(|| self.seed.child("segment", &[&segment.0.to_be_bytes()]))
    }

    /// Which segments get new keys, in order.
    pub(crate) fn segments(&self) -> impl Iterator<Item = Segment> {
        Segment::all().filter(|segment| self.key(*segment).is_some())
    }
}

/// One of the [`SEGMENTS`] groups of items that share a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Segment(u16);

impl Segment {
    const SHIFT: u32 = 16 - SEGMENTS.trailing_zeros();

    /// The segment of a physical key: its first eleven bits, so that a segment's items stand together in key order.
    pub(crate) fn of(physical: &[u8]) -> Self {
        let first = physical.first_chunk::<2>().copied().unwrap_or_default();
        Self(u16::from_be_bytes(first) >> Self::SHIFT)
    }

    /// The first two bytes of the lowest physical key of the segment.
    pub(crate) fn start(self) -> u16 {
        self.0 << Self::SHIFT
    }

    fn index(self) -> usize {
        usize::from(self.0)
    }

    fn all() -> impl Iterator<Item = Self> {
        (0..SEGMENTS as u16).map(Self)
    }
}

/// The content of the keyring.
#[derive(Debug, Clone)]
pub(crate) struct Keyring {
    /// Keys the hashes that stand for spaces and keys.
    pub(crate) index: Secret,
    /// Seals the journal.
    pub(crate) journal: Secret,
    /// Seals the journal that is about to replace the present one.
    pub(crate) next_journal: Option<Secret>,
    /// The rotation under way.
    pub(crate) rotation: Option<Rotation>,
    segments: Vec<Secret>,
}

impl Keyring {
    /// New keys.
    pub(crate) fn new(draws: &mut Draws) -> Self {
        let segments = (0..SEGMENTS).map(|_| draws.key()).collect();
        Self { index: draws.key(), journal: draws.key(), next_journal: None, rotation: None, segments }
    }

    /// The keys that an item of `segment` may be under, the one for new items first.
    pub(crate) fn segment_keys(&self, segment: Segment) -> impl Iterator<Item = Secret> {
        let new = self.rotation.as_ref().and_then(|rotation| rotation.key(segment));
        new.into_iter().chain(self.segments.get(segment.index()).cloned())
    }

    /// Ends the rotation: the new keys take the place of the old.
    pub(crate) fn end_rotation(&mut self) {
        let Some(rotation) = self.rotation.take() else { return };
        for (segment, key) in Segment::all().zip(&mut self.segments) {
            if let Some(new) = rotation.key(segment) {
                *key = new;
            }
        }
    }

    /// The bytes of the file. What is unused is random, and of one size.
    pub(crate) fn seal(&self, profile: &ProfileKey, draws: &mut Draws) -> Result<Vec<u8>, StoreError> {
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        let flags = flag(self.rotation.is_some(), ROTATING) | flag(self.next_journal.is_some(), NEXT_JOURNAL);
        let next_journal = self.next_journal.clone().unwrap_or_else(|| draws.key());
        let rotation = self.rotation.clone().unwrap_or_else(|| Rotation::new(draws.key(), []));
        let mut plain = Writer::new();
        plain.u8(flags).raw(&self.index.0).raw(&self.journal.0).raw(&next_journal.0);
        plain.raw(&rotation.seed.0).raw(&rotation.segments);
        for key in &self.segments {
            plain.raw(&key.0);
        }
        let plain = Zeroizing::new(plain.finish());
        debug_assert_eq!(plain.len(), PLAIN);
        let salt = draws.salt();
        let sealed = profile.0.seal(LABEL, &salt, &[VERSION], &plain)?;
        let mut file = Writer::new();
        file.u8(VERSION).raw(&salt).raw(&sealed);
        Ok(file.finish())
    }

    /// Opens the file.
    pub(crate) fn open(bytes: &[u8], profile: &ProfileKey) -> Result<Self, StoreError> {
        let corrupt = |why: &str| StoreError::Corrupt { what: format!("the file keyring ({why})") };
        match bytes.first() {
            Some(&VERSION) if bytes.len() == FILE => {}
            Some(&got) if got != VERSION => return Err(StoreError::UnknownVersion { what: "the file keyring", got }),
            _ => return Err(corrupt(&format!("{} bytes instead of {FILE}", bytes.len()))),
        }
        let (salt, sealed) =
            bytes.get(1..).and_then(|rest| rest.split_first_chunk()).ok_or_else(|| corrupt("short"))?;
        let plain = profile.0.open(LABEL, salt, &[VERSION], sealed);
        let plain = plain.ok_or_else(|| corrupt("it does not open with this profile's key"))?;
        Self::read(&plain).map_err(|error| corrupt(&error.to_string()))
    }

    fn read(plain: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(plain);
        let flags = reader.u8("flags")?;
        if flags & !(ROTATING | NEXT_JOURNAL) != 0 {
            return Err(reader.invalid("flags", "an unknown one"));
        }
        let mut secret = |field| reader.array(field).map(Secret);
        let (index, journal) = (secret("index key")?, secret("journal key")?);
        let (next_journal, seed) = (secret("next journal key")?, secret("rotation seed")?);
        let rotation = Rotation { seed, segments: reader.array("rotating segments")? };
        let segments = (0..SEGMENTS).map(|_| reader.array("segment key").map(Secret)).collect::<Result<_, _>>()?;
        reader.end("keyring")?;
        Ok(Self {
            index,
            journal,
            next_journal: (flags & NEXT_JOURNAL != 0).then_some(next_journal),
            rotation: (flags & ROTATING != 0).then_some(rotation),
            segments,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use azalai_envelope::ids::to_hex;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn draws() -> Draws {
        Draws::new(&mut ChaCha20Rng::seed_from_u64(5))
    }

    fn profile() -> ProfileKey {
        ProfileKey::random(&mut ChaCha20Rng::seed_from_u64(6))
    }

    fn segments() -> impl Iterator<Item = Segment> {
        [0x0000_u16, 0x001f, 0x0020, 0xffff].into_iter().map(|first| Segment::of(&first.to_be_bytes()))
    }

    /// Guards against a change of the format that no old file opens with, and a size that tells what is in it.
    #[test]
    fn the_bytes_and_the_size_of_a_file_are_fixed() {
        let mut draws = draws();
        let mut ring = Keyring::new(&mut draws);
        let plain = ring.seal(&profile(), &mut draws).unwrap();
        assert_eq!(plain.len(), FILE);
        assert_eq!(to_hex(&blake3::hash(&plain).as_bytes()[..16]), "f4ac135c5b0e921d0bd160a6da62a7f8");
        ring.rotation = Some(Rotation::new(draws.key(), segments()));
        ring.next_journal = Some(draws.key());
        let changing = ring.seal(&profile(), &mut draws).unwrap();
        assert_eq!(changing.len(), FILE);
        let read = Keyring::open(&changing, &profile()).unwrap();
        assert_eq!((&read.index, &read.journal, &read.next_journal), (&ring.index, &ring.journal, &ring.next_journal));
        assert_eq!(read.segments, ring.segments);
        for segment in Segment::all() {
            assert!(read.segment_keys(segment).eq(ring.segment_keys(segment)));
        }
        assert!(Keyring::open(&plain, &profile()).unwrap().rotation.is_none());
    }

    /// Guards against a replaced key that lives on, and against one replaced that should not be.
    #[test]
    fn the_end_of_a_rotation_replaces_the_keys_of_its_segments_alone() {
        let mut draws = draws();
        let mut ring = Keyring::new(&mut draws);
        let before = ring.clone();
        assert_eq!(segments().map(Segment::start).collect::<Vec<_>>(), [0, 0, 0x20, 0xffe0]);
        ring.rotation = Some(Rotation::new(draws.key(), segments()));
        let during = ring.clone();
        assert_eq!(ring.rotation.as_ref().unwrap().segments().count(), 3);
        ring.end_rotation();
        for segment in Segment::all() {
            let now: Vec<Secret> = ring.segment_keys(segment).collect();
            let old: Vec<Secret> = before.segment_keys(segment).collect();
            let both: Vec<Secret> = during.segment_keys(segment).collect();
            if segments().any(|rotated| rotated == segment) {
                assert_eq!(both, [now.clone(), old.clone()].concat());
                assert_ne!(now, old);
            } else {
                assert_eq!((&now, &both), (&old, &old));
            }
        }
    }
}
