//! Statements: who said what to whom, and what no reader may take for it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use azalai_envelope::codec::{DecodeError, Writer};
use azalai_envelope::limits::MAX_BODY_BYTES;
use azalai_envelope::sign::{Domain, sign};
use azalai_envelope::statement::{UnverifiedStatement, document_id};
use azalai_envelope::{
    DocumentId, Draft, Kind, ProjectId, SignatureError, SigningPublic, SigningSecret, StatementError, StatementId,
};
use common::*;

fn parse(bytes: &[u8]) -> Result<UnverifiedStatement, StatementError> {
    UnverifiedStatement::parse(bytes.to_vec())
}

/// The bytes before the signature, laid out by hand: what a hostile client may write and sign.
struct Layout {
    version: u8,
    flags: u8,
    /// The nonce if flag 1 is set, the document's id otherwise.
    belongs: [u8; 16],
    seq: Vec<u8>,
    prev: Option<StatementId>,
    length: Vec<u8>,
    body: Vec<u8>,
}

impl Layout {
    fn honest() -> Self {
        let length = vec![BODY.len() as u8];
        Self { version: 1, flags: 1, belongs: NONCE, seq: vec![0], prev: None, length, body: BODY.to_vec() }
    }

    fn signed_by(&self, secret: &SigningSecret) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(self.version).u8(Kind::REPORT.0).u8(self.flags).raw(&self.belongs);
        writer.raw(&secret.public().author_id().0).raw(&CHAIN.0).raw(&self.seq);
        if let Some(prev) = &self.prev {
            writer.raw(&prev.0);
        }
        writer.raw(&[0x41; 8]).u64(CLOCK.0).raw(&self.length).raw(&self.body);
        let mut bytes = writer.finish();
        let parts: [&[u8]; 4] = [&project().0, &CIRCLE.0, &secret.public().0, &bytes.clone()];
        bytes.extend_from_slice(&sign(secret, Domain::Statement, &parts).0);
        bytes
    }
}

/// Guards against a change of layout, derivation or signature input: old statements would be unreadable.
#[test]
fn a_first_statement_has_its_fixed_bytes() {
    let statement = statement(BODY);
    assert_hex(
        statement.bytes(),
        "01010121212121212121212121212121212121bdf20458b83dbaf23131313131313131004141414141414141019254d5 \
         6240000006009f13e24b81eead1fa714788d980161dd3048fb0d6a5bdeebab55010363ed7fa8cc4f4a98fb0fc1671c02 \
         69d73e27479445a9a0081d33364a20c3b531de1ed2193173835b00",
    );
    assert_hex(&statement.id().0, "e57663659aa87639b6dd868c079884e8767e4d0e717aa712328a8d26898e5f2f");
    assert_eq!(Layout::honest().signed_by(&author()), statement.bytes());
}

/// Guards against a change of the layout that only later statements have.
#[test]
fn a_second_statement_has_its_fixed_bytes() {
    let statement = second_statement(BODY);
    assert_hex(
        statement.bytes(),
        "0101007b6559ee454b00b3147df9f0814171a6bdf20458b83dbaf2313131313131313101e57663659aa87639b6dd868c \
         079884e8767e4d0e717aa712328a8d26898e5f2f4141414141414141019254d56240000006009f13e24b81018a3980f6 \
         fd5e666aa3e11ad2442efb70eece6362945358f6254db5c61c68e0a2550d59159073ff5efe64781b35bbc14f66c12058 \
         e6d63f5390529639157e00",
    );
}

/// Guards against a field that is written and not read back.
#[test]
fn what_was_signed_is_read_back() {
    for statement in [statement(BODY), second_statement(b""), second_statement(&[b'a'; 5000])] {
        let parsed = parse(statement.bytes()).unwrap();
        assert_eq!(parsed.claimed_author(), author().public().author_id());
        assert_eq!(parsed.claimed_kind(), Kind::REPORT);
        let read = parsed.verify(&project(), &CIRCLE, &author().public()).unwrap();
        assert_eq!(read, statement);
        assert_eq!(read.body().unwrap(), statement.body().unwrap());
    }
    let second = second_statement(BODY);
    assert_eq!(second.body().unwrap(), BODY);
    assert_eq!((second.seq(), second.prev(), second.opens()), (1, Some(statement(BODY).id()), false));
    assert_eq!((second.chain(), second.authority(), second.clock()), (CHAIN, [0x41; 8], CLOCK));
    assert_eq!((second.audience(), second.author()), (CIRCLE, author().public()));
    let document = document_id(&project(), Kind::REPORT, &CIRCLE, &author().public(), &NONCE);
    assert_eq!((statement(BODY).document(), second.document()), (document, document));
}

/// Guards against a frame that grows: reports would no longer fit the first size class.
#[test]
fn a_statement_is_as_long_as_the_table_says() {
    assert_eq!(statement(BODY).bytes().len(), 117 + BODY.len());
    assert_eq!(second_statement(BODY).bytes().len(), 117 + 32 + BODY.len());
}

/// Guards against bodies at the limit being signed and then refused, or the reverse.
#[test]
fn a_body_of_exactly_the_limit_is_the_longest() {
    let body = noise(1, MAX_BODY_BYTES);
    let longest = statement(&body);
    let read = parse(longest.bytes()).unwrap().verify(&project(), &CIRCLE, &author().public()).unwrap();
    assert_eq!(read.body().unwrap(), body);
    let repetitive = vec![b'a'; MAX_BODY_BYTES];
    assert_eq!(statement(&repetitive).body().unwrap(), repetitive);
    let over = vec![0; MAX_BODY_BYTES + 1];
    let error = draft(&over).sign(&project(), &CIRCLE, &author()).unwrap_err();
    assert_eq!(error, StatementError::BodyTooLarge(MAX_BODY_BYTES + 1));
}

/// Guards against a carried body over the limit, raw or compressed: both would be longer than what they say.
#[test]
fn a_carried_body_over_the_limit_is_refused() {
    let mut length = Writer::new();
    length.varint(MAX_BODY_BYTES as u64 + 1);
    let length = length.finish();
    for flags in [1, 3] {
        let body = vec![0; MAX_BODY_BYTES + 1];
        let layout = Layout { flags, length: length.clone(), body, ..Layout::honest() };
        let error = parse(&layout.signed_by(&author())).unwrap_err();
        assert!(matches!(error, StatementError::Decode(DecodeError::TooLarge { field: "body length", .. })));
    }
}

/// Guards against a reader of one audience passing a statement on to another as if it had been said there.
#[test]
fn a_statement_for_one_audience_verifies_for_no_other() {
    let parsed = parse(statement(BODY).bytes()).unwrap();
    let error = parsed.clone().verify(&project(), &OTHER_CIRCLE, &author().public()).unwrap_err();
    assert_eq!(error, StatementError::Signature(SignatureError::Mismatch));
    let member = stranger().public().audience();
    assert!(parsed.verify(&project(), &member, &author().public()).is_err());
}

/// Guards against statements carried over from a project in which the same device is a member.
#[test]
fn a_statement_of_one_project_verifies_in_no_other() {
    let error = parse(statement(BODY).bytes()).unwrap().verify(&foreign_project(), &CIRCLE, &author().public());
    assert_eq!(error.unwrap_err(), StatementError::Signature(SignatureError::Mismatch));
}

/// Guards against a key being tried that the statement does not name.
#[test]
fn another_authors_key_is_refused_by_name() {
    let error = parse(statement(BODY).bytes()).unwrap().verify(&project(), &CIRCLE, &stranger().public()).unwrap_err();
    let (named, given) = (author().public().author_id(), stranger().public().author_id());
    assert_eq!(error, StatementError::Author { named, given });
}

/// Guards against a statement in another's name, signed by oneself.
#[test]
fn a_statement_that_names_another_author_does_not_verify() {
    let mut bytes = Layout::honest().signed_by(&stranger());
    let at = 3 + 16;
    bytes[at..at + 8].copy_from_slice(&author().public().author_id().0);
    let signed = bytes.len() - 64;
    let parts: [&[u8]; 4] = [&project().0, &CIRCLE.0, &author().public().0, &bytes[..signed]];
    let signature = sign(&stranger(), Domain::Statement, &parts);
    bytes[signed..].copy_from_slice(&signature.0);
    let error = parse(&bytes).unwrap().verify(&project(), &CIRCLE, &author().public()).unwrap_err();
    assert_eq!(error, StatementError::Signature(SignatureError::Mismatch));
}

/// Guards against a signature made for another purpose.
#[test]
fn a_signature_of_another_domain_does_not_verify() {
    let honest = Layout::honest().signed_by(&author());
    let signed = &honest[..honest.len() - 64];
    let parts: [&[u8]; 4] = [&project().0, &CIRCLE.0, &author().public().0, signed];
    for domain in [Domain::Posting, Domain::Claim, Domain::Receipt] {
        let bytes = [signed, &sign(&author(), domain, &parts).0].concat();
        assert!(parse(&bytes).unwrap().verify(&project(), &CIRCLE, &author().public()).is_err());
    }
}

/// Guards against posting first into a document that another device created.
#[test]
fn nobody_opens_a_document_that_another_created() {
    // The victim's nonce, the attacker's honest signature.
    let bytes = Layout::honest().signed_by(&stranger());
    let read = parse(&bytes).unwrap().verify(&project(), &CIRCLE, &stranger().public()).unwrap();
    assert!(read.opens());
    assert_ne!(read.document(), statement(BODY).document());
    // The victim's document, named: it is a later statement, and never the one that shows who created it.
    let belongs = statement(BODY).document().0;
    let bytes = Layout { flags: 0, belongs, ..Layout::honest() }.signed_by(&stranger());
    let read = parse(&bytes).unwrap().verify(&project(), &CIRCLE, &stranger().public()).unwrap();
    assert_eq!((read.document().0, read.opens()), (belongs, false));
}

/// Guards against a draft that would be called verified and that every reader refuses.
#[test]
fn a_draft_cannot_open_a_document_that_its_nonce_does_not_give() {
    let wrong = DocumentId([0; 16]);
    let error = Draft { document: wrong, ..draft(BODY) }.sign(&project(), &CIRCLE, &author()).unwrap_err();
    assert_eq!(error, StatementError::ForeignDocument(wrong));
    assert!(draft(BODY).sign(&project(), &CIRCLE, &stranger()).is_err());
    assert!(draft(BODY).sign(&project(), &OTHER_CIRCLE, &author()).is_err());
    assert!(Draft { kind: Kind::INCIDENT, ..draft(BODY) }.sign(&project(), &CIRCLE, &author()).is_err());
}

/// Guards against a chain with a hole that its author may fill later.
#[test]
fn exactly_the_first_of_a_chain_has_no_previous_one() {
    let prev = Some(statement(BODY).id());
    for draft in [Draft { prev, ..draft(BODY) }, Draft { seq: 1, ..draft(BODY) }] {
        let error = draft.sign(&project(), &CIRCLE, &author()).unwrap_err();
        assert!(matches!(error, StatementError::Decode(DecodeError::Invalid { field: "prev", .. })));
    }
}

/// Guards against two encodings, and so two ids, of one statement.
#[test]
fn integers_longer_than_needed_are_refused() {
    for layout in
        [Layout { seq: vec![0x80, 0x00], ..Layout::honest() }, Layout { length: vec![0x86, 0x00], ..Layout::honest() }]
    {
        let error = parse(&layout.signed_by(&author())).unwrap_err();
        assert!(matches!(error, StatementError::Decode(DecodeError::Invalid { .. })), "{error}");
    }
}

/// Guards against new versions and flags being taken for damage: they are kept until an upgrade.
#[test]
fn unknown_versions_and_flags_ask_for_a_newer_program() {
    for version in [0, 2, 255] {
        let error = parse(&Layout { version, ..Layout::honest() }.signed_by(&author())).unwrap_err();
        assert_eq!(error, DecodeError::UnknownVersion { field: "statement", got: version }.into());
    }
    for flags in [0x05, 0x09, 0x81, 0xff] {
        let error = parse(&Layout { flags, ..Layout::honest() }.signed_by(&author())).unwrap_err();
        assert_eq!(error, DecodeError::UnknownVersion { field: "statement flags", got: flags }.into());
    }
}

/// Guards against kinds of later programs being refused.
#[test]
fn a_kind_that_is_not_known_is_kept() {
    let kind = Kind(200);
    let document = document_id(&project(), kind, &CIRCLE, &author().public(), &NONCE);
    let statement = Draft { kind, document, ..draft(BODY) }.sign(&project(), &CIRCLE, &author()).unwrap();
    let read = parse(statement.bytes()).unwrap().verify(&project(), &CIRCLE, &author().public()).unwrap();
    assert_eq!(read.kind(), kind);
}

/// Guards against a compressed body that is none: the statement stands, its body is an error.
#[test]
fn a_damaged_body_is_an_error_and_no_panic() {
    let layout = Layout { flags: 3, ..Layout::honest() };
    let read = parse(&layout.signed_by(&author())).unwrap().verify(&project(), &CIRCLE, &author().public()).unwrap();
    assert!(matches!(read.body(), Err(StatementError::Body(_))));
}

/// Guards against a self-introduction that is taken for what it says without a check.
#[test]
fn an_introduction_is_checked_against_the_key_that_it_brings() {
    let key_in = |body: &[u8]| body.first_chunk::<32>().map(|key| SigningPublic(*key));
    let own = statement(&author().public().0);
    let read = parse(own.bytes()).unwrap().verify_introduced(&project(), &CIRCLE, key_in).unwrap();
    assert_eq!(read.author(), author().public());
    let other = statement(&stranger().public().0);
    let error = parse(other.bytes()).unwrap().verify_introduced(&project(), &CIRCLE, key_in).unwrap_err();
    assert!(matches!(error, StatementError::Author { .. }));
    let nobody = statement(BODY);
    let error = parse(nobody.bytes()).unwrap().verify_introduced(&project(), &CIRCLE, key_in).unwrap_err();
    assert_eq!(error, StatementError::NoIntroduction);
}

/// Guards against keys whose signatures anybody can make.
#[test]
fn keys_of_small_order_are_refused() {
    // The identity: with it as key, R = identity and s = 0 satisfy the plain equation for every message.
    let mut identity = [0; 32];
    identity[0] = 1;
    let weak = SigningPublic(identity);
    let mut writer = Writer::new();
    writer.u8(1).u8(1).u8(1).raw(&NONCE).raw(&weak.author_id().0).raw(&CHAIN.0).u8(0);
    writer.raw(&[0; 8]).u64(0).bytes(BODY);
    let mut signature = [0; 64];
    signature[0] = 1;
    writer.raw(&signature);
    let error = parse(&writer.finish()).unwrap().verify(&project(), &CIRCLE, &weak).unwrap_err();
    assert_eq!(error, StatementError::Signature(SignatureError::Mismatch));
}

/// Guards against a second valid signature on one statement made from the first by arithmetic alone.
#[test]
fn a_signature_with_a_number_that_is_not_reduced_is_refused() {
    // s + L, where L is the order of the group (RFC 8032, section 5.1), little endian.
    let order: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut bytes = statement(BODY).bytes().to_vec();
    let start = bytes.len() - 32;
    let mut carry = 0_u16;
    for (byte, add) in bytes[start..].iter_mut().zip(order) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = carry as u8;
        carry >>= 8;
    }
    assert_eq!(carry, 0);
    let error = parse(&bytes).unwrap().verify(&project(), &CIRCLE, &author().public()).unwrap_err();
    assert_eq!(error, StatementError::Signature(SignatureError::Mismatch));
}

/// Guards against a byte that no check covers.
#[test]
fn no_flipped_bit_verifies() {
    for statement in [statement(BODY), second_statement(b"abcabcabcabcabcabcabcabcabcabcabcabc")] {
        each_flipped_bit(statement.bytes(), |bytes, index| {
            let read = parse(&bytes).and_then(|parsed| parsed.verify(&project(), &CIRCLE, &author().public()));
            assert!(read.is_err(), "byte {index}");
        });
    }
}

/// Guards against a panic on any bytes, before and after the signature is checked.
#[test]
fn no_bytes_make_a_statement_panic() {
    let key_in = |body: &[u8]| body.first_chunk::<32>().map(|key| SigningPublic(*key));
    for statement in [statement(&[b'a'; 300]), second_statement(BODY)] {
        each_damaged(statement.bytes(), 400, |bytes| {
            let Ok(parsed) = parse(&bytes) else { return };
            let _ = parsed.clone().verify_introduced(&ProjectId([0; 32]), &CIRCLE, key_in);
            let read = parsed.verify(&project(), &CIRCLE, &author().public());
            assert!(read.is_err() || bytes == statement.bytes());
        });
    }
}
