//! One small document in which every vector is judged: its base change, one change each of two who were apart, and
//! the change that an attacker alters: the first of them again, on both.

use automerge::transaction::Transactable as _;
use automerge::{Change, ROOT};
use azalai_model::lint::{Ground, Linted};

use super::{ANNA, BINTA, Parts, base, commit, fork, lint_in, object};

/// The document before the change, and the change.
pub struct Scene {
    pub before: Vec<Change>,
    pub ground: Ground,
    pub genuine: Vec<u8>,
    pub parts: Parts,
}

/// Names of operations in the scene's change: its actors are Anna (0), Binta (1) and the base's (2).
pub const MAP: (u64, u64) = (2, 1);
pub const LIST: (u64, u64) = (2, 2);
pub const TEXT: (u64, u64) = (2, 3);
pub const ANNAS_GRADE: (u64, u64) = (0, 4);
pub const BINTAS_GRADE: (u64, u64) = (1, 4);
pub const FIRST_LETTER: (u64, u64) = (0, 5);
pub const LIST_ITEM: (u64, u64) = (0, 10);
pub const START: u64 = 11;

impl Scene {
    pub fn new() -> Self {
        let mut first = base();
        let mut anna = fork(&mut first, ANNA);
        let (map, list, text) = (object(&anna, "map"), object(&anna, "list"), object(&anna, "text"));
        anna.put(&map, "grade", "B").unwrap();
        anna.splice_text(&text, 0, 0, "salut").unwrap();
        anna.insert(&list, 0, "one").unwrap();
        commit(&mut anna);
        let mut binta = fork(&mut first, BINTA);
        binta.put(&map, "grade", "C").unwrap();
        commit(&mut binta);
        anna.merge(&mut binta).unwrap();
        let before = anna.get_changes(&[]);
        anna.put(&map, "grade", "A").unwrap();
        anna.splice_text(&text, 1, 2, "é").unwrap();
        anna.put(&list, 0, "two").unwrap();
        anna.insert(&list, 1, 7_i64).unwrap();
        anna.put(ROOT, "note", 5_u64).unwrap();
        anna.put(ROOT, "title", "Le puits est à sec").unwrap();
        commit(&mut anna);
        let genuine = anna.get_last_local_change().unwrap().raw_bytes().to_vec();

        let mut ground = Ground::new();
        for change in &before {
            ground.add(&lint_in(change.raw_bytes(), change.actor_id().to_bytes(), &ground).unwrap()).unwrap();
        }
        let parts = Parts::of(&genuine);
        assert_eq!((parts.start, parts.seq), (START, 2));
        Self { before, ground, genuine, parts }
    }

    /// Judges bytes as this scene's next change: the text of the error that refuses them, and who refuses.
    pub fn judge<'a>(&self, bytes: &'a [u8]) -> Result<Linted<'a>, (&'static str, String, String)> {
        let linted = lint_in(bytes, &ANNA, &self.ground)
            .map_err(|error| ("the bytes alone", format!("{error:?}"), error.to_string()))?;
        self.ground.check(&linted).map_err(|error| ("the document", format!("{error:?}"), error.to_string()))?;
        Ok(linted)
    }
}
