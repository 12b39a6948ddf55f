//! Relays' certificates: made for a relay's keeper, and renewed with new keys and as days go by.

use azalai_envelope::{Certificate, Day, Kind, RelayPublic};
use azalai_roster::limits::MAX_ACTS;
use azalai_roster::{Act, RelayInfo};
use azalai_store::{Disk, Store};
use azalai_sync::limits::MAX_CERTIFICATE_AHEAD_S;
use rand_core::Rng as _;

use crate::error::NodeError;
use crate::limits::{MAX_CERTIFICATE_STEP, MAX_DAYS_APART, RENEW_AFTER_DAYS};
use crate::node::Node;

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Certifies a relay: tells the members of it, and makes the certificate that it will admit them by.
    ///
    /// # Errors
    /// [`NodeError::Denied`]; [`NodeError::NoKey`] if this device holds no carrier key.
    pub async fn certify_relay(&mut self, relay: RelayPublic, label: &str, now_ms: u64) -> Result<Vec<u8>, NodeError> {
        if !self.roster.relays().iter().any(|known| known.public == relay) {
            let may = self.roster.may_keep_authority(&self.me());
            may.map_err(|denied| NodeError::Denied(denied.to_string()))?;
            let act = Act::Relay { public: relay, label: label.to_owned() };
            self.say_acts(Kind::AUTHORITY, vec![act], now_ms).await?;
        }
        let shown = self.shown(&relay.signing).await?;
        self.certificate_for(relay, shown, now_ms)
    }

    /// A certificate of the current posting key, for one relay.
    fn certificate_for(
        &mut self,
        relay: RelayPublic,
        shown: Option<Certificate>,
        now_ms: u64,
    ) -> Result<Vec<u8>, NodeError> {
        let carrier = self.secrets.carrier().cloned().ok_or_else(|| {
            NodeError::NoKey("only a steward's device holds the key that certifies relays".to_owned())
        })?;
        let certified = self.roster.carrier().copied();
        let certified = certified.ok_or_else(|| NodeError::NoKey("the project names no carrier key".to_owned()))?;
        let posting = self.roster.posting();
        let posting = posting.ok_or_else(|| NodeError::NoKey("the project has no posting epoch".to_owned()))?;
        // The second of this clock for a relay's first certificate, then small steps from the highest that is known: a
        // clock that was set ahead makes none that relays refuse, and two stewards apart hardly the same. One that is
        // more than a day ahead no relay takes; who made it meant that nothing should come after it.
        let now_s = u32::try_from(now_ms / 1000).unwrap_or(u32::MAX);
        let founded = self.log.values().filter(|statement| statement.author() == self.profile.root);
        let founded = founded.map(|statement| statement.clock().ms() / 1000).min().unwrap_or_default();
        let allowed = now_s.max(u32::try_from(founded).unwrap_or(u32::MAX)).saturating_add(MAX_CERTIFICATE_AHEAD_S);
        let known = self.roster.relays().iter().find(|known| known.public == relay);
        let known = known.and_then(|known| Certificate::parse(known.certificate.as_ref()?).ok());
        let known = known.map(|known| known.number).into_iter().chain(shown.map(|shown| shown.number));
        let known = known.filter(|number| *number <= allowed).max();
        let step = 1 + self.rng.next_u32() % MAX_CERTIFICATE_STEP;
        let number = known.map_or(now_s, |known| known.saturating_add(step));
        // Days never go back: a clock that fell behind would put all letters on old days.
        let day = Day::of_ms(now_ms).max(self.certified_day());
        let certificate = Certificate { carrier: certified, number, day, posting, relay };
        Ok(certificate.issue(&carrier))
    }

    /// Makes newer certificates known where relays' show another posting key than the current one.
    pub(crate) async fn renew_certificates(&mut self, now_ms: u64) -> Result<(), NodeError> {
        let current = self.roster.posting();
        let certified = |relay: &&RelayInfo| {
            let known = relay.certificate.as_ref().and_then(|bytes| Certificate::parse(bytes).ok());
            known.is_some_and(|known| Some(known.posting) == current)
        };
        let old: Vec<RelayPublic> =
            self.roster.relays().iter().filter(|relay| !certified(relay)).map(|relay| relay.public).collect();
        self.certify(&old, now_ms).await
    }

    /// Makes newer certificates known for relays that show one of another posting key than the project's, of a number
    /// that is not below the one that is known: two stewards gave new keys apart, or somebody who was removed uses the
    /// carrier key that it kept.
    pub(crate) async fn renew_shadowed(&mut self, now_ms: u64) -> Result<(), NodeError> {
        let me = self.me();
        if self.secrets.carrier().is_none() || self.roster.may_keep_authority(&me).is_err() {
            return Ok(());
        }
        let current = self.roster.posting();
        let mut shadowed = Vec::new();
        for relay in self.roster.relays() {
            let Some(shown) = self.shown(&relay.public.signing).await? else { continue };
            let known = relay.certificate.as_ref().and_then(|bytes| Certificate::parse(bytes).ok());
            let ahead = known.is_none_or(|known| Some(known.posting) != current || known.number <= shown.number);
            if Some(shown.posting) != current && ahead {
                shadowed.push(relay.public);
            }
        }
        self.certify(&shadowed, now_ms).await
    }

    /// Makes newer certificates known for relays whose newest is old, with the posting key as it is: letters' days come
    /// from certificates, and would stand still without. Only where this clock and that of the relay that is visited
    /// (`day`) agree, since a day that was once certified stays.
    pub(crate) async fn renew_aged(&mut self, day: Day, now_ms: u64) -> Result<(), NodeError> {
        let (me, today) = (self.me(), Day::of_ms(now_ms));
        let agree = today.0.abs_diff(day.0) <= MAX_DAYS_APART;
        if !agree || self.secrets.carrier().is_none() || self.roster.may_keep_authority(&me).is_err() {
            return Ok(());
        }
        let mut aged = Vec::new();
        for relay in self.roster.relays() {
            let known = relay.certificate.as_ref().and_then(|bytes| Certificate::parse(bytes).ok());
            let shown = self.shown(&relay.public.signing).await?.map(|shown| shown.day);
            // Of one that no steward's device met, nobody knows how it stands.
            // What a relay shows may be of somebody who was removed and kept the carrier key.
            let newest = known.map(|known| known.day).or(shown);
            if newest.is_some_and(|day| today.0 >= day.0.saturating_add(RENEW_AFTER_DAYS)) {
                aged.push(relay.public);
            }
        }
        self.certify(&aged, now_ms).await
    }

    async fn certify(&mut self, relays: &[RelayPublic], now_ms: u64) -> Result<(), NodeError> {
        let mut acts = Vec::new();
        for relay in relays {
            let shown = self.shown(&relay.signing).await?;
            acts.push(Act::Certificate { bytes: self.certificate_for(*relay, shown, now_ms)? });
        }
        for acts in acts.chunks(MAX_ACTS) {
            self.say_acts(Kind::AUTHORITY, acts.to_vec(), now_ms).await?;
        }
        Ok(())
    }
}
