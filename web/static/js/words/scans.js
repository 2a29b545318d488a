// The texts of the scan log: modes, results, reasons. Add a new reason here.
import { t } from "../lib/i18n.js";

/** @type {Record<string, string>} */
export const REASONS = {
  VALID: t("Valid, not admitted yet"), VERIFIED: t("Admitted"), ALREADY_VERIFIED: t("Already verified"), NO_RESERVATION: t("No reservation"),
  WRONG_DATE: t("Wrong date"), TOO_EARLY: t("Too early"), WRONG_VENUE: t("Wrong venue"), WRONG_GATE: t("Wrong gate"),
  QUESTION_UNANSWERED: t("Asked, not admitted yet"), QUESTION_DENIED: t("Question answered with no"), TICKET_NOT_FOUND: t("Invalid ticket"),
  TICKET_NOT_ACTIVATED: t("Not activated"), TICKET_EXPIRED: t("Expired"), TICKET_CANCELLED: t("Cancelled"), UNDONE: t("Entry undone"),
  PARTY_TOO_LARGE: t("Too many people"), VENUE_FULL: t("Venue full"), BOOKING_NOT_CONFIRMED: t("Booking not confirmed"),
  EXIT_RECORDED: t("Left"), ALREADY_LEFT: t("Already exited"), NOT_INSIDE: t("Not inside"), MAY_RETURN: t("May come back in"),
  RE_ENTRY: t("Came back in"), EXIT_UNDONE: t("Exit undone"), RETURN_UNDONE: t("Return undone"),
};

/** @type {Record<string, string>} */
export const MODES = {
  validate: t("Checked"), verify: t("Scanned for entry"), undo: t("Undo"), exit: t("Scanned for exit"), override: t("Supervisor override"),
};

/** @type {Record<string, string>} */
export const RESULTS = { GREEN: t("Green"), YELLOW: t("Yellow"), RED: t("Red") };

/** A reason in words; a reason unknown to this page is shown by its name. @param {string} reason */
export const reasonOf = (reason) => REASONS[reason] ?? reason;
/** @param {string} mode */
export const modeOf = (mode) => MODES[mode] ?? mode;
/** @type {Record<string, string>} */
export const SHAPES = { GREEN: "check", RED: "cross", YELLOW: "warn" };
/** Where a scan's ticket or booking is told about. @param {{ ticket_id: number | null, booking_id: number | null }} scan */
export const pageOf = ({ ticket_id, booking_id }) => (booking_id ? `/admin/bookings/${booking_id}` : `/manager/ticket/${ticket_id}`);
