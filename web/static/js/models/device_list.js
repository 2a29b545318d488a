// The venue's scanners as the hub reports them, and what needs attention. Add a new warning here.
const LOW_BATTERY = 15;
const SLOW_MS = 1000;
const WRONG_CLOCK_MS = 30_000;
const LONG_GONE_MS = 10 * 60_000;

export class DeviceList {
  /** @type {Map<string, Wire.DeviceRow>} */
  #known = new Map();

  constructor() {
    /** @type {Wire.GateActivity[]} */
    this.gates = [];
    this.complete = true;
    this.ready = false;
  }

  /** @param {Wire.DevicesSnapshot} whole */
  replace({ devices, gates, complete }) {
    this.#known = new Map(devices.map((one) => [one.device_id, one]));
    Object.assign(this, { gates, complete, ready: true });
  }

  /** @param {Wire.DevicesBody} changes */
  update({ devices, removed, gates, complete }) {
    for (const one of devices) this.#known.set(one.device_id, one);
    for (const id of removed) this.#known.delete(id);
    this.gates = gates;
    this.complete = complete;
  }

  /** By gate, then by name; live scanners before offline ones. */
  get shown() {
    return [...this.#known.values()].sort(
      (a, b) => Number(b.live) - Number(a.live) || compare(a.gate ?? "~", b.gate ?? "~") || compare(a.name ?? "", b.name ?? "") || compare(a.device_id, b.device_id),
    );
  }

  get live() {
    return this.shown.filter((one) => one.live).length;
  }

  get quiet() {
    return this.gates.filter((gate) => gate.quiet);
  }
}

/** @param {string} a @param {string} b */
const compare = (a, b) => a.localeCompare(b, undefined, { numeric: true });

/** Whether a scanner has been offline for a while, so that nobody looks for it. @param {Wire.DeviceRow} device @param {number} now */
export const isLongGone = (device, now) => !device.live && now - Date.parse(device.since) > LONG_GONE_MS;

/**
 * What needs attention on a device: "battery", "queue", "slow", "clock", "version".
 *
 * @param {Wire.DeviceRow} device
 * @param {string | null} version
 */
export function worries(device, version) {
  if (!device.live) return [];
  return Object.entries({
    battery: device.battery !== null && device.battery <= LOW_BATTERY && device.charging !== true,
    queue: (device.queue ?? 0) > 0,
    slow: (device.round_trip_ms ?? 0) > SLOW_MS,
    clock: Math.abs(device.skew_ms ?? 0) > WRONG_CLOCK_MS,
    version: device.version !== null && version !== null && device.version !== version,
  }).filter(([, true_]) => true_).map(([name]) => name);
}
