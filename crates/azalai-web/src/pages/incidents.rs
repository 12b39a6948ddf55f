//! The list of incidents, those last changed first.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};

use super::staff::{Staff, area_name};
use crate::app::App;
use crate::forms::{first, of_address};
use crate::frame::{Frame, Page, render};
use crate::host::Host;
use crate::limits::INCIDENTS_PER_PAGE;
use crate::problem::Problem;
use crate::times;

struct Card {
    id: String,
    title: String,
    status: String,
    area: String,
    reports: usize,
    conflicts: usize,
    changed: String,
}

#[derive(Template)]
#[template(path = "incidents.html")]
struct IncidentsPage {
    f: Frame,
    cards: Vec<Card>,
    /// Those that are closed or refuted as well.
    all: bool,
    /// The address of the page after.
    older: Option<String>,
}

/// `GET /incidents`.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    RawQuery(query): RawQuery,
) -> Result<Page, Problem> {
    let fields = of_address(query)?;
    let all = first(&fields, "all") == "1";
    let skip: usize = first(&fields, "after").parse().unwrap_or_default();
    let mut open = app.open().await;
    let device = open.device()?;
    let offset = app.settings().offset_min;
    let (briefs, more) = device.incident_briefs(all, skip, INCIDENTS_PER_PAGE).await?;
    let end = skip.saturating_add(INCIDENTS_PER_PAGE);
    let older = more.then(|| format!("/incidents?all={}&after={end}", u8::from(all)));
    let cards = briefs.into_iter().map(|brief| Card {
        id: brief.id.to_string(),
        status: brief.status.to_string(),
        area: area_name::<H>(device, brief.area.as_ref()),
        reports: brief.reports,
        conflicts: brief.conflicts,
        changed: times::minute(visitor.texts, brief.changed_ms, offset),
        title: brief.title,
    });
    let cards = cards.collect();
    render(&IncidentsPage { f: Frame::new(&visitor, "incidents"), cards, all, older })
}
