//! Granting roles, and saying which bodies somebody belongs to, so that what complains of a body goes round them.

use std::collections::BTreeSet;
use std::path::Path;

use azalai_node::Past;
use azalai_roster::{BodyCode, Member};
use serde_json::Value;

use super::people::admitted_object;
use super::staff::member;
use crate::args;
use crate::home::{self, Device};
use crate::host;
use crate::output::{Failure, Output};

fn codes(texts: &[String]) -> Result<BTreeSet<BodyCode>, Failure> {
    texts.iter().map(|text| super::parse("BODY", text)).collect()
}

/// Bodies by their names, for people.
pub(crate) fn names(device: &Device, bodies: &BTreeSet<BodyCode>) -> String {
    let names: Vec<String> = bodies.iter().map(|body| device.body_name(body, "en")).collect();
    names.join(", ")
}

pub(crate) async fn grant(
    home: Option<&Path>,
    whom: &str,
    role: args::Role,
    (area, past, bodies): (Option<&str>, args::Past, &[String]),
    out: &mut Output,
) -> Result<(), Failure> {
    let bodies = if bodies.is_empty() { None } else { Some(codes(bodies)?) };
    let mut device = home::open(home).await?;
    let key = member(&device, whom)?;
    let role = role.into();
    let area = if role == azalai_roster::Role::Steward { None } else { area.map(super::area_code).transpose()? };
    let past = match past {
        args::Past::All => Past::All,
        args::Past::None => Past::FromNow,
    };
    let member = device.grant_of_bodies(&key, role, area, past, bodies.as_ref(), host::now_ms()).await?;
    let belongs = device.roster().bodies_of(&key);
    out.result(&object(&device, &member), || {
        let areas: Vec<String> = member.areas.iter().map(ToString::to_string).collect();
        let of = if areas.is_empty() { String::new() } else { format!(" of {}", areas.join(", ")) };
        let only = if belongs.is_empty() {
            String::new()
        } else {
            format!(
                "\nIt belongs to {}: of its areas it gets keys from now on only, and what complains of them goes round it.",
                names(&device, &belongs)
            )
        };
        format!(
            "{} is {}{of} now, and gets the keys after your next exchange and theirs.{only}",
            member.pseudonym, member.role
        )
    })
}

pub(crate) async fn body(home: Option<&Path>, args: &args::Body, out: &mut Output) -> Result<(), Failure> {
    let bodies = codes(&args.bodies)?;
    let mut device = home::open(home).await?;
    let key = member(&device, &args.member)?;
    let member = device.set_bodies(&key, bodies.clone(), host::now_ms()).await?;
    let name = &member.pseudonym;
    out.result(&object(&device, &member), || {
        if bodies.is_empty() {
            return format!("{name} belongs to no body any more, once the others have this from an exchange.");
        }
        let names = names(&device, &bodies);
        format!(
            "{name} belongs to {names}. What complains of them goes round {name} on every device that has this from an \
             exchange. What {name} was sent before cannot be taken back."
        )
    })
}

fn object(device: &Device, member: &Member) -> Value {
    let mut object = admitted_object(member);
    let bodies = device.roster().bodies_of(&member.device.signing);
    if let Some(object) = object.as_object_mut() {
        object.insert("bodies".to_owned(), bodies.iter().map(ToString::to_string).collect::<Vec<_>>().into());
    }
    object
}
