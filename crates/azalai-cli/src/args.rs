//! The command line. Names and flags are fixed: other programs and people's habits rest on them.

mod body;
mod packs;
mod project;
mod said;
mod values;
mod vault;

use std::net::SocketAddr;
use std::path::PathBuf;

use azalai_sync::limits::MIN_KEEP_DAYS;
use clap::{Args, Parser, Subcommand};

pub(crate) use body::Body;
pub(crate) use packs::Pack;
pub(crate) use project::{Area, Invites, NewInvite, Project};
pub(crate) use said::{Filter, Incident, Notice, Report, Said};
pub(crate) use values::{Admission, Format, Past, Ring, Role, What};
pub(crate) use vault::{NewProfile, Profile, Recovery};

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
    /// Makes an invite: a file, and six words that open it. Lists invites, or ends one.
    #[command(
        args_conflicts_with_subcommands = true,
        subcommand_negates_reqs = true,
        after_help = "Example: azalai invite --home steward --role monitor --area gao --out invite.azalai"
    )]
    Invite {
        #[command(subcommand)]
        about: Option<Invites>,
        #[command(flatten)]
        new: NewInvite,
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
    /// Takes a device out of the project, for good. Without --yes it only says what that would do.
    #[command(after_help = "Example: azalai remove swallow --taken-at 2026-11-20T06:00 --home steward")]
    Remove {
        /// The member: its pseudonym, or the beginning of its key.
        member: String,
        /// When it was taken: what it dates later is set aside. Of a day, from its first minute on.
        #[arg(long, value_name = "WHEN", required_unless_present = "now")]
        taken_at: Option<String>,
        /// All that has arrived from it by now counts.
        #[arg(long, conflicts_with = "taken_at")]
        now: bool,
        /// Does it.
        #[arg(long)]
        yes: bool,
    },
    /// Lists what is kept and does not count: what removed devices said after their cut, and forked chains.
    #[command(after_help = "Example: azalai quarantine --home heron")]
    Quarantine,
    /// Takes statements that are set aside back in.
    #[command(after_help = "Example: azalai adopt 3f9a01 --home heron")]
    Adopt {
        /// Their ids, as `azalai quarantine` lists them.
        #[arg(required = true, value_name = "STATEMENT")]
        statements: Vec<String>,
    },
    /// Gives circles new keys, on suspicion: all that this device may, or those named.
    #[command(after_help = "Example: azalai rotate --home steward --circle everyone")]
    Rotate {
        /// A circle: everyone, staff, area/CODE, area/CODE/up.
        #[arg(long = "circle", value_name = "NAME")]
        circles: Vec<String>,
    },
    /// Grants an admitted member a role, or a coordinator one more area.
    #[command(after_help = "Example: azalai grant swallow --role coordinator --area gao --home steward")]
    Grant {
        /// The member: its pseudonym, or the beginning of its key.
        member: String,
        /// Coordinator or steward.
        #[arg(long)]
        role: Role,
        /// A coordinator's area.
        #[arg(long)]
        area: Option<String>,
        /// What of its circles' past it may read.
        #[arg(long, default_value = "all")]
        past: Past,
        /// A body that it belongs to: it then gets keys from now on only.
        #[arg(long = "body", value_name = "BODY")]
        bodies: Vec<String>,
    },
    /// Says which bodies (police, army …) a coordinator or steward belongs to: what complains of one goes round them.
    #[command(after_help = "Example: azalai body stork police --home steward")]
    Body(Body),
    /// Adds areas.
    #[command(subcommand, after_help = "Example: azalai area add gao-bou:Bourem:gao --home steward")]
    Area(Area),
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
        /// Where to serve the keeper's page, to this machine alone, such as 127.0.0.1:7651; without it there is none.
        #[arg(long, value_name = "ADDR:PORT")]
        keeper: Option<SocketAddr>,
        /// Deletes letters after so many days, 30 or more; without it, none for its age.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(i64::from(MIN_KEEP_DAYS)..))]
        keep_days: Option<u16>,
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
    /// Forgets own reports on this device, so that no word of them can be read here. Without --yes it only says what is
    /// known of who else has them.
    #[command(after_help = "Example: azalai forget 3f9a01 --yes --home me")]
    Forget {
        /// Ids, or at least six digits of each.
        #[arg(required = true, value_name = "REPORT")]
        reports: Vec<String>,
        /// Does it.
        #[arg(long)]
        yes: bool,
        /// Also what nobody else is known to have: it is lost for ever.
        #[arg(long, requires = "yes")]
        even_if_unsent: bool,
    },
    /// Says, or chooses, when this device forgets its own reports by itself.
    #[command(after_help = "Example: azalai shedding --after 14 --home me")]
    Shedding {
        /// Days for which nobody wrote anything more of a report that has safely arrived.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=365))]
        after: Option<u16>,
        /// Never.
        #[arg(long, conflicts_with = "after")]
        off: bool,
    },
    /// Lists the reports that this device may read.
    #[command(after_help = "Example: azalai reports --home heron --state opened --json")]
    Reports(Filter),
    /// Shows a report, an incident or a notice.
    #[command(after_help = "Example: azalai show 3f9a01 --home heron")]
    Show {
        /// Its id, or at least six digits of it.
        id: String,
    },
    /// Says who can read a report, an incident or a notice, as far as this device knows, and what it cannot know.
    #[command(after_help = "Example: azalai who-can-read 3f9a01 --home me")]
    WhoCanRead {
        /// Its id, or at least six digits of it.
        id: String,
    },
    /// Shows who wrote what in a report or an incident, and when; every signature is checked.
    #[command(after_help = "Example: azalai history 3f9a01 --home heron")]
    History {
        /// Its id, or at least six digits of it.
        id: String,
    },
    /// Writes a report or an incident with its signatures into a file that anybody can check.
    #[command(after_help = "Example: azalai evidence 3f9a01 --home heron --out ambush.evidence")]
    Evidence {
        /// Its id, or at least six digits of it.
        id: String,
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Puts in how the authors were admitted: their pseudonyms, areas and invites.
        #[arg(long)]
        name_authors: bool,
    },
    /// Checks a file of `azalai evidence`, and says what is proved and what is not; needs no home and no network.
    #[command(after_help = "Example: azalai verify ambush.evidence")]
    Verify {
        /// The file.
        file: PathBuf,
    },
    /// Tells a circle something, or answers the author of a report; for coordinators and stewards.
    #[command(
        after_help = "Example: azalai notice --home heron --to author-of 3f9a01 --text \"Thank you. Somebody went to look.\""
    )]
    Notice(Box<Notice>),
    /// Lists the notices that this device may read, the oldest first.
    #[command(after_help = "Example: azalai notices --home me --json")]
    Notices,
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
        /// For https://: trusts only the certificates in this file (PEM), an authority's or the relay's own.
        #[arg(long, value_name = "FILE")]
        tls_ca: Option<PathBuf>,
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
    /// Works on the pack: the categories and questions of a project.
    #[command(subcommand, after_help = "Example: azalai pack import ours.json --home steward")]
    Pack(Pack),
    /// Lists the categories of reports; with a home, those of its project.
    #[command(after_help = "Example: azalai categories --home me --lang fr")]
    Categories {
        /// Language of the labels.
        #[arg(long, default_value = "en")]
        lang: String,
    },
    /// Lists places, or finds some; with a home, those that were brought to it too.
    #[command(args_conflicts_with_subcommands = true, after_help = "Example: azalai places --home me --search gao")]
    Places {
        /// What to look for; spelling and script are forgiven.
        #[arg(long)]
        search: Option<String>,
        #[command(subcommand)]
        more: Option<More>,
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
    /// Serves the pages of this device to a browser; begins a home where there is none.
    #[command(after_help = "Example: azalai serve --home me")]
    Serve {
        /// Where to listen: this machine alone, unless there is a certificate; port 0 takes any free one.
        #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:7711")]
        listen: SocketAddr,
        #[command(flatten)]
        cover: Cover,
        #[command(flatten)]
        memory: Memory,
    },
    /// Changes what opens this home, or suggests a passphrase.
    #[command(subcommand, after_help = "Example: azalai passphrase change --home me")]
    Passphrase(Passphrase),
    /// Sets up a second profile in this home, which a passphrase of its own opens.
    #[command(
        subcommand,
        after_help = "Example: azalai profile new second.invite --words \"one two three four five six\" --pseudonym wren --home me"
    )]
    Profile(Profile),
    /// Recovery sheets: made while the passphrase is known, used when it is forgotten.
    #[command(subcommand, after_help = "Example: azalai recovery make --shares 5 --need 3 --out sheets --home steward")]
    Recovery(Recovery),
    /// Checks everything that this home keeps, and mends what can be.
    #[command(after_help = "Example: azalai doctor --home me")]
    Doctor,
}

/// Pages over TLS.
#[derive(Debug, Args)]
pub(crate) struct Cover {
    /// The server's certificate with those it rests on (PEM): the pages are then served over TLS.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// The certificate's private key (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub(crate) tls_key: Option<PathBuf>,
    /// A name or address by which browsers may call this device, as the certificate says it. May be repeated.
    #[arg(long = "name", value_name = "HOST", requires = "tls_certificate")]
    pub(crate) names: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Passphrase {
    /// Puts a new passphrase in the place of the present one, which is asked for first. AZALAI_NEW_PASSPHRASE may hold
    /// the new one.
    #[command(after_help = "Example: azalai passphrase change --home me")]
    Change,
    /// Draws words that make a strong passphrase. Keeps them nowhere.
    #[command(after_help = "Example: azalai passphrase suggest --lang fr")]
    Suggest {
        /// Language of the words: en, fr.
        #[arg(long, default_value = "en")]
        lang: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum More {
    /// Takes a file of places: CSV in UTF-8 with the columns name,alternates,lat,lon,admin. Alternates are separated by |. If a
    /// line is wrong, nothing is taken.
    #[command(after_help = "Example: azalai places import villages.csv --home me")]
    Import {
        /// The file.
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Bundle {
    /// Writes everything that this device carries into a file; what does not fit goes into a next one.
    #[command(after_help = "Example: azalai bundle export --home me --out letters.azalai")]
    Export {
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Go on after this letter, with which the bundle before ended.
        #[arg(long, value_name = "LETTER")]
        after: Option<String>,
        /// Bytes of the file at most, where a card or a courier takes less than 256 MiB.
        #[arg(long, value_name = "BYTES")]
        limit: Option<u64>,
    },
    /// Takes letters from a file.
    #[command(after_help = "Example: azalai bundle import letters.azalai --home heron")]
    Import {
        /// The file.
        file: PathBuf,
    },
}
