//! Homes on disk: a folder with a database, and small files beside it.

use std::path::{Path, PathBuf};

use azalai_node::{Home, Node};
use azalai_store::{ArgonParams, FolderDisk, SledStore, StoreError};

use crate::args::Memory;
use crate::host;
use crate::output::Failure;

/// The folder of the database within a home.
const STORE_FOLDER: &str = "store";

/// A device on this machine.
pub(crate) type Device = Node<SledStore, FolderDisk>;

/// The home that the command line names, or the environment.
pub(crate) fn named(home: Option<&Path>) -> Result<PathBuf, Failure> {
    let home = home.map(Path::to_path_buf).or_else(host::home);
    home.ok_or_else(|| Failure::usage("which home? Give --home FOLDER, or set AZALAI_HOME"))
}

/// The parts of a home; made if they are not there.
pub(crate) fn parts(home: &Path) -> Result<Home<SledStore, FolderDisk>, Failure> {
    if home.exists() && !home.is_dir() {
        return Err(Failure::failed(format!(
            "{} is a file, and a home is a folder; nothing was changed",
            home.display()
        )));
    }
    let disk = FolderDisk::open(home)?;
    let opened = SledStore::open(&home.join(STORE_FOLDER)).map_err(|error| match error {
        StoreError::InUse { .. } => {
            Failure::failed(format!("{} is in use by another azalai process; nothing was changed", home.display()))
        }
        other => other.into(),
    })?;
    if let Some(recovery) = &opened.recovery {
        host::say(&format!(
            "azalai: the database was damaged. It was set aside as {}, {} items were saved into a new one. Run `azalai doctor`, \
             and exchange again: others give back what this device may read. Own reports that only coordinators can \
             open do not come back to this device.",
            recovery.set_aside.display(),
            recovery.salvaged
        ));
    }
    Ok(Home { store: opened.store, disk })
}

/// The home that the command line names, which must hold a project. Looked at before anything is made: a mistyped folder
/// must not become a home.
pub(crate) fn there(home: Option<&Path>) -> Result<PathBuf, Failure> {
    let home = named(home)?;
    if home.is_file() {
        return Err(Failure::failed(format!("{} is a file, and a home is a folder", home.display())));
    }
    if !home.join("slots").exists() {
        return Err(Failure::failed(format!(
            "{} holds no project yet: found one with `azalai project new` or join one with `azalai join`",
            home.display()
        )));
    }
    Ok(home)
}

/// Unlocks the home that the command line names.
pub(crate) async fn open(home: Option<&Path>) -> Result<Device, Failure> {
    let parts = parts(&there(home)?)?;
    let device = Node::open(parts, &host::passphrase()?, host::rng()?).await?;
    let report = device.open_report();
    if report.begun_anew {
        host::say(
            "azalai: the database had lost who this device is; that, and what was unsent, came back from the journal. \
             Exchange again to get back what others hold.",
        );
    }
    if report.put_back > 0 {
        host::say(&format!("azalai: {} unsent statements were put back from the journal", report.put_back));
    }
    // A torn end alone is what a kill in the middle of a write leaves: nobody was told that it is saved.
    if report.journal.damaged > 0 || report.journal.unreadable || report.put_in_journal > 0 {
        host::say(&format!(
            "azalai: the journal of unsent statements was damaged; {} were added to it again from the database",
            report.put_in_journal
        ));
    }
    if report.damaged > 0 {
        host::say(&format!("azalai: {} kept items cannot be read; run `azalai doctor`", report.damaged));
    }
    Ok(device)
}

/// How costly guessing a passphrase is made.
pub(crate) fn params(memory: &Memory) -> Result<ArgonParams, Failure> {
    match memory.argon2_memory {
        None => Ok(ArgonParams::default()),
        Some(mib) => ArgonParams::new(mib.saturating_mul(1024), if mib < 64 { 4 } else { 3 })
            .map_err(|_| Failure::usage(format!("--argon2-memory {mib}: from 19 to 1024 mebibytes are possible"))),
    }
}
