// @ts-check
/* Comfort only: every page works without this. It never asks anything but these pages' own origin. */
"use strict";

/** Escape twice within a second leaves, as the button does. */
let escaped = 0;
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const now = Date.now();
  const leave = document.getElementById("leave");
  if (now - escaped < 1000 && leave instanceof HTMLFormElement) leave.requestSubmit();
  escaped = now;
});

/** A page that a browser kept for its back button is asked for again before anybody sees it. */
addEventListener("pagehide", () => { document.documentElement.hidden = true; });
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

/** Who leaves in one tab leaves in all of them. */
const left = new BroadcastChannel("leave");
left.addEventListener("message", () => location.replace("/calendar"));
document.getElementById("leave")?.addEventListener("submit", () => left.postMessage(""));

/** A narrow screen shows the way that this page belongs to. */
document.querySelector(".ways [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

/** After the rest that the settings name, the page goes away by itself; what was typed is in its draft. */
const idle = Number(document.body.dataset.idle);
if (idle > 0) {
  let resting = 0;
  let until = 0;
  const touched = () => {
    clearTimeout(resting);
    until = Date.now() + idle + 1000;
    resting = setTimeout(() => location.replace("/"), idle + 1000);
  };
  // A device that sleeps stops the clock of its pages, and not the other one.
  const woke = () => {
    if (Date.now() < until) return;
    document.documentElement.hidden = true;
    location.replace("/");
  };
  for (const event of ["focus", "pageshow"]) addEventListener(event, woke);
  document.addEventListener("visibilitychange", woke);
  for (const event of ["keydown", "pointerdown", "scroll"]) document.addEventListener(event, touched, { passive: true });
  touched();
}

/** What is under way looks again by itself, without keeping anybody unlocked, until it has ended. */
const looked = document.querySelector("[data-live]");
if (looked instanceof HTMLElement && looked.dataset.live) {
  const address = looked.dataset.live;
  const look = async () => {
    try {
      const answer = await fetch(address, { headers: { "x-quiet": "1" }, redirect: "manual" });
      if (!answer.ok) return location.replace("/");
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
      const now = document.querySelector("[data-live]");
      if (!(fresh instanceof HTMLElement) || !fresh.dataset.live || !now) return location.replace(address);
      for (const name of ["dl", ".cards"]) {
        const [old, next] = [now.querySelector(name), fresh.querySelector(name)];
        if (old && next) old.replaceWith(next);
        else if (next) now.append(next);
      }
    } catch {
      // The program is not there now: the page says what it said last.
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 700);
}
