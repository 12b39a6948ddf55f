//! A browser without a screen, and a machine without files: for the tests of the pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use azalai_node::Home;
use azalai_store::{ArgonParams, MemoryDisk, MemoryStore};
use futures_lite::future::block_on;
use tower::ServiceExt as _;

use crate::{App, Host, router};

pub(crate) const PASSPHRASE: &str = "abandon ability able about above";
const PORT: u16 = 7711;

struct Machine {
    store: Arc<MemoryStore>,
    disk: MemoryDisk,
    now: Arc<AtomicU64>,
    drawn: AtomicU64,
    seed: u64,
}

impl Host for Machine {
    type Store = Arc<MemoryStore>;
    type Disk = MemoryDisk;

    fn now_ms(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }

    fn random(&self) -> [u8; 32] {
        let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
        azalai_envelope::ids::derive("azalai 1 test randomness", &[&self.seed.to_be_bytes(), &drawn.to_be_bytes()])
    }

    fn home(&self) -> Home<Self::Store, Self::Disk> {
        Home { store: Arc::clone(&self.store), disk: self.disk.clone() }
    }

    fn params(&self) -> ArgonParams {
        ArgonParams::new(19 * 1024, 2).unwrap()
    }

    fn log(&self, line: &str) {
        assert!(!line.contains("panic"), "{line}");
    }
}

/// An answer, as far as tests look at it.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) body: String,
    headers: axum::http::HeaderMap,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

/// A browser with its cookies, and the token of the last page that had one.
pub(crate) struct Browser {
    app: Arc<App<Machine>>,
    pages: Router,
    now: Arc<AtomicU64>,
    cookies: Vec<(String, String)>,
    pub(crate) token: String,
}

impl Browser {
    /// At a device that holds nothing yet.
    pub(crate) fn new() -> Self {
        static SEED: AtomicU64 = AtomicU64::new(1);
        let now = Arc::new(AtomicU64::new(1_763_640_000_000));
        let machine = Machine {
            store: Arc::new(MemoryStore::new()),
            disk: MemoryDisk::new(),
            now: Arc::clone(&now),
            drawn: AtomicU64::new(0),
            seed: SEED.fetch_add(1, Ordering::Relaxed),
        };
        let app = App::new(machine, PORT);
        let mut browser = Self { pages: router(Arc::clone(&app)), app, now, cookies: Vec::new(), token: String::new() };
        browser.get("/start");
        browser
    }

    /// At a device that founded a project.
    pub(crate) fn begun() -> Self {
        let mut browser = Self::new();
        let founded = browser.post("/start/found", &[("name", "Veille"), ("areas", "Gao\n- Ansongo\nMenaka")]);
        assert_eq!(founded.location, "/start/passphrase", "{}", founded.body);
        browser.get("/start/passphrase");
        let fields = [("choice", "own"), ("own", PASSPHRASE), ("again", PASSPHRASE), ("pseudonym", "heron")];
        let made = browser.post("/start/passphrase", &fields);
        assert_eq!(made.location, "/start/ready", "{}", made.body);
        browser.get("/settings");
        browser
    }

    /// A monitor's invite, with its words.
    pub(crate) fn invite(&self) -> (Vec<u8>, String) {
        block_on(async {
            let mut open = self.app.open().await;
            let params = ArgonParams::new(19 * 1024, 2).unwrap();
            let area = Some("gao".parse().unwrap());
            let device = open.device().unwrap();
            let invite = device.invite(azalai_roster::Role::Monitor, area, params, 1_763_640_000_000).await.unwrap();
            (invite.file, invite.words)
        })
    }

    /// Taps a category; the path of the draft's form. It goes to the area of Gao.
    pub(crate) fn begin_report(&mut self, category: &str) -> String {
        let page = self.get("/report").body;
        let draft = page.split("name=\"draft\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let path = self.post("/report", &[("draft", &draft), ("category", category)]).location;
        assert_eq!(path, format!("/report/{draft}"));
        path
    }

    pub(crate) fn advance(&self, ms: u64) {
        self.now.fetch_add(ms, Ordering::Relaxed);
    }

    pub(crate) fn cookie(&self) -> String {
        self.cookies.iter().find(|(name, _)| name.starts_with('s')).map(|(_, value)| value.clone()).unwrap()
    }

    /// Another browser at the same device, with this cookie.
    pub(crate) fn with_cookie(&self, value: &str) -> Self {
        let cookies = vec![(format!("s{PORT}"), value.to_owned())];
        let (app, pages, now) = (Arc::clone(&self.app), self.pages.clone(), Arc::clone(&self.now));
        Self { app, pages, now, cookies, token: String::new() }
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    pub(crate) fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, "", headers)
    }

    /// Sends a form with the token of the last page. Reports go to the area of Gao unless a field says otherwise.
    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_with(path, fields, &[])
    }

    pub(crate) fn post_with(&mut self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("token", &self.token).append_pair("area", "gao");
        for (name, value) in fields {
            body.append_pair(name, value);
        }
        self.post_raw(path, &body.finish(), headers)
    }

    pub(crate) fn post_raw(&mut self, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("POST", path, body, headers)
    }

    fn send(&mut self, method: &str, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder().method(method).uri(path).header(header::COOKIE, cookies.join("; "));
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", format!("127.0.0.1:{PORT}"));
        }
        if method == "POST" {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = block_on(self.pages.clone().oneshot(request)).unwrap();
        let (parts, body) = response.into_parts();
        let body = block_on(to_bytes(body, 1 << 22)).unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        for value in parts.headers.get_all(header::SET_COOKIE) {
            let (name, value) = value.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        if let Some(token) = body.split("name=\"token\" value=\"").nth(1) {
            self.token = token.split('"').next().unwrap().to_owned();
        }
        let location = parts.headers.get(header::LOCATION).map(|value| value.to_str().unwrap().to_owned());
        let answer = Answer {
            status: parts.status.as_u16(),
            location: location.unwrap_or_default(),
            body,
            headers: parts.headers,
        };
        // A real browser follows: the next form is on the page that it is led to.
        if !answer.location.is_empty() && method == "POST" {
            let target = answer.location.clone();
            self.send("GET", &target, "", &[]);
        }
        answer
    }
}
