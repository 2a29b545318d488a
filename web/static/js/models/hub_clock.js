// This device's clock skew to the hub: measured by pings; the quickest recent answer counts.
import { deviceStore } from "../lib/storage.js";

const STORED = "venue-hub.clock";
const KEPT = 8;
// Slower answers are too inexact.
const SLOWEST_MS = 5_000;
// A larger step means that the clock was set again: earlier samples no longer count.
const STEP_MS = 2_000;

export class HubClock {
  /** @type {{ roundTrip: number, skew: number }[]} */
  #samples = [];

  /**
   * @param {object} [options]
   * @param {Storage} [options.store]
   * @param {(ms: number) => void} [options.onSkew] called with how far this device's clock is ahead, when that changes
   */
  constructor({ store = deviceStore(), onSkew = () => {} } = {}) {
    this.store = store;
    this.onSkew = onSkew;
    const kept = Number.parseInt(store.getItem(STORED) ?? "", 10);
    this.skewMs = Number.isFinite(kept) ? kept : 0;
    /** @type {number | null} */
    this.roundTripMs = null;
    this.onSkew(this.skewMs);
  }

  /**
   * The hub's `serverTime` lies halfway between two moments of this device.
   *
   * @param {string} serverTime RFC 3339
   * @param {number} sent
   * @param {number} received
   */
  measure(serverTime, sent, received) {
    const roundTrip = received - sent;
    const said = Date.parse(serverTime);
    if (!Number.isFinite(said) || roundTrip < 0 || roundTrip > SLOWEST_MS) return;
    const sample = { roundTrip, skew: Math.round((sent + received) / 2 - said) };
    // Two samples differ by at most half of each round trip, unless the clock was set between them.
    this.#samples = this.#samples.filter(({ roundTrip: other, skew }) => Math.abs(skew - sample.skew) <= (other + roundTrip) / 2 + STEP_MS);
    this.#samples = [...this.#samples, sample].slice(-KEPT);
    this.roundTripMs = roundTrip;
    const best = this.#samples.reduce((one, other) => (other.roundTrip < one.roundTrip ? other : one));
    if (best.skew === this.skewMs) return;
    this.skewMs = best.skew;
    this.store.setItem(STORED, String(best.skew));
    this.onSkew(best.skew);
  }

  /** The hub's time now, in milliseconds. */
  now() {
    return Date.now() - this.skewMs;
  }
}
