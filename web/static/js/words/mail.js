// The texts of outbox messages: kinds, states, ages. Add the text of a new kind here.
import { locale, t, tn } from "../lib/i18n.js";

/** @type {Record<string, () => string>} */
const KINDS = {
  "reservation.confirmed": () => t("Confirmation"),
  "reservation.moved": () => t("Change of time"),
  "reservation.cancelled": () => t("Cancellation"),
  "reservation.reminder": () => t("Reminder"),
  "reservation.choose": () => t("Asked to choose another time"),
  "booking.requested": () => t("Booking: link to confirm"),
  "booking.confirmed": () => t("Booking: confirmation"),
  "booking.moved": () => t("Booking: new time"),
  "booking.message": () => t("Booking: your message"),
  "booking.cancelled": () => t("Booking: cancellation"),
  "booking.reminder": () => t("Booking: reminder"),
  "waitlist.joined": () => t("Waiting list: joined"),
  "waitlist.offer": () => t("Waiting list: offer"),
  "waitlist.lapsed": () => t("Waiting list: offer lapsed"),
  "waitlist.closed": () => t("Waiting list: closed"),
  "ticket.cancelled": () => t("Ticket cancelled"),
  "order.placed": () => t("Order: please pay"),
  "order.confirmed": () => t("Order: tickets"),
  "order.reminder": () => t("Order: no time chosen yet"),
  "order.cancelled": () => t("Order: cancellation"),
  "contact.code": () => t("One-time code"),
  "staff.invited": () => t("Invitation of staff"),
  "staff.reset": () => t("Link to a new password"),
  "alert.raised": () => t("Alert"),
  "alert.cleared": () => t("Alert resolved"),
};

/** @param {{ kind: string }} mail */
export const kindOf = (mail) => KINDS[mail.kind]?.() ?? mail.kind;

/** @type {Record<string, () => string>} */
const STANDING = {
  PENDING: () => t("waiting"),
  OVERDUE: () => t("overdue"),
  SENT: () => t("sent"),
  DEAD: () => t("given up"),
  DROPPED: () => t("dropped"),
};

/** @param {Wire.Mail} mail */
export const standingOf = (mail) => (mail.status === "PENDING" && mail.overdue ? "OVERDUE" : mail.status);
/** @param {Wire.Mail} mail */
export const standingWords = (mail) => STANDING[standingOf(mail)]();

const RELATIVE = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const STEPS = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];

/**
 * "2 hours ago", "in 3 minutes". Seconds are rounded to tens, so that a list rarely changes.
 *
 * @param {string} moment
 * @param {Date} now
 */
export function howLong(moment, now) {
  const seconds = Math.round((Date.parse(moment) - +now) / 1000);
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? STEPS[STEPS.length - 1];
  return RELATIVE.format(unit === "second" ? Math.round(seconds / 10) * 10 : Math.trunc(seconds / size), unit);
}

/** @param {Wire.Mail} mail */
export const triesOf = (mail) => (mail.attempts ? tn("tried once", "tried {n} times", mail.attempts) : t("not tried yet"));
