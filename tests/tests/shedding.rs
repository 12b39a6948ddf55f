//! Shedding: a device forgets its own reports once they have safely arrived, or by hand; nothing brings the words back,
//! nothing that does not count makes it forget, and a correction or a retraction still reaches whoever read them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use azalai_envelope::statement::document_id;
use azalai_envelope::{ChainId, Clock, DocumentId, Draft, Kind, Lane, ProjectId, Recipient, SigningPublic};
use azalai_model::{ReportFields, Tlp};
use azalai_node::{Ask, HeldBy, NodeError, NoticeTo, ReportState, ReportView, TakenAt, Transport, TransportError};
use azalai_roster::{Receipt, What};
use azalai_store::{Fault, FaultWhen, Space, Store};
use azalai_testkit::attacker::{Attacker, bundle};
use azalai_testkit::{Community, DirectLink, Member};
use futures_lite::future::block_on;

const DAY_MS: u64 = 86_400_000;

fn held(c: &mut Community, who: &str, report: DocumentId) -> HeldBy {
    block_on(c.who(who).node.held_by(report)).unwrap()
}

fn forget(c: &mut Community, report: DocumentId, even_if_unsent: bool) -> Result<Vec<DocumentId>, NodeError> {
    let now_ms = c.now_ms;
    block_on(c.who("swift").node.forget(report, even_if_unsent, now_ms))
}

fn view(c: &mut Community, who: &str, report: DocumentId) -> ReportView {
    block_on(c.who(who).node.report_view(report)).unwrap().unwrap()
}

fn amend(c: &mut Community, report: DocumentId, text: &str, category: Option<&str>) -> Result<(), NodeError> {
    c.now_ms += 1;
    let now_ms = c.now_ms;
    let change = |fields: &mut ReportFields| {
        fields.narrative = text.to_owned();
        if let Some(category) = category {
            fields.category = Some(category.to_owned());
        }
        Ok(())
    };
    block_on(c.who("swift").node.amend(report, change, now_ms)).map(drop)
}

/// No word of a report is to be had on a device, in any of the ways in which it shows them.
fn assert_forgotten(member: &Member, report: DocumentId, words: &str) {
    let node = &member.node;
    let view = block_on(node.report_view(report)).unwrap().unwrap();
    assert!(view.own && view.shed_ms.is_some());
    assert_eq!(view.row.fields, ReportFields::default());
    assert!(matches!(block_on(node.whole(&report)), Err(NodeError::NotFound(_))));
    assert!(block_on(node.reports()).unwrap().iter().all(|view| view.id != report));
    let all = format!("{:?} {:?}", block_on(node.reports()).unwrap(), block_on(node.notices()).unwrap());
    assert!(!all.contains(words), "{words}");
    let (own, total) = block_on(node.own_reports(0, 100)).unwrap();
    assert_eq!((own.iter().filter(|view| view.id == report).count(), own.len()), (1, total));
}

/// Guards against words that stay behind, come back by a relay, a neighbour, a card, another sealing of the same letter
/// or a restart, and against a phone that no longer knows that it ever reported or how far that got.
#[test]
fn what_was_forgotten_comes_back_by_no_way_and_what_is_known_of_it_stays() {
    let mut c = Community::of(&["heron", "stork", "swift", "dove"]);
    c.settle();
    // For every member, so that the device itself could open its own letter.
    let report = c.report("swift", "Camels at the ford", Tlp::Green).unwrap();
    // The same statement sealed twice: once by a copy of the device.
    let mut copy = Member::wake(&c.who("swift").asleep(), 77);
    let now_ms = c.now_ms;
    let (other_sealing, _) = block_on(copy.node.export_bundle(now_ms)).unwrap();
    c.visit("swift").unwrap();
    let (own_sealing, _) = block_on(c.who("swift").node.export_bundle(now_ms)).unwrap();
    c.visit("heron").unwrap();
    let answer = |c: &mut Community, text: &str| {
        c.now_ms += 1;
        let now_ms = c.now_ms;
        let to = NoticeTo::AuthorOf(report);
        block_on(c.who("heron").node.notify((text, None), &to, None, Lane::Text, now_ms)).unwrap();
        c.visit("heron").unwrap();
    };
    answer(&mut c, "You saw Camels at the ford?");
    c.visit("swift").unwrap();
    let known = held(&mut c, "swift", report);
    assert_eq!(known, HeldBy { statements: 1, opened: 1, readers: 1, ..HeldBy::default() });
    let (everything, _) = block_on(c.who("swift").node.export_bundle(now_ms)).unwrap();

    assert_eq!(forget(&mut c, report, false).unwrap(), [report]);
    assert_forgotten(c.who("swift"), report, "Camels");
    assert_eq!(view(&mut c, "swift", report).state, ReportState::Opened);
    c.who("swift").crash();
    for letters in [&own_sealing, &other_sealing, &everything] {
        block_on(c.who("swift").node.import_bundle(letters)).unwrap();
        assert_forgotten(c.who("swift"), report, "Camels");
    }
    // By the relay and by a neighbour who holds it, who is given nothing of it either.
    c.settle();
    c.visit("dove").unwrap();
    let now_ms = c.now_ms;
    let at = c.people.iter().position(|member| member.node.pseudonym() == "dove").unwrap();
    let mut dove = c.people.remove(at);
    dove.meet(c.who("swift"), now_ms).unwrap();
    c.who("swift").meet(&mut dove, now_ms).unwrap();
    c.people.push(dove);
    c.who("swift").crash();
    assert_forgotten(c.who("swift"), report, "Camels");
    for check in block_on(c.who("swift").node.doctor()).unwrap() {
        assert!(check.is_well(), "{check:?}");
    }
    // Heron, stork and the steward still have it, and what they do with it is still told.
    assert_eq!(view(&mut c, "heron", report).row.fields.narrative, "Camels at the ford");
    let incident = block_on(c.who("heron").node.incident_new("Ford", None, Tlp::Amber, None, now_ms)).unwrap();
    block_on(c.who("heron").node.incident_link(incident, report, None, now_ms)).unwrap();
    c.settle();
    assert_eq!(view(&mut c, "swift", report).state, ReportState::Acted);
    let status = block_on(c.who("swift").node.status()).unwrap();
    assert_eq!((status.shed, status.reports), (1, vec![(ReportState::Acted, 1)]));
    // An answer that comes later is read, and forgotten with a second word.
    answer(&mut c, "About the Camels: thank you");
    c.visit("swift").unwrap();
    assert_eq!(block_on(c.who("swift").node.replies()).unwrap()[&report].len(), 1);
    forget(&mut c, report, false).unwrap();
    c.settle();
    assert_forgotten(c.who("swift"), report, "Camels");
}

/// Guards against a phone on which whoever has the passphrase finds out how urgent a forgotten report was, or which of
/// the letters in a relay it was: something that stays says which letter carried it.
#[test]
fn what_stays_of_a_forgotten_report_does_not_name_its_letter() {
    let mut c = Community::of(&["heron", "swift"]);
    c.settle();
    c.report("swift", "Another one", Tlp::Amber).unwrap();
    c.settle();
    let items = |c: &mut Community| -> Vec<usize> {
        let store = c.who("swift").store().clone();
        (0..=255).map(|space| block_on(store.scan(Space(space), None, 10_000)).unwrap().items.len()).collect()
    };
    let before = items(&mut c);
    let report = c.report("swift", "Camels at the ford", Tlp::Amber).unwrap();
    c.visit("swift").unwrap();
    let sent = items(&mut c);
    forget(&mut c, report, true).unwrap();
    let after = items(&mut c);
    let grown: Vec<usize> =
        after.iter().zip(&before).map(|(after, before)| after - before).filter(|n| *n > 0).collect();
    // The report, its statement, the statement's place in its chain, the letter's place in the carrier's set. Not the
    // two items that say which statement the letter carried, and what came of it.
    assert_eq!(grown, [1, 1, 1, 1]);
    assert!(sent.iter().sum::<usize>() > after.iter().sum::<usize>());
    c.settle();
    assert_forgotten(c.who("swift"), report, "Camels");
}

/// Guards against the only copy of a report being thrown away by a slip, and against a chain with a hole for ever where
/// somebody did want that.
#[test]
fn the_only_copy_is_forgotten_only_when_that_is_said_and_leaves_no_gap() {
    let mut c = Community::of(&["heron", "swift"]);
    c.settle();
    let report = c.report("swift", "Never sent", Tlp::Amber).unwrap();
    assert!(held(&mut c, "swift", report).is_only_copy());
    assert!(matches!(forget(&mut c, report, false), Err(NodeError::Denied(_))));
    assert_eq!(view(&mut c, "swift", report).row.fields.narrative, "Never sent");
    forget(&mut c, report, true).unwrap();
    assert_forgotten(c.who("swift"), report, "Never sent");
    assert_eq!(view(&mut c, "swift", report).state, ReportState::Local);
    let next = c.report("swift", "The next", Tlp::Amber).unwrap();
    c.settle();
    assert!(block_on(c.who("heron").node.report_view(report)).unwrap().is_none());
    let history = block_on(c.who("heron").node.whole(&next)).unwrap().history;
    assert_eq!(history[0].seq, 0, "a new chain, whose beginning everybody has");
    // Another's report is not this device's to forget.
    let other = block_on(c.who("heron").node.held_by(next));
    assert!(matches!(other, Err(NodeError::Denied(_))));
}

/// Guards against a reporter who cannot mend what was wrong any more, coordinators who do not see that two reports are
/// one, and a report that was taken back and still counts.
#[test]
fn a_correction_and_a_retraction_of_what_was_forgotten_reach_whoever_read_it() {
    let mut c = Community::of(&["heron", "stork", "swift", "dove"]);
    c.settle();
    let report = c.report("swift", "Five men", Tlp::Amber).unwrap();
    let others = c.report("dove", "Some men", Tlp::Amber).unwrap();
    c.settle();
    let now_ms = c.now_ms;
    let heron = &mut c.who("heron").node;
    let incident =
        block_on(heron.incident_new("Men", Some("valley".parse().unwrap()), Tlp::Amber, None, now_ms)).unwrap();
    for report in [report, others] {
        block_on(heron.incident_link(incident, report, None, now_ms)).unwrap();
    }
    forget(&mut c, report, false).unwrap();

    let error = amend(&mut c, report, "Six men", None).unwrap_err();
    assert!(error.to_string().contains("category"), "{error}");
    let narrower = azalai_node::catalog::pack().unwrap().categories.iter().map(|it| it.code.clone());
    let pack = azalai_node::catalog::pack().unwrap();
    if let Some(code) = narrower.into_iter().find(|code| pack.label(code, Some(Tlp::Amber)) != Tlp::Amber) {
        assert!(amend(&mut c, report, "Six men", Some(&code)).is_err(), "it would go to others than the first");
    }
    amend(&mut c, report, "Six men", Some("other")).unwrap();
    let later = view(&mut c, "swift", report).later;
    let [later] = later[..] else { panic!("{later:?}") };
    assert_eq!(view(&mut c, "swift", later).row.fields.corrects.map(|corrects| corrects.0), Some(report));
    // Another word goes into the later report.
    amend(&mut c, report, "Seven men", None).unwrap();
    assert_eq!(view(&mut c, "swift", report).later, [later]);
    c.settle();
    for name in ["heron", "stork"] {
        let old = view(&mut c, name, report);
        assert_eq!((old.later, old.row.fields.narrative.as_str()), (vec![later], "Five men"));
        assert_eq!(old.later_texts, ["Seven men"]);
        let new = view(&mut c, name, later);
        assert_eq!((new.row.fields.narrative.as_str(), new.tlp, new.area), ("Seven men", Tlp::Amber, old.area));
        assert_eq!(new.row.fields.corrects.map(|corrects| corrects.0), Some(report));
        let read = block_on(c.who(name).node.incident(&incident)).unwrap().unwrap();
        let link = read.reports.iter().find(|link| link.report == report).unwrap();
        assert_eq!((link.later.clone(), link.changed_since, read.independent_sources), (vec![later], true, 2));
    }
    // That is forgotten as well, and all of it taken back.
    forget(&mut c, later, false).unwrap();
    let now_ms = c.now_ms;
    block_on(c.who("swift").node.retract(later, "It was a rumour", now_ms)).unwrap();
    block_on(c.who("swift").node.retract(report, "It was a rumour", now_ms)).unwrap();
    assert!(matches!(block_on(c.who("swift").node.retract(report, "Again", now_ms)), Err(NodeError::Unchanged(_))));
    assert!(amend(&mut c, report, "No", Some("other")).is_err());
    c.settle();
    for name in ["heron", "stork", "swift"] {
        for report in [report, later] {
            assert_eq!(view(&mut c, name, report).state, ReportState::Retracted, "{name}");
        }
    }
    assert_eq!(view(&mut c, "stork", report).row.retracted.unwrap().why, "It was a rumour");
    let read = block_on(c.who("stork").node.incident(&incident)).unwrap().unwrap();
    assert_eq!(read.independent_sources, 1, "what was taken back is no source");
    // Nobody else's word takes a report back.
    let mut viper = Attacker::invited(&mut c, 666);
    let claim = viper.claim("viper");
    block_on(c.who("acacia").node.import_bundle(&bundle(&[claim]))).unwrap();
    c.settle();
    let others = c.report("dove", "Others", Tlp::Amber).unwrap();
    c.settle();
    let circle = azalai_roster::Circle::AreaAndAbove("valley".parse().unwrap());
    let audience = viper.audience(&circle);
    let (document, nonce) = viper.own_document(Kind::REPORT, audience);
    let place = viper.new_place();
    let actor = viper.actor(&document, place);
    let mut made = azalai_model::Document::new(azalai_model::DocumentKind::Report);
    let of = azalai_model::Corrects(others);
    let body = made.write_retraction(&actor, of, Tlp::Amber, 1, "It never was").unwrap();
    let said = viper.say(Kind::REPORT, (document, Some(nonce)), audience, place, &body);
    let letter = viper.seal(&said);
    block_on(c.who("stork").node.import_bundle(&bundle(&[letter]))).unwrap();
    assert!(block_on(c.who("stork").node.report_view(document)).unwrap().is_some(), "it came in");
    let view = view(&mut c, "stork", others);
    assert_eq!((view.state, view.later), (ReportState::Opened, vec![]));
}

/// Guards against a copy for one named member that stays when the others are forgotten, or goes uncorrected.
#[test]
fn copies_for_named_members_are_forgotten_and_corrected_together() {
    let mut c = Community::of(&["heron", "stork", "swift"]);
    c.settle();
    let named: Vec<SigningPublic> = ["heron", "stork"].map(|name| c.who(name).node.device().signing).to_vec();
    let by = c.who("swift").node.read_by(Tlp::Red, None, &named).unwrap();
    let fields = ReportFields {
        category: Some("other".to_owned()),
        narrative: "For two alone".to_owned(),
        tlp: Some(Tlp::Red),
        ..ReportFields::default()
    };
    let now_ms = c.now_ms;
    let nonce = c.who("swift").node.random16();
    let ids = block_on(c.who("swift").node.report_for(nonce, fields.clone(), &by, now_ms)).unwrap();
    c.visit("swift").unwrap();
    c.visit("heron").unwrap();
    c.visit("swift").unwrap();
    let known = held(&mut c, "swift", ids[0]);
    assert_eq!((known.statements, known.opened, known.readers), (2, 1, 0), "stork has not opened its copy");
    c.settle();
    let mut forgotten = forget(&mut c, ids[1], false).unwrap();
    forgotten.sort();
    let mut all = ids.clone();
    all.sort();
    assert_eq!(forgotten, all);
    for id in &ids {
        assert_forgotten(c.who("swift"), *id, "two alone");
    }
    // The form that made them, sent again, makes nothing.
    assert_eq!(block_on(c.who("swift").node.report_for(nonce, fields, &by, now_ms)).unwrap(), ids);
    assert_forgotten(c.who("swift"), ids[0], "two alone");
    amend(&mut c, ids[0], "For two alone, corrected", Some("other")).unwrap();
    c.settle();
    for name in ["heron", "stork"] {
        let reports = block_on(c.who(name).node.reports()).unwrap();
        let new = reports.iter().find(|view| view.row.fields.corrects.is_some()).unwrap();
        let old = new.row.fields.corrects.unwrap().0;
        assert!(reports.iter().any(|view| view.id == old && view.later == [new.id]), "each names the copy that it has");
        assert_eq!((new.tlp, new.row.fields.narrative.as_str()), (Tlp::Red, "For two alone, corrected"));
    }
}

/// Guards against a device that lets go of its words for receipts that do not count: forged, of a monitor, twice of one
/// reader, of somebody who cannot read them, of a removed member, for another statement or another project.
#[test]
fn receipts_that_do_not_count_make_nobody_forget() {
    let mut c = Community::of(&["heron", "stork", "egret", "swift"]);
    let mut viper = Attacker::invited(&mut c, 666);
    let claim = viper.claim("viper");
    block_on(c.who("acacia").node.import_bundle(&bundle(&[claim]))).unwrap();
    c.settle();
    let days = Some(7);
    block_on(c.who("swift").node.set_shedding(days)).unwrap();
    let report = c.report("swift", "Trucks at night", Tlp::AmberStrict).unwrap();
    let statement = block_on(c.who("swift").node.whole(&report)).unwrap().history[0].statement;
    c.visit("swift").unwrap();
    c.visit("stork").unwrap();
    c.visit("swift").unwrap();
    assert_eq!(held(&mut c, "swift", report).readers, 1);
    let swift = c.who("swift").node.device();
    let to = Recipient { audience: swift.signing.audience(), key: swift.receiving };
    let project = c.who("swift").node.project();
    let body = Receipt { what: What::Opened, statements: vec![statement] }.encode().unwrap();
    let stork = c.who("stork").node.device().signing;
    // Of a monitor; of a key that nobody knows; of a member, but for another project; said to be stork's, and not.
    let stranger = viper.stranger();
    let (monitor, elsewhere) = (viper.keys.clone(), ProjectId([7; 32]));
    for (keys, project, author) in [
        (&monitor, project, monitor.public().signing),
        (&stranger, project, stranger.public().signing),
        (&monitor, elsewhere, monitor.public().signing),
        (&monitor, project, stork),
    ] {
        let draft = Draft {
            kind: Kind::RECEIPT,
            document: document_id(&project, Kind::RECEIPT, &to.audience, &keys.public().signing, &[1; 16]),
            opens: Some([1; 16]),
            chain: ChainId([2; 8]),
            seq: 0,
            prev: None,
            authority: [0; 8],
            clock: Clock(1),
            body: &body,
        };
        let mut bytes = draft.sign(&project, &to.audience, &keys.signing).unwrap().bytes().to_vec();
        bytes[19..27].copy_from_slice(&author.author_id().0);
        let letter = viper.seal_bytes(&bytes, &to);
        let taken = block_on(c.who("swift").node.import_bundle(&bundle(&[letter.clone(), letter]))).unwrap().taken;
        assert_eq!(taken.statements, 0);
        assert_eq!(held(&mut c, "swift", report).readers, 1);
    }
    // What stork sent comes ten times, with its "acted on": it is one reader.
    let now_ms = c.now_ms;
    let incident = block_on(c.who("stork").node.incident_new("Trucks", None, Tlp::Amber, None, now_ms)).unwrap();
    block_on(c.who("stork").node.incident_link(incident, report, None, now_ms)).unwrap();
    c.settle();
    for _ in 0..10 {
        let now_ms = c.now_ms;
        let (letters, _) = block_on(c.who("stork").node.export_bundle(now_ms)).unwrap();
        block_on(c.who("swift").node.import_bundle(&letters)).unwrap();
    }
    assert_eq!(view(&mut c, "swift", report).state, ReportState::Acted);
    assert_eq!(held(&mut c, "swift", report).readers, 1);
    // A second report, which two have read, of whom one is removed.
    let second = c.report("swift", "Shots", Tlp::Amber).unwrap();
    c.settle();
    assert_eq!(held(&mut c, "swift", second).readers, 2, "heron coordinates above, and reads it too");
    let now_ms = c.now_ms;
    let heron = c.who("heron").node.device().signing;
    block_on(c.who("acacia").node.remove(&heron, TakenAt::Now, now_ms)).unwrap();
    c.people.retain(|member| member.node.pseudonym() != "heron");
    c.settle();
    assert_eq!(held(&mut c, "swift", second).readers, 1);
    assert!(!held(&mut c, "swift", second).is_safe());
    // Years later, and without a relay: both are still there.
    c.now_ms += 1000 * DAY_MS;
    for _ in 0..2 {
        let now_ms = c.now_ms;
        assert_eq!(block_on(c.who("swift").node.shed_due(now_ms)).unwrap(), []);
        c.now_ms += 10 * DAY_MS;
    }
    assert_eq!(view(&mut c, "swift", second).row.fields.narrative, "Shots");
}

/// Guards against words that stay on a phone though two people read them long ago, and against words that go too early:
/// before the days have passed, right after somebody wrote about them, because a clock fell back, or unasked.
#[test]
fn what_two_have_read_is_forgotten_after_the_days_that_were_chosen() {
    let mut c = Community::of(&["heron", "stork", "swift"]);
    c.settle();
    assert_eq!(block_on(c.who("swift").node.shedding()).unwrap(), Some(30), "a monitor's, if nobody chose");
    assert_eq!(block_on(c.who("heron").node.shedding()).unwrap(), None, "a coordinator's works with what it holds");
    assert!(block_on(c.who("swift").node.set_shedding(Some(366))).is_err());
    block_on(c.who("swift").node.set_shedding(Some(7))).unwrap();
    let report = c.report("swift", "Camels", Tlp::Amber).unwrap();
    let unread = c.report("swift", "A second", Tlp::Amber).unwrap();
    c.settle();
    let due = |c: &mut Community| {
        let now_ms = c.now_ms;
        block_on(c.who("swift").node.shed_due(now_ms)).unwrap()
    };
    assert_eq!(due(&mut c), []);
    c.now_ms += 6 * DAY_MS;
    assert_eq!(due(&mut c), []);
    // Somebody asks: the days begin anew.
    let now_ms = c.now_ms;
    let to = NoticeTo::AuthorOf(report);
    block_on(c.who("heron").node.notify(("How many?", None), &to, None, Lane::Text, now_ms)).unwrap();
    c.visit("heron").unwrap();
    c.visit("swift").unwrap();
    // The second is amended: heron and stork have not read all of it.
    amend(&mut c, unread, "A second, amended", None).unwrap();
    c.now_ms += 2 * DAY_MS;
    assert_eq!(due(&mut c), []);
    let then = c.now_ms;
    c.now_ms -= 5 * DAY_MS;
    assert_eq!(due(&mut c), [], "the clock fell back");
    c.now_ms = then + 4 * DAY_MS;
    block_on(c.who("swift").node.set_shedding(None)).unwrap();
    assert_eq!(due(&mut c), [], "nobody wants it");
    block_on(c.who("swift").node.set_shedding(Some(7))).unwrap();
    c.who("swift").crash();
    assert_eq!(due(&mut c), [report]);
    assert_forgotten(c.who("swift"), report, "Camels");
    assert_eq!(view(&mut c, "swift", unread).row.fields.narrative, "A second, amended");
}

/// A relay that says that it holds everything, and returns nothing.
struct Withholding<T>(T, usize);

impl<T: Transport> Transport for Withholding<T> {
    async fn key_document(&mut self) -> Result<Vec<u8>, TransportError> {
        self.0.key_document().await
    }

    async fn exchange(&mut self, request: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        if self.1 == 0 {
            return Err(TransportError::Connection("lost".to_owned()));
        }
        self.1 -= 1;
        self.0.exchange(request).await
    }
}

/// Guards against a relay's word that is taken for the bytes, and against one reader's receipt that is taken for two.
#[test]
fn what_one_has_read_is_forgotten_only_if_a_relay_returns_the_bytes() {
    let mut c = Community::of(&["stork", "swift"]);
    c.settle();
    block_on(c.who("swift").node.set_shedding(Some(7))).unwrap();
    let report = c.report("swift", "Camels", Tlp::AmberStrict).unwrap();
    c.settle();
    assert_eq!(held(&mut c, "swift", report).readers, 1);
    c.now_ms += 8 * DAY_MS;
    let now_ms = c.now_ms;
    assert_eq!(block_on(c.who("swift").node.shed_due(now_ms)).unwrap(), [], "the relay was not asked");
    // It answers what it must, but not when it is asked for the bytes.
    let link = |c: &Community| DirectLink::new(c.relay.responder(), now_ms, now_ms);
    let mut copy = Member::wake(&c.who("swift").asleep(), 7);
    let mut counting = Withholding(link(&c), usize::MAX);
    assert_eq!(copy.exchange(&mut counting, now_ms).unwrap().shed, [report]);
    let rounds = usize::MAX - counting.1;
    let mut withholding = Withholding(link(&c), rounds - 1);
    let done = c.who("swift").exchange(&mut withholding, now_ms).unwrap();
    assert_eq!(withholding.1, 0, "all but the last question was answered");
    assert_eq!(done.shed, []);
    assert_eq!(view(&mut c, "swift", report).row.fields.narrative, "Camels");
    // One that lost it cannot return it.
    let whole = c.relay.copy();
    let carriers = c.relay.responder().carriers();
    let letters: Vec<_> = carriers[0].read(|index| index.iter().map(|(id, _)| *id).collect());
    block_on(carriers[0].tombstone(&letters, azalai_sync::Why::Evicted)).unwrap();
    assert_eq!(c.visit("swift").unwrap().shed, []);
    assert_eq!(view(&mut c, "swift", report).row.fields.narrative, "Camels");
    c.relay = whole;
    assert_eq!(c.visit("swift").unwrap().shed, [report]);
    assert_forgotten(c.who("swift"), report, "Camels");
    c.settle();
    assert_eq!(view(&mut c, "stork", report).row.fields.narrative, "Camels");
}

/// Guards against a relay's proof that is used for more than was asked for: the device is free while the question travels,
/// and its owner adds to the report.
#[test]
fn what_was_added_to_while_a_relay_was_asked_is_not_forgotten_by_its_answer() {
    let mut c = Community::of(&["stork", "swift"]);
    c.settle();
    block_on(c.who("swift").node.set_shedding(Some(7))).unwrap();
    let report = c.report("swift", "Camels", Tlp::AmberStrict).unwrap();
    c.settle();
    c.now_ms += 8 * DAY_MS;
    let now_ms = c.now_ms;
    assert_eq!(block_on(c.who("swift").node.shed_due(now_ms)).unwrap(), []);
    let mut copy = Member::wake(&c.who("swift").asleep(), 7);
    let mut counting = Withholding(DirectLink::new(c.relay.responder(), now_ms, now_ms), usize::MAX);
    assert_eq!(copy.exchange(&mut counting, now_ms).unwrap().shed, [report]);
    let rounds = usize::MAX - counting.1;
    let mut link = DirectLink::new(c.relay.responder(), now_ms, now_ms);
    let mut run = block_on(c.who("swift").node.begin_exchange(now_ms)).unwrap();
    let (mut answer, mut asked) = (None, 0);
    loop {
        let ask = block_on(c.who("swift").node.step_exchange(&mut run, answer.take(), now_ms)).unwrap();
        answer = Some(match ask {
            Ask::KeyDocument => block_on(link.key_document()),
            Ask::Request(request) => {
                asked += 1;
                let reply = block_on(link.exchange(request));
                if asked == rounds {
                    amend(&mut c, report, "Camels, and eight men", None).unwrap();
                }
                reply
            }
            Ask::Nothing => break,
        });
    }
    assert_eq!(asked, rounds, "the relay was asked for the letters");
    assert_eq!(run.exchanged().shed, []);
    assert_eq!(view(&mut c, "swift", report).row.fields.narrative, "Camels, and eight men");
}

/// Guards against forgetting that fails, for want of room or otherwise, and takes an exchange or an import along that had
/// nothing to do with it: it is noted, and done later.
#[test]
fn forgetting_that_fails_stops_no_exchange_and_no_letters() {
    let mut c = Community::of(&["heron", "stork", "swift"]);
    c.settle();
    block_on(c.who("swift").node.set_shedding(Some(7))).unwrap();
    let report = c.report("swift", "Camels", Tlp::Green).unwrap();
    let now_ms = c.now_ms;
    let (other_sealing, _) = block_on(Member::wake(&c.who("swift").asleep(), 77).node.export_bundle(now_ms)).unwrap();
    c.settle();
    assert_eq!(held(&mut c, "swift", report).readers, 2);
    let now_ms = c.now_ms;
    assert_eq!(block_on(c.who("swift").node.shed_due(now_ms)).unwrap(), []);
    c.now_ms += 8 * DAY_MS;
    let now_ms = c.now_ms;
    let asleep = c.who("swift").asleep();
    let mut failed = 0;
    // Small files are written by forgetting alone: nothing else is said in this exchange.
    for after_writes in 0..8 {
        let mut swift = Member::wake(&asleep, 7);
        swift.disk().plan(Fault { after_writes, when: FaultWhen::Before });
        let done = swift.exchange(&mut DirectLink::new(c.relay.responder(), now_ms, now_ms), now_ms);
        let done = done.unwrap_or_else(|error| panic!("after {after_writes} writes: {error}"));
        failed += usize::from(done.shed.is_empty());
        swift.crash();
        block_on(swift.node.shed_due(now_ms)).unwrap();
        assert_forgotten(&swift, report, "Camels");
    }
    assert!(failed > 1, "{failed} of the writes were of forgetting");
    // One letter that brings it again, beside others.
    assert_eq!(block_on(c.who("swift").node.shed_due(now_ms)).unwrap(), [report]);
    let asleep = c.who("swift").asleep();
    for after_writes in 0..3 {
        let mut swift = Member::wake(&asleep, 8);
        swift.disk().plan(Fault { after_writes, when: FaultWhen::Before });
        let taken = block_on(swift.node.import_bundle(&other_sealing));
        assert!(taken.is_ok(), "after {after_writes} writes: {taken:?}");
        swift.crash();
        assert_forgotten(&swift, report, "Camels");
    }
}

/// Guards against a crash in the midst of forgetting that leaves a report half there, resurrects it, or takes something
/// else along: after each failed write of the database or of a small file, with and without a restart.
#[test]
fn forgetting_that_is_interrupted_at_any_write_leaves_all_or_nothing() {
    let (before, after, torn) = (FaultWhen::Before, FaultWhen::After, FaultWhen::Torn { keep: 20 });
    let kinds = [(true, before), (true, after), (false, before), (false, after), (false, torn)];
    let mut base = Community::of(&["heron", "swift"]);
    base.settle();
    let report = base.report("swift", "Camels at the ford", Tlp::Green).unwrap();
    base.visit("swift").unwrap();
    let other = base.report("swift", "Kept", Tlp::Green).unwrap();
    let now_ms = base.now_ms;
    let (letters, _) = block_on(base.who("swift").node.export_bundle(now_ms)).unwrap();
    let asleep = base.who("swift").asleep();
    let (mut whole, mut gone) = (0, 0);
    for n in 0..8 {
        for (store, when) in kinds {
            // The first writes decide; whoever goes on without a restart finds the same.
            for restart in [true, false].into_iter().filter(|restart| *restart || n < 3) {
                let mut swift = Member::wake(&asleep, 7);
                let fault = Fault { after_writes: n, when };
                if store {
                    swift.store().plan(fault)
                } else {
                    swift.disk().plan(fault)
                }
                let done = block_on(swift.node.forget(report, true, now_ms));
                if restart {
                    swift.crash();
                } else {
                    swift.store().plan(Fault { after_writes: u64::MAX, when });
                    swift.disk().plan(Fault { after_writes: u64::MAX, when });
                }
                let view = block_on(swift.node.report_view(report)).unwrap().unwrap();
                if view.shed_ms.is_none() && restart {
                    assert!(done.is_err(), "{store} {fault:?}: it was said to be forgotten");
                    assert_eq!(view.row.fields.narrative, "Camels at the ford", "{store} {fault:?}");
                    whole += 1;
                }
                if done.is_err() {
                    block_on(swift.node.forget(report, true, now_ms)).unwrap();
                }
                gone += 1;
                swift.crash();
                block_on(swift.node.import_bundle(&letters)).unwrap();
                assert_forgotten(&swift, report, "Camels");
                let kept = block_on(swift.node.report_view(other)).unwrap().unwrap();
                assert_eq!(kept.row.fields.narrative, "Kept", "{store} {fault:?} {restart}");
                for check in block_on(swift.node.doctor()).unwrap() {
                    assert!(check.is_well(), "{store} {fault:?} {restart}: {check:?}");
                }
            }
        }
    }
    assert!(whole > 0 && gone == 55, "{whole} {gone}");
}

/// Guards against a backup that brings back only half: one made before holds what it held, and what is known of a report
/// since then comes again; one made after holds nothing of it, and nothing brings it back.
#[test]
fn a_backup_from_before_holds_what_it_held_and_one_from_after_does_not() {
    let mut c = Community::of(&["heron", "stork", "swift"]);
    c.settle();
    let report = c.report("swift", "Camels", Tlp::Amber).unwrap();
    let before = c.who("swift").asleep();
    c.settle();
    forget(&mut c, report, false).unwrap();
    let after = c.who("swift").asleep();
    let next = c.report("swift", "Another", Tlp::Amber).unwrap();
    c.settle();
    c.who("swift").restore(&after);
    c.settle();
    assert_forgotten(c.who("swift"), report, "Camels");
    let last = c.report("swift", "A third", Tlp::Amber).unwrap();
    c.settle();
    for (id, text) in [(report, "Camels"), (next, "Another"), (last, "A third")] {
        assert_eq!(view(&mut c, "heron", id).row.fields.narrative, text);
    }
    c.who("swift").restore(&before);
    c.settle();
    assert_eq!(view(&mut c, "swift", report).row.fields.narrative, "Camels");
    forget(&mut c, report, false).unwrap();
    c.settle();
    assert_forgotten(c.who("swift"), report, "Camels");
}

/// Guards against a draft whose words stay behind: what names a forgotten report goes with it, and others stay.
#[test]
fn drafts_about_a_forgotten_report_go_and_others_stay() {
    let mut c = Community::of(&["heron", "swift"]);
    c.settle();
    let report = c.report("swift", "Camels", Tlp::Amber).unwrap();
    c.settle();
    let node = &mut c.who("swift").node;
    let about = |text: &[u8]| [b"\x01 of ", text, b" Camels, and more"].concat();
    block_on(node.desk_put("draft/1", about(report.to_string().as_bytes()))).unwrap();
    block_on(node.desk_put("draft/2", about(&report.0))).unwrap();
    block_on(node.desk_put("draft/3", about(b"something else"))).unwrap();
    // An answer that was begun.
    block_on(node.desk_put("draft/notice/4", about(report.to_string().as_bytes()))).unwrap();
    forget(&mut c, report, false).unwrap();
    let left = block_on(c.who("swift").node.desk_all("draft/")).unwrap();
    assert_eq!(left, [("3".to_owned(), about(b"something else"))]);
}
