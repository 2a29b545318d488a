// The choice of this device's gate: shown in the bar, asked for when unknown, sent to the hub. It is chosen from the venue's
// list; only a venue without gates has a field for a name.
import { byId, h, write } from "../../lib/elements.js";
import { asWritten, t } from "../../lib/i18n.js";

export class GateChoice {
  /**
   * `gates` are those of the venue. `onChosen()` after a choice; `onClosed()` when the question is over.
   *
   * @param {{ device: Device, gates: string[], onChosen: () => void, onClosed: () => void }} options
   */
  constructor({ device, gates, onChosen, onClosed }) {
    this.device = device;
    this.gates = gates;
    this.onChosen = onChosen;
    this.dialog = byId("gate-dialog");
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
    byId("gate-field").hidden = this.gates.length > 0;
    byId("gate").disabled = this.gates.length > 0;
    byId("gates").replaceChildren(...this.gates.map((name) =>
      h("li", {}, h("button", { type: "button", "aria-pressed": String(name === this.device.gate), translate: "no", onclick: () => this.#take(name) }, name))));
    this.dialog.showModal();
    // Not a button: what a hardware scanner types would press it.
    if (this.gates.length > 0) byId("gate-title").focus();
    else byId("gate").select();
  }

  /** Offers only the gates at which the operator may scan. @param {string[]} names */
  limit(names) {
    this.gates = names;
    if (this.device.gate && names.includes(this.device.gate)) return;
    if (names.length === 1 && names[0]) this.#take(names[0]);
    else {
      this.dialog.close();
      this.ask();
    }
  }

  /** @param {Event} event */
  #choose(event) {
    event.preventDefault();
    const name = byId("gate").value.trim();
    if (name && this.gates.length === 0) this.#take(name);
  }

  /** @param {string} name */
  #take(name) {
    this.device.setGate(name);
    this.#show();
    this.onChosen();
    this.dialog.close();
  }

  #show() {
    write(byId("gate-name"), this.device.gate ? asWritten(this.device.gate) : t("Choose gate"));
  }
}
