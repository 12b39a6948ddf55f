//! The few small files beside a store: slots, keyring, journal.
//!
//! An implementation must never answer a write before it is durable, and never show a half-written
//! [`Disk::write_atomic`].

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::StoreError;
use crate::faults::{Fault, FaultWhen, Faults, failure};
use crate::limits::FILE_NAME_MAX_BYTES;

/// Small named files in one flat folder. Names have 1 to 64 of `a-z 0-9 - _ .` and do not begin with a dot.
///
/// Every call may fail with [`StoreError::BadName`] and [`StoreError::Io`], every one that writes with
/// [`StoreError::Full`].
pub trait Disk: Send + Sync {
    /// The whole file; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError::FileTooLarge`] over [`crate::limits::FILE_MAX_BYTES`].
    fn read(&self, name: &str) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>> + Send;

    /// Makes or replaces the file: after a crash there is the old or the new one, after `Ok` the new one.
    ///
    /// # Errors
    /// Those of every write.
    fn write_atomic(&self, name: &str, bytes: &[u8]) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Adds bytes at the end, making the file if need be; durable on `Ok`. After a failure or a crash some of them
    /// may be there.
    ///
    /// # Errors
    /// Those of every write.
    fn append(&self, name: &str, bytes: &[u8]) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Length in bytes; `None` if there is no such file.
    ///
    /// # Errors
    /// Those of every call.
    fn len(&self, name: &str) -> impl Future<Output = Result<Option<u64>, StoreError>> + Send;

    /// Cuts the file to at most `len` bytes, durably; a shorter or missing file stays as it is.
    ///
    /// # Errors
    /// Those of every write.
    fn truncate(&self, name: &str, len: u64) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Removes the file, durably, if it is there.
    ///
    /// # Errors
    /// Those of every write.
    fn remove(&self, name: &str) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The names of all files, sorted.
    ///
    /// # Errors
    /// Those of every call.
    fn list(&self) -> impl Future<Output = Result<Vec<String>, StoreError>> + Send;
}

/// Refuses a name that could leave the folder or that some file system folds or reserves.
pub(crate) fn check_name(name: &str) -> Result<(), StoreError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    let good = (1..=FILE_NAME_MAX_BYTES).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(plain);
    if good { Ok(()) } else { Err(StoreError::BadName { name: name.chars().take(FILE_NAME_MAX_BYTES).collect() }) }
}

/// A disk in memory. Clones share their content.
#[derive(Debug, Clone, Default)]
pub struct MemoryDisk(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    files: BTreeMap<String, Vec<u8>>,
    faults: Faults,
}

impl MemoryDisk {
    /// An empty disk.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a restart would find: a disk of its own with all that is durable now, without planned failures.
    #[must_use]
    pub fn crash(&self) -> Self {
        let files = self.lock().files.clone();
        Self(Arc::new(Mutex::new(Inner { files, faults: Faults::default() })))
    }

    /// Plans the failure of a later write of any file, counted from now. A second plan replaces the first.
    pub fn plan(&self, fault: Fault) {
        self.lock().faults.plan(fault);
    }

    /// One write: `edit` gets the files and how many bytes of the write reach them; `atomic` ones are never torn.
    fn write(
        &self,
        name: &str,
        atomic: bool,
        edit: impl FnOnce(&mut BTreeMap<String, Vec<u8>>, usize),
    ) -> Result<(), StoreError> {
        check_name(name)?;
        let mut inner = self.lock();
        let fault = inner.faults.next();
        match fault {
            Some(FaultWhen::Before | FaultWhen::Full) => {}
            Some(FaultWhen::Torn { .. }) if atomic => {}
            Some(FaultWhen::Torn { keep }) => edit(&mut inner.files, keep),
            None | Some(FaultWhen::After) => edit(&mut inner.files, usize::MAX),
        }
        fault.map_or(Ok(()), |when| Err(failure(when, &format!("writing {name}"))))
    }
}

impl Disk for MemoryDisk {
    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        check_name(name)?;
        Ok(self.lock().files.get(name).cloned())
    }

    async fn write_atomic(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.write(name, true, |files, _| {
            files.insert(name.to_owned(), bytes.to_vec());
        })
    }

    async fn append(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.write(name, false, |files, keep| {
            files.entry(name.to_owned()).or_default().extend(bytes.iter().take(keep));
        })
    }

    async fn len(&self, name: &str) -> Result<Option<u64>, StoreError> {
        check_name(name)?;
        Ok(self.lock().files.get(name).map(|bytes| bytes.len() as u64))
    }

    async fn truncate(&self, name: &str, len: u64) -> Result<(), StoreError> {
        self.write(name, true, |files, _| {
            if let Some(bytes) = files.get_mut(name) {
                bytes.truncate(usize::try_from(len).unwrap_or(usize::MAX));
            }
        })
    }

    async fn remove(&self, name: &str) -> Result<(), StoreError> {
        self.write(name, true, |files, _| {
            files.remove(name);
        })
    }

    async fn list(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.lock().files.keys().cloned().collect())
    }
}
