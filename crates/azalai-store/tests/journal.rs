//! The journal keeps what it acknowledged, whatever happens to the end or the middle of its file.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::sync::Arc;

use azalai_store::{
    Disk, Fault, FaultWhen, FolderDisk, Journal, JournalEntry, JournalReport, Keys, MemoryDisk, ProfileKey, StoreError,
};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn keys<D: Disk>(disk: D) -> Arc<Keys<D>> {
    let profile = ProfileKey::random(&mut rng(1));
    let is_new = block_on(disk.len("keyring")).unwrap().is_none();
    Arc::new(if is_new {
        block_on(Keys::create(disk, profile, &mut rng(2))).unwrap()
    } else {
        block_on(Keys::open(disk, profile, &mut rng(3))).unwrap()
    })
}

fn open(disk: &MemoryDisk) -> (Journal<MemoryDisk>, JournalReport) {
    block_on(Journal::open(keys(disk.clone()))).unwrap()
}

fn entry(n: u8) -> JournalEntry {
    JournalEntry { id: [n; 32], bytes: vec![n; usize::from(n) * 10] }
}

fn filled(count: u8) -> MemoryDisk {
    let disk = MemoryDisk::new();
    let (journal, report) = open(&disk);
    assert_eq!(report, JournalReport::default());
    for n in 0..count {
        block_on(journal.append(&[n; 32], &entry(n).bytes)).unwrap();
    }
    disk
}

fn file(disk: &MemoryDisk) -> Vec<u8> {
    block_on(disk.read("journal")).unwrap().unwrap()
}

fn with(disk: &MemoryDisk, bytes: &[u8]) -> MemoryDisk {
    let disk = disk.crash();
    block_on(disk.write_atomic("journal", bytes)).unwrap();
    disk
}

fn ids(journal: &Journal<MemoryDisk>) -> Vec<u8> {
    let (entries, _) = block_on(journal.entries()).unwrap();
    for found in &entries {
        assert_eq!(*found, entry(found.id[0]), "a record came back changed");
    }
    entries.iter().map(|entry| entry.id[0]).collect()
}

/// Guards against a report that was saved and is not there after a restart.
#[test]
fn what_was_appended_is_there_after_reopening_in_its_order() {
    let disk = filled(20);
    let (journal, report) = open(&disk.crash());
    assert_eq!(report, JournalReport::default());
    assert_eq!(ids(&journal), (0..20).collect::<Vec<_>>());
}

/// Guards against a torn append that hides earlier records or spoils later ones: the file is cut at every byte.
#[test]
fn a_torn_tail_costs_only_the_record_that_was_torn() {
    let disk = filled(6);
    let whole = file(&disk);
    let record = |n: usize| 8 + 4 + 24 + 32 + n * 10 + 16;
    let keys = keys(disk.clone());
    for cut in 9..whole.len() {
        let mut complete = 0;
        let mut end = 9;
        while end + record(complete) <= cut {
            end += record(complete);
            complete += 1;
        }
        block_on(disk.write_atomic("journal", &whole[..cut])).unwrap();
        let (journal, report) = block_on(Journal::open(keys.clone())).unwrap();
        assert_eq!(report.torn_bytes, (cut - end) as u64, "cut at {cut}");
        block_on(journal.append(&[99; 32], &entry(99).bytes)).unwrap();
        let mut expected: Vec<u8> = (0..complete as u8).collect();
        expected.push(99);
        assert_eq!(ids(&block_on(Journal::open(keys.clone())).unwrap().0), expected, "cut at {cut}");
    }
}

/// Guards against one bad byte that takes every later record along.
#[test]
fn damage_in_the_middle_costs_only_the_record_it_hits() {
    let disk = filled(6);
    let whole = file(&disk);
    let keys = keys(disk.clone());
    for place in 9..whole.len() {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x41;
        block_on(disk.write_atomic("journal", &bytes)).unwrap();
        let (journal, report) = block_on(Journal::open(keys.clone())).unwrap();
        assert_eq!(ids(&journal).len(), 5, "changed at {place}");
        assert!(report.damaged == 1 || report.torn_bytes > 0, "changed at {place}, and nothing was said");
        assert!(!report.unreadable);
        block_on(journal.append(&[99; 32], &entry(99).bytes)).unwrap();
        assert_eq!(ids(&block_on(Journal::open(keys.clone())).unwrap().0).len(), 6, "changed at {place}");
    }
}

/// Guards against one bad byte in the head that takes every record along.
#[test]
fn damage_in_the_head_costs_no_record() {
    let disk = filled(6);
    let whole = file(&disk);
    let keys = keys(disk.clone());
    for place in 0..9 {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x41;
        block_on(disk.write_atomic("journal", &bytes)).unwrap();
        let (journal, report) = block_on(Journal::open(keys.clone())).unwrap();
        assert_eq!(ids(&journal).len(), 6, "changed at {place}");
        assert_eq!(report, JournalReport { damaged: 1, ..JournalReport::default() }, "changed at {place}");
        assert_eq!(file(&disk), whole, "it is mended");
    }
}

/// Guards against a second damage that overwrites what was kept of the first.
#[test]
fn every_unreadable_file_is_kept() {
    let disk = filled(2);
    for noise in [[1; 50], [2; 50]] {
        let head = [vec![1], noise.to_vec()].concat();
        block_on(disk.write_atomic("journal", &head)).unwrap();
        assert!(open(&disk).1.unreadable);
    }
    let kept = |n| block_on(disk.read(&format!("journal-unreadable-{n}"))).unwrap().unwrap();
    assert_eq!((kept(1)[5], kept(2)[5]), (1, 2));
}

/// Guards against a removed record that can be read from an old copy of the file by who has the passphrase.
#[test]
fn an_old_copy_of_a_removed_record_opens_with_no_key_that_is_left() {
    let disk = filled(10);
    let old = file(&disk);
    let (journal, _) = open(&disk);
    assert_eq!(block_on(journal.remove(&BTreeSet::from([[77; 32]]))).unwrap(), 0);
    assert_eq!(file(&disk), old, "removing nothing wrote something");
    assert_eq!(block_on(journal.remove(&BTreeSet::from([[3; 32], [4; 32], [77; 32]]))).unwrap(), 2);
    block_on(journal.append(&[11; 32], &entry(11).bytes)).unwrap();
    assert_eq!(ids(&open(&disk.crash()).0), [0, 1, 2, 5, 6, 7, 8, 9, 11]);
    let (searched, report) = open(&with(&disk, &old));
    assert!(report.unreadable);
    assert!(ids(&searched).is_empty());
}

/// Guards against a removal, interrupted at any write, after which the file and the keyring do not fit each other.
#[test]
fn a_removal_that_is_interrupted_at_any_write_removes_all_or_nothing() {
    let mut failures = 0;
    for when in [FaultWhen::Before, FaultWhen::After, FaultWhen::Torn { keep: 30 }, FaultWhen::Full] {
        for after_writes in 0..4 {
            let disk = filled(8);
            let old = file(&disk);
            let (journal, _) = open(&disk);
            disk.plan(Fault { after_writes, when });
            let remove = BTreeSet::from([[1; 32], [6; 32]]);
            if block_on(journal.remove(&remove)).is_ok() {
                continue;
            }
            failures += 1;
            let crashed = disk.crash();
            for (disk, journal) in [(&disk, journal), (&crashed, open(&crashed).0)] {
                block_on(journal.append(&[9; 32], &entry(9).bytes)).unwrap();
                let now = ids(&journal);
                let what = format!("{when:?} at write {after_writes}");
                assert!(now == [0, 2, 3, 4, 5, 7, 9] || now == [0, 1, 2, 3, 4, 5, 6, 7, 9], "{what}: {now:?}");
                block_on(journal.remove(&remove)).unwrap();
                let (journal, report) = open(&disk.crash());
                assert_eq!(report, JournalReport::default(), "{what}");
                assert_eq!(ids(&journal), [0, 2, 3, 4, 5, 7, 9], "{what}");
                assert!(open(&with(disk, &old)).1.unreadable, "{what}: the old file still opens");
            }
        }
    }
    assert!(failures >= 12, "only {failures} interruptions were tried");
}

/// Guards against a failed append whose remains spoil the next one.
#[test]
fn an_append_that_fails_leaves_the_journal_usable() {
    for when in [FaultWhen::Before, FaultWhen::After, FaultWhen::Torn { keep: 40 }, FaultWhen::Full] {
        let disk = filled(3);
        let (journal, _) = open(&disk);
        disk.plan(Fault { after_writes: 0, when });
        let error = block_on(journal.append(&[3; 32], &entry(3).bytes)).unwrap_err();
        assert_eq!(matches!(error, StoreError::Full { .. }), when == FaultWhen::Full);
        block_on(journal.append(&[4; 32], &entry(4).bytes)).unwrap();
        let found = ids(&open(&disk.crash()).0);
        assert!(found == [0, 1, 2, 4] || (found == [0, 1, 2, 3, 4] && when == FaultWhen::After), "{when:?}: {found:?}");
    }
}

/// Guards against a newer version's journal that an older program cuts or replaces.
#[test]
fn an_unknown_version_is_left_as_it_is() {
    let mut newer = file(&filled(2));
    newer[0] = 9;
    // Its records are of another form.
    newer[9..].fill(7);
    let disk = with(&filled(2), &newer);
    let refused = block_on(Journal::open(keys(disk.clone())));
    assert!(matches!(refused, Err(StoreError::UnknownVersion { got: 9, .. })));
    assert_eq!(file(&disk), newer);
    // A first byte that is damaged, with all that follows, is no newer program's: the file is kept, and a new one begun.
    let disk = with(&filled(2), &[0; 100]);
    assert!(open(&disk).1.unreadable);
    assert_eq!(block_on(disk.read("journal-unreadable-1")).unwrap().unwrap(), [0; 100]);
}

/// Guards against a record or a file larger than what is read back.
#[test]
fn a_record_over_the_limit_is_refused_and_changes_nothing() {
    let disk = filled(2);
    let (journal, _) = open(&disk);
    let large = vec![0; azalai_store::limits::JOURNAL_RECORD_MAX_BYTES + 1];
    assert!(matches!(block_on(journal.append(&[8; 32], &large)), Err(StoreError::ValueTooLarge { .. })));
    block_on(journal.append(&[2; 32], &entry(2).bytes)).unwrap();
    assert_eq!(ids(&journal), [0, 1, 2]);
}

/// Guards against files that others may read, leftovers that are listed, and names that leave the folder.
#[test]
fn a_folder_of_files_keeps_what_the_trait_promises() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b");
    let disk = FolderDisk::open(&path).unwrap();
    block_on(async {
        for name in ["", ".", "..", ".x", "a/b", "A", "x y", "é", &"n".repeat(65)] {
            assert!(matches!(disk.read(name).await, Err(StoreError::BadName { .. })), "{name:?}");
            assert!(matches!(disk.write_atomic(name, b"").await, Err(StoreError::BadName { .. })), "{name:?}");
        }
        assert_eq!((disk.read("x").await.unwrap(), disk.len("x").await.unwrap()), (None, None));
        disk.append("x", b"one").await.unwrap();
        disk.append("x", b" two").await.unwrap();
        disk.truncate("x", 100).await.unwrap();
        assert_eq!(disk.read("x").await.unwrap().unwrap(), b"one two");
        disk.truncate("x", 3).await.unwrap();
        disk.write_atomic("y", b"first").await.unwrap();
        disk.write_atomic("y", b"2").await.unwrap();
        std::fs::write(path.join(".y.new"), b"a leftover of a crash").unwrap();
        assert_eq!(disk.list().await.unwrap(), ["x", "y"]);
        assert_eq!(FolderDisk::open(&path).unwrap().read("y").await.unwrap().unwrap(), b"2");
        assert_eq!(disk.len("x").await.unwrap(), Some(3));
        disk.remove("x").await.unwrap();
        disk.remove("x").await.unwrap();
        disk.truncate("x", 0).await.unwrap();
        assert_eq!(disk.list().await.unwrap(), ["y"]);
    });
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&path.join("y"))), (0o700, 0o600));
    }
}
