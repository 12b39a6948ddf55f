//! Notices: what coordinators and stewards tell a circle, and answers to the author of a report. Read offline, in order.
//!
//! Nothing here may show a notice that does not count, nor name a report to anybody but its author and its readers.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::codec::DecodeError;
use azalai_envelope::{AudienceId, Clock, DocumentId, Kind, Lane, SigningPublic, Statement, StatementId, Verified};
use azalai_model::Notice;
use azalai_roster::{Circle, Denied, MemberState, Standing};
use azalai_store::{Batch, Disk, Store};

use crate::door::{Outcome, refused};
use crate::error::NodeError;
use crate::node::{Node, Saying, scan_all};
use crate::reports::ReportState;
use crate::spaces::{NOTICES, OUTBOX, STATEMENTS};
use crate::stored::{self, Outgoing};
use crate::who::{ReadBy, Reader, Readers};

/// Whom a notice is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeTo {
    /// All who open what is sealed to a circle.
    Circle(Circle),
    /// The device that wrote a report.
    AuthorOf(DocumentId),
}

/// Whom a notice was sealed to, as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeFor {
    /// A circle.
    Circle(Circle),
    /// This device alone.
    You,
    /// One member; on the writer's device only.
    Member(SigningPublic, Option<String>),
}

/// A notice in a list.
#[derive(Debug, Clone)]
pub struct NoticeView {
    /// Its id.
    pub id: DocumentId,
    /// What it says.
    pub notice: Notice,
    /// Whom it is for.
    pub to: NoticeFor,
    /// The device that wrote it.
    pub author: SigningPublic,
    /// What that device calls itself, as far as known.
    pub pseudonym: Option<String>,
    /// How far it got, if it was written on this device.
    pub state: Option<ReportState>,
    /// When it was signed, by its author's clock: milliseconds since 1970.
    pub at_ms: u64,
}

/// Whether a notice that came in is one.
pub(crate) fn check_notice(statement: &Statement) -> Result<(), Outcome> {
    let body = statement.body().map_err(|error| refused(&error))?;
    match Notice::decode(&body) {
        Err(error @ DecodeError::UnknownVersion { .. }) => Err(Outcome::Newer(error.to_string())),
        Err(error) => Err(refused(&error)),
        Ok(_) if !statement.opens() => Err(refused(&"a notice that does not open its own document")),
        Ok(_) => Ok(()),
    }
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Writes a notice and saves it durably. An answer to an author names the report by itself; `report` names the
    /// one that a circle is told about.
    ///
    /// # Errors
    /// [`NodeError::Invalid`] for a text that is none, and for an answer to this device itself; [`NodeError::NotFound`]
    /// for a report or area that is not there; [`NodeError::Denied`] if this device is no coordinator's or steward's,
    /// if the author was removed, or if the report would be named to others than its author and its readers.
    pub async fn notify(
        &mut self,
        (text, language): (&str, Option<&str>),
        to: &NoticeTo,
        report: Option<DocumentId>,
        lane: Lane,
        now_ms: u64,
    ) -> Result<DocumentId, NodeError> {
        let report = match to {
            NoticeTo::AuthorOf(of) => Some(report.unwrap_or(*of)),
            NoticeTo::Circle(_) => report,
        };
        let notice = Notice::try_new(text, language, report).map_err(|error| NodeError::Invalid(error.to_string()))?;
        let audience = self.writable(to).await?;
        if let Some(report) = report {
            let record = self.report_record(&report).await?;
            if record.audience != audience && record.creator().map(|author| author.audience()) != Some(audience) {
                let why = "a report is named to its author, or to those it was sealed to, and to nobody else";
                return Err(NodeError::Denied(why.to_owned()));
            }
            // What answers a report is later than all of it, whatever this device's clock says.
            if let Some(latest) = record.entries.iter().map(|entry| entry.clock).max() {
                self.hear(latest, now_ms);
            }
        }
        self.settle().await?;
        let nonce = self.random16();
        let id = azalai_envelope::statement::document_id(&self.project, Kind::NOTICE, &audience, &self.me(), &nonce);
        let chain = self.own_chain(&audience).await?;
        let body = notice.encode();
        let saying = Saying { kind: Kind::NOTICE, document: id, opens: Some(nonce), audience, body: &body };
        let statement = self.sign(&saying, chain, now_ms)?;
        self.keep(&statement, lane, Batch::new()).await?;
        Ok(id)
    }

    /// The audience of a notice that this device may write.
    async fn writable(&self, to: &NoticeTo) -> Result<AudienceId, NodeError> {
        let audience = self.notice_audience(to).await?;
        self.roster.may_write(&self.me(), Kind::NOTICE, audience).map_err(|denied| {
            NodeError::Denied(match denied {
                // A monitor's device holds no registry, and does not find itself.
                Denied::Unknown | Denied::Role => {
                    "coordinators and stewards write notices, others read them".to_owned()
                }
                other => other.to_string(),
            })
        })?;
        Ok(audience)
    }

    /// Who could read a notice, were it written so. Saves nothing.
    ///
    /// # Errors
    /// Those of [`Node::notify`] that do not hang on the text.
    pub async fn who_would_hear(&self, to: &NoticeTo) -> Result<Readers, NodeError> {
        let audience = self.writable(to).await?;
        Ok(self.readers(None, self.heard_by(audience), true))
    }

    /// Who can read a notice; `None` if there is none of this id that counts.
    pub(crate) async fn who_hears(&self, id: &DocumentId) -> Result<Option<Readers>, NodeError> {
        let Some(statement) = self.notice_statements().await?.into_iter().find(|said| said.document() == *id) else {
            return Ok(None);
        };
        let own = statement.author() == self.me();
        let out = self.vault.get(OUTBOX, &statement.id().0).await?.map(|bytes| Outgoing::decode(&bytes)).transpose()?;
        let only_here = own && out.is_none_or(|out| out.envelope.is_none());
        let mut readers = self.readers(None, self.heard_by(statement.audience()), only_here);
        // Whoever wrote it keeps it, whether or not they open what is sealed to its readers.
        let author = self.roster.member(&statement.author()).filter(|_| !own);
        if let Some(author) = author.filter(|author| readers.known.iter().all(|one| one.key != author.device.signing)) {
            readers.known.push(Reader {
                key: author.device.signing,
                pseudonym: author.pseudonym.clone(),
                role: author.role,
                areas: author.areas.clone(),
                removed: matches!(author.state, MemberState::Removed | MemberState::Suspended),
            });
            readers.known.sort_by(|one, other| (&one.pseudonym, one.key).cmp(&(&other.pseudonym, other.key)));
        }
        readers.nobody_yet &= readers.known.is_empty();
        Ok(Some(readers))
    }

    /// Whom an audience of notices is.
    fn heard_by(&self, audience: AudienceId) -> ReadBy {
        let keys = self.roster.members().map(|member| member.device.signing).chain([self.me()]);
        match self.roster.circle_of(audience) {
            Some(circle) => ReadBy::Circle(circle),
            None => ReadBy::Named(keys.filter(|key| key.audience() == audience).collect()),
        }
    }

    async fn notice_audience(&self, to: &NoticeTo) -> Result<AudienceId, NodeError> {
        let of = match to {
            NoticeTo::Circle(circle) => {
                let audience = self.audience(circle);
                let unknown = || NodeError::NotFound(format!("there is no circle {circle} in this project"));
                return self.roster.circle_of(audience).map(|_| audience).ok_or_else(unknown);
            }
            NoticeTo::AuthorOf(report) => report,
        };
        let author = self.report_record(of).await?.creator();
        let author = author.ok_or_else(|| NodeError::NotFound(format!("nobody knows yet who wrote {of}")))?;
        if author == self.me() {
            return Err(NodeError::Invalid(format!("{of} was written on this device: nobody is answered")));
        }
        match self.roster.member(&author).map(|member| member.state) {
            Some(MemberState::Confirmed | MemberState::Unconfirmed) => Ok(author.audience()),
            Some(MemberState::Suspended | MemberState::Removed) => {
                Err(NodeError::Denied(format!("whoever wrote {of} was removed: nothing is sealed to that device")))
            }
            None => Err(NodeError::NotFound(format!("the key of whoever wrote {of} is not known here"))),
        }
    }

    /// The notices that count and that this device may read, its own included, in the order of their hybrid clocks.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn notices(&self) -> Result<Vec<NoticeView>, NodeError> {
        let mut found: Vec<(Clock, StatementId, NoticeView)> = Vec::new();
        for statement in self.notice_statements().await? {
            if let Some(view) = self.notice_view(&statement).await? {
                found.push((statement.clock(), statement.id(), view));
            }
        }
        found.sort_by_key(|(clock, id, _)| (*clock, *id));
        Ok(found.into_iter().map(|(_, _, view)| view).collect())
    }

    /// The notices that count and whose ids begin so, as [`Node::notices`] lists them. Only of these is the signature
    /// checked.
    pub(crate) async fn notices_beginning(&self, prefix: &str) -> Result<BTreeSet<DocumentId>, NodeError> {
        let (kept, _) = scan_all(&self.vault, NOTICES).await?;
        let mut found = BTreeSet::new();
        for (key, _) in kept {
            let Some(bytes) = self.vault.get(STATEMENTS, &key).await? else { continue };
            if !stored::document_of(&self.project, &bytes).is_some_and(|id| id.to_string().starts_with(prefix)) {
                continue;
            }
            let statement = stored::decode_statement(&self.project, &bytes)?;
            if self.counts(&statement).await? {
                found.extend(self.notice_view(&statement).await?.map(|view| view.id));
            }
        }
        Ok(found)
    }

    async fn counts(&self, statement: &Verified<Statement>) -> Result<bool, NodeError> {
        Ok(self.roster.standing(statement) == Standing::Counts && !self.is_forked(statement).await?)
    }

    /// The statements of notices that this device keeps and that count, in no order.
    async fn notice_statements(&self) -> Result<Vec<Verified<Statement>>, NodeError> {
        let (kept, _) = scan_all(&self.vault, NOTICES).await?;
        let mut found = Vec::new();
        for (key, _) in kept {
            let Some(bytes) = self.vault.get(STATEMENTS, &key).await? else { continue };
            let statement = stored::decode_statement(&self.project, &bytes)?;
            if self.counts(&statement).await? {
                found.push(statement);
            }
        }
        Ok(found)
    }

    /// The notices that answer reports, by report, in order: those to a report's author or to its own audience. One
    /// to others says nothing to whoever wrote it.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn replies(&self) -> Result<BTreeMap<DocumentId, Vec<NoticeView>>, NodeError> {
        let mut replies: BTreeMap<DocumentId, Vec<NoticeView>> = BTreeMap::new();
        for view in self.notices().await? {
            let Some(report) = view.notice.report() else { continue };
            let (audience, creator) = match (self.record(&report).await?, self.shed_report(&report).await?) {
                (_, Some(shed)) => (shed.audience, Some(self.me())),
                (Some(record), None) => (record.audience, record.creator()),
                (None, None) => continue,
            };
            let fits = match &view.to {
                NoticeFor::Circle(circle) => self.audience(circle) == audience,
                NoticeFor::You => creator == Some(self.me()),
                NoticeFor::Member(member, _) => creator == Some(*member),
            };
            if fits {
                replies.entry(report).or_default().push(view);
            }
        }
        Ok(replies)
    }

    async fn notice_view(&self, statement: &Verified<Statement>) -> Result<Option<NoticeView>, NodeError> {
        let (author, audience) = (statement.author(), statement.audience());
        let own = author == self.me();
        let to = match self.roster.circle_of(audience) {
            Some(circle) => NoticeFor::Circle(circle),
            None if audience == self.me().audience() => NoticeFor::You,
            None => {
                let Some(member) = self.roster.members().find(|member| member.device.signing.audience() == audience)
                else {
                    return Ok(None);
                };
                NoticeFor::Member(member.device.signing, Some(member.pseudonym.clone()))
            }
        };
        let Ok(notice) = Notice::decode(&statement.body()?) else { return Ok(None) };
        Ok(Some(NoticeView {
            id: statement.document(),
            notice,
            to,
            author,
            pseudonym: self.pseudonym_of(&author),
            state: if own { Some(self.own_state(&statement.id()).await?) } else { None },
            at_ms: statement.clock().ms(),
        }))
    }
}
