// Decides what is a new scan: the same code within three seconds is one scan, a scanner's second Enter is none.
const SAME_CODE_MS = 3_000;
const SECOND_ENTER_MS = 600;

export class RepeatFilter {
  /** @type {string | null} */
  #code = null;
  #at = -Infinity;

  /** True when this code starts a scan. @param {string} code */
  admits(code, now = performance.now()) {
    const repeated = code === this.#code && now - this.#at < SAME_CODE_MS;
    if (repeated) return false;
    this.#code = code;
    this.#at = now;
    return true;
  }

  /** Hardware scanners may end a code with CR and LF; the LF must not press a button. */
  isTail(now = performance.now()) {
    return now - this.#at < SECOND_ENTER_MS;
  }

  /** The last code got no answer: it may come again at once. */
  forget() {
    this.#code = null;
  }
}
