//! What holds for every command: help with an example, exit status 2 for what makes no sense, quiet ends.

use std::process::Stdio;

use crate::{PASSPHRASE, Place, ended, ran};

/// Every command that the issue of names and flags fixed.
const COMMANDS: &[&str] = &[
    "project",
    "project new",
    "project admission",
    "invite",
    "join",
    "admit",
    "relay-key",
    "relay-certificate",
    "relay",
    "report",
    "amend",
    "retract",
    "reports",
    "show",
    "history",
    "evidence",
    "verify",
    "incident",
    "incident new",
    "incident link",
    "incident unlink",
    "incident grade",
    "incident set",
    "incident settle",
    "incidents",
    "sync",
    "exchange",
    "bundle",
    "bundle export",
    "bundle import",
    "status",
    "members",
    "body",
    "categories",
    "places",
    "places import",
    "export",
    "passphrase",
    "passphrase change",
    "doctor",
];

/// Guards against a command that was renamed, or that nobody can learn from its own help.
#[test]
fn every_command_has_help_with_an_example() {
    let place = Place::new();
    for command in COMMANDS {
        let arguments: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let help = place.run(&arguments);
        assert_eq!((help.status, help.err.as_str()), (0, ""), "{command}");
        assert!(help.out.contains(&format!("Example: azalai {command}")), "{command}:\n{}", help.out);
        assert!(help.out.contains("--json") && help.out.contains("--home"), "{command}");
    }
}

/// Guards against scripts that take a misspelt command for a failure of the network, or for success.
#[test]
fn a_command_line_that_makes_no_sense_ends_with_status_2() {
    let place = Place::new();
    let mistakes: &[(&[&str], &str)] = &[
        (&["frobnicate"], "frobnicate"),
        (&["reports"], "--home"),
        (&["reports", "--home", "x", "--frob"], "--frob"),
        (&["report", "--home", "x"], "--category"),
        (&["report", "--home", "x", "--category", "c", "--lat", "1"], "--lon"),
        (&["report", "--home", "x", "--category", "c", "--lat", "north", "--lon", "1"], "north"),
        (&["report", "--home", "x", "--category", "c", "--tlp", "PURPLE"], "PURPLE"),
        (&["report", "--home", "x", "--category", "c", "--basis", "dreamt"], "heard-first-hand"),
        (&["invite", "--home", "x", "--role", "king", "--out", "f"], "king"),
        (&["invite", "--home", "x", "--role", "monitor", "--area", "no!", "--out", "f"], "--area"),
        (&["project", "new", "--home", "x", "--name", "N"], "--area"),
        (&["project", "new", "--home", "x", "--name", "N", "--area", "gao"], "CODE:NAME"),
        (&["project", "new", "--home", "x", "--name", "N", "--area", "g:G", "--argon2-memory", "18"], "19 to 1024"),
        (&["sync", "--home", "x"], "--relay"),
        (&["sync", "--home", "x", "--relay", "ftp://example.org"], "http://"),
        (&["relay", "--home", "x", "--listen", "here"], "here"),
        (&["relay-certificate", "--home", "x", "--relay-key", "abc", "--out", "f"], "--relay-key"),
        (
            &["export", "--home", "x", "--what", "members", "--format", "csv", "--for", "public", "--out", "f"],
            "members",
        ),
        (&["incident", "settle", "--home", "x", "aaaaaa", "title"], "--keep"),
    ];
    for (arguments, word) in mistakes {
        place.run(arguments).fails(2, &[word]);
    }
    assert!(!place.path("x").exists(), "a mistake made a home");
}

/// Guards against a passphrase that is waited for where nobody can type one.
#[test]
fn without_a_terminal_and_without_the_variable_nothing_is_waited_for() {
    let place = Place::new();
    place.found();
    let mut command = place.command(&["status", "--home", "steward"]);
    command.env_remove("AZALAI_PASSPHRASE");
    ran(command).fails(2, &["AZALAI_PASSPHRASE"]);
}

/// Guards against `--home` being needed where the environment names it.
#[test]
fn the_environment_may_name_the_home() {
    let place = Place::new();
    place.found();
    let mut command = place.command(&["status", "--json"]);
    command.env("AZALAI_HOME", "steward");
    assert_eq!(ran(command).object()["role"], "steward");
}

/// Guards against a panic when the reader of the output has gone, as `head` does.
#[test]
fn a_reader_that_has_gone_ends_the_program_quietly() {
    let place = Place::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = place.command(&["places"]);
    let child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    let output = child.wait_with_output().unwrap();
    let ran = ended(output.status, &[], &output.stderr);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
}

/// Guards against lists that need a home, or a network, before anybody can look at them.
#[test]
fn categories_and_places_need_no_home() {
    let place = Place::new();
    let categories = place.run(&["categories", "--lang", "ar", "--json"]).objects();
    assert!((25..=40).contains(&categories.len()), "{}", categories.len());
    let ambush = categories.iter().find(|category| category["code"] == "road-ambush").unwrap();
    assert!(ambush["label"].as_str().unwrap().chars().any(|c| ('\u{600}'..'\u{700}').contains(&c)), "{ambush}");
    place.run(&["categories", "--lang", "xx"]).fails(1, &["xx", "fr"]);
    let places = place.run(&["places", "--search", "ANSONGO", "--json"]).objects();
    assert_eq!(places[0]["name"], "Ansongo");
    assert!(places[0]["lat"].is_f64() && places[0]["lon"].is_f64());
    assert!(place.run(&["places", "--json"]).objects().len() >= 3_300);
}

/// Guards against secrets on the screen of whoever looks over a shoulder, or in a log.
#[test]
fn no_output_shows_the_passphrase() {
    let place = Place::new();
    place.found();
    for arguments in [&["status"][..], &["members"], &["doctor"], &["reports"]] {
        let ran = place.json("steward", arguments);
        assert_eq!(ran.status, 0, "{}", ran.err);
        assert!(!ran.out.contains(PASSPHRASE) && !ran.err.contains(PASSPHRASE));
    }
}
