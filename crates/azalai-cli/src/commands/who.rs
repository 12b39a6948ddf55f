//! Who can read something, in plain words: the circle, those whom the device knows, and what it cannot know.

use std::path::Path;

use azalai_node::{ReadBy, Reader, Readers, Unknowable};
use azalai_roster::Circle;
use serde_json::{Value, json};

use super::body;
use crate::home;
use crate::home::Device;
use crate::output::{Failure, Output, short};

pub(crate) async fn who_can_read(home: Option<&Path>, id: &str, out: &mut Output) -> Result<(), Failure> {
    let device = home::open(home).await?;
    let (id, _) = device.find(id).await?;
    let readers = device.who_can_read(id).await?;
    let mut object = object(&device, &readers);
    if let Some(object) = object.as_object_mut() {
        object.insert("id".to_owned(), id.to_string().into());
    }
    out.result(&object, || text(&device, &readers))
}

/// For whom it is, in words.
pub(crate) fn circle(device: &Device, readers: &Readers) -> String {
    match &readers.by {
        ReadBy::Circle(Circle::Everyone) => "every member of the project".to_owned(),
        ReadBy::Circle(Circle::Staff) => "all coordinators and stewards".to_owned(),
        ReadBy::Circle(Circle::Area(area)) => format!("this device and the coordinators of {area}"),
        ReadBy::Circle(Circle::AreaAndAbove(area)) => {
            format!("this device and the coordinators of {area} and of the areas that contain it")
        }
        ReadBy::Named(devices) => {
            let name = |key| device.pseudonym_of(key).unwrap_or_else(|| short(key));
            let others = devices.iter().filter(|key| **key != device.device().signing);
            let names: Vec<String> = others.map(name).collect();
            if names.is_empty() {
                return "this device alone, and whoever wrote it".to_owned();
            }
            format!("this device and {}, each by a letter of their own", names.join(", "))
        }
    }
}

/// What the device cannot know, in words.
fn unknowable(what: Unknowable) -> &'static str {
    match what {
        Unknowable::Monitors => "the monitors, all of whom can read it: this device has no list of them",
        Unknowable::LaterMembers => "whoever is given these keys later, with what was sealed to them before",
        Unknowable::Custody => {
            "stewards: they keep these keys to hand them on; their program does not read with them, another could"
        }
        Unknowable::TakenDevices => {
            "whoever holds a device of one of them, open or with its passphrase, that nobody reported"
        }
        Unknowable::PassedOn => "whomever a reader tells",
    }
}

fn line(reader: &Reader) -> String {
    let areas: Vec<String> = reader.areas.iter().map(ToString::to_string).collect();
    let of = if areas.is_empty() { String::new() } else { format!(" of {}", areas.join(", ")) };
    let removed = if reader.removed { "; removed, and may have read it before" } else { "" };
    format!("  {}, {}{of}{removed}", reader.pseudonym, reader.role)
}

pub(crate) fn text(device: &Device, readers: &Readers) -> String {
    let label = readers.tlp.map_or_else(|| "A notice".to_owned(), |tlp| tlp.to_string());
    let mut lines = vec![format!("{label}: {}.", circle(device, readers))];
    if let Some(asked) = readers.asked {
        lines.push(format!("Not {asked}: reports of this kind go to fewer, or to others."));
    }
    if !readers.complains_of.is_empty() {
        let bodies = body::names(device, &readers.complains_of);
        lines.push(format!("It complains of {bodies}: it goes round everybody whom a steward marked as theirs."));
    }
    if !readers.left_out.is_empty() {
        let names: Vec<&str> = readers.left_out.iter().map(|reader| reader.pseudonym.as_str()).collect();
        lines.push(format!(
            "By its label and area {} could open it too, and belong to them: so it goes where they cannot.",
            names.join(", ")
        ));
    }
    if readers.only_here {
        lines.push("It has not left this device: nobody else can read it yet.".to_owned());
    }
    lines.push(if readers.known.is_empty() {
        "This device knows of none of them.".to_owned()
    } else {
        format!("Those whom this device knows:\n{}", readers.known.iter().map(line).collect::<Vec<_>>().join("\n"))
    });
    let unknown = readers.unknowable.iter().map(|what| format!("  {}", unknowable(*what)));
    lines.push(format!("What it cannot know:\n{}", unknown.collect::<Vec<_>>().join("\n")));
    lines.join("\n")
}

/// The same for machines.
pub(crate) fn object(device: &Device, readers: &Readers) -> Value {
    let known = readers.known.iter().map(|reader| {
        json!({
            "pseudonym": reader.pseudonym, "key": reader.key.to_string(), "role": reader.role.to_string(),
            "areas": reader.areas.iter().map(ToString::to_string).collect::<Vec<_>>(), "removed": reader.removed,
        })
    });
    let by = match &readers.by {
        ReadBy::Circle(circle) => circle.to_string(),
        ReadBy::Named(_) => "named".to_owned(),
    };
    json!({
        "tlp": readers.tlp.map(|tlp| tlp.to_string()), "asked": readers.asked.map(|asked| asked.to_string()), "circle": by,
        "words": circle(device, readers), "known": known.collect::<Vec<_>>(), "only_here": readers.only_here,
        "complains_of": readers.complains_of.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "left_out": readers.left_out.iter().map(|reader| reader.pseudonym.as_str()).collect::<Vec<_>>(),
        "unknowable": readers.unknowable.iter().map(|what| what.name()).collect::<Vec<_>>(),
    })
}
