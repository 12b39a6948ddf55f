//! Packs of categories: brought to a project, written out, checked.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Pack {
    /// Gives the project other categories and questions, on a steward's device. Everybody uses them after their next
    /// exchange; what was reported before keeps its category and its name.
    #[command(after_help = "Example: azalai pack import ours.json --home steward")]
    Import {
        /// The file.
        file: PathBuf,
    },
    /// Writes a pack into a file, to begin from: with a home the one that its project uses, else the one that ships.
    #[command(after_help = "Example: azalai pack export --out ours.json")]
    Export {
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Checks the file of a pack; with a home, says also what it would change. Changes nothing.
    #[command(after_help = "Example: azalai pack check ours.json")]
    Check {
        /// The file.
        file: PathBuf,
    },
}
