//! Checks everything that this device keeps: every signature again, every document built again, every envelope read.
//! What is only a cache is rebuilt where it was wrong; nothing else is changed.

use std::collections::BTreeMap;

use azalai_envelope::{DocumentId, EnvelopeId};
use azalai_store::{Batch, Disk, Store};

use crate::documents::{Fate, Record};
use crate::error::NodeError;
use crate::limits::ABSORB_BATCH;
use crate::node::{Node, scan_all};
use crate::spaces::{DOCUMENTS, LOG, OUTBOX, OUTCOMES, STATEMENTS, space_of};
use crate::stored::{self, Outgoing};

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What.
    pub what: &'static str,
    /// How many of it are whole.
    pub whole: usize,
    /// How many were wrong and have been rebuilt or put back.
    pub rebuilt: usize,
    /// What is wrong and could not be mended, in words.
    pub wrong: Vec<String>,
}

impl Check {
    fn new(what: &'static str) -> Self {
        Self { what, whole: 0, rebuilt: 0, wrong: Vec::new() }
    }

    /// Whether nothing is wrong now.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.wrong.is_empty()
    }
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Checks everything.
    ///
    /// # Errors
    /// Those of the storage that stop the check itself.
    pub async fn doctor(&mut self) -> Result<Vec<Check>, NodeError> {
        Ok(vec![
            self.check_journal().await?,
            self.check_statements().await?,
            self.check_outbox().await?,
            self.check_documents().await?,
            self.check_envelopes().await?,
        ])
    }

    async fn check_journal(&mut self) -> Result<Check, NodeError> {
        let mut check = Check::new("journal of unsent statements");
        let added = self.complete_journal().await?;
        let (entries, report) = self.journal.entries().await?;
        check.whole = entries.iter().filter(|entry| entry.id != crate::beginning::ID).count();
        check.rebuilt = self.report.put_back + self.report.put_in_journal + added;
        let first = self.report.journal;
        let (damaged, torn) = (report.damaged + first.damaged, report.torn_bytes + first.torn_bytes);
        if damaged > 0 {
            check.wrong.push(format!("{damaged} stretches of the journal are damaged"));
        }
        if torn > 0 {
            check.wrong.push(format!("{torn} bytes of an unfinished write were cut off"));
        }
        if first.unreadable {
            check.wrong.push("the journal was unreadable; it was set aside as journal-unreadable-N".to_owned());
        }
        Ok(check)
    }

    async fn check_statements(&self) -> Result<Check, NodeError> {
        let mut check = Check::new("statements, signatures checked again");
        for space in [LOG, STATEMENTS] {
            let (items, damaged) = scan_all(&self.vault, space).await?;
            if damaged > 0 {
                check.wrong.push(format!("{damaged} statements cannot be read from the database"));
            }
            for (_, value) in items {
                match stored::decode_statement(&self.project, &value) {
                    Ok(_) => check.whole += 1,
                    Err(error) => check.wrong.push(error.to_string()),
                }
            }
        }
        Ok(check)
    }

    async fn check_outbox(&self) -> Result<Check, NodeError> {
        let mut check = Check::new("outbox");
        let (items, damaged) = scan_all(&self.vault, OUTBOX).await?;
        if damaged > 0 {
            check.wrong.push(format!("{damaged} records of own statements cannot be read"));
        }
        for (key, value) in items {
            let outgoing = Outgoing::decode(&value)?;
            let space = space_of(outgoing.kind);
            match self.vault.get(space, &key).await? {
                Some(_) => check.whole += 1,
                None => check.wrong.push(format!("own statement {} is gone", azalai_envelope::ids::to_hex(&key))),
            }
        }
        Ok(check)
    }

    async fn check_documents(&mut self) -> Result<Check, NodeError> {
        let mut check = Check::new("documents, built again from their statements");
        let (items, damaged) = scan_all(&self.vault, DOCUMENTS).await?;
        if damaged > 0 {
            check.wrong.push(format!("{damaged} documents' records cannot be read; exchange again to get them back"));
        }
        for (key, value) in items {
            let Some(id) = DocumentId::from_slice(&key) else { continue };
            let mut record = Record::decode(&value)?;
            let built = self.build(&id, &record, &BTreeMap::new()).await?;
            for past in &built.history {
                match &past.fate {
                    Fate::Refused(why) => {
                        check.wrong.push(format!("{id}: a change breaks a rule ({why}); it is set aside"))
                    }
                    Fate::Applied | Fate::Waiting | Fate::SetAside(_) | Fate::Beneath(_) => {}
                }
            }
            let row = self.row_from(&record, &built);
            if row != record.row {
                record.row = row;
                let mut batch = Batch::new();
                batch.put(DOCUMENTS, id.0, record.encode());
                self.index.note([id]);
                self.vault.apply(batch).await?;
                check.rebuilt += 1;
            }
            check.whole += 1;
        }
        Ok(check)
    }

    async fn check_envelopes(&mut self) -> Result<Check, NodeError> {
        let mut check = Check::new("envelopes carried");
        // Counted nowhere; if it is damaged, nobody is told.
        let ids: Vec<EnvelopeId> = self.held_ids().into_iter().filter(|id| Some(*id) != self.quiet).collect();
        for chunk in ids.chunks(ABSORB_BATCH) {
            let envelopes = self.carried(chunk).await?;
            let good = envelopes.into_iter().filter(|bytes| self.check_posting(bytes.clone()).is_ok()).count();
            check.whole += good;
            check.rebuilt += chunk.len() - good;
        }
        if check.rebuilt > 0 {
            check.wrong.push(format!("{} envelopes were damaged; the next exchange brings them again", check.rebuilt));
        }
        let (outcomes, damaged) = scan_all(&self.vault, OUTCOMES).await?;
        if damaged > 0 {
            check.wrong.push(format!("{damaged} notes of {} about envelopes cannot be read", outcomes.len() + damaged));
        }
        Ok(check)
    }
}
