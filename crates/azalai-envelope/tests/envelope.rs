//! Envelopes: what a stranger sees, what a reader accepts, and what neither may be told.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::envelope::{HEADER_LEN, OVERHEAD_LEN, UnverifiedEnvelope};
use azalai_envelope::hpke::{self, HpkeError};
use azalai_envelope::limits::{MAX_BODY_BYTES, MAX_ENVELOPE_BYTES};
use azalai_envelope::pad::{class_of, is_class};
use azalai_envelope::sign::{Domain, sign};
use azalai_envelope::{
    Envelope, EnvelopeError, Lane, OpeningKey, PostingKey, PostingPublic, ReceivingPublic, ReceivingSecret, Recipient,
    SignatureError, SigningPublic, StatementError, Verified,
};
use common::*;

fn parse(bytes: &[u8]) -> Result<UnverifiedEnvelope, EnvelopeError> {
    UnverifiedEnvelope::parse(bytes.to_vec())
}

/// Signs changed bytes again as a hostile member would, who holds the posting key.
fn reposted(mut bytes: Vec<u8>) -> Verified<Envelope> {
    let signed = bytes.len() - 64;
    let parts: [&[u8]; 2] = [&project().0, &bytes[..signed]];
    let signature = sign(&posting().secret, Domain::Posting, &parts);
    bytes[signed..].copy_from_slice(&signature.0);
    let parsed = parse(&bytes).unwrap();
    let posting = PostingPublic { epoch: parsed.epoch(), key: posting().public().key };
    parsed.verify(&project(), &posting).unwrap()
}

/// Seals any plaintext as a hostile member would.
fn sealed_plaintext(plaintext: &[u8]) -> Verified<Envelope> {
    let generation = recipient().key.generation(&CIRCLE);
    let mut info = Writer::new();
    info.raw(b"azalai/1/envelope").u8(1).raw(&project().0).u32(EPOCH).raw(&generation.0);
    let mut sender = hpke::sender(&recipient().key, &info.finish(), &mut rng(2)).unwrap();
    let mut header = Writer::new();
    header.u8(1).u8(Lane::Text.to_byte()).u16(DAY.0).u32(EPOCH);
    header.raw(&sender.encapsulated).raw(&sender.export(b"azalai/1/commit"));
    let mut bytes = header.finish();
    let ciphertext = sender.seal(plaintext, &bytes).unwrap();
    bytes.extend(ciphertext);
    bytes.extend([0; 64]);
    reposted(bytes)
}

fn padded(front: &[u8]) -> Vec<u8> {
    let mut plaintext = front.to_vec();
    plaintext.resize(640 - OVERHEAD_LEN, 0);
    plaintext
}

fn framed(statement: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.bytes(statement);
    writer.finish()
}

/// Guards against a change of header, key schedule, padding or signature input.
#[test]
fn an_envelope_has_its_fixed_bytes() {
    let envelope = seal(&statement(BODY));
    assert_hex(
        &envelope.bytes()[..HEADER_LEN],
        "01014e2000000007e9c83d33c3e2b9365202716a804433e131dbff85504166a86efb9c8e22fbf47440c9735410213087 \
         f78db90d2e3137e6a236a0e4665b7908f9436150176e386c",
    );
    assert_hex(&envelope.bytes()[HEADER_LEN..HEADER_LEN + 16], "52a7832197244c2c999610f5b31ae4a4");
    assert_hex(
        &envelope.bytes()[640 - 64..],
        "18c02638da0ca26e3a9e3b8a2a1385056046b257634a22e4669cd8d79e33c8287f9b0d253a1cd27ebf5b953a976e651c \
         3503003e555157230eba99595655cc01",
    );
    assert_hex(&envelope.id().0, "c6fc87ab57ce700c9a6823ffc739dcd5027e9988367c06b9ce751c3916625eff");
    assert_eq!(envelope.id().0, *blake3::hash(&envelope.bytes()[..640 - 64]).as_bytes());
}

/// Guards against a letter that its reader cannot open.
#[test]
fn what_is_sealed_is_opened_and_verified() {
    let statement = statement(BODY);
    let sealed = seal(&statement);
    assert_eq!((sealed.lane(), sealed.day(), sealed.epoch()), (Lane::Text, DAY, EPOCH));
    let received = received(&sealed);
    assert_eq!(received, sealed);
    let opened = received.open(&project(), [&opening_key()]).unwrap().unwrap();
    assert_eq!(opened.audience, CIRCLE);
    let read = opened.statement.verify(&project(), &opened.audience, &author().public()).unwrap();
    assert_eq!(read, statement);
}

/// Guards against keys that are wrong, and tried first, hiding the one that fits.
#[test]
fn the_key_that_fits_is_found_among_others_and_none_means_not_for_us() {
    let sealed = seal(&statement(BODY));
    let other = OpeningKey::new(OTHER_CIRCLE, ReceivingSecret::from_bytes([0x77; 32]));
    let same_key_other_audience = OpeningKey::new(OTHER_CIRCLE, circle_secret());
    let keys = [&other, &same_key_other_audience, &opening_key()];
    assert_eq!(sealed.open(&project(), keys).unwrap().unwrap().audience, CIRCLE);
    assert!(sealed.open(&project(), [&other, &same_key_other_audience]).unwrap().is_none());
    assert!(sealed.open(&foreign_project(), [&opening_key()]).unwrap().is_none());
    assert!(sealed.open(&project(), []).unwrap().is_none());
}

/// Guards against lengths that tell more than the class.
#[test]
fn an_envelope_is_as_long_as_its_class_and_the_table_says() {
    assert_eq!((HEADER_LEN, OVERHEAD_LEN), (72, 152));
    for body in [0, 1, 300, 360, 361, 740, 760, 2000, 4000, 20_000, MAX_BODY_BYTES] {
        let statement = statement(&noise(3, body));
        let sealed = seal(&statement);
        let prefix = framed(&[]).len().max(framed(statement.bytes()).len() - statement.bytes().len());
        let needed = OVERHEAD_LEN + prefix + statement.bytes().len();
        assert_eq!(sealed.bytes().len(), class_of(needed));
        assert!(is_class(sealed.bytes().len()) && sealed.bytes().len() <= MAX_ENVELOPE_BYTES);
        let opened = received(&sealed).open(&project(), [&opening_key()]).unwrap().unwrap();
        let read = opened.statement.verify(&project(), &CIRCLE, &author().public()).unwrap();
        assert_eq!(read, statement);
    }
}

/// Guards against off-by-one errors where the first class is full: the last byte of 640 is usable.
#[test]
fn a_full_first_class_holds_a_statement_of_486_bytes() {
    let frame = statement(BODY).bytes().len() - BODY.len() + 1; // two bytes of length from 128 on
    let fits = statement(&noise(4, 486 - frame));
    assert_eq!(fits.bytes().len(), 486);
    assert_eq!(seal(&fits).bytes().len(), 640);
    let over = statement(&noise(4, 487 - frame));
    assert_eq!(seal(&over).bytes().len(), 1024);
    for sealed in [seal(&fits), seal(&over)] {
        assert!(received(&sealed).open(&project(), [&opening_key()]).unwrap().is_some());
    }
}

/// Guards against lengths between the classes, which would mark who made them.
#[test]
fn lengths_that_are_no_class_are_refused() {
    let sealed = seal(&statement(BODY));
    for len in [0, 1, 64, 639] {
        assert_eq!(parse(&sealed.bytes()[..len]).unwrap_err(), EnvelopeError::Size(len));
    }
    for len in [641, 1023, 4097, MAX_ENVELOPE_BYTES + 1, class_of(MAX_ENVELOPE_BYTES + 1)] {
        let mut bytes = sealed.bytes().to_vec();
        bytes.resize(len, 0);
        assert_eq!(parse(&bytes).unwrap_err(), EnvelopeError::Size(len));
    }
}

/// Guards against a statement moved to another audience, by the program itself or by a reader who opened it.
#[test]
fn a_statement_is_sealed_to_its_own_audience_only() {
    let statement = statement(BODY);
    let secret = ReceivingSecret::from_bytes([0x55; 32]);
    let wrong = Recipient { audience: OTHER_CIRCLE, key: secret.public() };
    let result = Envelope::seal(&statement, &project(), &wrong, &posting(), Lane::Text, DAY, &mut rng(1));
    assert_eq!(result.unwrap_err(), EnvelopeError::Audience);

    // A reader wraps the bytes for the other circle with code of his own: there they open, and do not verify.
    let generation = wrong.key.generation(&OTHER_CIRCLE);
    let mut info = Writer::new();
    info.raw(b"azalai/1/envelope").u8(1).raw(&project().0).u32(EPOCH).raw(&generation.0);
    let mut sender = hpke::sender(&wrong.key, &info.finish(), &mut rng(2)).unwrap();
    let mut bytes = Writer::new();
    bytes.u8(1).u8(1).u16(DAY.0).u32(EPOCH).raw(&sender.encapsulated).raw(&sender.export(b"azalai/1/commit"));
    let mut bytes = bytes.finish();
    let ciphertext = sender.seal(&padded(&framed(statement.bytes())), &bytes).unwrap();
    bytes.extend(ciphertext);
    bytes.extend([0; 64]);
    let key = OpeningKey::new(OTHER_CIRCLE, secret);
    let opened = reposted(bytes).open(&project(), [&key]).unwrap().unwrap();
    assert_eq!(opened.audience, OTHER_CIRCLE);
    let error = opened.statement.verify(&project(), &opened.audience, &author().public()).unwrap_err();
    assert_eq!(error, StatementError::Signature(SignatureError::Mismatch));
}

/// Guards against letters of one project being posted into another.
#[test]
fn an_envelope_of_one_project_is_posted_in_no_other() {
    let sealed = seal(&statement(BODY));
    let error = parse(sealed.bytes()).unwrap().verify(&foreign_project(), &posting().public()).unwrap_err();
    assert_eq!(error, EnvelopeError::Posting(SignatureError::Mismatch));
}

/// Guards against strangers filling a relay, and against keys of closed epochs.
#[test]
fn an_envelope_that_no_member_of_its_epoch_posted_is_refused() {
    let sealed = seal(&statement(BODY));
    let other_key = PostingPublic { epoch: EPOCH, key: stranger().public() };
    let error = parse(sealed.bytes()).unwrap().verify(&project(), &other_key).unwrap_err();
    assert_eq!(error, EnvelopeError::Posting(SignatureError::Mismatch));
    let other_epoch = PostingPublic { epoch: EPOCH + 1, key: posting().public().key };
    let error = parse(sealed.bytes()).unwrap().verify(&project(), &other_epoch).unwrap_err();
    assert_eq!(error, EnvelopeError::Epoch { named: EPOCH, given: EPOCH + 1 });
    let mut identity = [0; 32];
    identity[0] = 1;
    let weak = PostingPublic { epoch: EPOCH, key: SigningPublic(identity) };
    let mut forged = sealed.bytes().to_vec();
    forged[640 - 64..].fill(0);
    forged[640 - 64] = 1;
    assert!(parse(&forged).unwrap().verify(&project(), &weak).is_err());
}

/// Guards against an outside that carriers change on the way: epoch, lane and day are authenticated.
#[test]
fn an_altered_outside_does_not_verify_and_reposted_it_does_not_open() {
    let sealed = seal(&statement(BODY));
    for (name, at, flip) in [("lane", 1, 2), ("day", 3, 1), ("encapsulated key", 10, 1), ("commit", 50, 1)] {
        let mut bytes = sealed.bytes().to_vec();
        bytes[at] ^= flip;
        assert!(parse(&bytes).unwrap().verify(&project(), &posting().public()).is_err(), "{name}");
        match reposted(bytes).open(&project(), [&opening_key()]) {
            Ok(None) => assert!(matches!(name, "encapsulated key" | "commit"), "{name}"),
            other => assert_eq!(other.unwrap_err(), EnvelopeError::Hpke(HpkeError::Open), "{name}"),
        }
    }
    let mut bytes = sealed.bytes().to_vec();
    bytes[7] ^= 1;
    let parsed = parse(&bytes).unwrap();
    assert_eq!(parsed.epoch(), EPOCH ^ 1);
    assert!(matches!(parsed.verify(&project(), &posting().public()), Err(EnvelopeError::Epoch { .. })));
    assert!(reposted(bytes).open(&project(), [&opening_key()]).unwrap().is_none());
}

/// Guards against one envelope that two circles open differently.
#[test]
fn a_commit_of_another_key_means_that_it_is_for_someone_else() {
    let mut bytes = seal(&statement(BODY)).bytes().to_vec();
    let other = Envelope::seal(&statement(BODY), &project(), &recipient(), &posting(), Lane::Text, DAY, &mut rng(99));
    bytes[40..72].copy_from_slice(&other.unwrap().bytes()[40..72]);
    assert!(reposted(bytes).open(&project(), [&opening_key()]).unwrap().is_none());
}

/// Guards against an altered ciphertext being taken for a letter to someone else.
#[test]
fn an_altered_ciphertext_is_the_senders_fault() {
    let mut bytes = seal(&statement(BODY)).bytes().to_vec();
    bytes[100] ^= 1;
    let error = reposted(bytes).open(&project(), [&opening_key()]).unwrap_err();
    assert_eq!(error, EnvelopeError::Hpke(HpkeError::Open));
}

/// Guards against a hidden channel in the padding.
#[test]
fn padding_that_is_not_zero_is_refused() {
    let mut plaintext = padded(&framed(statement(BODY).bytes()));
    assert!(sealed_plaintext(&plaintext).open(&project(), [&opening_key()]).unwrap().is_some());
    *plaintext.last_mut().unwrap() = 1;
    let error = sealed_plaintext(&plaintext).open(&project(), [&opening_key()]).unwrap_err();
    assert!(matches!(error, EnvelopeError::Decode(DecodeError::Invalid { field: "padding", .. })));
}

/// Guards against an inside that is no statement, or says to be longer than it is.
#[test]
fn an_inside_that_is_no_framed_statement_is_refused() {
    let bytes = statement(BODY).bytes().to_vec();
    let long_form = [&[bytes.len() as u8 | 0x80, 0x81, 0x00][..], &bytes].concat();
    let too_long = [&[0xff, 0x7f][..], &bytes].concat();
    let newer = framed(&[&[2][..], &bytes[1..]].concat());
    let cases = [padded(&[]), padded(&long_form), padded(&too_long), padded(&newer), padded(&framed(&bytes[1..]))];
    for plaintext in &cases {
        assert!(sealed_plaintext(plaintext).open(&project(), [&opening_key()]).is_err());
    }
    let error = sealed_plaintext(&padded(&newer)).open(&project(), [&opening_key()]).unwrap_err();
    let unknown = StatementError::Decode(DecodeError::UnknownVersion { field: "statement", got: 2 });
    assert_eq!(error, EnvelopeError::Statement(unknown));
}

/// Guards against new versions being taken for damage, and lanes that nobody carries.
#[test]
fn unknown_versions_and_lanes_are_refused_by_name() {
    let mut bytes = seal(&statement(BODY)).bytes().to_vec();
    bytes[0] = 2;
    let error = parse(&bytes).unwrap_err();
    assert_eq!(error, EnvelopeError::Decode(DecodeError::UnknownVersion { field: "envelope", got: 2 }));
    bytes[0] = 1;
    bytes[1] = 4;
    let error = parse(&bytes).unwrap_err();
    assert!(matches!(error, EnvelopeError::Decode(DecodeError::Invalid { field: "lane", .. })));
}

/// Guards against lanes that change their number or order.
#[test]
fn lanes_have_their_fixed_bytes_and_order() {
    assert_eq!(Lane::ALL.map(Lane::to_byte), [0, 1, 2, 3]);
    assert!(Lane::ALL.is_sorted());
    for lane in Lane::ALL {
        assert_eq!(Lane::read(&mut Reader::new(&[lane.to_byte()])).unwrap(), lane);
    }
    assert!((4..=255).all(|byte| Lane::read(&mut Reader::new(&[byte])).is_err()));
}

/// Guards against a shared secret that everybody knows.
#[test]
fn receiving_keys_of_small_order_are_refused_on_both_ends() {
    for weak in [[0; 32], {
        let mut one = [0; 32];
        one[0] = 1;
        one
    }] {
        let recipient = Recipient { audience: CIRCLE, key: ReceivingPublic(weak) };
        let result = Envelope::seal(&statement(BODY), &project(), &recipient, &posting(), Lane::Text, DAY, &mut rng(1));
        assert_eq!(result.unwrap_err(), EnvelopeError::Hpke(HpkeError::Key));
        assert_eq!(hpke::receiver(&circle_secret(), &weak, b"").map(|_| ()).unwrap_err(), HpkeError::Key);
        let mut bytes = seal(&statement(BODY)).bytes().to_vec();
        bytes[8..40].copy_from_slice(&weak);
        assert!(reposted(bytes).open(&project(), [&opening_key()]).unwrap().is_none());
    }
}

/// Guards against two letters that a relay can link: one statement sealed twice shares nothing but the header.
#[test]
fn two_envelopes_of_one_statement_share_no_bytes_that_link_them() {
    let statement = statement(BODY);
    let (one, two) = (seal(&statement), {
        let mut rng = rng(42);
        Envelope::seal(&statement, &project(), &recipient(), &posting(), Lane::Text, DAY, &mut rng).unwrap()
    });
    assert_eq!(one.bytes()[..8], two.bytes()[..8]);
    let windows = |bytes: &[u8]| bytes[8..].windows(4).map(<[u8]>::to_vec).collect::<std::collections::BTreeSet<_>>();
    assert!(windows(one.bytes()).is_disjoint(&windows(two.bytes())));
}

/// Guards against the author, audience, document or project showing on the outside.
#[test]
fn nothing_of_the_inside_shows_on_the_outside() {
    let statement = statement(BODY);
    let sealed = seal(&statement);
    let (author, key) = (author().public().author_id(), recipient().key.0);
    let generation = recipient().key.generation(&CIRCLE);
    let inside: [&[u8]; 8] =
        [&author.0, &CIRCLE.0, &key, &generation.0, &statement.document().0, &CHAIN.0, &project().0, statement.bytes()];
    for secret in inside {
        let part = &secret[..secret.len().min(8)];
        assert!(!sealed.bytes().windows(part.len()).any(|window| window == part));
    }
}

/// Guards against a posting key whose public half or epoch is another.
#[test]
fn a_posting_key_shows_its_public_half() {
    let key: PostingKey = posting();
    assert_eq!(key.public(), PostingPublic { epoch: EPOCH, key: key.secret.public() });
}

/// Guards against a byte that the posting signature does not cover.
#[test]
fn no_flipped_bit_verifies() {
    each_flipped_bit(seal(&statement(BODY)).bytes(), |bytes, index| {
        let read = parse(&bytes).and_then(|parsed| parsed.verify(&project(), &posting().public()));
        assert!(read.is_err(), "byte {index}");
    });
}

/// Guards against a panic on any bytes, from a stranger or from a member.
#[test]
fn no_bytes_make_an_envelope_panic() {
    each_damaged(seal(&statement(BODY)).bytes(), 300, |mut bytes| {
        let _ = parse(&bytes).map(|parsed| parsed.verify(&project(), &posting().public()).is_ok());
        bytes.resize(640, 0);
        bytes[0] = 1;
        bytes[1] &= 3;
        let _ = reposted(bytes).open(&project(), [&opening_key()]);
    });
    each_damaged(&padded(&framed(statement(BODY).bytes())), 300, |mut plaintext| {
        plaintext.resize(640 - OVERHEAD_LEN, 0);
        let _ = sealed_plaintext(&plaintext).open(&project(), [&opening_key()]);
    });
}
