//! `cargo xtask ci`: everything that must hold before a change lands, the cheapest checks first.
//!
//! `.ci/run` calls this and nothing else, so a laptop runs what CI runs. One build profile serves all steps.

use crate::fuzz;
use crate::setup;
use crate::steps::Steps;
use crate::test;
use crate::tools::{Failure, Outcome, cargo, run as run_command};
use crate::wasm;

/// Seconds that CI searches with each fuzz target: enough to see that each still runs and finds nothing near by.
const FUZZ_SECONDS: u32 = 3;

/// Runs every step; the first that fails ends it.
///
/// # Errors
/// Names the step and the command that failed.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    if let Some(unknown) = arguments.first() {
        return Err(Failure::new(format!("ci takes no argument, got {unknown:?}")));
    }
    let mut steps = Steps::default();
    steps.run("formatting", || run_command(cargo(&["fmt", "--all", "--check"])))?;
    setup::everything(&mut steps)?;
    steps.run("lints", || {
        run_command(cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]))
    })?;
    steps.run("documentation", || {
        let mut doc = cargo(&["doc", "--workspace", "--all-features", "--no-deps"]);
        doc.env("RUSTDOCFLAGS", "-D warnings");
        run_command(doc)
    })?;
    steps.run("licences, bans, sources", || {
        println!("not run: advisories: their database is fetched from a host that CI may not reach;");
        println!("         run `cargo deny check advisories` by hand before a release");
        let deny = ["deny", "--all-features", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"];
        run_command(cargo(&deny))
    })?;
    steps.run("wasm32", wasm::check_all)?;
    test::all(&mut steps, "ci", &[])?;
    fuzz::short(&mut steps, FUZZ_SECONDS)?;
    steps.print_table();
    Ok(())
}
