//! `cargo xtask demo`: a community at work on this machine, with real processes and the default storage. It checks
//! its own outcome at every step and fails loudly.

mod pages;
mod program;
mod story;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::tools::{self, Failure, Outcome, root};
use pages::Pages;
use program::{PASSPHRASE, Program, Running, fresh_folder};
use story::{Incident, Report, Story};

/// Runs the demonstration, which ends with three pages open; `--headless` asks for each page once and ends.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let headless = match arguments {
        [] => false,
        [flag] if flag == "--headless" => true,
        other => return Err(Failure::new(format!("demo takes only --headless, not {}", other.join(" ")))),
    };
    tools::run(tools::cargo(&["build", "--package", "azalai-cli"]))?;
    let folder = root().join("target/demo");
    fresh_folder(&folder)?;
    let metadata = tools::ask(tools::cargo(&["metadata", "--format-version", "1", "--no-deps"]));
    let metadata: Value = metadata.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let target =
        metadata.get("target_directory").and_then(Value::as_str).map_or_else(|| root().join("target"), Into::into);
    let mut demo = Demo {
        story: Story::read()?,
        program: Program::new(target.join("debug/azalai"), folder),
        reports: BTreeMap::new(),
        keeper: String::new(),
        step: 0,
    };
    let relay = demo.play()?;
    demo.farewell(relay, headless)
}

struct Demo {
    story: Story,
    program: Program,
    /// Ids of reports by their names in the story.
    reports: BTreeMap<String, String>,
    /// Where the page of the relay's keeper is.
    keeper: String,
    step: usize,
}

fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn number(object: &Value, name: &str) -> u64 {
    object.get(name).and_then(Value::as_u64).unwrap_or_default()
}

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(Failure::new(format!("the demonstration's own check failed: {}", what()))) }
}

impl Demo {
    fn say(&mut self, what: &str) {
        self.step += 1;
        println!("\n{:>2}. {what}", self.step);
    }

    fn play(&mut self) -> Result<Running, Failure> {
        let relay = self.found()?;
        self.join()?;
        let third = self.story.reports.len().div_ceil(3);
        self.write(0, third)?;
        let relay = self.first_round(relay)?;
        let relay = self.kill_and_restart(relay)?;
        self.admit(&relay)?;
        self.write(third, self.story.reports.len())?;
        self.change_words()?;
        self.second_round(&relay)?;
        self.check_reports()?;
        self.merge(&relay)?;
        self.export()?;
        Ok(relay)
    }

    fn name_of(&self, role: &str) -> Result<String, Failure> {
        let member = self.story.with_role(role).next();
        member.map(|member| member.pseudonym.clone()).ok_or_else(|| Failure::new(format!("the story has no {role}")))
    }

    fn names(&self, role: &str) -> Vec<String> {
        self.story.with_role(role).map(|member| member.pseudonym.clone()).collect()
    }

    fn found(&mut self) -> Result<Running, Failure> {
        let steward = self.name_of("steward")?;
        self.say(&format!("{steward}, the steward, founds the project with its areas."));
        let areas: Vec<String> = self
            .story
            .areas
            .iter()
            .map(|area| match &area.parent {
                Some(parent) => format!("{}:{}:{parent}", area.code, area.name),
                None => format!("{}:{}", area.code, area.name),
            })
            .collect();
        let mut arguments = vec!["project", "new", "--name", &self.story.project.name, "--pseudonym", &steward];
        for area in &areas {
            arguments.extend(["--area", area]);
        }
        self.program.run(&steward, &arguments)?;
        self.say("A relay's keeper makes its key; the steward certifies it; the relay starts. It can open nothing.");
        let key = self.program.one("relay", &["relay-key"])?;
        self.program
            .run(&steward, &["relay-certificate", "--relay-key", text(&key, "key"), "--out", "relay.certificate"])?;
        let relay =
            self.program.start("relay", &["relay", "--listen", "127.0.0.1:0", "--admit", "relay.certificate"])?;
        println!("    the relay listens on {}", relay.url);
        Ok(relay)
    }

    fn join(&mut self) -> Outcome {
        let steward = self.name_of("steward")?;
        self.say("The steward makes an invite for each of the others. They join with a file and six words; no network is used.");
        let others: Vec<(String, String, String)> = self
            .story
            .members
            .iter()
            .filter(|member| member.role != "steward")
            .map(|member| (member.pseudonym.clone(), member.role.clone(), member.area.clone()))
            .collect();
        for (name, role, area) in &others {
            let file = format!("{name}.invite");
            let invite = self.program.one(&steward, &["invite", "--role", role, "--area", area, "--out", &file])?;
            self.program.run(name, &["join", &file, "--words", text(&invite, "words"), "--pseudonym", name])?;
            println!("    {name} joins as {role} of {area}");
        }
        Ok(())
    }

    fn write(&mut self, from: usize, to: usize) -> Outcome {
        self.say("Monitors write what they saw and heard, each on their own device, offline.");
        let today = today()?;
        for index in from..to {
            let Some(report) = self.story.reports.get(index) else { break };
            let id = self.write_one(report, today)?;
            println!("    {} ({}, {}): {}…", report.monitor, report.language, report.category, beginning(&report.text));
            self.reports.insert(report.key.clone(), id);
        }
        Ok(())
    }

    fn write_one(&self, report: &Report, today: u64) -> Result<String, Failure> {
        let day = date(today.saturating_sub(report.when.days_ago));
        let when = report.when.time.as_ref().map_or_else(|| day.clone(), |time| format!("{day}T{time}"));
        let mut arguments = vec!["report", "--from", "-", "--when", &when];
        // For the coordinators of one area alone: the author chooses the one that has some.
        let area = self.story.with_role("coordinator").next().map(|member| member.area.clone()).unwrap_or_default();
        if report.tlp == "AMBER+STRICT" {
            arguments.extend(["--area", &area]);
        }
        let objects = self.program.run_with(&report.monitor, &arguments, &report.json())?;
        Ok(objects.first().map(|object| text(object, "id").to_owned()).unwrap_or_default())
    }

    fn sync(&self, name: &str, relay: &Running) -> Result<Value, Failure> {
        let object = self.program.one(name, &["sync", "--relay", &relay.url])?;
        println!(
            "    {name}: {} letters out, {} in, {} new for this device",
            number(&object, "sent"),
            number(&object, "received"),
            number(&object, "new_statements")
        );
        Ok(object)
    }

    /// The courier's letters go to a neighbour's device, which cannot open them.
    fn hand_on(&self) -> Outcome {
        let (monitor, carrier) = (&self.story.courier.monitor, &self.story.courier.carrier);
        let neighbour = self.program.start(carrier, &["exchange", "--listen", "127.0.0.1:0"])?;
        let object = self.program.one(monitor, &["sync", "--peer", &neighbour.url])?;
        println!(
            "    {monitor} hands {} letters to {carrier} and takes {}",
            number(&object, "sent"),
            number(&object, "received")
        );
        neighbour.stop()
    }

    fn first_round(&mut self, relay: Running) -> Result<Running, Failure> {
        let courier = self.story.courier.monitor.clone();
        self.say(&format!(
            "First round. {courier} never meets the relay, and hands its letters to a neighbour, who carries them on."
        ));
        self.hand_on()?;
        let own = self.program.run(&self.story.courier.carrier, &["reports"])?;
        ensure(own.iter().all(|report| report.get("own") == Some(&Value::Bool(true))), || {
            format!("{} can read reports that are not its own", self.story.courier.carrier)
        })?;
        for name in self.names("monitor").iter().filter(|name| **name != courier) {
            self.sync(name, &relay)?;
        }
        Ok(relay)
    }

    fn kill_and_restart(&mut self, relay: Running) -> Result<Running, Failure> {
        self.say("The relay is killed with kill -9, and started again. What it had acknowledged has to be there.");
        let monitor =
            self.names("monitor").into_iter().find(|name| *name != self.story.courier.monitor).unwrap_or_default();
        let before = self.program.one(&monitor, &["status"])?;
        let held = before.get("own_report_statements").map_or(0, |progress| number(progress, "relay"));
        ensure(held > 0, || format!("{monitor} has no report of which the relay says that it holds it"))?;
        relay.kill()?;
        let listen = ["relay", "--listen", "127.0.0.1:0", "--keeper", "127.0.0.1:0", "--admit", "relay.certificate"];
        let mut relay = self.program.start("relay", &listen)?;
        let keeper = relay.next_url("the keeper's page is on ")?;
        self.keeper = keeper.ok_or_else(|| Failure::new("the relay did not say where its keeper's page is"))?;
        let again = self.sync(&monitor, &relay)?;
        ensure(number(&again, "sent") == 0 && again.get("settled") == Some(&Value::Bool(true)), || {
            "the relay lost letters that it had acknowledged".to_owned()
        })?;
        println!("    nothing had to be sent again");
        Ok(relay)
    }

    fn admit(&mut self, relay: &Running) -> Outcome {
        let steward = self.name_of("steward")?;
        self.say(
            "The coordinators post their claims; the steward learns who joined, admits them, and exchanges again.",
        );
        for name in self.names("coordinator") {
            self.sync(&name, relay)?;
        }
        self.sync(&steward, relay)?;
        let admitted = self.program.run(&steward, &["admit"])?;
        let expected = self.story.members.len() - 1;
        ensure(admitted.len() == expected, || format!("{} were admitted, not {expected}", admitted.len()))?;
        self.sync(&steward, relay)?;
        let unreadable = self.program.run(&steward, &["reports"])?;
        ensure(unreadable.is_empty(), || "the steward can read reports, which are for coordinators".to_owned())
    }

    fn change_words(&mut self) -> Outcome {
        self.say("A monitor corrects a report; another takes one back. What was said before stays in the history.");
        for later in &self.story.later {
            let id = self.reports.get(&later.report).map(String::as_str).unwrap_or_default();
            match later.what.as_str() {
                "amend" => {
                    self.program.run(&later.by, &["amend", id, "--text", later.text.as_deref().unwrap_or_default()])?
                }
                "retract" => {
                    self.program.run(&later.by, &["retract", id, "--why", later.why.as_deref().unwrap_or_default()])?
                }
                other => return Err(Failure::new(format!("the story does {other:?}, which nobody knows"))),
            };
            println!("    {} {}s {}", later.by, later.what, later.report);
        }
        Ok(())
    }

    fn second_round(&mut self, relay: &Running) -> Outcome {
        self.say("Second round: letters go up, admissions and receipts come down, also by the neighbour's hands.");
        let courier = self.story.courier.monitor.clone();
        let monitors = self.names("monitor");
        for round in 0..2 {
            self.hand_on()?;
            for name in monitors.iter().filter(|name| **name != courier) {
                self.sync(name, relay)?;
            }
            if round == 0 {
                for name in self.names("coordinator") {
                    self.sync(&name, relay)?;
                }
            }
        }
        self.hand_on()
    }

    fn check_reports(&mut self) -> Outcome {
        self.say("Every report is with both coordinators, word for word, and its author holds their receipt.");
        for coordinator in self.names("coordinator") {
            let seen = self.program.run(&coordinator, &["reports"])?;
            ensure(seen.len() == self.story.reports.len(), || {
                format!("{coordinator} sees {} reports, not {}", seen.len(), self.story.reports.len())
            })?;
            let by_id: BTreeMap<&str, &Value> = seen.iter().map(|report| (text(report, "id"), report)).collect();
            for report in &self.story.reports {
                let amended = self
                    .story
                    .later
                    .iter()
                    .find(|later| later.report == report.key)
                    .and_then(|later| later.text.as_ref());
                let id = self.reports.get(&report.key).map(String::as_str).unwrap_or_default();
                let words = by_id.get(id).map(|report| text(report, "text")).unwrap_or_default();
                ensure(words == amended.unwrap_or(&report.text), || {
                    format!("{coordinator} reads other words in {}", report.key)
                })?;
            }
        }
        for monitor in self.names("monitor") {
            let own = self.program.run(&monitor, &["reports"])?;
            let unanswered =
                own.iter().filter(|report| !matches!(text(report, "state"), "opened" | "acted" | "retracted")).count();
            ensure(unanswered == 0, || format!("{monitor} has {unanswered} reports without a coordinator's receipt"))?;
            ensure(own.iter().all(|report| report.get("own") == Some(&Value::Bool(true))), || {
                format!("{monitor} reads others' reports")
            })?;
            println!("    {monitor}: {} own reports, all opened by a coordinator; none of anybody else's", own.len());
        }
        Ok(())
    }

    fn merge(&mut self, relay: &Running) -> Outcome {
        self.say("The coordinators make incidents of overlapping reports, and exchange.");
        let mut ids = BTreeMap::new();
        for incident in &self.story.incidents {
            let made = self.program.one(
                &incident.by,
                &[
                    "incident",
                    "new",
                    "--title",
                    &incident.title,
                    "--area",
                    &incident.area,
                    "--category",
                    &incident.category,
                ],
            )?;
            println!("    {} makes {:?}", incident.by, incident.title);
            ids.insert(incident.key.clone(), text(&made, "id").to_owned());
        }
        self.sync_coordinators(relay)?;
        self.say("Apart and offline, both link reports, grade them, and change the same incident.");
        for incident in &self.story.incidents {
            self.work_apart(incident, ids.get(&incident.key).map(String::as_str).unwrap_or_default())?;
        }
        self.say("They exchange. Both hold the same bytes; what they set apart is shown, with who wrote it.");
        self.sync_coordinators(relay)?;
        for incident in &self.story.incidents {
            self.check_incident(incident, ids.get(&incident.key).map(String::as_str).unwrap_or_default(), false)?;
        }
        self.say("Each grades what the other linked; with two independent sources, \"confirmed\" may be said.");
        for incident in &self.story.incidents {
            let id = ids.get(&incident.key).map(String::as_str).unwrap_or_default();
            let linked_by_other = |grade: &&story::Grade| {
                incident.links.iter().any(|link| link.report == grade.report && link.by != grade.by)
            };
            for grade in incident.grades.iter().filter(linked_by_other) {
                let report = self.reports.get(&grade.report).cloned().unwrap_or_default();
                self.grade(id, grade, &report)?;
            }
        }
        self.say("They settle it.");
        for incident in &self.story.incidents {
            let id = ids.get(&incident.key).map(String::as_str).unwrap_or_default();
            for settle in &incident.settle {
                self.program.run(&settle.by, &["incident", "settle", id, &settle.field, "--value", &settle.value])?;
                println!("    {} settles {} as {:?}", settle.by, settle.field, settle.value);
            }
        }
        self.sync_coordinators(relay)?;
        for incident in &self.story.incidents {
            self.check_incident(incident, ids.get(&incident.key).map(String::as_str).unwrap_or_default(), true)?;
        }
        Ok(())
    }

    fn sync_coordinators(&self, relay: &Running) -> Outcome {
        // Twice: the first one's letters reach the second at once, the second's reach the first the next time.
        for _ in 0..2 {
            for name in self.names("coordinator") {
                self.sync(&name, relay)?;
            }
        }
        Ok(())
    }

    fn work_apart(&self, incident: &Incident, id: &str) -> Outcome {
        let report = |key: &str| self.reports.get(key).cloned().unwrap_or_default();
        for link in &incident.links {
            let report = report(&link.report);
            let mut arguments = vec!["incident", "link", id, &report];
            if let Some(rumour) = &link.rumour {
                arguments.extend(["--rumour", rumour]);
            }
            self.program.run(&link.by, &arguments)?;
            println!("    {} links {} to {}", link.by, link.report, incident.key);
        }
        for grade in incident
            .grades
            .iter()
            .filter(|grade| incident.links.iter().any(|link| link.report == grade.report && link.by == grade.by))
        {
            self.grade(id, grade, &report(&grade.report))?;
        }
        for apart in &incident.apart {
            if let Some(title) = &apart.title {
                self.program.run(&apart.by, &["incident", "set", id, "--title", title])?;
                println!("    {} calls it {title:?}", apart.by);
            }
            for status in &apart.status {
                self.program.run(&apart.by, &["incident", "set", id, "--status", status])?;
                println!("    {} sets it to {status}", apart.by);
            }
        }
        Ok(())
    }

    fn grade(&self, id: &str, grade: &story::Grade, report: &str) -> Outcome {
        let credibility = grade.credibility.to_string();
        let arguments =
            ["incident", "grade", id, report, "--reliability", &grade.reliability, "--credibility", &credibility];
        self.program.run(&grade.by, &arguments)?;
        println!("    {} grades {} {}{credibility}", grade.by, grade.report, grade.reliability);
        Ok(())
    }

    fn check_incident(&self, incident: &Incident, id: &str, settled: bool) -> Outcome {
        let mut digests = BTreeSet::new();
        for name in self.names("coordinator") {
            let shown = self.program.one(&name, &["show", id])?;
            digests.insert(text(&shown, "digest").to_owned());
            let conflicts = shown.get("conflicts").and_then(Value::as_array).cloned().unwrap_or_default();
            let fields: BTreeSet<&str> = conflicts.iter().map(|conflict| text(conflict, "field")).collect();
            let expected: BTreeSet<&str> =
                if settled { BTreeSet::new() } else { incident.conflicts.iter().map(String::as_str).collect() };
            ensure(fields == expected, || {
                format!("{name} sees {fields:?} set apart in {}, not {expected:?}", incident.key)
            })?;
            ensure(number(&shown, "independent_sources") == incident.independent_sources, || {
                format!(
                    "{name} counts {} independent sources in {}",
                    number(&shown, "independent_sources"),
                    incident.key
                )
            })?;
            for conflict in conflicts.iter().filter(|_| name == incident.by) {
                for value in conflict.get("values").and_then(Value::as_array).into_iter().flatten() {
                    println!(
                        "    {} of {}: {} by {}",
                        text(conflict, "field"),
                        incident.key,
                        value.get("value").unwrap_or(&Value::Null),
                        text(value, "author")
                    );
                }
            }
        }
        ensure(digests.len() == 1, || format!("the coordinators hold different bytes of {}", incident.key))?;
        println!("    {}: byte for byte the same with both coordinators", incident.key);
        Ok(())
    }

    fn export(&mut self) -> Outcome {
        let coordinator = self.name_of("coordinator")?;
        self.say("A CSV and a GeoJSON come out: coarse places and days, no authors.");
        for (what, format, file) in [("reports", "csv", "reports.csv"), ("incidents", "geojson", "incidents.geojson")] {
            let arguments = ["export", "--what", what, "--format", format, "--for", "project", "--out", file];
            let done = self.program.one(&coordinator, &arguments)?;
            println!("    {file}: {} rows", number(&done, "rows"));
            for left in done.get("left_out").and_then(Value::as_array).into_iter().flatten() {
                println!("      left out or made coarser: {} ({})", text(left, "what"), number(left, "count"));
            }
            let written =
                std::fs::read_to_string(self.program.path(file)).map_err(|error| Failure::new(error.to_string()))?;
            for monitor in self.names("monitor") {
                ensure(!written.contains(&monitor), || format!("{file} names {monitor}"))?;
            }
        }
        Ok(())
    }

    fn farewell(&self, relay: Running, headless: bool) -> Outcome {
        let (monitors, coordinators) = (self.names("monitor"), self.names("coordinator"));
        let ([monitor, other_monitor, ..], [coordinator, other_coordinator, ..]) = (&*monitors, &*coordinators) else {
            return Err(Failure::new("the story has not two monitors and two coordinators"));
        };
        let pages = Pages::serve(&self.program, monitor, coordinator, self.keeper.clone())?;
        println!("\nAll checks hold. Everything is in {}", self.program.folder.display());
        pages.print();
        if headless {
            pages.check()?;
            pages.stop()?;
            return relay.stop();
        }
        println!("\nOr by hand, with the homes that no page has open:");
        println!("  cd {}", self.program.folder.display());
        println!("  export AZALAI_PASSPHRASE={PASSPHRASE:?}");
        for line in ["incidents", "reports --state acted", "status"] {
            println!("  ../debug/azalai {line} --home {other_coordinator}");
        }
        println!("  ../debug/azalai report --home {other_monitor} --category road-ambush --text \"…\" --place Ansongo");
        println!("  ../debug/azalai sync --relay {} --home {other_coordinator}", relay.url);
        println!("\nThe pages and the relay (on {}, process {}) stay up; end them with Ctrl-C.", relay.url, relay.id());
        pages.open();
        relay.wait()
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(48).collect()
}

#[allow(clippy::disallowed_methods, reason = "the story happens in the last days before today")]
fn today() -> Result<u64, Failure> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map(|since| since.as_secs() / 86_400).map_err(|_| Failure::new("this machine's clock stands before 1970"))
}

/// A day since 1970 as YYYY-MM-DD.
fn date(day: u64) -> String {
    let (mut year, mut left) = (1970, day);
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    loop {
        let length = if leap(year) { 366 } else { 365 };
        if left < length {
            break;
        }
        left -= length;
        year += 1;
    }
    let mut month = 1;
    for length in [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guards against reports dated on another day than the story means.
    #[test]
    fn days_since_1970_are_dates() {
        assert_eq!((date(0), date(59), date(20_781)), ("1970-01-01".into(), "1970-03-01".into(), "2026-11-24".into()));
        assert_eq!(date(11_016), "2000-02-29");
    }
}
