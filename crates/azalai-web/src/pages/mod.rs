//! The pages: one file each, with what it shows, what it does, and its test.

pub(crate) mod check;
pub(crate) mod editor;
pub(crate) mod evidence;
pub(crate) mod evidence_check;
pub(crate) mod exchange;
pub(crate) mod ground;
pub(crate) mod inbox;
pub(crate) mod incident;
pub(crate) mod incident_edits;
pub(crate) mod incidents;
pub(crate) mod invite;
pub(crate) mod keys;
pub(crate) mod leave;
mod letter;
pub(crate) mod likeness;
pub(crate) mod map;
pub(crate) mod member;
pub(crate) mod members;
pub(crate) mod new_passphrase;
pub(crate) mod notice_new;
pub(crate) mod notices;
pub(crate) mod pack;
pub(crate) mod passphrase;
pub(crate) mod point;
pub(crate) mod problem;
pub(crate) mod project;
pub(crate) mod quarantine;
pub(crate) mod readers;
mod received;
pub(crate) mod removal;
pub(crate) mod report;
pub(crate) mod reports;
pub(crate) mod settings;
pub(crate) mod shed;
pub(crate) mod sheets;
pub(crate) mod staff;
pub(crate) mod start;
pub(crate) mod unlock;
pub(crate) mod upkeep;
pub(crate) mod vault;

use axum::response::{IntoResponse, Redirect, Response};

/// On to another page after a form: going back does not send the form again.
pub(crate) fn on_to(path: &str) -> Response {
    Redirect::to(path).into_response()
}
