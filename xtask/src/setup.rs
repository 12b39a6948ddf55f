//! The pinned tools: installed once into `.tools/`, left alone when they are there.
//!
//! Nothing is installed outside `.tools/` but the wasm32 target, which belongs to the toolchain, the packages of
//! `tests/browser/`, and, for root on Debian, Node, Chromium and a C++ compiler. Each command
//! asks only for the tools that it uses, so that a newcomer's first run does not build a licence checker.

use crate::browser;
use crate::fuzz;
use crate::steps::Steps;
use crate::tools::{Failure, Outcome, ask, cargo, command, run as run_command, tools_folder};
use crate::wasm;

/// A program from crates.io that xtask runs.
#[derive(Clone, Copy)]
pub(crate) struct Tool {
    /// Name of the crate and of the program.
    name: &'static str,
    /// The version that is installed.
    version: Version,
    /// Whether a newer one already on the machine serves as well.
    newer_serves: bool,
    /// More arguments for `cargo install`.
    install_with: &'static [&'static str],
}

type Version = (u32, u32, u32);

/// Runs tests in processes of their own, with limits on time. Its output format is stable; newer ones serve.
pub(crate) const NEXTEST: Tool =
    Tool { name: "cargo-nextest", version: (0, 9, 143), newer_serves: true, install_with: &[] };

/// Checks licences, bans and sources. Exact, because its configuration format moves; unoptimised, because it
/// runs for seconds and would take minutes longer to build.
pub(crate) const DENY: Tool =
    Tool { name: "cargo-deny", version: (0, 20, 2), newer_serves: false, install_with: &["--debug"] };

/// Builds targets with coverage for libFuzzer. Its options are used as this version has them.
pub(crate) const FUZZ: Tool =
    Tool { name: "cargo-fuzz", version: (0, 13, 1), newer_serves: false, install_with: &["--debug"] };

/// `cargo xtask setup`: every tool that any subcommand needs.
///
/// # Errors
/// Names the tool that could not be installed and what to do.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    if let Some(unknown) = arguments.first() {
        return Err(Failure::new(format!("setup takes no argument, got {unknown:?}")));
    }
    let mut steps = Steps::default();
    everything(&mut steps)?;
    steps.print_table();
    Ok(())
}

/// The steps of `cargo xtask setup`, for a caller with steps of its own.
pub(crate) fn everything(steps: &mut Steps) -> Outcome {
    steps.run("set up cargo-nextest", || install(NEXTEST))?;
    steps.run("set up cargo-deny", || install(DENY))?;
    steps.run("set up wasm32", wasm::install)?;
    steps.run("set up the search for hostile bytes", fuzz::install)?;
    steps.run("set up the browser tests", browser::install)
}

/// Makes sure that `tool` is there.
///
/// # Errors
/// Where `cargo install` fails; the message says what was wanted.
pub(crate) fn install(tool: Tool) -> Outcome {
    let (major, minor, patch) = tool.version;
    if let Some(found) = ask(command(tool.name, &["--version"])).as_deref().and_then(version_in)
        && (found == tool.version || tool.newer_serves && found > tool.version)
    {
        println!("{} {}.{}.{} is here", tool.name, found.0, found.1, found.2);
        return Ok(());
    }
    let version = format!("={major}.{minor}.{patch}");
    let folder = tools_folder();
    let mut install = cargo(&["install", "--locked", tool.name, "--version", &version]);
    install.arg("--root").arg(&folder).args(tool.install_with);
    run_command(install).map_err(|failure| {
        Failure::new(format!("{failure}; {} {version} is needed in {} or on the path", tool.name, folder.display()))
    })
}

/// Makes sure that system packages are there: `missing` names those of Debian that are not. They are installed for root
/// on Debian.
///
/// # Errors
/// Names what is missing, what it is wanted for, and how to get it.
pub(crate) fn packages(missing: impl Fn() -> Vec<&'static str>, wanted: &str) -> Outcome {
    let before = missing();
    if before.is_empty() {
        return Ok(());
    }
    println!("missing: {}", before.join(", "));
    let root = ask(command("id", &["-u"])).as_deref() == Some("0");
    if root && ask(command("apt-get", &["--version"])).is_some() {
        run_command(command("apt-get", &["update", "--quiet"]))?;
        let mut install = command("apt-get", &["install", "--yes", "--no-install-recommends"]);
        install.args(before).env("DEBIAN_FRONTEND", "noninteractive");
        run_command(install)?;
    }
    let missing = missing().join(" ");
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("{wanted}; missing: {missing}. On Debian: apt install {missing}")))
}

/// The first `N.N.N` in what a tool prints about its version.
fn version_in(text: &str) -> Option<Version> {
    text.split_whitespace().find_map(|word| {
        let mut numbers = word.split('.').map(|number| number.parse().ok());
        match (numbers.next(), numbers.next(), numbers.next(), numbers.next()) {
            (Some(Some(major)), Some(Some(minor)), Some(Some(patch)), None) => Some((major, minor, patch)),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against an installed tool that is not recognised and built again at every run.
    #[test]
    fn the_version_is_read_from_what_the_tools_print() {
        assert_eq!(version_in("cargo-nextest 0.9.143 (60fa45f63 2026-08-04)\nrelease: 0.9.143"), Some((0, 9, 143)));
        assert_eq!(version_in("cargo-deny 0.20.2"), Some((0, 20, 2)));
        assert_eq!(version_in("cargo-deny, unknown"), None);
        assert_eq!(version_in("tool 1.2"), None);
    }
}
