//! Opening a home: the passphrase file in its two copies, the side that it leads to, and what else a passphrase asks for.
//!
//! What a passphrase drops must be gone from the disk before anything of the profile that it opens is shown. Nothing here
//! may tell whether a home has a second profile.

use azalai_store::{Disk, Duress, Keys, Opening, Side, Slots, SlotsError, Store, Vault, erase_keyring};
use rand_chacha::ChaCha20Rng;
use std::sync::Arc;

use crate::attempts;
use crate::error::NodeError;
use crate::node::{Home, Node};

/// Name of the file with the passphrase slots. It is written last: a home without it holds no project.
pub(crate) const SLOTS_FILE: &str = "slots";

/// Its second copy, written when the first is durable.
pub(crate) const SLOTS_COPY_FILE: &str = "slots-2";

/// There from before the first byte of a new home until it can be opened. A keyring without it and without slots is
/// not ours to remove: the slots may come back from a backup.
pub(crate) const UNFINISHED_FILE: &str = "unfinished";

/// The small files of a home.
#[derive(Debug, Clone)]
pub struct Disks<D> {
    /// Those of the home: its slots.
    pub root: D,
    /// Those of its two profiles; none in a home that has one profile, whose files lie beside the slots.
    pub sides: Option<[D; 2]>,
}

impl<D> Disks<D> {
    /// The disk of a profile on this side.
    #[must_use]
    pub fn of(&self, side: Side) -> Option<&D> {
        match (side, &self.sides) {
            (Side::Whole, _) => Some(&self.root),
            (Side::One, Some([one, _])) => Some(one),
            (Side::Two, Some([_, two])) => Some(two),
            (Side::One | Side::Two, None) => None,
        }
    }
}

/// Where in its home a profile lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) side: Side,
    /// The slot that opened it.
    pub(crate) slot: usize,
    /// Its other slot.
    pub(crate) mate: usize,
}

impl Place {
    pub(crate) fn of(opening: &Opening) -> Option<Self> {
        let Opening { side, slot, mate, .. } = *opening;
        (side != Side::Whole).then_some(Self { side, slot, mate })
    }

    /// The two slots of the other profile.
    pub(crate) fn others(self) -> impl Iterator<Item = usize> {
        (0..azalai_store::limits::SLOTS).filter(move |index| *index != self.slot && *index != self.mate)
    }
}

/// What a passphrase leads to. Nothing was changed yet.
#[derive(Debug)]
pub struct Found<D> {
    disks: Disks<D>,
    slots: Slots,
    opening: Opening,
    /// Whether the other profile was dropped, once that was tried.
    dropped: Option<bool>,
}

impl<D: Disk + Clone> Found<D> {
    /// Does what the passphrase asks for before anything is opened: a database that cannot be opened must not keep the
    /// other profile from being dropped. Whoever stands beside must see no error: what fails is done by the next opening.
    pub async fn obey(&mut self, rng: &mut ChaCha20Rng) {
        if self.dropped.is_none() && self.opening.duress == Duress::Drops {
            self.dropped = Some(self.drop_other(rng).await.is_ok());
        }
    }

    /// The side whose store is to be opened.
    #[must_use]
    pub fn side(&self) -> Side {
        self.opening.side
    }

    /// Whether nothing else is asked for than to open: whoever has the profile open already may go on with it.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.opening.duress == Duress::No
    }

    /// Puts a passphrase into the profile's other slot.
    pub(crate) async fn replace_mate(&self, passphrase: &str, rng: &mut ChaCha20Rng) -> Result<(), NodeError> {
        let Opening { key, side, slot, mate, .. } = &self.opening;
        let slots = self.slots.with(rng, (*mate, *slot), passphrase, (key, *side, Duress::No))?;
        change_slots(&self.disks.root, &self.slots, &slots).await
    }

    /// Drops what the passphrase asks to drop, durably: the slots of the other profile, then its keyring. Cut short, it
    /// is done by the next opening with this passphrase, and until then all is as before or the other profile is gone.
    async fn drop_other(&mut self, rng: &mut ChaCha20Rng) -> Result<(), NodeError> {
        let cleared = self.slots.without(rng, self.opening.others());
        let before = core::mem::replace(&mut self.slots, cleared);
        // Each of them counts, whatever becomes of the others.
        let slots = change_slots(&self.disks.root, &before, &self.slots).await;
        if let Some(other) = self.opening.side.other().and_then(|side| self.disks.of(side)) {
            erase_keyring(other, rng).await?;
        }
        slots
    }
}

/// The copies of the passphrase file that can be read, the first one first. One that is like it is left out.
async fn read_slots<D: Disk>(disk: &D) -> Result<Vec<Slots>, NodeError> {
    let (first, copy) = (disk.read(SLOTS_FILE).await, disk.read(SLOTS_COPY_FILE).await);
    if matches!((&first, &copy), (Ok(None), Ok(None))) {
        return Err(NodeError::NoHome);
    }
    let (mut read, mut wrong) = (Vec::new(), None);
    for bytes in [first, copy] {
        match bytes {
            Ok(Some(bytes)) => match Slots::from_bytes(&bytes) {
                Ok(slots) if !read.contains(&slots) => read.push(slots),
                Ok(_) => {}
                Err(error) => wrong = wrong.or(Some(NodeError::Slots(error))),
            },
            Ok(None) => {}
            Err(error) => wrong = wrong.or(Some(error.into())),
        }
    }
    if read.is_empty() { Err(wrong.unwrap_or(NodeError::NoHome)) } else { Ok(read) }
}

/// Writes both copies, the second when the first is durable.
pub(crate) async fn write_slots<D: Disk>(disk: &D, slots: &Slots) -> Result<(), NodeError> {
    let bytes = slots.to_bytes();
    disk.write_atomic(SLOTS_FILE, &bytes).await?;
    Ok(disk.write_atomic(SLOTS_COPY_FILE, &bytes).await?)
}

/// A copy that is there and can be read, or what is wrong with it.
async fn copy_of<D: Disk>(disk: &D, name: &str) -> Result<Option<Slots>, NodeError> {
    disk.read(name).await?.map(|bytes| Slots::from_bytes(&bytes).map_err(NodeError::Slots)).transpose()
}

/// Writes into both copies, the second when the first is durable, what made `after` of `before`. In all other slots each
/// copy stays as it is: one of them may be damaged or old there, and only a passphrase that nobody gave now could tell.
/// A copy that is not there, or cannot be read, becomes `after`.
pub(crate) async fn change_slots<D: Disk>(disk: &D, before: &Slots, after: &Slots) -> Result<(), NodeError> {
    for name in [SLOTS_FILE, SLOTS_COPY_FILE] {
        let there = copy_of(disk, name).await.ok().flatten();
        let changed = there.and_then(|there| there.changed_as(before, after));
        disk.write_atomic(name, &changed.as_ref().unwrap_or(after).to_bytes()).await?;
    }
    Ok(())
}

/// A copy of the passphrase file to change: the first that can be read. What is made of it goes through
/// [`change_slots`], which leaves the other its slots.
pub(crate) async fn slots_of<D: Disk>(disk: &D) -> Result<Slots, NodeError> {
    read_slots(disk).await?.into_iter().next().ok_or(NodeError::NoHome)
}

/// The copy that a passphrase opens. If they differ, all of it is put in the place of one that the passphrase does not open,
/// and its slot alone into one that it opens too.
async fn look_at<D: Disk>(disk: &D, passphrase: &str) -> Result<(Slots, Opening), NodeError> {
    let copies = read_slots(disk).await?;
    let differ = copies.len() > 1;
    for slots in copies {
        match slots.look(passphrase) {
            Ok(opening) => {
                for name in [SLOTS_FILE, SLOTS_COPY_FILE] {
                    let there = copy_of(disk, name).await.ok().flatten();
                    let mended = there.as_ref().and_then(|there| there.with_opened(&slots, &opening));
                    let mended = mended.as_ref().unwrap_or(&slots);
                    if there.as_ref() != Some(mended) {
                        // What opens can be used: a disk that takes no write will say so when something is saved.
                        let _ = disk.write_atomic(name, &mended.to_bytes()).await;
                    }
                }
                return Ok((slots, opening));
            }
            Err(SlotsError::WrongPassphrase) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(if differ { NodeError::SlotsDiffer } else { NodeError::WrongPassphrase })
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Whether a home holds a project. `disk`: the one that its slots lie on.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn exists(disk: &D) -> Result<bool, NodeError> {
        Ok(disk.len(SLOTS_FILE).await?.is_some() || disk.len(SLOTS_COPY_FILE).await?.is_some())
    }

    /// Whether a passphrase opens a home that may be open already. Costs what opening costs.
    ///
    /// # Errors
    /// [`NodeError::NoHome`], [`NodeError::WrongPassphrase`], [`NodeError::SlotsDiffer`], those of the storage.
    pub async fn check_passphrase(disk: &D, passphrase: &str) -> Result<(), NodeError> {
        look_at(disk, passphrase).await.map(drop)
    }

    /// Puts a new passphrase in the place of one that opens this home; every other one stays as it is. After a crash
    /// there is the old or the new one. The caller sees to it that nobody else writes to the home.
    ///
    /// The keys of the home stay: who kept a copy of the old file and knows the old passphrase still opens what is here.
    ///
    /// # Errors
    /// [`NodeError::NoHome`], [`NodeError::WrongPassphrase`], [`NodeError::SlotsDiffer`]; [`NodeError::Slots`] for an
    /// empty one and for one that opens another profile here; those of the storage.
    pub async fn change_passphrase(disk: &D, old: &str, new: &str, rng: &mut ChaCha20Rng) -> Result<(), NodeError> {
        let (slots, Opening { key, side, duress, slot, mate, .. }) = look_at(disk, old).await?;
        change_slots(disk, &slots, &slots.with(rng, (slot, mate), new, (&key, side, duress))?).await
    }

    /// What a passphrase leads to in a home. Wrong ones are counted, and after some of them the next is not even tried
    /// for a while. The caller sees to it that nobody else writes to the home.
    ///
    /// # Errors
    /// [`NodeError::NoHome`], [`NodeError::TooSoon`], [`NodeError::WrongPassphrase`], [`NodeError::SlotsDiffer`], those
    /// of the storage.
    pub async fn look(disks: Disks<D>, passphrase: &str, now_ms: u64) -> Result<Found<D>, NodeError> {
        attempts::may_try(&disks.root, now_ms).await?;
        match look_at(&disks.root, passphrase).await {
            Ok((slots, opening)) => {
                attempts::forget(&disks.root).await;
                Ok(Found { disks, slots, opening, dropped: None })
            }
            Err(error) => {
                if matches!(error, NodeError::WrongPassphrase | NodeError::SlotsDiffer) {
                    attempts::count(&disks.root, now_ms).await;
                }
                Err(error)
            }
        }
    }

    /// Opens the profile that a passphrase led to, after what it asks for was done. `store`: that of [`Found::side`]. No
    /// other profile of this home may be open in this or another process.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn enter(mut found: Found<D>, store: S, mut rng: ChaCha20Rng, now_ms: u64) -> Result<Self, NodeError> {
        found.obey(&mut rng).await;
        let dropped = found.dropped.unwrap_or_default();
        if let Some(other) = found.opening.side.other().and_then(|side| found.disks.of(side)) {
            // Whether anything opens it or not: where one copy is gone the other takes its place.
            azalai_store::mend_keyring(other).await;
        }
        let disk = found.disks.of(found.opening.side).ok_or(NodeError::NoHome)?.clone();
        let place = Place::of(&found.opening);
        // A making that was stopped at its last step: this is a home, and not another's to clear.
        if found.disks.root.len(UNFINISHED_FILE).await?.is_some() {
            found.disks.root.remove(UNFINISHED_FILE).await?;
        }
        let keys = Keys::open(disk, found.opening.key.clone(), &mut rng).await?;
        if place.is_some() && found.opening.duress != Duress::Drops {
            // As many files are written, whichever passphrase it was.
            let _ = change_slots(&found.disks.root, &found.slots, &found.slots).await;
            let _ = keys.renew().await;
        }
        let keys = Arc::new(keys);
        let vault = Vault::unlock(store, Arc::clone(&keys)).await?;
        let mut node = Self::load(vault, keys, rng).await?;
        node.place = place;
        if found.opening.duress != Duress::No && node.leave_mark(dropped, now_ms).await.is_ok() && dropped {
            let slots = found.slots.at_rest(&mut node.rng, &found.opening)?;
            // If this fails it is all done once more at the next opening.
            let _ = change_slots(&found.disks.root, &found.slots, &slots).await;
        }
        Ok(node)
    }

    /// Unlocks a home that has one profile.
    ///
    /// # Errors
    /// [`NodeError::NoHome`], [`NodeError::WrongPassphrase`], [`NodeError::SlotsDiffer`], those of the storage.
    pub async fn open(home: Home<S, D>, passphrase: &str, rng: ChaCha20Rng) -> Result<Self, NodeError> {
        let (slots, opening) = look_at(&home.disk, passphrase).await?;
        let disks = Disks { root: home.disk, sides: None };
        Self::enter(Found { disks, slots, opening, dropped: None }, home.store, rng, 0).await
    }

    /// On which side of its home this profile lies.
    #[must_use]
    pub fn side(&self) -> Side {
        self.place.map_or(Side::Whole, |place| place.side)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use azalai_store::{ArgonParams, MemoryDisk, MemoryStore, ProfileKey};
    use futures_lite::future::block_on;
    use rand_core::SeedableRng as _;

    use super::*;

    type Tested = Node<MemoryStore, MemoryDisk>;

    /// Bytes before the first slot, and of each.
    const HEAD: usize = 25;
    const SLOT: usize = 74;

    /// A passphrase file with three passphrases: one's, and its sheets'; and another profile's. With the slots of the
    /// last two, and the file as it was before them.
    fn made(rng: &mut ChaCha20Rng) -> (Slots, [usize; 2], Slots) {
        let params = ArgonParams::new(19 * 1024, 1).unwrap();
        let (old, one) = Slots::create_on(rng, params, "one", Side::One).unwrap();
        let (key, mut others) = (ProfileKey::random(rng), one.others());
        let (first, second) = (others.next().unwrap(), others.next().unwrap());
        let slots = old.with(rng, (one.mate, one.slot), "sheets", (&one.key, Side::One, Duress::No)).unwrap();
        let slots = slots.with(rng, (first, second), "two", (&key, Side::Two, Duress::No)).unwrap();
        (slots, [one.mate, first], old)
    }

    /// Guards against one damaged, torn or old copy of the passphrase file that takes the good one's place: whoever opens
    /// with another passphrase, or makes recovery sheets, would lock out the profile whose slot is damaged there.
    #[test]
    fn whichever_copy_is_damaged_torn_or_old_every_passphrase_goes_on_opening() {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let (slots, places, old) = made(&mut rng);
        let whole = slots.to_bytes();
        let changed_at = |at: usize| {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            bytes
        };
        let cases = [
            ("damaged where the sheets' slot is", changed_at(HEAD + SLOT * places[0] + 40)),
            ("damaged where the other profile's is", changed_at(HEAD + SLOT * places[1] + 40)),
            ("damaged in its salt", changed_at(HEAD - 1)),
            ("torn", whole[..100].to_vec()),
            ("old", old.to_bytes()),
        ];
        for name in [SLOTS_FILE, SLOTS_COPY_FILE] {
            for (what, bytes) in &cases {
                let disk = MemoryDisk::new();
                block_on(write_slots(&disk, &slots)).unwrap();
                block_on(disk.write_atomic(name, bytes)).unwrap();
                let opens = |passphrase: &str| block_on(Tested::check_passphrase(&disk, passphrase)).is_ok();
                assert!(opens("one"), "{name} {what}");
                assert!(opens("sheets") && opens("two"), "{name} {what}: after another opened");
                // What is changed is changed in both, and nothing else is.
                block_on(Tested::change_passphrase(&disk, "one", "uno", &mut rng)).unwrap();
                let before = block_on(slots_of(&disk)).unwrap();
                let (_, Opening { key, side, slot, mate, .. }) = block_on(look_at(&disk, "uno")).unwrap();
                let after = before.with(&mut rng, (mate, slot), "new sheets", (&key, side, Duress::No)).unwrap();
                block_on(change_slots(&disk, &before, &after)).unwrap();
                for copy in [SLOTS_FILE, SLOTS_COPY_FILE] {
                    let alone = MemoryDisk::new();
                    let bytes = block_on(disk.read(copy)).unwrap().unwrap();
                    block_on(alone.write_atomic(SLOTS_FILE, &bytes)).unwrap();
                    let opens = |passphrase: &str| block_on(Tested::check_passphrase(&alone, passphrase)).is_ok();
                    assert!(opens("uno") && opens("new sheets"), "{copy} of {name} {what}");
                    assert!(!opens("one") && !opens("sheets"), "{copy} of {name} {what}: an old passphrase opens");
                }
                assert!(opens("two"), "{name} {what}: after a change");
            }
        }
    }
}
