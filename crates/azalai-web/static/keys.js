// @ts-check
/* Working through a list by keys. Comfort only: every key stands for something that is on the page, and none sends a
   form: it brings the focus there, so that Enter or Space remains the person's own word. */
"use strict";

const OFF = "keys-off";
const isOff = () => sessionStorage.getItem(OFF) === "1";

/** @returns {HTMLElement[]} what is gone through, in order */
const items = () => [...document.querySelectorAll("[data-item]")].filter((item) => item instanceof HTMLElement);

/** @returns {HTMLElement | undefined} the item that has the focus, or holds what has it */
const current = () => items().find((item) => item.contains(document.activeElement));

/** @param {number} step */
function go(step) {
  const all = items();
  const here = current();
  const at = here ? all.indexOf(here) + step : step > 0 ? 0 : all.length - 1;
  const next = all[Math.max(0, Math.min(at, all.length - 1))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** Brings the focus to what a key stands for; a folded form is opened first. @param {string} key */
function reach(key) {
  const wanted = `[data-key="${CSS.escape(key)}"]`;
  const here = current();
  const found = (here ?? document).querySelector(wanted) ?? (here ? null : items()[0]?.querySelector(wanted)) ?? document.querySelector(wanted);
  if (!(found instanceof HTMLElement)) return false;
  const folded = found.closest("details");
  if (folded) folded.open = true;
  const field = found.tagName === "SUMMARY" ? folded?.querySelector("input:not([type=hidden]), select, textarea, button") : found;
  if (!(field instanceof HTMLElement)) return false;
  if (field instanceof HTMLAnchorElement) field.click();
  else field.focus();
  if (field instanceof HTMLInputElement) field.select();
  return true;
}

/** @param {HTMLElement} item */
function into(item) {
  const first = item.querySelector("button, summary, a, select, input:not([type=hidden])");
  if (first instanceof HTMLElement) first.focus();
}

document.addEventListener("keydown", (event) => {
  if (isOff() || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const at = event.target;
  const types = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement;
  if (types) {
    // Out of a field again, to where the list is gone through.
    if (event.key === "Escape") current()?.focus();
    return;
  }
  let took = true;
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "i") location.assign("/inbox");
  else if (event.key === "c") location.assign("/incidents");
  else if (event.key === "Enter") {
    // A link or a button takes its own Enter.
    took = at instanceof HTMLElement && at.matches("article[data-item]");
    if (took && at instanceof HTMLElement) into(at);
  } else took = /^[a-z1-5?]$/.test(event.key) && reach(event.key);
  if (took) event.preventDefault();
});

const toggle = document.getElementById("keys-switch");
if (toggle instanceof HTMLButtonElement) {
  const show = () => {
    toggle.hidden = false;
    toggle.textContent = (isOff() ? toggle.dataset.off : toggle.dataset.on) ?? "";
  };
  toggle.addEventListener("click", () => {
    sessionStorage.setItem(OFF, isOff() ? "0" : "1");
    show();
  });
  show();
}
