// The one input of the scanner. It keeps the focus, because a hardware scanner types wherever the focus is.
import { byId, targetOf } from "../../lib/elements.js";

// A person cannot press two keys within this time.
const SCANNER_MS = 100;

export class CodeInput {
  #lastKey = -Infinity;

  /**
   * `onCode(text)` for a finished code; `onEnter()` and `onEscape()` for the bare keys; `onKey()` for any key at all.
   *
   * @param {{ onCode: (text: string) => void, onEnter: () => void, onEscape: () => void, onKey: () => void }} options
   */
  constructor({ onCode, onEnter, onEscape, onKey }) {
    this.onCode = onCode;
    this.onEnter = onEnter;
    this.onEscape = onEscape;
    this.onKey = onKey;
    this.input = byId("code");
    this.keyboard = byId("keyboard");
    // On a phone with a scanner attached, the screen keyboard would only hide the answer; a button brings it.
    if (matchMedia("(pointer: coarse)").matches) this.input.inputMode = "none";
    byId("entry").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#finish();
    });
    this.keyboard.addEventListener("click", () => this.#toggleKeyboard());
    addEventListener("keydown", (event) => this.#onKeyDown(event), { capture: true });
    addEventListener("focus", () => this.focus());
    // A touch on nothing takes the focus away; it is given back once the touch is over.
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
    // Emptied before anything else happens, so that the next code never joins this one.
    this.input.value = "";
    if (text) this.onCode(text);
    else this.onEnter();
    this.focus();
  }

  /** @param {KeyboardEvent} event */
  #onKeyDown(event) {
    this.onKey();
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
      // Some scanners end a code with a tab, which would leave it standing and take the focus along.
      event.preventDefault();
      this.#finish();
      return;
    }
    if (event.key === "Enter" && elsewhere && this.input.value) {
      // A scanner finished its code while a button had the focus: the key ends the code, it does not press the button.
      event.preventDefault();
      this.#finish();
      return;
    }
    if (elsewhere && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) {
      // Focus moved in time takes this very character along.
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
