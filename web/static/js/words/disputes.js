// The texts of disputes: the verdict, what prevents an override, the decision. Add the text of a new obstacle here.
import { asWritten, t } from "../lib/i18n.js";
import { momentAt, shortDayAndSpan } from "../lib/dates.js";
import { isParty } from "../models/party.js";
import { partyOf } from "./parties.js";
import { standingOf } from "../models/ticket_standing.js";
import { statusOf } from "./ticket_history.js";

/** @typedef {Pick<ApiError, "decision" | "recorded" | "decision_reason" | "undone"> & { decided_by?: { name?: string | null } | null }} Decided */

/** @type {Record<string, string>} */
const OBSTACLES = {
  TICKET_NOT_FOUND: t("No ticket has this code: there is nothing to record an entry on."),
  TICKET_CANCELLED: t("The ticket is cancelled and cannot be admitted."),
  TICKET_NOT_ACTIVATED: t("The ticket is not paid or not activated yet: that comes first."),
};

/** @type {Record<string, string>} */
const DECISIONS = { admitted: t("Admitted"), declined: t("Declined"), withdrawn: t("Taken back") };
const BACK = "RE_ENTRY";

/**
 * The facts below a dispute's head: the ticket's current state.
 *
 * @param {Wire.Dispute} dispute
 * @param {string | undefined} timezone
 * @returns {string[]}
 */
export function linesOf({ ticket, party, gate, operator }, timezone) {
  const who = ticket?.customer_name && asWritten(ticket.customer_name);
  const slot = ticket?.date && ticket.start_time && shortDayAndSpan(ticket.date, ticket.start_time, ticket.end_time);
  return [
    [gate && t("gate {gate}", { gate }), operator.name && asWritten(operator.name)].filter(Boolean).join(" · "),
    ticket && [who, slot ?? t("no reservation"), statusOf(standingOf({ status: ticket.status, booked: Boolean(slot), admitted: Boolean(ticket.verified) }))].filter(Boolean).join(" · "),
    isParty(party) && partyOf(party),
    ticket?.verified && (ticket.left ? cameOf : entryOf)(ticket.verified, timezone),
    ticket?.left && leftOf(ticket.left, timezone),
  ].flatMap((line) => line || []);
}

/**
 * Why an override is impossible. An entry can be undone, and a holder who left can be admitted again.
 *
 * @param {Wire.Dispute} dispute
 */
export const obstacleOf = ({ obstacle }) => OBSTACLES[obstacle ?? ""] ?? null;

/** @param {Wire.FirstEntry} entry @param {string | undefined} timezone */
function entryOf({ verified_at, operator_name, gate }, timezone) {
  const values = { time: momentAt(verified_at, timezone, { seconds: true, day: true }), operator: operator_name, gate };
  return gate ? t("In since {time}: {operator}, gate {gate}", values) : t("In since {time}: {operator}", values);
}

/** @param {Wire.FirstEntry} entry @param {string | undefined} timezone */
function cameOf({ verified_at, operator_name, gate }, timezone) {
  const values = { time: momentAt(verified_at, timezone, { seconds: true, day: true }), operator: operator_name, gate };
  return gate ? t("Came in {time}: {operator}, gate {gate}", values) : t("Came in {time}: {operator}", values);
}

/** @param {Leaving} exit @param {string | undefined} timezone */
function leftOf({ left_at, gate }, timezone) {
  const time = momentAt(left_at, timezone, { seconds: true, day: true });
  return gate ? t("Left {time}, gate {gate}, and has not come back", { time, gate }) : t("Left {time}, and has not come back", { time });
}

/** The decision, by whom and why. @param {Decided} dispute */
export function decisionOf({ decision, recorded, decided_by: by, decision_reason: reason, undone }) {
  const words = [recorded === BACK ? backOf(undone) : undone ? t("Admitted, taken back since") : DECISIONS[decision ?? ""], by?.name && asWritten(by.name), reason && t("“{note}”", { note: reason })];
  return words.filter(Boolean).join(" · ");
}

/** @param {boolean | undefined} undone */
const backOf = (undone) => (undone ? t("Let back in, taken back since") : t("Let back in"));

/** @param {{ code: string, message: string, details: ApiError }} error @returns {Notice} */
export function whyNot(error) {
  if (error.code === "DISPUTE_DECIDED") {
    const { decision, recorded, decided_by, decision_reason, undone } = error.details;
    return { title: t("This was decided already."), next: decisionOf({ decision, recorded, decided_by: { name: decided_by }, decision_reason, undone }) };
  }
  return { title: error.message, next: "" };
}
