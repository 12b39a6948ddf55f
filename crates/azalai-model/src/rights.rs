//! Who may write into a document, given what the roster says about its author.
//!
//! A change by anybody else is set aside and shown as rejected; it must never be applied.

use crate::base::DocumentKind;

/// Why a change may not be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// A report by another device than the one that made it.
    #[error("only the device that made a report may write in it")]
    NotTheReporter,
    /// An incident by somebody who is no coordinator of its area or above.
    #[error("only coordinators of its area and above may write in an incident")]
    NotACoordinator,
}

/// Whether the device `author` may write into a document that the device `creator` made (Ed25519 public keys).
/// `coordinates` is what the roster says: whether the author is a coordinator of the document's area or above.
///
/// # Errors
/// [`Forbidden`], one variant for each rule.
pub fn may_write(
    kind: DocumentKind,
    creator: &[u8; 32],
    author: &[u8; 32],
    coordinates: bool,
) -> Result<(), Forbidden> {
    match kind {
        DocumentKind::Report if creator != author => Err(Forbidden::NotTheReporter),
        DocumentKind::Incident if !coordinates => Err(Forbidden::NotACoordinator),
        DocumentKind::Report | DocumentKind::Incident => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against a coordinator who corrects a monitor's report, and against a monitor who edits an incident.
    #[test]
    fn a_report_is_its_devices_alone_and_an_incident_is_the_coordinators() {
        let (own, other) = ([1; 32], [2; 32]);
        assert_eq!(may_write(DocumentKind::Report, &own, &own, false), Ok(()));
        assert_eq!(may_write(DocumentKind::Report, &own, &other, true), Err(Forbidden::NotTheReporter));
        assert_eq!(may_write(DocumentKind::Incident, &own, &other, true), Ok(()));
        assert_eq!(may_write(DocumentKind::Incident, &own, &own, false), Err(Forbidden::NotACoordinator));
    }
}
