//! Settings: the language, when the device locks by itself, how far local time is ahead of UTC.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::on_to;
use super::start::offered;
use crate::app::App;
use crate::forms::Form;
use crate::frame::{Frame, Page, render};
use crate::gate::Member;
use crate::host::Host;
use crate::limits::{IDLE_CHOICES, IDLE_MS, SHED_CHOICES};
use crate::problem::Problem;

/// Hours that clocks of the region are ahead of UTC.
const HOURS: [i16; 4] = [0, 1, 2, 3];

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    f: Frame,
    languages: Vec<(&'static str, String, String)>,
    idle: Vec<(u64, bool)>,
    hours: Vec<(i16, bool)>,
    project: String,
    pseudonym: String,
    role: String,
    /// Days, in words, and which is chosen.
    shedding: Vec<(u16, String, bool)>,
}

/// `GET /settings`.
pub(crate) async fn get<H: Host>(State(app): State<Arc<App<H>>>, Member(visitor): Member) -> Result<Page, Problem> {
    let settings = app.settings();
    let minutes = settings.idle_minutes.unwrap_or(IDLE_MS / 60_000);
    let mut open = app.open().await;
    let device = open.device()?;
    let project = device.roster().name().unwrap_or_default().to_owned();
    let (pseudonym, role) = (device.pseudonym().to_owned(), visitor.texts.of("role", &device.role().to_string()));
    let chosen = device.shedding().await?.unwrap_or(0);
    drop(open);
    let texts = visitor.texts;
    let in_words = |days: u16| match days {
        0 => texts.say("shed-never"),
        days => texts.say1("shed-days", "count", u64::from(days)),
    };
    // One that was chosen elsewhere is shown beside those that are offered.
    let mut days: Vec<u16> = SHED_CHOICES.into_iter().chain([chosen]).collect();
    days.sort_unstable();
    days.dedup();
    let shedding = days.into_iter().map(|days| (days, in_words(days), days == chosen)).collect();
    render(&SettingsPage {
        shedding,
        f: Frame::new(&visitor, "settings"),
        languages: offered(),
        idle: IDLE_CHOICES.map(|choice| (choice, choice == minutes)).to_vec(),
        hours: HOURS.map(|hours| (hours, hours * 60 == settings.offset_min)).to_vec(),
        project,
        pseudonym,
        role,
    })
}

/// `POST /settings`.
pub(crate) async fn post<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(_): Member,
    form: Form,
) -> Result<Response, Problem> {
    let mut settings = app.settings();
    if let Some(minutes) = form.get("idle").parse().ok().filter(|minutes| IDLE_CHOICES.contains(minutes)) {
        settings.idle_minutes = Some(minutes);
    }
    if let Some(hours) = form.get("hours").parse().ok().filter(|hours| HOURS.contains(hours)) {
        settings.offset_min = hours * 60;
    }
    let mut open = app.open().await;
    settings.save(open.device()?).await?;
    app.set_settings(settings);
    Ok(on_to("/settings"))
}

#[cfg(test)]
mod tests {
    use crate::testing::Browser;

    /// Guards against a choice that is forgotten, or one that was never offered.
    #[test]
    fn settings_are_kept_and_only_what_is_offered_is_taken() {
        let mut browser = Browser::begun();
        browser.post("/settings", &[("idle", "2"), ("hours", "1")]);
        browser.post("/settings", &[("idle", "9999"), ("hours", "-20")]);
        let body = browser.get("/settings").body;
        assert!(body.contains("value=\"2\" checked") && body.contains("value=\"1\" selected"), "{body}");
        browser.advance(3 * 60_000);
        assert_eq!(browser.get("/settings").location, "/");
    }

    /// Guards against a language that leads elsewhere, or into a header.
    #[test]
    fn a_language_is_chosen_and_the_way_back_is_one_of_ours() {
        let mut browser = Browser::begun();
        let answer = browser.post("/language", &[("language", "ar"), ("to", "/settings")]);
        assert_eq!(answer.location, "/settings");
        assert!(browser.get("/settings").body.contains("dir=\"rtl\""));
        assert_eq!(browser.post("/language", &[("language", "fr"), ("to", "//evil.example")]).location, "/");
        assert_eq!(browser.post("/language", &[("language", "fr\r\nset-cookie: x=1")]).status, 400);
    }
}
