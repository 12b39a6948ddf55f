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

/// Name of its second copy, written when the first is durable: one damaged file locks nobody out.
pub const COPY: &str = "keyring-2";

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
        if disk.len(NAME).await?.is_some() {
            return Err(StoreError::Exists { what: "the file keyring" });
        }
        Self::replace(disk, profile, rng).await
    }

    /// The same in the place of whatever is there.
    ///
    /// # Errors
    /// Those of [`Disk::write_atomic`].
    pub async fn replace(
        disk: D,
        profile: ProfileKey,
        rng: &mut impl rand_core::CryptoRng,
    ) -> Result<Self, StoreError> {
        let mut draws = Draws::new(rng);
        let ring = Keyring::new(&mut draws);
        let sealed = ring.seal(&profile, &mut draws)?;
        write(&disk, &sealed).await?;
        Ok(Self::with(disk, profile, ring, draws))
    }

    /// Opens the file "keyring", or its copy if that is damaged or gone; what is wrong with either is mended.
    ///
    /// # Errors
    /// Those of the first file if neither opens: [`StoreError::Missing`], [`StoreError::Corrupt`],
    /// [`StoreError::UnknownVersion`], those of [`Disk::read`].
    pub async fn open(disk: D, profile: ProfileKey, rng: &mut impl rand_core::CryptoRng) -> Result<Self, StoreError> {
        let draws = Draws::new(rng);
        let read = |bytes: &Result<Option<Vec<u8>>, StoreError>| match bytes {
            Ok(Some(bytes)) => Keyring::open(bytes, &profile),
            Ok(None) => Err(StoreError::Missing { what: "the file keyring" }),
            Err(error) => Err(error.clone()),
        };
        let (first, copy) = (disk.read(NAME).await, disk.read(COPY).await);
        let (ring, whole) = match read(&first) {
            Ok(ring) => (ring, first.clone()),
            // A newer program's file is not ours to put an older copy over.
            Err(error @ StoreError::UnknownVersion { .. }) if read(&copy).is_err() => return Err(error),
            Err(error) => (read(&copy).map_err(|_| error)?, copy.clone()),
        };
        if let Ok(Some(whole)) = whole {
            for (name, there) in [(NAME, first), (COPY, copy)] {
                if there.ok().flatten().as_deref() != Some(&whole) {
                    // What can be read can be used; a disk that takes no write will say so when something is saved.
                    let _ = disk.write_atomic(name, &whole).await;
                }
            }
        }
        Ok(Self::with(disk, profile, ring, draws))
    }

    /// What opens this keyring.
    #[must_use]
    pub fn profile(&self) -> &ProfileKey {
        &self.profile
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

    /// Writes the file anew as it is, under a new salt.
    ///
    /// # Errors
    /// Those of [`Disk::write_atomic`].
    pub async fn renew(&self) -> Result<(), StoreError> {
        let _only_one = self.changing.lock().await;
        self.change(|_| {}).await
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
        write(&self.disk, &sealed).await?;
        *ring = changed;
        Ok(())
    }
}

/// Puts noise that no key opens in the place of a keyring and its copy.
///
/// # Errors
/// Those of [`Disk::write_atomic`].
pub async fn erase<D: Disk>(disk: &D, rng: &mut impl rand_core::CryptoRng) -> Result<(), StoreError> {
    let mut draws = Draws::new(rng);
    let ring = Keyring::new(&mut draws);
    let thrown_away = ProfileKey::random(rng);
    write(disk, &ring.seal(&thrown_away, &mut draws)?).await
}

/// Puts one copy of a keyring in the place of the other where that is gone or cut short, without its key.
pub async fn mend<D: Disk>(disk: &D) {
    let read = async |name| disk.read(name).await.ok().flatten().filter(|bytes| bytes.len() == crate::keyring::FILE);
    let (first, copy) = (read(NAME).await, read(COPY).await);
    // Whoever opens the profile will be told if this did not work.
    let _ = match (first, copy) {
        (Some(first), None) => disk.write_atomic(COPY, &first).await,
        (None, Some(copy)) => disk.write_atomic(NAME, &copy).await,
        _ => Ok(()),
    };
}

async fn write<D: Disk>(disk: &D, sealed: &[u8]) -> Result<(), StoreError> {
    disk.write_atomic(NAME, sealed).await?;
    disk.write_atomic(COPY, sealed).await
}
