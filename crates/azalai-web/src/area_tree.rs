//! The areas of a project as a tree, for lists and choices, with how many people are of each.

use std::collections::{BTreeMap, BTreeSet};

use azalai_roster::{AreaCode, MemberState, Role, Roster};

use crate::limits::MAX_AREA_STEPS;

/// An area in the tree, read from above: each comes after the one that contains it.
pub(crate) struct AreaRow {
    pub(crate) code: AreaCode,
    pub(crate) name: String,
    /// How many areas contain it, at most [`MAX_AREA_STEPS`].
    pub(crate) depth: usize,
    /// The name of the one that contains it; empty if none does.
    pub(crate) parent: String,
    pub(crate) coordinators: usize,
    pub(crate) monitors: usize,
}

impl AreaRow {
    /// The name as a list of choices shows it.
    pub(crate) fn indented(&self) -> String {
        format!("{}{}", "– ".repeat(self.depth), self.name)
    }
}

/// All areas as a tree, in order of their names. In a ring, which two stewards apart can make, one stands for the top.
pub(crate) fn area_rows(roster: &Roster) -> Vec<AreaRow> {
    let mut below: BTreeMap<Option<&AreaCode>, Vec<&AreaCode>> = BTreeMap::new();
    for (code, area) in roster.areas() {
        let parent = area.parent.as_ref().filter(|parent| roster.area(parent).is_some());
        below.entry(parent).or_default().push(code);
    }
    let name = |code: &AreaCode| roster.area(code).map(|area| area.name.clone()).unwrap_or_default();
    for codes in below.values_mut() {
        codes.sort_by_key(|code| name(code).to_lowercase());
    }
    let confirmed: Vec<_> = roster.members().filter(|member| member.state == MemberState::Confirmed).collect();
    let (mut rows, mut seen) = (Vec::new(), BTreeSet::new());
    let tops = below.get(&None).into_iter().flatten().copied().chain(roster.areas().map(|(code, _)| code));
    for top in tops {
        let mut stack = vec![(top, 0)];
        while let Some((code, depth)) = stack.pop() {
            if !seen.insert(code) {
                continue;
            }
            let parent = roster.area(code).and_then(|area| area.parent.as_ref());
            let count = |role: Role| {
                let of_role = confirmed.iter().filter(|member| member.role == role);
                of_role.filter(|member| member.area.as_ref() == Some(code) || member.areas.contains(code)).count()
            };
            rows.push(AreaRow {
                code: code.clone(),
                name: name(code),
                depth: depth.min(MAX_AREA_STEPS),
                parent: parent.map(name).unwrap_or_default(),
                coordinators: count(Role::Coordinator),
                monitors: count(Role::Monitor),
            });
            stack.extend(below.get(&Some(code)).into_iter().flatten().rev().map(|inner| (*inner, depth + 1)));
        }
    }
    rows
}
