// The texts of a ticket's history: what happened, and details. Add a new event here.
import { asWritten, t, tn } from "../lib/i18n.js";
import { kindOf } from "./mail.js";
import { doneOf, kindOf as conflictOf } from "./conflicts.js";
import { momentAt, shortDayAndSpan } from "../lib/dates.js";
import { modeOf, reasonOf } from "./scans.js";

/** @typedef {[what: string, more: string | null | undefined]} Told */

/** @type {Record<string, string>} */
export const STATUSES = {
  PENDING_PAYMENT: t("Waiting for payment"), INACTIVE: t("Paid, not activated"), ACTIVATED: t("Active, not booked"), RESERVED: t("Booked"),
  VERIFIED: t("Admitted"), EXPIRED: t("Expired"), CANCELLED: t("Cancelled"),
};
/** @param {string} status */
export const statusOf = (status) => STATUSES[status] ?? status;

/** @type {Record<string, string>} */
const CAUSES = { holder: t("by the holder"), staff: t("by staff"), no_show: t("not shown up in time") };
/** @type {Record<string, string>} */
const ENDED = { ACCEPTED: t("Waiting list: offer taken"), LAPSED: t("Waiting list: offer lapsed"), LEFT: t("Waiting list: left"), CLOSED: t("Waiting list: closed") };
/** @type {Record<string, string>} */
const SENT = { SENT: t("sent"), PENDING: t("waiting"), DEAD: t("given up"), DROPPED: t("dropped") };

/** @param {Record<string, string>} names @param {string | null | undefined} name */
const named = (names, name) => names[name ?? ""] ?? name ?? "";
/** @param {Wire.LifeEvent} event */
const slotOf = (event) => event.date && event.start_time && shortDayAndSpan(event.date, event.start_time, event.end_time);
/** @param {(string | false | null | undefined)[]} parts */
const joined = (...parts) => parts.filter(Boolean).join(" · ");

/** @param {string | null | undefined} name */
const kept = (name) => name && asWritten(name);

/** @param {Wire.LifeEvent} event */
const saidBy = (event) => joined(kept(event.operator_name), event.gate && t("gate {gate}", { gate: event.gate }), event.note && t("“{note}”", { note: event.note }));

/** @type {Record<string, (event: Wire.LifeEvent) => Told>} */
const WORDS = {
  issued: () => [t("Issued"), ""],
  paid: () => [t("Paid"), ""],
  activated: () => [t("Activated"), ""],
  reserved: (event) => [t("Booked"), joined(slotOf(event), kept(event.venue))],
  moved: (event) => [t("Moved"), joined(slotOf(event), (event.times ?? 0) > 1 && tn("moved once", "moved {n} times in all", event.times ?? 0))],
  expired: (event) => [t("Slot ended unused"), slotOf(event)],
  cancelled: (event) => [t("Reservation cancelled"), joined(CAUSES[event.cause ?? ""], slotOf(event))],
  ticket_cancelled: (event) => [t("Ticket cancelled"), saidBy(event)],
  waiting: (event) => [t("Waiting list: joined"), slotOf(event)],
  offered: (event) => [t("Waiting list: offer"), slotOf(event)],
  wait_ended: (event) => [named(ENDED, event.outcome), slotOf(event)],
  asked: (event) => [t("Supervisor asked"), saidBy(event)],
  declined: (event) => [t("Supervisor declined"), saidBy(event)],
  withdrawn: (event) => [t("Question to the supervisor taken back"), saidBy(event)],
  conflict: (event) => [t("Conflict: {what}", { what: conflictOf({ kind: event.cause ?? "", reason: event.cause ?? "" }) }), saidBy(event)],
  conflict_decided: (event) => [t("Conflict decided: {decision}", { decision: doneOf(event.outcome) }), saidBy(event)],
  mail: (event) => [t("Message: {kind}", { kind: kindOf({ kind: event.mail ?? "" }) }), joined(named(SENT, event.status), kept(event.recipient))],
};

/**
 * What happened, and the details. `timezone` is the venue's.
 *
 * @param {Wire.LifeEvent} event
 * @param {string} timezone
 * @returns {Told}
 */
export function wordsOf(event, timezone) {
  if (event.kind === "scan") return scanWords(event, timezone);
  return WORDS[event.kind]?.(event) ?? [event.kind, ""];
}

/** @param {Wire.LifeEvent} event @param {string} timezone @returns {Told} */
function scanWords(event, timezone) {
  const where = event.gate && t("gate {gate}", { gate: event.gate });
  // A scan that came later was made offline: both times are shown.
  const late = event.scanned_at && Date.parse(event.at) - Date.parse(event.scanned_at) > 5_000;
  const then = late && t("scanned at {time}", { time: momentAt(event.scanned_at ?? event.at, timezone, { seconds: true }) });
  return [
    t("{mode}: {reason}", { mode: modeOf(event.mode ?? ""), reason: reasonOf(event.reason ?? "") }),
    joined(event.entered && event.mode !== "undo" && t("entry recorded"), kept(event.operator_name), where, kept(event.venue), then, event.note && t("“{note}”", { note: event.note })),
  ];
}
