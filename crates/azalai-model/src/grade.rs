//! How far a report is believed: the letter of its source and the number of its content, and who may say so.

use std::collections::{BTreeMap, BTreeSet};

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::ids::{AuthorId, DocumentId};
use serde::Serialize;

use crate::limits::MAX_TEXT_BYTES;
use crate::scalar::{Packed, coded};

coded! {
    /// How reliable the source is.
    Reliability, "reliability", {
        /// Completely reliable.
        A = 1, "A";
        /// Usually reliable.
        B = 2, "B";
        /// Fairly reliable.
        C = 3, "C";
        /// Not usually reliable.
        D = 4, "D";
        /// Unreliable.
        E = 5, "E";
        /// Cannot be judged.
        F = 6, "F";
    }
}

coded! {
    /// How credible the content is.
    Credibility, "credibility", {
        /// Confirmed by other sources: asks for two independent ones.
        Confirmed = 1, "1";
        /// Probably true.
        Probable = 2, "2";
        /// Possibly true.
        Possible = 3, "3";
        /// Doubtful.
        Doubtful = 4, "4";
        /// Improbable.
        Improbable = 5, "5";
        /// Cannot be judged.
        Unjudged = 6, "6";
    }
}

/// A report without a grade.
pub const UNGRADED: (Reliability, Credibility) = (Reliability::F, Credibility::Unjudged);

/// Of several grades of one report the more cautious letter and number. "Cannot be judged" gives way to a judgement;
/// without any, F6.
#[must_use]
pub fn most_cautious(grades: impl Iterator<Item = (Reliability, Credibility)>) -> (Reliability, Credibility) {
    let (letter, digit) = UNGRADED;
    grades.fold(UNGRADED, |(reliability, credibility), (other_letter, other_digit)| {
        let letter_of = |one, two| {
            if one == letter {
                two
            } else if two == letter {
                one
            } else {
                core::cmp::max(one, two)
            }
        };
        let digit_of = |one, two| {
            if one == digit {
                two
            } else if two == digit {
                one
            } else {
                core::cmp::max(one, two)
            }
        };
        (letter_of(reliability, other_letter), digit_of(credibility, other_digit))
    })
}

/// Independent sources that [`Credibility::Confirmed`] asks for.
pub const SOURCES_FOR_CONFIRMED: usize = 2;

/// One grader's judgement of one report: one value, so that its parts never come from two people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grade {
    /// Of the source.
    pub reliability: Reliability,
    /// Of the content.
    pub credibility: Credibility,
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// Why; may be empty.
    pub why: String,
}

impl Packed for Grade {
    const FIELD: &'static str = "grade";

    fn pack(&self, out: &mut Writer) {
        out.u8(self.reliability.code()).u8(self.credibility.code()).varint(self.at).text(&self.why);
    }

    fn unpack(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (reliability, credibility) = (input.u8("reliability")?, input.u8("credibility")?);
        let unknown = || input.invalid("grade", "no letter from A to F with a number from 1 to 6");
        let reliability = Reliability::from_code(u64::from(reliability)).ok_or_else(unknown)?;
        let credibility = Credibility::from_code(u64::from(credibility)).ok_or_else(unknown)?;
        Ok(Self {
            reliability,
            credibility,
            at: input.varint("grade time")?,
            why: input.text("grade reason", MAX_TEXT_BYTES)?,
        })
    }
}

/// A person as the registry groups devices: named by one of that person's devices, which one is the registry's choice
/// and the same for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person(pub AuthorId);

/// What reading and grading an incident needs to know from outside the document. Every function answers `None` for
/// what is not known here.
pub trait People {
    /// The device whose verified statement brought a change.
    fn author_of(&self, change: &[u8; 32]) -> Option<AuthorId>;
    /// The person behind a device.
    fn person(&self, device: AuthorId) -> Option<Person>;
    /// The person who wrote a report.
    fn reporter(&self, report: DocumentId) -> Option<Person>;
    /// Whether its author took a report back, as far as is known here.
    fn retracted(&self, _report: DocumentId) -> bool {
        false
    }
}

/// Nobody is known: for reading a document on its own.
#[derive(Debug, Clone, Copy)]
pub struct Strangers;

impl People for Strangers {
    fn author_of(&self, _: &[u8; 32]) -> Option<AuthorId> {
        None
    }

    fn person(&self, _: AuthorId) -> Option<Person> {
        None
    }

    fn reporter(&self, _: DocumentId) -> Option<Person> {
        None
    }
}

/// A linked report, as far as it can be a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name that reports of one rumour share.
    pub rumour: Option<String>,
    /// Who wrote it.
    pub person: Option<Person>,
    /// Whether that person took it back.
    pub retracted: bool,
}

impl Source {
    /// What a report is as a source.
    pub(crate) fn of(report: DocumentId, rumour: Option<String>, people: &dyn People) -> Self {
        Self { rumour, person: people.reporter(report), retracted: people.retracted(report) }
    }
}

/// How many sources are independent of one another: the connected components of reports that share a rumour or a
/// person. Reports whose person is not known add nothing to known ones, since they may be the same person's; they can
/// still join two known ones through a rumour; and if there are no others, they are one source together. A report that
/// was taken back is no source; what it shows to belong together stays so.
#[must_use]
pub fn independent_sources(links: &BTreeMap<DocumentId, Source>) -> usize {
    /// What joins reports.
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    enum Join<'a> {
        Rumour(&'a str),
        Person(Person),
    }
    let mut members: BTreeMap<Join<'_>, Vec<DocumentId>> = BTreeMap::new();
    for (report, Source { rumour, person, .. }) in links {
        if let Some(rumour) = rumour {
            members.entry(Join::Rumour(rumour)).or_default().push(*report);
        }
        if let Some(person) = person {
            members.entry(Join::Person(*person)).or_default().push(*report);
        }
    }
    let mut component: BTreeMap<DocumentId, DocumentId> = links.keys().map(|report| (*report, *report)).collect();
    // Each round takes the lowest name of every group over to its members; a few rounds settle any real incident.
    loop {
        let mut changed = false;
        for group in members.values() {
            let lowest = group.iter().filter_map(|report| component.get(report)).min().copied();
            for report in group {
                if let (Some(lowest), Some(name)) = (lowest, component.get_mut(report))
                    && *name != lowest
                {
                    *name = lowest;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    let standing = || links.iter().filter(|(_, source)| !source.retracted);
    let known = standing().filter(|(_, source)| source.person.is_some());
    let components: BTreeSet<_> = known.filter_map(|(report, _)| component.get(report)).collect();
    if components.is_empty() { standing().take(1).count() } else { components.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Spec = (u8, Option<&'static str>, Option<u8>);

    fn count(links: &[Spec]) -> usize {
        count_without(links, &[])
    }

    fn count_without(links: &[Spec], retracted: &[u8]) -> usize {
        let person = |person: u8| Person(AuthorId([person; 8]));
        let entry = |(report, rumour, by): &Spec| {
            let retracted = retracted.contains(report);
            let source = Source { rumour: rumour.map(str::to_owned), person: by.map(person), retracted };
            (DocumentId([*report; 16]), source)
        };
        independent_sources(&links.iter().map(entry).collect())
    }

    /// Guards against an incident that stands on what its witnesses took back.
    #[test]
    fn a_report_that_was_taken_back_is_no_source() {
        let two = [(1, None, Some(1)), (2, None, Some(2))];
        assert_eq!((count_without(&two, &[]), count_without(&two, &[2]), count_without(&two, &[1, 2])), (2, 1, 0));
        // It still shows that two others had it from one mouth.
        let chain = [(1, Some("a"), Some(1)), (2, Some("a"), Some(2)), (3, None, Some(2)), (4, Some("a"), None)];
        assert_eq!(count_without(&chain, &[2]), 1);
        assert_eq!(count_without(&[(1, None, Some(1)), (2, None, None)], &[1]), 1);
    }

    /// Guards against one person, or one rumour, being counted as several sources.
    #[test]
    fn reports_that_share_a_rumour_or_a_person_are_one_source() {
        assert_eq!(count(&[]), 0);
        assert_eq!(count(&[(1, None, Some(1)), (2, None, Some(2))]), 2);
        assert_eq!(count(&[(1, None, Some(1)), (2, None, Some(1))]), 1);
        assert_eq!(count(&[(1, Some("well"), Some(1)), (2, Some("well"), Some(2))]), 1);
        // Joined over a third: 1 and 2 share a rumour, 2 and 3 a person, 3 and 4 a rumour.
        let chain =
            [(4, Some("a"), Some(1)), (3, Some("a"), Some(2)), (2, Some("b"), Some(2)), (1, Some("b"), Some(3))];
        assert_eq!(count(&chain), 1);
        assert_eq!(count(&chain[..2]), 1);
        assert_eq!(count(&[chain[0], chain[3]]), 2);
    }

    /// Guards against a confirmation that rests on reports whose writers nobody here knows.
    #[test]
    fn reports_of_unknown_persons_do_not_add_sources() {
        assert_eq!(count(&[(1, None, None), (2, None, None)]), 1);
        assert_eq!(count(&[(1, None, None), (2, None, Some(1))]), 1);
        assert_eq!(count(&[(1, Some("a"), Some(1)), (2, Some("a"), None), (3, None, Some(2))]), 2);
    }
}
