// What the box office at the gate offers about an answer. It knows no page.
import { isParty } from "./party.js";
import { BOOKING } from "./ticket_code.js";

/**
 * A place to book for a ticket without one, a swap for a visitor whose own slot is later today, or what concerns the ticket itself. The hub
 * swaps tickets alone: a manager moves a guest, from the guest list.
 *
 * @param {Decision} decision
 * @param {{ books: boolean, found: boolean }} how `found`: the visitor was looked for, and not scanned
 * @returns {BoxOfficeOffer | null}
 */
export function boxOfficeOffer({ ticket, reservation, reason, party, provisional, undone }, { books, found }) {
  if (!ticket?.ticket_id || provisional || undone) return null;
  if (books && reason === "NO_RESERVATION") return "book";
  if (books && reason === "TOO_EARLY" && reservation?.is_today && !isParty(party) && !BOOKING.test(ticket.ticket_code)) return "swap";
  return found ? "ticket" : null;
}

/**
 * The slots that the box office shows: for a swap only those that run, since the visitor has a place in a later one.
 *
 * @param {DoorSlot[]} slots
 * @param {BoxOfficeOffer} offer
 */
export const offeredSlots = (slots, offer) => (offer === "swap" ? slots.filter(({ running, admits }) => running && admits) : slots);
