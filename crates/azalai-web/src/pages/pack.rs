//! The pack of the project: what is in use, its file to begin from, and for stewards another in its place, which is looked
//! over before it is sent.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_model::Pack;
use azalai_model::pack_brought::Difference;
use azalai_node::{NodeError, Packs, catalog};

use super::invite::{download, made_by};
use super::members::staff;
use super::on_to;
use crate::app::{App, Device};
use crate::forms::{Form, first, of_address};
use crate::frame::{Frame, Page, render};
use crate::gate::{Member, Visitor};
use crate::handouts::{Content, FormId};
use crate::host::Host;
use crate::problem::Problem;
use crate::texts::Texts;

/// How the downloaded file is called.
const FILE_NAME: &str = "pack.json";

#[derive(Template)]
#[template(path = "pack.html")]
struct PackPage {
    f: Frame,
    pack: String,
    categories: usize,
    languages: String,
    /// Who brought it; empty if it ships.
    by: String,
    /// The other packs that were brought apart from it.
    apart: Vec<String>,
    steward: bool,
    form: FormId,
    /// Why a file was not taken, in the visitor's language; and where in the file, as it is said to those who write one.
    wrong: String,
    wrong_where: String,
    done: bool,
}

/// What changes, by name.
struct Changes {
    title: String,
    names: Vec<String>,
}

#[derive(Template)]
#[template(path = "pack-check.html")]
struct CheckPage {
    f: Frame,
    pack: String,
    categories: usize,
    languages: String,
    changes: Vec<Changes>,
    form: FormId,
}

fn page<H: Host>(
    app: &App<H>,
    device: &Device<H>,
    visitor: &Visitor,
    (wrong, wrong_where): (String, String),
    done: bool,
) -> Result<Page, Problem> {
    let packs = device.packs();
    let brought = packs.brought();
    let by = brought
        .first()
        .map(|view| device.pseudonym_of(&view.author).unwrap_or_else(|| azalai_node::node::short_name(&view.author)));
    render(&PackPage {
        f: Frame::new(visitor, "members"),
        pack: packs.now().reference().to_string(),
        categories: packs.now().categories.len(),
        languages: packs.now().languages.join(", "),
        by: by.unwrap_or_default(),
        apart: brought.iter().skip(1).map(|view| view.reference.to_string()).collect(),
        steward: device.roster().may_keep_authority(&device.device().signing).is_ok(),
        form: FormId::new(app.host.random()),
        wrong,
        wrong_where,
        done,
    })
}

/// `GET /members/project/pack`.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    RawQuery(query): RawQuery,
) -> Result<Page, Problem> {
    staff(&visitor)?;
    let done = first(&of_address(query)?, "done") == "1";
    let mut open = app.open().await;
    page(&app, open.device()?, &visitor, Default::default(), done)
}

/// `GET /members/project/pack/file`: the pack in use.
pub(crate) async fn file<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
) -> Result<Response, Problem> {
    staff(&visitor)?;
    let mut open = app.open().await;
    let packs = open.device()?.packs();
    let text = serde_json::to_vec_pretty(packs.now()).map_err(Problem::inside)?;
    Ok(download(FILE_NAME, text))
}

fn changes(texts: &Texts, packs: &Packs, pack: &Pack) -> Vec<Changes> {
    let difference = Difference::between(packs.now(), pack);
    let name = |code: &String| {
        let category = pack.category(code).or_else(|| packs.category(code));
        category.map_or(code.as_str(), |category| category.name(texts.code)).to_owned()
    };
    let lists = [
        (texts.say("pack-new"), difference.added),
        (texts.say("pack-changed"), difference.changed),
        (texts.say("pack-gone"), difference.gone),
        (texts.say("pack-wider"), difference.wider),
    ];
    let shown = lists.into_iter().filter(|(_, codes)| !codes.is_empty());
    shown.map(|(title, codes)| Changes { title, names: codes.iter().map(name).collect() }).collect()
}

/// `POST /members/project/pack`: a file, looked over. Nothing is sent.
pub(crate) async fn look<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    form: Form,
) -> Result<Response, Problem> {
    staff(&visitor)?;
    let texts = visitor.texts;
    let mut open = app.open().await;
    let device = open.device()?;
    let read = match form.file.is_empty() {
        true => Err((texts.say("pack-wrong-none"), String::new())),
        false => match catalog::read_pack(&form.file).and_then(|pack| device.check_new_pack(&pack).map(|()| pack)) {
            Ok(pack) => Ok(pack),
            Err(NodeError::Unchanged(_)) => Err((texts.say("pack-wrong-same"), String::new())),
            Err(NodeError::Invalid(why)) => Err((texts.say("pack-wrong-file"), why)),
            Err(other) => return Err(other.into()),
        },
    };
    let pack = match read {
        Ok(pack) => pack,
        Err(wrong) => {
            let page = page(&app, device, &visitor, wrong, false)?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let id = FormId::new(app.host.random());
    let file_name = FILE_NAME.to_owned();
    app.hand_out(&visitor.cookie, id, Content { file: form.file, file_name, words: String::new(), said: Vec::new() });
    let check = CheckPage {
        pack: pack.reference().to_string(),
        categories: pack.categories.len(),
        languages: pack.languages.join(", "),
        changes: changes(texts, &device.packs(), &pack),
        form: id,
        f: Frame::new(&visitor, "members"),
    };
    Ok(render(&check)?.into_response())
}

/// `POST /members/project/pack/use`: what was looked over takes the place of the pack in use. Sent twice, it does so once.
pub(crate) async fn bring<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    form: Form,
) -> Result<Response, Problem> {
    staff(&visitor)?;
    let (id, content) = made_by(&app, &visitor, form.get("form"))?;
    if let Some(content) = content {
        let mut open = app.open().await;
        let device = open.device()?;
        let pack = catalog::read_pack(&content.file)?;
        match device.bring_pack(&pack, app.host.now_ms()).await {
            Ok(_) | Err(NodeError::Unchanged(_)) => app.forget_handout(&visitor.cookie, id),
            Err(other) => return Err(other.into()),
        }
    }
    Ok(on_to("/members/project/pack?done=1"))
}

#[cfg(test)]
mod tests {
    use crate::testing::Browser;

    const OWN: &str = r#"{"id": "ours", "version": 1, "languages": ["en", "fr", "ar"],
      "themes": {"water": {"en": "Water <b>", "fr": "Eau", "ar": "ماء"}},
      "categories": [{"code": "flood", "theme": "water", "icon": "displacement", "urgency": "now",
        "names": {"en": "Flood <script>", "fr": "Inondation", "ar": "فيضان"},
        "questions": [{"key": "deep", "type": "yes-no", "labels": {"en": "Is it deep?", "fr": "Est-ce profond ?", "ar": "هل هو عميق؟"}}]}]}"#;

    fn form(page: &str) -> String {
        page.split("name=\"form\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    /// Guards against a pack that is sent before anybody saw what it changes, text of it that runs in a page, and a
    /// category of an old report that is gone.
    #[test]
    fn a_steward_looks_a_pack_over_and_then_everybody_is_asked_by_it() {
        let mut steward = Browser::begun();
        let (mut coordinator, mut monitor) =
            (steward.member("coordinator", "stork"), steward.member("monitor", "swift"));
        let path = monitor.begin_report("abduction");
        monitor.post(&path, &[("text", "Taken at the ford"), ("when", "today")]);
        let saved = monitor.post(&format!("{path}/check"), &[]).location;
        assert!(steward.get("/members/project").body.contains("/members/project/pack"));
        let check = steward.upload("/members/project/pack", OWN.as_bytes());
        assert_eq!(check.status, 200, "{}", check.body);
        assert!(check.body.contains("ours@1") && check.body.contains("Flood &#60;script&#62;"), "{}", check.body);
        assert!(!steward.get("/report").body.contains("value=\"flood\""), "looking over changed the pack");
        let fields = [("form", form(&check.body))];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(steward.post("/members/project/pack/use", &fields).location, "/members/project/pack?done=1");
        assert_eq!(steward.post("/members/project/pack/use", &fields).location, "/members/project/pack?done=1");
        assert!(steward.get("/members/project/pack?done=1").body.contains("ours@1"));
        steward.hand_to(&monitor);
        steward.hand_to(&coordinator);
        for who in [&mut monitor, &mut coordinator] {
            let grid = who.get("/report").body;
            assert!(grid.contains("value=\"flood\"") && grid.contains("categories.svg#displacement"), "{grid}");
            assert!(!grid.contains("<script>") || !grid.contains("Flood <script>"), "{grid}");
        }
        let page = monitor.get(&saved).body;
        assert!(page.contains("Person taken or missing"), "{page}");
        let path = monitor.begin_report("flood");
        assert!(monitor.get(&path).body.contains("Is it deep?"));
        monitor.post(&path, &[("text", "The river is over its banks"), ("q-deep", "yes"), ("when", "today")]);
        let saved = monitor.post(&format!("{path}/check"), &[]).location;
        assert!(monitor.get(&saved).body.contains("Is it deep?"));
        monitor.hand_to(&coordinator);
        let inbox = coordinator.get("/inbox").body;
        assert!(inbox.contains("Flood &#60;script&#62;") && inbox.contains("Person taken or missing"), "{inbox}");
        let (file, named) = coordinator.download("/members/project/pack/file");
        assert!(named.contains("pack.json") && String::from_utf8(file).unwrap().contains("\"ours\""));
    }

    /// Guards against a file that is none, one that nobody may bring, and an error that does not say where to look.
    #[test]
    fn a_bad_pack_is_refused_with_where_and_only_stewards_bring_one() {
        let mut steward = Browser::begun();
        let bad = OWN.replace("\"displacement\"", "\"castle\"");
        for (file, words) in
            [(bad.as_bytes(), "categories[0].icon"), (b"\x89PNG\r\n", "not a pack"), (b"", "role=\"alert\"")]
        {
            let answer = steward.upload("/members/project/pack", file);
            assert!(answer.status == 422 && answer.body.contains(words), "{words}: {}", answer.body);
        }
        let (file, _) = steward.download("/members/project/pack/file");
        assert_eq!(steward.upload("/members/project/pack", &file).status, 422);
        assert_eq!(steward.post("/members/project/pack/use", &[("form", &"0".repeat(32))]).status, 404);
        let mut coordinator = steward.member("coordinator", "stork");
        assert!(!coordinator.get("/members/project/pack").body.contains("type=\"file\""));
        assert_eq!(coordinator.upload("/members/project/pack", OWN.as_bytes()).status, 403);
        let mut monitor = steward.member("monitor", "swift");
        assert_eq!(monitor.get("/members/project/pack").status, 403);
        assert_eq!(monitor.upload("/members/project/pack", OWN.as_bytes()).status, 403);
    }
}
