//! What stewards and coordinators change after the founding: areas, grants, invites that end.

use std::collections::BTreeSet;

use azalai_envelope::{Kind, SigningPublic};
use azalai_roster::{Act, AreaCode, BodyCode, Circle, InviteState, Member, MemberState, Role};
use azalai_store::{Batch, Disk, Store};

use crate::error::NodeError;
use crate::founding::NewArea;
use crate::node::Node;

/// What of the past somebody who is granted a role may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Past {
    /// All that its circles ever received, as far as this device has the keys.
    All,
    /// What its circles receive from their newest keys on.
    FromNow,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Adds an area with its two circles; the coordinators of the areas above it are sent its keys.
    ///
    /// # Errors
    /// [`NodeError::Denied`] unless this device is a steward's; [`NodeError::Invalid`] for a code that is taken,
    /// [`NodeError::NotFound`] for an unknown parent.
    pub async fn add_area(&mut self, area: NewArea, now_ms: u64) -> Result<(), NodeError> {
        self.require_authority()?;
        if self.roster.area(&area.code).is_some() {
            return Err(NodeError::Invalid(format!("there is an area {} already", area.code)));
        }
        if let Some(parent) = &area.parent
            && self.roster.area(parent).is_none()
        {
            return Err(NodeError::NotFound(format!("there is no area {parent} for {} to lie in", area.code)));
        }
        let circles = [Circle::Area(area.code.clone()), Circle::AreaAndAbove(area.code.clone())];
        let mut acts = vec![Act::Area { code: area.code, name: area.name, parent: area.parent }];
        let mut batch = Batch::new();
        for circle in circles {
            acts.push(self.make_key(circle, &mut batch));
        }
        self.vault.apply(batch).await?;
        self.letters_owed = true;
        self.say_acts(Kind::AUTHORITY, acts, now_ms).await?;
        self.write_letters(now_ms).await
    }

    /// Grants a member's device a role, or one more area, and sends it the keys of what it may read then.
    ///
    /// # Errors
    /// As [`Node::grant_of_bodies`].
    pub async fn grant(
        &mut self,
        key: &SigningPublic,
        role: Role,
        area: Option<AreaCode>,
        past: Past,
        now_ms: u64,
    ) -> Result<Member, NodeError> {
        self.grant_of_bodies(key, role, area, past, None, now_ms).await
    }

    /// The same, saying which bodies its person belongs to; `None` leaves that as it is. Who belongs to one gets keys from
    /// now on only, whatever `past` says.
    ///
    /// # Errors
    /// [`NodeError::NotFound`] for an unknown key or area; [`NodeError::Denied`]; [`NodeError::Invalid`] for one who is
    /// not admitted, for a monitor's role, or for a coordinator without an area.
    pub async fn grant_of_bodies(
        &mut self,
        key: &SigningPublic,
        role: Role,
        area: Option<AreaCode>,
        past: Past,
        bodies: Option<&BTreeSet<BodyCode>>,
        now_ms: u64,
    ) -> Result<Member, NodeError> {
        self.require_authority()?;
        let member = self.roster.member(key).cloned();
        let member = member.ok_or_else(|| NodeError::NotFound(format!("no member has the key {key}")))?;
        if member.state != MemberState::Confirmed {
            return Err(NodeError::Invalid(format!("{} is not admitted: admit it first", member.pseudonym)));
        }
        if role == Role::Monitor {
            return Err(NodeError::Invalid(
                "a monitor is admitted, not granted: remove it to take rights away".to_owned(),
            ));
        }
        crate::founding::check_invited(role, area.as_ref(), &self.roster)?;
        if let Some(bodies) = bodies {
            self.known_bodies(bodies)?;
        }
        let person = match member.person {
            Some(person) => person,
            None => self.random16(),
        };
        self.owe(key, past).await?;
        let (device, pseudonym) = (member.device, member.pseudonym);
        let grant = Act::Grant { device, pseudonym, role, area, person };
        self.say_grant(grant, bodies, now_ms).await?;
        self.pay(key, past, now_ms).await?;
        self.write_letters(now_ms).await?;
        let member = self.roster.member(key).cloned();
        member.ok_or_else(|| NodeError::Invalid("the grant does not count; see `azalai members`".to_owned()))
    }

    /// Ends an invite: whoever claims it from now on stays unconfirmed.
    ///
    /// # Errors
    /// [`NodeError::NotFound`]; [`NodeError::Invalid`] for one that has ended; [`NodeError::Denied`].
    pub async fn revoke_invite(&mut self, id: &[u8; 16], now_ms: u64) -> Result<(), NodeError> {
        let invite = self.roster.invites().iter().find(|invite| invite.id == *id).cloned();
        let invite = invite.ok_or_else(|| NodeError::NotFound("there is no such invite on this device".to_owned()))?;
        match invite.state {
            InviteState::Open | InviteState::Claimed => {}
            InviteState::Admitted => {
                return Err(NodeError::Invalid(
                    "somebody was admitted by this invite: it has ended; remove them if they are not who they said"
                        .to_owned(),
                ));
            }
            InviteState::Revoked => return Err(NodeError::Invalid("this invite is revoked already".to_owned())),
        }
        let may = self.roster.may_invite(&self.me(), invite.role, invite.area.as_ref());
        may.map_err(|denied| NodeError::Denied(denied.to_string()))?;
        self.say_acts(Kind::REGISTRY, vec![Act::Revoke { invite: *id }], now_ms).await.map(drop)
    }

    fn require_authority(&self) -> Result<(), NodeError> {
        let may = self.roster.may_keep_authority(&self.me());
        may.map_err(|denied| NodeError::Denied(format!("{denied}: only a steward can do this")))
    }
}
