// The charts of reservations: over the days, and by hour of the day.
import { t, tn } from "../../lib/i18n.js";
import { axisDay, clock, longDay, number } from "../../lib/dates.js";
import { Chart, token, valuesAt } from "../control_room/charts.js";
import { bar, dateOf, placeOf } from "./day_charts.js";

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Days that are drawn hour by hour. Of more days, each is one point. */
const HOURLY_DAYS = 8;

/** @param {number} hour */
const hourOf = (hour) => clock(`${String(hour).padStart(2, "0")}:00:00`);

/** Reservations over the days, as a line. @extends {Chart<ReservationsData>} */
export class ReservationsChart extends Chart {
  points = true;

  series() {
    return [{ stroke: token("--blue"), width: 2.5, points: { show: false } }];
  }

  /** @param {object} _ @param {number} seconds */
  label(_, seconds) {
    return axisDay(dateOf(seconds));
  }

  /** @param {ReservationsData} data @param {number} most */
  ticks({ days }, most) {
    const step = Math.max(1, Math.ceil(days.length / most));
    return days.filter((_, place) => place % step === 0).map(placeOf);
  }

  /** @param {ReservationsData} data */
  summary({ total }) {
    return tn("one reservation", "{n} reservations", total);
  }

  /** @param {ReservationsData} data @param {number} index */
  point({ columns, hourly }, index) {
    const [at, reservations] = valuesAt(columns, index);
    const day = longDay(dateOf(at));
    const words = { day, time: hourOf(new Date(at * 1000).getUTCHours()), reservations: number(reservations) };
    return hourly ? t("{day}, {time}: {reservations} reservations", words) : t("{day}: {reservations} reservations", words);
  }
}

/** Reservations of all days by hour of the day, in bars. @extends {Chart<HoursData>} */
export class HoursChart extends Chart {
  points = false;

  series() {
    return [bar("--chart-booked")];
  }

  /** @param {object} _ @param {number} seconds */
  label(_, seconds) {
    return hourOf(seconds / HOUR);
  }

  /** @param {object} _ @param {number} most */
  ticks(_, most) {
    const step = [1, 2, 3, 4, 6, 12, 24].find((hours) => 24 / hours <= most) ?? 24;
    return Array.from({ length: 24 / step }, (__, n) => n * step * HOUR);
  }

  /** @param {HoursData} data */
  summary({ columns: [, counts] }) {
    const most = Math.max(...counts.map((count) => count ?? 0));
    if (!most) return t("No reservations");
    const hour = counts.indexOf(most);
    return t("Most between {time} and {end}: {reservations}", { time: hourOf(hour), end: hourOf((hour + 1) % 24), reservations: number(most) });
  }

  /** @param {HoursData} data @param {number} hour */
  point({ columns: [, counts] }, hour) {
    const words = { time: hourOf(hour), end: hourOf((hour + 1) % 24), reservations: number(counts[hour] ?? 0) };
    return t("{time} to {end}: {reservations} reservations", words);
  }
}

/** What both charts draw. @param {Wire.PortalFigures} figures @returns {{ line: ReservationsData, hours: HoursData }} */
export function chartsOf({ total, days, hours }) {
  const dates = days.map(({ date }) => date);
  const hourly = dates.length <= HOURLY_DAYS;
  const midnights = dates.map((date) => placeOf(date) - DAY / 2);
  /** @type {Map<number, number>} */
  const counts = new Map();
  const byHour = Array.from({ length: 24 }, () => 0);
  for (const { date, hour, reservations } of hours) {
    counts.set(placeOf(date) - DAY / 2 + hour * HOUR, reservations);
    byHour[hour] += reservations;
  }
  const at = hourly ? midnights.flatMap((midnight) => byHour.map((_, hour) => midnight + hour * HOUR)) : dates.map(placeOf);
  const made = hourly ? at.map((moment) => counts.get(moment) ?? 0) : days.map(({ reservations }) => reservations);
  const line = { now: null, from: midnights[0], to: midnights[midnights.length - 1] + DAY, columns: /** @type {[number[], number[]]} */ ([at, made]),
    days: dates, hourly, total: total.reservations };
  const place = byHour.map((_, hour) => hour * HOUR);
  return { line, hours: { now: null, from: -HOUR / 2, to: 23.5 * HOUR, columns: [place, byHour] } };
}
