//! Making an invite: a file to download and six words to say. The words are shown on one page, to the browser that
//! asked for them; they are kept nowhere but in memory, for minutes, and stand in no address. Nor is there a picture to
//! scan: the file is larger than one holds, and words in it would travel where they must not.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use azalai_node::NodeError;
use azalai_roster::{AreaCode, Role};

use super::members::staff;
use super::on_to;
use crate::app::{App, Device};
use crate::area_tree::{AreaRow, area_rows};
use crate::forms::Form;
use crate::frame::{Frame, Page, render};
use crate::gate::{Member, Visitor};
use crate::handouts::{Content, FormId};
use crate::host::Host;
use crate::people;
use crate::problem::Problem;
use crate::times;

struct RoleChoice {
    role: Role,
    text: String,
    means: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "invite.html")]
struct InvitePage {
    f: Frame,
    form: FormId,
    wrong: String,
    /// As what this device may invite.
    roles: Vec<RoleChoice>,
    /// For which areas.
    areas: Vec<AreaRow>,
    area: String,
}

#[derive(Template)]
#[template(path = "invite-made.html")]
struct MadePage {
    f: Frame,
    form: String,
    /// None once it was forgotten.
    content: Option<Content>,
}

/// A file for the browser to save.
pub(crate) fn download(file_name: &str, file: Vec<u8>) -> Response {
    let named = HeaderValue::from_str(&format!("attachment; filename=\"{file_name}\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, named.unwrap_or(HeaderValue::from_static("attachment"))),
    ];
    (headers, file).into_response()
}

/// A form's name in an address, and what it made.
pub(crate) fn made_by<H: Host>(
    app: &App<H>,
    visitor: &Visitor,
    form: &str,
) -> Result<(FormId, Option<Content>), Problem> {
    let form = FormId::read(form).ok_or_else(Problem::not_found)?;
    let handout = app.handout(&visitor.cookie, form).ok_or_else(Problem::not_found)?;
    Ok((form, handout.content))
}

fn page<H: Host>(
    app: &App<H>,
    device: &Device<H>,
    visitor: &Visitor,
    wrong: String,
    (role, area): (Option<Role>, &str),
) -> Result<Page, Problem> {
    let (roster, me) = (device.roster(), device.device().signing);
    let may = |role: Role, area: Option<&AreaCode>| roster.may_invite(&me, role, area).is_ok();
    let areas: Vec<AreaRow> = area_rows(roster)
        .into_iter()
        .filter(|row| may(Role::Monitor, Some(&row.code)) || may(Role::Coordinator, Some(&row.code)))
        .collect();
    let roles = [Role::Monitor, Role::Coordinator, Role::Steward].into_iter().filter(|role| match role {
        Role::Steward => may(Role::Steward, None),
        other => areas.iter().any(|row| may(*other, Some(&row.code))),
    });
    let roles = roles.map(|offered| RoleChoice {
        role: offered,
        text: visitor.texts.of("role", &offered.to_string()),
        means: visitor.texts.of("invited", &offered.to_string()),
        chosen: role.unwrap_or(Role::Monitor) == offered,
    });
    render(&InvitePage {
        f: Frame::new(visitor, "members"),
        form: FormId::new(app.host.random()),
        wrong,
        roles: roles.collect(),
        area: if areas.len() == 1 { areas.iter().map(|row| row.code.to_string()).collect() } else { area.to_owned() },
        areas,
    })
}

/// `GET /members/invite`.
pub(crate) async fn get<H: Host>(State(app): State<Arc<App<H>>>, Member(visitor): Member) -> Result<Page, Problem> {
    staff(&visitor)?;
    let mut open = app.open().await;
    page(&app, open.device()?, &visitor, String::new(), (None, ""))
}

/// `POST /members/invite`. A form that is sent twice makes one invite.
pub(crate) async fn post<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    form: Form,
) -> Result<Response, Problem> {
    staff(&visitor)?;
    let id = FormId::read(form.get("form")).unwrap_or_else(|| FormId::new(app.host.random()));
    let (role, area) = (form.get("role").parse::<Role>().ok(), form.get("area").to_owned());
    let mut open = app.open().await;
    let device = open.device()?;
    let made = format!("/members/invite/{id}");
    // Looked up only now: of two that came at once, the second waited for the device.
    if app.handout(&visitor.cookie, id).is_some() {
        return Ok(on_to(&made));
    }
    let code = area.parse::<AreaCode>().ok().filter(|code| device.roster().area(code).is_some());
    let code = if role == Some(Role::Steward) { None } else { code };
    let (params, now_ms, texts) = (app.host.params(), app.host.now_ms(), visitor.texts);
    let wrong = match role {
        None => texts.say("invite-wrong-role"),
        Some(role) if role != Role::Steward && code.is_none() => texts.say("invite-wrong-area"),
        Some(role) => match device.invite(role, code.clone(), params, now_ms).await {
            Ok(invite) => {
                let roster = device.roster();
                let mut said = vec![(texts.say("invite-for"), people::part(texts, roster, role, code.as_ref()))];
                if let Some(known) = roster.invites().iter().find(|known| known.id == invite.id) {
                    said.push((texts.say("invite-until"), times::day(texts, known.expires.start_ms(), 0)));
                }
                // By the first digits a person can tell several files apart; they say nothing of what is inside, nor
                // does the ending: whoever looks through a card learns of no invite.
                let digits: String = azalai_envelope::ids::to_hex(&invite.id).chars().take(6).collect();
                let file_name = format!("notes-{digits}.bin");
                let content = Content { file: invite.file, file_name, words: invite.words, said };
                app.hand_out(&visitor.cookie, id, content);
                return Ok(on_to(&made));
            }
            Err(NodeError::NoKey(why)) => {
                app.host.log(&why);
                texts.say("invite-no-key")
            }
            Err(other) => return Err(other.into()),
        },
    };
    let page = page(&app, device, &visitor, wrong, (role, &area))?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `GET /members/invite/FORM`: the file and the words.
pub(crate) async fn made<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    Path(form): Path<String>,
) -> Result<Page, Problem> {
    staff(&visitor)?;
    let (_, content) = made_by(&app, &visitor, &form)?;
    render(&MadePage { f: Frame::new(&visitor, "members"), form, content })
}

/// `GET /members/invite/FORM/file`.
pub(crate) async fn file<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    Path(form): Path<String>,
) -> Result<Response, Problem> {
    staff(&visitor)?;
    match made_by(&app, &visitor, &form)?.1 {
        Some(content) => Ok(download(&content.file_name, content.file)),
        None => Ok(on_to(&format!("/members/invite/{form}"))),
    }
}

/// `POST /members/invite/FORM/done`: forgets the words and the file.
pub(crate) async fn done<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    Path(form): Path<String>,
    _: Form,
) -> Result<Response, Problem> {
    staff(&visitor)?;
    if let Some(form) = FormId::read(&form) {
        app.forget_handout(&visitor.cookie, form);
    }
    Ok(on_to("/members#invites"))
}

#[cfg(test)]
mod tests {
    use crate::limits::HANDOUT_MS;
    use crate::testing::Browser;

    fn form(page: &str) -> String {
        page.split("name=\"form\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    fn words(page: &str) -> String {
        let text = page.split("class=\"words\"").nth(1).unwrap().split('>').nth(1).unwrap();
        text.split('<').next().unwrap().to_owned()
    }

    /// Guards against an invite that opens nothing, words in an address, and two invites where one was meant.
    #[test]
    fn an_invite_is_made_once_and_its_file_and_words_let_somebody_join() {
        let mut steward = Browser::begun();
        let nonce = form(&steward.get("/members/invite").body);
        let fields = [("form", nonce.as_str()), ("role", "monitor"), ("area", "gao")];
        let made = steward.post("/members/invite", &fields);
        assert_eq!(made.location, format!("/members/invite/{nonce}"));
        assert_eq!(steward.post("/members/invite", &fields).location, made.location);
        let page = steward.get(&made.location);
        let words = words(&page.body);
        assert_eq!(words.split(' ').count(), 6);
        assert_eq!(page.header("cache-control"), "no-store");
        let (file, named) = steward.download(&format!("{}/file", made.location));
        assert!(named.starts_with("attachment; filename=\"notes-") && named.ends_with(".bin\""), "{named}");
        let mut newcomer = Browser::joined(&(file, words.clone()), "swallow");
        assert_eq!(newcomer.get("/report").status, 200);
        let list = steward.get("/members").body;
        assert_eq!(list.matches("taken-open").count(), 1, "{list}");
        assert!(!list.contains(&words));
        // Another browser of the same device has not asked for them.
        let mut other = steward.with_cookie(&"a".repeat(64));
        assert_eq!(other.get(&made.location).location, "/");
    }

    /// Guards against words that come back by the back button, after a while, or after locking.
    #[test]
    fn words_that_were_taken_are_not_shown_again() {
        let mut steward = Browser::begun();
        let make = |steward: &mut Browser| {
            let nonce = form(&steward.get("/members/invite").body);
            let made = steward.post("/members/invite", &[("form", &nonce), ("role", "steward")]).location;
            (words(&steward.get(&made).body), made, nonce)
        };
        let (first, made, nonce) = make(&mut steward);
        assert_eq!(steward.post(&format!("{made}/done"), &[]).location, "/members#invites");
        let page = steward.get(&made);
        assert!(page.status == 200 && !page.body.contains(&first), "{}", page.body);
        assert_eq!(steward.get(&format!("{made}/file")).location, made);
        assert_eq!(steward.post("/members/invite", &[("form", &nonce), ("role", "steward")]).location, made);
        let (second, made, _) = make(&mut steward);
        steward.advance(HANDOUT_MS / 2);
        assert!(steward.get(&made).body.contains(&second));
        steward.advance(HANDOUT_MS / 2 + 1);
        steward.tick();
        assert!(!steward.get(&made).body.contains(&second), "after a while");
        let (third, made, _) = make(&mut steward);
        steward.post("/leave", &[]);
        steward.get("/");
        steward.post("/unlock", &[("passphrase", crate::testing::PASSPHRASE)]);
        let page = steward.get(&made);
        assert!(page.status == 404 && !page.body.contains(&third), "after locking");
    }

    /// Guards against an invite for nothing, and a form that says no sentence.
    #[test]
    fn what_is_missing_is_named_and_nothing_is_made() {
        let mut steward = Browser::begun();
        for fields in [[("role", "monitor"), ("area", "nowhere")], [("role", "king"), ("area", "gao")]] {
            let body = format!("token={}&role={}&area={}", steward.token, fields[0].1, fields[1].1);
            let answer = steward.post_raw("/members/invite", &body, &[]);
            assert!(answer.status == 422 && answer.body.contains("role=\"alert\""), "{}", answer.body);
        }
        assert_eq!(steward.post("/members/invite", &[("token", "x")]).status, 422);
        let stale = steward.post_raw("/members/invite", "token=x&role=monitor&area=gao", &[]);
        assert_eq!(stale.status, 409);
        assert!(!steward.get("/members").body.contains("taken-open"));
    }
}
