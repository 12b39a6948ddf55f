//! Inviting, admitting, certifying: what stewards and coordinators do so that others can take part.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::codec::{Reader, Writer};
use azalai_envelope::{
    Certificate, Day, Kind, Lane, OpeningKey, RelayPublic, SigningPublic, SigningSecret, Statement, Verified,
};
use azalai_roster::{
    Act, Admission, AreaCode, Circle, InvitePackage, InviteState, KeyLetter, Member, MemberState, Role, Waiting,
};
use azalai_store::{ArgonParams, Batch, Disk, Store};

use crate::error::NodeError;
use crate::founding::check_invited;
use crate::limits::{INVITE_DAYS, INVITE_WORDS};
use crate::node::{Node, Saying, scan_all};
use crate::spaces::{OUTBOX, STATEMENTS};
use crate::stored::{self, Outgoing};
use crate::{invite_file, words};

/// An invite, ready to be handed over.
#[derive(Debug)]
pub struct NewInvite {
    /// The six words; not kept anywhere.
    pub words: String,
    /// The sealed file.
    pub file: Vec<u8>,
    /// How the registry names it.
    pub id: [u8; 16],
}

/// The body of a key letter: the author's key (its reader may not know it yet), then the letter.
pub(crate) fn letter_author(body: &[u8]) -> Option<SigningPublic> {
    Reader::new(body).array("author").ok().map(SigningPublic)
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Makes an invite, and an act that lets others know of it.
    ///
    /// # Errors
    /// [`NodeError::Denied`], [`NodeError::NotFound`] for an unknown area, [`NodeError::NoKey`].
    pub async fn invite(
        &mut self,
        role: Role,
        area: Option<AreaCode>,
        params: ArgonParams,
        now_ms: u64,
    ) -> Result<NewInvite, NodeError> {
        check_invited(role, area.as_ref(), &self.roster)?;
        let may = self.roster.may_invite(&self.me(), role, area.as_ref());
        may.map_err(|denied| NodeError::Denied(denied.to_string()))?;
        let posting = self.secrets.posting(&self.roster).cloned();
        let posting = posting.ok_or_else(|| NodeError::NoKey("no posting key: exchange once first".to_owned()))?;
        let id = self.random16();
        let one_time = SigningSecret::generate(&mut self.rng);
        let expires = Day(Day::of_ms(now_ms).0.saturating_add(INVITE_DAYS));
        let act = Act::Invite { id, role, area: area.clone(), one_time: one_time.public(), expires, person: None };
        self.say_acts(Kind::REGISTRY, vec![act], now_ms).await?;
        let authority = self.log.values().filter(|statement| statement.kind() == Kind::AUTHORITY);
        let statements = authority.map(|statement| (statement.author(), statement.bytes().to_vec())).collect();
        let root = self.profile.root;
        let package = InvitePackage { root, statements, posting, invite: id, one_time, role, area, expires };
        let words = words::draw(INVITE_WORDS, &mut self.rng).join(" ");
        let file = invite_file::seal(&package, &words, params, &mut self.rng)?;
        Ok(NewInvite { words, file, id })
    }

    /// Admits one who waits: names the key in the registry (and grants the role, for more than a monitor), and
    /// writes a letter with the keys that the role may open.
    ///
    /// # Errors
    /// [`NodeError::NotFound`] if nobody waits under that key, [`NodeError::Denied`].
    pub async fn admit(&mut self, key: &SigningPublic, now_ms: u64) -> Result<Member, NodeError> {
        let waiting = self.roster.waiting().into_iter().find(|waiting| waiting.claim.device.signing == *key);
        let waiting = waiting.ok_or_else(|| NodeError::NotFound(format!("nobody waits under the key {key}")))?;
        self.admit_claim(&waiting, now_ms).await
    }

    /// Where the project says so, admits whoever this device may admit without anybody looking: each whose claim is
    /// the only one of its invite, while that has neither ended nor passed its last day. The others wait for a hand.
    /// To be called after letters came in, not before: they may bring a second claim.
    ///
    /// # Errors
    /// As [`Node::admit`]; those admitted before the error stay so.
    pub async fn admit_at_exchange(&mut self, now_ms: u64) -> Result<Vec<Member>, NodeError> {
        let mut admitted = Vec::new();
        if self.roster.admission() == Admission::ByHand {
            return Ok(admitted);
        }
        let (today, mut done) = (Day::of_ms(now_ms), BTreeSet::new());
        for waiting in self.roster.waiting() {
            let invite = self.roster.invites().iter().find(|invite| invite.id == waiting.invite);
            let live =
                waiting.state == InviteState::Claimed && invite.is_some_and(|invite| today.0 <= invite.expires.0);
            let may = self.roster.may_admit(&self.me(), waiting.role, waiting.area.as_ref()).is_ok();
            // A device can be the only one to claim each of two invites.
            if live && may && waiting.claims == 1 && done.insert(waiting.claim.device.signing) {
                admitted.push(self.admit_claim(&waiting, now_ms).await?);
            }
        }
        Ok(admitted)
    }

    /// Says how the project admits newcomers from now on.
    ///
    /// # Errors
    /// [`NodeError::Denied`] unless this device is a steward's.
    pub async fn set_admission(&mut self, how: Admission, now_ms: u64) -> Result<(), NodeError> {
        let may = self.roster.may_keep_authority(&self.me());
        may.map_err(|denied| NodeError::Denied(denied.to_string()))?;
        self.say_acts(Kind::AUTHORITY, vec![Act::Admission { how }], now_ms).await.map(drop)
    }

    async fn admit_claim(&mut self, waiting: &Waiting, now_ms: u64) -> Result<Member, NodeError> {
        let (role, area, device) = (waiting.role, waiting.area.clone(), waiting.claim.device);
        let may = self.roster.may_admit(&self.me(), role, area.as_ref());
        may.map_err(|denied| NodeError::Denied(denied.to_string()))?;
        let person = match waiting.person {
            Some(person) => person,
            None => self.random16(),
        };
        let pseudonym = waiting.claim.pseudonym.clone();
        // From the first act on the letter is owed, whatever happens before it is written.
        self.letters_owed = true;
        if role != Role::Monitor {
            let (pseudonym, area) = (pseudonym.clone(), area.clone());
            let grant = Act::Grant { device, pseudonym, role, area, person };
            self.say_acts(Kind::AUTHORITY, vec![grant], now_ms).await?;
        }
        let admit = Act::Admit { device, pseudonym, role, area, person, invite: waiting.invite };
        self.say_acts(Kind::REGISTRY, vec![admit], now_ms).await?;
        self.send_keys(&device.signing, now_ms).await?;
        let member = self.roster.member(&device.signing).cloned();
        member.ok_or_else(|| NodeError::Invalid("the admission does not count; see `azalai members`".to_owned()))
    }

    /// Writes the letters to those whom this device admitted and, interrupted, did not write to: nobody else would,
    /// since they wait no more.
    pub(crate) async fn write_letters(&mut self, now_ms: u64) -> Result<(), NodeError> {
        if !self.letters_owed {
            return Ok(());
        }
        let (me, mut admitted) = (self.me(), BTreeMap::new());
        for member in self.roster.members() {
            if member.admitted_by == Some(me) && member.state == MemberState::Confirmed {
                admitted.insert(member.device.signing.audience(), member.device.signing);
            }
        }
        if !admitted.is_empty() {
            let (outbox, _) = scan_all(&self.vault, OUTBOX).await?;
            for (key, value) in outbox {
                if Outgoing::decode(&value)?.kind == Kind::KEYS
                    && let Some(bytes) = self.vault.get(STATEMENTS, &key).await?
                {
                    admitted.remove(&stored::decode_statement(&self.project, &bytes)?.audience());
                }
            }
        }
        for key in admitted.into_values() {
            self.send_keys(&key, now_ms).await?;
        }
        self.letters_owed = false;
        Ok(())
    }

    /// Writes a member all keys that its role may hold, as far as this device has them.
    async fn send_keys(&mut self, key: &SigningPublic, now_ms: u64) -> Result<(), NodeError> {
        let mut circles = self.roster.may_open(key);
        circles.extend(self.roster.holds_in_custody(key));
        let rotates = self.roster.member(key).is_some_and(|member| member.role == Role::Steward);
        let letter = KeyLetter {
            circles: self.secrets.of_circles(&circles),
            posting: self.secrets.all_posting().cloned().collect(),
            carrier: if rotates { self.secrets.carrier().cloned() } else { None },
        };
        let mut body = Writer::new();
        body.raw(&self.me().0).raw(&letter.encode()?);
        let body = body.finish();
        self.say_to_member(key, Kind::KEYS, &body, now_ms).await.map(drop)
    }

    /// Says a record of its own document to one member.
    pub(crate) async fn say_to_member(
        &mut self,
        member: &SigningPublic,
        kind: Kind,
        body: &[u8],
        now_ms: u64,
    ) -> Result<Verified<Statement>, NodeError> {
        self.settle().await?;
        let audience = member.audience();
        let chain = self.own_chain(&audience).await?;
        let nonce = self.random16();
        let document = azalai_envelope::statement::document_id(&self.project, kind, &audience, &self.me(), &nonce);
        let saying = Saying { kind, document, opens: Some(nonce), audience, body };
        let statement = self.sign(&saying, chain, now_ms)?;
        self.keep(&statement, Lane::Urgent, Batch::new()).await?;
        Ok(statement)
    }

    /// Certifies a relay: tells the members of it, and makes the certificate that it will admit them by.
    ///
    /// # Errors
    /// [`NodeError::Denied`]; [`NodeError::NoKey`] if this device holds no carrier key.
    pub async fn certify_relay(&mut self, relay: RelayPublic, label: &str, now_ms: u64) -> Result<Vec<u8>, NodeError> {
        let carrier = self.secrets.carrier().cloned();
        let carrier = carrier.ok_or_else(|| {
            NodeError::NoKey("only a steward's device holds the key that certifies relays".to_owned())
        })?;
        let certified = self.roster.carrier().copied();
        let certified = certified.ok_or_else(|| NodeError::NoKey("the project names no carrier key".to_owned()))?;
        let posting = self.roster.posting();
        let posting = posting.ok_or_else(|| NodeError::NoKey("the project has no posting epoch".to_owned()))?;
        if !self.roster.relays().iter().any(|known| known.public == relay) {
            let act = Act::Relay { public: relay, label: label.to_owned() };
            self.say_acts(Kind::AUTHORITY, vec![act], now_ms).await?;
        }
        // Seconds since 1970 as the number: each certificate replaces the ones before it without a counter that
        // two stewards would have to agree on.
        let number = u32::try_from(now_ms / 1000).unwrap_or(u32::MAX);
        let certificate = Certificate { carrier: certified, number, day: Day::of_ms(now_ms), posting, relay };
        Ok(certificate.issue(&carrier))
    }

    /// The keys that this device tries on an envelope: its own first, then those of the circles that it may read.
    /// Before it knows its own admission, which is itself sealed to everyone, only the two logs' circles count: a
    /// steward's device must not open what it only holds in custody.
    pub(crate) fn opening_keys(&self) -> Vec<OpeningKey> {
        let own = OpeningKey::new(self.me().audience(), self.profile.device.receiving.clone());
        let mut keys = vec![own];
        let mut circles = self.roster.may_open(&self.me());
        if circles.is_empty() {
            circles = vec![Circle::Everyone, Circle::Staff];
        }
        keys.extend(self.secrets.opening(&self.project, &circles));
        keys
    }

    /// Whether this device is a confirmed coordinator: one who sends receipts.
    pub(crate) fn is_coordinator(&self) -> bool {
        let me = self.roster.member(&self.me());
        me.is_some_and(|member| member.role == Role::Coordinator && member.state == MemberState::Confirmed)
    }

    /// The circles of the coordinators of an area.
    pub(crate) fn area_circle(area: &AreaCode, strict: bool) -> Circle {
        if strict { Circle::Area(area.clone()) } else { Circle::AreaAndAbove(area.clone()) }
    }
}
