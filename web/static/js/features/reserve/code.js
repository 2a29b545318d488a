// The one-time code: sent by e-mail, by text message, or by both in turn.
import { byId, write } from "../../lib/elements.js";
import { gap, t } from "../../lib/i18n.js";
import { call } from "../../lib/api.js";
import { hubNow } from "../../lib/dates.js";
import { clearNotice, showNotice } from "../../lib/notices.js";
import { explain } from "../../words/refusals.js";
import { asciiDigits, spaced } from "../../models/digits.js";
import { ask, markField } from "./asking.js";

const DIGITS = 6;
// After these refusals a code is invalid.
const SPENT = new Set(["CODE_EXPIRED", "CODE_USED", "CODE_LOCKED"]);

export class CodeStep {
  /** @type {{ channel: Channel, about: string, challenge_id?: string, expires_at?: string | null } | null} */
  #challenge = null;
  /** @type {number | undefined} */
  #timer;
  #waitUntil = 0;

  /** @param {{ draft: BookingDraft, whose: Whose, onDone: () => void }} options */
  constructor({ draft, whose, onDone }) {
    this.draft = draft;
    this.whose = whose;
    this.onDone = onDone;
    this.form = byId("code-form");
    this.input = byId("code");
    this.answer = byId("code-answer");
    this.again = byId("code-again");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#confirm();
    });
    this.input.addEventListener("input", () => this.#onInput());
    this.again.addEventListener("click", () => this.#send());
  }

  /** Requests a code, unless one for the same contact is still valid. */
  enter() {
    const [channel] = this.draft.unproved(+hubNow());
    if (!channel) {
      this.onDone();
      return;
    }
    const about = this.#about(channel);
    const running = this.#challenge?.channel === channel && this.#challenge?.about === about && this.#left() > 0;
    if (running) this.#tick();
    else this.#begin(channel);
  }

  leave() {
    clearInterval(this.#timer);
  }

  /** @param {Channel} channel */
  #about(channel) {
    return channel === "email" ? this.draft.email : this.draft.phone;
  }

  /** @param {Channel} channel */
  #begin(channel) {
    this.#challenge = { channel, about: this.#about(channel) };
    this.#waitUntil = 0;
    this.#clear();
    write(byId("code-way"), channel === "email"
      ? t("By email to {address}.", { address: this.draft.email })
      : t("By text message to {number}.", { number: spaced(this.draft.phone) }));
    this.#send();
  }

  #clear() {
    this.input.value = "";
    markField(this.input, byId("code-wrong"), "");
    clearNotice(this.answer);
  }

  async #send() {
    const challenge = this.#challenge;
    if (!challenge) return;
    const { channel } = challenge;
    this.#clear();
    const reply = await ask({
      button: this.again,
      answer: this.answer,
      question: () => call("POST", "/api/contact/code", { body: { email: this.draft.email, phone: this.draft.phone, channel, ...this.whose } }),
      onRefusal: (error) => this.#notSent(error),
      again: () => this.#send(),
    });
    if (this.#challenge !== challenge) return;
    if (reply) {
      Object.assign(challenge, reply.data);
      this.#waitUntil = momentOf(reply.data.resend_after);
      this.input.focus();
    }
    this.#tick();
  }

  /** @param {Refusal} error */
  #notSent(error) {
    const wait = error.retryAfter ?? error.details.retry_after;
    if (wait) this.#waitUntil = +hubNow() + 1000 * wait;
    showNotice(this.answer, explain(error), { kind: error.code === "CODE_TOO_SOON" ? "info" : "bad" });
  }

  /** Only digits count, whatever is pasted. The sixth digit sends the code. */
  #onInput() {
    const digits = asciiDigits(this.input.value.normalize("NFKC")).replace(/\D/g, "").slice(0, DIGITS);
    if (this.input.value !== digits) this.input.value = digits;
    markField(this.input, byId("code-wrong"), "");
    if (digits.length === DIGITS && !byId("code-go").disabled) this.form.requestSubmit();
  }

  async #confirm() {
    const challenge = this.#challenge;
    if (this.input.value.length !== DIGITS) {
      this.#wrong(t("The code has six digits."));
      return;
    }
    if (!challenge?.challenge_id) return;
    const reply = await ask({
      button: byId("code-go"),
      answer: this.answer,
      question: () => call("POST", "/api/contact/confirm", { body: { challenge_id: challenge.challenge_id, code: this.input.value } }),
      onRefusal: (error) => this.#refused(error),
      again: () => this.form.requestSubmit(),
    });
    if (!reply) return;
    this.draft.proofs[challenge.channel] = { ...reply.data, about: challenge.about };
    this.draft.save();
    this.#challenge = null;
    clearInterval(this.#timer);
    this.enter();
  }

  /** @param {Refusal} error */
  #refused(error) {
    const { title, next } = explain(error);
    if (this.#challenge && SPENT.has(error.code)) this.#challenge.expires_at = null;
    this.#wrong(`${title}${gap}${next}`.trim());
    this.input.select();
    this.#tick();
  }

  /** @param {string} words */
  #wrong(words) {
    markField(this.input, byId("code-wrong"), words);
    this.input.focus();
  }

  #left() {
    const ends = this.#challenge?.expires_at;
    return ends ? Math.max(0, Math.round((Date.parse(ends) - +hubNow()) / 1000)) : 0;
  }

  #tick() {
    clearInterval(this.#timer);
    const show = () => {
      const left = this.#left();
      const wait = Math.max(0, Math.ceil((this.#waitUntil - +hubNow()) / 1000));
      byId("code-left").textContent = left ? t("Valid for another {time}.", { time: minutes(left) }) : this.#challenge?.challenge_id ? t("This code has expired.") : "";
      this.again.disabled = wait > 0;
      this.again.textContent = wait > 0 ? t("New code in {time}", { time: minutes(wait) }) : t("Send a new code");
      if (!left && !wait) clearInterval(this.#timer);
    };
    this.#timer = setInterval(show, 1000);
    show();
  }
}

/** @param {number} seconds */
const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** `resend_after` is a moment or seconds from now. @param {number | string} value */
const momentOf = (value) => (typeof value === "number" ? +hubNow() + value * 1000 : Date.parse(value) || 0);
