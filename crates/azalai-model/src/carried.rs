//! A change as a statement carries it: without what the statement says already.
//!
//! Automerge puts a head with a checksum in front of a change and its author's actor into it. A reader can make all of
//! them: the checksum follows from the rest, and the actor is derived from the statement. So they are left out, which
//! saves some 30 bytes of every report, and there is no actor to forge. The form is in `docs/spec/changes.md`.
//!
//! This module only takes apart and puts together; whether a change keeps the rules is for [`crate::lint`] to say.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use sha2::{Digest as _, Sha256};

use crate::limits;
use crate::lint::{CHECKSUM_BYTES, MAGIC, PLAIN_CHANGE};

const HASH_BYTES: usize = 32;

/// What a statement carries of a change that this device's Automerge just wrote: its content without the actor. Its
/// size is not looked at here; `None` only if the bytes are no change.
pub(crate) fn strip(chunk: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(chunk);
    reader.take("head", MAGIC.len() + CHECKSUM_BYTES).ok()?;
    reader.u8("chunk type").ok()?;
    let content = reader.bytes("content", chunk.len()).ok()?;
    let mut reader = Reader::new(content);
    let deps = dependencies(&mut reader, content, content.len()).ok()?;
    reader.bytes("actor", limits::ACTOR_BYTES).ok()?;
    Some([deps, content.get(reader.offset()..)?].concat())
}

/// The change that a statement carries, as Automerge has it: the actor put in, the head and the checksum in front.
///
/// The result is at most some 30 bytes longer than `body`, and is what [`crate::lint::lint`] takes.
///
/// # Errors
/// [`DecodeError`] if the dependencies, behind which the actor stands, cannot be read.
pub fn whole(body: &[u8], actor: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut reader = Reader::new(body);
    let deps = dependencies(&mut reader, body, limits::CHANGE_DEPS)?;
    let rest = body.get(reader.offset()..).unwrap_or_default();
    let mut content = Writer::new();
    content.raw(deps).bytes(actor).raw(rest);
    let mut hashed = Writer::new();
    hashed.u8(PLAIN_CHANGE).bytes(&content.finish());
    let hashed = hashed.finish();
    let hash: [u8; HASH_BYTES] = Sha256::digest(&hashed).into();
    let mut chunk = MAGIC.to_vec();
    chunk.extend(hash.iter().take(CHECKSUM_BYTES));
    chunk.extend_from_slice(&hashed);
    Ok(chunk)
}

/// The dependencies with their count, as they stand.
fn dependencies<'a>(reader: &mut Reader<'a>, content: &'a [u8], limit: usize) -> Result<&'a [u8], DecodeError> {
    let count = reader.length("dependencies", limit)?;
    reader.take("dependencies", count.saturating_mul(HASH_BYTES))?;
    Ok(content.get(..reader.offset()).unwrap_or_default())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::base::base_bytes;
    use crate::{ActorId, Document, DocumentKind, ReportFields};

    fn report(document: &mut Document, actor: u8) -> (Vec<u8>, Vec<u8>) {
        let fields = ReportFields { category: Some("kidnapping".to_owned()), ..ReportFields::default() };
        let body = document.write_report(&ActorId::from([actor; 16]), &fields).unwrap();
        let last = document.automerge().get_last_local_change().unwrap();
        (body, last.raw_bytes().to_vec())
    }

    /// Guards against a reader that puts together another change than the writer's: its hash, and so everything that
    /// builds on it, would differ.
    #[test]
    fn what_is_carried_becomes_the_change_that_was_written() {
        let (body, chunk) = report(&mut Document::new(DocumentKind::Report), 7);
        assert_eq!(whole(&body, &[7; 16]).unwrap(), chunk);
        assert_eq!(chunk.len() - body.len(), 4 + 4 + 1 + 1 + 17);
        let base = base_bytes(DocumentKind::Incident);
        assert_eq!(whole(&strip(base).unwrap(), &[0; 16]).unwrap(), base);
    }

    /// Guards against a change of the form: what is carried begins with the dependencies and goes on with the
    /// sequence number.
    #[test]
    fn what_is_carried_has_its_fixed_beginning() {
        let (body, chunk) = report(&mut Document::new(DocumentKind::Report), 7);
        assert_eq!(body[0], 1);
        assert_eq!(body[1..33], crate::base::base_hash(DocumentKind::Report));
        assert_eq!(body[33..36], [1, 3, 0]);
        assert!(chunk.ends_with(&body[33..]));
    }

    /// Guards against a claimed actor: the same bytes in another's statement are another change.
    #[test]
    fn the_actor_is_the_readers_to_say() {
        let (body, _) = report(&mut Document::new(DocumentKind::Report), 7);
        assert_ne!(whole(&body, &[7; 16]).unwrap(), whole(&body, &[8; 16]).unwrap());
    }

    /// Guards against counts that promise more than follows, and against a panic on any bytes.
    #[test]
    fn bytes_that_are_cut_off_or_announce_too_much_are_refused() {
        let (body, chunk) = report(&mut Document::new(DocumentKind::Report), 7);
        for length in 0..33 {
            assert!(whole(&body[..length], &[7; 16]).is_err(), "{length}");
        }
        assert!(whole(&[0xff, 0xff, 0xff, 0xff, 0x0f], &[7; 16]).is_err());
        assert!(whole(&[0x81, 0x00], &[7; 16]).is_err());
        for length in 0..chunk.len() {
            assert_eq!(strip(&chunk[..length]), None, "{length}");
        }
    }
}
