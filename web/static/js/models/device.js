// This device: an id made once, and the gate that the operator chose.
import { deviceStore } from "../lib/storage.js";

const ID = "venue-hub.device";
const GATE = "venue-hub.gate";

export class Device {
  /** @param {Pick<Storage, "getItem" | "setItem">} [store] */
  constructor(store = deviceStore()) {
    this.store = store;
    this.id = store.getItem(ID);
    if (!this.id) {
      this.id = crypto.randomUUID();
      store.setItem(ID, this.id);
    }
    this.gate = store.getItem(GATE);
  }

  /** @param {string} gate */
  setGate(gate) {
    this.gate = gate;
    this.store.setItem(GATE, gate);
  }

  /** @returns {DeviceStatus} */
  describe() {
    return { id: this.id, name: `${this.gate} scanner`, gate: this.gate };
  }
}
