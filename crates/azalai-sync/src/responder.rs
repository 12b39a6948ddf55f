//! Answers encapsulated requests over carriers: a relay's, or a device's that offers an exchange to a neighbour.
//!
//! It keeps nothing between two requests but envelopes and certificates, and says nothing about a project to anybody
//! who did not show to be its member.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use azalai_envelope::certificate::CertificateError;
use azalai_envelope::codec::DecodeError;
use azalai_envelope::{
    Certificate, Day, DeviceKeys, Lane, PostingKey, PostingPublic, ProjectId, SignatureError, SigningPublic,
};
use azalai_store::{Batch, Cursor, Store, StoreError};
use rand_core::CryptoRng;

use crate::budget::Budget;
use crate::capsule::{self, CapsuleError, OpenRequest};
use crate::carrier::{CERTIFICATES, Carrier};
use crate::key::{KeyDocument, Role};
use crate::limits::{MAX_CERTIFICATE_AHEAD_S, MAX_CLOSED_EPOCHS, MIN_KEEP_DAYS};
use crate::message::{Operation, Reply, Request};
use crate::work::{Work, answer};

/// Certificates of one page while they are loaded.
const PAGE_ITEMS: usize = 256;

/// Why a request was not answered: in the order in which it is checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RespondError {
    /// Too large, of another form, or sealed to another responder.
    #[error("{0}")]
    Capsule(#[from] CapsuleError),
    /// No project of that tag is carried here.
    #[error("request: the project is not carried here")]
    UnknownProject,
    /// The project's posting epoch is not known here: deliver a certificate in the same request.
    #[error("request: posting epoch {epoch} is not known here; a newer certificate in the request would tell")]
    UnknownEpoch {
        /// The epoch that the requester named.
        epoch: u32,
    },
    /// The requester did not show to be a member.
    #[error("request: not signed with the posting key of its epoch: {0}")]
    NotMember(SignatureError),
    /// The body has another form.
    #[error("request: {0}")]
    Body(DecodeError),
    /// The store failed.
    #[error("store: {0}")]
    Store(#[from] StoreError),
}

/// Why a certificate was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdmitError {
    /// It has another form or does not hold.
    #[error("{0}")]
    Certificate(#[from] CertificateError),
    /// It names another relay's key.
    #[error("certificate: made for the relay {named}, this one is {own}")]
    OtherRelay {
        /// The key that it names.
        named: String,
        /// The key of this relay.
        own: String,
    },
    /// Its number is more than a day ahead of this relay's clock: taken, it would shut out every later one.
    #[error("certificate: its number {number} is ahead of this relay's clock, which allows {allowed}")]
    Ahead {
        /// Its number.
        number: u32,
        /// The highest that is taken now.
        allowed: u32,
    },
    /// A device takes no certificates.
    #[error("certificate: only relays take certificates")]
    Device,
    /// The store failed.
    #[error("store: {0}")]
    Store(#[from] StoreError),
}

/// The posting keys of a project, as a responder knows them.
#[derive(Debug, Clone)]
pub(crate) struct Postings {
    keys: BTreeMap<u32, SigningPublic>,
    current: u32,
    /// The newest certificate with its number; none on a device.
    pub(crate) certificate: Option<(u32, Vec<u8>)>,
    /// The latest day of a certificate; none on a device.
    pub(crate) day: Option<Day>,
}

impl Postings {
    pub(crate) fn get(&self, epoch: u32) -> Option<PostingPublic> {
        self.keys.get(&epoch).map(|key| PostingPublic { epoch, key: *key })
    }

    fn certify(&mut self, certificate: &Certificate, bytes: &[u8]) {
        self.keys.insert(certificate.posting.epoch, certificate.posting.key);
        self.day = self.day.max(Some(certificate.day));
        if self.certificate.as_ref().is_none_or(|(number, _)| *number < certificate.number) {
            self.current = certificate.posting.epoch;
            self.certificate = Some((certificate.number, bytes.to_vec()));
        }
        while self.keys.len() > MAX_CLOSED_EPOCHS {
            self.keys.pop_first();
        }
    }
}

/// One project that is served.
#[derive(Debug)]
pub(crate) struct Served<S> {
    pub(crate) carrier: Arc<Carrier<S>>,
    postings: RwLock<Postings>,
}

impl<S> Served<S> {
    pub(crate) fn postings(&self) -> Postings {
        self.postings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Answers requests.
#[derive(Debug)]
pub struct Responder<S> {
    pub(crate) keys: DeviceKeys,
    document: KeyDocument,
    /// Where a relay keeps new projects, and with which quota.
    admission: Option<(S, u64)>,
    projects: RwLock<BTreeMap<[u8; 16], Arc<Served<S>>>>,
}

impl<S: Store + Clone> Responder<S> {
    /// A relay with its lasting keys; loads the certificates of `store`. `quota`: bytes of envelopes for one project.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub async fn relay(keys: DeviceKeys, store: S, quota: u64) -> Result<Self, StoreError> {
        let document = KeyDocument::relay(keys.public());
        let relay = Self { keys, document, admission: Some((store.clone(), quota)), projects: RwLock::default() };
        let mut after: Option<Cursor> = None;
        loop {
            let page = store.scan(CERTIFICATES, after.as_ref(), PAGE_ITEMS).await?;
            for (_, bytes) in page.items {
                // What was taken once and does not hold any more was damaged on disk: it can be delivered again.
                if let Ok(certificate) = Certificate::parse(&bytes)
                    && certificate.relay == relay.keys.public()
                {
                    relay.certify(&certificate, &bytes, &store, quota).await?;
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(relay),
            }
        }
    }

    /// A device that offers an exchange, with keys made for it. `postings`: the project's posting keys that it holds,
    /// the current one first.
    pub fn device(keys: DeviceKeys, postings: &[PostingKey], carrier: Arc<Carrier<S>>) -> Self {
        let project = carrier.project();
        let document = KeyDocument::device(keys.public(), &project, postings);
        let current = postings.first().map_or(0, |posting| posting.epoch);
        let known = postings.iter().map(|posting| (posting.epoch, posting.secret.public())).collect();
        let postings = Postings { keys: known, current, certificate: None, day: None };
        let served = Arc::new(Served { carrier, postings: RwLock::new(postings) });
        let tag = capsule::project_tag(&keys.public(), &project);
        Self { keys, document, admission: None, projects: RwLock::new(BTreeMap::from([(tag, served)])) }
    }

    /// What `GET /azalai/1/key` answers.
    #[must_use]
    pub const fn key_document(&self) -> &KeyDocument {
        &self.document
    }

    /// What it is.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.document.role
    }

    /// The carriers of all projects that are served.
    #[must_use]
    pub fn carriers(&self) -> Vec<Arc<Carrier<S>>> {
        let projects = self.projects.read().unwrap_or_else(PoisonError::into_inner);
        projects.values().map(|served| Arc::clone(&served.carrier)).collect()
    }

    /// Deletes durably what is older than `days` days (never fewer than [`MIN_KEEP_DAYS`]), and says so to whoever asks
    /// from then on. A floor never goes down again. Today is the clock's day, held near the newest certificate's as
    /// letters' days are: a clock that is years ahead must not delete everything.
    ///
    /// # Errors
    /// [`StoreError`] if a batch failed; then it is done at the next call.
    pub async fn keep_days(&self, days: u16, now_ms: u64) -> Result<(), StoreError> {
        let served: Vec<_> =
            self.projects.read().unwrap_or_else(PoisonError::into_inner).values().map(Arc::clone).collect();
        for served in served {
            let Some(certified) = served.postings().day else { continue };
            let today = Day::of_ms(now_ms).clamped(certified);
            let floor = Day(today.0.saturating_sub(days.max(MIN_KEEP_DAYS)));
            for lane in Lane::ALL {
                served.carrier.raise_floor(lane, floor).await?;
            }
        }
        Ok(())
    }

    /// Takes a certificate that a member brings, as [`Responder::admit`] does, if its number is no more than a day ahead
    /// of the clock. Numbers begin with the second in which a relay was certified and grow by small steps; whoever
    /// keeps a carrier key after removal could else close a relay to its project for good.
    ///
    /// # Errors
    /// [`AdmitError`], one variant for each rule.
    pub async fn admit_brought(&self, bytes: &[u8], now_ms: u64) -> Result<ProjectId, AdmitError> {
        let number = Certificate::parse(bytes)?.number;
        let allowed = u32::try_from(now_ms / 1000).unwrap_or(u32::MAX).saturating_add(MAX_CERTIFICATE_AHEAD_S);
        if number > allowed {
            return Err(AdmitError::Ahead { number, allowed });
        }
        self.admit(bytes).await
    }

    /// Takes a certificate from its keeper's hand, durably: admits its project, or closes the epochs before it. An older
    /// one than is there changes nothing.
    ///
    /// # Errors
    /// [`AdmitError`], one variant for each rule.
    pub async fn admit(&self, bytes: &[u8]) -> Result<ProjectId, AdmitError> {
        let (store, quota) = self.admission.as_ref().ok_or(AdmitError::Device)?;
        let certificate = Certificate::parse(bytes)?;
        let own = self.keys.public();
        if certificate.relay != own {
            return Err(AdmitError::OtherRelay { named: certificate.relay.to_string(), own: own.to_string() });
        }
        let project = certificate.project();
        let key = [project.as_bytes().as_slice(), &certificate.number.to_be_bytes()].concat();
        let newest = self.served(&project).and_then(|served| served.postings().certificate);
        if newest.is_none_or(|(number, _)| number < certificate.number) {
            let mut batch = Batch::new();
            batch.put(CERTIFICATES, key, bytes);
            store.apply(batch).await?;
            self.certify(&certificate, bytes, store, *quota).await?;
        }
        Ok(project)
    }

    fn served(&self, project: &ProjectId) -> Option<Arc<Served<S>>> {
        let tag = capsule::project_tag(&self.keys.public(), project);
        self.projects.read().unwrap_or_else(PoisonError::into_inner).get(&tag).cloned()
    }

    async fn certify(&self, certificate: &Certificate, bytes: &[u8], store: &S, quota: u64) -> Result<(), StoreError> {
        let project = certificate.project();
        let served = match self.served(&project) {
            Some(served) => served,
            None => {
                let carrier = Arc::new(Carrier::open(store.clone(), project, quota).await?);
                let postings = Postings { keys: BTreeMap::new(), current: 0, certificate: None, day: None };
                let served = Arc::new(Served { carrier, postings: RwLock::new(postings) });
                let tag = capsule::project_tag(&self.keys.public(), &project);
                // Two that admit one project at once share the carrier of the first.
                let mut projects = self.projects.write().unwrap_or_else(PoisonError::into_inner);
                Arc::clone(projects.entry(tag).or_insert(served))
            }
        };
        served.postings.write().unwrap_or_else(PoisonError::into_inner).certify(certificate, bytes);
        Ok(())
    }

    /// Answers a request: size → decapsulation → project → epoch and membership → operations; a put: size → posting
    /// signature → durable → receipt. Much of it is computing: call it where that keeps nobody waiting.
    ///
    /// # Errors
    /// [`RespondError`], one variant for each step.
    pub async fn respond(
        &self,
        request: &[u8],
        now_ms: u64,
        budget: &mut Budget,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, RespondError> {
        let open = capsule::open_request(&self.keys, request)?;
        let served = {
            let projects = self.projects.read().unwrap_or_else(PoisonError::into_inner);
            projects.get(&open.tag).cloned().ok_or(RespondError::UnknownProject)?
        };
        let epoch = open.epoch;
        let posting = match served.postings().get(epoch) {
            Some(posting) => posting,
            None => self.introduced(&open, &served, now_ms).await?.ok_or(RespondError::UnknownEpoch { epoch })?,
        };
        let member = open.verify(&self.keys.public(), &posting).map_err(RespondError::NotMember)?;
        let request = Request::decode(&member.body).map_err(RespondError::Body)?;
        let closed = epoch != served.postings().current;
        let mut work = Work::new(now_ms, closed, &request.salt, budget);
        let mut answers = Vec::with_capacity(request.operations.len());
        for operation in request.operations {
            answers.push(answer(self, &served, &mut work, operation).await?);
        }
        Ok(member.reply.seal(&Reply { answers }.encode(), rng)?)
    }

    /// A member of an epoch that is not known here yet brings the certificate that tells of it in the same request.
    /// The certificate proves itself, so it may be looked at before the membership can be checked.
    async fn introduced(
        &self,
        open: &OpenRequest,
        served: &Served<S>,
        now_ms: u64,
    ) -> Result<Option<PostingPublic>, RespondError> {
        let Ok(request) = Request::decode(open.unchecked_body()) else { return Ok(None) };
        for operation in &request.operations {
            if let Operation::Certificate(bytes) = operation
                && Certificate::parse(bytes).is_ok_and(|it| it.project() == served.carrier.project())
            {
                match self.admit_brought(bytes, now_ms).await {
                    Err(AdmitError::Store(error)) => return Err(error.into()),
                    Ok(_) | Err(_) => return Ok(served.postings().get(open.epoch)),
                }
            }
        }
        Ok(None)
    }
}
