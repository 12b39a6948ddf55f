//! What a first exchange of 10,000 reports costs a device and its relay, each in a process of its own.

use std::path::Path;

use azalai_envelope::DeviceKeys;
use azalai_envelope::envelope::UnverifiedEnvelope;
use azalai_node::{Home, NewHome};
use azalai_roster::Role;
use azalai_store::{FolderDisk, SledStore};
use azalai_testkit::member::cheap;
use azalai_testkit::{Member, WORDLESS};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use crate::child::{RelayProcess, device_exchanges, thread_seconds};
use crate::http::Counting;
use crate::project::Project;
use crate::wire::{NOW, said, texts};
use crate::{Figure, Goal, median};

const REPORTS: usize = 10_000;
/// Memory that the shipped unit gives a relay, in MiB.
const RELAY_MEMORY_MIB: f64 = 768.0;
/// The bare cost is measured on so many envelopes,
const SAMPLE: usize = 250;
/// so many times over, since a thread's time is told in steps of some milliseconds,
const REPEATS: usize = 20;
/// and so often, and multiplied.
const ROUNDS: usize = 3;

/// Seconds of one `verify_strict` over an envelope of the first size class, and of opening one with the right key.
pub(crate) fn bare_costs() -> (f64, f64) {
    let mut project = Project::new(5);
    let key = project.opening_key();
    let envelopes: Vec<Vec<u8>> = (0..SAMPLE).map(|_| project.envelope(20_700).bytes().to_vec()).collect();
    let posting = project.posting.public();
    let (mut verifying, mut opening) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let parsed: Vec<_> = (0..REPEATS)
            .flat_map(|_| &envelopes)
            .map(|bytes| UnverifiedEnvelope::parse(bytes.clone()).unwrap())
            .collect();
        let each = parsed.len() as f64;
        let start = thread_seconds();
        let verified: Vec<_> = parsed.into_iter().map(|it| it.verify(&project.id, &posting).unwrap()).collect();
        verifying.push((thread_seconds() - start) / each);
        let start = thread_seconds();
        assert!(verified.iter().all(|it| it.open(&project.id, [&key]).unwrap().is_some()));
        opening.push((thread_seconds() - start) / each);
    }
    (median(verifying), median(opening))
}

/// A project whose relay runs in a process of its own, with a coordinator whose device lies in a folder, has its keys
/// and has seen no report, and a monitor who brought the relay [`REPORTS`].
fn prepare(folder: &Path, device: &Path) -> RelayProcess {
    let keys = DeviceKeys::generate(&mut ChaCha20Rng::seed_from_u64(9));
    let mut steward = Member::found(1, &[("north", None)], NOW);
    let certificate = block_on(steward.node.certify_relay(keys.public(), "town", NOW)).unwrap();
    let relay = RelayProcess::start(folder, &certificate, &keys, NOW);
    let link = || Counting::connect(relay.address);
    let area = Some("north".parse().unwrap());
    let invite = block_on(steward.node.invite(Role::Coordinator, area, cheap(), NOW)).unwrap();
    let home =
        Home { disk: FolderDisk::open(device).unwrap(), store: SledStore::open(&device.join("store")).unwrap().store };
    let rng = ChaCha20Rng::seed_from_u64(3);
    let new = NewHome { home, rooms: None, passphrase: WORDLESS, params: cheap(), rng, pseudonym: "heron" };
    let mut coordinator = block_on(new.join(&invite.file, &invite.words, NOW)).unwrap();
    let mut monitor = Member::join(&mut steward, 4, Role::Monitor, "north", "swift", NOW);
    block_on(coordinator.exchange_with(&mut link(), NOW)).unwrap();
    monitor.exchange(&mut link(), NOW).unwrap();
    steward.exchange(&mut link(), NOW).unwrap();
    assert_eq!(steward.admit_all(NOW), 2);
    steward.exchange(&mut link(), NOW).unwrap();
    block_on(coordinator.exchange_with(&mut link(), NOW)).unwrap();
    for (language, text) in texts().into_iter().cycle().take(REPORTS) {
        block_on(monitor.node.report(said(text, language), None, NOW)).unwrap();
    }
    monitor.exchange(&mut link(), NOW).unwrap();
    relay
}

/// A coordinator's device fetches, opens and files what a monitor brought to a relay, and sends receipts for it.
pub(crate) fn first_exchange() -> Vec<Figure> {
    let folder = tempfile::tempdir().unwrap();
    let device = folder.path().join("device");
    let mut relay = prepare(folder.path(), &device);
    let (_, relay_peak_taking) = relay.used();
    let (verify, open) = bare_costs();
    let used = device_exchanges(&device, relay.address, NOW);
    let (relay_seconds, relay_peak_giving) = relay.used();
    assert!(used.received >= REPORTS && used.reports == REPORTS, "{} of {}", used.reports, used.received);
    let bare = 2.0 * REPORTS as f64 * verify + REPORTS as f64 * open;
    let how = format!(
        "processor time of two processes with sled on disk, over loopback HTTP: the device {:.2} s, the relay {:.2} s, \
         the bare cost {bare:.2} s ({:.1} us a signature, {:.1} us an opening)",
        used.seconds,
        relay_seconds,
        verify * 1e6,
        open * 1e6,
    );
    let memory = |figure: &str, value: f64, how: &str| Figure {
        figure: figure.to_owned(),
        value,
        unit: "MiB",
        goal: None,
        against: "-",
        how: format!("most resident memory of its own process; {how}"),
    };
    let share = |figure: &str, value: f64, how: &str| Figure {
        figure: figure.to_owned(),
        value: value / RELAY_MEMORY_MIB,
        unit: "ratio",
        goal: Some(Goal::AtMost(0.5)),
        against: "MemoryMax of deploy/systemd/azalai-relay.service",
        how: format!("most resident memory of the relay's own process, {value:.0} MiB; {how}"),
    };
    vec![
        Figure {
            figure: "first_exchange_cpu".to_owned(),
            value: (used.seconds + relay_seconds) / bare,
            unit: "ratio",
            goal: Some(Goal::AtMost(2.5)),
            against: "20,000 verify_strict and 10,000 openings on one thread",
            how,
        },
        memory("first_exchange_device_peak", used.peak_mib, "while it fetches, opens and files 10,000 reports"),
        share("first_exchange_relay_peak", relay_peak_giving, "while it gives 10,000 reports"),
        share("first_put_relay_peak", relay_peak_taking, "while it takes 10,000 reports, from its start on"),
    ]
}
