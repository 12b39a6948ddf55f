//! The silent mark: a letter to coordinators and stewards that says that a device was opened under duress, and whose.
//!
//! It is sealed at the opening itself, to keys that this device does not hold, and lies among the letters that it carries
//! for others. What it was made from is forgotten in the same breath. No screen, list, count or log of this device may
//! show it, and nothing outside its envelope may tell it from an ordinary letter.

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::{
    ChainId, Day, Draft, Envelope, EnvelopeId, Kind, Lane, ProjectId, SigningPublic, Statement, StatementId,
    UnverifiedStatement, Verified,
};
use azalai_roster::{Circle, MemberState, Standing};
use azalai_store::{Batch, Disk, Store};
use rand_core::Rng as _;

use crate::door::{Outcome, refused};
use crate::error::NodeError;
use crate::limits::{MARK_AGAIN_MS, MAX_WORD_BYTES};
use crate::node::{Node, scan_all};
use crate::spaces::{MARKS, PROFILE, STATEMENTS};
use crate::stored;

const VERSION: u8 = 1;

/// Of a mark's flags: the other profile's keys were dropped.
const DROPPED: u8 = 1;

/// Key in the profile's space: the real device's word, until it was used.
pub(crate) const WORD: &[u8] = b"word";
/// Key in the profile's space: the envelope that no count shows, or as many random bytes.
pub(crate) const QUIET: &[u8] = b"quiet";

/// What a mark says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    at_ms: u64,
    dropped: bool,
    real: SigningPublic,
    word: Vec<u8>,
}

impl Mark {
    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION).u8(if self.dropped { DROPPED } else { 0 }).u64(self.at_ms).raw(&self.real.0).raw(&self.word);
        writer.finish()
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        match reader.u8("mark")? {
            VERSION => {}
            got => return Err(DecodeError::UnknownVersion { field: "mark", got }),
        }
        let dropped = match reader.u8("flags of a mark")? {
            0 => false,
            DROPPED => true,
            _ => return Err(reader.invalid("flags of a mark", "an unknown one")),
        };
        let at_ms = reader.u64("time")?;
        let real = SigningPublic(reader.array("real device")?);
        if reader.left() > MAX_WORD_BYTES {
            return Err(reader.invalid("word", "longer than any"));
        }
        let word = reader.take("word", reader.left())?.to_vec();
        Ok(Self { at_ms, dropped, real, word })
    }

    /// Whether the real device itself said, beforehand, that `second` may speak for it so.
    fn holds(&self, project: &ProjectId, second: &SigningPublic) -> bool {
        let staff = Circle::Staff.audience(project);
        let word =
            UnverifiedStatement::parse(self.word.clone()).and_then(|word| word.verify(project, &staff, &self.real));
        word.is_ok_and(|word| word.kind() == Kind::MARK && word.body().is_ok_and(|body| body == word_for(second)))
    }
}

/// What the real device signs.
fn word_for(second: &SigningPublic) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.u8(VERSION).raw(&second.0);
    writer.finish()
}

/// Whether a mark that came in is one.
pub(crate) fn check_mark(project: &ProjectId, statement: &Statement) -> Result<(), Outcome> {
    if statement.audience() != Circle::Staff.audience(project) {
        return Err(refused(&"a mark that is not sealed to coordinators and stewards"));
    }
    let body = statement.body().map_err(|error| refused(&error))?;
    match Mark::decode(&body) {
        Err(error @ DecodeError::UnknownVersion { .. }) => Err(Outcome::Newer(error.to_string())),
        Err(error) => Err(refused(&error)),
        Ok(mark) if !mark.holds(project, &statement.author()) => {
            Err(refused(&"a mark without the word of the device that it names"))
        }
        Ok(_) => Ok(()),
    }
}

/// A device that was opened under duress, as coordinators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkView {
    /// The statement that says so.
    pub id: StatementId,
    /// The member's real device: the one to be removed.
    pub device: SigningPublic,
    /// What it calls itself, as far as known.
    pub pseudonym: Option<String>,
    /// The device of the profile that was opened.
    pub second: SigningPublic,
    /// What that one calls itself, as far as known.
    pub second_pseudonym: Option<String>,
    /// When, by that device's clock: milliseconds since 1970.
    pub at_ms: u64,
    /// Whether the real device's keys are gone from it.
    pub dropped: bool,
    /// Whether the real device was removed from the project since.
    pub removed: bool,
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// The word by which `second` may later say that this device was opened under duress: this device's key, then the
    /// statement.
    pub(crate) fn word_for(&mut self, second: &SigningPublic, now_ms: u64) -> Result<Vec<u8>, NodeError> {
        let word = self.aside(&word_for(second), now_ms)?;
        Ok([&self.me().0[..], word.bytes()].concat())
    }

    /// Signs something for coordinators and stewards in a chain of its own, which nothing follows and nothing notes.
    fn aside(&mut self, body: &[u8], now_ms: u64) -> Result<Verified<Statement>, NodeError> {
        let audience = self.audience(&Circle::Staff);
        let mut chain = [0; 8];
        self.rng.fill_bytes(&mut chain);
        let nonce = self.random16();
        let document =
            azalai_envelope::statement::document_id(&self.project, Kind::MARK, &audience, &self.me(), &nonce);
        let draft = Draft {
            kind: Kind::MARK,
            document,
            opens: Some(nonce),
            chain: ChainId(chain),
            seq: 0,
            prev: None,
            authority: self.roster.authority_head(),
            clock: self.clock.tick(now_ms),
            body,
        };
        Ok(draft.sign(&self.project, &audience, &self.profile.device.signing)?)
    }

    /// Notes the word in this profile, for the day on which it is needed.
    pub(crate) async fn hold_word(&mut self, word: &[u8]) -> Result<(), NodeError> {
        let mut batch = Batch::new();
        batch.put(PROFILE, WORD, word);
        Ok(self.vault.apply(batch).await?)
    }

    /// Notes which envelope no count shows: none yet, which looks the same.
    pub(crate) async fn hold_quiet(&mut self) -> Result<(), NodeError> {
        let mut none = [0; 32];
        self.rng.fill_bytes(&mut none);
        let mut batch = Batch::new();
        batch.put(PROFILE, QUIET, none);
        Ok(self.vault.apply(batch).await?)
    }

    pub(crate) async fn quiet_envelope(&self) -> Result<Option<EnvelopeId>, NodeError> {
        let kept = crate::beginning::readable(&self.vault, PROFILE, QUIET).await?;
        Ok(kept.and_then(|bytes| EnvelopeId::from_slice(&bytes)))
    }

    /// Seals the mark, if this profile holds a word for it, and puts it among the letters that are carried. `dropped`: the
    /// word is then of no more use, and is forgotten.
    pub(crate) async fn leave_mark(&mut self, dropped: bool, now_ms: u64) -> Result<(), NodeError> {
        let Some(kept) = self.vault.get(PROFILE, WORD).await? else { return Ok(()) };
        let mut reader = Reader::new(&kept);
        let real = SigningPublic(reader.array("real device")?);
        let (word, last_ms) = match kept.get(32..).and_then(|rest| rest.split_last_chunk::<8>()) {
            Some((word, last)) => (word.to_vec(), u64::from_be_bytes(*last)),
            None => return Ok(()),
        };
        if !dropped && last_ms != 0 && now_ms.saturating_sub(last_ms) < MARK_AGAIN_MS {
            return Ok(());
        }
        // One letter at a time is left out of all counts: a second one would uncover the first.
        let waits = self.quiet.is_some_and(|quiet| self.carrier.read(|index| index.holds(&quiet)));
        if !dropped && waits {
            return Ok(());
        }
        let mark = self.aside(&Mark { at_ms: now_ms, dropped, real, word: word.clone() }.encode(), now_ms)?;
        let recipient = self.roster.newest_key(&Circle::Staff).map_err(|error| NodeError::NoKey(error.to_string()))?;
        let posting = self.secrets.posting(&self.roster).cloned();
        let posting = posting.ok_or_else(|| NodeError::NoKey("this device holds no posting key".to_owned()))?;
        let day = Day::of_ms(now_ms).clamped(self.certified_day());
        // In the lane of ordinary reports: an urgent one would be seen among a device's letters.
        let envelope = Envelope::seal(&mark, &self.project, &recipient, &posting, Lane::Text, day, &mut self.rng)?;
        let id = envelope.id();
        let mut batch = Batch::new();
        batch.put(PROFILE, QUIET, id.0);
        self.vault.apply(batch).await?;
        self.quiet = Some(id);
        self.kept_own.insert(id);
        self.keep_carried();
        self.carrier.put(vec![envelope]).await.map_err(NodeError::Store)?;
        if dropped {
            self.vault.forget(PROFILE, &[WORD.to_vec()]).await?;
        } else {
            self.hold_word(&[&real.0[..], &word, &now_ms.to_be_bytes()].concat()).await?;
        }
        Ok(())
    }

    /// The devices that were opened under duress, the newest first. Empty on a device that is no coordinator's or
    /// steward's.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn marks(&self) -> Result<Vec<MarkView>, NodeError> {
        let mut found = Vec::new();
        for (key, _) in scan_all(&self.vault, MARKS).await?.0 {
            let Some(bytes) = self.vault.get(STATEMENTS, &key).await? else { continue };
            let statement = stored::decode_statement(&self.project, &bytes)?;
            // It rests on the real device's own word: also of a second device that nobody admitted, or that was removed
            // before it is an alarm.
            if matches!(self.roster.standing(&statement), Standing::Rejected(_)) {
                continue;
            }
            let Ok(mark) = Mark::decode(&statement.body()?) else { continue };
            let removed = self.roster.member(&mark.real).is_some_and(|member| member.state == MemberState::Removed);
            found.push(MarkView {
                id: statement.id(),
                device: mark.real,
                pseudonym: self.pseudonym_of(&mark.real),
                second: statement.author(),
                second_pseudonym: self.pseudonym_of(&statement.author()),
                at_ms: mark.at_ms,
                dropped: mark.dropped,
                removed,
            });
        }
        found.sort_by_key(|view| (core::cmp::Reverse(view.at_ms), view.id));
        Ok(found)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// Guards against a change of the format, and against hostile bytes that end the program.
    #[test]
    fn the_bytes_are_fixed_and_damaged_ones_are_refused() {
        let mark = Mark { at_ms: 0x0102, dropped: true, real: SigningPublic([7; 32]), word: vec![9, 8] };
        let bytes = [&[1, 1, 0, 0, 0, 0, 0, 0, 1, 2][..], &[7; 32], &[9, 8]].concat();
        assert_eq!(mark.encode(), bytes);
        assert_eq!(Mark::decode(&bytes).unwrap(), mark);
        for cut in 0..42 {
            assert!(Mark::decode(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        assert!(matches!(Mark::decode(&[2]), Err(DecodeError::UnknownVersion { got: 2, .. })));
        assert!(Mark::decode(&[&bytes[..1], &[2], &bytes[2..]].concat()).is_err());
        assert!(Mark::decode(&[&bytes[..], &[0; MAX_WORD_BYTES]].concat()).is_err());
        assert!(!mark.holds(&ProjectId([1; 32]), &SigningPublic([8; 32])));
    }
}
