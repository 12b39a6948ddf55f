//! An incident: what coordinators believe happened, read from its document.
//!
//! Several people write it at once. Every value that was set apart is shown with the change that set it; which one
//! counts meanwhile is decided by rules, the same on every device. It must never count a grade that its grader did
//! not write.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::ids::{AuthorId, DocumentId};
use serde::Serialize;

use crate::base::SCHEMA_KEY;
use crate::document::Document;
use crate::field::{self, Conflict, Field, Unreadable};
use crate::grade::{
    Credibility, Grade, People, Reliability, SOURCES_FOR_CONFIRMED, Source, independent_sources, most_cautious,
};
use crate::incident_parts::{Device, Link, Note, Response};
use crate::labels::Tlp;
use crate::occurred::Occurred;
use crate::place::Place;
use crate::scalar::Scalar;
use crate::status::Status;

/// The keys of an incident; those that end in `/` are followed by what the entry is about.
pub mod keys {
    /// Title: text.
    pub const TITLE: &str = "title";
    /// Status: number.
    pub const STATUS: &str = "status";
    /// Code of the area: text.
    pub const AREA: &str = "area";
    /// Category: text.
    pub const CATEGORY: &str = "category";
    /// When: packed.
    pub const OCCURRED: &str = "occurred";
    /// Where: packed place.
    pub const PLACE: &str = "place";
    /// Where a flow comes from: packed place.
    pub const ORIGIN: &str = "origin";
    /// Where a flow goes: packed place.
    pub const DESTINATION: &str = "destination";
    /// Sharing label: number.
    pub const TLP: &str = "tlp";
    /// The device of the coordinator who takes care of it: packed.
    pub const ASSIGNED: &str = "assigned";
    /// What reporters are told: text.
    pub const OUTCOME: &str = "outcome_for_reporters";
    /// `link/<report>`: packed link.
    pub const LINK: &str = "link/";
    /// `grade/<report>/<grader>`: packed grade.
    pub const GRADE: &str = "grade/";
    /// `code/<list>/<code>`: yes.
    pub const CODE: &str = "code/";
    /// `actor/<id>`: text, the role.
    pub const ACTOR: &str = "actor/";
    /// `market/<id>`: text, the role.
    pub const MARKET: &str = "market/";
    /// `route/<id>`: text, the role.
    pub const ROUTE: &str = "route/";
    /// `response/<entry>`: packed response.
    pub const RESPONSE: &str = "response/";
    /// `note/<entry>`: packed note.
    pub const NOTE: &str = "note/";
    /// Set by the base change: which kind of document this is.
    pub const KIND: &str = "kind";
}

/// A grade of a linked report, with what limits it.
#[derive(Debug, Clone, PartialEq)]
pub struct GradeView {
    /// The report.
    pub report: DocumentId,
    /// The device whose grade it is.
    pub grader: AuthorId,
    /// The grade, and what was set apart. Its value is one that the grader wrote; nobody else's counts.
    pub grade: Field<Grade>,
    /// Whether it counts: the grader wrote it, and is not the report's own author.
    pub counts: bool,
    /// It says "confirmed by other sources" and there are fewer than two independent ones.
    pub unsupported: bool,
}

/// An incident as it stands in its document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Incident {
    /// What it is called.
    pub title: Field<String>,
    /// Where it stands; of several set apart the one nearest to the start counts. Without any, new.
    pub status: Field<Status>,
    /// The area it belongs to.
    pub area: Field<String>,
    /// What kind of thing happened.
    pub category: Field<String>,
    /// When.
    pub occurred: Field<Occurred>,
    /// Where.
    pub place: Field<Place>,
    /// Where a flow comes from.
    pub origin: Field<Place>,
    /// Where a flow goes.
    pub destination: Field<Place>,
    /// Who may read it; of several the strictest counts.
    pub tlp: Field<Tlp>,
    /// Who takes care of it.
    pub assigned: Field<Device>,
    /// What reporters are told.
    pub outcome_for_reporters: Field<String>,
    /// The reports behind it.
    pub links: BTreeMap<DocumentId, Field<Link>>,
    /// The grades of linked reports, and of reports that are linked no more.
    pub grades: Vec<GradeView>,
    /// Codes of other lists: (list, code).
    pub codes: BTreeSet<(String, String)>,
    /// Actors by id, with their role.
    pub actors: BTreeMap<String, Field<String>>,
    /// Markets by id, with their role.
    pub markets: BTreeMap<String, Field<String>>,
    /// Routes by id, with their role.
    pub routes: BTreeMap<String, Field<String>>,
    /// What was done, by entry.
    pub responses: BTreeMap<String, Field<Response>>,
    /// Notes, by entry.
    pub notes: BTreeMap<String, Field<Note>>,
    /// How many of the linked reports are independent of one another.
    pub independent_sources: usize,
    /// Every field with values that were set apart and differ.
    pub conflicts: Vec<Conflict>,
    /// Every field with values that do not count, since a removal or a fork set aside who wrote them.
    pub set_aside: Vec<Conflict>,
    /// What stands in the document and cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// Fields that this program does not know, by key: from a newer Azalai.
    pub unknown: BTreeMap<String, Vec<String>>,
}

impl Incident {
    /// Reads what stands in the document. Never fails: what cannot be read is listed.
    #[must_use]
    pub fn read(document: &Document, people: &dyn People) -> Self {
        let mut incident = Self::default();
        for key in &document.root_keys() {
            if !incident.take(document, key, people) {
                incident.unknown.insert(key.clone(), field::raw_values(document.automerge(), key));
            }
        }
        let persons = incident.links.iter().map(|(report, link)| {
            let rumour = link.value.as_ref().and_then(|link| link.rumour.clone());
            (*report, Source::of(*report, rumour, people))
        });
        incident.independent_sources = independent_sources(&persons.collect());
        for view in &mut incident.grades {
            let confirmed = view.grade.value.as_ref().is_some_and(|grade| grade.credibility == Credibility::Confirmed);
            view.unsupported = confirmed && incident.independent_sources < SOURCES_FOR_CONFIRMED;
        }
        incident
    }

    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status.value.unwrap_or(Status::New)
    }

    /// The label that counts: where none can be read, the strictest.
    #[must_use]
    pub fn tlp(&self) -> Tlp {
        self.tlp.value.unwrap_or(Tlp::Red)
    }

    /// The grade of a report that counts: of several graders the more cautious letter and number. "Cannot be judged"
    /// gives way to a judgement. Without a grade that counts, F6.
    #[must_use]
    pub fn grade_of(&self, report: &DocumentId) -> (Reliability, Credibility) {
        let views = self.grades.iter().filter(|view| view.counts && view.report == *report);
        let counting = views.filter_map(|view| view.grade.value.as_ref());
        most_cautious(counting.map(|grade| (grade.reliability, grade.credibility)))
    }

    /// Takes one key; `false` if this program does not know it.
    fn take(&mut self, document: &Document, key: &str, people: &dyn People) -> bool {
        match key {
            SCHEMA_KEY | keys::KIND => {}
            keys::TITLE => self.title = self.field(document, key),
            keys::STATUS => {
                let field = self.field_by(document, key, |field: &mut Field<Status>| {
                    field.value = field.readable().min().copied();
                });
                self.status = field;
            }
            keys::AREA => self.area = self.field(document, key),
            keys::CATEGORY => self.category = self.field(document, key),
            keys::OCCURRED => self.occurred = self.field(document, key),
            keys::PLACE => self.place = self.field(document, key),
            keys::ORIGIN => self.origin = self.field(document, key),
            keys::DESTINATION => self.destination = self.field(document, key),
            keys::TLP => {
                let field = self.field_by(document, key, |field: &mut Field<Tlp>| {
                    let strictest = field.readable().max().copied();
                    let all = field.readable().count() == field.alternatives.len();
                    field.value = if all { strictest } else { Some(Tlp::Red) };
                });
                self.tlp = field;
            }
            keys::ASSIGNED => self.assigned = self.field(document, key),
            keys::OUTCOME => self.outcome_for_reporters = self.field(document, key),
            _ => return self.take_entry(document, key, people),
        }
        true
    }

    /// Takes a key with something after its slash.
    fn take_entry(&mut self, document: &Document, key: &str, people: &dyn People) -> bool {
        let Some((prefix, rest)) = key.split_once('/') else { return false };
        match prefix {
            "link" => {
                let Ok(report) = rest.parse() else { return false };
                let field = self.field(document, key);
                keep(&mut self.links, report, field);
            }
            "grade" => {
                let Some(parts) = rest.split_once('/') else { return false };
                let (Ok(report), Ok(grader)) = (parts.0.parse(), parts.1.parse()) else { return false };
                self.take_grade(document, key, report, grader, people);
            }
            "code" => {
                let Some((list, code)) = rest.split_once('/') else { return false };
                if self.field::<bool>(document, key).value == Some(true) {
                    self.codes.insert((list.to_owned(), code.to_owned()));
                }
            }
            "actor" => {
                let field = self.field(document, key);
                keep(&mut self.actors, rest.to_owned(), field);
            }
            "market" => {
                let field = self.field(document, key);
                keep(&mut self.markets, rest.to_owned(), field);
            }
            "route" => {
                let field = self.field(document, key);
                keep(&mut self.routes, rest.to_owned(), field);
            }
            "response" => {
                let field = self.field(document, key);
                keep(&mut self.responses, rest.to_owned(), field);
            }
            "note" => {
                let field = self.field(document, key);
                keep(&mut self.notes, rest.to_owned(), field);
            }
            _ => return false,
        }
        true
    }

    fn take_grade(
        &mut self,
        document: &Document,
        key: &str,
        report: DocumentId,
        grader: AuthorId,
        people: &dyn People,
    ) {
        let grade = self.field_by(document, key, |field: &mut Field<Grade>| {
            let own = field.alternatives.iter().filter(|alt| people.author_of(&alt.change) == Some(grader));
            field.value = own.filter_map(|alt| alt.cell.value()).next_back().cloned();
        });
        let person = people.person(grader);
        let of_own_report = person.is_some() && person == people.reporter(report);
        let counts = grade.value.is_some() && !of_own_report;
        self.grades.push(GradeView { report, grader, grade, counts, unsupported: false });
    }

    fn field<T: Scalar + Clone + PartialEq + Serialize>(&mut self, document: &Document, key: &str) -> Field<T> {
        self.field_by(document, key, |_| {})
    }

    /// Reads a field, lets `rule` choose the value that counts, and notes what is odd about it.
    fn field_by<T: Scalar + Clone + PartialEq + Serialize>(
        &mut self,
        document: &Document,
        key: &str,
        rule: impl FnOnce(&mut Field<T>),
    ) -> Field<T> {
        let mut field = field::read::<T>(document, key);
        rule(&mut field);
        self.conflicts.extend(field.conflict(key));
        self.set_aside.extend(field.aside(key));
        self.unreadable.extend(field.unreadable(key));
        field
    }
}

/// Keeps an entry, unless all that was written there is set aside.
fn keep<K: Ord, T>(entries: &mut BTreeMap<K, Field<T>>, key: K, field: Field<T>) {
    if !field.alternatives.is_empty() {
        entries.insert(key, field);
    }
}
