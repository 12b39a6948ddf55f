//! What this device can say about itself.

use std::path::Path;

use azalai_node::Progress;
use serde_json::{Value, json};

use super::carry::newer_line;
use super::marks;
use super::people::{admission_in_words, held_up_line};
use crate::home;
use crate::output::{Failure, Output, count};

fn progress(progress: &Progress) -> Value {
    json!({
        "only_here": progress.only_here, "with_neighbours": progress.with_neighbours, "relay": progress.in_a_relay,
        "opened": progress.opened,
    })
}

pub(crate) async fn status(home: Option<&Path>, out: &mut Output) -> Result<(), Failure> {
    let folder = home::named(home)?;
    let device = home::open(home).await?;
    let status = device.status().await?;
    let marks = device.marks().await?;
    let disk = size_of(&folder);
    let lanes: Vec<Value> = status
        .carried
        .iter()
        .map(|(lane, envelopes, bytes)| json!({ "lane": lane.to_string(), "envelopes": envelopes, "bytes": bytes }))
        .collect();
    let role = device.role().to_string();
    let reports: serde_json::Map<String, Value> =
        status.reports.iter().map(|(state, count)| (state.to_string(), (*count).into())).collect();
    let mut object = json!({
        "project": status.project_name, "project_id": device.project().to_string(), "pseudonym": device.pseudonym(), "key": device.device().signing.to_string(),
        "role": role, "admission": status.admission.to_string(), "admitted": status.admitted, "held_up": status.held_up.map(|why| why.to_string()), "epoch": status.epoch, "own_reports": reports,
        "own_report_statements": progress(&status.own_reports), "other_statements": progress(&status.other_statements),
        "own_reports_shed": status.shed, "readable_reports": status.readable.0, "readable_incidents": status.readable.1, "carried": lanes,
        "members": { "confirmed": status.members.0, "unconfirmed": status.members.1, "removed": status.members.2 },
        "needs_newer": status.needs_newer, "bytes_on_disk": disk,
    });
    // A device that was told of none says nothing of it.
    if let Some(fields) = object.as_object_mut().filter(|_| !marks.is_empty()) {
        fields.insert("under_duress".to_owned(), marks.iter().map(marks::object).collect());
    }
    marks::say(&marks, out)?;
    out.result(&object, || {
        let own = &status.own_reports;
        let carried: u64 = status.carried.iter().map(|(_, envelopes, _)| envelopes).sum();
        let bytes: u64 = status.carried.iter().map(|(_, _, bytes)| bytes).sum();
        let mut lines = vec![
            format!("{} — {} ({})", status.project_name, device.pseudonym(), role),
            format!("admitted: {}   posting epoch: {}", if status.admitted { "yes" } else { "not yet" }, status.epoch.unwrap_or_default()),
            format!("key: {}", device.device().signing),
            admission_in_words(status.admission).to_owned(),
            format!(
                "own reports and their corrections: {} only on this device, {} handed to a neighbour, {} in a relay (it says), {} opened by a coordinator",
                own.only_here, own.with_neighbours, own.in_a_relay, own.opened
            ),
            format!("own reports whose words this device has forgotten: {}", status.shed),
            format!("can read {} and {}", count(status.readable.0, "report"), count(status.readable.1, "incident")),
            format!(
                "carries {} ({}) for itself and others; {} on disk",
                count(carried, "sealed letter"), count(bytes, "byte"), count(disk, "byte")
            ),
        ];
        if status.other_statements.only_here > 0 {
            let (other, wait) = (status.other_statements.only_here, if status.other_statements.only_here == 1 { "waits" } else { "wait" });
            lines.push(format!("{} (acts, keys, receipts, incidents) {wait} for an exchange", count(other, "other statement")));
        }
        if status.needs_newer > 0 {
            lines.push(newer_line(status.needs_newer));
        }
        lines.extend(status.held_up.map(|why| held_up_line(why).to_owned()));
        lines.join("\n")
    })
}

fn size_of(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(data) if data.is_dir() => size_of(&entry.path()),
        Ok(data) => data.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

pub(crate) async fn doctor(home: Option<&Path>, out: &mut Output) -> Result<(), Failure> {
    let mut device = home::open(home).await?;
    let mut wrong = 0;
    for check in device.doctor().await? {
        wrong += check.wrong.len();
        let object =
            json!({ "check": check.what, "whole": check.whole, "rebuilt": check.rebuilt, "wrong": check.wrong });
        out.result(&object, || {
            let mut lines = vec![format!("{}: {} whole, {} rebuilt", check.what, check.whole, check.rebuilt)];
            lines.extend(check.wrong.iter().map(|what| format!("  {what}")));
            lines.join("\n")
        })?;
    }
    if wrong > 0 {
        Err(Failure::failed(match wrong {
            1 => "1 thing is wrong; it is listed above".to_owned(),
            more => format!("{more} things are wrong; they are listed above"),
        }))
    } else {
        out.text("All is well.")
    }
}
