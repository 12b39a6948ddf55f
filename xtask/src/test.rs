//! `cargo xtask test`: every test of the workspace, and a list of what could not be run here.
//!
//! A test that the machine or its kernel does not allow prints `not run: WHAT: WHY` and passes; those lines are
//! collected from nextest's report and shown at the end, so that a green run never hides them.

use std::fs;
use std::path::PathBuf;

use crate::browser;
use crate::setup;
use crate::steps::Steps;
use crate::tools::{Failure, Outcome, cargo, run as run_command, target_folder};

/// What a test prints in front of its reason for not running.
const NOT_RUN: &str = "not run: ";

/// `cargo xtask test [ARGUMENTS]`: all tests; arguments go to nextest (a name, `-p CRATE`, `-E FILTER`) and leave
/// out the documentation's examples and the tests in a browser.
///
/// # Errors
/// Where a tool is missing or a test fails.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut steps = Steps::default();
    steps.run("set up cargo-nextest", || setup::install(setup::NEXTEST))?;
    all(&mut steps, "default", arguments)?;
    steps.print_table();
    Ok(())
}

/// The tests, for a caller with steps of its own; `profile` is one of `.config/nextest.toml`.
pub(crate) fn all(steps: &mut Steps, profile: &str, arguments: &[String]) -> Outcome {
    // The examples come first: the count of all other tests is then what a reader sees last.
    if arguments.is_empty() {
        steps.run("examples in the documentation", || {
            run_command(cargo(&["test", "--quiet", "--workspace", "--all-features", "--doc"]))
        })?;
    }
    // Tests that drive the program find it beside their own binary; nextest builds only what it runs itself.
    steps
        .run("the program that tests drive", || run_command(cargo(&["build", "--all-features", "-p", "azalai-cli"])))?;
    steps.run("tests", || {
        let mut nextest = cargo(&["nextest", "run", "--all-features", "--profile", profile]);
        if !arguments.iter().any(|argument| argument.starts_with("-p") || argument.starts_with("--package")) {
            nextest.arg("--workspace");
        }
        nextest.args(arguments);
        let report = report_path(profile)?;
        // An older run's report must not speak for this one; that there is none yet is no error.
        let _ = fs::remove_file(&report);
        let outcome = run_command(nextest);
        match fs::read_to_string(&report) {
            Ok(text) => not_run(&text).iter().for_each(|line| println!("{line}")),
            Err(e) => println!("no list of tests not run: {}: {e}", report.display()),
        }
        outcome
    })?;
    // Whoever names tests names those of the workspace; `cargo xtask browser` takes names of its own.
    if arguments.is_empty() {
        steps.run("set up the browser tests", browser::install)?;
        steps.run("tests in a browser", || browser::tests(&[]))?;
    }
    Ok(())
}

fn report_path(profile: &str) -> Result<PathBuf, Failure> {
    Ok(target_folder()?.join("nextest").join(profile).join("junit.xml"))
}

/// Every distinct `not run: …` line of a JUnit report, in order.
fn not_run(report: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in report.lines() {
        let Some((_, reason)) = line.split_once(NOT_RUN) else { continue };
        let reason = reason.split('<').next().unwrap_or(reason).trim();
        let plain = reason.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        let line = format!("{NOT_RUN}{plain}");
        if !found.contains(&line) {
            found.push(line);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against a green run that keeps to itself what it could not try.
    #[test]
    fn what_a_test_could_not_run_is_read_from_the_report_once() {
        let report = "<system-out>running 1 test\nnot run: disk full: mount &lt;tmpfs&gt; is not allowed\nok</system-out>\n\
                      <system-err>not run: disk full: mount &lt;tmpfs&gt; is not allowed</system-err>\n<x>all ran</x>";
        assert_eq!(not_run(report), ["not run: disk full: mount <tmpfs> is not allowed"]);
    }
}
