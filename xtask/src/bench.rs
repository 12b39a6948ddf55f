//! `cargo xtask bench [NAME ...]`: the project's figures against their goals, one JSON line each.
//!
//! The measuring program is an example of the test kit, built optimised, so that xtask, which every command builds,
//! needs neither a disk's nor a relay's crates and stays quick to build.

use crate::tools::{Outcome, cargo, run as run_command};

/// Builds the measuring program optimised and runs it; names choose figures.
///
/// # Errors
/// Where a figure misses its goal, or the program cannot be built.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut bench = cargo(&["run", "--quiet", "--release", "-p", "azalai-testkit", "--example", "bench", "--"]);
    bench.args(arguments);
    run_command(bench)
}
