//! `cargo xtask fuzz [TARGET ...] [--seconds N] [--keep]`: libFuzzer searches for inputs that break a decoder, the
//! linter, a device or a relay.
//!
//! A search begins from the tree's own examples and from `tests/fuzz/corpus/`. What it finds lies in
//! `tests/fuzz/found/TARGET/`, where the ordinary tests replay it: mend what it breaks and commit the file. With
//! `--keep` the corpus becomes the fewest inputs that reach all code that this search and the earlier ones reached.
//!
//! No sanitizer of memory: Azalai forbids unsafe code, and without one the pinned stable compiler serves.

use std::fs;
use std::path::{Path, PathBuf};

use crate::setup;
use crate::steps::Steps;
use crate::tools::{Failure, Outcome, ask, cargo, command, root, run as run_command, target_folder};

/// Seconds for each target, unless told.
const SECONDS: u32 = 60;

/// Bytes that an input may have: as in the tests without coverage.
const LONGEST: u32 = 16 * 1024;

/// Bytes that an input may have which is kept: what is longer reaches little that shorter ones do not.
const LONGEST_KEPT: u32 = 1024;

/// Bytes of memory, in MiB, over which a target is ended and its input is a finding.
const MEMORY_MIB: u32 = 2048;

/// Seconds after which an input is a finding.
const SLOW: u32 = 20;

#[derive(Debug, PartialEq, Eq)]
struct Plan {
    targets: Vec<String>,
    seconds: u32,
    keep: bool,
}

/// `cargo xtask fuzz`.
///
/// # Errors
/// Where a tool is missing, or a target found something.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let plan = plan(arguments, &all_targets()?)?;
    let mut steps = Steps::default();
    steps.run("set up the search", install)?;
    search(&mut steps, &plan)?;
    steps.print_table();
    Ok(())
}

/// A search of every target for some seconds, for a caller with steps of its own.
///
/// # Errors
/// As [`run`].
pub(crate) fn short(steps: &mut Steps, seconds: u32) -> Outcome {
    search(steps, &Plan { targets: all_targets()?, seconds, keep: false })
}

/// Makes sure that cargo-fuzz and a C++ compiler, which builds libFuzzer, are there.
///
/// # Errors
/// Names what is missing and how to get it.
pub(crate) fn install() -> Outcome {
    setup::install(setup::FUZZ)?;
    let missing = || if ask(command("c++", &["--version"])).is_some() { Vec::new() } else { vec!["g++"] };
    setup::packages(missing, "libFuzzer is built with a C++ compiler")
}

fn folder() -> PathBuf {
    root().join("tests").join("fuzz")
}

fn all_targets() -> Result<Vec<String>, Failure> {
    let programs = fs::read_dir(folder().join("fuzz_targets"));
    let programs = programs.map_err(|error| Failure::new(format!("the targets cannot be listed: {error}")))?;
    let mut names: Vec<String> = programs
        .filter_map(|file| file.ok()?.path().file_stem().map(|name| name.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    Ok(names)
}

fn plan(arguments: &[String], known: &[String]) -> Result<Plan, Failure> {
    let mut plan = Plan { targets: Vec::new(), seconds: SECONDS, keep: false };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--keep" => plan.keep = true,
            "--seconds" => {
                let number = words.next().and_then(|number| number.parse().ok()).filter(|seconds| *seconds > 0);
                plan.seconds = number.ok_or_else(|| Failure::new("--seconds needs a number over 0"))?;
            }
            name if known.iter().any(|target| target == name) => plan.targets.push(name.to_owned()),
            other => {
                return Err(Failure::new(format!("there is no target {other:?}; there are {}", known.join(", "))));
            }
        }
    }
    if plan.targets.is_empty() {
        plan.targets = known.to_vec();
    }
    Ok(plan)
}

fn search(steps: &mut Steps, plan: &Plan) -> Outcome {
    let target = target_folder()?;
    let built = target.join("fuzz");
    steps.run("build the targets with coverage", || {
        let mut build = cargo(&["fuzz", "build", "--dev", "--sanitizer", "none", "--fuzz-dir"]);
        build.arg(folder()).arg("--target-dir").arg(&built);
        // All checks of a build for tests; without any optimisation a search sees a tenth of the inputs.
        build.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
        run_command(build)
    })?;
    let begin = target.join("fuzz-corpus");
    steps.run("what the search begins from", || {
        let _ = fs::remove_dir_all(&begin);
        run_command(corpus(&["begin"], &begin))
    })?;
    let host = ask(command("rustc", &["--print", "host-tuple"]));
    let host = host.ok_or_else(|| Failure::new("rustc does not say what machine this is"))?;
    let programs = built.join(host).join("debug");
    for name in &plan.targets {
        steps.run(&format!("search: {name}"), || one(name, &programs, &begin, plan))?;
    }
    Ok(())
}

/// The program that knows what searches begin from.
fn corpus(words: &[&str], folder: &Path) -> std::process::Command {
    let mut corpus = cargo(&["run", "--quiet", "-p", "azalai-fuzz", "--example", "corpus", "--"]);
    corpus.args(words).arg(folder);
    corpus
}

fn one(name: &str, programs: &Path, begin: &Path, plan: &Plan) -> Outcome {
    let (found, kept) = (folder().join("found").join(name), begin.join("kept").join(name));
    let begin = begin.join(name);
    for wanted in [&found, &kept] {
        fs::create_dir_all(wanted).map_err(|error| Failure::new(format!("{}: {error}", wanted.display())))?;
    }
    let program = programs.join(name);
    let program = program.to_string_lossy();
    let mut search = command(&program, &[]);
    search.arg(&begin).arg(format!("-artifact_prefix={}/", found.display()));
    search.arg(format!("-max_total_time={}", plan.seconds)).arg(format!("-max_len={LONGEST}"));
    search.arg(format!("-rss_limit_mb={MEMORY_MIB}")).arg(format!("-timeout={SLOW}"));
    search.args(["-print_final_stats=1", "-verbosity=0"]);
    let outcome = run_command(search).map_err(|failure| {
        Failure::new(format!("{failure}; the input is in {}: mend what it breaks and commit it", found.display()))
    });
    // Empty folders would only say that nothing was found.
    let _ = fs::remove_dir(&found);
    if outcome.is_ok() && plan.keep {
        let mut merge = command(&program, &["-merge=1", "-verbosity=0"]);
        merge.arg(format!("-max_len={LONGEST_KEPT}")).arg(&kept).arg(&begin);
        run_command(merge)?;
        run_command(corpus(&["keep", name], &kept))?;
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    /// Guards against a search of something else than was asked for, or of nothing.
    #[test]
    fn targets_and_seconds_are_read_and_unknown_words_are_named() {
        let known = words("door slots");
        assert_eq!(plan(&[], &known).unwrap(), Plan { targets: known.clone(), seconds: SECONDS, keep: false });
        let asked = plan(&words("door --seconds 5 --keep"), &known).unwrap();
        assert_eq!(asked, Plan { targets: words("door"), seconds: 5, keep: true });
        assert!(plan(&words("window"), &known).unwrap_err().to_string().contains("door, slots"));
        assert!(plan(&words("--seconds none"), &known).is_err());
        assert!(plan(&words("--seconds 0"), &known).is_err());
    }
}
