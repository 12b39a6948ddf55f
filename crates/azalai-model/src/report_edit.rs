//! Writing a report: the first change, amendments, retraction.
//!
//! What does not change is not written again, so that an amendment is as small as what it amends. Nothing is written
//! that the rules here refuse.

use automerge::transaction::{Transactable, Transaction};
use automerge::{ActorId, AutomergeError, ObjId, ObjType, ROOT, ReadDoc as _, Value};

use crate::corrects::Corrects;
use crate::document::{Document, defect};
use crate::labels::Tlp;
use crate::limits::{MAX_CODE_BYTES, MAX_LIST, MAX_MEDIA_CHUNKS, MAX_NAME_BYTES, MAX_NARRATIVE_CHARS, MAX_TEXT_BYTES};
use crate::parts::{Answer, Retraction};
use crate::report::{Report, ReportFields};
use crate::report_keys as key;
use crate::scalar::Scalar;

/// Why a report is not written as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// There is no category.
    #[error("a report needs a category")]
    NoCategory,
    /// A code with other characters than letters, digits and `-_.:`, or none.
    #[error("{field} {got:?} must be 1 to {limit} letters, digits or any of - _ . :")]
    Code {
        /// The field.
        field: String,
        /// What was given.
        got: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// A narrative that is too long.
    #[error("the narrative has {got} characters, {MAX_NARRATIVE_CHARS} are allowed")]
    NarrativeTooLong {
        /// Its length in characters.
        got: usize,
    },
    /// Another text that is too long.
    #[error("{field} has {got} bytes, {limit} are allowed")]
    TextTooLong {
        /// The field.
        field: String,
        /// Its length in bytes.
        got: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// A text that must say something and is empty.
    #[error("{field} must not be empty")]
    Empty {
        /// The field.
        field: String,
    },
    /// A list that is too long.
    #[error("{field} has {got} entries, {limit} are allowed")]
    ListTooLong {
        /// The field.
        field: String,
        /// Its entries.
        got: usize,
        /// The limit.
        limit: usize,
    },
    /// More women and children than people.
    #[error("affected {field}: more women and children than people")]
    DoesNotAddUp {
        /// Which count.
        field: &'static str,
    },
    /// A label that was fixed when the report was made.
    #[error("the sharing label was fixed as {was} when the report was made: write a new report to use {wanted}")]
    LabelFixed {
        /// What it is.
        was: Tlp,
        /// What was asked.
        wanted: String,
    },
    /// The report was taken back already.
    #[error("the report was retracted already")]
    Retracted,
    /// Nothing differs.
    #[error("nothing to change")]
    Nothing,
    /// Automerge refused what was checked: a defect of this program.
    #[error("the change could not be made: {0}")]
    Defect(String),
}

impl From<AutomergeError> for ReportError {
    fn from(error: AutomergeError) -> Self {
        Self::Defect(defect(error))
    }
}

/// Checks a report that is to be written.
///
/// # Errors
/// A category must be there; codes are codes; texts and lists keep their limits; counts add up.
pub fn validate(fields: &ReportFields) -> Result<(), ReportError> {
    let category = fields.category.as_deref().ok_or(ReportError::NoCategory)?;
    code("category", category)?;
    for (field, text) in [("pack", fields.pack.as_ref().map(|pack| &pack.id)), ("language", fields.language.as_ref())] {
        text.map_or(Ok(()), |text| code(field, text))?;
    }
    let got = fields.narrative.chars().count();
    if got > MAX_NARRATIVE_CHARS {
        return Err(ReportError::NarrativeTooLong { got });
    }
    for (field, count) in fields.affected.unwrap_or_default().counts() {
        if count.is_some_and(|count| !count.adds_up()) {
            return Err(ReportError::DoesNotAddUp { field });
        }
    }
    list("actors", fields.actors.len(), MAX_LIST)?;
    for actor in &fields.actors {
        filled("actors.description", &actor.description, MAX_NAME_BYTES)?;
        text("actors.role", &actor.role, MAX_CODE_BYTES)?;
    }
    list("items", fields.items.len(), MAX_LIST)?;
    for item in &fields.items {
        filled("items.kind", &item.kind, MAX_NAME_BYTES)?;
        text("items.unit", &item.unit, MAX_CODE_BYTES)?;
        text("items.currency", &item.currency, MAX_CODE_BYTES)?;
    }
    list("answers", fields.answers.len(), MAX_LIST)?;
    for (question, answer) in &fields.answers {
        code("answers", question)?;
        match answer {
            Answer::Text(answer) => text(&format!("answers.{question}"), answer, MAX_TEXT_BYTES)?,
            Answer::Many(options) => {
                list(&format!("answers.{question}"), options.len(), MAX_LIST)?;
                options.iter().try_for_each(|option| code(&format!("answers.{question}"), option))?;
            }
            Answer::YesNo(_) | Answer::Number(_) | Answer::When(_) | Answer::Where(_) => {}
        }
    }
    list("media", fields.media.len(), MAX_LIST)?;
    for media in &fields.media {
        filled("media.mime", &media.mime, MAX_CODE_BYTES)?;
        text("media.caption", &media.caption, MAX_NAME_BYTES)?;
        list("media.chunks", media.chunks.len(), MAX_MEDIA_CHUNKS)?;
    }
    Ok(())
}

pub(crate) fn code(field: &str, got: &str) -> Result<(), ReportError> {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    if (1..=MAX_CODE_BYTES).contains(&got.len()) && got.chars().all(good) {
        return Ok(());
    }
    let got = got.chars().take(MAX_CODE_BYTES).collect();
    Err(ReportError::Code { field: field.to_owned(), got, limit: MAX_CODE_BYTES })
}

pub(crate) fn text(field: &str, text: &str, limit: usize) -> Result<(), ReportError> {
    let got = text.len();
    if got <= limit { Ok(()) } else { Err(ReportError::TextTooLong { field: field.to_owned(), got, limit }) }
}

pub(crate) fn filled(field: &str, got: &str, limit: usize) -> Result<(), ReportError> {
    if got.trim().is_empty() {
        return Err(ReportError::Empty { field: field.to_owned() });
    }
    text(field, got, limit)
}

pub(crate) fn list(field: &str, got: usize, limit: usize) -> Result<(), ReportError> {
    if got <= limit { Ok(()) } else { Err(ReportError::ListTooLong { field: field.to_owned(), got, limit }) }
}

impl Document {
    /// Writes a report's first change into an empty document of that kind. A report without a label gets TLP:AMBER.
    ///
    /// # Errors
    /// As [`validate`].
    pub fn write_report(&mut self, actor: &ActorId, fields: &ReportFields) -> Result<Vec<u8>, ReportError> {
        let fields = ReportFields { tlp: Some(fields.tlp.unwrap_or(Tlp::Amber)), ..fields.clone() };
        validate(&fields)?;
        let change = self.edit(actor, |transaction| write(transaction, &ReportFields::default(), &fields))?;
        change.ok_or(ReportError::Nothing)
    }

    /// Amends a report so that it says `fields`: take [`Report::read`]'s, change what is to change, and give it back.
    /// Only what differs is written; of the narrative, only the stretch that differs.
    ///
    /// # Errors
    /// As [`validate`]; [`ReportError::LabelFixed`], [`ReportError::Retracted`], [`ReportError::Nothing`].
    pub fn amend_report(&mut self, actor: &ActorId, fields: &ReportFields) -> Result<Vec<u8>, ReportError> {
        validate(fields)?;
        let now = Report::read(self);
        if now.retracted.is_some() {
            return Err(ReportError::Retracted);
        }
        if now.fields.tlp != fields.tlp {
            let wanted = fields.tlp.map_or_else(|| "none".to_owned(), |label| label.to_string());
            return Err(ReportError::LabelFixed { was: now.tlp(), wanted });
        }
        let change = self.edit(actor, |transaction| write(transaction, &now.fields, fields))?;
        change.ok_or(ReportError::Nothing)
    }

    /// Takes a report back; what it said stays readable. `at` is milliseconds since 1970.
    ///
    /// # Errors
    /// [`ReportError::Empty`] without a reason, [`ReportError::TextTooLong`], [`ReportError::Retracted`].
    pub fn retract_report(&mut self, actor: &ActorId, at: u64, why: &str) -> Result<Vec<u8>, ReportError> {
        filled("why", why, MAX_TEXT_BYTES)?;
        if Report::read(self).retracted.is_some() {
            return Err(ReportError::Retracted);
        }
        let retraction = Retraction { at, why: why.to_owned() };
        let change = self.edit(actor, |transaction| {
            transaction.put(ROOT, key::RETRACTED, retraction.encode()).map_err(ReportError::from)
        })?;
        change.ok_or(ReportError::Nothing)
    }

    /// Takes an earlier report back whose words are no longer at hand: the first and only change of a report that says
    /// nothing else, not even a category.
    ///
    /// # Errors
    /// As [`Document::retract_report`].
    pub fn write_retraction(
        &mut self,
        actor: &ActorId,
        of: Corrects,
        tlp: Tlp,
        at: u64,
        why: &str,
    ) -> Result<Vec<u8>, ReportError> {
        filled("why", why, MAX_TEXT_BYTES)?;
        let fields = ReportFields { corrects: Some(of), tlp: Some(tlp), ..ReportFields::default() };
        let retraction = Retraction { at, why: why.to_owned() };
        let change = self.edit(actor, |transaction| {
            write(transaction, &ReportFields::default(), &fields)?;
            transaction.put(ROOT, key::RETRACTED, retraction.encode()).map_err(ReportError::from)
        })?;
        change.ok_or(ReportError::Nothing)
    }
}

fn write(out: &mut Transaction<'_>, old: &ReportFields, new: &ReportFields) -> Result<(), ReportError> {
    put(out, key::PACK, old.pack.as_ref(), new.pack.as_ref())?;
    put(out, key::CATEGORY, old.category.as_ref(), new.category.as_ref())?;
    put(out, key::OCCURRED, old.occurred.as_ref(), new.occurred.as_ref())?;
    put(out, key::PLACE, old.place.as_ref(), new.place.as_ref())?;
    put(out, key::ORIGIN, old.origin.as_ref(), new.origin.as_ref())?;
    put(out, key::DESTINATION, old.destination.as_ref(), new.destination.as_ref())?;
    put(out, key::LANGUAGE, old.language.as_ref(), new.language.as_ref())?;
    put(out, key::BASIS, old.basis.as_ref(), new.basis.as_ref())?;
    put(out, key::AFFECTED, old.affected.as_ref(), new.affected.as_ref())?;
    put(out, key::ACTORS, full(&old.actors), full(&new.actors))?;
    put(out, key::ITEMS, full(&old.items), full(&new.items))?;
    put(out, key::MEDIA, full(&old.media), full(&new.media))?;
    put(out, key::URGENCY, old.urgency.as_ref(), new.urgency.as_ref())?;
    put(out, key::DANGER, yes(&old.danger_to_me), yes(&new.danger_to_me))?;
    put(out, key::WANTS_REPLY, yes(&old.wants_reply), yes(&new.wants_reply))?;
    put(out, key::TLP, old.tlp.as_ref(), new.tlp.as_ref())?;
    put(out, key::CORRECTS, old.corrects.as_ref(), new.corrects.as_ref())?;
    for question in old.answers.keys().chain(new.answers.keys().filter(|key| !old.answers.contains_key(*key))) {
        let key = format!("{}{question}", key::ANSWER);
        put(out, &key, old.answers.get(question), new.answers.get(question))?;
    }
    splice(out, &old.narrative, &new.narrative)
}

fn put<T: Scalar + PartialEq>(
    out: &mut Transaction<'_>,
    key: &str,
    old: Option<&T>,
    new: Option<&T>,
) -> Result<(), ReportError> {
    match new {
        _ if old == new => Ok(()),
        Some(value) => Ok(out.put(ROOT, key, value.encode())?),
        None => Ok(out.delete(ROOT, key)?),
    }
}

/// A list that has something in it.
fn full<T>(list: &Vec<T>) -> Option<&Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// A yes; a no is not written.
fn yes(value: &bool) -> Option<&bool> {
    value.then_some(value)
}

/// Replaces the one stretch of pieces in which two narratives differ: cheap, and enough for the edits that people make.
///
/// A narrative is a Text whose elements are sentences, not characters. Automerge notes the length of each element, and
/// in Arabic, with letters of two bytes and spaces of one, that costs half as much again as the words. Only one device
/// writes a report, so nothing is lost by merging whole sentences.
fn splice(out: &mut Transaction<'_>, old: &str, new: &str) -> Result<(), ReportError> {
    if old == new {
        return Ok(());
    }
    let text = narrative(out)?;
    let (old, new) = (elements(out, &text), pieces(new));
    let start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let tails = old.iter().skip(start).rev().zip(new.iter().skip(start).rev());
    let end = tails.take_while(|(old, new)| old == new).count();
    let chars = |pieces: &[String], skip: usize, take: usize| -> usize {
        pieces.iter().skip(skip).take(take).map(|piece| piece.chars().count()).sum()
    };
    let mut at = chars(&old, 0, start);
    let removed = chars(&old, start, old.len() - start - end);
    if removed > 0 {
        out.splice_text(&text, at, isize::try_from(removed).unwrap_or_default(), "")?;
    }
    for piece in new.iter().take(new.len() - end).skip(start) {
        out.insert(&text, at, piece.as_str())?;
        at += piece.chars().count();
    }
    Ok(())
}

/// The elements of a text as they stand.
fn elements(out: &Transaction<'_>, text: &ObjId) -> Vec<String> {
    out.values(text).filter_map(|(value, _)| value.as_str().map(str::to_owned)).collect()
}

/// Sentences, each with the space after it. Where one ends is a guess; a wrong one costs a few bytes and nothing else.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let (mut ended, mut spaced) = (false, true);
    for letter in text.chars() {
        match pieces.last_mut() {
            Some(piece) if !(ended && spaced) || letter.is_whitespace() => piece.push(letter),
            _ => pieces.push(letter.to_string()),
        }
        spaced = letter.is_whitespace();
        ended = matches!(letter, '.' | '!' | '?' | '؟' | '…' | '\n') || (ended && spaced);
    }
    pieces
}

fn narrative(out: &Transaction<'_>) -> Result<ObjId, ReportError> {
    match out.get(ROOT, key::NARRATIVE)? {
        Some((Value::Object(ObjType::Text), id)) => Ok(id),
        _ => Err(ReportError::Defect("the document has no text for a narrative".to_owned())),
    }
}
