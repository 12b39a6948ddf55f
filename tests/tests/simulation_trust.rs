//! Promises 1 and 3 among people who mean ill: seeded communities in which devices are taken and used on, stewards who
//! are apart remove them with a cut, another program holds a monitor's keys, and one of two relays lies.
//!
//! A failing run prints its seed. Add it as a line of `tests/fixtures/simulation-trust-seeds.txt`, where every seed stays
//! that ever failed, and run it alone with `cargo test -p azalai-tests --test simulation_trust replay`.

use azalai_testkit::world::Tally;
use azalai_testkit::{Outcome, run_trust_seed};

const FAILED_ONCE: &str = include_str!("../fixtures/simulation-trust-seeds.txt");

/// Seeds of one test: the tests run beside one another.
const SEEDS: usize = 24;

/// Runs seeds, and ends with every one that failed.
fn hold(seeds: impl IntoIterator<Item = u64>) {
    let mut broken = Vec::new();
    let mut all: Vec<Tally> = Vec::new();
    for seed in seeds {
        match run_trust_seed(seed) {
            Outcome::Held(tally) => all.push(tally),
            Outcome::Broke(why) => broken.push(format!("seed {seed}: {why}")),
        }
    }
    let again = "to run one alone: add its number to tests/fixtures/simulation-trust-seeds.txt, then\n    \
                 cargo test -p azalai-tests --test simulation_trust replay";
    let runs = broken.len() + all.len();
    assert!(broken.is_empty(), "{} of {runs} seeds fail\n{}\n{again}", broken.len(), broken.join("\n"));
    if runs < SEEDS {
        return;
    }
    // A simulation in which nothing happens holds everything.
    let sum = |of: fn(&Tally) -> usize| all.iter().map(of).sum::<usize>();
    let least: [(&str, usize, usize); 11] = [
        ("reports", sum(|tally| tally.reports), 5 * runs),
        ("devices taken", sum(|tally| tally.trust.taken), runs),
        ("removals", sum(|tally| tally.trust.removals), runs),
        ("reports of taken devices", sum(|tally| tally.trust.after), runs / 2),
        ("of these set aside", sum(|tally| tally.trust.aside), runs / 2),
        ("reports before a cut", sum(|tally| tally.trust.heard), runs / 2),
        ("adoptions", sum(|tally| tally.trust.adopted), 1),
        ("new keys", sum(|tally| tally.trust.rotations), runs / 4),
        ("letters of other programs", sum(|tally| tally.trust.forged), 5 * runs),
        ("lies of a relay", sum(|tally| tally.trust.lies), runs / 4),
        ("other pasts of a relay", sum(|tally| tally.trust.twins), 1),
    ];
    let idle: Vec<_> = least.iter().filter(|(_, got, least)| got < least).collect();
    assert!(idle.is_empty(), "too little happened: {idle:?} of {least:?}");
}

/// Guards against a run that cannot be repeated, and so cannot be explained.
#[test]
fn the_same_seed_gives_the_same_run() {
    let run = run_trust_seed(7);
    assert!(matches!(run, Outcome::Held(_)), "{run:?}");
    assert_eq!(run, run_trust_seed(7));
}

/// Guards against the return of what was mended.
#[test]
fn replay() {
    let lines = FAILED_ONCE.lines().filter(|line| !line.starts_with('#'));
    hold(lines.filter_map(|line| line.split_whitespace().next()).map(|seed| seed.parse().unwrap()));
}

macro_rules! seeds {
    ($($name:ident: $from:literal,)+) => { $(
        /// Guards against a taken device, another program or a relay that lies taking anything from honest people.
        #[test]
        fn $name() {
            hold($from..$from + SEEDS as u64);
        }
    )+ };
}

seeds! {
    taken_devices_and_liars_take_nothing_from_honest_people_1: 1001,
    taken_devices_and_liars_take_nothing_from_honest_people_2: 2000,
}
