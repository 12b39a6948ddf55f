//! A seized relay with a taken phone beside it: the relay's whole folder, a monitor's folder with its passphrase, and
//! every key that lies in it, tried on every letter that either of them carries.
//!
//! What a member may read anyway (what is for everyone) is not looked for here but counted, since SECURITY.md names it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use azalai_envelope::envelope::{HEADER_LEN, UnverifiedEnvelope};
use azalai_envelope::{
    AudienceId, DeviceKeys, DocumentId, Envelope, Kind, OpeningKey, ProjectId, ReceivingSecret, SigningPublic,
    Statement, Verified, pad,
};
use azalai_model::{ReportFields, Tlp};
use azalai_node::{Home, NewHome};
use azalai_roster::Role;
use azalai_store::{Disk as _, FolderDisk, Journal, Keys, SledStore, Slots, Space, Store, Vault};
use azalai_sync::Responder;
use azalai_testkit::{Community, DirectLink, Member, WORDLESS, member::cheap, relay::QUOTA_BYTES};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use crate::project::{Secrets, busy, dump, envelopes, files, forms, vault_of};

/// What only the coordinators of an area may read, by one monitor who writes nothing that is for everyone.
const KEPT: [&str; 2] = ["Charrettes chargées derrière l'abattoir", "Guetteur embauché au carrefour"];
/// What the taken phone itself wrote.
const OWN: &str = "Camions bâchés stationnés longuement";

/// A relay's folder and a monitor's, as they are taken, and the people of the project beside them.
struct Taken {
    community: Community,
    secrets: Secrets,
    relay: tempfile::TempDir,
    relay_keys: DeviceKeys,
    certificate: Vec<u8>,
    phone: tempfile::TempDir,
    all_keys: Vec<OpeningKey>,
}

/// A busy project over a relay in a folder; `wren` only writes what is for its coordinators; `robin`'s device is in a
/// folder too.
fn taken() -> Taken {
    let (mut c, _) = busy();
    let now_ms = c.now_ms;
    let (relay, phone) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let relay_keys = DeviceKeys::generate(&mut ChaCha20Rng::seed_from_u64(78));
    let store = Arc::new(SledStore::open(relay.path()).unwrap().store);
    let responder = Arc::new(block_on(Responder::relay(relay_keys.clone(), store, QUOTA_BYTES)).unwrap());
    let certificate = block_on(c.who("acacia").node.certify_relay(relay_keys.public(), "in town", now_ms)).unwrap();
    block_on(responder.admit(&certificate)).unwrap();

    let wren = Member::join(c.who("acacia"), 31, Role::Monitor, "valley", "wren", now_ms);
    c.people.push(wren);
    for text in KEPT {
        c.report("wren", text, Tlp::Amber).unwrap();
        c.report("wren", text, Tlp::AmberStrict).unwrap();
    }
    let invite = c.who("acacia");
    let area = Some("valley".parse().unwrap());
    let invite = block_on(invite.node.invite(Role::Monitor, area, cheap(), now_ms)).unwrap();
    let home = Home {
        store: SledStore::open(&phone.path().join("store")).unwrap().store,
        disk: FolderDisk::open(phone.path()).unwrap(),
    };
    let rng = ChaCha20Rng::seed_from_u64(32);
    let new = NewHome { home, rooms: None, passphrase: WORDLESS, params: cheap(), rng, pseudonym: "robin" };
    let mut robin = block_on(new.join(&invite.file, &invite.words, now_ms)).unwrap();
    let fields = ReportFields {
        category: Some("other".to_owned()),
        narrative: OWN.to_owned(),
        tlp: Some(Tlp::Amber),
        ..ReportFields::default()
    };
    block_on(robin.report(fields, None, now_ms)).unwrap();
    for round in 0..4 {
        for member in &mut c.people {
            member.exchange(&mut DirectLink::new(Arc::clone(&responder), round, now_ms), now_ms).unwrap();
        }
        c.who("acacia").admit_all(now_ms);
        let mut link = DirectLink::new(Arc::clone(&responder), 90 + round, now_ms);
        block_on(robin.exchange_with(&mut link, now_ms)).unwrap();
    }
    let names: Vec<String> = c.people.iter().map(|member| member.node.pseudonym().to_owned()).collect();
    let project = robin.project();
    let mut all_keys = Vec::new();
    for name in names {
        all_keys.extend(keys_in(&vault_of(&mut c, &name), &project));
    }
    drop((robin, responder));
    let secrets = Secrets::of(&mut c);
    Taken { community: c, secrets, relay, relay_keys, certificate, phone, all_keys }
}

/// Every key in an opened home that may open a letter: of circles, whatever its role may read, and its own.
fn keys_in(vault: &impl Store, project: &ProjectId) -> Vec<OpeningKey> {
    // The spaces of `azalai_node::spaces`: 1 the profile, 2 the keys.
    let profile = block_on(vault.get(Space(1), &[])).unwrap().unwrap();
    let device_at = 1 + 32 + if profile[33] == 1 { 33 } else { 1 };
    let device = DeviceKeys::from_bytes(&profile[device_at..device_at + 64]).unwrap();
    let own = device.public().signing.audience();
    let mut keys = vec![OpeningKey::new(own, device.receiving.clone())];
    for (_, value) in block_on(vault.scan(Space(2), None, 1000)).unwrap().items {
        // Version, form 1, name of the circle, key.
        if let [1, 1, length, rest @ ..] = &value[..] {
            let (name, secret) = rest.split_at(usize::from(*length));
            let circle: azalai_roster::Circle = std::str::from_utf8(name).unwrap().parse().unwrap();
            keys.push(OpeningKey::new(
                circle.audience(project),
                ReceivingSecret::from_bytes(secret.try_into().unwrap()),
            ));
        }
    }
    assert!(keys.len() > 1, "only its own key: the phone was never admitted");
    keys
}

fn phone_vault(folder: &Path) -> Vault<SledStore, FolderDisk> {
    let disk = FolderDisk::open(folder).unwrap();
    let slots = block_on(disk.read("slots")).unwrap().unwrap();
    let profile = Slots::from_bytes(&slots).unwrap().open(WORDLESS).unwrap();
    let keys = block_on(Keys::open(disk, profile, &mut ChaCha20Rng::seed_from_u64(5))).unwrap();
    let store = SledStore::open(&folder.join("store")).unwrap().store;
    block_on(Vault::unlock(store, Arc::new(keys))).unwrap()
}

impl Taken {
    fn project(&mut self) -> ProjectId {
        self.community.who("acacia").node.project()
    }

    /// The envelopes in the relay's folder, as whoever took it reads them.
    fn carried(&self) -> Vec<Vec<u8>> {
        let store = Arc::new(SledStore::open(self.relay.path()).unwrap().store);
        let responder = block_on(Responder::relay(self.relay_keys.clone(), store, QUOTA_BYTES)).unwrap();
        envelopes(&responder)
    }

    /// What these keys open of an envelope, checked by the key of whoever of the project wrote it.
    fn open(&mut self, envelope: &[u8], keys: &[OpeningKey]) -> Option<Verified<Statement>> {
        let project = self.project();
        let node = &self.community.who("acacia").node;
        let envelope = UnverifiedEnvelope::parse(envelope.to_vec()).unwrap();
        let epoch = envelope.epoch();
        let posting = node.roster().posting_keys().into_iter().find(|info| info.public.epoch == epoch).unwrap();
        let envelope: Verified<Envelope> = envelope.verify(&project, &posting.public).unwrap();
        let opened = envelope.open(&project, keys).unwrap()?;
        let named = opened.statement.claimed_author();
        let mut authors: Vec<SigningPublic> = node.roster().authors(named).collect();
        authors.push(node.roster().root());
        let checked = |key: &SigningPublic| opened.statement.clone().verify(&project, &opened.audience, key).ok();
        Some(authors.iter().find_map(checked).unwrap_or_else(|| panic!("a letter by nobody: {named}")))
    }
}

/// Guards against a phone's keys that open more of a relay than its member may read, and against a list of members, or
/// another's words, on the phone itself.
#[test]
fn a_seized_relay_and_a_taken_phone_tell_no_more_than_what_is_for_everyone() {
    let mut taken = taken();
    let project = taken.project();
    let vault = phone_vault(taken.phone.path());
    let keys = keys_in(&vault, &project);
    // All that is on the phone, opened; its raw files; the relay's raw files; all letters that its keys open.
    let mut everything = dump(&vault);
    let own = String::from_utf8_lossy(&everything).contains("stationnés");
    assert!(own, "the phone was not opened: it does not show its own words");
    let store = Arc::clone(vault.keys());
    for entry in block_on(block_on(Journal::open(store)).unwrap().0.entries()).unwrap().0 {
        everything.extend_from_slice(&entry.bytes);
    }
    drop(vault);
    for path in files(taken.phone.path()).into_iter().chain(files(taken.relay.path())) {
        everything.extend(std::fs::read(path).unwrap());
    }
    let carried = taken.carried();
    assert!(carried.len() > 80, "{} envelopes are too few", carried.len());
    let (mut opened, mut by_kind): (usize, BTreeMap<Kind, usize>) = (0, BTreeMap::new());
    let robin = find(&mut taken.community, "robin").signing;
    let everyone = azalai_roster::Circle::Everyone.audience(&project);
    for envelope in &carried {
        let Some(statement) = taken.open(envelope, &keys) else { continue };
        assert!([everyone, robin.audience()].contains(&statement.audience()), "the phone opens what is for others");
        opened += 1;
        *by_kind.entry(statement.kind()).or_default() += 1;
        everything.extend_from_slice(statement.bytes());
        everything.extend_from_slice(&statement.body().unwrap());
    }
    assert!(opened > 5 && opened < carried.len() / 2, "{opened} of {} opened", carried.len());
    assert!(!by_kind.contains_key(&Kind::REGISTRY) && !by_kind.contains_key(&Kind::INCIDENT), "{by_kind:?}");
    assert_eq!(Secrets(others(&mut taken, &robin)).found_in(&everything), Vec::<&str>::new());
    // What remains, as SECURITY.md says: of a report for everyone, its words and the short name of its author's key.
    let greens = Secrets(vec![
        ("words for everyone".to_owned(), b"Soldiers closed".to_vec()),
        ("author".to_owned(), find(&mut taken.community, "dove").signing.author_id().0.to_vec()),
    ]);
    assert_eq!(greens.found_in(&everything), ["author", "words for everyone"]);
}

/// What the phone may not tell: of other monitors all keys and names, of all reports that are not for everyone their
/// ids and words, of incidents likewise.
fn others(taken: &mut Taken, phone: &SigningPublic) -> Vec<(String, Vec<u8>)> {
    let mut kept: Vec<(String, Vec<u8>)> = Vec::new();
    let c = &mut taken.community;
    let roster = c.who("acacia").node.roster().clone();
    for member in roster.members().filter(|m| m.role == Role::Monitor && m.device.signing != *phone) {
        let name = &member.pseudonym;
        kept.push((format!("signing key of {name}"), member.device.signing.0.to_vec()));
        kept.push((format!("receiving key of {name}"), member.device.receiving.0.to_vec()));
        kept.push((format!("audience of {name}"), member.device.signing.audience().0.to_vec()));
        kept.push((format!("pseudonym {name}"), name.as_bytes().to_vec()));
        kept.push((format!("person of {name}"), member.person.unwrap().to_vec()));
        // It wrote nothing that is for everyone, so not even the short name of its key is to be found.
        if name == "wren" {
            kept.push((format!("author {name}"), member.device.signing.author_id().0.to_vec()));
        }
    }
    assert_eq!(kept.len(), 4 * 5 + 1, "swift, dove, lark, wren");
    let reports = block_on(c.who("heron").node.reports()).unwrap();
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
    let shown: BTreeSet<String> = reports
        .iter()
        .filter(|view| view.tlp == Tlp::Green || view.author == *phone)
        .flat_map(|view| words(&view.row.fields.narrative))
        .collect();
    for view in reports.iter().filter(|view| view.tlp != Tlp::Green && view.author != *phone) {
        kept.push((format!("document {}", view.id), view.id.0.to_vec()));
        for word in words(&view.row.fields.narrative).difference(&shown).filter(|word| word.len() >= 5) {
            kept.push((format!("word {word}"), word.as_bytes().to_vec()));
        }
    }
    for view in block_on(c.who("heron").node.incidents()).unwrap() {
        kept.push((format!("incident {}", view.id), view.id.0.to_vec()));
        kept.push((format!("title {}", view.title), view.title.as_bytes().to_vec()));
    }
    for name in ["abattoir", "Embuscade", "bergers", "Guetteur"] {
        let looked_for = kept.iter().any(|(what, _)| what.contains(name));
        assert!(looked_for, "{name} is not looked for");
    }
    kept
}

fn find(c: &mut Community, name: &str) -> azalai_envelope::DevicePublic {
    let roster = c.who("acacia").node.roster();
    roster.members().find(|member| member.pseudonym == name).unwrap_or_else(|| panic!("no {name}")).device
}

/// Guards against a relay that keeps anything of what is inside: also the signed statements themselves, as they are
/// carried (compressed), and everything written as text.
#[test]
fn the_raw_files_of_a_busy_relay_hold_no_piece_of_any_statement_in_any_form() {
    let mut taken = taken();
    let (carried, keys) = (taken.carried(), taken.all_keys.clone());
    let mut secrets = Secrets(taken.secrets.0.clone());
    let mut opened = 0;
    for envelope in &carried {
        let Some(statement) = taken.open(envelope, &keys) else { continue };
        opened += 1;
        // Any sixteen bytes in a row: whatever is as long as thirty-one holds one of these pieces whole.
        for (at, piece) in statement.bytes().chunks_exact(16).enumerate() {
            // The certificate that the relay was given is in the authority log too, and names nobody.
            let shown = taken.certificate.windows(16).any(|window| window == piece);
            if !shown && piece.iter().collect::<BTreeSet<_>>().len() > 8 {
                secrets.0.push((format!("{} at {}", statement.id(), at * 16), piece.to_vec()));
            }
        }
    }
    assert!(opened > 80, "only {opened} statements were looked for");
    let mut raw = Vec::new();
    let folder: Vec<PathBuf> = files(taken.relay.path());
    for path in &folder {
        raw.extend(std::fs::read(path).unwrap());
        raw.extend_from_slice(path.to_str().unwrap().as_bytes());
    }
    assert_eq!(secrets.found_in(&raw), Vec::<&str>::new());
    // The search finds a piece that is there, in each form.
    for form in forms(&secrets.0.last().unwrap().1) {
        assert!(!secrets.found_in(&form).is_empty());
    }
}

/// Fields of an envelope that must be noise: the encapsulated key, the commit, the beginning of the ciphertext, and
/// its posting signature's point. Each 32 bytes long.
fn noise(envelope: &[u8]) -> [&[u8]; 4] {
    let header = HEADER_LEN;
    let signature = envelope.len() - 64;
    [&envelope[8..40], &envelope[40..72], &envelope[header..header + 32], &envelope[signature..signature + 32]]
}

fn bits_apart(a: &[u8], b: &[u8]) -> f64 {
    let apart: u32 = a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum();
    f64::from(apart)
}

/// Guards against letters of one author, circle or document that are more alike than letters of different ones.
#[test]
fn letters_of_one_author_circle_or_document_are_no_more_alike_than_any() {
    let mut taken = taken();
    let (carried, keys) = (taken.carried(), taken.all_keys.clone());
    let mut known: Vec<(Vec<u8>, (SigningPublic, AudienceId, DocumentId))> = Vec::new();
    for envelope in carried {
        assert!(pad::is_class(envelope.len()), "{} bytes are no size class", envelope.len());
        if let Some(statement) = taken.open(&envelope, &keys) {
            known.push((envelope, (statement.author(), statement.audience(), statement.document())));
        }
    }
    type Same = fn(&(SigningPublic, AudienceId, DocumentId), &(SigningPublic, AudienceId, DocumentId)) -> bool;
    let groups: [(&str, Same); 3] =
        [("author", |a, b| a.0 == b.0), ("circle", |a, b| a.1 == b.1), ("document", |a, b| a.2 == b.2)];
    for (name, same) in groups {
        for field in 0..4 {
            let (mut sum, mut pairs) = (0.0, 0.0);
            for (at, (left, of_left)) in known.iter().enumerate() {
                for (right, of_right) in &known[at + 1..] {
                    if same(of_left, of_right) {
                        sum += bits_apart(noise(left)[field], noise(right)[field]);
                        pairs += 1.0;
                    }
                }
            }
            assert!(pairs >= 20.0, "only {pairs} pairs of one {name}");
            // A point of a curve has one bit that is always zero; else each bit differs in half of all pairs, with a
            // spread of eight bits a pair. Pairs share letters, but differences of random strings do not depend.
            let expected = if field == 0 { 127.5 } else { 128.0 };
            let spread = 8.0 / f64::sqrt(pairs);
            let (mean, far) = (sum / pairs, 5.0 * spread);
            assert!((mean - expected).abs() < far, "{name}, field {field}: {mean} bits apart in {pairs} pairs");
        }
    }
    // Every byte is as frequent as any other in all ciphertexts together: chi-square with 255 degrees of freedom,
    // whose spread is 22.6.
    let mut counts = [0_u32; 256];
    for (envelope, _) in &known {
        let sealed = &envelope[HEADER_LEN..envelope.len() - 64];
        sealed.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    }
    let expected = f64::from(counts.iter().sum::<u32>()) / 256.0;
    let square: f64 = counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
    assert!((120.0..400.0).contains(&square), "chi-square {square}");
}
