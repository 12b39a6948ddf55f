//! All keys that somebody who ever might gave a circle, whether the act counts or not, and how far the number of each
//! may be above those before it.
//!
//! What counts decides which key is sealed to and posted with, and that is in `build.rs`. What is here must not depend
//! on removals: of two who removed each other, the letters of either are read, whoever was heard first.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{PostingPublic, ReceivingPublic, SigningPublic, StatementId};

use crate::act::Act;
use crate::build::Builder;
use crate::circle::Circle;
use crate::graph::{Entry, Log, Place};
use crate::limits::MAX_NUMBER_STEP;
use crate::reason::Reason;

/// Public keys that acts of those who ever held the right name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Named {
    pub(crate) keys: BTreeMap<Circle, BTreeSet<ReceivingPublic>>,
    pub(crate) posting: BTreeSet<PostingPublic>,
}

impl Named {
    pub(crate) fn add(&mut self, circle: &Circle, key: ReceivingPublic, posting: Option<PostingPublic>) {
        self.keys.entry(circle.clone()).or_default().insert(key);
        if *circle == Circle::Everyone {
            self.posting.extend(posting);
        }
    }
}

/// An act that gives a key, with the authority log's statements before it.
pub(crate) type Numbered<'g> = (&'g Entry, Place, &'g Act, BTreeSet<StatementId>);

impl<'g> Builder<'g> {
    /// The acts that give keys, by those who ever might, whose numbers lie at most [`MAX_NUMBER_STEP`] above the highest
    /// of those in their past. The others are refused: one act at the end of the numbers would be the newest for ever,
    /// and nobody could give a higher one.
    pub(crate) fn numbered(&mut self) -> Vec<Numbered<'g>> {
        let graph = self.graph;
        let gives = |act: &Act| matches!(act, Act::NewGeneration { .. });
        let entries = graph.of(Log::Authority).filter(|entry| entry.acts.iter().any(gives));
        let mut entries: Vec<(&Entry, BTreeSet<StatementId>)> =
            entries.map(|entry| (entry, graph.past(entry.id, Some(Log::Authority)))).collect();
        // Whatever is before a statement has fewer before itself.
        entries.sort_by_key(|(entry, past)| (past.len(), entry.id));
        let mut all: Vec<Numbered<'g>> = Vec::new();
        for (entry, past) in entries {
            let mut here = Vec::new();
            for (index, act) in entry.acts.iter().enumerate() {
                let Act::NewGeneration { circle, number, posting, .. } = act else { continue };
                if !self.ever_gave(&entry.author, circle) {
                    continue;
                }
                let before = all.iter().filter(|(before, ..)| past.contains(&before.id));
                let (numbers, epochs): (Vec<u32>, Vec<Option<u32>>) =
                    before.filter_map(|(.., act, _)| numbers_of(act, circle)).unzip();
                let most = |highest: Option<u32>| highest.unwrap_or_default().saturating_add(MAX_NUMBER_STEP);
                let far = *number > most(numbers.into_iter().max())
                    || posting.is_some_and(|posting| posting.epoch > most(epochs.into_iter().flatten().max()));
                if far {
                    self.rejected.entry((entry.id, index)).or_insert(Reason::NumberTooFar);
                } else {
                    here.push((entry, (entry.id, index), act, past.clone()));
                }
            }
            all.extend(here);
        }
        all
    }

    /// Whether somebody might give a circle a key by any grant that ever counted.
    fn ever_gave(&self, author: &SigningPublic, circle: &Circle) -> bool {
        let steward = self.roster.ever.get(author).is_some_and(|holding| holding.steward);
        steward || (circle.area().is_some() && self.roster.held(author).contains(circle))
    }
}

/// The number of a circle's key, and of the posting key beside it.
fn numbers_of(act: &Act, of: &Circle) -> Option<(u32, Option<u32>)> {
    match act {
        Act::NewGeneration { circle, number, posting, .. } if circle == of => {
            Some((*number, posting.map(|posting| posting.epoch)))
        }
        _ => None,
    }
}
