// Dates and times for people, in the page's language and the reader's habits (12 or 24 hours, first day of the week).
import { locale, t, weekStart } from "./i18n.js";

let skew = 0;

/** The hub's clock decides what is today and what is over: a device's may be hours off. @type {Dates["followHubClock"]} */
export function followHubClock(moment) {
  skew = Date.parse(moment ?? "") - Date.now() || 0;
}

/** The same, to the millisecond. @type {Dates["setClockSkew"]} */
export function setClockSkew(aheadMs) {
  skew = -aheadMs;
}

export const hubNow = () => new Date(Date.now() + skew);

/** @type {Dates["asUtc"]} */
const asUtc = (date, time = "00:00:00") => new Date(`${date}T${time}Z`);
/** @type {Dates["format"]} */
const format = (options) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });

const LONG_DAY = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const SHORT_DAY = format({ weekday: "short", day: "numeric", month: "short" });
const AXIS_DAY = format({ day: "numeric", month: "short" });
const MONTH = format({ month: "long", year: "numeric" });
/** A clock of 24 hours has two digits, as on the hub's pages: 08:00. @type {"2-digit" | "numeric"} */
const HOUR = format({ hour: "numeric" }).resolvedOptions().hourCycle?.startsWith("h2") ? "2-digit" : "numeric";
const CLOCK = format({ hour: HOUR, minute: "2-digit" });
const DASH = locale.startsWith("zh") ? "–" : " – ";
const NUMBER = new Intl.NumberFormat(locale);

/** @type {Dates["day"]} */
export const longDay = (date) => LONG_DAY.format(asUtc(date));
/** @type {Dates["day"]} */
export const shortDay = (date) => SHORT_DAY.format(asUtc(date));
/** Below a chart, where many stand side by side. @type {Dates["day"]} */
export const axisDay = (date) => AXIS_DAY.format(asUtc(date));
/** @type {Dates["day"]} */
export const monthName = (key) => MONTH.format(asUtc(`${key}-01`));
/** @type {Dates["clock"]} */
export const clock = (time) => CLOCK.format(asUtc("2000-01-01", time));
/** For the eye; the hub's pages write it the same way. @type {Dates["span"]} */
export const span = (start, end) => (end ? `${clock(start)}${DASH}${clock(end)}` : clock(start));
/** For a screen reader, which leaves dashes out. @type {Dates["span"]} */
export const spokenSpan = (start, end) => (end ? t("{start} to {end}", { start: clock(start), end: clock(end) }) : clock(start));
/** @type {Dates["number"]} */
export const number = (value) => NUMBER.format(value);

/** `20 November 2026, 12:00 – 14:00`, in the language's punctuation. @type {Dates["dayAndSpan"]} */
export const dayAndSpan = (date, start, end) => t("{day}, {time}", { day: longDay(date), time: span(start, end) });
/** @type {Dates["dayAndSpan"]} */
export const shortDayAndSpan = (date, start, end) => t("{day}, {time}", { day: shortDay(date), time: span(start, end) });

/** A date's place in the reader's week: 0 to 6. @type {Dates["placeInWeek"]} */
export const placeInWeek = (date) => (asUtc(date).getUTCDay() + 7 - (weekStart % 7)) % 7;

/** A moment on the venue's clock. @type {Dates["momentAt"]} */
export function momentAt(moment, timeZone, { seconds = false, day = false } = {}) {
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { hour: HOUR, minute: "2-digit", ...(seconds && { second: "2-digit" }), ...(day && { day: "numeric", month: "short" }) };
  return new Intl.DateTimeFormat(locale, { ...options, ...(timeZone && { timeZone }) }).format(new Date(moment));
}

/** The date (YYYY-MM-DD) and time (HH:MM:SS) on a venue's clock, or on the reader's. @type {Dates["nowAt"]} */
export function nowAt(timeZone, now = hubNow()) {
  const parts = new Intl.DateTimeFormat("en-CA", {
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
    ...(timeZone && { timeZone }),
  }).formatToParts(now);
  const get = (/** @type {string} */ type) => parts.find((part) => part.type === type)?.value;
  return { date: `${get("year")}-${get("month")}-${get("day")}`, time: `${get("hour")}:${get("minute")}:${get("second")}` };
}

/** @type {Dates["daysBetween"]} */
export function daysBetween(from, to) {
  return Math.round((+asUtc(to) - +asUtc(from)) / 86_400_000);
}
