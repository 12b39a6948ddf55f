// @ts-check
/* What the map shows that is not a line or a surface, drawn by the browser: names in any writing, signs, numbers.
   An image is named by what is on it, so that the same one is drawn once. */
"use strict";

/** @typedef {{ground: string, raised: string, ink: string, soft: string, line: string, edge: string, deep: string, onDeep: string, tint: string, warn: string}} Colours */

/** The page's colours as they are now, in light or dark. @returns {Colours} */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (/** @type {string} */ name) => style.getPropertyValue("--" + name).trim();
  return {
    ground: of("ground"), raised: of("raised"), ink: of("ink"), soft: of("soft"), line: of("line"), edge: of("edge"),
    deep: of("deep"), onDeep: of("on-deep"), tint: of("tint"), warn: of("warn"),
  };
}

/** @typedef {{path: Path2D, filled: boolean, stroked: boolean, dash: number[]}} Stroke */
/** @type {Map<string, Stroke[]>} */
const icons = new Map();

/**
 * Reads the categories' signs: symbols of paths and circles on a field of 24 by 24.
 * @param {string} address @param {Record<string, string>} pictures the sign of each category that has none of its own
 */
export async function loadIcons(address, pictures) {
  const answer = await fetch(address);
  const sprite = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  for (const symbol of sprite.querySelectorAll("symbol")) {
    /** @type {Stroke[]} */
    const strokes = [];
    for (const part of symbol.querySelectorAll("path, circle")) {
      const number = (/** @type {string} */ name) => Number(part.getAttribute(name) ?? 0);
      const path = new Path2D(part.getAttribute("d") ?? undefined);
      if (part.tagName === "circle") path.arc(number("cx"), number("cy"), number("r"), 0, 2 * Math.PI);
      const dash = (part.getAttribute("stroke-dasharray") ?? "").split(/[ ,]+/).map(Number).filter((size) => size > 0);
      strokes.push({ path, dash, filled: part.getAttribute("fill") === "currentColor", stroked: part.getAttribute("stroke") !== "none" });
    }
    icons.set(symbol.id, strokes);
  }
  for (const [code, picture] of Object.entries(pictures)) icons.set(code, icons.get(picture) ?? []);
}

/** @param {CanvasRenderingContext2D} pen @param {string} code @param {string} colour @param {number} x @param {number} y @param {number} size */
function icon(pen, code, colour, x, y, size) {
  pen.save();
  pen.translate(x - size / 2, y - size / 2);
  pen.scale(size / 24, size / 24);
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = 1.9;
  pen.lineCap = pen.lineJoin = "round";
  for (const stroke of icons.get(code) ?? []) {
    pen.setLineDash(stroke.dash);
    if (stroke.filled) pen.fill(stroke.path);
    if (stroke.stroked) pen.stroke(stroke.path);
  }
  pen.restore();
}

/** @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y @param {number} radius */
function disc(pen, x, y, radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
}

/** One incident. @param {CanvasRenderingContext2D} pen @param {Colours} paint @param {string} code @param {string} status @param {boolean} coarse @param {number} middle */
export function spot(pen, paint, code, status, coarse, middle) {
  const sure = status === "corroborated" || status === "confirmed";
  const gone = status === "refuted";
  if (coarse) {
    pen.setLineDash([4, 3.4]);
    pen.lineWidth = 2;
    pen.strokeStyle = paint.ink;
    disc(pen, middle, middle, 17.5);
    pen.stroke();
    pen.setLineDash([]);
  }
  disc(pen, middle, middle, 14);
  pen.fillStyle = sure ? paint.deep : paint.raised;
  pen.fill();
  pen.lineWidth = 2;
  pen.strokeStyle = sure ? paint.raised : gone ? paint.soft : paint.deep;
  pen.stroke();
  icon(pen, code, sure ? paint.onDeep : gone ? paint.soft : paint.deep, middle, middle, 20);
  if (gone) {
    pen.lineWidth = 2.5;
    pen.strokeStyle = paint.warn;
    pen.beginPath();
    pen.moveTo(middle - 10, middle + 10);
    pen.lineTo(middle + 10, middle - 10);
    pen.stroke();
  }
  if (status === "closed") {
    disc(pen, middle + 10, middle + 9, 7);
    pen.fillStyle = paint.ink;
    pen.fill();
    pen.lineWidth = 2;
    pen.strokeStyle = paint.raised;
    pen.beginPath();
    pen.moveTo(middle + 6.5, middle + 9);
    pen.lineTo(middle + 9, middle + 11.5);
    pen.lineTo(middle + 13.5, middle + 6.5);
    pen.stroke();
  }
}

const FONT = 'system-ui, "Noto Sans", "Noto Sans Arabic", sans-serif';

/** A number of incidents: round for a cluster, square for a region. @param {CanvasRenderingContext2D} pen @param {Colours} paint @param {string} text @param {boolean} square @param {number} middle @param {number} radius */
export function badge(pen, paint, text, square, middle, radius) {
  pen.beginPath();
  if (square) pen.roundRect(middle - radius, middle - radius, 2 * radius, 2 * radius, 6);
  else pen.arc(middle, middle, radius, 0, 2 * Math.PI);
  pen.fillStyle = square ? paint.raised : paint.deep;
  pen.fill();
  pen.lineWidth = 2;
  pen.strokeStyle = square ? paint.deep : paint.raised;
  if (square) pen.setLineDash([4, 3.4]);
  pen.stroke();
  pen.setLineDash([]);
  pen.font = `650 14px ${FONT}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = square ? paint.deep : paint.onDeep;
  pen.fillText(text, middle, middle + 1);
}

/** How names are written: weight, pixels, colour. */
const NAMES = /** @type {Record<string, [number, number, keyof Colours]>} */ ({
  t: [450, 12, "soft"], T: [600, 13, "ink"], k: [650, 15, "soft"], g: [450, 12, "line"], a: [650, 14, "deep"],
});

/** @param {HTMLCanvasElement} canvas @param {number} ratio @param {number} width @param {number} height */
function sized(canvas, ratio, width, height) {
  canvas.width = Math.ceil(width * ratio);
  canvas.height = Math.ceil(height * ratio);
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  pen.scale(ratio, ratio);
  return pen;
}

/** The image of this name, for a screen of so many dots to a pixel. @param {string} name @param {Colours} paint @param {number} ratio */
export function image(name, paint, ratio) {
  const kind = name[0] ?? "";
  const rest = name.slice(2);
  const canvas = document.createElement("canvas");
  let pen;
  if (kind in NAMES) {
    const [weight, size, colour] = NAMES[kind];
    const font = `${weight} ${size}px ${FONT}`;
    pen = sized(canvas, 1, 1, 1);
    pen.font = font;
    const width = Math.ceil(pen.measureText(rest).width) + 8;
    pen = sized(canvas, ratio, width, size * 1.7);
    pen.font = font;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.lineWidth = 3.5;
    pen.strokeStyle = paint.ground;
    pen.strokeText(rest, width / 2, size * 0.85);
    pen.fillStyle = paint[colour];
    pen.fillText(rest, width / 2, size * 0.85);
  } else if (kind === "s") {
    const [code, status, coarse] = rest.split(":");
    pen = sized(canvas, ratio, 40, 40);
    spot(pen, paint, code ?? "", status ?? "", coarse === "1", 20);
  } else {
    const radius = kind === "m" ? 14 : 15 + 3 * Math.min(rest.length, 5);
    pen = sized(canvas, ratio, 2 * radius + 4, 2 * radius + 4);
    badge(pen, paint, rest, kind === "m", radius + 2, radius);
  }
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}
