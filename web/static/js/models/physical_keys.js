// What a hardware scanner meant, by its physical keys. A scanner presses the keys of the keyboard that it is set for, and the
// computer reads them as those of its own: "-" of an American scanner is "ß" on a German computer, and Y and Z change places.
/** Without and with Shift, on an American keyboard. @type {Record<string, string>} */
const AMERICAN = {
  Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", Semicolon: ";:", Quote: "'\"", Backquote: "`~",
  Comma: ",<", Period: ".>", Slash: "/?", Space: "  ", NumpadSubtract: "--", NumpadAdd: "++", NumpadDivide: "//", NumpadMultiply: "**", NumpadDecimal: "..",
};
const SHIFTED_DIGITS = ")!@#$%^&*(";
/** Letters that stand elsewhere on the keyboards of other languages, by the physical key. @type {Record<string, string>[]} */
const LETTERS = [{}, { KeyY: "Z", KeyZ: "Y" }, { KeyA: "Q", KeyQ: "A", KeyW: "Z", KeyZ: "W", Semicolon: "M", KeyM: "-" }];

/** The text as an American keyboard writes it. @param {PressedKey[]} keys */
export const asAmerican = (keys) => keys.map(({ code, shift }) => {
  if (code.startsWith("Key")) return shift ? code.slice(3) : code.slice(3).toLowerCase();
  if (code.startsWith("Digit")) return shift ? SHIFTED_DIGITS[Number(code.slice(5))] : code.slice(5);
  if (/^Numpad\d$/.test(code)) return code.slice(6);
  return AMERICAN[code]?.[shift ? 1 : 0] ?? "";
}).join("");

/**
 * What the keys may mean, likeliest first: on an American, German or French keyboard, with digits that need Shift or do not.
 * All but letters and digits are dashes. Only a check character can tell which is right.
 *
 * @param {PressedKey[]} keys
 */
export function readingsOf(keys) {
  const readings = [asAmerican(keys)];
  for (const letters of LETTERS) {
    for (const shiftedDigits of [false, true]) readings.push(keys.map((key) => letterOf(key, letters, shiftedDigits)).join(""));
  }
  return readings;
}

/** @param {PressedKey} key @param {Record<string, string>} letters @param {boolean} shiftedDigits */
function letterOf({ code, shift }, letters, shiftedDigits) {
  if (letters[code]) return letters[code];
  if (code.startsWith("Key")) return code.slice(3);
  if (/^Numpad\d$/.test(code)) return code.slice(6);
  if (code.startsWith("Digit") && (shift || !shiftedDigits)) return code.slice(5);
  return "-";
}
