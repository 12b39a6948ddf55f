//! What saving a report costs on a real disk, over a bare write of the same bytes that is synced, and where it goes.

use std::fs::{File, OpenOptions, metadata};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use azalai_model::ReportFields;
use azalai_node::{Home, NewArea, NewHome, Node};
use azalai_roster::Admission;
use azalai_store::{
    Batch, Disk, FolderDisk, Journal, Keys, MemoryDisk, MemoryStore, ProfileKey, SledStore, Space, Store, Vault,
};
use azalai_testkit::WORDLESS;
use azalai_testkit::member::cheap;
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use crate::{Figure, Goal, median};

const NOW: u64 = 1_795_000_000_000;
const TIMES: usize = 301;

/// A steward's device, for which saving is no more and no less than for others.
fn found<S: Store, D: Disk + Clone>(home: Home<S, D>) -> Node<S, D> {
    let rng = ChaCha20Rng::seed_from_u64(1);
    let new = NewHome { home, rooms: None, passphrase: WORDLESS, params: cheap(), rng, pseudonym: "acacia" };
    let area = NewArea { code: "north".parse().unwrap(), name: "North".to_owned(), parent: None };
    block_on(new.found("Test project", &[area], Admission::ByHand, NOW)).unwrap()
}

fn report<S: Store, D: Disk + Clone>(node: &mut Node<S, D>, text: &str, round: usize) -> f64 {
    let fields =
        ReportFields { category: Some("other".to_owned()), narrative: text.to_owned(), ..ReportFields::default() };
    let area = Some("north".parse().unwrap());
    timed(|| assert!(block_on(node.report(fields, area, NOW + round as u64)).is_ok()))
}

fn timed(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64()
}

fn bare(file: &mut File, bytes: &[u8]) -> f64 {
    timed(|| file.write_all(bytes).and_then(|()| file.sync_data()).unwrap())
}

/// A journal and a vault by themselves, to see what each takes of a save.
struct Parts {
    journal: Journal<FolderDisk>,
    vault: Vault<SledStore, FolderDisk>,
}

impl Parts {
    fn new(folder: &Path) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let disk = FolderDisk::open(folder).unwrap();
        let profile = ProfileKey::random(&mut rng);
        let keys = Arc::new(block_on(Keys::create(disk, profile, &mut rng)).unwrap());
        let store = SledStore::open(&folder.join("store")).unwrap().store;
        let journal = block_on(Journal::open(Arc::clone(&keys))).unwrap().0;
        Self { journal, vault: block_on(Vault::unlock(store, keys)).unwrap() }
    }

    /// About what a report writes: statement, place, chain, outbox, document, clock.
    fn batch(round: usize, record: usize) -> Batch {
        let mut batch = Batch::new();
        for (space, bytes) in [(1, record), (2, 32), (3, 50), (4, 60), (5, 700), (6, 8)] {
            let key = if matches!(space, 3 | 6) { 0 } else { round };
            batch.put(Space(space), key.to_be_bytes(), vec![round as u8; bytes]);
        }
        batch
    }
}

/// Alternates a save with a bare synced append of what it adds to the journal, so that both meet the same disk, and
/// with the parts of a save by themselves.
pub(crate) fn save_over_fsync() -> Vec<Figure> {
    let folder = tempfile::tempdir().unwrap();
    let home = Home {
        store: SledStore::open(&folder.path().join("store")).unwrap().store,
        disk: FolderDisk::open(folder.path()).unwrap(),
    };
    let mut node = found(home);
    let mut in_memory = found(Home { store: MemoryStore::new(), disk: MemoryDisk::new() });
    let parts = Parts::new(&folder.path().join("parts"));
    let mut file = OpenOptions::new().create(true).append(true).open(folder.path().join("bare")).unwrap();
    let text = include_str!("../../../../seeds/dictionary/heldout/fr.txt").lines().next().unwrap();
    let journal = || metadata(folder.path().join("journal")).unwrap().len();
    report(&mut node, text, 0);
    let before = journal();
    report(&mut node, text, 1);
    let bytes = vec![7; (journal() - before) as usize];
    let (mut saves, mut writes, mut computing, mut journals, mut vaults) = (vec![], vec![], vec![], vec![], vec![]);
    for round in 2..TIMES + 2 {
        writes.push(bare(&mut file, &bytes));
        saves.push(report(&mut node, text, round));
        computing.push(report(&mut in_memory, text, round));
        let id = [round as u8; 32];
        let record = &bytes[..bytes.len() - 84];
        journals.push(timed(|| block_on(parts.journal.append(&id, record)).unwrap()));
        vaults.push(timed(|| block_on(parts.vault.apply(Parts::batch(round, record.len()))).unwrap()));
    }
    let stages: Vec<f64> = (0..TIMES)
        .map(|round| {
            let batch = Parts::batch(TIMES + 2 + round, bytes.len() - 84);
            timed(|| block_on(parts.vault.stage(batch)).unwrap())
        })
        .collect();
    let times = [saves, writes, computing, journals, vaults, stages];
    let tenths = times.clone().map(|times| undisturbed(times) * 1e3);
    let [save, write, computing, journal, vault, stage] = times.map(|times| median(times) * 1e3);
    vec![Figure {
        figure: "save_over_fsync".to_owned(),
        value: save / write,
        unit: "ratio",
        goal: Some(Goal::AtMost(3.0)),
        against: "an append of the bytes that the journal grew by, and sync_data",
        how: format!(
            "medians of {TIMES}, alternating: {save:.3} ms over {write:.3} ms for {} bytes; apart: the same report in \
             memory {computing:.3} ms, a journal's append {journal:.3} ms, a vault's batch applied {vault:.3} ms, \
             staged {stage:.3} ms; a tenth of each stay under {:.3} over {:.3}, {:.3}, {:.3}, {:.3} and {:.3} ms",
            bytes.len(),
            tenths[0],
            tenths[1],
            tenths[2],
            tenths[3],
            tenths[4],
            tenths[5],
        ),
    }]
}

/// What a tenth of the times stay under, beside the medians. Where other programs keep the processors busy, whoever waits
/// for a disk waits for its turn to compute as well, a bare write as long as a save: medians then speak of the others.
fn undisturbed(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 10]
}
