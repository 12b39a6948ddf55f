//! Founding, inviting, joining, admitting.

use std::path::Path;

use azalai_envelope::Day;
use azalai_envelope::limits::MAX_PSEUDONYM_BYTES;
use azalai_node::node::device_id;
use azalai_node::words;
use azalai_node::{NewArea, NewHome, check_areas, check_name};
use azalai_roster::limits::MAX_NAME_BYTES;
use azalai_roster::{Admission, HeldUp, Member, MemberState};
use serde_json::{Value, json};

use super::{area_code, marks, read_file};
use crate::args::{self, Memory};
use crate::limits::{MAX_INVITE_BYTES, OFFERED_WORDS};
use crate::out_file::OutFile;
use crate::output::{Failure, Output, short, table};
use crate::{home, host};

/// A project to be founded, as it is typed.
pub(crate) struct Founding {
    pub(crate) name: String,
    pub(crate) areas: Vec<String>,
    pub(crate) pseudonym: String,
    pub(crate) admission: Admission,
}

pub(crate) async fn found(
    home: Option<&Path>,
    founding: Founding,
    memory: &Memory,
    out: &mut Output,
) -> Result<(), Failure> {
    let Founding { name, areas, pseudonym, admission } = founding;
    let areas = areas.iter().map(|area| read_area(area)).collect::<Result<Vec<_>, _>>()?;
    check_areas(&areas)?;
    check_text("--name", &name, MAX_NAME_BYTES)?;
    check_text("--pseudonym", &pseudonym, MAX_PSEUDONYM_BYTES)?;
    let folder = home::named(home)?;
    let mut rng = host::rng()?;
    let offer = words::draw(OFFERED_WORDS, &mut rng).join(" ");
    let params = home::params(memory)?;
    let passphrase = host::new_passphrase(&offer)?;
    let held = home::Held::take(&folder)?;
    let (home, rooms) = held.rooms(&mut rng)?;
    let new = NewHome { home, rooms: Some(rooms), passphrase: &passphrase, params, rng, pseudonym: &pseudonym };
    let device = new.found(&name, &areas, admission, host::now_ms()).await?;
    let id = device_id(&device.device().signing);
    host::say(
        "azalai: this device holds the only copy of the project's root key. Invite a second steward soon, or keep a \
         copy of this folder somewhere safe: if both are lost, nobody can admit coordinators any more.",
    );
    let object = json!({
        "id": id.to_string(), "project": device.project().to_string(), "name": name, "pseudonym": pseudonym,
        "key": device.device().signing.to_string(), "admission": admission.to_string(), "areas": areas.iter().map(|area| area.code.to_string()).collect::<Vec<_>>(),
    });
    out.result(&object, || format!("Project {name:?} is founded in {} with {} areas.", folder.display(), areas.len()))
}

pub(crate) async fn admission(home: Option<&Path>, how: args::Admission, out: &mut Output) -> Result<(), Failure> {
    let how = match how {
        args::Admission::ByHand => Admission::ByHand,
        args::Admission::AtExchange => Admission::AtExchange,
    };
    let mut device = home::open(home).await?;
    device.set_admission(how, host::now_ms()).await?;
    out.result(&json!({ "admission": how.to_string() }), || {
        format!("{} Other devices learn of it by exchanges.", admission_in_words(how))
    })
}

/// How the project admits newcomers, as a sentence.
pub(crate) fn admission_in_words(how: Admission) -> &'static str {
    match how {
        Admission::ByHand => "Newcomers are admitted by hand.",
        Admission::AtExchange => "Newcomers who alone claimed their invite are admitted at an exchange, unseen.",
    }
}

/// A name that is typed as the value of a flag.
pub(crate) fn check_text(flag: &str, text: &str, limit: usize) -> Result<(), Failure> {
    check_name(flag, text, limit).map_err(|error| Failure::usage(error.to_string()))
}

/// A member for machines.
pub(crate) fn admitted_object(member: &Member) -> Value {
    json!({
        "key": member.device.signing.to_string(), "pseudonym": member.pseudonym, "role": member.role.to_string(),
        "area": member.area.as_ref().map(ToString::to_string), "admitted": true,
    })
}

/// A member for people.
pub(crate) fn admitted_line(member: &Member) -> String {
    format!("{} is admitted as {} ({}).", member.pseudonym, member.role, short(&member.device.signing))
}

/// What holds up the admission of this device, and what to do: for people.
pub(crate) fn held_up_line(why: HeldUp) -> &'static str {
    match why {
        HeldUp::ClaimedTwice => {
            "Nobody has admitted this device yet: another device claimed the same invite. What you write is saved and \
             sent as ever, and shows as unconfirmed. Ask your coordinator, in person: they admit the one that is yours, \
             by its key, which `azalai status` shows."
        }
        HeldUp::InviteEnded => {
            "Nobody has admitted this device: its invite has ended. What you write is saved and sent as ever, and shows as \
             unconfirmed. Ask your coordinator, in person: they can still admit this device, by its key, which `azalai \
             status` shows."
        }
    }
}

pub(crate) fn read_area(text: &str) -> Result<NewArea, Failure> {
    let wrong = || Failure::usage(format!("--area {text:?}: write CODE:NAME or CODE:NAME:PARENT"));
    let mut parts = text.split(':');
    let (code, name) = (parts.next().ok_or_else(wrong)?, parts.next().ok_or_else(wrong)?);
    let parent = parts.next().map(area_code).transpose()?;
    if parts.next().is_some() || name.trim().is_empty() {
        return Err(wrong());
    }
    check_text("--area", name, MAX_NAME_BYTES)?;
    Ok(NewArea { code: area_code(code)?, name: name.trim().to_owned(), parent })
}

pub(crate) async fn invite(
    home: Option<&Path>,
    role: args::Role,
    area: Option<&str>,
    file: &Path,
    memory: &Memory,
    out: &mut Output,
) -> Result<(), Failure> {
    let role = azalai_roster::Role::from(role);
    let area = area.map(area_code).transpose()?;
    // A steward is of no area; naming one is harmless.
    let area = if role == azalai_roster::Role::Steward { None } else { area };
    let params = home::params(memory)?;
    let target = OutFile::begin(file)?;
    let mut device = home::open(home).await?;
    let invite = device.invite(role, area, params, host::now_ms()).await?;
    target.finish(&invite.file)?;
    let id = azalai_envelope::ids::to_hex(&invite.id);
    let object =
        json!({ "words": invite.words, "file": file.display().to_string(), "invite": id, "role": role.to_string() });
    out.result(&object, || {
        format!(
            "Invite for a {role} written to {}.\nIts words: {}\nSay the words, or send them by another way than the file. \
             Whoever has both can join; they are shown only now.",
            file.display(),
            invite.words
        )
    })
}

pub(crate) async fn join(
    home: Option<&Path>,
    file: &Path,
    typed: &str,
    pseudonym: &str,
    memory: &Memory,
    out: &mut Output,
) -> Result<(), Failure> {
    check_text("--pseudonym", pseudonym, MAX_PSEUDONYM_BYTES)?;
    let folder = home::named(home)?;
    let invite = read_file(file, MAX_INVITE_BYTES)?;
    let params = home::params(memory)?;
    let mut rng = host::rng()?;
    // The words are checked before a folder or a passphrase is asked for.
    let package = azalai_node::invite_file::open(&invite, typed).map_err(|error| Failure::failed(error.to_string()))?;
    if package.expires < Day::of_ms(host::now_ms()) {
        host::say(
            "azalai: this invite is older than it was meant to be used; if nobody admits you, ask for a new one.",
        );
    }
    let offer = words::draw(OFFERED_WORDS, &mut rng).join(" ");
    let passphrase = host::new_passphrase(&offer)?;
    let held = home::Held::take(&folder)?;
    let (home, rooms) = held.rooms(&mut rng)?;
    let new = NewHome { home, rooms: Some(rooms), passphrase: &passphrase, params, rng, pseudonym };
    let device = new.join(&invite, typed, host::now_ms()).await?;
    let (key, name) = (device.device().signing, device.roster().name().unwrap_or_default().to_owned());
    let object = json!({
        "id": device_id(&key).to_string(), "key": key.to_string(), "pseudonym": pseudonym, "project": device.project().to_string(),
        "name": name, "role": package.role.to_string(), "area": package.area.as_ref().map(ToString::to_string),
    });
    out.result(&object, || {
        format!(
            "Joined {name:?} as {pseudonym} ({}). You can write at once; what you write shows as unconfirmed until a \
             coordinator admits this device.",
            package.role
        )
    })
}

pub(crate) async fn admit(home: Option<&Path>, key: Option<&str>, list: bool, out: &mut Output) -> Result<(), Failure> {
    let mut device = home::open(home).await?;
    let waiting = device.roster().waiting();
    let chosen: Vec<_> = match key {
        Some(prefix) => {
            let fits = |key: &str| prefix.len() >= azalai_node::limits::MIN_PREFIX && key.starts_with(prefix);
            let found: Vec<_> = waiting.iter().filter(|w| fits(&w.claim.device.signing.to_string())).collect();
            match found.as_slice() {
                [one] => vec![(*one).clone()],
                [] => return Err(Failure::failed(format!("nobody waits under a key that begins with {prefix}"))),
                _ => return Err(Failure::failed(format!("several who wait have a key that begins with {prefix}"))),
            }
        }
        None => waiting.clone(),
    };
    if list || waiting.is_empty() {
        for w in &waiting {
            let object = json!({
                "key": w.claim.device.signing.to_string(), "pseudonym": w.claim.pseudonym, "role": w.role.to_string(),
                "area": w.area.as_ref().map(ToString::to_string), "claims_of_invite": w.claims, "admitted": false,
            });
            out.result(&object, || {
                let twice = if w.claims > 1 { "  CAUTION: this invite was claimed more than once" } else { "" };
                let area = w.area.as_ref().map_or_else(String::new, |area| format!(" of {area}"));
                format!("{}  {} waits to be {}{area}{twice}", w.claim.device.signing, w.claim.pseudonym, w.role)
            })?;
        }
        return out.text(if waiting.is_empty() {
            "Nobody waits."
        } else {
            "Admit one with `azalai admit KEY`, or all of them with `azalai admit`."
        });
    }
    let mut refused = 0;
    for w in chosen {
        // Two claims of one invite: a person has to choose which.
        if key.is_none() && w.claims > 1 {
            host::say(&format!(
                "azalai: {} was not admitted: its invite was claimed {} times; admit by key",
                w.claim.pseudonym, w.claims
            ));
            refused += 1;
            continue;
        }
        match device.admit(&w.claim.device.signing, host::now_ms()).await {
            Ok(member) => {
                out.result(&admitted_object(&member), || admitted_line(&member))?;
            }
            Err(error) => {
                host::say(&format!("azalai: {} was not admitted: {error}", w.claim.pseudonym));
                refused += 1;
            }
        }
    }
    out.text("They learn of it, and get their keys, after your next exchange and theirs.")?;
    if refused > 0 { Err(Failure::failed(format!("{refused} were not admitted"))) } else { Ok(()) }
}

pub(crate) async fn members(home: Option<&Path>, out: &mut Output) -> Result<(), Failure> {
    let device = home::open(home).await?;
    let marks = device.marks().await?;
    marks::say(&marks, out)?;
    let mut rows = Vec::new();
    for member in device.roster().members() {
        let state = match member.state {
            MemberState::Confirmed => "confirmed",
            MemberState::Unconfirmed => "unconfirmed",
            MemberState::Suspended => "suspended",
            MemberState::Removed => "removed",
        };
        let key = member.device.signing.to_string();
        let area = member.area.as_ref().map(ToString::to_string);
        let mut object = json!({ "key": key, "pseudonym": member.pseudonym, "role": member.role.to_string(), "area": area, "state": state });
        let bodies: Vec<String> =
            device.roster().bodies_of(&member.device.signing).iter().map(ToString::to_string).collect();
        if let (false, Some(fields)) = (bodies.is_empty(), object.as_object_mut()) {
            fields.insert("bodies".to_owned(), bodies.clone().into());
        }
        let mark = marks.iter().find(|mark| mark.device == member.device.signing);
        if let (Some(mark), Some(fields)) = (mark, object.as_object_mut()) {
            fields.insert("opened_under_duress".to_owned(), marks::at(mark).into());
        }
        rows.push(vec![
            short(&key),
            member.pseudonym.clone(),
            member.role.to_string(),
            area.unwrap_or_default(),
            state.to_owned(),
            bodies.join(", "),
        ]);
        out.object(&object)?;
    }
    out.text(&table(&["KEY", "PSEUDONYM", "ROLE", "AREA", "STATE", "BELONGS TO"], &rows))
}
