//! What devices carry: own letters that nobody else has are not given up, days tell nothing of who reads what, and
//! what waits is looked at in parts that a failure between them does not lose.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use azalai_envelope::envelope::UnverifiedEnvelope;
use azalai_envelope::{Day, EnvelopeId};
use azalai_model::{ReportFields, Tlp};
use azalai_roster::Role;
use azalai_store::{Fault, FaultWhen};
use azalai_sync::Why;
use azalai_testkit::Community;
use azalai_testkit::attacker::unbundle;
use azalai_testkit::member::{Member, TestNode, cheap};
use futures_lite::future::block_on;

fn carried(node: &TestNode) -> BTreeSet<EnvelopeId> {
    node.carrier().read(|index| index.iter().map(|(id, _)| *id).filter(|id| index.holds(id)).collect())
}

fn fields(text: &str) -> ReportFields {
    ReportFields {
        category: Some("other".to_owned()),
        narrative: text.to_owned(),
        tlp: Some(Tlp::Amber),
        ..ReportFields::default()
    }
}

/// Guards against a report that is "handed to a neighbour" for ever: its envelope was given up or rotted here before
/// any coordinator had it, and nothing would seal it again.
#[test]
fn an_own_report_that_is_sealed_and_carried_no_more_is_sealed_again_and_arrives() {
    let mut c = Community::of(&["heron", "swift"]);
    c.settle();
    c.report("swift", "Three men at the well", Tlp::Amber).unwrap();
    let now_ms = c.now_ms;
    let swift = &mut c.who("swift").node;
    let before = carried(swift);
    block_on(swift.get_ready(now_ms)).unwrap();
    let sealed: Vec<EnvelopeId> = carried(swift).difference(&before).copied().collect();
    assert!(!sealed.is_empty());
    block_on(swift.carrier().tombstone(&sealed, Why::Evicted)).unwrap();
    c.settle();
    let heron = block_on(c.who("heron").node.reports()).unwrap();
    assert!(heron.iter().any(|view| view.row.fields.narrative == "Three men at the well"));
    // What a coordinator opened need not leave again.
    let swift = &mut c.who("swift").node;
    let before = carried(swift);
    let again: Vec<EnvelopeId> = before.iter().copied().collect();
    block_on(swift.carrier().tombstone(&again, Why::Evicted)).unwrap();
    block_on(swift.get_ready(now_ms)).unwrap();
    assert_eq!(carried(swift), BTreeSet::new());
}

/// Guards against one stranger with a wrong clock whose claim, which only staff read, marks every letter of staff by
/// its day.
#[test]
fn a_strangers_clock_changes_no_day_on_the_letters_of_those_who_read_its_claim() {
    let mut c = Community::of(&["heron", "swift"]);
    c.settle();
    let now_ms = c.now_ms;
    let far = now_ms + 95 * 365 * 86_400_000;
    let invite =
        block_on(c.who("acacia").node.invite(Role::Monitor, Some("valley".parse().unwrap()), cheap(), now_ms)).unwrap();
    let mut stranger = Member::take_up(&invite, 77, "wren", far);
    let (bundle, _) = block_on(stranger.node.export_bundle(far)).unwrap();
    c.settle();
    let heron = &mut c.who("heron").node;
    assert!(block_on(heron.import_bundle(&bundle)).unwrap().taken.statements > 0, "heron reads the claim");
    let before = carried(heron);
    let valley = Some("valley".parse().unwrap());
    block_on(heron.incident_new("At the well", valley, Tlp::Amber, None, now_ms)).unwrap();
    block_on(heron.get_ready(now_ms)).unwrap();
    let new: Vec<EnvelopeId> = carried(heron).difference(&before).copied().collect();
    let days = heron.carrier().read(|index| new.iter().map(|id| index.entry(id).unwrap().day).collect::<BTreeSet<_>>());
    assert_eq!(days, BTreeSet::from([Day::of_ms(now_ms)]));
}

/// Guards against a coordinator's device that a newcomer with many reports stops for good: everything that waited was
/// one batch, larger than a store takes; and against parts of which a failure half way forgets the rest.
#[test]
fn what_waits_for_a_claim_is_looked_at_in_parts_and_a_failure_between_them_loses_none() {
    let mut c = Community::of(&["heron"]);
    c.settle();
    let now_ms = c.now_ms;
    let invite =
        block_on(c.who("acacia").node.invite(Role::Monitor, Some("valley".parse().unwrap()), cheap(), now_ms)).unwrap();
    c.settle();
    let mut newcomer = Member::take_up(&invite, 78, "wren", now_ms);
    for number in 0..300 {
        block_on(newcomer.node.report(fields(&format!("Report {number}")), None, now_ms)).unwrap();
    }
    let (bundle, _) = block_on(newcomer.node.export_bundle(now_ms)).unwrap();
    let asleep = c.who("heron").asleep();
    let mut failed = 0;
    for after_writes in 0..10 {
        let mut heron = Member::wake(&asleep, 79);
        heron.store().plan(Fault { after_writes, when: FaultWhen::Before });
        if block_on(heron.node.import_bundle(&bundle)).is_err() {
            failed += 1;
            heron.crash();
            block_on(heron.node.catch_up()).unwrap();
            block_on(heron.node.import_bundle(&bundle)).unwrap();
        }
        assert_eq!(block_on(heron.node.reports()).unwrap().len(), 300, "after {after_writes} writes");
    }
    assert!(failed > 3, "{failed} times between parts");
}

fn ids(bundle: &[u8]) -> Vec<EnvelopeId> {
    unbundle(bundle).into_iter().map(|bytes| UnverifiedEnvelope::parse(bytes).unwrap().id()).collect()
}

/// Guards against a device that carries more than one file holds and then gives nothing at all: not even the reports
/// that nobody else has.
#[test]
fn what_does_not_fit_into_one_bundle_goes_into_the_next_with_own_letters_first() {
    let mut c = Community::of(&["heron", "swift", "dove"]);
    for number in 0..40 {
        c.report("dove", &format!("Of another {number}"), Tlp::Amber).unwrap();
    }
    c.settle();
    let before = carried(&c.who("swift").node);
    for number in 0..3 {
        c.report("swift", &format!("Own {number}"), Tlp::Amber).unwrap();
    }
    let now_ms = c.now_ms;
    let swift = &mut c.who("swift").node;
    let (whole, count) = block_on(swift.export_bundle(now_ms)).unwrap();
    let all: BTreeSet<EnvelopeId> = ids(&whole).into_iter().collect();
    assert_eq!((all.len(), &all), (count, &carried(swift)));
    let own: BTreeSet<EnvelopeId> = all.difference(&before).copied().collect();
    assert_eq!(own.len(), 3);
    let largest = unbundle(&whole).iter().map(Vec::len).max().unwrap();
    let limit = (9 + 4 + largest + 3000) as u64;
    let (mut after, mut parts, mut sum): (Option<EnvelopeId>, Vec<Vec<u8>>, usize) = (None, Vec::new(), 0);
    loop {
        let exported = block_on(swift.export_bundle_after(after, limit, now_ms)).unwrap();
        assert!(exported.bytes.len() as u64 <= limit, "{} bytes of {limit}", exported.bytes.len());
        assert_eq!(ids(&exported.bytes).len(), exported.letters);
        sum += exported.letters;
        assert_eq!(exported.left, count - sum, "what is left is said");
        parts.push(exported.bytes);
        assert_eq!(exported.after.is_some(), exported.left > 0);
        match exported.after {
            Some(last) => after = Some(last),
            None => break,
        }
    }
    assert!(parts.len() > 3, "{} parts", parts.len());
    assert_eq!(ids(&parts[0]).into_iter().take(3).collect::<BTreeSet<_>>(), own, "what nobody else has comes first");
    let together: Vec<EnvelopeId> = parts.iter().flat_map(|part| ids(part)).collect();
    assert_eq!((together.len(), together.into_iter().collect::<BTreeSet<_>>()), (count, all), "each once");
    // In any order they give all of it.
    for part in parts.iter().rev() {
        block_on(c.who("heron").node.import_bundle(part)).unwrap();
    }
    let heron = block_on(c.who("heron").node.reports()).unwrap();
    assert_eq!(heron.iter().filter(|view| view.row.fields.narrative.starts_with("Own")).count(), 3);
    let unknown = block_on(c.who("swift").node.export_bundle_after(Some(EnvelopeId([7; 32])), limit, now_ms));
    assert!(matches!(unknown, Err(azalai_node::NodeError::NotFound(_))), "{unknown:?}");
}
