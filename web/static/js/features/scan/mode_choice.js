// The question of the first sign-in on a device: admit each valid ticket as it is scanned, or check first and tap.
import { byId } from "../../lib/elements.js";

export class ModeChoice {
  /** `onChosen()` after a choice, `onClosed()` when the question is over. @param {{ settings: ScanSettings, onChosen: () => void, onClosed: () => void }} options */
  constructor({ settings, onChosen, onClosed }) {
    this.settings = settings;
    this.onChosen = onChosen;
    this.dialog = byId("mode-dialog");
    byId("mode-form").addEventListener("submit", (event) => this.#choose(event));
    this.dialog.addEventListener("close", onClosed);
  }

  /** Asks where nobody has chosen on this device. Closed without a choice, it asks at the next sign-in: tickets are checked first. */
  ask() {
    if (this.settings.get("chosen") || document.querySelector("dialog[open]")) return;
    this.dialog.showModal();
    // Not a button: what a hardware scanner types would press it.
    byId("mode-title").focus();
  }

  /** @param {SubmitEvent} event */
  #choose(event) {
    const { value } = /** @type {HTMLButtonElement} */ (event.submitter);
    this.settings.set("continuous", value === "scan");
    this.settings.set("chosen", true);
    this.onChosen();
  }
}
