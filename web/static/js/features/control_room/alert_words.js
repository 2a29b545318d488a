// The words of the alerts, by kind. Add the text of a new alert here.
import { t } from "../../lib/i18n.js";
import { longDay } from "../../lib/dates.js";

/** @type {Record<string, (alert: Wire.Alert) => string>} */
export const TITLES = {
  failure_rate: () => t("Many bookings fail"),
  utilisation: ({ subject }) => t("Nearly full: {day}", { day: longDay(subject) }),
  latency: () => t("Slow responses"),
  login_failures: () => t("Many failed sign-ins"),
  names_locked: () => t("A password or PIN is being guessed"),
  people_inside: () => t("The venue is full"),
};
/** @typedef {{ value: string, threshold: string, slot: string }} Values */
/** One short line, for the strip. @type {Record<string, (values: Values) => string>} */
export const BRIEF = {
  failure_rate: (v) => t("{value} % failed in 15 minutes", v),
  utilisation: (v) => (v.slot ? t("{slot} is {value} % booked", v) : t("The fullest time is {value} % booked", v)),
  latency: (v) => t("1 response in 20 took over {value} ms", v),
  login_failures: (v) => t("{value} refused in 15 minutes", v),
  names_locked: (v) => t("User names locked: {value}", v),
  people_inside: (v) => t("{value} inside, limit {threshold}", v),
};
/** @type {Record<string, (values: Values) => string>} */
export const LINES = {
  failure_rate: (v) => t("{value} % of the bookings of the last 15 minutes have failed (alert at {threshold} %).", v),
  utilisation: (v) => (v.slot ? t("{slot} is {value} % booked (alert at {threshold} %).", v)
    : t("The fullest time is {value} % booked (alert at {threshold} %).", v)),
  latency: (v) => t("Across the whole hub, 1 response in 20 took longer than {value} ms in the last 5 minutes (alert at {threshold} ms).", v),
  login_failures: (v) => t("{value} sign-ins were refused in the last 15 minutes (alert at {threshold}).", v),
  names_locked: (v) => t("User names locked for at least the third time in a row, in the last 15 minutes: {value}.", v),
  people_inside: (v) => t("{value} people are inside; the limit is {threshold}.", v),
};
