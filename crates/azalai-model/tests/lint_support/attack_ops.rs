//! Attacks with what a change means: operations that are wrong by themselves, and ones that are wrong in the document.

use std::collections::BTreeSet;

use super::attack_bytes::Row;
use super::drafts::{Draft, DraftKey, write};
use super::scene::*;
use super::{ANNA, BINTA, Parts, run};

/// Operations that are wrong by themselves.
pub fn operations(scene: &Scene) -> Vec<Row> {
    let one = |draft: Draft| alone(scene, &[draft]);
    let put = || Draft::put("note", "x");
    let (start, later) = (START, START + 1);
    vec![
        ("action-increment", "an increment", "Action", one(Draft { action: 5, code: 4, body: vec![1], ..put() })),
        ("action-null", "an operation without an action", "Null", {
            let mut parts = write(&scene.parts, &[put(), put()]);
            parts.others.clear();
            *parts.column(66) = vec![0x7f, 1, 0, 1];
            parts.build()
        }),
        ("action-table", "a table", "Action", one(Draft::make(6, "t"))),
        ("action-mark", "a mark without its columns", "Action", one(Draft { action: 7, ..put() })),
        ("action-48", "an action that does not exist", "Action", one(Draft { action: 48, ..put() })),
        ("action-2-63", "an action beyond all reason", "Action", one(Draft { action: 1 << 63, ..put() })),
        ("value-counter", "a counter", "ValueType", one(put().valued(8, &[1]))),
        ("value-unknown", "a value of an unknown type", "ValueType", one(put().valued(12, b"??"))),
        ("value-of-delete", "a deletion that carries a value", "ValueUnwanted", {
            let delete = Draft::delete(DraftKey::Map(b"grade".to_vec()), vec![ANNAS_GRADE]).within(MAP);
            one(delete.valued(6, b"smuggled"))
        }),
        ("value-true-body", "a boolean with a body", "ValueBody", one(put().valued(2, b"x"))),
        ("value-float-short", "a float of seven bytes", "ValueBody", one(put().valued(5, &[0; 7]))),
        ("value-nan", "a float that is no number", "ValueBody", one(put().valued(5, &f64::NAN.to_le_bytes()))),
        ("value-not-text", "a text that is not UTF-8", "ValueBody", one(put().valued(6, &[0xc3, 0x28]))),
        (
            "value-int-padded",
            "a number that is not in its shortest form",
            "Bytes(Invalid",
            one(put().valued(4, &[0x81, 0])),
        ),
        ("value-int-trailing", "bytes after a number", "Bytes(Trailing", one(put().valued(3, &[1, 1]))),
        ("value-uint-65-bits", "a number of more than 64 bits", "Bytes(Invalid", one(put().valued(3, &[0xff; 10]))),
        ("key-empty", "an empty key", "KeyLength", one(Draft::put("", "x"))),
        ("key-long", "a key of 256 bytes", "KeyLength", one(Draft::put(&"k".repeat(256), "x"))),
        ("key-none", "an operation with no key", "Mismatch", {
            let mut parts = write(&scene.parts, &[put()]);
            parts.others.clear();
            parts.columns.retain(|column| column.0 != 21);
            parts.build()
        }),
        ("key-negative", "an element with a negative counter", "Counter", {
            let mut parts = write(&scene.parts, &[put().at(DraftKey::Element(0, 5)).within(TEXT).inserting()]);
            *parts.column(19) = run(-1, &[0x7b]);
            parts.build()
        }),
        ("actor-index", "an actor outside the table", "ActorIndex", one(put().within((9, 1)))),
        ("actor-index-2-32", "an actor index that is one of the table if cut to 32 bits", "ActorIndex", {
            one(put().within((1 << 32, 1)))
        }),
        ("counter-2-32", "an object whose counter is one of the document if cut to 32 bits", "Counter", {
            one(put().within((2, (1 << 32) + 1)))
        }),
        ("counter-zero", "an object with counter zero", "Counter", one(put().within((2, 0)))),
        ("object-no-actor", "an object with a counter and no actor", "Mismatch", {
            let mut parts = write(&scene.parts, &[put()]);
            parts.others.clear();
            *parts.column(2) = run(-1, &[1]);
            parts.build()
        }),
        (
            "object-self",
            "an operation in the object that it makes",
            "Forward",
            one(Draft::make(0, "m").within((0, start))),
        ),
        ("object-later", "an operation in an object that is made after it", "Forward", {
            alone(scene, &[put().within((0, later)), Draft::make(0, "m")])
        }),
        ("key-later", "an element that is made after it", "Forward", {
            one(put().within(LIST).at(DraftKey::Element(0, later)).inserting())
        }),
        ("pred-self", "an operation that replaces itself", "Forward", one(put().replacing(&[(0, start)]))),
        ("pred-later", "an operation that replaces a later one", "Forward", {
            alone(scene, &[put().replacing(&[(0, later)]), put()])
        }),
        (
            "pred-other-future",
            "a replaced operation of another, with a counter that only this change can have",
            "Forward",
            { alone(scene, &[put(), put().replacing(&[(1, start)])]) },
        ),
        ("pred-order", "replaced operations in another order", "PredOrder", {
            one(Draft::put("grade", "A").within(MAP).replacing(&[ANNAS_GRADE, BINTAS_GRADE]))
        }),
        ("pred-twice", "one operation replaced twice", "PredOrder", {
            one(Draft::put("grade", "A").within(MAP).replacing(&[ANNAS_GRADE, ANNAS_GRADE]))
        }),
        ("pred-too-many", "more replaced than an operation may", "TooManyPreds", one(put().replacing(&[(0, 4); 65]))),
        ("delete-nothing", "a deletion of nothing, which Automerge loses when it saves", "PredCount", {
            one(Draft::delete(DraftKey::Map(b"title".to_vec()), vec![]))
        }),
        ("insert-replaces", "an insertion that replaces", "PredCount", {
            one(put().within(LIST).at(DraftKey::Head).inserting().replacing(&[LIST_ITEM]))
        }),
        ("element-replaces-nothing", "an assignment to an element that replaces nothing", "PredCount", {
            one(put().within(LIST).at(DraftKey::Element(0, 10)))
        }),
        ("insert-into-map", "an insertion at a text key", "Insert", one(put().inserting())),
        ("insert-delete", "a deletion that inserts", "Insert", {
            one(Draft::delete(DraftKey::Head, vec![]).within(LIST).inserting())
        }),
        ("assign-head", "an assignment to the head of a list", "Insert", one(put().within(LIST).at(DraftKey::Head))),
        ("others-unused", "an actor that no operation refers to", "UnusedActor", {
            let mut parts = write(&scene.parts, &[put()]);
            parts.others = vec![BINTA.to_vec()];
            parts.build()
        }),
    ]
}

/// Changes that are well formed and wrong in this document.
pub fn references(scene: &Scene) -> Vec<Row> {
    let one = |draft: Draft| alone(scene, &[draft]);
    let put = || Draft::put("note", "x");
    let with = |edit: &dyn Fn(&mut Parts)| {
        let mut parts = scene.parts.clone();
        edit(&mut parts);
        parts.build()
    };
    let grade = || Draft::put("grade", "A").within(MAP);
    vec![
        (
            "ground-dep-missing",
            "a dependency that is not here",
            "MissingDep",
            with(&|parts| parts.deps[1] = [0xff; 32]),
        ),
        ("ground-deps-none", "a second beginning of the document", "NoDeps", with(&|parts| parts.deps.clear())),
        ("ground-own-last", "a change that leaves out its actor's own last one", "Seq {", {
            let binta = scene.before.iter().find(|change| change.actor_id().to_bytes() == BINTA).unwrap();
            with(&|parts| parts.deps = vec![binta.hash().0])
        }),
        ("ground-start-leap", "a first counter far ahead, which uses up the 32 bits of the document", "Start", {
            with(&|parts| parts.start = (1 << 32) - 100)
        }),
        ("ground-start-back", "a first counter that its actor has used", "Start", {
            alone_from(scene, START - 1, &[put()])
        }),
        (
            "ground-unseen",
            "a reference to an operation that exists and that the change does not build on",
            "NotInPast",
            {
                let anna = scene.before.iter().find(|change| change.actor_id().to_bytes() == ANNA).unwrap();
                let mut parts = write(&scene.parts, &[grade().replacing(&[BINTAS_GRADE, ANNAS_GRADE])]);
                parts.deps = vec![anna.hash().0];
                parts.build()
            },
        ),
        ("ground-object-missing", "an object that does not exist", "NotInPast", one(put().within((1, 3)))),
        ("ground-element-missing", "an element that does not exist", "NotInPast", {
            one(put().within(LIST).at(DraftKey::Element(1, 9)).inserting())
        }),
        (
            "ground-pred-missing",
            "a replaced operation that does not exist",
            "NotInPast",
            one(put().replacing(&[(1, 9)])),
        ),
        ("ground-object-value", "a value used as an object", "NotAnObject", one(put().within(ANNAS_GRADE))),
        ("ground-map-element", "an element in a map", "KeyKind", {
            one(put().within(MAP).at(DraftKey::Element(0, 5)).inserting())
        }),
        (
            "ground-root-head",
            "an insertion into the document itself",
            "KeyKind",
            one(put().at(DraftKey::Head).inserting()),
        ),
        ("ground-list-key", "a text key in a list", "KeyKind", one(put().within(LIST))),
        ("ground-element-elsewhere", "an element of another list", "NotAnElement", {
            one(put().within(LIST).at(DraftKey::Element(FIRST_LETTER.0, FIRST_LETTER.1)).inserting())
        }),
        ("ground-element-key", "a map's entry used as a list element", "NotAnElement", {
            one(put().within(LIST).at(DraftKey::Element(0, 4)).inserting())
        }),
        (
            "ground-pred-elsewhere",
            "a replaced value of another key",
            "PredElsewhere",
            one(put().replacing(&[ANNAS_GRADE])),
        ),
        ("ground-pred-element", "a replaced value of another element", "PredElsewhere", {
            one(Draft::delete(DraftKey::Element(0, 5), vec![(0, 6)]).within(TEXT))
        }),
        ("ground-pred-deletion", "a deletion that is replaced", "PredElsewhere", {
            let gone = Draft::delete(DraftKey::Map(b"grade".to_vec()), vec![ANNAS_GRADE]).within(MAP);
            alone(scene, &[gone, grade().replacing(&[(0, START)])])
        }),
        ("ground-text-number", "a number in a text", "NotText", {
            one(put().valued(3, &[7]).within(TEXT).at(DraftKey::Head).inserting())
        }),
        ("ground-text-object", "an object in a text", "NotText", {
            one(Draft::make(0, "").within(TEXT).at(DraftKey::Head).inserting())
        }),
        ("ground-text-assign", "an assignment to a letter", "NotText", {
            one(put().within(TEXT).at(DraftKey::Element(0, 5)).replacing(&[FIRST_LETTER]))
        }),
        ("ground-too-deep", "maps in maps until the stack is used up", "TooDeep", {
            let deeper = |at| Draft::make(0, "m").within((0, START + at - 1));
            let chain: Vec<Draft> = std::iter::once(Draft::make(0, "m")).chain((1..1_000).map(deeper)).collect();
            alone(scene, &chain)
        }),
    ]
}

/// The scene's change with these operations instead, and only the actors that they refer to.
fn alone(scene: &Scene, drafts: &[Draft]) -> Vec<u8> {
    alone_from(scene, START, drafts)
}

fn alone_from(scene: &Scene, start: u64, drafts: &[Draft]) -> Vec<u8> {
    let mut drafts = drafts.to_vec();
    let mut used = BTreeSet::new();
    let each = |drafts: &mut [Draft], of: &mut dyn FnMut(&mut u64)| {
        for draft in drafts {
            draft.object.iter_mut().for_each(|(actor, _)| of(actor));
            if let DraftKey::Element(actor, _) = &mut draft.key {
                of(actor);
            }
            draft.preds.iter_mut().for_each(|(actor, _)| of(actor));
        }
    };
    each(&mut drafts, &mut |actor| {
        if (1..=2).contains(actor) {
            used.insert(*actor);
        }
    });
    let used: Vec<u64> = used.into_iter().collect();
    each(&mut drafts, &mut |actor| {
        if let Some(at) = used.iter().position(|used| used == actor) {
            *actor = at as u64 + 1;
        }
    });
    let mut parts = write(&scene.parts, &drafts);
    parts.others = used.iter().map(|actor| scene.parts.others[*actor as usize - 1].clone()).collect();
    parts.start = start;
    parts.build()
}
