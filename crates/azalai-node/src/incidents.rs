//! Incidents: what coordinators believe happened, with links to the reports behind it.
//!
//! They are read from their changes each time, under the logs as they are now: a value by someone who lost the right
//! is set aside the moment that is known, without anything being rewritten.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use azalai_envelope::{AuthorId, DocumentId, Kind, Lane, SigningPublic, StatementId};
use azalai_model::{Credibility, Grade, Incident, IncidentEdit, Keep, People, Person, Reliability, Status, Tlp};
use azalai_roster::{AreaCode, Circle, MemberState, Role};
use azalai_store::{Batch, Disk, Store};

use crate::documents::{Built, Fate, Past, Record};
use crate::error::NodeError;
use crate::node::Node;
use crate::rows::ReportRow;

/// An incident in a list.
#[derive(Debug, Clone)]
pub struct IncidentView {
    /// Its id.
    pub id: DocumentId,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// The area that it belongs to.
    pub area: Option<AreaCode>,
    /// Its sharing label.
    pub tlp: Tlp,
    /// The reports behind it.
    pub reports: Vec<LinkView>,
    /// How many of them are independent of one another.
    pub independent_sources: usize,
    /// Fields that hold several values.
    pub conflicts: Vec<ConflictView>,
    /// Statements that are kept and do not count.
    pub set_aside: usize,
    /// Everything else that it says.
    pub incident: Incident,
}

/// A report linked to an incident.
#[derive(Debug, Clone)]
pub struct LinkView {
    /// The report.
    pub report: DocumentId,
    /// The name that reports of one rumour share.
    pub rumour: Option<String>,
    /// The grade that counts: F6 without one.
    pub reliability: Reliability,
    /// The other half of the grade.
    pub credibility: Credibility,
    /// It is graded 1 without two independent sources, which a merge left so.
    pub unsupported: bool,
    /// Its author wrote something after it was linked.
    pub changed_since: bool,
}

/// A field that several people set apart.
#[derive(Debug, Clone)]
pub struct ConflictView {
    /// The field.
    pub field: String,
    /// All its values.
    pub values: Vec<ConflictValueView>,
}

/// One of them.
#[derive(Debug, Clone)]
pub struct ConflictValueView {
    /// The value.
    pub value: serde_json::Value,
    /// Whether it is the one that counts until somebody settles it.
    pub counts: bool,
    /// Who wrote it.
    pub author: Option<SigningPublic>,
    /// What that device calls itself.
    pub pseudonym: Option<String>,
    /// When, by its author's clock: milliseconds since 1970.
    pub at_ms: u64,
    /// The change that set it, in hexadecimal.
    pub change: String,
}

/// What reading an incident asks about people, looked up beforehand.
pub(crate) struct Known {
    authors: BTreeMap<[u8; 32], AuthorId>,
    people: Arc<KnownPeople>,
}

/// The part of it that is the same for all incidents.
#[derive(Default)]
pub(crate) struct KnownPeople {
    persons: BTreeMap<AuthorId, Person>,
    reporters: BTreeMap<DocumentId, Person>,
    retracted: BTreeSet<DocumentId>,
}

impl Known {
    /// For an incident with this history.
    pub(crate) fn new(people: &Arc<KnownPeople>, history: &[Past]) -> Self {
        let changes = history.iter().filter_map(|past| Some((past.change?, past.statement.author().author_id())));
        Self { authors: changes.collect(), people: Arc::clone(people) }
    }
}

impl People for Known {
    fn author_of(&self, change: &[u8; 32]) -> Option<AuthorId> {
        self.authors.get(change).copied()
    }

    fn person(&self, device: AuthorId) -> Option<Person> {
        self.people.persons.get(&device).copied()
    }

    fn reporter(&self, report: DocumentId) -> Option<Person> {
        self.people.reporters.get(&report).copied()
    }

    fn retracted(&self, report: DocumentId) -> bool {
        self.people.retracted.contains(&report)
    }
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    fn require_coordinator(&self) -> Result<(), NodeError> {
        let me = self.roster.member(&self.me());
        match me.map(|member| (member.role, member.state)) {
            Some((Role::Coordinator, MemberState::Confirmed)) => Ok(()),
            Some((Role::Coordinator, _)) => Err(NodeError::Denied(
                "this device is not admitted yet: a steward has to admit it, and then exchange again".to_owned(),
            )),
            _ => Err(NodeError::Denied("only coordinators work on incidents".to_owned())),
        }
    }

    /// Makes an incident.
    ///
    /// # Errors
    /// [`NodeError::Denied`] for others than coordinators, [`NodeError::Invalid`] as the model says.
    pub async fn incident_new(
        &mut self,
        title: &str,
        area: Option<AreaCode>,
        tlp: Tlp,
        category: Option<String>,
        now_ms: u64,
    ) -> Result<DocumentId, NodeError> {
        self.require_coordinator()?;
        let area = self.area_or_own(area)?;
        let audience = self.audience_of(tlp, Some(area.clone()))?;
        let may = self.roster.may_write(&self.me(), Kind::INCIDENT, audience);
        may.map_err(|denied| NodeError::Denied(denied.to_string()))?;
        let mut edits = vec![
            IncidentEdit::SetTlp(tlp),
            IncidentEdit::SetTitle(title.to_owned()),
            IncidentEdit::SetArea(area.to_string()),
        ];
        if let Some(category) = category {
            if crate::catalog::pack()?.category(&category).is_none() {
                return Err(NodeError::NotFound(format!("there is no category {category:?}")));
            }
            edits.push(IncidentEdit::SetCategory(category));
        }
        let known = self.known(&[]).await?;
        let author = self.me().author_id();
        let (id, _) = self
            .open_document(Kind::INCIDENT, audience, Lane::Text, now_ms, |document, actor| {
                let edited = document.edit_incident(actor, author, &known, &edits);
                edited.map_err(|error| NodeError::Invalid(error.to_string()))
            })
            .await?;
        Ok(id)
    }

    /// Makes one change of these edits.
    ///
    /// # Errors
    /// [`NodeError::Denied`], [`NodeError::NotFound`], [`NodeError::Invalid`] as the model says.
    pub async fn incident_edit(
        &mut self,
        id: DocumentId,
        edits: &[IncidentEdit],
        now_ms: u64,
    ) -> Result<StatementId, NodeError> {
        let record = self.incident_record(&id).await?;
        let may = self.roster.may_write(&self.me(), Kind::INCIDENT, record.audience);
        may.map_err(|denied| NodeError::Denied(denied.to_string()))?;
        let Built { history, .. } = self.build(&id, &record, &BTreeMap::new()).await?;
        let known = self.known(&history).await?;
        let author = self.me().author_id();
        self.change_document(id, &record, Lane::Text, now_ms, |document, actor, _| {
            let edited = document.edit_incident(actor, author, &known, edits);
            edited.map_err(|error| NodeError::Invalid(error.to_string()))
        })
        .await
    }

    async fn incident_record(&mut self, id: &DocumentId) -> Result<Record, NodeError> {
        self.settle().await?;
        self.require_coordinator()?;
        let record = self.record(id).await?.filter(|record| record.kind == Kind::INCIDENT);
        record.ok_or_else(|| NodeError::NotFound(format!("there is no incident {id} on this device")))
    }

    /// Links a report as it stands here; its author's later words will show as later.
    ///
    /// # Errors
    /// As [`Node::incident_edit`]; [`NodeError::NotFound`] for a report that is not on this device.
    pub async fn incident_link(
        &mut self,
        id: DocumentId,
        report: DocumentId,
        rumour: Option<String>,
        now_ms: u64,
    ) -> Result<StatementId, NodeError> {
        let linked = self.record(&report).await?.filter(|record| record.kind == Kind::REPORT);
        let linked =
            linked.ok_or_else(|| NodeError::NotFound(format!("there is no report {report} on this device")))?;
        let heads = self.build(&report, &linked, &BTreeMap::new()).await?.document.heads();
        let edit = IncidentEdit::Link { report, heads, rumour };
        let statement = self.incident_edit(id, &[edit], now_ms).await?;
        let mut batch = Batch::new();
        let statements: Vec<StatementId> = linked.entries.iter().map(|entry| entry.statement).collect();
        self.mark_acted(&statements, &mut batch).await?;
        if !batch.is_empty() {
            self.vault.apply(batch).await?;
        }
        Ok(statement)
    }

    /// Grades a linked report in this device's name.
    ///
    /// # Errors
    /// As [`Node::incident_edit`].
    pub async fn incident_grade(
        &mut self,
        id: DocumentId,
        report: DocumentId,
        reliability: Reliability,
        credibility: Credibility,
        why: &str,
        now_ms: u64,
    ) -> Result<StatementId, NodeError> {
        let grade = Grade { reliability, credibility, at: now_ms, why: why.to_owned() };
        self.incident_edit(id, &[IncidentEdit::Grade { report, grade }], now_ms).await
    }

    /// Settles a field that several people set apart.
    ///
    /// # Errors
    /// As [`Node::incident_edit`].
    pub async fn incident_settle(
        &mut self,
        id: DocumentId,
        field: &str,
        keep: Keep,
        now_ms: u64,
    ) -> Result<StatementId, NodeError> {
        self.incident_edit(id, &[IncidentEdit::Settle { field: field.to_owned(), keep }], now_ms).await
    }

    /// All incidents that this device may read, by id.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn incidents(&self) -> Result<Vec<IncidentView>, NodeError> {
        let people = self.known_people().await?;
        let mut views = Vec::new();
        for (id, record) in self.records(Kind::INCIDENT).await? {
            views.extend(self.incident_view(id, &record, &people).await?);
        }
        Ok(views)
    }

    /// One incident; `None` while nothing of it counts.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn incident(&self, id: &DocumentId) -> Result<Option<IncidentView>, NodeError> {
        match self.record(id).await?.filter(|record| record.kind == Kind::INCIDENT) {
            Some(record) => self.incident_view(*id, &record, &self.known_people().await?).await,
            None => Ok(None),
        }
    }

    async fn incident_view(
        &self,
        id: DocumentId,
        record: &Record,
        people: &Arc<KnownPeople>,
    ) -> Result<Option<IncidentView>, NodeError> {
        let Built { document, history } = self.build(&id, record, &BTreeMap::new()).await?;
        if !history.iter().any(|past| past.fate == Fate::Applied) {
            return Ok(None);
        }
        let known = Known::new(people, &history);
        let incident = Incident::read(&document, &known);
        let by_change: BTreeMap<String, &Past> =
            history.iter().filter_map(|past| Some((azalai_envelope::ids::to_hex(&past.change?), past))).collect();
        let conflicts = incident.conflicts.iter().map(|conflict| {
            let values = conflict.values.iter().map(|value| {
                let past = by_change.get(&value.change);
                let author = past.map(|past| past.statement.author());
                ConflictValueView {
                    value: value.value.clone(),
                    counts: value.counts,
                    author,
                    pseudonym: author.and_then(|author| self.pseudonym_of(&author)),
                    at_ms: past.map_or(0, |past| past.statement.clock().ms()),
                    change: value.change.clone(),
                }
            });
            ConflictView { field: conflict.field.clone(), values: values.collect() }
        });
        let conflicts = conflicts.collect();
        let mut reports = Vec::new();
        for (report, field) in &incident.links {
            let Some(link) = &field.value else { continue };
            let (reliability, credibility) = incident.grade_of(report);
            let unsupported =
                incident.grades.iter().any(|view| view.report == *report && view.counts && view.unsupported);
            let changed_since = match self.record(report).await? {
                Some(record) => self.build(report, &record, &BTreeMap::new()).await?.document.heads() != link.heads,
                None => false,
            };
            let rumour = link.rumour.clone();
            reports.push(LinkView { report: *report, rumour, reliability, credibility, unsupported, changed_since });
        }
        let (circle_tlp, circle_area) = match self.roster.circle_of(record.audience) {
            Some(Circle::Area(area)) => (Tlp::AmberStrict, Some(area)),
            Some(Circle::AreaAndAbove(area)) => (Tlp::Amber, Some(area)),
            _ => (incident.tlp(), None),
        };
        let set_aside = history.iter().filter(|past| matches!(past.fate, Fate::SetAside(_) | Fate::Beneath(_))).count();
        Ok(Some(IncidentView {
            id,
            title: incident.title.value.clone().unwrap_or_default(),
            status: incident.status(),
            area: incident.area.value.as_ref().and_then(|area| area.parse().ok()).or(circle_area),
            tlp: circle_tlp,
            reports,
            independent_sources: incident.independent_sources,
            conflicts,
            set_aside,
            incident,
        }))
    }

    /// The reports that some incident links.
    pub(crate) async fn linked_reports(&self) -> Result<BTreeSet<DocumentId>, NodeError> {
        // Who is behind them changes no link.
        let people = Arc::new(KnownPeople::default());
        let mut linked = BTreeSet::new();
        for (id, record) in self.records(Kind::INCIDENT).await? {
            let Built { document, history } = self.build(&id, &record, &BTreeMap::new()).await?;
            let known = Known::new(&people, &history);
            let links = Incident::read(&document, &known).links;
            linked.extend(links.into_iter().filter(|(_, field)| field.value.is_some()).map(|(report, _)| report));
        }
        Ok(linked)
    }

    /// Who is behind the changes, devices and reports that reading an incident asks about.
    pub(crate) async fn known(&self, history: &[Past]) -> Result<Known, NodeError> {
        Ok(Known::new(&self.known_people().await?, history))
    }

    /// The part of it that all incidents share: looked up once where several are read.
    pub(crate) async fn known_people(&self) -> Result<Arc<KnownPeople>, NodeError> {
        // A person is named by the lowest of its devices, which every device computes alike.
        let mut by_person: BTreeMap<[u8; 16], AuthorId> = BTreeMap::new();
        for member in self.roster.members() {
            if let Some(person) = member.person {
                let device = member.device.signing.author_id();
                let lowest = by_person.entry(person).or_insert(device);
                *lowest = (*lowest).min(device);
            }
        }
        let mut persons = BTreeMap::new();
        for member in self.roster.members() {
            let device = member.device.signing.author_id();
            let named = member.person.and_then(|person| by_person.get(&person)).copied();
            persons.insert(device, Person(named.unwrap_or(device)));
        }
        let mut reporters = BTreeMap::new();
        let mut retracted = BTreeSet::new();
        for (id, record) in self.records(Kind::REPORT).await? {
            if let Some(person) = record.creator().and_then(|creator| persons.get(&creator.author_id())) {
                reporters.insert(id, *person);
            }
            if ReportRow::decode(&record.row).is_some_and(|row| row.retracted.is_some()) {
                retracted.insert(id);
            }
        }
        Ok(Arc::new(KnownPeople { persons, reporters, retracted }))
    }

    /// What a device calls itself, as far as this one knows.
    #[must_use]
    pub fn pseudonym_of(&self, author: &SigningPublic) -> Option<String> {
        let own = || (*author == self.me()).then(|| self.profile.pseudonym.clone());
        self.roster.member(author).map(|member| member.pseudonym.clone()).or_else(own)
    }
}
