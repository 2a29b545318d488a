// What a refusal means for a customer: a headline, and the next step in plain words.
import { longDay } from "./moments.js";

const TICKET = {
  TICKET_NOT_FOUND: (error) => ({
    title: "Invalid ticket code. Please check and try again.",
    next: error.likely_mistyped
      ? "It looks mistyped: one character does not fit the rest. O and 0, or I and 1, are easily confused."
      : "Compare it with your ticket, character by character. If it is right, ask the shop that sold it.",
  }),
  TICKET_ALREADY_RESERVED: (error) => ({
    title: error.reserved_date
      ? `This ticket is already reserved for ${longDay(error.reserved_date)}.`
      : "This ticket is already reserved.",
    next: "Your confirmation mail holds the QR code and the link to your reservation.",
  }),
  TICKET_NOT_ACTIVATED: () => ({
    title: "This ticket is not activated yet. Please complete payment.",
    next: "Paid a moment ago? Give it a minute and try again.",
  }),
  TICKET_EXPIRED: () => ({ title: "This ticket has expired.", next: "Ask the shop that sold it whether it can be renewed." }),
  TICKET_CANCELLED: () => ({
    title: "This ticket was cancelled.",
    next: "It may have been refunded. The shop that sold it can tell you more.",
  }),
  TICKET_ALREADY_USED: () => ({ title: "This ticket was already used at the door.", next: "Every ticket lets one person in, once." }),
  ORGANIZATION_MISMATCH: () => ({
    title: "This ticket belongs to another venue.",
    next: "Open the booking page of the venue that is named on your ticket.",
  }),
};

const SLOT = {
  SLOT_FULL: () => ({ title: "This time has just filled up.", next: "Nothing is booked yet. Pick another time and confirm again." }),
  SLOT_CLOSED: () => ({ title: "This time is no longer offered.", next: "Go back and pick another time." }),
  SLOT_PAST: () => ({ title: "This time is over.", next: "Go back and pick a later one." }),
  SLOT_NOT_FOUND: () => ({ title: "This time is no longer offered.", next: "Go back and pick another time." }),
};

const GENERAL = {
  INVALID_CONTACT: () => ({ title: "Please enter a valid e-mail and phone number.", next: "Go back and check both." }),
  RATE_LIMITED: () => ({ title: "That was a lot of tries in a short time.", next: "Wait a minute, then try again." }),
  RESERVATION_NOT_FOUND: () => ({
    title: "We cannot find this reservation.",
    next: "Check that the whole link was copied. A cancelled reservation is no longer shown here.",
  }),
  IDEMPOTENCY_KEY_REUSED: () => ({ title: "This page is out of date.", next: "Load it again and start over. Nothing was booked twice." }),
};

const ALL = { ...GENERAL, ...SLOT, ...TICKET };

export const isAboutTicket = (code) => code in TICKET;
export const isAboutSlot = (code) => code in SLOT;

export function explain(error) {
  const words = ALL[error.code];
  return words ? words(error.details ?? {}) : { title: error.message || "That did not work.", next: "Please try again." };
}

export const NO_CONNECTION = {
  title: "No connection to the venue.",
  next: "Check your network and try again. What you typed is kept.",
};
