// The offline decision: applies models/rules/ to this device's facts. Missing facts never give GREEN.
import { decideEntry, entryRecorded } from "./rules/entry_decision.js";
import { isImpossible } from "./ticket_code.js";
import { isParty, withAdmitted } from "./party.js";
import { productIn } from "./product.js";
import { atGate } from "./rules/product_at_gate.js";
import { decideExit, decideReturn, returnRecorded } from "./rules/leaving.js";

/** @satisfies {Partial<Decision>} */
const UNSURE = { result: /** @type {const} */ ("YELLOW"), can_verify: true, days_from_now: null, reservation: null, verified: null, provisional: true };

/** As the hub says it: without a link it is as sure. @satisfies {Partial<Decision>} */
const MISTYPED = {
  ...UNSURE, result: /** @type {const} */ ("RED"), reason: "TICKET_NOT_FOUND", message: "INVALID TICKET", detail: "This code was misread or mistyped; try again", can_verify: false,
};

/** @type {Decision} */
const EXIT_NOTED = {
  ...UNSURE, reason: "EXIT_NOTED", message: "EXIT NOTED", detail: "The hub checks it when the connection is back", can_verify: false,
};

/**
 * `list`: the day's list or null; `entry`: an entry made or received here after the list, or null; `changed`: whether
 * news after the list says that the ticket changed; `left`: {left_at, gate} if news after the list says that the holder
 * is out, null if it says that they are not, undefined without news; `party`: how many of its party are in, and whether
 * that is sure; `gate`: of this scan; `language`: of the page, for the texts of the product.
 *
 * @param {string} code
 * @param {{ list: DayList | null, now: number, gate?: string | null, language?: string } & Partial<BeyondList>} known
 * @returns {Promise<Decision>}
 */
export async function decideWithoutHub(code, { list, entry, changed, left, party, now, gate = null, language = "en" }) {
  const ticket = { ticket_code: code };
  const listed_at = list?.head.generated_at ?? null;
  if (!list && isImpossible(code)) return { ...MISTYPED, ticket: null, listed_at };
  if (!list) return { ...UNSURE, reason: "NO_LIST", message: "NOT CHECKED", detail: "This scanner has no list of today", ticket, listed_at };
  const facts = await list.find(code);
  const product = facts?.product && { product: productIn(facts.product, language) };
  if (facts?.party) return { ...decideParty(ticket, facts, facts.party, { list, entry, changed, left, party, now, gate }), ...product };
  const { venue_id, policy, timezone } = list.head;
  const first = entry ?? (changed ? null : facts?.firstEntry);
  if (first) {
    /** @type {{ ticket: TicketFacts, reservation: ReservationFacts | null }} */
    const known = facts ?? { ticket: { status: "VERIFIED", channel: "direct", valid_until: null, venue_id: null }, reservation: null };
    let verdict = decideEntry(known.ticket, known.reservation, first, policy, venue_id, now, timezone);
    const verified = verdict.reason === "ALREADY_VERIFIED" ? first : null;
    const out = verified && outside(left, facts);
    if (out) verdict = decideReturn(verdict, { ...out, date: known.reservation?.date ?? list.head.date }, known.reservation, policy, now, timezone);
    if (facts?.product) verdict = atGate(verdict, facts.product, gate, null);
    const presence = out && { presence: { inside_since: null, left_at: out.left_at, left_gate: out.gate } };
    return { ...verdict, ...presence, ...product, ticket: { ...ticket, status: known.ticket.status }, reservation: known.reservation, verified, provisional: true, listed_at };
  }
  // Somebody who left had come in, which the list does not know yet.
  if (changed || left) {
    /** @type {EntryVerdict} */
    const unsure = { ...UNSURE, reason: "CHANGED", message: "NOT SURE", detail: "This ticket changed just before the connection was lost" };
    // The question is asked all the same, by the page.
    const here = facts?.product ? atGate(unsure, facts.product, gate, "yes") : unsure;
    return { ...UNSURE, ...here, ...product, ticket, listed_at };
  }
  if (!facts && isImpossible(code)) return { ...MISTYPED, ticket: null, listed_at };
  if (!facts) return { ...UNSURE, reason: "NOT_LISTED", message: "NOT ON THE LIST", detail: "This scanner's list of today does not have this ticket", ticket, listed_at };
  let verdict = decideEntry(facts.ticket, facts.reservation, null, policy, venue_id, now, timezone);
  if (facts.product) verdict = atGate(verdict, facts.product, gate, null);
  return { ...verdict, ...product, ticket: { ...ticket, status: facts.ticket.status }, reservation: facts.reservation, verified: null, provisional: true, listed_at };
}

/**
 * A party is judged by what this device knows is left. Where others of it may have come in since, that is said.
 *
 * @param {{ ticket_code: string }} ticket
 * @param {ListedFacts} facts
 * @param {ListedParty} listed
 * @param {{ list: DayList, now: number, gate: string | null } & Partial<BeyondList>} known
 * @returns {Decision}
 */
function decideParty(ticket, facts, listed, { list, entry, changed, left, party: known, now, gate }) {
  const { venue_id, policy, timezone, generated_at: listed_at } = list.head;
  const { admitted: inside, sure, entry: ofOthers } = known ?? { admitted: listed.admitted, sure: true, entry: null };
  /** @type {Party} */
  const party = withAdmitted({ size: listed.size, admitted: 0, remaining: 0, ...(listed.family && { booking_id: null }) }, Math.min(inside, listed.size));
  // Each ticket of a family is judged by itself, while others of it may still come.
  const reservation = listed.family ? facts.reservation : { ...facts.reservation, places: party.size, admitted: party.admitted };
  const verified = facts.firstEntry ?? entry ?? (listed.family && party.remaining > 0 ? null : ofOthers);
  let verdict = decideEntry(facts.ticket, reservation, verified, policy, venue_id, now, timezone);
  if (facts.product) verdict = atGate(verdict, facts.product, gate, null);
  const shown = { ticket: { ...ticket, status: facts.ticket.status }, reservation, party, verified, listed_at };
  // An entry of others, or its undo, changes the number; any other change may have ended the booking.
  const unsure = !sure || (changed && !entry);
  if (!unsure || !verdict.can_verify) return { ...verdict, ...shown, ...backOf(verdict, facts, { list, left, now }), provisional: true };
  // If all were in, one at least was taken back.
  const perhaps = withAdmitted(party, Math.min(party.admitted, party.size - 1));
  return { ...UNSURE, ...shown, party: perhaps, reason: "CHANGED", message: "NOT SURE", detail: "This party changed just before the connection was lost" };
}

/**
 * The return of a whole party of which all have left by the list; nothing otherwise.
 *
 * @param {EntryVerdict} verdict
 * @param {ListedFacts} facts
 * @param {{ list: DayList, left?: Leaving | null, now: number }} known
 */
function backOf(verdict, facts, { list, left, now }) {
  const out = left === undefined ? facts.left : null;
  if (!out || verdict.reason !== "ALREADY_VERIFIED") return {};
  const { policy, timezone } = list.head;
  const back = decideReturn(verdict, { ...out, date: facts.reservation.date }, facts.reservation, policy, now, timezone);
  return { ...back, presence: { inside_since: null, left_at: out.left_at, left_gate: out.gate } };
}

/**
 * The result of an entry by `decision`. An unsure decision stays unsure.
 *
 * @param {Decision} decision
 * @param {FirstEntry} verified
 * @param {number} [people]
 * @returns {Decision}
 */
export function admitted(decision, verified, people = 1) {
  if (decision.reason === "MAY_RETURN") return { ...decision, ...returnRecorded(decision) };
  const party = isParty(decision.party) ? withAdmitted(decision.party, decision.party.admitted + people) : decision.party;
  const noted = decision.result === "GREEN" ? entryRecorded(decision, party) : { reason: "NOTED", message: "ENTRY NOTED" };
  return { ...decision, ...noted, verified: decision.verified ?? verified, ...(party && { party }), provisional: true };
}

/**
 * Records an exit, which is never refused. The hub checks later whether they were inside.
 * `since`: when they last came back, if that is known after the list.
 *
 * @param {string} code
 * @param {{ list: DayList | null, entry?: FirstEntry | null, changed?: boolean, left?: Leaving | null, since?: string | null, now: number }} known
 * @returns {Promise<Decision>}
 */
export async function leaveWithoutHub(code, { list, entry, changed, left, since, now }) {
  const facts = (await list?.find(code)) ?? null;
  const first = entry ?? (changed ? null : facts?.firstEntry) ?? null;
  // Of a party others may still be inside.
  const out = facts?.party ? null : outside(left, facts);
  const known = { ticket: { ticket_code: code, status: facts?.ticket.status }, listed_at: list?.head.generated_at ?? null, provisional: true };
  if (!list || !(first || out)) return { ...EXIT_NOTED, ...known };
  const inside_since = since ?? first?.verified_at ?? out?.left_at ?? null;
  const verdict = decideExit(out, inside_since, now, list.head.timezone);
  const presence = { inside_since, left_at: out?.left_at ?? null, left_gate: out?.gate ?? null };
  return { ...verdict, ...known, reservation: facts?.reservation ?? null, verified: first, presence };
}

/** @param {Leaving | null | undefined} left @param {ListedFacts | null} facts */
const outside = (left, facts) => (left === undefined ? facts?.left : left) ?? null;
