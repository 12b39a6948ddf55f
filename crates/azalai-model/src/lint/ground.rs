//! What a change is checked against in its document: who wrote how far, and what stands where.
//!
//! Automerge applies a change by looking up what it refers to, and takes for granted that it is there: an object that
//! does not exist, an element of another list or a replaced value of another key makes it panic, or, worse, makes it
//! save a document that it cannot load again. [`Ground`] holds what it takes to see that before, and nothing else. It
//! holds no values and is never stored: it is built again by adding the document's changes, the base change first.

use std::collections::BTreeMap;

use super::Linted;
use super::error::GroundError;
use super::op::{Action, Key, Object, Op, OpId, Value};
use crate::limits;

/// An operation's name within the document: actor number and counter.
type Id = (usize, u32);

/// The changes of one document that have been applied, as far as later ones are checked against them.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    actors: BTreeMap<Vec<u8>, usize>,
    changes: BTreeMap<[u8; 32], Past>,
    taken: BTreeMap<(usize, u64), [u8; 32]>,
    ops: BTreeMap<Id, Stone>,
}

/// What a change leaves behind it: the last counter, and how far it and all that it builds on reach.
#[derive(Debug, Clone)]
struct Past {
    last_op: u64,
    clock: BTreeMap<usize, u64>,
}

/// Where an operation stands.
#[derive(Debug, Clone)]
struct Stone {
    /// The sequence number of its change: with it, a clock says whether the operation is in it.
    seq: u64,
    object: Option<Id>,
    place: Place,
    insert: bool,
    kind: Kind,
}

/// A place that holds values: a map's key, or an element by the operation that inserted it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Key(String),
    Element(Id),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Map { depth: u8 },
    List { depth: u8 },
    Text { depth: u8 },
    Value,
    Deletion,
}

/// A change on its way in.
struct Arriving<'a> {
    ground: &'a Ground,
    /// The document's numbers of the change's actors.
    numbers: Vec<usize>,
    clock: BTreeMap<usize, u64>,
    own: BTreeMap<Id, Stone>,
}

impl Ground {
    /// Of a document that has no change yet; the first to add is its base change.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether `actor` wrote something in this document.
    #[must_use]
    pub fn has_actor(&self, actor: &[u8]) -> bool {
        self.actors.contains_key(actor)
    }

    /// Whether the change with this hash has been added.
    #[must_use]
    pub fn has_change(&self, hash: &[u8; 32]) -> bool {
        self.changes.contains_key(hash)
    }

    /// The sequence number that is due from `actor`: one more than its highest here, or one.
    #[must_use]
    pub fn next_seq(&self, actor: &[u8]) -> u64 {
        let number = self.actors.get(actor);
        let last = number.and_then(|number| self.taken.range((*number, 0)..=(*number, u64::MAX)).next_back());
        last.map_or(1, |((_, seq), _)| seq + 1)
    }

    /// Checks a change against the document without adding it.
    ///
    /// What it builds on must be here, and its actor's own last change among it. Its first operation's counter is
    /// the one after all of these. Every operation that it refers to is in what it builds on or earlier in itself:
    /// the object is an object, a map has text keys, a list or text has elements of its own, what is replaced
    /// stands in the same place and is no deletion. A text takes insertions of text and deletions only. Objects are
    /// nested at most [`limits::OBJECT_DEPTH`] deep.
    ///
    /// # Errors
    /// The first rule that it breaks; [`GroundError::MissingDep`] and [`GroundError::Known`] are no offences.
    pub fn check(&self, change: &Linted<'_>) -> Result<(), GroundError> {
        self.arrive(change).map(drop)
    }

    /// Checks a change as [`Ground::check`] does and adds it; on an error nothing is changed.
    ///
    /// # Errors
    /// As [`Ground::check`].
    pub fn add(&mut self, change: &Linted<'_>) -> Result<(), GroundError> {
        let Arriving { numbers, mut clock, mut own, .. } = self.arrive(change)?;
        let author = numbers.first().copied().unwrap_or_default();
        clock.insert(author, change.seq());
        self.actors.entry(change.actor().to_vec()).or_insert(author);
        self.taken.insert((author, change.seq()), change.hash());
        let last_op = change.start_op() + change.ops().len() as u64 - 1;
        self.changes.insert(change.hash(), Past { last_op, clock });
        self.ops.append(&mut own);
        Ok(())
    }

    fn arrive<'a>(&'a self, change: &Linted<'_>) -> Result<Arriving<'a>, GroundError> {
        if self.has_change(&change.hash()) {
            return Err(GroundError::Known);
        }
        if change.deps().is_empty() && !self.changes.is_empty() {
            return Err(GroundError::NoDeps);
        }
        let mut clock: BTreeMap<usize, u64> = BTreeMap::new();
        let mut last_op = 0;
        for dep in change.deps() {
            let past = self.changes.get(dep).ok_or(GroundError::MissingDep(*dep))?;
            last_op = last_op.max(past.last_op);
            for (actor, seq) in &past.clock {
                let reached = clock.entry(*actor).or_default();
                *reached = (*reached).max(*seq);
            }
        }
        // The author may be new; whoever else is named was known to the linter's caller. One that is not here has
        // a number that no operation has.
        let number = |actor: &[u8]| self.actors.get(actor).copied().unwrap_or(self.actors.len());
        let author = number(change.actor());
        let unknown = |actor: &&[u8]| self.actors.get(*actor).copied().unwrap_or(usize::MAX);
        let numbers = core::iter::once(author).chain(change.other_actors().iter().map(unknown)).collect();

        let got = change.seq();
        if self.taken.contains_key(&(author, got)) {
            return Err(GroundError::SeqTaken { got });
        }
        let needed = clock.get(&author).map_or(1, |seq| seq + 1);
        if got != needed {
            return Err(GroundError::Seq { got, needed });
        }
        let needed = last_op + 1;
        if change.start_op() != needed {
            return Err(GroundError::Start { got: change.start_op(), needed });
        }
        let mut arriving = Arriving { ground: self, numbers, clock, own: BTreeMap::new() };
        for (row, op) in change.ops().iter().enumerate() {
            let stone = arriving.place(row, op, got)?;
            arriving.own.insert((author, op.counter), stone);
        }
        Ok(arriving)
    }
}

impl Arriving<'_> {
    /// Finds an operation that the change may refer to.
    fn find(&self, id: OpId, column: &'static str, row: usize) -> Result<(Id, &Stone), GroundError> {
        let missing = GroundError::NotInPast { column, row };
        let number = self.numbers.get(id.actor).copied().ok_or(missing.clone())?;
        let key = (number, id.counter);
        if let Some(stone) = self.own.get(&key) {
            return Ok((key, stone));
        }
        let reached = self.clock.get(&number).copied().unwrap_or_default();
        let stone = self.ground.ops.get(&key).filter(|stone| stone.seq <= reached);
        stone.map(|stone| (key, stone)).ok_or(missing)
    }

    /// Checks one operation and says where it stands.
    fn place(&self, row: usize, op: &Op<'_>, seq: u64) -> Result<Stone, GroundError> {
        let (object, kind) = match op.object {
            Object::Root => (None, Kind::Map { depth: 0 }),
            Object::Made(id) => {
                let (id, stone) = self.find(id, "object", row)?;
                (Some(id), stone.kind)
            }
        };
        let author = self.numbers.first().copied().unwrap_or_default();
        let (depth, place) = match (kind, op.key) {
            (Kind::Map { depth }, Key::Map(key)) => (depth, Place::Key(key.to_owned())),
            (Kind::List { depth } | Kind::Text { depth }, Key::Head) => (depth, Place::Element((author, op.counter))),
            (Kind::List { depth } | Kind::Text { depth }, Key::Element(id)) => {
                let (id, element) = self.find(id, "key", row)?;
                if !element.insert || element.object != object {
                    return Err(GroundError::NotAnElement { row });
                }
                (depth, Place::Element(if op.insert { (author, op.counter) } else { id }))
            }
            (Kind::Value | Kind::Deletion, _) => return Err(GroundError::NotAnObject { row }),
            _ => return Err(GroundError::KeyKind { row }),
        };
        let is_text = matches!(kind, Kind::Text { .. });
        let deeper = || match depth + 1 {
            depth if depth <= limits::OBJECT_DEPTH => Ok(depth),
            _ => Err(GroundError::TooDeep { row, limit: limits::OBJECT_DEPTH }),
        };
        let kind = match op.action {
            Action::Delete => Kind::Deletion,
            Action::Set(Value::Text(_)) if is_text && op.insert => Kind::Value,
            _ if is_text => return Err(GroundError::NotText { row }),
            Action::Set(_) => Kind::Value,
            Action::MakeMap => Kind::Map { depth: deeper()? },
            Action::MakeList => Kind::List { depth: deeper()? },
            Action::MakeText => Kind::Text { depth: deeper()? },
        };
        for pred in &op.preds {
            let (_, replaced) = self.find(*pred, "replaced", row)?;
            if replaced.object != object || replaced.place != place || replaced.kind == Kind::Deletion {
                return Err(GroundError::PredElsewhere { row });
            }
        }
        Ok(Stone { seq, object, place, insert: op.insert, kind })
    }
}
