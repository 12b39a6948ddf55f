//! What decides whether a device's statements in documents count: compared before and after the logs were added up,
//! it tells whose documents have to be read anew.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{SigningPublic, StatementId};

use crate::circle::AreaCode;
use crate::cuts::Cuts;
use crate::roster::{Holding, Roster};

type Adopted = BTreeMap<StatementId, BTreeSet<SigningPublic>>;

/// What one device's statements in documents hang on, beside the areas and adoptions of all. Whether it is confirmed is
/// no part of it: a report counts without, and whoever writes incidents holds a grant.
#[derive(Debug, PartialEq, Eq)]
struct Weight<'r> {
    known: bool,
    /// Who may adopt what a monitor said depends on it.
    area: Option<&'r AreaCode>,
    holding: Option<&'r Holding>,
    cuts: [Option<&'r Cuts>; 2],
}

/// Whose statements in documents may count otherwise than before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Devices.
    pub authors: BTreeSet<SigningPublic>,
    /// Single statements, adopted or no more.
    pub statements: BTreeSet<StatementId>,
}

impl Touched {
    /// Whether nothing is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.authors.is_empty() && self.statements.is_empty()
    }
}

impl Roster {
    fn weight(&self, key: &SigningPublic) -> Weight<'_> {
        let member = self.member(key);
        Weight {
            known: member.is_some(),
            area: member.and_then(|member| member.area.as_ref()),
            holding: self.holdings.get(key),
            cuts: self.removals.cuts_on(key),
        }
    }

    /// Whose statements may count otherwise than under `before`, of those whom that knew: nobody else can have said
    /// anything that was taken in. Areas that are new touch nobody, since what is sealed to them came after.
    #[must_use]
    pub fn touched_since(&self, before: &Self) -> Touched {
        let known: BTreeSet<SigningPublic> = before.by_author.values().flatten().copied().collect();
        let moved = |(code, info): (_, &crate::AreaInfo)| self.area(code).is_none_or(|now| now.parent != info.parent);
        if before.areas.iter().any(moved) {
            return Touched { authors: known, statements: BTreeSet::new() };
        }
        let authors: BTreeSet<SigningPublic> =
            known.into_iter().filter(|key| self.weight(key) != before.weight(key)).collect();
        let of = |one: &Adopted, other: &Adopted| -> Vec<StatementId> {
            let changed = one.iter().filter(|(id, by)| other.get(id) != Some(*by) || !by.is_disjoint(&authors));
            changed.map(|(id, _)| *id).collect()
        };
        let mut statements: BTreeSet<StatementId> = of(&self.adopted, &before.adopted).into_iter().collect();
        statements.extend(of(&before.adopted, &self.adopted));
        Touched { authors, statements }
    }
}
