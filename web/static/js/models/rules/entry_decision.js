// The offline scanner's entry rule, twin of hub/rules/entry_decision.py: change both, and their shared table of cases
// (tests/rules/entry_cases.json). Facts come from the day's list; moments are RFC 3339, `now` is in milliseconds.
import { isParty } from "../party.js";
import { daysBetween, midnight, venueTime } from "./venue_day.js";

/**
 * @param {Colour} result
 * @param {string} reason
 * @param {boolean} can_verify
 * @param {string} message
 * @param {string} detail
 * @param {number | null} [days_from_now]
 * @returns {EntryVerdict}
 */
const verdict = (result, reason, can_verify, message, detail, days_from_now = null) => ({ result, reason, can_verify, message, detail, days_from_now });
const UNKNOWN = verdict("RED", "TICKET_NOT_FOUND", false, "INVALID TICKET", "No ticket has this code");
const CANCELLED = verdict("RED", "TICKET_CANCELLED", false, "TICKET CANCELLED", "This ticket was cancelled");
const UNPAID = verdict("RED", "TICKET_NOT_ACTIVATED", false, "TICKET NOT ACTIVATED", "Payment is not complete");
const INACTIVE = { ...UNPAID, detail: "Customer must activate the ticket first" };
const UNCONFIRMED = verdict("RED", "BOOKING_NOT_CONFIRMED", false, "BOOKING NOT CONFIRMED", "The link in the email was not used");
const LAPSED = { ...UNCONFIRMED, detail: "The link in the email was not used in time" };
const BOOKING_CANCELLED = { ...CANCELLED, detail: "This booking was cancelled" };
const ELSEWHERE = verdict("RED", "WRONG_VENUE", false, "WRONG VENUE", "This ticket is for another venue");
const EXPIRED = verdict("RED", "TICKET_EXPIRED", false, "TICKET EXPIRED", "This ticket is no longer valid");
const DENIED = verdict("RED", "NO_RESERVATION", false, "NO RESERVATION", "Customer must book a time slot first");
const ALLOWED = verdict("YELLOW", "NO_RESERVATION", true, "NO RESERVATION", "No reservation - allowed");
const ALREADY = verdict("YELLOW", "ALREADY_VERIFIED", true, "ALREADY VERIFIED", "Verified before");

/**
 * The reservation's `opens_at` and `closes_at` count if the list has them. `admitted` of its `places` people are in.
 *
 * @param {TicketFacts | null} ticket
 * @param {ReservationFacts | null} reservation
 * @param {FirstEntry | null | undefined} firstEntry
 * @param {Wire.ListPolicy} policy
 * @param {number} venueId
 * @param {number} now
 * @param {string} timeZone
 */
export function decideEntry(ticket, reservation, firstEntry, policy, venueId, now, timeZone) {
  if (!ticket) return UNKNOWN;
  const { status } = ticket;
  const booking = ticket.channel === "booking";
  if (status === "CANCELLED") return booking ? BOOKING_CANCELLED : CANCELLED;
  if (status === "PENDING_PAYMENT") return UNPAID;
  if (status === "INACTIVE") return booking ? UNCONFIRMED : INACTIVE;
  const today = venueTime(now, timeZone).date;
  if (reservation && reservation.venue_id !== venueId) return about(ELSEWHERE, "Reserved at another venue for {when}", reservation, today);
  if (ticket.venue_id !== null && ticket.venue_id !== venueId) return ELSEWHERE;
  if (firstEntry && !someAreIn(reservation)) return already(firstEntry, reservation, today, timeZone);
  // The outside system sets EXPIRED on an OTA ticket; with a reservation the slot decides.
  if (status === "EXPIRED" && (ticket.channel !== "ota" || !reservation)) {
    if (booking && !reservation) return LAPSED;
    return reservation && now >= Date.parse(reservation.ends_at) ? over(reservation, today) : EXPIRED;
  }
  if (ticket.valid_until !== null && now >= Date.parse(ticket.valid_until)) return EXPIRED;
  if (status === "VERIFIED" && !firstEntry) return ALREADY;
  if (!reservation) return policy.unreserved_entry === "allow" ? ALLOWED : DENIED;
  return judgeMoment(reservation, policy, now, today, timeZone);
}

/**
 * The verdict after the entry that `permitted` allowed is recorded. `party`: as it is afterwards.
 *
 * @param {EntryVerdict} permitted
 * @param {Party | null} [party]
 */
export function entryRecorded(permitted, party = null) {
  const detail = isParty(party) ? peopleIn(party.admitted, party.size) : permitted.detail;
  return verdict("GREEN", "VERIFIED", true, "ENTRY RECORDED", detail, permitted.days_from_now);
}

/**
 * From when (included) until when (excluded) a reservation admits its holder.
 *
 * @param {ReservationFacts} reservation
 * @param {Wire.ListPolicy} policy
 * @param {string} timeZone
 */
export function entryWindow(reservation, policy, timeZone) {
  const { check_in_opens_minutes: ownOpens = null, check_in_closes_minutes: ownCloses = null } = reservation;
  const early = ownOpens ?? policy.early_entry_minutes;
  const opens = reservation.opens_at ? Date.parse(reservation.opens_at)
    : early === null ? midnight(reservation.date, timeZone) : Date.parse(reservation.starts_at) - early * 60_000;
  const closes = reservation.closes_at ? Date.parse(reservation.closes_at)
    : ownCloses !== null ? Date.parse(reservation.starts_at) + ownCloses * 60_000
    : Date.parse(reservation.ends_at) + policy.late_entry_minutes * 60_000;
  return [opens, closes];
}

/**
 * @param {ReservationFacts} reservation
 * @param {Wire.ListPolicy} policy
 * @param {number} now
 * @param {string} today
 * @param {string} timeZone
 */
function judgeMoment(reservation, policy, now, today, timeZone) {
  const [opens, closes] = entryWindow(reservation, policy, timeZone);
  const days = daysBetween(today, reservation.date);
  if (now >= closes) return now >= Date.parse(reservation.ends_at) ? over(reservation, today) : closed(reservation, closes, today, timeZone);
  if (now >= opens) return verdict("GREEN", "VALID", true, "VALID TICKET", validWords(reservation, today), days);
  if (days > 0) {
    const detail = `Reserved for ${reservation.date} (${days} ${days === 1 ? "day" : "days"} from now)`;
    return verdict("RED", "WRONG_DATE", false, "WRONG DATE", detail, days);
  }
  const detail = `Reserved for ${slotWords(reservation, today)}, entry from ${venueTime(opens, timeZone).time}`;
  return verdict("RED", "TOO_EARLY", false, "TOO EARLY", detail, days);
}

/** @param {ReservationFacts} reservation @param {string} today */
const over = (reservation, today) => about(EXPIRED, "Reservation for {when} has ended", reservation, today);

/** @param {ReservationFacts} reservation @param {number} closes @param {string} today @param {string} timeZone */
function closed(reservation, closes, today, timeZone) {
  const until = venueTime(closes, timeZone).time;
  return about(EXPIRED, `Reserved for {when}, entry was until ${until}`, reservation, today);
}

/** @param {ReservationFacts} reservation @param {string} today */
function validWords(reservation, today) {
  const { places = 1, admitted = 0 } = reservation;
  if (places > 1 && admitted) return peopleIn(admitted, places);
  return `Reserved for ${slotWords(reservation, today)}${places > 1 ? `, party of ${places}` : ""}`;
}

/** @param {EntryVerdict} said @param {string} words @param {ReservationFacts} reservation @param {string} today */
function about(said, words, reservation, today) {
  return { ...said, detail: words.replace("{when}", slotWords(reservation, today)), days_from_now: daysBetween(today, reservation.date) };
}

/** @param {FirstEntry} entry @param {ReservationFacts | null} reservation @param {string} today @param {string} timeZone */
function already(entry, reservation, today, timeZone) {
  const { date, time } = venueTime(Date.parse(entry.verified_at), timeZone);
  const by = entry.operator_name ? ` by ${entry.operator_name}` : "";
  const gate = entry.gate ? `, gate ${entry.gate}` : "";
  const at = `at ${date === today ? "" : `${date} `}${time}${by}${gate}`;
  const { places = 1, admitted = 0 } = reservation ?? {};
  return { ...ALREADY, detail: admitted > 1 ? `${peopleIn(admitted, places)}, first ${at}` : `Verified ${at}` };
}

/** Whether a part of the people is in. @param {ReservationFacts | null} reservation */
function someAreIn(reservation) {
  const { places = 1, admitted = 0 } = reservation ?? {};
  return admitted > 0 && admitted < places;
}

/** @param {number} admitted @param {number} size */
const peopleIn = (admitted, size) => `${admitted} of ${size} in`;

/** `today 12:00-14:00`, or with the date on another day. @param {ReservationFacts} reservation @param {string} today */
function slotWords({ date, start_time: start, end_time: end }, today) {
  return `${date === today ? "today" : date} ${start.slice(0, 5)}-${end.slice(0, 5)}`;
}
