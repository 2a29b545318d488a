// The operator's choices, one touch each, kept at once: nobody looks for "Save" at a gate.
import { byId } from "../../lib/elements.js";
import { tn } from "../../lib/i18n.js";

const SWITCHES = ["sound", "vibration", "continuous"];

export class SettingsDialog {
  /** `onChange(name)` after each choice; `onClosed()` gives the focus back. */
  constructor({ settings, onChange, onClosed, onGate }) {
    Object.assign(this, { settings, onChange });
    this.dialog = byId("settings-dialog");
    byId("settings").addEventListener("click", () => this.open());
    for (const name of SWITCHES) {
      byId(`set-${name}`).addEventListener("change", (event) => this.#set(name, event.currentTarget.checked));
    }
    byId("set-seconds").addEventListener("input", (event) => this.#set("seconds", Number(event.currentTarget.value)));
    byId("settings-gate").addEventListener("click", () => {
      this.dialog.close();
      onGate();
    });
    this.dialog.addEventListener("close", onClosed);
  }

  open() {
    this.#show();
    this.dialog.showModal();
  }

  #set(name, value) {
    this.settings.set(name, value);
    this.#show();
    this.onChange(name);
  }

  #show() {
    for (const name of SWITCHES) byId(`set-${name}`).checked = this.settings.get(name);
    const seconds = this.settings.get("seconds");
    byId("set-seconds").value = seconds;
    byId("set-seconds").disabled = !this.settings.get("continuous");
    byId("set-seconds-said").textContent = tn("one second", "{n} seconds", seconds);
  }
}
