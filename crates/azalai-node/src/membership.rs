//! Inviting, admitting, giving keys: what stewards and coordinators do so that others can take part.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::codec::Writer;
use azalai_envelope::{
    AudienceId, Clock, Day, Kind, Lane, OpeningKey, PostingKey, ReceivingPublic, ReceivingSecret, SigningPublic,
    SigningSecret, Statement, StatementId, Verified,
};
use azalai_roster::limits::MAX_ACTS;
use azalai_roster::{
    Act, Admission, AreaCode, Circle, InvitePackage, InviteState, LogEntry, Member, MemberState, NoKey, Role, Waiting,
};
use azalai_store::{ArgonParams, Batch, Disk, Store};
use rand_core::Rng as _;

use crate::error::NodeError;
use crate::founding::check_invited;
use crate::letters::letters;
use crate::limits::{INVITE_DAYS, INVITE_WORDS, MAX_EPOCH_STEP};
use crate::node::{Node, Saying, scan_all};
use crate::spaces::{OUTBOX, OWED, STATEMENTS};
use crate::staff::Past;
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
        self.owe(&device.signing, Past::All).await?;
        if role != Role::Monitor {
            let (pseudonym, area) = (pseudonym.clone(), area.clone());
            let grant = Act::Grant { device, pseudonym, role, area, person };
            self.say_grant(grant, None, now_ms).await?;
        }
        let admit = Act::Admit { device, pseudonym, role, area, person, invite: waiting.invite };
        self.say_acts(Kind::REGISTRY, vec![admit], now_ms).await?;
        self.pay(&device.signing, Past::All, now_ms).await?;
        if role != Role::Monitor {
            self.write_letters(now_ms).await?;
        }
        let member = self.roster.member(&device.signing).cloned();
        member.ok_or_else(|| NodeError::Invalid("the admission does not count; see `azalai members`".to_owned()))
    }

    /// Notes, before a role is granted, that a letter with its keys is owed and what of the past it is to open: the acts
    /// say nothing of it, and what interrupts this device between them and the letter must not matter.
    pub(crate) async fn owe(&mut self, key: &SigningPublic, past: Past) -> Result<(), NodeError> {
        self.letters_owed = true;
        let mut batch = Batch::new();
        batch.put(OWED, key.0, [u8::from(past == Past::All)]);
        Ok(self.vault.apply(batch).await?)
    }

    /// Writes an owed letter, and notes that it is written. Interrupted in between it is written again.
    pub(crate) async fn pay(&mut self, key: &SigningPublic, past: Past, now_ms: u64) -> Result<(), NodeError> {
        self.send_keys(key, past, now_ms).await?;
        let mut batch = Batch::new();
        batch.delete(OWED, key.0);
        Ok(self.vault.apply(batch).await?)
    }

    /// Writes the letters that this device owes: to those whom it granted a role, to those whom it admitted, and to all who may hold a key that it made.
    /// Nobody else would, and what interrupted it must not matter.
    pub(crate) async fn write_letters(&mut self, now_ms: u64) -> Result<(), NodeError> {
        if !self.letters_owed {
            return Ok(());
        }
        let me = self.me();
        let overtaken: BTreeSet<SigningPublic> = self.roster.overtaken().iter().map(|(key, _)| *key).collect();
        let (owed, _) = scan_all(&self.vault, OWED).await?;
        for (key, past) in owed {
            let Ok(key) = <[u8; 32]>::try_from(key).map(SigningPublic) else { continue };
            let past = if past == [1] { Past::All } else { Past::FromNow };
            // Who is not confirmed, since the act was never said or has no effect yet, goes on being owed.
            let confirmed = self.roster.member(&key).is_some_and(|member| member.state == MemberState::Confirmed);
            if confirmed && !overtaken.contains(&key) {
                self.pay(&key, past, now_ms).await?;
            }
        }
        // Who joins gets the keys of the founding when admitted.
        let founding = self.founding()?;
        let later = self.log.values().filter(|said| said.author() == me && !founding.contains(&said.id()));
        let mut made: Vec<(Circle, ReceivingPublic, Clock)> = Vec::new();
        for statement in later {
            for act in LogEntry::decode(&statement.body()?)?.acts {
                if let Act::NewGeneration { circle, key, .. } = act {
                    made.push((circle, key, statement.clock()));
                }
            }
        }
        let mut written: BTreeMap<AudienceId, Clock> = BTreeMap::new();
        let (outbox, _) = scan_all(&self.vault, OUTBOX).await?;
        for (key, value) in outbox {
            if Outgoing::decode(&value)?.kind == Kind::KEYS
                && let Some(bytes) = self.vault.get(STATEMENTS, &key).await?
            {
                let letter = stored::decode_statement(&self.project, &bytes)?;
                let latest = written.entry(letter.audience()).or_default();
                *latest = (*latest).max(letter.clock());
            }
        }
        let (mut admitted, mut renewed) = (Vec::new(), Vec::new());
        let others = self
            .roster
            .members()
            .filter(|member| member.device.signing != me && !overtaken.contains(&member.device.signing));
        for member in others.filter(|member| member.state == MemberState::Confirmed) {
            let key = member.device.signing;
            let letter = written.get(&key.audience()).copied();
            if letter.is_none() && member.admitted_by == Some(me) {
                admitted.push(key);
                continue;
            }
            let may_hold = self.may_hold(&key);
            let since = letter.unwrap_or_default();
            let new = made.iter().filter(|(circle, _, clock)| *clock > since && may_hold.contains(circle));
            let new: BTreeSet<ReceivingPublic> = new.map(|(_, key, _)| *key).collect();
            if !new.is_empty() {
                let mut keys = self.secrets.of_circles(&may_hold);
                // All of everyone's: the act that names the new key is sealed to one of them, and whoever made that one
                // may have given it to a few only.
                keys.retain(|(circle, secret)| *circle == Circle::Everyone || new.contains(&secret.public()));
                renewed.push((key, keys));
            }
        }
        for key in admitted {
            self.send_keys(&key, Past::All, now_ms).await?;
        }
        for (key, circles) in renewed {
            self.send_letter(&key, circles, now_ms).await?;
        }
        self.letters_owed = false;
        Ok(())
    }

    /// The statements with which this device founded the project, if it did: they follow the root's one after another,
    /// all but the last full of acts. Clocks do not tell: one that stands still dates what comes later alike.
    fn founding(&self) -> Result<BTreeSet<StatementId>, NodeError> {
        let mut founding = BTreeSet::new();
        let root = self.log.values().find(|said| said.author() == self.profile.root);
        let mut last = root.filter(|_| self.profile.root_secret.is_some()).map(|said| said.id());
        let mut seq = 0;
        while let Some(before) = last.take() {
            for said in self.log.values().filter(|said| said.author() == self.me() && said.seq() == seq) {
                let entry = LogEntry::decode(&said.body()?)?;
                if entry.after == [before] {
                    founding.insert(said.id());
                    last = (entry.acts.len() == MAX_ACTS).then(|| said.id());
                }
            }
            seq += 1;
        }
        Ok(founding)
    }

    /// The circles whose keys a member's device may hold, to open with or to hand on.
    pub(crate) fn may_hold(&self, key: &SigningPublic) -> Vec<Circle> {
        let mut circles = self.roster.may_open(key);
        circles.extend(self.roster.holds_in_custody(key));
        circles
    }

    /// Writes a member the keys that its role may hold, as far as this device has them.
    pub(crate) async fn send_keys(&mut self, key: &SigningPublic, past: Past, now_ms: u64) -> Result<(), NodeError> {
        let mut held = self.secrets.of_circles(&self.may_hold(key));
        // Who belongs to a body could read what was complained of it before.
        if past == Past::FromNow || !self.roster.bodies_of(key).is_empty() {
            // Everyone's and the staff's past is what the logs are read with.
            let logs = |circle: &Circle| matches!(circle, Circle::Everyone | Circle::Staff);
            held.retain(|(circle, secret)| {
                logs(circle) || self.roster.newest_key(circle).is_ok_and(|newest| newest.key == secret.public())
            });
        }
        self.send_letter(key, held, now_ms).await
    }

    /// Writes a member these circles' keys, with all posting keys.
    async fn send_letter(
        &mut self,
        key: &SigningPublic,
        circles: Vec<(Circle, ReceivingSecret)>,
        now_ms: u64,
    ) -> Result<(), NodeError> {
        let rotates = self.roster.member(key).is_some_and(|member| member.role == Role::Steward);
        let carrier = if rotates { self.secrets.carrier().cloned() } else { None };
        for letter in letters(&circles, self.secrets.all_posting().cloned().collect(), carrier) {
            let mut body = Writer::new();
            body.raw(&self.me().0).raw(&letter.encode()?);
            let body = body.finish();
            self.say_to_member(key, Kind::KEYS, &body, now_ms).await?;
        }
        Ok(())
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

    /// Gives circles new keys, which follow every removal that this device knows of: everyone's with a new posting key,
    /// by which relays and members stop taking the removed devices' letters for members'. Relays' certificates are
    /// renewed, and every member that may hold a new key is written to.
    ///
    /// # Errors
    /// [`NodeError::Denied`] if this device may not give one of them a key.
    pub async fn rotate(&mut self, circles: &[Circle], now_ms: u64) -> Result<(), NodeError> {
        for circle in circles {
            let may = self.roster.may_rotate(&self.me(), circle);
            may.map_err(|denied| NodeError::Denied(format!("a new key for {circle}: {denied}")))?;
        }
        // Everyone's first: what comes after is sealed under it, and so to nobody who was removed.
        let mut circles = circles.to_vec();
        circles.sort_by_key(|circle| *circle != Circle::Everyone);
        let mut batch = Batch::new();
        let mut acts = Vec::new();
        for circle in circles {
            acts.push(self.make_key(circle, &mut batch));
        }
        // Kept before they are named: a key that nobody holds must not be anybody's newest.
        self.vault.apply(batch).await?;
        self.letters_owed = true;
        let everyone = usize::from(matches!(acts.first(), Some(Act::NewGeneration { circle: Circle::Everyone, .. })));
        let others = acts.split_off(everyone);
        for acts in [acts].into_iter().chain(others.chunks(MAX_ACTS).map(<[Act]>::to_vec)) {
            if !acts.is_empty() {
                self.say_acts(Kind::AUTHORITY, acts, now_ms).await?;
            }
        }
        if everyone > 0 && self.secrets.carrier().is_some() {
            self.renew_certificates(now_ms).await?;
        }
        self.write_letters(now_ms).await
    }

    /// Makes a circle's next key, everyone's with a posting key: the act that names it, and what is to be kept first.
    pub(crate) fn make_key(&mut self, circle: Circle, batch: &mut Batch) -> Act {
        let secret = ReceivingSecret::generate(&mut self.rng);
        let posting = (circle == Circle::Everyone).then(|| {
            let epochs = self.roster.posting_keys().into_iter().map(|info| info.public.epoch);
            // Two who give new keys apart hardly choose one epoch: a relay knows one key of each.
            let step = 1 + self.rng.next_u32() % MAX_EPOCH_STEP;
            let epoch = epochs.max().unwrap_or_default().saturating_add(step);
            PostingKey { epoch, secret: SigningSecret::generate(&mut self.rng) }
        });
        let (key, number) = (secret.public(), self.roster.next_number(&circle));
        let act = Act::NewGeneration {
            circle: circle.clone(),
            key,
            number,
            posting: posting.as_ref().map(PostingKey::public),
        };
        self.secrets.add_circle(&self.project, circle, secret, batch);
        if let Some(posting) = posting {
            self.secrets.add_posting(posting, batch);
        }
        act
    }

    /// Gives new keys to the circles that need them and that this device may give them to, such as after a removal by
    /// somebody who may not, or one that a crash interrupted.
    pub(crate) async fn rotate_where_needed(&mut self, now_ms: u64) -> Result<(), NodeError> {
        self.say_overtaken(now_ms).await?;
        // As long as the logs are as they were, nobody was removed since the last look.
        let wrong = if self.letters_owed { self.in_wrong_hands().await? } else { Vec::new() };
        let needs = |circle: &&Circle| matches!(self.roster.newest_key(circle), Err(NoKey::RotationNeeded { .. }));
        let behind = |circle: &&Circle| self.roster.is_behind_registry(circle) || wrong.contains(circle);
        let needed = self.roster.circles().filter(|circle| needs(circle) || behind(circle));
        let me = self.me();
        let mine: Vec<Circle> = needed.filter(|circle| self.roster.may_rotate(&me, circle).is_ok()).cloned().collect();
        if mine.is_empty() { Ok(()) } else { self.rotate(&mine, now_ms).await }
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
