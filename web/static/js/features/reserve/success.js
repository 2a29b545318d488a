// The success step: a ticket per person, its files, and the reservation's link.
import { byId } from "../../lib/elements.js";
import { gap, t, tn } from "../../lib/i18n.js";
import { drawKeep } from "./keep.js";
import { drawTickets } from "./passes.js";

/** @param {BookingDraft} draft */
export function showSuccess(draft) {
  const count = draft.results.reduce((sum, { reservations }) => sum + reservations.length, 0);
  byId("done-words").textContent = `${tn("Show this code at the entrance, on screen or on paper.", "Show these {n} codes at the entrance, one per person.", count)}${gap}${t("A copy is on its way to {address}.", { address: draft.email })}`;
  drawTickets(byId("done-tickets"), draft.results.flatMap((result) => result.reservations.map((one) => ({ ...one, slot: result.slot, venue: draft.place, token: tokenOf(result) }))));
  byId("done-keep").replaceChildren(...draft.results.map((result, place) => drawKeep({
    manage: new URL(result.manage_url, location.href),
    token: tokenOf(result),
    reservationId: result.reservations[0].reservation_id,
    slot: result.slot,
    several: draft.results.length > 1,
    venue: draft.place,
    first: place === 0,
  })));
}

/** @param {Booked} booked */
const tokenOf = ({ manage_url: address }) => new URL(address, location.href).pathname.split("/").filter(Boolean).pop() ?? "";
