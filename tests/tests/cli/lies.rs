//! Storage that lies: each file of a home damaged in each way. What was unsent is there, the damage is told, and what
//! others hold comes back.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Place;

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lie {
    Zeroed,
    HalfZeroed,
    CutInHalf,
    Emptied,
    Garbage,
    HalfGarbage,
    Gone,
}

const LIES: [Lie; 7] =
    [Lie::Zeroed, Lie::HalfZeroed, Lie::CutInHalf, Lie::Emptied, Lie::Garbage, Lie::HalfGarbage, Lie::Gone];

fn tell(lie: Lie, path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let half = bytes.len() / 2;
    match lie {
        Lie::Zeroed => bytes.fill(0),
        Lie::HalfZeroed => bytes[half..].fill(0),
        Lie::CutInHalf => bytes.truncate(half),
        Lie::Emptied => bytes.clear(),
        Lie::Garbage => bytes.iter_mut().enumerate().for_each(|(at, byte)| *byte ^= (at * 37 + 91) as u8),
        Lie::HalfGarbage => {
            bytes[half..].iter_mut().enumerate().for_each(|(at, byte)| *byte ^= (at * 53 + 17) as u8);
        }
        Lie::Gone => return fs::remove_file(path).unwrap(),
    }
    fs::write(path, bytes).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() { copy(&entry.path(), &to) } else { drop(fs::copy(entry.path(), to)) }
    }
}

/// The files of the databases whose names begin so, and small files by their name. Which side of a home is in use cannot
/// be told from outside: both are damaged.
fn files(home: &Path, name: &str) -> Vec<PathBuf> {
    if name.starts_with("slots") {
        return vec![home.join(name)];
    }
    let on = |side: PathBuf| match name.strip_prefix("db/") {
        None => vec![side.join(name)],
        Some(start) => {
            let entries = fs::read_dir(side.join("store/db")).unwrap().map(|entry| entry.unwrap().path());
            let fits =
                |path: &PathBuf| path.is_file() && path.file_name().unwrap().to_str().unwrap().starts_with(start);
            entries.filter(fits).collect()
        }
    };
    ["one", "two"].into_iter().flat_map(|side| on(home.join(side))).collect()
}

fn texts(listed: &[Value]) -> Vec<&str> {
    let mut texts: Vec<&str> = listed.iter().map(|report| report["text"].as_str().unwrap()).collect();
    texts.sort_unstable();
    texts
}

/// Guards against a damaged file that takes an unsent report with it, is passed over in silence, or makes a device
/// contradict itself afterwards.
#[test]
fn whatever_file_lies_the_unsent_report_is_there_and_the_damage_is_told() {
    let place = Place::new();
    place.found();
    place.join("monitor", "gao", "swift");
    place.join("coordinator", "gao", "heron");
    place.report("swift", "first");
    for home in ["swift", "heron"] {
        place.hand_over(home, "steward");
    }
    place.json("steward", &["admit"]);
    place.hand_over("steward", "heron");
    place.hand_over("steward", "swift");
    place.report("swift", "unsent");
    // The database is told by its own mark; a journal that is lost while the database is whole loses nothing.
    // Slots and keyring have a second copy, of which either is enough.
    let copied = ["slots", "slots-2", "keyring", "keyring-2"];
    for name in ["db/db", "db/conf", "db/snap", "store/mark", "journal"].into_iter().chain(copied) {
        for lie in LIES {
            let home = format!("{}-{lie:?}", name.replace('/', "-"));
            copy(&place.path("swift"), &place.path(&home));
            let damaged = files(&place.path(&home), name);
            if damaged.is_empty() {
                continue;
            }
            damaged.iter().for_each(|path| tell(lie, path));
            let first = place.json(&home, &["reports"]);
            assert!(!first.err.contains("panicked"), "{home}: {}", first.err);
            assert_eq!(texts(&first.objects()), ["first", "unsent"], "{home}: {}", first.err);
            let doctor = place.json(&home, &["doctor"]);
            assert!(!doctor.err.contains("panicked"), "{home}: {}", doctor.err);
            // Most of a database cannot be damaged without a word.
            if name == "db/db" && lie != Lie::HalfZeroed && lie != Lie::CutInHalf && lie != Lie::HalfGarbage {
                assert!(first.err.contains("damaged"), "{home}: nothing was said: {}", first.err);
            }
            if copied.contains(&name) {
                let mended = files(&place.path(&home), name);
                let now: Vec<Vec<u8>> = mended.iter().map(|path| fs::read(path).unwrap_or_default()).collect();
                let other = name.strip_suffix("-2").map_or_else(|| format!("{name}-2"), str::to_owned);
                let copies: Vec<Vec<u8>> =
                    files(&place.path(&home), &other).iter().map(|path| fs::read(path).unwrap()).collect();
                assert!(now.iter().zip(&copies).any(|(one, two)| one == two), "{home}: {name} was not mended");
            }
            // It goes on: it writes, and what it writes arrives beside all it ever said.
            place.report(&home, "afterwards");
            place.hand_over("steward", &home);
            // Each copy tells a story of its own, to a heron of its own.
            let heron = format!("heron-of-{home}");
            copy(&place.path("heron"), &place.path(&heron));
            place.hand_over(&home, &heron);
            let there = place.json(&heron, &["reports"]).objects();
            let found = texts(&there);
            assert!(found.contains(&"unsent") && found.contains(&"afterwards"), "{home}: {found:?}");
            assert_eq!(place.json(&home, &["reports"]).objects().len(), 3, "{home}");
        }
    }
}

/// Guards against a home with both copies of the passphrase file damaged that says nothing but "wrong passphrase".
#[test]
fn where_no_copy_of_the_passphrase_file_opens_it_is_said_and_nothing_is_changed() {
    let place = Place::new();
    place.found();
    place.json("steward", &["members"]).objects();
    let good = fs::read(place.path("steward/slots")).unwrap();
    // A half that is left may hold the slot that opens.
    for lie in [Lie::Zeroed, Lie::CutInHalf, Lie::Emptied, Lie::Garbage, Lie::Gone] {
        for name in ["slots", "slots-2"] {
            fs::write(place.path("steward").join(name), &good).unwrap();
            tell(lie, &place.path("steward").join(name));
        }
        let failed = place.json("steward", &["members"]);
        assert_eq!((failed.status, failed.out.as_str()), (1, ""), "{lie:?}: {}", failed.err);
        assert!(!failed.err.contains("panicked"), "{lie:?}: {}", failed.err);
    }
    // One of them cut short and the other with damage within: they differ, and that is said.
    let mut within = good.clone();
    within[25..].iter_mut().for_each(|byte| *byte ^= 0x5a);
    fs::write(place.path("steward/slots"), &within).unwrap();
    within[30] ^= 1;
    fs::write(place.path("steward/slots-2"), &within).unwrap();
    place.json("steward", &["members"]).fails(1, &["two copies of the passphrase file differ", "recovery sheet"]);
    assert_eq!(fs::read(place.path("steward/slots-2")).unwrap(), within);
    fs::write(place.path("steward/slots"), &good).unwrap();
    place.json("steward", &["members"]).objects();
    assert_eq!(fs::read(place.path("steward/slots-2")).unwrap(), good);
}
