// The ticket step: codes become the visit's tickets.
import { byId, first } from "../../lib/elements.js";
import { t } from "../../lib/i18n.js";
import { loadModule } from "../../lib/lazy_loading.js";
import { call, Refusal } from "../../lib/api.js";
import { codesIn } from "../../models/ticket_code.js";
import { clearNotice, showNotice } from "../../lib/notices.js";
import { NO_CONNECTION } from "../../words/no_connection.js";
import { busy, onceReleased } from "./asking.js";
import { drawParty } from "./party.js";

export const MOST_TICKETS = 20;
const PAUSE_MS = 700;

/** The refusal of a ticket that cannot be booked here, or together with the others. @param {Ticket} ticket */
const elsewhere = ({ venues: [venue] }) => new Refusal(409, { code: "WRONG_VENUE", venue });

export class TicketStep {
  /** @type {number | undefined} */
  #pause;

  /** @param {TicketStepOptions} options */
  constructor({ draft, whose, onTickets, onDone }) {
    this.draft = draft;
    this.whose = whose;
    this.onTickets = onTickets;
    this.onDone = onDone;
    this.form = byId("ticket-form");
    this.input = byId("ticket-code");
    this.answer = byId("ticket-answer");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(true);
    });
    this.input.addEventListener("keydown", (event) => {
      // A family adds one ticket after the other with Enter; the button goes on.
      if (event.key !== "Enter" || !this.draft.tickets.length || !this.input.value.trim()) return;
      event.preventDefault();
      this.#submit(false);
    });
    byId("ticket-more").addEventListener("click", () => this.#submit(false));
    this.input.addEventListener("paste", (event) => this.#onPaste(event));
    this.input.addEventListener("input", () => this.#onInput());
    this.input.addEventListener("blur", () => onceReleased(() => this.#advise()));
  }

  enter() {
    this.#draw();
  }

  begin(/** @type {string} */ code) {
    this.input.value = codesIn(code).join(", ");
    return this.#submit(true);
  }

  take(/** @type {Ticket[]} */ tickets) {
    for (const ticket of tickets) if (this.draft.tickets.length < MOST_TICKETS) this.draft.add(ticket);
    this.#changed();
  }

  async check(/** @type {string} */ code) {
    const reply = await call("POST", "/api/tickets/validate", { body: { ticket_code: code, ...this.whose } });
    return reply.data;
  }

  async #submit(/** @type {boolean} */ goOn) {
    const codes = codesIn(this.input.value);
    this.#say();
    if (!codes.length) {
      if (goOn && this.draft.tickets.length) this.onDone();
      else this.#refuse({ title: t("Please enter your ticket code."), next: "" });
      return;
    }
    if (await this.#add(codes)) {
      if (goOn) this.onDone();
      else this.input.focus();
    }
  }

  /** Whether all are added; the others stay in the field. */
  async #add(/** @type {string[]} */ codes) {
    const button = byId("ticket-go");
    const fresh = codes.filter((code) => !this.draft.codes.includes(code));
    clearNotice(this.answer);
    if (this.draft.tickets.length + fresh.length > MOST_TICKETS) {
      this.#refuse({ title: t("You can book up to {n} tickets at once.", { n: MOST_TICKETS }), next: t("Book the others separately.") });
      return false;
    }
    /** @type {FailedCheck[]} */
    const failed = [];
    const typed = this.input.value;
    busy(button, true);
    try {
      for (const code of fresh) {
        try {
          const ticket = await this.check(code);
          if (ticket.venues?.length && !this.draft.venues([...this.draft.tickets, ticket]).length) failed.push({ code, error: elsewhere(ticket) });
          else this.draft.add(ticket);
        } catch (error) {
          failed.push({ code, error });
          // The next ones would fail too.
          if (!(error instanceof Refusal) || error.code === "RATE_LIMITED") break;
        }
      }
    } finally {
      busy(button, false);
    }
    const left = fresh.filter((code) => !this.draft.codes.includes(code));
    // What was typed meanwhile stays.
    const since = this.input.value === typed ? "" : this.input.value;
    this.input.value = [...left, since].filter(Boolean).join(", ");
    this.#changed();
    if (failed.length) await this.#explain(failed);
    else this.input.removeAttribute("aria-invalid");
    return !failed.length;
  }

  async #explain(/** @type {FailedCheck[]} */ failed) {
    const [{ error }] = failed;
    if (!(error instanceof Refusal)) {
      showNotice(this.answer, NO_CONNECTION, { kind: "warn", actions: [[t("Try again"), () => this.form.requestSubmit()]] });
      return;
    }
    const refused = await loadModule(() => import("./ticket_refused.js")).catch(() => null);
    // One message: the notice replaces the advice at the field.
    this.#say();
    if (!refused) this.#refuse(NO_CONNECTION, { kind: "warn" });
    else this.#refuse(...(await refused.wordsFor(failed, { whose: this.whose, use: (code) => this.#use(code), activate: (code, id) => this.#activate(code, id) })));
  }

  #refuse(/** @type {Notice} */ words, /** @type {NoticeOptions} */ options = {}) {
    this.input.setAttribute("aria-invalid", "true");
    showNotice(this.answer, words, options);
    this.input.focus();
  }

  async #activate(/** @type {string} */ code, /** @type {number} */ id) {
    const activation = await loadModule(() => import("./activation.js")).catch(() => null);
    if (!activation) {
      this.#refuse(NO_CONNECTION, { kind: "warn" });
      return;
    }
    const active = await activation.confirmActivation({ code, id, whose: this.whose });
    if (!active) return;
    clearNotice(this.answer);
    this.input.value = code;
    await this.#submit(false);
    this.#say(t("The ticket is active now."));
  }

  #onPaste(/** @type {ClipboardEvent} */ event) {
    const codes = codesIn(event.clipboardData?.getData("text") ?? "");
    if (codes.length < 2) return;
    event.preventDefault();
    this.#add(codes);
  }

  #onInput() {
    clearTimeout(this.#pause);
    this.input.removeAttribute("aria-invalid");
    this.#say();
    this.#pause = setTimeout(() => this.#advise(), PAUSE_MS);
  }

  /** Shows a likely typing error, but never blocks. */
  async #advise() {
    clearTimeout(this.#pause);
    const typed = this.input.value;
    const codes = codesIn(typed);
    const advice = codes.length === 1 && !this.input.hasAttribute("aria-invalid") ? await loadModule(() => import("./advice.js")).catch(() => null) : null;
    if (this.input.value !== typed) return;
    this.#say(...(advice?.adviceOn(codes[0], { typing: document.activeElement === this.input }) ?? []));
  }

  #use(/** @type {string} */ code) {
    this.input.value = code;
    this.input.removeAttribute("aria-invalid");
    clearNotice(this.answer);
    this.#say();
    byId("ticket-go").focus();
  }

  #say(/** @type {(string | Node)[]} */ ...words) {
    byId("ticket-advice").replaceChildren(...words);
  }

  #changed() {
    this.#draw();
    this.onTickets();
  }

  #draw() {
    const some = this.draft.tickets.length > 0;
    byId("ticket-label").textContent = some ? t("Another ticket code") : t("Ticket code");
    this.input.required = !some;
    drawParty(byId("party"), this.draft.tickets, (code) => {
      this.draft.remove(code);
      this.#changed();
      this.input.focus();
    });
    this.#offerOrder();
  }

  /** Offers the other tickets of an order. */
  async #offerOrder() {
    const place = byId("mine");
    const missing = (/** @type {Ticket} */ one) => (one.order_tickets ?? 0) - this.draft.tickets.filter(({ order_id }) => order_id === one.order_id).length;
    const ticket = this.draft.tickets.find((one) => missing(one) > 0);
    if (!ticket || this.draft.tickets.length >= MOST_TICKETS) {
      place.replaceChildren();
      return;
    }
    const order = await loadModule(() => import("./order.js")).catch(() => null);
    if (!order) return;
    const others = missing(ticket);
    const wanted = `${ticket.order_id}:${others}`;
    if (place.dataset.for === wanted && place.firstChild) {
      /** @type {HTMLInputElement} */ (first(place, "#order-mail")).value ||= this.draft.email;
      return;
    }
    place.dataset.for = wanted;
    place.replaceChildren(order.orderForm({ ticket, others, email: this.draft.email, whose: this.whose, onFound: (found) => this.#fromOrder(ticket, found) }));
  }

  async #fromOrder(/** @type {Ticket} */ ticket, /** @type {OrderFound} */ { bookable, others, email }) {
    this.draft.email ||= email;
    this.take(bookable.map((one) => ({ ...ticket, ...one, venues: one.venue_id ? ticket.venues.filter(({ id }) => id === one.venue_id) : ticket.venues })));
    if (!others.length) return;
    const refused = await loadModule(() => import("./ticket_refused.js"));
    showNotice(this.answer, ...refused.leftOut(others, (code, id) => this.#activate(code, id)));
  }
}
