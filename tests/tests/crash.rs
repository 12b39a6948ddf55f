//! Promise 4 on real processes and real files: `kill -9` at random instants, and a record outside of what was
//! acknowledged. Whatever the program had printed as saved, or a relay had signed for, is there afterwards.
//!
//! What this cannot show is a power cut: the kernel keeps what a killed process wrote. That every promise waits for the
//! disk is held by the store's own tests, which lose what was not synced.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use azalai_tests::program::Place;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde_json::Value;

/// Kills of a device that writes.
const DEVICE_KILLS: usize = 60;
/// Rounds in which a relay is killed while somebody exchanges with it.
const RELAY_KILLS: usize = 40;
/// Kills of each other command.
const OTHER_KILLS: usize = 12;

/// Instants at which processes are killed: the seed is fixed, what the machine does until then is not.
struct Fate {
    rng: ChaCha20Rng,
    /// How long the killed command usually takes here.
    usual: Duration,
}

impl Fate {
    /// Measures the command that will be killed.
    #[expect(clippy::disallowed_methods, reason = "real processes run by the real clock; no result depends on it")]
    fn of(seed: u64, mut usual: impl FnMut()) -> Self {
        let begun = Instant::now();
        (0..3).for_each(|_| usual());
        Self { rng: ChaCha20Rng::seed_from_u64(seed), usual: begun.elapsed() / 3 }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.rng.next_u32() as usize % limit
    }

    /// From the start to twice the usual end, so that about half of them are acknowledged first.
    fn instant(&mut self) -> Duration {
        self.usual * (self.rng.next_u32() % 2000) / 1000
    }

    /// Starts a command, kills it at some instant, and gives what it had said until then.
    fn killed(&mut self, mut command: Command) -> Vec<Value> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        sleep(self.instant());
        let _ = child.kill();
        let said = child.wait_with_output().unwrap().stdout;
        let said = String::from_utf8(said).unwrap();
        // A line without its end was not said.
        let whole = said.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn healthy(place: &Place, home: &str) {
    let doctor = place.json(home, &["doctor"]);
    assert_eq!(doctor.status, 0, "{home}: {}{}", doctor.out, doctor.err);
}

/// A project with monitors who have joined, and the coordinator `dune`, who has its keys and knows of them.
fn founded(monitors: &[&str]) -> Place {
    let place = Place::new();
    place.found();
    place.join("coordinator", "gao", "dune");
    monitors.iter().for_each(|name| place.join("monitor", "ansongo", name));
    place.hand_over("dune", "steward");
    place.json("steward", &["admit"]).objects();
    place.hand_over("steward", "dune");
    place
}

fn text_of(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}")).to_owned()
}

/// Guards against a report that a person was told is saved and that is gone, doubled or half there after the phone was
/// switched off; against a home that needs repair; and against the same for corrections.
#[test]
fn a_device_killed_at_any_instant_has_every_report_that_it_said_is_saved() {
    let place = founded(&["acacia"]);
    let mut fate = Fate::of(1, || drop(place.report("acacia", "Before it began")));
    // What each report may say: several texts where a correction was killed before it was acknowledged.
    let mut record: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for kill in 0..DEVICE_KILLS {
        let known: Vec<String> = record.keys().cloned().collect();
        let text = format!("Killed {kill}");
        if kill % 4 == 3 && !known.is_empty() {
            let id = known[fate.below(known.len())].clone();
            let said = fate.killed(place.command_json("acacia", &["amend", &id, "--text", &text]));
            let texts = record.get_mut(&id).unwrap();
            if !said.is_empty() {
                texts.clear();
            }
            texts.insert(text);
        } else {
            let report = ["report", "--category", "road-ambush", "--text", &text, "--when", "today"];
            for said in fate.killed(place.command_json("acacia", &report)) {
                record.insert(text_of(&said, "id"), BTreeSet::from([text.clone()]));
            }
        }
    }
    assert!(record.len() > DEVICE_KILLS / 10, "nearly all were killed before they said anything: {}", record.len());
    let check = |home: &str| {
        let reports = place.json(home, &["reports"]).objects();
        let there: BTreeMap<String, String> =
            reports.iter().map(|report| (text_of(report, "id"), text_of(report, "text"))).collect();
        assert_eq!(there.len(), reports.len(), "an id twice");
        for (id, texts) in &record {
            let text = there.get(id).unwrap_or_else(|| panic!("{home}: {id} {texts:?} was saved and is gone"));
            assert!(texts.contains(text), "{home}: {id} says {text:?} and not one of {texts:?}");
        }
        // What was killed before it was acknowledged may be there or not, but never twice.
        let killed: Vec<&String> = there.values().filter(|text| text.starts_with("Killed")).collect();
        assert_eq!(killed.iter().collect::<BTreeSet<_>>().len(), killed.len(), "doubled");
    };
    check("acacia");
    healthy(&place, "acacia");
    // All of it goes onward, and means the same there.
    place.hand_over("acacia", "dune");
    check("dune");
}

/// Guards against a relay that signs for a letter and does not have it after it was killed, and against a device that
/// believes what it was not told.
#[test]
fn a_relay_killed_at_any_instant_has_every_letter_that_it_signed_for() {
    let homes = ["acacia", "baobab", "cassia"];
    let place = founded(&homes);
    place.certify_relay();
    let mut relay = place.relay();
    let mut fate = Fate::of(2, || {
        place.report("acacia", "Before it began");
        place.json("acacia", &["sync", "--relay", &relay.url]).object();
    });
    for _ in 0..RELAY_KILLS {
        let home = homes[fate.below(homes.len())];
        place.report(home, "On the road");
        let mut sync = place.command_json(home, &["sync", "--relay", &relay.url]);
        match fate.below(3) {
            // The device is killed, and the relay goes on.
            0 => drop(fate.killed(sync)),
            _ => {
                let mut child = sync.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
                sleep(fate.instant());
                // Dropping kills.
                drop(relay);
                child.wait().unwrap();
                relay = place.relay();
            }
        }
    }
    let mut signed = BTreeSet::new();
    for home in homes {
        for report in place.json(home, &["reports"]).objects() {
            if report["state"] == "relay" {
                signed.insert(text_of(&report, "id"));
            }
        }
    }
    assert!(signed.len() > RELAY_KILLS / 10, "nearly nothing got through: {}", signed.len());
    // Only the coordinator, who was never there, comes to the relay now.
    drop(relay);
    relay = place.relay();
    place.json("dune", &["sync", "--relay", &relay.url]).object();
    let there: BTreeSet<String> =
        place.json("dune", &["reports"]).objects().iter().map(|report| text_of(report, "id")).collect();
    let lost: Vec<&String> = signed.difference(&there).collect();
    assert!(lost.is_empty(), "the relay signed for {} and has lost {lost:?}", signed.len());
}

/// Guards against a command that was killed and can be neither repeated nor gone on from.
#[test]
fn whatever_was_killed_can_be_done_again() {
    let place = founded(&["acacia"]);
    let report = place.report("acacia", "Seen at the well");
    place.hand_over("acacia", "steward");

    // Joining: a home is joined or it is not.
    let invite = ["invite", "--role", "monitor", "--area", "gao", "--argon2-memory", "19", "--out"];
    let mut number = 0;
    let mut fate = Fate::of(3, || {
        place.join("monitor", "gao", &format!("usual{number}"));
        number += 1;
    });
    for kill in 0..OTHER_KILLS {
        let (file, home) = (format!("{kill}.invite"), format!("home{kill}"));
        let words = text_of(&place.json("steward", &[&invite[..], &[&file]].concat()).object(), "words");
        let join = ["join", &file, "--words", &words, "--pseudonym", "egret", "--argon2-memory", "19"];
        fate.killed(place.command_json(&home, &join));
        let again = place.json(&home, &join);
        let taken = again.status == 1 && again.err.contains("already holds a project");
        assert!(again.status == 0 || taken, "{}", again.err);
        // Where it says that the home is taken, it can be used.
        place.report(&home, "After the kill");
        place.json(&home, &["status"]).object();
        healthy(&place, &home);
        // The claim is there as well: without it nobody could ever admit the device.
        place.hand_over(&home, "steward");
    }
    let waiting = place.json("steward", &["admit", "--list"]).objects();
    let egrets = waiting.iter().filter(|waiting| waiting["pseudonym"] == "egret").count();
    assert_eq!(egrets, OTHER_KILLS, "a device without a claim, or with two: {waiting:?}");

    // Importing and admitting: what is repeated changes nothing twice.
    place.json("acacia", &["bundle", "export", "--out", "again.bundle"]).object();
    let mut fate = Fate::of(4, || drop(place.json("dune", &["reports"]).objects()));
    for _ in 0..OTHER_KILLS {
        fate.killed(place.command_json("dune", &["bundle", "import", "again.bundle"]));
        fate.killed(place.command_json("steward", &["admit"]));
    }
    place.json("dune", &["bundle", "import", "again.bundle"]).object();
    place.json("steward", &["admit"]).objects();
    let members = place.json("steward", &["members"]).objects();
    let acacia: Vec<&Value> = members.iter().filter(|member| member["pseudonym"] == "acacia").collect();
    assert_eq!((acacia.len(), &acacia[0]["state"]), (1, &"confirmed".into()));

    // Linking: the report is in the incident once.
    let incident = place.json("dune", &["incident", "new", "--title", "At the well"]).object();
    let incident = text_of(&incident, "id");
    for _ in 0..OTHER_KILLS {
        fate.killed(place.command_json("dune", &["incident", "link", &incident, &report]));
    }
    // By now it is there, or is linked by this one.
    let last = place.json("dune", &["incident", "link", &incident, &report]);
    assert!(last.status == 0 || last.err.contains("nothing to change"), "{}", last.err);
    let incidents = place.json("dune", &["incidents"]).objects();
    assert_eq!((incidents.len(), incidents[0]["reports"].as_array().unwrap().len()), (1, 1), "{incidents:?}");
    for home in ["steward", "dune", "acacia"] {
        healthy(&place, home);
    }
}
