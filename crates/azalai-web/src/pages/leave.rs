//! Leaving fast: one tap locks, and an ordinary page is shown that says nothing of what this is.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::on_to;
use crate::app::App;
use crate::assets;
use crate::forms::{first, of_address};
use crate::frame::{Frame, Page, render};
use crate::gate::{SESSION, Visitor, cookie};
use crate::host::Host;
use crate::map_query::day_number;
use crate::problem::Problem;
use crate::times;

#[derive(Template)]
#[template(path = "calendar.html")]
struct Calendar {
    f: Frame,
    /// The month and its year.
    month: String,
    weekdays: Vec<String>,
    /// Its days by weeks, Monday first: 0 where a cell is of another month.
    weeks: Vec<Vec<u8>>,
    today: u8,
    /// Minutes that the clock it goes by is ahead of UTC.
    offset: i16,
}

impl Calendar {
    fn script(&self) -> String {
        assets::path("calendar.js")
    }
}

/// `POST /leave`. Asks for no token: locking harms nobody, and must work from the oldest page.
pub(crate) async fn leave<H: Host>(State(app): State<Arc<App<H>>>) -> Response {
    app.lock();
    let mut answer = on_to("/calendar");
    // A browser keeps pages for its back button, whatever they ask, until the cookie that they were shown with changes.
    let fresh = cookie(SESSION, app.port(), app.new_cookie().as_str(), 0);
    answer.headers_mut().insert(header::SET_COOKIE, fresh);
    answer.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    answer
}

/// The days of a month by weeks, for a day of it and that day's weekday, Monday being 0.
fn weeks(day: u8, weekday: u8, days: u8) -> Vec<Vec<u8>> {
    // The first lies as many weekdays before the day as it lies days before it.
    let before = (i16::from(weekday) - i16::from(day) + 1).rem_euclid(7);
    let cell = |at: i16| u8::try_from(at - before + 1).ok().filter(|day| (1..=days).contains(day)).unwrap_or_default();
    let last = before + i16::from(days);
    (0..last).step_by(7).map(|first| (first..first + 7).map(cell).collect()).collect()
}

/// `GET /calendar`: this month, as any calendar shows it, by the clock that is `offset=MINUTES` ahead of UTC. Where the
/// browser does not say so, by that of the settings with which this device was last unlocked.
pub(crate) async fn calendar<H: Host>(
    State(app): State<Arc<App<H>>>,
    mut visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Page, Problem> {
    visitor.role = None;
    let now = app.host.now_ms();
    let asked = times::offset(first(&of_address(query)?, "offset"));
    let offset = asked.unwrap_or(app.settings().offset_min);
    let (month, today, days) = times::this_month(visitor.texts, now, offset);
    // The first of January 1970 was a Thursday.
    let number = day_number(i64::try_from(now).unwrap_or_default(), offset);
    let weekday = u8::try_from((number + 3).rem_euclid(7)).unwrap_or_default();
    let weekdays = (1..=7).map(|day| visitor.texts.of("weekday", &day.to_string())).collect();
    let weeks = weeks(today, weekday, days);
    render(&Calendar { f: Frame::new(&visitor, ""), month, weekdays, weeks, today, offset })
}

#[cfg(test)]
mod tests {
    use super::weeks;
    use crate::testing::{Browser, PASSPHRASE};

    /// Guards against a calendar that anybody sees to be none: a wrong weekday, a day too many.
    #[test]
    fn a_month_begins_on_its_weekday_and_has_its_days() {
        // The 20th of November 2025 was a Thursday, the 1st a Saturday.
        let november = weeks(20, 3, 30);
        assert_eq!(november[0], [0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(november[4], [24, 25, 26, 27, 28, 29, 30]);
        // February 2021 began on a Monday and filled four weeks.
        assert_eq!(weeks(28, 6, 28).len(), 4);
        assert_eq!(weeks(31, 0, 31).last().unwrap()[0], 31);
    }

    /// Guards against a calendar that is a day behind in the evening or early in the morning, which nobody's is.
    #[test]
    fn the_calendar_goes_by_the_clock_of_its_browser_and_by_the_settings_without_one() {
        let mut browser = Browser::begun();
        let today = |body: &str| {
            let cell = body.split("aria-current=\"date\"><span>").nth(1).unwrap();
            let month = body.split("<h1 id=\"month\">").nth(1).unwrap();
            format!("{} {}", cell.split('<').next().unwrap(), month.split('<').next().unwrap())
        };
        // From noon of 20 November 2025 by UTC to 23:30 of the 30th.
        browser.advance((10 * 24 * 60 + 690) * 60_000);
        assert_eq!(today(&browser.get("/calendar").body), "30 November 2025");
        assert_eq!(today(&browser.get("/calendar?offset=60").body), "1 December 2025");
        assert_eq!(today(&browser.get("/calendar?offset=-60").body), "30 November 2025");
        for odd in ["61", "6000", "x", ""] {
            assert_eq!(today(&browser.get(&format!("/calendar?offset={odd}")).body), "30 November 2025", "{odd}");
        }
        browser.get("/");
        browser.post("/unlock", &[("passphrase", PASSPHRASE)]);
        browser.get("/settings");
        browser.post("/settings", &[("hours", "1")]);
        browser.post("/leave", &[]);
        assert_eq!(today(&browser.get("/calendar").body), "1 December 2025");
        let arabic = browser.get_with("/calendar?offset=60", &[("accept-language", "ar")]).body;
        assert_eq!(today(&arabic), "١ ديسمبر ٢٠٢٥");
    }

    /// Guards against a page that stays open, or a back button that shows it again.
    #[test]
    fn one_tap_locks_every_browser_and_shows_a_calendar() {
        let mut browser = Browser::begun();
        let before = browser.cookie();
        let answer = browser.post_raw("/leave", "", &[]);
        assert_ne!(browser.cookie(), before, "with the same cookie the back button shows the page again");
        assert_eq!(answer.header("clear-site-data"), "\"cache\"");
        assert_eq!((answer.status, answer.location.as_str()), (303, "/calendar"));
        for path in ["/report", "/reports", "/settings"] {
            assert_eq!(browser.get(path).location, "/", "{path}");
        }
        let page = browser.get("/calendar").body;
        assert!(!page.contains("/report") && !page.to_lowercase().contains("azalai"));
    }

    /// Guards against a device that stays open on a table.
    #[test]
    fn rest_locks_and_polling_is_rest() {
        let mut browser = Browser::begun();
        browser.advance(9 * 60_000);
        assert_eq!(browser.get("/reports").status, 200);
        browser.advance(9 * 60_000);
        assert_eq!(browser.get_with("/reports", &[("x-quiet", "1")]).status, 200);
        browser.advance(2 * 60_000);
        assert_eq!(browser.get("/reports").location, "/");
    }
}
