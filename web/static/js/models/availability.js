// What a month offers: slots grouped by day, and one word per day.
import { hubNow } from "../moments.js";

export const MONTHS_EACH_WAY = 3;

/** A slot nobody can book is full, whatever the reason; the words come from the API's own thresholds. */
export function slotStanding(slot, now = hubNow()) {
  if (isOver(slot, now)) return "full";
  if (slot.status !== "ACTIVE" || slot.available_count <= 0) return "full";
  return (slot.capacity_status ?? "AVAILABLE").toLowerCase();
}

/** The API's moment decides, not this device's time zone. */
export function isOver(slot, now = hubNow()) {
  return slot.ends_at !== undefined && Date.parse(slot.ends_at) <= now;
}

export class Month {
  constructor(key, slots) {
    this.key = key;
    this.days = new Map();
    const inOrder = [...slots].sort((a, b) => (a.date + a.start_time < b.date + b.start_time ? -1 : 1));
    for (const slot of inOrder) {
      if (!this.days.has(slot.date)) this.days.set(slot.date, []);
      this.days.get(slot.date).push(slot);
    }
  }

  slots(date) {
    return this.days.get(date) ?? [];
  }

  /** "available", "limited", "full", or "none" when nothing is planned. The best slot speaks for the day. */
  standing(date) {
    const standings = this.slots(date).map((slot) => slotStanding(slot));
    if (!standings.length) return "none";
    return ["available", "limited"].find((word) => standings.includes(word)) ?? "full";
  }

  get anyOpen() {
    return [...this.days.keys()].some((date) => ["available", "limited"].includes(this.standing(date)));
  }
}

export function monthKey(date) {
  return date.slice(0, 7);
}

export function addMonths(key, count) {
  const [year, month] = key.split("-").map(Number);
  const index = year * 12 + (month - 1) + count;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}`;
}

export function daysOf(key) {
  const [year, month] = key.split("-").map(Number);
  const count = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return Array.from({ length: count }, (_, i) => `${key}-${String(i + 1).padStart(2, "0")}`);
}

/** 0 for Monday up to 6 for Sunday. */
export function weekday(date) {
  return (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
}
