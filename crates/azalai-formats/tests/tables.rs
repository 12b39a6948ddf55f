//! What a spreadsheet and a map program get: tables that are whole, and GeoJSON that parses.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use azalai_formats::{IncidentRow, ReportRow, Where, csv as table, figures, geojson};
use serde_json::Value;

const ARABIC: &str = "مسلحون، \"خمسة\"\nعند الجسر";

fn reports() -> Vec<ReportRow> {
    let place = |name: &str, point| Where { name: Some(name.to_owned()), point, precision: "village".to_owned() };
    vec![
        ReportRow { text: ARABIC.to_owned(), place: place("Gao", Some((16.27, -0.05))), ..ReportRow::default() },
        ReportRow { text: "\t=1+1".to_owned(), affected: [Some(0), None, Some(3), None], ..ReportRow::default() },
        ReportRow { place: place("+223 70", None), ..ReportRow::default() },
    ]
}

fn read(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// Guards against rows that are dropped without a word because they have another number of cells than the header,
/// and against texts that break a row in two.
#[test]
fn every_row_is_there_with_a_name_and_a_tag_for_each_cell() {
    let tables = [
        (table::reports(&reports()), 3),
        (table::incidents(&[IncidentRow { title: "a,b".to_owned(), ..IncidentRow::default() }]), 1),
        (table::figures(&figures([("c".to_owned(), "a".to_owned())])), 1),
    ];
    for (bytes, rows) in tables {
        let table = read(&bytes);
        assert_eq!(table.len(), rows + 2);
        assert!(table.iter().all(|row| row.len() == table[0].len()));
        assert!(table[1].iter().all(|tag| tag.starts_with('#')), "{:?}", table[1]);
    }
}

/// Guards against words that come out otherwise than they went in, and against a cell that a spreadsheet runs.
#[test]
fn words_come_out_as_they_went_in_unless_they_are_a_formula() {
    let table = read(&table::reports(&reports()));
    let column = |name: &str| table[0].iter().position(|head| head == name).unwrap();
    assert_eq!(table[2][column("text")], ARABIC);
    assert_eq!(table[3][column("text")], "'\t=1+1");
    assert_eq!(table[4][column("place")], "'+223 70");
    assert_eq!(table[2][column("longitude")], "-0.05000");
    assert_eq!((table[3][column("killed")].as_str(), table[3][column("injured")].as_str()), ("0", ""));
}

/// Guards against a file that map programs refuse: each feature needs a geometry, if only null, and properties.
#[test]
fn every_feature_has_a_geometry_and_says_how_exact_it_is() {
    let value: Value = serde_json::from_slice(&geojson::reports(&reports())).unwrap();
    let features = value["features"].as_array().unwrap();
    assert_eq!(features.len(), 3);
    assert_eq!(features[0]["geometry"]["type"], "Point");
    assert_eq!(features[0]["properties"]["precision"], "village");
    assert!(features[1].as_object().unwrap().contains_key("geometry") && features[1]["geometry"].is_null());
    assert!(features.iter().all(|feature| feature["type"] == "Feature" && feature["properties"].is_object()));
}

/// Guards the people behind the reports: there is no way to get an author into an export by accident.
#[test]
fn no_export_has_a_field_for_an_author() {
    let files = [table::reports(&reports()), table::incidents(&[IncidentRow::default()]), geojson::reports(&reports())];
    for file in files {
        let text = String::from_utf8(file).unwrap().to_lowercase();
        assert!(!text.contains("author") && !text.contains("pseudonym") && !text.contains("reporter"));
    }
}
