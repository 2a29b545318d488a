// What an operator has chosen for this device. Kept on the device, because a gate's noise and light stay with the gate.
import { deviceStore } from "../lib/storage.js";

const STORED = "venue-hub.scanner";
// `way` is which way people go past this scanner: "entry" or "exit".
const USUAL = { way: "entry", sound: true, vibration: true, continuous: false, seconds: 2, cameraOn: false, camera: "" };
export const SHORTEST_S = 1;
export const LONGEST_S = 8;

export class ScanSettings {
  #values;

  constructor(store = deviceStore()) {
    this.store = store;
    let kept = {};
    try {
      kept = JSON.parse(store.getItem(STORED) ?? "{}") ?? {};
    } catch {
      // Somebody else's text under our name: begin anew.
    }
    this.#values = { ...USUAL };
    for (const name of Object.keys(USUAL)) if (typeof kept[name] === typeof USUAL[name]) this.#values[name] = kept[name];
    this.#values.seconds = Math.min(LONGEST_S, Math.max(SHORTEST_S, this.#values.seconds));
  }

  get(name) {
    return this.#values[name];
  }

  set(name, value) {
    this.#values[name] = value;
    this.store.setItem(STORED, JSON.stringify(this.#values));
  }
}
