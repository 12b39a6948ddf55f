//! The inbox: reports that no incident links yet, urgent ones first, and what each is likely the same as.
//!
//! It suggests and decides nothing. Everything in it is what this device may read.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{AudienceId, DocumentId, Kind};
use azalai_model::matching::Likeness;
use azalai_model::{Status, Tlp, Urgency};
use azalai_roster::AreaCode;
use azalai_store::{Disk, Store};

use crate::asides::Aside;
use crate::documents::Record;
use crate::error::NodeError;
use crate::index::{IncidentEntry, Index, is_open, of_circle};
use crate::limits::MAX_OFFERED;
use crate::node::Node;
use crate::reports::ReportView;
use crate::rows::{self, KeptReport, ReportRow};

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
    /// How many reports behind it count, or are not held here.
    pub reports: usize,
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
    /// Incidents that are not closed or refuted, those last changed first, at most [`MAX_OFFERED`].
    pub incidents: Vec<IncidentBrief>,
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
        let pack = self.packs();
        let asides = self.asides().await?;
        let (page, total, categories, incidents) = {
            let index = self.index().await?.lock();
            let mut areas: BTreeMap<AudienceId, Option<AreaCode>> = BTreeMap::new();
            let mut categories = BTreeSet::new();
            let mut found = Vec::new();
            for (id, entry) in index.reports.iter().filter(|(id, _)| !index.linked.contains_key(id)) {
                if entry.aside && entry.author != self.me() {
                    continue;
                }
                let code = entry.category.as_deref().unwrap_or_default();
                if !categories.contains(code) {
                    categories.insert(code.to_owned());
                }
                let aside = asides.get(id).is_some_and(|aside| aside.statements >= entry.statements);
                let mut within = |wanted: &AreaCode| {
                    let own = || self.roster.member(&entry.author).and_then(|member| member.area.clone());
                    let circle = areas.entry(entry.audience);
                    let area = circle.or_insert_with(|| of_circle(&self.roster, entry.audience).map(|(_, area)| area));
                    area.clone().or_else(own).is_some_and(|area| self.roster.is_within(&area, wanted))
                };
                let fits = aside == query.aside
                    && query.category.as_ref().is_none_or(|wanted| *wanted == code)
                    && entry.written_ms >= query.since_ms
                    && query.area.as_ref().is_none_or(&mut within);
                if fits {
                    let usual = || pack.category(code).map(|category| category.urgency);
                    let urgency = entry.urgency.or_else(usual).unwrap_or(Urgency::Record);
                    found.push((entry.retracted, !entry.danger, urgency, core::cmp::Reverse(entry.written_ms), *id));
                }
            }
            found.sort_unstable();
            let page = found.iter().skip(query.skip).take(query.take);
            let page: Vec<_> = page.map(|(_, _, urgency, _, id)| (*id, *urgency)).collect();
            let latest = index.by_change.iter().filter_map(|(_, id)| Some((*id, index.incidents.get(id)?)));
            let open = latest.filter(|(_, entry)| is_open(entry.spot.status)).take(MAX_OFFERED);
            let incidents = open.map(|(id, entry)| brief(id, entry)).collect();
            (page, found.len(), categories, incidents)
        };
        let mut items = Vec::new();
        for (id, urgency) in page {
            let Some(record) = self.record(&id).await? else { continue };
            let Some(view) = self.view(id, &record).await? else { continue };
            let statements = record.entries.len();
            let aside = asides.get(&id).filter(|aside| aside.statements >= statements as u64).cloned();
            let later_statements = statements.saturating_sub(1);
            let likely = self.likely_of_report(id).await?;
            items.push(InboxItem { view, urgency, later_statements, aside, likely });
        }
        Ok(InboxPage { items, total, categories, incidents })
    }

    /// What a report is likely the same as; an incident is named once, by the report in it that is most alike.
    async fn likely_of_report(&self, id: DocumentId) -> Result<Vec<Likely>, NodeError> {
        let mut likely: Vec<Likely> = Vec::new();
        for (report, likeness) in self.likely(id, true, |_, _| true).await? {
            let incident = self.index.lock().incident_of(&report).map(|(id, entry)| brief(id, entry));
            let again = |known: &Likely| {
                let theirs = known.incident.as_ref().map(|brief| brief.id);
                theirs.is_some() && theirs == incident.as_ref().map(|brief| brief.id)
            };
            if likely.iter().any(again) {
                continue;
            }
            likely.extend(self.row(&report).await?.map(|row| Likely { report, row, incident, likeness }));
        }
        Ok(likely)
    }

    async fn row(&self, report: &DocumentId) -> Result<Option<ReportRow>, NodeError> {
        let record = self.record(report).await?;
        Ok(record.and_then(|record| rows::decode::<KeptReport>(&record.row)).map(|kept| kept.row))
    }

    /// Reports that no incident links and that are likely of one event with those that this one links.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn likely_of_incident(&self, id: DocumentId) -> Result<Vec<Likely>, NodeError> {
        let asides = self.asides().await?;
        let own = self.index().await?.lock().incidents.get(&id).map(|entry| entry.links.clone());
        let mut best: BTreeMap<DocumentId, Likeness> = BTreeMap::new();
        for report in own.unwrap_or_default() {
            let free =
                |index: &Index, other: &DocumentId| !index.linked.contains_key(other) && !asides.contains_key(other);
            for (other, likeness) in self.likely(report, false, free).await? {
                let known = best.entry(other).or_insert_with(|| likeness.clone());
                if likeness.score > known.score {
                    *known = likeness;
                }
            }
        }
        let mut found: Vec<(DocumentId, Likeness)> = best.into_iter().collect();
        found.sort_by_key(|(report, likeness)| (core::cmp::Reverse(likeness.score), *report));
        let mut likely = Vec::new();
        for (report, likeness) in found.into_iter().take(azalai_model::limits::MAX_LIKELY) {
            likely.extend(self.row(&report).await?.map(|row| Likely { report, row, incident: None, likeness }));
        }
        Ok(likely)
    }

    /// Incidents that this device may read, in few words, those last changed first: of those that are open, or of all,
    /// `take` after `skip`, and whether there are more.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn incident_briefs(
        &self,
        all: bool,
        skip: usize,
        take: usize,
    ) -> Result<(Vec<IncidentBrief>, bool), NodeError> {
        let index = self.index().await?.lock();
        let latest = index.by_change.iter().filter_map(|(_, id)| Some((*id, index.incidents.get(id)?)));
        let mut rest = latest.filter(|(_, entry)| all || is_open(entry.spot.status)).skip(skip);
        let briefs = rest.by_ref().take(take).map(|(id, entry)| brief(id, entry)).collect();
        let more = rest.next().is_some();
        Ok((briefs, more))
    }

    /// The incident that links a report, if one does: of several the one last changed.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn incident_of(&self, report: DocumentId) -> Result<Option<IncidentBrief>, NodeError> {
        Ok(self.index().await?.lock().incident_of(&report).map(|(id, entry)| brief(id, entry)))
    }
}

fn brief(id: DocumentId, entry: &IncidentEntry) -> IncidentBrief {
    IncidentBrief {
        id,
        title: entry.spot.title.clone(),
        status: entry.spot.status,
        area: entry.spot.area.clone(),
        tlp: entry.tlp,
        reports: entry.spot.reports,
        conflicts: entry.conflicts,
        changed_ms: entry.changed_ms,
    }
}
