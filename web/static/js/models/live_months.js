// The calendar's months, kept current: over the socket while it is live, else by polling.
import { call } from "../lib/api.js";
import { isVisible } from "../lib/visibility.js";
import { addMonths, Month, monthKey } from "./availability.js";
import { AvailabilitySocket } from "../lib/availability_socket.js";

const POLL_EVERY_MS = 10_000;
/** Neighbouring months only offer other times; the hub decides about those. */
const NEIGHBOUR_FRESH_MS = 30_000;

export class LiveMonths {
  /** @type {Map<string, Month>} */
  #months = new Map();
  /** @type {Map<string, number>} */
  #receivedAt = new Map();
  /** @type {Map<string, number>} */
  #receivedLive = new Map();
  #socket;
  /** @type {number | undefined} */
  #poll;
  /** The watched month. */
  #key = "";

  /**
   * `whose` names the organisation, `venueId` the venue if only one counts. `onMonth(month, changes)` receives the watched
   * month first and after every change; `onTrouble(error)` reports a month that did not come.
   *
   * @param {object} options
   * @param {Whose} [options.whose]
   * @param {number | null} [options.venueId]
   * @param {(month: Month, changes: SlotChange[]) => void} options.onMonth
   * @param {(error: unknown) => void} options.onTrouble
   * @param {(state: MonthsState) => void} options.onState
   * @param {typeof AvailabilitySocket} [options.Socket]
   */
  constructor({ whose = {}, venueId = null, onMonth, onTrouble, onState, Socket = AvailabilitySocket }) {
    this.whose = whose;
    this.venueId = venueId;
    this.onMonth = onMonth;
    this.onTrouble = onTrouble;
    this.onState = onState;
    /** @type {string | null} */
    this.state = null;
    /** @type {number | null} */
    this.since = null;
    /** @type {number | null} */
    this.checkedAt = null;
    this.#socket = new Socket({
      whose,
      onSlots: (slots, whole, key) => this.#take(key, slots, { whole, live: true }),
      onState: (state, since) => this.#changed(state, since),
    });
  }

  get live() {
    return this.#socket.live;
  }

  /** @param {string} key */
  month(key) {
    return this.#months.get(key) ?? null;
  }

  /** Shows a month: the stored state at once, the current one as soon as it comes. @param {string} key */
  watch(key) {
    this.#key = key;
    const known = this.#months.get(key);
    if (known) this.onMonth(known, []);
    this.#socket.watch(key);
    return this.#ask(key);
  }

  /** Polls now: the visitor asked for it. */
  retry() {
    this.#socket.wake?.();
    return this.#ask(this.#key);
  }

  close() {
    clearInterval(this.#poll);
    this.#socket.close();
  }

  /** Other times to offer: all slots of the date's month and of a near neighbouring month. @param {string} date */
  async around(date) {
    const key = monthKey(date);
    const day = Number(date.slice(8));
    const neighbour = day <= 8 ? addMonths(key, -1) : day >= 22 ? addMonths(key, 1) : null;
    if (neighbour) await this.beside(neighbour);
    return [key, neighbour].flatMap((name) => (name && this.#months.get(name)?.all()) || []);
  }

  /** A month beside the watched one, at most half a minute old; null if it does not come. @param {string} key */
  async beside(key) {
    if (Date.now() - (this.#receivedAt.get(key) ?? 0) > NEIGHBOUR_FRESH_MS) {
      try {
        this.#take(key, await this.#read(key), { whole: true });
      } catch {
        // Then fewer times are offered.
      }
    }
    return this.month(key);
  }

  /** @param {string} key */
  async #read(key) {
    const reply = await call("GET", `/api/reservation-slots/available?${new URLSearchParams({ month: key, ...(this.whose.orq && { orq: String(this.whose.orq) }) })}`);
    return reply.data;
  }

  /** @param {string} key */
  async #ask(key) {
    const asked = performance.now();
    try {
      const slots = await this.#read(key);
      this.checkedAt = Date.now();
      // The socket's newer data may be later than this answer.
      if ((this.#receivedLive.get(key) ?? -1) < asked) this.#take(key, slots, { whole: true });
      this.#publishState();
    } catch (error) {
      if (key === this.#key && !(this.live && this.#months.has(key))) this.onTrouble(error);
    }
  }

  /** @param {string} key @param {Slot[]} received @param {{ whole: boolean, live?: boolean }} how */
  #take(key, received, { whole, live = false }) {
    const slots = this.venueId ? received.filter((slot) => slot.venue_id === this.venueId) : received;
    this.#receivedAt.set(key, Date.now());
    if (live) this.#receivedLive.set(key, performance.now());
    const known = this.#months.get(key);
    if (!known && !whole) return;
    const month = known ?? new Month(key, slots);
    const changes = known ? month.take(slots, { whole }) : [];
    this.#months.set(key, month);
    if (key === this.#key && (!known || changes.length)) this.onMonth(month, changes);
  }

  /** @param {string} state @param {number | null} since */
  #changed(state, since) {
    clearInterval(this.#poll);
    this.#poll = undefined;
    this.state = state;
    this.since = since;
    if (state === "lost") {
      this.#poll = setInterval(() => isVisible() && this.#ask(this.#key), POLL_EVERY_MS);
      this.#ask(this.#key);
    }
    this.#publishState();
  }

  #publishState() {
    this.onState({ state: this.state, since: this.since, checkedAt: this.checkedAt });
  }
}
