//! What an exchange costs on the wire: bytes and rounds, never time.

use azalai_envelope::{Day, EnvelopeId, Lane};
use azalai_sync::{Exchange, Summary, Why};
use futures_lite::future::block_on;
use rand_core::Rng;

use crate::support::{TODAY, World, put, run};

/// Bytes of the heads of one HTTP request and its reply, generously.
const HTTP: u64 = 450;
const CLASS: u64 = 640;

/// Bytes on the wire, HTTP included.
fn wire(summary: &Summary) -> u64 {
    summary.bytes_sent + summary.bytes_received + u64::from(summary.rounds) * HTTP
}

/// An exchange between two that share `shared` ids of a year, in two lanes, and have 100 new reports each, of the
/// newest day or of any; and one after it.
fn after_new_reports(shared: usize, scattered: bool) -> (Summary, Summary) {
    let mut world = World::new(shared as u64);
    let (relay, theirs) = world.relay();
    let mine = world.carrier();
    let mut ids = Vec::new();
    for at in 0..shared {
        let mut id = [0; 32];
        world.rng.fill_bytes(&mut id);
        let day = Day(TODAY - 1 - u16::try_from(world.below(365)).unwrap());
        ids.push((EnvelopeId(id), if at % 10 == 0 { Lane::Urgent } else { Lane::Text }, day));
    }
    block_on(mine.note(&ids, Why::Shed)).unwrap();
    block_on(theirs.note(&ids, Why::Shed)).unwrap();
    for at in 0..200 {
        let ago = if scattered { u16::try_from(world.below(365)).unwrap() } else { 0 };
        let envelope = world.envelope(Lane::Text, TODAY - ago);
        put(if at % 2 == 0 { &mine } else { &theirs }, vec![envelope]);
    }
    let (first, _) = run(Exchange::new(world.config()), &mine, &relay, &mut world);
    assert_eq!((first.sent, first.received, first.settled), (100, 100, true));
    let (second, _) = run(Exchange::new(world.config()), &mine, &relay, &mut world);
    (first, second)
}

/// Guards against exchanges that cost poor people money when there is nothing to exchange.
#[test]
fn nothing_new_takes_one_round_and_at_most_1500_bytes() {
    for shared in [0, 1000, 10_000] {
        let (_, nothing) = after_new_reports(shared, false);
        assert_eq!((nothing.rounds, nothing.sent, nothing.received), (1, 0, 0));
        assert!(wire(&nothing) <= 1500, "{shared}: {} bytes", wire(&nothing));
    }
}

/// Guards against an exchange that grows with what both have already.
#[test]
fn a_hundred_new_reports_on_each_side_take_four_rounds_and_a_fifth_more_bytes_than_they_have() {
    let mut costs = Vec::new();
    for shared in [1000, 10_000, 100_000] {
        let (summary, _) = after_new_reports(shared, false);
        assert!(summary.rounds <= 4, "{shared}: {} rounds", summary.rounds);
        let ratio = wire(&summary) as f64 / (200 * CLASS) as f64;
        assert!(ratio <= 1.2, "{shared}: {ratio:.3} times the envelopes' bytes");
        costs.push(wire(&summary));
    }
    assert!(costs[2] <= costs[0] + 4500, "it hardly grows: {costs:?}");
}

/// Guards against late letters of a whole year costing a multiple of themselves.
#[test]
fn new_reports_scattered_over_a_year_cost_less_than_half_as_much_again() {
    let (summary, _) = after_new_reports(10_000, true);
    let ratio = wire(&summary) as f64 / (200 * CLASS) as f64;
    assert!(summary.rounds <= 5 && ratio < 1.5, "{} rounds, {ratio:.3}", summary.rounds);
}
