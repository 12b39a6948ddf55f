//! Writing, amending, retracting and listing reports.

use std::path::Path;

use azalai_envelope::{DocumentId, Kind};
use azalai_model::gazetteer::Entry;
use azalai_model::{Occurred, Place, Point, ReportFields, Resolved};
use azalai_node::{NodeError, Packs, Places, ReportView};
use azalai_roster::AreaCode;
use serde_json::{Value, json};

use super::staff::member;
use super::{area_code, find, parse, read_file, who};
use crate::args::{Filter, Report, Said};
use crate::home::Device;
use crate::limits::MAX_JSON_BYTES;
use crate::output::{Failure, Output, one_line, short, table};
use crate::{home, host};

/// Places that are shown where none has the name that was given: what a glance takes in.
const LIKE: usize = 5;

pub(crate) async fn report(home: Option<&Path>, report: Report, out: &mut Output) -> Result<(), Failure> {
    let mut fields = match &report.from {
        Some(file) => read_json(file)?,
        None => ReportFields::default(),
    };
    if report.category.is_some() {
        fields.category = report.category;
    }
    if let Some(label) = &report.tlp {
        fields.tlp = Some(parse("--tlp", label)?);
    }
    if fields.category.as_deref().is_none_or(|category| category.trim().is_empty()) {
        return Err(Failure::usage("a report needs a category: give --category, or \"category\" in the file"));
    }
    let area = report.area.as_deref().map(area_code).transpose()?;
    // What is wrong with the flags is found before anything is opened.
    apply(&report.said, &mut fields, &Places::shipped()?)?;
    let mut device = home::open(home).await?;
    let places = device.places().await?;
    apply(&report.said, &mut fields, &places)?;
    // A name in a file is looked up like one on the command line.
    if let Some(place) = fields.place.as_ref().filter(|place| place.point().is_none())
        && let Some(name) = place.name()
    {
        fields.place = Some(place_of(Some(name), None, None, place.area(), &places)?);
    }
    let unknown = fields.place.as_ref().filter(|place| place.point().is_none()).and_then(Place::name);
    let unknown = unknown.map(str::to_owned);
    let named = report.to.iter().map(|name| member(&device, name)).collect::<Result<Vec<_>, _>>()?;
    let readers = device.who_would_read(&fields, area, &named)?;
    if report.who_can_read {
        return out.result(&who::object(&device, &readers), || who::text(&device, &readers));
    }
    let nonce = device.random16();
    let ids = device.report_for(nonce, fields, &readers.by, host::now_ms()).await?;
    if readers.nobody_yet {
        host::say(&format!(
            "azalai: this device knows of nobody yet who can open it ({}). It is kept, and opened when there is somebody; \
             or write it for another area with --area.",
            who::circle(&device, &readers)
        ));
    }
    if let Some(name) = unknown {
        let like: Vec<String> = places.search(&name).into_iter().take(LIKE).map(line_of).collect();
        let like = if like.is_empty() { String::new() } else { format!(" Like it are:\n{}", like.join("\n")) };
        host::say(&format!(
            "azalai: no place that is known here is called {name:?}; the name is kept as it is written.{like}"
        ));
    }
    let first = ids.first().map(ToString::to_string).unwrap_or_default();
    let all: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let words = who::circle(&device, &readers);
    out.result(
        &json!({ "id": first, "ids": all, "readers": words, "who_can_read": who::object(&device, &readers) }),
        || format!("Saved on this device as {}.\nWho can read it: {words}.", all.join(", ")),
    )
}

fn read_json(file: &Path) -> Result<ReportFields, Failure> {
    let bytes = if file == Path::new("-") {
        use std::io::Read as _;
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().take(MAX_JSON_BYTES + 1).read_to_end(&mut bytes);
        read.map_err(|error| Failure::failed(format!("stdin was not read: {error}")))?;
        if bytes.len() as u64 > MAX_JSON_BYTES {
            return Err(Failure::failed(format!("stdin has more than {MAX_JSON_BYTES} bytes")));
        }
        bytes
    } else {
        read_file(file, MAX_JSON_BYTES)?
    };
    if !bytes.trim_ascii_start().starts_with(b"{") {
        let got = if bytes.trim_ascii().is_empty() { "it is empty" } else { "it is something else" };
        return Err(Failure::failed(format!(
            "{}: expected a report as one JSON object, such as {{\"category\":\"other\",\"text\":\"…\"}}; {got}",
            file.display()
        )));
    }
    serde_json::from_slice(&bytes).map_err(|error| Failure::failed(format!("{}: {error}", file.display())))
}

/// Puts what the flags say into the fields.
fn apply(said: &Said, fields: &mut ReportFields, places: &Places) -> Result<(), Failure> {
    if let Some(text) = &said.text {
        fields.narrative.clone_from(text);
    }
    if let Some(when) = &said.when {
        fields.occurred = Some(when_of("--when", when, said.utc_offset)?);
    }
    if let Some(basis) = &said.basis {
        fields.basis = Some(parse("--basis", basis)?);
    }
    if let Some(urgency) = &said.urgency {
        fields.urgency = Some(parse("--urgency", urgency)?);
    }
    if said.language.is_some() {
        fields.language.clone_from(&said.language);
    }
    fields.danger_to_me |= said.danger_to_me;
    fields.wants_reply |= said.wants_reply;
    if said.lat.is_some() || said.place.is_some() {
        let point = said.lat.zip(said.lon);
        fields.place = Some(place_of(said.place.as_deref(), point, said.accuracy_m, None, places)?);
    }
    Ok(())
}

pub(crate) fn when_of(flag: &str, text: &str, offset_min: i16) -> Result<Occurred, Failure> {
    Occurred::parse(text, host::now_ms(), offset_min).map_err(|error| Failure::failed(format!("{flag}: {error}")))
}

/// A place by its name, its position, or both. A name that several places share is an error that lists them.
pub(crate) fn place_of(
    name: Option<&str>,
    point: Option<(f64, f64)>,
    accuracy: Option<u32>,
    area: Option<&str>,
    places: &Places,
) -> Result<Place, Failure> {
    let area = area.map(str::to_owned);
    let wrong = |error: azalai_model::place::PlaceError| Failure::failed(format!("the place: {error}"));
    if let Some((lat, lon)) = point {
        let point = Point::try_new(lat, lon).map_err(wrong)?;
        return Place::try_new(Some(point), accuracy, None, name.map(str::to_owned), area).map_err(wrong);
    }
    let name = name.unwrap_or_default();
    match places.resolve(name) {
        Resolved::One(entry) => entry.place(area).map_err(wrong),
        Resolved::None => Place::try_new(None, None, None, Some(name.to_owned()), area).map_err(wrong),
        Resolved::Several(entries) => {
            let lines = entries.into_iter().map(line_of);
            Err(Failure::failed(format!(
                "several places are called {name:?}; give the id of one as --place:\n{}",
                lines.collect::<Vec<_>>().join("\n")
            )))
        }
    }
}

/// A place as a line of a list to choose from.
fn line_of(entry: &Entry) -> String {
    format!("  {}  {}, {}", entry.id, entry.name, entry.region())
}

pub(crate) async fn amend(
    home: Option<&Path>,
    id: &str,
    category: Option<String>,
    said: Said,
    out: &mut Output,
) -> Result<(), Failure> {
    // What is wrong with the flags is found before anything is opened.
    apply(&said, &mut ReportFields::default(), &Places::shipped()?)?;
    let mut device = home::open(home).await?;
    let places = device.places().await?;
    let packs = device.packs();
    let id = find(&device, id, Kind::REPORT).await?;
    let change = |fields: &mut ReportFields| {
        category.map_or(Ok(()), |category| recategorise(&packs, category, fields))?;
        apply(&said, fields, &places).map_err(|error| NodeError::Invalid(error.to_string()))
    };
    device.amend(id, change, host::now_ms()).await?;
    let later = later(&device, id).await?;
    out.result(&json!({ "id": id.to_string(), "later": later }), || match &later {
        Some(later) => format!(
            "Saved: {later} corrects {id}, whose words this device has forgotten. Those who have {id} see both."
        ),
        None => format!("Saved: {id} is amended. What it said before stays in its history."),
    })
}

/// Gives a report another category. Its audience stays what it was, so a category that goes to a narrower one needs a
/// new report; answers to questions that the new category does not have would be lost, so they are an error.
fn recategorise(packs: &Packs, code: String, fields: &mut ReportFields) -> Result<(), NodeError> {
    let category = packs.category(&code).ok_or_else(|| {
        let pack = &packs.now().id;
        NodeError::NotFound(format!("there is no category {code:?} in the pack {pack}; see `azalai categories`"))
    })?;
    category.check_answers(&fields.answers).map_err(|error| NodeError::Invalid(error.to_string()))?;
    let label = packs.label(&code, fields.tlp);
    if fields.tlp != Some(label) {
        return Err(NodeError::Invalid(format!(
            "a report of {code} is {label}, and the label of this one is fixed: retract it and write a new one"
        )));
    }
    fields.pack = Some(packs.reference(&code));
    fields.category = Some(code);
    Ok(())
}

pub(crate) async fn retract(home: Option<&Path>, id: &str, why: &str, out: &mut Output) -> Result<(), Failure> {
    let mut device = home::open(home).await?;
    let id = find(&device, id, Kind::REPORT).await?;
    device.retract(id, why, host::now_ms()).await?;
    let later = later(&device, id).await?;
    out.result(&json!({ "id": id.to_string(), "later": later }), || {
        format!("Saved: {id} is taken back. Those who have it keep its words, marked as retracted.")
    })
}

/// The later report that stands for one whose words were forgotten here.
async fn later(device: &Device, id: DocumentId) -> Result<Option<String>, Failure> {
    let view = device.report_view(id).await?.filter(|view| view.shed_ms.is_some());
    Ok(view.and_then(|view| view.later.last().map(ToString::to_string)))
}

/// A report as machines read it.
pub(crate) fn object(view: &ReportView) -> Value {
    let fields = &view.row.fields;
    let place = fields.place.as_ref().map(|place| {
        let point = place.point();
        json!({
            "name": place.name(), "lat": point.as_ref().map(Point::lat), "lon": point.as_ref().map(Point::lon),
            "precision": place.precision().to_string(),
        })
    });
    json!({
        "id": view.id.to_string(), "category": fields.category, "text": fields.narrative,
        "occurred": fields.occurred.as_ref().map(ToString::to_string), "place": place,
        "area": view.area.as_ref().map(ToString::to_string), "tlp": view.tlp.to_string(),
        "author": view.pseudonym.clone().unwrap_or_else(|| view.author.to_string()), "author_key": view.author.to_string(),
        "state": view.state.to_string(), "unconfirmed": view.unconfirmed, "own": view.own, "language": fields.language,
        "urgency": fields.urgency.map(|urgency| urgency.to_string()), "basis": fields.basis.map(|basis| basis.to_string()),
        "shed": view.shed_ms.is_some(), "shed_ms": view.shed_ms,
        "corrects": fields.corrects.map(|corrects| corrects.0.to_string()),
        "later": view.later.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "retracted": view.row.retracted.as_ref().map(|retraction| retraction.why.clone()), "written_ms": view.written_ms,
    })
}

/// Whether what a report tells of had not ended when `since` began; without a time, whether it was written since.
fn happened_since(view: &ReportView, since: &Occurred) -> bool {
    let written = || i64::try_from(view.written_ms).ok();
    let ended = view.row.fields.occurred.as_ref().and_then(Occurred::to_ms).or_else(written);
    ended > since.from_ms()
}

pub(crate) async fn list(home: Option<&Path>, filter: &Filter, out: &mut Output) -> Result<(), Failure> {
    let device = home::open(home).await?;
    let area = filter.area.as_deref().map(area_code).transpose()?;
    let since = filter.since.as_deref().map(|since| when_of("--since", since, 0)).transpose()?;
    let known = ["local", "relay", "opened", "acted", "retracted"];
    if let Some(state) = filter.state.as_deref().filter(|state| !known.contains(state)) {
        return Err(Failure::usage(format!("--state {state:?}: expected one of {}", known.join(", "))));
    }
    let wanted = |view: &ReportView| {
        let text = || {
            filter
                .text
                .as_ref()
                .is_none_or(|text| view.row.fields.narrative.to_lowercase().contains(&text.to_lowercase()))
        };
        let within = |area: &AreaCode| view.area.as_ref().is_some_and(|code| device.roster().is_within(code, area));
        filter.category.as_ref().is_none_or(|category| view.row.fields.category.as_ref() == Some(category))
            && filter.state.as_ref().is_none_or(|state| view.state.to_string() == *state)
            && area.as_ref().is_none_or(within)
            && since.as_ref().is_none_or(|since| happened_since(view, since))
            && (!filter.own || view.own)
            && text()
    };
    let mut rows = Vec::new();
    let replies = device.replies().await?;
    let mut all = device.reports().await?;
    all.extend(device.shed_reports().await?);
    all.sort_by_key(|view| (view.written_ms, view.id));
    for view in all.iter().filter(|view| wanted(view)) {
        let replies = replies.get(&view.id).map_or(0, Vec::len);
        let mut object = object(view);
        if let Some(object) = object.as_object_mut() {
            object.insert("replies".to_owned(), replies.into());
        }
        out.object(&object)?;
        let fields = &view.row.fields;
        rows.push(vec![
            short(&view.id),
            fields.category.clone().unwrap_or_default(),
            fields.occurred.as_ref().map(ToString::to_string).unwrap_or_default(),
            fields.place.as_ref().and_then(Place::name).unwrap_or_default().to_owned(),
            view.area.as_ref().map(ToString::to_string).unwrap_or_default(),
            view.pseudonym.clone().unwrap_or_else(|| short(&view.author))
                + if view.unconfirmed { " (unconfirmed)" } else { "" },
            view.state.to_string() + if replies > 0 { " (answered)" } else { "" },
            if view.shed_ms.is_some() {
                "(forgotten on this device)".to_owned()
            } else {
                one_line(&fields.narrative, 60)
            },
        ]);
    }
    if rows.is_empty() {
        return out.text("No reports.");
    }
    out.text(&table(&["ID", "CATEGORY", "WHEN", "PLACE", "AREA", "AUTHOR", "STATE", "TEXT"], &rows))
}
