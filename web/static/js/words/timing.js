// How far a visitor is from their time, for the chip in a green answer. The policy lets them in; the steward should know.
import { daysBetween, nowAt } from "../lib/dates.js";
import { t } from "../lib/i18n.js";

/** Whoever comes within half an hour of the start is in time. */
const EARLY_MINUTES = 30;
const DAY = 24 * 60;
const TIMED = new Set(["VALID", "VERIFIED", "QUESTION_UNANSWERED"]);

/** Minutes after midnight. @param {string} time */
const minutesOf = (time) => {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
};

/** "5 h early", "20 min late", or null for a visitor in time. @param {Decision} decision @param {{ timezone?: string } | null | undefined} venue */
export function timingOf({ reason, reservation }, venue) {
  if (!reservation?.start_time || !TIMED.has(reason)) return null;
  const { date: today, time } = nowAt(venue?.timezone);
  const start = daysBetween(today, reservation.date) * DAY + minutesOf(reservation.start_time) - minutesOf(time);
  if (start >= EARLY_MINUTES) return t("{time} early", { time: inWords(start) });
  if (!reservation.end_time) return null;
  const length = (minutesOf(reservation.end_time) - minutesOf(reservation.start_time) + DAY) % DAY || DAY;
  const over = -start - length;
  return over > 0 ? t("{time} late", { time: inWords(over) }) : null;
}

/** @param {number} minutes */
function inWords(minutes) {
  if (minutes < 60) return t("{n} min", { n: minutes });
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return rest < 10 || hours > 2 ? t("{n} h", { n: Math.round(minutes / 60) }) : t("{n} h {rest} min", { n: hours, rest });
}
