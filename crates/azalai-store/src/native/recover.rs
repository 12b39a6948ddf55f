//! Saving what can be read of a damaged database.
//!
//! The damaged folder is kept under another name; from here on only copies of it are opened. The new database takes
//! the old one's place when it is durable, never before. sled itself, at the opening that found the damage, may have
//! zeroed what followed it in the log.

use std::fs;
use std::path::{Path, PathBuf};

use sled::Db;

use super::folder::{make_folder, sync_folder};
use super::mark::Mark;
use super::sled_store::{DATABASE, failed, guarded, open_sled};
use super::values;
use crate::error::StoreError;

/// The database that is being filled.
const REBUILT: &str = "rebuilt";
/// The copy that is being read.
const COPY: &str = "copy";
/// What one attempt copies into.
const ATTEMPT: &str = "attempt";

/// Items that are copied in one batch.
const CHUNK: usize = 256;

/// What was done about a damaged database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Where the damaged database lies now. Nothing uses it any more. `None` if nothing of it was lost: then it is
    /// removed.
    pub set_aside: Option<PathBuf>,
    /// Keys (and pieces of large values) that were copied into the new database.
    pub salvaged: u64,
    /// Groups of batches (each of one or more) whose traces are gone: the newest ones. 0 if only single pages could
    /// not be read, or nothing was lost.
    pub groups_lost: u64,
    /// Whether reading met damage among what it copied.
    pub damage_met: bool,
    /// Whether it is known that nothing was lost.
    whole: bool,
}

impl Recovery {
    /// Removes the old database if the new one, which must be durable, holds all of it.
    pub(super) fn drop_old(&mut self) -> Result<(), StoreError> {
        if self.whole
            && let Some(old) = self.set_aside.take()
        {
            remove_folder(&old)?;
        }
        Ok(())
    }
}

/// Ends a rescue that was interrupted: forwards if the old database is set aside already, otherwise backwards.
pub(super) fn finish(folder: &Path) -> Result<(), StoreError> {
    let (database, rebuilt) = (folder.join(DATABASE), folder.join(REBUILT));
    remove_folder(&folder.join(COPY))?;
    remove_folder(&folder.join(ATTEMPT))?;
    if !rebuilt.exists() {
        return Ok(());
    }
    if database.exists() { remove_folder(&rebuilt) } else { rename(&rebuilt, &database, folder) }
}

/// Copies what can be read into a new database, which takes the place of the old one. Where it fails, for want of room
/// or otherwise, everything is as it was.
pub(super) fn run(folder: &Path) -> Result<Recovery, StoreError> {
    let database = folder.join(DATABASE);
    rescue(folder).map_err(|error| {
        // What cannot be removed now is removed at the next opening.
        let _ = finish(folder);
        match error {
            StoreError::Full { .. } => {
                // At worst there are at once a copy, the best attempt so far and another.
                let needed_mib = size(&database).saturating_mul(3).div_ceil(1 << 20);
                StoreError::NoRoom { what: database.display().to_string(), needed_mib }
            }
            other => other,
        }
    })
}

/// Bytes of the files in a folder and the folders in it, as far as they can be looked at.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(found) if found.is_dir() => size(&entry.path()),
        found => found.map_or(0, |found| found.len()),
    });
    sizes.sum()
}

fn rescue(folder: &Path) -> Result<Recovery, StoreError> {
    let (database, rebuilt, copy) = (folder.join(DATABASE), folder.join(REBUILT), folder.join(COPY));
    let durable = Mark::read(folder);
    let mut best: Option<Salvage> = None;
    // In the order of how much sled is left to find out from its log alone. Of what they give, the most is kept.
    for without in [&[][..], &["snap."], &["snap.", "conf"]] {
        let attempt = folder.join(ATTEMPT);
        remove_folder(&copy)?;
        remove_folder(&attempt)?;
        copy_folder(&database, &copy, without)?;
        match open_sled(&copy).and_then(|from| guarded(|| salvage(&from, &attempt, durable))) {
            Ok(now) if best.as_ref().is_none_or(|best| now.items > best.items) => {
                remove_folder(&rebuilt)?;
                rename(&attempt, &rebuilt, folder)?;
                best = Some(now);
            }
            Ok(_) | Err(StoreError::Corrupt { .. }) => {}
            Err(error) => return Err(error),
        }
        if best.as_ref().is_some_and(|best| best.groups >= durable && !best.damaged) {
            break;
        }
    }
    remove_folder(&folder.join(ATTEMPT))?;
    remove_folder(&copy)?;
    let best = match best {
        Some(best) => best,
        None => salvage_nothing(&rebuilt, durable)?,
    };
    let set_aside = free_name(folder);
    rename(&database, &set_aside, folder)?;
    rename(&rebuilt, &database, folder)?;
    let groups_lost = durable.saturating_sub(best.groups);
    // Without a mark nobody knows what there was.
    let whole = durable > 0 && groups_lost == 0 && !best.damaged;
    Ok(Recovery { set_aside: Some(set_aside), salvaged: best.items, groups_lost, damage_met: best.damaged, whole })
}

/// What one attempt gave.
struct Salvage {
    items: u64,
    groups: u64,
    damaged: bool,
}

fn salvage_nothing(rebuilt: &Path, durable: u64) -> Result<Salvage, StoreError> {
    let db = open_sled(rebuilt)?;
    close(&db, rebuilt, durable)?;
    Ok(Salvage { items: 0, groups: 0, damaged: true })
}

/// Copies from the front up to the first damage, then from the back.
fn salvage(from: &Db, rebuilt: &Path, durable: u64) -> Result<Salvage, StoreError> {
    let to = open_sled(rebuilt)?;
    let mut damaged = false;
    for backwards in [false, true] {
        let mut items = from.iter();
        loop {
            let mut batch = sled::Batch::default();
            let mut end = false;
            for _ in 0..CHUNK {
                let item = guarded(|| {
                    let item = if backwards { items.next_back() } else { items.next() };
                    item.transpose().map_err(|error| failed("reading the damaged database", &error))
                });
                match item {
                    Ok(Some((key, value))) => batch.insert(key, value),
                    Ok(None) => end = true,
                    Err(error @ StoreError::Full { .. }) => return Err(error),
                    Err(_) => (damaged, end) = (true, true),
                }
                if end {
                    break;
                }
            }
            to.apply_batch(batch).map_err(|error| failed("writing the rebuilt database", &error))?;
            if end {
                break;
            }
        }
        if !damaged {
            break;
        }
    }
    let groups = values::groups(&to).map_err(|error| failed("reading the rebuilt database", &error))?;
    let items = to.len() as u64;
    close(&to, rebuilt, durable.max(groups))?;
    Ok(Salvage { items, groups, damaged })
}

/// Makes a new database durable. It counts on from where the old one was, or its loss would be found again.
fn close(db: &Db, folder: &Path, durable: u64) -> Result<(), StoreError> {
    let mut batch = sled::Batch::default();
    values::write_groups(&mut batch, durable);
    db.apply_batch(batch).map_err(|error| failed("writing the rebuilt database", &error))?;
    db.flush().map_err(|error| failed("flushing the rebuilt database", &error))?;
    let synced = fs::File::options().write(true).open(folder.join("db")).and_then(|file| file.sync_all());
    synced.map_err(|error| StoreError::io("syncing the rebuilt database", &error))?;
    sync_folder(folder)
}

fn free_name(folder: &Path) -> PathBuf {
    (1_u32..).map(|n| folder.join(format!("damaged-{n}"))).find(|path| !path.exists()).unwrap_or_default()
}

fn rename(from: &Path, to: &Path, folder: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(|error| StoreError::io(format!("renaming {}", from.display()), &error))?;
    sync_folder(folder)
}

fn remove_folder(folder: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::io(format!("removing {}", folder.display()), &error))
        }
        _ => Ok(()),
    }
}

/// Copies a folder and the folders in it, but no file whose name begins with one of `without`.
pub(super) fn copy_folder(from: &Path, to: &Path, without: &[&str]) -> Result<(), StoreError> {
    let doing = |error| StoreError::io(format!("copying {}", from.display()), &error);
    make_folder(to)?;
    for entry in fs::read_dir(from).map_err(doing)? {
        let entry = entry.map_err(doing)?;
        let (path, name) = (entry.path(), entry.file_name());
        if entry.file_type().map_err(doing)?.is_dir() {
            copy_folder(&path, &to.join(name), without)?;
        } else if !without.iter().any(|start| name.to_string_lossy().starts_with(start)) {
            fs::copy(&path, to.join(name)).map_err(doing)?;
        }
    }
    Ok(())
}
