//! What stewards do for the project as it goes on: new areas, and new keys where somebody may have read along. The page
//! that offers it is in `project.rs`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_envelope::SigningPublic;
use azalai_envelope::ids::{derive8, to_hex};
use azalai_node::NewArea;
use azalai_roster::{AreaCode, Circle, Roster};

use super::on_to;
use super::project::{Told, page};
use super::staff::Staff;
use crate::app::App;
use crate::areas::free_code;
use crate::forms::Form;
use crate::host::Host;
use crate::limits::MAX_LINE_BYTES;
use crate::problem::{Kind, Problem};

/// What can have been done: members of the family `project-done`.
pub(crate) const DONE: [&str; 3] = ["area", "keys", "keys-already"];

/// The circles that a device may give a new key, the widest first.
pub(crate) fn rotatable<'r>(roster: &'r Roster, me: &'r SigningPublic) -> impl Iterator<Item = &'r Circle> {
    let mut circles: Vec<&Circle> = roster.circles().filter(|circle| roster.may_rotate(me, circle).is_ok()).collect();
    circles.sort_unstable();
    circles.into_iter()
}

/// Names all circles' keys as they are.
pub(crate) fn keys_seen(roster: &Roster) -> String {
    let keys = roster.circles().flat_map(|circle| roster.generations(circle)).map(|key| key.0);
    to_hex(&derive8("azalai 1 keys seen", &[&keys.collect::<Vec<_>>().concat()]))
}

fn read_area(roster: &Roster, form: &Form) -> Result<NewArea, &'static str> {
    let name = form.get("name");
    if name.is_empty() || name.len() > MAX_LINE_BYTES || name.contains('\n') {
        return Err("name");
    }
    let taken = |code: &AreaCode| roster.area(code).is_some();
    let code = match form.get("code") {
        "" => free_code(name, taken).ok_or("code")?,
        typed => AreaCode::try_new(typed).map_err(|_| "code")?,
    };
    let parent = match form.get("parent") {
        "" => None,
        typed => Some(typed.parse::<AreaCode>().ok().filter(taken).ok_or("parent")?),
    };
    Ok(NewArea { code, name: name.to_owned(), parent })
}

/// `POST /members/project/area`. An area of this code, name and place that is there already is as they wanted it.
pub(crate) async fn add_area<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    form: Form,
) -> Result<Response, Problem> {
    let mut open = app.open().await;
    let device = open.device()?;
    let roster = device.roster();
    if roster.may_keep_authority(&device.device().signing).is_err() {
        return Err(Problem::new(Kind::Denied));
    }
    let same_name =
        |area: &NewArea| roster.areas().any(|(_, known)| known.name == area.name && known.parent == area.parent);
    let wrong_area = match read_area(roster, &form) {
        Err(wrong) => wrong,
        // Sent twice without a code, it would get another one.
        Ok(area) if form.get("code").is_empty() && same_name(&area) => "taken",
        Ok(area) => match roster.area(&area.code) {
            Some(known) if known.name == area.name && known.parent == area.parent => {
                return Ok(on_to("/members/project?done=area"));
            }
            Some(_) => "taken",
            None => {
                device.add_area(area, app.host.now_ms()).await?;
                return Ok(on_to("/members/project?done=area"));
            }
        },
    };
    let typed = |name: &str| form.get(name).to_owned();
    let told =
        Told { wrong_area, name: typed("name"), code: typed("code"), parent: typed("parent"), ..Told::default() };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&app, device, &visitor, told)?).into_response())
}

/// `POST /members/project/rotate`: new keys for the circles that are ticked. Where somebody gave new keys since the page
/// was shown, which a second tap finds too, it gives none and says so.
pub(crate) async fn rotate<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    form: Form,
) -> Result<Response, Problem> {
    let mut open = app.open().await;
    let device = open.device()?;
    let (roster, me) = (device.roster(), device.device().signing);
    let wanted = form.fields.get("circle").map(Vec::as_slice).unwrap_or_default();
    if rotatable(roster, &me).next().is_none() {
        return Err(Problem::new(Kind::Denied));
    }
    let circles: Vec<Circle> =
        rotatable(roster, &me).filter(|circle| wanted.contains(&circle.to_string())).cloned().collect();
    if circles.is_empty() {
        let page = page(&app, device, &visitor, Told { wrong_keys: "none", ..Told::default() })?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    if keys_seen(roster) != form.get("keys") {
        return Ok(on_to("/members/project?done=keys-already"));
    }
    device.rotate(&circles, app.host.now_ms()).await?;
    Ok(on_to("/members/project?done=keys"))
}

#[cfg(test)]
mod tests {
    use crate::testing::Browser;

    fn keys(page: &str) -> String {
        page.split("name=\"keys\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    /// Guards against an area that ends up elsewhere than its steward meant, twice, or under a code that was taken.
    #[test]
    fn a_steward_adds_an_area_once_and_what_is_wrong_with_one_is_said() {
        let mut steward = Browser::begun();
        steward.get("/members/project");
        for _ in 0..2 {
            let fields = [("name", "Labbezanga"), ("code", "lbz"), ("parent", "ansongo")];
            assert_eq!(steward.post("/members/project/area", &fields).location, "/members/project?done=area");
        }
        let page = steward.get("/members/project").body;
        assert_eq!(page.matches("<strong dir=\"auto\">Labbezanga</strong>").count(), 1, "{page}");
        assert_eq!(steward.post("/members/project/area", &[("name", "غاو")]).location, "/members/project?done=area");
        for (fields, words) in [
            ([("name", ""), ("code", "x"), ("parent", "")], "a name"),
            ([("name", "غاو"), ("code", ""), ("parent", "")], "already"),
            ([("name", "Tessit"), ("code", "lbz"), ("parent", "")], "already"),
            ([("name", "Tessit"), ("code", "A b"), ("parent", "")], "small letters"),
            ([("name", "Tessit"), ("code", "tessit"), ("parent", "atlantis")], "lies in"),
        ] {
            let answer = steward.post("/members/project/area", &fields);
            assert!(answer.status == 422 && answer.body.contains(words), "{fields:?}: {}", answer.body);
            assert!(answer.body.contains("role=\"alert\""));
        }
        let mut coordinator = steward.member("coordinator", "stork");
        assert!(!coordinator.get("/members/project").body.contains("/project/area"));
        assert_eq!(coordinator.post("/members/project/area", &[("name", "X")]).status, 403);
    }

    /// Guards against new keys that are given twice by a second tap, for circles that nobody ticked, or by nobody's right.
    #[test]
    fn new_keys_are_given_once_for_the_circles_that_are_ticked() {
        let mut steward = Browser::begun();
        let page = steward.get("/members/project").body;
        assert!(page.contains("value=\"everyone\" checked") && page.contains("value=\"staff\" checked"), "{page}");
        let seen = keys(&page);
        assert_eq!(steward.post("/members/project/rotate", &[("keys", &seen)]).status, 422);
        assert_eq!(steward.post("/members/project/rotate", &[("keys", &seen), ("circle", "area/x")]).status, 422);
        assert_eq!(keys(&steward.get("/members/project").body), seen, "nothing was done");
        let fields = [("keys", seen.as_str()), ("circle", "everyone"), ("circle", "area/gao")];
        assert_eq!(steward.post("/members/project/rotate", &fields).location, "/members/project?done=keys");
        let after = keys(&steward.get("/members/project").body);
        assert_ne!(after, seen);
        assert_eq!(steward.post("/members/project/rotate", &fields).location, "/members/project?done=keys-already");
        assert_eq!(keys(&steward.get("/members/project").body), after);
        // A coordinator gives the circles of their area new keys, and no other.
        let mut coordinator = steward.member("coordinator", "stork");
        let page = coordinator.get("/members/project").body;
        assert!(page.contains("value=\"area/gao\"") && !page.contains("value=\"everyone\""), "{page}");
        let fields = [("keys", keys(&page)), ("circle", "everyone".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(coordinator.post("/members/project/rotate", &fields).status, 422);
    }
}
