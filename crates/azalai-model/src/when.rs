//! Reading a time as people write it, and as JSON carries it.
//!
//! The current time is an argument; a text that needs it is refused where it is not given.

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::civil::{DAY, Date, MINUTE, iso_week_monday};
use crate::occurred::{Occurred, TimeError, TimePrecision, check_offset, unit};

impl Occurred {
    /// Reads `now`, `today`, `yesterday`, `this week`, `last week`, `this month`, `unknown`, a day `2026-11-20`, a
    /// minute `2026-11-20T14:30` (with `Z` or `+01:00` if the clock is another one), a month `2026-11`, a week
    /// `2026-W47`, or a range `A..B` of any two of them.
    ///
    /// `now_ms` is milliseconds since 1970, `offset_min` how far the reporter's clock is ahead of UTC.
    ///
    /// # Errors
    /// [`TimeError`] with the text that was not understood.
    pub fn parse(text: &str, now_ms: u64, offset_min: i16) -> Result<Self, TimeError> {
        parse(text, i64::try_from(now_ms).ok(), offset_min)
    }

    /// As [`Occurred::parse`], but without the words that depend on today.
    ///
    /// # Errors
    /// [`TimeError::NeedsNow`] for such a word, else as [`Occurred::parse`].
    pub fn parse_absolute(text: &str) -> Result<Self, TimeError> {
        parse(text, None, 0)
    }
}

fn parse(text: &str, now: Option<i64>, offset_min: i16) -> Result<Occurred, TimeError> {
    check_offset(offset_min)?;
    let text = text.trim();
    let Some((first, last)) = text.split_once("..") else { return parse_one(text, now, offset_min) };
    let (first, last) = (parse_one(first.trim(), now, offset_min)?, parse_one(last.trim(), now, offset_min)?);
    match (first.from_ms(), last.to_ms()) {
        (Some(from), Some(to)) => {
            let precision = first.precision().max(last.precision());
            Occurred::try_new(from, to, precision, first.offset_min())
        }
        _ => Err(TimeError::Form(short(text))),
    }
}

fn parse_one(text: &str, now: Option<i64>, offset_min: i16) -> Result<Occurred, TimeError> {
    let lower = text.to_ascii_lowercase();
    let shift = i64::from(offset_min) * MINUTE;
    let span = |day: i64, precision| {
        let (from, to) = unit(day, precision);
        Occurred::try_new(from * DAY - shift, to * DAY - shift, precision, offset_min)
    };
    let now = || now.ok_or_else(|| TimeError::NeedsNow(short(text)));
    let today = || now().map(|now| (now + shift).div_euclid(DAY));
    match lower.as_str() {
        "unknown" => return Ok(Occurred::UNKNOWN),
        "now" => {
            let from = now()?.div_euclid(MINUTE) * MINUTE;
            return Occurred::try_new(from, from + MINUTE, TimePrecision::Minute, offset_min);
        }
        "today" => return span(today()?, TimePrecision::Day),
        "yesterday" => return span(today()? - 1, TimePrecision::Day),
        "this week" | "this-week" => return span(today()?, TimePrecision::Week),
        "last week" | "last-week" => return span(today()? - 7, TimePrecision::Week),
        "this month" | "this-month" => return span(today()?, TimePrecision::Month),
        _ => {}
    }
    let form = || TimeError::Form(short(text));
    let absent = || TimeError::NoSuchTime(short(text));
    if let Some((date, clock)) = lower.split_once(['t', ' ']) {
        let day = date_parts(date).ok_or_else(form)?.ok_or_else(absent)?.days();
        let (minute, offset) = clock_parts(clock, offset_min).ok_or_else(form)?;
        if !(0..1_440).contains(&minute) {
            return Err(absent());
        }
        let from = day * DAY + (minute - i64::from(offset)) * MINUTE;
        return Occurred::try_new(from, from + MINUTE, TimePrecision::Minute, offset);
    }
    if let Some((year, week)) = lower.split_once("-w") {
        let (year, week) = number(year, 4).zip(number(week, 2)).ok_or_else(form)?;
        return span(iso_week_monday(year, week).ok_or_else(absent)?, TimePrecision::Week);
    }
    if let Some((year, month)) = lower.split_once('-')
        && let (Some(year), Some(month)) = (number(year, 4), number(month, 2))
    {
        return span(Date::new(year, month, 1).ok_or_else(absent)?.days(), TimePrecision::Month);
    }
    span(date_parts(&lower).ok_or_else(form)?.ok_or_else(absent)?.days(), TimePrecision::Day)
}

/// `YYYY-MM-DD`; the inner `None` is a date that the calendar does not have.
fn date_parts(text: &str) -> Option<Option<Date>> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    Some(Date::new(number(year, 4)?, number(month, 2)?, number(day, 2)?))
}

/// `HH:MM`, `HH:MM:SS` (seconds are dropped), each perhaps with `Z` or an offset: minutes of the day, and the offset.
fn clock_parts(text: &str, offset_min: i16) -> Option<(i64, i16)> {
    let (clock, offset) = if let Some(clock) = text.strip_suffix('z') {
        (clock, 0)
    } else if let Some((clock, offset)) = text.split_once('+') {
        (clock, offset_parts(offset)?)
    } else if let Some((clock, offset)) = text.split_once('-') {
        (clock, -offset_parts(offset)?)
    } else {
        (text, offset_min)
    };
    let (hour, rest) = clock.split_once(':')?;
    let (minute, second) = rest.split_once(':').unwrap_or((rest, "00"));
    let (hour, minute, second) = (number(hour, 2)?, number(minute, 2)?, number(second, 2)?);
    (hour < 24 && minute < 60 && second < 60).then_some((hour * 60 + minute, offset)).or(Some((-1, offset)))
}

fn offset_parts(text: &str) -> Option<i16> {
    let (hours, minutes) = text.split_once(':')?;
    i16::try_from(number(hours, 2)? * 60 + number(minutes, 2)?).ok()
}

/// A number of exactly so many digits.
fn number(text: &str, digits: usize) -> Option<i64> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// The beginning of a text, for an error.
fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

/// How JSON carries a time that is not one text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    to: Option<String>,
    precision: TimePrecision,
}

impl Parts {
    fn occurred(self) -> Result<Occurred, TimeError> {
        let minute = |text: &str| match parse_one(text, None, 0)? {
            at if at.precision() == TimePrecision::Unknown => Err(TimeError::Form(short(text))),
            at => Ok((at.from_ms().unwrap_or_default(), at.offset_min())),
        };
        match (self.from, self.to, self.precision) {
            (None, None, TimePrecision::Unknown) => Ok(Occurred::UNKNOWN),
            (Some(from), Some(to), precision) => {
                let ((from, offset), (to, _)) = (minute(&from)?, minute(&to)?);
                Occurred::try_new(from, to, precision, offset)
            }
            (_, _, precision) => Err(TimeError::Incomplete(precision)),
        }
    }
}

impl Serialize for Occurred {
    /// `{"from", "to", "precision"}`: RFC 3339 on the reporter's clock, the end exclusive.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = |at: Option<i64>| at.map(|at| self.rfc3339(at));
        Parts { from: text(self.from_ms()), to: text(self.to_ms()), precision: self.precision() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Occurred {
    /// A text as [`Occurred::parse_absolute`] reads it, or the object that serialising writes.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Occurred;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("a time such as \"2026-11-20\", or an object with from, to and precision")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Occurred, E> {
                Occurred::parse_absolute(text).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Occurred, A::Error> {
                let parts = Parts::deserialize(de::value::MapAccessDeserializer::new(map))?;
                parts.occurred().map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::{pack, unpack};

    /// 2026-11-24, 04:05:30 UTC, a Tuesday.
    const NOW: u64 = 1_795_493_130_000;

    fn read(text: &str) -> String {
        match Occurred::parse(text, NOW, 60) {
            Ok(occurred) => occurred.to_string(),
            Err(error) => format!("! {error}"),
        }
    }

    /// Guards against a word that means another day than the reporter's.
    #[test]
    fn every_form_that_people_type_means_what_it_says_on_their_own_clock() {
        for (typed, shown) in [
            ("now", "2026-11-24T05:05+01:00"),
            ("today", "2026-11-24"),
            ("Yesterday", "2026-11-23"),
            ("this week", "2026-W48"),
            ("last week", "2026-W47"),
            ("this month", "2026-11"),
            ("2026-11-20", "2026-11-20"),
            ("2026-11-20T14:30", "2026-11-20T14:30+01:00"),
            ("2026-11-20 14:30:59", "2026-11-20T14:30+01:00"),
            ("2026-11-20T14:30Z", "2026-11-20T14:30Z"),
            ("2026-11-20T14:30-03:30", "2026-11-20T14:30-03:30"),
            ("2026-11", "2026-11"),
            ("2026-W47", "2026-W47"),
            ("2026-11-18..2026-11-20", "2026-11-18..2026-11-20"),
            ("2026-10 .. 2026-11-20", "2026-10..2026-11"),
            ("unknown", "unknown"),
        ] {
            assert_eq!(read(typed), shown, "{typed}");
        }
        assert_eq!(Occurred::parse("today", 1_795_563_000_000, 60).unwrap().to_string(), "2026-11-25");
    }

    /// Guards against nonsense that becomes some date.
    #[test]
    fn what_is_no_time_is_refused_with_the_text_that_was_given() {
        for typed in ["2026-02-30", "2026-13", "2026-W54", "2026-11-20T24:00", "1969-12-31", "2026-11-20T10:75"] {
            assert!(matches!(Occurred::parse(typed, NOW, 0), Err(TimeError::NoSuchTime(_))), "{typed}");
        }
        for typed in ["", "soon", "20-11-2026", "2026-1-1", "unknown..2026", "2026-11-20..", "٢٠٢٦-١١-٢٠"] {
            assert!(matches!(Occurred::parse(typed, NOW, 0), Err(TimeError::Form(_))), "{typed}");
        }
        assert!(matches!(Occurred::parse("2026-11-20..2026-11-18", NOW, 0), Err(TimeError::Backwards { .. })));
        assert!(matches!(Occurred::parse("today", NOW, 7), Err(TimeError::Offset(7))));
        assert!(matches!(Occurred::parse_absolute("today"), Err(TimeError::NeedsNow(_))));
    }

    /// Guards against bytes that move, grow or panic.
    #[test]
    fn packed_times_have_fixed_bytes_round_trip_and_never_panic() {
        let day = Occurred::parse("2026-11-20", NOW, 60).unwrap();
        assert_eq!(pack(&day), [1, 2, 60, 0x84, 0x98, 0xa2, 0x0e, 0xa0, 0x0b]);
        for typed in ["unknown", "now", "2026-11", "this week", "1970-01-01", "9999-12-31", "2026-10..today"] {
            for offset in [-840, -60, 0, 60, 345, 840] {
                let occurred = Occurred::parse(typed, NOW, offset).unwrap();
                let bytes = pack(&occurred);
                assert_eq!(unpack::<Occurred>(&bytes).unwrap(), occurred);
                for cut in 0..bytes.len() {
                    assert!(unpack::<Occurred>(&bytes[..cut]).is_err());
                }
                for at in 0..bytes.len() {
                    for bit in 0..8 {
                        let mut bad = bytes.clone();
                        bad[at] ^= 1 << bit;
                        if let Ok(other) = unpack::<Occurred>(&bad) {
                            assert_ne!(other, occurred);
                            let _ = (other.to_string(), other.coarsen(TimePrecision::Month));
                        }
                    }
                }
            }
        }
    }

    /// Guards against JSON that cannot be read back, and against misspelt fields that are silently dropped.
    #[test]
    fn json_round_trips_and_names_a_field_that_it_does_not_know() {
        let day = Occurred::parse("2026-11-20", NOW, 60).unwrap();
        let json = serde_json::to_string(&day).unwrap();
        assert_eq!(json, r#"{"from":"2026-11-20T00:00:00+01:00","to":"2026-11-21T00:00:00+01:00","precision":"day"}"#);
        assert_eq!(serde_json::from_str::<Occurred>(&json).unwrap(), day);
        assert_eq!(serde_json::from_str::<Occurred>("\"2026-11\"").unwrap().to_string(), "2026-11");
        let unknown = serde_json::to_string(&Occurred::UNKNOWN).unwrap();
        assert_eq!(serde_json::from_str::<Occurred>(&unknown).unwrap(), Occurred::UNKNOWN);
        let error = serde_json::from_str::<Occurred>(r#"{"form":"x","precision":"day"}"#).unwrap_err().to_string();
        assert!(error.contains("form"), "{error}");
    }

    /// Guards against a coarse time that still tells the hour, or that no longer holds what happened.
    #[test]
    fn a_coarser_time_contains_the_finer_one_in_whole_units() {
        let now = Occurred::parse("now", NOW, 60).unwrap();
        assert_eq!(now.coarsen(TimePrecision::Day).to_string(), "2026-11-24");
        assert_eq!(now.coarsen(TimePrecision::Week).to_string(), "2026-W48");
        assert_eq!(now.coarsen(TimePrecision::Month).to_string(), "2026-11");
        assert_eq!(now.coarsen(TimePrecision::Unknown), Occurred::UNKNOWN);
        let month = Occurred::parse("2026-11", NOW, 60).unwrap();
        assert_eq!(month.coarsen(TimePrecision::Day), month);
        let range = Occurred::parse("2026-10-30..2026-11-02", NOW, 0).unwrap().coarsen(TimePrecision::Month);
        assert_eq!(range.to_string(), "2026-10..2026-11");
    }
}
