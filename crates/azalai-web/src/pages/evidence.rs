//! Making a package of evidence of a report or an incident: what will be in it and who, whether its authors are named,
//! and then a file whose name says nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_envelope::DocumentId;
use azalai_model::Tlp;
use azalai_node::evidence_check::{Verdict, check};
use azalai_node::{Evidence, NodeError};

use super::invite::download;
use super::staff::{Staff, document};
use crate::app::{App, Device};
use crate::forms::Form;
use crate::frame::{Frame, render};
use crate::gate::Visitor;
use crate::host::Host;
use crate::problem::Problem;
use crate::sizes::size;
use crate::texts::Texts;

#[derive(Template)]
#[template(path = "evidence.html")]
struct EvidencePage {
    f: Frame,
    id: String,
    /// What the report or incident is called.
    name: String,
    /// Where it is shown.
    back: String,
    /// What is in it: labels and values.
    inside: Vec<(String, String)>,
    /// Coordinators and stewards whom it names in any case, with their roles.
    named: Vec<String>,
    /// The authors whom it names where that is chosen.
    authors: Vec<String>,
    /// Reports that are not held here and so not in it.
    missing: usize,
    label: String,
    label_name: &'static str,
    /// Nothing was chosen.
    wrong: bool,
    /// It would be larger than anybody reads.
    too_large: bool,
}

fn label_name(label: Tlp) -> &'static str {
    match label {
        Tlp::Red => "red",
        Tlp::AmberStrict => "strict",
        Tlp::Amber => "amber",
        Tlp::Green => "green",
        Tlp::Clear => "clear",
    }
}

/// What a document is called and where it is shown.
async fn called<H: Host>(device: &Device<H>, texts: &Texts, id: &DocumentId) -> Result<(String, String), Problem> {
    if let Some(view) = device.report_view(*id).await? {
        let packs = device.packs();
        let category = view.row.fields.category.as_deref().and_then(|code| packs.category(code));
        let name = category.map_or("", |category| category.name(texts.code)).to_owned();
        return Ok((name, format!("/reports/{id}")));
    }
    let view = device.incident(id).await?.ok_or_else(Problem::not_found)?;
    Ok((view.title.clone(), format!("/incidents/{id}")))
}

/// What is in a package, by what whoever gets it will read in it.
fn inside(texts: &Texts, made: &Evidence, verdict: &Verdict) -> Vec<(String, String)> {
    let keys: BTreeSet<_> =
        verdict.documents.iter().flat_map(|shown| &shown.statements).map(|said| said.author).collect();
    vec![
        (texts.say("evidence-documents"), texts.number(made.documents)),
        (texts.say("evidence-statements"), texts.number(made.statements)),
        (texts.say("evidence-keys"), texts.number(keys.len())),
        (texts.say("evidence-receipts"), texts.number(made.receipts)),
        (texts.say("evidence-size"), size(texts, made.bytes.len() as u64)),
    ]
}

async fn page<H: Host>(
    app: &App<H>,
    device: &Device<H>,
    visitor: &Visitor,
    id: &DocumentId,
    wrong: bool,
) -> Result<Response, Problem> {
    let texts = visitor.texts;
    let (name, back) = called::<H>(device, texts, id).await?;
    let mut page = EvidencePage {
        f: Frame::new(visitor, if back.starts_with("/incidents") { "incidents" } else { "inbox" }),
        id: id.to_string(),
        name,
        back,
        inside: Vec::new(),
        named: Vec::new(),
        authors: Vec::new(),
        missing: 0,
        label: String::new(),
        label_name: "red",
        wrong,
        too_large: false,
    };
    match device.evidence(id, false, app.host.now_ms()).await {
        Ok(made) => {
            let verdict = check(&made.bytes).map_err(Problem::inside)?;
            let named = verdict.named.values().map(|(name, role)| {
                let role = texts.of("role", &role.to_string());
                texts.say2("evidence-person", ("name", name), ("role", &role))
            });
            page.named = named.collect();
            let unnamed = verdict.speakers.keys().filter(|key| !verdict.named.contains_key(key));
            page.authors = unnamed.filter_map(|key| device.pseudonym_of(key)).collect();
            page.inside = inside(texts, &made, &verdict);
            page.missing = made.missing;
            page.label = made.label.to_string();
            page.label_name = label_name(made.label);
        }
        Err(NodeError::Kept(_)) => page.too_large = true,
        Err(other) => return Err(other.into()),
    }
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, render(&page)?).into_response())
}

/// `GET /evidence/ID`.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let mut open = app.open().await;
    page(&app, open.device()?, &visitor, &document(&id)?, false).await
}

/// `POST /evidence/ID`: the package, as a file whose name says nothing.
pub(crate) async fn post<H: Host>(
    State(app): State<Arc<App<H>>>,
    Staff(visitor): Staff,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let id = document(&id)?;
    let mut open = app.open().await;
    let device = open.device()?;
    let name_authors = match form.get("authors") {
        "keys" => false,
        "names" => true,
        _ => return page(&app, device, &visitor, &id, true).await,
    };
    // Looked up first: there are packages of what is shown here, and of nothing else.
    called::<H>(device, visitor.texts, &id).await?;
    match device.evidence(&id, name_authors, app.host.now_ms()).await {
        Ok(made) => Ok(download("papers.bin", made.bytes)),
        Err(NodeError::Kept(_)) => page(&app, device, &visitor, &id, false).await,
        Err(other) => Err(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use azalai_node::evidence_check::check;

    use crate::pages::received::tests::reported;

    /// Guards against a package that names a monitor nobody meant to name, is called after what is in it, or is made
    /// without a word on who is in it.
    #[test]
    fn a_package_says_who_is_in_it_and_names_its_author_only_where_that_was_chosen() {
        let (mut coordinator, mut monitor, id) = reported();
        let path = format!("/evidence/{id}");
        let page = coordinator.get(&path).body;
        assert!(page.contains("value=\"keys\" checked") && page.contains("TLP:AMBER"), "{page}");
        assert!(
            page.contains("stork\u{2069}, \u{2068}coordinator") && page.contains("heron\u{2069}, \u{2068}steward"),
            "{page}"
        );
        assert_eq!(coordinator.post(&path, &[]).status, 422);
        for (choice, named) in [("keys", false), ("names", true)] {
            coordinator.get(&path);
            let file = coordinator.post(&path, &[("authors", choice)]);
            assert_eq!(file.header("content-disposition"), "attachment; filename=\"papers.bin\"");
            assert_eq!(file.header("content-type"), "application/octet-stream");
            let verdict = check(&file.bytes).unwrap();
            assert_eq!(verdict.subject.to_string(), id);
            assert_eq!(file.bytes.windows(5).any(|part| part == b"swift"), named, "{choice}");
        }
        for answer in [monitor.get(&path), monitor.post(&path, &[("authors", "names")])] {
            assert_eq!(answer.status, 403);
        }
        for wrong in ["x".to_owned(), "0".repeat(32)] {
            assert_eq!(coordinator.get(&format!("/evidence/{wrong}")).status, 404, "{wrong}");
            coordinator.get(&path);
            assert_eq!(coordinator.post(&format!("/evidence/{wrong}"), &[("authors", "keys")]).status, 404);
        }
    }
}
