//! Checking a package of evidence that somebody gave: what is in it, what is proved and what is not, in plain words.
//! Nothing of it is kept, and nothing of a package in which one signature does not fit is shown.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_envelope::SigningPublic;
use azalai_node::catalog;
use azalai_node::evidence_check::{CheckError, Content, Shown, Speaker, Verdict, check};
use azalai_roster::{EvidenceError, MemberState, Role, What};

use super::check::{Said, of_place, said};
use crate::app::App;
use crate::forms::Form;
use crate::frame::{Frame, Page, render};
use crate::gate::Member;
use crate::host::Host;
use crate::limits::MAX_EVIDENCE_LISTED;
use crate::problem::Problem;
use crate::texts::Texts;
use crate::times;

struct Entry {
    when: String,
    by: String,
    number: u64,
    /// Why it does not count; empty if it does.
    aside: String,
}

struct Paper {
    title: String,
    incident: bool,
    text: String,
    said: Said,
    retracted: String,
    tlp: String,
    by: String,
    entries: Vec<Entry>,
    /// Entries that are not listed.
    more: usize,
}

struct Checked {
    made: String,
    project: String,
    /// The project's root key, in groups.
    root: String,
    /// It is the project of this device.
    ours: bool,
    papers: Vec<Paper>,
    proved: Vec<String>,
    not_proved: Vec<String>,
}

#[derive(Template)]
#[template(path = "verify.html")]
struct VerifyPage {
    f: Frame,
    wrong: &'static str,
    result: Option<Checked>,
}

/// A key in groups of four digits: people read it to one another.
fn groups(key: &SigningPublic) -> String {
    let digits: Vec<char> = key.to_string().chars().collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// How a key is called in a sentence.
fn called(texts: &Texts, key: &SigningPublic, verdict: &Verdict) -> String {
    let short: String = key.to_string().chars().take(8).collect();
    match verdict.speakers.get(key).and_then(|speaker| speaker.pseudonym.as_ref()) {
        Some(pseudonym) => texts.say2("verify-called", ("name", pseudonym), ("key", &short)),
        None => texts.say1("verify-key", "key", short),
    }
}

fn standing(state: MemberState) -> &'static str {
    match state {
        MemberState::Confirmed => "confirmed",
        MemberState::Unconfirmed => "unconfirmed",
        MemberState::Suspended => "suspended",
        MemberState::Removed => "removed",
    }
}

fn category_name(texts: &Texts, code: Option<&String>) -> String {
    let category = code.and_then(|code| catalog::pack().ok()?.category(code));
    category.map_or_else(|| code.cloned().unwrap_or_default(), |category| category.name(texts.code).to_owned())
}

fn paper(texts: &Texts, verdict: &Verdict, shown: &Shown, offset: i16) -> Paper {
    let (title, text, said, retracted, tlp, incident) = match &shown.content {
        Content::Report(report) => {
            let mut fields = report.fields.clone();
            let text = core::mem::take(&mut fields.narrative);
            let category = fields.category.as_deref().and_then(|code| catalog::pack().ok()?.category(code));
            let said = category.map(|category| said(texts, category, &fields)).unwrap_or_default();
            let retracted = report.retracted.as_ref().map(|retraction| retraction.why.clone()).unwrap_or_default();
            (category_name(texts, fields.category.as_ref()), text, said, retracted, report.tlp(), false)
        }
        Content::Incident(incident) => {
            let mut said = Said::new();
            let mut put = |label: &str, value: Option<String>| {
                said.extend(value.filter(|value| !value.is_empty()).map(|value| (texts.say(label), value)));
            };
            put("field-status", Some(texts.of("status", &incident.status().to_string())));
            put("field-category", Some(category_name(texts, incident.category.value.as_ref())));
            put("field-occurred", incident.occurred.value.as_ref().map(|when| times::occurred(texts, when)));
            put("field-place", incident.place.value.as_ref().map(|place| of_place(texts, place)));
            put("field-outcome_for_reporters", incident.outcome_for_reporters.value.clone());
            (incident.title.value.clone().unwrap_or_default(), String::new(), said, String::new(), incident.tlp(), true)
        }
    };
    let entries = shown.statements.iter().take(MAX_EVIDENCE_LISTED).map(|said| Entry {
        when: times::minute(texts, said.at_ms, offset),
        by: called(texts, &said.author, verdict),
        number: said.seq + 1,
        aside: said.aside.as_ref().map(|why| texts.of("uncounted", why.name())).unwrap_or_default(),
    });
    Paper {
        title,
        incident,
        text,
        said,
        retracted,
        tlp: tlp.to_string(),
        by: called(texts, &shown.creator, verdict),
        entries: entries.collect(),
        more: shown.statements.len().saturating_sub(MAX_EVIDENCE_LISTED),
    }
}

fn proved(texts: &Texts, verdict: &Verdict) -> Vec<String> {
    let mut lines = Vec::new();
    let name = |key: &SigningPublic| called(texts, key, verdict);
    for shown in &verdict.documents {
        let title = match &shown.content {
            Content::Report(report) => category_name(texts, report.fields.category.as_ref()),
            Content::Incident(incident) => incident.title.value.clone().unwrap_or_default(),
        };
        lines.push(texts.say2("verify-unchanged", ("what", &title), ("who", &name(&shown.creator))));
    }
    for speaker in verdict.speakers.values() {
        if let Some((state, role)) = speaker.proved {
            let role = texts.of("role", &role.to_string());
            let is = texts.of1("key-is", standing(state), "role", role);
            lines.push(texts.say2("verify-is", ("who", &name(&speaker.key)), ("is", &is)));
        }
    }
    let receipts: BTreeSet<(SigningPublic, bool)> =
        verdict.receipts.iter().map(|one| (one.by, one.what == What::ActedOn)).collect();
    for (by, acted) in receipts {
        lines.push(texts.of1("verify-receipt", if acted { "acted" } else { "opened" }, "who", name(&by)));
    }
    lines.push(texts.say1("verify-maker", "who", name(&verdict.maker)));
    lines
}

fn vouched(texts: &Texts, speaker: &Speaker) -> String {
    match speaker.vouched.map(|vouched| (vouched.state, vouched.role)) {
        Some((Some(state), Some(role))) => {
            let role = texts.of("role", &role.to_string());
            texts.of1("key-is", standing(state), "role", role)
        }
        _ => texts.of1("key-is", "unknown", "role", ""),
    }
}

fn not_proved(texts: &Texts, verdict: &Verdict, ours: bool) -> Vec<String> {
    let mut lines: Vec<String> =
        ["not-who", "not-when", "not-true", "not-all"].iter().map(|line| texts.of("verify", line)).collect();
    if !ours {
        lines.push(texts.say("verify-not-project"));
    }
    for speaker in verdict.speakers.values().filter(|speaker| speaker.proved.is_none()) {
        let who = called(texts, &speaker.key, verdict);
        lines.push(texts.say2("verify-not-member", ("who", &who), ("is", &vouched(texts, speaker))));
    }
    let maker = verdict.speakers.get(&verdict.maker).and_then(|speaker| speaker.proved);
    if !maker.is_some_and(|(state, role)| state == MemberState::Confirmed && role != Role::Monitor) {
        lines.push(texts.say("verify-not-maker"));
    }
    if verdict.receipts.is_empty() {
        lines.push(texts.say("verify-not-opened"));
    }
    if verdict.foreign_receipts > 0 {
        lines.push(texts.say1("verify-not-receipts", "count", verdict.foreign_receipts));
    }
    if !verdict.incomplete.is_empty() {
        lines.push(texts.say1("verify-not-begun", "count", verdict.incomplete.len()));
    }
    lines
}

fn result(texts: &Texts, verdict: &Verdict, ours: bool, offset: i16) -> Checked {
    let made = times::minute(texts, verdict.made_ms, offset);
    Checked {
        made: texts.say2("verify-made", ("when", &made), ("who", &called(texts, &verdict.maker, verdict))),
        project: verdict.name.clone().unwrap_or_default(),
        root: groups(&verdict.root),
        ours,
        papers: verdict.documents.iter().map(|shown| paper(texts, verdict, shown, offset)).collect(),
        proved: proved(texts, verdict),
        not_proved: not_proved(texts, verdict, ours),
    }
}

/// `GET /evidence`.
pub(crate) async fn get(Member(visitor): Member) -> Result<Page, Problem> {
    render(&VerifyPage { f: Frame::new(&visitor, "settings"), wrong: "", result: None })
}

/// `POST /evidence/check`: a file. What it is, its content says, not its name.
pub(crate) async fn post<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    form: Form,
) -> Result<Response, Problem> {
    let root = app.open().await.device()?.roster().root();
    let f = Frame::new(&visitor, "settings");
    let checked = if form.file.is_empty() { None } else { Some(check(&form.file)) };
    let wrong = match checked {
        Some(Ok(verdict)) => {
            let offset = app.settings().offset_min;
            let result = result(visitor.texts, &verdict, verdict.root == root, offset);
            return Ok(render(&VerifyPage { f, wrong: "", result: Some(result) })?.into_response());
        }
        None => "file",
        Some(Err(CheckError::Package(EvidenceError::Magic))) => "strange",
        Some(Err(CheckError::Package(_) | CheckError::Statement { .. })) => "broken",
        Some(Err(CheckError::Kind(_) | CheckError::NoSubject(_))) => "subject",
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&VerifyPage { f, wrong, result: None })?).into_response())
}

#[cfg(test)]
mod tests {
    use crate::pages::received::tests::reported;
    use crate::testing::Browser;

    fn package(coordinator: &mut Browser, id: &str, choice: &str) -> Vec<u8> {
        coordinator.get(&format!("/evidence/{id}"));
        coordinator.post(&format!("/evidence/{id}"), &[("authors", choice)]).bytes
    }

    /// Guards against a page that claims more than the signatures do, or that needs the project it is about.
    #[test]
    fn a_package_is_checked_by_any_member_of_any_project_and_says_what_is_not_proved() {
        let (mut coordinator, mut monitor, id) = reported();
        let file = package(&mut coordinator, &id, "keys");
        monitor.get("/evidence");
        let ours = monitor.upload("/evidence/check", &file);
        assert_eq!(ours.status, 200, "{}", ours.body);
        for words in ["Five men at the ford", "Every signature in it fits", "stork", "a key is not a person", "is true"]
        {
            assert!(ours.body.contains(words), "{words}: {}", ours.body);
        }
        assert!(!ours.body.contains("swift\u{2069} (") && ours.body.contains("This is the project of this notebook"));
        let mut stranger = Browser::begun();
        stranger.get("/evidence");
        let theirs = stranger.upload("/evidence/check", &file).body;
        assert!(theirs.contains("Five men at the ford") && theirs.contains("Ask somebody who knows it"), "{theirs}");
        assert!(!theirs.contains("This is the project of this notebook"));
        let named = package(&mut coordinator, &id, "names");
        stranger.get("/evidence");
        assert!(stranger.upload("/evidence/check", &named).body.contains("swift\u{2069} ("));
        assert!(stranger.get("/inbox").body.contains("letters"), "nothing of it was kept");
        assert!(!stranger.get("/inbox").body.contains("Five men"));
    }

    /// Guards against anything being shown of a file in which something does not fit, and against a file that is taken
    /// for a package.
    #[test]
    fn what_is_damaged_or_no_package_proves_nothing_and_shows_nothing() {
        let (mut coordinator, _, id) = reported();
        let file = package(&mut coordinator, &id, "keys");
        let mut bent = file.clone();
        let middle = bent.len() / 2;
        bent[middle] ^= 1;
        for (bytes, words) in [
            (&b""[..], "Choose a file"),
            (b"<script>alert(1)</script>", "no package"),
            (&bent, "Nothing is proved"),
            (&file[..file.len() - 1], "Nothing is proved"),
        ] {
            coordinator.get("/evidence");
            let answer = coordinator.upload("/evidence/check", bytes);
            assert_eq!(answer.status, 422, "{words}");
            assert!(answer.body.contains(words) && !answer.body.contains("Five men"), "{words}: {}", answer.body);
            assert!(!answer.body.contains("<script>alert"), "{}", answer.body);
        }
        let mut nobody = coordinator.with_cookie(&"a".repeat(64));
        assert_eq!(nobody.get("/evidence").location, "/");
        assert_eq!(nobody.upload("/evidence/check", &file).location, "/");
    }
}
