//! The map: incidents where they happened, as exactly as that is known, and the same ones as a list by place for
//! browsers without scripts. For coordinators and stewards.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use azalai_envelope::DocumentId;
use azalai_envelope::ids::from_hex;
use azalai_model::{Pack, PlacePrecision, Status};
use azalai_node::catalog::icon;
use azalai_node::placing::{Region, drawn, region_named, region_of};
use azalai_node::{Packs, Places, Spot};
use azalai_roster::{AreaCode, Role, Roster};
use serde_json::{Value, json};

use crate::app::App;
use crate::assets;
use crate::forms::of_address;
use crate::frame::{Frame, Page, render, theme_name};
use crate::gate::{Member, POLICY, Visitor};
use crate::host::Host;
use crate::limits::{MAP_CARDS, MAP_LIST};
use crate::map_points;
use crate::map_query::{PERIODS, Query};
use crate::pages::ground::{GROUND, Ground, ground};
use crate::pages::point::towns;
use crate::problem::{Kind, Problem};
use crate::texts::Texts;
use crate::times;

/// A choice of the filter.
struct Pick {
    value: String,
    /// The name of its picture, if it has one.
    icon: String,
    name: String,
    on: bool,
}

/// Choices of the filter under one heading.
struct Group {
    name: String,
    picks: Vec<Pick>,
}

struct Card {
    id: String,
    title: String,
    category: String,
    icon: String,
    status: String,
    status_text: String,
    when: String,
    place: String,
    exactly: String,
    from_report: bool,
}

struct Place {
    name: String,
    cards: Vec<Card>,
}

#[derive(Template)]
#[template(path = "map.html")]
struct MapPage {
    f: Frame,
    query: Query,
    written: String,
    periods: Vec<Pick>,
    themes: Vec<Group>,
    statuses: Vec<Pick>,
    areas: Vec<Pick>,
    places: Vec<Place>,
    total: usize,
    ground: Ground,
    newer: bool,
    older: Option<usize>,
}

#[derive(Template)]
#[template(path = "map_cards.html")]
struct Cards {
    f: Frame,
    cards: Vec<Card>,
}

impl MapPage {
    /// Where the operator's own map is, if there is one.
    fn own(&self) -> Option<&'static str> {
        (self.ground == Ground::Tiles).then_some(GROUND)
    }

    /// What is to be said of the operator's own map, where it is none.
    fn strange(&self) -> bool {
        self.ground == Ground::Unknown
    }

    fn asset(&self, name: &str) -> String {
        assets::path(name)
    }

    /// A message whose two numbers the script fills in.
    fn counted(&self, key: &str) -> String {
        let f = &self.f;
        f.say2(key, ("shown", &"%s"), ("total", &"%t")).replace(['\u{2068}', '\u{2069}'], "")
    }
}

fn allowed(visitor: &Visitor) -> Result<(), Problem> {
    match visitor.role {
        Some(Role::Coordinator | Role::Steward) => Ok(()),
        _ => Err(Problem::new(Kind::Denied)),
    }
}

/// What the cards need beside their spots.
struct Words<'a> {
    texts: &'static Texts,
    packs: &'a Packs,
    places: &'a Places,
    roster: &'a Roster,
}

impl Words<'_> {
    fn area(&self, code: &AreaCode) -> String {
        self.roster.area(code).map_or_else(|| code.to_string(), |info| info.name.clone())
    }

    /// What the place of a spot is called: as written, else the town nearest to its point, else its area.
    fn place(&self, spot: &Spot) -> String {
        let Some(place) = &spot.place else { return self.texts.say("map-nowhere") };
        if let Some(name) = place.name() {
            return name.to_owned();
        }
        let near = || {
            let (entry, metres) = self.places.nearest(place.point()?)?;
            (metres < NEAR_METRES).then(|| self.texts.say1("map-near", "place", entry.name_in(self.texts.code)))
        };
        let area =
            || place.area().map(|code| AreaCode::try_new(code).map_or_else(|_| code.to_owned(), |a| self.area(&a)));
        let precise = place.precision() != PlacePrecision::Area;
        let found = if precise { near().or_else(area) } else { area().or_else(near) };
        found.unwrap_or_else(|| self.texts.say("map-point"))
    }

    fn card(&self, spot: &Spot) -> Card {
        let category = spot.category.as_deref().and_then(|code| self.packs.category(code));
        let exactly = spot.place.as_ref().map(|place| place.precision().to_string());
        let status = spot.status.to_string();
        Card {
            id: spot.id.to_string(),
            title: spot.title.clone(),
            category: category.map_or("", |category| category.name(self.texts.code)).to_owned(),
            icon: category.map_or("other", icon).to_owned(),
            status_text: self.texts.of("map-status", &status),
            status,
            when: times::occurred(self.texts, &spot.occurred),
            place: self.place(spot),
            exactly: exactly.map(|exactly| self.texts.of("map-exactly", &exactly)).unwrap_or_default(),
            from_report: spot.place_of_report,
        }
    }
}

/// Metres from a town within which a point is said to be near it.
const NEAR_METRES: f64 = 60_000.0;

fn themes(texts: &Texts, pack: &Pack, query: &Query) -> Vec<Group> {
    let mut groups: Vec<(String, Group)> = Vec::new();
    for category in &pack.categories {
        let pick = Pick {
            value: category.code.clone(),
            icon: icon(category).to_owned(),
            name: category.name(texts.code).to_owned(),
            on: query.categories.contains(&category.code),
        };
        match groups.iter_mut().find(|(theme, _)| *theme == category.theme) {
            Some((_, group)) => group.picks.push(pick),
            None => {
                let name = theme_name(texts, pack, &category.theme);
                groups.push((category.theme.clone(), Group { name, picks: vec![pick] }));
            }
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// `GET /map`.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    RawQuery(address): RawQuery,
) -> Result<Response, Problem> {
    allowed(&visitor)?;
    let query = Query::read(&of_address(address)?);
    let offset_min = app.settings().offset_min;
    let ground = ground(&app.host).await;
    let mut open = app.open().await;
    let device = open.device()?;
    let wanted = query.wanted(app.host.now_ms(), offset_min);
    let (spots, total) = device.some_spots(&wanted, query.after, MAP_LIST, Spot::clone).await?;
    let (texts, packs, places) = (visitor.texts, device.packs(), device.places().await?);
    let words = Words { texts, packs: &packs, places: &places, roster: device.roster() };
    let end = query.after.saturating_add(MAP_LIST);
    let mut places: Vec<Place> = Vec::new();
    // The latest incident of a place decides where it stands, so that what is new is on top.
    for spot in &spots {
        let card = words.card(spot);
        match places.iter_mut().find(|place| place.name == card.place) {
            Some(place) => place.cards.push(card),
            None => places.push(Place { name: card.place.clone(), cards: vec![card] }),
        }
    }
    let pick = |value: String, name: String, on: bool| Pick { value, icon: String::new(), name, on };
    let statuses = Status::ALL.iter().map(ToString::to_string);
    let statuses = statuses.map(|s| pick(s.clone(), texts.of("map-status", &s), query.statuses.contains(&s)));
    let areas = device.roster().areas().map(|(code, info)| {
        let code = code.to_string();
        pick(code.clone(), info.name.clone(), query.areas.contains(&code))
    });
    let periods = PERIODS
        .iter()
        .map(|period| pick((*period).to_owned(), texts.of("map-period", period), query.period == *period));
    // What is no longer offered can be looked for where it is in use.
    let used = device.incident_categories().await?;
    let mut offered = packs.now().clone();
    let earlier = packs.known().categories.iter();
    offered
        .categories
        .extend(earlier.filter(|it| used.contains(&it.code) && packs.now().category(&it.code).is_none()).cloned());
    let page = MapPage {
        f: Frame::new(&visitor, "map"),
        written: query.written(),
        periods: periods.collect(),
        themes: themes(texts, &offered, &query),
        statuses: statuses.collect(),
        areas: areas.collect(),
        places,
        total,
        ground,
        newer: query.after > 0,
        older: (end < total).then_some(end),
        query,
    };
    // Drawing is done in a worker, from a file of these pages; nothing else is let in.
    let policy = HeaderValue::from_str(&format!("{POLICY}; worker-src 'self'")).map_err(Problem::inside)?;
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], render(&page)?).into_response())
}

pub(crate) fn json_answer(text: String) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response()
}

/// `GET /map/points`: the incidents that the address asks for, as `map_points.rs` writes them.
pub(crate) async fn points<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    RawQuery(address): RawQuery,
) -> Result<Response, Problem> {
    allowed(&visitor)?;
    let query = Query::read(&of_address(address)?);
    let offset_min = app.settings().offset_min;
    let mut open = app.open().await;
    let device = open.device()?;
    let (packs, places) = (device.packs(), device.places().await?);
    let roster = device.roster();
    // Each area is looked for once among the regions of the base map.
    let regions: BTreeMap<String, Option<&'static Region>> =
        roster.areas().map(|(code, _)| (code.to_string(), region_of(roster, code))).collect();
    let region = |code: &str| regions.get(code).copied().flatten();
    let wanted = query.wanted(app.host.now_ms(), offset_min);
    let draw = |spot: &Spot| (map_points::Bare::of(spot), drawn(spot.place.as_ref(), &places, region));
    let (spots, _) = device.some_spots(&wanted, 0, usize::MAX, draw).await?;
    drop(open);
    let categories: Vec<&str> = packs.known().categories.iter().map(|category| category.code.as_str()).collect();
    Ok(json_answer(map_points::written(&spots, &categories, offset_min)))
}

/// `GET /map/names`: what the map writes and draws beside incidents, in the visitor's language: towns, categories,
/// statuses, and the outlines of the project's areas.
pub(crate) async fn names<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
) -> Result<Response, Problem> {
    allowed(&visitor)?;
    let texts = visitor.texts;
    let mut open = app.open().await;
    let device = open.device()?;
    let towns = towns(texts, &device.places().await?);
    let (packs, roster) = (device.packs(), device.roster());
    let areas: Vec<Value> = roster
        .areas()
        .filter_map(|(_, info)| Some(json!({"name": info.name, "region": region_named(&info.name)?.id})))
        .collect();
    drop(open);
    let categories = packs.known().categories.iter();
    let categories: BTreeMap<&str, &str> =
        categories.map(|category| (category.code.as_str(), category.name(texts.code))).collect();
    let known = packs.known().categories.iter();
    let pictures: BTreeMap<&str, &str> =
        known.map(|it| (it.code.as_str(), icon(it))).filter(|(code, picture)| code != picture).collect();
    let statuses: BTreeMap<String, String> =
        Status::ALL.iter().map(|status| (status.to_string(), texts.of("map-status", &status.to_string()))).collect();
    let all =
        json!({"areas": areas, "towns": towns, "categories": categories, "pictures": pictures, "statuses": statuses});
    Ok(json_answer(all.to_string()))
}

/// `GET /map/cards?id=…`: what is known of these incidents, to be set beside the map.
pub(crate) async fn cards<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    RawQuery(address): RawQuery,
) -> Result<Page, Problem> {
    allowed(&visitor)?;
    let fields = of_address(address)?;
    let asked = fields.get("id").into_iter().flatten().take(MAP_CARDS);
    let ids: Vec<DocumentId> =
        asked.filter_map(|id| from_hex(id).and_then(|bytes| DocumentId::from_slice(&bytes))).collect();
    let mut open = app.open().await;
    let device = open.device()?;
    let spots = device.spots_of(&ids).await?;
    let (packs, places) = (device.packs(), device.places().await?);
    let words = Words { texts: visitor.texts, packs: &packs, places: &places, roster: device.roster() };
    let cards = spots.iter().map(|spot| words.card(spot)).collect();
    render(&Cards { f: Frame::new(&visitor, "map"), cards })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use azalai_model::{IncidentEdit, Occurred, Place, PlacePrecision, Point, ReportFields, Tlp};
    use azalai_testkit::community::Community;
    use azalai_testkit::member::WORDLESS;
    use futures_lite::future::block_on;
    use serde_json::Value;

    use crate::testing::Browser;

    fn place(lat: f64, precision: PlacePrecision, name: Option<&str>) -> Place {
        let point = Some(Point::try_new(lat, -0.04).unwrap());
        Place::try_new(point, None, Some(precision), name.map(str::to_owned), None).unwrap()
    }

    /// The browser of a coordinator with three incidents: one at a spot, one that only its report places, one nowhere.
    fn coordinator() -> (Browser, Vec<String>) {
        let mut people = Community::of(&["heron", "lark"]);
        people.settle();
        let now = people.now_ms;
        let fields = ReportFields {
            category: Some("cattle-raid".to_owned()),
            place: Some(place(16.27, PlacePrecision::Village, Some("Gao"))),
            narrative: "Forty goats".to_owned(),
            ..ReportFields::default()
        };
        let report = block_on(people.who("lark").node.report(fields, None, now)).unwrap();
        people.settle();
        let now = people.now_ms;
        let heron = &mut people.who("heron").node;
        let mut new = |title: &str, category: Option<&str>| {
            block_on(heron.incident_new(title, None, Tlp::Amber, category.map(str::to_owned), now)).unwrap()
        };
        let spot = new("<b>Taken</b>", Some("abduction"));
        let raid = new("Goats", None);
        let rumour = new("A rumour", Some("tension-rumour"));
        let edits = [
            IncidentEdit::SetPlace(place(14.5, PlacePrecision::Exact, None)),
            IncidentEdit::SetOccurred(Occurred::parse("today", now, 0).unwrap()),
        ];
        block_on(heron.incident_edit(spot, &edits, now)).unwrap();
        block_on(heron.incident_link(raid, report, None, now)).unwrap();
        let heron = people.who("heron");
        let browser = Browser::at(heron.store(), heron.disk(), WORDLESS, now);
        (browser, [spot, raid, rumour].map(|id| id.to_string()).to_vec())
    }

    fn points(browser: &mut Browser, query: &str) -> Value {
        let answer = browser.get(&format!("/map/points?{query}"));
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
        serde_json::from_str(&answer.body).unwrap()
    }

    /// Guards against incidents that are lost on the way, and a place that becomes more exact than it was written.
    #[test]
    fn the_incidents_of_a_filter_are_drawn_as_exactly_as_they_are_known() {
        let (mut browser, ids) = coordinator();
        let all = points(&mut browser, "period=all");
        assert_eq!(all["rest"]["nowhere"], 1);
        let drawn: Vec<&str> =
            all["ids"].as_str().unwrap().as_bytes().chunks(32).map(|id| core::str::from_utf8(id).unwrap()).collect();
        assert_eq!(drawn.len(), 2);
        let raid = drawn.iter().position(|id| *id == ids[1]).unwrap();
        assert_eq!(all["r"][raid], azalai_node::limits::VILLAGE_METRES);
        assert_eq!(all["r"][1 - raid], 0);
        assert_eq!(
            all["rest"]["categories"][usize::try_from(all["c"][raid].as_u64().unwrap()).unwrap()],
            "cattle-raid"
        );
        let some = points(&mut browser, "category=abduction");
        assert_eq!(some["ids"], ids[0]);
        assert_eq!(points(&mut browser, "status=closed")["ids"], "");
        assert_eq!(points(&mut browser, "area=hills")["ids"], "");
        assert_eq!(points(&mut browser, "area=north")["ids"].as_str().unwrap().len(), 64);
        assert_eq!(points(&mut browser, "from=2001-01-01&to=2001-01-02")["ids"], "");
    }

    /// Guards against a page that shows nothing without scripts, and against what people wrote becoming markup.
    #[test]
    fn the_same_filter_is_a_list_by_place_where_there_are_no_scripts() {
        let (mut browser, ids) = coordinator();
        let page = browser.get("/map?category=abduction&category=cattle-raid");
        assert_eq!(page.body.matches("href=\"/incidents/").count(), 2);
        assert!(page.body.contains("&#60;b&#62;Taken") && !page.body.contains("<b>Taken"));
        assert!(page.body.contains("<h3><bdi>Gao</bdi></h3>") && page.body.contains("known to the village"));
        assert!(page.body.contains("value=\"abduction\" checked"));
        assert!(page.body.len() < 50_000, "{} bytes", page.body.len());
        let cards = browser.get(&format!("/map/cards?id={}&id=..%2f&id={}", ids[2], "f".repeat(32))).body;
        assert!(cards.contains("A rumour") && cards.contains("No place was given"));
        assert_eq!(cards.matches("<li>").count(), 1);
    }

    /// Guards against a map that monitors or a locked device give away.
    #[test]
    fn only_coordinators_and_stewards_who_unlocked_get_a_map() {
        let paths = ["/map", "/map/points", "/map/names", "/map/cards"];
        let mut people = Community::of(&["lark"]);
        people.settle();
        let now = people.now_ms;
        let lark = people.who("lark");
        let mut monitor = Browser::at(lark.store(), lark.disk(), WORDLESS, now);
        let mut steward = Browser::begun();
        for path in paths {
            assert_eq!(monitor.get(path).status, 403, "{path}");
            assert_eq!(steward.get(path).status, 200, "{path}");
        }
        assert!(!monitor.get("/report").body.contains("href=\"/map\""));
        steward.post("/leave", &[]);
        for path in paths {
            assert_eq!(steward.get(path).location, "/", "{path}");
        }
    }

    /// Guards against a policy that this page widens for all, or by more than its worker.
    #[test]
    fn the_page_of_the_map_alone_may_start_a_worker_from_its_own_origin() {
        let mut steward = Browser::begun();
        let policy = steward.get("/map").header("content-security-policy").to_owned();
        assert!(policy.starts_with("default-src 'none'") && policy.ends_with("; worker-src 'self'"));
        for wide in ["blob:", "data:", "unsafe", "*", "http"] {
            assert!(!policy.contains(wide), "{wide}");
        }
        for other in ["/report", "/map/points", "/map/cards"] {
            assert!(!steward.get(other).header("content-security-policy").contains("worker-src"), "{other}");
        }
    }

    /// Guards against names in another language than the page's, and outlines that no area of the project has.
    #[test]
    fn names_are_in_the_pages_language_and_areas_have_the_outline_of_their_name() {
        let mut steward = Browser::begun();
        let names: Value = serde_json::from_str(&steward.get("/map/names").body).unwrap();
        assert_eq!(names["areas"], serde_json::json!([{"name": "Gao", "region": "ML/Gao"}]));
        let towns = |names: &Value| {
            names["towns"].as_array().unwrap().iter().map(|town| town[0].to_string()).collect::<Vec<_>>()
        };
        assert!(towns(&names).contains(&"\"Gao\"".to_owned()));
        let arabic = steward.get_with("/map/names", &[("accept-language", "ar")]).body;
        assert!(towns(&serde_json::from_str(&arabic).unwrap()).contains(&"\"غاو\"".to_owned()));
    }

    /// Guards against a sign that a page shows and the map cannot draw: it knows paths and circles.
    #[test]
    fn every_category_has_a_sign_of_shapes_that_the_map_draws() {
        let signs = include_str!(concat!(env!("OUT_DIR"), "/categories.svg"));
        for category in &azalai_node::catalog::pack().unwrap().categories {
            assert!(signs.contains(&format!("<symbol id=\"{}\" ", category.code)), "{}", category.code);
        }
        let shapes = signs.split('<').skip(1).filter(|part| !part.starts_with('/'));
        let known = ["svg", "symbol", "path", "circle"];
        assert!(shapes.clone().all(|shape| known.iter().any(|name| shape.starts_with(name))));
        assert!(shapes.count() > 100);
    }
}
