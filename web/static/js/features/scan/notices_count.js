// While an answer is on the screen, the notices above it are one line with their number: nothing covers a verdict.
// A touch opens them until the next answer. At rest they are whole.
import { byId, h, icon } from "../../lib/elements.js";
import { tn } from "../../lib/i18n.js";

export class NoticesCount {
  /** `onTouched` returns the focus to the code input. @param {{ onTouched?: () => void }} options */
  constructor({ onTouched = () => {} } = {}) {
    this.place = byId("notices-count");
    this.sources = [byId("notices"), byId("conflict-note")];
    this.words = h("span", {});
    this.button = h("button", { type: "button", "aria-controls": "notices conflict-note", "aria-expanded": "false", onclick: () => {
      this.#open(document.body.dataset.notices === undefined);
      onTouched();
    } }, icon("warn"), this.words);
    const watch = new MutationObserver(() => this.#count());
    for (const source of this.sources) watch.observe(source, { childList: true, subtree: true, attributeFilter: ["data-waited"] });
    this.#count();
  }

  /** Another answer, or none: the line is folded. */
  fold() {
    if (document.body.dataset.notices !== undefined) this.#open(false);
  }

  #count() {
    const [cards, own] = this.sources;
    const n = cards.childElementCount + (own.childElementCount > 0 ? 1 : 0);
    // A supervisor who was asked about this visitor is named; the answer for another one is not, it could be read as theirs.
    const only = n === 1 ? cards.querySelector("[data-since] strong") : null;
    const words = only?.textContent ?? tn("One message", "{n} messages", n);
    if (this.words.textContent !== words) this.words.textContent = words;
    this.words.dataset.waited = only instanceof HTMLElement ? (only.dataset.waited ?? "") : "";
    if (n === 0) {
      this.place.replaceChildren();
      this.fold();
    } else if (!this.button.isConnected) this.place.replaceChildren(this.button);
  }

  /** @param {boolean} open */
  #open(open) {
    document.body.toggleAttribute("data-notices", open);
    this.button.setAttribute("aria-expanded", String(open));
  }
}
