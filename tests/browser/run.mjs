// Runs the files of pages/, or those whose names are given. Started by `cargo xtask browser`, which sets
// AZALAI_PROGRAM (the program), AZALAI_CHROMIUM (the browser) and AZALAI_SCREENSHOTS (a folder).
import { readdirSync } from "node:fs";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("pages/", import.meta.url));
const wanted = process.argv.slice(2);
const names = readdirSync(folder).filter((name) => name.endsWith(".mjs")).sort();
const unknown = wanted.filter((name) => !names.includes(`${name}.mjs`));
if (unknown.length > 0) {
  console.error(`there is no pages/${unknown[0]}.mjs; there are: ${names.map((name) => name.slice(0, -4)).join(", ")}`);
  process.exit(2);
}
// The file that waits for the idle lock rests most of its time: it comes first and takes nobody's place.
const files = names.filter((name) => wanted.length === 0 || wanted.includes(name.slice(0, -4)));
files.sort((a, b) => Number(b === "idle.mjs") - Number(a === "idle.mjs"));

let failed = false;
run({ files: files.map((name) => folder + name), concurrency: 3, timeout: 8 * 60_000 })
  .on("test:fail", () => { failed = true; })
  .compose(new spec())
  .on("end", () => process.exit(failed ? 1 : 0))
  .pipe(process.stdout);
