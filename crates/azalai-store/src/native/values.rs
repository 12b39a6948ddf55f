//! How keys and values lie in sled's one tree.
//!
//! sled moves a page of more than 128 KiB into a file of its own, which it never syncs and may remove too early. No
//! page may become so large: values over [`INLINE_MAX_BYTES`] are cut into pieces, which bounds a page of sled's
//! sixteen items to about 70 KiB.
//!
//! - `0 ‖ space ‖ key` → `0 ‖ value`, or `1 ‖ length u32 ‖ first piece u64`
//! - `1 ‖ piece u64` → a piece
//! - `2` → how many groups of batches were written, u64

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use sled::Tree;

use crate::error::StoreError;
use crate::limits::VALUE_MAX_BYTES;
use crate::store::Space;

/// Largest value, and largest piece of one, in bytes.
pub(super) const INLINE_MAX_BYTES: usize = 4096;

const HEADS: u8 = 0;
const PIECES: u8 = 1;
const GROUPS: u8 = 2;
const INLINE: u8 = 0;
const IN_PIECES: u8 = 1;

/// The tree's key for a key of a space.
pub(super) fn head_key(space: Space, key: &[u8]) -> Vec<u8> {
    [&[HEADS, space.0], key].concat()
}

/// The bounds of the tree's keys for all keys of a space: the first, and the first that is no longer of it.
pub(super) fn head_range(space: Space) -> (Vec<u8>, Vec<u8>) {
    let end = space.0.checked_add(1).map_or(vec![HEADS + 1], |next| vec![HEADS, next]);
    (vec![HEADS, space.0], end)
}

/// The key of a space for the tree's key.
pub(super) fn logical_key(head_key: &[u8]) -> Vec<u8> {
    head_key.get(2..).unwrap_or_default().to_vec()
}

fn piece_key(piece: u64) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.u8(PIECES).u64(piece);
    writer.finish()
}

/// A value as its head says.
#[derive(Debug, PartialEq, Eq)]
enum Head {
    Inline(Vec<u8>),
    Pieces { len: usize, first: u64 },
}

fn read_head(bytes: &[u8]) -> Result<Head, DecodeError> {
    let mut reader = Reader::new(bytes);
    match reader.u8("kind of value")? {
        INLINE => {
            let left = reader.left();
            reader.take("value", left).map(|value| Head::Inline(value.to_vec()))
        }
        IN_PIECES => {
            let len = reader.u32("length of value")? as usize;
            let first = reader.u64("first piece")?;
            reader.end("value")?;
            if len > VALUE_MAX_BYTES {
                return Err(reader.invalid("length of value", "over the limit"));
            }
            Ok(Head::Pieces { len, first })
        }
        _ => Err(reader.invalid("kind of value", "an unknown one")),
    }
}

fn pieces(len: usize, first: u64) -> impl Iterator<Item = u64> {
    (0..len.div_ceil(INLINE_MAX_BYTES) as u64).map_while(move |index| first.checked_add(index))
}

/// The first number that no piece has.
pub(super) fn next_piece(tree: &Tree) -> Result<u64, sled::Error> {
    let last = tree.range(vec![PIECES]..vec![PIECES + 1]).next_back().transpose()?;
    let number = last.and_then(|(key, _)| key.get(1..).and_then(|rest| rest.first_chunk().copied()));
    Ok(number.map_or(0, |bytes| u64::from_be_bytes(bytes).saturating_add(1)))
}

/// How many groups of batches the tree has seen.
pub(super) fn groups(tree: &Tree) -> Result<u64, sled::Error> {
    let stored = tree.get([GROUPS])?;
    let bytes = stored.and_then(|stored| stored.first_chunk().copied()).unwrap_or_default();
    Ok(u64::from_be_bytes(bytes))
}

/// Adds the count of groups to `batch`.
pub(super) fn write_groups(batch: &mut sled::Batch, groups: u64) {
    batch.insert(&[GROUPS], &groups.to_be_bytes());
}

/// Adds a write to `batch`: the value if there is one, and the removal of the pieces of the value before.
pub(super) fn write(
    tree: &Tree,
    batch: &mut sled::Batch,
    next_piece: &mut u64,
    head_key: Vec<u8>,
    value: Option<&[u8]>,
) -> Result<(), sled::Error> {
    if let Some(Ok(Head::Pieces { len, first })) = tree.get(&head_key)?.map(|head| read_head(&head)) {
        pieces(len, first).for_each(|piece| batch.remove(piece_key(piece)));
    }
    let mut head = Writer::new();
    match value {
        None => {
            batch.remove(head_key);
            return Ok(());
        }
        Some(value) if value.len() <= INLINE_MAX_BYTES => head.u8(INLINE).raw(value),
        Some(value) => {
            head.u8(IN_PIECES).u32(value.len() as u32).u64(*next_piece);
            for piece in value.chunks(INLINE_MAX_BYTES) {
                batch.insert(piece_key(*next_piece), piece);
                *next_piece += 1;
            }
            &mut head
        }
    };
    batch.insert(head_key, head.finish());
    Ok(())
}

/// Reads the value that `head` begins. `None` if a piece is not there: the value was replaced meanwhile, or is
/// damaged.
pub(super) fn read(tree: &Tree, head: &[u8], what: &str) -> Result<Option<Vec<u8>>, StoreError> {
    match read_head(head) {
        Ok(Head::Inline(value)) => Ok(Some(value)),
        Ok(Head::Pieces { len, first }) => {
            let mut value = Vec::with_capacity(len);
            for piece in pieces(len, first) {
                let piece = tree.get(piece_key(piece)).map_err(|error| super::sled_store::failed("reading", &error))?;
                let Some(piece) = piece else { return Ok(None) };
                value.extend_from_slice(&piece);
            }
            Ok((value.len() == len).then_some(value))
        }
        Err(_) => Err(StoreError::Corrupt { what: what.to_owned() }),
    }
}
