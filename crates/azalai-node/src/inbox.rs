//! The inbox: reports that no incident links yet, urgent ones first, and what each is likely the same as.
//!
//! It suggests and decides nothing. Everything in it is what this device may read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use azalai_envelope::{DocumentId, Kind};
use azalai_model::match_index::{Index, likeliest};
use azalai_model::matching::{Facts, Gist, Lexicon, Likeness, Mark};
use azalai_model::{Incident, Pack, ReportFields, Status, Tlp, Urgency};
use azalai_roster::{AreaCode, Circle};
use azalai_store::{Disk, Store};

use crate::asides::Aside;
use crate::catalog;
use crate::documents::{Built, Fate, Record};
use crate::error::NodeError;
use crate::incidents::{Known, KnownPeople};
use crate::node::Node;
use crate::reports::ReportView;
use crate::rows::ReportRow;

/// Which reports are asked for.
#[derive(Debug, Clone, Default)]
pub struct InboxQuery {
    /// Only this area and those in it.
    pub area: Option<AreaCode>,
    /// Only this category.
    pub category: Option<String>,
    /// Only what was written since: milliseconds since 1970.
    pub since_ms: u64,
    /// Those that were set aside, and not the others.
    pub aside: bool,
    /// How many to pass over.
    pub skip: usize,
    /// How many at most.
    pub take: usize,
}

/// A report in the inbox.
#[derive(Debug, Clone)]
pub struct InboxItem {
    /// The report.
    pub view: ReportView,
    /// How urgent it is: as its author says, else as its category usually is.
    pub urgency: Urgency,
    /// How often its author wrote about it after the first time.
    pub later_statements: usize,
    /// Why it was set aside here, if it was and nothing came since.
    pub aside: Option<Aside>,
    /// What it is likely the same as, the likeliest first.
    pub likely: Vec<Likely>,
}

/// Something that a report is likely the same as.
#[derive(Debug, Clone)]
pub struct Likely {
    /// The report that is alike.
    pub report: DocumentId,
    /// What that says.
    pub row: ReportRow,
    /// The incident that links it, if one does: it is likely of this report as well.
    pub incident: Option<IncidentBrief>,
    /// How alike, and why, as that one lies to this one.
    pub likeness: Likeness,
}

/// An incident in few words.
#[derive(Debug, Clone)]
pub struct IncidentBrief {
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
    pub reports: BTreeSet<DocumentId>,
    /// How many fields hold several values.
    pub conflicts: usize,
    /// When somebody last wrote it, by their clock: milliseconds since 1970.
    pub changed_ms: u64,
}

/// A page of the inbox.
#[derive(Debug, Clone)]
pub struct InboxPage {
    /// Its reports.
    pub items: Vec<InboxItem>,
    /// How many there are on all pages.
    pub total: usize,
    /// The categories of all that wait, whatever is asked for.
    pub categories: BTreeSet<String>,
    /// All incidents that are not closed or refuted, those last changed first.
    pub incidents: Vec<IncidentBrief>,
}

/// The place names that ship, made ready once.
fn lexicon() -> Result<&'static Lexicon, NodeError> {
    static CELL: OnceLock<Lexicon> = OnceLock::new();
    let gazetteer = catalog::gazetteer()?;
    Ok(CELL.get_or_init(|| Lexicon::new(gazetteer)))
}

fn facts(fields: &ReportFields, written_ms: u64) -> Facts<'_> {
    Facts {
        category: fields.category.as_deref(),
        occurred: fields.occurred.as_ref(),
        written_ms,
        places: [fields.place.as_ref(), fields.origin.as_ref(), fields.destination.as_ref()],
        text: &fields.narrative,
    }
}

/// Reports as they are compared, each read once.
struct Compared {
    lexicon: &'static Lexicon,
    pack: &'static Pack,
    reports: BTreeMap<DocumentId, (ReportRow, u64)>,
    marks: BTreeMap<DocumentId, Mark>,
    index: Index<DocumentId>,
    gists: BTreeMap<DocumentId, Gist>,
}

impl Compared {
    /// Of these; those that were taken back are like nothing.
    fn new(records: &BTreeMap<DocumentId, Record>) -> Result<Self, NodeError> {
        let (lexicon, pack) = (lexicon()?, catalog::pack()?);
        let (mut reports, mut marks) = (BTreeMap::new(), BTreeMap::new());
        for (id, record) in records {
            let opening = record.entries.iter().find(|entry| entry.opens);
            let (Some(opening), Some(row)) = (opening, ReportRow::decode(&record.row)) else { continue };
            if row.retracted.is_none() {
                marks.insert(*id, Mark::of(&facts(&row.fields, opening.clock.ms()), lexicon));
                reports.insert(*id, (row, opening.clock.ms()));
            }
        }
        let index = Index::new(marks.iter().map(|(id, mark)| (*id, mark)));
        Ok(Self { lexicon, pack, reports, marks, index, gists: BTreeMap::new() })
    }

    /// What a report is likely the same as, of those that `fits`.
    fn likely(&mut self, id: DocumentId, fits: impl Fn(&DocumentId) -> bool) -> Vec<(DocumentId, Likeness)> {
        let Some(mark) = self.marks.get(&id) else { return Vec::new() };
        let near: Vec<DocumentId> =
            self.index.candidates(mark).into_iter().filter(|other| *other != id && fits(other)).collect();
        for wanted in near.iter().chain([&id]) {
            if let Some((row, written_ms)) = self.reports.get(wanted)
                && !self.gists.contains_key(wanted)
            {
                self.gists.insert(*wanted, Gist::of(&facts(&row.fields, *written_ms), self.lexicon, self.pack));
            }
        }
        let Some(gist) = self.gists.get(&id) else { return Vec::new() };
        likeliest(gist, near.iter().filter_map(|other| Some((*other, self.gists.get(other)?))))
    }
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    pub(crate) async fn report_record(&self, id: &DocumentId) -> Result<Record, NodeError> {
        let record = self.record(id).await?.filter(|record| record.kind == Kind::REPORT);
        record.ok_or_else(|| NodeError::NotFound(format!("there is no report {id} on this device")))
    }

    /// A page of the inbox: whoever is in danger first, then by urgency, then the newest first. What was taken back
    /// presses nobody and comes last.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn inbox(&self, query: &InboxQuery) -> Result<InboxPage, NodeError> {
        let pack = catalog::pack()?;
        let briefs = self.incident_briefs().await?;
        let mut linked: BTreeMap<DocumentId, &IncidentBrief> = BTreeMap::new();
        for brief in &briefs {
            for report in &brief.reports {
                linked.entry(*report).or_insert(brief);
            }
        }
        let asides = self.asides().await?;
        let records = self.records(Kind::REPORT).await?;
        let mut categories = BTreeSet::new();
        let mut items = Vec::new();
        for (id, record) in records.iter().filter(|(id, _)| !linked.contains_key(id)) {
            let Some(view) = self.view(*id, record).await? else { continue };
            let statements = record.entries.len();
            let aside = asides.get(id).filter(|aside| aside.statements >= statements as u64).cloned();
            let code = view.row.fields.category.clone().unwrap_or_default();
            let usual = pack.category(&code).map(|category| category.urgency);
            let urgency = view.row.fields.urgency.or(usual).unwrap_or(Urgency::Record);
            categories.insert(code.clone());
            let within = |wanted| view.area.as_ref().is_some_and(|area| self.roster.is_within(area, wanted));
            let fits = aside.is_some() == query.aside
                && query.category.as_ref().is_none_or(|wanted| *wanted == code)
                && view.written_ms >= query.since_ms
                && query.area.as_ref().is_none_or(within);
            if fits {
                let later_statements = statements.saturating_sub(1);
                items.push(InboxItem { view, urgency, later_statements, aside, likely: Vec::new() });
            }
        }
        items.sort_by_key(|item| {
            let newest = core::cmp::Reverse(item.view.written_ms);
            let row = &item.view.row;
            (row.retracted.is_some(), !row.fields.danger_to_me, item.urgency, newest, item.view.id)
        });
        let total = items.len();
        let mut items: Vec<InboxItem> = items.into_iter().skip(query.skip).take(query.take).collect();
        let mut compared = Compared::new(&records)?;
        for item in &mut items {
            for (report, likeness) in compared.likely(item.view.id, |_| true) {
                let Some((row, _)) = compared.reports.get(&report) else { continue };
                let incident = linked.get(&report).map(|brief| (*brief).clone());
                let again = |known: &Likely| {
                    let theirs = known.incident.as_ref().map(|brief| brief.id);
                    theirs.is_some() && theirs == incident.as_ref().map(|brief| brief.id)
                };
                // An incident is named once, by the report in it that is most alike.
                if !item.likely.iter().any(again) {
                    item.likely.push(Likely { report, row: row.clone(), incident, likeness });
                }
            }
        }
        let open = |brief: &IncidentBrief| !matches!(brief.status, Status::Closed | Status::Refuted);
        let incidents = briefs.iter().filter(|brief| open(brief)).cloned().collect();
        Ok(InboxPage { items, total, categories, incidents })
    }

    /// Reports that no incident links and that are likely of one event with those that this one links.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn likely_of_incident(&self, id: DocumentId) -> Result<Vec<Likely>, NodeError> {
        let briefs = self.incident_briefs().await?;
        let linked: BTreeSet<DocumentId> = briefs.iter().flat_map(|brief| brief.reports.iter().copied()).collect();
        let asides = self.asides().await?;
        let Some(own) = briefs.into_iter().find(|brief| brief.id == id) else { return Ok(Vec::new()) };
        let mut compared = Compared::new(&self.records(Kind::REPORT).await?)?;
        let mut best: BTreeMap<DocumentId, Likeness> = BTreeMap::new();
        for report in own.reports {
            for (other, likeness) in
                compared.likely(report, |other| !linked.contains(other) && !asides.contains_key(other))
            {
                let known = best.entry(other).or_insert_with(|| likeness.clone());
                if likeness.score > known.score {
                    *known = likeness;
                }
            }
        }
        let mut found: Vec<Likely> = best
            .into_iter()
            .filter_map(|(report, likeness)| {
                let (row, _) = compared.reports.get(&report)?;
                Some(Likely { report, row: row.clone(), incident: None, likeness })
            })
            .collect();
        found.sort_by_key(|likely| (core::cmp::Reverse(likely.likeness.score), likely.report));
        found.truncate(azalai_model::limits::MAX_LIKELY);
        Ok(found)
    }

    /// All incidents that this device may read, in few words, those last changed first.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn incident_briefs(&self) -> Result<Vec<IncidentBrief>, NodeError> {
        // Who is behind what does not change what stands in a list.
        let people = Arc::new(KnownPeople::default());
        let mut briefs = Vec::new();
        for (id, record) in self.records(Kind::INCIDENT).await? {
            let Built { document, history } = self.build(&id, &record, &BTreeMap::new()).await?;
            let counting = history.iter().filter(|past| past.fate == Fate::Applied);
            let Some(changed_ms) = counting.map(|past| past.statement.clock().ms()).max() else { continue };
            let incident = Incident::read(&document, &Known::new(&people, &history));
            let (tlp, area) = match self.roster.circle_of(record.audience) {
                Some(Circle::Area(area)) => (Tlp::AmberStrict, Some(area)),
                Some(Circle::AreaAndAbove(area)) => (Tlp::Amber, Some(area)),
                _ => (incident.tlp(), None),
            };
            let links = incident.links.iter().filter(|(_, field)| field.value.is_some());
            briefs.push(IncidentBrief {
                id,
                status: incident.status(),
                area: incident.area.value.as_ref().and_then(|area| area.parse().ok()).or(area),
                tlp,
                reports: links.map(|(report, _)| *report).collect(),
                conflicts: incident.conflicts.len(),
                changed_ms,
                title: incident.title.value.unwrap_or_default(),
            });
        }
        briefs.sort_by_key(|brief| (core::cmp::Reverse(brief.changed_ms), brief.id));
        Ok(briefs)
    }
}
