//! The inbox: reports that no incident links yet, urgent ones first, beside each what it is likely the same as and why.
//! Nothing is linked but by a person's tap.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_model::limits::{MAX_CODE_BYTES, MAX_NAME_BYTES, MAX_TEXT_BYTES};
use azalai_model::{IncidentEdit, Tlp};
use azalai_node::Packs;
use azalai_node::inbox::{InboxItem, InboxQuery, Likely};
use azalai_node::reports::ReportView;
use azalai_roster::AreaCode;

use super::check::of_place;
use super::letter::Letter;
use super::likeness::{how, reasons};
use super::on_to;
use super::staff::{Staff, areas, document, works};
use super::vault::{self, Alarm};
use crate::app::{App, Device};
use crate::forms::{Fields, Form, first, of_address};
use crate::frame::{Frame, Page, render};
use crate::gate::Visitor;
use crate::host::Host;
use crate::limits::{INBOX_PER_PAGE, LIKELY_PER_REPORT};
use crate::problem::Problem;
use crate::texts::Texts;
use crate::times;

/// Ages that the filter offers, in days; the first is "any".
pub(crate) const AGES: [(&str, u64); 4] = [("any", 0), ("day", 1), ("week", 7), ("month", 31)];

/// Something alike.
pub(crate) struct Alike {
    pub(crate) report: String,
    /// The incident that links it: id and title.
    pub(crate) incident: Option<(String, String)>,
    pub(crate) category: String,
    pub(crate) text: String,
    pub(crate) how: &'static str,
    pub(crate) why: Vec<String>,
}

impl Alike {
    pub(crate) fn new(texts: &Texts, packs: &Packs, likely: &Likely) -> Self {
        let fields = &likely.row.fields;
        let category = fields.category.as_deref().and_then(|code| packs.category(code));
        Self {
            report: likely.report.to_string(),
            incident: likely.incident.as_ref().map(|brief| (brief.id.to_string(), brief.title.clone())),
            category: category.map_or("", |category| category.name(texts.code)).to_owned(),
            text: fields.narrative.chars().take(160).collect(),
            how: how(&likely.likeness),
            why: reasons(texts, &likely.likeness),
        }
    }
}

struct Entry {
    letter: Letter,
    urgency: String,
    /// How often its author wrote about it later.
    later: usize,
    aside: Option<(String, String)>,
    likely: Vec<Alike>,
    title: String,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    f: Frame,
    alarms: Vec<Alarm>,
    works: bool,
    entries: Vec<Entry>,
    total: usize,
    areas: Vec<(String, String, bool)>,
    categories: Vec<(String, String, bool)>,
    ages: Vec<(&'static str, bool)>,
    /// Somebody was removed: what they said since is set aside elsewhere.
    removed: bool,
    aside: bool,
    filtered: bool,
    incidents: Vec<(String, String)>,
    /// The addresses of the pages before and after.
    newer: Option<String>,
    older: Option<String>,
    /// This page's own address: where an action leads back to.
    here: String,
    done: &'static str,
    wrong: &'static str,
}

fn address(fields: &Fields, skip: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in ["area", "category", "age", "aside"] {
        let value = first(fields, name);
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    if skip > 0 {
        query.append_pair("after", &skip.to_string());
    }
    let query = query.finish();
    if query.is_empty() { "/inbox".to_owned() } else { format!("/inbox?{query}") }
}

/// What is suggested as the title of an incident that begins with a report.
fn suggested(texts: &Texts, view: &ReportView, letter: &Letter) -> String {
    let fields = &view.row.fields;
    let place = fields.place.as_ref().map(|place| of_place(texts, place)).unwrap_or_default();
    let when = fields.occurred.as_ref().filter(|when| when.from_ms().is_some());
    let when = when.map(|when| times::occurred(texts, when)).unwrap_or_default();
    let parts = [letter.category.clone(), place, when];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let title = parts.join(&texts.say("said-separator")).replace(['\u{2068}', '\u{2069}'], "");
    title.chars().take(MAX_NAME_BYTES / 4).collect()
}

fn entry<H: Host>(app: &App<H>, device: &Device<H>, texts: &Texts, item: &InboxItem) -> Result<Entry, Problem> {
    let letter = Letter::new(app, device, texts, &item.view)?;
    let packs = device.packs();
    Ok(Entry {
        title: suggested(texts, &item.view, &letter),
        urgency: item.urgency.to_string(),
        later: item.later_statements,
        aside: item
            .aside
            .as_ref()
            .map(|aside| (aside.why.clone(), times::minute(texts, aside.at_ms, app.settings().offset_min))),
        likely: item.likely.iter().take(LIKELY_PER_REPORT).map(|likely| Alike::new(texts, &packs, likely)).collect(),
        letter,
    })
}

async fn page<H: Host>(
    app: &App<H>,
    device: &Device<H>,
    visitor: &Visitor,
    fields: &Fields,
    wrong: &'static str,
) -> Result<Page, Problem> {
    let texts = visitor.texts;
    let pack = device.packs();
    let area: Option<AreaCode> = first(fields, "area").parse().ok();
    let category = Some(first(fields, "category")).filter(|code| pack.category(code).is_some());
    let age = AGES.iter().find(|(name, _)| *name == first(fields, "age")).or(AGES.first());
    let (age, days) = age.copied().unwrap_or_default();
    let skip: usize = first(fields, "after").parse().unwrap_or_default();
    let aside = first(fields, "aside") == "1";
    let query = InboxQuery {
        area: area.clone(),
        category: category.map(str::to_owned),
        since_ms: if days == 0 { 0 } else { app.host.now_ms().saturating_sub(days * 86_400_000) },
        aside,
        skip,
        take: INBOX_PER_PAGE,
    };
    let found = device.inbox(&query).await?;
    let entries = found.items.iter().map(|item| entry(app, device, texts, item)).collect::<Result<_, _>>()?;
    let named = |code: &String| {
        let name = pack.category(code).map(|category| category.name(texts.code).to_owned());
        name.map(|name| (code.clone(), name, Some(code.as_str()) == category))
    };
    let end = skip.saturating_add(INBOX_PER_PAGE);
    let done = ["linked", "made", "aside", "back"].into_iter().find(|done| *done == first(fields, "done"));
    render(&InboxPage {
        f: Frame::new(visitor, "inbox"),
        alarms: vault::alarms::<H>(device, texts, app.settings().offset_min).await?,
        works: works(visitor),
        entries,
        total: found.total,
        areas: areas::<H>(device, area.as_ref()),
        categories: found.categories.iter().filter_map(named).collect(),
        ages: AGES.iter().map(|(name, _)| (*name, *name == age)).collect(),
        removed: crate::people::anybody_removed(device.roster()),
        aside,
        filtered: area.is_some() || category.is_some() || days > 0,
        incidents: found.incidents.iter().map(|brief| (brief.id.to_string(), brief.title.clone())).collect(),
        newer: (skip > 0).then(|| address(fields, skip.saturating_sub(INBOX_PER_PAGE))),
        older: (end < found.total).then(|| address(fields, end)),
        here: address(fields, skip),
        done: done.unwrap_or_default(),
        wrong,
    })
}

/// `GET /inbox`.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    RawQuery(query): RawQuery,
) -> Result<Page, Problem> {
    let fields = of_address(query)?;
    let mut open = app.open().await;
    page(&app, open.device()?, &visitor, &fields, "").await
}

/// Back to the page that the form was on, with a word on what was done. Only ever to the inbox.
fn back(form: &Form, done: &str) -> Response {
    let query = form.get("here").strip_prefix("/inbox?").unwrap_or_default();
    let fields = crate::forms::read(query.as_bytes()).unwrap_or_default();
    let address = address(&fields, first(&fields, "after").parse().unwrap_or_default());
    let join = if address.contains('?') { '&' } else { '?' };
    on_to(&format!("{address}{join}done={done}"))
}

async fn again<H: Host>(
    app: &App<H>,
    device: &Device<H>,
    visitor: &Visitor,
    form: &Form,
    wrong: &'static str,
) -> Result<Response, Problem> {
    let query = form.get("here").strip_prefix("/inbox?").unwrap_or_default();
    let fields = crate::forms::read(query.as_bytes()).unwrap_or_default();
    let page = page(app, device, visitor, &fields, wrong).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// A rumour's name from a form: `None` if none was given.
pub(crate) fn rumour(form: &Form) -> Result<Option<String>, &'static str> {
    match form.get("rumour") {
        "" => Ok(None),
        name if name.len() <= MAX_CODE_BYTES => Ok(Some(name.to_owned())),
        _ => Err("rumour"),
    }
}

/// `POST /inbox/REPORT/link`: to an incident that is there.
pub(crate) async fn link<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    Path(report): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let report = document(&report)?;
    let mut open = app.open().await;
    let device = open.device()?;
    let Ok(incident) = document(form.get("incident")) else {
        return again(&app, device, &visitor, &form, "incident").await;
    };
    let rumour = match rumour(&form) {
        Ok(rumour) => rumour,
        Err(wrong) => return again(&app, device, &visitor, &form, wrong).await,
    };
    // A second tap finds it linked already.
    let there = device.incident_of(report).await?.is_some_and(|brief| brief.id == incident);
    if !there {
        device.incident_link(incident, report, rumour, app.host.now_ms()).await?;
    }
    Ok(back(&form, "linked"))
}

/// `POST /inbox/REPORT/new`: an incident that begins with this report, and with another one where `with` names it.
pub(crate) async fn begin<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    Path(report): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let report = document(&report)?;
    let mut open = app.open().await;
    let device = open.device()?;
    let view = device.report_view(report).await?.ok_or_else(Problem::not_found)?;
    // A second tap, or a page from before somebody else linked it, leads to the incident that is there.
    if let Some(brief) = device.incident_of(report).await? {
        return Ok(on_to(&format!("/incidents/{}", brief.id)));
    }
    let title = form.get("title");
    if title.is_empty() || title.len() > MAX_NAME_BYTES {
        return again(&app, device, &visitor, &form, "title").await;
    }
    let rumour = match rumour(&form) {
        Ok(rumour) => rumour,
        Err(wrong) => return again(&app, device, &visitor, &form, wrong).await,
    };
    let now = app.host.now_ms();
    let fields = &view.row.fields;
    // No wider than the report, and never to all members: they would read what coordinators think.
    let tlp = view.tlp.max(Tlp::Amber);
    let area = view.area.clone().filter(|_| view.tlp >= Tlp::Amber);
    let incident = device.incident_new(title, area, tlp, fields.category.clone(), now).await?;
    let mut edits: Vec<IncidentEdit> = fields.occurred.map(IncidentEdit::SetOccurred).into_iter().collect();
    edits.extend(fields.place.clone().map(IncidentEdit::SetPlace));
    if !edits.is_empty() {
        device.incident_edit(incident, &edits, now).await?;
    }
    device.incident_link(incident, report, rumour.clone(), now).await?;
    if let Ok(other) = document(form.get("with"))
        && device.incident_of(other).await?.is_none()
    {
        device.incident_link(incident, other, rumour, now).await?;
    }
    Ok(on_to(&format!("/incidents/{incident}?done=made")))
}

/// `POST /inbox/REPORT/aside`.
pub(crate) async fn aside<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    Path(report): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let report = document(&report)?;
    let mut open = app.open().await;
    let device = open.device()?;
    let why = form.get("why");
    if why.is_empty() || why.len() > MAX_TEXT_BYTES {
        return again(&app, device, &visitor, &form, "why").await;
    }
    device.set_aside(report, why, app.host.now_ms()).await?;
    Ok(back(&form, "aside"))
}

/// `POST /inbox/REPORT/back`: no more set aside.
pub(crate) async fn take_back<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(_): Staff,
    Path(report): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let report = document(&report)?;
    let mut open = app.open().await;
    open.device()?.take_back_aside(report).await?;
    Ok(back(&form, "back"))
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::testing::Browser;

    /// A steward's device, a coordinator's and a monitor's, all of Gao.
    pub(crate) fn people() -> (Browser, Browser, Browser) {
        let steward = Browser::begun();
        let (coordinator, monitor) = (steward.member("coordinator", "stork"), steward.member("monitor", "swift"));
        (steward, coordinator, monitor)
    }

    /// The monitor writes a report today; its id.
    pub(crate) fn report(monitor: &mut Browser, category: &str, place: &str, text: &str) -> String {
        let path = monitor.begin_report(category);
        monitor.post(&path, &[("text", text), ("when", "today"), ("place", place)]);
        let saved = monitor.post(&format!("{path}/check"), &[]).location;
        assert!(saved.ends_with("?saved=1"), "{saved}");
        saved.trim_start_matches("/reports/").trim_end_matches("?saved=1").to_owned()
    }

    /// Guards against pages of coordinators that a monitor's device shows: it learns of nobody else's reports.
    #[test]
    fn a_monitor_is_told_that_these_pages_are_not_theirs() {
        let (_, mut coordinator, mut monitor) = people();
        let id = "0123456789abcdef0123456789abcdef";
        for path in ["/inbox", "/incidents", &format!("/incidents/{id}"), "/keys"] {
            let answer = monitor.get(path);
            assert_eq!(answer.status, 403, "{path}");
            assert!(answer.body.contains("does not allow this"));
        }
        monitor.get("/settings");
        for path in ["link", "new", "aside", "back"] {
            assert_eq!(
                monitor.post(&format!("/inbox/{id}/{path}"), &[("why", "x"), ("title", "x")]).status,
                403,
                "{path}"
            );
        }
        assert_eq!(monitor.post(&format!("/incidents/{id}"), &[("do", "note"), ("value", "x")]).status, 403);
        assert!(!monitor.get("/settings").body.contains("/inbox"));
        assert!(coordinator.get("/settings").body.contains("href=\"/inbox\""));
        assert_eq!(coordinator.get(&format!("/incidents/{id}")).status, 404);
    }

    /// Guards against an inbox that hides what is urgent, changes the author's words, or names no reason.
    #[test]
    fn the_inbox_shows_reports_urgent_first_with_what_they_are_likely_the_same_as() {
        let (_, mut coordinator, mut monitor) = people();
        assert!(coordinator.get("/inbox").body.contains("Nothing waits"));
        report(&mut monitor, "gold-mining", "Ansongo", "Un <b>site</b> d'or");
        report(&mut monitor, "road-ambush", "Ansongo", "Cinq hommes ont volé 3 motos près d'Ansongo");
        report(&mut monitor, "road-ambush", "", "خمسة رجال سرقوا ٣ دراجات قرب أنسونغو");
        monitor.hand_to(&coordinator);
        let page = coordinator.get("/inbox").body;
        let plain = page.replace(['\u{2068}', '\u{2069}'], "");
        assert!(plain.contains("3 reports wait") && page.contains("Un &#60;b&#62;site"), "{page}");
        assert!(page.find("خمسة").unwrap() < page.find("&#62;site").unwrap());
        assert!(
            plain.contains("both name Ansongo") && plain.contains("both say 3, 5") && plain.contains("same kind"),
            "{plain}"
        );
        assert!(page.contains("TLP:AMBER") && page.contains("swift"));
        let filtered = coordinator.get("/inbox?category=gold-mining&area=gao&age=day").body;
        assert!(filtered.contains("One report waits") && !filtered.contains("خمسة"));
        assert!(coordinator.get("/inbox?area=menaka").body.contains("outside this filter"));
    }

    /// Guards against somebody in danger of whom nobody sees it, and a report that was taken back and still presses.
    #[test]
    fn danger_comes_first_and_is_seen_in_the_incident_and_what_was_taken_back_comes_last() {
        let (_, mut coordinator, mut monitor) = people();
        let write = |monitor: &mut Browser, text: &str, more: &[(&str, &str)]| {
            let path = monitor.begin_report("extortion-tax");
            let form = monitor.get(&path).body;
            assert!(form.find("name=\"danger\"").unwrap() < form.find("<details").unwrap(), "it is in plain sight");
            monitor.post(&path, &[&[("text", text)], more].concat());
            let saved = monitor.post(&format!("{path}/check"), &[]).location;
            saved.trim_start_matches("/reports/").trim_end_matches("?saved=1").to_owned()
        };
        let back = write(&mut monitor, "It was nothing", &[("danger", "yes"), ("urgency", "now")]);
        let danger = write(&mut monitor, "They know who I am", &[("danger", "yes")]);
        write(&mut monitor, "Ten thousand a lorry", &[]);
        monitor.get(&format!("/reports/{back}"));
        monitor.post(&format!("/reports/{back}/retract"), &[("why", "I was wrong")]);
        monitor.hand_to(&coordinator);
        let page = coordinator.get("/inbox").body;
        let at = |text: &str| page.find(text).unwrap();
        assert!(at("They know who I am") < at("Ten thousand") && at("Ten thousand") < at("It was nothing"), "{page}");
        assert_eq!(page.matches("I am in danger").count(), 1, "{page}");
        let made = coordinator.post(&format!("/inbox/{danger}/new"), &[("title", "Threat")]).location;
        assert!(coordinator.get(&made).body.contains("I am in danger"));
    }

    /// Guards against one report in two incidents after a double tap, and a report that stays in the inbox after it was
    /// linked.
    #[test]
    fn two_reports_become_one_incident_however_often_the_form_is_sent() {
        let (_, mut coordinator, mut monitor) = people();
        let one = report(&mut monitor, "road-ambush", "Ansongo", "Five men");
        let two = report(&mut monitor, "road-ambush", "Ansongo", "Men on the road");
        let three = report(&mut monitor, "killing", "Bourem", "A man was killed");
        monitor.hand_to(&coordinator);
        let page = coordinator.get("/inbox").body;
        assert!(page.contains("value=\"Ambush or robbery on the road, Ansongo, 20 November 2025\""), "{page}");
        let fields = [("title", "Ambush at Ansongo"), ("with", two.as_str())];
        let made = coordinator.post(&format!("/inbox/{one}/new"), &fields).location;
        assert!(made.starts_with("/incidents/") && made.ends_with("?done=made"), "{made}");
        let again = coordinator.post(&format!("/inbox/{one}/new"), &fields).location;
        assert_eq!(again, made.trim_end_matches("?done=made"));
        let incident = again.trim_start_matches("/incidents/").to_owned();
        let page = coordinator.get("/inbox").body;
        assert!(page.contains("One report waits") && page.contains("Ambush at Ansongo"), "{page}");
        for _ in 0..2 {
            let fields = [("incident", incident.as_str()), ("here", "/inbox?category=killing"), ("rumour", "well")];
            let linked = coordinator.post(&format!("/inbox/{three}/link"), &fields).location;
            assert_eq!(linked, "/inbox?category=killing&done=linked");
        }
        let page = coordinator.get(&again).body;
        assert!(page.contains("3 reports") || page.contains("3\u{2069} reports"), "{page}");
        let untitled = coordinator.post(&format!("/inbox/{three}/new"), &[("title", "")]);
        assert_eq!(untitled.location, again);
        let elsewhere = [("incident", incident.as_str()), ("here", "https://example.org/inbox?age=day")];
        let answer = coordinator.post(&format!("/inbox/{three}/link"), &elsewhere);
        assert_eq!(answer.location, "/inbox?done=linked");
    }

    /// Guards against a report that is set aside and forgotten although its author went on writing.
    #[test]
    fn what_is_set_aside_is_out_of_sight_until_its_author_writes_again() {
        let (_, mut coordinator, mut monitor) = people();
        let id = report(&mut monitor, "other", "", "Nothing much");
        monitor.hand_to(&coordinator);
        coordinator.get("/inbox");
        let without = coordinator.post(&format!("/inbox/{id}/aside"), &[("why", " ")]);
        assert!(without.status == 422 && without.body.contains("Say why"), "{}", without.body);
        coordinator.post(&format!("/inbox/{id}/aside"), &[("why", "Known <already>")]);
        assert!(coordinator.get("/inbox").body.contains("Nothing waits"));
        assert!(coordinator.get("/inbox?aside=1").body.contains("Known &#60;already&#62;"));
        coordinator.post(&format!("/inbox/{id}/back"), &[]);
        assert!(coordinator.get("/inbox").body.contains("One report waits"));
        coordinator.post(&format!("/inbox/{id}/aside"), &[("why", "Known")]);
        monitor.get(&format!("/reports/{id}"));
        monitor.post(&format!("/reports/{id}/retract"), &[("why", "I was wrong")]);
        monitor.hand_to(&coordinator);
        let page = coordinator.get("/inbox").body;
        assert!(page.contains("One report waits") && page.contains("I was wrong"), "{page}");
        assert!(page.contains("corrected or added to once"));
    }

    /// Guards against a steward who changes what coordinators are answerable for.
    #[test]
    fn a_steward_reads_and_is_not_offered_what_only_coordinators_do() {
        let (mut steward, _, _) = people();
        let page = steward.get("/inbox").body;
        assert!(page.contains("Coordinators work on reports"));
        let id = "0123456789abcdef0123456789abcdef";
        assert_eq!(steward.post(&format!("/incidents/{id}"), &[("do", "note"), ("value", "x")]).status, 403);
    }
}
