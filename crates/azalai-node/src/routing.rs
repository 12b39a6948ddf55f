//! What goes round whom: a report of a category that complains of a body is never sealed to a key that somebody of that
//! body may hold (`docs/spec/roster.md`, Complaints of a body).
//!
//! All of it rests on the authority log, which a monitor's device has. Nothing here may widen a report in silence: where
//! nobody is left to read it, it is refused.

use std::collections::BTreeSet;

use azalai_envelope::{AudienceId, DocumentId, Kind, SigningPublic, Statement, Verified};
use azalai_model::{IncidentEdit, ReportFields, Tlp};
use azalai_roster::limits::MAX_ACTS;
use azalai_roster::{Act, AreaCode, BodyCode, Circle, Member, Role};
use azalai_store::{Batch, Disk, Store};

use crate::error::NodeError;
use crate::limits::MAX_NAMED;
use crate::node::Node;
use crate::rows::{self, KeptReport};
use crate::spaces::OUTBOX;
use crate::stored::Outgoing;
use crate::who::ReadBy;

/// Where a report goes.
pub(crate) struct Route {
    /// The label of whom it is for.
    pub(crate) tlp: Tlp,
    /// Whom it is for.
    pub(crate) by: ReadBy,
    /// The bodies that it complains of.
    pub(crate) complains_of: BTreeSet<BodyCode>,
    /// Of their people, those who would have held its key by label and area.
    pub(crate) left_out: BTreeSet<SigningPublic>,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// The bodies that a category complains of; none for one that this program does not know.
    pub(crate) fn complained_of(&self, category: Option<&str>) -> Result<BTreeSet<BodyCode>, NodeError> {
        let category = category.and_then(|code| self.packs.category(code));
        let codes = category.map(|category| category.body.as_slice()).unwrap_or_default();
        let wrong = |error: azalai_roster::BodyError| NodeError::Invalid(format!("the pack: {error}"));
        codes.iter().map(|code| code.parse().map_err(wrong)).collect()
    }

    /// Whom a report is for: its label and area say it, as long as it does not complain of a body whose people would
    /// hold the key; then the first that is free of them.
    pub(crate) fn route(
        &self,
        fields: &ReportFields,
        area: Option<AreaCode>,
        named: &[SigningPublic],
    ) -> Result<Route, NodeError> {
        let tlp = self.label_of(fields)?;
        let by = self.read_by(tlp, area, named)?;
        let complains_of = self.complained_of(fields.category.as_deref())?;
        let of_body = |key: &SigningPublic| !self.roster.bodies_of(key).is_disjoint(&complains_of);
        let first = match &by {
            ReadBy::Named(devices) => {
                let wrong: BTreeSet<SigningPublic> = devices.iter().copied().filter(of_body).collect();
                if !wrong.is_empty() {
                    return Err(NodeError::OfBody(format!(
                        "{} This report complains of it: name others. Nothing was saved",
                        self.belong(&wrong, &complains_of)
                    )));
                }
                return Ok(Route { tlp, by, complains_of, left_out: BTreeSet::new() });
            }
            ReadBy::Circle(circle) => circle.clone(),
        };
        let left_out = self.others_of_bodies_in(&first, &complains_of);
        if left_out.is_empty() {
            return Ok(Route { tlp, by, complains_of, left_out });
        }
        let free = |circle: &Circle| {
            self.others_of_bodies_in(circle, &complains_of).is_empty() && self.openers(circle).next().is_some()
        };
        let by = match self.elsewhere(&first).into_iter().find(free) {
            Some(circle) => ReadBy::Circle(circle),
            None => {
                let named = |members: Vec<&Member>| {
                    let keys = members.into_iter().map(|member| member.device.signing).filter(|key| !of_body(key));
                    let keys: BTreeSet<SigningPublic> = keys.collect();
                    (1..=MAX_NAMED).contains(&keys.len()).then_some(ReadBy::Named(keys))
                };
                let stewards = || self.nameable().filter(|member| member.role == Role::Steward).collect();
                let found = named(self.openers(&first).collect()).or_else(|| named(stewards()));
                found.ok_or_else(|| self.nobody_left(&left_out, &complains_of))?
            }
        };
        let tlp = Self::label_for(&by).unwrap_or(tlp);
        Ok(Route { tlp, by, complains_of, left_out })
    }

    /// The label of whom a report is for; `None` where only its author can say it.
    pub(crate) fn label_for(by: &ReadBy) -> Option<Tlp> {
        match by {
            ReadBy::Named(_) => Some(Tlp::Red),
            ReadBy::Circle(Circle::Area(_)) => Some(Tlp::AmberStrict),
            ReadBy::Circle(Circle::AreaAndAbove(_)) => Some(Tlp::Amber),
            ReadBy::Circle(Circle::Everyone | Circle::Staff) => None,
        }
    }

    /// The circles to try in a circle's place, in order. What is for one area's coordinators alone has none.
    fn elsewhere(&self, first: &Circle) -> Vec<Circle> {
        let Circle::AreaAndAbove(area) = first else { return Vec::new() };
        let mut circles = vec![Circle::Area(area.clone())];
        for above in self.roster.ancestors(area) {
            circles.extend([Circle::AreaAndAbove(above.clone()), Circle::Area(above.clone())]);
        }
        circles
    }

    /// Other confirmed members of the staff who open a circle.
    fn openers(&self, circle: &Circle) -> impl Iterator<Item = &Member> {
        self.nameable().filter(move |member| self.roster.may_open(&member.device.signing).contains(circle))
    }

    fn others_of_bodies_in(&self, circle: &Circle, bodies: &BTreeSet<BodyCode>) -> BTreeSet<SigningPublic> {
        let mut of_them = self.roster.of_bodies_in(circle, bodies);
        of_them.remove(&self.me());
        of_them
    }

    fn nobody_left(&self, left_out: &BTreeSet<SigningPublic>, bodies: &BTreeSet<BodyCode>) -> NodeError {
        let of_body = |member: &&Member| self.roster.bodies_of(&member.device.signing).is_disjoint(bodies);
        let others: Vec<&str> = self.nameable().filter(of_body).map(|member| member.pseudonym.as_str()).collect();
        let offer = if others.is_empty() {
            "there is nobody else either: keep the words, and ask for a coordinator who is not of them".to_owned()
        } else {
            format!("name somebody, with TLP:RED: {}", others.join(", "))
        };
        NodeError::OfBody(format!(
            "{} This report complains of it, and nobody else would read it. Nothing was saved; {offer}",
            self.belong(left_out, bodies)
        ))
    }

    /// Who belongs to which of these bodies, in words.
    fn belong(&self, keys: &BTreeSet<SigningPublic>, bodies: &BTreeSet<BodyCode>) -> String {
        let said = keys.iter().map(|key| {
            let name = self.pseudonym_of(key).unwrap_or_else(|| key.to_string());
            let of: Vec<String> =
                self.roster.bodies_of(key).intersection(bodies).map(|body| self.body_name(body, "en")).collect();
            format!("{name} belongs to {}", of.join(" and "))
        });
        format!("{}.", said.collect::<Vec<_>>().join("; "))
    }

    /// What a body is called in a language; its code, if the pack does not know it.
    #[must_use]
    pub fn body_name(&self, body: &BodyCode, language: &str) -> String {
        let known = self.packs.known().body(body.as_str());
        known.map_or_else(|| body.to_string(), |known| known.name(language).to_owned())
    }

    /// Of an audience, those who belong to one of these bodies, but for this device.
    fn of_bodies_behind(&self, audience: AudienceId, bodies: &BTreeSet<BodyCode>) -> BTreeSet<SigningPublic> {
        match self.roster.circle_of(audience) {
            Some(circle) => self.others_of_bodies_in(&circle, bodies),
            None => {
                let members = self.roster.members().map(|member| member.device.signing);
                let named = members.filter(|key| key.audience() == audience && *key != self.me());
                named.filter(|key| !self.roster.bodies_of(key).is_disjoint(bodies)).collect()
            }
        }
    }

    /// Refuses words of a category for an audience with somebody of a body that it complains of.
    pub(crate) fn keep_from_body(&self, audience: AudienceId, category: Option<&str>) -> Result<(), NodeError> {
        let bodies = self.complained_of(category)?;
        if bodies.is_empty() {
            return Ok(());
        }
        let to_all = self.roster.circle_of(audience).is_some_and(|circle| circle.area().is_none());
        let of_them = self.of_bodies_behind(audience, &bodies);
        let why = match (to_all, of_them.is_empty()) {
            (false, true) => return Ok(()),
            (true, _) => "every member reads it, and it complains of a body that some may belong to.".to_owned(),
            (false, false) => {
                format!("{} It complains of them, and they would read it.", self.belong(&of_them, &bodies))
            }
        };
        let hint = "Nothing was saved. Write it as a new report, which goes round them, and take the old one back";
        Err(NodeError::OfBody(format!("{why} {hint}")))
    }

    /// Why a statement of a report must not leave, if it must not: somebody of the body that it complains of came to read
    /// its circle since it was saved. That a report which left is taken back may leave: it says nothing new.
    pub(crate) async fn kept_from(&self, statement: &Verified<Statement>) -> Result<Option<String>, NodeError> {
        if statement.kind() != Kind::REPORT {
            return Ok(None);
        }
        let Some(record) = self.record(&statement.document()).await? else { return Ok(None) };
        let Some(kept) = rows::decode::<KeptReport>(&record.row) else { return Ok(None) };
        let bodies = self.complained_of(kept.row.fields.category.as_deref())?;
        let of_them = self.of_bodies_behind(record.audience, &bodies);
        if bodies.is_empty() || of_them.is_empty() {
            return Ok(None);
        }
        let opening = record.entries.iter().find(|entry| entry.opens).map(|entry| entry.statement);
        let mut left = false;
        if let Some(opening) = opening {
            let outgoing = self.vault.get(OUTBOX, &opening.0).await?;
            left = outgoing.map(|bytes| Outgoing::decode(&bytes)).transpose()?.is_none_or(|it| it.envelope.is_some());
        }
        if kept.row.retracted.is_some() && left {
            return Ok(None);
        }
        Ok(Some(format!(
            "{} It complains of them, and they came to read its circle after it was saved: write it as a new report, \
             which goes round them",
            self.belong(&of_them, &bodies)
        )))
    }

    /// The bodies that a report or an incident that this device keeps complains of.
    pub(crate) async fn document_complains_of(
        &self,
        id: &DocumentId,
        kind: Kind,
    ) -> Result<BTreeSet<BodyCode>, NodeError> {
        if kind != Kind::INCIDENT {
            let category = self.index().await?.lock().reports.get(id).and_then(|entry| entry.category.clone());
            return self.complained_of(category.as_deref());
        }
        let Some(incident) = self.incident(id).await? else { return Ok(BTreeSet::new()) };
        let mut bodies = self.complained_of(incident.category.as_deref())?;
        let linked: Vec<DocumentId> = incident.reports.iter().map(|link| link.report).collect();
        for report in linked {
            bodies.extend(Box::pin(self.document_complains_of(&report, Kind::REPORT)).await?);
        }
        Ok(bodies)
    }

    /// The bodies that an incident complains of, with what edits add; none where they add no words to it.
    pub(crate) async fn edits_complain_of(
        &self,
        id: &DocumentId,
        edits: &[IncidentEdit],
    ) -> Result<BTreeSet<BodyCode>, NodeError> {
        let wordless = |edit: &IncidentEdit| {
            matches!(edit, IncidentEdit::Unlink { .. } | IncidentEdit::SetStatus(_) | IncidentEdit::Assign(_))
        };
        if edits.iter().all(wordless) {
            return Ok(BTreeSet::new());
        }
        let mut bodies = self.document_complains_of(id, Kind::INCIDENT).await?;
        for edit in edits {
            match edit {
                IncidentEdit::SetCategory(category) => bodies.extend(self.complained_of(Some(category))?),
                IncidentEdit::Link { report, .. } => {
                    bodies.extend(self.document_complains_of(report, Kind::REPORT).await?);
                }
                _ => {}
            }
        }
        Ok(bodies)
    }

    /// Refuses words about a complaint in an incident that somebody of the body reads, and names the circles that do.
    pub(crate) fn keep_incident_from_body(
        &self,
        audience: AudienceId,
        bodies: &BTreeSet<BodyCode>,
    ) -> Result<(), NodeError> {
        if bodies.is_empty() {
            return Ok(());
        }
        let Some(circle) = self.roster.circle_of(audience) else { return Ok(()) };
        let of_them = self.roster.of_bodies_in(&circle, bodies);
        let to_all = circle.area().is_none();
        if of_them.is_empty() && !to_all {
            return Ok(());
        }
        let why = if of_them.is_empty() {
            "every member reads this incident.".to_owned()
        } else {
            self.belong(&of_them, bodies)
        };
        let own = self.roster.may_open(&self.me());
        let free =
            own.iter().filter(|circle| circle.area().is_some() && self.roster.of_bodies_in(circle, bodies).is_empty());
        let free: Vec<String> = free.map(ToString::to_string).collect();
        let offer = if free.is_empty() {
            "this device works in no circle without them: leave it to a coordinator who does".to_owned()
        } else {
            format!("make an incident in one of: {}", free.join(", "))
        };
        Err(NodeError::OfBody(format!(
            "{why} What this complains of must not reach them. Nothing was changed; {offer}"
        )))
    }

    /// Refuses a code that the pack does not know: a slip of the pen would mark nobody.
    pub(crate) fn known_bodies(&self, bodies: &BTreeSet<BodyCode>) -> Result<(), NodeError> {
        let pack = self.packs.now();
        match bodies.iter().find(|body| pack.body(body.as_str()).is_none()) {
            None => Ok(()),
            Some(unknown) => {
                let known: Vec<&str> = pack.bodies.iter().map(|body| body.code.as_str()).collect();
                Err(NodeError::NotFound(format!(
                    "there is no body \"{unknown}\" in the pack; there are: {}",
                    known.join(", ")
                )))
            }
        }
    }

    /// Says which bodies a member of the staff belongs to from now on; none takes every mark away.
    ///
    /// # Errors
    /// [`NodeError::Denied`] unless this device is a steward's; [`NodeError::NotFound`] for an unknown key;
    /// [`NodeError::Invalid`] for a monitor, who reads no complaint and whose key no other device may learn.
    pub async fn set_bodies(
        &mut self,
        key: &SigningPublic,
        bodies: BTreeSet<BodyCode>,
        now_ms: u64,
    ) -> Result<Member, NodeError> {
        let may = self.roster.may_keep_authority(&self.me());
        may.map_err(|denied| NodeError::Denied(format!("{denied}: only a steward can do this")))?;
        let member = self.roster.member(key).cloned();
        let member = member.ok_or_else(|| NodeError::NotFound(format!("no member has the key {key}")))?;
        if member.role == Role::Monitor {
            return Err(NodeError::Invalid(format!(
                "{} is a monitor: nothing that complains of a body is sealed to monitors, and a mark would tell every \
                 device that there is this member. Say it when you grant a role",
                member.pseudonym
            )));
        }
        self.known_bodies(&bodies)?;
        self.say_acts(Kind::AUTHORITY, vec![Act::Bodies { device: *key, bodies }], now_ms).await?;
        Ok(member)
    }

    /// Says a grant, with the bodies that its person belongs to, and gives the circles that somebody of a body will hold
    /// keys of new ones: all in one statement, so that whoever knows the new keys knows of the body, and what was
    /// complained of it until now stays sealed to the earlier ones. Only what does not fit goes into a next statement.
    pub(crate) async fn say_grant(
        &mut self,
        grant: Act,
        bodies: Option<&BTreeSet<BodyCode>>,
        now_ms: u64,
    ) -> Result<(), NodeError> {
        let Act::Grant { device, role, area, .. } = &grant else { return Ok(()) };
        let (key, role, area) = (device.signing, *role, area.clone());
        let mut acts = vec![grant];
        acts.extend(bodies.map(|bodies| Act::Bodies { device: key, bodies: bodies.clone() }));
        if bodies.is_some_and(|bodies| !bodies.is_empty()) || !self.roster.bodies_of(&key).is_empty() {
            let opens = |circle: &Circle| match (circle, &area) {
                (Circle::Area(of), Some(area)) => of == area,
                (Circle::AreaAndAbove(of), Some(area)) => self.roster.is_within(of, area),
                (Circle::Area(_) | Circle::AreaAndAbove(_), None) => role == Role::Steward,
                _ => false,
            };
            let circles: Vec<Circle> = self.roster.circles().filter(|circle| opens(circle)).cloned().collect();
            let mut batch = Batch::new();
            for circle in circles {
                acts.push(self.make_key(circle, &mut batch));
            }
            // Kept before they are named.
            self.vault.apply(batch).await?;
            self.letters_owed = true;
        }
        for acts in acts.chunks(MAX_ACTS) {
            self.say_acts(Kind::AUTHORITY, acts.to_vec(), now_ms).await?;
        }
        Ok(())
    }
}
