// Tells a hardware scanner from a person by the speed of its keys.
import { codeIn } from "./ticket_code.js";
import { asAmerican, readingsOf } from "./physical_keys.js";

// A longer pause ends a burst. Scanners take 1 to 50 ms for a key, on a bad Bluetooth link at times 100.
const PAUSE_MS = 150;
// What began at a machine's speed may stop for longer: a link that stalls, or a page that is busy. Cut in two, it would be two wrong codes.
const STALL_MS = 400;
const WITH_DASHES = /^(TKT-\d{4}-[A-Z0-9]{6}-[A-Z0-9]{6}|(BKG|GST)-[A-Z0-9]{27})$/i;
// The fastest typists take 60 ms for a key in the mean.
const MEAN_MS = 45;
// A code of ours with a right check character is no person's at this speed either.
const MEAN_OF_CODE_MS = 70;
/** So many keys at that speed are no person's; or so many, if an Enter follows as fast. */
const ENOUGH = 6;
const ENOUGH_BEFORE_END = 3;
const SHORTEST_CODE = 19;

export class KeyBurst {
  /** @type {PressedKey[]} */
  keys = [];

  /** Whether a key at this moment begins another burst. @param {number} at */
  isOver(at) {
    const last = this.keys.at(-1);
    if (!last) return true;
    return at - last.at > (this.#fast(ENOUGH_BEFORE_END, last.at, this.keys.length - 1) ? STALL_MS : PAUSE_MS);
  }

  /** @param {PressedKey} key */
  add(key) {
    if (this.isOver(key.at)) this.keys = [];
    this.keys.push(key);
  }

  clear() {
    this.keys = [];
  }

  /** Whether a machine typed these keys. */
  get machine() {
    const last = this.keys.at(-1)?.at ?? 0;
    const gaps = this.keys.length - 1;
    if (this.#fast(ENOUGH, last, gaps)) return true;
    return this.#fast(SHORTEST_CODE, last, gaps, MEAN_OF_CODE_MS) && codeIn(this.typed ?? "") !== null;
  }

  /** Whether an Enter at this moment is the end of what a machine typed. @param {number} at */
  endsAt(at) {
    return !this.isOver(at) && this.#fast(ENOUGH_BEFORE_END, at, this.keys.length);
  }

  /** The text by the computer's keyboard; null if it has dead keys, or keys that an input method has taken. */
  get typed() {
    return this.keys.every(({ key }) => key.length === 1) ? this.keys.map(({ key }) => key).join("") : null;
  }

  /**
   * What was scanned, where `before` is what the field held before and `value` is what it holds now. `code` is our code, with a
   * right check character: as it was typed, else by the physical keys. `physical` is the text by the physical keys, if the
   * computer wrote another.
   *
   * @param {string} before
   * @param {string} value
   * @returns {{ text: string, code: string | null, physical: string | null }}
   */
  read(before, value) {
    const { typed } = this;
    // Some browsers give no input for the first keys after a touch. Then the keys have more than the field.
    const text = typed === null || (!before && value.length > typed.length) ? value : typed;
    // Dashes in their places show that both keyboards agree. Another reading of a mistyped code could be somebody else's by chance.
    const agreed = WITH_DASHES.test((typed ?? "").trim());
    const readings = [typed ?? "", value, ...(agreed ? [] : readingsOf(this.keys))];
    const code = readings.map(codeIn).find(Boolean) ?? null;
    const american = asAmerican(this.keys);
    return { text, code, physical: american.toUpperCase() === text.toUpperCase() ? null : american };
  }

  /** @param {number} enough @param {number} end @param {number} gaps @param {number} mean */
  #fast(enough, end, gaps, mean = MEAN_MS) {
    return this.keys.length >= enough && end - this.keys[0].at <= mean * gaps;
  }
}
