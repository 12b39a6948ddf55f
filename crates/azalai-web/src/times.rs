//! Times as people say them. The words and their order stand in the messages; nothing here knows a language.

use azalai_model::occurred::instant;
use azalai_model::{Occurred, TimePrecision};

use crate::texts::{Arg, Texts};

pub(crate) const MINUTE: i64 = 60_000;

/// A message made of other messages, without the marks that Fluent sets around each value: one that holds nothing but
/// marked parts counts as left-to-right, and would turn an Arabic date around.
fn said(texts: &Texts, key: &str, one: (&str, &dyn Arg), two: (&str, &dyn Arg)) -> String {
    texts.say2(key, one, two).replace(['\u{2068}', '\u{2069}'], "")
}

/// A moment on a clock that is `offset_min` minutes ahead of UTC: year, month, day, hour and minute.
struct Moment {
    year: String,
    month: u8,
    day: u8,
    clock: String,
}

impl Moment {
    fn new(at_ms: i64, offset_min: i16) -> Self {
        let local = at_ms.saturating_add(i64::from(offset_min) * MINUTE);
        let text = instant(u64::try_from(local).unwrap_or_default());
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default().to_owned();
        let number = |from, to| part(from, to).parse().unwrap_or_default();
        Self { year: part(0, 4), month: number(5, 7), day: number(8, 10), clock: part(11, 16) }
    }

    fn day(&self, texts: &Texts) -> String {
        let month = texts.of("month", &self.month.to_string());
        let day = said(texts, "date-day", ("day", &self.day), ("month", &month));
        said(texts, "date-year", ("day", &day), ("year", &texts.number(&self.year)))
    }

    fn month(&self, texts: &Texts) -> String {
        let (month, year) = (texts.of("month", &self.month.to_string()), texts.number(&self.year));
        said(texts, "date-month", ("month", &month), ("year", &year))
    }

    fn minute(&self, texts: &Texts) -> String {
        said(texts, "date-minute", ("day", &self.day(texts)), ("clock", &texts.number(&self.clock)))
    }
}

/// The month of a moment: its name with the year, the day of it, and how many days it has.
pub(crate) fn this_month(texts: &Texts, at_ms: u64, offset_min: i16) -> (String, u8, u8) {
    let moment = Moment::new(i64::try_from(at_ms).unwrap_or_default(), offset_min);
    let year: u32 = moment.year.parse().unwrap_or_default();
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match moment.month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (moment.month(texts), moment.day, days)
}

/// Minutes that a browser's clock is ahead of UTC, as it gives them; `None` if no clock is.
pub(crate) fn offset(text: &str) -> Option<i16> {
    text.parse::<i16>().ok().filter(|offset| offset % 15 == 0 && offset.abs() <= 840)
}

/// The day of a moment.
pub(crate) fn day(texts: &Texts, at_ms: u64, offset_min: i16) -> String {
    Moment::new(i64::try_from(at_ms).unwrap_or_default(), offset_min).day(texts)
}

/// Day and minute of a moment.
pub(crate) fn minute(texts: &Texts, at_ms: u64, offset_min: i16) -> String {
    Moment::new(i64::try_from(at_ms).unwrap_or_default(), offset_min).minute(texts)
}

/// When something happened, as exactly as it is known, by its reporter's clock.
pub(crate) fn occurred(texts: &Texts, when: &Occurred) -> String {
    let (Some(from), Some(to)) = (when.from_ms(), when.to_ms()) else { return texts.say("date-unknown") };
    let (first, last) = (Moment::new(from, when.offset_min()), Moment::new(to - MINUTE, when.offset_min()));
    let name = |moment: &Moment| match when.precision() {
        TimePrecision::Minute => moment.minute(texts),
        TimePrecision::Month => moment.month(texts),
        _ => moment.day(texts),
    };
    let (first, last) = (name(&first), name(&last));
    if first == last { first } else { said(texts, "date-range", ("from", &first), ("to", &last)) }
}

/// The day of a moment as a date field wants it: `2026-11-20`.
pub(crate) fn iso_day(at_ms: u64, offset_min: i16) -> String {
    let local = i64::try_from(at_ms).unwrap_or_default() + i64::from(offset_min) * MINUTE;
    instant(u64::try_from(local).unwrap_or_default()).get(..10).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::named;

    /// Guards against dates in the wrong order or with another language's months.
    #[test]
    fn a_day_is_said_as_each_language_says_it() {
        let at = 1_763_596_800_000; // 2025-11-20T00:00Z
        assert_eq!(day(named("en").unwrap(), at, 0), "20 November 2025");
        assert_eq!(day(named("fr").unwrap(), at, 0), "20 novembre 2025");
        assert_eq!(day(named("ar").unwrap(), at, 0), "٢٠ نوفمبر ٢٠٢٥");
        assert_eq!(minute(named("ar").unwrap(), at - 1, 60), "٢٠ نوفمبر ٢٠٢٥، ٠٠:٥٩");
        assert_eq!(minute(named("en").unwrap(), at - 1, 60), "20 November 2025, 00:59");
        assert_eq!(iso_day(at - 1, 0), "2025-11-19");
    }

    /// Guards against a week or a range that is shown as one day.
    #[test]
    fn what_is_known_coarsely_is_shown_coarsely() {
        let en = named("en").unwrap();
        let week = Occurred::parse("2025-W47", 0, 0).unwrap();
        assert_eq!(occurred(en, &week), "17 November 2025 to 23 November 2025");
        let month = Occurred::parse("2025-11", 0, 0).unwrap();
        assert_eq!(occurred(en, &month), "November 2025");
        assert_eq!(occurred(en, &Occurred::UNKNOWN), "It is not known when");
    }
}
