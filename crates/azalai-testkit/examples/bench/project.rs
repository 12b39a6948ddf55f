//! A project with its keys and envelopes made at will, for figures in which no device's storage plays a part.
//!
//! An envelope here holds a signed statement with random bytes for a body: sealed, posted and padded as any other.

use azalai_envelope::certificate::project_id;
use azalai_envelope::statement::document_id;
use azalai_envelope::{
    AudienceId, CarrierCertificate, Certificate, ChainId, Clock, Day, DeviceKeys, Draft, Envelope, Kind, Lane,
    OpeningKey, PostingKey, ProjectId, Recipient, SigningSecret, Verified,
};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

/// Some time on day 20,700, in 2026, in milliseconds since 1970.
pub(crate) const NOW: u64 = TODAY as u64 * 86_400_000 + 1;
pub(crate) const TODAY: u16 = 20_700;

const AUDIENCE: AudienceId = AudienceId([7; 16]);
/// With its frame this fills the first size class, as a report does.
const BODY_BYTES: usize = 240;

/// The keys of a project, of one of its members and of one of its relays.
pub(crate) struct Project {
    pub(crate) rng: ChaCha20Rng,
    pub(crate) id: ProjectId,
    pub(crate) posting: PostingKey,
    pub(crate) relay: DeviceKeys,
    root: SigningSecret,
    carrier: SigningSecret,
    member: SigningSecret,
    circle: DeviceKeys,
}

impl Project {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let root = SigningSecret::generate(&mut rng);
        Self {
            id: project_id(&root.public()),
            posting: PostingKey { epoch: 1, secret: SigningSecret::generate(&mut rng) },
            relay: DeviceKeys::generate(&mut rng),
            carrier: SigningSecret::generate(&mut rng),
            member: SigningSecret::generate(&mut rng),
            circle: DeviceKeys::generate(&mut rng),
            root,
            rng,
        }
    }

    /// The relay's certificate.
    pub(crate) fn certificate(&self) -> Vec<u8> {
        let carrier = CarrierCertificate::issue(&self.root, &self.carrier.public());
        let (posting, relay) = (self.posting.public(), self.relay.public());
        Certificate { carrier, number: 1, day: Day(TODAY), posting, relay }.issue(&self.carrier)
    }

    /// A key that opens the envelopes.
    pub(crate) fn opening_key(&self) -> OpeningKey {
        OpeningKey::new(AUDIENCE, self.circle.receiving.clone())
    }

    /// An envelope unlike any other.
    pub(crate) fn envelope(&mut self, day: u16) -> Verified<Envelope> {
        let (mut nonce, mut body) = ([0; 16], [0; BODY_BYTES]);
        self.rng.fill_bytes(&mut nonce);
        self.rng.fill_bytes(&mut body);
        let draft = Draft {
            kind: Kind::REPORT,
            document: document_id(&self.id, Kind::REPORT, &AUDIENCE, &self.member.public(), &nonce),
            opens: Some(nonce),
            chain: ChainId([1; 8]),
            seq: 0,
            prev: None,
            authority: [0; 8],
            clock: Clock(1),
            body: &body,
        };
        let statement = draft.sign(&self.id, &AUDIENCE, &self.member).unwrap();
        let recipient = Recipient { audience: AUDIENCE, key: self.circle.public().receiving };
        let sealed =
            Envelope::seal(&statement, &self.id, &recipient, &self.posting, Lane::Text, Day(day), &mut self.rng);
        sealed.unwrap()
    }

    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        self.rng.next_u32() % limit
    }
}
