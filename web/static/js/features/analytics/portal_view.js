// The figures of the booking page: rates, funnel, refusals, reservations over time, time to a booking.
import { byId } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { number } from "../../lib/dates.js";
import { refusalOf, stepOf } from "../../words/portal.js";
import { percent } from "../control_room/figures_view.js";
import { barRow, share, showTiles } from "./parts.js";
import { chartsOf, HoursChart, ReservationsChart } from "./portal_charts.js";

const MOST_REFUSALS = 8;
const MINUTE = 60;
const HOUR = 3600;
const TABLES = ["days", "refusals", "hours", "times"];

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < MINUTE) return t("{seconds} s", { seconds: number(seconds) });
  if (seconds < HOUR) return t("{minutes} min", { minutes: number(Math.round(seconds / 6) / 10) });
  return t("{hours} h", { hours: number(Math.round(seconds / HOUR)) });
}

/** @param {Wire.TimePart} part */
function timeOf({ from_seconds: from, to_seconds: to }) {
  if (to === null) return t("longer than a day");
  return from === 0 ? t("under {time}", { time: duration(to) }) : t("{from} to {to}", { from: duration(from), to: duration(to) });
}

export class PortalView {
  constructor() {
    this.line = new ReservationsChart(byId("reservations-chart"), byId("reservations-told"));
    this.hours = new HoursChart(byId("hours-chart"), byId("hours-told"));
  }

  /** Shows the figures, or hides them if there are none. Returns whether there are. @param {Wire.PortalFigures} figures @param {string} query */
  show(figures, query) {
    const { total } = figures;
    const some = [total.checked, total.refused, total.reservations, total.activation_due, total.reservation_due].some(Boolean);
    byId("portal").hidden = !some;
    if (!some) return false;
    for (const table of TABLES) {
      const link = /** @type {HTMLAnchorElement} */ (document.getElementById(`portal-${table}`));
      link.href = `/api/analytics/portal?format=csv&table=${table}&${query}`;
    }
    this.#rates(figures);
    this.#funnel(total);
    this.#refusals(figures);
    this.#times(figures.times);
    const { line, hours } = chartsOf(figures);
    this.line.draw(line);
    this.hours.draw(hours);
    return true;
  }

  /** @param {Wire.PortalFigures} figures */
  #rates({ total, times }) {
    /** @param {number} done @param {number} due */
    const of = (done, due) => (due ? t("{done} of {due} tickets", { done: number(done), due: number(due) }) : t("no ticket has had the time yet"));
    const within = times.within_three_minutes === null ? t("no bookings yet") : t("{share} within 3 minutes", { share: share(times.within_three_minutes) });
    showTiles(byId("portal-rates"), [
      [t("Booked after a check"), share(total.conversion), t("{done} of {due} tickets", { done: number(total.booked), due: number(total.checked) })],
      [t("Median time to book"), times.median_seconds === null ? "–" : duration(times.median_seconds), within],
      [t("Activated within 30 days"), share(total.activation_rate), of(total.activated, total.activation_due)],
      [t("Booked within 7 days"), share(total.reservation_rate), of(total.reserved, total.reservation_due)],
    ]);
  }

  /** @param {Wire.PortalSums} total */
  #funnel({ checked, contact_verified: contact, booked }) {
    const steps = /** @type {[string, number][]} */ ([[t("Ticket checked"), checked], [t("Contact verified"), contact], [t("Booked"), booked]]);
    byId("funnel").replaceChildren(...steps.map(([name, count]) =>
      barRow({ name, part: checked ? count / checked : 0, share: percent(count, checked), count })));
  }

  /** @param {Wire.PortalFigures} figures */
  #refusals({ refusals, total }) {
    const most = refusals[0]?.refusals ?? 1;
    byId("refusals").replaceChildren(...refusals.slice(0, MOST_REFUSALS).map(({ step, reason, refusals: count }) =>
      barRow({ name: refusalOf(reason), note: stepOf(step), part: count / most, share: percent(count, total.refused), count })));
    byId("no-refusals").hidden = refusals.length > 0;
    byId("refusals-sum").textContent = total.refused ? tn("refused once", "refused {n} times", total.refused) : "";
  }

  /** @param {Wire.BookingTimes} times */
  #times({ parts }) {
    const whole = parts.reduce((sum, { bookings }) => sum + bookings, 0);
    const most = Math.max(1, ...parts.map(({ bookings }) => bookings));
    byId("booking-times").replaceChildren(...parts.map((part) =>
      barRow({ name: timeOf(part), part: part.bookings / most, share: percent(part.bookings, whole), count: part.bookings })));
  }
}
