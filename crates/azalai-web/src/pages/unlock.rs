//! The passphrase. Also shown to whoever sends a form after the device locked: what they wrote is carried along in the
//! page and kept as a draft once it is unlocked.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use azalai_node::NodeError;

use super::on_to;
use super::start::offered;
use crate::app::App;
use crate::forms::{Fields, Form};
use crate::frame::{Frame, render};
use crate::gate::{SESSION, Visitor, cookie};
use crate::host::Host;
use crate::limits::MAX_PASSPHRASE_BYTES;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "unlock.html")]
struct UnlockPage {
    f: Frame,
    /// Why the passphrase opened nothing; empty before one was given.
    wrong: String,
    /// Whether the device is locked, or the form was only from before the last unlocking.
    locked: bool,
    /// Code, direction and own name of each language.
    languages: Vec<(&'static str, String, String)>,
    /// The draft that waits, and its fields.
    carries: String,
    fields: Vec<(String, String)>,
}

/// `GET /`: the passphrase, or where the person was going.
pub(crate) async fn home<H: Host>(State(app): State<Arc<App<H>>>, visitor: Visitor) -> Result<Response, Problem> {
    if visitor.role.is_some() {
        return Ok(on_to("/report"));
    }
    if !app.begun().await? {
        return Ok(on_to("/start"));
    }
    let f = Frame::new(&visitor, "");
    Ok(render(&UnlockPage {
        f,
        languages: offered(),
        wrong: String::new(),
        locked: true,
        carries: String::new(),
        fields: Vec::new(),
    })?
    .into_response())
}

/// The passphrase with a draft that waits for it: what was written is in the page, nowhere else.
pub(crate) fn carrying(visitor: &Visitor, draft: &str, fields: &Fields) -> Result<Response, Problem> {
    let f = Frame::new(visitor, "");
    let own = |name: &&String| !matches!(name.as_str(), "token" | "passphrase" | "carries");
    let pairs = fields.iter().filter(|(name, _)| own(name));
    let fields = pairs.flat_map(|(name, values)| values.iter().map(|value| (name.clone(), value.clone()))).collect();
    let locked = visitor.role.is_none();
    let page = render(&UnlockPage {
        f,
        languages: offered(),
        wrong: String::new(),
        locked,
        carries: draft.to_owned(),
        fields,
    })?;
    Ok((StatusCode::CONFLICT, page).into_response())
}

/// `POST /unlock`.
pub(crate) async fn unlock<H: Host>(
    State(app): State<Arc<App<H>>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Problem> {
    let passphrase = form.fields.get("passphrase").and_then(|values| values.first()).cloned().unwrap_or_default();
    let opened = if passphrase.is_empty() || passphrase.len() > MAX_PASSPHRASE_BYTES {
        Err(NodeError::WrongPassphrase)
    } else {
        app.unlock(&passphrase, &visitor.cookie).await
    };
    let fresh = match opened {
        Ok(fresh) => fresh,
        Err(error @ (NodeError::WrongPassphrase | NodeError::SlotsDiffer | NodeError::TooSoon { .. })) => {
            let wrong = match error {
                NodeError::TooSoon { seconds } => visitor.texts.say1("unlock-wait", "count", seconds),
                NodeError::SlotsDiffer => visitor.texts.say("unlock-damaged"),
                _ => visitor.texts.say("unlock-wrong"),
            };
            let f = Frame::new(&visitor, "");
            let (carries, fields) = (form.get("carries").to_owned(), form.fields);
            let own = |name: &&String| !matches!(name.as_str(), "token" | "passphrase" | "carries");
            let pairs = fields.iter().filter(|(name, _)| own(name));
            let fields = pairs.flat_map(|(name, values)| values.iter().map(|v| (name.clone(), v.clone()))).collect();
            let page = render(&UnlockPage { f, languages: offered(), wrong, locked: true, carries, fields })?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
        Err(other) => return Err(other.into()),
    };
    let mut answer = match crate::draft::DraftId::read(form.get("carries")) {
        Some(id) => super::editor::keep(&app, id, form.fields).await?,
        None => on_to("/report"),
    };
    answer.headers_mut().insert(header::SET_COOKIE, cookie(SESSION, app.port(), fresh.as_str(), 0));
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Browser, PASSPHRASE};

    /// Guards against a session that somebody else planted, and a wrong passphrase that opens.
    #[test]
    fn only_the_passphrase_opens_and_the_session_is_a_new_one() {
        let mut browser = Browser::begun();
        browser.post("/leave", &[]);
        assert_eq!(browser.get("/reports").location, "/");
        let before = browser.cookie();
        browser.get("/");
        let wrong = browser.post("/unlock", &[("passphrase", "abandon abandon")]);
        assert_eq!((wrong.status, browser.get("/reports").location.as_str()), (422, "/"));
        assert!(browser.post("/unlock", &[("passphrase", "")]).status == 422);
        let right = browser.post("/unlock", &[("passphrase", PASSPHRASE)]);
        assert_eq!((right.status, right.location.as_str()), (303, "/report"));
        assert_ne!(browser.cookie(), before);
        assert_eq!(browser.get("/reports").status, 200);
        assert_eq!(browser.with_cookie(&before).get("/reports").location, "/");
    }

    /// Guards against pages of another host or origin that use the person's own browser.
    #[test]
    fn another_host_or_origin_gets_nothing() {
        let mut browser = Browser::begun();
        for host in ["evil.example:7711", "127.0.0.1:7712", "127.0.0.1", "127.0.0.1:7711:7711"] {
            assert_eq!(browser.get_with("/reports", &[("host", host)]).status, 403, "{host}");
        }
        for (name, value) in [
            ("origin", "http://evil.example"),
            ("origin", "http://127.0.0.1:7712"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            assert_eq!(browser.post_with("/leave", &[], &[(name, value)]).status, 403, "{name}: {value}");
        }
        assert_eq!(browser.get("/reports").status, 200);
        let good = [("origin", "http://127.0.0.1:7711"), ("sec-fetch-site", "same-origin")];
        assert_eq!(browser.post_with("/leave", &[], &good).status, 303);
    }

    /// Guards against a browser that asks elsewhere, frames the page, or keeps it.
    #[test]
    fn every_answer_carries_the_headers_that_keep_it_to_itself() {
        let mut browser = Browser::begun();
        for path in ["/", "/report", "/nothing", "/calendar"] {
            let answer = browser.get(path);
            assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
            assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_eq!(answer.header("referrer-policy"), "no-referrer");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
        }
    }
}
