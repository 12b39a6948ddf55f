//! How a language writes the digits of numbers, dates and clocks. What is no number keeps its digits everywhere, so
//! that it can be copied and compared: coordinates, grades, keys, addresses, the values of form fields.

use core::fmt::Display;

use fluent_bundle::FluentValue;

/// A way to write digits, by its name in Unicode's CLDR
/// (<https://cldr.unicode.org/translation/core-data/numbering-systems>): what the message `language-numbering` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbering {
    /// 0123456789
    Latn,
    /// ٠١٢٣٤٥٦٧٨٩
    Arab,
    /// ۰۱۲۳۴۵۶۷۸۹
    Arabext,
}

impl Numbering {
    pub(crate) const ALL: [Self; 3] = [Self::Latn, Self::Arab, Self::Arabext];

    /// Its name, which is also what a browser calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Latn => "latn",
            Self::Arab => "arab",
            Self::Arabext => "arabext",
        }
    }

    /// The one of this name; what the program does not know is written as 0–9.
    pub(crate) fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|one| one.name() == name).unwrap_or(Self::Latn)
    }

    /// A number, date or clock that was written with 0–9.
    pub(crate) fn write(self, plain: &str) -> String {
        let zero = match self {
            Self::Latn => return plain.to_owned(),
            Self::Arab => 0x660,
            Self::Arabext => 0x6f0,
        };
        let one = |c: char| match c {
            '0'..='9' => char::from_u32(zero + u32::from(c) - 0x30).unwrap_or(c),
            '.' => '\u{66b}',
            other => other,
        };
        plain.chars().map(one).collect()
    }

    /// What stands in a message in the place of a value; `None` leaves it to the message itself.
    pub(crate) fn in_message(self, value: &FluentValue<'_>) -> Option<String> {
        match value {
            FluentValue::Number(number) => Some(self.write(&number.as_string())),
            _ => None,
        }
    }

    /// Anything that is shown with digits.
    pub(crate) fn show(self, value: impl Display) -> String {
        self.write(&value.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::plain_digits;

    /// Guards against a number that is shown in digits which cannot be typed back into a field.
    #[test]
    fn what_is_shown_can_be_typed() {
        for numbering in Numbering::ALL {
            assert_eq!(Numbering::named(numbering.name()), numbering);
            assert_eq!(plain_digits(&numbering.show(1_234_567_890_u64)), "1234567890");
            assert_eq!(plain_digits(&numbering.show("16.25")), "16.25");
        }
        assert_eq!(Numbering::Arab.write("09:41"), "٠٩:٤١");
        assert_eq!(Numbering::Arabext.write("-3.5"), "-۳٫۵");
        assert_eq!(Numbering::named("roman"), Numbering::Latn);
    }
}
