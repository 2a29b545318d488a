// The summary of a booking, each part with a button to change it.
import { h } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { spaced } from "../../models/digits.js";
import { clock, hubNow, longDay, nowAt, span } from "../../lib/dates.js";

/** @param {Element} place @param {BookingDraft} draft @param {(step: StepName) => void} goTo */
export function drawSummary(place, draft, goTo) {
  /** @param {StepName} step @param {string} what */
  const change = (step, what) => h("dd", { class: "change" }, h("button", { type: "button", class: "button link small", "aria-label": what, onclick: () => goTo(step) }, t("Change")));
  /** @param {Ticket[]} tickets */
  const codes = (tickets) => h("ul", {}, ...tickets.map(({ ticket_code }) => h("li", { class: "code" }, ticket_code)));
  const { venue } = draft;
  const rows = draft.groups().flatMap(({ slot, tickets }) => [
    h("div", { class: "when" },
      h("dt", {}, t("When")),
      h("dd", {}, longDay(slot.date)),
      h("dd", {}, span(slot.start_time, slot.end_time)),
      venue && h("dd", { class: "soft promise" }, promise(slot, venue)),
      change("slot", t("Change day and time"))),
    h("div", {}, h("dt", {}, tickets.length === 1 ? t("Ticket") : t("Tickets")), h("dd", {}, codes(tickets)), change("ticket", t("Change tickets"))),
  ]);
  place.replaceChildren(
    ...(venue ? [h("div", {}, h("dt", {}, t("Venue")), h("dd", { translate: "no" }, venue.name), venue.address && h("dd", { class: "soft" }, venue.address), draft.venues().length > 1 && change("venue", t("Change venue")))] : []),
    ...rows,
    h("div", {}, h("dt", {}, t("Email")), h("dd", {}, draft.email), change("contact", t("Change address"))),
    h("div", {}, h("dt", {}, t("Phone")), h("dd", {}, spaced(draft.phone)), change("contact", t("Change number"))),
  );
}

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

/** The one sentence about changes, computed from the slot and the policy. hub/text/change_promise.py says the same. @param {{ date: string, start_time: string }} slot @param {{ timezone: string, change_cutoff_hours: number }} venue */
export function promise(slot, venue, now = hubNow()) {
  const until = changeDeadline(slot, venue);
  if (+now > until) return t("This visit can no longer be changed online.");
  const { date, time } = nowAt(venue.timezone, new Date(until));
  return t("Free changes until {time} on {day}.", { time: clock(time), day: longDay(date) });
}
