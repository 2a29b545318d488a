// A performance's standing for a visitor, from the slot that the hub sends.

/** What follows the counts; the rest (not open yet, closed, cancelled) follows the clock or the organiser. @type {string[]} */
const COUNTED = ["available", "filling", "full"];

/**
 * The standing after a change of the counts; null where it is not theirs to say.
 *
 * @param {string} standing as the page shows it
 * @param {Pick<Slot, "status" | "available_count" | "capacity_status">} slot
 */
export function performanceStanding(standing, slot) {
  if (!COUNTED.includes(standing) || slot.status === "CLOSED") return null;
  if (slot.available_count <= 0) return "full";
  return slot.capacity_status === "AVAILABLE" ? "available" : "filling";
}
