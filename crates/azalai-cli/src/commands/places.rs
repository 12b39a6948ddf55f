//! The places that this device knows, and a file of more of them.

use std::path::Path;

use azalai_model::limits::MAX_PLACES_FILE_BYTES;
use azalai_model::places_file;
use azalai_node::{Node, Places};
use azalai_store::FolderDisk;
use serde_json::json;

use super::read_file;
use crate::home;
use crate::output::{Failure, Output, count, table};

/// Lists places: with a home those that were brought to it too, without one those that ship.
pub(crate) async fn list(home: Option<&Path>, search: Option<&str>, out: &mut Output) -> Result<(), Failure> {
    let places = match home {
        Some(folder) if holds_project(folder).await? => home::open(home).await?.places().await?,
        _ => Places::shipped()?,
    };
    let entries: Vec<_> = match search {
        Some(typed) => places.search(typed),
        None => places.iter().collect(),
    };
    let mut rows = Vec::new();
    for entry in &entries {
        out.object(&json!({
            "id": entry.id, "name": entry.name, "name_ar": entry.names.get("ar"), "admin1": entry.admin1, "country": entry.country,
            "lat": entry.point.lat(), "lon": entry.point.lon(),
        }))?;
        rows.push(vec![
            entry.id.clone(),
            entry.name.clone(),
            entry.admin1.clone(),
            entry.country.clone(),
            entry.names.get("ar").cloned().unwrap_or_default(),
        ]);
    }
    if rows.is_empty() {
        return out.text("No place of that name; a report keeps the name as it is written.");
    }
    out.text(&table(&["ID", "NAME", "REGION", "COUNTRY", "ARABIC"], &rows))
}

/// A folder that holds no project has no places of its own, and is not made here.
pub(crate) async fn holds_project(folder: &Path) -> Result<bool, Failure> {
    if !folder.is_dir() {
        return Ok(false);
    }
    Ok(Node::<azalai_store::SledStore, _>::exists(&FolderDisk::open(folder)?).await?)
}

/// Takes a file of places into a home: all of it, or nothing and every reason.
pub(crate) async fn import(home: Option<&Path>, file: &Path, out: &mut Output) -> Result<(), Failure> {
    // What is wrong with the file is found before anything is opened.
    let bytes = read_file(file, MAX_PLACES_FILE_BYTES as u64)?;
    let entries = places_file::read(&bytes).map_err(|refused| {
        let mut lines = vec![format!("{} was not taken; nothing of it was kept:", file.display())];
        lines.extend(refused.errors.iter().map(|error| format!("  {error}")));
        if refused.more > 0 {
            lines.push(format!("  and {} more", refused.more));
        }
        Failure::failed(lines.join("\n"))
    })?;
    let mut device = home::open(home).await?;
    let imported = device.import_places(&entries).await?;
    let object = json!({ "added": imported.added, "known": imported.known, "kept": imported.kept });
    out.result(&object, || {
        format!(
            "Saved. New here: {}. Known before: {}. Kept besides those that ship: {}. They stay on this device.",
            count(imported.added, "place"),
            imported.known,
            imported.kept
        )
    })
}
