//! What the pages weigh, how long they take on devices that hold much, and what unlocking such a device costs.
//!
//! Requests go through the routes that `azalai serve` serves, in this process: no socket, and the home's real storage.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use azalai_envelope::DocumentId;
use azalai_model::gazetteer::Entry;
use azalai_model::{Occurred, Place, ReportFields, Tlp};
use azalai_node::{Home, NewHome, Node, catalog};
use azalai_roster::Role;
use azalai_store::{Cursor, FolderDisk, Keys, SledStore, Slots, Space, Store as _, Vault};
use azalai_testkit::member::cheap;
use azalai_testkit::{Member, WORDLESS};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use crate::browser::Browser;
use crate::child::thread_seconds;
use crate::wire::{NOW, texts};
use crate::{Figure, Goal, median};

/// Reports on a monitor's and on a coordinator's device.
const REPORTS: usize = 10_000;
/// Reports on the device whose unlocking is measured.
const MANY_REPORTS: usize = 100_000;
/// Incidents at a coordinator.
const INCIDENTS: usize = 100_000;
/// How often each page is asked for.
const ASKED: usize = 40;
const DAY_MS: u64 = 86_400_000;
/// Where a device keeps its documents' records.
const DOCUMENTS: Space = Space(5);

type Device = Node<Arc<SledStore>, FolderDisk>;

/// A device on a disk.
struct OnDisk {
    store: Arc<SledStore>,
    disk: FolderDisk,
    seed: u64,
}

impl OnDisk {
    fn new(folder: &Path, seed: u64) -> Self {
        let store = Arc::new(SledStore::open(&folder.join("store")).unwrap().store);
        Self { store, disk: FolderDisk::open(folder).unwrap(), seed }
    }

    fn home(&self) -> Home<Arc<SledStore>, FolderDisk> {
        Home { store: Arc::clone(&self.store), disk: self.disk.clone() }
    }

    fn join(&self, steward: &mut Member, role: Role, pseudonym: &str) -> Device {
        let area = Some("north".parse().unwrap());
        let invite = block_on(steward.node.invite(role, area, cheap(), NOW)).unwrap();
        let rng = ChaCha20Rng::seed_from_u64(self.seed);
        let new = NewHome { home: self.home(), rooms: None, passphrase: WORDLESS, params: cheap(), rng, pseudonym };
        block_on(new.join(&invite.file, &invite.words, NOW)).unwrap()
    }

    fn open(&self) -> Device {
        block_on(Node::open(self.home(), WORDLESS, ChaCha20Rng::seed_from_u64(self.seed + 1))).unwrap()
    }
}

fn hand(from: &mut Device, to: &mut Device) {
    let (letters, _) = block_on(from.export_bundle(NOW)).unwrap();
    let imported = block_on(to.import_bundle(&letters)).unwrap();
    assert!(imported.taken.refused.is_empty(), "{:?}", imported.taken.refused);
}

/// A coordinator and a monitor, admitted, each on a disk.
fn people(folder: &Path) -> (OnDisk, OnDisk) {
    let mut steward = Member::found(1, &[("north", None)], NOW);
    let (staff, field) = (OnDisk::new(&folder.join("staff"), 21), OnDisk::new(&folder.join("field"), 31));
    let mut coordinator = staff.join(&mut steward, Role::Coordinator, "heron");
    let mut monitor = field.join(&mut steward, Role::Monitor, "swift");
    for device in [&mut coordinator, &mut monitor] {
        let (letters, _) = block_on(device.export_bundle(NOW)).unwrap();
        block_on(steward.node.import_bundle(&letters)).unwrap();
    }
    assert_eq!(steward.admit_all(NOW), 2);
    let (letters, _) = block_on(steward.node.export_bundle(NOW)).unwrap();
    for device in [&mut coordinator, &mut monitor] {
        block_on(device.import_bundle(&letters)).unwrap();
        assert!(device.is_admitted());
    }
    (staff, field)
}

/// What the *n*-th report says: texts, kinds, places and days change at different paces, so that few agree in all.
fn fields(n: usize, texts: &[(&str, &str)], towns: &[&Entry]) -> ReportFields {
    let (language, text) = texts[n % texts.len()];
    let categories = &catalog::pack().unwrap().categories;
    let town = towns[(n * 7) % towns.len()];
    let then = azalai_model::occurred::instant(NOW - DAY_MS * (n as u64 % 360));
    let day = then.split('T').next().unwrap();
    ReportFields {
        category: Some(categories[n % categories.len()].code.clone()),
        narrative: format!("{text} {n}"),
        language: Some(language.to_owned()),
        occurred: Some(Occurred::parse(day, NOW, 0).unwrap()),
        place: Some(Place::try_new(Some(town.point), None, None, Some(town.name.clone()), None).unwrap()),
        ..ReportFields::default()
    }
}

fn write(monitor: &mut Device, count: usize) {
    let (texts, towns) = (texts(), catalog::gazetteer().unwrap().iter().collect::<Vec<_>>());
    for n in 0..count {
        let fields = fields(n, &texts, &towns);
        block_on(monitor.report(fields, None, NOW + n as u64)).unwrap();
    }
}

/// One page: what 95 of 100 requests stay under, the median, and what the thread itself computed for one; in ms.
struct Timed {
    page: String,
    p95: f64,
    middle: f64,
    computing: f64,
    bytes: usize,
}

fn ask(browser: &mut Browser, pages: &[String]) -> Vec<Timed> {
    let mut all = Vec::new();
    for page in pages {
        let (mut clock, mut bytes) = (Vec::new(), 0);
        // Once before: what is read once for each unlocking is part of unlocking.
        let first = browser.get(page);
        assert_eq!(first.status, 200, "{page}: {}", first.text());
        let before = thread_seconds();
        for _ in 0..ASKED {
            let start = Instant::now();
            let answer = browser.get(page);
            clock.push(start.elapsed().as_secs_f64() * 1e3);
            assert_eq!(answer.status, 200, "{page}");
            bytes = answer.body.len();
        }
        let computing = (thread_seconds() - before) * 1e3 / ASKED as f64;
        clock.sort_by(f64::total_cmp);
        let p95 = clock[ASKED * 95 / 100];
        all.push(Timed { page: page.clone(), p95, middle: median(clock), computing, bytes });
    }
    all
}

fn slowest(figure: &str, goal: f64, holding: &str, timed: &[Timed]) -> Figure {
    let worst = timed.iter().map(|timed| timed.p95).fold(0.0, f64::max);
    let each = timed.iter().map(|timed| {
        let Timed { page, p95, middle, computing, bytes } = timed;
        format!("{page} {p95:.1} ({middle:.1}, {computing:.1} computing; {bytes} bytes)")
    });
    Figure {
        figure: figure.to_owned(),
        value: worst,
        unit: "ms",
        goal: Some(Goal::AtMost(goal)),
        against: "-",
        how: format!(
            "the slowest page of a device with {holding}: what 95 of 100 requests stay under, of {ASKED} each, and the \
             median: {}",
            each.collect::<Vec<_>>().join(", ")
        ),
    }
}

/// Bytes of the page that opens a report, with everything that a browser fetches for it and has not kept.
fn weight(browser: &mut Browser) -> Figure {
    let page = browser.get("/report");
    let mut asked = BTreeSet::new();
    for part in page.text().split(['"', '\'']) {
        if part.starts_with("/static/") {
            asked.insert(part.split('#').next().unwrap().to_owned());
        }
    }
    assert!(asked.len() >= 3, "{asked:?}");
    let parts: Vec<(String, usize)> = asked
        .iter()
        .map(|path| {
            let answer = browser.get(path);
            assert_eq!(answer.status, 200, "{path}");
            (path.rsplit('/').next().unwrap().to_owned(), answer.body.len())
        })
        .collect();
    let each: Vec<String> = parts.iter().map(|(name, bytes)| format!("{name} {bytes}")).collect();
    Figure {
        figure: "first_page_bytes".to_owned(),
        value: (page.body.len() + parts.iter().map(|(_, bytes)| bytes).sum::<usize>()) as f64 / 1000.0,
        unit: "kB",
        goal: Some(Goal::AtMost(50.0)),
        against: "-",
        how: format!("the page {} bytes, as it comes without compression; {}", page.body.len(), each.join(", ")),
    }
}

fn named(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

/// Devices with 10,000 reports: a monitor's, who wrote them, and a coordinator's, who has them all in the inbox.
pub(crate) fn pages() -> Vec<Figure> {
    let folder = tempfile::tempdir().unwrap();
    let (staff, field) = people(folder.path());
    let (mut coordinator, mut monitor) = (staff.open(), field.open());
    write(&mut monitor, REPORTS);
    hand(&mut monitor, &mut coordinator);
    hand(&mut coordinator, &mut monitor);
    let own: DocumentId = block_on(monitor.own_reports(REPORTS / 2, 1)).unwrap().0[0].id;
    drop((monitor, coordinator));
    let mut browser = Browser::at(field.home(), WORDLESS, NOW + DAY_MS);
    let weight = weight(&mut browser);
    let mut paths = named(&["/report", "/reports", "/exchange", "/settings", "/places?q=gao"]);
    paths.push(format!("/reports/{own}"));
    let monitors = ask(&mut browser, &paths);
    let mut browser = Browser::at(staff.home(), WORDLESS, NOW + DAY_MS);
    let paths =
        named(&["/inbox", "/inbox?category=road-ambush", "/incidents", "/map", "/members", "/exchange", "/reports"]);
    let coordinators = ask(&mut browser, &paths);
    vec![
        weight,
        slowest("page_of_a_monitor", 50.0, "10,000 reports of its own", &monitors),
        slowest("page_of_a_coordinator", 50.0, "10,000 reports in its inbox", &coordinators),
    ]
}

/// A coordinator's device with 100,000 incidents, each with a report.
pub(crate) fn pages_of_incidents() -> Vec<Figure> {
    let folder = tempfile::tempdir().unwrap();
    let (staff, field) = people(folder.path());
    let (mut coordinator, mut monitor) = (staff.open(), field.open());
    write(&mut monitor, REPORTS);
    hand(&mut monitor, &mut coordinator);
    let reports: Vec<DocumentId> = block_on(coordinator.reports()).unwrap().iter().map(|view| view.id).collect();
    let categories: Vec<_> = catalog::pack().unwrap().categories.iter().map(|category| category.code.clone()).collect();
    let mut last = None;
    for n in 0..INCIDENTS {
        let category = Some(categories[n % categories.len()].clone());
        let now_ms = NOW + n as u64;
        let title = format!("Incident {n}");
        let id = block_on(coordinator.incident_new(&title, None, Tlp::Amber, category, now_ms)).unwrap();
        block_on(coordinator.incident_link(id, reports[n % reports.len()], None, now_ms)).unwrap();
        last = Some(id);
    }
    drop((monitor, coordinator));
    let mut browser = Browser::at(staff.home(), WORDLESS, NOW + DAY_MS);
    let mut paths = named(&[
        "/inbox",
        "/incidents",
        "/map",
        "/map?period=all",
        "/map/cards?period=all&after=50000",
        "/members",
        "/exchange",
    ]);
    paths.push(format!("/incidents/{}", last.unwrap()));
    let timed = ask(&mut browser, &paths);
    let points = ask(&mut browser, &named(&["/map/points?period=all", "/map/points?period=30"]));
    let mut points_all = slowest("map_points", 100.0, "100,000 incidents", &points);
    points_all.goal = None;
    vec![slowest("page_of_incidents", 100.0, "100,000 incidents and 10,000 reports", &timed), points_all]
}

/// Unlocking a coordinator's device with 100,000 reports, without its Argon2id, over opening each of its documents'
/// records once.
pub(crate) fn unlock() -> Vec<Figure> {
    let folder = tempfile::tempdir().unwrap();
    let (staff, field) = people(folder.path());
    let (mut coordinator, mut monitor) = (staff.open(), field.open());
    write(&mut monitor, MANY_REPORTS);
    hand(&mut monitor, &mut coordinator);
    drop((monitor, coordinator));
    let (mut unlocking, mut argon, mut passes, mut bytes) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for round in 0..5 {
        let start = Instant::now();
        let key = Slots::from_bytes(&std::fs::read(folder.path().join("staff/slots")).unwrap()).unwrap();
        let key = key.open(WORDLESS).unwrap();
        argon.push(start.elapsed().as_secs_f64());
        let mut rng = ChaCha20Rng::seed_from_u64(round);
        let keys = Arc::new(block_on(Keys::open(staff.disk.clone(), key, &mut rng)).unwrap());
        let vault = block_on(Vault::unlock(Arc::clone(&staff.store), keys)).unwrap();
        let start = Instant::now();
        let (mut after, mut seen): (Option<Cursor>, usize) = (None, 0);
        bytes = 0;
        loop {
            let page = block_on(vault.scan(DOCUMENTS, after.as_ref(), 256)).unwrap();
            seen += page.items.len();
            bytes += page.items.iter().map(|(_, value)| value.len()).sum::<usize>();
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        passes.push(start.elapsed().as_secs_f64());
        assert_eq!(seen, MANY_REPORTS, "a record for each report, and nothing else");
        let start = Instant::now();
        let node = staff.open();
        block_on(node.read_rows()).unwrap();
        unlocking.push(start.elapsed().as_secs_f64());
    }
    let (unlocking, argon, pass) = (median(unlocking), median(argon), median(passes));
    vec![Figure {
        figure: "unlock_over_pass".to_owned(),
        value: (unlocking - argon) / pass,
        unit: "ratio",
        goal: Some(Goal::AtMost(3.0)),
        against: "reading and decrypting all documents' records once",
        how: format!(
            "medians of 5, {MANY_REPORTS} reports: unlocking with the index {:.0} ms, of it {:.0} ms Argon2id that are \
             taken off, over {:.0} ms for {:.1} MB of records",
            unlocking * 1e3,
            argon * 1e3,
            pass * 1e3,
            bytes as f64 / 1e6
        ),
    }]
}
