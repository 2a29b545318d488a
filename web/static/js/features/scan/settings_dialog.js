// The dialog of the operator's settings: one touch each, stored at once. Add a new switch here.
import { byId, targetOf } from "../../lib/elements.js";
import { tn } from "../../lib/i18n.js";

const SWITCHES = /** @type {const} */ (["sound", "vibration", "continuous"]);
const PARTIES = /** @type {const} */ (["ask", "all"]);

export class SettingsDialog {
  /** `onChange(name)` after each choice; `onClosed()` returns the focus. @param {SettingsDialogOptions} options */
  constructor({ settings, onChange, onClosed, onGate }) {
    this.settings = settings;
    this.onChange = onChange;
    this.dialog = byId("settings-dialog");
    byId("settings").addEventListener("click", () => this.open());
    for (const name of SWITCHES) {
      switchOf(name).addEventListener("change", (event) => this.#set(name, targetOf(event).checked));
    }
    byId("set-seconds").addEventListener("input", (event) => this.#set("seconds", Number(targetOf(event).value)));
    for (const choice of PARTIES) byId(`set-parties-${choice}`).addEventListener("change", () => this.#set("parties", choice));
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

  /** @template {keyof ScannerChoices} Name @param {Name} name @param {ScannerChoices[Name]} value */
  #set(name, value) {
    this.settings.set(name, value);
    this.#show();
    this.onChange(name);
  }

  #show() {
    for (const name of SWITCHES) switchOf(name).checked = this.settings.get(name);
    const seconds = this.settings.get("seconds");
    byId("set-seconds").value = String(seconds);
    byId("set-parties").disabled = !this.settings.get("continuous");
    byId(this.settings.get("parties") === "all" ? "set-parties-all" : "set-parties-ask").checked = true;
    byId("set-seconds-said").textContent = tn("one second", "{n} seconds", seconds);
  }
}

/** @param {string} name */
const switchOf = (name) => /** @type {HTMLInputElement} */ (byId(`set-${name}`));
