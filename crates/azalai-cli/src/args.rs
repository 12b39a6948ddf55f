//! The command line. Names and flags are fixed: other programs and people's habits rest on them.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Community reporting that works with no network: sealed, signed, carried from hand to hand.
#[derive(Debug, Parser)]
#[command(name = "azalai", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Arguments {
    /// One JSON object on each line of stdout, for machines.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The home of this device or relay; AZALAI_HOME may stand in for it.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) home: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Memory that guessing a passphrase is made to cost.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Memory {
    /// Mebibytes of memory that opening takes, for devices with little of it; at least 19 [default: 64].
    #[arg(long, value_name = "MIB")]
    pub(crate) argon2_memory: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Founds a project.
    #[command(
        subcommand,
        after_help = "Example: azalai project new --home steward --name \"Veille du Liptako\" --area gao:Gao"
    )]
    Project(Project),
    /// Makes an invite: a file, and six words that open it.
    #[command(after_help = "Example: azalai invite --home steward --role monitor --area gao --out invite.azalai")]
    Invite {
        /// As what the new member is invited.
        #[arg(long)]
        role: Role,
        /// For which area; a steward needs none.
        #[arg(long)]
        area: Option<String>,
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        memory: Memory,
    },
    /// Joins a project with an invite; needs no network.
    #[command(
        after_help = "Example: azalai join invite.azalai --words \"one two three four five six\" --home me --pseudonym swallow"
    )]
    Join {
        /// The invite.
        file: PathBuf,
        /// Its six words.
        #[arg(long)]
        words: String,
        /// How this device wants to be called. Not a real name.
        #[arg(long)]
        pseudonym: String,
        #[command(flatten)]
        memory: Memory,
    },
    /// Admits all who wait, or the one with a key.
    #[command(after_help = "Example: azalai admit --home steward --list")]
    Admit {
        /// The key, or the beginning of it, of the one to admit.
        key: Option<String>,
        /// Only shows who waits.
        #[arg(long, conflicts_with = "key")]
        list: bool,
    },
    /// Makes or prints a relay's public key.
    #[command(after_help = "Example: azalai relay-key --home relay")]
    RelayKey,
    /// Makes the certificate by which a relay admits this project.
    #[command(after_help = "Example: azalai relay-certificate --home steward --relay-key KEY --out town.cert")]
    RelayCertificate {
        /// The relay's public key.
        #[arg(long, value_name = "KEY")]
        relay_key: String,
        /// How members call the relay.
        #[arg(long, default_value = "relay")]
        label: String,
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Runs a relay: carries sealed letters, opens none.
    #[command(after_help = "Example: azalai relay --home relay --listen 0.0.0.0:7700 --admit town.cert")]
    Relay {
        /// Where to listen; port 0 takes any free one.
        #[arg(long, value_name = "ADDR:PORT")]
        listen: SocketAddr,
        /// Certificates of the projects that it carries for.
        #[arg(long, value_name = "FILE", num_args = 1..)]
        admit: Vec<PathBuf>,
    },
    /// Writes a report and saves it on this device.
    #[command(
        after_help = "Example: azalai report --home me --category road-ambush --text \"Five motorbikes at the ford\" --when yesterday --place Ansongo"
    )]
    Report(Box<Report>),
    /// Changes one of this device's own reports.
    #[command(after_help = "Example: azalai amend 3f9a01 --home me --text \"Six motorbikes, not five\"")]
    Amend {
        /// The report's id, or at least six digits of it.
        id: String,
        /// What kind of thing happened: a code of `azalai categories`.
        #[arg(long)]
        category: Option<String>,
        #[command(flatten)]
        said: Box<Said>,
    },
    /// Takes one of this device's own reports back.
    #[command(after_help = "Example: azalai retract 3f9a01 --home me --why \"It was a rumour\"")]
    Retract {
        /// The report's id, or at least six digits of it.
        id: String,
        /// Why.
        #[arg(long)]
        why: String,
    },
    /// Lists the reports that this device may read.
    #[command(after_help = "Example: azalai reports --home heron --state opened --json")]
    Reports(Filter),
    /// Shows a report or an incident.
    #[command(after_help = "Example: azalai show 3f9a01 --home heron")]
    Show {
        /// Its id, or at least six digits of it.
        id: String,
    },
    /// Shows who wrote what in a report or an incident, and when; every signature is checked.
    #[command(after_help = "Example: azalai history 3f9a01 --home heron")]
    History {
        /// Its id, or at least six digits of it.
        id: String,
    },
    /// Works on incidents.
    #[command(
        subcommand,
        after_help = "Example: azalai incident new --home heron --title \"Ambush at the ford\" --area gao"
    )]
    Incident(Incident),
    /// Lists the incidents that this device may read.
    #[command(after_help = "Example: azalai incidents --home heron --json")]
    Incidents,
    /// Exchanges letters with a relay or a neighbour.
    #[command(after_help = "Example: azalai sync --home me --relay http://192.168.1.20:7700")]
    Sync {
        /// A relay.
        #[arg(long, value_name = "URL", required_unless_present = "peer")]
        relay: Option<String>,
        /// A neighbour who runs `azalai exchange`.
        #[arg(long, value_name = "URL", conflicts_with = "relay")]
        peer: Option<String>,
    },
    /// Lets neighbours exchange with this device, until stopped.
    #[command(after_help = "Example: azalai exchange --home me --listen 0.0.0.0:7800")]
    Exchange {
        /// Where to listen; port 0 takes any free one.
        #[arg(long, value_name = "ADDR:PORT")]
        listen: SocketAddr,
    },
    /// Carries letters by card or cable.
    #[command(subcommand, after_help = "Example: azalai bundle export --home me --out letters.azalai")]
    Bundle(Bundle),
    /// Says what is only here, what a relay holds, what a coordinator opened.
    #[command(after_help = "Example: azalai status --home me")]
    Status,
    /// Lists the members that this device knows of.
    #[command(after_help = "Example: azalai members --home steward")]
    Members,
    /// Lists the categories of reports.
    #[command(after_help = "Example: azalai categories --home me --lang fr")]
    Categories {
        /// Language of the labels.
        #[arg(long, default_value = "en")]
        lang: String,
    },
    /// Lists places, or finds some.
    #[command(after_help = "Example: azalai places --home me --search gao")]
    Places {
        /// What to look for; spelling and script are forgiven.
        #[arg(long)]
        search: Option<String>,
    },
    /// Writes reports or incidents for other programs; says what it leaves out.
    #[command(
        after_help = "Example: azalai export --home heron --what incidents --format geojson --for project --out incidents.geojson"
    )]
    Export {
        /// What.
        #[arg(long)]
        what: What,
        /// In which format.
        #[arg(long)]
        format: Format,
        /// For whom.
        #[arg(long = "for", value_name = "RING")]
        ring: Ring,
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Serves the pages of this device to a browser on this machine; begins a home where there is none.
    #[command(after_help = "Example: azalai serve --home me")]
    Serve {
        /// Where to listen: an address of this machine alone; port 0 takes any free one.
        #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:7711")]
        listen: SocketAddr,
        #[command(flatten)]
        memory: Memory,
    },
    /// Checks everything that this home keeps, and mends what can be.
    #[command(after_help = "Example: azalai doctor --home me")]
    Doctor,
}

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
    #[arg(long, default_value_t = 0, allow_negative_numbers = true, value_name = "MINUTES")]
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
    /// Sharing label: AMBER+STRICT, AMBER, GREEN, CLEAR.
    #[arg(long)]
    pub(crate) tlp: Option<String>,
    /// A JSON file with the report's fields, or - for stdin; flags add to it.
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
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

#[derive(Debug, Subcommand)]
pub(crate) enum Bundle {
    /// Writes everything that this device carries into a file.
    #[command(after_help = "Example: azalai bundle export --home me --out letters.azalai")]
    Export {
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Takes letters from a file.
    #[command(after_help = "Example: azalai bundle import letters.azalai --home heron")]
    Import {
        /// The file.
        file: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Admission {
    /// A coordinator or steward admits each with `azalai admit`.
    ByHand,
    /// An exchange (by relay, neighbour or file) of a coordinator's or steward's device admits each who alone claimed an
    /// invite: an invite that leaks with its words lets a stranger in, and nobody has looked.
    AtExchange,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Role {
    /// Reports.
    Monitor,
    /// Reads, grades and answers for an area.
    Coordinator,
    /// Invites, certifies relays.
    Steward,
}

#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum What {
    /// Reports.
    Reports,
    /// Incidents.
    Incidents,
}

#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum Format {
    /// Comma-separated values with a row of HXL tags.
    Csv,
    /// GeoJSON (RFC 7946).
    Geojson,
}

#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum Ring {
    /// Within the project.
    Project,
    /// Partners of the project.
    Partners,
    /// Everybody.
    Public,
}
