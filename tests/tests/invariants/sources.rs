//! What the sources may name: one door for signatures, one crate for the database, one for the environment.
//!
//! Read as text: comments and modules of tests are left out, so that saying why a thing is absent is allowed.

use std::path::{Path, PathBuf};

use crate::{PURE, assert_none, crate_names, files_below, read, root, shown};

/// A source file of a crate, with comments and test modules taken out. Line numbers stay those of the file.
struct Source {
    package: String,
    path: PathBuf,
    lines: Vec<(usize, String)>,
}

/// Every source file that becomes part of the program.
fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    for package in crate_names() {
        for path in files_below(&root().join("crates").join(&package).join("src"), ".rs") {
            let of_tests = path.ends_with("tests.rs")
                || path.ends_with("testing.rs")
                || path.components().any(|part| part.as_os_str() == "tests");
            if !of_tests {
                found.push(Source { package: package.clone(), lines: production(&read(&path)), path });
            }
        }
    }
    found
}

/// The lines of a file without comments, ending where its inline test module begins.
fn production(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let opens_tests = |at: usize| {
        let attribute = lines[at].trim();
        let next = lines[at + 1..].iter().map(|line| line.trim()).find(|line| !line.starts_with("#["));
        attribute.starts_with("#[cfg(") && attribute.contains("test") && next.is_some_and(is_inline_module)
    };
    let end = (0..lines.len()).find(|at| opens_tests(*at)).unwrap_or(lines.len());
    let kept = lines[..end].iter().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    kept.map(|(at, line)| (at + 1, line.split(" // ").next().unwrap().to_owned())).collect()
}

fn is_inline_module(line: &str) -> bool {
    line.contains("mod ") && line.ends_with('{')
}

/// Every place outside `allowed` packages where one of `words` stands.
fn named_outside(allowed: &[&str], words: &[&str]) -> Vec<String> {
    let outside = |source: &Source| !allowed.contains(&source.package.as_str());
    places(words, outside)
}

fn places(words: &[&str], looked_at: impl Fn(&Source) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| looked_at(source)) {
        for (number, line) in &source.lines {
            if words.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{number}: {}", shown(&source.path), line.trim()));
            }
        }
    }
    found
}

/// Guards against these tests seeing nothing because they cut too much, or too little, away.
#[test]
fn reading_sources_leaves_out_comments_and_test_modules_and_nothing_else() {
    let text = "//! sled\nuse a; // sled\n#[cfg(test)]\nmod apart;\nfn f() {}\n#[cfg(test)]\n#[allow(x)]\nmod tests {\nsled\n}\n";
    let left: Vec<String> = production(text).into_iter().map(|(number, line)| format!("{number} {line}")).collect();
    assert_eq!(left, ["2 use a;", "3 #[cfg(test)]", "4 mod apart;", "5 fn f() {}"]);
}

/// Guards against a second, laxer way for bytes to become a verified statement.
#[test]
fn exactly_one_place_calls_verify_strict() {
    let called = places(&[".verify_strict(", "::verify_strict("], |_| true);
    assert_eq!(called.len(), 1, "one door for signatures, found: {called:#?}");
    assert!(called[0].starts_with("crates/azalai-envelope/"), "the door is in envelope, found {}", called[0]);
}

/// Guards against the laxer verification of the signature library being used beside the strict one.
#[test]
fn no_source_uses_a_signature_check_that_is_not_strict() {
    let lax = ["verify_prehashed(", "verify_batch(", "signature::Verifier", "ed25519_dalek::Verifier"];
    assert_none("only verify_strict", &named_outside(&[], &lax));
}

/// Guards against storage formats leaking out of the crate that can be exchanged for another.
#[test]
fn only_store_names_sled() {
    assert_none("sled outside store", &named_outside(&["azalai-store"], &["sled::", "use sled"]));
}

/// Guards against a second server with limits of its own.
#[test]
fn only_the_relay_and_the_pages_name_axum() {
    let allowed = ["azalai-relay", "azalai-web"];
    assert_none("axum outside the relay and the pages", &named_outside(&allowed, &["axum::", "use axum"]));
}

/// Guards against behaviour that hangs on a variable nobody documented.
#[test]
fn only_the_command_line_reads_the_environment_and_the_arguments() {
    let words = ["std::env", "env::var", "env::args", "env::current_dir", "env::temp_dir", "env::home_dir"];
    assert_none("the environment, outside the command line", &named_outside(&["azalai-cli"], &words));
}

/// Guards against hidden inputs in the crates whose every outcome must follow from their arguments.
#[test]
fn the_pure_crates_touch_no_file_socket_clock_thread_or_randomness_of_their_own() {
    let words = [
        "std::fs",
        "std::net",
        "std::thread",
        "std::process",
        "SystemTime",
        "Instant::now",
        "getrandom",
        "OsRng",
        "thread_rng",
        "spawn(",
        "println!",
        "tokio",
    ];
    let offences = places(&words, |source| PURE.contains(&source.package.as_str()));
    assert_none("pure crates take what they need as arguments", &offences);
}

/// Guards against pages that reach past their host: the same pages run where there is no file, socket or clock.
#[test]
fn the_pages_touch_no_file_socket_clock_or_randomness_of_their_own() {
    let words = [
        "std::fs",
        "std::net",
        "std::process",
        "std::thread",
        "SystemTime",
        "Instant::now",
        "getrandom",
        "tokio::spawn",
    ];
    let offences = places(&words, |source| source.package == "azalai-web");
    assert_none("pages ask their host", &offences);
}

/// Guards against a page that asks another origin, or carries style or script that the policy would have to allow.
#[test]
fn templates_and_assets_name_no_other_origin_and_carry_no_inline_code() {
    let folder = root().join("crates/azalai-web");
    let mut files = files_below(&folder.join("templates"), ".html");
    for ending in [".css", ".js", ".svg"] {
        files.extend(files_below(&folder.join("static"), ending));
    }
    let mut offences = Vec::new();
    for file in &files {
        let text = read(file).replace("http://www.w3.org/2000/svg", "");
        let bad =
            ["http://", "https://", "url(", "@import", " style=", " onclick=", " onload=", "javascript:", "|safe"];
        offences.extend(bad.iter().filter(|bad| text.contains(*bad)).map(|bad| format!("{}: {bad}", shown(file))));
        let inline = text.split("<script").skip(1).any(|rest| !rest.trim_start().starts_with("src="));
        offences.extend(inline.then(|| format!("{}: inline script", shown(file))));
    }
    assert!(files.len() > 15, "the templates are not where they are looked for");
    assert_none("pages ask their own origin alone", &offences);
}

/// Guards against files whose reason nobody can tell.
#[test]
fn every_source_file_opens_with_what_it_is_for() {
    let folders = ["crates", "tests", "xtask"];
    let files = folders.iter().flat_map(|folder| files_below(&root().join(folder), ".rs"));
    let offences: Vec<String> = files
        .filter(|path| {
            let text = read(path);
            let first = text.lines().next().unwrap_or_default();
            !first.starts_with("//! ") || first.contains("placeholder")
        })
        .map(|path| shown(&path))
        .collect();
    assert_none("these do not open with //! and a sentence", &offences);
}

/// Guards against houses with too many people in one room.
#[test]
fn no_source_file_of_a_crate_is_longer_than_500_lines() {
    let files = files_below(&root().join("crates"), ".rs");
    let long = files.iter().map(|path| (read(path).lines().count(), path)).filter(|(count, _)| *count > 500);
    let offences: Vec<String> = long.map(|(count, path)| format!("{} has {count} lines", shown(path))).collect();
    assert_none("split these", &offences);
}

/// Guards against limits that are scattered, without unit and reason, where nobody finds them together.
#[test]
fn every_named_limit_stands_in_the_limits_of_its_crate() {
    let elsewhere = |source: &Source| source.path.file_name() != Some(Path::new("limits.rs").as_os_str());
    let offences = places(&["const MAX_", "const MIN_"], elsewhere);
    assert_none("move these to limits.rs of their crate", &offences);
}
