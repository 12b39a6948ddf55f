//! Members' devices in memory, whose storage survives their crashes.

use std::sync::Arc;

use azalai_node::membership::NewInvite;
use azalai_node::{Exchanged, Home, NewArea, NewHome, Node, NodeError, Transport};
use azalai_roster::{Admission, AreaCode, Role};
use azalai_store::{ArgonParams, MemoryDisk, MemoryStore, Vault};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

use crate::relay::DirectLink;

/// The passphrase of every test member.
pub const WORDLESS: &str = "a passphrase that tests know";

/// A device in memory.
pub type TestNode = Node<MemoryStore, MemoryDisk>;

/// A link to a device that offers an exchange.
pub type NeighbourLink = DirectLink<Arc<Vault<MemoryStore, MemoryDisk>>>;

/// A device with its storage.
pub struct Member {
    store: MemoryStore,
    disk: MemoryDisk,
    rng: ChaCha20Rng,
    /// The unlocked device.
    pub node: TestNode,
}

/// The cheapest parameters that are allowed.
#[must_use]
pub fn cheap() -> ArgonParams {
    ArgonParams::new(19 * 1024, 1).unwrap()
}

fn fork(rng: &mut ChaCha20Rng) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(rng.next_u64())
}

/// What is left of a device that is switched off: its database and its small files.
#[derive(Debug, Clone)]
pub struct Asleep {
    store: MemoryStore,
    disk: MemoryDisk,
}

impl Member {
    /// A copy of what is durable of this device. Any number of devices can be woken from it.
    #[must_use]
    pub fn asleep(&self) -> Asleep {
        Asleep { store: self.store.crash(), disk: self.disk.crash() }
    }

    /// Unlocks a copy of a device; what it draws from now on follows from `seed`.
    #[must_use]
    pub fn wake(asleep: &Asleep, seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let (store, disk) = (asleep.store.crash(), asleep.disk.crash());
        let home = Home { store: store.clone(), disk: disk.clone() };
        let node = block_on(Node::open(home, WORDLESS, fork(&mut rng))).unwrap();
        Self { store, disk, rng, node }
    }

    /// A steward who founds a project with these areas, each `(code, parent)`.
    #[must_use]
    pub fn found(seed: u64, areas: &[(&str, Option<&str>)], now_ms: u64) -> Self {
        let areas: Vec<NewArea> = areas
            .iter()
            .map(|(code, parent)| NewArea {
                code: code.parse().unwrap(),
                name: format!("Area {code}"),
                parent: parent.map(|parent| parent.parse().unwrap()),
            })
            .collect();
        Self::make(seed, "acacia", |home| {
            block_on(home.found("Test project", &areas, Admission::ByHand, now_ms)).unwrap()
        })
    }

    /// One who joins with an invite of `by`.
    #[must_use]
    pub fn join(by: &mut Self, seed: u64, role: Role, area: &str, pseudonym: &str, now_ms: u64) -> Self {
        let area: AreaCode = area.parse().unwrap();
        let area = (role != Role::Steward).then_some(area);
        let invite = block_on(by.node.invite(role, area, cheap(), now_ms)).unwrap();
        Self::take_up(&invite, seed, pseudonym, now_ms)
    }

    /// One who joins with an invite that somebody made.
    #[must_use]
    pub fn take_up(invite: &NewInvite, seed: u64, pseudonym: &str, now_ms: u64) -> Self {
        Self::make(seed, pseudonym, |home| block_on(home.join(&invite.file, &invite.words, now_ms)).unwrap())
    }

    fn make(seed: u64, pseudonym: &str, make: impl FnOnce(NewHome<'_, MemoryStore, MemoryDisk>) -> TestNode) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let (store, disk) = (MemoryStore::new(), MemoryDisk::new());
        let home = Home { store: store.clone(), disk: disk.clone() };
        let node =
            make(NewHome { home, rooms: None, passphrase: WORDLESS, params: cheap(), rng: fork(&mut rng), pseudonym });
        Self { store, disk, rng, node }
    }

    /// Kills the device and unlocks it again with what was durable.
    pub fn crash(&mut self) {
        self.crash_and(|_, _| {}).unwrap();
    }

    /// Kills the device, lets `plan` plan failures of the storage it wakes up with, and unlocks it again.
    ///
    /// # Errors
    /// As [`Node::open`]; the device then is as before, on the storage that the failed attempt left: kill it again.
    pub fn crash_and(&mut self, plan: impl FnOnce(&MemoryStore, &MemoryDisk)) -> Result<(), NodeError> {
        self.store = self.store.crash();
        self.disk = self.disk.crash();
        plan(&self.store, &self.disk);
        let home = Home { store: self.store.clone(), disk: self.disk.clone() };
        self.node = block_on(Node::open(home, WORDLESS, fork(&mut self.rng)))?;
        Ok(())
    }

    /// Puts a backup in this device's place, as a person does with a copy of its folder, and unlocks it.
    pub fn restore(&mut self, backup: &Asleep) {
        (self.store, self.disk) = (backup.store.restored(), backup.disk.crash());
        let home = Home { store: self.store.clone(), disk: self.disk.clone() };
        self.node = block_on(Node::open(home, WORDLESS, fork(&mut self.rng))).unwrap();
    }

    /// The store, to plan failures of or to look at.
    #[must_use]
    pub fn store(&self) -> &MemoryStore {
        &self.store
    }

    /// The small files, likewise.
    #[must_use]
    pub fn disk(&self) -> &MemoryDisk {
        &self.disk
    }

    /// Exchanges over a transport.
    ///
    /// # Errors
    /// As [`Node::exchange_with`].
    pub fn exchange(&mut self, transport: &mut impl Transport, now_ms: u64) -> Result<Exchanged, NodeError> {
        block_on(self.node.exchange_with(transport, now_ms))
    }

    /// Exchanges with a neighbour's device, which takes in afterwards what was brought.
    ///
    /// # Errors
    /// As [`Node::exchange_with`].
    pub fn meet(&mut self, neighbour: &mut Self, now_ms: u64) -> Result<Exchanged, NodeError> {
        let mut link = neighbour.offer(self.rng.next_u64(), now_ms)?;
        let exchanged = self.exchange(&mut link, now_ms);
        block_on(neighbour.node.catch_up())?;
        exchanged
    }

    /// Offers an exchange to neighbours: a link to this device, which has to take in afterwards what was brought.
    ///
    /// # Errors
    /// As [`Node::get_ready`] and [`Node::responder`].
    pub fn offer(&mut self, seed: u64, now_ms: u64) -> Result<NeighbourLink, NodeError> {
        block_on(self.node.get_ready(now_ms))?;
        Ok(DirectLink::new(Arc::new(self.node.responder()?), seed, now_ms))
    }

    /// Admits all who wait and whom this member may admit.
    pub fn admit_all(&mut self, now_ms: u64) -> usize {
        let waiting: Vec<_> =
            self.node.roster().waiting().into_iter().map(|waiting| waiting.claim.device.signing).collect();
        waiting.into_iter().filter(|key| block_on(self.node.admit(key, now_ms)).is_ok()).count()
    }
}
