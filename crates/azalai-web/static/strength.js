// @ts-check
/* How hard a passphrase is to guess, said while it is typed by the program that these pages come from. */
"use strict";

for (const input of document.querySelectorAll("[data-strength]")) {
  if (!(input instanceof HTMLInputElement)) continue;
  const said = document.getElementById(input.dataset.strength ?? "");
  const token = input.form?.elements.namedItem("token");
  if (!said || !(token instanceof HTMLInputElement)) continue;
  const usual = said.textContent;
  let timer = 0;
  let asked = 0;
  const tell = (name = "", words = usual) => {
    said.dataset.level = name;
    said.textContent = words;
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    const mine = ++asked;
    if (input.value === "") return tell();
    timer = setTimeout(async () => {
      try {
        const body = new URLSearchParams({ token: token.value, typed: input.value });
        const answer = await fetch("/passphrase/strength", { method: "POST", body, headers: { "x-quiet": "1" }, redirect: "manual" });
        const [name, words] = answer.ok ? (await answer.text()).split("\n") : [];
        if (mine === asked) tell(name, words);
      } catch {
        tell();
      }
    }, 250);
  });
}
