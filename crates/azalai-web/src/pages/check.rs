//! A report before it is saved: what it will say and who will be able to read it. Saving twice makes one report.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use azalai_model::pack::Category;
use azalai_model::parts::Answer;
use azalai_model::{Place, ReportFields, Tlp};
use azalai_node::{NodeError, ReadBy, Readers, catalog, caution};
use azalai_roster::{AreaCode, BodyCode, Circle};

use super::editor::{corrected, draft_id, own_area, page as editor_page};
use super::on_to;
use crate::app::{App, Device};
use crate::draft::Draft;
use crate::forms::Form;
use crate::frame::{Frame, render};
use crate::gate::Member;
use crate::host::Host;
use crate::problem::{Kind, Problem};
use crate::report_form::{self, Reading};
use crate::texts::Texts;
use crate::times;

/// What a report says: labels and values, in the order of the form.
pub(crate) type Said = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage {
    f: Frame,
    /// What one may want to think about once more.
    cautions: Vec<String>,
    id: String,
    category: String,
    said: Said,
    /// The sharing label.
    label: String,
    readers: Vec<String>,
    /// Several places are called as the report's, and nobody said which it is.
    several: bool,
    correcting: bool,
}

/// What a report says, for people.
pub(crate) fn said(texts: &Texts, category: &Category, fields: &ReportFields) -> Said {
    let mut said = Said::new();
    let mut put = |label: String, value: Option<String>| {
        said.extend(value.filter(|value| !value.is_empty()).map(|value| (label, value)));
    };
    put(texts.say("said-when"), fields.occurred.as_ref().map(|when| times::occurred(texts, when)));
    put(texts.say("said-where"), fields.place.as_ref().map(|place| of_place(texts, place)));
    put(texts.say("said-text"), Some(fields.narrative.clone()));
    for question in &category.questions {
        let label = question.labels.get(texts.code).or_else(|| question.labels.values().next());
        let option = |value: &String| {
            let option = question.options.iter().find(|option| option.value == *value);
            option.and_then(|option| option.labels.get(texts.code)).unwrap_or(value).clone()
        };
        let value = fields.answers.get(&question.key).map(|answer| match answer {
            Answer::YesNo(yes) => texts.of("answer", if *yes { "yes" } else { "no" }),
            Answer::Number(number) => texts.number(number.get()),
            Answer::Text(text) => option(text),
            Answer::Many(values) => values.iter().map(option).collect::<Vec<_>>().join(&texts.say("said-separator")),
            Answer::When(when) => times::occurred(texts, when),
            Answer::Where(place) => of_place(texts, place),
        });
        put(label.cloned().unwrap_or_default(), value);
    }
    put(texts.say("said-basis"), fields.basis.map(|basis| texts.of("basis", &basis.to_string())));
    put(texts.say("said-urgency"), fields.urgency.map(|urgency| texts.of("urgency", &urgency.to_string())));
    put(texts.say("said-danger"), fields.danger_to_me.then(|| texts.of("answer", "yes")));
    put(texts.say("said-reply"), fields.wants_reply.then(|| texts.of("answer", "yes")));
    said
}

/// The same with what counts where nothing was chosen: who looks over a report sees what goes out, not only what was
/// typed.
fn with_defaults(texts: &Texts, category: &Category, fields: &ReportFields) -> Said {
    let mut said = said(texts, category, fields);
    if fields.urgency.is_none() {
        let usual = texts.of("urgency", &category.urgency.to_string());
        said.push((texts.say("said-urgency"), texts.say1("check-usual", "value", usual)));
    }
    if !fields.danger_to_me {
        said.push((texts.say("said-danger"), texts.say("check-danger-no")));
    }
    said
}

/// Everything that its author typed and that no list offered: what may name somebody.
fn typed_words(fields: &ReportFields) -> Vec<&str> {
    let as_written = |place: &'_ Place| place.point().is_none() || place.accuracy_m().is_some();
    let mut texts = vec![fields.narrative.as_str()];
    texts.extend(fields.place.as_ref().filter(|place| as_written(place)).and_then(Place::name));
    texts.extend(fields.answers.values().filter_map(|answer| match answer {
        Answer::Text(text) => Some(text.as_str()),
        Answer::Where(place) if as_written(place) => place.name(),
        _ => None,
    }));
    texts
}

pub(crate) fn of_place(texts: &Texts, place: &Place) -> String {
    if let Some((point, metres)) = place.point().zip(place.accuracy_m()) {
        let point = format!("{:.4}, {:.4}", point.lat(), point.lon());
        let point = texts.say2("place-point", ("point", &point), ("metres", &metres));
        return place.name().map_or(point.clone(), |name| [name, &point].join(&texts.say("said-separator")));
    }
    match (place.name(), place.point()) {
        (Some(name), _) => name.to_owned(),
        (None, Some(point)) => format!("{:.4}, {:.4}", point.lat(), point.lon()),
        (None, None) => texts.say("said-area"),
    }
}

/// For whom something is, in words.
pub(crate) fn for_whom<H: Host>(texts: &Texts, device: &Device<H>, by: &ReadBy) -> String {
    let name = |code| device.roster().area(code).map_or("", |info| info.name.as_str());
    match by {
        ReadBy::Circle(Circle::Area(area)) => texts.say1("can-read-area", "area", name(area)),
        ReadBy::Circle(Circle::AreaAndAbove(area)) => texts.say1("can-read-above", "area", name(area)),
        ReadBy::Circle(Circle::Everyone) => texts.say("can-read-everyone"),
        ReadBy::Circle(Circle::Staff) => texts.say("notice-read-staff"),
        ReadBy::Named(_) => texts.say("can-read-named"),
    }
}

/// Why something goes round somebody, in words; nothing where it complains of no body.
pub(crate) fn of_body<H: Host>(texts: &Texts, device: &Device<H>, readers: &Readers) -> Vec<String> {
    let mut lines = Vec::new();
    if !readers.complains_of.is_empty() {
        let bodies = body_names::<H>(texts, device, &readers.complains_of);
        lines.push(texts.say1("can-read-body", "bodies", bodies));
    }
    if !readers.left_out.is_empty() {
        let names: Vec<&str> = readers.left_out.iter().map(|reader| reader.pseudonym.as_str()).collect();
        lines.push(texts.say1("can-read-left-out", "names", names.join(&texts.say("said-separator"))));
    }
    lines
}

/// Bodies by the names that the pack gives them.
pub(crate) fn body_names<H: Host>(texts: &Texts, device: &Device<H>, bodies: &BTreeSet<BodyCode>) -> String {
    let names: Vec<String> = bodies.iter().map(|body| device.body_name(body, texts.code)).collect();
    names.join(&texts.say("said-separator"))
}

/// Who can read something, in words: for whom it is, those whom this device knows, and that there may be others.
pub(crate) fn readers<H: Host>(texts: &Texts, device: &Device<H>, readers: &Readers) -> Vec<String> {
    let mut lines = vec![for_whom::<H>(texts, device, &readers.by)];
    if !readers.known.is_empty() {
        let names: Vec<&str> = readers.known.iter().map(|reader| reader.pseudonym.as_str()).collect();
        lines.push(texts.say1("can-read-known", "names", names.join(&texts.say("said-separator"))));
    }
    lines.extend(of_body::<H>(texts, device, readers));
    if readers.nobody_yet {
        lines.push(texts.say("can-read-nobody"));
    }
    lines.push(texts.say("can-read-unknown"));
    lines
}

/// The area that a draft goes to: the one that was chosen, else the device's own.
fn area_of<H: Host>(device: &Device<H>, draft: &Draft) -> Option<AreaCode> {
    let chosen = draft.get("area").parse::<AreaCode>().ok();
    chosen.filter(|code| device.roster().area(code).is_some()).or_else(|| own_area::<H>(device))
}

fn needs_area(reading: &Reading) -> bool {
    matches!(reading.fields.tlp, Some(Tlp::Amber | Tlp::AmberStrict) | None)
}

/// `GET /report/ID/check`.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = draft_id(&id)?;
    let mut open = app.open().await;
    let device = open.device()?;
    let draft = Draft::load(device, id).await?.ok_or_else(Problem::not_found)?;
    if let Some(report) = draft.became {
        return Ok(on_to(&format!("/reports/{report}")));
    }
    let kept = corrected::<H>(device, &draft).await?;
    let places = device.places().await?;
    let said_before = kept.as_ref().map(|(_, fields)| fields);
    let mut reading = report_form::read(&draft, said_before, app.host.now_ms(), &places, &device.packs())?;
    let area = area_of::<H>(device, &draft);
    if kept.is_none() && area.is_none() && needs_area(&reading) {
        reading.wrong.insert("area".to_owned(), "area");
    }
    if !reading.wrong.is_empty() {
        let several = Some(reading.several).filter(|places| !places.is_empty());
        return editor_page(&app, device, &visitor, id, &draft, &reading.wrong, several).await;
    }
    let packs = device.packs();
    let category = packs.category(draft.get("category")).ok_or_else(Problem::not_found)?;
    let who = match &kept {
        Some((report, _)) => device.who_can_read(*report).await?,
        None => device.who_would_read(&reading.fields, area, &[])?,
    };
    let mut cautions = Vec::new();
    let gazetteer = catalog::gazetteer()?;
    let own_words = typed_words(&reading.fields);
    if let Some(words) = own_words.into_iter().find_map(|text| caution::seems_to_name(text, gazetteer)) {
        cautions.push(visitor.texts.say1("check-names", "words", words));
    }
    if reading.fields.place.as_ref().is_some_and(|place| place.accuracy_m().is_some()) && draft.get("by") != "map" {
        cautions.push(visitor.texts.say("check-position"));
    }
    let page = CheckPage {
        cautions,
        f: Frame::new(&visitor, "report"),
        id: id.to_string(),
        category: category.name(visitor.texts.code).to_owned(),
        said: with_defaults(visitor.texts, category, &reading.fields),
        label: who.tlp.map(|tlp| tlp.to_string()).unwrap_or_default(),
        several: !reading.several.is_empty(),
        readers: readers::<H>(visitor.texts, device, &who),
        correcting: kept.is_some(),
    };
    Ok(render(&page)?.into_response())
}

/// `POST /report/ID/check`: saves the report.
pub(crate) async fn post<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(_): Member,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Problem> {
    let id = draft_id(&id)?;
    let mut open = app.open().await;
    let device = open.device()?;
    let mut draft = Draft::load(device, id).await?.ok_or_else(Problem::not_found)?;
    if let Some(report) = draft.became {
        return Ok(on_to(&format!("/reports/{report}")));
    }
    let now = app.host.now_ms();
    let kept = corrected::<H>(device, &draft).await?;
    let places = device.places().await?;
    let reading = report_form::read(&draft, kept.as_ref().map(|(_, fields)| fields), now, &places, &device.packs())?;
    if !reading.wrong.is_empty() {
        return Ok(on_to(&format!("/report/{id}/check")));
    }
    let mut fields = reading.fields;
    // Which earlier report it takes the place of is not typed.
    fields.corrects = kept.as_ref().and_then(|(_, before)| before.corrects);
    let report = match kept {
        Some((report, before)) => {
            // A correction that changes nothing is none.
            if fields != before {
                let change = |now: &mut ReportFields| {
                    *now = ReportFields { tlp: now.tlp, pack: now.pack.clone(), corrects: now.corrects, ..fields };
                    Ok::<(), NodeError>(())
                };
                device.amend(report, change, now).await?;
            }
            report
        }
        None => {
            let area = area_of::<H>(device, &draft);
            device.report_once(id.0, fields, area, now).await.map_err(|error| match error {
                NodeError::Invalid(why) => Problem { kind: Kind::Form, inside: Some(why) },
                other => other.into(),
            })?
        }
    };
    draft = Draft { changed_ms: now, fields: Default::default(), became: Some(report) };
    draft.replace(device, id).await?;
    Ok(on_to(&format!("/reports/{report}?saved=1")))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Browser, PASSPHRASE};

    /// Guards against a report that is lost, or there twice because a finger tapped twice.
    #[test]
    fn a_report_is_written_checked_and_saved_once() {
        let mut browser = Browser::begun();
        let path = browser.begin_report("kidnapping-ransom");
        assert_eq!(browser.get(&path).status, 200);
        let typed =
            [("text", "Three people at the ford"), ("when", "today"), ("place", "Ansongo"), ("q-people-taken", "3")];
        assert_eq!(browser.post(&path, &typed).location, format!("{path}/check"));
        let check = browser.get(&format!("{path}/check"));
        assert!(check.body.contains("Three people at the ford") && check.body.contains("Gao"), "{}", check.body);
        let one = browser.post(&format!("{path}/check"), &[]).location;
        let two = browser.post(&format!("{path}/check"), &[]).location;
        assert!(one.starts_with("/reports/") && two == one.trim_end_matches("?saved=1"), "{one} {two}");
        assert!(browser.get(&one).body.contains("Three people at the ford"));
        assert_eq!(browser.get("/reports").body.matches("class=\"card\"").count(), 1);
        assert!(browser.get(&path).location.starts_with("/reports/"));
    }

    /// Guards against text that was lost because the device locked while it was written.
    #[test]
    fn what_is_written_while_the_device_locks_is_kept() {
        let mut browser = Browser::begun();
        let path = browser.begin_report("kidnapping-ransom");
        let token = browser.token.clone();
        browser.advance(60 * 60_000);
        let body = format!("token={token}&text=Do+not+lose+this&when=now");
        let carried = browser.post_raw(&path, &body, &[]);
        assert!(carried.status == 409 && carried.body.contains("Do not lose this"));
        let id = path.trim_start_matches("/report/").to_owned();
        let fields = [("passphrase", PASSPHRASE), ("carries", &id), ("text", "Do not lose this"), ("when", "now")];
        assert_eq!(browser.post("/unlock", &fields).location, format!("{path}/check"));
        assert!(browser.get(&path).body.contains("Do not lose this"));
        // A page from before the last unlocking, in another tab.
        let stale = browser.post_raw(&path, "token=00&text=Second+tab", &[]);
        assert!(stale.status == 409 && stale.body.contains("Second tab"));
    }

    /// Guards against stored text that runs, or that turns the page around it.
    #[test]
    fn hostile_text_is_shown_as_text() {
        let mut browser = Browser::begun();
        let path = browser.begin_report("abduction");
        let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u{202e}abc\u{200b}\u{0}😀";
        browser.post(&path, &[("text", hostile), ("place", "<b>Gao</b>"), ("q-people-taken", "<i>")]);
        let check = browser.get(&format!("{path}/check"));
        assert_eq!(check.status, 422);
        browser.post(&path, &[("text", hostile), ("place", "<b>Gao</b>")]);
        for page in [path.clone(), format!("{path}/check")] {
            let body = browser.get(&page).body;
            for bad in ["<script>alert", "<img src=x", "<b>Gao", "<i>"] {
                assert!(!body.contains(bad), "{page}: {bad}");
            }
        }
        let saved = browser.post(&format!("{path}/check"), &[]).location;
        assert!(!browser.get(&saved).body.contains("<script>alert"));
        let long = "x".repeat(7000);
        let path = browser.begin_report("abduction");
        browser.post(&path, &[("text", &long)]);
        let check = browser.get(&format!("{path}/check"));
        assert!(check.status == 422 && check.body.contains(&long));
        assert_eq!(browser.post(&path, &[("text", &"x".repeat(200_000))]).status, 400);
    }
}
