// The contact step: an address and a number, checked when a field loses focus, never during typing.
import { byId, h } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { call } from "../../lib/api.js";
import { isDeliverable, looksLikeEmail, probablyMeant } from "../../models/email.js";
import { isCountry } from "../../models/phone.js";
import { showNotice } from "../../lib/notices.js";
import { explain } from "../../words/refusals.js";
import { ask, markField, onceReleased } from "./asking.js";
import { PhoneField } from "./phone_field.js";

const FIELDS = /** @type {const} */ (["email", "phone"]);

export class ContactStep {
  /** @type {Record<string, { input: HTMLInputElement, problem: () => string, advise: () => void }>} by name */
  #fields = {};

  /** @param {{ draft: BookingDraft, onDone: () => void }} options */
  constructor({ draft, onDone }) {
    this.draft = draft;
    this.onDone = onDone;
    this.form = byId("contact-form");
    this.email = byId("email");
    this.phone = new PhoneField();
    this.#watch(this.email, "email", () => this.#emailProblem(), () => this.#adviseEmail());
    this.#watch(this.phone.input, "phone", () => this.phone.problem(), () => this.#advisePhone());
    this.phone.select.addEventListener("change", () => {
      if (this.phone.input.value) this.#look("phone");
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  enter() {
    const { draft, phone } = this;
    if (!this.email.value) this.email.value = draft.email;
    if (!phone.input.value) {
      phone.input.value = draft.typed;
      phone.country = draft.country || this.#homeCountry();
    }
    const count = draft.tickets.length;
    byId("contact-tickets").replaceChildren(count === 1 ? h("span", { class: "code" }, draft.codes[0]) : tn("{n} ticket", "{n} tickets", count));
    const more = draft.tickets.some((one) => one.order_tickets > count);
    byId("contact-more").textContent = more ? t("Add the other tickets of this order") : t("Add more tickets");
  }

  /** The address is not asked for twice: the order's other tickets are found by it. */
  leave() {
    const email = this.email.value.trim();
    if (looksLikeEmail(email)) this.draft.email = email;
  }

  /** The venue's country, else the browser's. */
  #homeCountry() {
    const here = this.draft.venue?.country;
    if (isCountry(here)) return here;
    const regions = (navigator.languages ?? []).map((name) => new Intl.Locale(name).region);
    return regions.find(isCountry) ?? "US";
  }

  #watch(/** @type {HTMLInputElement} */ input, /** @type {"email" | "phone"} */ name, /** @type {() => string} */ problem, /** @type {() => void} */ advise) {
    this.#fields[name] = { input, problem, advise };
    let edited = false;
    input.addEventListener("input", () => {
      edited = true;
      byId(`${name}-advice`).replaceChildren();
      // An error disappears as soon as it is corrected.
      if (input.getAttribute("aria-invalid") === "true" && !problem()) markField(input, byId(`${name}-wrong`), "");
    });
    input.addEventListener("blur", () => {
      onceReleased(() => edited && input.value.trim() && this.#look(name));
    });
  }

  /** Whether a field is valid; shows its error. */
  #look(/** @type {"email" | "phone"} */ name) {
    const { input, problem, advise } = this.#fields[name];
    const words = problem();
    markField(input, byId(`${name}-wrong`), words);
    byId(`${name}-advice`).replaceChildren();
    if (!words || name === "email") advise();
    return !words;
  }

  #emailProblem() {
    if (!this.email.value.trim()) return t("Please enter your email address.");
    if (!looksLikeEmail(this.email.value)) return t("This doesn't look like an email address, such as name@example.com.");
    return isDeliverable(this.email.value) ? "" : t("Use plain letters before the @. Email can't be delivered to accents and curly apostrophes.");
  }

  #adviseEmail() {
    const meant = probablyMeant(this.email.value);
    if (!meant) return;
    const use = () => {
      this.email.value = meant;
      byId("email-advice").replaceChildren();
      markField(this.email, byId("email-wrong"), "");
      this.email.focus();
    };
    byId("email-advice").replaceChildren(
      h("span", {}, t("Did you mean {address}?", { address: meant })),
      h("button", { type: "button", class: "button quiet small", onclick: use }, t("Use it")));
  }

  #advisePhone() {
    byId("phone-advice").replaceChildren(this.phone.doubt());
  }

  async #submit() {
    const good = FIELDS.map((name) => this.#look(name));
    if (good.includes(false)) {
      (good[0] ? this.phone.input : this.email).focus();
      return;
    }
    const email = this.email.value.trim();
    const phone = this.phone.read().e164;
    const ticket_ids = this.draft.tickets.map((ticket) => ticket.ticket_id);
    const query = this.draft.orq ? `?orq=${this.draft.orq}` : "";
    const reply = await ask({
      button: byId("contact-go"),
      answer: byId("contact-answer"),
      question: () => call("POST", `/api/tickets/verify-contact${query}`, { body: { ticket_id: ticket_ids[0], ticket_ids, email, phone } }),
      onRefusal: (error) => this.#refused(error),
      again: () => this.form.requestSubmit(),
    });
    if (!reply) return;
    Object.assign(this.draft, { email, phone, typed: this.phone.input.value, country: this.phone.country });
    this.onDone();
  }

  /** @param {Refusal} error */
  #refused(error) {
    const fields = (error.details.validation_errors ?? []).map(({ field }) => field);
    const wrong = FIELDS.filter((name) => fields.includes(name));
    const words = {
      email: () => t("This doesn't look like an email address, such as name@example.com."),
      phone: () => t("This number cannot be right for its country. Please check the digits and the country."),
    };
    for (const name of wrong) markField(this.#fields[name].input, byId(`${name}-wrong`), words[name]());
    if (wrong.length) this.#fields[wrong[0]].input.focus();
    else showNotice(byId("contact-answer"), explain(error));
  }
}
