// The status that this scanner reports to the control room: battery, queue, version, round trip, clock skew. Add a value here.
const LOOK_MS = 10_000;
// The address of the page's files contains their hash, the page's version.
const VERSION = /\/static\/([0-9a-f]+)\//.exec(import.meta.url)?.[1] ?? null;

export class Telemetry {
  /** @type {{ level: number, charging: boolean } | null} */
  #battery = null;
  #sent = "";

  /**
   * `queued()` returns the number of queued scans.
   *
   * @param {{ socket: VenueSocket, device: Device, clock: HubClock, queued: () => number }} options
   */
  constructor({ socket, device, clock, queued }) {
    this.socket = socket;
    this.device = device;
    this.clock = clock;
    this.queued = queued;
  }

  async start() {
    setInterval(() => this.send(), LOOK_MS);
    try {
      this.#battery = (await /** @type {WithBattery} */ (navigator).getBattery?.()) ?? null;
    } catch {
      // Some browsers refuse it.
    }
    this.send();
  }

  /** Sends a changed status. A scanner without a gate is not set up yet and sends none. */
  send() {
    if (!this.device.gate) return;
    const said = this.#describe();
    const text = JSON.stringify(said);
    if (text === this.#sent) return;
    this.#sent = text;
    this.socket.setDevice(said);
  }

  /** @returns {DeviceStatus} */
  #describe() {
    const { roundTripMs, skewMs } = this.clock;
    const known = {
      battery: this.#battery && Math.round(this.#battery.level * 100),
      charging: this.#battery?.charging,
      queue: this.queued(),
      version: VERSION,
      // Rounded, so that small changes send nothing.
      round_trip_ms: roundTripMs === null ? null : rounded(roundTripMs, roundTripMs < 200 ? 20 : 100),
      skew_ms: roundTripMs === null ? null : rounded(skewMs, 500),
    };
    const given = Object.entries(known).filter(([, value]) => value !== null && value !== undefined);
    return { ...this.device.describe(), ...Object.fromEntries(given) };
  }
}

/** @param {number} value @param {number} to */
const rounded = (value, to) => Math.round(value / to) * to;
