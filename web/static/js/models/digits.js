// The decimal digits of every script become 0 to 9, as hub/rules/digits.py does.
/** Unicode puts the ten digits of a script at ...0 to ...9 or at ...6 to ...F. @param {string} digit */
const value = (digit) => {
  const point = digit.codePointAt(0) ?? 0;
  const place = point & 15;
  return String(/\p{Nd}/u.test(String.fromCodePoint(point - place)) ? place : place - 6);
};

/** @param {string} text */
export const asciiDigits = (text) => text.replace(/(?![0-9])\p{Nd}/gu, value);
