//! Exchanging with relays and neighbours, and bundles.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use azalai_envelope::EnvelopeId;
use azalai_node::NodeError;
use azalai_node::limits::MAX_BUNDLE_BYTES;
use azalai_relay::{router, serve};
use serde_json::{Value, json};

use super::people::{admitted_line, admitted_object, held_up_line};
use super::{parse, read_file};
use crate::args::Bundle;
use crate::commands::relay::{Stop, host_of_routes, listen_on};
use crate::home::Device;
use crate::http::Link;
use crate::limits::{CATCH_UP_EVERY, MIN_BUNDLE_BYTES};
use crate::out_file::OutFile;
use crate::output::{Failure, Output, count};
use crate::{home, host};

pub(crate) async fn sync(home: Option<&Path>, url: &str, ca: Option<&Path>, out: &mut Output) -> Result<(), Failure> {
    let mut link = Link::new(url, ca)?;
    let mut device = home::open(home).await?;
    let exchanged = device.exchange_with(&mut link, host::now_ms()).await?;
    let summary = exchanged.summary;
    for why in &exchanged.stay {
        host::say(&format!("azalai: something stays on this device: {why}"));
    }
    for (id, why) in &exchanged.refused {
        host::say(&format!("azalai: letter {id} was not taken: {why}"));
    }
    if exchanged.given_up > 0 {
        host::say(&format!(
            "azalai: the relay gave up {} of this device's letters for room; where nobody else has them, they {}",
            exchanged.given_up,
            if exchanged.full { "wait on this device until it has room again" } else { "were brought to it again" }
        ));
    }
    if exchanged.too_old > 0 {
        host::say(&format!(
            "azalai: {} of this device's letters are older than the relay keeps, and nobody is known to have read them; they \
             leave again as letters of today",
            exchanged.too_old
        ));
    }
    if summary.unavailable > 0 {
        host::say(&format!(
            "azalai: the other side knows of {} letters that it does not have any more; others may bring them",
            summary.unavailable
        ));
    }
    for (id, why) in &exchanged.taken.refused {
        host::say(&format!("azalai: a letter was set aside ({id}): {why}"));
    }
    say_newer(exchanged.taken.newer);
    if exchanged.taken.left > 0 {
        host::say(&format!(
            "azalai: needing a newer Azalai, left with the other side and fetched after an upgrade: {}",
            count(exchanged.taken.left, "letter")
        ));
    }
    let held_up = device.held_up().await?;
    let admitted: Vec<Value> = exchanged.admitted.iter().map(admitted_object).collect();
    let object = json!({
        "admitted": admitted, "sent": summary.sent, "received": summary.received, "rounds": summary.rounds, "bytes_sent": summary.bytes_sent,
        "bytes_received": summary.bytes_received, "new_statements": exchanged.taken.statements,
        "new_report_and_incident_statements": exchanged.taken.of_documents, "new_notices": exchanged.taken.notices.len(), "refused": exchanged.refused.len(),
        "set_aside": exchanged.taken.refused.len(), "foreign": exchanged.foreign, "settled": summary.settled, "held_up": held_up.map(|why| why.to_string()),
        "given_up": exchanged.given_up, "too_old": exchanged.too_old, "full": exchanged.full, "unavailable": summary.unavailable,
        "shed": exchanged.shed.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    for id in &exchanged.shed {
        host::say(&format!(
            "azalai: {id} has safely arrived, and is forgotten on this device (azalai shedding --help)"
        ));
    }
    out.result(&object, || {
        format!(
            "Sent {}, received {} ({} out, {} in, {}). New here: {} of reports and incidents, {}, {} in all.{}",
            count(summary.sent, "letter"),
            summary.received,
            count(summary.bytes_sent, "byte"),
            summary.bytes_received,
            count(summary.rounds, "round"),
            exchanged.taken.of_documents,
            count(exchanged.taken.notices.len(), "notice"),
            exchanged.taken.statements,
            if summary.settled { " Both sides carry the same now." } else { "" }
        )
    })?;
    for member in &exchanged.admitted {
        out.text(&admitted_line(member))?;
    }
    held_up.map_or(Ok(()), |why| out.text(held_up_line(why)))
}

pub(crate) async fn exchange(home: Option<&Path>, listen: SocketAddr, out: &mut Output) -> Result<(), Failure> {
    let mut device = home::open(home).await?;
    device.get_ready(host::now_ms()).await?;
    let responder = Arc::new(device.responder()?);
    let stop = Stop::new()?;
    let listener = listen_on(listen, out).await?;
    let (end, mut ending) = tokio::sync::watch::channel(());
    let routes = router(responder, host_of_routes());
    let server = tokio::spawn(serve(listener, routes, async move {
        stop.stopped().await;
        drop(end);
    }));
    // What neighbours bring is durable before they are told so; what is in it for this device is read meanwhile. What
    // fails then is tried again with what comes next: it must not end the exchange of the others.
    let (mut said, mut owed) = (String::new(), false);
    loop {
        tokio::select! {
            _ = ending.changed() => break,
            () = tokio::time::sleep(CATCH_UP_EVERY) => match take_up(&mut device, &mut owed, out).await {
                Ok(()) => said.clear(),
                // The reader of the output has gone, or nothing can be written to it any more.
                Err(Stopped::Output(failure)) => return Err(failure),
                Err(Stopped::Device(error)) => {
                    let error = error.to_string();
                    if error != said {
                        host::say(&format!(
                            "azalai: what neighbours brought is kept, and was not all read: {error}. The exchange goes on, \
                             and this is tried again"
                        ));
                        said = error;
                    }
                }
            },
        }
    }
    let served = server.await.map_err(|error| Failure::failed(format!("the exchange stopped: {error}")))?;
    served.map_err(|error| Failure::failed(format!("the exchange stopped: {error}")))?;
    let ended = take_up(&mut device, &mut true, out).await;
    ended.map_err(|stopped| match stopped {
        Stopped::Output(failure) => failure,
        Stopped::Device(error) => error.into(),
    })
}

/// Why letters that came in were not all read.
enum Stopped {
    Output(Failure),
    Device(NodeError),
}

impl From<NodeError> for Stopped {
    fn from(error: NodeError) -> Self {
        Self::Device(error)
    }
}

/// Reads letters that came in, and says what they ask for: admits where the project says so, and seals receipts and keys.
/// `owed`: that is still to be done, from letters that were read before.
async fn take_up(device: &mut Device, owed: &mut bool, out: &mut Output) -> Result<(), Stopped> {
    let now_ms = host::now_ms();
    *owed |= device.catch_up().await?.statements > 0;
    if !*owed {
        return Ok(());
    }
    for member in &device.admit_at_exchange(now_ms).await? {
        out.result(&admitted_object(member), || admitted_line(member)).map_err(Stopped::Output)?;
    }
    device.get_ready(now_ms).await?;
    *owed = false;
    Ok(())
}

/// Says how many letters were kept for a newer program.
fn say_newer(letters: usize) {
    if letters > 0 {
        host::say(&format!("azalai: {}", newer_line(letters)));
    }
}

/// That letters are kept for a newer program, in words.
pub(super) fn newer_line(letters: usize) -> String {
    match letters {
        1 => "1 letter needs a newer Azalai; it is kept until then".to_owned(),
        more => format!("{more} letters need a newer Azalai; they are kept until then"),
    }
}

async fn export(
    home: Option<&Path>,
    file: &Path,
    after: Option<&str>,
    limit: Option<u64>,
    out: &mut Output,
) -> Result<(), Failure> {
    let after: Option<EnvelopeId> = after.map(|id| parse("--after", id)).transpose()?;
    let limit = limit.unwrap_or(MAX_BUNDLE_BYTES);
    if !(MIN_BUNDLE_BYTES..=MAX_BUNDLE_BYTES).contains(&limit) {
        return Err(Failure::usage(format!("--limit: from {MIN_BUNDLE_BYTES} to {MAX_BUNDLE_BYTES} bytes")));
    }
    let target = OutFile::begin(file)?;
    let mut device = home::open(home).await?;
    let exported = device.export_bundle_after(after, limit, host::now_ms()).await?;
    target.finish(&exported.bytes)?;
    let (letters, left, bytes) = (exported.letters, exported.left, exported.bytes.len());
    let next = exported.after.map(|id| id.to_string());
    let object = json!({
        "file": file.display().to_string(), "envelopes": letters, "bytes": bytes, "left": left, "after": next,
    });
    out.result(&object, || {
        let written =
            format!("{} written to {} ({}).", count(letters, "sealed letter"), file.display(), count(bytes, "byte"));
        match next {
            _ if left == 0 => written,
            Some(next) => format!(
                "{written} {} did not fit: take what is left with the same command, another --out and --after {next}",
                count(left, "letter")
            ),
            None => format!(
                "{written} {} of this device did not fit, and nothing is lost: make room on its disk, then run this again",
                count(left, "letter")
            ),
        }
    })
}

pub(crate) async fn bundle(home: Option<&Path>, bundle: Bundle, out: &mut Output) -> Result<(), Failure> {
    match bundle {
        Bundle::Export { out: file, after, limit } => export(home, &file, after.as_deref(), limit, out).await,
        Bundle::Import { file } => {
            let bytes = read_file(&file, MAX_BUNDLE_BYTES)?;
            let mut device = home::open(home).await?;
            let failed = |why: &dyn std::fmt::Display| Failure::failed(format!("{}: {why}", file.display()));
            let imported = device.import_bundle(&bytes).await.map_err(|error| match error {
                NodeError::Invalid(why) => failed(&why),
                other => other.into(),
            })?;
            say_newer(imported.taken.newer);
            if imported.taken.left > 0 {
                host::say(&format!(
                    "azalai: needing a newer Azalai, and not taken: {}. Keep the file, and import it again after an upgrade",
                    count(imported.taken.left, "letter")
                ));
            }
            let shed = device.shed_due(host::now_ms()).await?;
            let admitted = device.admit_at_exchange(host::now_ms()).await?;
            let held_up = device.held_up().await?;
            let object = json!({
                "admitted": admitted.iter().map(admitted_object).collect::<Vec<_>>(),
                "envelopes": imported.envelopes, "new": imported.new, "foreign": imported.foreign,
                "new_statements": imported.taken.statements, "cut_off": imported.cut_off,
                "held_up": held_up.map(|why| why.to_string()),
                "shed": shed.iter().map(ToString::to_string).collect::<Vec<_>>(),
            });
            out.result(&object, || {
                format!(
                    "{} in the file, {} new here, {} of them with something for this device. Of nobody of this project, as far as this device knows: {}.",
                    count(imported.envelopes, "letter"),
                    imported.new,
                    imported.taken.statements,
                    imported.foreign
                )
            })?;
            for member in &admitted {
                out.text(&admitted_line(member))?;
            }
            held_up.map_or(Ok(()), |why| out.text(held_up_line(why)))?;
            imported.cut_off.map_or(Ok(()), |what| Err(failed(&what)))
        }
    }
}
