// Typed codes: in any case and spacing, as an address or in a list.
export const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const MODULUS = 31;
const RADIX = 3;
const DASHES = /[\u00ad\u2010-\u2015\u2212\ufe58\ufe63\u30fc\u2500_]/g;
export const OURS = /^TKT-?(\d{4})-?([A-Z0-9]{6})-?([A-Z0-9]{6})$/;
/** Of a booking or a guest: both admit a party. */
export const BOOKING = /^(BKG|GST)-?([A-Z0-9]{27})$/;
const BOOKING_INSIDE = /(?<![A-Z0-9])(?:BKG|GST)-*[A-Z0-9]{27}(?![A-Z0-9])/;
const INSIDE = /TKT[\s-]*\d[\s-]*\d[\s-]*\d[\s-]*\d(?:[\s-]*[A-Z0-9]){12}(?:(?![A-Z0-9])|(?=TKT))/g;
const QUERY_NAMES = ["ticket", "ticket_code", "code"];

/** One code; ours in its canonical spelling. */
export function tidyCode(/** @type {string} */ typed) {
  const text = fromAddress(plain(typed));
  // Other codes and links keep their underscores.
  return canonical(packed(dashed(text))) ?? text.replace(/\s+/g, "");
}

/** Every code in a text once, in order. */
export function codesIn(/** @type {string} */ typed) {
  /** @type {string[]} */
  const found = [];
  for (const part of typed.split(/[\n\r,;\uff0c\uff1b\u3001|]+/)) {
    const own = plain(part);
    const text = dashed(own);
    if (!text) continue;
    const words = own.split(/\s+/);
    const inside = /:\/\//.test(text) || BOOKING.test(packed(text)) ? null : text.toUpperCase().match(INSIDE);
    if (inside) {
      // The rest is another code or part of one: it is kept.
      const left = text.toUpperCase().replace(INSIDE, " ").split(/\s+/);
      found.push(...inside.map(tidyCode), ...left.filter((word) => /[A-Z0-9]/.test(word)).map(tidyCode));
    } else if (words.length > 1 && words.every((word) => /:\/\/|^[A-Z]{2,4}-.*\d/i.test(dashed(word)))) found.push(...words.map(tidyCode));
    else found.push(tidyCode(own));
  }
  return [...new Set(found.filter(Boolean))];
}

/** Whether this is our code, with a correct check character. */
export function check(/** @type {string} */ code) {
  return (OURS.test(code) || BOOKING.test(code)) && remainder(code) === 1;
}

const plain = (/** @type {string} */ text) => text.normalize("NFKC").replace(/[\u200b-\u200f\u2060\ufeff]/g, "").trim();
const dashed = (/** @type {string} */ text) => text.replace(DASHES, "-");
const packed = (/** @type {string} */ text) => text.replace(/[\s.-]+/g, "").toUpperCase();

function canonical(/** @type {string} */ letters) {
  const booking = BOOKING.exec(letters);
  if (booking) return `${booking[1]}-${booking[2]}`;
  const parts = OURS.exec(letters);
  return parts && `TKT-${parts[1]}-${parts[2]}-${parts[3]}`;
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

function fromAddress(/** @type {string} */ text) {
  if (!/^(https?:\/\/|www\.|\/)/i.test(text)) return text;
  try {
    const address = new URL(text.replace(/^www\./i, "https://www."), "https://venue.invalid");
    const named = QUERY_NAMES.map((name) => address.searchParams.get(name)).find(Boolean);
    const capitals = dashed(text).toUpperCase();
    return named ?? capitals.match(BOOKING_INSIDE)?.[0] ?? capitals.match(INSIDE)?.[0] ?? text;
  } catch {
    return text;
  }
}
