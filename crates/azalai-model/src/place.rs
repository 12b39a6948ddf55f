//! Where something happened: a point, a village or an area, with how exactly it is known.
//!
//! A coordinate that cannot exist is refused where it enters. A place never decides who reads a report.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use serde::{Deserialize, Serialize};

use crate::limits::{MAX_CODE_BYTES, MAX_NAME_BYTES};
use crate::scalar::{Packed, coded, pack_option, unpack_option};

coded! {
    /// How exactly a place is known, from fine to coarse.
    PlacePrecision, "place precision", {
        /// The spot itself.
        Exact = 1, "exact";
        /// A village or town of the gazetteer.
        Village = 2, "village";
        /// An area of the project.
        Area = 3, "area";
    }
}

/// Why a place is none.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlaceError {
    /// A latitude that is no number or beyond the poles.
    #[error("latitude {0} is impossible: it must be between -90 and 90")]
    Latitude(f64),
    /// A latitude beyond the poles beside a longitude that would be a good one.
    #[error(
        "latitude {lat} is impossible: it must be between -90 and 90 (longitude {lon} would be: are they swapped?)"
    )]
    Swapped {
        /// What was given as latitude.
        lat: f64,
        /// What was given as longitude.
        lon: f64,
    },
    /// A longitude that is no number or beyond the date line.
    #[error("longitude {0} is impossible: it must be between -180 and 180")]
    Longitude(f64),
    /// One coordinate without the other.
    #[error("a latitude and a longitude must be given together, only the {0} is there")]
    Half(&'static str),
    /// An accuracy without a point.
    #[error("an accuracy of {0} m needs a latitude and a longitude")]
    AccuracyAlone(u32),
    /// A place that says nothing.
    #[error("a place needs coordinates, a name or an area")]
    Empty,
    /// A name or area that is too long or empty.
    #[error("the {what} of a place must have 1 to {limit} bytes, got {got}")]
    Length {
        /// Name or area.
        what: &'static str,
        /// Its length in bytes.
        got: usize,
        /// The limit in bytes.
        limit: usize,
    },
}

/// A point on Earth (WGS 84) in millionths of a degree, about 11 cm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    lat_e6: i32,
    lon_e6: i32,
}

impl Point {
    /// The point at these degrees, rounded to millionths.
    ///
    /// # Errors
    /// [`PlaceError::Latitude`], [`PlaceError::Swapped`], [`PlaceError::Longitude`].
    pub fn try_new(lat: f64, lon: f64) -> Result<Self, PlaceError> {
        let within = |value: f64, limit: f64| value.is_finite() && value.abs() <= limit;
        match (within(lat, 90.0), within(lon, 180.0)) {
            (true, true) => {
                let scaled = |value: f64| (value * 1e6).round() as i32;
                Ok(Self { lat_e6: scaled(lat), lon_e6: scaled(lon) })
            }
            (false, _) if within(lat, 180.0) && within(lon, 90.0) => Err(PlaceError::Swapped { lat, lon }),
            (false, _) => Err(PlaceError::Latitude(lat)),
            (true, false) => Err(PlaceError::Longitude(lon)),
        }
    }

    /// Degrees north.
    #[must_use]
    pub fn lat(&self) -> f64 {
        f64::from(self.lat_e6) / 1e6
    }

    /// Degrees east.
    #[must_use]
    pub fn lon(&self) -> f64 {
        f64::from(self.lon_e6) / 1e6
    }

    /// Roughly how far apart two points are, in metres, by sums and products only: the same on every machine. Good to
    /// half a per cent up to some hundred kilometres.
    #[must_use]
    pub fn metres_to(&self, other: &Self) -> f64 {
        let mid = (self.lat() + other.lat()) / 2.0 * core::f64::consts::PI / 180.0;
        let square = mid * mid;
        let cosine = 1.0 - square / 2.0 * (1.0 - square / 12.0 * (1.0 - square / 30.0 * (1.0 - square / 56.0)));
        let turn = {
            let apart = (self.lon() - other.lon()).abs();
            if apart > 180.0 { 360.0 - apart } else { apart }
        };
        let (north, east) = ((self.lat() - other.lat()) * 111_195.0, turn * cosine * 111_195.0);
        (north * north + east * east).sqrt()
    }
}

/// Where something happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Json", into = "Json")]
pub struct Place {
    point: Option<Point>,
    accuracy_m: Option<u32>,
    precision: PlacePrecision,
    name: Option<String>,
    area: Option<String>,
}

/// How JSON carries a place.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a place: an object with name, or with lat and lon")]
struct Json {
    #[serde(skip_serializing_if = "Option::is_none")]
    lat: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lon: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accuracy_m: Option<u32>,
    precision: Option<PlacePrecision>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<String>,
}

impl TryFrom<Json> for Place {
    type Error = PlaceError;

    fn try_from(json: Json) -> Result<Self, PlaceError> {
        let point = match (json.lat, json.lon) {
            (Some(lat), Some(lon)) => Some(Point::try_new(lat, lon)?),
            (None, None) => None,
            (Some(_), None) => return Err(PlaceError::Half("latitude")),
            (None, Some(_)) => return Err(PlaceError::Half("longitude")),
        };
        Self::try_new(point, json.accuracy_m, json.precision, json.name, json.area)
    }
}

impl From<Place> for Json {
    fn from(place: Place) -> Self {
        Self {
            lat: place.point.map(|point| point.lat()),
            lon: place.point.map(|point| point.lon()),
            accuracy_m: place.accuracy_m,
            precision: Some(place.precision),
            name: place.name,
            area: place.area,
        }
    }
}

impl Place {
    /// A place of what is known. Where no precision is given, a point is exact, a name is a village, and the rest an
    /// area. `accuracy_m` is the radius in metres that the positioning claims.
    ///
    /// # Errors
    /// [`PlaceError::Empty`], [`PlaceError::AccuracyAlone`], [`PlaceError::Length`].
    pub fn try_new(
        point: Option<Point>,
        accuracy_m: Option<u32>,
        precision: Option<PlacePrecision>,
        name: Option<String>,
        area: Option<String>,
    ) -> Result<Self, PlaceError> {
        let usual = match (&point, &name) {
            (Some(_), _) => PlacePrecision::Exact,
            (None, Some(_)) => PlacePrecision::Village,
            (None, None) => PlacePrecision::Area,
        };
        for (what, text, limit) in [("name", &name, MAX_NAME_BYTES), ("area", &area, MAX_CODE_BYTES)] {
            if let Some(got) = text.as_ref().map(String::len)
                && !(1..=limit).contains(&got)
            {
                return Err(PlaceError::Length { what, got, limit });
            }
        }
        match (&point, accuracy_m) {
            (None, Some(accuracy)) => return Err(PlaceError::AccuracyAlone(accuracy)),
            (None, None) if name.is_none() && area.is_none() => return Err(PlaceError::Empty),
            _ => {}
        }
        Ok(Self { point, accuracy_m, precision: precision.unwrap_or(usual), name, area })
    }

    /// The point, if it is known.
    #[must_use]
    pub fn point(&self) -> Option<Point> {
        self.point
    }

    /// The radius in metres that the positioning claims.
    #[must_use]
    pub fn accuracy_m(&self) -> Option<u32> {
        self.accuracy_m
    }

    /// How exactly it is known.
    #[must_use]
    pub fn precision(&self) -> PlacePrecision {
        self.precision
    }

    /// What the place is called, as written or as the gazetteer has it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The code of the project's area that it lies in.
    #[must_use]
    pub fn area(&self) -> Option<&str> {
        self.area.as_deref()
    }
}

impl Packed for Place {
    const FIELD: &'static str = "place";

    /// Precision; then each of point (two signed 32-bit numbers), accuracy, name and area, with 1 before it or 0.
    fn pack(&self, out: &mut Writer) {
        out.u8(self.precision.code());
        pack_option(out, self.point.as_ref(), |out, point| {
            out.raw(&point.lat_e6.to_be_bytes()).raw(&point.lon_e6.to_be_bytes());
        });
        pack_option(out, self.accuracy_m.as_ref(), |out, accuracy| {
            out.varint(u64::from(*accuracy));
        });
        for text in [&self.name, &self.area] {
            pack_option(out, text.as_ref(), |out, text| {
                out.text(text);
            });
        }
    }

    fn unpack(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let code = input.u8("place precision")?;
        let precision = PlacePrecision::from_code(u64::from(code))
            .ok_or_else(|| input.invalid("place precision", "a number that this list does not have"))?;
        let point = unpack_option(input, "place point", |input| {
            let lat_e6 = input.array("latitude").map(i32::from_be_bytes)?;
            let lon_e6 = input.array("longitude").map(i32::from_be_bytes)?;
            let good = lat_e6.unsigned_abs() <= 90_000_000 && lon_e6.unsigned_abs() <= 180_000_000;
            good.then_some(Point { lat_e6, lon_e6 }).ok_or_else(|| input.invalid("place point", "not on Earth"))
        })?;
        let accuracy_m = unpack_option(input, "place accuracy", |input| {
            let metres = input.varint("place accuracy")?;
            u32::try_from(metres).map_err(|_| input.invalid("place accuracy", "more than 32 bits"))
        })?;
        let name = unpack_option(input, "place name", |input| input.text("place name", MAX_NAME_BYTES))?;
        let area = unpack_option(input, "place area", |input| input.text("place area", MAX_CODE_BYTES))?;
        Self::try_new(point, accuracy_m, Some(precision), name, area)
            .map_err(|_| input.invalid("place", "parts that no place has together"))
    }
}
