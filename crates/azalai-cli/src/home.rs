//! Homes on disk: a folder with the passphrase slots and two sides, each a folder with a database and small files. One
//! of them may be another profile's; nothing here may tell whether it is.

use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use azalai_node::{Disks, Home, Node, NodeError, Rooms};
use azalai_store::{ArgonParams, FolderDisk, FolderLock, Side, SledStore, Store as _, StoreError, lock_folder};
use rand_chacha::ChaCha20Rng;

use crate::args::Memory;
use crate::host;
use crate::output::{Failure, count};

/// The folder of the database within a side, or within a home that has none.
const STORE_FOLDER: &str = "store";

/// What is said of a rescue that lost nothing.
pub(crate) const REBUILT_WHOLE: &str =
    "azalai: the database was damaged; all of it could be read and was saved into a new one. Nothing was lost.";

/// The folders of the two sides.
const SIDES: [&str; 2] = ["one", "two"];

/// A file of the database whose times say in which place a home is (`docs/spec/at-rest.md`).
const NEVER_TOUCHED: &str = "conf";

/// A device on this machine.
pub(crate) type Device = Node<SledStore, FolderDisk>;

/// Where a new home's profile will be, and the rest of the home.
type NewRooms = (Home<SledStore, FolderDisk>, Rooms<SledStore, FolderDisk>);

/// A home that no other process has.
#[derive(Debug)]
pub(crate) struct Held {
    folder: PathBuf,
    disks: Disks<FolderDisk>,
    lock: FolderLock,
}

/// The home that the command line names, or the environment.
pub(crate) fn named(home: Option<&Path>) -> Result<PathBuf, Failure> {
    let home = home.map(Path::to_path_buf).or_else(host::home);
    home.ok_or_else(|| Failure::usage("which home? Give --home FOLDER, or set AZALAI_HOME"))
}

impl Held {
    /// Takes a home for this process; its folders are made if they are not there.
    pub(crate) fn take(folder: &Path) -> Result<Self, Failure> {
        if folder.exists() && !folder.is_dir() {
            return Err(Failure::failed(format!(
                "{} is a file, and a home is a folder; nothing was changed",
                folder.display()
            )));
        }
        let root = FolderDisk::open(folder)?;
        let lock = lock_folder(folder).map_err(|error| in_use(folder, error))?;
        // A home of an older program has its one database beside the slots.
        let sides = if folder.join(STORE_FOLDER).exists() {
            None
        } else {
            let [one, two] = SIDES.map(|side| FolderDisk::open(folder.join(side)));
            Some([one?, two?])
        };
        Ok(Self { folder: folder.to_path_buf(), disks: Disks { root, sides }, lock })
    }

    pub(crate) fn disks(&self) -> Disks<FolderDisk> {
        self.disks.clone()
    }

    /// Opens the database of a side, and says what had to be done for it.
    pub(crate) fn store(&self, side: Side) -> Result<SledStore, StoreError> {
        let folder = match side {
            Side::Whole => self.folder.clone(),
            Side::One => self.folder.join(SIDES[0]),
            Side::Two => self.folder.join(SIDES[1]),
        };
        let folder = folder.join(STORE_FOLDER);
        if self.lock.is_read_only() {
            let store = SledStore::open_copy(&folder, &host::scratch()?)?;
            host::say(
                "azalai: the disk can only be read. What is saved can be read, and taken along with `azalai bundle export`; \
                 nothing is written, and what a passphrase would delete is not deleted.",
            );
            return Ok(store);
        }
        let opened = SledStore::open(&folder)?;
        if let Some(recovery) = &opened.recovery {
            host::say(&match &recovery.set_aside {
                Some(old) => format!(
                    "azalai: the database was damaged. It was set aside as {}, {} items were saved into a new one. Run \
                     `azalai doctor`, and exchange again: others give back what this device may read. Own reports that only \
                     coordinators can open do not come back to this device.",
                    old.display(),
                    recovery.salvaged
                ),
                None => REBUILT_WHOLE.to_owned(),
            });
        }
        if opened.store.refuses().is_some() {
            host::say(
                "azalai: the disk is full. What is saved can be read, and taken along with `azalai bundle export` to another \
                 disk; nothing can be written until there is room.",
            );
        }
        Ok(opened.store)
    }

    /// A home that is to be made here: by chance on one side.
    pub(crate) fn rooms(&self, rng: &mut ChaCha20Rng) -> Result<NewRooms, Failure> {
        let Some([one, two]) = self.disks.sides.clone() else { return Err(NodeError::HomeInUse.into()) };
        let one = Home { store: self.store(Side::One)?, disk: one };
        let two = Home { store: self.store(Side::Two)?, disk: two };
        Ok(Rooms::choose(self.disks.root.clone(), [one, two], rng))
    }

    /// Gives all files of both sides one time of change, so that they do not tell which side was used last. A side whose
    /// database was never opened again has no snapshot, and gets one beside a side that has.
    pub(crate) fn even_out(&self) {
        if self.lock.is_read_only() {
            return;
        }
        if self.disks.sides.is_some() {
            let [one, two] = SIDES.map(|side| has_snapshot(&self.folder.join(side)));
            if one != two {
                // One that is open in this process has its own beginning.
                let _ = self.store(if one { Side::Two } else { Side::One });
            }
        }
        let Some(now) = std::time::UNIX_EPOCH.checked_add(std::time::Duration::from_millis(host::now_ms())) else {
            return;
        };
        if self.disks.sides.is_some() {
            touch(&self.folder, now);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.even_out();
    }
}

fn has_snapshot(side: &Path) -> bool {
    let Ok(entries) = fs::read_dir(side.join(STORE_FOLDER).join("db")) else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("snap."))
}

fn in_use(folder: &Path, error: StoreError) -> Failure {
    match error {
        StoreError::InUse { .. } => {
            Failure::failed(format!("{} is in use by another azalai process; nothing was changed", folder.display()))
        }
        other => other.into(),
    }
}

/// What cannot be touched keeps its time: that is no reason to stop.
fn touch(folder: &Path, now: SystemTime) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            touch(&path, now);
        }
        if entry.file_name() != NEVER_TOUCHED {
            let times = FileTimes::new().set_modified(now).set_accessed(now);
            let _ = File::open(&path).and_then(|file| file.set_times(times));
        }
    }
}

/// The home that the command line names, which must hold a project. Looked at before anything is made: a mistyped folder
/// must not become a home.
pub(crate) fn there(home: Option<&Path>) -> Result<PathBuf, Failure> {
    let home = named(home)?;
    if home.is_file() {
        return Err(Failure::failed(format!("{} is a file, and a home is a folder", home.display())));
    }
    if !home.join("slots").exists() && !home.join("slots-2").exists() {
        return Err(Failure::failed(format!(
            "{} holds no project yet: found one with `azalai project new` or join one with `azalai join`",
            home.display()
        )));
    }
    Ok(home)
}

/// Unlocks the home that the command line names.
pub(crate) async fn open(home: Option<&Path>) -> Result<Opened, Failure> {
    let held = Held::take(&there(home)?)?;
    let mut found = Device::look(held.disks(), &host::passphrase()?, host::now_ms()).await?;
    found.obey(&mut host::rng()?).await;
    let store = held.store(found.side())?;
    let device = Device::enter(found, store, host::rng()?, host::now_ms()).await?;
    let report = device.open_report();
    if report.begun_anew {
        host::say(
            "azalai: the database had lost who this device is; that, and what was unsent, came back from the journal. \
             Exchange again to get back what others hold.",
        );
    }
    if report.waiting_for_room > 0 {
        host::say(&format!(
            "azalai: in the journal alone, and shown again when there is room: {}",
            count(report.waiting_for_room, "unsent statement")
        ));
    }
    if report.put_back > 0 {
        let back = count(report.put_back, "unsent statement");
        host::say(&format!("azalai: put back from the journal: {back}"));
    }
    // A torn end alone is what a kill in the middle of a write leaves: nobody was told that it is saved.
    if report.journal.damaged > 0 || report.journal.unreadable || report.put_in_journal > 0 {
        host::say(&format!(
            "azalai: the journal of unsent statements was damaged; added to it again from the database: {}",
            report.put_in_journal
        ));
    }
    if report.damaged > 0 {
        let items = count(report.damaged, "kept item");
        host::say(&format!("azalai: {items} cannot be read; run `azalai doctor`"));
    }
    Ok(Opened { device, held })
}

/// An unlocked device and its home. The device is closed first.
pub(crate) struct Opened {
    device: Device,
    held: Held,
}

impl Opened {
    /// The device and the home apart, for who needs both.
    pub(crate) fn parts(&mut self) -> (&mut Device, &Held) {
        (&mut self.device, &self.held)
    }
}

impl core::ops::Deref for Opened {
    type Target = Device;

    fn deref(&self) -> &Device {
        &self.device
    }
}

impl core::ops::DerefMut for Opened {
    fn deref_mut(&mut self) -> &mut Device {
        &mut self.device
    }
}

/// How costly guessing a passphrase is made.
pub(crate) fn params(memory: &Memory) -> Result<ArgonParams, Failure> {
    match memory.argon2_memory {
        None => Ok(ArgonParams::default()),
        Some(mib) => ArgonParams::new(mib.saturating_mul(1024), if mib < 64 { 4 } else { 3 })
            .map_err(|_| Failure::usage(format!("--argon2-memory {mib}: from 19 to 1024 mebibytes are possible"))),
    }
}
