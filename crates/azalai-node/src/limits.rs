//! Every number that limits what this crate does, with its unit and its reason.

/// Words under which an invite is sealed: six of 2,048 make 66 bits, behind Argon2id.
pub const INVITE_WORDS: usize = 6;

/// Days until an invite is shown as past: a local check only, since clocks are not trusted.
pub const INVITE_DAYS: u16 = 30;

/// Bytes of an invite file at most: an authority log of some hundred acts.
pub const MAX_INVITE_BYTES: usize = 512 * 1024;

/// The step to which invite files are padded, in bytes, so that their size tells little.
pub const INVITE_STEP: usize = 4096;

/// Envelopes opened, checked and written in one durable batch: large enough that the sync to disk is shared,
/// small enough that stopping loses a second of work.
pub const ABSORB_BATCH: usize = 512;

/// Characters of an id that a person has to type at least.
pub const MIN_PREFIX: usize = 6;

/// Bytes of a bundle file at most, so that one import is bounded in memory.
pub const MAX_BUNDLE_BYTES: u64 = 256 * 1024 * 1024;

/// Statements of one author that are applied to one document at most, the earliest by their clocks; the rest are kept
/// and set aside. Far above what anybody writes, and a bound on what a hostile coordinator can make others compute.
pub const MAX_AUTHOR_STATEMENTS: usize = 2_000;

/// Bytes of envelopes that a device carries, its own and others': some eight hundred thousand typical reports; the
/// oldest are given up first.
pub const CARRIED_BYTES: u64 = 512 * 1024 * 1024;

/// Members that one RED report is for: each is an envelope of its own, and more are not a secret.
pub const MAX_NAMED: usize = 16;

/// Receipts of one own statement that are kept: more tell its author nothing new.
pub const MAX_RECEIPTS: usize = 64;

/// Bytes of a circle's name in a kept key: the longest area code with its frame.
pub const MAX_CIRCLE_BYTES: usize = 64;

/// Bytes of the kept reason why an envelope was refused: a sentence.
pub const MAX_REASON_BYTES: usize = 512;

/// Bytes of a kept row of a list: the largest report as JSON, escaped.
pub const MAX_ROW_BYTES: usize = 1 << 20;

/// Bytes of the name of an item on the desk: a word and a 32-digit id, with room.
pub const MAX_DESK_KEY_BYTES: usize = 128;

/// Metres around a village's or town's point within which "there" may be, with its fields, wells and camps: how large
/// a map draws it at least.
pub const VILLAGE_METRES: u32 = 3_000;

/// Metres around a point that stands for a whole area, where nothing else says how large the area is.
pub const AREA_METRES: u32 = 30_000;

/// Bytes of a kept place at most: all its names, every sign doubled, and its numbers.
pub const MAX_PLACE_BYTES: usize =
    (azalai_model::limits::MAX_ALTERNATES + 2) * 2 * (azalai_model::limits::MAX_NAME_BYTES + 1) + 64;
