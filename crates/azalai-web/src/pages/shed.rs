//! Forgetting a report on this device: first what is known of who else has it, then a second tap; and when it happens by
//! itself. Never forgets what nobody else is known to have without a word for that.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_envelope::DocumentId;
use azalai_node::HeldBy;

use super::on_to;
use super::reports::own;
use crate::app::{App, Device};
use crate::forms::Form;
use crate::frame::{Frame, Page, render};
use crate::gate::{Member, Visitor};
use crate::host::Host;
use crate::limits::SHED_CHOICES;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "forget.html")]
struct ForgetPage {
    f: Frame,
    id: String,
    /// Each with how many letters it is true of.
    known: Vec<String>,
    only_copy: bool,
    wrong: bool,
}

async fn page<H: Host>(
    device: &mut Device<H>,
    visitor: &Visitor,
    id: DocumentId,
    wrong: bool,
) -> Result<Page, Problem> {
    let known: HeldBy = device.held_by(id).await?;
    let texts = visitor.texts;
    let mut lines = Vec::new();
    for (count, name) in [
        (known.only_here, "only-here"),
        (known.neighbours, "neighbour"),
        (known.relays, "relay"),
        (known.opened, "opened"),
    ] {
        if count > 0 {
            let of_all = texts.number(format!("{count}/{}", known.statements));
            lines.push(format!("{} ({of_all})", texts.of("shed-known", name)));
        }
    }
    lines.push(texts.say1("shed-readers", "count", known.readers as u64));
    render(&ForgetPage {
        f: Frame::new(visitor, "reports"),
        id: id.to_string(),
        known: lines,
        only_copy: known.is_only_copy(),
        wrong,
    })
}

/// `GET /reports/ID/forget`.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let mut open = app.open().await;
    let device = open.device()?;
    let view = own::<H>(device, &id).await?;
    if view.shed_ms.is_some() {
        return Ok(on_to(&format!("/reports/{}", view.id)));
    }
    Ok(page::<H>(device, &visitor, view.id, false).await?.into_response())
}

/// `POST /reports/ID/forget`.
pub(crate) async fn post<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let mut open = app.open().await;
    let device = open.device()?;
    let view = own::<H>(device, &id).await?;
    let lost = form.get("lost") == "yes";
    // A second tap finds it forgotten already, and takes along what came since.
    if view.shed_ms.is_none() && device.held_by(view.id).await?.is_only_copy() && !lost {
        let page = page::<H>(device, &visitor, view.id, true).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    device.forget(view.id, lost, app.host.now_ms()).await?;
    Ok(on_to(&format!("/reports/{}", view.id)))
}

/// `POST /settings/shedding`.
pub(crate) async fn setting<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(_): Member,
    form: Form,
) -> Result<Response, Problem> {
    let chosen = form.get("days").parse().ok().filter(|days| SHED_CHOICES.contains(days));
    if let Some(days) = chosen {
        let mut open = app.open().await;
        open.device()?.set_shedding((days > 0).then_some(days)).await?;
    }
    Ok(on_to("/settings"))
}

#[cfg(test)]
mod tests {
    use crate::testing::Browser;

    /// Guards against a report that is lost by one tap, words that stay on the screen or in a draft after they were
    /// forgotten, and a reporter who can no longer mend or take back what was wrong.
    #[test]
    fn a_report_is_forgotten_by_a_second_word_corrected_and_taken_back() {
        let mut browser = Browser::begun();
        let path = browser.begin_report("abduction");
        browser.post(&path, &[("text", "Five men in a car"), ("when", "today")]);
        let report = browser.post(&format!("{path}/check"), &[]).location.replace("?saved=1", "");
        let draft = "0123456789abcdef0123456789abcdef";
        let editor = browser.post(&format!("{report}/correct"), &[("draft", draft)]).location;
        let page = browser.get(&format!("{report}/forget")).body;
        assert!(page.contains("name=\"lost\""), "nobody else has it: {page}");
        assert_eq!(browser.post(&format!("{report}/forget"), &[]).status, 422);
        assert!(browser.get(&report).body.contains("Five men"));
        assert_eq!(browser.post(&format!("{report}/forget"), &[("lost", "yes")]).location, report);
        for path in [report.as_str(), "/reports", "/report"] {
            let body = browser.get(path).body;
            assert!(!body.contains("Five men"), "{path}");
        }
        assert_eq!(browser.get(&editor).status, 404, "the draft of a correction is gone with it");
        assert_eq!(browser.get("/reports").body.matches("class=\"card\"").count(), 1);
        assert_eq!(browser.get(&format!("{report}/forget")).location, report);

        let fields = [("draft", draft), ("category", "abduction")];
        let editor = browser.post(&format!("{report}/correct"), &fields).location;
        browser.post(&editor, &[("text", "Six men, not five"), ("when", "today")]);
        assert!(browser.post(&format!("{editor}/check"), &[]).location.starts_with(&report));
        let body = browser.get(&report).body;
        let later = body.split("href=\"/reports/").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        let later = format!("/reports/{later}");
        assert!(later != report && browser.get(&later).body.contains("Six men"));
        // What corrects it is itself corrected, and goes on naming it.
        let other = "1123456789abcdef0123456789abcdef";
        let editor = browser.post(&format!("{later}/correct"), &[("draft", other)]).location;
        browser.post(&editor, &[("text", "Seven men"), ("when", "keep")]);
        browser.post(&format!("{editor}/check"), &[]);
        assert!(browser.get(&later).body.contains(&format!("href=\"{report}\"")), "it names the first");
        assert_eq!(browser.post(&format!("{report}/retract"), &[("why", "A rumour")]).location, report);
        assert!(browser.get(&later).body.contains("A rumour") && browser.get(&report).body.contains("A rumour"));
    }

    /// Guards against a choice that is forgotten, or one that was never offered.
    #[test]
    fn when_reports_are_forgotten_by_themselves_is_chosen() {
        let mut browser = Browser::begun();
        let chosen = |body: &str, days: &str| body.contains(&format!("value=\"{days}\" selected"));
        assert!(chosen(&browser.get("/settings").body, "0"), "a steward's device keeps what it holds");
        assert_eq!(browser.post("/settings/shedding", &[("days", "30")]).location, "/settings");
        assert!(chosen(&browser.get("/settings").body, "30"));
        browser.post("/settings/shedding", &[("days", "3")]);
        assert!(chosen(&browser.get("/settings").body, "30"));
        browser.post("/settings/shedding", &[("days", "0")]);
        assert!(chosen(&browser.get("/settings").body, "0"));
    }
}
