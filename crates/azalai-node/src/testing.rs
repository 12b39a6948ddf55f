//! A device in memory for the tests of this crate, which look where nobody else can.
#![allow(clippy::unwrap_used)]

use azalai_roster::Admission;
use azalai_store::{ArgonParams, MemoryDisk, MemoryStore};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use crate::founding::{NewArea, NewHome};
use crate::node::{Home, Node};

/// A device whose storage outlives it.
pub(crate) type Tested = Node<MemoryStore, MemoryDisk>;

const PASSPHRASE: &str = "dune";

/// A steward's device that founded a project.
pub(crate) fn founded(store: &MemoryStore, disk: &MemoryDisk) -> Tested {
    let new = NewHome {
        home: Home { store: store.clone(), disk: disk.clone() },
        rooms: None,
        passphrase: PASSPHRASE,
        params: ArgonParams::new(19 * 1024, 1).unwrap(),
        rng: ChaCha20Rng::seed_from_u64(1),
        pseudonym: "acacia",
    };
    let area = NewArea { code: "gao".parse().unwrap(), name: "Gao".to_owned(), parent: None };
    block_on(new.found("Test", &[area], Admission::ByHand, 1)).unwrap()
}

/// The device that is there, opened again.
pub(crate) fn opened(store: &MemoryStore, disk: &MemoryDisk, seed: u64) -> Tested {
    let home = Home { store: store.clone(), disk: disk.clone() };
    block_on(Node::open(home, PASSPHRASE, ChaCha20Rng::seed_from_u64(seed))).unwrap()
}
