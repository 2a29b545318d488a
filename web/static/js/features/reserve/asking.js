// A form's request: its button is busy meanwhile, and a failure becomes a notice with a retry.
import { t } from "../../lib/i18n.js";
import { Refusal } from "../../lib/api.js";
import { clearNotice, showNotice } from "../../lib/notices.js";
import { NO_CONNECTION } from "../../words/no_connection.js";

/** Returns the answer, or null. @template T @param {Asking<T>} request */
export async function ask({ button, answer, question, onRefusal, again }) {
  clearNotice(answer);
  busy(button, true);
  try {
    return await question();
  } catch (error) {
    if (error instanceof Refusal) onRefusal(error);
    else showNotice(answer, NO_CONNECTION, { kind: "warn", actions: [[t("Try again"), again]] });
    return null;
  } finally {
    busy(button, false);
  }
}

export function busy(/** @type {HTMLButtonElement} */ button, /** @type {boolean} */ on) {
  button.disabled = on;
  button.setAttribute("aria-busy", String(on));
}

/** Shows a field's error; "" removes it. @param {Element} input @param {Element} line @param {string} message */
export function markField(input, line, message) {
  if (line.textContent !== message) line.textContent = message;
  if (message) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

let pressed = false;
addEventListener("pointerdown", () => (pressed = true), true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => (pressed = false), true);

/** Calls `act` after a press has ended: new text below a field would move the pressed button. @param {() => unknown} act */
export function onceReleased(act) {
  if (!pressed) act();
  else addEventListener("pointerup", () => setTimeout(act, 0), { once: true });
}
