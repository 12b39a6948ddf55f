//! Areas, circles and roles: the names of who reads together and who does what.

use core::fmt;
use core::str::FromStr;

use azalai_envelope::codec::{DecodeError, Reader, Writer};
use azalai_envelope::ids::derive16;
use azalai_envelope::{AudienceId, ProjectId};

use crate::limits::MAX_AREA_CODE;

/// Why a text is no area code, circle or role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The code is empty or too long.
    #[error("area code: {0} characters, expected 1 to {MAX_AREA_CODE}")]
    AreaLength(usize),
    /// A character that codes do not have.
    #[error("area code: {0:?} is none of a-z, 0-9 and -")]
    AreaCharacter(char),
    /// No circle has this name.
    #[error("{0:?} is no circle: expected everyone, staff, area/CODE or area/CODE/up")]
    Circle(String),
    /// No role has this name.
    #[error("{0:?} is no role: expected monitor, coordinator or steward")]
    Role(String),
}

/// The code of an area: 1 to 32 of `a-z`, `0-9`, `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AreaCode(String);

impl AreaCode {
    /// Checks a text.
    ///
    /// # Errors
    /// [`NameError::AreaLength`], [`NameError::AreaCharacter`].
    pub fn try_new(text: &str) -> Result<Self, NameError> {
        let length = text.chars().count();
        if !(1..=MAX_AREA_CODE).contains(&length) {
            return Err(NameError::AreaLength(length));
        }
        match text.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-')) {
            Some(other) => Err(NameError::AreaCharacter(other)),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.text(&self.0);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let text = reader.text("area code", MAX_AREA_CODE)?;
        Self::try_new(&text).map_err(|_| reader.invalid("area code", "not 1 to 32 of a-z, 0-9 and -"))
    }

    pub(crate) fn write_option(code: Option<&Self>, writer: &mut Writer) {
        writer.u8(u8::from(code.is_some()));
        if let Some(code) = code {
            code.write(writer);
        }
    }

    pub(crate) fn read_option(reader: &mut Reader<'_>) -> Result<Option<Self>, DecodeError> {
        match reader.u8("area flag")? {
            0 => Ok(None),
            1 => Self::read(reader).map(Some),
            _ => Err(reader.invalid("area flag", "neither 0 nor 1")),
        }
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AreaCode {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::try_new(text)
    }
}

/// Members who can open what is sealed to them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Circle {
    /// Every member.
    Everyone,
    /// Coordinators and stewards.
    Staff,
    /// The coordinators of one area.
    Area(AreaCode),
    /// The coordinators of an area and of every area that contains it.
    AreaAndAbove(AreaCode),
}

impl Circle {
    /// The audience that is this circle, in one project.
    #[must_use]
    pub fn audience(&self, project: &ProjectId) -> AudienceId {
        AudienceId(derive16("azalai 1 circle", &[project.as_bytes(), self.to_string().as_bytes()]))
    }

    /// The area it is of, if any.
    #[must_use]
    pub const fn area(&self) -> Option<&AreaCode> {
        match self {
            Self::Everyone | Self::Staff => None,
            Self::Area(code) | Self::AreaAndAbove(code) => Some(code),
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.text(&self.to_string());
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let text = reader.text("circle", MAX_AREA_CODE + "area//up".len())?;
        text.parse().map_err(|_| reader.invalid("circle", "not a circle"))
    }
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone => f.write_str("everyone"),
            Self::Staff => f.write_str("staff"),
            Self::Area(code) => write!(f, "area/{code}"),
            Self::AreaAndAbove(code) => write!(f, "area/{code}/up"),
        }
    }
}

impl FromStr for Circle {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        match text {
            "everyone" => return Ok(Self::Everyone),
            "staff" => return Ok(Self::Staff),
            _ => {}
        }
        let rest = text.strip_prefix("area/").ok_or_else(|| NameError::Circle(text.to_owned()))?;
        match rest.strip_suffix("/up") {
            Some(code) => Ok(Self::AreaAndAbove(AreaCode::try_new(code)?)),
            None => Ok(Self::Area(AreaCode::try_new(rest)?)),
        }
    }
}

/// What a member does. Byte 4 is kept for overseers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reports.
    Monitor,
    /// Reads, grades and answers for an area; invites its monitors.
    Coordinator,
    /// Keeps the authority log.
    Steward,
}

impl Role {
    const ALL: [Self; 3] = [Self::Monitor, Self::Coordinator, Self::Steward];

    /// As on the wire.
    #[must_use]
    pub const fn to_byte(self) -> u8 {
        match self {
            Self::Monitor => 1,
            Self::Coordinator => 2,
            Self::Steward => 3,
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let byte = reader.u8("role")?;
        Self::ALL
            .into_iter()
            .find(|role| role.to_byte() == byte)
            .ok_or_else(|| reader.invalid("role", "not a role (1 monitor, 2 coordinator, 3 steward)"))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Monitor => "monitor",
            Self::Coordinator => "coordinator",
            Self::Steward => "steward",
        })
    }
}

impl FromStr for Role {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::ALL.into_iter().find(|role| role.to_string() == text).ok_or_else(|| NameError::Role(text.to_owned()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Guards against a circle that is written one way and read another: its audience would differ.
    #[test]
    fn every_circle_is_read_back_from_its_name_and_nothing_else_is_a_circle() {
        let area = AreaCode::try_new("gao-2").unwrap();
        for circle in [Circle::Everyone, Circle::Staff, Circle::Area(area.clone()), Circle::AreaAndAbove(area)] {
            assert_eq!(circle.to_string().parse::<Circle>().unwrap(), circle);
        }
        for wrong in ["", "Everyone", "area/", "area//up", "area/A", "area/a/down", "area/a/up/up", "staff "] {
            assert!(wrong.parse::<Circle>().is_err(), "{wrong:?}");
        }
    }

    /// Guards against a change of the audiences that every existing statement was signed for.
    #[test]
    fn audiences_are_fixed_and_differ_by_circle_and_project() {
        let project = ProjectId([7; 32]);
        let everyone = Circle::Everyone.audience(&project);
        assert_eq!(everyone, AudienceId(derive16("azalai 1 circle", &[&[7; 32], b"everyone"])));
        assert_ne!(everyone, Circle::Staff.audience(&project));
        assert_ne!(everyone, Circle::Everyone.audience(&ProjectId([8; 32])));
    }
}
