//! One file for each group of commands; this one only dispatches.

mod body;
mod carry;
mod evidence;
mod export;
mod incidents;
mod keeper;
mod lists;
mod marks;
mod notices;
mod packs;
mod passphrase;
mod people;
mod places;
mod profile;
mod recovery;
mod relay;
mod reports;
mod serve;
mod shed;
mod show;
mod staff;
mod who;

use std::path::Path;

use azalai_envelope::{DocumentId, Kind};
use azalai_roster::{Admission, AreaCode};
use tokio::runtime::{Builder, Runtime};

use crate::args::{Area, Arguments, Command, Invites, More, Passphrase, Profile, Project, Recovery};
use crate::home::Device;
use crate::output::{Failure, Output, why};

/// Does what the command line asks.
pub(crate) fn run(arguments: Arguments, out: &mut Output) -> Result<(), Failure> {
    let Arguments { home, command, .. } = arguments;
    runtime()?.block_on(dispatch(home.as_deref(), command, out))
}

fn runtime() -> Result<Runtime, Failure> {
    let built = Builder::new_multi_thread().enable_all().build();
    built.map_err(|error| Failure::failed(format!("the program could not start its threads: {error}")))
}

async fn dispatch(home: Option<&Path>, command: Command, out: &mut Output) -> Result<(), Failure> {
    match command {
        Command::Project(Project::New { name, areas, pseudonym, admit_at_exchange, memory }) => {
            let admission = if admit_at_exchange { Admission::AtExchange } else { Admission::ByHand };
            people::found(home, people::Founding { name, areas, pseudonym, admission }, &memory, out).await
        }
        Command::Project(Project::Admission { how }) => people::admission(home, how, out).await,
        Command::Invite { about: None, new } => match (new.role, new.out) {
            (Some(role), Some(file)) => people::invite(home, role, new.area.as_deref(), &file, &new.memory, out).await,
            _ => Err(Failure::usage("an invite needs --role and --out")),
        },
        Command::Invite { about: Some(Invites::List), .. } => staff::invites(home, out).await,
        Command::Invite { about: Some(Invites::Revoke { invite }), .. } => staff::revoke(home, &invite, out).await,
        Command::Remove { member, taken_at, now: _, yes } => {
            staff::remove(home, &member, taken_at.as_deref(), yes, out).await
        }
        Command::Quarantine => staff::quarantine(home, out).await,
        Command::Adopt { statements } => staff::adopt(home, &statements, out).await,
        Command::Rotate { circles } => staff::rotate(home, &circles, out).await,
        Command::Grant { member, role, area, past, bodies } => {
            body::grant(home, &member, role, (area.as_deref(), past, &bodies), out).await
        }
        Command::Body(args) => body::body(home, &args, out).await,
        Command::Area(Area::Add { area }) => staff::add_area(home, &area, out).await,
        Command::Join { file, words, pseudonym, memory } => {
            people::join(home, &file, &words, &pseudonym, &memory, out).await
        }
        Command::Admit { key, list } => people::admit(home, key.as_deref(), list, out).await,
        Command::Members => people::members(home, out).await,
        Command::RelayKey => relay::key(home, out).await,
        Command::RelayCertificate { relay_key, label, out: file } => {
            relay::certificate(home, &relay_key, &label, &file, out).await
        }
        Command::Relay { listen, keeper, keep_days, admit } => {
            relay::run(home, listen, keeper, keep_days, &admit, out).await
        }
        Command::Report(report) => reports::report(home, *report, out).await,
        Command::Amend { id, category, said } => reports::amend(home, &id, category, *said, out).await,
        Command::Retract { id, why } => reports::retract(home, &id, &why, out).await,
        Command::Forget { reports, yes, even_if_unsent } => {
            shed::forget(home, &reports, yes, even_if_unsent, out).await
        }
        Command::Shedding { after, off } => shed::shedding(home, after, off, out).await,
        Command::Reports(filter) => reports::list(home, &filter, out).await,
        Command::Show { id } => show::show(home, &id, out).await,
        Command::WhoCanRead { id } => who::who_can_read(home, &id, out).await,
        Command::History { id } => show::history(home, &id, out).await,
        Command::Evidence { id, name_authors, out: file } => evidence::make(home, &id, name_authors, &file, out).await,
        Command::Verify { file } => evidence::verify(&file, out),
        Command::Notice(notice) => notices::notice(home, *notice, out).await,
        Command::Notices => notices::list(home, out).await,
        Command::Incident(incident) => incidents::change(home, incident, out).await,
        Command::Incidents => incidents::list(home, out).await,
        Command::Sync { relay, peer, tls_ca } => {
            carry::sync(home, relay.or(peer).as_deref().unwrap_or_default(), tls_ca.as_deref(), out).await
        }
        Command::Exchange { listen } => carry::exchange(home, listen, out).await,
        Command::Bundle(bundle) => carry::bundle(home, bundle, out).await,
        Command::Status => lists::status(home, out).await,
        Command::Pack(what) => packs::pack(home, what, out).await,
        Command::Categories { lang } => packs::categories(home, &lang, out).await,
        Command::Places { more: Some(More::Import { file }), .. } => places::import(home, &file, out).await,
        Command::Places { search, more: None } => places::list(home, search.as_deref(), out).await,
        Command::Serve { listen, cover, memory } => serve::run(home, listen, &cover, &memory, out).await,
        Command::Passphrase(Passphrase::Suggest { lang }) => passphrase::suggest(&lang, out),
        Command::Passphrase(Passphrase::Change) => passphrase::change(home, out).await,
        Command::Profile(Profile::New(new)) => profile::new(home, &new, out).await,
        Command::Recovery(Recovery::Make { shares, need, out: folder }) => {
            recovery::make(home, (need, shares), &folder, out).await
        }
        Command::Recovery(Recovery::Open { sheets, words }) => recovery::open(home, &sheets, &words, out).await,
        Command::Doctor => lists::doctor(home, out).await,
        Command::Export { what, format, ring, out: file } => export::export(home, what, format, ring, &file, out).await,
    }
}

/// The document of one kind that an id means.
async fn find(device: &Device, id: &str, kind: Kind) -> Result<DocumentId, Failure> {
    let (found, is) = device.find(id).await?;
    let name = |kind| match kind {
        Kind::INCIDENT => "an incident",
        Kind::NOTICE => "a notice",
        _ => "a report",
    };
    if is != kind {
        return Err(Failure::failed(format!("{found} is {}, not {}", name(is), name(kind))));
    }
    Ok(found)
}

/// The report or incident that an id means; `what` says what cannot be done to a notice.
async fn find_document(device: &Device, id: &str, what: &str) -> Result<DocumentId, Failure> {
    let (found, kind) = device.find(id).await?;
    if kind == Kind::NOTICE {
        return Err(Failure::failed(format!("{found} is a notice, {what}; `azalai show {id}` shows all of it")));
    }
    Ok(found)
}

/// A value of a fixed list, or what is wrong with it: a matter of usage.
fn parse<T: core::str::FromStr>(flag: &str, text: &str) -> Result<T, Failure>
where
    T::Err: core::fmt::Display,
{
    text.parse().map_err(|error| Failure::usage(format!("{flag}: {error}")))
}

/// The code of an area, which is lower case however it is typed.
fn area_code(text: &str) -> Result<AreaCode, Failure> {
    parse("--area", &text.trim().to_lowercase())
}

/// Reads a file of at most `limit` bytes.
pub(crate) fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    use std::io::Read as _;
    let failed = |error: std::io::Error| Failure::failed(format!("{} was not read: {}", path.display(), why(&error)));
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(Failure::failed(format!("{} has more than {limit} bytes", path.display())));
    }
    Ok(bytes)
}
