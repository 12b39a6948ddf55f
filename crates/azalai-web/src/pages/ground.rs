//! The operator's own map, piece by piece, as its reader in the browser asks for it. Never a whole file at once, and
//! nothing of the home but this one file.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::gate::Member;
use crate::host::Host;
use crate::limits::MAX_GROUND_PIECE_BYTES;
use crate::problem::Problem;

/// Where the pieces are.
pub(crate) const GROUND: &str = "/map/ground";

/// With what a PMTiles file of version 3 begins; <https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md>.
const MAGIC: &[u8; 8] = b"PMTiles\x03";

/// What is known of the operator's own map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    /// There is none.
    None,
    /// A file of tiles, by its first bytes.
    Tiles,
    /// A file that is something else.
    Unknown,
}

/// Whether the home has a map of its own.
pub(crate) async fn ground<H: Host>(host: &H) -> Ground {
    match host.ground(0, MAGIC.len()).await {
        None => Ground::None,
        Some(piece) if piece.bytes == MAGIC => Ground::Tiles,
        Some(_) => Ground::Unknown,
    }
}

/// `GET /map/ground` with a header `Range: bytes=FIRST-LAST`. A piece ends where the file does, and is never longer
/// than [`MAX_GROUND_PIECE_BYTES`]; without such a range, or beyond the end, the answer is 416.
pub(crate) async fn get<H: Host>(
    State(app): State<Arc<App<H>>>,
    Member(_): Member,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok()).and_then(range);
    let Some((first, length)) = range else { return Ok(StatusCode::RANGE_NOT_SATISFIABLE.into_response()) };
    let piece = app.host.ground(first, length).await.ok_or_else(Problem::not_found)?;
    let Some(last) = (piece.bytes.len() as u64).checked_sub(1).map(|more| first.saturating_add(more)) else {
        let all = HeaderValue::from_str(&format!("bytes */{}", piece.total)).map_err(Problem::inside)?;
        return Ok((StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, all)]).into_response());
    };
    let which = format!("bytes {first}-{last}/{}", piece.total);
    let which = HeaderValue::from_str(&which).map_err(Problem::inside)?;
    let kind = HeaderValue::from_static("application/octet-stream");
    let headers = [(header::CONTENT_RANGE, which), (header::CONTENT_TYPE, kind)];
    Ok((StatusCode::PARTIAL_CONTENT, headers, piece.bytes).into_response())
}

/// First byte and number of bytes of a range with both ends, as RFC 9110 section 14.1.2 writes it.
fn range(text: &str) -> Option<(u64, usize)> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    let length = last.checked_sub(first)?.saturating_add(1);
    Some((first, usize::try_from(length).map_or(MAX_GROUND_PIECE_BYTES, |length| length.min(MAX_GROUND_PIECE_BYTES))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::range;
    use crate::limits::MAX_GROUND_PIECE_BYTES;
    use crate::testing::Browser;

    #[test]
    fn a_range_has_two_ends_in_order_and_is_never_longer_than_the_limit() {
        assert_eq!(range("bytes=0-16383"), Some((0, 16_384)));
        assert_eq!(range("bytes=5-5"), Some((5, 1)));
        assert_eq!(range("bytes=0-18446744073709551615"), Some((0, MAX_GROUND_PIECE_BYTES)));
        for none in ["", "bytes=", "bytes=0-", "bytes=-5", "bytes=6-5", "bytes=0-1,3-4", "bytes=a-b", "lines=0-1"] {
            assert_eq!(range(none), None, "{none}");
        }
    }

    #[test]
    fn pieces_of_the_own_map_are_given_to_whoever_unlocked_the_device_and_to_nobody_else() {
        let mut browser = Browser::begun();
        assert_eq!(browser.get_with("/map/ground", &[("range", "bytes=0-6")]).status, 404);
        browser.put_ground(b"PMTiles\x03 and more");
        let page = browser.get("/map");
        assert!(page.body.contains("data-own=\"/map/ground\""), "{}", page.body);
        let piece = browser.get_with("/map/ground", &[("range", "bytes=4-9999")]);
        assert_eq!((piece.status, piece.bytes.as_slice()), (206, b"les\x03 and more".as_slice()));
        assert_eq!(piece.header("content-range"), "bytes 4-16/17");
        assert_eq!(browser.get_with("/map/ground", &[("range", "bytes=17-20")]).status, 416);
        assert_eq!(browser.get("/map/ground").status, 416);

        // A monitor has no map of incidents, and shows a point of a report on the file of their own device.
        let mut monitor = browser.member("monitor", "lark");
        let path = monitor.begin_report("abduction");
        assert!(!monitor.get(&path).body.contains("data-own="));
        monitor.put_ground(b"PMTiles\x03 and more");
        assert!(monitor.get(&path).body.contains("data-own=\"/map/ground\""));
        assert_eq!(monitor.get_with("/map/ground", &[("range", "bytes=0-6")]).status, 206);
        assert_eq!(monitor.get("/map").status, 403);
        monitor.post("/leave", &[]);
        assert_eq!(monitor.get_with("/map/ground", &[("range", "bytes=0-6")]).location, "/");
    }

    #[test]
    fn a_file_that_is_no_map_is_named_on_the_page_and_not_opened() {
        let mut browser = Browser::begun();
        browser.put_ground(b"<html>");
        let page = browser.get("/map");
        assert!(!page.body.contains("data-own="));
        assert!(page.body.contains("map.pmtiles"), "{}", page.body);
    }
}
