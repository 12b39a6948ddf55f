//! Which crate may be built with which: the arrows of the architecture, over `cargo metadata` and `cargo tree`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{PURE, assert_none, cargo, crate_names, files_below, read, root, shown};

/// What each crate may use of this workspace. The command line may use all but testkit, testkit all but the command
/// line; neither stands here. sync uses only the trait of store, which without features is as pure as sync itself.
const MAY_USE: &[(&str, &[&str])] = &[
    ("azalai-envelope", &[]),
    ("azalai-roster", &["azalai-envelope"]),
    ("azalai-model", &["azalai-envelope"]),
    ("azalai-store", &["azalai-envelope"]),
    ("azalai-sync", &["azalai-envelope", "azalai-store"]),
    ("azalai-node", &["azalai-envelope", "azalai-model", "azalai-roster", "azalai-store", "azalai-sync"]),
    ("azalai-relay", &["azalai-envelope", "azalai-store", "azalai-sync"]),
    ("azalai-formats", &["azalai-envelope", "azalai-model"]),
    // store for the home that a host gives, envelope and roster for ids and areas: never a socket or a relay.
    (
        "azalai-web",
        &[
            "azalai-envelope",
            "azalai-formats",
            "azalai-model",
            "azalai-node",
            "azalai-roster",
            "azalai-store",
            "azalai-sync",
        ],
    ),
];

/// The dependencies of a package as (name, is it a dev-dependency).
fn declared() -> Vec<(String, Vec<(String, bool)>)> {
    let metadata: Value = serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            (name(package), dependencies.map(|d| (name(d), d["kind"] == "dev")).collect())
        })
        .collect()
}

/// The names of all packages that are built into `package`, its own left out.
fn built_into(package: &str, features: &str) -> BTreeSet<String> {
    let arguments = ["tree", "--package", package, features, "--edges", "normal", "--prefix", "none"];
    let tree = cargo(&[&arguments[..], &["--format", "{p}"]].concat());
    let names: BTreeSet<String> = tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    assert!(names.contains(package), "cargo tree does not begin with {package}");
    names.into_iter().filter(|name| name != package && !name.is_empty()).collect()
}

/// What tokio is built with below `package`, where it is there at all.
fn tokio_features(package: &str) -> BTreeSet<String> {
    let arguments = ["tree", "--package", package, "--no-default-features", "--edges", "normal", "--prefix", "none"];
    let tree = cargo(&[&arguments[..], &["--format", "{p};{f}"]].concat());
    let lines = tree.lines().filter(|line| line.starts_with("tokio "));
    lines.filter_map(|line| line.rsplit(';').next()).map(|f| f.trim_end_matches(" (*)").to_owned()).collect()
}

fn offences(package: &str, features: &str, forbidden: &[&str]) -> Vec<String> {
    let built = built_into(package, features);
    forbidden.iter().filter(|f| built.contains(**f)).map(|f| format!("{package} is built with {f}")).collect()
}

/// Guards against a dependency that brings threads, sockets or a database into what must run anywhere and in tests
/// without waiting.
#[test]
fn the_pure_crates_and_node_without_native_features_are_built_without_runtime_server_and_database() {
    let outside = ["axum", "hyper", "sled", "ureq", "mio", "socket2"];
    let packages = PURE.iter().chain(&["azalai-store", "azalai-node"]);
    let mut found: Vec<String> =
        packages.clone().flat_map(|package| offences(package, "--no-default-features", &outside)).collect();
    for package in packages {
        // The locks of store are tokio's, which are plain futures as long as no other feature of it is on.
        for features in tokio_features(package).iter().filter(|features| *features != "sync") {
            found.push(format!("{package} is built with tokio's features {features:?}"));
        }
    }
    assert_none("no runtime, server or database in these", &found);
}

/// Guards against pages that run in a program only: in a phone's browser there is no server beneath them.
#[test]
fn the_pages_are_built_without_server_database_and_runtime() {
    let outside = ["hyper", "sled", "ureq", "mio", "socket2"];
    let mut found = offences("azalai-web", "--no-default-features", &outside);
    for features in tokio_features("azalai-web").iter().filter(|features| *features != "sync") {
        found.push(format!("azalai-web is built with tokio's features {features:?}"));
    }
    assert_none("the pages bring no machine of their own", &found);
}

/// Guards against an executor, or its locks, in the crates that never wait for anything.
#[test]
fn envelope_roster_and_model_are_built_without_tokio() {
    let packages = ["azalai-envelope", "azalai-roster", "azalai-model"];
    let found: Vec<String> = packages.iter().flat_map(|p| offences(p, "--all-features", &["tokio", "sled"])).collect();
    assert_none("nothing here waits", &found);
}

/// Guards against a relay that could read what it carries because someone found a shortcut.
#[test]
fn the_relay_is_built_with_neither_model_nor_roster_nor_node() {
    let forbidden = ["azalai-model", "azalai-roster", "azalai-node", "azalai-formats", "automerge"];
    assert_none("a relay opens nothing", &offences("azalai-relay", "--all-features", &forbidden));
}

/// Guards against arrows that the architecture does not draw, before they become a knot.
#[test]
fn each_crate_uses_only_the_crates_that_the_architecture_allows() {
    let free = ["azalai-cli", "azalai-testkit", "azalai-tests", "azalai-fuzz"];
    let mut offences = Vec::new();
    for (package, dependencies) in declared() {
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == package) else {
            if package.starts_with("azalai-") && !free.contains(&package.as_str()) {
                offences.push(format!("{package} has no line in MAY_USE"));
            }
            continue;
        };
        for (used, dev) in dependencies {
            if used.starts_with("azalai-") && !dev && !allowed.contains(&used.as_str()) {
                offences.push(format!("{package} uses {used}"));
            }
        }
    }
    assert_none("an arrow that the architecture does not draw", &offences);
}

/// Guards against simulated clocks and faulty stores in the program that people rely on.
#[test]
fn testkit_is_only_ever_a_dev_dependency() {
    let offences: Vec<String> = declared()
        .into_iter()
        // The fuzz targets are tests that must be programs.
        .filter(|(package, _)| package.starts_with("azalai-") && package != "azalai-fuzz")
        .filter(|(_, dependencies)| dependencies.iter().any(|(used, dev)| used == "azalai-testkit" && !dev))
        .map(|(package, _)| format!("{package} is built with azalai-testkit"))
        .collect();
    assert_none("testkit is for tests", &offences);
}

/// Guards against a crate that escapes `forbid(unsafe_code)` and the ban on panics by leaving one line out.
#[test]
fn every_package_inherits_the_lints_of_the_workspace() {
    let mut manifests: Vec<_> = crate_names().iter().map(|name| root().join("crates").join(name)).collect();
    manifests.extend(["tests", "tests/fuzz", "xtask"].map(|folder| root().join(folder)));
    let offences: Vec<String> = manifests
        .iter()
        .map(|folder| folder.join("Cargo.toml"))
        .filter(|manifest| !read(manifest).contains("[lints]\nworkspace = true"))
        .map(|manifest| shown(&manifest))
        .collect();
    assert_none("these do not say [lints] workspace = true", &offences);
}

/// Guards against a panic in one request or one document that ends the whole process.
#[test]
fn no_profile_aborts_on_panic() {
    let mut files = files_below(&root().join("crates"), "Cargo.toml");
    files.extend([root().join("Cargo.toml"), root().join(".cargo/config.toml")]);
    let aborting = |path: &std::path::PathBuf| {
        let text: String = read(path).split_whitespace().collect();
        text.contains("panic=\"abort\"") || text.contains("panic=abort")
    };
    let offences: Vec<String> = files.iter().filter(|path| aborting(path)).map(|path| shown(path)).collect();
    assert_none("panic = \"abort\" takes the neighbours' letters down too", &offences);
}
