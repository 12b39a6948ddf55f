//! Removing devices and what follows from it; areas, grants and invites after the founding.

use std::path::Path;

use azalai_envelope::ids::to_hex;
use azalai_envelope::{Kind, SigningPublic, StatementId};
use azalai_model::occurred::instant;
use azalai_node::limits::MIN_PREFIX;
use azalai_node::{Removal, SetAside, TakenAt};
use azalai_roster::{Circle, InviteState};
use serde_json::{Value, json};

use super::people::read_area;
use super::reports::when_of;
use crate::home::{self, Device};
use crate::host;
use crate::output::{Failure, Output, count, short, table};

/// The member that a person means by the beginning of a key, or by a pseudonym that one member alone has.
pub(crate) fn member(device: &Device, text: &str) -> Result<SigningPublic, Failure> {
    let named = device.roster().members().filter(|member| {
        let key = member.device.signing.to_string();
        member.pseudonym == text || text.len() >= MIN_PREFIX && key.starts_with(&text.to_lowercase())
    });
    let found: Vec<_> = named.map(|member| (member.device.signing, &member.pseudonym)).collect();
    match found.as_slice() {
        [(key, _)] => Ok(*key),
        [] => Err(Failure::failed(format!(
            "no member is called {text:?}, nor has a key that begins so; see `azalai members`"
        ))),
        several => {
            let lines: Vec<String> = several.iter().map(|(key, name)| format!("  {key}  {name}")).collect();
            Err(Failure::failed(format!("{text:?} may be several; give more of the key:\n{}", lines.join("\n"))))
        }
    }
}

pub(crate) async fn remove(
    home: Option<&Path>,
    whom: &str,
    taken_at: Option<&str>,
    yes: bool,
    out: &mut Output,
) -> Result<(), Failure> {
    let mut device = home::open(home).await?;
    let key = member(&device, whom)?;
    let taken = match taken_at {
        None => TakenAt::Now,
        // A day or a morning: from its first moment on, since nobody knows which.
        Some(text) => match when_of("--taken-at", text, 0)?.from_ms().and_then(|ms| u64::try_from(ms).ok()) {
            Some(ms) => TakenAt::Ms(ms),
            None => return Err(Failure::failed("--taken-at: say when, such as 2026-11-20T06:00")),
        },
    };
    if !yes {
        let plan = device.plan_removal(&key, taken).await?;
        out.result(&object(&plan, false), || plan_text(&plan, taken, "will be"))?;
        return out.text("Nothing is done yet. Do it with the same command and --yes.");
    }
    let done = device.remove(&key, taken, host::now_ms()).await?;
    out.result(&object(&done, true), || plan_text(&done, taken, "is"))?;
    out.text("The others learn of it, and get their new keys, after your next exchange and theirs.")
}

fn object(plan: &Removal, done: bool) -> Value {
    json!({
        "done": done, "key": plan.member.device.signing.to_string(), "pseudonym": plan.member.pseudonym,
        "role": plan.member.role.to_string(), "counts": plan.counts,
        "set_aside": plan.set_aside.iter().map(aside_object).collect::<Vec<_>>(),
        "cuts": plan.cuts.iter().map(|cut| json!({ "chain": cut.chain.to_string(), "seq": cut.seq, "statement": cut.id.to_string() })).collect::<Vec<_>>(),
        "new_keys_needed": names(&plan.circles), "new_keys_now": names(&plan.renewed), "keys_to": plan.keys_to,
        "relays_renewed": plan.relays, "also_removed": plan.also_removed, "members_again": plan.freed,
    })
}

fn names(circles: &[Circle]) -> Vec<String> {
    circles.iter().map(ToString::to_string).collect()
}

fn plan_text(plan: &Removal, taken: TakenAt, is: &str) -> String {
    let until = match taken {
        TakenAt::Now => "what this device has received by now".to_owned(),
        TakenAt::Ms(ms) => format!("what is dated before {} and was received by now", instant(ms)),
    };
    let mut lines = vec![
        format!(
            "{} ({}, {}) {is} removed, for good: who comes back joins with a new device.",
            plan.member.pseudonym,
            plan.member.role,
            short(&plan.member.device.signing)
        ),
        format!(
            "Of it counts {until}: {} of reports and incidents that this device reads.",
            count(plan.counts, "statement")
        ),
        format!(
            "Set aside, kept and shown by `azalai quarantine`: {}, and all that arrives later.",
            plan.set_aside.len()
        ),
        "What it said where this device does not read stays doubtful until somebody who reads it removes it too."
            .to_owned(),
        format!(
            "New keys for: {}.",
            if plan.renewed.is_empty() { "no circle at once".to_owned() } else { names(&plan.renewed).join(", ") }
        ),
    ];
    let waiting: Vec<String> =
        plan.circles.iter().filter(|circle| !plan.renewed.contains(circle)).map(ToString::to_string).collect();
    if !waiting.is_empty() {
        lines.push(format!("These wait for a steward's device, which does it by itself: {}.", waiting.join(", ")));
    }
    if !plan.keys_to.is_empty() {
        lines.push(format!("Sent to: {}.", plan.keys_to.join(", ")));
    }
    if plan.relays > 0 {
        lines.push(format!(
            "Certificates of {} are renewed; any member's exchange brings them there.",
            count(plan.relays, "relay")
        ));
    }
    if !plan.also_removed.is_empty() {
        lines.push(format!(
            "What it said before that time counts, and leaves removed: {}. If that was not its owner's doing, choose a time \
             before it.",
            plan.also_removed.join(", ")
        ));
    }
    if !plan.freed.is_empty() {
        lines.push(format!("No longer suspended: {}.", plan.freed.join(", ")));
    }
    lines.join("\n")
}

fn aside_object(aside: &SetAside) -> Value {
    json!({
        "statement": aside.statement.to_string(), "document": aside.document.to_string(),
        "kind": kind_of(aside.kind),
        "author": aside.author.to_string(), "pseudonym": aside.pseudonym, "at": instant(aside.at_ms), "at_ms": aside.at_ms,
        "why": aside.why.to_string(), "because": aside.why.name(),
    })
}

pub(crate) async fn quarantine(home: Option<&Path>, out: &mut Output) -> Result<(), Failure> {
    let device = home::open(home).await?;
    let aside = device.quarantine().await?;
    for item in &aside {
        out.object(&aside_object(item))?;
    }
    if aside.is_empty() {
        return out.text("Nothing is set aside.");
    }
    let row = |item: &SetAside| {
        vec![
            short(&item.statement),
            kind_of(item.kind).to_owned(),
            short(&item.document),
            item.pseudonym.clone().unwrap_or_else(|| short(&item.author)),
            instant(item.at_ms),
            item.why.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = aside.iter().map(row).collect();
    out.text(&table(&["STATEMENT", "KIND", "DOCUMENT", "AUTHOR", "WRITTEN", "WHY"], &rows))
}

pub(crate) async fn adopt(home: Option<&Path>, typed: &[String], out: &mut Output) -> Result<(), Failure> {
    let mut device = home::open(home).await?;
    let aside = device.quarantine().await?;
    let mut ids = Vec::new();
    for text in typed {
        let text = text.to_lowercase();
        let found: Vec<StatementId> = aside
            .iter()
            .map(|item| item.statement)
            .filter(|id| text.len() >= MIN_PREFIX && id.to_string().starts_with(&text))
            .collect();
        match (found.as_slice(), text.parse()) {
            ([one], _) => ids.push(*one),
            // A steward names in full what it cannot read itself.
            ([], Ok(id)) => ids.push(id),
            ([], Err(_)) => return Err(Failure::failed(format!("nothing that is set aside here begins with {text}"))),
            _ => return Err(Failure::failed(format!("several that are set aside begin with {text}; give more of it"))),
        }
    }
    device.adopt(&ids, host::now_ms()).await?;
    let object = json!({ "adopted": ids.iter().map(ToString::to_string).collect::<Vec<_>>() });
    out.result(&object, || format!("{} adopted: they count for everybody after the next exchanges.", ids.len()))
}

pub(crate) async fn rotate(home: Option<&Path>, circles: &[String], out: &mut Output) -> Result<(), Failure> {
    let mut device = home::open(home).await?;
    let me = device.device().signing;
    let chosen: Vec<Circle> = if circles.is_empty() {
        let may = |circle: &&Circle| device.roster().may_rotate(&me, circle).is_ok();
        device.roster().circles().filter(may).cloned().collect()
    } else {
        let parsed = circles.iter().map(|text| super::parse("--circle", text));
        parsed.collect::<Result<_, _>>()?
    };
    if chosen.is_empty() {
        return Err(Failure::failed("this device may give no circle a new key: ask a steward"));
    }
    device.rotate(&chosen, host::now_ms()).await?;
    let epoch = device.roster().posting().map(|posting| posting.epoch);
    out.result(&json!({ "circles": names(&chosen), "posting_epoch": epoch }), || {
        format!("New keys for {}. Members get them after your next exchange and theirs.", names(&chosen).join(", "))
    })
}

pub(crate) async fn add_area(home: Option<&Path>, text: &str, out: &mut Output) -> Result<(), Failure> {
    let area = read_area(text)?;
    let code = area.code.clone();
    let mut device = home::open(home).await?;
    device.add_area(area, host::now_ms()).await?;
    out.result(&json!({ "area": code.to_string() }), || format!("There is an area {code} now."))
}

pub(crate) async fn invites(home: Option<&Path>, out: &mut Output) -> Result<(), Failure> {
    let device = home::open(home).await?;
    let mut rows = Vec::new();
    for invite in device.roster().invites() {
        let state = match invite.state {
            InviteState::Open => "open",
            InviteState::Claimed => "claimed",
            InviteState::Admitted => "admitted",
            InviteState::Revoked => "revoked",
        };
        let id = to_hex(&invite.id);
        let last_day: String = instant(invite.expires.start_ms()).chars().take(10).collect();
        let area = invite.area.as_ref().map(ToString::to_string);
        out.object(&json!({
            "invite": id, "role": invite.role.to_string(), "area": area, "state": state, "claims": invite.claims.len(),
            "last_day": last_day, "by": invite.author.to_string(),
        }))?;
        let claims = invite.claims.len().to_string();
        rows.push(vec![
            short(&id),
            invite.role.to_string(),
            area.unwrap_or_default(),
            state.to_owned(),
            claims,
            last_day,
        ]);
    }
    if rows.is_empty() {
        return out.text("No invite is known here.");
    }
    out.text(&table(&["INVITE", "ROLE", "AREA", "STATE", "CLAIMS", "LAST DAY"], &rows))
}

pub(crate) async fn revoke(home: Option<&Path>, text: &str, out: &mut Output) -> Result<(), Failure> {
    let mut device = home::open(home).await?;
    let text = text.to_lowercase();
    let fits = |id: &[u8; 16]| text.len() >= MIN_PREFIX && to_hex(id).starts_with(&text);
    let found: Vec<[u8; 16]> = device.roster().invites().iter().map(|invite| invite.id).filter(fits).collect();
    let [id] = found.as_slice() else {
        let how_many = if found.is_empty() { "no invite" } else { "more than one invite" };
        return Err(Failure::failed(format!("{how_many} begins with {text}; see `azalai invite list`")));
    };
    device.revoke_invite(id, host::now_ms()).await?;
    out.result(&json!({ "invite": to_hex(id), "state": "revoked" }), || {
        "The invite has ended. Whoever holds it can still join as unconfirmed, and is not admitted.".to_owned()
    })
}

fn kind_of(kind: Kind) -> &'static str {
    match kind {
        Kind::INCIDENT => "incident",
        Kind::NOTICE => "notice",
        Kind::PACK => "pack",
        _ => "report",
    }
}
