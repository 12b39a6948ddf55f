//! A browser without a screen, and a machine without files: for the tests of the pages.

use core::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use azalai_node::{Disks, NodeError, Transport, TransportError};
use azalai_store::{ArgonParams, MemoryDisk, MemoryStore, Side};
use azalai_sync::Responder;
use azalai_testkit::relay::{DirectLink, TestRelay};
use futures_lite::future::block_on;
use tower::ServiceExt as _;

use crate::{App, Host, Piece, router};

pub(crate) const PASSPHRASE: &str = "abandon ability able about above";
const PORT: u16 = 7711;

struct Machine {
    stores: [Arc<MemoryStore>; 2],
    disks: Disks<MemoryDisk>,
    now: Arc<AtomicU64>,
    drawn: AtomicU64,
    ground: Arc<Mutex<Option<Vec<u8>>>>,
    seed: u64,
    relay: Relay,
}

/// The relay that a machine reaches, if there is one.
type Relay = Arc<Mutex<Option<Arc<Responder<MemoryStore>>>>>;

/// What an address of a test leads to: its host says how it behaves.
pub(crate) enum TestLink {
    /// `relay`: the relay. `cut`: answers this often, and then is gone.
    Relay(DirectLink<MemoryStore>, Option<u32>),
    /// `nobody`: nobody answers.
    Nobody,
    /// `garbage`: answers, and not as a relay does.
    Garbage,
    /// `liar`: has the relay's key document, and answers garbage after it.
    Liar(DirectLink<MemoryStore>),
    /// `slow`: never answers.
    Slow,
}

impl Transport for TestLink {
    async fn key_document(&mut self) -> Result<Vec<u8>, TransportError> {
        match self {
            Self::Relay(link, _) | Self::Liar(link) => link.key_document().await,
            Self::Nobody => Err(TransportError::Connection("http://secret: refused".to_owned())),
            Self::Garbage => Ok(b"<html>It works!".repeat(1000)),
            Self::Slow => core::future::pending().await,
        }
    }

    async fn exchange(&mut self, request: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        match self {
            Self::Relay(_, Some(0)) => Err(TransportError::Connection("reset".to_owned())),
            Self::Relay(link, left) => {
                *left = left.map(|left| left - 1);
                link.exchange(request).await
            }
            _ => Ok(b"<html>It works!".to_vec()),
        }
    }
}

impl Host for Machine {
    type Store = Arc<MemoryStore>;
    type Disk = MemoryDisk;
    type Link = TestLink;

    fn now_ms(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }

    fn random(&self) -> [u8; 32] {
        let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
        azalai_envelope::ids::derive("azalai 1 test randomness", &[&self.seed.to_be_bytes(), &drawn.to_be_bytes()])
    }

    fn disks(&self) -> Disks<MemoryDisk> {
        self.disks.clone()
    }

    async fn store(&self, side: Side) -> Result<Self::Store, NodeError> {
        let [one, two] = &self.stores;
        Ok(Arc::clone(if side == Side::One { one } else { two }))
    }

    fn params(&self) -> ArgonParams {
        ArgonParams::new(19 * 1024, 2).unwrap()
    }

    fn link(&self, address: &str) -> Option<TestLink> {
        let relay = self.relay.lock().unwrap().clone();
        let direct = || DirectLink::new(relay.clone().unwrap(), 7, self.now_ms());
        match address.strip_prefix("http://")? {
            "relay" => Some(TestLink::Relay(direct(), None)),
            "cut" => Some(TestLink::Relay(direct(), Some(1))),
            "liar" => Some(TestLink::Liar(direct())),
            "nobody" => Some(TestLink::Nobody),
            "garbage" => Some(TestLink::Garbage),
            "slow" => Some(TestLink::Slow),
            _ => None,
        }
    }

    async fn ground(&self, first: u64, length: usize) -> Option<Piece> {
        let all = self.ground.lock().unwrap().clone()?;
        let bytes = all.iter().skip(first as usize).take(length).copied().collect();
        Some(Piece { bytes, total: all.len() as u64 })
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        std::thread::spawn(move || block_on(work));
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
    pub(crate) bytes: Vec<u8>,
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
    relay: Relay,
    cookies: Vec<(String, String)>,
    pub(crate) token: String,
}

impl Browser {
    /// At a device that holds nothing yet.
    pub(crate) fn new() -> Self {
        static SEED: AtomicU64 = AtomicU64::new(1);
        let now = Arc::new(AtomicU64::new(1_763_640_000_000));
        let relay = Relay::default();
        let machine = Machine {
            relay: Arc::clone(&relay),
            stores: Default::default(),
            disks: Disks { root: MemoryDisk::new(), sides: Some(Default::default()) },
            now: Arc::clone(&now),
            drawn: AtomicU64::new(0),
            ground: Arc::default(),
            seed: SEED.fetch_add(1, Ordering::Relaxed),
        };
        let app = App::new(machine, PORT);
        let (pages, cookies) = (router(Arc::clone(&app)), Vec::new());
        let mut browser = Self { pages, app, now, relay, cookies, token: String::new() };
        browser.get("/start");
        browser
    }

    /// At a device that somebody else made, unlocked.
    pub(crate) fn at(store: &MemoryStore, disk: &MemoryDisk, passphrase: &str, now_ms: u64) -> Self {
        let now = Arc::new(AtomicU64::new(now_ms));
        let relay = Relay::default();
        let machine = Machine {
            relay: Arc::clone(&relay),
            stores: [(); 2].map(|()| Arc::new(store.clone())),
            disks: Disks { root: disk.clone(), sides: None },
            now: Arc::clone(&now),
            drawn: AtomicU64::new(0),
            ground: Arc::default(),
            seed: now_ms,
        };
        let app = App::new(machine, PORT);
        let (pages, cookies) = (router(Arc::clone(&app)), Vec::new());
        let mut browser = Self { pages, app, now, relay, cookies, token: String::new() };
        browser.get("/");
        assert!(!browser.post("/unlock", &[("passphrase", passphrase)]).location.is_empty());
        browser
    }

    /// At a device that founded a project.
    pub(crate) fn begun() -> Self {
        Self::founded(&[])
    }

    /// As [`Browser::begun`], with more in the form.
    pub(crate) fn founded(more: &[(&str, &str)]) -> Self {
        let mut browser = Self::new();
        let fields = [&[("name", "Veille"), ("areas", "Gao\n- Ansongo\nMenaka")], more].concat();
        let founded = browser.post("/start/found", &fields);
        assert_eq!(founded.location, "/start/passphrase", "{}", founded.body);
        browser.get("/start/passphrase");
        let fields = [("choice", "own"), ("own", PASSPHRASE), ("again", PASSPHRASE), ("pseudonym", "heron")];
        let made = browser.post("/start/passphrase", &fields);
        assert_eq!(made.location, "/start/ready", "{}", made.body);
        browser.get("/settings");
        browser
    }

    /// At a device that joined by an invite and its words.
    pub(crate) fn joined((file, words): &(Vec<u8>, String), pseudonym: &str) -> Self {
        let mut browser = Self::new();
        let hex = azalai_envelope::ids::to_hex(file);
        let joined = browser.post("/start/join", &[("pasted", &hex), ("words", words)]);
        assert_eq!(joined.location, "/start/passphrase", "{}", joined.body);
        browser.get("/start/passphrase");
        let fields = [("choice", "own"), ("own", PASSPHRASE), ("again", PASSPHRASE), ("pseudonym", pseudonym)];
        let made = browser.post("/start/passphrase", &fields);
        assert_eq!(made.location, "/start/ready", "{}", made.body);
        browser.get("/settings");
        browser
    }

    /// Counts the notices that were not shown, as an exchange does when it ends.
    pub(crate) fn count_unread(&self) {
        block_on(async {
            let mut open = self.app.open().await;
            self.app.count_unread(open.device().unwrap()).await.unwrap();
        });
    }

    /// The next file of letters of at most so many bytes.
    pub(crate) fn next_part(&self, limit: u64) -> Vec<u8> {
        block_on(crate::pages::exchange::next_part(&self.app, limit)).unwrap()
    }

    /// From now on the device knows no notices, as an older program.
    pub(crate) fn know_no_notices(&self) {
        block_on(async {
            let mut open = self.app.open().await;
            open.device().unwrap().pretend_without(azalai_envelope::Kind::NOTICE).await.unwrap();
        });
    }

    /// Tells everybody something, as a coordinator's device.
    pub(crate) fn tell_everybody(&self, text: &str) {
        let now_ms = self.now.load(Ordering::Relaxed);
        let to = azalai_node::NoticeTo::Circle(azalai_roster::Circle::Everyone);
        block_on(async {
            let mut open = self.app.open().await;
            let lane = azalai_envelope::Lane::Text;
            open.device().unwrap().notify((text, None), &to, None, lane, now_ms).await.unwrap();
        });
    }

    /// Hands all letters of this device to another's.
    pub(crate) fn hand_to(&self, other: &Self) {
        let now_ms = self.now.load(Ordering::Relaxed);
        block_on(async {
            let mut open = self.app.open().await;
            let (bundle, _) = open.device().unwrap().export_bundle(now_ms).await.unwrap();
            drop(open);
            let mut open = other.app.open().await;
            open.device().unwrap().import_bundle(&bundle).await.unwrap();
        });
    }

    /// Admits who waits under a pseudonym.
    pub(crate) fn admit_named(&self, pseudonym: &str) {
        let now_ms = self.now.load(Ordering::Relaxed);
        block_on(async {
            let mut open = self.app.open().await;
            let device = open.device().unwrap();
            for waiting in device.roster().waiting().iter().filter(|waiting| waiting.claim.pseudonym == pseudonym) {
                device.admit(&waiting.claim.device.signing, now_ms).await.unwrap();
            }
        });
    }

    /// A member of the area of Gao with this role, admitted by this steward's device.
    pub(crate) fn member(&self, role: &str, pseudonym: &str) -> Self {
        let member = Self::joined(&self.invite_as(role), pseudonym);
        member.hand_to(self);
        self.admit_named(pseudonym);
        self.hand_to(&member);
        member
    }

    /// Brings a file of places to the device, as `azalai places import` does.
    pub(crate) fn bring_places(&self, file: &str) {
        let entries = azalai_model::places_file::read(file.as_bytes()).unwrap();
        block_on(async {
            let mut open = self.app.open().await;
            open.device().unwrap().import_places(&entries).await.unwrap();
        });
    }

    /// Puts the operator's own map beside the home.
    pub(crate) fn put_ground(&self, file: &[u8]) {
        *self.app.host.ground.lock().unwrap() = Some(file.to_vec());
    }

    /// Lets the program look at what has been idle too long.
    pub(crate) fn tick(&self) {
        block_on(self.app.tick());
    }

    /// The bytes of a file, and what the browser is told of it.
    pub(crate) fn download(&mut self, path: &str) -> (Vec<u8>, String) {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::get(path).header(header::COOKIE, cookies.join("; "));
        let request = request.header("host", format!("127.0.0.1:{PORT}")).body(Body::empty()).unwrap();
        let response = block_on(self.pages.clone().oneshot(request)).unwrap();
        assert_eq!(response.status().as_u16(), 200, "{path}");
        let named = response.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().to_owned();
        (block_on(to_bytes(response.into_body(), 1 << 22)).unwrap().to_vec(), named)
    }

    /// A monitor's invite, with its words.
    pub(crate) fn invite(&self) -> (Vec<u8>, String) {
        self.invite_as("monitor")
    }

    /// An invite for the area of Gao, a steward's for none, with its words.
    pub(crate) fn invite_as(&self, role: &str) -> (Vec<u8>, String) {
        block_on(async {
            let mut open = self.app.open().await;
            let params = ArgonParams::new(19 * 1024, 2).unwrap();
            let area = (role != "steward").then(|| "gao".parse().unwrap());
            let device = open.device().unwrap();
            let invite = device.invite(role.parse().unwrap(), area, params, 1_763_640_000_000).await.unwrap();
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

    /// A relay that this device's project admitted, and that its addresses lead to.
    pub(crate) fn certified_relay(&self) -> TestRelay {
        let relay = TestRelay::new(3);
        block_on(async {
            let mut open = self.app.open().await;
            let certified = open.device().unwrap().certify_relay(relay.public(), "town", 1_763_640_000_000).await;
            relay.admit(&certified.unwrap());
        });
        self.reach(&relay);
        relay
    }

    /// From now on this device's addresses lead to this relay.
    pub(crate) fn reach(&self, relay: &TestRelay) {
        *self.relay.lock().unwrap() = Some(relay.responder());
    }

    /// Asks for the page of the exchange until it is over, as the page itself does.
    pub(crate) fn exchanged(&mut self) -> Answer {
        for _ in 0..2000 {
            let page = self.get("/exchange?quiet=1");
            if !page.body.contains("http-equiv=\"refresh\"") {
                return page;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        panic!("the exchange does not end");
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
        let (app, pages) = (Arc::clone(&self.app), self.pages.clone());
        let (now, relay) = (Arc::clone(&self.now), Arc::clone(&self.relay));
        Self { app, pages, now, relay, cookies, token: String::new() }
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

    /// Sends a form with a file in it.
    pub(crate) fn upload(&mut self, path: &str, file: &[u8]) -> Answer {
        let token = &self.token;
        let mut body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n--x\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"a.html\"\r\n\
             Content-Type: text/html\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--x--\r\n");
        self.send_bytes("POST", path, body, &[("content-type", "multipart/form-data; boundary=x")])
    }

    fn send(&mut self, method: &str, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        self.send_bytes(method, path, body.as_bytes().to_vec(), headers)
    }

    fn send_bytes(&mut self, method: &str, path: &str, body: Vec<u8>, headers: &[(&str, &str)]) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder().method(method).uri(path).header(header::COOKIE, cookies.join("; "));
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", format!("127.0.0.1:{PORT}"));
        }
        if method == "POST" && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).unwrap();
        let response = block_on(self.pages.clone().oneshot(request)).unwrap();
        let (parts, body) = response.into_parts();
        let body = block_on(to_bytes(body, 1 << 22)).unwrap();
        let bytes = body.to_vec();
        let body = String::from_utf8_lossy(&bytes).into_owned();
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
            bytes,
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
