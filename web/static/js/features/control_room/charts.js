// The charts of the board: people over the day, and scans a minute. uPlot draws them on the venue's clock.
import uPlot from "../../../vendor/uplot-1.6.32/uPlot.esm.js";
import { ENTERED, LEFT, RATE_MINUTES, RED, SCANS, YELLOW } from "../../models/figure_board.js";
import { byId } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { momentAt, number } from "../../lib/dates.js";

const MINUTE = 60;
/** Minutes in one bar: the smallest that leaves each bar its width. None is narrower than the time of a rate. */
const BARS = [RATE_MINUTES, 10, 15, 30, 60];
const LEAST_BAR_PX = 7;

/** @param {string} name */
export const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
/** The tokens are six-digit colours; two more digits set the opacity. @param {string} colour */
const faded = (colour) => `${colour}2e`;

/**
 * One chart: drawn when it has data and a width, and again when colours or type size change.
 *
 * @template {ChartData} [Data=ChartData]
 */
export class Chart {
  /** @type {uPlot | null} */
  #plot = null;
  /** @type {Data | null} */
  #data = null;
  /** Whether the values under the cursor are marked. */
  points = false;
  /** The shape() that the plot was made for. */
  shaped = "";

  /**
   * @param {HTMLElement} place
   * @param {HTMLElement} told takes the chart's summary in words
   */
  constructor(place, told) {
    this.place = place;
    this.told = told;
    new ResizeObserver(() => this.#fit()).observe(place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
  }

  /** Makes the plot again, for new colours, type or series. */
  redraw() {
    this.#plot?.destroy();
    this.#plot = null;
    if (this.#data) this.draw(this.#data);
  }

  /** @param {Data} data */
  draw(data) {
    const shape = this.shape(data);
    this.#data = data;
    if (this.#plot && (this.#plot.data.length !== data.columns.length || this.shaped !== shape)) {
      this.#plot.destroy();
      this.#plot = null;
    }
    this.shaped = shape;
    const { clientWidth: width, clientHeight: height } = this.place;
    if (!width || !height) return;
    if (!this.#plot) this.#plot = new uPlot(this.#options(data, width, height), data.columns, this.place);
    else {
      this.#plot.setData(data.columns, false);
      this.#plot.setScale("x", { min: data.from, max: data.to });
    }
    if (this.#plot.cursor.idx == null) this.told.textContent = this.summary(data);
  }

  /** A key of all that needs a new plot when it changes. */
  shape(/** @type {Data} */ _data) {
    return "";
  }

  /** The chart in words; point() describes one moment. */
  summary(/** @type {Data} */ _data) {
    return "";
  }

  point(/** @type {Data} */ _data, /** @type {number} */ _idx) {
    return "";
  }

  /** @returns {uPlot.Series[]} */
  series(/** @type {Data} */ _data) {
    return [];
  }

  /** The places of at most `most` labels; without an override the library decides. */
  ticks(/** @type {Data} */ _data, /** @type {number} */ _most) {
    return /** @type {number[]} */ ([]);
  }

  label(/** @type {{ zone?: string }} */ { zone }, /** @type {number} */ seconds) {
    return momentAt(seconds * 1000, zone);
  }

  /** @param {number} value */
  valueLabel(value) {
    return number(value);
  }

  /** @returns {uPlot.Options} */
  #options(/** @type {Data} */ data, /** @type {number} */ width, /** @type {number} */ height) {
    const size = parseFloat(getComputedStyle(this.place).fontSize);
    const font = `${Math.round(size)}px ${getComputedStyle(document.body).fontFamily}`;
    const ink = token("--ink-soft");
    const grid = { stroke: token("--line"), width: 1 };
    const axis = { font, stroke: ink, grid, ticks: { show: false }, gap: size / 2 };
    return {
      width,
      height,
      // Room for half of the longest label, "12:00 AM", at both ends.
      padding: [size, size * 2.4, 0, 0],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), data.zone ?? "UTC"),
      legend: { show: false },
      cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { show: this.points } },
      scales: {
        x: { time: true, range: () => [this.#data?.from ?? data.from, this.#data?.to ?? data.to] },
        y: { range: (_, __, most) => [0, Math.max(5, Math.ceil((most || 0) * 1.08))] },
      },
      axes: [
        { ...axis, grid: { show: false }, size: size * 2.2, space: size * 5.5, values: (_, splits) => splits.map((at) => this.label(data, at)),
          ...(this.ticks !== Chart.prototype.ticks && { splits: (plot) => this.ticks(this.#data ?? data, Math.max(1, Math.floor(plot.width / (size * 8)))) }) },
        { ...axis, size: (_, values) => Math.max(size * 1.4, ...(values ?? [""]).map((value) => value.length * size * 0.62)) + size,
          space: size * 2.2, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000],
          values: (_, splits) => splits.map((value) => this.valueLabel(value)) },
      ],
      series: [{}, ...this.series(data)],
      hooks: {
        setCursor: [({ cursor: { idx } }) => {
          const shown = this.#data ?? data;
          this.told.textContent = idx == null ? this.summary(shown) : this.point(shown, idx);
        }],
        draw: [(plot) => this.#markNow(plot)],
      },
    };
  }

  /** Draws a line at the current moment. @param {uPlot} plot */
  #markNow(plot) {
    if (!this.#data) return;
    const { now, from, to } = this.#data;
    if (now === null || now < from || now > to) return;
    const { ctx, bbox } = plot;
    const x = Math.round(plot.valToPos(now, "x", true));
    ctx.save();
    ctx.strokeStyle = token("--ink-soft");
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([3 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  }

  #fit() {
    const { clientWidth: width, clientHeight: height } = this.place;
    if (!width || !height || !this.#data) return;
    if (!this.#plot) this.draw(this.#data);
    else if (this.#plot.width !== width || this.#plot.height !== height) this.redraw();
  }
}

/** People over the day: arrived, expected by then, and inside if exits are recorded. */
export class ArrivalsChart extends Chart {
  points = true;

  /** @param {ChartData} data */
  shape({ columns }) {
    return String(columns.length);
  }

  /** @param {ChartData} data @returns {uPlot.Series[]} */
  series({ columns }) {
    const green = token("--green-line");
    const stroke = Math.max(2, parseFloat(getComputedStyle(this.place).fontSize) / 7);
    return [
      { stroke: token("--blue"), width: stroke, dash: [stroke * 3, stroke * 2], paths: uPlot.paths.stepped?.({ align: 1 }), points: { show: false } },
      { stroke: green, fill: faded(green), width: stroke * 1.2, paths: uPlot.paths.stepped?.({ align: 1 }), points: { show: false } },
      ...(columns.length > 3 ? [{ stroke: token("--ink"), width: stroke, points: { show: false }, paths: uPlot.paths.stepped?.({ align: 1 }) }] : []),
    ];
  }

  /** @param {ChartData} data @param {number} index */
  #words({ zone, columns }, index) {
    const [at, expected, arrived] = valuesAt(columns, index);
    const inside = columns[3]?.[index];
    const words = { time: momentAt(at * 1000, zone), arrived: number(arrived), expected: number(expected) };
    return inside === undefined || inside === null
      ? t("{time}: {arrived} arrived, {expected} expected by now", words)
      : t("{time}: {arrived} arrived, {expected} expected by now, {inside} inside", { ...words, inside: number(inside) });
  }

  /** @param {ChartData} data */
  summary(data) {
    const last = data.columns[2].findLastIndex((value) => value !== null);
    return last < 0 ? "" : this.#words(data, last);
  }

  /** @param {ChartData} data @param {number} index */
  point(data, index) {
    return data.columns[2][index] === null ? this.summary(data) : this.#words(data, index);
  }
}

/** Scans a minute by colour, in stacked bars. @extends {Chart<PaceData>} */
export class PaceChart extends Chart {
  points = false;

  /** @returns {uPlot.Series[]} */
  series() {
    const bars = uPlot.paths.bars?.({ size: [0.86, 40], align: 1 });
    /** @param {string} name */
    const bar = (name) => ({ fill: token(name), stroke: token(name), width: 0, paths: bars, points: { show: false } });
    return [bar("--green-line"), bar("--yellow-line"), bar("--red-line")];
  }

  /** @param {PaceData} data */
  summary({ peak, zone }) {
    if (!peak) return t("No scans yet");
    return t("Peak {rate}/min at {time} (over {bin} minutes)", { rate: number(round(peak.rate)), time: momentAt(peak.at * 1000, zone), bin: RATE_MINUTES });
  }

  /** @param {PaceData} data @param {number} index */
  point({ columns, zone, minutes }, index) {
    const [at, all, notGreen, red] = valuesAt(columns, index);
    const times = { time: momentAt(at * 1000, zone), end: momentAt((at + minutes * MINUTE) * 1000, zone) };
    return t("{time} to {end}: {rate} a minute, {yellow} of them yellow, {red} red", {
      ...times, rate: number(round(all)), yellow: number(round(notGreen - red)), red: number(round(red)),
    });
  }
}

/** @param {ChartData["columns"]} columns @param {number} index */
export const valuesAt = (columns, index) => columns.map((column) => column[index] ?? 0);

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/**
 * The shown span of the day: from an hour before the first slot or scan to the end of the last.
 *
 * @param {FigureBoard} figures
 * @param {Wire.SlotCountBody[]} slots
 * @param {MinuteOf} minuteOf
 * @returns {[number, number]}
 */
export function spanOf(figures, slots, minuteOf) {
  const minutes = figures.byMinute().filter(([, numbers]) => numbers.some(Boolean)).map(([minute]) => minute);
  const begins = slots.map((slot) => minuteOf(slot.start_time) - 60);
  const ends = slots.map((slot) => {
    const end = minuteOf(slot.end_time);
    // A slot over midnight belongs to the day it begins.
    return (end <= minuteOf(slot.start_time) ? 1440 + end : end) + 15;
  });
  const first = Math.min(...begins, ...(minutes.length ? [minutes[0] - 15] : []));
  const last = Math.max(...ends, ...(minutes.length ? [minutes[minutes.length - 1] + 15] : []));
  return Number.isFinite(first) ? [Math.max(0, Math.floor(first / 30) * 30), Math.ceil(last / 30) * 30] : [9 * 60, 18 * 60];
}

/**
 * The columns of the arrivals: one point a minute, up to `until` (a minute, or null if the day is over).
 *
 * @param {FigureBoard} figures
 * @param {Wire.SlotCountBody[]} slots
 * @param {[number, number]} span
 * @param {number | null} until
 * @param {MinuteOf} minuteOf
 * @param {boolean} withInside
 */
export function arrivals(figures, slots, [from, to], until, minuteOf, withInside) {
  const happened = new Map(figures.byMinute());
  const begun = slots.map((slot) => [minuteOf(slot.start_time), slot.booked]).sort((a, b) => a[0] - b[0]);
  /** @type {ChartData["columns"]} */
  const columns = withInside ? [[], [], [], []] : [[], [], []];
  let [arrived, gone, expected, next] = [0, 0, 0, 0];
  for (const [minute, numbers] of happened) {
    if (minute >= from) continue;
    arrived += numbers[ENTERED];
    gone += numbers[LEFT];
  }
  for (let minute = from; minute <= to; minute += 1) {
    while (next < begun.length && begun[next][0] <= minute) expected += begun[next++][1];
    const numbers = happened.get(minute);
    arrived += numbers?.[ENTERED] ?? 0;
    gone += numbers?.[LEFT] ?? 0;
    const known = until === null || minute <= until;
    columns[0].push(figures.startsAt / 1000 + minute * MINUTE);
    columns[1].push(expected);
    columns[2].push(known ? arrived : null);
    if (withInside) columns[3].push(known ? arrived - gone : null);
  }
  return columns;
}

/**
 * The columns of the scans a minute, in bars as narrow as the width allows; a colour's column includes those above it.
 *
 * @param {FigureBoard} figures
 * @param {[number, number]} span
 * @param {number} width
 */
export function pace(figures, [from, to], width) {
  const minutes = BARS.find((size) => ((to - from) / size) * LEAST_BAR_PX <= width) ?? BARS[BARS.length - 1];
  /** @type {Map<number, number[]>} */
  const bars = new Map();
  for (const [minute, numbers] of figures.byMinute()) {
    const start = Math.floor(minute / minutes) * minutes;
    const sum = bars.get(start) ?? [0, 0, 0];
    [SCANS, YELLOW, RED].forEach((kind, place) => {
      sum[place] += numbers[kind];
    });
    bars.set(start, sum);
  }
  /** @type {[number[], number[], number[], number[]]} */
  const columns = [[], [], [], []];
  for (let start = Math.floor(from / minutes) * minutes; start < to; start += minutes) {
    const [scans, yellow, red] = (bars.get(start) ?? [0, 0, 0]).map((count) => count / minutes);
    [figures.startsAt / 1000 + start * MINUTE, scans, yellow + red, red].forEach((value, place) => columns[place].push(value));
  }
  const peak = figures.peak();
  return { columns, minutes, peak: peak && { rate: peak.rate, at: figures.startsAt / 1000 + peak.start * MINUTE } };
}

export const openCharts = () => ({
  arrivals: new ArrivalsChart(byId("arrivals-chart"), byId("arrivals-told")),
  pace: new PaceChart(byId("pace-chart"), byId("pace-told")),
});
