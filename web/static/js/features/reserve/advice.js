// The advice on a code that looks mistyped: marks its doubtful characters and offers the likely codes.
import { h } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { diagnose } from "../../models/code_slips.js";

/**
 * The parts of the text below the field; none without advice.
 *
 * @param {string} code
 * @param {{ typing: boolean, onUse: (code: string) => void }} how
 */
export function adviceOn(code, { typing, onUse }) {
  const found = diagnose(code);
  if (!found) return [];
  if (found.kind === "length") {
    // During typing a code is always too short.
    if (typing && found.have < 12) return [];
    return [tn("A code has 12 characters after the year; this one has {n}.", "A code has 12 characters after the year; this one has {n}.", found.have)];
  }
  const strange = found.marks.some((place) => "01OIL".includes(code[place]));
  const words = strange ? t("0, O, 1, I and L are never part of a code.") : t("This looks mistyped: one character does not fit the rest.");
  const shown = [...code].map((letter, place) => (found.marks.includes(place) ? h("mark", {}, letter) : letter));
  /** @param {string} meant */
  const use = (meant) => h("button", { type: "button", class: "button quiet small", onclick: () => onUse(meant) }, t("Use {code}", { code: meant }));
  return [h("span", {}, words), ...(found.marks.length ? [h("span", { class: "mistyped" }, ...shown)] : []), ...found.meant.map(use)];
}
