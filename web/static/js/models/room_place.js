// A visitor's place in the waiting room over time: how far they have come, and what a screen reader should say.

/** A screen reader hears of the place at most this often. */
export const SAY_EVERY_MS = 20_000;
/** So close to the turn each step forward is worth a word. */
const CLOSE = 10;

export class PlaceHistory {
  /** The number of people before the visitor when they were first seen here. @type {number | null} */
  #first = null;
  #saidAt = -Infinity;
  /** @type {RoomPlace | null} */
  #said = null;

  /**
   * @param {string} key
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem">} store which keeps how far back the visitor began, through reloads
   */
  constructor(key, store) {
    this.name = `venue-hub.waiting-room.${key}`;
    this.store = store;
  }

  /** How much of the line is behind the visitor, from 0 to 1. @param {number} ahead */
  progress(ahead) {
    this.#first ??= Number(this.store.getItem(this.name)) || null;
    if (this.#first === null || ahead > this.#first) this.#remember(ahead);
    return this.#first ? Math.min(1, Math.max(0, 1 - ahead / this.#first)) : 0;
  }

  /** A new wait begins a new bar. */
  forget() {
    this.#first = null;
    this.store.removeItem(this.name);
  }

  /** @param {number} ahead */
  #remember(ahead) {
    this.#first = ahead;
    try {
      this.store.setItem(this.name, String(ahead));
    } catch {
      // Only the bar begins anew after a reload.
    }
  }

  /** Whether a place is worth saying now: not more than one in `SAY_EVERY_MS`, and only a change. @param {RoomPlace} place @param {number} now */
  isNews(place, now) {
    const before = this.#said;
    if (before?.position === place.position && before?.rate === place.rate) return false;
    const isClose = (place.position ?? Infinity) <= CLOSE && before?.position !== place.position;
    if (!isClose && now - this.#saidAt < SAY_EVERY_MS) return false;
    this.#said = place;
    this.#saidAt = now;
    return true;
  }
}

/** What the page shows of a place. @param {RoomPlace} place @returns {RoomState} */
export function viewOf({ state, opens_at: opensAt }) {
  if (state === "none") return "ended";
  return state === "waiting" && opensAt ? "early" : state;
}
