//! GeoJSON (RFC 7946): longitude before latitude, WGS 84; what has no position has a null geometry.

use serde_json::{Value, json};

use crate::row::{IncidentRow, ReportRow, Where};

fn geometry(place: &Where) -> Value {
    match place.point {
        Some((lat, lon)) => json!({ "type": "Point", "coordinates": [rounded(lon), rounded(lat)] }),
        None => Value::Null,
    }
}

/// Five decimals are about a metre: more would be a claim that nobody made.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5
}

fn collection(features: Vec<Value>) -> Vec<u8> {
    let collection = json!({ "type": "FeatureCollection", "features": features });
    serde_json::to_vec_pretty(&collection).unwrap_or_default()
}

/// Reports as a feature collection.
#[must_use]
pub fn reports(rows: &[ReportRow]) -> Vec<u8> {
    let features = rows.iter().map(|row| {
        let [killed, injured, abducted, displaced] = row.affected;
        json!({
            "type": "Feature", "id": row.id, "geometry": geometry(&row.place),
            "properties": {
                "category": row.category, "occurred": row.occurred, "place": row.place.name,
                "precision": row.place.precision, "area": row.area, "tlp": row.tlp, "basis": row.basis,
                "killed": killed, "injured": injured, "abducted": abducted, "displaced": displaced,
                "text": row.text, "unconfirmed": row.unconfirmed,
            }
        })
    });
    collection(features.collect())
}

/// Incidents as a feature collection.
#[must_use]
pub fn incidents(rows: &[IncidentRow]) -> Vec<u8> {
    let features = rows.iter().map(|row| {
        json!({
            "type": "Feature", "id": row.id, "geometry": geometry(&row.place),
            "properties": {
                "title": row.title, "status": row.status, "category": row.category, "occurred": row.occurred,
                "place": row.place.name, "precision": row.place.precision, "area": row.area, "tlp": row.tlp,
                "reports": row.reports, "independent_sources": row.independent_sources, "grade": row.grade,
                "conflicts": row.conflicts,
            }
        })
    });
    collection(features.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against points that land in the wrong ocean.
    #[test]
    fn a_point_has_its_longitude_first() {
        let place = Where { name: None, point: Some((16.27, -0.05)), precision: "village".to_owned() };
        let bytes = incidents(&[IncidentRow { place, ..IncidentRow::default() }]);
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(value["features"][0]["geometry"]["coordinates"], json!([-0.05, 16.27]));
        assert_eq!(value["type"], "FeatureCollection");
    }
}
