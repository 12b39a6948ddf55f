//! A relay in a folder: its key, its store, its certificates.

use std::path::Path;
use std::sync::Arc;

use azalai_envelope::codec::{DecodeError, Reader};
use azalai_envelope::{DeviceKeys, ProjectId, RelayPublic};
use azalai_store::{Disk, FolderDisk, Recovery, SledStore, Store as _, StoreError};
use azalai_sync::Responder;
use azalai_sync::responder::AdmitError;
use rand_core::UnwrapErr;

/// Name of the file with the relay's secret keys: version 1, then 64 bytes. Made with mode 0600.
const KEY_FILE: &str = "relay.key";

/// Version of the key file.
const KEY_VERSION: u8 = 1;

/// Why a relay could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The store or a file failed.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The key file has another form.
    #[error("relay.key: {0}")]
    Key(#[from] DecodeError),
}

/// A relay.
#[derive(Debug)]
pub struct Relay {
    responder: Arc<Responder<Arc<SledStore>>>,
    recovery: Option<Recovery>,
    refuses: Option<StoreError>,
}

/// The public keys of the relay in `folder`; makes folder and keys if there are none. Works beside a running relay.
///
/// # Errors
/// [`RelayError`] if the key file cannot be read or made.
pub async fn relay_key(folder: &Path) -> Result<RelayPublic, RelayError> {
    Ok(keys(folder).await?.public())
}

async fn keys(folder: &Path) -> Result<DeviceKeys, RelayError> {
    let disk = FolderDisk::open(folder)?;
    if let Some(bytes) = disk.read(KEY_FILE).await? {
        let mut reader = Reader::new(&bytes);
        return match reader.u8("version")? {
            KEY_VERSION => Ok(DeviceKeys::from_bytes(reader.take("keys", reader.left())?)?),
            got => Err(DecodeError::UnknownVersion { field: "relay.key", got }.into()),
        };
    }
    let keys = DeviceKeys::generate(&mut UnwrapErr(getrandom::SysRng));
    let bytes = [[KEY_VERSION].as_slice(), &keys.to_bytes()].concat();
    disk.write_atomic(KEY_FILE, &bytes).await?;
    Ok(keys)
}

impl Relay {
    /// Opens the relay in `folder`, making what is not there. `quota`: bytes of envelopes for each project, over
    /// which the oldest are given up.
    ///
    /// # Errors
    /// [`RelayError`]; [`StoreError::InUse`] in it if another process has it open.
    pub async fn open(folder: &Path, quota: u64) -> Result<Self, RelayError> {
        let keys = keys(folder).await?;
        let opened = SledStore::open(folder)?;
        Self::over(keys, opened.store, opened.recovery, quota).await
    }

    /// Opens a relay on a disk that can only be read: what it holds is given out, from a copy of the database in `scratch`,
    /// and nothing is taken.
    ///
    /// # Errors
    /// [`RelayError`]; it must have been made and have a key.
    pub async fn open_copy(folder: &Path, scratch: &Path, quota: u64) -> Result<Self, RelayError> {
        let keys = keys(folder).await?;
        Self::over(keys, SledStore::open_copy(folder, scratch)?, None, quota).await
    }

    async fn over(
        keys: DeviceKeys,
        store: SledStore,
        recovery: Option<Recovery>,
        quota: u64,
    ) -> Result<Self, RelayError> {
        let refuses = store.refuses();
        let responder = Responder::relay(keys, Arc::new(store), quota).await?;
        Ok(Self { responder: Arc::new(responder), recovery, refuses })
    }

    /// Its public keys.
    #[must_use]
    pub fn public(&self) -> RelayPublic {
        self.responder.key_document().keys
    }

    /// What was saved of a damaged database when it was opened.
    #[must_use]
    pub const fn recovery(&self) -> Option<&Recovery> {
        self.recovery.as_ref()
    }

    /// Why nothing new is taken, if that was so when it was opened: the disk was full, or can only be read. What is kept
    /// is given out.
    #[must_use]
    pub const fn refuses(&self) -> Option<&StoreError> {
        self.refuses.as_ref()
    }

    /// What answers, for [`crate::router`].
    #[must_use]
    pub fn responder(&self) -> Arc<Responder<Arc<SledStore>>> {
        Arc::clone(&self.responder)
    }

    /// Deletes what is older than so many days: [`Responder::keep_days`].
    ///
    /// # Errors
    /// [`StoreError`] if the disk is full or failed; nothing else is lost, and it is done at the next call.
    pub async fn keep_days(&self, days: u16, now_ms: u64) -> Result<(), StoreError> {
        self.responder.keep_days(days, now_ms).await
    }

    /// Takes a certificate: admits its project, or closes the epochs before it.
    ///
    /// # Errors
    /// [`AdmitError`]: no certificate, or one that names another relay's key (it says which).
    pub async fn admit(&self, certificate: &[u8]) -> Result<ProjectId, AdmitError> {
        self.responder.admit(certificate).await
    }
}
