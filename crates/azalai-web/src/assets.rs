//! The style, the script and the pictures: in the program, named by what is in them so that a browser may keep them.

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use azalai_envelope::ids::{derive8, to_hex};

use crate::problem::Problem;

/// Name, type, content.
static ASSETS: &[(&str, &str, &str)] = &[
    ("app.css", "text/css; charset=utf-8", include_str!("../static/app.css")),
    ("app.js", "text/javascript; charset=utf-8", include_str!("../static/app.js")),
    ("ways.svg", "image/svg+xml", include_str!("../static/ways.svg")),
];

fn print(content: &str) -> String {
    to_hex(&derive8("azalai 1 asset", &[content.as_bytes()]))
}

/// Where an asset is.
pub(crate) fn path(name: &str) -> String {
    let content = ASSETS.iter().find(|(known, _, _)| *known == name).map_or("", |(_, _, content)| content);
    format!("/static/{}/{name}", print(content))
}

/// `GET /static/PRINT/NAME`.
pub(crate) async fn get(Path((wanted, name)): Path<(String, String)>) -> Result<Response, Problem> {
    let found = ASSETS.iter().find(|(known, _, content)| *known == name && print(content) == wanted);
    let (_, kind, content) = found.ok_or_else(Problem::not_found)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable")),
    ];
    Ok((headers, *content).into_response())
}
