//! What a relay's keeper may know: how much is held of each project, day and lane, the days of certificates, and how
//! many visits each day brought.
//!
//! Visits are counts in memory alone, by day: a relay that is seized must know of nobody who came, nor when. Nothing
//! here keeps an address, an order, or a time finer than a day.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use azalai_envelope::{Certificate, Day, Lane, ProjectId};
use azalai_store::{Cursor, Store as _, StoreError};
use azalai_sync::State;
use azalai_sync::carrier::CERTIFICATES;
use azalai_sync::index::Amount;

use crate::limits::MAX_VISIT_DAYS;
use crate::relay::Relay;

/// The route that every exchange asks for first, once.
const KEY_ROUTE: &str = "/azalai/1/key";

/// Certificates of one page while they are read.
const PAGE_ITEMS: usize = 256;

/// What a relay holds of one project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The project.
    pub project: ProjectId,
    /// The posting epoch of its newest certificate.
    pub epoch: u32,
    /// The day of its newest certificate.
    pub certified: Day,
    /// The day of the first certificate that is kept.
    pub since: Day,
    /// Envelopes and bytes held, for each day and lane.
    pub held: BTreeMap<(Day, Lane), Amount>,
}

impl Relay {
    /// What it holds, project by project in order of their ids. Walks over everything that it knows of: for a person
    /// who looks, not for every request.
    ///
    /// # Errors
    /// [`StoreError`] if the certificates cannot be read.
    pub async fn holdings(&self) -> Result<Vec<Holding>, StoreError> {
        let mut holdings: BTreeMap<ProjectId, Holding> = BTreeMap::new();
        let carriers = self.responder().carriers();
        let Some(store) = carriers.first().map(|carrier| carrier.store()) else { return Ok(Vec::new()) };
        let mut after: Option<Cursor> = None;
        loop {
            let page = store.scan(CERTIFICATES, after.as_ref(), PAGE_ITEMS).await?;
            let certificates = page.items.iter().filter_map(|(_, bytes)| Certificate::parse(bytes).ok());
            for certificate in certificates.filter(|certificate| certificate.relay == self.public()) {
                let (project, day, epoch) = (certificate.project(), certificate.day, certificate.posting.epoch);
                let first = || Holding { project, epoch, certified: day, since: day, held: BTreeMap::new() };
                let holding = holdings.entry(project).or_insert_with(first);
                holding.since = holding.since.min(day);
                (holding.certified, holding.epoch) = (holding.certified, holding.epoch).max((day, epoch));
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        for carrier in &carriers {
            let Some(holding) = holdings.get_mut(&carrier.project()) else { continue };
            carrier.read(|index| {
                for (_, entry) in index.iter().filter(|(_, entry)| entry.state == State::Held) {
                    let amount = holding.held.entry((entry.day, entry.lane)).or_default();
                    amount.envelopes += 1;
                    amount.bytes += u64::from(entry.len);
                }
            });
        }
        Ok(holdings.into_values().collect())
    }
}

/// How many visits each day brought. A visit is an exchange that began: each asks for the relay's key once.
#[derive(Debug, Clone, Default)]
pub struct Visits(Arc<Mutex<BTreeMap<Day, u64>>>);

impl Visits {
    /// Counts what comes to these routes from now on. `clock`: milliseconds since 1970.
    pub fn count(&self, router: Router, clock: impl Fn() -> u64 + Clone + Send + Sync + 'static) -> Router {
        let visits = self.clone();
        router.layer(from_fn(move |request: Request, next: Next| {
            let (visits, clock) = (visits.clone(), clock.clone());
            async move {
                let begins = request.uri().path() == KEY_ROUTE;
                let response = next.run(request).await;
                if begins && response.status() == StatusCode::OK {
                    visits.add(Day::of_ms(clock()));
                }
                response
            }
        }))
    }

    fn add(&self, day: Day) {
        let mut days = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *days.entry(day).or_default() += 1;
        while days.len() > MAX_VISIT_DAYS {
            days.pop_first();
        }
    }

    /// The visits of each day, as far as they are remembered.
    #[must_use]
    pub fn by_day(&self) -> BTreeMap<Day, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Guards against counts that reach back further than anybody needs.
    #[test]
    fn visits_are_counted_by_day_and_old_days_are_forgotten() {
        let visits = Visits::default();
        for day in 0..40 {
            visits.add(Day(day));
            visits.add(Day(day));
        }
        let by_day = visits.by_day();
        assert_eq!(by_day.len(), MAX_VISIT_DAYS);
        assert_eq!((by_day.first_key_value(), by_day.last_key_value()), (Some((&Day(9), &2)), Some((&Day(39), &2))));
    }
}
