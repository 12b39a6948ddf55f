//! Writing a notice: to a circle, or as an answer to whoever reported. Who can read it is shown before it is sent;
//! sending twice sends once.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_envelope::{DocumentId, Lane};
use azalai_node::{NodeError, NoticeTo, ReadBy, Readers};
use azalai_roster::{AreaCode, Circle};

use super::on_to;
use super::staff::{Staff, area_name, document};
use crate::app::{App, Device};
use crate::area_tree::{AreaRow, area_rows};
use crate::assets;
use crate::forms::{Fields, Form, first, of_address};
use crate::frame::{Frame, render};
use crate::gate::Visitor;
use crate::handouts::{Content, FormId};
use crate::host::Host;
use crate::notice_draft;
use crate::problem::Problem;
use crate::texts::Texts;

/// The circles that a form offers, each with the messages `notice-circle-NAME` and `notice-means-NAME`.
pub(crate) const CIRCLES: [&str; 4] = ["everyone", "staff", "above", "area"];

/// Whom somebody wants to tell.
enum Whom {
    Circle(Circle),
    /// The authors of these reports.
    Authors(Vec<DocumentId>),
}

/// A report that is answered, or why it cannot be.
struct Answered {
    report: DocumentId,
    category: String,
    by: String,
    /// Empty if it can be answered.
    not: &'static str,
}

#[derive(Template)]
#[template(path = "notice-new.html")]
struct NewPage {
    f: Frame,
    form: FormId,
    /// The report or incident whose reporters are answered: the field's name and its id.
    about: Option<(&'static str, String)>,
    answered: Vec<Answered>,
    circles: [&'static str; 4],
    to: String,
    areas: Vec<AreaRow>,
    area: String,
    text: String,
    urgent: bool,
    /// `text`, `long`, `area`, `nobody` or nothing.
    wrong: &'static str,
}

impl NewPage {
    fn script(&self) -> String {
        assets::path("editor.js")
    }
}

#[derive(Template)]
#[template(path = "notice-check.html")]
struct CheckPage {
    f: Frame,
    fields: Vec<(&'static str, String)>,
    text: String,
    urgent: bool,
    answered: Vec<Answered>,
    readers: Vec<String>,
}

fn form_id<H: Host>(app: &App<H>, fields: &Fields) -> FormId {
    FormId::read(first(fields, "form")).unwrap_or_else(|| FormId::new(app.host.random()))
}

/// The report or incident that a form or an address names.
fn about(fields: &Fields) -> Option<(&'static str, String)> {
    let named = ["report", "incident"].into_iter().find(|name| !first(fields, name).is_empty());
    named.map(|name| (name, first(fields, name).to_owned()))
}

/// Whom it is for; the name of what is wrong if that is not said.
async fn whom<H: Host>(device: &Device<H>, fields: &Fields) -> Result<Result<Whom, &'static str>, Problem> {
    match about(fields) {
        Some(("report", id)) => return Ok(Ok(Whom::Authors(vec![document(&id)?]))),
        Some((_, id)) => {
            let view = device.incident(&document(&id)?).await?.ok_or_else(Problem::not_found)?;
            return Ok(Ok(Whom::Authors(view.reports.iter().map(|link| link.report).collect())));
        }
        None => {}
    }
    let area = first(fields, "area").parse::<AreaCode>().ok().filter(|code| device.roster().area(code).is_some());
    Ok(match (first(fields, "to"), area) {
        ("everyone", _) => Ok(Whom::Circle(Circle::Everyone)),
        ("staff", _) => Ok(Whom::Circle(Circle::Staff)),
        ("above", Some(area)) => Ok(Whom::Circle(Circle::AreaAndAbove(area))),
        ("area", Some(area)) => Ok(Whom::Circle(Circle::Area(area))),
        _ => Err("area"),
    })
}

/// The reports that an answer is for, each with whether its author can be told. Whoever wrote several of them is told
/// once, at the first.
async fn answered<H: Host>(
    device: &Device<H>,
    texts: &Texts,
    reports: &[DocumentId],
) -> Result<Vec<Answered>, Problem> {
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    let packs = device.packs();
    for report in reports {
        let Some(view) = device.report_view(*report).await? else { continue };
        let category = view.row.fields.category.as_deref().and_then(|code| packs.category(code));
        let not = match device.who_would_hear(&NoticeTo::AuthorOf(*report)).await {
            Ok(_) if told.insert(view.author) => "",
            Ok(_) => "told",
            Err(NodeError::Invalid(_)) => "own",
            Err(NodeError::Denied(_)) => "removed",
            Err(NodeError::NotFound(_)) => "unknown",
            Err(other) => return Err(other.into()),
        };
        found.push(Answered {
            report: *report,
            category: category.map_or("", |category| category.name(texts.code)).to_owned(),
            by: view.pseudonym.unwrap_or_else(|| azalai_node::node::short_name(&view.author)),
            not,
        });
    }
    Ok(found)
}

/// Who can read a notice to a circle, in words.
fn heard<H: Host>(device: &Device<H>, texts: &Texts, readers: &Readers) -> Vec<String> {
    let mut lines = vec![match &readers.by {
        ReadBy::Circle(Circle::Everyone) | ReadBy::Named(_) => texts.say("can-read-everyone"),
        ReadBy::Circle(Circle::Staff) => texts.say("notice-read-staff"),
        ReadBy::Circle(Circle::Area(area)) => {
            texts.say1("notice-read-area", "area", area_name::<H>(device, Some(area)))
        }
        ReadBy::Circle(Circle::AreaAndAbove(area)) => {
            texts.say1("notice-read-above", "area", area_name::<H>(device, Some(area)))
        }
    }];
    if !readers.known.is_empty() {
        let names: Vec<&str> = readers.known.iter().map(|reader| reader.pseudonym.as_str()).collect();
        lines.push(texts.say1("can-read-known", "names", names.join(&texts.say("said-separator"))));
    }
    if readers.nobody_yet {
        lines.push(texts.say("notice-read-nobody"));
    }
    lines.push(texts.say("can-read-unknown"));
    lines
}

async fn page<H: Host>(
    app: &App<H>,
    device: &Device<H>,
    visitor: &Visitor,
    fields: &Fields,
    wrong: &'static str,
) -> Result<Response, Problem> {
    let answered = match whom::<H>(device, fields).await? {
        Ok(Whom::Authors(reports)) => answered::<H>(device, visitor.texts, &reports).await?,
        _ => Vec::new(),
    };
    let to = first(fields, "to");
    let page = NewPage {
        f: Frame::new(visitor, "notices"),
        form: form_id(app, fields),
        about: about(fields),
        answered,
        circles: CIRCLES,
        to: if to.is_empty() { "everyone".to_owned() } else { to.to_owned() },
        areas: area_rows(device.roster()),
        area: first(fields, "area").to_owned(),
        text: first(fields, "text").to_owned(),
        urgent: first(fields, "urgent") == "1",
        wrong,
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, render(&page)?).into_response())
}

/// What is wrong with a text; nothing if it can be sent.
fn wrong_text(text: &str) -> &'static str {
    match text.len() {
        0 => "text",
        1..=azalai_model::limits::MAX_NOTICE_BYTES => "",
        _ => "long",
    }
}

/// `GET /notices/new`: with `report=ID` or `incident=ID` an answer to whoever reported; with `draft=ID` one that was
/// begun.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut fields = of_address(query)?;
    let mut open = app.open().await;
    let device = open.device()?;
    if let Some(form) = FormId::read(first(&fields, "draft")) {
        fields = notice_draft::load(device, form).await?.ok_or_else(Problem::not_found)?.fields;
        fields.insert("form".to_owned(), vec![form.to_string()]);
    }
    page(&app, device, &visitor, &fields, "").await
}

/// `POST /notices/discard`: throws a draft away.
pub(crate) async fn discard<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(_): Staff,
    form: Form,
) -> Result<Response, Problem> {
    let mut open = app.open().await;
    notice_draft::forget(open.device()?, form_id(&app, &form.fields)).await?;
    Ok(on_to("/notices"))
}

/// `POST /notices/check`: the notice as it will be, and who can read it. `change=1` leads back to the form; `quiet=1` is
/// the form itself, which keeps what was typed.
pub(crate) async fn check<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    form: Form,
) -> Result<Response, Problem> {
    let (texts, fields) = (visitor.texts, &form.fields);
    let mut open = app.open().await;
    let device = open.device()?;
    // What was sent is no draft any more, however late the form says what was typed.
    if let Some(id) = FormId::read(form.get("form")).filter(|id| app.handout(&visitor.cookie, *id).is_none()) {
        notice_draft::keep(device, id, fields, app.host.now_ms()).await?;
    }
    if form.get("quiet") == "1" {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    if form.get("change") == "1" {
        return page(&app, device, &visitor, fields, "").await;
    }
    let wrong = wrong_text(form.get("text"));
    let whom = match whom::<H>(device, fields).await? {
        Ok(whom) if wrong.is_empty() => whom,
        Ok(_) => return page(&app, device, &visitor, fields, wrong).await,
        Err(nobody) => return page(&app, device, &visitor, fields, nobody).await,
    };
    let (answered, readers) = match whom {
        Whom::Circle(circle) => {
            let readers = device.who_would_hear(&NoticeTo::Circle(circle)).await?;
            (Vec::new(), heard::<H>(device, texts, &readers))
        }
        Whom::Authors(reports) => {
            let answered = answered::<H>(device, texts, &reports).await?;
            if answered.iter().all(|one| !one.not.is_empty()) {
                return page(&app, device, &visitor, fields, "nobody").await;
            }
            (answered, vec![texts.say("notice-read-authors"), texts.say("notice-read-phone")])
        }
    };
    let mut kept = vec![("form", form_id(&app, fields).to_string())];
    for name in ["report", "incident", "to", "area", "text", "urgent"] {
        kept.push((name, form.get(name).to_owned()));
    }
    kept.retain(|(_, value)| !value.is_empty());
    let page = CheckPage {
        f: Frame::new(&visitor, "notices"),
        fields: kept,
        text: form.get("text").to_owned(),
        urgent: form.get("urgent") == "1",
        answered,
        readers,
    };
    Ok(render(&page)?.into_response())
}

/// `POST /notices/send`: writes it, one answer for each report. A form that comes again writes nothing more.
pub(crate) async fn send<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    form: Form,
) -> Result<Response, Problem> {
    let id = form_id(&app, &form.fields);
    let text = form.get("text");
    let mut open = app.open().await;
    let device = open.device()?;
    if app.handout(&visitor.cookie, id).is_some() {
        return Ok(on_to("/notices"));
    }
    let wrong = wrong_text(text);
    let whom = match whom::<H>(device, &form.fields).await? {
        Ok(whom) if wrong.is_empty() => whom,
        Ok(_) => return page(&app, device, &visitor, &form.fields, wrong).await,
        Err(nobody) => return page(&app, device, &visitor, &form.fields, nobody).await,
    };
    let to: Vec<NoticeTo> = match whom {
        Whom::Circle(circle) => vec![NoticeTo::Circle(circle)],
        Whom::Authors(reports) => {
            let answered = answered::<H>(device, visitor.texts, &reports).await?;
            let may = answered.into_iter().filter(|one| one.not.is_empty());
            may.map(|one| NoticeTo::AuthorOf(one.report)).collect()
        }
    };
    if to.is_empty() {
        return page(&app, device, &visitor, &form.fields, "nobody").await;
    }
    let lane = if form.get("urgent") == "1" { Lane::Urgent } else { Lane::Text };
    let mut sent = 0;
    for to in &to {
        match device.notify((text, None), to, None, lane, app.host.now_ms()).await {
            Ok(_) => sent += 1,
            // The first one says whether it can be written at all; what was written is not written again.
            Err(error) if sent == 0 => return Err(error.into()),
            Err(error) => {
                app.host.log(&format!("an answer was not written: {error}"));
                break;
            }
        }
    }
    let nothing = Content { file: Vec::new(), file_name: String::new(), words: String::new(), said: Vec::new() };
    app.hand_out(&visitor.cookie, id, nothing);
    notice_draft::forget(device, id).await?;
    let left = to.len() - sent;
    Ok(on_to(&if left == 0 { format!("/notices?sent={sent}") } else { format!("/notices?sent={sent}&left={left}") }))
}
