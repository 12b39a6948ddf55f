//! The three encodings of a column: runs of values, runs of differences, runs of booleans.
//!
//! A run announces its rows before it shows them, so every count is compared with what may still follow *before*
//! anything is made of it: this never allocates more than the rows that the caller allows. It takes exactly the
//! bytes that Automerge's own encoder writes for the same rows and no others.

use azalai_envelope::codec::{DecodeError, Reader};

use super::error::LintError;

/// What can stand in a run.
pub(super) trait Item<'a>: Copy + PartialEq {
    /// Reads one.
    fn read(reader: &mut Reader<'a>, column: &'static str) -> Result<Self, LintError>;
}

impl Item<'_> for u64 {
    fn read(reader: &mut Reader<'_>, column: &'static str) -> Result<Self, LintError> {
        Ok(reader.varint(column)?)
    }
}

impl Item<'_> for i64 {
    fn read(reader: &mut Reader<'_>, column: &'static str) -> Result<Self, LintError> {
        signed(reader, column)
    }
}

impl<'a> Item<'a> for &'a str {
    fn read(reader: &mut Reader<'a>, column: &'static str) -> Result<Self, LintError> {
        let bytes = reader.bytes(column, reader.left())?;
        Ok(core::str::from_utf8(bytes).map_err(|_| reader.invalid(column, "not UTF-8"))?)
    }
}

/// The last run, as far as it decides what may follow.
enum Last<T> {
    Start,
    Nulls,
    Repeat(T),
    Literal(T),
}

/// A signed LEB128 integer in its shortest form.
pub(super) fn signed(reader: &mut Reader<'_>, column: &'static str) -> Result<i64, LintError> {
    let too_big = |reader: &Reader<'_>| LintError::Bytes(reader.invalid(column, "an integer of more than 64 bits"));
    let mut value = 0_i64;
    let mut shift = 0_u32;
    let mut before = None;
    loop {
        let byte = reader.u8(column)?;
        // The tenth byte has room for the sign alone.
        if shift == 63 && byte != 0 && byte != 0x7f {
            return Err(too_big(reader));
        }
        value |= i64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            let sign = byte & 0x40 != 0;
            let idle = if sign { 0x7f } else { 0 };
            if byte == idle && before.is_some_and(|before: u8| (before & 0x40 != 0) == sign) {
                return Err(reader.invalid(column, "an integer longer than it needs to be").into());
            }
            return Ok(if sign && shift < 64 { value | (-1_i64 << shift) } else { value });
        }
        before = Some(byte);
    }
}

/// Reads a column of runs: at most `most` rows.
pub(super) fn runs<'a, T: Item<'a>>(
    column: &'static str,
    bytes: &'a [u8],
    most: usize,
) -> Result<Vec<Option<T>>, LintError> {
    let mut reader = Reader::new(bytes);
    let mut rows: Vec<Option<T>> = Vec::new();
    let mut last = Last::Start;
    while reader.left() > 0 {
        let offset = reader.offset();
        let off = |problem| LintError::NotCanonical { column, offset, problem };
        let count = signed(&mut reader, column)?;
        if count == 0 {
            let nulls = fitting(column, reader.varint(column)?, most, rows.len())?;
            if nulls == 0 {
                return Err(off("a run of no empty rows"));
            }
            if matches!(last, Last::Nulls) {
                return Err(off("two runs of empty rows that are one"));
            }
            rows.resize(rows.len() + nulls, None);
            last = Last::Nulls;
        } else if count > 0 {
            let repeats = fitting(column, count.unsigned_abs(), most, rows.len())?;
            let value = T::read(&mut reader, column)?;
            if repeats == 1 {
                return Err(off("a run of one value"));
            }
            if matches!(last, Last::Repeat(before) | Last::Literal(before) if before == value) {
                return Err(off("a run of the value before it"));
            }
            rows.resize(rows.len() + repeats, Some(value));
            last = Last::Repeat(value);
        } else {
            let values = fitting(column, count.unsigned_abs(), most, rows.len())?;
            let mut before = match last {
                Last::Literal(_) => return Err(off("two literal runs that are one")),
                Last::Repeat(value) => Some(value),
                Last::Start | Last::Nulls => None,
            };
            for _ in 0..values {
                let value = T::read(&mut reader, column)?;
                if before == Some(value) {
                    return Err(off("a literal run that repeats a value"));
                }
                rows.push(Some(value));
                before = Some(value);
            }
            last = before.map_or(Last::Start, Last::Literal);
        }
    }
    if !bytes.is_empty() && rows.iter().all(Option::is_none) {
        return Err(LintError::EmptyColumn { column });
    }
    Ok(rows)
}

/// Reads a column of differences: each row is the sum of those up to it.
pub(super) fn deltas(column: &'static str, bytes: &[u8], most: usize) -> Result<Vec<Option<i64>>, LintError> {
    let mut rows = runs::<i64>(column, bytes, most)?;
    let mut sum = 0_i64;
    for (row, difference) in rows.iter_mut().enumerate() {
        if let Some(value) = difference {
            sum = sum.checked_add(*value).ok_or(LintError::Counter { column, row })?;
            *value = sum;
        }
    }
    Ok(rows)
}

/// Reads a column of booleans: counts of false and true in turn, at most `most` rows.
pub(super) fn booleans(column: &'static str, bytes: &[u8], most: usize) -> Result<Vec<bool>, LintError> {
    let mut reader = Reader::new(bytes);
    let mut rows = Vec::new();
    let mut value = false;
    while reader.left() > 0 {
        let offset = reader.offset();
        let count = fitting(column, reader.varint(column)?, most, rows.len())?;
        // Only the first may be none: a column that begins with true.
        if count == 0 && (offset > 0 || reader.left() == 0) {
            return Err(LintError::NotCanonical { column, offset, problem: "a run of no rows" });
        }
        rows.resize(rows.len() + count, value);
        value = !value;
    }
    Ok(rows)
}

/// A run's length, if so many rows may still follow.
fn fitting(column: &'static str, got: u64, most: usize, have: usize) -> Result<usize, LintError> {
    let left = most.saturating_sub(have);
    match usize::try_from(got) {
        Ok(rows) if rows <= left => Ok(rows),
        _ => Err(LintError::RunTooLong { column, got, left }),
    }
}

/// Reads `bytes` as one value and nothing more.
pub(super) fn whole<T>(
    bytes: &[u8],
    column: &'static str,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, LintError>,
) -> Result<T, LintError> {
    let mut reader = Reader::new(bytes);
    let value = read(&mut reader)?;
    reader.end(column).map_err(|error: DecodeError| LintError::Bytes(error))?;
    Ok(value)
}
