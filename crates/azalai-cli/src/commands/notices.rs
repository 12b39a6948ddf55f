//! Notices: writing them, and reading them in order.

use std::path::Path;

use azalai_envelope::{Kind, Lane};
use azalai_node::{NoticeFor, NoticeTo, NoticeView};
use azalai_roster::Circle;
use serde_json::{Value, json};

use super::{area_code, find, parse};
use crate::args::Notice;
use crate::home::Device;
use crate::output::{Failure, Output, one_line, short, table};
use crate::{home, host};

/// Characters of a notice in the list, which is the one place where a person reads it.
const SHOWN: usize = 5000;

pub(crate) async fn notice(home: Option<&Path>, notice: Notice, out: &mut Output) -> Result<(), Failure> {
    let to = Wanted::read(&notice.to)?;
    let mut device = home::open(home).await?;
    let report = match &notice.report {
        Some(id) => Some(find(&device, id, Kind::REPORT).await?),
        None => None,
    };
    let to = match (to, report) {
        (Some(Wanted::Circle(circle)), _) => NoticeTo::Circle(circle),
        (Some(Wanted::AuthorOf(id)), _) => NoticeTo::AuthorOf(find(&device, &id, Kind::REPORT).await?),
        (None, Some(report)) => NoticeTo::AuthorOf(report),
        (None, None) => return Err(Failure::usage("--to: say whom the notice is for")),
    };
    let lane = if notice.urgent { Lane::Urgent } else { Lane::Text };
    let said = (notice.text.as_str(), notice.language.as_deref());
    let id = device.notify(said, &to, report, lane, host::now_ms()).await?;
    let view = device.notices().await?.into_iter().find(|view| view.id == id);
    let readers = view.as_ref().map_or_else(String::new, |view| readers(&device, &view.to));
    out.result(&json!({ "id": id.to_string(), "to": readers }), || {
        format!(
            "Saved on this device as {id}. It goes to {readers} at the next exchange, and cannot be taken back then."
        )
    })
}

/// Whom a notice is for, as it was typed.
enum Wanted {
    Circle(Circle),
    AuthorOf(String),
}

impl Wanted {
    fn read(to: &[String]) -> Result<Option<Self>, Failure> {
        let words: Vec<&str> = to.iter().map(String::as_str).collect();
        Ok(Some(match words.as_slice() {
            [] => return Ok(None),
            ["everyone"] => Self::Circle(Circle::Everyone),
            ["area", code] => Self::Circle(Circle::AreaAndAbove(area_code(code)?)),
            ["circle", name] => Self::Circle(parse("--to circle", name)?),
            ["author-of", report] => Self::AuthorOf((*report).to_owned()),
            other => {
                return Err(Failure::usage(format!(
                    "--to {}: expected everyone, area CODE, circle NAME or author-of REPORT",
                    other.join(" ")
                )));
            }
        }))
    }
}

/// Whom a notice is for, in words.
fn readers(device: &Device, to: &NoticeFor) -> String {
    match to {
        NoticeFor::Circle(Circle::Everyone) => "every member of the project".to_owned(),
        NoticeFor::Circle(Circle::Staff) => "all coordinators and stewards".to_owned(),
        NoticeFor::Circle(Circle::Area(area)) => format!("the coordinators of {area}"),
        NoticeFor::Circle(Circle::AreaAndAbove(area)) => {
            format!("the coordinators of {area} and of the areas that contain it")
        }
        NoticeFor::You => format!("this device alone ({})", device.pseudonym()),
        NoticeFor::Member(key, name) => format!("{} alone", name.clone().unwrap_or_else(|| short(key))),
    }
}

/// A notice as machines read it.
pub(crate) fn object(device: &Device, view: &NoticeView) -> Value {
    let to = match &view.to {
        NoticeFor::Circle(circle) => circle.to_string(),
        NoticeFor::You => "you".to_owned(),
        NoticeFor::Member(key, name) => name.clone().unwrap_or_else(|| key.to_string()),
    };
    json!({
        "id": view.id.to_string(), "text": view.notice.text(), "language": view.notice.language(),
        "report": view.notice.report().map(|id| id.to_string()), "to": to, "readers": readers(device, &view.to),
        "author": view.pseudonym.clone().unwrap_or_else(|| view.author.to_string()), "author_key": view.author.to_string(),
        "state": view.state.map(|state| state.to_string()), "at_ms": view.at_ms,
        "at": azalai_model::occurred::instant(view.at_ms),
    })
}

pub(crate) async fn list(home: Option<&Path>, out: &mut Output) -> Result<(), Failure> {
    let device = home::open(home).await?;
    let mut rows = Vec::new();
    for view in device.notices().await? {
        out.object(&object(&device, &view))?;
        rows.push(vec![
            azalai_model::occurred::instant(view.at_ms),
            view.pseudonym.clone().unwrap_or_else(|| short(&view.author)),
            readers(&device, &view.to),
            view.notice.report().as_ref().map(short).unwrap_or_default(),
            view.state.map_or_else(String::new, |state| state.to_string()),
            one_line(view.notice.text(), SHOWN),
        ]);
    }
    if rows.is_empty() {
        return out.text("No notices.");
    }
    out.text(&table(&["WHEN", "FROM", "TO", "ABOUT", "STATE", "TEXT"], &rows))
}
