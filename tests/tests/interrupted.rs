//! Promise 4 on the device: a write of the database or of a small file fails, at every place where one can, and
//! whoever holds the device starts it again or just goes on. Nothing is said twice, and nothing stays half done.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use azalai_model::{Credibility, Reliability, Tlp};
use azalai_node::{Fate, ReportState, TakenAt};
use azalai_store::{Fault, FaultWhen};
use azalai_testkit::{Community, DirectLink, Link};
use futures_lite::future::block_on;

/// Writes within which every failure is tried: as many as any action here makes.
const WRITES: u64 = 6;

/// Every failure of one write, of the database (`true`) or of a small file, and whether the device is started again.
fn failures() -> impl Iterator<Item = (bool, Fault, bool)> {
    // A batch of the database is whole or not there; only a small file can be torn.
    let (before, after, torn) = (FaultWhen::Before, FaultWhen::After, FaultWhen::Torn { keep: 20 });
    let kinds = [(true, before), (true, after), (false, before), (false, after), (false, torn)];
    let faults = (0..WRITES).flat_map(move |n| kinds.map(|(store, when)| (store, Fault { after_writes: n, when })));
    faults.flat_map(|(store, fault)| [true, false].map(|restart| (store, fault, restart)))
}

fn plan(c: &mut Community, who: &str, store: bool, fault: Fault) {
    if store { c.who(who).store().plan(fault) } else { c.who(who).disk().plan(fault) }
}

/// Guards against two receipts that arrive together: the second was written over the first, and a monitor was never
/// told that somebody acted on its report.
#[test]
fn receipts_that_arrive_together_are_all_kept() {
    let mut c = Community::of(&["heron", "stork", "swift"]);
    c.settle();
    let reports: Vec<_> = (0..6).map(|n| c.report("swift", &format!("Report {n}"), Tlp::Amber).unwrap()).collect();
    c.visit("swift").unwrap();
    for name in ["heron", "stork"] {
        let now_ms = c.now_ms;
        let link = |c: &mut Community| DirectLink::new(c.relay.responder(), now_ms, now_ms);
        // The letters come, and the receipts for them stay until the report is linked as well.
        let mut first = Link::new(link(&mut c), 1, 0, 0, Some(3));
        let _ = c.who(name).exchange(&mut first, now_ms);
        let node = &mut c.who(name).node;
        let id = block_on(node.incident_new("One", None, Tlp::Amber, None, now_ms)).unwrap();
        for report in block_on(node.reports()).unwrap() {
            block_on(node.incident_link(id, report.id, None, now_ms)).unwrap();
            let graded = node.incident_grade(id, report.id, Reliability::B, Credibility::Possible, "", now_ms);
            block_on(graded).unwrap();
        }
    }
    c.settle();
    let states = block_on(c.who("swift").node.reports()).unwrap();
    assert_eq!(states.len(), reports.len());
    for view in states {
        assert_eq!(view.state, ReportState::Acted, "{}", view.id);
    }
}

/// Guards against a statement that was saved half way and came back later, in a place of its chain that another had
/// taken by then: the chain was forked, and what its author wrote from there on was set aside everywhere.
#[test]
fn a_report_that_failed_half_way_takes_no_other_ones_place() {
    for (store, fault, restart) in failures() {
        let mut c = Community::of(&["heron", "swift"]);
        let before = c.report("swift", "Before", Tlp::Amber).unwrap();
        plan(&mut c, "swift", store, fault);
        // What it may say: a change that failed half way may be there or not, as long as it is whole.
        let mut saved = vec![(before, vec!["Before".to_owned()])];
        for n in 0..3 {
            let text = format!("During {n}");
            match c.report("swift", &text, Tlp::Amber) {
                Ok(id) => saved.push((id, vec![text])),
                Err(_) if restart => c.who("swift").crash(),
                Err(_) => {}
            }
            let now_ms = c.now_ms;
            let text = format!("Amended {n}");
            let change = |fields: &mut azalai_model::ReportFields| {
                fields.narrative = text.clone();
                Ok(())
            };
            match block_on(c.who("swift").node.amend(before, change, now_ms)) {
                Ok(_) => saved[0].1 = vec![text],
                Err(_) => {
                    saved[0].1.push(text);
                    if restart {
                        c.who("swift").crash();
                    }
                }
            }
        }
        c.who("swift").crash();
        c.settle();
        let heron = &c.who("heron").node;
        let read = block_on(heron.reports()).unwrap();
        for (id, texts) in &saved {
            let view = read.iter().find(|view| view.id == *id);
            let view = view.unwrap_or_else(|| panic!("{texts:?} is gone: {store} {fault:?} {restart}"));
            let text = &view.row.fields.narrative;
            assert!(texts.contains(text), "{text}, not {texts:?}: {store} {fault:?} {restart}");
            let history = block_on(heron.whole(id)).unwrap().history;
            assert!(history.iter().all(|past| past.fate == Fate::Applied), "{store} {fault:?} {restart}: {history:?}");
        }
    }
}

/// Guards against a phone that is switched off right after it said "saved": a save waits for the journal alone, and the
/// database loses what it has not synced. Nothing may be missing then, no place of a chain be taken twice, and the
/// device's clock not fall behind what it has said.
#[test]
fn what_was_saved_and_not_yet_synced_into_the_database_comes_back_from_the_journal() {
    let mut c = Community::of(&["heron", "swift"]);
    let first = c.report("swift", "Synced", Tlp::Amber).unwrap();
    c.settle();
    let second = c.report("swift", "Only in the journal", Tlp::Amber).unwrap();
    let amend = |c: &mut Community, id, text: &str| {
        let now_ms = c.now_ms;
        let change = |fields: &mut azalai_model::ReportFields| {
            fields.narrative = text.to_owned();
            Ok(())
        };
        block_on(c.who("swift").node.amend(id, change, now_ms)).unwrap();
    };
    amend(&mut c, first, "Amended");
    amend(&mut c, second, "Amended as well");
    let before = block_on(c.who("swift").node.reports()).unwrap();
    for _ in 0..2 {
        c.who("swift").crash();
        let report = c.who("swift").node.open_report();
        assert_eq!((report.put_back, report.damaged), (3, 0), "the database lost nothing, or more than that");
        let after = block_on(c.who("swift").node.reports()).unwrap();
        assert_eq!(format!("{after:?}"), format!("{before:?}"));
    }
    // The wall clock was wrong, and is set right: what is said from now on still comes after what was said.
    let right = c.now_ms;
    c.now_ms -= 3_600_000;
    amend(&mut c, second, "The last word");
    c.now_ms = right;
    c.settle();
    c.who("swift").crash();
    assert_eq!(c.who("swift").node.open_report().put_back, 0, "an exchange makes all of it durable");
    for name in ["heron", "swift"] {
        let node = &c.who(name).node;
        for (id, text, statements) in [(first, "Amended", 2), (second, "The last word", 3)] {
            let view = block_on(node.reports()).unwrap().into_iter().find(|view| view.id == id).unwrap();
            assert_eq!(view.row.fields.narrative, text, "{name}");
            let history = block_on(node.whole(&id)).unwrap().history;
            assert_eq!(history.len(), statements, "{name}");
            assert!(history.iter().all(|past| past.fate == Fate::Applied), "{name}: {history:?}");
        }
    }
}

/// Guards against a removal that a crash leaves half done: the act comes back from the journal, and lists must show at
/// once what it sets aside as they did before, not only when something else happens.
#[test]
fn a_removal_that_only_the_journal_holds_sets_the_same_aside_after_a_crash() {
    let mut c = Community::of(&["heron", "swift"]);
    c.report("swift", "Before it was taken", Tlp::Amber).unwrap();
    c.settle();
    c.now_ms += 3_600_000;
    let taken = c.now_ms;
    c.now_ms += 1;
    c.report("swift", "Under a gun", Tlp::Amber).unwrap();
    c.settle();
    let (device, now_ms) = (c.who("swift").node.device().signing, c.now_ms);
    let heron = c.who("heron");
    let listed = |node: &azalai_testkit::TestNode| format!("{:?}", block_on(node.reports()).unwrap());
    let whole = listed(&heron.node);
    block_on(heron.node.remove(&device, TakenAt::Ms(taken), now_ms)).unwrap();
    let before = (listed(&heron.node), block_on(heron.node.quarantine()).unwrap().len());
    assert_ne!(before.0, whole);
    assert_eq!(before.1, 1);
    heron.crash();
    assert_eq!(heron.node.open_report().put_back, 1, "the database lost nothing, or more than that");
    assert_eq!((listed(&heron.node), block_on(heron.node.quarantine()).unwrap().len()), before);
}

/// Guards against a device that read its keys, was stopped before it had looked at what they open, and never looked
/// again: an admitted coordinator who saw neither members nor reports.
#[test]
fn whoever_is_stopped_while_reading_its_keys_reads_what_they_open_all_the_same() {
    for (store, fault, restart) in failures() {
        let mut c = Community::of(&["heron", "swift"]);
        let id = c.report("swift", "Read me", Tlp::Amber).unwrap();
        for name in ["swift", "heron", "acacia"] {
            c.visit(name).unwrap();
        }
        let now_ms = c.now_ms;
        assert_eq!(c.who("acacia").admit_all(now_ms), 2);
        c.visit("acacia").unwrap();
        plan(&mut c, "heron", store, fault);
        for _ in 0..3 {
            if c.visit("heron").is_err() && restart {
                c.who("heron").crash();
            }
        }
        let reports = block_on(c.who("heron").node.reports()).unwrap();
        let read = reports.iter().any(|view| view.id == id && !view.unconfirmed);
        assert!(read, "{store} {fault:?} {restart}: {reports:?}");
        let members = c.who("heron").node.roster().members().count();
        assert_eq!(members, c.who("acacia").node.roster().members().count(), "{store} {fault:?} {restart}");
    }
}

/// Guards against a member who waits no more and has no keys: admitted by a device that was stopped before it wrote
/// the letter.
#[test]
fn an_admission_that_was_stopped_half_way_is_finished() {
    for (store, fault, restart) in failures() {
        let mut c = Community::of(&["heron", "swift"]);
        for name in ["swift", "heron", "acacia"] {
            c.visit(name).unwrap();
        }
        plan(&mut c, "acacia", store, fault);
        let waiting: Vec<_> = c.who("acacia").node.roster().waiting();
        for waiting in waiting {
            let now_ms = c.now_ms;
            let admitted = block_on(c.who("acacia").node.admit(&waiting.claim.device.signing, now_ms));
            if admitted.is_err() && restart {
                c.who("acacia").crash();
            }
        }
        c.who("acacia").crash();
        c.settle();
        for name in ["heron", "swift"] {
            assert!(c.who(name).node.is_admitted(), "{name}: {store} {fault:?} {restart}");
        }
        let members = |c: &mut Community, name: &str| c.who(name).node.roster().members().cloned().collect::<Vec<_>>();
        assert_eq!(members(&mut c, "heron"), members(&mut c, "acacia"), "{store} {fault:?} {restart}");
    }
}

/// Guards against a reply that is lost after the relay took the letter: both sides held the same from then on, so
/// nothing was put again, and the author was told for ever that the report is on this phone only.
#[test]
fn a_receipt_that_was_lost_on_the_way_is_given_again() {
    let mut lost = 0;
    for seed in 0..20 {
        let mut c = Community::of(&["swift"]);
        c.report("swift", "Lost reply", Tlp::Amber).unwrap();
        let now_ms = c.now_ms;
        let before = c.relay.held();
        let direct = DirectLink::new(c.relay.responder(), 3, now_ms);
        let failed = c.who("swift").exchange(&mut Link::new(direct, seed, 40, 0, None), now_ms).is_err();
        lost += usize::from(failed && c.relay.held() > before);
        c.visit("swift").unwrap();
        assert_eq!(block_on(c.who("swift").node.reports()).unwrap()[0].state, ReportState::Relay, "seed {seed}");
    }
    assert!(lost > 0, "no seed lost a reply");
}
