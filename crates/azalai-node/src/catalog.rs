//! What ships with the program: the first pack of categories and the gazetteer, from `seeds/`.

use std::sync::{Arc, OnceLock};

use azalai_model::pack::Category;
use azalai_model::{Gazetteer, Pack};

use crate::error::NodeError;

static PACK: &str = include_str!("../../../seeds/packs/sahel/pack.json");
/// The first lists the places from which the dictionary was made; the second the rest of the region.
static PLACES: [&str; 2] =
    [include_str!("../../../seeds/places/places.csv"), include_str!("../../../seeds/places/region.csv")];

/// The pack of categories that ships, which a project works with until a steward brings another: see
/// [`crate::packs::Packs`].
///
/// # Errors
/// None for the pack that ships: a test reads it.
pub fn pack() -> Result<&'static Pack, NodeError> {
    shipped().map(AsRef::as_ref)
}

pub(crate) fn shared_pack() -> Result<Arc<Pack>, NodeError> {
    shipped().cloned()
}

fn shipped() -> Result<&'static Arc<Pack>, NodeError> {
    static CELL: OnceLock<Result<Arc<Pack>, String>> = OnceLock::new();
    let parsed = CELL.get_or_init(|| Pack::parse(PACK.as_bytes()).map(Arc::new).map_err(|error| error.to_string()));
    parsed.as_ref().map_err(|error| NodeError::Invalid(format!("the pack that ships: {error}")))
}

/// The pack that ships as a file, for somebody to begin from.
#[must_use]
pub fn pack_file() -> &'static str {
    PACK
}

/// Reads the file of a pack, and checks what can be checked without a project.
///
/// # Errors
/// [`NodeError::Invalid`], with the path to the place.
pub fn read_pack(json: &[u8]) -> Result<Pack, NodeError> {
    let pack = Pack::parse(json).map_err(|error| NodeError::Invalid(error.to_string()))?;
    check_pack(&pack)?;
    Ok(pack)
}

/// The rules of a pack that rest on what ships: the pictures, which are those of the categories that ship, and the names
/// of themes.
pub(crate) fn check_pack(checked: &Pack) -> Result<(), NodeError> {
    let ships = pack()?;
    for (number, category) in checked.categories.iter().enumerate() {
        if let Some(icon) = category.icon.as_deref().filter(|icon| ships.category(icon).is_none()) {
            return Err(NodeError::Invalid(format!(
                "categories[{number}].icon: there is no picture {icon:?}; a picture is called like the category of the \
                 pack that ships whose it is"
            )));
        }
        let theme = &category.theme;
        let known = checked.themes.contains_key(theme) || ships.categories.iter().any(|other| other.theme == *theme);
        if !known {
            return Err(NodeError::Invalid(format!(
                "categories[{number}].theme: {theme:?} has no name; put it into \"themes\""
            )));
        }
    }
    Ok(())
}

/// The name of a category's picture: the one that it names, its own if it ships, else that of `other`.
#[must_use]
pub fn icon(category: &Category) -> &str {
    let ships = |code: &str| pack().is_ok_and(|pack| pack.category(code).is_some());
    let own = Some(category.code.as_str()).filter(|code| ships(code));
    category.icon.as_deref().filter(|icon| ships(icon)).or(own).unwrap_or("other")
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
