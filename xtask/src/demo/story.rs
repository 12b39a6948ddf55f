//! The demonstration's story, as `seeds/demo/story.json` tells it. Invented from end to end.

use serde::Deserialize;
use serde_json::Value;

use crate::tools::{Failure, root};

#[derive(Debug, Deserialize)]
pub(super) struct Story {
    pub(super) project: Project,
    pub(super) areas: Vec<Area>,
    pub(super) members: Vec<Member>,
    pub(super) courier: Courier,
    pub(super) reports: Vec<Report>,
    pub(super) later: Vec<Later>,
    pub(super) incidents: Vec<Incident>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Project {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Area {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) parent: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Member {
    pub(super) pseudonym: String,
    pub(super) role: String,
    pub(super) area: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Courier {
    pub(super) monitor: String,
    pub(super) carrier: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Report {
    pub(super) key: String,
    pub(super) monitor: String,
    pub(super) category: String,
    pub(super) language: String,
    pub(super) text: String,
    pub(super) when: When,
    pub(super) place: Option<Value>,
    pub(super) tlp: String,
    pub(super) basis: String,
    pub(super) affected: Option<serde_json::Map<String, Value>>,
    pub(super) answers: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct When {
    pub(super) days_ago: u64,
    pub(super) time: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Later {
    #[serde(rename = "do")]
    pub(super) what: String,
    pub(super) report: String,
    pub(super) by: String,
    pub(super) text: Option<String>,
    pub(super) why: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Incident {
    pub(super) key: String,
    pub(super) by: String,
    pub(super) area: String,
    pub(super) category: String,
    pub(super) title: String,
    pub(super) links: Vec<Link>,
    pub(super) independent_sources: u64,
    pub(super) grades: Vec<Grade>,
    pub(super) apart: Vec<Apart>,
    pub(super) conflicts: Vec<String>,
    pub(super) settle: Vec<Settle>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Link {
    pub(super) report: String,
    pub(super) by: String,
    pub(super) rumour: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Grade {
    pub(super) report: String,
    pub(super) by: String,
    pub(super) reliability: String,
    pub(super) credibility: u8,
}

#[derive(Debug, Deserialize)]
pub(super) struct Apart {
    pub(super) by: String,
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) status: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Settle {
    pub(super) by: String,
    pub(super) field: String,
    pub(super) value: String,
}

impl Story {
    pub(super) fn read() -> Result<Self, Failure> {
        let path = root().join("seeds/demo/story.json");
        let failed = |what: String| Failure::new(format!("{}: {what}", path.display()));
        let text = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| failed(error.to_string()))
    }

    pub(super) fn with_role<'a>(&'a self, role: &'a str) -> impl Iterator<Item = &'a Member> {
        self.members.iter().filter(move |member| member.role == role)
    }
}

impl Report {
    /// The report as `azalai report --from -` reads it; when it happened goes on the command line.
    pub(super) fn json(&self) -> String {
        let mut object = serde_json::json!({
            "category": self.category, "language": self.language, "text": self.text, "tlp": format!("TLP:{}", self.tlp),
            "basis": self.basis,
        });
        let optional = [
            ("place", self.place.clone()),
            ("answers", self.answers.clone()),
            (
                "affected",
                self.affected.clone().map(|affected| {
                    affected.into_iter().map(|(what, count)| (what, serde_json::json!({ "total": count }))).collect()
                }),
            ),
        ];
        if let Some(object) = object.as_object_mut() {
            object.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        }
        object.to_string()
    }
}
