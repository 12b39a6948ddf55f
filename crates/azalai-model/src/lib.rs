//! The kinds of documents that people write together: what stands in them, who may write it, how it is read.
//!
//! Pure: no clock, no randomness of its own, no file, no socket. Automerge merges; this crate decides what the merged
//! values mean, and shows what was set apart instead of choosing in silence. The bytes are fixed in
//! `docs/spec/documents.md`. Nothing from outside may reach Automerge before [`lint`] has passed it.

pub mod actor;
pub mod base;
pub mod carried;
mod civil;
pub mod coarsen;
pub mod corrects;
mod counting;
pub mod document;
pub mod field;
pub mod fold;
pub mod gazetteer;
pub mod grade;
pub mod incident;
pub mod incident_edit;
pub mod incident_parts;
pub mod labels;
pub mod limits;
pub mod lint;
pub mod match_index;
pub mod matching;
pub mod notice;
pub mod occurred;
pub mod pack;
mod pack_answers;
pub mod pack_brought;
pub mod parts;
pub mod place;
mod place_search;
pub mod places_file;
pub mod report;
pub mod report_edit;
pub mod report_keys;
pub mod rights;
pub mod scalar;
pub mod spelling;
pub mod status;
mod when;

pub use actor::actor_id;
pub use automerge::ActorId;
pub use base::DocumentKind;
pub use corrects::Corrects;
pub use document::{Applied, ApplyError, Document};
pub use field::{Alt, Cell, Conflict, ConflictValue, Field, Unreadable};
pub use gazetteer::{Gazetteer, Resolved};
pub use grade::{Credibility, Grade, People, Person, Reliability, Strangers};
pub use incident::Incident;
pub use incident_edit::{Economy, EditError, IncidentEdit, Keep};
pub use incident_parts::{Link, Note, Response, ResponseKind};
pub use labels::{Basis, Tlp, Urgency};
pub use notice::{Notice, NoticeError};
pub use occurred::{Occurred, TimePrecision};
pub use pack::Pack;
pub use place::{Place, PlacePrecision, Point};
pub use report::{PackRef, Report, ReportFields};
pub use report_edit::ReportError;
pub use status::Status;
