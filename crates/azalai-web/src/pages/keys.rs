//! The keys that spare a mouse, and a switch for whoever speaks to the machine instead of typing.

use askama::Template;

use super::staff::Staff;
use crate::frame::{Frame, Page, render};
use crate::problem::Problem;

/// What each key does: the key, and its name in the family `key`.
pub(crate) const KEYS: [(&str, &str); 12] = [
    ("j", "next"),
    ("k", "before"),
    ("Enter", "into"),
    ("l", "link"),
    ("n", "new"),
    ("s", "aside"),
    ("r", "rumour"),
    ("g", "grade"),
    ("1–5", "likely"),
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
