//! What ships with the program: the first pack of categories and the gazetteer, from `seeds/`.

use std::sync::OnceLock;

use azalai_model::{Gazetteer, Pack};

use crate::error::NodeError;

static PACK: &str = include_str!("../../../seeds/packs/sahel/pack.json");
/// The first lists the places from which the dictionary was made; the second the rest of the region.
static PLACES: [&str; 2] =
    [include_str!("../../../seeds/places/places.csv"), include_str!("../../../seeds/places/region.csv")];

/// The pack of categories that reports are written with.
///
/// # Errors
/// None for the pack that ships: a test reads it.
pub fn pack() -> Result<&'static Pack, NodeError> {
    static CELL: OnceLock<Result<Pack, String>> = OnceLock::new();
    let parsed = CELL.get_or_init(|| Pack::parse(PACK.as_bytes()).map_err(|error| error.to_string()));
    parsed.as_ref().map_err(|error| NodeError::Invalid(format!("the pack that ships: {error}")))
}

/// The lists of places that ship, as they stand.
pub(crate) fn places_csv() -> [&'static [u8]; 2] {
    PLACES.map(str::as_bytes)
}

/// The places that ship.
///
/// # Errors
/// None for the list that ships: a test reads it.
pub fn gazetteer() -> Result<&'static Gazetteer, NodeError> {
    static CELL: OnceLock<Result<Gazetteer, String>> = OnceLock::new();
    let parse = || {
        let mut gazetteer = Gazetteer::default();
        PLACES.iter().try_for_each(|csv| gazetteer.extend(csv)).map(|()| gazetteer)
    };
    let parsed = CELL.get_or_init(|| parse().map_err(|error| error.to_string()));
    parsed.as_ref().map_err(|error| NodeError::Invalid(format!("the places that ship: {error}")))
}

#[cfg(test)]
mod tests {
    /// Guards against a seed that the program cannot read: every command that names a category would fail.
    #[test]
    fn the_seeds_that_ship_are_read() {
        assert!(super::pack().unwrap().categories.len() >= 25);
        assert!(super::gazetteer().unwrap().iter().count() >= 3_300);
    }
}
