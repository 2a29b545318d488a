// The one sentence about changes, computed from the slot and the venue's policy. hub/text/change_promise.py says the same.
import { t } from "../lib/i18n.js";
import { clock, hubNow, longDay, nowAt } from "../lib/dates.js";

const HOUR_MS = 3_600_000;

/** The moment of a date and time on a venue's clock, also on the days when clocks are changed. @param {string} date @param {string} time @param {string} timeZone */
export function momentAtVenue(date, time, timeZone) {
  const wanted = Date.parse(`${date}T${time}Z`);
  let moment = wanted;
  for (let round = 0; round < 2; round += 1) {
    const shown = nowAt(timeZone, new Date(moment));
    moment += wanted - Date.parse(`${shown.date}T${shown.time}Z`);
  }
  return moment;
}

/** @param {{ date: string, start_time: string }} slot @param {{ timezone: string, change_cutoff_hours: number }} venue */
const changeDeadline = (slot, venue) => momentAtVenue(slot.date, slot.start_time, venue.timezone) - HOUR_MS * venue.change_cutoff_hours;

/** @param {{ date: string, start_time: string }} slot @param {{ timezone: string, change_cutoff_hours: number }} venue */
export function promise(slot, venue, now = hubNow()) {
  const until = changeDeadline(slot, venue);
  if (+now > until) return t("This visit can no longer be changed online.");
  const { date, time } = nowAt(venue.timezone, new Date(until));
  return t("Free changes until {time} on {day}.", { time: clock(time), day: longDay(date) });
}
