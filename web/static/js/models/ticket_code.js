// A ticket code as people type it: any case, spaces, dashes forgotten, a whole address or a list pasted in. What our own
// codes' check character (hub/rules/ticket_code.py) tells about a slip is told before anybody is asked.
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const MODULUS = 31;
const RADIX = 3;
const DASHES = /[\u00ad\u2010-\u2015\u2212\ufe58\ufe63\u30fc\u2500_]/g;
const OURS = /^TKT-?(\d{4})-?([A-Z0-9]{6})-?([A-Z0-9]{6})$/;
const INSIDE = /TKT[\s-]*\d[\s-]*\d[\s-]*\d[\s-]*\d(?:[\s-]*[A-Z0-9]){12}(?![A-Z0-9])/g;
const QUERY_NAMES = ["ticket", "ticket_code", "code"];
// What a thumb or an eye takes for something else. 0, O, 1, I and L stand in no code of ours.
const LOOKALIKES = { 8: "B", B: "8", 5: "S", S: "5", 2: "Z", Z: "2", 6: "G", G: "6", U: "V", V: "U", M: "N", N: "M", 4: "A", A: "4", 7: "T", T: "7", 0: "DQ8", O: "DQ8", 1: "J7T", I: "J7T", L: "J7T" };

/** One code, in its own spelling where it is ours; codes of other shops are kept but for blanks and typographic dashes. */
export function tidyCode(typed) {
  const text = fromAddress(clean(typed));
  const packed = text.replace(/[\s.-]+/g, "").toUpperCase();
  return canonical(packed) ?? text.replace(/\s+/g, "");
}

/** Every code in a text, in order, none twice: lists by line, comma or semicolon, addresses, codes run together. */
export function codesIn(typed) {
  const found = [];
  for (const part of typed.split(/[\n\r,;\uff0c\uff1b\u3001|]+/)) {
    const text = clean(part);
    if (!text) continue;
    const words = text.split(/\s+/);
    const inside = /:\/\//.test(text) ? null : text.toUpperCase().match(INSIDE);
    if (inside) found.push(...inside.map(tidyCode));
    else if (words.length > 1 && words.every((word) => /:\/\/|^[A-Z]{2,4}-.*\d/i.test(word))) found.push(...words.map(tidyCode));
    else found.push(tidyCode(text));
  }
  return [...new Set(found.filter(Boolean))];
}

/** Whether this is a code of ours whose check character agrees. */
export function check(code) {
  return OURS.test(code) && remainder(code) === 1;
}

/**
 * What is probably wrong with a code that has our prefix: null (nothing, or not ours), {kind: "length", have} or
 * {kind: "characters", marks, meant}: `marks` are places in the code, `meant` the codes that would be right.
 */
export function diagnose(code) {
  if (!/^TKT/i.test(code) || check(code)) return null;
  const body = code.replace(/[-\s]/g, "").slice(7);
  if (!OURS.test(code)) return /^TKT-?\d{4}/i.test(code) && body.length > 2 && body.length !== 12 ? { kind: "length", have: body.length } : null;
  const places = [...code].map((_, place) => place).filter((place) => place > 8 && code[place] !== "-");
  const strange = places.filter((place) => !ALPHABET.includes(code[place]));
  const right = new Map();
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
  // More guesses than two are no help.
  const meant = right.size <= 2 ? [...right.keys()] : [];
  return { kind: "characters", marks: strange.length ? strange : [...new Set([...right.values()].flat())], meant };
}

const clean = (text) => text.normalize("NFKC").replace(/[\u200b-\u200f\u2060\ufeff]/g, "").replace(DASHES, "-").trim();

function canonical(packed) {
  const parts = OURS.exec(packed);
  return parts && `TKT-${parts[1]}-${parts[2]}-${parts[3]}`;
}

function remainder(code) {
  const letters = code.replace(/-/g, "").slice(7);
  let sum = Number(code.slice(4, 8)) % MODULUS;
  for (const letter of letters) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return -1;
    sum = (sum * RADIX + value) % MODULUS;
  }
  return sum;
}

function fromAddress(text) {
  if (!/^(https?:\/\/|www\.|\/)/i.test(text)) return text;
  try {
    const address = new URL(text.replace(/^www\./i, "https://www."), "https://venue.invalid");
    const named = QUERY_NAMES.map((name) => address.searchParams.get(name)).find(Boolean);
    return named ?? text.toUpperCase().match(INSIDE)?.[0] ?? text;
  } catch {
    return text;
  }
}
