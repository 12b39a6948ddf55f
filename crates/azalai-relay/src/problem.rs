//! Errors as clients see them: `application/problem+json` (RFC 9457). What went wrong inside goes to the log only.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// An error for a client: what was wrong with its request, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: String,
}

impl Problem {
    /// `kind` ends the type URI and never changes; `title` says the same in words; `detail` is about this request.
    #[must_use]
    pub fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, kind, title, detail: detail.into() }
    }

    /// Something failed here; what it was is for the log.
    #[must_use]
    pub fn internal() -> Self {
        let detail = "The request was not carried out; nothing that was acknowledged is lost. Try again later.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something failed here", detail)
    }

    /// Too much is going on.
    #[must_use]
    pub fn busy() -> Self {
        let detail = "Too many requests are under way. Try again in a while.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy", detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::json!({
            "type": format!("urn:azalai:problem:{}", self.kind),
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let json = HeaderValue::from_static("application/problem+json");
        (self.status, [(header::CONTENT_TYPE, json)], body.to_string()).into_response()
    }
}
