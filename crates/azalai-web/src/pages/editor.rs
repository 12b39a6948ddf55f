//! The form of one report, or of its correction. Everything that is typed goes into the draft, and stays there until
//! it is saved as a report or thrown away by hand.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use azalai_envelope::DocumentId;
use azalai_envelope::ids::from_hex;
use azalai_model::pack::{Category, QuestionKind};
use azalai_model::{Basis, ReportFields, Tlp, Urgency};
use azalai_node::Places;
use azalai_node::placing::region_of;
use azalai_roster::AreaCode;

use super::ground::{GROUND, Ground, ground};
use super::point::around;
use super::{on_to, unlock};
use crate::app::{App, Device};
use crate::assets;
use crate::draft::{Draft, DraftId};
use crate::forms::{Fields, Form, Unchecked, first, of_address};
use crate::frame::{Frame, render};
use crate::gate::{Member, POLICY, Visitor};
use crate::host::Host;
use crate::limits::MAX_SUGGESTIONS;
use crate::problem::{Kind, Problem};
use crate::report_form::{AS_WRITTEN, READERS, WHEN, Wrongs, chosen, labelled, question_field};
use crate::times;

/// A choice with its label.
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

struct Asked {
    field: String,
    label: String,
    /// What the template draws: `text`, `number`, `date`, `one` or `many`.
    form: &'static str,
    /// Said where the question hangs on another.
    only_if: String,
    typed: String,
    choices: Vec<Choice>,
    wrong: String,
}

#[derive(Template)]
#[template(path = "editor.html")]
struct EditorPage {
    f: Frame,
    id: String,
    category: String,
    correcting: bool,
    when: Vec<Choice>,
    when_date: String,
    when_time: String,
    today: String,
    offset: String,
    place: String,
    no_place: bool,
    /// Latitude, longitude and metres of accuracy as the device gave them; empty if it was not asked.
    lat: String,
    lon: String,
    accuracy: String,
    /// `map` where the position was shown on the map, else empty.
    by: String,
    /// Where the map for showing it begins, and how close.
    around: String,
    /// Where the operator's own map is, if there is one.
    own: Option<&'static str>,
    /// Places to choose from.
    places: Vec<Choice>,
    as_written: String,
    /// The place that was chosen among others, where none are shown.
    place_id: String,
    /// Said where places were looked for.
    found: String,
    text: String,
    asked: Vec<Asked>,
    basis: Vec<Choice>,
    urgency: Vec<Choice>,
    readers: Vec<Choice>,
    areas: Vec<Choice>,
    danger: bool,
    reply: bool,
    wrong_when: String,
    wrong_place: String,
    wrong_text: String,
    wrong_area: String,
}

impl EditorPage {
    fn asset(&self, name: &str) -> String {
        assets::path(name)
    }
}

/// The id in an address.
pub(crate) fn draft_id(text: &str) -> Result<DraftId, Problem> {
    DraftId::read(text).ok_or_else(Problem::not_found)
}

/// The report that a draft corrects, as it is now.
pub(crate) async fn corrected<H: Host>(
    device: &Device<H>,
    draft: &Draft,
) -> Result<Option<(DocumentId, ReportFields)>, Problem> {
    let id = from_hex(draft.get("of")).and_then(|bytes| DocumentId::from_slice(&bytes));
    let Some(id) = id else { return Ok(None) };
    let view = device.report_view(id).await?.filter(|view| view.own);
    Ok(view.map(|view| (id, view.row.fields)))
}

/// This device's area, as far as it has one.
pub(crate) fn own_area<H: Host>(device: &Device<H>) -> Option<AreaCode> {
    let roster = device.roster();
    let member = roster.member(&device.device().signing).and_then(|member| member.area.clone());
    member.or_else(|| device.invited_area()).filter(|area| roster.area(area).is_some())
}

fn choice(visitor: &Visitor, family: &str, value: &str, chosen: &str) -> Choice {
    Choice { value: value.to_owned(), label: visitor.texts.of(family, value), chosen: value == chosen }
}

/// `GET /report/ID`.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let id = draft_id(&id)?;
    let mut open = app.open().await;
    let device = open.device()?;
    let draft = Draft::load(device, id).await?.ok_or_else(Problem::not_found)?;
    if let Some(report) = draft.became {
        return Ok(on_to(&format!("/reports/{report}")));
    }
    let found = match first(&of_address(query)?, "find") {
        "" => None,
        _ => Some(like(&device.places().await?, draft.get("place"), visitor.texts.code)),
    };
    page(&app, device, &visitor, id, &draft, &Wrongs::new(), found).await
}

/// Places that are like a name, each with its id and how it is offered.
fn like(places: &Places, name: &str, language: &str) -> Vec<(String, String)> {
    let found = places.search(name).into_iter().take(MAX_SUGGESTIONS);
    found.map(|entry| (entry.id.clone(), labelled(entry, language))).collect()
}

/// Those that are offered, with the one that was chosen.
fn offered(places: Vec<(String, String)>, chosen: &str) -> Vec<Choice> {
    places.into_iter().map(|(value, label)| Choice { chosen: value == chosen, value, label }).collect()
}

/// The form with what is wrong beside its fields, and the places to choose from where some were looked for.
pub(crate) async fn page<H: Host>(
    app: &App<H>,
    device: &Device<H>,
    visitor: &Visitor,
    id: DraftId,
    draft: &Draft,
    wrong: &Wrongs,
    found: Option<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let pack = device.packs();
    let category = pack.category(draft.get("category")).ok_or_else(Problem::not_found)?;
    let code = visitor.texts.code;
    let correcting = !draft.get("of").is_empty();
    let said = |field: &str| wrong.get(field).map_or(String::new(), |wrong| visitor.texts.of("wrong", wrong));
    let kept = correcting.then_some("keep");
    let when = kept.into_iter().chain(WHEN).map(|value| choice(visitor, "when", value, draft.get("when"))).collect();
    let offset = match draft.get("offset") {
        "" => app.settings().offset_min.to_string(),
        typed => typed.to_owned(),
    };
    let widest = pack.label(&category.code, Some(Tlp::Clear));
    let usual = pack.label(&category.code, None);
    let chosen = match draft.get("readers") {
        "" => READERS.iter().find(|(_, tlp)| *tlp == usual).map_or("above", |(name, _)| name),
        typed => typed,
    };
    let readers = READERS.iter().filter(|(_, tlp)| *tlp >= widest && !correcting);
    let own = own_area::<H>(device);
    let chosen_area = match draft.get("area") {
        "" => own.as_ref().map_or("", AreaCode::as_str),
        typed => typed,
    };
    let areas = device.roster().areas().filter(|_| !correcting).map(|(code, info)| Choice {
        value: code.to_string(),
        label: info.name.clone(),
        chosen: code.as_str() == chosen_area,
    });
    let page = EditorPage {
        f: Frame::new(visitor, "report"),
        id: id.to_string(),
        category: category.name(code).to_owned(),
        correcting,
        when,
        when_date: draft.get("when-date").to_owned(),
        when_time: draft.get("when-time").to_owned(),
        today: times::iso_day(app.host.now_ms(), app.settings().offset_min),
        offset,
        place: draft.get("place").to_owned(),
        no_place: draft.get("where") == "none",
        lat: draft.get("lat").to_owned(),
        lon: draft.get("lon").to_owned(),
        accuracy: draft.get("accuracy").to_owned(),
        by: draft.get("by").to_owned(),
        own: (ground(&app.host).await == Ground::Tiles).then_some(GROUND),
        around: own.as_ref().and_then(|area| region_of(device.roster(), area)).map_or(String::new(), around),
        found: match &found {
            Some(places) if wrong.is_empty() && places.is_empty() => visitor.texts.say("editor-found-none"),
            Some(_) if wrong.is_empty() => visitor.texts.say("editor-found"),
            _ => String::new(),
        },
        place_id: match &found {
            None if draft.get("place-id") != AS_WRITTEN => draft.get("place-id").to_owned(),
            _ => String::new(),
        },
        places: offered(found.unwrap_or_default(), draft.get("place-id")),
        as_written: visitor.texts.say("editor-as-written"),
        text: draft.get("text").to_owned(),
        asked: asked(category, draft, visitor, wrong),
        basis: Basis::ALL.iter().map(|b| choice(visitor, "basis", &b.to_string(), draft.get("basis"))).collect(),
        urgency: Urgency::ALL
            .iter()
            .map(|u| choice(visitor, "urgency", &u.to_string(), draft.get("urgency")))
            .collect(),
        readers: readers.map(|(name, _)| choice(visitor, "readers", name, chosen)).collect(),
        areas: areas.collect(),
        danger: !draft.get("danger").is_empty(),
        reply: !draft.get("reply").is_empty(),
        wrong_when: said("when"),
        wrong_place: said("place"),
        wrong_text: said("text"),
        wrong_area: said("area"),
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let mut answer = (status, render(&page)?).into_response();
    // The one page that may ask where the device is, and only when somebody taps the button.
    let allowed = HeaderValue::from_static("camera=(), microphone=(), geolocation=(self), interest-cohort=()");
    answer.headers_mut().insert("permissions-policy", allowed);
    // And one of those with a map, which is drawn in a worker from a file of these pages.
    let policy = HeaderValue::from_str(&format!("{POLICY}; worker-src 'self'")).map_err(Problem::inside)?;
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(answer)
}

fn asked(category: &Category, draft: &Draft, visitor: &Visitor, wrong: &Wrongs) -> Vec<Asked> {
    let code = visitor.texts.code;
    let label = |labels: &azalai_model::pack::Labels| labels.get(code).or_else(|| labels.values().next()).cloned();
    let each = category.questions.iter().map(|question| {
        let field = question_field(question);
        let given: BTreeSet<&str> = draft.fields.get(&field).into_iter().flatten().map(String::as_str).collect();
        let form = match question.kind {
            QuestionKind::Text | QuestionKind::Place => "text",
            QuestionKind::Number | QuestionKind::Count => "number",
            QuestionKind::Date => "date",
            QuestionKind::OneOf | QuestionKind::YesNo => "one",
            QuestionKind::ManyOf => "many",
        };
        let mut choices: Vec<Choice> = question
            .options
            .iter()
            .map(|option| Choice {
                value: option.value.clone(),
                label: label(&option.labels).unwrap_or_default(),
                chosen: given.contains(option.value.as_str()),
            })
            .collect();
        if question.kind == QuestionKind::YesNo {
            choices.extend(["yes", "no"].map(|value| choice(visitor, "answer", value, draft.get(&field))));
        }
        let condition = question.condition.as_ref();
        let hangs_on = condition.and_then(|c| category.questions.iter().find(|other| other.key == c.question));
        let only_if = hangs_on.and_then(|other| label(&other.labels));
        Asked {
            label: label(&question.labels).unwrap_or_default(),
            form,
            only_if: only_if.map_or(String::new(), |other| visitor.texts.say1("editor-only-if", "question", other)),
            typed: draft.get(&field).to_owned(),
            choices,
            wrong: wrong.get(&field).map_or(String::new(), |wrong| visitor.texts.of("wrong", wrong)),
            field,
        }
    });
    each.collect()
}

/// `POST /report/ID`: keeps what was typed. A page from before the last unlocking loses nothing: what it brings is
/// shown again, to be kept with one tap or the passphrase.
pub(crate) async fn post<H: Host>(
    State(app): State<Arc<App<H>>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Unchecked,
) -> Result<Response, Problem> {
    let id = draft_id(&id)?;
    if visitor.role.is_none() || !form.is_of(&visitor) {
        return unlock::carrying(&visitor, &id.to_string(), &form.0.fields);
    }
    let Form { fields, .. } = form.0;
    let quiet = fields.contains_key("quiet");
    let answer = keep(&app, id, fields).await?;
    Ok(if quiet { StatusCode::NO_CONTENT.into_response() } else { answer })
}

/// Puts what was typed into the draft, and goes on to look at it.
pub(crate) async fn keep<H: Host>(app: &App<H>, id: DraftId, mut typed: Fields) -> Result<Response, Problem> {
    let mut open = app.open().await;
    let device = open.device()?;
    let known = Draft::load(device, id).await?;
    if let Some(report) = known.as_ref().and_then(|draft| draft.became) {
        return Ok(on_to(&format!("/reports/{report}")));
    }
    let known = known.unwrap_or_default();
    let finds = typed.contains_key("find");
    for own in ["token", "passphrase", "carries", "quiet", "when-base", "find"] {
        typed.remove(own);
    }
    if typed.remove("gps").is_some() {
        for own in ["lat", "lon", "accuracy", "by"] {
            typed.remove(own);
        }
    }
    for fixed in ["category", "of"] {
        match known.fields.get(fixed) {
            Some(value) => drop(typed.insert(fixed.to_owned(), value.clone())),
            None if fixed == "of" => drop(typed.remove(fixed)),
            None => {}
        }
    }
    let now = app.host.now_ms();
    let same = |name: &str| typed.get(name) == known.fields.get(name);
    let base = known.fields.get("when-base").filter(|_| same("when")).cloned();
    typed.insert("when-base".to_owned(), base.unwrap_or_else(|| vec![now.to_string()]));
    let mut draft = Draft { changed_ms: now, fields: typed, became: None };
    // The place that was chosen is called by its own name from now on.
    if let Some(name) = chosen(&draft, &device.places().await?).map(|entry| entry.name.clone()) {
        draft.fields.insert("place".to_owned(), vec![name]);
    }
    if device.packs().category(draft.get("category")).is_none() {
        return Err(Problem::new(Kind::Form));
    }
    draft.save(device, id).await?;
    Ok(on_to(&if finds { format!("/report/{id}?find=1#place") } else { format!("/report/{id}/check") }))
}

/// `POST /report/ID/discard`.
pub(crate) async fn discard<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(_): Member,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Problem> {
    let id = draft_id(&id)?;
    let mut open = app.open().await;
    let device = open.device()?;
    if Draft::load(device, id).await?.is_some_and(|draft| draft.became.is_none()) {
        Draft::remove(device, id).await?;
    }
    Ok(on_to("/report"))
}

#[derive(Template)]
#[template(path = "places.html")]
struct Suggestions {
    places: Vec<Choice>,
    as_written: String,
}

/// `GET /places?q=…`: places to choose from while a name is typed.
pub(crate) async fn places<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = of_address(query)?;
    let typed = first(&query, "q");
    let mut found = Vec::new();
    if typed.trim().chars().count() >= 2 {
        let mut open = app.open().await;
        found = like(&open.device()?.places().await?, typed, visitor.texts.code);
    }
    let as_written = visitor.texts.say("editor-as-written");
    Ok(render(&Suggestions { places: offered(found, ""), as_written })?.into_response())
}

#[cfg(test)]
mod tests {
    use crate::testing::Browser;

    /// Guards against a search that needs scripts, and a choice that is lost on the way to the saved report.
    #[test]
    fn a_place_is_found_chosen_and_kept_without_scripts() {
        let mut browser = Browser::begun();
        let path = browser.begin_report("abduction");
        let typed = [("when", "unknown"), ("text", "Near the ford"), ("place", "Ansogo"), ("find", "1")];
        let found = browser.post(&path, &typed);
        assert_eq!(found.location, format!("{path}?find=1#place"));
        let page = browser.get(&format!("{path}?find=1")).body;
        assert!(page.contains("value=\"gn2461003\"") && page.contains("Ansongo, Gao, ML"), "{page}");
        assert!(page.contains("Near the ford") && page.contains("value=\"Ansogo\""));
        let chosen = [("when", "unknown"), ("text", "Near the ford"), ("place", "Ansogo"), ("place-id", "gn2461003")];
        assert_eq!(browser.post(&path, &chosen).location, format!("{path}/check"));
        assert!(browser.get(&format!("{path}/check")).body.contains("<dd dir=\"auto\">Ansongo</dd>"));
        // Coming back, the choice is still there; another name undoes it.
        let again = browser.get(&path).body;
        assert!(again.contains("name=\"place-id\" value=\"gn2461003\"") && again.contains("value=\"Ansongo\""));
        browser.post(&path, &[("when", "unknown"), ("place", "Labbezanga"), ("place-id", "gn2461003")]);
        let check = browser.get(&format!("{path}/check")).body;
        assert!(check.contains("<dd dir=\"auto\">Labbezanga</dd>") && !check.contains("Ansongo"), "{check}");
    }

    /// Guards against a report that cannot be saved because its village is on no list, or becomes the next town.
    #[test]
    fn a_place_that_nobody_knows_is_kept_as_it_was_written() {
        let mut browser = Browser::begun();
        let path = browser.begin_report("abduction");
        browser.post(&path, &[("when", "unknown"), ("place", "Xqzwv"), ("find", "1")]);
        let page = browser.get(&format!("{path}?find=1")).body;
        assert!(page.contains("No place like this is known here") && !page.contains("place-id"), "{page}");
        browser.post(&path, &[("when", "unknown"), ("place", "Ansogo")]);
        assert!(browser.get(&format!("{path}/check")).body.contains("<dd dir=\"auto\">Ansogo</dd>"));
        for id in ["as-written", "gn1", "", "<b>"] {
            browser.post(&path, &[("when", "unknown"), ("place", "Ansogo"), ("place-id", id)]);
            assert!(browser.get(&format!("{path}/check")).body.contains("<dd dir=\"auto\">Ansogo</dd>"), "{id}");
        }
    }

    /// Guards against places of one name that cannot be told apart, and what is typed that runs.
    #[test]
    fn what_is_typed_gives_places_with_their_region_and_never_runs() {
        let mut browser = Browser::begun();
        let gao = browser.get("/places?q=gao").body;
        assert!(gao.contains("value=\"gn2457163\"") && gao.contains("Gao, Gao, ML") && gao.contains("BF"), "{gao}");
        assert!(browser.get("/places?q=%D8%AA%D9%86%D8%A8%D9%83%D8%AA%D9%88").body.contains("Tombouctou"));
        for nothing in ["/places?q=g", "/places", "/places?q=%3Cscript%3E", "/places?q=%00%00"] {
            let answer = browser.get(nothing);
            assert_eq!((answer.status, answer.body.trim()), (200, ""), "{nothing}");
        }
    }

    /// Guards against a page that may ask where a person is although it has no need to, and against a position that
    /// cannot be left out again.
    #[test]
    fn only_the_form_may_ask_for_the_position_and_it_can_be_left_out() {
        let mut browser = Browser::begun();
        let path = browser.begin_report("abduction");
        assert!(browser.get(&path).header("permissions-policy").contains("geolocation=(self)"));
        for other in ["/report", "/reports", "/settings", "/exchange", "/"] {
            assert!(browser.get(other).header("permissions-policy").contains("geolocation=()"), "{other}");
        }
        browser.post(&path, &[("lat", "16.2712"), ("lon", "-0.0447"), ("accuracy", "30")]);
        assert!(browser.get(&format!("{path}/check")).body.contains("where you were"));
        assert!(browser.get(&path).body.contains("16.2712"));
        browser.post(&path, &[("lat", "16.2712"), ("lon", "-0.0447"), ("accuracy", "30"), ("gps", "forget")]);
        assert!(!browser.get(&path).body.contains("16.2712"));
        assert!(!browser.get(&format!("{path}/check")).body.contains("where you were"));
    }

    /// Guards against a name that leaves the device because nobody asked.
    #[test]
    fn words_that_seem_to_name_somebody_are_asked_about_and_saved_all_the_same() {
        let mut browser = Browser::begun();
        let path = browser.begin_report("abduction");
        browser.post(&path, &[("text", "They took Moussa Traoré at night")]);
        assert!(browser.get(&format!("{path}/check")).body.contains("Moussa Traoré\u{2069}”"));
        assert!(browser.post(&format!("{path}/check"), &[]).location.ends_with("?saved=1"));
    }
}
