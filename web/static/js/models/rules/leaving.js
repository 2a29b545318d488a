// The offline scanner's rules of exit and return, twin of hub/rules/leaving.py: change both, and their shared table of
// cases (tests/rules/leaving_cases.json). Moments are RFC 3339, `now` is in milliseconds.
import { entryWindow } from "./entry_decision.js";
import { midnight, venueTime } from "./venue_day.js";

/**
 * @param {Colour} result
 * @param {string} reason
 * @param {boolean} can_verify
 * @param {string} message
 * @param {string} detail
 * @returns {EntryVerdict}
 */
const verdict = (result, reason, can_verify, message, detail) => ({ result, reason, can_verify, message, detail, days_from_now: null });
const DAY_MS = 86_400_000;

/**
 * `left`: the exit of a holder who has not come back; `insideSince`: the last entry.
 *
 * @param {Leaving | null} left
 * @param {string | null | undefined} insideSince
 * @param {number} now
 * @param {string} timeZone
 */
export function decideExit(left, insideSince, now, timeZone) {
  if (!insideSince) return verdict("YELLOW", "NOT_INSIDE", false, "NOT INSIDE", "No entry is recorded for this ticket");
  if (left && Date.parse(left.left_at) <= now) return verdict("YELLOW", "ALREADY_LEFT", false, "ALREADY LEFT", leftWords(left, now, timeZone));
  if (left || Date.parse(insideSince) > now) {
    return verdict("YELLOW", "NOT_INSIDE", false, "NOT INSIDE", `Came in only at ${when(insideSince, now, timeZone)}`);
  }
  return verdict("GREEN", "EXIT_RECORDED", false, "EXIT RECORDED", `Inside since ${when(insideSince, now, timeZone)}`);
}

/**
 * Decides a return: `refused` (already inside) of somebody who left. `left.date` is the day of their entry.
 *
 * @param {EntryVerdict} refused
 * @param {Leaving & { date: string }} left
 * @param {ReservationFacts | null} reservation
 * @param {Wire.ListPolicy} policy
 * @param {number} now
 * @param {string} timeZone
 */
export function decideReturn(refused, left, reservation, policy, now, timeZone) {
  if (Date.parse(left.left_at) > now) return refused;
  const words = leftWords(left, now, timeZone);
  if (policy.re_entry !== "allow") return { ...refused, detail: `${words}; no re-entry` };
  const ends = midnight(dayAfter(left.date), timeZone);
  const last = reservation ? Math.max(ends, entryWindow(reservation, policy, timeZone)[1]) : ends;
  if (now >= last) return { ...refused, detail: `${words}; re-entry was until the end of that day` };
  return verdict("GREEN", "MAY_RETURN", true, "MAY COME BACK IN", words);
}

/** The verdict after the return that `permitted` allowed is recorded. @param {EntryVerdict} permitted */
export function returnRecorded(permitted) {
  return verdict("GREEN", "RE_ENTRY", true, "RE-ENTRY RECORDED", permitted.detail);
}

/** @param {string} date */
const dayAfter = (date) => new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
/** @param {Leaving} exit @param {number} now @param {string} timeZone */
const leftWords = ({ left_at, gate }, now, timeZone) => `Left at ${when(left_at, now, timeZone)}${gate ? `, gate ${gate}` : ""}`;

/**
 * `13:05`, with the date on another day.
 *
 * @param {string} moment
 * @param {number} now
 * @param {string} timeZone
 */
function when(moment, now, timeZone) {
  const { date, time } = venueTime(Date.parse(moment), timeZone);
  return date === venueTime(now, timeZone).date ? time : `${date} ${time}`;
}
