//! From a change's columns to its operations.
//!
//! Automerge stores a change's operations column by column. Each column is read against the number of rows that the
//! action column has, so that no column decides by itself how much is read.

use azalai_envelope::codec::Reader;

use super::error::LintError;
use super::op::{self, Key, Object, Op, OpId};
use super::runs::{booleans, deltas, runs};
use crate::limits;

const OBJECT_ACTOR: u64 = 1;
const OBJECT_COUNTER: u64 = 2;
const KEY_ACTOR: u64 = 17;
const KEY_COUNTER: u64 = 19;
const KEY_TEXT: u64 = 21;
const INSERT: u64 = 52;
const ACTION: u64 = 66;
const VALUE_TYPE: u64 = 86;
const VALUE: u64 = 87;
const PRED_COUNT: u64 = 112;
const PRED_ACTOR: u64 = 113;
const PRED_COUNTER: u64 = 115;

/// A column's specification: its id in the upper bits, then whether it is compressed, then its type in three bits.
const SPECS: [u64; 12] = [
    OBJECT_ACTOR,
    OBJECT_COUNTER,
    KEY_ACTOR,
    KEY_COUNTER,
    KEY_TEXT,
    INSERT,
    ACTION,
    VALUE_TYPE,
    VALUE,
    PRED_COUNT,
    PRED_ACTOR,
    PRED_COUNTER,
];

const COMPRESSED: u64 = 0b1000;

/// The columns of one change, as they came.
pub(super) struct Columns<'a> {
    found: Vec<(u64, &'a [u8])>,
}

impl<'a> Columns<'a> {
    /// Reads the table of columns and cuts the data after it; nothing may be left behind them.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, LintError> {
        // Read on past a number of columns that cannot be right, so that the error names the column.
        let count = reader.length("columns", reader.left())?;
        let mut table: Vec<(u64, usize)> = Vec::new();
        for _ in 0..count {
            let spec = reader.varint("column specification")?;
            if spec & COMPRESSED != 0 {
                return Err(LintError::CompressedColumn { spec });
            }
            if !SPECS.contains(&spec) {
                return Err(LintError::UnknownColumn { spec });
            }
            if table.last().is_some_and(|(before, _)| *before >= spec) {
                return Err(LintError::ColumnOrder);
            }
            let length = reader.length("column length", limits::CHANGE_BYTES)?;
            if length == 0 {
                return Err(LintError::EmptyColumn { column: name(spec) });
            }
            table.push((spec, length));
        }
        let mut found = Vec::with_capacity(table.len());
        for (spec, length) in table {
            found.push((spec, reader.take(name(spec), length)?));
        }
        reader.end("columns")?;
        Ok(Self { found })
    }

    /// The operations, the first with counter `start`; `actors` is the author and then the others.
    pub(super) fn ops(&self, start: u64, actors: &[&[u8]]) -> Result<Vec<Op<'a>>, LintError> {
        let codes = self.full::<u64>(ACTION, None)?;
        let rows = codes.len();
        // There is at least one: a column that is there has bytes, and bytes make rows.
        if start.saturating_add(rows as u64) > limits::OP_COUNTER {
            return Err(LintError::CounterOverflow { start, ops: rows });
        }
        let inserts = booleans(name(INSERT), self.needed(INSERT)?, rows)?;
        same(INSERT, inserts.len(), rows)?;
        let objects = self.ids(OBJECT_ACTOR, self.partial::<u64>(OBJECT_COUNTER, rows)?, rows, actors)?;
        let keys = self.keys(rows, actors)?;
        let values = self.values(rows)?;
        let preds = self.preds(rows, actors)?;

        let mut ops = Vec::with_capacity(rows);
        let columns = codes.into_iter().zip(inserts).zip(objects).zip(keys).zip(values).zip(preds);
        for (row, (((((code, insert), object), key), value), preds)) in columns.enumerate() {
            let counter =
                u32::try_from(start + row as u64).map_err(|_| LintError::CounterOverflow { start, ops: rows })?;
            let object = object.map_or(Object::Root, Object::Made);
            let op = Op { counter, object, key, insert, action: op::action(row, code, value)?, preds };
            op.check(row, start, actors)?;
            ops.push(op);
        }
        Ok(ops)
    }

    fn keys(&self, rows: usize, actors: &[&[u8]]) -> Result<Vec<Key<'a>>, LintError> {
        let column = name(KEY_COUNTER);
        let texts = self.partial::<&str>(KEY_TEXT, rows)?;
        let mut counters = Vec::new();
        for (row, counter) in self.delta_rows(KEY_COUNTER, rows)?.into_iter().enumerate() {
            let counter = counter.map(|counter| u64::try_from(counter).map_err(|_| LintError::Counter { column, row }));
            counters.push(counter.transpose()?);
        }
        // A counter of zero is the head, and has no actor: keep it out of the pairs that name operations.
        let named = counters.iter().map(|counter| counter.filter(|counter| *counter > 0)).collect();
        let elements = self.ids(KEY_ACTOR, named, rows, actors)?;
        let each = texts.into_iter().zip(counters).zip(elements).enumerate();
        each.map(|(row, ((text, counter), element))| match (text, counter, element) {
            (Some(text), None, None) => Ok(Key::Map(text)),
            (None, Some(0), None) => Ok(Key::Head),
            (None, Some(_), Some(id)) => Ok(Key::Element(id)),
            _ => Err(LintError::Mismatch { column, row }),
        })
        .collect()
    }

    fn values(&self, rows: usize) -> Result<Vec<op::Value<'a>>, LintError> {
        let metas = self.full::<u64>(VALUE_TYPE, Some(rows))?;
        let bytes = self.get(VALUE).unwrap_or_default();
        let said = metas.iter().try_fold(0_u64, |sum, meta| sum.checked_add(meta >> 4)).unwrap_or(u64::MAX);
        if said != bytes.len() as u64 {
            return Err(LintError::ValueLength { said, had: bytes.len() });
        }
        let mut reader = Reader::new(bytes);
        let each = metas.into_iter().enumerate();
        each.map(|(row, meta)| {
            let length = usize::try_from(meta >> 4).map_err(|_| LintError::ValueBody { row })?;
            op::value(row, meta & 0xf, reader.take(name(VALUE), length)?)
        })
        .collect()
    }

    fn preds(&self, rows: usize, actors: &[&[u8]]) -> Result<Vec<Vec<OpId>>, LintError> {
        let counts = self.full::<u64>(PRED_COUNT, Some(rows))?;
        let mut total = 0_usize;
        for (row, got) in counts.iter().copied().enumerate() {
            let limit = limits::OP_PREDS;
            let count = usize::try_from(got).ok().filter(|count| *count <= limit);
            total += count.ok_or(LintError::TooManyPreds { row, got, limit })?;
            if total > limits::CHANGE_PREDS {
                return Err(LintError::TooManyPreds { row, got: total as u64, limit: limits::CHANGE_PREDS });
            }
        }
        let column = name(PRED_COUNTER);
        let mut counters = Vec::new();
        for (row, counter) in self.delta_rows(PRED_COUNTER, total)?.into_iter().enumerate() {
            let counter = counter.ok_or(LintError::Null { column, row })?;
            counters.push(Some(u64::try_from(counter).map_err(|_| LintError::Counter { column, row })?));
        }
        let ids = self.ids(PRED_ACTOR, counters, total, actors)?;
        let mut ids = ids.into_iter().flatten();
        // Every count was compared with its limit above.
        Ok(counts.iter().map(|count| ids.by_ref().take(*count as usize).collect()).collect())
    }

    /// Pairs a column of actors with the counters beside it: both are there in a row, or neither.
    fn ids(
        &self,
        actor_column: u64,
        counters: Vec<Option<u64>>,
        rows: usize,
        actors: &[&[u8]],
    ) -> Result<Vec<Option<OpId>>, LintError> {
        let column = name(actor_column);
        let indexes = self.partial::<u64>(actor_column, rows)?;
        let each = indexes.into_iter().zip(counters).enumerate();
        each.map(|(row, pair)| match pair {
            (None, None) => Ok(None),
            (Some(got), Some(counter)) => {
                let index = usize::try_from(got).ok().filter(|index| *index < actors.len());
                let actor = index.ok_or(LintError::ActorIndex { column, row, got, actors: actors.len() })?;
                let counter = u32::try_from(counter).ok().filter(|counter| *counter > 0);
                Ok(Some(OpId { actor, counter: counter.ok_or(LintError::Counter { column, row })? }))
            }
            _ => Err(LintError::Mismatch { column, row }),
        })
        .collect()
    }

    fn get(&self, spec: u64) -> Option<&'a [u8]> {
        self.found.iter().find(|(found, _)| *found == spec).map(|(_, bytes)| *bytes)
    }

    fn needed(&self, spec: u64) -> Result<&'a [u8], LintError> {
        self.get(spec).ok_or(LintError::MissingColumn { column: name(spec) })
    }

    /// A column that has a value in every row; without `rows`, it is the one that says how many there are.
    fn full<T: super::runs::Item<'a>>(&self, spec: u64, rows: Option<usize>) -> Result<Vec<T>, LintError> {
        let column = name(spec);
        let found = runs::<T>(column, self.needed(spec)?, rows.unwrap_or(limits::CHANGE_OPS))?;
        same(spec, found.len(), rows.unwrap_or(found.len()))?;
        found.into_iter().enumerate().map(|(row, value)| value.ok_or(LintError::Null { column, row })).collect()
    }

    /// A column that may be empty in some rows; where it is empty in all, it is not there at all.
    fn partial<T: super::runs::Item<'a>>(&self, spec: u64, rows: usize) -> Result<Vec<Option<T>>, LintError> {
        let Some(bytes) = self.get(spec) else { return Ok(vec![None; rows]) };
        let found = runs::<T>(name(spec), bytes, rows)?;
        same(spec, found.len(), rows)?;
        Ok(found)
    }

    fn delta_rows(&self, spec: u64, rows: usize) -> Result<Vec<Option<i64>>, LintError> {
        let Some(bytes) = self.get(spec) else { return Ok(vec![None; rows]) };
        let found = deltas(name(spec), bytes, rows)?;
        same(spec, found.len(), rows)?;
        Ok(found)
    }
}

fn same(spec: u64, got: usize, needed: usize) -> Result<(), LintError> {
    if got == needed { Ok(()) } else { Err(LintError::Rows { column: name(spec), got, needed }) }
}

fn name(spec: u64) -> &'static str {
    match spec {
        OBJECT_ACTOR => "object actor",
        OBJECT_COUNTER => "object counter",
        KEY_ACTOR => "key actor",
        KEY_COUNTER => "key counter",
        KEY_TEXT => "key text",
        INSERT => "insert",
        ACTION => "action",
        VALUE_TYPE => "value type",
        VALUE => "value",
        PRED_COUNT => "replaced count",
        PRED_ACTOR => "replaced actor",
        PRED_COUNTER => "replaced counter",
        _ => "column",
    }
}
