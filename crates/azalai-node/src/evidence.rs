//! Making a package of evidence of a report or an incident: what is put in, and what is left out.
//!
//! It must never hold a pseudonym of a monitor, or an act of the registry, unless that was asked for. What a package
//! tells is in `docs/spec/evidence.md`.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{DocumentId, Kind, SigningPublic, Statement, StatementId, Verified};
use azalai_model::{Incident, Report, Strangers, Tlp};
use azalai_roster::{Act, Carried, EvidencePackage, LogEntry, Receipt, Vouched};
use azalai_store::{Disk, Store};

use crate::error::NodeError;
use crate::node::{Node, scan_all};
use crate::spaces::STATEMENTS;
use crate::stored;

/// Where a kept statement says of what kind it is: behind the form's version, audience 16, author 32, its own version.
const KIND_AT: usize = 1 + 16 + 32 + 1;

/// A package as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The file.
    pub bytes: Vec<u8>,
    /// Documents in it.
    pub documents: usize,
    /// Reports that the incident links and this device does not hold.
    pub missing: usize,
    /// Statements of these documents.
    pub statements: usize,
    /// Coordinators' receipts.
    pub receipts: usize,
    /// Statements of the logs.
    pub acts: usize,
    /// The strictest sharing label of what is in it.
    pub label: Tlp,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Makes a package of evidence of a report, or of an incident with the reports that it links.
    ///
    /// # Errors
    /// [`NodeError::NotFound`]; [`NodeError::Kept`] if it would be larger than a reader takes; those of the storage.
    pub async fn evidence(&self, id: &DocumentId, name_authors: bool, now_ms: u64) -> Result<Evidence, NodeError> {
        let (mut said, mut labels, mut missing, mut documents) = (BTreeMap::new(), Vec::new(), 0, 0);
        let record = self.record(id).await?;
        let record = record.ok_or_else(|| NodeError::NotFound(format!("there is no document {id} on this device")))?;
        if record.creator().is_none() {
            return Err(NodeError::NotFound(format!("the first statement of {id} has not arrived")));
        }
        let mut wanted = BTreeSet::from([*id]);
        if record.kind == Kind::INCIDENT {
            let built = self.build(id, &record, &BTreeMap::new()).await?;
            wanted.extend(Incident::read(&built.document, &Strangers).links.into_keys());
        }
        for wanted in wanted {
            let Some(record) = self.record(&wanted).await?.filter(|record| record.creator().is_some()) else {
                missing += 1;
                continue;
            };
            let built = self.build(&wanted, &record, &BTreeMap::new()).await?;
            labels.push(match record.kind {
                Kind::INCIDENT => Incident::read(&built.document, &Strangers).tlp(),
                _ => Report::read(&built.document).tlp(),
            });
            said.extend(built.history.into_iter().map(|past| (past.statement.id(), past.statement)));
            documents += 1;
        }
        let authors: BTreeSet<SigningPublic> = said.values().map(|statement| statement.author()).collect();
        let receipts = self.receipts_for(&said).await?;
        let mut speak: BTreeSet<SigningPublic> = authors.clone();
        speak.insert(self.me());
        speak.extend(receipts.iter().map(|receipt| receipt.author()));
        let acts = self.acts_about(speak, &authors, &said, name_authors)?;
        let vouched = authors.iter().map(|author| {
            let member = self.roster.member(author);
            Vouched { author: *author, state: member.map(|m| m.state), role: member.map(|m| m.role) }
        });
        let mut package = EvidencePackage {
            root: self.profile.root,
            maker: self.me(),
            made_ms: now_ms,
            kind: record.kind,
            document: *id,
            statements: said.values().chain(&receipts).map(Carried::from).collect(),
            vouched: vouched.collect(),
        };
        package.statements.extend(acts.iter().map(|act| Carried::from(*act)));
        Ok(Evidence {
            bytes: package.sign(&self.profile.device.signing)?,
            documents,
            missing,
            statements: said.len(),
            receipts: receipts.len(),
            acts: acts.len(),
            label: labels.into_iter().max().unwrap_or(Tlp::Red),
        })
    }

    /// Receipts that name one of these statements and are for its author.
    async fn receipts_for(
        &self,
        said: &BTreeMap<StatementId, Verified<Statement>>,
    ) -> Result<Vec<Verified<Statement>>, NodeError> {
        let (kept, _) = scan_all(&self.vault, STATEMENTS).await?;
        let mut receipts = Vec::new();
        for (_, value) in kept.iter().filter(|(_, value)| value.get(KIND_AT) == Some(&Kind::RECEIPT.0)) {
            let statement = stored::decode_statement(&self.project, value)?;
            let Ok(receipt) = Receipt::decode(&statement.body()?) else { continue };
            let names =
                |id: &StatementId| said.get(id).is_some_and(|named| named.author().audience() == statement.audience());
            if receipt.statements.iter().any(names) {
                receipts.push(statement);
            }
        }
        Ok(receipts)
    }

    /// The acts that the rights of these keys rest on, to the root; with `name_authors` those by which the authors
    /// were invited and admitted.
    fn acts_about(
        &self,
        mut keys: BTreeSet<SigningPublic>,
        authors: &BTreeSet<SigningPublic>,
        said: &BTreeMap<StatementId, Verified<Statement>>,
        name_authors: bool,
    ) -> Result<Vec<&Verified<Statement>>, NodeError> {
        let mut acts: BTreeMap<StatementId, (&Verified<Statement>, Vec<Act>)> = BTreeMap::new();
        for (id, statement) in &self.log {
            if statement.kind() == Kind::AUTHORITY || name_authors {
                // What cannot be read by this program proves nothing to one like it.
                if let Ok(entry) = LogEntry::decode(&statement.body()?) {
                    acts.insert(*id, (statement, entry.acts));
                }
            }
        }
        let invites: BTreeSet<_> = acts
            .values()
            .flat_map(|(_, acts)| acts)
            .filter_map(|act| match act {
                Act::Claim { invite, device, .. } if authors.contains(&device.signing) => Some(*invite),
                _ => None,
            })
            .collect();
        let mut chosen: BTreeMap<StatementId, &Verified<Statement>> = BTreeMap::new();
        loop {
            let about = |act: &Act| match act {
                Act::Found { .. } | Act::Area { .. } => true,
                Act::Grant { device, .. } | Act::Claim { device, .. } | Act::Admit { device, .. } => {
                    keys.contains(&device.signing)
                }
                Act::Invite { id, .. } => invites.contains(id),
                Act::Remove { device, .. } => keys.contains(device),
                Act::Adopt { statements } => statements.iter().any(|id| said.contains_key(id)),
                _ => false,
            };
            let next = acts.iter().filter(|(id, (_, acts))| !chosen.contains_key(*id) && acts.iter().any(about));
            let next: Vec<_> = next.map(|(id, (statement, _))| (*id, *statement)).collect();
            if next.is_empty() {
                return Ok(chosen.into_values().collect());
            }
            keys.extend(next.iter().map(|(_, statement)| statement.author()));
            chosen.extend(next);
        }
    }
}
