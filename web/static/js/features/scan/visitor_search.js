// The search at a gate: a visitor without a code is found by name, contact or a part of the code, and then checked like a scan.
import { byId, h } from "../../lib/elements.js";
import { call, messageOf, Refusal } from "../../lib/api.js";
import { nowAt, shortDayAndSpan, span } from "../../lib/dates.js";
import { t, tn } from "../../lib/i18n.js";
import { spaced } from "../../models/digits.js";
import { standingOf } from "../../models/ticket_standing.js";
import { statusOf } from "../../words/ticket_history.js";

const TYPING_MS = 300;
const LEAST_LETTERS = 2;
const LEAST_NAME = 2;
const LONGEST_NAME = 100;
/** Letters of a name; a code or an address is no guest's name. */
const NAME = /^[^\d@]+$/u;

/** @param {Wire.FoundTicket} ticket */
const standing = ({ status, date, verified_at: verifiedAt }) => standingOf({ status, booked: Boolean(date), admitted: Boolean(verifiedAt) });
/** Whether nobody comes in with the ticket any more. @param {string} status */
const isOver = (status) => status !== "RESERVED" && status !== "ACTIVATED";

export class VisitorSearch {
  /** @type {number | undefined} */
  #typing;
  #asked = 0;

  /**
   * `onChosen(code)`: the steward touched a visitor. `onClosed()` returns the focus.
   *
   * @param {{ socket: VenueSocket, timezone: () => string | undefined, onChosen: (code: string) => void, onClosed: () => void }} options
   */
  constructor({ socket, timezone, onChosen, onClosed }) {
    this.socket = socket;
    this.timezone = timezone;
    this.onChosen = onChosen;
    this.dialog = byId("visitors-dialog");
    this.input = byId("visitors-text");
    this.list = byId("visitors-found");
    this.said = byId("visitors-said");
    byId("visitors-on").addEventListener("click", () => this.open());
    byId("visitors-close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", onClosed);
    this.input.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#find(), TYPING_MS);
    });
    byId("visitors-form").addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(this.#typing);
      this.#find();
    });
  }

  open() {
    this.input.value = "";
    this.#asked += 1;
    this.#show([]);
    if (!this.socket.live) this.#offline();
    this.dialog.showModal();
    this.input.focus();
  }

  async #find() {
    const text = this.input.value.trim();
    const mine = ++this.#asked;
    if ([...text].length < LEAST_LETTERS) {
      this.#show([]);
      return;
    }
    try {
      const [guests, found] = await Promise.all([this.#guests(text), call("GET", `/api/tickets/search?at_gate=1&q=${encodeURIComponent(text)}`)]);
      if (mine !== this.#asked) return;
      const listed = new Set(guests.map((guest) => guest.code));
      const tickets = found.data.tickets.filter((ticket) => !listed.has(ticket.ticket_code));
      this.#show([...guests.map((guest) => this.#guest(guest)), ...this.#inOrder(tickets).map((ticket) => this.#ticket(ticket))], text);
    } catch (error) {
      if (mine !== this.#asked) return;
      this.list.replaceChildren();
      if (error instanceof Refusal) this.said.textContent = messageOf(error);
      else this.#offline();
    }
  }

  /** The guests of today with this name. @param {string} text @returns {Promise<GuestAtGate[]>} */
  async #guests(text) {
    if (!NAME.test(text) || text.length < LEAST_NAME || text.length > LONGEST_NAME) return [];
    return (await this.socket.request("find_guests", { name: text })).guests;
  }

  /** Without a connection the list of the day has no names. */
  #offline() {
    this.said.textContent = t("Searching needs a connection. Offline you can scan or type a whole code.");
  }

  get #today() {
    return nowAt(this.timezone()).date;
  }

  /** Those of today first, and of these whoever is still to come. @param {Wire.FoundTicket[]} tickets */
  #inOrder(tickets) {
    const rank = (/** @type {Wire.FoundTicket} */ one) => Number(one.date !== this.#today) * 2 + Number(isOver(standing(one)));
    return [...tickets].sort((a, b) => rank(a) - rank(b));
  }

  /** @param {HTMLElement[]} lines @param {string} [text] */
  #show(lines, text) {
    this.list.replaceChildren(...lines);
    this.list.scrollTop = 0;
    this.said.textContent = text === undefined ? t("Type two letters or more.")
      : lines.length === 0 ? t("No visitor found. Try another part of the name, or the phone number.")
      : tn("1 visitor found.", "{n} visitors found.", lines.length);
  }

  /** @param {GuestAtGate} guest */
  #guest(guest) {
    const left = guest.size - guest.admitted;
    const people = left <= 0 ? t("all in") : guest.admitted ? t("{admitted} of {size} in", { admitted: guest.admitted, size: guest.size }) : tn("one person", "{n} people", guest.size);
    const hours = guest.whole_day ? t("All day") : span(guest.start_time, guest.end_time);
    return this.#line(guest.code, { name: guest.name, state: people, over: left <= 0, about: [t("Guest list"), hours, guest.title, guest.note] });
  }

  /** @param {Wire.FoundTicket} ticket */
  #ticket(ticket) {
    const { ticket_code: code, customer_name: name, customer_email: email, customer_phone: phone, date, start_time: start, end_time: end } = ticket;
    const status = standing(ticket);
    const slot = date && start && (date === this.#today ? t("Today, {time}", { time: span(start, end) }) : shortDayAndSpan(date, start, end));
    return this.#line(code, { name: name ?? code, state: statusOf(status), over: isOver(status), about: [slot, email, phone && spaced(phone)], code: name ? code : "" });
  }

  /** @param {string} code @param {{ name: string, state: string, over: boolean, about: (string | null | undefined)[], code?: string }} visitor */
  #line(code, { name, state, over, about, code: shown = "" }) {
    const choose = () => {
      this.dialog.close();
      this.onChosen(code);
    };
    return h("li", {},
      h("button", { type: "button", class: over ? "visitor-found over" : "visitor-found", onclick: choose },
        h("b", { translate: "no" }, name), h("span", { class: "visitor-state" }, state),
        h("span", { class: "visitor-about", translate: "no" }, about.filter(Boolean).join(" · ")),
        shown && h("span", { class: "visitor-code code", translate: "no" }, shown)));
  }
}
