// The answer on the whole screen: colour, icon, one word, the line that matters and the facts behind it.
import { byId, h } from "../elements.js";
import { clock, daysBetween, momentAt, number, shortDay, span } from "../moments.js";

const SPRITE = new URL("../../icons.svg", import.meta.url).href;
const SHAPES = { GREEN: "check", RED: "cross", YELLOW: "warn" };
/** Facts that hold long unbroken words. */
const WIDE = new Set(["E-mail", "Ticket"]);
const STATUS_WORDS = {
  PENDING_PAYMENT: "Not paid", INACTIVE: "Not activated", ACTIVATED: "Activated", RESERVED: "Reserved",
  VERIFIED: "Verified", EXPIRED: "Expired", CANCELLED: "Cancelled",
};

export class Verdict {
  constructor() {
    this.section = byId("verdict");
    this.ready = byId("ready");
    this.buttons = byId("verdict-buttons");
  }

  show(decision, { mayVerify, venue }) {
    document.body.dataset.verdict = decision.result;
    document.body.dataset.reason = decision.reason;
    byId("verdict-icon").setAttribute("href", `${SPRITE}#${SHAPES[decision.result]}`);
    byId("verdict-word").textContent = decision.message;
    byId("verdict-detail").textContent = decision.detail ?? "";
    byId("facts").replaceChildren(...factsOf(decision, venue).map(([name, value, kind]) =>
      h("div", { class: WIDE.has(name) ? "wide" : null }, h("dt", {}, name), h("dd", { class: kind }, value))));
    byId("verify").hidden = !mayVerify;
    this.ready.hidden = true;
    this.section.hidden = false;
    this.buttons.hidden = false;
    // A new answer of the same colour must still be seen to arrive.
    this.section.style.animation = "none";
    void this.section.offsetWidth;
    this.section.style.animation = "";
    window.scrollTo(0, 0);
  }

  clear() {
    delete document.body.dataset.verdict;
    delete document.body.dataset.reason;
    this.section.hidden = true;
    this.buttons.hidden = true;
    this.ready.hidden = false;
  }

  get shown() {
    return !this.section.hidden;
  }
}

function factsOf({ ticket, reservation, verified }, venue) {
  const facts = [];
  if (verified) {
    const who = [verified.operator_name, verified.gate].filter(Boolean).join(", ");
    facts.push(["First entry", momentAt(verified.verified_at, venue?.timezone, { seconds: true, day: true })]);
    if (who) facts.push(["Admitted by", who]);
  }
  if (reservation) {
    const days = venue?.today ? daysBetween(venue.today, reservation.date) : 0;
    const when = { 0: " (today)", 1: " (tomorrow)", "-1": " (yesterday)" }[days] ?? (days > 0 ? ` (in ${days} days)` : ` (${-days} days ago)`);
    facts.push(["Reserved", shortDay(reservation.date) + when]);
    facts.push(["Time", reservation.end_time ? span(reservation.start_time, reservation.end_time) : clock(reservation.start_time)]);
    if (Number.isInteger(reservation.booked_count)) {
      facts.push(["Slot", `${number(reservation.booked_count)}/${number(reservation.total_capacity)} booked`]);
    }
  }
  if (ticket) {
    if (ticket.customer_name) facts.push(["Customer", ticket.customer_name]);
    if (ticket.customer_email) facts.push(["E-mail", ticket.customer_email]);
    if (ticket.customer_phone) facts.push(["Phone", ticket.customer_phone]);
    if (ticket.status && !reservation) facts.push(["Status", STATUS_WORDS[ticket.status] ?? ticket.status]);
    if (ticket.ticket_code) facts.push(["Ticket", ticket.ticket_code, "code"]);
  }
  return facts;
}
