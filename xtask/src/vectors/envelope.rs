//! Vectors of `docs/spec/envelope.md`. The bad ones that nobody's program would sign are laid out and signed by hand.

use azalai_envelope::codec::Writer;
use azalai_envelope::compress::compress;
use azalai_envelope::envelope::{HEADER_LEN, OVERHEAD_LEN};
use azalai_envelope::ids::{derive, to_hex};
use azalai_envelope::limits::MAX_BODY_BYTES;
use azalai_envelope::sign::{Domain, sign};
use azalai_envelope::statement::document_id;
use azalai_envelope::{
    AudienceId, Draft, Envelope, EnvelopeId, Kind, Lane, RelayReceipt, SigningPublic, SigningSecret, Statement,
    Verified, hpke,
};
use serde_json::json;

use super::keys::*;
use super::{File, Set, cut, flipped, frame, longer, with_byte};

/// A body that no coding makes shorter.
const RAW: &[u8] = b"\x00\x9f\x13\xe2K\x81";

/// One that the dictionary makes shorter.
const TEXT: &str =
    "Yesterday evening armed men stopped the bus between Gao and Ansongo. أوقف مسلحون الحافلة قرب السوق.";

pub(super) fn files() -> Result<Vec<File>, String> {
    [numbers(), ids(), bodies(), statements()?, envelopes()?, certificates(), receipts()]
        .into_iter()
        .map(Set::file)
        .collect()
}

fn numbers() -> Set {
    let mut set = Set::new("envelope/numbers", "Variable-length integers, and the size class of a length.");
    for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
        let mut writer = Writer::new();
        writer.varint(value);
        set.good(&format!("varint {value}"), "varint", &json!({}), &writer.finish());
    }
    set.bad("longer than needed", "varint", &json!({}), &[0x80, 0x00]);
    set.bad("65 bits", "varint", &json!({}), &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]);
    set.bad("cut short", "varint", &json!({}), &[0x80]);
    for length in [0, 639, 640, 641, 1024, 1025, 2049, 4096, 4097, 9000, 65_537, 98_304] {
        set.good(&format!("class of {length}"), "size", &json!({ "length": length }), &[]);
    }
    set
}

fn ids() -> Set {
    let mut set = Set::new("envelope/ids", "Ids from the public keys of the made-up project.");
    set.good("project", "project id", &json!({}), &root().public().0);
    set.good("author", "author id", &json!({}), &author().public().0);
    set.good("audience of one member", "member audience", &json!({}), &author().public().0);
    set.good("generation of a circle", "generation", &only(&["audience"]), &circle().public().0);
    let with = but(only(&["project", "audience", "author"]), "kind", 1);
    set.good("document: a report", "document id", &with, &NONCE);
    set.good("document: an incident", "document id", &but(with, "kind", 2), &NONCE);
    set
}

fn bodies() -> Set {
    let mut set = Set::new(
        "envelope/bodies",
        "Bodies compressed with dictionary 1. Other streams may give the same body; a reader takes any.",
    );
    let (_, good) = compress(TEXT.as_bytes());
    set.good("a text in two languages", "body", &json!({}), &good);
    let zeros = vec![0; MAX_BODY_BYTES];
    let (_, longest) = compress(&zeros);
    // Its length is what counts; the zeros themselves would fill the file.
    set.bad("one zero over the limit", "body", &json!({}), &compress(&longer(&zeros)).1);
    set.bad("the longest, cut short", "body", &json!({}), &cut(&longest));
    set.bad("nothing", "body", &json!({}), &[]);
    set.bad("cut short", "body", &json!({}), &cut(&good));
    set.bad("a byte after the end", "body", &json!({}), &longer(&good));
    set.bad("a window of 16 bits", "body", &json!({}), &with_byte(&good, 0, |byte| byte & 0xf0));
    set.bad("a large window", "body", &json!({}), &with_byte(&good, 0, |_| 0x11));
    set
}

fn draft(body: &[u8]) -> Draft<'_> {
    Draft {
        kind: Kind::REPORT,
        document: document_id(&project(), Kind::REPORT, &CIRCLE, &author().public(), &NONCE),
        opens: Some(NONCE),
        chain: CHAIN,
        seq: 0,
        prev: None,
        authority: AUTHORITY,
        clock: CLOCK,
        body,
    }
}

fn statement(draft: &Draft<'_>) -> Result<Verified<Statement>, String> {
    draft.sign(&project(), &CIRCLE, &author()).map_err(|error| error.to_string())
}

/// A first statement laid out by hand and signed: what a hostile program may write.
fn by_hand(secret: &SigningSecret, version: u8, flags: u8, seq: &[u8], length: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.u8(version).u8(Kind::REPORT.0).u8(flags).raw(&NONCE);
    writer.raw(&secret.public().author_id().0).raw(&CHAIN.0).raw(seq).raw(&AUTHORITY).u64(CLOCK.0).raw(length).raw(RAW);
    signed(secret, writer.finish())
}

fn signed(secret: &SigningSecret, mut bytes: Vec<u8>) -> Vec<u8> {
    let signature = sign(secret, Domain::Statement, &[&project().0, &CIRCLE.0, &secret.public().0, &bytes]);
    bytes.extend_from_slice(&signature.0);
    bytes
}

/// The neutral point: with it as key and as R, and 0 as s, lax checking takes any message.
const NOBODY: SigningPublic = {
    let mut key = [0; 32];
    key[0] = 1;
    SigningPublic(key)
};

fn by_nobody() -> Vec<u8> {
    let mut writer = Writer::new();
    writer.u8(1).u8(Kind::REPORT.0).u8(1).raw(&NONCE).raw(&NOBODY.author_id().0).raw(&CHAIN.0).u8(0);
    writer.raw(&AUTHORITY).u64(CLOCK.0).bytes(RAW).raw(&NOBODY.0).raw(&[0; 32]);
    writer.finish()
}

/// The signature's `s` plus the order of the group: the same equation, refused by strict checking.
fn with_greater_s(bytes: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut changed = bytes.to_vec();
    let start = changed.len().saturating_sub(32);
    let mut carry = 0;
    for (byte, add) in changed.iter_mut().skip(start).zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
    changed
}

fn statements() -> Result<Set, String> {
    let mut set = Set::new("envelope/statements", ABOUT_KEYS);
    let with = only(&["project", "audience", "author"]);
    let first = statement(&draft(RAW))?;
    let good = first.bytes();
    set.good("the first of a chain and a document", "statement", &with, good);
    set.good("laid out by hand, the same", "statement", &with, &by_hand(&author(), 1, 1, &[0], &[6]));
    let second = Draft { opens: None, seq: 1, prev: Some(first.id()), ..draft(TEXT.as_bytes()) };
    set.good("the second, compressed", "statement", &with, statement(&second)?.bytes());
    let far = Draft { seq: 300, prev: Some(first.id()), ..draft(b"") };
    set.good("without a body, far along a chain", "statement", &with, statement(&far)?.bytes());
    let unknown_kind = Draft { kind: Kind(200), opens: None, ..draft(RAW) };
    set.good("of a kind that nobody knows", "statement", &with, statement(&unknown_kind)?.bytes());

    set.bad("an unknown version", "statement", &with, &by_hand(&author(), 2, 1, &[0], &[6]));
    set.bad("an unknown flag", "statement", &with, &by_hand(&author(), 1, 5, &[0], &[6]));
    set.bad("a seq longer than needed", "statement", &with, &by_hand(&author(), 1, 1, &[0x80, 0], &[6]));
    set.bad("a length longer than needed", "statement", &with, &by_hand(&author(), 1, 1, &[0], &[0x86, 0]));
    set.bad("a length over the limit", "statement", &with, &by_hand(&author(), 1, 1, &[0], &[0x81, 0x80, 4]));
    set.bad("cut short", "statement", &with, &cut(good));
    set.bad("a byte too many", "statement", &with, &longer(good));
    set.bad("another body", "statement", &with, &flipped(good, -65));
    set.bad("another time", "statement", &with, &flipped(good, 51));
    set.bad("another signature", "statement", &with, &flipped(good, -64));
    set.bad("s not below the group order", "statement", &with, &with_greater_s(good));
    let of_nobody = but(with.clone(), "author", to_hex(&NOBODY.0));
    set.bad("a key and an R of small order, which fit every message", "statement", &of_nobody, &by_nobody());
    let of_stranger = but(with.clone(), "author", to_hex(&stranger().public().0));
    let same_nonce = by_hand(&stranger(), 1, 1, &[0], &[6]);
    set.good("another author's nonce, which gives another document", "statement", &of_stranger, &same_nonce);
    set.bad("the key of another author", "statement", &of_stranger, good);
    set.bad("sealed again to another audience", "statement", &but(with.clone(), "audience", "12".repeat(16)), good);
    set.bad("in another project", "statement", &but(with.clone(), "project", foreign_project().to_string()), good);
    set.bad("a compressed body that is none", "statement", &with, &by_hand(&author(), 1, 3, &[0], &[6]));
    Ok(set)
}

/// An envelope around any plaintext, sealed and posted by hand.
fn seal_by_hand(plaintext: &[u8], change: impl FnOnce(&mut [u8])) -> Result<Vec<u8>, String> {
    let mut info = Writer::new();
    info.raw(b"azalai/1/envelope").u8(1).raw(&project().0).u32(EPOCH).raw(&circle().public().generation(&CIRCLE).0);
    let mut sender =
        hpke::sender(&circle().public(), &info.finish(), &mut rng(1)).map_err(|error| error.to_string())?;
    let mut writer = Writer::new();
    writer.u8(1).u8(Lane::Text.to_byte()).u16(DAY.0).u32(EPOCH);
    writer.raw(&sender.encapsulated).raw(&sender.export(b"azalai/1/commit"));
    let mut bytes = writer.finish();
    let ciphertext = sender.seal(plaintext, &bytes).map_err(|error| error.to_string())?;
    bytes.extend(ciphertext);
    change(&mut bytes);
    let signature = sign(&posting().secret, Domain::Posting, &[&project().0, &bytes]);
    bytes.extend_from_slice(&signature.0);
    Ok(bytes)
}

fn envelopes() -> Result<Set, String> {
    let mut set = Set::new("envelope/envelopes", ABOUT_KEYS);
    let with = known();
    let first = statement(&draft(RAW))?;
    let seal = |statement: &Verified<Statement>, lane| {
        let sealed = Envelope::seal(statement, &project(), &recipient(), &posting(), lane, DAY, &mut rng(1));
        sealed.map(|sealed| sealed.bytes().to_vec()).map_err(|error| error.to_string())
    };
    let good = seal(&first, Lane::Text)?;
    set.good("a statement in the smallest class", "envelope", &with, &good);
    set.good("urgent", "envelope", &with, &seal(&first, Lane::Urgent)?);
    let noise: Vec<u8> = (0_u8..14).flat_map(|number| derive("azalai 1 vector noise", &[&[number]])).collect();
    set.good("in the second class", "envelope", &with, &seal(&statement(&draft(&noise))?, Lane::Bulk)?);
    let other_key = but(with.clone(), "receiving_secret", "0c".repeat(32));
    set.good("for somebody else", "envelope", &other_key, &good);
    let commit = seal_by_hand(&vec![0; 488], |bytes| bytes.iter_mut().skip(40).take(1).for_each(|byte| *byte ^= 1))?;
    set.good("a commit that fits nobody: for somebody else", "envelope", &with, &commit);

    let mut plaintext = Writer::new();
    plaintext.bytes(first.bytes());
    let mut plaintext = plaintext.finish();
    plaintext.resize(640 - OVERHEAD_LEN, 0);
    let same = seal_by_hand(&plaintext, |_| ())?;
    set.good("laid out by hand, the same", "envelope", &with, &same);
    if same != good {
        return Err("the envelope laid out by hand is another".to_owned());
    }
    set.bad("no size class", "envelope", &with, &longer(&good));
    set.bad("an unknown version", "envelope", &with, &with_byte(&good, 0, |_| 2));
    set.bad("an unknown lane", "envelope", &with, &with_byte(&good, 1, |_| 4));
    set.bad("another epoch", "envelope", &with, &flipped(&good, 7));
    set.bad("another day", "envelope", &with, &flipped(&good, 3));
    set.bad("another posting signature", "envelope", &with, &flipped(&good, -64));
    set.bad("in another project", "envelope", &but(with.clone(), "project", foreign_project().to_string()), &good);
    set.bad("posted by no member", "envelope", &but(with.clone(), "posting", to_hex(&stranger().public().0)), &good);
    let tampered = |at: usize| {
        seal_by_hand(&plaintext, move |bytes| bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1))
    };
    set.bad("posted with another day than sealed", "envelope", &with, &tampered(3)?);
    set.bad("posted with another ciphertext than sealed", "envelope", &with, &tampered(HEADER_LEN)?);
    set.bad("padding that is not zero", "envelope", &with, &seal_by_hand(&flipped(&plaintext, -1), |_| ())?);
    set.bad("no statement inside", "envelope", &with, &seal_by_hand(&vec![0; plaintext.len()], |_| ())?);
    let audience = AudienceId([0x12; 16]);
    let elsewhere = draft(RAW);
    let document = document_id(&project(), Kind::REPORT, &audience, &author().public(), &NONCE);
    let elsewhere = Draft { document, ..elsewhere }.sign(&project(), &audience, &author());
    let mut inside = Writer::new();
    inside.bytes(elsewhere.map_err(|error| error.to_string())?.bytes());
    let mut inside = inside.finish();
    inside.resize(640 - OVERHEAD_LEN, 0);
    set.bad("signed for another audience than sealed to", "envelope", &with, &seal_by_hand(&inside, |_| ())?);
    Ok(set)
}

fn certificates() -> Set {
    let mut set = Set::new("envelope/certificates", ABOUT_KEYS);
    let certificate = certificate();
    let with = json!({});
    let good = certificate.issue(&carrier());
    set.good("a certificate", "certificate", &with, &good);
    frame(&mut set, "certificate", &with, &good);
    set.bad("a carrier that the root did not certify", "certificate", &with, &flipped(&good, 65));
    set.bad("signed by another than the carrier", "certificate", &with, &certificate.issue(&stranger()));
    set.bad("another number", "certificate", &with, &flipped(&good, 132));
    set
}

fn receipts() -> Set {
    let mut set = Set::new("envelope/receipts", ABOUT_KEYS);
    let with = json!({ "relay": to_hex(&relay().signing.public().0) });
    let envelopes = vec![EnvelopeId([0x51; 32]), EnvelopeId([0x50; 32])];
    let good = RelayReceipt { project: project(), day: DAY, envelopes }.issue(&relay().signing);
    set.good("for two envelopes, in the order of the put", "relay receipt", &with, &good);
    let none = RelayReceipt { project: project(), day: DAY, envelopes: Vec::new() }.issue(&relay().signing);
    set.good("for none", "relay receipt", &with, &none);
    frame(&mut set, "relay receipt", &with, &good);
    let other = json!({ "relay": to_hex(&stranger().public().0) });
    set.bad("of another relay", "relay receipt", &other, &good);
    set.bad("another id", "relay receipt", &with, &flipped(&good, 36));
    set.bad("more than 4096 announced", "relay receipt", &with, &[&[1; 35][..], &[0x81, 0x20]].concat());
    set
}
