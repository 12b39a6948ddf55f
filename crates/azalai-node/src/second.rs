//! A second profile in a home: a device of its own, by an invite of its own, that another passphrase opens.
//!
//! Until its passphrases stand in the slots, which is last, the side is noise as before. Whatever was on it is gone from
//! the first step on: nobody can tell whether there was anything.

use std::sync::Arc;

use azalai_envelope::DevicePublic;
use azalai_roster::Role;
use azalai_store::{Disk, Duress, Journal, Keys, ProfileKey, Side, SlotsError, Store, Vault};
use rand_core::{Rng as _, SeedableRng as _};

use crate::error::NodeError;
use crate::founding::{Joining, empty};
use crate::node::{Home, Node};
use crate::opening::{Disks, change_slots, slots_of};
use crate::restored::note_database;
use crate::spaces::PROFILE;

/// A second profile that does not exist yet.
#[derive(Debug)]
pub struct SecondProfile<'p> {
    /// An invite file of the same project, for a monitor.
    pub invite: &'p [u8],
    /// Its words.
    pub words: &'p str,
    /// How its device wants to be called.
    pub pseudonym: &'p str,
    /// What opens it.
    pub passphrase: &'p str,
    /// What opens it under duress, and what else that does.
    pub duress: Option<(&'p str, Duress)>,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// The side on which a second profile of this home would lie.
    ///
    /// # Errors
    /// [`NodeError::Invalid`] for a home that has room for one profile.
    pub fn other_side(&self) -> Result<Side, NodeError> {
        self.side().other().ok_or_else(|| {
            NodeError::Invalid(
                "this home was made by an older Azalai and has room for one profile; nothing was changed. Join with a \
                 new invite in a new folder to have a home with room for two"
                    .to_owned(),
            )
        })
    }

    /// Makes the second profile. Whatever else a passphrase of this home opened on the other side is lost. Killed before
    /// it returns, the other side may be noise; this profile is as it was.
    ///
    /// # Errors
    /// [`NodeError::Invalid`] for a home without a second side, an invite of another project or for another role;
    /// [`NodeError::Slots`] for a passphrase that is in use or empty; [`NodeError::Invite`]; those of the storage.
    pub async fn make_second(
        &mut self,
        disks: &Disks<D>,
        other: Home<S, D>,
        new: &SecondProfile<'_>,
        now_ms: u64,
    ) -> Result<DevicePublic, NodeError> {
        let side = self.other_side()?;
        let place = self.place.ok_or(NodeError::NoHome)?;
        let mut rng = rand_chacha::ChaCha20Rng::from_seed({
            let mut seed = [0; 32];
            self.rng.fill_bytes(&mut seed);
            seed
        });
        let mut joining = Joining::with(new.invite, new.words, new.pseudonym, &mut rng)?;
        if joining.package.root != self.profile.root {
            return Err(NodeError::Invalid("this invite is for another project: a home holds one".to_owned()));
        }
        if joining.package.role != Role::Monitor {
            return Err(NodeError::Invalid(
                "a second profile is a monitor's: what it can open, whoever makes you open it can read".to_owned(),
            ));
        }
        let mut others = place.others();
        let (Some(first), Some(mate)) = (others.next(), others.next()) else { return Err(NodeError::NoHome) };
        // Which of the two holds what is left to chance.
        let (first, mate) = if rng.next_u32() & 1 == 0 { (first, mate) } else { (mate, first) };
        let key = ProfileKey::random(&mut rng);
        let old = slots_of(&disks.root).await?;
        let cleared = old.without(&mut rng, [first, mate]);
        let mut slots = cleared.with(&mut rng, (first, mate), new.passphrase, (&key, side, Duress::No))?;
        if let Some((passphrase, duress)) = new.duress {
            if duress == Duress::No {
                return Err(NodeError::Slots(SlotsError::InUse));
            }
            slots = slots.with(&mut rng, (mate, first), passphrase, (&key, side, duress))?;
        }
        // Nothing was changed up to here.
        change_slots(&disks.root, &old, &cleared).await?;
        let keys = Arc::new(Keys::replace(other.disk, key, &mut rng).await?);
        Journal::begin(Arc::clone(&keys)).await?;
        empty(&other.store).await?;
        joining.batch.put(PROFILE, Vec::new(), joining.profile.encode());
        note_database(&other.store, &mut joining.batch);
        let vault = Vault::unlock(other.store, Arc::clone(&keys)).await?;
        vault.apply(joining.batch.clone()).await?;
        let mut second = Self::load(vault, keys, rng).await?;
        joining.claim(&mut second, now_ms).await?;
        second.hold_quiet().await?;
        let device = joining.profile.device.public();
        if new.duress.is_some() {
            let word = self.word_for(&device.signing, now_ms)?;
            second.hold_word(&[&word[..], &[0; 8]].concat()).await?;
        }
        drop(second);
        change_slots(&disks.root, &cleared, &slots).await?;
        Ok(device)
    }
}
