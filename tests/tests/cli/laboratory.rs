//! Somebody who has a home's files, the passphrase and `docs/spec/at-rest.md`, and looks for words at every place of
//! every file: in live items, in old pages of the database, in the journal and in whatever else lies there. Nothing here
//! uses the program's own code for opening anything.

use std::collections::BTreeMap;
use std::path::Path;

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit as _, Nonce};

const SLOT: usize = 74;
const SALT: usize = 24;
const SEGMENTS: usize = 2048;
/// What is read of an item: a store's piece.
const PIECE: usize = 4096;

fn hash(key: &[u8; 32], label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_keyed(key);
    for part in [b"azalai 1 store", label.as_bytes()].iter().chain(parts) {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

fn cipher(key: &[u8; 32], label: &str, salt: &[u8]) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(&Key::from(hash(key, label, &[salt])))
}

fn open(key: &[u8; 32], label: &str, salt: &[u8], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    cipher(key, label, salt).decrypt(&Nonce::default(), Payload { msg: sealed, aad }).ok()
}

/// What stands there if it was sealed under this key, as far as `len`: the length of what was sealed is not known, so
/// that its tag cannot be checked.
fn peek(key: &[u8; 32], label: &str, salt: &[u8], sealed: &[u8], len: usize) -> Vec<u8> {
    let len = len.min(sealed.len());
    let stream = cipher(key, label, salt).encrypt(&Nonce::default(), vec![0; len].as_slice()).unwrap();
    sealed.iter().zip(stream).take(len).map(|(byte, key)| byte ^ key).collect()
}

/// All files of a home, opened with its passphrase.
pub(crate) struct Laboratory {
    index: [u8; 32],
    journal: [u8; 32],
    segments: Vec<[u8; 32]>,
    files: BTreeMap<String, Vec<u8>>,
}

fn read_all(folder: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, into);
        } else {
            into.insert(path.display().to_string(), std::fs::read(&path).unwrap());
        }
    }
}

fn array(bytes: &[u8]) -> [u8; 32] {
    bytes.try_into().unwrap()
}

impl Laboratory {
    pub(crate) fn new(home: &Path, passphrase: &str) -> Self {
        let slots = std::fs::read(home.join("slots")).unwrap();
        let number = |at: usize| u32::from_be_bytes(slots[at..at + 4].try_into().unwrap());
        let params = argon2::Params::new(number(1), number(5), 1, Some(32)).unwrap();
        let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        let mut stretched = [0; 32];
        argon.hash_password_into(passphrase.as_bytes(), &slots[9..25], &mut stretched).unwrap();
        let profile = (0..4_u8).find_map(|n| {
            let slot = &slots[25 + usize::from(n) * SLOT..][..SLOT];
            let aad = [&slots[..25], &[n]].concat();
            open(&stretched, "slot", &slot[..SALT], &aad, &slot[SALT..])
        });
        // Two bytes say where the profile lies.
        let profile = array(&profile.expect("the passphrase opens a slot")[2..]);
        let plain = ["one", "two"].iter().find_map(|side| {
            let keyring = std::fs::read(home.join(side).join("keyring")).unwrap();
            open(&profile, "keyring", &keyring[1..1 + SALT], &[1], &keyring[1 + SALT..])
        });
        let plain = plain.expect("the profile's key opens a keyring");
        assert_eq!(plain[0], 0, "nothing is under way");
        let at = |n: usize| array(&plain[n..n + 32]);
        let segments = (0..SEGMENTS).map(|n| at(1 + 4 * 32 + 256 + n * 32)).collect();
        let mut files = BTreeMap::new();
        read_all(home, &mut files);
        Self { index: at(1), journal: at(33), segments, files }
    }

    /// At how many places of all files something opens that stood under this key of a space.
    pub(crate) fn items(&self, space: u8, key: &[u8]) -> usize {
        let place = hash(&self.index, "key", &[&[space], key]);
        let segment = usize::from(u16::from_be_bytes([place[0], place[1]]) >> 5);
        let wanted = [&[u8::try_from(key.len()).unwrap()], key].concat();
        self.places(|salt, sealed| peek(&self.segments[segment], "item", salt, sealed, wanted.len()) == wanted)
    }

    /// At how many places of all files a record of the journal opens that is named so.
    pub(crate) fn records(&self, id: &[u8]) -> usize {
        self.places(|salt, sealed| peek(&self.journal, "journal record", salt, sealed, 32) == id)
    }

    /// How many files hold one of these words as they are, and how many places one that the journal's key opens.
    pub(crate) fn words(&self, words: &[&str]) -> usize {
        let has = |plain: &[u8]| words.iter().any(|word| plain.windows(word.len()).any(|part| part == word.as_bytes()));
        let bare = self.files.values().filter(|bytes| has(bytes)).count();
        let journals = self.files.iter().filter(|(name, _)| name.contains("journal"));
        let opened = journals.map(|(_, bytes)| {
            let at = (0..bytes.len().saturating_sub(SALT + 17)).filter(|at| {
                let (salt, sealed) = bytes[*at..].split_at(SALT);
                has(&peek(&self.journal, "journal record", salt, sealed, PIECE))
            });
            at.count()
        });
        bare + opened.sum::<usize>()
    }

    /// How many places look so: a version byte, a salt, what was sealed; or, in the journal, without the version byte.
    fn places(&self, looks: impl Fn(&[u8], &[u8]) -> bool) -> usize {
        let mut found = 0;
        for (name, bytes) in &self.files {
            let journal = name.contains("journal");
            for at in 0..bytes.len().saturating_sub(SALT + 17) {
                let salted = if journal { Some(at) } else { (bytes[at] == 1).then_some(at + 1) };
                if let Some(at) = salted
                    && looks(&bytes[at..at + SALT], &bytes[at + SALT..])
                {
                    found += 1;
                }
            }
        }
        found
    }
}
