//! Every number that limits something in this crate, with its unit and reason.

/// Longest key in bytes: one length byte would hold it, and no id of ours is longer than 80.
pub const KEY_MAX_BYTES: usize = 255;

/// Largest value in bytes: the largest padded media chunk with its frame fits twice.
pub const VALUE_MAX_BYTES: usize = 2 * 1024 * 1024;

/// Largest value in bytes that a vault takes: what it adds (its logical key, salt and tag) is under 512 bytes.
pub const VAULT_VALUE_MAX_BYTES: usize = VALUE_MAX_BYTES - 512;

/// Most bytes of keys and values in one batch: what one atomic write may hold in memory at once.
pub const BATCH_MAX_BYTES: usize = 64 * 1024 * 1024;

/// Most items in one page of a scan, whatever is asked for: bounds memory.
pub const PAGE_MAX_ITEMS: usize = 4096;

/// A page ends at the first item that brings it to this many bytes of values: bounds memory.
pub const PAGE_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Keys in the keyring that items are divided among. A power of two, so that bits of a hash choose one. 64 KiB of
/// keys are rewritten in about the time of one sync, and forgetting one item of n re-encrypts n / 2048 others.
pub const SEGMENTS: usize = 2048;

/// Items that are re-encrypted in one batch while others wait: keeps a reader's wait to milliseconds.
pub const FORGET_CHUNK_ITEMS: usize = 128;

/// Longest record of the journal in bytes: whatever the store takes, the journal takes.
pub const JOURNAL_RECORD_MAX_BYTES: usize = VALUE_MAX_BYTES;

/// Largest journal file in bytes: it is read whole, on a phone too.
pub const JOURNAL_MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Largest small file that is read whole, in bytes.
pub const FILE_MAX_BYTES: u64 = JOURNAL_MAX_BYTES;

/// Longest name of a small file in bytes.
pub const FILE_NAME_MAX_BYTES: usize = 64;

/// Passphrase slots: always as many, so that their number says nothing.
pub const SLOTS: usize = 4;

/// Least memory of Argon2id in KiB: OWASP's floor for it (19 MiB).
pub const ARGON_MIN_KIB: u32 = 19 * 1024;

/// Most memory of Argon2id in KiB that a file may ask for (1 GiB): a changed file must not exhaust a device.
pub const ARGON_MAX_KIB: u32 = 1024 * 1024;

/// Memory of Argon2id in KiB where the device allows it (64 MiB).
pub const ARGON_DEFAULT_KIB: u32 = 64 * 1024;

/// Passes of Argon2id by default: about a second on a small phone with the default memory.
pub const ARGON_DEFAULT_PASSES: u32 = 3;

/// Most passes of Argon2id that a file may ask for: bounds time.
pub const ARGON_MAX_PASSES: u32 = 16;

/// Bytes that a store holds back, to open for reading on a full disk: sled writes a snapshot of its pages' places (some
/// 20 bytes for each page of sixteen items) and may fill a torn segment of 512 KiB anew.
#[cfg(feature = "native")]
pub const RESERVE_BYTES: u64 = 1024 * 1024;

/// Bytes that must be free beside the reserve when it is made: a store that just found room for it could write nothing.
#[cfg(feature = "native")]
pub const ROOM_BYTES: u64 = 1024 * 1024;

/// How often a database of ours that sled's threads have not let go of is tried again, and how long is waited before
/// each try: together far longer than a thread takes to end.
#[cfg(feature = "native")]
pub const SLED_LOCK_TRIES: u32 = 500;

/// See [`SLED_LOCK_TRIES`].
#[cfg(feature = "native")]
pub const SLED_LOCK_WAIT: core::time::Duration = core::time::Duration::from_millis(10);

/// Most memory of sled's page cache in bytes: the unit of a relay has 768 MiB in all.
#[cfg(feature = "native")]
pub const SLED_CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// Most batches that share one flush and sync: bounds how long the first of them waits.
#[cfg(feature = "native")]
pub const GROUP_MAX_BATCHES: usize = 1024;

/// A group of batches is closed at this many bytes: bounds how long the first of them waits.
#[cfg(feature = "native")]
pub const GROUP_MAX_BYTES: usize = 8 * 1024 * 1024;

/// Batches that may be staged before one is made durable all the same: bounds what a start after a crash has to make
/// again, and the time that takes.
pub const STAGED_MAX_BATCHES: usize = 64;
