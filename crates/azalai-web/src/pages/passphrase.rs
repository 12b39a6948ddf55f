//! The passphrase of a new home: words that are offered, or one's own with its strength; then the home is made.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use azalai_node::NewHome;
use azalai_roster::Role;

use super::on_to;
use azalai_node::strength::{self, Strength};

use crate::app::{App, Beginning, Pending};
use crate::assets;
use crate::forms::Form;
use crate::frame::{Frame, Page, render};
use crate::gate::{Member, SESSION, Visitor, cookie};
use crate::host::Host;
use crate::limits::{MAX_LINE_BYTES, MAX_PASSPHRASE_BYTES};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "passphrase.html")]
struct PassphrasePage {
    f: Frame,
    wrong: String,
    offered: String,
    pseudonym: String,
    own: bool,
}

impl PassphrasePage {
    fn script(&self) -> String {
        assets::path("strength.js")
    }
}

/// The words that were offered, asked back before the home is made: whoever cannot type them now cannot open it later.
#[derive(Template)]
#[template(path = "asked-back.html")]
struct AskedBackPage {
    f: Frame,
    wrong: bool,
    pseudonym: String,
}

#[derive(Template)]
#[template(path = "ready.html")]
struct ReadyPage {
    f: Frame,
    project: String,
    /// This device founded the project, and is its only steward as far as it knows.
    founded: bool,
}

/// `GET /start/passphrase`.
pub(crate) async fn get<H: Host>(State(app): State<Arc<App<H>>>, visitor: Visitor) -> Result<Response, Problem> {
    let Some(pending) = app.pending(&visitor.cookie) else { return Ok(on_to("/start/how")) };
    let Pending { offered, pseudonym, .. } = pending;
    let f = Frame::new(&visitor, "");
    Ok(render(&PassphrasePage { f, wrong: String::new(), offered, pseudonym, own: false })?.into_response())
}

/// `POST /start/passphrase`.
pub(crate) async fn post<H: Host>(
    State(app): State<Arc<App<H>>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Problem> {
    let Some(pending) = app.pending(&visitor.cookie) else { return Ok(on_to("/")) };
    let own = form.get("choice") == "own";
    let raw = |name: &str| form.fields.get(name).and_then(|values| values.first()).cloned().unwrap_or_default();
    let passphrase = if own { raw("own") } else { pending.offered.clone() };
    let pseudonym = form.get("pseudonym").to_owned();
    let wrong = if own && (strength::of(&passphrase) == Strength::Weak || passphrase.len() > MAX_PASSPHRASE_BYTES) {
        "weak"
    } else if own && passphrase != raw("again") {
        "differ"
    } else if pseudonym.is_empty() || pseudonym.len() > MAX_LINE_BYTES {
        "pseudonym"
    } else {
        ""
    };
    if !wrong.is_empty() {
        let wrong = visitor.texts.of("passphrase", wrong);
        let f = Frame::new(&visitor, "");
        let page = render(&PassphrasePage { f, wrong, offered: pending.offered, pseudonym, own })?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    if !own && raw("again") != passphrase {
        app.set_pending(Some(Pending { pseudonym: pseudonym.clone(), ..pending }));
        let wrong = !raw("again").is_empty();
        let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        return Ok((status, render(&AskedBackPage { f: Frame::new(&visitor, ""), wrong, pseudonym })?).into_response());
    }
    // Taken before the slow part: a second tap finds nothing to make.
    app.set_pending(None);
    let (params, mut rng, now) = (app.host.params(), app.rng(), app.host.now_ms());
    let (home, rooms) = app.rooms(&mut rng).await?;
    let new = NewHome { home, rooms, passphrase: &passphrase, params, rng, pseudonym: &pseudonym };
    let made = match &pending.what {
        Beginning::Join { file, words } => new.join(file, words, now).await,
        Beginning::Found { name, areas, admission } => new.found(name, areas, *admission, now).await,
    };
    let made = match made {
        Ok(made) => made,
        Err(error) => {
            app.set_pending(Some(pending));
            return Err(error.into());
        }
    };
    let fresh = app.take(made, &visitor.cookie).await?;
    let mut answer = on_to("/start/ready");
    answer.headers_mut().insert(header::SET_COOKIE, cookie(SESSION, app.port(), fresh.as_str(), 0));
    Ok(answer)
}

/// `GET /start/ready`.
pub(crate) async fn ready<H: Host>(State(app): State<Arc<App<H>>>, Member(visitor): Member) -> Result<Page, Problem> {
    let mut open = app.open().await;
    let roster = open.device()?.roster();
    let project = roster.name().unwrap_or_default().to_owned();
    let stewards = roster.members().filter(|member| member.role == Role::Steward).count();
    let founded = visitor.role == Some(Role::Steward) && stewards == 1;
    drop(open);
    render(&ReadyPage { f: Frame::new(&visitor, ""), project, founded })
}
