//! The rows of lists: what lists, filters and figures need of a report or an incident without opening its document. A
//! cache: each row begins with its stamp, and one of another stamp is built again from the document's statements.
//!
//! A row rests on its own document's statements, the forks among them and the logs alone. What an incident says of the
//! reports that it links (who wrote them, whether they count) is looked up when it is read, never kept here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use azalai_envelope::ids::{derive8, to_hex};
use azalai_envelope::{AuthorId, DocumentId, SigningPublic};
use azalai_model::matching::{Mark, MarkParts};
use azalai_model::parts::Retraction;
use azalai_model::{
    Credibility, Incident, Occurred, People, Person, Place, Point, Reliability, Report, ReportFields, Status, Tlp,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::catalog;
use crate::documents::{Built, Fate, Past};
use crate::likely;

/// The shape of rows. It changes whenever a row would be made otherwise from the same statements, also where the rules
/// of the roster change.
const SHAPE: u8 = 4;

/// What every row begins with: the shape, and which places ship, since names in texts are looked up among them.
fn stamp() -> &'static [u8; 9] {
    static CELL: OnceLock<[u8; 9]> = OnceLock::new();
    CELL.get_or_init(|| {
        let mut stamp = [SHAPE; 9];
        if let Some(places) = stamp.last_chunk_mut() {
            *places = derive8("azalai 1 rows", &catalog::places_csv());
        }
        stamp
    })
}

/// What a list shows of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportRow {
    /// What it says.
    pub fields: ReportFields,
    /// When and why its author took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retracted: Option<Retraction>,
    /// Fields that hold several values, or one that cannot be read.
    pub odd: usize,
    /// The statement that opens it is set aside, by a removal or a fork: it counts nowhere.
    pub aside: bool,
}

/// The kept row of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptReport {
    pub(crate) row: ReportRow,
    /// What [`heads_digest`] gives.
    pub(crate) heads: u64,
    /// How it is found among others; only where reports of others are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mark: Option<KeptMark>,
}

/// A mark as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct KeptMark {
    from: i64,
    to: i64,
    coarse: bool,
    spots: Vec<(f64, f64, u32)>,
    names: BTreeSet<String>,
}

/// Heads in few bytes, to see whether a document is as it was.
pub(crate) fn heads_digest(heads: &[[u8; 32]]) -> u64 {
    let parts: Vec<&[u8]> = heads.iter().map(<[u8; 32]>::as_slice).collect();
    u64::from_be_bytes(derive8("azalai 1 row heads", &parts))
}

impl KeptReport {
    /// The row of a report as it is built; with `marked`, how it is found among others.
    pub(crate) fn of(built: &Built, marked: bool) -> Self {
        let report = Report::read(&built.document);
        let opening = built.history.iter().find(|past| past.statement.opens());
        let aside = opening.is_some_and(|past| matches!(past.fate, Fate::SetAside(_) | Fate::Beneath(_)));
        let odd = report.conflicts.len() + report.unreadable.len();
        let row = ReportRow { fields: report.fields, retracted: report.retracted, odd, aside };
        let written_ms = opening.map_or(0, |past| past.statement.clock().ms());
        let mark = marked.then(|| likely::mark(&row, written_ms)).flatten().map(|mark| {
            let MarkParts { from, to, coarse, spots, names } = mark.parts();
            let spots = spots.into_iter().map(|(point, open)| (point.lat(), point.lon(), open)).collect();
            KeptMark { from, to, coarse, spots, names }
        });
        Self { row, heads: heads_digest(&built.document.heads()), mark }
    }

    pub(crate) fn mark(&self) -> Option<Mark> {
        let KeptMark { from, to, coarse, spots, names } = self.mark.clone()?;
        let point = |(lat, lon, open): (f64, f64, u32)| Some((Point::try_new(lat, lon).ok()?, open));
        let spots = spots.into_iter().filter_map(point).collect();
        Some(Mark::of_parts(MarkParts { from, to, coarse, spots, names }))
    }
}

/// A link to a report, as a row keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptLink {
    pub(crate) report: String,
    /// [`heads_digest`] of the report's heads when it was linked.
    pub(crate) heads: u64,
    pub(crate) rumour: Option<String>,
}

/// A grade that its grader wrote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptGrade {
    pub(crate) report: String,
    pub(crate) grader: String,
    pub(crate) reliability: Reliability,
    pub(crate) credibility: Credibility,
}

/// One of the values of a field that several people set apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptValue {
    pub(crate) value: serde_json::Value,
    pub(crate) counts: bool,
    pub(crate) author: Option<String>,
    pub(crate) at_ms: u64,
    pub(crate) change: String,
}

/// The kept row of an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptIncident {
    pub(crate) title: String,
    pub(crate) status: Status,
    pub(crate) area: Option<String>,
    pub(crate) tlp: Tlp,
    pub(crate) category: Option<String>,
    pub(crate) occurred: Option<Occurred>,
    pub(crate) place: Option<Place>,
    pub(crate) outcome: Option<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) links: Vec<KeptLink>,
    pub(crate) grades: Vec<KeptGrade>,
    pub(crate) conflicts: BTreeMap<String, Vec<KeptValue>>,
    /// Statements that are kept and do not count.
    pub(crate) set_aside: usize,
    /// When the first and the last statement that counts were written; `None` while nothing counts.
    pub(crate) written: Option<(u64, u64)>,
}

/// Who wrote each change, and nothing else about anybody.
struct Writers(BTreeMap<[u8; 32], AuthorId>);

impl People for Writers {
    fn author_of(&self, change: &[u8; 32]) -> Option<AuthorId> {
        self.0.get(change).copied()
    }

    fn person(&self, _: AuthorId) -> Option<Person> {
        None
    }

    fn reporter(&self, _: DocumentId) -> Option<Person> {
        None
    }
}

impl KeptIncident {
    /// The row of an incident as it is built.
    pub(crate) fn of(built: &Built) -> Self {
        let changes = built.history.iter().filter_map(|past| Some((past.change?, past)));
        let by_change: BTreeMap<[u8; 32], &Past> = changes.collect();
        let writers = by_change.iter().map(|(change, past)| (*change, past.statement.author().author_id()));
        let incident = Incident::read(&built.document, &Writers(writers.collect()));
        let author = |past: &&Past| past.statement.author();
        let by_name: BTreeMap<String, &Past> = by_change.iter().map(|(change, past)| (to_hex(change), *past)).collect();
        let conflicts = incident.conflicts.iter().map(|conflict| {
            let values = conflict.values.iter().map(|value| {
                let past = by_name.get(&value.change);
                KeptValue {
                    value: value.value.clone(),
                    counts: value.counts,
                    author: past.map(author).map(|author| to_hex(&author.0)),
                    at_ms: past.map_or(0, |past| past.statement.clock().ms()),
                    change: value.change.clone(),
                }
            });
            (conflict.field.clone(), values.collect())
        });
        let conflicts = conflicts.collect();
        let links = incident.links.iter().filter_map(|(report, field)| {
            let link = field.value.as_ref()?;
            Some(KeptLink { report: report.to_string(), heads: heads_digest(&link.heads), rumour: link.rumour.clone() })
        });
        let grades = incident.grades.iter().filter_map(|view| {
            let grade = view.grade.value.as_ref()?;
            Some(KeptGrade {
                report: view.report.to_string(),
                grader: view.grader.to_string(),
                reliability: grade.reliability,
                credibility: grade.credibility,
            })
        });
        let counting = built.history.iter().filter(|past| past.fate == Fate::Applied);
        let clocks = counting.map(|past| past.statement.clock().ms());
        let written = clocks.fold(None, |span: Option<(u64, u64)>, ms| {
            Some(span.map_or((ms, ms), |(first, last)| (first.min(ms), last.max(ms))))
        });
        let aside = |past: &&Past| matches!(past.fate, Fate::SetAside(_) | Fate::Beneath(_));
        let notes = incident.notes.values().filter_map(|note| note.value.as_ref()).map(|note| note.text.clone());
        Self {
            status: incident.status(),
            tlp: incident.tlp(),
            links: links.collect(),
            grades: grades.collect(),
            conflicts,
            set_aside: built.history.iter().filter(aside).count(),
            written,
            notes: notes.collect(),
            area: incident.area.value,
            category: incident.category.value,
            occurred: incident.occurred.value,
            place: incident.place.value,
            outcome: incident.outcome_for_reporters.value,
            title: incident.title.value.unwrap_or_default(),
        }
    }
}

/// A row's bytes.
pub(crate) fn encode(row: &impl Serialize) -> Vec<u8> {
    let mut bytes = stamp().to_vec();
    // Maps with text keys and finite numbers only: cannot fail; an empty row is built again.
    bytes.extend(serde_json::to_vec(row).unwrap_or_default());
    bytes
}

/// Reads a row; `None` if it has another stamp, or cannot be read: it is to be built again.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes.strip_prefix(stamp().as_slice())?).ok()
}

/// A key that [`KeptValue::author`] holds.
pub(crate) fn author_of(hex: &str) -> Option<SigningPublic> {
    azalai_envelope::ids::from_hex(hex).and_then(|bytes| bytes.try_into().ok()).map(SigningPublic)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn report() -> KeptReport {
        let fields = ReportFields { category: Some("other".to_owned()), ..ReportFields::default() };
        let row = ReportRow { fields, retracted: None, odd: 0, aside: false };
        let names = BTreeSet::from(["gs".to_owned()]);
        let mark = KeptMark { from: -1, to: 2, coarse: true, spots: vec![(16.5, -0.25, 200)], names };
        KeptReport { row, heads: 7, mark: Some(mark) }
    }

    fn incident() -> KeptIncident {
        let value = KeptValue { value: "x".into(), counts: true, author: None, at_ms: 3, change: "00".to_owned() };
        KeptIncident {
            title: "T".to_owned(),
            status: Status::New,
            area: None,
            tlp: Tlp::Amber,
            category: None,
            occurred: None,
            place: None,
            outcome: None,
            notes: Vec::new(),
            links: vec![KeptLink { report: "aa".to_owned(), heads: 1, rumour: None }],
            grades: Vec::new(),
            conflicts: [("title".to_owned(), vec![value])].into(),
            set_aside: 0,
            written: Some((1, 2)),
        }
    }

    /// Guards against a row of an earlier program that a later one reads as its own.
    #[test]
    fn rows_have_fixed_bytes_behind_their_stamp() {
        let bytes = encode(&report());
        assert_eq!(bytes[0], SHAPE);
        let text = r#"{"row":{"fields":{"category":"other"},"odd":0,"aside":false},"heads":7,"mark":{"from":-1,"to":2,"coarse":true,"spots":[[16.5,-0.25,200]],"names":["gs"]}}"#;
        assert_eq!(core::str::from_utf8(&bytes[9..]).unwrap(), text);
        assert_eq!(decode::<KeptReport>(&bytes), Some(report()));
        let text = r#"{"title":"T","status":"new","area":null,"tlp":"TLP:AMBER","category":null,"occurred":null,"place":null,"outcome":null,"notes":[],"links":[{"report":"aa","heads":1,"rumour":null}],"grades":[],"conflicts":{"title":[{"value":"x","counts":true,"author":null,"at_ms":3,"change":"00"}]},"set_aside":0,"written":[1,2]}"#;
        let bytes = encode(&incident());
        assert_eq!(core::str::from_utf8(&bytes[9..]).unwrap(), text);
        assert_eq!(decode::<KeptIncident>(&bytes), Some(incident()));
    }

    /// Guards against a row that is half read: of another shape, of other places, or damaged.
    #[test]
    fn a_row_of_another_stamp_is_none_and_damage_never_panics() {
        let bytes = encode(&report());
        for at in 0..9 {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert_eq!(decode::<KeptReport>(&other), None);
        }
        for cut in 0..bytes.len() {
            assert_eq!(decode::<KeptReport>(&bytes[..cut]), None);
        }
        for at in 9..bytes.len() {
            for value in 0..=255 {
                let mut other = bytes.clone();
                other[at] = value;
                let _ = decode::<KeptReport>(&other).and_then(|kept| kept.mark());
            }
        }
        assert_eq!(decode::<KeptReport>(b"{\"fields\":{},\"retracted\":null,\"odd\":0}"), None, "a row without stamp");
    }
}
