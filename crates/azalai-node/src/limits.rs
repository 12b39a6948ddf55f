//! Every number that limits what this crate does, with its unit and its reason.

/// Statements that a device writes in each log at most to bring its heads together before it says something: each takes
/// 63 away, so that 64 undo what an insider writes with four thousand statements. What is left is for the next time.
pub const MAX_MERGES: usize = 64;

/// Steps of a relay's certificate numbers at most: wide enough that two stewards apart hardly choose one number, so small
/// that a day's room takes some hundred new keys.
pub const MAX_CERTIFICATE_STEP: u32 = 256;
/// A relay's certificate of this age in days is renewed by the first steward's device that visits a relay. Letters' days
/// go on for 60 days after the newest.
pub const RENEW_AFTER_DAYS: u16 = 30;
/// So many days may lie between a steward's clock and a relay's where one renews a certificate.
pub const MAX_DAYS_APART: u16 = 2;

/// Steps from one posting epoch to the next at most, for the same reason.
pub const MAX_EPOCH_STEP: u32 = 1024;

/// Places in this device's chain to a member whose letters with keys are taken for the first: a letter in parts,
/// and before it two claim notices and a receipt or two.
pub const FIRST_LETTERS: u64 = 6;

/// Letters with keys that wait although their author holds no grant and they bring nothing new: whoever may give keys
/// may not be known as such yet; others can write such letters without end.
pub const MAX_WAITING_LETTERS: usize = 256;

/// Words under which an invite is sealed: six different ones of 2,048 make 65.99 bits, behind Argon2id.
pub const INVITE_WORDS: usize = 6;

/// Days until an invite is shown as past: a local check only, since clocks are not trusted.
pub const INVITE_DAYS: u16 = 30;

/// Bytes of an invite file at most: an authority log of some hundred acts.
pub const MAX_INVITE_BYTES: usize = 512 * 1024;

/// The step to which invite files are padded, in bytes, so that their size tells little.
pub const INVITE_STEP: usize = 4096;

/// Envelopes opened, checked and written in one durable batch: large enough that the sync to disk is shared,
/// small enough that stopping loses a second of work, and that the largest ones fit a batch of the store: each brings a
/// statement of at most 64 KiB, a row and a cache with its words, together 24 MiB of the 64 that a batch may have.
pub const ABSORB_BATCH: usize = 128;

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

/// Bytes of letters for a newer program that are not given up for room: an eighth of what is carried, so that a member
/// who writes such letters without end shuts nothing out.
pub const MAX_NEWER_BYTES: u64 = CARRIED_BYTES / 8;

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

/// Reports whose words, made ready for comparing, stay in memory: some ten kilobytes each at most for what people
/// usually write.
pub const MAX_GISTS: usize = 4_096;

/// Reports of which it stays in memory what they are likely the same as: more than a coordinator looks through in a day.
pub const MAX_LIKELY_KEPT: usize = 4_096;

/// Open incidents, the latest, that the inbox offers to link a report to: a longer list is no choice, and what a report
/// is likely of is offered beside it.
pub const MAX_OFFERED: usize = 200;

/// Bytes of what the journal keeps of who this device is, beyond which no more of the logs goes in: they come again from
/// others, and the journal is read whole at each start.
pub const MAX_BEGINNING_BYTES: usize = 1 << 20;

/// Wrong passphrases that cost nothing: people mistype.
pub const FREE_ATTEMPTS: u32 = 5;

/// Milliseconds that an attempt after many wrong ones waits at most: an owner comes back within five minutes.
pub const MAX_ATTEMPT_WAIT_MS: u64 = 300_000;

/// Bytes of a real device's word for the mark at most: a statement with 33 bytes in it has some 200.
pub const MAX_WORD_BYTES: usize = 512;

/// Milliseconds after a mark within which the same passphrase, where it drops nothing, leaves no second one.
pub const MARK_AGAIN_MS: u64 = 86_400_000;

/// Words of a recovery sheet: 22 of eleven bits hold its 30 bytes.
pub const SHEET_WORDS: usize = 22;

/// Recovery sheets of one set at most: more people than would be asked for help.
pub const MAX_SHEETS: u8 = 16;

/// Bits under which a passphrase is weak: a few days of guessing for a laboratory, behind Argon2id.
pub const MIN_PASSPHRASE_BITS: u32 = 30;

/// Items and records that one forgetting names at most: a report with all that was ever said of it, its copies, answers
/// and drafts, many times over.
pub const MAX_FORGET_ITEMS: usize = 65_536;

/// Of these, so many stand in one note of what is being forgotten: with the longest keys half of what an item may hold.
pub const MAX_NOTED_ITEMS: usize = 4_096;

/// Bytes of the kept note how far an own statement got: three lists of keys, with room.
pub const MAX_OUTGOING_BYTES: usize = 3 * 32 * MAX_RECEIPTS + 128;

/// Days for which nothing more may have been said of a report before a monitor's device forgets it by itself, where its
/// owner chose nothing: long enough that questions, answers and corrections come and go by relays that are reached once
/// a month.
pub const SHED_AFTER_DAYS: u16 = 30;

/// Days that can be chosen at most.
pub const MAX_SHED_DAYS: u16 = 365;

/// Claim notices that a device writes for one invite at most.
pub const MAX_CLAIM_NOTICES: usize = 16;

/// Letters of bundles that are kept although nobody of this project posted them, as far as is known: what a project says
/// in some weeks, in case that a file with the new posting key comes after a file with letters under it.
pub const MAX_UNPOSTED: usize = 4_096;

/// Bytes of these letters: a small part of what a device carries for others.
pub const MAX_UNPOSTED_BYTES: usize = 16 << 20;
