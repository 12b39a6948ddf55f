//! A store in a folder, by sled: one tree, since a sled batch is atomic within one tree only.
//!
//! A folder must never be open twice. Reads block for as long as the disk takes.

use std::fs::{File, TryLockError};
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use azalai_envelope::ids::derive16;
use sled::Db;

use super::folder::{make_folder, private, sync_folder};
use super::mark::Mark;
use super::recover::{self, Recovery};
use super::reserve;
use super::values;
use super::writer::Writer;
use crate::error::StoreError;
use crate::limits::{SLED_CACHE_BYTES, SLED_LOCK_TRIES, SLED_LOCK_WAIT};
use crate::memory::PageBuilder;
use crate::store::{Batch, Cursor, Page, Space, Store, check_key};

/// sled's folder within the store's.
pub(super) const DATABASE: &str = "db";
const LOCK: &str = "lock";

/// A store in a folder.
#[derive(Debug)]
pub struct SledStore {
    // Dropped in this order: the writer ends, sled closes its file, the folder is free for the next process.
    writer: Writer,
    db: Db,
    identity: [u8; 16],
    _lock: FolderLock,
    _scratch: Option<Scratch>,
}

/// A folder that is removed when the store that lies in it is closed.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A folder that this process has for itself, until this is dropped.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
    read_only: bool,
}

impl FolderLock {
    /// Whether the folder lies on a disk that can only be read.
    #[must_use]
    pub const fn is_read_only(&self) -> bool {
        self.read_only
    }
}

/// A store that was opened, and what had to be done for it.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: SledStore,
    /// What was saved from a damaged database, if it was one.
    pub recovery: Option<Recovery>,
}

impl SledStore {
    /// Opens the store in `folder`, making it if need be (mode 0700). A database that sled cannot open, or that has
    /// lost acknowledged writes, is set aside, and what can be read of it is copied into a new one. On a full disk the
    /// store opens for reading only: see [`Store::refuses`].
    ///
    /// # Errors
    /// [`StoreError::InUse`] if another process (or this one) has it open; [`StoreError::NoRoom`] if it is damaged and
    /// the rescue finds no room; [`StoreError::Io`], [`StoreError::Full`], [`StoreError::ReadOnly`].
    pub fn open(folder: &Path) -> Result<Opened, StoreError> {
        let lock = lock_folder(folder)?;
        recover::finish(folder)?;
        let durable = Mark::read(folder);
        let mut full = !reserve::make(folder)?;
        let open = || open_sled(&folder.join(DATABASE)).and_then(|db| check_groups(db, durable));
        let mut opened = open();
        if matches!(opened, Err(StoreError::Full { .. })) && reserve::give_back(folder)? {
            full = true;
            opened = open();
        }
        match opened {
            Ok(db) => Ok(Opened { store: Self::with(folder, db, lock, full.then(no_room))?, recovery: None }),
            Err(StoreError::Corrupt { .. }) => Self::rescue(folder, lock),
            Err(error) => Err(error),
        }
    }

    /// Opens a store whose folder lies on a disk that can only be read, for reading only ([`Store::refuses`]). sled
    /// writes at each opening, so it works on a copy in `scratch`, a folder that is made for it and removed when the store
    /// is closed. A damaged database is not rescued here.
    ///
    /// # Errors
    /// [`StoreError::InUse`], [`StoreError::Corrupt`], [`StoreError::Missing`] if there is no database;
    /// [`StoreError::Full`] if there is no room for the copy.
    pub fn open_copy(folder: &Path, scratch: &Path) -> Result<Self, StoreError> {
        let lock = lock_folder(folder)?;
        if !folder.join(DATABASE).is_dir() {
            return Err(StoreError::Missing { what: "the database" });
        }
        make_folder(scratch)?;
        let removed = Scratch(scratch.to_path_buf());
        recover::copy_folder(&folder.join(DATABASE), &scratch.join(DATABASE), &[])?;
        let db = open_sled(&scratch.join(DATABASE)).and_then(|db| check_groups(db, Mark::read(folder)))?;
        let doing = "writing to the database, which is open for reading only".to_owned();
        let closed = Some(StoreError::ReadOnly { doing });
        Ok(Self { _scratch: Some(removed), ..Self::with(scratch, db, lock, closed)? })
    }

    /// Sets the database in `folder` aside although it opens, and copies what can be read into a new one: for when
    /// reads say [`StoreError::Corrupt`].
    ///
    /// # Errors
    /// As [`SledStore::open`].
    pub fn rebuild(folder: &Path) -> Result<Opened, StoreError> {
        let lock = lock_folder(folder)?;
        recover::finish(folder)?;
        Self::rescue(folder, lock)
    }

    fn rescue(folder: &Path, lock: FolderLock) -> Result<Opened, StoreError> {
        let mut recovery = recover::run(folder)?;
        let full = !reserve::make(folder)?;
        let db = open_sled(&folder.join(DATABASE))?;
        let store = Self::with(folder, db, lock, full.then(no_room))?;
        // The new database is durable and open.
        recovery.drop_old()?;
        Ok(Opened { store, recovery: Some(recovery) })
    }

    fn with(folder: &Path, db: Db, lock: FolderLock, closed: Option<StoreError>) -> Result<Self, StoreError> {
        let database = folder.join(DATABASE);
        let synced = |name: &str| {
            let path = database.join(name);
            let file = File::options().read(true).write(true).open(&path);
            let file = file.and_then(|file| file.sync_all().map(|()| file));
            file.map_err(|error| StoreError::io(format!("syncing {}", path.display()), &error))
        };
        // sled syncs its snapshots itself. It never syncs its settings, nor any folder.
        synced("conf")?;
        let identity = identity(&database.join("conf"))?;
        let file = synced("db")?;
        sync_folder(&database)?;
        sync_folder(folder)?;
        let writer = Writer::start(db.clone(), file, Mark::open(folder)?, closed)?;
        Ok(Self { writer, db, identity, _lock: lock, _scratch: None })
    }
}

fn no_room() -> StoreError {
    StoreError::Full { doing: "writing to the database, which is open for reading only".to_owned() }
}

impl Store for SledStore {
    async fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        check_key(key)?;
        let head_key = values::head_key(space, key);
        guarded(|| {
            loop {
                let Some(head) = self.db.get(&head_key).map_err(|error| failed("reading the database", &error))? else {
                    return Ok(None);
                };
                if let Some(value) = values::read(&self.db, &head, "an item of the database")? {
                    return Ok(Some(value));
                }
                // The pieces are gone: the value was replaced after its head was read, or the database has lost them.
                if self.db.get(&head_key).map_err(|error| failed("reading the database", &error))? == Some(head) {
                    return Err(StoreError::Corrupt { what: "an item of the database".to_owned() });
                }
            }
        })
    }

    async fn scan(&self, space: Space, after: Option<&Cursor>, limit: usize) -> Result<Page, StoreError> {
        let (first, end) = values::head_range(space);
        let from = after.map_or(Bound::Included(first), |at| Bound::Excluded(values::head_key(space, at.key())));
        let mut page = PageBuilder::new(limit);
        guarded(|| {
            for item in self.db.range((from, Bound::Excluded(end))) {
                if page.is_full() {
                    return Ok(page.more());
                }
                let (head_key, head) = item.map_err(|error| failed("reading the database", &error))?;
                match values::read(&self.db, &head, "an item of the database") {
                    Ok(Some(value)) => page.push(values::logical_key(&head_key), value),
                    // Either replaced meanwhile, when a scan need not show it, or damaged.
                    Ok(None) if self.db.get(&head_key).ok().flatten() != Some(head) => {}
                    _ => page.damaged(values::logical_key(&head_key)),
                }
            }
            Ok(page.end())
        })
    }

    async fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        batch.check()?;
        self.writer.write(batch).await
    }

    async fn stage(&self, batch: Batch) -> Result<(), StoreError> {
        batch.check()?;
        self.writer.stage(batch).await
    }

    fn identity(&self) -> Option<[u8; 16]> {
        Some(self.identity)
    }

    fn refuses(&self) -> Option<StoreError> {
        self.writer.refuses()
    }
}

/// What no copy of the database shares: the number of its settings' file, which sled writes once, and when that file
/// was last changed, which no program that copies or restores can set. Some card file systems number files anew each
/// time they are mounted; then it changes without need, which costs its user a new chain and nothing else.
fn identity(settings: &Path) -> Result<[u8; 16], StoreError> {
    let doing = |error| StoreError::io(format!("looking at {}", settings.display()), &error);
    let found = std::fs::metadata(settings).map_err(doing)?;
    #[cfg(unix)]
    let parts = {
        use std::os::unix::fs::MetadataExt as _;
        [found.ino().to_be_bytes(), found.ctime().to_be_bytes(), found.ctime_nsec().to_be_bytes()]
    };
    #[cfg(not(unix))]
    let parts = {
        let made = found.created().map_err(doing)?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        [made.as_secs().to_be_bytes(), u64::from(made.subsec_nanos()).to_be_bytes()]
    };
    Ok(derive16("azalai 1 store identity", &parts.each_ref().map(|part| part.as_slice())))
}

/// Takes a folder for this process, made if it is not there, for as long as what comes back is held; at once or not at all.
/// On a disk that can only be read others can be kept out as well.
///
/// # Errors
/// [`StoreError::InUse`] if it is taken; [`StoreError::Io`], [`StoreError::Full`].
pub fn lock_folder(folder: &Path) -> Result<FolderLock, StoreError> {
    make_folder(folder)?;
    let path = folder.join(LOCK);
    let doing = || format!("locking {}", path.display());
    let file = private().write(true).create(true).truncate(false).open(&path);
    let (file, read_only) = match file {
        Err(error) if error.kind() == std::io::ErrorKind::ReadOnlyFilesystem => {
            // The folder itself, should it have no such file.
            (File::open(&path).or_else(|_| File::open(folder)), true)
        }
        file => (file, false),
    };
    let file = file.map_err(|error| StoreError::io(doing(), &error))?;
    match file.try_lock() {
        Ok(()) => Ok(FolderLock { _file: file, read_only }),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { what: folder.display().to_string() }),
        Err(TryLockError::Error(error)) => Err(StoreError::io(doing(), &error)),
    }
}

/// Opens sled's folder. Whatever speaks for damaged files, a panic too, is [`StoreError::Corrupt`].
pub(super) fn open_sled(folder: &Path) -> Result<Db, StoreError> {
    make_folder(folder)?;
    drop_unfinished_snapshots(folder)?;
    let config =
        sled::Config::new().path(folder).cache_capacity(SLED_CACHE_BYTES).use_compression(false).flush_every_ms(None);
    let mut tries = 0;
    loop {
        let opened = guarded(|| Ok(config.open()));
        match opened? {
            // The folder is locked for us, so it is a database of our own that sled's threads have not let go of yet.
            Err(sled::Error::Io(error)) if tries < SLED_LOCK_TRIES && error.to_string().contains("acquire lock") => {
                tries += 1;
                std::thread::sleep(SLED_LOCK_WAIT);
            }
            opened => return opened.map_err(|error| failed(&format!("opening {}", folder.display()), &error)),
        }
    }
}

/// Removes snapshots that sled had not finished, for want of room or because it was killed: it would take one for the
/// newest, and its end for damage. The log holds all that is in them.
fn drop_unfinished_snapshots(folder: &Path) -> Result<(), StoreError> {
    let doing = |error| StoreError::io(format!("removing unfinished snapshots in {}", folder.display()), &error);
    for entry in std::fs::read_dir(folder).map_err(doing)? {
        let entry = entry.map_err(doing)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            std::fs::remove_file(entry.path()).map_err(doing)?;
        }
    }
    Ok(())
}

/// Refuses a database that has seen fewer groups of batches than were durable.
fn check_groups(db: Db, durable: u64) -> Result<Db, StoreError> {
    let groups = guarded(|| values::groups(&db).map_err(|error| failed("reading the database", &error)))?;
    if groups < durable {
        return Err(StoreError::Corrupt { what: "the end of the database".to_owned() });
    }
    Ok(db)
}

/// Runs what goes through sled, which panics on some damaged files, and on some errors of the system.
pub(super) fn guarded<T>(run: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        Err(stopped(said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default()))
    })
}

/// What a panic of sled means. It unwraps some results, and then says the system's error in its `Debug` form.
fn stopped(said: &str) -> StoreError {
    use std::io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    let told = [StorageFull, QuotaExceeded, ReadOnlyFilesystem];
    match told.into_iter().find(|kind| said.contains(&format!("{kind:?}"))) {
        Some(kind) => StoreError::io("working with the database", &kind.into()),
        None => StoreError::Corrupt { what: "the database (sled stopped)".to_owned() },
    }
}

/// sled's error as ours.
pub(super) fn failed(doing: &str, error: &sled::Error) -> StoreError {
    use std::io::ErrorKind;
    match error {
        // sled meets these only where its files are shorter than they were or hold what it never wrote.
        sled::Error::Io(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidData) => {
            StoreError::Corrupt { what: "the database".to_owned() }
        }
        sled::Error::Io(error) => StoreError::io(doing, error),
        other => StoreError::Corrupt { what: format!("the database ({other})") },
    }
}
