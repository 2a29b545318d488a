// The confirm step: a summary, then one attempt per slot, sent until it is answered, never booked twice.
import { byId, h } from "../../lib/elements.js";
import { Refusal } from "../../lib/api.js";
import { gap, t, tn } from "../../lib/i18n.js";
import { loadModule } from "../../lib/lazy_loading.js";
import { BookingAttempt } from "../../models/booking_attempt.js";
import { hubNow, momentAt } from "../../lib/dates.js";
import { dropTurn, keptTurn } from "../../lib/turn.js";
import { clearNotice, showNotice } from "../../lib/notices.js";
import { explain, isAboutSlot, isAboutTicket } from "../../words/refusals.js";
import { drawSummary } from "./summary.js";

export class Confirm {
  /** @type {BookingAttempt | null} */
  #attempt = null;
  #running = false;

  /**
   * `onBooked()`: all tickets have slots; `onChanged()`: the draft has changed; `onStale()`: a slot differed from the page.
   *
   * @param {ConfirmOptions} options
   */
  constructor({ draft, whose, onBooked, onChanged, onStale, goTo }) {
    this.draft = draft;
    this.whose = whose;
    this.onBooked = onBooked;
    this.onChanged = onChanged;
    this.onStale = onStale;
    this.goTo = goTo;
    this.button = byId("confirm");
    this.back = byId("confirm-back");
    this.answer = byId("confirm-answer");
    this.button.addEventListener("click", () => this.#book());
  }

  enter() {
    this.#draw();
    if (this.#running) return;
    clearNotice(this.answer);
    byId("confirm-waitlist").replaceChildren();
    const unanswered = BookingAttempt.unanswered();
    if (unanswered?.fresh) this.#book();
    else if (unanswered) {
      showNotice(this.answer, { title: t("We don't know whether your booking arrived."), next: t("Confirm once more to be sure. You won't be booked twice.") }, { kind: "warn" });
    } else this.#showTurn();
  }

  /** Whoever comes from the waiting room has some minutes. */
  #showTurn() {
    const until = keptTurn();
    if (!(Date.parse(until) > +hubNow())) return;
    const title = t("It's your turn until {time}.", { time: momentAt(until, this.draft.venue?.timezone) });
    showNotice(this.answer, { title, next: t("Confirm before then, or your turn goes to the next person.") }, { kind: "info" });
  }

  #draw() {
    drawSummary(byId("summary"), this.draft, this.goTo);
  }

  async #book() {
    if (this.#running) return;
    this.#running = true;
    this.#busy(true);
    clearNotice(this.answer);
    byId("confirm-waitlist").replaceChildren();
    /** @type {Group | null} */
    let group = null;
    try {
      for (const one of this.draft.groups()) {
        group = one;
        const attempt = this.#attemptFor(one);
        this.#attempt = attempt;
        const data = await attempt.send((seconds, byItself, error) => this.#waiting(seconds, byItself, error));
        this.#keep(one, data);
        attempt.forget();
      }
      dropTurn();
      this.onBooked();
    } catch (error) {
      await this.#refused(error, group);
    } finally {
      this.#attempt = null;
      this.#running = false;
      this.#busy(false);
    }
  }

  /** @param {Group} group */
  #attemptFor({ slot, tickets }) {
    const { email, phone } = this.draft;
    const body = { slot_id: slot.id, customer_email: email, customer_phone: phone, ...this.whose };
    const proof = this.draft.contactProof(+hubNow());
    return tickets.length === 1
      ? new BookingAttempt("/api/reservations/create", { ticket_id: tickets[0].ticket_id, ...body }, proof)
      : new BookingAttempt("/api/reservations", { ticket_codes: tickets.map(({ ticket_code }) => ticket_code), ...body }, proof);
  }

  /** Stores the booking of the answer. @param {Group} group @param {BookingAnswer} data */
  #keep({ slot, tickets }, data) {
    this.draft.place = this.draft.venue ?? this.draft.place;
    const reservations = "reservations" in data ? data.reservations : [{ reservation_id: data.reservation_id, ticket_code: data.ticket_code, qr_code: data.qr_code }];
    this.draft.results.push({ reservations, slot: { ...slot, ...data.slot }, manage_url: data.manage_url });
    for (const { ticket_code } of tickets) this.draft.remove(ticket_code);
    this.draft.save();
  }

  /** @param {number} seconds @param {boolean} byItself @param {unknown} error */
  #waiting(seconds, byItself, error) {
    const attempt = this.#attempt;
    const crowded = error instanceof Refusal && (error.code === "RATE_LIMITED" || error.code === "BUSY");
    const title = crowded ? t("Many people are booking right now.") : navigator.onLine === false ? t("You are offline.") : t("The connection is unstable.");
    const wait = Math.max(1, Math.round(seconds));
    const next = byItself
      ? tn("We'll try again in one second. You won't be booked twice.", "We'll try again in {n} seconds. You won't be booked twice.", wait)
      : t("Try again when you have a signal. You won't be booked twice.");
    const hurry = () => {
      clearNotice(this.answer);
      attempt?.hurry();
    };
    showNotice(this.answer, { title, next }, { kind: "warn", actions: [[t("Try again now"), hurry]] });
  }

  /** @param {unknown} error @param {Group | null} group */
  async #refused(error, group) {
    if (!(error instanceof Refusal) || !group) throw error;
    const words = this.#withBooked(explain(error));
    this.#draw();
    if (error.code === "WAITING_ROOM") await this.#wait(error);
    else if (isAboutSlot(error.code)) await this.#slotRefused(error, group, words);
    else if (isAboutTicket(error.code)) this.#ticketsRefused(error, group, words);
    else if (error.code === "CONTACT_NOT_VERIFIED") {
      this.draft.demanded = error.details.needed ?? ["email"];
      for (const channel of this.draft.demanded) delete this.draft.proofs[channel];
      this.goTo("code");
    } else if (error.code === "INVALID_CONTACT") {
      showNotice(this.answer, words, { actions: [[t("Check contact"), () => this.goTo("contact")]] });
    } else {
      showNotice(this.answer, words);
    }
  }

  /** The draft stays in this tab: the waiting room sends the visitor back to this step. @param {Refusal} error */
  async #wait(error) {
    const { goToWaitingRoom } = await loadModule(() => import("./waiting_room.js"));
    await goToWaitingRoom(error);
  }

  /** If other slots are booked already, the notice says so first. @param {Notice} words @returns {Notice} */
  #withBooked(words) {
    const booked = this.draft.results.reduce((sum, { reservations }) => sum + reservations.length, 0);
    return booked ? { ...words, next: `${tn("One ticket is already booked and stays booked.", "{n} tickets are already booked and stay booked.", booked)}${gap}${words.next}` } : words;
  }

  /** @param {Refusal} error @param {Group} group @param {Notice} words */
  async #slotRefused(error, { slot, tickets }, words) {
    this.onStale();
    const { drawAlternatives } = await loadModule(() => import("./slots.js"));
    const alternatives = error.details.alternative_slots ?? [];
    /** @param {PickedSlot} other */
    const pick = (other) => {
      clearNotice(this.answer);
      byId("confirm-waitlist").replaceChildren();
      for (const { ticket_code } of tickets) this.draft.choose(other, ticket_code);
      this.onChanged();
      this.#draw();
      this.button.focus();
    };
    /** @type {[string, () => unknown][]} */
    const actions = [[t("See the calendar"), () => this.goTo("slot")]];
    if (tickets.length > 1) actions.push([t("Choose a time for each"), () => this.#split()]);
    showNotice(this.answer, words, { kind: "warn", extra: alternatives.length ? drawAlternatives(h("div", { class: "other-times" }), alternatives, pick) : null, actions });
    if (error.code === "SLOT_FULL" && this.draft.venue?.waitlist) await this.#offerWaitlist({ slot, tickets });
  }

  #split() {
    this.draft.together = false;
    this.onChanged();
    this.goTo("slot");
  }

  /** @param {Group} group */
  async #offerWaitlist({ slot, tickets }) {
    const { WaitlistOffer } = await loadModule(() => import("./waitlist.js"));
    const { email, phone } = this.draft;
    const body = { ticket_codes: tickets.map(({ ticket_code }) => ticket_code), slot_id: slot.id, customer_email: email, customer_phone: phone, contact_proof: this.draft.contactProof(+hubNow()) ?? undefined, ...this.whose };
    byId("confirm-waitlist").replaceChildren(new WaitlistOffer({ slot, places: tickets.length, body }).element);
  }

  /** @param {Refusal} error @param {Group} group @param {Notice} words */
  #ticketsRefused(error, { tickets }, words) {
    const bad = error.details.tickets ?? [{ ticket_code: tickets[0].ticket_code, code: error.code }];
    /** @param {() => void} then */
    const drop = (then) => () => {
      for (const { ticket_code } of bad) this.draft.remove(ticket_code);
      this.onChanged();
      then();
    };
    const several = tickets.length > 1;
    const list = several ? h("ul", {}, ...bad.map((one) => h("li", {}, h("span", { class: "code" }, one.ticket_code), " ", explain({ code: one.code, details: one, message: one.message }).title))) : null;
    const title = several ? tn("One ticket can't be booked, so nothing was booked.", "{n} tickets can't be booked, so nothing was booked.", bad.length) : words.title;
    /** @type {[string, () => unknown][]} */
    const actions = [];
    if (this.draft.tickets.length > bad.length) actions.push([t("Continue without"), drop(() => this.enter())]);
    actions.push([t("Use another ticket"), drop(() => this.goTo("ticket"))]);
    showNotice(this.answer, { title, next: words.next }, { actions, extra: list });
  }

  /** @param {boolean} busy */
  #busy(busy) {
    this.button.disabled = busy;
    this.back.disabled = busy;
    this.button.setAttribute("aria-busy", String(busy));
    this.button.textContent = busy ? t("Booking") : t("Confirm booking");
  }
}
