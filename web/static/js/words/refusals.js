// What a refusal means for a customer: a headline, and the next step in plain words.
import { t, tn } from "../lib/i18n.js";
import { longDay } from "../lib/dates.js";

const TICKET = {
  TICKET_NOT_FOUND: (error) => ({
    title: t("Invalid ticket code. Please check and try again."),
    next: error.likely_mistyped
      ? t("It looks mistyped: one character does not fit the rest. O and 0, or I and 1, are easily confused.")
      : t("Compare it with your ticket, character by character. If it is right, ask the shop that sold it."),
  }),
  TICKET_ALREADY_RESERVED: (error) => ({
    title: error.reserved_date
      ? t("This ticket is already reserved for {day}.", { day: longDay(error.reserved_date) })
      : t("This ticket is already reserved."),
    next: t("Your confirmation mail holds the QR code and the link to see, move or cancel the reservation."),
  }),
  TICKET_NOT_ACTIVATED: (error) =>
    error.can_activate
      ? { title: t("This ticket is paid, but not active yet."), next: t("It was bought for later. Activate it here when you are ready to choose a day.") }
      : { title: t("This ticket is not activated yet. Please complete payment."), next: t("Paid a moment ago? Give it a minute and try again.") },
  TICKET_EXPIRED: () => ({ title: t("This ticket has expired."), next: t("Ask the shop that sold it whether it can be renewed.") }),
  TICKET_CANCELLED: () => ({
    title: t("This ticket was cancelled."),
    next: t("It may have been refunded. The shop that sold it can tell you more."),
  }),
  TICKET_ALREADY_USED: () => ({ title: t("This ticket was already used at the door."), next: t("Every ticket lets one person in, once.") }),
  ORGANIZATION_MISMATCH: () => ({
    title: t("This ticket belongs to another venue."),
    next: t("Open the booking page of the venue that is named on your ticket."),
  }),
};

const SLOT = {
  SLOT_FULL: (error) => ({
    title: error.free > 0
      ? tn("Only one place is left at this time.", "Only {n} places are left at this time.", error.free)
      : t("This time has just filled up."),
    next: t("Nothing is booked yet. Pick another time and confirm again."),
  }),
  SLOT_CLOSED: () => ({ title: t("This time is no longer offered."), next: t("Nothing is booked yet. Pick another time and confirm again.") }),
  SLOT_PAST: () => ({ title: t("This time is over."), next: t("Nothing is booked yet. Pick a later one and confirm again.") }),
  SLOT_NOT_FOUND: () => ({ title: t("This time is no longer offered."), next: t("Nothing is booked yet. Pick another time and confirm again.") }),
};

const GENERAL = {
  INVALID_CONTACT: () => ({ title: t("Please enter a valid e-mail and phone number."), next: t("Go back and check both.") }),
  CONTACT_NOT_VERIFIED: () => ({ title: t("We have to make sure that you can be reached."), next: t("Ask for a code and type it in; then confirm again.") }),
  RATE_LIMITED: () => ({ title: t("That was a lot of tries in a short time."), next: t("Wait a minute, then try again.") }),
  ORDER_NOT_FOUND: () => ({
    title: t("This address does not belong to the order."),
    next: t("Use the address the tickets were sent to, or add the tickets one by one."),
  }),
  RESERVATION_NOT_FOUND: () => ({
    title: t("We cannot find this reservation."),
    next: t("Check that the whole link was copied. A cancelled reservation is no longer shown here."),
  }),
  CHANGE_TOO_LATE: () => ({
    title: t("It is too late to change this reservation."),
    next: t("It still stands. If you cannot come, the venue is glad to hear from you."),
  }),
  IDEMPOTENCY_KEY_REUSED: () => ({ title: t("This page is out of date."), next: t("Load it again and start over. Nothing was booked twice.") }),
  CODE_WRONG: (error) => ({
    title: t("This code is not right."),
    next: error.tries_left > 0 ? tn("You have one more try.", "You have {n} more tries.", error.tries_left) : "",
  }),
  CODE_EXPIRED: () => ({ title: t("This code is too old."), next: t("Ask for a new one; it comes in a moment.") }),
  CODE_USED: () => ({ title: t("This code was used before."), next: t("Ask for a new one; it comes in a moment.") }),
  CODE_LOCKED: () => ({ title: t("That were too many wrong codes."), next: t("Ask for a new one and type it in slowly.") }),
  CODE_TOO_SOON: () => ({ title: t("A code is on its way already."), next: t("Give it a moment before you ask for another one. Look into the spam folder, too.") }),
  CODE_TOO_MANY: () => ({ title: t("Too many codes were asked for."), next: t("Wait for an hour, or use another address or number.") }),
};

const ALL = { ...GENERAL, ...SLOT, ...TICKET };

export const isAboutTicket = (code) => code in TICKET;
export const isAboutSlot = (code) => code in SLOT;

export function explain(error) {
  const words = ALL[error.code];
  return words ? words(error.details ?? {}) : { title: error.message || t("That did not work."), next: t("Please try again.") };
}

export const NO_CONNECTION = {
  title: t("No connection to the venue."),
  next: t("Check your network and try again. What you typed is kept."),
};
