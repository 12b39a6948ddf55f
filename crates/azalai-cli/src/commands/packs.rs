//! The pack of a project: brought, written out, checked; and its categories.

use std::path::Path;

use azalai_model::limits::MAX_PACK_BYTES;
use azalai_model::pack_brought::Difference;
use azalai_node::{NodeError, catalog};
use serde_json::{Value, json};

use super::places::holds_project;
use super::read_file;
use crate::args::Pack;
use crate::home;
use crate::host;
use crate::out_file::OutFile;
use crate::output::{Failure, Output, table};

pub(crate) async fn pack(home: Option<&Path>, what: Pack, out: &mut Output) -> Result<(), Failure> {
    match what {
        Pack::Import { file } => import(home, &file, out).await,
        Pack::Export { out: file } => export(home, &file, out).await,
        Pack::Check { file } => check(home, &file, out).await,
    }
}

fn read(file: &Path) -> Result<azalai_model::Pack, Failure> {
    let bytes = read_file(file, MAX_PACK_BYTES as u64)?;
    catalog::read_pack(&bytes)
        .map_err(|error| Failure::failed(format!("{} was not taken, and nothing was changed: {error}", file.display())))
}

fn object(pack: &azalai_model::Pack, difference: &Difference) -> Value {
    json!({
        "pack": pack.reference().to_string(), "categories": pack.categories.len(), "languages": pack.languages,
        "added": difference.added, "changed": difference.changed, "no_longer_offered": difference.gone,
        "wider": difference.wider,
    })
}

fn in_words(difference: &Difference) -> Vec<String> {
    let lists = [
        ("New", &difference.added),
        ("Changed", &difference.changed),
        ("No longer offered; reports of them keep category and name", &difference.gone),
        ("Reports of these may now go to more people than before", &difference.wider),
    ];
    let said = lists.into_iter().filter(|(_, codes)| !codes.is_empty());
    said.map(|(what, codes)| format!("{what}: {}", codes.join(", "))).collect()
}

async fn import(home: Option<&Path>, file: &Path, out: &mut Output) -> Result<(), Failure> {
    // What is wrong with the file is found before anything is opened.
    let pack = read(file)?;
    let mut device = home::open(home).await?;
    let difference = Difference::between(device.packs().now(), &pack);
    let id = device.bring_pack(&pack, host::now_ms()).await?;
    let mut object = object(&pack, &difference);
    if let Some(fields) = object.as_object_mut() {
        fields.insert("id".to_owned(), id.to_string().into());
    }
    out.result(&object, || {
        let first = format!(
            "Saved: the project uses the pack {} with {} categories. Others use it after their next exchange.",
            pack.reference(),
            pack.categories.len()
        );
        [vec![first], in_words(&difference)].concat().join("\n")
    })
}

async fn export(home: Option<&Path>, file: &Path, out: &mut Output) -> Result<(), Failure> {
    let target = OutFile::begin(file)?;
    let (reference, text) = match home {
        Some(folder) if holds_project(folder).await? => {
            let packs = home::open(home).await?.packs();
            let text = serde_json::to_string_pretty(packs.now());
            let text = text.map_err(|error| NodeError::Invalid(format!("the pack in use: {error}")))?;
            (packs.now().reference(), format!("{text}\n"))
        }
        _ => (catalog::pack()?.reference(), catalog::pack_file().to_owned()),
    };
    target.finish(text.as_bytes())?;
    out.result(&json!({ "pack": reference.to_string(), "file": file.display().to_string() }), || {
        format!(
            "The pack {reference} is written to {}. Change it, give it an id of its own or a higher version, and bring \
             it with `azalai pack import`.",
            file.display()
        )
    })
}

async fn check(home: Option<&Path>, file: &Path, out: &mut Output) -> Result<(), Failure> {
    let pack = read(file)?;
    let packs = match home {
        Some(folder) if holds_project(folder).await? => {
            let device = home::open(home).await?;
            match device.check_new_pack(&pack) {
                // Whoever is no steward may check what a steward is to bring.
                Ok(()) | Err(NodeError::Denied(_) | NodeError::Unchanged(_)) => device.packs(),
                Err(other) => return Err(other.into()),
            }
        }
        _ => azalai_node::Packs::shipped()?.into(),
    };
    let difference = Difference::between(packs.now(), &pack);
    out.result(&object(&pack, &difference), || {
        let first = format!(
            "{} keeps every rule: the pack {} with {} categories in {}. Compared with the pack {}:",
            file.display(),
            pack.reference(),
            pack.categories.len(),
            pack.languages.join(", "),
            packs.now().reference()
        );
        let mut changes = in_words(&difference);
        if changes.is_empty() {
            changes.push("nothing changes for those who report".to_owned());
        }
        [vec![first], changes].concat().join("\n")
    })
}

pub(crate) async fn categories(home: Option<&Path>, lang: &str, out: &mut Output) -> Result<(), Failure> {
    let packs = match home {
        Some(folder) if holds_project(folder).await? => home::open(home).await?.packs(),
        _ => azalai_node::Packs::shipped()?.into(),
    };
    let pack = packs.now();
    if !pack.languages.iter().any(|language| language == lang) {
        return Err(Failure::failed(format!(
            "the categories have no names in {lang:?}; they have: {}",
            pack.languages.join(", ")
        )));
    }
    let mut rows = Vec::new();
    for category in &pack.categories {
        let label = category.name(lang);
        let mut object = json!({
            "code": category.code, "label": label, "theme": category.theme, "urgency": category.urgency.to_string(),
        });
        if let Some(fields) = object.as_object_mut().filter(|_| !category.crosswalks.is_empty()) {
            fields.insert("crosswalks".to_owned(), json!(category.crosswalks));
        }
        out.object(&object)?;
        rows.push(vec![category.code.clone(), category.theme.clone(), label.to_owned()]);
    }
    out.text(&table(&["CODE", "THEME", "LABEL"], &rows))
}
