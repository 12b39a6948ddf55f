//! Setting up a second profile. Nothing but this command ever says that there is one.

use std::path::Path;

use azalai_node::{Home, SecondProfile, words};
use azalai_store::Duress;
use serde_json::json;

use super::read_file;
use crate::args::NewProfile;
use crate::limits::{MAX_INVITE_BYTES, OFFERED_WORDS};
use crate::output::{Failure, Output};
use crate::{home, host};

/// What is typed out before anything is written over.
const OVERWRITES: &str = "what another passphrase opens here is lost";
/// The same where a passphrase will drop this profile's keys.
const DROPS: &str = "what another passphrase opens here is lost, and under duress what I have not sent";

pub(crate) async fn new(home: Option<&Path>, new: &NewProfile, out: &mut Output) -> Result<(), Failure> {
    let invite = read_file(&new.invite, MAX_INVITE_BYTES)?;
    azalai_node::invite_file::open(&invite, &new.words).map_err(|error| Failure::failed(error.to_string()))?;
    let mut opened = home::open(home).await?;
    let (device, held) = opened.parts();
    let side = device.other_side()?;
    let drops = new.duress && !new.keep;
    host::say(
        "azalai: a home has room for two profiles. If a passphrase opens another one than this already, all that is in \
         that one goes now.",
    );
    if drops {
        host::say(
            "azalai: whoever types the passphrase for duress drops this profile's keys for good. Reports that no \
             coordinator has opened and no relay holds are then lost, with everything else that is only here.",
        );
    }
    host::confirmed(new.confirm.as_deref(), if drops { DROPS } else { OVERWRITES })?;
    let mut rng = host::rng()?;
    let mut offer = || words::draw(OFFERED_WORDS, &mut rng).join(" ");
    let passphrase = host::replacing_passphrase(&offer())?;
    let pressed = if new.duress { Some(host::duress_passphrase(&offer())?) } else { None };
    let duress = if new.keep { Duress::Keeps } else { Duress::Drops };
    let disks = held.disks();
    let disk = disks.of(side).ok_or_else(|| Failure::failed("this home has room for one profile"))?.clone();
    let other = Home { store: held.store(side)?, disk };
    let second = SecondProfile {
        invite: &invite,
        words: &new.words,
        pseudonym: &new.pseudonym,
        passphrase: &passphrase,
        duress: pressed.as_deref().map(|pressed| (pressed, duress)),
    };
    let made = device.make_second(&disks, other, &second, host::now_ms()).await?;
    out.result(&json!({ "key": made.signing.to_string(), "pseudonym": new.pseudonym, "duress": new.duress }), || {
        format!(
            "The second profile is made, as {}. Open it with its own passphrase, exchange, and write in it now and then. \
             A coordinator or steward admits it like any newcomer.",
            new.pseudonym
        )
    })
}
