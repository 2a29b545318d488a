// The texts of refused tickets for a customer: all that a booking's first step needs, once a ticket is refused.
// words/refusals.js has the rest.
import { t } from "../lib/i18n.js";
import { longDay } from "../lib/dates.js";

/** @type {RefusalWords} */
export const TICKET = {
  TICKET_NOT_FOUND: (error) => ({
    title: t("Invalid ticket code. Please check and try again."),
    next: error.likely_mistyped
      ? t("It looks mistyped. O and 0, or I and 1, are easily confused.")
      : t("Compare it with your ticket, character by character. If it's correct, contact the seller."),
  }),
  TICKET_ALREADY_RESERVED: (error) => ({
    title: error.reserved_date
      ? t("This ticket is already reserved for {day}.", { day: longDay(error.reserved_date) })
      : t("This ticket is already reserved."),
    next: t("Your confirmation email has the QR code and the link to view, move or cancel it."),
  }),
  TICKET_NOT_ACTIVATED: (error) =>
    error.can_activate
      ? { title: t("This ticket is paid, but not active yet."), next: t("It was bought for later. Activate it here when you are ready to choose a day.") }
      : { title: t("This ticket is not activated yet. Please complete payment."), next: t("Paid a moment ago? Give it a minute and try again.") },
  TICKET_EXPIRED: () => ({ title: t("This ticket has expired."), next: t("Ask the seller whether it can be renewed.") }),
  TICKET_CANCELLED: () => ({
    title: t("This ticket was cancelled."),
    next: t("It may have been refunded. The seller can tell you more."),
  }),
  TICKET_ALREADY_USED: () => ({ title: t("This ticket has already been used at the entrance."), next: t("Each ticket admits one person, once.") }),
  WRONG_VENUE: (error) => ({
    title: error.venue ? t("This ticket is for {venue}.", { venue: error.venue.name }) : t("This ticket is for another venue."),
    next: t("Book it on that venue's own page."),
  }),
  ORGANIZATION_MISMATCH: () => ({
    title: t("This ticket belongs to another venue."),
    next: t("Open the booking page of the venue that is named on your ticket."),
  }),
};

export const isAboutTicket = (/** @type {string} */ code) => code in TICKET;

export const tooManyTries = () => ({ title: t("Too many tries in a short time."), next: t("Wait a minute, then try again.") });

/** The text of a refusal, or the hub's own. @param {RefusalWords} known @param {Refused} error */
export function explainBy(known, error) {
  const words = known[error.code];
  return words ? words(error.details ?? {}) : { title: error.message || t("That did not work."), next: t("Please try again.") };
}

const FIRST = { ...TICKET, RATE_LIMITED: tooManyTries };

export const explainTicket = (/** @type {Refused} */ error) => explainBy(FIRST, error);
