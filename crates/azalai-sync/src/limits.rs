//! Every number that limits what this crate reads, holds or sends, with its unit and its reason.

/// Bytes of one encapsulated request: some six thousand typical reports, and little enough that a relay on a small
/// board can hold a few of them at once.
pub const MAX_REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// Bytes of one reply: as a request.
pub const MAX_REPLY_BYTES: usize = 4 * 1024 * 1024;

/// Bytes of a request or reply that are kept free of envelopes: for frames, refusals and what else rides along.
pub const FRAME_RESERVE_BYTES: usize = 768 * 1024;

/// Bytes of short ids and reconciliation messages in one request: one largest window.
pub const MAX_PROBE_BYTES: usize = MAX_WINDOW * 8 + 1024;

/// The smallest largest request, in bytes, of a responder that is worked with.
pub const MIN_REQUEST_BYTES: u32 = 2 * 1024 * 1024;

/// Operations in one request: a year of days in two lanes may be compared at once.
pub const MAX_OPERATIONS: usize = 1024;

/// Envelopes in one put: as many as one receipt may name.
pub const MAX_PUT: usize = azalai_envelope::limits::MAX_RECEIPT_IDS;

/// Ids in one fetch: about what one reply of the smallest envelopes can hold.
pub const MAX_FETCH: usize = 4096;

/// Bytes of one reconciliation message that is sent: some eight thousand ids.
pub const RECONCILE_FRAME_BYTES: u64 = 256 * 1024;

/// Bytes of one reconciliation message that is read: twice what is sent, for other programs.
pub const MAX_RECONCILE_BYTES: usize = 512 * 1024;

/// Ids that the newest part of a lane holds at about most: 4 KiB of short ids say which of them the other lacks,
/// less than finding it out by fingerprints would cost.
pub const NEWEST_IDS: usize = 512;

/// Ids that are named by short ids rather than by fingerprints, in one range: 16 KiB.
pub const WINDOW_IDS: usize = 2048;

/// Short ids in one window: 512 KiB, for the last resort when fingerprints were made to cancel.
pub const MAX_WINDOW: usize = 65_536;

/// Ids in the answer to one window: 0.5 MiB.
pub const MAX_WINDOW_MISSING: usize = 16_384;

/// Ids that one request may make a responder shorten: about a tenth of a second on a small board.
pub const MAX_SHORTENED: usize = 1 << 18;

/// Days that there are.
pub const MAX_DAYS: usize = 65_536;

/// Rounds that an exchange may take at all: thousands of full puts and fetches.
pub const MAX_ROUNDS: u32 = 4096;

/// Rounds in a row in which an exchange may learn, send and receive nothing: comparing takes about three, splitting a
/// day of a million ids by sixteens five.
pub const MAX_IDLE_ROUNDS: u32 = 16;

/// Times that the sets are compared anew when they still differ at the end.
pub const MAX_PASSES: u32 = 3;

/// Ids that a responder may announce in one exchange: bounds memory to some 50 MB.
pub const MAX_WANTED: usize = 1_000_000;

/// Parts of the list of what a relay gave up that are asked for in one visit: a relay that keeps [`MAX_IDS`] ids has at
/// most 62 full ones.
pub const MAX_GIVEN_UP_PARTS: u32 = 128;

/// A carrier is full while less than this part of its room for bytes or ids is free. It gives up a sixty-fourth more than
/// it must, and stays full by that alone: what it gave up is asked back only when there is room for it.
pub const FULL_BELOW: u64 = 32;

/// Days after today at which letters count as far ahead and are fetched last: clocks differ by a day.
pub const FAR_AHEAD_DAYS: u16 = 2;

/// Days after the later of a responder's clock and the newest certificate's day at which it takes no letter: a phone
/// whose date is a month off still hands over its reports, and nobody fills days that never come.
pub const MAX_PUT_DAYS_AHEAD: u16 = 62;

/// Ids that a carrier keeps for one project, held and given up together: at some 115 bytes each (two ordered maps), 110
/// MiB; ten years of three hundred letters a day. Beyond it ids of what was given up are forgotten.
pub const MAX_IDS: usize = 1_000_000;

/// Keys or children in one node of a set's tree: wide enough to be shallow, narrow enough that an insertion moves little.
pub const NODE_WIDTH: usize = 64;

/// Bytes that a relay carries for one project before it gives some up: a million letters ([`MAX_IDS`]) of twice the usual
/// size and a quarter of that in films.
pub const DEFAULT_QUOTA_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// Bytes that one connection may put into a lane, urgent first: a year of a busy project's text, some films.
pub const CONNECTION_PUT_BYTES: [u64; 4] = [64 << 20, 256 << 20, 256 << 20, 1 << 30];

/// Bytes that one connection may put under a closed posting key: somebody's last few hundred reports.
pub const CONNECTION_CLOSED_PUT_BYTES: u64 = 4 << 20;

/// Bytes of envelopes that one connection may fetch.
pub const CONNECTION_FETCH_BYTES: u64 = 4 << 30;

/// Bytes of envelopes that one connection may fetch under a closed posting key.
pub const CONNECTION_CLOSED_FETCH_BYTES: u64 = 64 << 20;

/// Posting epochs that a neighbour's key document proves: the current one and a few before it.
pub const MAX_KEY_PROOFS: usize = 16;

/// Seconds by which the number of a certificate that a member brings may be ahead of a relay's clock: a day, for clocks
/// that differ.
pub const MAX_CERTIFICATE_AHEAD_S: u32 = 86_400;

/// Days for which a relay keeps letters at least, whatever its keeper wishes: a month is how long it may be out of
/// reach. A device takes a floor that is nearer for one of this age, or it would seal its letters anew at every visit.
pub const MIN_KEEP_DAYS: u16 = 30;

/// Closed posting keys that are kept for one project; the oldest are forgotten first.
pub const MAX_CLOSED_EPOCHS: usize = 64;

/// Largest certificate or receipt that is read, in bytes: a receipt for a full put.
pub const MAX_PROOF_BYTES: usize = 64 + MAX_PUT * 32 + 128;

/// Reconciliations in one request: their answers leave room for envelopes.
pub const MAX_RECONCILIATIONS: usize = 4;

/// Letters whose bytes a device asks of a relay at once before it sheds its own: at most 3 MiB of answer for text.
pub const MAX_PROOF_IDS: usize = 32;
