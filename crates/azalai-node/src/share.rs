//! How much one author may say in one document: what is beyond it is kept and does not count. Pure.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{SigningPublic, StatementId};

use crate::documents::Entry;
use crate::limits::MAX_AUTHOR_STATEMENTS;

/// What each author said beyond its share: by the clocks and not by arrival, so that everywhere the same ones are too
/// many.
pub(crate) fn beyond_share(entries: &[Entry]) -> BTreeSet<StatementId> {
    let mut in_order: Vec<&Entry> = entries.iter().collect();
    in_order.sort_by_key(|entry| (entry.clock, entry.statement));
    let mut said: BTreeMap<SigningPublic, usize> = BTreeMap::new();
    let beyond = in_order.into_iter().filter(|entry| {
        let said = said.entry(entry.author).or_default();
        *said += 1;
        *said > MAX_AUTHOR_STATEMENTS
    });
    beyond.map(|entry| entry.statement).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use azalai_envelope::{ChainId, Clock};

    use super::*;

    /// Guards against one who floods a document and makes it differ from device to device: what is too much must not
    /// hang on what arrived first, and must not push others' words out.
    #[test]
    fn what_an_author_says_beyond_its_share_is_the_same_in_any_order_of_arrival() {
        let entry = |author: u8, n: usize| {
            let mut statement = [author; 32];
            statement[..8].copy_from_slice(&(n as u64).to_be_bytes());
            Entry {
                statement: StatementId(statement),
                author: SigningPublic([author; 32]),
                chain: ChainId([author; 8]),
                seq: n as u64,
                clock: Clock(n as u64),
                opens: false,
            }
        };
        let mut entries: Vec<Entry> = (0..MAX_AUTHOR_STATEMENTS + 3).map(|n| entry(1, n)).collect();
        entries.push(entry(2, MAX_AUTHOR_STATEMENTS + 10));
        let beyond = beyond_share(&entries);
        let last = (MAX_AUTHOR_STATEMENTS..MAX_AUTHOR_STATEMENTS + 3).map(|n| entry(1, n).statement);
        assert_eq!(beyond, last.collect());
        entries.reverse();
        assert_eq!(beyond_share(&entries), beyond);
        assert!(beyond_share(&entries[..5]).is_empty());
    }
}
