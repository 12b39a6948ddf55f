//! A notice that is being written: a draft as that of a report, under the id of its form. `docs/spec/drafts.md`.

use azalai_node::{Node, NodeError};
use azalai_store::{Disk, Store};

use crate::draft::Draft;
use crate::forms::Fields;
use crate::handouts::FormId;

/// Below the drafts of reports, so that what a forgotten report takes with it includes an answer that was begun.
const PREFIX: &str = "draft/notice/";

/// What of a form is typed.
const TYPED: [&str; 6] = ["report", "incident", "to", "area", "text", "urgent"];

/// What was typed into a form.
pub(crate) async fn load<S: Store, D: Disk + Clone>(
    device: &Node<S, D>,
    form: FormId,
) -> Result<Option<Draft>, NodeError> {
    let kept = device.desk_get(&format!("{PREFIX}{form}")).await?;
    kept.map(|bytes| Draft::decode(&bytes).map_err(NodeError::from)).transpose()
}

/// Keeps what was typed; a form without a text is none, and takes an earlier one away.
pub(crate) async fn keep<S: Store, D: Disk + Clone>(
    device: &mut Node<S, D>,
    form: FormId,
    typed: &Fields,
    now_ms: u64,
) -> Result<(), NodeError> {
    let fields: Fields = typed.clone().into_iter().filter(|(name, _)| TYPED.contains(&name.as_str())).collect();
    let draft = Draft { changed_ms: now_ms, fields, became: None };
    if draft.get("text").trim().is_empty() {
        return forget(device, form).await;
    }
    device.desk_put(&format!("{PREFIX}{form}"), draft.encode()).await
}

/// Takes a draft away, so that no word of it can be read from the disk.
pub(crate) async fn forget<S: Store, D: Disk + Clone>(device: &mut Node<S, D>, form: FormId) -> Result<(), NodeError> {
    device.desk_remove(&format!("{PREFIX}{form}")).await
}

/// All that were begun, the newest first. One that cannot be read is from a newer program, and left where it is.
pub(crate) async fn all<S: Store, D: Disk + Clone>(device: &Node<S, D>) -> Result<Vec<(FormId, Draft)>, NodeError> {
    let kept = device.desk_all(PREFIX).await?.into_iter();
    let mut drafts: Vec<(FormId, Draft)> =
        kept.filter_map(|(key, value)| Some((FormId::read(&key)?, Draft::decode(&value).ok()?))).collect();
    drafts.sort_by_key(|(form, draft)| (core::cmp::Reverse(draft.changed_ms), *form));
    Ok(drafts)
}
