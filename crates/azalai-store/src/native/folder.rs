//! Small files in a folder that only their owner may read.
//!
//! A write must not return before the bytes, and the name they stand under, are synced.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::disk::{Disk, check_name};
use crate::error::StoreError;
use crate::limits::FILE_MAX_BYTES;

/// A folder of small files. Its calls block for as long as the disk takes.
///
/// Two processes on one folder are kept apart by who opens it: a [`crate::SledStore`] beside it holds the lock.
#[derive(Debug, Clone)]
pub struct FolderDisk {
    folder: PathBuf,
}

impl FolderDisk {
    /// Opens the folder, making it and what is above it if need be (mode 0700).
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Full`].
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let folder = folder.into();
        make_folder(&folder)?;
        Ok(Self { folder })
    }

    fn path(&self, name: &str) -> Result<PathBuf, StoreError> {
        check_name(name)?;
        Ok(self.folder.join(name))
    }
}

impl Disk for FolderDisk {
    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path(name)?;
        let failed = |error| StoreError::io(format!("reading {}", path.display()), &error);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mut bytes = Vec::new();
        file.take(FILE_MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
        let got = bytes.len() as u64;
        if got > FILE_MAX_BYTES {
            return Err(StoreError::FileTooLarge { name: name.to_owned(), got, limit: FILE_MAX_BYTES });
        }
        Ok(Some(bytes))
    }

    async fn write_atomic(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.path(name)?;
        // A leading dot is no name that a caller can have, so a leftover of a crash is never taken for a file.
        let temporary = self.folder.join(format!(".{name}.new"));
        let write = || {
            let mut file = private().write(true).create(true).truncate(true).open(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&temporary, &path)
        };
        write().map_err(|error| StoreError::io(format!("writing {}", path.display()), &error))?;
        sync_folder(&self.folder)
    }

    async fn append(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.path(name)?;
        let failed = |error| StoreError::io(format!("adding to {}", path.display()), &error);
        let is_new = !path.exists();
        let mut file = private().append(true).create(true).open(&path).map_err(failed)?;
        file.write_all(bytes).and_then(|()| file.sync_data()).map_err(failed)?;
        if is_new { sync_folder(&self.folder) } else { Ok(()) }
    }

    async fn len(&self, name: &str) -> Result<Option<u64>, StoreError> {
        let path = self.path(name)?;
        match fs::metadata(&path) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io(format!("looking at {}", path.display()), &error)),
        }
    }

    async fn truncate(&self, name: &str, len: u64) -> Result<(), StoreError> {
        let path = self.path(name)?;
        if self.len(name).await?.is_none_or(|now| now <= len) {
            return Ok(());
        }
        let cut = || {
            let file = OpenOptions::new().write(true).open(&path)?;
            file.set_len(len)?;
            file.sync_all()
        };
        cut().map_err(|error| StoreError::io(format!("cutting {}", path.display()), &error))
    }

    async fn remove(&self, name: &str) -> Result<(), StoreError> {
        let path = self.path(name)?;
        match fs::remove_file(&path) {
            Ok(()) => sync_folder(&self.folder),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(StoreError::io(format!("removing {}", path.display()), &error)),
        }
    }

    async fn list(&self) -> Result<Vec<String>, StoreError> {
        let failed = |error| StoreError::io(format!("listing {}", self.folder.display()), &error);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if check_name(&name).is_ok() && entry.file_type().map_err(failed)?.is_file() {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}

/// How a file is opened that is made readable to its owner alone.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a folder, and what is above it, for its owner alone.
pub(super) fn make_folder(folder: &Path) -> Result<(), StoreError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| StoreError::io(format!("making the folder {}", folder.display()), &error))?;
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent),
        _ => Ok(()),
    }
}

/// Makes the names in a folder durable. Windows has no such call, and needs none for its journalled names.
pub(super) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    if cfg!(windows) {
        return Ok(());
    }
    let synced = File::open(folder).and_then(|handle| handle.sync_all());
    synced.map_err(|error| StoreError::io(format!("syncing the folder {}", folder.display()), &error))
}
