//! The gazetteer: places with names in several scripts, found however people write them.
//!
//! It offers candidates; it never chooses one of several for somebody, because a report about the wrong village can
//! send people to it.

use std::collections::BTreeMap;

use crate::limits::MAX_NAME_BYTES;
use crate::place::{Place, PlaceError, PlacePrecision, Point};
use crate::place_search::Index;
pub use crate::place_search::{Resolved, resolve, search};
pub use crate::spelling::fold;

/// The columns of a gazetteer file, in this order.
pub const HEADER: &str = "id,name,name_ar,alternates,country,admin1,lat,lon,population";

/// Why a gazetteer file is none. Lines are counted from 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GazetteerError {
    /// Another first line.
    #[error("line 1: expected the columns {HEADER}")]
    Header,
    /// A line with more or fewer fields.
    #[error("line {line}: expected 9 fields, got {got}")]
    Fields {
        /// The line.
        line: usize,
        /// How many fields it has.
        got: usize,
    },
    /// A quotation mark that is not closed, or text after one that is.
    #[error("line {line}: a quotation mark is not closed or stands inside a field")]
    Quote {
        /// The line.
        line: usize,
    },
    /// A field that must say something and is empty or too long.
    #[error("line {line}: {field} must have 1 to {MAX_NAME_BYTES} bytes")]
    Text {
        /// The line.
        line: usize,
        /// The field.
        field: &'static str,
    },
    /// A field that is no number.
    #[error("line {line}: {field} {got:?} is no number")]
    Number {
        /// The line.
        line: usize,
        /// The field.
        field: &'static str,
        /// What is there.
        got: String,
    },
    /// Coordinates that cannot exist.
    #[error("line {line}: {error}")]
    Place {
        /// The line.
        line: usize,
        /// What is wrong with them.
        error: PlaceError,
    },
    /// An id that an earlier line has.
    #[error("line {line}: id {id:?} is there twice")]
    Twice {
        /// The line.
        line: usize,
        /// The id.
        id: String,
    },
}

/// A place of the gazetteer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// Its usual name.
    pub name: String,
    /// Its name by language, where it has another one.
    pub names: BTreeMap<String, String>,
    /// Other spellings.
    pub alternates: Vec<String>,
    /// Country (ISO 3166-1, two letters).
    pub country: String,
    /// Region, governorate or wilaya.
    pub admin1: String,
    /// Where it is.
    pub point: Point,
    /// How many people live there, if that is known.
    pub population: Option<u64>,
}

impl Entry {
    /// Reads one line of a gazetteer file. `line` is its number, for errors.
    ///
    /// # Errors
    /// [`GazetteerError`], one variant for each rule.
    pub fn parse(text: &str, line: usize) -> Result<Self, GazetteerError> {
        let fields = split(text).ok_or(GazetteerError::Quote { line })?;
        let got = fields.len();
        let fields: [String; 9] = fields.try_into().map_err(|_| GazetteerError::Fields { line, got })?;
        let [id, name, arabic, alternates, country, admin1, lat, lon, population] = fields;
        for (field, text) in [("id", &id), ("name", &name), ("country", &country)] {
            if text.is_empty() || text.len() > MAX_NAME_BYTES {
                return Err(GazetteerError::Text { line, field });
            }
        }
        let number = |field, got: &String| GazetteerError::Number { line, field, got: got.clone() };
        let lat_number = lat.parse().map_err(|_| number("lat", &lat))?;
        let lon_number = lon.parse().map_err(|_| number("lon", &lon))?;
        let point = Point::try_new(lat_number, lon_number).map_err(|error| GazetteerError::Place { line, error })?;
        let population = match population.as_str() {
            "" => None,
            digits => Some(digits.parse().map_err(|_| number("population", &population))?),
        };
        let names = (!arabic.is_empty()).then(|| ("ar".to_owned(), arabic)).into_iter().collect();
        let alternates = alternates.split('|').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Ok(Self { id, name, names, alternates, country, admin1, point, population })
    }

    /// The place, as a report names it.
    ///
    /// # Errors
    /// [`PlaceError::Length`] for an area that is no code.
    pub fn place(&self, area: Option<String>) -> Result<Place, PlaceError> {
        Place::try_new(Some(self.point), None, Some(PlacePrecision::Village), Some(self.name.clone()), area)
    }

    /// What it is called in a language.
    #[must_use]
    pub fn name_in(&self, language: &str) -> &str {
        self.names.get(language).unwrap_or(&self.name)
    }

    /// In which region and country it lies, as far as that is known.
    #[must_use]
    pub fn region(&self) -> String {
        let known = [self.admin1.as_str(), self.country.as_str()];
        known.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// Every way to write it.
    pub fn spellings(&self) -> impl Iterator<Item = &str> {
        let others = self.names.values().chain(&self.alternates);
        core::iter::once(&self.name).chain(others).map(String::as_str)
    }
}

/// Places by name.
#[derive(Debug, Clone, Default)]
pub struct Gazetteer {
    entries: Vec<Entry>,
    by_id: BTreeMap<String, usize>,
    pub(crate) index: Index,
}

impl Gazetteer {
    /// Reads gazetteer files, one after the other: [`HEADER`], then one place on each line, in CSV.
    ///
    /// # Errors
    /// [`GazetteerError`], with the line.
    pub fn parse(csv: &str) -> Result<Self, GazetteerError> {
        let mut gazetteer = Self::default();
        gazetteer.extend(csv)?;
        Ok(gazetteer)
    }

    /// Reads another gazetteer file into this one.
    ///
    /// # Errors
    /// [`GazetteerError`], with the line; the places before it have been added.
    pub fn extend(&mut self, csv: &str) -> Result<(), GazetteerError> {
        let mut lines = csv.lines().enumerate();
        let header = lines.next().map(|(_, line)| line.trim_start_matches('\u{feff}').trim_end());
        if header != Some(HEADER) {
            return Err(GazetteerError::Header);
        }
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let entry = Entry::parse(line, number + 1)?;
            if self.by_id.contains_key(&entry.id) {
                return Err(GazetteerError::Twice { line: number + 1, id: entry.id });
            }
            self.add(entry);
        }
        Ok(())
    }

    /// Adds a place. One whose id is there already is not added.
    pub fn add(&mut self, entry: Entry) {
        let number = self.entries.len();
        if self.by_id.contains_key(&entry.id) {
            return;
        }
        self.by_id.insert(entry.id.clone(), number);
        for spelling in entry.spellings() {
            self.index.add(spelling, number);
        }
        self.entries.push(entry);
    }

    /// All places, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The place with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Entry> {
        self.by_id.get(id).and_then(|number| self.at(*number))
    }

    pub(crate) fn at(&self, number: usize) -> Option<&Entry> {
        self.entries.get(number)
    }

    /// Places whose name is like what was typed, the likest first: see [`search`].
    #[must_use]
    pub fn search(&self, typed: &str) -> Vec<&Entry> {
        search(&[self], typed).entries
    }

    /// What a name stands for: see [`resolve`].
    #[must_use]
    pub fn resolve(&self, name: &str) -> Resolved<'_> {
        resolve(&[self], name)
    }

    /// The place that is nearest to a point, with its distance in metres.
    #[must_use]
    pub fn nearest(&self, point: Point) -> Option<(&Entry, f64)> {
        nearest(&[self], point)
    }
}

/// The place of several lists that is nearest to a point, with its distance in metres.
#[must_use]
pub fn nearest<'a>(lists: &[&'a Gazetteer], point: Point) -> Option<(&'a Entry, f64)> {
    let entries = lists.iter().flat_map(|list| list.iter());
    let distances = entries.map(|entry| (entry, entry.point.metres_to(&point)));
    distances.min_by(|(a, near), (b, far)| near.total_cmp(far).then_with(|| a.id.cmp(&b.id)))
}

/// Splits a line of CSV (RFC 4180, without line ends inside fields); `None` if its quotation marks do not pair.
#[must_use]
pub fn split(line: &str) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut rest = line.trim_end_matches('\r').chars().peekable();
    loop {
        let mut field = String::new();
        if rest.next_if_eq(&'"').is_some() {
            loop {
                match rest.next()? {
                    '"' if rest.next_if_eq(&'"').is_some() => field.push('"'),
                    '"' => break,
                    other => field.push(other),
                }
            }
            if rest.peek().is_some_and(|next| *next != ',') {
                return None;
            }
        } else {
            while let Some(next) = rest.next_if(|next| *next != ',') {
                if next == '"' {
                    return None;
                }
                field.push(next);
            }
        }
        fields.push(field);
        if rest.next().is_none() {
            return Some(fields);
        }
    }
}
