//! The file "mark": how many groups of batches were durable at least, told from outside the database.
//!
//! sled takes damage in its log for the log's end and goes on without what followed, in silence. So each group also
//! counts itself in the tree, and a tree that counts less than this file has lost something. The file is written
//! after each sync and never synced itself but at the end: it must never say more than is durable, it may say less.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use azalai_envelope::codec::{Reader, Writer};
use azalai_envelope::ids::derive8;

use super::folder::private;
use crate::error::StoreError;

const NAME: &str = "mark";
const CONTEXT: &str = "azalai 1 store mark";

/// The open file.
#[derive(Debug)]
pub(super) struct Mark(File);

impl Mark {
    pub(super) fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(NAME);
        let file = private().write(true).create(true).truncate(false).open(&path);
        file.map(Self).map_err(|error| StoreError::io(format!("opening {}", path.display()), &error))
    }

    /// How many groups were durable; 0 if the file is not there or torn.
    pub(super) fn read(folder: &Path) -> u64 {
        let bytes = std::fs::read(folder.join(NAME)).unwrap_or_default();
        let mut reader = Reader::new(&bytes);
        match (reader.u64("groups"), reader.array::<8>("check")) {
            (Ok(groups), Ok(check)) if check == derive8(CONTEXT, &[&groups.to_be_bytes()]) => groups,
            _ => 0,
        }
    }

    /// Notes that so many groups are durable. A failure only makes a later loss go unseen.
    pub(super) fn write(&mut self, groups: u64) {
        let mut writer = Writer::new();
        writer.u64(groups).raw(&derive8(CONTEXT, &[&groups.to_be_bytes()]));
        let _ = self.0.seek(SeekFrom::Start(0)).and_then(|_| self.0.write_all(&writer.finish()));
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        let _ = self.0.sync_data();
    }
}
