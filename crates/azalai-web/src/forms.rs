//! What a form brings: its fields as they were typed, its files, and its token. Checked for size and number before
//! anything is made of it; what a field means is the page's business.

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::App;
use crate::gate::Visitor;
use crate::host::Host;
use crate::limits::{MAX_FIELD_BYTES, MAX_FIELD_NAME_BYTES, MAX_FORM_BYTES, MAX_FORM_FIELDS};
use crate::problem::{Kind, Problem};

/// The field that carries the form's token.
pub(crate) const TOKEN: &str = "token";

/// Fields by name, each with its values in order.
pub(crate) type Fields = BTreeMap<String, Vec<String>>;

/// A form whose token is the visitor's own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    pub(crate) fields: Fields,
    /// The file that came with it, if any.
    pub(crate) file: Vec<u8>,
}

impl Form {
    /// The first value of a field, without white space around it; empty if there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        first(&self.fields, name)
    }
}

/// The first value of a field, without white space around it; empty if there is none.
pub(crate) fn first<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).and_then(|values| values.first()).map_or("", |value| value.trim())
}

/// A form as it came, whatever its token.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unchecked(pub(crate) Form);

impl Unchecked {
    /// Whether the token is the visitor's own.
    pub(crate) fn is_of(&self, visitor: &Visitor) -> bool {
        let (got, wanted) = (self.0.get(TOKEN).as_bytes(), visitor.token.as_bytes());
        // In constant time: a token is not to be found byte by byte.
        got.len() == wanted.len() && got.iter().zip(wanted).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
    }
}

/// Reads fields as a browser encodes them. `None` for too many, or too long ones.
pub(crate) fn read(bytes: &[u8]) -> Option<Fields> {
    let mut fields = Fields::new();
    for (count, (name, value)) in form_urlencoded::parse(bytes).enumerate() {
        if count >= MAX_FORM_FIELDS || name.len() > MAX_FIELD_NAME_BYTES || value.len() > MAX_FIELD_BYTES {
            return None;
        }
        fields.entry(name.into_owned()).or_default().push(clean(&value));
    }
    Some(fields)
}

/// The fields that stand in an address.
pub(crate) fn of_address(query: Option<String>) -> Result<Fields, Problem> {
    read(query.unwrap_or_default().as_bytes()).ok_or_else(|| Problem::new(Kind::Form))
}

/// Text without what a person cannot have meant: control characters other than line ends and tabs. Marks of direction
/// stay, since right-to-left writing needs them; pages keep them from reaching beyond their own element.
fn clean(value: &str) -> String {
    let value = value.replace("\r\n", "\n");
    value.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

impl<H: Host> FromRequest<Arc<App<H>>> for Unchecked {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App<H>>) -> Result<Self, Problem> {
        let bad = || Problem::new(Kind::Form);
        let kind =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/x-www-form-urlencoded") {
            let bytes = Bytes::from_request(request, app).await.map_err(|_| bad())?;
            if bytes.len() > MAX_FORM_BYTES {
                return Err(bad());
            }
            let fields = read(&bytes).ok_or_else(bad)?;
            return Ok(Self(Form { fields, file: Vec::new() }));
        }
        let mut parts = Multipart::from_request(request, app).await.map_err(|_| bad())?;
        let mut form = Form::default();
        let mut count = 0;
        while let Some(part) = parts.next_field().await.map_err(|_| bad())? {
            count += 1;
            let (name, is_file) = (part.name().unwrap_or_default().to_owned(), part.file_name().is_some());
            let bytes = part.bytes().await.map_err(|_| bad())?;
            let too_long = !is_file && bytes.len() > MAX_FORM_BYTES || name.len() > MAX_FIELD_NAME_BYTES;
            if count > MAX_FORM_FIELDS || too_long {
                return Err(bad());
            }
            if is_file {
                if !bytes.is_empty() {
                    // Takes the bytes over where nobody else holds them: a file of letters is large.
                    form.file = Vec::from(bytes);
                }
            } else {
                let text = core::str::from_utf8(&bytes).map_err(|_| bad())?;
                form.fields.entry(name).or_default().push(clean(text));
            }
        }
        Ok(Self(form))
    }
}

impl<H: Host> FromRequest<Arc<App<H>>> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App<H>>) -> Result<Self, Problem> {
        let visitor = Visitor::of(request.extensions())?;
        let form = Unchecked::from_request(request, app).await?;
        if form.is_of(&visitor) { Ok(form.0) } else { Err(Problem::new(Kind::Stale)) }
    }
}

/// A number or a date with the digits 0–9, however it was typed: Arabic and Persian keyboards have digits and a decimal
/// sign of their own. Only for fields that are read as numbers; words stay as they were written.
pub(crate) fn plain_digits(text: &str) -> String {
    let plain = |c: char| match c {
        '\u{660}'..='\u{669}' => char::from_digit(u32::from(c) - 0x660, 10).unwrap_or(c),
        '\u{6f0}'..='\u{6f9}' => char::from_digit(u32::from(c) - 0x6f0, 10).unwrap_or(c),
        '\u{66b}' => '.',
        other => other,
    };
    // Marks of direction come along with what is copied from Arabic text.
    text.chars().filter(|c| !matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}')).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against bytes that break a page or the terminal of whoever reads them later.
    #[test]
    fn control_characters_are_left_out_and_writing_stays() {
        let fields = read(b"text=a%00b%1b%5B31m%0D%0Ac&text=%D8%BA%D8%A7%D9%88&x=%ff").unwrap();
        assert_eq!(fields["text"], ["ab[31m\nc", "غاو"]);
        assert_eq!(fields["x"], ["\u{fffd}"]);
        assert_eq!(first(&fields, "none"), "");
    }

    /// Guards against a number that is refused because of the keyboard it was typed on.
    #[test]
    fn digits_of_arabic_and_persian_keyboards_are_read_as_numbers() {
        assert_eq!(plain_digits("٢٠٢٦-١١-٢٤"), "2026-11-24");
        assert_eq!(plain_digits("\u{200f}۱۶٫۲۷"), "16.27");
        assert_eq!(plain_digits("-0.04"), "-0.04");
    }

    /// Guards against a form that makes this program hold more than any honest one.
    #[test]
    fn too_many_and_too_long_fields_are_refused() {
        assert!(read("a=1&".repeat(MAX_FORM_FIELDS).as_bytes()).is_some());
        assert!(read("a=1&".repeat(MAX_FORM_FIELDS + 1).as_bytes()).is_none());
        assert!(read(format!("{}=1", "n".repeat(MAX_FIELD_NAME_BYTES + 1)).as_bytes()).is_none());
        assert!(read(format!("n={}", "v".repeat(MAX_FIELD_BYTES + 1)).as_bytes()).is_none());
    }
}
