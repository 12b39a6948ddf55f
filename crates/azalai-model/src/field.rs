//! Reading one field of a document: the value that counts, and every value that was set apart.
//!
//! Nothing that stands in a document is dropped here: what this program cannot read is shown as unreadable, with its
//! raw bytes, and stays in the document.

use automerge::{ActorId, Automerge, ROOT, ReadDoc as _, ScalarValue, Value};
use azalai_envelope::ids::to_hex;
use serde::Serialize;

use crate::counting::Written;
use crate::document::Document;
use crate::scalar::Scalar;

/// A value as it stands in a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<T> {
    /// One that this program understands.
    Value(T),
    /// One that it does not.
    Unreadable {
        /// What stands there: byte strings in hexadecimal, everything else as text.
        raw: String,
        /// Why it cannot be read.
        why: String,
    },
}

impl<T> Cell<T> {
    /// The value, if it can be read.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Unreadable { .. } => None,
        }
    }
}

/// One of the values of a field, with the change that set it.
#[derive(Debug, Clone, PartialEq)]
pub struct Alt<T> {
    /// The value.
    pub cell: Cell<T>,
    /// The hash of the change that set it.
    pub change: [u8; 32],
    /// The Automerge actor that made the change.
    pub actor: ActorId,
}

/// A field: all values that no later change has replaced, in Automerge's order, which is the same on every device.
#[derive(Debug, Clone, PartialEq)]
pub struct Field<T> {
    /// The value that counts: the last one that can be read, unless the field has a rule of its own.
    pub value: Option<T>,
    /// Every value; more than one where devices set it apart.
    pub alternatives: Vec<Alt<T>>,
    /// Values that do not count, since the changes that wrote them are set aside.
    pub set_aside: Vec<Alt<T>>,
}

impl<T> Default for Field<T> {
    fn default() -> Self {
        Self { value: None, alternatives: Vec::new(), set_aside: Vec::new() }
    }
}

/// A field with values that were set apart and differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The field, as [`crate::incident_edit::Keep`] and the command line name it.
    pub field: String,
    /// Its values.
    pub values: Vec<ConflictValue>,
}

/// One of the values of a [`Conflict`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConflictValue {
    /// The value as JSON, or the raw form of what cannot be read.
    pub value: serde_json::Value,
    /// The change that set it: 64 hexadecimal digits.
    pub change: String,
    /// Whether this value counts until somebody settles it.
    pub counts: bool,
}

/// Something in a document that this program cannot read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unreadable {
    /// The field.
    pub field: String,
    /// What stands there: byte strings in hexadecimal, everything else as text.
    pub raw: String,
    /// Why it cannot be read.
    pub why: String,
}

impl<T> Field<T> {
    /// The values that can be read.
    pub fn readable(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.alternatives.iter().filter_map(|alt| alt.cell.value())
    }
}

impl<T: PartialEq + Serialize> Field<T> {
    /// Whether values were set apart and differ. Two devices that set the same value agree.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        let mut cells = self.alternatives.iter().map(|alt| &alt.cell);
        let first = cells.next();
        cells.any(|cell| Some(cell) != first)
    }

    /// The conflict in this field, if it has one.
    #[must_use]
    pub fn conflict(&self, field: &str) -> Option<Conflict> {
        self.is_conflict().then(|| Conflict {
            field: field.to_owned(),
            values: self.alternatives.iter().map(|alt| self.conflict_value(alt)).collect(),
        })
    }

    /// The values that are set aside, if there are any.
    #[must_use]
    pub fn aside(&self, field: &str) -> Option<Conflict> {
        let values: Vec<ConflictValue> =
            self.set_aside.iter().map(|alt| ConflictValue { counts: false, ..self.conflict_value(alt) }).collect();
        (!values.is_empty()).then(|| Conflict { field: field.to_owned(), values })
    }

    fn conflict_value(&self, alt: &Alt<T>) -> ConflictValue {
        let (value, counts) = match &alt.cell {
            Cell::Value(value) => (serde_json::to_value(value).unwrap_or_default(), self.value.as_ref() == Some(value)),
            Cell::Unreadable { raw, .. } => (raw.as_str().into(), false),
        };
        ConflictValue { value, change: to_hex(&alt.change), counts }
    }

    /// What in this field cannot be read.
    pub fn unreadable(&self, field: &str) -> impl Iterator<Item = Unreadable> {
        self.alternatives.iter().filter_map(move |alt| match &alt.cell {
            Cell::Value(_) => None,
            Cell::Unreadable { raw, why } => {
                Some(Unreadable { field: field.to_owned(), raw: raw.clone(), why: why.clone() })
            }
        })
    }
}

/// Reads the field under a key of the root.
pub(crate) fn read<T: Scalar + Clone>(document: &Document, key: &str) -> Field<T> {
    let (counting, aside) = document.written(key);
    let alt = |written: Written| {
        let automerge::ObjId::Id(_, actor, _) = written.id else { return None };
        let cell = match &written.value {
            Value::Scalar(scalar) => match T::decode(scalar) {
                Ok(value) => Cell::Value(value),
                Err(error) => Cell::Unreadable { raw: raw(scalar), why: error.to_string() },
            },
            Value::Object(kind) => {
                Cell::Unreadable { raw: kind.to_string(), why: format!("{key}: a {kind} where one value belongs") }
            }
        };
        Some(Alt { cell, change: written.change, actor })
    };
    let mut field = Field {
        value: None,
        alternatives: counting.into_iter().filter_map(alt).collect(),
        set_aside: aside.into_iter().filter_map(alt).collect(),
    };
    let value = field.readable().next_back().cloned();
    field.value = value;
    field
}

/// Everything that stands under a key, as text: for fields that this program does not know.
pub(crate) fn raw_values(doc: &Automerge, key: &str) -> Vec<String> {
    let values = doc.get_all(ROOT, key).unwrap_or_default().into_iter();
    values
        .map(|(value, _)| match value {
            Value::Scalar(scalar) => raw(&scalar),
            Value::Object(kind) => kind.to_string(),
        })
        .collect()
}

/// A scalar as text.
fn raw(scalar: &ScalarValue) -> String {
    match scalar {
        ScalarValue::Bytes(bytes) => to_hex(bytes),
        ScalarValue::Unknown { bytes, .. } => to_hex(bytes),
        ScalarValue::Str(text) => text.to_string(),
        ScalarValue::Int(value) | ScalarValue::Timestamp(value) => value.to_string(),
        ScalarValue::Uint(value) => value.to_string(),
        ScalarValue::F64(value) => value.to_string(),
        ScalarValue::Counter(value) => i64::from(value).to_string(),
        ScalarValue::Boolean(value) => value.to_string(),
        ScalarValue::Null => "null".to_owned(),
    }
}
