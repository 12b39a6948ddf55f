//! Every number that limits what this crate reads, with its unit and its reason.

/// Bytes of one envelope: a media chunk of 64 KiB with its frame and Padmé padding fits, and a relay on a small
/// board can hold a request full of them in memory.
pub const MAX_ENVELOPE_BYTES: usize = 96 * 1024;

/// Bytes of a statement's body, as carried and after decompression: more than the longest report or the largest media chunk,
/// little enough that decompressing a hostile one costs a phone nothing it would notice.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// Days after the newest certificate's day that an envelope may name: a device whose clock runs ahead cannot
/// push its letters behind everybody else's for longer than this.
pub const MAX_DAYS_AHEAD: u16 = 60;

/// Milliseconds by which another's clock may be ahead of one's own and still move it: a day forgives a wrong time
/// zone and a slow clock; more would let one member spoil the dates of everybody's next statements.
pub const MAX_CLOCK_AHEAD_MS: u64 = 86_400_000;

/// Bytes of a pseudonym: room for a name of 20 characters in any script.
pub const MAX_PSEUDONYM_BYTES: usize = 80;

/// Envelopes named by one relay receipt: as many as one request may put.
pub const MAX_RECEIPT_IDS: usize = 4096;
