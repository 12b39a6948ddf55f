//! Every number that limits what the pages take or keep, with its unit and its reason.

/// Bytes of a form at most: a narrative of 6,000 characters of four bytes, percent-encoded, with all answers.
pub const MAX_FORM_BYTES: usize = 128 * 1024;

/// Bytes of the operator's own map in one answer: a tile has some hundred thousand, a directory of tiles fewer.
pub const MAX_GROUND_PIECE_BYTES: usize = 4 * 1024 * 1024;

/// Bytes of a form that brings a file: an invite, and as much again for the frame around it.
pub const MAX_UPLOAD_BYTES: usize = 2 * azalai_node::limits::MAX_INVITE_BYTES;

/// Bytes of a form that brings a pack: the largest file, and the frame around it.
pub const MAX_PACK_UPLOAD_BYTES: usize = azalai_model::limits::MAX_PACK_BYTES + 16 * 1024;

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

/// Words of an offered passphrase: five different ones of 2,048 make 54.99 bits, behind Argon2id.
pub const OFFERED_WORDS: usize = 5;

/// Bytes of a passphrase: what a form can hold many times over.
pub const MAX_PASSPHRASE_BYTES: usize = 1024;

/// Areas that one form founds: more are added later.
pub const MAX_AREAS: usize = 60;

/// Bytes of a pseudonym, of a project's or an area's name: what fits a line.
pub const MAX_LINE_BYTES: usize = 64;

/// Own reports on one page of the list.
pub const REPORTS_PER_PAGE: usize = 50;

/// Categories that stand first since they were reported most: two rows of the narrowest screen.
pub const OFTEN_TILES: usize = 6;

/// Places that a suggestion shows: what fits above a phone's keyboard.
pub const MAX_SUGGESTIONS: usize = 8;

/// Milliseconds for which the words and the file of an invite are shown and kept in memory: time to write six words
/// down and to copy a file, and no more.
pub const HANDOUT_MS: u64 = 10 * 60_000;

/// Invites and certificates that are remembered as made: a morning of inviting.
pub const MAX_HANDOUTS: usize = 32;

/// Members on one page of the list.
pub const MEMBERS_PER_PAGE: usize = 100;

/// Newcomers on the page, and so in one form that admits them all: under [`MAX_FORM_FIELDS`].
pub const MAX_WAITING: usize = 100;

/// Statements of one plan of a removal that its page lists; the rest is counted.
pub const MAX_PLANNED_ASIDE: usize = 30;

/// Statements that are set aside on one page of their list.
pub const ASIDES_PER_PAGE: usize = 50;

/// Invites on the page, those that end last first.
pub const MAX_INVITES: usize = 200;

/// Days that a keeper's page shows one by one; what is older is summed up.
pub const KEEPER_DAYS: usize = 14;
/// Incidents on one page of the list beside the map: what a first page of 50 kB holds.
pub const MAP_LIST: usize = 100;

/// Incidents whose details are shown beside the map at a time: more is not read but filtered.
pub const MAP_CARDS: usize = 50;
/// Bytes of a relay's address: a name of the longest kind with its port, and some more.
pub const MAX_ADDRESS_BYTES: usize = 300;

/// Bytes of a form that brings a file of letters: the largest such file, and the frame around it.
pub const MAX_LETTERS_UPLOAD_BYTES: usize = azalai_node::limits::MAX_BUNDLE_BYTES as usize + 64 * 1024;

/// Bytes of a form that brings a package of evidence: the largest such package, and the frame around it.
pub const MAX_EVIDENCE_UPLOAD_BYTES: usize = azalai_roster::limits::MAX_EVIDENCE_BYTES + 64 * 1024;

/// Notices on one page of the list: each shows all of its text.
pub const NOTICES_PER_PAGE: usize = 30;

/// Statements of one document that the page of a checked package lists; the rest is counted.
pub const MAX_EVIDENCE_LISTED: usize = 100;

/// Things that arrived which an exchange lists by name: what one reads at a glance; the rest is counted.
pub const MAX_ARRIVED: usize = 30;
/// Reports on one page of the inbox: each is compared with some hundred others, and a person reads no more in one go.
pub const INBOX_PER_PAGE: usize = 20;

/// Incidents on one page of their list.
pub const INCIDENTS_PER_PAGE: usize = 50;

/// Likely same events beside one report in the inbox: more push the next report out of sight on a phone.
pub const LIKELY_PER_REPORT: usize = 3;

/// Steps inwards that are shown as such; what lies deeper is shown as deep as this.
pub const MAX_AREA_STEPS: usize = 5;

/// Days after which a report that has arrived is forgotten by itself, as offered; 0: never.
pub const SHED_CHOICES: [u16; 5] = [0, 7, 14, 30, 90];

/// Bytes of letters from which the page says that they go into several files: what a bundle holds, less a part for the
/// lengths that stand between letters.
pub const PARTS_FROM_BYTES: u64 = azalai_node::limits::MAX_BUNDLE_BYTES / 100 * 99;
