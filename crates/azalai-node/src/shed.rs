//! Forgetting one's own reports on this device: by hand at any time, or by itself once they have safely arrived.
//!
//! Afterwards no word of them can be read from the home's files with the passphrase, and nothing that comes in brings
//! them back. It must never forget by itself what fewer than two readers, or one reader and a relay that returned the
//! bytes, are known to have.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::ids::to_hex;
use azalai_envelope::{AudienceId, Day, DocumentId, EnvelopeId, SigningPublic, StatementId};
use azalai_model::{Notice, Report};
use azalai_roster::{MemberState, Role};
use azalai_store::{Batch, Disk, Space, Store, StoreError};
use azalai_sync::Why;

use crate::chains::Link;
use crate::documents::Record;
use crate::door::Outcome;
use crate::error::NodeError;
use crate::limits::MAX_NOTED_ITEMS;
use crate::node::{Node, scan_all};
use crate::shed_format::{Forgetting, Shed, ShedStatement};
use crate::spaces::{
    DESK, DOCUMENTS, DUE, FORGETTING, NOTICES, OUTBOX, OUTCOMES, OWN_CHAINS, SEALED, SEALED_TO, SHED, SHED_STATEMENTS,
    STATEMENTS,
};
use crate::stored::{self, Outgoing, OwnChain};

/// What is known of who else has a report of this device, all of it, counted by its statements.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HeldBy {
    /// The report and what was added to it.
    pub statements: usize,
    /// Of these: nobody else is known to have it.
    pub only_here: usize,
    /// A neighbour's device took it, and nothing more is known.
    pub neighbours: usize,
    /// A relay says that it holds it, and no reader's receipt counts.
    pub relays: usize,
    /// At least one reader's receipt counts.
    pub opened: usize,
    /// How many persons who can read it opened all of it, by receipts that count now.
    pub readers: usize,
}

impl HeldBy {
    /// Whether it may be forgotten without asking anybody for more: two readers have all of it.
    #[must_use]
    pub const fn is_safe(&self) -> bool {
        self.readers >= 2
    }

    /// Whether a word would be lost for ever.
    #[must_use]
    pub const fn is_only_copy(&self) -> bool {
        self.only_here > 0
    }
}

/// What a forgetting takes along.
#[derive(Default)]
struct Gathered {
    what: Forgetting,
    batch: Batch,
    statements: BTreeSet<StatementId>,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// What is known of who has an own report, with its copies for other named members.
    ///
    /// # Errors
    /// [`NodeError::NotFound`], [`NodeError::Denied`] for another's; those of the storage.
    pub async fn held_by(&mut self, id: DocumentId) -> Result<HeldBy, NodeError> {
        let record = self.own_report(&id).await?;
        let mut held = HeldBy { readers: usize::MAX, ..HeldBy::default() };
        for record in self.copies_of(id, &record).await?.values().chain([&record]) {
            self.add_held(record, &mut held).await?;
        }
        Ok(held)
    }

    async fn add_held(&self, record: &Record, held: &mut HeldBy) -> Result<(), NodeError> {
        for entry in &record.entries {
            let outgoing = self.outgoing(&entry.statement).await?;
            let readers = outgoing.as_ref().map_or(0, |outgoing| self.readers_of(outgoing, record.audience));
            held.statements += 1;
            held.readers = held.readers.min(readers);
            match outgoing {
                _ if readers > 0 => held.opened += 1,
                Some(outgoing) if !outgoing.relays.is_empty() => held.relays += 1,
                Some(outgoing) if outgoing.handed_on => held.neighbours += 1,
                _ => held.only_here += 1,
            }
        }
        Ok(())
    }

    /// How many persons' receipts for a statement count now: of admitted coordinators and stewards who are not removed
    /// or suspended, who can read what is sealed to its audience, and who are somebody else than its author.
    pub(crate) fn readers_of(&self, outgoing: &Outgoing, audience: AudienceId) -> usize {
        let me = self.me();
        let own = self.roster.member(&me).and_then(|member| member.person);
        let circle = self.roster.circle_of(audience);
        let person = |key: &SigningPublic| {
            let member = self.roster.member(key)?;
            let reads = match &circle {
                Some(circle) => self.roster.may_open(key).contains(circle),
                None => key.audience() == audience,
            };
            let counts = member.state == MemberState::Confirmed && member.role != Role::Monitor && reads;
            let other = *key != me && (own.is_none() || member.person != own);
            (counts && other).then(|| member.person.map_or_else(|| key.0.to_vec(), |person| person.to_vec()))
        };
        let by: BTreeSet<Vec<u8>> = outgoing.opened_by.iter().chain(&outgoing.acted_by).filter_map(person).collect();
        by.len()
    }

    /// Forgets one of this device's own reports, with its copies for other named members: its statements, its row, its
    /// letters, the answers to it, and drafts that are about it. Gives the ids that were forgotten.
    ///
    /// # Errors
    /// [`NodeError::NotFound`], [`NodeError::Denied`] for another's, and for one of which a word would be lost for ever,
    /// unless `even_if_unsent`; those of the storage. After one of these it is forgotten or not, as a whole, and what was
    /// begun is finished when the home is next opened.
    pub async fn forget(
        &mut self,
        id: DocumentId,
        even_if_unsent: bool,
        now_ms: u64,
    ) -> Result<Vec<DocumentId>, NodeError> {
        if self.shed_report(&id).await?.is_some() {
            // Answers that came since go too.
            let mut gathered = Gathered::default();
            self.gather_answers(&BTreeSet::from([id]), &mut gathered).await?;
            self.forget_gathered(gathered).await?;
            return Ok(vec![id]);
        }
        let record = self.own_report(&id).await?;
        if self.held_by(id).await?.is_only_copy() && !even_if_unsent {
            return Err(NodeError::Denied(
                "nobody else is known to have all of this report: forgotten, it is lost for ever".to_owned(),
            ));
        }
        let mut documents = self.copies_of(id, &record).await?;
        documents.insert(id, record);
        let ids: BTreeSet<DocumentId> = documents.keys().copied().collect();
        let mut gathered = Gathered::default();
        for (id, record) in &documents {
            self.gather_report(id, record, &ids, now_ms, &mut gathered).await?;
        }
        self.gather_answers(&ids, &mut gathered).await?;
        self.gather_drafts(&ids, &mut gathered).await?;
        self.index.note(ids.iter().copied());
        self.forget_gathered(gathered).await?;
        Ok(ids.into_iter().collect())
    }

    async fn gather_report(
        &mut self,
        id: &DocumentId,
        record: &Record,
        ids: &BTreeSet<DocumentId>,
        now_ms: u64,
        gathered: &mut Gathered,
    ) -> Result<(), NodeError> {
        let opening = record.entries.iter().find(|entry| entry.opens).copied();
        let written = opening.map_or(Day(0), |entry| Day::of_ms(entry.clock.ms()));
        let mut statements: Vec<StatementId> = record.entries.iter().map(|entry| entry.statement).collect();
        statements.sort_by_key(|statement| opening.map(|entry| entry.statement) != Some(*statement));
        let built = self.build(id, record, &BTreeMap::new()).await?;
        let retracted = Report::read(&built.document).retracted.is_some();
        for statement in &statements {
            let never_left = self.outgoing(statement).await?.is_none_or(|outgoing| outgoing.envelope.is_none());
            self.gather_statement(statement, gathered).await?;
            // Nobody can be shown a chain whose end never left: the next thing said begins another.
            let chain = self.vault.get(OWN_CHAINS, &record.audience.0).await?;
            let chain = chain.map(|bytes| OwnChain::decode(&bytes)).transpose()?;
            if never_left && chain.is_some_and(|chain| chain.prev == Some(*statement)) {
                gathered.batch.delete(OWN_CHAINS, record.audience.0);
            }
        }
        let copies = ids.iter().copied().filter(|other| other != id).collect();
        let shed = Shed { audience: record.audience, written, shed: Day::of_ms(now_ms), retracted, statements, copies };
        gathered.batch.put(SHED, id.0, shed.encode());
        gathered.what.items.extend([(DOCUMENTS, id.0.to_vec()), (DUE, id.0.to_vec())]);
        gathered.what.items.push((DESK, format!("aside/{id}").into_bytes()));
        Ok(())
    }

    async fn gather_statement(&self, id: &StatementId, gathered: &mut Gathered) -> Result<(), NodeError> {
        if let Some(bytes) = self.vault.get(STATEMENTS, &id.0).await? {
            let statement = stored::decode_statement(&self.project, &bytes)?;
            let kept = ShedStatement::of(&statement, self.outgoing(id).await?);
            gathered.batch.put(SHED_STATEMENTS, id.0, kept.encode());
            if let Some(nonce) = statement.nonce() {
                gathered.what.items.push((DESK, format!("draft/{}", to_hex(&nonce)).into_bytes()));
            }
        }
        let key = id.0.to_vec();
        gathered.what.items.extend([STATEMENTS, OUTBOX, NOTICES, SEALED_TO].map(|space| (space, key.clone())));
        gathered.what.journal.push(id.0);
        gathered.statements.insert(*id);
        Ok(())
    }

    /// Notices that name these reports: an answer may repeat what it answers.
    async fn gather_answers(&self, ids: &BTreeSet<DocumentId>, gathered: &mut Gathered) -> Result<(), NodeError> {
        for (key, _) in scan_all(&self.vault, NOTICES).await?.0 {
            let (Some(id), Some(bytes)) = (StatementId::from_slice(&key), self.vault.get(STATEMENTS, &key).await?)
            else {
                continue;
            };
            let statement = stored::decode_statement(&self.project, &bytes)?;
            let body = statement.body()?;
            if Notice::decode(&body).is_ok_and(|notice| notice.report().is_some_and(|report| ids.contains(&report))) {
                self.gather_statement(&id, gathered).await?;
            }
        }
        Ok(())
    }

    /// Drafts that name these reports go; of all others what was typed before.
    async fn gather_drafts(&self, ids: &BTreeSet<DocumentId>, gathered: &mut Gathered) -> Result<(), NodeError> {
        for (key, value) in self.desk_all("draft/").await? {
            let names = |id: &DocumentId| {
                let text = id.to_string();
                value.windows(16).any(|part| part == id.0) || value.windows(32).any(|part| part == text.as_bytes())
            };
            let item = (DESK, format!("draft/{key}").into_bytes());
            match ids.iter().any(names) {
                true => gathered.what.items.push(item),
                false => gathered.what.earlier.push(item),
            }
        }
        Ok(())
    }

    /// Adds the letters that carried these statements, and forgets it all.
    async fn forget_gathered(&mut self, mut gathered: Gathered) -> Result<(), NodeError> {
        if gathered.statements.is_empty() {
            return Ok(());
        }
        let mut letters = BTreeSet::new();
        for (key, value) in scan_all(&self.vault, OUTCOMES).await?.0 {
            if let Ok(Outcome::Kept(id)) = Outcome::decode(&value)
                && gathered.statements.contains(&id)
            {
                letters.extend(EnvelopeId::from_slice(&key));
            }
        }
        // Those of this device that it cannot open itself.
        for (key, value) in scan_all(&self.vault, SEALED).await?.0 {
            if StatementId::from_slice(&value).is_some_and(|id| gathered.statements.contains(&id)) {
                letters.extend(EnvelopeId::from_slice(&key));
            }
        }
        for letter in letters {
            gathered.what.items.push(self.carrier.place_of(&letter));
            // Nothing that stays says whose letter it was: its place among those that are carried shows its lane.
            gathered.what.items.extend([OUTCOMES, SEALED].map(|space| (space, letter.0.to_vec())));
        }
        for (space, key) in &gathered.what.items {
            gathered.batch.delete(*space, key.clone());
        }
        self.note_forgetting(&gathered.what, &mut gathered.batch);
        self.vault.apply(gathered.batch).await?;
        self.shed.extend(&gathered.statements);
        self.finish_forgetting().await
    }

    /// Forgets items, with `batch` first; of those in `earlier` only what stood there before.
    pub(crate) async fn forget_items(
        &mut self,
        mut batch: Batch,
        items: &[(Space, Vec<u8>)],
        earlier: &[(Space, Vec<u8>)],
    ) -> Result<(), NodeError> {
        let what = Forgetting { items: items.to_vec(), earlier: earlier.to_vec(), journal: Vec::new() };
        for (space, key) in items {
            batch.delete(*space, key.clone());
        }
        self.note_forgetting(&what, &mut batch);
        self.vault.apply(batch).await?;
        self.finish_forgetting().await
    }

    /// Notes it in as many items as it takes: somebody who seals one letter again and again makes long lists, and an item
    /// holds no more than a store takes.
    fn note_forgetting(&mut self, what: &Forgetting, batch: &mut Batch) {
        let some = Forgetting::default;
        let items = what.items.chunks(MAX_NOTED_ITEMS).map(|items| Forgetting { items: items.to_vec(), ..some() });
        let earlier =
            what.earlier.chunks(MAX_NOTED_ITEMS).map(|earlier| Forgetting { earlier: earlier.to_vec(), ..some() });
        let journal =
            what.journal.chunks(MAX_NOTED_ITEMS).map(|journal| Forgetting { journal: journal.to_vec(), ..some() });
        for part in items.chain(earlier).chain(journal) {
            batch.put(FORGETTING, self.random16(), part.encode());
        }
    }

    /// Letters that brought forgotten statements again: they are forgotten too. Says whether there are any.
    pub(crate) fn forget_again(&mut self, outcomes: &BTreeMap<EnvelopeId, Outcome>, batch: &mut Batch) -> bool {
        let again = outcomes.iter().filter(|(envelope, outcome)| {
            matches!(outcome, Outcome::Kept(id) if self.shed.contains(id)) && self.carrier.contains(envelope)
        });
        let items: Vec<(Space, Vec<u8>)> =
            again.flat_map(|(it, _)| [self.carrier.place_of(it), (OUTCOMES, it.0.to_vec())]).collect();
        let any = !items.is_empty();
        if any {
            self.note_forgetting(&Forgetting { items, ..Forgetting::default() }, batch);
        }
        any
    }

    /// Does what is noted as being forgotten, and takes the notes away. Every step may be done twice.
    pub(crate) async fn finish_forgetting(&mut self) -> Result<(), NodeError> {
        let (notes, _) = scan_all(&self.vault, FORGETTING).await?;
        if notes.is_empty() {
            return Ok(());
        }
        let (mut all, mut done) = (Forgetting::default(), Batch::new());
        for (key, value) in notes {
            // One of a newer program's is left to that; a damaged one says nothing any more.
            let Ok(Forgetting { items, earlier, journal }) = Forgetting::decode(&value) else {
                self.report.damaged += 1;
                continue;
            };
            all.items.extend(items);
            all.earlier.extend(earlier);
            all.journal.extend(journal);
            done.delete(FORGETTING, key);
        }
        // First the letters, so that none of them is fetched again.
        let letters = all.items.iter().filter_map(|(space, key)| self.carrier.at_place(*space, key));
        let letters: Vec<EnvelopeId> = letters.collect();
        self.carrier.tombstone(&letters, Why::Shed).await?;
        self.journal.remove(&all.journal.into_iter().collect()).await?;
        self.vault.forget_all(&all.items, &all.earlier).await?;
        Ok(self.vault.apply(done).await?)
    }

    /// What opening a home does first: it knows what was forgotten, and finishes what a crash interrupted. Without room
    /// for that the home opens all the same, and it is tried again later.
    pub(crate) async fn go_on_forgetting(&mut self) -> Result<(), NodeError> {
        let (kept, damaged) = scan_all(&self.vault, SHED_STATEMENTS).await?;
        self.report.damaged += damaged;
        self.shed = kept.iter().filter_map(|(key, _)| StatementId::from_slice(key)).collect();
        match self.finish_forgetting().await {
            Err(NodeError::Store(
                StoreError::Full { .. } | StoreError::ReadOnly { .. } | StoreError::UnknownVersion { .. },
            )) => Ok(()),
            other => other,
        }
    }

    /// How far an own statement got, also of one that was forgotten.
    pub(crate) async fn outgoing(&self, id: &StatementId) -> Result<Option<Outgoing>, NodeError> {
        if let Some(bytes) = self.vault.get(OUTBOX, &id.0).await? {
            return Ok(Some(Outgoing::decode(&bytes)?));
        }
        Ok(self.shed_statement(id).await?.and_then(|kept| kept.outgoing))
    }

    /// Notes it.
    pub(crate) async fn put_outgoing(
        &self,
        id: &StatementId,
        outgoing: &Outgoing,
        batch: &mut Batch,
    ) -> Result<(), NodeError> {
        match self.shed_statement(id).await? {
            Some(kept) => {
                batch.put(SHED_STATEMENTS, id.0, ShedStatement { outgoing: Some(outgoing.clone()), ..kept }.encode())
            }
            None => batch.put(OUTBOX, id.0, outgoing.encode()),
        };
        Ok(())
    }

    async fn shed_statement(&self, id: &StatementId) -> Result<Option<ShedStatement>, NodeError> {
        if !self.shed.contains(id) {
            return Ok(None);
        }
        let kept = self.vault.get(SHED_STATEMENTS, &id.0).await?;
        Ok(kept.map(|bytes| ShedStatement::decode(&bytes)).transpose()?)
    }

    /// The place of a statement that was forgotten, so that forks are found as if it were there.
    pub(crate) async fn shed_link(&self, id: &StatementId) -> Result<Option<Link>, NodeError> {
        Ok(self.shed_statement(id).await?.map(|kept| kept.link))
    }

    /// What is kept of a report that was forgotten.
    pub(crate) async fn shed_report(&self, id: &DocumentId) -> Result<Option<Shed>, NodeError> {
        let kept = self.vault.get(SHED, &id.0).await?;
        Ok(kept.map(|bytes| Shed::decode(&bytes)).transpose()?)
    }

    /// Everything that is kept of reports that were forgotten.
    pub(crate) async fn all_shed(&self) -> Result<BTreeMap<DocumentId, Shed>, NodeError> {
        let mut all = BTreeMap::new();
        for (key, value) in scan_all(&self.vault, SHED).await?.0 {
            let shed = Shed::decode(&value)?;
            all.extend(DocumentId::from_slice(&key).map(|id| (id, shed)));
        }
        Ok(all)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use azalai_store::{MemoryDisk, MemoryStore};
    use futures_lite::future::block_on;

    use super::*;
    use crate::spaces::DESK;
    use crate::testing::{founded, opened};

    /// Guards against a note of what is being forgotten that is damaged, or a newer program's, and keeps a home shut.
    #[test]
    fn a_note_that_cannot_be_read_keeps_no_home_shut_and_stops_no_other() {
        let (store, disk) = (MemoryStore::new(), MemoryDisk::new());
        let node = founded(&store, &disk);
        let mut batch = Batch::new();
        batch.put(DESK, b"typed".to_vec(), b"words");
        let what = Forgetting { items: vec![(DESK, b"typed".to_vec())], ..Forgetting::default() };
        batch.put(FORGETTING, [1; 16], [0xff, 0xff]).put(FORGETTING, [2; 16], what.encode());
        block_on(node.vault.apply(batch)).unwrap();
        drop(node);
        let node = opened(&store, &disk, 2);
        assert_eq!(node.report.damaged, 1);
        assert_eq!(block_on(node.vault.get(DESK, b"typed")).unwrap(), None, "the other note is done");
        let (left, _) = block_on(scan_all(&node.vault, FORGETTING)).unwrap();
        assert_eq!(left.len(), 1, "what cannot be read is left to a program that can");
    }

    /// Guards against a report of which somebody sealed so many letters that what is to be forgotten fits into no item: it
    /// could never be forgotten.
    #[test]
    fn a_list_that_is_too_long_for_one_item_is_noted_in_several_and_forgotten() {
        let mut node = founded(&MemoryStore::new(), &MemoryDisk::new());
        let key = |number: u32| [&number.to_be_bytes()[..], &[7; 251]].concat();
        let items: Vec<(Space, Vec<u8>)> = (0..20_000).map(|number| (DESK, key(number))).collect();
        let mut batch = Batch::new();
        batch.put(DESK, key(19_999), b"words");
        block_on(node.vault.apply(batch)).unwrap();
        block_on(node.forget_items(Batch::new(), &items, &[])).unwrap();
        assert_eq!(block_on(node.vault.get(DESK, &key(19_999))).unwrap(), None);
        assert!(block_on(scan_all(&node.vault, FORGETTING)).unwrap().0.is_empty());
    }
}
