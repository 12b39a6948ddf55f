// The real program: homes that its command line made, its relay, its pages. Everything is gone when a place closes.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROGRAM = process.env.AZALAI_PROGRAM ?? fileURLToPath(new URL("../../../target/debug/azalai", import.meta.url));
export const PASSPHRASE = "camel salt window river thirty";
// Opening a home is made cheap: these tests do not guess passphrases.
const CHEAP = ["--argon2-memory", "19"];

/** A folder with homes in it, and the processes that serve them. */
export class Place {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "azalai-browser-"));
    this.running = [];
  }

  path(name) {
    return join(this.folder, name);
  }

  /** Runs the program in a home; the objects that it printed. */
  run(home, ...args) {
    const env = { ...process.env, AZALAI_PASSPHRASE: PASSPHRASE };
    delete env.AZALAI_HOME;
    const options = { cwd: this.folder, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] };
    const out = execFileSync(PROGRAM, [...args, "--home", home, "--json"], options);
    return out.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }

  /** Founds a project in the home `steward`: Gao, and Ansongo within it. */
  found() {
    this.run("steward", "project", "new", "--name", "River road", "--area", "gao:Gao", "--area", "ansongo:Ansongo:gao", ...CHEAP);
  }

  /** An invite file and its words. */
  invite(role, area) {
    const file = `${role}-${area}-${this.invites = (this.invites ?? 0) + 1}.invite`;
    const [{ words }] = this.run("steward", "invite", "--role", role, "--area", area, "--out", file, ...CHEAP);
    return { file: this.path(file), words };
  }

  /** Somebody joins in a home of their pseudonym. */
  join(role, area, pseudonym) {
    const { file, words } = this.invite(role, area);
    this.run(pseudonym, "join", file, "--words", words, "--pseudonym", pseudonym, ...CHEAP);
  }

  /** Starts a process that listens; its address, and how to end it. */
  async listens(...args) {
    const env = { ...process.env, AZALAI_PASSPHRASE: PASSPHRASE };
    const child = spawn(PROGRAM, args, { cwd: this.folder, env, stdio: ["ignore", "pipe", "pipe"] });
    const listening = { child, log: "", url: "", out: "" };
    this.running.push(listening);
    child.stderr.on("data", (data) => { listening.log += data; });
    /** What the process says that fits, as soon as it says it. */
    listening.says = (pattern) => new Promise((resolve) => {
      const look = () => {
        const found = pattern.exec(listening.out);
        if (found) resolve(found[1]);
        return found;
      };
      if (!look()) child.stdout.on("data", look);
    });
    listening.url = await new Promise((resolve, reject) => {
      child.stdout.on("data", (data) => { listening.out += data; });
      listening.says(/listening on (http:\/\/\S+)\n/).then(resolve);
      child.on("exit", (code) => reject(new Error(`${args[0]} ended with ${code}: ${listening.log}`)));
    });
    return listening;
  }

  /** The pages of a home. */
  serve(home) {
    return this.listens("serve", "--home", home, "--listen", "127.0.0.1:0", ...CHEAP);
  }

  /** A relay that the steward certified. */
  async relay() {
    const [{ key }] = this.run("relay", "relay-key");
    this.run("steward", "relay-certificate", "--relay-key", key, "--out", "town.cert");
    return this.listens("relay", "--home", "relay", "--listen", "127.0.0.1:0", "--admit", "town.cert");
  }

  /** Everybody exchanges with a relay until all that were invited are admitted and know it. */
  settle(relay, ...homes) {
    for (const home of [...homes, "steward"]) this.run(home, "sync", "--relay", relay.url);
    this.run("steward", "admit");
    for (const home of ["steward", ...homes]) this.run(home, "sync", "--relay", relay.url);
  }

  close() {
    for (const { child } of this.running) child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
