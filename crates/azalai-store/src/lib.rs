//! Durable storage: what a device or a relay keeps, and how it stays unreadable to who finds it.
//!
//! [`Store`] is what the rest of the program writes to, [`Disk`] keeps the few small files beside it. [`Vault`] is a
//! store that encrypts another one under the keys of a [`Keys`] file, which opens with the [`ProfileKey`] that
//! [`Slots`] give for a passphrase; [`Journal`] keeps unsent statements apart from the database. Nothing here may
//! answer a write before it is durable, or put a plain key or value of a vault on disk. The bytes are fixed in
//! `docs/spec/at-rest.md`.
//!
//! Without the feature `native` there is no file, thread or clock here, and everything compiles for wasm32.

mod argon;
mod disk;
mod error;
mod faults;
mod forget;
mod journal;
mod journal_format;
mod keyring;
mod keys;
pub mod limits;
mod memory;
mod opening;
mod secret;
mod slots;
mod store;
mod vault;

#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "native")]
mod native;

pub use argon::{ArgonParams, SlotsError};
pub use disk::{Disk, MemoryDisk};
pub use error::StoreError;
pub use faults::{Fault, FaultWhen};
pub use forget::Forgotten;
pub use journal::{Journal, JournalEntry, JournalReport, NAME as JOURNAL_FILE};
pub use keys::{COPY as KEYRING_COPY_FILE, Keys, NAME as KEYRING_FILE, erase as erase_keyring, mend as mend_keyring};
pub use memory::MemoryStore;
#[cfg(feature = "native")]
pub use native::{FolderDisk, FolderLock, Opened, Recovery, SledStore, lock_folder};
pub use opening::{Duress, Opening, Side};
pub use secret::ProfileKey;
pub use slots::Slots;
pub use store::{Batch, Cursor, Page, Space, Store};
/// The lock that is held across a store's calls: a plain future, under any executor and on wasm32.
pub use tokio::sync::RwLock as AsyncRwLock;
pub use vault::Vault;
