//! Devices that were opened under duress, as coordinators and stewards are told of them: first of all, and with what to do.

use azalai_model::occurred::instant;
use azalai_node::MarkView;
use serde_json::{Value, json};

use crate::output::{Failure, Output, short};

/// When, to the minute, as `azalai remove --taken-at` takes it.
pub(crate) fn at(mark: &MarkView) -> String {
    instant(mark.at_ms)
}

/// A mark for machines.
pub(crate) fn object(mark: &MarkView) -> Value {
    json!({
        "opened_under_duress": at(mark), "key": mark.device.to_string(), "pseudonym": mark.pseudonym,
        "second_key": mark.second.to_string(), "second_pseudonym": mark.second_pseudonym, "keys_dropped": mark.dropped,
        "removed": mark.removed,
    })
}

/// Says the marks on which nobody has acted yet.
pub(crate) fn say(marks: &[MarkView], out: &mut Output) -> Result<(), Failure> {
    for mark in marks.iter().filter(|mark| !mark.removed) {
        out.text(&lines(mark))?;
    }
    Ok(())
}

fn lines(mark: &MarkView) -> String {
    let key = mark.device.to_string();
    let name = mark.pseudonym.as_deref().unwrap_or("a device");
    let second = mark.second_pseudonym.as_deref().unwrap_or("its second profile");
    let when = at(mark);
    let keys = if mark.dropped { "Its own keys were dropped by that" } else { "Its own keys are still on it" };
    format!(
        "UNDER DURESS: {name} ({}) was opened as {second} at {when}, by its own clock. {keys}. Show nobody that you \
         know. Find out how the person is. Take the device out from then on: azalai remove {key} --taken-at {when}",
        short(&key)
    )
}
