//! A project's short fingerprint: the same on a steward's page and on the page of a relay's keeper, so that both see
//! whose letters it carries. Derived, so that no part of the project's id stands on the keeper's screen.

use azalai_envelope::ProjectId;
use azalai_envelope::ids::{derive8, to_hex};

/// Eight digits in two groups: enough to tell the few projects of one relay apart.
pub(crate) fn of_project(project: &ProjectId) -> String {
    let digits = to_hex(&derive8("azalai 1 project fingerprint", &[project.as_bytes()]));
    let group = |from: usize| digits.get(from..from + 4).unwrap_or_default().to_owned();
    format!("{} {}", group(0), group(4))
}
