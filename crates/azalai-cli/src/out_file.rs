//! Files that the program writes for somebody: whole or not at all, for their owner's eyes only, and never over what a
//! home keeps.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rand_core::Rng as _;

use crate::host;
use crate::output::{Failure, why};

/// What every home of a device has, and every home of a relay.
const SIGNS_OF_A_HOME: [&str; 3] = ["slots", "slots-2", "relay.key"];

/// A file that is going to be written. Begun before anything is said or changed: what cannot be written is known then.
#[derive(Debug)]
pub(crate) struct OutFile {
    path: PathBuf,
    part: PathBuf,
    file: File,
    /// What was begun stays.
    kept: bool,
}

impl OutFile {
    /// Makes room for a file beside where it will be.
    pub(crate) fn begin(path: &Path) -> Result<Self, Failure> {
        let failed =
            |why: &str| Failure::failed(format!("{} cannot be written: {why}; nothing was changed", path.display()));
        let Some(name) = path.file_name() else { return Err(failed("it is no name of a file")) };
        if std::fs::symlink_metadata(path).is_ok_and(|found| found.is_dir()) {
            return Err(failed("it is a folder; name a file in it"));
        }
        // A link is followed by nobody: the name itself is what is written over.
        if std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file() && !found.is_symlink()) {
            return Err(failed("it is no file but a device, pipe or socket"));
        }
        let folder = folder_of(path);
        let found = std::fs::canonicalize(folder)
            .map_err(|error| failed(&format!("the folder {}: {}", folder.display(), why(&error))))?;
        let home = found.ancestors().find(|at| SIGNS_OF_A_HOME.iter().any(|sign| at.join(sign).is_file()));
        if let Some(home) = home {
            return Err(failed(&format!("it lies in the home {}, whose files nothing may write over", home.display())));
        }
        // A name that no file of anybody's has.
        let mut part = name.to_owned();
        part.push(format!(".{:016x}.part", host::rng()?.next_u64()));
        let part = path.with_file_name(part);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let file = options.open(&part).map_err(|error| failed(&why(&error)))?;
        Ok(Self { path: path.to_owned(), part, file, kept: false })
    }

    /// Writes it, durably: a card may be pulled out as soon as this is said.
    pub(crate) fn finish(mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.write(bytes)?;
        let named = self.name();
        self.kept = false;
        named
    }

    /// Writes its content, durably, under a name that ends in `.part`. Without [`OutFile::name`] it is taken away again.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = self.file.write_all(bytes).and_then(|()| self.file.sync_all());
        let durable = written.and_then(|()| File::open(folder_of(&self.path))).and_then(|folder| folder.sync_all());
        durable.map_err(|error| self.failed(&error))
    }

    /// Gives it its name, durably. From now on nothing of it is taken away, whatever fails.
    pub(crate) fn name(&mut self) -> Result<(), Failure> {
        self.kept = true;
        let named = std::fs::rename(&self.part, &self.path);
        let durable = named.and_then(|()| File::open(folder_of(&self.path))).and_then(|folder| folder.sync_all());
        durable.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &std::io::Error) -> Failure {
        Failure::failed(format!("{} was not written: {}", self.path.display(), why(error)))
    }
}

impl Drop for OutFile {
    /// Takes away what was begun and not finished; after it was finished there is nothing of that name.
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
