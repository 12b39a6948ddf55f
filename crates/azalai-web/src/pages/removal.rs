//! Taking a device out of the project: first what it will do, then doing it. A plan that changed after it was shown is
//! shown again, and nothing is done.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_envelope::ids::to_hex;
use azalai_envelope::{DocumentId, Kind};
use azalai_model::Occurred;
use azalai_node::{NodeError, Removal, TakenAt};
use azalai_roster::{Circle, Member as Known, MemberState, Role, Roster};

use super::member::{Told, known, page as member_page, refusal};
use super::on_to;
use super::quarantine::{AsideRow, aside_row};
use super::staff::Staff;
use crate::app::{App, Device};
use crate::forms::{Form, of_address, plain_digits};
use crate::frame::{Frame, Page, render};
use crate::gate::Visitor;
use crate::host::Host;
use crate::limits::MAX_PLANNED_ASIDE;
use crate::people::{area_name, short};
use crate::problem::{Kind as Trouble, Problem};
use crate::texts::Texts;
use crate::times;

#[derive(Template)]
#[template(path = "removal.html")]
struct RemovalPage {
    f: Frame,
    key: String,
    name: String,
    short: String,
    /// What the form says again.
    when: &'static str,
    day: String,
    clock: String,
    plan: String,
    /// The plan is another one than the page before showed.
    changed: bool,
    state: MemberState,
    until: String,
    counts: usize,
    reports: usize,
    incidents: usize,
    notices: usize,
    aside: Vec<AsideRow>,
    /// How many more are set aside than are listed.
    more: usize,
    renewed: Vec<String>,
    waiting: Vec<String>,
    keys_to: Vec<String>,
    relays: usize,
    also_removed: Vec<String>,
    freed: Vec<String>,
    reads: Vec<String>,
    keeps_keys: bool,
    coordinator: bool,
}

/// A circle in words.
pub(crate) fn circle_name(texts: &Texts, roster: &Roster, circle: &Circle) -> String {
    match circle {
        Circle::Everyone => texts.say("circle-everyone"),
        Circle::Staff => texts.say("circle-staff"),
        Circle::Area(code) => texts.say1("circle-area", "area", area_name(roster, code)),
        Circle::AreaAndAbove(code) => texts.say1("circle-above", "area", area_name(roster, code)),
    }
}

/// When the form says that a device was taken; else what is wrong with it.
fn taken(form: &Form, now_ms: u64, offset_min: i16) -> Result<TakenAt, &'static str> {
    match form.get("when") {
        "now" => return Ok(TakenAt::Now),
        "date" => {}
        _ => return Err("when"),
    }
    let (day, clock) = (plain_digits(form.get("day")), plain_digits(form.get("clock")));
    // A day alone: from its first moment on, since nobody knows when on it.
    let text = if clock.is_empty() { day } else { format!("{day}T{clock}") };
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'T'));
    let when = Occurred::parse(&text, now_ms, offset_min).ok().filter(|_| plain && text.len() >= 10);
    match when.and_then(|when| u64::try_from(when.from_ms()?).ok()) {
        None => Err("when"),
        Some(ms) if ms > now_ms => Err("future"),
        Some(ms) => Ok(TakenAt::Ms(ms)),
    }
}

fn documents(plan: &Removal, kind: Kind) -> usize {
    let of_kind = plan.set_aside.iter().filter(|aside| aside.kind == kind).map(|aside| aside.document);
    of_kind.collect::<std::collections::BTreeSet<DocumentId>>().len()
}

fn preview<H: Host>(
    app: &App<H>,
    device: &Device<H>,
    visitor: &Visitor,
    (plan, taken): (&Removal, TakenAt),
    form: &Form,
    changed: bool,
) -> Result<Page, Problem> {
    let (texts, roster, offset) = (visitor.texts, device.roster(), app.settings().offset_min);
    let (member, key) = (&plan.member, plan.member.device.signing);
    let names = |circles: Vec<&Circle>| circles.into_iter().map(|circle| circle_name(texts, roster, circle)).collect();
    let reads = roster.has_opened(&key);
    let listed = plan.set_aside.iter().take(MAX_PLANNED_ASIDE).map(|aside| aside_row(texts, aside, offset));
    render(&RemovalPage {
        f: Frame::new(visitor, "members"),
        key: key.to_string(),
        name: member.pseudonym.clone(),
        short: short(&key),
        when: if taken == TakenAt::Now { "now" } else { "date" },
        day: form.get("day").to_owned(),
        clock: form.get("clock").to_owned(),
        plan: to_hex(&plan.digest()),
        changed,
        state: member.state,
        until: match taken {
            TakenAt::Now => String::new(),
            TakenAt::Ms(ms) => times::minute(texts, ms, offset),
        },
        counts: plan.counts,
        reports: documents(plan, Kind::REPORT),
        incidents: documents(plan, Kind::INCIDENT),
        notices: documents(plan, Kind::NOTICE),
        aside: listed.collect(),
        more: plan.set_aside.len().saturating_sub(MAX_PLANNED_ASIDE),
        renewed: names(plan.renewed.iter().collect()),
        waiting: names(plan.circles.iter().filter(|circle| !plan.renewed.contains(circle)).collect()),
        keys_to: plan.keys_to.clone(),
        relays: plan.relays,
        also_removed: plan.also_removed.clone(),
        freed: plan.freed.clone(),
        reads: names(reads.iter().collect()),
        keeps_keys: member.role == Role::Steward,
        coordinator: member.role != Role::Monitor,
    })
}

/// Why a form is not taken: the member's own page says it.
fn not_taken<H: Host>(
    app: &App<H>,
    device: &Device<H>,
    visitor: &Visitor,
    member: &Known,
    (wrong, form): (&'static str, &Form),
) -> Result<Response, Problem> {
    let page = member_page(app, device, visitor, member, &Told { wrong, typed: Some(form), ..Told::default() })?;
    let status = if wrong.is_empty() { StatusCode::FORBIDDEN } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page).into_response())
}

/// `GET /members/KEY/remove?when=…`: what it would do. Changes nothing.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let form = Form { fields: of_address(query)?, file: Vec::new() };
    let mut open = app.open().await;
    let device = open.device()?;
    let member = known(device.roster(), &key)?;
    if !refusal(visitor.texts, device.roster(), &device.device().signing, &member).is_empty() {
        return not_taken(&app, device, &visitor, &member, ("", &form));
    }
    match taken(&form, app.host.now_ms(), app.settings().offset_min) {
        Err(wrong) => not_taken(&app, device, &visitor, &member, (wrong, &form)),
        Ok(taken) => {
            let plan = match device.plan_removal(&member.device.signing, taken).await {
                Ok(plan) => plan,
                Err(NodeError::CutsOwnRight) => {
                    return not_taken(&app, device, &visitor, &member, ("own-right", &form));
                }
                Err(other) => return Err(other.into()),
            };
            Ok(preview(&app, device, &visitor, (&plan, taken), &form, false)?.into_response())
        }
    }
}

/// `POST /members/KEY/remove`: does what the page before showed, and nothing if that has become something else.
pub(crate) async fn post<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    Path(key): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let mut open = app.open().await;
    let device = open.device()?;
    let (member, now_ms) = (known(device.roster(), &key)?, app.host.now_ms());
    if !refusal(visitor.texts, device.roster(), &device.device().signing, &member).is_empty() {
        return not_taken(&app, device, &visitor, &member, ("", &form));
    }
    let taken = match taken(&form, now_ms, app.settings().offset_min) {
        Err(wrong) => return not_taken(&app, device, &visitor, &member, (wrong, &form)),
        Ok(taken) => taken,
    };
    let device_key = member.device.signing;
    let plan = match device.plan_removal(&device_key, taken).await {
        Ok(plan) => plan,
        Err(NodeError::CutsOwnRight) => {
            return not_taken(&app, device, &visitor, &member, ("own-right", &form));
        }
        Err(other) => return Err(other.into()),
    };
    if to_hex(&plan.digest()) != form.get("plan") {
        let page = preview(&app, device, &visitor, (&plan, taken), &form, true)?;
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    match device.remove(&device_key, taken, now_ms).await {
        Ok(_) => {}
        Err(NodeError::Denied(why)) => {
            app.host.log(&why);
            return Err(Problem::new(Trouble::Denied));
        }
        Err(other) => return Err(other.into()),
    }
    let done = match device.roster().member(&device_key).map(|member| member.state) {
        Some(MemberState::Removed) | None => "removed",
        Some(MemberState::Suspended) => "voice",
        Some(MemberState::Confirmed | MemberState::Unconfirmed) => "void",
    };
    Ok(on_to(&format!("/members/{device_key}?done={done}")))
}

#[cfg(test)]
pub(crate) mod tests {
    use azalai_node::{Past, TakenAt};
    use azalai_roster::Role;
    use azalai_testkit::Community;
    use azalai_testkit::member::WORDLESS;
    use futures_lite::future::block_on;

    use crate::pages::inbox::tests::{people, report};
    use crate::pages::member::tests::page_of;
    use crate::testing::Browser;

    /// Two hours later, with somebody at the device all the time.
    pub(crate) fn later(browser: &mut Browser) {
        for _ in 0..14 {
            browser.advance(9 * 60_000);
            browser.get("/report");
        }
    }

    fn plan(page: &str) -> String {
        page.split("name=\"plan\" value=\"")
            .nth(1)
            .unwrap_or_else(|| panic!("{page}"))
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    }

    fn plain(text: &str) -> String {
        text.replace(['\u{2068}', '\u{2069}'], "")
    }

    /// Guards against a removal that says less than it does, does it before anybody confirmed it, or does it twice.
    #[test]
    fn a_monitor_is_removed_after_a_preview_and_what_it_says_later_is_set_aside() {
        let (steward, mut coordinator, mut monitor) = people();
        steward.hand_to(&coordinator);
        report(&mut monitor, "road-ambush", "Ansongo", "Before");
        monitor.hand_to(&coordinator);
        let path = page_of(&mut coordinator, "swift");
        let page = plain(&coordinator.get(&format!("{path}/remove?when=now")).body);
        assert!(page.contains("cannot be undone") && page.contains("swift"), "{page}");
        assert!(page.contains("One statement") && page.contains("every member"), "{page}");
        assert!(!coordinator.get(&path).body.contains("Removed"), "a preview changes nothing");
        // Something arrives meanwhile: the old plan is not carried out.
        let old = plan(&page);
        report(&mut monitor, "road-ambush", "Ansongo", "Meanwhile");
        monitor.hand_to(&coordinator);
        coordinator.get(&path);
        let stale = coordinator.post(&format!("{path}/remove"), &[("when", "now"), ("plan", &old)]);
        assert_eq!(stale.status, 409);
        assert!(
            stale.body.contains("Something changed") && plain(&stale.body).contains("2 statements"),
            "{}",
            stale.body
        );
        assert!(coordinator.get("/inbox").body.contains("Meanwhile"), "nothing was done");
        let fresh = plan(&stale.body);
        let done = coordinator.post(&format!("{path}/remove"), &[("when", "now"), ("plan", &fresh)]);
        assert_eq!(done.location, format!("{path}?done=removed"), "{}", done.body);
        let page = plain(&coordinator.get(&done.location).body);
        assert!(page.contains("is removed") && page.contains("stork"), "{page}");
        // A second tap finds another state: it shows the plan for a second removal and does nothing.
        assert_eq!(coordinator.post(&format!("{path}/remove"), &[("when", "now"), ("plan", &fresh)]).status, 409);
        report(&mut monitor, "road-ambush", "Ansongo", "After, under a gun");
        monitor.hand_to(&coordinator);
        let inbox = coordinator.get("/inbox").body;
        assert!(inbox.contains("Before") && inbox.contains("Meanwhile") && !inbox.contains("under a gun"));
        assert!(inbox.contains("href=\"/members/aside\""), "{inbox}");
    }

    /// Guards against a time that is taken for another one, or for none.
    #[test]
    fn what_is_dated_after_the_time_is_set_aside_and_a_time_that_is_none_is_said_to_be_so() {
        let (steward, mut coordinator, mut monitor) = people();
        steward.hand_to(&coordinator);
        report(&mut monitor, "road-ambush", "Ansongo", "Before");
        later(&mut monitor);
        later(&mut coordinator);
        report(&mut monitor, "road-ambush", "Ansongo", "Late");
        monitor.hand_to(&coordinator);
        let path = page_of(&mut coordinator, "swift");
        // The browsers' clocks began at 12:00 of this day.
        let page = coordinator.get(&format!("{path}/remove?when=date&day=2025-11-20&clock=%D9%A1%D9%A3:00"));
        let page = plain(&page.body);
        assert!(page.contains("One report") && page.contains("13:00"), "{page}");
        let page = plain(&coordinator.get(&format!("{path}/remove?when=date&day=2025-11-20")).body);
        assert!(page.contains("2 reports"), "{page}");
        for (query, words) in [
            ("", "Say when"),
            ("when=then", "Say when"),
            ("when=date", "Say when"),
            ("when=date&day=yesterday", "Say when"),
            ("when=date&day=2025-13-40", "Say when"),
            ("when=date&day=2025-11-20&clock=25:99", "Say when"),
            ("when=date&day=2025-11-20..2025-11-21", "Say when"),
            ("when=date&day=2099-01-01", "has not come yet"),
        ] {
            let answer = coordinator.get(&format!("{path}/remove?{query}"));
            assert!(answer.status == 422 && answer.body.contains(words), "{query}: {} {}", answer.status, answer.body);
        }
        assert!(coordinator.get("/inbox").body.contains("Late"));
    }

    /// Guards against a last steward who removes themselves, and against a refusal that does not say who could.
    #[test]
    fn who_may_not_is_told_who_could() {
        let mut steward = Browser::begun();
        let mut coordinator = steward.member("coordinator", "stork");
        let own = page_of(&mut steward, "heron");
        let page = steward.get(&own).body;
        assert!(page.contains("only steward") && !page.contains("/remove\""), "{page}");
        assert_eq!(steward.get(&format!("{own}/remove?when=now")).status, 403);
        assert_eq!(steward.post(&format!("{own}/remove"), &[("when", "now"), ("plan", "x")]).status, 403);
        let path = page_of(&mut coordinator, "heron");
        let page = plain(&coordinator.get(&path).body);
        assert!(page.contains("a steward") && page.contains("heron") && !page.contains("/remove\""), "{page}");
        assert_eq!(coordinator.post(&format!("{path}/remove"), &[("when", "now"), ("plan", "x")]).status, 403);
        let token = format!("token=x&when=now&plan={}", "0".repeat(32));
        let path = page_of(&mut steward, "stork");
        assert_eq!(steward.post_raw(&format!("{path}/remove"), &token, &[]).status, 409, "a form of nobody's page");
    }

    /// Guards against a removal that is shown as possible and counts nowhere, since it takes its author's right away.
    #[test]
    fn a_removal_that_would_undo_its_authors_own_right_is_refused_before_it_is_said() {
        let mut people = Community::of(&["heron"]);
        people.settle();
        let (device, now_ms) = (people.who("heron").node.device().signing, people.now_ms);
        let granted = people.who("acacia").node.grant(&device, Role::Steward, None, Past::All, now_ms);
        block_on(granted).unwrap();
        people.settle();
        let now_ms = people.now_ms;
        let heron = people.who("heron");
        let mut steward = Browser::at(heron.store(), heron.disk(), WORDLESS, now_ms);
        let path = page_of(&mut steward, "acacia");
        let fields = [("when", "date"), ("day", "2020-01-01"), ("plan", "00")];
        let before = steward.get(&format!("{path}/remove?when=date&day=2020-01-01"));
        assert!(before.status == 422 && before.body.contains("your own right"), "{}", before.body);
        let sent = steward.post(&format!("{path}/remove"), &fields);
        assert!(sent.status == 422 && sent.body.contains("your own right"), "{}", sent.body);
        let list = steward.get("/members").body;
        assert!(list.contains("acacia") && !list.contains("emoved"), "{list}");
        // As of now the grant stays, and so does the right.
        let page = steward.get(&format!("{path}/remove?when=now"));
        assert_eq!(page.status, 200);
        let done = steward.post(&format!("{path}/remove"), &[("when", "now"), ("plan", &plan(&page.body))]);
        assert_eq!(done.location, format!("{path}?done=removed"));
    }

    /// Guards against two stewards who remove each other and stay suspended for ever, and against a third who settles it
    /// without knowing that they do.
    #[test]
    fn two_who_removed_each_other_are_suspended_and_a_third_settles_it() {
        let mut people = Community::of(&["heron", "stork", "swift"]);
        people.settle();
        let key = |people: &mut Community, name: &str| people.who(name).node.device().signing;
        for name in ["heron", "stork"] {
            let (device, now_ms) = (key(&mut people, name), people.now_ms);
            let granted = people.who("acacia").node.grant(&device, Role::Steward, None, Past::All, now_ms);
            block_on(granted).unwrap();
        }
        people.settle();
        let before = people.now_ms;
        people.now_ms += 60_000;
        for (by, whom) in [("acacia", "heron"), ("heron", "acacia")] {
            let (device, now_ms) = (key(&mut people, whom), people.now_ms);
            block_on(people.who(by).node.remove(&device, TakenAt::Now, now_ms)).unwrap();
        }
        // The third comes back when both are heard.
        for name in [&["heron", "acacia", "swift"].repeat(4)[..], &["stork"; 3]].concat() {
            people.visit(name).unwrap();
        }
        let (heron, now_ms) = (key(&mut people, "heron"), people.now_ms);
        let stork = people.who("stork");
        // As of now all counts that heron said, its removal of acacia among it; as of before, acacia is free.
        let plan_as_of = |taken| block_on(stork.node.plan_removal(&heron, taken)).unwrap();
        let (late, early) = (plan_as_of(TakenAt::Now), plan_as_of(TakenAt::Ms(before)));
        assert_eq!((late.also_removed, late.freed), (vec!["acacia".to_owned()], Vec::new()));
        assert_eq!((early.also_removed, early.freed), (Vec::new(), vec!["acacia".to_owned()]));
        let mut third = Browser::at(stork.store(), stork.disk(), WORDLESS, now_ms);
        let list = third.get("/members").body;
        assert_eq!(list.matches("two devices removed each other").count(), 2, "{list}");
        let path = page_of(&mut third, "heron");
        let page = plain(&third.get(&path).body);
        assert!(
            page.contains("more than half") && page.contains("To be removed, says</dt><dd dir=\"auto\">acacia"),
            "{page}"
        );
        let page = third.get(&format!("{path}/remove?when=now")).body;
        assert!(page.contains("more than half"), "{page}");
        let beside = page.split("id=\"also-removed\"").nth(1).and_then(|rest| rest.split("</div>").next());
        assert!(beside.is_some_and(|named| named.contains("acacia")), "{page}");
        let done = third.post(&format!("{path}/remove"), &[("when", "now"), ("plan", &plan(&page))]);
        assert_eq!(done.location, format!("{path}?done=removed"));
        let list = third.get("/members").body;
        assert!(!list.contains("two devices removed each other"), "it is settled, as the page said: {list}");
    }
}
