//! What happened: the grid of categories, and the drafts that were begun.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use azalai_node::catalog;

use super::on_to;
use crate::app::App;
use crate::draft::{Draft, DraftId};
use crate::forms::Form;
use crate::frame::{Frame, Page, render};
use crate::gate::Member;
use crate::host::Host;
use crate::problem::{Kind, Problem};
use crate::times;

struct Tile {
    code: String,
    name: String,
}

struct Theme {
    name: String,
    tiles: Vec<Tile>,
}

struct Begun {
    id: String,
    name: String,
    text: String,
    when: String,
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    f: Frame,
    /// The id of the draft that a tap begins: two taps on one page begin one.
    draft: String,
    themes: Vec<Theme>,
    begun: Vec<Begun>,
}

/// `GET /report`.
pub(crate) async fn get<H: Host>(State(app): State<Arc<App<H>>>, Member(visitor): Member) -> Result<Page, Problem> {
    let pack = catalog::pack()?;
    let code = visitor.texts.code;
    let mut themes: Vec<(String, Theme)> = Vec::new();
    for category in &pack.categories {
        let tile = Tile { code: category.code.clone(), name: category.name(code).to_owned() };
        match themes.iter_mut().find(|(theme, _)| *theme == category.theme) {
            Some((_, theme)) => theme.tiles.push(tile),
            None => {
                let name = visitor.texts.of("theme", &category.theme);
                themes.push((category.theme.clone(), Theme { name, tiles: vec![tile] }));
            }
        }
    }
    let mut open = app.open().await;
    let drafts = Draft::all(open.device()?, app.host.now_ms()).await?;
    drop(open);
    let offset = app.settings().offset_min;
    let begun = drafts.into_iter().map(|(id, draft)| Begun {
        id: id.to_string(),
        name: pack.category(draft.get("category")).map_or("", |category| category.name(code)).to_owned(),
        text: draft.get("text").chars().take(80).collect(),
        when: times::minute(visitor.texts, draft.changed_ms, offset),
    });
    let begun = begun.collect();
    let draft = DraftId::new(app.host.random()).to_string();
    render(&ReportPage {
        f: Frame::new(&visitor, "report"),
        draft,
        themes: themes.into_iter().map(|(_, t)| t).collect(),
        begun,
    })
}

/// `POST /report`: a category was tapped.
pub(crate) async fn post<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(_): Member,
    form: Form,
) -> Result<Response, Problem> {
    let id = DraftId::read(form.get("draft")).ok_or_else(|| Problem::new(Kind::Form))?;
    let category = catalog::pack()?.category(form.get("category")).ok_or_else(|| Problem::new(Kind::Form))?;
    let mut open = app.open().await;
    let device = open.device()?;
    // Going back and tapping another picture changes what it is about; what was written stays.
    let mut draft = Draft::load(device, id).await?.unwrap_or_default();
    if draft.became.is_none() {
        draft.fields.insert("category".to_owned(), vec![category.code.clone()]);
        draft.changed_ms = app.host.now_ms();
        draft.save(device, id).await?;
    }
    Ok(on_to(&format!("/report/{id}")))
}
