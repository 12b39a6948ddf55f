//! The file in which somebody brings the villages that the gazetteer lacks, and the line by which one is kept.
//!
//! Strict: whatever is odd is said with its line, all at once, and then nothing is taken, since a village that lies
//! elsewhere than where it is sends people astray. It must never guess a column, a separator or a coordinate.

use std::collections::BTreeMap;

use azalai_envelope::codec::is_unseen;
use azalai_envelope::ids::{derive8, to_hex};

use crate::gazetteer::{Entry, split};
use crate::limits::{MAX_ALTERNATES, MAX_IMPORTED_PLACES, MAX_NAME_BYTES, MAX_PLACES_FILE_BYTES, MAX_SHOWN_ERRORS};
use crate::place::{PlaceError, Point};
use crate::spelling::fold;

/// The columns of the file, in this order. Alternates are separated by `|`; they and the admin may be empty.
pub const HEADER: &str = "name,alternates,lat,lon,admin";

/// What is wrong with a file of places. Lines are counted from 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlacesError {
    /// More bytes than any such file has.
    #[error("the file has {0} bytes, at most {MAX_PLACES_FILE_BYTES} are read")]
    TooLong(usize),
    /// Not UTF-8.
    #[error("line {line}: the file is not UTF-8; save it as \"CSV UTF-8\"")]
    Utf8 {
        /// The first line that is not.
        line: usize,
    },
    /// Another first line.
    #[error("line 1: expected the columns {HEADER}, separated by commas; it begins {got:?}")]
    Header {
        /// The beginning of what is there.
        got: String,
    },
    /// More places than a home keeps.
    #[error("there are {got} places, at most {MAX_IMPORTED_PLACES} are kept")]
    TooMany {
        /// How many there are.
        got: usize,
    },
    /// A line with more or fewer fields.
    #[error("line {line}: expected 5 fields, got {got}; a name with a comma in it needs quotation marks")]
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
    /// A name that says nothing, is too long or holds signs that cannot be seen.
    #[error(
        "line {line}: {field} must have 1 to {MAX_NAME_BYTES} bytes with a letter or digit, and no signs that cannot \
         be seen"
    )]
    Text {
        /// The line.
        line: usize,
        /// The field.
        field: &'static str,
    },
    /// More other names than a place has.
    #[error("line {line}: {got} alternates, at most {MAX_ALTERNATES} are kept")]
    Alternates {
        /// The line.
        line: usize,
        /// How many there are.
        got: usize,
    },
    /// A coordinate that is no number in degrees.
    #[error("line {line}: {field} {got:?} is no number of degrees, such as 16.27167 or -0.0447")]
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
    /// Zero degrees north and east: what programs write where nothing is known.
    #[error("line {line}: 0, 0 lies in the ocean; leave out places whose position is not known")]
    Nowhere {
        /// The line.
        line: usize,
    },
    /// A place that an earlier line has.
    #[error("line {line}: the same name at the same spot as line {first}")]
    Twice {
        /// The line.
        line: usize,
        /// The earlier line.
        first: usize,
    },
}

/// Everything that is wrong with a file: the first [`MAX_SHOWN_ERRORS`], and how many more there are.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// What is wrong, by line. Never empty.
    pub errors: Vec<PlacesError>,
    /// How many more.
    pub more: usize,
}

/// Reads a file of places.
///
/// # Errors
/// Everything that is wrong with it, line by line: then nothing of it is taken.
pub fn read(bytes: &[u8]) -> Result<Vec<Entry>, Refused> {
    let one = |error| Refused { errors: vec![error], more: 0 };
    if bytes.len() > MAX_PLACES_FILE_BYTES {
        return Err(one(PlacesError::TooLong(bytes.len())));
    }
    let text = core::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        one(PlacesError::Utf8 { line: 1 + good.iter().filter(|byte| **byte == b'\n').count() })
    })?;
    let mut lines = text.lines().enumerate();
    let header = lines.next().map_or("", |(_, line)| line.trim_start_matches('\u{feff}').trim_end());
    if header != HEADER {
        return Err(one(PlacesError::Header { got: header.chars().take(HEADER.len()).collect() }));
    }
    let (mut entries, mut errors, mut more) = (Vec::new(), Vec::new(), 0);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let line_number = number + 1;
        let read = entry(line, line_number).and_then(|entry| match seen.insert(entry.id.clone(), line_number) {
            Some(first) => Err(PlacesError::Twice { line: line_number, first }),
            None => Ok(entry),
        });
        match read {
            Ok(entry) => entries.push(entry),
            Err(error) if errors.len() < MAX_SHOWN_ERRORS => errors.push(error),
            Err(_) => more += 1,
        }
    }
    if errors.is_empty() && entries.len() > MAX_IMPORTED_PLACES {
        errors.push(PlacesError::TooMany { got: entries.len() });
    }
    if errors.is_empty() { Ok(entries) } else { Err(Refused { errors, more }) }
}

/// Reads one line. Its id is made from its folded name and its spot, so that a file that is read again adds nothing.
///
/// # Errors
/// [`PlacesError`], one variant for each rule.
pub fn entry(text: &str, line: usize) -> Result<Entry, PlacesError> {
    let fields = split(text).ok_or(PlacesError::Quote { line })?;
    let got = fields.len();
    let fields: [String; 5] = fields.try_into().map_err(|_| PlacesError::Fields { line, got })?;
    let [name, alternates, lat, lon, admin] = fields.map(|field| field.trim().to_owned());
    check("name", &name, line)?;
    if !admin.is_empty() {
        check("admin", &admin, line)?;
    }
    let mut alternates: Vec<String> =
        alternates.split('|').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    if alternates.len() > MAX_ALTERNATES {
        return Err(PlacesError::Alternates { line, got: alternates.len() });
    }
    for other in &alternates {
        check("alternates", other, line)?;
    }
    let point = Point::try_new(degrees("lat", &lat, line)?, degrees("lon", &lon, line)?)
        .map_err(|error| PlacesError::Place { line, error })?;
    if point.lat() == 0.0 && point.lon() == 0.0 {
        return Err(PlacesError::Nowhere { line });
    }
    // The first name in Arabic letters is the one that pages in Arabic show.
    let is_arabic = |name: &String| name.chars().any(|letter| ('\u{621}'..='\u{64a}').contains(&letter));
    let arabic = alternates.iter().position(is_arabic).filter(|_| !is_arabic(&name));
    let names = arabic.map(|at| ("ar".to_owned(), alternates.remove(at))).into_iter().collect();
    let spot = format!("{:.6},{:.6}", point.lat(), point.lon());
    let id = derive8("azalai 1 imported place", &[fold(&name).as_bytes(), spot.as_bytes()]);
    let id = format!("{IMPORTED}{}", to_hex(&id));
    Ok(Entry { id, name, names, alternates, country: String::new(), admin1: admin, point, population: None })
}

/// How the id of an imported place begins.
pub const IMPORTED: &str = "im";

/// The line that [`entry`] reads as this place, if it is one of such a file.
#[must_use]
pub fn line(entry: &Entry) -> String {
    let quoted = |field: &str| match field.contains([',', '"']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.to_owned(),
    };
    let others: Vec<&str> = entry.names.values().chain(&entry.alternates).map(String::as_str).collect();
    let (name, others, admin) = (quoted(&entry.name), quoted(&others.join("|")), quoted(&entry.admin1));
    format!("{name},{others},{:.6},{:.6},{admin}", entry.point.lat(), entry.point.lon())
}

fn check(field: &'static str, text: &str, line: usize) -> Result<(), PlacesError> {
    let refused = |sign: char| is_unseen(sign) || sign == '|';
    let good = text.len() <= MAX_NAME_BYTES && !fold(text).is_empty() && !text.chars().any(refused);
    if good { Ok(()) } else { Err(PlacesError::Text { line, field }) }
}

/// Plain decimal degrees. What else Rust reads as a number (`1e1`, `inf`, `NaN`) nobody means.
fn degrees(field: &'static str, text: &str, line: usize) -> Result<f64, PlacesError> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    let wrong = || PlacesError::Number { line, field, got: text.chars().take(40).collect() };
    text.parse().ok().filter(|_| plain).ok_or_else(wrong)
}
