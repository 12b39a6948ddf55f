//! What one statement of any kind is worth: by its author's state, the cuts on it, forks, adoptions, rights.

use azalai_envelope::{ChainId, Kind, SigningPublic, Statement, StatementId};

use crate::act::Cut;
use crate::cuts::Exclusion;
use crate::info::MemberState;
use crate::reason::{Denied, Standing};
use crate::roster::Roster;

impl Roster {
    /// What a statement is worth. Forks in the chains of documents are found where documents are kept; of the logs'
    /// own statements they are known here. A log statement counts as a whole if its author may write it; what its
    /// acts are worth is in [`Roster::rejected`].
    #[must_use]
    pub fn standing(&self, statement: &Statement) -> Standing {
        let author = statement.author();
        if let Err(denied) = self.writes(&author, statement.kind(), statement.audience()) {
            return Standing::Rejected(denied);
        }
        if self.is_adopted(&statement.id(), &author) {
            return Standing::Counts;
        }
        let state = self.member(&author).map(|member| member.state);
        if matches!(statement.kind(), Kind::AUTHORITY | Kind::REGISTRY) && self.forked.contains(&statement.id()) {
            return Standing::Quarantined;
        }
        match self.removals.exclusion(&author, statement.chain(), statement.seq(), statement.id()) {
            Exclusion::Past => return Standing::Quarantined,
            Exclusion::Unnamed => return Standing::Doubtful,
            Exclusion::No => {}
        }
        match state {
            Some(MemberState::Unconfirmed) => Standing::Unconfirmed,
            Some(_) => Standing::Counts,
            None if author == self.root => Standing::Counts,
            None => Standing::Rejected(Denied::Unknown),
        }
    }

    /// Whether a removal excludes a statement that nobody adopted.
    #[must_use]
    pub fn is_excluded(&self, author: &SigningPublic, chain: ChainId, seq: u64, id: StatementId) -> bool {
        self.removals.exclusion(author, chain, seq, id) != Exclusion::No && !self.is_adopted(&id, author)
    }

    /// Where removals that stand cut a device's chain: of a fork below it the branch that leads to this cut counts.
    #[must_use]
    pub fn standing_cut(&self, author: &SigningPublic, chain: ChainId) -> Option<Cut> {
        self.removals.standing_cut(author, chain)
    }

    /// Whether somebody who may remove the author adopted the statement, in an act that counts.
    #[must_use]
    pub fn is_adopted(&self, id: &StatementId, author: &SigningPublic) -> bool {
        self.adopted.get(id).is_some_and(|adopters| {
            adopters.iter().any(|adopter| {
                adopter != author
                    && (self.holdings.get(adopter).is_some_and(|holding| holding.steward)
                        || self.right_to_remove_monitor(adopter, author).is_ok())
            })
        })
    }
}
