//! The one door that every request passes: is it for this host, from these pages, by somebody who unlocked? And what
//! every answer carries so that a browser asks nobody else and shows nothing to other pages.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use azalai_roster::Role;
use futures_lite::FutureExt as _;

use crate::app::App;
use crate::frame::Frame;
use crate::host::Host;
use crate::pages;
use crate::problem::{Kind, Problem};
use crate::sessions::CookieId;
use crate::texts::{Texts, named, preferred};

/// What a page may load and where it may lead; a page that needs more names it in an answer of its own.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What every answer carries.
const HEADERS: [(&str, &str); 8] = [
    ("content-security-policy", POLICY),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"),
    ("cache-control", "no-store"),
];

/// Gives an answer what every answer carries, where it does not say otherwise itself.
pub(crate) fn dress(response: &mut Response) {
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) texts: &'static Texts,
    pub(crate) cookie: CookieId,
    pub(crate) token: String,
    /// As what this device's person takes part, if it is unlocked here.
    pub(crate) role: Option<Role>,
    /// Milliseconds of rest after which the device locks, counted from now.
    pub(crate) idle_ms: u64,
    /// Notices that were not shown on this device yet.
    pub(crate) unread: usize,
}

impl Visitor {
    /// Whom the gate put in.
    pub(crate) fn of(extensions: &Extensions) -> Result<Self, Problem> {
        extensions.get().cloned().ok_or_else(|| Problem::inside("a route outside the gate"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(&parts.extensions)
    }
}

/// Somebody who has unlocked the device.
#[derive(Debug, Clone)]
pub(crate) struct Member(pub(crate) Visitor);

impl<S: Send + Sync> FromRequestParts<S> for Member {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let visitor = Visitor::of(&parts.extensions)?;
        if visitor.role.is_some() { Ok(Self(visitor)) } else { Err(Problem::locked()) }
    }
}

/// A cookie for this port, until the browser closes (`days` 0) or for some days.
pub(crate) fn cookie(name: &str, port: u16, value: &str, days: u32) -> HeaderValue {
    let age = if days == 0 { String::new() } else { format!("; Max-Age={}", days * 86_400) };
    let text = format!("{name}{port}={value}; Path=/; HttpOnly; SameSite=Strict{age}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The name of the session's cookie, before the port.
pub(crate) const SESSION: &str = "s";
/// The query of an address that a page asks for by itself, where it can send no header.
const QUIET: &str = "quiet=1";
/// The name of the language's cookie, before the port.
pub(crate) const LANGUAGE: &str = "l";

fn cookie_of<'a>(headers: &'a HeaderMap, name: &str, port: u16) -> Option<&'a str> {
    let wanted = format!("{name}{port}");
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

/// Whether the request names this host. Another name that leads here is somebody else's page in disguise.
pub(crate) fn right_host(headers: &HeaderMap, port: u16, names: &[String], tls: bool) -> Option<String> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().filter(|_| hosts.next().is_none())?.to_str().ok()?;
    // A browser leaves out the port that belongs to https.
    let bare = if tls && port == 443 { Some(host) } else { None };
    let name = host.strip_suffix(&format!(":{port}")).or(bare)?;
    let own = matches!(name, "127.0.0.1" | "localhost" | "[::1]") || names.iter().any(|known| known == name);
    own.then(|| host.to_owned())
}

/// Whether a request that changes something comes from these pages. A page that sends no referrer has the origin
/// "null" here, so what decides is the browser's own word on where the request came from, where it gives it.
fn from_here(headers: &HeaderMap, host: &str, tls: bool) -> bool {
    let scheme = if tls { "https" } else { "http" };
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text("sec-fetch-site");
    match text("origin") {
        Some("null") | None => site.is_none_or(|site| site == "same-origin"),
        Some(origin) => origin == format!("{scheme}://{host}") && site.is_none_or(|site| site == "same-origin"),
    }
}

/// The door.
pub(crate) async fn gate<H: Host>(State(app): State<Arc<App<H>>>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let chosen = cookie_of(headers, LANGUAGE, app.port()).and_then(named);
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let texts = chosen.unwrap_or_else(|| preferred(accepted));
    let kept = cookie_of(headers, SESSION, app.port()).and_then(CookieId::read);
    let (fresh, cookie_id) = match kept {
        Some(id) => (false, id),
        None => (true, app.new_cookie()),
    };
    // What a page asks by itself keeps nobody unlocked.
    let quiet = headers.contains_key("x-quiet") || request.uri().query() == Some(QUIET);
    let session = app.session(&cookie_id, quiet);
    let role = session.map(|session| session.role);
    let token = app.token(&cookie_id);
    let idle_ms = session.map_or(0, |session| app.rest_ms(session));
    let unread = if role.is_some() { app.unread() } else { 0 };
    let visitor = Visitor { texts, cookie: cookie_id.clone(), token, role, idle_ms, unread };
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let allowed = right_host(headers, app.port(), app.names(), app.tls())
        .is_some_and(|host| reads || from_here(headers, &host, app.tls()));
    request.extensions_mut().insert(visitor.clone());
    let mut response = if allowed {
        let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        answer.unwrap_or_else(|_| Problem::inside("a page ended in a panic").into_response())
    } else {
        Problem::new(Kind::Foreign).into_response()
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = shown(&app, &visitor, &problem);
    } else if response.status() == StatusCode::METHOD_NOT_ALLOWED || response.status() == StatusCode::PAYLOAD_TOO_LARGE
    {
        response = shown(&app, &visitor, &Problem::new(Kind::Form));
    }
    dress(&mut response);
    if fresh && !response.headers().contains_key(header::SET_COOKIE) {
        response.headers_mut().insert(header::SET_COOKIE, cookie(SESSION, app.port(), cookie_id.as_str(), 0));
    }
    if app.tls() {
        keep_to_tls(response.headers_mut());
    }
    response
}

/// Marks every cookie so that a browser never sends it without TLS. Here, so that no page can forget it.
fn keep_to_tls(headers: &mut HeaderMap) {
    let cookies: Vec<HeaderValue> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies {
        let marked = HeaderValue::from_bytes(&[cookie.as_bytes(), b"; Secure"].concat());
        headers.append(header::SET_COOKIE, marked.unwrap_or_else(|_| HeaderValue::from_static("")));
    }
}

/// A problem as the visitor sees it.
fn shown<H: Host>(app: &App<H>, visitor: &Visitor, problem: &Problem) -> Response {
    if let Some(inside) = &problem.inside {
        app.host.log(inside);
    }
    match problem.kind {
        Kind::Locked => return Redirect::to("/").into_response(),
        Kind::Empty => return Redirect::to("/start").into_response(),
        _ => {}
    }
    let page = pages::problem::page(Frame::new(visitor, ""), problem.kind);
    match page {
        Ok(page) => (problem.status(), page).into_response(),
        Err(_) => problem.status().into_response(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    /// Guards against a name that leads here by somebody else's doing, and against a device that cannot be called by
    /// the name of its certificate.
    #[test]
    fn over_tls_the_given_names_are_this_host_and_no_others() {
        let names = ["veille.example".to_owned(), "[fd00::1]".to_owned()];
        let host = |text, port| right_host(&headers(&[("host", text)]), port, &names, true).is_some();
        for good in ["veille.example:7711", "[fd00::1]:7711", "localhost:7711"] {
            assert!(host(good, 7711), "{good}");
        }
        for bad in ["evil.example:7711", "veille.example", "veille.example:7712", "x.veille.example:7711", ":7711", ""]
        {
            assert!(!host(bad, 7711), "{bad}");
        }
        assert!(host("veille.example", 443) && !host("evil.example", 443));
        assert!(right_host(&headers(&[("host", "localhost")]), 443, &[], false).is_none());
    }

    /// Guards against a page that was fetched without TLS, where anybody could have changed it, and that then posts.
    #[test]
    fn over_tls_only_pages_that_came_over_tls_may_change_something() {
        let from = |origin, tls| from_here(&headers(&[("origin", origin)]), "veille.example:7711", tls);
        assert!(from("https://veille.example:7711", true) && !from("http://veille.example:7711", true));
        assert!(from("http://veille.example:7711", false) && !from("https://veille.example:7711", false));
    }

    /// Guards against a cookie that a browser would show to a listener.
    #[test]
    fn over_tls_every_cookie_is_kept_to_tls() {
        let mut answer = HeaderMap::new();
        answer.append(header::SET_COOKIE, cookie(SESSION, 7711, "a", 0));
        answer.append(header::SET_COOKIE, cookie(LANGUAGE, 7711, "fr", 1));
        keep_to_tls(&mut answer);
        let all: Vec<&str> = answer.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect();
        assert_eq!(all[0], "s7711=a; Path=/; HttpOnly; SameSite=Strict; Secure");
        assert!(all.len() == 2 && all[1].ends_with("; Secure"), "{all:?}");
    }
}
