//! What a person says of a report or an incident: the flags of `report`, `amend`, `reports` and `incident`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What a report says, as flags.
#[derive(Debug, Args)]
pub(crate) struct Said {
    /// What happened, in words.
    #[arg(long)]
    pub(crate) text: Option<String>,
    /// When: now, today, yesterday, "this week", 2026-11-20, 2026-11-20T14:30, 2026-11, A..B, unknown.
    #[arg(long)]
    pub(crate) when: Option<String>,
    /// Minutes that local time is ahead of UTC, for --when.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true, value_name = "MINUTES", requires = "when")]
    pub(crate) utc_offset: i16,
    /// Latitude in degrees.
    #[arg(long, allow_negative_numbers = true, requires = "lon")]
    pub(crate) lat: Option<f64>,
    /// Longitude in degrees.
    #[arg(long, allow_negative_numbers = true, requires = "lat")]
    pub(crate) lon: Option<f64>,
    /// Radius in metres that the position is good for.
    #[arg(long, requires = "lat", value_name = "METRES")]
    pub(crate) accuracy_m: Option<u32>,
    /// Name of the place.
    #[arg(long)]
    pub(crate) place: Option<String>,
    /// How it is known: seen, heard-first-hand, heard-second-hand, document, media.
    #[arg(long)]
    pub(crate) basis: Option<String>,
    /// Language of the text, such as fr.
    #[arg(long)]
    pub(crate) language: Option<String>,
    /// How soon somebody should act: now, days, record.
    #[arg(long)]
    pub(crate) urgency: Option<String>,
    /// The reporter is in danger.
    #[arg(long)]
    pub(crate) danger_to_me: bool,
    /// The reporter wants an answer.
    #[arg(long)]
    pub(crate) wants_reply: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// What kind of thing happened: a code of `azalai categories`.
    #[arg(long, required_unless_present = "from")]
    pub(crate) category: Option<String>,
    #[command(flatten)]
    pub(crate) said: Said,
    /// The area whose coordinators read it, instead of this device's own.
    #[arg(long)]
    pub(crate) area: Option<String>,
    /// Sharing label: RED (with --to), AMBER+STRICT, AMBER, GREEN, CLEAR.
    #[arg(long)]
    pub(crate) tlp: Option<String>,
    /// With --tlp red: a coordinator or steward who may read it, alone; may be repeated. By pseudonym or key.
    #[arg(long, value_name = "MEMBER")]
    pub(crate) to: Vec<String>,
    /// Only says who could read it. Saves nothing.
    #[arg(long)]
    pub(crate) who_can_read: bool,
    /// A JSON file with the report's fields, or - for stdin; flags add to it.
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Notice {
    /// What it says.
    #[arg(long)]
    pub(crate) text: String,
    /// Whom it is for: `everyone`; `area CODE`, the coordinators of an area and of those that contain it; `circle NAME`
    /// (everyone, staff, area/CODE, area/CODE/up); `author-of REPORT`, one device. With --report alone: its author.
    #[arg(long, num_args = 1..=2, value_names = ["WHO", "WHICH"], required_unless_present = "report")]
    pub(crate) to: Vec<String>,
    /// The report that it answers, which is named to its author or to those it was sealed to.
    #[arg(long, value_name = "REPORT")]
    pub(crate) report: Option<String>,
    /// Language of the text, such as fr.
    #[arg(long)]
    pub(crate) language: Option<String>,
    /// Travels before other letters: an alert.
    #[arg(long)]
    pub(crate) urgent: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// Only this category.
    #[arg(long)]
    pub(crate) category: Option<String>,
    /// Only this area and those within it.
    #[arg(long)]
    pub(crate) area: Option<String>,
    /// Only in this state: local, relay, opened, acted, retracted.
    #[arg(long)]
    pub(crate) state: Option<String>,
    /// Only what happened since then: yesterday, "last week", 2026-11-20; without a time, what was written since.
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// Only with this in the text.
    #[arg(long)]
    pub(crate) text: Option<String>,
    /// Only those written on this device.
    #[arg(long)]
    pub(crate) own: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Incident {
    /// Makes an incident.
    #[command(after_help = "Example: azalai incident new --home heron --title \"Ambush at the ford\" --area gao")]
    New {
        /// What it is called.
        #[arg(long)]
        title: String,
        /// The area that it belongs to.
        #[arg(long)]
        area: Option<String>,
        /// Its category.
        #[arg(long)]
        category: Option<String>,
        /// Sharing label.
        #[arg(long, default_value = "AMBER")]
        tlp: String,
    },
    /// Links a report.
    #[command(after_help = "Example: azalai incident link 77ab12 3f9a01 --rumour driver --home heron")]
    Link {
        /// The incident.
        id: String,
        /// The report.
        report: String,
        /// A name that reports of one rumour share.
        #[arg(long)]
        rumour: Option<String>,
    },
    /// Takes a link away.
    #[command(after_help = "Example: azalai incident unlink 77ab12 3f9a01 --home heron")]
    Unlink {
        /// The incident.
        id: String,
        /// The report.
        report: String,
    },
    /// Grades a linked report.
    #[command(after_help = "Example: azalai incident grade 77ab12 3f9a01 --reliability B --credibility 2 --home heron")]
    Grade {
        /// The incident.
        id: String,
        /// The report.
        report: String,
        /// The source: A to F.
        #[arg(long)]
        reliability: String,
        /// The information: 1 to 6.
        #[arg(long)]
        credibility: String,
        /// Why.
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Sets fields.
    #[command(after_help = "Example: azalai incident set 77ab12 --title \"Ambush\" --status reviewing --home heron")]
    Set {
        /// The incident.
        id: String,
        /// What it is called.
        #[arg(long)]
        title: Option<String>,
        /// Where it stands: new, reviewing, corroborated, confirmed, refuted, closed.
        #[arg(long)]
        status: Option<String>,
        /// Its category.
        #[arg(long)]
        category: Option<String>,
        /// When it happened.
        #[arg(long)]
        when: Option<String>,
        /// Where: the name of a place.
        #[arg(long)]
        place: Option<String>,
        /// A note.
        #[arg(long)]
        note: Option<String>,
        /// What reporters are told.
        #[arg(long)]
        outcome: Option<String>,
    },
    /// Settles a field that several people set apart.
    #[command(after_help = "Example: azalai incident settle 77ab12 title --value \"Ambush at the ford\" --home heron")]
    Settle {
        /// The incident.
        id: String,
        /// The field.
        field: String,
        /// Keeps the value that this change set.
        #[arg(long, value_name = "CHANGE", required_unless_present = "value")]
        keep: Option<String>,
        /// Keeps this value.
        #[arg(long, conflicts_with = "keep")]
        value: Option<String>,
    },
}
