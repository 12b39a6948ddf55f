//! What a crash, a second process and a damaged file do to a store in a folder.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use azalai_store::{Batch, Opened, SledStore, Space, Store, StoreError};
use futures_lite::future::block_on;

const SPACE: Space = Space(7);

fn put(store: &SledStore, key: &[u8], value: &[u8]) {
    let mut batch = Batch::new();
    batch.put(SPACE, key, value);
    block_on(store.apply(batch)).unwrap();
}

fn value(n: u32) -> Vec<u8> {
    n.to_be_bytes().repeat(if n.is_multiple_of(50) { 3000 } else { 100 })
}

fn count(store: &SledStore) -> usize {
    let (mut found, mut after) = (0, None);
    loop {
        let page = block_on(store.scan(SPACE, after.as_ref(), 100)).unwrap();
        for (key, stored) in &page.items {
            assert!(*stored == value(u32::from_be_bytes(key[..4].try_into().unwrap())), "a value came back changed");
        }
        found += page.items.len();
        match page.next {
            Some(next) => after = Some(next),
            None => return found,
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Guards against two processes that write into one another's database.
#[test]
fn a_folder_that_is_open_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let first = SledStore::open(folder.path()).unwrap();
    match SledStore::open(folder.path()) {
        Err(StoreError::InUse { what }) => assert!(what.contains(&folder.path().display().to_string())),
        other => panic!("opened twice: {other:?}"),
    }
    drop(first);
    SledStore::open(folder.path()).unwrap();
}

/// Guards against an acknowledged write that is only in memory: the files are taken from under the open store.
#[test]
fn what_was_acknowledged_is_in_the_files() {
    let (folder, crashed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = SledStore::open(folder.path()).unwrap().store;
    for n in 0..300_u32 {
        put(&store, &n.to_be_bytes(), &value(n));
        if n % 60 == 59 {
            let _ = fs::remove_dir_all(crashed.path());
            copy(folder.path(), crashed.path());
            let Opened { store, recovery } = SledStore::open(crashed.path()).unwrap();
            assert_eq!(recovery, None);
            assert_eq!(count(&store), n as usize + 1, "after {n}");
        }
    }
}

/// Guards against a page so large that sled puts it into a file that it never syncs.
#[test]
fn sled_never_makes_a_file_of_its_own_for_a_value() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap().store;
    let mut batch = Batch::new();
    for n in 0..2000_u32 {
        batch.put(SPACE, n.to_be_bytes(), vec![3; 4096]);
    }
    batch.put(SPACE, b"large", vec![4; 2_000_000]);
    block_on(store.apply(batch)).unwrap();
    for n in 0..200_u32 {
        put(&store, &[&[9; 251][..], &n.to_be_bytes()].concat(), &[5; 4096]);
    }
    assert_eq!(fs::read_dir(folder.path().join("db/blobs")).unwrap().count(), 0);
}

/// Guards against a batch of which a crash leaves a part: the log is cut at many places, as a power failure may.
#[test]
fn a_torn_batch_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap().store;
    for round in 0..30_u32 {
        let mut batch = Batch::new();
        for n in 0..10_u32 {
            batch.put(Space(n as u8), b"k", round.to_be_bytes());
        }
        block_on(store.apply(batch)).unwrap();
    }
    let whole = fs::read(folder.path().join("db/db")).unwrap();
    let used = whole.iter().rposition(|byte| *byte != 0).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for cut in (used / 3..used).step_by((used / 40) | 1) {
        let crashed = tempfile::tempdir().unwrap();
        copy(folder.path(), crashed.path());
        let mut torn = whole.clone();
        torn[cut..].fill(0);
        fs::write(crashed.path().join("db/db"), torn).unwrap();
        // Without the mark sled's own reading of its log is what counts, with it the rescue of what is left.
        if cut.is_multiple_of(2) {
            fs::remove_file(crashed.path().join("mark")).unwrap();
        }
        let store = SledStore::open(crashed.path()).unwrap().store;
        let values: std::collections::BTreeSet<_> =
            (0..10_u8).map(|n| block_on(store.get(Space(n), b"k")).unwrap()).collect();
        assert_eq!(values.len(), 1, "cut at {cut} of {used}: half of a batch is there");
        seen.extend(values);
    }
    assert!(seen.len() > 10, "the cuts hit too few batches to prove anything: {seen:?}");
}

/// Guards against writers that wait for one another's sync one by one, and against answers that get mixed up.
#[test]
fn many_writers_at_once_are_all_answered() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SledStore::open(folder.path()).unwrap().store);
    let writers: Vec<_> = (0..8_u32)
        .map(|writer| {
            let store = store.clone();
            std::thread::spawn(move || {
                for n in 0..50 {
                    let n = writer * 50 + n;
                    put(&store, &n.to_be_bytes(), &value(n));
                    assert!(block_on(store.get(SPACE, &n.to_be_bytes())).unwrap() == Some(value(n)));
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    assert_eq!(count(&store), 400);
}

/// Guards against a damaged database that ends the program, is overwritten, or is passed over in silence.
#[test]
fn a_damaged_database_is_set_aside_and_what_can_be_read_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap().store;
    for n in 0..200_u32 {
        put(&store, &n.to_be_bytes(), &value(n));
    }
    drop(store);
    for name in ["db", "conf", "snap"] {
        let damaged = tempfile::tempdir().unwrap();
        copy(folder.path(), damaged.path());
        for entry in fs::read_dir(damaged.path().join("db")).unwrap().map(Result::unwrap) {
            if entry.file_name().to_string_lossy().starts_with(name) {
                let mut bytes = fs::read(entry.path()).unwrap();
                let middle = bytes.len() / 2;
                bytes[..middle].iter_mut().for_each(|byte| *byte ^= 0x5a);
                fs::write(entry.path(), bytes).unwrap();
            }
        }
        let Opened { store, recovery } = SledStore::open(damaged.path()).unwrap();
        let found = count(&store);
        match &recovery {
            Some(recovery) => {
                if let Some(old) = &recovery.set_aside {
                    assert!(old.join("db").exists(), "{name}");
                } else {
                    assert_eq!(found, 200, "{name}: something was lost, and the old database is gone");
                }
                assert!(recovery.salvaged as usize >= found);
                assert!(found == 200 || recovery.groups_lost > 0 || recovery.damage_met, "{name}: {recovery:?}");
            }
            None => assert_eq!(found, 200, "{name}: items were lost and nothing was said"),
        }
        if name != "db" {
            assert_eq!(found, 200, "{name}: the log was whole, and not all of it was salvaged");
        }
        put(&store, b"\xff\xff\xff\xffafterwards", b"");
        drop(store);
        assert_eq!(SledStore::open(damaged.path()).unwrap().recovery, None);
    }
}

/// Guards against a restored backup, or a database that lost its end, that passes for the one that was written last.
#[test]
fn a_database_is_told_from_its_copies_and_from_what_is_rescued_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, backup) = (folder.path().join("mine"), folder.path().join("backup"));
    let identity = |folder: &Path| SledStore::open(folder).unwrap().store.identity().unwrap();
    let first = identity(&mine);
    let store = SledStore::open(&mine).unwrap().store;
    put(&store, b"key", b"value");
    drop(store);
    assert_eq!(identity(&mine), first, "it changes by being written to");
    copy(&mine, &backup);
    fs::rename(&mine, folder.path().join("moved")).unwrap();
    assert_eq!(identity(&folder.path().join("moved")), first, "it changes by being moved");
    assert_ne!(identity(&backup), first, "a copy passes for it");
    // In place: the same files, other content.
    let moved = folder.path().join("moved/db/conf");
    fs::write(&moved, fs::read(&moved).unwrap()).unwrap();
    assert_ne!(identity(&folder.path().join("moved")), first, "a restore in place passes for it");
    let before = identity(&backup);
    let rescued = SledStore::rebuild(&backup).unwrap().store.identity().unwrap();
    assert_ne!(rescued, before, "what is rescued passes for the whole");
    assert_eq!(rescued, identity(&backup), "it changes by being opened");
}

fn stage(store: &SledStore, n: u32) {
    let mut batch = Batch::new();
    batch.put(SPACE, n.to_be_bytes(), value(n));
    block_on(store.stage(batch)).unwrap();
}

/// Guards against a store that was closed in order and yet forgets what it had shown.
#[test]
fn what_was_staged_is_there_after_closing() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap().store;
    (0..10).for_each(|n| stage(&store, n));
    assert_eq!(count(&store), 10);
    drop(store);
    let Opened { store, recovery } = SledStore::open(folder.path()).unwrap();
    assert!(recovery.is_none());
    assert_eq!(count(&store), 10);
}

/// Guards against a crash that takes acknowledged batches along with staged ones, leaves a staged one in the middle
/// out, or has the database taken for a damaged one because staged groups are missing.
#[test]
fn a_crash_takes_at_most_what_was_staged_last() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap().store;
    (0..10).for_each(|n| stage(&store, n));
    put(&store, &10_u32.to_be_bytes(), &value(10));
    (11..20).for_each(|n| stage(&store, n));
    let left = folder.path().join("left");
    copy(&folder.path().join("db"), &left.join("db"));
    fs::copy(folder.path().join("mark"), left.join("mark")).unwrap();
    let Opened { store, recovery } = SledStore::open(&left).unwrap();
    assert!(recovery.is_none());
    let found = u32::try_from(count(&store)).unwrap();
    assert!((11..=20).contains(&found), "{found}");
    assert!((0..found).all(|n| block_on(store.get(SPACE, &n.to_be_bytes())).unwrap().is_some()));
}

/// Guards against a device that says much without an exchange and then has to make all of it again after a crash.
#[test]
fn no_more_than_a_limit_is_staged_without_a_sync() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap().store;
    let many = u32::try_from(azalai_store::limits::STAGED_MAX_BATCHES).unwrap();
    (0..many).for_each(|n| stage(&store, n));
    let left = folder.path().join("left");
    copy(&folder.path().join("db"), &left.join("db"));
    let store = SledStore::open(&left).unwrap().store;
    assert_eq!(count(&store), many as usize);
}

/// Guards against a snapshot that sled could not finish, for want of room or because it was killed, which is taken for
/// a damaged database.
#[test]
fn an_unfinished_snapshot_is_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap().store;
    (0..50_u32).for_each(|n| put(&store, &n.to_be_bytes(), &value(n)));
    drop(store);
    for torn in [&b""[..], b"half of it"] {
        fs::write(folder.path().join("db/snap.7FFFFFFFFFFFFFFF.generating"), torn).unwrap();
        let Opened { store, recovery } = SledStore::open(folder.path()).unwrap();
        assert_eq!(recovery, None);
        assert_eq!(count(&store), 50);
    }
}

/// Guards against a copy of the whole database that stays on a small disk for ever after a rescue that lost nothing,
/// and against one that is removed although something is missing.
#[test]
fn the_old_database_goes_only_when_the_new_one_holds_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap().store;
    (0..50_u32).for_each(|n| put(&store, &n.to_be_bytes(), &value(n)));
    drop(store);
    let settings = folder.path().join("db/conf");
    fs::write(&settings, b"nothing that sled wrote").unwrap();
    let Opened { store, recovery } = SledStore::open(folder.path()).unwrap();
    assert_eq!(recovery.unwrap().set_aside, None);
    assert_eq!(count(&store), 50);
    drop(store);
    assert!(!folder.path().join("damaged-1").exists());
    // Without the mark nobody knows how much there was.
    fs::write(&settings, b"nothing that sled wrote").unwrap();
    fs::remove_file(folder.path().join("mark")).unwrap();
    let Opened { store, recovery } = SledStore::open(folder.path()).unwrap();
    assert_eq!(recovery.unwrap().set_aside, Some(folder.path().join("damaged-1")));
    assert_eq!(count(&store), 50);
}
