//! A vault keeps its secrets and forgets what it is told to, also when it is interrupted at any write.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Arc;

use azalai_store::{
    Batch, Fault, FaultWhen, FolderDisk, Keys, MemoryDisk, MemoryStore, ProfileKey, SledStore, Space, Store,
    StoreError, Vault,
};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

const SPACE: Space = Space(3);

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn profile() -> ProfileKey {
    ProfileKey::random(&mut rng(1))
}

fn created(store: &MemoryStore, disk: &MemoryDisk) -> Vault<MemoryStore, MemoryDisk> {
    let keys = block_on(Keys::create(disk.clone(), profile(), &mut rng(2))).unwrap();
    block_on(Vault::unlock(store.clone(), Arc::new(keys))).unwrap()
}

fn opened(store: &MemoryStore, disk: &MemoryDisk) -> Vault<MemoryStore, MemoryDisk> {
    let keys = block_on(Keys::open(disk.clone(), profile(), &mut rng(3))).unwrap();
    block_on(Vault::unlock(store.clone(), Arc::new(keys))).unwrap()
}

fn key(n: u32) -> Vec<u8> {
    format!("key of {n}").into_bytes()
}

/// Enough items that a segment has several.
const ITEMS: u32 = 3000;

fn filled() -> (MemoryStore, MemoryDisk) {
    let (store, disk) = (MemoryStore::new(), MemoryDisk::new());
    let vault = created(&store, &disk);
    let mut batch = Batch::new();
    for n in 0..ITEMS {
        batch.put(Space(n as u8 % 4), key(n), n.to_be_bytes());
    }
    block_on(vault.apply(batch)).unwrap();
    (store, disk)
}

/// The items that are looked at: all of the space that is forgotten from, some of the others.
fn looked_at() -> impl Iterator<Item = u32> {
    (0..ITEMS).filter(|n| n % 4 == 3 || n % 8 == 0)
}

/// What of them can be read; panics on one that reads as something else.
fn readable(vault: &Vault<MemoryStore, MemoryDisk>) -> BTreeMap<u32, bool> {
    looked_at()
        .filter_map(|n| match block_on(vault.get(Space(n as u8 % 4), &key(n))) {
            Ok(Some(value)) => {
                assert_eq!(value, n.to_be_bytes());
                Some((n, true))
            }
            Ok(None) => None,
            Err(StoreError::Corrupt { .. }) => Some((n, false)),
            Err(error) => panic!("{n}: {error}"),
        })
        .collect()
}

fn forgotten() -> Vec<u32> {
    (0..ITEMS).filter(|n| n % 4 == 3).take(10).collect()
}

fn forget(vault: &Vault<MemoryStore, MemoryDisk>) -> Result<azalai_store::Forgotten, StoreError> {
    let keys: Vec<_> = forgotten().into_iter().map(key).collect();
    block_on(vault.forget(SPACE, &keys))
}

fn assert_forgotten(vault: &Vault<MemoryStore, MemoryDisk>, what: &str) {
    let expected: BTreeMap<u32, bool> = looked_at().filter(|n| !forgotten().contains(n)).map(|n| (n, true)).collect();
    assert!(readable(vault) == expected, "{what}: not exactly the forgotten items are gone");
}

/// Guards against a forgotten item that can be read from an old page of the database by who has the passphrase.
#[test]
fn old_bytes_of_a_forgotten_item_open_with_no_key_that_is_left() {
    let (store, disk) = filled();
    let old_pages = store.crash();
    let done = forget(&opened(&store, &disk)).unwrap();
    assert!(done.resealed > 0, "nothing shared a segment with the forgotten: the test proves nothing");
    assert_eq!(done.damaged, 0);
    assert_forgotten(&opened(&store, &disk), "after reopening");
    let searched = readable(&opened(&old_pages, &disk));
    for n in forgotten() {
        assert!(!searched[&n], "the old bytes of {n} still open");
    }
    let lost = searched.values().filter(|opens| !**opens).count();
    assert!(lost <= forgotten().len() + done.resealed, "other segments got new keys too");
}

/// Guards against a crash that leaves live items under a key that is gone, or forgotten ones under one that is not.
#[test]
fn forgetting_that_is_interrupted_at_any_write_loses_nothing_and_can_be_finished() {
    let (full, keyring) = filled();
    let mut failures = 0;
    for (of_disk, when, after_writes) in [true, false].into_iter().flat_map(|of_disk| {
        [FaultWhen::Before, FaultWhen::After, FaultWhen::Full]
            .into_iter()
            .flat_map(move |when| [0, 1, 2, 3, 5].map(|after| (of_disk, when, after)))
    }) {
        let what = format!("{when:?} at write {after_writes} of the {}", if of_disk { "disk" } else { "store" });
        let (store, disk) = (full.crash(), keyring.crash());
        let vault = opened(&store, &disk);
        let fault = Fault { after_writes, when };
        if of_disk {
            disk.plan(fault)
        } else {
            store.plan(fault)
        }
        if forget(&vault).is_ok() {
            continue;
        }
        failures += 1;
        let (crashed_store, crashed_disk) = (store.crash(), disk.crash());
        // The same process goes on, and a restart does.
        for vault in [vault, opened(&crashed_store, &crashed_disk)] {
            let now = readable(&vault);
            assert!(now.values().all(|opens| *opens), "{what}: an item is locked away");
            assert!(looked_at().all(|n| now.contains_key(&n) || forgotten().contains(&n)), "{what}: an item is gone");
            forget(&vault).unwrap();
            assert_forgotten(&vault, &what);
        }
        for (store, disk) in [(store, disk), (crashed_store, crashed_disk)] {
            assert_forgotten(&opened(&store, &disk), &what);
            let searched = readable(&opened(&full, &disk));
            assert!(forgotten().iter().all(|n| !searched[n]), "{what}: old bytes still open");
        }
    }
    assert!(failures > 12, "only {failures} interruptions were tried");
}

/// Guards against a full device that keeps a person from reading their own items.
#[test]
fn a_vault_opens_although_an_interrupted_forgetting_cannot_be_finished() {
    let (store, disk) = filled();
    let vault = opened(&store, &disk);
    // The keyring and its copy once; the next time they are written fails.
    disk.plan(Fault { after_writes: 2, when: FaultWhen::Before });
    forget(&vault).unwrap_err();
    disk.plan(Fault { after_writes: 0, when: FaultWhen::Full });
    assert_forgotten(&opened(&store, &disk), "on a full disk");
    assert_forgotten(&opened(&store, &disk), "when there is space again");
}

/// Guards against a new item, written while others are sealed again, under a key that is dropped at the end.
#[test]
fn what_is_written_during_forgetting_stays_readable() {
    let (store, disk) = filled();
    let vault = Arc::new(opened(&store, &disk));
    let writer = {
        let vault = vault.clone();
        std::thread::spawn(move || {
            for n in (0..ITEMS).step_by(7).filter(|n| !forgotten().contains(n)) {
                let mut batch = Batch::new();
                batch.put(Space(n as u8 % 4), key(n), n.to_be_bytes());
                block_on(vault.apply(batch)).unwrap();
            }
        })
    };
    for _ in 0..5 {
        forget(&vault).unwrap();
    }
    writer.join().unwrap();
    assert_forgotten(&vault, "in the same process");
    assert_forgotten(&opened(&store, &disk), "after reopening");
}

/// Guards against an item that is moved to another's place, cut or changed, and read as something else.
#[test]
fn a_changed_or_moved_item_is_reported_and_the_scan_goes_on() {
    let (store, disk) = (MemoryStore::new(), MemoryDisk::new());
    let vault = created(&store, &disk);
    let mut batch = Batch::new();
    for n in 0..40 {
        batch.put(SPACE, key(n), key(n));
    }
    block_on(vault.apply(batch)).unwrap();
    let space = (0..=255).map(Space).find(|space| !block_on(store.scan(*space, None, 1)).unwrap().items.is_empty());
    let space = space.unwrap();
    let items = block_on(store.scan(space, None, 100)).unwrap().items;
    let mut batch = Batch::new();
    batch.put(space, items[0].0.clone(), items[1].1.clone());
    batch.put(space, items[2].0.clone(), items[2].1[..20].to_vec());
    batch.put(space, items[3].0.clone(), []);
    for (n, place) in [(4, 1), (5, 30), (6, items[6].1.len() - 1)] {
        let mut changed = items[n].1.clone();
        changed[place] ^= 1;
        batch.put(space, items[n].0.clone(), changed);
    }
    block_on(store.apply(batch)).unwrap();
    let page = block_on(vault.scan(SPACE, None, 100)).unwrap();
    assert_eq!((page.items.len(), page.damaged), (34, 6));
    assert!(page.items.iter().all(|(key, value)| key == value));
    let errors = (0..40).filter(|n| block_on(vault.get(SPACE, &key(*n))).is_err()).count();
    assert_eq!(errors, 6);
}

/// Guards against a keyring that opens with the wrong profile, or damaged, or is overwritten by a new one.
#[test]
fn a_wrong_or_damaged_keyring_is_refused() {
    let (_, disk) = (created(&MemoryStore::new(), &MemoryDisk::new()), MemoryDisk::new());
    let open = |disk: &MemoryDisk, key| block_on(Keys::open(disk.clone(), key, &mut rng(9))).map(|_| ());
    assert!(matches!(open(&disk, profile()), Err(StoreError::Missing { .. })));
    created(&MemoryStore::new(), &disk);
    assert!(matches!(open(&disk, ProfileKey::random(&mut rng(8))), Err(StoreError::Corrupt { .. })));
    let again = block_on(Keys::create(disk.clone(), profile(), &mut rng(9)));
    assert!(matches!(again, Err(StoreError::Exists { .. })));
    use azalai_store::Disk;
    let good = block_on(disk.read("keyring")).unwrap().unwrap();
    assert_eq!(good.len(), 1 + 24 + (1 + 4 * 32 + 256 + 2048 * 32) + 16, "the file has changed its size");
    let put = |name: &str, bytes: &[u8]| block_on(disk.write_atomic(name, bytes)).unwrap();
    let both = |bytes: &[u8]| ["keyring", "keyring-2"].into_iter().for_each(|name| put(name, bytes));
    let mut bad: Vec<Vec<u8>> = [0, 1, 30, good.len() - 1].iter().map(|cut| good[..*cut].to_vec()).collect();
    for place in [1, 24, 25, 40_000, good.len() - 1] {
        bad.push(good.clone());
        bad.last_mut().unwrap()[place] ^= 0x10;
    }
    for bad in bad {
        // One damaged file locks nobody out, and is mended.
        for name in ["keyring", "keyring-2"] {
            put(name, &bad);
            assert_eq!(open(&disk, profile()), Ok(()), "{name} of {} bytes", bad.len());
            assert_eq!(block_on(disk.read(name)).unwrap().unwrap(), good, "{name}");
        }
        both(&bad);
        assert!(matches!(open(&disk, profile()), Err(StoreError::Corrupt { .. })), "both of {} bytes", bad.len());
        both(&good);
    }
    both(&[2]);
    assert_eq!(open(&disk, profile()), Err(StoreError::UnknownVersion { what: "the file keyring", got: 2 }));
}

/// Guards against a forgetting that leaves the old keys in the second copy, and against an erased keyring that opens or
/// that is told from one in use by its form.
#[test]
fn both_copies_change_together_and_an_erased_one_is_noise_of_the_same_form() {
    use azalai_store::Disk;
    let (store, disk) = filled();
    let read = |name: &str| block_on(disk.read(name)).unwrap().unwrap();
    let before = read("keyring");
    assert_eq!(before, read("keyring-2"));
    forget(&opened(&store, &disk)).unwrap();
    assert_eq!(read("keyring"), read("keyring-2"));
    assert_ne!(read("keyring"), before);
    block_on(azalai_store::erase_keyring(&disk, &mut rng(4))).unwrap();
    let erased = read("keyring");
    assert_eq!((erased.len(), erased[0], &erased), (before.len(), before[0], &read("keyring-2")));
    let opened = block_on(Keys::open(disk.clone(), profile(), &mut rng(9)));
    assert!(matches!(opened, Err(StoreError::Corrupt { .. })));
}

/// Guards against a key, a value or a number of a space that stands readable in some file of the home.
#[test]
fn nothing_of_a_vault_stands_in_the_raw_files() {
    let folder = tempfile::tempdir().unwrap();
    let disk = FolderDisk::open(folder.path().join("files")).unwrap();
    let store = SledStore::open(&folder.path().join("store")).unwrap().store;
    let keys = block_on(Keys::create(disk, profile(), &mut rng(2))).unwrap();
    let vault = block_on(Vault::unlock(store, Arc::new(keys))).unwrap();
    let mut batch = Batch::new();
    for n in 0..100 {
        batch.put(SPACE, format!("a telltale key {n}"), format!("a telltale value {n}"));
    }
    block_on(vault.apply(batch)).unwrap();
    drop(vault);
    let mut folders = vec![folder.path().to_path_buf()];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).unwrap();
            read += bytes.len();
            assert!(!bytes.windows(8).any(|window| window == b"telltale"), "{}", entry.path().display());
        }
    }
    assert!(read > 10_000, "the files were not where they are looked for");
}

/// Guards against earlier words of something that is still there: what was typed before in a draft stays in old pages of
/// the database until it is forgotten, and the draft must stay.
#[test]
fn earlier_values_open_with_no_key_that_is_left_and_the_present_one_stays() {
    let (store, disk) = (MemoryStore::new(), MemoryDisk::new());
    let vault = created(&store, &disk);
    let put = |space: u8, value: &[u8]| {
        let mut batch = Batch::new();
        batch.put(Space(space), key(1), value);
        block_on(vault.apply(batch)).unwrap();
    };
    put(1, b"before");
    put(2, b"to be deleted");
    block_on(vault.apply(Batch::new())).unwrap();
    // Old pages: a copy of the store as it was, which the keys of later must not open.
    let old = store.crash();
    put(1, b"now");
    block_on(vault.forget_all(&[(Space(2), key(1))], &[(Space(1), key(1))])).unwrap();
    assert_eq!(block_on(vault.get(Space(1), &key(1))).unwrap().as_deref(), Some(&b"now"[..]));
    assert_eq!(block_on(vault.get(Space(2), &key(1))).unwrap(), None);
    let keys = block_on(Keys::open(disk.clone(), profile(), &mut rng(3))).unwrap();
    let laboratory = block_on(Vault::unlock(old, Arc::new(keys))).unwrap();
    for space in [1, 2] {
        let found = block_on(laboratory.get(Space(space), &key(1)));
        assert!(matches!(found, Err(StoreError::Corrupt { .. })), "{space}: {found:?}");
    }
    assert_eq!(block_on(opened(&store, &disk).get(Space(1), &key(1))).unwrap().as_deref(), Some(&b"now"[..]));
}
