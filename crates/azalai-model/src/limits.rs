//! Every number that bounds what this crate takes from outside, with its unit and its reason.
//!
//! Nothing here may be raised without looking at what it multiplies: a limit that one change may reach is reached
//! by every change of a hostile member. Limits of a whole document belong to whoever stores it.

/// Bytes of one change. A report of 4,000 characters with emoji and Arabic is under 20 KiB uncompressed, since every
/// character is one operation of one to four bytes and the other columns are runs; this is three times that, and
/// small enough to be held whole beside its decoded form.
pub const CHANGE_BYTES: usize = 64 * 1024;

/// Operations of one change. Text costs one operation for each character put in or taken out: replacing a report of
/// 4,000 characters by another is 8,000. Automerge's parser takes time in proportion to the operations that a change
/// *announces*, so this bounds it whatever the bytes say; at this bound a change is read in a few milliseconds.
pub const CHANGE_OPS: usize = 16 * 1024;

/// Operations that one operation may replace. Each is a value that was set concurrently on one field; more than a
/// handful of devices never write one field apart.
pub const OP_PREDS: usize = 64;

/// Replaced operations of one change, all operations together: as many as there are operations, since what a change
/// takes out is mostly text, one for one.
pub const CHANGE_PREDS: usize = CHANGE_OPS;

/// Dependencies of one change: heads that its author had not merged before. A document with more writers than this
/// who are apart at one time is not a case we know.
pub const CHANGE_DEPS: usize = 256;

/// Other actors that one change may name. An actor is one device's chain in one document; see [`CHANGE_DEPS`].
pub const CHANGE_ACTORS: usize = 256;

/// Bytes of one actor id: room for any hash. What an actor id *is* is decided by who derives it.
pub const ACTOR_BYTES: usize = 64;

/// Bytes of one map key. The longest key of a schema is `grade/` with two 32-digit ids.
pub const KEY_BYTES: usize = 255;

/// Highest operation counter, exclusive: Automerge holds counters in 32 bits.
pub const OP_COUNTER: u64 = 1 << 32;

/// How deep objects may be nested. Our schemas need three; Automerge reads nested objects recursively, so a long
/// chain of maps would end the process by a stack overflow, which nothing catches.
pub const OBJECT_DEPTH: u8 = 8;

/// Characters of a narrative. About two printed pages; replacing one whole is at most twice as many operations, which
/// stays under [`CHANGE_OPS`].
pub const MAX_NARRATIVE_CHARS: usize = 6_000;

/// Bytes of a longer text in one value (a note, a response, a reason, an answer).
pub const MAX_TEXT_BYTES: usize = 4_096;

/// Bytes of a name or a short description (place, title, actor, item, caption).
pub const MAX_NAME_BYTES: usize = 400;

/// Bytes of a code (category, area, pack, question, currency, language, code list): codes are typed and printed.
pub const MAX_CODE_BYTES: usize = 64;

/// Bytes of a body's code: what a mark in the authority log takes.
pub const MAX_BODY_CODE_BYTES: usize = 32;

/// Entries of one list in a report (actors, items, answers, media) and choices of one answer.
pub const MAX_LIST: usize = 32;

/// Chunks of one medium: with chunks of 256 KiB this is 512 MiB.
pub const MAX_MEDIA_CHUNKS: usize = 2_048;

/// Heads of a report that one link names.
pub const MAX_LINK_HEADS: usize = 16;

/// Bytes of a pack file. The largest pack we know has 40 categories in three languages and is under 100 KiB.
pub const MAX_PACK_BYTES: usize = 1024 * 1024;

/// Bytes of a pack's text in one statement: a body holds 64 KiB, with its frame around it.
pub const PACK_PART_BYTES: usize = 60 * 1024;

/// Statements that one pack is carried in at most: the largest file, with the packs that it follows.
pub const MAX_PACK_PARTS: u8 = 18;

/// Packs that a new one follows at most: stewards who brought one apart from each other.
pub const MAX_PACK_FOLLOWS: usize = 16;

/// Packs, the one in use and those before it, whose categories a device goes on naming.
pub const MAX_PACKS_KNOWN: usize = 32;

/// Categories of a pack, and questions of a category.
pub const MAX_PACK_ENTRIES: usize = 500;

/// Metres within which an exact point takes the name of a gazetteer entry when it is coarsened to a village.
pub const MAX_VILLAGE_METRES: f64 = 30_000.0;

/// Places that a search returns at most: what fits a screen.
pub const MAX_SEARCH_RESULTS: usize = 20;

/// Bytes of what is typed to find a place: no name is longer.
pub const MAX_SEARCH_BYTES: usize = MAX_NAME_BYTES;

/// Bytes of a file of places: 20,000 lines of four hundred bytes.
pub const MAX_PLACES_FILE_BYTES: usize = 8 * 1024 * 1024;

/// Places that a home keeps besides those that ship: all villages of a country of the Sahel, found without waiting on
/// a small phone.
pub const MAX_IMPORTED_PLACES: usize = 20_000;

/// Other names of an imported place.
pub const MAX_ALTERNATES: usize = 16;

/// Wrong lines of a file of places that are shown: a person mends these and tries again.
pub const MAX_SHOWN_ERRORS: usize = 20;

/// Words of a text that are compared with another's: what a person writes about one event says what, where and how
/// many in the first page.
pub const MAX_WORDS: usize = 400;

/// Metres beyond which two reports are not of one event, after what both places leave open.
pub const MAX_APART_METRES: f64 = 40_000.0;

/// Metres that a place leaves open at most: a coarser one says nothing about nearness.
pub const MAX_OPEN_METRES: u32 = 20_000;

/// Days between two reports of one event at most.
pub const MAX_APART_DAYS: i64 = 3;

/// Days over which a coarse time is spread at most in the index of events: a month.
pub const MAX_SPREAD_DAYS: i64 = 31;

/// Events that one is compared with at most, those nearest in time: a bound on the work on a day on which everybody
/// writes about one town.
pub const MAX_COMPARED: usize = 300;

/// Likely same events that are named at most: what a person looks through.
pub const MAX_LIKELY: usize = 5;

/// Names, words and numbers that a reason lists at most: what fits a line.
pub const MAX_SHARED: usize = 4;

/// Bytes of a notice: some 2,000 characters of Arabic, more than anybody reads on a phone; short ones fit the first size
/// class of envelopes.
pub const MAX_NOTICE_BYTES: usize = 4096;

/// Bytes of a language tag (BCP 47): the longest that RFC 5646 asks implementations to take.
pub const MAX_LANGUAGE_BYTES: usize = 35;

/// Characters of a value that an error shows: enough to find it, and no screen full.
pub const MAX_SHOWN_CHARS: usize = 60;
