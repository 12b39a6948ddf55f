//! Driving the real program in tests: homes in a folder of their own, one run after another, relays that listen.
//!
//! The program is what `cargo xtask test` builds before it runs any test; by hand, run `cargo build -p azalai-cli`
//! first. Nothing here may look inside a home.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::string_slice, clippy::panic)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What opens every home here.
pub const PASSPHRASE: &str = "camel salt window river thirty";

/// What a run of the program came to.
pub struct Ran {
    /// The exit status.
    pub status: i32,
    /// What stood on stdout.
    pub out: String,
    /// What stood on stderr.
    pub err: String,
}

impl Ran {
    /// The objects on stdout, after a run that went well.
    pub fn objects(&self) -> Vec<Value> {
        assert_eq!(self.status, 0, "{}{}", self.out, self.err);
        self.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
    }

    /// The one object on stdout.
    pub fn object(&self) -> Value {
        let objects = self.objects();
        assert_eq!(objects.len(), 1, "{}", self.out);
        objects[0].clone()
    }

    /// Checks that it ended so, said each of `words` on stderr, gave no result and did not panic.
    pub fn fails(&self, status: i32, words: &[&str]) {
        assert_eq!(self.status, status, "{}{}", self.out, self.err);
        assert_eq!(self.out, "", "a result beside a failure");
        assert!(!self.err.contains("panicked"), "{}", self.err);
        for word in words {
            assert!(self.err.contains(word), "expected {word:?} in: {}", self.err);
        }
    }
}

/// The program, beside the folder of this test's own binary.
fn binary() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let program = own.parent().and_then(Path::parent).unwrap().join("azalai");
    assert!(program.exists(), "{} is not built: run `cargo build -p azalai-cli` first", program.display());
    program
}

/// A folder with homes and files in it.
pub struct Place(TempDir);

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

impl Place {
    /// An empty one, gone when dropped.
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// A file or home in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program with these arguments, not started yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.current_dir(self.0.path()).args(arguments).stdin(Stdio::null());
        command.env("AZALAI_PASSPHRASE", PASSPHRASE).env_remove("AZALAI_HOME");
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments))
    }

    /// The program for machines, in the home of that name, not started yet.
    pub fn command_json(&self, home: &str, arguments: &[&str]) -> Command {
        self.command(&[arguments, &["--home", home, "--json"]].concat())
    }

    /// Runs it so to its end.
    pub fn json(&self, home: &str, arguments: &[&str]) -> Ran {
        ran(self.command_json(home, arguments))
    }

    /// The same with something on stdin.
    pub fn json_with(&self, home: &str, arguments: &[&str], stdin: &str) -> Ran {
        let mut command = self.command_json(home, arguments);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        ended(output.status, &output.stdout, &output.stderr)
    }

    /// Founds a project in the home `steward`: the area gao, and ansongo within it.
    pub fn found(&self) {
        let areas = ["--area", "GAO:Gao", "--area", "ansongo:Ansongo:gao"];
        let new = ["project", "new", "--name", "River road", "--argon2-memory", "19"];
        self.json("steward", &[&new[..], &areas].concat()).object();
    }

    /// Invites somebody and lets them join in a home of their pseudonym.
    pub fn join(&self, role: &str, area: &str, pseudonym: &str) {
        let file = format!("{pseudonym}.invite");
        let invite = ["invite", "--role", role, "--area", area, "--out", &file, "--argon2-memory", "19"];
        let invite = self.json("steward", &invite).object();
        let words = invite["words"].as_str().unwrap();
        let join = ["join", &file, "--words", words, "--pseudonym", pseudonym, "--argon2-memory", "19"];
        self.json(pseudonym, &join).object();
    }

    /// Writes a report in a home and gives its id.
    pub fn report(&self, home: &str, text: &str) -> String {
        let report = self.json(home, &["report", "--category", "road-ambush", "--text", text, "--when", "today"]);
        report.object()["id"].as_str().unwrap().to_owned()
    }

    /// Everything that one device carries, taken in by another.
    pub fn hand_over(&self, from: &str, to: &str) {
        let file = format!("{from}.bundle");
        self.json(from, &["bundle", "export", "--out", &file]).object();
        self.json(to, &["bundle", "import", &file]).object();
    }

    /// Makes a relay's home, `relay`, and certifies it in `town.cert`.
    pub fn certify_relay(&self) {
        let key = self.json("relay", &["relay-key"]).object()["key"].as_str().unwrap().to_owned();
        self.json("steward", &["relay-certificate", "--relay-key", &key, "--out", "town.cert"]).object();
    }

    /// Starts the relay that was certified.
    pub fn relay(&self) -> Listening {
        self.listens(&["relay", "--home", "relay", "--listen", "127.0.0.1:0", "--admit", "town.cert"])
    }

    /// Starts the program and waits for the address that it listens on.
    pub fn listens(&self, arguments: &[&str]) -> Listening {
        let mut command = self.command(arguments);
        // A relay has no passphrase; one who listens in a device's home was given it by the caller.
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("it said {line:?}")).to_owned();
        assert!(url.starts_with("http://127.0.0.1:") && !url.ends_with(":0"), "{url}");
        let err = BufReader::new(child.stderr.take().unwrap());
        Listening { child, out, err, url }
    }
}

/// A relay or a device that listens; killed when dropped.
pub struct Listening {
    child: Child,
    out: BufReader<ChildStdout>,
    err: BufReader<ChildStderr>,
    /// Where it listens.
    pub url: String,
}

impl Listening {
    /// The next line that it says.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    /// The next line that it says on stderr; empty if it ended.
    pub fn complaint(&mut self) -> String {
        let mut line = String::new();
        self.err.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    /// Asks it to stop, as a person or a service manager does, and waits.
    pub fn stop(mut self, signal: &str) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        self.child.wait().unwrap()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end.
pub fn ran(mut command: Command) -> Ran {
    let output = command.output().unwrap();
    ended(output.status, &output.stdout, &output.stderr)
}

/// What an ended process came to.
pub fn ended(status: ExitStatus, out: &[u8], err: &[u8]) -> Ran {
    let status = status.code().unwrap_or_else(|| panic!("ended by a signal: {status}"));
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Ran { status, out: text(out), err: text(err) }
}

/// The names of what is in a folder.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
