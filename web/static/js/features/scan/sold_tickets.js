// The tickets of a door sale, one QR code at a time, for the visitor's phone or the printer.
import { byId } from "../../lib/elements.js";
import { span } from "../../lib/dates.js";
import { t, tn } from "../../lib/i18n.js";

export class SoldTickets {
  /** @type {Wire.SoldTicket[]} */
  #tickets = [];
  #at = 0;

  /** @param {{ onAgain: () => void, onFinished: () => void }} options */
  constructor({ onAgain, onFinished }) {
    this.box = byId("door-sale-sold");
    byId("door-sale-before").addEventListener("click", () => this.#turn(-1));
    byId("door-sale-after").addEventListener("click", () => this.#turn(1));
    byId("door-sale-again").addEventListener("click", onAgain);
    byId("door-sale-finish").addEventListener("click", onFinished);
  }

  hide() {
    this.box.hidden = true;
  }

  /** @param {Wire.DoorSale} sale */
  show(sale) {
    this.#tickets = sale.tickets;
    this.#at = 0;
    const time = sale.start_time && sale.end_time ? span(sale.start_time, sale.end_time) : "";
    byId("door-sale-done").textContent = sale.admitted > 0 ? tn("One visitor is in", "{n} visitors are in", sale.admitted)
      : tn("One ticket is sold", "{n} tickets are sold", sale.tickets.length);
    byId("door-sale-when").textContent = sale.customer_email ? t("{time}. Sent to {email}.", { time, email: sale.customer_email }) : time;
    byId("door-sale-print").href = `/operator/door-sales/${sale.scan_id}/print`;
    byId("door-sale-turn").hidden = sale.tickets.length === 1;
    this.box.hidden = false;
    this.#turn(0);
    byId("door-sale-done").focus();
  }

  /** @param {number} by */
  #turn(by) {
    const of = this.#tickets.length;
    this.#at = (this.#at + by + of) % of;
    const ticket = this.#tickets[this.#at];
    if (!ticket) return;
    byId("door-sale-qr").src = ticket.qr_code;
    byId("door-sale-code").textContent = ticket.ticket_code;
    byId("door-sale-place").textContent = of === 1 ? "" : t("{n} of {of}", { n: this.#at + 1, of });
  }
}
