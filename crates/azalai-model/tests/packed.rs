//! Every packed value: fixed bytes, round trip, every shorter and every flipped form refused or another value.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use azalai_envelope::ids::{AuthorId, to_hex};
use azalai_model::parts::{ActorMention, Affected, Answer, Item, MediaRef, Retraction};
use azalai_model::scalar::{Packed, pack, unpack};
use azalai_model::{Credibility, Grade, Link, Note, Occurred, Place, Reliability, Response, ResponseKind};

/// Checks one value; its debug form stands for equality, since not all of them compare.
fn hold<T: Packed + core::fmt::Debug>(value: &T, hex: &str) {
    let bytes = pack(value);
    assert_eq!(to_hex(&bytes), hex, "{value:?}");
    let shown = |value: &T| format!("{value:?}");
    assert_eq!(shown(&unpack(&bytes).unwrap()), shown(value));
    for cut in 0..bytes.len() {
        assert!(unpack::<T>(&bytes[..cut]).is_err(), "{value:?} cut at {cut}");
    }
    assert!(unpack::<T>(&[&bytes[..], &[0]].concat()).is_err(), "{value:?} with a byte more");
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut bad = bytes.clone();
            bad[at] ^= 1 << bit;
            if let Ok(other) = unpack::<T>(&bad) {
                assert_ne!(shown(&other), shown(value), "two encodings");
                assert_eq!(pack(&other), bad);
            }
        }
    }
}

fn json<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap()
}

/// Guards against a format that drifts from the specification: reports written before would become unreadable.
#[test]
fn packed_values_keep_their_bytes_and_take_no_others() {
    hold(&json::<Occurred>("\"2026-11\""), "010438e0c2a00ec0d102");
    hold(
        &json::<Place>(r#"{"lat":16.2716,"lon":-0.0447,"accuracy_m":200,"name":"Gao","area":"gao"}"#),
        "01010100f848f0ffff516401c801010347616f010367616f",
    );
    hold(&json::<Place>(r#"{"area":"gao"}"#), "0103000000010367616f");
    hold(
        &json::<Affected>(r#"{"killed":{"total":300,"women":1},"displaced":{"total":2,"children":2}}"#),
        "0101ac0201010000000102000102",
    );
    hold(
        &json::<Vec<ActorMention>>(r#"[{"description":"men","role":"perpetrator"},{"description":"x"}]"#),
        "0102036d656e0b7065727065747261746f72017800",
    );
    hold(
        &json::<Vec<Item>>(r#"[{"kind":"fuel","quantity":12.5,"unit":"l","unit_price":700,"currency":"XOF"}]"#),
        "0101046675656c010431322e35016c010337303003584f46",
    );
    let media = MediaRef { mime: "a/b".into(), bytes: 300, key: [7; 32], chunks: Vec::new(), caption: "c".into() };
    hold(&vec![media], "010103612f62ac020707070707070707070707070707070707070707070707070707070707070707000163");
    hold(&json::<Answer>("true"), "010101");
    hold(&json::<Answer>("3"), "01020133");
    hold(&json::<Answer>("\"yes\""), "010303796573");
    hold(&json::<Answer>(r#"["b","a"]"#), "01040201610162");
    hold(&Answer::When(json("\"2026-11-20\"")), "01050238c098a20ea00b");
    hold(&Answer::Where(json(r#"{"name":"Gao"}"#)), "0106020000010347616f00");
    hold(&Retraction { at: 300, why: "rumour".into() }, "01ac020672756d6f7572");
    hold(
        &Link { heads: vec![[1; 32], [2; 32]], rumour: None },
        "01020101010101010101010101010101010101010101010101010101010101010101020202020202020202020202020202020202020202020202020202020202020200",
    );
    let why = "why".to_owned();
    hold(&Grade { reliability: Reliability::B, credibility: Credibility::Possible, at: 5, why }, "0102030503776879");
    let (body, outcome) = ("elders".to_owned(), "calm".to_owned());
    hold(&Response { kind: ResponseKind::Mediation, body, at: 5, outcome }, "010206656c64657273050463616c6d");
    let by = azalai_model::incident_parts::Device(AuthorId([9; 8]));
    hold(&Note { by, at: 5, text: "t".into() }, "010909090909090909050174");
}
