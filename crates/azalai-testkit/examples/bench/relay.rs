//! How many envelopes a relay makes durable in a second, over its real routes and on a real disk.

use std::time::Instant;

use azalai_envelope::{Envelope, RelayReceipt, Verified};
use azalai_node::Transport as _;
use azalai_sync::capsule::{ReplyKey, seal_request};
use azalai_sync::message::{Answer, Operation, Reply, Request};
use futures_lite::future::block_on;

use crate::child::RelayProcess;
use crate::first::bare_costs;
use crate::http::Counting;
use crate::project::{NOW, Project, TODAY};
use crate::{Figure, Goal, median};

/// Requests of one round.
const REQUESTS: usize = 64;
/// Envelopes in each: what somebody brings after a while.
const ENVELOPES: usize = 100;
/// Devices that bring letters at once.
const CLIENTS: usize = 4;
const ROUNDS: usize = 3;

/// A request that puts envelopes, ready to be sent.
fn request(project: &mut Project, envelopes: &[Verified<Envelope>]) -> (Vec<u8>, ReplyKey) {
    let put = Operation::Put(envelopes.iter().map(|envelope| envelope.bytes().to_vec()).collect());
    let body = Request { salt: [1; 16], operations: vec![put] }.encode();
    seal_request(&project.relay.public(), &project.id, &project.posting, &body, &mut project.rng).unwrap()
}

/// Several clients put letters that were sealed before; the relay verifies, stores, syncs and signs receipts.
pub(crate) fn relay_durable_envelopes() -> Vec<Figure> {
    let mut project = Project::new(11);
    let folder = tempfile::tempdir().unwrap();
    let mut relay = RelayProcess::start(folder.path(), &project.certificate(), &project.relay, NOW);
    let (mut rates, mut signatures) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let requests: Vec<(Vec<u8>, ReplyKey)> = (0..REQUESTS)
            .map(|_| {
                let envelopes: Vec<_> = (0..ENVELOPES).map(|_| project.envelope(TODAY)).collect();
                request(&mut project, &envelopes)
            })
            .collect();
        let start = Instant::now();
        let replies: Vec<(Vec<u8>, &ReplyKey)> = std::thread::scope(|scope| {
            let clients: Vec<_> = requests
                .chunks(REQUESTS / CLIENTS)
                .map(|share| {
                    let address = relay.address;
                    scope.spawn(move || {
                        let mut link = Counting::connect(address);
                        let send = |(bytes, key)| (block_on(link.exchange(Vec::clone(bytes))).unwrap(), key);
                        share.iter().map(|(bytes, key)| (bytes, key)).map(send).collect::<Vec<_>>()
                    })
                })
                .collect();
            clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
        });
        let seconds = start.elapsed().as_secs_f64();
        let acknowledged: usize = replies
            .iter()
            .map(|(reply, key)| match &Reply::decode(&key.open(reply).unwrap()).unwrap().answers[..] {
                [Answer::Put { receipt, refused }] if refused.is_empty() => {
                    RelayReceipt::parse(receipt, &project.relay.public().signing).unwrap().envelopes.len()
                }
                other => panic!("not put: {other:?}"),
            })
            .sum();
        assert_eq!(acknowledged, REQUESTS * ENVELOPES);
        rates.push(acknowledged as f64 / seconds);
        signatures.push(1.0 / bare_costs().0);
    }
    let (rate, signatures) = (median(rates), median(signatures));
    let (seconds, peak) = relay.used();
    let each = seconds / (ROUNDS * REQUESTS * ENVELOPES) as f64;
    vec![Figure {
        figure: "relay_durable_envelopes".to_owned(),
        value: rate / signatures,
        unit: "ratio",
        goal: Some(Goal::AtLeast(0.5)),
        against: "verify_strict per second on one core",
        how: format!(
            "median of {ROUNDS}: {CLIENTS} connections put {REQUESTS} requests of {ENVELOPES} letters over loopback \
             HTTP, sled on disk: {rate:.0} acknowledged a second over {signatures:.0} signatures a second; the relay \
             computes {:.1} us for each and holds at most {peak:.0} MiB",
            each * 1e6,
        ),
    }]
}
