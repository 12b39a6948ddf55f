//! What makes a project and who comes in: founding, areas, invites.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Admission, Memory, Role};

#[derive(Debug, Subcommand)]
pub(crate) enum Project {
    /// Founds a project on this device, which becomes its first steward's.
    #[command(
        after_help = "Example: azalai project new --home steward --name \"Veille du Liptako\" --area gao:Gao --area gao-ans:Ansongo:gao"
    )]
    New {
        /// The project's name.
        #[arg(long)]
        name: String,
        /// An area: CODE:NAME, or CODE:NAME:PARENT for one within another. The parent comes first.
        #[arg(long = "area", value_name = "CODE:NAME[:PARENT]", required = true, num_args = 1..)]
        areas: Vec<String>,
        /// How the steward's device wants to be called.
        #[arg(long, default_value = "steward")]
        pseudonym: String,
        /// Lets an exchange (by relay, neighbour or file) admit newcomers by itself, instead of somebody with `azalai admit`. Whoever gets hold of
        /// an invite and its words then is a member, of the role that it names, and nobody has looked; by hand,
        /// somebody asks who it is. An invite that two claimed, or that is past its last day, always waits for a hand.
        #[arg(long)]
        admit_at_exchange: bool,
        #[command(flatten)]
        memory: Memory,
    },
    /// Says how newcomers are admitted from now on, on a steward's device.
    #[command(after_help = "Example: azalai project admission by-hand --home steward")]
    Admission {
        /// Who looks at newcomers.
        how: Admission,
    },
}

/// What an invite is for.
#[derive(Debug, Args)]
pub(crate) struct NewInvite {
    /// As what the new member is invited.
    #[arg(long, required = true)]
    pub(crate) role: Option<Role>,
    /// For which area; a steward needs none.
    #[arg(long)]
    pub(crate) area: Option<String>,
    /// The file to write.
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) memory: Memory,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Invites {
    /// Lists the invites that this device knows of.
    #[command(after_help = "Example: azalai invite list --home steward")]
    List,
    /// Ends an invite before anybody is admitted by it.
    #[command(after_help = "Example: azalai invite revoke 3f9a01 --home steward")]
    Revoke {
        /// Its id, as `azalai invite list` shows it.
        invite: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Area {
    /// Adds an area.
    #[command(after_help = "Example: azalai area add gao-bou:Bourem:gao --home steward")]
    Add {
        /// CODE:NAME, or CODE:NAME:PARENT for one within another.
        #[arg(value_name = "CODE:NAME[:PARENT]")]
        area: String,
    },
}
