//! What other tools read: CSV with HXL tags, and GeoJSON; and what may leave to whom.
//!
//! Pure functions from rows to bytes. A row has no field for an author, so no export can carry one; what a wider ring
//! may not have is coarsened, counted or dropped before it becomes a row, and every such thing is listed.

pub mod counts;
pub mod csv;
pub mod geojson;
pub mod ring;
pub mod row;

pub use counts::{Cell, figures};
pub use ring::{LeftOut, Passage, Ring, passage};
pub use row::{IncidentRow, ReportRow, Where};
