//! Checking a package of evidence with nothing else at hand: no home, no project, no network.
//!
//! It must never show anything of a package in which one signature does not fit, nor call proved what only the maker
//! says.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{
    DocumentId, Kind, ProjectId, SigningPublic, Statement, StatementError, StatementId, UnverifiedStatement, Verified,
};
use azalai_model::base::base_ground;
use azalai_model::lint::{self, Expect, GroundError, LintError};
use azalai_model::{Document, Incident, Report, Strangers, actor_id, carried};
use azalai_roster::{EvidenceError, EvidencePackage, MemberState, Receipt, Role, Roster, Standing, Vouched, What};

use crate::documents::automerge_kind;
use crate::evidence_aside::{Uncounted, forked};

/// Why a package proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The bytes are no package, or not as its maker signed them.
    #[error(transparent)]
    Package(#[from] EvidenceError),
    /// A statement in it is not as its author signed it.
    #[error("statement {place} of the package, by {author}: {error}")]
    Statement {
        /// Which, from 1.
        place: usize,
        /// By whom it is said to be.
        author: SigningPublic,
        /// What is wrong.
        error: StatementError,
    },
    /// A statement in it is of a kind that has no place there.
    #[error("statement {0} of the package is neither of a report, an incident, nor a receipt or an act")]
    Kind(usize),
    /// What the package is about is not in it.
    #[error("the package does not hold the first statement of {0}, which it is about")]
    NoSubject(DocumentId),
}

/// A key that spoke, and what shows who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speaker {
    /// The key.
    pub key: SigningPublic,
    /// Its pseudonym, by an act in the package.
    pub pseudonym: Option<String>,
    /// Its state and role, by acts in the package that rest on the root.
    pub proved: Option<(MemberState, Role)>,
    /// What the maker says of it.
    pub vouched: Option<Vouched>,
}

/// One statement of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its id.
    pub id: StatementId,
    /// Who signed it.
    pub author: SigningPublic,
    /// When, by its author's clock: milliseconds since 1970.
    pub at_ms: u64,
    /// Its place in its author's chain.
    pub seq: u64,
    /// Why it is not in the document as shown, if it is not.
    pub aside: Option<Uncounted>,
}

/// What a document says.
#[derive(Debug, Clone)]
pub enum Content {
    /// A report.
    Report(Box<Report>),
    /// An incident.
    Incident(Box<Incident>),
}

/// A document in a package.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its id.
    pub id: DocumentId,
    /// Who made it.
    pub creator: SigningPublic,
    /// For whom it was signed: a circle's name, if it is one of the areas in the package.
    pub readers: Option<String>,
    /// What follows from the statements that count.
    pub content: Content,
    /// Its statements, by their clocks.
    pub statements: Vec<Said>,
}

/// A coordinator's word that they opened something, or acted on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// By whom.
    pub by: SigningPublic,
    /// What they say to have done.
    pub what: What,
    /// When, by their clock: milliseconds since 1970.
    pub at_ms: u64,
    /// With which statements of the package.
    pub statements: Vec<StatementId>,
}

/// What a package shows.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The project that all of it was signed for.
    pub project: ProjectId,
    /// Its root key.
    pub root: SigningPublic,
    /// Its name, if the founding is in the package.
    pub name: Option<String>,
    /// What the package is about.
    pub subject: DocumentId,
    /// Who made it.
    pub maker: SigningPublic,
    /// When, by the maker's clock: milliseconds since 1970.
    pub made_ms: u64,
    /// The documents, the subject first.
    pub documents: Vec<Shown>,
    /// Documents of which the first statement is not in the package.
    pub incomplete: Vec<DocumentId>,
    /// Receipts of coordinators and stewards.
    pub receipts: Vec<Acknowledged>,
    /// Receipts by keys that the package does not show to be of the staff.
    pub foreign_receipts: usize,
    /// All who spoke in the documents and receipts, and the maker.
    pub speakers: BTreeMap<SigningPublic, Speaker>,
    /// Everybody whom the acts in the package name, whether or not they spoke: pseudonym and role.
    pub named: BTreeMap<SigningPublic, (String, Role)>,
    /// Acts in the package.
    pub acts: usize,
}

/// Checks a package, all of it.
///
/// # Errors
/// [`CheckError`]: then nothing in it is proved.
pub fn check(bytes: &[u8]) -> Result<Verdict, CheckError> {
    let package = EvidencePackage::open(bytes)?;
    let project = package.project();
    let (mut log, mut receipts) = (Vec::new(), Vec::new());
    let mut documents: BTreeMap<DocumentId, Vec<Verified<Statement>>> = BTreeMap::new();
    for (place, kept) in (1..).zip(&package.statements) {
        let statement = UnverifiedStatement::parse(kept.bytes.clone())
            .and_then(|statement| statement.verify(&project, &kept.audience, &kept.author))
            .map_err(|error| CheckError::Statement { place, author: kept.author, error })?;
        match statement.kind() {
            Kind::AUTHORITY | Kind::REGISTRY => log.push(statement),
            Kind::RECEIPT => receipts.push(statement),
            Kind::REPORT | Kind::INCIDENT => documents.entry(statement.document()).or_default().push(statement),
            _ => return Err(CheckError::Kind(place)),
        }
    }
    let roster = Roster::from_statements(package.root, &log);
    let said: Vec<&Verified<Statement>> = documents.values().flatten().chain(&receipts).collect();
    let forked = forked(&roster, &said);
    let (mut shown, mut incomplete, mut keys) = (Vec::new(), Vec::new(), BTreeSet::from([package.maker]));
    for (id, statements) in &documents {
        keys.extend(statements.iter().map(|statement| statement.author()));
        match show(&project, &roster, id, (statements, &forked)) {
            Some(document) => shown.push(document),
            None => incomplete.push(*id),
        }
    }
    shown.sort_by_key(|document| document.id != package.document);
    let subject = shown.first().filter(|first| first.id == package.document);
    let kind = match subject.map(|subject| &subject.content) {
        Some(Content::Report(_)) => Kind::REPORT,
        Some(Content::Incident(_)) => Kind::INCIDENT,
        None => return Err(CheckError::NoSubject(package.document)),
    };
    if kind != package.kind {
        return Err(CheckError::NoSubject(package.document));
    }
    let statements: BTreeMap<StatementId, SigningPublic> =
        documents.values().flatten().map(|statement| (statement.id(), statement.author())).collect();
    let (mut acknowledged, mut foreign_receipts) = (Vec::new(), 0);
    for receipt in receipts {
        match acknowledge(&roster, &statements, &receipt) {
            Some(one) => {
                keys.insert(one.by);
                acknowledged.push(one);
            }
            None => foreign_receipts += 1,
        }
    }
    acknowledged.sort_by_key(|one| (one.at_ms, one.by, one.what));
    let speakers = keys.into_iter().map(|key| {
        let member = roster.member(&key);
        let vouched = package.vouched.iter().find(|vouched| vouched.author == key).copied();
        let (pseudonym, proved) = (member.map(|m| m.pseudonym.clone()), member.map(|m| (m.state, m.role)));
        (key, Speaker { key, pseudonym, proved, vouched })
    });
    Ok(Verdict {
        project,
        root: package.root,
        name: roster.name().map(str::to_owned),
        subject: package.document,
        maker: package.maker,
        made_ms: package.made_ms,
        named: roster.members().map(|m| (m.device.signing, (m.pseudonym.clone(), m.role))).collect(),
        documents: shown,
        incomplete,
        receipts: acknowledged,
        foreign_receipts,
        speakers: speakers.collect(),
        acts: log.len(),
    })
}

/// A receipt by somebody of the staff about statements that are here, for their author.
fn acknowledge(
    roster: &Roster,
    statements: &BTreeMap<StatementId, SigningPublic>,
    receipt: &Verified<Statement>,
) -> Option<Acknowledged> {
    let by = receipt.author();
    let staff = |role: Role| role != Role::Monitor;
    roster.member(&by).filter(|member| member.state == MemberState::Confirmed && staff(member.role))?;
    let read = Receipt::decode(&receipt.body().ok()?).ok()?;
    let about = |id: &StatementId| statements.get(id).is_some_and(|author| author.audience() == receipt.audience());
    let named: Vec<StatementId> = read.statements.into_iter().filter(about).collect();
    let at_ms = receipt.clock().ms();
    (!named.is_empty()).then_some(Acknowledged { by, what: read.what, at_ms, statements: named })
}

/// Builds a document from its statements; none if the one that opens it is not there.
fn show(
    project: &ProjectId,
    roster: &Roster,
    id: &DocumentId,
    (statements, forked): (&[Verified<Statement>], &BTreeSet<StatementId>),
) -> Option<Shown> {
    let opening = statements.iter().find(|statement| statement.opens())?;
    let (creator, kind, audience) = (opening.author(), opening.kind(), opening.audience());
    let form = automerge_kind(kind)?;
    let (mut document, mut ground) = (Document::new(form), base_ground(form));
    let mut in_order: Vec<&Verified<Statement>> = statements.iter().collect();
    in_order.sort_by_key(|statement| (statement.clock(), statement.id()));
    let mut fates: Vec<(&Verified<Statement>, Result<bool, Uncounted>)> = Vec::new();
    for statement in in_order {
        let apart = statement.kind() != kind || statement.audience() != audience;
        let fate = match roster.standing(statement) {
            _ if apart => Err(Uncounted::OtherReaders),
            _ if kind == Kind::REPORT && statement.author() != creator => Err(Uncounted::NotAuthor),
            _ if forked.contains(&statement.id()) => Err(Uncounted::Fork),
            // Whoever made a report need not be known here.
            Standing::Rejected(_) if kind == Kind::REPORT => Ok(false),
            standing => Uncounted::of(standing).map_or(Ok(false), Err),
        };
        fates.push((statement, fate));
    }
    loop {
        let mut progress = false;
        for (statement, fate) in fates.iter_mut().filter(|(_, fate)| *fate == Ok(false)) {
            let actor = actor_id(project, &statement.author().0, id, &statement.chain()).to_bytes().to_vec();
            let taken = take(&mut document, &mut ground, statement, &actor);
            progress |= taken != Ok(false);
            *fate = taken;
        }
        if !progress {
            break;
        }
    }
    let said = fates.into_iter().map(|(statement, fate)| Said {
        id: statement.id(),
        author: statement.author(),
        at_ms: statement.clock().ms(),
        seq: statement.seq(),
        aside: match fate {
            Ok(true) => None,
            Ok(false) => Some(Uncounted::Waits),
            Err(why) => Some(why),
        },
    });
    let content = match kind {
        Kind::INCIDENT => Content::Incident(Box::new(Incident::read(&document, &Strangers))),
        _ => Content::Report(Box::new(Report::read(&document))),
    };
    let readers = roster.circle_of(audience).map(|circle| circle.to_string());
    Some(Shown { id: *id, creator, readers, content, statements: said.collect() })
}

/// Takes one change through the linter into the document: whether it is there, or waits, or why it never will be.
fn take(
    document: &mut Document,
    ground: &mut lint::Ground,
    statement: &Statement,
    actor: &[u8],
) -> Result<bool, Uncounted> {
    let body = statement.body().map_err(unreadable)?;
    let chunk = carried::whole(&body, actor).map_err(unreadable)?;
    let known = |actor: &[u8]| ground.has_actor(actor);
    let linted = match lint::lint(&chunk, &Expect { actor, seq: None, known_actors: &known }) {
        Err(LintError::UnknownActor { .. }) => return Ok(false),
        other => other.map_err(unreadable)?,
    };
    match ground.check(&linted) {
        Err(GroundError::MissingDep(_)) => return Ok(false),
        Err(GroundError::Known) => return Ok(true),
        other => other.map_err(unreadable)?,
    }
    document.apply(&linted).map_err(unreadable)?;
    ground.add(&linted).map_err(unreadable)?;
    Ok(true)
}

fn unreadable(error: impl core::fmt::Display) -> Uncounted {
    Uncounted::Unreadable(error.to_string())
}
