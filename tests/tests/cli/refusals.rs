//! What bad input gets: an error that names what was wrong, exit status 1, and nothing changed.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::{Place, names, ran};

/// Guards against a stranger's guess that leaves a trace or learns anything but "wrong".
#[test]
fn a_wrong_passphrase_opens_nothing() {
    let place = Place::new();
    place.found();
    let mut command = place.command(&["reports", "--home", "steward"]);
    command.env("AZALAI_PASSPHRASE", "camel salt window river thirst");
    ran(command).fails(1, &["wrong passphrase"]);
    assert_eq!(place.json("steward", &["status"]).object()["role"], "steward");
}

/// Guards against two processes that write into one home, and against waiting for ever for the other.
#[test]
fn a_second_process_on_one_home_is_told_that_it_is_in_use() {
    let place = Place::new();
    place.found();
    let offered = place.listens(&["exchange", "--home", "steward", "--listen", "127.0.0.1:0"]);
    place.json("steward", &["report", "--category", "road-ambush", "--area", "gao"]).fails(1, &["in use", "steward"]);
    assert_eq!(offered.stop("-TERM").code(), Some(0));
    assert_eq!(place.json("steward", &["reports"]).objects().len(), 0);
}

/// Guards against a mistyped folder that quietly becomes a home, and against founding over a project.
#[test]
fn a_home_is_neither_made_by_looking_nor_founded_twice() {
    let place = Place::new();
    place.json("nowhere", &["reports"]).fails(1, &["nowhere", "no project"]);
    assert!(!place.path("nowhere").exists());
    place.found();
    let again = ["project", "new", "--name", "Other", "--area", "x:X", "--argon2-memory", "19"];
    place.json("steward", &again).fails(1, &["already holds a project"]);
    assert_eq!(place.json("steward", &["status"]).object()["project"], "River road");
}

/// Guards against half a home where founding was refused.
#[test]
fn areas_that_do_not_fit_together_found_nothing() {
    let place = Place::new();
    let new = |areas: &[&str]| {
        let start = ["project", "new", "--name", "N", "--argon2-memory", "19"];
        place.json("home", &[&start[..], areas].concat())
    };
    new(&["--area", "a:A:b", "--area", "b:B"]).fails(1, &["area a", "b"]);
    new(&["--area", "a:A", "--area", "a:B"]).fails(1, &["area a", "twice"]);
    assert!(!place.path("home").exists());
}

/// Guards against a newcomer who cannot tell a misheard word from a damaged file.
#[test]
fn an_invite_that_does_not_open_says_why_and_makes_nothing() {
    let place = Place::new();
    place.found();
    let invite = ["invite", "--role", "monitor", "--area", "gao", "--out", "invite", "--argon2-memory", "19"];
    let words = place.json("steward", &invite).object()["words"].as_str().unwrap().to_owned();
    assert_eq!(words.split(' ').count(), 6);
    let join = |file: &str, words: &str| place.json("home", &["join", file, "--words", words, "--pseudonym", "P"]);

    join("invite", "abandon abandon abandon abandon abandon abandon").fails(1, &["not the words of this invite"]);
    join("invite", "abandon ability able about above").fails(1, &["5 words", "6"]);
    join("invite", "abandon ability able about above azalai").fails(1, &["word 6", "azalai"]);
    join("missing", &words).fails(1, &["missing"]);
    let whole = fs::read(place.path("invite")).unwrap();
    fs::write(place.path("cut"), &whole[..whole.len() - 1]).unwrap();
    join("cut", &words).fails(1, &["damaged or cut off"]);
    fs::write(place.path("newer"), [&[9], &whole[1..]].concat()).unwrap();
    join("newer", &words).fails(1, &["version"]);
    fs::write(place.path("huge"), vec![1; 1024 * 1024]).unwrap();
    join("huge", &words).fails(1, &["huge", "bytes"]);
    assert!(!place.path("home").exists(), "{:?}", names(&place.path("home")));

    // As people type it: any case, four letters are enough.
    let typed: Vec<String> =
        words.split(' ').map(|word| word.chars().take(4).collect::<String>().to_uppercase()).collect();
    let joined = place
        .json("home", &["join", "invite", "--words", &typed.join("  "), "--pseudonym", "P", "--argon2-memory", "19"]);
    assert_eq!(joined.object()["id"].as_str().unwrap().len(), 32);
}

/// Guards against a report that says what cannot be, and against one that is lost because of one wrong field.
#[test]
fn a_report_that_cannot_be_is_not_saved_and_the_error_names_the_field() {
    let place = Place::new();
    place.found();
    let report = |arguments: &[&str]| {
        place.json("steward", &[&["report", "--area", "gao", "--category", "road-ambush"], arguments].concat())
    };
    let unknown = place.json("steward", &["report", "--area", "gao", "--category", "rain"]);
    unknown.fails(1, &["rain", "categories"]);
    place.json("steward", &["report", "--area", "nowhere", "--category", "road-ambush"]).fails(1, &["nowhere", "gao"]);
    report(&["--lat", "91", "--lon", "181"]).fails(1, &["latitude 91"]);
    report(&["--lat", "16", "--lon", "-181"]).fails(1, &["longitude -181"]);
    report(&["--lat", "-100", "--lon", "16"]).fails(1, &["swapped"]);
    report(&["--lat", "NaN", "--lon", "16"]).fails(1, &["latitude NaN"]);
    report(&["--when", "2026-02-30"]).fails(1, &["2026-02-30", "does not exist"]);
    report(&["--when", "soon"]).fails(1, &["soon", "yesterday"]);
    report(&["--tlp", "RED"]).fails(1, &["RED"]);
    report(&["--text", &"a".repeat(6001)]).fails(1, &["6001", "6000"]);
    assert_eq!(place.json("steward", &["reports"]).objects().len(), 0);
}

/// Guards against a report about the wrong one of two towns, and against a village that is lost because no list has it.
#[test]
fn a_place_of_several_is_asked_back_and_an_unknown_one_is_kept_as_written() {
    let place = Place::new();
    place.found();
    let report = ["report", "--area", "gao", "--category", "road-ambush", "--place"];
    let several = place.json("steward", &[&report[..], &["gao"]].concat());
    several.fails(1, &["several places", "gn2457163", "ML", "gn2360626", "BF"]);
    assert_eq!(place.json("steward", &["reports"]).objects().len(), 0);

    place.json("steward", &[&report[..], &["gn2457163"]].concat()).object();
    place.json("steward", &[&report[..], &["Tondi Kaïna ya"]].concat()).object();
    let reports = place.json("steward", &["reports"]).objects();
    assert_eq!(reports[0]["place"]["name"], "Gao");
    assert!(reports[0]["place"]["lat"].is_f64());
    assert_eq!(reports[1]["place"]["name"], "Tondi Kaïna ya");
    assert!(reports[1]["place"]["lat"].is_null());
}

/// Guards against a misspelt field of a file that is dropped without a word.
#[test]
fn a_report_from_a_file_or_stdin_has_all_fields_and_no_others() {
    let place = Place::new();
    place.found();
    let from = ["report", "--area", "gao", "--from", "-"];
    place.json_with("steward", &from, r#"{"category":"road-ambush","txet":"x"}"#).fails(1, &["txet"]);
    place
        .json_with("steward", &from, r#"{"category":"road-ambush","place":{"lat":99,"lon":0}}"#)
        .fails(1, &["latitude 99"]);
    place
        .json_with("steward", &from, r#"{"category":"road-ambush","affected":{"killed":{"total":1,"women":2}}}"#)
        .fails(1, &["killed"]);
    place.json_with("steward", &from, r#"{"category":"road-ambush","answers":{"nonsense":1}}"#).fails(1, &["nonsense"]);
    place.json_with("steward", &from, "{").fails(1, &["-:", "line 1"]);
    assert_eq!(place.json("steward", &["reports"]).objects().len(), 0);

    let whole = r#"{"category":"road-ambush","text":"Five at the ford","occurred":"2026-11-20","basis":"seen",
        "affected":{"injured":{"total":2,"women":1}},"actors":[{"description":"five on motorbikes","role":"perpetrator"}],
        "items":[{"kind":"phones","quantity":4}],"language":"en","tlp":"TLP:AMBER+STRICT"}"#;
    let id = place.json_with("steward", &from, whole).object()["id"].as_str().unwrap().to_owned();
    let shown = place.json("steward", &["show", &id]).object();
    assert_eq!((&shown["occurred"], &shown["tlp"]), (&"2026-11-20".into(), &"TLP:AMBER+STRICT".into()));
    assert_eq!(shown["fields"]["affected"]["injured"]["women"], 1);
    assert_eq!(shown["fields"]["items"][0]["quantity"], 4);
}

/// Guards against a command that does something to the wrong report because few digits were typed.
#[test]
fn six_digits_of_an_id_are_enough_and_five_are_not() {
    let place = Place::new();
    place.found();
    let report = ["report", "--area", "gao", "--category", "road-ambush", "--text", "first"];
    let id = place.json("steward", &report).object()["id"].as_str().unwrap().to_owned();
    assert!(id.len() == 32 && id.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c)), "{id}");

    place.json("steward", &["show", &id[..5]]).fails(1, &["6"]);
    place.json("steward", &["show", "not an id"]).fails(1, &["not an id"]);
    let other = if id.starts_with("ffffff") { "eeeeee" } else { "ffffff" };
    place.json("steward", &["show", other]).fails(1, &[other]);
    place.json("steward", &["show", &other.repeat(6)[..32]]).fails(1, &["nothing on this device"]);
    assert_eq!(place.json("steward", &["show", &id]).object()["text"], "first");
    place.json("steward", &["amend", &id[..6], "--text", "second"]).object();
    assert_eq!(place.json("steward", &["show", &id[..6]]).object()["text"], "second");
    place.json("steward", &["incident", "link", &id[..6], &id]).fails(1, &["is a report, not an incident"]);
    assert_eq!(place.json("steward", &["history", &id]).objects().len(), 2);
}

/// Guards against corrections that cannot be: of what was taken back, or into a category with a narrower audience.
#[test]
fn an_amendment_keeps_to_the_rules_of_a_new_report() {
    let place = Place::new();
    place.found();
    let report = ["report", "--area", "gao", "--category", "road-ambush", "--text", "first"];
    let id = place.json("steward", &report).object()["id"].as_str().unwrap().to_owned();
    place.json("steward", &["amend", &id]).fails(1, &["nothing to change"]);
    place.json("steward", &["amend", &id, "--category", "rain"]).fails(1, &["rain"]);
    place.json("steward", &["amend", &id, "--lat", "95", "--lon", "0"]).fails(1, &["latitude 95"]);
    place.json("steward", &["amend", &id, "--category", "cattle-raid"]).object();
    assert_eq!(place.json("steward", &["show", &id]).object()["category"], "cattle-raid");
    place.json("steward", &["retract", &id, "--why", ""]).fails(1, &["why"]);
    place.json("steward", &["retract", &id, "--why", "it was a rumour"]).object();
    place.json("steward", &["amend", &id, "--text", "x"]).fails(1, &["retracted"]);
    let reports = place.json("steward", &["reports", "--state", "retracted"]).objects();
    assert_eq!(reports[0]["retracted"], "it was a rumour");
}

/// Guards against damage, or for ever, by whatever answers at an address that somebody gave.
#[test]
fn an_exchange_with_something_that_is_no_relay_fails_and_loses_nothing() {
    let place = Place::new();
    place.found();
    place.json("steward", &["report", "--area", "gao", "--category", "road-ambush"]).object();

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answers: &[&[u8]] = &[
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nhalf",
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\ncontent-type: application/problem+json\r\ncontent-length: 16\r\n\r\n{\"detail\":\"\\u0007\"}",
        b"\x00\xff not http",
    ];
    let server = std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer);
        }
    });
    for _ in answers {
        let ran = place.json("steward", &["sync", "--relay", &address]);
        ran.fails(1, &["exchange"]);
        assert!(!ran.err.contains("nobody answers"), "{}", ran.err);
        assert!(!ran.err.contains('\u{7}'), "a control character reached the terminal");
    }
    server.join().unwrap();
    let nobody = place.json("steward", &["sync", "--peer", &address]);
    nobody.fails(1, &[&format!("nobody answers at {address}"), "Nothing was lost"]);
    assert!(!nobody.err.contains("os error"), "{}", nobody.err);
    assert_eq!(place.json("steward", &["reports"]).objects()[0]["state"], "local");
}

/// Guards against a courier's card that ruins what is there, or is thrown away because of its last byte.
#[test]
fn a_bundle_that_is_cut_off_or_none_says_so() {
    let place = Place::new();
    place.found();
    fs::write(place.path("picture"), b"\x89PNG").unwrap();
    place.json("steward", &["bundle", "import", "picture"]).fails(1, &["picture", "not an Azalai bundle"]);
    fs::write(place.path("empty"), b"").unwrap();
    place.json("steward", &["bundle", "import", "empty"]).fails(1, &["empty: it is empty"]);
    place.json("steward", &["bundle", "import", "missing"]).fails(1, &["missing"]);
    place.join("monitor", "gao", "acacia");
    place.report("acacia", "carried");
    place.json("acacia", &["bundle", "export", "--out", "letters"]).object();
    let whole = fs::read(place.path("letters")).unwrap();
    fs::write(place.path("cut"), &whole[..whole.len() - 1]).unwrap();
    let cut = place.json("steward", &["bundle", "import", "cut"]);
    assert_eq!(cut.status, 1, "{}", cut.err);
    assert!(cut.err.contains("cut: cut short after 1 letter;"), "{}", cut.err);
    fs::write(place.path("newer"), [&whole[..8], &[9]].concat()).unwrap();
    place.json("steward", &["bundle", "import", "newer"]).fails(1, &["newer", "version 9", "newer Azalai"]);
    let whole = place.json("steward", &["bundle", "import", "letters"]).object();
    assert_eq!((&whole["new"], &whole["foreign"]), (&1.into(), &0.into()));
    assert_eq!(place.json("steward", &["bundle", "import", "letters"]).object()["new"], 0);
}

/// Guards against an export that writes over what a home keeps, and against an act that is said although its file could
/// not be written.
#[test]
fn a_file_to_write_is_looked_at_before_anything_is_done() {
    let place = Place::new();
    place.found();
    place.certify_relay();
    fs::create_dir(place.path("folder")).unwrap();
    let invite = |out: &str| {
        let invite = ["invite", "--role", "monitor", "--area", "gao", "--argon2-memory", "19", "--out", out];
        place.json("steward", &invite)
    };
    let slots = fs::read(place.path("steward/slots")).unwrap();
    for out in ["steward/slots", "steward/new", "steward/one/x", "relay/relay.key", "folder/../steward/slots"] {
        invite(out).fails(1, &[out, "home", "nothing was changed"]);
        place.json("steward", &["bundle", "export", "--out", out]).fails(1, &[out, "home"]);
        let export = ["export", "--what", "reports", "--format", "csv", "--for", "project", "--out", out];
        place.json("steward", &export).fails(1, &[out, "home"]);
    }
    assert_eq!(fs::read(place.path("steward/slots")).unwrap(), slots);
    invite("folder").fails(1, &["folder", "is a folder"]);
    invite("missing/x").fails(1, &["missing", "nothing of that name"]);
    invite("/dev/null").fails(1, &["/dev/null", "no file"]);
    assert_eq!(place.json("steward", &["invite", "list"]).objects().len(), 0, "an invite that nobody has");
    assert_eq!(names(&place.path("folder")), Vec::<String>::new());
    assert!(!names(&place.path("")).iter().any(|name| name.ends_with(".part")));
    // What is named is not what is asked for.
    fs::write(place.path("text"), "hi there").unwrap();
    let new = ["project", "new", "--name", "N", "--area", "a:A", "--argon2-memory", "19"];
    place.json("text", &new).fails(1, &["text is a file"]);
    place.json("text", &["status"]).fails(1, &["text is a file"]);
    place
        .json("m", &["join", "text", "--words", "abandon ability able about above absent", "--pseudonym", "P"])
        .fails(1, &["no invite"]);
    place
        .run(&["relay", "--home", "relay", "--listen", "127.0.0.1:0", "--admit", "text"])
        .fails(1, &["text", "no certificate"]);
    place.json("mem", &[&new[..4], &["--area", "a:A", "--argon2-memory", "1"]].concat()).fails(2, &["19 to 1024"]);
    // A file of before is written over, whole.
    invite("a").object();
    invite("a").object();
}

/// Guards against names that make half a home, or that are called something kept.
#[test]
fn an_empty_or_endless_name_is_a_matter_of_usage_and_makes_nothing() {
    let place = Place::new();
    let new = |name: &str, area: &str, pseudonym: &str| {
        let new = ["project", "new", "--argon2-memory", "19", "--name", name, "--area", area, "--pseudonym", pseudonym];
        place.json("home", &new)
    };
    new("", "a:A", "p").fails(2, &["--name is empty"]);
    new("  ", "a:A", "p").fails(2, &["--name is empty"]);
    new("N", "a: ", "p").fails(2, &["--area"]);
    new("N", "a:A", "").fails(2, &["--pseudonym is empty"]);
    new("N", "a:A", "a\nb").fails(2, &["--pseudonym", "cannot be seen"]);
    new(&"n".repeat(121), "a:A", "p").fails(2, &["--name", "121", "120"]);
    new("N", &format!("a:{}", "n".repeat(121)), "p").fails(2, &["--area", "121", "120"]);
    new("N", "a:A", &"n".repeat(81)).fails(2, &["--pseudonym", "81", "80"]);
    assert!(!place.path("home").exists());
    place.found();
    let invite = ["invite", "--role", "monitor", "--area", "gao", "--out", "i", "--argon2-memory", "19"];
    let words = place.json("steward", &invite).object()["words"].as_str().unwrap().to_owned();
    place.json("m", &["join", "i", "--words", &words, "--pseudonym", ""]).fails(2, &["--pseudonym is empty"]);
    assert!(!place.path("m").exists());
}

/// Guards against errors that speak of the program's insides instead of what stood in the file.
#[test]
fn json_that_is_no_report_is_told_what_was_given_and_what_is_allowed() {
    let place = Place::new();
    place.found();
    let report = |json: &str, words: &[&str]| {
        let ran = place.json_with("steward", &["report", "--area", "gao", "--from", "-"], json);
        ran.fails(1, words);
        for inside in ["struct", "untagged", "variant", "Json"] {
            assert!(!ran.err.contains(inside), "{}", ran.err);
        }
    };
    for json in ["[]", "null", "3", "\"x\"", "not json"] {
        report(json, &["-: expected a report as one JSON object", "something else"]);
    }
    report("", &["it is empty"]);
    let none = place.json_with("steward", &["report", "--area", "gao", "--from", "-"], "{}");
    none.fails(2, &["needs a category"]);
    report(r#"{"category":"road-ambush","place":"Gao"}"#, &["a place: an object with name"]);
    report(r#"{"category":"road-ambush","affected":3}"#, &["killed, injured"]);
    report(r#"{"category":"road-ambush","answers":{"armed":{"a":1}}}"#, &["\"armed\"", r#"{"a":1}"#, "true or false"]);
    report(
        r#"{"category":"road-ambush","answers":{"armed-people":"x"}}"#,
        &["\"armed-people\"", "whole number", "a text"],
    );
    let offset = ["report", "--area", "gao", "--category", "road-ambush", "--utc-offset", "60"];
    place.json("steward", &offset).fails(2, &["--when"]);
    assert_eq!(place.json("steward", &["reports"]).objects().len(), 0);
}
