//! Every route of the pages, in one place.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::app::App;
use crate::assets;
use crate::gate::gate;
use crate::host::Host;
use crate::limits::MAX_UPLOAD_BYTES;
use crate::pages::{check, editor, leave, passphrase, report, reports, settings, start, unlock};
use crate::problem::Problem;

/// The pages over the state of one device.
pub fn router<H: Host>(app: Arc<App<H>>) -> Router {
    Router::new()
        .route("/", get(unlock::home::<H>))
        .route("/unlock", post(unlock::unlock::<H>))
        .route("/leave", post(leave::leave::<H>))
        .route("/calendar", get(leave::calendar::<H>))
        .route("/language", post(start::choose::<H>))
        .route("/start", get(start::language::<H>))
        .route("/start/how", get(start::how::<H>))
        .route("/start/join", get(start::join::<H>).post(start::join_with::<H>))
        .route("/start/found", get(start::found::<H>).post(start::found_with::<H>))
        .route("/start/passphrase", get(passphrase::get::<H>).post(passphrase::post::<H>))
        .route("/start/ready", get(passphrase::ready::<H>))
        .route("/report", get(report::get::<H>).post(report::post::<H>))
        .route("/report/{draft}", get(editor::get::<H>).post(editor::post::<H>))
        .route("/report/{draft}/check", get(check::get::<H>).post(check::post::<H>))
        .route("/report/{draft}/discard", post(editor::discard::<H>))
        .route("/reports", get(reports::list::<H>))
        .route("/reports/{report}", get(reports::one::<H>))
        .route("/reports/{report}/correct", post(reports::correct::<H>))
        .route("/reports/{report}/retract", post(reports::retract::<H>))
        .route("/places", get(editor::places))
        .route("/settings", get(settings::get::<H>).post(settings::post::<H>))
        .route("/static/{print}/{name}", get(assets::get))
        .fallback(|| async { Problem::not_found() })
        .layer(DefaultBodyLimit::max(MAX_UPLOAD_BYTES))
        .layer(from_fn_with_state(Arc::clone(&app), gate::<H>))
        .with_state(app)
}
