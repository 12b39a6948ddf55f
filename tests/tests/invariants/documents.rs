//! That the documents fit the tree: the map names what is there, and nothing that is not.

use std::collections::BTreeSet;
use std::path::Path;

use crate::{assert_none, crate_names, files_below, read, root, shown};

/// The documents of the root folder that people start from.
const GUIDES: [&str; 5] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];

/// Words in backticks, outside of code blocks.
fn in_backticks(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if !in_block {
            found.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    found
}

/// Where the links of a page lead that are not to another site or a heading.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    targets.filter(|target| !target.is_empty() && !target.contains("://")).map(str::to_owned).collect()
}

/// Every crate name (a word that begins with `azalai-`) in a text.
fn crates_named(text: &str) -> BTreeSet<String> {
    let in_a_name = |c: char| c.is_ascii_lowercase() || c == '-';
    let words = text.split(|c| !in_a_name(c)).map(|word| word.trim_matches('-'));
    words.filter(|word| word.starts_with("azalai-")).map(str::to_owned).collect()
}

/// Guards against a map that leaves out a crate, or sends a newcomer to one that is gone.
#[test]
fn the_map_in_architecture_names_every_crate_and_no_other() {
    let named = crates_named(&read(&root().join("ARCHITECTURE.md")));
    let present: BTreeSet<String> = crate_names().into_iter().collect();
    assert_eq!(named, present, "left: crates that ARCHITECTURE.md names; right: folders in crates/");
}

/// Guards against guides that name files which have moved.
#[test]
fn every_path_that_a_guide_names_exists() {
    let mut offences = Vec::new();
    for guide in GUIDES {
        let text = read(&root().join(guide));
        let is_path =
            |word: &String| word.contains('/') && word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        for path in in_backticks(&text).into_iter().filter(is_path) {
            // What a build makes, and what a system keeps elsewhere, is not in the tree.
            let made = path.starts_with('/') || path.starts_with("target/") || path.starts_with(".tools/");
            if !made && !root().join(&path).exists() {
                offences.push(format!("{guide}: {path}"));
            }
        }
    }
    assert_none("named and not there", &offences);
}

/// Guards against links in any page that lead nowhere.
#[test]
fn every_link_between_pages_leads_to_a_file() {
    let mut pages = files_below(&root().join("docs"), ".md");
    pages.extend(GUIDES.map(|guide| root().join(guide)));
    let mut offences = Vec::new();
    for page in pages {
        let folder = page.parent().unwrap_or(Path::new("."));
        let dead = links(&read(&page)).into_iter().filter(|target| !folder.join(target).exists());
        offences.extend(dead.map(|target| format!("{}: {target}", shown(&page))));
    }
    assert_none("dead links", &offences);
}

/// Guards against a first page that asks for more than the two commands that do all set-up themselves.
#[test]
fn the_readme_opens_with_the_two_commands() {
    let text = read(&root().join("README.md"));
    let block = text.split("```").nth(1).expect("README.md has a code block").trim_start_matches("sh").trim();
    let commands: Vec<&str> = block.lines().map(|line| line.split('#').next().unwrap().trim()).collect();
    assert_eq!(commands, ["cargo xtask demo", "cargo xtask test"]);
}

/// Guards against a promise whose test was renamed or is gone.
#[test]
fn every_test_that_the_promises_name_exists() {
    let text = read(&root().join("docs/security-tests.md"));
    let (mut named, mut offences) = (0, Vec::new());
    for line in text.lines().filter(|line| line.starts_with("| ") && line.contains('`')) {
        let words: Vec<&str> = line.split('`').skip(1).step_by(2).collect();
        let [file, test] = words[words.len().saturating_sub(2)..] else { continue };
        named += 1;
        let source = std::fs::read_to_string(root().join(file)).unwrap_or_default();
        let is_test =
            source.split("#[test]").skip(1).any(|after| after.trim_start().starts_with(&format!("fn {test}()")));
        if !is_test {
            offences.push(format!("{file}: {test}"));
        }
    }
    assert!(named > 30, "{named} rows were read");
    assert_none("promised and not tested", &offences);
}
