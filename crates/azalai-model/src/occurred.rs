//! When something happened: a span of time with the precision that the reporter can vouch for.
//!
//! The span holds instants and the offset of the reporter's clock, so that "the 20th" is the same 20th for everyone.
//! It is what people say, for display and counting; it must never decide what is newer or who may do what.

use core::fmt;

use azalai_envelope::codec::{DecodeError, Reader, Writer};

use crate::civil::{DAY, Date, END_OF_TIME, MINUTE, iso_week, monday};
use crate::scalar::{Packed, coded};

coded! {
    /// How exactly a time is known, from fine to coarse.
    TimePrecision, "time precision", {
        /// To the minute.
        Minute = 1, "minute";
        /// To the day.
        Day = 2, "day";
        /// To the week, which begins on Monday.
        Week = 3, "week";
        /// To the month.
        Month = 4, "month";
        /// Not at all.
        Unknown = 5, "unknown";
    }
}

/// Why a time is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// A text in no form that is known here.
    #[error(
        "time {0:?} is in no known form: use now, today, yesterday, this week, unknown, 2026-11-20, 2026-11-20T14:30, \
         2026-11, 2026-W47 or a range A..B"
    )]
    Form(String),
    /// A date or hour that does not exist, or a year that is not between 1970 and 9999.
    #[error("time {0:?} names a date or an hour that does not exist between 1970 and 9999")]
    NoSuchTime(String),
    /// A word such as "today" where nobody says what day it is.
    #[error("time {0:?} depends on today's date: write the date itself here")]
    NeedsNow(String),
    /// A span that ends before it begins, or at once.
    #[error("a time must end after it begins: it begins at {from} and ends at {to} (milliseconds since 1970)")]
    Backwards {
        /// The beginning.
        from: i64,
        /// The end.
        to: i64,
    },
    /// A span that is not in whole minutes.
    #[error("a time must be in whole minutes, got {0} milliseconds since 1970")]
    NotMinutes(i64),
    /// An offset that no clock has.
    #[error("an offset must be whole quarters of an hour of at most 14 hours, got {0} minutes")]
    Offset(i16),
    /// A precision without a span, or a span without a precision.
    #[error("precision {0} needs a beginning and an end; precision unknown has neither")]
    Incomplete(TimePrecision),
}

/// When something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Occurred {
    span: Option<(i64, i64)>,
    precision: TimePrecision,
    offset_min: i16,
}

impl Occurred {
    /// Nobody knows when.
    pub const UNKNOWN: Self = Self { span: None, precision: TimePrecision::Unknown, offset_min: 0 };

    /// A span of whole minutes, from `from_ms` up to but without `to_ms` (since 1970, UTC), as seen on a clock that is
    /// `offset_min` minutes ahead of UTC.
    ///
    /// # Errors
    /// One variant of [`TimeError`] for each rule in that sentence.
    pub fn try_new(from_ms: i64, to_ms: i64, precision: TimePrecision, offset_min: i16) -> Result<Self, TimeError> {
        check_offset(offset_min)?;
        if precision == TimePrecision::Unknown {
            return Err(TimeError::Incomplete(precision));
        }
        for at in [from_ms, to_ms] {
            if !(-DAY..=END_OF_TIME + DAY).contains(&at) {
                return Err(TimeError::NoSuchTime(at.to_string()));
            }
            if at % MINUTE != 0 {
                return Err(TimeError::NotMinutes(at));
            }
        }
        if to_ms <= from_ms {
            return Err(TimeError::Backwards { from: from_ms, to: to_ms });
        }
        Ok(Self { span: Some((from_ms, to_ms)), precision, offset_min })
    }

    /// When it began, in milliseconds since 1970.
    #[must_use]
    pub fn from_ms(&self) -> Option<i64> {
        self.span.map(|(from, _)| from)
    }

    /// When it had ended (exclusive), in milliseconds since 1970.
    #[must_use]
    pub fn to_ms(&self) -> Option<i64> {
        self.span.map(|(_, to)| to)
    }

    /// How exactly it is known.
    #[must_use]
    pub fn precision(&self) -> TimePrecision {
        self.precision
    }

    /// How far the reporter's clock is ahead of UTC, in minutes.
    #[must_use]
    pub fn offset_min(&self) -> i16 {
        self.offset_min
    }

    /// The same, known no more exactly than `precision`: the beginning moves back and the end forward to whole days,
    /// weeks or months of the reporter's clock. What is coarser already stays as it is.
    #[must_use]
    pub fn coarsen(&self, precision: TimePrecision) -> Self {
        let Some((from, to)) = self.span else { return *self };
        if precision <= self.precision {
            return *self;
        }
        if precision == TimePrecision::Unknown {
            return Self::UNKNOWN;
        }
        let shift = i64::from(self.offset_min) * MINUTE;
        let (start, _) = unit((from + shift).div_euclid(DAY), precision);
        let (_, end) = unit((to + shift - MINUTE).div_euclid(DAY), precision);
        Self { span: Some((start * DAY - shift, end * DAY - shift)), precision, offset_min: self.offset_min }
    }

    /// A moment on the reporter's clock, as RFC 3339.
    pub(crate) fn rfc3339(&self, at: i64) -> String {
        let local = Local::new(at, self.offset_min);
        format!("{}T{}:00{}", local.date(), local.clock(), offset_text(self.offset_min))
    }
}

/// Whether some clock has this offset.
pub(crate) fn check_offset(offset_min: i16) -> Result<(), TimeError> {
    let good = offset_min % 15 == 0 && (-840..=840).contains(&offset_min);
    if good { Ok(()) } else { Err(TimeError::Offset(offset_min)) }
}

/// The first day of the day, week or month that `day` is in, and the first day after it.
pub(crate) fn unit(day: i64, precision: TimePrecision) -> (i64, i64) {
    match precision {
        TimePrecision::Week => (monday(day), monday(day) + 7),
        TimePrecision::Month => {
            let first = Date { day: 1, ..Date::from_days(day) };
            (first.days(), first.next_month().days())
        }
        TimePrecision::Minute | TimePrecision::Day | TimePrecision::Unknown => (day, day + 1),
    }
}

/// An instant as a clock at some offset shows it.
struct Local {
    day: i64,
    minute: i64,
}

impl Local {
    fn new(at: i64, offset_min: i16) -> Self {
        let local = at + i64::from(offset_min) * MINUTE;
        Self { day: local.div_euclid(DAY), minute: local.rem_euclid(DAY) / MINUTE }
    }

    fn date(&self) -> String {
        let Date { year, month, day } = Date::from_days(self.day);
        format!("{year:04}-{month:02}-{day:02}")
    }

    fn clock(&self) -> String {
        format!("{:02}:{:02}", self.minute / 60, self.minute % 60)
    }
}

fn offset_text(offset_min: i16) -> String {
    if offset_min == 0 {
        return "Z".to_owned();
    }
    let sign = if offset_min < 0 { '-' } else { '+' };
    let size = offset_min.unsigned_abs();
    format!("{sign}{:02}:{:02}", size / 60, size % 60)
}

impl fmt::Display for Occurred {
    /// As [`Occurred::parse`] reads it, with the reporter's own date and hour.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((from, to)) = self.span else { return f.write_str("unknown") };
        let (first, last) = (Local::new(from, self.offset_min), Local::new(to - MINUTE, self.offset_min));
        let name = |local: &Local| match self.precision {
            TimePrecision::Minute => format!("{}T{}{}", local.date(), local.clock(), offset_text(self.offset_min)),
            TimePrecision::Day | TimePrecision::Unknown => local.date(),
            TimePrecision::Week => {
                let (year, week) = iso_week(local.day);
                format!("{year:04}-W{week:02}")
            }
            TimePrecision::Month => {
                let date = Date::from_days(local.day);
                format!("{:04}-{:02}", date.year, date.month)
            }
        };
        let (first, last) = (name(&first), name(&last));
        if first == last { f.write_str(&first) } else { write!(f, "{first}..{last}") }
    }
}

impl Packed for Occurred {
    const FIELD: &'static str = "occurred";

    /// Precision, offset in quarters of an hour (0 to 112, 56 is UTC), then the beginning in minutes since the day
    /// before 1970 and the length in minutes.
    fn pack(&self, out: &mut Writer) {
        out.u8(self.precision.code());
        if let Some((from, to)) = self.span {
            out.u8((self.offset_min / 15 + 56).unsigned_abs() as u8);
            out.varint(((from + DAY) / MINUTE).unsigned_abs());
            out.varint(((to - from) / MINUTE).unsigned_abs());
        }
    }

    fn unpack(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let code = input.u8("occurred precision")?;
        let precision = TimePrecision::from_code(u64::from(code))
            .ok_or_else(|| input.invalid("occurred precision", "a number that this list does not have"))?;
        if precision == TimePrecision::Unknown {
            return Ok(Self::UNKNOWN);
        }
        let offset_min = (i16::from(input.u8("occurred offset")?) - 56) * 15;
        let span_limit = ((END_OF_TIME + 2 * DAY) / MINUTE).unsigned_abs() as usize;
        let minutes = |minutes: usize| minutes as i64 * MINUTE;
        let from = minutes(input.length("occurred beginning", span_limit)?) - DAY;
        let to = from + minutes(input.length("occurred length", span_limit)?);
        Self::try_new(from, to, precision, offset_min)
            .map_err(|_| input.invalid("occurred", "no time between 1970 and 9999"))
    }
}
/// A time in milliseconds since 1970 as ISO 8601 in UTC, to the second.
#[must_use]
pub fn instant(ms: u64) -> String {
    let seconds = i64::try_from(ms / 1000).unwrap_or(i64::MAX);
    let Date { year, month, day } = Date::from_days(seconds.div_euclid(86_400));
    let of_day = seconds.rem_euclid(86_400);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", of_day / 3600, of_day / 60 % 60, of_day % 60)
}
