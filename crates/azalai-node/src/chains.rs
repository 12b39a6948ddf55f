//! Places in chains, and the forks that two statements in one place make.
//!
//! Nothing here depends on which of the two came first: from the lowest such place on, both branches are set aside.

use std::collections::BTreeMap;

use azalai_envelope::{ChainId, SigningPublic, Statement, StatementId, Verified};
use azalai_store::{Batch, Disk, Store};

use crate::error::NodeError;
use crate::node::{Node, place_key};
use crate::spaces::{FORKS, PLACES_IN_CHAINS};

/// The lowest place of each forked chain from which on it has two branches.
pub(crate) type Forks = BTreeMap<(SigningPublic, ChainId), u64>;

/// What a round of the door adds, before it is durable.
#[derive(Default)]
pub(crate) struct Places {
    taken: BTreeMap<Vec<u8>, StatementId>,
    /// Forks that were not known, or not as low.
    pub(crate) forks: Forks,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Notes a statement's place in its chain, and a fork if the place, or the one before it, does not fit.
    pub(crate) async fn note_place(
        &self,
        statement: &Verified<Statement>,
        places: &mut Places,
        batch: &mut Batch,
    ) -> Result<(), NodeError> {
        let (author, chain, seq) = (statement.author(), statement.chain(), statement.seq());
        let here = place_key(&author, &chain, seq);
        let mut fork = None;
        if self.at_place(&here, places).await?.is_some_and(|other| other != statement.id()) {
            fork = Some(seq);
        }
        if let (Some(prev), Some(before)) = (statement.prev(), seq.checked_sub(1)) {
            let there = self.at_place(&place_key(&author, &chain, before), places).await?;
            if there.is_some_and(|other| other != prev) {
                fork = Some(before);
            }
        }
        places.taken.insert(here, statement.id());
        if let Some(seq) = fork {
            let known = self.fork_in(&author, &chain, &places.forks).await?;
            if known.is_none_or(|known| seq < known) {
                places.forks.insert((author, chain), seq);
                batch.put(FORKS, fork_key(&author, &chain), seq.to_be_bytes());
            }
        }
        Ok(())
    }

    async fn at_place(&self, key: &[u8], places: &Places) -> Result<Option<StatementId>, NodeError> {
        if let Some(id) = places.taken.get(key) {
            return Ok(Some(*id));
        }
        let kept = self.vault.get(PLACES_IN_CHAINS, key).await?;
        Ok(kept.and_then(|bytes| StatementId::from_slice(&bytes)))
    }

    /// The lowest place of a chain from which on it has two branches, as far as is kept or in `new`.
    pub(crate) async fn fork_in(
        &self,
        author: &SigningPublic,
        chain: &ChainId,
        new: &Forks,
    ) -> Result<Option<u64>, NodeError> {
        let kept = self.vault.get(FORKS, &fork_key(author, chain)).await?;
        let kept = kept.and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes);
        Ok(kept.into_iter().chain(new.get(&(*author, *chain)).copied()).min())
    }
}

fn fork_key(author: &SigningPublic, chain: &ChainId) -> Vec<u8> {
    let mut key = author.0.to_vec();
    key.extend_from_slice(&chain.0);
    key
}
