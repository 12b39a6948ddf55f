//! What went wrong, for the person who sees it: what happened, whether anything was lost, what to do.
//!
//! A handler returns a problem; the gate renders it in the person's language. What failed inside goes to the log and
//! never into a page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_node::NodeError;
use azalai_store::StoreError;

/// Kinds of problems: each has the messages `problem-KIND-what`, `-lost` and `-do`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nobody has unlocked, or the session ended: the unlock page is shown instead.
    Locked,
    /// The home holds no project yet: first start is shown instead.
    Empty,
    /// There is nothing under this address.
    NotFound,
    /// The form is from before the last unlocking.
    Stale,
    /// The form came from elsewhere, or asks for another host.
    Foreign,
    /// The form is larger than any honest one, or no form.
    Form,
    /// The device's storage is full.
    Full,
    /// The role does not allow it.
    Denied,
    /// It complains of a body, and somebody of that body would read it.
    Body,
    /// Something failed here.
    Inside,
}

impl Kind {
    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 10] = [
        Self::Locked,
        Self::Empty,
        Self::NotFound,
        Self::Stale,
        Self::Foreign,
        Self::Form,
        Self::Full,
        Self::Denied,
        Self::Body,
        Self::Inside,
    ];

    /// How messages name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Locked => "locked",
            Self::Empty => "empty",
            Self::NotFound => "not-found",
            Self::Stale => "stale",
            Self::Foreign => "foreign",
            Self::Form => "form",
            Self::Full => "full",
            Self::Denied => "denied",
            Self::Body => "body",
            Self::Inside => "inside",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Locked => StatusCode::UNAUTHORIZED,
            Self::Empty => StatusCode::CONFLICT,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Stale => StatusCode::CONFLICT,
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::Form => StatusCode::BAD_REQUEST,
            Self::Full => StatusCode::INSUFFICIENT_STORAGE,
            Self::Denied | Self::Body => StatusCode::FORBIDDEN,
            Self::Inside => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// A problem on its way to the gate.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) kind: Kind,
    /// For the log only.
    pub(crate) inside: Option<String>,
}

impl Problem {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, inside: None }
    }

    pub(crate) fn locked() -> Self {
        Self::new(Kind::Locked)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(Kind::NotFound)
    }

    pub(crate) fn inside(why: impl core::fmt::Display) -> Self {
        Self { kind: Kind::Inside, inside: Some(why.to_string()) }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.kind.status()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<NodeError> for Problem {
    fn from(error: NodeError) -> Self {
        let kind = match &error {
            NodeError::Store(StoreError::Full { .. }) => Kind::Full,
            NodeError::Denied(_) => Kind::Denied,
            NodeError::OfBody(_) => Kind::Body,
            NodeError::NotFound(_) => Kind::NotFound,
            NodeError::NoHome => Kind::Empty,
            _ => return Self::inside(error),
        };
        Self { kind, inside: Some(error.to_string()) }
    }
}

impl From<askama::Error> for Problem {
    fn from(error: askama::Error) -> Self {
        Self::inside(error)
    }
}
