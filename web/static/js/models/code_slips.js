// Finds typing errors by our codes' check character, before any request. hub/rules/code_slips.py has the same likely codes.
import { ALPHABET, check, OURS } from "./ticket_code.js";

/** The form of a ticket's code. */
const TICKET_FORM = { form: OURS, begins: /^TKT-?\d{4}/i, prefix: 7, first: 9, wanted: 12 };

/**
 * The error in a code with our prefix: null (none, or not ours), {kind: "length", have} or {kind: "characters", marks}:
 * `marks` are the places of characters that no code has. Which of the others is wrong, the check character cannot tell.
 *
 * @param {string} code
 * @returns {{ kind: "length", have: number } | { kind: "characters", marks: number[] } | null}
 */
export function diagnose(code, { form, begins, prefix, first, wanted } = TICKET_FORM) {
  if (!begins.test(code) || check(code)) return null;
  const have = code.replace(/[-\s]/g, "").length - prefix;
  if (!form.test(code)) return have > 2 && have !== wanted ? { kind: "length", have } : null;
  return { kind: "characters", marks: placesOf(code, first).filter((place) => !ALPHABET.includes(code[place])) };
}

/** The right codes of tickets that one slip makes of this one. Only one that exists is worth saying. @param {string} code */
export function likelyCodes(code) {
  if (!OURS.test(code) || check(code)) return [];
  const places = placesOf(code, TICKET_FORM.first);
  const strange = places.filter((place) => !ALPHABET.includes(code[place]));
  if (strange.length > 1) return [];
  /** @type {string[]} */
  const tried = [];
  for (const place of strange.length ? strange : places) {
    for (const other of ALPHABET) if (other !== code[place]) tried.push(code.slice(0, place) + other + code.slice(place + 1));
  }
  for (let i = 1; i < places.length; i += 1) {
    const letters = [...code];
    [letters[places[i - 1]], letters[places[i]]] = [code[places[i]], code[places[i - 1]]];
    tried.push(letters.join(""));
  }
  return [...new Set(tried.filter(check))];
}

/** @param {string} code @param {number} first */
const placesOf = (code, first) => [...code].map((_, place) => place).filter((place) => place >= first && code[place] !== "-");
