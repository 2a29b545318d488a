// The decimal digits of every script become 0 to 9, as hub/rules/digits.py does.
/** Unicode puts the ten digits of a script at ...0 to ...9 or at ...6 to ...F. @param {string} digit */
const value = (digit) => {
  const point = digit.codePointAt(0) ?? 0;
  const place = point & 15;
  return String(/\p{Nd}/u.test(String.fromCodePoint(point - place)) ? place : place - 6);
};

/** @param {string} text */
export const asciiDigits = (text) => text.replace(/(?![0-9])\p{Nd}/gu, value);

// The codes of one and of two digits; every other calling code has three. hub/text/phone_countries.py has the same.
const NUMBER = /^\+([17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9]\d\d)(\d+)$/;

/** "+39 331 234 5678", for reading: threes, then as many fours as use up every digit. @param {string} e164 */
export function spaced(e164) {
  const [, code, digits] = NUMBER.exec(e164) ?? [];
  if (!digits) return e164;
  const fours = Math.min(digits.length % 3, Math.floor(digits.length / 4));
  const threes = digits.length - 4 * fours;
  return [`+${code}`, ...(digits.slice(0, threes).match(/.{1,3}/g) ?? []), ...(digits.slice(threes).match(/.{4}/g) ?? [])].join(" ");
}
