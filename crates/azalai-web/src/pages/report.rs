//! What happened: the categories with their pictures, folded by theme, and the drafts that were begun. What this device
//! has reported most stands first. A fold shows the pictures of what is in it: nobody has to read to find one.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use azalai_model::pack::Category;
use azalai_node::catalog::icon;

use super::on_to;
use crate::app::App;
use crate::draft::{Draft, DraftId};
use crate::forms::Form;
use crate::frame::{Frame, Page, render, theme_name};
use crate::gate::Member;
use crate::host::Host;
use crate::hyphens::hyphenated;
use crate::limits::OFTEN_TILES;
use crate::problem::{Kind, Problem};
use crate::times;

#[derive(Clone)]
struct Tile {
    code: String,
    /// The name of its picture.
    icon: String,
    /// May break where syllables end.
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
    /// What this device has reported most.
    often: Vec<Tile>,
    /// Themes of several categories, folded: all but the first, which is open while nothing was reported yet.
    themes: Vec<Theme>,
    /// Categories that are alone in their theme.
    alone: Vec<Tile>,
    begun: Vec<Begun>,
}

fn tile(category: &Category, language: &str) -> Tile {
    Tile { code: category.code.clone(), icon: icon(category).to_owned(), name: hyphenated(category.name(language)) }
}

/// `GET /report`.
pub(crate) async fn get<H: Host>(State(app): State<Arc<App<H>>>, Member(visitor): Member) -> Result<Page, Problem> {
    let mut open = app.open().await;
    let device = open.device()?;
    let packs = device.packs();
    let pack = packs.now();
    let code = visitor.texts.code;
    let mut themes: Vec<(String, Theme)> = Vec::new();
    for category in &pack.categories {
        let tile = tile(category, code);
        match themes.iter_mut().find(|(theme, _)| *theme == category.theme) {
            Some((_, theme)) => theme.tiles.push(tile),
            None => {
                let name = theme_name(visitor.texts, pack, &category.theme);
                themes.push((category.theme.clone(), Theme { name, tiles: vec![tile] }));
            }
        }
    }
    let drafts = Draft::all(device, app.host.now_ms()).await?;
    let used = device.own_categories(OFTEN_TILES).await?;
    drop(open);
    let often = used.iter().filter_map(|used| pack.category(used)).map(|category| tile(category, code)).collect();
    let (themes, alone): (Vec<Theme>, Vec<Theme>) =
        themes.into_iter().map(|(_, theme)| theme).partition(|theme| theme.tiles.len() > 1);
    let offset = app.settings().offset_min;
    let begun = drafts.into_iter().map(|(id, draft)| Begun {
        id: id.to_string(),
        name: packs.category(draft.get("category")).map_or("", |category| category.name(code)).to_owned(),
        text: draft.get("text").chars().take(80).collect(),
        when: times::minute(visitor.texts, draft.changed_ms, offset),
    });
    let begun = begun.collect();
    let draft = DraftId::new(app.host.random()).to_string();
    render(&ReportPage {
        f: Frame::new(&visitor, "report"),
        draft,
        often,
        themes,
        alone: alone.into_iter().flat_map(|theme| theme.tiles).collect(),
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
    let mut open = app.open().await;
    let device = open.device()?;
    let packs = device.packs();
    let category = packs.now().category(form.get("category")).ok_or_else(|| Problem::new(Kind::Form))?;
    // Going back and tapping another picture changes what it is about; what was written stays.
    let mut draft = Draft::load(device, id).await?.unwrap_or_default();
    if draft.became.is_none() {
        draft.fields.insert("category".to_owned(), vec![category.code.clone()]);
        draft.changed_ms = app.host.now_ms();
        draft.save(device, id).await?;
    }
    Ok(on_to(&format!("/report/{id}")))
}

#[cfg(test)]
mod tests {
    use crate::testing::Browser;

    /// The addresses that a page names with an attribute, without what follows a `#`.
    fn named(page: &str, attribute: &str) -> Vec<String> {
        let start = format!("{attribute}=\"/static/");
        let each = page.split(&start).skip(1);
        each.map(|rest| format!("/static/{}", rest.split(['"', '#']).next().unwrap())).collect()
    }

    /// Guards against a category that people who cannot read would not find.
    #[test]
    fn every_category_is_offered_with_its_own_picture() {
        let mut browser = Browser::begun();
        let page = browser.get("/report").body;
        let address = named(&page, "href").into_iter().find(|address| address.ends_with("categories.svg")).unwrap();
        let pictures = browser.get(&address);
        assert_eq!(pictures.header("content-type"), "image/svg+xml");
        let drawn = |id: &str| pictures.body.split(&format!("<symbol id=\"{id}\"")).nth(1).map(str::to_owned);
        let mut seen = std::collections::BTreeMap::new();
        for category in &azalai_node::catalog::pack().unwrap().categories {
            let code = &category.code;
            assert!(
                page.contains(&format!("value=\"{code}\"><svg aria-hidden=\"true\"><use href=\"{address}#{code}\"/>"))
            );
            let picture = drawn(code).unwrap_or_else(|| panic!("seeds/icons/{code}.svg is missing"));
            let picture = picture.split("</symbol>").next().unwrap().to_owned();
            assert!(!picture.contains('#') && !picture.contains("<style") && !picture.contains("<script"), "{code}");
            assert_eq!(seen.insert(picture, code), None, "{code} looks like another");
        }
        assert_eq!(pictures.body.matches("<symbol").count(), seen.len(), "a picture belongs to no category");
    }

    /// Guards against a list that hides what is reported every day, and one that hides everything at first.
    #[test]
    fn what_was_reported_most_stands_first_and_before_that_the_first_theme_is_open() {
        let mut browser = Browser::begun();
        let page = browser.get("/report").body;
        assert_eq!(page.matches("<details class=\"theme\" open>").count(), 1);
        assert!(page.matches("<details class=\"theme\"").count() > 3 && !page.contains("Reported here before"));
        for category in ["roadblock", "forged-documents", "roadblock"] {
            let path = browser.begin_report(category);
            browser.post(&path, &[("when", "unknown")]);
            assert!(browser.post(&format!("{path}/check"), &[]).location.ends_with("?saved=1"));
        }
        let page = browser.get("/report").body;
        let often = page.split("Reported here before").nth(1).unwrap().split("</section>").next().unwrap();
        let at = |code: &str| often.find(&format!("value=\"{code}\"")).unwrap();
        assert!(at("roadblock") < at("forged-documents") && often.matches("class=\"tile\"").count() == 2);
        assert!(!page.contains("class=\"theme\" open"));
    }

    /// Guards against a page that takes a minute over a slow link: the first page that a monitor sees, with all that
    /// it brings, is at most 50 kB.
    #[test]
    fn the_grid_with_all_that_it_brings_is_at_most_50_kilobytes() {
        let mut browser = Browser::begun();
        let page = browser.get("/report").body;
        let mut brought: Vec<String> = named(&page, "href").into_iter().chain(named(&page, "src")).collect();
        brought.sort();
        brought.dedup();
        assert!(brought.len() >= 4, "{brought:?}");
        let bytes: usize = brought.iter().map(|address| browser.get(address).body.len()).sum();
        assert!(page.len() + bytes <= 50_000, "{} + {bytes} bytes", page.len());
    }
}
