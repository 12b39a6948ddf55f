//! Every number that limits what the pages take or keep, with its unit and its reason.

/// Bytes of a form at most: a narrative of 6,000 characters of four bytes, percent-encoded, with all answers.
pub const MAX_FORM_BYTES: usize = 128 * 1024;

/// Bytes of a form that brings a file: an invite, and as much again for the frame around it.
pub const MAX_UPLOAD_BYTES: usize = 2 * azalai_node::limits::MAX_INVITE_BYTES;

/// Fields of a form: a category's questions with all their options ticked, and the fixed ones.
pub const MAX_FORM_FIELDS: usize = 256;

/// Bytes of a field's name.
pub const MAX_FIELD_NAME_BYTES: usize = 80;

/// Bytes of one field of a draft: the longest narrative, all of it in four-byte characters.
pub const MAX_FIELD_BYTES: usize = 4 * azalai_model::limits::MAX_NARRATIVE_CHARS;

/// Drafts that are kept: a person with more has lost sight of them.
pub const MAX_DRAFTS: usize = 50;

/// Milliseconds after which a draft that became a report is forgotten: nobody sends a form again after a week.
pub const SENT_DRAFT_MS: u64 = 7 * 86_400_000;

/// Sessions at a time: browsers of the people who share the device, and some that were closed.
pub const MAX_SESSIONS: usize = 32;

/// Milliseconds without a page after which a session ends, until the person chooses otherwise.
pub const IDLE_MS: u64 = 10 * 60_000;

/// Minutes of rest that the settings offer.
pub const IDLE_CHOICES: [u64; 4] = [2, 5, 10, 30];

/// Milliseconds for which an invite that was opened waits for the passphrase of its new home.
pub const PENDING_MS: u64 = 30 * 60_000;

/// Words of an offered passphrase: five of 2,048 make 55 bits, behind Argon2id.
pub const OFFERED_WORDS: usize = 5;

/// Bits under which a passphrase is refused: a few days of guessing for a laboratory, behind Argon2id.
pub const MIN_PASSPHRASE_BITS: u32 = 30;

/// Bytes of a passphrase: what a form can hold many times over.
pub const MAX_PASSPHRASE_BYTES: usize = 1024;

/// Areas that one form founds: more are added later.
pub const MAX_AREAS: usize = 60;

/// Bytes of a pseudonym, of a project's or an area's name: what fits a line.
pub const MAX_LINE_BYTES: usize = 64;

/// Own reports on one page of the list.
pub const REPORTS_PER_PAGE: usize = 50;

/// Places that a suggestion shows: what fits above a phone's keyboard.
pub const MAX_SUGGESTIONS: usize = 8;
