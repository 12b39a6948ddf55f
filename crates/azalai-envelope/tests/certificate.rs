//! Certificates and relay receipts: what a relay believes, and what is believed of a relay.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use azalai_envelope::certificate::{CERTIFICATE_LEN, CarrierCertificate, CertificateError, project_id};
use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::ids::EnvelopeId;
use azalai_envelope::limits::MAX_RECEIPT_IDS;
use azalai_envelope::receipt::ReceiptError;
use azalai_envelope::sign::{Domain, sign};
use azalai_envelope::{Certificate, RelayReceipt, SignatureError};
use common::*;

fn receipt(count: usize) -> RelayReceipt {
    let envelopes = (0..count).map(|i| EnvelopeId([i as u8; 32])).collect();
    RelayReceipt { project: project(), day: DAY, envelopes }
}

/// Guards against a change of layout or signature input: relays would lock projects out.
#[test]
fn a_certificate_has_its_fixed_bytes_and_length() {
    let bytes = certificate().issue(&carrier());
    assert_hex(
        &bytes,
        "018a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5cea4a6c63e29c520abef5507b132ec5 \
         f9954776aebebe7b92421eea691446d22cdc46c6d374dbfc1a6239a607f0f2dd20c6c1a1fcf1d7ab50dda5c3ec4a462e \
         cf35ee18b62bbb60e6d1433ceffc93806cd98ccfe7cf10630431b5b89e0119b601000000034e20000000076e7a1cdd29 \
         b0b78fd13af4c5598feff4ef2a97166e3ca6f2e4fbfccd80505bf11398f62c6d1a457c51ba6a4b5f3dbd2f69fca93216 \
         218dc8997e416bd17d93ca57db4b359f23ae5e146e4e2512056704722506348c150c14753d0c933d04d4216e892d9d5c \
         a74ad23231f7b9c96dedb2ceb964d62fa673395442883e8114207042f64a8a6ed4d29c3c322556f344b5f3044fcd5655 \
         b0c322140836201c623300",
    );
    assert_eq!((bytes.len(), CERTIFICATE_LEN, CarrierCertificate::LEN), (299, 299, 128));
}

/// Guards against a field that is written and not read back.
#[test]
fn a_certificate_is_read_back() {
    let read = Certificate::parse(&certificate().issue(&carrier())).unwrap();
    assert_eq!(*read, certificate());
    assert_eq!(read.project(), project());
    let mut writer = Writer::new();
    certificate().carrier.write(&mut writer);
    assert_eq!(*CarrierCertificate::read(&mut Reader::new(&writer.finish())).unwrap(), certificate().carrier);
}

/// Guards against anybody who makes a key admitting members in a project's name.
#[test]
fn a_carrier_key_that_the_root_did_not_certify_is_refused() {
    let forged = CarrierCertificate::issue(&stranger(), &stranger().public());
    let carrier = CarrierCertificate { root: root().public(), ..forged };
    let error = Certificate::parse(&Certificate { carrier, ..certificate() }.issue(&stranger())).unwrap_err();
    assert_eq!(error, CertificateError::Carrier(SignatureError::Mismatch));
    // One's own root makes one's own project, never the other's.
    let own = Certificate { carrier: forged, ..certificate() };
    let read = Certificate::parse(&own.issue(&stranger())).unwrap();
    assert_ne!(read.project(), project());
}

/// Guards against a member without the carrier key, and the root itself, signing certificates.
#[test]
fn a_certificate_that_the_carrier_did_not_sign_is_refused() {
    for secret in [stranger(), root(), posting().secret] {
        let error = Certificate::parse(&certificate().issue(&secret)).unwrap_err();
        assert_eq!(error, CertificateError::Signature(SignatureError::Mismatch));
    }
}

/// Guards against a carrier certificate of one project used in another that has the same carrier key.
#[test]
fn a_carrier_certificate_is_bound_to_its_project() {
    let signature = sign(&root(), Domain::Carrier, &[&foreign_project().0, &carrier().public().0]);
    let moved = CarrierCertificate { signature, ..certificate().carrier };
    let mut writer = Writer::new();
    moved.write(&mut writer);
    assert!(CarrierCertificate::read(&mut Reader::new(&writer.finish())).is_err());
    assert_ne!(project_id(&root().public()), project_id(&carrier().public()));
}

/// Guards against a newer certificate being taken for damage.
#[test]
fn unknown_versions_are_refused_by_name() {
    let mut bytes = certificate().issue(&carrier());
    bytes[0] = 9;
    let error = Certificate::parse(&bytes).unwrap_err();
    assert_eq!(error, CertificateError::Decode(DecodeError::UnknownVersion { field: "certificate", got: 9 }));
    let mut bytes = receipt(1).issue(&relay().signing);
    bytes[0] = 0;
    let error = RelayReceipt::parse(&bytes, &relay().public().signing).unwrap_err();
    assert_eq!(error, ReceiptError::Decode(DecodeError::UnknownVersion { field: "receipt", got: 0 }));
}

/// Guards against a change of layout or signature input: acknowledgements would be lost.
#[test]
fn a_receipt_has_its_fixed_bytes() {
    assert_hex(
        &receipt(2).issue(&relay().signing),
        "0118b99c5316e45e06957260f7004fe6f6a08a43f0c554e7925c5273567b89f8be4e2002000000000000000000000000 \
         000000000000000000000000000000000000000001010101010101010101010101010101010101010101010101010101 \
         010101014cdf863701082195edd39ead77c3f3695d06ddbea55c1a415ad77e57d6d3ffda02b974937d19152f4b41b8f9 \
         7d74697e3a1b99ed884ff1284f15161cffb7a501",
    );
}

/// Guards against lengths that the table does not say.
#[test]
fn a_receipt_is_as_long_as_the_table_says() {
    assert_eq!(receipt(0).issue(&relay().signing).len(), 100);
    assert_eq!(receipt(127).issue(&relay().signing).len(), 100 + 127 * 32);
    assert_eq!(receipt(128).issue(&relay().signing).len(), 101 + 128 * 32);
}

/// Guards against an acknowledged envelope that is not in the receipt as read, and against a limit off by one.
#[test]
fn a_receipt_is_read_back_up_to_its_limit() {
    for count in [0, 1, 127, 128, MAX_RECEIPT_IDS] {
        let read = RelayReceipt::parse(&receipt(count).issue(&relay().signing), &relay().public().signing).unwrap();
        assert_eq!(*read, receipt(count));
    }
    let over = receipt(MAX_RECEIPT_IDS + 1).issue(&relay().signing);
    let error = RelayReceipt::parse(&over, &relay().public().signing).unwrap_err();
    assert!(matches!(error, ReceiptError::Decode(DecodeError::TooLarge { field: "envelope count", .. })));
}

/// Guards against a relay acknowledging in another's name.
#[test]
fn a_receipt_of_another_relay_is_refused() {
    let error = RelayReceipt::parse(&receipt(1).issue(&stranger()), &relay().public().signing).unwrap_err();
    assert_eq!(error, ReceiptError::Signature(SignatureError::Mismatch));
}

/// Guards against a second encoding of the count.
#[test]
fn a_count_longer_than_needed_is_refused() {
    let mut writer = Writer::new();
    writer.u8(1).raw(&project().0).u16(DAY.0).raw(&[0x80, 0x00]);
    let mut bytes = writer.finish();
    let signature = sign(&relay().signing, Domain::Receipt, &[&bytes.clone()]);
    bytes.extend(signature.0);
    let error = RelayReceipt::parse(&bytes, &relay().public().signing).unwrap_err();
    assert!(matches!(error, ReceiptError::Decode(DecodeError::Invalid { field: "envelope count", .. })));
}

/// Guards against a byte that no signature covers.
#[test]
fn no_flipped_bit_verifies() {
    each_flipped_bit(&certificate().issue(&carrier()), |bytes, index| {
        assert!(Certificate::parse(&bytes).is_err(), "byte {index}");
    });
    each_flipped_bit(&receipt(3).issue(&relay().signing), |bytes, index| {
        assert!(RelayReceipt::parse(&bytes, &relay().public().signing).is_err(), "byte {index}");
    });
}

/// Guards against a panic on any bytes.
#[test]
fn no_bytes_make_a_certificate_or_a_receipt_panic() {
    each_damaged(&certificate().issue(&carrier()), 400, |bytes| drop(Certificate::parse(&bytes)));
    each_damaged(&receipt(3).issue(&relay().signing), 400, |bytes| {
        drop(RelayReceipt::parse(&bytes, &relay().public().signing));
    });
}
