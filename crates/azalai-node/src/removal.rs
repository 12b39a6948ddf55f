//! Taking a device out of a project: what its removal would do, doing it, what it sets aside, and taking some of that
//! back in.
//!
//! Whoever removes sees beforehand what counts and what does not. What a removal sets aside is kept and shown; nothing
//! here deletes anything.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::codec::Writer;
use azalai_envelope::ids::derive16;
use azalai_envelope::{ChainId, DocumentId, Draft, Kind, SigningPublic, Statement, StatementId, Verified};
use azalai_roster::limits::{MAX_ADOPTED, MAX_CUTS};
use azalai_roster::{Act, Circle, Cut, LogEntry, Member, MemberState, Reason, Role, Roster, Standing};
use azalai_store::{Disk, Store};

use crate::chains::{Forks, chain_of};
use crate::error::NodeError;
use crate::node::{Node, log_document, scan_all};
use crate::spaces::STATEMENTS;
use crate::stored;

/// Up to when what a device said counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenAt {
    /// All that this device has received of it by now.
    Now,
    /// What it dates before this time, in milliseconds since 1970, as far as it was received by now: what is dated back
    /// afterwards is past the cut all the same.
    Ms(u64),
}

/// What the removal of a device does.
#[derive(Debug, Clone)]
pub struct Removal {
    /// Whom it removes.
    pub member: Member,
    /// Up to where each of its chains counts, as far as this device reads them.
    pub cuts: Vec<Cut>,
    /// Statements of reports and incidents that go on counting.
    pub counts: usize,
    /// Statements of reports and incidents that are set aside.
    pub set_aside: Vec<SetAside>,
    /// Circles whose keys the device has had: each needs a new one.
    pub circles: Vec<Circle>,
    /// Of these, those that this device gives a new key at once; the others wait for a steward.
    pub renewed: Vec<Circle>,
    /// Who is sent the new keys.
    pub keys_to: Vec<String>,
    /// Relays whose certificates are renewed.
    pub relays: usize,
    /// Whom it leaves removed beside: what the target said of them lies before the cuts, and counts.
    pub also_removed: Vec<String>,
    /// Who was suspended and is a member again.
    pub freed: Vec<String>,
}

impl Removal {
    /// A digest of all that it does: another plan has another one. Whoever confirms a plan that they saw names it by
    /// this.
    #[must_use]
    pub fn digest(&self) -> [u8; 16] {
        let mut all = Writer::new();
        all.raw(&self.member.device.signing.0).text(&format!("{:?}", self.member.state)).varint(self.counts as u64);
        all.varint(self.cuts.len() as u64).varint(self.set_aside.len() as u64).varint(self.relays as u64);
        for cut in &self.cuts {
            all.raw(&cut.chain.0).u64(cut.seq).raw(&cut.id.0);
        }
        for aside in &self.set_aside {
            all.raw(&aside.statement.0);
        }
        for circles in [&self.circles, &self.renewed] {
            all.varint(circles.len() as u64);
            for circle in circles {
                all.text(&circle.to_string());
            }
        }
        for list in [&self.keys_to, &self.also_removed, &self.freed] {
            all.varint(list.len() as u64);
            for name in list {
                all.text(name);
            }
        }
        derive16("azalai 1 removal plan", &[&all.finish()])
    }
}

/// A statement that is kept and does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Which.
    pub statement: StatementId,
    /// Its document.
    pub document: DocumentId,
    /// What kind of document that is.
    pub kind: Kind,
    /// Who said it.
    pub author: SigningPublic,
    /// How its author is called, if that is known.
    pub pseudonym: Option<String>,
    /// When it was said, by its author's clock, in milliseconds since 1970.
    pub at_ms: u64,
    /// Why it does not count.
    pub why: AsideWhy,
}

/// Why a statement is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AsideWhy {
    /// It stands behind the place up to which its author's chain counts.
    PastCut,
    /// Its author is removed, and no removal names its chain: it began later, or where whoever removed does not read, or
    /// is one of too many.
    NoCut,
    /// From some place on its chain has two branches, and nobody said which one is its author's.
    Fork,
}

impl AsideWhy {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::PastCut, Self::NoCut, Self::Fork];

    /// A stable name for machines.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PastCut => "past-cut",
            Self::NoCut => "no-cut",
            Self::Fork => "fork",
        }
    }
}

impl core::fmt::Display for AsideWhy {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::PastCut => "past the cut of a removal",
            Self::NoCut => "of a removed device, on a chain that no removal names",
            Self::Fork => "its chain has a fork from here on",
        })
    }
}

/// A statement's place in its chain, and when it says that it was written.
#[derive(Debug, Clone, Copy)]
struct Link {
    seq: u64,
    id: StatementId,
    prev: Option<StatementId>,
    ms: u64,
}

/// Where a chain is cut: at the last statement that follows without a gap on the first one that is held, before the
/// first that is too late and before the first place that two statements share: which of two branches is honest only a
/// person can say, by adopting. Behind a gap nothing counts, or a device that once wrote far ahead could fill the gap for
/// ever; and a clock that was set back behind one that is too late moves nothing.
fn cut_at(chain: ChainId, mut links: Vec<Link>, taken: TakenAt) -> Option<Cut> {
    links.sort_by_key(|link| (link.seq, link.id));
    let mut places: BTreeMap<u64, usize> = BTreeMap::new();
    for link in &links {
        *places.entry(link.seq).or_default() += 1;
    }
    let mut last: Option<Link> = None;
    for link in links {
        let late = matches!(taken, TakenAt::Ms(ms) if link.ms > ms);
        let follows = last.is_none_or(|last| link.seq == last.seq.saturating_add(1) && link.prev == Some(last.id));
        let forked = places.get(&link.seq).is_some_and(|count| *count > 1);
        if late || forked || !follows {
            break;
        }
        last = Some(link);
    }
    last.map(|last| Cut { chain, seq: last.seq, id: last.id })
}

/// As many cuts as one removal holds, in order of chains: those of the longest chains, since a device that makes more
/// chains than honest ones ever have cannot so push out what was said over months. What is on the others is doubtful,
/// and can be adopted.
fn longest(mut cuts: Vec<Cut>) -> Vec<Cut> {
    cuts.sort_unstable_by_key(|cut| (core::cmp::Reverse(cut.seq), *cut));
    cuts.truncate(MAX_CUTS);
    cuts.sort_unstable();
    cuts
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Says what removing a device would do; changes nothing.
    ///
    /// # Errors
    /// [`NodeError::NotFound`] for no member's key; [`NodeError::Denied`] if this device may not;
    /// [`NodeError::CutsOwnRight`] if its cuts would undo this device's own right.
    pub async fn plan_removal(&self, device: &SigningPublic, taken: TakenAt) -> Result<Removal, NodeError> {
        let member = self.roster.member(device).cloned();
        let member = member.ok_or_else(|| NodeError::NotFound(format!("no member has the key {device}")))?;
        if *device == self.me() {
            return Err(NodeError::Denied(
                "nobody removes the device that they write with: let another steward do it".to_owned(),
            ));
        }
        self.roster.may_remove(&self.me(), device).map_err(|denied| {
            let who =
                if member.role == Role::Monitor { "a steward, or a coordinator of its area" } else { "a steward" };
            NodeError::Denied(format!("{denied}: {who} can remove {}", member.pseudonym))
        })?;
        let mut said = self.kept_statements().await?;
        said.retain(|statement| statement.author() == *device);
        said.extend(self.log.values().filter(|statement| statement.author() == *device).cloned());
        let mut chains: BTreeMap<ChainId, Vec<Link>> = BTreeMap::new();
        for statement in &said {
            let (seq, id, prev) = (statement.seq(), statement.id(), statement.prev());
            let link = Link { seq, id, prev, ms: statement.clock().ms() };
            chains.entry(statement.chain()).or_default().push(link);
        }
        let all = chains.into_iter().filter_map(|(chain, links)| cut_at(chain, links, taken)).collect();
        let cuts = longest(all);
        let (mut also_removed, mut freed) = (Vec::new(), Vec::new());
        if member.role != Role::Monitor {
            let then = self.foresee(Act::Remove { device: *device, cuts: cuts.clone() })?;
            for other in self.roster.members().filter(|other| other.device.signing != *device) {
                let state = then.member(&other.device.signing).map(|member| member.state);
                match (other.state, state) {
                    (MemberState::Removed, _) => {}
                    (_, Some(MemberState::Removed)) => also_removed.push(other.pseudonym.clone()),
                    (MemberState::Suspended, Some(MemberState::Confirmed)) => freed.push(other.pseudonym.clone()),
                    _ => {}
                }
            }
        }
        let at = |chain: ChainId| cuts.iter().find(|cut| cut.chain == chain);
        let stays = |statement: &Verified<Statement>| {
            at(statement.chain())
                .is_some_and(|cut| statement.seq() < cut.seq || (statement.seq(), statement.id()) == (cut.seq, cut.id))
        };
        let documents =
            said.iter().filter(|statement| matches!(statement.kind(), Kind::REPORT | Kind::INCIDENT | Kind::NOTICE));
        let (counting, past): (Vec<_>, Vec<_>) = documents.partition(|statement| stays(statement));
        let why = |statement: &Verified<Statement>| match at(statement.chain()) {
            Some(_) => AsideWhy::PastCut,
            None => AsideWhy::NoCut,
        };
        let set_aside = past.iter().map(|statement| self.excluded(statement, why(statement))).collect();
        let circles = self.roster.has_held(device);
        let may = |circle: &&Circle| self.roster.may_rotate(&self.me(), circle).is_ok();
        let renewed: Vec<Circle> = circles.iter().filter(may).cloned().collect();
        let keys_to = self.roster.members().filter(|other| {
            let key = &other.device.signing;
            let holds = self.may_hold(key);
            *key != self.me() && key != device && holds.iter().any(|circle| renewed.contains(circle))
        });
        let keys_to: Vec<String> = keys_to.map(|other| other.pseudonym.clone()).collect();
        let relays = if renewed.contains(&Circle::Everyone) { self.roster.relays().len() } else { 0 };
        let counts = counting.len();
        Ok(Removal { member, counts, set_aside, circles, renewed, keys_to, relays, also_removed, freed, cuts })
    }

    /// Asks the roster what it would make of a removal in the authority log, and says it nowhere.
    fn foresee(&self, act: Act) -> Result<Roster, NodeError> {
        let audience = self.audience(&Circle::Everyone);
        let body = LogEntry { after: self.roster.heads(), acts: vec![act] }.encode()?;
        let draft = Draft {
            kind: Kind::AUTHORITY,
            document: log_document(&self.project, Kind::AUTHORITY, &audience, &self.profile.root),
            opens: None,
            // A chain of its own: what counts of a removal does not depend on where it stands.
            chain: ChainId(azalai_envelope::ids::derive8("azalai 1 foreseen chain", &[&body])),
            seq: 0,
            prev: None,
            authority: self.roster.authority_head(),
            clock: self.clock,
            body: &body,
        };
        let said = draft.sign(&self.project, &audience, &self.profile.device.signing)?;
        let then = Roster::from_statements(self.profile.root, self.log.values().chain([&said]));
        let undoes = then.rejected().iter().any(|(id, _, why)| *id == said.id() && *why == Reason::CutsOwnRight);
        if undoes { Err(NodeError::CutsOwnRight) } else { Ok(then) }
    }

    /// Removes a device: says so in the log that knows it, gives new keys to the circles that it could open (as far as
    /// this device may), writes to those who stay, and renews relays' certificates. Removing one again adds what this
    /// device reads of it to the cuts; of several cuts the lower holds.
    ///
    /// # Errors
    /// As [`Node::plan_removal`]; those of the storage.
    pub async fn remove(&mut self, device: &SigningPublic, taken: TakenAt, now_ms: u64) -> Result<Removal, NodeError> {
        let plan = self.plan_removal(device, taken).await?;
        let log = if plan.member.role == Role::Monitor { Kind::REGISTRY } else { Kind::AUTHORITY };
        let act = Act::Remove { device: *device, cuts: plan.cuts.clone() };
        self.say_acts(log, vec![act], now_ms).await?;
        self.rotate_where_needed(now_ms).await?;
        Ok(plan)
    }

    /// What this device keeps and does not count: past a cut, of a removed device's unnamed chains, on forked chains.
    /// By author and time.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn quarantine(&self) -> Result<Vec<SetAside>, NodeError> {
        let mut found = Vec::new();
        for statement in self.kept_statements().await? {
            if !matches!(statement.kind(), Kind::REPORT | Kind::INCIDENT | Kind::NOTICE) {
                continue;
            }
            let why = match self.roster.standing(&statement) {
                Standing::Quarantined => AsideWhy::PastCut,
                Standing::Doubtful => AsideWhy::NoCut,
                _ if self.is_forked(&statement).await? => AsideWhy::Fork,
                _ => continue,
            };
            found.push(self.excluded(&statement, why));
        }
        found.sort_by_key(|item| (item.author, item.at_ms, item.statement));
        Ok(found)
    }

    /// Takes statements that are set aside back in. All are checked before anything is said. A steward may name what it
    /// cannot read: a coordinator who reads it tells it the id.
    ///
    /// # Errors
    /// [`NodeError::NotFound`] for one that is not set aside here; [`NodeError::Denied`] if this device may not, as for
    /// its own.
    pub async fn adopt(&mut self, statements: &[StatementId], now_ms: u64) -> Result<(), NodeError> {
        let aside: BTreeMap<StatementId, SetAside> =
            self.quarantine().await?.into_iter().map(|item| (item.statement, item)).collect();
        let me = self.roster.member(&self.me());
        let steward = me.is_some_and(|me| me.role == Role::Steward && me.state == MemberState::Confirmed);
        let mut wanted = BTreeSet::new();
        for id in statements {
            let item = aside.get(id);
            if item.is_none() && steward && self.vault.get(STATEMENTS, &id.0).await?.is_none() {
                wanted.insert(*id);
                continue;
            }
            let item = item.ok_or_else(|| NodeError::NotFound(format!("no statement {id} is set aside here")))?;
            if item.author == self.me() {
                return Err(NodeError::Denied("nobody adopts what they said themselves".to_owned()));
            }
            self.roster
                .may_remove(&self.me(), &item.author)
                .map_err(|denied| NodeError::Denied(format!("{id}: {denied}")))?;
            wanted.insert(*id);
        }
        let log = if steward { Kind::AUTHORITY } else { Kind::REGISTRY };
        let wanted: Vec<StatementId> = wanted.into_iter().collect();
        for statements in wanted.chunks(MAX_ADOPTED) {
            self.say_acts(log, vec![Act::Adopt { statements: statements.to_vec() }], now_ms).await?;
        }
        Ok(())
    }

    async fn kept_statements(&self) -> Result<Vec<Verified<Statement>>, NodeError> {
        let (kept, _) = scan_all(&self.vault, STATEMENTS).await?;
        kept.iter().map(|(_, value)| Ok(stored::decode_statement(&self.project, value)?)).collect()
    }

    pub(crate) async fn is_forked(&self, statement: &Verified<Statement>) -> Result<bool, NodeError> {
        let forked = self.forked(&chain_of(statement), &Forks::default()).await?;
        let aside = forked.is_some_and(|forked| forked.sets_aside(statement));
        Ok(aside && !self.roster.is_adopted(&statement.id(), &statement.author()))
    }

    fn excluded(&self, statement: &Verified<Statement>, why: AsideWhy) -> SetAside {
        let author = statement.author();
        SetAside {
            statement: statement.id(),
            document: statement.document(),
            kind: statement.kind(),
            author,
            pseudonym: self.roster.member(&author).map(|member| member.pseudonym.clone()),
            at_ms: statement.clock().ms(),
            why,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn link(seq: u64, id: u8, prev: Option<u8>, ms: u64) -> Link {
        let name = |id: u8| StatementId([id; 32]);
        Link { seq, id: name(id), prev: prev.map(name), ms }
    }

    /// Guards against a device that makes so many chains that nobody can remove it, or that its months of honest work
    /// are not among those that a cut names.
    #[test]
    fn of_too_many_chains_the_longest_are_cut_and_the_removal_goes_on() {
        let cut = |n: u64, seq| Cut { chain: ChainId(n.to_be_bytes()), seq, id: StatementId([1; 32]) };
        let mut all: Vec<Cut> = (0..300).map(|n| cut(n, n % 5)).collect();
        all.push(cut(7_000, 90));
        let kept = longest(all);
        assert_eq!(kept.len(), MAX_CUTS);
        assert!(kept.contains(&cut(7_000, 90)) && kept.is_sorted());
        assert!(kept.iter().filter(|cut| cut.seq == 4).count() == 60);
    }

    /// Guards against a device that, before it is removed, writes far ahead in its chain, and afterwards says whatever
    /// it likes in the places between; and against a clock that is set back behind the time at which it was taken.
    #[test]
    fn a_cut_stands_before_the_first_gap_and_the_first_that_is_too_late() {
        let chain = ChainId([1; 8]);
        let at = |links: &[Link], taken| cut_at(chain, links.to_vec(), taken).map(|cut| (cut.seq, cut.id.0[0]));
        let whole = [link(2, 13, Some(12), 30), link(0, 11, None, 10), link(1, 12, Some(11), 20)];
        assert_eq!(at(&whole, TakenAt::Now), Some((2, 13)));
        assert_eq!(at(&whole, TakenAt::Ms(20)), Some((1, 12)));
        assert_eq!(at(&whole, TakenAt::Ms(9)), None);
        let far = [&whole[..], &[link(1 << 60, 99, Some(98), 5)]].concat();
        assert_eq!(at(&far, TakenAt::Now), Some((2, 13)));
        let back = [link(0, 11, None, 10), link(1, 12, Some(11), 40), link(2, 13, Some(12), 15)];
        assert_eq!(at(&back, TakenAt::Ms(20)), Some((0, 11)));
        let other = [link(0, 11, None, 10), link(1, 12, Some(77), 20)];
        assert_eq!(at(&other, TakenAt::Now), Some((0, 11)), "it follows on something else");
        let twice = [&whole[..], &[link(2, 3, Some(12), 15)]].concat();
        assert_eq!(at(&twice, TakenAt::Now), Some((1, 12)), "no branch of a fork wins by its hash");
        assert_eq!(at(&[link(5, 16, Some(15), 1), link(6, 17, Some(16), 2)], TakenAt::Now), Some((6, 17)));
    }
}
