//! The places that this device knows: those that ship, and those that somebody brought to it in a file.
//!
//! What was brought lies in the vault and never leaves the device by itself; a report that names such a place carries
//! its name and its point. The bytes are fixed in `docs/spec/places.md`. Nothing here may take one place for another: it offers, a person chooses.

use std::sync::Arc;

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_model::coarsen::coarsen;
use azalai_model::gazetteer::{self, Entry};
use azalai_model::limits::MAX_IMPORTED_PLACES;
use azalai_model::{Gazetteer, Place, PlacePrecision, Point, Resolved, places_file};
use azalai_store::{Batch, Disk, Store};

use crate::catalog;
use crate::error::NodeError;
use crate::limits::MAX_PLACE_BYTES;
use crate::node::{Node, scan_all};
use crate::spaces::PLACES;

/// The version of a kept place.
const VERSION: u8 = 1;

/// All places that a device knows.
#[derive(Debug, Clone)]
pub struct Places {
    shipped: &'static Gazetteer,
    own: Arc<Gazetteer>,
}

/// What came of a file of places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Places that are new here.
    pub added: usize,
    /// Places that were here already.
    pub known: usize,
    /// Places that this device keeps now besides those that ship.
    pub kept: usize,
}

impl Places {
    /// Those that ship, for a device that is not opened.
    ///
    /// # Errors
    /// None for the list that ships.
    pub fn shipped() -> Result<Self, NodeError> {
        Ok(Self { shipped: catalog::gazetteer()?, own: Arc::default() })
    }

    fn lists(&self) -> [&Gazetteer; 2] {
        [self.shipped, &self.own]
    }

    /// Places whose name is like what was typed: see [`gazetteer::search`].
    #[must_use]
    pub fn search(&self, typed: &str) -> Vec<&Entry> {
        gazetteer::search(&self.lists(), typed).entries
    }

    /// What a name stands for: see [`gazetteer::resolve`].
    #[must_use]
    pub fn resolve(&self, name: &str) -> Resolved<'_> {
        gazetteer::resolve(&self.lists(), name)
    }

    /// The place that is nearest to a point, with its distance in metres.
    #[must_use]
    pub fn nearest(&self, point: Point) -> Option<(&Entry, f64)> {
        gazetteer::nearest(&self.lists(), point)
    }

    /// A place as coarse as a village of these lists: see [`coarsen`].
    #[must_use]
    pub fn village(&self, place: &Place) -> Option<Place> {
        coarsen(place, PlacePrecision::Village, &self.lists(), |_| None)
    }

    /// All of them, those that ship first.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.shipped.iter().chain(self.own.iter())
    }
}

/// A place as it is kept: its line, so that what is read is checked by the rules under which it was taken.
fn encode(entry: &Entry) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.u8(VERSION).text(&places_file::line(entry));
    writer.finish()
}

fn decode(bytes: &[u8]) -> Result<Entry, NodeError> {
    let mut reader = Reader::new(bytes);
    let version = reader.u8("place version")?;
    if version != VERSION {
        return Err(DecodeError::UnknownVersion { field: "place", got: version }.into());
    }
    let line = reader.text("place", MAX_PLACE_BYTES)?;
    reader.end("place")?;
    places_file::entry(&line, 1).map_err(|error| NodeError::Invalid(format!("a kept place: {error}")))
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// The places that this device knows. Read once, then kept in memory.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn places(&mut self) -> Result<Places, NodeError> {
        let shipped = catalog::gazetteer()?;
        if let Some(own) = &self.own_places {
            return Ok(Places { shipped, own: Arc::clone(own) });
        }
        let (kept, mut damaged) = scan_all(&self.vault, PLACES).await?;
        let mut own = Gazetteer::default();
        for (_, value) in kept {
            match decode(&value) {
                Ok(entry) => own.add(entry),
                Err(_) => damaged += 1,
            }
        }
        self.report.damaged += damaged;
        let own = Arc::new(own);
        self.own_places = Some(Arc::clone(&own));
        Ok(Places { shipped, own })
    }

    /// Keeps the places of a file, which [`places_file::read`] has read. One that is known already, by name and spot,
    /// stays as it is written now.
    ///
    /// # Errors
    /// [`NodeError::Invalid`] where there would be more than [`MAX_IMPORTED_PLACES`]: then none is kept. Those of the
    /// storage.
    pub async fn import_places(&mut self, entries: &[Entry]) -> Result<Imported, NodeError> {
        let own = self.places().await?.own;
        let known = entries.iter().filter(|entry| own.get(&entry.id).is_some()).count();
        let added = entries.len() - known;
        let kept = own.iter().count() + added;
        if kept > MAX_IMPORTED_PLACES {
            return Err(NodeError::Invalid(format!(
                "this device keeps {} places already; with {added} more it would be {kept}, and {MAX_IMPORTED_PLACES} \
                 are kept at most",
                own.iter().count()
            )));
        }
        let mut batch = Batch::new();
        for entry in entries {
            batch.put(PLACES, entry.id.as_bytes(), encode(entry));
        }
        self.vault.apply(batch).await?;
        self.own_places = None;
        Ok(Imported { added, known, kept })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use azalai_envelope::ids::to_hex;

    use super::*;

    fn entry() -> Entry {
        places_file::entry("\"Tin Aïcha, puits\",Tin Aicha|تين عيشة,16.5,-2.25,Tombouctou", 1).unwrap()
    }

    /// Guards against places that an upgrade of the program can no longer read.
    #[test]
    fn a_kept_place_has_fixed_bytes_and_is_read_as_it_was_written() {
        let bytes = encode(&entry());
        // The version, the length, and in UTF-8: "Tin Aïcha, puits",تين عيشة|Tin Aicha,16.500000,-2.250000,Tombouctou
        let fixed = "014c2254696e2041c3af6368612c207075697473222cd8aad98ad98620d8b9d98ad8b4d8a97c54696e20416963\
                     68612c31362e3530303030302c2d322e3235303030302c546f6d626f7563746f75";
        assert_eq!(to_hex(&bytes), fixed);
        assert_eq!(decode(&bytes).unwrap(), entry());
    }

    /// Guards against damage on disk that ends the program or makes another place.
    #[test]
    fn damaged_bytes_of_a_place_are_an_error_or_a_place_that_keeps_the_rules() {
        let bytes = encode(&entry());
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length]).is_err(), "{length}");
        }
        assert!(decode(&[bytes.as_slice(), &[0]].concat()).is_err());
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut bent = bytes.clone();
                bent[at] ^= 1 << bit;
                if let Ok(other) = decode(&bent) {
                    assert_eq!(decode(&encode(&other)).unwrap(), other);
                }
            }
        }
    }
}
