//! The routes of a responder: all of them, in one place.
//!
//! | route | answer |
//! |---|---|
//! | `GET /health` | that it is up |
//! | `GET /azalai/1/key` | the key document |
//! | `POST /azalai/1/exchange` | the encapsulated reply to an encapsulated request |

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use azalai_store::Store;
use azalai_sync::capsule::{CapsuleError, EXCHANGE_ROUTE};
use azalai_sync::limits::{MAX_REPLY_BYTES, MAX_REQUEST_BYTES};
use azalai_sync::{Budget, RespondError, Responder};
use rand_core::UnwrapErr;
use tokio::sync::{Notify, Semaphore};

use crate::bodies::{Reply, drain, read, too_large};
use crate::limits::Limits;
use crate::problem::Problem;
use crate::room::Room;

/// What the routes need of the program around them.
#[derive(Clone)]
pub struct Host {
    clock: Arc<dyn Fn() -> u64 + Send + Sync>,
    log: Arc<dyn Fn(&str) + Send + Sync>,
    keeps_days: Option<u16>,
}

impl Host {
    /// `clock`: milliseconds since 1970. `log`: takes one line about what failed inside; it never names a peer.
    pub fn new(clock: impl Fn() -> u64 + Send + Sync + 'static, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), log: Arc::new(log), keeps_days: None }
    }

    /// Says at `/health` for how many days letters are kept.
    #[must_use]
    pub const fn keeping(mut self, days: Option<u16>) -> Self {
        self.keeps_days = days;
        self
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Host")
    }
}

/// What [`crate::serve`] gives to each request of its connection.
#[derive(Clone, Default)]
pub(crate) struct Connection {
    pub(crate) budget: Arc<Mutex<Budget>>,
    /// Ends the connection.
    pub(crate) cut: Arc<Notify>,
}

struct App<S> {
    responder: Arc<Responder<S>>,
    host: Host,
    bodies: Arc<Room>,
    replies: Arc<Room>,
    work: Arc<Semaphore>,
}

impl<S> Clone for App<S> {
    fn clone(&self) -> Self {
        Self {
            responder: Arc::clone(&self.responder),
            host: self.host.clone(),
            bodies: Arc::clone(&self.bodies),
            replies: Arc::clone(&self.replies),
            work: Arc::clone(&self.work),
        }
    }
}

/// The routes over a responder, under the limits that the constants say. Served by [`crate::serve`], every connection
/// has a budget of its own, and slow bodies are given up; served otherwise, every request has a budget, and a body may
/// take for ever.
pub fn router<S: Store + Clone + 'static>(responder: Arc<Responder<S>>, host: Host) -> Router {
    router_within(&Limits::default(), responder, host)
}

/// [`router`] under other limits.
pub fn router_within<S: Store + Clone + 'static>(limits: &Limits, responder: Arc<Responder<S>>, host: Host) -> Router {
    let bodies = Room::new(limits.bodies_bytes, limits);
    let replies = Room::new(limits.replies_bytes, limits);
    let app = App { responder, host, bodies, replies, work: Arc::new(Semaphore::new(limits.at_work)) };
    Router::new()
        .route("/health", get(health::<S>))
        .route("/azalai/1/key", get(key::<S>))
        .route(EXCHANGE_ROUTE, post(exchange::<S>))
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app)
}

async fn health<S: Store + Clone>(State(app): State<App<S>>) -> Response {
    let json = HeaderValue::from_static("application/json");
    let body = match app.host.keeps_days {
        None => r#"{"status":"ok"}"#.to_owned(),
        Some(days) => format!(r#"{{"status":"ok","keeps_days":{days}}}"#),
    };
    ([(header::CONTENT_TYPE, json)], body).into_response()
}

async fn key<S: Store + Clone>(State(app): State<App<S>>) -> Response {
    binary(app.responder.key_document().encode())
}

fn binary(body: impl IntoResponse) -> Response {
    let kind = HeaderValue::from_static("application/octet-stream");
    ([(header::CONTENT_TYPE, kind)], body).into_response()
}

async fn not_found(uri: Uri) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not-found", "No such page", format!("There is nothing at {}.", uri.path()))
}

async fn wrong_method(method: Method, uri: Uri) -> Problem {
    let detail = format!("{} does not take {method}.", uri.path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "Another method is needed", detail)
}

async fn exchange<S: Store + Clone + 'static>(
    State(app): State<App<S>>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let length = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let length: usize = length.ok_or_else(|| {
        let detail = "The request's Content-Length is missing or no length.";
        Problem::new(StatusCode::LENGTH_REQUIRED, "length", "A length is needed", detail)
    })?;
    if length > MAX_REQUEST_BYTES {
        // Whoever waits to be told to go on is told not to; others read no answer before they have written all.
        if !parts.headers.contains_key(header::EXPECT) {
            drain(body).await;
        }
        return Err(too_large(length));
    }
    let (body, room) = read(body, length, &app.bodies).await?;
    let connection = parts.extensions.get::<Connection>().cloned().unwrap_or_default();
    let turn = Arc::clone(&app.work).acquire_owned().await.map_err(|_| Problem::busy())?;
    let reply_room = app.replies.hold(connection.cut);
    reply_room.grow(MAX_REPLY_BYTES).await.map_err(|_| Problem::busy())?;
    let App { responder, host, .. } = app;
    let log = Arc::clone(&host.log);
    let runtime = tokio::runtime::Handle::current();
    // Most of a request is checking signatures: on threads of its own, several at a time. What it holds goes with it:
    // the work goes on, and takes memory, when its client has hung up.
    let work = tokio::task::spawn_blocking(move || {
        let _held = (turn, room);
        // One connection has one request at a time. A panic in one must not spoil the connection's next.
        let mut budget = connection.budget.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rng = UnwrapErr(getrandom::SysRng);
        let reply = runtime.block_on(responder.respond(&body, (host.clock)(), &mut budget, &mut rng));
        drop(body);
        (reply, reply_room)
    });
    match work.await {
        Ok((Ok(reply), room)) => Ok(binary(Reply::new(reply, room))),
        Ok((Err(error), _)) => Err(problem(&error, &*log)),
        Err(panicked) => {
            log(&format!("a request ended in a panic: {panicked}"));
            Err(Problem::internal())
        }
    }
}

/// What a client is told of why its request was not answered.
fn problem(error: &RespondError, log: &(dyn Fn(&str) + Send + Sync)) -> Problem {
    let detail = error.to_string();
    match error {
        RespondError::Capsule(CapsuleError::TooLarge { what: "request", got, .. }) => too_large(*got),
        RespondError::Capsule(CapsuleError::TooLarge { .. }) => {
            log(&detail);
            Problem::internal()
        }
        RespondError::Capsule(_) => {
            let title = "Not a request that can be opened here";
            Problem::new(StatusCode::BAD_REQUEST, "capsule", title, detail)
        }
        RespondError::UnknownProject => {
            Problem::new(StatusCode::NOT_FOUND, "unknown-project", "The project is not carried here", detail)
        }
        RespondError::UnknownEpoch { .. } => {
            Problem::new(StatusCode::FORBIDDEN, "unknown-epoch", "The posting epoch is not known here", detail)
        }
        RespondError::NotMember(_) => {
            Problem::new(StatusCode::FORBIDDEN, "not-member", "Membership was not shown", detail)
        }
        RespondError::Body(_) => {
            Problem::new(StatusCode::BAD_REQUEST, "request", "The request has another form", detail)
        }
        RespondError::Store(_) => {
            log(&detail);
            Problem::internal()
        }
    }
}
