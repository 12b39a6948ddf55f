//! Making places and times coarser before they leave for a wider ring.
//!
//! What comes out must never hold more than its level says: where a coarser place cannot be found, the finer one is
//! left out rather than passed on. A name that somebody typed may be as exact as a coordinate, so it goes too.

use crate::gazetteer::{Gazetteer, Resolved, nearest, resolve};
use crate::limits::MAX_VILLAGE_METRES;
use crate::place::{Place, PlacePrecision, Point};

/// How coarse a place becomes.
pub type Level = PlacePrecision;

/// The place, known no more exactly than `level`; `None` if nothing is left of it. A village is one of the lists': the
/// one that the place names, else the nearest within [`MAX_VILLAGE_METRES`]. An area is its centroid, as the caller
/// knows it. What is coarse enough already stays as it is, except for what an exact place would not have.
#[must_use]
pub fn coarsen(
    place: &Place,
    level: Level,
    lists: &[&Gazetteer],
    centroid: impl Fn(&str) -> Option<Point>,
) -> Option<Place> {
    if level == PlacePrecision::Exact {
        return Some(place.clone());
    }
    let area = place.area().map(str::to_owned);
    if level == PlacePrecision::Area || place.precision() == PlacePrecision::Area {
        let point = area.as_deref().and_then(centroid);
        return Place::try_new(point, None, Some(PlacePrecision::Area), None, area).ok();
    }
    let named = place.name().map_or(Resolved::None, |name| resolve(lists, name));
    let candidates = match named {
        Resolved::One(entry) => vec![entry],
        Resolved::Several(entries) => entries,
        Resolved::None => Vec::new(),
    };
    let village = match place.point() {
        // Among villages of one name, the one at hand; a name without a point decides only if it is the only one.
        Some(point) => {
            let near = |entry: &&crate::gazetteer::Entry| entry.point.metres_to(&point) <= MAX_VILLAGE_METRES;
            let closest = candidates.into_iter().filter(near).min_by(|a, b| {
                a.point.metres_to(&point).total_cmp(&b.point.metres_to(&point)).then_with(|| a.id.cmp(&b.id))
            });
            closest.or_else(|| nearest(lists, point).map(|(entry, _)| entry).filter(near))
        }
        None if candidates.len() == 1 => candidates.into_iter().next(),
        None => None,
    };
    match village {
        Some(entry) => entry.place(area).ok(),
        None => Place::try_new(None, None, Some(PlacePrecision::Area), None, area).ok(),
    }
}
