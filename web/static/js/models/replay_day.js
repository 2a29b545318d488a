// A day's replay: its log's events in order, and the board at any moment.
import { CountBoard } from "./count_board.js";
import { FigureBoard, RECENT_MINUTES } from "./figure_board.js";

const MINUTE_MS = 60_000;
const ADDED = { scans: 0, yellow: 1, red: 2, entered: 3, left: 4 };

export class ReplayDay {
  counts = new CountBoard();
  figures = new FigureBoard();
  /** How many events the boards show. */
  done = 0;
  at = 0;
  /** Milliseconds from check to entry, by gate: [when, how many]. @type {Map<string, [number, number][]>} */
  took = new Map();
  /** @type {ReplayEvent[]} */
  events = [];
  complete = false;

  /** @param {ReplayHead} head the first row of the answer */
  constructor(head) {
    this.head = head;
    this.startsAt = Date.parse(head.starts_at);
    this.length = Date.parse(head.ends_at) - this.startsAt;
    this.#begin();
  }

  /** Adds an event; its columns are named in the head. @param {ReplayRow} row */
  push(row) {
    this.events.push(/** @type {ReplayEvent} */ (Object.fromEntries(this.head.columns.map((name, place) => [name, row[place]]))));
  }

  /** The first event, in milliseconds since the day began; null without events. */
  get first() {
    return this.events[0]?.at ?? null;
  }

  get last() {
    return this.events.at(-1)?.at ?? null;
  }

  /** Sets both boards to this moment. Returns whether anything changed. @param {number} at */
  seek(at) {
    const before = this.done;
    const restarted = before > 0 && this.events[before - 1].at > at;
    if (restarted) this.#begin();
    while (this.done < this.events.length && this.events[this.done].at <= at) this.#apply(this.events[this.done++]);
    this.at = at;
    this.#medians();
    return restarted || this.done !== before;
  }

  #begin() {
    const { date, venue_id, starts_at, slots, gates } = this.head;
    this.done = 0;
    this.at = 0;
    this.counts = new CountBoard();
    this.figures = new FigureBoard();
    /** @param {"booked" | "capacity"} name */
    const sum = (name) => slots.reduce((total, slot) => total + (slot.is_cancelled ? 0 : slot[name]), 0);
    this.counts.replace({ date, venue_id, verified: 0, inside: 0, exited: 0, reentered: 0, booked: sum("booked"), capacity: sum("capacity"), slots: slots.map((slot) => ({ ...slot, verified: 0, revision: 0 })) }, 0);
    this.figures.replace({ date, venue_id, starts_at, gates: gates.map((gate) => ({ gate, minutes: [], reasons: [], median_ms: null })) }, 0);
    this.took = new Map();
  }

  /** @param {ReplayEvent} event */
  #apply(event) {
    const { figures, counts } = this;
    let gate = figures.gates.get(event.gate);
    if (!gate) figures.gates.set(event.gate, (gate = { gate: event.gate, minutes: new Map(), reasons: [], median: null }));
    const minute = Math.floor(event.counted_at / MINUTE_MS);
    let numbers = gate.minutes.get(minute);
    if (!numbers) gate.minutes.set(minute, (numbers = [0, 0, 0, 0, 0]));
    numbers[ADDED.scans] += event.scans;
    numbers[ADDED.entered] += event.entered;
    numbers[ADDED.left] += event.left;
    if (event.scans && event.result !== "GREEN") {
      numbers[event.result === "YELLOW" ? ADDED.yellow : ADDED.red] += event.scans;
      const known = gate.reasons.find(([result, reason]) => result === event.result && reason === event.reason);
      if (known) known[2] += event.scans;
      else gate.reasons.push([event.result, event.reason, event.scans]);
    }
    if (event.took !== null) this.#note(event.gate, event.at, event.took);
    counts.totals.verified += event.entered;
    counts.totals.exited += Math.max(0, event.left);
    counts.totals.inside = (counts.totals.inside ?? 0) + event.entered - event.left;
    const slot = counts.slots.get(event.slot_id ?? NaN);
    if (slot) slot.verified += event.entered;
  }

  /** @param {string} gate @param {number} at @param {number} took */
  #note(gate, at, took) {
    const known = this.took.get(gate);
    if (known) known.push([at, took]);
    else this.took.set(gate, [[at, took]]);
  }

  /** As on the live board: over the last minutes, including the current one. */
  #medians() {
    const from = (Math.floor(this.at / MINUTE_MS) - RECENT_MINUTES + 1) * MINUTE_MS;
    for (const gate of this.figures.gates.values()) {
      const recent = (this.took.get(gate.gate) ?? []).filter(([at]) => at >= from).map(([, took]) => took).sort((a, b) => a - b);
      const middle = recent.length >> 1;
      gate.median = recent.length === 0 ? null : recent.length % 2 ? recent[middle] : Math.round((recent[middle - 1] + recent[middle]) / 2);
    }
  }
}
