//! `cargo xtask browser [FILE ...]`: the pages in a real browser, by the files of `tests/browser/pages/`.
//!
//! Node and Chromium belong to the machine; what drives them is pinned in `tests/browser/package-lock.json`. A machine
//! without them is an error that says what to install: these tests are never left out in silence.

use std::fs;
use std::path::PathBuf;

use crate::setup;
use crate::steps::Steps;
use crate::tools::{Failure, Outcome, ask, cargo, command, root, run as run_command, target_folder};

/// The oldest Node whose test runner the suite uses.
const NODE: u32 = 18;

/// Names under which Chromium is found; Debian's first.
const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// Debian's packages for what is missing.
const PACKAGES: [&str; 3] = ["nodejs", "npm", "chromium"];

/// `cargo xtask browser`: builds the program and runs all files, or those that are named.
///
/// # Errors
/// Where something is missing or a test fails.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut steps = Steps::default();
    steps.run("set up the browser tests", install)?;
    steps
        .run("the program that tests drive", || run_command(cargo(&["build", "--all-features", "-p", "azalai-cli"])))?;
    steps.run("tests in a browser", || tests(arguments))?;
    steps.print_table();
    Ok(())
}

/// Makes sure that Node, Chromium and the pinned packages are there.
///
/// # Errors
/// Names what is missing and how to get it.
pub(crate) fn install() -> Outcome {
    setup::packages(missing, &format!("the tests in a browser need Node {NODE} or newer, npm and Chromium"))?;
    // What is there is as the lock file says if npm's own record is not older.
    let folder = folder();
    let changed = |name: &str| fs::metadata(folder.join(name)).and_then(|file| file.modified()).ok();
    let (there, wanted) = (changed("node_modules/.package-lock.json"), changed("package-lock.json"));
    if there.is_some() && there >= wanted {
        println!("the packages of tests/browser are here");
        return Ok(());
    }
    let mut install = command("npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    install.current_dir(&folder);
    run_command(install)
}

/// Runs the files, all or those that are named.
///
/// # Errors
/// Where one fails.
pub(crate) fn tests(names: &[String]) -> Outcome {
    let chromium = chromium().ok_or_else(|| Failure::new("no Chromium: run `cargo xtask setup`"))?;
    let target = target_folder()?;
    let screenshots = target.join("screenshots");
    // A page that is gone must not stay in the pictures.
    if names.is_empty() {
        let _ = fs::remove_dir_all(&screenshots);
    }
    let mut node = command("node", &["run.mjs"]);
    node.args(names).current_dir(folder());
    node.env("AZALAI_PROGRAM", target.join("debug").join("azalai"));
    node.env("AZALAI_CHROMIUM", chromium).env("AZALAI_SCREENSHOTS", &screenshots);
    let outcome = run_command(node);
    println!("pictures of the pages: {}", screenshots.display());
    outcome
}

fn folder() -> PathBuf {
    root().join("tests").join("browser")
}

fn missing() -> Vec<&'static str> {
    let [nodejs, npm, chromium_package] = PACKAGES;
    let node = ask(command("node", &["--version"])).is_some_and(|text| major(&text) >= Some(NODE));
    let npm_there = ask(command("npm", &["--version"])).is_some();
    let there = [(nodejs, node), (npm, npm_there), (chromium_package, chromium().is_some())];
    there.into_iter().filter(|(_, there)| !there).map(|(name, _)| name).collect()
}

/// Where Chromium is: whoever drives it does not look for names.
fn chromium() -> Option<String> {
    CHROMIUM.into_iter().find_map(|name| ask(command("sh", &["-c", &format!("command -v {name}")])))
}

/// The first number of `v20.1.0`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against a Node that is too old and fails later with words that nobody understands.
    #[test]
    fn the_version_of_node_is_read() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("20"), None);
    }

    /// Guards against packages whose version anything else than the lock file decides.
    #[test]
    fn every_package_of_the_browser_tests_is_pinned() {
        let text = fs::read_to_string(folder().join("package.json")).unwrap();
        let package: serde_json::Value = serde_json::from_str(&text).unwrap();
        let versions: Vec<&str> =
            package["dependencies"].as_object().unwrap().values().map(|v| v.as_str().unwrap()).collect();
        assert!(versions.len() == 2 && versions.iter().all(|v| v.chars().all(|c| c.is_ascii_digit() || c == '.')));
        assert!(folder().join("package-lock.json").exists());
    }
}
