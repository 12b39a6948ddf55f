//! First start: a language, then an invite or a new project. Nothing here needs a network.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use azalai_envelope::ids::from_hex;
use azalai_node::invite_file::{self, InviteError};
use azalai_node::words::{self, WordsError};
use azalai_roster::Admission;

use super::on_to;
use super::project::{Choices, admission_choices, read_admission};
use crate::app::{App, Beginning, Pending};
use crate::areas;
use crate::forms::Form;
use crate::frame::{Frame, Page, render};
use crate::gate::{LANGUAGE, Visitor, cookie};
use crate::host::Host;
use crate::limits::{MAX_LINE_BYTES, OFFERED_WORDS};
use crate::problem::{Kind, Problem};
use crate::texts::{languages, named};

/// Days for which a browser keeps the language.
const LANGUAGE_DAYS: u32 = 365;

#[derive(Template)]
#[template(path = "language.html")]
struct LanguagePage {
    f: Frame,
    /// Code, direction and own name of each.
    languages: Vec<(&'static str, String, String)>,
}

#[derive(Template)]
#[template(path = "how.html")]
struct HowPage {
    f: Frame,
}

#[derive(Template)]
#[template(path = "join.html")]
struct JoinPage {
    f: Frame,
    wrong: String,
    words: String,
    pasted: String,
}

#[derive(Template)]
#[template(path = "found.html")]
struct FoundPage {
    f: Frame,
    wrong: String,
    name: String,
    areas: String,
    admission: Choices,
}

/// Code, direction and own name of each language.
pub(crate) fn offered() -> Vec<(&'static str, String, String)> {
    languages().iter().map(|texts| (texts.code, texts.direction(), texts.say("language-name"))).collect()
}

async fn only_if_empty<H: Host>(app: &App<H>) -> Result<(), Problem> {
    if app.begun().await? { Err(Problem::locked()) } else { Ok(()) }
}

/// `GET /start`.
pub(crate) async fn language<H: Host>(State(app): State<Arc<App<H>>>, visitor: Visitor) -> Result<Page, Problem> {
    only_if_empty(&app).await?;
    render(&LanguagePage { f: Frame::new(&visitor, ""), languages: offered() })
}

/// `POST /language`: from anywhere, back to where it was chosen.
pub(crate) async fn choose<H: Host>(State(app): State<Arc<App<H>>>, form: Form) -> Result<Response, Problem> {
    let texts = named(form.get("language")).ok_or_else(|| Problem::new(Kind::Form))?;
    let to = ["/", "/settings", "/start/how"].into_iter().find(|to| *to == form.get("to")).unwrap_or("/");
    let mut answer = on_to(to);
    answer.headers_mut().insert(header::SET_COOKIE, cookie(LANGUAGE, app.port(), texts.code, LANGUAGE_DAYS));
    Ok(answer)
}

/// `GET /start/how`.
pub(crate) async fn how<H: Host>(State(app): State<Arc<App<H>>>, visitor: Visitor) -> Result<Page, Problem> {
    only_if_empty(&app).await?;
    render(&HowPage { f: Frame::new(&visitor, "") })
}

/// `GET /start/join`.
pub(crate) async fn join<H: Host>(State(app): State<Arc<App<H>>>, visitor: Visitor) -> Result<Page, Problem> {
    only_if_empty(&app).await?;
    let (wrong, words, pasted) = (String::new(), String::new(), String::new());
    render(&JoinPage { f: Frame::new(&visitor, ""), wrong, words, pasted })
}

/// `POST /start/join`: the invite and its words.
pub(crate) async fn join_with<H: Host>(
    State(app): State<Arc<App<H>>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Problem> {
    only_if_empty(&app).await?;
    let (typed, pasted) = (form.get("words").to_owned(), form.get("pasted").to_owned());
    // An invite that was sent as text is its bytes in hexadecimal.
    let plain: String = pasted.chars().filter(|c| !c.is_whitespace()).collect();
    let file = if form.file.is_empty() { from_hex(&plain).unwrap_or_default() } else { form.file };
    let wrong = if file.is_empty() {
        visitor.texts.say("join-no-file")
    } else {
        match invite_file::open(&file, &typed) {
            Ok(_) => {
                begin(&app, &visitor, Beginning::Join { file, words: typed });
                return Ok(on_to("/start/passphrase"));
            }
            Err(InviteError::Words(WordsError::Unknown { place, word })) => {
                visitor.texts.say2("join-word", ("place", &place), ("word", &word))
            }
            Err(InviteError::Words(WordsError::Count { got })) => visitor.texts.say1("join-count", "count", got),
            Err(InviteError::WrongWords) => visitor.texts.say("join-wrong-words"),
            Err(_) => visitor.texts.say("join-damaged"),
        }
    };
    let page = render(&JoinPage { f: Frame::new(&visitor, ""), wrong, words: typed, pasted })?;
    Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `GET /start/found`.
pub(crate) async fn found<H: Host>(State(app): State<Arc<App<H>>>, visitor: Visitor) -> Result<Page, Problem> {
    only_if_empty(&app).await?;
    let (wrong, name, areas) = (String::new(), String::new(), String::new());
    let admission = admission_choices(visitor.texts, Admission::ByHand);
    render(&FoundPage { f: Frame::new(&visitor, ""), wrong, name, areas, admission })
}

/// `POST /start/found`: a name and areas.
pub(crate) async fn found_with<H: Host>(
    State(app): State<Arc<App<H>>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Problem> {
    only_if_empty(&app).await?;
    let (name, lines) = (form.get("name").to_owned(), form.get("areas").to_owned());
    // A form that says nothing of it asks for a person who looks.
    let admission = read_admission(form.get("admission")).unwrap_or(Admission::ByHand);
    let wrong = if name.is_empty() || name.len() > MAX_LINE_BYTES {
        visitor.texts.say("found-name-wrong")
    } else {
        match areas::read(&lines) {
            Ok(areas) => {
                begin(&app, &visitor, Beginning::Found { name, areas, admission });
                return Ok(on_to("/start/passphrase"));
            }
            Err(wrong) => visitor.texts.of("areas", wrong),
        }
    };
    let admission = admission_choices(visitor.texts, admission);
    let page = render(&FoundPage { f: Frame::new(&visitor, ""), wrong, name, areas: lines, admission })?;
    Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn begin<H: Host>(app: &App<H>, visitor: &Visitor, what: Beginning) {
    let mut rng = app.rng();
    let offered = words::draw_in(visitor.texts.code, OFFERED_WORDS, &mut rng).join(" ");
    let pseudonym = words::draw_in(visitor.texts.code, 1, &mut rng).concat();
    let (cookie, since_ms) = (visitor.cookie.clone(), app.host.now_ms());
    app.set_pending(Some(Pending { cookie, since_ms, what, offered, pseudonym }));
}

#[cfg(test)]
mod tests {
    use crate::testing::Browser;

    /// Guards against a first start that needs a network, loses what was typed, or opens with wrong words.
    #[test]
    fn a_project_is_founded_and_a_second_device_joins_it() {
        let mut steward = Browser::begun();
        assert_eq!(steward.get("/report").status, 200);
        let (file, words) = steward.invite();
        let mut monitor = Browser::new();
        assert_eq!(monitor.get("/").location, "/start");
        assert_eq!(monitor.get("/start").status, 200);
        let hex = azalai_envelope::ids::to_hex(&file);
        let wrong = monitor.post("/start/join", &[("pasted", &hex), ("words", "abandon")]);
        assert!(wrong.status == 422 && wrong.body.contains("abandon") && wrong.body.contains(hex.get(..64).unwrap()));
        assert_eq!(monitor.post("/start/join", &[("pasted", "zz"), ("words", &words)]).status, 422);
        assert_eq!(monitor.post("/start/join", &[("pasted", &hex), ("words", &words)]).location, "/start/passphrase");
        let page = monitor.get("/start/passphrase");
        assert_eq!(page.status, 200);
        let weak = [("choice", "own"), ("own", "1234"), ("again", "1234"), ("pseudonym", "swallow")];
        assert_eq!(monitor.post("/start/passphrase", &weak).status, 422);
        let offered = page.body.split("lang=\"en\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let fields = [("choice", "offered"), ("pseudonym", "swallow")];
        let asked = monitor.post("/start/passphrase", &fields);
        assert!(asked.status == 200 && !asked.body.contains(&offered), "the words are asked back, not shown");
        let other = monitor.post("/start/passphrase", &[&fields[..], &[("again", "abandon")]].concat());
        assert!(other.status == 422 && other.body.contains("Nothing was made yet"), "{}", other.body);
        assert!(monitor.get("/start/passphrase").body.contains(&offered), "they can be looked at again");
        let done = monitor.post("/start/passphrase", &[&fields[..], &[("again", &offered)]].concat());
        assert_eq!(done.location, "/start/ready");
        assert_eq!(monitor.get("/start/ready").status, 200);
        assert_eq!(monitor.get("/report").status, 200);
        assert_eq!(monitor.get("/start").location, "/");
    }

    /// Guards against a home that another browser finishes.
    #[test]
    fn what_one_browser_began_another_cannot_go_on_with() {
        let mut browser = Browser::new();
        browser.get("/start");
        browser.post("/start/found", &[("name", "Veille"), ("areas", "Gao")]);
        assert_eq!(browser.get("/start/passphrase").status, 200);
        assert_eq!(browser.with_cookie(&"a".repeat(64)).get("/start/passphrase").location, "/start/how");
    }
}
