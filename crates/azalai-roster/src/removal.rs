//! Which removals stand, and so which statements of the authority log count: a function of the set of its
//! statements alone. The registry is never read here, or a monitor's device, which has none, would differ.
//!
//! A removal and the grants behind its author's right hang on each other: so the labels *stands*, *void* and
//! *undecided* are found together, by narrowing two worlds in turn. In the *possible* world only what standing
//! removals exclude is missing; in the *sure* world also what an undecided one excludes. A removal stands once it
//! counts in the sure world, is void once it does not in the possible one. Both worlds only ever move towards each
//! other, so the order of work cannot matter. What stays between them are removals that exclude each other.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::{ChainId, SigningPublic, StatementId};

use crate::act::{Act, Cut};
use crate::circle::Role;
use crate::cuts::{Cuts, Exclusion, Open};
use crate::graph::{Entry, Graph, Log, Place};
use crate::reason::Reason;

/// What a removal is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    Stands,
    Void,
    Undecided,
}

/// A removal by somebody who held the right at some time.
#[derive(Debug, Clone)]
struct Removal<'g> {
    place: Place,
    entry: &'g Entry,
    target: SigningPublic,
    cuts: &'g [Cut],
    label: Label,
    /// Settled by a majority: stands whatever excludes it.
    settled: bool,
}

/// Who is steward and what counts, under one choice of what is excluded.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) stewards: BTreeSet<SigningPublic>,
    pub(crate) live: BTreeSet<StatementId>,
    /// What no cut excludes, whatever a fork sets aside: a removal in it counts, or whoever has a copy of its author's
    /// key would undo it by writing beside it.
    unexcluded: BTreeSet<StatementId>,
    pub(crate) adopted: BTreeSet<StatementId>,
}

/// What is known of removals once all labels are found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Removals {
    /// The label of every removal of the authority log whose author ever held the right.
    pub(crate) labels: BTreeMap<Place, Label>,
    /// Removals that are refused whatever the others say.
    pub(crate) refused: BTreeMap<Place, Reason>,
    /// Cuts on devices that are removed or suspended.
    cuts: Open,
    /// Branches of forks that standing cuts name.
    kept: BTreeSet<StatementId>,
    /// Devices that a standing removal names.
    pub(crate) removed: BTreeSet<SigningPublic>,
    /// The world ignoring all removals.
    pub(crate) ever: World,
    /// The world as it counts.
    pub(crate) world: World,
    /// The founding that counts.
    pub(crate) found: Option<Place>,
}

impl Removals {
    /// How the removals of the authority log treat a statement.
    pub(crate) fn exclusion(&self, author: &SigningPublic, chain: ChainId, seq: u64, id: StatementId) -> Exclusion {
        self.cuts.exclusion(author, chain, seq, id)
    }

    /// The cuts on a device: of removals that stand, and of those that are not void.
    pub(crate) fn cuts_on(&self, device: &SigningPublic) -> [Option<&Cuts>; 2] {
        [self.cuts.standing.get(device), self.cuts.open.get(device)]
    }

    /// The cut on a device's chain by removals that stand.
    pub(crate) fn standing_cut(&self, author: &SigningPublic, chain: ChainId) -> Option<Cut> {
        self.cuts.standing.get(author)?.on(chain)
    }

    /// Whether a cut that stands names the statement or one that follows it in its chain: then that branch of a fork counts.
    pub(crate) fn keeps(&self, id: &StatementId) -> bool {
        self.kept.contains(id)
    }

    /// Adds a removal that stands in the registry: of a monitor, so that nothing in the authority log moves.
    pub(crate) fn add_registry(&mut self, target: SigningPublic, cuts: &[Cut]) {
        self.cuts.standing.entry(target).or_default().add(cuts);
        self.cuts.open.entry(target).or_default().add(cuts);
        self.removed.insert(target);
    }

    /// Whether a removal of the device is undecided and none stands.
    pub(crate) fn is_suspended(&self, device: &SigningPublic) -> bool {
        self.cuts.open.contains_key(device) && !self.removed.contains(device)
    }
}

struct Solver<'g> {
    graph: &'g Graph,
    root: SigningPublic,
    founds: Vec<(Place, SigningPublic)>,
    removals: Vec<Removal<'g>>,
}

/// Solves the authority log.
pub(crate) fn solve(graph: &Graph, root: SigningPublic) -> Removals {
    let founds: Vec<(Place, SigningPublic)> = graph
        .acts(Log::Authority)
        .filter_map(|(entry, place, act)| match act {
            Act::Found { carrier, founder, .. } if entry.author == root && carrier.root == root => {
                Some((place, founder.signing))
            }
            _ => None,
        })
        .collect();
    let mut solver = Solver { graph, root, founds, removals: Vec::new() };
    let ever = solver.world(&|_| false, &BTreeSet::new(), None);
    let mut refused = BTreeMap::new();
    for (entry, place, act) in graph.acts(Log::Authority) {
        let Act::Remove { device, cuts } = act else { continue };
        let removal = Removal { place, entry, target: *device, cuts, label: Label::Undecided, settled: false };
        match solver.refusal(&removal, &ever) {
            Some(reason) => {
                refused.insert(place, reason);
            }
            None => solver.removals.push(removal),
        }
    }
    loop {
        solver.narrow();
        if !solver.settle() {
            break;
        }
    }
    solver.finish(ever, refused)
}

impl<'g> Solver<'g> {
    /// The least fixpoint from the root: who is steward by grants that count, what is adopted by stewards.
    fn world(
        &self,
        excluded: &dyn Fn(&Entry) -> bool,
        kept: &BTreeSet<StatementId>,
        only_found: Option<Place>,
    ) -> World {
        let mut world = World::default();
        loop {
            let unforked = |id: &StatementId| kept.contains(id) || world.adopted.contains(id);
            let authority = || self.graph.of(Log::Authority);
            let counts = |entry: &&Entry| !excluded(entry) || world.adopted.contains(&entry.id);
            let unexcluded = authority().filter(counts).map(|entry| entry.id).collect();
            let live = authority().filter(counts).filter(|entry| self.graph.unforked(entry, &unforked));
            (world.live, world.unexcluded) = (live.map(|entry| entry.id).collect(), unexcluded);
            world.stewards = self.stewards(&world.live, excluded, only_found);
            let adopted: BTreeSet<StatementId> = self
                .live_acts(&world)
                .filter_map(|(entry, _, act)| match act {
                    Act::Adopt { statements } => Some((entry.author, statements)),
                    _ => None,
                })
                .filter(|(author, ids)| !self.graph.any_of(ids, author))
                .flat_map(|(_, ids)| ids.iter().copied())
                .collect();
            if adopted.is_subset(&world.adopted) {
                return world;
            }
            world.adopted.extend(adopted);
        }
    }

    fn live_acts<'w>(&'w self, world: &'w World) -> impl Iterator<Item = (&'g Entry, Place, &'g Act)> + 'w {
        self.graph
            .acts(Log::Authority)
            .filter(|(entry, ..)| world.live.contains(&entry.id) && world.stewards.contains(&entry.author))
    }

    fn stewards(
        &self,
        live: &BTreeSet<StatementId>,
        excluded: &dyn Fn(&Entry) -> bool,
        only_found: Option<Place>,
    ) -> BTreeSet<SigningPublic> {
        let mut stewards = BTreeSet::from([self.root]);
        for (place, founder) in &self.founds {
            let counts = match only_found {
                Some(only) => *place == only,
                // A fork does not unmake a founding: there would be nobody left to settle it.
                None => self.graph.entries.get(&place.0).is_some_and(|entry| !excluded(entry)),
            };
            if counts {
                stewards.insert(*founder);
            }
        }
        loop {
            let before = stewards.len();
            for (entry, _, act) in self.graph.acts(Log::Authority) {
                if let Act::Grant { device, role: Role::Steward, area: None, .. } = act
                    && live.contains(&entry.id)
                    && stewards.contains(&entry.author)
                {
                    stewards.insert(device.signing);
                }
            }
            if stewards.len() == before {
                return stewards;
            }
        }
    }

    /// Why a removal counts in no case.
    fn refusal(&self, removal: &Removal<'g>, ever: &World) -> Option<Reason> {
        let author = removal.entry.author;
        if !ever.stewards.contains(&author) {
            return Some(Reason::NoRight);
        }
        if author == removal.target {
            return Some(Reason::OwnDevice);
        }
        // A removal that undoes its own author's grant could neither stand nor fall, and would suspend everybody
        // whose right came the same way: nobody saws off the branch they sit on.
        let mut cuts = Cuts::default();
        cuts.add(removal.cuts);
        let excluded = |entry: &Entry| {
            entry.author == removal.target && cuts.exclusion(entry.chain, entry.seq, entry.id) != Exclusion::No
        };
        let alone = self.world(&excluded, &self.kept([&cuts]), None);
        (!alone.stewards.contains(&author)).then_some(Reason::CutsOwnRight)
    }

    /// Branches of forks that cuts name.
    fn kept<'c>(&self, cuts: impl IntoIterator<Item = &'c Cuts>) -> BTreeSet<StatementId> {
        cuts.into_iter().flat_map(Cuts::named).flat_map(|id| self.graph.chain_past(id)).collect()
    }

    fn cuts_of(&self, chosen: impl Fn(&Removal<'g>) -> bool) -> BTreeMap<SigningPublic, Cuts> {
        let mut all: BTreeMap<SigningPublic, Cuts> = BTreeMap::new();
        for removal in self.removals.iter().filter(|removal| chosen(removal)) {
            all.entry(removal.target).or_default().add(removal.cuts);
        }
        all
    }

    fn open(&self, chosen: impl Fn(&Removal<'g>) -> bool) -> Open {
        Open {
            standing: self.cuts_of(|removal| removal.label == Label::Stands && chosen(removal)),
            open: self.cuts_of(|removal| removal.label != Label::Void && chosen(removal)),
        }
    }

    /// The possible world: missing is only what is excluded whichever way the undecided go.
    fn possible(&self) -> World {
        let open = self.open(|_| true);
        self.world(&|entry| open.surely(entry), &self.kept(open.open.values()), None)
    }

    /// The sure world: missing is all that may be excluded.
    fn sure(&self, only_found: Option<Place>) -> World {
        let open = self.open(|_| true);
        self.world(&|entry| open.possibly(entry), &self.kept(open.standing.values()), only_found)
    }

    /// Labels what can be labelled.
    fn narrow(&mut self) {
        loop {
            let possible = self.possible();
            let sure = self.sure(None);
            let mut changed = false;
            for removal in &mut self.removals {
                let counts = |world: &World| {
                    world.unexcluded.contains(&removal.entry.id) && world.stewards.contains(&removal.entry.author)
                };
                let label = if removal.settled || counts(&sure) {
                    Label::Stands
                } else if !counts(&possible) {
                    Label::Void
                } else {
                    Label::Undecided
                };
                // A label once found stays: the worlds only narrow.
                if removal.label == Label::Undecided && label != Label::Undecided {
                    removal.label = label;
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// Settles undecided removals by majority; true if any was. Of the stewards other than the one to be removed
    /// (and those whom only that one's contested acts made), more than half must remove it. A vote counts unless a
    /// third party's removal may exclude it: whom it is about cannot silence it. Voters must be stewards in the
    /// sure world, or whoever is removed could make new ones to vote.
    fn settle(&mut self) -> bool {
        let undecided: BTreeSet<SigningPublic> =
            self.removals.iter().filter(|r| r.label == Label::Undecided).map(|r| r.target).collect();
        let sure = self.sure(None);
        let mut settled: BTreeMap<SigningPublic, BTreeSet<SigningPublic>> = BTreeMap::new();
        let open = self.open(|_| true);
        for target in undecided {
            let excluded = |entry: &Entry| open.surely(entry) || (entry.author == target && open.possibly(entry));
            let electorate: BTreeSet<SigningPublic> = self
                .world(&excluded, &self.kept(open.open.values()), None)
                .stewards
                .into_iter()
                .filter(|steward| *steward != target && self.is_member(steward))
                .collect();
            let by_others = self.open(|removal| removal.entry.author != target);
            let voters: BTreeSet<SigningPublic> = self
                .removals
                .iter()
                .filter(|removal| removal.target == target && removal.label != Label::Void)
                .filter(|removal| !by_others.possibly(removal.entry))
                .map(|removal| removal.entry.author)
                .filter(|author| electorate.contains(author) && sure.stewards.contains(author))
                .collect();
            if voters.len() * 2 > electorate.len() {
                settled.insert(target, voters);
            }
        }
        // Two that a majority each removes by the other's vote settle nothing.
        let targets: BTreeSet<SigningPublic> = settled.keys().copied().collect();
        settled.retain(|_, voters| voters.is_disjoint(&targets));
        let mut any = false;
        for removal in &mut self.removals {
            if removal.label == Label::Undecided
                && settled.get(&removal.target).is_some_and(|voters| voters.contains(&removal.entry.author))
            {
                removal.label = Label::Stands;
                removal.settled = true;
                any = true;
            }
        }
        any
    }

    /// The root key is no voter unless it is somebody's device.
    fn is_member(&self, key: &SigningPublic) -> bool {
        *key != self.root || self.founds.iter().any(|(_, founder)| founder == key)
    }

    fn finish(self, ever: World, refused: BTreeMap<Place, Reason>) -> Removals {
        let open = self.open(|_| true);
        // Of several foundings one counts: the lowest of those that no removal excludes, so that a root key in
        // other hands cannot found anew after it was removed.
        let found = self
            .founds
            .iter()
            .map(|(place, _)| *place)
            .find(|place| self.graph.entries.get(&place.0).is_some_and(|entry| !open.possibly(entry)))
            .or_else(|| self.founds.first().map(|(place, _)| *place));
        Removals {
            labels: self.removals.iter().map(|removal| (removal.place, removal.label)).collect(),
            refused,
            removed: self.removals.iter().filter(|r| r.label == Label::Stands).map(|r| r.target).collect(),
            ever,
            world: self.sure(found),
            kept: self.kept(open.standing.values()),
            cuts: open,
            found,
        }
    }
}
