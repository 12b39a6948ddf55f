//! `cargo xtask vectors [--check]`: good and bad bytes of every format, in `tests/vectors/`.
//!
//! Everything comes from fixed keys and seeds, so that the files are the same on every machine. A bad vector names the
//! error that it must give. The linter's vectors have a generator of their own, which is run from here.

mod envelope;
mod exchange;
mod judge;
mod keys;
mod roster;

use std::collections::BTreeSet;
use std::fs;

use azalai_envelope::ids::to_hex;
use serde_json::{Value, json};

use crate::tools::{Failure, Outcome, cargo, root, run as run_command};

/// The folder of all vectors.
const FOLDER: &str = "tests/vectors";

/// The folders that are made here; nothing else may lie in them.
const MADE: [&str; 3] = ["envelope", "roster", "exchange"];

/// Writes every vector, or with `--check` says whether the files are what would be written.
///
/// # Errors
/// A vector that does not give what it is made for; with `--check`, the first file that differs, lacks or is too many.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut lint = vec!["test", "--quiet", "-p", "azalai-model", "--test", "lint_vectors"];
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => {
            for file in files()? {
                file.write()?;
            }
            lint.extend(["--", "--ignored"]);
        }
        ["--check"] => check()?,
        _ => return Err(Failure::new("usage: cargo xtask vectors [--check]")),
    }
    run_command(cargo(&lint))
}

fn check() -> Outcome {
    let made = files()?;
    for file in &made {
        if fs::read_to_string(file.path()).ok().as_ref() != Some(&file.text) {
            return Err(Failure::new(format!("{FOLDER}/{} differs from what is made: cargo xtask vectors", file.name)));
        }
    }
    let names: BTreeSet<&str> = made.iter().map(|file| file.name.as_str()).collect();
    for folder in MADE {
        let there = fs::read_dir(root().join(FOLDER).join(folder));
        for entry in there.map_err(|error| Failure::new(format!("{FOLDER}/{folder}: {error}")))?.flatten() {
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if !names.contains(name.as_str()) {
                return Err(Failure::new(format!("{FOLDER}/{name} is not among what is made")));
            }
        }
    }
    Ok(())
}

fn files() -> Result<Vec<File>, Failure> {
    let all = [envelope::files(), roster::files(), exchange::files()];
    let all = all.into_iter().collect::<Result<Vec<_>, String>>().map_err(Failure::new)?;
    Ok(all.into_iter().flatten().collect())
}

/// One file of vectors.
struct File {
    name: String,
    text: String,
}

impl File {
    fn path(&self) -> std::path::PathBuf {
        root().join(FOLDER).join(&self.name)
    }

    fn write(&self) -> Outcome {
        let path = self.path();
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, &self.text));
        written.map_err(|error| Failure::new(format!("{}: {error}", path.display())))
    }
}

/// The vectors of one file, as they are collected.
struct Set {
    name: &'static str,
    about: &'static str,
    vectors: Vec<Value>,
    wrong: Option<String>,
}

impl Set {
    fn new(name: &'static str, about: &'static str) -> Self {
        Self { name, about, vectors: Vec::new(), wrong: None }
    }

    /// Bytes that a reader takes.
    fn good(&mut self, name: &str, read_as: &str, with: &Value, bytes: &[u8]) {
        self.add(name, read_as, with, bytes, true);
    }

    /// Bytes that a reader refuses.
    fn bad(&mut self, name: &str, read_as: &str, with: &Value, bytes: &[u8]) {
        self.add(name, read_as, with, bytes, false);
    }

    fn add(&mut self, name: &str, read_as: &str, with: &Value, bytes: &[u8], good: bool) {
        let mut vector = json!({ "name": name, "read_as": read_as, "bytes": to_hex(bytes) });
        let judged = judge::judge(read_as, with, bytes);
        let wrong = match &judged {
            Ok(_) => !good,
            Err(error) => good || error.starts_with("vector:"),
        };
        if wrong {
            self.wrong.get_or_insert_with(|| format!("{}: {name}: {judged:?}", self.name));
        }
        if let Some(map) = vector.as_object_mut() {
            if with.as_object().is_some_and(|with| !with.is_empty()) {
                map.insert("with".to_owned(), with.clone());
            }
            match judged {
                Ok(gives) => map.insert("gives".to_owned(), gives),
                Err(error) => map.insert("error".to_owned(), error.into()),
            };
        }
        self.vectors.push(vector);
    }

    fn file(self) -> Result<File, String> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        let whole = json!({ "about": self.about, "vectors": self.vectors });
        let text = serde_json::to_string_pretty(&whole).map_err(|error| error.to_string())?;
        Ok(File { name: format!("{}.json", self.name), text: text + "\n" })
    }
}

/// `bytes` with the byte at `at`, from the end if negative, changed by `change`.
fn with_byte(bytes: &[u8], at: isize, change: impl FnOnce(u8) -> u8) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    let at = if at < 0 { changed.len().checked_add_signed(at) } else { usize::try_from(at).ok() };
    if let Some(byte) = at.and_then(|at| changed.get_mut(at)) {
        *byte = change(*byte);
    }
    changed
}

/// `bytes` with one bit flipped.
fn flipped(bytes: &[u8], at: isize) -> Vec<u8> {
    with_byte(bytes, at, |byte| byte ^ 1)
}

/// `bytes` without the last.
fn cut(bytes: &[u8]) -> Vec<u8> {
    bytes.split_last().map(|(_, rest)| rest.to_vec()).unwrap_or_default()
}

/// `bytes` and a zero.
fn longer(bytes: &[u8]) -> Vec<u8> {
    [bytes, &[0]].concat()
}

/// The bad vectors that every format has: another version, cut short, too long.
fn frame(set: &mut Set, read_as: &str, with: &Value, good: &[u8]) {
    set.bad(&format!("{read_as} of version 2"), read_as, with, &with_byte(good, 0, |_| 2));
    set.bad(&format!("{read_as} cut short"), read_as, with, &cut(good));
    set.bad(&format!("{read_as} with a byte too many"), read_as, with, &longer(good));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against bytes of a format that change without anybody noticing, and against vectors edited by hand.
    #[test]
    fn the_vectors_in_the_tree_are_what_is_made() {
        check().unwrap();
    }
}
