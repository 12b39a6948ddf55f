//! Exports: rows for other programs, and an account of what they leave out.

use std::path::Path;

use azalai_formats::{Cell, IncidentRow, LeftOut, Passage, ReportRow, Ring, Where, csv, figures, geojson, passage};
use azalai_model::{Credibility, Occurred, Place, Reliability, TimePrecision};
use azalai_node::{IncidentLine, LinkView, Places, ReportState, ReportView};
use serde_json::json;

use crate::args;
use crate::home;
use crate::out_file::OutFile;
use crate::output::{Failure, Output, count};

/// What an export is made of.
struct Gathered<T> {
    rows: Vec<T>,
    counted: Vec<(String, String)>,
    left_out: LeftOut,
}

pub(crate) async fn export(
    home: Option<&Path>,
    what: args::What,
    format: args::Format,
    ring: args::Ring,
    file: &Path,
    out: &mut Output,
) -> Result<(), Failure> {
    let ring = match ring {
        args::Ring::Project => Ring::Project,
        args::Ring::Partners => Ring::Partners,
        args::Ring::Public => Ring::Public,
    };
    let target = OutFile::begin(file)?;
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".counts.csv");
    let counts = file.with_file_name(name);
    let counts_target = OutFile::begin(&counts)?;
    let mut device = home::open(home).await?;
    // A village that was brought is as coarse as one that ships.
    let places = device.places().await?;
    let (bytes, rows, counted, left_out) = match what {
        args::What::Reports => {
            let gathered = gather_reports(&device.reports().await?, ring, &places);
            let write = if format == args::Format::Csv { csv::reports } else { geojson::reports };
            (write(&gathered.rows), gathered.rows.len(), gathered.counted, gathered.left_out)
        }
        args::What::Incidents => {
            let gathered = gather_incidents(&device.incidents().await?, ring, &places);
            let write = if format == args::Format::Csv { csv::incidents } else { geojson::incidents };
            (write(&gathered.rows), gathered.rows.len(), gathered.counted, gathered.left_out)
        }
    };
    target.finish(&bytes)?;
    let cells: Vec<Cell> = figures(counted);
    let counts = (!cells.is_empty()).then_some(counts);
    if counts.is_some() {
        counts_target.finish(&csv::figures(&cells))?;
    }
    let listed: Vec<_> = left_out.iter().map(|(what, count)| json!({ "what": what, "count": count })).collect();
    let object = json!({
        "file": file.display().to_string(), "rows": rows, "counts_file": counts.as_ref().map(|file| file.display().to_string()),
        "left_out": listed,
    });
    out.result(&object, || {
        let mut lines = vec![format!("{} written to {}.", count(rows, "row"), file.display())];
        lines.extend(counts.iter().map(|file| format!("Figures of what may only be counted: {}.", file.display())));
        lines.push("Left out or made coarser:".to_owned());
        lines.push("  the author, of every row".to_owned());
        lines.extend(left_out.iter().map(|(what, count)| format!("  {what}: {count}")));
        lines.join("\n")
    })
}

/// Sorts one thing by its passage; `true` if it becomes a row.
fn sort<T>(passage: Passage, category: &str, area: &str, gathered: &mut Gathered<T>) -> bool {
    match passage {
        Passage::Nothing => gathered.left_out.note("not for this ring by its sharing label"),
        Passage::Counted => {
            gathered.left_out.note("only counted, by its sharing label");
            gathered.counted.push((category.to_owned(), area.to_owned()));
        }
        Passage::Coarse | Passage::CoarseWithoutWords | Passage::AsItIs => return true,
    }
    false
}

fn gather_reports(views: &[ReportView], ring: Ring, places: &Places) -> Gathered<ReportRow> {
    let mut gathered = Gathered { rows: Vec::new(), counted: Vec::new(), left_out: LeftOut::default() };
    for view in views {
        if view.state == ReportState::Retracted {
            gathered.left_out.note("taken back by its author");
            continue;
        }
        if view.unconfirmed && ring != Ring::Project {
            gathered.left_out.note("its author is not admitted");
            continue;
        }
        let fields = &view.row.fields;
        let category = fields.category.clone().unwrap_or_default();
        let area = view.area.as_ref().map(ToString::to_string).unwrap_or_default();
        let passage = passage(view.tlp, ring);
        if !sort(passage, &category, &area, &mut gathered) {
            continue;
        }
        let affected = fields.affected.unwrap_or_default();
        let text = words(passage, &fields.narrative, &mut gathered.left_out);
        gathered.rows.push(ReportRow {
            id: view.id.to_string(),
            category,
            occurred: when(fields.occurred.as_ref(), passage, &mut gathered.left_out),
            place: place(fields.place.as_ref(), passage, places, &mut gathered.left_out),
            area,
            tlp: view.tlp.to_string(),
            basis: fields.basis.map(|basis| basis.to_string()).unwrap_or_default(),
            affected: affected.counts().map(|(_, count)| count.map(|count| count.total)),
            text,
            unconfirmed: view.unconfirmed,
        });
    }
    gathered
}

fn gather_incidents(views: &[IncidentLine], ring: Ring, places: &Places) -> Gathered<IncidentRow> {
    let mut gathered = Gathered { rows: Vec::new(), counted: Vec::new(), left_out: LeftOut::default() };
    for view in views {
        let category = view.category.clone().unwrap_or_default();
        let area = view.area.as_ref().map(ToString::to_string).unwrap_or_default();
        let passage = passage(view.tlp, ring);
        if !sort(passage, &category, &area, &mut gathered) {
            continue;
        }
        let title = words(passage, &view.title, &mut gathered.left_out);
        gathered.rows.push(IncidentRow {
            id: view.id.to_string(),
            title,
            status: view.status.to_string(),
            category,
            occurred: when(view.occurred.as_ref(), passage, &mut gathered.left_out),
            place: place(view.place.as_ref(), passage, places, &mut gathered.left_out),
            area,
            tlp: view.tlp.to_string(),
            reports: counting(view).count(),
            independent_sources: view.independent_sources,
            grade: grade(view),
            conflicts: view.conflicts.len(),
        });
    }
    gathered
}

/// The reports behind an incident that nobody set aside.
fn counting(view: &IncidentLine) -> impl Iterator<Item = &LinkView> {
    view.reports.iter().filter(|link| !link.set_aside)
}

/// The most cautious grade of an incident's reports.
fn grade(view: &IncidentLine) -> String {
    let reliability = counting(view).map(|link| link.reliability).max().unwrap_or(Reliability::F);
    let credibility = counting(view).map(|link| link.credibility).max().unwrap_or(Credibility::Unjudged);
    format!("{reliability}{credibility}")
}

fn words(passage: Passage, text: &str, left_out: &mut LeftOut) -> String {
    if passage == Passage::CoarseWithoutWords && !text.is_empty() {
        left_out.note("the words, which may name somebody");
        return String::new();
    }
    text.to_owned()
}

fn when(occurred: Option<&Occurred>, passage: Passage, left_out: &mut LeftOut) -> String {
    let Some(occurred) = occurred else { return String::new() };
    if passage != Passage::AsItIs && occurred.precision() == TimePrecision::Minute {
        left_out.note("the time of day");
        return occurred.coarsen(TimePrecision::Day).to_string();
    }
    occurred.to_string()
}

fn place(place: Option<&Place>, passage: Passage, places: &Places, left_out: &mut LeftOut) -> Where {
    let Some(place) = place else { return Where::default() };
    // What calls itself a village may still carry the point of a house, and a name that somebody typed may be as exact
    // as a point: only what a list of places has goes to partners. The project gets the words anyway.
    let as_written = place.point().is_none() && passage == Passage::Coarse;
    let shown = if passage == Passage::AsItIs || as_written { Some(place.clone()) } else { places.village(place) };
    if shown.as_ref() != Some(place) {
        left_out.note("the exact place");
    }
    shown.map_or_else(Where::default, |place| Where {
        name: place.name().map(str::to_owned),
        point: place.point().map(|point| (point.lat(), point.lon())),
        precision: place.precision().to_string(),
    })
}
