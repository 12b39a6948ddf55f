//! The style, the script and the pictures: in the program, named by what is in them so that a browser may keep them.

use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use azalai_envelope::ids::{derive8, to_hex};

use crate::problem::Problem;

/// Name, type, content.
static ASSETS: &[(&str, &str, &str)] = &[
    ("app.css", "text/css; charset=utf-8", include_str!("../static/app.css")),
    ("desk.css", "text/css; charset=utf-8", include_str!("../static/desk.css")),
    ("app.js", "text/javascript; charset=utf-8", include_str!("../static/app.js")),
    ("editor.js", "text/javascript; charset=utf-8", include_str!("../static/editor.js")),
    ("categories.svg", "image/svg+xml", include_str!(concat!(env!("OUT_DIR"), "/categories.svg"))),
    ("map.css", "text/css; charset=utf-8", include_str!("../static/map.css")),
    ("map.js", "text/javascript; charset=utf-8", include_str!("../static/map.js")),
    ("map-land.js", "text/javascript; charset=utf-8", include_str!("../static/map-land.js")),
    ("strength.js", "text/javascript; charset=utf-8", include_str!("../static/strength.js")),
    ("point.js", "text/javascript; charset=utf-8", include_str!("../static/point.js")),
    ("map-own.js", "text/javascript; charset=utf-8", include_str!("../static/map-own.js")),
    ("map-tiles.js", "text/javascript; charset=utf-8", include_str!("../vendor/pmtiles/pmtiles.js")),
    ("map-images.js", "text/javascript; charset=utf-8", include_str!("../static/map-images.js")),
    ("map-base.json", "application/json", include_str!("../../../seeds/map/base.json")),
    ("map-draw.mjs", "text/javascript; charset=utf-8", include_str!("../vendor/maplibre-gl/maplibre-gl.mjs")),
    ("map-work.mjs", "text/javascript; charset=utf-8", include_str!("../vendor/maplibre-gl/maplibre-gl-worker.mjs")),
    ("calendar.js", "text/javascript; charset=utf-8", include_str!("../static/calendar.js")),
    ("keys.js", "text/javascript; charset=utf-8", include_str!("../static/keys.js")),
    ("ways.svg", "image/svg+xml", include_str!("../static/ways.svg")),
];

/// What is in each asset, in a few digits; taken once, since some are large.
fn prints() -> &'static [String] {
    static CELL: OnceLock<Vec<String>> = OnceLock::new();
    let print = |content: &str| to_hex(&derive8("azalai 1 asset", &[content.as_bytes()]));
    CELL.get_or_init(|| ASSETS.iter().map(|(_, _, content)| print(content)).collect())
}

/// Where an asset is.
pub(crate) fn path(name: &str) -> String {
    let found = ASSETS.iter().zip(prints()).find(|((known, _, _), _)| *known == name);
    format!("/static/{}/{name}", found.map_or("", |(_, print)| print))
}

/// `GET /static/PRINT/NAME`.
pub(crate) async fn get(Path((wanted, name)): Path<(String, String)>) -> Result<Response, Problem> {
    let found = ASSETS.iter().zip(prints()).find(|((known, _, _), print)| *known == name && **print == wanted);
    let ((_, kind, content), _) = found.ok_or_else(Problem::not_found)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable")),
    ];
    Ok((headers, *content).into_response())
}
