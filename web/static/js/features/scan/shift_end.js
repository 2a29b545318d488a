// The end of the operator's shift: the page takes no more scans, says when it ended, and keeps what is not sent yet.
import { byId } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { momentAt } from "../../lib/dates.js";

// The operator's shift, for a page that opens offline: whose it is, and when it ends.
const STORED = "venue-hub.shift";
// Timers are not longer.
const LONGEST_MS = 2 ** 31 - 1;

export class ShiftEnd {
  /** @type {number | undefined} */
  #timer;

  /**
   * `owner` is the login of this page, `now()` the hub's time in milliseconds. `onEnd()` is called once, and its promise waited
   * for; `queued()` tells how many scans are not sent yet.
   *
   * @param {{ owner?: string, now: () => number, timezone: () => string | undefined, queued: () => number, onEnd: () => Promise<void> }} options
   */
  constructor({ owner, now, timezone, queued, onEnd }) {
    this.owner = owner;
    this.now = now;
    this.timezone = timezone;
    this.queued = queued;
    this.onEnd = onEnd;
    this.dialog = byId("shift-dialog");
    // Escape does not bring the scanner back.
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
  }

  get ended() {
    return this.dialog.open;
  }

  /** Waits for the end that was stored when the hub was reached last. */
  recall() {
    const [owner, endsAt] = (localStorage.getItem(STORED) ?? "").split(" ");
    if (endsAt && owner === this.owner) this.await(endsAt);
  }

  /** Waits for the end; without one, for nothing. @param {string | undefined} endsAt */
  await(endsAt) {
    clearTimeout(this.#timer);
    if (!endsAt) {
      localStorage.removeItem(STORED);
      return;
    }
    localStorage.setItem(STORED, `${this.owner} ${endsAt}`);
    const left = Date.parse(endsAt) - this.now();
    this.#timer = setTimeout(() => this.end(endsAt), Math.min(Math.max(left, 0), LONGEST_MS));
  }

  /** @param {string} endedAt @param {string} [timezone] */
  async end(endedAt, timezone = this.timezone()) {
    clearTimeout(this.#timer);
    if (this.ended) return;
    for (const dialog of document.querySelectorAll("dialog")) dialog.close();
    byId("shift-title").textContent = t("Your shift ended at {time}", { time: momentAt(endedAt, timezone) });
    const waiting = this.queued();
    byId("shift-waiting").textContent = waiting
      ? tn("One scan is not sent yet. It stays on this device until you sign in here again.", "{n} scans are not sent yet. They stay on this device until you sign in here again.", waiting)
      : t("Everything you scanned is recorded.");
    this.dialog.showModal();
    await this.onEnd();
  }
}
