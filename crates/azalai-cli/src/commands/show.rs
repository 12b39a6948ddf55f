//! One report, incident or notice, whole, and the history behind it.

use std::path::Path;

use azalai_envelope::Kind;
use azalai_node::Fate;
use serde_json::{Value, json};

use super::{find_document, incidents, notices, reports, who};
use crate::home;
use crate::output::{Failure, Output, one_line, short, table};

pub(crate) async fn show(home: Option<&Path>, id: &str, out: &mut Output) -> Result<(), Failure> {
    let device = home::open(home).await?;
    let (id, kind) = device.find(id).await?;
    if let Some(view) = device.report_view(id).await?.filter(|view| view.shed_ms.is_some()) {
        let mut object = reports::object(&view);
        set(&mut object, "kind", "report".into());
        let replies = device.replies().await?.remove(&id).unwrap_or_default();
        set(&mut object, "replies", replies.iter().map(|view| notices::object(&device, view)).collect());
        let known =
            "forgotten on this device: that it was written, on which day, and how far it got is all that is left";
        return out.result(&object, || format!("{}\n{known}", people(&object)));
    }
    if kind == Kind::NOTICE {
        let view = device.notices().await?.into_iter().find(|view| view.id == id);
        let view = view.ok_or_else(|| Failure::failed(format!("{id} counts no longer: its author was removed")))?;
        let mut object = notices::object(&device, &view);
        set(&mut object, "kind", "notice".into());
        return out.result(&object, || people(&object));
    }
    let whole = device.whole(&id).await?;
    let missing = || Failure::failed(format!("{id} has begun to arrive, but not its first statement"));
    // Two devices that hold the same changes show the same digest.
    let digest =
        azalai_envelope::ids::to_hex(&azalai_envelope::ids::derive("azalai 1 shown digest", &[&whole.canonical]));
    let mut object = if kind == Kind::INCIDENT {
        incidents::object(&device.incident(&id).await?.ok_or_else(missing)?.line)
    } else {
        let view = device.reports().await?.into_iter().find(|view| view.id == id).ok_or_else(missing)?;
        let mut object = reports::object(&view);
        let readers = device.who_can_read(id).await?;
        set(&mut object, "readers", who::circle(&device, &readers).into());
        let fields = serde_json::to_value(&view.row.fields).map_err(|error| Failure::failed(error.to_string()))?;
        set(&mut object, "fields", fields);
        let replies = device.replies().await?.remove(&id).unwrap_or_default();
        set(&mut object, "replies", replies.iter().map(|view| notices::object(&device, view)).collect());
        object
    };
    set(&mut object, "kind", if kind == Kind::INCIDENT { "incident" } else { "report" }.into());
    set(&mut object, "digest", digest.into());
    set(&mut object, "statements", whole.history.len().into());
    out.result(&object, || people(&object))
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

/// The object's fields for people: one on a line, what is empty left out.
fn people(object: &Value) -> String {
    let mut lines = Vec::new();
    for (name, value) in object.as_object().into_iter().flatten() {
        if let ("replies", Value::Array(replies)) = (name.as_str(), value) {
            let field =
                |reply: &Value, name: &str| reply.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            lines.extend(replies.iter().map(|reply| {
                let said = one_line(&field(reply, "text"), 5000);
                format!("{:<20} {} {}: {said}", "reply", field(reply, "at"), field(reply, "author"))
            }));
            continue;
        }
        let text = match value {
            Value::Null => continue,
            Value::Bool(false) => continue,
            Value::String(text) if text.is_empty() => continue,
            Value::String(text) => text.clone(),
            Value::Array(items) if items.is_empty() => continue,
            other => other.to_string(),
        };
        lines.push(format!("{name:<20} {}", one_line(&text, 2000)));
    }
    lines.join("\n")
}

pub(crate) async fn history(home: Option<&Path>, id: &str, out: &mut Output) -> Result<(), Failure> {
    let device = home::open(home).await?;
    let id = find_document(&device, id, "which nobody changes and which has no history").await?;
    let mut rows = Vec::new();
    for entry in device.whole(&id).await?.history {
        let (state, why) = match &entry.fate {
            Fate::Applied => ("counts", None),
            Fate::Waiting => ("waiting", Some("something that it builds on has not arrived".to_owned())),
            Fate::SetAside(why) => ("set-aside", Some(why.clone())),
            Fate::Beneath(why) => ("beneath", Some(format!("{why}; what counts builds on it"))),
            Fate::Refused(why) => ("refused", Some(why.clone())),
        };
        let at = azalai_model::occurred::instant(entry.at_ms);
        let object = json!({
            "statement": entry.statement.to_string(), "author": entry.pseudonym, "author_key": entry.author.to_string(),
            "at": at, "at_ms": entry.at_ms, "seq": entry.seq, "change": entry.change, "fields": entry.what,
            "signature": "checked", "state": state, "why": why,
        });
        out.object(&object)?;
        rows.push(vec![
            at,
            entry.pseudonym.clone().unwrap_or_else(|| short(&entry.author)),
            entry.change.as_ref().map(short).unwrap_or_default(),
            "checked".to_owned(),
            why.map_or_else(|| state.to_owned(), |why| format!("{state}: {why}")),
            entry.what.join(", "),
        ]);
    }
    out.text(&table(&["WHEN", "AUTHOR", "CHANGE", "SIGNATURE", "STATE", "FIELDS"], &rows))
}
