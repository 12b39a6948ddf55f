//! What waits on this device for an exchange: how many statements, how large, and who will be able to open them.
//!
//! It only counts; sealing is `outbox.rs`. It must never count what a relay says that it holds.

use std::collections::BTreeMap;

use azalai_envelope::envelope::OVERHEAD_LEN;
use azalai_envelope::{Kind, StatementId, pad};
use azalai_roster::Circle;
use azalai_store::{Disk, Store};

use crate::error::NodeError;
use crate::node::{Node, scan_all};
use crate::spaces::{OUTBOX, STATEMENTS};
use crate::stored::{self, Outgoing};

/// Bytes by which an envelope's size gives the length of what is in it; a varint of a statement of any size.
const LENGTH_LEN: usize = 3;

/// A number of statements and the bytes of the envelopes that they go into.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// How many.
    pub count: usize,
    /// Bytes of their envelopes, as far as that is known before they are sealed.
    pub bytes: u64,
}

impl Amount {
    fn add(&mut self, bytes: usize) {
        self.count += 1;
        self.bytes += bytes as u64;
    }
}

/// What no relay has said that it holds, and no coordinator that it was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Statements of reports and incidents, by who can open them.
    pub documents: BTreeMap<Circle, Amount>,
    /// Everything else: acts, keys and receipts of this device.
    pub other: Amount,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// What waits for an exchange.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn what_waits(&self) -> Result<Waiting, NodeError> {
        let (outbox, _) = scan_all(&self.vault, OUTBOX).await?;
        let mut waiting = Waiting::default();
        for (key, value) in outbox {
            let outgoing = Outgoing::decode(&value)?;
            let there = !outgoing.relays.is_empty() || !outgoing.opened_by.is_empty() || !outgoing.acted_by.is_empty();
            let Some(id) = StatementId::from_slice(&key).filter(|_| !there) else { continue };
            let of_document = matches!(outgoing.kind, Kind::REPORT | Kind::INCIDENT);
            let kept = if of_document { self.vault.get(STATEMENTS, &id.0).await? } else { None };
            // What leaves is checked when it is sealed; a count of thousands must not check thousands of signatures.
            let measured = kept.and_then(|bytes| stored::measured(&bytes));
            let circle = measured.and_then(|(audience, _)| self.roster.circle_of(audience));
            let inside = measured.map_or(0, |(_, length)| length);
            let bytes = pad::class_of(inside + LENGTH_LEN + OVERHEAD_LEN);
            match circle {
                Some(circle) => waiting.documents.entry(circle).or_default().add(bytes),
                None => waiting.other.add(bytes),
            }
        }
        Ok(waiting)
    }

    /// Letters that this device carries for itself and others, and their bytes.
    #[must_use]
    pub fn carries(&self) -> Amount {
        let lanes = self.carried_by_lane();
        let sum = lanes.iter().fold((0, 0), |sum, (_, count, bytes)| (sum.0 + count, sum.1 + bytes));
        Amount { count: usize::try_from(sum.0).unwrap_or(usize::MAX), bytes: sum.1 }
    }
}
