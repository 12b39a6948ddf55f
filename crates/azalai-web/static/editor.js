// @ts-check
/* Comfort in the form of a report: drafts that save themselves, places while a name is typed, the position by a tap. */
"use strict";

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

/** The position of a device that is held in a hand, asked for by a tap and never otherwise. */
const gps = document.querySelector("[data-gps]");
if (gps instanceof HTMLElement && "geolocation" in navigator && isSecureContext && matchMedia("(pointer: coarse)").matches) {
  const said = gps.querySelector("[role=status]");
  const tell = (text = "") => { if (said) said.textContent = text; };
  gps.hidden = false;
  gps.querySelector("button")?.addEventListener("click", () => {
    tell(gps.dataset.asking);
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const values = { lat: coords.latitude.toFixed(6), lon: coords.longitude.toFixed(6), accuracy: String(Math.ceil(coords.accuracy)), by: "" };
      for (const [name, value] of Object.entries(values)) {
        const field = gps.querySelector(`[name=${name}]`);
        if (field instanceof HTMLInputElement) field.value = value;
      }
      const number = new Intl.NumberFormat(document.documentElement.lang + "-u-nu-" + gps.dataset.numbers);
      tell(gps.dataset.found?.replace("§", number.format(Number(values.accuracy))));
      gps.dispatchEvent(new Event("input", { bubbles: true }));
    }, (error) => tell(error.code === error.PERMISSION_DENIED ? gps.dataset.denied : gps.dataset.failed), { enableHighAccuracy: true, timeout: 30_000 });
  });
}
