//! My reports: what is true of each, what it says, and what can still be done about it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_envelope::DocumentId;
use azalai_envelope::ids::from_hex;
use azalai_model::limits::MAX_TEXT_BYTES;
use azalai_node::{ReportState, ReportView};
use azalai_roster::Role;

use super::check::{Said, readers, said};
use super::notices::{Line, answers};
use super::on_to;
use crate::app::{App, Device};
use crate::draft::DraftId;
use crate::forms::{Form, first, of_address};
use crate::frame::{Frame, Page, render};
use crate::gate::{Member, Visitor};
use crate::host::Host;
use crate::limits::REPORTS_PER_PAGE;
use crate::problem::Problem;
use crate::report_form;
use crate::times;

struct Card {
    id: String,
    category: String,
    text: String,
    when: String,
    /// `local`, `relay`, `opened`, `acted` or `retracted`.
    state: String,
    state_text: String,
    /// Its words were forgotten here.
    shed: bool,
}

#[derive(Template)]
#[template(path = "reports.html")]
struct ReportsPage {
    f: Frame,
    cards: Vec<Card>,
    /// What holds up the admission of this device; empty if nothing is known to.
    held: String,
    older: Option<usize>,
}

#[derive(Template)]
#[template(path = "one.html")]
struct OnePage {
    f: Frame,
    id: String,
    category: String,
    said: Said,
    written: String,
    state: String,
    state_text: String,
    state_means: String,
    readers: Vec<String>,
    /// The answers that came.
    replies: Vec<Line>,
    /// Whether this device's person makes packages of evidence.
    evidence: bool,
    retracted: String,
    may_change: bool,
    just_saved: bool,
    wrong: bool,
    draft: String,
    /// Its words were forgotten here.
    shed: bool,
    /// Later reports that take its place, the last first; the earlier one whose place it takes.
    later: Vec<String>,
    corrects: Option<String>,
    /// Categories to choose from, for the correction of one that was forgotten.
    categories: Vec<(String, String)>,
}

/// `GET /reports`.
pub(crate) async fn list<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    RawQuery(query): RawQuery,
) -> Result<Page, Problem> {
    let after: usize = first(&of_address(query)?, "after").parse().unwrap_or_default();
    let mut open = app.open().await;
    let device = open.device()?;
    let (own, total) = device.own_reports(after, REPORTS_PER_PAGE).await?;
    let packs = device.packs();
    let held = device.held_up().await?.map_or(String::new(), |why| visitor.texts.of("held", &why.to_string()));
    drop(open);
    let offset = app.settings().offset_min;
    let cards = own.into_iter().map(|view| {
        let fields = &view.row.fields;
        let category = fields.category.as_deref().and_then(|code| packs.category(code));
        Card {
            id: view.id.to_string(),
            category: category.map_or("", |category| category.name(visitor.texts.code)).to_owned(),
            text: fields.narrative.chars().take(140).collect(),
            when: match view.shed_ms {
                Some(_) => times::day(visitor.texts, view.written_ms, 0),
                None => times::minute(visitor.texts, view.written_ms, offset),
            },
            state: view.state.to_string(),
            state_text: visitor.texts.of("state", &view.state.to_string()),
            shed: view.shed_ms.is_some(),
        }
    });
    let cards = cards.collect();
    let end = after.saturating_add(REPORTS_PER_PAGE);
    render(&ReportsPage { f: Frame::new(&visitor, "reports"), cards, held, older: (end < total).then_some(end) })
}

pub(crate) async fn own<H: Host>(device: &Device<H>, id: &str) -> Result<ReportView, Problem> {
    let id = from_hex(id).and_then(|bytes| DocumentId::from_slice(&bytes)).ok_or_else(Problem::not_found)?;
    device.report_view(id).await?.filter(|view| view.own).ok_or_else(Problem::not_found)
}

async fn page<H: Host>(
    app: &App<H>,
    device: &mut Device<H>,
    mut visitor: Visitor,
    view: &ReportView,
    just_saved: bool,
    wrong: bool,
) -> Result<Page, Problem> {
    let fields = &view.row.fields;
    let packs = device.packs();
    let category = fields.category.as_deref().and_then(|code| packs.category(code));
    let state = view.state.to_string();
    let replies = answers(app, device, &mut visitor, view.id).await?;
    render(&OnePage {
        f: Frame::new(&visitor, "reports"),
        id: view.id.to_string(),
        category: category.map_or("", |category| category.name(visitor.texts.code)).to_owned(),
        said: category.map(|category| said(visitor.texts, category, fields)).unwrap_or_default(),
        written: match view.shed_ms {
            Some(_) => times::day(visitor.texts, view.written_ms, 0),
            None => times::minute(visitor.texts, view.written_ms, app.settings().offset_min),
        },
        shed: view.shed_ms.is_some(),
        later: view.later.iter().rev().map(ToString::to_string).collect(),
        corrects: fields.corrects.map(|corrects| corrects.0.to_string()),
        categories: match view.shed_ms {
            Some(_) => {
                let name =
                    |it: &azalai_model::pack::Category| (it.code.clone(), it.name(visitor.texts.code).to_owned());
                packs.now().categories.iter().map(name).collect()
            }
            None => Vec::new(),
        },
        state_text: visitor.texts.of("state", &state),
        state_means: visitor.texts.of("means", &state),
        state,
        readers: readers::<H>(visitor.texts, device, &device.who_can_read(view.id).await?),
        replies,
        retracted: view.row.retracted.as_ref().map(|retraction| retraction.why.clone()).unwrap_or_default(),
        evidence: matches!(visitor.role, Some(Role::Coordinator | Role::Steward)),
        may_change: view.state != ReportState::Retracted,
        just_saved,
        wrong,
        draft: DraftId::new(app.host.random()).to_string(),
    })
}

/// `GET /reports/ID`.
pub(crate) async fn one<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Page, Problem> {
    let mut open = app.open().await;
    let device = open.device()?;
    let Ok(view) = own::<H>(device, &id).await else {
        return super::received::page(&app, device, visitor, &id).await;
    };
    page(&app, device, visitor, &view, of_address(query)?.contains_key("saved"), false).await
}

/// `POST /reports/ID/correct`: a draft with what the report says.
pub(crate) async fn correct<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(_): Member,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let mut open = app.open().await;
    let device = open.device()?;
    let view = own::<H>(device, &id).await?;
    let draft_id = super::editor::draft_id(form.get("draft"))?;
    if crate::draft::Draft::load(device, draft_id).await?.is_none() {
        let mut draft = report_form::of_report(&view.row.fields);
        if view.shed_ms.is_some() {
            let packs = device.packs();
            let category = packs.now().category(form.get("category"));
            let category = category.ok_or_else(|| Problem::new(crate::problem::Kind::Form))?;
            draft.fields.insert("category".to_owned(), vec![category.code.clone()]);
        }
        draft.fields.insert("of".to_owned(), vec![view.id.to_string()]);
        draft.changed_ms = app.host.now_ms();
        draft.save(device, draft_id).await?;
    }
    Ok(on_to(&format!("/report/{draft_id}")))
}

/// `POST /reports/ID/retract`.
pub(crate) async fn retract<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let mut open = app.open().await;
    let device = open.device()?;
    let view = own::<H>(device, &id).await?;
    let why = form.get("why");
    if why.is_empty() || why.len() > MAX_TEXT_BYTES {
        let page = page(&app, device, visitor, &view, false, true).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    // A second tap finds it taken back already.
    if view.state != ReportState::Retracted {
        device.retract(view.id, why, app.host.now_ms()).await?;
    }
    Ok(on_to(&format!("/reports/{}", view.id)))
}

#[cfg(test)]
mod tests {
    use crate::testing::Browser;

    /// Guards against a correction that is lost, and a report that cannot be taken back, or only by accident.
    #[test]
    fn a_report_is_corrected_and_taken_back() {
        let mut browser = Browser::begun();
        let path = browser.begin_report("abduction");
        browser.post(&path, &[("text", "Five men"), ("when", "today")]);
        let report = browser.post(&format!("{path}/check"), &[]).location.replace("?saved=1", "");
        let draft = "0123456789abcdef0123456789abcdef";
        let editor = browser.post(&format!("{report}/correct"), &[("draft", draft)]).location;
        assert!(browser.get(&editor).body.contains("Five men"));
        browser.post(&editor, &[("text", "Six men, not five"), ("when", "keep")]);
        assert_eq!(browser.post(&format!("{editor}/check"), &[]).location, format!("{report}?saved=1"));
        let body = browser.get(&report).body;
        assert!(body.contains("Six men") && !body.contains("Five men"));
        assert_eq!(browser.post(&format!("{report}/retract"), &[("why", " ")]).status, 422);
        for _ in 0..2 {
            assert_eq!(browser.post(&format!("{report}/retract"), &[("why", "A rumour")]).location, report);
        }
        assert!(browser.get(&report).body.contains("A rumour"));
        assert_eq!(browser.get("/reports").body.matches("class=\"card\"").count(), 1);
    }
}
