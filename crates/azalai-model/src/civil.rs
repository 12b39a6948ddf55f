//! Days, weeks and months of the proleptic Gregorian calendar, in whole numbers.
//!
//! No clock, no time zone database: an offset in minutes is an argument.

/// One minute in milliseconds.
pub(crate) const MINUTE: i64 = 60_000;
/// One day in milliseconds.
pub(crate) const DAY: i64 = 86_400_000;
/// The end of the year 9999 in milliseconds since 1970: later times are refused, so that arithmetic cannot overflow.
pub(crate) const END_OF_TIME: i64 = 253_402_300_800_000;

/// A calendar date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Date {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
}

impl Date {
    /// The date, if the calendar has it and its year is between 1970 and 9999.
    pub(crate) fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        let date = Self { year, month, day };
        ((1970..=9999).contains(&year) && (1..=12).contains(&month) && Self::from_days(date.days()) == date)
            .then_some(date)
    }

    /// Days since 1 January 1970. Years are counted from March, so that the leap day is the last one.
    pub(crate) fn days(self) -> i64 {
        let year = if self.month <= 2 { self.year - 1 } else { self.year };
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    /// The date of a day since 1 January 1970.
    pub(crate) fn from_days(days: i64) -> Self {
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        Self { year: year_of_era + era * 400 + i64::from(month <= 2), month, day }
    }

    /// The first day of the next month.
    pub(crate) fn next_month(self) -> Self {
        if self.month == 12 {
            Self { year: self.year + 1, month: 1, day: 1 }
        } else {
            Self { year: self.year, month: self.month + 1, day: 1 }
        }
    }
}

/// The Monday on or before a day (both in days since 1970, a Thursday).
pub(crate) fn monday(days: i64) -> i64 {
    days - (days + 3).rem_euclid(7)
}

/// The ISO 8601 year and number of the week that a day is in.
pub(crate) fn iso_week(days: i64) -> (i64, i64) {
    let thursday = monday(days) + 3;
    let year = Date::from_days(thursday).year;
    let first = Date { year, month: 1, day: 1 }.days();
    (year, (thursday - first) / 7 + 1)
}

/// The Monday of an ISO 8601 week, if that year has it.
pub(crate) fn iso_week_monday(year: i64, week: i64) -> Option<i64> {
    let fourth = Date::new(year, 1, 4)?.days();
    let start = monday(fourth) + (week - 1) * 7;
    (week >= 1 && iso_week(start) == (year, week)).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against a calendar that is off by one around leap days and centuries.
    #[test]
    fn every_day_of_eight_thousand_years_round_trips() {
        let mut previous = None;
        for days in 0..=2_932_896 {
            let date = Date::from_days(days);
            assert_eq!(date.days(), days);
            assert!(previous < Some(date));
            previous = Some(date);
        }
        assert_eq!(previous, Date::new(9999, 12, 31));
        assert_eq!(Date::new(2026, 2, 29), None);
        assert!(Date::new(2028, 2, 29).is_some());
        assert_eq!(Date::new(2100, 2, 29), None);
        assert_eq!(Date::new(2026, 13, 1), None);
        assert_eq!(Date::new(2026, 11, 24).map(Date::days), Some(20_781));
    }

    /// Guards against weeks that begin on the wrong day or belong to the wrong year.
    #[test]
    fn weeks_follow_iso_8601() {
        let day = |y, m, d| Date::new(y, m, d).unwrap().days();
        assert_eq!(iso_week(day(2026, 11, 20)), (2026, 47));
        assert_eq!(iso_week(day(2027, 1, 3)), (2026, 53));
        assert_eq!(iso_week(day(2024, 12, 30)), (2025, 1));
        assert_eq!(iso_week_monday(2026, 47), Some(day(2026, 11, 16)));
        assert_eq!(iso_week_monday(2025, 53), None);
        assert_eq!(iso_week_monday(2026, 0), None);
    }
}
