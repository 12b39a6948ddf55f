//! Attacks with the bytes of a change: the chunk around it, what stands before its columns, the columns as such.

use azalai_model::limits;

use super::scene::Scene;
use super::{ANNA, BINTA, CHEIKH, Parts, chunk, put_sleb, put_uleb, run};

/// File name, what it tries, the rule that stops it, the bytes.
pub type Row = (&'static str, &'static str, &'static str, Vec<u8>);

/// The chunk around a change.
pub fn frames(scene: &Scene) -> Vec<Row> {
    let content = scene.parts.content();
    let genuine = || scene.genuine.clone();
    let changed = |edit: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = genuine();
        edit(&mut bytes);
        bytes
    };
    let mut padded = Vec::new();
    padded.extend([(content.len() & 0x7f) as u8 | 0x80, (content.len() >> 7) as u8 | 0x80, 0]);
    vec![
        ("chunk-compressed", "a compressed change, which may unpack to gigabytes", "ChunkType", chunk(2, &bomb(2_400))),
        ("chunk-document", "a whole document instead of a change", "ChunkType", chunk(0, &content)),
        ("chunk-bundle", "a bundle of changes instead of a change", "ChunkType", chunk(3, &content)),
        ("chunk-type-unknown", "a type that Automerge does not have", "ChunkType", chunk(9, &content)),
        ("chunk-magic", "not an Automerge chunk", "Magic", changed(&|bytes| bytes[0] ^= 1)),
        ("chunk-checksum", "a tampered checksum", "Checksum", changed(&|bytes| bytes[4] ^= 1)),
        (
            "chunk-content",
            "tampered content under the old checksum",
            "Checksum",
            changed(&|bytes| {
                let last = bytes.len() - 1;
                bytes[last] ^= 1;
            }),
        ),
        ("chunk-empty", "no bytes at all", "Bytes(Short", vec![]),
        (
            "chunk-cut",
            "the last byte is missing",
            "Bytes(Short",
            changed(&|bytes| {
                bytes.pop();
            }),
        ),
        ("chunk-trailing", "a byte after the chunk", "Bytes(Trailing", changed(&|bytes| bytes.push(0))),
        ("chunk-twice", "two changes in one", "Bytes(Trailing", [genuine(), genuine()].concat()),
        ("chunk-length-2-63", "a length of 2^63", "Bytes(TooLarge", {
            [&genuine()[..9], &[0x80; 9][..], &[1]].concat()
        }),
        ("chunk-length-padded", "a length that is not in its shortest form", "Bytes(Invalid", {
            [&genuine()[..9], &padded, &content].concat()
        }),
        ("chunk-too-long", "more bytes than any change may have", "TooLong", chunk(1, &vec![0; limits::CHANGE_BYTES])),
    ]
}

/// What stands before the columns.
pub fn headers(scene: &Scene) -> Vec<Row> {
    let with = |edit: &dyn Fn(&mut Parts)| {
        let mut parts = scene.parts.clone();
        edit(&mut parts);
        parts.build()
    };
    let raw = |edit: &dyn Fn(&mut Vec<u8>)| {
        let mut content = scene.parts.content();
        edit(&mut content);
        chunk(1, &content)
    };
    vec![
        (
            "deps-2-40",
            "2^40 dependencies",
            "Bytes(TooLarge",
            raw(&|content| {
                let _ = content.splice(..1, [0x80, 0x80, 0x80, 0x80, 0x80, 0x20]).count();
            }),
        ),
        ("deps-descending", "dependencies in another order", "DepsOrder", with(&|parts| parts.deps.reverse())),
        ("deps-twice", "one dependency twice", "DepsOrder", with(&|parts| parts.deps[1] = parts.deps[0])),
        (
            "deps-too-many",
            "more dependencies than a change may have",
            "Bytes(TooLarge",
            with(&|parts| {
                parts.deps = (0..=limits::CHANGE_DEPS).map(|n| [(n / 256) as u8; 32]).collect();
            }),
        ),
        ("actor-forged", "another member's actor", "ForgedActor", with(&|parts| parts.actor = BINTA.to_vec())),
        ("actor-empty", "no actor", "ForgedActor", with(&|parts| parts.actor.clear())),
        ("actor-long", "an actor of 65 bytes", "Bytes(TooLarge", with(&|parts| parts.actor = vec![1; 65])),
        ("seq-zero", "sequence number zero", "SeqZero", with(&|parts| parts.seq = 0)),
        ("seq-again", "a sequence number that is taken", "Seq {", with(&|parts| parts.seq = 1)),
        ("seq-leap", "a sequence number that is not due yet", "Seq {", with(&|parts| parts.seq = 3)),
        (
            "seq-padded",
            "a sequence number that is not in its shortest form",
            "Bytes(Invalid",
            raw(&|content| {
                let at = 1 + 64 + 17;
                let _ = content.splice(at..=at, [0x82, 0]).count();
            }),
        ),
        ("start-zero", "operations from counter zero", "StartZero", with(&|parts| parts.start = 0)),
        ("start-2-32", "counters that run over 32 bits", "CounterOverflow", with(&|parts| parts.start = (1 << 32) - 3)),
        ("start-2-64", "counters that run over 64 bits", "CounterOverflow", with(&|parts| parts.start = u64::MAX)),
        ("time", "a time, which would make a device's clock known", "Time", with(&|parts| parts.time = 1)),
        ("time-min", "the lowest time of all", "Time", with(&|parts| parts.time = i64::MIN)),
        ("message", "a message that no screen shows", "Message", with(&|parts| parts.message = b"hi".to_vec())),
        (
            "others-unknown",
            "an actor that the document does not have",
            "UnknownActor",
            with(&|parts| {
                parts.others.push(CHEIKH.to_vec());
            }),
        ),
        ("others-descending", "other actors in another order", "ActorsOrder", with(&|parts| parts.others.reverse())),
        (
            "others-author",
            "the author among the others",
            "ActorsOrder",
            with(&|parts| parts.others.push(ANNA.to_vec())),
        ),
        (
            "others-too-many",
            "2^20 other actors",
            "Bytes(TooLarge",
            raw(&|content| {
                let at = 1 + 64 + 17 + 1 + 1 + 1 + 1;
                let _ = content.splice(at..=at, [0x80, 0x80, 0x40]).count();
            }),
        ),
        ("extra", "bytes after the columns", "Bytes(Trailing", with(&|parts| parts.extra = b"author?".to_vec())),
    ]
}

/// The columns as such.
pub fn columns(scene: &Scene) -> Vec<Row> {
    let with = |spec, bytes: &[u8]| {
        let mut parts = scene.parts.clone();
        *parts.column(spec) = bytes.to_vec();
        parts.build()
    };
    let edit = |edit: &dyn Fn(&mut Parts)| {
        let mut parts = scene.parts.clone();
        edit(&mut parts);
        parts.build()
    };
    let set_run = |count| run(count, &[1]);
    let nulls = |tail: &[u8]| [&[0][..], tail].concat();
    let rows = 8_u8;
    vec![
        ("ops-2-40", "a run of 2^40 operations", "RunTooLong", with(66, &set_run(1 << 40))),
        ("ops-2-62", "a run of 2^62 operations", "RunTooLong", with(66, &set_run(1 << 62))),
        ("ops-literal-2-63", "a literal run of 2^63 operations", "RunTooLong", with(66, &run(i64::MIN, &[1]))),
        (
            "ops-everywhere",
            "hundreds of millions of operations in a hundred bytes, in every column alike",
            "RunTooLong",
            {
                let huge = 1 << 28;
                let mut parts = scene.parts.clone();
                parts.others.clear();
                let text = [&[1][..], b"k"].concat();
                let repeat = |value: &[u8]| run(huge, value);
                let mut falses = vec![];
                put_uleb(&mut falses, huge as u64);
                parts.columns = vec![
                    (21, repeat(&text)),
                    (52, falses),
                    (66, repeat(&[1])),
                    (86, repeat(&[0])),
                    (112, repeat(&[0])),
                ];
                parts.build()
            },
        ),
        ("ops-over-limit", "one operation more than a change may have", "RunTooLong", {
            with(66, &set_run(limits::CHANGE_OPS as i64 + 1))
        }),
        ("ops-none", "no operations and no columns", "MissingColumn", edit(&|parts| parts.columns.clear())),
        (
            "nulls-2-63",
            "2^63 empty rows",
            "RunTooLong",
            with(21, &nulls(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1])),
        ),
        ("nulls-none", "a run of no empty rows, repeated to cost time", "NotCanonical", with(21, &[0; 64])),
        ("nulls-only", "a column of empty rows alone", "EmptyColumn", with(17, &nulls(&[rows]))),
        ("rows-fewer", "fewer rows than the other columns", "Rows", with(112, &run(2, &[0]))),
        ("rows-more", "more rows than the other columns", "RunTooLong", with(112, &run(i64::from(rows) + 1, &[0]))),
        ("rows-insert", "fewer booleans than operations", "Rows", with(52, &[1])),
        ("run-of-one", "a repeated run of one value", "NotCanonical", with(86, &run(1, &[0]))),
        ("run-split", "one run written as two", "NotCanonical", with(66, &[set_run(4), set_run(4)].concat())),
        ("run-literal-repeats", "a literal run that repeats a value", "NotCanonical", with(66, &run(-8, &[1; 8]))),
        ("run-count-padded", "a run length that is not in its shortest form", "Bytes(Invalid", with(66, &[0x88, 0, 1])),
        ("run-cut", "a literal run that ends early", "Bytes(Short", with(66, &run(-8, &[1, 3]))),
        ("insert-empty-run", "a boolean run of no rows inside", "NotCanonical", with(52, &[2, 0, 6])),
        ("delta-overflow", "differences that run over 64 bits", "Counter", {
            let mut most = vec![];
            put_sleb(&mut most, i64::MAX);
            with(19, &run(i64::from(rows), &most))
        }),
        ("column-unknown", "a column that nobody knows", "UnknownColumn", with(0x7fff_fff0, &[1])),
        ("column-mark", "a mark's name", "UnknownColumn", with(165, &run(i64::from(rows), &[1, b'b']))),
        ("column-compressed", "a compressed column", "CompressedColumn", edit(&|parts| parts.columns[0].0 |= 8)),
        ("column-empty", "a column of no bytes", "EmptyColumn", with(86, &[])),
        (
            "column-twice",
            "one column twice",
            "ColumnOrder",
            edit(&|parts| {
                let first = parts.columns[0].clone();
                parts.columns.insert(0, first);
            }),
        ),
        ("column-order", "columns in another order", "ColumnOrder", edit(&|parts| parts.columns.swap(0, 1))),
        (
            "column-missing",
            "no column of value types",
            "MissingColumn",
            edit(&|parts| parts.columns.retain(|c| c.0 != 86)),
        ),
        (
            "column-past-end",
            "columns longer than what is there",
            "Bytes(Short",
            chunk(1, &scene.parts.content()[..scene.parts.content().len() - 1]),
        ),
        (
            "value-shorter",
            "values that need more bytes than there are",
            "ValueLength",
            edit(&|parts| {
                parts.column(87).pop();
            }),
        ),
        ("value-longer", "bytes that belong to no value", "ValueLength", edit(&|parts| parts.column(87).push(b'x'))),
        ("value-2-60", "a value of 2^60 bytes", "ValueLength", {
            with(86, &run(i64::from(rows), &[0x86, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]))
        }),
        ("preds-2-40", "an operation that replaces 2^40 others", "TooManyPreds", {
            with(112, &run(i64::from(rows), &[0x80, 0x80, 0x80, 0x80, 0x80, 0x20]))
        }),
        ("key-not-text", "a key that is not UTF-8", "Bytes(Invalid", {
            with(21, &[&[0, 1][..], &run(i64::from(rows) - 1, &[2, 0xc3, 0x28])].concat())
        }),
    ]
}

/// A deflate stream of 13 bits for each 258 bytes that it unpacks to: a byte, then that byte again and again.
fn bomb(repeats: usize) -> Vec<u8> {
    // In the fixed code: the last block; a zero; `repeats` times 258 bytes from one back; the end.
    let bits = ["1", "10", "00110000"].into_iter().chain(vec!["1100010100000"; repeats]).chain(["0000000"]);
    let bits: Vec<u8> = bits.flat_map(str::bytes).map(|bit| bit - b'0').collect();
    bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |byte, bit| byte << 1 | bit)).collect()
}
