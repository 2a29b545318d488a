// How far this device's clock is from the hub's: measured by question and answer, the quickest of the last ones believed.
import { deviceStore } from "../lib/storage.js";

const STORED = "venue-hub.clock";
const KEPT = 8;
// An answer that took longer says nothing that the ones before did not say better.
const SLOWEST_MS = 5_000;
// Beyond this the clock was set anew, and earlier samples are about another clock.
const STEP_MS = 2_000;

export class HubClock {
  /** @type {{ roundTrip: number, skew: number }[]} */
  #samples = [];

  /**
   * @param {object} [options]
   * @param {Storage} [options.store]
   * @param {(ms: number) => void} [options.onSkew] receives how far this device's clock is ahead, whenever that changes
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
   * The hub said `serverTime` between two moments of this device: half of the way there, half of it back.
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
    // Two measures differ by no more than half of each way, unless the clock was set in between.
    this.#samples = this.#samples.filter(({ roundTrip: other, skew }) => Math.abs(skew - sample.skew) <= (other + roundTrip) / 2 + STEP_MS);
    this.#samples = [...this.#samples, sample].slice(-KEPT);
    this.roundTripMs = roundTrip;
    const best = this.#samples.reduce((one, other) => (other.roundTrip < one.roundTrip ? other : one));
    if (best.skew === this.skewMs) return;
    this.skewMs = best.skew;
    this.store.setItem(STORED, String(best.skew));
    this.onSkew(best.skew);
  }

  /** Now by the hub's clock, in milliseconds. */
  now() {
    return Date.now() - this.skewMs;
  }
}
