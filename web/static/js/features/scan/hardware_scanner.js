// The hardware scanner, which types wherever the focus is: with or without Enter, in any keyboard's language, at a speed that no
// person has. What it types goes to the code input or nowhere: never into a field of a dialog.
import { KeyBurst } from "../../models/key_burst.js";
import { codeIn } from "../../models/ticket_code.js";

// How long a scanner without Enter is awaited: after our code, which is whole by its check character, and after any other.
const WHOLE_MS = 120;
const OTHER_MS = 400;
// A scanner's second Enter (CR and LF) comes within this time.
const TAIL_MS = 600;
// Some devices give no keys but only text, whole or in pieces. Nobody types a code of ours within this time.
const TEXT_MS = 2_000;
const TEXT_PAUSE_MS = 300;
const SHORTEST_CODE = 18;
// Or it is followed by Enter at once, after this much, at this speed.
const ENTER_AFTER_TEXT_MS = 60;
const SHORTEST_TEXT = 3;
const FASTEST_MS = 45;
const MODIFIERS = new Set(["Shift", "Control", "Alt", "AltGraph", "CapsLock", "NumLock", "Meta"]);
const BY_PEOPLE = /Paste|Drop|delete|history/;

export class HardwareScanner {
  #burst = new KeyBurst();
  /** The field that had the focus before the burst. @type {FieldBefore | null} */
  #before = null;
  /** What the code input held before the burst. */
  #inputBefore = "";
  /** The field before the text that came without keys, and when it began. @type {{ field: FieldBefore, at: number } | null} */
  #text = null;
  #textAt = -Infinity;
  #byKey = false;
  #endedAt = -Infinity;
  #told = false;
  /** @type {number | undefined} */
  #pause;

  /**
   * `onScan(text, physical)`: a code was scanned; `physical` is the text by the physical keys if nothing proves the right one.
   * `onBlocked(dialog)`: a scan was kept out of a dialog.
   *
   * @param {{ input: HTMLInputElement, onScan: (text: string, physical: string | null) => void, onBlocked: (dialog: HTMLDialogElement) => void }} options
   */
  constructor({ input, onScan, onBlocked }) {
    this.input = input;
    this.onScan = onScan;
    this.onBlocked = onBlocked;
    addEventListener("keydown", (event) => this.#onKeyDown(event), { capture: true });
    addEventListener("beforeinput", (event) => this.#onBeforeInput(event), { capture: true });
    addEventListener("input", (event) => this.#onInput(/** @type {InputEvent} */ (event)), { capture: true });
  }

  /** @param {KeyboardEvent} event */
  #onKeyDown(event) {
    const at = event.timeStamp;
    if (MODIFIERS.has(event.key)) return;
    if (event.repeat) this.#burst.clear();
    else if (isEnd(event)) this.#onEnd(event, at);
    else if (!isCharacter(event)) {
      // A suffix that is no Enter ends what a machine typed no less.
      if (!this.#burst.machine) this.#burst.clear();
    } else {
      if (this.#burst.isOver(at)) {
        this.#before = fieldNow();
        this.#inputBefore = this.input.value;
        this.#told = false;
        this.#endedAt = -Infinity;
      }
      this.#byKey = true;
      this.#burst.add({ key: event.key, code: event.code, shift: event.shiftKey, at });
      this.#wait(WHOLE_MS);
      if (openDialog() && this.#burst.machine) this.#keepOut(event);
    }
  }

  /** @param {KeyboardEvent} event @param {number} at */
  #onEnd(event, at) {
    const ended = this.#burst.endsAt(at) || this.#endsText(event);
    if (openDialog()) {
      if (ended) this.#keepOut(event);
      else if (at - this.#endedAt < TAIL_MS) swallow(event);
    } else if (ended && this.#burst.keys.length) {
      swallow(event);
      this.#finish();
    }
    if (ended) this.#endedAt = at;
    this.#burst.clear();
  }

  /** Whether an Enter follows text without keys as fast as only a scanner sends it. @param {KeyboardEvent} event */
  #endsText({ timeStamp }) {
    const began = this.#text;
    if (!began || timeStamp - this.#textAt > ENTER_AFTER_TEXT_MS) return false;
    const grown = began.field.element.value.length - began.field.value.length;
    if (this.#burst.keys.length || grown < SHORTEST_TEXT || this.#textAt - began.at > FASTEST_MS * grown) return false;
    this.#before = began.field;
    return true;
  }

  /** What was typed goes nowhere: the field gets back what it held before. @param {Event} event */
  #keepOut(event) {
    if (event.cancelable) swallow(event);
    if (this.#before) restore(this.#before);
    this.#endedAt = event.timeStamp;
    const dialog = openDialog();
    if (dialog && !this.#told) this.onBlocked(dialog);
    this.#told = true;
  }

  /** @param {number} ms */
  #wait(ms) {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#afterPause(ms), ms);
  }

  /** No Enter has come. @param {number} waited */
  #afterPause(waited) {
    if (!this.#burst.machine || openDialog()) return;
    const { code } = this.#burst.read(this.#inputBefore, this.input.value);
    if (code || waited >= OTHER_MS) this.#finish();
    else this.#wait(OTHER_MS);
  }

  #finish() {
    clearTimeout(this.#pause);
    const { text, code, physical } = this.#burst.read(this.#inputBefore, this.input.value);
    this.#burst.clear();
    this.#present(code ?? text, code ? null : physical);
  }

  /** @param {string} text @param {string | null} physical */
  #present(text, physical) {
    // Ends what an input method has begun with the keys.
    this.input.blur();
    this.input.value = "";
    this.#text = null;
    if (text.trim()) this.onScan(text.trim(), physical);
  }

  /** @param {InputEvent} event */
  #onBeforeInput(event) {
    if (event.timeStamp - this.#textAt > TEXT_PAUSE_MS || this.#text?.field.element !== event.target) {
      const field = fieldNow();
      this.#text = field && { field, at: event.timeStamp };
      this.#told = false;
    }
    this.#textAt = event.timeStamp;
  }

  /** Text that came faster than anybody types: it is a scan if it makes a code of ours. @param {InputEvent} event */
  #onInput(event) {
    const began = this.#text;
    const byKey = this.#byKey;
    this.#byKey = false;
    if (!began || byKey || BY_PEOPLE.test(event.inputType ?? "") || event.target !== began.field.element || event.timeStamp - began.at > TEXT_MS) return;
    const { value } = began.field.element;
    if (value.length - began.field.value.length < SHORTEST_CODE) return;
    const code = codeIn(value);
    if (!code || code === codeIn(began.field.value)) return;
    if (began.field.element !== this.input) {
      this.#before = began.field;
      this.#burst.clear();
      this.#keepOut(event);
      return;
    }
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => codeIn(this.input.value) === code && this.#present(code, null), WHOLE_MS);
  }
}

const openDialog = () => /** @type {HTMLDialogElement | null} */ ([...document.querySelectorAll("dialog[open]")].at(-1) ?? null);
/** @param {Element | null} element @returns {element is EditableField} */
const isField = (element) => element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement
  || (element instanceof HTMLInputElement && !/^(button|submit|checkbox|radio|range)$/.test(element.type));
/** Ctrl+J and Ctrl+M are the line ends of some scanners. @param {KeyboardEvent} event */
const isEnd = ({ key, ctrlKey }) => key === "Enter" || key === "Tab" || (ctrlKey && /^[jm]$/i.test(key));
/** A dead key, or one that an input method has taken, has a physical key all the same. @param {KeyboardEvent} event */
const isCharacter = ({ key, code, ctrlKey, metaKey, altKey }) => (!ctrlKey || altKey) && !metaKey
  && ((key.length === 1 && !(altKey && code.startsWith("Numpad"))) || (/^(Dead|Process|Unidentified)$/.test(key) && code !== ""));

/** @param {Event} event */
function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** @returns {FieldBefore | null} */
function fieldNow() {
  const element = document.activeElement;
  return isField(element) ? { element, value: element.value } : null;
}

/** @param {FieldBefore} before */
function restore({ element, value }) {
  if (element.value === value) return;
  element.value = value;
  element.dispatchEvent(new Event("input", { bubbles: true }));
  if (element instanceof HTMLSelectElement) element.dispatchEvent(new Event("change", { bubbles: true }));
}
