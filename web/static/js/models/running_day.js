// The business day on the board: a slot over midnight belongs to the day it begins, and runs until it ends.
const DAY_MS = 86_400_000;

/** @param {string} date */
const dayAfter = (date) => new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);

/**
 * Whether a slot of this date runs now, or is over.
 *
 * @param {{ start_time: string, end_time: string }} slot
 * @param {string} date
 * @param {{ date: string, time: string }} now
 */
export function standingOf({ start_time: start, end_time: end }, date, now) {
  const overMidnight = end <= start;
  if (now.date === date) return { on: start <= now.time && (overMidnight || now.time < end), over: !overMidnight && end <= now.time };
  const on = overMidnight && now.date === dayAfter(date) && now.time < end;
  return { on, over: date < now.date && !on };
}

/**
 * Whether the day of these slots still runs although its date is over.
 *
 * @param {{ start_time: string, end_time: string, is_cancelled?: boolean }[]} slots
 * @param {string} date
 * @param {{ date: string, time: string }} now
 */
export const runsOn = (slots, date, now) => slots.some((slot) => !slot.is_cancelled && now.date > date && standingOf(slot, date, now).on);
