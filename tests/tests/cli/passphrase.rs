//! Changing the passphrase.

use std::fs;

use azalai_tests::program::Ran;

use crate::{PASSPHRASE, Place, ran};

const NEW: &str = "goat dune lantern seven market";

/// Runs a command in the steward's home under `passphrase`, with a new one at hand.
fn with(place: &Place, passphrase: &str, new: &str, arguments: &[&str]) -> Ran {
    let mut command = place.command_json("steward", arguments);
    command.env("AZALAI_PASSPHRASE", passphrase).env("AZALAI_NEW_PASSPHRASE", new);
    ran(command)
}

/// Guards against an old passphrase that goes on opening, a new one that locks everything away, and either on screen.
#[test]
fn after_a_change_only_the_new_passphrase_opens_and_nothing_is_lost() {
    let place = Place::new();
    place.found();
    let before = place.json("steward", &["members"]).out;
    let slots = fs::read(place.path("steward/slots")).unwrap();
    let changed = with(&place, PASSPHRASE, NEW, &["passphrase", "change"]);
    assert_eq!(changed.object()["changed"], true);
    assert!(!changed.err.contains(NEW) && !changed.err.contains(PASSPHRASE));
    with(&place, PASSPHRASE, NEW, &["members"]).fails(1, &["wrong passphrase"]);
    assert_eq!(with(&place, NEW, NEW, &["members"]).out, before);
    // Of the file's four slots one was written anew, and none is told from filler.
    let after = fs::read(place.path("steward/slots")).unwrap();
    assert_eq!(slots.len(), after.len());
    assert_eq!(slots[..25], after[..25], "salt and parameters stay");
    let differ = slots[25..].chunks(74).zip(after[25..].chunks(74)).filter(|(old, new)| old != new).count();
    assert_eq!(differ, 1);
}

/// Guards against a change that a wrong passphrase makes, or that makes a home where there is none.
#[test]
fn a_refused_change_changes_nothing() {
    let place = Place::new();
    place.found();
    let slots = fs::read(place.path("steward/slots")).unwrap();
    with(&place, "not the passphrase", NEW, &["passphrase", "change"]).fails(1, &["wrong passphrase"]);
    assert_eq!(fs::read(place.path("steward/slots")).unwrap(), slots);
    let mut nowhere = place.command_json("nowhere", &["passphrase", "change"]);
    nowhere.env("AZALAI_NEW_PASSPHRASE", NEW);
    ran(nowhere).fails(1, &["no project"]);
    assert!(!place.path("nowhere").exists());
    // Without a terminal nothing is waited for.
    let mut silent = place.command_json("steward", &["passphrase", "change"]);
    silent.env_remove("AZALAI_NEW_PASSPHRASE");
    ran(silent).fails(2, &["AZALAI_PASSPHRASE"]);
}

/// Guards against a passphrase that is guessed in an hour and taken without a word, and against one that is shown.
#[test]
fn a_weak_passphrase_is_warned_of_and_words_are_offered_in_two_languages() {
    let place = Place::new();
    place.found();
    let weak = with(&place, PASSPHRASE, "gao2026", &["passphrase", "change"]);
    assert_eq!(weak.object()["changed"], true, "a warning refuses nothing");
    assert!(weak.err.contains("easy to guess") && weak.err.contains("passphrase suggest"), "{}", weak.err);
    assert!(!weak.err.contains("gao2026"), "{}", weak.err);
    let mut new =
        place.command_json("weak", &["project", "new", "--name", "N", "--area", "a:A", "--argon2-memory", "19"]);
    new.env("AZALAI_PASSPHRASE", "bamako");
    assert!(ran(new).err.contains("easy to guess"));

    for lang in ["en", "fr"] {
        let offered = place.run(&["passphrase", "suggest", "--lang", lang, "--json"]).object();
        let words = offered["passphrase"].as_str().unwrap().to_owned();
        assert_eq!(words.split(' ').count(), 5, "{words}");
        let strong = with(&place, "gao2026", &words, &["passphrase", "change"]);
        assert!(!strong.err.contains("guess"), "{}", strong.err);
        with(&place, &words, "gao2026", &["passphrase", "change"]).object();
    }
    place.run(&["passphrase", "suggest", "--lang", "tlh"]).fails(1, &["tlh", "en, fr"]);
}
