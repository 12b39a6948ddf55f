//! Promise 2 and 6: what a relay holds tells nothing, and what a monitor's device holds is no list of members.
//!
//! Everything that people in the project could be recognised by is looked for in everything that the relay keeps.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use azalai_envelope::envelope::HEADER_LEN;
use azalai_envelope::{DeviceKeys, EnvelopeId, pad};
use azalai_model::{Credibility, IncidentEdit, Reliability, Tlp};
use azalai_roster::Role;
use azalai_store::{Disk, Keys, SledStore, Slots, Space, Store, Vault};
use azalai_sync::{Found, Responder};
use azalai_testkit::{Community, DirectLink, WORDLESS, relay::QUOTA_BYTES};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

const TEXTS: [&str; 4] = [
    "Hommes armés à motos près du puits, vers Kidal",
    "القافلة مرت ليلا قرب السوق القديم",
    "Soldiers closed the bridge before sunrise",
    "Bétail volé, trois bergers emmenés",
];

/// Everybody admitted, reports of every label, an incident that two edit, receipts, an amendment, a retraction.
fn busy() -> (Community, Secrets) {
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
struct Secrets(Vec<(String, Vec<u8>)>);

impl Secrets {
    fn of(c: &mut Community) -> Self {
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
            add(format!("person of {name}"), &member.person.unwrap_or([0xA5; 16]));
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

    /// Which of them stand in `bytes`, as they are or as hexadecimal digits.
    fn found_in(&self, bytes: &[u8]) -> Vec<&str> {
        let mut by_start: BTreeMap<[u8; 4], Vec<(&str, Vec<u8>)>> = BTreeMap::new();
        for (what, secret) in &self.0 {
            let hex = azalai_envelope::ids::to_hex(secret).into_bytes();
            for form in [secret.clone(), hex] {
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

/// All keys and values of a store, in every space.
fn dump(store: &impl Store) -> Vec<u8> {
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

fn envelopes<S: Store + Clone>(responder: &Responder<S>) -> Vec<Vec<u8>> {
    let carriers = responder.carriers();
    assert_eq!(carriers.len(), 1);
    let ids: Vec<EnvelopeId> = carriers[0].read(|index| index.iter().map(|(id, _)| *id).collect());
    let found = block_on(carriers[0].get(&ids)).unwrap();
    found.into_iter().filter_map(|found| if let Found::Held(bytes) = found { Some(bytes) } else { None }).collect()
}

/// Guards against the search itself: it must find what is there.
#[test]
fn the_search_finds_what_is_there() {
    let secrets = Secrets(vec![("word".to_owned(), b"convoy".to_vec()), ("key".to_owned(), vec![0xAB; 32])]);
    assert_eq!(secrets.found_in(b"xxconvoyxx"), ["word"]);
    let hex = azalai_envelope::ids::to_hex(&[0xAB; 32]);
    assert_eq!(secrets.found_in(hex.as_bytes()), ["key"]);
    assert!(secrets.found_in(b"xxconvo").is_empty());
    let (mut c, secrets) = busy();
    // Everything that is looked for was really said: an unlocked device of a coordinator is full of it.
    let opened = opened_home(&mut c, "heron");
    let found = secrets.found_in(&opened);
    for kind in ["signing key", "receiving key", "pseudonym", "document", "statement", "audience", "area", "word"] {
        assert!(found.iter().any(|what| what.starts_with(kind)), "{kind} is not looked for");
    }
}

/// Guards against a relay, whoever seizes it, telling who speaks, to whom, about what.
#[test]
fn a_relay_holds_no_author_member_circle_document_area_category_or_word() {
    let (c, secrets) = busy();
    let all = dump(c.relay.store());
    assert!(all.len() > 50_000, "the relay holds next to nothing: {} bytes", all.len());
    assert_eq!(secrets.found_in(&all), Vec::<&str>::new());
}

/// Guards against what the database writes beside what it was given: the raw files of a relay's folder.
#[test]
fn the_raw_files_of_a_relay_hold_none_of_it_either() {
    let (mut c, secrets) = busy();
    let folder = tempfile::tempdir().unwrap();
    let keys = DeviceKeys::generate(&mut ChaCha20Rng::seed_from_u64(77));
    let store = Arc::new(SledStore::open(folder.path()).unwrap().store);
    let responder = Arc::new(block_on(Responder::relay(keys.clone(), Arc::clone(&store), QUOTA_BYTES)).unwrap());
    let now_ms = c.now_ms;
    let certificate = block_on(c.who("acacia").node.certify_relay(keys.public(), "on a disk", now_ms)).unwrap();
    block_on(responder.admit(&certificate)).unwrap();
    for member in &mut c.people {
        let mut link = DirectLink::new(Arc::clone(&responder), now_ms, now_ms);
        member.exchange(&mut link, now_ms).unwrap();
    }
    let carried = envelopes(&responder);
    assert!(carried.len() > 80, "{} envelopes are too few", carried.len());
    drop((responder, store));
    let mut all = Vec::new();
    for path in files(folder.path()) {
        all.extend(std::fs::read(&path).unwrap());
        all.extend_from_slice(path.to_str().unwrap().as_bytes());
    }
    // The envelopes really are in these files, and can be read from them.
    assert!(carried.iter().any(|envelope| all.windows(64).any(|window| *window == envelope[..64])), "not the files");
    assert_eq!(secrets.found_in(&all), Vec::<&str>::new());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Guards against envelopes that can be put together by their bytes or sizes: of one author, one circle, one document.
#[test]
fn no_two_envelopes_share_bytes_and_every_length_is_a_size_class() {
    let (c, _) = busy();
    let carried = envelopes(&c.relay.responder());
    assert!(carried.len() > 80, "{} envelopes are too few", carried.len());
    let lengths: BTreeSet<usize> = carried.iter().map(Vec::len).collect();
    assert!(lengths.iter().all(|length| pad::is_class(*length)), "{lengths:?}");
    // Version, lane, day and epoch are for everyone to see; what follows must be noise.
    const SEEN_BY_ALL: usize = 8;
    const { assert!(SEEN_BY_ALL + 64 == HEADER_LEN) };
    let mut seen: BTreeMap<&[u8], usize> = BTreeMap::new();
    for (number, envelope) in carried.iter().enumerate() {
        for window in envelope[SEEN_BY_ALL..].windows(8) {
            let first = *seen.entry(window).or_insert(number);
            assert_eq!(first, number, "envelopes {first} and {number} share {window:02x?}");
        }
    }
    // What everyone sees has one epoch for the whole project, whoever wrote.
    let epochs: BTreeSet<&[u8]> = carried.iter().map(|envelope| &envelope[4..SEEN_BY_ALL]).collect();
    assert_eq!(epochs.len(), 1);
}

/// Everything that a device holds, opened with its passphrase.
fn opened_home(c: &mut Community, name: &str) -> Vec<u8> {
    let member = c.who(name);
    let slots = block_on(member.disk().read("slots")).unwrap().unwrap();
    let profile = Slots::from_bytes(&slots).unwrap().open(WORDLESS).unwrap();
    let disk = member.disk().crash();
    let keys = Arc::new(block_on(Keys::open(disk, profile, &mut ChaCha20Rng::seed_from_u64(5))).unwrap());
    let journal = block_on(azalai_store::Journal::open(Arc::clone(&keys))).unwrap().0;
    let vault = block_on(Vault::unlock(member.store().crash(), keys)).unwrap();
    let mut all = dump(&vault);
    assert!(all.len() > 10_000, "the home of {name} holds next to nothing");
    for entry in block_on(journal.entries()).unwrap().0 {
        all.extend_from_slice(&entry.bytes);
    }
    all
}

/// Guards against a taken phone, opened by force, that gives away the others.
#[test]
fn an_opened_home_of_a_monitor_holds_no_list_of_members_and_no_word_of_others() {
    let (mut c, _) = busy();
    // It has also met the others, and carries their letters.
    let now_ms = c.now_ms;
    let (left, right) = c.people.split_at_mut(6);
    right[0].meet(&mut left[5], now_ms).unwrap();
    right[1].meet(&mut left[5], now_ms).unwrap();
    for name in ["swift", "dove", "lark"] {
        let mut others: Vec<(String, Vec<u8>)> = Vec::new();
        let roster = c.who("acacia").node.roster().clone();
        for member in roster.members().filter(|member| member.role == Role::Monitor && member.pseudonym != name) {
            others.push((format!("signing key of {}", member.pseudonym), member.device.signing.0.to_vec()));
            others.push((format!("receiving key of {}", member.pseudonym), member.device.receiving.0.to_vec()));
            others.push((format!("author {}", member.pseudonym), member.device.signing.author_id().0.to_vec()));
            others.push((format!("pseudonym {}", member.pseudonym), member.pseudonym.as_bytes().to_vec()));
        }
        assert_eq!(others.len(), 8);
        let own: BTreeSet<_> = block_on(c.who(name).node.reports()).unwrap().iter().map(|view| view.id).collect();
        for view in block_on(c.who("heron").node.reports()).unwrap() {
            if !own.contains(&view.id) {
                others.push((format!("{} document {}", view.tlp, view.id), view.id.0.to_vec()));
            }
        }
        assert!(others.len() > 12);
        let opened = opened_home(&mut c, name);
        assert_eq!(Secrets(others).found_in(&opened), Vec::<&str>::new(), "on {name}'s device");
    }
}

/// Guards against a locked device that is more than noise.
#[test]
fn a_locked_home_holds_no_name_key_or_word() {
    let (mut c, secrets) = busy();
    for name in ["acacia", "heron", "swift"] {
        let member = c.who(name);
        let mut all = dump(member.store());
        for file in block_on(member.disk().list()).unwrap() {
            all.extend(block_on(member.disk().read(&file)).unwrap().unwrap());
        }
        assert!(all.len() > 100_000, "{name} holds next to nothing");
        assert_eq!(secrets.found_in(&all), Vec::<&str>::new(), "on the locked device of {name}");
    }
}
