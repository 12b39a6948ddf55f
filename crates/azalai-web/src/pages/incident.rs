//! An incident: the reports behind it side by side in their authors' words, how far each is believed, what was set
//! apart, who wrote what. What is done to it is in `incident_edits.rs`.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use azalai_envelope::AuthorId;
use azalai_envelope::ids::{derive8, to_hex};
use azalai_model::{Credibility, Occurred, Place, Reliability, ResponseKind, Status};
use azalai_node::history::Whole;
use azalai_node::inbox::Likely;
use azalai_node::{Fate, IncidentView, LinkView, ReportView};
use serde_json::json;

use super::check::of_place;
use super::inbox::Alike;
use super::letter::Letter;
use super::staff::{Staff, area_name, areas, document, works};
use crate::app::{App, Device};
use crate::forms::{Form, first, of_address};
use crate::frame::{Frame, Page, render};
use crate::gate::Visitor;
use crate::host::Host;
use crate::problem::Problem;
use crate::texts::Texts;
use crate::times;

/// The fields that have a name in the family `field`; others are shown as they are called inside.
pub(crate) const FIELDS: [&str; 19] = [
    "title",
    "status",
    "area",
    "category",
    "occurred",
    "place",
    "origin",
    "destination",
    "tlp",
    "assigned",
    "outcome_for_reporters",
    "link",
    "grade",
    "code",
    "actor",
    "market",
    "route",
    "response",
    "note",
];

struct Grading {
    by: String,
    grade: String,
    words: String,
    why: String,
    counts: bool,
    unsupported: bool,
}

struct Linked {
    /// The report; `None` where this device may not read it or does not hold it yet.
    letter: Option<Letter>,
    /// A removal or a fork set it aside: it is linked, and counts for nothing.
    set_aside: bool,
    own: bool,
    id: String,
    rumour: String,
    grade: String,
    grade_words: String,
    unsupported: bool,
    changed_since: bool,
    gradings: Vec<Grading>,
    /// What this device's own grade is, to begin the form with.
    reliability: Reliability,
    credibility: Credibility,
    why: String,
}

struct Side {
    change: String,
    value: String,
    by: String,
    at: String,
    counts: bool,
}

struct Apart {
    field: String,
    name: String,
    sides: Vec<Side>,
    /// Whether it can be settled at all: a label is fixed, another's grade is theirs.
    settles: bool,
    /// Whether another text may be typed instead.
    types: bool,
}

struct Past {
    by: String,
    at: String,
    what: Vec<String>,
    /// `applied`, `waiting`, `aside` or `refused`.
    fate: &'static str,
}

struct Done {
    kind: String,
    text: String,
    outcome: String,
    by: String,
    at: String,
}

#[derive(Template)]
#[template(path = "incident.html")]
struct IncidentPage {
    f: Frame,
    works: bool,
    id: String,
    /// What the page shows, in a few digits: a form that comes back with others is from before a change.
    seen: String,
    title: String,
    status: String,
    moves: Vec<String>,
    area: String,
    tlp: String,
    sources: usize,
    reports: Vec<Linked>,
    apart: Vec<Apart>,
    alike: Vec<Alike>,
    facts: Vec<(String, String)>,
    areas: Vec<(String, String, bool)>,
    categories: Vec<(String, String, bool)>,
    outcome: String,
    mine: bool,
    responses: Vec<Done>,
    notes: Vec<Done>,
    history: Vec<Past>,
    set_aside: usize,
    reliabilities: Vec<String>,
    credibilities: Vec<String>,
    response_kinds: Vec<String>,
    done: &'static str,
    /// A field that somebody settled before this form came, and what it says now.
    settled: Option<(String, String)>,
    wrong: &'static str,
    typed: Form,
}

impl IncidentPage {
    /// What was typed into a form that was not taken, else what stands there.
    fn kept<'a>(&'a self, what: &str, name: &str, there: &'a str) -> &'a str {
        if self.typed.get("do") == what { self.typed.get(name) } else { there }
    }
}

/// What a page shows, in a few digits.
pub(crate) fn seen(whole: &Whole) -> String {
    to_hex(&derive8("azalai 1 seen", &[&whole.heads.concat()]))
}

pub(crate) fn field_name(texts: &Texts, field: &str) -> String {
    let plain = field.split('/').next().unwrap_or_default();
    if FIELDS.contains(&plain) { texts.of("field", plain) } else { field.to_owned() }
}

fn author<H: Host>(device: &Device<H>, author: AuthorId) -> String {
    let key = device.roster().authors(author).next();
    key.and_then(|key| device.pseudonym_of(&key)).unwrap_or_else(|| author.to_string().chars().take(8).collect())
}

/// A value of a field as JSON, for people.
pub(crate) fn value_of<H: Host>(device: &Device<H>, texts: &Texts, field: &str, value: &serde_json::Value) -> String {
    let text = value.as_str().unwrap_or_default();
    match field.split('/').next().unwrap_or_default() {
        "status" => text.parse::<Status>().map(|status| texts.of("status", &status.to_string())).ok(),
        "area" => text.parse().ok().map(|code| area_name::<H>(device, Some(&code))),
        "category" => {
            let packs = device.packs();
            packs.category(text).map(|category| category.name(texts.code).to_owned())
        }
        "occurred" => serde_json::from_value::<Occurred>(value.clone()).ok().map(|when| times::occurred(texts, &when)),
        "place" | "origin" | "destination" => {
            serde_json::from_value::<Place>(value.clone()).ok().map(|place| of_place(texts, &place))
        }
        "assigned" => text.parse().ok().map(|device_id| author::<H>(device, device_id)),
        "link" => {
            let rumour = value.get("rumour").and_then(|rumour| rumour.as_str());
            Some(
                rumour.map_or_else(
                    || texts.say("incident-linked"),
                    |name| texts.say1("incident-rumour-is", "name", name),
                ),
            )
        }
        "grade" => {
            let part = |name: &str| value.get(name).and_then(|part| part.as_str()).unwrap_or_default().to_owned();
            Some(format!("{}{} {}", part("reliability"), part("credibility"), part("why")))
        }
        _ => None,
    }
    .unwrap_or_else(|| if text.is_empty() { value.to_string() } else { text.to_owned() })
}

/// What a field that somebody settled says now: its name and its value, empty where that is no text.
fn settled<H: Host>(device: &Device<H>, texts: &Texts, view: &IncidentView, field: &str) -> (String, String) {
    let incident = &view.incident;
    let value = match field {
        "title" => json!(view.title),
        "status" => json!(view.status.to_string()),
        "area" => json!(incident.area.value),
        "category" => json!(incident.category.value),
        "occurred" => json!(incident.occurred.value),
        "place" => json!(incident.place.value),
        "origin" => json!(incident.origin.value),
        "destination" => json!(incident.destination.value),
        "assigned" => json!(incident.assigned.value.map(|assigned| assigned.0.to_string())),
        "outcome_for_reporters" => json!(incident.outcome_for_reporters.value),
        _ => serde_json::Value::Null,
    };
    let value = if value.is_null() { String::new() } else { value_of::<H>(device, texts, field, &value) };
    (field_name(texts, field), value)
}

fn words_of(texts: &Texts, reliability: Reliability, credibility: Credibility) -> String {
    let letter = texts.of("reliability", &reliability.to_string());
    [letter, texts.of("credibility", &credibility.to_string())].join(&texts.say("said-separator"))
}

fn linked<H: Host>(
    app: &App<H>,
    device: &Device<H>,
    texts: &Texts,
    view: &IncidentView,
    link: &LinkView,
    report: Option<&ReportView>,
) -> Result<Linked, Problem> {
    let me = device.device().signing.author_id();
    let of_report = || view.incident.grades.iter().filter(|grade| grade.report == link.report);
    let gradings = of_report().filter_map(|grade| {
        let value = grade.grade.value.as_ref()?;
        Some(Grading {
            by: author::<H>(device, grade.grader),
            grade: format!("{}{}", value.reliability, value.credibility),
            words: words_of(texts, value.reliability, value.credibility),
            why: value.why.clone(),
            counts: grade.counts,
            unsupported: grade.unsupported,
        })
    });
    let own = of_report().find(|grade| grade.grader == me).and_then(|grade| grade.grade.value.as_ref());
    Ok(Linked {
        letter: report.map(|report| Letter::new(app, device, texts, report)).transpose()?,
        set_aside: link.set_aside,
        own: report.is_some_and(|report| report.own),
        id: link.report.to_string(),
        rumour: link.rumour.clone().unwrap_or_default(),
        grade: format!("{}{}", link.reliability, link.credibility),
        grade_words: words_of(texts, link.reliability, link.credibility),
        unsupported: link.unsupported,
        changed_since: link.changed_since,
        gradings: gradings.collect(),
        reliability: own.map_or(link.reliability, |grade| grade.reliability),
        credibility: own.map_or(link.credibility, |grade| grade.credibility),
        why: own.map(|grade| grade.why.clone()).unwrap_or_default(),
    })
}

fn apart<H: Host>(app: &App<H>, device: &Device<H>, texts: &Texts, view: &IncidentView) -> Vec<Apart> {
    let me = device.device().signing.author_id().to_string();
    let conflicts = view.conflicts.iter().map(|conflict| {
        let field = conflict.field.as_str();
        let sides = conflict.values.iter().map(|value| Side {
            change: value.change.clone(),
            value: value_of::<H>(device, texts, field, &value.value),
            by: value.pseudonym.clone().unwrap_or_else(|| texts.say("incident-unknown")),
            at: times::minute(texts, value.at_ms, app.settings().offset_min),
            counts: value.counts,
        });
        Apart {
            field: field.to_owned(),
            name: field_name(texts, field),
            sides: sides.collect(),
            settles: field != "tlp" && (!field.starts_with("grade/") || field.ends_with(&me)),
            types: matches!(field, "title" | "outcome_for_reporters"),
        }
    });
    conflicts.collect()
}

/// Where it may go on to; that it did not happen comes last.
fn moves(status: Status) -> Vec<String> {
    let mut moves = status.next();
    moves.sort_by_key(|next| *next == Status::Refuted);
    moves.iter().map(ToString::to_string).collect()
}

/// The page; `wrong` and `typed` where a form was not taken.
pub(crate) async fn page<H: Host>(
    app: &App<H>,
    device: &Device<H>,
    visitor: &Visitor,
    view: &IncidentView,
    (done, wrong): (&'static str, &'static str),
    typed: Form,
    settled_field: Option<&str>,
) -> Result<Page, Problem> {
    let texts = visitor.texts;
    let offset = app.settings().offset_min;
    let whole = device.whole(&view.id).await?;
    let mut reports = Vec::new();
    for link in &view.reports {
        let report = device.report_view(link.report).await?;
        reports.push(linked(app, device, texts, view, link, report.as_ref())?);
    }
    let incident = &view.incident;
    let likely: Vec<Likely> = if works(visitor) { device.likely_of_incident(view.id).await? } else { Vec::new() };
    let category = incident.category.value.as_deref();
    let pack = device.packs();
    let category_name =
        category.and_then(|code| pack.category(code)).map(|category| category.name(texts.code).to_owned());
    let facts = [
        ("category", category_name),
        ("occurred", incident.occurred.value.as_ref().map(|when| times::occurred(texts, when))),
        ("place", incident.place.value.as_ref().map(|place| of_place(texts, place))),
        ("origin", incident.origin.value.as_ref().map(|place| of_place(texts, place))),
        ("destination", incident.destination.value.as_ref().map(|place| of_place(texts, place))),
        ("assigned", incident.assigned.value.map(|assigned| author::<H>(device, assigned.0))),
        ("outcome_for_reporters", incident.outcome_for_reporters.value.clone()),
    ];
    let facts = facts.into_iter().filter_map(|(field, value)| Some((field_name(texts, field), value?)));
    let me = device.device().signing.author_id();
    let responses = incident.responses.values().filter_map(|field| field.value.as_ref()).map(|response| Done {
        kind: texts.of("response", &response.kind.to_string()),
        text: response.body.clone(),
        outcome: response.outcome.clone(),
        by: String::new(),
        at: times::minute(texts, response.at, offset),
    });
    let notes = incident.notes.values().filter_map(|field| field.value.as_ref()).map(|note| Done {
        kind: String::new(),
        text: note.text.clone(),
        outcome: String::new(),
        by: author::<H>(device, note.by.0),
        at: times::minute(texts, note.at, offset),
    });
    let history = whole.history.iter().rev().map(|entry| {
        let mut what: Vec<String> = entry.what.iter().map(|field| field_name(texts, field)).collect();
        what.dedup();
        Past {
            by: entry.pseudonym.clone().unwrap_or_else(|| azalai_node::node::short_name(&entry.author)),
            at: times::minute(texts, entry.at_ms, offset),
            what,
            fate: match entry.fate {
                Fate::Applied => "applied",
                Fate::Waiting => "waiting",
                Fate::SetAside(_) => "aside",
                Fate::Beneath(_) => "beneath",
                Fate::Refused(_) => "refused",
            },
        }
    });
    render(&IncidentPage {
        works: works(visitor),
        id: view.id.to_string(),
        seen: seen(&whole),
        title: view.title.clone(),
        status: view.status.to_string(),
        moves: moves(view.status),
        area: area_name::<H>(device, view.area.as_ref()),
        tlp: view.tlp.to_string(),
        sources: view.independent_sources,
        reports,
        apart: apart(app, device, texts, view),
        alike: likely.iter().map(|likely| Alike::new(texts, &pack, likely)).collect(),
        facts: facts.collect(),
        areas: areas::<H>(device, view.area.as_ref()),
        categories: pack
            .now()
            .categories
            .iter()
            .map(|known| (known.code.clone(), known.name(texts.code).to_owned(), Some(known.code.as_str()) == category))
            .collect(),
        outcome: incident.outcome_for_reporters.value.clone().unwrap_or_default(),
        mine: incident.assigned.value.is_some_and(|assigned| assigned.0 == me),
        responses: responses.collect(),
        notes: notes.collect(),
        history: history.collect(),
        set_aside: view.set_aside,
        reliabilities: Reliability::ALL.iter().map(ToString::to_string).collect(),
        credibilities: Credibility::ALL.iter().map(ToString::to_string).collect(),
        response_kinds: ResponseKind::ALL.iter().map(ToString::to_string).collect(),
        done,
        settled: settled_field.map(|field| settled::<H>(device, texts, view, field)),
        wrong,
        typed,
        f: Frame::new(visitor, "incidents"),
    })
}

/// `GET /incidents/ID`.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Page, Problem> {
    let fields = of_address(query)?;
    let mut open = app.open().await;
    let device = open.device()?;
    let view = device.incident(&document(&id)?).await?.ok_or_else(Problem::not_found)?;
    let done = ["made", "done"].into_iter().find(|done| *done == first(&fields, "done")).unwrap_or_default();
    // Only a field that has a name: an address is anybody's to write.
    let settled = Some(first(&fields, "settled")).filter(|field| FIELDS.contains(field));
    page(&app, device, &visitor, &view, (done, ""), Form::default(), settled).await
}
