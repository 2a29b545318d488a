// One reservation by its link: when it is, and the code for the door.
import { byId, fill } from "./elements.js";
import { call, Refusal } from "./models/api.js";
import { longDay, span } from "./moments.js";
import { clearNotice, showNotice } from "./notices.js";
import { explain, NO_CONNECTION } from "./words.js";

const STATUSES = { RESERVED: "Reserved", VERIFIED: "Already used at the door", CANCELLED: "Cancelled", EXPIRED: "Over" };
const page = byId("reservation");
const { token, id } = page.dataset;
const question = `?token=${encodeURIComponent(token)}`;

async function show() {
  const answer = byId("reservation-answer");
  clearNotice(answer);
  try {
    if (!id) throw new Refusal(404, { code: "RESERVATION_NOT_FOUND" });
    // In a header: addresses are written to logs, and the token opens the reservation.
    const { data } = await call("GET", `/api/reservations/${id}`, { headers: { "X-Reservation-Token": token } });
    draw(data);
  } catch (error) {
    if (error instanceof Refusal) {
      const words = explain(error.code === "FORBIDDEN" || error.status === 404 ? new Refusal(404, { code: "RESERVATION_NOT_FOUND" }) : error);
      showNotice(answer, words);
    } else showNotice(answer, NO_CONNECTION, { kind: "warn", actions: [["Try again", show]] });
  }
}

function draw(data) {
  const slot = data.slot ?? data;
  fill(page, {
    day: longDay(slot.date),
    time: span(slot.start_time, slot.end_time),
    status: STATUSES[data.status] ?? data.status ?? "Reserved",
    email: data.customer_email,
    ticket: data.ticket_code,
  });
  const files = `/api/reservations/${id}`;
  byId("qr").src = `${files}/qr.svg${question}`;
  byId("qr-download").href = `${files}/qr.png${question}`;
  byId("qr-download").download = `${data.ticket_code ?? "ticket"}.png`;
  byId("calendar-file").href = `${files}/calendar.ics${question}`;
  byId("reservation-card").hidden = false;
}

show();
