//! Forgetting one's own reports on this device, and when that happens by itself. Nothing is forgotten before it was
//! said what is known of it.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::Path;

use azalai_envelope::{DocumentId, Kind};
use azalai_node::HeldBy;
use serde_json::{Value, json};

use super::find;
use crate::home;
use crate::host;
use crate::output::{self, Failure, Output};

/// What a person types to lose the only copy of something.
const TYPED: &str = "forget for ever";

fn held(known: &HeldBy) -> Value {
    json!({
        "statements": known.statements, "only_here": known.only_here, "with_neighbours": known.neighbours,
        "relay": known.relays, "opened": known.opened, "readers": known.readers,
        "only_copy": known.is_only_copy(),
    })
}

fn in_words(id: &DocumentId, known: &HeldBy) -> String {
    let all = known.statements;
    let are = if all == 1 { "is" } else { "are" };
    let mut lines =
        vec![format!("{id}: the report and what was added to it {are} {}. Of these", output::count(all, "letter"))];
    for (count, what) in [
        (known.only_here, "only this device is known to have"),
        (known.neighbours, "a neighbour's device took, and nothing more is known of"),
        (known.relays, "a relay says that it holds, and nobody has said that they opened"),
        (known.opened, "somebody who can read them has opened"),
    ] {
        if count > 0 {
            lines.push(format!("  {count} {what}"));
        }
    }
    lines.push(format!("Persons who have opened all of it: {}.", known.readers));
    lines.join("\n")
}

const AFTERWARDS: &str = "Afterwards no word of it can be read on this device with the passphrase: not the report, its \
drafts, nor the answers to it. That it was written, on which day, and how far it got stays. It can still be corrected and \
taken back, and those who have read it keep it. On flash memory and in backups old bytes may stay: nothing is promised \
there.";

/// `azalai forget ID ...`.
pub(crate) async fn forget(
    home: Option<&Path>,
    ids: &[String],
    yes: bool,
    even_if_unsent: bool,
    out: &mut Output,
) -> Result<(), Failure> {
    let mut device = home::open(home).await?;
    let mut reports = Vec::new();
    for id in ids {
        let id = find(&device, id, Kind::REPORT).await?;
        let shed = device.report_view(id).await?.is_some_and(|view| view.shed_ms.is_some());
        let known = if shed { None } else { Some(device.held_by(id).await?) };
        reports.push((id, known));
    }
    let lost: Vec<&DocumentId> =
        reports.iter().filter(|(_, known)| known.is_some_and(|it| it.is_only_copy())).map(|(id, _)| id).collect();
    if !yes && !even_if_unsent {
        for (id, known) in &reports {
            let object = json!({ "id": id.to_string(), "known": known.as_ref().map(held), "forgotten": false });
            out.result(&object, || match known {
                Some(known) => in_words(id, known),
                None => format!("{id} is forgotten already; answers that came since would be too."),
            })?;
        }
        out.text(AFTERWARDS)?;
        let hint = if lost.is_empty() { "--yes" } else { "--yes --even-if-unsent" };
        return out.text(&format!("Nothing was forgotten. To do it, run this again with {hint}."));
    }
    if !lost.is_empty() && !even_if_unsent {
        for (id, known) in reports.iter().filter_map(|(id, known)| Some((id, known.as_ref()?))) {
            host::say(&in_words(id, known));
        }
    }
    // Each by itself, and all before anything is forgotten.
    let asked = if even_if_unsent { None } else { unconfirmed(&lost, typed)? };
    if let Some(id) = asked {
        return Err(Failure::failed(format!(
            "nothing was forgotten: nobody else is known to have all of {id}, and it would be lost for ever. \
             Exchange first; or say --even-if-unsent"
        )));
    }
    for (id, known) in &reports {
        let forgotten = device.forget(*id, lost.contains(&id), host::now_ms()).await?;
        let all: Vec<String> = forgotten.iter().map(ToString::to_string).collect();
        let object = json!({ "id": id.to_string(), "ids": all, "known": known.as_ref().map(held), "forgotten": true });
        out.result(&object, || format!("{id} is forgotten on this device."))?;
    }
    Ok(())
}

/// The first of the reports that nobody confirmed may be lost. Each is asked for.
fn unconfirmed<'a>(
    lost: &[&'a DocumentId],
    mut typed: impl FnMut(&DocumentId) -> Result<bool, Failure>,
) -> Result<Option<&'a DocumentId>, Failure> {
    for id in lost {
        if !typed(id)? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Whether somebody at a terminal typed out that the report may be lost.
fn typed(id: &DocumentId) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    host::say(&format!("azalai: {id} would be lost for ever. To lose it, type: {TYPED}"));
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|error| Failure::failed(format!("what was typed could not be read: {error}")))?;
    Ok(line.trim() == TYPED)
}

fn setting(days: Option<u16>) -> Value {
    json!({ "shedding": days.is_some(), "after_days": days })
}

fn setting_in_words(days: Option<u16>) -> String {
    match days {
        None => "This device forgets no report by itself. azalai forget ID does, at any time.".to_owned(),
        Some(days) => format!(
            "This device forgets a report of its own when, for {days} days, nobody wrote anything more of it, and two \
             persons who can read it have opened all of it, or one has and a relay returned the very letters."
        ),
    }
}

/// `azalai shedding [--after DAYS | --off]`.
pub(crate) async fn shedding(
    home: Option<&Path>,
    after: Option<u16>,
    off: bool,
    out: &mut Output,
) -> Result<(), Failure> {
    let mut device = home::open(home).await?;
    if off || after.is_some() {
        device.set_shedding(after.filter(|_| !off)).await?;
    }
    let days = device.shedding().await?;
    out.result(&setting(days), || setting_in_words(days))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// Guards against one sentence, typed for one report, by which several are lost for ever.
    #[test]
    fn each_report_that_would_be_lost_is_asked_for() {
        let ids = [1, 2, 3].map(|byte| DocumentId([byte; 16]));
        let lost: Vec<&DocumentId> = ids.iter().collect();
        let answered = |says: [bool; 3]| {
            let mut asked = Vec::new();
            let refused = unconfirmed(&lost, |id| {
                asked.push(*id);
                Ok(says.get(asked.len() - 1).copied().unwrap_or_default())
            });
            (refused.unwrap().copied(), asked)
        };
        assert_eq!(answered([true, true, true]), (None, ids.to_vec()));
        assert_eq!(answered([true, false, true]), (Some(ids[1]), ids[..2].to_vec()));
        assert_eq!(answered([false, true, true]), (Some(ids[0]), ids[..1].to_vec()));
    }
}
