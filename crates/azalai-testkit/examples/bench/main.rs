//! Measures what the project promises in figures: one JSON line each, exit 1 if a goal does not hold.
//!
//! Run by `cargo xtask bench [NAME]`; `docs/performance.md` says what each figure means. Every ratio is taken within
//! one run. It must never print a figure that it did not measure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]
#![allow(
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a measuring program speaks and reads its arguments"
)]

mod browser;
mod child;
mod compare;
mod first;
mod http;
mod pages;
mod project;
mod relay;
mod save;
mod wire;

use std::process::ExitCode;

use serde_json::json;

/// On which side of a number a value has to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
        }
    }
}

impl core::fmt::Display for Goal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::AtMost(most) => write!(f, "at most {most}"),
            Self::AtLeast(least) => write!(f, "at least {least}"),
        }
    }
}

/// One measured figure with its goal; a figure without a goal is only reported.
pub(crate) struct Figure {
    pub(crate) figure: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    pub(crate) goal: Option<Goal>,
    pub(crate) against: &'static str,
    pub(crate) how: String,
}

impl Figure {
    /// Prints the line; whether the goal holds. Without a goal, `holds` is null.
    fn print(&self) -> bool {
        let holds = self.goal.map(|goal| goal.holds(self.value));
        let goal = self.goal.map(|goal| goal.to_string());
        let value = (self.value * 1e4).round() / 1e4;
        println!(
            "{}",
            json!({ "figure": self.figure, "value": value, "unit": self.unit, "goal": goal, "holds": holds,
                    "against": self.against, "how": self.how })
        );
        holds.unwrap_or(true)
    }
}

/// The middle of several values; of an even number, the upper of the two.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A benchmark by its name; it may give several figures.
type Bench = (&'static str, fn() -> Vec<Figure>);

const ALL: &[Bench] = &[
    ("report_envelope_bytes", wire::report_envelope_bytes),
    ("second_exchange", wire::second_exchange),
    ("second_exchange_scattered", compare::second_exchange_scattered),
    ("compare_sets", compare::compare_sets),
    ("first_exchange", first::first_exchange),
    ("relay_durable_envelopes", relay::relay_durable_envelopes),
    ("save_over_fsync", save::save_over_fsync),
    ("pages", pages::pages),
    ("pages_of_incidents", pages::pages_of_incidents),
    ("unlock", pages::unlock),
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("child", rest)) = wanted.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        child::run(rest);
        return ExitCode::SUCCESS;
    }
    if let Some(unknown) = wanted.iter().find(|name| ALL.iter().all(|(known, _)| known != name)) {
        let names: Vec<_> = ALL.iter().map(|(name, _)| *name).collect();
        eprintln!("there is no figure {unknown:?}; there are: {}", names.join(", "));
        return ExitCode::from(2);
    }
    let mut all_hold = true;
    for (name, measure) in ALL {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            for figure in measure() {
                all_hold &= figure.print();
            }
        }
    }
    if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
