//! Exchanging with relays and neighbours, and bundles.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use azalai_node::NodeError;
use azalai_relay::{router, serve};
use serde_json::{Value, json};

use super::people::{admitted_line, admitted_object, held_up_line};
use super::read_file;
use crate::args::Bundle;
use crate::commands::relay::{Stop, host_of_routes, listen_on};
use crate::home::Device;
use crate::http::Link;
use crate::limits::CATCH_UP_EVERY;
use crate::out_file::OutFile;
use crate::output::{Failure, Output};
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
    for (id, why) in &exchanged.taken.refused {
        host::say(&format!("azalai: a letter was set aside ({id}): {why}"));
    }
    say_newer(exchanged.taken.newer);
    if exchanged.taken.left > 0 {
        host::say(&format!(
            "azalai: {} letters need a newer Azalai and stay with the other side; they are fetched after an upgrade",
            exchanged.taken.left
        ));
    }
    let held_up = device.held_up().await?;
    let admitted: Vec<Value> = exchanged.admitted.iter().map(admitted_object).collect();
    let object = json!({
        "admitted": admitted, "sent": summary.sent, "received": summary.received, "rounds": summary.rounds, "bytes_sent": summary.bytes_sent,
        "bytes_received": summary.bytes_received, "new_statements": exchanged.taken.statements,
        "new_report_and_incident_statements": exchanged.taken.of_documents, "new_notices": exchanged.taken.notices.len(), "refused": exchanged.refused.len(),
        "set_aside": exchanged.taken.refused.len(), "foreign": exchanged.foreign, "settled": summary.settled, "held_up": held_up.map(|why| why.to_string()),
        "shed": exchanged.shed.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    for id in &exchanged.shed {
        host::say(&format!(
            "azalai: {id} has safely arrived, and is forgotten on this device (azalai shedding --help)"
        ));
    }
    out.result(&object, || {
        format!(
            "Sent {} letters, received {} ({} bytes out, {} in, {} rounds). New here: {} of reports and incidents, {} notices, {} in all.{}",
            summary.sent,
            summary.received,
            summary.bytes_sent,
            summary.bytes_received,
            summary.rounds,
            exchanged.taken.of_documents,
            exchanged.taken.notices.len(),
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
    // What neighbours bring is durable before they are told so; what is in it for this device is read meanwhile.
    loop {
        tokio::select! {
            _ = ending.changed() => break,
            () = tokio::time::sleep(CATCH_UP_EVERY) => {
                if device.catch_up().await?.statements > 0 {
                    answer(&mut device, out).await?;
                }
            }
        }
    }
    let served = server.await.map_err(|error| Failure::failed(format!("the exchange stopped: {error}")))?;
    served.map_err(|error| Failure::failed(format!("the exchange stopped: {error}")))?;
    device.catch_up().await?;
    answer(&mut device, out).await
}

/// Says what letters that came in ask for: admits where the project says so, and seals receipts and keys.
async fn answer(device: &mut Device, out: &mut Output) -> Result<(), Failure> {
    let now_ms = host::now_ms();
    for member in &device.admit_at_exchange(now_ms).await? {
        out.result(&admitted_object(member), || admitted_line(member))?;
    }
    device.get_ready(now_ms).await?;
    Ok(())
}

/// Says how many letters were kept for a newer program.
fn say_newer(letters: usize) {
    if letters > 0 {
        host::say(&format!("azalai: {letters} letters need a newer Azalai; they are kept"));
    }
}

pub(crate) async fn bundle(home: Option<&Path>, bundle: Bundle, out: &mut Output) -> Result<(), Failure> {
    match bundle {
        Bundle::Export { out: file } => {
            let target = OutFile::begin(&file)?;
            let mut device = home::open(home).await?;
            let (bytes, count) = device.export_bundle(host::now_ms()).await?;
            target.finish(&bytes)?;
            let object = json!({ "file": file.display().to_string(), "envelopes": count, "bytes": bytes.len() });
            out.result(&object, || {
                format!("{count} sealed letters written to {} ({} bytes).", file.display(), bytes.len())
            })
        }
        Bundle::Import { file } => {
            let bytes = read_file(&file, azalai_node::limits::MAX_BUNDLE_BYTES)?;
            let mut device = home::open(home).await?;
            let failed = |why: &dyn std::fmt::Display| Failure::failed(format!("{}: {why}", file.display()));
            let imported = device.import_bundle(&bytes).await.map_err(|error| match error {
                NodeError::Invalid(why) => failed(&why),
                other => other.into(),
            })?;
            say_newer(imported.taken.newer);
            if imported.taken.left > 0 {
                host::say(&format!(
                    "azalai: {} letters need a newer Azalai and were not taken: keep the file, and import it again after \
                     an upgrade",
                    imported.taken.left
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
                    "{} letters in the file, {} new here, {} of them with something for this device. {} are of nobody of this project, as far as this device knows.",
                    imported.envelopes, imported.new, imported.taken.statements, imported.foreign
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
