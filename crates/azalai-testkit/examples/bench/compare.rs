//! What comparing large sets costs, on the wire and in computing, between two carriers that share many letters.
//!
//! The shared letters are known to both by their ids alone: their bytes play no part in an exchange that finds them
//! the same. The new ones are real.

use std::sync::Arc;

use azalai_envelope::envelope::UnverifiedEnvelope;
use azalai_envelope::{Day, EnvelopeId, Lane};
use azalai_node::Transport;
use azalai_store::MemoryStore;
use azalai_sync::{Budget, Carrier, Config, Event, Exchange, Found, Responder, Step, Summary, Why};
use futures_lite::future::block_on;
use rand_core::Rng as _;

use crate::child::thread_seconds;
use crate::http::{Counting, serve_on_loopback};
use crate::project::{NOW, Project, TODAY};
use crate::{Figure, median};

const REPEATS: usize = 40;

/// Where the shared letters lie, and where the new ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Days {
    /// The shared ones on yesterday, the new ones on today.
    Newest,
    /// All on one day.
    One,
    /// All on any day of a year.
    Year,
}

struct Pair {
    project: Project,
    mine: Arc<Carrier<MemoryStore>>,
    relay: Arc<Responder<MemoryStore>>,
    /// Bytes of the new envelopes of both.
    new_bytes: u64,
}

impl Pair {
    /// Two that share so many letters and have so many new ones each.
    fn new(shared: usize, new: usize, days: Days) -> Self {
        let mut project = Project::new(shared as u64);
        let relay = block_on(Responder::relay(project.relay.clone(), MemoryStore::new(), u64::MAX)).unwrap();
        block_on(relay.admit(&project.certificate())).unwrap();
        let theirs = relay.carriers().remove(0);
        let mine = Arc::new(block_on(Carrier::open(MemoryStore::new(), project.id, u64::MAX)).unwrap());
        let mut ids = Vec::with_capacity(shared);
        for _ in 0..shared {
            let mut id = [0; 32];
            project.rng.fill_bytes(&mut id);
            let ago = if days == Days::Year { project.below(365) as u16 } else { 0 };
            ids.push((EnvelopeId(id), Lane::Text, Day(TODAY - 1 - ago)));
        }
        for carrier in [&mine, &theirs] {
            block_on(carrier.note(&ids, Why::Shed)).unwrap();
        }
        let mut new_bytes = 0;
        for carrier in [&mine, &theirs] {
            for _ in 0..new {
                let day = match days {
                    Days::Newest => TODAY,
                    Days::One => TODAY - 1,
                    Days::Year => TODAY - 1 - project.below(365) as u16,
                };
                let envelope = project.envelope(day);
                new_bytes += envelope.bytes().len() as u64;
                assert_eq!(block_on(carrier.put(vec![envelope])).unwrap().new.len(), 1);
            }
        }
        Self { project, mine, relay: Arc::new(relay), new_bytes }
    }

    /// Exchanges until both carry the same.
    fn exchange(&mut self, link: &mut impl Transport) -> Summary {
        let mut config = Config::new(self.project.id, self.project.posting.clone(), self.project.relay.public());
        // They have met before, or the relay would show its certificate.
        config.certificate = Some((1, self.project.certificate()));
        let mut exchange = Exchange::new(config);
        loop {
            match self.mine.read(|index| exchange.next(index, NOW, &mut self.project.rng)).unwrap() {
                Step::Load(ids) => {
                    let found = block_on(self.mine.get(&ids)).unwrap();
                    let held = ids.into_iter().zip(found).filter_map(|(id, found)| match found {
                        Found::Held(bytes) => Some((id, bytes)),
                        Found::Gone(_) | Found::Unknown => None,
                    });
                    exchange.provide(held.collect());
                }
                Step::Send(request) => {
                    let reply = block_on(link.exchange(request)).unwrap();
                    let events = self.mine.read(|index| exchange.handle_reply(index, &reply)).unwrap();
                    for event in events {
                        if let Event::Received(bytes) = event {
                            let envelope = UnverifiedEnvelope::parse(bytes).unwrap();
                            let posting = self.project.posting.public();
                            let envelope = envelope.verify(&self.project.id, &posting).unwrap();
                            block_on(self.mine.put(vec![envelope])).unwrap();
                        }
                    }
                }
                Step::Done(summary) => return summary,
            }
        }
    }
}

/// A link within this thread, so that the thread's time is that of both sides.
struct Direct {
    relay: Arc<Responder<MemoryStore>>,
    project: Project,
}

impl Transport for Direct {
    async fn key_document(&mut self) -> Result<Vec<u8>, azalai_node::TransportError> {
        Ok(self.relay.key_document().encode())
    }

    async fn exchange(&mut self, request: Vec<u8>) -> Result<Vec<u8>, azalai_node::TransportError> {
        let mut budget = Budget::of_connection();
        Ok(self.relay.respond(&request, NOW, &mut budget, &mut self.project.rng).await.unwrap())
    }
}

/// On 100,000 what `wire::second_exchange` measures on fewer with whole devices.
pub(crate) fn second_exchange_on_carriers(shared: usize) -> Vec<Figure> {
    let how = format!("loopback HTTP, heads counted on the socket; on {shared} letters that both know, all of one day");
    let [nothing, second] = [0, 100].map(|new| {
        let mut pair = Pair::new(shared, new, Days::Newest);
        let mut link = Counting::connect(serve_on_loopback(Arc::clone(&pair.relay), Some(NOW)));
        block_on(link.key_document()).unwrap();
        let summary = pair.exchange(&mut link);
        assert_eq!((summary.sent, summary.received, summary.settled), (new as u64, new as u64, true));
        (link.bytes as f64, f64::from(link.requests), pair.new_bytes as f64)
    });
    vec![
        crate::wire::nothing_new(shared, nothing.0, &how),
        crate::wire::overhead(shared, second.0 / second.2, &how),
        crate::wire::rounds(shared, second.1, &how),
    ]
}

/// The same with old and new reports scattered over a year: reported.
pub(crate) fn second_exchange_scattered() -> Vec<Figure> {
    let figures = [1_000, 10_000, 100_000].map(|shared| {
        let mut pair = Pair::new(shared, 100, Days::Year);
        let mut link = Counting::connect(serve_on_loopback(Arc::clone(&pair.relay), Some(NOW)));
        block_on(link.key_document()).unwrap();
        let summary = pair.exchange(&mut link);
        assert_eq!((summary.sent, summary.received, summary.settled), (100, 100, true));
        Figure {
            figure: format!("second_exchange_scattered_overhead_on_{shared}"),
            value: link.bytes as f64 / pair.new_bytes as f64,
            unit: "ratio",
            goal: None,
            against: "the sum of the 200 envelopes' bytes",
            how: format!(
                "loopback HTTP, heads counted; old and new letters on any day of a year; {} bytes, {} requests",
                link.bytes, link.requests
            ),
        }
    });
    figures.into()
}

/// What both sides compute to find one new letter on either side.
pub(crate) fn compare_sets() -> Vec<Figure> {
    let mut figures = Vec::new();
    for (shared, days, name) in [
        (10_000, Days::One, "one_day"),
        (100_000, Days::One, "one_day"),
        (10_000, Days::Year, "a_year"),
        (100_000, Days::Year, "a_year"),
    ] {
        let mut pair = Pair::new(shared, 1, days);
        let mut link = Direct { relay: Arc::clone(&pair.relay), project: Project::new(1) };
        // The first time, the hashes of all days are made; a device that runs has them.
        pair.exchange(&mut link);
        let carriers = [Arc::clone(&pair.mine), pair.relay.carriers().remove(0)];
        let (mut costs, mut rounds) = (Vec::new(), 0);
        for _ in 0..3 {
            // A thread's time is told in steps of some milliseconds: many exchanges are measured as one.
            let mut used = 0.0;
            for _ in 0..REPEATS {
                for carrier in &carriers {
                    let envelope = pair.project.envelope(TODAY - 1);
                    block_on(carrier.put(vec![envelope])).unwrap();
                }
                let start = thread_seconds();
                let summary = pair.exchange(&mut link);
                used += thread_seconds() - start;
                assert_eq!((summary.sent, summary.received, summary.settled), (1, 1, true));
                rounds = summary.rounds;
            }
            costs.push(used / REPEATS as f64);
        }
        let ms = median(costs) * 1e3;
        figures.push(Figure {
            figure: format!("compare_{shared}_on_{name}"),
            value: ms,
            unit: "ms",
            goal: None,
            against: "-",
            how: format!(
                "processor time of both sides in one thread, no HTTP, median of 3 times {REPEATS}; one new letter on either side, {rounds} \
                 rounds: {:.1} ms a round",
                ms / f64::from(rounds)
            ),
        });
    }
    figures
}
