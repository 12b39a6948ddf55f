//! Where a map draws a place: a point with how far off it may be, a region of the base map, or nowhere.
//!
//! A place that is known coarsely must never become a point: what comes out is at least as wide as what was written.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use azalai_model::gazetteer::{Resolved, fold};
use azalai_model::{Place, PlacePrecision, Point};
use azalai_roster::{AreaCode, Roster};

use crate::limits::{AREA_METRES, VILLAGE_METRES};
use crate::places::Places;

/// Words around a name that say what it is the name of: "Région de Gao", "Kano State".
const KINDS: [&str; 18] = [
    "region de",
    "region du",
    "region d",
    "region of",
    "region",
    "wilaya de",
    "wilaya d",
    "wilaya",
    "province de",
    "province du",
    "province",
    "etat de",
    "state",
    "ولايه",
    "منطقه",
    "governorate",
    "gouvernorat de",
    "gouvernorat d",
];

/// A region that has a country's name too: whoever writes it means the country.
const COUNTRY_TOO: &str = "NG/Niger";

/// Names that a region is better known by than the base map's (folded), and its id.
const BETTER_KNOWN: [(&str, &str); 3] =
    [("tombouctou", "ML/Timbuktu"), ("ndjamena", "TD/Ville de N'Djamena"), ("قاو", "ML/Gao")];

static REGIONS: &str = include_str!("../../../seeds/map/regions.csv");

/// A region of the base map that ships (`seeds/map/SOURCE.md`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// As the base map names it: country, slash, name.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// A point within.
    pub middle: Point,
}

/// Where a place is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Drawn {
    /// Within so many metres of this point; 0: at it, as exactly as positioning goes.
    Around(Point, u32),
    /// Somewhere in a region.
    In(&'static Region),
    /// It cannot be said where.
    Nowhere,
}

/// The regions of the base map.
pub fn regions() -> &'static [Region] {
    static CELL: OnceLock<Vec<Region>> = OnceLock::new();
    CELL.get_or_init(|| REGIONS.lines().skip(1).filter_map(region).collect())
}

fn region(line: &'static str) -> Option<Region> {
    let mut fields = line.split(',');
    let (id, name, _) = (fields.next()?, fields.next()?, fields.next()?);
    let middle = Point::try_new(fields.next()?.parse().ok()?, fields.next()?.parse().ok()?).ok()?;
    Some(Region { id, name, middle })
}

/// The one region that has this name, with or without the word for what it is; `None` if there is none or several.
#[must_use]
pub fn region_named(name: &str) -> Option<&'static Region> {
    static CELL: OnceLock<BTreeMap<String, Vec<usize>>> = OnceLock::new();
    let by_name = CELL.get_or_init(|| {
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, region) in regions().iter().enumerate().filter(|(_, region)| region.id != COUNTRY_TOO) {
            by_name.entry(fold(region.name)).or_default().push(number);
            let others = BETTER_KNOWN.iter().filter(|(_, id)| *id == region.id);
            others.for_each(|(other, _)| by_name.entry((*other).to_owned()).or_default().push(number));
        }
        by_name
    });
    let folded = fold(name);
    let bare = KINDS.iter().find_map(|kind| {
        let before = folded.strip_prefix(kind).and_then(|rest| rest.strip_prefix(' '));
        before.or_else(|| folded.strip_suffix(kind).and_then(|rest| rest.strip_suffix(' ')))
    });
    let found = by_name.get(&folded).or_else(|| by_name.get(bare?));
    match found.map(Vec::as_slice) {
        Some([one]) => regions().get(*one),
        _ => None,
    }
}

/// The region that an area of the project is drawn as: that of its name, else that of the areas around it.
#[must_use]
pub fn region_of(roster: &Roster, area: &AreaCode) -> Option<&'static Region> {
    let around = roster.ancestors(area);
    core::iter::once(area).chain(around).filter_map(|code| roster.area(code)).find_map(|info| region_named(&info.name))
}

/// Where a place is drawn; `area` finds the region of an area's code.
pub fn drawn(place: Option<&Place>, places: &Places, area: impl Fn(&str) -> Option<&'static Region>) -> Drawn {
    let Some(place) = place else { return Drawn::Nowhere };
    let accuracy = place.accuracy_m().unwrap_or_default();
    let least = match place.precision() {
        PlacePrecision::Exact => 0,
        PlacePrecision::Village => VILLAGE_METRES,
        PlacePrecision::Area => AREA_METRES,
    };
    // The outline of an area says more than a circle around its middle.
    let region = place.area().and_then(&area);
    match (place.point(), region) {
        (_, Some(region)) if place.precision() == PlacePrecision::Area => Drawn::In(region),
        (Some(point), _) => Drawn::Around(point, accuracy.max(least)),
        (None, region) => match place.name().map(|name| named(places, name)) {
            Some(Some(point)) => Drawn::Around(point, least.max(VILLAGE_METRES)),
            _ => region.map_or(Drawn::Nowhere, Drawn::In),
        },
    }
}

/// The place that alone has this name.
fn named(places: &Places, name: &str) -> Option<Point> {
    match places.resolve(name) {
        Resolved::One(entry) => Some(entry.point),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn place(point: Option<(f64, f64)>, accuracy: Option<u32>, how: PlacePrecision, name: Option<&str>) -> Place {
        let point = point.map(|(lat, lon)| Point::try_new(lat, lon).unwrap());
        Place::try_new(point, accuracy, Some(how), name.map(str::to_owned), Some("gao".to_owned())).unwrap()
    }

    fn gao(code: &str) -> Option<&'static Region> {
        region_named(code)
    }

    /// Guards against a base map whose regions were made again and are read no more.
    #[test]
    fn every_line_of_the_regions_is_a_region() {
        assert_eq!(regions().len(), REGIONS.lines().count() - 1);
        assert_eq!(region_named("GAO").unwrap().id, "ML/Gao");
        assert_eq!(region_named("Segou").unwrap().id, "ML/Ségou");
        assert_eq!(region_named("Nowhere at all"), None);
        assert_eq!(region_named("Adrar"), None, "there is one in Algeria and one in Mauritania");
        assert_eq!(region_named("Niger"), None, "the country is meant, not the state of Nigeria");
        for (name, id) in [("Région de Gao", "ML/Gao"), ("Kano State", "NG/Kano"), ("Tombouctou", "ML/Timbuktu")] {
            assert_eq!(region_named(name).unwrap().id, id);
        }
        assert!(BETTER_KNOWN.iter().all(|(_, id)| regions().iter().any(|region| region.id == *id)));
        assert!(regions().iter().any(|region| region.id == COUNTRY_TOO));
    }

    fn drawn(place: Option<&Place>, area: impl Fn(&str) -> Option<&'static Region>) -> Drawn {
        super::drawn(place, &Places::shipped().unwrap(), area)
    }

    /// Guards against a village that becomes a spot, and an area that becomes a village.
    #[test]
    fn what_is_known_coarsely_is_never_drawn_as_a_point() {
        let at = Some((16.27, -0.04));
        let point = Point::try_new(16.27, -0.04).unwrap();
        let exact = place(at, Some(40), PlacePrecision::Exact, None);
        assert_eq!(drawn(Some(&exact), gao), Drawn::Around(point, 40));
        let vague = place(at, Some(9_000), PlacePrecision::Exact, None);
        assert_eq!(drawn(Some(&vague), gao), Drawn::Around(point, 9_000));
        let village = place(at, None, PlacePrecision::Village, Some("Gao"));
        assert_eq!(drawn(Some(&village), gao), Drawn::Around(point, VILLAGE_METRES));
        let area = place(at, None, PlacePrecision::Area, None);
        assert!(matches!(drawn(Some(&area), gao), Drawn::In(region) if region.id == "ML/Gao"));
        assert_eq!(drawn(Some(&area), |_| None), Drawn::Around(point, AREA_METRES));
    }

    /// Guards against a name that stands for several places and is drawn at one of them.
    #[test]
    fn a_name_is_drawn_only_where_it_is_the_only_one() {
        let named = |name| place(None, None, PlacePrecision::Village, Some(name));
        assert!(matches!(drawn(Some(&named("Ansongo")), |_| None), Drawn::Around(_, VILLAGE_METRES)));
        assert_eq!(drawn(Some(&named("a well that nobody listed")), |_| None), Drawn::Nowhere);
        assert!(matches!(drawn(Some(&named("a well that nobody listed")), gao), Drawn::In(_)));
        assert_eq!(drawn(None, gao), Drawn::Nowhere);
    }
}
