//! Working on incidents and listing them.

use std::path::Path;

use azalai_envelope::Kind;
use azalai_envelope::ids::from_hex;
use azalai_model::{IncidentEdit, Keep, Tlp};
use azalai_node::IncidentLine;
use serde_json::{Value, json};

use super::{area_code, find, parse, reports};
use crate::args::Incident;
use crate::home::{self, Device};
use crate::host;
use crate::output::{Failure, Output, one_line, short, table};

pub(crate) async fn change(home: Option<&Path>, incident: Incident, out: &mut Output) -> Result<(), Failure> {
    let now = host::now_ms();
    let mut device = home::open(home).await?;
    let id = match incident {
        Incident::New { title, area, category, tlp } => {
            let area = area.as_deref().map(area_code).transpose()?;
            let tlp: Tlp = parse("--tlp", &tlp)?;
            device.incident_new(&title, area, tlp, category, now).await?
        }
        Incident::Link { id, report, rumour } => {
            let (id, report) = (find(&device, &id, Kind::INCIDENT).await?, find(&device, &report, Kind::REPORT).await?);
            device.incident_link(id, report, rumour, now).await?;
            id
        }
        Incident::Unlink { id, report } => {
            let (id, report) = (find(&device, &id, Kind::INCIDENT).await?, find(&device, &report, Kind::REPORT).await?);
            device.incident_edit(id, &[IncidentEdit::Unlink { report }], now).await?;
            id
        }
        Incident::Grade { id, report, reliability, credibility, why } => {
            let (reliability, credibility) =
                (parse("--reliability", &reliability)?, parse("--credibility", &credibility)?);
            let (id, report) = (find(&device, &id, Kind::INCIDENT).await?, find(&device, &report, Kind::REPORT).await?);
            device.incident_grade(id, report, reliability, credibility, &why, now).await?;
            id
        }
        Incident::Set { id, title, status, category, when, place, note, outcome } => {
            let mut edits = Vec::new();
            edits.extend(title.map(IncidentEdit::SetTitle));
            edits.extend(status.map(|status| parse("--status", &status)).transpose()?.map(IncidentEdit::SetStatus));
            edits.extend(category.map(IncidentEdit::SetCategory));
            edits.extend(
                when.map(|when| reports::when_of("--when", &when, 0)).transpose()?.map(IncidentEdit::SetOccurred),
            );
            let places = device.places().await?;
            let place = place.map(|place| reports::place_of(Some(&place), None, None, None, &places)).transpose()?;
            edits.extend(place.map(IncidentEdit::SetPlace));
            edits.extend(note.map(|text| IncidentEdit::AddNote { at: now, text }));
            edits.extend(outcome.map(IncidentEdit::SetOutcome));
            if edits.is_empty() {
                return Err(Failure::usage(
                    "nothing to set: give --title, --status, --category, --when, --place, --note or --outcome",
                ));
            }
            let id = find(&device, &id, Kind::INCIDENT).await?;
            device.incident_edit(id, &edits, now).await?;
            id
        }
        Incident::Settle { id, field, keep, value } => {
            let id = find(&device, &id, Kind::INCIDENT).await?;
            let keep = match (keep, value) {
                (Some(change), _) => Keep::Change(find_change(&device, &id, &field, &change).await?),
                (None, value) => Keep::Value(value.unwrap_or_default()),
            };
            device.incident_settle(id, &field, keep, now).await?;
            id
        }
    };
    out.result(&json!({ "id": id.to_string() }), || format!("Saved: incident {id}."))
}

/// The change that a prefix of its hash means, among those that set the field apart.
async fn find_change(
    device: &Device,
    id: &azalai_envelope::DocumentId,
    field: &str,
    prefix: &str,
) -> Result<[u8; 32], Failure> {
    let view = device.incident(id).await?;
    let conflict = view.and_then(|view| view.line.conflicts.into_iter().find(|conflict| conflict.field == field));
    let conflict = conflict.ok_or_else(|| Failure::failed(format!("field {field:?} has nothing to settle")))?;
    let fits: Vec<_> = conflict.values.iter().filter(|value| value.change.starts_with(prefix)).collect();
    match fits.as_slice() {
        [one] if prefix.len() >= azalai_node::limits::MIN_PREFIX => from_hex(&one.change)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| Failure::failed(format!("{} is no change", one.change))),
        [] => Err(Failure::failed(format!("no value of {field:?} was set by a change that begins with {prefix}"))),
        _ => Err(Failure::failed(format!(
            "give at least six digits of one change, as `azalai incidents --json` shows them: {prefix:?} is not enough"
        ))),
    }
}

/// An incident as machines read it.
pub(crate) fn object(view: &IncidentLine) -> Value {
    let reports = view.reports.iter().map(|link| {
        json!({
            "report": link.report.to_string(), "rumour": link.rumour, "reliability": link.reliability.to_string(),
            "credibility": link.credibility.to_string(), "unsupported": link.unsupported, "changed_since": link.changed_since,
        })
    });
    let conflicts = view.conflicts.iter().map(|conflict| {
        let values = conflict.values.iter().map(|value| {
            let author = value.pseudonym.clone().or_else(|| value.author.map(|author| author.to_string()));
            json!({
                "value": value.value, "author": author, "at": azalai_model::occurred::instant(value.at_ms),
                "at_ms": value.at_ms, "change": value.change, "counts": value.counts,
            })
        });
        json!({ "field": conflict.field, "values": values.collect::<Vec<_>>() })
    });
    json!({
        "id": view.id.to_string(), "title": view.title, "status": view.status.to_string(),
        "area": view.area.as_ref().map(ToString::to_string), "tlp": view.tlp.to_string(),
        "category": view.category, "occurred": view.occurred.as_ref().map(ToString::to_string),
        "place": view.place.as_ref().and_then(|place| place.name().map(str::to_owned)),
        "reports": reports.collect::<Vec<_>>(), "independent_sources": view.independent_sources,
        "conflicts": conflicts.collect::<Vec<_>>(), "set_aside": view.set_aside,
        "notes": view.notes,
        "outcome_for_reporters": view.outcome_for_reporters,
    })
}

pub(crate) async fn list(home: Option<&Path>, out: &mut Output) -> Result<(), Failure> {
    let device = home::open(home).await?;
    let mut rows = Vec::new();
    let mut notes = Vec::new();
    for view in device.incidents().await? {
        out.object(&object(&view))?;
        for conflict in &view.conflicts {
            let values = conflict.values.iter().map(|value| {
                let author = value.pseudonym.clone().unwrap_or_else(|| "somebody".to_owned());
                format!(
                    "  {} by {author} (change {}){}",
                    value.value,
                    short(&value.change),
                    if value.counts { ", counts until settled" } else { "" }
                )
            });
            let field = &conflict.field;
            notes.push(format!(
                "{} {field} was set apart; settle it with `azalai incident settle {} {field} --keep CHANGE`:\n{}",
                short(&view.id),
                short(&view.id),
                values.collect::<Vec<_>>().join("\n")
            ));
        }
        for link in view.reports.iter().filter(|link| link.unsupported) {
            notes.push(format!(
                "{} report {} is graded 1 without two independent sources",
                short(&view.id),
                short(&link.report)
            ));
        }
        rows.push(vec![
            short(&view.id),
            view.status.to_string(),
            view.area.as_ref().map(ToString::to_string).unwrap_or_default(),
            view.reports.len().to_string(),
            view.independent_sources.to_string(),
            view.conflicts.len().to_string(),
            one_line(&view.title, 60),
        ]);
    }
    if rows.is_empty() {
        return out.text("No incidents.");
    }
    out.text(&table(&["ID", "STATUS", "AREA", "REPORTS", "SOURCES", "CONFLICTS", "TITLE"], &rows))?;
    notes.iter().try_for_each(|note| out.text(note))
}
