//! Another passphrase in the place of the present one, and how hard one is to guess while it is typed.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_node::strength::{self, Strength};
use azalai_node::{NodeError, words};

use super::on_to;
use crate::app::App;
use crate::assets;
use crate::forms::{Form, first, of_address};
use crate::frame::{Frame, Page, render};
use crate::gate::{Member, Visitor};
use crate::host::Host;
use crate::limits::{MAX_PASSPHRASE_BYTES, OFFERED_WORDS};
use crate::problem::Problem;
use crate::texts::Texts;

#[derive(Template)]
#[template(path = "new-passphrase.html")]
struct NewPassphrase {
    f: Frame,
    wrong: String,
    /// Words to choose from; nobody has to.
    offered: String,
    /// How hard the passphrase is to guess that was just set; empty if none was.
    done: String,
}

impl NewPassphrase {
    fn script(&self) -> String {
        assets::path("strength.js")
    }
}

/// How hard a passphrase is to guess, in words.
fn said(texts: &Texts, strength: Strength) -> String {
    texts.of("strength", strength.name())
}

fn draw<H: Host>(app: &App<H>, texts: &Texts) -> String {
    words::draw_in(texts.code, OFFERED_WORDS, &mut app.rng()).join(" ")
}

/// `GET /settings/passphrase`.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    RawQuery(query): RawQuery,
) -> Result<Page, Problem> {
    let query = of_address(query)?;
    let done = Strength::ALL.iter().find(|strength| strength.name() == first(&query, "done"));
    let done = done.map_or(String::new(), |strength| said(visitor.texts, *strength));
    render(&NewPassphrase {
        f: Frame::new(&visitor, "settings"),
        wrong: String::new(),
        offered: draw(&app, visitor.texts),
        done,
    })
}

/// `POST /settings/passphrase`.
pub(crate) async fn post<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    form: Form,
) -> Result<Response, Problem> {
    let raw = |name: &str| form.fields.get(name).and_then(|values| values.first()).map_or("", String::as_str);
    let (old, new) = (raw("old"), raw("new"));
    let texts = visitor.texts;
    let strength = strength::of(new);
    // What is wrong with the new one is said without trying the old one, and says nothing about it.
    let wrong = if strength == Strength::Weak || new.len() > MAX_PASSPHRASE_BYTES {
        texts.of("passphrase", "weak")
    } else if new != raw("again") {
        texts.of("passphrase", "differ")
    } else if new == old {
        texts.of("new-passphrase", "same")
    } else if old.is_empty() || old.len() > MAX_PASSPHRASE_BYTES {
        texts.of("new-passphrase", "wrong")
    } else {
        match app.change_passphrase(old, new).await {
            Ok(()) => return Ok(on_to(&format!("/settings/passphrase?done={}", strength.name()))),
            Err(NodeError::WrongPassphrase) => texts.of("new-passphrase", "wrong"),
            Err(NodeError::TooSoon { seconds }) => texts.of1("new-passphrase", "wait", "count", seconds),
            // It may be another profile's here, of which nothing is said.
            Err(NodeError::Slots(_)) => texts.of("passphrase", "weak"),
            Err(other) => return Err(other.into()),
        }
    };
    let typed = raw("offered");
    let ours = typed.len() <= MAX_PASSPHRASE_BYTES && typed.split(' ').all(words::listed);
    let offered = if ours { typed.to_owned() } else { draw(&app, texts) };
    let page = NewPassphrase { f: Frame::new(&visitor, "settings"), wrong, offered, done: String::new() };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

/// `POST /passphrase/strength`: the name of the strength of what is being typed, and what it means, on two lines.
/// Nothing of it is kept. Also for whoever chooses the first one.
pub(crate) async fn strength(visitor: Visitor, form: Form) -> Response {
    let typed = form.fields.get("typed").and_then(|values| values.first()).map_or("", String::as_str);
    let strength = if typed.len() > MAX_PASSPHRASE_BYTES { Strength::Weak } else { strength::of(typed) };
    format!("{}\n{}", strength.name(), said(visitor.texts, strength)).into_response()
}

#[cfg(test)]
mod tests {
    use crate::testing::{Browser, PASSPHRASE};

    const NEW: &str = "cabin cable cactus cage camp";

    fn change(browser: &mut Browser, old: &str, new: &str, again: &str) -> crate::testing::Answer {
        browser.post("/settings/passphrase", &[("old", old), ("new", new), ("again", again), ("offered", NEW)])
    }

    /// Guards against a change that leaves the old one valid, or locks its owner out.
    #[test]
    fn afterwards_only_the_new_one_opens() {
        let mut browser = Browser::begun();
        let page = browser.get("/settings/passphrase").body;
        assert!(page.contains("class=\"words\"") && browser.get("/settings").body.contains("/settings/passphrase"));
        let done = change(&mut browser, PASSPHRASE, NEW, NEW);
        assert_eq!((done.status, done.location.as_str()), (303, "/settings/passphrase?done=strong"));
        let said = browser.get(&done.location).body;
        assert!(said.contains("role=\"status\"") && said.contains("destroy"), "{said}");
        assert_eq!(browser.get("/reports").status, 200, "what is open stays open");
        browser.post("/leave", &[]);
        browser.get("/");
        assert_eq!(browser.post("/unlock", &[("passphrase", PASSPHRASE)]).status, 422);
        assert_eq!(browser.post("/unlock", &[("passphrase", NEW)]).location, "/report");
    }

    /// Guards against a typing mistake that becomes the passphrase, a weak one, and words that are lost on the way.
    #[test]
    fn what_is_wrong_is_said_and_nothing_is_changed() {
        let mut browser = Browser::begun();
        for (old, new, again, said) in [
            (PASSPHRASE, "bamako", "bamako", "easy to guess"),
            (PASSPHRASE, NEW, "cabin cable", "differ"),
            (PASSPHRASE, PASSPHRASE, PASSPHRASE, "is the present one"),
            ("", NEW, NEW, "Nothing was changed"),
            ("abandon abandon", NEW, NEW, "Nothing was changed"),
        ] {
            let answer = change(&mut browser, old, new, again);
            assert_eq!(answer.status, 422, "{said}");
            assert!(answer.body.contains(said) && answer.body.contains(NEW), "{said}: {}", answer.body);
            let shown = answer.body.matches(PASSPHRASE).count() + answer.body.matches("value=\"abandon").count();
            assert_eq!(shown, 0, "the old one stands in no page");
        }
        browser.post("/leave", &[]);
        browser.get("/");
        assert_eq!(browser.post("/unlock", &[("passphrase", PASSPHRASE)]).location, "/report");
    }

    /// Guards against a passer-by who guesses on an open device, also by another session.
    #[test]
    fn after_some_wrong_ones_even_the_right_one_waits() {
        let mut browser = Browser::begun();
        for _ in 0..6 {
            assert!(change(&mut browser, "wrong one", NEW, NEW).body.contains("Nothing was changed"));
        }
        let waits = change(&mut browser, PASSPHRASE, NEW, NEW);
        assert!(waits.status == 422 && waits.body.contains("1\u{2069} second"), "{}", waits.body);
        browser.advance(1_000);
        assert_eq!(change(&mut browser, PASSPHRASE, NEW, NEW).status, 303);
    }

    /// Guards against a page of another site that has a passphrase weighed, and an answer that repeats it.
    #[test]
    fn the_strength_is_told_in_words_and_never_the_passphrase() {
        let mut browser = Browser::begun();
        let mut of = |typed: &str| browser.post("/passphrase/strength", &[("typed", typed)]).body;
        for (typed, name) in [("bamako", "weak"), (NEW, "strong"), ("", "weak"), (&"x9".repeat(600), "weak")] {
            let said = of(typed);
            assert!(said.starts_with(&format!("{name}\n")) && said.lines().count() == 2, "{said}");
            assert!(typed.is_empty() || !said.contains(typed));
        }
        assert_eq!(browser.post_raw("/passphrase/strength", "typed=x&token=0", &[]).status, 409);
    }
}
