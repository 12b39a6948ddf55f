//! Promise 2 and 6: what a relay holds tells nothing, and what a monitor's device holds is no list of members.
//!
//! Everything that people in the project could be recognised by is looked for in everything that the relay keeps.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod project;
mod seized;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use azalai_envelope::envelope::HEADER_LEN;
use azalai_envelope::{DeviceKeys, pad};
use azalai_roster::Role;
use azalai_store::{Disk as _, SledStore};
use azalai_sync::Responder;
use azalai_testkit::{DirectLink, relay::QUOTA_BYTES};
use futures_lite::future::block_on;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use project::{Secrets, busy, dump, envelopes, files, opened_home};

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
