//! Saying acts in the two logs: each is kept together with what it changes in documents.

use std::collections::BTreeMap;

use azalai_envelope::{Kind, Lane, Statement, Verified};
use azalai_roster::{Act, Circle, LogEntry, Touched};
use azalai_store::{Batch, Disk, Store};

use crate::error::NodeError;
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
        let circle = if kind == Kind::AUTHORITY { Circle::Everyone } else { Circle::Staff };
        let audience = self.audience(&circle);
        let after = self.roster.heads();
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
        self.index_documents(&[], &BTreeMap::new(), &mut batch).await?;
        if let Err(error) = self.keep(&statement, Lane::Urgent, batch).await {
            self.log.remove(&statement.id());
            self.rebuild_roster();
            return Err(error);
        }
        self.touched = Touched::default();
        Ok(statement)
    }
}
