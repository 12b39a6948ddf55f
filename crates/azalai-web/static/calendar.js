// @ts-check
/* The calendar of this browser's own day: asked for again where the clock beside the pages is another one. */
"use strict";

const here = String(-new Date().getTimezoneOffset());
const shown = document.querySelector("[data-offset]");
const asked = new URLSearchParams(location.search).get("offset");
if (shown instanceof HTMLElement && shown.dataset.offset !== here && asked !== here) location.replace("/calendar?offset=" + here);
