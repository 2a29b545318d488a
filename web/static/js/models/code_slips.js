// Finds typing errors by our codes' check character (hub/rules/ticket_code.py), before any request.
import { ALPHABET, check, OURS } from "./ticket_code.js";

// Characters that are easily confused. Our codes contain no 0, O, 1, I or L.
/** @type {Record<string, string>} */
const LOOKALIKES = { 8: "B", B: "8", 5: "S", S: "5", 2: "Z", Z: "2", 6: "G", G: "6", U: "V", V: "U", M: "N", N: "M", 4: "A", A: "4", 7: "T", T: "7", 0: "DQ8", O: "DQ8", 1: "J7T", I: "J7T", L: "J7T" };

/** The form of a ticket's code. */
const TICKET_FORM = { form: OURS, begins: /^TKT-?\d{4}/i, prefix: 7, first: 9, wanted: 12 };

/**
 * The likely error in a code with our prefix: null (none, or not ours), {kind: "length", have} or
 * {kind: "characters", marks, meant}: `marks` are places in the code, `meant` the correct codes.
 *
 * @param {string} code
 * @returns {{ kind: "length", have: number } | { kind: "characters", marks: number[], meant: string[] } | null}
 */
export function diagnose(code, { form, begins, prefix, first, wanted } = TICKET_FORM) {
  if (!begins.test(code) || check(code)) return null;
  const have = code.replace(/[-\s]/g, "").length - prefix;
  if (!form.test(code)) return have > 2 && have !== wanted ? { kind: "length", have } : null;
  const places = [...code].map((_, place) => place).filter((place) => place >= first && code[place] !== "-");
  const strange = places.filter((place) => !ALPHABET.includes(code[place]));
  /** @type {Map<string, number[]>} */
  const right = new Map();
  /** @param {string} text @param {number[]} marks */
  const attempt = (text, marks) => check(text) && right.set(text, marks);
  const tried = strange.length ? strange : places;
  if (strange.length < 2) {
    for (const place of tried) {
      for (const other of LOOKALIKES[code[place]] ?? "") attempt(code.slice(0, place) + other + code.slice(place + 1), [place]);
    }
  }
  if (!strange.length) {
    for (let i = 1; i < places.length; i += 1) {
      const letters = [...code];
      [letters[places[i - 1]], letters[places[i]]] = [code[places[i]], code[places[i - 1]]];
      attempt(letters.join(""), [places[i - 1], places[i]]);
    }
  }
  // More than two guesses do not help.
  const meant = right.size <= 2 ? [...right.keys()] : [];
  return { kind: "characters", marks: strange.length ? strange : [...new Set([...right.values()].flat())], meant };
}
