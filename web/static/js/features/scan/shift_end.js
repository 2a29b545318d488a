// The end of the operator's shift: the page takes no more scans, says when it ended, and keeps what is not sent yet.
import { byId } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { momentAt } from "../../lib/dates.js";

// Timers are not longer.
const LONGEST_MS = 2 ** 31 - 1;

export class ShiftEnd {
  /** @type {number | undefined} */
  #timer;
  /** @type {string | undefined} */
  #past;

  /**
   * `now()` is the hub's time in milliseconds. `onEnd()` is called once, and its promise waited for; `queued()` tells how many
   * scans are not sent yet.
   *
   * @param {{ now: () => number, timezone: () => string | undefined, queued: () => number, onEnd: () => Promise<void> }} options
   */
  constructor({ now, timezone, queued, onEnd }) {
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

  /**
   * Waits for the end; without one, for nothing. A stored page may be of an earlier session, so an end that is past counts only
   * once the hub is not reached.
   *
   * @param {string | undefined} endsAt
   */
  await(endsAt) {
    clearTimeout(this.#timer);
    this.#past = undefined;
    if (!endsAt) return;
    const left = Date.parse(endsAt) - this.now();
    if (left <= 0) this.#past = endsAt;
    else this.#timer = setTimeout(() => this.end(endsAt), Math.min(left, LONGEST_MS));
  }

  /** The hub is not reached. */
  alone() {
    if (this.#past) this.end(this.#past);
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
