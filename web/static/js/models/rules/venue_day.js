// The venue's date and time, and when a date begins there. Twin of hub/rules/venue_day.py.
const DAY_MS = 86_400_000;
/** @type {Map<string, Intl.DateTimeFormat>} */
const clocks = new Map();

/** @param {string} timeZone */
function clockOf(timeZone) {
  let clock = clocks.get(timeZone);
  if (!clock) {
    clock = new Intl.DateTimeFormat("en-CA", {
      timeZone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
    });
    clocks.set(timeZone, clock);
  }
  return clock;
}

/**
 * The date (YYYY-MM-DD) and time (HH:MM) of a moment (milliseconds) on the venue's clock.
 *
 * @param {number} moment
 * @param {string} timeZone
 */
export function venueTime(moment, timeZone) {
  const parts = Object.fromEntries(clockOf(timeZone).formatToParts(moment).map(({ type, value }) => [type, value]));
  return { date: `${parts.year}-${parts.month}-${parts.day}`, time: `${parts.hour}:${parts.minute}`, seconds: parts.second };
}

/**
 * The first instant of the date, in milliseconds. If clocks skip midnight, it is the instant of the jump.
 *
 * @param {string} date
 * @param {string} timeZone
 */
export function midnight(date, timeZone) {
  const universal = Date.parse(`${date}T00:00:00Z`);
  const before = offsetAt(universal - offsetAt(universal, timeZone) - DAY_MS / 2, timeZone);
  const first = universal - before;
  // If the clocks changed in the hours before, midnight is by the new time.
  return offsetAt(first - 1000, timeZone) === before ? first : universal - offsetAt(first - 1000, timeZone);
}

/** Whole days from one date to another. @param {string} from @param {string} to */
export const daysBetween = (from, to) => Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);

/** @param {number} moment @param {string} timeZone */
function offsetAt(moment, timeZone) {
  const whole = Math.floor(moment / 1000) * 1000;
  const { date, time, seconds } = venueTime(whole, timeZone);
  return Date.parse(`${date}T${time}:${seconds}Z`) - whole;
}
