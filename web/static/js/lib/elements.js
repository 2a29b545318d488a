// Elements made in one line. Text is always text: nothing here reads HTML from a string.
const SVG = "http://www.w3.org/2000/svg";
const SPRITE = new URL("../../icons.svg", import.meta.url).href;

/**
 * h("button", {class: "button", type: "button", onclick: f}, "Text", child, ...)
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes]
 * @param {(Node | string | number | false | null | undefined)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  for (const child of children) if (child !== null && child !== undefined && child !== false) element.append(child instanceof Node ? child : String(child));
  return element;
}

/**
 * A picture of icons.svg.
 *
 * @param {string} name
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${SPRITE}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * The element of this id; the page has it (web/types/elements.d.ts).
 *
 * @type {ById}
 */
export const byId = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));

/**
 * The first element below `root` that matches; the page has one.
 *
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement}
 */
export const first = (root, selector) => /** @type {any} */ (root.querySelector(selector));

/**
 * A field of a form by its name; of radio buttons, the group.
 *
 * @param {HTMLFormElement} form
 * @param {string} name
 * @returns {HTMLInputElement}
 */
export const fieldOf = (form, name) => /** @type {any} */ (form.elements.namedItem(name));

/**
 * Where an event happened.
 *
 * @param {Event} event
 * @returns {HTMLInputElement}
 */
export const targetOf = (event) => /** @type {any} */ (event.target);

/**
 * Fills every [data-fill=name] below root.
 *
 * @param {ParentNode} root
 * @param {Record<string, string | null | undefined>} values
 */
export function fill(root, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const element of root.querySelectorAll(`[data-fill="${name}"]`)) element.textContent = value ?? "";
  }
}
