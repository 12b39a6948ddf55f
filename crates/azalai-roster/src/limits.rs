//! Every number that limits what this crate reads, with its unit and its reason.

/// Statements that one log statement may name as known before it: heads of both logs, one for each of the staff
/// who wrote at the same time.
pub const MAX_AFTER: usize = 64;

/// Acts in one log statement: the founding of a project with its areas and first keys fits in one.
pub const MAX_ACTS: usize = 64;

/// Bytes of one act: the longest known one is a removal with [`MAX_CUTS`] cuts; a newer program's has to fit too.
pub const MAX_ACT_BYTES: usize = 32 * 1024;

/// Cuts in one removal: chains that one device wrote, one for each audience and for each restored backup.
pub const MAX_CUTS: usize = 256;

/// Statements that one act may adopt: a screenful that a person looked at.
pub const MAX_ADOPTED: usize = 64;

/// How far the number of a circle's new key, and of the posting epoch that comes with it, may be above the highest in its
/// past. Who gives a key goes up by one, and at most 1024 epochs; to reach the end of the numbers takes a million acts.
pub const MAX_NUMBER_STEP: u32 = 4096;

/// Bytes of the name of a project, an area or a relay: 40 characters in most scripts.
pub const MAX_NAME_BYTES: usize = 120;

/// Characters of an area's code.
pub const MAX_AREA_CODE: usize = 32;

/// Characters of a body's code.
pub const MAX_BODY_CODE: usize = 32;

/// Bodies that one member belongs to: more than anybody serves at once.
pub const MAX_BODIES: usize = 16;

/// Areas above an area that are walked: deeper than any administration, and the end of a walk in a ring that two
/// stewards made apart.
pub const MAX_AREA_DEPTH: usize = 16;

/// Circle keys in one key letter: the generations of all circles that a steward hands on.
pub const MAX_LETTER_KEYS: usize = 1024;

/// Posting keys in one key letter: one for each rotation in the life of a project.
pub const MAX_LETTER_POSTING: usize = 256;

/// Statements named by one receipt: what one exchange brings, in one envelope of a few size classes.
pub const MAX_RECEIPT_IDS: usize = 256;

/// Statements of the authority log in one invite: years of a project's staff.
pub const MAX_PACKAGE_STATEMENTS: usize = 4096;

/// Bytes of an invite: it travels as a file, or as a series of QR codes when small.
pub const MAX_PACKAGE_BYTES: usize = 256 * 1024;

/// Bytes of a package of evidence: an incident with thousands of reports, and little enough to be read whole on a phone.
pub const MAX_EVIDENCE_BYTES: usize = 32 * 1024 * 1024;

/// Statements in a package of evidence: each costs a signature's check, so that the largest takes seconds.
pub const MAX_EVIDENCE_STATEMENTS: usize = 16_384;

/// Authors that the maker of a package vouches for: one for each report of the largest incident.
pub const MAX_EVIDENCE_AUTHORS: usize = 4_096;
