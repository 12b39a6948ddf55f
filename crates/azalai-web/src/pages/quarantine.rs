//! What removals and forks set aside: kept, shown, counted nowhere, and taken back in one by one.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use azalai_envelope::ids::from_hex;
use azalai_envelope::{Kind, SigningPublic, StatementId};
use azalai_node::{NodeError, Said, SetAside};

use super::check::said;
use super::incident::{field_name, value_of};
use super::member::read_key;
use super::on_to;
use super::staff::{Staff, document};
use crate::app::{App, Device};
use crate::forms::{Fields, Form, first, of_address};
use crate::frame::{Frame, Page, render};
use crate::host::Host;
use crate::limits::ASIDES_PER_PAGE;
use crate::people::short;
use crate::problem::Problem;
use crate::texts::Texts;
use crate::times;

/// Something that is set aside, in a list.
pub(crate) struct AsideRow {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) digits: String,
    pub(crate) written: String,
    pub(crate) why: String,
}

/// What one author said.
struct Author {
    name: String,
    short: String,
    key: String,
    /// Whether this device knows them as a member: then they have a page.
    known: bool,
    rows: Vec<AsideRow>,
}

#[derive(Template)]
#[template(path = "asides.html")]
struct AsidesPage {
    f: Frame,
    authors: Vec<Author>,
    total: usize,
    /// Only what belongs to one author or document is listed.
    narrowed: bool,
    older: Option<String>,
    done: &'static str,
}

#[derive(Template)]
#[template(path = "aside.html")]
struct AsidePage {
    f: Frame,
    row: AsideRow,
    author: String,
    short: String,
    /// Labels and values of what it says.
    says: Vec<(String, String)>,
    text: String,
    retracted: String,
    /// The incident that it is about, where this device holds it.
    incident: Option<String>,
    may: bool,
    own: bool,
}

/// What can have been done: members of the family `aside-done`.
pub(crate) const DONE: [&str; 2] = ["adopted", "there"];

/// How the family `aside-kind` names a kind.
fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::INCIDENT => "incident",
        Kind::NOTICE => "notice",
        Kind::PACK => "pack",
        _ => "report",
    }
}

/// One that is set aside, for people.
pub(crate) fn aside_row(texts: &Texts, aside: &SetAside, offset_min: i16) -> AsideRow {
    AsideRow {
        id: aside.statement.to_string(),
        kind: texts.of("aside-kind", kind_name(aside.kind)),
        digits: aside.document.to_string().chars().take(6).collect(),
        written: times::minute(texts, aside.at_ms, offset_min),
        why: texts.of("aside-why", aside.why.name()),
    }
}

fn author_name(texts: &Texts, aside: &SetAside) -> String {
    aside.pseudonym.clone().unwrap_or_else(|| texts.say("people-unknown"))
}

/// Groups what is set aside by its authors, who stand together already.
fn by_author<H: Host>(texts: &Texts, device: &Device<H>, asides: &[SetAside], offset_min: i16) -> Vec<Author> {
    let mut authors: Vec<(SigningPublic, Author)> = Vec::new();
    for aside in asides {
        let row = aside_row(texts, aside, offset_min);
        match authors.last_mut() {
            Some((key, author)) if *key == aside.author => author.rows.push(row),
            _ => {
                let author = Author {
                    name: author_name(texts, aside),
                    short: short(&aside.author),
                    key: aside.author.to_string(),
                    known: device.roster().member(&aside.author).is_some(),
                    rows: vec![row],
                };
                authors.push((aside.author, author));
            }
        }
    }
    authors.into_iter().map(|(_, author)| author).collect()
}

fn address(fields: &Fields, after: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in ["document", "author"] {
        if !first(fields, name).is_empty() {
            query.append_pair(name, first(fields, name));
        }
    }
    query.append_pair("after", &after.to_string());
    format!("/members/aside?{}", query.finish())
}

/// `GET /members/aside`; `document` and `author` narrow it.
pub(crate) async fn list<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    RawQuery(query): RawQuery,
) -> Result<Page, Problem> {
    let fields = of_address(query)?;
    let after: usize = first(&fields, "after").parse().unwrap_or_default();
    let wanted = |name: &str| Some(first(&fields, name)).filter(|text| !text.is_empty());
    let of = wanted("document").map(document).transpose()?;
    let by = wanted("author").map(read_key).transpose()?;
    let mut open = app.open().await;
    let device = open.device()?;
    let mut asides = device.quarantine().await?;
    asides.retain(|aside| of.is_none_or(|of| aside.document == of) && by.is_none_or(|by| aside.author == by));
    let (total, end) = (asides.len(), after.saturating_add(ASIDES_PER_PAGE));
    let shown: Vec<SetAside> = asides.into_iter().skip(after).take(ASIDES_PER_PAGE).collect();
    render(&AsidesPage {
        f: Frame::new(&visitor, "members"),
        authors: by_author::<H>(visitor.texts, device, &shown, app.settings().offset_min),
        total,
        narrowed: of.is_some() || by.is_some(),
        older: (end < total).then(|| address(&fields, end)),
        done: DONE.into_iter().find(|done| *done == first(&fields, "done")).unwrap_or_default(),
    })
}

fn read_id(hex: &str) -> Result<StatementId, Problem> {
    from_hex(hex).and_then(|bytes| bytes.try_into().ok()).map(StatementId).ok_or_else(Problem::not_found)
}

/// `GET /members/aside/STATEMENT`: what it says.
pub(crate) async fn one<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    Path(id): Path<String>,
) -> Result<Page, Problem> {
    let texts = visitor.texts;
    let mut open = app.open().await;
    let device = open.device()?;
    let peek = device.peek(&read_id(&id)?).await?;
    let (mut says, mut text, mut retracted) = (Vec::new(), String::new(), String::new());
    match peek.said {
        Said::Report(mut fields, back) => {
            text = core::mem::take(&mut fields.narrative);
            let packs = device.packs();
            let category = fields.category.as_deref().and_then(|code| packs.category(code));
            if let Some(category) = category {
                says.push((texts.say("filter-category"), category.name(texts.code).to_owned()));
                says.extend(said(texts, category, &fields));
            }
            retracted = back.map(|back| back.why).unwrap_or_default();
        }
        Said::Incident(values) => {
            let value = |field: &str, value| value_of::<H>(device, texts, field, value);
            says.extend(values.iter().map(|(field, json)| (field_name(texts, field), value(field, json))));
        }
        Said::Notice(notice) => text = notice,
        Said::Nothing => {}
    }
    let (aside, me) = (peek.aside, device.device().signing);
    let held = aside.kind == Kind::INCIDENT && device.incident(&aside.document).await?.is_some();
    render(&AsidePage {
        f: Frame::new(&visitor, "members"),
        row: aside_row(texts, &aside, app.settings().offset_min),
        author: author_name(texts, &aside),
        short: short(&aside.author),
        says,
        text,
        retracted,
        incident: held.then(|| aside.document.to_string()),
        may: aside.author != me && device.roster().may_remove(&me, &aside.author).is_ok(),
        own: aside.author == me,
    })
}

/// `POST /members/aside/STATEMENT/adopt`. What counts already is as they wanted it.
pub(crate) async fn adopt<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(_): Staff,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Problem> {
    let id = read_id(&id)?;
    let mut open = app.open().await;
    let device = open.device()?;
    if !device.quarantine().await?.iter().any(|aside| aside.statement == id) {
        return Ok(on_to("/members/aside?done=there"));
    }
    match device.adopt(&[id], app.host.now_ms()).await {
        Ok(()) => Ok(on_to("/members/aside?done=adopted")),
        Err(NodeError::NotFound(_)) => Ok(on_to("/members/aside?done=there")),
        Err(other) => Err(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use crate::pages::inbox::tests::{people, report};
    use crate::pages::member::tests::page_of;
    use crate::pages::removal::tests::later;
    use crate::testing::Browser;

    fn remove(browser: &mut Browser, name: &str, query: &str) {
        let path = page_of(browser, name);
        let page = browser.get(&format!("{path}/remove?{query}")).body;
        let plan = page.split("name=\"plan\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let mut fields = vec![("plan", plan.as_str())];
        fields.extend(query.split('&').map(|part| part.split_once('=').unwrap()));
        assert!(browser.post(&format!("{path}/remove"), &fields).location.ends_with("done=removed"));
    }

    fn first_aside(page: &str) -> String {
        let link = page.split("href=\"/members/aside/").nth(1).unwrap_or_else(|| panic!("{page}"));
        format!("/members/aside/{}", link.split('"').next().unwrap())
    }

    /// Guards against a word that is set aside and nobody can read, or that comes back more than once, or unseen.
    #[test]
    fn a_report_that_is_set_aside_is_read_and_taken_back_in() {
        let (steward, mut coordinator, mut monitor) = people();
        steward.hand_to(&coordinator);
        assert!(coordinator.get("/members/aside").body.contains("Nothing is set aside"));
        remove(&mut coordinator, "swift", "when=now");
        let id = report(&mut monitor, "road-ambush", "Ansongo", "They <took> the road");
        monitor.hand_to(&coordinator);
        let list = coordinator.get("/members/aside").body;
        assert!(list.contains("swift") && list.contains("no removal names"), "{list}");
        let path = first_aside(&list);
        let page = coordinator.get(&path).body;
        assert!(page.contains("They &#60;took&#62; the road") && page.contains("Ansongo"), "{page}");
        assert!(!coordinator.get("/inbox").body.contains("They &#60;took"), "looking takes nothing in");
        assert!(coordinator.get(&format!("/members/aside?document={id}")).body.contains(&path));
        let other = format!("/members/aside?document={}", "0".repeat(32));
        assert!(!coordinator.get(&other).body.contains(&path));
        coordinator.get(&path);
        let done = coordinator.post(&format!("{path}/adopt"), &[]);
        assert_eq!(done.location, "/members/aside?done=adopted");
        assert!(coordinator.get("/inbox").body.contains("They &#60;took"));
        coordinator.get("/members/aside");
        assert_eq!(coordinator.post(&format!("{path}/adopt"), &[]).location, "/members/aside?done=there");
        assert_eq!(coordinator.get(&path).status, 404);
    }

    /// Guards against an incident that keeps a removed coordinator's word without saying so, or loses it.
    #[test]
    fn what_a_removed_coordinator_wrote_is_shown_field_by_field() {
        let (mut steward, mut one, mut monitor) = people();
        let mut two = steward.member("coordinator", "ibis");
        steward.hand_to(&one);
        let id = report(&mut monitor, "road-ambush", "Ansongo", "Five men");
        monitor.hand_to(&one);
        one.get("/inbox");
        let incident = one.post(&format!("/inbox/{id}/new"), &[("title", "Ambush")]).location;
        let incident = incident.trim_end_matches("?done=made").to_owned();
        one.hand_to(&two);
        [&mut one, &mut two, &mut steward].into_iter().for_each(later);
        let seen = two.get(&incident).body;
        let seen = seen.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        two.post(&incident, &[("do", "title"), ("value", "A quarrel"), ("seen", &seen)]);
        two.hand_to(&one);
        two.hand_to(&steward);
        assert!(one.get(&incident).body.contains("A quarrel"));
        remove(&mut steward, "ibis", "when=date&day=2025-11-20&clock=13:00");
        steward.hand_to(&one);
        let page = one.get(&incident).body;
        assert!(page.contains("<h1 dir=\"auto\">Ambush</h1>"), "{page}");
        assert!(!page.contains("is set aside</h3>"), "the monitor's report counts: {page}");
        let of_it = format!("/members/aside?document={}", incident.trim_start_matches("/incidents/"));
        assert!(page.contains(&of_it), "{page}");
        let list = one.get(&of_it).body;
        let page = one.get(&first_aside(&list)).body;
        assert!(page.contains("A quarrel") && page.contains("ibis"), "{page}");
        assert!(!page.contains("/adopt"), "a coordinator takes no coordinator's word back in: {page}");
        assert_eq!(one.post(&format!("{}/adopt", first_aside(&list)), &[]).status, 403);
    }

    /// Guards against an incident whose linked report seems to be lost, where a removal set it aside.
    #[test]
    fn an_incident_says_that_a_report_behind_it_is_set_aside() {
        let (steward, mut coordinator, mut monitor) = people();
        steward.hand_to(&coordinator);
        let id = report(&mut monitor, "road-ambush", "Ansongo", "Forged");
        monitor.hand_to(&coordinator);
        coordinator.get("/inbox");
        let incident = coordinator.post(&format!("/inbox/{id}/new"), &[("title", "Ambush")]).location;
        remove(&mut coordinator, "swift", "when=date&day=2025-11-20&clock=00:00");
        let page = coordinator.get(&incident).body;
        assert!(page.contains("A report that is set aside") && !page.contains("Forged"), "{page}");
        let list = coordinator.get(&format!("/members/aside?document={id}")).body;
        assert!(page.contains(&format!("/members/aside?document={id}")) && list.contains("no removal names"), "{list}");
        assert!(coordinator.get(&first_aside(&list)).body.contains("Forged"));
    }
}
