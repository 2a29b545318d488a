// The texts of refusals for a customer: a headline and the next step. Add a new error code here.
import { t, tn } from "../lib/i18n.js";
import { explainBy, isAboutTicket, TICKET, tooManyTries } from "./ticket_refusals.js";

/** @type {RefusalWords} */
const SLOT = {
  SLOT_FULL: (error) => ({
    title: error.free
      ? tn("Only one space is left at this time.", "Only {n} spaces are left at this time.", error.free)
      : t("This time has just filled up."),
    next: t("Nothing is booked yet. Pick another time and confirm again."),
  }),
  SLOT_CLOSED: () => ({ title: t("This time is no longer offered."), next: t("Nothing is booked yet. Pick another time and confirm again.") }),
  SLOT_PAST: () => ({ title: t("This time is over."), next: t("Nothing is booked yet. Pick a later one and confirm again.") }),
  SLOT_NOT_FOUND: () => ({ title: t("This time is no longer offered."), next: t("Nothing is booked yet. Pick another time and confirm again.") }),
};

/** @type {RefusalWords} */
const GENERAL = {
  INVALID_CONTACT: () => ({ title: t("Please enter a valid email and phone number."), next: t("Go back and check both.") }),
  CONTACT_NOT_VERIFIED: () => ({ title: t("We need to make sure that we can reach you."), next: t("Ask for a code and enter it, then confirm again.") }),
  RATE_LIMITED: tooManyTries,
  ORDER_NOT_FOUND: () => ({
    title: t("This address does not belong to the order."),
    next: t("Use the address the tickets were sent to, or add the tickets one by one."),
  }),
  RESERVATION_NOT_FOUND: () => ({
    title: t("We couldn't find this visit"),
    next: t("Check that the whole link was copied. A cancelled visit is no longer shown here."),
  }),
  CHANGE_TOO_LATE: () => ({
    title: t("It is too late to change this reservation."),
    next: t("It still stands. If you cannot come, the venue is glad to hear from you."),
  }),
  IDEMPOTENCY_KEY_REUSED: () => ({ title: t("This page is out of date."), next: t("Load it again and start over. You won't be booked twice.") }),
  CODE_WRONG: (error) => ({
    title: t("This code is wrong."),
    next: error.tries_left ? tn("You have one more try.", "You have {n} more tries.", error.tries_left) : "",
  }),
  CODE_EXPIRED: () => ({ title: t("This code has expired."), next: t("Ask for a new one. It arrives in a moment.") }),
  CODE_USED: () => ({ title: t("This code was used before."), next: t("Ask for a new one. It arrives in a moment.") }),
  CODE_LOCKED: () => ({ title: t("Too many wrong codes."), next: t("Ask for a new one and enter it with care.") }),
  CODE_TOO_SOON: () => ({ title: t("A code is on its way already."), next: t("Give it a moment before you ask for another one. Check your spam folder, too.") }),
  CODE_TOO_MANY: () => ({ title: t("Too many codes were asked for."), next: t("Wait an hour, or use another address or number.") }),
};

const ALL = { ...GENERAL, ...SLOT, ...TICKET };

/** @param {string} code */
export const isAboutSlot = (code) => code in SLOT;

/** @param {Refused} error */
export const explain = (error) => explainBy(ALL, error);

export { isAboutTicket };
