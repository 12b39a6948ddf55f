//! What can go wrong when something is stored: one variant per rule, in words for people.
//!
//! A message never holds a plain key or value.

/// Why something could not be stored or read. Nothing of a failed batch is visible, except where
/// [`StoreError::Io`] and [`StoreError::Full`] say otherwise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The device failed. A batch that met this may be there after a restart or may not: never half of it.
    #[error("{doing}: {problem}")]
    Io {
        /// What was being done.
        doing: String,
        /// What the system said.
        problem: String,
    },
    /// There is no space left. Everything written before is whole.
    #[error("{doing}: no space is left on the device; nothing saved earlier is lost")]
    Full {
        /// What was being done.
        doing: String,
    },
    /// The file system can only be read.
    #[error("{doing}: the disk can only be read; nothing was changed, and nothing saved earlier is lost")]
    ReadOnly {
        /// What was being done.
        doing: String,
    },
    /// A damaged database needs room for its rescue, and there is none.
    #[error(
        "{what} is damaged, and saving what can be read of it needs about {needed_mib} MiB of free space, which are not \
         there; everything was left as it is: make room and try again"
    )]
    NoRoom {
        /// Which database.
        what: String,
        /// About how much free space is needed, in MiB.
        needed_mib: u64,
    },
    /// Stored bytes are not what was written.
    #[error("{what} is damaged")]
    Corrupt {
        /// Which bytes: a file, or an item by its physical key.
        what: String,
    },
    /// Stored bytes are of a version that this program does not know; they are left as they are.
    #[error("{what} has version {got}, which needs a newer Azalai")]
    UnknownVersion {
        /// What has it.
        what: &'static str,
        /// The version met.
        got: u8,
    },
    /// Another process has this folder open.
    #[error("{what} is in use by another process")]
    InUse {
        /// Which folder.
        what: String,
    },
    /// An earlier write failed, so that it is not known what is durable: nothing is written until it is opened again.
    #[error("the store stopped after a failed write and must be opened again: {cause}")]
    Stopped {
        /// The failure.
        cause: String,
    },
    /// A key is over [`crate::limits::KEY_MAX_BYTES`].
    #[error("a key of {got} bytes: at most {limit} are possible")]
    KeyTooLong {
        /// Its bytes.
        got: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A value is over [`crate::limits::VALUE_MAX_BYTES`].
    #[error("a value of {got} bytes: at most {limit} are possible")]
    ValueTooLarge {
        /// Its bytes.
        got: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A batch is over [`crate::limits::BATCH_MAX_BYTES`].
    #[error("a batch of {got} bytes: at most {limit} are possible")]
    BatchTooLarge {
        /// Its bytes.
        got: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A small file is or would become too large.
    #[error("the file {name} of {got} bytes: at most {limit} are possible")]
    FileTooLarge {
        /// Its name.
        name: String,
        /// Its bytes.
        got: u64,
        /// How many there may be.
        limit: u64,
    },
    /// A name that no small file may have.
    #[error("{name:?} cannot name a file: 1 to 64 of a-z, 0-9, '-', '_' and '.', not beginning with '.'")]
    BadName {
        /// The name.
        name: String,
    },
    /// Something that must be there is not.
    #[error("{what} is missing")]
    Missing {
        /// What.
        what: &'static str,
    },
    /// Something would be overwritten that must not be.
    #[error("{what} exists already")]
    Exists {
        /// What.
        what: &'static str,
    },
}

impl StoreError {
    /// An error of the system, told apart by whether space is what is missing.
    #[cfg(feature = "native")]
    pub(crate) fn io(doing: impl Into<String>, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let doing = doing.into();
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full { doing },
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { doing },
            _ => Self::Io { doing, problem: error.to_string() },
        }
    }
}
