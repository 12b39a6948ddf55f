//! What the program prints: lines for people, or one JSON object on each line for machines.

use std::fmt;
use std::io::Write as _;

use azalai_envelope::codec::is_unseen;
use azalai_node::NodeError;
use serde_json::Value;

/// Why a command ended without doing what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    status: u8,
    text: String,
}

impl Failure {
    /// The command line makes no sense: status 2.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self { status: 2, text: text.into() }
    }

    /// It failed, and nothing was lost: status 1.
    pub(crate) fn failed(text: impl Into<String>) -> Self {
        Self { status: 1, text: text.into() }
    }

    pub(crate) fn status(&self) -> u8 {
        self.status
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<NodeError> for Failure {
    fn from(error: NodeError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<azalai_store::StoreError> for Failure {
    fn from(error: azalai_store::StoreError) -> Self {
        Self::failed(error.to_string())
    }
}

/// Where results go.
#[derive(Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// One result: an object for machines, or lines for people.
    pub(crate) fn result(&mut self, object: &Value, text: impl FnOnce() -> String) -> Result<(), Failure> {
        if self.json { self.line(&object.to_string()) } else { self.line(&text()) }
    }

    /// An object that only machines get.
    pub(crate) fn object(&mut self, object: &Value) -> Result<(), Failure> {
        if self.json { self.line(&object.to_string()) } else { Ok(()) }
    }

    /// A line that only people get.
    pub(crate) fn text(&mut self, line: &str) -> Result<(), Failure> {
        if self.json { Ok(()) } else { self.line(line) }
    }

    /// A line on stdout in either form. A reader that has gone away ends the program without fuss.
    pub(crate) fn line(&mut self, line: &str) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        match writeln!(out, "{line}").and_then(|()| out.flush()) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                Err(Failure { status: 0, text: "the reader of the output has gone".to_owned() })
            }
            Err(error) => Err(Failure::failed(format!("the output could not be written: {error}"))),
            Ok(()) => Ok(()),
        }
    }
}

/// What went wrong with a file, without the number that the system gives it.
pub(crate) fn why(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "there is nothing of that name".to_owned(),
        ErrorKind::IsADirectory => "it is a folder, not a file".to_owned(),
        ErrorKind::NotADirectory => "a part of its path is a file, not a folder".to_owned(),
        ErrorKind::PermissionDenied => "this user may not".to_owned(),
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    }
}

/// So many of something that is called by this word, which takes an s where they are not one.
pub(crate) fn count(number: impl fmt::Display, what: &str) -> String {
    let number = number.to_string();
    let s = if number == "1" { "" } else { "s" };
    format!("{number} {what}{s}")
}

/// A table with aligned columns; the last column is as wide as it likes.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(head.get(column).map(|cell| cell.chars().count())).max().unwrap_or(0)
    };
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells.enumerate().map(|(column, cell)| {
            let missing = width(column).saturating_sub(cell.chars().count());
            format!("{cell}{}", " ".repeat(missing))
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut head.iter().copied())];
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines.join("\n")
}

/// A text on one line, at most `limit` characters. What cannot be seen and changes the line is not sent to a terminal.
pub(crate) fn one_line(text: &str, limit: usize) -> String {
    let clean: String = text.chars().map(|c| if is_unseen(c) { ' ' } else { c }).collect();
    if clean.chars().count() <= limit {
        return clean;
    }
    let short: String = clean.chars().take(limit.saturating_sub(1)).collect();
    format!("{}…", short.trim_end())
}

/// The beginning of an id that people see and type.
pub(crate) fn short(id: &impl fmt::Display) -> String {
    id.to_string().chars().take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against "1 rows".
    #[test]
    fn one_is_one_and_all_other_numbers_are_several() {
        assert_eq!([0, 1, 2, 11].map(|n| count(n, "row")), ["0 rows", "1 row", "2 rows", "11 rows"]);
    }
}
