//! One member: what is known of them, what may be granted to them, and the way to taking their device out. The removal
//! itself is in `removal.rs`.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_envelope::SigningPublic;
use azalai_envelope::ids::from_hex;
use azalai_node::{NodeError, Packs, Past};
use azalai_roster::{AreaCode, BodyCode, Member as Known, MemberState, Role, Roster};

use super::on_to;
use super::project::Choice;
use super::staff::Staff;
use crate::app::{App, Device};
use crate::area_tree::{AreaRow, area_rows};
use crate::forms::{Form, first, of_address};
use crate::frame::{Frame, Page, render};
use crate::gate::Visitor;
use crate::host::Host;
use crate::people::{area_name, name_of, short};
use crate::problem::Problem;
use crate::texts::Texts;
use crate::times;

/// What a page can say was done: members of the family `member-done`.
pub(crate) const DONE: [&str; 5] = ["removed", "voice", "void", "granted", "bodies"];

/// The roles that can be granted, as the family `invited` has them.
const GRANTED: [Role; 2] = [Role::Coordinator, Role::Steward];

#[derive(Template)]
#[template(path = "member.html")]
struct MemberPage {
    f: Frame,
    key: String,
    name: String,
    short: String,
    facts: Vec<(String, String)>,
    me: bool,
    /// `confirmed`, `unconfirmed`, `suspended` or `removed`.
    state: &'static str,
    /// Why nobody takes this device out from here; empty if it can be done.
    refusal: String,
    today: String,
    /// Whether the form for a removal begins with a day, what was typed into it, and what is wrong with it.
    dated: bool,
    day: String,
    clock: String,
    wrong: &'static str,
    /// The roles that can be granted; none where this device may grant none, or to nobody.
    roles: Vec<Choice>,
    areas: Vec<AreaRow>,
    area: String,
    pasts: Vec<Choice>,
    /// The bodies of the pack, with those that the member belongs to chosen; none where this device may mark nobody.
    bodies: Vec<Choice>,
    /// The member is of the staff: a mark can be made at once, and not only with a grant.
    marks: bool,
    wrong_grant: &'static str,
    done: &'static str,
}

/// The key that an address names.
pub(crate) fn read_key(hex: &str) -> Result<SigningPublic, Problem> {
    from_hex(hex).and_then(|bytes| bytes.try_into().ok()).map(SigningPublic).ok_or_else(Problem::not_found)
}

/// The member of an address.
pub(crate) fn known(roster: &Roster, hex: &str) -> Result<Known, Problem> {
    roster.member(&read_key(hex)?).cloned().ok_or_else(Problem::not_found)
}

/// Why this device does not take a member's device out, and who could; empty if it may.
pub(crate) fn refusal(texts: &Texts, roster: &Roster, me: &SigningPublic, member: &Known) -> String {
    let key = member.device.signing;
    if key == *me {
        let mut stewards = roster.members().filter(|one| {
            one.role == Role::Steward && one.state == MemberState::Confirmed && one.device.signing != *me
        });
        let last = member.role == Role::Steward && stewards.next().is_none();
        return if last { texts.say("removal-own-last") } else { texts.say("removal-own") };
    }
    if roster.may_remove(me, &key).is_ok() {
        return String::new();
    }
    if roster.member(me).is_none_or(|me| me.state != MemberState::Confirmed) {
        return texts.say("removal-not-confirmed");
    }
    let can = roster.members().filter(|other| roster.may_remove(&other.device.signing, &key).is_ok());
    let names: Vec<&str> = can.map(|other| other.pseudonym.as_str()).collect();
    let who = if member.role == Role::Monitor {
        texts.say("removal-needs-coordinator")
    } else {
        texts.say("removal-needs-steward")
    };
    if names.is_empty() {
        return who;
    }
    let known = texts.say1("removal-needs-known", "names", names.join(&texts.say("said-separator")));
    format!("{who} {known}")
}

/// The areas that somebody is of.
fn areas_of(texts: &Texts, roster: &Roster, member: &Known) -> String {
    let mut areas: BTreeSet<&AreaCode> = member.areas.iter().collect();
    areas.extend(member.area.as_ref());
    let names: Vec<String> = areas.into_iter().map(|code| area_name(roster, code)).collect();
    names.join(&texts.say("said-separator"))
}

fn facts<H: Host>(texts: &Texts, device: &Device<H>, member: &Known, offset_min: i16) -> Vec<(String, String)> {
    let (roster, key) = (device.roster(), member.device.signing);
    let since = device.since().get(&key).and_then(|since| since.admitted_ms);
    let state = match member.state {
        MemberState::Confirmed => texts.say("member-state-confirmed"),
        MemberState::Unconfirmed => texts.say("member-state-unconfirmed"),
        MemberState::Suspended => texts.say("people-suspended"),
        MemberState::Removed => texts.say("people-removed"),
    };
    let mut facts = vec![
        (texts.say("member-role"), texts.of("role", &member.role.to_string())),
        (texts.say("member-areas"), areas_of(texts, roster, member)),
        (texts.say("member-state"), state),
        (texts.say("member-since"), since.map(|ms| times::day(texts, ms, offset_min)).unwrap_or_default()),
        (
            texts.say("member-by"),
            member.admitted_by.filter(|by| *by != key).map_or_else(String::new, |by| match by == roster.root() {
                true => texts.say("people-founded"),
                false => name_of(texts, roster, &by),
            }),
        ),
    ];
    let bodies = super::check::body_names::<H>(texts, device, &roster.bodies_of(&key));
    facts.push((texts.say("member-bodies"), bodies));
    for removed in device.removals_of(&key) {
        let label = if removed.stands { texts.say("member-removed-by") } else { texts.say("member-contested-by") };
        let when = times::minute(texts, removed.at_ms, offset_min);
        facts.push((label, format!("{} · {when}", name_of(texts, roster, &removed.by))));
    }
    facts.push((texts.say("member-key"), key.to_string()));
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

/// What a form on the page was not taken for.
#[derive(Default)]
pub(crate) struct Told<'t> {
    /// Of the form for a removal.
    pub(crate) wrong: &'static str,
    /// Of the form for a grant.
    pub(crate) wrong_grant: &'static str,
    /// What was done.
    pub(crate) done: &'static str,
    /// What was typed.
    pub(crate) typed: Option<&'t Form>,
}

/// The page of a member.
pub(crate) fn page<H: Host>(
    app: &App<H>,
    device: &Device<H>,
    visitor: &Visitor,
    member: &Known,
    told: &Told<'_>,
) -> Result<Page, Problem> {
    let (texts, roster, me) = (visitor.texts, device.roster(), device.device().signing);
    let (key, offset) = (member.device.signing, app.settings().offset_min);
    let typed = |name: &str| told.typed.map(|form| form.get(name).to_owned()).unwrap_or_default();
    let grants = member.state == MemberState::Confirmed && roster.may_keep_authority(&me).is_ok();
    let roles = GRANTED.iter().filter(|_| grants).map(|role| Choice {
        text: texts.of("role", &role.to_string()),
        value: role.to_string(),
        chosen: typed("role") == role.to_string() || (typed("role").is_empty() && *role == Role::Coordinator),
    });
    let past = ["all", "none"].map(|past| Choice {
        text: texts.of("past", past),
        value: past.to_owned(),
        chosen: typed("past") == past,
    });
    let belongs = roster.bodies_of(&key);
    let packs = device.packs();
    let known = packs.now().bodies.iter().filter(|_| roster.may_keep_authority(&me).is_ok());
    let bodies = known.map(|body| Choice {
        text: body.name(texts.code).to_owned(),
        value: body.code.clone(),
        chosen: belongs.iter().any(|code| code.as_str() == body.code),
    });
    render(&MemberPage {
        f: Frame::new(visitor, "members"),
        name: member.pseudonym.clone(),
        short: short(&key),
        facts: facts::<H>(texts, device, member, offset),
        me: key == me,
        state: match member.state {
            MemberState::Confirmed => "confirmed",
            MemberState::Unconfirmed => "unconfirmed",
            MemberState::Suspended => "suspended",
            MemberState::Removed => "removed",
        },
        refusal: refusal(texts, roster, &me, member),
        today: times::iso_day(app.host.now_ms(), offset),
        dated: typed("when") == "date",
        day: typed("day"),
        clock: typed("clock"),
        wrong: told.wrong,
        roles: roles.collect(),
        areas: area_rows(roster),
        area: typed("area"),
        pasts: past.into(),
        bodies: bodies.collect(),
        marks: member.role != Role::Monitor,
        wrong_grant: told.wrong_grant,
        done: told.done,
        key: key.to_string(),
    })
}

/// `GET /members/KEY`.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Page, Problem> {
    let fields = of_address(query)?;
    let done = DONE.into_iter().find(|done| *done == first(&fields, "done")).unwrap_or_default();
    let mut open = app.open().await;
    let device = open.device()?;
    let member = known(device.roster(), &key)?;
    page(&app, device, &visitor, &member, &Told { done, ..Told::default() })
}

/// What a grant's form asks for.
fn read_grant(roster: &Roster, form: &Form) -> Result<(Role, Option<AreaCode>, Past), &'static str> {
    let role = form.get("role").parse().ok().filter(|role| GRANTED.contains(role)).ok_or("role")?;
    let area = form.get("area").parse::<AreaCode>().ok().filter(|code| roster.area(code).is_some());
    let area = match (role, area) {
        (Role::Steward, _) => None,
        (_, None) => return Err("area"),
        (_, area) => area,
    };
    let past = match form.get("past") {
        "all" => Past::All,
        "none" => Past::FromNow,
        _ => return Err("past"),
    };
    Ok((role, area, past))
}

/// The bodies that a form names: `body-CODE` for each.
fn read_bodies(form: &Form, packs: &Packs) -> Result<BTreeSet<BodyCode>, Problem> {
    let known = packs.now().bodies.iter().filter(|body| !form.get(&format!("body-{}", body.code)).is_empty());
    known.map(|body| body.code.parse().map_err(Problem::inside)).collect()
}

/// `POST /members/KEY/bodies`: all that somebody belongs to from now on.
pub(crate) async fn bodies<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(_): Staff,
    Path(key): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let mut open = app.open().await;
    let device = open.device()?;
    let member = known(device.roster(), &key)?;
    let (key, bodies) = (member.device.signing, read_bodies(&form, &device.packs())?);
    // A second tap says nothing twice.
    if device.roster().bodies_of(&key) != bodies {
        device.set_bodies(&key, bodies, app.host.now_ms()).await?;
    }
    Ok(on_to(&format!("/members/{key}?done=bodies")))
}

/// `POST /members/KEY/grant`. Sent twice it grants once.
pub(crate) async fn grant<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    Path(key): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let mut open = app.open().await;
    let device = open.device()?;
    let member = known(device.roster(), &key)?;
    let wrong = match read_grant(device.roster(), &form) {
        Err(wrong) => wrong,
        Ok((role, area, past)) => {
            let there = member.role == role && area.as_ref().is_none_or(|area| member.areas.contains(area));
            let granted = if there {
                Ok(())
            } else {
                let (key, now) = (member.device.signing, app.host.now_ms());
                // What the form does not ask stays as it is.
                let bodies = Some(read_bodies(&form, &device.packs())?).filter(|bodies| !bodies.is_empty());
                device.grant_of_bodies(&key, role, area, past, bodies.as_ref(), now).await.map(drop)
            };
            match granted {
                Ok(()) => return Ok(on_to(&format!("/members/{}?done=granted", member.device.signing))),
                Err(NodeError::NoKey(why)) => {
                    app.host.log(&why);
                    "no-key"
                }
                // Removed, or not admitted any more, since the page was shown.
                Err(NodeError::Invalid(why)) => {
                    app.host.log(&why);
                    "changed"
                }
                Err(other) => return Err(other.into()),
            }
        }
    };
    let told = Told { wrong_grant: wrong, typed: Some(&form), ..Told::default() };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&app, device, &visitor, &member, &told)?).into_response())
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::testing::Browser;

    /// The address of somebody's page, from the list of members.
    pub(crate) fn page_of(browser: &mut Browser, name: &str) -> String {
        let list = browser.get("/members").body;
        let link = list.split("href=\"/members/").skip(1).find(|rest| {
            let text = rest.split_once('>').unwrap().1;
            text.starts_with(name)
        });
        format!("/members/{}", link.unwrap_or_else(|| panic!("{name}: {list}")).split('"').next().unwrap())
    }

    /// Guards against a grant that nobody can undo and nobody was asked about: role, area and past are all chosen, what
    /// is missing is said, and a second tap grants nothing again.
    #[test]
    fn a_steward_makes_a_monitor_a_coordinator_and_chooses_the_past() {
        let mut steward = Browser::begun();
        let mut monitor = steward.member("monitor", "swallow");
        let path = page_of(&mut steward, "swallow");
        let page = steward.get(&path).body;
        assert!(page.contains("swallow") && page.contains("Gao") && page.contains("monitor"), "{page}");
        for (fields, words) in [
            ([("role", "king"), ("past", "all")], "Choose"),
            ([("role", "monitor"), ("past", "all")], "Choose"),
            ([("role", "coordinator"), ("past", "some")], "Choose"),
        ] {
            let answer = steward.post(&format!("{path}/grant"), &fields);
            assert!(answer.status == 422 && answer.body.contains(words), "{fields:?}: {}", answer.body);
        }
        let body = format!("token={}&role=coordinator&past=all&area=nowhere", steward.token);
        assert_eq!(steward.post_raw(&format!("{path}/grant"), &body, &[]).status, 422);
        for _ in 0..2 {
            let done = steward.post(&format!("{path}/grant"), &[("role", "coordinator"), ("past", "none")]);
            assert_eq!(done.location, format!("{path}?done=granted"), "{}", done.body);
        }
        let page = steward.get(&path).body;
        assert!(page.contains(">coordinator<"), "{page}");
        steward.hand_to(&monitor);
        // The device learns its new part at its next unlocking.
        monitor.post("/leave", &[]);
        let mut coordinator = steward.member("coordinator", "stork");
        let path = page_of(&mut coordinator, "swallow");
        assert!(!coordinator.get(&path).body.contains("/grant"), "only a steward grants");
        assert_eq!(coordinator.post(&format!("{path}/grant"), &[("role", "steward"), ("past", "all")]).status, 403);
    }

    /// Guards against a complaint of a body that its people read because nobody could say on the pages who they are, or
    /// against an author who is not told where it goes and why.
    #[test]
    fn a_steward_marks_a_coordinator_and_a_complaint_of_their_body_goes_round_them() {
        let mut steward = Browser::begun();
        let mut monitor = steward.member("monitor", "swallow");
        let coordinator = steward.member("coordinator", "stork");
        steward.hand_to(&monitor);
        let check = |monitor: &mut Browser| {
            let path = monitor.begin_report("security-abuse");
            monitor.post(&path, &[("text", "Beaten at the post"), ("when", "today"), ("place", "Ansongo")]);
            (monitor.get(&format!("{path}/check")).body, path)
        };
        let (body, _) = check(&mut monitor);
        assert!(body.contains("complains of") && body.contains("the police"), "{body}");
        assert!(body.contains("stork") && !body.contains("It goes round"), "{body}");
        let path = page_of(&mut steward, "stork");
        assert!(steward.get(&path).body.contains("name=\"body-police\""));
        for _ in 0..2 {
            let done = steward.post(&format!("{path}/bodies"), &[("body-police", "1")]);
            assert_eq!(done.location, format!("{path}?done=bodies"), "{}", done.body);
        }
        assert!(steward.get(&path).body.contains("the police"));
        steward.hand_to(&monitor);
        let (body, path) = check(&mut monitor);
        assert!(body.contains("It goes round \u{2068}stork\u{2069}"), "{body}");
        assert!(body.contains("Only the members that are named"), "{body}");
        let saved = monitor.post(&format!("{path}/check"), &[]).location;
        let saved = saved.trim_end_matches("?saved=1").replace("/reports/", "/readers/");
        let page = monitor.get(&saved).body;
        assert!(page.contains("complains of") && !page.contains(">stork<"), "{page}");
        monitor.hand_to(&coordinator);
        // A monitor is not marked: every device would learn that there is this member.
        let path = page_of(&mut steward, "swallow");
        assert!(!steward.get(&path).body.contains("/bodies\""));
        assert_eq!(monitor.post(&format!("{path}/bodies"), &[]).status, 403);
    }

    /// Guards against pages of members on a monitor's device, and against addresses of nobody.
    #[test]
    fn nobody_but_staff_sees_a_member_and_a_stranger_has_no_page() {
        let mut steward = Browser::begun();
        let mut monitor = steward.member("monitor", "swallow");
        let path = page_of(&mut steward, "swallow");
        for path in [&path, &format!("{path}/remove"), "/members/aside", &format!("/members/aside/{}", "0".repeat(64))]
        {
            assert_eq!(monitor.get(path).status, 403, "{path}");
        }
        for path in [format!("{path}/grant"), format!("{path}/remove"), "/members/project/rotate".to_owned()] {
            assert_eq!(monitor.post(&path, &[]).status, 403, "{path}");
        }
        for path in ["/members/zz".to_owned(), format!("/members/{}", "0".repeat(64))] {
            assert_eq!(steward.get(&path).status, 404, "{path}");
        }
    }
}
