//! The secret keys that this device holds, besides its own: circles' generations, posting epochs, the carrier's.
//!
//! A key that is only held in custody (a steward's, in order to grant it) opens nothing on this device: which keys
//! open is decided by what the member's role may read.

use std::collections::BTreeMap;

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::{
    GenerationId, OpeningKey, PostingKey, PostingPublic, ProjectId, ReceivingSecret, Recipient, SigningPublic,
    SigningSecret,
};
use azalai_roster::{Circle, KeyLetter, Roster};
use azalai_store::Batch;

use crate::limits::MAX_CIRCLE_BYTES;
use crate::spaces::SECRETS;

const VERSION: u8 = 1;
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    circles: BTreeMap<GenerationId, (Circle, ReceivingSecret)>,
    posting: BTreeMap<(u32, SigningPublic), PostingKey>,
    carrier: Option<SigningSecret>,
}

impl Secrets {
    /// Adds one circle's key and what is to be written for it.
    pub(crate) fn add_circle(
        &mut self,
        project: &ProjectId,
        circle: Circle,
        secret: ReceivingSecret,
        batch: &mut Batch,
    ) {
        let generation = secret.public().generation(&circle.audience(project));
        let mut writer = Writer::new();
        writer.u8(VERSION).u8(1).text(&circle.to_string()).raw(secret.as_bytes());
        batch.put(SECRETS, generation.0.to_vec(), writer.finish());
        self.circles.insert(generation, (circle, secret));
    }

    pub(crate) fn add_posting(&mut self, key: PostingKey, batch: &mut Batch) {
        let public = key.public();
        let mut writer = Writer::new();
        writer.u8(VERSION).u8(2).u32(key.epoch).raw(&key.secret.seed());
        batch.put(SECRETS, public.key.0.to_vec(), writer.finish());
        self.posting.insert((public.epoch, public.key), key);
    }

    pub(crate) fn add_carrier(&mut self, secret: SigningSecret, batch: &mut Batch) {
        let mut writer = Writer::new();
        writer.u8(VERSION).u8(3).raw(&secret.seed());
        batch.put(SECRETS, b"carrier".to_vec(), writer.finish());
        self.carrier = Some(secret);
    }

    /// Reads one kept item.
    pub(crate) fn load(&mut self, project: &ProjectId, value: &[u8]) -> Result<(), DecodeError> {
        let mut reader = Reader::new(value);
        match reader.u8("secret")? {
            VERSION => {}
            got => return Err(DecodeError::UnknownVersion { field: "secret", got }),
        }
        match reader.u8("form of secret")? {
            1 => {
                let name = reader.text("circle", MAX_CIRCLE_BYTES)?;
                let circle: Circle = name.parse().map_err(|_| reader.invalid("circle", "not a circle's name"))?;
                let secret = ReceivingSecret::from_bytes(reader.array("circle key")?);
                self.circles.insert(secret.public().generation(&circle.audience(project)), (circle, secret));
            }
            2 => {
                let epoch = reader.u32("epoch")?;
                let key = PostingKey { epoch, secret: SigningSecret::from_seed(&reader.array("posting key")?) };
                self.posting.insert((epoch, key.secret.public()), key);
            }
            3 => self.carrier = Some(SigningSecret::from_seed(&reader.array("carrier key")?)),
            _ => return Err(reader.invalid("form of secret", "not one of 1 circle, 2 posting, 3 carrier")),
        }
        reader.end("secret")
    }

    /// Adds what a letter brought, after [`KeyLetter::accept`] has dropped what the logs do not name. Says whether
    /// anything was new.
    pub(crate) fn add_letter(&mut self, project: &ProjectId, letter: KeyLetter, batch: &mut Batch) -> bool {
        let before = (self.circles.len(), self.posting.len(), self.carrier.is_some());
        for (circle, secret) in letter.circles {
            self.add_circle(project, circle, secret, batch);
        }
        for key in letter.posting {
            self.add_posting(key, batch);
        }
        if let Some(secret) = letter.carrier {
            self.add_carrier(secret, batch);
        }
        before != (self.circles.len(), self.posting.len(), self.carrier.is_some())
    }

    /// The keys that may open an envelope, of the circles that this member may read.
    pub(crate) fn opening(&self, project: &ProjectId, may_open: &[Circle]) -> Vec<OpeningKey> {
        let held = self.circles.values().filter(|(circle, _)| may_open.contains(circle));
        held.map(|(circle, secret)| OpeningKey::new(circle.audience(project), secret.clone())).collect()
    }

    /// The keys of these circles, all generations, for granting them.
    pub(crate) fn of_circles(&self, circles: &[Circle]) -> Vec<(Circle, ReceivingSecret)> {
        self.circles.values().filter(|(circle, _)| circles.contains(circle)).cloned().collect()
    }

    /// The posting key of the roster's current epoch, if this device has it; else the newest that it has.
    pub(crate) fn posting(&self, roster: &Roster) -> Option<&PostingKey> {
        let current = roster.posting().and_then(|public| self.posting.get(&(public.epoch, public.key)));
        current.or_else(|| self.posting.values().next_back())
    }

    /// Whether this device has the secret key of a circle's generation.
    pub(crate) fn holds(&self, recipient: &Recipient) -> bool {
        self.circles.contains_key(&recipient.key.generation(&recipient.audience))
    }

    /// The secret half of a posting key, if this device has it.
    pub(crate) fn posting_of(&self, public: &PostingPublic) -> Option<&PostingKey> {
        self.posting.get(&(public.epoch, public.key))
    }

    pub(crate) fn all_posting(&self) -> impl Iterator<Item = &PostingKey> {
        self.posting.values()
    }

    pub(crate) fn carrier(&self) -> Option<&SigningSecret> {
        self.carrier.as_ref()
    }
}
