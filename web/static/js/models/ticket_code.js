// Reads codes, as hub/rules/ticket_code.py does: tests/rules/code_cases.json has the cases of both.
import { asciiDigits } from "./digits.js";

export const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const MODULUS = 31;
const RADIX = 3;
const LONGEST_TEXT = 2048;
// "_" and the German keyboard's key for a dash among them.
const DASHES = /[\u00ad\u2010-\u2015\u2212\ufe58\ufe63\u30fc\u2500_\u00df]/g;
export const OURS = /^TKT-?(\d{4})-?([A-Z0-9]{6})-?([A-Z0-9]{6})$/;
/** Of a booking or a guest: both admit a party. */
export const BOOKING = /^(BKG|GST)-?([A-Z0-9]{27})$/;
// Each looks ahead, so that a code is also found inside what only looks like one. A foreign keyboard makes up to three characters of a dash.
const ANYWHERE = [
  /(?=(BKG|GST)[^A-Z0-9]{0,3}([A-Z0-9]{27}))/g,
  /(?=(TKT)[^A-Z0-9]{0,3}(\d{4})[^A-Z0-9]{0,3}([A-Z0-9]{6})[^A-Z0-9]{0,3}([A-Z0-9]{6}))/g,
  /(?=(BKG|GST)((?:[ .-]*[A-Z0-9]){27}))/g,
  /(?=(TKT)((?:[ .-]*\d){4})((?:[ .-]*[A-Z0-9]){6})((?:[ .-]*[A-Z0-9]){6}))/g,
];
const WHOLE = /^(?:(TKT)(\d{4})([A-Z0-9]{6})([A-Z0-9]{6})|(BKG|GST)([A-Z0-9]{27}))$/;
const BOUNDED = /(?<![A-Z0-9])(?:(TKT)-*(\d{4})-*([A-Z0-9]{6})-*([A-Z0-9]{6})|(BKG|GST)-*([A-Z0-9]{27}))(?![A-Z0-9])/;
const LISTED = /TKT[ -]*\d[ -]*\d[ -]*\d[ -]*\d(?:[ -]*[A-Z0-9]){12}(?:(?![A-Z0-9])|(?=TKT))/g;
const SEPARATORS = /[ .-]+/g;
const AIM = /^\][A-Za-z][0-9A-Za-z](?=.)/;
const LABEL = /^[\p{L}\p{Nl}\p{No}]+(?:[ .'\u2019-]+[\p{L}\p{Nl}\p{No}]+){0,4}[ .#]{0,3}(?:: |\uff1a) *(?=.)/u;
const PAIRS = "\"\" '' ** () [] <> {} `` “” ‘’ «» „“ 「」 【】 （） 《》".split(" ");
const BEFORE = /^[~* ]+/;
const AFTER = /[~* .,;:!?。，；：！？]+$/;
const ADDRESS = /(?:[a-z][a-z0-9+.-]{1,20}:\/\/|www\.|(?<!\S)\/)\S*/i;
const AFTER_ADDRESS = /[~* .,;:!?。，；：！？"'`)>\]}”’»]+$/;
const QUERY_NAMES = ["ticket", "ticket_code", "code", "token"];
const TOKEN_PAGE = /(?:^|\/)[brt]\/+([^/]+)\/*$/;

/** The code in a typed or scanned text; ours in its canonical spelling. @param {string} typed */
export const tidyCode = (typed) => read(typed.slice(0, LONGEST_TEXT));

/** @param {string} text @param {boolean} [inside] an address @returns {string} */
function read(text, inside = false) {
  const plain = printable(text);
  const right = codeIn(plain);
  if (right) return right;
  const bare = unwrapped(plain.normalize("NFC"));
  const folded = fold(bare);
  const ours = WHOLE.exec(folded.replace(SEPARATORS, "")) ?? BOUNDED.exec(folded);
  if (ours) return canonical(ours);
  const address = inside ? null : ADDRESS.exec(bare);
  const value = address && outOf(address[0].replace(AFTER_ADDRESS, ""));
  return value ? read(value, true) : bare;
}

/** Our code with a correct check character, wherever it stands in the text. @param {string} text */
export function codeIn(text) {
  const folded = fold(text);
  for (const pattern of ANYWHERE) {
    for (const found of folded.matchAll(pattern)) {
      const code = canonical(found);
      if (check(code)) return code;
    }
  }
  return null;
}

/** Every code in a text once, in order. */
export function codesIn(/** @type {string} */ typed) {
  /** @type {string[]} */
  const found = [];
  for (const part of typed.split(/[\n\r,;\uff0c\uff1b\u3001|]+/)) {
    const own = printable(part);
    if (!own) continue;
    const text = fold(own);
    const words = own.split(/\s+/);
    const listed = /:\/\//.test(text) || BOOKING.test(text.replace(SEPARATORS, "")) ? null : text.match(LISTED);
    if (listed) {
      // The rest is another code or part of one: it is kept.
      const left = text.replace(LISTED, " ").split(/\s+/);
      found.push(...listed.map(tidyCode), ...left.filter((word) => /\d/.test(word)).map(tidyCode));
    } else if (words.length > 1 && words.every((word) => /:\/\/|^[A-Z]{2,4}-.*\d/i.test(word.replace(DASHES, "-")))) found.push(...words.map(tidyCode));
    else found.push(tidyCode(own));
  }
  return [...new Set(found.filter(Boolean))];
}

/** Whether this is our code, with a correct check character. */
export function check(/** @type {string} */ code) {
  return (OURS.test(code) || BOOKING.test(code)) && remainder(code) === 1;
}

/** Whether no ticket can have this code: it has the form of ours and a wrong check character. @param {string} code */
export const isImpossible = (code) => (OURS.test(code) || BOOKING.test(code)) && !check(code);

/** Blanks and controls become spaces; invisible marks and lone surrogates go. */
const printable = (/** @type {string} */ text) => text.replace(/[\p{Z}\p{Cc}]/gu, " ").replace(/(?!\u00ad)[\p{Cf}\p{Cs}\p{Co}]/gu, "").replace(/^ +| +$/g, "");
const fold = (/** @type {string} */ text) => asciiDigits(text.normalize("NFKC")).replace(DASHES, "-").toUpperCase();
const canonical = (/** @type {RegExpMatchArray} */ found) => found.slice(1).filter(Boolean).map((group) => group.replace(SEPARATORS, "")).join("-");

/** Takes away what stands around a code, until nothing more does: an AIM identifier, a label, quotes, the end of a sentence. */
function unwrapped(/** @type {string} */ whole) {
  let before;
  let text = whole;
  do {
    before = text;
    text = text.replace(AIM, "").replace(LABEL, "");
    if (text.length > 2 && PAIRS.includes(text[0] + text[text.length - 1])) text = text.slice(1, -1).replace(/^ +| +$/g, "");
    text = text.replace(BEFORE, "").replace(AFTER, "") || text;
  } while (text !== before);
  return text;
}

function remainder(/** @type {string} */ code) {
  const booking = BOOKING.test(code);
  const letters = code.replace(/-/g, "").slice(booking ? 3 : 7);
  let sum = booking ? 0 : Number(code.slice(4, 8)) % MODULUS;
  for (const letter of letters) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return -1;
    sum = (sum * RADIX + value) % MODULUS;
  }
  return sum;
}

/** The code or token in an address. */
function outOf(/** @type {string} */ address) {
  const [, path, query] = /^([^?#]*)\??([^#]*)/.exec(address) ?? [];
  const values = new URLSearchParams(`?${query}`);
  return QUERY_NAMES.flatMap((name) => values.getAll(name)).find(Boolean) ?? TOKEN_PAGE.exec(path)?.[1];
}
