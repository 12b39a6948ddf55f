//! A report: what one monitor saw or heard.
//!
//! Every field but the category may be missing; a report that says little is a report. Only the device that made it
//! writes it. It must never hold a person's name in a field of its own, and its place never decides who reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use automerge::{ObjType, ScalarValue, Value};
use azalai_envelope::codec::DecodeError;
use serde::{Deserialize, Serialize};

use crate::corrects::Corrects;
use crate::counting::Written;
use crate::document::Document;
use crate::field::{self, Conflict, Unreadable};
use crate::labels::{Basis, Tlp, Urgency};
use crate::occurred::Occurred;
use crate::parts::{ActorMention, Affected, Answer, Item, MediaRef, Retraction, answers_in};
use crate::place::Place;
use crate::report_keys as key;
use crate::scalar::{Scalar, wrong_type};

/// Which pack of categories a report was written with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackRef {
    /// The pack's id.
    pub id: String,
    /// Its version.
    pub version: u32,
}

impl FromStr for PackRef {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        let wrong = || wrong_type("pack", "not of the form id@version");
        let (id, version) = text.split_once('@').ok_or_else(wrong)?;
        let pack = Self { id: id.to_owned(), version: version.parse().map_err(|_| wrong())? };
        if pack.to_string() == text { Ok(pack) } else { Err(wrong()) }
    }
}

impl core::fmt::Display for PackRef {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}@{}", self.id, self.version)
    }
}

impl Scalar for PackRef {
    fn encode(&self) -> ScalarValue {
        self.to_string().encode()
    }

    fn decode(scalar: &ScalarValue) -> Result<Self, DecodeError> {
        String::decode(scalar)?.parse()
    }
}

/// What a report says: to write one, to amend one, and as it is read. JSON has the same names; a name that is not
/// among them is an error, so that a misspelt field is not silently lost.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a report: an object with category, text and what else is known")]
pub struct ReportFields {
    /// The pack that the category is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pack: Option<PackRef>,
    /// What kind of thing happened: a code of the pack. The one field that must be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred: Option<Occurred>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Where a flow comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Place>,
    /// Where a flow goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<Place>,
    /// What happened, in words; `text` in JSON is the same.
    #[serde(skip_serializing_if = "String::is_empty", alias = "text")]
    pub narrative: String,
    /// Language of the narrative (BCP 47).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// How the reporter knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// People harmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affected: Option<Affected>,
    /// Who took part, described and never named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actors: Vec<ActorMention>,
    /// What was traded, taken or found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    /// Answers to the pack's questions, by their keys.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "answers_in")]
    pub answers: BTreeMap<String, Answer>,
    /// Photographs, recordings and files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<MediaRef>,
    /// How soon somebody should act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    /// Whether the reporter is in danger.
    #[serde(skip_serializing_if = "is_false")]
    pub danger_to_me: bool,
    /// Whether the reporter wants an answer.
    #[serde(skip_serializing_if = "is_false")]
    pub wants_reply: bool,
    /// Who may read it, fixed when the report is made; a report without a readable label counts as the strictest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tlp: Option<Tlp>,
    /// The earlier report that it takes the place of, whose words its author's device no longer holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrects: Option<Corrects>,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// A report as it stands in its document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// What it says.
    #[serde(flatten)]
    pub fields: ReportFields,
    /// When and why its author took it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retracted: Option<Retraction>,
    /// Fields that two chains of the one device set apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Conflict>,
    /// What stands in the document and cannot be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<Unreadable>,
    /// Fields that this program does not know, by key: from a newer Azalai.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unknown: BTreeMap<String, Vec<String>>,
}

impl Report {
    /// Reads what stands in the document. Never fails: what cannot be read is listed.
    #[must_use]
    pub fn read(document: &Document) -> Self {
        let mut reading = Reading { document, conflicts: Vec::new(), unreadable: Vec::new() };
        let mut fields = ReportFields {
            pack: reading.take(key::PACK),
            category: reading.take(key::CATEGORY),
            occurred: reading.take(key::OCCURRED),
            place: reading.take(key::PLACE),
            origin: reading.take(key::ORIGIN),
            destination: reading.take(key::DESTINATION),
            narrative: reading.narrative(),
            language: reading.take(key::LANGUAGE),
            basis: reading.take(key::BASIS),
            affected: reading.take(key::AFFECTED),
            actors: reading.take(key::ACTORS).unwrap_or_default(),
            items: reading.take(key::ITEMS).unwrap_or_default(),
            answers: BTreeMap::new(),
            media: reading.take(key::MEDIA).unwrap_or_default(),
            urgency: reading.take(key::URGENCY),
            danger_to_me: reading.take(key::DANGER).unwrap_or_default(),
            wants_reply: reading.take(key::WANTS_REPLY).unwrap_or_default(),
            tlp: reading.label(),
            corrects: reading.take(key::CORRECTS),
        };
        let retracted = reading.take(key::RETRACTED);
        let known: BTreeSet<&str> = key::NAMES.iter().map(|(key, _)| *key).collect();
        let mut unknown = BTreeMap::new();
        for key in document.root_keys() {
            if let Some(question) = key.strip_prefix(key::ANSWER) {
                let answer = reading.take_named(&key, &format!("answers/{question}"));
                fields.answers.extend(answer.map(|answer| (question.to_owned(), answer)));
            } else if !known.contains(key.as_str()) {
                unknown.insert(key.clone(), field::raw_values(document.automerge(), &key));
            }
        }
        let Reading { conflicts, unreadable, .. } = reading;
        Self { fields, retracted, conflicts, unreadable, unknown }
    }

    /// The label that counts: where none can be read, the strictest.
    #[must_use]
    pub fn tlp(&self) -> Tlp {
        self.fields.tlp.unwrap_or(Tlp::Red)
    }
}

/// Collects what is odd while fields are read.
struct Reading<'a> {
    document: &'a Document,
    conflicts: Vec<Conflict>,
    unreadable: Vec<Unreadable>,
}

impl Reading<'_> {
    fn take<T: Scalar + Clone + PartialEq + Serialize>(&mut self, key: &str) -> Option<T> {
        let name = key::NAMES.iter().find(|(known, _)| *known == key).map_or(key, |(_, name)| name);
        self.take_named(key, name)
    }

    fn take_named<T: Scalar + Clone + PartialEq + Serialize>(&mut self, key: &str, name: &str) -> Option<T> {
        let field = field::read::<T>(self.document, key);
        self.conflicts.extend(field.conflict(name));
        self.unreadable.extend(field.unreadable(name));
        field.value
    }

    /// Of several labels the strictest counts; one that cannot be read counts as the strictest of all.
    fn label(&mut self) -> Option<Tlp> {
        let mut field = field::read::<Tlp>(self.document, key::TLP);
        field.value = field.readable().max().copied();
        self.conflicts.extend(field.conflict("tlp"));
        let before = self.unreadable.len();
        self.unreadable.extend(field.unreadable("tlp"));
        if self.unreadable.len() > before { Some(Tlp::Red) } else { field.value }
    }

    fn narrative(&mut self) -> String {
        let (counting, _) = self.document.written(key::NARRATIVE);
        match counting.last() {
            Some(Written { value: Value::Object(ObjType::Text), id, .. }) => self.document.counting_text(id),
            _ => {
                let raw = field::raw_values(self.document.automerge(), key::NARRATIVE).join(", ");
                let why = "not the text that the base change makes".to_owned();
                self.unreadable.push(Unreadable { field: "narrative".to_owned(), raw, why });
                String::new()
            }
        }
    }
}
