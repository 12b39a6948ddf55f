//! Notices: alerts and answers, the newest first, as they came to this device. What was shown is no longer new.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use azalai_node::{NoticeFor, NoticeView};
use azalai_roster::{Circle, Role};

use super::staff::area_name;
use crate::app::{App, Device};
use crate::draft::Draft;
use crate::forms::{first, of_address};
use crate::frame::{Frame, Page, render};
use crate::gate::{Member, Visitor};
use crate::handouts::FormId;
use crate::host::Host;
use crate::limits::NOTICES_PER_PAGE;
use crate::notice_draft;
use crate::problem::Problem;
use crate::texts::Texts;
use crate::times;
use crate::unread::Shown;

/// A notice, for people.
pub(crate) struct Line {
    pub(crate) id: String,
    /// It was not shown on this device yet.
    pub(crate) new: bool,
    pub(crate) by: String,
    pub(crate) own: bool,
    pub(crate) to: String,
    pub(crate) when: String,
    pub(crate) text: String,
    /// BCP 47, as its author said; empty if they did not.
    pub(crate) language: String,
    /// The page of the report that it answers, where there is one.
    pub(crate) report: String,
    /// How far an own one is; empty for others'.
    pub(crate) state: String,
}

/// One that was begun and not sent.
struct Begun {
    form: FormId,
    text: String,
    when: String,
}

#[derive(Template)]
#[template(path = "notices.html")]
struct NoticesPage {
    f: Frame,
    begun: Vec<Begun>,
    writes: bool,
    /// How many notices were just written; 0: none.
    sent: usize,
    /// How many that were asked for were not.
    left: usize,
    lines: Vec<Line>,
    newer: Option<usize>,
    older: Option<usize>,
}

/// Whom a notice is for, in words.
fn to<H: Host>(device: &Device<H>, texts: &Texts, to: &NoticeFor) -> String {
    match to {
        NoticeFor::Circle(Circle::Everyone) => texts.say("notice-to-everyone"),
        NoticeFor::Circle(Circle::Staff) => texts.say("notice-to-staff"),
        NoticeFor::Circle(Circle::Area(area)) => {
            texts.say1("notice-to-area", "area", area_name::<H>(device, Some(area)))
        }
        NoticeFor::Circle(Circle::AreaAndAbove(area)) => {
            texts.say1("notice-to-above", "area", area_name::<H>(device, Some(area)))
        }
        NoticeFor::You => texts.say("notice-to-you"),
        NoticeFor::Member(key, name) => {
            let name = name.clone().unwrap_or_else(|| azalai_node::node::short_name(key));
            texts.say1("notice-to-member", "name", name)
        }
    }
}

/// A notice for people. The report that it answers is led to where this device's person has a page of it.
pub(crate) async fn line<H: Host>(
    app: &App<H>,
    device: &Device<H>,
    texts: &Texts,
    role: Option<Role>,
    view: &NoticeView,
    new: bool,
) -> Result<Line, Problem> {
    let mut report = String::new();
    if let Some(id) = view.notice.report() {
        let reads = matches!(role, Some(Role::Coordinator | Role::Steward));
        if device.report_view(id).await?.is_some_and(|found| found.own || reads) {
            report = format!("/reports/{id}");
        }
    }
    Ok(Line {
        id: view.id.to_string(),
        new,
        by: view.pseudonym.clone().unwrap_or_else(|| azalai_node::node::short_name(&view.author)),
        own: view.state.is_some(),
        to: to::<H>(device, texts, &view.to),
        when: times::minute(texts, view.at_ms, app.settings().offset_min),
        text: view.notice.text().to_owned(),
        language: view.notice.language().unwrap_or_default().to_owned(),
        report,
        state: view.state.map(|state| state.to_string()).unwrap_or_default(),
    })
}

/// The answers to one report, in order, for its page; they count as shown by it.
pub(crate) async fn answers<H: Host>(
    app: &App<H>,
    device: &mut Device<H>,
    visitor: &mut Visitor,
    report: azalai_envelope::DocumentId,
) -> Result<Vec<Line>, Problem> {
    let all = device.notices().await?;
    let mut shown = Shown::load(device).await?;
    let replies = device.replies().await?.remove(&report).unwrap_or_default();
    let mut lines = Vec::new();
    for view in &replies {
        let mut line = line(app, device, visitor.texts, visitor.role, view, shown.is_new(view)).await?;
        line.report.clear();
        lines.push(line);
    }
    shown.mark(device, replies.iter().map(|view| view.id), &all).await?;
    visitor.unread = app.set_unread(shown.count(&all));
    Ok(lines)
}

/// `GET /notices`.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(mut visitor): Member,
    RawQuery(query): RawQuery,
) -> Result<Page, Problem> {
    let fields = of_address(query)?;
    let number = |name: &str| first(&fields, name).parse::<usize>().unwrap_or_default();
    let (after, sent, left) = (number("after"), number("sent"), number("left"));
    let mut open = app.open().await;
    let device = open.device()?;
    let all = device.notices().await?;
    let mut shown = Shown::load(device).await?;
    let here: Vec<&NoticeView> = all.iter().rev().skip(after).take(NOTICES_PER_PAGE).collect();
    let mut lines = Vec::new();
    for view in &here {
        lines.push(line(&app, device, visitor.texts, visitor.role, view, shown.is_new(view)).await?);
    }
    shown.mark(device, here.iter().map(|view| view.id), &all).await?;
    visitor.unread = app.set_unread(shown.count(&all));
    let end = after.saturating_add(NOTICES_PER_PAGE);
    let writes = matches!(visitor.role, Some(Role::Coordinator | Role::Steward));
    let drafts = if writes && after == 0 { notice_draft::all(device).await? } else { Vec::new() };
    let offset = app.settings().offset_min;
    let begun = |(form, draft): &(FormId, Draft)| Begun {
        form: *form,
        text: draft.get("text").chars().take(140).collect(),
        when: times::minute(visitor.texts, draft.changed_ms, offset),
    };
    render(&NoticesPage {
        begun: drafts.iter().map(begun).collect(),
        f: Frame::new(&visitor, "notices"),
        writes,
        sent,
        left,
        lines,
        newer: (after > 0).then(|| after.saturating_sub(NOTICES_PER_PAGE)),
        older: (end < all.len()).then_some(end),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::Browser;

    fn say(steward: &mut Browser, text: &str) {
        steward.get("/notices/new");
        let sent = steward.post("/notices/send", &[("to", "everyone"), ("text", text)]);
        assert_eq!(sent.location, "/notices?sent=1", "{}", sent.body);
    }

    /// Guards against a text that is lost because the device locked or the browser closed, and against one that stays
    /// behind after it was sent or thrown away.
    #[test]
    fn a_notice_that_is_being_written_is_kept_until_it_is_sent_or_thrown_away() {
        let mut steward = Browser::begun();
        let form = |page: &str| {
            let value = page.split("name=\"form\" value=\"").nth(1).unwrap();
            value.split('"').next().unwrap().to_owned()
        };
        let page = steward.get("/notices/new").body;
        assert!(page.contains("data-save") && page.contains("/editor.js"), "{page}");
        let id = form(&page);
        let typed = [("form", id.as_str()), ("to", "above"), ("area", "gao"), ("text", "Keep <off>"), ("quiet", "1")];
        assert_eq!(steward.post("/notices/check", &typed).status, 204);
        let list = steward.get("/notices").body;
        assert!(list.contains("Keep &#60;off&#62;") && list.contains("No notices yet"), "{list}");
        steward.advance(60 * 60_000);
        assert_eq!(steward.get("/notices").location, "/");
        steward.get("/");
        steward.post("/unlock", &[("passphrase", crate::testing::PASSPHRASE)]);
        let page = steward.get(&format!("/notices/new?draft={id}")).body;
        assert!(page.contains("Keep &#60;off&#62;") && form(&page) == id, "{page}");
        assert!(page.contains("value=\"above\" checked") && page.contains("value=\"gao\" selected"), "{page}");
        // Sent, it is gone; a form that is late brings nothing back.
        assert_eq!(steward.post("/notices/send", &typed[..4]).location, "/notices?sent=1");
        assert_eq!(steward.post("/notices/check", &typed).status, 204);
        assert_eq!(steward.get(&format!("/notices/new?draft={id}")).status, 404);
        let list = steward.get("/notices").body;
        assert_eq!(list.matches("Keep &#60;off&#62;").count(), 1, "{list}");
        // Looking it over keeps it too; thrown away, or emptied, it is gone.
        for gone in ["/notices/discard", "/notices/check"] {
            let id = form(&steward.get("/notices/new").body);
            let kept = [("form", id.as_str()), ("to", "everyone"), ("text", "Not yet")];
            assert_eq!(steward.post("/notices/check", &kept).status, 200);
            assert!(steward.get("/notices").body.contains("Not yet"));
            steward.post(gone, &[("form", id.as_str()), ("quiet", "1"), ("text", "")]);
            assert!(!steward.get("/notices").body.contains("Not yet"), "{gone}");
        }
        let mut monitor = steward.member("monitor", "swallow");
        for path in ["/notices/discard", "/notices/check"] {
            assert_eq!(monitor.post(path, &typed).status, 403);
        }
    }

    /// Guards against a notice that nobody sees is new, that stays new for ever, or that is lost in an old list.
    #[test]
    fn notices_stand_newest_first_and_are_new_until_they_were_shown() {
        let mut steward = Browser::begun();
        let mut monitor = steward.member("monitor", "swallow");
        assert!(monitor.get("/notices").body.contains("No notices yet"));
        for text in ["Keep off the north road", "The ford is open again"] {
            steward.advance(60_000);
            say(&mut steward, text);
        }
        steward.hand_to(&monitor);
        monitor.count_unread();
        assert!(monitor.get("/report").body.contains("\u{2068}2\u{2069} new"));
        let page = monitor.get("/notices").body;
        let at = |text: &str| page.find(text).unwrap();
        assert!(at("The ford is open again") < at("Keep off the north road"), "{page}");
        assert_eq!(page.matches("class=\"notice new\"").count(), 2, "{page}");
        assert!(page.contains("heron") && page.contains("Everyone in the project"), "{page}");
        let again = monitor.get("/notices").body;
        assert!(!again.contains("notice new") && !again.contains("class=\"badge\""), "{again}");
        // One's own is never new.
        assert!(!steward.get("/notices").body.contains("notice new"));
    }

    /// Guards against what is new being forgotten with the lock, and against a count that a locked page tells.
    #[test]
    fn what_is_new_is_counted_again_at_unlocking_and_not_shown_before() {
        let mut steward = Browser::begun();
        let mut monitor = steward.member("monitor", "swallow");
        say(&mut steward, "Keep off the north road");
        steward.hand_to(&monitor);
        monitor.post("/leave", &[]);
        assert!(!monitor.get("/").body.contains("badge"));
        assert_eq!(monitor.get("/notices").location, "/");
    }

    /// Guards against text of others that becomes part of the page.
    #[test]
    fn a_hostile_notice_is_only_shown() {
        let mut steward = Browser::begun();
        say(&mut steward, "<script>alert(1)</script>\u{202e}");
        let page = steward.get("/notices?after=x&sent=%3Cb%3E").body;
        assert!(page.contains("&#60;script&#62;") && !page.contains("<script>alert"), "{page}");
    }
}
