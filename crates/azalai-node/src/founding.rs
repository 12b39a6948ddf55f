//! How a home begins: by founding a project, or by joining one with an invite and no network.

use std::collections::BTreeMap;
use std::sync::Arc;

use azalai_envelope::certificate::project_id;
use azalai_envelope::codec::is_unseen;
use azalai_envelope::limits::MAX_PSEUDONYM_BYTES;
use azalai_envelope::{
    AudienceId, CarrierCertificate, ChainId, Clock, DeviceKeys, DocumentId, Draft, Kind, Lane, PostingKey, ProjectId,
    ReceivingSecret, SigningSecret, Statement, StatementId, UnverifiedStatement, Verified,
};
use azalai_roster::limits::MAX_NAME_BYTES;
use azalai_roster::{Act, Admission, AreaCode, Circle, InvitePackage, LogEntry, Role, Roster, prove_claim};
use azalai_store::{
    ArgonParams, Batch, Disk, JOURNAL_FILE, KEYRING_COPY_FILE, KEYRING_FILE, Keys, Side, Slots, Space, Store, Vault,
};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng as _;

use crate::attempts;
use crate::chains::chain_of;
use crate::decoy;
use crate::error::NodeError;
use crate::invite_file;
use crate::node::{Home, Node, SCAN_PAGE, log_document, place_key};
use crate::opening::{Place, UNFINISHED_FILE, write_slots};
use crate::restored::note_database;
use crate::secrets::Secrets;
use crate::spaces::{LOG, OUTBOX, OWN_CHAINS, PLACES_IN_CHAINS, PROFILE};
use crate::stored::{self, Outgoing, OwnChain, Profile};

/// An area of a new project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewArea {
    /// Its code, unique in the project.
    pub code: AreaCode,
    /// Its name, as people say it.
    pub name: String,
    /// The area that contains it.
    pub parent: Option<AreaCode>,
}

/// What a home has besides one profile's place: so that nobody sees how many profiles it has.
#[derive(Debug)]
pub struct Rooms<S, D> {
    /// Where its slots lie.
    pub root: D,
    /// The side that the first profile takes.
    pub side: Side,
    /// The other one, which looks the same and which nothing opens.
    pub other: Home<S, D>,
}

impl<S, D> Rooms<S, D> {
    /// Chooses by chance which of the two sides a new home's first profile takes.
    pub fn choose(root: D, [one, two]: [Home<S, D>; 2], rng: &mut ChaCha20Rng) -> (Home<S, D>, Self) {
        if rng.next_u32() & 1 == 0 {
            (one, Self { root, side: Side::One, other: two })
        } else {
            (two, Self { root, side: Side::Two, other: one })
        }
    }
}

/// A home that does not exist yet.
#[derive(Debug)]
pub struct NewHome<'p, S, D> {
    /// Where its profile will be.
    pub home: Home<S, D>,
    /// The rest of a home with two sides; none for a device in a test, which has one profile for ever.
    pub rooms: Option<Rooms<S, D>>,
    /// What will open it.
    pub passphrase: &'p str,
    /// How costly guessing the passphrase is made.
    pub params: ArgonParams,
    /// Where keys come from.
    pub rng: ChaCha20Rng,
    /// How the device wants to be called.
    pub pseudonym: &'p str,
}

impl<S: Store, D: Disk + Clone> NewHome<'_, S, D> {
    /// Founds a project: its root, its circles with their first keys, its first posting epoch, its areas, how it
    /// admits newcomers. This device becomes its first steward and keeps the root's secret.
    ///
    /// # Errors
    /// [`NodeError::HomeInUse`]; [`NodeError::Invalid`] for an area under an unknown or a later one, or twice.
    pub async fn found(
        mut self,
        name: &str,
        areas: &[NewArea],
        admission: Admission,
        now_ms: u64,
    ) -> Result<Node<S, D>, NodeError> {
        check_areas(areas)?;
        check_name("the project's name", name, MAX_NAME_BYTES)?;
        for area in areas {
            check_name(&format!("the name of area {}", area.code), &area.name, MAX_NAME_BYTES)?;
        }
        check_name("the pseudonym", self.pseudonym, MAX_PSEUDONYM_BYTES)?;
        let device = DeviceKeys::generate(&mut self.rng);
        let root = SigningSecret::generate(&mut self.rng);
        let carrier = SigningSecret::generate(&mut self.rng);
        let project = project_id(&root.public());
        let mut batch = Batch::new();
        let mut secrets = Secrets::default();

        let found = Act::Found {
            name: name.to_owned(),
            carrier: CarrierCertificate::issue(&root, &carrier.public()),
            founder: device.public(),
            pseudonym: self.pseudonym.to_owned(),
        };
        secrets.add_carrier(carrier, &mut batch);
        let posting = PostingKey { epoch: 1, secret: SigningSecret::generate(&mut self.rng) };
        let mut acts = vec![Act::Admission { how: admission }];
        let mut circles = vec![Circle::Everyone, Circle::Staff];
        for area in areas {
            let (code, name, parent) = (area.code.clone(), area.name.clone(), area.parent.clone());
            circles.push(Circle::Area(code.clone()));
            circles.push(Circle::AreaAndAbove(code.clone()));
            acts.push(Act::Area { code, name, parent });
        }
        for circle in circles {
            let secret = ReceivingSecret::generate(&mut self.rng);
            let posting = (circle == Circle::Everyone).then(|| posting.public());
            acts.push(Act::NewGeneration { circle: circle.clone(), key: secret.public(), number: 0, posting });
            secrets.add_circle(&project, circle, secret, &mut batch);
        }
        secrets.add_posting(posting, &mut batch);

        // The root says one thing, ever; all else is said by the steward's device.
        let everyone = Circle::Everyone.audience(&project);
        let mut scribe = Scribe {
            project,
            audience: everyone,
            document: log_document(&project, Kind::AUTHORITY, &everyone, &root.public()),
            clock: Clock::default(),
            now_ms,
            after: Vec::new(),
            batch: &mut batch,
        };
        scribe.write(&root, &mut new_chain(&mut self.rng), Some([0; 16]), vec![found])?;
        let mut own = new_chain(&mut self.rng);
        for acts in acts.chunks(azalai_roster::limits::MAX_ACTS) {
            scribe.write(&device.signing, &mut own, None, acts.to_vec())?;
        }
        let clock = scribe.clock;
        batch.put(OWN_CHAINS, everyone.0, own.encode());
        batch.put(PROFILE, b"clock".to_vec(), clock.0.to_be_bytes());
        let profile = Profile {
            root: root.public(),
            root_secret: Some(root),
            device,
            pseudonym: self.pseudonym.to_owned(),
            role: Role::Steward,
            area: None,
        };
        let (mut node, ending) = self.create(&profile, batch).await?;
        ending.finish(&mut node).await?;
        Ok(node)
    }

    /// Joins with an invite file and its words. Nothing is asked of any network: the device can write at once, and
    /// its claim waits in the outbox.
    ///
    /// # Errors
    /// [`NodeError::HomeInUse`], [`NodeError::Invite`]; [`NodeError::Invalid`] if the invite's logs do not hold.
    pub async fn join(mut self, file: &[u8], words: &str, now_ms: u64) -> Result<Node<S, D>, NodeError> {
        if Node::<S, D>::exists(self.root()).await? {
            return Err(NodeError::HomeInUse);
        }
        check_name("the pseudonym", self.pseudonym, MAX_PSEUDONYM_BYTES)?;
        let joining = Joining::with(file, words, self.pseudonym, &mut self.rng)?;
        let (mut node, ending) = self.create(&joining.profile, joining.batch.clone()).await?;
        joining.claim(&mut node, now_ms).await?;
        // Only now: a home that could be opened without its claim would never be admitted.
        ending.finish(&mut node).await?;
        Ok(node)
    }

    fn root(&self) -> &D {
        self.rooms.as_ref().map_or(&self.home.disk, |rooms| &rooms.root)
    }

    /// Writes all of the home but the slots, whose file makes it a home: see [`Ending::finish`]. What an earlier attempt
    /// left, which was stopped before that, goes: nobody was told of it, and nothing opens it.
    async fn create(mut self, profile: &Profile, mut batch: Batch) -> Result<(Node<S, D>, Ending<S, D>), NodeError> {
        let root = self.root().clone();
        if Node::<S, D>::exists(&root).await? {
            return Err(NodeError::HomeInUse);
        }
        if root.len(UNFINISHED_FILE).await?.is_some() {
            for home in [Some(&self.home), self.rooms.as_ref().map(|rooms| &rooms.other)].into_iter().flatten() {
                for name in [KEYRING_FILE, KEYRING_COPY_FILE, JOURNAL_FILE] {
                    home.disk.remove(name).await?;
                }
                // Under new keys it would be noise among what is ours.
                empty(&home.store).await?;
            }
        } else {
            root.write_atomic(UNFINISHED_FILE, &[]).await?;
        }
        let (slots, key, place) = match &self.rooms {
            None => {
                let (slots, key) = Slots::create(&mut self.rng, self.params, self.passphrase)?;
                (slots, key, None)
            }
            Some(rooms) => {
                let (slots, opening) = Slots::create_on(&mut self.rng, self.params, self.passphrase, rooms.side)?;
                let place = Place::of(&opening);
                (slots, opening.key, place)
            }
        };
        let keys = Arc::new(Keys::create(self.home.disk.clone(), key, &mut self.rng).await?);
        batch.put(PROFILE, Vec::new(), profile.encode());
        note_database(&self.home.store, &mut batch);
        let vault = Vault::unlock(self.home.store, Arc::clone(&keys)).await?;
        vault.apply(batch).await?;
        let mut node = Node::load(vault, keys, self.rng).await?;
        node.place = place;
        Ok((node, Ending { root, slots, other: self.rooms.map(|rooms| rooms.other) }))
    }
}

/// Deletes all items of a store.
pub(crate) async fn empty<S: Store>(store: &S) -> Result<(), NodeError> {
    for space in 0..=u8::MAX {
        loop {
            let page = store.scan(Space(space), None, SCAN_PAGE).await?;
            let mut batch = Batch::new();
            for (key, _) in page.items {
                batch.delete(Space(space), key);
            }
            if batch.is_empty() {
                break;
            }
            store.apply(batch).await?;
        }
    }
    Ok(())
}

/// What is left to do before what was written is a home.
struct Ending<S, D> {
    root: D,
    slots: Slots,
    other: Option<Home<S, D>>,
}

impl<S: Store, D: Disk + Clone> Ending<S, D> {
    /// Makes what was written a home.
    async fn finish(self, node: &mut Node<S, D>) -> Result<(), NodeError> {
        if let Some(other) = self.other {
            node.hold_quiet().await?;
            decoy::fill(node, other).await?;
            attempts::begin(&self.root).await;
        }
        write_slots(&self.root, &self.slots).await?;
        Ok(self.root.remove(UNFINISHED_FILE).await?)
    }
}

/// A device that takes up an invite.
pub(crate) struct Joining {
    pub(crate) package: InvitePackage,
    pub(crate) profile: Profile,
    pub(crate) batch: Batch,
}

impl Joining {
    /// Opens an invite and makes the keys of a device that takes it up.
    pub(crate) fn with(file: &[u8], words: &str, pseudonym: &str, rng: &mut ChaCha20Rng) -> Result<Self, NodeError> {
        let package = invite_file::open(file, words)?;
        let project = project_id(&package.root);
        let log = package_log(&project, &package)?;
        let roster = Roster::from_statements(package.root, log.values());
        if roster.newest_key(&Circle::Staff).is_err() || roster.posting().is_none() {
            return Err(NodeError::Invalid("the invite does not hold a whole project: ask for a new one".to_owned()));
        }
        let device = DeviceKeys::generate(rng);
        let mut batch = Batch::new();
        for statement in log.values() {
            batch.put(LOG, statement.id().0, stored::encode_statement(statement));
            let place = place_key(&chain_of(statement), statement.seq());
            batch.put(PLACES_IN_CHAINS, place, statement.id().0);
        }
        Secrets::default().add_posting(package.posting.clone(), &mut batch);
        let profile = Profile {
            root: package.root,
            root_secret: None,
            device,
            pseudonym: pseudonym.to_owned(),
            role: package.role,
            area: package.area.as_ref().map(ToString::to_string),
        };
        Ok(Self { package, profile, batch })
    }

    /// Says the claim.
    pub(crate) async fn claim<S: Store, D: Disk + Clone>(
        &self,
        node: &mut Node<S, D>,
        now_ms: u64,
    ) -> Result<(), NodeError> {
        let device = self.profile.device.public();
        let proof = prove_claim(&self.package.one_time, &project_id(&self.package.root), &device);
        let (invite, pseudonym) = (self.package.invite, self.profile.pseudonym.clone());
        node.say_acts(Kind::REGISTRY, vec![Act::Claim { invite, device, pseudonym, proof }], now_ms).await?;
        Ok(())
    }
}

/// Writes the first statements of a project's log, before there is a device to say them.
struct Scribe<'b> {
    project: ProjectId,
    audience: AudienceId,
    document: DocumentId,
    clock: Clock,
    now_ms: u64,
    after: Vec<StatementId>,
    batch: &'b mut Batch,
}

impl Scribe<'_> {
    fn write(
        &mut self,
        secret: &SigningSecret,
        chain: &mut OwnChain,
        opens: Option<[u8; 16]>,
        acts: Vec<Act>,
    ) -> Result<(), NodeError> {
        self.clock = self.clock.tick(self.now_ms);
        let body = LogEntry { after: core::mem::take(&mut self.after), acts }.encode()?;
        let draft = Draft {
            kind: Kind::AUTHORITY,
            document: self.document,
            opens,
            chain: chain.chain,
            seq: chain.seq,
            prev: chain.prev,
            authority: [0; 8],
            clock: self.clock,
            body: &body,
        };
        let statement = draft.sign(&self.project, &self.audience, secret)?;
        let id = statement.id();
        self.after = vec![id];
        (chain.seq, chain.prev) = (chain.seq + 1, Some(id));
        self.batch.put(LOG, id.0, stored::encode_statement(&statement));
        self.batch.put(OUTBOX, id.0, Outgoing::new(statement.kind(), Lane::Urgent).encode());
        self.batch.put(PLACES_IN_CHAINS, place_key(&chain_of(&statement), statement.seq()), id.0);
        Ok(())
    }
}

fn new_chain(rng: &mut ChaCha20Rng) -> OwnChain {
    let mut chain = [0; 8];
    rng.fill_bytes(&mut chain);
    OwnChain { chain: ChainId(chain), seq: 0, prev: None }
}

/// Checks the invite's statements like any others: each by its author's signature, and only those that the logs
/// then know.
fn package_log(
    project: &ProjectId,
    package: &InvitePackage,
) -> Result<BTreeMap<StatementId, Verified<Statement>>, NodeError> {
    let everyone = Circle::Everyone.audience(project);
    let mut log = BTreeMap::new();
    for (author, bytes) in &package.statements {
        let statement = UnverifiedStatement::parse(bytes.clone())?.verify(project, &everyone, author)?;
        log.insert(statement.id(), statement);
    }
    Ok(log)
}

/// Whether these areas can be a project's first: each under one that stands before it, none twice. Founding checks it too;
/// whoever asks first makes nothing for areas that do not fit.
///
/// # Errors
/// [`NodeError::Invalid`], which names the area.
pub fn check_areas(areas: &[NewArea]) -> Result<(), NodeError> {
    let mut seen: Vec<&AreaCode> = Vec::new();
    for area in areas {
        if seen.contains(&&area.code) {
            return Err(NodeError::Invalid(format!("area {} is given twice", area.code)));
        }
        if let Some(parent) = &area.parent
            && !seen.contains(&parent)
        {
            return Err(NodeError::Invalid(format!(
                "area {} lies in {parent}, which is not given before it",
                area.code
            )));
        }
        seen.push(&area.code);
    }
    if areas.is_empty() {
        return Err(NodeError::Invalid("a project needs at least one area".to_owned()));
    }
    Ok(())
}

/// Whether the logs take a text as a name: of a project, an area, a device. `what` it is stands in the error.
///
/// # Errors
/// [`NodeError::Invalid`] if it is empty, over `limit` bytes, or holds signs that cannot be seen.
pub fn check_name(what: &str, text: &str, limit: usize) -> Result<(), NodeError> {
    let wrong = if text.trim().is_empty() {
        "is empty: write a name".to_owned()
    } else if text.len() > limit {
        format!("has {} bytes, at most {limit} are possible", text.len())
    } else if text.chars().any(is_unseen) {
        "holds signs that cannot be seen, such as a line break".to_owned()
    } else {
        return Ok(());
    };
    Err(NodeError::Invalid(format!("{what} {wrong}")))
}

/// What a role may be invited for.
pub(crate) fn check_invited(role: Role, area: Option<&AreaCode>, roster: &Roster) -> Result<(), NodeError> {
    match (role, area) {
        (Role::Steward, _) => Ok(()),
        (_, None) => Err(NodeError::Invalid(format!("a {role} is invited for an area: name it"))),
        (_, Some(code)) if roster.area(code).is_none() => {
            let known: Vec<String> = roster.areas().map(|(code, _)| code.to_string()).collect();
            Err(NodeError::NotFound(format!("there is no area {code}; there are: {}", known.join(", "))))
        }
        _ => Ok(()),
    }
}
