// Draws the day's figures: a row for each gate, the reasons, and the two charts.
import { byId, first, h, icon } from "../../lib/elements.js";
import { FrameSteps } from "../../lib/frame_steps.js";
import { asWritten, t, tn } from "../../lib/i18n.js";
import { RATE_MINUTES, RECENT_MINUTES, RED, SCANS, YELLOW } from "../../models/figure_board.js";
import { nowAt, number } from "../../lib/dates.js";
import { reasonOf, RESULTS, SHAPES } from "../../words/scans.js";
import { arrivals, openCharts, pace, spanOf } from "./charts.js";

const SVG = "http://www.w3.org/2000/svg";
const TREND_MINUTES = 60;
const TREND_STEP = 2;
const MOST_REASONS = 8;
/** Gates on a wall screen: twelve, or eleven and the number of the others. */
const ON_WALL = 12;
const NO_GATE = t("No gate");

/** @param {number} value */
export const oneDigit = (value) => number(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
/** @param {number} part @param {number} whole */
export const percent = (part, whole) => (whole ? t("{share} %", { share: oneDigit((100 * part) / whole) }) : "–");

/** @param {number | null | undefined} milliseconds */
export function seconds(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return "–";
  if (milliseconds < 60_000) return t("{seconds} s", { seconds: oneDigit(milliseconds / 1000) });
  return t("{minutes} min", { minutes: oneDigit(milliseconds / 60_000) });
}

/**
 * The elapsed minute of the day at which the venue's clock shows `time`; clocks may have changed since midnight.
 *
 * @param {number} startsAt
 * @param {string | undefined} zone
 * @returns {MinuteOf}
 */
export function minuteOfDay(startsAt, zone) {
  /** @param {string} time */
  const wall = (time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  return (time) => {
    const minute = wall(time);
    const shown = wall(nowAt(zone, new Date(startsAt + minute * 60_000)).time);
    const jump = minute - shown;
    return Math.abs(jump) <= 180 ? minute + jump : minute;
  };
}

export class FiguresView {
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();
  /** @type {{ figures: FigureBoard, minute: number, day: ShownDay } | null} */
  #shown = null;
  #charts = new FrameSteps(() => this.#arrivals(), () => this.#pace());

  constructor() {
    this.body = byId("gates");
    this.charts = openCharts();
  }

  waiting() {
    this.#shown = null;
    this.#rows.clear();
    this.body.replaceChildren();
    byId("reasons").replaceChildren();
  }

  redraw() {
    this.charts.arrivals.redraw();
    this.charts.pace.redraw();
  }

  /**
   * Draws the lists at once and each chart in a frame of its own.
   *
   * @param {FigureBoard} figures
   * @param {ShownDay} day
   */
  show(figures, day) {
    const minute = figures.minuteAt(day.now);
    this.#gates(figures, day.today ? minute : null);
    this.#reasons(figures);
    this.#shown = { figures, minute, day };
    this.#charts.run();
  }

  /** @param {FigureBoard} figures @param {number | null} minute */
  #gates(figures, minute) {
    const gates = figures.inOrder();
    byId("no-gates").hidden = gates.length > 0;
    /** @type {HTMLElement} */ (this.body.parentElement).hidden = gates.length === 0;
    byId("rate-head").textContent = minute === null ? t("Peak per minute") : t("Per minute");
    byId("gates-note").textContent = gates.length === 0 ? "" : minute === null ? t("rate over {bin} minutes, all else of the whole day", { bin: RATE_MINUTES })
      : t("rate over {bin} minutes, all else of the last {n}", { bin: RATE_MINUTES, n: RECENT_MINUTES });
    const rows = gates.map((gate) => this.#gate(figures, gate, minute));
    if (rows.length !== this.body.children.length || rows.some((row, n) => this.body.children[n] !== row)) this.body.replaceChildren(...rows);
    this.#markForWall(figures, minute);
  }

  /** A wall screen shows the busiest gates, in their order, and says how many are left out. @param {FigureBoard} figures @param {number | null} minute */
  #markForWall(figures, minute) {
    const gates = [...this.#rows.keys()];
    const from = minute === null ? -Infinity : Math.floor(minute) - TREND_MINUTES;
    const shown = gates.length > ON_WALL ? new Set([...gates].sort((a, b) => figures.sum(b, from)[SCANS] - figures.sum(a, from)[SCANS]).slice(0, ON_WALL - 1)) : new Set(gates);
    for (const [gate, row] of this.#rows) row.classList.toggle("off-wall", !shown.has(gate));
    const out = gates.length - shown.size;
    byId("gates-more").hidden = out === 0;
    byId("gates-more").textContent = tn("one more gate", "{n} more gates", Math.max(out, 1));
  }

  /** @param {FigureBoard} figures @param {{ gate: string, median: number | null }} figuresOfGate @param {number | null} minute */
  #gate(figures, { gate, median }, minute) {
    let row = this.#rows.get(gate);
    if (!row) {
      /** @param {string} name @param {string} label */
      const cell = (name, label) => h("td", { class: name, "data-label": label }, h("b"));
      row = h("tr", { "data-gate": gate },
        h("th", { scope: "row" }, gate ? asWritten(gate) : NO_GATE),
        cell("rate", t("per minute")),
        h("td", { class: "trend" }, trendOf()),
        cell("yellow", t("Yellow")), cell("red", t("Red")), cell("median", t("Check-to-entry time")), cell("scans", t("Scans")));
      this.#rows.set(gate, row);
    }
    const from = minute === null ? -Infinity : Math.floor(minute) - RECENT_MINUTES + 1;
    const recent = figures.sum(gate, from);
    const values = {
      rate: minute === null ? oneDigit(figures.busiest(gate)) : oneDigit(figures.rate(gate, minute)),
      yellow: percent(recent[YELLOW], recent[SCANS]),
      red: percent(recent[RED], recent[SCANS]),
      median: seconds(median),
      scans: number(figures.sum(gate)[SCANS]),
    };
    for (const [name, text] of Object.entries(values)) {
      const element = first(row, `.${name} b`);
      if (element.textContent !== text) element.textContent = text;
    }
    row.classList.toggle("many-red", recent[SCANS] >= 10 && recent[RED] / recent[SCANS] >= 0.2);
    drawTrend(first(row, ".trend svg"), figures, gate, minute);
    return row;
  }

  /** @param {FigureBoard} figures */
  #reasons(figures) {
    const [scans, yellow, red] = figures.sum();
    showReasons(figures.reasons(), { scans, yellow, red }, figures.gates.size > 1);
  }

  #arrivals() {
    if (!this.#shown) return;
    const { figures, minute, day: { slots, zone, today, inside } } = this.#shown;
    const over = minute >= 1380 && !today;
    const until = today ? Math.floor(minute) : over ? null : -1;
    const span = spanOf(figures, slots, minuteOfDay(figures.startsAt, zone));
    byId("inside-key").hidden = !inside;
    const columns = arrivals(figures, slots, span, until, minuteOfDay(figures.startsAt, zone), inside);
    this.charts.arrivals.draw({ ...this.#axis(span), columns });
  }

  #pace() {
    if (!this.#shown) return;
    const { figures, day: { slots, zone } } = this.#shown;
    const span = spanOf(figures, slots, minuteOfDay(figures.startsAt, zone));
    this.charts.pace.draw({ ...this.#axis(span), ...pace(figures, span, this.charts.pace.place.clientWidth) });
  }

  /** What the charts have in common: the shown span and now, in seconds. @param {[number, number]} span */
  #axis(span) {
    const { figures, minute, day: { zone, today } } = /** @type {{ figures: FigureBoard, minute: number, day: ShownDay }} */ (this.#shown);
    /** @param {number} one */
    const at = (one) => figures.startsAt / 1000 + one * 60;
    return { zone, from: at(span[0]), to: at(span[1]), now: today ? at(minute) : null };
  }
}

/** `reasons`: most frequent first. @param {ReasonSum[]} reasons @param {{ scans: number, yellow: number, red: number }} totals */
export function showReasons(reasons, { scans, yellow, red }, byGate = false) {
  byId("no-reasons").hidden = scans === 0 || reasons.length > 0;
  byId("reasons-share").textContent = scans === 0 ? t("No scans yet")
    : tn("{red} red and {yellow} yellow of one scan", "{red} red and {yellow} yellow of {n} scans", scans, { red: percent(red, scans), yellow: percent(yellow, scans) });
  const most = reasons[0]?.count ?? 1;
  const rows = reasons.slice(0, MOST_REASONS).map(({ result, reason, count, gates = [] }) => {
    const bar = h("i", { class: "bar" });
    bar.style.setProperty("--part", String(count / most));
    const where = byGate ? gates.sort((a, b) => b.count - a.count).map((one) => `${one.gate ? asWritten(one.gate) : NO_GATE} ${number(one.count)}`).join(" · ") : "";
    return h("li", { class: result, "data-reason": reason },
      h("span", { class: "why" }, icon(SHAPES[result]), h("span", { class: "unseen" }, `${RESULTS[result]}: `), reasonOf(reason), h("small", {}, where)),
      h("span", { class: "share" }, percent(count, scans)), h("b", {}, number(count)), h("span", { class: "track", "aria-hidden": "true" }, bar));
  });
  byId("reasons").replaceChildren(...rows);
}

function trendOf() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${TREND_MINUTES / TREND_STEP} 10`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  for (const name of ["all", "yellow", "red"]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", name);
    svg.append(path);
  }
  return svg;
}

/**
 * Draws the last hour at one gate, and nothing for a day that is over.
 *
 * @param {Element} svg
 * @param {FigureBoard} figures
 * @param {string} gate
 * @param {number | null} minute
 */
function drawTrend(svg, figures, gate, minute) {
  const paths = Object.fromEntries([...svg.children].map((path) => [path.getAttribute("class"), ""]));
  if (minute !== null) {
    const last = Math.floor(minute);
    const bars = [];
    for (let from = last - TREND_MINUTES + 1; from <= last; from += TREND_STEP) bars.push(figures.sum(gate, from, from + TREND_STEP - 1));
    const most = Math.max(4, ...bars.map(([scans]) => scans));
    bars.forEach(([scans, yellow, red], n) => {
      /** @param {number} value */
      const bar = (value) => (value ? `M${n + 0.1} 10V${10 - (10 * value) / most}H${n + 0.9}V10Z` : "");
      paths.all += bar(scans);
      paths.yellow += bar(yellow + red);
      paths.red += bar(red);
    });
  }
  for (const path of svg.children) path.setAttribute("d", paths[path.getAttribute("class") ?? ""]);
}
