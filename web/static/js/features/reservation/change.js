// Shared by moving and cancelling: the chosen tickets, and the texts of refusals.
import { t } from "../../lib/i18n.js";
import { explain } from "../../words/refusals.js";

/**
 * The reservation to change, whether the whole party is meant, and the number of tickets.
 *
 * @param {Element} root
 * @param {string | undefined} fallbackId
 */
export function meant(root, fallbackId) {
  const boxes = [.../** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll("[data-which] input"))];
  const value = boxes.find((box) => box.checked)?.value ?? "all";
  if (value !== "all") return { id: value, party: false, count: 1 };
  const singles = boxes.filter((box) => box.value !== "all").length;
  return { id: fallbackId, party: true, count: Math.max(1, singles) };
}

/** @type {RefusalWords} */
const WORDS = {
  CHANGE_TOO_LATE: () => ({ title: t("It is too late to change this online."), next: t("If something has come up, the venue's staff can still help.") }),
  TICKET_ALREADY_USED: () => ({ title: t("This ticket was used at the entrance."), next: t("A visit that has begun cannot be changed.") }),
  TICKET_EXPIRED: () => ({ title: t("This visit is over."), next: t("It cannot be changed any more.") }),
  TICKET_CANCELLED: () => ({ title: t("This visit was cancelled already."), next: t("You can book again with the same ticket.") }),
  RESERVATION_NOT_FOUND: () => ({ title: t("We couldn't find this visit"), next: t("The link may have been replaced. Your newest email has the right one.") }),
  SLOT_FULL: () => ({ title: t("This time has just filled up."), next: t("Nothing has changed: your visit stands as it was. Pick another time.") }),
  BUSY: () => ({ title: t("Many people are booking right now."), next: t("Nothing has changed yet. Please try again in a moment.") }),
};

/** @param {Refusal} error */
export const explainChange = (error) => WORDS[error.code]?.(error.details) ?? explain(error);
/** Whether a refusal means that the page is out of date. @param {string} code */
export const isStale = (code) => ["CHANGE_TOO_LATE", "TICKET_ALREADY_USED", "TICKET_EXPIRED", "TICKET_CANCELLED", "RESERVATION_NOT_FOUND"].includes(code);
