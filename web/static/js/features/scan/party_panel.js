// The party on the screen: how many were booked and are in, and how many of the others come in now.
import { byId, h } from "../../lib/elements.js";
import { isParty, PartyCount } from "../../models/party.js";
import { admitWords, figuresOf, onMyWord } from "../../words/parties.js";

/** @type {Record<string, (count: PartyCount) => number>} */
const KEYS = {
  ArrowUp: ({ chosen }) => chosen + 1, ArrowDown: ({ chosen }) => chosen - 1,
  ArrowRight: ({ chosen }) => chosen + 1, ArrowLeft: ({ chosen }) => chosen - 1,
  Home: () => 1, End: ({ most }) => most,
};

export class PartyPanel {
  /** @type {{ count: PartyCount, onWord: boolean } | null} */
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

  /** Whether the screen asks how many come in. */
  get asking() {
    return this.#asked !== null;
  }

  /** How many come in; null where nobody was asked. */
  get count() {
    return this.#asked?.count.chosen ?? null;
  }

  /** Shows a decision's party, if it has one. @param {Decision} decision @param {{ mayVerify: boolean }} how */
  show({ party, reason, result, provisional }, { mayVerify }) {
    if (!isParty(party)) {
      this.clear();
      return;
    }
    document.body.dataset.party = "";
    this.figures.hidden = false;
    this.figures.replaceChildren(...figuresOf(party, reason).map((part) => (typeof part === "number" ? h("b", {}, part) : h("span", {}, part))));
    this.#asked = mayVerify && party.remaining > 0
      ? { count: new PartyCount(party.remaining), onWord: Boolean(provisional) && result === "YELLOW" } : null;
    this.stepper.hidden = !this.#asked || party.remaining === 1;
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
    const { count, onWord } = this.#asked;
    const words = onWord ? onMyWord(count.chosen) : admitWords(count.chosen, count.most);
    byId("verify").textContent = words;
    this.chosen.textContent = String(count.chosen);
    this.chosen.setAttribute("aria-valuemax", String(count.most));
    this.chosen.setAttribute("aria-valuenow", String(count.chosen));
    this.chosen.setAttribute("aria-valuetext", words);
    // Not disabled, because a disabled button would lose the focus.
    byId("party-fewer").setAttribute("aria-disabled", String(count.chosen === 1));
    byId("party-more").setAttribute("aria-disabled", String(count.chosen === count.most));
  }
}
