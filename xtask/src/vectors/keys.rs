//! The one made-up project that the vectors are from: every key from a seed of one repeated byte.

use azalai_envelope::certificate::project_id;
use azalai_envelope::ids::to_hex;
use azalai_envelope::{
    AudienceId, CarrierCertificate, Certificate, ChainId, Clock, Day, DeviceKeys, PostingKey, ProjectId,
    ReceivingSecret, Recipient, SigningSecret,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::{Value, json};

pub(super) const CIRCLE: AudienceId = AudienceId([0x11; 16]);
pub(super) const NONCE: [u8; 16] = [0x21; 16];
pub(super) const CHAIN: ChainId = ChainId([0x31; 8]);
pub(super) const AUTHORITY: [u8; 8] = [0x41; 8];
pub(super) const DAY: Day = Day(20_780);
pub(super) const CLOCK: Clock = Clock::at_ms(1_795_392_000_000);
pub(super) const EPOCH: u32 = 7;

/// How to make everything again.
pub(super) const ABOUT_KEYS: &str = "Secret keys are 32 equal bytes: signing keys (Ed25519 seeds) 01 root, 03 author, \
    04 a stranger, 05 posting key, 07 carrier, 08 relay, 0a device; receiving keys (X25519) 06 circle, 09 relay, \
    0b device. Randomness is ChaCha20 (rand_chacha) from a seed of 32 equal bytes, 01 for a first sealing.";

pub(super) fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

pub(super) fn signing(seed: u8) -> SigningSecret {
    SigningSecret::from_seed(&[seed; 32])
}

pub(super) fn root() -> SigningSecret {
    signing(1)
}

pub(super) fn project() -> ProjectId {
    project_id(&root().public())
}

pub(super) fn foreign_project() -> ProjectId {
    project_id(&signing(2).public())
}

pub(super) fn author() -> SigningSecret {
    signing(3)
}

pub(super) fn stranger() -> SigningSecret {
    signing(4)
}

pub(super) fn posting() -> PostingKey {
    PostingKey { epoch: EPOCH, secret: signing(5) }
}

pub(super) fn circle() -> ReceivingSecret {
    ReceivingSecret::from_bytes([6; 32])
}

pub(super) fn recipient() -> Recipient {
    Recipient { audience: CIRCLE, key: circle().public() }
}

pub(super) fn carrier() -> SigningSecret {
    signing(7)
}

/// The relay's certificate.
pub(super) fn certificate() -> Certificate {
    let (posting, relay) = (posting().public(), relay().public());
    Certificate { carrier: carrier_certificate(), number: 3, day: DAY, posting, relay }
}

pub(super) fn carrier_certificate() -> CarrierCertificate {
    CarrierCertificate::issue(&root(), &carrier().public())
}

pub(super) fn relay() -> DeviceKeys {
    DeviceKeys { signing: signing(8), receiving: ReceivingSecret::from_bytes([9; 32]) }
}

pub(super) fn device() -> DeviceKeys {
    DeviceKeys { signing: signing(10), receiving: ReceivingSecret::from_bytes([11; 32]) }
}

/// What a reader of the project knows: enough for statements, envelopes and requests.
pub(super) fn known() -> Value {
    json!({
        "project": project().to_string(), "audience": CIRCLE.to_string(), "author": to_hex(&author().public().0),
        "epoch": EPOCH, "posting": to_hex(&posting().public().key.0), "receiving_secret": to_hex(circle().as_bytes()),
    })
}

/// `known` with one thing another.
pub(super) fn but(mut known: Value, name: &str, value: impl Into<Value>) -> Value {
    if let Some(map) = known.as_object_mut() {
        map.insert(name.to_owned(), value.into());
    }
    known
}

/// Only these of what is known.
pub(super) fn only(names: &[&str]) -> Value {
    let known = known();
    names.iter().filter_map(|name| Some(((*name).to_owned(), known.get(name)?.clone()))).collect()
}
