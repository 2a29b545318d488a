// The choice of this device's gate: shown in the bar, asked for when unknown, sent to the hub.
import { byId } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";

export class GateChoice {
  /**
   * `onChosen()` after a choice; `onClosed()` returns the focus.
   *
   * @param {{ device: Device, onChosen: () => void, onClosed: () => void }} options
   */
  constructor({ device, onChosen, onClosed }) {
    this.device = device;
    this.onChosen = onChosen;
    this.dialog = byId("gate-dialog");
    /** The only gates at which the operator may scan. @type {string[] | null} */
    this.allowed = null;
    byId("gate").addEventListener("input", () => byId("gate").setCustomValidity(""));
    byId("gate-button").addEventListener("click", () => this.ask());
    byId("gate-form").addEventListener("submit", (event) => this.#choose(event));
    this.dialog.addEventListener("close", onClosed);
    this.#show();
  }

  /** The gate is an administrator's choice. @param {boolean} locked */
  lock(locked) {
    byId("gate-button").disabled = locked;
    byId("settings-gate").hidden = locked;
  }

  show() {
    this.#show();
  }

  ask() {
    byId("gate").value = this.device.gate ?? "";
    this.dialog.showModal();
    byId("gate").select();
  }

  /** Offers the venue's gates; any other name may be typed. @param {string[]} names */
  offer(names) {
    byId("gates").replaceChildren(...names.map((value) => Object.assign(document.createElement("option"), { value })));
  }

  /** Offers the gates at which the operator may scan, and accepts no other. @param {string[]} names */
  limit(names) {
    this.allowed = names;
    this.offer(names);
    if (this.device.gate && names.includes(this.device.gate)) return;
    if (names.length === 1 && names[0]) {
      this.device.setGate(names[0]);
      this.#show();
      this.onChosen();
      if (this.dialog.open) this.dialog.close();
    } else if (!this.dialog.open) this.ask();
  }

  /** @param {Event} event */
  #choose(event) {
    const field = byId("gate");
    const name = field.value.trim();
    const refused = name && this.allowed && !this.allowed.includes(name);
    field.setCustomValidity(refused ? t("You may scan at: {gates}", { gates: this.allowed?.join(", ") ?? "" }) : "");
    if (refused) field.reportValidity();
    if (!name || refused) {
      event.preventDefault();
      return;
    }
    this.device.setGate(name);
    this.#show();
    this.onChosen();
  }

  #show() {
    byId("gate-name").textContent = this.device.gate ?? t("Choose gate");
  }
}
