//! What the linter's tests share: genuine changes made by Automerge, and the means to take one apart and put it
//! together wrongly. It holds no expectation of its own.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

pub mod attack_bytes;
pub mod attack_ops;
pub mod drafts;
pub mod scene;

use automerge::transaction::{CommitOptions, Transactable as _};
use automerge::{ActorId, AutoCommit, Change, ObjId, ObjType, ROOT, ReadDoc as _, ScalarValue};
use azalai_model::lint::{Expect, Ground, LintError, Linted, lint};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

/// Actors in an order that differs from the order in which they first write.
pub const BASE: [u8; 16] = [0x50; 16];
pub const ANNA: [u8; 16] = [0x90; 16];
pub const BINTA: [u8; 16] = [0x10; 16];
pub const CHEIKH: [u8; 16] = [0xf0; 16];

pub fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

pub fn below(rng: &mut ChaCha8Rng, limit: usize) -> usize {
    usize::try_from(rng.next_u64() % limit.max(1) as u64).unwrap()
}

pub fn commit(doc: &mut AutoCommit) {
    doc.commit_with(CommitOptions::default().with_time(0));
}

/// A document with its base change: a map, a list and a text.
pub fn base() -> AutoCommit {
    let mut doc = AutoCommit::new().with_actor(ActorId::from(&BASE[..]));
    doc.put_object(ROOT, "map", ObjType::Map).unwrap();
    doc.put_object(ROOT, "list", ObjType::List).unwrap();
    doc.put_object(ROOT, "text", ObjType::Text).unwrap();
    commit(&mut doc);
    doc
}

pub fn fork(doc: &mut AutoCommit, actor: [u8; 16]) -> AutoCommit {
    doc.fork().with_actor(ActorId::from(&actor[..]))
}

pub fn object(doc: &AutoCommit, key: &str) -> ObjId {
    doc.get(ROOT, key).unwrap().unwrap().1
}

/// Every change of a document, each after those that it builds on.
pub fn changes(doc: &mut AutoCommit) -> Vec<Change> {
    doc.get_changes(&[])
}

/// Lints as an honest caller would for the change's own actor.
pub fn lint_in<'a>(bytes: &'a [u8], actor: &[u8], ground: &Ground) -> Result<Linted<'a>, LintError> {
    lint(bytes, &Expect { actor, seq: Some(ground.next_seq(actor)), known_actors: &|actor| ground.has_actor(actor) })
}

/// Passes every change of a document through linter and ground.
pub fn admit_all(doc: &mut AutoCommit) -> Ground {
    let mut ground = Ground::new();
    for change in changes(doc) {
        let linted = lint_in(change.raw_bytes(), change.actor_id().to_bytes(), &ground).unwrap();
        assert_eq!(linted.hash(), change.hash().0);
        assert_eq!(linted.deps().iter().map(|dep| &dep[..]).collect::<Vec<_>>(), deps(&change));
        assert_eq!((linted.seq(), linted.start_op()), (change.seq(), change.start_op().get()));
        assert_eq!(linted.ops().len(), change.len());
        ground.add(&linted).unwrap();
    }
    ground
}

fn deps(change: &Change) -> Vec<&[u8]> {
    change.deps().iter().map(|dep| &dep.0[..]).collect()
}

/// A document of three who write apart and merge, in every shape that our documents have.
pub fn wild(seed: u64, steps: usize) -> AutoCommit {
    let mut rng = rng(seed);
    let mut first = base();
    let mut docs = [fork(&mut first, ANNA), fork(&mut first, BINTA), fork(&mut first, CHEIKH)];
    for _ in 0..steps {
        let who = below(&mut rng, 3);
        let doc = &mut docs[who];
        for _ in 0..=below(&mut rng, 6) {
            edit(doc, &mut rng);
        }
        commit(doc);
        if below(&mut rng, 2) == 0 {
            let mut other = docs[below(&mut rng, 3)].clone();
            docs[who].merge(&mut other).unwrap();
        }
    }
    let [mut anna, mut binta, mut cheikh] = docs;
    anna.merge(&mut binta).unwrap();
    anna.merge(&mut cheikh).unwrap();
    anna.put(ROOT, "end", true).unwrap();
    commit(&mut anna);
    anna
}

pub const WORDS: [&str; 7] =
    ["convoi de nuit", "وصلت القافلة ليلاً", "🚚🐪", "e\u{301}lé", "x", "👩‍👩‍👧", "the market was empty, the well too"];

fn edit(doc: &mut AutoCommit, rng: &mut ChaCha8Rng) {
    let (map, list, text) = (object(doc, "map"), object(doc, "list"), object(doc, "text"));
    let word = WORDS[below(rng, WORDS.len())];
    let key = format!("grade/{}", below(rng, 5));
    match below(rng, 12) {
        0 => doc.put(&map, key, scalar(rng)).unwrap(),
        1 => doc.put(ROOT, key, scalar(rng)).unwrap(),
        2 => drop(doc.delete(&map, key)),
        3 | 4 => {
            let at = below(rng, doc.length(&text) + 1);
            doc.splice_text(&text, at, 0, word).unwrap();
        }
        5 => {
            let length = doc.length(&text);
            let at = below(rng, length);
            let cut = below(rng, (length - at).min(9) + 1);
            doc.splice_text(&text, at, isize::try_from(cut).unwrap(), word).unwrap();
        }
        6 | 7 => doc.insert(&list, below(rng, doc.length(&list) + 1), scalar(rng)).unwrap(),
        8 if doc.length(&list) > 0 => doc.put(&list, below(rng, doc.length(&list)), scalar(rng)).unwrap(),
        9 if doc.length(&list) > 0 => doc.delete(&list, below(rng, doc.length(&list))).unwrap(),
        10 => {
            let inner = doc.insert_object(&list, 0, ObjType::Map).unwrap();
            doc.put(&inner, "kind", word).unwrap();
            doc.put(&inner, "kind", "again").unwrap();
        }
        11 => {
            let inner = doc.put_object(&map, key, ObjType::Text).unwrap();
            doc.splice_text(&inner, 0, 0, word).unwrap();
        }
        _ => doc.put(ROOT, "title", word).unwrap(),
    }
}

pub fn scalar(rng: &mut ChaCha8Rng) -> ScalarValue {
    let number = rng.next_u64() >> (below(rng, 8) * 8);
    match below(rng, 8) {
        0 => ScalarValue::Null,
        1 => ScalarValue::Boolean(number.is_multiple_of(2)),
        2 => ScalarValue::Uint(number),
        3 => ScalarValue::Int(number as i64),
        4 => ScalarValue::F64(number as f64 / 7.0),
        5 => ScalarValue::Timestamp(number as i64),
        6 => ScalarValue::Bytes(number.to_le_bytes()[..below(rng, 9)].to_vec()),
        _ => ScalarValue::Str(WORDS[below(rng, WORDS.len())].into()),
    }
}

/// A change taken apart, so that one part can be made wrong and the rest, checksum included, stays right.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    pub deps: Vec<[u8; 32]>,
    pub actor: Vec<u8>,
    pub seq: u64,
    pub start: u64,
    pub time: i64,
    pub message: Vec<u8>,
    pub others: Vec<Vec<u8>>,
    pub columns: Vec<(u64, Vec<u8>)>,
    pub extra: Vec<u8>,
}

impl Parts {
    pub fn of(chunk: &[u8]) -> Self {
        let mut rest = &chunk[9..];
        uleb(&mut rest);
        let deps = (0..uleb(&mut rest)).map(|_| take(&mut rest, 32).try_into().unwrap()).collect();
        let actor = prefixed(&mut rest);
        let (seq, start) = (uleb(&mut rest), uleb(&mut rest));
        assert_eq!(take(&mut rest, 1), [0], "a genuine change of ours has time 0");
        let message = prefixed(&mut rest);
        let others = (0..uleb(&mut rest)).map(|_| prefixed(&mut rest)).collect();
        let table: Vec<(u64, u64)> = (0..uleb(&mut rest)).map(|_| (uleb(&mut rest), uleb(&mut rest))).collect();
        let cut = |(spec, length): (u64, u64)| (spec, take(&mut rest, usize::try_from(length).unwrap()).to_vec());
        let columns = table.into_iter().map(cut).collect();
        Self { deps, actor, seq, start, time: 0, message, others, columns, extra: rest.to_vec() }
    }

    pub fn content(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_uleb(&mut out, self.deps.len() as u64);
        self.deps.iter().for_each(|dep| out.extend(dep));
        put_prefixed(&mut out, &self.actor);
        put_uleb(&mut out, self.seq);
        put_uleb(&mut out, self.start);
        put_sleb(&mut out, self.time);
        put_prefixed(&mut out, &self.message);
        put_uleb(&mut out, self.others.len() as u64);
        self.others.iter().for_each(|actor| put_prefixed(&mut out, actor));
        put_uleb(&mut out, self.columns.len() as u64);
        for (spec, bytes) in &self.columns {
            put_uleb(&mut out, *spec);
            put_uleb(&mut out, bytes.len() as u64);
        }
        self.columns.iter().for_each(|(_, bytes)| out.extend(bytes));
        out.extend(&self.extra);
        out
    }

    pub fn build(&self) -> Vec<u8> {
        chunk(1, &self.content())
    }

    /// The bytes of a column, made if it is not there.
    pub fn column(&mut self, spec: u64) -> &mut Vec<u8> {
        if !self.columns.iter().any(|(found, _)| *found == spec) {
            self.columns.push((spec, Vec::new()));
            self.columns.sort();
        }
        &mut self.columns.iter_mut().find(|(found, _)| *found == spec).unwrap().1
    }
}

/// A chunk with the right length and checksum.
pub fn chunk(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut hashed = vec![kind];
    put_uleb(&mut hashed, content.len() as u64);
    hashed.extend(content);
    let mut out = vec![0x85, 0x6f, 0x4a, 0x83];
    out.extend(&Sha256::digest(&hashed)[..4]);
    out.extend(hashed);
    out
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (head, tail) = rest.split_at(length);
    *rest = tail;
    head
}

fn prefixed(rest: &mut &[u8]) -> Vec<u8> {
    let length = usize::try_from(uleb(rest)).unwrap();
    take(rest, length).to_vec()
}

fn put_prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    put_uleb(out, bytes.len() as u64);
    out.extend(bytes);
}

fn uleb(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = take(rest, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}

pub fn put_uleb(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub fn put_sleb(out: &mut Vec<u8>, mut value: i64) {
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            out.push(byte);
            return;
        }
        out.push(byte | 0x80);
    }
}

/// A column of one run.
pub fn run(count: i64, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    put_sleb(&mut out, count);
    out.extend(value);
    out
}
