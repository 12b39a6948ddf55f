//! What was forgotten is forgotten on the real files; and the commands say what is known, before and after.

use azalai_envelope::ids::from_hex;
use azalai_testkit::attacker::unbundle;
use azalai_tests::program::{PASSPHRASE, Place};
use serde_json::Value;

use crate::laboratory::Laboratory;

const STATEMENTS: u8 = 4;
const DOCUMENTS: u8 = 5;
const ENVELOPES: u8 = 0x40;

/// The ids of the letters in a bundle.
fn letters(bundle: &[u8]) -> Vec<[u8; 32]> {
    unbundle(bundle).iter().map(|letter| *blake3::hash(&letter[..letter.len() - 64]).as_bytes()).collect()
}

fn export(place: &Place, home: &str) -> Vec<[u8; 32]> {
    place.json(home, &["bundle", "export", "--out", "all.bundle"]).object();
    letters(&std::fs::read(place.path("all.bundle")).unwrap())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// A steward, a coordinator and a monitor who know each other.
fn three() -> Place {
    let place = Place::new();
    place.found();
    place.join("coordinator", "gao", "heron");
    place.join("monitor", "gao", "swift");
    for _ in 0..2 {
        for name in ["heron", "swift"] {
            place.hand_over(name, "steward");
            let waiting = place.json("steward", &["admit", "--list"]).objects();
            for who in waiting {
                place.json("steward", &["admit", text(&who["key"])]).objects();
            }
        }
        for name in ["heron", "swift"] {
            place.hand_over("steward", name);
        }
    }
    place
}

/// Guards against words that are gone from the screen and lie in an old page of the database, in the journal, in a
/// letter that the device itself can open, or in an answer: all that is on the disk is opened with the passphrase, as
/// somebody would who took the phone and read the specification.
#[test]
fn no_word_of_a_forgotten_report_opens_anywhere_in_the_homes_files() {
    let place = three();
    let words = ["Seven camels at the well", "Eight camels, not seven", "Thank you for the camels"];
    // For every member, so that the device holds the key of its own letter.
    let report = ["report", "--category", "road-ambush", "--tlp", "green", "--text", words[0]];
    let id = text(&place.json("swift", &report).object()["id"]).to_owned();
    let kept = place.report("swift", "Quite another matter");
    let sent_before = export(&place, "swift");
    place.json("swift", &["amend", &id, "--text", words[1]]).object();
    let sent = export(&place, "swift");
    assert!(sent.len() > sent_before.len());
    place.hand_over("swift", "heron");
    let notice = ["notice", "--to", "author-of", &id, "--text", words[2]];
    place.json("heron", &notice).object();
    place.hand_over("heron", "swift");
    assert_eq!(place.json("swift", &["show", &id]).object()["replies"][0]["text"], words[2]);
    let history = place.json("swift", &["history", &id]).objects();
    let statements: Vec<Vec<u8>> = history.iter().map(|it| from_hex(text(&it["statement"])).unwrap()).collect();
    let document = from_hex(&id).unwrap();
    let project = from_hex(text(&place.json("swift", &["status"]).object()["project_id"])).unwrap();
    let all = export(&place, "swift");

    let home = place.path("swift");
    let before = Laboratory::new(&home, PASSPHRASE);
    assert!(before.items(DOCUMENTS, &document) > 0, "the search finds a row");
    for statement in &statements {
        assert!(before.items(STATEMENTS, statement) > 0, "the search finds a statement");
        assert!(before.records(statement) > 0, "the search finds a record of the journal");
    }
    let known = place.json("swift", &["forget", &id]).object();
    assert_eq!((&known["forgotten"], &known["known"]["only_copy"]), (&Value::from(false), &Value::from(false)));
    assert_eq!(place.json("swift", &["show", &id]).object()["text"], words[1], "it only said what it would do");
    let done = place.json("swift", &["forget", &id, "--yes"]).object();
    assert_eq!((&done["forgotten"], &done["known"]["readers"]), (&Value::from(true), &Value::from(1)));

    let left = export(&place, "swift");
    let gone: Vec<&[u8; 32]> = all.iter().filter(|letter| !left.contains(letter)).collect();
    assert!(gone.len() >= 3, "the report, its correction, the answer: {}", gone.len());
    for letter in &gone {
        assert!(before.items(ENVELOPES, &[&project[..], &letter[..]].concat()) > 0, "the search finds a letter");
    }
    let after = Laboratory::new(&home, PASSPHRASE);
    assert_eq!(after.items(DOCUMENTS, &document), 0, "a row");
    for statement in &statements {
        assert_eq!(after.items(STATEMENTS, statement), 0, "a statement");
        assert_eq!(after.records(statement), 0, "a record of the journal");
    }
    for letter in gone {
        assert_eq!(after.items(ENVELOPES, &[&project[..], &letter[..]].concat()), 0, "a letter");
    }
    assert_eq!(after.words(&words), 0, "a word");
    assert!(after.items(DOCUMENTS, &from_hex(&kept).unwrap()) > 0, "another report is there");

    // What is said of it is true, and a correction and a retraction reach whoever read it.
    let shown = place.json("swift", &["show", &id]).object();
    assert_eq!((&shown["shed"], &shown["state"], &shown["text"]), (&true.into(), &"opened".into(), &"".into()));
    let status = place.json("swift", &["status"]).object();
    assert_eq!(status["own_reports_shed"], 1);
    let listed = place.json("swift", &["reports"]).objects();
    assert_eq!(listed.iter().filter(|it| it["shed"] == true && it["id"] == id.as_str()).count(), 1);
    place.json("swift", &["history", &id]).fails(1, &["forgotten on this device"]);
    place.json("swift", &["amend", &id, "--text", "Nine"]).fails(1, &["category"]);
    let amended = place.json("swift", &["amend", &id, "--text", "Nine", "--category", "road-ambush"]).object();
    place.hand_over("swift", "heron");
    let read = place.json("heron", &["show", text(&amended["later"])]).object();
    assert_eq!((text(&read["text"]), text(&read["corrects"])), ("Nine", id.as_str()));
    assert_eq!(place.json("heron", &["show", &id]).object()["later"][0], amended["later"]);
    assert_eq!(place.json("heron", &["show", &id]).object()["text"], words[1]);
}

/// Guards against the only copy of a report that is lost by a word too few, and against a setting that is not what was
/// said.
#[test]
fn the_only_copy_asks_for_a_word_more_and_the_setting_is_what_was_chosen() {
    let place = three();
    let id = place.report("swift", "Nobody has this");
    let known = place.json("swift", &["forget", &id]).object();
    assert_eq!(known["known"]["only_copy"], true);
    place
        .json("swift", &["forget", &id, "--yes"])
        .fails(1, &["lost for ever", "--even-if-unsent", "nothing was forgotten"]);
    place.json("swift", &["forget", &id, "--even-if-unsent"]).fails(2, &["--yes"]);
    place.json("swift", &["forget", "123456", "--yes"]).fails(1, &["123456"]);
    assert_eq!(place.json("swift", &["show", &id]).object()["text"], "Nobody has this");
    let done = place.json("swift", &["forget", &id, "--yes", "--even-if-unsent"]).object();
    assert_eq!(done["forgotten"], true);
    assert_eq!(place.json("swift", &["show", &id]).object()["state"], "local");
    assert_eq!(place.json("swift", &["status"]).object()["own_report_statements"]["only_here"], 0);

    let setting = |home: &str, more: &[&str]| place.json(home, &[&["shedding"], more].concat()).object();
    assert_eq!(setting("swift", &[])["after_days"], 30);
    assert_eq!(setting("heron", &[])["shedding"], false);
    assert_eq!(setting("swift", &["--after", "7"])["after_days"], 7);
    assert_eq!(setting("swift", &[])["after_days"], 7);
    assert_eq!(setting("swift", &["--off"])["shedding"], false);
    place.json("swift", &["shedding", "--after", "366"]).fails(2, &["366"]);
    place.json("swift", &["shedding", "--after", "3", "--off"]).fails(2, &["--off"]);
}
