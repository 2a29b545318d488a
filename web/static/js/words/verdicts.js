// The texts of a decision. The hub's answer has English text for programs, and the facts that it is made of. The page writes
// its own text from the facts, in every language. Add a new reason here.
import { asWritten, locale, t, tn } from "../lib/i18n.js";
import { clock, momentAt, nowAt, shortDay, span } from "../lib/dates.js";
import { isParty } from "../models/party.js";
import { isBookingCode } from "../models/booking_code.js";
import { tooMany, tooManyLeave } from "./parties.js";

/** @typedef {{ timezone?: string } | null | undefined} VenueClock */

/** @type {Record<string, string>} */
const WORDS = {
  VALID: t("VALID TICKET"), VERIFIED: t("ENTRY RECORDED"), ALREADY_VERIFIED: t("ALREADY VERIFIED"),
  NO_RESERVATION: t("NO RESERVATION"), WRONG_DATE: t("WRONG DATE"), TOO_EARLY: t("TOO EARLY"), WRONG_VENUE: t("WRONG VENUE"),
  WRONG_GATE: t("WRONG GATE"), QUESTION_UNANSWERED: t("ASK FIRST"), QUESTION_DENIED: t("DO NOT ADMIT"),
  TICKET_NOT_FOUND: t("INVALID TICKET"), TICKET_NOT_ACTIVATED: t("TICKET NOT ACTIVATED"), TICKET_EXPIRED: t("TICKET EXPIRED"),
  TICKET_CANCELLED: t("TICKET CANCELLED"), EXIT_RECORDED: t("EXIT RECORDED"), ALREADY_LEFT: t("ALREADY LEFT"),
  PARTY_TOO_LARGE: t("TOO MANY PEOPLE"), VENUE_FULL: t("VENUE FULL"), LEAVING: t("HOW MANY LEAVE?"), BOOKING_NOT_CONFIRMED: t("BOOKING NOT CONFIRMED"),
  NOT_INSIDE: t("NOT INSIDE"), MAY_RETURN: t("MAY COME BACK IN"), RE_ENTRY: t("RE-ENTRY RECORDED"),
  // From the scanner itself: a repeated scan that was undone, and its own decisions offline.
  TAKEN_BACK: t("UNDONE SINCE"),
  NOT_LISTED: t("NOT ON THE LIST"), CHANGED: t("NOT SURE"), NO_LIST: t("NOT CHECKED"), NOTED: t("ENTRY NOTED"),
  EXIT_NOTED: t("EXIT NOTED"),
};
/** @type {Record<string, string>} */
const OWN = {
  NOT_LISTED: t("It may be for another day or bought just now: look at the ticket."),
  CHANGED: t("This ticket was changed just before the connection was lost: ask, or look at the ticket."),
  NO_LIST: t("This scanner has no list for today: look at the ticket."),
  NOTED: t("Admitted on your word. The hub checks it when the connection is back."),
  EXIT_NOTED: t("This scanner does not know of their entry. The hub checks it when the connection is back."),
};

/** The same of a party. @type {Record<string, string>} */
const OF_A_PARTY = {
  CHANGED: t("More of them may be in than this scanner knows: ask, or count them."),
  NOTED: t("Admitted on your word. The hub checks it when the connection is back."),
};
const EITHER = new Intl.ListFormat(locale, { type: "disjunction" });

/** The headline. @param {Decision} decision */
export const wordOf = ({ reason, message }) => WORDS[reason] ?? message;

/** What only the hub's words tell apart: a wrong check character, an entry at another venue, a return on a later day. */
const MISTYPED = "This code was misread or mistyped; try again";
const ELSEWHERE = "The entry of this ticket was at another venue";
const RETURN_OVER = "re-entry was until the end of that day";

/** The detail below the headline. @param {Decision} decision @param {VenueClock} venue */
export function detailOf(decision, venue) {
  if (decision.undone) return t("{name} undid this scan at {time}. Scan the ticket again.", { name: decision.undone.operator_name, time: momentAt(decision.undone.undone_at, venue?.timezone) });
  if (decision.provisional && decision.reason === "ALREADY_LEFT") return t("They left before, as far as this scanner knows.");
  if (isParty(decision.party) && decision.reason in OF_A_PARTY) return OF_A_PARTY[decision.reason];
  if (decision.reason in OWN) return OWN[decision.reason];
  if (decision.reason === "NO_RESERVATION" && !decision.can_verify) return t("No booking for this ticket. Send to the box office.");
  if (decision.reason === "WRONG_GATE") return wrongGate(decision);
  const { reservation, ticket, verified, presence } = decision;
  const when = reservation && slotOf(reservation, decision.days_from_now);
  switch (decision.reason) {
    case "VALID":
    case "VERIFIED":
    case "QUESTION_UNANSWERED":
      if (when) return t("Reserved for {when}", { when });
      return t("No reservation, allowed here");
    case "WRONG_DATE":
      return t("Reserved for {when} ({days})", { when, days: inDays(decision.days_from_now ?? 0) });
    case "TOO_EARLY":
      return t("Reserved for {when}, entry from {time}", { when, time: limitOf(decision) });
    case "TICKET_EXPIRED":
      if (!reservation) return t("This ticket is no longer valid");
      return hasEnded(reservation, venue) ? t("Reservation for {when} has ended", { when }) : t("Reserved for {when}, entry was until {time}", { when, time: limitOf(decision) });
    case "WRONG_VENUE":
      return when ? t("Reserved at another venue for {when}", { when }) : t("This ticket is for another venue");
    case "QUESTION_DENIED":
      return t("The question was answered with no");
    case "NO_RESERVATION":
      return t("No reservation, allowed here");
    case "ALREADY_VERIFIED":
      if (presence?.left_at) {
        const left = leftOf(presence, venue);
        return decision.detail?.endsWith(RETURN_OVER) ? t("{left}; re-entry was until the end of that day", { left }) : t("{left}; no re-entry", { left });
      }
      return verified ? (isParty(decision.party) ? firstOf : entryOf)(verified, venue) : t("Verified before");
    case "PARTY_TOO_LARGE":
      if (!isParty(decision.party)) return t("This ticket is for one person");
      return presence?.inside == null ? tooMany(decision.party.remaining) : tooManyLeave(presence.inside);
    case "VENUE_FULL":
      return roomOf(decision);
    case "BOOKING_NOT_CONFIRMED":
      return ticket?.status === "EXPIRED" ? t("The link in the email was not used in time") : t("The link in the email was not used");
    case "EXIT_RECORDED":
      return presence?.inside_since ? t("Inside since {time}", { time: pastMoment(presence.inside_since, venue) }) : (decision.detail ?? "");
    case "ALREADY_LEFT":
    case "MAY_RETURN":
    case "RE_ENTRY":
      return presence?.left_at ? leftOf(presence, venue) : t("Answered before");
    case "NOT_INSIDE":
      if (decision.detail === ELSEWHERE) return t("The entry of this ticket was at another venue");
      return presence?.inside_since ? t("Came in only at {time}", { time: pastMoment(presence.inside_since, venue) }) : t("No entry is recorded for this ticket");
    case "TICKET_NOT_ACTIVATED":
      return ticket?.status === "INACTIVE" ? t("Customer must activate the ticket first") : t("Payment is not complete");
    case "TICKET_CANCELLED":
      return isBookingCode(ticket?.ticket_code) ? t("This booking was cancelled") : t("This ticket was cancelled");
    case "TICKET_NOT_FOUND":
      return decision.detail === MISTYPED ? t("This code was misread or mistyped; try again") : t("No ticket has this code, or it was misread");
    default:
      return decision.detail ?? "";
  }
}

/** The hub says the time in its English text: `..., entry from 12:30`. @param {Decision} decision */
function limitOf({ detail }) {
  const [, time] = /(\d\d:\d\d)$/.exec(detail ?? "") ?? [];
  return time ? clock(time) : "";
}

/** A moment of the past, with the day if it is not today. @param {string | number} moment @param {VenueClock} venue */
function pastMoment(moment, venue) {
  const zone = venue?.timezone;
  return momentAt(moment, zone, { day: nowAt(zone, new Date(moment)).date !== nowAt(zone).date });
}

/** The hub says the numbers in its English text. @param {Decision} decision */
function roomOf({ detail }) {
  const [room, people] = /^Room for (\d+) of (\d+)$/.exec(detail)?.slice(1) ?? [];
  return room ? t("Room for {room} of {people}", { room, people }) : t("One out, one in");
}

/** @param {Decision} decision */
function wrongGate({ product, detail }) {
  const gates = product?.gates ?? [];
  const where = gates.length ? t("Enter by gate {gates}", { gates: EITHER.format(gates.map(asWritten)) }) : t("This ticket enters by no gate of this venue");
  return detail.startsWith("This scanner") ? t("This scanner has no gate. {where}", { where }) : where;
}

/** A performance may close its check-in before it ends. @param {{ date: string, start_time: string, end_time: string }} slot @param {VenueClock} venue */
function hasEnded({ date, start_time: start, end_time: end }, venue) {
  const { date: today, time } = nowAt(venue?.timezone);
  return today > date || (today === date && end > start && time >= end);
}

/** Days from today in words. @param {number} days */
export function inDays(days) {
  if (days === 0) return t("today");
  if (days === 1) return t("tomorrow");
  if (days === -1) return t("yesterday");
  return days > 0 ? tn("in one day", "in {n} days", days) : tn("one day ago", "{n} days ago", -days);
}

/** @param {{ date: string, start_time: string, end_time: string }} reservation @param {number | null} days */
function slotOf(reservation, days) {
  const time = span(reservation.start_time, reservation.end_time).replaceAll(" ", "\u00a0");
  return t("{day}, {time}", { day: days === 0 ? t("today") : shortDay(reservation.date), time });
}

/** @param {Wire.Presence} presence @param {VenueClock} venue */
function leftOf({ left_at, left_gate }, venue) {
  const time = pastMoment(left_at ?? 0, venue);
  return left_gate ? t("Left at {time}, gate {gate}", { time, gate: left_gate }) : t("Left at {time}", { time });
}

/** The first entry of a party. @param {FirstEntry} entry @param {VenueClock} venue */
function firstOf({ verified_at, operator_name, gate }, venue) {
  const values = { time: pastMoment(verified_at, venue), operator: operator_name, gate };
  if (!operator_name) return gate ? t("First at {time}, gate {gate}", values) : t("First at {time}", values);
  return gate ? t("First at {time} by {operator}, gate {gate}", values) : t("First at {time} by {operator}", values);
}

/** @param {FirstEntry} entry @param {VenueClock} venue */
function entryOf({ verified_at, operator_name, gate }, venue) {
  const time = pastMoment(verified_at, venue);
  const values = { time, operator: operator_name, gate };
  if (!operator_name) return gate ? t("Verified at {time}, gate {gate}", values) : t("Verified at {time}", values);
  return gate ? t("Verified at {time} by {operator}, gate {gate}", values) : t("Verified at {time} by {operator}", values);
}
