// The texts of the booking page's figures: its steps, and why it refused. Add a new reason here.
import { t } from "../lib/i18n.js";

/** @type {Record<string, string>} */
const STEPS = { ticket: t("Ticket check"), contact: t("Contact details"), booking: t("Reservation") };

/** @type {Record<string, string>} */
const REFUSALS = {
  TICKET_NOT_FOUND: t("Unknown code"), TICKET_ALREADY_RESERVED: t("Already booked"), TICKET_ALREADY_USED: t("Already used"),
  TICKET_NOT_ACTIVATED: t("Not activated"), TICKET_EXPIRED: t("Expired"), TICKET_CANCELLED: t("Cancelled"),
  INVALID_CONTACT: t("Email or phone number not valid"), CONTACT_NOT_VERIFIED: t("Contact not confirmed by code"),
  SLOT_FULL: t("Time sold out"), SLOT_CLOSED: t("Time closed"), SLOT_PAST: t("Time over"), SLOT_NOT_FOUND: t("No such time"),
  WRONG_VENUE: t("Wrong venue"), ORGANIZATION_MISMATCH: t("Ticket of another organiser"), BUSY: t("Too many at once"),
  IDEMPOTENCY_KEY_REUSED: t("Repeated with other details"), OFFER_LAPSED: t("Offer has ended"), NO_OFFER: t("No offer"),
  WAITLIST_NOT_FOUND: t("Not on the waiting list"), INVALID_REQUEST: t("Details missing or wrong"),
};

/** A reason in words; one that is unknown to this page is shown by its name. @param {string} reason */
export const refusalOf = (reason) => REFUSALS[reason] ?? reason;
/** @param {string} step */
export const stepOf = (step) => STEPS[step] ?? step;
