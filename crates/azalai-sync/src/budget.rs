//! What one connection may still cost. Never counted for a posting key: one flooder would silence all members.

use azalai_envelope::Lane;

use crate::lanes::PerLane;
use crate::limits::{
    CONNECTION_CLOSED_FETCH_BYTES, CONNECTION_CLOSED_PUT_BYTES, CONNECTION_FETCH_BYTES, CONNECTION_PUT_BYTES,
};

/// What is left to one connection. The layer that knows connections keeps one for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    put: PerLane<u64>,
    closed_put: u64,
    fetch: u64,
    closed_fetch: u64,
}

impl Budget {
    /// That of a new connection.
    #[must_use]
    pub const fn of_connection() -> Self {
        let [urgent, text, preview, bulk] = CONNECTION_PUT_BYTES;
        Self {
            put: PerLane { urgent, text, preview, bulk },
            closed_put: CONNECTION_CLOSED_PUT_BYTES,
            fetch: CONNECTION_FETCH_BYTES,
            closed_fetch: CONNECTION_CLOSED_FETCH_BYTES,
        }
    }

    /// Takes `bytes` of a put, and says whether they were there.
    pub(crate) fn put(&mut self, lane: Lane, closed: bool, bytes: u64) -> bool {
        let lane = self.put.get_mut(lane);
        let enough = *lane >= bytes && (!closed || self.closed_put >= bytes);
        if enough {
            *lane -= bytes;
            if closed {
                self.closed_put -= bytes;
            }
        }
        enough
    }

    /// Takes `bytes` of a fetch, and says whether they were there.
    pub(crate) fn fetch(&mut self, closed: bool, bytes: u64) -> bool {
        let enough = self.fetch >= bytes && (!closed || self.closed_fetch >= bytes);
        if enough {
            self.fetch -= bytes;
            if closed {
                self.closed_fetch -= bytes;
            }
        }
        enough
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::of_connection()
    }
}
