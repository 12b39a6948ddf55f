//! The door to the pages of coordinators and stewards: others are told in words that their part does not allow it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use azalai_envelope::DocumentId;
use azalai_envelope::ids::from_hex;
use azalai_roster::{AreaCode, Role};

use crate::app::Device;
use crate::gate::{Member, Visitor};
use crate::host::Host;
use crate::problem::{Kind, Problem};

/// A coordinator or steward who has unlocked the device.
#[derive(Debug, Clone)]
pub(crate) struct Staff(pub(crate) Visitor);

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Member(visitor) = Member::from_request_parts(parts, state).await?;
        match visitor.role {
            Some(Role::Coordinator | Role::Steward) => Ok(Self(visitor)),
            _ => Err(Problem::new(Kind::Denied)),
        }
    }
}

/// Whether a visitor works on incidents. Stewards read what they may, and keep out of it.
pub(crate) fn works(visitor: &Visitor) -> bool {
    visitor.role == Some(Role::Coordinator)
}

/// The document that an address or a field names.
pub(crate) fn document(hex: &str) -> Result<DocumentId, Problem> {
    from_hex(hex).and_then(|bytes| DocumentId::from_slice(&bytes)).ok_or_else(Problem::not_found)
}

/// What an area is called.
pub(crate) fn area_name<H: Host>(device: &Device<H>, code: Option<&AreaCode>) -> String {
    let Some(code) = code else { return String::new() };
    device.roster().area(code).map_or_else(|| code.to_string(), |info| info.name.clone())
}

/// All areas: code, name, and whether it is this one.
pub(crate) fn areas<H: Host>(device: &Device<H>, chosen: Option<&AreaCode>) -> Vec<(String, String, bool)> {
    let areas = device.roster().areas();
    areas.map(|(code, info)| (code.to_string(), info.name.clone(), Some(code) == chosen)).collect()
}
