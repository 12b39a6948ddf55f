//! What the map in the form of a report is drawn with: the towns by which one finds one's way, and where it begins.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use azalai_node::Places;
use azalai_node::placing::Region;
use serde_json::{Value, json};

use super::map::json_answer;
use crate::app::App;
use crate::gate::Member;
use crate::host::Host;
use crate::problem::Problem;
use crate::texts::Texts;

/// The towns of the shipped list, and the places that were brought to this device: each its name in a language, longitude, latitude and people, and its name as the form
/// writes it.
pub(crate) fn towns(texts: &Texts, places: &Places) -> Vec<Value> {
    let each = places.iter().map(|entry| {
        let people = entry.population.unwrap_or_default();
        json!([entry.name_in(texts.code), entry.point.lon(), entry.point.lat(), people, entry.name])
    });
    each.collect()
}

/// `GET /places/towns`: them all, for every member.
pub(crate) async fn get<H: Host>(State(app): State<Arc<App<H>>>, Member(visitor): Member) -> Result<Response, Problem> {
    let mut open = app.open().await;
    let places = open.device()?.places().await?;
    Ok(json_answer(Value::Array(towns(visitor.texts, &places)).to_string()))
}

/// Where a map of a region begins: `LONGITUDE,LATITUDE`.
pub(crate) fn around(region: &Region) -> String {
    format!("{},{}", region.middle.lon(), region.middle.lat())
}

#[cfg(test)]
mod tests {
    use crate::testing::Browser;

    /// Guards against a map that only coordinators can read the names of, and one that anybody can who has the address.
    #[test]
    fn every_member_gets_the_towns_in_their_language_and_nobody_else() {
        let mut browser = Browser::begun();
        let english = browser.get("/places/towns");
        assert_eq!(english.header("content-type"), "application/json");
        assert!(english.body.contains("\"Gao\"") && !english.body.contains("غاو"));
        browser.post("/language", &[("language", "ar"), ("to", "/settings")]);
        assert!(browser.get("/places/towns").body.contains("غاو"));
        browser.post("/leave", &[]);
        assert_eq!(browser.get("/places/towns").location, "/");
    }

    /// Guards against villages that were brought to a device and that its map, its questions and its incidents do not
    /// know.
    #[test]
    fn places_that_were_brought_are_on_the_map_in_questions_and_in_incidents() {
        let steward = Browser::begun();
        let (mut coordinator, mut monitor) =
            (steward.member("coordinator", "stork"), steward.member("monitor", "swift"));
        let file = "name,alternates,lat,lon,admin\nPuits Salé,Puits Sale,21.5,-3.25,Taoudénit\n";
        for browser in [&coordinator, &monitor] {
            browser.bring_places(file);
        }
        assert!(monitor.get("/places/towns").body.contains("Puits Salé"));
        let path = monitor.begin_report("kidnapping-ransom");
        monitor.post(&path, &[("text", "Taken on the road"), ("q-towards", "PUITS SALE"), ("when", "today")]);
        let check = monitor.get(&format!("{path}/check")).body;
        assert!(check.contains("Puits Salé"), "{check}");
        let saved = monitor.post(&format!("{path}/check"), &[]).location;
        let id = saved.replace("/reports/", "").replace("?saved=1", "");
        monitor.hand_to(&coordinator);
        coordinator.get("/inbox");
        let made = coordinator.post(&format!("/inbox/{id}/new"), &[("title", "Taken")]).location;
        let incident = made.trim_end_matches("?done=made").to_owned();
        let page = coordinator.get(&incident).body;
        let seen = page.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let place = [("do", "place"), ("value", "Puits Sale"), ("seen", seen.as_str())];
        assert!(coordinator.post(&incident, &place).location.ends_with("done=done"));
        let points = coordinator.get("/map/points").body;
        assert!(points.contains("\"lat\":[215000]"), "{points}");
        assert!(coordinator.get("/map/names").body.contains("Puits Salé"));
    }

    /// Guards against a point that loses how exact it is, is taken for where its author stood, or cannot be left out.
    #[test]
    fn a_point_of_the_map_is_shown_with_its_accuracy_before_it_is_saved() {
        let mut browser = Browser::begun();
        let path = browser.begin_report("abduction");
        let policy = browser.get(&path).header("content-security-policy").to_owned();
        assert!(policy.starts_with("default-src 'none'") && policy.ends_with("worker-src 'self'"), "{policy}");
        let point = [("place", "A ford"), ("lat", "16.271"), ("lon", "-0.045"), ("accuracy", "1200"), ("by", "map")];
        browser.post(&path, &point);
        let check = browser.get(&format!("{path}/check")).body;
        assert!(check.contains("A ford") && check.contains("16.2710, -0.0450") && check.contains("1200"), "{check}");
        assert!(!check.contains("where you were"));
        let editor = browser.get(&path).body;
        assert!(editor.contains("value=\"16.271\"") && editor.contains("point on the map"), "{editor}");
        browser.post(&path, &[&point[..], &[("gps", "forget")]].concat());
        let check = browser.get(&format!("{path}/check")).body;
        assert!(check.contains("A ford") && !check.contains("16.27"), "{check}");
    }
}
