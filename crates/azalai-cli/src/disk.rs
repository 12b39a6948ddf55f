//! How much of a disk a folder takes, and how much is free beside it. Reads sizes only, never a file.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::limits::MAX_FOLDER_DEPTH;

/// Bytes of one block, as file systems count them for `st_blocks`.
const BLOCK_BYTES: u64 = 512;

/// Bytes that a folder takes, and bytes that whoever runs this program may still write beside it. `None` where the
/// system does not say.
pub(crate) fn taken_and_free(folder: &Path) -> Option<(u64, u64)> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some((taken(folder, MAX_FOLDER_DEPTH), disk.f_bavail.saturating_mul(disk.f_frsize)))
}

/// What goes away while this looks counts as nothing.
fn taken(folder: &Path, depth: usize) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let sizes = entries.flatten().filter_map(|entry| {
        let about = entry.path().symlink_metadata().ok()?;
        let within = if about.is_dir() && depth > 0 { taken(&entry.path(), depth - 1) } else { 0 };
        Some(within.saturating_add(about.blocks().saturating_mul(BLOCK_BYTES)))
    });
    sizes.sum()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Guards against a disk that is said to be empty because what fills it lies one folder deeper.
    #[test]
    fn what_lies_in_inner_folders_is_counted() {
        let folder = std::env::temp_dir().join(format!("azalai-disk-{}", std::process::id()));
        fs::create_dir_all(folder.join("store")).unwrap();
        fs::write(folder.join("store/db"), vec![1; 100_000]).unwrap();
        let (taken, free) = taken_and_free(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert!((100_000..1_000_000).contains(&taken) && free > 0, "{taken} {free}");
        assert_eq!(taken_and_free(&folder), None);
    }
}
