//! Incidents as spots: what a map or a list by place shows of each, for a span of time and some of the categories,
//! areas and statuses.
//!
//! What an incident does not say itself is taken from the reports behind it, the most exact first. It must never make
//! a place more exact than somebody wrote it: how a spot is drawn is the page's business.

use std::collections::BTreeSet;

use azalai_envelope::DocumentId;
use azalai_model::{Occurred, Place, Status};
use azalai_roster::AreaCode;
use azalai_store::{Disk, Store};

use crate::error::NodeError;
use crate::node::Node;

/// An incident, as far as a map shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    /// The incident.
    pub id: DocumentId,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// The area that it belongs to, which need not be where it happened.
    pub area: Option<AreaCode>,
    /// The code of its category.
    pub category: Option<String>,
    /// When it happened.
    pub occurred: Occurred,
    /// When it was written: milliseconds since 1970, by its author's clock.
    pub written_ms: u64,
    /// Where it happened, if that is known.
    pub place: Option<Place>,
    /// The place is that of a report behind it.
    pub place_of_report: bool,
    /// How many reports are linked.
    pub reports: usize,
}

impl Spot {
    /// The span in which it happened, in milliseconds since 1970; where that is not known, when it was written.
    #[must_use]
    pub fn span(&self) -> (i64, i64) {
        let written = i64::try_from(self.written_ms).unwrap_or(i64::MAX);
        (self.occurred.from_ms().unwrap_or(written), self.occurred.to_ms().unwrap_or(written))
    }
}

/// Which spots are asked for. What is empty or `None` does not limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Milliseconds since 1970; what ended before is left out.
    pub from_ms: Option<i64>,
    /// Milliseconds since 1970; what began then or later is left out.
    pub to_ms: Option<i64>,
    /// Codes of categories.
    pub categories: BTreeSet<String>,
    /// Statuses.
    pub statuses: BTreeSet<Status>,
    /// Areas, each with the areas in it.
    pub areas: BTreeSet<AreaCode>,
}

impl Wanted {
    /// Whether a spot is asked for; `within` says whether its first area is, or lies in, the second.
    #[must_use]
    pub fn holds(&self, spot: &Spot, within: impl Fn(&AreaCode, &AreaCode) -> bool) -> bool {
        let (from, to) = spot.span();
        let area = || spot.area.as_ref().is_some_and(|area| self.areas.iter().any(|wanted| within(area, wanted)));
        // A span of no length still happened: it is in a window that holds its moment.
        self.from_ms.is_none_or(|start| to.max(from.saturating_add(1)) > start)
            && self.to_ms.is_none_or(|end| from < end)
            && (self.statuses.is_empty() || self.statuses.contains(&spot.status))
            && (self.categories.is_empty() || spot.category.as_ref().is_some_and(|code| self.categories.contains(code)))
            && (self.areas.is_empty() || area())
    }
}

/// What a report says of these things.
pub(crate) struct Told<'a> {
    pub(crate) place: Option<&'a Place>,
    pub(crate) occurred: Option<&'a Occurred>,
    pub(crate) category: Option<&'a str>,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// The spots that are asked for, the latest first.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn spots(&self, wanted: &Wanted) -> Result<Vec<Spot>, NodeError> {
        Ok(self.some_spots(wanted, 0, usize::MAX, Spot::clone).await?.0)
    }

    /// Of the spots that are asked for, the latest first, `take` after `skip` as `shown` makes them, and how many there
    /// are: nothing is copied of the others.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn some_spots<T>(
        &self,
        wanted: &Wanted,
        skip: usize,
        take: usize,
        shown: impl Fn(&Spot) -> T,
    ) -> Result<(Vec<T>, usize), NodeError> {
        let index = self.index().await?.lock();
        let within = |area: &AreaCode, of: &AreaCode| self.roster().is_within(area, of);
        let all = index.incidents.values().map(|entry| &entry.spot);
        let mut spots: Vec<&Spot> = all.filter(|spot| wanted.holds(spot, within)).collect();
        let total = spots.len();
        spots.sort_by_cached_key(|spot| (core::cmp::Reverse(spot.span()), spot.id));
        Ok((spots.into_iter().skip(skip).take(take).map(shown).collect(), total))
    }

    /// The categories of the incidents that are known.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn incident_categories(&self) -> Result<BTreeSet<String>, NodeError> {
        let index = self.index().await?.lock();
        let mut used = BTreeSet::new();
        for code in index.incidents.values().filter_map(|entry| entry.spot.category.as_deref()) {
            if !used.contains(code) {
                used.insert(code.to_owned());
            }
        }
        Ok(used)
    }

    /// The spots of these incidents, in the order asked; those that are not there are left out.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn spots_of(&self, ids: &[DocumentId]) -> Result<Vec<Spot>, NodeError> {
        let index = self.index().await?.lock();
        Ok(ids.iter().filter_map(|id| Some(index.incidents.get(id)?.spot.clone())).collect())
    }
}

/// Takes from reports what the incident does not say: each time the most exact.
pub(crate) fn complete<'a>(spot: &mut Spot, reports: impl Iterator<Item = Told<'a>>) {
    let own_place = spot.place.is_some();
    let own_time = spot.occurred != Occurred::UNKNOWN;
    for told in reports {
        if let Some(place) = told.place.filter(|_| !own_place) {
            let rank = |place: &Place| (place.point().is_none(), place.precision(), place.accuracy_m());
            if spot.place.as_ref().is_none_or(|known| rank(place) < rank(known)) {
                spot.place = Some(place.clone());
                spot.place_of_report = true;
            }
        }
        if let Some(occurred) = told.occurred.filter(|_| !own_time)
            && occurred.precision() < spot.occurred.precision()
        {
            spot.occurred = *occurred;
        }
        if spot.category.is_none() {
            spot.category = told.category.map(str::to_owned);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use azalai_model::{PlacePrecision, Point};

    use super::*;

    fn spot(occurred: &str) -> Spot {
        Spot {
            id: DocumentId([1; 16]),
            title: "Taken on the road".to_owned(),
            status: Status::New,
            area: Some("ansongo".parse().unwrap()),
            category: Some("abduction".to_owned()),
            occurred: Occurred::parse(occurred, 0, 0).unwrap(),
            written_ms: 1_763_640_000_000, // 2025-11-20T12:00Z
            place: None,
            place_of_report: false,
            reports: 0,
        }
    }

    fn day(text: &str) -> Option<i64> {
        Occurred::parse(text, 0, 0).unwrap().from_ms()
    }

    fn within(area: &AreaCode, of: &AreaCode) -> bool {
        area == of || (area.as_str() == "ansongo" && of.as_str() == "gao")
    }

    /// Guards against an incident that falls out of every window at the edge of a day, or stays in all of them.
    #[test]
    fn a_spot_is_in_the_windows_that_its_time_touches() {
        let holds = |from: Option<&str>, to: Option<&str>, occurred: &str| {
            let (from_ms, to_ms) = (from.and_then(day), to.and_then(day));
            Wanted { from_ms, to_ms, ..Wanted::default() }.holds(&spot(occurred), within)
        };
        assert!(holds(None, None, "2025-11-10"));
        assert!(holds(Some("2025-11-10"), Some("2025-11-11"), "2025-11-10"));
        assert!(!holds(Some("2025-11-11"), None, "2025-11-10"));
        assert!(!holds(None, Some("2025-11-10"), "2025-11-10"));
        assert!(holds(Some("2025-11-30"), None, "2025-11"));
        assert!(holds(Some("2025-11-20"), Some("2025-11-21"), "unknown"));
        assert!(!holds(Some("2025-11-21"), None, "unknown"));
    }

    /// Guards against a filter that shows what was not asked for, or hides what lies in an area within the one asked.
    #[test]
    fn filters_hold_together_and_areas_hold_those_within() {
        let wanted = |category: &str, area: &str, status: Status| Wanted {
            categories: [category.to_owned()].into(),
            areas: [area.parse().unwrap()].into(),
            statuses: [status].into(),
            ..Wanted::default()
        };
        assert!(wanted("abduction", "gao", Status::New).holds(&spot("unknown"), within));
        assert!(!wanted("killing", "gao", Status::New).holds(&spot("unknown"), within));
        assert!(!wanted("abduction", "menaka", Status::New).holds(&spot("unknown"), within));
        assert!(!wanted("abduction", "gao", Status::Closed).holds(&spot("unknown"), within));
    }

    /// Guards against an incident that is nowhere although its reports say where, and one that a report overrules.
    #[test]
    fn what_an_incident_does_not_say_is_taken_from_its_most_exact_report() {
        let row = |precision, lat| {
            let point = Some(Point::try_new(lat, 0.0).unwrap());
            let place = Place::try_new(point, None, Some(precision), None, None).unwrap();
            let occurred = Occurred::parse("2025-11-10", 0, 0).unwrap();
            (place, occurred)
        };
        let rows = [row(PlacePrecision::Area, 1.0), row(PlacePrecision::Exact, 2.0), row(PlacePrecision::Village, 3.0)];
        let told = || {
            rows.iter().map(|(place, occurred)| Told { place: Some(place), occurred: Some(occurred), category: None })
        };
        let mut bare = spot("unknown");
        complete(&mut bare, told());
        assert_eq!(bare.place.as_ref().unwrap().point().unwrap().lat(), 2.0);
        assert!(bare.place_of_report && bare.occurred != Occurred::UNKNOWN);
        assert_eq!(bare.category.as_deref(), Some("abduction"));
        let mut own = spot("2025-11-12");
        own.place = Some(rows[0].0.clone());
        let before = own.clone();
        complete(&mut own, told());
        assert_eq!(own, before);
    }
}
