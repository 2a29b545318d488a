// The slots of a month by day, and each day's state for a party's size.
import { hubNow } from "../lib/dates.js";

export const MONTHS_EACH_WAY = 3;
/** @type {string[]} */
export const BOOKABLE = ["available", "limited"];
// A day has the state of its best slot, in this order.
/** @type {SlotStanding[]} */
const BEST_FIRST = ["available", "limited", "short", "full", "closed", "over"];
const DAY_MS = 86_400_000;

/**
 * The state of a slot: "available" or "limited" by the API's thresholds, "short" where fewer places are free than the
 * party needs, "full", "closed" or "over".
 *
 * @param {Slot} slot
 * @returns {SlotStanding}
 */
export function slotStanding(slot, party = 1, now = hubNow()) {
  if (isOver(slot, now)) return "over";
  if (slot.status === "CLOSED") return "closed";
  if (slot.available_count <= 0) return "full";
  if (slot.available_count < party) return "short";
  return slot.capacity_status === "LIMITED" ? "limited" : "available";
}

/**
 * By the API's moment, not by this device's time zone.
 *
 * @param {Slot} slot
 */
export function isOver(slot, now = hubNow()) {
  return slot.ends_at !== undefined && Date.parse(slot.ends_at) <= +now;
}

export class Month {
  /** @type {Map<number, Slot>} */
  #slots = new Map();
  /** @type {Map<string, Slot[]> | null} */
  #days = null;

  /**
   * @param {string} key "2026-11"
   * @param {Slot[]} slots
   */
  constructor(key, slots) {
    this.key = key;
    this.take(slots, { whole: true });
  }

  /**
   * Takes the current slots and returns those that changed.
   *
   * @param {Slot[]} slots
   */
  take(slots, { whole = false } = {}) {
    const before = this.#slots;
    if (whole) this.#slots = new Map();
    /** @type {SlotChange[]} */
    const changes = [];
    for (const slot of slots) {
      if (!slot.date.startsWith(this.key)) continue;
      const was = before.get(slot.id);
      this.#slots.set(slot.id, slot);
      if (!was || !same(was, slot)) changes.push({ slot, was });
    }
    if (whole) {
      for (const was of before.values()) if (!this.#slots.has(was.id)) changes.push({ slot: null, was });
    }
    if (changes.length) this.#days = null;
    return changes;
  }

  /** @param {string} date */
  slots(date) {
    return this.#byDay().get(date) ?? [];
  }

  /** @param {number} id */
  slot(id) {
    return this.#slots.get(id) ?? null;
  }

  all() {
    return [...this.#slots.values()];
  }

  /** The state of the day's best slot, or "none" when nothing is planned. @param {string} date @returns {DayStanding} */
  standing(date, party = 1, now = hubNow()) {
    const found = new Set(this.slots(date).map((slot) => slotStanding(slot, party, now)));
    return BEST_FIRST.find((word) => found.has(word)) ?? "none";
  }

  #byDay() {
    if (this.#days) return this.#days;
    /** @type {Map<string, Slot[]>} */
    const days = new Map();
    for (const slot of this.all().sort(inOrder)) {
      const slots = days.get(slot.date);
      if (slots) slots.push(slot);
      else days.set(slot.date, [slot]);
    }
    this.#days = days;
    return days;
  }
}

/**
 * The slots with room for the party nearest to the wanted one: by days between them, then by time of day, later first.
 *
 * @param {Slot[]} slots
 * @param {Slot} wanted
 * @param {number} party
 */
export function nearestWithRoom(slots, wanted, party, { limit = 3, now = hubNow() } = {}) {
  /** @param {Slot} slot */
  const distance = (slot) => {
    const days = (Date.parse(slot.date) - Date.parse(wanted.date)) / DAY_MS;
    const minutes = minuteOf(slot.start_time) - minuteOf(wanted.start_time);
    return [Math.abs(days), -days, Math.abs(minutes), -minutes, slot.id];
  };
  return slots
    .filter((slot) => slot.id !== wanted.id && slot.venue_id === wanted.venue_id && BOOKABLE.includes(slotStanding(slot, party, now)))
    .map((slot) => ({ slot, distance: distance(slot) }))
    .sort((a, b) => compare(a.distance, b.distance))
    .slice(0, limit)
    .map(({ slot }) => slot);
}

/** @param {string} date */
export const monthKey = (date) => date.slice(0, 7);

/** @param {string} key @param {number} count */
export function addMonths(key, count) {
  const [year, month] = key.split("-").map(Number);
  const index = year * 12 + (month - 1) + count;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}`;
}

/** @param {string} key */
export function daysOf(key) {
  const [year, month] = key.split("-").map(Number);
  const count = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return Array.from({ length: count }, (_, i) => `${key}-${String(i + 1).padStart(2, "0")}`);
}

/** @param {string} date @param {number} days */
export const addDays = (date, days) => new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** The same day of another month, or its last day. @param {string} date @param {string} key */
export function sameDay(date, key) {
  const days = daysOf(key);
  return days[Math.min(Number(date.slice(8)), days.length) - 1];
}

/** @param {Slot} a @param {Slot} b */
const inOrder = (a, b) => (a.date + a.start_time < b.date + b.start_time ? -1 : a.date + a.start_time > b.date + b.start_time ? 1 : a.id - b.id);
/** @param {string} time */
const minuteOf = (time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** @param {Slot} a @param {Slot} b */
const same = (a, b) =>
  a.available_count === b.available_count && a.total_capacity === b.total_capacity && a.status === b.status &&
  a.capacity_status === b.capacity_status && a.date === b.date && a.start_time === b.start_time && a.end_time === b.end_time;

/** @param {number[]} a @param {number[]} b */
function compare(a, b) {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return a[i] - b[i];
  return 0;
}
