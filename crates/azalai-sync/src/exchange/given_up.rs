//! Asks a relay what it gave up for room, and finds its own letters among it, without saying which they are.
//!
//! It must never be told by a relay more than that: a relay that lies here makes a device send again, and nothing else.

use core::ops::Bound;
use std::collections::BTreeSet;

use azalai_envelope::EnvelopeId;

use super::{Event, Exchange, ExchangeError};
use crate::limits::MAX_GIVEN_UP_PARTS;
use crate::message::short;

/// What a relay told at earlier visits, and what it was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The mark of what it had given up, when its list was last read whole; zeros at first.
    pub mark: [u8; 16],
    /// Letters that it said it holds, as far as it matters that it does.
    pub held: BTreeSet<EnvelopeId>,
}

/// How far the list was read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Listing {
    /// Whether anything changed is to be asked.
    Mark,
    /// The list is to be asked for: the mark from before, after which id, and how many parts there were.
    Part([u8; 16], EnvelopeId, u32),
    /// There is nothing to ask, or no more.
    Done,
}

impl Listing {
    pub(super) const fn new(asks: bool) -> Self {
        if asks { Self::Mark } else { Self::Done }
    }

    /// What is to be asked next, if anything.
    pub(super) const fn question(&self) -> Option<Option<EnvelopeId>> {
        match self {
            Self::Mark => Some(None),
            Self::Part(_, after, _) => Some(Some(*after)),
            Self::Done => None,
        }
    }
}

/// An answer to [`crate::message::Operation::GivenUp`].
pub(super) struct Part {
    pub(super) mark: [u8; 16],
    pub(super) full: bool,
    pub(super) shorts: Vec<u64>,
    pub(super) next: Option<EnvelopeId>,
}

impl Exchange {
    /// Does not ask what was given up: after a responder from before there was such a question refused the request. Says
    /// whether it was going to ask.
    #[must_use]
    pub fn leave_out_given_up(&mut self) -> bool {
        let asked = matches!(self.listing, Listing::Mark);
        self.listing = Listing::Done;
        asked
    }

    pub(super) fn given_up(
        &mut self,
        after: Option<EnvelopeId>,
        key: &[u8; 32],
        part: Part,
        events: &mut Vec<Event>,
    ) -> Result<(), ExchangeError> {
        let Part { mark, full, mut shorts, next } = part;
        let Some(told) = &self.config.told else { return Err(ExchangeError::Nonsense("nothing was asked for")) };
        let (Some(after), Listing::Part(before, _, parts)) = (after, self.listing) else {
            if !shorts.is_empty() || next.is_some() {
                return Err(ExchangeError::Nonsense("a list that was not asked for"));
            }
            self.progress = true;
            let same = mark == told.mark;
            // A list of nothing need not be asked for.
            let none = mark == [0; 16];
            self.listing = if same || none { Listing::Done } else { Listing::Part(mark, EnvelopeId([0; 32]), 0) };
            events.push(Event::GivenUp { ids: Vec::new(), full, mark: none.then_some(mark) });
            return Ok(());
        };
        if next.is_some_and(|next| next <= after) {
            return Err(ExchangeError::Nonsense("a list that does not go on"));
        }
        if next.is_some() && parts + 1 >= MAX_GIVEN_UP_PARTS {
            return Err(ExchangeError::Nonsense("a list without an end"));
        }
        self.progress = true;
        shorts.sort_unstable();
        let last = next.map_or(Bound::Unbounded, Bound::Included);
        let own = told.held.range((Bound::Excluded(after), last));
        let ids: Vec<EnvelopeId> = own.filter(|id| shorts.binary_search(&short(key, id)).is_ok()).copied().collect();
        self.listing = next.map_or(Listing::Done, |next| Listing::Part(before, next, parts + 1));
        events.push(Event::GivenUp { ids, full, mark: next.is_none().then_some(before) });
        Ok(())
    }
}
