// What the ticket's product says: its name, the line for the steward, the flag, and the question with its two buttons.
import { byId } from "../../lib/elements.js";
import { needsAttention, questionOf } from "../../models/product.js";

export class ProductPanel {
  /** @type {string | null} */
  #question = null;
  #flagged = false;

  /** `onAnswer` is called with "yes" or "no". @param {{ onAnswer: (answer: Answer) => void }} options */
  constructor({ onAnswer }) {
    this.box = byId("product");
    this.asked = byId("question");
    byId("question-yes").addEventListener("click", () => onAnswer("yes"));
    byId("question-no").addEventListener("click", () => onAnswer("no"));
  }

  /** What is asked; null where nothing is. */
  get question() {
    return this.#question;
  }

  /** Whether the answer on the screen must be looked at before anybody goes in. */
  get flagged() {
    return this.#flagged;
  }

  /** Shows what a decision's product says. At an exit nothing of it matters. @param {Decision} decision @param {{ leaving: boolean }} how */
  show(decision, { leaving }) {
    const { product } = decision;
    this.clear();
    if (!product || leaving) return;
    this.#flagged = needsAttention(decision);
    this.#question = questionOf(decision);
    this.box.hidden = false;
    byId("product-name").textContent = product.name;
    byId("product-note").textContent = product.note ?? "";
    byId("product-note").hidden = !product.note;
    byId("product-attention").hidden = !product.attention;
    document.body.toggleAttribute("data-attention", this.#flagged);
    document.body.toggleAttribute("data-question", this.#question !== null);
    this.asked.hidden = this.#question === null;
    byId("question-text").textContent = this.#question ?? "";
    if (this.#question !== null) byId("verify").hidden = true;
  }

  /** @param {boolean} busy */
  wait(busy) {
    for (const button of [byId("question-yes"), byId("question-no")]) button.disabled = busy;
  }

  clear() {
    this.#flagged = false;
    this.#question = null;
    this.box.hidden = true;
    this.asked.hidden = true;
    document.body.removeAttribute("data-attention");
    document.body.removeAttribute("data-question");
  }
}
