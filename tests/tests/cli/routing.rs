//! What complains of a body on the command line: marks, who can read it before it is saved, and what is refused.

use crate::Place;

/// Guards against a complaint whose author is told one thing before saving and another afterwards, and against a mark
/// that a slip of the pen turns into none.
#[test]
fn a_complaint_of_the_police_goes_round_whom_a_steward_marked_and_says_so_before_it_is_saved() {
    let place = Place::new();
    place.found();
    for (role, name) in [("coordinator", "heron"), ("coordinator", "stork"), ("monitor", "swift")] {
        place.join(role, "gao", name);
        place.hand_over(name, "steward");
    }
    assert_eq!(place.json("steward", &["admit"]).objects().len(), 3);
    place.json("steward", &["body", "stork", "polise"]).fails(1, &["polise", "police", "customs"]);
    place.json("steward", &["body", "swift", "police"]).fails(1, &["is a monitor"]);
    assert_eq!(place.json("steward", &["body", "stork"]).status, 2);
    let marked = place.json("steward", &["body", "stork", "police", "army"]).object();
    assert_eq!(marked["bodies"], serde_json::json!(["army", "police"]));
    for name in ["heron", "stork", "swift"] {
        place.hand_over("steward", name);
    }
    place.json("heron", &["body", "stork", "--none"]).fails(1, &["only a steward"]);
    let members = place.json("swift", &["members"]).objects();
    let stork = members.iter().find(|member| member["pseudonym"] == "stork").unwrap();
    assert_eq!(stork["bodies"], marked["bodies"]);

    let report = ["report", "--category", "security-abuse", "--text", "Beaten at the post"];
    let asked = [&report[..], &["--who-can-read"]].concat();
    let readers = place.json("swift", &asked).object();
    assert_eq!((&readers["tlp"], &readers["circle"]), (&"TLP:RED".into(), &"named".into()));
    assert_eq!(
        (&readers["left_out"], &readers["known"][0]["pseudonym"]),
        (&serde_json::json!(["stork"]), &"heron".into())
    );
    let human = place.run(&[&asked[..], &["--home", "swift"]].concat()).out;
    for words in ["complains of the army, the gendarmerie, the police", "stork could open it too", "heron"] {
        assert!(human.contains(words), "{words}: {human}");
    }
    let saved = place.json("swift", &report).object();
    assert_eq!(saved["who_can_read"], readers);
    let id = saved["id"].as_str().unwrap();
    let after = place.json("swift", &["who-can-read", id]).object();
    assert_eq!((&after["circle"], after["known"].as_array().unwrap().len()), (&"named".into(), 1));
    place.hand_over("swift", "heron");
    place.hand_over("swift", "stork");
    assert_eq!(place.json("heron", &["reports"]).objects().len(), 1);
    assert!(place.json("stork", &["reports"]).objects().is_empty());
    let incident = ["incident", "new", "--title", "Abuse", "--area", "gao", "--category", "security-abuse"];
    place.json("heron", &incident).fails(1, &["stork belongs to", "the police", "Nothing was changed"]);

    place.json("steward", &["body", "stork", "--none"]).object();
    place.hand_over("steward", "swift");
    assert_eq!(place.json("swift", &asked).object()["circle"], "area/gao/up");
}
