//! Evidence on the command line: made in a home, checked where there is none.

use std::fs;

use crate::{Place, ran};

/// Guards against a check that needs a home, a passphrase or a network, and against words that claim too much.
#[test]
fn a_package_is_checked_with_no_home_and_says_what_is_not_proved() {
    let place = Place::new();
    place.found();
    place.join("monitor", "ansongo", "swift");
    let id = place.report("swift", "Cinq motos au gué");
    let made = place.json("swift", &["evidence", &id, "--out", "ford.evidence"]).object();
    assert_eq!((made["statements"].as_u64(), made["label"].as_str()), (Some(1), Some("TLP:AMBER")), "{made}");
    let mut command = place.command(&["verify", "ford.evidence", "--json"]);
    command.env_remove("AZALAI_PASSPHRASE");
    let verdict = ran(command).object();
    assert_eq!(verdict["documents"][0]["content"]["narrative"], "Cinq motos au gué");
    assert_eq!(verdict["project_name"], "River road");
    let listed = |name: &str, words: &str| {
        verdict[name].as_array().unwrap().iter().any(|line| line.as_str().unwrap().contains(words))
    };
    assert!(listed("proved", "no byte of them was changed"));
    for words in
        ["a key is not a person", "own clocks", "is true", "left out", "ask somebody who knows it", "coordinator"]
    {
        assert!(listed("not_proved", words), "{words}: {verdict}");
    }
    let text = place.run(&["verify", "ford.evidence"]).out;
    assert!(text.contains("Cinq motos au gué") && text.contains("Not proved:"), "{text}");
    assert!(!text.contains("swift"), "{text}");
}

/// Guards against a damaged, foreign or missing file that ends in anything but a clear refusal.
#[test]
fn what_is_no_package_is_refused_with_a_reason() {
    let place = Place::new();
    place.found();
    place.join("monitor", "ansongo", "swift");
    let id = place.report("swift", "Pont fermé");
    place.json("swift", &["evidence", &id, "--out", "bridge.evidence"]).object();
    let mut bytes = fs::read(place.path("bridge.evidence")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(place.path("bridge.evidence"), &bytes).unwrap();
    place.run(&["verify", "bridge.evidence"]).fails(1, &["nothing is proved"]);
    fs::write(place.path("letter.txt"), "Dear all").unwrap();
    place.run(&["verify", "letter.txt"]).fails(1, &["no package of evidence"]);
    place.run(&["verify", "gone"]).fails(1, &["gone"]);
    place.json("swift", &["evidence", "ffffffff", "--out", "x"]).fails(1, &["ffffffff"]);
    assert!(!place.path("x").exists());
}
