// The charts by day of the analytics page: overlapping bars of people, and curves of shares.
import uPlot from "../../../vendor/uplot-1.6.32/uPlot.esm.js";
import { t } from "../../lib/i18n.js";
import { axisDay, longDay, number } from "../../lib/dates.js";
import { Chart, token, valuesAt } from "../control_room/charts.js";

const NOON = 43_200;
/** A day is placed at noon UTC, in every time zone of a reader. @param {string} date */
export const placeOf = (date) => Date.parse(`${date}T00:00:00Z`) / 1000 + NOON;
/** @param {number} seconds */
export const dateOf = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

const BARS = uPlot.paths.bars?.({ size: [0.8, 60] });
/** @param {string} name */
export const bar = (name) => ({ fill: token(name), stroke: token(name), width: 0, paths: BARS, points: { show: false } });

/**
 * @template {DaysData} [Data=DaysData]
 * @extends {Chart<Data>}
 */
class DayChart extends Chart {
  points = false;

  /** @param {object} _ @param {number} seconds */
  label(_, seconds) {
    return axisDay(dateOf(seconds));
  }

  /** Labels stand at days, at most `most` of them. @param {ChartData} data @param {number} most */
  ticks({ columns: [days] }, most) {
    const step = Math.max(1, Math.ceil(days.length / most));
    return days.filter((_, place) => place % step === 0);
  }
}

export class VisitsChart extends DayChart {
  series() {
    return ["--line", "--chart-booked", "--green-line"].map(bar);
  }

  /** @param {DaysData} data */
  summary({ totals }) {
    return t("{arrived} arrived of {booked} booked, room for {capacity}", totals);
  }

  /** @param {ChartData} data @param {number} index */
  point({ columns }, index) {
    const [day, capacity, booked, arrived] = valuesAt(columns, index);
    const words = { arrived: number(arrived), booked: number(booked), capacity: number(capacity), day: longDay(dateOf(day)) };
    return t("{day}: {arrived} arrived of {booked} booked, room for {capacity}", words);
  }
}

/** @extends {DayChart<ChecksData>} */
export class ChecksChart extends DayChart {
  series() {
    return ["--line", "--chart-booked"].map(bar);
  }

  /** @param {DaysData} data */
  summary({ totals }) {
    return t("{booked} of {checked} tickets checked were booked: {share}", totals);
  }

  /** @param {ChecksData} data @param {number} index */
  point({ columns, shares }, index) {
    const [day, checked, booked] = valuesAt(columns, index);
    const words = { booked: number(booked), checked: number(checked), share: shares[index], day: longDay(dateOf(day)) };
    return t("{day}: {booked} of {checked} tickets checked were booked: {share}", words);
  }
}

/** @extends {DayChart<SharesData>} */
export class SharesChart extends DayChart {
  points = true;

  series() {
    /** @param {string} name @param {number[]} [dash] */
    const line = (name, dash) => ({ stroke: token(name), width: 2.5, dash, spanGaps: true, points: { show: true, size: 6, fill: token(name) } });
    return [line("--blue"), line("--red-line", [7, 5])];
  }

  /** @param {number} value */
  valueLabel(value) {
    return t("{share} %", { share: number(value) });
  }

  /** @param {DaysData} data */
  summary({ totals }) {
    return t("{missing} of those booked did not come, {rejected} of the scans were red", totals);
  }

  /** @param {SharesData} data @param {number} index */
  point({ columns, words }, index) {
    const [day, missing, rejected] = valuesAt(columns, index);
    return t("{day}: {missing} of those booked did not come, {rejected} of the scans were red", {
      day: longDay(dateOf(day)), missing: words(missing), rejected: words(rejected),
    });
  }
}
