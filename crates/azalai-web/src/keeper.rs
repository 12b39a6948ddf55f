//! The page of a relay's keeper: what the box holds, how full its disk is, how often it was visited, whose letters it
//! carries, how to give it up. For the keeper's own machine alone, by a listener of its own.
//!
//! It stands in this crate, behind a trait that it asks for figures, and not in the relay's: it shares the look, the
//! languages and the door of the other pages, while the relay, which faces the open network, goes on without templates
//! and texts. It must never show what identifies anybody: no address, no key, no id, and no time finer than a day.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use azalai_envelope::{Day, Lane, ProjectId};
use azalai_sync::index::Amount;
use futures_lite::FutureExt as _;

use crate::assets;
use crate::fingerprint;
use crate::forms::{first, of_address};
use crate::frame::{Frame, Page, render};
use crate::gate::{dress, right_host};
use crate::limits::KEEPER_DAYS;
use crate::pages;
use crate::pages::start::offered;
use crate::problem::Problem;
use crate::texts::{Texts, named, preferred};
use crate::times;

/// What the page needs of the relay and the machine around it.
pub trait Keeper: Send + Sync + 'static {
    /// What is true now.
    ///
    /// # Errors
    /// Why it could not be found out: a line for the log.
    fn figures(&self) -> impl Future<Output = Result<Figures, String>> + Send;

    /// Takes a line about what failed inside: for the log, never for the page.
    fn log(&self, line: &str);
}

/// A project that the relay carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Which; the page shows a short fingerprint of it.
    pub project: ProjectId,
    /// The posting epoch of its newest certificate. The certificate's own number is a time in seconds, and stays out.
    pub epoch: u32,
    /// The day of its newest certificate.
    pub certified: Day,
    /// The day of the first certificate that is kept.
    pub since: Day,
    /// What is held of it: envelopes and bytes for each day and lane.
    pub held: BTreeMap<(Day, Lane), Amount>,
}

/// What a relay's keeper may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// The projects, in any order.
    pub projects: Vec<Carried>,
    /// Bytes that the relay's folder takes, and bytes that are free beside it; none where the machine does not say.
    pub disk: Option<(u64, u64)>,
    /// How many visits each day brought, as long as the relay remembers.
    pub visits: BTreeMap<Day, u64>,
    /// The day on which the relay began to count them.
    pub counting_since: Day,
    /// After how many days it deletes letters; none if it does not.
    pub keep_days: Option<u16>,
}

struct Desk<K> {
    keeper: K,
    port: u16,
}

struct DayRow {
    day: String,
    lanes: Vec<u64>,
    bytes: String,
}

struct ProjectRow {
    fingerprint: String,
    epoch: u32,
    certified: String,
    since: String,
    letters: u64,
    bytes: String,
}

#[derive(Template)]
#[template(path = "keeper.html")]
struct KeeperPage {
    f: Frame,
    letters: u64,
    bytes: String,
    /// Taken and free, where the machine says.
    disk: Option<(String, String)>,
    nearly_full: bool,
    /// Names of the lanes that hold anything.
    lanes: Vec<String>,
    days: Vec<DayRow>,
    visits: Vec<(String, u64)>,
    counting_since: String,
    /// For how long letters are kept.
    keeps: String,
    projects: Vec<ProjectRow>,
    languages: Vec<(&'static str, String, String)>,
}

/// The keeper's page, to be served on this port of this machine.
pub fn keeper_router<K: Keeper>(keeper: K, port: u16) -> Router {
    let desk = Arc::new(Desk { keeper, port });
    Router::new()
        .route("/", get(page::<K>))
        .route("/static/{print}/{name}", get(assets::get))
        .fallback(|| async { Problem::not_found() })
        .layer(from_fn_with_state(Arc::clone(&desk), door::<K>))
        .with_state(desk)
}

fn language(headers: &HeaderMap, query: Option<&str>) -> &'static Texts {
    let fields = of_address(query.map(str::to_owned)).unwrap_or_default();
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    named(first(&fields, "lang")).unwrap_or_else(|| preferred(accepted))
}

async fn door<K: Keeper>(State(desk): State<Arc<Desk<K>>>, request: Request, next: Next) -> Response {
    let texts = language(request.headers(), request.uri().query());
    let mut response = if right_host(request.headers(), desk.port, &[], false).is_some() {
        let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        answer.unwrap_or_else(|_| Problem::inside("the keeper's page ended in a panic").into_response())
    } else {
        (StatusCode::FORBIDDEN, texts.say("keeper-address")).into_response()
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        if let Some(inside) = &problem.inside {
            desk.keeper.log(inside);
        }
        let page = pages::problem::page(Frame::bare(texts), problem.kind);
        response =
            page.map_or_else(|_| problem.status().into_response(), |page| (problem.status(), page).into_response());
    }
    dress(&mut response);
    response
}

async fn page<K: Keeper>(
    State(desk): State<Arc<Desk<K>>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Page, Problem> {
    let texts = language(&headers, query.as_deref());
    let figures = desk.keeper.figures().await.map_err(Problem::inside)?;
    render(&shown(texts, &figures))
}

fn add(sum: &mut Amount, amount: &Amount) {
    sum.envelopes += amount.envelopes;
    sum.bytes += amount.bytes;
}

/// A number of bytes as people say it.
fn size(texts: &Texts, bytes: u64) -> String {
    let tenths = |unit: u64| texts.number(format!("{}.{}", bytes / unit, bytes % unit * 10 / unit));
    match bytes {
        0..1_000 => texts.say1("size-bytes", "count", bytes),
        1_000..1_000_000 => texts.say1("size-kb", "count", bytes / 1_000),
        1_000_000..1_000_000_000 => texts.say1("size-mb", "count", tenths(1_000_000)),
        _ => texts.say1("size-gb", "count", tenths(1_000_000_000)),
    }
}

fn shown(texts: &'static Texts, figures: &Figures) -> KeeperPage {
    let day = |day: Day| times::day(texts, day.start_ms(), 0);
    let (mut sum, mut by_lane) = (Amount::default(), BTreeMap::<Lane, u64>::new());
    let mut by_day: BTreeMap<Day, BTreeMap<Lane, Amount>> = BTreeMap::new();
    let mut projects: Vec<ProjectRow> = Vec::new();
    for carried in &figures.projects {
        let mut own = Amount::default();
        for ((on, lane), amount) in carried.held.iter().filter(|(_, amount)| amount.envelopes > 0) {
            add(&mut own, amount);
            add(by_day.entry(*on).or_default().entry(*lane).or_default(), amount);
            *by_lane.entry(*lane).or_default() += amount.envelopes;
        }
        add(&mut sum, &own);
        projects.push(ProjectRow {
            fingerprint: fingerprint::of_project(&carried.project),
            epoch: carried.epoch,
            certified: day(carried.certified),
            since: day(carried.since),
            letters: own.envelopes,
            bytes: size(texts, own.bytes),
        });
    }
    projects.sort_by(|one, other| one.fingerprint.cmp(&other.fingerprint));
    let row = |name: String, lanes: &BTreeMap<Lane, Amount>| DayRow {
        day: name,
        lanes: by_lane.keys().map(|lane| lanes.get(lane).map_or(0, |amount| amount.envelopes)).collect(),
        bytes: size(texts, lanes.values().map(|amount| amount.bytes).sum()),
    };
    let mut days: Vec<DayRow> = by_day.iter().rev().take(KEEPER_DAYS).map(|(on, lanes)| row(day(*on), lanes)).collect();
    let mut older: BTreeMap<Lane, Amount> = BTreeMap::new();
    for (lane, amount) in by_day.values().rev().skip(KEEPER_DAYS).flatten() {
        add(older.entry(*lane).or_default(), amount);
    }
    if !older.is_empty() {
        days.push(row(texts.say("keeper-older"), &older));
    }
    KeeperPage {
        f: Frame::bare(texts),
        letters: sum.envelopes,
        bytes: size(texts, sum.bytes),
        disk: figures.disk.map(|(used, free)| (size(texts, used), size(texts, free))),
        // Where less is free than a tenth of what is taken, and little at all, it is time to make room.
        nearly_full: figures.disk.is_some_and(|(used, free)| free < (used / 10).max(200_000_000)),
        lanes: by_lane.keys().map(|lane| texts.of("lane", lane_name(*lane))).collect(),
        days,
        visits: figures.visits.iter().rev().take(KEEPER_DAYS).map(|(on, count)| (day(*on), *count)).collect(),
        counting_since: day(figures.counting_since),
        keeps: match figures.keep_days {
            Some(days) => texts.say1("keeper-keeps", "count", days),
            None => texts.say("keeper-keeps-all"),
        },
        projects,
        languages: offered(),
    }
}

/// How messages name a lane.
const fn lane_name(lane: Lane) -> &'static str {
    match lane {
        Lane::Urgent => "urgent",
        Lane::Text => "text",
        Lane::Preview => "preview",
        Lane::Bulk => "bulk",
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use futures_lite::future::block_on;
    use tower::ServiceExt as _;

    use super::*;

    const PORT: u16 = 7722;

    struct Box(Result<Figures, String>);

    impl Keeper for Box {
        async fn figures(&self) -> Result<Figures, String> {
            self.0.clone()
        }

        fn log(&self, _: &str) {}
    }

    fn figures() -> Figures {
        let amount = |envelopes: u64| Amount { envelopes, bytes: envelopes * 640 };
        let held = (0..20).map(|ago| ((Day(20_400 - ago), Lane::Text), amount(u64::from(ago) + 1)));
        let held = held.chain([((Day(20_400), Lane::Urgent), amount(7_777))]).collect();
        let carried =
            Carried { project: ProjectId([0xab; 32]), epoch: 3, certified: Day(20_390), since: Day(20_000), held };
        Figures {
            projects: vec![carried],
            disk: Some((1_234_567, 5_000_000_000)),
            visits: BTreeMap::from([(Day(20_399), 4), (Day(20_400), 2)]),
            counting_since: Day(20_399),
            keep_days: None,
        }
    }

    fn ask(keeper: Box, path: &str, headers: &[(&str, &str)]) -> (u16, HeaderMap, String) {
        let mut request = Request::get(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", format!("127.0.0.1:{PORT}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = keeper_router(keeper, PORT).oneshot(request.body(Body::empty()).unwrap());
        let (parts, body) = block_on(answer).unwrap().into_parts();
        let body = block_on(to_bytes(body, 1 << 20)).unwrap();
        (parts.status.as_u16(), parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Guards against figures that are added up wrongly, and days that are lost where the list ends.
    #[test]
    fn what_is_held_is_summed_by_lane_and_day() {
        let (status, headers, page) = ask(Box(Ok(figures())), "/", &[]);
        assert_eq!(status, 200);
        assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
        assert_eq!(headers["cache-control"], "no-store");
        let sum = 7_777 + (1..=20).sum::<u64>();
        assert!(page.contains(&format!("<strong>{sum}</strong>")), "{page}");
        let older = (15..=20).sum::<u64>();
        assert!(page.contains(&format!("<td>0</td><td>{older}</td>")), "{page}");
        assert!(page.contains("Urgent") && !page.contains("Media"));
        assert!(page.contains("1.2") && page.contains("5.0"), "{page}");
        assert!(!page.contains("nearly full"));
        let empty = Figures { projects: Vec::new(), disk: Some((1, 2)), visits: BTreeMap::new(), ..figures() };
        let (_, _, page) = ask(Box(Ok(empty)), "/", &[]);
        assert!(page.contains("nearly full") && page.contains("no letter yet") && page.contains("Nobody has come"));
    }

    /// Guards against a page from which whoever holds the box learns of anybody: by an id, or by an hour.
    #[test]
    fn nothing_that_identifies_stands_in_the_page() {
        for path in ["/?lang=en", "/?lang=fr", "/?lang=ar"] {
            let (_, _, page) = ask(Box(Ok(figures())), path, &[]);
            let id = azalai_envelope::ids::to_hex(&[0xab; 32]);
            assert!(!page.contains(&id) && !page.contains("abab"), "{path}");
            let parts: Vec<&str> =
                page.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect();
            let text = parts.join(" ");
            let clock =
                text.as_bytes().windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b':' && w[2].is_ascii_digit());
            assert!(!clock, "a time of day: {text}");
            let longest = text.split(|c: char| !c.is_ascii_hexdigit()).map(str::len).max().unwrap();
            assert!(longest < 9, "digits as long as an id: {text}");
        }
    }

    /// Guards against another name that leads here, against what fails inside on the page, and against other methods.
    #[test]
    fn only_its_own_address_answers_and_what_fails_is_told_in_words() {
        for host in ["evil.example:7722", "127.0.0.1:80", "127.0.0.1", "192.168.1.5:7722"] {
            let (status, headers, body) = ask(Box(Ok(figures())), "/", &[("host", host)]);
            assert_eq!(status, 403, "{host}");
            assert!(!body.contains("7784") && headers.contains_key("content-security-policy"));
        }
        let (status, _, body) = ask(Box(Err("sled: /var/lib/secret".to_owned())), "/", &[]);
        assert!(status == 500 && !body.contains("sled") && body.contains("Something failed here"), "{body}");
        assert_eq!(ask(Box(Ok(figures())), "/members", &[]).0, 404);
        assert_eq!(ask(Box(Ok(figures())), "/static/0/app.css", &[]).0, 404);
        assert_eq!(ask(Box(Ok(figures())), &assets::path("app.css"), &[]).0, 200);
    }

    /// Guards against a language that is not the keeper's.
    #[test]
    fn the_language_is_the_browsers_or_the_chosen_one() {
        let french = [("accept-language", "fr-FR,fr;q=0.9")];
        assert!(ask(Box(Ok(figures())), "/", &french).2.contains("lang=\"fr\" dir=\"ltr\""));
        let (_, _, arabic) = ask(Box(Ok(figures())), "/?lang=ar", &french);
        assert!(arabic.contains("<html lang=\"ar\" dir=\"rtl\""));
        assert!(ask(Box(Ok(figures())), "/?lang=%00zz", &[]).2.contains("<html lang=\"en\""));
    }
}
