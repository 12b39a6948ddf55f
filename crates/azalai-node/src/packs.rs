//! The pack that the project works with: the one that ships until a steward brought another, and all that were in use
//! before, so that what was written with them keeps its names.
//!
//! Which one is in use follows from the statements that count alone (`docs/spec/packs.md`). A pack never widens what was
//! written before it was brought, and takes no category from a report.

use std::collections::BTreeMap;
use std::sync::Arc;

use azalai_envelope::codec::DecodeError;
use azalai_envelope::{AudienceId, DocumentId, Kind, Lane, SigningPublic, Statement, StatementId, Verified};
use azalai_model::limits::MAX_PACK_FOLLOWS;
use azalai_model::pack::Category;
use azalai_model::pack_brought::{Brought, Part, heads, lineage, merged};
use azalai_model::{Pack, PackRef, Tlp};
use azalai_roster::{Circle, Denied, Standing};
use azalai_store::{Batch, Disk, Store};

use crate::catalog;
use crate::door::{Outcome, refused};
use crate::error::NodeError;
use crate::node::{Node, Saying, scan_all};
use crate::spaces::{PACKS, STATEMENTS};
use crate::stored;

/// A pack that somebody brought.
#[derive(Debug, Clone)]
pub struct PackView {
    /// Its document.
    pub id: DocumentId,
    /// How reports name it.
    pub reference: PackRef,
    /// How many categories it has.
    pub categories: usize,
    /// The device that brought it.
    pub author: SigningPublic,
    /// When, by that device's clock: milliseconds since 1970.
    pub at_ms: u64,
}

/// The packs that a device knows.
#[derive(Debug, Clone)]
pub struct Packs {
    all: Vec<Arc<Pack>>,
    now: Arc<Pack>,
    known: Arc<Pack>,
    brought: Vec<PackView>,
}

impl Packs {
    /// The pack that ships, alone.
    ///
    /// # Errors
    /// None for the pack that ships.
    pub fn shipped() -> Result<Self, NodeError> {
        let pack = catalog::shared_pack()?;
        Ok(Self { all: vec![Arc::clone(&pack)], now: Arc::clone(&pack), known: pack, brought: Vec::new() })
    }

    /// The pack in use: what new reports are offered.
    #[must_use]
    pub fn now(&self) -> &Pack {
        &self.now
    }

    /// Every category that is known, those of the pack in use first and as it has them; the others are no longer
    /// offered, and named where they stand in what was written.
    #[must_use]
    pub fn known(&self) -> &Pack {
        &self.known
    }

    /// A category by its code, in use or not.
    #[must_use]
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.known.category(code)
    }

    /// The label of a new report; see [`Pack::label`]. A category that is no longer offered keeps its routing.
    #[must_use]
    pub fn label(&self, category: &str, asked: Option<Tlp>) -> Tlp {
        self.known.label(category, asked)
    }

    /// The pack that a report of this category names: the one in use, else the nearest before it that has it.
    #[must_use]
    pub fn reference(&self, category: &str) -> PackRef {
        self.all.iter().find(|pack| pack.category(category).is_some()).unwrap_or(&self.now).reference()
    }

    /// What was brought and not replaced, the one in use first; more than one if they were brought apart. None if the
    /// pack in use is the one that ships.
    #[must_use]
    pub fn brought(&self) -> &[PackView] {
        &self.brought
    }
}

/// Whether a statement that came in holds a part of a pack.
pub(crate) fn check_pack(statement: &Statement, everyone: AudienceId) -> Result<(), Outcome> {
    if statement.audience() != everyone {
        return Err(refused(&"a pack that is not sealed to everyone"));
    }
    let body = statement.body().map_err(|error| refused(&error))?;
    match Part::decode(&body) {
        Err(error @ DecodeError::UnknownVersion { .. }) => Err(Outcome::Newer(error.to_string())),
        Err(error) => Err(refused(&error)),
        Ok(part) if (part.number == 0) != statement.opens() => {
            Err(refused(&"a pack does not begin with its first part"))
        }
        Ok(_) => Ok(()),
    }
}

/// The parts of one pack that came in so far, with the statement of each.
#[derive(Default)]
struct Coming {
    opened: Option<(SigningPublic, u64)>,
    parts: BTreeMap<(SigningPublic, u8), (StatementId, Part)>,
}

impl Coming {
    /// The pack, if it is whole; of two parts in one place the one whose statement has the lowest id.
    fn whole(self) -> Option<(Brought, SigningPublic, u64)> {
        let (author, at_ms) = self.opened?;
        let own = self.parts.into_iter().filter(|((by, _), _)| *by == author);
        let parts = own.map(|((_, number), (_, part))| (number, part)).collect();
        Some((Brought::whole(&parts).ok()?, author, at_ms))
    }
}

impl<S: Store, D: Disk + Clone> Node<S, D> {
    /// The packs that this device knows.
    #[must_use]
    pub fn packs(&self) -> Arc<Packs> {
        Arc::clone(&self.packs)
    }

    /// Brings a pack, which [`catalog::read_pack`] has read, for everybody in the project; saved durably. It takes the
    /// place of the one in use, and of those that were brought apart from that.
    ///
    /// # Errors
    /// [`NodeError::Denied`] if this device is no steward's; [`NodeError::Unchanged`] if the pack is in use already;
    /// [`NodeError::Invalid`] if a known pack of the same id and version says something else.
    pub async fn bring_pack(&mut self, pack: &Pack, now_ms: u64) -> Result<DocumentId, NodeError> {
        self.check_new_pack(pack)?;
        let everyone = self.audience(&Circle::Everyone);
        self.settle().await?;
        let follows = self.packs.brought.iter().map(|view| view.id).take(MAX_PACK_FOLLOWS).collect();
        let brought = Brought { follows, pack: pack.clone() };
        let parts = brought.parts().map_err(|error| NodeError::Invalid(error.to_string()))?;
        let nonce = self.random16();
        let id = azalai_envelope::statement::document_id(&self.project, Kind::PACK, &everyone, &self.me(), &nonce);
        for part in parts {
            let chain = self.own_chain(&everyone).await?;
            let (opens, body) = ((part.number == 0).then_some(nonce), part.encode());
            let saying = Saying { kind: Kind::PACK, document: id, opens, audience: everyone, body: &body };
            let statement = self.sign(&saying, chain, now_ms)?;
            self.keep(&statement, Lane::Text, Batch::new()).await?;
        }
        self.gather_packs().await?;
        Ok(id)
    }

    /// Whether this device may bring the pack, and whether anything would come of it. Saves nothing.
    ///
    /// # Errors
    /// As [`Node::bring_pack`].
    pub fn check_new_pack(&self, pack: &Pack) -> Result<(), NodeError> {
        let everyone = self.audience(&Circle::Everyone);
        self.roster.may_write(&self.me(), Kind::PACK, everyone).map_err(|denied| {
            NodeError::Denied(match denied {
                // A monitor's device holds no registry, and does not find itself.
                Denied::Unknown | Denied::Role => "only stewards bring a pack, others use it".to_owned(),
                other => other.to_string(),
            })
        })?;
        catalog::check_pack(pack)?;
        if self.packs.brought.len() < 2 && *self.packs.now == *pack {
            return Err(NodeError::Unchanged(format!("the pack {} is in use already", pack.reference())));
        }
        let known = self.packs.all.iter().find(|known| known.reference() == pack.reference());
        if known.is_some_and(|known| **known != *pack) {
            return Err(NodeError::Invalid(format!(
                "this project knows another pack {}, and reports name it: give the new one a higher version",
                pack.reference()
            )));
        }
        Ok(())
    }

    /// Reads anew which pack is in use: after parts of packs came in, and after the logs changed.
    pub(crate) async fn gather_packs(&mut self) -> Result<(), NodeError> {
        let mut coming: BTreeMap<DocumentId, Coming> = BTreeMap::new();
        let (kept, _) = scan_all(&self.vault, PACKS).await?;
        for (key, _) in kept {
            let Some(bytes) = self.vault.get(STATEMENTS, &key).await? else { continue };
            let statement: Verified<Statement> = stored::decode_statement(&self.project, &bytes)?;
            if self.roster.standing(&statement) != Standing::Counts || self.is_forked(&statement).await? {
                continue;
            }
            let Ok(part) = Part::decode(&statement.body()?) else { continue };
            let slot = coming.entry(statement.document()).or_default();
            if statement.opens() {
                let said = (statement.author(), statement.clock().ms());
                slot.opened = Some(slot.opened.map_or(said, |other| other.min(said)));
            }
            let said = (statement.id(), part);
            let place = slot.parts.entry((statement.author(), said.1.number)).or_insert_with(|| said.clone());
            if said.0 < place.0 {
                *place = said;
            }
        }
        let mut packs = BTreeMap::new();
        let mut authors = BTreeMap::new();
        for (id, coming) in coming {
            if let Some((brought, author, at_ms)) = coming.whole() {
                packs.insert(id, brought);
                authors.insert(id, (author, at_ms));
            }
        }
        let mut all: Vec<Arc<Pack>> = lineage(&packs).into_iter().cloned().map(Arc::new).collect();
        all.push(catalog::shared_pack()?);
        let brought = heads(&packs).into_iter().filter_map(|id| {
            let (pack, (author, at_ms)) = (&packs.get(&id)?.pack, *authors.get(&id)?);
            Some(PackView { id, reference: pack.reference(), categories: pack.categories.len(), author, at_ms })
        });
        let brought = brought.collect();
        let now = all.first().cloned().map_or_else(catalog::shared_pack, Ok)?;
        let known = match all.len() {
            1 => Arc::clone(&now),
            _ => Arc::new(merged(all.iter().map(AsRef::as_ref)).unwrap_or_else(|| (*now).clone())),
        };
        if known != self.packs.known {
            // What is likely the same was compared by the categories' themes.
            self.index.drop_all();
        }
        self.packs = Arc::new(Packs { all, now, known, brought });
        self.packs_stale = false;
        Ok(())
    }
}
