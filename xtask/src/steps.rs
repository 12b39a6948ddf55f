//! Steps with a heading and the seconds each took, and a table of them at the end.
//!
//! A step that fails ends the run; it is never reported as done. The one place of xtask that reads the clock.

use std::time::{Duration, Instant};

use crate::tools::Outcome;

/// The steps run so far, with the time that each took.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(String, Duration)>,
}

impl Steps {
    /// Prints the heading, runs `step`, prints its seconds.
    ///
    /// # Errors
    /// What `step` returns, with the heading in front; the table of seconds is printed first.
    pub(crate) fn run(&mut self, heading: &str, step: impl FnOnce() -> Outcome) -> Outcome {
        println!("\n=== {heading}");
        let started = now();
        let outcome = step();
        let took = now().duration_since(started);
        println!("--- {heading}: {:.1} s", took.as_secs_f64());
        self.done.push((heading.to_owned(), took));
        outcome.map_err(|failure| {
            self.print_table();
            failure.during(heading)
        })
    }

    /// Prints one line for each step, in order, and the sum.
    pub(crate) fn print_table(&self) {
        println!("\nseconds  step");
        for (heading, took) in &self.done {
            println!("{:>7.1}  {heading}", took.as_secs_f64());
        }
        let sum: Duration = self.done.iter().map(|(_, took)| *took).sum();
        println!("{:>7.1}  in all", sum.as_secs_f64());
    }
}

#[allow(clippy::disallowed_methods, reason = "how long a step took is shown to people; no behaviour hangs on it")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::Failure;

    /// Guards against a run that goes on, or ends green, after a step has failed.
    #[test]
    fn a_failed_step_is_counted_and_its_heading_is_in_the_error() {
        let mut steps = Steps::default();
        steps.run("first", || Ok(())).unwrap();
        let failure = steps.run("second", || Err(Failure::new("broken"))).unwrap_err();
        assert_eq!(failure.to_string(), "second: broken");
        assert_eq!(steps.done.len(), 2);
    }
}
