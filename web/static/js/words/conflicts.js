// The texts of conflicts: kinds, what happened, possible decisions. Add the text of a new kind here.
import { t, tn } from "../lib/i18n.js";
import { momentAt } from "../lib/dates.js";
import { isBookingCode } from "../models/booking_code.js";
import { reasonOf } from "./scans.js";

/** @type {Record<string, string>} */
const KINDS = {
  already_verified: t("Ticket used twice"),
  cancelled: t("Cancelled ticket admitted"),
  unknown: t("Unknown code admitted"),
  wrong_date: t("Admitted on the wrong day"),
  wrong_venue: t("Admitted at the wrong venue"),
  wrong_gate: t("Admitted at the wrong gate"),
  not_asked: t("Admitted without asking the question"),
  question_denied: t("Admitted although the answer was no"),
  too_early: t("Admitted too early"),
  expired: t("Expired ticket admitted"),
  not_activated: t("Ticket not activated, admitted"),
  no_reservation: t("Admitted without a reservation"),
  not_confirmed: t("Booking not confirmed, admitted"),
  party_too_large: t("More people admitted than were booked"),
};

/** The same of a booking. @type {Record<string, string>} */
const OF_BOOKINGS = { already_verified: t("Whole party was in already"), cancelled: t("Cancelled booking admitted"), expired: t("Booking admitted too late") };

/** A kind unknown to this page is shown by the hub's reason. @param {{ kind: string, reason: string, ticket_code?: string }} conflict */
export const kindOf = ({ kind, reason, ticket_code: code }) => (isBookingCode(code) ? OF_BOOKINGS[kind] : null) ?? KINDS[kind] ?? reasonOf(reason);

/** How many people were let in whom the hub would not have, where a party is concerned. @param {{ kind: string | null, people?: number | null }} conflict */
export const surplusOf = ({ kind, people }) => (people && (people > 1 || kind === "party_too_large") ? tn("One person too many", "{n} people too many", people) : null);

/** @type {Record<string, { verb: string, done: string }>} */
export const DECISIONS = {
  stays: { verb: t("They may stay"), done: t("May stay") },
  leaves: { verb: t("Asked to leave"), done: t("Asked to leave") },
  mistake: { verb: t("Nobody went in"), done: t("Nobody went in") },
};

/** What the hub has found out by itself: no button. @type {Record<string, string>} */
const FOUND = { settled: t("No conflict: they had left and come back") };

/** A decision in words. @param {string | null | undefined} decision */
export const doneOf = (decision) => FOUND[decision ?? ""] ?? DECISIONS[decision ?? ""]?.done ?? decision ?? "";

const SHOWN = { GREEN: t("The scanner was offline and showed green."), YELLOW: t("The scanner was offline and showed yellow."), RED: t("The scanner was offline and showed red.") };

/** @param {string | null} gate */
const place = (gate) => (gate ? t("gate {gate}", { gate }) : t("no gate named"));

/** The facts below the headline. @param {Wire.Conflict} conflict @param {string | undefined} timezone */
export function linesOf(conflict, timezone) {
  /** @param {string} moment */
  const at = (moment) => momentAt(moment, timezone, { seconds: true });
  const first = conflict.first_entry;
  const lines = [
    t("Admitted at {time}, {place}, by {operator}", { time: at(conflict.scanned_at), place: place(conflict.gate), operator: conflict.operator.name ?? `#${conflict.operator.id}` }),
  ];
  const surplus = surplusOf(conflict);
  if (surplus) lines.push(surplus);
  if (first) {
    lines.push(t("The entry that counts: {time}, {place}, by {operator}", { time: at(first.verified_at), place: place(first.gate), operator: first.operator_name || `#${first.verified_by}` }));
  }
  lines.push(conflict.earlier ? t("This one was at the gate first; its scanner was told later.") : SHOWN[conflict.offline_result]);
  return lines;
}

/** @param {Wire.Conflict} conflict @param {string | undefined} timezone */
export function decisionOf(conflict, timezone) {
  const words = { decision: doneOf(conflict.decision), name: conflict.decided_by ?? t("the hub"), time: momentAt(conflict.decided_at ?? 0, timezone, { day: true }) };
  return t("{decision}: {name}, {time}", words);
}
