//! Notices on the command line: written, read by whom they are for, found by their id.

use crate::Place;

/// A project with a coordinator, two monitors, and what one of them reported: the place and the report's id.
fn answered() -> (Place, String) {
    let place = Place::new();
    place.found();
    for (role, name) in [("coordinator", "heron"), ("monitor", "swift"), ("monitor", "dove")] {
        place.join(role, "gao", name);
        place.hand_over(name, "steward");
    }
    assert_eq!(place.json("steward", &["admit"]).objects().len(), 3);
    for name in ["heron", "swift", "dove"] {
        place.hand_over("steward", name);
    }
    let id = place.report("swift", "Shots at the ford");
    place.hand_over("swift", "heron");
    (place, id)
}

/// Guards against an answer that others read, an alert that does not arrive, and a list that leaves out who said it.
#[test]
fn an_answer_and_an_alert_reach_those_they_are_for_and_stand_in_order() {
    let (place, report) = answered();
    let said = place.json("heron", &["notice", "--report", &report, "--text", "Somebody went to look"]).object();
    assert_eq!(said["to"], "swift alone");
    let alert = ["notice", "--to", "everyone", "--text", "Keep off the north road", "--urgent"];
    assert_eq!(place.json("heron", &alert).object()["to"], "every member of the project");
    for name in ["swift", "dove"] {
        place.hand_over("heron", name);
    }
    let texts = |home: &str| -> Vec<String> {
        let listed = place.json(home, &["notices"]).objects();
        assert!(listed.iter().all(|one| one["author"] == "heron"), "{listed:?}");
        listed.iter().map(|one| one["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts("swift"), ["Somebody went to look", "Keep off the north road"]);
    assert_eq!(texts("dove"), ["Keep off the north road"]);
    let shown = place.json("swift", &["show", &report]).object();
    assert_eq!(shown["replies"][0]["text"], "Somebody went to look");
    let human = place.run(&["notices", "--home", "swift"]).out;
    assert!(human.contains("heron") && human.contains("this device alone (swift)"), "{human}");
}

/// Guards against an id that a list prints and no command takes.
#[test]
fn a_notice_is_shown_and_asked_for_its_readers_by_its_id() {
    let (place, report) = answered();
    let said = ["notice", "--to", "author-of", &report, "--text", "Somebody went to look"];
    let id = place.json("heron", &said).object()["id"].as_str().unwrap().to_owned();
    let shown = place.json("heron", &["show", &id[..8]]).object();
    assert_eq!((&shown["kind"], &shown["text"]), (&"notice".into(), &"Somebody went to look".into()));
    assert_eq!((&shown["id"], &shown["report"]), (&id.as_str().into(), &report.as_str().into()));
    assert!(place.run(&["show", &id, "--home", "heron"]).out.contains("Somebody went to look"));

    let readers = place.json("heron", &["who-can-read", &id]).object();
    assert_eq!((&readers["tlp"], &readers["only_here"]), (&serde_json::Value::Null, &true.into()));
    assert_eq!(readers["known"][0]["pseudonym"], "swift");
    place.hand_over("heron", "swift");
    assert_eq!(place.json("heron", &["who-can-read", &id]).object()["only_here"], false);
    // The one it is for is told that its writer has it too.
    let readers = place.json("swift", &["who-can-read", &id]).object();
    assert_eq!(readers["known"][0]["pseudonym"], "heron");
    assert!(readers["words"].as_str().unwrap().contains("whoever wrote it"), "{readers}");
    assert!(place.run(&["who-can-read", &id, "--home", "swift"]).out.starts_with("A notice: "));
    // Others have nothing of that id.
    place.hand_over("heron", "dove");
    for command in ["show", "who-can-read"] {
        place.json("dove", &[command, &id]).fails(1, &[&id]);
    }
}

/// Guards against a notice that is taken for a report, and against refusals that leave one guessing.
#[test]
fn what_cannot_be_done_with_a_notice_is_said_so() {
    let (place, report) = answered();
    let id = place.json("heron", &["notice", "--to", "everyone", "--text", "Hello"]).object();
    let id = id["id"].as_str().unwrap();
    place.json("heron", &["history", id]).fails(1, &["is a notice", "no history"]);
    place.json("heron", &["evidence", id, "--out", "x"]).fails(1, &["is a notice", "reports and incidents"]);
    assert!(!place.path("x").exists());
    place.json("heron", &["notice", "--report", id, "--text", "x"]).fails(1, &["is a notice, not a report"]);
    place.json("swift", &["notice", "--to", "everyone", "--text", "Flee"]).fails(1, &["coordinators and stewards"]);
    place.json("heron", &["notice", "--to", "everyone", "--text", " "]).fails(1, &["needs a text"]);
    place.json("heron", &["notice", "--text", "To whom?"]).fails(2, &["--to"]);
    place.json("heron", &["notice", "--to", "area", "moon", "--text", "x"]).fails(1, &["moon"]);
    place.json("heron", &["notice", "--to", "everyone", "--report", &report, "--text", "x"]).fails(1, &["nobody else"]);
    assert_eq!(place.json("heron", &["notices"]).objects().len(), 1, "nothing was saved");
}
