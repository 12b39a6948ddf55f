// A project at work: two coordinators of Gao who write apart, a monitor, a relay, and what the monitor wrote.
import { Place } from "./program.mjs";

const REPORTS = [
  ["--category", "road-ambush", "--place", "Ansongo", "--text", "Five motorbikes stopped the bus at the ford and took two people", "--when", "yesterday"],
  ["--category", "road-ambush", "--place", "Ansongo", "--text", "The bus was stopped at the ford by five men on motorbikes", "--when", "yesterday"],
  ["--category", "cattle-raid", "--place", "Bourem", "--text", "أخذوا أربعين بقرة في الليل", "--when", "today", "--urgency", "now", "--danger-to-me"],
  ["--category", "abduction", "--lat", "16.27", "--lon", "-0.04", "--text", "Deux commerçants enlevés au marché", "--when", "today"],
  ["--category", "extortion-tax", "--text", "They ask ten thousand for each lorry", "--when", "unknown"],
];

/** The place, and the ids of the monitor's reports in the order in which they were written. Nothing is served yet. */
export async function desk() {
  const place = new Place();
  place.found();
  place.join("coordinator", "gao", "heron");
  place.join("coordinator", "gao", "stork");
  place.join("monitor", "gao", "swift");
  const relay = await place.relay();
  place.settle(relay, "heron", "stork", "swift");
  const reports = REPORTS.map((words) => place.run("swift", "report", ...words)[0].id);
  meet(place, relay, "swift", "heron", "stork");
  return { place, relay, reports };
}

/** Each exchanges with the relay, in this order. */
export function meet(place, relay, ...homes) {
  for (const home of homes) place.run(home, "sync", "--relay", relay.url);
}
