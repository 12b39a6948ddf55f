//! Somebody with a member's keys and another program: says, signs, seals and posts whatever the formats can hold.
//!
//! It holds what every monitor's device holds: the posting key, all circles' public keys, its own signing key.

use azalai_envelope::codec::Writer;
use azalai_envelope::envelope::{HEADER_LEN, OVERHEAD_LEN, VERSION};
use azalai_envelope::sign::{self, Domain};
use azalai_envelope::{
    AudienceId, ChainId, Clock, Day, DeviceKeys, DevicePublic, DocumentId, Draft, Kind, Lane, PostingKey, ProjectId,
    Recipient, Statement, StatementId, UnverifiedStatement, Verified, hpke, pad,
};
use azalai_model::{ActorId, Document, DocumentKind, ReportFields, actor_id};
use azalai_roster::{Act, Circle, InvitePackage, Log, LogEntry, Role, Roster, prove_claim};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

use crate::community::Community;

/// A place in a chain: its name, the place, the statement before it.
pub type Place = (ChainId, u64, Option<StatementId>);

/// The attacker.
#[derive(Clone)]
pub struct Attacker {
    /// Its own keys.
    pub keys: DeviceKeys,
    /// The invite that it took up.
    pub package: InvitePackage,
    /// The project.
    pub project: ProjectId,
    /// What it posts with.
    pub posting: PostingKey,
    roster: Roster,
    people: Vec<DevicePublic>,
    rng: ChaCha20Rng,
    now_ms: u64,
}

impl Attacker {
    /// One who was invited as a monitor of valley, and claimed nothing yet.
    #[must_use]
    pub fn invited(c: &mut Community, seed: u64) -> Self {
        let package = c.invite(Role::Monitor, "valley");
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let roster = c.who("acacia").node.roster().clone();
        let people = c.people.iter().map(|member| member.node.device()).collect();
        let (project, posting) = (roster.project(), package.posting.clone());
        let keys = DeviceKeys::generate(&mut rng);
        Self { keys, package, project, posting, roster, people, rng, now_ms: c.now_ms }
    }

    /// The same program with keys of nobody, and without the project's posting key.
    #[must_use]
    pub fn outsider(&self) -> Self {
        let mut other = self.clone();
        other.keys = other.stranger();
        other.posting.secret = azalai_envelope::SigningSecret::generate(&mut other.rng);
        other
    }

    /// The claim of its invite, sealed.
    pub fn claim(&mut self, pseudonym: &str) -> Vec<u8> {
        let device = self.keys.public();
        let proof = prove_claim(&self.package.one_time, &self.project, &device);
        let claim = Act::Claim { invite: self.package.invite, device, pseudonym: pseudonym.to_owned(), proof };
        let place = self.new_place();
        let statement = self.acts(Log::Registry, vec![claim], place);
        self.seal(&statement)
    }

    /// A new chain of a random name.
    pub fn new_place(&mut self) -> Place {
        let mut chain = [0; 8];
        self.rng.fill_bytes(&mut chain);
        (ChainId(chain), 0, None)
    }

    /// Another device's keys, of nobody.
    pub fn stranger(&mut self) -> DeviceKeys {
        DeviceKeys::generate(&mut self.rng)
    }

    /// The audience of a circle.
    #[must_use]
    pub fn audience(&self, circle: &Circle) -> AudienceId {
        circle.audience(&self.project)
    }

    /// The Automerge actor that it has in a document by a chain.
    #[must_use]
    pub fn actor(&self, document: &DocumentId, place: Place) -> ActorId {
        actor_id(&self.project, &self.keys.public().signing.0, document, &place.0)
    }

    /// Signs a statement.
    pub fn say(
        &mut self,
        kind: Kind,
        (document, opens): (DocumentId, Option<[u8; 16]>),
        audience: AudienceId,
        (chain, seq, prev): Place,
        body: &[u8],
    ) -> Verified<Statement> {
        self.now_ms += 1;
        let (authority, clock) = ([0; 8], Clock::at_ms(self.now_ms));
        let draft = Draft { kind, document, opens, chain, seq, prev, authority, clock, body };
        draft.sign(&self.project, &audience, &self.keys.signing).unwrap()
    }

    /// The bytes of a statement whose compressed body is damaged, signed as they are.
    ///
    /// # Panics
    /// If the body can be read all the same.
    #[must_use]
    pub fn with_broken_body(&self, statement: &Statement) -> Vec<u8> {
        let (signed, _) = statement.bytes().split_last_chunk::<64>().unwrap();
        let mut bytes = signed.to_vec();
        let from = bytes.len() - 8;
        bytes[from..].fill(0xFF);
        let (audience, me) = (statement.audience(), self.keys.public().signing);
        let signed = [&self.project.0, &audience.0[..], &me.0, &bytes];
        let signature = sign::sign(&self.keys.signing, Domain::Statement, &signed);
        bytes.extend_from_slice(&signature.0);
        let parsed = UnverifiedStatement::parse(bytes.clone()).unwrap();
        assert!(parsed.verify(&self.project, &audience, &me).unwrap().body().is_err(), "it can be read");
        bytes
    }

    /// Signs acts.
    pub fn acts(&mut self, log: Log, acts: Vec<Act>, place: Place) -> Verified<Statement> {
        let body = LogEntry { after: self.roster.heads(), acts }.encode().unwrap();
        let document = log.document(&self.project, &self.package.root);
        self.say(log.kind(), (document, None), log.audience(&self.project), place, &body)
    }

    /// Opens a document of its own: the id, and the nonce that shows it.
    pub fn own_document(&mut self, kind: Kind, audience: AudienceId) -> (DocumentId, [u8; 16]) {
        let mut nonce = [0; 16];
        self.rng.fill_bytes(&mut nonce);
        let me = self.keys.public().signing;
        (azalai_envelope::statement::document_id(&self.project, kind, &audience, &me, &nonce), nonce)
    }

    /// The change that begins a report with these words under an actor.
    #[must_use]
    pub fn report_change(&self, actor: &ActorId, words: &str) -> Vec<u8> {
        let fields =
            ReportFields { category: Some("other".to_owned()), narrative: words.to_owned(), ..ReportFields::default() };
        Document::new(DocumentKind::Report).write_report(actor, &fields).unwrap()
    }

    /// The newest key of a circle, or the key of a device.
    ///
    /// # Panics
    /// If the audience is nobody's.
    #[must_use]
    pub fn recipient(&self, audience: AudienceId) -> Recipient {
        if let Some(circle) = self.roster.circle_of(audience) {
            return self.roster.newest_key(&circle).unwrap();
        }
        let device =
            self.people.iter().find(|device| device.signing.audience() == audience).expect("nobody's audience");
        Recipient { audience, key: device.receiving }
    }

    /// Seals a statement to the audience that it names.
    pub fn seal(&mut self, statement: &Statement) -> Vec<u8> {
        let recipient = self.recipient(statement.audience());
        self.seal_bytes(statement.bytes(), &recipient)
    }

    /// Seals any bytes to anybody, without the checks of [`azalai_envelope::Envelope::seal`]: by the specification.
    pub fn seal_bytes(&mut self, statement: &[u8], to: &Recipient) -> Vec<u8> {
        let generation = to.key.generation(&to.audience);
        let mut info = Writer::new();
        info.raw(b"azalai/1/envelope").u8(VERSION).raw(&self.project.0).u32(self.posting.epoch).raw(&generation.0);
        let mut sender = hpke::sender(&to.key, &info.finish(), &mut self.rng).unwrap();
        let mut inside = Writer::new();
        inside.bytes(statement);
        let mut inside = inside.finish();
        inside.resize(pad::class_of(inside.len() + OVERHEAD_LEN) - OVERHEAD_LEN, 0);
        let mut outside = Writer::new();
        outside.u8(VERSION).u8(Lane::Text.to_byte()).u16(Day::of_ms(self.now_ms).0).u32(self.posting.epoch);
        outside.raw(&sender.encapsulated).raw(&sender.export(b"azalai/1/commit"));
        let mut bytes = outside.finish();
        assert_eq!(bytes.len(), HEADER_LEN);
        bytes.extend(sender.seal(&inside, &bytes).unwrap());
        let signature = sign::sign(&self.posting.secret, Domain::Posting, &[&self.project.0, &bytes]);
        bytes.extend_from_slice(&signature.0);
        bytes
    }
}

/// A bundle of envelopes.
#[must_use]
pub fn bundle(envelopes: &[Vec<u8>]) -> Vec<u8> {
    azalai_node::bundle::write(envelopes)
}

/// The envelopes of a whole bundle.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn unbundle(bundle: &[u8]) -> Vec<Vec<u8>> {
    // Eight bytes that every bundle begins with, and the version.
    let (mut rest, mut found) = (&bundle[9..], Vec::new());
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (envelope, after) = after.split_at(u32::from_be_bytes(*length) as usize);
        found.push(envelope.to_vec());
        rest = after;
    }
    found
}
