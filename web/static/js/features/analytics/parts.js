// Parts that all figures share: shares, tiles, rows of bars, and rows that open into others.
import { h, icon } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { number } from "../../lib/dates.js";
import { oneDigit } from "../control_room/figures_view.js";

/** @param {number | null | undefined} value from 0 to 1 */
export const share = (value) => (value === null || value === undefined ? "–" : t("{share} %", { share: oneDigit(100 * value) }));

/** Tiles with a name, a figure and a note. @param {HTMLElement} list @param {string[][]} tiles */
export const showTiles = (list, tiles) => list.replaceChildren(...tiles.map(([name, value, note]) =>
  h("div", {}, h("dt", {}, name, h("small", {}, note)), h("dd", {}, value))));

/**
 * A row of a list of bars: its name, a note, its share and its count.
 *
 * @param {{ name: string, note?: string, part: number, share: string, count: number }} one `part` of the longest bar, from 0 to 1
 */
export function barRow({ name, note = "", part, share: words, count }) {
  const bar = h("i", { class: "bar" });
  bar.style.setProperty("--part", String(part));
  return h("li", {}, h("span", { class: "why" }, name, h("small", {}, note)), h("span", { class: "share" }, words),
    h("b", {}, number(count)), h("span", { class: "track", "aria-hidden": "true" }, bar));
}

/** A button that shows and hides rows. @param {string} name @param {string} title @param {HTMLElement[]} rows */
export function openerOf(name, title, rows) {
  const opener = h("button", { class: "opener", type: "button", "aria-expanded": "false", title }, icon("right"), name);
  opener.addEventListener("click", () => {
    const open = opener.getAttribute("aria-expanded") === "false";
    opener.setAttribute("aria-expanded", String(open));
    for (const row of rows) row.hidden = !open;
  });
  return opener;
}
