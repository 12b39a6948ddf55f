//! Looking at what is set aside before anybody takes it back in: what one statement says, which counts nowhere. Changes
//! nothing, and shows it to nobody but whoever asks.

use std::collections::BTreeMap;

use azalai_envelope::ids::to_hex;
use azalai_envelope::{Kind, StatementId};
use azalai_model::parts::Retraction;
use azalai_model::{ConflictValue, Incident, Notice, Report, ReportFields};
use azalai_store::{Disk, Store};

use crate::chains::Forks;
use crate::error::NodeError;
use crate::incidents::Known;
use crate::node::Node;
use crate::removal::SetAside;
use crate::spaces::STATEMENTS;
use crate::stored;

/// A statement that is set aside, and what it says.
#[derive(Debug, Clone)]
pub struct Peek {
    /// Which, of whom, and why it does not count.
    pub aside: SetAside,
    /// The fields that it sets, in their own names.
    pub what: Vec<String>,
    /// What it says of them.
    pub said: Said,
}

/// What a statement that is set aside says.
#[derive(Debug, Clone)]
pub enum Said {
    /// Of a report: what it would say with this statement and all that counts.
    Report(Box<ReportFields>, Option<Retraction>),
    /// Of an incident: each field that it sets with its value as JSON, as conflicts give them.
    Incident(Vec<(String, serde_json::Value)>),
    /// A notice's text.
    Notice(String),
    /// It cannot be read alone: what it builds on is not here, or it breaks a rule.
    Nothing,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// What a statement says that is set aside here.
    ///
    /// # Errors
    /// [`NodeError::NotFound`] for one that is not; those of the storage.
    pub async fn peek(&self, id: &StatementId) -> Result<Peek, NodeError> {
        let missing = || NodeError::NotFound(format!("no statement {id} is set aside here"));
        let aside = self.quarantine().await?.into_iter().find(|item| item.statement == *id).ok_or_else(missing)?;
        if aside.kind == Kind::PACK {
            return Ok(Peek { aside, what: Vec::new(), said: Said::Nothing });
        }
        if aside.kind == Kind::NOTICE {
            let bytes = self.vault.get(STATEMENTS, &id.0).await?.ok_or_else(missing)?;
            let statement = stored::decode_statement(&self.project, &bytes)?;
            let body = statement.body()?;
            let said = Notice::decode(&body).map_or(Said::Nothing, |notice| Said::Notice(notice.text().to_owned()));
            return Ok(Peek { aside, what: Vec::new(), said });
        }
        let record = self.record(&aside.document).await?.ok_or_else(missing)?;
        let built = self.build_with(&aside.document, &record, &BTreeMap::new(), &Forks::default(), Some(*id)).await?;
        let past = built.history.iter().find(|past| past.statement.id() == *id).ok_or_else(missing)?;
        let what = past.what.clone();
        let said = match (aside.kind, past.change) {
            (_, None) => Said::Nothing,
            (Kind::INCIDENT, Some(change)) => {
                let (people, change) = (self.known_people().await?, to_hex(&change));
                let incident = Incident::read(&built.document, &Known::new(&people, &built.history));
                let of_it = |values: Vec<ConflictValue>| {
                    values.into_iter().find(|value| value.change == change).map(|value| value.value)
                };
                let fields = incident.set_aside.into_iter();
                Said::Incident(fields.filter_map(|field| Some((field.field, of_it(field.values)?))).collect())
            }
            _ => {
                let report = Report::read(&built.document);
                Said::Report(Box::new(report.fields), report.retracted)
            }
        };
        Ok(Peek { aside, what, said })
    }
}
