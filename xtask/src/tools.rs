//! Running other programs: where the workspace is, which programs are found first, what a failure says.
//!
//! A program's exit status is always looked at; nothing here goes on after one that failed.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a subcommand ends with.
pub(crate) type Outcome = Result<(), Failure>;

/// Why a subcommand could not be carried out: one sentence for a person.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    /// The same failure, with the step it happened in put in front.
    pub(crate) fn during(self, step: &str) -> Self {
        Self(format!("{step}: {}", self.0))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The workspace's root folder.
pub(crate) fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// Where setup installs tools; not under version control.
pub(crate) fn tools_folder() -> PathBuf {
    root().join(".tools")
}

/// Where cargo puts what it builds.
///
/// # Errors
/// Where cargo does not say.
pub(crate) fn target_folder() -> Result<PathBuf, Failure> {
    let metadata = ask(cargo(&["metadata", "--no-deps", "--format-version", "1"]))
        .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    let folder = metadata.as_ref().and_then(|m| m.get("target_directory")).and_then(|f| f.as_str());
    folder.map(PathBuf::from).ok_or_else(|| Failure::new("cargo metadata does not name the target directory"))
}

/// A command that starts in the root folder and finds the tools of `.tools/bin` before all others.
pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root()).env("PATH", search_path());
    command
}

/// `cargo` with `arguments`: the one that the caller's toolchain choice names.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    command("cargo", arguments)
}

fn search_path() -> OsString {
    let mut folders = vec![tools_folder().join("bin")];
    if let Some(path) = std::env::var_os("PATH") {
        folders.extend(std::env::split_paths(&path));
    }
    // Only a folder with a colon in its name cannot be joined; then the plain path still serves.
    std::env::join_paths(folders).unwrap_or_else(|_| std::env::var_os("PATH").unwrap_or_default())
}

/// Shows the command line, runs it with the caller's output, waits.
///
/// # Errors
/// Where the program cannot be started or does not end with status 0.
pub(crate) fn run(mut command: Command) -> Outcome {
    let line = line_of(&command);
    println!("$ {line}");
    match command.stdin(Stdio::null()).status() {
        Err(e) => Err(Failure::new(format!("`{line}` could not be started: {e}"))),
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(format!("`{line}` ended with {status}"))),
    }
}

/// Runs a command and returns what it printed, or `None` where it is missing or failed: for asking what is there.
pub(crate) fn ask(mut command: Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn line_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against a step that counts as done although its program failed or is not there.
    #[test]
    fn a_program_that_fails_or_is_missing_is_a_failure_that_names_it() {
        let failed = run(cargo(&["no-such-subcommand-of-cargo"])).unwrap_err().to_string();
        assert!(failed.contains("no-such-subcommand-of-cargo") && failed.contains("ended with"), "{failed}");
        let missing = run(command("no-such-program", &[])).unwrap_err().to_string();
        assert!(missing.contains("no-such-program") && missing.contains("could not be started"), "{missing}");
        assert_eq!(ask(command("no-such-program", &[])), None);
    }

    /// Guards against steps that run somewhere else than in this workspace.
    #[test]
    fn the_root_folder_holds_the_workspace_manifest() {
        assert!(std::fs::read_to_string(root().join("Cargo.toml")).unwrap().contains("[workspace]"));
    }
}
