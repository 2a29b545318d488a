// The confirm step: one attempt, sent until it is answered, and never twice.
import { byId, h } from "../elements.js";
import { BookingAttempt } from "../models/booking_attempt.js";
import { explain, isAboutSlot, isAboutTicket } from "../words.js";
import { clearNotice, showNotice } from "../notices.js";
import { drawAlternatives } from "./slots.js";

export class Confirm {
  #attempt = null;

  /** `visit()` gives what is being booked; `onBooked(data)`, `onOtherSlot(slot)`, `onStale()` and `goTo(step)` move the page on. */
  constructor({ visit, onBooked, onOtherSlot, onStale, goTo }) {
    Object.assign(this, { visit, onBooked, onOtherSlot, onStale, goTo });
    this.button = byId("confirm");
    this.back = byId("confirm-back");
    this.answer = byId("confirm-answer");
    this.button.addEventListener("click", () => this.#book());
  }

  /** A fresh look at the step: nothing is pending. */
  reset() {
    clearNotice(this.answer);
    this.#busy(false);
  }

  async #book() {
    if (this.#attempt) return;
    const { ticket, slot, email, phone, whose } = this.visit();
    const wish = { ticket_id: ticket.ticket_id, slot_id: slot.id, customer_email: email, customer_phone: phone, ...whose };
    this.#attempt = new BookingAttempt(wish);
    this.#busy(true);
    clearNotice(this.answer);
    try {
      this.onBooked(await this.#attempt.send((seconds, byItself, error) => this.#waiting(seconds, byItself, error)));
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#attempt = null;
      this.#busy(false);
    }
  }

  #waiting(seconds, byItself, error) {
    const attempt = this.#attempt;
    const crowded = error.code === "RATE_LIMITED" || error.code === "BUSY";
    const wait = Math.max(1, Math.round(seconds));
    showNotice(
      this.answer,
      {
        title: crowded ? "Many people are booking right now." : "The connection is shaky.",
        next: byItself
          ? `We try again in ${wait} ${wait === 1 ? "second" : "seconds"}. You cannot book twice by trying again.`
          : "Try again when you have a signal. You cannot book twice by trying again.",
      },
      {
        kind: "warn",
        actions: [
          [
            "Try again now",
            () => {
              clearNotice(this.answer);
              attempt.hurry();
            },
          ],
        ],
      },
    );
  }

  #refused(error) {
    const words = explain(error);
    if (isAboutSlot(error.code)) {
      this.onStale();
      const alternatives = error.details.alternative_slots ?? [];
      const pick = (slot) => {
        clearNotice(this.answer);
        this.onOtherSlot(slot);
        this.button.focus();
      };
      const extra = alternatives.length ? drawAlternatives(h("div"), alternatives, pick) : null;
      const actions = [["See the calendar", () => this.goTo("slot")]];
      showNotice(this.answer, words, { kind: "warn", extra, actions });
    } else if (isAboutTicket(error.code)) {
      showNotice(this.answer, words, { actions: [["Use another ticket", () => this.goTo("ticket")]] });
    } else if (error.code === "INVALID_CONTACT") {
      showNotice(this.answer, words, { actions: [["Check contact", () => this.goTo("contact")]] });
    } else {
      showNotice(this.answer, words);
    }
  }

  #busy(busy) {
    this.button.disabled = busy;
    this.back.disabled = busy;
    this.button.setAttribute("aria-busy", String(busy));
    this.button.textContent = busy ? "Booking" : "Confirm";
  }
}
