// A day's figures by minute and gate: each event brings whole minutes and reasons.
/**
 * @typedef {object} Gate
 * @property {string} gate
 * @property {Map<number, number[]>} minutes [scans, yellow, red, entered, left] by minute of the day
 * @property {Wire.GateFigures["reasons"]} reasons result, reason, count
 * @property {number | null} median milliseconds from the check to the entry
 */

const ZERO = [0, 0, 0, 0, 0];
export const [SCANS, YELLOW, RED, ENTERED, LEFT] = [0, 1, 2, 3, 4];
/** Every rate is the mean of so many minutes: of the last ones, including the current one, or of a bin that begins at a multiple. */
export const RATE_MINUTES = 5;
export const RECENT_MINUTES = 15;

/** @param {[minute: number, numbers: number[]][]} minutes */
function busiestOf(minutes) {
  /** @type {Map<number, number>} */
  const bins = new Map();
  for (const [minute, [scans]] of minutes) {
    const start = Math.floor(minute / RATE_MINUTES) * RATE_MINUTES;
    bins.set(start, (bins.get(start) ?? 0) + scans);
  }
  const [best] = [...bins].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return best && best[1] > 0 ? { start: best[0], rate: best[1] / RATE_MINUTES } : null;
}

export class FigureBoard {
  /** @type {Map<string, Gate>} */
  gates = new Map();
  /** @type {string | null} */
  date = null;
  /** When the day begins, in milliseconds since 1970. */
  startsAt = NaN;
  revision = -1;

  clear() {
    this.gates = new Map();
    this.date = null;
    this.startsAt = NaN;
    this.revision = -1;
  }

  /**
   * A snapshot names every gate of the day and each minute with scans.
   *
   * @param {Wire.FiguresBody} data
   * @param {number} revision
   */
  replace(data, revision) {
    this.clear();
    this.#take(data, revision);
  }

  /** @param {Wire.FiguresBody} data @param {number} revision */
  update(data, revision) {
    if (this.date !== null && data.date !== this.date) return;
    this.#take(data, revision);
  }

  /** @param {Wire.FiguresBody} data @param {number} revision */
  #take(data, revision) {
    this.date = data.date;
    this.startsAt = Date.parse(data.starts_at);
    this.revision = revision ?? this.revision;
    for (const { gate, minutes, reasons, median_ms: median } of data.gates) {
      const known = this.gates.get(gate) ?? { gate, minutes: /** @type {Map<number, number[]>} */ (new Map()) };
      for (const [minute, ...numbers] of minutes) known.minutes.set(minute, numbers);
      this.gates.set(gate, { ...known, reasons, median });
    }
  }

  inOrder() {
    return [...this.gates.values()].sort((a, b) => a.gate.localeCompare(b.gate, undefined, { numeric: true }));
  }

  /** The minute of the day at a moment, with its fraction. @param {number} moment */
  minuteAt(moment) {
    return (moment - this.startsAt) / 60_000;
  }

  /**
   * [scans, yellow, red, entered, left] of one or all gates in these minutes (both included).
   *
   * @param {string | null} [gate]
   */
  sum(gate = null, from = -Infinity, to = Infinity) {
    const total = [...ZERO];
    const add = (/** @type {number[] | undefined} */ numbers) => {
      for (let n = 0; numbers && n < total.length; n += 1) total[n] += numbers[n];
    };
    for (const one of gate === null ? this.gates.values() : [this.gates.get(gate)]) {
      if (!one) continue;
      if (to - from < one.minutes.size) for (let minute = from; minute <= to; minute += 1) add(one.minutes.get(minute));
      else for (const [minute, numbers] of one.minutes) if (minute >= from && minute <= to) add(numbers);
    }
    return total;
  }

  /** All gates together, minute by minute: [[minute, [scans, ...]], ...] in order. */
  byMinute() {
    /** @type {Map<number, number[]>} */
    const all = new Map();
    for (const { minutes } of this.gates.values()) {
      for (const [minute, numbers] of minutes) {
        const sum = all.get(minute) ?? [...ZERO];
        for (let n = 0; n < sum.length; n += 1) sum[n] += numbers[n];
        all.set(minute, sum);
      }
    }
    return [...all].sort((a, b) => a[0] - b[0]);
  }

  /**
   * Scans a minute at this gate over the last minutes; `now` includes the fraction of a minute.
   *
   * @param {string} gate
   * @param {number} now
   */
  rate(gate, now) {
    const running = Math.floor(now);
    const [scans] = this.sum(gate, running - RATE_MINUTES + 1, running);
    return scans / Math.max(1, RATE_MINUTES - 1 + (now - running));
  }

  /** The highest rate of the day at a gate. @param {string} gate */
  busiest(gate) {
    return busiestOf([...(this.gates.get(gate)?.minutes ?? [])])?.rate ?? 0;
  }

  /** The highest rate of the day at all gates together, and the minute at which its bin begins; null without scans. */
  peak() {
    return busiestOf(this.byMinute());
  }

  /** Why scans were not green, over all gates, most frequent first. */
  reasons() {
    /** @type {Map<string, GatesReason>} */
    const all = new Map();
    for (const { gate, reasons } of this.gates.values()) {
      for (const [result, reason, count] of reasons) {
        const key = `${result} ${reason}`;
        /** @type {GatesReason} */
        const sum = all.get(key) ?? { result, reason, count: 0, gates: [] };
        sum.count += count;
        sum.gates.push({ gate, count });
        all.set(key, sum);
      }
    }
    return [...all.values()].sort((a, b) => b.count - a.count || a.reason.localeCompare(b.reason));
  }
}
