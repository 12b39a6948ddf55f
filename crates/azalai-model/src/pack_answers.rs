//! Whether the answers of a report fit the questions of its category.

use std::collections::BTreeMap;

use crate::pack::{Category, Question, QuestionKind};
use crate::parts::Answer;

/// Why an answer does not fit its question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The category has no such question.
    #[error("category {category:?} has no question {question:?}")]
    NoQuestion {
        /// The category.
        category: String,
        /// The question.
        question: String,
    },
    /// An answer of another type.
    #[error("question {question:?} asks for {kind}, and the answer is {given}{}", offer(.options))]
    Type {
        /// The question.
        question: String,
        /// What it asks for.
        kind: QuestionKind,
        /// What was answered.
        given: &'static str,
        /// What it offers to choose from; none if it is no choice.
        options: Vec<String>,
    },
    /// A choice that the question does not offer.
    #[error("question {question:?} has no option {option:?}{}", offer(.options))]
    NoOption {
        /// The question.
        question: String,
        /// What was chosen.
        option: String,
        /// What it offers.
        options: Vec<String>,
    },
}

fn offer(options: &[String]) -> String {
    if options.is_empty() { String::new() } else { format!("; it has: {}", options.join(", ")) }
}

impl core::fmt::Display for QuestionKind {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Text => "a text",
            Self::Number => "a number of zero or more",
            Self::Count => "a whole number of zero or more",
            Self::OneOf => "one of its options, as a text",
            Self::ManyOf => "a list of its options",
            Self::Date => "a time",
            Self::Place => "a place",
            Self::YesNo => "true or false",
        })
    }
}

impl Category {
    /// Whether answers fit the questions of this category.
    ///
    /// # Errors
    /// [`AnswerError`], one variant for each rule.
    pub fn check_answers(&self, answers: &BTreeMap<String, Answer>) -> Result<(), AnswerError> {
        for (key, answer) in answers {
            let question = self.questions.iter().find(|question| question.key == *key);
            let missing = || AnswerError::NoQuestion { category: self.code.clone(), question: key.clone() };
            question.ok_or_else(missing)?.check(answer)?;
        }
        Ok(())
    }
}

impl Question {
    fn check(&self, answer: &Answer) -> Result<(), AnswerError> {
        let options = || self.options.iter().map(|offered| offered.value.clone()).collect();
        let offered = |option: &String| match self.options.iter().any(|offered| offered.value == *option) {
            true => Ok(()),
            false => {
                Err(AnswerError::NoOption { question: self.key.clone(), option: option.clone(), options: options() })
            }
        };
        match (self.kind, answer) {
            (QuestionKind::Text, Answer::Text(_))
            | (QuestionKind::Number, Answer::Number(_))
            | (QuestionKind::Date, Answer::When(_))
            | (QuestionKind::Place, Answer::Where(_))
            | (QuestionKind::YesNo, Answer::YesNo(_)) => Ok(()),
            (QuestionKind::Count, Answer::Number(number)) if number.get().fract() == 0.0 => Ok(()),
            (QuestionKind::OneOf, Answer::Text(option)) => offered(option),
            (QuestionKind::ManyOf, Answer::Many(options)) => options.iter().try_for_each(offered),
            _ => Err(AnswerError::Type {
                question: self.key.clone(),
                kind: self.kind,
                given: match answer {
                    Answer::YesNo(_) => "true or false",
                    Answer::Number(_) => "a number",
                    Answer::Text(_) => "a text",
                    Answer::Many(_) => "a list",
                    Answer::When(_) => "a time",
                    Answer::Where(_) => "a place",
                },
                options: options(),
            }),
        }
    }
}
