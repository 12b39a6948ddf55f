//! What saving a report costs on a real disk, over a bare write of the same bytes that is synced.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::time::Instant;

use azalai_model::ReportFields;
use azalai_node::{Home, NewArea, NewHome};
use azalai_store::{FolderDisk, SledStore};
use azalai_testkit::WORDLESS;
use azalai_testkit::member::cheap;
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use crate::{Figure, median};

const NOW: u64 = 1_795_000_000_000;
/// About the bytes of a saved report of some 280 characters. Not taken from the journal: the sync outweighs the bytes.
const BARE_BYTES: usize = 480;
const TIMES: usize = 101;

/// Alternates a save with a bare synced append, so that both meet the same disk.
pub(crate) fn save_over_fsync() -> Vec<Figure> {
    let folder = tempfile::tempdir().unwrap();
    let disk = FolderDisk::open(folder.path()).unwrap();
    let store = SledStore::open(&folder.path().join("store")).unwrap().store;
    let home = Home { store, disk };
    let rng = ChaCha20Rng::seed_from_u64(1);
    let new = NewHome { home, passphrase: WORDLESS, params: cheap(), rng, pseudonym: "acacia" };
    let area = NewArea { code: "north".parse().unwrap(), name: "North".to_owned(), parent: None };
    let mut node = block_on(new.found("Test project", &[area], azalai_roster::Admission::ByHand, NOW)).unwrap();
    let mut bare = OpenOptions::new().create(true).append(true).open(folder.path().join("bare")).unwrap();
    let text = include_str!("../../../../seeds/dictionary/heldout/fr.txt").lines().next().unwrap();
    let (mut saves, mut writes) = (Vec::new(), Vec::new());
    for round in 0..TIMES {
        let start = Instant::now();
        bare.write_all(&[round as u8; BARE_BYTES]).unwrap();
        bare.sync_data().unwrap();
        writes.push(start.elapsed().as_secs_f64());
        let fields =
            ReportFields { category: Some("other".to_owned()), narrative: text.to_owned(), ..ReportFields::default() };
        let start = Instant::now();
        let area = Some("north".parse().unwrap());
        block_on(node.report(fields, area, NOW + round as u64)).unwrap();
        saves.push(start.elapsed().as_secs_f64());
    }
    let (save, write) = (median(saves), median(writes));
    vec![Figure {
        figure: "save_over_fsync".to_owned(),
        value: save / write,
        unit: "ratio",
        at_most: Some(3.0),
        against: "an append of 480 bytes and sync_data",
        how: format!("medians of {TIMES}, alternating: {:.3} ms over {:.3} ms", save * 1e3, write * 1e3),
    }]
}
