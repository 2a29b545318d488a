// The advice on a code that looks mistyped: marks the characters that no code has. Only the hub knows which code was meant.
import { h } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { diagnose } from "../../models/code_slips.js";

/**
 * The parts of the text below the field; none without advice.
 *
 * @param {string} code
 * @param {{ typing: boolean }} how
 */
export function adviceOn(code, { typing }) {
  const found = diagnose(code);
  if (!found) return [];
  if (found.kind === "length") {
    // During typing a code is always too short.
    if (typing && found.have < 12) return [];
    return [tn("A code has 12 characters after the year; this one has {n}.", "A code has 12 characters after the year; this one has {n}.", found.have)];
  }
  if (!found.marks.length) return [t("This code doesn't look right. Compare it with your ticket.")];
  const shown = [...code].map((letter, place) => (found.marks.includes(place) ? h("mark", {}, letter) : letter));
  return [h("span", {}, t("0, O, 1, I and L are never part of a code.")), h("span", { class: "mistyped" }, ...shown)];
}
