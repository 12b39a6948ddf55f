//! Runs the real program as people would: one process for each command, and processes that go on.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::tools::Failure;

/// The passphrase of every home of the demonstration.
pub(super) const PASSPHRASE: &str = "demo demo demo demo demo";

/// The program and the folder that holds everything.
pub(super) struct Program {
    binary: PathBuf,
    pub(super) folder: PathBuf,
}

/// A process that goes on until it is stopped.
pub(super) struct Running {
    child: Child,
    /// Kept open: whoever writes to a closed one fails.
    said: Option<BufReader<ChildStdout>>,
    pub(super) url: String,
}

impl Program {
    pub(super) fn new(binary: PathBuf, folder: PathBuf) -> Self {
        Self { binary, folder }
    }

    /// A home or file of the demonstration.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn command(&self, home: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).arg("--json").arg("--home").arg(self.path(home));
        command.env("AZALAI_PASSPHRASE", PASSPHRASE).env_remove("AZALAI_HOME").current_dir(&self.folder);
        command
    }

    /// Runs a command to its end; gives the objects that it printed.
    pub(super) fn run(&self, home: &str, arguments: &[&str]) -> Result<Vec<Value>, Failure> {
        self.run_with(home, arguments, "")
    }

    /// As [`Program::run`], with something on stdin.
    pub(super) fn run_with(&self, home: &str, arguments: &[&str], input: &str) -> Result<Vec<Value>, Failure> {
        let failed = |what: String| Failure::new(format!("azalai {} (of {home}): {what}", arguments.join(" ")));
        let mut command = self.command(home, arguments);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| failed(error.to_string()))?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).map_err(|error| failed(error.to_string()))?;
        }
        let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
        if !output.status.success() {
            return Err(failed(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim())));
        }
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        lines
            .lines()
            .map(|line| serde_json::from_str(line).map_err(|error| failed(format!("{line}: {error}"))))
            .collect()
    }

    /// Runs a command that prints one object.
    pub(super) fn one(&self, home: &str, arguments: &[&str]) -> Result<Value, Failure> {
        let objects = self.run(home, arguments)?;
        let first = objects.into_iter().next();
        first.ok_or_else(|| Failure::new(format!("azalai {} (of {home}) printed nothing", arguments.join(" "))))
    }

    /// Starts a command that goes on, and waits until it says where it listens.
    pub(super) fn start(&self, home: &str, arguments: &[&str]) -> Result<Running, Failure> {
        let failed = |what: String| Failure::new(format!("azalai {} (of {home}): {what}", arguments.join(" ")));
        let log = std::fs::File::options().create(true).append(true).open(self.path(&format!("{home}.log")));
        let log = log.map_err(|error| failed(error.to_string()))?;
        let mut command = self.command(home, arguments);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn();
        let child = child.map_err(|error| failed(error.to_string()))?;
        let mut running = Running { child, said: None, url: String::new() };
        let stdout = running.child.stdout.take().ok_or_else(|| failed("it has no output".to_owned()))?;
        running.said = Some(BufReader::new(stdout));
        let url = running.next_url("listening on ")?;
        running.url = url.ok_or_else(|| failed(format!("it did not say where it listens, see {home}.log")))?;
        Ok(running)
    }
}

impl Running {
    /// The address on the next line that it says, if that begins so.
    pub(super) fn next_url(&mut self, beginning: &str) -> Result<Option<String>, Failure> {
        let mut line = String::new();
        if let Some(said) = &mut self.said {
            said.read_line(&mut line).map_err(|error| Failure::new(error.to_string()))?;
        }
        Ok(line.trim().strip_prefix(beginning).map(str::to_owned))
    }

    /// Ends it at once, as `kill -9` or a power cut would.
    pub(super) fn kill(mut self) -> Result<(), Failure> {
        self.child.kill().and_then(|()| self.child.wait().map(drop)).map_err(|error| Failure::new(error.to_string()))
    }

    /// Asks it to stop, and waits until it has.
    pub(super) fn stop(mut self) -> Result<(), Failure> {
        let id = self.child.id().to_string();
        let asked =
            Command::new("kill").args(["-TERM", &id]).status().map_err(|error| Failure::new(error.to_string()))?;
        if !asked.success() {
            return Err(Failure::new(format!("process {id} could not be asked to stop")));
        }
        let status = self.child.wait().map_err(|error| Failure::new(error.to_string()))?;
        if status.success() {
            Ok(())
        } else {
            Err(Failure::new(format!("a process that was asked to stop ended with {status}")))
        }
    }

    /// Waits until it ends by itself.
    pub(super) fn wait(mut self) -> Result<(), Failure> {
        self.child.wait().map(drop).map_err(|error| Failure::new(error.to_string()))
    }

    /// Its process id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A demonstration that fails leaves no process behind; one that has ended already is no trouble.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An empty folder: an earlier demonstration's is removed, anything else is not touched.
pub(super) fn fresh_folder(folder: &Path) -> Result<(), Failure> {
    let mark = folder.join("azalai-demo");
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", folder.display()));
    if folder.exists() {
        if !mark.exists() {
            return Err(Failure::new(format!(
                "{} exists and is no earlier demonstration; it is left alone",
                folder.display()
            )));
        }
        std::fs::remove_dir_all(folder).map_err(failed)?;
    }
    std::fs::create_dir_all(folder).map_err(failed)?;
    std::fs::write(mark, "made by cargo xtask demo; may be removed\n").map_err(failed)
}
