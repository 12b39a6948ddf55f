//! Leaving fast: one tap locks, and an ordinary page is shown that says nothing of what this is.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::on_to;
use crate::app::App;
use crate::frame::{Frame, Page, render};
use crate::gate::{SESSION, Visitor, cookie};
use crate::host::Host;
use crate::problem::Problem;
use crate::times;

#[derive(Template)]
#[template(path = "calendar.html")]
struct Calendar {
    f: Frame,
    today: String,
    days: Vec<String>,
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

/// `GET /calendar`: today and the two weeks that follow.
pub(crate) async fn calendar<H: Host>(State(app): State<Arc<App<H>>>, mut visitor: Visitor) -> Result<Page, Problem> {
    visitor.role = None;
    let now = app.host.now_ms();
    let day = |ahead: u64| times::day(visitor.texts, now + ahead * 86_400_000, 0);
    let (today, days) = (day(0), (1..14).map(day).collect());
    render(&Calendar { f: Frame::new(&visitor, ""), today, days })
}

#[cfg(test)]
mod tests {
    use crate::testing::Browser;

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
