//! The change linter: what stands between bytes from outside and Automerge.
//!
//! Automerge's parser trusts a change about its own size. Automerge 0.12 takes seconds on a change of 127 bytes that
//! announces enough operations, gigabytes on a compressed one, and panics on many that are damaged. So nothing that
//! came from outside reaches it before [`lint`] has read the change itself, in bounded memory and time, and found
//! that it is exactly what Automerge's encoder would have written: [`Linted`] cannot be had otherwise.
//!
//! [`lint`] looks at the bytes alone. [`Ground`] then looks at the change in its document: whether what it refers to
//! is there, in what it builds on. Only a change that passed both may be applied; see `docs/spec/changes.md`.
//!
//! This module must never call Automerge, never panic, and never allocate by a number that the input announces.

mod columns;
mod error;
mod ground;
mod op;
mod runs;

use azalai_envelope::codec::Reader;
use sha2::{Digest as _, Sha256};

pub use error::{GroundError, LintError};
pub use ground::Ground;
pub use op::{Action, Key, Object, Op, OpId, Value};

use crate::limits;

pub(crate) const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
pub(crate) const CHECKSUM_BYTES: usize = 4;
pub(crate) const PLAIN_CHANGE: u8 = 1;

/// What the statement around a change says about it.
pub struct Expect<'a> {
    /// The actor that the statement's author has in this document; the change must be that actor's.
    pub actor: &'a [u8],
    /// The sequence number that is due, if the caller knows it; [`Ground`] checks it in any case.
    pub seq: Option<u64>,
    /// Whether an actor is one of this document's ([`Ground::has_actor`]). A change may refer to no other. One that
    /// came before what it builds on may name an actor that has not been met yet: [`LintError::UnknownActor`] then
    /// means "not yet" until all that could come has come.
    pub known_actors: &'a dyn Fn(&[u8]) -> bool,
}

/// A change that keeps every rule of [`lint`]. It cannot be made otherwise. It may still refer to what is not there:
/// [`Ground::check`] comes before Automerge.
#[derive(Debug, Clone, PartialEq)]
pub struct Linted<'a> {
    bytes: &'a [u8],
    hash: [u8; 32],
    deps: Vec<[u8; 32]>,
    actors: Vec<&'a [u8]>,
    seq: u64,
    start_op: u64,
    ops: Vec<Op<'a>>,
}

impl<'a> Linted<'a> {
    /// The bytes as they came: what may be given to Automerge, once [`Ground`] has agreed.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Automerge's hash of the change: SHA-256 over its type, length and content.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// The changes that it builds on, strictly ascending.
    #[must_use]
    pub fn deps(&self) -> &[[u8; 32]] {
        &self.deps
    }

    /// Its author's actor.
    #[must_use]
    pub fn actor(&self) -> &'a [u8] {
        self.actors.first().copied().unwrap_or_default()
    }

    /// The other actors that its operations refer to, strictly ascending.
    #[must_use]
    pub fn other_actors(&self) -> &[&'a [u8]] {
        self.actors.get(1..).unwrap_or_default()
    }

    /// Its place in its actor's sequence, from 1.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The counter of its first operation, from 1.
    #[must_use]
    pub fn start_op(&self) -> u64 {
        self.start_op
    }

    /// Its operations, at least one; their counters follow one another from [`Linted::start_op`].
    #[must_use]
    pub fn ops(&self) -> &[Op<'a>] {
        &self.ops
    }
}

/// Reads a change and checks every rule that can be checked without its document.
///
/// In the order of the bytes: at most [`limits::CHANGE_BYTES`]; Automerge's magic; chunk type 1, so no document, no
/// compression, no bundle; a length that is exactly what follows; the checksum. Then dependencies (strictly
/// ascending), the actor (`expect.actor`), the sequence number (from 1), the first operation's counter (from 1, and
/// the last still under 2^32), time 0, no message, the other actors (strictly ascending, known to the document, each
/// used). Then the columns: only those our documents use, strictly ascending, none compressed, none empty, nothing
/// after them, all with one number of rows, 1 to [`limits::CHANGE_OPS`], each in the one form that the encoder
/// writes. Then each operation: actions and values that our documents use, keys of 1 to [`limits::KEY_BYTES`] bytes
/// of UTF-8, references to older operations only, and what it replaces in order and fitting its action. Every integer
/// is in its shortest form.
///
/// Time and memory are linear in the input and in [`limits::CHANGE_OPS`].
///
/// # Errors
/// The first rule that it breaks.
pub fn lint<'a>(bytes: &'a [u8], expect: &Expect<'_>) -> Result<Linted<'a>, LintError> {
    if bytes.len() > limits::CHANGE_BYTES {
        return Err(LintError::TooLong { got: bytes.len(), limit: limits::CHANGE_BYTES });
    }
    let mut reader = Reader::new(bytes);
    if reader.array::<4>("magic")? != MAGIC {
        return Err(LintError::Magic);
    }
    let checksum = reader.array::<CHECKSUM_BYTES>("checksum")?;
    let hashed = bytes.get(reader.offset()..).unwrap_or_default();
    let got = reader.u8("chunk type")?;
    if got != PLAIN_CHANGE {
        return Err(LintError::ChunkType { got });
    }
    let content = reader.bytes("content", limits::CHANGE_BYTES)?;
    reader.end("chunk")?;
    let hash: [u8; 32] = Sha256::digest(hashed).into();
    if !hash.starts_with(&checksum) {
        return Err(LintError::Checksum);
    }

    let mut reader = Reader::new(content);
    let deps = read_deps(&mut reader)?;
    let actor = reader.bytes("actor", limits::ACTOR_BYTES)?;
    if actor != expect.actor {
        return Err(LintError::ForgedActor);
    }
    let seq = reader.varint("sequence number")?;
    if seq == 0 {
        return Err(LintError::SeqZero);
    }
    if let Some(expected) = expect.seq.filter(|expected| *expected != seq) {
        return Err(LintError::Seq { got: seq, expected });
    }
    let start_op = reader.varint("start operation")?;
    if start_op == 0 {
        return Err(LintError::StartZero);
    }
    if runs::signed(&mut reader, "time")? != 0 {
        return Err(LintError::Time);
    }
    if reader.varint("message")? != 0 {
        return Err(LintError::Message);
    }
    let actors = read_actors(&mut reader, actor, expect)?;
    let ops = columns::Columns::read(&mut reader)?.ops(start_op, &actors)?;
    check_all_used(&ops, actors.len())?;
    Ok(Linted { bytes, hash, deps, actors, seq, start_op, ops })
}

fn read_deps(reader: &mut Reader<'_>) -> Result<Vec<[u8; 32]>, LintError> {
    let count = reader.length("dependencies", limits::CHANGE_DEPS)?;
    let mut deps: Vec<[u8; 32]> = Vec::new();
    for _ in 0..count {
        let dep = reader.array::<32>("dependency")?;
        if deps.last().is_some_and(|before| *before >= dep) {
            return Err(LintError::DepsOrder);
        }
        deps.push(dep);
    }
    Ok(deps)
}

/// The actor table: the author, then the others.
fn read_actors<'a>(reader: &mut Reader<'a>, author: &'a [u8], expect: &Expect<'_>) -> Result<Vec<&'a [u8]>, LintError> {
    let count = reader.length("other actors", limits::CHANGE_ACTORS)?;
    let mut actors = vec![author];
    for index in 1..=count {
        let actor = reader.bytes("other actor", limits::ACTOR_BYTES)?;
        let before = actors.get(1..).and_then(|others| others.last());
        if actor == author || before.is_some_and(|before| *before >= actor) {
            return Err(LintError::ActorsOrder);
        }
        if !(expect.known_actors)(actor) {
            return Err(LintError::UnknownActor { index });
        }
        actors.push(actor);
    }
    Ok(actors)
}

/// The encoder lists only actors that an operation refers to.
fn check_all_used(ops: &[Op<'_>], actors: usize) -> Result<(), LintError> {
    let mut used = vec![false; actors];
    let mut mark = |id: &OpId| {
        if let Some(slot) = used.get_mut(id.actor) {
            *slot = true;
        }
    };
    for op in ops {
        if let Object::Made(id) = &op.object {
            mark(id);
        }
        if let Key::Element(id) = &op.key {
            mark(id);
        }
        op.preds.iter().for_each(&mut mark);
    }
    match used.iter().skip(1).position(|used| !used) {
        None => Ok(()),
        Some(unused) => Err(LintError::UnusedActor { index: unused + 1 }),
    }
}
