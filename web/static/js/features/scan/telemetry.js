// What this scanner tells the control room of itself: battery, waiting scans, version, how far and how right the clock is.
const LOOK_MS = 10_000;
// The address of the page's files carries their hash: what stands there is the version of the page.
const VERSION = /\/static\/([0-9a-f]+)\//.exec(import.meta.url)?.[1] ?? null;

export class Telemetry {
  #battery = null;
  #told = "";

  /** `queued()` gives how many scans wait to be synced. */
  constructor({ socket, device, clock, queued }) {
    Object.assign(this, { socket, device, clock, queued });
  }

  async start() {
    setInterval(() => this.tell(), LOOK_MS);
    try {
      this.#battery = (await navigator.getBattery?.()) ?? null;
    } catch {
      // A browser may keep it to itself.
    }
    this.tell();
  }

  /** Says it where it is otherwise than last told; a scanner without a gate has yet to be set up. */
  tell() {
    if (!this.device.gate) return;
    const said = this.#describe();
    const text = JSON.stringify(said);
    if (text === this.#told) return;
    this.#told = text;
    this.socket.setDevice(said);
  }

  #describe() {
    const { roundTripMs, skewMs } = this.clock;
    const known = {
      battery: this.#battery && Math.round(this.#battery.level * 100),
      charging: this.#battery?.charging,
      queue: this.queued(),
      version: VERSION,
      // Rounded, so that it is told when it matters and not at every breath of the network.
      round_trip_ms: roundTripMs === null ? null : rounded(roundTripMs, roundTripMs < 200 ? 20 : 100),
      skew_ms: roundTripMs === null ? null : rounded(skewMs, 500),
    };
    const given = Object.entries(known).filter(([, value]) => value !== null && value !== undefined);
    return { ...this.device.describe(), ...Object.fromEntries(given) };
  }
}

const rounded = (value, to) => Math.round(value / to) * to;
