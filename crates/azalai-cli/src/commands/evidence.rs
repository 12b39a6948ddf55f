//! Packages of evidence: making one, and checking one with no home at all.

use std::path::Path;

use azalai_envelope::SigningPublic;
use azalai_model::{Tlp, occurred};
use azalai_node::evidence_check::{Content, Shown, Speaker, Verdict, check};
use azalai_roster::limits::MAX_EVIDENCE_BYTES;
use azalai_roster::{MemberState, Role, What};
use serde_json::{Value, json};

use super::{find_document, read_file};
use crate::home;
use crate::host;
use crate::out_file::OutFile;
use crate::output::{Failure, Output, count, one_line, short};

pub(crate) async fn make(
    home: Option<&Path>,
    id: &str,
    name_authors: bool,
    file: &Path,
    out: &mut Output,
) -> Result<(), Failure> {
    let target = OutFile::begin(file)?;
    let device = home::open(home).await?;
    let id = find_document(&device, id, "and packages are made of reports and incidents").await?;
    let made = device.evidence(&id, name_authors, host::now_ms()).await?;
    target.finish(&made.bytes)?;
    let object = json!({
        "id": id.to_string(), "file": file.display().to_string(), "bytes": made.bytes.len(), "documents": made.documents,
        "missing": made.missing, "statements": made.statements, "receipts": made.receipts, "acts": made.acts,
        "label": made.label.to_string(), "names_authors": name_authors,
    });
    if made.missing > 0 {
        let are = if made.missing == 1 { "is" } else { "are" };
        let missing = count(made.missing, "linked report");
        host::say(&format!("azalai: {missing} {are} not on this device, and not in the package"));
    }
    out.result(&object, || {
        let names = if name_authors {
            "It names the authors, with their areas, as they were admitted."
        } else {
            "It names no monitor; their keys are in it, since signatures cannot be checked without."
        };
        format!(
            "{}, {}, {} and {} written to {}.\n{names}\nIt holds everything that was \
             written: exact places, times and words. Its strictest sharing label is {}: {}\nWho gets it can check it with \
             `azalai verify FILE`.",
            count(made.documents, "document"),
            count(made.statements, "statement"),
            count(made.receipts, "receipt"),
            count(made.acts, "act"),
            file.display(),
            made.label,
            leaves_as(made.label),
        )
    })
}

fn leaves_as(label: Tlp) -> &'static str {
    match label {
        Tlp::Red | Tlp::AmberStrict => "it must not leave the project.",
        Tlp::Amber => "only counts may leave the project, so this file must not.",
        Tlp::Green => "only a coarse place and day may leave the project, so this file must not.",
        Tlp::Clear => "it may be given to anybody; the author's key goes with it.",
    }
}

pub(crate) fn verify(file: &Path, out: &mut Output) -> Result<(), Failure> {
    let bytes = read_file(file, MAX_EVIDENCE_BYTES as u64)?;
    let verdict = check(&bytes).map_err(|error| Failure::failed(format!("nothing is proved: {error}")))?;
    let (proved, not_proved) = (proved(&verdict), not_proved(&verdict));
    let documents: Vec<Value> = verdict.documents.iter().map(document).collect::<Result<_, _>>()?;
    let receipts = verdict.receipts.iter().map(|one| {
        let statements: Vec<String> = one.statements.iter().map(ToString::to_string).collect();
        json!({ "by": one.by.to_string(), "what": word(one.what), "at": occurred::instant(one.at_ms), "statements": statements })
    });
    let speakers = verdict.speakers.values().map(|speaker| {
        json!({
            "key": speaker.key.to_string(), "pseudonym": speaker.pseudonym,
            "role": speaker.proved.map(|(_, role)| role.to_string()), "state": speaker.proved.map(|(state, _)| standing(state)),
            "vouched_state": speaker.vouched.and_then(|v| v.state).map(standing),
            "vouched_role": speaker.vouched.and_then(|v| v.role).map(|role| role.to_string()),
        })
    });
    let object = json!({
        "whole": true, "project": verdict.project.to_string(), "project_name": verdict.name, "root": verdict.root.to_string(),
        "subject": verdict.subject.to_string(), "maker": verdict.maker.to_string(), "made_at": occurred::instant(verdict.made_ms),
        "documents": documents, "receipts": receipts.collect::<Vec<_>>(), "speakers": speakers.collect::<Vec<_>>(),
        "acts": verdict.acts, "proved": proved, "not_proved": not_proved,
    });
    out.result(&object, || {
        let mut lines = vec!["This package is whole: every signature in it fits.".to_owned()];
        lines.extend(verdict.documents.iter().flat_map(told));
        lines.push("\nProved by the signatures:".to_owned());
        lines.extend(proved.iter().map(|line| format!("  - {line}")));
        lines.push("\nNot proved:".to_owned());
        lines.extend(not_proved.iter().map(|line| format!("  - {line}")));
        lines.join("\n")
    })
}

/// A document for machines.
fn document(shown: &Shown) -> Result<Value, Failure> {
    let statements = shown.statements.iter().map(|said| {
        json!({
            "id": said.id.to_string(), "author": said.author.to_string(), "at": occurred::instant(said.at_ms),
            "seq": said.seq, "counts": said.aside.is_none(),
            "why": said.aside.as_ref().map(ToString::to_string), "why_code": said.aside.as_ref().map(|why| why.name()),
        })
    });
    let (kind, content) = match &shown.content {
        Content::Report(report) => {
            ("report", serde_json::to_value(report).map_err(|error| Failure::failed(error.to_string()))?)
        }
        Content::Incident(incident) => {
            let text = |field: &Option<String>| field.clone();
            let content = json!({
                "title": text(&incident.title.value), "status": incident.status().to_string(), "category": text(&incident.category.value),
                "area": text(&incident.area.value), "occurred": incident.occurred.value.as_ref().map(ToString::to_string),
                "tlp": incident.tlp().to_string(),
                "reports": incident.links.keys().map(ToString::to_string).collect::<Vec<_>>(),
            });
            ("incident", content)
        }
    };
    Ok(json!({
        "id": shown.id.to_string(), "kind": kind, "creator": shown.creator.to_string(), "readers": shown.readers,
        "statements": statements.collect::<Vec<_>>(), "content": content,
    }))
}

/// A document for people.
fn told(shown: &Shown) -> Vec<String> {
    let mut fields: Vec<(&str, String)> = Vec::new();
    let kind = match &shown.content {
        Content::Report(report) => {
            let said = &report.fields;
            fields.push(("category", said.category.clone().unwrap_or_default()));
            fields.push(("when", said.occurred.as_ref().map(ToString::to_string).unwrap_or_default()));
            let place = said.place.as_ref();
            let point = place.and_then(|place| place.point()).map(|point| format!("{} {}", point.lat(), point.lon()));
            fields.push(("place", place.and_then(|place| place.name()).unwrap_or_default().to_owned()));
            fields.push(("point", point.unwrap_or_default()));
            fields.push(("text", said.narrative.clone()));
            fields.push(("label", report.tlp().to_string()));
            if let Some(retracted) = &report.retracted {
                fields.push(("TAKEN BACK", retracted.why.clone()));
            }
            "Report"
        }
        Content::Incident(incident) => {
            fields.push(("title", incident.title.value.clone().unwrap_or_default()));
            fields.push(("status", incident.status().to_string()));
            fields.push(("category", incident.category.value.clone().unwrap_or_default()));
            fields.push(("reports", incident.links.len().to_string()));
            fields.push(("label", incident.tlp().to_string()));
            "Incident"
        }
    };
    let mut lines = vec![format!("\n{kind} {}", shown.id)];
    let shown_fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
    lines.extend(shown_fields.map(|(name, value)| format!("  {name:<11} {}", one_line(&value, 2000))));
    lines.push(format!("  {:<11} {}", "signed by", short(&shown.creator)));
    for said in &shown.statements {
        let why = said.aside.as_ref().map_or_else(|| "counts".to_owned(), |why| format!("does not count: {why}"));
        lines.push(format!(
            "  {:<11} {}, by {}, number {} in its chain; {why}",
            short(&said.id),
            occurred::instant(said.at_ms),
            short(&said.author),
            said.seq + 1
        ));
    }
    lines
}

/// How a key is called in a sentence.
fn called(key: &SigningPublic, speaker: Option<&Speaker>) -> String {
    match speaker.and_then(|speaker| speaker.pseudonym.as_ref()) {
        Some(pseudonym) => format!("{} ({})", one_line(pseudonym, 80), short(key)),
        None => format!("the key {}", short(key)),
    }
}

fn proved(verdict: &Verdict) -> Vec<String> {
    let mut lines = Vec::new();
    let name = |key: &SigningPublic| called(key, verdict.speakers.get(key));
    for shown in &verdict.documents {
        let counted = shown.statements.iter().filter(|said| said.aside.is_none()).count();
        let readers = shown.readers.as_ref().map_or_else(String::new, |circle| format!(", for the readers {circle}"));
        lines.push(format!(
            "{} was made by who holds {}, in this project{readers}; {counted} signed statements count, and no byte of them \
             was changed since",
            short(&shown.id),
            name(&shown.creator)
        ));
    }
    for speaker in verdict.speakers.values() {
        if let Some((state, role)) = speaker.proved {
            lines.push(format!(
                "{} is {} {role} of the project, by signed acts that rest on its root key",
                name(&speaker.key),
                match state {
                    MemberState::Confirmed => "a",
                    MemberState::Unconfirmed => "an unconfirmed",
                    MemberState::Suspended => "a suspended",
                    MemberState::Removed => "a removed",
                }
            ));
        }
    }
    for one in &verdict.receipts {
        lines.push(format!(
            "{} said that they {} {} of these statements",
            name(&one.by),
            word(one.what),
            one.statements.len()
        ));
    }
    lines.push(format!("{} put this package together", name(&verdict.maker)));
    lines
}

fn not_proved(verdict: &Verdict) -> Vec<String> {
    let mut lines = vec![
        "who the people are: a key is not a person, and a device may have been in other hands".to_owned(),
        "when: all times are those of the devices' own clocks".to_owned(),
        "that what is written is true".to_owned(),
        "that it is all there is: corrections, retractions, removals and other documents may have been left out"
            .to_owned(),
        format!(
            "that this is the project it seems to be{}: ask somebody who knows it whether its root key is {}",
            verdict.name.as_ref().map_or_else(String::new, |name| format!(", {:?}", one_line(name, 120))),
            verdict.root
        ),
    ];
    for speaker in verdict.speakers.values().filter(|speaker| speaker.proved.is_none()) {
        let said = match speaker.vouched {
            Some(v) => match (v.state, v.role) {
                (Some(state), Some(role)) => format!("the maker of the package says: {}, {role}", standing(state)),
                _ => "the maker of the package does not know it".to_owned(),
            },
            None => "nothing in the package says so".to_owned(),
        };
        lines.push(format!("that the key {} is a member's: {said}", short(&speaker.key)));
    }
    let staff = |key: &SigningPublic| {
        let proved = verdict.speakers.get(key).and_then(|speaker| speaker.proved);
        proved.is_some_and(|(state, role)| state == MemberState::Confirmed && role != Role::Monitor)
    };
    if !staff(&verdict.maker) {
        lines.push("that who put it together is a coordinator or a steward".to_owned());
    }
    if verdict.receipts.is_empty() {
        lines.push("that any coordinator opened it".to_owned());
    }
    if verdict.foreign_receipts > 0 {
        lines.push(format!(
            "{} in it, by keys that it does not show to be a coordinator's or steward's",
            count(verdict.foreign_receipts, "receipt")
        ));
    }
    for id in &verdict.incomplete {
        lines.push(format!("anything of {id}: its first statement is not in the package"));
    }
    lines
}

const fn word(what: What) -> &'static str {
    match what {
        What::Opened => "opened",
        What::ActedOn => "acted on",
    }
}

const fn standing(state: MemberState) -> &'static str {
    match state {
        MemberState::Confirmed => "confirmed",
        MemberState::Unconfirmed => "unconfirmed",
        MemberState::Suspended => "suspended",
        MemberState::Removed => "removed",
    }
}
