// The words of the alerts, by kind. Add the text of a new alert here, and in hub/confirmation/alert_words.py.
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
  check_failures: () => t("Many ticket codes are refused"),
  slot_full: () => t("Bookings find no space"),
  booking_latency: () => t("Slow bookings"),
  booking_errors: () => t("Bookings end with an error"),
  activation_failures: () => t("Many activations fail"),
  rejections: () => t("Many visitors are turned away"),
  scan_timeouts: () => t("Scans get no answer"),
  mail_failures: () => t("Emails cannot be sent"),
  rollbacks: () => t("Database transactions fail"),
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
  check_failures: (v) => t("{value} % refused in 15 minutes", v),
  slot_full: (v) => t("{value} % found no space in an hour", v),
  booking_latency: (v) => t("1 booking in 20 took over {value} ms", v),
  booking_errors: (v) => t("{value} errors in 15 minutes", v),
  activation_failures: (v) => t("{value} % refused in 15 minutes", v),
  rejections: (v) => t("{value} % in 15 minutes", v),
  scan_timeouts: (v) => t("{value} without an answer in 15 minutes", v),
  mail_failures: (v) => t("{value} % failed in 15 minutes", v),
  rollbacks: (v) => t("{value} % failed in 15 minutes", v),
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
  check_failures: (v) => t("{value} % of the ticket codes checked in the last 15 minutes were refused (alert at {threshold} %).", v),
  slot_full: (v) => t("{value} % of the bookings of the last hour found their slot full (alert at {threshold} %).", v),
  booking_latency: (v) => t("Across the whole hub, 1 booking in 20 took longer than {value} ms in the last 5 minutes (alert at {threshold} ms).", v),
  booking_errors: (v) => t("Bookings that ended with an error of the hub in the last 15 minutes: {value} (alert at {threshold}).", v),
  activation_failures: (v) => t("{value} % of the activations of the last 15 minutes were refused (alert at {threshold} %).", v),
  rejections: (v) => t("{value} % of the visitors scanned in the last 15 minutes were turned away (alert at {threshold} %).", v),
  scan_timeouts: (v) => t("Scans that had no answer within 3 seconds, in the last 15 minutes: {value} (alert at {threshold}).", v),
  mail_failures: (v) => t("{value} % of the tries to send an email in the last 15 minutes have failed (alert at {threshold} %).", v),
  rollbacks: (v) => t("{value} % of the transactions of a part of the hub failed in the last 15 minutes (alert at {threshold} %).", v),
};
/** What to do. @type {Record<string, () => string>} */
export const ADVICE = {
  failure_rate: () => t("See which reason leads. Open more spaces if slots are full, and correct the slots if they are closed by mistake."),
  utilisation: () => t("Add spaces or another slot on this day, or point visitors to other days."),
  latency: () => t("Ask whoever runs the hub to look at the machine and its database."),
  login_failures: () => t("Ask your staff who has mistyped. If it was nobody, limit the networks from which staff may work."),
  names_locked: () => t("Give whoever is locked a new password, and require a second step."),
  people_inside: () => t("Tell the gates to let somebody in only when somebody leaves."),
  check_failures: () => t("Visitors may need help with their code, or somebody is guessing codes. Look at the reasons first."),
  slot_full: () => t("Add spaces or slots at the times that are asked for, or switch the waiting list on."),
  booking_latency: () => t("Ask whoever runs the hub to look at the machine and its database."),
  booking_errors: () => t("Visitors can try again. Ask whoever runs the hub to look at its log and its database."),
  activation_failures: () => t("Look at the orders: a ticket that is unpaid, cancelled or expired cannot be activated."),
  rejections: () => t("Look at the reasons of the last scans: a wrong date, gate or policy shows there at once."),
  scan_timeouts: () => t("Let the gates go on: scanners decide offline. Ask whoever runs the hub to look at its database and network."),
  mail_failures: () => t("Look at the mail that waits, and at the mail server. What waits is sent by itself later."),
  rollbacks: () => t("Ask whoever runs the hub to look for locks and errors in its log and its database."),
};
/** The parts of the hub with connections of their own to the database. @type {Record<string, () => string>} */
export const PARTS = {
  scans: () => t("Scans at the gates"),
  bookings: () => t("Bookings and ticket checks"),
  jobs: () => t("Staff and background jobs"),
  records: () => t("Reports"),
  anonymous: () => t("Pages of visitors"),
};
