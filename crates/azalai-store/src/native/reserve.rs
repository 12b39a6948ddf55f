//! The file "reserve": room that is held back, so that a home opens on a disk that has become full.
//!
//! sled writes a few files at each opening. Where there is no room for them the reserve is given back to the disk, and
//! the store is open for reading only until an opening finds room for a new reserve. It must never be given back for
//! anything else, or a disk that fills up would use it unseen.

use std::io::Write as _;
use std::path::Path;

use super::folder::{private, sync_folder};
use crate::error::StoreError;
use crate::limits::{RESERVE_BYTES, ROOM_BYTES};

const NAME: &str = "reserve";

/// Makes the reserve if it is not there whole. Says whether there is one now: without room for it there is none.
pub(super) fn make(folder: &Path) -> Result<bool, StoreError> {
    let path = folder.join(NAME);
    if std::fs::metadata(&path).is_ok_and(|found| found.len() == RESERVE_BYTES) {
        return Ok(true);
    }
    let fill = || {
        let mut file = private().write(true).create(true).truncate(true).open(&path)?;
        // Written, not only sized: a file system gives a hole no room. Not zeros, which some keep as holes.
        let block = [0xa5; 4096];
        let mut left = RESERVE_BYTES + ROOM_BYTES;
        while left > 0 {
            let part = block.get(..usize::try_from(left).unwrap_or(block.len())).unwrap_or(&block);
            file.write_all(part)?;
            left = left.saturating_sub(part.len() as u64);
        }
        file.sync_all()?;
        file.set_len(RESERVE_BYTES)?;
        file.sync_all()
    };
    match fill().map_err(|error| StoreError::io(format!("writing {}", path.display()), &error)) {
        Ok(()) => sync_folder(folder).map(|()| true),
        Err(StoreError::Full { .. }) => give_back(folder).map(|_| false),
        Err(error) => Err(error),
    }
}

/// Gives the reserve back to the disk. Says whether there was one.
pub(super) fn give_back(folder: &Path) -> Result<bool, StoreError> {
    let path = folder.join(NAME);
    match std::fs::remove_file(&path) {
        Ok(()) => sync_folder(folder).map(|()| true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::io(format!("removing {}", path.display()), &error)),
    }
}
