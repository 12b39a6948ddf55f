//! Who may do what, by grants that count. Rights to act in the logs, to write documents, to open circles.
//!
//! The crate's own checks (`right_to_*`) look at grants alone, since acts before a removal go on counting; the
//! public `may_*` also refuse whoever is removed, suspended or unconfirmed.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{AudienceId, Kind, SigningPublic};

use crate::circle::{AreaCode, Circle, Role};
use crate::info::MemberState;
use crate::reason::{Denied, Reason};
use crate::roster::{Holding, Roster};

/// Grants, as they count or as they ever counted.
pub(crate) type Holdings = BTreeMap<SigningPublic, Holding>;

impl Roster {
    /// Whether a device may write a statement of `kind` to `audience` now. An unconfirmed device may report and
    /// claim. The acts of a log statement are judged one by one: see the other `may_*`.
    ///
    /// # Errors
    /// [`Denied`], one variant for each rule.
    pub fn may_write(&self, key: &SigningPublic, kind: Kind, audience: AudienceId) -> Result<(), Denied> {
        match self.active(key) {
            Ok(()) | Err(Denied::Unconfirmed) => self.writes(key, kind, audience),
            Err(denied) => Err(denied),
        }
    }

    /// Whether a device may grant a role now, name areas, relays and what else only stewards do.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn may_grant(&self, key: &SigningPublic, role: Role, area: Option<&AreaCode>) -> Result<(), Denied> {
        self.active(key)?;
        self.role_fits(role, area)?;
        Ok(steward(&self.holdings, key)?)
    }

    /// Whether a device may keep the authority log now: areas, relays.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn may_keep_authority(&self, key: &SigningPublic) -> Result<(), Denied> {
        self.active(key)?;
        Ok(steward(&self.holdings, key)?)
    }

    /// Whether a device may invite somebody now.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn may_invite(&self, key: &SigningPublic, role: Role, area: Option<&AreaCode>) -> Result<(), Denied> {
        self.active(key)?;
        Ok(self.right_to_invite(&self.holdings, key, role, area)?)
    }

    /// Whether a device may admit somebody now; a coordinator admits only whoever claimed an invite for its area.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn may_admit(&self, key: &SigningPublic, role: Role, area: Option<&AreaCode>) -> Result<(), Denied> {
        self.may_invite(key, role, area)
    }

    /// Whether a device may remove another now: in the authority log if that one has a grant, else in the registry.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn may_remove(&self, key: &SigningPublic, target: &SigningPublic) -> Result<(), Denied> {
        self.active(key)?;
        if self.holdings.contains_key(target) {
            if key == target {
                return Err(Reason::OwnDevice.into());
            }
            return Ok(steward(&self.holdings, key)?);
        }
        Ok(self.right_to_remove_monitor(key, target)?)
    }

    /// Whether a device may give a circle a new key now.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn may_rotate(&self, key: &SigningPublic, circle: &Circle) -> Result<(), Denied> {
        self.active(key)?;
        Ok(self.right_to_rotate(key, circle)?)
    }

    /// The circles whose letters a device may open: a monitor everyone's; a coordinator also staff's, its area's and
    /// those of each area below with all above it; a steward everyone's and staff's. None unless confirmed.
    #[must_use]
    pub fn may_open(&self, key: &SigningPublic) -> Vec<Circle> {
        let confirmed = self.member(key).is_some_and(|member| member.state == MemberState::Confirmed);
        if confirmed { self.opens(key).into_iter().collect() } else { Vec::new() }
    }

    /// The circles whose secret keys a device must hold to hand them on: a steward all, a coordinator those it may
    /// open, a monitor none.
    #[must_use]
    pub fn holds_in_custody(&self, key: &SigningPublic) -> Vec<Circle> {
        let confirmed = self.member(key).is_some_and(|member| member.state == MemberState::Confirmed);
        match self.holdings.get(key) {
            Some(holding) if confirmed && holding.steward => self.circles.values().cloned().collect(),
            Some(_) if confirmed => self.opens(key).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// The circles whose secret keys a device may have had, whatever has become of it since: what its removal asks new
    /// keys for.
    #[must_use]
    pub fn has_held(&self, key: &SigningPublic) -> Vec<Circle> {
        self.held(key).into_iter().collect()
    }

    /// The circles whose letters a device may have read, whatever has become of it since: less than it has held, since a
    /// steward's program does not read with keys in custody.
    #[must_use]
    pub fn has_opened(&self, key: &SigningPublic) -> Vec<Circle> {
        self.opens(key).into_iter().collect()
    }

    /// Whether the device is confirmed; the root is, where it is no device and not removed.
    fn active(&self, key: &SigningPublic) -> Result<(), Denied> {
        match self.member(key).map(|member| member.state) {
            Some(MemberState::Confirmed) => Ok(()),
            Some(MemberState::Unconfirmed) => Err(Denied::Unconfirmed),
            Some(MemberState::Suspended | MemberState::Removed) => Err(Denied::Removed),
            None if self.removals.removed.contains(key) || self.removals.is_suspended(key) => Err(Denied::Removed),
            None if *key == self.root => Ok(()),
            None => Err(Denied::Unknown),
        }
    }

    /// What a grant or an admission lets a device open, whether removed since or not.
    pub(crate) fn opens(&self, key: &SigningPublic) -> BTreeSet<Circle> {
        let mut circles = BTreeSet::from([Circle::Everyone]);
        if let Some(holding) = self.holdings.get(key) {
            circles.insert(Circle::Staff);
            for area in &holding.areas {
                circles.insert(Circle::Area(area.clone()));
                let below = self.areas.keys().filter(|code| self.is_within(code, area));
                circles.extend(below.cloned().map(Circle::AreaAndAbove));
            }
        }
        circles
    }

    /// The circles whose secret keys a device may have had: by every grant and every order of areas that ever counted,
    /// since a key that was handed out is not forgotten when a grant is cut or an area moves.
    pub(crate) fn held(&self, key: &SigningPublic) -> BTreeSet<Circle> {
        let mut circles = self.opens(key);
        let Some(ever) = self.ever.get(key) else { return circles };
        if ever.steward {
            return self.circles.values().cloned().collect();
        }
        circles.insert(Circle::Staff);
        for area in &ever.areas {
            circles.insert(Circle::Area(area.clone()));
            let below = self.areas.keys().filter(|code| self.was_within(code, area));
            circles.extend(below.cloned().map(Circle::AreaAndAbove));
        }
        circles
    }

    /// Whether area `code` is `of`, or was ever said to lie in it.
    fn was_within(&self, code: &AreaCode, of: &AreaCode) -> bool {
        let (mut seen, mut open) = (BTreeSet::from([code]), vec![code]);
        while let Some(next) = open.pop() {
            if next == of {
                return true;
            }
            open.extend(self.parents.get(next).into_iter().flatten().filter(|parent| seen.insert(*parent)));
        }
        false
    }

    /// A role's area: monitors and coordinators have one that exists, stewards none.
    pub(crate) fn role_fits(&self, role: Role, area: Option<&AreaCode>) -> Result<(), Reason> {
        match (role, area) {
            (Role::Steward, None) => Ok(()),
            (Role::Steward, Some(_)) => Err(Reason::AreaNotWanted),
            (_, None) => Err(Reason::AreaMissing),
            (_, Some(code)) if self.areas.contains_key(code) => Ok(()),
            (_, Some(code)) => Err(Reason::UnknownArea(code.clone())),
        }
    }

    /// The right to invite, and the part of the right to admit that does not look at the device.
    pub(crate) fn right_to_invite(
        &self,
        holdings: &Holdings,
        key: &SigningPublic,
        role: Role,
        area: Option<&AreaCode>,
    ) -> Result<(), Reason> {
        let holding = holdings.get(key).ok_or(Reason::UnknownAuthor)?;
        self.role_fits(role, area)?;
        if holding.steward || (role == Role::Monitor && area.is_some_and(|area| self.reaches(holding, area))) {
            return Ok(());
        }
        Err(Reason::NoRight)
    }

    /// Whether one of the coordinator's areas contains `area`.
    pub(crate) fn reaches(&self, holding: &Holding, area: &AreaCode) -> bool {
        holding.areas.iter().any(|held| self.is_within(area, held))
    }

    pub(crate) fn right_to_rotate(&self, key: &SigningPublic, circle: &Circle) -> Result<(), Reason> {
        let holding = self.holdings.get(key).ok_or(Reason::UnknownAuthor)?;
        if let Some(area) = circle.area()
            && !self.areas.contains_key(area)
        {
            return Err(Reason::UnknownArea(area.clone()));
        }
        // Only of what it opens itself: a key that its own removal would not ask to be replaced is not its to give.
        if holding.steward || (circle.area().is_some() && self.opens(key).contains(circle)) {
            return Ok(());
        }
        Err(Reason::NoRight)
    }

    /// The right to remove one without a grant, in the registry.
    pub(crate) fn right_to_remove_monitor(&self, key: &SigningPublic, target: &SigningPublic) -> Result<(), Reason> {
        let holding = self.holdings.get(key).ok_or(Reason::UnknownAuthor)?;
        if key == target {
            return Err(Reason::OwnDevice);
        }
        if self.holdings.contains_key(target) {
            return Err(Reason::WrongLog);
        }
        if holding.steward {
            return Ok(());
        }
        let member = self.member(target).ok_or(Reason::UnknownTarget)?;
        match &member.area {
            Some(area) if self.reaches(holding, area) => Ok(()),
            _ => Err(Reason::NoRight),
        }
    }

    /// The same for what was done at some time: a grant, another admission or an area that moves, made apart, does not
    /// undo a removal by one who had the right, or whoever has the device would be a member again. `areas`: all that the
    /// target was admitted to.
    pub(crate) fn right_to_have_removed(
        &self,
        key: &SigningPublic,
        target: &SigningPublic,
        areas: &BTreeSet<&AreaCode>,
    ) -> Result<(), Reason> {
        let holding = self.holdings.get(key).ok_or(Reason::UnknownAuthor)?;
        if key == target {
            return Err(Reason::OwnDevice);
        }
        if holding.steward {
            return Ok(());
        }
        let member = self.member(target);
        let shown = member.filter(|_| !self.holdings.contains_key(target)).and_then(|member| member.area.as_ref());
        let mut areas = areas.iter().copied().chain(shown);
        match areas.any(|area| holding.areas.iter().any(|held| self.was_within(area, held))) {
            true => Ok(()),
            false if self.holdings.contains_key(target) => Err(Reason::WrongLog),
            false if member.is_none() => Err(Reason::UnknownTarget),
            false => Err(Reason::NoRight),
        }
    }

    /// The table of kinds: who writes them to whom, by grants alone.
    pub(crate) fn writes(&self, key: &SigningPublic, kind: Kind, audience: AudienceId) -> Result<(), Denied> {
        let holding = self.holdings.get(key);
        if holding.is_none() && self.member(key).is_none() {
            return Err(Denied::Unknown);
        }
        let circle = self.circles.get(&audience);
        // One member is an audience too, and not one that every device knows: a monitor's holds no registry.
        let to_member = circle.is_none();
        let (role, reader) = match kind {
            Kind::REPORT => (true, circle != Some(&Circle::Staff)),
            Kind::INCIDENT | Kind::ASSESSMENT | Kind::ACTOR | Kind::MARKET | Kind::ROUTE => (
                holding.is_some_and(|holding| !holding.areas.is_empty()),
                circle.is_some_and(|circle| self.opens(key).contains(circle)),
            ),
            Kind::NOTICE => (holding.is_some(), true),
            Kind::PACK => (holding.is_some_and(|holding| holding.steward), circle == Some(&Circle::Everyone)),
            Kind::PLACE => (holding.is_some(), circle == Some(&Circle::Everyone)),
            Kind::AUTHORITY => (holding.is_some(), circle == Some(&Circle::Everyone)),
            Kind::REGISTRY | Kind::MARK => (true, circle == Some(&Circle::Staff)),
            Kind::KEYS | Kind::RECEIPT | Kind::CLAIM_NOTICE => (holding.is_some(), to_member),
            other => return Err(Denied::UnknownKind(other)),
        };
        match (role, reader) {
            (false, _) => Err(Denied::Role),
            (true, false) => Err(Denied::Audience { kind, audience }),
            (true, true) => Ok(()),
        }
    }
}

/// The right of stewards.
pub(crate) fn steward(holdings: &Holdings, key: &SigningPublic) -> Result<(), Reason> {
    match holdings.get(key) {
        Some(holding) if holding.steward => Ok(()),
        Some(_) => Err(Reason::NoRight),
        None => Err(Reason::UnknownAuthor),
    }
}
