//! A browser without a screen: asks the pages of a home, in this process, and keeps their cookie.

use core::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use azalai_envelope::ids::derive;
use azalai_node::{Disks, Home, NodeError};
use azalai_store::{ArgonParams, FolderDisk, Side, SledStore};
use azalai_testkit::member::cheap;
use azalai_web::{App, Host, Pages, Piece, router};
use futures_lite::future::block_on;
use tower::ServiceExt as _;

use crate::http::Counting;

const PORT: u16 = 7711;
/// More than the largest answer has.
const MAX_ANSWER_BYTES: usize = 1 << 26;

struct Machine {
    home: Home<Arc<SledStore>, FolderDisk>,
    now_ms: u64,
    drawn: AtomicU64,
}

impl Host for Machine {
    type Store = Arc<SledStore>;
    type Disk = FolderDisk;
    type Link = Counting;

    fn now_ms(&self) -> u64 {
        self.now_ms
    }

    fn random(&self) -> [u8; 32] {
        derive("azalai bench randomness", &[&self.drawn.fetch_add(1, Ordering::Relaxed).to_be_bytes()])
    }

    fn disks(&self) -> Disks<FolderDisk> {
        Disks { root: self.home.disk.clone(), sides: None }
    }

    async fn store(&self, _: Side) -> Result<Arc<SledStore>, NodeError> {
        Ok(Arc::clone(&self.home.store))
    }

    fn params(&self) -> ArgonParams {
        cheap()
    }

    fn link(&self, _: &str) -> Option<Counting> {
        None
    }

    async fn ground(&self, _: u64, _: usize) -> Option<Piece> {
        None
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        std::thread::spawn(move || block_on(work));
    }

    fn log(&self, line: &str) {
        eprintln!("{line}");
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A browser at an unlocked home.
pub(crate) struct Browser {
    pages: Pages,
    cookies: Vec<String>,
}

impl Browser {
    pub(crate) fn at(home: Home<Arc<SledStore>, FolderDisk>, passphrase: &str, now_ms: u64) -> Self {
        let pages = router(App::new(Machine { home, now_ms, drawn: AtomicU64::new(0) }, PORT));
        let mut browser = Self { pages, cookies: Vec::new() };
        let page = browser.get("/").text();
        let token = page.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", token).append_pair("passphrase", passphrase);
        let unlocked = browser.send("POST", "/unlock", form.finish());
        assert_eq!(unlocked.status, 303, "{}", unlocked.text());
        browser
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, String::new())
    }

    fn send(&mut self, method: &str, path: &str, body: String) -> Answer {
        let request = Request::builder().method(method).uri(path).header(header::HOST, format!("127.0.0.1:{PORT}"));
        let request = request.header(header::COOKIE, self.cookies.join("; "));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let response = block_on(self.pages.clone().oneshot(request.body(Body::from(body)).unwrap())).unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            let name = pair.split('=').next().unwrap();
            self.cookies.retain(|known| known.split('=').next() != Some(name));
            self.cookies.push(pair);
        }
        let body = block_on(to_bytes(body, MAX_ANSWER_BYTES)).unwrap().to_vec();
        Answer { status: parts.status.as_u16(), body }
    }
}
