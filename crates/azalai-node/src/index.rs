//! What lists, filters, counts and the map ask for, in memory: a few fields of every report and incident, read once
//! from the kept rows, and afterwards one by one as they change.
//!
//! It is only ever a copy of the rows. Whoever writes a record names it here before; it is read anew when somebody asks
//! next, whether the writing succeeded or not. Nothing here holds a narrative: that stays in the vault.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use azalai_envelope::{AudienceId, DocumentId, Kind, SigningPublic};
use azalai_model::match_index::Index as Nearness;
use azalai_model::matching::{Gist, Likeness, Mark};
use azalai_model::{Occurred, Place, Status, Tlp, Urgency};
use azalai_roster::{AreaCode, Circle, Roster};
use azalai_store::{Batch, Cursor, Disk, Page, Store};

use crate::documents::Record;
use crate::error::NodeError;
use crate::limits::{ABSORB_BATCH, MAX_GISTS, MAX_LIKELY_KEPT};
use crate::node::{Node, SCAN_PAGE};
use crate::rows::{self, KeptIncident, KeptLink, KeptReport};
use crate::spaces::DOCUMENTS;
use crate::spots::{Spot, Told, complete};

/// What is known of a report without reading it.
#[derive(Debug, Clone)]
pub(crate) struct ReportEntry {
    pub(crate) author: SigningPublic,
    pub(crate) audience: AudienceId,
    pub(crate) written_ms: u64,
    pub(crate) statements: u64,
    pub(crate) category: Option<String>,
    pub(crate) urgency: Option<Urgency>,
    pub(crate) danger: bool,
    pub(crate) retracted: bool,
    /// It counts nowhere: see [`rows::ReportRow::aside`].
    pub(crate) aside: bool,
    pub(crate) heads: u64,
    /// The earlier report that it says to take the place of.
    corrects: Option<DocumentId>,
    place: Option<Place>,
    occurred: Option<Occurred>,
    mark: Option<Mark>,
}

/// What is known of an incident without reading it. The links are as its row has them.
#[derive(Debug, Clone)]
pub(crate) struct IncidentEntry {
    pub(crate) spot: Spot,
    /// The label of its circle, or its own.
    pub(crate) tlp: Tlp,
    pub(crate) links: BTreeSet<DocumentId>,
    pub(crate) conflicts: usize,
    pub(crate) changed_ms: u64,
    /// What it says itself of place, time and category.
    own: (Option<Place>, Occurred, Option<String>),
}

/// Everything that is read, and what is to be read anew.
#[derive(Debug, Default)]
pub(crate) struct Index {
    built: bool,
    stale: BTreeSet<DocumentId>,
    pub(crate) reports: BTreeMap<DocumentId, ReportEntry>,
    pub(crate) incidents: BTreeMap<DocumentId, IncidentEntry>,
    /// Which incidents link a report.
    pub(crate) linked: BTreeMap<DocumentId, BTreeSet<DocumentId>>,
    /// Incidents by when they were last changed, the latest first.
    pub(crate) by_change: BTreeSet<(core::cmp::Reverse<u64>, DocumentId)>,
    /// Which reports say that they take the place of one.
    corrected: BTreeMap<DocumentId, BTreeSet<DocumentId>>,
    pub(crate) near: Nearness<DocumentId>,
    /// What was last compared; dropped as a whole when it is full.
    pub(crate) gists: BTreeMap<DocumentId, Arc<Gist>>,
    /// What each report was last found to be like; likewise.
    pub(crate) likely: BTreeMap<DocumentId, Vec<(DocumentId, Likeness)>>,
}

/// The index, shared with what looks things up while a document is read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Index>>);

impl Shared {
    /// The index. Never held while something is waited for.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Index> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These records are about to be written.
    pub(crate) fn note(&self, ids: impl IntoIterator<Item = DocumentId>) {
        let mut index = self.lock();
        if index.built {
            index.stale.extend(ids);
        }
    }

    /// Everything is to be read anew.
    pub(crate) fn drop_all(&self) {
        *self.lock() = Index::default();
    }
}

/// The label and the area that an audience stands for; `None` where a document says it itself.
pub(crate) fn of_circle(roster: &Roster, audience: AudienceId) -> Option<(Tlp, AreaCode)> {
    match roster.circle_of(audience) {
        Some(Circle::Area(area)) => Some((Tlp::AmberStrict, area)),
        Some(Circle::AreaAndAbove(area)) => Some((Tlp::Amber, area)),
        _ => None,
    }
}

impl Index {
    /// The brief form of a document, in the place of what was there. `None` takes it out.
    fn put(&mut self, id: DocumentId, read: Option<Read>, roster: &Roster) {
        self.take_out(id);
        match read {
            Some(Read::Report(entry)) => self.put_report(id, *entry),
            Some(Read::Incident(audience, kept)) => self.put_incident(id, audience, *kept, roster),
            None => {}
        }
    }

    fn take_out(&mut self, id: DocumentId) {
        if let Some(entry) = self.reports.remove(&id) {
            self.gists.remove(&id);
            if let Some(mark) = entry.mark {
                self.forget_likely(id, &mark);
                self.near.remove(id, &mark);
            }
            self.renew_spots(id);
            if let Some(old) = entry.corrects {
                self.corrected.entry(old).or_default().remove(&id);
                self.list(old);
            }
        }
        if let Some(entry) = self.incidents.remove(&id) {
            self.by_change.remove(&(core::cmp::Reverse(entry.changed_ms), id));
            for report in &entry.links {
                let by = self.linked.get_mut(report);
                if by.is_some_and(|by| by.remove(&id) && by.is_empty()) {
                    self.linked.remove(report);
                }
            }
        }
    }

    /// What others were found to be like may have changed by a report that they may be like.
    fn forget_likely(&mut self, id: DocumentId, mark: &Mark) {
        self.likely.remove(&id);
        if !self.likely.is_empty() {
            for other in self.near.all_near(mark) {
                self.likely.remove(&other);
            }
        }
    }

    fn put_report(&mut self, id: DocumentId, entry: ReportEntry) {
        let corrects = entry.corrects;
        self.reports.insert(id, entry);
        self.list(id);
        if let Some(old) = corrects {
            self.corrected.entry(old).or_default().insert(id);
            self.list(old);
        }
    }

    /// Puts a report among those that others are like if it stands, and takes it out if it does not.
    fn list(&mut self, id: DocumentId) {
        if let Some(mark) = self.reports.get(&id).and_then(|entry| entry.mark.clone()) {
            self.near.remove(id, &mark);
            if self.stands(&id) {
                self.near.insert(id, &mark);
            }
            self.forget_likely(id, &mark);
        }
        self.renew_spots(id);
    }

    /// Whether a report is a source, and like others: neither taken back, in itself or by a later one, nor set aside.
    pub(crate) fn stands(&self, id: &DocumentId) -> bool {
        let stands = |entry: &ReportEntry| {
            let back = |later: &DocumentId| self.reports.get(later).is_some_and(|later| later.retracted);
            !entry.retracted && !entry.aside && !self.later(id, &entry.author).iter().any(back)
        };
        self.reports.get(id).is_some_and(stands)
    }

    /// The later reports by which this author's device corrected one, or took it back, that it no longer held, in the
    /// order in which they were written. What another says of somebody's report is none.
    pub(crate) fn later(&self, id: &DocumentId, author: &SigningPublic) -> Vec<DocumentId> {
        let named = self.corrected.get(id).into_iter().flatten();
        let by_author = |id: &DocumentId| {
            let entry = self.reports.get(id)?;
            (entry.author == *author && !entry.aside).then_some((entry.written_ms, *id))
        };
        let later: BTreeSet<(u64, DocumentId)> = named.filter_map(by_author).collect();
        later.into_iter().map(|(_, id)| id).collect()
    }

    fn put_incident(&mut self, id: DocumentId, audience: AudienceId, kept: KeptIncident, roster: &Roster) {
        let Some((written_ms, changed_ms)) = kept.written else { return };
        let circle = of_circle(roster, audience);
        let links: BTreeSet<DocumentId> = kept.links.iter().filter_map(|link| link.report.parse().ok()).collect();
        for report in &links {
            self.linked.entry(*report).or_default().insert(id);
        }
        let area = kept.area.as_deref().and_then(|area| area.parse().ok());
        let occurred = kept.occurred.unwrap_or(Occurred::UNKNOWN);
        let mut spot = Spot {
            id,
            title: kept.title,
            status: kept.status,
            area: area.or_else(|| circle.as_ref().map(|(_, area)| area.clone())),
            category: kept.category.clone(),
            occurred,
            written_ms,
            place: kept.place.clone(),
            place_of_report: false,
            reports: 0,
        };
        let own = (kept.place, occurred, kept.category);
        self.fill(&mut spot, &links);
        let tlp = circle.map_or(kept.tlp, |(tlp, _)| tlp);
        let conflicts = kept.conflicts.len();
        self.by_change.insert((core::cmp::Reverse(changed_ms), id));
        self.incidents.insert(id, IncidentEntry { spot, tlp, links, conflicts, changed_ms, own });
    }

    /// What an incident does not say, from the reports that count behind it.
    fn fill(&self, spot: &mut Spot, links: &BTreeSet<DocumentId>) {
        // A report that is not held here is linked all the same.
        spot.reports = links.iter().filter(|id| self.reports.get(id).is_none_or(|report| !report.aside)).count();
        let standing = links.iter().filter(|id| self.stands(id)).filter_map(|id| self.reports.get(id));
        complete(
            spot,
            standing.map(|report| Told {
                place: report.place.as_ref(),
                occurred: report.occurred.as_ref(),
                category: report.category.as_deref(),
            }),
        );
    }

    /// The spots of the incidents that link a report, after it changed.
    fn renew_spots(&mut self, report: DocumentId) {
        for id in self.linked.get(&report).cloned().unwrap_or_default() {
            let Some(mut entry) = self.incidents.remove(&id) else { continue };
            let (place, occurred, category) = entry.own.clone();
            entry.spot = Spot { place, occurred, category, place_of_report: false, ..entry.spot };
            self.fill(&mut entry.spot, &entry.links);
            self.incidents.insert(id, entry);
        }
    }

    /// The mark of a report that others are compared with.
    pub(crate) fn mark(&self, id: &DocumentId) -> Option<&Mark> {
        self.reports.get(id).filter(|_| self.stands(id)).and_then(|report| report.mark.as_ref())
    }

    /// Keeps what was compared, within bounds.
    pub(crate) fn keep_gists(&mut self, gists: impl IntoIterator<Item = (DocumentId, Arc<Gist>)>) {
        for (id, gist) in gists {
            if self.gists.len() >= MAX_GISTS {
                self.gists.clear();
            }
            self.gists.insert(id, gist);
        }
    }

    /// Keeps what a report is like, within bounds.
    pub(crate) fn keep_likely(&mut self, id: DocumentId, found: Vec<(DocumentId, Likeness)>) {
        if self.likely.len() >= MAX_LIKELY_KEPT {
            self.likely.clear();
        }
        self.likely.insert(id, found);
    }

    /// The incident that links a report and was changed last.
    pub(crate) fn incident_of(&self, report: &DocumentId) -> Option<(DocumentId, &IncidentEntry)> {
        let by = self.linked.get(report)?.iter();
        let found = by.filter_map(|id| Some((*id, self.incidents.get(id)?)));
        found.max_by_key(|(id, entry)| (entry.changed_ms, core::cmp::Reverse(*id)))
    }

    /// Whether a link's report was changed after it was linked, as far as is known here.
    pub(crate) fn changed_since(&self, report: &DocumentId, link: &KeptLink) -> bool {
        let changed = |entry: &ReportEntry| entry.heads != link.heads || !self.later(report, &entry.author).is_empty();
        self.reports.get(report).is_some_and(changed)
    }
}

/// A record as it is read for the index.
enum Read {
    Report(Box<ReportEntry>),
    Incident(AudienceId, Box<KeptIncident>),
}

/// `Err` if its row has to be built again.
fn read(record: &Record) -> Result<Option<Read>, ()> {
    match record.kind {
        Kind::REPORT => {
            let Some(opening) = record.entries.iter().find(|entry| entry.opens) else { return Ok(None) };
            let kept: KeptReport = rows::decode(&record.row).ok_or(())?;
            let mark = kept.mark();
            let KeptReport { row, heads, .. } = kept;
            let fields = row.fields;
            Ok(Some(Read::Report(Box::new(ReportEntry {
                author: opening.author,
                audience: record.audience,
                written_ms: opening.clock.ms(),
                statements: record.entries.len() as u64,
                category: fields.category,
                urgency: fields.urgency,
                danger: fields.danger_to_me,
                retracted: row.retracted.is_some(),
                aside: row.aside,
                heads,
                corrects: fields.corrects.map(|corrects| corrects.0),
                place: fields.place,
                occurred: fields.occurred,
                mark,
            }))))
        }
        Kind::INCIDENT => {
            let kept: KeptIncident = rows::decode(&record.row).ok_or(())?;
            Ok(Some(Read::Incident(record.audience, Box::new(kept))))
        }
        _ => Ok(None),
    }
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Reads the kept rows, if that was not done since this device was unlocked, and what changed since. Whoever asks
    /// for a list waits for this; it is offered so that unlocking can do it.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn read_rows(&self) -> Result<(), NodeError> {
        if !self.index.lock().built {
            return self.read_all_rows().await;
        }
        let stale = core::mem::take(&mut self.index.lock().stale);
        for id in &stale {
            match self.read_row(id).await {
                Ok(read) => self.index.lock().put(*id, read, &self.roster),
                Err(error) => {
                    self.index.note(stale);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    async fn read_all_rows(&self) -> Result<(), NodeError> {
        let mut index = Index { built: true, ..Index::default() };
        let (mut rebuild, mut after): (Vec<DocumentId>, Option<Cursor>) = (Vec::new(), None);
        loop {
            let page: Page = self.vault.scan(DOCUMENTS, after.as_ref(), SCAN_PAGE).await?;
            for (key, value) in page.items {
                let Some(id) = DocumentId::from_slice(&key) else { continue };
                match read(&Record::decode(&value)?) {
                    Ok(read) => index.put(id, read, &self.roster),
                    Err(()) => rebuild.push(id),
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        for ids in rebuild.chunks(ABSORB_BATCH) {
            let mut batch = Batch::new();
            for id in ids {
                let Some(mut record) = self.record(id).await? else { continue };
                record.row = self.row_of(id, &record).await?;
                index.put(*id, read(&record).ok().flatten(), &self.roster);
                batch.put(DOCUMENTS, id.0, record.encode());
            }
            self.vault.apply(batch).await?;
        }
        *self.index.lock() = index;
        Ok(())
    }

    async fn read_row(&self, id: &DocumentId) -> Result<Option<Read>, NodeError> {
        let Some(mut record) = self.record(id).await? else { return Ok(None) };
        if let Ok(read) = read(&record) {
            return Ok(read);
        }
        record.row = self.row_of(id, &record).await?;
        Ok(read(&record).ok().flatten())
    }

    /// The index, up to date.
    pub(crate) async fn index(&self) -> Result<&Shared, NodeError> {
        self.read_rows().await?;
        Ok(&self.index)
    }

    /// How many incidents of this status or these count here.
    pub(crate) async fn count_incidents(&self) -> Result<usize, NodeError> {
        Ok(self.index().await?.lock().incidents.len())
    }
}

/// Whether a list of incidents shows one that stands so, unless all are asked for.
pub(crate) fn is_open(status: Status) -> bool {
    !matches!(status, Status::Closed | Status::Refuted)
}
