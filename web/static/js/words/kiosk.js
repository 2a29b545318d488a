// What a kiosk says to visitors. They read it from a step away, and nobody explains it.
import { t } from "../lib/i18n.js";
import { detailOf } from "./verdicts.js";

/** @typedef {import("./verdicts.js").VenueClock} VenueClock */

const IN = new Set(["VERIFIED", "OVERRIDDEN", "RE_ENTRY"]);
// These say when to come, which helps the visitor; the others are for staff.
const TELLING = new Set(["WRONG_DATE", "TOO_EARLY", "TICKET_EXPIRED", "WRONG_VENUE", "BOOKING_NOT_CONFIRMED", "TICKET_NOT_ACTIVATED"]);

/** @param {Decision} decision */
export function kioskWord({ reason, result }) {
  if (IN.has(reason) || (reason === "NOTED" && result === "GREEN")) return t("Welcome");
  if (reason === "ALREADY_VERIFIED") return t("This ticket was used already");
  if (reason === "TOO_EARLY") return t("You are early");
  return t("Please ask our staff");
}

/** @param {Decision} decision @param {VenueClock} venue */
export function kioskDetail(decision, venue) {
  if (IN.has(decision.reason)) return t("Enjoy your visit.");
  return TELLING.has(decision.reason) ? detailOf(decision, venue) : t("They are happy to help you.");
}
