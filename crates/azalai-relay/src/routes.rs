//! The routes of a responder: all of them, in one place.
//!
//! | route | answer |
//! |---|---|
//! | `GET /health` | that it is up |
//! | `GET /azalai/1/key` | the key document |
//! | `POST /azalai/1/exchange` | the encapsulated reply to an encapsulated request |

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use azalai_store::Store;
use azalai_sync::capsule::{CapsuleError, EXCHANGE_ROUTE};
use azalai_sync::limits::MAX_REQUEST_BYTES;
use azalai_sync::{Budget, RespondError, Responder};
use hyper::body::Body as _;
use rand_core::UnwrapErr;
use tokio::sync::Semaphore;

use crate::limits::{BODY_TIMEOUT, MAX_AT_WORK, MAX_BODIES_BYTES, MAX_DRAINED_BYTES, ROOM_TIMEOUT};
use crate::problem::Problem;

/// What the routes need of the program around them.
#[derive(Clone)]
pub struct Host {
    clock: Arc<dyn Fn() -> u64 + Send + Sync>,
    log: Arc<dyn Fn(&str) + Send + Sync>,
}

impl Host {
    /// `clock`: milliseconds since 1970. `log`: takes one line about what failed inside; it never names a peer.
    pub fn new(clock: impl Fn() -> u64 + Send + Sync + 'static, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), log: Arc::new(log) }
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Host")
    }
}

/// The budget of one connection, as [`crate::serve`] gives it to each request.
pub(crate) type ConnectionBudget = Arc<Mutex<Budget>>;

struct App<S> {
    responder: Arc<Responder<S>>,
    host: Host,
    bodies: Arc<Semaphore>,
    work: Arc<Semaphore>,
}

impl<S> Clone for App<S> {
    fn clone(&self) -> Self {
        Self {
            responder: Arc::clone(&self.responder),
            host: self.host.clone(),
            bodies: Arc::clone(&self.bodies),
            work: Arc::clone(&self.work),
        }
    }
}

/// The routes over a responder. Served by [`crate::serve`], every connection has a budget of its own; served
/// otherwise, every request has.
pub fn router<S: Store + Clone + 'static>(responder: Arc<Responder<S>>, host: Host) -> Router {
    let bodies = Arc::new(Semaphore::new(MAX_BODIES_BYTES));
    let app = App { responder, host, bodies, work: Arc::new(Semaphore::new(MAX_AT_WORK)) };
    Router::new()
        .route("/health", get(health))
        .route("/azalai/1/key", get(key::<S>))
        .route(EXCHANGE_ROUTE, post(exchange::<S>))
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app)
}

async fn health() -> Response {
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], r#"{"status":"ok"}"#).into_response()
}

async fn key<S: Store + Clone>(State(app): State<App<S>>) -> Response {
    binary(app.responder.key_document().encode())
}

fn binary(bytes: Vec<u8>) -> Response {
    let kind = HeaderValue::from_static("application/octet-stream");
    ([(header::CONTENT_TYPE, kind)], bytes).into_response()
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
    let length: u32 = length.ok_or_else(|| {
        let detail = "The request's Content-Length is missing or no length.";
        Problem::new(StatusCode::LENGTH_REQUIRED, "length", "A length is needed", detail)
    })?;
    if length as usize > MAX_REQUEST_BYTES {
        // Whoever waits to be told to go on is told not to; others read no answer before they have written all.
        if !parts.headers.contains_key(header::EXPECT) {
            let _ = timely(BODY_TIMEOUT, drain(body)).await;
        }
        return Err(too_large(length as usize));
    }
    // Held until the reply is made: memory is bounded by what clients announce, not by how many there are.
    let room = Arc::clone(&app.bodies).acquire_many_owned(length);
    let _room = timely(ROOM_TIMEOUT, room).await.ok_or_else(Problem::busy)?.map_err(|_| Problem::busy())?;
    let body = read(body).await?;
    let _turn = Arc::clone(&app.work).acquire_owned().await.map_err(|_| Problem::busy())?;
    let budget = parts.extensions.get::<ConnectionBudget>().cloned().unwrap_or_default();
    let App { responder, host, .. } = app;
    let log = Arc::clone(&host.log);
    let runtime = tokio::runtime::Handle::current();
    // Most of a request is checking signatures: on threads of its own, several at a time.
    let work = tokio::task::spawn_blocking(move || {
        // One connection has one request at a time. A panic in one must not spoil the connection's next.
        let mut budget = budget.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rng = UnwrapErr(getrandom::SysRng);
        runtime.block_on(responder.respond(&body, (host.clock)(), &mut budget, &mut rng))
    });
    match work.await {
        Ok(Ok(reply)) => Ok(binary(reply)),
        Ok(Err(error)) => Err(problem(&error, &*log)),
        Err(panicked) => {
            log(&format!("a request ended in a panic: {panicked}"));
            Err(Problem::internal())
        }
    }
}

async fn timely<T>(limit: std::time::Duration, wait: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, wait).await.ok()
}

async fn read(body: Body) -> Result<Bytes, Problem> {
    match timely(BODY_TIMEOUT, axum::body::to_bytes(body, MAX_REQUEST_BYTES)).await {
        Some(Ok(bytes)) => Ok(bytes),
        Some(Err(_)) => {
            let detail = "The request's body ended before its Content-Length, or went past it.";
            Err(Problem::new(StatusCode::BAD_REQUEST, "body", "The body is not whole", detail))
        }
        None => {
            let detail = format!("The request's body took more than {} seconds.", BODY_TIMEOUT.as_secs());
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "slow", "Too slow", detail))
        }
    }
}

/// Reads a body that is of no use, up to a point, and keeps none of it.
async fn drain(mut body: Body) {
    let mut left = MAX_DRAINED_BYTES;
    while let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        match left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

fn too_large(got: usize) -> Problem {
    let detail = format!("The request's body has {got} bytes; at most {MAX_REQUEST_BYTES} are possible.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The request is too large", detail)
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
