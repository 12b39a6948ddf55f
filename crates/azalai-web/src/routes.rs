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
use crate::limits::{MAX_EVIDENCE_UPLOAD_BYTES, MAX_LETTERS_UPLOAD_BYTES, MAX_PACK_UPLOAD_BYTES, MAX_UPLOAD_BYTES};
use crate::pages::{
    check, editor, evidence, evidence_check, exchange, ground, inbox, incident, incident_edits, incidents, invite,
    keys, leave, map, member, members, new_passphrase, notice_new, notices, pack, passphrase, point, project,
    quarantine, readers, removal, report, reports, settings, shed, sheets, start, unlock, upkeep, vault,
};
use crate::problem::Problem;

/// What answers a browser's requests.
pub type Pages = Router;

/// The pages over the state of one device.
pub fn router<H: Host>(app: Arc<App<H>>) -> Pages {
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
        .route("/reports/{report}/forget", get(shed::get::<H>).post(shed::post::<H>))
        .route("/reports/{report}/retract", post(reports::retract::<H>))
        .route("/notices", get(notices::get::<H>))
        .route("/notices/new", get(notice_new::get::<H>))
        .route("/notices/check", post(notice_new::check::<H>))
        .route("/notices/discard", post(notice_new::discard::<H>))
        .route("/notices/send", post(notice_new::send::<H>))
        .route("/evidence", get(evidence_check::get))
        .route(
            "/evidence/check",
            post(evidence_check::post::<H>).layer(DefaultBodyLimit::max(MAX_EVIDENCE_UPLOAD_BYTES)),
        )
        .route("/evidence/{id}", get(evidence::get::<H>).post(evidence::post::<H>))
        .route("/exchange", get(exchange::get::<H>))
        .route("/exchange/start", post(exchange::start::<H>))
        .route("/exchange/stop", post(exchange::stop::<H>))
        .route("/exchange/take", post(exchange::take::<H>))
        .route("/exchange/bring", post(exchange::bring::<H>).layer(DefaultBodyLimit::max(MAX_LETTERS_UPLOAD_BYTES)))
        .route("/inbox", get(inbox::get::<H>))
        .route("/inbox/{report}/link", post(inbox::link::<H>))
        .route("/inbox/{report}/new", post(inbox::begin::<H>))
        .route("/inbox/{report}/aside", post(inbox::aside::<H>))
        .route("/inbox/{report}/back", post(inbox::take_back::<H>))
        .route("/incidents", get(incidents::get::<H>))
        .route("/incidents/{id}", get(incident::get::<H>).post(incident_edits::post::<H>))
        .route("/keys", get(keys::get))
        .route("/members", get(members::get::<H>))
        .route("/members/admit", post(members::admit::<H>))
        .route("/members/revoke", post(members::revoke::<H>))
        .route("/members/aside", get(quarantine::list::<H>))
        .route("/members/aside/{statement}", get(quarantine::one::<H>))
        .route("/members/aside/{statement}/adopt", post(quarantine::adopt::<H>))
        .route("/members/invite", get(invite::get::<H>).post(invite::post::<H>))
        .route("/members/invite/{form}", get(invite::made::<H>))
        .route("/members/invite/{form}/file", get(invite::file::<H>))
        .route("/members/invite/{form}/done", post(invite::done::<H>))
        .route("/members/project", get(project::get::<H>))
        .route("/members/project/admission", post(project::admission::<H>))
        .route("/members/project/area", post(upkeep::add_area::<H>))
        .route("/members/project/rotate", post(upkeep::rotate::<H>))
        .route(
            "/members/project/pack",
            get(pack::get::<H>).post(pack::look::<H>).layer(DefaultBodyLimit::max(MAX_PACK_UPLOAD_BYTES)),
        )
        .route("/members/project/pack/file", get(pack::file::<H>))
        .route("/members/project/pack/use", post(pack::bring::<H>))
        .route("/members/project/relay", post(project::certify::<H>))
        .route("/members/project/relay/{form}", get(project::certificate_made::<H>))
        .route("/members/project/certificate/{relay}", get(project::certificate::<H>))
        .route("/members/{key}", get(member::get::<H>))
        .route("/members/{key}/bodies", post(member::bodies::<H>))
        .route("/members/{key}/grant", post(member::grant::<H>))
        .route("/members/{key}/remove", get(removal::get::<H>).post(removal::post::<H>))
        .route("/readers/{id}", get(readers::get::<H>))
        .route("/map", get(map::get::<H>))
        .route("/map/points", get(map::points::<H>))
        .route("/map/names", get(map::names::<H>))
        .route("/map/ground", get(ground::get::<H>))
        .route("/map/cards", get(map::cards::<H>))
        .route("/places", get(editor::places::<H>))
        .route("/places/towns", get(point::get::<H>))
        .route("/settings", get(settings::get::<H>).post(settings::post::<H>))
        .route("/settings/second", get(vault::get).post(vault::post::<H>))
        .route("/settings/sheets", get(sheets::get).post(sheets::make::<H>))
        .route("/sheets", get(sheets::ask).post(sheets::open::<H>))
        .route("/settings/shedding", post(shed::setting::<H>))
        .route("/settings/passphrase", get(new_passphrase::get::<H>).post(new_passphrase::post::<H>))
        .route("/passphrase/strength", post(new_passphrase::strength))
        .route("/static/{print}/{name}", get(assets::get))
        .fallback(|| async { Problem::not_found() })
        .layer(DefaultBodyLimit::max(MAX_UPLOAD_BYTES))
        .layer(from_fn_with_state(Arc::clone(&app), gate::<H>))
        .with_state(app)
}
