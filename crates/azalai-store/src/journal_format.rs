//! The bytes of the file "journal": a head, then records that can be told from damage.
//!
//! Pure. Reading must never fail for damage: it skips what it cannot open, says how much, and goes on at the next
//! record that opens.

use azalai_envelope::codec::{DecodeError, Reader, Writer};

use crate::error::StoreError;
use crate::journal::JournalEntry;
use crate::limits::JOURNAL_RECORD_MAX_BYTES;
use crate::secret::{SALT, Secret, TAG};

const VERSION: u8 = 1;
const LABEL: &str = "journal record";
const KEY_ID: usize = 8;
const MARK: usize = 8;
const RECORD_ID: usize = 32;

/// Bytes of the head.
pub(crate) const HEAD: usize = 1 + KEY_ID;

/// What a journal's bytes hold.
#[derive(Debug, Default)]
pub(crate) struct Content {
    /// The records that opened, in order.
    pub(crate) entries: Vec<JournalEntry>,
    /// How many stretches between records did not.
    pub(crate) damaged: usize,
    /// Up to where the file is records; what follows is a torn tail.
    pub(crate) good: usize,
}

/// The head of a journal under `key`.
pub(crate) fn head(key: &Secret) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.u8(VERSION).raw(&key_id(key));
    writer.finish()
}

/// Whether the file was made under `key`. A head that is cut short belongs to no key.
pub(crate) fn is_under(bytes: &[u8], key: &Secret) -> Result<bool, StoreError> {
    match bytes.first() {
        Some(&got) if got != VERSION => Err(StoreError::UnknownVersion { what: "the file journal", got }),
        _ => Ok(bytes.starts_with(&head(key))),
    }
}

/// One record: mark, length of the sealed part, salt, sealed (id, bytes). The seal's tag is the checksum.
pub(crate) fn record(key: &Secret, salt: &[u8; SALT], id: &[u8; 32], bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    if bytes.len() > JOURNAL_RECORD_MAX_BYTES {
        return Err(StoreError::ValueTooLarge { got: bytes.len(), limit: JOURNAL_RECORD_MAX_BYTES });
    }
    let mut plain = Writer::new();
    plain.raw(id).raw(bytes);
    let sealed = key.seal(LABEL, salt, &[VERSION], &plain.finish())?;
    let mut writer = Writer::new();
    writer.raw(&mark(key)).u32(sealed.len() as u32).raw(salt).raw(&sealed);
    Ok(writer.finish())
}

/// Reads all records that follow the head.
pub(crate) fn read(key: &Secret, bytes: &[u8]) -> Content {
    let mark = mark(key);
    let mut content = Content { good: HEAD.min(bytes.len()), ..Content::default() };
    let mut rest = bytes.get(HEAD..).unwrap_or_default();
    let mut skipped = false;
    while !rest.is_empty() {
        if let Ok((entry, after)) = read_record(key, &mark, rest) {
            content.damaged += usize::from(skipped);
            skipped = false;
            content.entries.push(entry);
            content.good = bytes.len() - after.len();
            rest = after;
        } else {
            skipped = true;
            let later = rest.get(1..).unwrap_or_default();
            let next = later.windows(MARK).position(|window| window == mark);
            rest = next.and_then(|at| later.get(at..)).unwrap_or_default();
        }
    }
    content
}

fn read_record<'a>(key: &Secret, mark: &[u8; MARK], bytes: &'a [u8]) -> Result<(JournalEntry, &'a [u8]), DecodeError> {
    let mut reader = Reader::new(bytes);
    if reader.array("mark")? != *mark {
        return Err(reader.invalid("mark", "another one"));
    }
    let len = reader.u32("length")? as usize;
    if !(RECORD_ID + TAG..=RECORD_ID + JOURNAL_RECORD_MAX_BYTES + TAG).contains(&len) {
        return Err(reader.invalid("length", "outside the limits"));
    }
    let salt = reader.array("salt")?;
    let sealed = reader.take("record", len)?;
    let plain = key.open(LABEL, &salt, &[VERSION], sealed);
    let plain = plain.ok_or_else(|| reader.invalid("record", "it does not open"))?;
    let (id, content) = plain.split_first_chunk().ok_or_else(|| reader.invalid("record", "no id"))?;
    let entry = JournalEntry { id: *id, bytes: content.to_vec() };
    Ok((entry, bytes.get(reader.offset()..).unwrap_or_default()))
}

fn key_id(key: &Secret) -> [u8; KEY_ID] {
    first8(&key.hash("journal key id", &[]))
}

/// Where records begin: only who has the key can make or find it.
fn mark(key: &Secret) -> [u8; MARK] {
    first8(&key.hash("journal mark", &[]))
}

fn first8(hash: &[u8; 32]) -> [u8; 8] {
    core::array::from_fn(|i| hash.get(i).copied().unwrap_or_default())
}
