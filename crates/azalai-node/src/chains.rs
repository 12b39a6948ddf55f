//! Places in chains, and the forks that two statements in one place make.
//!
//! Nothing here depends on which of the two came first: a fork is found from the set of statements that are kept, and
//! from its place on both branches are set aside, but for the one that the cut of a standing removal names.
//!
//! A chain is one author's to one audience: the same name towards another audience is another chain, so that whoever
//! reads one of them only finds the same forks.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{AudienceId, ChainId, SigningPublic, Statement, StatementId, Verified};
use azalai_store::{Batch, Disk, Store};

use crate::error::NodeError;
use crate::node::{Node, place_key};
use crate::spaces::{FORKS, LOG, PLACES_IN_CHAINS, STATEMENTS};
use crate::stored::decode_statement;

/// Which chain: its author, its audience, its name.
pub(crate) type Chain = (SigningPublic, AudienceId, ChainId);

/// The chain that a statement stands in.
pub(crate) fn chain_of(statement: &Statement) -> Chain {
    (statement.author(), statement.audience(), statement.chain())
}

/// A statement's place, and what it says stands before it.
pub(crate) type Link = (u64, Option<StatementId>);

/// What a round of the door adds, before it is durable.
#[derive(Debug, Default)]
pub(crate) struct Forks {
    taken: BTreeMap<Vec<u8>, StatementId>,
    links: BTreeMap<StatementId, Link>,
    /// The lowest place from which on a chain has two branches: of chains where that is new, or where one of the
    /// branches grew that a cut names.
    found: BTreeMap<Chain, u64>,
}

impl Forks {
    /// Whether nothing is new.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether what is new may change what a statement at this place is worth.
    pub(crate) fn touches(&self, chain: &Chain, seq: u64) -> bool {
        self.found.get(chain).is_some_and(|fork| seq >= *fork)
    }
}

/// A forked chain.
#[derive(Debug, Clone, Default)]
pub(crate) struct Forked {
    /// The lowest place with two branches.
    from: u64,
    /// The branch that a standing cut names, from that place on.
    kept: BTreeSet<StatementId>,
}

impl Forked {
    /// Whether the fork sets a statement of this chain aside, unless somebody adopted it.
    pub(crate) fn sets_aside(&self, statement: &Statement) -> bool {
        statement.seq() >= self.from && !self.kept.contains(&statement.id())
    }
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Notes a statement's place in its chain, and a fork if two statements stand in this place, if the one before is
    /// not the one that it names, or if the one behind names another. Two in one place that name different ones before
    /// them make a fork there already: so the result is the same in any order, though only one of those that share a
    /// place is remembered.
    pub(crate) async fn note_place(
        &self,
        statement: &Verified<Statement>,
        places: &mut Forks,
        batch: &mut Batch,
    ) -> Result<(), NodeError> {
        let (chain, seq, id, prev) = (chain_of(statement), statement.seq(), statement.id(), statement.prev());
        let here = place_key(&chain, seq);
        let before = seq.checked_sub(1);
        let mut fork = None;
        if let Some(next) = self.at_place(&place_key(&chain, seq.saturating_add(1)), places).await?
            && self.link(&next, places).await?.is_some_and(|(_, prev)| prev != Some(id))
        {
            fork = Some(seq);
        }
        if let Some(other) = self.at_place(&here, places).await?.filter(|other| *other != id) {
            let apart = self.link(&other, places).await?.is_some_and(|(_, theirs)| theirs != prev);
            fork = before.filter(|_| apart).or(Some(seq));
        }
        if let Some(before) = before {
            let there = self.at_place(&place_key(&chain, before), places).await?;
            if there.is_some_and(|other| Some(other) != prev) {
                fork = Some(before);
            }
        }
        places.taken.insert(here, id);
        places.links.insert(id, (seq, prev));
        let known = self.fork_in(&chain, places).await?;
        if let Some(seq) = fork
            && known.is_none_or(|known| seq < known)
        {
            places.found.insert(chain, seq);
            batch.put(FORKS, fork_key(&chain), seq.to_be_bytes());
        } else if let Some(known) = known
            && self.roster.standing_cut(&chain.0, chain.2).is_some()
        {
            // It may be the missing link of the branch that counts.
            places.found.insert(chain, known);
        }
        Ok(())
    }

    async fn at_place(&self, key: &[u8], places: &Forks) -> Result<Option<StatementId>, NodeError> {
        if let Some(id) = places.taken.get(key) {
            return Ok(Some(*id));
        }
        let kept = self.vault.get(PLACES_IN_CHAINS, key).await?;
        Ok(kept.and_then(|bytes| StatementId::from_slice(&bytes)))
    }

    /// A statement's place and what it names before it; none if it is not kept.
    async fn link(&self, id: &StatementId, places: &Forks) -> Result<Option<Link>, NodeError> {
        if let Some(link) = places.links.get(id) {
            return Ok(Some(*link));
        }
        let kept = match self.vault.get(STATEMENTS, &id.0).await? {
            Some(bytes) => Some(bytes),
            None => self.vault.get(LOG, &id.0).await?,
        };
        let Some(bytes) = kept else { return self.shed_link(id).await };
        let statement = decode_statement(&self.project, &bytes)?;
        Ok(Some((statement.seq(), statement.prev())))
    }

    /// Whether somebody else's hand, or a backup that was put back, has taken this device's next place in a chain.
    pub(crate) async fn is_place_taken(&self, chain: &Chain, seq: u64) -> Result<bool, NodeError> {
        Ok(self.vault.get(PLACES_IN_CHAINS, &place_key(chain, seq)).await?.is_some())
    }

    /// The lowest place of a chain from which on it has two branches, as far as is kept or new.
    async fn fork_in(&self, chain: &Chain, new: &Forks) -> Result<Option<u64>, NodeError> {
        let kept = self.vault.get(FORKS, &fork_key(chain)).await?;
        let kept = kept.and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes);
        Ok(kept.into_iter().chain(new.found.get(chain).copied()).min())
    }

    /// A chain's fork, with the branch that a standing cut names: whoever has a device's key can write beside its past
    /// for ever, and must not take that past out of what counts. None for a chain without a fork.
    pub(crate) async fn forked(&self, chain: &Chain, new: &Forks) -> Result<Option<Forked>, NodeError> {
        let Some(from) = self.fork_in(chain, new).await? else { return Ok(None) };
        let mut forked = Forked { from, kept: BTreeSet::new() };
        let mut next = self.roster.standing_cut(&chain.0, chain.2).map(|cut| (cut.id, cut.seq));
        while let Some((id, seq)) = next {
            // Places fall by one, so that a made-up link cannot lead in a circle or to another chain.
            let Some((_, prev)) = self.link(&id, new).await?.filter(|(place, _)| *place == seq && seq >= from) else {
                break;
            };
            forked.kept.insert(id);
            next = prev.zip(seq.checked_sub(1));
        }
        Ok(Some(forked))
    }
}

fn fork_key(chain: &Chain) -> Vec<u8> {
    let (author, audience, name) = chain;
    [author.0.as_slice(), &audience.0, &name.0].concat()
}
