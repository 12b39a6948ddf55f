//! The bytes of a package of evidence: fixed, strict, of one form, and never a panic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use azalai_envelope::codec::DecodeError;
use azalai_envelope::ids::to_hex;
use azalai_envelope::{AudienceId, DocumentId, Kind, SigningPublic, SigningSecret};
use azalai_roster::{Carried, EvidenceError, EvidencePackage, MemberState, Role, Vouched};

fn secret() -> SigningSecret {
    SigningSecret::from_seed(&[7; 32])
}

fn package() -> EvidencePackage {
    let carried = |n: u8| Carried { author: SigningPublic([n; 32]), audience: AudienceId([9; 16]), bytes: vec![n; 3] };
    EvidencePackage {
        root: SigningPublic([1; 32]),
        maker: secret().public(),
        made_ms: 1_795_000_000_000,
        kind: Kind::REPORT,
        document: DocumentId([4; 16]),
        statements: vec![carried(2), carried(3)],
        vouched: vec![
            Vouched { author: SigningPublic([2; 32]), state: Some(MemberState::Confirmed), role: Some(Role::Monitor) },
            Vouched { author: SigningPublic([3; 32]), state: None, role: None },
        ],
    }
}

/// Guards against a change of the format that no kept package can be read by.
#[test]
fn the_bytes_of_a_package_are_fixed() {
    let bytes = package().sign(&secret()).unwrap();
    assert_eq!(bytes.len(), 16 + 1 + 32 + 32 + 8 + 1 + 16 + 1 + 2 * (48 + 1 + 3) + 1 + 2 * 34 + 64);
    assert_eq!(&bytes[..17], b"azalai evidence\n\x01");
    assert_eq!(to_hex(&bytes[81..106]), "000001a1ee565e000104040404040404040404040404040404");
    assert_eq!(to_hex(&blake3_of(&bytes)), "0e0cfec7d87987918f748dd0c636a8d0");
    assert_eq!(EvidencePackage::open(&bytes).unwrap(), package());
}

fn blake3_of(bytes: &[u8]) -> [u8; 16] {
    azalai_envelope::ids::derive16("azalai 1 test", &[bytes])
}

/// Guards against two forms of one content, by order or by repetition.
#[test]
fn one_content_has_one_form() {
    let bytes = package().sign(&secret()).unwrap();
    let mut other = package();
    other.statements.reverse();
    other.statements.push(other.statements[0].clone());
    other.vouched.reverse();
    assert_eq!(other.sign(&secret()).unwrap(), bytes);
}

/// Guards against a reader that takes what was cut, lengthened or altered anywhere.
#[test]
fn every_changed_byte_and_every_cut_is_refused() {
    let bytes = package().sign(&secret()).unwrap();
    for cut in 0..bytes.len() {
        assert!(EvidencePackage::open(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    assert!(matches!(
        EvidencePackage::open(&[&bytes[..], &[0]].concat()),
        Err(EvidenceError::Decode(DecodeError::Trailing { .. }))
    ));
    for at in 0..bytes.len() {
        for mask in [1, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[at] ^= mask;
            assert!(EvidencePackage::open(&changed).is_err(), "byte {at} changed by {mask}");
        }
    }
    assert!(matches!(EvidencePackage::open(b"%PDF-1.7"), Err(EvidenceError::Magic)));
    let mut newer = bytes;
    newer[16] = 2;
    assert!(matches!(
        EvidencePackage::open(&newer),
        Err(EvidenceError::Decode(DecodeError::UnknownVersion { got: 2, .. }))
    ));
}

/// Guards against a package that asks for memory it does not fill, and against one that shows nothing.
#[test]
fn what_is_announced_is_held_against_the_limits_first() {
    let bytes = package().sign(&secret()).unwrap();
    let mut many = bytes[..106].to_vec();
    many.extend([0xff, 0xff, 0xff, 0xff, 0x0f]);
    let refused = EvidencePackage::open(&many);
    assert!(matches!(refused, Err(EvidenceError::Decode(DecodeError::TooLarge { .. }))), "{refused:?}");
    let none = EvidencePackage { statements: Vec::new(), ..package() };
    assert!(none.sign(&secret()).is_err());
    let other = EvidencePackage { kind: Kind::RECEIPT, ..package() };
    assert!(other.sign(&secret()).is_err());
}
