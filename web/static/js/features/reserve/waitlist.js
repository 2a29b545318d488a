// Joins a full slot's waiting list: an explanation, one button, and the place in the queue.
import { h } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { call, Refusal } from "../../lib/api.js";
import { number } from "../../lib/dates.js";
import { clearNotice, showNotice } from "../../lib/notices.js";
import { goToWaitingRoom } from "./waiting_room.js";
import { NO_CONNECTION } from "../../words/no_connection.js";
import { explain } from "../../words/refusals.js";

/** @type {RefusalWords} */
const OWN_WORDS = {
  SLOT_NOT_FULL: () => ({ title: t("Good news: there is room again."), next: t("Select this time to book it.") }),
  WAITLIST_CLOSED: () => ({ title: t("This time has no waiting list any more."), next: t("Pick one of the other times.") }),
  ALREADY_WAITING: () => ({ title: t("You're on this waiting list already."), next: t("The email you got when you joined has the link to your place.") }),
};

export class WaitlistOffer {
  #key = crypto.randomUUID();
  joined = false;

  /** @param {{ slot: PickedSlot, places: number, body: WaitlistBody }} options */
  constructor({ slot, places, body }) {
    this.slot = slot;
    this.places = places;
    this.body = body;
    this.answer = h("div", { class: "answer", role: "status" });
    this.button = h("button", { type: "button", class: "button quiet small", onclick: () => this.join() }, t("Join the waiting list"));
    this.element = h(
      "div",
      { class: "waitlist" },
      h("p", { class: "more-title" }, t("Join waiting list")),
      h(
        "p",
        { class: "soft" },
        tn(
          "If a spot opens up, we'll hold it and email {email}. Nothing is booked until you accept.",
          "If {n} spots open up, we'll hold them and email {email}. Nothing is booked until you accept.",
          places,
          { email: body.customer_email },
        ),
      ),
      this.button,
      this.answer,
    );
  }

  async join() {
    clearNotice(this.answer);
    this.#busy(true);
    try {
      // Each try has the same key: after a lost answer the party is not queued twice.
      const { data } = await call("POST", "/api/waitlist", { body: this.body, headers: { "Idempotency-Key": this.#key } });
      this.#show(data);
    } catch (error) {
      if (error instanceof Refusal && error.code === "WAITING_ROOM") await goToWaitingRoom(error);
      else if (!(error instanceof Refusal)) showNotice(this.answer, NO_CONNECTION, { kind: "warn", actions: [[t("Try again"), () => this.join()]] });
      else showNotice(this.answer, OWN_WORDS[error.code]?.(error.details) ?? explain(error), { kind: error.code === "ALREADY_WAITING" ? "warn" : "bad" });
    } finally {
      this.#busy(false);
    }
  }

  /** @param {Wire.Joined} data */
  #show(data) {
    this.joined = true;
    const link = new URL(data.waitlist_url, location.href);
    showNotice(
      this.answer,
      {
        title: data.position > 1 ? t("You're on the waiting list, number {n} in line.", { n: number(data.position) }) : t("You're next in line."),
        next: t("We'll email {email} as soon as a spot opens up. You can still book another time meanwhile.", { email: this.body.customer_email }),
      },
      { kind: "good", extra: h("p", {}, h("a", { href: link.pathname }, t("View your position"))) },
    );
    this.button.hidden = true;
  }

  /** @param {boolean} busy */
  #busy(busy) {
    this.button.disabled = busy;
    this.button.setAttribute("aria-busy", String(busy));
  }
}
