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
use azalai_node::{IncidentView, NodeError, Packs, Places};

use super::inbox::rumour;
use super::incident::{page, seen};
use super::on_to;
use super::staff::{Staff, document};
use crate::app::{App, Device};
use crate::forms::{Form, plain_digits};
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
    /// It settles a field that somebody settled already.
    Settled,
    /// It cannot be: a member of the family `incident-wrong`.
    Wrong(&'static str),
    /// It was made on a page from before somebody else's change, and would undo it.
    Stale,
}

/// What the device can name.
struct Known {
    packs: Arc<Packs>,
    places: Places,
}

fn text(typed: &str, limit: usize, may_be_empty: bool) -> bool {
    typed.len() <= limit && (may_be_empty || !typed.is_empty())
}

fn place(name: &str, places: &Places) -> Option<Place> {
    match places.resolve(name) {
        Resolved::One(entry) => entry.place(None).ok(),
        // A name that several places have says no more than itself.
        _ => Place::try_new(None, None, None, Some(name.to_owned()), None).ok(),
    }
}

/// One value of several fields; `fresh`: nobody changed the incident since the page was made.
fn set(view: &IncidentView, form: &Form, fresh: bool, now_ms: u64, known: &Known) -> Step {
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
        "category" if known.packs.category(value).is_some() => {
            put(incident.category.value.as_deref() == Some(value), IncidentEdit::SetCategory(value.to_owned()))
        }
        "area" => put(incident.area.value.as_deref() == Some(value), IncidentEdit::SetArea(value.to_owned())),
        "when" => match Occurred::parse_absolute(&plain_digits(value)) {
            Ok(when) => put(incident.occurred.value.as_ref() == Some(&when), IncidentEdit::SetOccurred(when)),
            Err(_) => Step::Wrong("when"),
        },
        "place" => match place(value, &known.places) {
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
    known: &Known,
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
        _ => set(view, form, fresh, now_ms, known),
    })
}

fn settle(view: &IncidentView, form: &Form) -> Step {
    let field = form.get("field");
    // By somebody meanwhile, or by the first of two taps.
    let Some(conflict) = view.conflicts.iter().find(|conflict| conflict.field == field) else { return Step::Settled };
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
    let known = Known { packs: device.packs(), places: device.places().await? };
    let wrong = match step::<H>(device, &view, &form, fresh, now, &known).await? {
        Step::There => None,
        Step::Settled => {
            let field = form.get("field").split('/').next().unwrap_or_default();
            let field: String = form_urlencoded::byte_serialize(field.as_bytes()).collect();
            return Ok(on_to(&format!("/incidents/{id}?settled={field}")));
        }
        Step::Wrong(wrong) => Some(wrong),
        Step::Stale => Some("stale"),
        Step::Edit(edit) => refused(device.incident_edit(id, &[edit], now).await.map(|_| ()))?,
        Step::Link(report, rumour) => refused(device.incident_link(id, report, rumour, now).await.map(|_| ()))?,
    };
    let Some(wrong) = wrong else { return Ok(on_to(&format!("/incidents/{id}?done=done"))) };
    let status = if wrong == "stale" { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = page(&app, device, &visitor, &view, ("", wrong), form, None).await?;
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

#[cfg(test)]
mod tests {
    use crate::pages::inbox::tests::{people, report};
    use crate::testing::Browser;

    fn seen(page: &str) -> String {
        page.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    /// Sends a form as it stands on the page as it is now.
    fn send(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> crate::testing::Answer {
        let seen = seen(&browser.get(path).body);
        browser.post(path, &[fields, &[("seen", &seen)]].concat())
    }

    fn plain(text: &str) -> String {
        text.replace(['\u{2068}', '\u{2069}'], "")
    }

    /// An incident of one report; the path of its page and the report's id.
    fn incident(coordinator: &mut Browser, monitor: &mut Browser) -> (String, String) {
        let id = report(monitor, "road-ambush", "Ansongo", "Five men <took> a lorry");
        monitor.hand_to(coordinator);
        coordinator.get("/inbox");
        let made = coordinator.post(&format!("/inbox/{id}/new"), &[("title", "Ambush")]).location;
        (made.trim_end_matches("?done=made").to_owned(), id)
    }

    /// Guards against an incident whose parts cannot be written, or are not there on the next page.
    #[test]
    fn an_incident_is_written_field_by_field_and_its_history_says_by_whom() {
        let (_, mut coordinator, mut monitor) = people();
        let (path, report) = incident(&mut coordinator, &mut monitor);
        let page = plain(&coordinator.get(&path).body);
        assert!(page.contains("Five men &#60;took&#62; a lorry") && page.contains("one independent source"), "{page}");
        assert!(page.contains("source cannot be judged, content cannot be judged"));
        assert!(page.contains("Ansongo") && page.contains("20 November 2025"));
        for (what, value) in [
            ("title", "Lorry taken"),
            ("status", "reviewing"),
            ("category", "vehicle-theft"),
            ("when", "٢٠٢٥-١١-١٩"),
            ("place", "Bourem"),
            ("area", "ansongo"),
            ("outcome", "We look into it"),
            ("assign", "1"),
            ("note", "Ask the driver"),
        ] {
            let done = send(&mut coordinator, &path, &[("do", what), ("value", value)]);
            assert_eq!(done.location, format!("{path}?done=done"), "{what}: {}", done.body);
        }
        let response = [("do", "response"), ("kind", "mediation"), ("value", "The elders"), ("outcome", "A meeting")];
        assert!(send(&mut coordinator, &path, &response).location.ends_with("done=done"));
        let grade = [
            ("do", "grade"),
            ("report", report.as_str()),
            ("reliability", "B"),
            ("credibility", "2"),
            ("why", "He was there"),
        ];
        assert!(send(&mut coordinator, &path, &grade).location.ends_with("done=done"));
        let page = plain(&coordinator.get(&path).body);
        for shown in [
            "Lorry taken",
            "Being looked at",
            "Vehicle stolen",
            "19 November 2025",
            "Bourem",
            "We look into it",
            "Ask the driver",
            "The elders",
            "A meeting",
            "usually reliable, probably true",
            "He was there",
            "stork",
            "I no longer take care",
            "Corroborated",
        ] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        let history = page.split("class=\"history\"").nth(1).unwrap();
        assert!(history.matches("<li class=\"applied\">").count() >= 13, "{history}");
        let list = plain(&coordinator.get("/incidents").body);
        assert!(list.contains("Lorry taken") && list.contains("One report"));
    }

    /// Guards against a form that comes twice being done twice, and one from an old page undoing another's work.
    #[test]
    fn a_second_tap_changes_nothing_and_an_old_page_undoes_nothing() {
        let (_, mut coordinator, mut monitor) = people();
        let (path, report) = incident(&mut coordinator, &mut monitor);
        let old = seen(&coordinator.get(&path).body);
        for _ in 0..2 {
            let done = coordinator.post(&path, &[("do", "note"), ("value", "Once"), ("seen", &old)]);
            assert!(done.location.ends_with("?done=done"));
        }
        assert_eq!(coordinator.get(&path).body.matches(">Once<").count(), 1);
        for _ in 0..2 {
            send(&mut coordinator, &path, &[("do", "title"), ("value", "Newer")]);
        }
        let stale = coordinator.post(&path, &[("do", "title"), ("value", "Older page"), ("seen", &old)]);
        assert_eq!(stale.status, 409);
        assert!(stale.body.contains("Somebody changed this incident") && stale.body.contains("value=\"Older page\""));
        assert!(coordinator.get(&path).body.contains("Newer"));
        for _ in 0..2 {
            let gone = coordinator.post(&path, &[("do", "unlink"), ("report", &report), ("seen", &old)]);
            assert!(gone.location.ends_with("?done=done"));
        }
        assert!(coordinator.get("/inbox").body.contains("One report waits"));
        for _ in 0..2 {
            let back = coordinator.post(&path, &[("do", "link"), ("report", &report), ("seen", &old)]);
            assert!(back.location.ends_with("?done=done"));
        }
        assert!(coordinator.get("/inbox").body.contains("Nothing waits"));
    }

    /// Guards against rules that end in an error nobody understands, or in nothing.
    #[test]
    fn what_the_rules_refuse_is_said_in_words_and_changes_nothing() {
        let (_, mut coordinator, mut monitor) = people();
        let (path, report) = incident(&mut coordinator, &mut monitor);
        let long = "x".repeat(401);
        for (fields, words) in [
            (vec![("do", "title"), ("value", "")], "A title is needed"),
            (vec![("do", "title"), ("value", &long)], "A title is needed"),
            (vec![("do", "status"), ("value", "confirmed")], "in one step"),
            (vec![("do", "status"), ("value", "nonsense")], "in one step"),
            (vec![("do", "when"), ("value", "yesterday-ish")], "no day of the calendar"),
            (vec![("do", "place"), ("value", "")], "no place"),
            (vec![("do", "note"), ("value", "")], "empty, or too long"),
            (vec![("do", "area"), ("value", "atlantis")], "does not fit"),
            (vec![("do", "category"), ("value", "atlantis")], "does not fit"),
            (vec![("do", "response"), ("kind", "war"), ("value", "x")], "does not fit"),
            (vec![("do", "sabotage")], "does not fit"),
            (
                vec![("do", "grade"), ("report", &report), ("reliability", "A"), ("credibility", "1")],
                "needs two independent sources",
            ),
        ] {
            let answer = send(&mut coordinator, &path, &fields);
            assert!(
                answer.status == 422 && answer.body.contains(words),
                "{fields:?}: {} {}",
                answer.status,
                answer.body
            );
        }
        // A coordinator's own report is somebody else's to grade.
        let own = crate::pages::inbox::tests::report(&mut coordinator, "other", "", "Mine");
        coordinator.get("/inbox");
        send(&mut coordinator, &path, &[("do", "link"), ("report", &own)]);
        let grade = [("do", "grade"), ("report", own.as_str()), ("reliability", "A"), ("credibility", "2")];
        let answer = send(&mut coordinator, &path, &grade);
        assert!(answer.status == 422 && answer.body.contains("your own"), "{}", answer.body);
    }

    /// Guards against a title that wins in silence over another's: both are shown with who wrote them, and one tap
    /// settles it on both devices.
    #[test]
    fn two_titles_set_apart_are_shown_and_settled_in_one_tap() {
        let (steward, mut one, mut monitor) = people();
        let mut two = steward.member("coordinator", "ibis");
        steward.hand_to(&one);
        let (path, _) = incident(&mut one, &mut monitor);
        one.hand_to(&two);
        assert!(two.get(&path).body.contains("Ambush"));
        send(&mut one, &path, &[("do", "title"), ("value", "Lorry")]);
        send(&mut two, &path, &[("do", "title"), ("value", "Bus")]);
        two.hand_to(&one);
        let page = plain(&one.get(&path).body);
        assert!(page.contains("Two answers: Title") && page.contains("ibis") && page.contains("stork"), "{page}");
        assert!(plain(&one.get("/incidents").body).contains("one field to settle"));
        let bus = page.split("dir=\"auto\">Bus</p>").nth(1).unwrap();
        let change = bus.split("name=\"change\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let settle = [("do", "settle"), ("field", "title"), ("change", change.as_str())];
        let settled = send(&mut one, &path, &settle);
        assert!(settled.location.ends_with("?done=done"), "{}", settled.body);
        // A second tap, or somebody else's, is told so, and what stands there.
        let again = send(&mut one, &path, &settle);
        assert_eq!(again.location, format!("{path}?settled=title"));
        let page = one.get(&again.location).body;
        assert!(page.contains("settled already") && page.contains("<strong dir=\"auto\">Bus</strong>"), "{page}");
        for odd in ["%3Cb%3E", "nothing", ""] {
            assert!(!one.get(&format!("{path}?settled={odd}")).body.contains("settled already"), "{odd}");
        }
        one.hand_to(&two);
        for browser in [&mut one, &mut two] {
            let page = browser.get(&path).body;
            assert!(!page.contains("Two answers") && page.contains("<h1 dir=\"auto\">Bus</h1>"));
        }
    }

    /// Guards against one rumour, or a report that was taken back, counting as sources.
    #[test]
    fn one_rumour_is_one_source_and_a_report_taken_back_is_none() {
        let (steward, mut coordinator, mut monitor) = people();
        let mut other = steward.member("monitor", "dove");
        let (path, report_id) = incident(&mut coordinator, &mut monitor);
        let second = report(&mut other, "road-ambush", "Ansongo", "They robbed a lorry");
        steward.hand_to(&coordinator);
        other.hand_to(&coordinator);
        assert!(coordinator.get(&path).body.contains("Likely of this incident too"));
        send(&mut coordinator, &path, &[("do", "link"), ("report", &second)]);
        assert!(plain(&coordinator.get(&path).body).contains("2 independent sources"));
        for report in [&report_id, &second] {
            send(&mut coordinator, &path, &[("do", "rumour"), ("report", report), ("rumour", "well")]);
        }
        let page = plain(&coordinator.get(&path).body);
        assert!(page.contains("one independent source") && page.contains("rumour “well”"), "{page}");
        send(&mut coordinator, &path, &[("do", "rumour"), ("report", &second), ("rumour", "")]);
        assert!(plain(&coordinator.get(&path).body).contains("2 independent sources"));
        other.get(&format!("/reports/{second}"));
        other.post(&format!("/reports/{second}/retract"), &[("why", "It was a lie")]);
        other.hand_to(&coordinator);
        let page = plain(&coordinator.get(&path).body);
        assert!(page.contains("one independent source") && page.contains("It was a lie"), "{page}");
        assert!(page.contains("wrote something after it was linked"));
        send(&mut coordinator, &path, &[("do", "read"), ("report", &second)]);
        assert!(!coordinator.get(&path).body.contains("wrote something after it was linked"));
    }
}
