//! What a removal or a fork excludes counts nowhere in incidents, and kept rows say what building anew would say, after
//! whatever sequence of words, links, removals and adoptions.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::Arc;

use azalai_envelope::{DocumentId, SigningPublic, StatementId};
use azalai_model::{Credibility, IncidentEdit, Place, PlacePrecision, Point, Reliability, ReportFields, Status, Tlp};
use azalai_node::inbox::InboxQuery;
use azalai_node::{NodeError, TakenAt, Wanted};
use azalai_store::{Batch, Disk as _, Keys, Slots, Space, Store as _, Vault};
use azalai_testkit::{Community, Member, TestNode, WORDLESS};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

fn key(c: &mut Community, name: &str) -> SigningPublic {
    c.who(name).node.device().signing
}

fn remove(c: &mut Community, by: &str, whom: &str, taken: TakenAt) -> Result<(), NodeError> {
    let (device, now_ms) = (key(c, whom), c.now_ms);
    block_on(c.who(by).node.remove(&device, taken, now_ms)).map(drop)
}

fn rounds(c: &mut Community, but: &[&str]) {
    let names: Vec<String> = c.people.iter().map(|member| member.node.pseudonym().to_owned()).collect();
    for _ in 0..3 {
        for name in names.iter().filter(|name| !but.contains(&name.as_str())) {
            c.visit(name).unwrap();
        }
    }
}

fn placed(c: &mut Community, who: &str, text: &str) -> DocumentId {
    let point = Some(Point::try_new(16.27, -0.04).unwrap());
    let fields = ReportFields {
        category: Some("road-ambush".to_owned()),
        narrative: text.to_owned(),
        place: Some(Place::try_new(point, None, Some(PlacePrecision::Village), Some("Gao".to_owned()), None).unwrap()),
        ..ReportFields::default()
    };
    let now_ms = c.now_ms;
    block_on(c.who(who).node.report(fields, None, now_ms)).unwrap()
}

fn incident(c: &mut Community, by: &str, title: &str, reports: &[DocumentId]) -> DocumentId {
    let now_ms = c.now_ms;
    let node = &mut c.who(by).node;
    let valley = Some("valley".parse().unwrap());
    let id = block_on(node.incident_new(title, valley, Tlp::Amber, None, now_ms)).unwrap();
    for report in reports {
        block_on(node.incident_link(id, *report, None, now_ms)).unwrap();
    }
    id
}

fn inbox(node: &TestNode) -> Vec<DocumentId> {
    let query = InboxQuery { take: 100, ..InboxQuery::default() };
    block_on(node.inbox(&query)).unwrap().items.into_iter().map(|item| item.view.id).collect()
}

/// Guards against a taken phone whose reports go on confirming an incident, placing it on the map, and being likely the
/// same as honest ones.
#[test]
fn a_report_that_a_removal_excludes_is_no_source_no_place_and_like_nothing() {
    let mut c = Community::of(&["heron", "stork", "swift", "dove"]);
    c.settle();
    let honest = c.report("dove", "Five men near Gao", Tlp::Amber).unwrap();
    c.settle();
    let taken_at = c.now_ms;
    c.now_ms += 60_000;
    let false_one = placed(&mut c, "swift", "Five men near Gao");
    let like_it = placed(&mut c, "dove", "Five men near Gao");
    c.settle();
    let id = incident(&mut c, "stork", "At the well", &[honest, false_one]);
    let now_ms = c.now_ms;
    let grade = c.who("stork").node.incident_grade(id, honest, Reliability::B, Credibility::Confirmed, "", now_ms);
    block_on(grade).unwrap();
    c.settle();
    let before = block_on(c.who("heron").node.incident(&id)).unwrap().unwrap();
    assert_eq!(before.independent_sources, 2);
    let spot = |c: &mut Community, name: &str| block_on(c.who(name).node.spots(&Wanted::default())).unwrap().remove(0);
    assert!(spot(&mut c, "heron").place.is_some() && spot(&mut c, "heron").reports == 2);

    remove(&mut c, "heron", "swift", TakenAt::Ms(taken_at)).unwrap();
    rounds(&mut c, &["swift"]);
    for name in ["heron", "stork"] {
        let view = block_on(c.who(name).node.incident(&id)).unwrap().unwrap();
        assert_eq!(view.independent_sources, 1, "{name}");
        assert!(view.reports.iter().any(|link| link.unsupported), "{name}: confirmed by nobody else");
        let aside: Vec<_> = view.reports.iter().filter(|link| link.set_aside).map(|link| link.report).collect();
        assert_eq!(aside, [false_one], "{name}");
        let spot = spot(&mut c, name);
        assert_eq!((spot.place, spot.reports, spot.category.as_deref()), (None, 1, Some("other")), "{name}");
        let query = InboxQuery { take: 100, ..InboxQuery::default() };
        let page = block_on(c.who(name).node.inbox(&query)).unwrap();
        let item = page.items.iter().find(|item| item.view.id == like_it).unwrap();
        assert!(item.likely.iter().all(|likely| likely.report != false_one), "{name}");
        let now_ms = c.now_ms;
        let other = block_on(c.who(name).node.incident_link(id, false_one, None, now_ms));
        assert!(matches!(other, Err(NodeError::NotFound(_))), "{name} links what does not count");
    }
    // Taken back in, it counts again, in kept rows as well.
    let wrong = block_on(c.who("heron").node.quarantine()).unwrap();
    let ids: Vec<StatementId> = wrong.iter().map(|aside| aside.statement).collect();
    let now_ms = c.now_ms;
    block_on(c.who("heron").node.adopt(&ids, now_ms)).unwrap();
    rounds(&mut c, &["swift"]);
    for name in ["heron", "stork"] {
        assert_eq!(block_on(c.who(name).node.incidents()).unwrap()[0].independent_sources, 2, "{name}");
        assert!(spot(&mut c, name).place.is_some(), "{name}");
    }
}

/// Guards against receipts that tell whoever holds a taken phone what was opened and acted on, and in which month.
#[test]
fn a_removed_device_is_sent_no_receipt() {
    let mut c = Community::of(&["stork", "swift"]);
    c.settle();
    c.report("swift", "Before", Tlp::Amber).unwrap();
    c.visit("swift").unwrap();
    remove(&mut c, "acacia", "swift", TakenAt::Now).unwrap();
    c.visit("acacia").unwrap();
    // Stork learns of the removal and of the report in one round, and owes a receipt to nobody.
    c.visit("stork").unwrap();
    let now_ms = c.now_ms;
    assert_eq!(block_on(c.who("stork").node.write_receipts(now_ms)).unwrap(), 0);
    rounds(&mut c, &["swift"]);
    let _ = c.visit("swift");
    let state = block_on(c.who("swift").node.reports()).unwrap()[0].state;
    assert_eq!(state, azalai_node::ReportState::Relay, "nobody told it more");
}

/// Guards against rows that stay as they were when the right behind an adoption or a removal comes to be known later.
#[test]
fn rows_follow_an_adoption_whose_right_is_taken_away() {
    let mut c = Community::of(&["heron", "stork", "swift"]);
    c.settle();
    let taken_at = c.now_ms;
    c.now_ms += 60_000;
    let report = c.report("swift", "After", Tlp::Amber).unwrap();
    c.settle();
    remove(&mut c, "heron", "swift", TakenAt::Ms(taken_at)).unwrap();
    rounds(&mut c, &["swift"]);
    let ids: Vec<StatementId> =
        block_on(c.who("heron").node.quarantine()).unwrap().iter().map(|aside| aside.statement).collect();
    let before = c.now_ms;
    c.now_ms += 60_000;
    let now_ms = c.now_ms;
    block_on(c.who("heron").node.adopt(&ids, now_ms)).unwrap();
    rounds(&mut c, &["swift"]);
    assert_eq!(inbox(&c.who("stork").node), [report]);
    // Who adopted it is taken out from before that.
    remove(&mut c, "acacia", "heron", TakenAt::Ms(before)).unwrap();
    rounds(&mut c, &["swift", "heron"]);
    assert_eq!(inbox(&c.who("stork").node), Vec::<DocumentId>::new());
    check(&mut c, "stork");
}

/// Everything that a device answers from rows, against what building anew and a restart say.
fn check(c: &mut Community, name: &str) {
    let all = |node: &TestNode| {
        let query = InboxQuery { take: 100, ..InboxQuery::default() };
        let briefs = block_on(node.incident_briefs(true, 0, 100)).unwrap();
        let spots = block_on(node.spots(&Wanted::default())).unwrap();
        let inbox = block_on(node.inbox(&query)).unwrap();
        let likely: Vec<String> =
            briefs.0.iter().map(|brief| format!("{:?}", block_on(node.likely_of_incident(brief.id)))).collect();
        format!("{briefs:?} {spots:?} {inbox:?} {likely:?} {:?}", block_on(node.own_reports(0, 100)).unwrap())
    };
    let node = &mut c.who(name).node;
    let lines = block_on(node.incidents()).unwrap();
    for line in &lines {
        let built = block_on(node.incident(&line.id)).unwrap().unwrap();
        assert_eq!(*line, built.line, "{name}: a kept row is not what its statements say");
        let grades = &built.incident;
        for link in &line.reports {
            assert_eq!((link.reliability, link.credibility), grades.grade_of(&link.report), "{name}");
        }
        assert_eq!(line.independent_sources, grades.independent_sources, "{name}");
    }
    let shown = all(node);
    for check in block_on(node.doctor()).unwrap().iter().filter(|check| check.what.starts_with("documents")) {
        assert_eq!(check.rebuilt, 0, "{name}: {check:?}");
    }
    let member = c.who(name);
    member.crash();
    assert_eq!(all(&member.node), shown, "{name}: a restart reads other rows");
}

struct Story {
    c: Community,
    rng: ChaCha20Rng,
    reports: Vec<(&'static str, DocumentId)>,
    incidents: Vec<DocumentId>,
    removed: Vec<&'static str>,
}

impl Story {
    fn one<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        let at = self.rng.next_u32() as usize % of.len().max(1);
        of.get(at).copied()
    }

    fn step(&mut self) {
        let now_ms = self.c.now_ms;
        let by = self.one(&["heron", "stork", "ibis"]).unwrap();
        let (incidents, reports) = (self.incidents.clone(), self.reports.clone());
        match self.rng.next_u32() % 12 {
            0 | 1 => {
                let who = self.one(&["swift", "dove"]).unwrap();
                let id = placed(&mut self.c, who, "Men near Ansongo");
                self.reports.push((who, id));
            }
            2 => {
                let valley = Some("valley".parse().unwrap());
                let made = block_on(self.c.who(by).node.incident_new("Raid", valley, Tlp::Amber, None, now_ms));
                self.incidents.extend(made);
            }
            3 | 4 => {
                if let (Some(incident), Some((_, report))) = (self.one(&incidents), self.one(&reports)) {
                    let rumour = self.one(&[None, Some("driver")]).flatten().map(str::to_owned);
                    let _ = block_on(self.c.who(by).node.incident_link(incident, report, rumour, now_ms));
                }
            }
            5 => {
                if let (Some(incident), Some((_, report))) = (self.one(&incidents), self.one(&reports)) {
                    let credibility = self.one(&[Credibility::Confirmed, Credibility::Doubtful]).unwrap();
                    let node = &mut self.c.who(by).node;
                    let graded = node.incident_grade(incident, report, Reliability::C, credibility, "", now_ms);
                    let _ = block_on(graded);
                }
            }
            6 | 7 => {
                if let Some(incident) = self.one(&incidents) {
                    let status = self.one(&[Status::Reviewing, Status::Corroborated, Status::Refuted]).unwrap();
                    let title = self.one(&["Quarrel", "Ambush", "Theft"]).unwrap().to_owned();
                    let edits = [IncidentEdit::SetTitle(title), IncidentEdit::SetStatus(status)];
                    let how_many = 1 + self.rng.next_u32() as usize % 2;
                    let _ = block_on(self.c.who(by).node.incident_edit(incident, &edits[..how_many], now_ms));
                }
            }
            8 => {
                if let Some((who, report)) = self.one(&reports) {
                    let _ = block_on(self.c.who(who).node.retract(report, "A rumour", now_ms));
                }
            }
            9 => {
                let whom = self.one(&["swift", "ibis", "dove"]).unwrap();
                let taken = self.one(&[TakenAt::Now, TakenAt::Ms(now_ms.saturating_sub(600_000))]).unwrap();
                let by = if whom == "ibis" { "acacia" } else { "heron" };
                if remove(&mut self.c, by, whom, taken).is_ok() {
                    self.removed.push(whom);
                }
            }
            10 => {
                let aside = block_on(self.c.who("heron").node.quarantine()).unwrap();
                let ids: Vec<StatementId> = aside.iter().map(|aside| aside.statement).collect();
                if let Some(id) = self.one(&ids) {
                    let _ = block_on(self.c.who("heron").node.adopt(&[id], now_ms));
                }
            }
            _ => {
                let who = self.one(&["acacia", "heron", "stork", "ibis", "swift", "dove"]).unwrap();
                let _ = self.c.visit(who);
            }
        }
        let visitor = self.one(&["acacia", "heron", "stork", "swift", "dove"]).unwrap();
        let _ = self.c.visit(visitor);
    }
}

/// Guards against a cache that goes its own way: a row, or an entry in memory, that something it rests on has left.
#[test]
fn rows_are_what_building_anew_says_after_any_sequence() {
    for seed in 0..6 {
        let mut c = Community::of(&["heron", "stork", "ibis", "swift", "dove"]);
        c.settle();
        let rng = ChaCha20Rng::seed_from_u64(seed);
        let mut story = Story { c, rng, reports: Vec::new(), incidents: Vec::new(), removed: Vec::new() };
        for _ in 0..4 {
            for _ in 0..15 {
                story.step();
            }
            for name in ["heron", "stork", "ibis", "swift"] {
                check(&mut story.c, name);
            }
        }
        assert!(!story.incidents.is_empty() && !story.reports.is_empty(), "seed {seed} says nothing");
    }
}

/// Gives the kept rows of a device another stamp.
fn spoil_rows(member: &Member) {
    const DOCUMENTS: Space = Space(5);
    let slots = block_on(member.disk().read("slots")).unwrap().unwrap();
    let profile = Slots::from_bytes(&slots).unwrap().open(WORDLESS).unwrap();
    let keys = block_on(Keys::open(member.disk().clone(), profile, &mut ChaCha20Rng::seed_from_u64(1))).unwrap();
    let vault = block_on(Vault::unlock(member.store().clone(), Arc::new(keys))).unwrap();
    let mut batch = Batch::new();
    for (key, mut record) in block_on(vault.scan(DOCUMENTS, None, 1000)).unwrap().items {
        let row = record.windows(6).position(|head| matches!(head, b"{\"row\"" | b"{\"titl")).unwrap();
        record[row - 9] ^= 1;
        batch.put(DOCUMENTS, key, record);
    }
    assert!(!batch.is_empty());
    block_on(vault.apply(batch)).unwrap();
}

/// Guards against rows of an earlier program, or damaged ones, that are shown or lost: they are built again.
#[test]
fn rows_of_another_stamp_are_built_again() {
    let mut c = Community::of(&["stork", "swift"]);
    c.settle();
    let report = placed(&mut c, "swift", "Men near Ansongo");
    c.settle();
    let id = incident(&mut c, "stork", "At the well", &[report]);
    let shown = block_on(c.who("stork").node.incidents()).unwrap();
    spoil_rows(c.who("stork"));
    let node = &c.who("stork").node;
    assert_eq!(block_on(node.incidents()).unwrap(), shown);
    assert_eq!(block_on(node.report_view(report)).unwrap().unwrap().row.fields.narrative, "Men near Ansongo");
    c.who("stork").crash();
    let node = &mut c.who("stork").node;
    assert_eq!(block_on(node.incident_briefs(true, 0, 9)).unwrap().0[0].id, id);
    assert_eq!(block_on(node.incidents()).unwrap(), shown);
    let checks = block_on(node.doctor()).unwrap();
    let documents = checks.iter().find(|check| check.what.starts_with("documents")).unwrap();
    assert_eq!(documents.rebuilt, 0, "they were built again when they were read");
}
