//! CSV: a header, a row of HXL tags (HXL 1.1, 2018), then the data; UTF-8, comma, quotes as RFC 4180 has them.
//!
//! A text that a spreadsheet would run as a formula gets an apostrophe in front. Numbers stay numbers.

use crate::counts::Cell;
use crate::row::{IncidentRow, ReportRow, Where};

const REPORT_HEAD: [&str; 16] = [
    "id",
    "category",
    "occurred",
    "place",
    "latitude",
    "longitude",
    "precision",
    "area",
    "tlp",
    "basis",
    "killed",
    "injured",
    "abducted",
    "displaced",
    "text",
    "unconfirmed",
];
const REPORT_TAGS: [&str; 16] = [
    "#meta+id",
    "#event+code",
    "#date+occurred",
    "#loc+name",
    "#geo+lat",
    "#geo+lon",
    "#x_geo_precision",
    "#adm+code",
    "#x_tlp",
    "#x_basis",
    "#affected+killed",
    "#affected+injured",
    "#affected+abducted",
    "#affected+displaced",
    "#description",
    "#x_unconfirmed",
];
const INCIDENT_HEAD: [&str; 14] = [
    "id",
    "title",
    "status",
    "category",
    "occurred",
    "place",
    "latitude",
    "longitude",
    "precision",
    "area",
    "tlp",
    "reports",
    "independent_sources",
    "grade",
];
const INCIDENT_TAGS: [&str; 14] = [
    "#meta+id",
    "#event+name",
    "#status",
    "#event+code",
    "#date+occurred",
    "#loc+name",
    "#geo+lat",
    "#geo+lon",
    "#x_geo_precision",
    "#adm+code",
    "#x_tlp",
    "#meta+count+reports",
    "#meta+count+sources",
    "#x_admiralty_grade",
];

/// A text as a cell: what a spreadsheet would take for a formula is made a text.
fn text(text: &str) -> String {
    let formula = text
        .trim_start_matches([' ', '\u{a0}'])
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

fn place(place: &Where) -> [String; 4] {
    let degree = |value: Option<f64>| value.map(|value| format!("{value:.5}")).unwrap_or_default();
    [
        text(place.name.as_deref().unwrap_or_default()),
        degree(place.point.map(|(lat, _)| lat)),
        degree(place.point.map(|(_, lon)| lon)),
        place.precision.clone(),
    ]
}

fn write(rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        // Every row has as many cells as the header, and a vector takes all that is written.
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}

fn head(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Reports as CSV.
#[must_use]
pub fn reports(rows: &[ReportRow]) -> Vec<u8> {
    let data = rows.iter().map(|row| {
        let [name, lat, lon, precision] = place(&row.place);
        let mut cells = vec![row.id.clone(), text(&row.category), text(&row.occurred), name, lat, lon, precision];
        cells.extend([text(&row.area), row.tlp.clone(), row.basis.clone()]);
        cells.extend(row.affected.iter().map(|count| count.map(|count| count.to_string()).unwrap_or_default()));
        cells.extend([text(&row.text), row.unconfirmed.to_string()]);
        cells
    });
    write([head(&REPORT_HEAD), head(&REPORT_TAGS)].into_iter().chain(data))
}

/// Incidents as CSV.
#[must_use]
pub fn incidents(rows: &[IncidentRow]) -> Vec<u8> {
    let data = rows.iter().map(|row| {
        let [name, lat, lon, precision] = place(&row.place);
        vec![
            row.id.clone(),
            text(&row.title),
            row.status.clone(),
            text(&row.category),
            text(&row.occurred),
            name,
            lat,
            lon,
            precision,
            text(&row.area),
            row.tlp.clone(),
            row.reports.to_string(),
            row.independent_sources.to_string(),
            row.grade.clone(),
        ]
    });
    write([head(&INCIDENT_HEAD), head(&INCIDENT_TAGS)].into_iter().chain(data))
}

/// Figures as CSV; a suppressed one is "under 5".
#[must_use]
pub fn figures(cells: &[Cell]) -> Vec<u8> {
    let data = cells.iter().map(|cell| {
        let count = cell.count.map_or_else(|| "suppressed".to_owned(), |count| count.to_string());
        vec![text(&cell.category), text(&cell.area), count]
    });
    write(
        [head(&["category", "area", "count"]), head(&["#event+code", "#adm+code", "#meta+count"])]
            .into_iter()
            .chain(data),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards a coordinator's spreadsheet against a report that is a formula, and figures against being texts.
    #[test]
    fn formulas_become_texts_and_numbers_stay_numbers() {
        let point = Some((-1.5, -0.25));
        let row = ReportRow {
            text: "=HYPERLINK(\"http://x\")".to_owned(),
            place: Where { name: Some("@home".to_owned()), point, precision: "exact".to_owned() },
            ..ReportRow::default()
        };
        let csv = String::from_utf8(reports(&[row])).unwrap();
        let line = csv.lines().nth(2).unwrap();
        assert!(
            line.contains("'=HYPERLINK") && line.contains("'@home") && line.contains(",-1.50000,-0.25000,"),
            "{line}"
        );
        assert!(csv.lines().nth(1).unwrap().starts_with("#meta+id,#event+code"));
    }
}
