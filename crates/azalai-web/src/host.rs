//! What the pages need of the machine around them. Everything else they do is the same everywhere.

use core::future::Future;

use azalai_node::{Disks, NodeError, Transport};
use azalai_store::{ArgonParams, Disk, Side, Store};

/// A piece of the operator's own map, from the byte that was asked for on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The bytes; fewer than were asked for where the file ends.
    pub bytes: Vec<u8>,
    /// Bytes of the whole file.
    pub total: u64,
}

/// The machine around the pages: a program with files and sockets, a browser, or a test.
pub trait Host: Send + Sync + 'static {
    /// The database of a home.
    type Store: Store + 'static;
    /// The small files of a home.
    type Disk: Disk + Clone + 'static;
    /// A way to ask one relay or neighbour; dropping a question that is under way gives it up.
    type Link: Transport + 'static;

    /// Milliseconds since 1970.
    fn now_ms(&self) -> u64;

    /// Randomness that nobody can guess.
    fn random(&self) -> [u8; 32];

    /// The small files of the home whose pages these are; asked for each time that it is unlocked.
    fn disks(&self) -> Disks<Self::Disk>;

    /// The database on a side of it; asked for each time that the side is unlocked.
    ///
    /// # Errors
    /// Those of the storage.
    fn store(&self, side: Side) -> impl Future<Output = Result<Self::Store, NodeError>> + Send;

    /// Called after a profile was opened and after it was locked: the machine gives the files of both sides one time of
    /// change, if it knows such times.
    fn even_out(&self) {}

    /// How costly guessing the passphrase of a new home is made.
    fn params(&self) -> ArgonParams;

    /// A way to ask whoever is at an address such as `http://192.168.1.20:7700`; `None` if this machine can ask nobody
    /// there, since it is no such address.
    fn link(&self, address: &str) -> Option<Self::Link>;

    /// Up to `length` bytes, from byte `first` on, of the operator's own map: tiles in one PMTiles file, beside the
    /// home's own files. `None` if there is none that can be read.
    fn ground(&self, first: u64, length: usize) -> impl Future<Output = Option<Piece>> + Send;

    /// Runs something beside the pages, to its end.
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static);

    /// Takes a line about what failed inside: for whoever keeps the machine, never for a page.
    fn log(&self, line: &str);
}
