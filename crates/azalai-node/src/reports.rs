//! Reports: writing, amending and retracting one's own, listing what this device may read.

use std::collections::BTreeMap;

use azalai_envelope::{AudienceId, DocumentId, Kind, Lane, SigningPublic, Statement, StatementId, Verified};
use azalai_model::{ActorId, Document, Report, ReportError, ReportFields, Tlp, Urgency, actor_id};
use azalai_roster::{AreaCode, Circle, MemberState};
use azalai_store::{Batch, Disk, Store};

use crate::documents::{Built, Past, Record, automerge_kind};
use crate::error::NodeError;
use crate::node::{Node, Saying};
use crate::rows::{self, KeptReport, ReportRow};
use crate::who::ReadBy;

/// How far a report got, as far as this device knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReportState {
    /// On this device only.
    Local,
    /// A relay says that it holds it.
    Relay,
    /// A coordinator opened it.
    Opened,
    /// A coordinator acted on it.
    Acted,
    /// Its author took it back.
    Retracted,
}

impl core::fmt::Display for ReportState {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Local => "local",
            Self::Relay => "relay",
            Self::Opened => "opened",
            Self::Acted => "acted",
            Self::Retracted => "retracted",
        })
    }
}

/// A report in a list.
#[derive(Debug, Clone)]
pub struct ReportView {
    /// Its id.
    pub id: DocumentId,
    /// What it says.
    pub row: ReportRow,
    /// The device that wrote it.
    pub author: SigningPublic,
    /// What that device calls itself, as far as known.
    pub pseudonym: Option<String>,
    /// The area whose coordinators read it.
    pub area: Option<AreaCode>,
    /// Its sharing label.
    pub tlp: Tlp,
    /// How far it got.
    pub state: ReportState,
    /// Its author has not been admitted.
    pub unconfirmed: bool,
    /// It was written on this device.
    pub own: bool,
    /// When its first statement was signed, by its author's clock: milliseconds since 1970.
    pub written_ms: u64,
    /// When its words were forgotten on this device: the beginning of the day, in milliseconds since 1970. Then there
    /// is no word of it in [`ReportView::row`], and of when it was written only the day is left.
    pub shed_ms: Option<u64>,
    /// Later reports by which its author's device corrected it, or took it back, without holding its words.
    pub later: Vec<DocumentId>,
    /// What each of these says, in their order.
    pub later_texts: Vec<String>,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Writes a report and saves it durably. It goes to the coordinators of `area`, or of this device's own area.
    ///
    /// # Errors
    /// [`NodeError::NotFound`] for an unknown category or area, [`NodeError::Invalid`] for impossible values,
    /// [`NodeError::Denied`] for a label that cannot be kept yet; [`NodeError::OfBody`] if it complains of a body and only
    /// that body's people could read it.
    pub async fn report(
        &mut self,
        fields: ReportFields,
        area: Option<AreaCode>,
        now_ms: u64,
    ) -> Result<DocumentId, NodeError> {
        let nonce = self.random16();
        self.report_once(nonce, fields, area, now_ms).await
    }

    /// The same for a form that may be sent twice: with the same `nonce` (random, of this form alone), audience and
    /// device there is one report, and its id is given again.
    ///
    /// # Errors
    /// As [`Node::report`].
    pub async fn report_once(
        &mut self,
        nonce: [u8; 16],
        fields: ReportFields,
        area: Option<AreaCode>,
        now_ms: u64,
    ) -> Result<DocumentId, NodeError> {
        let by = self.route(&fields, area, &[])?.by;
        let ids = self.report_for(nonce, fields, &by, now_ms).await?;
        ids.into_iter().next().ok_or_else(|| NodeError::Invalid("a report for nobody".to_owned()))
    }

    /// The label of a new report: what its author asks for, as narrow as the pack wants it.
    pub(crate) fn label_of(&self, fields: &ReportFields) -> Result<Tlp, NodeError> {
        let code = fields.category.as_deref().unwrap_or_default();
        if self.packs.category(code).is_none() {
            let (hint, pack) = ("list them with: azalai categories --home …", &self.packs.now().id);
            return Err(NodeError::NotFound(format!("there is no category {code:?} in the pack {pack}; {hint}")));
        }
        Ok(self.packs.label(code, fields.tlp))
    }

    /// Writes a report for whoever is to read it: one document for a circle, one for each member that is named, all
    /// opened with one nonce. What is there already is not written again.
    ///
    /// # Errors
    /// As [`Node::report`].
    pub async fn report_for(
        &mut self,
        nonce: [u8; 16],
        mut fields: ReportFields,
        by: &ReadBy,
        now_ms: u64,
    ) -> Result<Vec<DocumentId>, NodeError> {
        let packs = self.packs();
        fields.tlp = Some(Self::label_for(by).unwrap_or(self.label_of(&fields)?));
        for audience in self.audiences_of(by) {
            self.keep_from_body(audience, fields.category.as_deref())?;
        }
        let code = fields.category.clone().unwrap_or_default();
        fields.pack.get_or_insert_with(|| packs.reference(&code));
        if let Some(category) = packs.category(&code) {
            fields.urgency.get_or_insert(category.urgency);
            category.check_answers(&fields.answers).map_err(|error| NodeError::Invalid(error.to_string()))?;
        }
        let lane = if fields.urgency == Some(Urgency::Now) { Lane::Urgent } else { Lane::Text };
        self.settle().await?;
        let mut ids = Vec::new();
        for audience in self.audiences_of(by) {
            let id =
                azalai_envelope::statement::document_id(&self.project, Kind::REPORT, &audience, &self.me(), &nonce);
            if self.record(&id).await?.is_none() && self.shed_report(&id).await?.is_none() {
                self.open_document_as(nonce, Kind::REPORT, audience, lane, now_ms, |document, actor| {
                    document.write_report(actor, &fields).map_err(|error| NodeError::Invalid(error.to_string()))
                })
                .await?;
            }
            ids.push(id);
        }
        Ok(ids)
    }

    /// The audience of a new document: its label decides how wide, its area decides which coordinators.
    pub(crate) fn audience_of(&self, tlp: Tlp, area: Option<AreaCode>) -> Result<AudienceId, NodeError> {
        let by = self.read_by(tlp, area, &[])?;
        self.audiences_of(&by).first().copied().ok_or_else(|| NodeError::Invalid("a document for nobody".to_owned()))
    }

    /// The area that was named, if there is one of that code; else this device's own.
    pub(crate) fn area_or_own(&self, area: Option<AreaCode>) -> Result<AreaCode, NodeError> {
        let own = || {
            let member = self.roster.member(&self.me()).and_then(|member| member.area.clone());
            member.or_else(|| self.profile.area.as_deref().and_then(|area| area.parse().ok()))
        };
        let area = area.or_else(own);
        let area = area.ok_or_else(|| NodeError::Invalid("this device has no area of its own: name one".to_owned()))?;
        if self.roster.area(&area).is_none() {
            let known: Vec<String> = self.roster.areas().map(|(code, _)| code.to_string()).collect();
            return Err(NodeError::NotFound(format!("there is no area {area}; there are: {}", known.join(", "))));
        }
        Ok(area)
    }

    /// Makes a document of this device's own by its first change.
    pub(crate) async fn open_document(
        &mut self,
        kind: Kind,
        audience: AudienceId,
        lane: Lane,
        now_ms: u64,
        write: impl FnOnce(&mut Document, &ActorId) -> Result<Vec<u8>, NodeError>,
    ) -> Result<(DocumentId, Verified<Statement>), NodeError> {
        let nonce = self.random16();
        self.open_document_as(nonce, kind, audience, lane, now_ms, write).await
    }

    pub(crate) async fn open_document_as(
        &mut self,
        nonce: [u8; 16],
        kind: Kind,
        audience: AudienceId,
        lane: Lane,
        now_ms: u64,
        write: impl FnOnce(&mut Document, &ActorId) -> Result<Vec<u8>, NodeError>,
    ) -> Result<(DocumentId, Verified<Statement>), NodeError> {
        self.settle().await?;
        let form = automerge_kind(kind).ok_or_else(|| NodeError::Invalid("not a document".to_owned()))?;
        let id = azalai_envelope::statement::document_id(&self.project, kind, &audience, &self.me(), &nonce);
        let chain = self.own_chain(&audience).await?;
        let actor = actor_id(&self.project, &self.me().0, &id, &chain.chain);
        let body = write(&mut Document::new(form), &actor)?;
        let saying = Saying { kind, document: id, opens: Some(nonce), audience, body: &body };
        let statement = self.sign(&saying, chain, now_ms)?;
        self.keep_document(&statement, lane).await?;
        Ok((id, statement))
    }

    /// Adds a change to a document that this device may write.
    pub(crate) async fn change_document(
        &mut self,
        id: DocumentId,
        record: &Record,
        lane: Lane,
        now_ms: u64,
        write: impl FnOnce(&mut Document, &ActorId, &[Past]) -> Result<Vec<u8>, NodeError>,
    ) -> Result<StatementId, NodeError> {
        let Built { mut document, history } = self.build(&id, record, &BTreeMap::new()).await?;
        let chain = self.own_chain(&record.audience).await?;
        let actor = actor_id(&self.project, &self.me().0, &id, &chain.chain);
        let body = write(&mut document, &actor, &history)?;
        if let Some(latest) = record.entries.iter().map(|entry| entry.clock).max() {
            self.hear(latest, now_ms);
        }
        let saying = Saying { kind: record.kind, document: id, opens: None, audience: record.audience, body: &body };
        let statement = self.sign(&saying, chain, now_ms)?;
        self.keep_document(&statement, lane).await?;
        Ok(statement.id())
    }

    async fn keep_document(&mut self, statement: &Verified<Statement>, lane: Lane) -> Result<(), NodeError> {
        let mut batch = Batch::new();
        self.index_documents(core::slice::from_ref(statement), &crate::chains::Forks::default(), &mut batch).await?;
        self.keep(statement, lane, batch).await
    }

    /// Amends one of this device's own reports, and its copies for other named members.
    ///
    /// # Errors
    /// [`NodeError::Denied`] if it is another's; [`NodeError::OfBody`] if it complains of a body whose people read it by
    /// now; [`NodeError::Invalid`] as the model says.
    pub async fn amend(
        &mut self,
        id: DocumentId,
        change: impl FnOnce(&mut ReportFields) -> Result<(), NodeError>,
        now_ms: u64,
    ) -> Result<StatementId, NodeError> {
        if let Some(shed) = self.shed_report(&id).await? {
            return self.correct_shed(id, &shed, change, now_ms).await;
        }
        let record = self.own_report(&id).await?;
        let mut fields = Report::read(&self.build(&id, &record, &BTreeMap::new()).await?.document).fields;
        change(&mut fields)?;
        let copies = self.copies_of(id, &record).await?;
        for audience in copies.values().map(|copy| copy.audience).chain([record.audience]) {
            self.keep_from_body(audience, fields.category.as_deref())?;
        }
        let done = self.amend_one(id, &record, &fields, now_ms).await;
        for (copy, record) in copies {
            match self.amend_one(copy, &record, &fields, now_ms).await {
                // What an interrupted try had written already.
                Ok(_) | Err(NodeError::Unchanged(_)) => {}
                Err(error) => return Err(error),
            }
        }
        done
    }

    async fn amend_one(
        &mut self,
        id: DocumentId,
        record: &Record,
        fields: &ReportFields,
        now_ms: u64,
    ) -> Result<StatementId, NodeError> {
        let lane = self.lane_of(record);
        self.change_document(id, record, lane, now_ms, |document, actor, _| {
            document.amend_report(actor, fields).map_err(report_error)
        })
        .await
    }

    /// Takes one of this device's own reports back, with its copies for other named members. What it said stays
    /// readable to those who have it.
    ///
    /// # Errors
    /// As [`Node::amend`].
    pub async fn retract(&mut self, id: DocumentId, why: &str, now_ms: u64) -> Result<StatementId, NodeError> {
        if let Some(shed) = self.shed_report(&id).await? {
            return self.retract_shed(id, &shed, why, now_ms).await;
        }
        let record = self.own_report(&id).await?;
        let done = self.retract_one(id, &record, why, now_ms).await;
        for (copy, record) in self.copies_of(id, &record).await? {
            match self.retract_one(copy, &record, why, now_ms).await {
                Ok(_) | Err(NodeError::Unchanged(_)) => {}
                Err(error) => return Err(error),
            }
        }
        done
    }

    async fn retract_one(
        &mut self,
        id: DocumentId,
        record: &Record,
        why: &str,
        now_ms: u64,
    ) -> Result<StatementId, NodeError> {
        let lane = self.lane_of(record);
        self.change_document(id, record, lane, now_ms, |document, actor, _| {
            document.retract_report(actor, now_ms, why).map_err(report_error)
        })
        .await
    }

    fn lane_of(&self, record: &Record) -> Lane {
        let urgent =
            rows::decode::<KeptReport>(&record.row).is_some_and(|kept| kept.row.fields.urgency == Some(Urgency::Now));
        if urgent { Lane::Urgent } else { Lane::Text }
    }

    pub(crate) async fn own_report(&mut self, id: &DocumentId) -> Result<Record, NodeError> {
        self.settle().await?;
        let record = self.record(id).await?.filter(|record| record.kind == Kind::REPORT);
        let record = record.ok_or_else(|| NodeError::NotFound(format!("there is no report {id} on this device")))?;
        if record.creator() != Some(self.me()) {
            return Err(NodeError::Denied("only the device that wrote a report can change it".to_owned()));
        }
        Ok(record)
    }

    /// All reports that this device may read, by the time at which they were written.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn reports(&self) -> Result<Vec<ReportView>, NodeError> {
        let mut views = Vec::new();
        let index = self.index().await?;
        for (id, record) in self.records(Kind::REPORT).await? {
            if let Some(mut view) = self.view(id, &record).await? {
                let acted = index.lock().linked.contains_key(&id);
                if !view.own && view.state == ReportState::Opened && acted {
                    view.state = ReportState::Acted;
                }
                views.push(view);
            }
        }
        views.sort_by_key(|view| (view.written_ms, view.id));
        Ok(views)
    }

    /// Reports that were written on this device, the newest first: of these `take` after `skip`, and how many there are.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn own_reports(&self, skip: usize, take: usize) -> Result<(Vec<ReportView>, usize), NodeError> {
        let shed = self.all_shed().await?;
        let (page, total) = {
            let index = self.index().await?.lock();
            let own = index.reports.iter().filter(|(_, entry)| entry.author == self.me());
            let shed = shed.iter().map(|(id, shed)| (shed.written.start_ms(), *id));
            let mut own: Vec<(u64, DocumentId)> = own.map(|(id, entry)| (entry.written_ms, *id)).chain(shed).collect();
            own.sort_unstable();
            let page: Vec<DocumentId> = own.iter().rev().skip(skip).take(take).map(|(_, id)| *id).collect();
            (page, own.len())
        };
        let mut views = Vec::new();
        for id in page {
            views.extend(self.report_view(id).await?);
        }
        Ok((views, total))
    }

    /// Categories of the reports that were written on this device: of these the `take` that were used most, the most
    /// used first.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn own_categories(&self, take: usize) -> Result<Vec<String>, NodeError> {
        let index = self.index().await?.lock();
        let own = index.reports.values().filter(|entry| entry.author == self.me());
        let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
        for code in own.filter_map(|entry| entry.category.as_ref()) {
            *counts.entry(code).or_default() += 1;
        }
        let mut codes: Vec<_> = counts.into_iter().collect();
        codes.sort_by_key(|(code, count)| (core::cmp::Reverse(*count), *code));
        Ok(codes.into_iter().take(take).map(|(code, _)| code.clone()).collect())
    }

    /// One report, if this device may read it.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn report_view(&self, id: DocumentId) -> Result<Option<ReportView>, NodeError> {
        if let Some(shed) = self.shed_report(&id).await? {
            return Ok(Some(self.shed_view(id, &shed).await?));
        }
        match self.record(&id).await?.filter(|record| record.kind == Kind::REPORT) {
            Some(record) => self.view(id, &record).await,
            None => Ok(None),
        }
    }

    /// One report as a list shows it; `None` while the statement that opens it has not arrived.
    pub(crate) async fn view(&self, id: DocumentId, record: &Record) -> Result<Option<ReportView>, NodeError> {
        let opening = record.entries.iter().find(|entry| entry.opens);
        let Some(opening) = opening else { return Ok(None) };
        let mut row = match rows::decode::<KeptReport>(&record.row) {
            Some(kept) => kept.row,
            None => KeptReport::of(&self.build(&id, record, &BTreeMap::new()).await?, false).row,
        };
        // What a removal or a fork sets aside is in the quarantine, and nowhere else: no list, figure or export counts it.
        if row.aside && opening.author != self.me() {
            return Ok(None);
        }
        let member = self.roster.member(&opening.author);
        let circle = self.roster.circle_of(record.audience);
        let own = opening.author == self.me();
        let (later, later_texts, retracted) = self.later_of(id, &opening.author).await?;
        row.retracted = row.retracted.or(retracted);
        let state = match (&row.retracted, own) {
            (Some(_), _) => ReportState::Retracted,
            (None, false) => ReportState::Opened,
            (None, true) => self.own_state(&opening.statement).await?,
        };
        let (tlp, area) = match circle {
            Some(Circle::Area(area)) => (Tlp::AmberStrict, Some(area)),
            Some(Circle::AreaAndAbove(area)) => (Tlp::Amber, Some(area)),
            // Sealed to one member: whatever it says of itself.
            None => (Tlp::Red, None),
            // Green and clear go to the same circle: what the author wrote tells them apart, never wider than green
            // if nothing readable was written.
            _ => (row.fields.tlp.unwrap_or(Tlp::Green), member.and_then(|member| member.area.clone())),
        };
        // What a removed device said up to its cut was said by a member.
        let confirmed = member.is_some_and(|member| member.state != MemberState::Unconfirmed);
        Ok(Some(ReportView {
            id,
            author: opening.author,
            pseudonym: member
                .map(|member| member.pseudonym.clone())
                .or_else(|| own.then(|| self.profile.pseudonym.clone())),
            area,
            tlp,
            state,
            unconfirmed: !confirmed && !self.knows_no_registry(own),
            own,
            written_ms: opening.clock.ms(),
            row,
            shed_ms: None,
            later,
            later_texts,
        }))
    }

    /// A monitor's device holds no registry, and cannot tell whether itself was admitted but by the keys it was
    /// sent: with them, it is confirmed.
    fn knows_no_registry(&self, own: bool) -> bool {
        own && self.is_admitted()
    }

    /// Whether this device holds what only an admitted member is sent.
    #[must_use]
    pub fn is_admitted(&self) -> bool {
        !self.secrets.of_circles(&[Circle::Everyone]).is_empty()
    }

    pub(crate) async fn own_state(&self, statement: &StatementId) -> Result<ReportState, NodeError> {
        let Some(outgoing) = self.outgoing(statement).await? else { return Ok(ReportState::Local) };
        Ok(if !outgoing.acted_by.is_empty() {
            ReportState::Acted
        } else if !outgoing.opened_by.is_empty() {
            ReportState::Opened
        } else if !outgoing.relays.is_empty() {
            ReportState::Relay
        } else {
            ReportState::Local
        })
    }
}

fn report_error(error: ReportError) -> NodeError {
    match error {
        ReportError::Nothing | ReportError::Retracted => NodeError::Unchanged(error.to_string()),
        other => NodeError::Invalid(other.to_string()),
    }
}
