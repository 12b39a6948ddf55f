//! An ordered set of (day, id) as a tree whose inner nodes know how many ids lie below them, so that a position and a
//! rank each cost one walk down. Nothing is ever taken out: what falls below a floor is left behind by building anew.
//!
//! The nodes hold no sums for fingerprints: one message of reconciliation walks the set a small number of times in
//! all, whatever it asks (a millisecond for 100,000 ids), and sets that are the same are told by digests.

use core::ops::ControlFlow;

use azalai_envelope::EnvelopeId;

use crate::limits::NODE_WIDTH;

/// An element: ordered by day, then id.
pub(crate) type Key = (u16, EnvelopeId);

#[derive(Debug, Clone)]
pub(crate) enum Node {
    Leaf(Vec<Key>),
    Inner(Vec<Child>),
}

#[derive(Debug, Clone)]
pub(crate) struct Child {
    first: Key,
    count: usize,
    node: Node,
}

enum Inserted {
    Already,
    Fits,
    /// The node became too wide; this is its right half.
    Split(Node),
}

impl Child {
    /// `None` for an empty node, which the tree has only at its root.
    fn of(node: Node) -> Option<Self> {
        let (first, count) = match &node {
            Node::Leaf(keys) => (*keys.first()?, keys.len()),
            Node::Inner(children) => (children.first()?.first, children.iter().map(|child| child.count).sum()),
        };
        Some(Self { first, count, node })
    }
}

impl Default for Node {
    fn default() -> Self {
        Self::Leaf(Vec::new())
    }
}

impl Node {
    /// Adds `key` to the tree of this root; `false` if it was there.
    pub(crate) fn add(&mut self, key: Key) -> bool {
        match self.insert(key) {
            Inserted::Already => false,
            Inserted::Fits => true,
            Inserted::Split(right) => {
                let left = core::mem::take(self);
                *self = Self::Inner([left, right].into_iter().filter_map(Child::of).collect());
                true
            }
        }
    }

    fn insert(&mut self, key: Key) -> Inserted {
        match self {
            Self::Leaf(keys) => match keys.binary_search(&key) {
                Ok(_) => Inserted::Already,
                Err(place) => {
                    keys.insert(place, key);
                    if keys.len() > NODE_WIDTH {
                        Inserted::Split(Self::Leaf(keys.split_off(NODE_WIDTH / 2)))
                    } else {
                        Inserted::Fits
                    }
                }
            },
            Self::Inner(children) => {
                let place = children.partition_point(|child| child.first <= key).saturating_sub(1);
                let Some(child) = children.get_mut(place) else { return Inserted::Already };
                match child.node.insert(key) {
                    Inserted::Already => return Inserted::Already,
                    Inserted::Fits => {
                        child.first = child.first.min(key);
                        child.count += 1;
                        return Inserted::Fits;
                    }
                    Inserted::Split(right) => {
                        let left = core::mem::take(&mut child.node);
                        children.splice(place..=place, [left, right].into_iter().filter_map(Child::of));
                    }
                }
                if children.len() > NODE_WIDTH {
                    Inserted::Split(Self::Inner(children.split_off(NODE_WIDTH / 2)))
                } else {
                    Inserted::Fits
                }
            }
        }
    }

    /// How many elements lie before `key`.
    pub(crate) fn rank(&self, key: &Key) -> usize {
        match self {
            Self::Leaf(keys) => keys.partition_point(|other| other < key),
            Self::Inner(children) => {
                let place = children.partition_point(|child| child.first < *key).saturating_sub(1);
                let before: usize = children.iter().take(place).map(|child| child.count).sum();
                before + children.get(place).map_or(0, |child| child.node.rank(key))
            }
        }
    }

    /// The element at `index`.
    pub(crate) fn at(&self, mut index: usize) -> Option<Key> {
        match self {
            Self::Leaf(keys) => keys.get(index).copied(),
            Self::Inner(children) => {
                for child in children {
                    if index < child.count {
                        return child.node.at(index);
                    }
                    index -= child.count;
                }
                None
            }
        }
    }

    /// Visits the elements from index `begin` to before `end`, in order, until told to stop. `base` is the index of
    /// the first element below this node.
    pub(crate) fn visit<B>(
        &self,
        base: usize,
        begin: usize,
        end: usize,
        visit: &mut impl FnMut(usize, Key) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        match self {
            Self::Leaf(keys) => {
                let wanted = keys.iter().enumerate().skip(begin.saturating_sub(base));
                for (index, key) in wanted.map(|(at, key)| (base + at, key)).take_while(|(index, _)| *index < end) {
                    visit(index, *key)?;
                }
            }
            Self::Inner(children) => {
                let mut base = base;
                for child in children {
                    if base >= end {
                        break;
                    }
                    if base + child.count > begin {
                        child.node.visit(base, begin, end, visit)?;
                    }
                    base += child.count;
                }
            }
        }
        ControlFlow::Continue(())
    }
}
