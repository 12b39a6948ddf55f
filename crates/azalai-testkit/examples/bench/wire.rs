//! What letters weigh and what exchanging them costs on the wire, over a relay's real routes on loopback.

use azalai_model::ReportFields;
use azalai_roster::Role;
use azalai_testkit::{Member, TestRelay};
use futures_lite::future::block_on;

use crate::http::{Counting, serve_on_loopback};
use crate::{Figure, Goal, median};

/// 2026-11-20, some time in the morning, in milliseconds since 1970.
pub(crate) const NOW: u64 = 1_795_000_000_000;
const DAY: u64 = 86_400_000;

/// Texts that the dictionary was not made from.
const HELD_OUT: [(&str, &str); 3] = [
    ("en", include_str!("../../../../seeds/dictionary/heldout/en.txt")),
    ("fr", include_str!("../../../../seeds/dictionary/heldout/fr.txt")),
    ("ar", include_str!("../../../../seeds/dictionary/heldout/ar.txt")),
];

pub(crate) fn said(text: &str, language: &str) -> ReportFields {
    ReportFields {
        category: Some("other".to_owned()),
        narrative: text.to_owned(),
        language: Some(language.to_owned()),
        ..ReportFields::default()
    }
}

pub(crate) fn texts() -> Vec<(&'static str, &'static str)> {
    HELD_OUT.iter().flat_map(|(language, file)| file.lines().map(move |line| (*language, line))).collect()
}

/// A relay, and two monitors of its project.
struct Pair {
    relay: TestRelay,
    one: Member,
    other: Member,
}

impl Pair {
    fn new() -> Self {
        let mut steward = Member::found(1, &[("north", None)], NOW);
        let relay = TestRelay::new(2);
        relay.admit(&block_on(steward.node.certify_relay(relay.public(), "town", NOW)).unwrap());
        let one = Member::join(&mut steward, 3, Role::Monitor, "north", "swift", NOW);
        let other = Member::join(&mut steward, 4, Role::Monitor, "north", "dove", NOW);
        Self { relay, one, other }
    }

    /// Envelopes and bytes that the relay holds.
    fn held(&self) -> (u64, u64) {
        let carriers = self.relay.responder().carriers();
        carriers[0].read(|index| {
            index.held().iter().fold((0, 0), |sum, (_, held)| (sum.0 + held.envelopes, sum.1 + held.bytes))
        })
    }
}

fn write(member: &mut Member, count: usize, now_ms: u64) {
    for (language, text) in texts().into_iter().cycle().take(count) {
        block_on(member.node.report(said(text, language), None, now_ms)).unwrap();
    }
}

/// The size of each held-out report's envelope, by what the relay holds before and after it.
pub(crate) fn report_envelope_bytes() -> Vec<Figure> {
    let mut pair = Pair::new();
    let address = serve_on_loopback(pair.relay.responder(), Some(NOW));
    let mut link = Counting::connect(address);
    pair.one.exchange(&mut link, NOW).unwrap();
    let mut sizes = Vec::new();
    for (language, text) in texts() {
        let before = pair.held();
        block_on(pair.one.node.report(said(text, language), None, NOW)).unwrap();
        pair.one.exchange(&mut link, NOW).unwrap();
        let after = pair.held();
        assert_eq!(after.0, before.0 + 1);
        sizes.push((language, (after.1 - before.1) as f64));
    }
    let fit = |language| sizes.iter().filter(|(l, size)| *l == language && *size <= 640.0).count();
    vec![Figure {
        figure: "report_envelope_bytes".to_owned(),
        value: median(sizes.iter().map(|(_, size)| *size).collect()),
        unit: "bytes",
        goal: Some(Goal::AtMost(640.0)),
        against: "the first size class",
        how: format!(
            "median of 30 held-out texts written and sent by a device; of 10 each, first class: en {}, fr {}, ar {}",
            fit("en"),
            fit("fr"),
            fit("ar")
        ),
    }]
}

/// An exchange with nothing new, then one with 100 new reports on either side: of 1,000, 10,000 and 100,000.
pub(crate) fn second_exchange() -> Vec<Figure> {
    let on_devices = [1_000, 10_000].into_iter().flat_map(second_exchange_on);
    on_devices.chain(crate::compare::second_exchange_on_carriers(100_000)).collect()
}

fn second_exchange_on(old: usize) -> Vec<Figure> {
    let mut pair = Pair::new();
    let later = NOW + DAY;
    let address = serve_on_loopback(pair.relay.responder(), Some(later));
    write(&mut pair.one, old, NOW);
    pair.one.exchange(&mut Counting::connect(address), NOW).unwrap();
    pair.other.exchange(&mut Counting::connect(address), NOW).unwrap();
    pair.one.exchange(&mut Counting::connect(address), NOW).unwrap();
    let mut nothing = Counting::connect(address);
    let idle = pair.one.exchange(&mut nothing, later).unwrap().summary;
    assert_eq!((idle.sent, idle.received), (0, 0));
    write(&mut pair.other, 100, later);
    pair.other.exchange(&mut Counting::connect(address), later).unwrap();
    let before = pair.held().1;
    write(&mut pair.one, 100, later);
    // The letters that come down weigh what the other device's visit added; those that go up are counted after.
    let received_bytes = before - first_day_bytes(&pair, later);
    let mut link = Counting::connect(address);
    let done = pair.one.exchange(&mut link, later).unwrap().summary;
    assert_eq!((done.sent, done.received, done.settled), (100, 100, true));
    let envelopes = (pair.held().1 - before + received_bytes) as f64;
    let how = format!("loopback HTTP, heads counted on the socket; on {old} reports, all of one earlier day");
    vec![
        nothing_new(old, nothing.bytes as f64, &how),
        overhead(old, link.bytes as f64 / envelopes, &how),
        rounds(old, f64::from(link.requests), &how),
    ]
}

pub(crate) fn nothing_new(old: usize, bytes: f64, how: &str) -> Figure {
    Figure {
        figure: format!("nothing_new_bytes_on_{old}"),
        value: bytes,
        unit: "bytes",
        goal: Some(Goal::AtMost(1500.0)),
        against: "-",
        how: how.to_owned(),
    }
}

pub(crate) fn overhead(old: usize, ratio: f64, how: &str) -> Figure {
    Figure {
        figure: format!("second_exchange_overhead_on_{old}"),
        value: ratio,
        unit: "ratio",
        goal: Some(Goal::AtMost(1.2)),
        against: "the sum of the 200 envelopes' bytes",
        how: how.to_owned(),
    }
}

pub(crate) fn rounds(old: usize, requests: f64, how: &str) -> Figure {
    Figure {
        figure: format!("second_exchange_rounds_on_{old}"),
        value: requests,
        unit: "requests",
        goal: Some(Goal::AtMost(4.0)),
        against: "-",
        how: format!("{how}; a request for the key document counts"),
    }
}

/// Bytes that the relay holds of the days before this one.
fn first_day_bytes(pair: &Pair, day_ms: u64) -> u64 {
    let today = azalai_envelope::Day::of_ms(day_ms);
    let carriers = pair.relay.responder().carriers();
    carriers[0].read(|index| {
        let days = azalai_envelope::Lane::ALL.into_iter().flat_map(|lane| index.held_by_day(lane));
        days.filter(|(day, _)| *day < today).map(|(_, held)| held.bytes).sum()
    })
}
