// Whether those still to come will be in in time, at the rate of the last minutes. Minutes are of the venue's day.
import { ENTERED } from "./figure_board.js";

/** The rate is that of so many minutes. */
export const PACE_MINUTES = 10;
/** A performance is looked at so many minutes before it begins. */
const BEFORE = 60;
/** Fewer than these to come, or a rate that misses by less, is nothing to act on. */
const LEAST = 10;
const MARGIN = 1.15;
const DAY = 24 * 60;

/**
 * @typedef {object} SlotPace
 * @property {Wire.SlotCountBody} slot
 * @property {number} toCome
 * @property {number} minutes until they should be in: the start of a performance, else the end of the slot
 * @property {number} needed entries a minute
 */

/**
 * @typedef {object} Pace
 * @property {SlotPace[]} slots that run or soon begin, and to which somebody is still to come
 * @property {number} needed entries a minute, for all of these slots
 * @property {number} rate entries a minute, over the last minutes
 * @property {number} gates through which somebody came in these minutes
 * @property {number} late how many will not be in in time at this rate
 * @property {boolean} short whether another lane is needed
 * @property {boolean} few whether so few are to come that no rate matters
 */

/**
 * @param {FigureBoard} figures
 * @param {Wire.SlotCountBody[]} slots
 * @param {number} minute the present one, with its fraction
 * @param {MinuteOf} minuteOf
 * @returns {Pace}
 */
export function paceOf(figures, slots, minute, minuteOf) {
  const found = slots.flatMap((slot) => one(slot, minute, minuteOf));
  const needed = found.reduce((sum, { needed: each }) => sum + each, 0);
  const running = Math.floor(minute);
  const from = running - PACE_MINUTES + 1;
  const [entered] = [figures.sum(null, from, running)[ENTERED]];
  const rate = Math.max(0, entered) / Math.max(1, PACE_MINUTES - 1 + (minute - running));
  const gates = [...figures.gates.keys()].filter((gate) => figures.sum(gate, from, running)[ENTERED] > 0).length;
  const toCome = found.reduce((sum, { toCome: each }) => sum + each, 0);
  const longest = Math.max(0, ...found.map(({ minutes }) => minutes));
  const late = Math.max(0, Math.ceil(toCome - rate * longest));
  const begun = found.some(({ slot }) => slot.show !== undefined || minute >= minuteOf(slot.start_time) + PACE_MINUTES);
  return { slots: found, needed, rate, gates, late, short: begun && toCome >= LEAST && needed > MARGIN * rate, few: toCome < LEAST };
}

/** @param {Wire.SlotCountBody} slot @param {number} minute @param {MinuteOf} minuteOf @returns {SlotPace[]} */
function one(slot, minute, minuteOf) {
  const start = minuteOf(slot.start_time);
  const end = minuteOf(slot.end_time) + (slot.end_time <= slot.start_time ? DAY : 0);
  const toCome = slot.booked - slot.verified;
  if (slot.is_cancelled || toCome <= 0 || minute >= end || minute < (slot.show === undefined ? start : start - BEFORE)) return [];
  const minutes = (slot.show !== undefined && minute < start ? start : end) - minute;
  return [{ slot, toCome, minutes, needed: toCome / Math.max(1, minutes) }];
}
