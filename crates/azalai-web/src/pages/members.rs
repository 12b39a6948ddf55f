//! Members: who belongs, who waits to be admitted, which invites are out. For coordinators and stewards; a monitor gets
//! a sentence, since a monitor's device holds no such list.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_envelope::ids::from_hex;
use azalai_node::NodeError;
use azalai_roster::{MemberState, Role};

use super::on_to;
use super::vault::{self, Alarm};
use crate::app::App;
use crate::forms::{Form, first, of_address};
use crate::frame::{Frame, render};
use crate::gate::{Member, Visitor};
use crate::host::Host;
use crate::limits::{MAX_WAITING, MEMBERS_PER_PAGE};
use crate::people::{self, Group, Made, Newcomer};
use crate::problem::{Kind, Problem};

#[derive(Template)]
#[template(path = "members.html")]
struct MembersPage {
    f: Frame,
    /// Whether this device was admitted, as far as it knows: until then it hears of nobody.
    admitted: bool,
    alarms: Vec<Alarm>,
    good: String,
    wrong: String,
    newcomers: Vec<Newcomer>,
    /// Those whom one tap admits: nothing speaks against them.
    all: Vec<String>,
    groups: Vec<Group>,
    more: Option<usize>,
    /// Those that may still be taken up or wait, and those that came to an end.
    invites: Vec<Made>,
    ended: Vec<Made>,
}

#[derive(Template)]
#[template(path = "no-members.html")]
struct NoMembersPage {
    f: Frame,
}

/// Whether somebody's part shows these pages.
pub(crate) fn staff(visitor: &Visitor) -> Result<(), Problem> {
    match visitor.role {
        Some(Role::Coordinator | Role::Steward) => Ok(()),
        Some(Role::Monitor) | None => Err(Problem::new(Kind::Denied)),
    }
}

/// `GET /members`.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    if staff(&visitor).is_err() {
        let page = render(&NoMembersPage { f: Frame::new(&visitor, "") })?;
        return Ok((StatusCode::FORBIDDEN, page).into_response());
    }
    let (texts, fields, offset) = (visitor.texts, of_address(query)?, app.settings().offset_min);
    let number = |name: &str| first(&fields, name).parse::<usize>().unwrap_or_default();
    let (after, admitted, left) = (number("after"), number("admitted"), number("left"));
    let some = |count: usize| (count > 0).then(|| count.min(MAX_WAITING));
    let now_ms = app.host.now_ms();
    let mut open = app.open().await;
    let device = open.device()?;
    let newcomers = people::newcomers::<H>(texts, device, now_ms, offset);
    let all: Vec<_> = newcomers.iter().filter(|newcomer| newcomer.may && newcomer.caution.is_empty()).collect();
    let all = if all.len() > 1 { all.into_iter().map(|newcomer| newcomer.token.clone()).collect() } else { Vec::new() };
    let (groups, more) = people::groups::<H>(texts, device, offset, (after, MEMBERS_PER_PAGE));
    let me = device.roster().member(&device.device().signing);
    let made = people::invites(texts, device.roster(), &device.device().signing, now_ms);
    let (ended, invites) = made.into_iter().partition(|invite| matches!(invite.state, "admitted" | "revoked"));
    let alarms = vault::alarms::<H>(device, texts, offset).await?;
    let page = MembersPage {
        alarms,
        f: Frame::new(&visitor, "members"),
        admitted: me.is_some_and(|member| member.state == MemberState::Confirmed),
        good: some(admitted).map(|count| texts.say1("members-good", "count", count)).unwrap_or_default(),
        wrong: some(left).map(|count| texts.say1("members-left", "count", count)).unwrap_or_default(),
        newcomers,
        all,
        groups,
        more: more.then(|| after.saturating_add(MEMBERS_PER_PAGE)),
        invites,
        ended,
    };
    drop(open);
    Ok(render(&page)?.into_response())
}

/// `POST /members/admit`: one, or all that the page showed. What changed since then is left for another look.
pub(crate) async fn admit<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    form: Form,
) -> Result<Response, Problem> {
    staff(&visitor)?;
    let wanted = form.fields.get("who").map(Vec::as_slice).unwrap_or_default();
    let (mut admitted, mut left) = (0, 0);
    let mut open = app.open().await;
    let device = open.device()?;
    for token in wanted.iter().take(MAX_WAITING) {
        let waiting = people::waiting(device.roster()).into_iter().find(|waiting| people::token(waiting) == *token);
        let Some(waiting) = waiting else {
            // Sent twice, or admitted by somebody else's device meanwhile: it is as they wanted it.
            let mut confirmed = device.roster().members().filter(|member| member.state == MemberState::Confirmed);
            let key = token.split('.').next().unwrap_or_default();
            let there = confirmed.any(|member| member.device.signing.to_string() == key);
            *(if there { &mut admitted } else { &mut left }) += 1;
            continue;
        };
        match device.admit(&waiting.claim.device.signing, app.host.now_ms()).await {
            Ok(_) => admitted += 1,
            Err(error @ (NodeError::Denied(_) | NodeError::NotFound(_) | NodeError::Invalid(_))) => {
                app.host.log(&format!("somebody was not admitted: {error}"));
                left += 1;
            }
            Err(other) => return Err(other.into()),
        }
    }
    Ok(on_to(&format!("/members?admitted={admitted}&left={left}")))
}

/// `POST /members/revoke`: ends an invite. One that has ended already is as they wanted it.
pub(crate) async fn revoke<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    form: Form,
) -> Result<Response, Problem> {
    staff(&visitor)?;
    let id = from_hex(form.get("invite")).and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
    let mut open = app.open().await;
    match open.device()?.revoke_invite(&id.ok_or_else(Problem::not_found)?, app.host.now_ms()).await {
        Ok(()) | Err(NodeError::Invalid(_)) => Ok(on_to("/members#invites")),
        Err(other) => Err(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Browser;

    /// What the page offers to admit.
    fn offered(page: &str) -> Vec<String> {
        let values = page.split("name=\"who\" value=\"").skip(1);
        values.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    }

    /// Guards against newcomers who are shown as members, admitted by nobody, or admitted twice.
    #[test]
    fn a_newcomer_is_shown_and_one_tap_admits_them_once() {
        let mut steward = Browser::begun();
        let monitor = Browser::joined(&steward.invite(), "swallow");
        monitor.hand_to(&steward);
        let page = steward.get("/members").body;
        assert!(page.contains("swallow") && page.contains("heron") && page.contains("20 November 2025"), "{page}");
        let who = offered(&page);
        assert_eq!(who.len(), 1, "{page}");
        let done = steward.post("/members/admit", &[("who", &who[0])]);
        assert_eq!(done.location, "/members?admitted=1&left=0");
        assert_eq!(steward.post("/members/admit", &[("who", &who[0])]).location, "/members?admitted=1&left=0");
        let page = steward.get("/members").body;
        assert!(offered(&page).is_empty() && page.contains("swallow") && page.contains("Gao"), "{page}");
    }

    /// Guards against one tap that admits whom its person never saw, or one of two that claimed one invite.
    #[test]
    fn what_changed_after_the_page_was_shown_is_looked_at_again() {
        let mut steward = Browser::begun();
        let invite = steward.invite();
        Browser::joined(&invite, "swallow").hand_to(&steward);
        Browser::joined(&steward.invite(), "stork").hand_to(&steward);
        let before = offered(&steward.get("/members").body);
        assert_eq!(before.len(), 4, "two alone and two in the form for all");
        Browser::joined(&invite, "stranger").hand_to(&steward);
        let who: Vec<(&str, &str)> = before[..2].iter().map(|token| ("who", token.as_str())).collect();
        let answer = steward.post("/members/admit", &who);
        assert_eq!(answer.location, "/members?admitted=1&left=1");
        let page = steward.get("/members?admitted=1&left=1").body;
        assert!(page.contains("More than one device") && page.contains("person was admitted"), "{page}");
        let forged = format!("{}.{}.1", "a".repeat(64), "b".repeat(32));
        assert_eq!(steward.post("/members/admit", &[("who", &forged)]).location, "/members?admitted=0&left=1");
    }

    /// Guards against a monitor's device that lists members, or changes who they are.
    #[test]
    fn a_monitor_gets_a_sentence_and_a_stranger_the_lock() {
        let steward = Browser::begun();
        let mut monitor = Browser::joined(&steward.invite(), "swallow");
        let answer = monitor.get("/members");
        assert_eq!(answer.status, 403);
        assert!(answer.body.contains("holds no list") && !answer.body.contains("heron"), "{}", answer.body);
        assert!(!monitor.get("/report").body.contains("/members"));
        for path in ["/members/invite", "/members/project", &format!("/members/invite/{}", "0".repeat(32))] {
            assert_eq!(monitor.get(path).status, 403, "{path}");
        }
        for path in ["/members/admit", "/members/invite", "/members/project/admission", "/members/project/relay"] {
            let answer = monitor.post(path, &[("how", "at-exchange"), ("role", "monitor")]);
            assert_eq!(answer.status, 403, "{path}");
        }
        let mut nobody = steward.with_cookie(&"a".repeat(64));
        assert_eq!(nobody.get("/members").location, "/");
        assert_eq!(nobody.post("/members/admit", &[]).location, "/");
    }

    /// Guards against an invite in the wrong hands that nobody can end, and against one tap that says it twice.
    #[test]
    fn an_invite_that_nobody_used_is_ended_and_its_claim_is_marked() {
        let mut steward = Browser::begun();
        let invite = steward.invite();
        let page = steward.get("/members").body;
        let id = page.split("name=\"invite\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        for _ in 0..2 {
            assert_eq!(steward.post("/members/revoke", &[("invite", &id)]).location, "/members#invites");
        }
        Browser::joined(&invite, "swallow").hand_to(&steward);
        let page = steward.get("/members").body;
        assert!(page.contains("This invite has ended") && page.contains("taken-revoked"), "{page}");
        assert_eq!(offered(&page).len(), 1, "by hand it is still possible, with the caution beside it");
        assert_eq!(steward.post("/members/revoke", &[("invite", &"0".repeat(32))]).status, 404);
        assert_eq!(steward.post("/members/revoke", &[("invite", "x")]).status, 404);
    }

    /// Guards against a pseudonym that becomes part of the page.
    #[test]
    fn a_hostile_pseudonym_is_only_shown() {
        let mut steward = Browser::begun();
        Browser::joined(&steward.invite(), "<b>x</b>\"'").hand_to(&steward);
        let page = steward.get("/members").body;
        assert!(page.contains("&#60;b&#62;x") && !page.contains("<b>x"), "{page}");
    }
}
