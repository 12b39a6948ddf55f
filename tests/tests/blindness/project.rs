//! A busy project, everything that it could be recognised by, and the search for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use azalai_envelope::EnvelopeId;
use azalai_model::{Credibility, IncidentEdit, Reliability, Tlp};
use azalai_store::{Disk as _, Journal, Keys, MemoryDisk, MemoryStore, Slots, Space, Store, Vault};
use azalai_sync::{Found, Responder};
use azalai_testkit::{Community, WORDLESS};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

pub(crate) const TEXTS: [&str; 4] = [
    "Hommes armés à motos près du puits, vers Kidal",
    "القافلة مرت ليلا قرب السوق القديم",
    "Soldiers closed the bridge before sunrise",
    "Bétail volé, trois bergers emmenés",
];

/// Everybody admitted, reports of every label, an incident that two edit, receipts, an amendment, a retraction.
pub(crate) fn busy() -> (Community, Secrets) {
    let mut c = Community::whole();
    c.settle();
    let mut reports = Vec::new();
    for (n, text) in TEXTS.iter().enumerate() {
        for name in ["swift", "dove", "lark", "stork"] {
            let tlp = [Tlp::Amber, Tlp::AmberStrict, Tlp::Green][n % 3];
            reports.push(c.report(name, text, tlp).unwrap());
        }
    }
    c.settle();
    let now_ms = c.now_ms;
    let swift = &mut c.who("swift").node;
    let own: Vec<_> = block_on(swift.reports()).unwrap().iter().filter(|view| view.own).map(|view| view.id).collect();
    block_on(swift.retract(own[0], "erreur de village", now_ms)).unwrap();
    let change = |fields: &mut azalai_model::ReportFields| {
        fields.narrative.push_str(" Confirmé depuis.");
        Ok(())
    };
    block_on(swift.amend(own[1], change, now_ms)).unwrap();
    let title = "Embuscade nocturne";
    let heron = &mut c.who("heron").node;
    let valley = Some("valley".parse().unwrap());
    let incident = block_on(heron.incident_new(title, valley, Tlp::Amber, None, now_ms)).unwrap();
    for report in block_on(heron.reports()).unwrap() {
        block_on(heron.incident_link(incident, report.id, Some("chauffeur".to_owned()), now_ms)).unwrap();
    }
    c.settle();
    let stork = &mut c.who("stork").node;
    let graded = stork.incident_grade(incident, reports[0], Reliability::C, Credibility::Possible, "connu", now_ms);
    block_on(graded).unwrap();
    let edit = IncidentEdit::SetTitle("Embuscade au pont".to_owned());
    block_on(stork.incident_edit(incident, &[edit], now_ms)).unwrap();
    c.settle();
    let secrets = Secrets::of(&mut c);
    (c, secrets)
}

/// What nobody may find, each with a name for it.
pub(crate) struct Secrets(pub(crate) Vec<(String, Vec<u8>)>);

impl Secrets {
    pub(crate) fn of(c: &mut Community) -> Self {
        let mut all: Vec<(String, Vec<u8>)> = Vec::new();
        let mut add = |what: String, bytes: &[u8]| all.push((what, bytes.to_vec()));
        let roster = c.who("acacia").node.roster().clone();
        for member in roster.members() {
            let name = &member.pseudonym;
            add(format!("signing key of {name}"), &member.device.signing.0);
            add(format!("receiving key of {name}"), &member.device.receiving.0);
            add(format!("author id of {name}"), member.device.signing.author_id().as_bytes());
            add(format!("audience of {name}"), member.device.signing.audience().as_bytes());
            add(format!("pseudonym {name}"), name.as_bytes());
            // Whom nobody admitted has none.
            if let Some(person) = &member.person {
                add(format!("person of {name}"), person);
            }
        }
        for circle in roster.circles() {
            add(format!("audience of {circle}"), circle.audience(&roster.project()).as_bytes());
            for key in roster.generations(circle) {
                add(format!("key of {circle}"), &key.0);
                add(format!("generation of {circle}"), key.generation(&circle.audience(&roster.project())).as_bytes());
            }
        }
        for (code, info) in roster.areas() {
            add(format!("area {code}"), code.as_str().as_bytes());
            add(format!("name of area {code}"), info.name.as_bytes());
        }
        for invite in roster.invites() {
            add("invite".to_owned(), &invite.id);
        }
        for head in roster.heads() {
            add("act".to_owned(), head.as_bytes());
        }
        add("project's name".to_owned(), roster.name().unwrap().as_bytes());
        let mut words: BTreeSet<String> = BTreeSet::new();
        for member in &mut c.people {
            let node = &member.node;
            let reports = block_on(node.reports()).unwrap();
            for view in &reports {
                let fields = &view.row.fields;
                let said = [&fields.narrative, fields.category.as_ref().unwrap()];
                words.extend(said.iter().flat_map(|text| text.split(' ')).map(str::to_owned));
            }
            let incidents = block_on(node.incidents()).unwrap();
            words.extend(incidents.iter().flat_map(|view| view.title.split(' ')).map(str::to_owned));
            for id in reports.iter().map(|view| view.id).chain(incidents.iter().map(|view| view.id)) {
                add(format!("document {id}"), id.as_bytes());
                for past in block_on(node.whole(&id)).unwrap().history {
                    add(format!("statement {}", past.statement), past.statement.as_bytes());
                    let change = past.change.unwrap();
                    add(format!("change {change}"), &azalai_envelope::ids::from_hex(&change).unwrap());
                }
            }
        }
        for word in words.iter().chain(["chauffeur".to_owned(), "erreur".to_owned(), "connu".to_owned()].iter()) {
            // Shorter ones stand in noise by chance.
            if word.len() >= 5 {
                add(format!("word {word}"), word.as_bytes());
            }
        }
        Self(all)
    }

    /// Which of them stand in `bytes`, as they are or as text in one of the usual ways.
    pub(crate) fn found_in(&self, bytes: &[u8]) -> Vec<&str> {
        let mut by_start: BTreeMap<[u8; 4], Vec<(&str, Vec<u8>)>> = BTreeMap::new();
        for (what, secret) in &self.0 {
            for form in forms(secret) {
                by_start.entry(form[..4].try_into().unwrap()).or_default().push((what, form));
            }
        }
        let mut found = BTreeSet::new();
        for (at, start) in bytes.windows(4).enumerate() {
            for (what, secret) in by_start.get(start).into_iter().flatten() {
                if bytes[at..].starts_with(secret) {
                    found.insert(*what);
                }
            }
        }
        found.into_iter().collect()
    }
}

/// The ways in which a program may write bytes: as they are, in hexadecimal digits, in base64 at each of the three places
/// where they may begin in a group. What is too short to be told from noise in one of them is left out there.
pub(crate) fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let hex = azalai_envelope::ids::to_hex(secret);
    let mut forms = vec![secret.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()];
    for (signs, before) in [&b"+/"[..], b"-_"].into_iter().flat_map(|signs| [0, 1, 2].map(|before| (signs, before))) {
        let sign = |bits: usize| match bits {
            0..26 => b'A' + bits as u8,
            26..52 => b'a' + (bits - 26) as u8,
            52..62 => b'0' + (bits - 52) as u8,
            _ => signs[bits - 62],
        };
        // Only the signs that no neighbour has a part in.
        let whole = &[&vec![0; before][..], secret].concat();
        let bit = |at: usize| usize::from(whole[at / 8] >> (7 - at % 8) & 1);
        let first = (before * 8).div_ceil(6);
        let text: Vec<u8> = (first..whole.len() * 8 / 6)
            .map(|at| sign((0..6).fold(0, |bits, n| bits << 1 | bit(at * 6 + n))))
            .collect();
        if text.len() >= 6 && !forms.contains(&text) {
            forms.push(text);
        }
    }
    forms
}

/// All keys and values of a store, in every space.
pub(crate) fn dump(store: &impl Store) -> Vec<u8> {
    let mut all = Vec::new();
    for space in 0..=u8::MAX {
        let mut after = None;
        loop {
            let page = block_on(store.scan(Space(space), after.as_ref(), 1000)).unwrap();
            assert_eq!(page.damaged, 0);
            for (key, value) in page.items {
                // Apart, so that nothing is found across two of them.
                all.extend_from_slice(&key);
                all.extend_from_slice(&[0; 8]);
                all.extend_from_slice(&value);
                all.extend_from_slice(&[0; 8]);
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
    }
    all
}

pub(crate) fn envelopes<S: Store + Clone>(responder: &Responder<S>) -> Vec<Vec<u8>> {
    let carriers = responder.carriers();
    assert_eq!(carriers.len(), 1);
    let ids: Vec<EnvelopeId> = carriers[0].read(|index| index.iter().map(|(id, _)| *id).collect());
    let found = block_on(carriers[0].get(&ids)).unwrap();
    found.into_iter().filter_map(|found| if let Found::Held(bytes) = found { Some(bytes) } else { None }).collect()
}

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// A device's storage, opened with its passphrase.
pub(crate) fn vault_of(c: &mut Community, name: &str) -> Vault<MemoryStore, MemoryDisk> {
    let member = c.who(name);
    let slots = block_on(member.disk().read("slots")).unwrap().unwrap();
    let profile = Slots::from_bytes(&slots).unwrap().open(WORDLESS).unwrap();
    let disk = member.disk().crash();
    let keys = Arc::new(block_on(Keys::open(disk, profile, &mut ChaCha20Rng::seed_from_u64(5))).unwrap());
    block_on(Vault::unlock(member.store().crash(), keys)).unwrap()
}

/// Everything that a device holds, opened with its passphrase.
pub(crate) fn opened_home(c: &mut Community, name: &str) -> Vec<u8> {
    let vault = vault_of(c, name);
    let journal = block_on(Journal::open(Arc::clone(vault.keys()))).unwrap().0;
    let mut all = dump(&vault);
    assert!(all.len() > 10_000, "the home of {name} holds next to nothing");
    for entry in block_on(journal.entries()).unwrap().0 {
        all.extend_from_slice(&entry.bytes);
    }
    all
}
