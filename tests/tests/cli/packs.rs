//! Packs: begun from the one that ships, checked, brought, used.

use super::Place;

const OWN: &str = r#"{"id": "ours", "version": 1, "languages": ["en", "fr"],
  "themes": {"water": {"en": "Water", "fr": "Eau"}},
  "categories": [{"code": "flood", "theme": "water", "icon": "displacement", "urgency": "now",
    "names": {"en": "Flood", "fr": "Inondation"},
    "crosswalks": [{"list": "glide", "code": "FL", "status": "confirmed"}],
    "questions": [{"key": "deep", "type": "yes-no", "labels": {"en": "Is it deep?", "fr": "Est-ce profond ?"}}]}]}"#;

/// Guards against a pack that is brought and not used, and against reports that lose their category by it.
#[test]
fn a_pack_is_exported_checked_and_brought_and_its_categories_are_those_of_reports() {
    let place = Place::new();
    place.found();
    let report = ["report", "--area", "gao", "--category"];
    place.json("steward", &[&report[..], &["road-ambush"]].concat()).object();
    std::fs::write(place.path("ours.json"), OWN).unwrap();
    let checked = place.run(&["pack", "check", "ours.json", "--json"]).object();
    assert_eq!((checked["pack"].as_str(), checked["added"][0].as_str()), (Some("ours@1"), Some("flood")));
    assert!(checked["no_longer_offered"].as_array().unwrap().iter().any(|code| code == "road-ambush"));
    let before = place.json("steward", &["categories"]).objects().len();
    assert!(before > 25);
    place.json("steward", &["pack", "check", "ours.json"]).object();
    assert_eq!(place.json("steward", &["categories"]).objects().len(), before, "checking changed the pack");

    let brought = place.json("steward", &["pack", "import", "ours.json"]).object();
    assert_eq!((brought["pack"].as_str(), brought["categories"].as_u64()), (Some("ours@1"), Some(1)));
    let categories = place.json("steward", &["categories", "--lang", "fr"]).objects();
    assert_eq!((categories.len(), categories[0]["label"].as_str()), (1, Some("Inondation")));
    assert_eq!(categories[0]["crosswalks"][0]["code"], "FL");
    assert_eq!(place.run(&["categories", "--json"]).objects().len(), before, "without a home they are those that ship");
    place.json("steward", &[&report[..], &["flood"]].concat()).object();
    let reports = place.json("steward", &["reports"]).objects();
    let codes: Vec<&str> = reports.iter().map(|report| report["category"].as_str().unwrap()).collect();
    assert!(codes.contains(&"flood") && codes.contains(&"road-ambush"), "{codes:?}");

    place.json("steward", &["pack", "export", "--out", "again.json"]).object();
    place.run(&["pack", "import", "again.json", "--home", "steward"]).fails(1, &["in use already"]);
    place.run(&["pack", "export", "--out", "shipped.json"]);
    let shipped = place.run(&["pack", "check", "shipped.json", "--json"]).object();
    assert_eq!(shipped["added"].as_array().unwrap().len(), 0);
}

/// Guards against half a pack, and against an error that does not say where to look.
#[test]
fn a_bad_pack_is_refused_with_where_and_what_and_nothing_is_changed() {
    let place = Place::new();
    place.found();
    for (bad, words) in [
        (OWN.replace("\"fr\": \"Inondation\"", "\"fr\": \"\""), ["categories[0].names", "fr"]),
        (OWN.replace("\"displacement\"", "\"../../etc\""), ["categories[0].icon", "lowercase"]),
        (OWN.replace("\"displacement\"", "\"castle\""), ["categories[0].icon", "castle"]),
        (OWN.replace("\"theme\": \"water\"", "\"theme\": \"fire\""), ["categories[0].theme", "fire"]),
        (OWN.replace("\"Flood\"", "\"Fl\u{202e}ood\""), ["categories[0].names", "cannot be seen"]),
        (OWN.replace("\"now\"", "\"soon\""), ["not a pack", "line 3"]),
        (OWN.replace("\"yes-no\"", "\"one-of\""), ["categories[0].questions[0]", "options"]),
        (OWN.replace("\"version\"", "\"script\""), ["not a pack", "script"]),
    ] {
        std::fs::write(place.path("bad.json"), bad).unwrap();
        place.run(&["pack", "import", "bad.json", "--home", "steward"]).fails(1, &[words[0], words[1], "nothing was"]);
    }
    std::fs::write(place.path("bad.json"), vec![b' '; 2_000_000]).unwrap();
    place.run(&["pack", "check", "bad.json"]).fails(1, &["bytes"]);
    place.run(&["pack", "import", "absent.json", "--home", "steward"]).fails(1, &["absent.json"]);
    std::fs::write(place.path("ours.json"), OWN).unwrap();
    place.run(&["pack", "import", "ours.json"]).fails(2, &["--home"]);
    place.run(&["pack", "import", "ours.json", "--home", "none"]).fails(1, &["holds no project"]);
    assert!(place.json("steward", &["categories"]).objects().len() > 25);
}
