// The panel of open disputes: an operator's questions, answered with a reason that the gate shows at once.
import { first, h, icon } from "../../lib/elements.js";
import { t, tn } from "../../lib/i18n.js";
import { choicesOf } from "../../models/party.js";
import { DisputeList } from "../../models/dispute_list.js";
import { CommandRefused } from "../../lib/socket.js";
import { hubNow, momentAt } from "../../lib/dates.js";
import { clearNotice, showNotice } from "../../lib/notices.js";
import { reasonOf, SHAPES } from "../../words/scans.js";
import { loadStyleSheet } from "../../lib/lazy_loading.js";
import { Cards } from "../../lib/cards.js";
import { decisionOf, linesOf, obstacleOf, whyNot } from "../../words/disputes.js";
import { DisputeSound } from "./dispute_sound.js";
import { reasonField } from "./reason_field.js";

const SHOWN_DECIDED = 8;

/** @typedef {(dispute: Wire.Dispute) => void} OnDecided */

/**
 * `onDecided`, if given, receives each decision, whoever made it; else the panel shows the latest.
 *
 * @param {Element} place
 * @param {VenueSocket} socket
 * @param {PanelContext} context
 * @param {{ onDecided?: OnDecided | null }} [options]
 */
export function openDisputes(place, socket, context, { onDecided = null } = {}) {
  loadStyleSheet("disputes", { tries: Infinity });
  const panel = new DisputesPanel({ place, socket, context, onDecided });
  panel.open();
  return () => panel.close();
}

class DisputesPanel {
  #disputes = new DisputeList();
  #state = h("p", { class: "soft", role: "status", tabindex: "-1" }, t("Reading…"));
  #shelf = h("ul", { class: "disputes" });
  #cards = new Cards(this.#shelf, this.#state);
  #past = h("section", { class: "decided", hidden: true }, h("h3", {}, t("Decided in the last 15 minutes")), h("ul"));
  /** Comes with the first answer, or the cards would push it away. */
  #all = h("p", { hidden: true }, h("a", { class: "button quiet small", href: "/manager/disputes" }, t("All disputes")));
  #sound = new DisputeSound();
  /** The disputes that have been seen open; null until the first answer. @type {Set<number> | null} */
  #seen = null;
  #leave = () => {};
  /** @type {number | undefined} */
  #clock;

  /** @param {{ place: Element, socket: VenueSocket, context: PanelContext, onDecided: OnDecided | null }} options */
  constructor({ place, socket, context, onDecided }) {
    this.place = place;
    this.socket = socket;
    this.context = context;
    this.onDecided = onDecided;
  }

  open() {
    this.place.classList.add("dispute-panel");
    this.place.replaceChildren(
      h("div", { class: "disputes-head" }, this.#state, this.#sound.button), this.#shelf, this.#past,
      ...(this.onDecided ? [] : [this.#all]),
    );
    this.#clock = setInterval(() => this.#tick(), 1000);
    this.#watch();
  }

  close() {
    clearInterval(this.#clock);
    this.#leave();
  }

  #watch() {
    this.#leave();
    this.#leave = this.socket.subscribe("disputes", {}, ({ disputes }) => {
      this.#disputes.replace(disputes);
      this.#draw();
    }, (data) => {
      if (data.missed) return this.#watch();
      this.#take(data.dispute);
      return this.#draw();
    }, (error) => {
      this.place.removeAttribute("data-reading");
      this.#all.hidden = false;
      showNotice(this.place, { title: error.message, next: "" });
    });
  }

  #tick() {
    for (const card of this.#cards) showWaiting(card);
  }

  /** @param {Wire.Dispute} dispute */
  #take(dispute) {
    this.#disputes.update(dispute);
    if (dispute.decision) this.onDecided?.(dispute);
  }

  #draw() {
    const { open } = this.#disputes;
    this.place.removeAttribute("data-reading");
    this.#cards.draw(open.map((dispute) => [dispute.dispute_id, () => this.#card(dispute)]));
    this.#tick();
    const fresh = this.#seen !== null && open.some((dispute) => !this.#seen?.has(dispute.dispute_id));
    this.#seen = new Set([...(this.#seen ?? []), ...open.map((dispute) => dispute.dispute_id)]);
    if (fresh) this.#sound.play();
    const words = open.length === 0 ? t("Nobody is waiting for a decision.") : tn("1 visitor is waiting for a decision", "{n} visitors are waiting for a decision", open.length);
    if (this.#state.textContent !== words) this.#state.textContent = words;
    const decided = this.onDecided ? [] : this.#disputes.decided.slice(0, SHOWN_DECIDED);
    this.#past.hidden = decided.length === 0;
    this.#all.hidden = false;
    first(this.#past, "ul").replaceChildren(...decided.map((one) => decidedLine(one, this.context.venue?.timezone)));
    this.place.dispatchEvent(new CustomEvent("tally", { bubbles: true, detail: { count: open.length } }));
  }

  /** @param {Wire.Dispute} dispute */
  #card(dispute) {
    const id = `dispute-${dispute.dispute_id}`;
    const answer = h("div", { role: "alert" });
    const { reason, field } = reasonField(`${id}-reason`, id);
    const never = obstacleOf(dispute);
    const people = never ? null : peopleField(dispute, id);
    const entered = dispute.obstacle === "ALREADY_VERIFIED";
    /** @type {Say} */
    const say = (command, more) => this.#say(dispute, command, { reason, answer, buttons, say }, more);
    const buttons = [
      !never && h("button", { type: "button", class: entered ? "button small long" : "button small", onclick: () => say("override", { take_back: entered, ...countOf(people) }) },
        entered ? t("Undo that entry and admit") : t("Admit")),
      h("button", { type: "button", class: "button quiet small", onclick: () => say("decline") }, t("Turn away")),
    ].filter((one) => one !== false);
    return h("li", { class: `dispute ${dispute.result}`, "data-dispute": dispute.dispute_id, "data-since": dispute.asked_at },
      headOf(dispute, id, this.context.venue?.timezone),
      never && h("p", { class: "never" }, never),
      people,
      field,
      h("div", { class: "buttons", role: "group", "aria-labelledby": id }, ...buttons), answer);
  }

  /**
   * @param {Wire.Dispute} dispute
   * @param {"override" | "decline"} command
   * @param {{ reason: HTMLInputElement, answer: Element, buttons: HTMLElement[], say: Say }} card
   * @param {{ take_back?: boolean, count?: number }} [more]
   */
  async #say(dispute, command, { reason, answer, buttons, say }, more = {}) {
    if (buttons[0].ariaDisabled) return;
    clearNotice(answer);
    if (!reason.value.trim()) {
      reason.setAttribute("aria-invalid", "true");
      showNotice(answer, { title: t("Add a reason"), next: t("It is shown at the gate and stays on record.") }, { kind: "warn" });
      reason.focus();
      return;
    }
    // Not `disabled`: a keyboard user would lose the focus.
    for (const button of buttons) button.ariaDisabled = "true";
    try {
      // It takes effect once, so it may wait for the next connection and be sent again.
      const fields = { scan_id: dispute.scan_id, reason: reason.value.trim(), ...more };
      this.#take(await this.socket.request(command, fields, { again: true }));
      this.#draw();
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      for (const button of buttons) button.ariaDisabled = null;
      /** @type {[string, () => unknown][]} */
      const actions = error.code === "ALREADY_VERIFIED" ? [[t("Undo that entry and admit"), () => say("override", { take_back: true })]] : [];
      showNotice(answer, whyNot(error), { kind: "warn", actions });
    }
  }
}

/** @typedef {(command: "override" | "decline", more?: { take_back?: boolean, count?: number }) => Promise<void>} Say */

/** The choice of how many of a party come in; null where there is none. @param {Wire.Dispute} dispute @param {string} id */
function peopleField({ party }, id) {
  const choices = choicesOf(party);
  if (!choices.length) return null;
  const options = choices.map((n) => h("option", { value: n, selected: n === choices.length }, n));
  return h("div", { class: "field" }, h("label", { for: `${id}-people` }, t("How many come in?")), h("select", { id: `${id}-people` }, ...options));
}

/** @param {HTMLElement | null} people */
const countOf = (people) => (people ? { count: Number(/** @type {HTMLSelectElement} */ (first(people, "select")).value) } : {});

/** The head of an open or decided dispute. @param {Wire.Dispute} dispute @param {string} id @param {string | undefined} timezone */
export function headOf(dispute, id, timezone) {
  const { ticket_id: ticketId, ticket_code: code, asked_at: asked, scanned_at: scanned, note } = dispute;
  const named = ticketId ? h("a", { class: "code", href: `/manager/ticket/${ticketId}` }, code) : h("span", { class: "code" }, code);
  return h("div", { class: "dispute-head" },
    h("h3", { id, tabindex: "-1" }, icon(SHAPES[dispute.result] ?? "warn"), reasonOf(dispute.reason)),
    h("time", { class: "soft", datetime: asked ?? scanned }, momentAt(asked ?? scanned, timezone, { day: true })),
    h("p", { class: "wide" }, named),
    note && h("p", { class: "wide said" }, t("“{note}”", { note })),
    ...linesOf(dispute, timezone).map((line) => h("p", { class: "wide soft" }, line)));
}

/** @param {Wire.Dispute} dispute @param {string | undefined} timezone */
export function decidedLine(dispute, timezone, { day = false } = {}) {
  const { ticket_id: ticketId, ticket_code: code, decision, decided_at: at } = dispute;
  return h("li", { class: decision, "data-decided": dispute.dispute_id },
    h("time", { class: "soft", datetime: at }, momentAt(at ?? 0, timezone, { day })),
    ticketId ? h("a", { class: "code", href: `/manager/ticket/${ticketId}` }, code) : h("span", { class: "code" }, code),
    h("span", {}, decisionOf(dispute)));
}

/** Not spoken: a screen reader says once that somebody waits, not every second. @param {HTMLElement} card */
function showWaiting(card) {
  const seconds = Math.max(0, Math.floor((+hubNow() - Date.parse(card.dataset.since ?? "")) / 1000));
  first(card, "time").dataset.waited = seconds < 60 ? t("{seconds} s", { seconds }) : t("{minutes} min", { minutes: Math.floor(seconds / 60) });
}
