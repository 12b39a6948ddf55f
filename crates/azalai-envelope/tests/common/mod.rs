//! What the tests of this crate share: one project with fixed keys, and ways to damage bytes.
//!
//! Everything comes from fixed seeds, so that a failure is the same on every machine.
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use azalai_envelope::certificate::{CarrierCertificate, project_id};
use azalai_envelope::envelope::UnverifiedEnvelope;
use azalai_envelope::ids::{derive, to_hex};
use azalai_envelope::statement::document_id;
use azalai_envelope::{
    AudienceId, Certificate, ChainId, Clock, Day, DeviceKeys, Draft, Envelope, Kind, Lane, OpeningKey, PostingKey,
    ProjectId, ReceivingSecret, Recipient, SigningSecret, Statement, Verified,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

pub(crate) const CIRCLE: AudienceId = AudienceId([0x11; 16]);
pub(crate) const OTHER_CIRCLE: AudienceId = AudienceId([0x12; 16]);
pub(crate) const NONCE: [u8; 16] = [0x21; 16];
pub(crate) const CHAIN: ChainId = ChainId([0x31; 8]);
pub(crate) const EPOCH: u32 = 7;
pub(crate) const DAY: Day = Day(20_000);
pub(crate) const CLOCK: Clock = Clock::at_ms(1_728_000_123_456);

pub(crate) fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

pub(crate) fn root() -> SigningSecret {
    SigningSecret::from_seed(&[1; 32])
}

pub(crate) fn project() -> ProjectId {
    project_id(&root().public())
}

pub(crate) fn foreign_project() -> ProjectId {
    project_id(&SigningSecret::from_seed(&[2; 32]).public())
}

pub(crate) fn author() -> SigningSecret {
    SigningSecret::from_seed(&[3; 32])
}

pub(crate) fn stranger() -> SigningSecret {
    SigningSecret::from_seed(&[4; 32])
}

pub(crate) fn posting() -> PostingKey {
    PostingKey { epoch: EPOCH, secret: SigningSecret::from_seed(&[5; 32]) }
}

pub(crate) fn circle_secret() -> ReceivingSecret {
    ReceivingSecret::from_bytes([6; 32])
}

pub(crate) fn opening_key() -> OpeningKey {
    OpeningKey::new(CIRCLE, circle_secret())
}

pub(crate) fn recipient() -> Recipient {
    Recipient { audience: CIRCLE, key: circle_secret().public() }
}

pub(crate) fn carrier() -> SigningSecret {
    SigningSecret::from_seed(&[7; 32])
}

pub(crate) fn relay() -> DeviceKeys {
    DeviceKeys { signing: SigningSecret::from_seed(&[8; 32]), receiving: ReceivingSecret::from_bytes([9; 32]) }
}

/// A body that no coding makes shorter, so that fixed bytes do not hang on the dictionary.
pub(crate) const BODY: &[u8] = b"\x00\x9f\x13\xe2K\x81";

pub(crate) fn draft(body: &[u8]) -> Draft<'_> {
    Draft {
        kind: Kind::REPORT,
        document: document_id(&project(), Kind::REPORT, &CIRCLE, &author().public(), &NONCE),
        opens: Some(NONCE),
        chain: CHAIN,
        seq: 0,
        prev: None,
        authority: [0x41; 8],
        clock: CLOCK,
        body,
    }
}

pub(crate) fn statement(body: &[u8]) -> Verified<Statement> {
    draft(body).sign(&project(), &CIRCLE, &author()).unwrap()
}

pub(crate) fn second_statement(body: &[u8]) -> Verified<Statement> {
    let first = statement(BODY);
    let draft = Draft { opens: None, seq: 1, prev: Some(first.id()), ..draft(body) };
    draft.sign(&project(), &CIRCLE, &author()).unwrap()
}

pub(crate) fn seal(statement: &Verified<Statement>) -> Verified<Envelope> {
    Envelope::seal(statement, &project(), &recipient(), &posting(), Lane::Text, DAY, &mut rng(1)).unwrap()
}

pub(crate) fn received(envelope: &Envelope) -> Verified<Envelope> {
    UnverifiedEnvelope::parse(envelope.bytes().to_vec()).unwrap().verify(&project(), &posting().public()).unwrap()
}

pub(crate) fn certificate() -> Certificate {
    Certificate {
        carrier: CarrierCertificate::issue(&root(), &carrier().public()),
        number: 3,
        day: DAY,
        posting: posting().public(),
        relay: relay().public(),
    }
}

/// Bytes that look random and are the same every time.
pub(crate) fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(len + 32);
    let mut block = 0_u64;
    while bytes.len() < len {
        bytes.extend_from_slice(&derive("azalai 1 test noise", &[&seed.to_be_bytes(), &block.to_be_bytes()]));
        block += 1;
    }
    bytes.truncate(len);
    bytes
}

/// Calls `f` with every way of flipping one bit.
pub(crate) fn each_flipped_bit(bytes: &[u8], mut f: impl FnMut(Vec<u8>, usize)) {
    for index in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.to_vec();
            flipped[index] ^= 1 << bit;
            f(flipped, index);
        }
    }
}

/// Calls `f` with damaged copies: each shorter one, some longer ones, `rounds` with several bytes replaced,
/// removed, doubled or moved, and plain noise.
pub(crate) fn each_damaged(bytes: &[u8], rounds: u64, mut f: impl FnMut(Vec<u8>)) {
    for len in 0..bytes.len() {
        f(bytes[..len].to_vec());
    }
    for extra in [1, 7, 64, 600] {
        let mut longer = bytes.to_vec();
        longer.extend(noise(extra, extra as usize));
        f(longer);
    }
    for round in 0..rounds {
        let dice = noise(round, 32);
        let mut damaged = bytes.to_vec();
        for chunk in dice.chunks(4) {
            if damaged.is_empty() {
                break;
            }
            let at = usize::from(u16::from_be_bytes([chunk[0], chunk[1]])) % damaged.len();
            match chunk[2] % 5 {
                0 | 1 => damaged[at] = chunk[3],
                2 => drop(damaged.remove(at)),
                3 => damaged.insert(at, chunk[3]),
                _ => {
                    let tail = damaged.split_off(at);
                    damaged.splice(0..0, tail);
                }
            }
        }
        f(damaged);
        f(noise(round ^ u64::MAX, usize::from(dice[0]) * usize::from(dice[1]) % 2000));
    }
}

#[track_caller]
pub(crate) fn assert_hex(bytes: &[u8], expected: &str) {
    let expected: String = expected.split_whitespace().collect();
    assert_eq!(to_hex(bytes), expected);
}
