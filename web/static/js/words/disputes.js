// The words of disputes: the verdict, what prevents an override, the decision.
import { t } from "../lib/i18n.js";
import { momentAt, shortDayAndSpan } from "../lib/dates.js";
import { statusOf } from "./ticket_history.js";

const OBSTACLES = {
  TICKET_NOT_FOUND: t("No ticket has this code: there is nothing to record an entry on."),
  TICKET_CANCELLED: t("The ticket is cancelled and cannot be admitted."),
  TICKET_NOT_ACTIVATED: t("The ticket is not paid or not activated yet: that comes first."),
};

const DECISIONS = { admitted: t("Admitted"), declined: t("Declined"), withdrawn: t("Taken back") };
const BACK = "RE_ENTRY";

/** The lines below the head of a dispute, as the ticket stands now. */
export function linesOf({ ticket, gate, operator }, timezone) {
  const who = ticket?.customer_name;
  const slot = ticket?.date && shortDayAndSpan(ticket.date, ticket.start_time, ticket.end_time);
  return [
    [gate && t("gate {gate}", { gate }), operator.name].filter(Boolean).join(" · "),
    ticket && [who, slot ?? t("no reservation"), statusOf(ticket.status)].filter(Boolean).join(" · "),
    ...(ticket?.left ? [cameOf(ticket.verified, timezone), leftOf(ticket.left, timezone)] : [ticket?.verified && entryOf(ticket.verified, timezone)]),
  ].filter(Boolean);
}

/** Why nobody can be let in at all; an entry that stands in the way can be taken back, and whoever has left be let back in. */
export const obstacleOf = ({ obstacle }) => OBSTACLES[obstacle] ?? null;

function entryOf({ verified_at, operator_name, gate }, timezone) {
  const values = { time: momentAt(verified_at, timezone, { seconds: true, day: true }), operator: operator_name, gate };
  return gate ? t("In since {time}: {operator}, gate {gate}", values) : t("In since {time}: {operator}", values);
}

function cameOf({ verified_at, operator_name, gate }, timezone) {
  const values = { time: momentAt(verified_at, timezone, { seconds: true, day: true }), operator: operator_name, gate };
  return gate ? t("Came in {time}: {operator}, gate {gate}", values) : t("Came in {time}: {operator}", values);
}

function leftOf({ left_at, gate }, timezone) {
  const time = momentAt(left_at, timezone, { seconds: true, day: true });
  return gate ? t("Left {time}, gate {gate}, and has not come back", { time, gate }) : t("Left {time}, and has not come back", { time });
}

/** How it was decided, by whom and why. */
export function decisionOf({ decision, recorded, decided_by: by, decision_reason: reason, undone }) {
  const words = [recorded === BACK ? backOf(undone) : undone ? t("Admitted, taken back since") : DECISIONS[decision], by?.name, reason && t("“{note}”", { note: reason })];
  return words.filter(Boolean).join(" · ");
}

const backOf = (undone) => (undone ? t("Let back in, taken back since") : t("Let back in"));

export function whyNot(error) {
  if (error.code === "DISPUTE_DECIDED") {
    const { decision, recorded, decided_by, decision_reason, undone } = error.details;
    return { title: t("This was decided already."), next: decisionOf({ decision, recorded, decided_by: { name: decided_by }, decision_reason, undone }) };
  }
  return { title: error.message, next: "" };
}
