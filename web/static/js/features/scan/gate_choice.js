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
    byId("gate-button").addEventListener("click", () => this.ask());
    byId("gate-form").addEventListener("submit", (event) => this.#choose(event));
    this.dialog.addEventListener("close", onClosed);
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

  /** @param {Event} event */
  #choose(event) {
    const name = byId("gate").value.trim();
    if (!name) {
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
