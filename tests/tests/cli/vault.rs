//! The vault: two sides that look alike, a passphrase for duress and its silent mark, wrong passphrases that wait, recovery
//! sheets. Unlike its neighbours this looks into the homes' files: what they do not tell is what is promised.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use azalai_envelope::Lane;
use azalai_envelope::envelope::UnverifiedEnvelope;
use azalai_node::{Home, NewHome, Node};
use azalai_store::{ArgonParams, FolderDisk, Keys, Opening, Side, SledStore, Slots};
use azalai_testkit::attacker::unbundle;
use azalai_tests::program::Ran;
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde_json::Value;

use crate::{PASSPHRASE, Place, ran};

/// What opens the second profile for its owner.
const SECOND: &str = "goat dune lantern seven market";
/// What is given under duress.
const PRESSED: &str = "river moon basket nine tailor";
const OVERWRITES: &str = "what another passphrase opens here is lost";
const DROPS: &str = "what another passphrase opens here is lost, and under duress what I have not sent";

/// A command in a home, under one of its passphrases.
fn command(place: &Place, home: &str, passphrase: &str, arguments: &[&str]) -> Command {
    let mut command = place.command_json(home, arguments);
    command.env("AZALAI_PASSPHRASE", passphrase);
    command
}

fn with(place: &Place, home: &str, passphrase: &str, arguments: &[&str]) -> Ran {
    ran(command(place, home, passphrase, arguments))
}

/// An invite of the steward's, with its words.
fn invite(place: &Place, role: &str, file: &str) -> String {
    let invite = ["invite", "--role", role, "--area", "gao", "--out", file, "--argon2-memory", "19"];
    place.json("steward", &invite).object()["words"].as_str().unwrap().to_owned()
}

fn profile_new(place: &Place, home: &str, file: &str, words: &str, more: &[&str]) -> Command {
    let sentence = if more == ["--duress"] { DROPS } else { OVERWRITES };
    let new = ["profile", "new", file, "--words", words, "--pseudonym", "wren", "--confirm", sentence];
    let mut command = place.command_json(home, &[&new[..], more].concat());
    command.env("AZALAI_NEW_PASSPHRASE", SECOND).env("AZALAI_DURESS_PASSPHRASE", PRESSED);
    command
}

/// A project with a coordinator, and a monitor `swift` whose home has a second profile `wren`, admitted both, with a report
/// that nobody has and one of the second profile's.
fn pressed() -> Place {
    let place = Place::new();
    place.found();
    place.join("coordinator", "gao", "heron");
    place.join("monitor", "gao", "swift");
    place.report("swift", "real, and sent");
    let words = invite(&place, "monitor", "second.invite");
    ran(profile_new(&place, "swift", "second.invite", &words, &["--duress"])).object();
    with(
        &place,
        "swift",
        SECOND,
        &["report", "--category", "road-ambush", "--text", "harmless", "--urgency", "record"],
    )
    .object();
    with(&place, "swift", SECOND, &["bundle", "export", "--out", "second.bundle"]).object();
    place.json("steward", &["bundle", "import", "second.bundle"]).object();
    for home in ["heron", "swift"] {
        place.hand_over(home, "steward");
    }
    place.json("steward", &["admit"]).objects();
    place.hand_over("steward", "heron");
    place.hand_over("steward", "swift");
    with(&place, "swift", SECOND, &["bundle", "import", "steward.bundle"]).object();
    place.report("swift", "real, and unsent");
    place
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() { copy(&entry.path(), &to) } else { drop(fs::copy(entry.path(), to)) }
    }
}

fn texts(ran: &Ran) -> BTreeSet<String> {
    ran.objects().iter().map(|report| report["text"].as_str().unwrap().to_owned()).collect()
}

/// All files beneath a folder: name from there, mode, length, time of change.
fn walk(folder: &Path) -> BTreeMap<String, (u32, u64, SystemTime)> {
    fn go(at: &Path, name: &str, into: &mut BTreeMap<String, (u32, u64, SystemTime)>) {
        for entry in fs::read_dir(at).unwrap().map(Result::unwrap) {
            let name = format!("{name}/{}", entry.file_name().to_str().unwrap());
            let about = entry.metadata().unwrap();
            if about.is_dir() {
                go(&entry.path(), &name, into);
            }
            let len = if about.is_dir() { 0 } else { about.len() };
            into.insert(name, (about.permissions().mode(), len, about.modified().unwrap()));
        }
    }
    let mut into = BTreeMap::new();
    go(folder, "", &mut into);
    into
}

/// Names and modes, where a number that the database gives one of its files counts for nothing.
fn shape(home: &Path) -> BTreeSet<(String, u32)> {
    let name = |name: &str| match name.split_once("/snap.") {
        Some((before, _)) => format!("{before}/snap"),
        None => name.to_owned(),
    };
    walk(home).iter().map(|(path, (mode, ..))| (name(path), *mode)).collect()
}

/// How far the bits of random bytes lie from half ones, in standard deviations.
fn bias(bytes: &[u8]) -> f64 {
    let (ones, bits) = (bytes.iter().map(|byte| byte.count_ones()).sum::<u32>(), bytes.len() as f64 * 8.0);
    (f64::from(ones) - bits / 2.0).abs() / (bits / 4.0).sqrt()
}

/// Guards against files that tell how many profiles a home has: by name, number, mode, size, time of change, or bytes that
/// are no noise.
#[test]
fn the_files_of_homes_with_one_profile_and_with_two_are_alike() {
    let place = Place::new();
    place.found();
    for name in ["swift", "egret", "robin"] {
        place.join("monitor", "gao", name);
    }
    let sides = |home: &str| ["one", "two"].map(|side| shape(&place.path(home).join(side)));
    let [one, two] = sides("swift");
    assert_eq!(one, two, "before it was used");
    place.json("swift", &["reports"]).objects();
    let alone = shape(&place.path("swift"));
    for (home, more) in [("egret", &[][..]), ("robin", &["--duress"])] {
        let file = format!("{home}.second");
        let words = invite(&place, "monitor", &file);
        ran(profile_new(&place, home, &file, &words, more)).object();
    }
    with(&place, "egret", SECOND, &["reports"]).objects();
    place.json("robin", &["reports"]).objects();
    for home in ["swift", "egret", "robin"] {
        let folder = place.path(home);
        assert_eq!(shape(&folder), alone, "{home}");
        let [one, two] = sides(home);
        assert_eq!(one, two, "{home}");
        let files = walk(&folder);
        // Every file says the same time, but for what says in which place a home is, and that was made at the beginning.
        let times: BTreeSet<SystemTime> =
            files.iter().filter(|(name, _)| !name.ends_with("conf")).map(|(_, about)| about.2).collect();
        assert_eq!(times.len(), 1, "{home}: {files:?}");
        for (name, len) in [("slots", 321), ("slots-2", 321), ("attempts", 13)] {
            assert_eq!(files[&format!("/{name}")].1, len, "{home}");
        }
        let read = |name: &str| fs::read(folder.join(name)).unwrap();
        let slots = read("slots");
        assert_eq!(slots, read("slots-2"));
        slots[25..].chunks(74).for_each(|slot| assert!(bias(slot) < 5.0, "{home}: a slot is no noise"));
        for side in ["one", "two"] {
            let keyring = read(&format!("{side}/keyring"));
            assert_eq!((keyring.len(), keyring[0]), (65_962, 1), "{home}");
            assert_eq!(keyring, read(&format!("{side}/keyring-2")), "{home}");
            assert!(bias(&keyring[1..]) < 5.0, "{home}: keyring {side} is no noise");
            let journal = read(&format!("{side}/journal"));
            assert!(journal.len() > 1_000 && journal[0] == 1, "{home}: journal {side} of {} bytes", journal.len());
            assert!(bias(&journal[9..]) < 8.0, "{home}: journal {side} is no noise");
        }
    }
    // The side that nothing opens is about as large as a second profile that was made and not used: a database's size also
    // rests on chance, and the journal's on how long names are.
    let used = openings(&place.path("swift"), PASSPHRASE).remove(0);
    let unused = if side_of(&used) == "one" { "two" } else { "one" };
    let made = openings(&place.path("robin"), SECOND).remove(0);
    for file in ["journal", "store/db/db"] {
        let len = |home: &str, side: &str| fs::metadata(place.path(home).join(side).join(file)).unwrap().len();
        let (noise, second) = (len("swift", unused), len("robin", side_of(&made)));
        assert!((noise / 2..=noise * 2).contains(&second), "{file}: {second} bytes beside {noise} of noise");
    }
}

/// What of a home a passphrase opens, by whatever copy of its slots.
fn openings(home: &Path, passphrase: &str) -> Vec<Opening> {
    let read = |name| Slots::from_bytes(&fs::read(home.join(name)).unwrap()).unwrap().look(passphrase);
    ["slots", "slots-2"].into_iter().filter_map(|name| read(name).ok()).collect()
}

fn side_of(opening: &Opening) -> &'static str {
    if opening.side == Side::One { "one" } else { "two" }
}

/// Guards against a real profile that can still be opened after the passphrase for duress was given, by any passphrase, key
/// or file that is left, and against anything on the device that shows it.
#[test]
fn under_duress_the_second_profile_opens_and_nothing_of_the_first_does() {
    let place = pressed();
    let real = openings(&place.path("swift"), PASSPHRASE).remove(0);
    let keyring = fs::read(place.path("swift").join(side_of(&real)).join("keyring")).unwrap();
    let before = shape(&place.path("swift"));
    let opened = with(&place, "swift", PRESSED, &["reports"]);
    assert_eq!(texts(&opened), BTreeSet::from(["harmless".to_owned()]));
    assert_eq!(opened.err, "");
    let home = place.path("swift");
    assert!(openings(&home, PASSPHRASE).is_empty(), "the real passphrase still opens something");
    with(&place, "swift", PASSPHRASE, &["reports"]).fails(1, &["wrong passphrase"]);
    // With the very key that the slots had held.
    let disk = FolderDisk::open(home.join(side_of(&real))).unwrap();
    let keys = block_on(Keys::open(disk, real.key.clone(), &mut ChaCha20Rng::seed_from_u64(1)));
    assert!(keys.is_err(), "the real keyring is still there");
    for (name, (_, len, _)) in walk(&home) {
        let path = home.join(name.trim_start_matches('/'));
        if len > 0 && path.is_file() {
            let bytes = fs::read(&path).unwrap();
            assert!(!bytes.windows(32).any(|window| window == &keyring[25..57]), "{name} holds the old keyring");
        }
    }
    assert_eq!(shape(&home), before, "the home shows a trace");
    // Nothing asks for a second dropping, and both other passphrases go on opening the same.
    for passphrase in [PRESSED, SECOND] {
        assert_eq!(texts(&with(&place, "swift", passphrase, &["reports"])), BTreeSet::from(["harmless".to_owned()]));
        let now = openings(&home, passphrase);
        assert!(now.len() == 2 && now.iter().all(|opening| opening.duress == azalai_store::Duress::No));
    }
}

/// Guards against a mark that shows on the device that made it, in any command, and against a device that behaves otherwise
/// under the one passphrase than under the other.
#[test]
fn every_command_says_the_same_under_both_passphrases_of_the_second_profile() {
    let place = pressed();
    // Each has a relay of its own, which has heard of neither.
    place.certify_relay();
    copy(&place.path("relay"), &place.path("other-relay"));
    let relay = place.relay();
    let other = place.listens(&["relay", "--home", "other-relay", "--listen", "127.0.0.1:0", "--admit", "town.cert"]);
    for home in ["free", "forced"] {
        copy(&place.path("swift"), &place.path(home));
    }
    let sync = ["sync", "--relay", ""];
    let commands: [&[&str]; 10] = [
        &["status"],
        &["reports"],
        &["members"],
        &["notices"],
        &["quarantine"],
        &["doctor"],
        &sync,
        &sync,
        &["status"],
        &["doctor"],
    ];
    let masked = |ran: &Ran| {
        let mask = |mut object: Value| {
            for field in ["bytes_on_disk", "bytes_sent", "bytes_received"] {
                object.as_object_mut().unwrap().remove(field);
            }
            object.to_string()
        };
        assert_eq!(ran.status, 0, "{}", ran.err);
        (ran.objects().into_iter().map(mask).collect::<Vec<_>>(), ran.err.clone())
    };
    for arguments in commands {
        let at =
            |url: &str| arguments.iter().map(|it| if it.is_empty() { url } else { *it }.to_owned()).collect::<Vec<_>>();
        let run = |home, passphrase, url: &str| {
            let arguments = at(url);
            with(&place, home, passphrase, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let free = run("free", SECOND, &relay.url);
        let forced = run("forced", PRESSED, &other.url);
        assert_eq!(masked(&free), masked(&forced), "{arguments:?}");
    }
    drop(relay);
}

/// Guards against a mark that no coordinator sees, one that whoever carries it can tell from a report, and one that anybody
/// could have made up.
#[test]
fn the_mark_travels_as_one_more_ordinary_letter_and_coordinators_are_told_what_to_do() {
    let place = pressed();
    let key = place.json("swift", &["status"]).object()["key"].as_str().unwrap().to_owned();
    copy(&place.path("swift"), &place.path("free"));
    let export = |home: &str, passphrase: &str| {
        let file = format!("{home}.out");
        let said = with(&place, home, passphrase, &["bundle", "export", "--out", &file]).object();
        (said["envelopes"].as_u64().unwrap() as usize, unbundle(&fs::read(place.path(&file)).unwrap()))
    };
    let (said, free) = export("free", SECOND);
    assert_eq!(said, free.len());
    let (said, forced) = export("swift", PRESSED);
    assert_eq!((said, forced.len()), (free.len(), free.len() + 1), "one letter more, and no count of it");
    let more: Vec<&Vec<u8>> = forced.iter().filter(|envelope| !free.contains(envelope)).collect();
    let [mark] = more[..] else { panic!("{} letters more", more.len()) };
    let parsed = UnverifiedEnvelope::parse(mark.clone()).unwrap();
    let alike = |envelope: &&Vec<u8>| {
        let other = UnverifiedEnvelope::parse((*envelope).clone()).unwrap();
        (envelope.len(), envelope[1], other.epoch()) == (mark.len(), mark[1], parsed.epoch())
    };
    assert_eq!((mark.len(), mark[1]), (640, Lane::Text.to_byte()));
    assert!(free.iter().filter(alike).count() > 0, "no ordinary letter looks like it");
    for piece in mark.windows(16) {
        assert!(
            !free.iter().any(|other| other.windows(16).any(|window| window == piece)),
            "it shares bytes with another"
        );
    }
    place.json("steward", &["bundle", "import", "swift.out"]).object();
    place.json("heron", &["bundle", "import", "swift.out"]).object();
    for home in ["steward", "heron"] {
        let marked = place.json(home, &["status"]).object()["under_duress"].as_array().unwrap().clone();
        assert_eq!(marked.len(), 1, "{home}");
        assert_eq!((&marked[0]["key"], &marked[0]["keys_dropped"]), (&key.clone().into(), &true.into()));
        assert_eq!((&marked[0]["pseudonym"], &marked[0]["second_pseudonym"]), (&"swift".into(), &"wren".into()));
        let members = place.json(home, &["members"]).objects();
        let real = members.iter().find(|member| member["key"] == key.as_str()).unwrap();
        assert_eq!(real["opened_under_duress"], marked[0]["opened_under_duress"], "{home}");
        let plain = place.run(&["members", "--home", home]);
        for word in ["UNDER DURESS", "swift", "azalai remove", "--taken-at", "Show nobody"] {
            assert!(plain.out.contains(word), "{home}: {}", plain.out);
        }
    }
    // What is advised can be done, and then it is no alarm any more.
    let when = place.json("steward", &["status"]).object()["under_duress"][0]["opened_under_duress"].clone();
    let remove = ["remove", &key, "--taken-at", when.as_str().unwrap(), "--yes"];
    place.json("steward", &remove).objects();
    assert_eq!(place.json("steward", &["status"]).object()["under_duress"][0]["removed"], true);
    assert!(!place.run(&["members", "--home", "steward"]).out.contains("UNDER DURESS"));
    // A monitor who gets the letter is told nothing.
    place.join("monitor", "gao", "robin");
    place.json("robin", &["bundle", "import", "swift.out"]).object();
    assert!(place.json("robin", &["status"]).object().get("under_duress").is_none());
}

/// Guards against a passphrase for duress that cannot be used without losing everything, and one of which nobody hears the
/// second time.
#[test]
fn under_duress_without_dropping_the_first_profile_stays_and_coordinators_are_told() {
    let place = pressed();
    let words = invite(&place, "monitor", "third.invite");
    ran(profile_new(&place, "swift", "third.invite", &words, &["--duress", "--keep"])).object();
    assert!(texts(&with(&place, "swift", PRESSED, &["reports"])).is_empty());
    assert_eq!(texts(&place.json("swift", &["reports"])).len(), 2);
    with(&place, "swift", PRESSED, &["bundle", "export", "--out", "kept.bundle"]).object();
    place.json("steward", &["bundle", "import", "kept.bundle"]).object();
    place.json("steward", &["admit"]).objects();
    let marked = place.json("steward", &["status"]).object()["under_duress"].clone();
    assert_eq!(marked[0]["keys_dropped"], false, "{marked}");
}

/// Instants at which processes are killed: the seed is fixed, what the machine does until then is not.
#[expect(clippy::disallowed_methods, reason = "real processes run by the real clock; no result depends on it")]
fn usual(mut run: impl FnMut()) -> Duration {
    let begun = Instant::now();
    run();
    begun.elapsed()
}

fn kill(mut command: Command, after: Duration) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    sleep(after);
    let _ = child.kill();
    child.wait().unwrap();
}

/// Guards against a passphrase for duress that drops nothing because what it is to open is damaged.
#[test]
fn under_duress_the_first_profile_is_dropped_also_where_the_second_cannot_be_opened() {
    let place = pressed();
    let home = place.path("swift");
    let second = openings(&home, SECOND).remove(0);
    let store = home.join(side_of(&second)).join("store");
    fs::rename(&store, place.path("set aside")).unwrap();
    fs::write(&store, b"no folder").unwrap();
    assert_eq!(with(&place, "swift", PRESSED, &["reports"]).status, 1);
    assert!(openings(&home, PASSPHRASE).is_empty(), "the real passphrase still opens something");
    with(&place, "swift", PASSPHRASE, &["reports"]).fails(1, &["wrong passphrase"]);
    // And the mark is left by the opening that can.
    fs::remove_file(&store).unwrap();
    fs::rename(place.path("set aside"), &store).unwrap();
    assert_eq!(texts(&with(&place, "swift", PRESSED, &["reports"])), BTreeSet::from(["harmless".to_owned()]));
    with(&place, "swift", SECOND, &["bundle", "export", "--out", "told.bundle"]).object();
    place.json("heron", &["bundle", "import", "told.bundle"]).object();
    assert_eq!(place.json("heron", &["status"]).object()["under_duress"].as_array().map(Vec::len), Some(1));
}

/// Guards against sheets that say that they open and do not, and against a home that only sheets open which nobody has:
/// `recovery make` is killed at any instant.
#[test]
fn making_sheets_that_is_killed_at_any_instant_leaves_sheets_that_open() {
    let place = Place::new();
    place.found();
    let make = |home: &str, folder: &str| {
        place.command_json(home, &["recovery", "make", "--shares", "3", "--need", "2", "--out", folder])
    };
    ran(make("steward", "old")).object();
    copy(&place.path("steward"), &place.path("usual"));
    let usual = usual(|| drop(ran(make("usual", "usually")).object()));
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let opens = |home: &str, sheets: &[String]| {
        copy(&place.path(home), &place.path("tried"));
        let sheets: Vec<&str> = sheets.iter().map(String::as_str).collect();
        let mut open = place.command_json("tried", &[&["recovery", "open"][..], &sheets].concat());
        open.env("AZALAI_NEW_PASSPHRASE", SECOND);
        let status = ran(open).status;
        fs::remove_dir_all(place.path("tried")).unwrap();
        status == 0
    };
    let earlier: Vec<String> = (1..=2).map(|number| format!("old/sheet-{number}.txt")).collect();
    let (mut new, mut old) = (0, 0);
    for round in 0..25 {
        let (home, folder) = (format!("killed{round}"), format!("sheets{round}"));
        copy(&place.path("steward"), &place.path(&home));
        kill(make(&home, &folder), usual * (rng.next_u32() % 1_200) / 1_000);
        let names = fs::read_dir(place.path(&folder)).into_iter().flatten().map(|it| it.unwrap().file_name());
        let names: BTreeSet<String> = names.map(|name| name.to_str().unwrap().to_owned()).collect();
        // Of one number there is one text, under whichever of its names.
        let text = |number: usize| names.iter().find(|name| name.starts_with(&format!("sheet-{number}.txt")));
        let sheets: Vec<String> = (1..=2).filter_map(text).map(|name| format!("{folder}/{name}")).collect();
        let they_open = sheets.len() == 2 && opens(&home, &sheets);
        let finished = names.iter().any(|name| !name.ends_with(".part"));
        assert!(they_open || !finished, "{home}: sheets that open nothing: {names:?}");
        assert!(they_open || opens(&home, &earlier), "{home}: no sheet opens: {names:?}");
        assert_eq!(place.json(&home, &["reports"]).status, 0, "{home}");
        if they_open {
            new += 1;
        } else {
            old += 1;
        }
    }
    assert!(new > 0 && old > 0, "all kills came at one end: {new} {old}");
}

/// Guards against a home that is half dropped: one that opens neither profile, or the real one without its reports, or that
/// shows that something was under way.
#[test]
fn a_dropping_that_is_killed_at_any_instant_is_done_or_not_at_all() {
    let place = pressed();
    let before = shape(&place.path("swift"));
    copy(&place.path("swift"), &place.path("usual"));
    let usual = usual(|| drop(with(&place, "usual", PRESSED, &["reports"])));
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let (mut dropped, mut whole) = (0, 0);
    for round in 0..40 {
        let home = format!("killed{round}");
        copy(&place.path("swift"), &place.path(&home));
        kill(command(&place, &home, PRESSED, &["reports"]), usual * (rng.next_u32() % 1_200) / 1_000);
        // Before anything is mended: nothing that was not there.
        let names: BTreeSet<String> = shape(&place.path(&home)).into_iter().map(|(name, _)| name).collect();
        let known = |name: &String| {
            before.iter().any(|(known, _)| known == name) || name.contains(".new") || name.contains("snap")
        };
        assert!(names.iter().all(known), "{home}: {names:?}");
        let real = place.json(&home, &["reports"]);
        if real.status == 0 {
            assert_eq!(texts(&real).len(), 2, "{home}");
            whole += 1;
        } else {
            real.fails(1, &["passphrase"]);
            dropped += 1;
        }
        for passphrase in [PRESSED, SECOND, PRESSED] {
            assert_eq!(texts(&with(&place, &home, passphrase, &["reports"])), BTreeSet::from(["harmless".to_owned()]));
        }
        with(&place, &home, PASSPHRASE, &["reports"]).fails(1, &["wrong passphrase"]);
        // Told, whenever it was killed.
        let file = format!("{home}.bundle");
        with(&place, &home, SECOND, &["bundle", "export", "--out", &file]).object();
        copy(&place.path("heron"), &place.path("told"));
        place.json("told", &["bundle", "import", &file]).object();
        let marked = place.json("told", &["status"]).object()["under_duress"].clone();
        assert!(marked.as_array().is_some_and(|marked| !marked.is_empty()), "{home}: nobody was told");
        fs::remove_dir_all(place.path("told")).unwrap();
        fs::remove_dir_all(place.path(&home)).unwrap();
    }
    assert!(dropped > 0 && whole > 0, "all kills came at one end: {dropped} dropped, {whole} whole");
}

/// Guards against setting up a second profile that takes the first along.
#[test]
fn setting_up_that_is_killed_at_any_instant_leaves_the_first_profile_whole() {
    let place = Place::new();
    place.found();
    place.join("monitor", "gao", "swift");
    place.report("swift", "real");
    let before = shape(&place.path("swift"));
    let words = invite(&place, "monitor", "second.invite");
    copy(&place.path("swift"), &place.path("usual"));
    let new = |home: &str| profile_new(&place, home, "second.invite", &words, &["--duress"]);
    let usual = usual(|| drop(ran(new("usual")).object()));
    let mut rng = ChaCha20Rng::seed_from_u64(8);
    let (mut made, mut not) = (0, 0);
    for round in 0..25 {
        let home = format!("killed{round}");
        copy(&place.path("swift"), &place.path(&home));
        kill(new(&home), usual * (rng.next_u32() % 1_200) / 1_000);
        assert_eq!(texts(&place.json(&home, &["reports"])), BTreeSet::from(["real".to_owned()]));
        assert_eq!(place.json(&home, &["doctor"]).status, 0, "{home}");
        let second = with(&place, &home, SECOND, &["reports"]);
        match second.status {
            0 => made += 1,
            _ => {
                second.fails(1, &["passphrase"]);
                not += 1;
            }
        }
        let after: BTreeSet<_> =
            shape(&place.path(&home)).into_iter().filter(|(name, _)| !name.contains(".new")).collect();
        assert_eq!(after, before, "{home}");
        // It can be done again.
        ran(new(&home)).object();
        assert!(texts(&with(&place, &home, SECOND, &["reports"])).is_empty());
    }
    assert!(made + not == 25 && not > 0, "all kills came too late");
}

/// Guards against a second profile that is set up by mistake, or that cannot be one.
#[test]
fn what_cannot_be_a_second_profile_is_refused_and_nothing_is_changed() {
    let place = Place::new();
    place.found();
    place.join("monitor", "gao", "swift");
    let slots = fs::read(place.path("swift/slots")).unwrap();
    let words = invite(&place, "monitor", "second.invite");
    let unchanged = || assert_eq!(fs::read(place.path("swift/slots")).unwrap(), slots);
    let new = ["profile", "new", "second.invite", "--words", &words, "--pseudonym", "wren"];
    let mut silent = place.command_json("swift", &new);
    silent.env("AZALAI_NEW_PASSPHRASE", SECOND);
    ran(silent).fails(2, &["--confirm", "nothing was changed"]);
    ran(place.command_json("swift", &[&new[..], &["--duress", "--confirm", OVERWRITES]].concat()))
        .fails(2, &[DROPS, "nothing was changed"]);
    let mut same = profile_new(&place, "swift", "second.invite", &words, &[]);
    same.env("AZALAI_NEW_PASSPHRASE", PASSPHRASE);
    ran(same).fails(1, &["in use here already"]);
    let mut twice = profile_new(&place, "swift", "second.invite", &words, &["--duress"]);
    twice.env("AZALAI_DURESS_PASSPHRASE", SECOND);
    ran(twice).fails(1, &["in use here already"]);
    ran(profile_new(&place, "swift", "second.invite", "abandon abandon abandon abandon abandon able", &["--duress"]))
        .fails(1, &["not the words"]);
    let other = invite(&place, "coordinator", "coordinator.invite");
    ran(profile_new(&place, "swift", "coordinator.invite", &other, &["--duress"])).fails(1, &["monitor"]);
    let elsewhere = Place::new();
    elsewhere.found();
    let foreign = invite(&elsewhere, "monitor", "foreign.invite");
    fs::copy(elsewhere.path("foreign.invite"), place.path("foreign.invite")).unwrap();
    ran(profile_new(&place, "swift", "foreign.invite", &foreign, &["--duress"])).fails(1, &["another project"]);
    unchanged();
}

/// Guards against homes of an older program that no longer open, and against one that is broken by what it has no room for.
#[test]
fn a_home_of_an_older_program_opens_and_says_what_it_has_no_room_for() {
    let place = Place::new();
    place.found();
    let words = invite(&place, "monitor", "old.invite");
    let folder = place.path("old");
    let home =
        Home { disk: FolderDisk::open(&folder).unwrap(), store: SledStore::open(&folder.join("store")).unwrap().store };
    let (params, rng) = (ArgonParams::new(19 * 1024, 1).unwrap(), ChaCha20Rng::seed_from_u64(3));
    let new = NewHome { home, rooms: None, passphrase: PASSPHRASE, params, rng, pseudonym: "crake" };
    let device: Node<_, _> =
        block_on(new.join(&fs::read(place.path("old.invite")).unwrap(), &words, 1_763_640_000_000)).unwrap();
    drop(device);
    // As it was written then.
    ["slots-2", "keyring-2"].iter().for_each(|name| fs::remove_file(folder.join(name)).unwrap());
    assert_eq!(fs::metadata(folder.join("slots")).unwrap().len(), 313);
    place.report("old", "written since");
    assert_eq!(texts(&place.json("old", &["reports"])).len(), 1);
    assert_eq!(fs::read(folder.join("slots")).unwrap(), fs::read(folder.join("slots-2")).unwrap());
    let second = invite(&place, "monitor", "second.invite");
    ran(profile_new(&place, "old", "second.invite", &second, &["--duress"])).fails(1, &["older Azalai", "new folder"]);
    place
        .json("old", &["recovery", "make", "--shares", "3", "--need", "2", "--out", "sheets"])
        .fails(1, &["older Azalai"]);
}

/// Guards against guessing without end, also across restarts, and a right passphrase that tells by the file which profile it
/// opened.
#[test]
fn after_some_wrong_passphrases_the_next_one_waits_whatever_it_is() {
    let place = Place::new();
    place.found();
    for _ in 0..5 {
        with(&place, "steward", "a guess", &["members"]).fails(1, &["wrong passphrase"]);
    }
    // From now on somebody waits; how long is held by a test with a clock of its own.
    with(&place, "steward", "a guess", &["members"]);
    let held = with(&place, "steward", "another guess", &["members"]);
    with(&place, "steward", "a third guess", &["members"]);
    with(&place, "steward", "a fourth guess", &["members"]);
    let right = with(&place, "steward", PASSPHRASE, &["members"]);
    let waited = [&held, &right].iter().any(|ran| ran.err.contains("wait"));
    assert!(waited, "{}{}", held.err, right.err);
    assert_eq!(fs::metadata(place.path("steward/attempts")).unwrap().len(), 13);
    // Whoever may write the file is not held up by it: SECURITY.md says so.
    fs::remove_file(place.path("steward/attempts")).unwrap();
    with(&place, "steward", PASSPHRASE, &["members"]).objects();
}

/// Guards against sheets that open nothing on the day, fewer that open, a set that says whose it is, and errors that do not
/// say which sheet is wrong.
#[test]
fn enough_sheets_set_a_new_passphrase_and_fewer_or_wrong_ones_change_nothing() {
    let place = Place::new();
    place.found();
    let make =
        |folder: &str| place.json("steward", &["recovery", "make", "--shares", "5", "--need", "3", "--out", folder]);
    assert_eq!(make("sheets").object()["need"], 3);
    make("sheets").fails(2, &["not empty"]);
    place.json("steward", &["recovery", "make", "--shares", "3", "--need", "4", "--out", "none"]).fails(2, &["4 of 3"]);
    assert!(!place.path("none").exists());
    let text = |n: u8| fs::read_to_string(place.path(&format!("sheets/sheet-{n}.txt"))).unwrap();
    let page = fs::read_to_string(place.path("sheets/sheet-2.html")).unwrap();
    for sheet in [&text(1), &page] {
        assert!(!sheet.to_lowercase().contains("azalai") && !sheet.contains("River road"), "{sheet}");
    }
    assert!(page.contains("dir=\"rtl\"") && text(4).contains("Sheet 4 of 5 · any 3 together open"));
    let words = |n: u8| {
        let text = text(n);
        let lines = text.lines().filter(|line| line.trim().starts_with(|c: char| c.is_ascii_digit()));
        lines.filter_map(|line| line.split_whitespace().nth(1)).map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(words(3).split(' ').count(), 22);
    let open = |arguments: &[&str], new: &str| {
        let mut command = place.command_json("steward", &[&["recovery", "open"], arguments].concat());
        command.env("AZALAI_NEW_PASSPHRASE", new).env("AZALAI_PASSPHRASE", "forgotten");
        ran(command)
    };
    let slots = fs::read(place.path("steward/slots")).unwrap();
    open(&["sheets/sheet-1.txt", "sheets/sheet-5.txt"], SECOND).fails(1, &["2 sheets", "3 of the 5", "1 more"]);
    open(&["sheets/sheet-1.txt", "sheets/sheet-5.txt", "sheets/sheet-1.txt"], SECOND)
        .fails(1, &["sheet-1.txt", "given twice"]);
    let typo = text(5).replacen(words(5).split(' ').nth(3).unwrap(), "camle", 1);
    fs::write(place.path("typo.txt"), typo).unwrap();
    open(&["sheets/sheet-1.txt", "sheets/sheet-2.txt", "typo.txt"], SECOND).fails(1, &["typo.txt", "word 4", "camle"]);
    let mut swapped: Vec<String> = words(2).split(' ').map(str::to_owned).collect();
    swapped.swap(6, 7);
    open(&["--words", &words(1), "--words", &swapped.join(" ")], SECOND).fails(1, &["sheet 2", "check"]);
    assert_eq!(fs::read(place.path("steward/slots")).unwrap(), slots, "something was changed");
    // Three of them, one typed.
    open(&["sheets/sheet-4.txt", "sheets/sheet-2.txt", "--words", &words(5).to_uppercase()], SECOND).object();
    with(&place, "steward", SECOND, &["members"]).objects();
    with(&place, "steward", PASSPHRASE, &["members"]).fails(1, &["wrong passphrase"]);
    open(&["sheets/sheet-1.txt", "sheets/sheet-2.txt", "sheets/sheet-3.txt"], PASSPHRASE).object();
    with(&place, "steward", PASSPHRASE, &["members"]).objects();
    // A newer set ends the older, and neither opens another home.
    make("newer").object();
    open(&["sheets/sheet-1.txt", "sheets/sheet-2.txt", "newer/sheet-3.txt"], SECOND)
        .fails(1, &["newer/sheet-3.txt", "two sets"]);
    open(&["sheets/sheet-1.txt", "sheets/sheet-2.txt", "sheets/sheet-3.txt"], SECOND)
        .fails(1, &["open nothing in this home"]);
    open(&["newer/sheet-1.txt", "newer/sheet-2.txt", "newer/sheet-3.txt"], PASSPHRASE).object();
}
