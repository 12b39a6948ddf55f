//! Changing the passphrase, and suggesting one. Neither the old nor a chosen one is ever shown.

use std::path::Path;

use azalai_node::words;
use serde_json::json;

use crate::home::{self, Device, Held};
use crate::host;
use crate::limits::OFFERED_WORDS;
use crate::output::{Failure, Output};

pub(crate) async fn change(home: Option<&Path>, out: &mut Output) -> Result<(), Failure> {
    // No other process may write to this home meanwhile.
    let held = Held::take(&home::there(home)?)?;
    let root = held.disks().root;
    let old = host::passphrase()?;
    // Known to be right before a new one is asked for.
    Device::look(held.disks(), &old, host::now_ms()).await?;
    let mut rng = host::rng()?;
    let offer = words::draw(OFFERED_WORDS, &mut rng).join(" ");
    let new = host::replacing_passphrase(&offer)?;
    Device::change_passphrase(&root, &old, &new, &mut rng).await?;
    out.result(&json!({ "changed": true }), || {
        "The passphrase is changed. Copies of this home from before still open with the old one: destroy them."
            .to_owned()
    })
}

pub(crate) fn suggest(lang: &str, out: &mut Output) -> Result<(), Failure> {
    if !words::LANGUAGES.contains(&lang) {
        let known = words::LANGUAGES.join(", ");
        return Err(Failure::failed(format!("there are no words in {lang:?} yet; there are: {known}")));
    }
    let passphrase = words::draw_in(lang, OFFERED_WORDS, &mut host::rng()?).join(" ");
    out.result(&json!({ "passphrase": passphrase, "lang": lang }), || passphrase.clone())
}
