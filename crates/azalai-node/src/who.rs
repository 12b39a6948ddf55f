//! Who can read a document: before it is written and afterwards, by one function, with what this device cannot know.
//!
//! A report for named members (TLP:RED) is one document for each of them. Nothing here may say that fewer can read than
//! do: what is not known is said to be not known.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{AudienceId, DocumentId, Kind, SigningPublic};
use azalai_model::{ReportFields, Tlp};
use azalai_roster::{AreaCode, BodyCode, Circle, Member, MemberState, Role};
use azalai_store::{Disk, Store};

use crate::documents::Record;
use crate::error::NodeError;
use crate::limits::MAX_NAMED;
use crate::node::Node;
use crate::spaces::{OUTBOX, STATEMENTS};
use crate::stored::{self, Outgoing};

/// Whom a document is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadBy {
    /// Whoever holds a circle's keys.
    Circle(Circle),
    /// These devices, in the order of their keys; a document each.
    Named(BTreeSet<SigningPublic>),
}

/// One who can read something, as far as this device knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// The device.
    pub key: SigningPublic,
    /// What it calls itself.
    pub pseudonym: String,
    /// As what.
    pub role: Role,
    /// The areas that it coordinates.
    pub areas: BTreeSet<AreaCode>,
    /// It was removed, and may have read this before.
    pub removed: bool,
}

impl Reader {
    fn of(member: &Member, removed: bool) -> Self {
        Self {
            key: member.device.signing,
            pseudonym: member.pseudonym.clone(),
            role: member.role,
            areas: member.areas.clone(),
            removed,
        }
    }
}

/// What this device cannot know about a document's readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unknowable {
    /// Monitors: this device has no list of them.
    Monitors,
    /// Whoever is given the circle's keys later.
    LaterMembers,
    /// Stewards keep these keys to hand them on, and their program does not read with them.
    Custody,
    /// Whoever holds a reader's device that is open, or whose passphrase they have, and that nobody has reported.
    TakenDevices,
    /// Whomever a reader tells.
    PassedOn,
}

impl Unknowable {
    /// A stable name for machines.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monitors => "monitors",
            Self::LaterMembers => "later-members",
            Self::Custody => "custody",
            Self::TakenDevices => "taken-devices",
            Self::PassedOn => "passed-on",
        }
    }
}

/// Who can read a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readers {
    /// Its sharing label; a notice has none.
    pub tlp: Option<Tlp>,
    /// The label that its author asked for, where the pack narrows it.
    pub asked: Option<Tlp>,
    /// Whom it is for.
    pub by: ReadBy,
    /// Those whom this device knows, by pseudonym; without this device itself.
    pub known: Vec<Reader>,
    /// What it cannot know.
    pub unknowable: BTreeSet<Unknowable>,
    /// The bodies that it complains of.
    pub complains_of: BTreeSet<BodyCode>,
    /// Those of these bodies who would have read it by its label and area, and for whose sake it goes elsewhere.
    pub left_out: Vec<Reader>,
    /// It has not left this device: nobody else can read it yet.
    pub only_here: bool,
    /// It is for coordinators, and this device knows of none who could read it.
    pub nobody_yet: bool,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Whom a label is for: how wide it is, which area's coordinators, which members.
    ///
    /// # Errors
    /// [`NodeError::Denied`] for [`Tlp::Red`] without a name; [`NodeError::Invalid`] for names with another label, for
    /// too many, for this device itself, or without an area; [`NodeError::NotFound`] for one who cannot be named.
    pub fn read_by(&self, tlp: Tlp, area: Option<AreaCode>, named: &[SigningPublic]) -> Result<ReadBy, NodeError> {
        if tlp != Tlp::Red && !named.is_empty() {
            return Err(NodeError::Invalid(format!("only TLP:RED is for named members, and this is {tlp}")));
        }
        Ok(ReadBy::Circle(match tlp {
            Tlp::Red => return Ok(ReadBy::Named(self.devices_of(named)?)),
            Tlp::Green | Tlp::Clear => Circle::Everyone,
            Tlp::AmberStrict | Tlp::Amber => Self::area_circle(&self.area_or_own(area)?, tlp == Tlp::AmberStrict),
        }))
    }

    /// The members who can be named: coordinators and stewards, whom the authority log tells every device, and who know
    /// every author. Other monitors are in no log that a monitor's device has, and could not check who wrote.
    pub fn nameable(&self) -> impl Iterator<Item = &Member> {
        let me = self.me();
        self.roster.members().filter(move |member| {
            let key = member.device.signing;
            member.state == MemberState::Confirmed && member.role != Role::Monitor && key != me
        })
    }

    /// The devices of the persons whom these devices belong to.
    fn devices_of(&self, named: &[SigningPublic]) -> Result<BTreeSet<SigningPublic>, NodeError> {
        if named.is_empty() {
            return Err(NodeError::Denied(
                "TLP:RED is for named members: say for whom. Coordinators and stewards can be named".to_owned(),
            ));
        }
        let mut devices = BTreeSet::new();
        for key in named {
            let member = self.nameable().find(|member| member.device.signing == *key).ok_or_else(|| {
                let who = self.pseudonym_of(key).unwrap_or_else(|| key.to_string());
                NodeError::NotFound(format!("{who} cannot be named: only other coordinators and stewards can"))
            })?;
            let same = |other: &&Member| other.person.is_some() && other.person == member.person;
            devices.insert(*key);
            devices.extend(self.nameable().filter(same).map(|other| other.device.signing));
        }
        if devices.len() > MAX_NAMED {
            return Err(NodeError::Invalid(format!("{} members; at most {MAX_NAMED} can be named", devices.len())));
        }
        Ok(devices)
    }

    pub(crate) fn audiences_of(&self, by: &ReadBy) -> Vec<AudienceId> {
        match by {
            ReadBy::Circle(circle) => vec![self.audience(circle)],
            ReadBy::Named(devices) => devices.iter().map(SigningPublic::audience).collect(),
        }
    }

    /// This device's other reports that are copies of one: for other named members, opened with the same nonce.
    pub(crate) async fn copies_of(
        &self,
        id: DocumentId,
        record: &Record,
    ) -> Result<BTreeMap<DocumentId, Record>, NodeError> {
        let mut copies = BTreeMap::new();
        if self.roster.circle_of(record.audience).is_some() {
            return Ok(copies);
        }
        let nonce = self.nonce_of(record).await?;
        for (other, record) in self.records(Kind::REPORT).await? {
            let named = other != id
                && record.creator() == Some(self.me())
                && self.roster.circle_of(record.audience).is_none()
                && nonce.is_some();
            if named && self.nonce_of(&record).await? == nonce {
                copies.insert(other, record);
            }
        }
        Ok(copies)
    }

    async fn nonce_of(&self, record: &Record) -> Result<Option<[u8; 16]>, NodeError> {
        let Some(opening) = record.entries.iter().find(|entry| entry.opens) else { return Ok(None) };
        let Some(bytes) = self.vault.get(STATEMENTS, &opening.statement.0).await? else { return Ok(None) };
        Ok(stored::decode_statement(&self.project, &bytes)?.nonce())
    }

    /// Who could read a report, were it written so. Saves nothing.
    ///
    /// # Errors
    /// As [`Node::read_by`]; [`NodeError::NotFound`] for an unknown category; [`NodeError::OfBody`] where nobody but the
    /// people of a body that it complains of could read it, or one of them is named.
    pub fn who_would_read(
        &self,
        fields: &ReportFields,
        area: Option<AreaCode>,
        named: &[SigningPublic],
    ) -> Result<Readers, NodeError> {
        let route = self.route(fields, area, named)?;
        let mut readers = self.readers(Some(route.tlp), route.by, true);
        readers.asked = fields.tlp.filter(|asked| *asked != route.tlp);
        let roster = self.roster();
        let members = route.left_out.iter().filter_map(|key| roster.member(key));
        readers.left_out = members.map(|member| Reader::of(member, false)).collect();
        readers.complains_of = route.complains_of;
        Ok(readers)
    }

    /// Who can read a report, incident or notice that this device keeps.
    ///
    /// # Errors
    /// [`NodeError::NotFound`]; those of the storage.
    pub async fn who_can_read(&self, id: DocumentId) -> Result<Readers, NodeError> {
        let missing = || NodeError::NotFound(format!("there is no report, incident or notice {id} on this device"));
        if let Some(shed) = self.shed_report(&id).await? {
            return self.who_has_shed(id, &shed).await;
        }
        let Some(record) = self.record(&id).await? else {
            return self.who_hears(&id).await?.ok_or_else(missing);
        };
        let by = match self.roster.circle_of(record.audience) {
            Some(circle) => ReadBy::Circle(circle),
            None => {
                let mut named = BTreeSet::new();
                for record in self.copies_of(id, &record).await?.values().chain([&record]) {
                    let keys = self.roster.members().map(|member| member.device.signing).chain([self.me()]);
                    named.extend(keys.into_iter().find(|key| key.audience() == record.audience));
                }
                ReadBy::Named(named)
            }
        };
        let tlp = match record.kind {
            Kind::REPORT => self.view(id, &record).await?.ok_or_else(missing)?.tlp,
            _ => self.incident(&id).await?.ok_or_else(missing)?.tlp,
        };
        let mut left = record.creator() != Some(self.me());
        for entry in &record.entries {
            let outgoing = self.vault.get(OUTBOX, &entry.statement.0).await?;
            left |=
                outgoing.map(|bytes| Outgoing::decode(&bytes)).transpose()?.is_some_and(|out| out.envelope.is_some());
        }
        let mut readers = self.readers(Some(tlp), by, !left);
        readers.complains_of = self.document_complains_of(&id, record.kind).await?;
        Ok(readers)
    }

    /// The one place that adds up who reads what.
    pub(crate) fn readers(&self, tlp: Option<Tlp>, by: ReadBy, only_here: bool) -> Readers {
        let mut known = Vec::new();
        for member in self.roster.members().filter(|member| member.device.signing != self.me()) {
            let key = member.device.signing;
            let gone = matches!(member.state, MemberState::Removed | MemberState::Suspended);
            let opens = match &by {
                ReadBy::Circle(circle) if gone => self.roster.has_opened(&key).contains(circle),
                ReadBy::Circle(circle) => self.roster.may_open(&key).contains(circle),
                ReadBy::Named(devices) => devices.contains(&key),
            };
            // What has not left is sealed to no key that somebody removed holds.
            if opens && !(gone && only_here) {
                known.push(Reader::of(member, gone));
            }
        }
        known.sort_by(|one, other| (&one.pseudonym, one.key).cmp(&(&other.pseudonym, other.key)));
        let mut unknowable = BTreeSet::from([Unknowable::TakenDevices, Unknowable::PassedOn]);
        if let ReadBy::Circle(circle) = &by {
            unknowable.insert(Unknowable::LaterMembers);
            let listed = self.roster.members().any(|member| member.role == Role::Monitor);
            match circle {
                Circle::Everyone if !listed => drop(unknowable.insert(Unknowable::Monitors)),
                Circle::Everyone | Circle::Staff => {}
                Circle::Area(_) | Circle::AreaAndAbove(_) => drop(unknowable.insert(Unknowable::Custody)),
            }
        }
        let nobody_yet = known.is_empty()
            && matches!(&by, ReadBy::Circle(circle) if *circle != Circle::Everyone && !self.roster.may_open(&self.me()).contains(circle));
        Readers {
            tlp,
            asked: None,
            by,
            known,
            unknowable,
            complains_of: BTreeSet::new(),
            left_out: Vec::new(),
            only_here,
            nobody_yet,
        }
    }
}
