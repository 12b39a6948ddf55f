//! A pack: the categories and questions that a project works with, in its languages, with usual urgency and label.
//!
//! A pack is checked whole when it is read; a project never works with half of one. It decides no rights: it may only
//! make a report's label stricter.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::codec::is_unseen;
use serde::{Deserialize, Serialize};

use crate::labels::{Tlp, Urgency};
use crate::limits::{MAX_CODE_BYTES, MAX_LIST, MAX_NAME_BYTES, MAX_PACK_BYTES, MAX_PACK_ENTRIES};
use crate::notice::is_tag;
pub use crate::pack_answers::AnswerError;
use crate::report::PackRef;

/// Texts by language (BCP 47).
pub type Labels = BTreeMap<String, String>;

/// Why a pack is none. `at` is the path to the place in question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// More bytes than any pack has.
    #[error("a pack has at most {MAX_PACK_BYTES} bytes, this one has {0}")]
    TooLong(usize),
    /// Not the JSON of a pack; the message names field, line and column.
    #[error("not a pack: {0}")]
    Json(String),
    /// A list with more entries than allowed.
    #[error("{at}: {got} entries, {limit} are allowed")]
    TooMany {
        /// Where.
        at: String,
        /// How many there are.
        got: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// A code that is none.
    #[error("{at}: {got:?} must be 1 to {MAX_CODE_BYTES} lowercase letters, digits or hyphens")]
    Code {
        /// Where.
        at: String,
        /// What is there.
        got: String,
    },
    /// A code that is there twice.
    #[error("{at}: {code:?} is there twice")]
    Twice {
        /// Where.
        at: String,
        /// The code.
        code: String,
    },
    /// A list that must have something in it.
    #[error("{at}: there is none")]
    None {
        /// Where.
        at: String,
    },
    /// A language that is no BCP 47 tag.
    #[error("{at}: {got:?} is no tag of a language, such as fr")]
    Language {
        /// Where.
        at: String,
        /// What is there.
        got: String,
    },
    /// A text with signs that nobody sees, by which it could pass for another.
    #[error("{at}: signs that cannot be seen (controls, marks of direction, signs without width)")]
    Unseen {
        /// Where.
        at: String,
    },
    /// A text that a language of the pack lacks, or that is empty or too long.
    #[error("{at}: the text in {language:?} must have 1 to {MAX_NAME_BYTES} bytes")]
    Label {
        /// Where.
        at: String,
        /// The language.
        language: String,
    },
    /// Options where the question has none, or none where it needs them.
    #[error("{at}: one-of and many-of need options, other questions have none")]
    Options {
        /// Where.
        at: String,
    },
    /// A reference to something that the pack does not have.
    #[error("{at}: there is no {wanted:?} in this pack")]
    Dangling {
        /// Where.
        at: String,
        /// What it refers to.
        wanted: String,
    },
}

/// What a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuestionKind {
    /// Words.
    Text,
    /// Any number of zero or more.
    Number,
    /// A whole number.
    Count,
    /// One of the options.
    OneOf,
    /// Any of the options.
    ManyOf,
    /// A time.
    Date,
    /// A place.
    Place,
    /// Yes or no.
    YesNo,
}

/// A choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What stands in the report.
    pub value: String,
    /// What people read.
    pub labels: Labels,
}

/// When a question is asked: only if an earlier one was answered so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The earlier question of the same category.
    pub question: String,
    /// The option chosen there, or `yes` or `no`.
    pub is: String,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// How a report names it.
    pub key: String,
    /// What it asks for.
    #[serde(rename = "type")]
    pub kind: QuestionKind,
    /// What people read.
    pub labels: Labels,
    /// The choices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// When it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
}

/// How sure a row of a crosswalk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mapping {
    /// Somebody looked it up in the list.
    Confirmed,
    /// Somebody has yet to.
    ToConfirm,
}

/// What a category is called in another list of codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crosswalk {
    /// The list, such as `iccs`.
    pub list: String,
    /// The code there, as it is written there.
    pub code: String,
    /// How sure that is.
    pub status: Mapping,
    /// When it fits, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A kind of thing that happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// How a report names it.
    pub code: String,
    /// What it belongs to.
    pub theme: String,
    /// The picture of another category that ships, if this one has none of its own code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// What people read.
    pub names: Labels,
    /// How urgent it usually is.
    pub urgency: Urgency,
    /// The label it usually gets, if not [`Tlp::Amber`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tlp: Option<Tlp>,
    /// What other lists call it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crosswalks: Vec<Crosswalk>,
    /// What is asked about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
}

/// Reports of a category go to a narrower audience, whatever their author says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routing {
    /// The category.
    pub category: String,
    /// The widest label that such a report may have.
    pub tlp: Tlp,
}

/// A pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// The languages that every text is there in.
    pub languages: Vec<String>,
    /// What its own themes are called; those of the pack that ships need no name here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub themes: BTreeMap<String, Labels>,
    /// The categories, in the order in which people see them.
    pub categories: Vec<Category>,
    /// Where reports go to a narrower audience.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routing: Vec<Routing>,
}

impl Pack {
    /// Reads a pack and checks all of it.
    ///
    /// # Errors
    /// [`PackError`], one variant for each rule, with the path to the place.
    pub fn parse(json: &[u8]) -> Result<Self, PackError> {
        if json.len() > MAX_PACK_BYTES {
            return Err(PackError::TooLong(json.len()));
        }
        let pack: Self = serde_json::from_slice(json).map_err(|error| PackError::Json(error.to_string()))?;
        pack.check()?;
        Ok(pack)
    }

    /// The pack as JSON without white space: what is sent, and what [`Pack::parse`] reads as the same pack.
    #[must_use]
    pub fn written(&self) -> Vec<u8> {
        // Strings, numbers and maps with texts as keys: serde_json writes all of them.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// How a report names this pack.
    #[must_use]
    pub fn reference(&self) -> PackRef {
        PackRef { id: self.id.clone(), version: self.version }
    }

    /// The category with this code.
    #[must_use]
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.code == code)
    }

    /// The label of a new report: what its author asks for, else what the category usually gets, else
    /// [`Tlp::Amber`]; but never wider than the routing allows.
    #[must_use]
    pub fn label(&self, category: &str, asked: Option<Tlp>) -> Tlp {
        let usual = self.category(category).and_then(|category| category.tlp).unwrap_or(Tlp::Amber);
        let routes = self.routing.iter().filter(|route| route.category == category).map(|route| route.tlp);
        routes.chain([asked.unwrap_or(usual)]).max().unwrap_or(usual)
    }

    fn check(&self) -> Result<(), PackError> {
        code("id", &self.id)?;
        some("languages", self.languages.len(), MAX_LIST)?;
        unique("languages", self.languages.iter())?;
        if let Some((number, tag)) = self.languages.iter().enumerate().find(|(_, tag)| !is_tag(tag)) {
            let got = tag.chars().take(MAX_CODE_BYTES).collect();
            return Err(PackError::Language { at: format!("languages[{number}]"), got });
        }
        many("themes", self.themes.len(), MAX_LIST)?;
        for (theme, names) in &self.themes {
            code("themes", theme)?;
            self.labels(&format!("themes.{theme}"), names)?;
        }
        some("categories", self.categories.len(), MAX_PACK_ENTRIES)?;
        many("routing", self.routing.len(), MAX_PACK_ENTRIES)?;
        unique("categories", self.categories.iter().map(|category| &category.code))?;
        for (number, category) in self.categories.iter().enumerate() {
            let at = format!("categories[{number}]");
            code(&format!("{at}.code"), &category.code)?;
            code(&format!("{at}.theme"), &category.theme)?;
            self.labels(&format!("{at}.names"), &category.names)?;
            category.icon.iter().try_for_each(|icon| code(&format!("{at}.icon"), icon))?;
            many(&format!("{at}.crosswalks"), category.crosswalks.len(), MAX_LIST)?;
            for (number, row) in category.crosswalks.iter().enumerate() {
                let at = format!("{at}.crosswalks[{number}]");
                code(&format!("{at}.list"), &row.list)?;
                plain(&format!("{at}.code"), &row.code, 1)?;
                plain(&format!("{at}.note"), &row.note, 0)?;
            }
            many(&format!("{at}.questions"), category.questions.len(), MAX_LIST)?;
            unique(&format!("{at}.questions"), category.questions.iter().map(|question| &question.key))?;
            for (number, question) in category.questions.iter().enumerate() {
                self.check_question(&format!("{at}.questions[{number}]"), category, question)?;
            }
        }
        for (number, route) in self.routing.iter().enumerate() {
            if self.category(&route.category).is_none() {
                let at = format!("routing[{number}].category");
                return Err(PackError::Dangling { at, wanted: route.category.clone() });
            }
        }
        Ok(())
    }

    fn check_question(&self, at: &str, category: &Category, question: &Question) -> Result<(), PackError> {
        code(&format!("{at}.key"), &question.key)?;
        self.labels(&format!("{at}.labels"), &question.labels)?;
        let chooses = matches!(question.kind, QuestionKind::OneOf | QuestionKind::ManyOf);
        if chooses == question.options.is_empty() {
            return Err(PackError::Options { at: at.to_owned() });
        }
        many(&format!("{at}.options"), question.options.len(), MAX_LIST)?;
        unique(&format!("{at}.options"), question.options.iter().map(|option| &option.value))?;
        for (number, option) in question.options.iter().enumerate() {
            code(&format!("{at}.options[{number}].value"), &option.value)?;
            self.labels(&format!("{at}.options[{number}].labels"), &option.labels)?;
        }
        let Some(condition) = &question.condition else { return Ok(()) };
        let earlier = category.questions.iter().take_while(|other| other.key != question.key);
        let offers = |other: &Question| match other.kind {
            QuestionKind::YesNo => matches!(condition.is.as_str(), "yes" | "no"),
            _ => other.options.iter().any(|option| option.value == condition.is),
        };
        if earlier.filter(|other| other.key == condition.question).any(offers) {
            return Ok(());
        }
        let wanted = format!("{} = {}", condition.question, condition.is);
        Err(PackError::Dangling { at: format!("{at}.condition"), wanted })
    }

    fn labels(&self, at: &str, labels: &Labels) -> Result<(), PackError> {
        let good = |language: &&String| {
            labels.get(*language).is_some_and(|text| !text.trim().is_empty() && text.len() <= MAX_NAME_BYTES)
        };
        if let Some(language) = self.languages.iter().find(|language| !good(language)) {
            return Err(PackError::Label { at: at.to_owned(), language: language.clone() });
        }
        // A text in a language that the pack does not name would be sent and never checked.
        if let Some(language) = labels.keys().find(|language| !self.languages.contains(language)) {
            return Err(PackError::Dangling { at: at.to_owned(), wanted: language.clone() });
        }
        match labels.values().any(|text| text.chars().any(is_unseen)) {
            true => Err(PackError::Unseen { at: at.to_owned() }),
            false => Ok(()),
        }
    }
}

impl Category {
    /// What it is called in a language, or in whatever language there is.
    #[must_use]
    pub fn name(&self, language: &str) -> &str {
        text_in(&self.names, language).unwrap_or(&self.code)
    }
}

/// A text in a language; else in the language without its region; else in English; else in any.
#[must_use]
pub fn text_in<'a>(labels: &'a Labels, language: &str) -> Option<&'a str> {
    let plain = language.split('-').next().unwrap_or_default();
    let found = labels.get(language).or_else(|| labels.get(plain)).or_else(|| labels.get("en"));
    found.or_else(|| labels.values().next()).map(String::as_str)
}

fn code(at: &str, got: &str) -> Result<(), PackError> {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=MAX_CODE_BYTES).contains(&got.len()) && got.bytes().all(good) {
        return Ok(());
    }
    Err(PackError::Code { at: at.to_owned(), got: got.chars().take(MAX_CODE_BYTES).collect() })
}

fn plain(at: &str, text: &str, least: usize) -> Result<(), PackError> {
    if text.chars().any(is_unseen) {
        return Err(PackError::Unseen { at: at.to_owned() });
    }
    match text.len() {
        long if long > MAX_NAME_BYTES => {
            Err(PackError::TooMany { at: at.to_owned(), got: long, limit: MAX_NAME_BYTES })
        }
        short if short < least => Err(PackError::None { at: at.to_owned() }),
        _ => Ok(()),
    }
}

fn some(at: &str, got: usize, limit: usize) -> Result<(), PackError> {
    if got == 0 { Err(PackError::None { at: at.to_owned() }) } else { many(at, got, limit) }
}

fn many(at: &str, got: usize, limit: usize) -> Result<(), PackError> {
    if got <= limit { Ok(()) } else { Err(PackError::TooMany { at: at.to_owned(), got, limit }) }
}

fn unique<'a>(at: &str, mut codes: impl Iterator<Item = &'a String>) -> Result<(), PackError> {
    let mut seen = BTreeSet::new();
    match codes.find(|code| !seen.insert(*code)) {
        None => Ok(()),
        Some(code) => Err(PackError::Twice { at: at.to_owned(), code: code.clone() }),
    }
}
