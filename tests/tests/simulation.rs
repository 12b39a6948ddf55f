//! Promise 1 (convergence) and what depends on it: hundreds of seeded communities whose links, clocks, storage and
//! devices fail, held to the same documents on every device at the end.
//!
//! A failing run prints its seed. Add it as a line of `tests/fixtures/simulation-seeds.txt`, where every seed stays
//! that ever failed, and run it alone with `cargo test -p azalai-tests --test simulation replay`.

use azalai_testkit::world::Tally;
use azalai_testkit::{Outcome, run_seed};

const FAILED_ONCE: &str = include_str!("../fixtures/simulation-seeds.txt");

/// Seeds of one test: the tests run beside one another.
const SEEDS: usize = 25;

/// Runs seeds, and ends with every one that failed.
fn hold(seeds: impl IntoIterator<Item = u64>) {
    let mut broken = Vec::new();
    let mut all: Vec<Tally> = Vec::new();
    for seed in seeds {
        match run_seed(seed) {
            Outcome::Held(tally) => all.push(tally),
            Outcome::Broke(why) => broken.push(format!("seed {seed}: {why}")),
        }
    }
    let again = "to run one alone: add its number to tests/fixtures/simulation-seeds.txt, then\n    \
                 cargo test -p azalai-tests --test simulation replay";
    let runs = broken.len() + all.len();
    assert!(broken.is_empty(), "{} of {runs} seeds fail\n{}\n{again}", broken.len(), broken.join("\n"));
    if runs < SEEDS {
        return;
    }
    // A simulation in which nothing happens holds everything.
    let sum = |of: fn(&Tally) -> usize| all.iter().map(of).sum::<usize>();
    let least: [(&str, usize, usize); 8] = [
        ("reports", sum(|tally| tally.reports), 5 * runs),
        ("incidents", sum(|tally| tally.incidents), runs),
        ("links", sum(|tally| tally.links), runs),
        ("conflicts", sum(|tally| tally.conflicts), 1),
        ("exchanges", sum(|tally| tally.exchanges), 10 * runs),
        ("restarts", sum(|tally| tally.restarts), runs),
        ("failures of storage", sum(|tally| tally.failures), runs / 5),
        ("lost devices", sum(|tally| tally.lost), 1),
    ];
    let idle: Vec<_> = least.iter().filter(|(_, got, least)| got < least).collect();
    assert!(idle.is_empty(), "too little happened: {idle:?} of {least:?}");
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
            hold($from..$from + SEEDS as u64);
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
