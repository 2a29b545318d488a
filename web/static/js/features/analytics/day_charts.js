// The charts over days: bars of people that stand before each other, and lines of shares.
import uPlot from "../../../vendor/uplot-1.6.32/uPlot.esm.js";
import { t } from "../../lib/i18n.js";
import { longDay, number, shortDay } from "../../lib/dates.js";
import { Chart, token } from "../control_room/charts.js";

const NOON = 43_200;
/** A day stands at its noon in UTC, whatever clock the reader has. */
export const placeOf = (date) => Date.parse(`${date}T00:00:00Z`) / 1000 + NOON;
const dateOf = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

const BARS = uPlot.paths.bars?.({ size: [0.8, 60] });
const bar = (name) => ({ fill: token(name), stroke: token(name), width: 0, paths: BARS, points: { show: false } });

class DayChart extends Chart {
  points = false;

  label(_, seconds) {
    return shortDay(dateOf(seconds));
  }

  /** Labels stand under days, and only as many as have room. */
  ticks({ columns: [days] }, most) {
    const step = Math.max(1, Math.ceil(days.length / most));
    return days.filter((_, place) => place % step === 0);
  }
}

export class VisitsChart extends DayChart {
  series() {
    return ["--line", "--chart-booked", "--green-line"].map(bar);
  }

  summary({ totals }) {
    return t("{arrived} arrived of {booked} booked, room for {capacity}", totals);
  }

  point({ columns }, index) {
    const [day, capacity, booked, arrived] = columns.map((column) => column[index]);
    const words = { arrived: number(arrived), booked: number(booked), capacity: number(capacity), day: longDay(dateOf(day)) };
    return t("{day}: {arrived} arrived of {booked} booked, room for {capacity}", words);
  }
}

export class ChecksChart extends DayChart {
  series() {
    return ["--line", "--chart-booked"].map(bar);
  }

  summary({ totals }) {
    return t("{booked} of {checked} tickets checked were booked: {share}", totals);
  }

  point({ columns, shares }, index) {
    const [day, checked, booked] = columns.map((column) => column[index]);
    const words = { booked: number(booked), checked: number(checked), share: shares[index], day: longDay(dateOf(day)) };
    return t("{day}: {booked} of {checked} tickets checked were booked: {share}", words);
  }
}

export class SharesChart extends DayChart {
  points = true;

  series() {
    const line = (name, dash) => ({ stroke: token(name), width: 2.5, dash, spanGaps: true, points: { show: true, size: 6, fill: token(name) } });
    return [line("--blue"), line("--red-line", [7, 5])];
  }

  valueLabel(value) {
    return t("{share} %", { share: number(value) });
  }

  summary({ totals }) {
    return t("{missing} of those booked did not come, {rejected} of the scans were red", totals);
  }

  point({ columns, words }, index) {
    const [day, missing, rejected] = columns.map((column) => column[index]);
    return t("{day}: {missing} of those booked did not come, {rejected} of the scans were red", {
      day: longDay(dateOf(day)), missing: words(missing), rejected: words(rejected),
    });
  }
}
