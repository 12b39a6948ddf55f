//! Errors as clients see them: `application/problem+json` (RFC 9457). What went wrong inside goes to the log only.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

const JSON: &str = "application/problem+json";

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

    /// The head of a request could not be read, so that it never came to a route. `status`: what its fault is.
    pub(crate) fn head(status: StatusCode) -> Self {
        let detail = match status {
            StatusCode::URI_TOO_LONG => "The request's address is too long.",
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => "The request's head has too many headers or is too long.",
            StatusCode::HTTP_VERSION_NOT_SUPPORTED => "This is HTTP/2; only HTTP/1.1 is spoken here.",
            _ => "This is no request of HTTP/1.1, or what came before it was longer than its Content-Length.",
        };
        Self::new(status, "head", "The request's head cannot be read", detail)
    }

    fn body(&self) -> String {
        let body = serde_json::json!({
            "type": format!("urn:azalai:problem:{}", self.kind),
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        body.to_string()
    }

    /// The whole answer as it is on the wire, the last on its connection.
    pub(crate) fn on_the_wire(&self) -> String {
        let body = self.body();
        let (status, len) = (self.status, body.len());
        format!("HTTP/1.1 {status}\r\ncontent-type: {JSON}\r\ncontent-length: {len}\r\nconnection: close\r\n\r\n{body}")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let json = HeaderValue::from_static(JSON);
        (self.status, [(header::CONTENT_TYPE, json)], self.body()).into_response()
    }
}
