//! A second passphrase with a profile of its own; and, for coordinators and stewards, devices that were opened under duress.
//!
//! The page is the same in every profile and says of none whether there is another.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use azalai_envelope::ids::from_hex;
use azalai_node::invite_file::InviteError;
use azalai_node::strength::{self, Strength};
use azalai_node::{Home, NodeError, SecondProfile};
use azalai_store::{Duress, SlotsError};

use crate::app::{App, Device};
use crate::forms::Form;
use crate::frame::{Frame, Page, render};
use crate::gate::{Member, Visitor};
use crate::host::Host;
use crate::limits::{MAX_LINE_BYTES, MAX_PASSPHRASE_BYTES};
use crate::problem::Problem;
use crate::texts::Texts;
use crate::times;

#[derive(Template)]
#[template(path = "vault.html")]
struct VaultPage {
    f: Frame,
    wrong: String,
    done: bool,
    pasted: String,
    words: String,
    pseudonym: String,
    /// "none", "drops" or "keeps".
    duress: &'static str,
}

/// A device that was opened under duress, as a coordinator reads of it.
pub(crate) struct Alarm {
    pub(crate) what: String,
    pub(crate) keys: String,
}

/// The alarms on which nobody has acted yet.
pub(crate) async fn alarms<H: Host>(device: &Device<H>, texts: &Texts, offset_min: i16) -> Result<Vec<Alarm>, Problem> {
    let marks = device.marks().await?;
    let alarm = |mark: &azalai_node::MarkView| {
        let key: String = mark.device.to_string().chars().take(8).collect();
        let name = mark.pseudonym.as_deref().map_or_else(|| key.clone(), |name| format!("{name} ({key})"));
        let when = times::minute(texts, mark.at_ms, offset_min);
        Alarm {
            what: texts.say2("duress-what", ("name", &name), ("when", &when)),
            keys: if mark.dropped { texts.say("duress-dropped") } else { texts.say("duress-kept") },
        }
    };
    Ok(marks.iter().filter(|mark| !mark.removed).map(alarm).collect())
}

/// `GET /settings/second`.
pub(crate) async fn get(Member(visitor): Member) -> Result<Page, Problem> {
    render(&empty(&visitor))
}

fn empty(visitor: &Visitor) -> VaultPage {
    VaultPage {
        f: Frame::new(visitor, "settings"),
        wrong: String::new(),
        done: false,
        pasted: String::new(),
        words: String::new(),
        pseudonym: String::new(),
        duress: "none",
    }
}

fn raw<'a>(form: &'a Form, name: &str) -> &'a str {
    form.fields.get(name).and_then(|values| values.first()).map_or("", String::as_str)
}

/// What is wrong with a passphrase that was typed twice.
pub(crate) fn wrong_passphrase(texts: &Texts, passphrase: &str, again: &str) -> Option<String> {
    if strength::of(passphrase) == Strength::Weak || passphrase.len() > MAX_PASSPHRASE_BYTES {
        return Some(texts.say("passphrase-weak"));
    }
    (passphrase != again).then(|| texts.say("passphrase-differ"))
}

/// Whether a sentence was typed out, whatever its case and spaces.
fn typed_out(typed: &str, sentence: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(typed).trim_end_matches('.') == plain(sentence).trim_end_matches('.')
}

/// `POST /settings/second`.
pub(crate) async fn post<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(visitor): Member,
    form: Form,
) -> Result<Response, Problem> {
    let texts = visitor.texts;
    let duress = match form.get("duress") {
        "drops" => Duress::Drops,
        "keeps" => Duress::Keeps,
        _ => Duress::No,
    };
    let page = VaultPage {
        pasted: form.get("pasted").to_owned(),
        words: form.get("words").to_owned(),
        pseudonym: form.get("pseudonym").to_owned(),
        duress: match duress {
            Duress::No => "none",
            Duress::Drops => "drops",
            Duress::Keeps => "keeps",
        },
        ..empty(&visitor)
    };
    match make(&app, texts, &form, duress).await? {
        Ok(()) => Ok(render(&VaultPage { done: true, ..empty(&visitor) })?.into_response()),
        Err(wrong) => Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&VaultPage { wrong, ..page })?).into_response()),
    }
}

/// Makes it, or says what is wrong with the form.
async fn make<H: Host>(
    app: &App<H>,
    texts: &Texts,
    form: &Form,
    duress: Duress,
) -> Result<Result<(), String>, Problem> {
    let plain: String = form.get("pasted").chars().filter(|c| !c.is_whitespace()).collect();
    let invite = if form.file.is_empty() { from_hex(&plain).unwrap_or_default() } else { form.file.clone() };
    if invite.is_empty() {
        return Ok(Err(texts.say("join-no-file")));
    }
    let (passphrase, pressed) = (raw(form, "own"), raw(form, "pressed"));
    if let Some(wrong) = wrong_passphrase(texts, passphrase, raw(form, "again")) {
        return Ok(Err(wrong));
    }
    if duress != Duress::No
        && let Some(wrong) = wrong_passphrase(texts, pressed, raw(form, "pressed-again"))
    {
        return Ok(Err(wrong));
    }
    let pseudonym = form.get("pseudonym");
    if pseudonym.is_empty() || pseudonym.len() > MAX_LINE_BYTES {
        return Ok(Err(texts.say("passphrase-pseudonym")));
    }
    let sentence =
        if duress == Duress::Drops { texts.say("second-sentence-drops") } else { texts.say("second-sentence") };
    if !typed_out(form.get("sentence"), &sentence) {
        return Ok(Err(texts.say1("second-type", "sentence", sentence)));
    }
    let second = SecondProfile {
        invite: &invite,
        words: form.get("words"),
        pseudonym,
        passphrase,
        duress: (duress != Duress::No).then_some((pressed, duress)),
    };
    let mut open = app.open().await;
    let device = open.device()?;
    let disks = app.host.disks();
    let side = match device.other_side() {
        Ok(side) => side,
        Err(NodeError::Invalid(_)) => return Ok(Err(texts.say("second-no-room"))),
        Err(other) => return Err(other.into()),
    };
    let disk = disks.of(side).ok_or_else(Problem::not_found)?.clone();
    let other = Home { store: app.host.store(side).await?, disk };
    let made = device.make_second(&disks, other, &second, app.host.now_ms()).await;
    app.host.even_out();
    Ok(match made {
        Ok(_) => Ok(()),
        Err(NodeError::Invite(InviteError::WrongWords | InviteError::Words(_))) => Err(texts.say("join-wrong-words")),
        Err(NodeError::Invite(_)) => Err(texts.say("join-damaged")),
        Err(NodeError::Slots(SlotsError::InUse)) => Err(texts.say("second-in-use")),
        Err(NodeError::Invalid(_)) => Err(texts.say("second-invite")),
        Err(other) => return Err(other.into()),
    })
}

#[cfg(test)]
mod tests {
    use azalai_envelope::ids::to_hex;

    use crate::testing::{Browser, PASSPHRASE};

    const SECOND: &str = "abandon ability able about above absent";
    const PRESSED: &str = "absorb abstract absurd abuse access";
    const DROPS: &str = "what another passphrase opens here is lost, and under duress what I have not sent";

    fn fields<'a>(hex: &'a str, words: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("pasted", hex),
            ("words", words),
            ("pseudonym", "wren"),
            ("own", SECOND),
            ("again", SECOND),
            ("duress", "drops"),
            ("pressed", PRESSED),
            ("pressed-again", PRESSED),
            ("sentence", DROPS),
        ]
    }

    fn unlock(browser: &mut Browser, passphrase: &str) -> u16 {
        browser.get("/");
        browser.post("/unlock", &[("passphrase", passphrase)]).status
    }

    /// Guards against a second profile that the pages cannot set up or open, one that shows the first, a session that goes
    /// on in the other profile, and a mark that is seen by anybody but staff.
    #[test]
    fn a_second_profile_opens_by_its_passphrase_and_under_duress_the_first_is_gone() {
        let mut steward = Browser::begun();
        let mut monitor = steward.member("monitor", "swallow");
        let (file, words) = steward.invite();
        let hex = to_hex(&file);
        let made = monitor.post("/settings/second", &fields(&hex, &words));
        assert!(made.status == 200 && made.body.contains("is made"), "{}", made.body);
        // In another browser, while this one is at work: the other profile opens, and this one is locked out.
        let mut other = monitor.with_cookie(&"b".repeat(64));
        assert_eq!(unlock(&mut other, SECOND), 303);
        assert!(other.get("/settings").body.contains("wren"));
        assert_eq!(monitor.get("/settings").location, "/", "a session went on in another profile");
        assert_eq!(unlock(&mut monitor, PASSPHRASE), 303);
        assert!(monitor.get("/settings").body.contains("swallow"));
        assert_eq!(other.get("/settings").location, "/");
        assert_eq!(unlock(&mut other, PRESSED), 303);
        let settings = other.get("/settings").body;
        assert!(settings.contains("wren") && !settings.contains("swallow"));
        assert_eq!(unlock(&mut monitor, PASSPHRASE), 422);
        let page = other.get("/exchange").body;
        other.hand_to(&steward);
        assert!(!page.to_lowercase().contains("duress") && !other.get("/members").body.contains("duress"));
        let members = steward.get("/members").body;
        assert!(members.contains("Opened under duress") && members.contains("swallow"), "{members}");
        assert!(steward.get("/members").body.contains("role=\"alert\""));
    }

    /// Guards against one that is made by mistake, or with what cannot be.
    #[test]
    fn what_is_wrong_with_the_form_is_said_and_nothing_is_made() {
        let steward = Browser::begun();
        let mut monitor = steward.member("monitor", "swallow");
        let (file, words) = steward.invite();
        let hex = to_hex(&file);
        assert_eq!(monitor.get("/settings/second").status, 200);
        for (name, value, said) in [
            ("pasted", "", "invite"),
            ("own", "1234", "easy to guess"),
            ("again", PRESSED, "differ"),
            ("pressed-again", SECOND, "differ"),
            ("pseudonym", "", "called"),
            ("sentence", "yes", "under duress what I have not sent"),
            ("words", "abandon abandon abandon abandon abandon able", "words"),
        ] {
            let mut form = fields(&hex, &words);
            form.iter_mut().filter(|(field, _)| *field == name).for_each(|field| field.1 = value);
            let answer = monitor.post("/settings/second", &form);
            assert!(answer.status == 422 && answer.body.contains(said), "{name}: {}", answer.body);
            assert!(!answer.body.contains(PRESSED), "{name}: a passphrase stands in the page");
        }
        let mut form = fields(&hex, &words);
        form.iter_mut().filter(|(name, _)| matches!(*name, "own" | "again")).for_each(|field| field.1 = PASSPHRASE);
        assert!(monitor.post("/settings/second", &form).body.contains("in use"));
        let (file, words) = steward.invite_as("coordinator");
        let hex = to_hex(&file);
        assert!(monitor.post("/settings/second", &fields(&hex, &words)).body.contains("for a monitor"));
        let mut other = monitor.with_cookie(&"b".repeat(64));
        assert_eq!(unlock(&mut other, SECOND), 422);
    }

    /// Guards against guessing without end at the pages.
    #[test]
    fn after_some_wrong_passphrases_even_the_right_one_waits() {
        let mut browser = Browser::begun();
        browser.post("/leave", &[]);
        for _ in 0..6 {
            assert_eq!(unlock(&mut browser, "abandon abandon"), 422);
        }
        browser.get("/");
        let held = browser.post("/unlock", &[("passphrase", PASSPHRASE)]);
        assert!(held.status == 422 && held.body.contains("Wait"), "{}", held.body);
        browser.advance(10_000);
        assert_eq!(unlock(&mut browser, PASSPHRASE), 303);
    }
}
