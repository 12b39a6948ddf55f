//! The rows of an export. None of them has a place for an author.

/// Where something happened, as exactly as the ring may know.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Where {
    /// Name of the place.
    pub name: Option<String>,
    /// Latitude and longitude in degrees (WGS 84).
    pub point: Option<(f64, f64)>,
    /// How exact that is: exact, village or area.
    pub precision: String,
}

/// A report.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReportRow {
    /// Its id.
    pub id: String,
    /// Code of its category.
    pub category: String,
    /// When, as text.
    pub occurred: String,
    /// Where.
    pub place: Where,
    /// Code of the area whose coordinators read it.
    pub area: String,
    /// Sharing label.
    pub tlp: String,
    /// How its author knows.
    pub basis: String,
    /// Killed, injured, abducted, displaced, where they are known.
    pub affected: [Option<u32>; 4],
    /// Its words; empty where they may not leave.
    pub text: String,
    /// Its author has not been admitted.
    pub unconfirmed: bool,
}

/// An incident.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct IncidentRow {
    /// Its id.
    pub id: String,
    /// What it is called; empty where words may not leave.
    pub title: String,
    /// Where it stands.
    pub status: String,
    /// Code of its category.
    pub category: String,
    /// When, as text.
    pub occurred: String,
    /// Where.
    pub place: Where,
    /// Code of its area.
    pub area: String,
    /// Sharing label.
    pub tlp: String,
    /// How many reports are behind it.
    pub reports: usize,
    /// How many of them are independent.
    pub independent_sources: usize,
    /// The most cautious grade of its reports, such as B2.
    pub grade: String,
    /// Fields that hold several values.
    pub conflicts: usize,
}
