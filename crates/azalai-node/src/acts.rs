//! Saying acts in the two logs: each is kept together with what it changes in documents.

use azalai_envelope::{Kind, Lane, Statement, StatementId, Verified};
use azalai_roster::{Act, Circle, Log, LogEntry, Touched};
use azalai_store::{Batch, Disk, Store};

use crate::chains::Forks;
use crate::error::NodeError;
use crate::limits::MAX_MERGES;
use crate::node::{Node, Saying, log_document};

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Says acts in one of the logs.
    pub(crate) async fn say_acts(
        &mut self,
        kind: Kind,
        acts: Vec<Act>,
        now_ms: u64,
    ) -> Result<Verified<Statement>, NodeError> {
        self.settle().await?;
        self.bring_together(now_ms).await?;
        self.say_entry(kind, acts, self.roster.heads(), now_ms).await
    }

    /// Brings a log together that has more heads than one statement names: a key that does not follow all removals is
    /// nobody's to use. Only those who hold a grant do: others' statements name no heads.
    async fn bring_together(&mut self, now_ms: u64) -> Result<(), NodeError> {
        if self.roster.may_write(&self.me(), Kind::AUTHORITY, self.audience(&Circle::Everyone)).is_err() {
            return Ok(());
        }
        for log in [Log::Authority, Log::Registry] {
            for _ in 0..MAX_MERGES {
                let crowd = self.roster.crowded(log);
                if crowd.is_empty() {
                    break;
                }
                self.say_entry(log.kind(), Vec::new(), crowd, now_ms).await?;
            }
        }
        Ok(())
    }

    async fn say_entry(
        &mut self,
        kind: Kind,
        acts: Vec<Act>,
        after: Vec<StatementId>,
        now_ms: u64,
    ) -> Result<Verified<Statement>, NodeError> {
        let circle = if kind == Kind::AUTHORITY { Circle::Everyone } else { Circle::Staff };
        let audience = self.audience(&circle);
        for head in &after {
            if let Some(clock) = self.log.get(head).map(|statement| statement.clock()) {
                self.hear(clock, now_ms);
            }
        }
        let body = LogEntry { after, acts }.encode()?;
        let chain = self.own_chain(&audience).await?;
        let document = log_document(&self.project, kind, &audience, &self.profile.root);
        let saying = Saying { kind, document, opens: None, audience, body: &body };
        let statement = self.sign(&saying, chain, now_ms)?;
        // What it changes in documents is kept with it.
        self.log.insert(statement.id(), statement.clone());
        self.rebuild_roster();
        let mut batch = Batch::new();
        self.index_documents(&[], &Forks::default(), &mut batch).await?;
        if let Err(error) = self.keep(&statement, Lane::Urgent, batch).await {
            self.log.remove(&statement.id());
            self.rebuild_roster();
            return Err(error);
        }
        self.touched = Touched::default();
        self.gather_packs().await?;
        Ok(statement)
    }
}
