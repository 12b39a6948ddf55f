//! Incidents: what coordinators believe happened, with links to the reports behind it.
//!
//! Lists read kept rows, which are renewed in the batch that changes what they rest on: a value by someone who lost the
//! right is set aside the moment that is known, without any statement being rewritten. What the linked reports are worth
//! is looked up each time.

use std::collections::BTreeMap;
use std::sync::Arc;

use azalai_envelope::{AuthorId, DocumentId, Kind, Lane, SigningPublic, StatementId};
use azalai_model::grade::{SOURCES_FOR_CONFIRMED, Source, independent_sources, most_cautious};
use azalai_model::{
    Credibility, Grade, Incident, IncidentEdit, Keep, Occurred, People, Person, Place, Reliability, Status, Tlp,
};
use azalai_roster::{AreaCode, MemberState, Role};
use azalai_store::{Batch, Disk, Store};

use crate::documents::{Built, Past, Record};
use crate::error::NodeError;
use crate::index::{Index, Shared, of_circle};
use crate::node::Node;
use crate::rows::{self, KeptIncident, KeptLink};

/// An incident in a list, and as exports take it.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentLine {
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
    /// The code of its category.
    pub category: Option<String>,
    /// When it happened.
    pub occurred: Option<Occurred>,
    /// Where it happened.
    pub place: Option<Place>,
    /// What reporters are told.
    pub outcome_for_reporters: Option<String>,
    /// What coordinators noted.
    pub notes: Vec<String>,
}

/// An incident and everything that it says; what a list shows of it is there as well.
#[derive(Debug, Clone)]
pub struct IncidentView {
    /// What a list shows.
    pub line: IncidentLine,
    /// Everything that it says.
    pub incident: Incident,
}

impl core::ops::Deref for IncidentView {
    type Target = IncidentLine;

    fn deref(&self) -> &IncidentLine {
        &self.line
    }
}

/// A report linked to an incident.
#[derive(Debug, Clone, PartialEq)]
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
    /// It is set aside, by a removal or a fork: it is linked, and counts for nothing.
    pub set_aside: bool,
    /// Later reports by which its author corrected it, or took it back, without the words at hand.
    pub later: Vec<DocumentId>,
}

/// A field that several people set apart.
#[derive(Debug, Clone, PartialEq)]
pub struct ConflictView {
    /// The field.
    pub field: String,
    /// All its values.
    pub values: Vec<ConflictValueView>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
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

/// What reading an incident asks about people.
pub(crate) struct Known {
    authors: BTreeMap<[u8; 32], AuthorId>,
    people: Arc<KnownPeople>,
}

/// The part of it that is the same for all incidents.
pub(crate) struct KnownPeople {
    persons: BTreeMap<AuthorId, Person>,
    index: Shared,
}

impl Known {
    /// For an incident with this history.
    pub(crate) fn new(people: &Arc<KnownPeople>, history: &[Past]) -> Self {
        let changes = history.iter().filter_map(|past| Some((past.change?, past.statement.author().author_id())));
        Self { authors: changes.collect(), people: Arc::clone(people) }
    }
}

impl KnownPeople {
    fn reporter(&self, report: &DocumentId, index: &Index) -> Option<Person> {
        self.persons.get(&index.reports.get(report)?.author.author_id()).copied()
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
        self.people.reporter(&report, &self.people.index.lock())
    }

    fn retracted(&self, report: DocumentId) -> bool {
        let index = self.people.index.lock();
        index.reports.contains_key(&report) && !index.stands(&report)
    }
}

/// Refuses a category that no pack of the project has.
fn known_category(packs: &crate::packs::Packs, code: &str) -> Result<(), NodeError> {
    let known = packs.category(code).is_some();
    if known { Ok(()) } else { Err(NodeError::NotFound(format!("there is no category {code:?}"))) }
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
            known_category(&self.packs, &category)?;
            self.keep_incident_from_body(audience, &self.complained_of(Some(&category))?)?;
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
    /// [`NodeError::Denied`], [`NodeError::NotFound`], [`NodeError::Invalid`] as the model says; [`NodeError::OfBody`] if it
    /// complains of a body, by its category or a report that it links, and somebody of that body reads it.
    pub async fn incident_edit(
        &mut self,
        id: DocumentId,
        edits: &[IncidentEdit],
        now_ms: u64,
    ) -> Result<StatementId, NodeError> {
        let record = self.incident_record(&id).await?;
        let may = self.roster.may_write(&self.me(), Kind::INCIDENT, record.audience);
        may.map_err(|denied| NodeError::Denied(denied.to_string()))?;
        for edit in edits {
            if let IncidentEdit::SetCategory(category) = edit {
                known_category(&self.packs, category)?;
            }
        }
        let complaint = self.edits_complain_of(&id, edits).await?;
        self.keep_incident_from_body(record.audience, &complaint)?;
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
        if self.view(report, &linked).await?.is_none() {
            return Err(NodeError::NotFound(format!(
                "report {report} does not count: it is set aside, or not all here"
            )));
        }
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

    /// All incidents that this device may read, by id, from their kept rows.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn incidents(&self) -> Result<Vec<IncidentLine>, NodeError> {
        let people = self.known_people().await?;
        let mut lines = Vec::new();
        for (id, record) in self.records(Kind::INCIDENT).await? {
            let kept = match rows::decode::<KeptIncident>(&record.row) {
                Some(kept) => kept,
                None => KeptIncident::of(&self.build(&id, &record, &BTreeMap::new()).await?),
            };
            lines.extend(self.line(id, &record, kept, &people));
        }
        Ok(lines)
    }

    /// One incident, built from its statements; `None` while nothing of it counts.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn incident(&self, id: &DocumentId) -> Result<Option<IncidentView>, NodeError> {
        let Some(record) = self.record(id).await?.filter(|record| record.kind == Kind::INCIDENT) else {
            return Ok(None);
        };
        let people = self.known_people().await?;
        let built = self.build(id, &record, &BTreeMap::new()).await?;
        let line = self.line(*id, &record, KeptIncident::of(&built), &people);
        let incident = || Incident::read(&built.document, &Known::new(&people, &built.history));
        Ok(line.map(|line| IncidentView { line, incident: incident() }))
    }

    /// An incident's row together with what its reports and the people behind them are worth now.
    fn line(&self, id: DocumentId, record: &Record, kept: KeptIncident, people: &KnownPeople) -> Option<IncidentLine> {
        kept.written?;
        let index = self.index.lock();
        let links: Vec<(DocumentId, KeptLink)> =
            kept.links.into_iter().filter_map(|link| Some((link.report.parse().ok()?, link))).collect();
        let sources = links.iter().map(|(report, link)| {
            let entry = index.reports.get(report);
            let retracted = entry.is_some() && !index.stands(report);
            (*report, Source { rumour: link.rumour.clone(), person: people.reporter(report, &index), retracted })
        });
        let independent_sources = independent_sources(&sources.collect());
        let grades: Vec<(DocumentId, (Reliability, Credibility))> = kept
            .grades
            .iter()
            .filter_map(|grade| {
                let report: DocumentId = grade.report.parse().ok()?;
                let person = people.persons.get(&grade.grader.parse().ok()?).copied();
                let of_own_report = person.is_some() && person == people.reporter(&report, &index);
                (!of_own_report).then_some((report, (grade.reliability, grade.credibility)))
            })
            .collect();
        let reports = links.into_iter().map(|(report, link)| {
            let own = || grades.iter().filter(|(of, _)| *of == report).map(|(_, grade)| *grade);
            let (reliability, credibility) = most_cautious(own());
            let confirmed = own().any(|(_, credibility)| credibility == Credibility::Confirmed);
            LinkView {
                report,
                reliability,
                credibility,
                unsupported: confirmed && independent_sources < SOURCES_FOR_CONFIRMED,
                changed_since: index.changed_since(&report, &link),
                set_aside: index.reports.get(&report).is_some_and(|report| report.aside),
                later: {
                    let author = index.reports.get(&report).map_or_else(|| self.me(), |entry| entry.author);
                    index.later(&report, &author)
                },
                rumour: link.rumour,
            }
        });
        let conflicts = kept.conflicts.into_iter().map(|(field, values)| {
            let values = values.into_iter().map(|value| {
                let author = value.author.as_deref().and_then(rows::author_of);
                ConflictValueView {
                    value: value.value,
                    counts: value.counts,
                    author,
                    pseudonym: author.and_then(|author| self.pseudonym_of(&author)),
                    at_ms: value.at_ms,
                    change: value.change,
                }
            });
            ConflictView { field, values: values.collect() }
        });
        let circle = of_circle(&self.roster, record.audience);
        let area = kept.area.as_deref().and_then(|area| area.parse().ok());
        Some(IncidentLine {
            id,
            title: kept.title,
            status: kept.status,
            tlp: circle.as_ref().map_or(kept.tlp, |(tlp, _)| *tlp),
            area: area.or(circle.map(|(_, area)| area)),
            reports: reports.collect(),
            independent_sources,
            conflicts: conflicts.collect(),
            set_aside: kept.set_aside,
            category: kept.category,
            occurred: kept.occurred,
            place: kept.place,
            outcome_for_reporters: kept.outcome,
            notes: kept.notes,
        })
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
        Ok(Arc::new(KnownPeople { persons, index: self.index().await?.clone() }))
    }

    /// What a device calls itself, as far as this one knows.
    #[must_use]
    pub fn pseudonym_of(&self, author: &SigningPublic) -> Option<String> {
        let own = || (*author == self.me()).then(|| self.profile.pseudonym.clone());
        self.roster.member(author).map(|member| member.pseudonym.clone()).or_else(own)
    }
}
