//! Promise 4 on a disk that becomes full: what is there stays whole and can be read and taken along, nothing is taken
//! for damage, and whoever wants to write is told why not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::print_stdout, reason = "a test that cannot run here says so; `cargo xtask test` reads it")]

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use azalai_model::Tlp;
use azalai_node::NodeError;
use azalai_store::StoreError;
use azalai_testkit::Community;
use azalai_tests::program::{Place, names, ran};
use futures_lite::future::block_on;

/// A file system of its own in memory, unmounted when dropped.
struct Small(PathBuf);

impl Small {
    /// Mounts one of so many MiB. Says why not, if the machine does not allow it.
    fn mounted(at: PathBuf, mib: u32) -> Result<Self, String> {
        fs::create_dir_all(&at).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={mib}m"), "none"]).arg(&at);
        match mount.output() {
            Err(error) => Err(format!("mount: {error}")),
            Ok(output) if !output.status.success() => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Ok(_) => Ok(Self(at)),
        }
    }

    fn fill(&self) {
        let mut file = fs::File::create(self.0.join("filler")).unwrap();
        for block in [64 * 1024, 1024, 1] {
            while file.write_all(&vec![7; block]).is_ok() {}
        }
    }

    fn make_room(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }

    fn remount(&self, how: &str) {
        let status = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(&self.0).status().unwrap();
        assert!(status.success(), "remount {how}");
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

/// A monitor's home on a small disk, with two reports that nobody has yet; the steward's home is beside the disk.
fn monitor_on(mib: u32, test: &str) -> Option<(Place, Small)> {
    let place = Place::new();
    let small = match Small::mounted(place.path("small"), mib) {
        Ok(small) => small,
        Err(why) => {
            println!("not run: {test}: {why}");
            return None;
        }
    };
    place.found();
    place.join("monitor", "ansongo", "swift");
    let moved = ran({
        let mut cp = Command::new("cp");
        cp.arg("-a").arg(place.path("swift")).arg(small.0.join("swift"));
        cp
    });
    assert_eq!(moved.status, 0, "{}", moved.err);
    place.report(HOME, "The first report");
    place.report(HOME, "The second report");
    Some((place, small))
}

const HOME: &str = "small/swift";

/// The databases of both sides of the home: which of them is in use cannot be told from outside.
fn stores_of(place: &Place) -> [PathBuf; 2] {
    ["one", "two"].map(|side| place.path(HOME).join(side).join("store"))
}

fn names_of(place: &Place) -> Vec<String> {
    stores_of(place).iter().flat_map(|store| names(store)).collect()
}

fn texts(place: &Place, home: &str) -> Vec<String> {
    let reports = place.json(home, &["reports"]).objects();
    let mut texts: Vec<String> = reports.iter().map(|it| it["text"].as_str().unwrap().to_owned()).collect();
    texts.sort();
    texts
}

fn rescued(place: &Place) -> bool {
    let found = names_of(place);
    found.iter().any(|name| name.starts_with("damaged") || ["copy", "attempt", "rebuilt"].contains(&name.as_str()))
}

const BOTH: [&str; 2] = ["The first report", "The second report"];

/// Guards against a home that cannot be opened, or is taken for a damaged one, because its disk is full.
#[test]
fn a_home_on_a_full_disk_can_be_read_and_left_and_nothing_is_written() {
    let Some((place, small)) = monitor_on(12, "a home on a full disk") else { return };
    small.fill();
    // More than once: what one opening needs must not be missing at the next.
    for _ in 0..3 {
        assert_eq!(texts(&place, HOME), BOTH);
    }
    let read = place.json(HOME, &["reports"]);
    assert!(read.err.contains("the disk is full"), "{}", read.err);
    place.json(HOME, &["status"]).object();
    place.json(HOME, &["members"]).objects();
    let write = ["report", "--category", "road-ambush", "--text", "The third", "--when", "today"];
    place.json(HOME, &write).fails(1, &["no space is left on the device; nothing saved earlier is lost"]);
    place.json(HOME, &["bundle", "export", "--out", "away.bundle"]).object();
    assert!(!rescued(&place), "{:?}", names_of(&place));
    // What was taken along says all: another device reads it.
    place.json("steward", &["bundle", "import", "away.bundle"]).object();
    place.json("steward", &["admit"]).objects();
    small.make_room();
    let after = place.json(HOME, &["reports"]);
    assert!(!after.err.contains("disk is full"), "{}", after.err);
    assert_eq!(texts(&place, HOME), BOTH);
    place.report(HOME, "The third report");
    assert_eq!(texts(&place, HOME).len(), 3);
    assert_eq!(place.json(HOME, &["doctor"]).status, 0);
    assert!(!rescued(&place), "{:?}", names_of(&place));
}

/// Guards against loss where the disk becomes full in the middle of work: all that was said to be saved is there.
#[test]
fn what_was_saved_while_a_disk_became_full_is_there_when_there_is_room() {
    let Some((place, small)) = monitor_on(12, "a disk that becomes full at work") else { return };
    small.fill();
    fs::OpenOptions::new().write(true).open(small.0.join("filler")).unwrap().set_len(9_500_000).unwrap();
    let (mut saved, mut refused) = (2, false);
    for n in 0..400 {
        let text = format!("Report {n}: {}", "on the road ".repeat(80));
        let ran = place.json(HOME, &["report", "--category", "road-ambush", "--text", &text, "--when", "today"]);
        match ran.status {
            0 => saved += 1,
            _ => {
                assert!(ran.err.contains("no space is left"), "{}", ran.err);
                refused = true;
                break;
            }
        }
        if n == 3 {
            small.fill();
        }
    }
    assert!(refused, "the disk never became full");
    assert_eq!(place.json(HOME, &["reports"]).status, 0);
    small.make_room();
    assert_eq!(texts(&place, HOME).len(), saved);
    assert!(!rescued(&place), "{:?}", names_of(&place));
}

/// Guards against a rescue that begins without room for it: it must leave everything as it was, and say what it needs.
#[test]
fn a_damaged_database_on_a_full_disk_waits_for_room() {
    let Some((place, small)) = monitor_on(12, "a rescue on a full disk") else { return };
    for store in stores_of(&place) {
        fs::write(store.join("db/conf"), b"nothing that sled wrote").unwrap();
    }
    small.fill();
    let before = names_of(&place);
    let refused = place.json(HOME, &["reports"]);
    refused.fails(1, &["is damaged", "MiB of free space", "left as it is"]);
    let left: Vec<String> = names_of(&place).into_iter().filter(|name| name != "reserve").collect();
    assert_eq!(left, before.into_iter().filter(|name| name != "reserve").collect::<Vec<_>>());
    small.make_room();
    let opened = place.json(HOME, &["reports"]);
    assert!(opened.err.contains("Nothing was lost"), "{}", opened.err);
    assert_eq!(opened.objects().len(), 2);
    assert!(!rescued(&place), "nothing was lost, and the old database is kept: {:?}", names_of(&place));
}

/// Guards against a card with its switch on "lock" that is taken for a damaged one, or from which nothing can be had.
#[test]
fn a_home_on_a_disk_that_can_only_be_read_can_be_read_and_left() {
    let Some((place, small)) = monitor_on(12, "a disk that can only be read") else { return };
    small.remount("ro");
    for _ in 0..2 {
        assert_eq!(texts(&place, HOME), BOTH);
    }
    let read = place.json(HOME, &["reports"]);
    assert!(read.err.contains("the disk can only be read"), "{}", read.err);
    place.json(HOME, &["status"]).object();
    place.json(HOME, &["members"]).objects();
    let write = ["report", "--category", "road-ambush", "--text", "The third", "--when", "today"];
    place.json(HOME, &write).fails(1, &["the disk can only be read", "nothing saved earlier is lost"]);
    place.json(HOME, &["bundle", "export", "--out", "away.bundle"]).object();
    place.json("steward", &["bundle", "import", "away.bundle"]).object();
    place.json("steward", &["admit"]).objects();
    small.remount("rw");
    assert_eq!(texts(&place, HOME), BOTH);
    place.report(HOME, "The third report");
    assert!(!rescued(&place), "{:?}", names_of(&place));
}

/// A relay on a small disk that holds what the steward and a monitor brought.
fn relay_on(mib: u32, test: &str) -> Option<(Place, Small)> {
    let (place, small) = monitor_on(mib, test)?;
    place.certify_relay();
    let moved = ran({
        let mut cp = Command::new("cp");
        cp.arg("-a").arg(place.path("relay")).arg(small.0.join("relay"));
        cp
    });
    assert_eq!(moved.status, 0, "{}", moved.err);
    let relay = place.listens(&RELAY);
    place.json("steward", &["sync", "--relay", &relay.url]).object();
    assert!(relay.stop("-TERM").success());
    Some((place, small))
}

const RELAY: [&str; 7] = ["relay", "--home", "small/relay", "--listen", "127.0.0.1:0", "--admit", "town.cert"];

/// A relay that takes nothing gives out what it has, and whoever brings something is told and keeps it.
fn gives_and_does_not_take(place: &Place, relay: &str) {
    place.join("coordinator", "ansongo", "heron");
    // It brings its claim, and fetches what the steward said, all in one exchange.
    let ran = place.json("heron", &["sync", "--relay", relay]);
    let object = ran.object();
    assert!(object["received"].as_u64().unwrap() > 0, "{object} {}", ran.err);
    assert_eq!(object["sent"].as_u64(), Some(0), "{object}");
    assert!(
        object["refused"].as_u64().unwrap() > 0 && ran.err.contains("the other side is full"),
        "{object} {}",
        ran.err
    );
    assert!(object["full"].as_bool().unwrap());
}

/// Guards against a relay that does not start on a full disk, or starts and answers nobody, or loses what it has.
#[test]
fn a_relay_that_starts_on_a_full_disk_gives_out_what_it_has() {
    let Some((place, small)) = relay_on(20, "a relay on a full disk") else { return };
    small.fill();
    for _ in 0..2 {
        let relay = place.listens(&RELAY);
        gives_and_does_not_take(&place, &relay.url);
        assert!(relay.stop("-TERM").success());
        fs::remove_dir_all(place.path("heron")).unwrap();
    }
    small.make_room();
    let relay = place.listens(&RELAY);
    place.join("coordinator", "ansongo", "heron");
    let object = place.json("heron", &["sync", "--relay", &relay.url]).object();
    assert!(object["sent"].as_u64().unwrap() > 0, "{object}");
    assert!(relay.stop("-TERM").success());
}

/// Guards against a relay whose card can only be read that says nothing, or serves nothing.
#[test]
fn a_relay_on_a_disk_that_can_only_be_read_gives_out_what_it_has() {
    let Some((place, small)) = relay_on(20, "a relay on a disk that can only be read") else { return };
    small.remount("ro");
    let relay = place.listens(&RELAY);
    gives_and_does_not_take(&place, &relay.url);
    assert!(relay.stop("-TERM").success());
    // One that was never made has nothing to give.
    place.run(&["relay", "--home", "small/other", "--listen", "127.0.0.1:0"]).fails(1, &["the disk can only be read"]);
    small.remount("rw");
    let relay = place.listens(&RELAY);
    let object = place.json("heron", &["sync", "--relay", &relay.url]).object();
    assert!(object["sent"].as_u64().unwrap() > 0, "{object}");
    assert!(relay.stop("-TERM").success());
}

fn is_full(result: Result<impl Sized, NodeError>) -> bool {
    matches!(result, Err(NodeError::Store(StoreError::Full { .. })))
}

/// The same in memory, where no kernel can forbid it. Guards against reports that are lost, said twice or kept from
/// leaving while a device's database takes no writes, also those of which only the journal knows.
#[test]
fn a_device_whose_database_takes_no_writes_reads_and_leaves() {
    let mut c = Community::of(&["stork", "swift"]);
    c.settle();
    c.report("swift", "Long there", Tlp::Amber).unwrap();
    c.settle();
    c.report("swift", "Saved last", Tlp::Amber).unwrap();
    // The database is a step behind the journal, as after a crash.
    c.who("swift").crash_and(|store, _| store.fill()).unwrap();
    let waiting = c.who("swift").node.open_report().waiting_for_room;
    assert!(is_full(c.report("swift", "Too late", Tlp::Amber)));
    let now_ms = c.now_ms;
    let (bundle, _) = block_on(c.who("swift").node.export_bundle(now_ms)).unwrap();
    block_on(c.who("stork").node.import_bundle(&bundle)).unwrap();
    let texts = |c: &mut Community, name: &str| {
        let views = block_on(c.who(name).node.reports()).unwrap();
        let mut texts: Vec<String> = views.into_iter().map(|view| view.row.fields.narrative).collect();
        texts.sort();
        texts
    };
    assert_eq!(texts(&mut c, "stork"), ["Long there", "Saved last"]);
    assert_eq!(texts(&mut c, "swift").len() + waiting, 2);
    assert_eq!(waiting, 1, "the test shows nothing of the journal");
    c.who("swift").crash();
    assert_eq!(texts(&mut c, "swift"), ["Long there", "Saved last"]);
    c.settle();
    assert_eq!(texts(&mut c, "stork"), ["Long there", "Saved last"]);
}
