//! The open keyring that a vault and a journal share, with the disk that it is written to.
//!
//! A change is durable in the file before it counts in memory; a replaced key is wiped from memory.

use std::sync::{Mutex, PoisonError};

use tokio::sync::RwLock;

use crate::disk::Disk;
use crate::error::StoreError;
use crate::keyring::Keyring;
use crate::secret::{Draws, ProfileKey, SALT, Secret};

/// Name of the file.
pub const NAME: &str = "keyring";

/// The open keyring of one profile. It is shared as `Arc<Keys<D>>`.
#[derive(Debug)]
pub struct Keys<D> {
    disk: D,
    profile: ProfileKey,
    /// Who re-encrypts items takes this in writing, so that nobody reads or writes one meanwhile.
    pub(crate) ring: RwLock<Keyring>,
    /// Held through one whole change of keys: only one is ever under way.
    pub(crate) changing: tokio::sync::Mutex<()>,
    draws: Mutex<Draws>,
}

impl<D: Disk> Keys<D> {
    /// Makes the file "keyring" with new keys.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if there is one; those of [`Disk::write_atomic`].
    pub async fn create(disk: D, profile: ProfileKey, rng: &mut impl rand_core::CryptoRng) -> Result<Self, StoreError> {
        let mut draws = Draws::new(rng);
        if disk.len(NAME).await?.is_some() {
            return Err(StoreError::Exists { what: "the file keyring" });
        }
        let ring = Keyring::new(&mut draws);
        let sealed = ring.seal(&profile, &mut draws)?;
        disk.write_atomic(NAME, &sealed).await?;
        Ok(Self::with(disk, profile, ring, draws))
    }

    /// Opens the file "keyring".
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Corrupt`], [`StoreError::UnknownVersion`], those of [`Disk::read`].
    pub async fn open(disk: D, profile: ProfileKey, rng: &mut impl rand_core::CryptoRng) -> Result<Self, StoreError> {
        let draws = Draws::new(rng);
        let bytes = disk.read(NAME).await?.ok_or(StoreError::Missing { what: "the file keyring" })?;
        let ring = Keyring::open(&bytes, &profile)?;
        Ok(Self::with(disk, profile, ring, draws))
    }

    fn with(disk: D, profile: ProfileKey, ring: Keyring, draws: Draws) -> Self {
        let changing = tokio::sync::Mutex::new(());
        Self { disk, profile, ring: RwLock::new(ring), changing, draws: Mutex::new(draws) }
    }

    /// The disk that the keyring lies on.
    #[must_use]
    pub fn disk(&self) -> &D {
        &self.disk
    }

    /// A random salt.
    pub(crate) fn salt(&self) -> [u8; SALT] {
        self.draws.lock().unwrap_or_else(PoisonError::into_inner).salt()
    }

    /// A random key.
    pub(crate) fn fresh(&self) -> Secret {
        self.draws.lock().unwrap_or_else(PoisonError::into_inner).key()
    }

    /// Changes the keyring: first the file, then what is in memory. The caller holds `changing`.
    pub(crate) async fn change(&self, edit: impl FnOnce(&mut Keyring) + Send) -> Result<(), StoreError> {
        let mut ring = self.ring.write().await;
        let mut changed = ring.clone();
        edit(&mut changed);
        let sealed = changed.seal(&self.profile, &mut self.draws.lock().unwrap_or_else(PoisonError::into_inner))?;
        self.disk.write_atomic(NAME, &sealed).await?;
        *ring = changed;
        Ok(())
    }
}
