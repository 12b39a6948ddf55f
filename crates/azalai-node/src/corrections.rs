//! What can still be shown and said of a report whose words this device has forgotten: that it was there, how far it
//! got, and, in a later report that names it, a correction or that it is taken back. Nothing here may guess at what it
//! said.

use std::collections::BTreeSet;

use azalai_envelope::{DocumentId, Kind, Lane, StatementId};
use azalai_model::parts::Retraction;
use azalai_model::{Corrects, ReportFields, Tlp, Urgency};
use azalai_roster::Circle;
use azalai_store::{Disk, Store};

use crate::error::NodeError;
use crate::node::Node;
use crate::reports::{ReportState, ReportView};
use crate::rows::{self, KeptReport, ReportRow};
use crate::shed_format::Shed;
use crate::who::{ReadBy, Readers};

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Own reports whose words were forgotten on this device, by the day on which they were written.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn shed_reports(&self) -> Result<Vec<ReportView>, NodeError> {
        let mut views = Vec::new();
        for (id, shed) in self.all_shed().await? {
            views.push(self.shed_view(id, &shed).await?);
        }
        views.sort_by_key(|view| (view.written_ms, view.id));
        Ok(views)
    }

    pub(crate) async fn shed_view(&self, id: DocumentId, shed: &Shed) -> Result<ReportView, NodeError> {
        let state = match shed.statements.first() {
            Some(opening) => self.own_state(opening).await?,
            None => ReportState::Local,
        };
        let (later, later_texts, retracted) = self.later_of(id, &self.me()).await?;
        let retracted = retracted.or_else(|| shed.retracted.then(|| Retraction { at: 0, why: String::new() }));
        let (tlp, area) = match self.roster.circle_of(shed.audience) {
            Some(Circle::Area(area)) => (Tlp::AmberStrict, Some(area)),
            Some(Circle::AreaAndAbove(area)) => (Tlp::Amber, Some(area)),
            Some(_) => (Tlp::Green, None),
            None => (Tlp::Red, None),
        };
        Ok(ReportView {
            id,
            state: if retracted.is_some() { ReportState::Retracted } else { state },
            row: ReportRow { fields: ReportFields::default(), retracted, odd: 0, aside: false },
            author: self.me(),
            pseudonym: self.pseudonym_of(&self.me()).or_else(|| Some(self.profile.pseudonym.clone())),
            area,
            tlp,
            unconfirmed: !self.is_admitted(),
            own: true,
            written_ms: shed.written.start_ms(),
            shed_ms: Some(shed.shed.start_ms()),
            later,
            later_texts,
        })
    }

    /// The later reports by which an author's device corrected one that it no longer held, what they say, and that it took
    /// it back so.
    pub(crate) async fn later_of(
        &self,
        id: DocumentId,
        author: &azalai_envelope::SigningPublic,
    ) -> Result<(Vec<DocumentId>, Vec<String>, Option<Retraction>), NodeError> {
        let later = self.index().await?.lock().later(&id, author);
        let (mut texts, mut retracted) = (Vec::new(), None);
        for id in &later {
            let record = self.record(id).await?;
            let row = record.and_then(|record| rows::decode::<KeptReport>(&record.row)).map(|kept| kept.row);
            texts.push(row.as_ref().map(|row| row.fields.narrative.clone()).unwrap_or_default());
            retracted = row.and_then(|row| row.retracted).or(retracted);
        }
        Ok((later, texts, retracted))
    }

    /// Who can read a report that was forgotten here.
    pub(crate) async fn who_has_shed(&self, id: DocumentId, shed: &Shed) -> Result<Readers, NodeError> {
        let view = self.shed_view(id, shed).await?;
        let by = match self.roster.circle_of(shed.audience) {
            Some(circle) => ReadBy::Circle(circle),
            None => {
                let mut audiences = BTreeSet::from([shed.audience]);
                for copy in &shed.copies {
                    audiences.extend(self.shed_report(copy).await?.map(|other| other.audience));
                }
                let keys = self.roster.members().map(|member| member.device.signing);
                ReadBy::Named(keys.filter(|key| audiences.contains(&key.audience())).collect())
            }
        };
        Ok(self.readers(Some(view.tlp), by, false))
    }

    /// The later report of this device that names one that was forgotten, says something, and still stands.
    async fn latest_words(&self, id: DocumentId) -> Result<Option<DocumentId>, NodeError> {
        let index = self.index().await?.lock();
        let says =
            |id: &&DocumentId| index.stands(id) && index.reports.get(*id).is_some_and(|it| it.category.is_some());
        Ok(index.later(&id, &self.me()).iter().rev().find(says).copied())
    }

    /// Corrects a report that was forgotten: a new report that names it, to the same audience; each copy for a named
    /// member has its own. Where that was done before, the later one is amended.
    pub(crate) async fn correct_shed(
        &mut self,
        id: DocumentId,
        shed: &Shed,
        change: impl FnOnce(&mut ReportFields) -> Result<(), NodeError>,
        now_ms: u64,
    ) -> Result<StatementId, NodeError> {
        let view = self.shed_view(id, shed).await?;
        if view.state == ReportState::Retracted {
            return Err(NodeError::Unchanged("the report was retracted already".to_owned()));
        }
        if let Some(later) = self.latest_words(id).await? {
            return Box::pin(self.amend(later, change, now_ms)).await;
        }
        let pack = self.packs();
        let mut fields = ReportFields { tlp: Some(view.tlp), ..ReportFields::default() };
        change(&mut fields)?;
        let Some(code) = fields.category.clone() else {
            return Err(NodeError::Invalid(
                "this device has forgotten what the report was about: say its category too".to_owned(),
            ));
        };
        let category =
            pack.category(&code).ok_or_else(|| NodeError::NotFound(format!("there is no category {code:?}")))?;
        fields.pack.get_or_insert_with(|| pack.reference(&code));
        category.check_answers(&fields.answers).map_err(|error| NodeError::Invalid(error.to_string()))?;
        if pack.label(&code, Some(view.tlp)) != view.tlp {
            return Err(NodeError::Invalid(format!(
                "a report of {code} goes to fewer than those who read this one ({}): retract it and write a new one",
                view.tlp
            )));
        }
        self.keep_from_body(shed.audience, Some(&code))?;
        for copy in &shed.copies {
            if let Some(other) = self.shed_report(copy).await? {
                self.keep_from_body(other.audience, Some(&code))?;
            }
        }
        fields.urgency.get_or_insert(category.urgency);
        fields.tlp = Some(view.tlp);
        let lane = if fields.urgency == Some(Urgency::Now) { Lane::Urgent } else { Lane::Text };
        self.say_of_shed(id, shed, lane, now_ms, |document, actor, of| {
            let fields = ReportFields { corrects: Some(of), ..fields.clone() };
            document.write_report(actor, &fields).map_err(|error| NodeError::Invalid(error.to_string()))
        })
        .await
    }

    /// Takes a report that was forgotten back: a new report that says nothing else.
    pub(crate) async fn retract_shed(
        &mut self,
        id: DocumentId,
        shed: &Shed,
        why: &str,
        now_ms: u64,
    ) -> Result<StatementId, NodeError> {
        let view = self.shed_view(id, shed).await?;
        if view.state == ReportState::Retracted {
            return Err(NodeError::Unchanged("the report was retracted already".to_owned()));
        }
        // What was said in its place goes too, or it would stand for it.
        if let Some(later) = self.latest_words(id).await? {
            return Box::pin(self.retract(later, why, now_ms)).await;
        }
        self.say_of_shed(id, shed, Lane::Text, now_ms, |document, actor, of| {
            document
                .write_retraction(actor, of, view.tlp, now_ms, why)
                .map_err(|error| NodeError::Invalid(error.to_string()))
        })
        .await
    }

    async fn say_of_shed(
        &mut self,
        id: DocumentId,
        shed: &Shed,
        lane: Lane,
        now_ms: u64,
        write: impl Fn(&mut azalai_model::Document, &azalai_model::ActorId, Corrects) -> Result<Vec<u8>, NodeError>,
    ) -> Result<StatementId, NodeError> {
        let nonce = self.random16();
        let write_of = |of| {
            let write = &write;
            move |document: &mut _, actor: &_| write(document, actor, Corrects(of))
        };
        let (_, first) = self.open_document_as(nonce, Kind::REPORT, shed.audience, lane, now_ms, write_of(id)).await?;
        for copy in &shed.copies {
            let Some(other) = self.shed_report(copy).await? else { continue };
            self.open_document_as(nonce, Kind::REPORT, other.audience, lane, now_ms, write_of(*copy)).await?;
        }
        Ok(first.id())
    }
}
