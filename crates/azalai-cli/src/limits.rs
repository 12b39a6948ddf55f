//! Every number that limits what the program reads or how long it waits, with its unit and its reason.

use std::time::Duration;

/// Bytes of an invite file at most: what the device would take.
pub(crate) const MAX_INVITE_BYTES: u64 = azalai_node::limits::MAX_INVITE_BYTES as u64;

/// Bytes of a certificate file at most: a certificate has some 300.
pub(crate) const MAX_CERTIFICATE_BYTES: u64 = 4096;

/// Bytes of a report in JSON at most: the longest narrative with all lists full is under half of it.
pub(crate) const MAX_JSON_BYTES: u64 = 256 * 1024;

/// Bytes of one reply over HTTP at most: what a responder may send, and a little for a problem document.
pub(crate) const MAX_REPLY_BYTES: u64 = azalai_sync::limits::MAX_REPLY_BYTES as u64 + 64 * 1024;

/// Characters of a problem document's texts that are shown: a responder may not fill a screen.
pub(crate) const MAX_PROBLEM_CHARS: usize = 300;

/// How long connecting may take: a hotspot that is far away answers within it.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// How long one request may take with its reply: 4 MiB over a slow mobile link.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(180);

/// How often an exchange that is offered takes in what neighbours brought.
pub(crate) const CATCH_UP_EVERY: Duration = Duration::from_secs(1);

/// Bytes of a bundle at least, where somebody limits it: what it begins with and the largest envelope, so that each takes
/// one at least.
pub(crate) const MIN_BUNDLE_BYTES: u64 = 128 * 1024;

/// Words of an offered passphrase: five of 2,048 make 55 bits, behind Argon2id.
pub(crate) const OFFERED_WORDS: usize = 5;

/// How often pages that nobody looks at are locked: a few seconds over the rest that was chosen.
pub(crate) const IDLE_CHECK_EVERY: Duration = Duration::from_secs(5);

/// Bytes of a PEM file at most: a chain of certificates has a few thousand, a bundle of authorities some 250,000.
pub(crate) const MAX_PEM_BYTES: u64 = 1024 * 1024;

/// How long the beginning of TLS may take: two round trips over the slowest link.
pub(crate) const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(20);

/// Connections over TLS to the pages at a time: a browser opens six, and a device has few who share it.
pub(crate) const MAX_TLS_CONNECTIONS: usize = 128;

/// How long one connection to the pages over TLS may last. A browser opens another without being asked; whoever only
/// holds places loses them.
pub(crate) const TLS_CONNECTION_TIMEOUT: Duration = Duration::from_secs(10 * 60);

/// Folders within a folder that are walked: a relay's has two.
pub(crate) const MAX_FOLDER_DEPTH: usize = 8;

/// Bytes of a recovery sheet's file at most: one has some 2,000.
pub(crate) const MAX_SHEET_BYTES: u64 = 64 * 1024;

/// How often a relay that keeps letters for some days deletes older ones: days end at midnight, and nobody waits for it.
pub(crate) const DELETE_OLD_EVERY: Duration = Duration::from_secs(60 * 60);
