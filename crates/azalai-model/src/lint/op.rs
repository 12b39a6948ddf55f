//! One operation of a change, and the rules that it keeps by itself.

use azalai_envelope::codec::Reader;

use super::error::LintError;
use super::runs::{signed, whole};
use crate::limits;

/// An operation's name: who made it, and the counter it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpId {
    /// Index into the change's actors: 0 is its author, 1 the first of [`super::Linted::other_actors`].
    pub actor: usize,
    /// The counter, from 1.
    pub counter: u32,
}

/// The object that an operation works in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// The document itself, a map.
    Root,
    /// One that this operation made.
    Made(OpId),
}

/// The place in the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    /// A key of a map.
    Map(&'a str),
    /// Before the first element of a list or text; only for insertions.
    Head,
    /// An element of a list or text; for insertions, the one to come after.
    Element(OpId),
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action<'a> {
    /// Makes a map.
    MakeMap,
    /// Makes a list.
    MakeList,
    /// Makes a text.
    MakeText,
    /// Puts a value.
    Set(Value<'a>),
    /// Takes out what it replaces.
    Delete,
}

/// A value that is put.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number from zero up.
    Uint(u64),
    /// A number.
    Int(i64),
    /// A finite number with a fraction.
    Float(f64),
    /// Words.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Milliseconds since 1970.
    Timestamp(i64),
}

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Op<'a> {
    /// Its counter; its actor is the change's author.
    pub counter: u32,
    /// Where it works.
    pub object: Object,
    /// In which place.
    pub key: Key<'a>,
    /// Whether it makes a new element after its key.
    pub insert: bool,
    /// What it does.
    pub action: Action<'a>,
    /// What it replaces, ascending by counter and actor.
    pub preds: Vec<OpId>,
}

/// Reads a value from its type code and its bytes.
pub(super) fn value(row: usize, code: u64, body: &[u8]) -> Result<Value<'_>, LintError> {
    const COLUMN: &str = "value";
    let unfit = LintError::ValueBody { row };
    match code {
        0..=2 if !body.is_empty() => Err(unfit),
        0 => Ok(Value::Null),
        1 => Ok(Value::Bool(false)),
        2 => Ok(Value::Bool(true)),
        3 => Ok(Value::Uint(whole(body, COLUMN, |reader: &mut Reader<'_>| Ok(reader.varint(COLUMN)?))?)),
        4 => Ok(Value::Int(whole(body, COLUMN, |reader| signed(reader, COLUMN))?)),
        5 => {
            let number = f64::from_le_bytes(body.try_into().map_err(|_| unfit.clone())?);
            if number.is_finite() { Ok(Value::Float(number)) } else { Err(unfit) }
        }
        6 => Ok(Value::Text(core::str::from_utf8(body).map_err(|_| unfit)?)),
        7 => Ok(Value::Bytes(body)),
        9 => Ok(Value::Timestamp(whole(body, COLUMN, |reader| signed(reader, COLUMN))?)),
        got => Err(LintError::ValueType { row, got }),
    }
}

/// The action of a code; `value` is what the value columns hold for it.
pub(super) fn action(row: usize, code: u64, value: Value<'_>) -> Result<Action<'_>, LintError> {
    let made = match code {
        1 => return Ok(Action::Set(value)),
        0 => Action::MakeMap,
        2 => Action::MakeList,
        3 => Action::Delete,
        4 => Action::MakeText,
        got => return Err(LintError::Action { row, got }),
    };
    if value == Value::Null { Ok(made) } else { Err(LintError::ValueUnwanted { row }) }
}

impl Op<'_> {
    /// Checks what an operation must keep whatever the document: its key against its insertion, its references
    /// against its own counter, what it replaces against its action.
    ///
    /// `start` is the counter of the change's first operation. Everything that the change builds on has a lower
    /// one, so a reference from there on can only be to an earlier operation of the change itself.
    pub(super) fn check(&self, row: usize, start: u64, actors: &[&[u8]]) -> Result<(), LintError> {
        let older = |column, id: OpId| {
            let ours = id.actor == 0 && u64::from(id.counter) >= start;
            let past = u64::from(id.counter) < start;
            if past || (ours && id.counter < self.counter) { Ok(()) } else { Err(LintError::Forward { column, row }) }
        };
        if let Object::Made(id) = self.object {
            older("object", id)?;
        }
        match self.key {
            Key::Map(key) => {
                let got = key.len();
                if got == 0 || got > limits::KEY_BYTES {
                    return Err(LintError::KeyLength { row, got, limit: limits::KEY_BYTES });
                }
                if self.insert {
                    return Err(LintError::Insert { row });
                }
            }
            Key::Head if !self.insert => return Err(LintError::Insert { row }),
            Key::Head => {}
            Key::Element(id) => older("key", id)?,
        }
        let bad_count = Err(LintError::PredCount { row, got: self.preds.len() });
        match (self.insert, self.action, self.key) {
            (true, Action::Delete, _) => return Err(LintError::Insert { row }),
            (true, ..) if !self.preds.is_empty() => return bad_count,
            (false, Action::Delete, _) | (false, _, Key::Element(_)) if self.preds.is_empty() => return bad_count,
            _ => {}
        }
        for id in &self.preds {
            older("replaced", *id)?;
        }
        let ascending = self.preds.iter().zip(self.preds.iter().skip(1)).all(|(a, b)| {
            let (left, right) = (actors.get(a.actor), actors.get(b.actor));
            (a.counter, left) < (b.counter, right)
        });
        if ascending { Ok(()) } else { Err(LintError::PredOrder { row }) }
    }
}
