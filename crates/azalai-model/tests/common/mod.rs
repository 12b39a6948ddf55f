//! Members and documents for the tests of this crate: every change goes through the linter, as it does in the program.

#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::ids::{AuthorId, DocumentId};
use azalai_model::base::base_bytes;
use azalai_model::carried::whole;
use azalai_model::lint::{Expect, Ground, GroundError, lint};
use azalai_model::{ActorId, Applied, ApplyError, Document, DocumentKind, EditError, IncidentEdit, People, Person};

/// Who wrote what, as the node knows it from verified statements.
#[derive(Debug, Clone, Default)]
pub(crate) struct Book {
    pub(crate) authors: BTreeMap<[u8; 32], AuthorId>,
    pub(crate) persons: BTreeMap<AuthorId, Person>,
    pub(crate) reporters: BTreeMap<DocumentId, Person>,
    pub(crate) retracted: BTreeSet<DocumentId>,
}

impl People for Book {
    fn author_of(&self, change: &[u8; 32]) -> Option<AuthorId> {
        self.authors.get(change).copied()
    }

    fn person(&self, device: AuthorId) -> Option<Person> {
        self.persons.get(&device).copied()
    }

    fn reporter(&self, report: DocumentId) -> Option<Person> {
        self.reporters.get(&report).copied()
    }

    fn retracted(&self, report: DocumentId) -> bool {
        self.retracted.contains(&report)
    }
}

pub(crate) fn device(number: u8) -> AuthorId {
    AuthorId([number; 8])
}

pub(crate) fn actor(number: u8) -> ActorId {
    ActorId::from([number; 16])
}

pub(crate) fn report_id(number: u8) -> DocumentId {
    DocumentId([number; 16])
}

/// A document with what the linter knows about it.
#[derive(Debug, Clone)]
pub(crate) struct Replica {
    pub(crate) document: Document,
    ground: Ground,
}

impl Replica {
    pub(crate) fn new(kind: DocumentKind) -> Self {
        let bytes = base_bytes(kind);
        let mut ground = Ground::new();
        let expect = Expect { actor: &[0; 16], seq: Some(1), known_actors: &|_| false };
        ground.add(&lint(bytes, &expect).unwrap()).unwrap();
        Self { document: Document::new(kind), ground }
    }

    /// Receives a change as the program does: linter, ground, document.
    pub(crate) fn receive(&mut self, from: &ActorId, bytes: &[u8]) -> Result<Applied, ApplyError> {
        // A change that came too early names actors that nobody has met here; what it refers to is the ground's matter.
        let expect = Expect { actor: from.to_bytes(), seq: None, known_actors: &|_| true };
        let bytes = whole(bytes, from.to_bytes()).unwrap();
        let linted = lint(&bytes, &expect).unwrap();
        match self.ground.check(&linted) {
            Ok(()) | Err(GroundError::MissingDep(_) | GroundError::Known) => {}
            Err(error) => panic!("{error}"),
        }
        let applied = self.document.apply(&linted)?;
        if applied == Applied::New {
            self.ground.add(&linted).unwrap();
        }
        Ok(applied)
    }

    /// Takes in a change that this device made, which has to pass the linter as well.
    pub(crate) fn own(&mut self, from: &ActorId, bytes: &[u8]) -> [u8; 32] {
        let ground = &self.ground;
        let known = |actor: &[u8]| ground.has_actor(actor);
        let expect = Expect { actor: from.to_bytes(), seq: None, known_actors: &known };
        let bytes = whole(bytes, from.to_bytes()).unwrap();
        let linted = lint(&bytes, &expect).unwrap();
        self.ground.add(&linted).unwrap();
        linted.hash()
    }

    /// Edits an incident as a device whose number is also its actor's.
    pub(crate) fn edit(&mut self, book: &mut Book, number: u8, edits: &[IncidentEdit]) -> Result<Vec<u8>, EditError> {
        let bytes = self.document.edit_incident(&actor(number), device(number), book, edits)?;
        let hash = self.own(&actor(number), &bytes);
        book.authors.insert(hash, device(number));
        Ok(bytes)
    }
}
