// The decision without a link: the rule of the door, over what this device knows. What it cannot know is never GREEN.
import { decideEntry, entryRecorded } from "../rules/entry_decision.js";

const UNSURE = { result: "YELLOW", can_verify: true, days_from_now: null, reservation: null, verified: null, provisional: true };

/**
 * `list`: the day's list or null; `entry`: an entry this device made or heard of later than the list, or null; `changed`:
 * whether the hub told, later than the list, that this ticket stands otherwise.
 */
export async function decideWithoutHub(code, { list, entry, changed, now }) {
  const ticket = { ticket_code: code };
  const listed_at = list?.head.generated_at ?? null;
  if (!list) return { ...UNSURE, reason: "NO_LIST", message: "NOT CHECKED", detail: "This scanner has no list of today", ticket, listed_at };
  const facts = await list.find(code);
  const { venue_id, policy, timezone } = list.head;
  const first = entry ?? (changed ? null : facts?.firstEntry);
  if (first) {
    const known = facts ?? { ticket: { status: "VERIFIED", channel: "direct", valid_until: null, venue_id: null }, reservation: null };
    const verdict = decideEntry(known.ticket, known.reservation, first, policy, venue_id, now, timezone);
    const verified = verdict.reason === "ALREADY_VERIFIED" ? first : null;
    return { ...verdict, ticket: { ...ticket, status: known.ticket.status }, reservation: known.reservation, verified, provisional: true, listed_at };
  }
  if (changed) {
    return { ...UNSURE, reason: "CHANGED", message: "NOT SURE", detail: "This ticket changed just before the connection was lost", ticket, listed_at };
  }
  if (!facts) return { ...UNSURE, reason: "NOT_LISTED", message: "NOT ON THE LIST", detail: "This scanner's list of today does not have this ticket", ticket, listed_at };
  const verdict = decideEntry(facts.ticket, facts.reservation, null, policy, venue_id, now, timezone);
  return { ...verdict, ticket: { ...ticket, status: facts.ticket.status }, reservation: facts.reservation, verified: null, provisional: true, listed_at };
}

/** What is shown once somebody was let in on `decision`. What was not sure before is not sure now. */
export function admitted(decision, verified) {
  const noted = decision.result === "GREEN" ? entryRecorded(decision) : { reason: "NOTED", message: "ENTRY NOTED" };
  return { ...decision, ...noted, verified, provisional: true };
}

/** Somebody leaves: nobody is kept from it. Whether they were inside is for the hub to say where this device does not know. */
export async function leaveWithoutHub(code, { list, entry, left, changed }) {
  const inside = entry ?? (changed ? null : (await list?.find(code))?.firstEntry) ?? null;
  const sure = inside && !left;
  return {
    result: sure ? "GREEN" : "YELLOW", reason: sure ? "EXIT_NOTED" : left ? "ALREADY_LEFT" : "EXIT_UNSURE",
    message: left ? "ALREADY LEFT" : "EXIT NOTED", detail: "", can_verify: false, days_from_now: null,
    ticket: { ticket_code: code }, reservation: null, verified: inside, provisional: true, listed_at: list?.head.generated_at ?? null,
  };
}
