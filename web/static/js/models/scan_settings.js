// An operator's settings, stored on the device, because noise and light belong to a gate. Add a new setting here.
import { deviceStore } from "../lib/storage.js";

const STORED = "venue-hub.scanner";
/** `way`: entry or exit. `chosen`: somebody has chosen between `continuous` and checking first. `parties`: what continuous mode does with them. @type {ScannerChoices} */
const USUAL = { way: "entry", sound: true, vibration: true, continuous: false, chosen: false, seconds: 2, parties: "ask", cameraOn: false, camera: "" };
export const SHORTEST_S = 1;
export const LONGEST_S = 8;

export class ScanSettings {
  #values;
  /** What an administrator or the kiosk has set: it hides the operator's own choice. @type {Partial<ScannerChoices>} */
  fixed = {};

  /** @param {Pick<Storage, "getItem" | "setItem">} [store] */
  constructor(store = deviceStore()) {
    this.store = store;
    /** @type {Record<string, unknown>} */
    let kept = {};
    try {
      kept = JSON.parse(store.getItem(STORED) ?? "{}") ?? {};
    } catch {
      // Unreadable: use the defaults.
    }
    this.#values = { ...USUAL };
    const usable = Object.entries(USUAL).filter(([name, usual]) => typeof kept[name] === typeof usual).map(([name]) => [name, kept[name]]);
    Object.assign(this.#values, Object.fromEntries(usable));
    this.#values.seconds = Math.min(LONGEST_S, Math.max(SHORTEST_S, this.#values.seconds));
  }

  /** @template {keyof ScannerChoices} Name @param {Name} name @returns {ScannerChoices[Name]} */
  get(name) {
    return this.fixed[name] ?? this.#values[name];
  }

  /** @template {keyof ScannerChoices} Name @param {Name} name @param {ScannerChoices[Name]} value */
  set(name, value) {
    this.#values[name] = value;
    this.store.setItem(STORED, JSON.stringify(this.#values));
  }
}
