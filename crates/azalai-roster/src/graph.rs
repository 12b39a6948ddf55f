//! The set of log statements as a graph: who knew what, which chains are forked. No rule about rights is here.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::statement::document_id;
use azalai_envelope::{
    AudienceId, ChainId, DocumentId, Kind, ProjectId, SigningPublic, Statement, StatementId, Verified,
};

use crate::act::Act;
use crate::circle::Circle;
use crate::entry::LogEntry;
use crate::reason::Reason;

/// One of the two logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Log {
    /// Stewards, coordinators, areas, keys, relays: sealed to everyone.
    Authority,
    /// Invites and monitors: sealed to the staff.
    Registry,
}

impl Log {
    /// The kind of its statements.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Authority => Kind::AUTHORITY,
            Self::Registry => Kind::REGISTRY,
        }
    }

    /// Who reads it.
    #[must_use]
    pub const fn circle(self) -> Circle {
        match self {
            Self::Authority => Circle::Everyone,
            Self::Registry => Circle::Staff,
        }
    }

    /// Its audience.
    #[must_use]
    pub fn audience(self, project: &ProjectId) -> AudienceId {
        self.circle().audience(project)
    }

    /// The document that all its statements belong to; opened by the root with a nonce of zeros.
    #[must_use]
    pub fn document(self, project: &ProjectId, root: &SigningPublic) -> DocumentId {
        document_id(project, self.kind(), &self.audience(project), root, &[0; 16])
    }
}

/// A log statement, read.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: StatementId,
    pub(crate) log: Log,
    pub(crate) author: SigningPublic,
    pub(crate) chain: ChainId,
    pub(crate) seq: u64,
    pub(crate) prev: Option<StatementId>,
    pub(crate) after: Vec<StatementId>,
    pub(crate) acts: Vec<Act>,
}

impl Entry {
    fn in_chain(&self) -> Chain {
        (self.log, self.author, self.chain)
    }
}

/// Where an act stands: its statement and its index in it.
pub(crate) type Place = (StatementId, usize);

/// All log statements that could be read, in order of their ids.
#[derive(Debug, Clone, Default)]
pub(crate) struct Graph {
    pub(crate) entries: BTreeMap<StatementId, Entry>,
    /// First place of each chain that two statements have.
    forks: BTreeMap<Chain, u64>,
}

/// A chain is one author's to one audience. The same id in the other log is another chain: whoever reads one log
/// only must see the same forks.
type Chain = (Log, SigningPublic, ChainId);

impl Graph {
    /// Reads statements; what cannot be read is reported with act 0.
    pub(crate) fn collect<'a>(
        root: &SigningPublic,
        project: &ProjectId,
        statements: impl IntoIterator<Item = &'a Verified<Statement>>,
    ) -> (Self, BTreeMap<Place, Reason>) {
        let mut graph = Self::default();
        let mut rejected = BTreeMap::new();
        for statement in statements {
            match read(root, project, statement) {
                Ok(entry) => {
                    graph.entries.insert(entry.id, entry);
                }
                Err(reason) => {
                    rejected.insert((statement.id(), 0), reason);
                }
            }
        }
        let mut taken: BTreeSet<(Chain, u64)> = BTreeSet::new();
        for entry in graph.entries.values() {
            if !taken.insert((entry.in_chain(), entry.seq)) {
                let first = graph.forks.entry(entry.in_chain()).or_insert(entry.seq);
                *first = entry.seq.min(*first);
            }
        }
        (graph, rejected)
    }

    /// Statements of one log.
    pub(crate) fn of(&self, log: Log) -> impl Iterator<Item = &Entry> {
        self.entries.values().filter(move |entry| entry.log == log)
    }

    /// Acts of one log with their places.
    pub(crate) fn acts(&self, log: Log) -> impl Iterator<Item = (&Entry, Place, &Act)> {
        self.of(log)
            .flat_map(|entry| entry.acts.iter().enumerate().map(move |(index, act)| (entry, (entry.id, index), act)))
    }

    /// Whether any of the statements is known to be the author's own.
    pub(crate) fn any_of(&self, ids: &[StatementId], author: &SigningPublic) -> bool {
        ids.iter().any(|id| self.entries.get(id).is_some_and(|entry| entry.author == *author))
    }

    /// The statement itself and all known ones before it; on ways through one log only, if that is asked for.
    pub(crate) fn past(&self, id: StatementId, within: Option<Log>) -> BTreeSet<StatementId> {
        let mut past = BTreeSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if let Some(entry) = self.entries.get(&id)
                && within.is_none_or(|log| log == entry.log)
                && past.insert(id)
            {
                open.extend(entry.after.iter().copied().chain(entry.prev));
            }
        }
        past
    }

    /// Of several acts about one thing, those that are not in the past of another; of each statement the last. All
    /// are of one log. More than one only where people wrote apart.
    pub(crate) fn newest(&self, places: &[Place]) -> BTreeMap<StatementId, usize> {
        // What is the latest in the authority log must not depend on whether the registry is known.
        let within =
            |id: &StatementId| self.entries.get(id).map(|entry| entry.log).filter(|log| *log == Log::Authority);
        let mut newest: BTreeMap<StatementId, usize> = BTreeMap::new();
        for (id, index) in places {
            let last = newest.entry(*id).or_insert(*index);
            *last = (*index).max(*last);
        }
        if newest.len() > 1 {
            let mut pasts = newest.keys().map(|id| (*id, self.past(*id, within(id)))).collect::<Vec<_>>();
            for (id, past) in &mut pasts {
                past.remove(id);
            }
            newest.retain(|id, _| !pasts.iter().any(|(_, past)| past.contains(id)));
        }
        newest
    }

    /// Of several acts about one thing, the one that all who know the others would call the latest: not in the
    /// past of another, and of those made apart the one of the lowest id.
    pub(crate) fn latest(&self, places: &[Place]) -> Option<Place> {
        self.newest(places).into_iter().next()
    }

    /// Whether a fork sets the statement aside, given what is adopted and what a cut names. From the first forked
    /// place on, only what is adopted or directly follows something that is adopted counts.
    pub(crate) fn unforked(&self, entry: &Entry, kept: &dyn Fn(&StatementId) -> bool) -> bool {
        let Some(fork) = self.forks.get(&entry.in_chain()) else { return true };
        let mut current = entry;
        loop {
            if kept(&current.id) {
                return true;
            }
            if current.seq < *fork {
                // Reached from a later place: only a branch without a forked place of its own gets here.
                return current.id == entry.id;
            }
            match current.prev.and_then(|prev| self.entries.get(&prev)) {
                // Places strictly fall, so that a made-up `prev` cannot lead in a circle.
                Some(prev) if prev.seq < current.seq && prev.in_chain() == entry.in_chain() => current = prev,
                _ => return false,
            }
        }
    }

    /// The statement and what is before it in its chain, as far as it is known without a gap.
    pub(crate) fn chain_past(&self, id: StatementId) -> BTreeSet<StatementId> {
        let mut past = BTreeSet::new();
        let mut next = Some(id);
        while let Some(entry) = next.and_then(|id| self.entries.get(&id)) {
            past.insert(entry.id);
            // Places strictly fall, so that this ends.
            let before = entry.prev.and_then(|prev| self.entries.get(&prev));
            next = before.filter(|b| b.seq < entry.seq && b.in_chain() == entry.in_chain()).map(|b| b.id);
        }
        past
    }

    /// Heads of one log among `counting`: those that no other of them in the same log names. An author who reads
    /// one log only can so walk all of it by its own statements.
    pub(crate) fn heads(&self, log: Log, counting: &BTreeSet<StatementId>) -> BTreeSet<StatementId> {
        let entries = || self.of(log).filter(|entry| counting.contains(&entry.id));
        let mut heads: BTreeSet<StatementId> = entries().map(|entry| entry.id).collect();
        for entry in entries() {
            for before in entry.after.iter().chain(&entry.prev) {
                heads.remove(before);
            }
        }
        heads
    }
}

fn read(root: &SigningPublic, project: &ProjectId, statement: &Statement) -> Result<Entry, Reason> {
    let log = match statement.kind() {
        Kind::AUTHORITY => Log::Authority,
        Kind::REGISTRY => Log::Registry,
        _ => return Err(Reason::NotALog),
    };
    if statement.audience() != log.audience(project) || statement.document() != log.document(project, root) {
        return Err(Reason::ForeignDocument);
    }
    let body = statement.body().map_err(|error| Reason::Malformed(error.to_string()))?;
    let LogEntry { after, acts } = LogEntry::decode(&body)?;
    Ok(Entry {
        id: statement.id(),
        log,
        author: statement.author(),
        chain: statement.chain(),
        seq: statement.seq(),
        prev: statement.prev(),
        after,
        acts,
    })
}
