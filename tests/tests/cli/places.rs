//! Places: found by any spelling, brought in a file, used by reports.

use super::Place;

const FILE: &str = "name,alternates,lat,lon,admin\n\
    Tin Aïcha,Tin Aicha|تين عيشة,16.5,-2.25,Tombouctou\n\
    \"Kidal, puits\",,18.1,1.2,\n";

/// Guards against a name that everybody knows and the program does not.
#[test]
fn a_place_is_found_by_another_spelling_and_another_script() {
    let place = Place::new();
    for typed in ["Timbuktu", "tombouctou", "TOMBOUKTU", "تمبكتو", "تنبكتو"] {
        let found = place.run(&["places", "--search", typed, "--json"]).objects();
        assert_eq!(found[0]["id"], "gn2449067", "{typed}");
        assert!(found.len() <= 20);
    }
    assert!(place.run(&["places", "--search", "xqzwv"]).out.contains("No place"));
}

/// Guards against villages that are gone after the program ended, are taken twice, or are not used by reports.
#[test]
fn places_of_a_file_are_kept_found_and_named_by_reports() {
    let place = Place::new();
    place.found();
    std::fs::write(place.path("villages.csv"), FILE).unwrap();
    let first = place.json("steward", &["places", "import", "villages.csv"]).object();
    assert_eq!((first["added"].as_u64(), first["kept"].as_u64()), (Some(2), Some(2)));
    let again = place.json("steward", &["places", "import", "villages.csv"]).object();
    assert_eq!((again["added"].as_u64(), again["known"].as_u64(), again["kept"].as_u64()), (Some(0), Some(2), Some(2)));

    let found = place.json("steward", &["places", "--search", "تين عيشة"]).objects();
    assert_eq!((found[0]["name"].as_str(), found[0]["lat"].as_f64()), (Some("Tin Aïcha"), Some(16.5)));
    assert_ne!(place.run(&["places", "--search", "Tin Aïcha", "--json"]).objects()[0]["name"], "Tin Aïcha");

    let report = ["report", "--area", "gao", "--category", "road-ambush", "--place"];
    place.json("steward", &[&report[..], &["TIN AICHA"]].concat()).object();
    let near = place.json("steward", &[&report[..], &["Tin Aicha ouest"]].concat());
    assert!(near.err.contains("kept as it is written"), "{}", near.err);
    let like = place.json("steward", &[&report[..], &["Tin Aisha"]].concat());
    assert!(like.err.contains("Tin Aïcha, Tombouctou"), "{}", like.err);
    let reports = place.json("steward", &["reports"]).objects();
    assert_eq!(
        (reports[0]["place"]["name"].as_str(), reports[0]["place"]["lon"].as_f64()),
        (Some("Tin Aïcha"), Some(-2.25))
    );
    assert!(reports[1]["place"]["lat"].is_null() && reports[2]["place"]["lat"].is_null());
}

/// Guards against a file that is half taken, and against one that makes a home.
#[test]
fn a_file_with_one_wrong_line_is_refused_whole_with_every_wrong_line() {
    let place = Place::new();
    place.found();
    let wrong = format!("{FILE}Nowhere,,0,0,\nNorth,,north,1,\n");
    std::fs::write(place.path("wrong.csv"), wrong).unwrap();
    place
        .run(&["places", "import", "wrong.csv", "--home", "steward"])
        .fails(1, &["wrong.csv", "line 4", "line 5", "nothing"]);
    assert!(place.json("steward", &["places", "--search", "Tin Aïcha"]).objects().iter().all(|p| p["admin1"] != ""));
    std::fs::write(place.path("good.csv"), FILE).unwrap();
    place.run(&["places", "import", "good.csv", "--home", "none"]).fails(1, &["holds no project"]);
    place.run(&["places", "import", "absent.csv", "--home", "steward"]).fails(1, &["absent.csv"]);
    place.run(&["places", "import", "good.csv"]).fails(2, &["--home"]);
    place.run(&["places", "--search", "x", "import", "good.csv"]).fails(2, &["--search"]);
    assert!(!place.path("none").exists());
    place.run(&["places", "--home", "none", "--search", "gao"]);
    assert!(!place.path("none").exists(), "looking made a home");
}

/// Guards against a village that was brought and that an export takes for an exact place or for nothing, and against one
/// whose point says more to partners than a village may.
#[test]
fn an_export_knows_the_places_that_were_brought_and_is_as_coarse_with_them() {
    let place = Place::new();
    place.found();
    std::fs::write(place.path("villages.csv"), "name,alternates,lat,lon,admin\nPuits Salé,,21.5,-3.25,Taoudénit\n")
        .unwrap();
    let report = ["report", "--area", "gao", "--category", "road-ambush", "--tlp", "green"];
    // A spot some hundreds of metres from the village, which nobody here knows yet.
    place
        .json("steward", &[&report[..], &["--lat", "21.503", "--lon", "-3.252", "--accuracy-m", "20"]].concat())
        .object();
    let export = || {
        let ran = ["export", "--what", "reports", "--format", "csv", "--for", "partners", "--out", "out.csv"];
        place.json("steward", &ran).object();
        std::fs::read_to_string(place.path("out.csv")).unwrap()
    };
    let before = export();
    assert!(!before.contains("21.5"), "{before}");
    place.json("steward", &["places", "import", "villages.csv"]).object();
    let coarse = export();
    assert!(coarse.contains("Puits Salé") && coarse.contains("village") && !coarse.contains("21.503"), "{coarse}");
}
