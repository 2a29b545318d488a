// Makes and finds elements. Text stays text: nothing parses HTML from a string.
const SVG = "http://www.w3.org/2000/svg";
const SPRITE = new URL("../../icons.svg", import.meta.url).href;
const BEGIN = "\u2068";
const MARKS = /[\u2068\u2069]/gu;
const MARKED = /\u2068([^\u2069]*)\u2069/u;

/** h("button", {class: "button", type: "button", onclick: f}, "Text", child, ...) @type {Elements["h"]} */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, typeof value === "string" ? value.replace(MARKS, "") : value);
  }
  // A browser that translates the page would translate a code as well.
  if (/(?:^| )code(?: |$)/u.test(element.className)) element.setAttribute("translate", "no");
  for (const child of children) if (child !== null && child !== undefined && child !== false) element.append(...(child instanceof Node ? [child] : written(String(child))));
  return element;
}

/** A text in which names and codes are marked (`asWritten` in i18n.js), as one node. @param {string} text */
function written(text) {
  if (!text.includes(BEGIN)) return [text];
  const parts = text.split(MARKED).map((part, at) => (at % 2 ? h("bdi", { translate: "no" }, part.replace(MARKS, "")) : part)).filter((part) => part !== "");
  // In a button the parts would stand side by side without the spaces between them.
  return parts.length === 1 ? parts : [h("span", {}, ...parts)];
}

/** Writes a text whose names and codes are marked. @type {Elements["write"]} */
export function write(element, text) {
  element.replaceChildren(...written(text ?? ""));
}

/** @type {Elements["icon"]} */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${SPRITE}#${name}`);
  svg.append(use);
  return svg;
}

/** @type {Elements["byId"]} */
export const byId = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));

/** @type {Elements["first"]} */
export const first = (root, selector) => /** @type {any} */ (root.querySelector(selector));

/** @type {Elements["fieldOf"]} */
export const fieldOf = (form, name) => /** @type {any} */ (form.elements.namedItem(name));

/** @type {Elements["targetOf"]} */
export const targetOf = (event) => /** @type {any} */ (event.target);

/** Fills every [data-fill=name] below root. @type {Elements["fill"]} */
export function fill(root, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const element of root.querySelectorAll(`[data-fill="${name}"]`)) write(element, value);
  }
}
