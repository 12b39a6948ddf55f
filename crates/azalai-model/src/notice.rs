//! A notice: what a coordinator or steward tells a circle, or answers the author of a report. An immutable record.
//!
//! The bytes are fixed in `docs/spec/documents.md`. Who reads it is the statement's audience and never stands in here.

use azalai_envelope::DocumentId;
use azalai_envelope::codec::{DecodeError, Reader, Writer};

use crate::limits::{MAX_LANGUAGE_BYTES, MAX_NOTICE_BYTES};

/// The version that this program writes and reads.
pub const VERSION: u8 = 1;

/// What a notice says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    text: String,
    language: Option<String>,
    report: Option<DocumentId>,
}

/// What is wrong with a notice that somebody wants to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// There is nothing in it.
    #[error("a notice needs a text")]
    Empty,
    /// It is too long.
    #[error("a notice of {0} bytes; the longest has {MAX_NOTICE_BYTES}")]
    TooLong(usize),
    /// A character that does not belong in a text.
    #[error("a notice has no control characters but line feeds and tabs; this one has U+{:04X}", u32::from(*.0))]
    Control(char),
    /// The language is none.
    #[error("language {0:?}: expected a tag such as fr, of at most {MAX_LANGUAGE_BYTES} letters, digits and hyphens")]
    Language(String),
}

impl Notice {
    /// Checks what a notice says. White space at both ends is dropped.
    ///
    /// # Errors
    /// [`NoticeError`], one variant for each rule.
    pub fn try_new(text: &str, language: Option<&str>, report: Option<DocumentId>) -> Result<Self, NoticeError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NoticeError::Empty);
        }
        if text.len() > MAX_NOTICE_BYTES {
            return Err(NoticeError::TooLong(text.len()));
        }
        if let Some(control) = text.chars().find(|c| control(*c)) {
            return Err(NoticeError::Control(control));
        }
        if let Some(tag) = language.filter(|tag| !is_tag(tag)) {
            return Err(NoticeError::Language(tag.to_owned()));
        }
        Ok(Self { text: text.to_owned(), language: language.map(str::to_owned), report })
    }

    /// What it says.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The language that it is in, if its author said so.
    #[must_use]
    pub fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// The report that it answers.
    #[must_use]
    pub const fn report(&self) -> Option<DocumentId> {
        self.report
    }

    /// The body of its statement.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).text(&self.text).text(self.language.as_deref().unwrap_or_default());
        match &self.report {
            Some(report) => writer.u8(1).raw(&report.0),
            None => writer.u8(0),
        };
        writer.finish()
    }

    /// Reads the body of a statement.
    ///
    /// # Errors
    /// [`DecodeError`]; an unknown version as [`DecodeError::UnknownVersion`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        match reader.u8("notice")? {
            VERSION => {}
            got => return Err(DecodeError::UnknownVersion { field: "notice", got }),
        }
        let text = reader.text("text", MAX_NOTICE_BYTES)?;
        if text.trim().is_empty() || text.chars().any(control) {
            return Err(reader.invalid("text", "empty, or with control characters"));
        }
        let language = reader.text("language", MAX_LANGUAGE_BYTES)?;
        if !language.is_empty() && !is_tag(&language) {
            return Err(reader.invalid("language", "not a language tag"));
        }
        let report = match reader.u8("report flag")? {
            0 => None,
            1 => Some(DocumentId(reader.array("report")?)),
            _ => return Err(reader.invalid("report flag", "neither 0 nor 1")),
        };
        reader.end("notice")?;
        Ok(Self { text, language: (!language.is_empty()).then_some(language), report })
    }
}

fn control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

/// Whether a text looks like a BCP 47 tag.
pub(crate) fn is_tag(tag: &str) -> bool {
    (1..=MAX_LANGUAGE_BYTES).contains(&tag.len()) && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// Guards against bytes that a newer program writes otherwise: a signed notice is read for ever.
    #[test]
    fn a_notice_has_fixed_bytes_and_is_read_back() {
        let answer = Notice::try_new(" Merci ", Some("fr"), Some(DocumentId([7; 16]))).unwrap();
        let mut bytes = vec![1, 5];
        bytes.extend_from_slice(b"Merci\x02fr\x01");
        bytes.extend_from_slice(&[7; 16]);
        assert_eq!(answer.encode(), bytes);
        assert_eq!(Notice::decode(&bytes).unwrap(), answer);
        let alert = Notice::try_new("غاو\nx", None, None).unwrap();
        assert_eq!(Notice::decode(&alert.encode()).unwrap(), alert);
    }

    /// Guards against what nobody can read, or that a terminal or page would act on.
    #[test]
    fn what_is_no_notice_is_refused_with_the_reason() {
        assert_eq!(Notice::try_new(" \n", None, None), Err(NoticeError::Empty));
        assert_eq!(Notice::try_new("a\u{1b}[2J", None, None), Err(NoticeError::Control('\u{1b}')));
        let long = "é".repeat(MAX_NOTICE_BYTES);
        assert_eq!(Notice::try_new(&long, None, None), Err(NoticeError::TooLong(2 * MAX_NOTICE_BYTES)));
        assert!(matches!(Notice::try_new("x", Some("f r"), None), Err(NoticeError::Language(_))));
        for wrong in [&[1, 1, b' ', 0, 0][..], &[1, 1, 7, 0, 0], &[1, 1, b'x', 0, 2], &[1, 1, b'x', 0, 0, 0]] {
            assert!(Notice::decode(wrong).is_err(), "{wrong:?}");
        }
        assert!(matches!(Notice::decode(&[2]), Err(DecodeError::UnknownVersion { got: 2, .. })));
    }

    /// Guards against hostile bytes that end the program.
    #[test]
    fn damage_is_an_error_and_never_a_panic() {
        let bytes = Notice::try_new("Alert", Some("en"), Some(DocumentId([7; 16]))).unwrap().encode();
        for cut in 0..bytes.len() {
            assert!(Notice::decode(&bytes[..cut]).is_err());
        }
        for at in 0..bytes.len() {
            for value in 0..=255 {
                let mut other = bytes.clone();
                other[at] = value;
                let _ = Notice::decode(&other);
            }
        }
    }
}
