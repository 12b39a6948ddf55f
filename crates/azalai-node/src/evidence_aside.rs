//! Why a statement in a package of evidence does not count. Pure: what is here follows from the package alone.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{Statement, StatementId, Verified};
use azalai_roster::{Denied, Roster, Standing};

use crate::chains::{Chain, chain_of};

/// Why a statement is not in the document as shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uncounted {
    /// It is for other readers than its document, or of another kind.
    OtherReaders,
    /// It is in a report that another device made.
    NotAuthor,
    /// It is past the cut of a removal: a removed member's.
    PastCut,
    /// A removed member's, on a chain that no cut names.
    NoCut,
    /// Its chain has two branches from there or before, and no cut or adoption in the package names this one.
    Fork,
    /// No act in the package admits its author.
    NotAdmitted,
    /// Its author may not write it, by the acts in the package.
    NoRight(Denied),
    /// It builds on something that is not in the package.
    Waits,
    /// It is no change that a document takes: what was wrong.
    Unreadable(String),
}

impl Uncounted {
    /// All names, for whoever has words for each.
    pub const NAMES: [&'static str; 9] = [
        "other-readers",
        "not-author",
        "past-cut",
        "no-cut",
        "fork",
        "not-admitted",
        "no-right",
        "waits",
        "unreadable",
    ];

    /// A stable name for machines.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OtherReaders => "other-readers",
            Self::NotAuthor => "not-author",
            Self::PastCut => "past-cut",
            Self::NoCut => "no-cut",
            Self::Fork => "fork",
            Self::NotAdmitted => "not-admitted",
            Self::NoRight(_) => "no-right",
            Self::Waits => "waits",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// Why the roster does not let a statement count; none if it does.
    pub(crate) fn of(standing: Standing) -> Option<Self> {
        match standing {
            Standing::Counts | Standing::Unconfirmed => None,
            Standing::Quarantined => Some(Self::PastCut),
            Standing::Doubtful => Some(Self::NoCut),
            Standing::Rejected(Denied::Unknown) => Some(Self::NotAdmitted),
            Standing::Rejected(why) => Some(Self::NoRight(why)),
        }
    }
}

impl core::fmt::Display for Uncounted {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::OtherReaders => "it is for other readers than its document",
            Self::NotAuthor => "only the device that made a report writes it",
            Self::PastCut => "its author was removed, and it is past the removal's cut",
            Self::NoCut => "its author was removed, and no cut names its chain",
            Self::Fork => {
                "its chain has a fork from here or before, and nothing in the package says which branch counts"
            }
            Self::NotAdmitted => "no act in the package admits its author",
            Self::NoRight(why) => return write!(f, "its author may not write it: {why}"),
            Self::Waits => "it builds on something that is not in the package",
            Self::Unreadable(why) => return write!(f, "it is no change that the document takes: {why}"),
        })
    }
}

/// The statements that a fork of their chain sets aside, among those of a package. A chain has a fork at the lowest
/// place that two statements share, and one place before if these name different ones before them, as
/// `docs/spec/roster.md` says; the branch that leads to a standing cut counts, and so does what was adopted.
pub(crate) fn forked(roster: &Roster, statements: &[&Verified<Statement>]) -> BTreeSet<StatementId> {
    let mut chains: BTreeMap<Chain, BTreeMap<u64, Vec<&Verified<Statement>>>> = BTreeMap::new();
    for statement in statements {
        chains.entry(chain_of(statement)).or_default().entry(statement.seq()).or_default().push(statement);
    }
    let mut aside = BTreeSet::new();
    for (chain, places) in &chains {
        let forks = places.iter().filter_map(|(seq, here)| {
            let first = here.first()?;
            if here.iter().all(|other| other.id() == first.id()) {
                // One that names another before it than stands there.
                let before = seq.checked_sub(1).and_then(|before| Some((before, places.get(&before)?)));
                return before.and_then(|(before, there)| {
                    let fits = there.iter().any(|other| Some(other.id()) == first.prev());
                    (!fits).then_some(before)
                });
            }
            let apart = here.iter().any(|other| other.prev() != first.prev());
            Some(if apart { seq.saturating_sub(1) } else { *seq })
        });
        let Some(from) = forks.min() else { continue };
        let mut kept = BTreeSet::new();
        let mut next = roster.standing_cut(&chain.0, chain.2).map(|cut| (cut.seq, cut.id));
        while let Some((seq, id)) = next.filter(|(seq, _)| *seq >= from) {
            let here = places.get(&seq).and_then(|here| here.iter().find(|statement| statement.id() == id));
            let Some(statement) = here else { break };
            kept.insert(id);
            next = seq.checked_sub(1).zip(statement.prev());
        }
        let past = places.range(from..).flat_map(|(_, here)| here);
        let loose = past.filter(|one| !kept.contains(&one.id()) && !roster.is_adopted(&one.id(), &one.author()));
        aside.extend(loose.map(|statement| statement.id()));
    }
    aside
}
