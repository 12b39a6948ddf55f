//! Documents on this device: which statements each one has, and the document that follows from them.
//!
//! The statements are the truth; the record and its row are caches that can be dropped and built again. A statement
//! that may not count is kept, listed and left out, never mixed in.

use std::collections::{BTreeMap, BTreeSet, btree_map};

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::{AudienceId, ChainId, Clock, DocumentId, Kind, SigningPublic, Statement, StatementId, Verified};
use azalai_model::base::base_ground;
use azalai_model::carried;
use azalai_model::lint::{self, Expect, Ground, GroundError, LintError};
use azalai_model::lint::{Key, Linted, Object};
use azalai_model::{Document, DocumentKind, actor_id, report_keys};
use azalai_roster::{Role, Standing};
use azalai_store::{Batch, Disk, Store};

use crate::chains::{Chain, Forked, Forks, chain_of};
use crate::error::NodeError;
use crate::limits::{MAX_AUTHOR_STATEMENTS, MAX_ROW_BYTES};
use crate::node::{Node, scan_all};
use crate::rows::{self, KeptIncident, KeptReport};
use crate::share::beyond_share;
use crate::spaces::{DOCUMENTS, STATEMENTS};
use crate::stored;

const VERSION: u8 = 1;

/// What became of one statement of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Its change is in the document.
    Applied,
    /// Something that it builds on has not arrived.
    Waiting,
    /// Its author may not write here, or it is past a cut, or in a fork: kept and shown, not mixed in.
    SetAside(String),
    /// As set aside as the former; but what counts builds on it, so it is in the document, and its values are shown
    /// without counting.
    Beneath(String),
    /// Its change broke a rule: kept, never applied.
    Refused(String),
}

/// One statement of a document, as the record keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) statement: StatementId,
    pub(crate) author: SigningPublic,
    pub(crate) chain: ChainId,
    pub(crate) seq: u64,
    pub(crate) clock: Clock,
    pub(crate) opens: bool,
}

/// What this device keeps of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) kind: Kind,
    pub(crate) audience: AudienceId,
    pub(crate) entries: Vec<Entry>,
    /// The row of a list, as `rows.rs` writes it; empty if there is none.
    pub(crate) row: Vec<u8>,
}

impl Record {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).u8(self.kind.0).raw(&self.audience.0).varint(self.entries.len() as u64);
        for entry in &self.entries {
            writer.raw(&entry.statement.0).raw(&entry.author.0).raw(&entry.chain.0);
            writer.varint(entry.seq).u64(entry.clock.0).u8(u8::from(entry.opens));
        }
        writer.bytes(&self.row);
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        match reader.u8("document record")? {
            VERSION => {}
            got => return Err(DecodeError::UnknownVersion { field: "document record", got }),
        }
        let kind = Kind(reader.u8("kind")?);
        let audience = AudienceId(reader.array("audience")?);
        let count = reader.length("entries", reader.left())?;
        let mut entries = Vec::new();
        for _ in 0..count {
            entries.push(Entry {
                statement: StatementId(reader.array("statement")?),
                author: SigningPublic(reader.array("author")?),
                chain: ChainId(reader.array("chain")?),
                seq: reader.varint("seq")?,
                clock: Clock(reader.u64("clock")?),
                opens: reader.u8("opens")? == 1,
            });
        }
        let row = reader.bytes("row", MAX_ROW_BYTES)?.to_vec();
        reader.end("document record")?;
        Ok(Self { kind, audience, entries, row })
    }

    /// Who made the document: the author of the statement that opens it, which the door checked.
    pub(crate) fn creator(&self) -> Option<SigningPublic> {
        self.entries.iter().find(|entry| entry.opens).map(|entry| entry.author)
    }
}

/// A document as it follows from its statements.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) document: Document,
    /// Each statement with its fate, in the order of their clocks.
    pub(crate) history: Vec<Past>,
}

/// One statement in a document's history.
#[derive(Debug, Clone)]
pub(crate) struct Past {
    pub(crate) statement: Verified<Statement>,
    /// The hash of its change, if it could be read.
    pub(crate) change: Option<[u8; 32]>,
    /// The fields that its change sets, in their own names.
    pub(crate) what: Vec<String>,
    pub(crate) fate: Fate,
    /// It is set aside by a removal or a fork, and by nothing that it breaks.
    excluded: bool,
}

/// The Automerge kind of a statement's kind.
pub(crate) fn automerge_kind(kind: Kind) -> Option<DocumentKind> {
    match kind {
        Kind::REPORT => Some(DocumentKind::Report),
        Kind::INCIDENT => Some(DocumentKind::Incident),
        _ => None,
    }
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// What is kept of a document.
    pub(crate) async fn record(&self, document: &DocumentId) -> Result<Option<Record>, NodeError> {
        let bytes = self.vault.get(DOCUMENTS, &document.0).await?;
        bytes.map(|bytes| Record::decode(&bytes).map_err(NodeError::from)).transpose()
    }

    /// All documents of a kind, with their records, by id.
    pub(crate) async fn records(&self, kind: Kind) -> Result<BTreeMap<DocumentId, Record>, NodeError> {
        let mut records = self.all_records().await?;
        records.retain(|_, record| record.kind == kind);
        Ok(records)
    }

    async fn all_records(&self) -> Result<BTreeMap<DocumentId, Record>, NodeError> {
        let (items, _) = scan_all(&self.vault, DOCUMENTS).await?;
        let mut records = BTreeMap::new();
        for (key, value) in items {
            let record = Record::decode(&value)?;
            records.extend(DocumentId::from_slice(&key).map(|id| (id, record)));
        }
        Ok(records)
    }

    /// Adds statements to the records of their documents, and renews the rows: of these documents, of all whose chains
    /// have a fork that was not known, whichever document the other branch is in, and of all in which somebody wrote
    /// whose words may count otherwise since the logs were added up.
    pub(crate) async fn index_documents(
        &self,
        statements: &[Verified<Statement>],
        forks: &Forks,
        batch: &mut Batch,
    ) -> Result<(), NodeError> {
        let mut touched: BTreeMap<DocumentId, Record> = BTreeMap::new();
        let mut at_hand: BTreeMap<StatementId, &Verified<Statement>> = BTreeMap::new();
        for statement in statements {
            if automerge_kind(statement.kind()).is_none() {
                continue;
            }
            let id = statement.document();
            let record = match touched.entry(id) {
                btree_map::Entry::Occupied(slot) => slot.into_mut(),
                btree_map::Entry::Vacant(slot) => {
                    let (kind, audience) = (statement.kind(), statement.audience());
                    let fresh = Record { kind, audience, entries: Vec::new(), row: Vec::new() };
                    slot.insert(self.record(&id).await?.unwrap_or(fresh))
                }
            };
            let known = record.entries.iter().any(|entry| entry.statement == statement.id());
            if known {
                continue;
            }
            at_hand.insert(statement.id(), statement);
            record.entries.push(Entry {
                statement: statement.id(),
                author: statement.author(),
                chain: statement.chain(),
                seq: statement.seq(),
                clock: statement.clock(),
                opens: statement.opens(),
            });
        }
        if !forks.is_empty() || !self.touched.is_empty() {
            for (id, record) in self.all_records().await? {
                let moved = |entry: &Entry| {
                    forks.touches(&(entry.author, record.audience, entry.chain), entry.seq)
                        || self.touched.authors.contains(&entry.author)
                        || self.touched.statements.contains(&entry.statement)
                };
                if record.entries.iter().any(moved) {
                    touched.entry(id).or_insert(record);
                }
            }
        }
        self.index.note(touched.keys().copied());
        for (id, mut record) in touched {
            record.entries.sort_by_key(|entry| (entry.clock, entry.statement));
            if let Some(opening) = record.entries.iter().find(|entry| entry.opens) {
                // The opening statement is the one whose id binds kind and audience.
                if let Some(statement) = at_hand.get(&opening.statement) {
                    (record.kind, record.audience) = (statement.kind(), statement.audience());
                }
            }
            let built = self.build_with(&id, &record, &at_hand, forks, None).await?;
            if record.kind == Kind::REPORT {
                self.note_opened(&built, batch).await?;
            }
            record.row = self.row_from(&record, &built);
            batch.put(DOCUMENTS, id.0, record.encode());
        }
        Ok(())
    }

    /// The row of a document as it follows from its statements now.
    pub(crate) async fn row_of(&self, id: &DocumentId, record: &Record) -> Result<Vec<u8>, NodeError> {
        Ok(self.row_from(record, &self.build(id, record, &BTreeMap::new()).await?))
    }

    /// The same of a document that is built.
    pub(crate) fn row_from(&self, record: &Record, built: &Built) -> Vec<u8> {
        match record.kind {
            // Only who reads others' reports compares them.
            Kind::REPORT => rows::encode(&KeptReport::of(built, self.role() != Role::Monitor)),
            _ => rows::encode(&KeptIncident::of(built)),
        }
    }

    /// Builds a document from its statements: each one that counts, through the linter, in any order that its
    /// changes allow. The result depends on the set of statements and on the logs alone.
    pub(crate) async fn build(
        &self,
        id: &DocumentId,
        record: &Record,
        at_hand: &BTreeMap<StatementId, &Verified<Statement>>,
    ) -> Result<Built, NodeError> {
        self.build_with(id, record, at_hand, &Forks::default(), None).await
    }

    /// The same with forks that are known and not kept yet; `shown` is a statement that is let in although it is set
    /// aside, so that a person can look at it: a report's as if it counted, any other's beneath what counts.
    pub(crate) async fn build_with(
        &self,
        id: &DocumentId,
        record: &Record,
        at_hand: &BTreeMap<StatementId, &Verified<Statement>>,
        forks: &Forks,
        shown: Option<StatementId>,
    ) -> Result<Built, NodeError> {
        let kind = automerge_kind(record.kind).ok_or_else(|| NodeError::Invalid("not a document".to_owned()))?;
        let (mut document, mut ground) = (Document::new(kind), base_ground(kind));
        let mut history = Vec::with_capacity(record.entries.len());
        let too_many = beyond_share(&record.entries);
        for entry in &record.entries {
            let statement = match at_hand.get(&entry.statement) {
                Some(statement) => (*statement).clone(),
                None => match self.vault.get(STATEMENTS, &entry.statement.0).await? {
                    Some(bytes) => stored::decode_statement(&self.project, &bytes)?,
                    None => continue,
                },
            };
            let (fate, excluded) = match self.may_count(record, &statement) {
                None if too_many.contains(&entry.statement) => {
                    let why = format!("its author said more than {MAX_AUTHOR_STATEMENTS} things here");
                    (Fate::SetAside(why), false)
                }
                None => (Fate::Waiting, false),
                Some((why, excluded)) => (Fate::SetAside(why), excluded),
            };
            history.push(Past { statement, change: None, what: Vec::new(), fate, excluded });
        }
        let forked = self.forks_of(&history, forks).await?;
        for past in &mut history {
            let (id, author) = (past.statement.id(), past.statement.author());
            let aside = forked.get(&chain_of(&past.statement)).is_some_and(|forked| forked.sets_aside(&past.statement));
            if aside && !self.roster.is_adopted(&id, &author) {
                past.fate = Fate::SetAside("its chain has a fork from here on".to_owned());
                past.excluded = true;
            }
            if shown == Some(id) && past.excluded && record.kind == Kind::REPORT {
                past.fate = Fate::Waiting;
            }
        }
        let actor_of = |past: &Past| {
            let actor = actor_id(&self.project, &past.statement.author().0, id, &past.statement.chain());
            actor.to_bytes().to_vec()
        };
        let excluded = history.iter().filter(|past| past.excluded);
        let mut builder = Builder {
            document: &mut document,
            ground: &mut ground,
            aside: excluded.map(&actor_of).collect(),
            missing: BTreeSet::new(),
            shown,
        };
        loop {
            let mut progress = false;
            for past in history.iter_mut().filter(|past| past.fate == Fate::Waiting) {
                past.fate = builder.apply(past, &actor_of(past));
                progress |= past.fate != Fate::Waiting;
            }
            // What counts and waits may build on what does not count: that is let in beneath it.
            if !progress {
                for past in history.iter_mut().filter(|past| past.excluded) {
                    if let Fate::SetAside(why) = past.fate.clone() {
                        progress |= builder.let_in(past, &actor_of(past), why);
                    }
                }
            }
            if !progress {
                return Ok(Built { document, history });
            }
        }
    }

    /// Whether a statement may count in its document: `None`, or why not, and whether it might but for a removal.
    fn may_count(&self, record: &Record, statement: &Verified<Statement>) -> Option<(String, bool)> {
        let never = |why: &str| Some((why.to_owned(), false));
        if statement.audience() != record.audience || statement.kind() != record.kind {
            return never("it is for another audience than its document");
        }
        if record.kind == Kind::REPORT && record.creator().is_some_and(|creator| creator != statement.author()) {
            return never("only the device that made a report writes it");
        }
        if record.creator().is_none() {
            return never("the statement that opens the document has not arrived");
        }
        // A monitor's device holds no registry: it is no member that it knows of, and knows its own words.
        let unknown_self = statement.author() == self.me() && self.roster.member(&self.me()).is_none();
        if record.kind == Kind::REPORT && unknown_self {
            return None;
        }
        match self.roster.standing(statement) {
            Standing::Counts => None,
            Standing::Unconfirmed if record.kind == Kind::REPORT => None,
            Standing::Unconfirmed => never("its author is not admitted yet"),
            Standing::Quarantined => Some(("it is past a cut, or on a branch of a fork".to_owned(), true)),
            Standing::Doubtful => Some(("its author is removed, and no cut names its chain".to_owned(), true)),
            Standing::Rejected(why) => Some((why.to_string(), false)),
        }
    }

    /// The chains of a history that have two branches.
    async fn forks_of(&self, history: &[Past], new: &Forks) -> Result<BTreeMap<Chain, Forked>, NodeError> {
        let chains: BTreeSet<Chain> = history.iter().map(|past| chain_of(&past.statement)).collect();
        let mut forks = BTreeMap::new();
        for chain in chains {
            if let Some(forked) = self.forked(&chain, new).await? {
                forks.insert(chain, forked);
            }
        }
        Ok(forks)
    }
}

/// What a document is built with.
struct Builder<'d> {
    document: &'d mut Document,
    ground: &'d mut Ground,
    /// The actors of statements that are set aside: known to the linter, so that what builds on them waits for them.
    aside: BTreeSet<Vec<u8>>,
    /// Changes that those that wait build on.
    missing: BTreeSet<[u8; 32]>,
    /// A statement that is let in whatever builds on it.
    shown: Option<StatementId>,
}

impl Builder<'_> {
    /// Takes one statement's change through the linter into the document.
    fn apply(&mut self, past: &mut Past, actor: &[u8]) -> Fate {
        self.take(past, actor, |_| true).unwrap_or(Fate::Waiting)
    }

    /// Takes a change that is set aside in, if one that waits builds on it or a person looks at it. Says whether anything came of it.
    fn let_in(&mut self, past: &mut Past, actor: &[u8], why: String) -> bool {
        let missing = self.missing.clone();
        let (known, shown) = (missing.len(), self.shown == Some(past.statement.id()));
        match self.take(past, actor, |hash| shown || missing.contains(hash)) {
            Some(Fate::Applied) => {
                if let Some(change) = past.change {
                    self.document.set_aside(change);
                }
                past.fate = Fate::Beneath(why);
                true
            }
            // It builds on another that is set aside.
            Some(Fate::Waiting) => self.missing.len() > known,
            _ => false,
        }
    }

    /// `None` if `wanted` does not want the change of this hash.
    fn take(&mut self, past: &mut Past, actor: &[u8], wanted: impl Fn(&[u8; 32]) -> bool) -> Option<Fate> {
        let body = match past.statement.body() {
            Ok(body) => body,
            Err(error) => return Some(Fate::Refused(error.to_string())),
        };
        let chunk = match carried::whole(&body, actor) {
            Ok(chunk) => chunk,
            Err(error) => return Some(Fate::Refused(format!("change: {error}"))),
        };
        let known = |actor: &[u8]| self.ground.has_actor(actor) || self.aside.contains(actor);
        let linted = match lint::lint(&chunk, &Expect { actor, seq: None, known_actors: &known }) {
            Ok(linted) => linted,
            // The actor may be of a change that has not arrived.
            Err(LintError::UnknownActor { .. }) => return Some(Fate::Waiting),
            Err(error) => return Some(Fate::Refused(error.to_string())),
        };
        past.change = Some(linted.hash());
        past.what = fields(self.document.kind(), &linted);
        if !wanted(&linted.hash()) {
            return None;
        }
        match self.ground.check(&linted) {
            Ok(()) => {}
            Err(GroundError::MissingDep(hash)) => {
                self.missing.insert(hash);
                return Some(Fate::Waiting);
            }
            Err(GroundError::Known) => return Some(Fate::Applied),
            Err(error) => return Some(Fate::Refused(error.to_string())),
        }
        Some(match self.document.apply(&linted) {
            Ok(_) => {
                let _ = self.ground.add(&linted);
                Fate::Applied
            }
            Err(error) => Fate::Refused(error.to_string()),
        })
    }
}

/// The fields that a change sets. What stands below the root is a report's narrative.
fn fields(kind: DocumentKind, change: &Linted<'_>) -> Vec<String> {
    let mut fields = BTreeSet::new();
    for op in change.ops() {
        let name = match (op.object, op.key) {
            (Object::Root, Key::Map(key)) => key,
            _ => report_keys::NARRATIVE,
        };
        let named = report_keys::NAMES.iter().find(|(key, _)| kind == DocumentKind::Report && *key == name);
        fields.insert(named.map_or(name, |(_, name)| name).to_owned());
    }
    fields.into_iter().collect()
}
