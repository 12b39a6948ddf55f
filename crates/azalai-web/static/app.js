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

/** What is typed goes into the draft a moment later. */
for (const form of document.querySelectorAll("form[data-save]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  const offset = form.elements.namedItem("offset");
  if (offset instanceof HTMLInputElement) offset.value = String(-new Date().getTimezoneOffset());
  const kept = form.querySelector("[data-kept]");
  let timer = 0;
  let sent = false;
  const save = async () => {
    if (sent) return;
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.append(name, value);
    fields.append("quiet", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields, credentials: "same-origin", redirect: "manual" });
      if (kept instanceof HTMLElement) kept.textContent = answer.status === 204 ? (kept.dataset.kept ?? "") : "";
    } catch {
      // The program is not there now; what was typed is still in the page.
    }
  };
  form.addEventListener("input", () => {
    if (kept) kept.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(save, 800);
  });
  form.addEventListener("submit", () => { sent = true; clearTimeout(timer); });

  const place = form.elements.namedItem("place");
  const list = document.getElementById("places");
  let asking = 0;
  if (place instanceof HTMLInputElement && list) {
    place.addEventListener("input", () => {
      clearTimeout(asking);
      asking = setTimeout(async () => {
        const answer = await fetch("/places?q=" + encodeURIComponent(place.value), { redirect: "manual" });
        if (answer.ok) list.innerHTML = await answer.text();
      }, 200);
    });
  }
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

/** The position of a device that is held in a hand, asked for by a tap and never otherwise. */
const gps = document.querySelector("[data-gps]");
if (gps instanceof HTMLElement && "geolocation" in navigator && isSecureContext && matchMedia("(pointer: coarse)").matches) {
  const said = gps.querySelector("[role=status]");
  const tell = (text = "") => { if (said) said.textContent = text; };
  gps.hidden = false;
  gps.querySelector("button")?.addEventListener("click", () => {
    tell(gps.dataset.asking);
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const values = { lat: coords.latitude.toFixed(6), lon: coords.longitude.toFixed(6), accuracy: String(Math.ceil(coords.accuracy)) };
      for (const [name, value] of Object.entries(values)) {
        const field = gps.querySelector(`[name=${name}]`);
        if (field instanceof HTMLInputElement) field.value = value;
      }
      tell(gps.dataset.found?.replace("§", values.accuracy));
      gps.dispatchEvent(new Event("input", { bubbles: true }));
    }, (error) => tell(error.code === error.PERMISSION_DENIED ? gps.dataset.denied : gps.dataset.failed), { enableHighAccuracy: true, timeout: 30_000 });
  });
}
