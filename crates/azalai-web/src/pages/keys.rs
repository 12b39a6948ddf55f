//! The keys that spare a mouse, and a switch for whoever speaks to the machine instead of typing.

use askama::Template;

use super::staff::Staff;
use crate::frame::{Frame, Page, render};
use crate::problem::Problem;

/// What each key does: the key, and its name in the family `key`.
pub(crate) const KEYS: [(&str, &str); 13] = [
    ("j", "next"),
    ("k", "before"),
    ("Enter", "into"),
    ("l", "link"),
    ("n", "new"),
    ("s", "aside"),
    ("r", "rumour"),
    ("g", "grade"),
    ("1–3", "likely"),
    ("f", "filter"),
    ("i", "inbox"),
    ("c", "incidents"),
    ("?", "help"),
];

#[derive(Template)]
#[template(path = "keys.html")]
struct KeysPage {
    f: Frame,
    keys: &'static [(&'static str, &'static str)],
}

/// `GET /keys`.
pub(crate) async fn get(Staff(visitor): Staff) -> Result<Page, Problem> {
    render(&KeysPage { f: Frame::new(&visitor, "inbox"), keys: &KEYS })
}

#[cfg(test)]
mod tests {
    use super::KEYS;

    /// Guards against a key that the page names and the script or no page knows.
    #[test]
    fn every_key_that_is_listed_stands_for_something() {
        let script = include_str!("../../static/keys.js");
        let pages =
            [include_str!("../../templates/inbox.html"), include_str!("../../templates/incident.html")].concat();
        for (key, _) in KEYS.iter().filter(|(key, _)| *key != "1–3") {
            let known = script.contains(&format!("\"{key}\"")) || pages.contains(&format!("data-key=\"{key}\""));
            assert!(known, "{key}");
        }
        assert!(pages.contains("data-key=\"{{ loop.index }}\""));
        let page = crate::testing::Browser::begun().get("/keys");
        assert!(page.status == 200 && page.body.contains("<kbd dir=\"ltr\">?</kbd>"));
    }
}
