// The offline scanner's entry rule, twin of hub/rules/entry_decision.py: change both, and their shared table of cases
// (tests/rules/entry_cases.json). Facts come from the day's list; moments are RFC 3339, `now` is in milliseconds.
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
const ELSEWHERE = verdict("RED", "WRONG_VENUE", false, "WRONG VENUE", "This ticket is for another venue");
const EXPIRED = verdict("RED", "TICKET_EXPIRED", false, "TICKET EXPIRED", "This ticket is no longer valid");
const DENIED = verdict("RED", "NO_RESERVATION", false, "NO RESERVATION", "Customer must book a time slot first");
const ALLOWED = verdict("YELLOW", "NO_RESERVATION", true, "NO RESERVATION", "No reservation - allowed");
const ALREADY = verdict("YELLOW", "ALREADY_VERIFIED", true, "ALREADY VERIFIED", "Verified before");

/**
 * The reservation's `opens_at` and `closes_at` count if the list has them.
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
  if (status === "CANCELLED") return CANCELLED;
  if (status === "PENDING_PAYMENT") return UNPAID;
  if (status === "INACTIVE") return INACTIVE;
  const today = venueTime(now, timeZone).date;
  if (reservation && reservation.venue_id !== venueId) return about(ELSEWHERE, "Reserved at another venue for {when}", reservation, today);
  if (ticket.venue_id !== null && ticket.venue_id !== venueId) return ELSEWHERE;
  if (firstEntry) return already(firstEntry, today, timeZone);
  // The outside system sets EXPIRED on an OTA ticket; with a reservation the slot decides.
  if (status === "EXPIRED" && (ticket.channel !== "ota" || !reservation)) {
    return reservation && now >= Date.parse(reservation.ends_at) ? over(reservation, today) : EXPIRED;
  }
  if (ticket.valid_until !== null && now >= Date.parse(ticket.valid_until)) return EXPIRED;
  if (status === "VERIFIED") return ALREADY;
  if (!reservation) return policy.unreserved_entry === "allow" ? ALLOWED : DENIED;
  return judgeMoment(reservation, policy, now, today, timeZone);
}

/** The verdict after the entry that `permitted` allowed is recorded. @param {EntryVerdict} permitted */
export function entryRecorded(permitted) {
  return verdict("GREEN", "VERIFIED", true, "ENTRY RECORDED", permitted.detail, permitted.days_from_now);
}

/**
 * From when (included) until when (excluded) a reservation admits its holder.
 *
 * @param {ReservationFacts} reservation
 * @param {Wire.ListPolicy} policy
 * @param {string} timeZone
 */
export function entryWindow(reservation, policy, timeZone) {
  const early = policy.early_entry_minutes;
  const opens = reservation.opens_at ? Date.parse(reservation.opens_at)
    : early === null ? midnight(reservation.date, timeZone) : Date.parse(reservation.starts_at) - early * 60_000;
  const closes = reservation.closes_at ? Date.parse(reservation.closes_at)
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
  if (now >= closes) return over(reservation, today);
  if (now >= opens) return verdict("GREEN", "VALID", true, "VALID TICKET", `Reserved for ${slotWords(reservation, today)}`, days);
  if (days > 0) {
    const detail = `Reserved for ${reservation.date} (${days} ${days === 1 ? "day" : "days"} from now)`;
    return verdict("RED", "WRONG_DATE", false, "WRONG DATE", detail, days);
  }
  const detail = `Reserved for ${slotWords(reservation, today)}, entry from ${venueTime(opens, timeZone).time}`;
  return verdict("RED", "TOO_EARLY", false, "TOO EARLY", detail, days);
}

/** @param {ReservationFacts} reservation @param {string} today */
const over = (reservation, today) => about(EXPIRED, "Reservation for {when} has ended", reservation, today);

/** @param {EntryVerdict} said @param {string} words @param {ReservationFacts} reservation @param {string} today */
function about(said, words, reservation, today) {
  return { ...said, detail: words.replace("{when}", slotWords(reservation, today)), days_from_now: daysBetween(today, reservation.date) };
}

/** @param {FirstEntry} entry @param {string} today @param {string} timeZone */
function already(entry, today, timeZone) {
  const { date, time } = venueTime(Date.parse(entry.verified_at), timeZone);
  const by = entry.operator_name ? ` by ${entry.operator_name}` : "";
  const gate = entry.gate ? `, gate ${entry.gate}` : "";
  return { ...ALREADY, detail: `Verified at ${date === today ? "" : `${date} `}${time}${by}${gate}` };
}

/** `today 12:00-14:00`, or with the date on another day. @param {ReservationFacts} reservation @param {string} today */
function slotWords({ date, start_time: start, end_time: end }, today) {
  return `${date === today ? "today" : date} ${start.slice(0, 5)}-${end.slice(0, 5)}`;
}
