//! Operations that can be made wrong one by one, and an encoder of our own that puts them into columns as Automerge
//! does. That it does is shown by a test: what it makes of a genuine change is the genuine change.

use azalai_model::lint::{Action, Key, Linted, Object, OpId, Value};

use super::{Parts, put_sleb, put_uleb};

/// One operation, with every field as it will be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub object: Option<(u64, u64)>,
    pub key: DraftKey,
    pub insert: bool,
    pub action: u64,
    pub code: u64,
    pub body: Vec<u8>,
    pub preds: Vec<(u64, u64)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DraftKey {
    Map(Vec<u8>),
    Head,
    Element(u64, u64),
}

impl Draft {
    /// Puts a text under a key of the document itself.
    pub fn put(key: &str, text: &str) -> Self {
        let (key, body) = (DraftKey::Map(key.into()), text.into());
        Self { object: None, key, insert: false, action: 1, code: 6, body, preds: vec![] }
    }

    /// Takes out what `preds` name.
    pub fn delete(key: DraftKey, preds: Vec<(u64, u64)>) -> Self {
        Self { object: None, key, insert: false, action: 3, code: 0, body: vec![], preds }
    }

    /// Makes an object.
    pub fn make(action: u64, key: &str) -> Self {
        Self { action, code: 0, body: vec![], ..Self::put(key, "") }
    }

    pub fn within(self, object: (u64, u64)) -> Self {
        Self { object: Some(object), ..self }
    }

    pub fn at(self, key: DraftKey) -> Self {
        Self { key, ..self }
    }

    pub fn inserting(self) -> Self {
        Self { insert: true, ..self }
    }

    pub fn replacing(self, preds: &[(u64, u64)]) -> Self {
        Self { preds: preds.to_vec(), ..self }
    }

    pub fn valued(self, code: u64, body: &[u8]) -> Self {
        Self { code, body: body.to_vec(), ..self }
    }
}

/// The drafts of a genuine change.
pub fn drafts(change: &Linted<'_>) -> Vec<Draft> {
    let pair = |id: OpId| (id.actor as u64, u64::from(id.counter));
    let each = change.ops().iter();
    each.map(|op| {
        let object = match op.object {
            Object::Root => None,
            Object::Made(id) => Some(pair(id)),
        };
        let key = match op.key {
            Key::Map(key) => DraftKey::Map(key.into()),
            Key::Head => DraftKey::Head,
            Key::Element(id) => DraftKey::Element(pair(id).0, pair(id).1),
        };
        let (action, (code, body)) = match op.action {
            Action::MakeMap => (0, (0, vec![])),
            Action::Set(value) => (1, coded(value)),
            Action::MakeList => (2, (0, vec![])),
            Action::Delete => (3, (0, vec![])),
            Action::MakeText => (4, (0, vec![])),
        };
        let preds = op.preds.iter().copied().map(pair).collect();
        Draft { object, key, insert: op.insert, action, code, body, preds }
    })
    .collect()
}

fn coded(value: Value<'_>) -> (u64, Vec<u8>) {
    let unsigned = |value| uleb(value);
    let signed = |value| {
        let mut out = vec![];
        put_sleb(&mut out, value);
        out
    };
    match value {
        Value::Null => (0, vec![]),
        Value::Bool(value) => (1 + u64::from(value), vec![]),
        Value::Uint(value) => (3, unsigned(value)),
        Value::Int(value) => (4, signed(value)),
        Value::Float(value) => (5, value.to_le_bytes().to_vec()),
        Value::Text(value) => (6, value.into()),
        Value::Bytes(value) => (7, value.into()),
        Value::Timestamp(value) => (9, signed(value)),
    }
}

/// Replaces the columns of `parts` by those of `drafts`.
pub fn write(parts: &Parts, drafts: &[Draft]) -> Parts {
    let mut columns = vec![];
    let numbers = |of: &dyn Fn(&Draft) -> Option<u64>| rle(drafts.iter().map(|draft| of(draft).map(uleb)));
    let element = |draft: &Draft| match draft.key {
        DraftKey::Element(actor, counter) => Some((Some(actor), counter)),
        DraftKey::Head => Some((None, 0)),
        DraftKey::Map(_) => None,
    };
    let text = |draft: &Draft| match &draft.key {
        DraftKey::Map(key) => Some([uleb(key.len() as u64), key.clone()].concat()),
        _ => None,
    };
    let preds = || drafts.iter().flat_map(|draft| draft.preds.iter());
    columns.push((1, numbers(&|draft| draft.object.map(|(actor, _)| actor))));
    columns.push((2, numbers(&|draft| draft.object.map(|(_, counter)| counter))));
    columns.push((17, numbers(&|draft| element(draft)?.0)));
    columns.push((19, deltas(drafts.iter().map(|draft| element(draft).map(|(_, counter)| counter)))));
    columns.push((21, rle(drafts.iter().map(text))));
    columns.push((52, booleans(drafts.iter().map(|draft| draft.insert))));
    columns.push((66, numbers(&|draft| Some(draft.action))));
    columns.push((86, numbers(&|draft| Some((draft.body.len() as u64) << 4 | draft.code))));
    columns.push((87, drafts.iter().flat_map(|draft| draft.body.clone()).collect()));
    columns.push((112, numbers(&|draft| Some(draft.preds.len() as u64))));
    columns.push((113, rle(preds().map(|(actor, _)| Some(uleb(*actor))))));
    columns.push((115, deltas(preds().map(|(_, counter)| Some(*counter)))));
    columns.retain(|(_, bytes)| !bytes.is_empty());
    Parts { columns, ..parts.clone() }
}

fn uleb(value: u64) -> Vec<u8> {
    let mut out = vec![];
    put_uleb(&mut out, value);
    out
}

fn deltas(rows: impl Iterator<Item = Option<u64>>) -> Vec<u8> {
    let mut before = 0_i64;
    rle(rows.map(|row| {
        row.map(|row| {
            let mut out = vec![];
            put_sleb(&mut out, (row as i64).wrapping_sub(before));
            before = row as i64;
            out
        })
    }))
}

fn booleans(rows: impl Iterator<Item = bool>) -> Vec<u8> {
    let (mut out, mut value, mut count) = (vec![], false, 0);
    for row in rows {
        if row != value {
            put_uleb(&mut out, count);
            (value, count) = (row, 0);
        }
        count += 1;
    }
    put_uleb(&mut out, count);
    out
}

/// Runs of encoded values, as few as there can be; nothing if all rows are empty.
fn rle(rows: impl Iterator<Item = Option<Vec<u8>>>) -> Vec<u8> {
    let mut groups: Vec<(Option<Vec<u8>>, i64)> = vec![];
    for row in rows {
        match groups.last_mut() {
            Some((value, count)) if *value == row => *count += 1,
            _ => groups.push((row, 1)),
        }
    }
    let mut out = vec![];
    if groups.iter().all(|(value, _)| value.is_none()) {
        return out;
    }
    let mut at = 0;
    while let Some((value, count)) = groups.get(at) {
        let lone = groups[at..].iter().take_while(|(value, count)| *count == 1 && value.is_some()).count();
        match value {
            None => {
                out.push(0);
                put_uleb(&mut out, *count as u64);
                at += 1;
            }
            Some(_) if lone > 0 => {
                put_sleb(&mut out, -(lone as i64));
                groups[at..at + lone].iter().flat_map(|(value, _)| value).for_each(|value| out.extend(value));
                at += lone;
            }
            Some(value) => {
                put_sleb(&mut out, *count);
                out.extend(value);
                at += 1;
            }
        }
    }
    out
}
