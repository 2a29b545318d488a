// The scanner's only input. It keeps the focus, because a hardware scanner types wherever the focus is.
import { byId, targetOf } from "../../lib/elements.js";
import { HardwareScanner } from "./hardware_scanner.js";

// People cannot press two keys within this time.
const SCANNER_MS = 100;

export class CodeInput {
  #lastKey = -Infinity;

  /**
   * `onCode(text, physical)` after a complete code: `physical` is the text by a hardware scanner's physical keys, if it is
   * another. `onBlocked(dialog)` after a scan while a dialog is open. `onEnter()` and `onEscape()` after the keys alone;
   * `onKey()` after any key.
   *
   * @param {CodeInputOptions} options
   */
  constructor({ onCode, onBlocked, onEnter, onEscape, onKey }) {
    this.onCode = onCode;
    this.onEnter = onEnter;
    this.onEscape = onEscape;
    this.input = byId("code");
    this.keyboard = byId("keyboard");
    // On a phone the screen keyboard would hide the answer; a button shows it.
    if (matchMedia("(pointer: coarse)").matches) this.input.inputMode = "none";
    byId("entry").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#finish();
    });
    this.keyboard.addEventListener("click", () => this.#toggleKeyboard());
    addEventListener("keydown", onKey, { capture: true });
    new HardwareScanner({ input: this.input, onBlocked, onScan: (text, physical) => {
      this.onCode(text, physical);
      this.focus();
    } });
    addEventListener("keydown", (event) => this.#onKeyDown(event), { capture: true });
    addEventListener("focus", () => this.focus());
    // A touch beside the controls takes the focus away; the click after it returns the focus.
    addEventListener("click", (event) => {
      if (!targetOf(event).closest("button, a, input, select, label, dialog")) this.focus();
    });
  }

  focus() {
    if (!document.querySelector("dialog[open]")) this.input.focus({ preventScroll: true });
  }

  clear() {
    this.input.value = "";
  }

  #finish() {
    const text = this.input.value.trim();
    // Emptied first, so that the next code is never appended to this one.
    this.input.value = "";
    if (text) this.onCode(text, null);
    else this.onEnter();
    this.focus();
  }

  /** @param {KeyboardEvent} event */
  #onKeyDown(event) {
    const pause = event.timeStamp - this.#lastKey;
    this.#lastKey = event.timeStamp;
    if (document.querySelector("dialog[open]") || event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.onEscape();
      this.focus();
      return;
    }
    if (event.repeat && event.key === "Enter") {
      event.preventDefault();
      return;
    }
    const elsewhere = document.activeElement !== this.input;
    if (event.key === "Tab" && !elsewhere && this.input.value && pause < SCANNER_MS) {
      // Some scanners end a code with a tab, which would move the focus and leave the code unsent.
      event.preventDefault();
      this.#finish();
      return;
    }
    if (event.key === "Enter" && elsewhere && this.input.value) {
      // A scanner ended its code while a button had the focus: the key ends the code and presses no button.
      event.preventDefault();
      this.#finish();
      return;
    }
    if (elsewhere && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) {
      // With the focus moved now, this character goes into the input.
      this.focus();
    }
  }

  #toggleKeyboard() {
    const shown = this.input.inputMode !== "none";
    this.input.inputMode = shown ? "none" : "text";
    this.keyboard.setAttribute("aria-pressed", String(!shown));
    this.input.blur();
    this.focus();
  }
}
