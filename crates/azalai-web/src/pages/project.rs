//! The project: its areas as a tree, how newcomers are admitted, its relays and their certificates.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_envelope::RelayPublic;
use azalai_node::NodeError;
use azalai_roster::Admission;

use super::invite::{download, made_by};
use super::members::staff;
use super::on_to;
use super::removal::circle_name;
use super::upkeep::{DONE, keys_seen, rotatable};
use crate::app::{App, Device};
use crate::area_tree::{AreaRow, area_rows};
use crate::fingerprint;
use crate::forms::{Form, first, of_address};
use crate::frame::{Frame, Page, render};
use crate::gate::{Member, Visitor};
use crate::handouts::{Content, FormId};
use crate::host::Host;
use crate::limits::MAX_LINE_BYTES;
use crate::problem::Problem;
use crate::texts::Texts;

/// How a downloaded certificate is called: like a file of any other program.
pub(crate) const CERTIFICATE: &str = "town.bin";

/// One way to admit newcomers.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) text: String,
    pub(crate) chosen: bool,
}

/// The ways to admit newcomers.
pub(crate) type Choices = Vec<Choice>;

pub(crate) fn admission_choices(texts: &Texts, chosen: Admission) -> Choices {
    let choice = |how: Admission| {
        let value = how.to_string();
        Choice { text: texts.of("admission", &value), value, chosen: how == chosen }
    };
    [Admission::ByHand, Admission::AtExchange].map(choice).into()
}

pub(crate) fn read_admission(text: &str) -> Option<Admission> {
    [Admission::ByHand, Admission::AtExchange].into_iter().find(|how| how.to_string() == text)
}

struct RelayRow {
    label: String,
    short: String,
    key: String,
    has_certificate: bool,
}

#[derive(Template)]
#[template(path = "project.html")]
struct ProjectPage {
    f: Frame,
    name: String,
    fingerprint: String,
    areas: Vec<AreaRow>,
    admission: Choices,
    admission_now: String,
    steward: bool,
    relays: Vec<RelayRow>,
    /// The circles that this device may give a new key, and whether each is ticked.
    circles: Vec<Choice>,
    /// Names the keys as they are: a form that comes from before new ones gives none again.
    keys: String,
    form: FormId,
    told: Told,
}

/// What a form on the page was not taken for, what was typed into it, and what was done.
#[derive(Default)]
pub(crate) struct Told {
    /// Of the form for a relay's certificate: a sentence.
    pub(crate) wrong: String,
    pub(crate) key: String,
    pub(crate) label: String,
    /// Of the form for an area: a member of the family `area-wrong`.
    pub(crate) wrong_area: &'static str,
    pub(crate) name: String,
    pub(crate) code: String,
    pub(crate) parent: String,
    /// Of the form for new keys: a member of the family `rotate-wrong`.
    pub(crate) wrong_keys: &'static str,
    /// A member of the family `project-done`.
    pub(crate) done: &'static str,
}

#[derive(Template)]
#[template(path = "certificate.html")]
struct CertificatePage {
    f: Frame,
    form: String,
    content: Option<Content>,
}

/// The page of the project.
pub(crate) fn page<H: Host>(app: &App<H>, device: &Device<H>, visitor: &Visitor, told: Told) -> Result<Page, Problem> {
    let roster = device.roster();
    let admission = roster.admission();
    let relay = |relay: &azalai_roster::RelayInfo| {
        let key = relay.public.to_string();
        let short = key.chars().take(8).collect();
        RelayRow { label: relay.label.clone(), short, key, has_certificate: relay.certificate.is_some() }
    };
    render(&ProjectPage {
        f: Frame::new(visitor, "members"),
        name: roster.name().unwrap_or_default().to_owned(),
        fingerprint: fingerprint::of_project(&roster.project()),
        areas: area_rows(roster),
        admission: admission_choices(visitor.texts, admission),
        admission_now: visitor.texts.of("admission", &admission.to_string()),
        steward: roster.may_keep_authority(&device.device().signing).is_ok(),
        relays: roster.relays().iter().map(relay).collect(),
        circles: rotatable(roster, &device.device().signing)
            .map(|circle| Choice {
                text: circle_name(visitor.texts, roster, circle),
                value: circle.to_string(),
                chosen: true,
            })
            .collect(),
        keys: keys_seen(roster),
        form: FormId::new(app.host.random()),
        told,
    })
}

/// `GET /members/project`.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    RawQuery(query): RawQuery,
) -> Result<Page, Problem> {
    staff(&visitor)?;
    let fields = of_address(query)?;
    let done = DONE.into_iter().find(|done| *done == first(&fields, "done")).unwrap_or_default();
    let mut open = app.open().await;
    page(&app, open.device()?, &visitor, Told { done, ..Told::default() })
}

/// `POST /members/project/admission`. What is so already is not said again.
pub(crate) async fn admission<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    form: Form,
) -> Result<Response, Problem> {
    staff(&visitor)?;
    let how = read_admission(form.get("how")).ok_or_else(|| Problem::new(crate::problem::Kind::Form))?;
    let mut open = app.open().await;
    let device = open.device()?;
    if device.roster().admission() != how {
        device.set_admission(how, app.host.now_ms()).await?;
    }
    Ok(on_to("/members/project#admission"))
}

/// `POST /members/project/relay`: a certificate for a relay whose key was pasted. Sent twice, it makes one.
pub(crate) async fn certify<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    form: Form,
) -> Result<Response, Problem> {
    staff(&visitor)?;
    let id = FormId::read(form.get("form")).unwrap_or_else(|| FormId::new(app.host.random()));
    let (pasted, label) = (form.get("key").to_owned(), form.get("label").to_owned());
    let plain: String = pasted.chars().filter(|c| !c.is_whitespace()).collect();
    let mut open = app.open().await;
    let device = open.device()?;
    let made = format!("/members/project/relay/{id}");
    if app.handout(&visitor.cookie, id).is_some() {
        return Ok(on_to(&made));
    }
    let (texts, now_ms) = (visitor.texts, app.host.now_ms());
    let wrong = match plain.parse::<RelayPublic>() {
        Err(_) => texts.say("relays-wrong-key"),
        Ok(_) if label.is_empty() || label.len() > MAX_LINE_BYTES => texts.say("relays-wrong-label"),
        Ok(relay) => match device.certify_relay(relay, &label, now_ms).await {
            Ok(file) => {
                let said = vec![(texts.say("relays-label"), label)];
                let file_name = CERTIFICATE.to_owned();
                app.hand_out(&visitor.cookie, id, Content { file, file_name, words: String::new(), said });
                return Ok(on_to(&made));
            }
            Err(NodeError::NoKey(why) | NodeError::Denied(why)) => {
                app.host.log(&why);
                texts.say("relays-no-key")
            }
            Err(other) => return Err(other.into()),
        },
    };
    let page = page(&app, device, &visitor, Told { wrong, key: pasted, label, ..Told::default() })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `GET /members/project/relay/FORM`: that it is made, and its file.
pub(crate) async fn certificate_made<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    Path(form): Path<String>,
) -> Result<Response, Problem> {
    staff(&visitor)?;
    let (_, content) = made_by(&app, &visitor, &form)?;
    Ok(render(&CertificatePage { f: Frame::new(&visitor, "members"), form, content })?.into_response())
}

/// `GET /members/project/certificate/KEY`: the newest certificate that is known of a relay, or the one just made by the
/// form of that name.
pub(crate) async fn certificate<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    Path(relay): Path<String>,
) -> Result<Response, Problem> {
    staff(&visitor)?;
    if FormId::read(&relay).is_some() {
        let content = made_by(&app, &visitor, &relay)?.1.ok_or_else(Problem::not_found)?;
        return Ok(download(&content.file_name, content.file));
    }
    let mut open = app.open().await;
    let relays = open.device()?.roster().relays();
    let known = relays.iter().find(|known| known.public.to_string() == relay);
    let certificate = known.and_then(|known| known.certificate.clone()).ok_or_else(Problem::not_found)?;
    Ok(download(CERTIFICATE, certificate))
}

#[cfg(test)]
mod tests {
    use azalai_envelope::{Certificate, DeviceKeys};
    use rand_core::SeedableRng as _;

    use crate::testing::Browser;

    fn key() -> String {
        DeviceKeys::generate(&mut rand_chacha::ChaCha20Rng::seed_from_u64(7)).public().to_string()
    }

    fn form(page: &str) -> String {
        page.split("name=\"form\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    /// Guards against a choice that does not last, is nobody's to make, or is none.
    #[test]
    fn a_steward_changes_how_newcomers_are_admitted_and_nobody_else_does() {
        let mut steward = Browser::begun();
        let page = steward.get("/members/project").body;
        assert!(page.contains("value=\"by-hand\" checked"), "{page}");
        assert!(page.contains("Ansongo") && page.contains("Veille"), "{page}");
        let answer = steward.post("/members/project/admission", &[("how", "at-exchange")]);
        assert_eq!(answer.location, "/members/project#admission");
        steward.post("/members/project/admission", &[("how", "at-exchange")]);
        assert!(steward.get("/members/project").body.contains("value=\"at-exchange\" checked"));
        assert_eq!(steward.post("/members/project/admission", &[("how", "never")]).status, 400);
        let mut coordinator = Browser::joined(&steward.invite_as("coordinator"), "stork");
        let page = coordinator.get("/members/project").body;
        assert!(!page.contains("name=\"how\"") && page.contains("Veille"), "{page}");
        assert_eq!(coordinator.post("/members/project/admission", &[("how", "by-hand")]).status, 403);
    }

    /// Guards against a founding whose choice is lost.
    #[test]
    fn whoever_founds_a_project_chooses_how_newcomers_are_admitted() {
        let mut steward = Browser::founded(&[("admission", "at-exchange")]);
        assert!(steward.get("/members/project").body.contains("value=\"at-exchange\" checked"));
    }

    /// Guards against a certificate that no relay takes, one that is made twice, and a key with a digit missing.
    #[test]
    fn a_pasted_key_becomes_a_certificate_for_that_relay() {
        let mut steward = Browser::begun();
        let nonce = form(&steward.get("/members/project").body);
        let key = key();
        let (first, second) = key.split_at(64);
        let pasted = format!(" {first}\n{second} ");
        let fields = [("form", nonce.as_str()), ("key", pasted.as_str()), ("label", "town")];
        let made = steward.post("/members/project/relay", &fields).location;
        assert_eq!(made, format!("/members/project/relay/{nonce}"));
        let (file, named) = steward.download(&format!("/members/project/certificate/{nonce}"));
        assert_eq!(named, "attachment; filename=\"town.bin\"");
        let first = Certificate::parse(&file).unwrap();
        assert_eq!(first.relay.to_string(), key);
        steward.advance(5_000);
        assert_eq!(steward.post("/members/project/relay", &fields).location, made);
        assert_eq!(steward.download(&format!("/members/project/certificate/{nonce}")).0, file);
        assert!(steward.get("/members/project").body.contains("town"));
        for wrong in [("key", second), ("label", "")] {
            let rest = [("key", key.as_str()), ("label", "town")].into_iter().filter(|(name, _)| *name != wrong.0);
            let answer = steward.post("/members/project/relay", &rest.chain([wrong]).collect::<Vec<_>>());
            assert!(answer.status == 422 && answer.body.contains("role=\"alert\""), "{}", answer.body);
        }
        assert_eq!(steward.get(&format!("/members/project/certificate/{}", "0".repeat(128))).status, 404);
        let mut coordinator = Browser::joined(&steward.invite_as("coordinator"), "stork");
        let answer = coordinator.post("/members/project/relay", &[("key", &key), ("label", "town")]);
        assert!(answer.status == 422 && answer.body.contains("steward"), "{}", answer.body);
    }
}
