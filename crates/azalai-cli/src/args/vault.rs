//! What opens a home besides its passphrase: a second profile, recovery sheets.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Profile {
    /// Makes a second profile: a device of its own, by an invite of its own for a monitor of the same project. Its passphrase
    /// is asked for twice; AZALAI_NEW_PASSPHRASE may hold it. Open it with that now and then and write in it: what nobody
    /// uses looks like it.
    #[command(
        after_help = "Example: azalai profile new second.invite --words \"one two three four five six\" --pseudonym wren --home me"
    )]
    New(NewProfile),
}

#[derive(Debug, Args)]
pub(crate) struct NewProfile {
    /// The invite.
    pub(crate) invite: PathBuf,
    /// Its six words.
    #[arg(long)]
    pub(crate) words: String,
    /// How the second device wants to be called. Not a real name.
    #[arg(long)]
    pub(crate) pseudonym: String,
    /// Asks for one more passphrase, to be given under duress (AZALAI_DURESS_PASSPHRASE may hold it): it opens the second
    /// profile, drops the keys of this one for good, and tells coordinators at the next exchange. What this profile
    /// has not sent by then is lost.
    #[arg(long)]
    pub(crate) duress: bool,
    /// With --duress: this profile's keys stay; coordinators are told all the same.
    #[arg(long, requires = "duress")]
    pub(crate) keep: bool,
    /// The sentence by which you say that you know what is lost; asked for on a terminal.
    #[arg(long, value_name = "SENTENCE")]
    pub(crate) confirm: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Recovery {
    /// Writes recovery sheets to be printed, as text and as pages for a browser. Some of them together open this profile
    /// again; fewer say nothing. Earlier sheets open nothing from then on, nor does an extra passphrase of this profile.
    #[command(after_help = "Example: azalai recovery make --shares 5 --need 3 --out sheets --home steward")]
    Make {
        /// How many sheets, at most 16.
        #[arg(long, value_name = "N")]
        shares: u8,
        /// How many of them open it, at least 2.
        #[arg(long, value_name = "K")]
        need: u8,
        /// The folder to write them into, which must be new or empty.
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
    },
    /// Sets a new passphrase with enough sheets. It is asked for twice; AZALAI_NEW_PASSPHRASE may hold it.
    #[command(
        after_help = "Example: azalai recovery open sheet-1.txt sheet-4.txt --words \"absent acid …\" --home steward"
    )]
    Open {
        /// Sheets as files.
        #[arg(value_name = "FILE", required_unless_present = "words")]
        sheets: Vec<PathBuf>,
        /// A sheet's 22 words, typed; may be repeated.
        #[arg(long, value_name = "WORDS")]
        words: Vec<String>,
    },
}
