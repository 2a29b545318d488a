// An ordered list of cards. A redraw changes only new and removed cards, so that the focus and typed text stay.
export class Cards {
  /** @type {Map<unknown, HTMLElement>} */
  #cards = new Map();
  #list;
  #elsewhere;

  /**
   * @param {Element} list
   * @param {HTMLElement | null} [elsewhere] takes the focus when the focused last card is removed
   */
  constructor(list, elsewhere = null) {
    this.#list = list;
    this.#elsewhere = elsewhere;
  }

  /**
   * @param {[unknown, () => HTMLElement][]} wanted in order; each function is called once per key
   */
  draw(wanted) {
    const keys = new Set(wanted.map(([key]) => key));
    for (const key of this.#cards.keys()) if (!keys.has(key)) this.#remove(key);
    /** @type {Element | null} */
    let before = null;
    for (const [key, make] of wanted) {
      let card = this.#cards.get(key);
      if (!card) this.#cards.set(key, (card = make()));
      /** @type {Element | null} */
      const next = before ? before.nextElementSibling : this.#list.firstElementChild;
      if (next !== card) this.#list.insertBefore(card, next);
      before = card;
    }
  }

  /** @param {unknown} key */
  has(key) {
    return this.#cards.has(key);
  }

  [Symbol.iterator]() {
    return this.#cards.values();
  }

  /** @param {unknown} key */
  #remove(key) {
    const card = this.#cards.get(key);
    if (!card) return;
    const focused = card.contains(document.activeElement);
    const neighbour = card.nextElementSibling ?? card.previousElementSibling;
    this.#cards.delete(key);
    card.remove();
    if (focused) (/** @type {HTMLElement | null | undefined} */ (neighbour?.querySelector("h3, button")) ?? this.#elsewhere)?.focus();
  }
}
