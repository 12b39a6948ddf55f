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
pub(crate) fn is_under(bytes: &[u8], key: &Secret) -> bool {
    bytes.starts_with(&head(key))
}

/// Refuses a newer program's file: every version's head goes on with the key's id, so that it is told from one whose
/// first byte is damaged. Asked only where no record of this version was found.
pub(crate) fn check_version(bytes: &[u8], key: &Secret) -> Result<(), StoreError> {
    match bytes.split_first() {
        Some((&got, rest)) if got > VERSION && rest.starts_with(&key_id(key)) => {
            Err(StoreError::UnknownVersion { what: "the file journal", got })
        }
        _ => Ok(()),
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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use azalai_envelope::ids::to_hex;

    use super::*;

    /// Guards against a change of the format that hides unsent reports.
    #[test]
    fn the_bytes_of_a_file_are_fixed() {
        let key = Secret([7; 32]);
        let mut file = head(&key);
        file.extend(record(&key, &[1; SALT], &[2; 32], b"first").unwrap());
        file.extend(record(&key, &[3; SALT], &[4; 32], b"").unwrap());
        assert_eq!(file.len(), 9 + 2 * (8 + 4 + 24 + 32 + 16) + 5);
        assert_eq!(to_hex(&file[..21]), "019116b5de117380412f2a83e343c80b9c00000035");
        assert_eq!(to_hex(&blake3::hash(&file).as_bytes()[..16]), "7394892802afac126d96d9dc806662b3");
        let content = read(&key, &file);
        let entries: Vec<_> = content.entries.iter().map(|entry| (entry.id[0], &entry.bytes[..])).collect();
        assert_eq!(entries, [(2, &b"first"[..]), (4, b"")]);
        assert_eq!((content.damaged, content.good), (0, file.len()));
    }

    /// Guards against bytes that make reading panic, loop or invent a record.
    #[test]
    fn noise_holds_no_record() {
        let key = Secret([7; 32]);
        let noise: Vec<u8> =
            (0..4000_u32).flat_map(|n| blake3::hash(&n.to_be_bytes()).as_bytes()[..1].to_vec()).collect();
        for len in [0, 1, 8, 9, 10, 100, 4000] {
            let content = read(&key, &noise[..len]);
            assert!(content.entries.is_empty());
            assert_eq!(content.good, len.min(HEAD));
        }
        let marks = mark(&key).repeat(500);
        assert!(read(&key, &[head(&key), marks].concat()).entries.is_empty());
    }
}
