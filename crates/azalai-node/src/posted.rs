//! Whether a member posted a letter: what nobody of the project posted, as far as this device knows, is not carried.
//!
//! That may be known later, from another file: letters come in any order, and a new posting key is named in one of them.
//! So letters of a bundle that nobody posted are kept for a while, within bounds, and never handed to others.

use std::collections::BTreeSet;

use azalai_envelope::envelope::UnverifiedEnvelope;
use azalai_envelope::{Envelope, EnvelopeError, EnvelopeId, PostingKey, PostingPublic, Verified};
use azalai_store::{Batch, Disk, Store};
use rand_core::Rng as _;

use crate::error::NodeError;
use crate::limits::{ABSORB_BATCH, MAX_UNPOSTED, MAX_UNPOSTED_BYTES};
use crate::node::{Node, scan_all};
use crate::spaces::UNPOSTED;
use crate::taken::TakenIn;

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// Checks raw bytes as far as any carrier can: form and posting signature.
    ///
    /// # Errors
    /// [`EnvelopeError`]: it is not to be carried.
    pub fn check_posting(&self, bytes: Vec<u8>) -> Result<Verified<Envelope>, EnvelopeError> {
        let unverified = UnverifiedEnvelope::parse(bytes)?;
        let epoch = unverified.epoch();
        let mut last = EnvelopeError::Epoch { named: epoch, given: 0 };
        for key in self.members_postings().iter().filter(|public| public.epoch == epoch) {
            match unverified.clone().verify(&self.project, key) {
                Ok(envelope) => return Ok(envelope),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The posting keys by which a letter shows to be a member's, or of somebody who was one: all that the authority log
    /// ever named, whatever was set aside since, and those that this device holds.
    pub(crate) fn members_postings(&self) -> BTreeSet<PostingPublic> {
        let held = self.secrets.all_posting().map(PostingKey::public);
        self.roster.named_posting().iter().copied().chain(held).collect()
    }

    /// Checks raw bytes and takes in those that members posted; gives those that nobody of this project did. Letters
    /// teach posting keys, by which others then show to be members': looked at again as long as that is so.
    ///
    /// # Errors
    /// Those of the storage.
    pub(crate) async fn take_in_bytes(&mut self, mut raw: Vec<Vec<u8>>) -> Result<(TakenIn, Vec<Vec<u8>>), NodeError> {
        let mut taken = TakenIn::default();
        loop {
            let (mut members, mut others) = (Vec::new(), Vec::new());
            for bytes in raw {
                match self.check_posting(bytes.clone()) {
                    Ok(envelope) => members.push(envelope),
                    Err(_) => others.push(bytes),
                }
            }
            if members.is_empty() && !self.take_in_kept(&mut taken).await? {
                return Ok((taken, others));
            }
            taken.add(self.take_in(members).await?);
            raw = others;
        }
    }

    /// Keeps letters that nobody posted, so far, for when their posting key is known. Beyond the bounds chance chooses
    /// among all: whoever fills a card with noise keeps none of them out for good.
    ///
    /// # Errors
    /// Those of the storage.
    pub(crate) async fn keep_unposted(&mut self, letters: Vec<Vec<u8>>) -> Result<(), NodeError> {
        if letters.is_empty() {
            return Ok(());
        }
        let (kept, _) = scan_all(&self.vault, UNPOSTED).await?;
        let known: BTreeSet<Vec<u8>> = kept.iter().map(|(key, _)| key.clone()).collect();
        let named = |bytes: Vec<u8>| {
            let id: EnvelopeId = UnverifiedEnvelope::parse(bytes.clone()).ok()?.id();
            (!known.contains(id.0.as_slice())).then(|| (id.0.to_vec(), bytes))
        };
        let new: Vec<(Vec<u8>, Vec<u8>)> = letters.into_iter().filter_map(named).collect();
        let mut all: Vec<(u64, bool, Vec<u8>, Vec<u8>)> = Vec::new();
        for (old, (key, bytes)) in
            kept.into_iter().map(|item| (true, item)).chain(new.into_iter().map(|it| (false, it)))
        {
            all.push((self.rng.next_u64(), old, key, bytes));
        }
        let amount: usize = all.iter().map(|(.., bytes)| bytes.len()).sum();
        if all.len() > MAX_UNPOSTED || amount > MAX_UNPOSTED_BYTES {
            all.sort_unstable();
        }
        let (mut count, mut amount) = (0, 0);
        for part in all.chunks(ABSORB_BATCH) {
            let mut batch = Batch::new();
            for (_, old, key, bytes) in part {
                let fits = count < MAX_UNPOSTED && amount + bytes.len() <= MAX_UNPOSTED_BYTES;
                if fits {
                    (count, amount) = (count + 1, amount + bytes.len());
                }
                if fits && !old {
                    batch.put(UNPOSTED, key.clone(), bytes.clone());
                } else if !fits && *old {
                    batch.delete(UNPOSTED, key.clone());
                }
            }
            if !batch.is_empty() {
                self.vault.apply(batch).await?;
            }
        }
        Ok(())
    }

    /// Takes in those of the kept letters that show to be members' by a posting key that became known since they were
    /// looked at. Says whether there were any.
    pub(crate) async fn take_in_kept(&mut self, taken: &mut TakenIn) -> Result<bool, NodeError> {
        let mut any = false;
        loop {
            let known = self.members_postings();
            if self.tried_postings.as_ref() == Some(&known) {
                return Ok(any);
            }
            let (kept, _) = scan_all(&self.vault, UNPOSTED).await?;
            let found = kept.into_iter().filter_map(|(key, bytes)| Some((key, self.check_posting(bytes).ok()?)));
            let found: Vec<(Vec<u8>, Verified<Envelope>)> = found.collect();
            for part in found.chunks(ABSORB_BATCH) {
                any = true;
                taken.add(self.take_in(part.iter().map(|(_, envelope)| envelope.clone()).collect()).await?);
                let mut batch = Batch::new();
                for (key, _) in part {
                    batch.delete(UNPOSTED, key.clone());
                }
                self.vault.apply(batch).await?;
            }
            self.tried_postings = Some(known);
        }
    }
}
