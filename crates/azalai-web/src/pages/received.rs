//! A report of somebody else, on a page of its own, for coordinators and stewards: its author's words, who can read it,
//! what it was answered, where it is worked on, and what can be done about it.

use askama::Template;
use azalai_roster::Role;

use super::check::readers;
use super::letter::Letter;
use super::notices::{Line, answers};
use super::staff::document;
use crate::app::{App, Device};
use crate::frame::{Frame, Page, render};
use crate::gate::Visitor;
use crate::host::Host;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "received.html")]
struct ReceivedPage {
    f: Frame,
    letter: Letter,
    readers: Vec<String>,
    replies: Vec<Line>,
    /// The incident that it is in: id and title.
    incident: Option<(String, String)>,
}

/// The page; for others than coordinators and stewards there is none.
pub(crate) async fn page<H: Host>(
    app: &App<H>,
    device: &mut Device<H>,
    mut visitor: Visitor,
    id: &str,
) -> Result<Page, Problem> {
    if !matches!(visitor.role, Some(Role::Coordinator | Role::Steward)) {
        return Err(Problem::not_found());
    }
    let id = document(id)?;
    let view = device.report_view(id).await?.ok_or_else(Problem::not_found)?;
    let replies = answers(app, device, &mut visitor, id).await?;
    let incident = device.incident_of(id).await?;
    render(&ReceivedPage {
        letter: Letter::new(app, device, visitor.texts, &view)?,
        readers: readers::<H>(visitor.texts, device, &device.who_can_read(id).await?),
        replies,
        incident: incident.map(|brief| (brief.id.to_string(), brief.title)),
        f: Frame::new(&visitor, "inbox"),
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::testing::Browser;

    /// A coordinator's browser, a monitor's, and the id of what the monitor reported.
    pub(crate) fn reported() -> (Browser, Browser, String) {
        let steward = Browser::begun();
        let (mut coordinator, mut monitor) =
            (steward.member("coordinator", "stork"), steward.member("monitor", "swift"));
        let path = monitor.begin_report("abduction");
        monitor.post(&path, &[("text", "Five men at the ford"), ("when", "today")]);
        let saved = monitor.post(&format!("{path}/check"), &[]).location;
        monitor.hand_to(&coordinator);
        coordinator.get("/inbox");
        let id = saved.replace("/reports/", "").replace("?saved=1", "");
        (coordinator, monitor, id)
    }

    /// Guards against a report that can be read in a list alone, and against one that another monitor opens.
    #[test]
    fn a_report_has_a_page_for_those_who_may_read_it_with_what_can_be_done() {
        let (mut coordinator, mut monitor, id) = reported();
        let page = coordinator.get(&format!("/reports/{id}")).body;
        for words in ["Five men at the ford", "swift", "Gao", &format!("/evidence/{id}"), &format!("report={id}")] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(page.contains("href=\"/inbox\"") && !page.contains("/retract"), "{page}");
        assert_eq!(coordinator.get(&format!("/reports/{}", "0".repeat(32))).status, 404);
        assert_eq!(coordinator.get("/reports/x").status, 404);
        assert_eq!(coordinator.post(&format!("/reports/{id}/retract"), &[("why", "x")]).status, 404);
        assert_eq!(monitor.get(&format!("/reports/{}", "0".repeat(32))).status, 404);
    }

    /// Guards against an answer that does not reach its author, stands nowhere, or is sent twice by a second tap; and
    /// against readers that are told only afterwards.
    #[test]
    fn a_report_is_answered_and_the_answer_stands_on_its_page_at_both() {
        let (mut coordinator, mut monitor, id) = reported();
        let form = coordinator.get(&format!("/notices/new?report={id}")).body;
        assert!(form.contains("swift") && !form.contains("name=\"to\""), "{form}");
        let number = form.split("name=\"form\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let fields = [("form", number.as_str()), ("report", &id), ("text", "Somebody went to look")];
        let check = coordinator.post("/notices/check", &fields).body;
        assert!(check.contains("Somebody went to look") && check.contains("swift"), "{check}");
        assert!(coordinator.get("/notices").body.contains("No notices yet"), "looking over writes nothing");
        assert_eq!(coordinator.post("/notices/send", &fields).location, "/notices?sent=1");
        assert_eq!(coordinator.post("/notices/send", &fields).location, "/notices");
        coordinator.hand_to(&monitor);
        monitor.count_unread();
        assert!(monitor.get("/reports").body.contains("\u{2068}1\u{2069} new"));
        let page = monitor.get(&format!("/reports/{id}")).body;
        assert_eq!(page.matches("Somebody went to look").count(), 1, "{page}");
        assert!(page.contains("stork") && page.contains("notice new"), "{page}");
        // Read there, it is read.
        let list = monitor.get("/notices").body;
        assert!(list.contains("Somebody went to look") && !list.contains("notice new"), "{list}");
        assert!(list.contains(&format!("href=\"/reports/{id}\"")), "{list}");
        assert!(coordinator.get(&format!("/reports/{id}")).body.contains("Somebody went to look"));
    }

    /// Guards against a notice by one who may not write it, to nobody, without a text, or about another's document.
    #[test]
    fn what_cannot_be_sent_is_said_so_and_the_text_is_still_there() {
        let (mut coordinator, mut monitor, id) = reported();
        for path in ["/notices/new", &format!("/notices/new?report={id}")] {
            assert_eq!(monitor.get(path).status, 403);
        }
        for path in ["/notices/check", "/notices/send"] {
            assert_eq!(monitor.post(path, &[("to", "everyone"), ("text", "Flee")]).status, 403, "{path}");
        }
        let long = "x".repeat(4097);
        for (fields, words) in [
            (vec![("to", "everyone"), ("text", " ")], "needs a text"),
            (vec![("to", "everyone"), ("text", long.as_str())], "too long"),
            (vec![("to", "nobody"), ("text", "Kept text")], "Choose"),
        ] {
            for path in ["/notices/check", "/notices/send"] {
                coordinator.get("/notices/new");
                let answer = coordinator.post(path, &fields);
                assert_eq!(answer.status, 422, "{path} {words}");
                assert!(answer.body.contains(words) && answer.body.contains(fields[1].1.trim()), "{}", answer.body);
            }
        }
        let missing = "0".repeat(32);
        assert_eq!(coordinator.get(&format!("/notices/new?incident={missing}")).status, 404);
        assert_eq!(coordinator.post("/notices/send", &[("incident", &missing), ("text", "x")]).status, 404);
        assert_eq!(coordinator.post("/notices/check", &[("report", &missing), ("text", "x")]).status, 422);
        assert!(coordinator.get("/notices").body.contains("No notices yet"));
    }

    /// Guards against an answer to an incident that leaves somebody out, or that its own writer gets.
    #[test]
    fn all_who_reported_an_incident_are_answered_and_whoever_cannot_be_is_named() {
        let (mut coordinator, mut monitor, id) = reported();
        let path = coordinator.begin_report("abduction");
        coordinator.post(&path, &[("text", "I saw it too"), ("when", "today")]);
        let own = coordinator.post(&format!("{path}/check"), &[]).location;
        let own = own.replace("/reports/", "").replace("?saved=1", "");
        let made = coordinator.post(&format!("/inbox/{id}/new"), &[("title", "At the ford"), ("with", &own)]).location;
        let incident = made.split(['/', '?']).nth(2).unwrap().to_owned();
        let page = coordinator.get(&format!("/incidents/{incident}")).body;
        assert!(page.contains(&format!("/notices/new?incident={incident}")), "{page}");
        let fields = [("incident", incident.as_str()), ("text", "Thank you")];
        let check = coordinator.post("/notices/check", &fields).body;
        assert!(check.contains("swift") && check.contains("Your own report"), "{check}");
        assert_eq!(coordinator.post("/notices/send", &fields).location, "/notices?sent=1");
        coordinator.hand_to(&monitor);
        assert!(monitor.get(&format!("/reports/{id}")).body.contains("Thank you"));
        assert!(coordinator.get(&format!("/reports/{id}")).body.contains(&format!("/incidents/{incident}")));
    }
    /// Guards against somebody who wrote twice of one thing, and is told the same twice.
    #[test]
    fn an_author_of_several_reports_is_answered_once() {
        let (mut coordinator, mut monitor, id) = reported();
        let path = monitor.begin_report("abduction");
        monitor.post(&path, &[("text", "They came back"), ("when", "today")]);
        let second = monitor.post(&format!("{path}/check"), &[]).location;
        let second = second.replace("/reports/", "").replace("?saved=1", "");
        monitor.hand_to(&coordinator);
        let fields = [("title", "At the ford"), ("with", second.as_str())];
        let made = coordinator.post(&format!("/inbox/{id}/new"), &fields).location;
        let incident = made.split(['/', '?']).nth(2).unwrap().to_owned();
        let fields = [("incident", incident.as_str()), ("text", "Thank you")];
        let check = coordinator.post("/notices/check", &fields).body;
        assert_eq!(check.matches("one answer tells them once").count(), 1, "{check}");
        assert_eq!(coordinator.post("/notices/send", &fields).location, "/notices?sent=1");
        coordinator.hand_to(&monitor);
        assert_eq!(monitor.get("/notices").body.matches("Thank you").count(), 1);
    }
}
