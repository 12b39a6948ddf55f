//! Who can read something that this device keeps: one by one, with what this device cannot know.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};

use super::check::{for_whom, of_body};
use super::staff::document;
use crate::app::App;
use crate::frame::{Frame, Page, render};
use crate::gate::Member;
use crate::host::Host;
use crate::people::{area_name, short};
use crate::problem::Problem;

struct Row {
    name: String,
    short: String,
    role: String,
    areas: String,
    removed: bool,
}

#[derive(Template)]
#[template(path = "readers.html")]
struct ReadersPage {
    f: Frame,
    label: String,
    for_whom: String,
    of_body: Vec<String>,
    only_here: bool,
    nobody_yet: bool,
    known: Vec<Row>,
    unknowable: Vec<&'static str>,
    back: String,
}

/// `GET /readers/ID`.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    Path(id): Path<String>,
) -> Result<Page, Problem> {
    let (texts, id) = (visitor.texts, document(&id)?);
    let mut open = app.open().await;
    let device = open.device()?;
    let readers = device.who_can_read(id).await?;
    let roster = device.roster();
    let known = readers.known.iter().map(|reader| {
        let areas: Vec<String> = reader.areas.iter().map(|code| area_name(roster, code)).collect();
        Row {
            name: reader.pseudonym.clone(),
            short: short(&reader.key),
            role: texts.of("role", &reader.role.to_string()),
            areas: areas.join(&texts.say("said-separator")),
            removed: reader.removed,
        }
    });
    let (back, here) = match device.report_view(id).await? {
        Some(view) if view.own => (format!("/reports/{id}"), "reports"),
        Some(_) => ("/inbox".to_owned(), "inbox"),
        None if device.incident(&id).await?.is_some() => (format!("/incidents/{id}"), "incidents"),
        None => ("/notices".to_owned(), "notices"),
    };
    render(&ReadersPage {
        f: Frame::new(&visitor, here),
        label: readers.tlp.map(|label| label.to_string()).unwrap_or_default(),
        for_whom: for_whom::<H>(texts, device, &readers.by),
        of_body: of_body::<H>(texts, device, &readers),
        only_here: readers.only_here,
        nobody_yet: readers.nobody_yet,
        known: known.collect(),
        unknowable: readers.unknowable.iter().map(|what| what.name()).collect(),
        back,
    })
}

#[cfg(test)]
mod tests {
    use crate::pages::inbox::tests::{people, report};

    /// Guards against a person who believes that fewer can read their words than do, or than is known.
    #[test]
    fn an_author_and_a_coordinator_see_who_can_read_a_report() {
        let (_, mut coordinator, mut monitor) = people();
        let id = report(&mut monitor, "road-ambush", "Ansongo", "Five men");
        let page = monitor.get(&format!("/readers/{id}")).body;
        assert!(page.contains("has not left this device"), "{page}");
        assert!(page.contains("stork") && page.contains("coordinator"), "{page}");
        assert!(monitor.get(&format!("/reports/{id}")).body.contains(&format!("/readers/{id}")));
        monitor.hand_to(&coordinator);
        let inbox = coordinator.get("/inbox").body;
        assert!(inbox.contains(&format!("/readers/{id}")), "{inbox}");
        let page = coordinator.get(&format!("/readers/{id}")).body;
        assert!(!page.contains("has not left this device") && page.contains("given these keys later"), "{page}");
        coordinator.get("/inbox");
        let incident = coordinator.post(&format!("/inbox/{id}/new"), &[("title", "Ambush")]).location;
        let incident = incident.trim_end_matches("?done=made").to_owned();
        let link = incident.replace("/incidents/", "/readers/");
        assert!(coordinator.get(&incident).body.contains(&link));
        assert_eq!(coordinator.get(&link).status, 200);
        assert_eq!(monitor.get(&link).status, 404, "what is not on this device is nobody's to ask about");
        assert_eq!(monitor.get("/readers/zz").status, 404);
    }
}
