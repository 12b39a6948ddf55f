//! What stands in the address of the map: which incidents are asked for. Read forgivingly, written in one form.

use std::collections::BTreeSet;

use azalai_model::{Occurred, Status};
use azalai_node::Wanted;
use azalai_roster::AreaCode;

use crate::forms::{Fields, first, plain_digits};
use crate::times;

/// Periods that are offered: so many days up to now, all, or between two dates.
pub(crate) const PERIODS: [&str; 6] = ["7", "30", "90", "365", "all", "dates"];

const DAY_MS: i64 = 86_400_000;

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query {
    /// One of [`PERIODS`].
    pub(crate) period: String,
    /// First day, as a date field gives it; may be empty.
    pub(crate) from: String,
    /// Last day; may be empty.
    pub(crate) to: String,
    pub(crate) categories: BTreeSet<String>,
    pub(crate) statuses: BTreeSet<String>,
    pub(crate) areas: BTreeSet<String>,
    /// How many incidents of the list are passed over.
    pub(crate) after: usize,
}

impl Query {
    pub(crate) fn read(fields: &Fields) -> Self {
        let all = |name: &str| -> BTreeSet<String> {
            let values = fields.get(name).into_iter().flatten();
            values.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).collect()
        };
        let (from, to) = (plain_digits(first(fields, "from")), plain_digits(first(fields, "to")));
        // Whoever gave a date means it, even where no script could set the period to go with it.
        let asked = if from.is_empty() && to.is_empty() { first(fields, "period") } else { "dates" };
        let period = PERIODS.iter().find(|period| **period == asked).copied().unwrap_or("90");
        Self {
            period: period.to_owned(),
            from,
            to,
            categories: all("category"),
            statuses: all("status"),
            areas: all("area"),
            after: first(fields, "after").parse().unwrap_or_default(),
        }
    }

    /// The incidents that are asked for now. A date, status or area that is none does not limit; what the person
    /// sees in the form is what counts.
    pub(crate) fn wanted(&self, now_ms: u64, offset_min: i16) -> Wanted {
        let day = |text: &str| Occurred::parse(text, now_ms, offset_min).ok();
        let (from_ms, to_ms) = match self.period.as_str() {
            "dates" => (day(&self.from).and_then(|day| day.from_ms()), day(&self.to).and_then(|day| day.to_ms())),
            period => {
                let today = day("today").and_then(|day| day.from_ms());
                let days: Option<i64> = period.parse().ok();
                (today.zip(days).map(|(today, days)| today - (days - 1) * DAY_MS), None)
            }
        };
        Wanted {
            from_ms,
            to_ms,
            categories: self.categories.clone(),
            statuses: Status::ALL.iter().copied().filter(|s| self.statuses.contains(&s.to_string())).collect(),
            areas: self.areas.iter().filter_map(|area| AreaCode::try_new(area).ok()).collect(),
        }
    }

    /// As it stands in an address, without where the list begins.
    pub(crate) fn written(&self) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        out.append_pair("period", &self.period);
        if self.period == "dates" {
            out.append_pair("from", &self.from).append_pair("to", &self.to);
        }
        for (name, values) in [("category", &self.categories), ("status", &self.statuses), ("area", &self.areas)] {
            for value in values {
                out.append_pair(name, value);
            }
        }
        out.finish()
    }
}

/// The number of the day of a moment since 1970, on a clock that is `offset_min` ahead.
pub(crate) fn day_number(at_ms: i64, offset_min: i16) -> i64 {
    at_ms.saturating_add(i64::from(offset_min) * times::MINUTE).div_euclid(DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_763_640_000_000; // 2025-11-20T12:00Z

    fn read(address: &str) -> Query {
        Query::read(&crate::forms::read(address.as_bytes()).unwrap())
    }

    /// Guards against a filter that is another one after the page was loaded again.
    #[test]
    fn a_filter_is_the_same_after_it_was_written_and_read() {
        let address =
            "period=dates&from=2025-11-01&to=2025-11-10&category=killing&category=abduction&status=new&area=gao";
        let query = read(address);
        assert_eq!(read(&query.written()), query);
        assert_eq!(query.categories.len(), 2);
        assert_eq!(read("").period, "90");
        assert_eq!(read("period=7&from=2025-11-01").period, "dates");
        // ٢٠٢٥-١١-٠١
        let arabic = read("from=%D9%A2%D9%A0%D9%A2%D9%A5-%D9%A1%D9%A1-%D9%A0%D9%A1");
        assert_eq!((arabic.period.as_str(), arabic.from.as_str()), ("dates", "2025-11-01"));
        assert_eq!(read("period=%3Cscript%3E").period, "90");
    }

    /// Guards against a last day that is cut off, and against days of another clock.
    #[test]
    fn both_days_of_a_period_belong_to_it() {
        let wanted = read("period=dates&from=2025-11-01&to=2025-11-10").wanted(NOW, 60);
        assert_eq!(wanted.to_ms.unwrap() - wanted.from_ms.unwrap(), 10 * DAY_MS);
        assert_eq!(day_number(wanted.from_ms.unwrap(), 60) + 10, day_number(wanted.to_ms.unwrap(), 60));
        let week = read("period=7").wanted(NOW, 0);
        assert_eq!((week.from_ms, week.to_ms), (Some(1_763_078_400_000), None));
        let odd = read("period=dates&from=yesterday%27&to=&status=odd&area=%00").wanted(NOW, 0);
        assert_eq!(odd, Wanted { from_ms: None, ..Wanted::default() });
    }
}
