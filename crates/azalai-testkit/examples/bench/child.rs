//! What runs in a process of its own, so that its memory and its time can be told from everybody else's: a relay, and
//! a device that exchanges with it. Linux only, as the figures are: `/proc` says what a process used.
//!
//! A child says on standard output what it measured, one word after the other, and must measure nothing before or
//! after its part.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use azalai_envelope::DeviceKeys;
use azalai_node::{Home, Node};
use azalai_store::{FolderDisk, SledStore};
use azalai_sync::Responder;
use azalai_testkit::WORDLESS;
use azalai_testkit::relay::QUOTA_BYTES;
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use crate::http::{Counting, serve_on_loopback};

/// Clock ticks per second in `/proc/self/stat`: 100 on every Linux that people use.
const TICKS: f64 = 100.0;

/// Seconds that this process's threads have been computing, those that ended too.
pub(crate) fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    // User and system time are fields 14 and 15 of all, 12 and 13 of those after the name.
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / TICKS
}

/// Seconds that this thread has been computing.
pub(crate) fn thread_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1e9
}

/// The most memory that this process ever held, in MiB, and forgets it.
fn peak_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    fs::write("/proc/self/clear_refs", "5").unwrap();
    peak.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

/// Runs a child's part: `relay FOLDER CERTIFICATE KEYS NOW` or `device FOLDER ADDRESS NOW`.
pub(crate) fn run(arguments: &[String]) {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["relay", folder, certificate, keys, now] => relay(folder, certificate, keys, now.parse().unwrap()),
        ["device", folder, address, now] => device(folder, address.parse().unwrap(), now.parse().unwrap()),
        _ => panic!("no such part: {arguments:?}"),
    }
}

fn relay(folder: &str, certificate: &str, keys: &str, now_ms: u64) {
    let store = Arc::new(SledStore::open(Path::new(folder)).unwrap().store);
    let keys = DeviceKeys::from_bytes(&fs::read(keys).unwrap()).unwrap();
    let responder = block_on(Responder::relay(keys, store, QUOTA_BYTES)).unwrap();
    block_on(responder.admit(&fs::read(certificate).unwrap())).unwrap();
    let address = serve_on_loopback(Arc::new(responder), Some(now_ms));
    println!("{address}");
    // Each line asks what was used since the last one; the end of them ends the relay.
    let _ = peak_mib();
    let mut before = cpu_seconds();
    for _ in std::io::stdin().lock().lines() {
        let now = cpu_seconds();
        println!("{} {}", now - before, peak_mib());
        before = now;
    }
}

fn device(folder: &str, address: SocketAddr, now_ms: u64) {
    let folder = Path::new(folder);
    let store = SledStore::open(&folder.join("store")).unwrap().store;
    let home = Home { store, disk: FolderDisk::open(folder).unwrap() };
    let mut node = block_on(Node::open(home, WORDLESS, ChaCha20Rng::seed_from_u64(77))).unwrap();
    // Unlocking takes the memory that its Argon2id was set to: not part of an exchange.
    let _ = peak_mib();
    let before = cpu_seconds();
    let exchanged = block_on(node.exchange_with(&mut Counting::connect(address), now_ms)).unwrap();
    let used = cpu_seconds() - before;
    let peak = peak_mib();
    let read = block_on(node.reports()).unwrap().len();
    println!("{used} {peak} {} {read}", exchanged.summary.received);
}

/// A relay in a process of its own, over sled in a folder.
pub(crate) struct RelayProcess {
    child: Child,
    lines: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
}

fn spawn(arguments: &[&str]) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("child").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

impl RelayProcess {
    pub(crate) fn start(folder: &Path, certificate: &[u8], keys: &DeviceKeys, now_ms: u64) -> Self {
        let [at, certificate_at, keys_at] = ["relay", "certificate", "keys"].map(|name| folder.join(name));
        fs::write(&certificate_at, certificate).unwrap();
        fs::write(&keys_at, keys.to_bytes()).unwrap();
        let paths = [&at, &certificate_at, &keys_at].map(|path| path.to_str().unwrap());
        let mut child = spawn(&["relay", paths[0], paths[1], paths[2], &now_ms.to_string()]);
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        Self { child, lines, address: line.trim().parse().unwrap() }
    }

    /// Seconds that it has been computing, and the most memory in MiB that it held, since it was last asked.
    pub(crate) fn used(&mut self) -> (f64, f64) {
        self.child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        let values: Vec<f64> = line.split_whitespace().map(|word| word.parse().unwrap()).collect();
        (values[0], values[1])
    }
}

impl Drop for RelayProcess {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// What a device's exchange took.
pub(crate) struct DeviceUse {
    pub(crate) seconds: f64,
    pub(crate) peak_mib: f64,
    /// Envelopes that came.
    pub(crate) received: usize,
    /// Reports that it can list.
    pub(crate) reports: usize,
}

/// Lets a device whose home lies in `folder` exchange with a relay, in a process of its own.
pub(crate) fn device_exchanges(folder: &Path, address: SocketAddr, now_ms: u64) -> DeviceUse {
    let mut child = spawn(&["device", folder.to_str().unwrap(), &address.to_string(), &now_ms.to_string()]);
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success());
    let values: Vec<f64> = said.split_whitespace().map(|word| word.parse().unwrap()).collect();
    DeviceUse { seconds: values[0], peak_mib: values[1], received: values[2] as usize, reports: values[3] as usize }
}
