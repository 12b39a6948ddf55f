//! Exchange: what waits and for whom, by relay or by file, how far it is, what arrived, and what to do if it failed.
//!
//! The page of an exchange that runs looks again by itself, with scripts and without; that keeps nobody unlocked.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use azalai_node::limits::MAX_BUNDLE_BYTES;
use azalai_node::{Amount, NodeError, Waiting};
use azalai_roster::{Circle, Role};
use azalai_store::StoreError;

use super::on_to;
use crate::app::{App, Device};
use crate::forms::Form;
use crate::frame::{Frame, render};
use crate::gate::{Member, Visitor};
use crate::host::Host;
use crate::limits::{MAX_ARRIVED, PARTS_FROM_BYTES};
use crate::passage::{self, End, Passage};
use crate::problem::Problem;
use crate::relay_address::RelayAddress;
use crate::sizes::size;
use crate::texts::Texts;

/// Something that arrived.
struct Arrived {
    /// Where it is shown; empty if nowhere yet.
    href: String,
    name: String,
    text: String,
    /// How far an own report is, with its words; empty for others'.
    state: String,
    state_text: String,
}

/// The last exchange, in words.
struct Shown {
    /// How it ended; empty while it runs.
    head: String,
    then: String,
    good: bool,
    figures: Vec<(String, String)>,
    notes: Vec<String>,
    arrived: Vec<Arrived>,
    /// The pages on which what arrived is worked through: where they are, and the names of their ways.
    on: Vec<(&'static str, &'static str)>,
    /// How many more arrived than are listed.
    more: usize,
}

#[derive(Template)]
#[template(path = "exchange.html")]
struct ExchangePage {
    f: Frame,
    running: bool,
    /// What holds up the admission of this device; empty if nothing is known to.
    held: String,
    last: Option<Shown>,
    /// Who can open it, and how much it is.
    waits: Vec<(String, String)>,
    carries: String,
    /// More than one file holds: each press gives the next.
    in_parts: bool,
    /// What is kept for a newer program, in words; empty if nothing is.
    newer: String,
    address: String,
    wrong_address: bool,
    wrong_file: bool,
}

/// `GET /exchange`.
pub(crate) async fn get<H: Host>(State(app): State<Arc<App<H>>>, Member(visitor): Member) -> Result<Response, Problem> {
    page(&app, &visitor, None, false).await
}

/// The page; `typed`: an address that is none.
async fn page<H: Host>(
    app: &App<H>,
    visitor: &Visitor,
    typed: Option<&str>,
    wrong_file: bool,
) -> Result<Response, Problem> {
    let texts = visitor.texts;
    let last = app.passages.now();
    let running = last.as_ref().is_some_and(|last| last.end.is_none());
    let mut open = app.open().await;
    let device = open.device()?;
    let waiting = device.what_waits().await?;
    let kept = RelayAddress::load(device).await?;
    let held = device.held_up().await?;
    let page = ExchangePage {
        running,
        held: held.map_or(String::new(), |why| texts.of("held", &why.to_string())),
        last: match &last {
            Some(last) => Some(shown::<H>(device, visitor, last).await?),
            None => None,
        },
        waits: waits::<H>(device, texts, &waiting),
        carries: amount(texts, device.carries()),
        in_parts: device.carries().bytes > PARTS_FROM_BYTES,
        newer: match device.needs_newer().await? {
            0 => String::new(),
            count => texts.of1("exchange-note", "newer", "count", count),
        },
        address: typed.map_or_else(|| kept.map_or(String::new(), |kept| kept.as_str().to_owned()), str::to_owned),
        wrong_address: typed.is_some(),
        wrong_file,
        f: Frame::new(visitor, "exchange"),
    };
    let status = if typed.is_some() || wrong_file { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, render(&page)?).into_response())
}

fn amount(texts: &Texts, amount: Amount) -> String {
    let bytes = size(texts, amount.bytes);
    texts.say2("exchange-letters", ("count", &amount.count), ("size", &bytes))
}

fn waits<H: Host>(device: &Device<H>, texts: &Texts, waiting: &Waiting) -> Vec<(String, String)> {
    let area =
        |code: &azalai_roster::AreaCode| device.roster().area(code).map_or(String::new(), |info| info.name.clone());
    let who = |circle: &Circle| match circle {
        Circle::Everyone => texts.say("exchange-for-everyone"),
        Circle::Staff => texts.say("exchange-for-staff"),
        Circle::Area(code) => texts.say1("exchange-for-area", "area", area(code)),
        Circle::AreaAndAbove(code) => texts.say1("exchange-for-above", "area", area(code)),
    };
    let mut lines: Vec<(String, String)> =
        waiting.documents.iter().map(|(circle, waits)| (who(circle), amount(texts, *waits))).collect();
    if waiting.other.count > 0 {
        lines.push((texts.say("exchange-for-other"), amount(texts, waiting.other)));
    }
    lines
}

async fn shown<H: Host>(device: &Device<H>, visitor: &Visitor, last: &Passage) -> Result<Shown, Problem> {
    let texts = visitor.texts;
    let works = matches!(visitor.role, Some(Role::Coordinator | Role::Steward));
    let count = |number: u64, bytes| {
        let bytes = size(texts, bytes);
        texts.say2("exchange-letters", ("count", &number), ("size", &bytes))
    };
    let mut figures = Vec::new();
    match last.file {
        Some((all, new)) => {
            figures.push((texts.say("exchange-in-file"), texts.number(all)));
            figures.push((texts.say("exchange-new-here"), texts.number(new)));
        }
        None if matches!(last.end, Some(End::Locked | End::FileStrange)) => {}
        None => {
            let sum = last.summary;
            figures.push((texts.say("exchange-sent"), count(sum.sent, sum.bytes_sent)));
            figures.push((texts.say("exchange-received"), count(sum.received, sum.bytes_received)));
        }
    }
    let mut notes: Vec<String> =
        last.admitted.iter().map(|pseudonym| texts.say1("exchange-admitted", "pseudonym", pseudonym)).collect();
    for (key, number) in [
        ("stay", last.stay),
        ("not-taken", last.not_taken),
        (if last.given_up.1 { "given-up-full" } else { "given-up" }, last.given_up.0),
        ("too-old", last.too_old),
        ("set-aside", last.set_aside),
        ("newer", last.newer),
        ("left", last.left),
        ("foreign", last.foreign),
    ] {
        if number > 0 {
            notes.push(texts.of1("exchange-note", key, "count", number));
        }
    }
    let packs = device.packs();
    let mut arrived = Vec::new();
    if !last.notices.is_empty() {
        // What is for people to read comes first.
        for view in
            device.notices().await?.iter().rev().filter(|view| last.notices.contains(&view.id)).take(MAX_ARRIVED)
        {
            arrived.push(Arrived {
                href: format!("/notices#n-{}", view.id),
                name: texts.say("exchange-notice"),
                text: view.notice.text().chars().take(140).collect(),
                state: String::new(),
                state_text: String::new(),
            });
        }
    }
    for id in last.arrived.iter().take(MAX_ARRIVED.saturating_sub(arrived.len())) {
        if let Some(view) = device.report_view(*id).await? {
            let category = view.row.fields.category.as_deref().and_then(|code| packs.category(code));
            let state = view.state.to_string();
            arrived.push(Arrived {
                href: if view.own || works { format!("/reports/{id}") } else { String::new() },
                name: category.map_or("", |category| category.name(texts.code)).to_owned(),
                text: view.row.fields.narrative.chars().take(140).collect(),
                state_text: if view.own { texts.of("state", &state) } else { String::new() },
                state,
            });
        } else if let Some(incident) = device.incident(id).await? {
            arrived.push(Arrived {
                href: if works { format!("/incidents/{id}") } else { String::new() },
                name: texts.say("exchange-incident"),
                text: incident.title.clone(),
                state: String::new(),
                state_text: String::new(),
            });
        }
    }
    let mut on = Vec::new();
    if works && !last.arrived.is_empty() {
        on.extend([("/inbox", "inbox"), ("/incidents", "incidents")]);
    }
    if !last.notices.is_empty() {
        on.push(("/notices", "notices"));
    }
    Ok(Shown {
        head: last.end.map_or(String::new(), |end| texts.of("ended", end.name())),
        then: last.end.map_or(String::new(), |end| texts.of("then", end.name())),
        good: last.end.is_some_and(End::good),
        figures,
        notes,
        more: (last.arrived.len() + last.notices.len()).saturating_sub(MAX_ARRIVED),
        arrived,
        on,
    })
}

/// `POST /exchange/start`: with the relay at an address, beside the pages.
pub(crate) async fn start<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    form: Form,
) -> Result<Response, Problem> {
    let typed = form.get("address");
    let address = RelayAddress::read(typed);
    let Some((address, link)) = address.and_then(|address| app.host.link(address.as_str()).map(|link| (address, link)))
    else {
        return page(&app, &visitor, Some(typed), false).await;
    };
    let mut open = app.open().await;
    address.save(open.device()?).await?;
    drop(open);
    passage::begin(&app, link);
    Ok(on_to("/exchange"))
}

/// `POST /exchange/stop`.
pub(crate) async fn stop<H: Host>(State(app): State<Arc<App<H>>>, Member(_): Member, _form: Form) -> Response {
    app.passages.stop();
    on_to("/exchange")
}

/// `POST /exchange/take`: all letters that this device carries, as a file. Its name says nothing.
pub(crate) async fn take<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(_): Member,
    _form: Form,
) -> Result<Response, Problem> {
    let bytes = next_part(&app, MAX_BUNDLE_BYTES).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"notes.bin\"")),
    ];
    Ok((headers, bytes).into_response())
}

/// The next file of letters of at most so many bytes: it goes on where the last one ended, and after the last letter
/// begins again. A file that was lost is made again by going around.
pub(crate) async fn next_part<H: Host>(app: &App<H>, limit: u64) -> Result<Vec<u8>, Problem> {
    let mut open = app.open().await;
    let (device, now_ms) = (open.device()?, app.host.now_ms());
    let exported = match device.export_bundle_after(app.passages.taken(), limit, now_ms).await {
        // It was forgotten meanwhile, or another profile is open now.
        Err(NodeError::NotFound(_)) => device.export_bundle_after(None, limit, now_ms).await?,
        other => other?,
    };
    app.passages.take_after(exported.after);
    Ok(exported.bytes)
}

/// `POST /exchange/bring`: a file of letters. What it is, its content says, not its name.
pub(crate) async fn bring<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    form: Form,
) -> Result<Response, Problem> {
    if form.file.is_empty() {
        return page(&app, &visitor, None, true).await;
    }
    let mut open = app.open().await;
    let device = open.device()?;
    let imported = device.import_bundle(&form.file).await;
    app.count_unread(device).await?;
    drop(open);
    app.passages.brought(match imported {
        Ok(imported) => Ok(imported),
        Err(NodeError::Invalid(_)) => Err(End::FileStrange),
        Err(NodeError::Store(StoreError::Full { .. })) => Err(End::Full),
        Err(other) => return Err(other.into()),
    });
    Ok(on_to("/exchange"))
}

#[cfg(test)]
mod tests {
    use azalai_testkit::relay::TestRelay;

    use crate::testing::{Browser, PASSPHRASE};
    use crate::texts::named;

    fn save_report(browser: &mut Browser, text: &str) {
        let path = browser.begin_report("abduction");
        browser.post(&path, &[("text", text), ("when", "today")]);
        assert!(browser.post(&format!("{path}/check"), &[]).location.ends_with("?saved=1"));
    }

    /// Guards against a newcomer who waits for ever since somebody else used the invite, and against a page that goes on
    /// saying so to a member.
    #[test]
    fn a_device_whose_invite_was_claimed_twice_is_told_on_its_pages_until_it_is_admitted() {
        let steward = Browser::begun();
        let invite = steward.invite();
        let mut swallow = Browser::joined(&invite, "swallow");
        let other = Browser::joined(&invite, "stranger");
        assert!(!swallow.get("/exchange").body.contains("same invite"));
        swallow.hand_to(&steward);
        other.hand_to(&steward);
        steward.hand_to(&swallow);
        for path in ["/exchange", "/reports"] {
            let page = swallow.get(path).body;
            assert!(page.contains("used the same invite") && !page.contains("stranger"), "{page}");
        }
        steward.admit_named("swallow");
        steward.hand_to(&swallow);
        assert!(!swallow.get("/exchange").body.contains("same invite"));
    }

    /// Guards against letters that wait for a newer program and of which nobody at the device is told.
    #[test]
    fn the_page_says_how_many_letters_need_a_newer_program() {
        let steward = Browser::begun();
        let monitor = steward.member("monitor", "swallow");
        let mut monitor = monitor;
        assert!(!monitor.get("/exchange").body.contains("needs a newer program"));
        monitor.know_no_notices();
        steward.tell_everybody("Stay away from the ford");
        steward.hand_to(&monitor);
        let page = monitor.get("/exchange").body;
        assert!(page.contains("letter needs a newer program. It is kept."), "{page}");
    }

    /// Guards against a file that is refused because not all letters fit, and against a next one that begins again at the
    /// first letter.
    #[test]
    fn each_press_gives_the_next_file_of_letters_and_after_the_last_the_first() {
        let mut browser = Browser::begun();
        for text in ["Five men", "Six men", "Seven men"] {
            save_report(&mut browser, text);
        }
        let whole = browser.next_part(u64::MAX);
        let letters = azalai_testkit::attacker::unbundle(&whole);
        let limit = letters.iter().map(Vec::len).max().unwrap() as u64 + 100;
        let mut parts = Vec::new();
        loop {
            let part = browser.next_part(limit);
            assert!(part.len() as u64 <= limit && part.len() > 9);
            if parts.first() == Some(&part) {
                break;
            }
            parts.push(part);
            assert!(parts.len() <= letters.len(), "it never comes to an end");
        }
        let given: Vec<Vec<u8>> = parts.iter().flat_map(|part| azalai_testkit::attacker::unbundle(part)).collect();
        assert_eq!(given, letters);
        assert!(parts.len() > 1);
    }

    fn said(family: &str, end: &str) -> String {
        named("en").unwrap().of(family, end).replace('\'', "&#39;")
    }

    fn start(browser: &mut Browser, address: &str) -> String {
        assert_eq!(browser.post("/exchange/start", &[("address", address)]).location, "/exchange", "{address}");
        browser.exchanged().body
    }

    /// Guards against a page that says something left when it did not, or that types addresses anew each time.
    #[test]
    fn what_waits_leaves_through_a_relay_and_its_address_is_remembered() {
        let mut browser = Browser::begun();
        let relay = browser.certified_relay();
        save_report(&mut browser, "Five men");
        let before = browser.get("/exchange").body;
        assert!(before.contains("For the coordinators of"), "{before}");
        let after = start(&mut browser, "relay");
        assert!(after.contains(&said("ended", "done")), "{after}");
        assert!(after.contains("value=\"http://relay\"") && after.contains(&said("exchange", "waits-none")), "{after}");
        assert!(relay.held() > 0);
        assert!(browser.get("/reports").body.contains("state relay"));
    }

    /// Guards against an exchange whose failure leaves its person guessing, loses something, or shows internals.
    #[test]
    fn every_way_to_fail_is_said_in_words_and_what_waits_still_waits() {
        let mut browser = Browser::begun();
        let relay = browser.certified_relay();
        save_report(&mut browser, "Five men");
        for (address, end) in [("nobody", "unreached"), ("garbage", "strange"), ("liar", "strange"), ("cut", "cut")] {
            let page = start(&mut browser, address);
            assert!(page.contains(&said("ended", end)) && page.contains(&said("then", end)), "{address}: {page}");
            assert!(!page.contains("secret") && !page.contains("NodeError"));
        }
        browser.reach(&TestRelay::new(9));
        let page = start(&mut browser, "relay");
        assert!(page.contains(&said("ended", "refused")), "{page}");
        browser.reach(&relay);
        assert!(start(&mut browser, "relay").contains(&said("ended", "done")));
    }

    /// Guards against addresses that lead out of the machine's own way of asking, and what a form may send.
    #[test]
    fn what_is_no_address_is_asked_for_again_and_still_there() {
        let mut browser = Browser::begun();
        for typed in ["", "file:///etc/passwd", "http://a@b", "\"><script>alert(1)</script>", "nowhere"] {
            let page = browser.post("/exchange/start", &[("address", typed)]);
            assert_eq!(page.status, 422, "{typed}");
            assert!(page.body.contains("aria-invalid") && !page.body.contains("<script>alert"), "{}", page.body);
        }
        assert!(browser.get("/exchange").body.contains("name=\"address\" value=\"\""));
    }

    /// Guards against an exchange that cannot be stopped, holds up other pages, or goes on after the device locked.
    #[test]
    fn one_that_runs_is_stopped_by_hand_and_by_locking_and_holds_nothing_up() {
        let mut browser = Browser::begun();
        for how in ["/exchange/stop", "/leave", "rest"] {
            browser.post("/exchange/start", &[("address", "slow")]);
            assert!(browser.get("/exchange").body.contains("http-equiv=\"refresh\""));
            assert_eq!(browser.post("/exchange/start", &[("address", "slow")]).status, 303);
            assert_eq!(browser.get("/reports").status, 200);
            if how == "rest" {
                browser.advance(6 * 60_000);
                assert_eq!(browser.get("/exchange?quiet=1").status, 200);
                browser.advance(6 * 60_000);
                assert_eq!(browser.get("/exchange?quiet=1").location, "/");
                browser.tick();
            } else {
                assert_eq!(browser.post(how, &[]).status, 303);
            }
            let end = if how == "/exchange/stop" { "stopped" } else { "locked" };
            browser.get("/");
            browser.post("/unlock", &[("passphrase", PASSPHRASE)]);
            let page = browser.get("/exchange").body;
            assert!(page.contains(&said("ended", end)) && page.contains(&said("then", end)), "{how}: {page}");
            browser.get("/exchange");
        }
    }

    /// Guards against a page that stays on a screen for longer than its person chose, since it looks again by itself.
    #[test]
    fn a_page_that_looks_again_leaves_when_the_rest_is_over() {
        let mut browser = Browser::begun();
        browser.advance(4 * 60_000);
        assert!(browser.get("/exchange?quiet=1").body.contains("data-idle=\"360000\""));
        assert!(browser.get("/exchange").body.contains("data-idle=\"600000\""));
    }

    /// Guards against a file that opens as something else, one that is taken for letters, and one that loses some.
    #[test]
    fn letters_leave_and_come_as_a_file() {
        let mut steward = Browser::begun();
        let mut monitor = Browser::joined(&steward.invite(), "swallow");
        save_report(&mut monitor, "Five men on motorcycles");
        monitor.get("/exchange");
        let file = monitor.post("/exchange/take", &[]);
        assert_eq!(file.header("content-type"), "application/octet-stream");
        assert!(file.header("content-disposition").starts_with("attachment"));
        assert!(monitor.get("/exchange").body.contains("For the coordinators of"), "a file is no confirmation");
        for (bytes, end) in [(&b"<html>"[..], "file-strange"), (file.bytes.split_last().unwrap().1, "file-cut")] {
            steward.get("/exchange");
            assert_eq!(steward.upload("/exchange/bring", bytes).location, "/exchange");
            assert!(steward.get("/exchange").body.contains(&said("ended", end)), "{end}");
        }
        assert_eq!(steward.upload("/exchange/bring", &file.bytes).location, "/exchange");
        assert!(steward.get("/exchange").body.contains(&said("ended", "file")));
        assert_eq!(steward.upload("/exchange/bring", b"").status, 422);
        steward.post("/leave", &[]);
        assert_eq!(steward.upload("/exchange/bring", &file.bytes).location, "/");
    }
}
