//! What the two logs add up to: the project, its areas, members, keys, relays and invites.
//!
//! [`Roster::from_statements`] is the only constructor; everything else reads. Nothing here depends on the order in
//! which statements came, on a clock, or on what is not in a log.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{
    AudienceId, AuthorId, CarrierCertificate, PostingPublic, ProjectId, ReceivingPublic, Recipient, SigningPublic,
    Statement, StatementId, Verified,
};

use crate::act::{Admission, Cut};
use crate::body::BodyCode;
use crate::circle::{AreaCode, Circle};
use crate::graph::Log;
use crate::info::{AreaInfo, InviteInfo, Member, MemberState, PostingInfo, RelayInfo, Waiting};
use crate::limits::{MAX_AFTER, MAX_AREA_DEPTH};
use crate::numbers::Named;
use crate::reason::{NoKey, Reason};
use crate::removal::Removals;

/// A generation of a circle's key, as it counts.
#[derive(Debug, Clone)]
pub(crate) struct Generation {
    pub(crate) key: ReceivingPublic,
    pub(crate) number: u32,
    pub(crate) statement: StatementId,
    pub(crate) author: SigningPublic,
    pub(crate) posting: Option<PostingPublic>,
    /// Statements of removals that it does not follow although they ask for it.
    pub(crate) missing: Vec<StatementId>,
}

/// What a device holds by grants that count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Holding {
    pub(crate) steward: bool,
    pub(crate) areas: BTreeSet<AreaCode>,
}

/// The state of a project's two logs.
#[derive(Debug, Clone)]
pub struct Roster {
    pub(crate) root: SigningPublic,
    pub(crate) project: ProjectId,
    pub(crate) name: Option<String>,
    pub(crate) carrier: Option<CarrierCertificate>,
    pub(crate) admission: Admission,
    pub(crate) areas: BTreeMap<AreaCode, AreaInfo>,
    pub(crate) circles: BTreeMap<AudienceId, Circle>,
    pub(crate) members: BTreeMap<SigningPublic, Member>,
    pub(crate) holdings: BTreeMap<SigningPublic, Holding>,
    /// What anybody held by grants that ever counted, whatever was removed since.
    pub(crate) ever: BTreeMap<SigningPublic, Holding>,
    /// In which areas each was ever said to lie.
    pub(crate) parents: BTreeMap<AreaCode, BTreeSet<AreaCode>>,
    /// Which bodies' people devices are.
    pub(crate) bodies: BTreeMap<SigningPublic, BTreeSet<BodyCode>>,
    pub(crate) removals: Removals,
    /// In order of number, highest first, then of statement.
    pub(crate) generations: BTreeMap<Circle, Vec<Generation>>,
    /// Those keys and the keys of acts that are set aside.
    pub(crate) named: Named,
    pub(crate) relays: Vec<RelayInfo>,
    pub(crate) invites: Vec<InviteInfo>,
    /// Who adopted what.
    pub(crate) adopted: BTreeMap<StatementId, BTreeSet<SigningPublic>>,
    /// Heads of each log, removals that ask for new keys first.
    pub(crate) heads: BTreeMap<Log, Vec<StatementId>>,
    /// Removals that ask for new keys.
    pub(crate) asking: BTreeSet<StatementId>,
    /// Those of them that stand in the authority log.
    pub(crate) in_authority: BTreeSet<StatementId>,
    pub(crate) authority_head: [u8; 8],
    pub(crate) rejected: Vec<(StatementId, usize, Reason)>,
    /// Log statements that a fork sets aside.
    pub(crate) forked: BTreeSet<StatementId>,
    /// Devices that claimed an invite that was ever good.
    pub(crate) claimed: BTreeSet<SigningPublic>,
    pub(crate) by_author: BTreeMap<AuthorId, Vec<SigningPublic>>,
    /// Removals of the registry whose device somebody granted a role apart.
    pub(crate) overtaken: Vec<(SigningPublic, Vec<Cut>)>,
}

impl Roster {
    /// Adds up a set of statements. Order and duplicates make no difference; statements of other kinds are
    /// reported as [`Reason::NotALog`]; without the registry (a monitor's device) the authority part is the same.
    pub fn from_statements<'a>(
        root: SigningPublic,
        statements: impl IntoIterator<Item = &'a Verified<Statement>>,
    ) -> Self {
        crate::build::build(root, statements)
    }

    /// The project's root key.
    #[must_use]
    pub const fn root(&self) -> SigningPublic {
        self.root
    }

    /// The project's id.
    #[must_use]
    pub const fn project(&self) -> ProjectId {
        self.project
    }

    /// The project's name; none before the founding is known.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The root's word for the carrier key.
    #[must_use]
    pub const fn carrier(&self) -> Option<&CarrierCertificate> {
        self.carrier.as_ref()
    }

    /// How the project admits newcomers: what a device may do by itself, which is never more than [`Self::may_admit`].
    #[must_use]
    pub const fn admission(&self) -> Admission {
        self.admission
    }

    /// All areas in order of their codes.
    pub fn areas(&self) -> impl Iterator<Item = (&AreaCode, &AreaInfo)> {
        self.areas.iter()
    }

    /// One area.
    #[must_use]
    pub fn area(&self, code: &AreaCode) -> Option<&AreaInfo> {
        self.areas.get(code)
    }

    /// The areas that contain `code`, nearest first, without itself.
    #[must_use]
    pub fn ancestors(&self, code: &AreaCode) -> Vec<&AreaCode> {
        let mut above: Vec<&AreaCode> = Vec::new();
        let mut next = self.areas.get(code).and_then(|area| area.parent.as_ref());
        while let Some(parent) = next {
            // Two stewards apart can make a ring of areas: it ends where it closes.
            if parent == code || above.contains(&parent) || above.len() >= MAX_AREA_DEPTH {
                break;
            }
            above.push(parent);
            next = self.areas.get(parent).and_then(|area| area.parent.as_ref());
        }
        above
    }

    /// Whether area `code` is `of` or lies in it.
    #[must_use]
    pub fn is_within(&self, code: &AreaCode, of: &AreaCode) -> bool {
        code == of || self.ancestors(code).contains(&of)
    }

    /// A device by its key.
    #[must_use]
    pub fn member(&self, key: &SigningPublic) -> Option<&Member> {
        self.members.get(key)
    }

    /// Removals of the registry, with their cuts, whose device somebody who did not know of them granted a role: the
    /// authority log, which does not depend on the registry, has it as a member. A steward's device says each again in
    /// the authority log, and until then nobody hands these devices any key.
    #[must_use]
    pub fn overtaken(&self) -> &[(SigningPublic, Vec<Cut>)] {
        &self.overtaken
    }

    /// All devices in order of their keys.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// The known keys that a statement's author may be: members in any state, the root, and devices whose grant or
    /// invite is set aside.
    pub fn authors(&self, author: AuthorId) -> impl Iterator<Item = SigningPublic> {
        self.by_author.get(&author).into_iter().flatten().copied()
    }

    /// The key to seal to a circle with: of the generations that follow every known removal of somebody who could
    /// open the circle, the one of the highest number, then of the lowest statement id.
    ///
    /// # Errors
    /// [`NoKey::None`]; [`NoKey::RotationNeeded`] with the removals that no generation follows.
    pub fn newest_key(&self, circle: &Circle) -> Result<Recipient, NoKey> {
        let generations = self.generations.get(circle).map(Vec::as_slice).unwrap_or_default();
        let Some(first) = generations.first() else { return Err(NoKey::None(circle.clone())) };
        match generations.iter().find(|generation| generation.missing.is_empty()) {
            Some(newest) => Ok(Recipient { audience: circle.audience(&self.project), key: newest.key }),
            None => Err(NoKey::RotationNeeded { circle: circle.clone(), removals: first.missing.clone() }),
        }
    }

    /// Whether those who do not know the registry seal to another key of a circle than [`Self::newest_key`]: to one that
    /// follows the removals of the authority log, and was made by somebody who did not know that the registry removes a
    /// monitor. Who may rotate gives the circle another, which follows all.
    #[must_use]
    pub fn is_behind_registry(&self, circle: &Circle) -> bool {
        let generations = self.generations.get(circle).map(Vec::as_slice).unwrap_or_default();
        let follows = |generation: &&Generation| !generation.missing.iter().any(|id| self.in_authority.contains(id));
        let alone = generations.iter().find(follows);
        alone.is_some_and(|generation| !generation.missing.is_empty())
    }

    /// All keys of a circle that count, newest number first.
    #[must_use]
    pub fn generations(&self, circle: &Circle) -> Vec<ReceivingPublic> {
        self.generations.get(circle).into_iter().flatten().map(|generation| generation.key).collect()
    }

    /// Whether somebody who ever might gave a circle this key, though the act may be set aside: what is sealed to it is
    /// read, and nothing is sealed to it any more.
    #[must_use]
    pub fn names_key(&self, circle: &Circle, key: &ReceivingPublic) -> bool {
        self.named.keys.get(circle).is_some_and(|keys| keys.contains(key))
    }

    /// The keys of such acts that are set aside: nobody seals to them any more.
    #[must_use]
    pub fn keys_set_aside(&self) -> BTreeSet<ReceivingPublic> {
        let counting = self.generations.values().flatten().map(|generation| generation.key);
        let counting: BTreeSet<ReceivingPublic> = counting.collect();
        self.named.keys.values().flatten().copied().filter(|key| !counting.contains(key)).collect()
    }

    /// The posting keys of such acts, and all of [`Self::posting_keys`]: a letter posted with one of them is a member's,
    /// or of somebody who was one.
    #[must_use]
    pub const fn named_posting(&self) -> &BTreeSet<PostingPublic> {
        &self.named.posting
    }

    /// What a generation of this number takes the place of, the likeliest first: the keys that the act itself may be
    /// sealed to, and the posting keys that it may be posted with, since those who are to learn of the new ones hold
    /// only these. Without those that the statements `but` name, as acts that have not left this device: nobody else
    /// has them. Those that a removed or suspended device made come last: it may have given them to nobody.
    #[must_use]
    pub fn before_generation(
        &self,
        circle: &Circle,
        number: Option<u32>,
        but: &BTreeSet<StatementId>,
    ) -> (Vec<Recipient>, Vec<PostingPublic>) {
        let earlier = self.generations.get(circle).into_iter().flatten();
        let earlier = earlier.filter(|generation| number.is_none_or(|number| generation.number < number));
        let earlier = earlier.filter(|generation| !but.contains(&generation.statement));
        let gone = |generation: &&Generation| {
            self.removals.removed.contains(&generation.author) || self.removals.is_suspended(&generation.author)
        };
        let (doubtful, good): (Vec<&Generation>, Vec<&Generation>) = earlier.partition(gone);
        let in_order = || good.iter().chain(&doubtful);
        let audience = circle.audience(&self.project);
        let keys = in_order().map(|generation| Recipient { audience, key: generation.key }).collect();
        (keys, in_order().filter_map(|generation| generation.posting).collect())
    }

    /// The number that a circle's next generation takes.
    #[must_use]
    pub fn next_number(&self, circle: &Circle) -> u32 {
        self.generations.get(circle).and_then(|all| all.first()).map_or(0, |newest| newest.number.saturating_add(1))
    }

    /// The circle that an audience is, among those of known areas.
    #[must_use]
    pub fn circle_of(&self, audience: AudienceId) -> Option<Circle> {
        self.circles.get(&audience).cloned()
    }

    /// All circles of the project: everyone, staff, two for each area.
    pub fn circles(&self) -> impl Iterator<Item = &Circle> {
        self.circles.values()
    }

    fn posting_generations(&self) -> impl Iterator<Item = (&Generation, PostingPublic)> {
        let all = self.generations.get(&Circle::Everyone).into_iter().flatten();
        all.filter_map(|generation| generation.posting.map(|posting| (generation, posting)))
    }

    /// The posting key that members post with: that of the newest generation of everyone that follows all
    /// removals; as long as there is none, of the newest at all, or nobody could post the rotation itself.
    #[must_use]
    pub fn posting(&self) -> Option<PostingPublic> {
        let mut all = self.posting_generations();
        let following = self.posting_generations().find(|(generation, _)| generation.missing.is_empty());
        following.or_else(|| all.next()).map(|(_, posting)| posting)
    }

    /// All posting keys, in order of epochs.
    #[must_use]
    pub fn posting_keys(&self) -> Vec<PostingInfo> {
        let current = self.posting();
        let all: BTreeSet<PostingPublic> = self.posting_generations().map(|(_, posting)| posting).collect();
        all.into_iter().map(|public| PostingInfo { public, open: Some(public) == current }).collect()
    }

    /// The relays, in order of their keys.
    #[must_use]
    pub fn relays(&self) -> &[RelayInfo] {
        &self.relays
    }

    /// The invites, in order of their ids.
    #[must_use]
    pub fn invites(&self) -> &[InviteInfo] {
        &self.invites
    }

    /// Claims that nobody admitted, of devices that nobody removed.
    #[must_use]
    pub fn waiting(&self) -> Vec<Waiting> {
        let mut waiting = Vec::new();
        for invite in &self.invites {
            for claim in &invite.claims {
                let unconfirmed =
                    self.member(&claim.device.signing).is_some_and(|member| member.state == MemberState::Unconfirmed);
                if unconfirmed {
                    waiting.push(Waiting {
                        claim: claim.clone(),
                        invite: invite.id,
                        role: invite.role,
                        area: invite.area.clone(),
                        person: invite.person,
                        state: invite.state,
                        claims: invite.claims.len(),
                    });
                }
            }
        }
        waiting
    }

    /// First bytes of the hash of the authority log's heads.
    #[must_use]
    pub const fn authority_head(&self) -> [u8; 8] {
        self.authority_head
    }

    /// Heads of both logs, in order, for a new statement's `after`; at most [`MAX_AFTER`]: removals that ask for new
    /// keys first, then the authority's.
    #[must_use]
    pub fn heads(&self) -> Vec<StatementId> {
        let all = || self.heads.values().flatten().copied();
        let (first, others): (Vec<_>, Vec<_>) = all().partition(|id| self.asking.contains(id));
        let mut heads: Vec<StatementId> = first.into_iter().chain(others).take(MAX_AFTER).collect();
        heads.sort_unstable();
        heads
    }

    /// What a statement without acts has to name in a log that has too many heads, before anything else is said: until
    /// it has so few that one statement names those of both logs. Empty then.
    #[must_use]
    pub fn crowded(&self, log: Log) -> Vec<StatementId> {
        let heads = self.heads.get(&log).map(Vec::as_slice).unwrap_or_default();
        if heads.len() <= MAX_AFTER / 2 {
            return Vec::new();
        }
        let mut heads: Vec<StatementId> = heads.iter().copied().take(MAX_AFTER).collect();
        heads.sort_unstable();
        heads
    }

    /// What does not count, with the act's index in its statement and the reason, in order of statements.
    #[must_use]
    pub fn rejected(&self) -> &[(StatementId, usize, Reason)] {
        &self.rejected
    }
}
