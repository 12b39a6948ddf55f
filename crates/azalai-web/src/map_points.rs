//! The spots of a map as its script takes them: one column for each thing that is known, small numbers, no words that
//! a person wrote. A hundred thousand of them are some seven megabytes on the way within one machine.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use azalai_envelope::DocumentId;
use azalai_model::Status;
use azalai_node::Spot;
use azalai_node::placing::{Drawn, Region};
use serde_json::{Value, json};

use crate::map_query::day_number;

/// What the map's script needs of a spot: no word that a person wrote.
#[derive(Debug, Clone)]
pub(crate) struct Bare {
    id: DocumentId,
    category: Option<String>,
    status: Status,
    span: (i64, i64),
}

impl Bare {
    pub(crate) fn of(spot: &Spot) -> Self {
        Self { id: spot.id, category: spot.category.clone(), status: spot.status, span: spot.span() }
    }
}

/// Writes the spots, each with where it is drawn, as JSON:
///
/// - `ids`: 32 hexadecimal digits for each spot, in one text;
/// - `lat`, `lon`: degrees times 10,000; `r`: metres within which it may be, 0 for an exact spot;
/// - `g`: for a spot that is drawn as a region, its number in `regions`, else -1;
/// - `c`: number of its category in `categories`, or -1; `s`: number of its status in `statuses`;
/// - `d`, `u`: first and last day since 1970, by this device's clock;
/// - `nowhere`: how many more are asked for and cannot be drawn.
pub(crate) fn written(spots: &[(Bare, Drawn)], categories: &[&str], offset_min: i16) -> String {
    let number: BTreeMap<&str, usize> = categories.iter().enumerate().map(|(number, code)| (*code, number)).collect();
    let mut regions: Vec<&'static Region> = Vec::new();
    let mut ids = String::with_capacity(spots.len() * 32);
    let mut columns: BTreeMap<&str, String> = BTreeMap::new();
    let mut nowhere = 0;
    for (spot, drawn) in spots {
        let (point, metres, region) = match drawn {
            Drawn::Nowhere => {
                nowhere += 1;
                continue;
            }
            Drawn::Around(point, metres) => (*point, i64::from(*metres), -1),
            Drawn::In(region) => {
                let known = regions.iter().position(|known| known.id == region.id);
                let at = known.unwrap_or_else(|| {
                    regions.push(region);
                    regions.len() - 1
                });
                (region.middle, 0, i64::try_from(at).unwrap_or(-1))
            }
        };
        let scaled = |degrees: f64| (degrees * 10_000.0).round() as i64;
        let category = spot.category.as_deref().and_then(|code| number.get(code));
        let category = category.and_then(|number| i64::try_from(*number).ok()).unwrap_or(-1);
        let (from, to) = spot.span;
        let (first, last) = (day_number(from, offset_min), day_number(to.saturating_sub(1).max(from), offset_min));
        let status = Status::ALL.iter().position(|status| *status == spot.status).unwrap_or_default();
        let _ = write!(ids, "{}", spot.id);
        let values = [
            ("lat", scaled(point.lat())),
            ("lon", scaled(point.lon())),
            ("r", metres),
            ("g", region),
            ("c", category),
            ("s", i64::try_from(status).unwrap_or_default()),
            ("d", first),
            ("u", last),
        ];
        for (name, value) in values {
            let column = columns.entry(name).or_default();
            let _ = write!(column, "{}{value}", if column.is_empty() { "" } else { "," });
        }
    }
    let regions: Vec<Value> = regions.iter().map(|region| json!({"id": region.id, "name": region.name})).collect();
    let statuses: Vec<String> = Status::ALL.iter().map(ToString::to_string).collect();
    let rest = json!({"regions": regions, "categories": categories, "statuses": statuses, "nowhere": nowhere});
    let mut out = format!("{{\"ids\":\"{ids}\",\"rest\":{rest}");
    for name in ["lat", "lon", "r", "g", "c", "s", "d", "u"] {
        let _ = write!(out, ",\"{name}\":[{}]", columns.get(name).map_or("", String::as_str));
    }
    out.push('}');
    out
}

#[cfg(test)]
mod tests {
    use azalai_model::{Occurred, Point};
    use azalai_node::placing::region_named;

    use super::*;

    fn spot(id: u8, category: Option<&str>) -> Bare {
        Bare::of(&Spot {
            id: DocumentId([id; 16]),
            title: "</script>".to_owned(),
            status: Status::Confirmed,
            area: None,
            category: category.map(str::to_owned),
            occurred: Occurred::parse("2025-11-20", 0, 60).unwrap(),
            written_ms: 0,
            place: None,
            place_of_report: false,
            reports: 1,
        })
    }

    /// Guards against columns that do not belong together, and against days of another clock.
    #[test]
    fn each_spot_has_its_place_in_every_column() {
        let point = Point::try_new(16.27, -0.04).unwrap();
        let spots = [
            (spot(1, Some("b")), Drawn::Around(point, 3_000)),
            (spot(2, None), Drawn::In(region_named("Gao").unwrap())),
            (spot(3, Some("gone")), Drawn::Nowhere),
        ];
        let text = written(&spots, &["a", "b"], 60);
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["ids"], format!("{}{}", "01".repeat(16), "02".repeat(16)));
        assert_eq!((&read["lat"][0], &read["lon"][0], &read["r"]), (&json!(162_700), &json!(-400), &json!([3_000, 0])));
        assert_eq!((&read["g"], &read["c"]), (&json!([-1, 0]), &json!([1, -1])));
        assert_eq!((&read["d"], &read["u"]), (&json!([20_412, 20_412]), &json!([20_412, 20_412])));
        assert_eq!(read["rest"]["regions"], json!([{"id": "ML/Gao", "name": "Gao"}]));
        assert_eq!(read["rest"]["nowhere"], 1);
        assert_eq!(read["rest"]["statuses"][4], "confirmed");
        assert!(!text.contains("script"), "what people wrote does not belong here");
        let none: Value = serde_json::from_str(&written(&[], &[], 0)).unwrap();
        assert_eq!(none["lat"], json!([]));
    }

    /// Guards against an answer that takes seconds to write or megabytes more than it need.
    #[test]
    fn a_hundred_thousand_spots_stay_small() {
        let point = Point::try_new(16.27, -0.04).unwrap();
        let spots = vec![(spot(7, Some("b")), Drawn::Around(point, 3_000)); 100_000];
        assert!(written(&spots, &["a", "b"], 60).len() < 8_000_000);
    }
}
