// The party on the screen: how many were booked and are in, and how many of the others come in now, or leave.
import { byId, h } from "../../lib/elements.js";
import { askedOf, isParty, PartyCount } from "../../models/party.js";
import { admitWords, figuresOf, leaveWords, onMyWord, questionOf } from "../../words/parties.js";

/** @type {Record<string, (count: PartyCount) => number>} */
const KEYS = {
  ArrowUp: ({ chosen }) => chosen + 1, ArrowDown: ({ chosen }) => chosen - 1,
  ArrowRight: ({ chosen }) => chosen + 1, ArrowLeft: ({ chosen }) => chosen - 1,
  Home: () => 1, End: ({ most }) => most,
};

export class PartyPanel {
  /** @type {{ count: PartyCount, words: (count: PartyCount) => string, question: string } | null} */
  #asked = null;

  /** `onTouched` returns the focus to the code input. @param {{ onTouched?: () => void }} options */
  constructor({ onTouched = () => {} } = {}) {
    this.onTouched = onTouched;
    this.figures = byId("party-figures");
    this.stepper = byId("party-count");
    this.chosen = byId("party-chosen");
    this.#stepOn("party-fewer", -1);
    this.#stepOn("party-more", 1);
    addEventListener("keydown", (event) => this.#onKeyDown(event));
  }

  /** What the screen asks for; null where it asks for no number. */
  get question() {
    return this.#asked?.question ?? null;
  }

  /** The number that is chosen; null where none is asked for. */
  get count() {
    return this.#asked?.count.chosen ?? null;
  }

  /** Shows a decision's party, if it has one. @param {Decision} decision @param {{ mayVerify: boolean }} how */
  show(decision, { mayVerify }) {
    if (!isParty(decision.party)) {
      this.clear();
      return;
    }
    document.body.dataset.party = "";
    this.figures.hidden = false;
    this.figures.replaceChildren(...figuresOf(decision).map((part) => (typeof part === "number" ? h("b", {}, part) : h("span", {}, part))));
    const asked = mayVerify ? askedOf(decision) : null;
    const words = asked?.leaving ? leaveWords : decision.provisional && decision.result === "YELLOW" ? onMyWord : admitWords;
    this.#asked = asked && { count: new PartyCount(asked.most), words, question: questionOf(asked) };
    this.stepper.hidden = !asked || asked.most === 1;
    this.#draw();
  }

  clear() {
    delete document.body.dataset.party;
    this.#asked = null;
    this.figures.hidden = true;
    this.stepper.hidden = true;
  }

  /** @param {"party-fewer" | "party-more"} id @param {number} by */
  #stepOn(id, by) {
    byId(id).addEventListener("click", (event) => {
      this.#choose((this.count ?? 1) + by);
      // A click with a key keeps the focus on its button.
      if (event.detail > 0) this.onTouched();
    });
  }

  /** @param {KeyboardEvent} event */
  #onKeyDown(event) {
    const key = KEYS[event.key];
    const asked = this.#asked;
    if (!key || !asked || this.stepper.hidden || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    // In a text that is being typed, the arrows move the cursor.
    if (document.querySelector("dialog[open]") || byId("code").value) return;
    event.preventDefault();
    this.#choose(key(asked.count));
  }

  /** @param {number} number */
  #choose(number) {
    if (this.#asked?.count.choose(number)) this.#draw();
  }

  #draw() {
    if (!this.#asked) return;
    const { count, question } = this.#asked;
    const words = this.#asked.words(count);
    byId("verify").textContent = words;
    for (const named of [this.stepper, this.chosen]) named.setAttribute("aria-label", question);
    this.chosen.textContent = String(count.chosen);
    this.chosen.setAttribute("aria-valuemax", String(count.most));
    this.chosen.setAttribute("aria-valuenow", String(count.chosen));
    this.chosen.setAttribute("aria-valuetext", words);
    // Not disabled, because a disabled button would lose the focus.
    byId("party-fewer").setAttribute("aria-disabled", String(count.chosen === 1));
    byId("party-more").setAttribute("aria-disabled", String(count.chosen === count.most));
  }
}
