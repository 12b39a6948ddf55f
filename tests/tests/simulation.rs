//! Promise 1 (convergence) and what depends on it: hundreds of seeded communities whose links, clocks, storage and
//! devices fail, held to the same documents on every device at the end.
//!
//! A failing run prints its seed. Add it as a line of `tests/fixtures/simulation-seeds.txt`, where every seed stays
//! that ever failed, and run it alone with `cargo test -p azalai-tests --test simulation replay`.

use azalai_testkit::{Outcome, run_seed};

const FAILED_ONCE: &str = include_str!("../fixtures/simulation-seeds.txt");

/// Runs seeds, and ends with every one that failed.
fn hold(seeds: impl IntoIterator<Item = u64>) {
    let mut broken = Vec::new();
    let mut sums = [0; 6];
    let mut runs = 0;
    for seed in seeds {
        runs += 1;
        match run_seed(seed) {
            Outcome::Held(tally) => sums.iter_mut().zip(tally.counts).for_each(|(sum, count)| *sum += count),
            Outcome::Broke(why) => broken.push(format!("seed {seed}: {why}")),
        }
    }
    let again = "to run one alone: add its number to tests/fixtures/simulation-seeds.txt, then\n    \
                 cargo test -p azalai-tests --test simulation replay";
    assert!(broken.is_empty(), "{} of {runs} seeds fail\n{}\n{again}", broken.len(), broken.join("\n"));
    let [reports, incidents, exchanges, crashes, faults, _] = sums;
    // A simulation in which nothing happens holds everything.
    let busy = runs < 20 || (reports > runs && incidents > 0 && exchanges > runs && crashes > 0 && faults > 0);
    assert!(busy, "the runs were idle: {sums:?}");
}

/// Guards against a run that cannot be repeated, and so cannot be explained.
#[test]
fn the_same_seed_gives_the_same_run() {
    assert_eq!(run_seed(7), run_seed(7));
}

/// Guards against the return of what was mended.
#[test]
fn replay() {
    let lines = FAILED_ONCE.lines().filter(|line| !line.starts_with('#'));
    hold(lines.filter_map(|line| line.split_whitespace().next()).map(|seed| seed.parse().unwrap()));
}

macro_rules! seeds {
    ($($name:ident: $from:literal,)+) => { $(
        /// Guards against devices that end with different documents, and against lost or leaked statements.
        #[test]
        fn $name() {
            hold($from..$from + 25);
        }
    )+ };
}

seeds! {
    every_device_ends_with_the_same_documents_1: 1000,
    every_device_ends_with_the_same_documents_2: 2000,
    every_device_ends_with_the_same_documents_3: 3000,
    every_device_ends_with_the_same_documents_4: 4000,
    every_device_ends_with_the_same_documents_5: 5000,
    every_device_ends_with_the_same_documents_6: 6000,
    every_device_ends_with_the_same_documents_7: 7000,
    every_device_ends_with_the_same_documents_8: 8000,
}
