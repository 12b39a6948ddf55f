//! What a coordinator does to an incident: each form is one change, whole or not at all. A form that comes twice, or
//! from a page that others have overtaken, changes nothing that its sender did not see.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_envelope::DocumentId;
use azalai_envelope::ids::from_hex;
use azalai_model::grade::SOURCES_FOR_CONFIRMED;
use azalai_model::limits::{MAX_NAME_BYTES, MAX_TEXT_BYTES};
use azalai_model::{Credibility, Grade, IncidentEdit, Keep, Occurred, Place, Reliability, Resolved, Response as Reply};
use azalai_node::{IncidentView, NodeError, catalog};

use super::inbox::rumour;
use super::incident::{page, seen};
use super::on_to;
use super::staff::{Staff, document};
use crate::app::{App, Device};
use crate::forms::Form;
use crate::host::Host;
use crate::problem::{Kind, Problem};

/// What came of a form.
enum Step {
    /// It changes this.
    Edit(IncidentEdit),
    /// It links a report, anew or for the first time.
    Link(DocumentId, Option<String>),
    /// It asks for what is there already: a second tap.
    There,
    /// It cannot be: a member of the family `incident-wrong`.
    Wrong(&'static str),
    /// It was made on a page from before somebody else's change, and would undo it.
    Stale,
}

fn text(typed: &str, limit: usize, may_be_empty: bool) -> bool {
    typed.len() <= limit && (may_be_empty || !typed.is_empty())
}

fn place(name: &str) -> Option<Place> {
    let known = catalog::gazetteer().ok().map(|gazetteer| gazetteer.resolve(name));
    match known {
        Some(Resolved::One(entry)) => entry.place(None).ok(),
        // A name that several places have says no more than itself.
        _ => Place::try_new(None, None, None, Some(name.to_owned()), None).ok(),
    }
}

/// One value of several fields; `fresh`: nobody changed the incident since the page was made.
fn set(view: &IncidentView, form: &Form, fresh: bool, now_ms: u64) -> Step {
    let incident = &view.incident;
    let value = form.get("value");
    let put = |there: bool, edit: IncidentEdit| match (there, fresh) {
        (true, _) => Step::There,
        (false, true) => Step::Edit(edit),
        (false, false) => Step::Stale,
    };
    match form.get("do") {
        "title" if !text(value, MAX_NAME_BYTES, false) => Step::Wrong("title"),
        "title" => put(view.title == value, IncidentEdit::SetTitle(value.to_owned())),
        "status" => match value.parse() {
            Ok(status) if status == view.status => Step::There,
            Ok(status) if view.status.may_become(status) => put(false, IncidentEdit::SetStatus(status)),
            Ok(_) if !fresh => Step::Stale,
            _ => Step::Wrong("status"),
        },
        "category" if catalog::pack().is_ok_and(|pack| pack.category(value).is_some()) => {
            put(incident.category.value.as_deref() == Some(value), IncidentEdit::SetCategory(value.to_owned()))
        }
        "area" => put(incident.area.value.as_deref() == Some(value), IncidentEdit::SetArea(value.to_owned())),
        "when" => match Occurred::parse_absolute(value) {
            Ok(when) => put(incident.occurred.value.as_ref() == Some(&when), IncidentEdit::SetOccurred(when)),
            Err(_) => Step::Wrong("when"),
        },
        "place" => match place(value) {
            Some(place) => put(incident.place.value.as_ref() == Some(&place), IncidentEdit::SetPlace(place)),
            None => Step::Wrong("place"),
        },
        "outcome" if !text(value, MAX_TEXT_BYTES, false) => Step::Wrong("text"),
        "outcome" => put(
            incident.outcome_for_reporters.value.as_deref() == Some(value),
            IncidentEdit::SetOutcome(value.to_owned()),
        ),
        "note" if !text(value, MAX_TEXT_BYTES, false) => Step::Wrong("text"),
        // A note stands beside others, so a page from before is no reason to refuse it; the same one twice is.
        "note" => {
            let mut notes = incident.notes.values().filter_map(|note| note.value.as_ref());
            let again = !fresh && notes.any(|note| note.text == value);
            if again { Step::There } else { Step::Edit(IncidentEdit::AddNote { at: now_ms, text: value.to_owned() }) }
        }
        "response" => response(view, form, fresh, now_ms),
        _ => Step::Wrong("form"),
    }
}

fn response(view: &IncidentView, form: &Form, fresh: bool, now_ms: u64) -> Step {
    let (body, outcome) = (form.get("value"), form.get("outcome"));
    let Ok(kind) = form.get("kind").parse() else { return Step::Wrong("form") };
    if !text(body, MAX_TEXT_BYTES, false) || !text(outcome, MAX_TEXT_BYTES, true) {
        return Step::Wrong("text");
    }
    let mut there = view.incident.responses.values().filter_map(|field| field.value.as_ref());
    if !fresh && there.any(|other| (other.kind, &*other.body, &*other.outcome) == (kind, body, outcome)) {
        return Step::There;
    }
    let reply = Reply { kind, body: body.to_owned(), at: now_ms, outcome: outcome.to_owned() };
    Step::Edit(IncidentEdit::AddResponse(reply))
}

async fn step<H: Host>(
    device: &Device<H>,
    view: &IncidentView,
    form: &Form,
    fresh: bool,
    now_ms: u64,
) -> Result<Step, Problem> {
    let me = device.device().signing.author_id();
    let report = document(form.get("report"));
    let link = report.as_ref().ok().and_then(|report| view.reports.iter().find(|link| link.report == *report));
    Ok(match (form.get("do"), report) {
        ("link", Ok(report)) if link.is_none() => Step::Link(report, None),
        ("link", Ok(_)) => Step::There,
        ("unlink", Ok(report)) if link.is_some() => Step::Edit(IncidentEdit::Unlink { report }),
        ("unlink", Ok(_)) => Step::There,
        // Linking anew names the words that stand there now, and keeps the rumour's name.
        ("read", Ok(report)) => match link {
            Some(link) if link.changed_since => Step::Link(report, link.rumour.clone()),
            Some(_) => Step::There,
            None => Step::Stale,
        },
        ("rumour", Ok(report)) => match (link, rumour(form)) {
            (None, _) => Step::Stale,
            (_, Err(wrong)) => Step::Wrong(wrong),
            (Some(link), Ok(name)) if link.rumour == name => Step::There,
            (Some(_), Ok(name)) => Step::Link(report, name),
        },
        ("grade", Ok(report)) => {
            let parts =
                (form.get("reliability").parse::<Reliability>(), form.get("credibility").parse::<Credibility>());
            let (Ok(reliability), Ok(credibility)) = parts else { return Ok(Step::Wrong("form")) };
            let own = device.report_view(report).await?.is_some_and(|report| report.own);
            let why = form.get("why").to_owned();
            let mut grades = view.incident.grades.iter().filter(|grade| grade.report == report && grade.grader == me);
            let there = grades.find_map(|grade| grade.grade.value.as_ref()).is_some_and(|grade| {
                (grade.reliability, grade.credibility, &grade.why) == (reliability, credibility, &why)
            });
            match link {
                None => Step::Stale,
                _ if own => Step::Wrong("own"),
                _ if there => Step::There,
                _ if credibility == Credibility::Confirmed && view.independent_sources < SOURCES_FOR_CONFIRMED => {
                    Step::Wrong("sources")
                }
                _ if !text(&why, MAX_TEXT_BYTES, true) => Step::Wrong("text"),
                _ => {
                    let grade = Grade { reliability, credibility, at: now_ms, why };
                    Step::Edit(IncidentEdit::Grade { report, grade })
                }
            }
        }
        ("assign", _) => {
            let wanted = (form.get("value") == "1").then_some(me);
            let there = view.incident.assigned.value.map(|assigned| assigned.0);
            match there == wanted {
                true => Step::There,
                false if fresh => Step::Edit(IncidentEdit::Assign(wanted)),
                false => Step::Stale,
            }
        }
        ("area", _) if !device.roster().areas().any(|(code, _)| code.as_str() == form.get("value")) => {
            Step::Wrong("form")
        }
        ("settle", _) => settle(view, form),
        _ => set(view, form, fresh, now_ms),
    })
}

fn settle(view: &IncidentView, form: &Form) -> Step {
    let field = form.get("field");
    // Settled by somebody meanwhile, or by the first of two taps.
    let Some(conflict) = view.conflicts.iter().find(|conflict| conflict.field == field) else { return Step::There };
    let keep = match from_hex(form.get("change")).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
        // Its value may have given way to another since the page was made.
        Some(_) if !conflict.values.iter().any(|value| value.change == form.get("change")) => return Step::Stale,
        Some(change) => Keep::Change(change),
        None if text(form.get("value"), MAX_NAME_BYTES, false) => Keep::Value(form.get("value").to_owned()),
        None => return Step::Wrong("text"),
    };
    Step::Edit(IncidentEdit::Settle { field: field.to_owned(), keep })
}

/// `POST /incidents/ID`: the field `do` says what.
pub(crate) async fn post<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let id = document(&id)?;
    let mut open = app.open().await;
    let device = open.device()?;
    if !super::staff::works(&visitor) {
        return Err(Problem::new(Kind::Denied));
    }
    let view = device.incident(&id).await?.ok_or_else(Problem::not_found)?;
    let fresh = seen(&device.whole(&id).await?) == form.get("seen");
    let now = app.host.now_ms();
    let wrong = match step::<H>(device, &view, &form, fresh, now).await? {
        Step::There => None,
        Step::Wrong(wrong) => Some(wrong),
        Step::Stale => Some("stale"),
        Step::Edit(edit) => refused(device.incident_edit(id, &[edit], now).await.map(|_| ()))?,
        Step::Link(report, rumour) => refused(device.incident_link(id, report, rumour, now).await.map(|_| ()))?,
    };
    let Some(wrong) = wrong else { return Ok(on_to(&format!("/incidents/{id}?done=done"))) };
    let status = if wrong == "stale" { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = page(&app, device, &visitor, &view, ("", wrong), form).await?;
    Ok((status, page).into_response())
}

/// What the model refused although it was looked at before: nothing was changed, and the page says so.
fn refused(done: Result<(), NodeError>) -> Result<Option<&'static str>, Problem> {
    match done {
        Ok(()) => Ok(None),
        Err(NodeError::Invalid(_)) => Ok(Some("form")),
        Err(error) => Err(error.into()),
    }
}
