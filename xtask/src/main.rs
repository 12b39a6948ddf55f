//! Everything a developer runs: `cargo xtask setup | test | ci | wasm`, the same commands on a laptop and in CI.
//!
//! This file parses the first argument and dispatches; each subcommand is one module with one
//! `run(&[String]) -> Outcome`, and one line of [`SUBCOMMANDS`] makes it known. It must never skip a step in silence:
//! what could not be run is named with the reason, and a missing tool is an error that says what to install.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command for people and logs speaks on both")]

mod bench;
mod browser;
mod ci;
mod demo;
mod dictionary;
mod fuzz;
mod setup;
mod steps;
mod test;
mod tools;
mod vectors;
mod wasm;

use std::process::ExitCode;

use tools::Outcome;

/// One subcommand: its name, what it does in a line, and its entry, which gets the arguments after the name.
struct Subcommand {
    name: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Outcome,
}

/// Every subcommand, in the order of the help text.
const SUBCOMMANDS: &[Subcommand] = &[
    Subcommand { name: "demo", about: "a community at work, with real processes [--headless]", run: demo::run },
    Subcommand { name: "test", about: "install what tests need, run every test", run: test::run },
    Subcommand { name: "browser", about: "the pages in a real browser [FILE ...]", run: browser::run },
    Subcommand {
        name: "ci",
        about: "everything CI insists on: style, lints, docs, licences, wasm32, tests",
        run: ci::run,
    },
    Subcommand {
        name: "fuzz",
        about: "search for bytes that break a reader [TARGET ...] [--seconds N] [--keep]",
        run: fuzz::run,
    },
    Subcommand { name: "bench", about: "the project's figures against their goals [NAME ...]", run: bench::run },
    Subcommand {
        name: "setup",
        about: "install the pinned tools, Node and Chromium (once; quick when they are there)",
        run: setup::run,
    },
    Subcommand {
        name: "vectors",
        about: "write the test vectors of the binary formats anew [--check: only compare]",
        run: vectors::run,
    },
    Subcommand {
        name: "dictionary",
        about: "compare the compression dictionary with its seeds [--replace: before its first release only]",
        run: dictionary::run,
    },
    Subcommand {
        name: "wasm",
        about: "check the crates that must compile for wasm32 [--packaged] [CRATE ...]",
        run: wasm::run,
    },
];

fn main() -> ExitCode {
    #[allow(clippy::disallowed_methods, reason = "xtask is a program of its own; its arguments are read here only")]
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        eprint!("{}", usage());
        return ExitCode::from(2);
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    }
    let Some(subcommand) = SUBCOMMANDS.iter().find(|s| s.name == name) else {
        eprintln!("xtask: there is no subcommand {name:?}\n\n{}", usage());
        return ExitCode::from(2);
    };
    match (subcommand.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask {name}: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let mut text = String::from("cargo xtask SUBCOMMAND\n\n");
    for Subcommand { name, about, .. } in SUBCOMMANDS {
        text.push_str(&format!("  {name:<12} {about}\n"));
    }
    text.push_str("\nFor example: cargo xtask test\n");
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Guards against a subcommand that shadows another or that help does not list.
    #[test]
    fn every_subcommand_has_a_name_of_its_own_and_stands_in_the_help() {
        let names: BTreeSet<_> = SUBCOMMANDS.iter().map(|s| s.name).collect();
        assert_eq!(names.len(), SUBCOMMANDS.len());
        assert!(SUBCOMMANDS.iter().all(|s| usage().contains(&format!("  {} ", s.name)) && !s.about.is_empty()));
    }
}
