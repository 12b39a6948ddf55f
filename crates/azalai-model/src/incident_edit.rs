//! Writing an incident: each call is one change, whole or not at all.
//!
//! The rules are checked against what the document says here and now; a merge may still bring two allowed edits
//! together that would not have been allowed one after the other. Reading shows that; nothing is undone in silence.

use std::collections::BTreeMap;

use automerge::transaction::{Transactable as _, Transaction};
use automerge::{ActorId, AutomergeError, ROOT, ScalarValue, Value};
use azalai_envelope::codec::DecodeError;
use azalai_envelope::ids::{AuthorId, DocumentId, derive8, to_hex};

use crate::document::{Document, defect};
use crate::field;
use crate::grade::{Credibility, Grade, People, Person, SOURCES_FOR_CONFIRMED, Source, independent_sources};
use crate::incident::{Incident, keys};
use crate::incident_parts::{Device, Link, Note, Response};
use crate::labels::{Tlp, UnknownName};
use crate::limits::{MAX_CODE_BYTES, MAX_LINK_HEADS, MAX_NAME_BYTES, MAX_TEXT_BYTES};
use crate::occurred::Occurred;
use crate::place::Place;
use crate::report_edit::{ReportError, code, filled, list, text};
use crate::scalar::Scalar;
use crate::status::Status;

/// Which value of a field stays when somebody settles it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// The one that this change set.
    Change([u8; 32]),
    /// This one: a text, a number's name, or for times and places their JSON.
    Value(String),
}

/// One of the tables of the political economy that an incident links to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Economy {
    /// An actor.
    Actor,
    /// A market.
    Market,
    /// A route.
    Route,
}

/// Something that a coordinator does to an incident.
#[derive(Debug, Clone, PartialEq)]
pub enum IncidentEdit {
    /// Names it.
    SetTitle(String),
    /// Moves it along the table of [`Status::may_become`].
    SetStatus(Status),
    /// Gives it to an area, by code.
    SetArea(String),
    /// Says what kind of thing happened, by code.
    SetCategory(String),
    /// Says when.
    SetOccurred(Occurred),
    /// Says where.
    SetPlace(Place),
    /// Says where a flow comes from.
    SetOrigin(Place),
    /// Says where a flow goes.
    SetDestination(Place),
    /// Sets the label: only in an incident that has none yet.
    SetTlp(Tlp),
    /// Says who takes care of it, or nobody.
    Assign(Option<AuthorId>),
    /// Adds a code of another list, such as ICCS.
    AddCode {
        /// The list.
        list: String,
        /// The code.
        code: String,
    },
    /// Takes such a code away.
    RemoveCode {
        /// The list.
        list: String,
        /// The code.
        code: String,
    },
    /// Links a report, or links it anew with other heads or another rumour. The report is not changed.
    Link {
        /// The report.
        report: DocumentId,
        /// Its heads as they are here.
        heads: Vec<[u8; 32]>,
        /// A name that reports of one rumour share.
        rumour: Option<String>,
    },
    /// Takes a link away. The report and its grades stay.
    Unlink {
        /// The report.
        report: DocumentId,
    },
    /// Grades a linked report, in the name of the device that makes the edit.
    Grade {
        /// The report.
        report: DocumentId,
        /// The grade.
        grade: Grade,
    },
    /// Links an actor, market or route with its role, or takes the link away.
    SetRole {
        /// Which table.
        of: Economy,
        /// Its id there.
        id: String,
        /// Its role in this.
        role: Option<String>,
    },
    /// Records what was done.
    AddResponse(Response),
    /// Adds a note, in the name of the device that makes the edit.
    AddNote {
        /// When, in milliseconds since 1970.
        at: u64,
        /// What.
        text: String,
    },
    /// Says what reporters are told.
    SetOutcome(String),
    /// Settles a field whose values were set apart.
    Settle {
        /// The field, as [`crate::field::Conflict::field`] names it.
        field: String,
        /// What stays.
        keep: Keep,
    },
}

/// Why an incident is not changed as asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EditError {
    /// A value breaks a rule that reports have as well.
    #[error(transparent)]
    Value(#[from] ReportError),
    /// The table has no such move.
    #[error("an incident that is {from} cannot become {to}; it can become {}", .allowed.join(" or "))]
    NoSuchMove {
        /// Where it stands.
        from: Status,
        /// Where it was to go.
        to: Status,
        /// Where it may go.
        allowed: Vec<&'static str>,
    },
    /// The label was fixed when the incident was made.
    #[error("the sharing label of an incident is fixed when it is made: make a new incident")]
    LabelFixed,
    /// The report is not linked here.
    #[error("report {0} is not linked to this incident")]
    NotLinked(DocumentId),
    /// Somebody grades their own report.
    #[error("report {0} is your own: somebody else has to grade it")]
    OwnReport(DocumentId),
    /// "Confirmed by other sources" without them.
    #[error("credibility 1 needs {SOURCES_FOR_CONFIRMED} independent sources, this incident has {got}")]
    TooFewSources {
        /// How many there are.
        got: usize,
    },
    /// A grade is settled by somebody else than its grader.
    #[error("only the grader can settle a grade: {0}")]
    NotTheGrader(String),
    /// The field has no values that were set apart.
    #[error("field {0:?} has nothing to settle")]
    NothingToSettle(String),
    /// No value of the field was set by that change.
    #[error("field {field:?} has no value that change {change} set")]
    NoSuchValue {
        /// The field.
        field: String,
        /// The change, in hexadecimal.
        change: String,
    },
    /// The value that should stay cannot be read.
    #[error("field {field:?}: the value to keep cannot be read: {why}")]
    Unreadable {
        /// The field.
        field: String,
        /// Why.
        why: String,
    },
    /// The field can be settled only by choosing one of its values.
    #[error("field {0:?} is settled by choosing one of its values, not by writing another")]
    ChooseOne(String),
    /// Nothing differs.
    #[error("nothing to change")]
    Nothing,
    /// Automerge refused what was checked: a defect of this program.
    #[error("the change could not be made: {0}")]
    Defect(String),
}

impl From<AutomergeError> for EditError {
    fn from(error: AutomergeError) -> Self {
        Self::Defect(defect(error))
    }
}

impl Document {
    /// Makes one change of these edits, in the name of the device `author` that writes under `actor`.
    ///
    /// # Errors
    /// [`EditError`], one variant for each rule; the document is then as it was.
    pub fn edit_incident(
        &mut self,
        actor: &ActorId,
        author: AuthorId,
        people: &dyn People,
        edits: &[IncidentEdit],
    ) -> Result<Vec<u8>, EditError> {
        let now = Incident::read(self, people);
        let links = now.links.iter().map(|(report, link)| {
            let rumour = link.value.as_ref().and_then(|link| link.rumour.clone());
            (*report, Source::of(*report, rumour, people))
        });
        let entropy: Vec<u8> = self.heads().concat();
        let before = self.clone();
        let mut editing = Editing {
            before: &before,
            author,
            people,
            status: now.status(),
            has_label: !now.tlp.alternatives.is_empty(),
            links: links.collect(),
        };
        let change = self.edit(actor, |out| {
            for (number, edit) in edits.iter().enumerate() {
                let entry = derive8("azalai 1 entry", &[actor.to_bytes(), &entropy, &(number as u64).to_be_bytes()]);
                editing.write(out, edit, &to_hex(&entry))?;
            }
            Ok::<(), EditError>(())
        })?;
        change.ok_or(EditError::Nothing)
    }
}

/// What the rules look at while the edits of one change are written.
struct Editing<'a> {
    before: &'a Document,
    author: AuthorId,
    people: &'a dyn People,
    status: Status,
    has_label: bool,
    links: BTreeMap<DocumentId, Source>,
}

impl Editing<'_> {
    fn write(&mut self, out: &mut Transaction<'_>, edit: &IncidentEdit, entry: &str) -> Result<(), EditError> {
        match edit {
            IncidentEdit::SetTitle(title) => {
                filled("title", title, MAX_NAME_BYTES)?;
                put(out, keys::TITLE, title)
            }
            IncidentEdit::SetStatus(status) => {
                self.check_move(*status)?;
                self.status = *status;
                put(out, keys::STATUS, status)
            }
            IncidentEdit::SetArea(area) => {
                code("area", area)?;
                put(out, keys::AREA, area)
            }
            IncidentEdit::SetCategory(category) => {
                code("category", category)?;
                put(out, keys::CATEGORY, category)
            }
            IncidentEdit::SetOccurred(occurred) => put(out, keys::OCCURRED, occurred),
            IncidentEdit::SetPlace(place) => put(out, keys::PLACE, place),
            IncidentEdit::SetOrigin(place) => put(out, keys::ORIGIN, place),
            IncidentEdit::SetDestination(place) => put(out, keys::DESTINATION, place),
            IncidentEdit::SetTlp(label) => {
                if core::mem::replace(&mut self.has_label, true) {
                    return Err(EditError::LabelFixed);
                }
                put(out, keys::TLP, label)
            }
            IncidentEdit::Assign(None) => Ok(out.delete(ROOT, keys::ASSIGNED)?),
            IncidentEdit::Assign(Some(device)) => put(out, keys::ASSIGNED, &Device(*device)),
            IncidentEdit::AddCode { list, code: wanted } => put(out, &code_key(list, wanted)?, &true),
            IncidentEdit::RemoveCode { list, code: wanted } => Ok(out.delete(ROOT, code_key(list, wanted)?)?),
            IncidentEdit::Link { report, heads, rumour } => self.link(out, *report, heads, rumour.as_deref()),
            IncidentEdit::Unlink { report } => {
                self.links.remove(report).ok_or(EditError::NotLinked(*report))?;
                Ok(out.delete(ROOT, format!("{}{report}", keys::LINK))?)
            }
            IncidentEdit::Grade { report, grade } => self.grade(out, *report, grade),
            IncidentEdit::SetRole { of, id, role } => set_role(out, *of, id, role.as_deref()),
            IncidentEdit::AddResponse(response) => {
                text("response.body", &response.body, MAX_TEXT_BYTES)?;
                text("response.outcome", &response.outcome, MAX_TEXT_BYTES)?;
                put(out, &format!("{}{entry}", keys::RESPONSE), response)
            }
            IncidentEdit::AddNote { at, text } => {
                filled("note", text, MAX_TEXT_BYTES)?;
                let note = Note { by: Device(self.author), at: *at, text: text.clone() };
                put(out, &format!("{}{entry}", keys::NOTE), &note)
            }
            IncidentEdit::SetOutcome(outcome) => {
                filled(keys::OUTCOME, outcome, MAX_TEXT_BYTES)?;
                put(out, keys::OUTCOME, outcome)
            }
            IncidentEdit::Settle { field, keep } => {
                let scalar = self.settled(field, keep)?;
                Ok(out.put(ROOT, field.as_str(), scalar)?)
            }
        }
    }

    fn check_move(&self, to: Status) -> Result<(), EditError> {
        if self.status.may_become(to) {
            return Ok(());
        }
        let allowed = self.status.next().iter().map(|next| next.name()).collect();
        Err(EditError::NoSuchMove { from: self.status, to, allowed })
    }

    fn link(
        &mut self,
        out: &mut Transaction<'_>,
        report: DocumentId,
        heads: &[[u8; 32]],
        rumour: Option<&str>,
    ) -> Result<(), EditError> {
        list("heads", heads.len(), MAX_LINK_HEADS)?;
        rumour.map_or(Ok(()), |rumour| filled("rumour", rumour, MAX_CODE_BYTES))?;
        let mut heads = heads.to_vec();
        heads.sort_unstable();
        heads.dedup();
        let rumour = rumour.map(str::to_owned);
        self.links.insert(report, Source::of(report, rumour.clone(), self.people));
        put(out, &format!("{}{report}", keys::LINK), &Link { heads, rumour })
    }

    fn grade(&self, out: &mut Transaction<'_>, report: DocumentId, grade: &Grade) -> Result<(), EditError> {
        if !self.links.contains_key(&report) {
            return Err(EditError::NotLinked(report));
        }
        let grader = self.people.person(self.author).unwrap_or(Person(self.author));
        if self.people.reporter(report) == Some(grader) {
            return Err(EditError::OwnReport(report));
        }
        text("grade.why", &grade.why, MAX_TEXT_BYTES)?;
        self.check_sources(grade)?;
        put(out, &format!("{}{report}/{}", keys::GRADE, self.author), grade)
    }

    fn check_sources(&self, grade: &Grade) -> Result<(), EditError> {
        let got = independent_sources(&self.links);
        if grade.credibility == Credibility::Confirmed && got < SOURCES_FOR_CONFIRMED {
            return Err(EditError::TooFewSources { got });
        }
        Ok(())
    }

    /// The scalar that settles a field.
    fn settled(&self, field: &str, keep: &Keep) -> Result<ScalarValue, EditError> {
        let (values, _) = self.before.written(field);
        if values.len() < 2 {
            return Err(EditError::NothingToSettle(field.to_owned()));
        }
        if field == keys::TLP {
            return Err(EditError::LabelFixed);
        }
        if let Some(grade) = field.strip_prefix(keys::GRADE)
            && grade.split_once('/').is_none_or(|(_, grader)| grader != self.author.to_string())
        {
            return Err(EditError::NotTheGrader(field.to_owned()));
        }
        let scalar = match keep {
            Keep::Value(text) => return self.parsed(field, text),
            Keep::Change(hash) => {
                match values.iter().find(|written| written.change == *hash).map(|written| &written.value) {
                    Some(Value::Scalar(scalar)) => scalar.clone().into_owned(),
                    _ => return Err(EditError::NoSuchValue { field: field.to_owned(), change: to_hex(hash) }),
                }
            }
        };
        let unreadable = |why: DecodeError| EditError::Unreadable { field: field.to_owned(), why: why.to_string() };
        check(field, &scalar).map_err(unreadable)?;
        if field.starts_with(keys::GRADE) {
            self.check_sources(&Grade::decode(&scalar).map_err(unreadable)?)?;
        }
        Ok(scalar)
    }

    /// Reads a value that somebody typed for a field.
    fn parsed(&self, field: &str, typed: &str) -> Result<ScalarValue, EditError> {
        let unreadable = |why: String| EditError::Unreadable { field: field.to_owned(), why };
        let named = |error: UnknownName| unreadable(error.to_string());
        let json = |error: serde_json::Error| unreadable(error.to_string());
        match field {
            keys::TITLE => filled(field, typed, MAX_NAME_BYTES)?,
            keys::OUTCOME => filled(field, typed, MAX_TEXT_BYTES)?,
            keys::AREA | keys::CATEGORY => code(field, typed)?,
            keys::STATUS => {
                let status: Status = typed.parse().map_err(named)?;
                let set = field::read::<Status>(self.before, field);
                if !set.readable().any(|other| *other == status) {
                    self.check_move(status)?;
                }
                return Ok(status.encode());
            }
            keys::OCCURRED => {
                let occurred =
                    Occurred::parse_absolute(typed).or_else(|_| serde_json::from_str(typed)).map_err(json)?;
                return Ok(occurred.encode());
            }
            keys::PLACE | keys::ORIGIN | keys::DESTINATION => {
                return Ok(serde_json::from_str::<Place>(typed).map_err(json)?.encode());
            }
            keys::ASSIGNED => {
                let device =
                    typed.parse().map_err(|error: azalai_envelope::ids::IdParseError| unreadable(error.to_string()))?;
                return Ok(Device(device).encode());
            }
            _ if field.starts_with(keys::ACTOR)
                || field.starts_with(keys::MARKET)
                || field.starts_with(keys::ROUTE) =>
            {
                text(field, typed, MAX_CODE_BYTES)?;
            }
            _ => return Err(EditError::ChooseOne(field.to_owned())),
        }
        Ok(typed.to_owned().encode())
    }
}

/// Whether a scalar is a value of the field. What this program does not know, it does not settle.
fn check(field: &str, scalar: &ScalarValue) -> Result<(), DecodeError> {
    match field {
        keys::TITLE | keys::OUTCOME | keys::AREA | keys::CATEGORY => String::decode(scalar).map(drop),
        keys::STATUS => Status::decode(scalar).map(drop),
        keys::OCCURRED => Occurred::decode(scalar).map(drop),
        keys::PLACE | keys::ORIGIN | keys::DESTINATION => Place::decode(scalar).map(drop),
        keys::ASSIGNED => Device::decode(scalar).map(drop),
        _ if field.starts_with(keys::LINK) => Link::decode(scalar).map(drop),
        _ if field.starts_with(keys::GRADE) => Grade::decode(scalar).map(drop),
        _ if field.starts_with(keys::CODE) => bool::decode(scalar).map(drop),
        _ if field.starts_with(keys::RESPONSE) => Response::decode(scalar).map(drop),
        _ if field.starts_with(keys::NOTE) => Note::decode(scalar).map(drop),
        _ => String::decode(scalar).map(drop),
    }
}

fn put<T: Scalar>(out: &mut Transaction<'_>, key: &str, value: &T) -> Result<(), EditError> {
    Ok(out.put(ROOT, key, value.encode())?)
}

fn code_key(list: &str, wanted: &str) -> Result<String, EditError> {
    code("code list", list)?;
    code("code", wanted)?;
    Ok(format!("{}{list}/{wanted}", keys::CODE))
}

fn set_role(out: &mut Transaction<'_>, of: Economy, id: &str, role: Option<&str>) -> Result<(), EditError> {
    code("id", id)?;
    let prefix = match of {
        Economy::Actor => keys::ACTOR,
        Economy::Market => keys::MARKET,
        Economy::Route => keys::ROUTE,
    };
    let key = format!("{prefix}{id}");
    let Some(role) = role else { return Ok(out.delete(ROOT, key)?) };
    text("role", role, MAX_CODE_BYTES)?;
    put(out, &key, &role.to_owned())
}
