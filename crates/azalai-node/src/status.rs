//! What this device can truthfully say about itself and its letters.

use azalai_envelope::{Kind, Lane, StatementId};
use azalai_roster::{Admission, HeldUp, MemberState};
use azalai_store::{Disk, Store};

use crate::documents::Record;
use crate::error::NodeError;
use crate::node::{Node, OpenReport, scan_all};
use crate::reports::ReportState;
use crate::spaces::{DOCUMENTS, OUTBOX};
use crate::stored::Outgoing;

/// A count of this device's own statements by how far they got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// On this device only.
    pub only_here: usize,
    /// On this device, and taken by a neighbour's.
    pub with_neighbours: usize,
    /// A relay says that it holds them.
    pub in_a_relay: usize,
    /// A coordinator opened them.
    pub opened: usize,
}

/// What `azalai status` shows.
#[derive(Debug, Clone)]
pub struct Status {
    /// The project's name.
    pub project_name: String,
    /// How the project admits newcomers, as far as this device knows.
    pub admission: Admission,
    /// Whether this device was sent what an admitted member is sent.
    pub admitted: bool,
    /// What holds up the admission of this device, if it was told.
    pub held_up: Option<HeldUp>,
    /// Own reports by state.
    pub reports: Vec<(ReportState, usize)>,
    /// Reports and corrections of this device.
    pub own_reports: Progress,
    /// Acts, keys, receipts, incidents of this device.
    pub other_statements: Progress,
    /// Envelopes carried, with their bytes, by lane.
    pub carried: Vec<(Lane, u64, u64)>,
    /// The posting epoch that this device writes in.
    pub epoch: Option<u32>,
    /// Own reports of which this device has forgotten the words; they are counted among [`Status::reports`] too.
    pub shed: usize,
    /// Reports and incidents that this device can read.
    pub readable: (usize, usize),
    /// Members known by state: confirmed, unconfirmed, removed.
    pub members: (usize, usize, usize),
    /// Letters that are carried and kept for a newer program.
    pub needs_newer: usize,
    /// What opening found wrong.
    pub open_report: OpenReport,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// What is only here, what a relay says it holds, what a coordinator opened.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn status(&self) -> Result<Status, NodeError> {
        let (outbox, _) = scan_all(&self.vault, OUTBOX).await?;
        let (mut own_reports, mut other_statements) = (Progress::default(), Progress::default());
        for (_, value) in outbox {
            let outgoing = Outgoing::decode(&value)?;
            let progress = if outgoing.kind == Kind::REPORT { &mut own_reports } else { &mut other_statements };
            if !outgoing.opened_by.is_empty() || !outgoing.acted_by.is_empty() {
                progress.opened += 1;
            } else if !outgoing.relays.is_empty() {
                progress.in_a_relay += 1;
            } else if outgoing.handed_on {
                progress.with_neighbours += 1;
            } else {
                progress.only_here += 1;
            }
        }
        // An incident of which nothing counts is not there for anybody.
        let mut readable = (0, self.count_incidents().await?);
        let mut states = std::collections::BTreeMap::new();
        let (documents, _) = scan_all(&self.vault, DOCUMENTS).await?;
        for (key, value) in documents {
            let record = Record::decode(&value)?;
            readable.0 += usize::from(record.kind == Kind::REPORT && record.creator().is_some());
            if record.kind == Kind::REPORT
                && record.creator() == Some(self.me())
                && let Some(id) = azalai_envelope::DocumentId::from_slice(&key)
                && let Some(view) = self.view(id, &record).await?
            {
                *states.entry(view.state).or_default() += 1;
            }
        }
        let shed = self.shed_reports().await?;
        for view in &shed {
            *states.entry(view.state).or_default() += 1;
        }
        let mut members = (0, 0, 0);
        for member in self.roster.members() {
            match member.state {
                MemberState::Confirmed => members.0 += 1,
                MemberState::Unconfirmed => members.1 += 1,
                MemberState::Suspended | MemberState::Removed => members.2 += 1,
            }
        }
        Ok(Status {
            needs_newer: self.count_newer().await?,
            project_name: self.roster.name().unwrap_or_default().to_owned(),
            admission: self.roster.admission(),
            admitted: self.is_admitted(),
            held_up: self.held_up().await?,
            reports: states.into_iter().collect(),
            own_reports,
            other_statements,
            shed: shed.len(),
            carried: self.carried_by_lane(),
            epoch: self.secrets.posting(&self.roster).map(|posting| posting.epoch),
            readable,
            members,
            open_report: self.report,
        })
    }

    /// Own statements that have not left this device.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn only_here(&self) -> Result<Vec<StatementId>, NodeError> {
        let (outbox, _) = scan_all(&self.vault, OUTBOX).await?;
        let mut here = Vec::new();
        for (key, value) in outbox {
            let outgoing = Outgoing::decode(&value)?;
            if outgoing.relays.is_empty() && outgoing.opened_by.is_empty() {
                here.extend(StatementId::from_slice(&key));
            }
        }
        Ok(here)
    }
}
