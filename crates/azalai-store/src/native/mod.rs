//! What needs an operating system: files in a folder, and sled.
//!
//! Only this module names sled, a file or a thread.

mod folder;
mod mark;
mod recover;
mod reserve;
mod sled_store;
mod values;
mod writer;

pub use folder::FolderDisk;
pub use recover::Recovery;
pub use sled_store::{FolderLock, Opened, SledStore, lock_folder};
