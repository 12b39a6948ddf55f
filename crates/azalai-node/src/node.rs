//! The device: what it holds in memory once it is unlocked, and the one way by which it says something.
//!
//! Everything in memory is a copy of what the vault holds; a crash at any instant loses nothing that a caller was
//! told is saved.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use azalai_envelope::ids::{derive8, derive16};
use azalai_envelope::{
    AudienceId, AuthorId, ChainId, Clock, DevicePublic, DocumentId, Draft, EnvelopeId, GenerationId, Kind, Lane,
    PostingPublic, ProjectId, SigningPublic, Statement, StatementId, Verified,
};
use azalai_roster::{Circle, Roster, Touched};
use azalai_store::{Batch, Cursor, Disk, Journal, JournalReport, Keys, Page, Space, Store, Vault};
use azalai_sync::Carrier;
use rand_chacha::ChaCha20Rng;
use rand_core::Rng as _;

use crate::beginning;
use crate::chains::{Chain, chain_of};
use crate::door::{Learnt, Why};
use crate::error::NodeError;
use crate::index::Shared;
use crate::limits::CARRIED_BYTES;
use crate::newer::Understands;
use crate::opening::Place;
use crate::packs::Packs;
use crate::people::authors_of;
use crate::secrets::Secrets;
use crate::spaces::{
    CLAIM_NOTICES, LOG, MARKS, NOTICES, OUTBOX, OWN_CHAINS, PACKS, PLACES_IN_CHAINS, PROFILE, SECRETS, space_of,
};
use crate::stored::{self, Outgoing, OwnChain, Profile};

/// Items that one page of a scan asks for.
pub(crate) const SCAN_PAGE: usize = 1024;

/// Where a device keeps itself: a database and a folder for small files.
#[derive(Debug)]
pub struct Home<S, D> {
    /// The database.
    pub store: S,
    /// The small files.
    pub disk: D,
}

/// An unlocked device.
pub struct Node<S: Store, D: Disk> {
    pub(crate) vault: Arc<Vault<S, D>>,
    pub(crate) journal: Journal<D>,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) profile: Profile,
    pub(crate) project: ProjectId,
    pub(crate) log: BTreeMap<StatementId, Verified<Statement>>,
    pub(crate) roster: Roster,
    /// The known keys by the name that statements use.
    pub(crate) authors: BTreeMap<AuthorId, Vec<SigningPublic>>,
    /// The log has statements that the roster has not.
    pub(crate) stale: bool,
    /// Whose statements may count otherwise than before: their documents are read anew with the next batch.
    pub(crate) touched: Touched,
    /// What lists ask for.
    pub(crate) index: Shared,
    pub(crate) secrets: Secrets,
    pub(crate) carrier: Arc<Carrier<Arc<Vault<S, D>>>>,
    pub(crate) clock: Clock,
    /// Saving an own statement failed half way: what the journal holds is put back before anything else is said.
    pub(crate) unsettled: bool,
    /// Somebody may be admitted without a letter with keys: so it is after opening, until it was looked up.
    pub(crate) letters_owed: bool,
    /// What opening found wrong.
    pub(crate) report: OpenReport,
    /// What this program understands; less in tests.
    pub(crate) understands: Understands,
    /// Own letters that nobody else is known to have, as of when they were last looked through.
    pub(crate) kept_own: BTreeSet<EnvelopeId>,
    /// Envelopes to be looked at again when an author or a key becomes known; `None` until first asked for.
    pub(crate) waiting: Option<BTreeMap<EnvelopeId, Why>>,
    /// Envelopes that the door has looked at; `None` until first asked for.
    pub(crate) looked_at: Option<BTreeSet<EnvelopeId>>,
    /// [`Carrier::taken`] when the door had last looked at all that was carried.
    pub(crate) caught_up: Option<u64>,
    /// Own statements whose letters another side did not take, with the posting keys of these letters.
    pub(crate) not_taken: BTreeMap<StatementId, BTreeSet<PostingPublic>>,
    /// The posting keys by which the letters that nobody posted were last looked at; `None` until first done.
    pub(crate) tried_postings: Option<BTreeSet<PostingPublic>>,
    /// What was learnt since what waits was last looked at.
    pub(crate) learnt: Learnt,
    /// Letters that wait although their authors may give no keys, as far as this device knows.
    pub(crate) idle_letters: BTreeSet<StatementId>,
    /// How often each key opened something, so that the likeliest is tried first.
    pub(crate) hits: BTreeMap<GenerationId, u64>,
    /// The places that were brought; `None` until first asked for.
    pub(crate) own_places: Option<Arc<azalai_model::Gazetteer>>,
    /// The pack in use and those before it.
    pub(crate) packs: Arc<Packs>,
    /// Parts of packs came in, or the logs changed: which pack is in use is to be read anew.
    pub(crate) packs_stale: bool,
    /// Where in its home this profile lies; `None` where a home has one profile.
    pub(crate) place: Option<Place>,
    /// The envelope that no count shows (`mark.rs`).
    pub(crate) quiet: Option<EnvelopeId>,
    /// Statements that were forgotten: what brings them again is forgotten too.
    pub(crate) shed: BTreeSet<StatementId>,
}

/// What opening a home found wrong, and what was done about it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// What the journal met.
    pub journal: JournalReport,
    /// Own statements that were in the journal and not in the database, and were put back.
    pub put_back: usize,
    /// Own statements that a damaged journal lacked, and that were added to it again.
    pub put_in_journal: usize,
    /// Items of the database that cannot be read.
    pub damaged: usize,
    /// The database had lost who this device is, and it was put back from the journal.
    pub begun_anew: bool,
    /// Own statements that are in the journal only and cannot be shown, because the database takes no writes.
    pub waiting_for_room: usize,
}

/// What a device wants to say.
#[derive(Debug, Clone)]
pub(crate) struct Saying<'a> {
    pub(crate) kind: Kind,
    pub(crate) document: DocumentId,
    pub(crate) opens: Option<[u8; 16]>,
    pub(crate) audience: AudienceId,
    pub(crate) body: &'a [u8],
}

/// Reads a whole key space, page by page; unreadable items are counted, not lost silently.
pub(crate) async fn scan_all<S: Store>(store: &S, space: Space) -> Result<(Vec<(Vec<u8>, Vec<u8>)>, usize), NodeError> {
    let (mut items, mut damaged, mut after): (Vec<_>, usize, Option<Cursor>) = (Vec::new(), 0, None);
    loop {
        let page: Page = store.scan(space, after.as_ref(), SCAN_PAGE).await?;
        items.extend(page.items);
        damaged += page.damaged;
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok((items, damaged)),
        }
    }
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    pub(crate) async fn load(vault: Vault<S, D>, keys: Arc<Keys<D>>, mut rng: ChaCha20Rng) -> Result<Self, NodeError> {
        let vault = Arc::new(vault);
        let (journal, entries, journal_report) = Journal::open_and_read(keys).await?;
        let begun_anew = beginning::readable(&vault, PROFILE, &[]).await?.is_none()
            && beginning::put_back(&vault, &entries, &mut rng).await?;
        let profile = vault.get(PROFILE, &[]).await?.ok_or(NodeError::NoHome)?;
        let profile = Profile::decode(&profile)?;
        let project = azalai_envelope::certificate::project_id(&profile.root);
        let clock = match vault.get(PROFILE, b"clock").await? {
            Some(bytes) => Clock(azalai_envelope::codec::Reader::new(&bytes).u64("clock")?),
            None => Clock::default(),
        };
        let (kept, mut damaged) = scan_all(&vault, LOG).await?;
        let mut log = BTreeMap::new();
        for (_, value) in kept {
            match stored::decode_statement(&project, &value) {
                Ok(statement) => drop(log.insert(statement.id(), statement)),
                Err(_) => damaged += 1,
            }
        }
        let mut secrets = Secrets::default();
        let (kept, unreadable) = scan_all(&vault, SECRETS).await?;
        damaged += unreadable;
        for (_, value) in kept {
            damaged += usize::from(secrets.load(&project, &value).is_err());
        }
        let roster = Roster::from_statements(profile.root, log.values());
        let authors = authors_of(&roster);
        let carrier = Arc::new(Carrier::open(Arc::clone(&vault), project, CARRIED_BYTES).await?);
        damaged += carrier.damaged();
        let report = OpenReport { journal: journal_report, damaged, begun_anew, ..OpenReport::default() };
        let learnt = Learnt::load(&*vault).await?;
        let mut node = Self {
            vault,
            journal,
            rng,
            profile,
            project,
            log,
            roster,
            authors,
            stale: false,
            touched: Touched::default(),
            index: Shared::default(),
            secrets,
            carrier,
            clock,
            unsettled: false,
            letters_owed: true,
            report,
            understands: Understands::default(),
            kept_own: BTreeSet::new(),
            waiting: None,
            looked_at: None,
            caught_up: None,
            tried_postings: None,
            not_taken: BTreeMap::new(),
            learnt,
            idle_letters: BTreeSet::new(),
            hits: BTreeMap::new(),
            own_places: None,
            packs: Arc::new(Packs::shipped()?),
            packs_stale: false,
            place: None,
            quiet: None,
            shed: BTreeSet::new(),
        };
        node.quiet = node.quiet_envelope().await?;
        node.kept_own.extend(node.quiet);
        node.go_on_forgetting().await?;
        node.agree(entries).await?;
        node.gather_packs().await?;
        Ok(node)
    }

    /// Adds the logs up again.
    pub(crate) fn rebuild_roster(&mut self) {
        let now = Roster::from_statements(self.profile.root, self.log.values());
        let before = core::mem::replace(&mut self.roster, now);
        self.authors = authors_of(&self.roster);
        (self.stale, self.packs_stale) = (false, true);
        let touched = self.roster.touched_since(&before);
        self.touched.authors.extend(touched.authors);
        self.touched.statements.extend(touched.statements);
        if !self.roster.areas().eq(before.areas()) {
            // Which area a circle stands for may be another.
            self.index.drop_all();
        }
    }

    /// The project's id.
    #[must_use]
    pub fn project(&self) -> ProjectId {
        self.project
    }

    /// Who may do what, as far as this device knows.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// This device's public keys.
    #[must_use]
    pub fn device(&self) -> DevicePublic {
        self.profile.device.public()
    }

    /// The pseudonym that was chosen for this device.
    #[must_use]
    pub fn pseudonym(&self) -> &str {
        &self.profile.pseudonym
    }

    /// As what this device founded the project or was invited.
    #[must_use]
    pub fn role(&self) -> azalai_roster::Role {
        self.profile.role
    }

    /// The area that this device was invited for.
    #[must_use]
    pub fn invited_area(&self) -> Option<azalai_roster::AreaCode> {
        self.profile.area.as_deref().and_then(|area| area.parse().ok())
    }

    /// What opening found wrong.
    #[must_use]
    pub fn open_report(&self) -> OpenReport {
        self.report
    }

    pub(crate) fn me(&self) -> SigningPublic {
        self.profile.device.signing.public()
    }

    pub(crate) fn audience(&self, circle: &Circle) -> AudienceId {
        circle.audience(&self.project)
    }

    /// Random bytes, such as the nonce of a new report.
    pub fn random16(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    /// Where this device goes on in its chain for an audience; a new chain, of a random name, if it has none, or if its
    /// next place is taken: so it is after an old backup was put back and what it had said since came home.
    pub(crate) async fn own_chain(&mut self, audience: &AudienceId) -> Result<OwnChain, NodeError> {
        if let Some(bytes) = self.vault.get(OWN_CHAINS, &audience.0).await? {
            let own = OwnChain::decode(&bytes)?;
            if !self.is_place_taken(&(self.me(), *audience, own.chain), own.seq).await? {
                return Ok(own);
            }
        }
        let mut chain = [0; 8];
        self.rng.fill_bytes(&mut chain);
        Ok(OwnChain { chain: ChainId(chain), seq: 0, prev: None })
    }

    /// Moves this device's clock past what it answers to: what is written after something reads as written after it.
    pub(crate) fn hear(&mut self, clock: Clock, now_ms: u64) {
        self.clock = self.clock.heard(clock, now_ms);
    }

    pub(crate) fn tick(&mut self, now_ms: u64) -> Clock {
        self.clock = self.clock.tick(now_ms);
        self.clock
    }

    /// Signs what is to be said, at this device's next place in its chain for the audience.
    pub(crate) fn sign(
        &mut self,
        saying: &Saying<'_>,
        chain: OwnChain,
        now_ms: u64,
    ) -> Result<Verified<Statement>, NodeError> {
        let draft = Draft {
            kind: saying.kind,
            document: saying.document,
            opens: saying.opens,
            chain: chain.chain,
            seq: chain.seq,
            prev: chain.prev,
            authority: self.roster.authority_head(),
            clock: self.tick(now_ms),
            body: saying.body,
        };
        Ok(draft.sign(&self.project, &saying.audience, &self.profile.device.signing)?)
    }

    /// Saves an own statement durably: first in the journal, then with `batch` in the database. When this returns,
    /// it is kept whatever happens next.
    ///
    /// Only the journal is waited for. The database's batch is visible at once and becomes durable with the next one
    /// that is applied, or after a few ([`Store::stage`]): a crash before that loses nothing, since all of it follows
    /// from the statement, and opening the device puts it back from the journal. So `batch` must hold nothing that does
    /// not follow from the statement. The journal lets go of a statement only after a batch was applied that says where
    /// else it is; what is staged never becomes durable later than what is written after it.
    pub(crate) async fn keep(
        &mut self,
        statement: &Verified<Statement>,
        lane: Lane,
        mut batch: Batch,
    ) -> Result<(), NodeError> {
        self.may_write()?;
        let mut record = vec![lane.to_byte()];
        record.extend_from_slice(&stored::encode_statement(statement));
        self.unsettled = true;
        self.journal.append(&statement.id().0, &record).await?;
        self.write_own(statement, lane, &mut batch);
        let next = OwnChain { chain: statement.chain(), seq: statement.seq() + 1, prev: Some(statement.id()) };
        batch.put(OWN_CHAINS, statement.audience().0, next.encode());
        batch.put(PROFILE, b"clock".to_vec(), self.clock.0.to_be_bytes());
        self.vault.stage(batch).await?;
        self.unsettled = false;
        Ok(())
    }

    /// What is written for an own statement, beside its document and its chain.
    pub(crate) fn write_own(&self, statement: &Verified<Statement>, lane: Lane, batch: &mut Batch) {
        batch.put(OUTBOX, statement.id().0, Outgoing::new(statement.kind(), lane).encode());
        self.write_statement(statement, batch);
    }

    /// What is written for any statement that passed the door.
    pub(crate) fn write_statement(&self, statement: &Verified<Statement>, batch: &mut Batch) {
        let space = space_of(statement.kind());
        batch.put(space, statement.id().0, stored::encode_statement(statement));
        batch.put(PLACES_IN_CHAINS, place_key(&chain_of(statement), statement.seq()), statement.id().0);
        match statement.kind() {
            Kind::NOTICE => drop(batch.put(NOTICES, statement.id().0, [1])),
            Kind::PACK => drop(batch.put(PACKS, statement.id().0, [1])),
            Kind::MARK => drop(batch.put(MARKS, statement.id().0, [1])),
            Kind::CLAIM_NOTICE => drop(batch.put(CLAIM_NOTICES, statement.id().0, [1])),
            _ => {}
        }
    }
}

/// The document that a log is.
pub(crate) fn log_document(project: &ProjectId, kind: Kind, audience: &AudienceId, root: &SigningPublic) -> DocumentId {
    azalai_envelope::statement::document_id(project, kind, audience, root, &[0; 16])
}

/// The key of a place in a chain.
pub(crate) fn place_key((author, audience, name): &Chain, seq: u64) -> Vec<u8> {
    [author.0.as_slice(), &audience.0, &name.0, &seq.to_be_bytes()].concat()
}

/// A member's public name where a pseudonym is not wanted: told apart within the project, linked to nothing.
#[must_use]
pub fn short_name(author: &SigningPublic) -> String {
    azalai_envelope::ids::to_hex(&derive8("azalai 1 short name", &[&author.0]))
}

/// The id under which `join` and `project new` show a device: 32 digits, like every id that people type.
#[must_use]
pub fn device_id(author: &SigningPublic) -> DocumentId {
    DocumentId(derive16("azalai 1 device id", &[&author.0]))
}
