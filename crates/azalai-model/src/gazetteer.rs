//! The gazetteer: places with names in several scripts, found however people write them.
//!
//! It offers candidates; it never chooses one of several for somebody, because a report about the wrong village can
//! send people to it.

use std::collections::BTreeMap;

use crate::limits::{MAX_NAME_BYTES, MAX_SEARCH_RESULTS};
use crate::place::{Place, PlaceError, PlacePrecision, Point};

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

    /// Every way to write it.
    fn spellings(&self) -> impl Iterator<Item = &str> {
        let others = self.names.values().chain(&self.alternates);
        core::iter::once(&self.name).chain(others).map(String::as_str)
    }
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved<'a> {
    /// This place and no other.
    One(&'a Entry),
    /// One of these: somebody has to say which.
    Several(Vec<&'a Entry>),
    /// None that is known here: keep it as it was written.
    None,
}

/// Places by name.
#[derive(Debug, Clone, Default)]
pub struct Gazetteer {
    /// Each with all its spellings, folded.
    entries: Vec<(Entry, Vec<String>)>,
}

impl Gazetteer {
    /// Reads a gazetteer file: [`HEADER`], then one place on each line, in CSV.
    ///
    /// # Errors
    /// [`GazetteerError`], with the line.
    pub fn parse(csv: &str) -> Result<Self, GazetteerError> {
        let mut lines = csv.lines().enumerate();
        let header = lines.next().map(|(_, line)| line.trim_start_matches('\u{feff}').trim_end());
        if header != Some(HEADER) {
            return Err(GazetteerError::Header);
        }
        let mut gazetteer = Self::default();
        let mut seen = std::collections::BTreeSet::new();
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let entry = Entry::parse(line, number + 1)?;
            if !seen.insert(entry.id.clone()) {
                return Err(GazetteerError::Twice { line: number + 1, id: entry.id });
            }
            gazetteer.add(entry);
        }
        Ok(gazetteer)
    }

    /// Adds a place.
    pub fn add(&mut self, entry: Entry) {
        let folded = entry.spellings().map(fold).collect();
        self.entries.push((entry, folded));
    }

    /// All places, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().map(|(entry, _)| entry)
    }

    /// The place with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Entry> {
        self.iter().find(|entry| entry.id == id)
    }

    /// Places whose name is, begins with or contains what was typed, in this order; within it the larger first.
    /// Case, accents and variants of Arabic letters make no difference. At most [`MAX_SEARCH_RESULTS`].
    #[must_use]
    pub fn search(&self, typed: &str) -> Vec<&Entry> {
        let wanted = fold(typed);
        if wanted.is_empty() {
            return Vec::new();
        }
        let rank = |spelling: &String| match spelling {
            _ if *spelling == wanted => Some(0_u8),
            _ if spelling.starts_with(&wanted) => Some(1),
            _ if spelling.contains(&wanted) => Some(2),
            _ => None,
        };
        let ranked =
            self.entries.iter().filter_map(|(entry, folded)| Some((folded.iter().filter_map(rank).min()?, entry)));
        let mut ranked: Vec<_> = ranked.collect();
        ranked.sort_by_key(|(rank, entry)| (*rank, core::cmp::Reverse(entry.population), entry.id.clone()));
        ranked.into_iter().map(|(_, entry)| entry).take(MAX_SEARCH_RESULTS).collect()
    }

    /// What a name stands for. Only whole names count: a village that is missing here must not become the town whose
    /// name begins like it. An id stands for its place.
    #[must_use]
    pub fn resolve(&self, name: &str) -> Resolved<'_> {
        if let Some(entry) = self.get(name.trim()) {
            return Resolved::One(entry);
        }
        let wanted = fold(name);
        let named = self.entries.iter().filter(|(_, folded)| !wanted.is_empty() && folded.contains(&wanted));
        let mut named: Vec<&Entry> = named.map(|(entry, _)| entry).collect();
        named.sort_by_key(|entry| (core::cmp::Reverse(entry.population), entry.id.clone()));
        match named.as_slice() {
            [] => Resolved::None,
            [entry] => Resolved::One(entry),
            _ => Resolved::Several(named),
        }
    }

    /// The place that is nearest to a point, with its distance in metres.
    #[must_use]
    pub fn nearest(&self, point: Point) -> Option<(&Entry, f64)> {
        let distances = self.iter().map(|entry| (entry, entry.point.metres_to(&point)));
        distances.min_by(|(a, near), (b, far)| near.total_cmp(far).then_with(|| a.id.cmp(&b.id)))
    }
}

/// A name as it is compared: lower case, without accents and vowel signs, with one form of each Arabic letter, and
/// single spaces for everything that separates words.
#[must_use]
pub fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            // Combining accents, Arabic vowel signs and the stroke that lengthens Arabic words.
            '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{640}' => {}
            'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => folded.push('a'),
            'æ' => folded.push_str("ae"),
            'ç' | 'ć' | 'č' => folded.push('c'),
            'ď' | 'đ' | 'ḍ' => folded.push('d'),
            'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ǝ' | 'ɛ' => folded.push('e'),
            'ğ' | 'ġ' | 'ǧ' | 'ɣ' => folded.push('g'),
            'ḥ' | 'ħ' => folded.push('h'),
            'ì'..='ï' | 'ī' | 'ĭ' | 'į' | 'ı' => folded.push('i'),
            'ñ' | 'ń' | 'ň' | 'ŋ' | 'ɲ' => folded.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ɔ' => folded.push('o'),
            'œ' => folded.push_str("oe"),
            'ř' | 'ṛ' => folded.push('r'),
            'ś' | 'ş' | 'š' | 'ṣ' => folded.push('s'),
            'ß' => folded.push_str("ss"),
            'ţ' | 'ť' | 'ṭ' => folded.push('t'),
            'ù'..='ü' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => folded.push('u'),
            'ý' | 'ÿ' | 'ƴ' => folded.push('y'),
            'ź' | 'ż' | 'ž' | 'ẓ' => folded.push('z'),
            'أ' | 'إ' | 'آ' | 'ٱ' => folded.push('ا'),
            'ى' | 'ئ' | 'ی' => folded.push('ي'),
            'ؤ' => folded.push('و'),
            'ة' => folded.push('ه'),
            'ک' => folded.push('ك'),
            // Quotation marks within names (N'Djamena, Ma'arri) are written or left out at will.
            '\'' | '’' | '‘' | 'ʼ' | 'ʿ' | 'ʾ' | '`' => {}
            other if other.is_alphanumeric() => folded.push(other),
            _ if folded.ends_with(' ') || folded.is_empty() => {}
            _ => folded.push(' '),
        }
    }
    folded.trim_end().to_owned()
}

/// Splits a line of CSV (RFC 4180, without line ends inside fields); `None` if its quotation marks do not pair.
fn split(line: &str) -> Option<Vec<String>> {
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
