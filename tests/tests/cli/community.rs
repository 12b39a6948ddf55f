//! A small community by hand: founding, joining, reporting, a relay, admission, receipts, incidents, exports.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::{Place, ran};

/// Checks that an object has these fields.
fn has(object: &Value, fields: &[&str]) {
    for field in fields {
        assert!(object.get(field).is_some(), "{field} is missing in {object}");
    }
}

/// Guards the main job: a report from a device without a network reaches coordinators through a relay that knows
/// nothing, and its author learns of it.
#[test]
fn a_report_travels_from_an_offline_device_to_an_incident_and_its_author_learns_of_it() {
    let place = Place::new();
    place.found();
    // The relay: a key of its own, no passphrase.
    let mut key = place.command(&["relay-key", "--home", "relay", "--json"]);
    key.env_remove("AZALAI_PASSPHRASE");
    let key = ran(key).object()["key"].as_str().unwrap().to_owned();
    assert_eq!(place.json("relay", &["relay-key"]).object()["key"], key.as_str());
    place.json("steward", &["relay-certificate", "--relay-key", &key, "--out", "town.cert"]).object();
    let relay = place.relay();
    let sync = |home: &str| place.json(home, &["sync", "--relay", &relay.url]).object();

    place.join("coordinator", "gao", "dune");
    place.join("monitor", "ansongo", "acacia");
    let text = "Five at the ford took the phones; ذهبوا شرقا";
    let exact = ["--lat", "15.66", "--lon", "0.5", "--accuracy-m", "20", "--when", "2026-11-20T06:40"];
    let report = ["report", "--category", "road-ambush", "--text", text, "--basis", "seen"];
    let id = place.json("acacia", &[&report[..], &exact].concat()).object()["id"].as_str().unwrap().to_owned();
    let own = place.json("acacia", &["reports"]).object();
    has(&own, &["id", "category", "text", "occurred", "place", "area", "tlp", "author", "state", "unconfirmed"]);
    assert_eq!((&own["state"], &own["area"]), (&"local".into(), &"ansongo".into()));
    assert_eq!(place.json("acacia", &["status"]).object()["own_report_statements"]["only_here"], 1);

    let told = sync("steward");
    has(&told, &["sent", "received", "rounds", "bytes_sent", "bytes_received"]);
    assert!(told["sent"].as_u64().unwrap() > 0, "{told}");
    let sent = sync("acacia");
    assert!(sent["sent"].as_u64().unwrap() >= 2, "the claim and the report: {sent}");
    assert_eq!(place.json("acacia", &["reports"]).object()["state"], "relay");
    sync("dune");

    // Admission.
    sync("steward");
    let members = place.json("steward", &["members"]).objects();
    members.iter().for_each(|member| has(member, &["key", "pseudonym", "role", "area", "state"]));
    assert_eq!(members.iter().filter(|member| member["state"] == "unconfirmed").count(), 2);
    let waiting = place.json("steward", &["admit", "--list"]).objects();
    let dune = waiting.iter().find(|waiting| waiting["pseudonym"] == "dune").unwrap()["key"].as_str().unwrap();
    assert_eq!(place.json("steward", &["admit", &dune[..8]]).object()["pseudonym"], "dune");
    place.json("steward", &["admit", &"0".repeat(64)]).fails(1, &["nobody waits"]);
    sync("steward");
    sync("dune");
    let early = place.json("dune", &["reports"]).object();
    assert_eq!((&early["text"], &early["unconfirmed"]), (&text.into(), &true.into()));
    assert_eq!(early["author"], "acacia");
    assert_eq!(place.json("steward", &["admit"]).object()["pseudonym"], "acacia");
    sync("steward");
    sync("dune");
    assert_eq!(place.json("dune", &["reports"]).object()["unconfirmed"], false);
    sync("acacia");
    assert_eq!(place.json("acacia", &["reports"]).object()["state"], "opened");

    // An incident, and the word of it back to the author.
    let new = ["incident", "new", "--title", "Lorry stopped at the ford", "--category", "road-ambush"];
    let incident = place.json("dune", &new).object()["id"].as_str().unwrap().to_owned();
    place.json("dune", &["incident", "link", &incident, &id[..6], "--rumour", "driver"]).object();
    let grade = ["incident", "grade", &incident, &id, "--reliability", "B", "--credibility"];
    place.json("dune", &[&grade[..], &["1"]].concat()).fails(1, &["independent"]);
    place.json("dune", &[&grade[..], &["3", "--why", "saw it"]].concat()).object();
    place.json("dune", &["incident", "set", &incident, "--status", "closed"]).fails(1, &["new", "closed", "reviewing"]);
    place.json("dune", &["incident", "set", &incident, "--status", "reviewing", "--place", "Ansongo"]).object();
    let seen = place.json("dune", &["incidents"]).object();
    has(&seen, &["id", "title", "status", "reports", "independent_sources", "conflicts"]);
    assert_eq!((&seen["status"], &seen["independent_sources"]), (&"reviewing".into(), &1.into()));
    assert_eq!(seen["reports"][0]["report"], id.as_str());
    sync("dune");
    sync("acacia");
    assert_eq!(place.json("acacia", &["reports"]).object()["state"], "acted");
    assert_eq!(place.json("acacia", &["incidents"]).objects().len(), 0, "a monitor sees no incident");
    place.json("acacia", &new).fails(1, &["coordinator"]);

    // Nothing new costs little and changes nothing; the relay ends when it is asked to.
    let idle = sync("acacia");
    assert_eq!((&idle["sent"], &idle["received"]), (&0.into(), &0.into()));
    assert_eq!(relay.stop("-INT").code(), Some(0));
    for home in ["steward", "dune", "acacia"] {
        let doctor = place.json(home, &["doctor"]).objects();
        assert!(doctor.iter().all(|check| check["wrong"].as_array().unwrap().is_empty()), "{doctor:?}");
    }
}

/// Guards against a newcomer who was invited before the relay was certified, learns of it at the first exchange, and
/// is turned away at the second, before anybody could admit them.
#[test]
fn one_who_was_invited_before_the_relay_was_known_exchanges_until_admitted_and_after() {
    let place = Place::new();
    place.found();
    place.join("coordinator", "gao", "dune");
    place.certify_relay();
    let relay = place.relay();
    let sync = |home: &str| place.json(home, &["sync", "--relay", &relay.url]).object();
    for home in ["dune", "dune", "steward"] {
        sync(home);
    }
    assert_eq!(place.json("steward", &["admit"]).object()["pseudonym"], "dune");
    for home in ["steward", "dune"] {
        sync(home);
    }
    assert_eq!(place.json("dune", &["status"]).object()["admitted"], true);
}

/// Guards against a project that lets newcomers in unseen without having said so, or whose steward cannot see that it
/// does, see whom it let in, or stop it.
#[test]
fn an_exchange_admits_newcomers_where_the_project_was_founded_so_and_says_whom() {
    let place = Place::new();
    let new = ["project", "new", "--name", "River road", "--area", "gao:Gao", "--argon2-memory", "19"];
    let new = place.json("steward", &[&new[..], &["--admit-at-exchange"]].concat()).object();
    assert_eq!(new["admission"], "at-exchange");
    place.certify_relay();
    let relay = place.relay();
    let sync = |home: &str| place.json(home, &["sync", "--relay", &relay.url]).object();
    place.join("coordinator", "gao", "dune");
    place.join("monitor", "gao", "acacia");
    assert_eq!(sync("steward")["admitted"], Value::Array(Vec::new()));
    sync("acacia");
    sync("dune");
    let admitted = sync("steward")["admitted"].as_array().unwrap().clone();
    let mut names: Vec<&str> = admitted.iter().map(|member| member["pseudonym"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["acacia", "dune"]);
    admitted.iter().for_each(|member| has(member, &["key", "role", "area"]));
    sync("acacia");
    let status = place.json("acacia", &["status"]).object();
    assert_eq!((&status["admitted"], &status["admission"]), (&true.into(), &"at-exchange".into()));

    // A member cannot say how others are admitted; the steward can, from now on.
    place.json("acacia", &["project", "admission", "at-exchange"]).fails(1, &["not allowed"]);
    place.json("steward", &["project", "admission", "by-hand"]).object();
    place.join("monitor", "gao", "heron");
    sync("heron");
    let human = place.run(&["sync", "--home", "steward", "--relay", &relay.url]);
    assert!(human.status == 0 && !human.out.contains("heron"), "{}", human.out);
    assert_eq!(place.json("steward", &["admit", "--list"]).object()["pseudonym"], "heron");
    assert!(place.run(&["status", "--home", "steward"]).out.contains("admitted by hand"));
    place.json("steward", &["project", "admission", "at-exchange"]).object();
    let human = place.run(&["sync", "--home", "steward", "--relay", &relay.url]);
    assert!(human.out.contains("heron is admitted as monitor"), "{}", human.out);
}

/// Guards against a newcomer who has no relay and waits for one, in a project that admits at an exchange: a card and a
/// neighbour's visit are exchanges too.
#[test]
fn a_card_and_a_neighbours_visit_admit_where_the_project_says_so() {
    let place = Place::new();
    let new = ["project", "new", "--name", "River road", "--area", "gao:Gao", "--argon2-memory", "19"];
    place.json("steward", &[&new[..], &["--admit-at-exchange"]].concat()).object();
    place.join("monitor", "gao", "acacia");
    place.join("monitor", "gao", "heron");

    place.json("acacia", &["bundle", "export", "--out", "acacia.bundle"]).object();
    let imported = place.json("steward", &["bundle", "import", "acacia.bundle"]).object();
    assert_eq!(imported["admitted"][0]["pseudonym"], "acacia");
    let again = place.run(&["bundle", "import", "acacia.bundle", "--home", "steward"]);
    assert!(again.status == 0 && !again.out.contains("admitted"), "{}", again.out);
    place.hand_over("steward", "acacia");
    assert_eq!(place.json("acacia", &["status"]).object()["admitted"], true);

    let steward = place.listens(&["exchange", "--home", "steward", "--listen", "127.0.0.1:0"]);
    place.json("heron", &["sync", "--peer", &steward.url]).object();
    assert!(steward.stop("-INT").success());
    assert!(place.json("steward", &["admit", "--list"]).objects().is_empty());
    place.hand_over("steward", "heron");
    assert_eq!(place.json("heron", &["status"]).object()["admitted"], true);
}

/// Guards against files that name a reporter, a spot or a minute, and against silence about what was left out.
#[test]
fn an_export_is_coarse_names_no_author_and_says_what_it_left_out() {
    let place = Place::new();
    place.found();
    let report = |arguments: &[&str]| {
        let start = ["report", "--area", "gao", "--category", "road-ambush", "--text", "=1+1"];
        place.json("steward", &[&start[..], arguments].concat()).object()["id"].as_str().unwrap().to_owned()
    };
    let exact = ["--lat", "15.667123", "--lon", "0.501987", "--when", "2026-11-20T06:40"];
    report(&exact);
    report(&[&exact[..], &["--tlp", "GREEN", "--place", "the blue house"]].concat());
    report(&[&exact[..], &["--tlp", "CLEAR"]].concat());
    report(&["--tlp", "AMBER+STRICT"]);
    let retracted = report(&["--tlp", "CLEAR"]);
    place.json("steward", &["retract", &retracted, "--why", "rumour"]).object();

    let export = |format: &str, ring: &str| {
        let ran = ["export", "--what", "reports", "--format", format, "--for", ring, "--out", "out"];
        let object = place.json("steward", &ran).object();
        (object, fs::read_to_string(place.path("out")).unwrap())
    };
    let (project, csv) = export("csv", "project");
    assert_eq!(project["rows"], 4);
    assert!(csv.lines().nth(1).unwrap().starts_with("#meta+id"), "{csv}");
    assert!(!csv.contains("06:40") && !csv.contains("15.667") && !csv.contains("blue house"), "{csv}");
    assert!(csv.contains("2026-11-20") && csv.contains("Ansongo"), "{csv}");
    assert_eq!(csv.matches("'=1+1").count(), 3, "what is for one area's coordinators leaves its words behind: {csv}");
    let left: Vec<&str> =
        project["left_out"].as_array().unwrap().iter().map(|left| left["what"].as_str().unwrap()).collect();
    assert!(left.contains(&"the exact place") && left.contains(&"the time of day"), "{left:?}");
    assert!(left.contains(&"taken back by its author"), "{left:?}");
    let mode = fs::metadata(place.path("out")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!place.path("out.part").exists());

    // Partners: what is green without words and coarse, what is clear as it is, what is amber as a figure.
    let (partners, csv) = export("csv", "partners");
    assert_eq!(partners["rows"], 2);
    assert!(csv.contains("TLP:GREEN") && csv.contains("TLP:CLEAR") && !csv.contains("AMBER"), "{csv}");
    assert_eq!((csv.matches("'=1+1").count(), csv.contains("blue house")), (1, false), "{csv}");
    let figures = fs::read_to_string(partners["counts_file"].as_str().map(|file| place.path(file)).unwrap()).unwrap();
    assert!(figures.contains("road-ambush,gao,suppressed"), "{figures}");

    let (public, json) = export("geojson", "public");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&public["rows"], json["features"].as_array().unwrap().len()), (&1.into(), 1));
    assert_eq!(json["features"][0]["properties"]["tlp"], "TLP:CLEAR");

    let nowhere = ["export", "--what", "reports", "--format", "csv", "--for", "public", "--out", "no/such/out"];
    place.json("steward", &nowhere).fails(1, &["no/such/out"]);
}

/// Guards against an edit that is lost because somebody else edited too, and against a conflict that cannot be settled
/// from what the program shows. All of it by card, with no network.
#[test]
fn what_two_coordinators_set_apart_is_shown_with_who_wrote_it_and_settled() {
    let place = Place::new();
    place.found();
    place.join("coordinator", "gao", "dune");
    place.join("coordinator", "gao", "ibis");
    place.hand_over("dune", "steward");
    place.hand_over("ibis", "steward");
    assert_eq!(place.json("steward", &["admit"]).objects().len(), 2);
    place.hand_over("steward", "dune");
    place.hand_over("steward", "ibis");
    let new = place.json("dune", &["incident", "new", "--title", "Ford", "--area", "GAO"]).object();
    let id = new["id"].as_str().unwrap();
    place.hand_over("dune", "ibis");
    for (home, title) in [("dune", "Ambush at the ford"), ("ibis", "Robbery at the ford")] {
        place.json(home, &["incident", "set", id, "--title", title]).object();
    }
    place.hand_over("dune", "ibis");
    place.hand_over("ibis", "dune");

    let shown = place.json("ibis", &["incidents"]).object();
    let conflict = &shown["conflicts"][0];
    assert_eq!(conflict["field"], "title");
    let values = conflict["values"].as_array().unwrap();
    assert_eq!(values.len(), 2);
    values.iter().for_each(|value| has(value, &["value", "author", "at", "change"]));
    let by = |author: &str| values.iter().find(|value| value["author"] == author).unwrap();
    assert_eq!(by("dune")["value"], "Ambush at the ford");
    assert_eq!(by("ibis")["value"], "Robbery at the ford");
    let digest = |home: &str| place.json(home, &["show", id]).object()["digest"].clone();
    assert_eq!(digest("dune"), digest("ibis"));

    let settle = ["incident", "settle", id, "title"];
    place.json("ibis", &[&settle[..], &["--keep", "00000000"]].concat()).fails(1, &["title", "00000000"]);
    let change = by("dune")["change"].as_str().unwrap();
    place.json("ibis", &[&settle[..], &["--keep", &change[..8]]].concat()).object();
    place.hand_over("ibis", "dune");
    let settled = place.json("dune", &["incidents"]).object();
    assert_eq!(settled["title"], "Ambush at the ford");
    assert_eq!(settled["conflicts"].as_array().unwrap().len(), 0);
    place.json("dune", &[&settle[..], &["--value", "x"]].concat()).fails(1, &["nothing to settle"]);
    let history = place.json("dune", &["history", id]).objects();
    assert_eq!(history.len(), 4);
    assert!(history.iter().all(|entry| entry["signature"] == "checked" && entry["state"] == "counts"), "{history:?}");
}

/// Guards the way without any relay: a device carries a neighbour's letters, which it cannot read.
#[test]
fn a_neighbour_carries_a_report_onward_and_reads_nothing() {
    let place = Place::new();
    place.found();
    place.join("coordinator", "gao", "dune");
    place.join("monitor", "gao", "acacia");
    place.join("monitor", "ansongo", "jujube");
    for home in ["dune", "acacia", "jujube"] {
        place.hand_over(home, "steward");
    }
    place.json("steward", &["admit"]);
    for home in ["dune", "acacia", "jujube"] {
        place.hand_over("steward", home);
    }
    let id = place.report("acacia", "nobody but a coordinator reads this");
    let jujube = place.listens(&["exchange", "--home", "jujube", "--listen", "127.0.0.1:0"]);
    place.json("acacia", &["sync", "--peer", &jujube.url]).object();
    assert_eq!(jujube.stop("-TERM").code(), Some(0));
    assert_eq!(place.json("jujube", &["reports"]).objects().len(), 0);
    place.json("jujube", &["show", &id]).fails(1, &[&id]);

    let dune = place.listens(&["exchange", "--home", "dune", "--listen", "127.0.0.1:0"]);
    place.json("jujube", &["sync", "--peer", &dune.url]).object();
    assert_eq!(dune.stop("-INT").code(), Some(0));
    let reports = place.json("dune", &["reports"]).objects();
    assert_eq!(reports.len(), 1);
    assert_eq!((&reports[0]["id"], &reports[0]["unconfirmed"]), (&id.as_str().into(), &false.into()));
}

/// Guards against one failure on the device that offers an exchange, such as a disk that takes nothing for a moment, that
/// ends it for all neighbours: what they bring is kept all the same, and the next one is served.
#[test]
fn a_failure_while_letters_are_read_ends_no_exchange_that_is_offered() {
    let place = Place::new();
    place.found();
    place.join("coordinator", "gao", "dune");
    place.join("monitor", "gao", "acacia");
    for home in ["dune", "acacia"] {
        place.hand_over(home, "steward");
    }
    place.json("steward", &["admit"]);
    for home in ["dune", "acacia"] {
        place.hand_over("steward", home);
    }
    place.report("acacia", "the first");
    let mut dune = place.listens(&["exchange", "--home", "dune", "--listen", "127.0.0.1:0"]);
    // The receipt that is owed for a report cannot be saved.
    let journals: Vec<_> = ["one", "two"].iter().map(|side| place.path("dune").join(side).join("journal")).collect();
    for journal in &journals {
        fs::rename(journal, journal.with_extension("kept")).unwrap();
        fs::create_dir(journal).unwrap();
    }
    place.json("acacia", &["sync", "--peer", &dune.url]).object();
    let said = dune.complaint();
    assert!(said.contains("kept") && said.contains("goes on"), "{said:?}");
    place.report("acacia", "the second");
    place.json("acacia", &["sync", "--peer", &dune.url]).object();
    for journal in &journals {
        fs::remove_dir(journal).unwrap();
        fs::rename(journal.with_extension("kept"), journal).unwrap();
    }
    assert_eq!(dune.stop("-TERM").code(), Some(0));
    assert_eq!(place.json("dune", &["reports"]).objects().len(), 2);
    // The receipts that could not be saved then are there now.
    place.hand_over("dune", "acacia");
    let states: Vec<_> = place.json("acacia", &["reports"]).objects().iter().map(|it| it["state"].clone()).collect();
    assert_eq!(states, ["opened", "opened"]);
}

/// Guards against lists that answer another question than was asked.
#[test]
fn reports_are_found_by_category_area_state_time_and_text() {
    let place = Place::new();
    place.found();
    let write = |area: &str, category: &str, when: &str, text: &str| {
        let report = ["report", "--area", area, "--category", category, "--when", when, "--text", text];
        place.json("steward", &report).object();
    };
    write("gao", "road-ambush", "2026-11-20", "Five motorbikes");
    write("ansongo", "cattle-raid", "2026-10", "Sixty head");
    let found = |filter: &[&str]| {
        let reports = place.json("steward", &[&["reports"], filter].concat()).objects();
        reports.iter().map(|report| report["category"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found(&["--category", "cattle-raid"]), ["cattle-raid"]);
    assert_eq!(found(&["--area", "ANSONGO"]), ["cattle-raid"]);
    assert_eq!(found(&["--area", "gao"]), ["road-ambush", "cattle-raid"], "an area holds those within it");
    assert_eq!(found(&["--text", "MOTORBIKES"]), ["road-ambush"]);
    assert_eq!(found(&["--since", "2026-11-01"]), ["road-ambush"]);
    assert_eq!(found(&["--since", "2026-10-31"]), ["road-ambush", "cattle-raid"]);
    assert_eq!(found(&["--state", "relay"]), [""; 0]);
    place.json("steward", &["reports", "--state", "lost"]).fails(2, &["lost", "opened"]);
    place.json("steward", &["reports", "--since", "soon"]).fails(1, &["--since", "soon"]);
}
