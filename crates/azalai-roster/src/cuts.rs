//! Cuts: up to where what a removed device wrote still counts, by one removal or by several together.
//!
//! Only arithmetic on cuts is here; which removals stand is found in `removal.rs`.

use std::collections::BTreeMap;

use azalai_envelope::{ChainId, SigningPublic, StatementId};

use crate::act::Cut;
use crate::graph::Entry;

/// How a cut set treats one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exclusion {
    /// Its author is not removed, or it is at or before the cuts.
    No,
    /// Past a cut.
    Past,
    /// No cut names its chain.
    Unnamed,
}

/// All cuts on one device, by one or more removals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cuts {
    /// The lowest cut on each chain, and how many removals name the chain.
    lowest: BTreeMap<ChainId, (Cut, usize)>,
    removals: usize,
}

impl Cuts {
    /// Adds one removal's cuts: of several on one chain the lower holds; of two at one place, that of the lower id,
    /// since neither removal says more than the other.
    pub(crate) fn add(&mut self, cuts: &[Cut]) {
        self.removals += 1;
        for cut in cuts {
            let (held, count) = self.lowest.entry(cut.chain).or_insert((*cut, 0));
            *count += 1;
            if (cut.seq, cut.id) < (held.seq, held.id) {
                *held = *cut;
            }
        }
    }

    /// How the cuts treat a statement of the removed device.
    pub(crate) fn exclusion(&self, chain: ChainId, seq: u64, id: StatementId) -> Exclusion {
        match self.lowest.get(&chain) {
            None => Exclusion::Unnamed,
            Some((cut, _)) if seq < cut.seq || (seq == cut.seq && id == cut.id) => Exclusion::No,
            Some(_) => Exclusion::Past,
        }
    }

    /// The cut that holds on a chain.
    pub(crate) fn on(&self, chain: ChainId) -> Option<Cut> {
        self.lowest.get(&chain).map(|(cut, _)| *cut)
    }

    pub(crate) fn names(&self, chain: ChainId) -> bool {
        self.lowest.contains_key(&chain)
    }

    /// Whether each of the removals names the chain.
    pub(crate) fn all_name(&self, chain: ChainId) -> bool {
        self.lowest.get(&chain).is_some_and(|(_, count)| *count == self.removals)
    }

    /// The statements that the cuts name.
    pub(crate) fn named(&self) -> impl Iterator<Item = StatementId> {
        self.lowest.values().map(|(cut, _)| cut.id)
    }
}

/// The cuts of removals that stand, and of those that are not void.
#[derive(Debug, Clone, Default)]
pub(crate) struct Open {
    pub(crate) standing: BTreeMap<SigningPublic, Cuts>,
    pub(crate) open: BTreeMap<SigningPublic, Cuts>,
}

impl Open {
    /// Excluded whichever way the undecided removals go.
    pub(crate) fn surely(&self, entry: &Entry) -> bool {
        let (Some(standing), Some(open)) = (self.standing.get(&entry.author), self.open.get(&entry.author)) else {
            return false;
        };
        standing.exclusion(entry.chain, entry.seq, entry.id) == Exclusion::Past || !open.names(entry.chain)
    }

    /// Excluded in some way that the undecided removals may go.
    pub(crate) fn possibly(&self, entry: &Entry) -> bool {
        self.exclusion(&entry.author, entry.chain, entry.seq, entry.id) != Exclusion::No
    }

    pub(crate) fn exclusion(&self, author: &SigningPublic, chain: ChainId, seq: u64, id: StatementId) -> Exclusion {
        let Some(open) = self.open.get(author) else { return Exclusion::No };
        match open.exclusion(chain, seq, id) {
            Exclusion::No => {
                let named = self.standing.get(author).is_some_and(|cuts| cuts.names(chain));
                if named || open.all_name(chain) { Exclusion::No } else { Exclusion::Unnamed }
            }
            other => other,
        }
    }
}
