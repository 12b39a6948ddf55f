//! The values that flags choose from.

use clap::ValueEnum;

/// What of the past somebody may read.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Past {
    /// All that this device has the keys of.
    All,
    /// Only what is written from now on, under the newest keys.
    None,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Admission {
    /// A coordinator or steward admits each with `azalai admit`.
    ByHand,
    /// An exchange (by relay, neighbour or file) of a coordinator's or steward's device admits each who alone claimed an
    /// invite: an invite that leaks with its words lets a stranger in, and nobody has looked.
    AtExchange,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Role {
    /// Reports.
    Monitor,
    /// Reads, grades and answers for an area.
    Coordinator,
    /// Invites, certifies relays.
    Steward,
}

impl From<Role> for azalai_roster::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Monitor => Self::Monitor,
            Role::Coordinator => Self::Coordinator,
            Role::Steward => Self::Steward,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum What {
    /// Reports.
    Reports,
    /// Incidents.
    Incidents,
}

#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum Format {
    /// Comma-separated values with a row of HXL tags.
    Csv,
    /// GeoJSON (RFC 7946).
    Geojson,
}

#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum Ring {
    /// Within the project.
    Project,
    /// Partners of the project.
    Partners,
    /// Everybody.
    Public,
}
