//! The program `azalai`: reads arguments, opens a home, does one thing, says what came of it.
//!
//! Exit status: 0 done, 1 failed with nothing lost, 2 the command line makes no sense. Results go to stdout (with
//! `--json` one object on each line), everything else to stderr.

mod args;
mod commands;
mod disk;
mod faults;
mod home;
mod host;
mod http;
mod limits;
mod out_file;
mod output;
mod tls;
mod tls_server;

use std::process::ExitCode;

use clap::Parser as _;

use args::Arguments;
use output::Output;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let mut out = Output::new(arguments.json);
    match faults::guarded(|| commands::run(arguments, &mut out)) {
        Some(Ok(())) => ExitCode::SUCCESS,
        None => ExitCode::FAILURE,
        Some(Err(failure)) => {
            // A reader of the output that has seen enough is no failure.
            if failure.status() != 0 {
                host::say(&format!("azalai: {failure}"));
            }
            ExitCode::from(failure.status())
        }
    }
}
